use super::*;
use crate::{
    encode::{encode, encode_as, put_varint},
    json,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).expect(text) as u8).collect();
    assert!(digits.len().is_multiple_of(2), "{text}");
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn show(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A bit of everything.
const ALL: &str = "syntax = \"proto3\";
message M {
  int32 a = 1; string s = 2; repeated int32 r = 3; M m = 4; map<string, int32> mp = 5; map<int32, M> mm = 6;
  bool b = 7; int64 l = 8; repeated fixed32 f = 9; enum E { Z = 0; O = 1; } E e = 10; repeated E re = 11;
  map<string, E> me = 12; oneof o { int32 oa = 13; M om = 14; string os = 15; } optional int32 op = 16;
  sint32 si = 17; uint32 u = 18; uint64 ul = 19; repeated M rm = 20; map<string, string> ss = 21;
  repeated string rs = 22; bytes by = 23; float fl = 24; double db = 25; map<bool, bytes> mb = 26;
  map<string, float> mf = 27; repeated int32 un = 28 [packed = false]; sint64 sl = 29; fixed64 f64 = 30;
  sfixed32 s32 = 31; sfixed64 s64 = 32;
}";

fn all() -> Schema {
    Schema::parse(ALL).expect("the schema makes sense")
}

/// Checks that the pieces lie one after the other up to the error.
fn tiled(decoded: &Decoded, bytes: &[u8]) {
    let mut at = 0;
    for piece in &decoded.pieces {
        assert_eq!(piece.at.start, at, "{} {:?}", show(bytes), decoded.pieces);
        assert!(!piece.at.is_empty());
        at = piece.at.end;
    }
    let end = decoded.error.as_ref().map_or(bytes.len(), |error| error.at.start);
    assert_eq!(at, end, "{} {decoded:?}", show(bytes));
}

/// What comes out again, or why it does not go in.
fn again(schema: &Schema, text: &str, runtime: Runtime) -> Result<String, Reason> {
    let bytes = hex(text);
    let decoded = decode(schema, 0, &bytes, runtime);
    tiled(&decoded, &bytes);
    let parsed = parse(schema, 0, &bytes, runtime);
    match decoded.error {
        Some(error) => {
            assert_eq!(parsed, Err(error.clone()));
            Err(error.reason)
        }
        None => {
            // Not compared as values: a NaN differs from itself.
            let out = encode_as(schema, 0, &decoded.message, runtime);
            assert_eq!(out, encode_as(schema, 0, &parsed.expect("the same"), runtime));
            Ok(show(&out))
        }
    }
}
/// A table of bytes that Google's runtime has read.
#[test]
fn reads_what_upb_reads() {
    let schema = all();
    let mut rows = 0;
    for line in include_str!("upb.txt").lines().filter(|line| !line.starts_with('#')) {
        let (bytes, rest) = line.split_once(" = ").expect(line);
        let (expected, _) = rest.split_once(" # ").expect(line);
        let expected = match expected {
            "refused" => None,
            "no UTF-8" => Some(Err(Reason::Utf8)),
            "-" => Some(Ok(String::new())),
            out => Some(Ok(out.to_string())),
        };
        let ours = again(&schema, &bytes.replace('-', ""), Runtime::Mainstream);
        match expected {
            Some(expected) => assert_eq!(ours, expected, "{line}"),
            None => assert!(ours.is_err_and(|reason| reason != Reason::Utf8), "{line}"),
        }
        rows += 1;
    }
    assert!(rows > 150, "{rows} rows");
}

fn schema(fields: &str) -> Schema {
    Schema::parse(&format!("syntax = \"proto3\"; message M {{ {fields} }}"))
        .unwrap_or_else(|problems| panic!("{fields}: {problems:?}"))
}

/// The examples of the guide "Encoding" (protobuf.dev), and what else is known by heart: the bytes of a value, and
/// back.
#[test]
fn examples_of_the_documentation() {
    for (fields, value, bytes) in [
        ("int32 a = 1;", r#"{"a": 150}"#, "08 96 01"),
        ("string b = 2;", r#"{"b": "testing"}"#, "12 07 74 65 73 74 69 6e 67"),
        ("M c = 3; int32 a = 1;", r#"{"c": {"a": 150}}"#, "1a 03 08 96 01"),
        (
            "string d = 4; repeated int32 e = 5 [packed = false];",
            r#"{"d": "hello", "e": [1, 2, 3]}"#,
            "22 05 68 65 6c 6c 6f 28 01 28 02 28 03",
        ),
        ("repeated int32 f = 6;", r#"{"f": [3, 270, 86942]}"#, "32 06 03 8e 02 9e a7 05"),
        ("map<string, int32> g = 7;", r#"{"g": {"k": 1}}"#, "3a 05 0a 01 6b 10 01"),
        // -2 as int64: two's complement.
        ("int32 a = 1;", r#"{"a": -2}"#, "08 fe ff ff ff ff ff ff ff ff 01"),
        ("int64 a = 1;", r#"{"a": -2}"#, "08 fe ff ff ff ff ff ff ff ff 01"),
        ("M.E a = 1; enum E { Z = 0; MINUS = -2; }", r#"{"a": "MINUS"}"#, "08 fe ff ff ff ff ff ff ff ff 01"),
        ("sint32 a = 1;", r#"{"a": -2}"#, "08 03"),
        // The table of zigzag.
        ("sint32 a = 1;", r#"{"a": 0}"#, ""),
        (
            "repeated sint32 a = 1;",
            r#"{"a": [0, -1, 1, -2, 2147483647, -2147483648]}"#,
            "0a 0e 00 01 02 03 fe ff ff ff 0f ff ff ff ff 0f",
        ),
        (
            "repeated sint64 a = 1;",
            r#"{"a": [9223372036854775807, -9223372036854775808]}"#,
            "0a 14 fe ff ff ff ff ff ff ff ff 01 ff ff ff ff ff ff ff ff ff 01",
        ),
        // 32 and 64 bits, the lowest byte first.
        ("float total = 3;", r#"{"total": 50}"#, "1d 00 00 48 42"),
        ("double a = 1;", r#"{"a": 1}"#, "09 00 00 00 00 00 00 f0 3f"),
        ("fixed32 a = 1; sfixed64 b = 2;", r#"{"a": 150, "b": -2}"#, "0d 96 00 00 00 11 fe ff ff ff ff ff ff ff"),
        (
            "uint64 a = 1; uint32 b = 2;",
            r#"{"a": 18446744073709551615, "b": 4294967295}"#,
            "08 ff ff ff ff ff ff ff ff ff 01 10 ff ff ff ff 0f",
        ),
        // Defaults are not sent, unless one can tell; -0.0 is none.
        ("int32 a = 1; string b = 2; bool c = 3; bytes d = 4;", r#"{"a": 0, "b": "", "c": false, "d": ""}"#, ""),
        ("optional int32 a = 1; optional string b = 2; M c = 3;", r#"{"a": 0, "b": "", "c": {}}"#, "08 00 12 00 1a 00"),
        ("oneof o { int32 a = 1; string b = 2; }", r#"{"a": 0}"#, "08 00"),
        ("double a = 1; float b = 2;", r#"{"a": -0.0, "b": -0.0}"#, "09 00 00 00 00 00 00 00 80 15 00 00 00 80"),
        ("map<string, M> a = 1;", r#"{"a": {"": {}}}"#, "0a 04 0a 00 12 00"),
        // Fields by number, whatever the order of the schema is.
        ("bool b = 16; int32 a = 1;", r#"{"b": true, "a": 1}"#, "08 01 80 01 01"),
        ("bool b = 536870911;", r#"{"b": true}"#, "f8 ff ff ff 0f 01"),
    ] {
        let schema = schema(fields);
        let value = json::read(&schema, 0, value).unwrap_or_else(|problems| panic!("{value}: {problems:?}"));
        let bytes = hex(bytes);
        assert_eq!(show(&encode(&schema, 0, &value)), show(&bytes), "{fields}");
        let decoded = decode(&schema, 0, &bytes, Runtime::Mainstream);
        tiled(&decoded, &bytes);
        assert_eq!((decoded.message, decoded.error), (value, None), "{fields}");
    }
}

#[test]
fn every_error_with_its_place() {
    use Reason::*;
    use Runtime::*;
    let schema = all();
    for (text, runtime, at, reason) in [
        ("08", Mainstream, 1..1, Truncated),
        ("0896", Mainstream, 1..2, Truncated),
        ("88", Mainstream, 0..1, Truncated),
        ("c501 000000", Mainstream, 2..5, Truncated),
        ("1a03 0196 96", Mainstream, 3..5, Truncated),
        ("4a05 0102030405", Mainstream, 6..7, Truncated),
        ("2201 08 05", Mainstream, 3..3, Truncated),
        ("fb0f 0801", Mainstream, 4..4, Truncated),
        ("40 80808080808080808080 00", Mainstream, 1..11, LongVarint),
        ("40 ffffffffffffffffff02", Prost, 1..11, LongVarint),
        ("888080808000 05", Mainstream, 0..6, LongVarint),
        ("12 818080808000 61", Mainstream, 1..7, LongVarint),
        ("0005", Mainstream, 0..1, FieldNumber),
        ("0801 02", Mainstream, 2..3, FieldNumber),
        ("f8ffffff1f 05", Mainstream, 0..5, FieldNumber),
        ("0801 0e", Mainstream, 2..3, WireType),
        ("fe0f00", Mainstream, 0..2, WireType),
        ("0f", Prost, 0..1, WireType),
        ("fc0f", Mainstream, 0..2, Group),
        ("fb0f 08 01 fc10", Mainstream, 4..6, Group),
        ("2202 fb0f fc0f", Mainstream, 4..4, Truncated),
        ("2202 fc0f", Mainstream, 2..4, Group),
        ("1205 61", Mainstream, 1..2, Length),
        ("12 80808080808080808001 61", Mainstream, 1..11, Length),
        ("12 ffffffffffffffffff01 61", Prost, 1..11, Length),
        ("2203 22 7f 01", Mainstream, 3..4, Length),
        ("1203 61ff62", Mainstream, 2..5, Utf8),
        ("2a05 0a01ff 1001", Mainstream, 4..5, Utf8),
        ("1203 eda080", Prost, 2..5, Utf8),
        ("0801 0a0105", Prost, 2..3, OtherWireType),
        ("2a04 0801 1001", Prost, 2..3, OtherWireType),
    ] {
        let bytes = hex(text);
        let decoded = decode(&schema, 0, &bytes, runtime);
        tiled(&decoded, &bytes);
        let error = decoded.error.clone().expect(text);
        assert_eq!((error.at.clone(), error.reason), (at, reason), "{text}");
        assert_eq!(parse(&schema, 0, &bytes, runtime), Err(error.clone()), "{text}");
        let told = explain_error(&bytes, &error);
        assert!(told.len() == 2 && told[0].contains("yte ") | told[0].contains("ytes "), "{told:?}");
    }
}

/// `count` messages of field 4 inside one another, around the given bytes.
fn nested(count: usize, inner: &str) -> Vec<u8> {
    let mut bytes = hex(inner);
    for _ in 0..count {
        let mut around = vec![0x22];
        put_varint(bytes.len() as u64, &mut around);
        around.append(&mut bytes);
        bytes = around;
    }
    bytes
}

/// What counts as nesting, and the last that is taken: asked of upb 7.36.2 and prost 0.14.6.
#[test]
fn nesting_is_limited() {
    let schema = all();
    let group = |count: usize, inner: &str| {
        let mut bytes = [0xfb, 0x0f].repeat(count);
        bytes.append(&mut hex(inner));
        bytes.extend([0xfc, 0x0f].repeat(count));
        bytes
    };
    let takes = |bytes: &[u8], runtime| {
        let decoded = decode(&schema, 0, bytes, runtime);
        tiled(&decoded, bytes);
        match decoded.error {
            None => true,
            Some(DecodeError { reason: Reason::Depth, .. }) => false,
            Some(error) => panic!("{error:?}"),
        }
    };
    for (what, upb, prost) in [
        (nested(100, ""), true, true),
        (nested(101, ""), false, false),
        (nested(100, "0801"), true, true),
        (nested(5000, ""), false, false),
        // An unknown field is a level with prost.
        (nested(99, "f80f05"), true, true),
        (nested(100, "f80f05"), true, false),
        // A map's pair is one with both.
        (nested(99, "2a05 0a0161 1001"), true, true),
        (nested(100, "2a05 0a0161 1001"), false, false),
        (nested(98, "3204 08001200"), true, true),
        (nested(99, "3204 08001200"), false, false),
        (group(100, ""), true, true),
        (group(101, ""), false, false),
        (group(100, "0801"), true, false),
        (group(99, "0801"), true, true),
        (nested(99, "fb0f fc0f"), true, true),
        (nested(100, "fb0f fc0f"), false, false),
    ] {
        assert_eq!(takes(&what, Runtime::Mainstream), upb, "{}", show(&what));
        assert_eq!(takes(&what, Runtime::Prost), prost, "{}", show(&what));
    }
    let decoded = decode(&schema, 0, &nested(101, "0801"), Runtime::Mainstream);
    let error = decoded.error.expect("too deep");
    assert_eq!(error.at.end - error.at.start, 4, "all of the message that is too deep");
    assert_eq!(decoded.pieces.last().map(|piece| piece.depth), Some(99));
}

#[test]
fn hostile_lengths_cost_nothing() {
    let schema = all();
    // Packed, string, bytes, message and map, each of 2^63 or 2^31 bytes that are not there.
    for tag in ["1a", "4a", "12", "ba01", "22", "2a", "fa0f"] {
        for length in ["80808080808080808001", "ffffffff07", "ffffffffffffffffff01"] {
            for runtime in [Runtime::Mainstream, Runtime::Prost] {
                let ours = again(&schema, &format!("{tag} {length} 00"), runtime);
                assert_eq!(ours, Err(Reason::Length), "{tag} {length}");
            }
        }
    }
}

/// The pieces of bytes: where, how deep, and the steps of the path.
#[test]
fn pieces_know_what_they_are_part_of() {
    let schema = all();
    let told = |text: &str| -> Vec<String> {
        let decoded = decode(&schema, 0, &hex(text), Runtime::Mainstream);
        decoded
            .pieces
            .iter()
            .map(|piece| {
                let role = match piece.role {
                    Role::Tag { number, taken, .. } => format!("tag {number} {taken:?}"),
                    Role::Length(length) => format!("length {length}"),
                    Role::Value => "value".into(),
                };
                let path: String = piece
                    .path
                    .0
                    .iter()
                    .map(|step| match step {
                        Step::Field(number) => format!(".{number}"),
                        Step::Item(at) => format!("[{at}]"),
                        Step::Key => "/key".into(),
                        Step::Value => "/value".into(),
                    })
                    .collect();
                format!("{}..{} {role} {path} {}", piece.at.start, piece.at.end, piece.depth)
            })
            .collect()
    };
    assert_eq!(told("08 9601"), ["0..1 tag 1 Known .1 0", "1..3 value .1 0"]);
    assert_eq!(told("1200"), ["0..1 tag 2 Known .2 0", "1..2 length 0 .2 0"]);
    assert_eq!(
        told("1a02 0102 1805"),
        [
            "0..1 tag 3 Known .3 0",
            "1..2 length 2 .3 0",
            "2..3 value .3[0] 0",
            "3..4 value .3[1] 0",
            "4..5 tag 3 Known .3[2] 0",
            "5..6 value .3[2] 0"
        ]
    );
    assert_eq!(
        told("2205 0805 f80f01"),
        [
            "0..1 tag 4 Known .4 0",
            "1..2 length 5 .4 0",
            "2..3 tag 1 Known .4.1 1",
            "3..4 value .4.1 1",
            "4..6 tag 255 UnknownNumber .4 1",
            "6..7 value .4 1"
        ]
    );
    // The second pair has the key of the first: it is that one.
    let twice = told("2a05 0a0161 1001 2a05 0a0161 1002");
    assert_eq!(
        twice[..6],
        [
            "0..1 tag 5 Known .5[0] 0",
            "1..2 length 5 .5[0] 0",
            "2..3 tag 1 Known .5[0]/key 1",
            "3..4 length 1 .5[0]/key 1",
            "4..5 value .5[0]/key 1",
            "5..6 tag 2 Known .5[0]/value 1"
        ]
    );
    assert!(twice[7..].iter().all(|piece| piece.contains(".5[0]")), "{twice:?}");
    // A pair with something unknown in it, and one after it.
    assert_eq!(
        told("2a04 0801 1001 2a00"),
        [
            "0..1 tag 5 UnknownInPair  0",
            "1..2 length 4  0",
            "2..6 value  0",
            "6..7 tag 5 Known .5[0] 0",
            "7..8 length 0 .5[0] 0"
        ]
    );
    assert_eq!(
        told("fb0f 0801 fc0f 0a0161"),
        [
            "0..2 tag 255 UnknownNumber  0",
            "2..4 value  0",
            "4..6 tag 255 UnknownNumber  0",
            "6..7 tag 1 OtherWireType  0",
            "7..8 length 1  0",
            "8..9 value  0"
        ]
    );
}

#[test]
fn every_piece_is_explained() {
    let schema = Schema::parse(
        "syntax = \"proto3\";
        message Order {
          string id = 1; int32 count = 2; float total = 3; sint32 change = 4; bool paid = 5; Status status = 6;
          repeated int32 sizes = 7; map<string, int32> stock = 8; Order next = 9; fixed32 f = 10; sfixed32 s = 11;
          double d = 12; bytes raw = 13; int64 wide = 14; uint32 u = 15; repeated string tags = 16;
          repeated int32 loose = 17 [packed = false]; sfixed64 s64 = 18;
        }
        enum Status { UNPAID = 0; PAID = 1; }",
    )
    .expect("the schema makes sense");
    let explained = |text: &str| -> String {
        let bytes = hex(text);
        let decoded = decode(&schema, 0, &bytes, Runtime::Mainstream);
        let mut out = String::new();
        for piece in &decoded.pieces {
            out.push_str(&format!("[{}]\n", show(&bytes[piece.at.clone()])));
            for line in explain(&schema, &bytes, piece) {
                out.push_str(&format!("  {line}\n"));
            }
        }
        out
    };
    let mut told = String::new();
    for bytes in [
        "0a05 416c696365",
        "10 9601",
        "10 ffffffffffffffffff01",
        "10 ffffffff0f",
        "1d 00004842",
        "1d 000048c2",
        "1d 00000080",
        "1d 01000000",
        "1d 0000807f",
        "1d 0000c07f",
        "20 03",
        "20 9e01",
        "28 01",
        "28 00",
        "30 01",
        "30 63",
        "3a03 01 8e02",
        "38 01",
        "4205 0a016b 1001",
        "4a02 1001",
        "55 96000000",
        "5d feffffff",
        "61 9a9999999999b93f",
        "6a02 00ff",
        "70 feffffffffffffffff01",
        "78 8100",
        "8201 01 61",
        "8801 01",
        "9101 feffffffffffffff",
        "a006 9601",
        "a506 00004842",
        "a206 06 534156453130",
        "a106 000000000000f03f",
        "a306 0801 a406",
        "1801",
        "4204 0801 1001",
        "78 8180808010",
        "70 ffffffffffffffffff03",
    ] {
        told.push_str(&explained(bytes));
    }
    #[cfg(not(target_arch = "wasm32"))]
    insta::assert_snapshot!(told);
    // In the browser there are no files to compare with; that nothing panics and all is told is worth something, too.
    assert!(told.lines().all(|line| line.len() > 2), "{told}");
}

/// Operators are written as programs write them, in what readers are told and in the sources: `<<` is no quotation mark.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn operators_are_no_quotation_marks() {
    let mut folders: Vec<std::path::PathBuf> =
        ["src", "../widgets/src"].map(|folder| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).into();
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "snap") {
                let text = std::fs::read_to_string(&path).unwrap();
                let wrong = text.lines().position(|line| line.contains(['\u{ab}', '\u{bb}']));
                assert_eq!(wrong, None, "{}, counted from 0: write << or >>", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 100, "{read}");
}
