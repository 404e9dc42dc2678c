//! Protobuf JSON ("ProtoJSON Format", protobuf.dev): how values are typed in, and what a trip through JSON keeps.
//!
//! Reading follows the specification. Where Google's Python (`json_format`, 7.36) is of another opinion, which the tests
//! try:
//!
//! * it takes whatever is empty for an empty message, `[]` and `""` too, also as the whole text; here that is a mistake;
//! * it skips what is no letter of base64, and takes an enum's number in quotation marks; here that is a mistake;
//! * in quotation marks, as the key of a map too, it takes whatever Python reads as a number: `"+1"`, `"01"`, `" 1"`, `"1_0"`,
//!   `".5"`, `"inf"`; here, as the specification has it, what is a number of JSON without them, and `"NaN"`, `"Infinity"`
//!   and `"-Infinity"`;
//! * `true` is 1 there for a float, a double or an enum, and an enum's number is cut off: 1.5 is 1, and of a larger one
//!   the lowest 32 bits count; here that is a mistake;
//! * a whole number with a point goes through a double there, so that `9007199254740993.0` is rounded to …992; here it
//!   is itself;
//! * a field under both of its names is the last one there, and a mistake here;
//! * a `float` may there not be above the largest one at all, not even as `3.4028235e+38`, as it writes that one; here
//!   it may be if the nearest float is that one;
//! * `-0` without a point is 0 there, since it is whole, and minus zero here; `"1e309"` is infinite there, and here out
//!   of range, as it is without the quotation marks.
//!
//! Writing is that of `MessageToJson(message, ensure_ascii=False)`: fields in the order of their numbers, and
//! floating-point numbers as Python's `repr` has them, with the fewest digits that are read as the same number. Those
//! of a `float` are the fewest for 32 bits, from six on.

mod syntax;
#[cfg(test)]
mod tests;
mod write;

use std::ops::Range;

use crate::{
    decode::{MOST_STEPS, SHALLOW},
    number,
    schema::{Field, Kind, Label, MessageId, MessageType, Problem, Schema, nearest},
    value::{Content, Message, Path, Step, Value},
};
use syntax::{Node, What};

pub(crate) use write::write_float;
pub use write::{write, write_compact, write_content, write_line, write_spelt};

/// The longest text of a value, in bytes: it is read, encoded and decoded several times with every key stroke.
pub const MAX_TEXT: usize = 20_000;
/// How many messages may stand in each other, the outermost one included: what Google's runtimes take.
pub const MAX_DEPTH: usize = 100;
/// Whoever has that many is not helped by more.
const MAX_PROBLEMS: usize = 50;

/// Where a part of a value stands in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which part. Fields that are at their default and so are not sent have a place too.
    pub path: Path,
    /// The bytes of the text: of a field and of a map's pair from the name on, otherwise of the value.
    pub at: Range<usize>,
}

/// Reads a message from protobuf JSON. Field names may be those of the schema or of JSON; numbers may be strings;
/// enums may be names or numbers; `null` is absence; bytes are base64.
///
/// # Errors
/// Every mistake, with its place in the text: damaged JSON, unknown names (with the nearest one), wrong types, values
/// out of range.
pub fn read(schema: &Schema, message: MessageId, text: &str) -> Result<Message, Vec<Problem>> {
    read_with_places(schema, message, text).map(|(message, _)| message)
}

/// Like [`read`]; says also where everything stands, in the order of the text; of what is deeply nested no more than
/// [`MOST_STEPS`] allow.
///
/// # Errors
/// As [`read`].
pub fn read_with_places(
    schema: &Schema,
    message: MessageId,
    text: &str,
) -> Result<(Message, Vec<Place>), Vec<Problem>> {
    if text.len() > MAX_TEXT {
        let message = format!("This value has {} bytes; there is room for {MAX_TEXT}.", text.len());
        return Err(vec![Problem::new(text, 0..0, message, None)]);
    }
    let root = syntax::parse(text).map_err(|problem| vec![problem])?;
    let mut reader =
        Reader { schema, text, problems: Vec::new(), places: Vec::new(), steps: 0, path: Vec::new(), depth: 0 };
    let value = reader.message(message, &root);
    if reader.problems.is_empty() {
        Ok((value.unwrap_or_default(), reader.places))
    } else {
        Err(Problem::in_order(reader.problems))
    }
}

