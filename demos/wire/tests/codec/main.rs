//! Holds the codec against its own promises, and against the real prost.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/random.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod random;
mod real_prost;

use random::{Random, damage, draft, evolve, message};
use wire::{
    decode::{DEEPEST, Decoded, Runtime, decode, explain, explain_error, parse},
    edit::Edit,
    encode::encode,
    schema::{MessageId, Schema},
    value::{Content, Message, Step, Value},
};

const SCHEMAS: u64 = 60;
const VALUES: usize = 15;

/// Runs a check with random values of random schemas, the second one a later version of the first.
fn for_many(mut check: impl FnMut(&mut Random, &Schema, &Schema, MessageId, &Message)) {
    for seed in 0..SCHEMAS {
        let random = &mut Random::new(seed);
        let first = draft(random, "first");
        let second = evolve(random, &first, "second");
        let read = |text: String| Schema::parse(&text).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
        let (first, second) = (read(first.text(random)), read(second.text(random)));
        for _ in 0..VALUES {
            let id = random.below(first.messages.len());
            let value = message(random, &first, id, 3);
            check(random, &first, &second, id, &value);
        }
    }
}

/// Whether two messages are the same, where a NaN is like itself.
fn same(one: &Message, other: &Message) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

/// The place in a message where a path leads.
fn reaches(message: &Message, path: &[Step]) -> bool {
    let Some((Step::Field(number), rest)) = path.split_first() else { return path.is_empty() };
    let value = |value: &Value, rest: &[Step]| match value {
        Value::Message(inner) => reaches(inner, rest),
        _ => rest.is_empty(),
    };
    match (message.get(*number), rest.split_first()) {
        (Some(Content::One(held)), _) => value(held, rest),
        (Some(Content::Many(values)), Some((Step::Item(at), rest))) => {
            values.get(*at).is_some_and(|held| value(held, rest))
        }
        (Some(Content::Map(pairs)), Some((Step::Item(at), rest))) => match (pairs.get(*at), rest.split_first()) {
            (Some(_), None) => true,
            (Some((key, _)), Some((Step::Key, rest))) => value(key, rest),
            (Some((_, held)), Some((Step::Value, rest))) => value(held, rest),
            _ => false,
        },
        // Tags and lengths of packed lists and of what is at its default lead to the field only.
        (_, rest) => rest.is_none(),
    }
}

fn tiled(decoded: &Decoded, bytes: &[u8]) {
    let mut at = 0;
    for piece in &decoded.pieces {
        assert!(piece.at.start == at && piece.at.end > at, "{bytes:02x?} {:?}", decoded.pieces);
        at = piece.at.end;
        assert!(piece.depth <= DEEPEST);
    }
    assert_eq!(at, decoded.error.as_ref().map_or(bytes.len(), |error| error.at.start), "{bytes:02x?}");
}

#[test]
fn what_was_encoded_is_decoded() {
    for_many(|_, schema, _, id, value| {
        let bytes = encode(schema, id, value);
        let decoded = decode(schema, id, &bytes, Runtime::Mainstream);
        tiled(&decoded, &bytes);
        assert_eq!(decoded.error, None, "{bytes:02x?}");
        assert!(same(&decoded.message, value), "{:?}\n{value:?}", decoded.message);
        assert!(decoded.pieces.iter().all(|piece| reaches(value, &piece.path.0)), "{:?}\n{value:?}", decoded.pieces);
        assert_eq!(encode(schema, id, &decoded.message), bytes);
    });
}

/// Whoever knows nothing sends on every byte.
#[test]
fn unknown_fields_are_passed_on_as_they_came() {
    let nothing = Schema::parse("syntax = \"proto3\"; message Nothing {}").expect("an empty message makes sense");
    for_many(|_, schema, _, id, value| {
        let bytes = encode(schema, id, value);
        let passed = parse(&nothing, 0, &bytes, Runtime::Mainstream).expect("nothing in it is wrong");
        assert_eq!(passed.unknown, bytes);
        assert_eq!(encode(&nothing, 0, &passed), bytes);
    });
}

/// Damaged bytes, read with either version of the schema, by either runtime.
#[test]
fn damaged_bytes_are_told_and_never_panic() {
    let (mut good, mut bad) = (0, 0);
    for_many(|random, first, second, id, value| {
        let bytes = encode(first, id, value);
        let other: Vec<u8> = (0..20).map(|_| random.bits() as u8).collect();
        for schema in [first, second] {
            let bytes = damage(random, &bytes, &other);
            let id = id.min(schema.messages.len() - 1);
            for runtime in [Runtime::Mainstream, Runtime::Prost] {
                let decoded = decode(schema, id, &bytes, runtime);
                tiled(&decoded, &bytes);
                for piece in &decoded.pieces {
                    let told = explain(schema, &bytes, piece);
                    assert!(
                        !told.is_empty() && told.iter().all(|line| line.len() > 2 && line.ends_with('.')),
                        "{told:?}"
                    );
                }
                match (&decoded.error, parse(schema, id, &bytes, runtime)) {
                    (None, Ok(message)) => {
                        good += 1;
                        assert!(same(&decoded.message, &message));
                        // What is sent on is read alike, but for groups that stand deeper than what they came in.
                        let again = encode(schema, id, &message);
                        let twice = parse(schema, id, &again, runtime).expect("what is sent on can be read");
                        assert_eq!(encode(schema, id, &twice), again);
                    }
                    (Some(error), Err(same)) => {
                        bad += 1;
                        assert_eq!(*error, same);
                        assert!(error.at.end <= bytes.len());
                        assert_eq!(explain_error(&bytes, error).len(), 2);
                    }
                    (one, other) => panic!("{bytes:02x?}: {one:?} but {other:?}"),
                }
            }
        }
    });
    assert!(good > 500 && bad > 500, "{good} were read, {bad} refused");
}

#[test]
fn sentences_of_edits_are_read_back() {
    let random = &mut Random::new(7);
    for _ in 0..1000 {
        let place = random.below(1_000_000);
        let value = random.bits() as u8;
        let edit = match random.below(5) {
            0 => Edit::Flip { byte: place, bit: value % 8 },
            1 => Edit::Set { byte: place, value },
            2 => Edit::Insert { at: place, value },
            3 => Edit::Delete { byte: place },
            _ => Edit::Truncate { length: place },
        };
        assert_eq!(Edit::parse(&edit.to_string()), Ok(edit));
    }
}
