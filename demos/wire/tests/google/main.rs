//! Holds the codec, the JSON and the reading of schemas against Google's own protobuf: random schemas, values, later
//! versions of the schemas, and damaged bytes.
//!
//! Where the two differ on purpose is told in the crate's documentation, and each difference is asserted here.
#![cfg(not(target_arch = "wasm32"))]

mod by_hand;
#[path = "../common/oracle.rs"]
mod oracle;
#[path = "../common/random.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod random;
mod schemas;

use oracle::{Answer, Oracle, Question, Source, hex, tell};
use random::{Order, Random};
use serde_json::Value as Json;
use std::{env, fmt::Write, sync::Mutex, thread};
use wire::{
    decode::{DecodeError, Decoded, Reason, Runtime, decode},
    encode::encode,
    json,
    schema::{Kind, Label, MessageId, Schema},
    value::{Content, Message, Value},
};

/// Schemas with their later versions, and values for each.
const PAIRS: usize = 500;
const VALUES: usize = 40;
/// So many pairs go through one run of protoc.
const BATCH: usize = 20;

/// Bytes that both sides read as a message of a type.
struct Trial<'a> {
    schema: &'a Schema,
    place: usize,
    message: &'a str,
    id: MessageId,
    bytes: Vec<u8>,
    /// What was serialised, if these bytes are not damaged.
    value: Option<&'a Message>,
}

/// A difference that the crate's documentation tells of.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// upb takes the field number 0 in a message type that has no fields, and there only.
    NumberZero,
    /// Python refuses the greatest float, which it writes itself: as a double it is a little more.
    GreatestFloat,
    /// A map's pair with unknown fields in it is itself kept as unknown, in bytes; if there are maps in it, upb has
    /// them there in the order of its hash table.
    PairKept,
}

/// What we made of it, before anyone is asked.
struct Ours {
    decoded: Decoded,
    /// The message with its maps sorted, as bytes and as JSON.
    again: Vec<u8>,
    json: String,
    /// The same without what the schema does not know, as it comes through JSON.
    through_json: Vec<u8>,
}

