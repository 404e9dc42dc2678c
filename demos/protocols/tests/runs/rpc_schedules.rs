//! Every schedule of up to two faults.

use crate::random;
use protocols::rpc::{
    Belief, Cents, DATABASE, MAIL, MOST_STEPS, Node, REPLY, REQUEST, Run, SERVER, STUB, Scenario, Semantics, Status,
    Transport, Truth, Weight, ended, narrate, simulate, start, truth, vocabulary,
};
use sim::{Duration, Fault, MessageName, Phase, StepName, Time, When};
use std::collections::BTreeMap;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// All faults on the first two attempts, and the link cut or mended at telling times.
fn faults(semantics: Semantics, attempts: u32) -> Vec<Fault> {
    let mut all = vec![];
    for attempt in 1..=attempts {
        let mut names: Vec<_> = [REQUEST, REPLY].map(|kind| MessageName::new(kind, 1, attempt)).to_vec();
        // Of a request that arrives twice.
        names.push(MessageName::new(REPLY, 1, attempt).copy(2));
        if semantics.has_receipt() {
            names.push(MessageName::new(MAIL, 1, attempt));
        }
        for name in names {
            // Past the timeout.
            let late = Duration::from_millis(500);
            all.extend([Fault::Drop(name), Fault::Duplicate(name), Fault::Delay(name, late), Fault::Reorder(name)]);
        }
        for step in vocabulary().steps {
            for phase in [Phase::Before, Phase::After] {
                for restart_after in [None, Some(Duration::from_millis(250))] {
                    let when = When::Step(phase, StepName::new(step, 1, attempt));
                    all.push(Fault::Crash { node: SERVER, when, restart_after });
                }
            }
        }
    }
    // Between the two arrivals of a request, and while the database works.
    for at in [110, 150].map(Time::from_millis) {
        let restart_after = Some(Duration::from_millis(5));
        all.push(Fault::Crash { node: SERVER, when: When::At(at), restart_after });
    }
    for at in [0, 100, 500].map(Time::from_millis) {
        all.extend([Fault::CutLink { a: STUB, b: SERVER, at }, Fault::HealLink { a: STUB, b: SERVER, at }]);
    }
    all
}

/// Every run with at most two of these faults, over that transport and with up to so many attempts.
fn schedules(semantics: Semantics, transport: Transport, attempts: u32) -> impl Iterator<Item = Run> {
    let attempts = if semantics.retries() { attempts } else { 1 };
    let faults = faults(semantics, attempts);
    let mut schedules = vec![vec![]];
    for (i, fault) in faults.iter().enumerate() {
        schedules.push(vec![*fault]);
        schedules.extend(faults[..i].iter().map(|other| vec![*fault, *other]));
    }
    let scenario = Scenario { semantics, transport, attempts, ..Scenario::default() };
    schedules.into_iter().map(move |faults| Run { scenario, seed: 1, faults })
}

/// All of them.
fn each_schedule(mut check: impl FnMut(Run)) {
    for semantics in Semantics::ALL {
        for transport in Transport::ALL {
            schedules(semantics, transport, 2).for_each(&mut check);
        }
    }
}

/// The end of a run: what is true, how the call returned and what that says, and the balance in the database.
fn end(run: &Run) -> (Truth, Option<(Time, Status, Belief)>, Cents) {
    let mut simulation = start(run, None);
    assert!(simulation.run(MOST_STEPS), "{} does not end", run.code());
    let Node::Database(database) = simulation.process(DATABASE) else { unreachable!("node 3 is the database") };
    (truth(&run.scenario, &simulation), ended(&simulation), database.balance)
}

#[test]
fn every_call_returns_and_what_the_caller_is_told_is_so() {
    each_schedule(|run| {
        let (truth, ended, balance) = end(&run);
        let Some((_, status, belief)) = ended else { panic!("{} never returns", run.code()) };
        assert!(
            belief.fits(truth.deducted),
            "{belief:?}, and it was deducted {} times: {}",
            truth.deducted,
            run.code()
        );
        assert_eq!(status == Status::Ok, belief == Belief::Done, "{}", run.code());
        assert_eq!(balance, truth.balance, "{}", run.code());
    });
}

#[test]
fn who_is_told_that_it_is_done_could_rely_on_it_then() {
    each_schedule(|run| {
        let outcome = simulate(&run);
        let Some((at, ..)) = outcome.ended else { panic!("{} never returns", run.code()) };
        let (then, belief) = (outcome.truth(at), outcome.belief(at));
        assert!(belief != Belief::Done || then.deducted > 0, "{}", run.code());
        assert!(belief != Belief::NotDone || outcome.truth(outcome.end()).deducted == 0, "{}", run.code());
    });
}

