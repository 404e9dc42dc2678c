//! Random schemas, values, changes of schemas and damaged bytes, all from a seed.
//!
//! Schemas are made as text, so that protoc and this crate's parser read the same. A value is made for a schema that
//! the parser has read: if it misread something, the bytes show it.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::fmt::Write;
use wire::{
    schema::{Field, Kind, Label, MessageId, Schema},
    value::{Content, Message, Value},
};

/// A source of chance.
#[derive(Clone, Debug)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The same seed gives the same numbers everywhere.
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, which is not 0. That some are likelier by 2^-40 does not matter here.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound as u64) as usize
    }

    /// True in one of `of` cases.
    pub fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A schema before it is text.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The package, which is no part of the names of types here.
    pub package: String,
    /// The message types. One that stands inside another comes after it.
    pub messages: Vec<DraftMessage>,
    /// The enums.
    pub enums: Vec<DraftEnum>,
}

/// A message type.
#[derive(Clone, Debug)]
pub struct DraftMessage {
    /// Its own name, which no other type has.
    pub name: String,
    /// The message type that it stands in.
    pub inside: Option<usize>,
    /// Its fields.
    pub fields: Vec<DraftField>,
    /// How many oneofs it has; those without members are not written.
    pub oneofs: usize,
    /// Numbers that are reserved.
    pub reserved_numbers: Vec<(u32, u32)>,
    /// Names that are reserved.
    pub reserved_names: Vec<String>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct DraftField {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: u32,
    /// The type of its values.
    pub kind: DraftKind,
    /// How many.
    pub label: DraftLabel,
    /// Its oneof.
    pub oneof: Option<usize>,
    /// A name in JSON of its own.
    pub json_name: Option<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftKind {
    /// One of [`SCALARS`].
    Scalar(&'static str),
    /// An enum, by its place.
    Enum(usize),
    /// A message type, by its place.
    Message(usize),
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftLabel {
    /// One.
    Singular,
    /// One or none.
    Optional,
    /// Many, with `packed` if it is said.
    Repeated(Option<bool>),
    /// Pairs with that type of key.
    Map(&'static str),
}

/// An enum.
#[derive(Clone, Debug)]
pub struct DraftEnum {
    /// Its own name, which no other type has.
    pub name: String,
    /// The message type that it stands in.
    pub inside: Option<usize>,
    /// Its values; the first is 0.
    pub values: Vec<(String, i32)>,
    /// Numbers that are reserved.
    pub reserved_numbers: Vec<i32>,
}

/// The scalar types of proto3.
pub const SCALARS: [&str; 15] = [
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
    "sfixed64", "bool", "string", "bytes",
];

/// Those that a map can have as keys.
const KEYS: [&str; 12] = [
    "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool",
    "string",
];

/// Types that read one another's bytes, rightly or wrongly: what a change of type leads to most often.
const KIN: [&[&str]; 4] = [
    &["int32", "int64", "uint32", "uint64", "sint32", "sint64", "bool"],
    &["float", "fixed32", "sfixed32"],
    &["double", "fixed64", "sfixed64"],
    &["string", "bytes"],
];

/// Where tags get longer, and the ends of what is allowed.
const NUMBERS: [u32; 12] = [1, 2, 15, 16, 17, 2047, 2048, 18_999, 20_000, 262_143, 262_144, (1 << 29) - 1];

/// A schema. `package` keeps the types of several apart.
pub fn draft(random: &mut Random, package: &str) -> Draft {
    let mut draft = Draft { package: package.to_owned(), messages: Vec::new(), enums: Vec::new() };
    let messages = 1 + random.below(4);
    for place in 0..messages {
        let inside = (place > 0 && random.one_in(2)).then(|| random.below(place));
        draft.messages.push(DraftMessage {
            name: random.pick(&["M", "Order", "msg_", "Item"]).to_string() + &place.to_string(),
            inside,
            fields: Vec::new(),
            oneofs: random.below(3),
            reserved_numbers: Vec::new(),
            reserved_names: Vec::new(),
        });
    }
    for place in 0..random.below(3) {
        let mut values = vec![(format!("E{place}_ZERO"), 0)];
        for value in 1..1 + random.below(5) {
            let number = random.pick(&[1, 2, 3, 127, 128, 70_000, -1, -2, i32::MAX, i32::MIN]);
            values.push((format!("E{place}_V{value}"), number));
        }
        draft.enums.push(DraftEnum {
            name: format!("Enum{place}"),
            inside: random.one_in(2).then(|| random.below(messages)),
            values,
            reserved_numbers: Vec::new(),
        });
    }
    for message in 0..messages {
        let most = if random.one_in(8) { 20 } else { 8 };
        for _ in 0..random.below(most) {
            add_field(random, &mut draft, message);
        }
        if random.one_in(6) {
            let low = 30_000 + random.below(1000) as u32;
            draft.messages[message].reserved_numbers.push((low, low + random.below(5) as u32));
            draft.messages[message].reserved_names.push("gone".to_owned());
        }
    }
    // Somewhere to begin: a schema of empty messages tests nothing.
    while draft.messages[0].fields.len() < 2 {
        add_field(random, &mut draft, 0);
    }
    draft
}

fn kind(random: &mut Random, draft: &Draft) -> DraftKind {
    match random.below(20) {
        0..3 => DraftKind::Message(random.below(draft.messages.len())),
        3..5 if !draft.enums.is_empty() => DraftKind::Enum(random.below(draft.enums.len())),
        _ => DraftKind::Scalar(random.pick(&SCALARS)),
    }
}

fn label(random: &mut Random, kind: DraftKind) -> DraftLabel {
    match random.below(10) {
        0..5 => DraftLabel::Singular,
        5 => DraftLabel::Optional,
        6..9 => {
            let packable = !matches!(kind, DraftKind::Message(_) | DraftKind::Scalar("string" | "bytes"));
            DraftLabel::Repeated(if packable { random.pick(&[None, None, Some(false), Some(true)]) } else { None })
        }
        _ => DraftLabel::Map(random.pick(&KEYS)),
    }
}

fn free_number(random: &mut Random, message: &DraftMessage) -> u32 {
    loop {
        let number = match random.below(8) {
            0..5 => 1 + random.below(20) as u32,
            5..7 => random.pick(&NUMBERS),
            _ => 1 + random.below((1 << 29) - 1) as u32,
        };
        let taken = message.fields.iter().any(|field| field.number == number)
            || message.reserved_numbers.iter().any(|&(from, to)| (from..=to).contains(&number));
        if !taken && !(19_000..20_000).contains(&number) {
            return number;
        }
    }
}

fn add_field(random: &mut Random, draft: &mut Draft, message: usize) {
    let kind = kind(random, draft);
    let label = label(random, kind);
    let number = free_number(random, &draft.messages[message]);
    let oneofs = draft.messages[message].oneofs;
    let in_oneof = label == DraftLabel::Singular && oneofs > 0 && random.one_in(3);
    // protoc refuses names that are the same in JSON; the number keeps these apart.
    let style = random.below(9);
    let name = match style {
        0..3 => format!("field_{number}"),
        3 => format!("field{number}"),
        4 => format!("fieldName{number}"),
        5 => format!("_x_{number}_"),
        6 => format!("a__b_{number}c_D"),
        7 => format!("UPPER_{number}"),
        _ => format!("message{number}_9z"),
    };
    let json_name = random.one_in(12).then(|| {
        random.pick(&["a b", "ünï", "$ref", "with.dot", "'quoted'", "tab\\tand\\\\", "x\\\"y"]).to_string()
            + &number.to_string()
    });
    let field = DraftField {
        name,
        number,
        kind,
        label,
        oneof: in_oneof.then(|| random.below(oneofs)),
        json_name,
        deprecated: random.one_in(15),
    };
    let fields = &mut draft.messages[message].fields;
    if fields.iter().all(|other| other.name != field.name) {
        let place = random.below(fields.len() + 1);
        fields.insert(place, field);
    }
}

/// Another version of a schema: fields removed, added, renamed, renumbered, of other types, or other labels.
pub fn evolve(random: &mut Random, old: &Draft, package: &str) -> Draft {
    let mut new = old.clone();
    package.clone_into(&mut new.package);
    let calm = 2 + random.below(6);
    for message in 0..new.messages.len() {
        let mut place = 0;
        while place < new.messages[message].fields.len() {
            if !random.one_in(calm) {
                place += 1;
                continue;
            }
            let kind = kind(random, &new);
            let label = label(random, kind);
            let number = free_number(random, &new.messages[message]);
            let oneofs = new.messages[message].oneofs;
            let field = &mut new.messages[message].fields[place];
            match random.below(8) {
                0 | 1 => {
                    let gone = new.messages[message].fields.remove(place);
                    // The parser that we use does not reserve names that begin with an underscore.
                    if random.one_in(2) && !gone.name.starts_with('_') {
                        new.messages[message].reserved_numbers.push((gone.number, gone.number));
                        new.messages[message].reserved_names.push(gone.name);
                    }
                    continue;
                }
                2 | 3 => {
                    let kin =
                        KIN.iter().find(|kin| matches!(field.kind, DraftKind::Scalar(name) if kin.contains(&name)));
                    field.kind = match kin {
                        Some(kin) => DraftKind::Scalar(random.pick(kin)),
                        None => DraftKind::Scalar(random.pick(&["int32", "int64", "string", "bytes"])),
                    };
                    if matches!(field.kind, DraftKind::Scalar("string" | "bytes"))
                        && let DraftLabel::Repeated(packed) = &mut field.label
                    {
                        *packed = None;
                    }
                }
                4 => {
                    field.kind = kind;
                    field.label = label;
                    field.oneof = None;
                }
                5 => {
                    field.number = number;
                    field.name.push_str(&format!("x{number}"));
                    field.json_name = None;
                }
                6 => {
                    // One to many and back, with and without presence, in and out of a oneof.
                    let packable = !matches!(field.kind, DraftKind::Message(_) | DraftKind::Scalar("string" | "bytes"));
                    field.oneof = None;
                    field.label = match random.below(4) {
                        0 => DraftLabel::Singular,
                        1 => DraftLabel::Optional,
                        2 if oneofs > 0 => {
                            field.oneof = Some(random.below(oneofs));
                            DraftLabel::Singular
                        }
                        _ => DraftLabel::Repeated(packable.then(|| random.one_in(2))),
                    };
                }
                _ => {
                    field.name.push_str(&format!("_renamed_{}", field.number));
                    field.json_name = None;
                }
            }
            place += 1;
        }
        for _ in 0..random.below(3) {
            add_field(random, &mut new, message);
        }
        if new.messages[message].fields.len() > 1 && random.one_in(3) {
            let last = new.messages[message].fields.len() - 1;
            let (one, other) = (random.below(last), last);
            new.messages[message].fields.swap(one, other);
        }
    }
    for one in &mut new.enums {
        if one.values.len() > 1 && random.one_in(3) {
            let (_, number) = one.values.remove(1 + random.below(one.values.len() - 1));
            if random.one_in(2) && one.values.iter().all(|&(_, other)| other != number) {
                one.reserved_numbers.push(number);
            }
        }
        if random.one_in(3) {
            let number = 1000 + random.below(5) as i32;
            one.values.push((format!("{}_NEW{number}", one.name), number));
        }
    }
    new
}

impl Draft {
    /// The name with those around it, without the package.
    fn path(&self, name: &str, inside: Option<usize>) -> String {
        match inside {
            None => name.to_owned(),
            Some(outer) => {
                format!("{}.{name}", self.path(&self.messages[outer].name, self.messages[outer].inside))
            }
        }
    }

    /// The schema as text, with comments, empty lines and several ways to name a type.
    pub fn text(&self, random: &mut Random) -> String {
        let mut text = String::new();
        if random.one_in(4) {
            text.push_str("// A schema that nobody wrote; ");
            text.push_str("with \"quotes\" and ünïcödé in it.\n");
        }
        text.push_str(random.pick(&["syntax = \"proto3\";\n", "syntax='proto3';", "syntax = \"proto3\" ;\n\n"]));
        let _ = writeln!(text, "package {};", self.package);
        if random.one_in(6) {
            text.push_str("option java_package = \"org.example\";\n");
        }
        // Types may be used before they are there.
        let mut top: Vec<_> = (0..self.messages.len()).filter(|&m| self.messages[m].inside.is_none()).collect();
        let turn = random.below(top.len());
        top.rotate_left(turn);
        for place in top {
            self.message(random, place, 0, &mut text);
        }
        for (place, one) in self.enums.iter().enumerate() {
            if one.inside.is_none() {
                self.one_enum(random, place, 0, &mut text);
            }
        }
        text
    }

    fn message(&self, random: &mut Random, place: usize, depth: usize, text: &mut String) {
        let message = &self.messages[place];
        let indent = "  ".repeat(depth);
        let _ = writeln!(text, "{indent}message {} {{", message.name);
        let inner = random.one_in(2);
        if inner {
            self.inner(random, place, depth, text);
        }
        for &(from, to) in &message.reserved_numbers {
            if from == to {
                let _ = writeln!(text, "{indent}  reserved {from};");
            } else {
                let _ = writeln!(text, "{indent}  reserved {from} to {to}, 99999;");
            }
        }
        for name in &message.reserved_names {
            let _ = writeln!(text, "{indent}  reserved \"{name}\";");
        }
        for field in message.fields.iter().filter(|field| field.oneof.is_none()) {
            self.field(random, place, field, depth + 1, text);
        }
        for oneof in 0..message.oneofs {
            let members: Vec<_> = message.fields.iter().filter(|field| field.oneof == Some(oneof)).collect();
            if members.is_empty() {
                continue;
            }
            let _ = writeln!(text, "{indent}  oneof choice{oneof} {{ // one of these");
            for field in members {
                self.field(random, place, field, depth + 2, text);
            }
            let _ = writeln!(text, "{indent}  }}");
        }
        if !inner {
            self.inner(random, place, depth, text);
        }
        let _ = writeln!(text, "{indent}}}{}", random.pick(&["", "", ";", " /* end */"]));
    }

    fn inner(&self, random: &mut Random, place: usize, depth: usize, text: &mut String) {
        for (inner, message) in self.messages.iter().enumerate() {
            if message.inside == Some(place) {
                self.message(random, inner, depth + 1, text);
            }
        }
        for (inner, one) in self.enums.iter().enumerate() {
            if one.inside == Some(place) {
                self.one_enum(random, inner, depth + 1, text);
            }
        }
    }

    fn one_enum(&self, random: &mut Random, place: usize, depth: usize, text: &mut String) {
        let one = &self.enums[place];
        let indent = "  ".repeat(depth);
        let _ = writeln!(text, "{indent}enum {} {{", one.name);
        let mut numbers: Vec<_> = one.values.iter().map(|&(_, number)| number).collect();
        numbers.sort_unstable();
        if numbers.windows(2).any(|two| two[0] == two[1]) {
            let _ = writeln!(text, "{indent}  option allow_alias = true;");
        }
        for number in &one.reserved_numbers {
            let _ = writeln!(text, "{indent}  reserved {number};");
        }
        for (name, number) in &one.values {
            let number = match number {
                // As C does: other bases are allowed.
                128 => "0x80".to_owned(),
                127 => "0177".to_owned(),
                _ => number.to_string(),
            };
            let deprecated = if random.one_in(20) { " [deprecated = true]" } else { "" };
            let _ = writeln!(text, "{indent}  {name} = {number}{deprecated};");
        }
        let _ = writeln!(text, "{indent}}}");
    }

    fn field(&self, random: &mut Random, place: usize, field: &DraftField, depth: usize, text: &mut String) {
        let kind = match field.kind {
            DraftKind::Scalar(name) => name.to_owned(),
            DraftKind::Enum(one) => self.reference(random, place, &self.enums[one].name, self.enums[one].inside),
            DraftKind::Message(one) => {
                self.reference(random, place, &self.messages[one].name, self.messages[one].inside)
            }
        };
        let kind = match field.label {
            DraftLabel::Singular => kind,
            DraftLabel::Optional => format!("optional {kind}"),
            DraftLabel::Repeated(_) => format!("repeated {kind}"),
            DraftLabel::Map(key) => format!("map<{key}, {kind}>"),
        };
        let mut options = Vec::new();
        if let DraftLabel::Repeated(Some(packed)) = field.label {
            options.push(format!("packed = {packed}"));
        }
        if let Some(name) = &field.json_name {
            options.push(format!("json_name = \"{name}\""));
        }
        if field.deprecated {
            options.push("deprecated=true".to_owned());
        }
        let options = if options.is_empty() { String::new() } else { format!(" [{}]", options.join(", ")) };
        let number = if random.one_in(12) { format!("0x{:x}", field.number) } else { field.number.to_string() };
        let indent = "  ".repeat(depth);
        let _ = writeln!(text, "{indent}{kind} {} = {number}{options};", field.name);
    }

    /// How a field of the message at `place` names a type.
    fn reference(&self, random: &mut Random, place: usize, name: &str, inside: Option<usize>) -> String {
        let whole = self.path(name, inside);
        match random.below(4) {
            0 => format!(".{}.{whole}", self.package),
            1 => format!("{}.{whole}", self.package),
            // Its own name is enough where the type stands in the message, or around it.
            2 if inside.is_none() || inside == Some(place) => name.to_owned(),
            _ => whole,
        }
    }
}

/// Text of all kinds: what has to be escaped in JSON, of two to four bytes in UTF-8, the last code points.
const STRINGS: [&str; 14] = [
    "",
    "testing",
    "a",
    "\0",
    "\"\\/\u{8}\u{c}\n\r\t",
    "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}",
    "naïve Grüße",
    "日本語",
    "🦀👩‍🔬",
    "\u{2028}\u{2029}\u{feff}",
    "</script><!--&amp;",
    "\u{10ffff}\u{d7ff}\u{e000}",
    " 150",
    "NaN",
];

fn int32(random: &mut Random) -> i32 {
    match random.below(4) {
        0 => random.pick(&[0, 1, -1, i32::MIN, i32::MAX, 150, 63, 64, -64, -65, 127, 128, 16_383, 16_384]),
        1 => random.bits() as i32,
        _ => (random.bits() as i32) >> random.below(32),
    }
}

fn int64(random: &mut Random) -> i64 {
    match random.below(4) {
        0 => random.pick(&[0, 1, -1, i64::MIN, i64::MAX, 150, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1, 1 << 32]),
        1 => i64::from(int32(random)),
        _ => (random.bits() as i64) >> random.below(64),
    }
}

fn double(random: &mut Random) -> f64 {
    match random.below(4) {
        0 => random.pick(&[
            0.0,
            -0.0,
            1.0,
            -1.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            5e-324,
            f64::MAX,
            0.1,
            1e21,
            1e-7,
            123_456_789.0,
        ]),
        1 => int64(random) as f64,
        2 => f64::from(int32(random)) / 100.0,
        _ => {
            let number = f64::from_bits(random.bits());
            // JSON has one NaN only.
            if number.is_nan() { f64::NAN } else { number }
        }
    }
}

fn float(random: &mut Random) -> f32 {
    match random.below(4) {
        0 => random.pick(&[0.0, -0.0, 1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-45, f32::MAX, f32::MIN, 0.1]),
        1 => int32(random) as f32,
        2 => int32(random) as f32 / 100.0,
        _ => {
            let number = f32::from_bits(random.bits() as u32);
            if number.is_nan() { f32::NAN } else { number }
        }
    }
}

/// A value of a type; messages are filled down to `depth` more.
fn value(random: &mut Random, schema: &Schema, kind: Kind, depth: usize) -> Value {
    match kind {
        Kind::Double => Value::F64(double(random)),
        Kind::Float => Value::F32(float(random)),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(int32(random)),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(int64(random)),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(int32(random) as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(int64(random) as u64),
        Kind::Bool => Value::Bool(random.one_in(2)),
        Kind::String => Value::String(match random.below(4) {
            0 => (0..random.below(12)).map(|_| char::from(b'a' + random.below(26) as u8)).collect(),
            1 => (0..random.below(4)).map(|_| random.pick(&STRINGS)).collect(),
            // A length of two bytes.
            2 if random.one_in(10) => "x".repeat(120 + random.below(20)),
            _ => random.pick(&STRINGS).to_string(),
        }),
        Kind::Bytes => Value::Bytes((0..random.below(10)).map(|_| random.bits() as u8).collect()),
        Kind::Enum(one) => Value::Enum(if random.one_in(4) {
            int32(random)
        } else {
            {
                let values = &schema.enums[one].values;
                values[random.below(values.len())].1
            }
        }),
        Kind::Message(one) => Value::Message(message(random, schema, one, depth)),
    }
}

/// Whether a field without presence that holds this is not sent.
fn is_default(value: &Value) -> bool {
    match value {
        Value::I32(number) | Value::Enum(number) => *number == 0,
        Value::I64(number) => *number == 0,
        Value::U32(number) => *number == 0,
        Value::U64(number) => *number == 0,
        // By its bits: −0 is sent.
        Value::F32(number) => number.to_bits() == 0,
        Value::F64(number) => number.to_bits() == 0,
        Value::Bool(on) => !on,
        Value::String(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::Message(_) => false,
    }
}

/// A message of a type, nested `depth` times at most, with every map sorted as upb does.
pub fn message(random: &mut Random, schema: &Schema, id: MessageId, depth: usize) -> Message {
    let descriptor = &schema.messages[id];
    let mut fields: Vec<(u32, Content)> = Vec::new();
    let full = random.one_in(4);
    // Of a oneof the last that is set stays; here none is set twice.
    let mut oneofs: Vec<Option<u32>> = vec![None; descriptor.oneofs.len()];
    for (place, chosen) in oneofs.iter_mut().enumerate() {
        let members: Vec<_> = descriptor.fields.iter().filter(|field| field.oneof == Some(place)).collect();
        if !members.is_empty() && !random.one_in(4) {
            *chosen = Some(random.pick(&members).number);
        }
    }
    for field in &descriptor.fields {
        let wanted = match field.oneof {
            Some(oneof) => oneofs[oneof] == Some(field.number),
            None => full || !random.one_in(3),
        };
        if wanted && (depth > 0 || !matches!(field.kind, Kind::Message(_))) {
            fields.extend(content(random, schema, field, depth).map(|content| (field.number, content)));
        }
    }
    fields.sort_by_key(|&(number, _)| number);
    let unknown = if random.one_in(12) { unknown(random, schema, id) } else { Vec::new() };
    Message { fields, unknown }
}

fn content(random: &mut Random, schema: &Schema, field: &Field, depth: usize) -> Option<Content> {
    let depth = depth.saturating_sub(1);
    match field.label {
        Label::Singular | Label::Optional => {
            let value = value(random, schema, field.kind, depth);
            let presence = field.label == Label::Optional || field.oneof.is_some();
            (presence || !is_default(&value)).then_some(Content::One(value))
        }
        Label::Repeated { .. } => {
            let most = if matches!(field.kind, Kind::Message(_)) { 3 } else { 6 };
            let values: Vec<_> = (0..random.below(most)).map(|_| value(random, schema, field.kind, depth)).collect();
            (!values.is_empty()).then_some(Content::Many(values))
        }
        Label::Map { key } => {
            let mut pairs: Vec<_> = (0..random.below(4))
                .map(|_| (value(random, schema, key, 0), value(random, schema, field.kind, depth)))
                .collect();
            sort_pairs(&mut pairs, Order::Upb);
            pairs.dedup_by(|one, other| one.0 == other.0);
            (!pairs.is_empty()).then_some(Content::Map(pairs))
        }
    }
}

/// The order of a map's pairs, by their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The smallest first, as C++, Go and Rust's `BTreeMap` have them.
    Ascending,
    /// That of upb's deterministic serialisation, which no other runtime has: numbers by their bits without regard to
    /// the sign, the greatest first; strings by their bytes, the longer one first if it begins with the other.
    Upb,
}

/// Sorts the pairs of a map.
pub fn sort_pairs(pairs: &mut [(Value, Value)], order: Order) {
    let upb = order == Order::Upb;
    pairs.sort_by(|(one, _), (other, _)| {
        let ascending = match (one, other) {
            (Value::I32(one), Value::I32(other)) if upb => one.cast_unsigned().cmp(&other.cast_unsigned()),
            (Value::I64(one), Value::I64(other)) if upb => one.cast_unsigned().cmp(&other.cast_unsigned()),
            (Value::I32(one), Value::I32(other)) => one.cmp(other),
            (Value::I64(one), Value::I64(other)) => one.cmp(other),
            (Value::U32(one), Value::U32(other)) => one.cmp(other),
            (Value::U64(one), Value::U64(other)) => one.cmp(other),
            (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
            (Value::String(one), Value::String(other)) if upb => {
                // As if each ended with something beyond all bytes; the other way round, because that comes below.
                let bytes = |text: &str| text.bytes().map(u16::from).chain([256]).collect::<Vec<_>>();
                bytes(other).cmp(&bytes(one))
            }
            (Value::String(one), Value::String(other)) => one.cmp(other),
            _ => unreachable!("no map has such keys"),
        };
        if upb { ascending.reverse() } else { ascending }
    });
}

/// Sorts all maps in a message.
pub fn sort_maps(message: &mut Message, order: Order) {
    for (_, content) in &mut message.fields {
        match content {
            Content::One(Value::Message(inner)) => sort_maps(inner, order),
            Content::One(_) => {}
            Content::Many(values) => values.iter_mut().for_each(|value| {
                if let Value::Message(inner) = value {
                    sort_maps(inner, order);
                }
            }),
            Content::Map(pairs) => {
                sort_pairs(pairs, order);
                pairs.iter_mut().for_each(|(_, value)| {
                    if let Value::Message(inner) = value {
                        sort_maps(inner, order);
                    }
                });
            }
        }
    }
}

/// A number as a varint.
pub fn varint(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Fields of numbers that a message type does not have, as bytes.
fn unknown(random: &mut Random, schema: &Schema, id: MessageId) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..1 + random.below(2) {
        let number = 3000 + random.below(1000) as u32;
        if schema.messages[id].field(number).is_none() {
            unknown_field(random, number, 2, &mut bytes);
        }
    }
    bytes
}

fn unknown_field(random: &mut Random, number: u32, depth: usize, bytes: &mut Vec<u8>) {
    let wire = random.pick(if depth > 0 { &[0u8, 1, 2, 3, 5] } else { &[0u8, 1, 2, 5, 5] });
    varint(u64::from(number) << 3 | u64::from(wire), bytes);
    match wire {
        0 => varint(int64(random) as u64, bytes),
        1 => bytes.extend(random.bits().to_le_bytes()),
        2 => {
            let content: Vec<u8> = (0..random.below(6)).map(|_| random.bits() as u8).collect();
            varint(content.len() as u64, bytes);
            bytes.extend(content);
        }
        3 => {
            for inner in 0..random.below(3) {
                unknown_field(random, 1 + inner as u32, depth - 1, bytes);
            }
            varint(u64::from(number) << 3 | 4, bytes);
        }
        _ => bytes.extend((random.bits() as u32).to_le_bytes()),
    }
}

/// Damages bytes: once to three times a bit flipped, bytes deleted, inserted or repeated, the end cut off, a part of
/// `other` put in, a length or a number made huge.
pub fn damage(random: &mut Random, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + random.below(3) {
        let at = random.below(bytes.len() + 1);
        let to = (at + random.below(4)).min(bytes.len());
        match random.below(9) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            2 => drop(bytes.drain(at..to)),
            3 => bytes.insert(at, random.pick(&[0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x08, 0x0b, 0x0c])),
            4 => bytes.truncate(at),
            5 if !other.is_empty() => {
                let from = random.below(other.len());
                let to = (from + 1 + random.below(8)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            6 => {
                let again = bytes[at..to].to_vec();
                bytes.splice(at..at, again);
            }
            7 => {
                // Numbers at the edges of 5 and 10 bytes, and longer than they need be.
                let hostile = random.pick::<&[u8]>(&[
                    &[0xff; 10],
                    &[0xff, 0xff, 0xff, 0xff, 0x0f],
                    &[0xff, 0xff, 0xff, 0xff, 0x07],
                    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
                    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
                    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
                    &[0x80, 0x80, 0x80, 0x00],
                    &[0x80, 0x80, 0x80, 0x80, 0x10],
                    &[0x88, 0x80, 0x00, 0x01],
                    &[0x8a, 0x80, 0x80, 0x80, 0x00, 0x00],
                    &[0x8a, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00],
                ]);
                bytes.splice(at..at, hostile.iter().copied());
            }
            _ if at < bytes.len() => bytes[at] = random.bits() as u8,
            _ => {}
        }
    }
    bytes
}
