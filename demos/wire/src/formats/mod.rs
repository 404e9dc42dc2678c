//! The same record in six encodings, byte by byte: JSON, CBOR, MessagePack, Protocol Buffers, Thrift compact, Avro.
//!
//! [`encode`] makes the bytes of one record and says of each part what it is for, [`many()`] says what many records
//! take in the form in which one really keeps them, and [`needs()`] who has to know the schema.
//!
//! # What is decided here
//!
//! Where an encoding leaves a choice to the encoder, this is what most libraries do without being asked: compact JSON
//! with its members in the record's order, bytes as base64 and numbers as numbers; CBOR and MessagePack with the
//! shortest heads and integers, but a double always in eight bytes (RFC 8949 calls the shortest float preferred, and
//! many libraries do not shorten); Protocol Buffers as proto3 without `optional`, so a default is not sent, and lists
//! of numbers packed; Avro lists in one block.

mod avro;
mod cbor;
mod json;
mod many;
mod messagepack;
mod needs;
mod protobuf;
mod sample;
mod schemas;
mod thrift;

pub use many::{Counted, Many, many, many_bytes};
pub use needs::{Need, Needs, needs};
pub use sample::Sample;
pub use schemas::schema;

use std::ops::Range;

/// An encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, RFC 8259, without spaces.
    Json,
    /// CBOR, RFC 8949.
    Cbor,
    /// MessagePack, github.com/msgpack/msgpack/blob/master/spec.md.
    MessagePack,
    /// Protocol Buffers, proto3 ("Encoding", protobuf.dev).
    Protobuf,
    /// Thrift's compact protocol, doc/specs/thrift-compact-protocol.md in Apache Thrift's repository.
    ThriftCompact,
    /// Avro's binary encoding, avro.apache.org/docs/1.12.0/specification.
    Avro,
}

impl Format {
    /// All of them: first those that carry the names along, then those that leave them to a schema.
    pub const ALL: [Self; 6] =
        [Self::Json, Self::MessagePack, Self::Cbor, Self::Protobuf, Self::ThriftCompact, Self::Avro];

    /// Its name, as its makers write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Cbor => "CBOR",
            Self::MessagePack => "MessagePack",
            Self::Protobuf => "Protocol Buffers",
            Self::ThriftCompact => "Thrift compact",
            Self::Avro => "Avro",
        }
    }
}

/// A record: what is to be encoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The name of its type, a letter and then letters, digits or `_`. It stands in schemas only.
    pub name: String,
    /// Its fields, in the order of the schema.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name, a letter and then letters, digits or `_`; each once in a record.
    pub name: String,
    /// Its number for Protocol Buffers and Thrift: 1 to 32,767, as far as Thrift's go, without 19,000 to 19,999,
    /// which Protocol Buffers keeps for itself; each once in a record.
    pub number: u16,
    /// Its value, which has its type.
    pub value: FieldValue,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// An integer of 32 bits.
    Int32(i32),
    /// An integer of 64 bits.
    Int64(i64),
    /// True or false.
    Bool(bool),
    /// A float of 64 bits.
    Double(f64),
    /// Text.
    String(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// A list of integers of 64 bits.
    Int64s(Vec<i64>),
    /// A list of texts.
    Strings(Vec<String>),
}

impl Record {
    /// A record whose fields are numbered from 1 on.
    pub fn new(name: &str, fields: Vec<(&str, FieldValue)>) -> Self {
        let field = |((name, value), number): ((&str, _), _)| Field { name: name.to_owned(), number, value };
        Self { name: name.to_owned(), fields: fields.into_iter().zip(1..).map(field).collect() }
    }

    /// The example of the lesson: `Person { name = "Alice", id = 42, email = "a@b.com" }`.
    pub fn person() -> Self {
        let text = |text: &str| FieldValue::String(text.to_owned());
        Self::new("Person", vec![("name", text("Alice")), ("id", FieldValue::Int32(42)), ("email", text("a@b.com"))])
    }
}

/// Bytes with their reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotated {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their parts, in order, without gaps, none of them empty.
    pub parts: Vec<Part>,
}

/// Bytes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which bytes.
    pub at: Range<usize>,
    /// The place of the field in the record that they belong to; none for what holds the record together.
    pub field: Option<usize>,
    /// What they are for.
    pub role: Role,
    /// What they say, in a sentence or two.
    pub words: String,
}

/// What a part of the bytes is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It holds the record together: a brace, a comma, the number of pairs, a stop byte.
    Structure,
    /// The name of a field.
    Name,
    /// What stands before a value so that a reader knows what comes: its number, its type, its length.
    Head,
    /// The value itself, with its type where both share a byte.
    Payload,
}

/// Encodes one record.
pub fn encode(format: Format, record: &Record) -> Annotated {
    let mut out = Annotated::default();
    match format {
        Format::Json => json::write(record, &mut out),
        Format::Cbor => cbor::write(record, &mut out),
        Format::MessagePack => messagepack::write(record, &mut out),
        Format::Protobuf => protobuf::write(record, &mut out),
        Format::ThriftCompact => thrift::write(record, &mut out),
        Format::Avro => avro::write(record, &mut out),
    }
    out
}

/// Why a format has no bytes for a value, if so: proto3 does not send what is at its default.
pub fn absent(format: Format, value: &FieldValue) -> Option<String> {
    if format == Format::Protobuf { protobuf::absent(value) } else { None }
}

impl Annotated {
    /// Adds a part, unless it is empty.
    fn put(&mut self, field: Option<usize>, role: Role, bytes: &[u8], words: String) {
        if !bytes.is_empty() {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(bytes);
            self.parts.push(Part { at: start..self.bytes.len(), field, role, words });
        }
    }
}

