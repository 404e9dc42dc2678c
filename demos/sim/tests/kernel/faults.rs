use proptest::prelude::*;
use sim::{Duration, Fault, MessageName, NodeId, Phase, StepName, Time, Vocabulary, When, words::WordError};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A server and twelve clients; the server can crash, and each client's link can be cut.
fn with_vocabulary<T>(then: impl FnOnce(Vocabulary<'_>) -> T) -> T {
    let clients = (1..=12).map(|n| format!("client {n}"));
    let nodes: Vec<String> = std::iter::once("server".to_owned()).chain(clients).collect();
    let links: Vec<_> = (1..=12).map(|n| (NodeId(n), NodeId(0))).collect();
    then(Vocabulary {
        nodes: &nodes,
        messages: &["request", "reply"],
        steps: &["receive", "time out"],
        crashing: &[NodeId(0), NodeId(1), NodeId(12)],
        links: &links,
    })
}

fn parse(text: &str) -> Result<Fault, WordError> {
    with_vocabulary(|vocabulary| vocabulary.parse(text))
}

fn fault() -> impl Strategy<Value = Fault> {
    let micros = || {
        prop_oneof![
            0u64..1_000,
            (0u64..5_000).prop_map(|ms| ms * 1_000),
            (0u64..120).prop_map(|s| s * 1_000_000),
            0..1_000_000_000_000u64
        ]
    };
    let time = move || micros().prop_map(Time::from_micros);
    let length = move || micros().prop_map(Duration::from_micros);
    let number = || prop_oneof![1u32..4, any::<u32>()];
    let message = move || {
        (prop::sample::select(vec!["request", "reply"]), number(), number(), number())
            .prop_map(|(kind, call, attempt, copy)| MessageName::new(kind, call, attempt).copy(copy))
    };
    let step = (any::<bool>(), prop::sample::select(vec!["receive", "time out"]), number(), number()).prop_map(
        |(before, step, call, attempt)| {
            When::Step(if before { Phase::Before } else { Phase::After }, StepName::new(step, call, attempt))
        },
    );
    let node = || prop::sample::select(vec![NodeId(0), NodeId(1), NodeId(12)]);
    let client = || (1u32..=12).prop_map(NodeId);
    let when = prop_oneof![time().prop_map(When::At), step];
    prop_oneof![
        message().prop_map(Fault::Drop),
        message().prop_map(Fault::Duplicate),
        message().prop_map(Fault::Reorder),
        (message(), length()).prop_map(|(message, by)| Fault::Delay(message, by)),
        (node(), when, prop::option::of(length())).prop_map(|(node, when, restart_after)| Fault::Crash {
            node,
            when,
            restart_after
        }),
        (node(), time()).prop_map(|(node, at)| Fault::Restart { node, at }),
        (client(), time()).prop_map(|(a, at)| Fault::CutLink { a, b: NodeId(0), at }),
        (client(), time()).prop_map(|(a, at)| Fault::HealLink { a, b: NodeId(0), at }),
    ]
}

proptest! {
    #![proptest_config(crate::cases(500))]

    #[test]
    fn what_is_said_of_a_fault_reads_back_as_that_fault(fault in fault()) {
        let said = with_vocabulary(|vocabulary| vocabulary.say(&fault));
        prop_assert_eq!(parse(&said), Ok(fault), "{}", said);
    }

    // Made of the words that faults are made of, so that it gets past the first.
    #[test]
    fn no_sentence_makes_the_parser_panic_or_point_outside_it(
        words in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "drop", "delay", "crash", "restart", "cut", "heal", "server", "client", "12", "1", "reply", "of",
                    "call", "attempt", "copy", "by", "before", "after", "at", "to", ",", "600", "2.5", "ms", "s", "time", "out",
                ]).prop_map(str::to_owned),
                "\\PC{0,4}",
            ],
            0..10,
        ),
    ) {
        let text = words.join(" ");
        if let Err(error) = parse(&text) {
            prop_assert!(text.get(error.at.clone()).is_some(), "{:?} of {:?}", error.at, text);
            prop_assert!(!error.message.is_empty());
        }
    }
}

