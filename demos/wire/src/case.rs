//! A case of the lab as a value: two schemas, a value, what was done to its bytes; its code for links, and what follows
//! from it.

use crate::{
    decode::{Runtime, decode},
    edit::{self, Edit},
    encode::encode,
    evolve::{self, Comparison},
    json,
    reader::{Because, View, view},
    schema::{MessageId, MessageType, Problem, Schema},
    value::{Content, Message, Value},
};
use std::rc::Rc;

pub use sim::code::{CodeError, LONGEST, VERSION};

/// What the lab shows: everything else is computed from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// The schema of who writes, as `.proto` text.
    pub writer: String,
    /// The schema of who reads; equal to the writer's where there is only one.
    pub reader: String,
    /// The name of the message type, in both schemas.
    pub message: String,
    /// The value, as protobuf JSON of the writer.
    pub value: String,
    /// What is done to the bytes that the value is encoded to, one after the other.
    pub edits: Vec<Edit>,
    /// Whether the old version writes and the new one reads; usually it is the other way round.
    pub old_writes: bool,
}

/// What stands often in schemas and values, each under one letter after a `-`.
const WORDS: [(char, &str); 32] = [
    ('P', "syntax = \"proto3\";\n"),
    ('M', "message "),
    ('S', "string "),
    ('I', "int32 "),
    ('L', "int64 "),
    ('F', "float "),
    ('D', "double "),
    ('B', "bool "),
    ('R', "repeated "),
    ('V', "reserved "),
    ('O', "optional "),
    ('E', "enum "),
    ('Y', "bytes "),
    ('U', "uint32 "),
    ('Z', "sint32 "),
    ('X', "fixed32 "),
    ('n', "\n"),
    ('t', "  "),
    ('a', " = "),
    ('l', ";\n"),
    ('o', "{"),
    ('c', "}"),
    ('q', "\""),
    ('k', ":"),
    ('m', ","),
    ('s', ";"),
    ('e', "="),
    ('p', "."),
    ('d', "-"),
    ('b', "["),
    ('j', "]"),
    ('g', "<"),
];

/// A text in characters that may stand in an address as they are, few more than it has itself: letters, digits and
/// `_` are themselves, `.` is a space, `-` begins everything else.
pub(crate) fn pack(text: &str) -> String {
    let mut packed = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((letter, word)) = WORDS.iter().find(|(_, word)| rest.starts_with(word)) {
            packed.push('-');
            packed.push(*letter);
            rest = &rest[word.len()..];
            continue;
        }
        match first {
            ' ' => packed.push('.'),
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' => packed.push(first),
            // The number of the character, between two marks.
            other => packed.push_str(&format!("-x{:x}-", u32::from(other))),
        }
        rest = &rest[first.len_utf8()..];
    }
    packed
}

/// The text that [`pack`] was given.
pub(crate) fn unpack(packed: &str) -> Result<String, CodeError> {
    let mut text = String::new();
    let mut rest = packed;
    let bad = |rest: &str| CodeError::Field {
        field: rest.chars().take(20).collect(),
        why: "this stands for no character".to_owned(),
    };
    while let Some(first) = rest.chars().next() {
        let mut taken = first.len_utf8();
        match first {
            '.' => text.push(' '),
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' => text.push(first),
            '-' => {
                let letter = rest[1..].chars().next().ok_or_else(|| bad(rest))?;
                taken += letter.len_utf8();
                if letter == 'x' {
                    let (digits, _) = rest[2..].split_once('-').ok_or_else(|| bad(rest))?;
                    let number = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                    text.push(number.ok_or_else(|| bad(rest))?);
                    taken += digits.len() + 1;
                } else {
                    let word = WORDS.iter().find(|(other, _)| *other == letter);
                    text.push_str(word.ok_or_else(|| bad(rest))?.1);
                }
            }
            _ => return Err(bad(rest)),
        }
        rest = &rest[taken..];
    }
    Ok(text)
}

