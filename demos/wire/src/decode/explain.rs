//! What a piece says, in words.

use super::{DEEPEST, DecodeError, Piece, Reason, Role, Taken, value_of, varint};
use crate::{
    json,
    schema::{Field, Kind, Label, Schema, WireType},
    value::{Step, Value},
};
use sim::words::counted;

/// The most characters of a text that are shown.
const SHOWN: usize = 60;

/// What a piece says: what it is in the first line, how that is worked out in those after it. `bytes` are those that
/// were decoded with that schema.
pub fn explain(schema: &Schema, bytes: &[u8], piece: &Piece) -> Vec<String> {
    let teller = Teller { schema, piece, bytes: bytes.get(piece.at.clone()).unwrap_or_default() };
    let mut lines = Vec::new();
    match piece.role {
        Role::Tag { number, wire, taken } => teller.tag(number, wire, taken, &mut lines),
        Role::Length(length) => teller.length(length, &mut lines),
        Role::Value if piece.taken == Taken::Known => teller.value(&mut lines),
        Role::Value => teller.unknown(&mut lines),
    }
    for line in &mut lines {
        line.push('.');
    }
    lines
}

/// Why a runtime refuses bytes: place and cause in the first line, the reason or the remedy in the second.
pub fn explain_error(bytes: &[u8], error: &DecodeError) -> Vec<String> {
    let at = error.at.start..error.at.end.min(bytes.len()).max(error.at.start);
    let those = bytes.get(at.clone()).unwrap_or_default();
    let place = match at.len() {
        0 => format!("After byte {}", at.start),
        1 => format!("Byte {} ({})", at.start, hex(those)),
        _ if at.len() <= varint::LONGEST => format!("Bytes {} to {} ({})", at.start, at.end - 1, hex(those)),
        _ => format!("Bytes {} to {}", at.start, at.end - 1),
    };
    let read = varint::read(those).ok().map(|varint| varint.value);
    let lowest = read.unwrap_or(0) & 7;
    let (cause, remedy) = match error.reason {
        Reason::Truncated => (
            if at.is_empty() { "something has to follow here" } else { "this is only the beginning of a value" }.to_string(),
            "The bytes end here, or the message around does: append what is missing, or correct the length".to_string(),
        ),
        Reason::LongVarint => (
            format!("a varint that is too long: {}", counted(at.len() as u64, "byte")),
            "Ten bytes are the most, and of the tenth only the lowest bit; Google's runtimes allow a tag and a length five. \
             Clear the top bit of the byte that should be the last"
                .to_string(),
        ),
        Reason::FieldNumber => (
            match read {
                Some(tag) => format!("a tag of field {}", tag >> 3),
                None => "a tag without a field number".to_string(),
            },
            "Field numbers go from 1 to 536870911 (2^29 - 1); most likely a byte before is wrong, so that a value is taken \
             for a tag"
                .to_string(),
        ),
        Reason::WireType => (
            format!("a tag of wire type {lowest}"),
            "There are 0 to 5 only. A reader does not know how long this value is, so it cannot find the next field".to_string(),
        ),
        Reason::Group => (
            format!("the end of group {}, which is not open here", read.unwrap_or(0) >> 3),
            "Groups are brackets: the last one that began ends first, in the same message".to_string(),
        ),
        Reason::Length => (
            match read {
                Some(length) => format!("{} should follow, and fewer are left", counted(length, "byte")),
                None => "more bytes should follow than are left".to_string(),
            },
            "A value cannot reach beyond the message around it: correct the length, or append what is missing".to_string(),
        ),
        Reason::Utf8 => {
            let good = str::from_utf8(those).err().map_or(0, |error| error.valid_up_to());
            (
                format!("no UTF-8 from byte {} on", at.start + good),
                "A string has to be UTF-8; the type bytes may hold anything".to_string(),
            )
        }
        Reason::Depth => (
            format!("more than {DEEPEST} messages inside one another"),
            "Runtimes stop here, so that a few hostile bytes cannot exhaust their stack".to_string(),
        ),
        Reason::OtherWireType => (
            format!("wire type {lowest}, which does not fit the type of field {}", read.unwrap_or(0) >> 3),
            "prost refuses the message; Google's runtimes put such a field among the unknown ones".to_string(),
        ),
    };
    vec![format!("{place}: {cause}."), format!("{remedy}.")]
}

