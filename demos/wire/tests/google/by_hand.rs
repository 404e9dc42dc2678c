//! What chance seldom makes: numbers at their edges in JSON, and nesting.

use crate::{
    oracle::{Oracle, Source, hex, tell},
    random::{self, Order},
};
use wire::{
    decode::{DEEPEST, Runtime, decode},
    encode::encode,
    json,
    schema::Schema,
};

const SCHEMA: &str = r#"syntax = "proto3";
message M {
  int32 i = 1;
  uint32 u = 2;
  int64 i64 = 3;
  uint64 u64 = 4;
  float f = 5;
  double d = 6;
  bool b = 7;
  string s = 8;
  bytes by = 9;
  E e = 10;
  M m = 11;
  repeated int32 r = 12;
  repeated M rm = 13;
  map<string, int32> ms = 14;
  map<int32, M> mi = 15;
  map<bool, string> mb = 16;
  oneof o { int32 o1 = 17; M o2 = 18; }
  optional int32 two_words = 19;
  int32 three_words = 21;
  fixed32 other = 20 [json_name = "an other"];
}
enum E { ZERO = 0; ONE = 1; MINUS = -1; }
"#;

/// JSON that both sides take or refuse.
const ALIKE: [&str; 115] = [
    "{}",
    " {\n} ",
    "",
    "null",
    "1",
    "{",
    "{}{}",
    "{} x",
    "{,}",
    r#"{"i":1,}"#,
    r#"{"i" 1}"#,
    r#"{i:1}"#,
    r#"{'i':1}"#,
    r#"{"i":1 "u":2}"#,
    r#"{"i":1} // end"#,
    r#"{"i":1}"#,
    r#"{"i":-1}"#,
    r#"{"i":"1"}"#,
    r#"{"i":"-1"}"#,
    r#"{"i":"1x"}"#,
    r#"{"i":""}"#,
    r#"{"i":" 1"}"#,
    r#"{"i":+1}"#,
    r#"{"i":01}"#,
    r#"{"i":0x10}"#,
    r#"{"i":.5}"#,
    r#"{"i":1.}"#,
    r#"{"i":1.0}"#,
    r#"{"i":1.5}"#,
    r#"{"i":1e3}"#,
    r#"{"i":1e-3}"#,
    r#"{"i":1E2}"#,
    r#"{"i":2147483647}"#,
    r#"{"i":2147483648}"#,
    r#"{"i":-2147483648}"#,
    r#"{"i":-2147483649}"#,
    r#"{"i":2147483647.0}"#,
    r#"{"i":true}"#,
    r#"{"i":null}"#,
    r#"{"i":[]}"#,
    r#"{"i":{}}"#,
    r#"{"u":4294967295}"#,
    r#"{"u":4294967296}"#,
    r#"{"u":-1}"#,
    r#"{"i64":9223372036854775807}"#,
    r#"{"i64":"9223372036854775807"}"#,
    r#"{"i64":9223372036854775808}"#,
    r#"{"i64":-9223372036854775808}"#,
    r#"{"i64":"-9223372036854775809"}"#,
    r#"{"u64":18446744073709551615}"#,
    r#"{"u64":"18446744073709551616"}"#,
    r#"{"u64":9007199254740993}"#,
    r#"{"f":0.1}"#,
    r#"{"f":"0.1"}"#,
    r#"{"f":1e-50}"#,
    r#"{"f":1e39}"#,
    r#"{"f":-1e39}"#,
    r#"{"f":"NaN"}"#,
    r#"{"f":"Infinity"}"#,
    r#"{"f":"-Infinity"}"#,
    r#"{"f":-0.0}"#,
    r#"{"d":1e308}"#,
    r#"{"d":5e-324}"#,
    r#"{"d":1e-400}"#,
    r#"{"d":0.1}"#,
    r#"{"d":-0.0}"#,
    r#"{"d":"abc"}"#,
    r#"{"b":true}"#,
    r#"{"b":"true"}"#,
    r#"{"b":1}"#,
    r#"{"b":null}"#,
    r#"{"s":""}"#,
    r#"{"s":"\u0000\u001f\u2028"}"#,
    r#"{"s":"\ud83e\udd80"}"#,
    r#"{"s":"\ud83e"}"#,
    r#"{"s":"\udd80"}"#,
    r#"{"s":"\x41"}"#,
    r#"{"s":"\u12"}"#,
    "{\"s\":\"a\nb\"}",
    r#"{"s":"open}"#,
    r#"{"s":1}"#,
    r#"{"s":true}"#,
    r#"{"by":"AQID"}"#,
    r#"{"by":"+/+/"}"#,
    r#"{"by":"-_-_"}"#,
    r#"{"by":"AQ=="}"#,
    r#"{"by":"AQ"}"#,
    r#"{"by":"A"}"#,
    r#"{"by":1}"#,
    r#"{"e":"ONE"}"#,
    r#"{"e":"one"}"#,
    r#"{"e":-1}"#,
    r#"{"e":7}"#,
    r#"{"e":2147483648}"#,
    r#"{"e":"NONE"}"#,
    r#"{"m":{"m":{"i":1}}}"#,
    r#"{"m":null}"#,
    r#"{"m":1}"#,
    r#"{"r":[1,2,3]}"#,
    r#"{"r":[]}"#,
    r#"{"r":1}"#,
    r#"{"r":[1,null]}"#,
    r#"{"r":null}"#,
    r#"{"ms":{"a":1,"b":2},"mi":{"1":{},"-2":{"i":1}},"mb":{"true":"x","false":"y"}}"#,
    r#"{"ms":{"a":null}}"#,
    r#"{"ms":[]}"#,
    r#"{"mi":{"x":{}}}"#,
    r#"{"two_words":1}"#,
    r#"{"two_words":1,"twoWords":2}"#,
    r#"{"an other":1}"#,
    r#"{"i":1,"i":2}"#,
    r#"{"o1":1,"o2":{}}"#,
    r#"{"o1":1,"o2":null}"#,
    r#"{"nonsense":1}"#,
    r#"{"twoWords":0}"#,
];

