//! Messages as text.

use std::fmt::Write as _;

use crate::{
    number,
    schema::{Field, Kind, Label, MessageId, Schema},
    value::{Content, Message, Value},
};

/// Writes a message as Google's runtimes do: two spaces, lowerCamelCase, 64-bit integers as strings, nothing for
/// what is absent or unknown.
pub fn write(schema: &Schema, message: MessageId, value: &Message) -> String {
    written(schema, message, value, Layout::Lines, false)
}

/// Like [`write()`], and with the defaults of fields that have no presence, as `always_print_fields_with_no_presence`
/// does: what a program reads when it asks for each field. They stand in their places by number, while Python writes
/// them after the others.
pub fn write_spelt(schema: &Schema, message: MessageId, value: &Message) -> String {
    written(schema, message, value, Layout::Lines, true)
}

/// Like [`write()`], in one line, to be read: `{"id": "7", "tags": ["a", "b"]}`.
pub fn write_line(schema: &Schema, message: MessageId, value: &Message) -> String {
    written(schema, message, value, Layout::Line, false)
}

/// Like [`write()`], without any space: as it is sent.
pub fn write_compact(schema: &Schema, message: MessageId, value: &Message) -> String {
    written(schema, message, value, Layout::Compact, false)
}

/// What one field holds, as [`write_line`] has it; the default, if it holds nothing.
pub fn write_content(schema: &Schema, field: &Field, content: Option<&Content>) -> String {
    let mut writer = Writer { schema, layout: Layout::Line, spelt: false, out: String::new(), indent: 0 };
    writer.content(field, content);
    writer.out
}

/// A floating-point number as [`write()`] has it, but never in quotation marks.
pub(crate) fn write_float(value: f64, single: bool) -> String {
    let schema = Schema { text: String::new(), messages: Vec::new(), enums: Vec::new() };
    let mut writer = Writer { schema: &schema, layout: Layout::Line, spelt: false, out: String::new(), indent: 0 };
    writer.value(Kind::Double, &if single { Value::F32(value as f32) } else { Value::F64(value) });
    writer.out.trim_matches('"').to_string()
}

/// Where there is space.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Lines,
    Line,
    Compact,
}

fn written(schema: &Schema, message: MessageId, value: &Message, layout: Layout, spelt: bool) -> String {
    let mut writer = Writer { schema, layout, spelt, out: String::new(), indent: 0 };
    writer.message(message, value);
    writer.out
}

/// How the key of a map is written, without the quotation marks.
pub(super) fn key_text(key: &Value) -> String {
    match key {
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U32(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::String(value) => value.clone(),
        // No keys.
        Value::F32(_) | Value::F64(_) | Value::Bytes(_) | Value::Enum(_) | Value::Message(_) => String::new(),
    }
}

/// The digits of a float as Google's Python chooses them: six, or as many more as it takes to be read as the same
/// float. Its digits are those of the same number in 64 bits.
fn float_digits(value: f64) -> String {
    // Nine are always enough.
    let mut digits = String::new();
    for after_the_point in 5..9 {
        digits = number::exponential_to(value, after_the_point);
        // Through 64 bits, as numbers in JSON go.
        if number::parse(&digits).is_some_and(|read| read as f32 == value as f32) {
            break;
        }
    }
    match digits.split_once('e') {
        Some((mantissa, exponent)) => {
            let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
            format!("{mantissa}e{exponent}")
        }
        // Not a number, or infinite.
        None => digits,
    }
}

struct Writer<'a> {
    schema: &'a Schema,
    layout: Layout,
    spelt: bool,
    out: String,
    indent: usize,
}

