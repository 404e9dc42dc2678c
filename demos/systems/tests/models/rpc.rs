use systems::rpc::{Cents, Run, Semantics, Weight, narrate, simulate, summary, vocabulary};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const MAYBE: Semantics = Semantics::Maybe;
const RETRY: Semantics = Semantics::AtLeastOnce;

fn run(semantics: Semantics, attempts: u32, faults: &[&str]) -> Run {
    let mut run = Run::default();
    (run.scenario.semantics, run.scenario.attempts) = (semantics, attempts);
    run.faults = faults.iter().map(|fault| vocabulary().parse(fault).expect(fault)).collect();
    run
}

#[test]
fn the_ways_in_which_one_call_can_fail() {
    // Semantics, most attempts, faults; times applied, balance of 100.00 less 50.00, what the caller
    // can know, the verdict, attempts made.
    type Row<'a> = (Semantics, u32, &'a [&'a str], u32, &'a str, &'a str, &'a str, u32);
    let table: &[Row<'_>] = &[
        (MAYBE, 1, &[], 1, "50.00", "done", "correct", 1),
        (MAYBE, 1, &["drop request of call 1"], 0, "100.00", "cannot tell", "lost", 1),
        (MAYBE, 1, &["drop reply of call 1"], 1, "50.00", "cannot tell", "caller cannot tell", 1),
        (MAYBE, 1, &["duplicate request of call 1"], 2, "0.00", "done", "applied twice", 1),
        (MAYBE, 1, &["duplicate reply of call 1"], 1, "50.00", "done", "correct", 1),
        (MAYBE, 1, &["delay request of call 1 by 600 ms"], 1, "50.00", "cannot tell", "caller cannot tell", 1),
        (MAYBE, 1, &["delay reply of call 1 by 600 ms"], 1, "50.00", "cannot tell", "caller cannot tell", 1),
        (MAYBE, 1, &["delay reply of call 1 by 20 ms"], 1, "50.00", "done", "correct", 1),
        (MAYBE, 1, &["crash server before receive of call 1"], 0, "100.00", "cannot tell", "lost", 1),
        (MAYBE, 1, &["crash server after receive of call 1"], 0, "100.00", "cannot tell", "lost", 1),
        (MAYBE, 1, &["crash server before commit of call 1"], 0, "100.00", "cannot tell", "lost", 1),
        (MAYBE, 1, &["crash server after commit of call 1"], 1, "50.00", "cannot tell", "caller cannot tell", 1),
        (MAYBE, 1, &["crash server before reply of call 1"], 1, "50.00", "cannot tell", "caller cannot tell", 1),
        (MAYBE, 1, &["crash server after reply of call 1"], 1, "50.00", "done", "correct", 1),
        (MAYBE, 1, &["crash server at 0 s"], 0, "100.00", "cannot tell", "lost", 1),
        // Back before the database answers, but without a memory of having asked.
        (
            MAYBE,
            1,
            &["crash server at 140 ms, restart after 10 ms"],
            1,
            "50.00",
            "cannot tell",
            "caller cannot tell",
            1,
        ),
        (MAYBE, 1, &["cut stub to server at 0 s"], 0, "100.00", "cannot tell", "lost", 1),
        (MAYBE, 1, &["cut stub to server at 100 ms"], 1, "50.00", "cannot tell", "caller cannot tell", 1),
        // However many attempts the scenario allows, this promise allows one.
        (MAYBE, 3, &["drop reply of call 1"], 1, "50.00", "cannot tell", "caller cannot tell", 1),
        (RETRY, 3, &[], 1, "50.00", "done", "correct", 1),
        (RETRY, 3, &["drop request of call 1"], 1, "50.00", "done", "correct", 2),
        (RETRY, 3, &["drop reply of call 1"], 2, "0.00", "done", "applied twice", 2),
        (RETRY, 3, &["duplicate request of call 1"], 2, "0.00", "done", "applied twice", 1),
        (RETRY, 3, &["delay request of call 1 by 600 ms"], 2, "0.00", "done", "applied twice", 2),
        (RETRY, 3, &["delay reply of call 1 by 600 ms"], 2, "0.00", "done", "applied twice", 2),
        (RETRY, 3, &["crash server before commit of call 1"], 0, "100.00", "cannot tell", "lost", 3),
        (RETRY, 3, &["crash server after commit of call 1"], 1, "50.00", "cannot tell", "caller cannot tell", 3),
        (RETRY, 3, &["crash server before commit of call 1, restart after 300 ms"], 1, "50.00", "done", "correct", 2),
        (
            RETRY,
            3,
            &["crash server after commit of call 1, restart after 300 ms"],
            2,
            "0.00",
            "done",
            "applied twice",
            2,
        ),
        (RETRY, 1, &["drop reply of call 1"], 1, "50.00", "cannot tell", "caller cannot tell", 1),
        (
            RETRY,
            2,
            &["drop reply of call 1", "drop reply of call 1 attempt 2"],
            2,
            "0.00",
            "cannot tell",
            "applied twice",
            2,
        ),
        (
            RETRY,
            3,
            &["drop reply of call 1", "drop reply of call 1 attempt 2", "drop reply of call 1 attempt 3"],
            3,
            "-50.00",
            "cannot tell",
            "applied 3 times",
            3,
        ),
        (
            RETRY,
            3,
            &["drop request of call 1", "drop request of call 1 attempt 2", "drop request of call 1 attempt 3"],
            0,
            "100.00",
            "cannot tell",
            "lost",
            3,
        ),
        (RETRY, 5, &["cut stub to server at 0 s", "heal stub to server at 700 ms"], 1, "50.00", "done", "correct", 3),
    ];
    for (semantics, attempts, faults, applied, balance, belief, verdict, made) in table {
        let outcome = simulate(&run(*semantics, *attempts, faults));
        let end = outcome.end();
        let truth = outcome.truth(end);
        let seen = (
            truth.applied,
            truth.balance.to_string(),
            outcome.belief(end).name(),
            outcome.verdict().to_string(),
            outcome.attempts(),
        );
        let expected = (*applied, (*balance).to_owned(), *belief, (*verdict).to_owned(), *made);
        assert_eq!(seen, expected, "{} with {faults:?}", semantics.name());
        assert_eq!(outcome.unmet(), [], "{faults:?}");
    }
}

