//! A schema: what its text says, with the place of everything in it.

mod nearest;
mod packed;
mod parse;
#[cfg(test)]
mod tests;

use std::{
    cmp::Ordering,
    ops::{Range, RangeInclusive},
};

pub(crate) use nearest::nearest;
pub use packed::{pack, unpack};

/// A `.proto` file of syntax proto3 that makes sense.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The text, as it was written.
    pub text: String,
    /// All message types, those inside others too, in the order of the text; an outer one stands before its inner
    /// ones. Entries of maps have none: see [`Label::Map`].
    pub messages: Vec<MessageType>,
    /// All enum types, in the same way.
    pub enums: Vec<EnumType>,
}

/// The place of a message type in [`Schema::messages`].
pub type MessageId = usize;
/// The place of an enum type in [`Schema::enums`].
pub type EnumId = usize;

/// A message type.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageType {
    /// Its name with those around it, without the package: `Order.Line`.
    pub name: String,
    /// The fields, in the order of the text; those of oneofs too.
    pub fields: Vec<Field>,
    /// The names of the oneofs, by which [`Field::oneof`] counts. Those that compilers make for `optional` fields are
    /// left out.
    pub oneofs: Vec<String>,
    /// Numbers that no field may have any more.
    pub reserved_numbers: Vec<RangeInclusive<u32>>,
    /// Names that no field may have any more.
    pub reserved_names: Vec<String>,
    /// The bytes of the text from `message` to the closing brace.
    pub span: Range<usize>,
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in the schema: `order_id`.
    pub name: String,
    /// Its name in protobuf JSON: `orderId`, or what `json_name` says.
    pub json_name: String,
    /// Its number, 1 to 2^29 − 1.
    pub number: u32,
    /// The type of a value; of a map's values, if it is a map.
    pub kind: Kind,
    /// How many values, and whether absence can be told from the default.
    pub label: Label,
    /// The place of its oneof in [`MessageType::oneofs`].
    pub oneof: Option<usize>,
    /// Whether the schema says `deprecated = true`.
    pub deprecated: bool,
    /// The bytes of the text from the label or type to the semicolon.
    pub span: Range<usize>,
    /// The bytes of the name in the text.
    pub name_span: Range<usize>,
    /// The bytes of the number in the text.
    pub number_span: Range<usize>,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the language")]
pub enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum(EnumId),
    Message(MessageId),
}

/// How many values a field has, and whether absence can be told from the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// One value; a scalar that is at its default is not sent ("implicit presence"). Messages, and members of oneofs,
    /// have presence all the same.
    Singular,
    /// One value or none, and a default that was set is sent: `optional`.
    Optional,
    /// Any number of values.
    Repeated {
        /// All in one piece, without a tag for each; for numbers, booleans and enums only.
        packed: bool,
    },
    /// Pairs. On the wire a repeated message with the key as field 1 and the value as field 2.
    Map {
        /// The type of the keys: an integer, a boolean or a string.
        key: Kind,
    },
}

/// An enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumType {
    /// Its name with those around it, without the package.
    pub name: String,
    /// Names and numbers in the order of the text. The first is 0 and the default; with `allow_alias` several names
    /// can have a number.
    pub values: Vec<(String, i32)>,
    /// Numbers that no value may have any more.
    pub reserved_numbers: Vec<RangeInclusive<i32>>,
    /// Names that no value may have any more.
    pub reserved_names: Vec<String>,
    /// The bytes of the text from `enum` to the closing brace.
    pub span: Range<usize>,
}

/// How a value is laid out on the wire: the low three bits of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireType {
    /// 0: seven bits a byte, the lowest first; the top bit says that another byte follows.
    Varint,
    /// 1: eight bytes, the lowest first.
    I64,
    /// 2: a length as a varint, then so many bytes.
    Len,
    /// 3: the beginning of a group, which proto3 has no more; skipped up to its end.
    StartGroup,
    /// 4: the end of a group.
    EndGroup,
    /// 5: four bytes, the lowest first.
    I32,
}

/// A mistake in a schema, a value or in bytes, with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the text.
    pub at: Range<usize>,
    /// The line, from 1 on.
    pub line: usize,
    /// The column in characters, from 1 on.
    pub column: usize,
    /// What is wrong, in one line.
    pub message: String,
    /// What to write instead, if that is known.
    pub help: Option<String>,
}

/// The longest text of a schema, in bytes.
pub const MAX_TEXT: usize = 20_000;
/// The most fields that a schema can have, in all its messages.
pub const MAX_FIELDS: usize = 200;
/// The most enum values that a schema can have, and the most reserved numbers and names.
pub const MAX_VALUES: usize = 500;
/// The largest number of a field, 2^29 − 1: the other three of a tag's 32 bits are the wire type.
pub const MAX_NUMBER: u32 = (1 << 29) - 1;

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// Every mistake that can be found, in the order of the text: what protoc refuses, and what this room leaves out.
    /// While the syntax is damaged, only that is known; the meaning of the rest is looked at once it can be read.
    /// Texts longer than [`MAX_TEXT`], and those with more than [`MAX_FIELDS`] or [`MAX_VALUES`], are refused.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        parse::parse(text)
    }

    /// The message type of that name.
    pub fn message(&self, name: &str) -> Option<MessageId> {
        self.messages.iter().position(|message| message.name == name)
    }

    /// The enum type of that name.
    pub fn enumeration(&self, name: &str) -> Option<EnumId> {
        self.enums.iter().position(|kind| kind.name == name)
    }
}

