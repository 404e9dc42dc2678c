//! What a run yields.

use super::Seen;
use crate::chrome::facts::{FactList, Yield};
use architectures::live::{Live, Requests, Thousandths};
use std::collections::BTreeSet;

/// A measured number as a page writes it: counts whole, others with about three digits.
fn number(value: Thousandths) -> Yield {
    let unit = match value.unsigned_abs() {
        100_000.. => 1_000,
        10_000.. => 100,
        _ => 10,
    };
    let rounded = (value + value.signum() * unit / 2) / unit * unit;
    if rounded % 1_000 == 0 { (rounded / 1_000).into() } else { (rounded as f64 / 1_000.0).into() }
}

/// The facts of the architecture that is shown beside the first one.
const OTHER: &[(&str, &str)] = &[
    ("other-success", "success"),
    ("other-served", "served"),
    ("other-failed", "failed"),
    ("other-affected", "affected"),
    ("other-p50", "p50"),
    ("other-p99", "p99"),
];

/// Declares the facts of all architectures, each once.
pub fn declare(list: &mut FactList<Seen>) {
    let mut known = BTreeSet::new();
    let all = architectures::ALL.iter().flat_map(|model| model.all_facts());
    for fact in all.filter(|fact| known.insert(fact.name)) {
        list.fact(fact.name, fact.meaning, |(live, _)| measured(Some(live), fact.name));
    }
    for (name, of) in OTHER {
        let fact = Requests::FACTS.iter().find(|fact| fact.name == *of).expect("a fact of requests");
        list.fact(name, fact.meaning, |(_, other)| measured(other.as_ref(), of));
    }
    list.fact("hash", "The run's fingerprint, 16 hexadecimal digits.", |(live, _)| live.world().hash().to_string());
}

/// The measured fact of that name that a run has come to; null if its architecture has none of that name.
fn measured(live: Option<&Live>, name: &str) -> Option<Yield> {
    let value = live.and_then(|live| {
        let place = live.run().model.all_facts().position(|fact| fact.name == name)?;
        live.world().facts()[place]
    });
    value.map(number)
}
