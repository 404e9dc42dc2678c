//! What the lesson teaches: break a mechanism in one place, and the search finds it.

use protocols::rpc::{Belief, Mistake, Outcome, Run, Scenario, Semantics, Transport, simulate};
use search::{Calls, Column, Matrix, Row};
use sim::Duration;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What a search of this call finds, with at most so many faults.
fn row(scenario: Scenario, faults: u8) -> Row {
    let mut rows = Matrix::new(Calls { scenario, seed: 1 }, &[scenario.semantics], faults).finish();
    rows.pop().expect("a row for each semantics")
}

/// The smallest schedule that breaks the promise: found with this many faults, and not with fewer.
fn broken_by(faults: u8, scenario: Scenario) -> Outcome {
    for fewer in 0..faults {
        assert_eq!(row(scenario, fewer).broken.schedules, 0, "{scenario:?} is broken by {fewer} faults");
    }
    let row = row(scenario, faults);
    assert!(row.broken.schedules > 0, "none of {} schedules breaks {scenario:?}", row.schedules);
    let code = row.broken.smallest.expect("what occurs has a smallest");
    let outcome = simulate(&Run::from_code(&code).expect("a search writes codes that can be read"));
    assert!(!outcome.promise_kept(), "{code}");
    outcome
}

fn with(semantics: Semantics, transport: Transport) -> Scenario {
    Scenario { semantics, transport, ..Scenario::default() }
}

fn mistaken(mistake: Mistake, transport: Transport) -> Scenario {
    Scenario { mistake: Some(mistake), ..with(Semantics::IdempotencyKey, transport) }
}

fn repeated(outcome: &Outcome) -> bool {
    Column::of(outcome.verdict()) == Column::Repeated
}

#[test]
fn a_key_that_is_not_stored_lets_a_retry_deduct_again() {
    for transport in Transport::ALL {
        assert!(repeated(&broken_by(1, mistaken(Mistake::KeyNotPersisted, transport))));
    }
}

#[test]
fn a_key_that_is_looked_up_outside_the_transaction_lets_a_crash_or_a_copy_deduct_again() {
    for transport in Transport::ALL {
        assert!(repeated(&broken_by(1, with(Semantics::KeyCheckedApart, transport))));
    }
    // Both of its failures: between effect and key there is room for a crash, and between look-up and
    // key for the same request's other copy.
    for code in ["crash server after commit of call 1, restart after 300 ms", "duplicate request of call 1"] {
        let fault = protocols::rpc::vocabulary().parse(code).expect(code);
        let scenario = with(Semantics::KeyCheckedApart, Transport::Datagram);
        assert!(repeated(&simulate(&Run { scenario, seed: 1, faults: vec![fault] })), "{code}");
    }
}

#[test]
fn a_key_that_was_used_before_answers_for_another_call_and_nothing_has_to_fail() {
    for transport in Transport::ALL {
        let outcome = broken_by(0, mistaken(Mistake::KeyReused, transport));
        assert_eq!((outcome.truth(outcome.end()).deducted, outcome.belief(outcome.end())), (0, Belief::Done));
    }
}

#[test]
fn a_new_key_for_each_attempt_filters_nothing() {
    for transport in Transport::ALL {
        assert!(repeated(&broken_by(1, mistaken(Mistake::NewKeyPerAttempt, transport))));
    }
}

#[test]
fn a_key_that_expires_before_the_last_retry_lets_it_deduct_again() {
    for transport in Transport::ALL {
        let key = with(Semantics::IdempotencyKey, transport);
        assert!(repeated(&broken_by(1, Scenario { expiry: Some(Duration::from_millis(100)), ..key })));
        // Kept for longer than three attempts, their pauses and the longest delay, it is as good as for ever.
        assert_eq!(row(Scenario { expiry: Some(Duration::from_secs(10)), ..key }, 3).broken.schedules, 0);
    }
}

#[test]
fn replies_in_memory_are_forgotten_in_a_crash_and_the_retry_deducts_again() {
    for transport in Transport::ALL {
        assert!(repeated(&broken_by(1, with(Semantics::AtMostOnceVolatile, transport))));
    }
}

#[test]
fn a_receipt_that_is_sent_after_the_transaction_is_lost_in_a_crash() {
    for transport in Transport::ALL {
        let outcome = broken_by(1, with(Semantics::KeyThenMail, transport));
        assert_eq!(Column::of(outcome.verdict()), Column::ReceiptLost);
    }
}

#[test]
fn the_whole_mechanisms_have_no_counterexample() {
    // How many schedules were searched is part of the claim. After a change of the model on purpose,
    // copy the numbers from the failure.
    let searched = |transport| {
        [Semantics::AtMostOnceDurable, Semantics::Idempotent, Semantics::IdempotencyKey, Semantics::Outbox].map(
            |semantics| {
                let row = row(with(semantics, transport), 3);
                assert_eq!(row.broken.schedules, 0, "{semantics:?}: {:?}", row.broken.smallest);
                row.schedules
            },
        )
    };
    assert_eq!(searched(Transport::Datagram), [4_211, 5_355, 5_355, 7_011]);
    assert_eq!(searched(Transport::Stream), [1_186, 1_409, 1_409, 2_373]);
}

#[test]
fn a_deadline_that_travels_breaks_no_promise() {
    // A copy that comes too late is dropped while the other is at work: that must not make the server
    // forget that it has started.
    let ms = Duration::from_millis;
    for semantics in [Semantics::AtMostOnceDurable, Semantics::IdempotencyKey, Semantics::Outbox] {
        for (hops, deadline) in [(1, ms(600)), (1, ms(700)), (2, ms(700))] {
            for seed in 1..=12 {
                let transport = Transport::Datagram;
                let deadline = Some(deadline);
                let scenario = Scenario { hops, deadline, propagate: true, ..with(semantics, transport) };
                let calls = Calls { scenario, seed };
                for row in Matrix::new(calls, &[semantics], 2).finish() {
                    assert_eq!(row.broken.schedules, 0, "{:?}", row.broken.smallest);
                }
            }
        }
    }
}
