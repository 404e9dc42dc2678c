use super::{Kind, Label, MAX_FIELDS, MAX_NUMBER, MAX_TEXT, MAX_VALUES, Schema, WireType, in_that_order, sorted};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ORDER: &str = r#"// Für Bestellungen.
syntax = "proto3";
package shop.v1;
option java_package = "org.example";

message Order {
  reserved 4, 9 to 11, 100 to max;
  reserved "price", "note";
  enum State {
    option allow_alias = true;
    STATE_UNKNOWN = 0;
    STATE_NEW = 1;
    STATE_FRESH = 1;
    STATE_LOST = -5;
    reserved -3 to -1, 7;
    reserved "STATE_GONE";
  }
  message Line {
    string sku = 1;
    sint32 count = 2 [deprecated = true];
    repeated Line parts = 3;
  }
  uint64 order_id = 1 [json_name = "id"];
  State state = 2;
  repeated Line lines = 3;
  repeated int32 codes = 5;
  repeated int32 loose = 6 [packed = false];
  optional bool paid = 7;
  oneof payment {
    string card = 8;
    Line.Weight weight = 12;
  }
  map<string, .shop.v1.Order.Line> by_name = 13;
  v1.Currency currency = 99;
}
message Order2 { Order.State state = 1; }
enum Currency { CURRENCY_NONE = 0; }
"#;

fn order() -> String {
    // A message whose name is no type in the scope that its first part leads to.
    ORDER.replace("Line.Weight weight", "bytes weight")
}

#[test]
fn everything_that_a_schema_can_have() {
    let text = order();
    let schema = Schema::parse(&text).unwrap();
    assert_eq!(schema.text, text);
    let names: Vec<_> = schema.messages.iter().map(|message| message.name.as_str()).collect();
    assert_eq!(names, ["Order", "Order.Line", "Order2"]);
    let names: Vec<_> = schema.enums.iter().map(|kind| kind.name.as_str()).collect();
    assert_eq!(names, ["Order.State", "Currency"]);

    let order = &schema.messages[0];
    assert_eq!(order.reserved_numbers, [4..=4, 9..=11, 100..=MAX_NUMBER]);
    assert_eq!(order.reserved_names, ["price", "note"]);
    assert_eq!(order.oneofs, ["payment"]);
    assert!(text[order.span.clone()].starts_with("message Order {"));
    assert!(text[order.span.clone()].ends_with("= 99;\n}"));

    let line = Kind::Message(1);
    let (one, many) = (Label::Singular, Label::Repeated { packed: false });
    let expected = [
        ("order_id", "id", 1, Kind::Uint64, one, None, false, "uint64 order_id = 1 [json_name = \"id\"];"),
        ("state", "state", 2, Kind::Enum(0), one, None, false, "State state = 2;"),
        ("lines", "lines", 3, line, many, None, false, "repeated Line lines = 3;"),
        ("codes", "codes", 5, Kind::Int32, Label::Repeated { packed: true }, None, false, "repeated int32 codes = 5;"),
        ("loose", "loose", 6, Kind::Int32, many, None, false, "repeated int32 loose = 6 [packed = false];"),
        ("paid", "paid", 7, Kind::Bool, Label::Optional, None, true, "optional bool paid = 7;"),
        ("card", "card", 8, Kind::String, one, Some(0), true, "string card = 8;"),
        ("weight", "weight", 12, Kind::Bytes, one, Some(0), true, "bytes weight = 12;"),
        (
            "by_name",
            "byName",
            13,
            line,
            Label::Map { key: Kind::String },
            None,
            false,
            "map<string, .shop.v1.Order.Line> by_name = 13;",
        ),
        ("currency", "currency", 99, Kind::Enum(1), one, None, false, "v1.Currency currency = 99;"),
    ];
    assert_eq!(order.fields.len(), expected.len());
    for (field, (name, json, number, kind, label, oneof, presence, span)) in order.fields.iter().zip(expected) {
        assert_eq!((&*field.name, &*field.json_name, field.number), (name, json, number));
        assert_eq!((field.kind, field.label, field.oneof), (kind, label, oneof), "{name}");
        assert_eq!(field.has_presence(), presence, "{name}");
        assert_eq!(&text[field.span.clone()], span);
        assert_eq!(&text[field.name_span.clone()], name);
        assert_eq!(text[field.number_span.clone()].parse(), Ok(number));
    }
    assert_eq!(order.field_by_name("by_name"), order.field(13));
    assert!(schema.messages[1].fields[1].deprecated && !schema.messages[1].fields[0].deprecated);
    assert_eq!(schema.messages[1].fields[2].kind, line);
    assert_eq!(schema.messages[2].fields[0].kind, Kind::Enum(0));
    assert_eq!((line.name(&schema), Kind::Sint32.name(&schema)), ("Order.Line", "sint32"));

    let state = &schema.enums[0];
    let values: Vec<_> = state.values.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    assert_eq!(values, [("STATE_UNKNOWN", 0), ("STATE_NEW", 1), ("STATE_FRESH", 1), ("STATE_LOST", -5)]);
    assert_eq!((state.name_of(1), state.number_of("STATE_LOST")), (Some("STATE_NEW"), Some(-5)));
    assert_eq!(state.reserved_numbers, [-3..=-1, 7..=7]);
    assert_eq!(state.reserved_names, ["STATE_GONE"]);
}

