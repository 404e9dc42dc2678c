use crate::{random, worlds};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
use sim::{Duration, Fault, Phase, StepName, Time, When};
use systems::{
    code,
    distribution::Plan,
    live::{Action, Change, Run},
    models, rpc,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Reads the code with the model that its name is of, and says what it read or why not.
fn read(model: &str, text: &str) -> Result<String, String> {
    match model {
        "call" => rpc::Run::from_code(text).map(|run| run.code()),
        "live" => Run::from_code(text).map(|run| run.code()),
        "plan" => Plan::from_code(text).map(|plan| plan.code()),
        other => panic!("no model {other}"),
    }
    .map_err(|error| error.to_string())
}

const MODELS: [&str; 3] = ["call", "live", "plan"];

const CODES: [&str; 3] = [
    "2~at-most-once-durable~stream~attempts.2~timeout.500.ms~hops.2~propagate~key-reused~seed.7~delay.reply.by.600.ms~crash.after.commit.a2_back.300.ms",
    "2~client-server~users.3~load.20~balancer.two-choices~seconds.90~seed.9~at.10.s.stop.server~at.12500.ms.set.load.to.4",
    "2~distribution-time~file.4000~up.0",
];

/// So many runs of every architecture.
fn live_runs(each: u64) -> impl Iterator<Item = Run> {
    models::ALL.iter().flat_map(move |model| (0..each).map(|number| worlds::random(model, number, true)))
}

#[test]
fn a_code_reads_back_as_the_run_that_it_is_of() {
    for number in 0..2_000 {
        let call = random::call(number);
        assert_eq!(rpc::Run::from_code(&call.code()), Ok(call), "call {number}");
    }
    for run in live_runs(200) {
        assert_eq!(Run::from_code(&run.code()).as_ref(), Ok(&run), "{}", run.code());
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
    for text in calls.chain(live_runs(200).map(|run| run.code())) {
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)), "{text}");
    }
}

#[test]
fn the_shortest_codes_are_those_of_the_defaults() {
    assert_eq!(rpc::Run::default().code(), "2~at-least-once");
    for model in models::ALL {
        assert_eq!(Run::new(model).code(), format!("2~{}", model.name));
    }
    assert_eq!(Plan::default().code(), "2~distribution-time");
}

#[test]
fn actions_are_read_in_any_order_and_kept_in_that_of_time() {
    let [a, b, c] = ["at.5.s.set.load.to.20", "at.7.s.stop.server-1", "at.9500.ms.restart.server-1"];
    let read = |fields: [&str; 3]| Run::from_code(&format!("2~client-server~{}", fields.join("~"))).expect("a code");
    let run = read([a, b, c]);
    assert!(run.actions.is_sorted_by_key(|action| action.at) && run.actions.len() == 3);
    for order in [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
        assert_eq!(read(order), run);
    }
}

#[test]
fn an_action_that_the_run_never_comes_to_is_refused() {
    let code = |seconds: u32, at: &str| format!("2~client-server~at.{at}.stop.server-1~seconds.{seconds}");
    let last = Run::from_code(&code(20, "19999999.us")).expect("a moment before the end");
    assert_eq!(last.actions.len(), 1);
    for at in ["20.s", "20000001.us", "90.s"] {
        let error = Run::from_code(&code(20, at)).expect_err(at).to_string();
        assert!(error.contains("the run ends at 20 s") && error.contains("stop server-1"), "{error}");
        assert!(Run::from_code(&code(91, at)).is_ok(), "{at}");
    }
    // Without a word of its length it lasts as long as usual.
    let usual = models::find("client-server").expect("a model").seconds.1;
    let error = Run::from_code(&format!("2~client-server~at.{usual}.s.stop.server-1")).expect_err("too late");
    assert!(error.to_string().contains("the run ends at"), "{error}");
}

#[test]
fn a_share_is_said_in_words_or_with_a_sign() {
    let model = models::find("peer-to-peer").expect("peers");
    let settings = Run::new(model).settings;
    let [words, sign] = ["at 5 s stop 30 percent of peers", "at 5 s stop 30 % of peers"]
        .map(|text| Action::parse(model, &settings, text).expect(text));
    assert_eq!(words, sign);
    assert_eq!(sign.written(model, &settings), "at 5 s stop 30 percent of peers");
}

#[test]
fn the_longest_run_fits_into_what_is_read() {
    for model in models::ALL {
        let mut run = worlds::random(model, 1, true);
        run.seconds = model.seconds.2;
        run.seed = u64::MAX;
        let names = model.names(&run.settings);
        let nodes = names.count().min(50);
        let later = Duration::from_millis(Change::LATER_MS.1.into());
        let delays = (0..nodes).flat_map(|a| (0..nodes).map(move |b| Change::Delay(a, b, later)));
        let longest = delays
            .filter(|change| (model.accepts)(&run.settings, change).is_ok())
            .max_by_key(|change| change.written(&names, &run.settings).len())
            .expect("a link");
        let at = |n| Time::from_micros(59_999_001 + n);
        run.actions = (0..Run::ACTIONS as u64).map(|n| Action { at: at(n), change: longest }).collect();
        let code = run.code();
        assert!(code.len() <= code::LONGEST * 3 / 4, "{} characters: {code}", code.len());
        assert_eq!(Run::from_code(&code), Ok(run));
    }
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
        (
            "live",
            "2~star",
            "the link says “star”: no architecture of that name; there are client-server, peer-to-peer, swarm, multi-tier, super-peers, edge, microservices; copy the whole link again, or ask for a new one",
        ),
        (
            "live",
            "2~client-server~cliens.3",
            "the link says “cliens 3”: no knob of that name; copy the whole link again, or ask for a new one",
        ),
        (
            "live",
            "2~client-server~balancer.round",
            "the link says “balancer round”: expected random, round-robin, least-connections, two-choices; copy the whole link again, or ask for a new one",
        ),
        (
            "live",
            "2~client-server~at.3.s.stop.sever-1",
            "the link says “at 3 s stop sever-1”: there is no `sever-1` here; expected client-1 … client-6, server; copy the whole link again, or ask for a new one",
        ),
        (
            "live",
            "2~client-server~load",
            "the link says “load”: a number is missing or damaged; copy the whole link again, or ask for a new one",
        ),
        (
            "live",
            "2~client-server~at.3.s.set.load.to.999999",
            "the link says “at 3 s set load to 999999”: 999999 is out of bounds; expected 0 to 200000; copy the whole link again, or ask for a new one",
        ),
        (
            "plan",
            "2~peer-to-peer",
            "the link says “peer-to-peer”: that is not a link to this figure; copy the whole link again, or ask for a new one",
        ),
        (
            "plan",
            "2~distribution-time~size.4",
            "the link says “size 4”: expected file, server, down, up or peers and a number; copy the whole link again, or ask for a new one",
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
    let many = format!("2~client-server{}", "~at.1.s.stop.server-1".repeat(41));
    assert!(read("live", &many).is_err_and(|error| error.contains("more than 40 actions")));
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
        (
            "live",
            "2~client-server~users.99999999~load.9999999999~service-ms.0~seconds.7",
            "2~client-server~users.10000000~load.200000~service-ms.1~seconds.10",
        ),
        (
            "plan",
            "2~distribution-time~file.0~server.4294967297~up.4294967297",
            "2~distribution-time~file.1~server.100000~up.10000",
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
        which in 0usize..3,
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
