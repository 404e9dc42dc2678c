//! CBOR, RFC 8949: every item begins with a byte whose top three bits are its major type; the other five are a number
//! below 24, or how many bytes of a larger number follow.

use super::{Annotated, FieldValue, Record, Role, bytes_words, count, double_words, order, said, text_words};

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

pub(super) fn write(record: &Record, out: &mut Annotated) {
    let pairs = record.fields.len();
    length(MAP, "a map", pairs, "pair", None, Role::Structure, out);
    for (place, field) in record.fields.iter().enumerate() {
        length(TEXT, "text", field.name.len(), "byte", Some(place), Role::Head, out);
        let words = format!("“{}”, the field’s name: in full, in every record.", field.name);
        out.put(Some(place), Role::Name, field.name.as_bytes(), words);
        value(&field.value, place, out);
    }
}

fn value(value: &FieldValue, place: usize, out: &mut Annotated) {
    let field = Some(place);
    match value {
        FieldValue::Int32(number) => integer((*number).into(), place, out),
        FieldValue::Int64(number) => integer(*number, place, out),
        FieldValue::Bool(yes) => {
            let simple = if *yes { 21 } else { 20 };
            let words = format!("{}: simple value {simple}, {yes}.", major(0xe0 | simple));
            out.put(field, Role::Payload, &[0xe0 | simple], words);
        }
        FieldValue::Double(number) => {
            let words = format!("{}: a float; 27 says that it has 8 bytes.", major(0xfb));
            out.put(field, Role::Head, &[0xfb], words);
            out.put(field, Role::Payload, &number.to_be_bytes(), double_words(*number, false));
        }
        FieldValue::String(string) => text(string, place, out),
        FieldValue::Bytes(bytes) => {
            length(BYTES, "bytes that are no text", bytes.len(), "byte", field, Role::Head, out);
            out.put(field, Role::Payload, bytes, bytes_words(bytes));
        }
        FieldValue::Int64s(numbers) => {
            length(ARRAY, "a list", numbers.len(), "value", field, Role::Head, out);
            numbers.iter().for_each(|number| integer(*number, place, out));
        }
        FieldValue::Strings(strings) => {
            length(ARRAY, "a list", strings.len(), "value", field, Role::Head, out);
            strings.iter().for_each(|string| text(string, place, out));
        }
    }
}

fn text(text: &str, place: usize, out: &mut Annotated) {
    length(TEXT, "text", text.len(), "byte", Some(place), Role::Head, out);
    out.put(Some(place), Role::Payload, text.as_bytes(), text_words(text));
}

fn integer(number: i64, place: usize, out: &mut Annotated) {
    let (kind, size, what) = match u64::try_from(number) {
        Ok(size) => (UNSIGNED, size, "an integer from 0 up"),
        Err(_) => (NEGATIVE, !number as u64, "a negative integer"),
    };
    let bytes = head(kind, size);
    let how = if number < 0 { format!("−1 − {size} = {}", said(number)) } else { size.to_string() };
    if let [byte] = bytes[..] {
        let words = format!("{}: {what}, in the same byte: {how}.", major(byte));
        out.put(Some(place), Role::Payload, &bytes, words);
    } else {
        let more = count(bytes.len() - 1, "byte");
        let words = format!("{}: {what}; {} says that it stands in {more}.", major(bytes[0]), bytes[0] & 31);
        out.put(Some(place), Role::Head, &bytes[..1], words);
        out.put(Some(place), Role::Payload, &bytes[1..], format!("{how}{}.", order(bytes.len() - 1)));
    }
}

/// The head of something that has a length.
fn length(kind: u8, what: &str, size: usize, of: &str, field: Option<usize>, role: Role, out: &mut Annotated) {
    let bytes = head(kind, size as u64);
    let place = match bytes.len() {
        1 => String::new(),
        more => format!(", a number in the next {}", count(more - 1, "byte")),
    };
    out.put(field, role, &bytes, format!("{}: {what}, of {}{place}.", major(bytes[0]), count(size, of)));
}

/// `0x65 = 011|00101, major type 3`
fn major(byte: u8) -> String {
    format!("0x{byte:02x} = {:03b}|{:05b}, major type {}", byte >> 5, byte & 31, byte >> 5)
}

/// A major type with its number, as short as it can be.
pub(super) fn head(kind: u8, number: u64) -> Vec<u8> {
    let (low, width) = match number {
        0..24 => (number as u8, 0),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    let mut bytes = vec![kind << 5 | low];
    bytes.extend_from_slice(&number.to_be_bytes()[8 - width..]);
    bytes
}

/// The head of a list of so many records.
pub(super) fn array(count: u64) -> Vec<u8> {
    head(ARRAY, count)
}
