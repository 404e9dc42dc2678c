//! What an author writes, and what the table yields.

use super::{
    Offers, Shown, Verdicts,
    page::{differs, fingerprint, harmful},
};
use crate::chrome::demo::{Authored, Examined, FactList, Problem};
use serde::Deserialize;
use wire::evolve::{Harm, Row, catalogue};

/// The usual changes of a schema, with their verdicts.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// Which changes are shown at first.
    #[serde(default)]
    pub rows: Rows,
    /// The id of a wire lab on the same page in which each row can be opened.
    #[serde(default)]
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub lab: Option<String>,
}

/// Which changes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rows {
    /// All of them.
    #[default]
    All,
    /// Those that do harm to bytes.
    Harmful,
    /// Those that `buf breaking` in its category WIRE judges other than the bytes do.
    Differing,
}

/// The whole table, and which of it is shown.
pub struct Seen {
    shown: Shown,
    rows: Vec<Row>,
}

impl Seen {
    fn count(&self, is: impl Fn(&Row) -> bool) -> usize {
        self.rows.iter().filter(|row| is(row)).count()
    }
}

fn worst(row: &Row) -> Harm {
    row.change.forward.max(row.change.backward)
}

impl Authored for Verdicts {
    const PURPOSE: &'static str = "The usual changes of a schema in a table: what becomes of bytes in either direction, of JSON and of programs, with a message that shows it and with the rules of buf breaking.";
    const SHEETS: &'static [&'static str] = &["demos-verdicts"];
    const EXAMPLE: &'static str = r#"{
  "id": "example-verdicts",
  "title": "What a change does",
  "rows": "harmful",
  "expect": { "changes": ">= 15", "garbage": ">= 1" }
}"#;
    type Block = Block;
    type Seen = Seen;

    fn facts(list: &mut FactList<Self::Seen>) {
        list.fact("changes", "How many changes the whole table has.", |seen| seen.rows.len());
        list.fact("harmless", "How many of them do no harm to bytes in either direction.", |seen| {
            seen.count(|row| !harmful(row))
        });
        list.fact("loses-data", "How many, at their worst, lose data in bytes without a word.", |seen| {
            seen.count(|row| worst(row) == Harm::LosesData)
        });
        list.fact("garbage", "How many, at their worst, let a reader see a value that nobody wrote.", |seen| {
            seen.count(|row| worst(row) == Harm::Garbage)
        });
        list.fact("refused", "How many, at their worst, let a reader refuse a message.", |seen| {
            seen.count(|row| worst(row) == Harm::Refused)
        });
        list.fact(
            "buf-stricter",
            "To how many that do no harm to bytes `buf breaking` objects in its category WIRE.",
            |seen| seen.count(|row| differs(row) && !harmful(row)),
        );
        list.fact("buf-milder", "How many that do harm to bytes it allows in that category.", |seen| {
            seen.count(|row| differs(row) && harmful(row))
        });
        list.fact("hash", "The fingerprint of the rows that are shown, 16 hexadecimal digits.", |seen| {
            fingerprint(seen.shown, &seen.rows)
        });
    }

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let shown = match block.rows {
            Rows::All => Shown::All,
            Rows::Harmful => Shown::Harmful,
            Rows::Differing => Shown::Differing,
        };
        let rows = catalogue();
        let counts = Shown::ALL.map(|shown| rows.iter().filter(|row| shown.has(row)).count());
        let offers = Offers { lab: block.lab.as_deref().unwrap_or_default(), counts }.write();
        Ok(Examined { view: shown.code(), offers, seen: Seen { shown, rows } })
    }
}
