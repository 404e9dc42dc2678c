//! What an author writes, and what is found.

use super::{
    RpcSearch, fingerprint,
    matrix::{promise, say_faults},
    question::{Place, Question, Spot},
};
use crate::{
    chrome::demo::{Authored, Examined, FactList, Problem, Yield},
    labs::rpc::call::{self as call, MistakeName, SemanticsName, TransportName},
};
use protocols::rpc::{Run, Scenario, Semantics};
use search::{Column, Row};
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

/// What was asked, and what was found.
type Found = (Question, Vec<Row>);

/// The fact of one row; nothing where its semantics is not searched.
fn of_row(semantics: Semantics, fact: fn(&Row) -> Yield) -> impl Fn(&Found) -> Yield {
    move |(_, rows)| rows.iter().find(|row| row.semantics == semantics).map_or(Yield::Nothing, fact)
}

fn ends<const COLUMN: usize>(row: &Row) -> Yield {
    row.cells[COLUMN].schedules.into()
}

fn smallest(row: &Row) -> Yield {
    let smallest = Spot { semantics: row.semantics, place: Place::Broken }.smallest(std::slice::from_ref(row));
    smallest.map_or_else(|| "none".to_owned(), |run| say_faults(&run)).into()
}

/// The facts of one semantics, by the word that they begin with.
macro_rules! facts_of {
    ($list:ident, $($name:literal $semantics:ident)*) => {
        $(
            $list.fact(concat!($name, "-schedules"), concat!("How many schedules there are under \"", $name, "\"; as all that follow, only where it is searched."), of_row(Semantics::$semantics, |row| row.schedules.into()));
            $list.fact(concat!($name, "-correct"), "How many of them deduct once, and the caller knows.", of_row(Semantics::$semantics, ends::<{ Column::Correct as usize }>));
            $list.fact(concat!($name, "-failed-cleanly"), "… do not deduct, and the caller knows.", of_row(Semantics::$semantics, ends::<{ Column::FailedCleanly as usize }>));
            $list.fact(concat!($name, "-cannot-tell"), "… deduct once, and the caller cannot tell.", of_row(Semantics::$semantics, ends::<{ Column::CannotTell as usize }>));
            $list.fact(concat!($name, "-lost"), "… never deduct, and the caller does not know.", of_row(Semantics::$semantics, ends::<{ Column::Lost as usize }>));
            $list.fact(concat!($name, "-receipt"), "… deduct once, and the receipt is lost.", of_row(Semantics::$semantics, ends::<{ Column::ReceiptLost as usize }>));
            $list.fact(concat!($name, "-twice"), "… deduct more than once.", of_row(Semantics::$semantics, ends::<{ Column::Repeated as usize }>));
            $list.fact(concat!($name, "-promise"), "\"kept\", \"broken\", or \"none\" if nothing is promised.", of_row(Semantics::$semantics, |row| promise(row).into()));
            $list.fact(concat!($name, "-broken"), "How many break the promise.", of_row(Semantics::$semantics, |row| row.broken.schedules.into()));
            $list.fact(concat!($name, "-smallest"), "The faults of the smallest that breaks the promise, such as \"reply to attempt 1 lost\", or \"none\".", of_row(Semantics::$semantics, smallest));
        )*
    };
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
    const SEED: Option<&'static str> = Some("seed");
    type Block = Block;
    type Seen = Found;

    fn facts(list: &mut FactList<Found>) {
        let total = |of: fn(&Row) -> u64| move |(_, rows): &Found| rows.iter().map(of).sum::<u64>();
        list.fact(
            "schedules",
            "How many schedules there are, under all semantics together.",
            total(|row| row.schedules),
        );
        list.fact("states", "How many different states were followed.", total(|row| row.states));
        facts_of!(list,
            "maybe" Maybe
            "at-least-once" AtLeastOnce
            "at-most-once-volatile" AtMostOnceVolatile
            "at-most-once-durable" AtMostOnceDurable
            "idempotent" Idempotent
            "key-checked-apart" KeyCheckedApart
            "idempotency-key" IdempotencyKey
            "key-then-mail" KeyThenMail
            "outbox" Outbox
        );
        list.fact(
            "hash",
            "The fingerprint of question and answer, 16 hexadecimal digits.",
            |(question, rows): &Found| fingerprint(question, rows),
        );
    }

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let question = block.question()?;
        let rows = question.matrix().finish();
        Ok(Examined { view: question.answered(&rows), offers: String::new(), seen: (question, rows) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_semantics_has_its_facts() {
        let names: Vec<&str> = FactList::of::<RpcSearch>().iter().map(|fact| fact.info.name).collect();
        for (index, semantics) in Semantics::ALL.into_iter().enumerate() {
            assert_eq!(names[2 + 10 * index], format!("{}-schedules", semantics.name()));
        }
        assert_eq!(names.len(), 2 + 10 * Semantics::ALL.len() + 1);
    }
}
