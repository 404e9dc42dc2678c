//! The value as a form: a control for each field of the schema.

use wire::{
    schema::{Field, Kind, Label, MessageId, Schema},
    value::{Content, Message, Path, Step, Value},
};

/// What was done in the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// To which value.
    pub path: Path,
    /// What.
    pub what: What,
}

/// What can be done to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// It is set to what was typed.
    Set(String),
    /// It is there, at its default; a value more of a repeated field or map.
    Add,
    /// It is not there.
    Remove,
}

/// Changes a message.
///
/// # Errors
/// If what was typed is no value of that type: what to type instead.
pub fn change(schema: &Schema, id: MessageId, message: &mut Message, path: &[Step], what: &What) -> Result<(), String> {
    let gone = || Err("This field is not there any more.".to_owned());
    let [Step::Field(number), rest @ ..] = path else { return gone() };
    let Some(field) = schema.messages[id].field(*number) else { return gone() };
    if let (Label::Singular | Label::Optional, []) = (field.label, rest) {
        let value = match what {
            What::Remove => {
                message.clear(*number);
                return Ok(());
            }
            What::Add => Value::default_of(field.kind),
            What::Set(text) => read(schema, field.kind, text)?,
        };
        set_one(schema, id, field, message, value);
        return Ok(());
    }
    // A message without presence of its own is entered only where it is there.
    let mut content = match (message.clear(*number), field.label) {
        (Some(content), _) => content,
        (None, Label::Repeated { .. }) => Content::Many(vec![]),
        (None, Label::Map { .. }) => Content::Map(vec![]),
        (None, _) => Content::One(Value::default_of(field.kind)),
    };
    let done = inside(schema, field, &mut content, rest, what);
    let empty = match &content {
        Content::One(_) => false,
        Content::Many(values) => values.is_empty(),
        Content::Map(pairs) => pairs.is_empty(),
    };
    if !empty {
        message.set(*number, content);
    }
    done
}

/// Sets a single field: a default without presence is absence, and of a oneof there is one.
fn set_one(schema: &Schema, id: MessageId, field: &Field, message: &mut Message, value: Value) {
    if let Some(oneof) = field.oneof {
        for other in schema.messages[id].fields.iter().filter(|other| other.oneof == Some(oneof)) {
            message.clear(other.number);
        }
    }
    if !field.has_presence() && value.is_default() {
        message.clear(field.number);
    } else {
        message.set(field.number, Content::One(value));
    }
}

