//! What a case yields.

use super::words::{self, hex};
use crate::chrome::facts::FactList;
use std::{collections::BTreeSet, rc::Rc};
use wire::{
    case::{Case, Outcome},
    evolve::{Change, Harm},
    schema,
};

/// A case, and what follows from it.
pub struct Made {
    /// The case.
    pub case: Rc<Case>,
    /// What follows from it.
    pub outcome: Outcome,
    /// The field that `watched` is about.
    pub watch: Option<String>,
}

/// Whether the compiler takes the schemas: `takes both`, or where and why not.
fn compiler(outcome: &Outcome) -> String {
    match outcome.writer.problems.first().or(outcome.reader.problems.first()) {
        None => "takes both".to_owned(),
        Some(schema::Problem { line, column, message, .. }) => {
            format!("refuses: line {line}, column {column}: {message}")
        }
    }
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

impl Made {
    /// All that the reader sees, as JSON in one line; nothing if it refuses the message.
    fn sees(&self) -> Option<String> {
        let outcome = &self.outcome;
        if outcome.view.decoded.error.is_some() {
            return None;
        }
        let json_name =
            |number: u32| outcome.reader.message().field(number).map_or("", |field| field.json_name.as_str());
        let fields = outcome.view.seen.iter().map(|seen| {
            debug_assert!(!words::name_of(outcome, seen).is_empty());
            format!("\"{}\": {}", json_name(seen.number), seen.value)
        });
        Some(format!("{{{}}}", fields.collect::<Vec<_>>().join(", ")))
    }

    /// What goes out when the reader serialises what it has read.
    fn passed_on(&self) -> Option<&Vec<u8>> {
        self.outcome.view.passed_on.as_ref()
    }

    /// The writer's fields that JSON loses or changes on the way; nothing if the reader refuses the message.
    fn lost(&self) -> Option<String> {
        let lost = self.outcome.back_of_json.as_ref().map(|back| self.outcome.lost(back))?;
        Some(if lost.is_empty() { "nothing".to_owned() } else { lost.join(", ") })
    }

    /// The rules of `buf breaking` that the changes break, each once.
    fn rules(&self) -> String {
        let rules: BTreeSet<&str> = self.outcome.changes.iter().flat_map(|change| change.buf.iter().copied()).collect();
        let rules: Vec<&str> = rules.into_iter().collect();
        if rules.is_empty() { "none".to_owned() } else { rules.join(", ") }
    }

    /// What the reader sees of the watched field, and why it sees that.
    fn watched(&self) -> Option<[String; 2]> {
        let (Self { outcome, .. }, name) = (self, self.watch.as_ref()?);
        if outcome.view.decoded.error.is_some() {
            return None;
        }
        let number = outcome.reader.message().field_by_name(name).map(|field| field.number);
        Some(match outcome.view.seen.iter().find(|seen| Some(seen.number) == number) {
            Some(seen) => [seen.value.clone(), words::because(seen.because).to_owned()],
            None => ["no such field".to_owned(), "its type has no such field".to_owned()],
        })
    }
}

/// Declares the facts.
pub fn declare(list: &mut FactList<Made>) {
    list.fact("bytes", "How many bytes the message has, edits made.", |made| made.outcome.bytes.len());
    list.fact("hex", "These bytes, such as \"08 96 01\".", |made| hex(&made.outcome.bytes));
    list.fact(
        "sees",
        "What the reader sees, as JSON in one line with the defaults spelt out; none where it refuses the message.",
        |made| made.sees(),
    );
    list.fact("unknown-bytes", "How many bytes the reader keeps as unknown fields of the message itself.", |made| {
        made.outcome.view.decoded.message.unknown.len()
    });
    list.fact("unknown-hex", "These bytes.", |made| hex(&made.outcome.view.decoded.message.unknown));
    list.fact(
        "passed-on-hex",
        "What goes out when the reader serialises what it has read; none where it refuses the message.",
        |made| made.passed_on().map(|bytes| hex(bytes)),
    );
    list.fact("passed-on-equal", "\"yes\" if these are the bytes that came, else \"no\".", |made| {
        made.passed_on().map(|bytes| yes(*bytes == made.outcome.bytes))
    });
    list.fact("after-json-hex", "What goes out when the reader's message goes through JSON first.", |made| {
        made.outcome.view.through_json.as_ref().map(|(_, bytes)| hex(bytes))
    });
    list.fact(
        "after-json-lost",
        "The writer's fields that are lost or changed by that, such as \"coupon_code\"; or \"nothing\".",
        |made| made.lost(),
    );
    list.fact(
                "verdict",
                "The worst that the change from the old schema to the new does: to binary messages in either direction \"loses data\", \"garbage\" or \"refused\"; \"names only\" if it does harm to JSON or to source code alone, as an added field does, which strict readers of JSON refuse; else \"safe\".",
                |made| {
                    words::harm(made.outcome.changes.iter().map(Change::verdict).max().unwrap_or(Harm::Safe)).0
                },
            );
    list.fact("breaking", "How many changes do harm to binary messages, in either direction.", |made| {
        made.outcome.changes.iter().filter(|change| change.forward.max(change.backward) > Harm::Names).count()
    });
    list.fact(
                "verdict-complete",
                "\"yes\"; or \"no\", if the two versions are too large, or refer to one another too much, to be compared to the end with every key stroke: `verdict`, `breaking` and `buf` are then the least that is known.",
                |made| yes(made.outcome.changes.complete),
            );
    list.fact(
        "mainstream",
        "What C++, Java, Go and Python do with the bytes: \"reads it\", or \"refuses: \" and why.",
        |made| words::reading(&made.outcome.bytes, &made.outcome.view.decoded),
    );
    list.fact("prost", "The same for prost, of Rust.", |made| {
        words::reading(&made.outcome.bytes, &made.outcome.prost.decoded)
    });
    list.fact(
                "buf",
                "The rules of `buf breaking`, categories WIRE and WIRE_JSON, that the changes break, such as \"FIELD_SAME_TYPE\"; or \"none\".",
                |made| made.rules(),
            );
    list.fact(
        "compiler",
        "\"takes both\", or \"refuses: \" with the place and the first thing that is wrong in a schema.",
        |made| compiler(&made.outcome),
    );
    list.fact(
        "watched",
        "What the reader sees in the field that `watch` names, as JSON; \"no such field\" if its type has none.",
        |made| made.watched().map(|[sees, _]| sees),
    );
    list.fact("watched-because", "Why it sees that.", |made| made.watched().map(|[_, because]| because));
    list.fact("hash", "The fingerprint of the case and of all of this, 16 hexadecimal digits.", |made| {
        super::fingerprint(&made.case, &made.outcome)
    });
}
