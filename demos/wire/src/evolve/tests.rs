//! Verdicts and experiments held against each other.

use super::compare as compared;
use super::{rules::Depth, witness::Search, *};
use crate::value::{Content, Message, Value};

/// The changes, all of them.
fn compare(old: (&Schema, MessageId), new: (&Schema, MessageId)) -> Vec<Change> {
    let found = compared(old, new);
    assert!(found.complete, "{}\n{}", old.0.text, new.0.text);
    found.changes
}

fn schema(text: &str) -> Schema {
    Schema::parse(&format!("syntax = \"proto3\";\n{text}")).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"))
}

/// The types of values, labels and oneofs that the big comparison takes. `E`, `F` are enums, the rest messages.
const KINDS: [&str; 25] = [
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
    "sfixed64", "bool", "string", "bytes", "E", "F", "Nothing", "Flag", "Count", "Name", "Pair", "Choice", "Nest",
    "Wide",
];
const TYPES: &str = "
enum E { A = 0; B = 1; C = 200; }
enum F { Z = 0; NEGATIVE = -1; }
message Nothing {}
message Flag { bool on = 1; }
message Count { int32 n = 1; }
message Name { string name = 1; }
message Pair { string key = 1; int32 value = 2; }
message Choice { oneof one { int32 a = 1; string b = 2; } }
message Nest { Pair pair = 1; repeated sint64 more = 3; }
message Wide { fixed64 big = 1; bool ok = 2; float share = 20; }
";

fn declarations() -> Vec<String> {
    let mut found = Vec::new();
    for kind in KINDS {
        found.push(format!("{kind} x = 1;"));
        found.push(format!("optional {kind} x = 1;"));
        found.push(format!("repeated {kind} x = 1;"));
        found.push(format!("oneof o {{ {kind} x = 1; }}"));
        if !matches!(kind, "string" | "bytes")
            && kind.chars().next().is_some_and(|first| first.is_lowercase() || "EF".contains(first) && kind.len() == 1)
        {
            found.push(format!("repeated {kind} x = 1 [packed = false];"));
        }
    }
    for key in ["int32", "sint64", "bool", "string", "fixed32"] {
        for value in ["int32", "double", "bool", "string", "E", "Pair"] {
            found.push(format!("map<{key}, {value}> x = 1;"));
        }
    }
    found
}

/// Every declaration against every other: the verdict is exactly the worst that an experiment shows.
#[test]
fn verdicts_are_what_experiments_show() {
    let declarations = declarations();
    let texts: Vec<Schema> =
        declarations.iter().map(|field| schema(&format!("message M {{ {field} }}{TYPES}"))).collect();
    let (mut pairs, mut wrong) = (0, Vec::new());
    for (old, from) in texts.iter().zip(&declarations) {
        for (new, to) in texts.iter().zip(&declarations) {
            if from == to {
                continue;
            }
            pairs += 1;
            let versions = Versions::new((old, 0), (new, 0), u32::MAX);
            let search = Search { versions: &versions, path: &[], pair: (0, 0) };
            let (o, n) = (&old.messages[0], &new.messages[0]);
            let route = versions.backward().field(o, n, &o.fields[0], Depth::Renamed);
            let worst = search
                .candidates(false, &o.fields[0])
                .iter()
                .map(|message| (search.outcome(false, message).harm, message.clone()))
                .max_by_key(|outcome| outcome.0);
            let (shown, message) = worst.unwrap_or((Harm::Safe, Message::default()));
            if shown != route.harm {
                wrong.push(format!(
                    "{from}  →  {to}: said {:?}, shown {shown:?} by {message:?}: {}",
                    route.harm, route.why
                ));
            }
        }
    }
    assert!(pairs > 20_000, "{pairs}");
    let some: Vec<&String> = wrong.iter().take(60).collect();
    assert!(wrong.is_empty(), "{} of {pairs} are wrong: {some:#?}", wrong.len());
}

/// Every row is there, has sentences, a witness where bytes do harm, and a note where buf sees it otherwise.
#[test]
fn the_catalogue_is_whole() {
    let rows = catalogue();
    assert_eq!(rows.len(), catalogue::ENTRIES.len());
    for row in rows {
        let change = &row.change;
        let harm = change.forward.max(change.backward);
        assert!(!change.why.is_empty(), "{}", row.title);
        assert_eq!(change.witness.is_some(), harm > Harm::Names, "{}", row.title);
        let (wire, wire_json) = row.buf_objects();
        let differs = (harm > Harm::Names) != wire || (change.verdict() > Harm::Safe) != wire_json;
        assert_eq!(row.note.is_some(), differs, "{}: {change:?}", row.title);
    }
}

