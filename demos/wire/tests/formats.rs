//! The encodings of `wire::formats` are those of the libraries that everybody uses, in Rust and in Python: they read
//! our bytes as the same values, and write the same bytes.

// The libraries are of this machine.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code, reason = "here the interpreter is all that is needed of it")]
#[path = "common/oracle.rs"]
mod oracle;
#[path = "common/records.rs"]
mod records;

use records::Records;
use serde_json::{Value as Json, json};
use std::{
    io::Write,
    process::{Command, Stdio},
};
use wire::formats::{Annotated, FieldValue, Format, Record, Role, encode, many_bytes, schema};

/// Random records for the libraries of Rust.
const RUST: usize = 4_000;
/// Random records for those of Python, which take longer.
const PYTHON: usize = 2_000;
/// How many records are put into one array, list or file.
const COUNTS: [u64; 9] = [0, 1, 2, 14, 15, 16, 24, 256, 1_000];

fn random(seed: u64, how_many: usize, mut check: impl FnMut(&Record)) {
    check(&Record::person());
    let mut records = Records::new(seed);
    for _ in 0..how_many {
        check(&records.record());
    }
}

/// A few records, each so and so many times; not too large.
fn random_many(seed: u64, mut check: impl FnMut(&Record, u64)) {
    for count in COUNTS {
        check(&Record::person(), count);
    }
    let mut records = Records::new(seed);
    for _ in 0..100 {
        let (record, count) = (records.record(), COUNTS[records.below(COUNTS.len())]);
        if encode(Format::Json, &record).bytes.len() as u64 * count < 1_000_000 {
            check(&record, count);
        }
    }
}

fn bytes(format: Format, record: &Record) -> Vec<u8> {
    encode(format, record).bytes
}

fn doubles(record: &Record) -> impl Iterator<Item = f64> {
    record.fields.iter().filter_map(|field| match field.value {
        FieldValue::Double(value) => Some(value),
        _ => None,
    })
}

#[test]
fn parts_cover_the_bytes_and_every_field() {
    random(1, RUST, |record| {
        for format in Format::ALL {
            let Annotated { bytes, parts } = encode(format, record);
            let mut end = 0;
            for part in &parts {
                assert_eq!(part.at.start, end, "{format:?} {record:?}");
                assert!(!part.at.is_empty() && part.words.ends_with('.'), "{format:?} {part:?}");
                end = part.at.end;
            }
            assert_eq!(end, bytes.len(), "{format:?} {record:?}");
            for (place, field) in record.fields.iter().enumerate() {
                let there = parts.iter().any(|part| part.field == Some(place));
                let absent = wire::formats::absent(format, &field.value).is_some();
                assert_ne!(there, absent, "{format:?} {field:?}");
            }
        }
    });
}

mod json {
    use super::*;

    fn text(value: &FieldValue) -> String {
        match value {
            FieldValue::Int32(value) => serde_json::to_string(value),
            FieldValue::Int64(value) => serde_json::to_string(value),
            FieldValue::Bool(value) => serde_json::to_string(value),
            FieldValue::Double(value) if value.is_nan() => serde_json::to_string("NaN"),
            FieldValue::Double(f64::INFINITY) => serde_json::to_string("Infinity"),
            FieldValue::Double(f64::NEG_INFINITY) => serde_json::to_string("-Infinity"),
            FieldValue::Double(value) => serde_json::to_string(value),
            FieldValue::String(value) => serde_json::to_string(value),
            FieldValue::Bytes(value) => serde_json::to_string(&base64::encode(value)),
            FieldValue::Int64s(value) => serde_json::to_string(value),
            FieldValue::Strings(value) => serde_json::to_string(value),
        }
        .expect("serde_json writes it")
    }

    #[test]
    fn as_serde_json_writes_it() {
        random(2, RUST, |record| {
            let Annotated { bytes, parts } = encode(Format::Json, record);
            let payload = |place: usize| {
                let part = parts.iter().find(|part| part.field == Some(place) && part.role == Role::Payload);
                std::str::from_utf8(&bytes[part.expect("a payload").at.clone()]).expect("JSON is UTF-8")
            };
            let member = |(place, field): (usize, &wire::formats::Field)| {
                let theirs = text(&field.value);
                let value = match field.value {
                    // Of two numbers with the fewest digits, as near to the double as each other, either will do; and
                    // one may have an exponent where the other has zeros.
                    FieldValue::Double(value) if value.is_finite() => {
                        let ours = payload(place);
                        assert_eq!(ours.parse(), Ok(value));
                        assert!(ours.len() <= theirs.len(), "{ours} {theirs}");
                        ours.to_owned()
                    }
                    _ => theirs,
                };
                format!("\"{}\":{value}", field.name)
            };
            let expected = record.fields.iter().enumerate().map(member).collect::<Vec<_>>().join(",");
            assert_eq!(String::from_utf8_lossy(&bytes), format!("{{{expected}}}"));
        });
    }

