//! What an author writes, and what is found.

use super::{
    RpcSearch, fingerprint,
    matrix::{promise, say_faults},
    question::{Place, Question, Spot},
};
use crate::{
    chrome::demo::{Authored, Examined, FactInfo, Problem},
    labs::rpc::call::{self as call, MistakeName, SemanticsName, TransportName},
};
use protocols::rpc::{Run, Scenario, Semantics};
use search::{Column, Row};
use serde::Deserialize;
use serde_json::{Value, json};
use sim::Duration;

/// A remote call, and at most how many things are to go wrong with it.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The figure's title.
    #[schemars(length(min = 1))]
    pub title: String,
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

/// The facts: two for the whole, those of each of these semantics, and the fingerprint.
macro_rules! facts {
    ($($name:literal)*) => {
        &[
            FactInfo { name: "schedules", meaning: "How many schedules there are, under all semantics together." },
            FactInfo { name: "states", meaning: "How many different states were followed." },
            $(
                FactInfo { name: concat!($name, "-schedules"), meaning: concat!("How many schedules there are under \"", $name, "\"; as all that follow, only where it is searched.") },
                FactInfo { name: concat!($name, "-correct"), meaning: "How many of them deduct once, and the caller knows." },
                FactInfo { name: concat!($name, "-failed-cleanly"), meaning: "… do not deduct, and the caller knows." },
                FactInfo { name: concat!($name, "-cannot-tell"), meaning: "… deduct once, and the caller cannot tell." },
                FactInfo { name: concat!($name, "-lost"), meaning: "… never deduct, and the caller does not know." },
                FactInfo { name: concat!($name, "-receipt"), meaning: "… deduct once, and the receipt is lost." },
                FactInfo { name: concat!($name, "-twice"), meaning: "… deduct more than once." },
                FactInfo { name: concat!($name, "-promise"), meaning: "\"kept\", \"broken\", or \"none\" if nothing is promised." },
                FactInfo { name: concat!($name, "-broken"), meaning: "How many break the promise." },
                FactInfo { name: concat!($name, "-smallest"), meaning: "The faults of the smallest that breaks the promise, such as \"reply to attempt 1 lost\", or \"none\"." },
            )*
            FactInfo { name: "hash", meaning: "The fingerprint of question and answer, 16 hexadecimal digits." },
        ]
    };
}

/// The facts of one row, in the order of the list.
fn facts_of(row: Option<&Row>) -> [Value; 10] {
    let Some(row) = row else { return Default::default() };
    let ends = |column: Column| json!(row.cells[column as usize].schedules);
    let smallest = Spot { semantics: row.semantics, place: Place::Broken }.smallest(std::slice::from_ref(row));
    [
        json!(row.schedules),
        ends(Column::Correct),
        ends(Column::FailedCleanly),
        ends(Column::CannotTell),
        ends(Column::Lost),
        ends(Column::ReceiptLost),
        ends(Column::Repeated),
        json!(promise(row)),
        json!(row.broken.schedules),
        json!(smallest.map_or_else(|| "none".to_owned(), |run| say_faults(&run))),
    ]
}

impl Authored for RpcSearch {
    const PURPOSE: &'static str = "Every schedule of at most so many faults of a remote call, under each of several call semantics: what becomes of it, which promises break, and the smallest schedule that breaks them.";
    const SHEETS: &'static [&'static str] = &["demos-search"];
    const EXAMPLE: &'static str = r#"{
  "id": "example-rpc-search",
  "title": "All that two faults can do",
  "faults": 2,
  "expect": { "at-most-once-volatile-promise": "broken", "idempotency-key-twice": 0 }
}"#;
    const FACTS: &'static [FactInfo] = facts!(
        "maybe" "at-least-once" "at-most-once-volatile" "at-most-once-durable" "idempotent"
        "key-checked-apart" "idempotency-key" "key-then-mail" "outbox"
    );
    const SEED: Option<&'static str> = Some("seed");
    type Block = Block;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Examined, Vec<Problem>> {
        let question = block.question()?;
        let rows = question.matrix().finish();
        let total = |of: fn(&Row) -> u64| json!(rows.iter().map(of).sum::<u64>());
        let mut facts = vec![total(|row| row.schedules), total(|row| row.states)];
        for semantics in Semantics::ALL {
            facts.extend(facts_of(rows.iter().find(|row| row.semantics == semantics)));
        }
        facts.push(json!(fingerprint(&question, &rows)));
        Ok(Examined { view: question.answered(&rows), offers: String::new(), facts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_stand_in_the_order_of_the_semantics() {
        for (index, semantics) in Semantics::ALL.into_iter().enumerate() {
            let fact = RpcSearch::FACTS[2 + 10 * index];
            assert_eq!(fact.name, format!("{}-schedules", semantics.name()));
        }
        assert_eq!(RpcSearch::FACTS.len(), 2 + 10 * Semantics::ALL.len() + 1);
    }
}
