//! What an author writes, and what the run yields.

use super::RpcTimeline;
use crate::demo::{Authored, Examined, FactInfo, Problem, View};
use serde::Deserialize;
use serde_json::json;
use sim::Duration;
use systems::rpc::{self, Cents, Run, Scenario, Semantics};

/// What the stub promises its caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SemanticsName {
    /// One attempt, no promise.
    Maybe,
    /// Retries until a reply comes.
    #[default]
    AtLeastOnce,
}

/// One remote call and what goes wrong with it.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The figure's title.
    #[schemars(length(min = 1))]
    pub title: String,
    /// What the stub promises its caller.
    #[serde(default)]
    pub semantics: SemanticsName,
    /// How many attempts at most; with "maybe" it is always one.
    #[serde(default = "attempts")]
    #[schemars(range(min = 1, max = 5))]
    pub attempts: u32,
    /// How long the stub waits for a reply to an attempt, in milliseconds.
    #[serde(default = "timeout_ms")]
    #[schemars(range(min = 50, max = 2000))]
    pub timeout_ms: u64,
    /// The balance before the call, such as "100.00".
    #[serde(default = "balance")]
    #[schemars(regex(pattern = r"^\d{1,7}\.\d\d$"))]
    pub balance: String,
    /// How much the call deducts, such as "50.00".
    #[serde(default = "amount")]
    #[schemars(regex(pattern = r"^\d{1,7}\.\d\d$"))]
    pub amount: String,
    /// Where chance begins: another seed gives other latencies.
    #[serde(default = "seed")]
    pub seed: u64,
    /// What goes wrong, such as "drop reply of call 1", "duplicate request of call 1",
    /// "delay reply of call 1 by 600 ms", "crash server after commit of call 1, restart after 300 ms".
    #[serde(default)]
    #[schemars(length(max = 12))]
    pub faults: Vec<String>,
}

fn attempts() -> u32 {
    Scenario::default().attempts
}
fn timeout_ms() -> u64 {
    Scenario::default().timeout.as_millis()
}
fn balance() -> String {
    Scenario::default().balance.to_string()
}
fn amount() -> String {
    Scenario::default().amount.to_string()
}
fn seed() -> u64 {
    Run::default().seed
}

impl Block {
    /// The run that the author describes.
    ///
    /// # Errors
    /// Every fault that cannot be read, and every amount that is none.
    pub fn run(&self) -> Result<Run, Vec<Problem>> {
        let mut problems = vec![];
        let mut money = |key: &str, text: &str| {
            Cents::parse(text).unwrap_or_else(|| {
                problems.push(Problem {
                    pointer: format!("/{key}"),
                    key: false,
                    within: None,
                    message: format!("`{text}` is not an amount of money"),
                    help: Some("write whole units, a point and two digits, such as \"50.00\"".into()),
                });
                Cents(0)
            })
        };
        let (balance, amount) = (money("balance", &self.balance), money("amount", &self.amount));
        let vocabulary = rpc::vocabulary();
        let mut faults = vec![];
        for (index, text) in self.faults.iter().enumerate() {
            match vocabulary.parse(text) {
                Ok(fault) => faults.push(fault),
                Err(error) => problems.push(Problem {
                    pointer: format!("/faults/{index}"),
                    key: false,
                    help: crate::demo::choices(&text[error.at.clone()], &error.choices),
                    within: Some(error.at),
                    message: error.message,
                }),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let semantics = match self.semantics {
            SemanticsName::Maybe => Semantics::Maybe,
            SemanticsName::AtLeastOnce => Semantics::AtLeastOnce,
        };
        let timeout = Duration::from_millis(self.timeout_ms);
        let scenario = Scenario { semantics, attempts: self.attempts, timeout, balance, amount };
        Ok(Run { scenario, seed: self.seed, faults })
    }
}

impl Authored for RpcTimeline {
    const PURPOSE: &'static str = "One remote call as a space–time diagram: lose, double or delay its messages, crash its server, and compare what is true with what the caller can know.";
    const EXAMPLE: &'static str = r#"{
  "id": "example-rpc-timeline",
  "title": "The server crashes after the commit",
  "semantics": "at-least-once",
  "faults": ["crash server after commit of call 1, restart after 300 ms"],
  "expect": { "applied": 2, "caller": "done" }
}"#;
    const FACTS: &'static [FactInfo] = &[
        FactInfo { name: "applied", meaning: "How often the amount was deducted." },
        FactInfo { name: "balance", meaning: "The balance at the end, such as \"50.00\"." },
        FactInfo { name: "caller", meaning: "What the caller can know at the end: \"done\" or \"cannot tell\"." },
        FactInfo {
            name: "verdict",
            meaning: "\"correct\", \"caller cannot tell\", \"lost\", \"applied twice\", \"applied 3 times\", …",
        },
        FactInfo { name: "attempts", meaning: "How often the stub sent the request." },
        FactInfo { name: "status", meaning: "How the call ends, as gRPC names it: \"OK\" or \"DEADLINE_EXCEEDED\"." },
        FactInfo { name: "took", meaning: "How long everything takes to settle, such as \"412 ms\"." },
        FactInfo { name: "hash", meaning: "The run's fingerprint, 16 hexadecimal digits." },
    ];
    type Block = Block;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Examined, Vec<Problem>> {
        let run = block.run()?;
        let outcome = rpc::simulate(&run);
        let unmet = outcome.unmet();
        if !unmet.is_empty() {
            return Err(unmet
                .into_iter()
                .map(|unmet| Problem {
                    pointer: format!("/faults/{}", run.faults.iter().position(|f| *f == unmet.fault).unwrap_or(0)),
                    key: false,
                    within: None,
                    message: "this fault cannot come about".into(),
                    help: Some(unmet.why),
                })
                .collect());
        }
        let end = outcome.end();
        let truth = outcome.truth(end);
        let view = View::code(&run.code(), None);
        let facts = vec![
            json!(truth.applied),
            json!(truth.balance.to_string()),
            json!(outcome.belief(end).name()),
            json!(outcome.verdict().to_string()),
            json!(outcome.attempts()),
            json!(outcome.status(end).map_or("none", rpc::Status::name)),
            json!(end.to_string()),
            json!(outcome.trace.hash().to_string()),
        ];
        Ok(Examined { view, facts })
    }
}
