//! What authors look up, made from the registry: the reference page and the JSON Schema.

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};
use widgets::chrome::registry::Entry;

use crate::{
    blocks::{
        json::Schemas,
        schema::{Key, Schema},
    },
    files::SCHEMA,
};

/// The Markdown of the reference page: for each demo its purpose, its keys, what a run yields, and an
/// example with its source. `root` leads from the page to the book's root, `example` gives the
/// Markdown that stands for the living example.
pub fn markdown(
    entries: &'static [Entry],
    schemas: &Schemas,
    root: &str,
    mut example: impl FnMut(&'static Entry) -> String,
) -> String {
    let mut out = String::from("\n");
    for entry in entries {
        out.push_str(&format!("## `{0}` {{#demo-{0}}}\n\n{1}\n\n", entry.name, entry.purpose));
        if let Some(schema) = schemas.get(entry.name) {
            out.push_str("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
            let mut keys = Schema::new(schema).keys();
            // What every block needs first; what checks the rest last.
            keys.sort_by_key(|key| (!key.required, key.name == "expect"));
            keys.iter().for_each(|key| out.push_str(&row(key)));
            out.push('\n');
        }
        if !entry.facts.is_empty() {
            out.push_str(
                "What a run yields, for `expect` and for a sentence of the lesson:\n\n\
                 | fact | meaning |\n| --- | --- |\n",
            );
            for fact in &entry.facts {
                out.push_str(&format!("| `{}` | {} |\n", fact.name, cell(fact.meaning)));
            }
            out.push('\n');
        }
        out.push_str("For example:\n\n");
        out.push_str(&code(&format!("```demo {}\n{}\n```", entry.name, entry.example.trim())));
        out.push_str(&example(entry));
    }
    out.push_str(&format!("All keys are also in a [JSON Schema]({root}{SCHEMA}) that editors can read.\n\n",));
    out
}

fn row(key: &Key<'_>) -> String {
    let words = key.schema.words();
    let mut value = if words.is_empty() {
        key.schema.kind()
    } else {
        words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
    };
    let bounds = key.schema.bounds();
    if !bounds.is_empty() {
        value = format!("{value}, {bounds}");
    }
    let default = match key.default() {
        Some(default) => format!("`{default}`"),
        None if key.required => "required".to_owned(),
        None => "–".to_owned(),
    };
    format!("| `{}` | {} | {} | {} |\n", key.name, cell(&value), cell(&default), cell(key.description()))
}

/// A text for a cell of a table: on one line, without a bar that would end the cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A block of code whose fence is longer than any in the text.
fn code(text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}markdown\n{text}\n{fence}\n")
}

/// One JSON Schema (2020-12) for the blocks of all demos: each demo's is under `$defs`, by its name.
///
/// # Errors
///
/// If a demo's schema refers to something outside of itself.
pub fn schema(entries: &'static [Entry], schemas: &Schemas) -> Result<Value> {
    let mut definitions = Map::new();
    let mut any = Vec::new();
    for entry in entries {
        let Some(written) = schemas.get(entry.name) else {
            continue;
        };
        let mut own = written.clone();
        let inner = own.as_object_mut().and_then(|own| {
            own.remove("$schema");
            own.remove("$defs")
        });
        // References count from the document's root: what a demo defines moves up beside it.
        relocate(&mut own, entry.name)?;
        if let Some(own) = own.as_object_mut() {
            own.insert("title".to_owned(), json!(entry.name));
            own.entry("description").or_insert(json!(entry.purpose));
        }
        if let Some(Value::Object(inner)) = inner {
            for (name, mut definition) in inner {
                relocate(&mut definition, entry.name)?;
                definitions.insert(format!("{}.{name}", entry.name), definition);
            }
        }
        definitions.insert(entry.name.to_owned(), own);
        any.push(json!({ "$ref": format!("#/$defs/{}", entry.name) }));
    }
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Demo blocks",
        "description": "The JSON of a demo block in a lesson; each demo's keys are under $defs, by its name.",
        "$defs": definitions,
    });
    // An empty list of alternatives is not allowed.
    if !any.is_empty() {
        whole["anyOf"] = Value::Array(any);
    }
    Ok(whole)
}

fn relocate(value: &mut Value, demo: &str) -> Result<()> {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get_mut("$ref") {
                match reference.strip_prefix("#/$defs/") {
                    Some(name) => *reference = format!("#/$defs/{demo}.{name}"),
                    None => bail!(
                        "the schema of the demo `{demo}` refers to `{reference}`; only `#/$defs/…` of \
                         its own can be put into one schema"
                    ),
                }
            }
            map.values_mut().try_for_each(|child| relocate(child, demo))
        }
        Value::Array(items) => items.iter_mut().try_for_each(|child| relocate(child, demo)),
        _ => Ok(()),
    }
}