    #[test]
    fn many_are_an_array() {
        random_many(3, |record, count| {
            let one: Json = serde_json::from_slice(&bytes(Format::Json, record)).expect("one record");
            let all: Vec<Json> = serde_json::from_slice(&many_bytes(Format::Json, record, count)).expect("an array");
            assert_eq!(all, vec![one; count as usize]);
        });
    }
}

mod cbor {
    use super::*;
    use ciborium::Value;

    fn value(value: &FieldValue) -> Value {
        match value {
            FieldValue::Int32(value) => (*value).into(),
            FieldValue::Int64(value) => (*value).into(),
            FieldValue::Bool(value) => (*value).into(),
            FieldValue::Double(value) => (*value).into(),
            FieldValue::String(value) => value.as_str().into(),
            FieldValue::Bytes(value) => value.as_slice().into(),
            FieldValue::Int64s(values) => Value::Array(values.iter().map(|value| (*value).into()).collect()),
            FieldValue::Strings(values) => Value::Array(values.iter().map(|value| value.as_str().into()).collect()),
        }
    }

    fn map(record: &Record) -> Value {
        Value::Map(record.fields.iter().map(|field| (field.name.as_str().into(), value(&field.value))).collect())
    }

    #[test]
    fn as_ciborium_reads_and_writes_it() {
        random(4, RUST, |record| {
            let bytes = bytes(Format::Cbor, record);
            let read: Value = ciborium::from_reader(&bytes[..]).expect("it is CBOR");
            // By their texts, as NaN is not equal to itself.
            assert_eq!(format!("{read:?}"), format!("{:?}", map(record)));
            // It shortens floats where nothing is lost.
            if doubles(record).next().is_none() {
                let mut written = Vec::new();
                ciborium::into_writer(&map(record), &mut written).expect("ciborium writes it");
                assert_eq!(bytes, written);
            }
        });
    }

    #[test]
    fn many_are_an_array() {
        random_many(5, |record, count| {
            let bytes = many_bytes(Format::Cbor, record, count);
            let read: Value = ciborium::from_reader(&bytes[..]).expect("it is CBOR");
            assert_eq!(format!("{read:?}"), format!("{:?}", Value::Array(vec![map(record); count as usize])));
        });
    }
}

mod messagepack {
    use super::*;
    use rmpv::Value;

    fn value(value: &FieldValue) -> Value {
        match value {
            FieldValue::Int32(value) => (*value).into(),
            FieldValue::Int64(value) => (*value).into(),
            FieldValue::Bool(value) => (*value).into(),
            FieldValue::Double(value) => (*value).into(),
            FieldValue::String(value) => value.as_str().into(),
            FieldValue::Bytes(value) => value.as_slice().into(),
            FieldValue::Int64s(values) => Value::Array(values.iter().map(|value| (*value).into()).collect()),
            FieldValue::Strings(values) => Value::Array(values.iter().map(|value| value.as_str().into()).collect()),
        }
    }

    fn map(record: &Record) -> Value {
        Value::Map(record.fields.iter().map(|field| (field.name.as_str().into(), value(&field.value))).collect())
    }

    fn check(mut bytes: &[u8], value: &Value) {
        let mut written = Vec::new();
        rmpv::encode::write_value(&mut written, value).expect("rmpv writes it");
        assert_eq!(bytes, written);
        let read = rmpv::decode::read_value(&mut bytes).expect("it is MessagePack");
        assert_eq!(format!("{read:?}"), format!("{value:?}"));
        assert!(bytes.is_empty());
    }

    #[test]
    fn as_rmpv_reads_and_writes_it() {
        random(6, RUST, |record| check(&bytes(Format::MessagePack, record), &map(record)));
    }

