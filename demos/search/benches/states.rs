//! How fast the search is: in states per second against stateright on the same graph, and in seconds
//! for all call semantics. Prints JSON. `cargo bench -p search`.

// The bench needs the model only, not the names of its ends.
#[allow(dead_code, reason = "shared with the tests")]
#[path = "../tests/schedules/peer.rs"]
mod peer;

use peer::Graph;
use protocols::rpc::{Scenario, Semantics, Transport};
use search::{Calls, Explorer, Matrix};
use stateright::{Checker, Model};
use std::{sync::atomic::Ordering, time::Instant};

/// How often each figure is taken; the median counts.
const TIMES: usize = 5;

fn main() {
    let mut figures = vec![];
    for semantics in [Semantics::AtLeastOnce, Semantics::IdempotencyKey] {
        let calls = calls(semantics, Transport::Datagram);
        // By turns, so that what else the machine does meets both alike.
        let mut rates = [vec![], vec![]];
        for _ in 0..TIMES {
            let (states, seconds) = ours(calls, 3);
            rates[0].push(states / seconds);
            let (same, seconds) = theirs(calls, 3);
            assert_eq!(states, same, "the two searched different graphs");
            rates[1].push(same / seconds);
        }
        let [ours, theirs] = rates.map(median);
        let name = semantics.name();
        figures.push(format!("\"{name} states/s\": {ours:.0}"));
        figures.push(format!("\"{name} states/s, stateright\": {theirs:.0}"));
        figures.push(format!("\"{name} ratio\": {:.2}", ours / theirs));
    }
    for transport in Transport::ALL {
        for faults in [2, 3] {
            let seconds = median((0..TIMES).map(|_| all(transport, faults)).collect());
            let name = transport.name();
            figures.push(format!("\"all semantics, {name}, at most {faults} faults, s\": {seconds:.4}"));
        }
    }
    println!("{{\n  {}\n}}", figures.join(",\n  "));
}

fn calls(semantics: Semantics, transport: Transport) -> Calls {
    Calls { scenario: Scenario { semantics, transport, ..Scenario::default() }, seed: 1 }
}

/// States, and seconds.
fn ours(calls: Calls, faults: u8) -> (f64, f64) {
    let begun = Instant::now();
    let mut explorer = Explorer::new(calls, faults);
    explorer.advance(u64::MAX);
    (explorer.states() as f64, begun.elapsed().as_secs_f64())
}

/// The same: breadth first in one thread, and one property, without which it would not search. Its ends
/// are states too; they are left out, as we have none, so that both have the same graph to go through.
fn theirs(calls: Calls, faults: u8) -> (f64, f64) {
    let begun = Instant::now();
    let checker = Graph { ends: false, ..Graph::new(calls, faults) }.checker().threads(1).spawn_bfs().join();
    let seconds = begun.elapsed().as_secs_f64();
    (checker.model().decisions.load(Ordering::Relaxed) as f64, seconds)
}

fn all(transport: Transport, faults: u8) -> f64 {
    let begun = Instant::now();
    let rows = Matrix::new(calls(Semantics::Maybe, transport), &Semantics::ALL, faults).finish();
    assert_eq!(rows.len(), Semantics::ALL.len());
    begun.elapsed().as_secs_f64()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
