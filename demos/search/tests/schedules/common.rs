//! What several of these tests need.

use protocols::rpc::{Scenario, Semantics, Transport};
use search::{Calls, Class, Column, Tally};
use std::collections::BTreeMap;

/// What can become of a schedule: its column, and whether the promise was kept.
pub type End = (Column, bool);

/// How many schedules there are of each.
pub type Counts = BTreeMap<End, u64>;

/// The default call under these semantics, over that transport.
pub fn calls(semantics: Semantics, transport: Transport) -> Calls {
    Calls { scenario: Scenario { semantics, transport, ..Scenario::default() }, seed: 1 }
}

/// Both transports with all semantics.
pub fn all_calls() -> impl Iterator<Item = Calls> {
    let each = |transport| Semantics::ALL.map(|semantics| calls(semantics, transport));
    Transport::ALL.into_iter().flat_map(each)
}

/// What [`Calls`] means by a class.
pub fn end(class: Class) -> End {
    (Column::ALL[usize::from(class.0 / 2)], class.0.is_multiple_of(2))
}

/// The counts of a finished search.
pub fn counts(tally: &Tally) -> Counts {
    tally.classes().map(|(class, count, _)| (end(class), count)).collect()
}

/// Which call this is, for a failed assertion.
pub fn label(calls: &Calls, faults: u8) -> String {
    let Scenario { semantics, transport, .. } = calls.scenario;
    format!("{} over {}, at most {faults} faults", semantics.name(), transport.name())
}
