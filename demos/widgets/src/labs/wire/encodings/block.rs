//! What an author writes, and what follows from it.

use super::Encodings;
use crate::chrome::{
    demo::{Authored, Demo, Examined, Problem},
    figure,
};
use serde::Deserialize;
use wire::formats::Sample;

/// A person in six encodings: one record byte by byte, and what many take.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The record.
    #[serde(default)]
    pub person: Person,
    /// How many such records are compared in size.
    #[serde(default = "records")]
    #[schemars(range(min = 1, max = 100_000))]
    pub records: u32,
}

/// The record: `Person { name, id, email }`.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Person {
    /// Field 1, a text of 200 characters at most.
    #[schemars(length(max = 200))]
    pub name: String,
    /// Field 2, a 32-bit integer. Protocol Buffers take ten bytes for a negative one and do not send 0.
    #[schemars(range(min = i32::MIN, max = i32::MAX))]
    pub id: i32,
    /// Field 3, a text of 200 characters at most.
    #[schemars(length(max = 200))]
    pub email: String,
}

impl Default for Person {
    fn default() -> Self {
        let Sample { name, id, email, .. } = Sample::default();
        Self { name, id, email }
    }
}

fn records() -> u32 {
    Sample::default().count
}

impl Authored for Encodings {
    const PURPOSE: &'static str = "One record in JSON, MessagePack, CBOR, Protocol Buffers, Thrift compact and Avro: every byte explained, what many records take, and who needs which schema.";
    const STYLE: &'static str = include_str!("style.css");
    const EXAMPLE: &'static str = r#"{
  "id": "example-encodings",
  "title": "A person in six encodings",
  "person": { "name": "Alice", "id": 42, "email": "a@b.com" },
  "records": 1000,
  "presets": [
    { "label": "a negative id", "person": { "id": -1 }, "expect": { "protobuf-bytes": 27 } },
    { "label": "nothing but defaults", "person": { "name": "", "id": 0, "email": "" }, "expect": { "protobuf-bytes": 0 } }
  ],
  "expect": { "json-bytes": 42, "protobuf-bytes": 18, "thrift-bytes": 19, "avro-hex": "0a 41 6c 69 63 65 54 0e 61 40 62 2e 63 6f 6d" }
}"#;
    type Block = Block;

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let Person { name, id, email } = block.person.clone();
        let sample = Sample { name, id, email, count: block.records };
        let seen = Self::see(&sample, "");
        Ok(figure::examined::<Self>(sample, (), seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chrome::{demo::Demo, registry::Facts};
    use serde_json::{Value, json};

    fn facts(name: &str, id: i32, email: &str, records: u32) -> Facts {
        let person = Person { name: name.into(), id, email: email.into() };
        let examined = Encodings::examine(&Block { person, records }).unwrap_or_else(|problems| panic!("{problems:?}"));
        crate::chrome::registry::facts::<Encodings>(&examined.seen)
    }

    fn fact(facts: &Facts, name: &str) -> Value {
        facts[name].0.clone()
    }

    #[test]
    fn the_lessons_person_has_the_sizes_of_its_encodings() {
        let all = facts("Alice", 42, "a@b.com", 1_000);
        for (name, value) in [
            ("json-bytes", json!(42)),
            ("messagepack-bytes", json!(30)),
            ("cbor-bytes", json!(31)),
            ("protobuf-bytes", json!(18)),
            ("thrift-bytes", json!(19)),
            ("avro-bytes", json!(15)),
            ("protobuf-hex", json!("0a 05 41 6c 69 63 65 10 2a 1a 07 61 40 62 2e 63 6f 6d")),
            ("json-many-bytes", json!(43_001)),
            ("messagepack-many-bytes", json!(30_003)),
            ("cbor-many-bytes", json!(31_003)),
            ("protobuf-many-bytes", json!(20_000)),
            ("smallest", json!("Avro")),
            ("many-smallest", json!("Avro")),
        ] {
            assert_eq!(fact(&all, name), value, "{name}");
        }
        let one = facts("Alice", 42, "a@b.com", 1);
        assert_eq!(fact(&one, "many-smallest"), json!("Protocol Buffers"), "Avro's file has its schema in it");
        let hash = Encodings::hash_of("2~encodings~n.Alice~42~e.a-x40-b-pcom~1000");
        assert_eq!(hash.map(Value::String).as_ref(), Ok(&fact(&all, "hash")));
        assert!(Encodings::hash_of("2~encodings~Alice").is_err());
    }

    #[test]
    fn a_negative_number_costs_protocol_buffers_ten_bytes_and_a_zero_none() {
        let bytes = |id| fact(&facts("Alice", id, "a@b.com", 1), "protobuf-bytes").as_u64().expect("a number");
        assert_eq!((bytes(42), bytes(-1), bytes(0)), (18, 27, 16));
    }
}
