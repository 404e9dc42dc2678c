//! From bytes to a message, with what each byte is for.
//!
//! The rules are those of upb, on which Google's runtimes for Python, Ruby and PHP stand; where C++, Java and Go are
//! stricter or laxer, a comment says so.

mod explain;
#[cfg(test)]
mod tests;
pub mod varint;

pub use explain::{explain, explain_error};

use crate::{
    encode,
    schema::{Field, Kind, Label, MAX_NUMBER, MessageId, Schema, WireType},
    value::{Content, Message, Path, Step, Value},
};
use std::ops::Range;
use varint::{Unfinished, Varint};

/// How deep messages may be nested, as in the mainstream runtimes: this many inside the outermost one. Groups and the
/// pairs of maps count as messages.
pub const DEEPEST: usize = 100;

/// So many steps the paths of all pieces may have together: each knows its own, and bytes can be made of which these are
/// ten thousand times as long. Pieces that are at most [`SHALLOW`] steps deep are told all the same.
pub const MOST_STEPS: usize = 100_000;
/// See [`MOST_STEPS`].
pub const SHALLOW: usize = 8;

/// Whose rules are followed where runtimes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// As Google's C++, Java, Go and Python: a field whose wire type does not fit its type is an unknown field. Where
    /// these differ, as Python (upb).
    Mainstream,
    /// As prost 0.14, of Rust: there it is an error, and unknown fields are dropped.
    Prost,
}

/// What came of bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The message; without the error's part, if there was one: a real runtime gives nothing then.
    pub message: Message,
    /// What each byte is for: in the order of the bytes, without gaps or overlaps up to the error's first byte. None
    /// is empty: an empty string has a tag and a length only. If they are not [`complete`](Self::complete), there are gaps.
    pub pieces: Vec<Piece>,
    /// Whether it is said of all bytes what they are for: of deeply nested ones not more is than [`MOST_STEPS`] allow.
    pub complete: bool,
    /// Why a runtime refuses these bytes.
    pub error: Option<DecodeError>,
}

/// Bytes that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Which bytes.
    pub at: Range<usize>,
    /// What they are.
    pub role: Role,
    /// The value that they are part of; for a field that the schema does not have, the way to the message around it.
    pub path: Path,
    /// The message type around it, and the number of the field; the field need not be in the schema. In a map's pair,
    /// those of the map: the path says whether it is the key or the value.
    pub field: (MessageId, u32),
    /// The wire type of its field, as it came; of a packed element, the element's own.
    pub wire: WireType,
    /// How its field is taken.
    pub taken: Taken,
    /// How many messages are around it, not counting the outermost one; a map's pair is one.
    pub depth: usize,
}

/// What bytes are.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// A tag: number and wire type as one varint, `number << 3 | wire type`.
    Tag {
        /// The field number.
        number: u32,
        /// The wire type.
        wire: WireType,
        /// How the field that it begins is taken.
        taken: Taken,
    },
    /// How many bytes follow that belong to the value.
    Length(u64),
    /// A value, or an element of a packed field; of an unknown field all that follows its tag or length. What is
    /// inside an unknown group is one piece too, for nobody can say what it means.
    Value,
}

/// How a field that came is taken by this reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// As what the schema says.
    Known,
    /// The schema has no field of that number: kept as unknown, or dropped.
    UnknownNumber,
    /// The schema's field has another wire type: kept as unknown, or an error.
    OtherWireType,
    /// A map's pair with something unknown in it, such as a key of another type: kept as unknown as a whole, so the
    /// map does not have it. Python, Ruby and PHP do so; C++ and Java drop what is unknown and keep the pair.
    UnknownInPair,
}

/// Why bytes are no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where: the bytes that do not fit, from the first to the end of what they belong to; empty at the end of the
    /// bytes, or of the message around, if something had to follow there.
    pub at: Range<usize>,
    /// What is wrong.
    pub reason: Reason,
}

