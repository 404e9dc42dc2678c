//! protoc and our parser take the same texts.

use crate::{
    oracle::{Oracle, tell},
    random::{self, Random},
};
use wire::schema::Schema;

/// What stands between braces of `message M { … }`, after `syntax` and beside an enum `E` and a message `N`.
const FIELDS: [&str; 140] = [
    "",
    ";",
    "int32 a = 1;",
    "int32 a = 1; int32 b = 1;",
    "int32 a = 1; int32 a = 2;",
    "int32 a = 0;",
    "int32 a = -1;",
    "int32 a = 536870911;",
    "int32 a = 536870912;",
    "int32 a = 2147483648;",
    "int32 a = 99999999999999999999;",
    "int32 a = 18999;",
    "int32 a = 19000;",
    "int32 a = 19999;",
    "int32 a = 20000;",
    "int32 a = 1.0;",
    "int32 a = 0x10;",
    "int32 a = 010;",
    "int32 a = 08;",
    "int32 a = 1",
    "int32 a;",
    "int32 = 1;",
    "a = 1;",
    "int32 1a = 1;",
    "int32 a-b = 1;",
    "int32 ünder = 1;",
    "int32 a = 1;;",
    "int32 int32 = 1;",
    "int32 message = 1; string reserved = 2; bool oneof = 3;",
    "optional optional = 1;",
    "Unknown a = 1;",
    "int a = 1;",
    "Int32 a = 1;",
    "N a = 1;",
    "M a = 1;",
    "E a = 1;",
    ".N a = 1;",
    ".p.N a = 1;",
    "p.N a = 1;",
    "N.M a = 1;",
    "repeated int32 a = 1;",
    "required int32 a = 1;",
    "optional int32 a = 1;",
    "optional repeated int32 a = 1;",
    "repeated N a = 1 [packed = true];",
    "repeated string a = 1 [packed = false];",
    "repeated string a = 1 [packed = true];",
    "repeated bytes a = 1 [packed = true];",
    "repeated E a = 1 [packed = true];",
    "repeated int32 a = 1 [packed = false];",
    "repeated int32 a = 1 [packed = 1];",
    "repeated int32 a = 1 [packed = \"true\"];",
    "repeated int32 a = 1 [packed = true, packed = true];",
    "int32 a = 1 [packed = true];",
    "int32 a = 1 [packed = false];",
    "int32 a = 1 [deprecated = true];",
    "int32 a = 1 [deprecated];",
    "int32 a = 1 [];",
    "int32 a = 1 [deprecated = maybe];",
    "int32 a = 1 [nonsense = 1];",
    "int32 a = 1 [default = 5];",
    "int32 a = 1 [json_name = \"b\"];",
    "int32 a = 1 [json_name = b];",
    "int32 a = 1 [json_name = \"b\", json_name = \"c\"];",
    "int32 a = 1 [json_name = \"b\"]; int32 b = 2;",
    "int32 a = 1 [json_name = \"\"];",
    "int32 a = 1 [json_name = \"[a]\"];",
    "int32 a = 1 [json_name = \"a\\0b\"];",
    "int32 a = 1 [json_name = 'it' \"s\"];",
    "int32 a_b = 1; int32 aB = 2;",
    "int32 a_b = 1; int32 a__b = 2;",
    "int32 ab = 1; int32 AB = 2;",
    "int32 _a = 1; int32 A = 2;",
    "int32 a_1 = 1; int32 a1 = 2;",
    "int32 a_ = 1; int32 a = 2;",
    "map<string, int32> a = 1;",
    "map<int32, N> a = 1;",
    "map<bool, E> a = 1;",
    "map<float, int32> a = 1;",
    "map<double, int32> a = 1;",
    "map<bytes, int32> a = 1;",
    "map<E, int32> a = 1;",
    "map<N, int32> a = 1;",
    "map<string, map<string, string>> a = 1;",
    "map<string, repeated int32> a = 1;",
    "repeated map<string, int32> a = 1;",
    "optional map<string, int32> a = 1;",
    "map<string, Unknown> a = 1;",
    "map<string int32> a = 1;",
    "map<string, int32> a = 1 [deprecated = true];",
    "map<string, int32> a = 1 [packed = true];",
    "map<string, int32> a_b = 1; message ABEntry {}",
    "map<string, int32> a_b = 1; map<string, int32> a__b = 2;",
    "map<string, int32> a = 1; message AEntry {}",
    "map<string, int32> a = 1; int32 AEntry = 2;",
    "map a = 1;",
    "oneof o { int32 a = 1; string b = 2; }",
    "oneof o { }",
    "oneof o { int32 a = 1; } int32 o = 2;",
    "oneof o { int32 a = 1; } oneof o { int32 b = 2; }",
    "oneof o { int32 a = 1; int32 b = 1; }",
    "oneof o { int32 a = 1; } int32 a = 2;",
    "oneof o { repeated int32 a = 1; }",
    "oneof o { optional int32 a = 1; }",
    "oneof o { map<string, int32> a = 1; }",
    "oneof o { N a = 1; M b = 2; E c = 3; }",
    "oneof o { oneof p { int32 a = 1; } }",
    "oneof o { int32 a = 1; message I {} }",
    "oneof o { reserved 2; int32 a = 1; }",
    "oneof { int32 a = 1; }",
    "int32 a = 1; oneof o { int32 b = 2; } int32 c = 3; optional int32 d = 4;",
    "oneof _a { int32 b = 1; } optional int32 a = 2;",
    "reserved 1; int32 a = 1;",
    "reserved 1, 2 to 4; int32 a = 5;",
    "reserved 1, 2 to 4; int32 a = 3;",
    "reserved 4 to 2;",
    "reserved 1 to 1;",
    "reserved 5 to max;",
    "reserved 5 to max; int32 a = 536870911;",
    "reserved 0;",
    "reserved -1;",
    "reserved 536870911;",
    "reserved 1 to 3, 3 to 5;",
    "reserved 1, 1;",
    "reserved 19500;",
    "reserved \"a\"; int32 a = 1;",
    "reserved \"a\", \"b\"; int32 c = 1;",
    "reserved \"a\", \"a\";",
    "reserved a; ",
    "reserved 1, \"a\";",
    "reserved;",
    "reserved 1 to;",
    "reserved 1 2;",
    "message I { int32 a = 1; } I i = 1; M.I j = 2;",
    "message I { message J { M m = 1; I i = 2; N n = 3; J j = 4; } } I.J j = 1;",
    "message I { message J {} } J j = 1;",
    "message I {} message I {}",
    "message I {} enum I { Z = 0; }",
    "message a {} int32 a = 1;",
    "enum I { Z = 0; } int32 Z = 1;",
];

