//! Who has to know the schema, and what the bytes say by themselves.

use super::Format;

/// What somebody has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A version of the schema, any that was made from the others by its rules.
    AVersion,
    /// The very schema that the bytes were written with, and its own if that is another.
    TheWriters,
}

/// Who has to know the schema of an encoding, and what the bytes say by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// What the writer needs, and why.
    pub writer: (Need, &'static str),
    /// What the reader needs, and why.
    pub reader: (Need, &'static str),
    /// What the bytes say without a schema, and what they do not.
    pub alone: &'static str,
}

/// Who has to know the schema of an encoding.
pub const fn needs(format: Format) -> Needs {
    match format {
        Format::Json => Needs {
            writer: (Need::Nothing, "Names and types go along in every record."),
            reader: (Need::Nothing, "It looks fields up by their names."),
            alone: "Names, and text, numbers, true and false, lists and objects. Not: how wide a number is, whether it may have a fraction, and which text is base64.",
        },
        Format::Cbor => Needs {
            writer: (Need::Nothing, "Names and types go along in every record."),
            reader: (Need::Nothing, "It looks fields up by their names."),
            alone: "Names, and integers, floats, text, bytes, lists and maps. Not: how wide an integer may get.",
        },
        Format::MessagePack => Needs {
            writer: (Need::Nothing, "Names and types go along in every record."),
            reader: (Need::Nothing, "It looks fields up by their names."),
            alone: "Names, and integers, floats, text, bytes, lists and maps. Not: how wide an integer may get.",
        },
        Format::Protobuf => Needs {
            writer: (Need::AVersion, "It has to know each field’s number and type."),
            reader: (
                Need::AVersion,
                "Its own version will do: it goes by the numbers, and the type beside a number says how much to skip if it knows no such field.",
            ),
            alone: "Field numbers, and where each value ends. Not: names; whether bytes are text, bytes or a message; whether a varint is signed, zigzag, a boolean or an enum; fields at their default.",
        },
        Format::ThriftCompact => Needs {
            writer: (Need::AVersion, "It has to know each field’s number and type."),
            reader: (
                Need::AVersion,
                "Its own version will do: it goes by the numbers, and the type beside a number says how much to skip if it knows no such field.",
            ),
            alone: "Field numbers and types: booleans, i32, i64, doubles, lists, structs. Not: names; whether binary is text.",
        },
        Format::Avro => Needs {
            writer: (Need::AVersion, "It writes the values in the order of its schema."),
            reader: (
                Need::TheWriters,
                "It needs the very schema that the writer had, to find its way, and matches that with its own by the names. A container file has it in its header; a message has to say which one it was, by a fingerprint or an id.",
            ),
            alone: "Nothing, not even where one value ends and the next begins.",
        },
    }
}
