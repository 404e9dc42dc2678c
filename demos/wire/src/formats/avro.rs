//! Avro's binary encoding: the values in the order of the schema, and nothing else.

use super::{
    Annotated, FieldValue, Record, Role, bytes_words, count, double_words, said, text_words, varint, zigzag,
    zigzag_words,
};

pub(super) fn write(record: &Record, out: &mut Annotated) {
    for (place, field) in record.fields.iter().enumerate() {
        let at = Some(place);
        match &field.value {
            FieldValue::Int32(number) => integer((*number).into(), place, out),
            FieldValue::Int64(number) => integer(*number, place, out),
            FieldValue::Bool(yes) => {
                let byte = u8::from(*yes);
                out.put(
                    at,
                    Role::Payload,
                    &[byte],
                    format!("{byte} is {yes}. That it is a boolean, only the schema says."),
                );
            }
            FieldValue::Double(number) => {
                out.put(at, Role::Payload, &number.to_le_bytes(), double_words(*number, true));
            }
            FieldValue::String(text) => string(text, place, out),
            FieldValue::Bytes(bytes) => {
                length(bytes.len(), place, out);
                out.put(at, Role::Payload, bytes, bytes_words(bytes));
            }
            FieldValue::Int64s(numbers) => {
                block(numbers.len(), place, out, |out| numbers.iter().for_each(|number| integer(*number, place, out)));
            }
            FieldValue::Strings(texts) => {
                block(texts.len(), place, out, |out| texts.iter().for_each(|text| string(text, place, out)));
            }
        }
    }
}

fn integer(number: i64, place: usize, out: &mut Annotated) {
    let words = format!("{}: {}. Whose it is, only the schema says.", said(number), zigzag_words(number));
    out.put(Some(place), Role::Payload, &long(number), words);
}

fn string(text: &str, place: usize, out: &mut Annotated) {
    length(text.len(), place, out);
    out.put(Some(place), Role::Payload, text.as_bytes(), text_words(text));
}

fn length(size: usize, place: usize, out: &mut Annotated) {
    let follow = if size == 1 { "follows" } else { "follow" };
    let words = format!(
        "The length: {} {follow}. {}. No number and no type: only the schema says that something with a length is due here.",
        count(size, "byte"),
        zigzag_words(size as i64)
    );
    out.put(Some(place), Role::Head, &long(size as i64), words);
}

/// A list: blocks of values, each with its number before it, and a 0 after the last one.
fn block(size: usize, place: usize, out: &mut Annotated, items: impl Fn(&mut Annotated)) {
    if size > 0 {
        let words = format!("A block of {} follows. {}.", count(size, "value"), zigzag_words(size as i64));
        out.put(Some(place), Role::Head, &long(size as i64), words);
        items(out);
    }
    out.put(Some(place), Role::Head, &[0], "A block of 0 values: the list ends.".into());
}

/// A `long`; an `int` is written in the same way.
pub(super) fn long(number: i64) -> Vec<u8> {
    varint(zigzag(number))
}

/// The beginning of a container file: four bytes by which one knows it, a map with the schema and the codec, and the
/// marker that every block ends with.
pub(super) fn container_head(schema: &str) -> Vec<u8> {
    let mut bytes = b"Obj\x01".to_vec();
    bytes.extend(long(2));
    for text in ["avro.codec", "null", "avro.schema", schema] {
        bytes.extend(long(text.len() as i64));
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.push(0);
    bytes.extend_from_slice(&SYNC);
    bytes
}

/// A block of a container file, all but its records.
pub(super) fn block_overhead(records: u64, size: u64) -> (Vec<u8>, [u8; 16]) {
    let mut head = long(records as i64);
    head.extend(long(size as i64));
    (head, SYNC)
}

/// What ends the header and every block. A writer draws it at random; here it is always the same, as its 16 bytes are
/// all that matters.
pub(super) const SYNC: [u8; 16] = *b"sixteen bytes, \n";
