//! What prost itself makes of the same bytes.

use crate::random::{Order, Random, damage, message, sort_maps};
use prost::{Enumeration, Message as _, Oneof};
use std::collections::BTreeMap;
use wire::{
    decode::{Runtime, parse},
    encode::{encode, encode_as},
    schema::Schema,
};

const SCHEMA: &str = "syntax = \"proto3\";
message M {
  int32 int32 = 1; string text = 2; repeated int32 many = 3; M inner = 4; map<string, int32> by_text = 5;
  map<int32, M> by_number = 6; bool bool = 7; int64 int64 = 8; repeated fixed32 fixed = 9; E one = 10;
  repeated E several = 11; map<bool, E> by_bool = 12; oneof choice { int32 first = 13; M second = 30; string third = 15; }
  optional int32 maybe = 16; sint32 sint32 = 17; uint32 uint32 = 18; uint64 uint64 = 19; repeated M inners = 20;
  repeated string texts = 22; bytes bytes = 23; float float = 24; double double = 25;
  map<uint64, float> floats = 27; repeated int32 loose = 28 [packed = false]; sint64 sint64 = 29;
  repeated bytes blobs = 31; optional float maybe_float = 32; sfixed64 sfixed64 = 33; repeated bool bools = 34;
}
enum E { ZERO = 0; ONE = 1; MINUS = -1; }";

#[derive(Clone, PartialEq, prost::Message)]
struct M {
    #[prost(int32, tag = "1")]
    int32: i32,
    #[prost(string, tag = "2")]
    text: String,
    #[prost(int32, repeated, tag = "3")]
    many: Vec<i32>,
    #[prost(message, optional, boxed, tag = "4")]
    inner: Option<Box<M>>,
    #[prost(btree_map = "string, int32", tag = "5")]
    by_text: BTreeMap<String, i32>,
    #[prost(btree_map = "int32, message", tag = "6")]
    by_number: BTreeMap<i32, M>,
    #[prost(bool, tag = "7")]
    bool: bool,
    #[prost(int64, tag = "8")]
    int64: i64,
    #[prost(fixed32, repeated, tag = "9")]
    fixed: Vec<u32>,
    #[prost(enumeration = "E", tag = "10")]
    one: i32,
    #[prost(enumeration = "E", repeated, tag = "11")]
    several: Vec<i32>,
    #[prost(btree_map = "bool, enumeration(E)", tag = "12")]
    by_bool: BTreeMap<bool, i32>,
    #[prost(oneof = "Choice", tags = "13, 30, 15")]
    choice: Option<Choice>,
    #[prost(int32, optional, tag = "16")]
    maybe: Option<i32>,
    #[prost(sint32, tag = "17")]
    sint32: i32,
    #[prost(uint32, tag = "18")]
    uint32: u32,
    #[prost(uint64, tag = "19")]
    uint64: u64,
    #[prost(message, repeated, tag = "20")]
    inners: Vec<M>,
    #[prost(string, repeated, tag = "22")]
    texts: Vec<String>,
    #[prost(bytes = "vec", tag = "23")]
    bytes: Vec<u8>,
    #[prost(float, tag = "24")]
    float: f32,
    #[prost(double, tag = "25")]
    double: f64,
    #[prost(btree_map = "uint64, float", tag = "27")]
    floats: BTreeMap<u64, f32>,
    #[prost(int32, repeated, packed = "false", tag = "28")]
    loose: Vec<i32>,
    #[prost(sint64, tag = "29")]
    sint64: i64,
    #[prost(bytes = "vec", repeated, tag = "31")]
    blobs: Vec<Vec<u8>>,
    #[prost(float, optional, tag = "32")]
    maybe_float: Option<f32>,
    #[prost(sfixed64, tag = "33")]
    sfixed64: i64,
    #[prost(bool, repeated, tag = "34")]
    bools: Vec<bool>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Choice {
    #[prost(int32, tag = "13")]
    First(i32),
    #[prost(message, tag = "30")]
    Second(Box<M>),
    #[prost(string, tag = "15")]
    Third(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enumeration)]
#[repr(i32)]
enum E {
    Zero = 0,
    One = 1,
    Minus = -1,
}

fn schema() -> Schema {
    Schema::parse(SCHEMA).expect("the schema makes sense")
}

/// What comes out again, or nothing if the bytes are refused: here and there.
fn both(schema: &Schema, bytes: &[u8]) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    let ours = parse(schema, 0, bytes, Runtime::Prost).ok().map(|mut message| {
        // Its maps are sorted here.
        sort_maps(&mut message, Order::Ascending);
        encode_as(schema, 0, &message, Runtime::Prost)
    });
    (ours, M::decode(bytes).ok().map(|message| message.encode_to_vec()))
}

