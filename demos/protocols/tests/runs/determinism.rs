use crate::random;
use protocols::rpc;
use sim::{Fault, Time, Trace, TraceHash, What, When};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

// A fingerprint that changes by accident is a bug: links that people shared would show another run.
// After a change on purpose, copy the new value from the failure and raise `sim::code::VERSION`,
// so that old links say that they are old. Natively and in the browser the values are these alone.

#[test]
fn a_thousand_calls_are_the_same_on_every_machine() {
    let mut all = TraceHash::default();
    for number in 0..1_000 {
        all.text(&rpc::simulate(&random::call(number)).trace.hash().to_string());
    }
    assert_eq!(all.to_string(), "3e5844bd35305f92");
}

#[test]
fn the_runs_that_the_lessons_begin_with_are_the_same_on_every_machine() {
    let call = |code| rpc::simulate(&rpc::Run::from_code(code).expect(code)).trace.hash().to_string();
    let calls = [
        "2~at-least-once",
        "2~maybe~drop.reply",
        "2~at-least-once~crash.after.commit_back.300.ms",
        "2~at-most-once-durable~crash.after.commit_back.300.ms",
        "2~outbox~stream~drop.mail",
        "2~maybe~hops.2~propagate~delay.forward.by.700.ms",
    ];
    assert_eq!(
        calls.map(call),
        [
            "bece69c6a94a0d65",
            "d0416a57e35ecabe",
            "f7f3083de47b01c0",
            "8fbedbd423815768",
            "89fe3b5b0666e71d",
            "c6a5083d3b4febd5",
        ]
    );
}

#[test]
fn the_order_in_which_faults_are_listed_does_not_matter() {
    for number in 0..300 {
        let run = random::call(number);
        let other = rpc::Run { faults: random::shuffled(&run.faults, number), ..run.clone() };
        assert_eq!(rpc::simulate(&run), rpc::simulate(&other), "run {number}");
        assert_eq!(run.code(), other.code());
    }
}

/// From when on a fault can make a difference to that call.
fn acts_at(fault: &Fault, trace: &Trace) -> Time {
    let first = |kind: &str, attempt: u32, sent: bool| {
        let fits = |what: What| match what {
            What::Sent(id) if sent => Some(id),
            What::Received(id, _) if !sent => Some(id),
            _ => None,
        };
        let named = |id| (trace.message(id).name.kind, trace.message(id).name.attempt) == (kind, attempt);
        trace.events.iter().find(|event| fits(event.what).is_some_and(named)).map_or(Time::MAX, |event| event.at)
    };
    match fault {
        Fault::Drop(name) | Fault::Duplicate(name) | Fault::Delay(name, _) | Fault::Reorder(name) => {
            first(name.kind, name.attempt, true)
        }
        // Every step of an attempt comes after its request.
        Fault::Crash { when: When::Step(_, step), .. } => first(rpc::REQUEST, step.attempt, false),
        Fault::Crash { when: When::At(at), .. }
        | Fault::Restart { at, .. }
        | Fault::CutLink { at, .. }
        | Fault::HealLink { at, .. } => *at,
    }
}

#[test]
fn a_fault_changes_nothing_in_a_call_before_it_acts() {
    for number in 0..1_000 {
        let run = random::call(number);
        // The faults of the next run, one by one, are as good as any.
        for extra in random::call(number + 1).faults {
            let mut with = run.clone();
            with.faults.push(extra);
            let (before, after) = (rpc::simulate(&run).trace, rpc::simulate(&with).trace);
            let at = acts_at(&extra, &before);
            let until = |trace: &Trace| trace.events.iter().copied().take_while(|e| e.at < at).collect::<Vec<_>>();
            assert_eq!(until(&before), until(&after), "run {number}, {extra:?}");
        }
    }
}
