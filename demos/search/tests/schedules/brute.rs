//! The same schedules by brute force: sets of faults, each simulated from its beginning.
//!
//! Nothing of the search is used here, neither its states nor its order, nor a fault that is armed on
//! the way. A schedule is a set of faults that all come about. One of n faults is one of n - 1, and one
//! fault more that its run gives occasion to: take the latest away, and the others still come about.

use crate::common::{self, Counts, End, all_calls, calls, end, label};
use protocols::rpc::{self, Cents, Mistake, Outcome, Run, Scenario, Semantics, Transport};
use search::{Calls, Column, Explorer};
use sim::{Duration, Fault, Message, Opportunity, Time, When};
use std::collections::{BTreeMap, BTreeSet};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Every schedule of at most so many faults, with what becomes of it and when it is over.
pub fn schedules(calls: &Calls, most: usize) -> BTreeMap<Vec<Fault>, (End, Time)> {
    let mut all = BTreeMap::new();
    let mut larger = BTreeSet::from([vec![]]);
    for size in 0..=most {
        let mut next = BTreeSet::new();
        for faults in larger {
            let run = Run { scenario: calls.scenario, seed: calls.seed, faults };
            let outcome = rpc::simulate(&run);
            if !outcome.unmet.is_empty() || !run.faults.iter().all(|fault| is_cut_when_sent(fault, &outcome)) {
                continue;
            }
            if size < most {
                for fault in occasions(&run).into_iter().filter(|fault| !run.faults.contains(fault)) {
                    let mut more = run.faults.clone();
                    more.insert(more.partition_point(|other| *other < fault), fault);
                    next.insert(more);
                }
            }
            let end = (Column::of(outcome.verdict()), outcome.promise_kept());
            let over = over(&run);
            all.insert(run.faults, (end, over));
        }
        larger = next;
    }
    all
}

/// A link can be cut at any time; the alphabet has the moments at which something is sent over it, in the
/// run as it goes with all its faults.
fn is_cut_when_sent(fault: &Fault, outcome: &Outcome) -> bool {
    let Fault::CutLink { a, b, at } = *fault else { return true };
    let over = |message: &Message| message.sent == at && [(a, b), (b, a)].contains(&(message.from, message.to));
    outcome.trace.messages.iter().any(over)
}

/// When the last event of a run is over, timers that nobody waits for included.
fn over(run: &Run) -> Time {
    let mut simulation = rpc::start(run, None);
    assert!(simulation.run(rpc::MOST_STEPS), "{} has no end", run.code());
    simulation.now()
}

/// Every fault that this run gives occasion to, as the documentation of [`Calls`] has it.
fn occasions(run: &Run) -> BTreeSet<Fault> {
    let late = run.scenario.timeout + Duration::from_millis(200);
    let mut all = BTreeSet::new();
    let mut simulation = rpc::start(run, None);
    simulation.note_opportunities();
    while simulation.step() {
        for at in simulation.opportunities() {
            match *at {
                Opportunity::Message { name, from, to, stream } => {
                    if ["request", "reply", "forward", "answer", "mail"].contains(&name.kind) {
                        all.extend([Fault::Drop(name), Fault::Delay(name, late)]);
                        if !stream {
                            all.extend([Fault::Duplicate(name), Fault::Reorder(name)]);
                        }
                    }
                    for (a, b) in [(rpc::STUB, rpc::SERVER), (rpc::STUB, rpc::SHOP), (rpc::SHOP, rpc::SERVER)] {
                        if (from, to) == (a, b) || (from, to) == (b, a) {
                            all.insert(Fault::CutLink { a, b, at: simulation.now() });
                        }
                    }
                }
                Opportunity::Step { node, phase, step } => {
                    if node == rpc::SERVER && ["receive", "commit", "reply"].contains(&step.step) {
                        for restart_after in [None, Some(Duration::from_millis(300))] {
                            all.insert(Fault::Crash { node, when: When::Step(phase, step), restart_after });
                        }
                    }
                }
            }
        }
    }
    all
}

fn counts(all: &BTreeMap<Vec<Fault>, (End, Time)>) -> Counts {
    let mut counts = Counts::new();
    for (end, _) in all.values() {
        *counts.entry(*end).or_default() += 1;
    }
    counts
}

/// The search counts what brute force counts, and of each class has a smallest schedule: one that is of
/// that class, with no more faults than any other and, among those, over as early as any.
fn agree(calls: &Calls, most: u8) {
    let (all, tally) = (schedules(calls, most.into()), Explorer::new(*calls, most).finish());
    let label = label(calls, most);
    assert_eq!(common::counts(&tally), counts(&all), "{label}");
    for (class, _, smallest) in tally.classes() {
        let class = end(class);
        let mut faults = smallest.faults.clone();
        faults.sort();
        assert_eq!(all.get(&faults), Some(&(class, smallest.end)), "{label}: {class:?} {faults:?}");
        let sizes = all.iter().filter(|(_, (other, _))| *other == class).map(|(faults, (_, end))| (faults.len(), *end));
        assert_eq!(Some((faults.len(), smallest.end)), sizes.min(), "{label}: {class:?}");
    }
}

#[test]
fn up_to_two_faults_are_searched_as_by_brute_force() {
    for calls in all_calls() {
        (0..=2).for_each(|most| agree(&calls, most));
    }
}

#[test]
fn three_faults_are_searched_as_by_brute_force() {
    // At-most-once over datagrams is where two things happen in one microsecond: a request that was held
    // back arrives, and is answered at once from what the server keeps.
    for semantics in [Semantics::Maybe, Semantics::AtLeastOnce, Semantics::AtMostOnceVolatile, Semantics::Outbox] {
        for transport in Transport::ALL {
            agree(&calls(semantics, transport), 3);
        }
    }
}

#[test]
fn other_seeds_are_searched_as_by_brute_force() {
    for seed in 2..=5 {
        for calls in all_calls() {
            agree(&Calls { seed, ..calls }, 2);
        }
    }
}

#[test]
fn every_knob_is_searched_as_by_brute_force() {
    let ms = Duration::from_millis;
    for calls in all_calls() {
        let scenario = calls.scenario;
        if !matches!(scenario.semantics, Semantics::AtLeastOnce | Semantics::AtMostOnceDurable | Semantics::Outbox) {
            continue;
        }
        // With a deadline that travels, shop and stub give up in the same microsecond.
        let two = Scenario { hops: 2, ..scenario };
        let mistake = |mistake| Scenario { mistake: Some(mistake), ..scenario };
        for scenario in [
            two,
            Scenario { propagate: true, ..two },
            Scenario { propagate: true, deadline: Some(ms(700)), ..two },
            Scenario { propagate: true, deadline: Some(ms(600)), ..scenario },
            Scenario { expiry: Some(ms(100)), ..scenario },
            Scenario { timeout: ms(150), attempts: 4, ..scenario },
            Scenario { balance: Cents(5_000), ..scenario },
            mistake(Mistake::KeyNotPersisted),
            mistake(Mistake::NewKeyPerAttempt),
            mistake(Mistake::KeyReused),
        ] {
            agree(&Calls { scenario, ..calls }, 2);
        }
    }
}
