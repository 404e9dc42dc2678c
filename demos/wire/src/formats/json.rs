//! JSON, RFC 8259, without spaces.

use crate::number;

use super::{Annotated, FieldValue, Record, Role, bytes_words, count, quoted, said};

/// JavaScript's numbers hold every integer up to this one.
const EXACT: u64 = 1 << 53;

pub(super) fn write(record: &Record, out: &mut Annotated) {
    out.put(None, Role::Structure, b"{", "A brace begins an object: pairs of names and values.".into());
    for (place, field) in record.fields.iter().enumerate() {
        if place > 0 {
            out.put(None, Role::Structure, b",", "A comma: another pair follows.".into());
        }
        let name = format!("“{}”, the field’s name: in quotes, in full, in every record.", field.name);
        out.put(Some(place), Role::Name, string(&field.name).as_bytes(), name);
        out.put(Some(place), Role::Structure, b":", "A colon: the value follows.".into());
        value(&field.value, place, out);
    }
    out.put(None, Role::Structure, b"}", "A brace ends the object.".into());
}

fn value(value: &FieldValue, place: usize, out: &mut Annotated) {
    let field = Some(place);
    match value {
        FieldValue::Int32(number) => integer((*number).into(), place, out),
        FieldValue::Int64(number) => integer(*number, place, out),
        FieldValue::Bool(yes) => {
            out.put(field, Role::Payload, yes.to_string().as_bytes(), format!("The word {yes}."));
        }
        FieldValue::Double(value) if value.is_finite() => {
            // Most libraries write the exponent's plus.
            let text = number::shortest(*value).replace('e', "e+").replace("e+-", "e-");
            let words =
                "The fewest digits that read back as the same double. Whether it is one, the text does not say.";
            out.put(field, Role::Payload, text.as_bytes(), words.into());
        }
        FieldValue::Double(number) => {
            let text = match number {
                _ if number.is_nan() => "NaN",
                _ if *number > 0.0 => "Infinity",
                _ => "-Infinity",
            };
            quotes(text, format!("{text}: JSON has no such number, so it travels as a string."), place, out);
        }
        FieldValue::String(text) => quotes_of(text, place, out),
        FieldValue::Bytes(bytes) => {
            let words =
                format!("{} JSON has no bytes: they travel as base64, four letters for three.", bytes_words(bytes));
            quotes(&base64(bytes), words, place, out);
        }
        FieldValue::Int64s(numbers) => {
            list(numbers, place, out, |number, out| integer(*number, place, out));
        }
        FieldValue::Strings(texts) => {
            list(texts, place, out, |text, out| quotes_of(text, place, out));
        }
    }
}

fn integer(number: i64, place: usize, out: &mut Annotated) {
    let digits = number.unsigned_abs().to_string().len();
    let mut words = format!(
        "{} in {}. Whether 32 bits hold it, or 64, or it could have a fraction, the text does not say.",
        said(number),
        count(digits, "decimal digit")
    );
    if number.unsigned_abs() > EXACT {
        words.push_str(" Beyond 2^53: JavaScript rounds it when it reads it.");
    }
    out.put(Some(place), Role::Payload, number.to_string().as_bytes(), words);
}

fn quotes_of(text: &str, place: usize, out: &mut Annotated) {
    let escaped = string(text);
    let inner = &escaped[1..escaped.len() - 1];
    let more = if inner.len() > text.len() { " Quotes, backslashes and control characters are escaped." } else { "" };
    let words = format!("{} in UTF-8, {}.{more}", quoted(text), count(inner.len(), "byte"));
    quotes(inner, words, place, out);
}

/// A string whose text is escaped already.
fn quotes(inner: &str, words: String, place: usize, out: &mut Annotated) {
    let field = Some(place);
    out.put(field, Role::Head, b"\"", "A quote begins a string.".into());
    out.put(field, Role::Payload, inner.as_bytes(), words);
    let end = "A quote ends the string. Nothing said how long it would be: a reader has to look at every byte.";
    out.put(field, Role::Head, b"\"", end.into());
}

fn list<T>(items: &[T], place: usize, out: &mut Annotated, item: impl Fn(&T, &mut Annotated)) {
    let field = Some(place);
    out.put(field, Role::Head, b"[", "A bracket begins a list.".into());
    for (index, value) in items.iter().enumerate() {
        if index > 0 {
            out.put(field, Role::Head, b",", "A comma: another value follows.".into());
        }
        item(value, out);
    }
    out.put(field, Role::Head, b"]", "A bracket ends the list.".into());
}

/// A text in quotes, with what has to be escaped.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            control if control < ' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// RFC 4648, section 4, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let sextet = bits >> (18 - 6 * digit) & 63;
            text.push(if digit > three.len() { '=' } else { char::from(DIGITS[sextet as usize]) });
        }
    }
    text
}
