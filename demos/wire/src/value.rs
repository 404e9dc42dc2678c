//! Values of messages, for any schema.

use crate::schema::Kind;

/// A message: what is set in it, and what its reader did not know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// What is set, by field number, ascending. A field without presence that is at its default is not in it.
    pub fields: Vec<(u32, Content)>,
    /// Fields that the schema does not have, as they came: whole, tag included, in the order of arrival.
    pub unknown: Vec<u8>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A single value.
    One(Value),
    /// The values of a repeated field, never empty.
    Many(Vec<Value>),
    /// The pairs of a map, never empty, each key once, in the order in which the keys came first.
    Map(Vec<(Value, Value)>),
}

/// A single value. Its type is the schema's; several types of the schema share a case here.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// int32, sint32, sfixed32
    I32(i32),
    /// int64, sint64, sfixed64
    I64(i64),
    /// uint32, fixed32
    U32(u32),
    /// uint64, fixed64
    U64(u64),
    /// float
    F32(f32),
    /// double
    F64(f64),
    /// bool
    Bool(bool),
    /// string
    String(String),
    /// bytes
    Bytes(Vec<u8>),
    /// An enum's number, named by the schema or not: proto3 enums are open.
    Enum(i32),
    /// A message.
    Message(Message),
}

/// The way from a message to a value in it: for hovering, errors and differences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

/// A step of a [`Path`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into the field with that number.
    Field(u32),
    /// Into that value of a repeated field, or that pair of a map, from 0 on in the order of the message.
    Item(usize),
    /// To the key of a map's pair.
    Key,
    /// To the value of a map's pair.
    Value,
}

impl Message {
    /// What the field with that number holds, if it is set.
    pub fn get(&self, number: u32) -> Option<&Content> {
        let at = self.position(number).ok()?;
        Some(&self.fields[at].1)
    }

    /// Sets the field with that number, in its place; what it held is gone.
    pub fn set(&mut self, number: u32, content: Content) {
        match self.position(number) {
            Ok(at) => self.fields[at].1 = content,
            Err(at) => self.fields.insert(at, (number, content)),
        }
    }

    /// Takes out the field with that number.
    pub fn clear(&mut self, number: u32) -> Option<Content> {
        let at = self.position(number).ok()?;
        Some(self.fields.remove(at).1)
    }

    /// Where the field is, or where it belongs.
    fn position(&self, number: u32) -> Result<usize, usize> {
        let after = self.fields.iter().position(|field| field.0 >= number).unwrap_or(self.fields.len());
        if self.fields.get(after).is_some_and(|field| field.0 == number) { Ok(after) } else { Err(after) }
    }
}

impl Value {
    /// What an absent field of that type reads as.
    pub fn default_of(kind: Kind) -> Self {
        match kind {
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Self::I32(0),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Self::I64(0),
            Kind::Uint32 | Kind::Fixed32 => Self::U32(0),
            Kind::Uint64 | Kind::Fixed64 => Self::U64(0),
            Kind::Float => Self::F32(0.0),
            Kind::Double => Self::F64(0.0),
            Kind::Bool => Self::Bool(false),
            Kind::String => Self::String(String::new()),
            Kind::Bytes => Self::Bytes(Vec::new()),
            Kind::Enum(_) => Self::Enum(0),
            Kind::Message(_) => Self::Message(Message::default()),
        }
    }

    /// Whether a field without presence leaves this value out. Minus zero is sent: the runtimes compare bits. So is a
    /// message, whatever is in it.
    pub fn is_default(&self) -> bool {
        match self {
            Self::I32(value) | Self::Enum(value) => *value == 0,
            Self::I64(value) => *value == 0,
            Self::U32(value) => *value == 0,
            Self::U64(value) => *value == 0,
            Self::F32(value) => value.to_bits() == 0,
            Self::F64(value) => value.to_bits() == 0,
            Self::Bool(value) => !value,
            Self::String(value) => value.is_empty(),
            Self::Bytes(value) => value.is_empty(),
            Self::Message(_) => false,
        }
    }
}
