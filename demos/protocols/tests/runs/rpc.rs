use crate::random;
use protocols::rpc::{
    self, Belief, Bounds, Cents, DATABASE, DEDUCT, Fact, MOST_STEPS, Mistake, Node, Outcome, Run, Semantics, Transport,
    Weight, Wire, names, narrate, simulate, start, step, summary, truth, vocabulary,
};
use sim::What;
use sim::code;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The run that begins with these fields of a code, with these faults.
fn run(fields: &str, faults: &[&str]) -> Run {
    let mut run = Run::from_code(&format!("{}~{fields}", code::VERSION)).expect(fields);
    run.faults = faults.iter().map(|fault| vocabulary().parse(fault).expect(fault)).collect();
    run
}

/// `applied/deducted, balance, what the caller can know, verdict, status, attempts[, receipts]`.
fn end(outcome: &Outcome) -> String {
    let end = outcome.end();
    let truth = outcome.truth(end);
    let mut text = format!(
        "{}/{}, {}, {}, {}, {}, {}",
        truth.applied,
        truth.deducted,
        truth.balance,
        outcome.belief(end).name(),
        outcome.verdict(),
        outcome.status(end).map_or("none", |status| status.name()),
        outcome.attempts(),
    );
    if outcome.scenario.semantics.has_receipt() {
        text += &format!(", {}", truth.receipts);
    }
    text
}

/// Fields of a code, faults, and what becomes of the call; see [`end`].
type Row<'a> = (&'a str, &'a [&'a str], &'a str);

