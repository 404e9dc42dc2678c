use crate::random;
use sim::{Duration, Fault, Replay, Time, Trace, TraceHash, What, When};
use systems::{
    client_server::{self, Action},
    rpc,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

// A fingerprint that changes by accident is a bug: links that people shared would show another run.
// After a change on purpose, copy the new value from the failure and raise `systems::code::VERSION`,
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
fn a_thousand_services_are_the_same_on_every_machine() {
    let mut all = TraceHash::default();
    for number in 0..1_000 {
        all.text(&random::service(number).finish().observer().hash().to_string());
    }
    assert_eq!(all.to_string(), "32fdd95608fe1bbe");
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
    let service = |code| {
        let run = client_server::Run::from_code(code).expect(code);
        run.finish().observer().hash().to_string()
    };
    assert_eq!(service("2~client-server"), "6d224dacf2586f14");
    assert_eq!(service("2~client-server~at.10.s.stop.server~at.20.s.restart.server"), "3a932c3c765833d4");
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

#[test]
fn the_order_in_which_actions_at_different_times_are_listed_does_not_matter() {
    for number in 0..50 {
        let run = random::service(number);
        let other = client_server::Run { actions: random::shuffled(&run.actions, number), ..run.clone() };
        assert_eq!(run.finish().observer().hash(), other.finish().observer().hash(), "run {number}");
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

/// All that a picture of the service at a moment shows, settings of the future not among it.
fn picture(run: &sim::Simulation<client_server::Node>) -> impl PartialEq + std::fmt::Debug + use<> {
    let flights: Vec<_> =
        run.in_flight().iter().map(|m| (m.envelope.id, m.envelope.body, m.copy, m.arrives, m.lost)).collect();
    let states: Vec<_> = run
        .processes()
        .iter()
        .map(|node| match node {
            client_server::Node::Server(server) => {
                format!("{:?} {:?} {}", server.queue, server.serving, server.workers(run.now()))
            }
            client_server::Node::Client(client) => {
                format!("{:?} {} {} {}", client.waiting, client.served, client.failed, client.last_failed)
            }
        })
        .collect();
    let metrics = run.observer();
    (run.now(), metrics.hash(), metrics.windows().to_vec(), flights, states, run.is_up(client_server::SERVER))
}

#[test]
fn an_action_changes_nothing_in_a_service_before_it_is_done() {
    for number in 0..200 {
        let run = random::service(number);
        for Action { at, change } in random::service(number + 1).actions {
            let mut with = run.clone();
            with.actions.push(Action { at, change });
            let just_before = Time::from_micros(at.as_micros().saturating_sub(1));
            let [a, b] = [&run, &with].map(|run| {
                let mut simulation = run.start();
                simulation.run_until(just_before);
                picture(&simulation)
            });
            assert_eq!(a, b, "run {number}, {change:?} at {at}");
        }
    }
}

#[test]
fn scrubbing_a_service_to_a_moment_equals_running_to_it() {
    for number in 0..40 {
        let run = random::service(number);
        let every = Duration::from_millis(300 + 137 * number);
        let mut replay = Replay::new(run.start(), every);
        for visit in random::shuffled(&[0, 1, 999, 1_000, 2_500, 4_300, 7_777, 10_000], number) {
            let mut straight = run.start();
            straight.run_until(Time::from_millis(visit));
            assert_eq!(
                picture(replay.seek(Time::from_millis(visit))),
                picture(&straight),
                "run {number} at {visit} ms"
            );
        }
    }
}
