//! The one list of demos. The preprocessor, the reference page, the JSON Schema and the tests all
//! read it; nothing else knows which demos there are.

use std::{collections::BTreeMap, ops::Range};

/// A value that a run yields, for `expect` and for `{{#run id.field}}`.
#[derive(Clone, Debug, PartialEq)]
pub struct FactValue(pub serde_json::Value);

/// What a fact is, for the reference page and for messages.
#[derive(Clone, Copy, Debug)]
pub struct FactInfo {
    /// The name used in `expect` and in `{{#run id.name}}`.
    pub name: &'static str,
    /// What it means, with its unit.
    pub meaning: &'static str,
}

/// A demo block that passed every check.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The figure's id: unique in the book, the anchor of the figure and the name of its embed page.
    pub id: String,
    /// The figure's title, for the embed page and for frames.
    pub title: String,
    /// The component's properties, as canonical JSON.
    pub props: String,
    /// What the run yields, by name.
    pub facts: BTreeMap<&'static str, FactValue>,
}

/// One mistake in a demo block.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where: a JSON pointer into the block, such as `/faults/0`; empty for the block as a whole.
    pub pointer: String,
    /// Whether the key is to be underlined, not its value.
    pub key: bool,
    /// Which bytes of the string value at `pointer` are wrong, if not the whole value.
    pub within: Option<Range<usize>>,
    /// What is wrong, in one line.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// One demo.
pub struct Entry {
    /// The word after `demo` in the fence.
    pub name: &'static str,
    /// What the demo is for, in one sentence.
    pub purpose: &'static str,
    /// A block that works, for the reference page; its `id` is `example-<name>`.
    pub example: &'static str,
    /// Everything a run of this demo yields.
    pub facts: &'static [FactInfo],
    /// The JSON Schema of a block, `id`, `title` and `expect` included.
    pub schema: fn() -> serde_json::Value,
    /// Checks a block that the schema accepts: faults, impossible values, `expect`. Every problem at once.
    pub check: fn(&serde_json::Value) -> Result<Checked, Vec<Problem>>,
    /// The figure's HTML for the canonical properties of a checked block, as the browser's first
    /// render will have it, to the byte.
    pub prerender: fn(props: &str) -> String,
}

/// Every demo, in the order of the reference page.
pub fn entries() -> &'static [Entry] {
    &[]
}

/// The choice nearest to what was written, if one is near enough to be meant.
pub fn nearest<'a>(written: &str, choices: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    choices
        .into_iter()
        .map(|choice| (strsim::normalized_damerau_levenshtein(written, choice), choice))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, choice)| choice)
}
