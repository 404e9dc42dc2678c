//! Thrift's compact protocol: a byte with the type of a field and how far its number is from the one before.

use super::{
    Annotated, FieldValue, Record, Role, bytes_words, count, double_words, said, text_words, varint, varint_words,
    zigzag, zigzag_words,
};

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

pub(super) fn write(record: &Record, out: &mut Annotated) {
    let mut last = 0;
    for (place, field) in record.fields.iter().enumerate() {
        head(&mut last, field.number, &field.value, place, out);
        value(&field.value, place, out);
    }
    out.put(None, Role::Structure, &[0], "0 in place of a type: the struct ends.".into());
}

fn kind(value: &FieldValue) -> (u8, &'static str) {
    match value {
        FieldValue::Bool(true) => (TRUE, "the boolean true: this byte is the value too"),
        FieldValue::Bool(false) => (FALSE, "the boolean false: this byte is the value too"),
        FieldValue::Int32(_) => (I32, "i32"),
        FieldValue::Int64(_) => (I64, "i64"),
        FieldValue::Double(_) => (DOUBLE, "double"),
        FieldValue::String(_) | FieldValue::Bytes(_) => (BINARY, "binary, which is for text too"),
        FieldValue::Int64s(_) | FieldValue::Strings(_) => (LIST, "list"),
    }
}

fn head(last: &mut u16, number: u16, value: &FieldValue, place: usize, out: &mut Annotated) {
    let (kind, name) = kind(value);
    // A boolean has no other byte that could be its value.
    let role = if matches!(value, FieldValue::Bool(_)) { Role::Payload } else { Role::Head };
    let delta = i32::from(number) - i32::from(*last);
    if (1..=15).contains(&delta) {
        let byte = (delta as u8) << 4 | kind;
        let words = format!(
            "0x{byte:02x} = {delta:04b}|{kind:04b}: field {last} + {delta} = {number}, type {kind}, {name}.",
            last = *last
        );
        out.put(Some(place), role, &[byte], words);
    } else {
        let mut bytes = vec![kind];
        bytes.extend(varint(zigzag(number.into())));
        let words = format!(
            "0x{kind:02x} = 0000|{kind:04b}: type {kind}, {name}. The number is not 1 to 15 after the last one, {last}, so it follows: {number}. {}.",
            zigzag_words(number.into()),
            last = *last
        );
        out.put(Some(place), role, &bytes, words);
    }
    *last = number;
}

fn value(value: &FieldValue, place: usize, out: &mut Annotated) {
    let field = Some(place);
    match value {
        FieldValue::Bool(_) => {}
        FieldValue::Int32(number) => integer((*number).into(), place, out),
        FieldValue::Int64(number) => integer(*number, place, out),
        FieldValue::Double(number) => {
            out.put(field, Role::Payload, &number.to_le_bytes(), double_words(*number, true));
        }
        FieldValue::String(text) => string(text, place, out),
        FieldValue::Bytes(bytes) => {
            length(bytes.len(), place, out);
            out.put(field, Role::Payload, bytes, bytes_words(bytes));
        }
        FieldValue::Int64s(numbers) => {
            list(numbers.len(), I64, "i64", place, out);
            numbers.iter().for_each(|number| integer(*number, place, out));
        }
        FieldValue::Strings(texts) => {
            list(texts.len(), BINARY, "binary", place, out);
            texts.iter().for_each(|text| string(text, place, out));
        }
    }
}

fn integer(number: i64, place: usize, out: &mut Annotated) {
    let words = format!("{}: {}.", said(number), zigzag_words(number));
    out.put(Some(place), Role::Payload, &varint(zigzag(number)), words);
}

fn string(text: &str, place: usize, out: &mut Annotated) {
    length(text.len(), place, out);
    out.put(Some(place), Role::Payload, text.as_bytes(), text_words(text));
}

fn length(size: usize, place: usize, out: &mut Annotated) {
    let bytes = varint(size as u64);
    let more = if bytes.len() > 1 { format!(" {}.", varint_words(size as u64)) } else { String::new() };
    let follow = if size == 1 { "follows" } else { "follow" };
    out.put(Some(place), Role::Head, &bytes, format!("The length: {} {follow}.{more}", count(size, "byte")));
}

fn list(size: usize, kind: u8, name: &str, place: usize, out: &mut Annotated) {
    let bytes = list_head(size as u64, kind);
    let high = bytes[0] >> 4;
    let how = if bytes.len() == 1 { String::new() } else { " 15 says that the number follows as a varint.".to_owned() };
    let words = format!(
        "0x{:02x} = {high:04b}|{kind:04b}: {}, all of type {kind}, {name}.{how}",
        bytes[0],
        count(size, "value")
    );
    out.put(Some(place), Role::Head, &bytes, words);
}

fn list_head(size: u64, kind: u8) -> Vec<u8> {
    let high = size.min(15) as u8;
    let mut bytes = vec![high << 4 | kind];
    if high == 15 {
        bytes.extend(varint(size));
    }
    bytes
}

/// A struct with a list of so many structs as its field 1, up to the first of them.
pub(super) fn list_of_structs(count: u64) -> Vec<u8> {
    let mut bytes = vec![1 << 4 | LIST];
    bytes.extend(list_head(count, STRUCT));
    bytes
}