struct Reader<'a> {
    schema: &'a Schema,
    text: &'a str,
    problems: Vec<Problem>,
    places: Vec<Place>,
    /// How many steps their paths have together.
    steps: usize,
    path: Vec<Step>,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Nothing, if there was a mistake that leaves no message; it has been said.
    fn message(&mut self, id: MessageId, node: &Node) -> Option<Message> {
        let schema = self.schema;
        let kind = &schema.messages[id];
        let What::Object(members) = &node.what else {
            let help = format!("Write {{ and }}, and the fields of {} between them.", kind.name);
            self.problem(node, format!("{} is a message, so this should be an object.", kind.name), help);
            return None;
        };
        if self.depth >= MAX_DEPTH {
            let message = format!("More than {MAX_DEPTH} messages stand in each other: no runtime reads that.");
            self.problem(node, message, String::new());
            return None;
        }
        self.depth += 1;
        let mut message = Message::default();
        // Which fields came, with the place of each.
        let mut seen: Vec<(&Field, &Range<usize>)> = Vec::new();
        for member in members {
            let Some(field) = field_named(kind, &member.name) else {
                self.unknown_name(kind, &member.name, &member.name_at);
                continue;
            };
            if seen.iter().any(|(other, _)| other.number == field.number) {
                let message = format!("“{}” is set already.", field.name);
                let help = format!("“{}” and “{}” are the same field.", field.json_name, field.name);
                let help = if field.json_name == field.name { "Keep one of the two.".to_owned() } else { help };
                self.problem_at(member.name_at.clone(), message, help);
                continue;
            }
            let null = matches!(member.value.what, What::Null);
            let rival = seen.iter().find(|(other, _)| field.oneof.is_some() && other.oneof == field.oneof && !null);
            if let (Some((other, _)), Some(oneof)) = (rival, field.oneof) {
                let message = format!("“{}” and “{}” are in the oneof {}.", field.name, other.name, kind.oneofs[oneof]);
                self.problem_at(member.name_at.clone(), message, "Only one of its fields can be set.".to_owned());
                continue;
            }
            if null {
                continue;
            }
            seen.push((field, &member.name_at));
            self.path.push(Step::Field(field.number));
            self.place(member.name_at.start..member.value.at.end);
            if let Some(content) = self.content(field, &member.value) {
                message.set(field.number, content);
            }
            self.path.pop();
        }
        self.depth -= 1;
        Some(message)
    }

    /// What the field holds after that, if it is more than absence.
    fn content(&mut self, field: &Field, node: &Node) -> Option<Content> {
        match field.label {
            Label::Repeated { .. } => {
                let What::List(items) = &node.what else {
                    let message = format!("“{}” is repeated, so this should be a list.", field.name);
                    self.problem(node, message, "Put it in brackets: [ ].".to_owned());
                    return None;
                };
                let mut values = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Step::Item(index));
                    self.place(item.at.clone());
                    values.extend(self.value(field.kind, &field.name, item));
                    self.path.pop();
                }
                (!values.is_empty()).then_some(Content::Many(values))
            }
            Label::Map { key } => {
                let What::Object(members) = &node.what else {
                    let message = format!("“{}” is a map, so this should be an object.", field.name);
                    self.problem(node, message, "Write { and }, and the pairs as names and values.".to_owned());
                    return None;
                };
                let mut pairs: Vec<(Value, Value)> = Vec::with_capacity(members.len());
                for (index, member) in members.iter().enumerate() {
                    self.path.push(Step::Item(index));
                    self.place(member.name_at.start..member.value.at.end);
                    self.path.push(Step::Key);
                    self.place(member.name_at.clone());
                    self.path.pop();
                    self.path.push(Step::Value);
                    self.place(member.value.at.clone());
                    let value = self.value(field.kind, &field.name, &member.value);
                    self.path.pop();
                    let key = self.key(key, &field.name, &member.name, &member.name_at);
                    if let (Some(key), Some(value)) = (key, value) {
                        // The same name twice is known from reading the object; 1 and 1.0 are not.
                        if write::key_text(&key) != member.name && pairs.iter().any(|pair| pair.0 == key) {
                            let message = format!("The key {} is in the map already.", write::key_text(&key));
                            self.problem_at(member.name_at.clone(), message, "Keep one of the two.".to_owned());
                        }
                        pairs.push((key, value));
                    }
                    self.path.pop();
                }
                (!pairs.is_empty()).then_some(Content::Map(pairs))
            }
            Label::Singular | Label::Optional => {
                let value = self.value(field.kind, &field.name, node)?;
                (field.has_presence() || !value.is_default()).then_some(Content::One(value))
            }
        }
    }

    fn key(&mut self, kind: Kind, field: &str, text: &str, at: &Range<usize>) -> Option<Value> {
        let refused = match kind {
            Kind::String => return Some(Value::String(text.to_owned())),
            Kind::Bool if text == "true" || text == "false" => return Some(Value::Bool(text == "true")),
            Kind::Bool => Refused::Kind,
            _ => match integer(kind, text) {
                Ok(value) => return Some(value),
                Err(refused) => refused,
            },
        };
        self.refuse(refused, kind, &format!("A key of “{field}”"), at.clone(), &format!("“{text}”"));
        None
    }

    fn value(&mut self, kind: Kind, field: &str, node: &Node) -> Option<Value> {
        let written = &self.text[node.at.clone()];
        let refused = match (kind, &node.what) {
            (_, What::Null) => {
                let help = "Only a whole field can be null; that is as if it were not there.".to_owned();
                self.problem(node, format!("An element of “{field}” cannot be null."), help);
                return None;
            }
            (Kind::Message(id), _) => {
                let message = self.message(id, node)?;
                return Some(Value::Message(message));
            }
            (Kind::Enum(id), What::Text(name)) => {
                let kind = &self.schema.enums[id];
                if let Some(number) = kind.number_of(name) {
                    return Some(Value::Enum(number));
                }
                let help = match nearest(name, kind.values.iter().map(|value| value.0.as_str())) {
                    Some(near) => format!("Did you mean {near}?"),
                    None if syntax::is_number(name) => format!("Numbers stand without quotation marks: {name}"),
                    None => format!("It has {}.", listed(kind.values.iter().map(|value| value.0.as_str()))),
                };
                self.problem(node, format!("{} has no value “{name}”.", kind.name), help);
                return None;
            }
            (Kind::Enum(_), What::Number) => match integer(Kind::Int32, written) {
                Ok(Value::I32(number)) => return Some(Value::Enum(number)),
                Ok(_) => Refused::Kind,
                Err(refused) => refused,
            },
            (Kind::Bool, What::Bool(value)) => return Some(Value::Bool(*value)),
            (Kind::String, What::Text(text)) => return Some(Value::String(text.clone())),
            (Kind::Bytes, What::Text(text)) => match base64(text) {
                Ok(bytes) => return Some(Value::Bytes(bytes)),
                Err(reason) => {
                    let help = "Four letters of A to Z, a to z, 0 to 9, + and / stand for three bytes; = fills the last \
                                four up.";
                    self.problem(node, format!("“{field}” is bytes, in base64, and {reason}."), help.to_owned());
                    return None;
                }
            },
            (Kind::Bool | Kind::String | Kind::Bytes, _) => Refused::Kind,
            (Kind::Float | Kind::Double, What::Number) => match float(kind, written) {
                Ok(value) => return Some(value),
                Err(refused) => refused,
            },
            (Kind::Float | Kind::Double, What::Text(text)) => match float(kind, text) {
                Ok(value) => return Some(value),
                Err(refused) => refused,
            },
            (_, What::Number) => match integer(kind, written) {
                Ok(value) => return Some(value),
                Err(refused) => refused,
            },
            (_, What::Text(text)) => match integer(kind, text) {
                Ok(value) => return Some(value),
                Err(refused) => refused,
            },
            _ => Refused::Kind,
        };
        let shown = match &node.what {
            What::List(_) => "a list".to_owned(),
            What::Object(_) => "an object".to_owned(),
            _ => shortened(written),
        };
        self.refuse(refused, kind, &format!("“{field}”"), node.at.clone(), &shown);
        None
    }

    fn refuse(&mut self, refused: Refused, kind: Kind, whose: &str, at: Range<usize>, shown: &str) {
        let name = kind.name(self.schema);
        let (message, help) = match refused {
            Refused::Kind => {
                let wanted = match kind {
                    Kind::Bool => "true or false",
                    Kind::String => "a text in quotation marks",
                    Kind::Bytes => "base64 in quotation marks",
                    Kind::Enum(_) => "the name of a value in quotation marks, or a number",
                    Kind::Float | Kind::Double => "a number, or \"NaN\", \"Infinity\" or \"-Infinity\"",
                    Kind::Message(_) => "an object",
                    _ => "a whole number",
                };
                (format!("{whose} is of type {name} and cannot be {shown}."), format!("Write {wanted}."))
            }
            Refused::Fraction => {
                (format!("{whose} is of type {name} and cannot be {shown}."), "Write a whole number.".to_owned())
            }
            Refused::Range => {
                let range = match kind {
                    Kind::Uint32 | Kind::Fixed32 => "It goes from 0 to 4294967295.",
                    Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                        "It goes from -9223372036854775808 to 9223372036854775807."
                    }
                    Kind::Uint64 | Kind::Fixed64 => "It goes from 0 to 18446744073709551615.",
                    Kind::Float => "It goes up to about 3.4e38, that is 2¹²⁸; there is \"Infinity\" too.",
                    Kind::Double => "It goes up to about 1.8e308, that is 2¹⁰²⁴; there is \"Infinity\" too.",
                    _ => "It goes from -2147483648 to 2147483647.",
                };
                (format!("{whose} is of type {name}, and {shown} is out of its range."), range.to_owned())
            }
        };
        self.problem_at(at, message, help);
    }

    fn unknown_name(&mut self, kind: &MessageType, name: &str, at: &Range<usize>) {
        // Looking for the nearest of all names takes a while, and would not be said.
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let names = kind.fields.iter().map(|field| field.json_name.as_str());
        let near = nearest(name, names.clone().chain(kind.fields.iter().map(|field| field.name.as_str())));
        let help = if kind.reserved_names.iter().any(|reserved| reserved == name) {
            "That name is reserved: there was such a field once.".to_owned()
        } else if let Some(near) = near {
            format!("Did you mean {near}?")
        } else if kind.fields.is_empty() {
            "It has no fields at all.".to_owned()
        } else {
            format!("It has {}.", listed(names))
        };
        self.problem_at(at.clone(), format!("{} has no field “{}”.", kind.name, shortened(name)), help);
    }

    fn place(&mut self, at: Range<usize>) {
        self.steps += self.path.len();
        if self.steps <= MOST_STEPS || self.path.len() <= SHALLOW {
            self.places.push(Place { path: Path(self.path.clone()), at });
        }
    }

    fn problem(&mut self, node: &Node, message: String, help: String) {
        self.problem_at(node.at.clone(), message, help);
    }

    fn problem_at(&mut self, at: Range<usize>, message: String, help: String) {
        if self.problems.len() < MAX_PROBLEMS {
            let help = (!help.is_empty()).then_some(help);
            self.problems.push(Problem::new(self.text, at, message, help));
        }
    }
}