struct Teller<'a> {
    schema: &'a Schema,
    piece: &'a Piece,
    bytes: &'a [u8],
}

impl Teller<'_> {
    fn field(&self) -> Option<&Field> {
        let (message, number) = self.piece.field;
        self.schema.messages.get(message)?.field(number)
    }

    fn last(&self) -> Option<&Step> {
        self.piece.path.0.last()
    }

    /// The field with what of it is meant: "`tags`, value 2".
    fn name(&self) -> String {
        let Some(field) = self.field() else { return format!("field {}", self.piece.field.1) };
        let name = &field.name;
        let at = |back: usize| match self.piece.path.0.iter().rev().nth(back) {
            Some(Step::Item(at)) => at + 1,
            _ => 1,
        };
        match (self.last(), field.label) {
            (Some(Step::Key), _) => format!("the key of pair {} of `{name}`", at(1)),
            (Some(Step::Value), _) => format!("the value of pair {} of `{name}`", at(1)),
            (Some(Step::Item(_)), Label::Map { .. }) => format!("pair {} of `{name}`", at(0)),
            (Some(Step::Item(_)), _) => format!("`{name}`, value {}", at(0)),
            _ => format!("`{name}`"),
        }
    }

    /// The type of the value, or of the pair's part.
    fn kind(&self) -> Option<Kind> {
        let field = self.field()?;
        Some(match (self.last(), field.label) {
            (Some(Step::Key), Label::Map { key }) => key,
            _ => field.kind,
        })
    }

    fn around(&self) -> &str {
        self.schema.messages.get(self.piece.field.0).map_or("", |message| &message.name)
    }

    fn tag(&self, number: u32, wire: WireType, taken: Taken, lines: &mut Vec<String>) {
        let named = match (taken, self.last(), self.field()) {
            (Taken::Known, Some(Step::Key | Step::Value), _) => format!(" ({})", self.name()),
            (Taken::Known | Taken::UnknownInPair, _, Some(field)) => format!(" (`{}`)", field.name),
            _ => String::new(),
        };
        lines.push(format!("Field {number}{named}, wire type {}: {}", wire.number(), follows(wire)));
        let tag = u64::from(number) << 3 | u64::from(wire.number());
        let sum = format!("`{number} << 3 | {} = {tag}`", wire.number());
        if let [byte] = self.bytes {
            lines.push(format!("{sum}, in hex {byte:02x}"));
        } else {
            lines.push(format!("{sum}, as a varint {}", hex(self.bytes)));
            varint_lines(self.bytes, lines);
        }
        let in_pair = taken != Taken::Known
            && matches!(self.last(), Some(Step::Item(_)))
            && self.field().is_some_and(|field| matches!(field.label, Label::Map { .. }));
        lines.extend(match (taken, self.field()) {
            _ if in_pair => Some(
                "A map's pair has its key as field 1 and its value as field 2, each in the wire type of its type. This \
                 is neither"
                    .to_string(),
            ),
            (Taken::Known, Some(field)) => self.known_tag(field, wire),
            (Taken::UnknownNumber, _) if wire == WireType::EndGroup => None,
            (Taken::UnknownNumber, _) => Some(format!(
                "`{}` has no field {number}: Google's runtimes keep it as unknown and send it on, prost drops it",
                self.around()
            )),
            (Taken::OtherWireType, Some(field)) if wire != WireType::EndGroup => Some(format!(
                "`{}` is {} here, which would be wire type {}. Google's runtimes put the field among the unknown ones, \
                 as if its number were; prost reports an error",
                field.name,
                self.kind_in_words(field),
                field.wire_type().number(),
            )),
            (Taken::UnknownInPair, Some(field)) => Some(format!(
                "Inside is something that a pair of `{}` does not have, such as a key or value of another type. Google's \
                 Python, Ruby and PHP keep the whole pair as unknown, so the map does not have it; others drop what \
                 they do not know and keep the rest",
                field.name
            )),
            _ => None,
        });
    }

    fn kind_in_words(&self, field: &Field) -> String {
        let kind = field.kind.name(self.schema);
        match field.label {
            Label::Repeated { packed: true } => format!("a packed list of {kind}"),
            Label::Repeated { packed: false } => format!("a list of {kind}"),
            Label::Map { key } => format!("a map from {} to {kind}", key.name(self.schema)),
            _ => format!("of type {kind}"),
        }
    }

    fn known_tag(&self, field: &Field, wire: WireType) -> Option<String> {
        match field.label {
            Label::Repeated { .. } if wire == WireType::Len && field.kind.packable() => {
                Some("Packed: one tag and one length for all values together".into())
            }
            Label::Repeated { packed: true } => {
                Some("Not packed: each value has a tag of its own. Readers take both, whatever the schema says".into())
            }
            Label::Repeated { packed: false } => Some("Each value of the list has a tag of its own".into()),
            Label::Map { .. } if !matches!(self.last(), Some(Step::Key | Step::Value)) => {
                Some("A pair of a map is a message with the key as field 1 and the value as field 2".into())
            }
            _ => None,
        }
    }

    fn length(&self, length: u64, lines: &mut Vec<String>) {
        let name = self.name();
        let what = match (self.piece.taken, self.field(), self.kind()) {
            (Taken::Known, Some(field), Some(kind)) => match (field.label, self.last(), kind) {
                (Label::Map { .. }, Some(Step::Item(_)), _) => name,
                (Label::Repeated { .. }, _, kind) if kind.packable() => {
                    format!("the packed values of `{}`", field.name)
                }
                (_, _, Kind::String) => format!("the text of {name}"),
                (_, _, Kind::Message(id)) => format!("the message `{}` of {name}", self.schema.messages[id].name),
                _ => format!("the content of {name}"),
            },
            (Taken::UnknownInPair, _, _) => "the pair".into(),
            _ => "the unknown field".into(),
        };
        lines.push(match length {
            0 => format!("Length 0: nothing follows, {what} is empty"),
            1 => format!("Length 1: one byte follows, {what}"),
            _ => format!("Length {length}: so many bytes follow, {what}"),
        });
        varint_lines(self.bytes, lines);
    }

    fn value(&self, lines: &mut Vec<String>) {
        let Some(kind) = self.kind() else { return };
        let name = self.name();
        let wire = kind.wire_type();
        let bits = bits_of(wire, self.bytes);
        let value = value_of(kind, bits, self.bytes);
        let type_name = kind.name(self.schema);
        let (mut shown, mut nameless) = (plain(&value), None);
        if let (Value::Enum(number), Kind::Enum(id)) = (&value, kind) {
            match self.schema.enums[id].name_of(*number) {
                Some(name) => shown = format!("{name} ({number})"),
                None => nameless = Some(format!("`{type_name}` has no name for {number}: the number is kept")),
            }
        }
        lines.push(format!("{} = {shown}, of type {type_name}", capital(&name)));
        lines.extend(nameless);
        match wire {
            WireType::Varint => {
                varint_lines(self.bytes, lines);
                self.varint_value(kind, bits, &value, lines);
            }
            WireType::I32 | WireType::I64 => {
                let width = self.bytes.len() * 2;
                lines.push(format!("The lowest byte comes first: {} is 0x{bits:0width$x}", hex(self.bytes)));
                match value {
                    Value::F32(_) => float_lines(bits, 8, 23, &shown, lines),
                    Value::F64(_) => float_lines(bits, 11, 52, &shown, lines),
                    Value::I32(n) if n < 0 => lines.push(format!("Two's complement: {bits} - 2^32 = {n}")),
                    Value::I64(n) if n < 0 => lines.push(format!("Two's complement: {bits} - 2^64 = {n}")),
                    _ => {}
                }
            }
            _ => {
                if let Value::String(text) = &value {
                    let characters = text.chars().count();
                    lines.push(format!(
                        "UTF-8: {}, {}",
                        counted(self.bytes.len() as u64, "byte"),
                        counted(characters as u64, "character")
                    ));
                } else {
                    lines.push(format!("{}, taken as they are", counted(self.bytes.len() as u64, "byte")));
                }
            }
        }
    }

    fn varint_value(&self, kind: Kind, bits: u64, value: &Value, lines: &mut Vec<String>) {
        let narrow = matches!(kind, Kind::Int32 | Kind::Uint32 | Kind::Sint32 | Kind::Enum(_));
        // A negative int32 has its sign in all the upper bits; nothing is lost then.
        let whole = match kind {
            Kind::Int32 | Kind::Enum(_) => bits as i32 as i64 as u64,
            _ => u64::from(bits as u32),
        };
        let low = if narrow { u64::from(bits as u32) } else { bits };
        if narrow && whole != bits {
            lines.push(format!("Too large for 32 bits: only the lowest 32 count, 0x{low:08x}"));
        }
        match (kind, value) {
            (Kind::Sint32 | Kind::Sint64, Value::I32(_) | Value::I64(_)) => {
                let (n, width) = match *value {
                    Value::I32(n) => (i64::from(n), 31),
                    Value::I64(n) => (n, 63),
                    _ => return,
                };
                lines.push(format!(
                    "Zigzag, so that small negative numbers stay short: the writer sent `({n} << 1) ^ ({n} >> {width}) = {low}`"
                ));
                lines.push(format!("Back: `({low} >> 1) ^ -({low} & 1) = {n}`"));
            }
            (Kind::Int32 | Kind::Enum(_), Value::I32(n) | Value::Enum(n)) if *n < 0 => {
                if whole == bits {
                    lines.push(format!("Two's complement in 64 bits, although the type has 32: {bits} - 2^64 = {n}"));
                    lines.push("So a negative number always has ten bytes; sint32 would need fewer".into());
                } else {
                    lines.push(format!("Two's complement: {low} - 2^32 = {n}"));
                }
            }
            (Kind::Int64, Value::I64(n)) if *n < 0 => {
                lines.push(format!("Two's complement: {bits} - 2^64 = {n}"));
                lines.push("So a negative number always has ten bytes; sint64 would need fewer".into());
            }
            (Kind::Bool, _) => {
                lines.push(if bits == 0 { "0 is false".into() } else { "Everything but 0 is true".to_string() });
            }
            _ => {}
        }
    }

    fn unknown(&self, lines: &mut Vec<String>) {
        if self.piece.taken == Taken::UnknownInPair {
            lines.push(format!(
                "The whole pair: {} among the unknown fields, for a reader whose schema has these types",
                counted(self.bytes.len() as u64, "byte")
            ));
            return;
        }
        let bits = bits_of(self.piece.wire, self.bytes);
        match self.piece.wire {
            WireType::Varint => {
                lines.push("The value of an unknown field. Without its schema nobody knows what it means".into());
                varint_lines(self.bytes, lines);
                let zigzag = plain(&value_of(Kind::Sint64, bits, &[]));
                lines.push(match value_of(Kind::Int64, bits, &[]) {
                    Value::I64(n) if n < 0 => format!("{n} as an int64, {bits} as a uint64, {zigzag} as a sint64"),
                    _ => format!("{bits} as an int64, {zigzag} as a sint64"),
                });
            }
            WireType::I32 | WireType::I64 => {
                let (fixed, float, width) = match self.piece.wire {
                    WireType::I32 => ("fixed32", Kind::Float, 8),
                    _ => ("fixed64", Kind::Double, 16),
                };
                lines.push("The value of an unknown field. Without its schema nobody knows what it means".into());
                lines.push(format!("The lowest byte comes first: {} is 0x{bits:0width$x}", hex(self.bytes)));
                let real = plain(&value_of(float, bits, &[]));
                lines.push(format!("{bits} as a {fixed}, {real} as a {}", float.name(self.schema)));
            }
            WireType::Len => {
                lines.push(format!(
                    "The {} of an unknown field: a string, bytes, a message, packed numbers or a map's pair",
                    counted(self.bytes.len() as u64, "byte")
                ));
                if let Ok(text) = str::from_utf8(self.bytes)
                    && !text.chars().any(char::is_control)
                {
                    lines.push(format!("As a string {}", quoted(text)));
                }
            }
            WireType::StartGroup | WireType::EndGroup => lines.push(format!(
                "{} inside a group, an old way to nest messages that proto3 does not have",
                counted(self.bytes.len() as u64, "byte")
            )),
        }
    }
}