impl Writer<'_> {
    fn message(&mut self, id: MessageId, message: &Message) {
        let schema = self.schema;
        let kind = &schema.messages[id];
        let mut empty = true;
        self.open('{');
        let mut each = |writer: &mut Self, field: &Field, content: Option<&Content>| {
            writer.separate(&mut empty);
            writer.string(&field.json_name);
            writer.colon();
            writer.content(field, content);
        };
        if self.spelt {
            // By number, whatever the order in the schema is; there are few.
            let mut next = 0;
            let after = |next| kind.fields.iter().filter(move |field| field.number > next);
            while let Some(field) = after(next).min_by_key(|field| field.number) {
                next = field.number;
                let content = message.get(field.number);
                if content.is_some() || !field.has_presence() {
                    each(self, field, content);
                }
            }
        } else {
            // As they are in the message.
            for (number, content) in &message.fields {
                if let Some(field) = kind.field(*number) {
                    each(self, field, Some(content));
                }
            }
        }
        self.close('}', empty);
    }

    /// What a field holds; the default, if it holds nothing.
    fn content(&mut self, field: &Field, content: Option<&Content>) {
        match (content, field.label) {
            (Some(Content::One(value)), _) => self.value(field.kind, value),
            (Some(Content::Many(values)), _) => {
                let mut empty = true;
                self.open('[');
                for value in values {
                    self.separate(&mut empty);
                    self.value(field.kind, value);
                }
                self.close(']', empty);
            }
            (Some(Content::Map(pairs)), _) => {
                let mut empty = true;
                self.open('{');
                for (key, value) in pairs {
                    self.separate(&mut empty);
                    self.string(&key_text(key));
                    self.colon();
                    self.value(field.kind, value);
                }
                self.close('}', empty);
            }
            (None, Label::Repeated { .. }) => self.out.push_str("[]"),
            (None, Label::Map { .. }) => self.out.push_str("{}"),
            (None, _) => self.value(field.kind, &Value::default_of(field.kind)),
        }
    }

    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.indent += 1;
    }

    /// Before each element.
    fn separate(&mut self, empty: &mut bool) {
        if !*empty {
            self.out.push(',');
            if self.layout == Layout::Line {
                self.out.push(' ');
            }
        }
        *empty = false;
        self.line();
    }

    fn close(&mut self, bracket: char, empty: bool) {
        self.indent -= 1;
        if !empty {
            self.line();
        }
        self.out.push(bracket);
    }

    fn line(&mut self) {
        if self.layout == Layout::Lines {
            self.out.push('\n');
            for _ in 0..self.indent {
                self.out.push_str("  ");
            }
        }
    }

    fn colon(&mut self) {
        self.out.push_str(if self.layout == Layout::Compact { ":" } else { ": " });
    }

    fn value(&mut self, kind: Kind, value: &Value) {
        let number: &dyn std::fmt::Display = match value {
            Value::I32(value) => value,
            Value::U32(value) => value,
            Value::Bool(value) => value,
            Value::Enum(number) => {
                let schema = self.schema;
                let name = if let Kind::Enum(id) = kind { schema.enums[id].name_of(*number) } else { None };
                match name {
                    Some(name) => return self.string(name),
                    None => number,
                }
            }
            // Programs that keep numbers in a double, as JavaScript does, would round them.
            Value::I64(value) => return self.string(&value.to_string()),
            Value::U64(value) => return self.string(&value.to_string()),
            Value::F32(value) => {
                let value = f64::from(*value);
                return self.float(value, &float_digits(value));
            }
            Value::F64(value) => return self.float(*value, &number::exponential(*value)),
            Value::String(text) => return self.string(text),
            Value::Bytes(bytes) => return self.base64(bytes),
            Value::Message(message) => {
                if let Kind::Message(id) = kind {
                    self.message(id, message);
                }
                return;
            }
        };
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{number}");
    }

    /// `digits` are those to write, as `1.5e-7`.
    fn float(&mut self, value: f64, digits: &str) {
        if value.is_nan() {
            return self.string("NaN");
        }
        if value.is_infinite() {
            return self.string(if value > 0.0 { "Infinity" } else { "-Infinity" });
        }
        let (mantissa, exponent) = digits.split_once('e').unwrap_or((digits, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        // Python's bounds for writing a number out.
        if !(-4..16).contains(&exponent) {
            let sign = if exponent < 0 { '-' } else { '+' };
            let _ = write!(self.out, "{mantissa}e{sign}{:02}", exponent.unsigned_abs());
            return;
        }
        let mantissa = match mantissa.strip_prefix('-') {
            Some(mantissa) => {
                self.out.push('-');
                mantissa
            }
            None => mantissa,
        };
        // Where the point goes, counted in digits; before the first one, zeros are put in.
        let point = exponent + 1;
        if point <= 0 {
            self.out.push_str("0.");
            for _ in point..0 {
                self.out.push('0');
            }
        }
        let mut written = 0;
        for digit in mantissa.chars().filter(|&digit| digit != '.') {
            if written == point && point > 0 {
                self.out.push('.');
            }
            self.out.push(digit);
            written += 1;
        }
        while written < point {
            self.out.push('0');
            written += 1;
        }
        if written == point {
            self.out.push_str(".0");
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for letter in text.chars() {
            let escaped = match letter {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\x08' => "\\b",
                '\x0c' => "\\f",
                control if control < ' ' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(control));
                    continue;
                }
                letter => {
                    self.out.push(letter);
                    continue;
                }
            };
            self.out.push_str(escaped);
        }
        self.out.push('"');
    }

    fn base64(&mut self, bytes: &[u8]) {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        self.out.push('"');
        for three in bytes.chunks(3) {
            let bits = three.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
            for letter in 0..4 {
                let six = bits >> (18 - 6 * letter) & 0x3f;
                self.out.push(if letter <= three.len() { char::from(LETTERS[six as usize]) } else { '=' });
            }
        }
        self.out.push('"');
    }
}