    #[test]
    fn many_are_an_array() {
        random_many(7, |record, count| {
            check(&many_bytes(Format::MessagePack, record, count), &Value::Array(vec![map(record); count as usize]));
        });
    }
}

mod protobuf {
    use super::*;
    use prost::{Message, encoding};
    use wire::{
        formats::absent,
        schema::Schema,
        value::{self, Content, Value},
    };

    /// With what prost's generated code consists of.
    fn write(record: &Record) -> Vec<u8> {
        let mut fields: Vec<_> = record.fields.iter().collect();
        fields.sort_by_key(|field| field.number);
        let mut out = Vec::new();
        for field in fields {
            let number = field.number.into();
            match &field.value {
                FieldValue::Int32(value) if *value != 0 => encoding::int32::encode(number, value, &mut out),
                FieldValue::Int64(value) if *value != 0 => encoding::int64::encode(number, value, &mut out),
                FieldValue::Bool(value) if *value => encoding::bool::encode(number, value, &mut out),
                FieldValue::Double(value) if value.to_bits() != 0 => encoding::double::encode(number, value, &mut out),
                FieldValue::String(value) if !value.is_empty() => encoding::string::encode(number, value, &mut out),
                FieldValue::Bytes(value) if !value.is_empty() => encoding::bytes::encode(number, value, &mut out),
                FieldValue::Int64s(values) => encoding::int64::encode_packed(number, values, &mut out),
                FieldValue::Strings(values) => encoding::string::encode_repeated(number, values, &mut out),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn as_prost_writes_it() {
        random(8, RUST, |record| assert_eq!(bytes(Format::Protobuf, record), write(record), "{record:?}"));
    }

    /// With our own codec, which is held against Google's.
    fn write_by_schema(record: &Record) -> Vec<u8> {
        let schema = Schema::parse(&schema(Format::Protobuf, record).expect("there is one")).expect("a schema");
        let content = |field: &FieldValue| match field {
            FieldValue::Int32(value) => Content::One(Value::I32(*value)),
            FieldValue::Int64(value) => Content::One(Value::I64(*value)),
            FieldValue::Bool(value) => Content::One(Value::Bool(*value)),
            FieldValue::Double(value) => Content::One(Value::F64(*value)),
            FieldValue::String(value) => Content::One(Value::String(value.clone())),
            FieldValue::Bytes(value) => Content::One(Value::Bytes(value.clone())),
            FieldValue::Int64s(values) => Content::Many(values.iter().map(|value| Value::I64(*value)).collect()),
            FieldValue::Strings(values) => {
                Content::Many(values.iter().map(|value| Value::String(value.clone())).collect())
            }
        };
        let there = record.fields.iter().filter(|field| absent(Format::Protobuf, &field.value).is_none());
        let mut fields: Vec<_> = there.map(|field| (u32::from(field.number), content(&field.value))).collect();
        fields.sort_by_key(|(number, _)| *number);
        wire::encode::encode(&schema, 0, &value::Message { fields, unknown: vec![] })
    }

    #[test]
    fn as_our_codec_writes_it_by_the_schema() {
        random(14, RUST / 4, |record| assert_eq!(bytes(Format::Protobuf, record), write_by_schema(record)));
    }

    #[derive(Clone, PartialEq, Message)]
    struct Person {
        #[prost(string, tag = "1")]
        name: String,
        #[prost(int32, tag = "2")]
        id: i32,
        #[prost(string, tag = "3")]
        email: String,
    }

    #[derive(Clone, PartialEq, Message)]
    struct People {
        #[prost(message, repeated, tag = "1")]
        people: Vec<Person>,
    }

    #[test]
    fn many_are_a_repeated_field() {
        let alice = Person { name: "Alice".into(), id: 42, email: "a@b.com".into() };
        for count in COUNTS {
            let people = People { people: vec![alice.clone(); count as usize] };
            let bytes = many_bytes(Format::Protobuf, &Record::person(), count);
            assert_eq!(People::decode(&bytes[..]).as_ref(), Ok(&people));
            assert_eq!(bytes, people.encode_to_vec());
        }
    }
}

mod thrift_compact {
    use super::*;
    use thrift::protocol::{
        TCompactInputProtocol, TCompactOutputProtocol, TFieldIdentifier, TInputProtocol, TListIdentifier,
        TOutputProtocol, TStructIdentifier, TType,
    };

    const fn kind(value: &FieldValue) -> TType {
        match value {
            FieldValue::Int32(_) => TType::I32,
            FieldValue::Int64(_) => TType::I64,
            FieldValue::Bool(_) => TType::Bool,
            FieldValue::Double(_) => TType::Double,
            FieldValue::String(_) | FieldValue::Bytes(_) => TType::String,
            FieldValue::Int64s(_) | FieldValue::Strings(_) => TType::List,
        }
    }

    /// With what Thrift's generated code consists of.
    fn write(record: &Record, out: &mut impl TOutputProtocol) -> thrift::Result<()> {
        out.write_struct_begin(&TStructIdentifier::new("Thing"))?;
        for field in &record.fields {
            out.write_field_begin(&TFieldIdentifier::new("", kind(&field.value), field.number as i16))?;
            match &field.value {
                FieldValue::Int32(value) => out.write_i32(*value)?,
                FieldValue::Int64(value) => out.write_i64(*value)?,
                FieldValue::Bool(value) => out.write_bool(*value)?,
                FieldValue::Double(value) => out.write_double(*value)?,
                FieldValue::String(value) => out.write_string(value)?,
                FieldValue::Bytes(value) => out.write_bytes(value)?,
                FieldValue::Int64s(values) => {
                    out.write_list_begin(&TListIdentifier::new(TType::I64, values.len() as i32))?;
                    values.iter().try_for_each(|value| out.write_i64(*value))?;
                    out.write_list_end()?;
                }
                FieldValue::Strings(values) => {
                    out.write_list_begin(&TListIdentifier::new(TType::String, values.len() as i32))?;
                    values.iter().try_for_each(|value| out.write_string(value))?;
                    out.write_list_end()?;
                }
            }
            out.write_field_end()?;
        }
        out.write_field_stop()?;
        out.write_struct_end()
    }

    fn read(record: &Record, from: &mut impl TInputProtocol) -> thrift::Result<()> {
        from.read_struct_begin()?;
        for field in &record.fields {
            let head = from.read_field_begin()?;
            assert_eq!(head.id, Some(field.number as i16));
            assert_eq!(head.field_type, kind(&field.value));
            match &field.value {
                FieldValue::Int32(value) => assert_eq!(from.read_i32()?, *value),
                FieldValue::Int64(value) => assert_eq!(from.read_i64()?, *value),
                FieldValue::Bool(value) => assert_eq!(from.read_bool()?, *value),
                FieldValue::Double(value) => assert_eq!(from.read_double()?.to_bits(), value.to_bits()),
                FieldValue::String(value) => assert_eq!(from.read_string()?, *value),
                FieldValue::Bytes(value) => assert_eq!(from.read_bytes()?, *value),
                FieldValue::Int64s(values) => {
                    assert_eq!(from.read_list_begin()?.size, values.len() as i32);
                    values.iter().for_each(|value| assert_eq!(from.read_i64().ok(), Some(*value)));
                }
                FieldValue::Strings(values) => {
                    assert_eq!(from.read_list_begin()?.size, values.len() as i32);
                    values.iter().for_each(|value| assert_eq!(from.read_string().as_ref().ok(), Some(value)));
                }
            }
            from.read_field_end()?;
        }
        assert_eq!(from.read_field_begin()?.field_type, TType::Stop);
        from.read_struct_end()
    }

    /// Whether no field's number is 15 after the one before. The specification and Thrift's other libraries then use
    /// the short form of a field's head; that of Rust writes the long one, and reads both.
    fn short(record: &Record) -> bool {
        let numbers = std::iter::once(0).chain(record.fields.iter().map(|field| i32::from(field.number)));
        let numbers: Vec<_> = numbers.collect();
        numbers.windows(2).all(|pair| pair[1] - pair[0] != 15)
    }

    #[test]
    fn as_thrift_reads_and_writes_it() {
        random(9, RUST, |record| {
            let ours = bytes(Format::ThriftCompact, record);
            let mut theirs = Vec::new();
            write(record, &mut TCompactOutputProtocol::new(&mut theirs)).expect("thrift writes it");
            if short(record) {
                assert_eq!(ours, theirs, "{record:?}");
            }
            read(record, &mut TCompactInputProtocol::new(&ours[..])).expect("it is Thrift");
        });
    }

    #[test]
    fn many_are_a_list_in_a_struct() {
        let write = |record: &Record, count: u64, out: &mut TCompactOutputProtocol<&mut Vec<u8>>| {
            out.write_struct_begin(&TStructIdentifier::new("People"))?;
            out.write_field_begin(&TFieldIdentifier::new("people", TType::List, 1))?;
            out.write_list_begin(&TListIdentifier::new(TType::Struct, count as i32))?;
            for _ in 0..count {
                write(record, out)?;
            }
            out.write_list_end()?;
            out.write_field_end()?;
            out.write_field_stop()?;
            out.write_struct_end()
        };
        random_many(10, |record, count| {
            let mut theirs = Vec::new();
            write(record, count, &mut TCompactOutputProtocol::new(&mut theirs)).expect("thrift writes it");
            if short(record) {
                assert_eq!(many_bytes(Format::ThriftCompact, record, count), theirs);
            }
        });
    }
}

mod avro {
    use super::*;
    use apache_avro::{
        Reader, Schema, Writer, reader::datum::GenericDatumReader, types::Value, writer::datum::GenericDatumWriter,
    };

    fn schema_of(record: &Record) -> Schema {
        Schema::parse_str(&schema(Format::Avro, record).expect("Avro has schemas")).expect("a schema")
    }

    fn value(record: &Record) -> Value {
        let value = |value: &FieldValue| match value {
            FieldValue::Int32(value) => Value::Int(*value),
            FieldValue::Int64(value) => Value::Long(*value),
            FieldValue::Bool(value) => Value::Boolean(*value),
            FieldValue::Double(value) => Value::Double(*value),
            FieldValue::String(value) => Value::String(value.clone()),
            FieldValue::Bytes(value) => Value::Bytes(value.clone()),
            FieldValue::Int64s(values) => Value::Array(values.iter().map(|value| Value::Long(*value)).collect()),
            FieldValue::Strings(values) => {
                Value::Array(values.iter().map(|value| Value::String(value.clone())).collect())
            }
        };
        Value::Record(record.fields.iter().map(|field| (field.name.clone(), value(&field.value))).collect())
    }

    #[test]
    fn as_apache_avro_reads_and_writes_it() {
        random(11, RUST / 4, |record| {
            let (ours, schema) = (bytes(Format::Avro, record), schema_of(record));
            let writer = GenericDatumWriter::builder(&schema).build().expect("a writer");
            assert_eq!(ours, writer.write_value_to_vec(value(record)).expect("it writes"), "{record:?}");
            let reader = GenericDatumReader::builder(&schema).build().expect("a reader");
            let read = reader.read_value(&mut &ours[..]).expect("it is Avro");
            assert_eq!(format!("{read:?}"), format!("{:?}", value(record)));
        });
    }

    #[test]
    fn many_are_a_container_file() {
        random_many(12, |record, count| {
            let ours = many_bytes(Format::Avro, record, count);
            let read: Vec<_> = Reader::new(&ours[..]).expect("a file").map(|value| value.expect("a record")).collect();
            assert_eq!(format!("{read:?}"), format!("{:?}", vec![value(record); count as usize]));
            // With the same marker and as much in a block it writes the same blocks; it spells the header otherwise.
            if count > 0 && !bytes(Format::Avro, record).is_empty() {
                let (schema, mut theirs) = (schema_of(record), Vec::new());
                let mut writer = Writer::builder()
                    .schema(&schema)
                    .writer(&mut theirs)
                    .block_size(64_000)
                    .marker(*MARKER)
                    .build()
                    .expect("a writer");
                for _ in 0..count {
                    writer.append_value(value(record)).expect("it takes it");
                }
                writer.flush().expect("it writes");
                drop(writer);
                assert_eq!(blocks(&ours), blocks(&theirs));
            }
        });
    }

    const MARKER: &[u8; 16] = b"sixteen bytes, \n";

    /// What comes after the header.
    fn blocks(file: &[u8]) -> &[u8] {
        let header = file.windows(16).position(|bytes| bytes == MARKER).expect("a marker ends the header");
        &file[header + 16..]
    }
}

/// RFC 4648, by its definition: the reference for our own.
mod base64 {
    pub fn encode(bytes: &[u8]) -> String {
        let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
        let digit = |six: &[u8]| {
            let value = (0..6).fold(0, |value, bit| value << 1 | six.get(bit).copied().unwrap_or(0));
            char::from(match value {
                0..26 => b'A' + value,
                26..52 => b'a' + value - 26,
                52..62 => b'0' + value - 52,
                62 => b'+',
                _ => b'/',
            })
        };
        let mut text: String = bits.chunks(6).map(digit).collect();
        while !text.len().is_multiple_of(4) {
            text.push('=');
        }
        text
    }
}

/// The libraries of Python: `json`, cbor2, msgpack, Google's protobuf, Thrift's own, and fastavro.
mod python {
    use super::*;
    use crate::oracle::hex;

    fn key(format: Format) -> &'static str {
        match format {
            Format::Json => "json",
            Format::Cbor => "cbor",
            Format::MessagePack => "messagepack",
            Format::Protobuf => "protobuf",
            Format::ThriftCompact => "thrift",
            Format::Avro => "avro",
        }
    }

    /// A type's name and a value, in words that both sides understand: JSON has neither bytes nor all doubles.
    fn value(value: &FieldValue) -> (&'static str, Json) {
        match value {
            FieldValue::Int32(value) => ("int32", json!(value)),
            FieldValue::Int64(value) => ("int64", json!(value)),
            FieldValue::Bool(value) => ("bool", json!(value)),
            FieldValue::Double(value) if value.is_nan() => ("double", json!("NaN")),
            FieldValue::Double(value) => ("double", json!(format!("{:016x}", value.to_bits()))),
            FieldValue::String(value) => ("string", json!(value)),
            FieldValue::Bytes(value) => ("bytes", json!(hex(value))),
            FieldValue::Int64s(values) => ("int64s", json!(values)),
            FieldValue::Strings(values) => ("strings", json!(values)),
        }
    }

    fn question(record: &Record, count: u64) -> Json {
        let field = |field: &wire::formats::Field| {
            let (kind, value) = value(&field.value);
            json!({ "name": field.name, "number": field.number, "type": kind, "value": value })
        };
        let mut question = json!({
            "fields": record.fields.iter().map(field).collect::<Vec<_>>(),
            "schema": schema(Format::Avro, record),
            "count": count,
        });
        for format in Format::ALL {
            question["one"][key(format)] = json!(hex(&bytes(format, record)));
            question["many"][key(format)] = json!(hex(&many_bytes(format, record, count)));
        }
        question
    }

    /// Whether the library writes the same bytes, and not only others that mean the same.
    fn same_bytes(format: Format, record: &Record) -> bool {
        match format {
            // Python changes to exponents elsewhere, and writes 1e-05.
            Format::Json => doubles(record).next().is_none(),
            // cbor2 writes what is no number, and what is infinite, in two bytes.
            Format::Cbor => doubles(record).all(f64::is_finite),
            _ => true,
        }
    }

    #[test]
    fn libraries_read_and_write_the_same() {
        let Some(python) = oracle::python() else { return };
        let mut asked = vec![(Record::person(), 100)];
        let mut records = Records::new(13);
        while asked.len() < PYTHON {
            let record = records.record();
            // Many of every tenth; more than one would be much to write for all.
            let count = if asked.len().is_multiple_of(10) { COUNTS[records.below(8)] } else { 1 };
            if bytes(Format::Json, &record).len() as u64 * count < 300_000 {
                asked.push((record, count));
            }
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/formats.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut input = child.stdin.take().expect("a pipe");
        let lines: Vec<_> = asked.iter().map(|(record, count)| question(record, *count).to_string()).collect();
        // In a thread of its own: neither side waits for the other with a full pipe.
        let writing = std::thread::spawn(move || {
            for line in lines {
                writeln!(input, "{line}").expect("Python reads");
            }
        });
        let output = child.wait_with_output().expect("Python ends");
        writing.join().expect("all was asked");
        assert!(output.status.success(), "the script failed: {}", output.status);
        let answers: Vec<Json> = output
            .stdout
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("a line of JSON"))
            .collect();
        assert_eq!(answers.len(), asked.len());
        for ((record, count), answer) in asked.iter().zip(&answers) {
            for format in Format::ALL {
                let answer = &answer[key(format)];
                let values: Vec<_> = record.fields.iter().map(|field| value(&field.value).1).collect();
                assert_eq!(answer["read"], json!(values), "{format:?} {record:?}");
                assert_eq!(answer["many_read"], json!(count), "{format:?} {count} {record:?}");
                if same_bytes(format, record) {
                    assert_eq!(answer["written"], json!(hex(&bytes(format, record))), "{format:?} {record:?}");
                }
            }
        }
    }
}