fn follows(wire: WireType) -> &'static str {
    match wire {
        WireType::Varint => "a varint follows",
        WireType::I64 => "eight bytes follow",
        WireType::Len => "a length follows, and so many bytes",
        WireType::StartGroup => "a group begins, up to the tag of its end",
        WireType::EndGroup => "the group ends",
        WireType::I32 => "four bytes follow",
    }
}

/// The number that the bytes of a value are, as that wire type.
fn bits_of(wire: WireType, bytes: &[u8]) -> u64 {
    match wire {
        WireType::Varint => varint::read(bytes).map_or(0, |varint| varint.value),
        WireType::I32 | WireType::I64 => bytes.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte)),
        _ => 0,
    }
}

/// How a varint becomes a number; nothing for a single byte, which is the number.
fn varint_lines(bytes: &[u8], lines: &mut Vec<String>) {
    let Ok(varint) = varint::read(bytes) else { return };
    if varint.length == 1 {
        return;
    }
    let groups: Vec<String> = bytes.iter().map(|byte| format!("{:07b}", byte & 0x7f)).collect();
    let (last, first) = groups.split_last().map_or(("", &[][..]), |(last, first)| (last.as_str(), first));
    let turned: Vec<&str> = groups.iter().rev().map(String::as_str).collect();
    lines.push(format!(
        "{}: groups {} and {last}, lowest first: {} = {}",
        hex(bytes),
        first.join(", "),
        turned.join(" "),
        varint.value
    ));
    lines.push(
        "The top bit of a byte is in none of them: 1 says that another byte follows, 0 that it is the last".into(),
    );
    let needed = (64 - varint.value.leading_zeros() as usize).div_ceil(7).max(1);
    if varint.overflow {
        lines.push("The last group has bits above the 64th: Google's runtimes drop them, Go and prost refuse".into());
    } else if needed < varint.length {
        lines.push(format!(
            "Longer than needed: {} would do. Readers take it, but send it on short",
            counted(needed as u64, "byte")
        ));
    }
}

