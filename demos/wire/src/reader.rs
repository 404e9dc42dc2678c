//! What a program with another schema makes of a message, and what it passes on.

use crate::{
    decode::{Decoded, Role, Runtime, Taken, decode},
    encode::encode_as,
    json,
    schema::{MessageId, Schema},
};

/// A reader's view of bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// What was decoded.
    pub decoded: Decoded,
    /// All fields of the reader's type, in the order of its text: what the program sees when it asks.
    pub seen: Vec<Seen>,
    /// What goes out when the program serialises what it has read, unchanged; nothing after an error.
    pub passed_on: Option<Vec<u8>>,
    /// The same through protobuf JSON and back: unknown fields are gone. With Google's runtimes; the JSON itself first.
    pub through_json: Option<(String, Vec<u8>)>,
}

/// What a program sees of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The number of the field.
    pub number: u32,
    /// The value as JSON has it; the default, if nothing came.
    pub value: String,
    /// Why the program sees that.
    pub because: Because,
}

/// Why a program sees a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// It came; a default that was spelt out, too.
    Came,
    /// Nothing came, and the program can tell: the field has presence.
    Absent,
    /// Nothing came, and the program sees the default as if it had: the field has no presence.
    Default,
    /// Something came under that number, in another wire type, or a map's pair with another type in it: it is among
    /// the unknown fields, and the program sees the default.
    OtherWireType,
}

/// What a reader makes of bytes.
pub fn view(schema: &Schema, message: MessageId, bytes: &[u8], runtime: Runtime) -> View {
    let decoded = decode(schema, message, bytes, runtime);
    let seen = seen(schema, message, &decoded);
    let good = decoded.error.is_none();
    let passed_on = good.then(|| encode_as(schema, message, &decoded.message, runtime));
    let through_json = (good && runtime == Runtime::Mainstream)
        .then(|| {
            let text = json::write(schema, message, &decoded.message);
            let back = json::read(schema, message, &text).ok()?;
            Some((text, encode_as(schema, message, &back, runtime)))
        })
        .flatten();
    View { decoded, seen, passed_on, through_json }
}

