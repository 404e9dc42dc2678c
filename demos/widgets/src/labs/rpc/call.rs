//! What authors write of a remote call, in a timeline as in a search.

use crate::chrome::demo::Problem;
use protocols::rpc::{Cents, Mistake, Run, Scenario, Semantics, Transport};
use serde::Deserialize;

/// How caller and server make up for failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SemanticsName {
    /// One attempt, no promise.
    Maybe,
    /// Retries until a reply comes.
    #[default]
    AtLeastOnce,
    /// The server filters repeats and keeps its replies in memory.
    AtMostOnceVolatile,
    /// The server filters repeats and keeps its replies on disk.
    AtMostOnceDurable,
    /// The request sets the balance instead of deducting.
    Idempotent,
    /// The key is looked up, the effect applied and the key stored in three transactions.
    KeyCheckedApart,
    /// The key is stored in the transaction of the effect.
    IdempotencyKey,
    /// As with an idempotency key, and the server e-mails a receipt after the commit.
    KeyThenMail,
    /// As with an idempotency key, and the receipt is stored in the same transaction.
    Outbox,
}

impl From<SemanticsName> for Semantics {
    fn from(name: SemanticsName) -> Self {
        match name {
            SemanticsName::Maybe => Self::Maybe,
            SemanticsName::AtLeastOnce => Self::AtLeastOnce,
            SemanticsName::AtMostOnceVolatile => Self::AtMostOnceVolatile,
            SemanticsName::AtMostOnceDurable => Self::AtMostOnceDurable,
            SemanticsName::Idempotent => Self::Idempotent,
            SemanticsName::KeyCheckedApart => Self::KeyCheckedApart,
            SemanticsName::IdempotencyKey => Self::IdempotencyKey,
            SemanticsName::KeyThenMail => Self::KeyThenMail,
            SemanticsName::Outbox => Self::Outbox,
        }
    }
}

/// How messages travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransportName {
    /// One by one: each may be lost, late, doubled or overtaken.
    #[default]
    Datagram,
    /// Over a connection: nothing is doubled or overtaken, and who waits learns when it breaks.
    Stream,
}

impl From<TransportName> for Transport {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Datagram => Self::Datagram,
            TransportName::Stream => Self::Stream,
        }
    }
}

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MistakeName {
    /// The key is never stored.
    KeyNotPersisted,
    /// The stub makes a new key for each attempt.
    NewKeyPerAttempt,
    /// The key was used before, for another call.
    KeyReused,
}

impl From<MistakeName> for Mistake {
    fn from(name: MistakeName) -> Self {
        match name {
            MistakeName::KeyNotPersisted => Self::KeyNotPersisted,
            MistakeName::NewKeyPerAttempt => Self::NewKeyPerAttempt,
            MistakeName::KeyReused => Self::KeyReused,
        }
    }
}

/// How many attempts, if the author does not say.
pub fn attempts() -> u32 {
    Scenario::default().attempts
}

/// The timeout, if the author does not say.
pub fn timeout_ms() -> u64 {
    Scenario::default().timeout.as_millis()
}

/// The balance, if the author does not say.
pub fn balance() -> String {
    Scenario::default().balance.to_string()
}

/// The amount, if the author does not say.
pub fn amount() -> String {
    Scenario::default().amount.to_string()
}

/// The seed, if the author does not say.
pub fn seed() -> u64 {
    Run::default().seed
}

/// The amount of money that stands at that key; what is none becomes a problem.
pub fn money(key: &str, text: &str, problems: &mut Vec<Problem>) -> Cents {
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
}