/// How IEEE 754 bits become a number.
fn float_lines(bits: u64, exponent_bits: u32, fraction_bits: u32, shown: &str, lines: &mut Vec<String>) {
    let sign = bits >> (exponent_bits + fraction_bits) & 1;
    let largest = (1_u64 << exponent_bits) - 1;
    let exponent = bits >> fraction_bits & largest;
    let fraction = bits & ((1 << fraction_bits) - 1);
    let (wide, narrow) = (fraction_bits as usize, exponent_bits as usize);
    lines.push(format!(
        "IEEE 754: sign {sign}, exponent {exponent:0narrow$b} = {exponent}, fraction {fraction:0wide$b}"
    ));
    let bias = (1_i64 << (exponent_bits - 1)) - 1;
    let minus = if sign == 1 { "-" } else { "" };
    lines.push(match (exponent, fraction) {
        (0, 0) => format!("All zero but for the sign: {shown}"),
        (0, _) => format!(
            "An exponent of 0 has no leading 1: {minus}{fraction} / 2^{fraction_bits} × 2^{} = {shown}",
            1 - bias
        ),
        (e, 0) if e == largest => format!("An exponent of all ones without a fraction: {shown}"),
        (e, _) if e == largest => "An exponent of all ones with a fraction: not a number".into(),
        (e, _) => format!(
            "{minus}(1 + {fraction} / 2^{fraction_bits}) × 2^({exponent} - {bias}) = {minus}(1 + {fraction} / 2^{fraction_bits}) × 2^{} = {shown}",
            e as i64 - bias
        ),
    });
}