fn nested(count: usize, inner: &[u8]) -> Vec<u8> {
    let mut bytes = inner.to_vec();
    for _ in 0..count {
        let mut around = vec![0x22];
        wire::encode::put_varint(bytes.len() as u64, &mut around);
        around.append(&mut bytes);
        bytes = around;
    }
    bytes
}

#[test]
fn prost_and_we_agree_on_random_bytes() {
    let schema = schema();
    let (mut read, mut refused) = (0, 0);
    for seed in 0..1500 {
        let random = &mut Random::new(seed);
        let value = message(random, &schema, 0, if seed % 8 == 0 { 3 } else { 1 });
        let whole = encode(&schema, 0, &value);
        let other: Vec<u8> = (0..20).map(|_| random.bits() as u8).collect();
        for bytes in [whole.clone(), damage(random, &whole, &other), damage(random, &other, &whole)] {
            let (ours, theirs) = both(&schema, &bytes);
            assert!(ours == theirs, "seed {seed}: {bytes:02x?}\n{ours:02x?}\n{theirs:02x?}");
            if ours.is_some() { read += 1 } else { refused += 1 }
        }
    }
    assert!(read > 1000 && refused > 1000, "{read} were read, {refused} refused");
}

/// Where prost has an opinion of its own.
#[test]
fn prost_where_it_differs() {
    let schema = schema();
    for (bytes, expected) in [
        // Unknown fields are dropped; those of an unknown enum number are not.
        (&[0x08, 0x05, 0xf8, 0x0f, 0x01][..], Some(&[0x08, 0x05][..])),
        (&[0x50, 0x63], Some(&[0x50, 0x63])),
        // Another wire type is refused.
        (&[0x0a, 0x01, 0x05], None),
        (&[0x1d, 0, 0, 0, 0], None),
        (&[0x28, 0x01], None),
        // What is unknown in a map's pair is dropped, and the pair stays.
        (&[0x2a, 0x06, 0x0a, 0x01, 0x61, 0xf8, 0x0f, 0x01], Some(&[0x2a, 0x03, 0x0a, 0x01, 0x61])),
        (&[0x2a, 0x04, 0x08, 0x01, 0x10, 0x01], None),
        // A pair's defaults are left out.
        (&[0x2a, 0x04, 0x0a, 0x00, 0x10, 0x00], Some(&[0x2a, 0x00])),
        // A tag and a length may be longer than five bytes.
        (&[0x88, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x05], Some(&[0x08, 0x05])),
        (&[0x12, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00, 0x61], Some(&[0x12, 0x01, 0x61])),
        // The tenth byte's upper bits are not dropped.
        (&[0x40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], None),
        // Minus zero is the default.
        (&[0xc5, 0x01, 0, 0, 0, 0x80], Some(&[])),
        (&[0x85, 0x02, 0, 0, 0, 0x80], Some(&[0x85, 0x02, 0, 0, 0, 0x80])),
        // A oneof stands where its lowest number is.
        (&[0x80, 0x01, 0x07, 0xf2, 0x01, 0x00], Some(&[0xf2, 0x01, 0x00, 0x80, 0x01, 0x07])),
        // Field 0 is refused inside of groups, too.
        (&[0xfb, 0x0f, 0x00, 0x01, 0xfc, 0x0f], None),
    ] {
        let (ours, theirs) = both(&schema, bytes);
        let expected = expected.map(<[u8]>::to_vec);
        assert_eq!(theirs, expected, "{bytes:02x?}");
        assert_eq!(ours, expected, "{bytes:02x?}");
    }
}

#[test]
fn prost_and_we_agree_on_nesting() {
    let schema = schema();
    let group = |count: usize, inner: &[u8]| [&[0xfb, 0x0f].repeat(count), inner, &[0xfc, 0x0f].repeat(count)].concat();
    let mut refused = 0;
    for count in 97..103 {
        for bytes in [
            nested(count, &[]),
            nested(count, &[0x08, 0x01]),
            nested(count, &[0xf8, 0x0f, 0x01]),
            nested(count, &[0xfb, 0x0f, 0xfc, 0x0f]),
            nested(count, &[0xfb, 0x0f, 0x08, 0x01, 0xfc, 0x0f]),
            nested(count, &[0x2a, 0x00]),
            nested(count, &[0x2a, 0x03, 0xf8, 0x0f, 0x01]),
            nested(count, &[0x32, 0x02, 0x12, 0x00]),
            nested(count, &[0xa2, 0x01, 0x00]),
            nested(count, &[0xf2, 0x01, 0x00]),
            group(count, &[]),
            group(count, &[0x08, 0x01]),
            nested(count - 50, &group(50, &[])),
        ] {
            let (ours, theirs) = both(&schema, &bytes);
            assert_eq!(ours, theirs, "{count}: {bytes:02x?}");
            refused += usize::from(theirs.is_none());
        }
    }
    assert!(refused > 20, "{refused} were refused");
}