/// What exercise 3 asks, byte by byte.
#[test]
fn a_number_used_again() {
    let old = schema("message Order { string order_id = 1; string user_id = 2; float total = 3; }");
    let against = |field: &str| {
        let new = schema(&format!("message Order {{ string order_id = 1; string user_id = 2; {field} }}"));
        let mut changes = compare((&old, 0), (&new, 0));
        assert_eq!(changes.len(), 1, "{field}: {changes:#?}");
        changes.remove(0)
    };
    // Other wire types: nothing to see, and the bytes are kept.
    let lost = against("int64 total_cents = 3;");
    assert_eq!((lost.forward, lost.backward, lost.json), (Harm::LosesData, Harm::LosesData, Harm::Refused));
    let witness = lost.witness.unwrap();
    assert!(witness.new_writes);
    assert_eq!(witness.json, r#"{"totalCents": "150"}"#);
    assert_eq!(witness.bytes, [0x18, 0x96, 0x01]);
    assert_eq!(witness.seen.unwrap(), r#"{"orderId": "", "userId": "", "total": 0.0}"#);
    assert_eq!(witness.passed_on.unwrap(), [0x18, 0x96, 0x01]);
    assert!(lost.why.starts_with(
        "Field 3 travels as a varint and the old reader expects four bytes: it puts the field among the unknown ones and \
         sees total = 0, as if nothing had been sent."
    ));
    // The same wire type: a number that nobody wrote.
    let garbage = against("fixed32 total_cents = 3;");
    assert_eq!((garbage.forward, garbage.backward), (Harm::Garbage, Harm::Garbage));
    let witness = garbage.witness.unwrap();
    assert_eq!(witness.bytes, [0x1d, 0x96, 0, 0, 0]);
    assert_eq!(witness.seen.unwrap(), r#"{"orderId": "", "userId": "", "total": 2.10195e-43}"#);
    // As it should be: the number goes, and another one comes.
    let new = schema(
        "message Order { string order_id = 1; string user_id = 2; reserved 3; reserved \"total\"; int64 total_cents = 4; }",
    );
    let changes = compare((&old, 0), (&new, 0));
    let bytes: Vec<(Harm, Harm)> = changes.iter().map(|change| (change.forward, change.backward)).collect();
    assert_eq!(bytes, [(Harm::Safe, Harm::Safe); 2]);
    assert!(changes.iter().all(|change| change.buf.is_empty()));
}

/// A ring of types, each with the next in its field `f`.
fn ring(length: usize, label: &str, name: &str, more: &str) -> String {
    let types =
        (0..length).map(|at| format!("message {name}{at} {{ {label} {name}{} f = 1; {more} }}", (at + 1) % length));
    types.collect()
}

/// Types each of which has fields of all, labels and maps mixed.
fn web(seed: u64, types: usize, fields: usize) -> String {
    let mut chance = Chance(seed);
    let mut text = String::new();
    for at in 0..types {
        text += &format!("message A{at} {{ ");
        for number in 1..=fields {
            let label = *chance.pick(&["", "", "", "repeated", "map<string, ", "map<int32, ", "optional", "oneof"]);
            let end = if label.starts_with("map") { ">" } else { "" };
            let field = format!("A{}{end} f{number} = {number};", chance.below(types));
            text +=
                &if label == "oneof" { format!("oneof o{number} {{ {field} }} ") } else { format!("{label} {field} ") };
        }
        text += "}";
    }
    text
}

/// An enum of so many values whose numbers are moved by so much, and a message with so many fields of it.
fn values(count: usize, moved: usize, fields: usize) -> String {
    let fields = (1..=fields).map(|at| format!("{} E f{at} = {at};", ["", "repeated", "optional"][at % 3]));
    let values = (1..count).map(|at| format!("V{at} = {};", at + moved));
    format!("message M {{ {} }} enum E {{ Z = 0; {} }}", fields.collect::<String>(), values.collect::<String>())
}

/// A message with so many fields.
fn wide(count: usize, kind: &str, name: &str) -> String {
    let fields = (1..=count).map(|at| format!("{kind} {name}{at} = {at};"));
    format!("message M {{ {} }}", fields.collect::<String>())
}

/// Pairs of small texts that relate more types than anybody could look at: each ends, on the stack that WebAssembly has,
/// with no more work than it may be, and says whether that was enough. What is not complete is no worse than it says it is
/// at least.
#[test]
fn whatever_relates_to_whatever_ends() {
    let cases = [
        (ring(20, "", "A", "int32 v = 2;"), ring(21, "", "A", "int32 v = 2;"), Some(Harm::Names)),
        (ring(99, "", "A", "int32 v = 2;"), ring(100, "", "A", "int32 v = 2;"), Some(Harm::Names)),
        (ring(99, "", "A", "int32 v = 2;"), ring(100, "", "B", "int32 v = 2;"), Some(Harm::Names)),
        (ring(20, "", "A", "int32 v = 2;"), ring(20, "", "A", "sint32 v = 2;"), Some(Harm::Garbage)),
        (ring(13, "", "A", ""), ring(14, "repeated", "A", ""), Some(Harm::LosesData)),
        (ring(200, "repeated", "A", ""), ring(199, "", "A", ""), None),
        (web(5, 4, 4), web(77, 4, 4), Some(Harm::Refused)),
        (web(5, 14, 14), web(77, 14, 14), None),
        (web(5, 20, 10), web(77, 40, 5), None),
        (web(5, 100, 2), web(77, 100, 2), None),
        (web(5, 2, 100), web(77, 2, 100), None),
        (wide(60, "int64", "f"), wide(60, "sint32", "f"), Some(Harm::Garbage)),
        (wide(200, "int64", "f"), wide(200, "sint32", "f"), None),
        (wide(200, "repeated double", "a"), wide(200, "string", "b"), Some(Harm::Refused)),
        (values(500, 0, 199), values(500, 1, 199), None),
    ];
    let compared = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        for (old, new, verdict) in cases {
            let told = format!("{} … to {} …", &old[..80], &new[..80]);
            let (old, new) = (schema(&old), schema(&new));
            let found = compared((&old, 0), (&new, 0));
            assert_eq!(found.complete, verdict.is_some(), "{told}");
            let worst = found.iter().map(Change::verdict).max();
            assert!(verdict.is_none() || verdict == worst, "{worst:?} {told}");
            for change in found.iter().filter(|change| change.complete) {
                let harm = change.forward.max(change.backward);
                assert_eq!(change.witness.is_some(), harm > Harm::Names, "{change:#?} {told}");
            }
            // With less work less is known, and it says so.
            for work in [0, 100, 10_000] {
                let less = compare_within((&old, 0), (&new, 0), work);
                assert!(!less.complete || less == found, "{work} {told}");
                for change in less.iter() {
                    let same = found.iter().find(|other| other.what == change.what).expect("the same changes");
                    let harms = |change: &Change| [change.forward, change.backward, change.json];
                    let no_worse = harms(change).iter().zip(harms(same)).all(|(least, harm)| *least <= harm);
                    assert!(!same.complete || no_worse, "{work} {change:#?} {told}");
                }
            }
        }
    });
    compared.expect("a thread").join().expect("no panic");
}

/// The order of numbers that a seed gives.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % bound
    }

    fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// A schema that can be changed and written.
