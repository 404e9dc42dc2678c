//! What an author writes, and what follows from it.

use super::CallChain;
use crate::demo::{Authored, Examined, FactInfo, Problem};
use serde::Deserialize;
use serde_json::json;
use systems::call_chain::{Call, hex};

/// A remote call of `add` with two numbers.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The figure's title.
    #[schemars(length(min = 1))]
    pub title: String,
    /// The first number: a 32-bit integer. A negative one takes ten bytes; 0 is not sent.
    #[serde(default = "a")]
    #[schemars(range(min = i32::MIN, max = i32::MAX))]
    pub a: i32,
    /// The second number: a 32-bit integer. If the sum does not fit, the call fails with OUT_OF_RANGE.
    #[serde(default = "b")]
    #[schemars(range(min = i32::MIN, max = i32::MAX))]
    pub b: i32,
}

fn a() -> i32 {
    Call::default().a
}
fn b() -> i32 {
    Call::default().b
}

impl Authored for CallChain {
    const PURPOSE: &'static str = "A remote add(a, b) step by step: caller, client stub, network, server stub, procedure and back, with the real bytes at each of them.";
    const EXAMPLE: &'static str = r#"{
  "id": "example-call-chain",
  "title": "The way of add(3, 4)",
  "a": 3,
  "b": 4,
  "expect": { "sum": 7, "request-hex": "08 03 10 04", "reply-hex": "08 07" }
}"#;
    const FACTS: &'static [FactInfo] = &[
        FactInfo {
            name: "sum",
            meaning: "What the caller gets: the sum, or \"OUT_OF_RANGE\" if it does not fit 32 bits.",
        },
        FactInfo {
            name: "request-bytes",
            meaning: "How many bytes the request's message has, its frame of 5 bytes left out.",
        },
        FactInfo {
            name: "reply-bytes",
            meaning: "How many bytes the reply's message has, its frame left out; 0 also if there is no reply.",
        },
        FactInfo { name: "request-hex", meaning: "The request's message without its frame, such as \"08 03 10 04\"." },
        FactInfo {
            name: "reply-hex",
            meaning: "The reply's message without its frame; empty also if there is no reply.",
        },
        FactInfo {
            name: "hash",
            meaning: "The fingerprint of the call and of the bytes of every stage, 16 hexadecimal digits.",
        },
    ];
    type Block = Block;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Examined, Vec<Problem>> {
        let journey = Call { a: block.a, b: block.b }.journey();
        let facts = vec![
            journey.sum.map_or_else(|| json!(journey.status.name()), |sum| json!(sum)),
            json!(journey.request.len()),
            json!(journey.reply.len()),
            json!(hex(&journey.request)),
            json!(hex(&journey.reply)),
            json!(super::fingerprint(&journey)),
        ];
        Ok(Examined { view: journey.call.code(), facts })
    }
}