#[test]
fn who_cannot_tell_has_seen_what_is_seen_in_either_case() {
    // Without a filter at the server. By what the caller sees, how the call ended and when: whether it was
    // ever applied, and never.
    let mut seen: BTreeMap<_, [Option<String>; 2]> = BTreeMap::new();
    for semantics in [Semantics::Maybe, Semantics::AtLeastOnce] {
        for mut run in schedules(semantics, Transport::Datagram, 2) {
            // Enough for every attempt and its copy: a refusal would tell something.
            run.scenario.balance = Cents(20_000);
            let (truth, ended, _) = end(&run);
            if let Some((at, status, Belief::CannotTell)) = ended {
                let view = (semantics, status, at);
                seen.entry(view).or_default()[usize::from(truth.applied > 0)].get_or_insert(run.code());
            }
        }
    }
    assert!(seen.len() >= 2);
    for (view, witnesses) in seen {
        assert!(witnesses.iter().all(Option::is_some), "{view:?}: {witnesses:?}");
    }
}

#[test]
fn a_promise_is_kept_in_every_schedule_but_where_its_mechanism_has_a_hole() {
    // What is found broken, and by how few faults, over datagrams and over a connection.
    let broken = [
        (Semantics::AtMostOnceVolatile, [Some(1), Some(1)]),
        (Semantics::KeyCheckedApart, [Some(1), Some(1)]),
        (Semantics::KeyThenMail, [Some(1), Some(1)]),
    ];
    for semantics in Semantics::ALL {
        let fewest = Transport::ALL.map(|transport| {
            let fails = |run: &Run| {
                let (truth, ended, _) = end(run);
                let belief = ended.map_or(Belief::Waiting, |(.., belief)| belief);
                !semantics.promise().kept(truth, belief)
            };
            schedules(semantics, transport, 2).filter(fails).map(|run| run.faults.len()).min()
        });
        let expected = broken.iter().find(|(other, _)| *other == semantics).map_or([None; 2], |(_, fewest)| *fewest);
        assert_eq!(fewest, expected, "{}", semantics.name());
    }
}

#[test]
fn a_call_is_applied_no_more_often_than_its_request_arrives() {
    each_schedule(|run| {
        let outcome = simulate(&run);
        let end = outcome.end();
        let arrived = outcome.steps(end, "receive").count() as u32;
        let truth = outcome.truth(end);
        assert!((1..=run.scenario.attempts).contains(&outcome.attempts()), "{}", run.code());
        assert!(truth.applied <= arrived, "{}", run.code());
        let copies = run.faults.iter().filter(|fault| matches!(fault, Fault::Duplicate(_))).count() as u32;
        assert!(arrived <= outcome.attempts() + copies, "{}", run.code());
        // Only who sends receipts has any.
        assert!(truth.receipts <= if run.scenario.semantics.has_receipt() { 1 } else { 0 }, "{}", run.code());
    });
}

/// Holds if each fault of a run that came about is told as one, by its short form.
fn check_told(run: &Run) {
    let outcome = simulate(run);
    let told: Vec<_> = narrate(&outcome).into_iter().filter(|s| s.weight == Weight::Fault).map(|s| s.short).collect();
    for fault in run.faults.iter().filter(|fault| !outcome.unmet.contains(fault)) {
        let (name, what) = match fault {
            Fault::Drop(name) if name.kind == MAIL => (name, "lost on the way"),
            Fault::Drop(name) => (name, "lost"),
            Fault::Duplicate(name) => (name, "duplicated"),
            // Less than the latency's own play is not noticed.
            Fault::Delay(_, by) if *by <= Duration::from_millis(20) => continue,
            Fault::Delay(name, _) => (name, "late"),
            Fault::Reorder(name) => (name, "overtaken"),
            Fault::Crash { .. } => {
                assert!(told.iter().any(|told| told == "server crashes"), "{told:?} of {}", run.code());
                continue;
            }
            // A cut link shows in the messages that it loses.
            _ => continue,
        };
        let message = match name.kind {
            "mail" => "receipt",
            "forward" => "request",
            "answer" => "reply",
            other => other,
        };
        let said = format!("{message} {what}");
        assert!(told.contains(&said), "{said} is not among {told:?} of {}", run.code());
    }
}

#[test]
fn every_fault_that_came_about_is_told() {
    each_schedule(|run| check_told(&run));
    (0..5_000).for_each(|number| check_told(&random::call(number)));
}

#[test]
fn what_goes_well_is_not_told_as_a_fault() {
    // Two hops may take longer than the timeout that is the default.
    let timeout = Duration::from_millis(600);
    for semantics in Semantics::ALL {
        for transport in Transport::ALL {
            for (hops, propagate) in [(1, false), (1, true), (2, false), (2, true)] {
                let scenario = Scenario { semantics, transport, hops, propagate, timeout, ..Scenario::default() };
                for seed in 0..50 {
                    let run = Run { scenario, seed, faults: vec![] };
                    let outcome = simulate(&run);
                    for sentence in narrate(&outcome) {
                        assert_eq!(sentence.weight, Weight::Usual, "{}: {}", run.code(), sentence.text);
                    }
                }
            }
        }
    }
}