impl Case {
    /// The case as a link has it: `2~wire~m.Order~w.…~r.3.17.…~v.…`. The reader's schema is said by what differs from
    /// the writer's: how many characters are the same at both ends, and what is between.
    pub fn code(&self) -> String {
        let mut fields = vec![
            VERSION.to_owned(),
            "wire".to_owned(),
            format!("m.{}", pack(&self.message)),
            format!("w.{}", pack(&self.writer)),
        ];
        if self.reader != self.writer {
            let head = self.writer.chars().zip(self.reader.chars()).take_while(|(a, b)| a == b).count();
            let left = self.writer.chars().count().min(self.reader.chars().count()) - head;
            let same = |(a, b): &(char, char)| a == b;
            let tail = self.writer.chars().rev().zip(self.reader.chars().rev()).take(left).take_while(same).count();
            let middle: String =
                self.reader.chars().skip(head).take(self.reader.chars().count() - head - tail).collect();
            fields.push(format!("r.{head}.{tail}.{}", pack(&middle)));
        }
        fields.push(format!("v.{}", pack(&self.value)));
        fields.extend(self.edits.iter().map(|edit| format!("e.{}", pack(&edit.to_string()))));
        if self.old_writes {
            fields.push("o.old".to_owned());
        }
        fields.join("~")
    }

    /// Whether the code is short enough for a link.
    pub fn fits_a_link(&self) -> bool {
        self.code().len() <= LONGEST
    }

    /// Reads what [`Case::code`] wrote.
    ///
    /// # Errors
    /// If it is of another version, too long, or damaged.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        if code.len() > LONGEST {
            return Err(CodeError::TooLong);
        }
        let mut fields = code.split('~');
        let version = fields.next().unwrap_or_default();
        if version != VERSION {
            return Err(CodeError::Version(version.chars().take(20).collect()));
        }
        let bad =
            |field: &str, why: &str| CodeError::Field { field: field.chars().take(40).collect(), why: why.to_owned() };
        let kind = fields.next().unwrap_or_default();
        if kind != "wire" {
            return Err(bad(kind, "this is no case of the wire lab"));
        }
        let (mut case, mut has_reader) = (Self::default(), false);
        for field in fields {
            match field.split_once('.') {
                Some(("m", name)) => case.message = unpack(name)?,
                Some(("w", text)) => case.writer = unpack(text)?,
                Some(("v", text)) => case.value = unpack(text)?,
                Some(("e", text)) => {
                    let edit = Edit::parse(&unpack(text)?).map_err(|error| bad(field, &error.to_string()))?;
                    case.edits.push(edit);
                }
                Some(("o", "old")) => case.old_writes = true,
                Some(("r", text)) => {
                    let mut parts = text.splitn(3, '.');
                    let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok());
                    let (Some(head), Some(tail)) = (number(), number()) else {
                        return Err(bad(field, "two numbers were expected at its beginning"));
                    };
                    let length = case.writer.chars().count();
                    if head.saturating_add(tail) > length {
                        return Err(bad(field, "it takes more from the other schema than there is"));
                    }
                    case.reader.extend(case.writer.chars().take(head));
                    case.reader.push_str(&unpack(parts.next().unwrap_or_default())?);
                    case.reader.extend(case.writer.chars().skip(length - tail));
                    if case.reader.len() > LONGEST {
                        return Err(CodeError::TooLong);
                    }
                    has_reader = true;
                }
                _ => return Err(bad(field, "nothing of that name belongs to a case")),
            }
        }
        if case.writer.is_empty() || case.message.is_empty() {
            return Err(bad(code, "the schema or the message’s name is missing"));
        }
        if !has_reader {
            case.reader = case.writer.clone();
        }
        Ok(case)
    }
}