/// What can be wrong with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They end in the middle of something.
    Truncated,
    /// A varint of more than ten bytes; with Google's runtimes a tag or length of more than five, with prost one that
    /// does not fit 64 bits.
    LongVarint,
    /// A field number of 0, or above 2^29 − 1.
    FieldNumber,
    /// Wire type 6 or 7, which do not exist.
    WireType,
    /// An end of a group without its beginning in the same message, or of another one.
    Group,
    /// A length beyond the end of the bytes, or of the message around it.
    Length,
    /// A string that is no UTF-8.
    Utf8,
    /// More than [`DEEPEST`] messages inside the outermost one. prost refuses any unknown field in the deepest, too.
    Depth,
    /// A wire type that does not fit the field, where the runtime refuses that.
    OtherWireType,
}

/// Reads bytes as a message of that type. Never panics, and takes memory in proportion to the bytes, and to the nesting
/// because each piece knows its path.
pub fn decode(schema: &Schema, message: MessageId, bytes: &[u8], runtime: Runtime) -> Decoded {
    let mut decoder = Decoder::new(schema, bytes, runtime, true);
    let mut into = Message::default();
    let error = decoder.message(message, &mut into, bytes.len(), 0).err();
    Decoded { message: into, pieces: decoder.pieces, complete: decoder.complete, error }
}

/// Reads bytes as [`decode`] does, without saying what each is for: where only the message counts.
///
/// # Errors
/// As [`decode`].
pub fn parse(schema: &Schema, message: MessageId, bytes: &[u8], runtime: Runtime) -> Result<Message, DecodeError> {
    let mut into = Message::default();
    Decoder::new(schema, bytes, runtime, false).message(message, &mut into, bytes.len(), 0)?;
    Ok(into)
}

struct Decoder<'a> {
    schema: &'a Schema,
    bytes: &'a [u8],
    runtime: Runtime,
    /// The first byte that is not yet read.
    at: usize,
    /// Whether the pieces are wanted.
    telling: bool,
    pieces: Vec<Piece>,
    /// How many steps the paths of pieces have so far.
    steps: usize,
    complete: bool,
    path: Vec<Step>,
}

/// Of whose field a piece is.
#[derive(Clone, Copy)]
struct Of {
    field: (MessageId, u32),
    wire: WireType,
    taken: Taken,
    depth: usize,
}

/// A tag that was read.
struct Tag {
    at: Range<usize>,
    number: u32,
    wire: WireType,
}

type Outcome<T> = Result<T, DecodeError>;

fn refused<T>(at: Range<usize>, reason: Reason) -> Outcome<T> {
    Err(DecodeError { at, reason })
}

impl<'a> Decoder<'a> {
    fn new(schema: &'a Schema, bytes: &'a [u8], runtime: Runtime, telling: bool) -> Self {
        Self { schema, bytes, runtime, at: 0, telling, pieces: Vec::new(), steps: 0, complete: true, path: Vec::new() }
    }

    fn is_prost(&self) -> bool {
        self.runtime == Runtime::Prost
    }

    fn message(&mut self, id: MessageId, into: &mut Message, end: usize, depth: usize) -> Outcome<()> {
        while self.at < end {
            let tag = self.tag(end, false)?;
            let schema = self.schema;
            let field = schema.messages[id].field(tag.number);
            let mut of = Of { field: (id, tag.number), wire: tag.wire, taken: Taken::Known, depth };
            match field {
                Some(field) if fits(field, tag.wire) => self.known(field, &tag, of, into, end)?,
                None | Some(_) => {
                    of.taken = if field.is_some() { Taken::OtherWireType } else { Taken::UnknownNumber };
                    self.unknown(&tag, of, &mut into.unknown, end)?;
                }
            }
        }
        Ok(())
    }