fn check(table: &[Row<'_>]) {
    let mut wrong = vec![];
    for (fields, faults, expected) in table {
        let outcome = simulate(&run(fields, faults));
        let seen = end(&outcome);
        if seen != *expected || !outcome.unmet().is_empty() {
            wrong.push(format!("{fields} with {faults:?}: {seen}, not {expected}; {:?}", outcome.unmet()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn maybe_makes_one_attempt_whatever_happens() {
    let lost = "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 1";
    let unknown = "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 1";
    let correct = "1/1, 50.00, done, correct, OK, 1";
    check(&[
        ("maybe", &[], correct),
        ("maybe", &["drop request of call 1"], lost),
        ("maybe", &["drop reply of call 1"], unknown),
        ("maybe", &["duplicate request of call 1"], "2/2, 0.00, done, applied twice, OK, 1"),
        ("maybe", &["duplicate reply of call 1"], correct),
        ("maybe", &["delay request of call 1 by 600 ms"], unknown),
        ("maybe", &["delay reply of call 1 by 600 ms"], unknown),
        ("maybe", &["delay reply of call 1 by 20 ms"], correct),
        // Nothing comes after it that could pass it.
        ("maybe", &["reorder request of call 1"], unknown),
        ("maybe", &["reorder reply of call 1"], unknown),
        ("maybe", &["crash server before receive of call 1"], lost),
        ("maybe", &["crash server after receive of call 1"], lost),
        ("maybe", &["crash server before commit of call 1"], lost),
        ("maybe", &["crash server after commit of call 1"], unknown),
        ("maybe", &["crash server before reply of call 1"], unknown),
        ("maybe", &["crash server after reply of call 1"], correct),
        ("maybe", &["crash server at 0 s"], lost),
        ("maybe", &["crash server at 0 s", "restart server at 50 ms"], correct),
        // Back before the database answers, but without a memory of having asked.
        ("maybe", &["crash server at 140 ms, restart after 10 ms"], unknown),
        ("maybe", &["cut stub to server at 0 s"], lost),
        ("maybe", &["cut stub to server at 100 ms"], unknown),
        // However many attempts the scenario allows, this promise allows one.
        ("maybe~attempts.5", &["drop reply of call 1"], unknown),
    ]);
}

#[test]
fn at_least_once_retries_and_filters_nothing() {
    let correct = "1/1, 50.00, done, correct, OK, 2";
    let twice = "2/2, 0.00, done, applied twice, OK, 2";
    let crash = "crash server after commit of call 1, restart after 300 ms";
    check(&[
        ("at-least-once", &[], "1/1, 50.00, done, correct, OK, 1"),
        ("at-least-once", &["drop request of call 1"], correct),
        ("at-least-once", &["drop reply of call 1"], twice),
        ("at-least-once", &["duplicate request of call 1"], "2/2, 0.00, done, applied twice, OK, 1"),
        ("at-least-once", &["delay request of call 1 by 600 ms"], twice),
        ("at-least-once", &["delay reply of call 1 by 600 ms"], twice),
        ("at-least-once", &["reorder request of call 1"], twice),
        ("at-least-once", &["crash server before commit of call 1, restart after 300 ms"], correct),
        ("at-least-once", &[crash], twice),
        (
            "at-least-once",
            &["crash server before commit of call 1"],
            "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 3",
        ),
        (
            "at-least-once",
            &["crash server after commit of call 1"],
            "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 3",
        ),
        (
            "at-least-once~attempts.2",
            &["drop reply of call 1", "drop reply of call 1 attempt 2"],
            "2/2, 0.00, cannot tell, applied twice, DEADLINE_EXCEEDED, 2",
        ),
        (
            "at-least-once~balance.20000",
            &["drop reply of call 1", "drop reply of call 1 attempt 2", "drop reply of call 1 attempt 3"],
            "3/3, 50.00, cannot tell, applied 3 times, DEADLINE_EXCEEDED, 3",
        ),
        (
            "at-least-once",
            &["drop request of call 1", "drop request of call 1 attempt 2", "drop request of call 1 attempt 3"],
            "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 3",
        ),
        (
            "at-least-once~attempts.5",
            &["cut stub to server at 0 s", "heal stub to server at 700 ms"],
            "1/1, 50.00, done, correct, OK, 3",
        ),
        // Its own copy has its own reply: one of the two comes through.
        (
            "at-least-once",
            &["duplicate request of call 1", "drop reply of call 1"],
            "2/2, 0.00, done, applied twice, OK, 1",
        ),
        (
            "at-least-once",
            &["duplicate request of call 1", "drop reply of call 1", "drop reply of call 1 copy 2"],
            "2/2, 0.00, cannot tell, applied twice, FAILED_PRECONDITION, 2",
        ),
    ]);
}

#[test]
fn at_most_once_filters_repeats_until_it_forgets_them() {
    let correct = "1/1, 50.00, done, correct, OK, 2";
    let once = "1/1, 50.00, done, correct, OK, 1";
    let commit = "crash server after commit of call 1, restart after 300 ms";
    let receive = "crash server after receive of call 1, restart after 300 ms";
    for semantics in ["at-most-once-volatile", "at-most-once-durable"] {
        check(&[
            (semantics, &[], once),
            (semantics, &["drop request of call 1"], correct),
            (semantics, &["drop reply of call 1"], correct),
            (semantics, &["duplicate request of call 1"], once),
            (semantics, &["delay request of call 1 by 600 ms"], correct),
            (semantics, &["delay reply of call 1 by 600 ms"], correct),
            (semantics, &["reorder request of call 1"], correct),
            (semantics, &["duplicate request of call 1", "drop reply of call 1"], correct),
        ]);
    }
    check(&[
        ("at-most-once-volatile", &[commit], "2/2, 0.00, done, applied twice, OK, 2"),
        ("at-most-once-volatile", &[receive], correct),
        // Never twice; and the caller cannot tell.
        ("at-most-once-durable", &[commit], "1/1, 50.00, cannot tell, caller cannot tell, ABORTED, 2"),
        (
            "at-most-once-durable",
            &["crash server before commit of call 1, restart after 300 ms"],
            "0/0, 100.00, cannot tell, lost, ABORTED, 2",
        ),
        // It crashed before it had written anything.
        ("at-most-once-durable", &["crash server before receive of call 1, restart after 300 ms"], correct),
        ("at-most-once-durable", &[receive], correct),
        // What it had replied it still knows after the crash.
        (
            "at-most-once-durable",
            &["drop reply of call 1", "crash server after reply of call 1, restart after 300 ms"],
            correct,
        ),
        (
            "at-most-once-volatile",
            &["drop reply of call 1", "crash server after reply of call 1, restart after 300 ms"],
            "2/2, 0.00, done, applied twice, OK, 2",
        ),
    ]);
}

#[test]
fn an_idempotent_operation_may_be_applied_as_often_as_one_likes() {
    let correct = "1/1, 50.00, done, correct, OK, 2";
    let again = "2/1, 50.00, done, correct, OK, 2";
    check(&[
        ("idempotent", &[], "1/1, 50.00, done, correct, OK, 1"),
        ("idempotent", &["drop request of call 1"], correct),
        ("idempotent", &["drop reply of call 1"], again),
        ("idempotent", &["duplicate request of call 1"], "2/1, 50.00, done, correct, OK, 1"),
        ("idempotent", &["crash server after commit of call 1, restart after 300 ms"], again),
        ("idempotent", &["reorder request of call 1"], again),
        (
            "idempotent",
            &["crash server after commit of call 1"],
            "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 3",
        ),
    ]);
}

#[test]
fn a_key_in_the_transaction_survives_what_a_key_beside_it_does_not() {
    let correct = "1/1, 50.00, done, correct, OK, 2";
    let once = "1/1, 50.00, done, correct, OK, 1";
    let commit = "crash server after commit of call 1, restart after 300 ms";
    let reply = "crash server before reply of call 1, restart after 300 ms";
    check(&[
        ("idempotency-key", &[], once),
        ("idempotency-key", &["drop request of call 1"], correct),
        ("idempotency-key", &["drop reply of call 1"], correct),
        ("idempotency-key", &["duplicate request of call 1"], once),
        ("idempotency-key", &["reorder request of call 1"], correct),
        ("idempotency-key", &[commit], correct),
        ("idempotency-key", &[reply], correct),
        (
            "idempotency-key",
            &["drop reply of call 1", "drop reply of call 1 attempt 2", "drop reply of call 1 attempt 3"],
            "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 3",
        ),
        ("key-checked-apart", &[], once),
        ("key-checked-apart", &["drop reply of call 1"], correct),
        // Between the effect and the key.
        ("key-checked-apart", &[commit], "2/2, 0.00, done, applied twice, OK, 2"),
        // After the key.
        ("key-checked-apart", &["crash server before reply of call 1, restart after 200 ms"], correct),
        // Both copies look the key up before either has stored it.
        ("key-checked-apart", &["duplicate request of call 1"], "2/2, 0.00, done, applied twice, OK, 1"),
    ]);
}

#[test]
fn a_receipt_goes_out_for_certain_only_from_an_outbox() {
    let lost = "1/1, 50.00, done, receipt lost, OK, 2, 0";
    let correct = "1/1, 50.00, done, correct, OK, 2, 1";
    let once = "1/1, 50.00, done, correct, OK, 1, 1";
    let commit = "crash server after commit of call 1, restart after 300 ms";
    let reply = "crash server before reply of call 1, restart after 300 ms";
    check(&[
        ("key-then-mail", &[], once),
        ("key-then-mail", &[commit], lost),
        ("key-then-mail", &[reply], correct),
        ("key-then-mail", &["drop mail of call 1"], "1/1, 50.00, done, receipt lost, OK, 1, 0"),
        ("key-then-mail", &["drop reply of call 1"], correct),
        ("key-then-mail", &["duplicate mail of call 1"], once),
        ("key-then-mail", &["delay mail of call 1 by 900 ms"], once),
        ("outbox", &[], once),
        ("outbox", &[commit], correct),
        ("outbox", &[reply], correct),
        ("outbox", &["drop mail of call 1"], once),
        ("outbox", &["drop mail of call 1", "drop mail of call 1 attempt 2"], once),
        ("outbox", &["duplicate mail of call 1"], once),
        ("outbox", &["delay mail of call 1 by 900 ms"], once),
        ("outbox", &["reorder mail of call 1"], once),
        (
            "outbox",
            &["crash server after commit of call 1"],
            "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 3, 1",
        ),
    ]);
}

#[test]
fn a_refusal_says_that_nothing_was_done_only_if_nothing_else_can_have_been() {
    let refused = "0/0, 30.00, not done, failed cleanly, FAILED_PRECONDITION, 1";
    let unsure = "0/0, 30.00, cannot tell, lost, FAILED_PRECONDITION, 1";
    check(&[
        // Over datagrams a copy of the request may have gone through first.
        ("at-least-once~balance.3000", &[], unsure),
        ("at-least-once~stream~balance.3000", &[], refused),
        ("maybe~stream~balance.3000", &[], refused),
        ("at-most-once-durable~balance.3000", &[], refused),
        ("idempotency-key~balance.3000", &[], refused),
        ("outbox~balance.3000", &[], "0/0, 30.00, not done, failed cleanly, FAILED_PRECONDITION, 1, 0"),
        // 60 is enough for once, and the news of it is lost.
        (
            "at-least-once~balance.6000",
            &["drop reply of call 1"],
            "1/1, 10.00, cannot tell, caller cannot tell, FAILED_PRECONDITION, 2",
        ),
        (
            "at-least-once~stream~balance.6000",
            &["drop reply of call 1"],
            "1/1, 10.00, cannot tell, caller cannot tell, FAILED_PRECONDITION, 2",
        ),
        (
            "maybe~balance.6000",
            &["duplicate request of call 1", "drop reply of call 1"],
            "1/1, 10.00, cannot tell, caller cannot tell, FAILED_PRECONDITION, 1",
        ),
        (
            "at-most-once-volatile~balance.6000",
            &["crash server after commit of call 1, restart after 300 ms"],
            "1/1, 10.00, cannot tell, caller cannot tell, FAILED_PRECONDITION, 2",
        ),
        ("idempotency-key~balance.6000", &["drop reply of call 1"], "1/1, 10.00, done, correct, OK, 2"),
        (
            "idempotency-key~balance.3000",
            &["drop reply of call 1"],
            "0/0, 30.00, not done, failed cleanly, FAILED_PRECONDITION, 2",
        ),
        (
            "at-most-once-durable~balance.3000",
            &["drop reply of call 1"],
            "0/0, 30.00, not done, failed cleanly, FAILED_PRECONDITION, 2",
        ),
        // A key that is forgotten says nothing about the first attempt.
        (
            "idempotency-key~expiry.100.ms~balance.6000",
            &["drop reply of call 1"],
            "1/1, 10.00, cannot tell, caller cannot tell, FAILED_PRECONDITION, 2",
        ),
    ]);
}

#[test]
fn over_a_connection_the_stub_learns_at_once_and_sometimes_for_certain() {
    check(&[
        ("maybe~stream", &["drop request of call 1"], "0/0, 100.00, cannot tell, lost, UNAVAILABLE, 1"),
        ("maybe~stream", &["drop reply of call 1"], "1/1, 50.00, cannot tell, caller cannot tell, UNAVAILABLE, 1"),
        (
            "maybe~stream",
            &["crash server after commit of call 1"],
            "1/1, 50.00, cannot tell, caller cannot tell, UNAVAILABLE, 1",
        ),
        // At work when the server crashes: the connection breaks. On its way still, or sent afterwards: there
        // is none yet, and it is refused.
        ("maybe~stream", &["crash server at 100 ms"], "0/0, 100.00, cannot tell, lost, UNAVAILABLE, 1"),
        ("maybe~stream", &["crash server at 20 ms"], "0/0, 100.00, not done, failed cleanly, UNAVAILABLE, 1"),
        ("maybe~stream", &["crash server at 0 s"], "0/0, 100.00, not done, failed cleanly, UNAVAILABLE, 1"),
        ("at-least-once~stream", &["crash server at 0 s"], "0/0, 100.00, not done, failed cleanly, UNAVAILABLE, 3"),
        (
            "at-least-once~stream",
            &["crash server at 0 s", "restart server at 200 ms"],
            "1/1, 50.00, done, correct, OK, 2",
        ),
        // An attempt in doubt stays in doubt, however many are refused after it.
        (
            "at-least-once~stream~attempts.2",
            &["crash server at 100 ms"],
            "0/0, 100.00, cannot tell, lost, UNAVAILABLE, 2",
        ),
        // The second attempt finds nobody: that one has done nothing, but the first?
        (
            "at-least-once~stream~attempts.2",
            &["crash server after commit of call 1"],
            "1/1, 50.00, cannot tell, caller cannot tell, UNAVAILABLE, 2",
        ),
        // A cut is silent.
        ("maybe~stream", &["cut stub to server at 0 s"], "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 1"),
        (
            "maybe~stream",
            &["delay reply of call 1 by 600 ms"],
            "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 1",
        ),
        ("at-least-once~stream", &["drop request of call 1"], "1/1, 50.00, done, correct, OK, 2"),
        ("at-least-once~stream", &["drop reply of call 1"], "2/2, 0.00, done, applied twice, OK, 2"),
        ("idempotency-key~stream", &["drop reply of call 1"], "1/1, 50.00, done, correct, OK, 2"),
        (
            "at-most-once-durable~stream",
            &["crash server after commit of call 1, restart after 50 ms"],
            "1/1, 50.00, cannot tell, caller cannot tell, ABORTED, 2",
        ),
    ]);
}

#[test]
fn a_deadline_ends_the_call_and_not_the_work() {
    check(&[
        ("at-least-once~deadline.1000.ms", &[], "1/1, 50.00, done, correct, OK, 1"),
        ("at-least-once~deadline.100.ms", &[], "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 1"),
        // Passed on, it stops the work before it has begun.
        ("at-least-once~deadline.100.ms~propagate", &[], "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 1"),
        (
            "at-least-once~deadline.700.ms",
            &["delay request of call 1 by 800 ms", "drop request of call 1 attempt 2"],
            "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 2",
        ),
        (
            "at-least-once~deadline.700.ms~propagate",
            &["delay request of call 1 by 800 ms", "drop request of call 1 attempt 2"],
            "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 2",
        ),
    ]);
}

#[test]
fn over_two_hops_only_a_deadline_that_travels_stops_late_work() {
    let late = "delay forward of call 1 by 700 ms";
    let table: &[(&str, &[&str], &str, u32)] = &[
        ("maybe~timeout.1000.ms~hops.2", &[], "1/1, 50.00, done, correct, OK, 1", 0),
        ("maybe~hops.2", &[late], "1/1, 50.00, cannot tell, caller cannot tell, DEADLINE_EXCEEDED, 1", 1),
        ("maybe~hops.2~propagate", &[late], "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 1", 0),
        ("at-least-once~hops.2", &["drop forward of call 1"], "1/1, 50.00, done, correct, OK, 2", 0),
        ("at-least-once~hops.2", &["drop answer of call 1"], "2/2, 0.00, done, applied twice, OK, 2", 0),
        ("at-least-once~hops.2", &[late], "2/2, 0.00, done, applied twice, OK, 2", 1),
        ("at-least-once~hops.2~propagate", &[late], "1/1, 50.00, done, correct, OK, 2", 0),
        ("idempotency-key~hops.2", &[late], "1/1, 50.00, done, correct, OK, 2", 0),
        ("maybe~hops.2", &["duplicate forward of call 1"], "2/2, 0.00, done, applied twice, OK, 1", 0),
        ("maybe~hops.2", &["duplicate request of call 1"], "2/2, 0.00, done, applied twice, OK, 1", 0),
        ("idempotency-key~hops.2", &["duplicate request of call 1"], "1/1, 50.00, done, correct, OK, 1", 0),
        // The shop hears at once that its connection broke, and says so.
        (
            "maybe~stream~hops.2",
            &["drop answer of call 1"],
            "1/1, 50.00, cannot tell, caller cannot tell, UNAVAILABLE, 1",
            0,
        ),
        ("maybe~stream~hops.2", &["crash server at 0 s"], "0/0, 100.00, cannot tell, lost, UNAVAILABLE, 1", 0),
        ("maybe~hops.2", &["cut shop to server at 0 s"], "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 1", 0),
        ("maybe~hops.2", &["cut stub to shop at 0 s"], "0/0, 100.00, cannot tell, lost, DEADLINE_EXCEEDED, 1", 0),
    ];
    for (fields, faults, expected, late) in table {
        check(&[(fields, faults, expected)]);
        assert_eq!(simulate(&run(fields, faults)).late(), *late, "{fields} with {faults:?}");
    }
}

#[test]
fn a_key_helps_only_as_long_as_it_is_kept_and_if_it_is_used_rightly() {
    let twice = "2/2, 0.00, done, applied twice, OK, 2";
    let reused = "0/0, 100.00, done, lost, OK, 1";
    check(&[
        ("idempotency-key~expiry.10000.ms", &["drop reply of call 1"], "1/1, 50.00, done, correct, OK, 2"),
        ("idempotency-key~expiry.200.ms", &["drop reply of call 1"], twice),
        ("at-most-once-volatile~expiry.200.ms", &["drop reply of call 1"], twice),
        ("at-most-once-durable~expiry.200.ms", &["drop reply of call 1"], twice),
        ("key-checked-apart~expiry.200.ms", &["drop reply of call 1"], twice),
        // As long as a receipt is in the outbox it is the same; the mail service filters it then.
        ("outbox~expiry.200.ms", &["drop reply of call 1"], "2/2, 0.00, done, applied twice, OK, 2, 1"),
        ("idempotency-key~key-not-persisted", &[], "1/1, 50.00, done, correct, OK, 1"),
        ("idempotency-key~key-not-persisted", &["drop reply of call 1"], twice),
        ("idempotency-key~new-key-per-attempt", &["drop reply of call 1"], twice),
        ("idempotency-key~new-key-per-attempt", &["duplicate request of call 1"], "1/1, 50.00, done, correct, OK, 1"),
        ("at-most-once-durable~new-key-per-attempt", &["drop reply of call 1"], twice),
        ("key-then-mail~new-key-per-attempt", &["drop reply of call 1"], "2/2, 0.00, done, applied twice, OK, 2, 2"),
        ("outbox~new-key-per-attempt", &["drop reply of call 1"], "2/2, 0.00, done, applied twice, OK, 2, 2"),
        ("idempotency-key~key-reused", &[], reused),
        ("key-checked-apart~key-reused", &[], reused),
        ("at-most-once-volatile~key-reused", &[], reused),
        ("at-most-once-durable~key-reused", &[], reused),
        ("outbox~key-reused", &[], "0/0, 100.00, done, lost, OK, 1, 0"),
        // The repeat of a call that had no key at all is none the worse for it.
        ("at-least-once~key-reused", &[], "1/1, 50.00, done, correct, OK, 1"),
    ]);
}

fn story(outcome: &Outcome) -> Vec<String> {
    let mark = |weight| match weight {
        Weight::Usual => '.',
        Weight::Consequence => '→',
        Weight::Fault => '!',
    };
    let line = |s: rpc::Sentence| {
        format!("{} {} ms, {}: {}", mark(s.weight), s.at.as_millis(), names()[s.node.0 as usize], s.text)
    };
    narrate(outcome).into_iter().map(line).collect()
}

#[test]
fn a_run_is_told_in_one_line_of_causes_and_consequences() {
    let commit = "crash server after commit of call 1, restart after 300 ms";
    let table: &[Row<'_>] = &[
        ("maybe", &[], "nothing goes wrong → deducted once → the caller knows: done"),
        (
            "maybe",
            &["drop request of call 1"],
            "request lost → no answer in time → the call fails → nothing deducted → the caller cannot tell",
        ),
        (
            "maybe",
            &["delay reply of call 1 by 600 ms"],
            "no answer in time → the call fails → reply late → deducted once → the caller cannot tell",
        ),
        (
            "at-least-once",
            &["drop reply of call 1"],
            "reply lost → no answer in time → the stub tries again → the server deducts again → deducted twice → the caller knows only: done",
        ),
        (
            "at-least-once",
            &["duplicate request of call 1"],
            "request duplicated → the server deducts again → deducted twice → the caller knows only: done",
        ),
        (
            "at-least-once",
            &["reorder request of call 1"],
            "no answer in time → the stub tries again → request overtaken → the server deducts again → deducted twice → the caller knows only: done",
        ),
        (
            "at-least-once~attempts.2",
            &["crash server before commit of call 1"],
            "server crashes → no answer in time → the stub tries again → request finds no server → no answer in time → the call fails → nothing deducted → the caller cannot tell",
        ),
        (
            "at-most-once-durable",
            &[commit],
            "server crashes → no answer in time → the stub tries again → the server refuses the repeat → the call fails → deducted once → the caller cannot tell",
        ),
        (
            "idempotent",
            &["drop reply of call 1"],
            "reply lost → no answer in time → the stub tries again → the balance is set again, to the same → deducted once all the same → the caller knows: done",
        ),
        (
            "idempotency-key",
            &["drop reply of call 1"],
            "reply lost → no answer in time → the stub tries again → the key is known → deducted once all the same → the caller knows: done",
        ),
        (
            "key-then-mail",
            &[commit],
            "server crashes → no answer in time → the stub tries again → the key is known → deducted once, and no receipt → the caller knows: done",
        ),
        (
            "outbox",
            &["drop mail of call 1"],
            "receipt lost on the way → the relay sends the receipt again → deducted once all the same → the caller knows: done",
        ),
        (
            "maybe~stream",
            &["crash server at 0 s"],
            "server crashes → request finds no server → the connection is refused → the call fails → nothing deducted → the caller knows: not done",
        ),
        (
            "maybe~stream~hops.2",
            &["drop answer of call 1"],
            "reply lost → the shop's connection breaks → the call fails → deducted once → the caller cannot tell",
        ),
        (
            "idempotency-key~key-reused",
            &[],
            "the key is known already → the caller is misled → nothing deducted → the caller believes: done",
        ),
        (
            "idempotency-key~balance.3000",
            &["drop reply of call 1"],
            "the balance is too low → reply lost → no answer in time → the stub tries again → the key is known → the call fails → nothing deducted → the caller knows: not done",
        ),
    ];
    for (fields, faults, told) in table {
        assert_eq!(summary(&simulate(&run(fields, faults))), *told, "{fields} with {faults:?}");
    }
}

#[test]
fn a_retry_that_deducts_again_is_told_event_by_event() {
    let expected = [
        ". 0 ms, caller: The caller calls deductBalance(\"u42\", 50.00), as if it were a local procedure.",
        ". 12 ms, stub: The client stub packs the call into a request and sends it.",
        ". 88 ms, server: Attempt 1 reaches the server.",
        ". 128 ms, server: The server asks the database to deduct 50.00.",
        ". 155 ms, database: The database commits. Deducted once: the balance is 50.00.",
        ". 188 ms, server: The server hears from the database that the transaction is over.",
        ". 188 ms, server: The server replies: OK, balance 50.00.",
        "! 223 ms, stub: The reply is lost on the way. The work is done; the news of it is gone.",
        "→ 412 ms, stub: 400 ms without a reply. Lost request, lost reply, crash, slow server: the stub cannot tell which.",
        "→ 489 ms, stub: The stub tries again: attempt 2. To the server it is a request like any other.",
        ". 568 ms, server: Attempt 2 reaches the server.",
        ". 608 ms, server: The server asks the database to deduct 50.00.",
        "→ 637 ms, database: The database commits. Deducted twice: the balance is 0.00.",
        ". 665 ms, server: The server hears from the database that the transaction is over.",
        ". 665 ms, server: The server replies: OK, balance 0.00.",
        ". 747 ms, caller: The call returns OK. The caller knows: it was done.",
    ];
    assert_eq!(story(&simulate(&run("at-least-once", &["drop reply of call 1"]))), expected);
}

#[test]
fn a_repeat_that_is_refused_is_told_event_by_event() {
    let expected = [
        ". 0 ms, caller: The caller calls deductBalance(\"u42\", 50.00), as if it were a local procedure.",
        ". 12 ms, stub: The client stub packs the call into a request and sends it.",
        ". 88 ms, server: Attempt 1 reaches the server.",
        ". 128 ms, server: The server asks the database to deduct 50.00.",
        ". 155 ms, database: The database commits. Deducted once: the balance is 50.00.",
        ". 188 ms, server: The server hears from the database that the transaction is over.",
        "! 188 ms, server: The server crashes. The database keeps its commits; what the server was doing is forgotten. Its disk still says what it had started.",
        "→ 412 ms, stub: 400 ms without a reply. Lost request, lost reply, crash, slow server: the stub cannot tell which.",
        ". 488 ms, server: The server is back, and reads its disk.",
        "→ 489 ms, stub: The stub tries again: attempt 2, with the same id as before.",
        ". 568 ms, server: Attempt 2 reaches the server.",
        "→ 568 ms, server: The disk says: started, and no more. Done or not? The server refuses to risk it twice.",
        ". 568 ms, server: The server replies: ABORTED.",
        "→ 651 ms, caller: The call returns ABORTED. Done or not done? The caller cannot tell.",
    ];
    let faults = ["crash server after commit of call 1, restart after 300 ms"];
    assert_eq!(story(&simulate(&run("at-most-once-durable", &faults))), expected);
}

#[test]
fn a_receipt_that_is_sent_again_is_told_event_by_event() {
    let expected = [
        ". 0 ms, caller: The caller calls deductBalance(\"u42\", 50.00), as if it were a local procedure.",
        ". 12 ms, stub: The client stub packs the call into a request and sends it.",
        ". 88 ms, server: Attempt 1 reaches the server.",
        ". 128 ms, server: The server asks the database to deduct 50.00.",
        ". 155 ms, database: The database commits. Deducted once: the balance is 50.00. Key and receipt are stored with it.",
        ". 188 ms, server: The server hears from the database that the transaction is over.",
        ". 188 ms, server: The server replies: OK, balance 50.00.",
        ". 215 ms, database: The relay finds the receipt in the outbox and sends it.",
        "! 252 ms, mailer: The receipt is lost on the way.",
        ". 271 ms, caller: The call returns OK. The caller knows: it was done.",
        "→ 615 ms, database: No word from the mail service: the relay sends the receipt again.",
        ". 693 ms, mailer: The receipt arrives.",
    ];
    assert_eq!(story(&simulate(&run("outbox", &["drop mail of call 1"]))), expected);
}

#[test]
fn work_that_nobody_waits_for_is_told_event_by_event() {
    let expected = [
        ". 0 ms, caller: The caller calls deductBalance(\"u42\", 50.00), as if it were a local procedure.",
        ". 12 ms, stub: The client stub packs the call into a request and sends it.",
        ". 91 ms, shop: The shop calls the server on the caller's behalf.",
        "→ 412 ms, stub: 400 ms without a reply. Lost request, lost reply, crash, slow server: the stub cannot tell which.",
        "→ 412 ms, stub: The caller has given up; the stub sends word of it.",
        "→ 412 ms, shop: The shop has waited long enough for the server's answer, and gives up.",
        ". 412 ms, shop: The shop replies: DEADLINE_EXCEEDED.",
        "→ 424 ms, caller: The call returns DEADLINE_EXCEEDED. Done or not done? The caller cannot tell.",
        ". 481 ms, stub: Nobody waits for this reply any more.",
        "! 864 ms, server: The request arrives at last, long after it was sent.",
        ". 864 ms, server: Attempt 1 reaches the server.",
        "→ 864 ms, server: The deadline has passed: the server drops the request. Nobody waits for it.",
    ];
    let faults = ["delay forward of call 1 by 700 ms"];
    assert_eq!(story(&simulate(&run("maybe~hops.2~propagate", &faults))), expected);
}

#[test]
fn a_crash_is_told_with_what_it_leaves_and_what_it_takes() {
    let idle = "The server crashes before it has changed anything. What it was doing is forgotten.";
    let busy = "The server crashes while the database works. What it was doing is forgotten.";
    let over = "The server crashes. The database keeps its commits; what the server was doing is forgotten.";
    let (disk, memory) = (" Its disk still says what it had started.", " So are the replies that it kept.");
    let table: &[(&str, &[&str], String)] = &[
        ("maybe", &["crash server at 0 s"], idle.to_owned()),
        ("maybe", &["crash server at 140 ms"], busy.to_owned()),
        ("maybe", &["crash server at 160 ms"], over.to_owned()),
        (
            "idempotency-key~balance.3000",
            &["crash server after commit of call 1"],
            "The server crashes. Nothing has changed; what it was doing is forgotten.".to_owned(),
        ),
        ("at-most-once-durable", &["crash server at 0 s"], idle.to_owned()),
        // Before it has written that it has started.
        ("at-most-once-durable", &["crash server after receive of call 1"], idle.to_owned()),
        ("at-most-once-durable", &["crash server before commit of call 1"], format!("{idle}{disk}")),
        ("at-most-once-durable", &["crash server after commit of call 1"], format!("{over}{disk}")),
        ("at-most-once-volatile", &["crash server at 140 ms"], busy.to_owned()),
        // Before it has kept the reply.
        ("at-most-once-volatile", &["crash server after commit of call 1"], over.to_owned()),
        ("at-most-once-volatile", &["crash server after reply of call 1"], format!("{over}{memory}")),
    ];
    for (fields, faults, told) in table {
        let outcome = simulate(&run(fields, faults));
        let crash = narrate(&outcome).into_iter().find(|sentence| sentence.short == "server crashes");
        assert_eq!(crash.map(|sentence| sentence.text).as_ref(), Some(told), "{fields} with {faults:?}");
    }
}

#[test]
fn a_cancellation_stops_work_until_the_database_is_asked_to_deduct() {
    // The caller gives up while the server looks the key up, or while the database deducts.
    let mut stopped = 0;
    for seed in 0..400 {
        let outcome = simulate(&Run { seed, ..run("key-checked-apart~attempts.1~timeout.118.ms~propagate", &[]) });
        let end = outcome.end();
        let cancelled = outcome.steps(end, step::CANCEL).count();
        let asked = outcome.trace.messages.iter().filter(|message| message.name.kind == DEDUCT).count();
        assert!(cancelled + asked <= 1, "seed {seed}");
        assert_eq!((outcome.truth(end).applied as usize, outcome.belief(end)), (asked, Belief::CannotTell));
        stopped += cancelled;
    }
    assert!(stopped > 0);
    // The rest of the work is done as well: the key is stored, the receipt is sent.
    for seed in 0..400 {
        let outcome = simulate(&Run { seed, ..run("key-then-mail~attempts.1~timeout.118.ms~propagate", &[]) });
        let truth = outcome.truth(outcome.end());
        assert_eq!(truth.applied, truth.receipts, "seed {seed}");
    }
}

#[test]
fn what_the_caller_is_told_is_so_in_any_run_without_a_mistake() {
    let mut beliefs = [0; 4];
    for number in 0..20_000 {
        let mut run = random::call(number);
        (run.scenario.mistake, run.scenario.expiry) = (None, None);
        let outcome = simulate(&run);
        let end = outcome.end();
        let (truth, belief) = (outcome.truth(end), outcome.belief(end));
        assert!(belief.fits(truth.deducted), "{belief:?}, {truth:?}: {}", run.code());
        beliefs[belief as usize] += 1;
        let semantics = run.scenario.semantics;
        let has_hole =
            matches!(semantics, Semantics::AtMostOnceVolatile | Semantics::KeyCheckedApart | Semantics::KeyThenMail);
        assert!(has_hole || outcome.promise_kept(), "{belief:?}, {truth:?}: {}", run.code());
    }
    assert!(beliefs[Belief::Waiting as usize] == 0, "every call returns");
    assert!(beliefs[1..].iter().all(|runs| *runs > 500), "{beliefs:?}");
}

#[test]
fn the_balance_in_the_database_is_what_the_truth_says() {
    for number in 0..2_000 {
        let run = random::call(number);
        let mut simulation = start(&run, None);
        assert!(simulation.run(MOST_STEPS), "{}", run.code());
        let Node::Database(database) = simulation.process(DATABASE) else { unreachable!("node 3 is the database") };
        let (truth, outcome) = (truth(&run.scenario, &simulation), simulate(&run));
        assert_eq!((truth, truth.balance), (outcome.truth(outcome.end()), database.balance), "{}", run.code());
        assert!(truth.balance >= Cents(0) || run.scenario.semantics == Semantics::Idempotent, "{}", run.code());
    }
}

#[test]
fn a_server_that_has_crashed_takes_no_answer_that_it_did_not_ask_for_since() {
    let check = |run: &Run| {
        let outcome = simulate(run);
        let events = &outcome.trace.events;
        for commit in outcome.steps(outcome.end(), step::COMMIT) {
            let asked = |what| matches!(what, What::Sent(id) if outcome.trace.message(id).name.kind == DEDUCT);
            let mut event = commit;
            while !asked(event.what) {
                event = &events[event.cause.expect("what is answered was asked").0 as usize];
            }
            let between = &events[event.id.0 as usize..commit.id.0 as usize];
            assert!(between.iter().all(|event| event.what != What::Crashed), "{} at {}", run.code(), commit.at);
        }
    };
    (0..2_000).for_each(|number| check(&random::call(number)));
    // The copy of the request comes to the shop 40 ms later and to the server sometimes less.
    for seed in 0..40 {
        for ms in 186..212 {
            let crash = format!("crash server at {ms} ms, restart after 2 ms");
            check(&Run { seed, ..run("at-least-once~hops.2", &["duplicate request of call 1", &crash]) });
        }
    }
}

#[test]
fn a_repeat_that_comes_too_late_does_not_make_the_server_forget_what_it_has_started() {
    let faults = [
        "crash server after commit of call 1, restart after 300 ms",
        "delay request of call 1 attempt 2 by 420 ms",
        "delay request of call 1 attempt 3 by 200 ms",
    ];
    let outcome = simulate(&run("at-most-once-durable~propagate", &faults));
    assert_eq!(end(&outcome), "1/1, 50.00, cannot tell, caller cannot tell, ABORTED, 3");
    assert_eq!(outcome.steps(outcome.end(), step::EXPIRE).count(), 1);
}

/// The messages of a run that are bytes, as they are sent: what they say and the bytes.
fn sent(run: &Run) -> Vec<(String, Wire)> {
    let mut simulation = start(run, None);
    let (mut seen, mut all) = (vec![], vec![]);
    loop {
        for message in simulation.in_flight() {
            if !seen.contains(&message.envelope.id) {
                seen.push(message.envelope.id);
                let body: &Fact = &message.envelope.body;
                all.extend(body.wire().map(|wire| (sim::Payload::describe(body), *wire)));
            }
        }
        if !simulation.step() {
            return all;
        }
    }
}

/// The fields of a message with their numbers, as the encoding of protocol buffers has them: whole numbers, and the
/// length of what is not one.
fn decode(mut bytes: &[u8]) -> Vec<(u64, u64)> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let mut value = 0;
        for place in 0.. {
            let (byte, rest) = bytes.split_first().expect("a number ends");
            *bytes = rest;
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }
    let mut fields = vec![];
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = varint(&mut bytes);
        match key & 7 {
            0 => {}
            2 => bytes = &bytes[value as usize..],
            other => panic!("no field of this model has the wire type {other}"),
        }
        fields.push((key >> 3, value));
    }
    fields
}

#[test]
fn a_request_and_its_reply_are_these_bytes() {
    let bytes = |fields: &str| {
        sent(&run(fields, &[])).iter().map(|(says, wire)| format!("{says} = {}", wire.hex())).collect::<Vec<_>>()
    };
    let reply = "to attempt 1: OK, balance 50.00 = 08 88 27";
    assert_eq!(bytes("maybe"), ["attempt 1: deductBalance(\"u42\", 50.00) = 0a 03 75 34 32 10 88 27", reply]);
    assert_eq!(
        bytes("idempotency-key"),
        ["attempt 1: deductBalance(\"u42\", 50.00), id 1 = 0a 03 75 34 32 10 88 27 20 01", reply]
    );
    assert_eq!(bytes("idempotent"), ["attempt 1: setBalance(\"u42\", 50.00) = 0a 03 75 34 32 10 88 27 18 01", reply]);
    assert_eq!(
        bytes("maybe~propagate"),
        ["attempt 1: deductBalance(\"u42\", 50.00), by 412 ms = 0a 03 75 34 32 10 88 27 28 9c 03", reply]
    );
    assert_eq!(
        bytes("maybe~stream~balance.0"),
        [
            "attempt 1: deductBalance(\"u42\", 50.00) = 0a 03 75 34 32 10 88 27",
            "to attempt 1: FAILED_PRECONDITION = 10 09"
        ]
    );
}

#[test]
fn bytes_say_what_was_sent_and_the_longest_message_fits() {
    let check = |run: &Run| {
        for (says, wire) in sent(run) {
            let fields = decode(wire.bytes());
            let field = |number| fields.iter().find(|(n, _)| *n == number).map_or(0, |(_, value)| *value);
            let code = run.code();
            assert!(fields.windows(2).all(|pair| pair[0].0 < pair[1].0), "{code}");
            // What is nothing is left out.
            assert!(fields.iter().all(|(_, value)| *value != 0), "{code}");
            if says.starts_with("to attempt") {
                assert_eq!(says.contains("OK, "), field(2) == 0, "{says}: {code}");
                assert!(field(2) != 0 || says.ends_with(&Cents(field(1) as i64).to_string()), "{says}: {code}");
            } else {
                let call = if field(3) == 1 { "setBalance" } else { "deductBalance" };
                let id = if field(4) > 0 { format!(", id {}", field(4)) } else { String::new() };
                let call = format!("{call}(\"u42\", {}){id}", Cents(field(2) as i64));
                assert!(says.contains(&call), "{says}, not {call}: {code}");
                assert_eq!(says.contains(", by "), field(5) > 0, "{says}: {code}");
                assert_eq!(field(1), 3, "{code}");
            }
        }
    };
    (0..500).for_each(|number| check(&random::call(number)));
    let most = 999_999_999;
    let mut longest = 0;
    for semantics in Semantics::ALL {
        for (balance, amount) in [(0, 0), (0, most), (most, 0), (most, most)] {
            for mistake in [None, Some(Mistake::NewKeyPerAttempt)] {
                let mut run = run("maybe~attempts.5~timeout.2000.ms~propagate", &["cut stub to server at 0 s"]);
                let scenario = &mut run.scenario;
                (scenario.semantics, scenario.mistake) = (semantics, mistake);
                (scenario.balance, scenario.amount) = (Cents(balance), Cents(amount));
                for faults in [vec![], run.faults.clone()] {
                    let run = Run { faults, ..run.clone() };
                    check(&run);
                    longest = sent(&run).iter().map(|(_, wire)| wire.bytes().len()).fold(longest, usize::max);
                }
            }
        }
    }
    // A negative number takes ten bytes.
    assert!((20..=Wire::LONGEST).contains(&longest), "{longest}");
}

#[test]
fn a_fault_that_cannot_come_about_is_reported_with_the_reason() {
    let table: &[(&str, &[&str], &[&str])] = &[
        ("maybe", &["drop reply of call 1"], &[]),
        ("maybe", &["drop reply of call 2"], &["this run has one call, call 1"]),
        (
            "maybe",
            &["drop request of call 1 attempt 2"],
            &["this run has one request, that of attempt 1, and another fault may have met it first"],
        ),
        (
            "at-least-once",
            &["drop request of call 1", "drop reply of call 1"],
            &["this run has one reply, that of attempt 2, and another fault may have met it first"],
        ),
        ("maybe", &["drop request of call 1", "delay reply of call 1 by 5 ms"], &["this run has no reply"]),
        ("maybe", &["drop mail of call 1"], &["this run has no mail"]),
        ("maybe", &["drop forward of call 1"], &["this run has no forward"]),
        (
            "at-least-once",
            &["drop reply of call 1", "drop reply of call 1 attempt 3"],
            &["the reply of attempt 3 is never sent, or another fault meets it first"],
        ),
        (
            "maybe",
            &["drop request of call 1", "crash server after commit of call 1"],
            &["the server never comes to that step in this run, or another fault meets it first"],
        ),
        (
            "maybe~stream",
            &["duplicate request of call 1", "reorder reply of call 1"],
            &[
                "over a connection nothing is doubled or overtaken; write \"transport\": \"datagram\" for a transport that can",
                "over a connection nothing is doubled or overtaken; write \"transport\": \"datagram\" for a transport that can",
            ],
        ),
        ("maybe", &["crash server at 0 s", "crash server at 1 s"], &["the server is down already at that time"]),
        ("maybe", &["restart server at 1 s"], &["the server is not down at that time"]),
        (
            "maybe",
            &["cut stub to server at 0 s", "cut stub to server at 1 s"],
            &["the link is cut already at that time"],
        ),
        ("maybe", &["heal stub to server at 0 s"], &["the link is not cut at that time"]),
        ("maybe~hops.2", &["cut stub to shop at 0 s", "cut shop to server at 0 s"], &[]),
        (
            "maybe~hops.2",
            &["cut stub to server at 0 s"],
            &["nothing takes that way in this run; with \"hops\": 2 it is stub to shop and shop to server"],
        ),
        (
            "maybe",
            &["cut stub to shop at 0 s", "heal shop to server at 0 s"],
            &[
                "nothing takes that way in this run; with \"hops\": 1 it is stub to server",
                "nothing takes that way in this run; with \"hops\": 1 it is stub to server",
            ],
        ),
    ];
    for (fields, faults, reasons) in table {
        let unmet = simulate(&run(fields, faults)).unmet();
        let seen: Vec<_> = unmet.iter().map(|unmet| unmet.why.as_str()).collect();
        assert_eq!(seen, *reasons, "{fields} with {faults:?}");
    }
}

#[test]
fn only_what_the_model_is_honest_about_can_go_wrong() {
    let table = [
        ("crash database at 1 s", &["server"][..]),
        ("crash shop at 1 s", &["server"]),
        ("crash mailer at 1 s", &["server"]),
        ("restart stub at 1 s", &["server"]),
        ("cut caller to stub at 1 s", &["stub", "shop"]),
        ("cut server to database at 1 s", &["stub", "shop"]),
        ("drop deduct of call 1", &["request", "reply", "forward", "answer", "mail"]),
    ];
    for (text, choices) in table {
        let error = vocabulary().parse(text).expect_err(text);
        assert_eq!(error.choices, choices, "{text}: {error}");
    }
}

#[test]
fn semantics_have_names_of_their_own_and_promises() {
    for (n, semantics) in Semantics::ALL.into_iter().enumerate() {
        for other in &Semantics::ALL[..n] {
            assert!(semantics.name() != other.name() && semantics.title() != other.title());
        }
        let code = Run { scenario: rpc::Scenario { semantics, ..Default::default() }, ..Run::default() }.code();
        assert_eq!(code, format!("{}~{}", code::VERSION, semantics.name()));
    }
    assert_eq!((Transport::ALL.len(), *Bounds::ATTEMPTS.end()), (2, 5));
}

#[test]
fn money_is_read_and_written_to_the_cent() {
    for text in ["0.00", "0.05", "50.00", "100.10", "9999999.99"] {
        assert_eq!(Cents::parse(text).map(|cents| cents.to_string()).as_deref(), Some(text));
    }
    for text in
        ["", "50", "50.0", "50.000", ".50", "50.", "-1.00", "+1.00", "1e3.00", "1,000.00", "10000000.00", "٥.00"]
    {
        assert_eq!(Cents::parse(text), None, "{text}");
    }
    assert_eq!(Cents(-5).to_string(), "-0.05");
    assert_eq!(Cents(-12_345).to_string(), "-123.45");
}