/// What stands between the braces of an enum.
const VALUES: [&str; 35] = [
    "A = 0;",
    "",
    "A = 1;",
    "A = 0; B = 0;",
    "option allow_alias = true; A = 0; B = 0;",
    "option allow_alias = true; A = 0; B = 1;",
    "option allow_alias = false; A = 0; B = 1;",
    "option allow_alias = false; A = 0; B = 0;",
    "A = 0; A = 1;",
    "A = 0; B = -1;",
    "A = 0; B = 2147483647; C = -2147483648;",
    "A = 0; B = 2147483648;",
    "A = 0; B = -2147483649;",
    "A = 0; B = 0x7fffffff; C = 017;",
    "A = -0;",
    "A = 0; a = 1;",
    "A = 0; F_B = 1; B = 2;",
    "A = 0; FB = 1; F_B = 2;",
    "A = 0; FOO_B = 1; FOO__B = 2;",
    "A = 0; F_1 = 1;",
    "option allow_alias = true; A = 0; F_A = 0;",
    "A = 0; B = 1.5;",
    "A = 0; B;",
    "A = 0; int32 b = 1;",
    "A = 0; reserved 2; B = 2;",
    "A = 0; reserved 2 to 4, -5 to -3; B = 5; C = -2;",
    "A = 0; reserved -5 to -3; B = -4;",
    "A = 0; reserved 2 to max; B = 1;",
    "A = 0; reserved 2 to max; B = 2147483647;",
    "A = 0; reserved 4 to 2;",
    "A = 0; reserved 1, 1;",
    "A = 0; reserved \"B\"; B = 1;",
    "A = 0 [deprecated = true]; B = 1 [nonsense = true];",
    "A = 0 [deprecated = true];",
    "reserved 0; A = 0;",
];