impl Trial<'_> {
    fn ours(&self) -> Ours {
        let mut decoded = decode(self.schema, self.id, &self.bytes, Runtime::Mainstream);
        random::sort_maps(&mut decoded.message, Order::Upb);
        let again = encode(self.schema, self.id, &decoded.message);
        let json = json::write(self.schema, self.id, &decoded.message);
        let through_json = encode(self.schema, self.id, &through_json(&decoded.message));
        Ours { decoded, again, json, through_json }
    }

    fn questions<'a>(&'a self, ours: &'a Ours) -> [Question<'a>; 2] {
        let json = if ours.decoded.error.is_none() { ours.json.as_str() } else { "{}" };
        [(self.place, self.message, Source::Bytes(&self.bytes)), (self.place, self.message, Source::Json(json))]
    }

    /// What differs.
    fn judge(&self, ours: &Ours, answers: &[Answer]) -> Result<Option<Known>, String> {
        let mut known = None;
        let tiled = ours
            .decoded
            .pieces
            .iter()
            .try_fold(0, |end, piece| (piece.at.start == end && piece.at.end > end).then_some(piece.at.end));
        let (again, their_json) = match (&ours.decoded.error, &answers[0]) {
            (Some(_), Err(_)) if tiled.is_some() => return Ok(None),
            (None, Ok(answer)) if tiled == Some(self.bytes.len()) => answer,
            (None, Err(why)) => return Err(format!("accepted here, refused there: {why}")),
            (Some(DecodeError { reason: Reason::FieldNumber, .. }), Ok(_)) if self.has_empty_type() => {
                return Ok(Some(Known::NumberZero));
            }
            (Some(error), Ok(_)) => return Err(format!("refused here, accepted there: {error:?}")),
            _ => return Err(format!("pieces with gaps: {:?}", ours.decoded.pieces)),
        };
        if ours.again != *again {
            let sorted = |bytes: &[u8]| {
                let mut bytes = bytes.to_vec();
                bytes.sort_unstable();
                bytes
            };
            let same_bytes = sorted(&ours.again) == sorted(again);
            if same_bytes && !ours.decoded.message.unknown.is_empty() && self.has_map_of_messages() {
                return Ok(Some(Known::PairKept));
            }
            return Err(format!("serialised again\nhere  {}\nthere {}", hex(&ours.again), hex(again)));
        }
        let theirs = decode(self.schema, self.id, again, Runtime::Mainstream);
        if theirs.error.is_some() || !same(&theirs.message, &ours.decoded.message) {
            return Err(format!("their bytes read here: {:?}, {:?}", theirs.error, theirs.message));
        }
        if let Some(value) = self.value
            && (*again != self.bytes || !same(value, &ours.decoded.message))
        {
            return Err(format!("another value than was serialised: {value:?}"));
        }
        let parsed = |json: &str| serde_json::from_str::<Json>(json).map_err(|why| format!("no JSON: {why}\n{json}"));
        if !alike(&parsed(&ours.json)?, &parsed(their_json)?) {
            return Err(format!("JSON\nhere  {}\nthere {their_json}", ours.json));
        }
        match &answers[1] {
            Err(why) if why.contains("Float value too") && their_json.contains("3.4028235e+38") => {
                known = Some(Known::GreatestFloat);
            }
            Err(why) => return Err(format!("our JSON refused there: {why}\n{}", ours.json)),
            Ok((bytes, _)) if *bytes != ours.through_json => {
                return Err(format!("our JSON there\nhere  {}\nthere {}", hex(&ours.through_json), hex(bytes)));
            }
            Ok(_) => {}
        }
        // A text that is too long for the lab is refused for that alone.
        for json in [their_json, &ours.json].into_iter().filter(|json| json.len() <= json::MAX_TEXT) {
            let mut read =
                json::read(self.schema, self.id, json).map_err(|why| format!("JSON refused here: {why:?}\n{json}"))?;
            random::sort_maps(&mut read, Order::Upb);
            if !same(&read, &through_json(&ours.decoded.message)) {
                return Err(format!("JSON read here as {read:?}\n{json}"));
            }
        }
        Ok(known)
    }

    fn has_empty_type(&self) -> bool {
        self.schema.messages.iter().any(|message| message.fields.is_empty())
    }

    fn has_map_of_messages(&self) -> bool {
        let fields = self.schema.messages.iter().flat_map(|message| &message.fields);
        fields.into_iter().any(|field| matches!((field.label, field.kind), (Label::Map { .. }, Kind::Message(_))))
    }

    /// Asks about it alone.
    fn outcome(&self, oracle: &mut Oracle) -> Result<Option<Known>, String> {
        let ours = self.ours();
        self.judge(&ours, &oracle.answers(&self.questions(&ours)))
    }

    /// Takes bytes away as long as the two sides still differ, and reports how they do.
    fn report(mut self, oracle: &mut Oracle, seed: u64, mut what: String) -> String {
        // A difference from what was serialised cannot be kept while bytes go.
        let value = self.value.take();
        if let Err(still) = self.outcome(oracle) {
            what = still;
            let mut length = self.bytes.len();
            while length > 0 {
                let mut at = 0;
                while at + length <= self.bytes.len() {
                    let whole = self.bytes.clone();
                    self.bytes.drain(at..at + length);
                    match self.outcome(oracle) {
                        Err(still) => what = still,
                        Ok(_) => {
                            self.bytes = whole;
                            at += 1;
                        }
                    }
                }
                length /= 2;
            }
        } else {
            let _ = write!(what, "\nserialised from {value:?}");
        }
        let read = self.ours().decoded.message;
        format!(
            "seed {seed}, message {}, bytes {}: {what}\nread here as {read:?}\n{}",
            self.message,
            hex(&self.bytes),
            self.schema.text
        )
    }
}

/// Bits, not numbers: −0 is not 0, and NaN is NaN.
fn same(one: &Message, other: &Message) -> bool {
    fn values(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::F32(one), Value::F32(other)) => one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan(),
            (Value::F64(one), Value::F64(other)) => one.to_bits() == other.to_bits() || one.is_nan() && other.is_nan(),
            (Value::Message(one), Value::Message(other)) => same(one, other),
            _ => one == other,
        }
    }
    fn contents(one: &Content, other: &Content) -> bool {
        match (one, other) {
            (Content::One(one), Content::One(other)) => values(one, other),
            (Content::Many(one), Content::Many(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| values(one, other))
            }
            (Content::Map(one), Content::Map(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && values(&one.1, &other.1))
            }
            _ => false,
        }
    }
    one.unknown == other.unknown
        && one.fields.len() == other.fields.len()
        && one.fields.iter().zip(&other.fields).all(|(one, other)| one.0 == other.0 && contents(&one.1, &other.1))
}