/// What the program sees of each field. After an error a real program sees nothing; what is here then is how far the
/// reader had come.
fn seen(schema: &Schema, message: MessageId, decoded: &Decoded) -> Vec<Seen> {
    let kind = &schema.messages[message];
    let came = |number: u32, how: &[Taken]| {
        decoded.pieces.iter().any(|piece| {
            piece.depth == 0
                && matches!(piece.role, Role::Tag { number: of, taken, .. } if of == number && how.contains(&taken))
        })
    };
    kind.fields
        .iter()
        .map(|field| {
            let content = decoded.message.get(field.number);
            let because = if content.is_some() {
                Because::Came
            } else if came(field.number, &[Taken::OtherWireType, Taken::UnknownInPair]) {
                Because::OtherWireType
            } else if field.has_presence() {
                // A member of a oneof may have come, too, and been displaced by another.
                Because::Absent
            } else if came(field.number, &[Taken::Known]) {
                Because::Came
            } else {
                Because::Default
            };
            Seen { number: field.number, value: json::write_content(schema, field, content), because }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::encode;

    /// `message: what is set` in one schema, read in another; what is seen, passed on, and left after JSON.
    fn trip(writer: &str, value: &str, reader: &str) -> (Vec<u8>, View) {
        let schema = |fields: &str| {
            Schema::parse(&format!("syntax = \"proto3\"; message M {{ {fields} }} enum E {{ Z = 0; A = 1; }}"))
                .unwrap_or_else(|problems| panic!("{fields}: {problems:?}"))
        };
        let (writer, reader) = (schema(writer), schema(reader));
        let bytes = encode(&writer, 0, &json::read(&writer, 0, value).expect(value));
        let view = view(&reader, 0, &bytes, Runtime::Mainstream);
        (bytes, view)
    }

    fn told(view: &View) -> Vec<(u32, &str, Because)> {
        view.seen.iter().map(|seen| (seen.number, seen.value.as_str(), seen.because)).collect()
    }

    #[test]
    fn an_old_reader_passes_on_what_it_does_not_know() {
        let old = "string order_id = 1; string user_id = 2; float total = 3;";
        let new = "string order_id = 1; string user_id = 2; float total = 3; string coupon_code = 4;";
        let value = r#"{"orderId": "o1", "userId": "u42", "total": 50, "couponCode": "SAVE10"}"#;
        let (bytes, view) = trip(new, value, old);
        assert_eq!(
            told(&view),
            [(1, r#""o1""#, Because::Came), (2, r#""u42""#, Because::Came), (3, "50.0", Because::Came)]
        );
        assert_eq!(view.decoded.message.unknown, b"\x22\x06SAVE10");
        assert_eq!(view.passed_on, Some(bytes.clone()));
        let (text, after) = view.through_json.expect("it can be written as JSON");
        assert_eq!(text, "{\n  \"orderId\": \"o1\",\n  \"userId\": \"u42\",\n  \"total\": 50.0\n}");
        assert_eq!(after, bytes[..bytes.len() - 8], "the coupon is gone");
    }

    #[test]
    fn a_new_reader_sees_the_default_of_what_an_old_writer_does_not_have() {
        let (_, view) =
            trip("int32 a = 1;", r#"{"a": 1}"#, "int32 a = 1; string b = 2; optional string c = 3; E e = 4;");
        assert_eq!(
            told(&view),
            [
                (1, "1", Because::Came),
                (2, r#""""#, Because::Default),
                (3, r#""""#, Because::Absent),
                (4, r#""Z""#, Because::Default)
            ]
        );
    }

    #[test]
    fn every_reason_for_what_a_program_sees() {
        let reader =
            "int32 a = 1; M m = 2; repeated int32 r = 3; map<string, int32> p = 4; oneof o { int32 x = 5; M y = 6; }";
        for (writer, value, number, sees, because) in [
            ("optional int32 a = 1;", r#"{"a": 0}"#, 1, "0", Because::Came),
            ("int32 a = 1;", r#"{"a": 0}"#, 1, "0", Because::Default),
            ("string a = 1;", r#"{"a": "x"}"#, 1, "0", Because::OtherWireType),
            ("sint32 a = 1;", r#"{"a": 3}"#, 1, "6", Because::Came),
            ("float a = 1;", r#"{"a": 3}"#, 1, "0", Because::OtherWireType),
            ("M m = 2;", r#"{"m": {}}"#, 2, "{}", Because::Came),
            ("int32 a = 1;", "{}", 2, "{}", Because::Absent),
            ("int32 m = 2;", r#"{"m": 1}"#, 2, "{}", Because::OtherWireType),
            ("repeated int32 r = 3 [packed = false];", r#"{"r": [1, 2]}"#, 3, "[1, 2]", Because::Came),
            ("int32 a = 1;", "{}", 3, "[]", Because::Default),
            ("map<string, int32> p = 4;", r#"{"p": {"k": 7}}"#, 4, r#"{"k": 7}"#, Because::Came),
            ("map<string, string> p = 4;", r#"{"p": {"k": "v"}}"#, 4, "{}", Because::OtherWireType),
            ("int32 a = 1;", "{}", 4, "{}", Because::Default),
            ("int32 x = 5;", r#"{"x": 7}"#, 5, "7", Because::Came),
            ("int32 x = 5;", r#"{"x": 7}"#, 6, "{}", Because::Absent),
            ("optional int32 x = 5; M y = 6;", r#"{"x": 7, "y": {}}"#, 5, "0", Because::Absent),
        ] {
            let (_, view) = trip(writer, value, reader);
            let seen = view.seen.iter().find(|seen| seen.number == number).expect("all fields are seen");
            assert_eq!((seen.value.as_str(), seen.because), (sees, because), "{writer} {value}");
        }
    }

    #[test]
    fn prost_passes_on_what_it_knows_and_has_no_json() {
        let schema = Schema::parse("syntax = \"proto3\"; message M { int32 a = 1; }").expect("it makes sense");
        let known = [8, 5];
        let prost = view(&schema, 0, &[8, 5, 16, 1], Runtime::Prost);
        assert_eq!((prost.passed_on, prost.through_json), (Some(known.to_vec()), None));
        let refused = view(&schema, 0, &[10, 1, 0], Runtime::Prost);
        assert!(refused.decoded.error.is_some());
        assert_eq!((refused.passed_on, refused.through_json), (None, None));
    }
}