/// Whole files.
const FILES: [&str; 44] = [
    "syntax = \"proto3\";",
    "syntax = \"proto3\"",
    "syntax = \"proto4\";",
    "syntax = proto3;",
    "syntax = \"proto3\"; syntax = \"proto3\";",
    "message M {} syntax = \"proto3\";",
    "syntax = \"proto3\"; package a; package b;",
    "syntax = \"proto3\"; package a.b.c; message M { a.b.c.M m = 1; b.c.M n = 2; c.M o = 3; .a.b.c.M p = 4; }",
    "syntax = \"proto3\"; package a.b.c; message M { .b.c.M m = 1; }",
    "syntax = \"proto3\"; package 1a;",
    "syntax = \"proto3\"; package a..b;",
    "syntax = \"proto3\"; package M; message M {}",
    "syntax = \"proto3\"; package a; message a { a b = 1; }",
    "syntax = \"proto3\"; package a; message a { a.a b = 1; }",
    "syntax = \"proto3\"; package a; message M { message a {} a.M b = 1; }",
    "syntax = \"proto3\"; message M { N n = 1; message N { int32 a = 1; } } message N {}",
    "syntax = \"proto3\"; message M { N.O n = 1; message N {} } message N { message O {} }",
    "syntax = \"proto3\"; message M {} message M {}",
    "syntax = \"proto3\"; message M {} enum M { A = 0; }",
    "syntax = \"proto3\"; enum E { A = 0; } enum F { A = 0; }",
    "syntax = \"proto3\"; enum E { A = 0; } message A {}",
    "syntax = \"proto3\"; enum E { A = 0; } message M { enum F { A = 0; } }",
    "syntax = \"proto3\"; message M { enum E { A = 0; } enum F { A = 0; } }",
    "syntax = \"proto3\"; message M { enum E { M = 0; } }",
    "syntax = \"proto3\"; enum E { E = 0; }",
    "syntax = \"proto3\"; message M {",
    "syntax = \"proto3\"; message M }",
    "syntax = \"proto3\"; message M {}}",
    "syntax = \"proto3\"; message {}",
    "syntax = \"proto3\"; message 5 {}",
    "syntax = \"proto3\"; message M {};",
    "syntax = \"proto3\"; int32 a = 1;",
    "syntax = \"proto3\"; msg M {}",
    "syntax = \"proto3\"; /* open message M {}",
    "syntax = \"proto3\"; /* a /* b */ message M {}",
    "syntax = \"proto3\"; # message M {}",
    "syntax = \"proto3\"; message M { int32 a = 1; // end",
    "syntax = \"proto3\"; option java_package = \"a\"; message M {}",
    "syntax = \"proto3\"; option nonsense = \"a\"; message M {}",
    "syntax = \"proto3\"; option optimize_for = SPEED; message M {}",
    "syntax = \"proto3\"; message M { option deprecated = true; }",
    "syntax = \"proto3\"; message M { option nonsense = true; }",
    "syntax = \"proto3\"; message M { option map_entry = true; int32 key = 1; int32 value = 2; }",
    "syntax = \"proto3\";\tmessage\tM\r\n{\r\nint32\x0ba\x0c=\r1;}",
];

/// What protoc takes and this crate leaves out.
const LEFT_OUT: [&str; 19] = [
    "syntax = \"proto2\"; message M { required int32 a = 1; }",
    "message M { optional int32 a = 1; }",
    "syntax = \"proto2\"; message M { optional group G = 1 { optional int32 a = 1; } }",
    "syntax = \"proto2\"; message M { extensions 100 to 200; } extend M { optional int32 a = 100; }",
    "syntax = \"proto2\"; enum E { A = 1; }",
    "edition = \"2023\"; message M { int32 a = 1; }",
    "syntax = \"proto3\"; import \"google/protobuf/timestamp.proto\"; message M { google.protobuf.Timestamp a = 1; }",
    "syntax = \"proto3\"; import \"google/protobuf/any.proto\"; message M { google.protobuf.Any a = 1; }",
    "syntax = \"proto3\"; message M {} service S { rpc Call(M) returns (M); }",
    "syntax = \"proto3\"; message M {} service S { rpc Call(stream M) returns (stream M) {} }",
    // Proto2, with a warning.
    "",
    "message M {}",
    // Signs of the text that nobody writes.
    "syntax = 'proto' '3'; message M {}",
    "\u{feff}syntax = \"proto3\"; message M {}",
    "syntax = \"proto3\"; message M { int32 a = 1 [json_name = \"\\777\"]; }",
    "syntax = \"proto3\"; message M { reserved \"_a\"; }",
    // A word of the language as the name of a type.
    "syntax = \"proto3\"; message M { message map {} map a = 1; }",
    // With a warning.
    "syntax = \"proto3\"; message M { reserved \"a b\"; }",
    // Google's own runtime refuses it then.
    "syntax = \"proto3\"; message M { reserved 536870912; }",
];