#[test]
fn mistakes() {
    // What stands after the first line, then line, column, the text at that place, and a part of what is said and of
    // what helps.
    for (text, line, column, at, message, help) in [
        // The parser's own.
        (
            "message M {\n  int32 a = 1\n  int32 b = 2;\n}",
            4,
            3,
            "int32",
            "semicolon is missing before “int32”",
            "line before",
        ),
        ("message M { int32 a = 1 }", 2, 25, "}", "semicolon is missing before “}”", ""),
        ("message M { int32 a 1; }", 2, 21, "1", "should be “=”", "int32 count = 1;"),
        ("message M { int32 = 1; }", 2, 19, "=", "an identifier, not “=”", ""),
        ("message M { int32 a = \"1\"; }", 2, 23, "\"1\"", "an integer", ""),
        ("message M { repeatd int32 a = 1; }", 2, 27, "a", "not “a”", "repeated, where it says repeatd"),
        ("message M { list<int32> a = 1; }", 2, 17, "<", "does not go on", "repeated int32"),
        ("message M { int32[] a = 1; }", 2, 18, "[", "does not go on", "repeated int32"),
        ("message M { map<string> a = 1; }", 2, 23, ">", "should be “,”", ""),
        ("message M { reserved a; }", 2, 22, "a", "a positive integer or string", "in quotation marks"),
        ("message M {", 2, 12, "", "before a brace is closed", "}"),
        ("message M {}}", 2, 13, "}", "not “}”", "one closing brace too many"),
        ("messge M {}", 2, 1, "messge", "a message or an enum", "Did you mean message?"),
        ("int32 a = 1;", 2, 1, "int32", "a message or an enum", "Fields stand in a message"),
        ("syntax = \"proto3\";", 2, 1, "syntax", "not “syntax”", "once"),
        ("message M { /* ü */ @ }", 2, 21, "@", "“@” has no meaning", "letters"),
        ("message M { int32 ä = 1; }", 2, 19, "ä", "“ä” has no meaning", "a to z"),
        ("message M { int32 a = 1x; }", 2, 23, "1x", "space is missing", ""),
        ("message M { int32 a = 99999999999999999999; }", 2, 23, "99999999999999999999", "is too large", ""),
        ("message M { int32 a = 1 [json_name = \"x]; }", 2, 44, "", "quotation has no end", "mark"),
        ("message M { int32 a = 1 [json_name = \"\\q\"]; }", 2, 39, "\\", "cannot stand in a quotation", "\\\\"),
        ("message M { int32 a = 1 [json_name = \"\\377\"]; }", 2, 38, "\"\\377\"", "not UTF-8", ""),
        ("message M { int32 a = 1 [json_name = 5]; }", 2, 38, "5", "in quotation marks", ""),
        ("message M { option deprecated = -inf; }", 2, 33, "-inf", "minus", ""),
        (
            "message M { option deprecated = -9223372036854775809; }",
            2,
            33,
            "-9223372036854775809",
            "no value that an option",
            "",
        ),
        ("/* a", 2, 5, "", "comment that begins with /* has no end", "*/"),
        ("/* a /* b */", 2, 6, "/*", "cannot have another", "//"),
        ("# a", 2, 1, "# a", "does not begin with #", "//"),
        ("package a;\npackage b;", 3, 1, "package b;", "named twice", "one"),
        ("message M { reserved \"1a\"; }", 2, 22, "\"1a\"", "cannot be the name of a field", ""),
        ("message M { int32 a = 0; }", 2, 23, "0", "0 cannot be the number of a field", "32 bits of a tag"),
        ("message M { int32 a = 536870912; }", 2, 23, "536870912", "536,870,911", ""),
        ("message M { reserved 0; }", 2, 22, "0", "cannot be the number", ""),
        ("enum E { A = 0; B = 2147483648; }", 2, 21, "2147483648", "32 bits with a sign", ""),
        ("message M { int32 a = 1 [default = 2]; }", 2, 26, "default = 2", "no default values", "0, false or empty"),
        ("message M { repeated int32 a = 1 [default = 2]; }", 2, 35, "default = 2", "no default values", "list"),
        ("message M { map<bool, int32> a = 1 [default = 2]; }", 2, 37, "default = 2", "no default values", "map"),
        ("message M { repeated map<bool, int32> a = 1; }", 2, 13, "repeated", "A map takes no “repeated”", "pairs"),
        ("message M { oneof o { optional int32 a = 1; } }", 2, 23, "optional", "takes no “optional”", ""),
        ("message M { oneof o { map<bool, int32> a = 1; } }", 2, 23, "map<bool, int32> a = 1;", "in a oneof", "around"),
        ("message M { oneof o {} }", 2, 13, "oneof o {}", "no member", "field"),
        ("message M { optional group G = 1 {} }", 2, 13, "optional group G = 1 {}", "no groups", "message"),
        ("message M { required int32 a = 1; }", 2, 13, "required", "no required fields", "optional"),
        ("message M { map<float, int32> a = 1; }", 2, 17, "float", "float cannot be the key", "integers"),
        // What is left out.
        ("import \"a.proto\";", 2, 1, "import \"a.proto\";", "leaves imports out", "that file"),
        (
            "import \"google/protobuf/timestamp.proto\";",
            2,
            1,
            "import \"google/protobuf/timestamp.proto\";",
            "imports",
            "Timestamp",
        ),
        (
            "message M {} service S { rpc A(M) returns (M); }",
            2,
            14,
            "service S { rpc A(M) returns (M); }",
            "services",
            "Remove",
        ),
        ("message M {} extend M { int32 a = 1; }", 2, 14, "extend M { int32 a = 1; }", "extensions", ""),
        ("message M { extensions 5 to 9; }", 2, 13, "extensions 5 to 9;", "extensions", ""),
        ("message M { option (mine) = 1; }", 2, 13, "option (mine) = 1;", "custom options", ""),
        (
            "message M { option map_entry = true; }",
            2,
            13,
            "option map_entry = true;",
            "leaves the option map_entry out",
            "",
        ),
        // Options.
        ("option jva_package = \"a\";", 2, 1, "option jva_package = \"a\";", "no option jva_package", "java_package?"),
        ("message M { int32 a = 1 [deprecatd = true]; }", 2, 26, "deprecatd = true", "no option", "deprecated?"),
        ("message M { int32 a = 1 [deprecated = 1]; }", 2, 26, "deprecated = 1", "true or false", "= true"),
        (
            "message M { option deprecated = true; option deprecated = true; }",
            2,
            39,
            "option deprecated = true;",
            "set already",
            "",
        ),
        (
            "message M { int32 a = 1 [json_name = \"x\", json_name = \"y\"]; }",
            2,
            43,
            "json_name = \"y\"",
            "set already",
            "",
        ),
        ("message M { string a = 1 [packed = true]; }", 2, 27, "packed = true", "can be packed", "Leave packed out"),
        ("message M { int32 a = 1 [packed = true]; }", 2, 26, "packed = true", "can be packed", "alone"),
        // Names.
        ("message M {}\nmessage M {}", 3, 9, "M", "“M” exists already, in line 2", "another name"),
        ("message M {}\nenum M { A = 0; }", 3, 6, "M", "“M” exists already", ""),
        ("message M { int32 a = 1; string a = 2; }", 2, 33, "a", "“a” exists already", ""),
        ("message M { int32 a = 1; oneof a { int32 b = 2; } }", 2, 32, "a", "“a” exists already", ""),
        ("enum A { X = 0; }\nenum B { X = 0; }", 3, 10, "X", "“X” exists already", "outside of their enum"),
        ("message M { map<bool, bool> a_b = 1; message ABEntry {} }", 2, 46, "ABEntry", "a list of messages", "Rename"),
        ("message M { reserved \"b\"; int32 b = 1; }", 2, 33, "b", "“b” is reserved", "take another"),
        ("message M { reserved \"b\", \"b\"; }", 2, 27, "\"b\"", "reserved already", "once"),
        (
            "message M { int32 a_b = 1; int32 aB = 2; }",
            2,
            34,
            "aB",
            "“a_b” and “aB” would both be “aB”",
            "another name",
        ),
        ("message M { int32 a = 1; int32 b = 2 [json_name = \"a\"]; }", 2, 51, "\"a\"", "would both be “a”", ""),
        ("message M { int32 a = 1 [json_name = \"[a]\"]; }", 2, 38, "\"[a]\"", "in brackets", "extensions"),
        ("message M { int32 a = 1 [json_name = \"\\0\"]; }", 2, 38, "\"\\0\"", "character 0", ""),
        // Types.
        (
            "message M { Colour c = 1; }\nenum Color { A = 0; }",
            2,
            13,
            "Colour",
            "no type “Colour”",
            "Did you mean Color?",
        ),
        ("message M { int a = 1; }", 2, 13, "int", "no type “int”", "Did you mean int32?"),
        ("message M { Price a = 1; }", 2, 13, "Price", "no type “Price”", "message Price { … }"),
        ("message M { map<string, Price> a = 1; }", 2, 25, "Price", "no type “Price”", ""),
        ("message M { L a = 1; }\nmessage O { message L {} }", 2, 13, "L", "no type “L”", "Did you mean O.L?"),
        ("message M { message A {} A.C c = 1; }\nmessage A { message C {} }", 2, 26, "A.C", "as “M.A.C”", ".A.C"),
        ("message M { .M.a a = 1; }", 2, 13, ".M.a", "“.M.a” is no type", ""),
        // Numbers.
        ("message M { int32 a = 1; int32 b = 1; }", 2, 36, "1", "number 1 is that of “a”", "Take 2"),
        ("message M { reserved 2 to 4; int32 a = 1; int32 b = 3; }", 2, 53, "3", "number 3 is reserved", "Take 5"),
        ("message M { int32 a = 19999; }", 2, 23, "19999", "19000 to 19999", "Take 1"),
        ("message M { reserved 1 to max; int32 b = 3; }", 2, 42, "3", "reserved", ""),
        ("message M { reserved 4 to 2; }", 2, 22, "4 to 2", "backwards", "2 to 4"),
        ("message M { reserved 2 to 5, 4; }", 2, 30, "4", "2 to 5 is reserved already", "once"),
        // Enums.
        ("enum OrderState {}", 2, 1, "enum OrderState {}", "needs a value", "ORDER_STATE_UNSPECIFIED = 0;"),
        ("enum E { A = 1; }", 2, 14, "1", "has to be 0, not 1", "E_UNSPECIFIED = 0;"),
        ("enum E { A = 0; B = 0; }", 2, 21, "0", "“A” has the number 0", "allow_alias = true"),
        (
            "enum E { option allow_alias = true; A = 0; }",
            2,
            1,
            "enum E { option allow_alias = true; A = 0; }",
            "one number",
            "Remove",
        ),
        ("enum E { A = 0; E_A = 1; }", 2, 17, "E_A", "same name in languages", "another"),
        ("enum E { reserved -2 to -1; A = 0; B = -1; }", 2, 40, "-1", "number -1 is reserved", "take another"),
        ("enum E { reserved \"B\"; A = 0; B = 1; }", 2, 31, "B", "“B” is reserved", ""),
        ("enum E { reserved 3, 3; A = 0; }", 2, 22, "3", "3 is reserved already", ""),
    ] {
        let text = format!("syntax = \"proto3\";\n{text}");
        let problems = Schema::parse(&text).expect_err(&text);
        let first = &problems[0];
        assert_eq!((first.line, first.column, &text[first.at.clone()]), (line, column, at), "{text}: {first:?}");
        assert!(first.message.contains(message), "{text}: {first:?}");
        assert!(first.help.as_deref().unwrap_or_default().contains(help), "{text}: {first:?}");
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
    }
}

