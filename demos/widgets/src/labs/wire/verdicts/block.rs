//! What an author writes, and what the table yields.

use super::{
    Offers, Shown, Verdicts,
    page::{differs, fingerprint, harmful},
};
use crate::chrome::demo::{Authored, Examined, FactInfo, Problem};
use serde::Deserialize;
use serde_json::json;
use wire::evolve::{Harm, catalogue};

/// The usual changes of a schema, with their verdicts.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The figure's title.
    #[schemars(length(min = 1))]
    pub title: String,
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

impl Authored for Verdicts {
    const PURPOSE: &'static str = "The usual changes of a schema in a table: what becomes of bytes in either direction, of JSON and of programs, with a message that shows it and with the rules of buf breaking.";
    const SHEETS: &'static [&'static str] = &["demos-verdicts"];
    const EXAMPLE: &'static str = r#"{
  "id": "example-verdicts",
  "title": "What a change does",
  "rows": "harmful",
  "expect": { "changes": ">= 15", "garbage": ">= 1" }
}"#;
    const FACTS: &'static [FactInfo] = &[
        FactInfo { name: "changes", meaning: "How many changes the whole table has." },
        FactInfo { name: "harmless", meaning: "How many of them do no harm to bytes in either direction." },
        FactInfo { name: "loses-data", meaning: "How many, at their worst, lose data in bytes without a word." },
        FactInfo { name: "garbage", meaning: "How many, at their worst, let a reader see a value that nobody wrote." },
        FactInfo { name: "refused", meaning: "How many, at their worst, let a reader refuse a message." },
        FactInfo {
            name: "buf-stricter",
            meaning: "To how many that do no harm to bytes `buf breaking` objects in its category WIRE.",
        },
        FactInfo { name: "buf-milder", meaning: "How many that do harm to bytes it allows in that category." },
        FactInfo { name: "hash", meaning: "The fingerprint of the rows that are shown, 16 hexadecimal digits." },
    ];
    type Block = Block;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Examined, Vec<Problem>> {
        let shown = match block.rows {
            Rows::All => Shown::All,
            Rows::Harmful => Shown::Harmful,
            Rows::Differing => Shown::Differing,
        };
        let rows = catalogue();
        let worst = |harm: Harm| rows.iter().filter(|row| row.change.forward.max(row.change.backward) == harm).count();
        let facts = vec![
            json!(rows.len()),
            json!(rows.iter().filter(|row| !harmful(row)).count()),
            json!(worst(Harm::LosesData)),
            json!(worst(Harm::Garbage)),
            json!(worst(Harm::Refused)),
            json!(rows.iter().filter(|row| differs(row) && !harmful(row)).count()),
            json!(rows.iter().filter(|row| differs(row) && harmful(row)).count()),
            json!(fingerprint(shown, &rows)),
        ];
        let counts = Shown::ALL.map(|shown| rows.iter().filter(|row| shown.has(row)).count());
        let offers = Offers { lab: block.lab.as_deref().unwrap_or_default(), counts }.write();
        Ok(Examined { view: shown.code(), offers, facts })
    }
}
