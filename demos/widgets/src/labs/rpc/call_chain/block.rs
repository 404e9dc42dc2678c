//! What an author writes, and what follows from it.

use super::CallChain;
use crate::chrome::{
    demo::{Authored, Demo, Examined, Problem},
    figure,
};
use protocols::rpc::call_chain::{Call, Journey};
use serde::Deserialize;

/// A remote call of `add` with two numbers.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The first number: a 32-bit integer. A negative one takes ten bytes; 0 is not sent.
    #[schemars(range(min = i32::MIN, max = i32::MAX))]
    pub a: i32,
    /// The second number: a 32-bit integer. If the sum does not fit, the call fails with OUT_OF_RANGE.
    #[schemars(range(min = i32::MIN, max = i32::MAX))]
    pub b: i32,
}

impl Default for Block {
    fn default() -> Self {
        let Call { a, b } = Call::default();
        Self { a, b }
    }
}

#[rustfmt::skip]
impl Authored for CallChain {
    const PURPOSE: &'static str = "A remote add(a, b) step by step: caller, client stub, network, server stub, procedure and back, with the real bytes at each of them.";
    const STYLE: &'static str = include_str!("style.css");
    const EXAMPLE: &'static str = r#"{
  "id": "example-call-chain",
  "title": "The way of add(3, 4)",
  "a": 3,
  "b": 4,
  "expect": { "sum": 7, "request-hex": "08 03 10 04", "reply-hex": "08 07" }
}"#;
    type Block = Block;

    fn examine(block: &Block) -> Result<Examined<Journey>, Vec<Problem>> {
        let call = Call { a: block.a, b: block.b };
        Ok(figure::examined::<Self>(call, 0, Self::see(&call, "")))
    }
}

#[cfg(test)]
mod tests {
    use super::Block;
    use crate::{
        chrome::{
            demo::{Authored, Demo},
            registry::{self, Entry},
        },
        labs::rpc::call_chain::CallChain,
    };
    use serde_json::{Value, json};

    fn facts(a: i32, b: i32) -> [Value; 6] {
        let seen = CallChain::examine(&Block { a, b }).unwrap_or_else(|problems| panic!("{problems:?}")).seen;
        let facts = registry::facts::<CallChain>(&seen);
        ["sum", "request-bytes", "reply-bytes", "request-hex", "reply-hex", "hash"].map(|name| facts[name].0.clone())
    }

    #[test]
    fn facts_are_of_the_messages_without_their_frames() {
        let table = [
            (3, 4, json!([7, 4, 2, "08 03 10 04", "08 07"])),
            (0, 0, json!([0, 0, 0, "", ""])),
            (-1, 1, json!([0, 13, 0, "08 ff ff ff ff ff ff ff ff ff 01 10 01", ""])),
            (i32::MAX, 1, json!(["OUT_OF_RANGE", 8, 0, "08 ff ff ff ff 07 10 01", ""])),
        ];
        for (a, b, expected) in table {
            assert_eq!(json!(facts(a, b)[..5]), expected, "add({a}, {b})");
        }
        assert_eq!(CallChain::hash_of("2~add~3~4").map(Value::String).as_ref(), Ok(&facts(3, 4)[5]));
        assert!(CallChain::hash_of("2~add~3").is_err());
    }

    #[test]
    fn a_still_figure_shows_every_stage_in_full() {
        let entry = Entry::of::<CallChain>("calls", "calls");
        for (a, b, bytes) in [(3, 4, 4 + 9 + 4 + 2 + 7 + 2), (0, 0, 5 + 5), (i32::MAX, 1, 8 + 13 + 8)] {
            let block = json!({ "id": "a", "title": "A", "a": a, "b": b });
            let checked = (entry.check)(&block).unwrap_or_else(|problems| panic!("{problems:?}"));
            let html = (entry.prerender)(&checked.id, &checked.props);
            assert_eq!(html.matches("class=\"way-byte\"").count(), bytes, "add({a}, {b})");
            assert_eq!(html.matches("class=\"way-words\"").count(), 9, "add({a}, {b})");
            assert!(!html.contains("to-come") && !html.contains("aria-current"), "add({a}, {b})");
        }
    }
}