/// A schema as the lab uses it: the text may be damaged, then it is the last one that was not.
#[derive(Clone, Debug)]
pub struct Side {
    /// The schema; without a good text one with an empty message type.
    pub schema: Rc<Schema>,
    /// The message type.
    pub root: MessageId,
    /// What is wrong with the text.
    pub problems: Vec<Problem>,
    /// Whether the schema is not that of the text, because the text is damaged.
    pub stale: bool,
}

impl Side {
    /// Reads a text, or takes over what was read of it before.
    fn read(text: &str, message: &str, before: Option<&Self>, parse: &Parse<'_>) -> Self {
        if let Some(before) = before
            && !before.stale
            && before.schema.text == text
        {
            let root = before.schema.message(message).unwrap_or(0);
            return Self { root, ..before.clone() };
        }
        let problems = match parse(text) {
            Ok(schema) if !schema.messages.is_empty() => {
                let root = schema.message(message).unwrap_or(0);
                return Self { schema, root, problems: Vec::new(), stale: false };
            }
            Ok(_) => vec![Problem {
                at: text.len()..text.len(),
                line: text.lines().count().max(1),
                column: text.lines().last().map_or(0, |line| line.chars().count()) + 1,
                message: "there is no message type here".to_owned(),
                help: Some(format!("add one: message {message} {{ }}")),
            }],
            Err(problems) => problems,
        };
        let nothing = || {
            let root = MessageType {
                name: message.to_owned(),
                fields: Vec::new(),
                oneofs: Vec::new(),
                reserved_numbers: Vec::new(),
                reserved_names: Vec::new(),
                span: 0..0,
            };
            Rc::new(Schema { text: String::new(), messages: vec![root], enums: Vec::new() })
        };
        let schema = before.map_or_else(nothing, |before| before.schema.clone());
        let root = schema.message(message).unwrap_or(0);
        Self { schema, root, problems, stale: true }
    }

    /// The message type.
    pub fn message(&self) -> &MessageType {
        &self.schema.messages[self.root]
    }
}

/// What reads a schema, as [`Schema::parse`] does.
pub type Parse<'a> = dyn Fn(&str) -> Result<Rc<Schema>, Vec<Problem>> + 'a;

/// What follows from a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Who writes.
    pub writer: Side,
    /// Who reads.
    pub reader: Side,
    /// The value; while its text is damaged, the last one.
    pub value: Message,
    /// Where its parts stand in the text; none while that is damaged.
    pub places: Vec<json::Place>,
    /// What is wrong with the value's text.
    pub value_problems: Vec<Problem>,
    /// What the value is encoded to.
    pub encoded: Vec<u8>,
    /// The same with all that was done to it.
    pub bytes: Vec<u8>,
    /// What a program with the writer's own schema makes of these bytes,
    pub own: View,
    /// a mainstream runtime with the reader's schema,
    pub view: View,
    /// and prost.
    pub prost: View,
    /// The message after old → new → old, or the other way round: what the reader passes on, read by the writer's
    /// schema. Nothing where the reader refuses.
    pub back: Option<Message>,
    /// The same where the reader passes JSON on.
    pub back_of_json: Option<Message>,
    /// What changed from the old schema to the new.
    pub changes: Rc<Comparison>,
    /// As [`Case::old_writes`].
    old_writes: bool,
}

impl Case {
    /// Works everything out. What `before` has already and has not changed is taken over; where a text is damaged, so
    /// is what was last good.
    pub fn outcome(&self, before: Option<&Outcome>) -> Outcome {
        self.outcome_by(&|text| Schema::parse(text).map(Rc::new), before)
    }