/// What this crate takes and protoc refuses: a semicolon too many in a oneof, and what options say
/// that have no meaning here.
const UNCHECKED: [&str; 3] = [
    "syntax = \"proto3\"; message M { oneof o { ; int32 a = 1; } }",
    "syntax = \"proto3\"; option java_package = a; message M {}",
    "syntax = \"proto3\"; option optimize_for = FAST; message M {}",
];

#[test]
fn protoc_takes_the_same_schemas() {
    let Some(mut oracle) = Oracle::start() else { return };
    let fields = FIELDS.iter().map(|fields| {
        format!("syntax = \"proto3\"; package p; enum E {{ ZERO = 0; }} message N {{}} message M {{ {fields} }}")
    });
    let values = VALUES.iter().map(|values| {
        format!("syntax = \"proto3\"; enum F {{ {values} }} message M {{ F a = 1; enum Foo {{ {values} }} }}")
    });
    let texts: Vec<_> = fields.chain(values).chain(FILES.map(str::to_owned)).collect();
    let (taken, refused) = compare(&mut oracle, &texts);
    tell(&format!("{taken} hand-written schemas taken and {refused} refused by both"));
    assert!(refused >= 40);
}

/// Not only whole ones: each with a word or a sign taken away, doubled, or put in place of another.
#[test]
fn protoc_takes_the_same_damaged_schemas() {
    let Some(mut oracle) = Oracle::start() else { return };
    let mut random = Random::new(8);
    let texts: Vec<_> = (0..600)
        .map(|_| {
            let text = random::draft(&mut random, "p").text(&mut random);
            let mut words = words(&text);
            for _ in 0..1 + random.below(2) {
                let at = random.below(words.len());
                let other = words[random.below(words.len())];
                match random.below(4) {
                    0 => drop(words.remove(at)),
                    1 => words.insert(at, other),
                    _ => words[at] = other,
                }
            }
            words.concat()
        })
        .collect();
    let (taken, refused) = compare(&mut oracle, &texts);
    tell(&format!("{taken} damaged schemas taken and {refused} refused by both"));
    assert!(taken > 50 && refused > 200);
}

#[test]
fn what_is_left_out_is_refused() {
    let Some(mut oracle) = Oracle::start() else { return };
    for (text, refused) in LEFT_OUT.iter().zip(oracle.schemas(&LEFT_OUT)) {
        assert_eq!(refused, None, "{text}");
        Schema::parse(text).expect_err(text);
    }
    for (text, refused) in UNCHECKED.iter().zip(oracle.schemas(&UNCHECKED)) {
        refused.expect(text);
        Schema::parse(text).expect(text);
    }
}

/// How many are taken and refused; fails if the two disagree on any.
fn compare(oracle: &mut Oracle, texts: &[String]) -> (usize, usize) {
    let answers: Vec<_> = texts
        .chunks(100)
        .flat_map(|texts| oracle.schemas(&texts.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    let mut differences = Vec::new();
    let mut taken = 0;
    for (text, theirs) in texts.iter().zip(answers) {
        match (Schema::parse(text), theirs) {
            (Ok(_), None) => taken += 1,
            (Ok(_), Some(why)) => differences.push(format!("taken here, there {why}{text}")),
            (Err(why), None) => differences.push(format!("taken there, here {why:?}\n{text}")),
            (Err(problems), Some(_)) => assert!(!problems.is_empty()),
        }
    }
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), texts.len(), differences.join("\n\n"));
    (taken, texts.len() - taken)
}

/// Words, signs and what is between them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if word(first) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        words.push(&rest[..length]);
        rest = &rest[length..];
    }
    words
}
