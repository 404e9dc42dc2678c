//! The schemas whose messages are fuzzed.

#[path = "../../../tests/common/random.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
pub mod random;

use random::Random;
use std::sync::LazyLock;
use wire::{
    schema::{MessageId, Schema},
    value::Message,
};

/// Every type in every form, and room for deep nesting.
const ALL: &str = r#"
syntax = "proto3";
message All {
  double double = 1;
  float float = 2;
  int32 int32 = 3;
  int64 int64 = 4;
  uint32 uint32 = 5;
  uint64 uint64 = 6;
  sint32 sint32 = 7;
  sint64 sint64 = 8;
  fixed32 fixed32 = 9;
  fixed64 fixed64 = 10;
  sfixed32 sfixed32 = 11;
  sfixed64 sfixed64 = 12;
  bool bool = 13;
  string string = 14;
  bytes bytes = 15;
  Colour colour = 16;
  All all = 17;
  optional int32 maybe = 18;
  optional string text = 19;
  oneof choice {
    int32 number = 20;
    string name = 21;
    All deeper = 22;
  }
  repeated sint32 packed = 23;
  repeated sint32 unpacked = 24 [packed = false];
  repeated string strings = 25;
  repeated All many = 26;
  repeated Colour colours = 27;
  repeated double doubles = 28;
  map<string, int32> counts = 29;
  map<int32, All> tree = 30;
  map<bool, bytes> two = 31;
  map<sfixed64, Colour> signs = 2047;
  fixed32 last = 536870911;
}
enum Colour {
  RED = 0;
  GREEN = 1;
  NONE = -1;
}
"#;

static SCHEMAS: LazyLock<Vec<Schema>> = LazyLock::new(|| {
    let drawn = (0..15).map(|seed| {
        let mut random = Random::new(seed);
        random::draft(&mut random, "drawn").text(&mut random)
    });
    let texts = [ALL.to_owned()].into_iter().chain(drawn);
    texts.map(|text| Schema::parse(&text).expect("these schemas make sense")).collect()
});

/// The schema and the type that the first byte names, and what follows it.
pub fn choose(data: &[u8]) -> Option<(&'static Schema, MessageId, &[u8])> {
    let (&first, rest) = data.split_first()?;
    let schema = &SCHEMAS[usize::from(first & 15)];
    Some((schema, usize::from(first >> 4) % schema.messages.len(), rest))
}

/// Whether two messages are the same, NaN being itself.
pub fn same(schema: &Schema, id: MessageId, one: &Message, other: &Message) -> bool {
    one == other || wire::encode::encode(schema, id, one) == wire::encode::encode(schema, id, other)
}
