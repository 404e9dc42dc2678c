//! MessagePack: the first byte of an item says its type, and for small things their size or value too.

use super::{Annotated, FieldValue, Record, Role, bytes_words, count, double_words, order, said, text_words};

pub(super) fn write(record: &Record, out: &mut Annotated) {
    let pairs = record.fields.len();
    let (bytes, name) = sized(pairs, (0x80, 16, "fixmap"), &[(0xde, 2, "map 16"), (0xdf, 4, "map 32")]);
    out.put(None, Role::Structure, &bytes, head(&bytes, name, &format!("a map of {}", count(pairs, "pair"))));
    for (place, field) in record.fields.iter().enumerate() {
        text_head(&field.name, place, out);
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
            let byte = if *yes { 0xc3 } else { 0xc2 };
            out.put(field, Role::Payload, &[byte], format!("0x{byte:02x} is {yes}."));
        }
        FieldValue::Double(number) => {
            out.put(field, Role::Head, &[0xcb], "0xcb, float 64: eight bytes follow.".into());
            out.put(field, Role::Payload, &number.to_be_bytes(), double_words(*number, false));
        }
        FieldValue::String(string) => text(string, place, out),
        FieldValue::Bytes(bytes) => {
            let size = bytes.len();
            let (start, name) = wide(size, &[(0xc4, 1, "bin 8"), (0xc5, 2, "bin 16"), (0xc6, 4, "bin 32")]);
            let what = format!("{} that are no text", count(size, "byte"));
            out.put(field, Role::Head, &start, head(&start, name, &what));
            out.put(field, Role::Payload, bytes, bytes_words(bytes));
        }
        FieldValue::Int64s(numbers) => {
            list(numbers.len(), place, out);
            numbers.iter().for_each(|number| integer(*number, place, out));
        }
        FieldValue::Strings(strings) => {
            list(strings.len(), place, out);
            strings.iter().for_each(|string| text(string, place, out));
        }
    }
}

fn text(text: &str, place: usize, out: &mut Annotated) {
    text_head(text, place, out);
    out.put(Some(place), Role::Payload, text.as_bytes(), text_words(text));
}

fn text_head(text: &str, place: usize, out: &mut Annotated) {
    let (bytes, name) =
        sized(text.len(), (0xa0, 32, "fixstr"), &[(0xd9, 1, "str 8"), (0xda, 2, "str 16"), (0xdb, 4, "str 32")]);
    let what = format!("text of {}", count(text.len(), "byte"));
    out.put(Some(place), Role::Head, &bytes, head(&bytes, name, &what));
}

fn list(size: usize, place: usize, out: &mut Annotated) {
    let bytes = array(size as u64);
    let name = match bytes.len() {
        1 => "fixarray",
        3 => "array 16",
        _ => "array 32",
    };
    let words = head(&bytes, name, &format!("a list of {}", count(size, "value")));
    out.put(Some(place), Role::Head, &bytes, words);
}

fn integer(number: i64, place: usize, out: &mut Annotated) {
    let field = Some(place);
    if (-32..128).contains(&number) {
        let byte = number as u8;
        let words = if number >= 0 {
            format!("0x{byte:02x} = 0|{byte:07b}, positive fixint: {number} in the same byte.")
        } else {
            let low = byte & 31;
            format!("0x{byte:02x} = 111|{low:05b}, negative fixint: {low} − 32 = {}, in the same byte.", said(number))
        };
        out.put(field, Role::Payload, &[byte], words);
        return;
    }
    let (first, width, name) = match number {
        0..=0xff => (0xcc, 1, "uint 8"),
        0x100..=0xffff => (0xcd, 2, "uint 16"),
        0x1_0000..=0xffff_ffff => (0xce, 4, "uint 32"),
        0x1_0000_0000.. => (0xcf, 8, "uint 64"),
        -0x80..0 => (0xd0, 1, "int 8"),
        -0x8000..-0x80 => (0xd1, 2, "int 16"),
        -0x8000_0000..-0x8000 => (0xd2, 4, "int 32"),
        _ => (0xd3, 8, "int 64"),
    };
    let bytes = count(width, "byte");
    let follow = if width == 1 { "follows" } else { "follow" };
    out.put(field, Role::Head, &[first], format!("0x{first:02x}, {name}: {bytes} {follow}."));
    let sign = if number < 0 { ", as two’s complement" } else { "" };
    let words = format!("{}{sign}{}.", said(number), order(width));
    out.put(field, Role::Payload, &number.to_be_bytes()[8 - width..], words);
}

/// `0xa5, fixstr: text of 5 bytes.`
fn head(bytes: &[u8], name: &str, what: &str) -> String {
    let next = match bytes.len() {
        1 => "the number is in the same byte".to_owned(),
        more => format!("a number in the next {}", count(more - 1, "byte")),
    };
    format!("0x{:02x}, {name}: {what}; {next}.", bytes[0])
}

/// The shortest head for a size: `fix` has it in its low bits, below the limit.
fn sized<'a>(size: usize, fix: (u8, usize, &'a str), others: &[(u8, usize, &'a str)]) -> (Vec<u8>, &'a str) {
    let (first, limit, name) = fix;
    if size < limit { (vec![first | size as u8], name) } else { wide(size, others) }
}

/// The shortest of the heads whose size follows in so many bytes. Sizes beyond 32 bits do not come here: nothing so
/// large fits the memory of the browser.
fn wide<'a>(size: usize, heads: &[(u8, usize, &'a str)]) -> (Vec<u8>, &'a str) {
    let size = size as u64;
    let fits = |head: &&(u8, usize, &str)| size >> (8 * head.1) == 0;
    let (first, width, name) = *heads.iter().find(fits).unwrap_or(&heads[heads.len() - 1]);
    let mut bytes = vec![first];
    bytes.extend_from_slice(&size.to_be_bytes()[8 - width..]);
    (bytes, name)
}

/// The head of a list of so many records, 2^32 − 1 at most.
pub(super) fn array(count: u64) -> Vec<u8> {
    sized(count as usize, (0x90, 16, ""), &[(0xdc, 2, ""), (0xdd, 4, "")]).0
}