#[test]
fn a_run_is_told_in_one_line_of_causes_and_consequences() {
    let table: &[(Semantics, &[&str], &str)] = &[
        (MAYBE, &[], "nothing goes wrong → deducted once → the caller knows: done"),
        (
            MAYBE,
            &["drop request of call 1"],
            "request lost → no answer in time → the call fails → nothing deducted → the caller cannot tell",
        ),
        (
            MAYBE,
            &["drop reply of call 1"],
            "reply lost → no answer in time → the call fails → deducted once → the caller cannot tell",
        ),
        (
            MAYBE,
            &["delay reply of call 1 by 600 ms"],
            "no answer in time → the call fails → reply late → deducted once → the caller cannot tell",
        ),
        (
            RETRY,
            &["drop reply of call 1"],
            "reply lost → no answer in time → the stub tries again → the server deducts again → deducted twice → the caller knows only: done",
        ),
        (
            RETRY,
            &["duplicate request of call 1"],
            "request duplicated → the server deducts again → deducted twice → the caller knows only: done",
        ),
        (
            RETRY,
            &["drop request of call 1"],
            "request lost → no answer in time → the stub tries again → deducted once all the same → the caller knows: done",
        ),
        (
            RETRY,
            &["crash server after commit of call 1, restart after 300 ms"],
            "server crashes → no answer in time → the stub tries again → the server deducts again → deducted twice → the caller knows only: done",
        ),
        (
            RETRY,
            &["crash server before commit of call 1"],
            "server crashes → no answer in time → the stub tries again → request finds no server → no answer in time → the stub tries again → request finds no server → no answer in time → the call fails → nothing deducted → the caller cannot tell",
        ),
        (
            RETRY,
            &["delay request of call 1 by 600 ms"],
            "no answer in time → the stub tries again → request late → the server deducts again → deducted twice → the caller knows only: done",
        ),
    ];
    for (semantics, faults, told) in table {
        assert_eq!(summary(&simulate(&run(*semantics, 3, faults))), *told, "{} with {faults:?}", semantics.name());
    }
}