/// The field of that name: in JSON if there is one, otherwise in the schema.
fn field_named<'m>(kind: &'m MessageType, name: &str) -> Option<&'m Field> {
    kind.fields.iter().find(|field| field.json_name == name).or_else(|| kind.field_by_name(name))
}

/// The first few of them.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 8;
    let mut list = String::new();
    for (index, name) in names.enumerate() {
        if index == SHOWN {
            list.push_str(" …");
            break;
        }
        if index > 0 {
            list.push_str(", ");
        }
        list.push_str(name);
    }
    list
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Why a number is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// It is none.
    Kind,
    /// It is not whole.
    Fraction,
    /// It is too large or too small.
    Range,
}

/// A whole number, however it is written: `1e3` and `5.0` are.
fn integer(kind: Kind, text: &str) -> Result<Value, Refused> {
    if !syntax::is_number(text) {
        return Err(Refused::Kind);
    }
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    let mut magnitude: u64 = 0;
    if !significant.is_empty() {
        // An exponent that does not fit is far out of range, or far below one.
        let far = if exponent.starts_with('-') { i32::MIN / 2 } else { i32::MAX / 2 };
        let exponent = i64::from(exponent.parse().unwrap_or(far));
        // A text has not so many digits that their number would not fit.
        let exponent = exponent - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
        if exponent < 0 {
            return Err(Refused::Fraction);
        }
        for digit in significant.bytes() {
            magnitude =
                magnitude.checked_mul(10).and_then(|m| m.checked_add(u64::from(digit - b'0'))).ok_or(Refused::Range)?;
        }
        for _ in 0..exponent {
            magnitude = magnitude.checked_mul(10).ok_or(Refused::Range)?;
        }
    }
    let signed = || {
        let value = if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
        value.ok_or(Refused::Range)
    };
    let unsigned = || if negative && magnitude > 0 { Err(Refused::Range) } else { Ok(magnitude) };
    Ok(match kind {
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(signed()?),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(unsigned()?),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(u32::try_from(unsigned()?).map_err(|_| Refused::Range)?),
        _ => Value::I32(i32::try_from(signed()?).map_err(|_| Refused::Range)?),
    })
}