/// A value without its type.
fn plain(value: &Value) -> String {
    match value {
        Value::I32(n) | Value::Enum(n) => n.to_string(),
        Value::I64(n) => n.to_string(),
        Value::U32(n) => n.to_string(),
        Value::U64(n) => n.to_string(),
        Value::F32(n) => real(f64::from(*n), true),
        Value::F64(n) => real(*n, false),
        Value::Bool(b) => b.to_string(),
        Value::String(text) => quoted(text),
        Value::Bytes(bytes) if bytes.len() > SHOWN / 3 => format!("{} …", hex(&bytes[..SHOWN / 3])),
        Value::Bytes(bytes) => hex(bytes),
        Value::Message(_) => String::new(),
    }
}

/// A real number as in JSON, but 50 without a fraction.
fn real(value: f64, single: bool) -> String {
    let mut text = json::write_float(value, single);
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

/// A text in quotation marks, cut if it is long; what cannot be seen is spelt out.
fn quoted(text: &str) -> String {
    let mut out = String::from("“");
    for (at, c) in text.chars().enumerate() {
        if at == SHOWN {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.push_str(&format!("\\u{{{:x}}}", c as u32));
        } else {
            out.push(c);
        }
    }
    out.push('”');
    out
}

fn capital(text: &str) -> String {
    match text.as_bytes().first() {
        Some(first @ b'a'..=b'z') => format!("{}{}", first.to_ascii_uppercase() as char, &text[1..]),
        _ => text.into(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}