/// What is left of a message after a trip through JSON: nothing unknown, and of NaN that it is one.
fn through_json(message: &Message) -> Message {
    let value = |value: &Value| match value {
        Value::Message(inner) => Value::Message(through_json(inner)),
        Value::F32(number) if number.is_nan() => Value::F32(f32::NAN),
        Value::F64(number) if number.is_nan() => Value::F64(f64::NAN),
        other => other.clone(),
    };
    let fields = message.fields.iter().map(|(number, content)| {
        let content = match content {
            Content::One(one) => Content::One(value(one)),
            Content::Many(many) => Content::Many(many.iter().map(value).collect()),
            Content::Map(pairs) => Content::Map(pairs.iter().map(|(key, one)| (key.clone(), value(one))).collect()),
        };
        (*number, content)
    });
    Message { fields: fields.collect(), unknown: Vec::new() }
}

/// Whether two JSON texts say the same. The pairs of a map may be in any order. Numbers are compared to the precision of
/// a float: Python writes those with six digits at least, where fewer would name the same float. (That a double keeps
/// all its bits is seen when the JSON is read.)
fn alike(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => {
            let bits = |number: &serde_json::Number| number.as_f64().map(|number| (number as f32).to_bits());
            bits(one) == bits(other)
        }
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| alike(one, other)))
        }
        _ => one == other,
    }
}

/// What happened, over all threads.
#[derive(Default)]
struct Counts {
    cases: usize,
    whole: usize,
    damaged_accepted: usize,
    damaged_refused: usize,
    with_unknown: usize,
    bytes: usize,
    refused_schemas: usize,
    known: [usize; 3],
    reports: Vec<String>,
}

#[test]
fn random_messages_are_read_and_written_as_by_google() {
    let Some(first) = Oracle::start() else { return };
    tell(&format!("comparing with {}", first.version));
    drop(first);
    let counts = Mutex::new(Counts::default());
    let batches = Mutex::new(0..PAIRS / BATCH);
    let workers = thread::available_parallelism().map_or(1, usize::from).min(4);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut oracle = Oracle::start().expect("it started a moment ago");
                loop {
                    let next = batches.lock().expect("no thread panics while it holds this").next();
                    let Some(batch) = next else { break };
                    compare_batch(&mut oracle, batch, &counts);
                }
            });
        }
    });
    let counts = counts.into_inner().expect("all threads ended well");
    tell(&format!(
        "{} cases of schema, value and later schema: {} messages of {} bytes read and written alike by either version, \
         {} with unknown fields; {} damaged ones accepted and {} refused alike; {} schemas refused alike",
        counts.cases,
        counts.whole,
        counts.bytes,
        counts.with_unknown,
        counts.damaged_accepted,
        counts.damaged_refused,
        counts.refused_schemas,
    ));
    let [zeroes, greatest, kept] = counts.known;
    tell(&format!(
        "differences that the documentation tells of: {zeroes} times field number 0 in a type without fields, \
         {greatest} times JSON with the greatest float, {kept} times a pair that is kept with maps in it"
    ));
    let shown = counts.reports.iter().take(6).map(String::as_str).collect::<Vec<_>>().join("\n\n");
    assert!(counts.reports.is_empty(), "{} differences; the first of them:\n\n{shown}", counts.reports.len());
    // The chances are chosen so that all of it is exercised.
    assert!(counts.cases >= 20_000, "{} cases only", counts.cases);
    assert!(kept < 10, "{kept} pairs kept with maps in them");
    assert!(counts.with_unknown > 5000 && counts.damaged_accepted > 5000 && counts.damaged_refused > 5000);
}

/// `WIRE_SEED`, for other cases than those of every day.
fn first_seed() -> u64 {
    env::var("WIRE_SEED").map_or(0, |seed| seed.parse().expect("WIRE_SEED is a number"))
}

