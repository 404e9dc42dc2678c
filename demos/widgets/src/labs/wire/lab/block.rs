//! What an author writes, and what the case yields.

use super::{Look, Part, WireLab, facts::Made, predict::About, words};
use crate::chrome::{
    demo::{Authored, Examined, Problem, View, choices},
    figure,
    registry::Asking,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{ops::Range, rc::Rc};
use wire::{
    case::{Case, LONGEST, Outcome},
    edit::Edit,
    json,
    schema::{self, Schema},
};

/// Two schemas, a value, and what becomes of its bytes.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The message type, by its name in both schemas; if not said, the first of the writer's.
    #[serde(default)]
    pub message: Option<String>,
    /// The schema of who writes: proto3 text, as one string or line by line.
    pub writer: Text,
    /// The schema of who reads; if not said, the writer's.
    #[serde(default)]
    pub reader: Option<Text>,
    /// The value that is written, as protobuf JSON.
    #[serde(default)]
    pub value: Map<String, Value>,
    /// What is done to the bytes, such as "flip bit 3 of byte 7", "set byte 0 to 0x1d", "insert 0x08 at 2",
    /// "delete byte 4", "truncate to 5"; one after the other, bytes counted from 0.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub edits: Vec<String>,
    /// Which version writes.
    #[serde(default)]
    pub direction: Direction,
    /// A field of the reader's, by name, that the facts `watched` and `watched-because` are about.
    #[serde(default)]
    pub watch: Option<String>,
    /// Which parts of the lab are open at first, beside schema, value and bytes; all of them if not said. A figure for one
    /// idea needs few.
    #[serde(default)]
    pub show: Option<Vec<Shown>>,
    /// A question that the reader answers before what the reading program makes of the bytes is shown.
    #[serde(default)]
    pub predict: Option<Predict>,
    /// For a preset: whether the case is there to show a schema that the compiler refuses; the last good one stays in use
    /// then, as when one types it. A schema that it takes is a mistake then.
    #[serde(default)]
    pub refused: bool,
    /// The case that was there before one that is refused: the figure's own, put here where a preset is read.
    #[serde(default)]
    #[schemars(skip)]
    pub before: Option<Box<Block>>,
}

/// A text: one string, or its lines.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Text {
    /// All of it.
    Whole(String),
    /// Line by line.
    Lines(Vec<String>),
}

/// A part of the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// The reader's schema, and what the reading program sees.
    Reader,
    /// What it passes on, as bytes and through JSON.
    PassedOn,
    /// The mainstream runtimes and prost side by side.
    Runtimes,
    /// The verdicts on each change of the schema.
    Evolution,
}

impl Shown {
    const fn part(self) -> Part {
        match self {
            Self::Reader => Part::Reader,
            Self::PassedOn => Part::PassedOn,
            Self::Runtimes => Part::Runtimes,
            Self::Evolution => Part::Evolution,
        }
    }
}

/// Which version writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The new version writes and the old one reads: what happens while not everything has been updated.
    #[default]
    NewWrites,
    /// The old version writes and the new one reads: what happens to stored messages.
    OldWrites,
}

/// A question with choices; which is right is computed. Either `field` or `about` says what it is about.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Predict {
    /// What does the reading program see in this field: the value that was written, the default, a value that nobody
    /// wrote, nothing because it has no such field, or nothing because it refuses the message? A field of the
    /// reader's schema or of the writer's.
    #[serde(default)]
    pub field: Option<String>,
    /// What the question is about, if not about one field.
    #[serde(default)]
    pub about: Option<AboutName>,
    /// The question in other words than the demo's own.
    #[serde(default)]
    pub question: Option<String>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AboutName {
    /// Whether the reading program takes the message, and whether it knows all of it.
    Message,
    /// Whether all goes out again when it serialises what it has read.
    PassedOn,
    /// Whether all survives a trip through JSON.
    AfterJson,
}

impl Text {
    fn text(&self) -> String {
        match self {
            Self::Whole(text) => text.clone(),
            Self::Lines(lines) => lines.join("\n"),
        }
    }

