//! One remote procedure call and everything that can happen to it.
//!
//! `deductBalance("u42", 50.00)` goes from the caller through its client stub over the network to a
//! server, which has a database apply it. The model follows Birrell & Nelson, "Implementing remote
//! procedure calls", ACM TOCS 2(1), 1984.
//!
//! Simplified: one call by one caller; the stub lives and dies with the caller, and neither crashes;
//! the database does not crash and its link to the server loses nothing; the transport is a datagram
//! service that can lose, delay and duplicate, as UDP does (TCP hides duplicates of its own, but a
//! retry after a broken connection brings them back).

mod narrate;
mod nodes;
mod run;

pub use narrate::{LATE, Sentence, Weight, narrate, summary};
pub use nodes::{CALLER, DATABASE, DEDUCT, Fact, Node, REPLY, REQUEST, SERVER, STUB};
pub use run::{Bounds, Outcome, Run, Scenario, Truth, UnmetFault, names, simulate, vocabulary};

use std::fmt;

/// What a stub promises its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Semantics {
    /// One attempt, no promise: the effect may happen or not. Also called best effort.
    Maybe,
    /// Tries again until an answer comes or the attempts run out. With an answer the effect has
    /// happened at least once; nothing filters a second time.
    AtLeastOnce,
}

impl Semantics {
    /// All of them, weakest promise first.
    pub const ALL: [Self; 2] = [Self::Maybe, Self::AtLeastOnce];

    /// The name that authors and links use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Maybe => "maybe",
            Self::AtLeastOnce => "at-least-once",
        }
    }

    /// What is promised, in one sentence.
    pub const fn promise(self) -> &'static str {
        match self {
            Self::Maybe => "One attempt. No promise: the effect may have happened or not.",
            Self::AtLeastOnce => "Retries until a reply comes. A reply means: it happened once or more.",
        }
    }
}

/// An amount of money, in cents; never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(pub i64);

impl Cents {
    /// Reads `50.00`: whole units, a point, two digits. At most 9,999,999.99.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, cents) = text.split_once('.')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(cents) || whole.len() > 7 || cents.len() != 2 {
            return None;
        }
        Some(Self(whole.parse::<i64>().ok()? * 100 + cents.parse::<i64>().ok()?))
    }
}

/// As in `50.00` and `-50.00`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.abs() / 100, self.0.abs() % 100)
    }
}

/// How a call ends for its caller, as gRPC names it.
///
/// Of the two only `Ok` says what happened; a passed deadline says nothing about the effect (gRPC,
/// "Status codes and their use").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The procedure has run and its result is here.
    Ok,
    /// The time that the caller was ready to wait is over.
    DeadlineExceeded,
}

impl Status {
    /// The name in gRPC.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
        }
    }
}

/// What the caller can know from what it has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Belief {
    /// The call has not returned.
    Waiting,
    /// The effect has happened (how often, it cannot see).
    Done,
    /// It may have happened or not.
    CannotTell,
}

impl Belief {
    /// In two words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::CannotTell => "cannot tell",
        }
    }
}

/// What became of the intent "deduct it, once, and tell me".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Applied once, and the caller knows that it was applied.
    Correct,
    /// Applied once, but the caller cannot tell.
    CallerCannotTell,
    /// Never applied, and the caller cannot tell.
    Lost,
    /// Applied more than once: so many times.
    Repeated(u32),
}

impl Verdict {
    /// The verdict on what is true and what the caller can know, once the call has returned and
    /// everything has settled.
    pub const fn of(applied: u32, belief: Belief) -> Self {
        match (applied, belief) {
            (0, _) => Self::Lost,
            (1, Belief::Done) => Self::Correct,
            (1, _) => Self::CallerCannotTell,
            (times, _) => Self::Repeated(times),
        }
    }
}

/// In a few words: `applied twice`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Correct => f.write_str("correct"),
            Self::CallerCannotTell => f.write_str("caller cannot tell"),
            Self::Lost => f.write_str("lost"),
            Self::Repeated(2) => f.write_str("applied twice"),
            Self::Repeated(times) => write!(f, "applied {times} times"),
        }
    }
}
