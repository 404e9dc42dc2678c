//! What an author writes, and what the run yields.

use super::{Look, RpcTimeline, Shown};
use crate::{
    chrome::{
        demo::{Authored, Examined, Problem, View},
        figure,
        registry::Asking,
    },
    labs::rpc::call::{self as call, MistakeName, SemanticsName, TransportName},
};
use protocols::rpc::{self, Run, Scenario, Semantics};
use serde::Deserialize;
use sim::Duration;

/// One remote call and what goes wrong with it.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// How caller and server make up for failures.
    #[serde(default)]
    pub semantics: SemanticsName,
    /// How messages travel between stub and server.
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
    /// How long the caller waits for the whole call, in milliseconds; if not said, for as long as the
    /// attempts take.
    #[serde(default)]
    #[schemars(range(min = 1, max = 20000))]
    pub deadline_ms: Option<u64>,
    /// How long replies and keys are kept, in milliseconds; if not said, for ever.
    #[serde(default)]
    #[schemars(range(min = 1, max = 20000))]
    pub expiry_ms: Option<u64>,
    /// 1: the stub calls the server; 2: it calls a shop, and the shop calls the server.
    #[serde(default = "hops")]
    #[schemars(range(min = 1, max = 2))]
    pub hops: u32,
    /// Whether the deadline travels with the request, and a cancellation follows when the caller gives up.
    #[serde(default)]
    pub propagate: bool,
    /// What is done wrong.
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
    /// What goes wrong, such as "drop reply of call 1", "duplicate request of call 1",
    /// "delay reply of call 1 by 600 ms", "reorder request of call 1",
    /// "crash server after commit of call 1, restart after 300 ms", "cut stub to server at 0 s".
    #[serde(default)]
    #[schemars(length(max = 12))]
    pub faults: Vec<String>,
    /// Whether the reader is asked for the balance and for what the caller can know before the run goes on.
    #[serde(default)]
    pub predict: bool,
    /// The same failures under each of these, side by side.
    #[serde(default)]
    #[schemars(length(max = 9))]
    pub compare: Vec<SemanticsName>,
}

fn hops() -> u32 {
    Scenario::default().hops
}

impl Block {
    /// The run that the author describes.
    ///
    /// # Errors
    /// Every fault that cannot be read, and every amount that is none.
    pub fn run(&self) -> Result<Run, Vec<Problem>> {
        let mut problems = vec![];
        let balance = call::money("balance", &self.balance, &mut problems);
        let amount = call::money("amount", &self.amount, &mut problems);
        let vocabulary = rpc::vocabulary();
        let mut faults = vec![];
        for (index, text) in self.faults.iter().enumerate() {
            match vocabulary.parse(text) {
                Ok(fault) => faults.push(fault),
                Err(error) => problems.push(Problem {
                    pointer: format!("/faults/{index}"),
                    key: false,
                    help: crate::chrome::demo::choices(&text[error.at.clone()], &error.choices),
                    within: Some(error.at),
                    message: error.message,
                }),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let scenario = Scenario {
            semantics: self.semantics.into(),
            transport: self.transport.into(),
            attempts: self.attempts,
            timeout: Duration::from_millis(self.timeout_ms),
            deadline: self.deadline_ms.map(Duration::from_millis),
            expiry: self.expiry_ms.map(Duration::from_millis),
            hops: self.hops,
            propagate: self.propagate,
            mistake: self.mistake.map(Into::into),
            balance,
            amount,
        };
        Ok(Run { scenario, seed: self.seed, faults })
    }
}

impl Authored for RpcTimeline {
    const PURPOSE: &'static str = "One remote call as a space–time diagram: lose, double, delay or reorder its messages, crash its server, choose its semantics, and compare what is true with what the caller can know; with a prediction first, and side by side.";
    const STYLE: &'static str = include_str!("style.css");
    const EXAMPLE: &'static str = r#"{
  "id": "example-rpc-timeline",
  "title": "The server crashes after the commit",
  "semantics": "at-least-once",
  "faults": ["crash server after commit of call 1, restart after 300 ms"],
  "expect": { "applied": 2, "caller": "done" }
}"#;
    const SEED: Option<&'static str> = Some("seed");
    type Block = Block;

    fn questions(examined: &Examined<Self::Seen>) -> Vec<Asking> {
        let ask = |id: &str| Asking { id: id.to_owned(), points: 1, kind: "prediction" };
        if View::parse(&examined.view).has("ask") { vec![ask("balance"), ask("caller")] } else { vec![] }
    }

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let run = block.run()?;
        let seen = Shown::new(run.clone());
        if !seen.unmet.is_empty() {
            return Err(seen
                .unmet
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
        let with = block.compare.iter().map(|name| Semantics::from(*name)).collect();
        Ok(figure::examined::<Self>(run, Look { at: None, asked: block.predict, with }, seen))
    }
}
