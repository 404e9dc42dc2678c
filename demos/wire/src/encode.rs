//! From a message to bytes.

use crate::{
    decode::Runtime,
    schema::{Field, Kind, Label, MessageId, Schema, WireType},
    value::{Content, Message, Value},
};

/// Serialises as Google's runtimes do: fields by ascending number, repeated numbers packed unless the schema says
/// otherwise, then the unknown fields as they came.
///
/// The pairs of a map go out in the order of the message. A real runtime promises no order (upb takes that of its
/// hash table, or sorts by key when asked to be deterministic), so an order that a reader can follow is as right as
/// any.
///
/// Fields that the schema does not have are left out, and so is a field without presence that is at its default.
pub fn encode(schema: &Schema, message: MessageId, value: &Message) -> Vec<u8> {
    encode_as(schema, message, value, Runtime::Mainstream)
}

/// Serialises as that runtime does. What prost does otherwise: a oneof goes out where its lowest number stands,
/// whichever member is set; −0.0 counts as the default, since it equals 0.0; a pair of a map leaves out a key and a
/// value that are at their defaults.
pub fn encode_as(schema: &Schema, message: MessageId, value: &Message, runtime: Runtime) -> Vec<u8> {
    let mut out = Vec::new();
    Encoder { schema, runtime }.message(message, value, &mut out);
    out
}

impl WireType {
    /// The low three bits of a tag.
    pub fn number(self) -> u32 {
        match self {
            WireType::Varint => 0,
            WireType::I64 => 1,
            WireType::Len => 2,
            WireType::StartGroup => 3,
            WireType::EndGroup => 4,
            WireType::I32 => 5,
        }
    }

    /// The wire type with that number; none for 6 and 7, which do not exist.
    pub fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => WireType::Varint,
            1 => WireType::I64,
            2 => WireType::Len,
            3 => WireType::StartGroup,
            4 => WireType::EndGroup,
            5 => WireType::I32,
            _ => return None,
        })
    }
}

impl Value {
    /// The 64 bits that a number, boolean or enum has as int64 or uint64; 0 for what has none.
    fn bits(&self) -> u64 {
        match *self {
            // Negative numbers are widened with their sign: ten bytes as a varint, so that int32 and int64 read alike.
            Value::I32(n) | Value::Enum(n) => i64::from(n) as u64,
            Value::I64(n) => n as u64,
            Value::U32(n) => u64::from(n),
            Value::U64(n) => n,
            Value::F32(n) => u64::from(n.to_bits()),
            Value::F64(n) => n.to_bits(),
            Value::Bool(b) => u64::from(b),
            Value::String(_) | Value::Bytes(_) | Value::Message(_) => 0,
        }
    }
}

/// Appends a varint: seven bits a byte, the lowest first.
pub fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a tag.
pub fn put_tag(number: u32, wire: WireType, out: &mut Vec<u8>) {
    put_varint(u64::from(number) << 3 | u64::from(wire.number()), out);
}

/// Serialises what a real runtime keeps of a map's pair that has unknown fields: the pair as a message whose fields
/// have no presence, then what is unknown in it.
pub(crate) fn put_unknown_entry(
    schema: &Schema,
    field: &Field,
    key: Option<&Value>,
    value: Option<&Value>,
    unknown: &[u8],
    out: &mut Vec<u8>,
) {
    let Label::Map { key: key_kind } = field.label else { return };
    let encoder = Encoder { schema, runtime: Runtime::Mainstream };
    let mut entry = Vec::new();
    if let Some(key) = key.filter(|key| !key.is_default()) {
        encoder.tagged(1, key_kind, key, &mut entry);
    }
    if let Some(value) = value.filter(|value| !value.is_default()) {
        encoder.tagged(2, field.kind, value, &mut entry);
    }
    entry.extend_from_slice(unknown);
    put_tag(field.number, WireType::Len, out);
    put_varint(entry.len() as u64, out);
    out.extend_from_slice(&entry);
}

struct Encoder<'a> {
    schema: &'a Schema,
    runtime: Runtime,
}