    /// A field that the schema has, in a wire type that fits.
    fn known(&mut self, field: &Field, tag: &Tag, of: Of, into: &mut Message, end: usize) -> Outcome<()> {
        let base = self.path.len();
        self.path.push(Step::Field(field.number));
        match field.label {
            Label::Singular | Label::Optional => {
                if field.oneof.is_some() {
                    let kind = &self.schema.messages[of.field.0];
                    into.fields.retain(|(number, _)| {
                        *number == field.number || kind.field(*number).is_none_or(|other| other.oneof != field.oneof)
                    });
                }
                self.push_tag(tag, of);
                if let Kind::Message(id) = field.kind {
                    if !matches!(into.get(field.number), Some(Content::One(Value::Message(_)))) {
                        into.set(field.number, Content::One(Value::Message(Message::default())));
                    }
                    let at = into.fields.iter().position(|(number, _)| *number == field.number).unwrap_or(0);
                    // What came before stays, and is merged with.
                    if let Content::One(Value::Message(inner)) = &mut into.fields[at].1 {
                        self.embedded(id, inner, of, tag, end)?;
                    }
                } else {
                    let value = self.scalar(field.kind, of, end)?;
                    if value.is_default() && !field.has_presence() {
                        into.clear(field.number);
                    } else {
                        into.set(field.number, Content::One(value));
                    }
                }
            }
            Label::Repeated { .. } => {
                let held = match into.get(field.number) {
                    Some(Content::Many(values)) => values.len(),
                    _ => 0,
                };
                if tag.wire == WireType::Len && field.kind.packable() {
                    self.push_tag(tag, of);
                    let stop = self.length(of, end)?;
                    let of = Of { wire: field.kind.wire_type(), ..of };
                    let mut values = Vec::new();
                    while self.at < stop {
                        self.path.push(Step::Item(held + values.len()));
                        values.push(self.scalar(field.kind, of, stop)?);
                        self.path.pop();
                    }
                    if !values.is_empty() {
                        many(into, field.number).append(&mut values);
                    }
                } else {
                    self.path.push(Step::Item(held));
                    self.push_tag(tag, of);
                    if let Kind::Message(id) = field.kind {
                        let values = many(into, field.number);
                        values.push(Value::Message(Message::default()));
                        if let Some(Value::Message(inner)) = values.last_mut() {
                            self.embedded(id, inner, of, tag, end)?;
                        }
                    } else {
                        let value = self.scalar(field.kind, of, end)?;
                        many(into, field.number).push(value);
                    }
                }
            }
            Label::Map { key } => self.pair(field, key, tag, of, into, end)?,
        }
        self.path.truncate(base);
        Ok(())
    }

    /// A message with its length before it.
    fn embedded(&mut self, id: MessageId, into: &mut Message, of: Of, tag: &Tag, end: usize) -> Outcome<()> {
        let stop = self.length(of, end)?;
        self.deeper(of.depth, tag.at.start, stop)?;
        self.message(id, into, stop, of.depth + 1)
    }

    /// Refuses to go into another message if it is too deep; the error then has all of the field.
    fn deeper(&mut self, depth: usize, start: usize, stop: usize) -> Outcome<()> {
        if depth < DEEPEST {
            return Ok(());
        }
        self.forget(start);
        refused(start..stop, Reason::Depth)
    }