#[test]
fn the_first_line() {
    let all = |text: &str| -> Vec<(usize, usize, String)> {
        let problems = Schema::parse(text).expect_err(text);
        problems.into_iter().map(|problem| (problem.line, problem.column, problem.message)).collect()
    };
    // What else is wrong is found too, in its place.
    let missing = all("// note\nmessage M {\n  int32 ä = 1;\n}");
    assert_eq!((missing[0].0, missing[0].1, missing[1].0, missing[1].1, missing.len()), (2, 1, 3, 9, 2));
    assert!(missing[0].2.contains("proto2, with a warning"), "{missing:?}");
    let same_line = all("message M { int32 a = 19000; }");
    assert_eq!((same_line[0].1, same_line[1].1, same_line.len()), (1, 23, 2));
    let other = all("/* ä */ syntax = 'proto2';\nmessage M { required int32 a = 1; }");
    assert_eq!((other[0].0, other[0].1, other[1].0, other[1].1, other.len()), (1, 19, 2, 13, 2));
    assert!(other[0].2.contains("proto3 only"), "{other:?}");
    for (text, message) in [
        ("", "does not say which language"),
        ("edition = \"2023\";", "leaves editions out"),
        ("syntax = \"proto4\";", "no syntax “proto4”"),
        ("syntax = proto3;", "a string, not “proto3”"),
        ("syntax = \"proto3\"\nmessage M {}", "semicolon is missing before “message”"),
    ] {
        let problems = all(text);
        assert!(problems.len() == 1 && problems[0].2.contains(message), "{text}: {problems:?}");
    }
}

