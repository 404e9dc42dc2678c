//! What an author writes, and what the table yields.

use super::{Offers, Shown, Verdicts};
use crate::chrome::{
    demo::{Authored, Demo, Examined, Problem},
    figure,
};
use serde::Deserialize;

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

impl Authored for Verdicts {
    const PURPOSE: &'static str = "The usual changes of a schema in a table: what becomes of bytes in either direction, of JSON and of programs, with a message that shows it and with the rules of buf breaking.";
    const STYLE: &'static str = include_str!("style.css");
    const EXAMPLE: &'static str = r#"{
  "id": "example-verdicts",
  "title": "What a change does",
  "rows": "harmful",
  "expect": { "changes": ">= 15", "garbage": ">= 1" }
}"#;
    type Block = Block;

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let shown = match block.rows {
            Rows::All => Shown::All,
            Rows::Harmful => Shown::Harmful,
            Rows::Differing => Shown::Differing,
        };
        let seen = Self::see(&shown, "");
        let counts = Shown::ALL.map(|shown| seen.rows.iter().filter(|row| shown.has(row)).count());
        let data = Offers { lab: block.lab.as_deref().unwrap_or_default(), counts }.write();
        Ok(Examined { data, ..figure::examined::<Self>(shown, (), seen) })
    }
}
