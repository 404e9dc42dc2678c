use crate::random;
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
use protocols::rpc;
use sim::code;
use sim::{Duration, Fault, Phase, StepName, When};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Reads the code with the model that its name is of, and says what it read or why not.
fn read(model: &str, text: &str) -> Result<String, String> {
    match model {
        "call" => rpc::Run::from_code(text).map(|run| run.code()),
        other => panic!("no model {other}"),
    }
    .map_err(|error| error.to_string())
}

const MODELS: [&str; 1] = ["call"];

const CODES: [&str; 1] = [
    "2~at-most-once-durable~stream~attempts.2~timeout.500.ms~hops.2~propagate~key-reused~seed.7~delay.reply.by.600.ms~crash.after.commit.a2_back.300.ms",
];

#[test]
fn a_code_reads_back_as_the_run_that_it_is_of() {
    for number in 0..2_000 {
        let call = random::call(number);
        assert_eq!(rpc::Run::from_code(&call.code()), Ok(call), "call {number}");
    }
    for (model, text) in MODELS.into_iter().zip(CODES) {
        assert_eq!(read(model, text), Ok(text.to_owned()));
    }
}

#[test]
fn every_fault_has_a_short_form_and_is_read_in_both() {
    let table = [
        ("drop reply of call 1", "drop.reply"),
        ("drop reply of call 1 attempt 2 copy 2", "drop.reply.a2.c2"),
        ("duplicate request of call 1", "dup.request"),
        ("delay mail of call 1 copy 2 by 600 ms", "delay.mail.c2.by.600.ms"),
        ("reorder answer of call 1 attempt 3", "reorder.answer.a3"),
        ("crash server before commit of call 1", "crash.b4.commit"),
        ("crash server after reply of call 1 attempt 2, restart after 300 ms", "crash.after.reply.a2_back.300.ms"),
        ("crash server after receive of call 1, restart after 1 s", "crash.after.receive_back.1.s"),
        ("crash server at 400 ms, restart after 5 us", "crash.at.400.ms_back.5.us"),
        ("restart server at 1 s", "restart.server.at.1.s"),
        ("cut stub to server at 0 s", "cut.link.at.0.s"),
        ("heal stub to shop at 5 ms", "heal.stub.to.shop.at.5.ms"),
        ("drop forward of call 12 attempt 10", "drop.forward.of.call.12.a10"),
    ];
    for (text, short) in table {
        let fault = rpc::vocabulary().parse(text).expect(text);
        let run = rpc::Run { faults: vec![fault], ..rpc::Run::default() };
        assert_eq!(run.code(), format!("2~at-least-once~{short}"));
        let long = text.replace(", ", "_").replace(' ', ".");
        for code in [run.code(), format!("2~at-least-once~{long}")] {
            assert_eq!(rpc::Run::from_code(&code).as_ref(), Ok(&run), "{code}");
        }
    }
}

#[test]
fn a_code_can_stand_in_an_address_as_it_is() {
    let calls = (0..200).map(|number| random::call(number).code());
    for text in calls {
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)), "{text}");
    }
}

#[test]
fn the_shortest_codes_are_those_of_the_defaults() {
    assert_eq!(rpc::Run::default().code(), "2~at-least-once");
}

/// Every knob turned, as far as it goes.
fn all_knobs() -> rpc::Run {
    let ms = Duration::from_millis;
    let scenario = rpc::Scenario {
        semantics: rpc::Semantics::AtMostOnceVolatile,
        transport: rpc::Transport::Stream,
        attempts: 5,
        timeout: ms(1_999),
        deadline: Some(ms(19_999)),
        expiry: Some(ms(19_999)),
        hops: 2,
        propagate: true,
        mistake: Some(rpc::Mistake::NewKeyPerAttempt),
        balance: rpc::Cents(999_999_999),
        amount: rpc::Cents(999_999_998),
    };
    rpc::Run { scenario, seed: u64::MAX, faults: vec![] }
}

#[test]
fn six_faults_fit_into_400_characters_and_the_longest_run_into_what_is_read() {
    let faults = [
        "delay request of call 1 attempt 5 copy 2 by 1499 ms",
        "duplicate forward of call 1 attempt 5 copy 2",
        "crash server before receive of call 1 attempt 5 copy 2, restart after 1499 ms",
        "crash server before commit of call 1 attempt 5 copy 2, restart after 1499 ms",
        "cut shop to server at 12345 ms",
        "heal shop to server at 12345 ms",
    ];
    let mut run = all_knobs();
    run.faults = faults.iter().map(|fault| rpc::vocabulary().parse(fault).expect(fault)).collect();
    assert!(run.code().len() <= 400, "{}: {}", run.code().len(), run.code());
    assert_eq!(rpc::Run::from_code(&run.code()).map(|run| run.code()), Ok(run.code()));

    for number in 0..2_000 {
        let (knobs, mut run) = (all_knobs(), random::call(number));
        run.faults.extend(random::call(number + 1).faults);
        run.faults.truncate(6);
        let code = rpc::Run { faults: run.faults, ..knobs }.code();
        assert!(code.len() <= 400, "{}: {code}", code.len());
    }

    let step = StepName::new("receive", u32::MAX, u32::MAX);
    let crash = |micros| Fault::Crash {
        node: rpc::SERVER,
        when: When::Step(Phase::Before, step),
        restart_after: Some(Duration::from_micros(micros)),
    };
    run.faults = (0..rpc::Bounds::FAULTS as u64).map(|n| crash(999_999_999_990 + n % 9)).collect();
    assert!(run.code().len() <= code::LONGEST);
    assert_eq!(rpc::Run::from_code(&run.code()).map(|run| run.faults.len()), Ok(rpc::Bounds::FAULTS));
}