#[derive(Clone)]
struct Draft {
    messages: Vec<Part<Line>>,
    enums: Vec<Part<(String, i32)>>,
}

/// A type: its name, what is in it, and what is reserved.
type Part<T> = (&'static str, Vec<T>, String);

#[derive(Clone)]
struct Line {
    label: &'static str,
    kind: String,
    name: String,
    number: u32,
    option: String,
    oneof: Option<&'static str>,
}

impl Draft {
    fn line(chance: &mut Chance, taken: &[Line]) -> Line {
        const NAMES: [&str; 12] =
            ["id", "user", "total", "count", "note", "lines", "state", "price", "code", "gift", "paid", "at"];
        const SIMPLE: [&str; 20] = [
            "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64",
            "sfixed32", "sfixed64", "bool", "string", "bytes", "int32", "string", "Status", "Colour", "Status",
        ];
        let name = loop {
            let name = format!("{}{}", chance.pick(&NAMES), ["", "", "_two", "_x"][chance.below(4)]);
            if taken.iter().all(|line| line.name != name) {
                break name;
            }
        };
        let number = loop {
            let numbers = if chance.one_in(10) { 30 } else { 9 };
            let number = 1 + chance.below(numbers) as u32;
            if taken.iter().all(|line| line.number != number) {
                break number;
            }
        };
        let mut line = Line { label: "", kind: String::new(), name, number, option: String::new(), oneof: None };
        line.kind = match chance.below(8) {
            0 => format!(
                "map<{}, {}>",
                chance.pick(&["int32", "string", "bool", "sint64"]),
                chance.pick(&["int32", "string", "Note", "Status"])
            ),
            1 | 2 => (*chance.pick(&["Line", "Note", "Order"])).to_owned(),
            _ => (*chance.pick(&SIMPLE)).to_owned(),
        };
        if !line.kind.starts_with("map") {
            line.label = ["", "", "", "optional ", "repeated ", "repeated "][chance.below(6)];
            if line.label.is_empty() && chance.one_in(4) {
                line.oneof = Some(["first", "other"][chance.below(2)]);
            }
            if line.label == "repeated "
                && chance.one_in(3)
                && !["string", "bytes", "Line", "Note", "Order"].contains(&&*line.kind)
            {
                line.option = " [packed = false]".to_owned();
            }
        }
        line
    }

    fn new(chance: &mut Chance) -> Self {
        let messages = ["Order", "Line", "Note"].map(|name| {
            let mut lines = Vec::new();
            for _ in 0..1 + chance.below(5) {
                lines.push(Self::line(chance, &lines));
            }
            (name, lines, String::new())
        });
        let enums = ["Status", "Colour"].map(|name| {
            let prefix = &name[..1];
            let values = (0..1 + chance.below(4))
                .map(|at| (format!("{prefix}{at}"), if at == 0 { 0 } else { at as i32 * 3 - 4 }))
                .collect();
            (name, values, String::new())
        });
        Self { messages: messages.to_vec(), enums: enums.to_vec() }
    }

    /// One of the changes that people make.
    fn change(&mut self, chance: &mut Chance) {
        if chance.one_in(4) {
            let at = chance.below(2);
            let (_, values, extra) = &mut self.enums[at];
            match chance.below(4) {
                0 => values.push((format!("{}V{}", at, chance.below(90)), 20 + chance.below(300) as i32)),
                1 if values.len() > 1 => {
                    let gone = values.remove(1 + chance.below(values.len() - 1));
                    match chance.below(4) {
                        0 => *extra += &format!("reserved {}; reserved \"{}\"; ", gone.1, gone.0),
                        1 => *extra += &format!("reserved {}; ", gone.1),
                        _ => {}
                    }
                }
                2 => {
                    let value = chance.below(values.len());
                    values[value].0 = format!("{}W{}", at, chance.below(90));
                }
                _ if values.len() > 2 => {
                    let number = values[1].1;
                    values[1].1 = values[2].1;
                    values[2].1 = number;
                }
                _ => {}
            }
            return;
        }
        let (_, lines, extra) = &mut self.messages[[0, 0, 1, 2][chance.below(4)]];
        let others = lines.clone();
        let fresh = Self::line(chance, &others);
        if lines.is_empty() {
            lines.push(fresh);
            return;
        }
        let at = chance.below(lines.len());
        match chance.below(10) {
            0 => lines.push(fresh),
            1 => {
                let gone = lines.remove(at);
                match chance.below(4) {
                    0 => *extra += &format!("reserved {}; reserved \"{}\"; ", gone.number, gone.name),
                    1 => *extra += &format!("reserved {}; ", gone.number),
                    _ => {}
                }
            }
            2 => lines[at].number = fresh.number,
            3 => lines[at].name = fresh.name,
            4 => lines[at].option = format!(" [json_name = \"{}\"]", fresh.name.replace('_', "")),
            5 | 6 => lines[at] = Line { name: lines[at].name.clone(), number: lines[at].number, ..fresh },
            7 => lines[at] = Line { number: lines[at].number, ..fresh },
            8 => {
                lines[at] = Line {
                    kind: lines[at].kind.clone(),
                    name: lines[at].name.clone(),
                    number: lines[at].number,
                    ..fresh
                }
            }
            _ => {
                let other = chance.below(lines.len());
                let number = lines[at].number;
                lines[at].number = lines[other].number;
                lines[other].number = number;
            }
        }
    }

    fn text(&self) -> String {
        let mut text = String::from("syntax = \"proto3\";\n");
        for (name, lines, extra) in &self.messages {
            text += &format!("message {name} {{\n");
            for oneof in [None, Some("first"), Some("other")] {
                let inside: Vec<&Line> = lines.iter().filter(|line| line.oneof == oneof).collect();
                if let (Some(oneof), false) = (oneof, inside.is_empty()) {
                    text += &format!("  oneof {oneof} {{\n");
                }
                for line in &inside {
                    text += &format!("  {}{} {} = {}{};\n", line.label, line.kind, line.name, line.number, line.option);
                }
                if oneof.is_some() && !inside.is_empty() {
                    text += "  }\n";
                }
            }
            text += &format!("  {extra}\n}}\n");
        }
        for (name, values, extra) in &self.enums {
            text += &format!("enum {name} {{\n");
            for (value, number) in values {
                text += &format!("  {value} = {number};\n");
            }
            text += &format!("  {extra}\n}}\n");
        }
        text
    }

    /// Two versions that make sense, some changes apart.
    fn pair(chance: &mut Chance) -> [Schema; 2] {
        loop {
            let old = Self::new(chance);
            let mut new = old.clone();
            for _ in 0..1 + chance.below(4) {
                new.change(chance);
            }
            if chance.one_in(6) {
                new.messages.iter_mut().for_each(|message| message.2.clear());
            }
            // Either may be the older one, so that reservations go as well as come.
            let (old, new) = if chance.one_in(2) { (old, new) } else { (new, old) };
            if let (Ok(old), Ok(new)) = (Schema::parse(&old.text()), Schema::parse(&new.text())) {
                return [old, new];
            }
        }
    }
}

fn random_value(schema: &Schema, kind: Kind, chance: &mut Chance, depth: usize) -> Value {
    let bits =
        [chance.below(4) as i64, chance.below(300) as i64 - 150, (chance.below(1 << 31) as i64) << chance.below(33)];
    let bits = *chance.pick(&bits);
    match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(bits as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(bits),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(bits as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(bits as u64),
        Kind::Float => Value::F32(if chance.one_in(3) { f32::from_bits(bits as u32) } else { bits as f32 / 4.0 }),
        Kind::Double => Value::F64(if chance.one_in(3) { f64::from_bits(bits as u64) } else { bits as f64 / 4.0 }),
        Kind::Bool => Value::Bool(bits % 2 == 0),
        Kind::String => {
            Value::String(["", "Alice", "π", "🦀🦀🦀🦀", "\u{8}\u{1}", "\n\u{5}abcde"][chance.below(6)].to_owned())
        }
        Kind::Bytes => Value::Bytes(bits.to_le_bytes()[..chance.below(9)].to_vec()),
        Kind::Enum(id) => {
            let values = &schema.enums[id].values;
            Value::Enum(chance.pick(values).1)
        }
        Kind::Message(id) => Value::Message(random_message(schema, id, chance, depth + 1)),
    }
}

fn random_message(schema: &Schema, id: MessageId, chance: &mut Chance, depth: usize) -> Message {
    let mut message = Message::default();
    let kind = &schema.messages[id];
    for field in &kind.fields {
        let rival = field.oneof.is_some()
            && kind.fields.iter().any(|other| other.oneof == field.oneof && message.get(other.number).is_some());
        if rival || chance.one_in(3) || depth > 2 && matches!(field.kind, Kind::Message(_)) {
            continue;
        }
        let content = match field.label {
            Label::Repeated { .. } => Content::Many(
                (0..1 + chance.below(3)).map(|_| random_value(schema, field.kind, chance, depth)).collect(),
            ),
            Label::Map { key } => {
                let mut pairs: Vec<(Value, Value)> = Vec::new();
                for _ in 0..1 + chance.below(3) {
                    let pair =
                        (random_value(schema, key, chance, depth), random_value(schema, field.kind, chance, depth));
                    if pairs.iter().all(|other| other.0 != pair.0) {
                        pairs.push(pair);
                    }
                }
                Content::Map(pairs)
            }
            _ => {
                let value = random_value(schema, field.kind, chance, depth);
                if value.is_default() && !field.has_presence() {
                    continue;
                }
                Content::One(value)
            }
        };
        message.set(field.number, content);
    }
    message
}

/// How many rounds to go: `ROUNDS=20` for twenty times as many.
fn rounds(usual: usize) -> usize {
    let times = std::env::var("ROUNDS").ok().and_then(|times| times.parse().ok());
    usual * times.unwrap_or(1)
}

/// Whole messages of random schemas never fare worse than the worst verdict on the changes, in bytes and in JSON; and
/// every harm has a witness that does at least that much.
#[test]
fn nothing_is_worse_than_its_verdict() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let (mut tally, mut deep) = ([0; 5], Vec::new());
    for round in 0..rounds(500) {
        let [old, new] = Draft::pair(&mut chance);
        let changes = compare((&old, 0), (&new, 0));
        let versions = Versions::new((&old, 0), (&new, 0), u32::MAX);
        let search = Search { versions: &versions, path: &[], pair: (0, 0) };
        let told = || format!("round {round}\n{}\n{}\n{changes:#?}", old.text, new.text);
        for change in &changes {
            let harm = change.forward.max(change.backward);
            assert_eq!(change.witness.is_some(), harm > Harm::Names, "{change:#?}\n{}\n{}", old.text, new.text);
            let Some(witness) = &change.witness else { continue };
            let (writer, reader) = if witness.new_writes { (&new, &old) } else { (&old, &new) };
            let written = crate::json::read(writer, 0, &witness.json).unwrap();
            let outcome = search.outcome(witness.new_writes, &written);
            assert_eq!(outcome.bytes, witness.bytes);
            if outcome.harm < harm {
                deep.push(format!("{:?}: {change:#?}\n{}", outcome.harm, told()));
            }
            assert_eq!(
                crate::decode::decode(reader, 0, &witness.bytes, crate::decode::Runtime::Mainstream).error.is_some(),
                witness.seen.is_err()
            );
        }
        for new_writes in [true, false] {
            let worst = |of: fn(&Change) -> Harm| changes.iter().map(of).max().unwrap_or(Harm::Safe);
            let bytes = if new_writes { worst(|change| change.forward) } else { worst(|change| change.backward) };
            let json = worst(|change| change.json);
            for _ in 0..12 {
                let writer = if new_writes { &new } else { &old };
                let message = random_message(writer, 0, &mut chance, 0);
                let outcome = search.outcome(new_writes, &message);
                tally[outcome.harm as usize] += 1;
                assert!(outcome.harm <= bytes, "said {bytes:?}, is {:?}: {message:#?}\n{}", outcome.harm, told());
                let mut shown = (Harm::Safe, String::new());
                search.json_outcome(new_writes, &message, &mut shown);
                // The order of the fields in the text goes by their numbers, which may change.
                assert!(shown.0 <= json.max(Harm::Names), "said {json:?}, is {shown:?}: {message:#?}\n{}", told());
            }
        }
    }
    // Types that contain one another can hide a harm deeper than the search goes, once in a thousand schemas.
    assert!(deep.len() * 1_000 <= rounds(500), "{} too deep: {}", deep.len(), deep[0]);
    // The experiments are about something.
    assert!([0, 2, 3, 4].iter().all(|&harm| tally[harm] > 100), "{tally:?}");
}

/// Each way of each field of random schemas, on its own: the verdict is attained, and, if nothing else changed, not
/// exceeded.
#[test]
fn every_way_of_a_field_is_shown() {
    let mut chance = Chance(0x0123_4567_89ab_cdef);
    let (mut tally, mut deep) = ([0; 5], Vec::new());
    for _ in 0..rounds(300) {
        let [old, new] = Draft::pair(&mut chance);
        let versions = Versions::new((&old, 0), (&new, 0), u32::MAX);
        let alone = compare((&old, 0), (&new, 0)).len() == 1;
        for pair in &versions.reach().messages {
            let search = Search { versions: &versions, path: &pair.path, pair: (pair.old, pair.new) };
            for new_writes in [true, false] {
                let (way, from, to) = if new_writes {
                    (versions.forward(), &new.messages[pair.new], &old.messages[pair.old])
                } else {
                    (versions.backward(), &old.messages[pair.old], &new.messages[pair.new])
                };
                for field in &from.fields {
                    let route = way.field(from, to, field, Depth::Renamed);
                    let candidates = search.candidates(new_writes, field);
                    let shown = candidates.iter().map(|message| search.outcome(new_writes, message).harm).max();
                    let shown = shown.unwrap_or(Harm::Safe);
                    let told = || {
                        format!(
                            "{}\n{}\n{}.{} {:?} {}",
                            old.text, new.text, from.name, field.name, route.harm, route.why
                        )
                    };
                    if shown < route.harm {
                        deep.push(format!("only {shown:?}: {}", told()));
                    }
                    // What is in a type, and who else comes into a oneof, are other changes.
                    let inner = matches!(field.kind, Kind::Message(_) | Kind::Enum(_))
                        || to.field(field.number).is_some_and(|met| met.oneof.is_some());
                    assert!(shown == route.harm || !alone || inner, "even {shown:?}: {}", told());
                    tally[route.harm as usize] += 1;
                }
            }
        }
    }
    assert!(deep.len() * 1_000 <= rounds(300), "{} too deep: {}", deep.len(), deep[0]);
    assert!([0, 2, 3, 4].iter().all(|&harm| tally[harm] > 20), "{tally:?}");
}

/// The rules that `buf breaking` itself finds broken, on the rows of the catalogue and on random schemas.
#[test]
#[ignore = "needs buf 1.75, which is on npm as @bufbuild/buf: BUF=…/buf cargo test -p wire buf_itself -- --ignored"]
fn buf_itself_says_the_same() {
    let buf = std::env::var("BUF").expect("BUF is the path of the program");
    let folder = std::env::temp_dir().join(format!("buf-{}", std::process::id()));
    let mut chance = Chance(0xfeed_beef_1234_5678);
    let mut pairs: Vec<[String; 2]> = catalogue().into_iter().map(|row| [row.old, row.new]).collect();
    for _ in 0..rounds(60) {
        let pair = Draft::pair(&mut chance);
        // Whatever is in the file is to be looked at.
        let all = "message All { Order a = 1; Line b = 2; Note c = 3; Status d = 4; Colour e = 5; }\n";
        pairs.push(pair.map(|schema| schema.text + all));
    }
    let mut broken = 0;
    for pair in &pairs {
        let [old, new] = pair.each_ref().map(|text| Schema::parse(text).unwrap());
        let root = |schema: &Schema| schema.message("All").or(schema.message("Order")).unwrap();
        let changes = compare((&old, root(&old)), (&new, root(&new)));
        for (category, of) in
            [("WIRE", (|rule| rule.wire) as fn(&buf::Rule) -> bool), ("WIRE_JSON", |rule| rule.wire_json)]
        {
            for (name, text) in ["old", "new"].into_iter().zip(pair) {
                let place = folder.join(name);
                std::fs::create_dir_all(&place).unwrap();
                std::fs::write(place.join("a.proto"), text).unwrap();
                std::fs::write(place.join("buf.yaml"), format!("version: v2\nbreaking:\n  use: [{category}]\n"))
                    .unwrap();
            }
            let out = std::process::Command::new(&buf)
                .args(["breaking", "new", "--against", "old", "--error-format", "json"])
                .current_dir(&folder)
                .output()
                .unwrap();
            let text = String::from_utf8(out.stdout).unwrap();
            assert!(out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
            let found = |id: &str| text.contains(&format!("\"type\":\"{id}\""));
            for line in text.lines() {
                assert!(buf::RULES.iter().any(|rule| line.contains(&format!("\"type\":\"{}\"", rule.id))), "{line}");
            }
            for rule in buf::RULES {
                let said = of(rule) && changes.iter().any(|change| change.buf.contains(&rule.id));
                assert_eq!(said, found(rule.id), "{category} {}\n{}\n{}\n{text}", rule.id, pair[0], pair[1]);
                broken += usize::from(said);
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(broken > 100, "{broken}");
}

/// The changes between two messages `M`, each as what, forward, backward, JSON, source.
fn changes(old: &str, new: &str) -> Vec<(String, Harm, Harm, Harm, bool)> {
    let (old, new) = (schema(old), schema(new));
    let found = compare((&old, 0), (&new, 0));
    found.into_iter().map(|it| (it.what, it.forward, it.backward, it.json, it.source)).collect()
}

#[test]
fn nothing_changed() {
    let text = "message M { M m = 1; repeated E e = 2; map<string, M> more = 3; reserved 5 to 7; } enum E { A = 0; }";
    assert_eq!(changes(text, text), []);
    // Neither order nor room nor comments.
    let other = "message M { reserved 7, 5 to 6; map<string, M> more = 3; /* e */ repeated E e = 2; M m = 1; } enum E { A = 0; }";
    assert_eq!(changes(text, other), []);
}

#[test]
fn fields_that_change_places() {
    use Harm::{Garbage, LosesData, Refused, Safe};
    // The names are still there, so each is what it was, under the other's number.
    assert_eq!(
        changes("message M { string a = 1; string b = 2; }", "message M { string a = 2; string b = 1; }"),
        [
            ("a had number 1, has number 2".to_owned(), Garbage, Garbage, Safe, false),
            ("b had number 2, has number 1".to_owned(), Garbage, Garbage, Safe, false)
        ]
    );
    // One moves away, and a new one takes its number.
    assert_eq!(
        changes("message M { float total = 3; }", "message M { int64 total_cents = 3; float total = 5; }"),
        [
            ("total had number 3, has number 5".to_owned(), LosesData, LosesData, Safe, false),
            ("field 3 int64 total_cents is new".to_owned(), Safe, Safe, Refused, false)
        ]
    );
    assert_eq!(
        changes("message M { int32 total = 3; }", "message M { int64 cents = 3; int32 total = 5; }"),
        [
            ("field 3 int64 cents is new".to_owned(), Garbage, Safe, Refused, false),
            ("total had number 3, has number 5".to_owned(), LosesData, Garbage, Safe, false)
        ]
    );
}

#[test]
fn enums_are_numbers_in_bytes_and_names_in_json() {
    use Harm::{Garbage, LosesData, Refused, Safe};
    let with = |values: &str| {
        changes(
            "message M { E e = 1; } enum E { A = 0; B = 1; C = 2; }",
            &format!("message M {{ E e = 1; }} enum E {{ {values} }}"),
        )
    };
    assert_eq!(with("A = 0; B = 1; C = 2; D = 3;"), [("E: D = 3 is new".to_owned(), Safe, Safe, Refused, false)]);
    assert_eq!(with("A = 0; B = 1; reserved 2;"), [("E: C = 2 is gone".to_owned(), Safe, Safe, Refused, true)]);
    assert_eq!(with("A = 0; X = 1; C = 2;"), [("E: 1 was B, is X".to_owned(), Safe, Safe, Refused, true)]);
    assert_eq!(with("A = 0; B = 5; C = 2;"), [("E: B was 1, is 5".to_owned(), LosesData, LosesData, Safe, false)]);
    assert_eq!(with("A = 0; B = 2; C = 1;")[0], ("E: B was 1, is 2".to_owned(), Garbage, Garbage, Safe, false));
    // The default is not sent, so that its name does not matter; unless it is.
    assert_eq!(with("Z = 0; B = 1; C = 2;"), [("E: 0 was A, is Z".to_owned(), Safe, Safe, Safe, true)]);
    assert_eq!(
        changes(
            "message M { repeated E e = 1; } enum E { A = 0; }",
            "message M { repeated E e = 1; } enum E { Z = 0; }"
        ),
        [("E: 0 was A, is Z".to_owned(), Safe, Safe, Refused, true)]
    );
    // A second name for a number: JSON is written with the first.
    let alias = "option allow_alias = true; A = 0; B = 1; BB = 1; C = 2;";
    assert_eq!(with(alias), [("E: BB = 1 is new".to_owned(), Safe, Safe, Safe, false)]);
}

#[test]
fn types_inside_are_compared_where_they_are_used() {
    use Harm::{Garbage, Safe};
    let old = "message M { repeated Line lines = 4; } message Line { int32 count = 2; M inner = 3; } message Unused { int32 x = 1; }";
    let new = "message M { repeated Line lines = 4; } message Line { sint32 count = 2; M inner = 3; } message Unused { string x = 1; }";
    assert_eq!(
        changes(old, new),
        [("Line: field 2 was int32 count, is sint32 count".to_owned(), Garbage, Garbage, Safe, false)]
    );
    // The witness is a whole message, down to where it happens.
    let change = compare((&schema(old), 0), (&schema(new), 0)).remove(0);
    let witness = change.witness.unwrap();
    assert_eq!(witness.json, r#"{"lines": [{"count": 150}]}"#);
    assert_eq!(witness.bytes, [0x22, 3, 0x10, 0xac, 0x02]);
    assert_eq!(witness.seen.unwrap(), r#"{"lines": [{"count": 300}]}"#);
    // Another name alone changes nothing that travels.
    let renamed = old.replace("Line ", "Item ").replace("message M ", "message Basket ").replace(" M ", " Basket ");
    assert_eq!(
        changes(old, &renamed),
        [
            ("message M is now Basket".to_owned(), Safe, Safe, Safe, true),
            ("field 4 was repeated Line lines, is repeated Item lines".to_owned(), Safe, Safe, Safe, true),
            ("Line: field 3 was M inner, is Basket inner".to_owned(), Safe, Safe, Safe, true)
        ]
    );
}

/// A field gets another type, and both types are in both versions, as they were: nothing is said of the types.
#[test]
fn another_type_is_not_the_type_changed() {
    let types = "message A { reserved 5; int32 x = 1; } message B { string y = 1; } enum E { reserved 3; Z = 0; P = 1; } enum F { Y = 0; Q = 1; }";
    let rules = ["FIELD_WIRE_COMPATIBLE_TYPE", "FIELD_WIRE_JSON_COMPATIBLE_TYPE"];
    for (was, is) in [
        ("A a = 1;", "B a = 1;"),
        ("B a = 1;", "A a = 1;"),
        ("repeated A a = 1;", "repeated B a = 1;"),
        ("map<string, A> a = 1;", "map<string, B> a = 1;"),
        ("oneof o { A a = 1; }", "oneof o { B a = 1; }"),
        ("E a = 1;", "F a = 1;"),
        ("map<int32, F> a = 1;", "map<int32, E> a = 1;"),
    ] {
        let [old, new] = [was, is].map(|field| schema(&format!("message R {{ {field} }} {types}")));
        let found = compare((&old, 0), (&new, 0));
        assert_eq!(found.len(), 1, "{was} → {is}: {found:#?}");
        assert_eq!(found[0].buf, rules, "{was} → {is}");
    }
    // Inside, what is in both is compared as ever; and one that went and one that came in its place are one type.
    let old = schema(
        "message R { A a = 1; } message A { C c = 1; reserved 5; } message B { C c = 1; } message C { int32 x = 1; }",
    );
    let new = schema(
        "message R { B a = 1; } message A { C c = 1; reserved 5; } message B { C c = 1; } message C { sint32 x = 1; }",
    );
    let found: Vec<String> = compare((&old, 0), (&new, 0)).into_iter().map(|change| change.what).collect();
    assert_eq!(found, ["field 1 was A a, is B a", "C: field 1 was int32 x, is sint32 x"]);
    let new = schema("message R { D a = 1; } message D { C c = 1; } message B { C c = 1; } message C { int32 x = 1; }");
    let found = compare((&old, 0), (&new, 0));
    let told: Vec<(&str, usize)> = found.iter().map(|change| (change.what.as_str(), change.buf.len())).collect();
    // To buf A is gone and D is another.
    assert_eq!(told, [("field 1 was A a, is D a", 2), ("5 of A not reserved any more", 0)]);
}

/// The default of an enum is not sent, and means something else all the same.
#[test]
fn an_empty_message_shows_another_default() {
    let old = "message M { S s = 1; } enum S { S_OPEN = 0; S_SHUT = 1; }";
    let new = "message M { S s = 1; } enum S { S_UNKNOWN = 0; S_OPEN = 1; S_SHUT = 2; }";
    let (old, new) = (schema(old), schema(new));
    for (writer, reader, new_writes, what, seen) in [
        (&old, &new, true, "S: S_UNKNOWN = 0 is new", r#"{"s": "S_OPEN"}"#),
        (&new, &old, false, "S: S_UNKNOWN = 0 is gone", r#"{"s": "S_OPEN"}"#),
    ] {
        let found = compare((writer, 0), (reader, 0));
        let change = found.iter().find(|change| change.what == what).expect(what);
        assert_eq!((change.forward.max(change.backward), change.json), (Harm::Garbage, Harm::Garbage), "{what}");
        let witness = change.witness.as_ref().expect(what);
        assert_eq!((witness.new_writes, &*witness.json, &*witness.bytes), (new_writes, "{}", &[][..]), "{what}");
        assert_eq!(witness.seen.as_deref(), Ok(seen), "{what}");
        let harmful = |change: &&Change| change.forward.max(change.backward) > Harm::Names;
        assert!(found.iter().filter(harmful).all(|change| change.witness.is_some()), "{found:#?}");
    }
}

#[test]
fn what_is_reserved_no_more() {
    let found = changes(
        "message M { reserved 2, 5 to 9; reserved \"a\", \"b\"; }",
        "message M { reserved 6 to 7; reserved \"b\"; }",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "2, 5, 8 to 9, \"a\" of M not reserved any more");
    let found = changes(
        "message M { E e = 1; } enum E { A = 0; reserved -3 to -1; }",
        "message M { E e = 1; } enum E { A = 0; reserved -2; }",
    );
    assert_eq!(found[0].0, "-3, -1 of E not reserved any more");
}

/// Places are those of the declarations, also for enum values, which the text alone has.
#[test]
fn places_are_in_the_texts() {
    let old = schema("message M { int32 count = 1; BB e = 2; }\nenum BB { A = 0; B = 1; ABB = 3; }");
    let new = schema("message M { int64 count = 1; BB e = 2; }\nenum BB { A = 0; B = 2; ABB = 3; }");
    let places: Vec<(&str, &str)> = compare((&old, 0), (&new, 0))
        .iter()
        .map(|change| (&old.text[change.old.clone()], &new.text[change.new.clone()]))
        .collect();
    assert_eq!(places, [("int32 count = 1;", "int64 count = 1;"), ("B", "B")]);
}