    /// A map's pair: a message with the key as field 1 and the value as field 2.
    fn pair(
        &mut self,
        field: &Field,
        key_kind: Kind,
        tag: &Tag,
        of: Of,
        into: &mut Message,
        end: usize,
    ) -> Outcome<()> {
        let base = self.path.len();
        let place = match into.get(field.number) {
            Some(Content::Map(pairs)) => pairs.len(),
            _ => 0,
        };
        self.path.push(Step::Item(place));
        let first = self.pieces.len();
        self.push_tag(tag, of);
        let stop = self.length(of, end)?;
        self.deeper(of.depth, tag.at.start, stop)?;
        let content = self.at..stop;
        let inside = Of { depth: of.depth + 1, ..of };
        let (mut key, mut value, mut unknown) = (None, None, Vec::new());
        while self.at < stop {
            let inner = self.tag(stop, false)?;
            let mut of = Of { wire: inner.wire, ..inside };
            match inner.number {
                1 if inner.wire == key_kind.wire_type() => {
                    self.path.push(Step::Key);
                    self.push_tag(&inner, of);
                    key = Some(self.scalar(key_kind, of, stop)?);
                    self.path.pop();
                }
                2 if inner.wire == field.kind.wire_type() => {
                    self.path.push(Step::Value);
                    self.push_tag(&inner, of);
                    if let Kind::Message(id) = field.kind {
                        if let Value::Message(message) = value.get_or_insert(Value::Message(Message::default())) {
                            self.embedded(id, message, of, &inner, stop)?;
                        }
                    } else {
                        value = Some(self.scalar(field.kind, of, stop)?);
                    }
                    self.path.pop();
                }
                number => {
                    of.taken = if number <= 2 { Taken::OtherWireType } else { Taken::UnknownNumber };
                    self.unknown(&inner, of, &mut unknown, stop)?;
                }
            }
        }
        self.path.truncate(base);
        if unknown.is_empty() {
            let key = key.unwrap_or_else(|| Value::default_of(key_kind));
            let value = value.unwrap_or_else(|| Value::default_of(field.kind));
            let pairs = pairs(into, field.number);
            if let Some(at) = pairs.iter().position(|pair| pair.0 == key) {
                pairs[at].1 = value;
                for piece in &mut self.pieces[first..] {
                    piece.path.0[base] = Step::Item(at);
                }
            } else {
                pairs.push((key, value));
            }
        } else {
            encode::put_unknown_entry(self.schema, field, key.as_ref(), value.as_ref(), &unknown, &mut into.unknown);
            // Its bytes are an unknown field's now, so what they would have meant is told no more.
            let of = Of { taken: Taken::UnknownInPair, ..of };
            self.forget(content.start);
            self.path.truncate(base - 1);
            let path = Path(self.path.clone());
            for piece in self.pieces.iter_mut().skip(first) {
                piece.path = path.clone();
                piece.taken = of.taken;
                if let Role::Tag { taken, .. } = &mut piece.role {
                    *taken = of.taken;
                }
            }
            self.push(content, Role::Value, of);
        }
        Ok(())
    }

    /// A field that the schema does not have, or not in this wire type. It ends up in `into` as it came.
    fn unknown(&mut self, tag: &Tag, of: Of, into: &mut Vec<u8>, end: usize) -> Outcome<()> {
        if tag.wire == WireType::EndGroup {
            return refused(tag.at.clone(), Reason::Group);
        }
        if self.is_prost() && of.taken == Taken::OtherWireType {
            return refused(tag.at.clone(), Reason::OtherWireType);
        }
        // prost counts every unknown field as a level of nesting.
        if of.depth >= DEEPEST && (self.is_prost() || tag.wire == WireType::StartGroup) {
            return refused(tag.at.clone(), Reason::Depth);
        }
        self.push_tag(tag, of);
        match tag.wire {
            WireType::Varint => {
                let start = self.at;
                self.varint(end)?;
                self.push(start..self.at, Role::Value, of);
            }
            WireType::I64 => self.fixed(8, of, end)?,
            WireType::I32 => self.fixed(4, of, end)?,
            WireType::Len => {
                let stop = self.length(of, end)?;
                self.push(self.at..stop, Role::Value, of);
                self.at = stop;
            }
            WireType::StartGroup | WireType::EndGroup => {
                let start = self.at;
                let last = self.group(tag.number, end, of.depth + 1);
                let stop = last.as_ref().map_or_else(|error| error.at.start, |last| last.at.start);
                self.push(start..stop, Role::Value, of);
                self.push_tag(&last?, of);
            }
        }
        if !self.is_prost() {
            into.extend_from_slice(&self.bytes[tag.at.start..self.at]);
        }
        Ok(())
    }