#[test]
fn a_code_that_cannot_be_read_says_why_and_what_to_do() {
    let cases = [
        (
            "call",
            "1~at-least-once",
            "the link is of version “1”, and this page reads version 2: reload the page, or ask for a new link",
        ),
        (
            "call",
            "",
            "the link is of version “”, and this page reads version 2: reload the page, or ask for a new link",
        ),
        (
            "call",
            "2~at-most-twice",
            "the link says “at-most-twice”: no call semantics of that name; copy the whole link again, or ask for a new one",
        ),
        (
            "call",
            "2~maybe~drop.rep",
            "the link says “drop rep”: unknown word `rep`; expected request, reply, forward, answer, mail; copy the whole link again, or ask for a new one",
        ),
        (
            "call",
            "2~maybe~crash.b4.comit",
            "the link says “crash b4 comit”: unknown word `comit`; expected receive, commit, reply; copy the whole link again, or ask for a new one",
        ),
        (
            "call",
            "2~maybe~drop.reply.a2.c",
            "the link says “drop reply a2 c”: `c` is too much here; copy the whole link again, or ask for a new one",
        ),
        (
            "call",
            "2~maybe~deadline.5",
            "the link says “deadline 5”: the sentence ends too early; expected us, ms, s; copy the whole link again, or ask for a new one",
        ),
        (
            "call",
            "2~maybe~propagate.2",
            "the link says “propagate 2”: `2` is too much here; copy the whole link again, or ask for a new one",
        ),
        (
            "call",
            "2~maybe~seed.x",
            "the link says “seed x”: `x` is not a whole number; copy the whole link again, or ask for a new one",
        ),
    ];
    for (model, text, error) in cases {
        assert_eq!(read(model, text), Err(error.to_owned()));
    }
    let long = format!("2~maybe~{}", "drop.reply.of.call.1~".repeat(200));
    assert_eq!(
        read("call", &long),
        Err("the link is longer than any that this page makes: copy it again, and nothing but the link".to_owned())
    );
    let many = format!("2~maybe{}", "~drop.reply.of.call.1".repeat(13));
    assert!(read("call", &many).is_err_and(|error| error.contains("more than 12 faults")));
}

#[test]
fn what_is_out_of_bounds_becomes_the_nearest_within() {
    let cases = [
        ("call", "2~maybe~attempts.0~timeout.9.s", "2~maybe~attempts.1~timeout.2000.ms"),
        ("call", "2~maybe~attempts.4294967298", "2~maybe~attempts.5"),
        (
            "call",
            "2~maybe~deadline.0.ms~expiry.999.s~hops.9~balance.99999999999999999",
            "2~maybe~deadline.1.ms~expiry.20000.ms~hops.2~balance.999999999",
        ),
    ];
    for (model, text, within) in cases {
        assert_eq!(read(model, text), Ok(within.to_owned()));
    }
}

/// What the codes of calls are made of.
const WORDS: &[&str] = &[
    "drop",
    "dup",
    "duplicate",
    "delay",
    "reorder",
    "crash",
    "restart",
    "cut",
    "heal",
    "link",
    "stub",
    "shop",
    "server",
    "to",
    "by",
    "at",
    "b4",
    "before",
    "after",
    "request",
    "reply",
    "mail",
    "commit",
    "of",
    "call",
    "1",
    "a2",
    "c2",
    "a",
    "attempt",
    "copy",
    "_back",
    "_",
    "300",
    "ms",
    "s",
    "us",
    "hops",
    "seed",
    "propagate",
    "99999999999999999999",
    "stream",
];

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..Config::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in "(2~)?\\PC{0,60}") {
        for model in MODELS {
            let _ = read(model, &text);
        }
    }

    #[test]
    fn no_order_of_the_words_of_calls_makes_the_reader_panic(
        fields in prop::collection::vec(prop::collection::vec(prop::sample::select(WORDS), 1..8), 0..4),
    ) {
        let fields: Vec<_> = fields.iter().map(|words| words.join(".")).collect();
        let text = format!("2~outbox~{}", fields.join("~"));
        if let Ok(run) = rpc::Run::from_code(&text) {
            prop_assert_eq!(rpc::Run::from_code(&run.code()), Ok(run));
        }
    }

    #[test]
    fn a_damaged_code_is_refused_or_read_as_another_run(
        which in 0usize..1,
        at in any::<prop::sample::Index>(),
        instead in prop::option::of("\\PC"),
    ) {
        let mut characters: Vec<char> = CODES[which].chars().collect();
        let at = at.index(characters.len());
        match instead.and_then(|text| text.chars().next()) {
            Some(other) => characters[at] = other,
            None => { characters.truncate(at); }
        }
        let text: String = characters.into_iter().collect();
        for model in MODELS {
            match read(model, &text) {
                // What was read is said again in a code that means the same.
                Ok(code) => prop_assert_eq!(read(model, &code), Ok(code)),
                Err(error) => prop_assert!(error.contains("copy") || error.contains("reload"), "{}", error),
            }
        }
    }
}