    /// The same for who has schemas read elsewhere, or has read them already.
    pub fn outcome_by(&self, parse: &Parse<'_>, before: Option<&Outcome>) -> Outcome {
        let writer = Side::read(&self.writer, &self.message, before.map(|before| &before.writer), parse);
        let reader = Side::read(&self.reader, &self.message, before.map(|before| &before.reader), parse);
        let same = |old: &Side, new: &Side| Rc::ptr_eq(&old.schema, &new.schema) && old.root == new.root;
        let read = json::read_with_places(&writer.schema, writer.root, &self.value);
        let (value, places, value_problems, encoded) = match read {
            Ok((value, places)) => {
                let encoded = encode(&writer.schema, writer.root, &value);
                (value, places, Vec::new(), encoded)
            }
            Err(problems) => {
                let encoded = before.map_or_else(Vec::new, |before| before.encoded.clone());
                let value = match before {
                    Some(before) if same(&before.writer, &writer) => before.value.clone(),
                    _ => decode(&writer.schema, writer.root, &encoded, Runtime::Mainstream).message,
                };
                (value, Vec::new(), problems, encoded)
            }
        };
        let bytes = edit::apply(&self.edits, &encoded);
        let own = view(&writer.schema, writer.root, &bytes, Runtime::Mainstream);
        let seen = view(&reader.schema, reader.root, &bytes, Runtime::Mainstream);
        let prost = view(&reader.schema, reader.root, &bytes, Runtime::Prost);
        let read_back = |bytes: &[u8]| decode(&writer.schema, writer.root, bytes, Runtime::Mainstream).message;
        let back = seen.passed_on.as_deref().map(read_back);
        let back_of_json = seen.through_json.as_ref().map(|(_, bytes)| read_back(bytes));
        let changes = match before {
            Some(before)
                if same(&before.writer, &writer)
                    && same(&before.reader, &reader)
                    && before.old_writes == self.old_writes =>
            {
                before.changes.clone()
            }
            _ => {
                let (old, new) = if self.old_writes { (&writer, &reader) } else { (&reader, &writer) };
                Rc::new(evolve::compare((&old.schema, old.root), (&new.schema, new.root)))
            }
        };
        Outcome {
            writer,
            reader,
            value,
            places,
            value_problems,
            encoded,
            bytes,
            own,
            view: seen,
            prost,
            back,
            back_of_json,
            changes,
            old_writes: self.old_writes,
        }
    }
}

impl Outcome {
    /// The names of the writer's fields, in the order of its text, that are other in `back` than in what was written.
    pub fn lost(&self, back: &Message) -> Vec<&str> {
        let fields = self.writer.message().fields.iter();
        // By their bytes: two NaNs would never be equal.
        let bytes = |message: &Message, number: u32| {
            let content = message.get(number)?;
            let alone = Message { fields: vec![(number, content.clone())], unknown: Vec::new() };
            Some(encode(&self.writer.schema, self.writer.root, &alone))
        };
        let other = |number: u32| bytes(back, number) != bytes(&self.own.decoded.message, number);
        let mut lost: Vec<&str> = fields.filter(|field| other(field.number)).map(|field| field.name.as_str()).collect();
        if back.unknown != self.own.decoded.message.unknown {
            lost.push("unknown fields");
        }
        lost
    }
}

/// What becomes of a value that was written, at the reader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The reader sees the same value.
    Written,
    /// The reader sees the default, as if nothing had been written.
    Default,
    /// The reader sees a value that nobody wrote.
    Garbage,
    /// The reader refuses the whole message.
    Refused,
    /// The reader's type has no such field.
    NoField,
}

impl Outcome {
    /// Whether the reader's value of that field came with the bytes.
    fn came(&self, number: u32) -> bool {
        self.view.seen.iter().any(|seen| seen.number == number && seen.because == Because::Came)
    }