    /// Skips what is in a group up to its end, and gives that.
    fn group(&mut self, number: u32, end: usize, depth: usize) -> Outcome<Tag> {
        loop {
            if self.at >= end {
                return refused(end..end, Reason::Truncated);
            }
            // upb takes field 0 inside of a group; C++ and prost do not.
            let tag = self.tag(end, !self.is_prost())?;
            if tag.wire == WireType::EndGroup {
                return if tag.number == number { Ok(tag) } else { refused(tag.at, Reason::Group) };
            }
            if depth >= DEEPEST && (self.is_prost() || tag.wire == WireType::StartGroup) {
                return refused(tag.at, Reason::Depth);
            }
            match tag.wire {
                WireType::Varint => {
                    self.varint(end)?;
                }
                WireType::I64 => self.skip(8, end)?,
                WireType::I32 => self.skip(4, end)?,
                WireType::Len => self.at = self.measure(end)?.1,
                WireType::StartGroup | WireType::EndGroup => {
                    self.group(tag.number, end, depth + 1)?;
                }
            }
        }
    }

    /// A value of a type that is no message, with its length if it has one.
    fn scalar(&mut self, kind: Kind, of: Of, end: usize) -> Outcome<Value> {
        let start;
        let bits = match kind.wire_type() {
            WireType::I64 => {
                start = self.at;
                self.skip(8, end)?;
                self.little(start)
            }
            WireType::I32 => {
                start = self.at;
                self.skip(4, end)?;
                self.little(start)
            }
            WireType::Len => {
                let stop = self.length(of, end)?;
                start = self.at;
                if kind == Kind::String && str::from_utf8(&self.bytes[start..stop]).is_err() {
                    return refused(start..stop, Reason::Utf8);
                }
                self.at = stop;
                0
            }
            _ => {
                start = self.at;
                self.varint(end)?.value
            }
        };
        let at = start..self.at;
        self.push(at.clone(), Role::Value, of);
        Ok(value_of(kind, bits, &self.bytes[at]))
    }

    /// The number in the bytes from there up to where we are, the lowest byte first.
    fn little(&self, start: usize) -> u64 {
        self.bytes[start..self.at].iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte))
    }

    fn skip(&mut self, count: usize, end: usize) -> Outcome<()> {
        if end - self.at < count {
            return refused(self.at..end, Reason::Truncated);
        }
        self.at += count;
        Ok(())
    }

    fn fixed(&mut self, count: usize, of: Of, end: usize) -> Outcome<()> {
        let start = self.at;
        self.skip(count, end)?;
        self.push(start..self.at, Role::Value, of);
        Ok(())
    }

    fn varint(&mut self, end: usize) -> Outcome<Varint> {
        let rest = &self.bytes[self.at..end];
        let varint = match varint::read(rest) {
            // prost and Go refuse what Google's other runtimes cut off.
            Ok(varint) if varint.overflow && self.is_prost() => Err((varint.length, Reason::LongVarint)),
            Ok(varint) => Ok(varint),
            Err(Unfinished::Truncated) => Err((rest.len(), Reason::Truncated)),
            Err(Unfinished::TooLong) => Err((varint::LONGEST, Reason::LongVarint)),
        };
        match varint {
            Ok(varint) => {
                self.at += varint.length;
                Ok(varint)
            }
            Err((length, reason)) => refused(self.at..self.at + length, reason),
        }
    }

    fn tag(&mut self, end: usize, zero: bool) -> Outcome<Tag> {
        let start = self.at;
        let varint = self.varint(end)?;
        let at = start..self.at;
        let number = varint.value >> 3;
        if number > u64::from(MAX_NUMBER) || (number == 0 && !zero) {
            return refused(at, Reason::FieldNumber);
        }
        let Some(wire) = WireType::from_number((varint.value & 7) as u32) else {
            return refused(at, Reason::WireType);
        };
        // A 32-bit number has five bytes at most; prost reads longer ones all the same.
        if varint.length > 5 && !self.is_prost() {
            return refused(at, Reason::LongVarint);
        }
        Ok(Tag { at, number: number as u32, wire })
    }

    /// Reads a length; gives it and the end of what it measures.
    fn measure(&mut self, end: usize) -> Outcome<(u64, usize)> {
        let start = self.at;
        let varint = self.varint(end)?;
        if varint.value > (end - self.at) as u64 {
            return refused(start..self.at, Reason::Length);
        }
        if varint.length > 5 && !self.is_prost() {
            return refused(start..self.at, Reason::LongVarint);
        }
        Ok((varint.value, self.at + varint.value as usize))
    }

    fn length(&mut self, of: Of, end: usize) -> Outcome<usize> {
        let start = self.at;
        let (length, stop) = self.measure(end)?;
        self.push(start..self.at, Role::Length(length), of);
        Ok(stop)
    }

    fn push_tag(&mut self, tag: &Tag, of: Of) {
        self.push(tag.at.clone(), Role::Tag { number: tag.number, wire: tag.wire, taken: of.taken }, of);
    }

    fn push(&mut self, at: Range<usize>, role: Role, of: Of) {
        if self.telling && !at.is_empty() {
            self.steps += self.path.len();
            if self.steps > MOST_STEPS && self.path.len() > SHALLOW {
                self.complete = false;
                return;
            }
            let Of { field, wire, taken, depth } = of;
            self.pieces.push(Piece { at, role, path: Path(self.path.clone()), field, wire, taken, depth });
        }
    }

    /// Takes back the pieces from that byte on.
    fn forget(&mut self, from: usize) {
        while self.pieces.last().is_some_and(|piece| piece.at.start >= from) {
            self.pieces.pop();
        }
    }
}