fn inside(schema: &Schema, field: &Field, content: &mut Content, rest: &[Step], what: &What) -> Result<(), String> {
    match (content, rest) {
        (Content::One(value), rest) => deeper(schema, field.kind, value, rest, what),
        (Content::Many(values), []) => {
            values.push(Value::default_of(field.kind));
            Ok(())
        }
        (Content::Many(values), [Step::Item(item), rest @ ..]) if *item < values.len() => {
            if rest.is_empty() && *what == What::Remove {
                values.remove(*item);
                return Ok(());
            }
            deeper(schema, field.kind, &mut values[*item], rest, what)
        }
        (Content::Map(pairs), []) => {
            let Label::Map { key } = field.label else { return Ok(()) };
            let key = free_key(key, pairs).ok_or("Every key is taken: change one first.")?;
            pairs.push((key, Value::default_of(field.kind)));
            Ok(())
        }
        (Content::Map(pairs), [Step::Item(item), rest @ ..]) if *item < pairs.len() => match (rest, what) {
            ([], _) => {
                pairs.remove(*item);
                Ok(())
            }
            ([Step::Key], What::Set(text)) => {
                let Label::Map { key } = field.label else { return Ok(()) };
                let key = read(schema, key, text)?;
                if pairs.iter().enumerate().any(|(other, pair)| other != *item && pair.0 == key) {
                    return Err(format!("The key {text} is taken: a map has each key once."));
                }
                pairs[*item].0 = key;
                Ok(())
            }
            ([Step::Value, rest @ ..], _) => deeper(schema, field.kind, &mut pairs[*item].1, rest, what),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn deeper(schema: &Schema, kind: Kind, value: &mut Value, rest: &[Step], what: &What) -> Result<(), String> {
    match (value, kind, rest) {
        (Value::Message(message), Kind::Message(id), [_, ..]) => change(schema, id, message, rest, what),
        (value, kind, []) => {
            if let What::Set(text) = what {
                *value = read(schema, kind, text)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A key that no pair has.
fn free_key(kind: Kind, pairs: &[(Value, Value)]) -> Option<Value> {
    (0..=pairs.len())
        .filter_map(|number| {
            let key = match (kind, number) {
                (Kind::String, 0) => Value::String("key".to_owned()),
                (Kind::String, _) => Value::String(format!("key{}", number + 1)),
                (Kind::Bool, 0) => Value::Bool(false),
                (Kind::Bool, 1) => Value::Bool(true),
                (Kind::Bool, _) => return None,
                (kind, _) => number_of(kind, number as i64)?,
            };
            Some(key)
        })
        .find(|key| pairs.iter().all(|pair| pair.0 != *key))
}

/// A whole number as a value of that type, if it is one.
fn number_of(kind: Kind, number: i64) -> Option<Value> {
    Some(match Value::default_of(kind) {
        Value::I32(_) => Value::I32(i32::try_from(number).ok()?),
        Value::U32(_) => Value::U32(u32::try_from(number).ok()?),
        Value::I64(_) => Value::I64(number),
        Value::U64(_) => Value::U64(u64::try_from(number).ok()?),
        Value::F32(_) => Value::F32(number as f32),
        Value::F64(_) => Value::F64(number as f64),
        Value::Bool(_) => Value::Bool(number != 0),
        Value::Enum(_) => Value::Enum(i32::try_from(number).ok()?),
        _ => return None,
    })
}

/// A real number, or one of the three that are none.
fn real(text: &str) -> Option<f64> {
    Some(match text {
        "NaN" | "nan" => f64::NAN,
        "inf" | "Infinity" => f64::INFINITY,
        "-inf" | "-Infinity" => f64::NEG_INFINITY,
        text => wire::number::parse(text)?,
    })
}

/// What was typed, as a value of that type.
fn read(schema: &Schema, kind: Kind, text: &str) -> Result<Value, String> {
    let text_of_number = text.trim();
    let value = match Value::default_of(kind) {
        Value::I32(_) => text_of_number.parse().ok().map(Value::I32),
        Value::I64(_) => text_of_number.parse().ok().map(Value::I64),
        Value::U32(_) => text_of_number.parse().ok().map(Value::U32),
        Value::U64(_) => text_of_number.parse().ok().map(Value::U64),
        Value::F32(_) => real(text_of_number).map(|number| Value::F32(number as f32)),
        Value::F64(_) => real(text_of_number).map(Value::F64),
        Value::Enum(_) => text_of_number.parse().ok().map(Value::Enum),
        Value::Bool(_) => Some(Value::Bool(text_of_number == "true")),
        Value::String(_) => Some(Value::String(text.to_owned())),
        Value::Bytes(_) => bytes(text).map(Value::Bytes),
        Value::Message(_) => None,
    };
    value.ok_or_else(|| {
        let wanted = match kind {
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Enum(_) => {
                "a whole number from −2147483648 to 2147483647"
            }
            Kind::Uint32 | Kind::Fixed32 => "a whole number from 0 to 4294967295",
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                "a whole number from −9223372036854775808 to 9223372036854775807"
            }
            Kind::Uint64 | Kind::Fixed64 => "a whole number from 0 to 18446744073709551615",
            Kind::Float | Kind::Double => "a number such as 12.5, NaN or inf",
            _ => "bytes in hex, such as 0a ff",
        };
        format!("“{text}” is no {}: write {wanted}. Until then the value stays as it was.", kind.name(schema))
    })
}

/// Bytes from hex digits, spaces between them or not.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16)).collect::<Option<Vec<_>>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

/// A value as the form shows it; floats and messages it shows otherwise.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::I32(number) | Value::Enum(number) => number.to_string(),
        Value::I64(number) => number.to_string(),
        Value::U32(number) => number.to_string(),
        Value::U64(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::String(text) => text.clone(),
        Value::Bytes(bytes) => super::words::hex(bytes),
        Value::F32(_) | Value::F64(_) | Value::Message(_) => String::new(),
    }
}

/// A message of one schema for another: fields go to those of the same name, or else of the same number, where their
/// values have a place. With how many have none.
pub fn carry(from: (&Schema, MessageId), to: (&Schema, MessageId), value: &Message) -> (Message, usize) {
    let (mut carried, mut dropped) = (Message::default(), 0);
    let (source, target) = (&from.0.messages[from.1], &to.0.messages[to.1]);
    for (number, content) in &value.fields {
        let Some(field) = source.field(*number) else { continue };
        let goal = target.field_by_name(&field.name).or_else(|| target.field(*number));
        let new = goal.and_then(|goal| carry_content(from.0, to.0, field, goal, content, &mut dropped));
        match (goal, new) {
            (Some(goal), Some(Content::One(value))) => set_one(to.0, to.1, goal, &mut carried, value),
            (Some(goal), Some(content)) => carried.set(goal.number, content),
            _ => dropped += 1,
        }
    }
    (carried, dropped)
}

fn carry_content(
    from: &Schema,
    to: &Schema,
    source: &Field,
    goal: &Field,
    content: &Content,
    dropped: &mut usize,
) -> Option<Content> {
    let mut each = |value: &Value| match (value, source.kind, goal.kind) {
        (Value::Message(message), Kind::Message(old), Kind::Message(new)) => {
            let (inner, lost) = carry((from, old), (to, new), message);
            *dropped += lost;
            Some(Value::Message(inner))
        }
        (Value::Message(_), ..) | (_, _, Kind::Message(_)) => None,
        (value, old, new)
            if std::mem::discriminant(&Value::default_of(old)) == std::mem::discriminant(&Value::default_of(new)) =>
        {
            Some(value.clone())
        }
        (Value::F32(number), _, kind) => whole(f64::from(*number), kind),
        (Value::F64(number), _, kind) => whole(*number, kind),
        (value, _, kind) => read(to, kind, &text_of(value)).ok(),
    };
    match (content, goal.label) {
        (Content::One(value), Label::Singular | Label::Optional) => each(value).map(Content::One),
        (Content::One(value), Label::Repeated { .. }) => each(value).map(|value| Content::Many(vec![value])),
        (Content::Many(values), Label::Repeated { .. }) => {
            values.iter().map(each).collect::<Option<Vec<_>>>().map(Content::Many)
        }
        (Content::Many(values), Label::Singular | Label::Optional) => values.last().and_then(each).map(Content::One),
        (Content::Map(pairs), Label::Map { .. }) if source.label == goal.label => pairs
            .iter()
            .map(|(key, value)| Some((key.clone(), each(value)?)))
            .collect::<Option<Vec<_>>>()
            .map(Content::Map),
        _ => None,
    }
}

/// A float for a field of another type: as the other float, or as a whole number if it is one.
fn whole(number: f64, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Float => Some(Value::F32(number as f32)),
        Kind::Double => Some(Value::F64(number)),
        _ if number == number as i64 as f64 => number_of(kind, number as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::json;

    const SCHEMA: &str = "syntax = \"proto3\";
        message Order {
          message Line { string sku = 1; sint32 count = 2; Order order = 3; }
          enum State { OPEN = 0; PAID = 1; }
          State state = 1;
          repeated int32 sizes = 2;
          optional bool gift = 3;
          map<bool, Line> lines = 4;
          oneof pay { string card = 5; bytes token = 6; }
          double weight = 7;
          Line first = 8;
        }";

    fn set(text: &str) -> What {
        What::Set(text.to_owned())
    }

    #[test]
    fn deeds_change_the_value() {
        let schema = Schema::parse(SCHEMA).expect("a schema");
        let mut order = Message::default();
        let (item, field) = (Step::Item, Step::Field);
        let deeds: [(Vec<Step>, What, &str); 20] = [
            (vec![field(1)], set("1"), r#"{"state":"PAID"}"#),
            (vec![field(1)], set("0"), "{}"),
            (vec![field(7)], set("-0"), r#"{"weight":-0.0}"#),
            (vec![field(7)], set("0"), "{}"),
            (vec![field(3)], What::Add, r#"{"gift":false}"#),
            (vec![field(3)], set("true"), r#"{"gift":true}"#),
            (vec![field(3)], What::Remove, "{}"),
            (vec![field(2)], What::Add, r#"{"sizes":[0]}"#),
            (vec![field(2)], What::Add, r#"{"sizes":[0,0]}"#),
            (vec![field(2), item(1)], set("-7"), r#"{"sizes":[0,-7]}"#),
            (vec![field(2), item(0)], What::Remove, r#"{"sizes":[-7]}"#),
            (vec![field(2), item(0)], What::Remove, "{}"),
            (vec![field(5)], set(""), r#"{"card":""}"#),
            (vec![field(6)], set("0aFF"), r#"{"token":"Cv8="}"#),
            (vec![field(6)], What::Remove, "{}"),
            (vec![field(4)], What::Add, r#"{"lines":{"false":{}}}"#),
            (vec![field(4), item(0), Step::Value, field(2)], set("-1"), r#"{"lines":{"false":{"count":-1}}}"#),
            (vec![field(4), item(0), Step::Key], set("true"), r#"{"lines":{"true":{"count":-1}}}"#),
            (vec![field(4), item(0)], What::Remove, "{}"),
            (vec![field(8), field(3), field(2)], What::Add, r#"{"first":{"order":{"sizes":[0]}}}"#),
        ];
        for (path, what, expected) in deeds {
            change(&schema, 0, &mut order, &path, &what).unwrap_or_else(|why| panic!("{path:?} {what:?}: {why}"));
            assert_eq!(json::write_compact(&schema, 0, &order), expected, "{path:?} {what:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        let schema = Schema::parse(SCHEMA).expect("a schema");
        let text = r#"{"sizes":[1],"lines":{"false":{},"true":{}}}"#;
        let order = json::read(&schema, 0, text).expect("a value");
        for (path, what, says) in [
            (vec![Step::Field(2), Step::Item(0)], set("2147483648"), "is no int32"),
            (vec![Step::Field(4), Step::Item(0), Step::Key], set("true"), "is taken"),
            (vec![Step::Field(4)], What::Add, "Every key is taken"),
            (vec![Step::Field(6)], set("0a f"), "bytes in hex"),
            (vec![Step::Field(7)], set("much"), "is no double"),
            (vec![Step::Field(99)], What::Add, "not there any more"),
        ] {
            let mut changed = order.clone();
            let why = change(&schema, 0, &mut changed, &path, &what).expect_err(says);
            assert!(why.contains(says), "{why}");
            assert_eq!(changed, order, "{path:?} {what:?}");
        }
    }

    #[test]
    fn values_go_over_to_other_schemas() {
        let read = |fields: &str| {
            Schema::parse(&format!("syntax = \"proto3\"; message A {{ {fields} }} message B {{ int32 n = 1; }}"))
                .expect(fields)
        };
        for (from, value, to, expected, dropped) in [
            ("int32 a = 1;", r#"{"a":5}"#, "int32 b = 1;", r#"{"b":5}"#, 0),
            ("int32 a = 1;", r#"{"a":5}"#, "int32 a = 2;", r#"{"a":5}"#, 0),
            ("int64 c = 3;", r#"{"c":"1250"}"#, "float t = 3;", r#"{"t":1250.0}"#, 0),
            ("float t = 3;", r#"{"t":12.5}"#, "int64 c = 3;", "{}", 1),
            ("float t = 3;", r#"{"t":12}"#, "int64 c = 3;", r#"{"c":"12"}"#, 0),
            ("int32 a = 1;", r#"{"a":5}"#, "repeated int32 a = 1;", r#"{"a":[5]}"#, 0),
            ("repeated int32 a = 1;", r#"{"a":[5,6]}"#, "int32 a = 1;", r#"{"a":6}"#, 0),
            ("B b = 1; int32 x = 2;", r#"{"b":{"n":1},"x":2}"#, "B c = 1;", r#"{"c":{"n":1}}"#, 1),
            ("string s = 1;", r#"{"s":"x"}"#, "int32 s = 1;", "{}", 1),
        ] {
            let (from, to) = (read(from), read(to));
            let value = json::read(&from, 0, value).expect(value);
            let (carried, lost) = carry((&from, 0), (&to, 0), &value);
            assert_eq!((json::write_compact(&to, 0, &carried).as_str(), lost), (expected, dropped));
        }
    }
}
