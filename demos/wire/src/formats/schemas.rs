//! The schema that a record has in each language that has one.

use super::{FieldValue, Format, Record, json};

/// The schema of a record, as one would write it for that encoding; none where there need not be one. That of Avro is
/// without spaces, as it stands in a container file.
pub fn schema(format: Format, record: &Record) -> Option<String> {
    match format {
        Format::Json | Format::Cbor | Format::MessagePack => None,
        Format::Protobuf => {
            let mut text = format!("syntax = \"proto3\";\n\nmessage {} {{\n", record.name);
            for field in &record.fields {
                text.push_str(&format!("  {} {} = {};\n", protobuf(&field.value), field.name, field.number));
            }
            text.push_str("}\n");
            Some(text)
        }
        Format::ThriftCompact => {
            let mut text = format!("struct {} {{\n", record.name);
            for field in &record.fields {
                text.push_str(&format!("  {}: {} {};\n", field.number, thrift(&field.value), field.name));
            }
            text.push_str("}\n");
            Some(text)
        }
        Format::Avro => {
            let field = |field: &super::Field| {
                format!("{{\"name\":{},\"type\":{}}}", json::string(&field.name), avro(&field.value))
            };
            let fields: Vec<_> = record.fields.iter().map(field).collect();
            let name = json::string(&record.name);
            Some(format!("{{\"type\":\"record\",\"name\":{name},\"fields\":[{}]}}", fields.join(",")))
        }
    }
}

const fn protobuf(value: &FieldValue) -> &'static str {
    match value {
        FieldValue::Int32(_) => "int32",
        FieldValue::Int64(_) => "int64",
        FieldValue::Bool(_) => "bool",
        FieldValue::Double(_) => "double",
        FieldValue::String(_) => "string",
        FieldValue::Bytes(_) => "bytes",
        FieldValue::Int64s(_) => "repeated int64",
        FieldValue::Strings(_) => "repeated string",
    }
}

const fn thrift(value: &FieldValue) -> &'static str {
    match value {
        FieldValue::Int32(_) => "i32",
        FieldValue::Int64(_) => "i64",
        FieldValue::Bool(_) => "bool",
        FieldValue::Double(_) => "double",
        FieldValue::String(_) => "string",
        FieldValue::Bytes(_) => "binary",
        FieldValue::Int64s(_) => "list<i64>",
        FieldValue::Strings(_) => "list<string>",
    }
}

const fn avro(value: &FieldValue) -> &'static str {
    match value {
        FieldValue::Int32(_) => "\"int\"",
        FieldValue::Int64(_) => "\"long\"",
        FieldValue::Bool(_) => "\"boolean\"",
        FieldValue::Double(_) => "\"double\"",
        FieldValue::String(_) => "\"string\"",
        FieldValue::Bytes(_) => "\"bytes\"",
        FieldValue::Int64s(_) => "{\"type\":\"array\",\"items\":\"long\"}",
        FieldValue::Strings(_) => "{\"type\":\"array\",\"items\":\"string\"}",
    }
}