fn float(kind: Kind, text: &str) -> Result<Value, Refused> {
    let value = match text {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => {
            let value: f64 = if syntax::is_number(text) { number::parse(text) } else { None }.ok_or(Refused::Kind)?;
            if value.is_infinite() || kind == Kind::Float && (value as f32).is_infinite() {
                return Err(Refused::Range);
            }
            value
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "that is what a float is: the nearest of 32 bits")]
    Ok(if kind == Kind::Float { Value::F32(value as f32) } else { Value::F64(value) })
}

/// Bytes from base64 (RFC 4648), in the standard alphabet or that for addresses, filled up with `=` or not.
fn base64(text: &str) -> Result<Vec<u8>, String> {
    let letters = text.trim_end_matches('=');
    let filled = text.len() - letters.len();
    if filled > 0 && (filled > 2 || !text.len().is_multiple_of(4)) {
        return Err(format!("{filled} × = at the end do not fill it up to a multiple of four"));
    }
    if letters.len() % 4 == 1 {
        return Err("one letter is left over, which is not enough for a byte".to_owned());
    }
    let mut bytes = Vec::with_capacity(letters.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in letters.chars() {
        let six = match letter {
            'A'..='Z' => letter as u32 - 'A' as u32,
            'a'..='z' => letter as u32 - 'a' as u32 + 26,
            '0'..='9' => letter as u32 - '0' as u32 + 52,
            '+' | '-' => 62,
            '/' | '_' => 63,
            _ => return Err(format!("“{letter}” is none of its letters")),
        };
        bits = bits << 6 | six;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    Ok(bytes)
}
