//! Protocol Buffers, proto3 with implicit presence: a field at its default is not sent.

use super::{
    Annotated, FieldValue, Record, Role, bytes_words, count, double_words, quoted, said, text_words, varint,
    varint_words,
};

use crate::schema::sorted;

const VARINT: u8 = 0;
const I64: u8 = 1;
const LEN: u8 = 2;

/// Writes the fields by ascending number, as the runtimes do.
pub(super) fn write(record: &Record, out: &mut Annotated) {
    let fields = &record.fields;
    for place in sorted(fields.len(), &|a, b| fields[a].number.cmp(&fields[b].number)) {
        let number = record.fields[place].number;
        match &record.fields[place].value {
            FieldValue::Int32(value) => integer(number, (*value).into(), place, out),
            FieldValue::Int64(value) => integer(number, *value, place, out),
            FieldValue::Bool(false) => {}
            FieldValue::Bool(true) => {
                tag(number, VARINT, place, out);
                out.put(Some(place), Role::Payload, &[1], "1 is true.".into());
            }
            // A default is +0.0 to the bit: −0.0 is sent.
            FieldValue::Double(value) if value.to_bits() == 0 => {}
            FieldValue::Double(value) => {
                tag(number, I64, place, out);
                out.put(Some(place), Role::Payload, &value.to_le_bytes(), double_words(*value, true));
            }
            FieldValue::String(text) if text.is_empty() => {}
            FieldValue::String(text) => {
                tag(number, LEN, place, out);
                length(text.len(), place, out);
                out.put(Some(place), Role::Payload, text.as_bytes(), text_words(text));
            }
            FieldValue::Bytes(bytes) if bytes.is_empty() => {}
            FieldValue::Bytes(bytes) => {
                tag(number, LEN, place, out);
                length(bytes.len(), place, out);
                out.put(Some(place), Role::Payload, bytes, bytes_words(bytes));
            }
            FieldValue::Int64s(values) if values.is_empty() => {}
            FieldValue::Int64s(values) => {
                tag(number, LEN, place, out);
                length(values.iter().map(|value| varint(*value as u64).len()).sum(), place, out);
                values.iter().for_each(|value| payload(*value, place, out));
            }
            // Each with its tag, and an empty one too: it has a place in the list.
            FieldValue::Strings(texts) => {
                for text in texts {
                    tag(number, LEN, place, out);
                    length(text.len(), place, out);
                    out.put(Some(place), Role::Payload, text.as_bytes(), text_words(text));
                }
            }
        }
    }
}

fn integer(number: u16, value: i64, place: usize, out: &mut Annotated) {
    if value != 0 {
        tag(number, VARINT, place, out);
        payload(value, place, out);
    }
}

fn payload(value: i64, place: usize, out: &mut Annotated) {
    let words = if value < 0 {
        format!(
            "{}, as two’s complement of 64 bits even if the type is int32: the top bit is set, so it takes ten bytes of seven bits.",
            said(value)
        )
    } else {
        format!("{}.", varint_words(value as u64))
    };
    out.put(Some(place), Role::Payload, &varint(value as u64), words);
}

fn tag(number: u16, wire: u8, place: usize, out: &mut Annotated) {
    let tag = u64::from(number) << 3 | u64::from(wire);
    let what = match wire {
        VARINT => "a varint",
        I64 => "eight bytes",
        _ => "a length, and so many bytes",
    };
    let bytes = varint(tag);
    let more = if bytes.len() > 1 { format!(" {}.", varint_words(tag)) } else { String::new() };
    let words =
        format!("Field {number}, wire type {wire} ({what}): {number} << 3 | {wire} = {tag} = 0x{tag:02x}.{more}");
    out.put(Some(place), Role::Head, &bytes, words);
}

fn length(size: usize, place: usize, out: &mut Annotated) {
    let bytes = varint(size as u64);
    let more = if bytes.len() > 1 { format!(" {}.", varint_words(size as u64)) } else { String::new() };
    let follow = if size == 1 { "follows" } else { "follow" };
    out.put(Some(place), Role::Head, &bytes, format!("The length: {} {follow}.{more}", count(size, "byte")));
}

/// Why nothing of a field is sent, if so.
pub(super) fn absent(value: &FieldValue) -> Option<String> {
    let default = match value {
        FieldValue::Int32(0) | FieldValue::Int64(0) => "0".to_owned(),
        FieldValue::Bool(false) => "false".to_owned(),
        FieldValue::Double(value) if value.to_bits() == 0 => "0".to_owned(),
        FieldValue::String(text) if text.is_empty() => quoted(text),
        FieldValue::Bytes(bytes) if bytes.is_empty() => "no bytes".to_owned(),
        FieldValue::Int64s(values) if values.is_empty() => "an empty list".to_owned(),
        FieldValue::Strings(values) if values.is_empty() => "an empty list".to_owned(),
        _ => return None,
    };
    Some(format!("Not sent: {default} is the default, which a reader sees when nothing comes."))
}