impl Encoder<'_> {
    fn message(&self, id: MessageId, message: &Message, out: &mut Vec<u8>) {
        let kind = &self.schema.messages[id];
        if self.runtime == Runtime::Mainstream {
            for (number, content) in &message.fields {
                if let Some(field) = kind.field(*number) {
                    self.field(field, content, out);
                }
            }
            out.extend_from_slice(&message.unknown);
            return;
        }
        let place = |field: &Field| match field.oneof {
            None => field.number,
            oneof => {
                kind.fields.iter().filter(|other| other.oneof == oneof).map(|other| other.number).min().unwrap_or(0)
            }
        };
        let mut last = 0;
        while let Some((at, field, content)) = message
            .fields
            .iter()
            .filter_map(|(number, content)| kind.field(*number).map(|field| (place(field), field, content)))
            .filter(|(at, ..)| *at > last)
            .min_by_key(|(at, ..)| *at)
        {
            self.field(field, content, out);
            last = at;
        }
    }

    fn field(&self, field: &Field, content: &Content, out: &mut Vec<u8>) {
        match content {
            Content::One(value) => {
                if field.has_presence() || !self.is_default(field.kind, value) {
                    self.tagged(field.number, field.kind, value, out);
                }
            }
            Content::Many(values)
                if matches!(field.label, Label::Repeated { packed: true }) && field.kind.packable() =>
            {
                if values.is_empty() {
                    return;
                }
                let mut elements = Vec::new();
                for value in values {
                    self.value(field.kind, value, &mut elements);
                }
                put_tag(field.number, WireType::Len, out);
                put_varint(elements.len() as u64, out);
                out.extend_from_slice(&elements);
            }
            Content::Many(values) => {
                for value in values {
                    self.tagged(field.number, field.kind, value, out);
                }
            }
            Content::Map(pairs) => {
                let Label::Map { key: key_kind } = field.label else { return };
                for (key, value) in pairs {
                    let mut entry = Vec::new();
                    let all = self.runtime == Runtime::Mainstream;
                    if all || !key.is_default() {
                        self.tagged(1, key_kind, key, &mut entry);
                    }
                    if all || !self.is_default(field.kind, value) {
                        self.tagged(2, field.kind, value, &mut entry);
                    }
                    put_tag(field.number, WireType::Len, out);
                    put_varint(entry.len() as u64, out);
                    out.extend_from_slice(&entry);
                }
            }
        }
    }

    /// Whether this runtime takes a value for the default. prost compares with `==`, messages in maps too.
    fn is_default(&self, kind: Kind, value: &Value) -> bool {
        match (kind, value) {
            _ if self.runtime == Runtime::Mainstream => value.is_default(),
            (_, Value::F32(n)) => *n == 0.0,
            (_, Value::F64(n)) => *n == 0.0,
            // What a message holds at its default was set in a field with presence, or is −0.0.
            (Kind::Message(id), Value::Message(message)) => message.fields.iter().all(|(number, content)| {
                match (self.schema.messages[id].field(*number), content) {
                    (Some(field), Content::One(value)) => !field.has_presence() && self.is_default(field.kind, value),
                    _ => false,
                }
            }),
            _ => value.is_default(),
        }
    }

    fn tagged(&self, number: u32, kind: Kind, value: &Value, out: &mut Vec<u8>) {
        put_tag(number, kind.wire_type(), out);
        self.value(kind, value, out);
    }

    /// The value without a tag, with its length if the wire type has one.
    fn value(&self, kind: Kind, value: &Value, out: &mut Vec<u8>) {
        let inner;
        let content = match (kind, value) {
            (Kind::String, Value::String(text)) => text.as_bytes(),
            (Kind::Bytes, Value::Bytes(bytes)) => bytes,
            (Kind::Message(id), Value::Message(message)) => {
                let mut bytes = Vec::new();
                self.message(id, message, &mut bytes);
                inner = bytes;
                &inner
            }
            _ => &[][..],
        };
        let bits = value.bits();
        match kind.wire_type() {
            WireType::I64 => out.extend_from_slice(&bits.to_le_bytes()),
            WireType::I32 => out.extend_from_slice(&(bits as u32).to_le_bytes()),
            WireType::Len => {
                put_varint(content.len() as u64, out);
                out.extend_from_slice(content);
            }
            // 0, -1, 1, -2, 2, …: small numbers stay short, whatever their sign.
            _ if matches!(kind, Kind::Sint32 | Kind::Sint64) => {
                let n = bits as i64;
                put_varint((n << 1 ^ n >> 63) as u64, out);
            }
            _ => put_varint(bits, out),
        }
    }
}
