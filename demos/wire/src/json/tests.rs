use super::{read, read_with_places, write, write_compact, write_line, write_spelt};
use crate::{
    schema::Schema,
    value::{Content, Message, Step, Value},
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ALL: &str = r#"syntax = "proto3";
message All {
  string text = 14;
  double double = 1; float float = 2;
  int32 int32 = 3; int64 int64 = 4; uint32 uint32 = 5; uint64 uint64 = 6;
  sint32 sint32 = 7; sint64 sint64 = 8; fixed32 fixed32 = 9; fixed64 fixed64 = 10;
  sfixed32 sfixed32 = 11; sfixed64 sfixed64 = 12; bool bool = 13;
  bytes bytes = 15; Colour colour = 16; All inner = 17;
  optional int32 maybe_int = 18; repeated int32 many_ints = 19; repeated All many = 20;
  map<string, int32> by_text = 21; map<int64, Colour> by_int = 22; map<bool, All> by_bool = 23;
  oneof choice { string first = 24; int32 second = 25; }
  int32 named = 26 [json_name = "@named"];
  reserved "gone";
  map<uint32, double> by_uint = 27;
}
enum Colour { COLOUR_NONE = 0; COLOUR_RED = 1; COLOUR_BLUE = -2; }
message Empty {}
"#;

fn schema() -> Schema {
    Schema::parse(ALL).unwrap()
}

/// What is written after reading, in one line.
fn trip(text: &str) -> String {
    let schema = schema();
    match read(&schema, 0, text) {
        Ok(message) => {
            let again = write(&schema, 0, &message);
            // NaN is not equal to itself.
            assert_eq!(format!("{:?}", read(&schema, 0, &again).unwrap()), format!("{message:?}"), "{again}");
            write_compact(&schema, 0, &message)
        }
        Err(problems) => panic!("{text}: {problems:?}"),
    }
}

#[test]
fn what_is_read_and_written() {
    // The second is what Python's json_format writes after parsing the first, without spaces; nothing stands for the
    // same text.
    for (text, written) in [
        ("{}", ""),
        (" \t\r\n{ } ", "{}"),
        // Names of both kinds, and in the order of numbers.
        (r#"{"many_ints":[1],"maybeInt":0}"#, r#"{"maybeInt":0,"manyInts":[1]}"#),
        (r#"{"@named":1}"#, ""),
        (r#"{"named":1}"#, r#"{"@named":1}"#),
        // Defaults, null and what is empty are absent, unless presence is known.
        (r#"{"int32":0,"int64":"0","bool":false,"text":"","bytes":"","colour":0,"double":0,"float":0.0}"#, "{}"),
        (r#"{"colour":"COLOUR_NONE","manyInts":[],"byText":{},"inner":null,"many":null,"bool":null}"#, "{}"),
        (r#"{"inner":{},"maybeInt":0,"second":0}"#, ""),
        (r#"{"first":""}"#, ""),
        (r#"{"first":null,"second":1}"#, r#"{"second":1}"#),
        (r#"{"double":-0.0,"float":-0}"#, r#"{"double":-0.0,"float":-0.0}"#),
        (r#"{"manyInts":[0,0],"many":[{},{"bool":true}]}"#, ""),
        // Whole numbers in all their forms.
        (r#"{"int32":1e3,"uint32":5.0,"sint32":-12.5e1}"#, r#"{"int32":1000,"uint32":5,"sint32":-125}"#),
        (r#"{"int32":"1e3","fixed32":"4294967295"}"#, r#"{"int32":1000,"fixed32":4294967295}"#),
        (r#"{"int32":-2147483648,"sfixed32":2147483647}"#, ""),
        (
            r#"{"int64":-9223372036854775808,"uint64":18446744073709551615}"#,
            r#"{"int64":"-9223372036854775808","uint64":"18446744073709551615"}"#,
        ),
        (
            r#"{"sint64":"9007199254740993","sfixed64":"-1","fixed64":"1"}"#,
            r#"{"sint64":"9007199254740993","fixed64":"1","sfixed64":"-1"}"#,
        ),
        (r#"{"int32":100000000000000000000e-20}"#, r#"{"int32":1}"#),
        (r#"{"uint32":-0,"int32":0e99999999999}"#, "{}"),
        // Floating point.
        (r#"{"double":1,"float":1.5}"#, r#"{"double":1.0,"float":1.5}"#),
        (r#"{"double":0.1,"float":0.1}"#, ""),
        (r#"{"double":1e16,"float":1e15}"#, r#"{"double":1e+16,"float":1000000000000000.0}"#),
        (r#"{"double":9999999999999998,"float":16777216}"#, r#"{"double":9999999999999998.0,"float":16777216.0}"#),
        (r#"{"double":0.0001,"float":0.00001}"#, r#"{"double":0.0001,"float":1e-05}"#),
        (r#"{"double":-123.456e-10}"#, r#"{"double":-1.23456e-08}"#),
        (r#"{"double":5e-324,"float":3.4028234663852886e38}"#, r#"{"double":5e-324,"float":3.4028235e+38}"#),
        (r#"{"float":1e-45,"double":1e-45}"#, r#"{"double":1e-45,"float":1.4013e-45}"#),
        (r#"{"float":9.8607613e-32}"#, ""),
        (r#"{"float":-16777217}"#, r#"{"float":-16777216.0}"#),
        (r#"{"float":3.4028235e+38}"#, ""),
        (r#"{"double":1.7976931348623157e308}"#, r#"{"double":1.7976931348623157e+308}"#),
        (r#"{"double":"NaN","float":"-Infinity"}"#, ""),
        (r#"{"double":"Infinity","float":"0.25"}"#, r#"{"double":"Infinity","float":0.25}"#),
        // Enums, of the schema or not.
        (r#"{"colour":"COLOUR_BLUE"}"#, ""),
        (r#"{"colour":1}"#, r#"{"colour":"COLOUR_RED"}"#),
        (r#"{"colour":77}"#, ""),
        // Bytes.
        (r#"{"bytes":"AQID/+8="}"#, ""),
        (r#"{"bytes":"AQID_-8"}"#, r#"{"bytes":"AQID/+8="}"#),
        (r#"{"bytes":"QQ"}"#, r#"{"bytes":"QQ=="}"#),
        (r#"{"bytes":"AAAA"}"#, ""),
        // Text.
        (
            r#"{"text":"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00ä😀\u0001\u007f"}"#,
            "{\"text\":\"\\\"\\\\/\\b\\f\\n\\r\\tä😀ä😀\\u0001\u{7f}\"}",
        ),
        // Maps: keys are texts.
        (r#"{"byText":{"":1,"b":0},"byInt":{"-5":"COLOUR_RED"},"byBool":{"true":{}},"byUint":{"7":1.0}}"#, ""),
        (r#"{"byInt":{"1e1":1}}"#, r#"{"byInt":{"10":"COLOUR_RED"}}"#),
    ] {
        let written = if written.is_empty() { text } else { written };
        assert_eq!(trip(text), written, "{text}");
    }
}

#[test]
fn layouts() {
    let schema = schema();
    let text = r#"{"inner": {"text": "x"}, "manyInts": [1, 2], "byText": {"a": 1}, "many": [{}]}"#;
    let message = read(&schema, 0, text).unwrap();
    let line = r#"{"inner": {"text": "x"}, "manyInts": [1, 2], "many": [{}], "byText": {"a": 1}}"#;
    assert_eq!(write_line(&schema, 0, &message), line);
    let lines = "{\n  \"inner\": {\n    \"text\": \"x\"\n  },\n  \"manyInts\": [\n    1,\n    2\n  ],\n  \"many\": [\n    {}\n  \
                 ],\n  \"byText\": {\n    \"a\": 1\n  }\n}";
    assert_eq!(write(&schema, 0, &message), lines);
    assert_eq!(write(&schema, 1, &Message::default()), "{}");

    let spelt = write_spelt(&schema, 0, &Message::default());
    let line: String = spelt.split('\n').map(str::trim).collect();
    let expected = r#"{"double": 0.0,"float": 0.0,"int32": 0,"int64": "0","uint32": 0,"uint64": "0","sint32": 0,"sint64": "0","fixed32": 0,"fixed64": "0","sfixed32": 0,"sfixed64": "0","bool": false,"text": "","bytes": "","colour": "COLOUR_NONE","manyInts": [],"many": [],"byText": {},"byInt": {},"byBool": {},"@named": 0,"byUint": {}}"#;
    assert_eq!(line, expected);
}

#[test]
fn unknown_fields_are_dropped() {
    let schema = schema();
    let message = Message { fields: vec![], unknown: vec![0x08, 0x01] };
    assert_eq!(write(&schema, 1, &message), "{}");
}

#[test]
fn fields_in_order_of_their_numbers() {
    let mut message = Message::default();
    for number in [5, 1, 3, 5] {
        message.set(number, Content::One(Value::U32(number)));
    }
    let numbers: Vec<u32> = message.fields.iter().map(|field| field.0).collect();
    assert_eq!(numbers, [1, 3, 5]);
    assert_eq!(message.get(3), Some(&Content::One(Value::U32(3))));
    assert_eq!((message.get(2), message.get(9)), (None, None));
    assert_eq!((message.clear(3).is_some(), message.clear(3)), (true, None));
}

#[test]
fn mistakes() {
    // The text, then line, column, and a part of what is said and of what helps.
    for (text, line, column, message, help) in [
        // Damaged JSON.
        ("", 1, 1, "ends where a value", ""),
        ("{", 1, 2, "ends where a name", "}"),
        ("{}{", 1, 3, "has ended", "Remove"),
        ("{\"ä\n", 1, 2, "no closing quotation mark", "\\n"),
        ("{\"int32\": 1,}", 1, 12, "nothing follows", "Remove"),
        ("{\"int32\": 1\n \"bool\": true}", 2, 2, "comma or }", "commas"),
        ("{\"manyInts\": [1 2]}", 1, 17, "comma or ]", "commas"),
        ("{\"manyInts\": [1", 1, 16, "ends before a ]", "]"),
        ("{\"manyInts\": [,]}", 1, 15, "should be a value", ""),
        ("{int32: 1}", 1, 2, "name in quotation marks", "\"int32\""),
        ("{'int32': 1}", 1, 2, "double", "\""),
        ("{\"text\": 'x'}", 1, 10, "double", "\""),
        ("{\"int32\" 1}", 1, 10, "colon", ":"),
        ("{\"int32\": 01}", 1, 11, "“01” is no number", "zero"),
        ("{\"int32\": .5}", 1, 11, "no number", "both sides"),
        ("{\"int32\": +5}", 1, 11, "no number", "plus"),
        ("{\"int32\": 0x10}", 1, 11, "“0x10”", "decimal"),
        ("{\"int32\": 1.}", 1, 11, "no number", "point"),
        ("{\"int32\": 1e}", 1, 11, "no number", ""),
        ("{\"bool\": True}", 1, 10, "“True” is no value", "small letters"),
        ("{\"bool\": None}", 1, 10, "None", "null"),
        ("{\"double\": NaN}", 1, 12, "NaN", "\"NaN\""),
        ("{ // note\n}", 1, 3, "no comments", "Remove"),
        ("{\"text\": \"\\x\"}", 1, 11, "no escape", "backslash"),
        ("{\"text\": \"\\u12\"}", 1, 11, "four hexadecimal", ""),
        ("{\"text\": \"\\ud800\"}", 1, 11, "half of a character", "two"),
        ("{\"text\": \"\\ud800\\u0041\"}", 1, 11, "half of a character", "two"),
        ("{\"text\": \"ä\t\"}", 1, 12, "control character", "\\t"),
        ("{\"int32\": 1, \"int32\": 2}", 1, 14, "in the object already", "one"),
        // Sound JSON that is no such message.
        ("[]", 1, 1, "should be an object", "fields of All"),
        ("null", 1, 1, "should be an object", ""),
        ("{\"txt\": 1}", 1, 2, "no field “txt”", "Did you mean text?"),
        ("{\"qqqqqqqqqqqq\": 1}", 1, 2, "no field", "It has text, double,"),
        ("{\"gone\": 1}", 1, 2, "no field “gone”", "reserved"),
        ("{\"manyInts\": [], \"many_ints\": [1]}", 1, 18, "set already", "the same field"),
        ("{\"first\": \"\", \"second\": 1}", 1, 15, "in the oneof choice", "Only one"),
        ("{\"manyInts\": 1}", 1, 14, "should be a list", "brackets"),
        ("{\"manyInts\": [1, null]}", 1, 18, "cannot be null", "whole field"),
        ("{\"many\": [null]}", 1, 11, "cannot be null", ""),
        ("{\"byText\": {\"a\": null}}", 1, 18, "cannot be null", ""),
        ("{\"byText\": []}", 1, 12, "should be an object", ""),
        ("{\"byInt\": {\"x\": 1}}", 1, 12, "A key of “by_int”", "whole number"),
        ("{\"byInt\": {\"1\": 1, \"1.0\": 2}}", 1, 20, "The key 1 is in the map", ""),
        ("{\"byBool\": {\"1\": {}}}", 1, 13, "A key of “by_bool”", "true or false"),
        ("{\"int32\": 2147483648}", 1, 11, "out of its range", "2147483647"),
        ("{\"int32\": 1.5}", 1, 11, "int32 and cannot be 1.5", "whole"),
        ("{\"int32\": 1.00000000000000000000000000000000001}", 1, 11, "cannot be 1.0", "whole"),
        ("{\"int32\": 5e-1}", 1, 11, "cannot be 5e-1", "whole"),
        ("{\"int32\": 1e-99999999999}", 1, 11, "cannot be", "whole"),
        ("{\"uint64\": 1e99999999999}", 1, 12, "out of its range", "18446744073709551615"),
        ("{\"uint32\": -1}", 1, 12, "out of its range", "from 0"),
        ("{\"uint64\": \"18446744073709551616\"}", 1, 12, "out of its range", ""),
        ("{\"int64\": \"9223372036854775808\"}", 1, 11, "out of its range", ""),
        ("{\"int32\": \" 1\"}", 1, 11, "cannot be \" 1\"", "whole"),
        ("{\"int32\": true}", 1, 11, "cannot be true", "whole"),
        ("{\"float\": 3.5e38}", 1, 11, "out of its range", "Infinity"),
        ("{\"float\": 3.4028236e38}", 1, 11, "out of its range", "Infinity"),
        ("{\"double\": 1e309}", 1, 12, "out of its range", "Infinity"),
        ("{\"double\": \"inf\"}", 1, 12, "cannot be \"inf\"", "\"Infinity\""),
        ("{\"bool\": 1}", 1, 10, "cannot be 1", "true or false"),
        ("{\"bool\": \"true\"}", 1, 10, "cannot be \"true\"", ""),
        ("{\"text\": 1}", 1, 10, "cannot be 1", "quotation marks"),
        ("{\"text\": {}}", 1, 10, "cannot be an object", ""),
        ("{\"inner\": 1}", 1, 11, "should be an object", ""),
        ("{\"colour\": \"COLOUR_READ\"}", 1, 12, "no value “COLOUR_READ”", "COLOUR_RED?"),
        ("{\"colour\": \"1\"}", 1, 12, "no value “1”", "without quotation marks"),
        ("{\"colour\": \"?\"}", 1, 12, "no value", "It has COLOUR_NONE, COLOUR_RED"),
        ("{\"colour\": 2147483648}", 1, 12, "out of its range", ""),
        ("{\"bytes\": \"A\"}", 1, 11, "one letter is left over", "Four letters"),
        ("{\"bytes\": \"A?==\"}", 1, 11, "“?” is none of its letters", ""),
        ("{\"bytes\": \"QQ=\"}", 1, 11, "multiple of four", ""),
        ("{\"bytes\": \"QQ==QQ==\"}", 1, 11, "“=” is none", ""),
    ] {
        let problems = read(&schema(), 0, text).expect_err(text);
        let first = &problems[0];
        assert_eq!((first.line, first.column), (line, column), "{text}: {first:?}");
        assert!(first.message.contains(message), "{text}: {first:?}");
        assert!(first.help.as_deref().unwrap_or_default().contains(help), "{text}: {first:?}");
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
    }
}

#[test]
fn all_mistakes_at_once() {
    let text = "{\n  \"int32\": \"a\",\n  \"inner\": {\"nope\": 1, \"bool\": 0},\n  \"byInt\": {\"x\": []}\n}";
    let problems = read(&schema(), 0, text).unwrap_err();
    let places: Vec<_> = problems.iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(2, 12), (3, 13), (3, 32), (4, 13), (4, 18)]);
    assert_eq!(&text[problems[1].at.clone()], "\"nope\"");
}

#[test]
fn depth() {
    let schema = schema();
    let nested = |depth: usize| format!("{}{}", "{\"inner\":".repeat(depth - 1) + "{}", "}".repeat(depth - 1));
    assert!(read(&schema, 0, &nested(100)).is_ok());
    let problems = read(&schema, 0, &nested(101)).unwrap_err();
    assert!(problems.len() == 1 && problems[0].message.contains("More than 100 messages"), "{problems:?}");
    let problems = read(&schema, 0, &"[".repeat(super::MAX_TEXT)).unwrap_err();
    assert!(problems[0].message.contains("More than 256 lists"), "{problems:?}");
    let problems = read(&schema, 0, &" ".repeat(super::MAX_TEXT + 1)).unwrap_err();
    assert!(problems[0].message.contains("there is room for 20000"), "{problems:?}");
    let lists = format!("{}{}", "{\"many\":[".repeat(99) + "{}", "]}".repeat(99));
    assert!(read(&schema, 0, &lists).is_ok());
}

#[test]
fn places() {
    let text = r#"{"int32": 0, "byText": {"a": 1}, "many": [{}, {"bool": true}]}"#;
    let (_, places) = read_with_places(&schema(), 0, text).unwrap();
    let expected: [(&[Step], &str); 9] = [
        (&[Step::Field(3)], r#""int32": 0"#),
        (&[Step::Field(21)], r#""byText": {"a": 1}"#),
        (&[Step::Field(21), Step::Item(0)], r#""a": 1"#),
        (&[Step::Field(21), Step::Item(0), Step::Key], r#""a""#),
        (&[Step::Field(21), Step::Item(0), Step::Value], "1"),
        (&[Step::Field(20)], r#""many": [{}, {"bool": true}]"#),
        (&[Step::Field(20), Step::Item(0)], "{}"),
        (&[Step::Field(20), Step::Item(1)], r#"{"bool": true}"#),
        (&[Step::Field(20), Step::Item(1), Step::Field(13)], r#""bool": true"#),
    ];
    let places: Vec<_> = places.iter().map(|place| (&place.path.0[..], &text[place.at.clone()])).collect();
    assert_eq!(places, expected);
}

#[test]
fn damaged_anywhere() {
    // Cut off and with each letter replaced: a problem within the text, or a message, never a panic.
    let schema = schema();
    let text = r#"{"text":"ä\ud83d\ude00\n","int32":-1.5e+3,"byInt":{"1":"COLOUR_RED"},"many":[{"bytes":"QQ=="},{"bool":true}]}"#;
    let mut damaged: Vec<String> = text.char_indices().map(|(at, _)| text[..at].to_owned()).collect();
    for (at, letter) in text.char_indices() {
        for other in ["\"", "\\", "{", "]", ",", "9", "e", "é", "\n", ""] {
            damaged.push(format!("{}{other}{}", &text[..at], &text[at + letter.len_utf8()..]));
        }
    }
    let mut refused = 0;
    for text in &damaged {
        if let Err(problems) = read(&schema, 0, text) {
            refused += 1;
            for problem in problems {
                assert!(text.get(problem.at.clone()).is_some(), "{text}: {problem:?}");
            }
        }
    }
    assert!(refused > damaged.len() / 2, "{refused} of {}", damaged.len());
}