impl MessageType {
    /// The field with that number.
    pub fn field(&self, number: u32) -> Option<&Field> {
        self.fields.iter().find(|field| field.number == number)
    }

    /// The field of that name in the schema.
    pub fn field_by_name(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    /// Whether "not set" and "set to the default" are different states ("Application Note: Field Presence",
    /// protobuf.dev): messages, members of oneofs and `optional` fields.
    pub fn has_presence(&self) -> bool {
        match self.label {
            Label::Singular => self.oneof.is_some() || matches!(self.kind, Kind::Message(_)),
            Label::Optional => true,
            Label::Repeated { .. } | Label::Map { .. } => false,
        }
    }

    /// How the field is laid out on the wire as a whole: as its values are, but packed ones and maps with a length.
    pub fn wire_type(&self) -> WireType {
        match self.label {
            Label::Repeated { packed: true } | Label::Map { .. } => WireType::Len,
            _ => self.kind.wire_type(),
        }
    }
}

impl EnumType {
    /// The first name with that number.
    pub fn name_of(&self, number: i32) -> Option<&str> {
        self.values.iter().find(|value| value.1 == number).map(|value| value.0.as_str())
    }

    /// The number of that name.
    pub fn number_of(&self, name: &str) -> Option<i32> {
        self.values.iter().find(|value| value.0 == name).map(|value| value.1)
    }
}

impl Kind {
    /// The scalar types with their names, in the order of the language guide's table.
    pub const SCALARS: [(&'static str, Self); 15] = [
        ("double", Self::Double),
        ("float", Self::Float),
        ("int32", Self::Int32),
        ("int64", Self::Int64),
        ("uint32", Self::Uint32),
        ("uint64", Self::Uint64),
        ("sint32", Self::Sint32),
        ("sint64", Self::Sint64),
        ("fixed32", Self::Fixed32),
        ("fixed64", Self::Fixed64),
        ("sfixed32", Self::Sfixed32),
        ("sfixed64", Self::Sfixed64),
        ("bool", Self::Bool),
        ("string", Self::String),
        ("bytes", Self::Bytes),
    ];

    /// How a single value is laid out on the wire.
    pub fn wire_type(self) -> WireType {
        match self {
            Self::Int32
            | Self::Int64
            | Self::Uint32
            | Self::Uint64
            | Self::Sint32
            | Self::Sint64
            | Self::Bool
            | Self::Enum(_) => WireType::Varint,
            Self::Fixed64 | Self::Sfixed64 | Self::Double => WireType::I64,
            Self::Fixed32 | Self::Sfixed32 | Self::Float => WireType::I32,
            Self::String | Self::Bytes | Self::Message(_) => WireType::Len,
        }
    }

    /// Whether several values can stand in one piece without a tag for each: everything that carries no length.
    pub fn packable(self) -> bool {
        self.wire_type() != WireType::Len
    }

    /// The name as a schema writes it: `sint32`, `Order.Line`.
    pub fn name(self, schema: &Schema) -> &str {
        match self {
            Self::Enum(id) => &schema.enums[id].name,
            Self::Message(id) => &schema.messages[id].name,
            scalar => Self::SCALARS.iter().find(|entry| entry.1 == scalar).map_or("", |entry| entry.0),
        }
    }
}

impl Problem {
    /// A problem at that place; line and column are counted here.
    pub(crate) fn new(text: &str, at: Range<usize>, message: String, help: Option<String>) -> Self {
        let before = &text[..at.start];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = 1 + before.bytes().filter(|&byte| byte == b'\n').count();
        let column = 1 + before[line_start..].chars().count();
        Self { at, line, column, message, help }
    }

    /// Problems in the order of the text; those at one place in the order in which they were found.
    pub(crate) fn in_order(problems: Vec<Self>) -> Vec<Self> {
        let order = sorted(problems.len(), &|a, b| problems[a].at.start.cmp(&problems[b].at.start));
        in_that_order(problems, &order)
    }
}

/// The places of that many things in the order that `compare` says; those that it finds equal stay in theirs. The
/// library's sorts are compiled anew for each type, which is 2 KB of a module each time; this one is there once.
pub(crate) fn sorted(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        for start in (0..count).step_by(2 * width) {
            let middle = (start + width).min(count);
            let end = (start + 2 * width).min(count);
            let (mut left, mut right) = (start, middle);
            while left < middle || right < end {
                let from_left = right == end || left < middle && compare(order[left], order[right]).is_le();
                let next = if from_left { &mut left } else { &mut right };
                merged.push(order[*next]);
                *next += 1;
            }
        }
        std::mem::swap(&mut order, &mut merged);
        merged.clear();
        width *= 2;
    }
    order
}

/// The things in the order of their places.
pub(crate) fn in_that_order<T>(things: Vec<T>, order: &[usize]) -> Vec<T> {
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    order.iter().filter_map(|&at| things[at].take()).collect()
}
