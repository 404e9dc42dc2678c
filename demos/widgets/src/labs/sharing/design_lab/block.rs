//! What an author writes, and what a day of it yields.

use super::DesignLab;
use crate::chrome::{
    demo::{Authored, Examined, Problem, View},
    figure,
    seeds::BUDGET_EVENTS,
};
use architectures::file_sharing::{Day, Design, Outcome};
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};

/// A choice of one question: its name in a block, and its place among the question's choices.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $answer:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { #[default] $($(#[$what])* $answer,)* }
    };
}

choice! {
    /// Who serves.
    ModelName {
        /// One server.
        Server,
        /// Ten servers with the same files.
        Mirrors,
        /// The users among themselves.
        Peers,
        /// The same, the strongest of them as directories for others.
        SuperPeers,
    }
}
choice! {
    /// In what units files travel.
    PiecesName {
        /// Whole files.
        Whole,
        /// Four pieces.
        Large,
        /// Three hundred pieces.
        Small,
    }
}
choice! {
    /// How a file is found.
    DiscoveryName {
        /// One central index.
        Index,
        /// Three trackers.
        Trackers,
        /// A distributed hash table.
        Dht,
        /// By asking neighbours, who ask theirs.
        Flooding,
    }
}
choice! {
    /// What keeps rare files available.
    ReplicationName {
        /// Nothing.
        None,
        /// Extra copies on peers.
        Rare,
        /// Three seeds.
        Seeds,
        /// Both.
        Both,
    }
}
choice! {
    /// What a peer gets for giving.
    IncentiveName {
        /// Nothing.
        None,
        /// Preference.
        TitForTat,
    }
}
choice! {
    /// How what arrives is checked.
    VerificationName {
        /// Not at all.
        None,
        /// One hash for the file, told by whoever offers it.
        File,
        /// A hash for each piece, told by whoever offers the file.
        Piece,
        /// A hash for each piece, from a list that the publisher has signed.
        Signed,
    }
}

/// The design that the form begins with.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// Who serves the files.
    #[serde(default)]
    pub model: ModelName,
    /// In what units they travel.
    #[serde(default)]
    pub pieces: PiecesName,
    /// How peers find them.
    #[serde(default)]
    pub discovery: DiscoveryName,
    /// What keeps rare ones available.
    #[serde(default)]
    pub replication: ReplicationName,
    /// What a peer gets for giving.
    #[serde(default)]
    pub incentive: IncentiveName,
    /// How what arrives is checked.
    #[serde(default)]
    pub verification: VerificationName,
    /// Which day: where chance begins.
    #[serde(default = "day")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub day: u64,
    /// Whether the page shows what came of the design from the beginning, as a solution does. Otherwise the
    /// reader has to run it.
    #[serde(default)]
    pub shown: bool,
}

const fn day() -> u64 {
    1
}

/// What a day costs, counted in events of other simulations that take as long.
const DAY_EVENTS: u64 = 20_000_000;

impl Block {
    /// What the author has chosen.
    pub fn design(&self) -> Design {
        let chosen = [
            self.model as usize,
            self.pieces as usize,
            self.discovery as usize,
            self.replication as usize,
            self.incentive as usize,
            self.verification as usize,
        ];
        let design =
            chosen.into_iter().enumerate().fold(Design::default(), |design, (at, choice)| design.with(at, choice));
        design.on_day(self.day)
    }
}

/// What comes of a design. Each is simulated once: a book is read more than once while it is built.
fn outcome(design: Design) -> Outcome {
    static KNOWN: Mutex<Vec<(Design, Outcome)>> = Mutex::new(vec![]);
    let known =
        KNOWN.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(other, _)| *other == design).cloned();
    match known {
        Some((_, outcome)) => outcome,
        None => {
            let outcome = Day::new(design).finish();
            KNOWN.lock().unwrap_or_else(PoisonError::into_inner).push((design, outcome.clone()));
            outcome
        }
    }
}

impl Authored for DesignLab {
    const PURPOSE: &'static str = "A form for the design of a file-sharing service among 100,000 users, and a simulated day of it: which targets are met, and why others are missed.";
    const STYLE: &'static str = include_str!("style.css");
    const EXAMPLE: &'static str = r#"{
  "id": "example-design-lab",
  "title": "File sharing without a budget",
  "model": "server",
  "expect": { "passes": "< 4", "verdict": "misses availability and cost" }
}"#;
    const SEED: Option<&'static str> = Some("day");
    type Block = Block;

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let design = block.design();
        let outcome = outcome(design);
        let was = || format!("was.{}", outcome.written().replace(' ', "."));
        let data = if block.shown { View::with_words(&design.code(), vec![was()]) } else { String::new() };
        Ok(Examined { data, ..figure::examined::<Self>(design, (), outcome) })
    }

    fn see_within(block: &Block, events: u64) -> Result<Outcome, Vec<Problem>> {
        if events < DAY_EVENTS {
            return Err(vec![Problem {
                help: Some(format!("ask for at most {} seeds", BUDGET_EVENTS / DAY_EVENTS)),
                ..Problem::of_all("so many days of 100,000 users take too long".into())
            }]);
        }
        Self::examine(block).map(|examined| examined.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use architectures::file_sharing::QUESTIONS;
    use serde_json::json;

    #[test]
    fn every_choice_can_be_written() {
        for (place, question) in QUESTIONS.iter().enumerate() {
            for (choice, answer) in question.choices.iter().enumerate() {
                let block = json!({ question.name: answer.name });
                let block: Block = serde_json::from_value(block).expect(answer.name);
                assert_eq!(block.design(), Design::default().with(place, choice), "{} {}", question.name, answer.name);
            }
        }
    }
}