#[test]
fn all_mistakes_at_once() {
    let text = "syntax = \"proto3\";\nmessage M {\n  Foo a = 1;\n  int32 b = 1;\n  reserved 2;\n  int32 c = 2;\n}\n\
                enum E { A = 1; }\nimport \"x\";\nmessage N { M a = 19000; M.N b = 2; }";
    let places: Vec<_> =
        Schema::parse(text).unwrap_err().iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(3, 3), (4, 13), (6, 13), (8, 14), (9, 1), (10, 19), (10, 26)]);
    // Damage in two messages, without what follows from it.
    let text = "syntax = \"proto3\";\nmessage M {\n  int32 a 1;\n  int32 b = 2;\n}\nmessage N {\n  int32 = 1;\n}\n";
    let places: Vec<_> =
        Schema::parse(text).unwrap_err().iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(3, 11), (7, 9)]);
}

#[test]
fn limits() {
    let said = |text: &str| {
        let problems = Schema::parse(text).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems[0].message.clone()
    };
    let head = "syntax = \"proto3\";\n";
    let fields = |count: usize| -> String {
        let fields: String = (1..=count).map(|number| format!("int32 f{number} = {number};")).collect();
        format!("{head}message M {{{fields}}}")
    };
    assert!(Schema::parse(&fields(MAX_FIELDS)).is_ok());
    assert!(said(&fields(MAX_FIELDS + 1)).contains("too many fields: this lab takes 200"));
    let values = |count: usize| -> String {
        let values: String = (0..count).map(|number| format!("V{number}={number};")).collect();
        format!("{head}enum E {{{values}}}")
    };
    assert!(Schema::parse(&values(MAX_VALUES)).is_ok());
    assert!(said(&values(MAX_VALUES + 1)).contains("too many enum values"));
    let reserved: String = (1..600).map(|number| format!("reserved {number};")).collect();
    assert!(said(&format!("{head}message M {{{reserved}}}")).contains("too many reserved"));
    assert!(said(&format!("{head}{}", " ".repeat(MAX_TEXT))).contains("has 20019 bytes; there is room for 20000"));
    assert!(said(&format!("{head}{}{}", "message A {".repeat(32), "}".repeat(32))).contains("too deep"));
    assert!(said(&format!("{head}package {};", "a".repeat(201))).contains("at most 200 letters"));
    // However many mistakes there are, that many are said.
    let text = format!("{head}message M {{{}}}", "X a = 1;".repeat(100));
    assert_eq!(Schema::parse(&text).unwrap_err().len(), 50);
}

