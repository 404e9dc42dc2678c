use crate::worlds;
use architectures::{
    distribution::Plan,
    live::{Action, Change, Run},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
use sim::code;
use sim::{Duration, Time};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Reads the code with the model that its name is of, and says what it read or why not.
fn read(model: &str, text: &str) -> Result<String, String> {
    match model {
        "live" => architectures::run_of(text).map(|run| run.code()),
        "plan" => Plan::from_code(text).map(|plan| plan.code()),
        other => panic!("no model {other}"),
    }
    .map_err(|error| error.to_string())
}

const MODELS: [&str; 2] = ["live", "plan"];

const CODES: [&str; 2] = [
    "2~client-server~users.3~load.20~balancer.two-choices~seconds.90~seed.9~at.10.s.stop.server~at.12500.ms.set.load.to.4",
    "2~distribution-time~file.4000~up.0",
];

/// So many runs of every architecture.
fn live_runs(each: u64) -> impl Iterator<Item = Run> {
    architectures::ALL.iter().flat_map(move |model| (0..each).map(|number| worlds::random(model, number, true)))
}

#[test]
fn a_code_reads_back_as_the_run_that_it_is_of() {
    for run in live_runs(200) {
        assert_eq!(architectures::run_of(&run.code()).as_ref(), Ok(&run), "{}", run.code());
    }
    for (model, text) in MODELS.into_iter().zip(CODES) {
        assert_eq!(read(model, text), Ok(text.to_owned()));
    }
}

#[test]
fn a_code_can_stand_in_an_address_as_it_is() {
    for text in live_runs(200).map(|run| run.code()) {
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)), "{text}");
    }
}

#[test]
fn the_shortest_codes_are_those_of_the_defaults() {
    for model in architectures::ALL {
        assert_eq!(Run::new(model).code(), format!("2~{}", model.name));
    }
    assert_eq!(Plan::default().code(), "2~distribution-time");
}

#[test]
fn actions_are_read_in_any_order_and_kept_in_that_of_time() {
    let [a, b, c] = ["at.5.s.set.load.to.20", "at.7.s.stop.server-1", "at.9500.ms.restart.server-1"];
    let read =
        |fields: [&str; 3]| architectures::run_of(&format!("2~client-server~{}", fields.join("~"))).expect("a code");
    let run = read([a, b, c]);
    assert!(run.actions.is_sorted_by_key(|action| action.at) && run.actions.len() == 3);
    for order in [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
        assert_eq!(read(order), run);
    }
}

#[test]
fn an_action_that_the_run_never_comes_to_is_refused() {
    let code = |seconds: u32, at: &str| format!("2~client-server~at.{at}.stop.server-1~seconds.{seconds}");
    let last = architectures::run_of(&code(20, "19999999.us")).expect("a moment before the end");
    assert_eq!(last.actions.len(), 1);
    for at in ["20.s", "20000001.us", "90.s"] {
        let error = architectures::run_of(&code(20, at)).expect_err(at).to_string();
        assert!(error.contains("the run ends at 20 s") && error.contains("stop server-1"), "{error}");
        assert!(architectures::run_of(&code(91, at)).is_ok(), "{at}");
    }
    // Without a word of its length it lasts as long as usual.
    let usual = architectures::find("client-server").expect("a model").seconds.1;
    let error = architectures::run_of(&format!("2~client-server~at.{usual}.s.stop.server-1")).expect_err("too late");
    assert!(error.to_string().contains("the run ends at"), "{error}");
}

#[test]
fn a_share_is_said_in_words_or_with_a_sign() {
    let model = architectures::find("peer-to-peer").expect("peers");
    let settings = Run::new(model).settings;
    let [words, sign] = ["at 5 s stop 30 percent of peers", "at 5 s stop 30 % of peers"]
        .map(|text| Action::parse(model, &settings, text).expect(text));
    assert_eq!(words, sign);
    assert_eq!(sign.written(model, &settings), "at 5 s stop 30 percent of peers");
}

#[test]
fn the_longest_run_fits_into_what_is_read() {
    for model in architectures::ALL {
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
        assert_eq!(architectures::run_of(&code), Ok(run));
    }
}

#[test]
fn a_code_that_cannot_be_read_says_why_and_what_to_do() {
    let cases = [
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
    let many = format!("2~client-server{}", "~at.1.s.stop.server-1".repeat(41));
    assert!(read("live", &many).is_err_and(|error| error.contains("more than 40 actions")));
}

#[test]
fn what_is_out_of_bounds_becomes_the_nearest_within() {
    let cases = [
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

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..Config::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in "(2~)?\\PC{0,60}") {
        for model in MODELS {
            let _ = read(model, &text);
        }
    }

    #[test]
    fn a_damaged_code_is_refused_or_read_as_another_run(
        which in 0usize..2,
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