#[test]
fn a_run_is_told_event_by_event() {
    let outcome = simulate(&run(RETRY, 3, &["drop reply of call 1"]));
    let told: Vec<String> = narrate(&outcome)
        .into_iter()
        .map(|sentence| {
            let mark = match sentence.weight {
                Weight::Usual => '.',
                Weight::Consequence => '→',
                Weight::Fault => '!',
            };
            format!(
                "{mark} {} ms, {}: {}",
                sentence.at.as_millis(),
                systems::rpc::names()[sentence.node.0 as usize],
                sentence.text
            )
        })
        .collect();
    let expected = [
        ". 0 ms, caller: The caller calls deductBalance(\"u42\", 50.00), as if it were a local procedure.",
        ". 12 ms, stub: The client stub packs the call into a request and sends it.",
        ". 88 ms, server: The server has attempt 1 and starts to work.",
        ". 128 ms, server: The server asks the database to deduct 50.00.",
        ". 155 ms, database: The database commits. Deducted once: the balance is 50.00.",
        ". 188 ms, server: The server hears that the transaction is committed.",
        ". 188 ms, server: The server replies: OK.",
        "! 223 ms, stub: The reply is lost on the way. The work is done; the news of it is gone.",
        "→ 412 ms, stub: 400 ms without a reply. Lost request, lost reply, crash, slow server: the stub cannot tell which.",
        "→ 489 ms, stub: The stub tries again: attempt 2. To the server it is a request like any other.",
        ". 568 ms, server: The server has attempt 2 and starts to work.",
        ". 608 ms, server: The server asks the database to deduct 50.00.",
        "→ 637 ms, database: The database commits. Deducted twice: the balance is 0.00.",
        ". 665 ms, server: The server hears that the transaction is committed.",
        ". 665 ms, server: The server replies: OK.",
        ". 747 ms, caller: The call returns OK. The caller knows: it was done.",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_fault_that_cannot_come_about_is_reported_with_the_reason() {
    let table: &[(Semantics, &[&str], &[&str])] = &[
        (MAYBE, &["drop reply of call 1"], &[]),
        (MAYBE, &["drop reply of call 2"], &["this run has one call, call 1"]),
        (
            MAYBE,
            &["drop request of call 1 attempt 2"],
            &["this run has one request, that of attempt 1, and another fault may have met it first"],
        ),
        (MAYBE, &["drop request of call 1", "delay reply of call 1 by 5 ms"], &["this run has no reply"]),
        (
            RETRY,
            &["drop reply of call 1", "drop reply of call 1 attempt 3"],
            &["the reply of attempt 3 is never sent, or another fault meets it first"],
        ),
        (
            MAYBE,
            &["drop request of call 1", "crash server after commit of call 1"],
            &["the server never comes to that step in this run, or another fault meets it first"],
        ),
        (MAYBE, &["crash server at 0 s", "crash server at 1 s"], &["the server is down already at that time"]),
        (MAYBE, &["restart server at 1 s"], &["the server is not down at that time"]),
        (MAYBE, &["cut stub to server at 0 s", "cut stub to server at 1 s"], &["the link is cut already at that time"]),
        (MAYBE, &["heal stub to server at 0 s"], &["the link is not cut at that time"]),
    ];
    for (semantics, faults, reasons) in table {
        let unmet = simulate(&run(*semantics, 3, faults)).unmet();
        let seen: Vec<_> = unmet.iter().map(|unmet| unmet.why.as_str()).collect();
        assert_eq!(seen, *reasons, "{faults:?}");
    }
}

#[test]
fn only_what_the_model_is_honest_about_can_go_wrong() {
    for text in ["crash database at 1 s", "crash caller at 1 s", "restart stub at 1 s", "cut caller to stub at 1 s"] {
        let error = vocabulary().parse(text).expect_err(text);
        assert!(error.choices == ["server"] || error.choices == ["stub"], "{text}: {error}");
    }
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