/// JSON that Python's `json_format` reads otherwise than the specification says (`json`'s documentation): what it
/// becomes here, if it is taken, and there.
const DIFFERENT: &[(&str, Option<&str>, Option<&str>)] = &[
    // Whatever is empty is an empty message,
    ("[]", None, Some("")),
    ("\"\"", None, Some("")),
    (r#"{"m":[]}"#, None, Some("5a00")),
    (r#"{"m":""}"#, None, Some("5a00")),
    // true is 1,
    (r#"{"d":true}"#, None, Some("31000000000000f03f")),
    (r#"{"f":true}"#, None, Some("2d0000803f")),
    (r#"{"e":true}"#, None, Some("5001")),
    // a text is whatever Python takes for a number,
    (r#"{"d":"+1"}"#, None, Some("31000000000000f03f")),
    (r#"{"d":"01"}"#, None, Some("31000000000000f03f")),
    (r#"{"d":" 1"}"#, None, Some("31000000000000f03f")),
    (r#"{"d":"1_0"}"#, None, Some("310000000000002440")),
    (r#"{"d":"1."}"#, None, Some("31000000000000f03f")),
    (r#"{"d":".5"}"#, None, Some("31000000000000e03f")),
    (r#"{"d":"inf"}"#, None, Some("31000000000000f07f")),
    (r#"{"d":"infinity"}"#, None, Some("31000000000000f07f")),
    (r#"{"f":"-inf"}"#, None, Some("2d000080ff")),
    (r#"{"f":"+1"}"#, None, Some("2d0000803f")),
    (r#"{"i":"+1"}"#, None, Some("0801")),
    (r#"{"i":"01"}"#, None, Some("0801")),
    (r#"{"i":"1_0"}"#, None, Some("080a")),
    (r#"{"i64":"+1"}"#, None, Some("1801")),
    (r#"{"u64":"1_0"}"#, None, Some("200a")),
    (r#"{"i":"1."}"#, None, Some("0801")),
    (r#"{"mi":{"01":{}}}"#, None, Some("7a0408011200")),
    (r#"{"mi":{"+1":{}}}"#, None, Some("7a0408011200")),
    (r#"{"e":"+1"}"#, None, Some("5001")),
    (r#"{"e":" 1"}"#, None, Some("5001")),
    // an enum's number is cut off,
    (r#"{"e":1.5}"#, None, Some("5001")),
    (r#"{"e":9007199254740993}"#, None, Some("5001")),
    // a number with a point goes through a double,
    (r#"{"i64":9007199254740993.0}"#, Some("188180808080808010"), Some("188080808080808010")),
    // what is no letter of base64 is skipped,
    (r#"{"by":"A Q!ID"}"#, None, Some("4a03010203")),
    // an enum's number may be a text,
    (r#"{"e":"1"}"#, None, Some("5001")),
    // of two names of a field the last one counts,
    (r#"{"three_words":1,"threeWords":2}"#, None, Some("a80102")),
    // the greatest float is too great in the digits that it is written with, unless they are a text,
    (r#"{"f":3.4028235e+38}"#, Some("2dffff7f7f"), None),
    // a zero without a point has no sign,
    (r#"{"d":-0}"#, Some("310000000000000080"), Some("")),
    (r#"{"f":-0}"#, Some("2d00000080"), Some("")),
    // and what is too great for a double is infinite.
    (r#"{"d":"1e309"}"#, None, Some("31000000000000f07f")),
    (r#"{"d":1e309}"#, None, None),
];

#[test]
fn json_that_google_reads_otherwise() {
    let Some(mut oracle) = Oracle::start() else { return };
    let schema = Schema::parse(SCHEMA).expect("it is well-formed");
    assert_eq!(oracle.schemas(&[SCHEMA]), [None]);
    let questions: Vec<_> = DIFFERENT.iter().map(|(json, ..)| (0, "M", Source::Json(json))).collect();
    for ((text, here, there), theirs) in DIFFERENT.iter().zip(oracle.answers(&questions)) {
        let ours = json::read(&schema, 0, text).map(|message| hex(&encode(&schema, 0, &message)));
        assert_eq!(
            (ours.ok().as_deref(), theirs.ok().map(|(bytes, _)| hex(&bytes)).as_deref()),
            (*here, *there),
            "{text}"
        );
    }
}

/// Nested as deep as it goes, in all the ways that messages nest; and once more.
#[test]
fn nesting_ends_where_google_ends_it() {
    let Some(mut oracle) = Oracle::start() else { return };
    let schema = Schema::parse(SCHEMA).expect("it is well-formed");
    assert_eq!(oracle.schemas(&[SCHEMA]), [None]);
    let around = |number: u32, inner: &[u8]| {
        let mut bytes = Vec::new();
        random::varint(u64::from(number) << 3 | 2, &mut bytes);
        random::varint(inner.len() as u64, &mut bytes);
        bytes.extend(inner);
        bytes
    };
    let mut cases = Vec::new();
    for depth in [DEEPEST / 2 - 1, DEEPEST / 2, DEEPEST / 2 + 1, DEEPEST - 1, DEEPEST, DEEPEST + 1, 3 * DEEPEST, 10_000]
    {
        // A field, an element, a member of a oneof; a pair of a map counts too; a group that nobody knows.
        let nested = |number: u32| (0..depth).fold(Vec::new(), |inner, _| around(number, &inner));
        cases.extend([11, 13, 18].map(nested));
        cases.push((0..depth).fold(Vec::new(), |inner, _| around(15, &around(2, &inner))));
        cases.push([vec![0x5b; depth], vec![0x5c; depth]].concat());
        cases.push(
            (0..depth / 2).fold([vec![0x5b; depth / 2], vec![0x5c; depth / 2]].concat(), |inner, _| around(11, &inner)),
        );
        // No end of it.
        cases.push(vec![0x5b; depth]);
    }
    let questions: Vec<_> = cases.iter().map(|bytes| (0, "M", Source::Bytes(bytes))).collect();
    let mut taken = 0;
    for (bytes, theirs) in cases.iter().zip(oracle.answers(&questions)) {
        let ours = decode(&schema, 0, bytes, Runtime::Mainstream);
        assert_eq!(ours.error.is_some(), theirs.is_err(), "{} bytes, {}…", bytes.len(), hex(&bytes[..20]));
        taken += usize::from(theirs.is_ok());
    }
    tell(&format!("{taken} nestings taken and {} refused by both", cases.len() - taken));
}

#[test]
fn json_by_hand() {
    let Some(mut oracle) = Oracle::start() else { return };
    let schema = Schema::parse(SCHEMA).expect("it is well-formed");
    assert_eq!(oracle.schemas(&[SCHEMA]), [None]);
    let questions: Vec<_> = ALIKE.iter().map(|json| (0, "M", Source::Json(json))).collect();
    let mut differences = Vec::new();
    let mut taken = 0;
    for (text, theirs) in ALIKE.iter().zip(oracle.answers(&questions)) {
        match (json::read(&schema, 0, text), theirs) {
            (Ok(mut message), Ok((bytes, _))) => {
                random::sort_maps(&mut message, Order::Upb);
                let ours = encode(&schema, 0, &message);
                if ours == bytes {
                    taken += 1;
                } else {
                    differences.push(format!("{text}\nhere  {}\nthere {}", hex(&ours), hex(&bytes)));
                }
            }
            (Err(_), Err(_)) => {}
            (Ok(_), Err(why)) => differences.push(format!("{text}\ntaken here, refused there: {why}")),
            (Err(why), Ok((bytes, _))) => {
                differences.push(format!("{text}\nrefused here, there {}: {}", hex(&bytes), why[0].message));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    tell(&format!("{taken} texts of JSON read alike, and {} refused by both", ALIKE.len() - taken));
}