    /// Where bytes of the text stand in the block: under `pointer`, in a line of it.
    fn place(&self, pointer: &str, at: &Range<usize>) -> (String, Range<usize>) {
        let Self::Lines(lines) = self else { return (pointer.to_owned(), at.clone()) };
        let mut start = 0;
        for (number, line) in lines.iter().enumerate() {
            let end = start + line.len();
            if at.start <= end {
                return (format!("{pointer}/{number}"), at.start - start..at.end.min(end).max(at.start) - start);
            }
            start = end + 1;
        }
        (pointer.to_owned(), 0..0)
    }
}

/// What a case is made of, with where each part stands in the block.
struct Parts<'a> {
    message: (String, Option<&'a str>),
    writer: (String, &'a Text),
    reader: (String, &'a Text),
    value: (String, &'a Map<String, Value>),
    edits: (String, &'a [String]),
    direction: Direction,
    watch: Option<&'a str>,
    /// For a schema that is damaged on purpose, what was there before.
    refused: Option<&'a Outcome>,
    show: Option<&'a [Shown]>,
    predict: (String, Option<&'a Predict>),
}

/// A case that was found good, how it is looked at, and the question in the author's words.
struct Good {
    made: Made,
    look: Look,
    question: Option<String>,
}

impl Block {
    /// What the case is made of. `before` is what followed from the case before, for one that is refused.
    fn parts<'a>(&'a self, before: Option<&'a Outcome>) -> Parts<'a> {
        let reader = match &self.reader {
            Some(reader) => ("/reader".to_owned(), reader),
            None => ("/writer".to_owned(), &self.writer),
        };
        Parts {
            message: ("/message".to_owned(), self.message.as_deref()),
            writer: ("/writer".to_owned(), &self.writer),
            reader,
            value: ("/value".to_owned(), &self.value),
            edits: ("/edits".to_owned(), &self.edits),
            direction: self.direction,
            watch: self.watch.as_deref(),
            refused: before.filter(|_| self.refused),
            show: self.show.as_deref(),
            predict: ("/predict".to_owned(), self.predict.as_ref()),
        }
    }
}

fn problem(pointer: &str, message: impl Into<String>, help: Option<String>) -> Problem {
    Problem { pointer: pointer.to_owned(), key: false, within: None, message: message.into(), help }
}

/// Reads a schema of the block.
fn schema(what: &str, (pointer, text): &(String, &Text), problems: &mut Vec<Problem>) -> Option<Schema> {
    match Schema::parse(&text.text()) {
        Ok(schema) if schema.messages.is_empty() => {
            let help = Some("add one, such as: message Order { string order_id = 1; }".to_owned());
            problems.push(problem(pointer, format!("the {what} schema has no message type"), help));
            None
        }
        Ok(schema) => Some(schema),
        Err(found) => {
            for schema::Problem { at, line, column, message, help } in found {
                let (pointer, within) = text.place(pointer, &at);
                let message = format!("the {what} schema, line {line}, column {column}: {message}");
                problems.push(Problem { pointer, key: false, within: Some(within), message, help });
            }
            None
        }
    }
}

/// JSON as text, with where each part of it stands: its pointer, its name and its value.
#[derive(Default)]
struct Spelt {
    text: String,
    places: Vec<(String, Range<usize>, Range<usize>)>,
}

impl Spelt {
    fn value(&mut self, pointer: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                self.text.push('{');
                for (number, (name, value)) in members.iter().enumerate() {
                    let comma = if number > 0 { ", " } else { "" };
                    self.text.push_str(comma);
                    let start = self.text.len();
                    self.text.push_str(&Value::from(name.as_str()).to_string());
                    let key = start..self.text.len();
                    self.text.push_str(": ");
                    let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    self.part(pointer, key, value);
                }
                self.text.push('}');
            }
            Value::Array(values) => {
                self.text.push('[');
                for (number, value) in values.iter().enumerate() {
                    let comma = if number > 0 { ", " } else { "" };
                    self.text.push_str(comma);
                    let at = self.text.len();
                    self.part(format!("{pointer}/{number}"), at..at, value);
                }
                self.text.push(']');
            }
            other => self.text.push_str(&other.to_string()),
        }
    }

    fn part(&mut self, pointer: String, key: Range<usize>, value: &Value) {
        let (place, start) = (self.places.len(), self.text.len());
        self.places.push((pointer.clone(), key, start..start));
        self.value(&pointer, value);
        self.places[place].2.end = self.text.len();
    }

    /// The innermost part around a place, and whether it is its name.
    fn part_at(&self, at: usize) -> Option<(&str, bool)> {
        self.places.iter().rev().find_map(|(pointer, key, value)| {
            (key.contains(&at) || value.contains(&at)).then(|| (pointer.as_str(), key.contains(&at)))
        })
    }
}

impl Parts<'_> {
    fn make(&self, problems: &mut Vec<Problem>) -> Option<Good> {
        let before = problems.len();
        let mut found = vec![];
        let mut writer = schema("writer’s", &self.writer, &mut found);
        // The same text is not complained about twice.
        let mut reader = match self.reader.0 == self.writer.0 {
            true => writer.clone(),
            false => schema("reader’s", &self.reader, &mut found),
        };
        match self.refused {
            None => problems.append(&mut found),
            Some(_) if found.is_empty() => {
                let help = "leave \"refused\" out, or make the mistake that the case is about".to_owned();
                problems.push(problem(&self.writer.0, "the compiler takes both schemas", Some(help)));
            }
            Some(last) => {
                writer = writer.or_else(|| Some((*last.writer.schema).clone()));
                reader = reader.or_else(|| Some((*last.reader.schema).clone()));
            }
        }
        let mut edits = vec![];
        for (number, text) in self.edits.1.iter().enumerate() {
            match Edit::parse(text) {
                Ok(edit) => edits.push(edit),
                Err(error) => problems.push(Problem {
                    pointer: format!("{}/{number}", self.edits.0),
                    key: false,
                    help: choices(text.get(error.at.clone()).unwrap_or_default(), &error.choices),
                    within: Some(error.at),
                    message: error.message,
                }),
            }
        }
        let (writer, reader) = (writer?, reader?);
        let name = self.message.1.unwrap_or(&writer.messages[0].name).to_owned();
        for (whose, schema) in [("writer’s", &writer), ("reader’s", &reader)] {
            if schema.message(&name).is_none() {
                let names: Vec<String> = schema.messages.iter().map(|message| message.name.clone()).collect();
                let help = choices(&name, &names);
                problems.push(problem(
                    &self.message.0,
                    format!("the {whose} schema has no message type `{name}`"),
                    help,
                ));
            }
        }
        let root = writer.message(&name)?;
        let mut spelt = Spelt::default();
        spelt.value(&self.value.0, &Value::Object(self.value.1.clone()));
        let value = match json::read(&writer, root, &spelt.text) {
            Ok(value) => json::write(&writer, root, &value),
            Err(found) => {
                for schema::Problem { at, message, help, .. } in found {
                    let (pointer, key) = spelt.part_at(at.start).unwrap_or((&self.value.0, false));
                    problems.push(Problem { pointer: pointer.to_owned(), key, within: None, message, help });
                }
                return None;
            }
        };
        let (mut look, mut question) = (Look::default(), None);
        if let Some(predict) = self.predict.1 {
            let about = match (&predict.field, predict.about) {
                (Some(name), None) => {
                    let names = |schema: &Schema| -> Vec<String> {
                        let message = schema.message(&self.message_name(schema)).unwrap_or(0);
                        schema.messages[message].fields.iter().map(|field| field.name.clone()).collect()
                    };
                    let mut all = names(&writer);
                    all.extend(names(&reader));
                    if !all.contains(name) {
                        let message = format!("neither schema has a field `{name}` in this message");
                        problems.push(problem(&format!("{}/field", self.predict.0), message, choices(name, &all)));
                    }
                    Some(About::Field(name.clone()))
                }
                (None, Some(AboutName::Message)) => Some(About::Message),
                (None, Some(AboutName::PassedOn)) => Some(About::PassedOn),
                (None, Some(AboutName::AfterJson)) => Some(About::AfterJson),
                _ => {
                    let help = "write \"field\": with the name of a field, or \"about\": \"message\", \"passed-on\" or \"after-json\"";
                    let message = "a question is about one field or about one thing else";
                    problems.push(problem(&self.predict.0, message, Some(help.to_owned())));
                    None
                }
            };
            look.ask = about;
            question = predict.question.clone();
        }
        if let Some(shown) = self.show {
            let mut folded = Part::ALL.to_vec();
            folded.retain(|part| !shown.iter().any(|shown| shown.part() == *part));
            if self.predict.1.is_some() && folded.contains(&Part::Reader) {
                let help = Some("add \"reader\"".to_owned());
                problems.push(problem("/show", "a question is about what the reader sees, and that is folded", help));
            }
            look.folded = folded;
        }
        let case = Case {
            writer: self.writer.1.text(),
            reader: self.reader.1.text(),
            message: name,
            value,
            edits,
            old_writes: self.direction == Direction::OldWrites,
        };
        let length = View::with_words(&case.code(), look.words()).len();
        if length > LONGEST {
            let message = format!("a link to this case would have {length} characters, and {LONGEST} is the most");
            problems.push(problem(
                &self.writer.0,
                message,
                Some("leave comments out, or shorten long strings".to_owned()),
            ));
        }
        if problems.len() > before {
            return None;
        }
        let outcome = case.outcome(self.refused);
        if let Some(name) = self.watch {
            let sides = [&outcome.reader, &outcome.writer];
            if !sides.iter().any(|side| side.message().field_by_name(name).is_some()) {
                let fields = sides.iter().flat_map(|side| &side.message().fields);
                let all: Vec<String> = fields.map(|field| field.name.clone()).collect();
                let message = format!("neither schema has a field `{name}` in this message");
                problems.push(problem("/watch", message, choices(name, &all)));
            }
        }
        // What has no effect is a mistake.
        let mut bytes = outcome.encoded.clone();
        for (number, edit) in case.edits.iter().enumerate() {
            if !edit.apply(&mut bytes) {
                let message = format!("this has no effect: there are {}", words::count(bytes.len(), "byte", "bytes"));
                problems.push(problem(
                    &format!("{}/{number}", self.edits.0),
                    message,
                    Some("bytes are counted from 0".to_owned()),
                ));
            }
        }
        let watch = self.watch.map(str::to_owned);
        let made = Made { case: Rc::new(case), outcome, watch };
        (problems.len() == before).then_some(Good { made, look, question })
    }

    fn message_name(&self, schema: &Schema) -> String {
        self.message.1.unwrap_or(&schema.messages[0].name).to_owned()
    }
}

impl Authored for WireLab {
    const PURPOSE: &'static str = "Two schemas and a value to edit: every byte explained, what a reader with the other schema makes of it and passes on, and what is lost or turned to garbage; with verdicts on each change of the schema, and a prediction first.";
    const STYLE: &'static str = include_str!("style.css");
    const EXAMPLE: &'static str = r#"{
  "id": "example-wire-lab",
  "title": "A coupon for an old server",
  "writer": [
    "syntax = \"proto3\";",
    "",
    "message Order {",
    "  string order_id = 1;",
    "  string user_id = 2;",
    "  float total = 3;",
    "  string coupon_code = 4;",
    "}"
  ],
  "reader": [
    "syntax = \"proto3\";",
    "",
    "message Order {",
    "  string order_id = 1;",
    "  string user_id = 2;",
    "  float total = 3;",
    "}"
  ],
  "value": { "orderId": "o1", "userId": "u42", "total": 12.5, "couponCode": "SAVE10" },
  "presets": [
    {
      "label": "The number is reused",
      "writer": [
        "syntax = \"proto3\";",
        "",
        "message Order {",
        "  string order_id = 1;",
        "  string user_id = 2;",
        "  int64 total_cents = 3;",
        "}"
      ],
      "value": { "orderId": "o1", "userId": "u42", "totalCents": 1250 },
      "expect": { "mainstream": "reads it" }
    }
  ],
  "expect": { "bytes": 22, "unknown-bytes": 8, "passed-on-equal": "yes", "after-json-lost": "coupon_code" }
}"#;
    type Block = Block;

    fn replace(block: &mut Value, keys: &Map<String, Value>) {
        let before = block.clone();
        let Some(object) = block.as_object_mut() else { return };
        // What is done to one case's bytes, and asked of it, is not done to another's.
        object.retain(|key, _| !matches!(key.as_str(), "edits" | "predict" | "refused" | "before"));
        // The value is another message, not the same one with other fields.
        keys.iter().for_each(|(key, value)| drop(object.insert(key.clone(), value.clone())));
        if object.get("refused") == Some(&Value::Bool(true)) {
            object.insert("before".to_owned(), before);
        }
    }

    fn questions(examined: &Examined<Made>) -> Vec<Asking> {
        let asked = View::parse(&examined.view).list("ask").and_then(About::parse);
        asked.map(|about| Asking { id: about.name(), points: 1, kind: "prediction" }).into_iter().collect()
    }

    fn examine(block: &Block) -> Result<Examined<Made>, Vec<Problem>> {
        let mut problems = vec![];
        let before = block.before.as_ref().map(|before| before.parts(None).make(&mut problems));
        let before = before.flatten().map(|good| good.made.outcome);
        match block.parts(before.as_ref()).make(&mut problems) {
            Some(good) if problems.is_empty() => {
                let data = good.question.unwrap_or_default();
                Ok(Examined { data, ..figure::examined::<Self>(good.made.case.clone(), good.look, good.made) })
            }
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::WireLab;
    use crate::chrome::registry::{Checked, Entry, Problem};
    use serde_json::{Value, json};

    fn check(more: Value) -> Result<Checked, Vec<Problem>> {
        let entry = Entry::of::<WireLab>("wire", "schemas");
        let mut block: Value = serde_json::from_str(entry.example).expect("the example");
        let members = block.as_object_mut().expect("a block");
        members.remove("expect");
        members.extend(more.as_object().expect("more").clone());
        (entry.check)(&block)
    }

    fn fact(checked: &Checked, name: &str) -> Value {
        checked.facts[name].0.clone()
    }

    #[test]
    fn mistakes_are_placed_inside_the_texts() {
        let lines = |line: &str| json!(["syntax = \"proto3\";", "message Order {", line, "}"]);
        for (more, pointer, within, message) in [
            (json!({ "writer": lines("  strin id = 1;") }), "/writer/2", Some(2..7), "line 3, column 3"),
            (
                json!({ "writer": "syntax = \"proto3\"; message Order { strin id = 1; }" }),
                "/writer",
                Some(35..40),
                "line 1, column 36",
            ),
            (json!({ "reader": lines("  int32 a = 0;") }), "/reader/2", Some(12..13), "the reader’s schema, line 3"),
            (json!({ "value": { "orderID": "o1" } }), "/value/orderID", None, "orderID"),
            (json!({ "value": { "total": "much" } }), "/value/total", None, "much"),
            (json!({ "edits": ["truncate to 5", "flip bit 9 of byte 7"] }), "/edits/1", Some(9..10), "9"),
            (json!({ "edits": ["truncate to 5", "flip bit 1 of byte 7"] }), "/edits/1", None, "there are 5 bytes"),
            (json!({ "message": "Ordr" }), "/message", None, "no message type `Ordr`"),
            (json!({ "predict": { "field": "totl" } }), "/predict/field", None, "`totl`"),
            (json!({ "predict": {} }), "/predict", None, "about one field"),
            (json!({ "predict": { "field": "total", "about": "message" } }), "/predict", None, "about one field"),
            (json!({ "value": { "orderId": "x".repeat(4_000) } }), "/writer", None, "4000 is the most"),
            (
                json!({ "presets": [{ "label": "A", "writer": lines("int32 = 1;") }] }),
                "/presets/0/writer/2",
                Some(6..7),
                "line 3",
            ),
            (
                json!({ "presets": [{ "label": "A", "value": {}, "expect": { "bytes": 1 } }] }),
                "/presets/0/expect/bytes",
                None,
                "the run yields 0",
            ),
            (
                json!({ "presets": [{ "label": "A", "value": {}, "expect": { "byte": 1 } }] }),
                "/presets/0/expect/byte",
                None,
                "no `byte`",
            ),
        ] {
            let problems = check(more.clone()).expect_err(&more.to_string());
            let found = problems.iter().find(|problem| problem.pointer == pointer);
            let found = found.unwrap_or_else(|| panic!("{more}: {problems:?}"));
            assert!(found.message.contains(message), "{more}: {found:?}");
            assert_eq!(found.within, within, "{more}");
        }
    }

    #[test]
    fn exercise_3_has_its_facts() {
        let schema = |field: &str| {
            json!(format!("syntax = \"proto3\"; message Order {{ string order_id = 1; string user_id = 2; {field} }}"))
        };
        let reuse = |writer: &str, reader: &str, value: Value| {
            let block = json!({ "writer": schema(writer), "reader": schema(reader), "value": value, "presets": [] });
            check(block).unwrap_or_else(|problems| panic!("{writer}: {problems:?}"))
        };
        let (old, cents) = ("float total = 3;", json!({ "totalCents": 1250 }));
        let added = reuse("float total = 3; string coupon_code = 4;", old, json!({ "couponCode": "SAVE10" }));
        assert_eq!(fact(&added, "unknown-hex"), json!("22 06 53 41 56 45 31 30"));
        assert_eq!(fact(&added, "passed-on-equal"), json!("yes"));
        assert_eq!(fact(&added, "after-json-lost"), json!("coupon_code"));
        assert_eq!((fact(&added, "mainstream"), fact(&added, "breaking")), (json!("reads it"), json!(0)));
        // Bytes do not mind; a strict reader of JSON does.
        assert_eq!(fact(&added, "verdict"), json!("names only"));
        let lost = reuse("int64 total_cents = 3;", old, cents.clone());
        assert_eq!(fact(&lost, "sees"), json!("{\"orderId\": \"\", \"userId\": \"\", \"total\": 0.0}"));
        assert_eq!((fact(&lost, "verdict"), fact(&lost, "mainstream")), (json!("loses data"), json!("reads it")));
        assert!(fact(&lost, "prost").as_str().is_some_and(|text| text.starts_with("refuses: ")));
        assert!(fact(&lost, "buf").as_str().is_some_and(|text| text.contains("FIELD_WIRE_COMPATIBLE_TYPE")));
        let garbage = reuse("fixed32 total_cents = 3;", old, cents);
        assert_eq!(fact(&garbage, "verdict"), json!("garbage"));
        assert!(
            fact(&garbage, "sees").as_str().is_some_and(|text| text.contains("\"total\": 1.75")),
            "{}",
            fact(&garbage, "sees")
        );
        let cut = check(json!({ "edits": ["truncate to 5"] })).expect("a case");
        assert!(!cut.facts.contains_key("sees") && !cut.facts.contains_key("passed-on-hex"));
    }

    #[test]
    fn a_still_figure_shows_all_of_it_unless_a_question_comes_first() {
        let entry = Entry::of::<WireLab>("wire", "schemas");
        let plain = check(json!({})).expect("a case");
        let html = (entry.prerender)(&plain.id, &plain.props);
        assert_eq!(html.matches("class=\"wl-byte\"").count(), 22 + 4, "with those of the legend");
        for shown in ["What the reader sees", "Every byte in words", "From the old version to the new"] {
            assert_eq!(html.matches(shown).count(), if shown.starts_with("What") { 2 } else { 1 }, "{shown}");
        }
        let question = "What does Carol’s old server see?";
        let asked = check(json!({ "predict": { "field": "total", "question": question } })).expect("a case");
        let html = (entry.prerender)(&asked.id, &asked.props);
        assert!(html.contains(question) && html.contains("nothing: it refuses the message"), "{html}");
        let folded = html.find("<details class=\"more\">").expect("a fold");
        assert!(html.find("What the reader sees").is_some_and(|at| at > folded), "the answer is folded");
    }
}