#[test]
fn packed_unless_it_is_said_otherwise() {
    for (field, packed) in [
        ("repeated int32 a = 1;", true),
        ("repeated E a = 1;", true),
        ("repeated double a = 1 [packed = true];", true),
        ("repeated bool a = 1 [packed = false];", false),
        ("repeated string a = 1;", false),
        ("repeated bytes a = 1 [packed = false];", false),
        ("repeated M a = 1;", false),
    ] {
        let schema =
            Schema::parse(&format!("syntax = \"proto3\"; enum E {{ A = 0; }} message M {{ {field} }}")).unwrap();
        assert_eq!(schema.messages[0].fields[0].label, Label::Repeated { packed }, "{field}");
        let expected = if packed { WireType::Len } else { schema.messages[0].fields[0].kind.wire_type() };
        assert_eq!(schema.messages[0].fields[0].wire_type(), expected, "{field}");
    }
}

#[test]
fn damaged_anywhere() {
    // Cut off and with each letter replaced: read or refused with places in the text, never a panic.
    let text = order();
    let mut damaged: Vec<String> = text.char_indices().map(|(at, _)| text[..at].to_owned()).collect();
    for (at, letter) in text.char_indices() {
        for other in ["\"", "}", ";", "é", ""] {
            damaged.push(format!("{}{other}{}", &text[..at], &text[at + letter.len_utf8()..]));
        }
    }
    let mut refused = 0;
    for text in &damaged {
        match Schema::parse(text) {
            Ok(schema) => assert_eq!(&schema.text, text),
            Err(problems) => {
                refused += 1;
                assert!(!problems.is_empty(), "{text}");
                for problem in problems {
                    assert!(text.get(problem.at.clone()).is_some(), "{text}: {problem:?}");
                }
            }
        }
    }
    assert!(refused > damaged.len() / 2, "{refused} of {}", damaged.len());
}

