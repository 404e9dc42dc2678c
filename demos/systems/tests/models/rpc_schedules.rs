//! Every schedule of up to two faults.

use sim::{Duration, Fault, MessageName, Phase, StepName, Time, When};
use std::collections::BTreeMap;
use systems::rpc::{
    Belief, Cents, Outcome, REPLY, REQUEST, Run, SERVER, STUB, Scenario, Semantics, Weight, narrate, simulate,
    vocabulary,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// All faults on the first attempts, and the link cut or mended at telling times.
fn faults(attempts: u32) -> Vec<Fault> {
    let mut all = vec![];
    for attempt in 1..=attempts {
        for kind in [REQUEST, REPLY] {
            let name = MessageName { kind, call: 1, attempt };
            // Past the timeout.
            all.extend([Fault::Drop(name), Fault::Duplicate(name), Fault::Delay(name, Duration::from_millis(500))]);
        }
        for step in vocabulary().steps {
            for phase in [Phase::Before, Phase::After] {
                for restart_after in [None, Some(Duration::from_millis(250))] {
                    let when = When::Step(phase, StepName { step, call: 1, attempt });
                    all.push(Fault::Crash { node: SERVER, when, restart_after });
                }
            }
        }
    }
    for at in [0, 100, 500].map(Time::from_millis) {
        all.extend([Fault::CutLink { a: STUB, b: SERVER, at }, Fault::HealLink { a: STUB, b: SERVER, at }]);
    }
    all
}

/// Every run with at most two of these faults, under every promise and with up to three attempts.
fn each_schedule(mut check: impl FnMut(&Run, &Outcome)) {
    for (semantics, attempts) in
        [(Semantics::Maybe, 1), (Semantics::AtLeastOnce, 1), (Semantics::AtLeastOnce, 2), (Semantics::AtLeastOnce, 3)]
    {
        let faults = faults(attempts.min(2));
        let mut schedules = vec![vec![]];
        for (i, fault) in faults.iter().enumerate() {
            schedules.push(vec![*fault]);
            schedules.extend(faults[..i].iter().map(|other| vec![*fault, *other]));
        }
        for faults in schedules {
            let run = Run { scenario: Scenario { semantics, attempts, ..Scenario::default() }, seed: 1, faults };
            let outcome = simulate(&run);
            check(&run, &outcome);
        }
    }
}

fn has_duplicate(run: &Run) -> bool {
    run.faults.iter().any(|fault| matches!(fault, Fault::Duplicate(_)))
}

#[test]
fn who_is_told_that_it_is_done_can_rely_on_it() {
    each_schedule(|run, outcome| {
        for event in &outcome.trace.events {
            let (truth, belief) = (outcome.truth(event.at), outcome.belief(event.at));
            assert!(belief != Belief::Done || truth.applied > 0, "{}", run.code());
        }
    });
}

#[test]
fn who_cannot_tell_has_seen_what_is_seen_in_either_case() {
    // By what the caller sees, how the call ended and when: whether it was ever applied, and never.
    let mut seen: BTreeMap<_, [Option<String>; 2]> = BTreeMap::new();
    each_schedule(|run, outcome| {
        let end = outcome.end();
        if outcome.belief(end) == Belief::CannotTell {
            let returned = outcome.trace.events.iter().find(|event| outcome.status(event.at).is_some());
            let at = returned.expect("every call returns").at;
            let view = (run.scenario.semantics, run.scenario.attempts, outcome.status(end), at);
            let applied = usize::from(outcome.truth(end).applied > 0);
            seen.entry(view).or_default()[applied].get_or_insert(run.code());
        }
    });
    assert!(seen.len() >= 4);
    for (view, witnesses) in seen {
        assert!(witnesses.iter().all(Option::is_some), "{view:?}: {witnesses:?}");
    }
}

#[test]
fn every_call_returns_and_the_balance_adds_up() {
    each_schedule(|run, outcome| {
        let end = outcome.end();
        let (truth, code) = (outcome.truth(end), run.code());
        assert!(outcome.status(end).is_some(), "{code}");
        assert_eq!(truth.balance, Cents(10_000 - 5_000 * i64::from(truth.applied)), "{code}");
        assert!((1..=run.scenario.attempts).contains(&outcome.attempts()), "{code}");
        let copies = run.faults.iter().filter(|fault| matches!(fault, Fault::Duplicate(_))).count() as u32;
        assert!(truth.applied <= outcome.attempts() + copies, "{code}");
    });
}

#[test]
fn a_call_without_retries_is_never_applied_twice_unless_the_network_copies_it() {
    each_schedule(|run, outcome| {
        if run.scenario.semantics == Semantics::Maybe && !has_duplicate(run) {
            assert!(outcome.truth(outcome.end()).applied <= 1, "{}", run.code());
        }
    });
}

#[test]
fn every_fault_that_came_about_is_told() {
    each_schedule(|run, outcome| {
        let told: Vec<_> =
            narrate(outcome).into_iter().filter(|s| s.weight == Weight::Fault).map(|s| s.short).collect();
        for fault in run.faults.iter().filter(|fault| !outcome.unmet.contains(fault)) {
            let said = match fault {
                Fault::Drop(name) => format!("{} lost", name.kind),
                Fault::Duplicate(name) => format!("{} duplicated", name.kind),
                Fault::Delay(name, _) => format!("{} late", name.kind),
                Fault::Crash { .. } => "server crashes".to_owned(),
                // A cut link shows in the messages that it loses.
                _ => continue,
            };
            assert!(told.contains(&said), "{said} is not among {told:?} of {}", run.code());
        }
    });
}

#[test]
fn what_goes_well_is_not_told_as_a_fault() {
    for seed in 0..200 {
        let outcome = simulate(&Run { seed, ..Run::default() });
        assert!(narrate(&outcome).iter().all(|sentence| sentence.weight == Weight::Usual), "seed {seed}");
    }
}