    /// What becomes of the field with that number at a mainstream reader.
    pub fn fate(&self, number: u32) -> Fate {
        if self.view.decoded.error.is_some() {
            return Fate::Refused;
        }
        if self.reader.message().field(number).is_none() {
            return Fate::NoField;
        }
        let (written, seen) = (self.own.decoded.message.get(number), self.view.decoded.message.get(number));
        match (written, seen) {
            // While the value does not fit its schema the bytes are those of the last one that did: what was written
            // cannot be told by this schema.
            (None, Some(_)) if !self.value_problems.is_empty() => Fate::Written,
            (None, None) if self.writer.message().field(number).is_some() => Fate::Written,
            (Some(written), None) if self.came(number) => {
                // A default without presence is not in the message, and a value can be cut down to it.
                let field = self.reader.message().field(number);
                let seen = field.map(|field| Content::One(Value::default_of(field.kind)));
                if seen.is_some_and(|seen| same_content(written, &seen)) { Fate::Written } else { Fate::Garbage }
            }
            (_, None) => Fate::Default,
            (None, Some(_)) => Fate::Garbage,
            (Some(written), Some(seen)) if same_content(written, seen) => Fate::Written,
            _ => Fate::Garbage,
        }
    }
}

fn same_content(a: &Content, b: &Content) -> bool {
    match (a, b) {
        (Content::One(a), Content::One(b)) => same_value(a, b),
        (Content::Many(a), Content::Many(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b)),
        (Content::Many(a), Content::One(b)) | (Content::One(b), Content::Many(a)) => {
            matches!(a.as_slice(), [a] if same_value(a, b))
        }
        (Content::Map(a), Content::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(&a.0, &b.0) && same_value(&a.1, &b.1))
        }
        _ => false,
    }
}