#[test]
fn sorting_keeps_what_is_equal_in_its_order() {
    for count in 0..40_usize {
        let things: Vec<usize> = (0..count).map(|at| (at * 7 + 3) % 5).collect();
        let order = sorted(count, &|a, b| things[a].cmp(&things[b]));
        let mut expected: Vec<usize> = (0..count).collect();
        expected.sort_by_key(|&at| things[at]);
        assert_eq!(order, expected);
        let mut by_library = things.clone();
        by_library.sort_unstable();
        assert_eq!(in_that_order(things, &order), by_library);
    }
}

/// Advice that can be followed: nothing is sent to a name that does not exist either.
#[test]
fn a_type_of_another_file_is_not_looked_for_in_scopes() {
    for (text, message, help) in [
        (
            "package google.x; message M { google.protobuf.Timestamp t = 1; }",
            "There is no type “google.protobuf.Timestamp”.",
            "Declare it in this text, as message Timestamp { … }, and use that name: what other files declare is not read here.",
        ),
        (
            "message M { google.protobuf.Timestamp t = 1; }",
            "There is no type “google.protobuf.Timestamp”.",
            "Declare it in this text, as message Timestamp { … }, and use that name: what other files declare is not read here.",
        ),
        (
            "package a.b; message M { map<string, a.c.Money> t = 1; }",
            "There is no type “a.c.Money”.",
            "Declare it in this text, as message Money { … }, and use that name: what other files declare is not read here.",
        ),
        (
            "package a.b; message M { .a.c.Money t = 1; }",
            "There is no type “.a.c.Money”.",
            "Declare it in this text, as message Money { … }, and use that name: what other files declare is not read here.",
        ),
        (
            "package a.b; message M { b.Lne t = 1; } message Line {}",
            "There is no type “b.Lne”.",
            "Declare it in this text, as message Lne { … }, and use that name: what other files declare is not read here.",
        ),
        // The last part is one of this text.
        (
            "package a.b; message M { x.Line t = 1; } message Line {}",
            "There is no type “x.Line”.",
            "Did you mean a.b.Line?",
        ),
        (
            "package a; message a { message x {} } message M { message a {} a.x t = 1; }",
            "There is no type “a.x”.",
            "Did you mean .a.a.x?",
        ),
        // Here the advice leads somewhere.
        (
            "message A { message B {} message A {} A.B b = 1; }",
            "“A.B” is looked for as “A.A.B”, which does not exist.",
            "The innermost scope counts. Write .A.B to begin outside of all.",
        ),
    ] {
        let problems = Schema::parse(&format!("syntax = \"proto3\"; {text}")).expect_err(text);
        let told: Vec<(&str, &str)> =
            problems.iter().map(|it| (it.message.as_str(), it.help.as_deref().unwrap_or_default())).collect();
        assert_eq!(told, [(message, help)], "{text}");
    }
}