/// Whether a field can come in that wire type. Repeated numbers can come packed or not, whatever the schema says.
fn fits(field: &Field, wire: WireType) -> bool {
    match field.label {
        Label::Singular | Label::Optional => wire == field.kind.wire_type(),
        Label::Repeated { .. } => wire == field.kind.wire_type() || wire == WireType::Len,
        Label::Map { .. } => wire == WireType::Len,
    }
}

/// The value that bits are, or bytes, by its type.
fn value_of(kind: Kind, bits: u64, bytes: &[u8]) -> Value {
    // A varint that is too large for its type loses its upper bits.
    let low = bits as u32;
    match kind {
        Kind::Double => Value::F64(f64::from_bits(bits)),
        Kind::Float => Value::F32(f32::from_bits(low)),
        Kind::Int32 | Kind::Sfixed32 => Value::I32(low as i32),
        Kind::Int64 | Kind::Sfixed64 => Value::I64(bits as i64),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(low),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(bits),
        Kind::Sint32 => Value::I32((low >> 1) as i32 ^ -((low & 1) as i32)),
        Kind::Sint64 => Value::I64((bits >> 1) as i64 ^ -((bits & 1) as i64)),
        Kind::Bool => Value::Bool(bits != 0),
        Kind::Enum(_) => Value::Enum(low as i32),
        // It was looked at before.
        Kind::String => Value::String(String::from_utf8_lossy(bytes).into_owned()),
        Kind::Bytes => Value::Bytes(bytes.to_vec()),
        Kind::Message(_) => Value::Message(Message::default()),
    }
}

/// The values of a repeated field.
fn many(into: &mut Message, number: u32) -> &mut Vec<Value> {
    if !matches!(into.get(number), Some(Content::Many(_))) {
        into.set(number, Content::Many(Vec::new()));
    }
    match into.fields.iter_mut().find(|field| field.0 == number) {
        Some((_, Content::Many(values))) => values,
        _ => unreachable!("it was set just now"),
    }
}

/// The pairs of a map.
fn pairs(into: &mut Message, number: u32) -> &mut Vec<(Value, Value)> {
    if !matches!(into.get(number), Some(Content::Map(_))) {
        into.set(number, Content::Map(Vec::new()));
    }
    match into.fields.iter_mut().find(|field| field.0 == number) {
        Some((_, Content::Map(pairs))) => pairs,
        _ => unreachable!("it was set just now"),
    }
}
