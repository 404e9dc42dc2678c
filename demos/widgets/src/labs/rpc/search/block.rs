//! What an author writes, and what is found.

use super::{RpcSearch, question::Question};
use crate::{
    chrome::{
        demo::{Authored, Demo, Examined, Problem},
        figure,
    },
    labs::rpc::call::{self as call, MistakeName, SemanticsName, TransportName},
};
use protocols::rpc::{Run, Scenario, Semantics};
use serde::Deserialize;
use sim::Duration;

/// A remote call, and at most how many things are to go wrong with it.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// Which call semantics are searched; all nine, if not said.
    #[serde(default)]
    #[schemars(length(max = 9))]
    pub semantics: Vec<SemanticsName>,
    /// At most how many faults a schedule has. With 3 a build takes seconds longer.
    #[serde(default = "faults")]
    #[schemars(range(min = 0, max = 3))]
    pub faults: u8,
    /// How messages travel.
    #[serde(default)]
    pub transport: TransportName,
    /// How many attempts at most; with "maybe" it is always one.
    #[serde(default = "call::attempts")]
    #[schemars(range(min = 1, max = 5))]
    pub attempts: u32,
    /// How long the stub waits for a reply to an attempt, in milliseconds.
    #[serde(default = "call::timeout_ms")]
    #[schemars(range(min = 50, max = 2000))]
    pub timeout_ms: u64,
    /// How long the caller waits for the whole call, in milliseconds; for as long as the attempts take, if
    /// not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 20000))]
    pub deadline_ms: Option<u64>,
    /// How long replies and keys are kept, in milliseconds; for ever, if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 20000))]
    pub expiry_ms: Option<u64>,
    /// What is done wrong; nothing, if not said.
    #[serde(default)]
    pub mistake: Option<MistakeName>,
    /// The balance before the call, such as "100.00".
    #[serde(default = "call::balance")]
    #[schemars(regex(pattern = r"^\d{1,7}\.\d\d$"))]
    pub balance: String,
    /// How much the call deducts, such as "50.00".
    #[serde(default = "call::amount")]
    #[schemars(regex(pattern = r"^\d{1,7}\.\d\d$"))]
    pub amount: String,
    /// Where chance begins: another seed gives other latencies.
    #[serde(default = "call::seed")]
    pub seed: u64,
}

const fn faults() -> u8 {
    2
}
impl Block {
    /// What the author asks.
    ///
    /// # Errors
    /// Every amount that is none.
    pub fn question(&self) -> Result<Question, Vec<Problem>> {
        let mut problems = vec![];
        let balance = call::money("balance", &self.balance, &mut problems);
        let amount = call::money("amount", &self.amount, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let semantics: Vec<Semantics> = match self.semantics[..] {
            [] => Semantics::ALL.to_vec(),
            _ => self.semantics.iter().map(|name| (*name).into()).collect(),
        };
        let scenario = Scenario {
            transport: self.transport.into(),
            attempts: self.attempts,
            timeout: Duration::from_millis(self.timeout_ms),
            deadline: self.deadline_ms.map(Duration::from_millis),
            expiry: self.expiry_ms.map(Duration::from_millis),
            mistake: self.mistake.map(Into::into),
            balance,
            amount,
            ..Scenario::default()
        };
        Ok(Question::new(Run { scenario, seed: self.seed, faults: vec![] }, &semantics, self.faults))
    }
}

impl Authored for RpcSearch {
    const PURPOSE: &'static str = "Every schedule of at most so many faults of a remote call, under each of several call semantics: what becomes of it, which promises break, and the smallest schedule that breaks them.";
    const STYLE: &'static str = include_str!("style.css");
    const EXAMPLE: &'static str = r#"{
  "id": "example-rpc-search",
  "title": "All that two faults can do",
  "faults": 2,
  "expect": { "at-most-once-volatile-promise": "broken", "idempotency-key-twice": 0 }
}"#;
    const SEED: Option<&'static str> = Some("seed");
    type Block = Block;

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let question = block.question()?;
        let seen = Self::see(&question, "");
        let data = question.answered(&seen.1);
        Ok(Examined { data, ..figure::examined::<Self>(question, None, seen) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chrome::facts::FactList;

    #[test]
    fn every_semantics_has_its_facts() {
        let names: Vec<&str> = FactList::of::<RpcSearch>().iter().map(|fact| fact.info.name).collect();
        for (index, semantics) in Semantics::ALL.into_iter().enumerate() {
            assert_eq!(names[2 + 10 * index], format!("{}-schedules", semantics.name()));
        }
        assert_eq!(names.len(), 2 + 10 * Semantics::ALL.len() + 1);
    }
}