#[test]
fn every_form_of_a_fault_can_be_said() {
    let table = [
        "drop reply of call 1 attempt 2",
        "duplicate request of call 1",
        "delay reply of call 1 by 600 ms",
        "crash server before receive of call 1",
        "crash server after time out of call 2 attempt 3, restart after 300 ms",
        "crash server at 10 s",
        "crash client 12 at 10 s, restart after 5 s",
        "restart server at 15 s",
        "cut client 1 to server at 5 s",
        "heal client 12 to server at 8 s",
    ];
    for text in table {
        let fault = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(with_vocabulary(|vocabulary| vocabulary.say(&fault)), text);
    }
}

#[test]
fn spaces_do_not_matter_and_times_may_have_a_point() {
    let same = [
        ("  delay   reply of call 1 by 2.5 s ", "delay reply of call 1 by 2500 ms"),
        ("crash server at 0.0004 s,restart after 1.5 ms", "crash server at 400 us, restart after 1500 us"),
        ("drop reply of call 1 attempt 1", "drop reply of call 1"),
    ];
    for (loose, strict) in same {
        assert_eq!(parse(loose), parse(strict), "{loose}");
        assert!(parse(loose).is_ok(), "{loose}");
    }
}

#[test]
fn client_12_is_not_client_1() {
    let node = |text: &str| match parse(text) {
        Ok(Fault::CutLink { a, .. }) => a.0,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(node("cut client 1 to server at 1 s"), 1);
    assert_eq!(node("cut client 12 to server at 1 s"), 12);
}

#[test]
fn an_error_points_at_the_wrong_words_and_lists_what_could_stand_there() {
    let unit = &["us", "ms", "s"][..];
    let time = &["a time such as 400 ms or 2.5 s"][..];
    let mortal = &["server", "client 1", "client 12"][..];
    // The sentence with the wrong words in brackets, what is wrong with them, what could stand there.
    let table: &[(&str, &str, &[&str])] = &[
        (
            "[dorp] reply of call 1",
            "unknown word `dorp`",
            &["drop", "duplicate", "delay", "reorder", "crash", "restart", "cut", "heal"],
        ),
        ("drop [answer] of call 1", "unknown word `answer`", &["request", "reply"]),
        ("drop reply [off] call 1", "unknown word `off`", &["of"]),
        ("drop reply of call [one]", "`one` is not a whole number", &[]),
        ("drop reply of call[]", "a number is missing at the end", &[]),
        ("drop reply of call 1 [and wait a bit]  ", "`and` is too much here", &[]),
        ("delay reply of call 1[]", "the sentence ends too early", &["by"]),
        ("delay reply of call 1 by[]", "a time is missing at the end", time),
        ("delay reply of call 1 by [soon] ms", "`soon` is not a time", time),
        ("delay reply of call 1 by [-5] ms", "`-5` is not a time", time),
        ("delay reply of call 1 by 5 [min]", "unknown word `min`", unit),
        ("delay reply of call 1 by 5[]", "the sentence ends too early", unit),
        ("crash [client 99] at 5 s", "unknown words `client 99`", mortal),
        ("crash [client 2] at 5 s", "unknown words `client 2`", mortal),
        ("crash [client] ", "unknown word `client`", mortal),
        ("crash server before [tea] of call 1", "unknown word `tea`", &["receive", "time out"]),
        ("crash server before [time in] of call 1", "unknown words `time in`", &["receive", "time out"]),
        ("crash server at 5 s, [then] restart", "unknown word `then`", &["restart"]),
        ("cut client 3 to [client] 4 at 1 s", "unknown word `client`", &["server"]),
        (
            "[]",
            "the sentence ends too early",
            &["drop", "duplicate", "delay", "reorder", "crash", "restart", "cut", "heal"],
        ),
    ];
    for (marked, message, choices) in table {
        let text = marked.replace(['[', ']'], "");
        let start = marked.find('[').expect("the place is marked");
        let end = marked.find(']').expect("the place is marked") - 1;
        let error = parse(&text).expect_err(marked);
        assert_eq!(error.message, *message, "{marked}");
        assert_eq!(&text[error.at.clone()], &text[start..end], "{marked}");
        assert_eq!(error.choices, *choices, "{marked}");
    }
}