/// A varint: seven bits a byte, the lowest first; the top bit says that another byte follows.
fn varint(value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    crate::encode::put_varint(value, &mut bytes);
    bytes
}

/// Numbers near zero become small ones, whatever their sign: 0, −1, 1, −2 become 0, 1, 2, 3.
const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// How a number became a varint.
fn varint_words(value: u64) -> String {
    let bytes = varint(value);
    match bytes.len() {
        1 => format!("{value} fits seven bits: one byte, 0x{value:02x}"),
        2..=4 => {
            let groups: Vec<_> =
                bytes.iter().map(|byte| format!("0x{byte:02x} = {}|{:07b}", byte >> 7, byte & 0x7f)).collect();
            format!(
                "{value} takes {} bytes of seven bits, the lowest bits first; a top bit of 1 says that another byte follows: {}",
                bytes.len(),
                groups.join(", ")
            )
        }
        more => format!(
            "{value} takes {more} bytes of seven bits, the lowest bits first; a top bit of 1 says that another byte follows"
        ),
    }
}

/// How a number became a zigzag varint.
fn zigzag_words(value: i64) -> String {
    let coded = zigzag(value);
    let how = if value >= 0 { format!("2 × {value}") } else { format!("2 × {} − 1", value.unsigned_abs()) };
    format!("Zigzag makes {coded} of {} ({how}). {}", said(value), varint_words(coded))
}

/// A number with a true minus sign.
fn said(value: i64) -> String {
    if value < 0 { format!("−{}", value.unsigned_abs()) } else { value.to_string() }
}

/// `1 byte`, `5 bytes`.
fn count(number: usize, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}

/// In how many bytes a number stands, and in which order.
fn order(bytes: usize) -> String {
    if bytes == 1 { " in one byte".to_owned() } else { format!(" in {bytes} bytes, the highest first") }
}

/// A text for a sentence: in quotes, its middle left out if it is long.
fn quoted(text: &str) -> String {
    let length = text.chars().count();
    if length <= 24 {
        return format!("“{text}”");
    }
    let (start, end): (String, String) = (text.chars().take(12).collect(), text.chars().skip(length - 8).collect());
    format!("“{start}…{end}”")
}

/// A text's payload in words.
fn text_words(text: &str) -> String {
    format!("{} in UTF-8, {}.", quoted(text), count(text.len(), "byte"))
}

/// The payload of bytes in words.
fn bytes_words(bytes: &[u8]) -> String {
    format!("{} as they are.", count(bytes.len(), "byte"))
}

/// A float's payload in words.
fn double_words(value: f64, lowest_first: bool) -> String {
    let order = if lowest_first { "lowest" } else { "highest" };
    format!("{} in the 8 bytes of IEEE 754, the {order} first.", crate::number::shortest(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_lessons_person_in_all_encodings() {
        let table = [
            (Format::Json, hex(br#"{"name":"Alice","id":42,"email":"a@b.com"}"#)),
            (
                Format::MessagePack,
                "83 a4 6e 61 6d 65 a5 41 6c 69 63 65 a2 69 64 2a a5 65 6d 61 69 6c a7 61 40 62 2e 63 6f 6d".to_owned(),
            ),
            (
                Format::Cbor,
                "a3 64 6e 61 6d 65 65 41 6c 69 63 65 62 69 64 18 2a 65 65 6d 61 69 6c 67 61 40 62 2e 63 6f 6d"
                    .to_owned(),
            ),
            (Format::Protobuf, "0a 05 41 6c 69 63 65 10 2a 1a 07 61 40 62 2e 63 6f 6d".to_owned()),
            (Format::ThriftCompact, "18 05 41 6c 69 63 65 15 54 18 07 61 40 62 2e 63 6f 6d 00".to_owned()),
            (Format::Avro, "0a 41 6c 69 63 65 54 0e 61 40 62 2e 63 6f 6d".to_owned()),
        ];
        for (format, bytes) in table {
            assert_eq!(hex(&encode(format, &Record::person()).bytes), bytes, "{format:?}");
        }
        let sizes = Format::ALL.map(|format| encode(format, &Record::person()).bytes.len());
        assert_eq!(sizes, [42, 30, 31, 18, 19, 15]);
    }

    #[test]
    fn the_parts_of_a_person_carry_names_only_where_there_is_no_schema() {
        for (format, names) in Format::ALL.into_iter().zip([3, 3, 3, 0, 0, 0]) {
            let parts = encode(format, &Record::person()).parts;
            assert_eq!(parts.iter().filter(|part| part.role == Role::Name).count(), names, "{format:?}");
            assert_eq!(parts.iter().filter(|part| part.role == Role::Payload).count(), 3, "{format:?}");
        }
    }

    #[test]
    fn zigzag_is_that_of_the_table() {
        let table = [(0, 0), (-1, 1), (1, 2), (-2, 3), (0x7fff_ffff, 0xffff_fffe), (-0x8000_0000, 0xffff_ffff)];
        for (value, coded) in table {
            assert_eq!(zigzag(value), coded);
        }
        assert_eq!((zigzag(i64::MAX), zigzag(i64::MIN)), (u64::MAX - 1, u64::MAX));
    }

    #[test]
    fn words_follow_from_the_number() {
        assert_eq!(
            varint_words(150),
            "150 takes 2 bytes of seven bits, the lowest bits first; a top bit of 1 says that another byte follows: 0x96 = 1|0010110, 0x01 = 0|0000001"
        );
        assert_eq!(zigzag_words(-3), "Zigzag makes 5 of −3 (2 × 3 − 1). 5 fits seven bits: one byte, 0x05");
        assert_eq!(quoted("a text that is too long for a sentence"), "“a text that …sentence”");
    }
}
