use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
use protocols::rpc::call_chain::{Call, Place, Role, Stage, Status, frame, hex, unframe};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn means(stage: &Stage) -> Vec<(String, &str)> {
    stage.parts.iter().map(|part| (hex(&stage.bytes[part.range.clone()]), part.means.as_str())).collect()
}

fn said<'a>(list: &'a [(String, &'a str)]) -> Vec<(&'a str, &'a str)> {
    list.iter().map(|(bytes, means)| (bytes.as_str(), *means)).collect()
}

#[test]
fn the_bytes_of_add_3_4_are_those_of_the_encoding() {
    let journey = Call::default().journey();
    assert_eq!((hex(&journey.request).as_str(), hex(&journey.reply).as_str()), ("08 03 10 04", "08 07"));
    assert_eq!((journey.sum, journey.status), (Some(7), Status::Ok));
    let bytes: Vec<_> = journey.stages.iter().map(|stage| hex(&stage.bytes)).collect();
    assert_eq!(
        bytes,
        [
            "",
            "08 03 10 04",
            "00 00 00 00 04 08 03 10 04",
            "08 03 10 04",
            "",
            "08 07",
            "00 00 00 00 02 08 07",
            "08 07",
            ""
        ]
    );
    assert_eq!(
        said(&means(&journey.stages[1])),
        [("08", "field 1 (a), varint"), ("03", "value 3"), ("10", "field 2 (b), varint"), ("04", "value 4")]
    );
    assert_eq!(
        said(&means(&journey.stages[2])),
        [("00", "not compressed"), ("00 00 00 04", "length 4"), ("08 03 10 04", "the AddRequest")]
    );
    assert_eq!(said(&means(&journey.stages[7])), [("08", "field 1 (sum), varint"), ("07", "value 7")]);
    let values: Vec<_> = journey.stages.iter().map(|stage| stage.value.as_str()).collect();
    assert_eq!(
        values,
        [
            "add(3, 4)",
            "AddRequest { a: 3, b: 4 }",
            ":path /Calculator/Add",
            "AddRequest { a: 3, b: 4 }",
            "3 + 4 = 7",
            "AddReply { sum: 7 }",
            "grpc-status 0 (OK)",
            "AddReply { sum: 7 }",
            "add(3, 4) = 7",
        ]
    );
}

#[test]
fn the_way_back_is_the_way_there_backwards() {
    for call in [Call::default(), Call { a: i32::MAX, b: 1 }] {
        let journey = call.journey();
        let places: Vec<_> = journey.stages.iter().map(|stage| stage.place).collect();
        assert_eq!(places[..5], Place::ALL);
        assert!(places.iter().eq(places.iter().rev()));
    }
}

#[test]
fn zeros_are_not_sent() {
    let nothing = Call { a: 0, b: 0 }.journey();
    assert_eq!((nothing.request.len(), nothing.reply.len(), nothing.sum), (0, 0, Some(0)));
    assert_eq!(hex(&nothing.stages[2].bytes), "00 00 00 00 00");
    assert_eq!(said(&means(&nothing.stages[2])), [("00", "not compressed"), ("00 00 00 00", "length 0")]);
    assert!(nothing.stages[1].words.contains("a and b are 0 and are not sent at all"), "{}", nothing.stages[1].words);

    let half = Call { a: 0, b: 5 }.journey();
    assert_eq!(hex(&half.request), "10 05");
    assert!(half.stages[1].words.contains(" a is 0 and is not sent at all"), "{}", half.stages[1].words);
    let opposites = Call { a: 1, b: -1 }.journey();
    assert!(opposites.stages[5].words.contains("sum is 0 and is not sent"), "{}", opposites.stages[5].words);
}

#[test]
fn large_and_negative_numbers_take_more_bytes_and_it_is_said() {
    let large = Call { a: 150, b: 4 }.journey();
    assert_eq!(hex(&large.request), "08 96 01 10 04");
    let why = &large.stages[1].parts[1].why;
    assert!(why.starts_with("22 + 1 × 128 = 150:"), "{why}");
    assert!(large.stages[1].words.ends_with("the largest here takes 2 bytes."), "{}", large.stages[1].words);

    let negative = Call { a: -2, b: 4 }.journey();
    assert_eq!(hex(&negative.request), "08 fe ff ff ff ff ff ff ff ff 01 10 04");
    assert_eq!(negative.stages[1].parts[1].means, "value -2");
    assert!(negative.stages[1].words.contains("a is negative and takes 10 bytes,"), "{}", negative.stages[1].words);
    let both = Call { a: -2, b: -4 }.journey();
    assert!(both.stages[1].words.contains("a and b are negative and take 10 bytes each,"), "{}", both.stages[1].words);
}

#[test]
fn a_sum_that_does_not_fit_is_an_error_and_no_message() {
    for (call, exact, end) in [
        (Call { a: i32::MAX, b: 1 }, "2147483648", "2147483647"),
        (Call { a: i32::MIN, b: -1 }, "-2147483649", "-2147483648"),
    ] {
        let journey = call.journey();
        assert_eq!((journey.sum, journey.status, journey.status.number()), (None, Status::OutOfRange, 11));
        assert!(journey.stages[4].words.contains(exact) && journey.stages[4].words.contains(end));
        assert!(journey.stages[5..].iter().all(|stage| stage.bytes.is_empty() && stage.parts.is_empty()));
        assert!(journey.stages[8].words.contains("OUT_OF_RANGE") && journey.summary().contains("OUT_OF_RANGE"));
    }
    assert_eq!(Call { a: i32::MAX, b: i32::MIN }.journey().sum, Some(-1));
}

#[test]
fn frames_that_are_damaged_are_refused() {
    let good = frame(&[8, 3]);
    assert_eq!(unframe(&good), Some(&[8, 3][..]));
    for bad in [&good[..4], &good[..6], &[1, 0, 0, 0, 2, 8, 3], &[0, 0, 0, 0, 1, 8, 3], &[]] {
        assert_eq!(unframe(bad), None, "{bad:?}");
    }
}

#[test]
fn a_code_reads_back_and_a_damaged_one_says_why() {
    assert_eq!(Call::default().code(), "2~add~3~4");
    let read = |code: &str| Call::from_code(code).map_err(|error| error.to_string());
    assert_eq!(read("2~add~-99999999999~7"), Ok(Call { a: i32::MIN, b: 7 }));
    for (code, why) in [
        ("1~add~3~4", "version"),
        ("2~sub~3~4", "“sub”: that is not a link to this figure"),
        ("2~add~3", "two numbers"),
        ("2~add~3~4~5", "two numbers"),
        ("2~add~3~four", "“four”: that is not a whole number"),
        ("2", "that is not a link to this figure"),
    ] {
        assert!(read(code).is_err_and(|error| error.contains(why)), "{code}");
    }
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(3), ..Config::default() })]

    #[test]
    fn any_two_numbers_arrive_and_their_sum_comes_back(a: i32, b: i32) {
        let journey = Call { a, b }.journey();
        prop_assert_eq!(journey.sum, a.checked_add(b));
        prop_assert_eq!(&journey.stages[3].value, &format!("AddRequest {{ a: {a}, b: {b} }}"));
        prop_assert_eq!(Call::from_code(&journey.call.code()), Ok(journey.call));
        prop_assert_eq!(journey.stages.len(), 9);
    }

    #[test]
    fn the_parts_tile_the_bytes_of_every_stage(a in number(), b in number()) {
        let journey = Call { a, b }.journey();
        for stage in journey.stages {
            let mut end = 0;
            for part in &stage.parts {
                prop_assert_eq!(part.range.start, end);
                prop_assert!(part.range.end > end);
                end = part.range.end;
            }
            prop_assert_eq!(end, stage.bytes.len());
        }
    }

    #[test]
    fn a_frame_says_how_long_its_message_is(message in prop::collection::vec(any::<u8>(), 0..600)) {
        let framed = frame(&message);
        prop_assert_eq!(framed[0], 0);
        let length = u32::from_be_bytes([framed[1], framed[2], framed[3], framed[4]]);
        prop_assert_eq!(length as usize, message.len());
        prop_assert_eq!(unframe(&framed), Some(message.as_slice()));
    }

    #[test]
    fn a_number_takes_a_byte_for_seven_bits_and_ten_if_it_is_negative(a in number(), b in number()) {
        let journey = Call { a, b }.journey();
        let lengths: Vec<_> = journey.stages[1].parts.iter()
            .filter(|part| part.role == Role::Value)
            .map(|part| part.range.len())
            .collect();
        let expected: Vec<_> = [a, b].into_iter().filter(|value| *value != 0).map(|value| match value {
            ..0 => 10,
            _ => (32 - value.leading_zeros()).div_ceil(7) as usize,
        }).collect();
        prop_assert_eq!(lengths, expected);
    }
}

/// Zero, small and large numbers of either sign alike.
fn number() -> impl Strategy<Value = i32> {
    prop_oneof![Just(0), -200..200, any::<i32>()]
}