fn compare_batch(oracle: &mut Oracle, batch: usize, counts: &Mutex<Counts>) {
    let seed = |pair: usize| first_seed() + (batch * BATCH + pair) as u64;
    let texts: Vec<_> = (0..BATCH)
        .flat_map(|pair| {
            let mut random = Random::new(seed(pair));
            let writer = random::draft(&mut random, &format!("w{pair}.deep"));
            let reader = random::evolve(&mut random, &writer, &format!("r{pair}"));
            [writer.text(&mut random), reader.text(&mut random)]
        })
        .collect();
    let refused = oracle.schemas(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let schemas: Vec<_> = texts.iter().map(|text| Schema::parse(text)).collect();
    let mut local = Counts::default();
    for (place, (ours, theirs)) in schemas.iter().zip(&refused).enumerate() {
        match (ours, theirs) {
            (Err(_), Some(_)) => local.refused_schemas += 1,
            (Ok(_), None) => {}
            _ => local.reports.push(format!(
                "seed {}: schema, here {:?}, there {theirs:?}\n{}",
                seed(place / 2),
                ours.as_ref().map(|_| "taken"),
                texts[place]
            )),
        }
    }
    for pair in 0..BATCH {
        let (Ok(writer), Ok(reader)) = (&schemas[2 * pair], &schemas[2 * pair + 1]) else { continue };
        if refused[2 * pair].is_some() || refused[2 * pair + 1].is_some() {
            continue;
        }
        compare_pair(oracle, (writer, reader), 2 * pair, seed(pair), &mut local);
    }
    let mut all = counts.lock().expect("no thread panics while it holds this");
    all.cases += local.cases;
    all.whole += local.whole;
    all.damaged_accepted += local.damaged_accepted;
    all.damaged_refused += local.damaged_refused;
    all.with_unknown += local.with_unknown;
    all.bytes += local.bytes;
    all.refused_schemas += local.refused_schemas;
    for (all, local) in all.known.iter_mut().zip(local.known) {
        *all += local;
    }
    all.reports.extend(local.reports);
}

fn compare_pair(
    oracle: &mut Oracle,
    (writer, reader): (&Schema, &Schema),
    place: usize,
    seed: u64,
    counts: &mut Counts,
) {
    let mut random = Random::new(!seed);
    // The first message type half of the time: the others may be empty.
    let values: Vec<_> = (0..VALUES)
        .map(|case| {
            let id = if case % 2 == 0 { 0 } else { random.below(writer.messages.len()) };
            let value = random::message(&mut random, writer, id, 3);
            let bytes = encode(writer, id, &value);
            (id, value, bytes)
        })
        .collect();
    let mut trials = Vec::new();
    for (case, (id, value, bytes)) in values.iter().enumerate() {
        let message = writer.messages[*id].name.as_str();
        let other = reader.message(message).expect("a later version has the same message types");
        let neighbour = &values[(case + 1) % VALUES].2;
        let damaged = random::damage(&mut random, bytes, neighbour);
        let damaged_too = random::damage(&mut random, bytes, neighbour);
        let trial =
            |schema, place, id, bytes: &[u8], value| Trial { schema, place, message, id, bytes: bytes.to_vec(), value };
        trials.push(trial(writer, place, *id, bytes, Some(value)));
        trials.push(trial(reader, place + 1, other, bytes, None));
        trials.push(trial(writer, place, *id, &damaged, None));
        trials.push(trial(reader, place + 1, other, &damaged_too, None));
    }
    let ours: Vec<_> = trials.iter().map(Trial::ours).collect();
    let questions: Vec<_> = trials.iter().zip(&ours).flat_map(|(trial, ours)| trial.questions(ours)).collect();
    let answers = oracle.answers(&questions);
    counts.cases += VALUES;
    let mut different = None;
    for (number, (trial, ours)) in trials.iter().zip(&ours).enumerate() {
        match trial.judge(ours, &answers[2 * number..2 * number + 2]) {
            // One of a pair is enough: the others are likely of the same cause.
            Err(what) if different.is_none() => different = Some((number, what)),
            Err(_) => {}
            Ok(Some(known)) => counts.known[known as usize] += 1,
            Ok(None) if number % 4 < 2 => {
                counts.whole += 1;
                counts.bytes += trial.bytes.len();
                counts.with_unknown += usize::from(!ours.decoded.message.unknown.is_empty());
            }
            Ok(None) if ours.decoded.error.is_none() => counts.damaged_accepted += 1,
            Ok(None) => counts.damaged_refused += 1,
        }
    }
    if let Some((number, what)) = different {
        counts.reports.push(trials.swap_remove(number).report(oracle, seed, what));
    }
}
