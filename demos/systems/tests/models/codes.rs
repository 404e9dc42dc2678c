use crate::random;
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
use sim::{Duration, Fault, Phase, StepName, When};
use systems::{architecture::Map, client_server, code, distribution::Plan, rpc};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Reads the code with the model that its name is of, and says what it read or why not.
fn read(model: &str, text: &str) -> Result<String, String> {
    match model {
        "call" => rpc::Run::from_code(text).map(|run| run.code()),
        "service" => client_server::Run::from_code(text).map(|run| run.code()),
        "map" => Map::from_code(text).map(|map| map.code()),
        "plan" => Plan::from_code(text).map(|plan| plan.code()),
        other => panic!("no model {other}"),
    }
    .map_err(|error| error.to_string())
}

const MODELS: [&str; 4] = ["call", "service", "map", "plan"];

const CODES: [&str; 4] = [
    "1~at-least-once~attempts.2~timeout.500.ms~seed.7~delay.reply.of.call.1.by.600.ms~crash.server.after.commit.of.call.1.attempt.2_restart.after.300.ms",
    "1~client-server~clients.3~load.20~seed.9~at.10.s.stop.server~at.12500.ms.set.load.to.4",
    "1~peer-to-peer~peer-2~peer-8",
    "1~distribution-time~file.4000~up.0",
];

#[test]
fn a_code_reads_back_as_the_run_that_it_is_of() {
    for number in 0..500 {
        let call = random::call(number);
        assert_eq!(rpc::Run::from_code(&call.code()), Ok(call), "call {number}");
        let service = random::service(number);
        assert_eq!(client_server::Run::from_code(&service.code()), Ok(service), "service {number}");
    }
    for (model, text) in MODELS.into_iter().zip(CODES) {
        assert_eq!(read(model, text), Ok(text.to_owned()));
    }
}

#[test]
fn a_code_can_stand_in_an_address_as_it_is() {
    for number in 0..200 {
        for text in [random::call(number).code(), random::service(number).code()] {
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)), "{text}");
        }
    }
}

#[test]
fn the_shortest_codes_are_those_of_the_defaults() {
    assert_eq!(rpc::Run::default().code(), "1~at-least-once");
    assert_eq!(client_server::Run::default().code(), "1~client-server");
    assert_eq!(Plan::default().code(), "1~distribution-time");
}

#[test]
fn six_faults_fit_into_400_characters_and_the_longest_run_into_what_is_read() {
    let faults = [
        "drop request of call 1",
        "delay reply of call 1 attempt 2 by 600 ms",
        "duplicate request of call 1 attempt 2",
        "drop reply of call 1 attempt 3",
        "crash server before receive of call 1 attempt 3, restart after 300 ms",
        "crash server after commit of call 1 attempt 4, restart after 300 ms",
    ];
    let mut run = random::call(3);
    run.faults = faults.iter().map(|fault| rpc::vocabulary().parse(fault).expect(fault)).collect();
    assert!(run.code().len() <= 400, "{}: {}", run.code().len(), run.code());

    let step = StepName { step: "receive", call: u32::MAX, attempt: u32::MAX };
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
            "2~at-least-once",
            "the link is of version “2”, and this page reads version 1: reload the page, or ask for a new link",
        ),
        (
            "call",
            "",
            "the link is of version “”, and this page reads version 1: reload the page, or ask for a new link",
        ),
        (
            "call",
            "1~at-most-twice",
            "the link says “at-most-twice”: no call semantics of that name; copy the whole link again, or ask for a new one",
        ),
        (
            "call",
            "1~maybe~drop.rep",
            "the link says “drop rep”: unknown word `rep`; expected request, reply; copy the whole link again, or ask for a new one",
        ),
        (
            "call",
            "1~maybe~seed.x",
            "the link says “seed x”: `x` is not a whole number; copy the whole link again, or ask for a new one",
        ),
        (
            "service",
            CODES[0],
            "the link says “at-least-once”: no architecture of that name here; copy the whole link again, or ask for a new one",
        ),
        (
            "service",
            "1~client-server~cliens.3",
            "the link says “cliens 3”: no knob of that name; copy the whole link again, or ask for a new one",
        ),
        (
            "service",
            "1~client-server~load",
            "the link says “load”: a number is missing or damaged; copy the whole link again, or ask for a new one",
        ),
        (
            "service",
            "1~client-server~at.3.s.set.load.to.99",
            "the link says “at 3 s set load to 99”: 99 is out of bounds; expected 0 to 60; copy the whole link again, or ask for a new one",
        ),
        (
            "map",
            "1~star",
            "the link says “star”: no architecture of that name; there are client-server, peer-to-peer, multi-tier, super-peers, edge, microservices; copy the whole link again, or ask for a new one",
        ),
        (
            "map",
            "1~multi-tier~server",
            "the link says “server”: no node of that name; there are browser-1, browser-2, browser-3, browser-4, browser-5, browser-6, api-1, api-2, database; copy the whole link again, or ask for a new one",
        ),
        (
            "plan",
            CODES[2],
            "the link says “peer-to-peer”: that is not a link to this figure; copy the whole link again, or ask for a new one",
        ),
        (
            "plan",
            "1~distribution-time~size.4",
            "the link says “size 4”: expected file, server, down, up or peers and a number; copy the whole link again, or ask for a new one",
        ),
    ];
    for (model, text, error) in cases {
        assert_eq!(read(model, text), Err(error.to_owned()));
    }
    let long = format!("1~maybe~{}", "drop.reply.of.call.1~".repeat(100));
    assert_eq!(
        read("call", &long),
        Err("the link is longer than any that this page makes: copy it again, and nothing but the link".to_owned())
    );
    let many = format!("1~maybe{}", "~drop.reply.of.call.1".repeat(13));
    assert!(read("call", &many).is_err_and(|error| error.contains("more than 12 faults")));
    let many = format!("1~client-server{}", "~at.1.s.stop.server".repeat(41));
    assert!(read("service", &many).is_err_and(|error| error.contains("more than 40 actions")));
}

#[test]
fn what_is_out_of_bounds_becomes_the_nearest_within() {
    let cases = [
        ("call", "1~maybe~attempts.0~timeout.9.s", "1~maybe~attempts.1~timeout.2000.ms"),
        ("call", "1~maybe~attempts.4294967298", "1~maybe~attempts.5"),
        (
            "service",
            "1~client-server~clients.99~load.9999999999~latency.0",
            "1~client-server~clients.12~load.60~latency.1",
        ),
        (
            "plan",
            "1~distribution-time~file.0~server.4294967297~up.4294967297",
            "1~distribution-time~file.1~server.100000~up.10000",
        ),
    ];
    for (model, text, within) in cases {
        assert_eq!(read(model, text), Ok(within.to_owned()));
    }
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..Config::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in "(1~)?\\PC{0,60}") {
        for model in MODELS {
            let _ = read(model, &text);
        }
    }

    #[test]
    fn a_damaged_code_is_refused_or_read_as_another_run(
        which in 0usize..4,
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