/// Whether two values of different types mean the same. What is inside messages has a fate of its own.
fn same_value(a: &Value, b: &Value) -> bool {
    let whole = |value: &Value| match value {
        Value::I32(number) | Value::Enum(number) => Some(i128::from(*number)),
        Value::I64(number) => Some(i128::from(*number)),
        Value::U32(number) => Some(i128::from(*number)),
        Value::U64(number) => Some(i128::from(*number)),
        Value::Bool(yes) => Some(i128::from(*yes)),
        _ => None,
    };
    let float = |value: &Value| match value {
        Value::F32(number) => Some(f64::from(*number)),
        Value::F64(number) => Some(*number),
        other => whole(other).map(|number| number as f64),
    };
    match (a, b) {
        (Value::Message(_), Value::Message(_)) => true,
        (Value::String(text), Value::Bytes(bytes)) | (Value::Bytes(bytes), Value::String(text)) => {
            text.as_bytes() == bytes
        }
        _ => match (whole(a), whole(b), float(a), float(b)) {
            (Some(a), Some(b), ..) => a == b,
            (_, _, Some(a), Some(b)) => a == b || a.is_nan() && b.is_nan(),
            _ => a == b,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "syntax = \"proto3\";\nmessage Order {\n  string order_id = 1;\n  float total = 3;\n}\n";
    const NEW: &str =
        "syntax = \"proto3\";\nmessage Order {\n  string order_id = 1;\n  int64 total_cents = 3; // žluťoučký\n}\n";

    fn reuse() -> Case {
        Case {
            writer: NEW.to_owned(),
            reader: OLD.to_owned(),
            message: "Order".to_owned(),
            value: "{\n  \"orderId\": \"~a_b.c-d 1\",\n  \"totalCents\": \"1250\"\n}".to_owned(),
            edits: Vec::new(),
            old_writes: false,
        }
    }

    #[test]
    fn a_code_brings_the_whole_case_back_in_characters_of_addresses() {
        let edits =
            vec![Edit::Flip { byte: 0, bit: 7 }, Edit::Set { byte: 1, value: 0x1d }, Edit::Truncate { length: 3 }];
        let same = Case { reader: NEW.to_owned(), ..reuse() };
        let empty = Case { reader: String::new(), value: String::new(), ..reuse() };
        for case in [reuse(), same, empty, Case { edits, old_writes: true, ..reuse() }] {
            let code = case.code();
            let plain = |c: char| c.is_ascii_alphanumeric() || "~._-".contains(c);
            assert!(code.chars().all(plain), "{code}");
            assert!(!code.contains("~~"), "what follows a run begins so: {code}");
            assert_eq!(Case::from_code(&code), Ok(case), "{code}");
        }
        let (code, texts) = (reuse().code().len(), NEW.len() + reuse().value.len());
        assert!(code < texts * 3 / 2, "{code} characters for {texts} and another schema");
    }

    #[test]
    fn damaged_codes_say_what_is_wrong() {
        let good = reuse().code();
        let read = |code: &str| Case::from_code(code).expect_err(code).to_string();
        for (code, says) in [
            ("", "version “”"),
            ("3~wire~m.A", "version “3”"),
            ("2~design-lab", "no case of the wire lab"),
            ("2~wire~m.Order", "the schema or the message’s name is missing"),
            ("2~wire~w.a", "the schema or the message’s name is missing"),
            ("2~wire~m.A~w.-", "stands for no character"),
            ("2~wire~m.A~w.-x110000-", "stands for no character"),
            ("2~wire~m.A~w.-x12", "stands for no character"),
            ("2~wire~m.A~w.ž", "stands for no character"),
            ("2~wire~m.A~w.abc~r.2.2.", "more from the other schema"),
            ("2~wire~m.A~w.abc~r.18446744073709551615.1.", "more from the other schema"),
            ("2~wire~m.A~w.abc~r.x", "two numbers"),
            ("2~wire~m.A~w.abc~e.flip.bit.9.of.byte.1", "flip.bit.9"),
            ("2~wire~m.A~w.abc~o.new", "nothing of that name"),
            ("2~wire~m.A~w.abc~zz", "nothing of that name"),
        ] {
            assert!(read(code).contains(says), "{code}: {}", read(code));
        }
        assert_eq!(Case::from_code(&format!("{good}{}", "a".repeat(LONGEST))), Err(CodeError::TooLong));
        // Cut off or changed anywhere, it is read or refused, and nothing panics.
        for end in 0..good.len() {
            let _ = Case::from_code(&good[..end]);
            let mut other = good.clone().into_bytes();
            other[end] = b'-';
            let _ = Case::from_code(&String::from_utf8(other).expect("ASCII"));
        }
    }

    #[test]
    fn a_reused_number_is_lost_or_garbage_by_its_wire_type() {
        let fate = |writer: &str, value: &str, reader: &str| {
            let schema = |field: &str| format!("syntax = \"proto3\"; message Order {{ {field} }}");
            let case = Case {
                writer: schema(writer),
                reader: schema(reader),
                message: "Order".to_owned(),
                value: value.to_owned(),
                ..Case::default()
            };
            let outcome = case.outcome(None);
            assert!(outcome.value_problems.is_empty(), "{:?}", outcome.value_problems);
            outcome.fate(3)
        };
        for (writer, value, reader, expected) in [
            ("float a = 3;", r#"{"a": 12.5}"#, "float a = 3;", Fate::Written),
            ("float a = 3;", "{}", "float a = 3;", Fate::Written),
            ("int64 b = 3;", r#"{"b": 1250}"#, "float a = 3;", Fate::Default),
            ("fixed32 b = 3;", r#"{"b": 1250}"#, "float a = 3;", Fate::Garbage),
            ("int32 b = 3;", r#"{"b": 1250}"#, "sint32 a = 3;", Fate::Garbage),
            ("int64 b = 3;", r#"{"b": 1250}"#, "int32 a = 3;", Fate::Written),
            ("int64 b = 3;", r#"{"b": 4294967296}"#, "int32 a = 3;", Fate::Garbage),
            ("int64 b = 3;", r#"{"b": 1250}"#, "float a = 4;", Fate::NoField),
            ("bytes b = 3;", r#"{"b": "/w=="}"#, "string a = 3;", Fate::Refused),
            ("bytes b = 3;", r#"{"b": "YQ=="}"#, "string a = 3;", Fate::Written),
            ("int64 c = 4;", r#"{"c": 1}"#, "float a = 3;", Fate::Default),
        ] {
            assert_eq!(fate(writer, value, reader), expected, "{writer} {value} {reader}");
        }
    }

    #[test]
    fn while_a_text_is_damaged_the_last_good_one_stays() {
        let good = reuse().outcome(None);
        assert_eq!(good.bytes.len(), 15);
        let damaged = Case { writer: NEW.replace("= 3", "= "), ..reuse() };
        let stale = damaged.outcome(Some(&good));
        assert!(stale.writer.stale && !stale.writer.problems.is_empty());
        assert_eq!((stale.bytes, &stale.view), (good.bytes.clone(), &good.view));
        let half = Case { value: "{ \"orderId\": ".to_owned(), ..reuse() };
        let stale = half.outcome(Some(&good));
        assert_eq!((stale.bytes.len(), stale.value_problems.len(), stale.places.len()), (15, 1, 0));
        // Without one before there are no bytes.
        assert!(damaged.outcome(None).bytes.is_empty());
        let none = Case { writer: "syntax = \"proto3\";".to_owned(), ..reuse() }.outcome(None);
        assert!(none.writer.problems[0].message.contains("no message type"), "{:?}", none.writer.problems);
    }

    /// As deep as runtimes read and as long as a value may be: not all of it is explained, and that is said.
    #[test]
    fn what_is_deep_and_long_is_explained_within_a_budget() {
        let schema = "syntax = \"proto3\"; message M { M m = 1; repeated string r = 2; }".to_owned();
        let value = |depth: usize, texts: usize| {
            let list = ["\"\""].repeat(texts).join(",");
            format!("{}{{\"r\":[{list}]}}{}", "{\"m\":".repeat(depth), "}".repeat(depth))
        };
        let outcome = |value: String| {
            let case = Case {
                writer: schema.clone(),
                reader: schema.clone(),
                message: "M".to_owned(),
                value,
                ..Case::default()
            };
            case.outcome(None)
        };
        let deep = outcome(value(95, 6_000));
        assert!(deep.value_problems.is_empty(), "{:?}", deep.value_problems);
        let steps = |paths: &mut dyn Iterator<Item = usize>| paths.sum::<usize>();
        for view in [&deep.own, &deep.view, &deep.prost] {
            assert_eq!(view.decoded.error, None);
            assert!(!view.decoded.complete);
            let told = steps(&mut view.decoded.pieces.iter().map(|piece| piece.path.0.len()));
            assert!(told <= crate::decode::MOST_STEPS, "{told}");
        }
        assert!(steps(&mut deep.places.iter().map(|place| place.path.0.len())) <= crate::decode::MOST_STEPS);
        assert_eq!(deep.back.as_ref(), Some(&deep.value), "all of it is read");
        // What is only long is explained to its end.
        let long = outcome(value(1, 6_000));
        assert!(long.own.decoded.complete && long.own.decoded.pieces.len() > 6_000);
        let longer = outcome(value(95, 7_000));
        assert!(longer.value_problems[0].message.contains("there is room for 20000"), "{:?}", longer.value_problems);
    }

    #[test]
    fn what_goes_there_and_back_is_compared() {
        let with = NEW.replace("int64 total_cents = 3;", "float total = 3; string coupon = 4;");
        let value = r#"{"orderId": "o", "total": "NaN", "coupon": "c"}"#.to_owned();
        let outcome = Case { writer: with, value, ..reuse() }.outcome(None);
        let back = outcome.back.as_ref().expect("the old one reads it");
        assert!(outcome.lost(back).is_empty(), "{:?}", outcome.lost(back));
        let json = outcome.back_of_json.as_ref().expect("there is JSON");
        assert_eq!(outcome.lost(json), ["coupon"]);
    }
}
