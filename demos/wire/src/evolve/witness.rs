//! The experiment: messages of the writer, really encoded, and what the reader makes of them.

use super::{
    Harm, Versions, Witness, oneof,
    rules::{Visited, Way, entry, many, partner},
};
use crate::{
    decode::{DecodeError, Reason, Runtime, decode},
    encode::encode,
    json,
    schema::{EnumId, Field, Kind, Label, MessageId, MessageType, Schema},
    value::{Content, Message, Value},
};

/// The most messages of a type that are tried.
const MOST: usize = 400;

/// A search for messages of a type that is compared, inside the root type.
pub(super) struct Search<'a, 'v> {
    pub(super) versions: &'v Versions<'a>,
    pub(super) path: &'v [u32],
    pub(super) pair: (MessageId, MessageId),
}

/// What came of a message.
pub(super) struct Outcome {
    pub(super) harm: Harm,
    pub(super) bytes: Vec<u8>,
    read: Result<Message, DecodeError>,
}

impl<'a> Search<'a, '_> {
    fn way(&self, new_writes: bool) -> Way<'a> {
        if new_writes { self.versions.forward() } else { self.versions.backward() }
    }

    /// The compared type in the writer's version and the reader's, then the root.
    fn types(&self, new_writes: bool) -> ((MessageId, MessageId), (MessageId, MessageId)) {
        let flip = |(old, new): (MessageId, MessageId)| if new_writes { (new, old) } else { (old, new) };
        (flip(self.pair), flip(self.versions.roots))
    }

    /// The message inside the root type.
    fn wrap(&self, new_writes: bool, message: Message) -> Message {
        let schema = self.way(new_writes).writer;
        let mut types = vec![self.types(new_writes).1.0];
        for number in self.path {
            let field = schema.messages[types[types.len() - 1]].field(*number);
            let Some(Kind::Message(inner)) = field.map(|field| field.kind) else { return message };
            types.push(inner);
        }
        let mut wrapped = message;
        for (number, outer) in self.path.iter().zip(&types).rev() {
            let Some(field) = schema.messages[*outer].field(*number) else { return wrapped };
            let value = Value::Message(wrapped);
            let content = match field.label {
                Label::Repeated { .. } => Content::Many(vec![value]),
                Label::Map { key } => Content::Map(vec![(samples(schema, key, 0).swap_remove(0), value)]),
                _ => Content::One(value),
            };
            wrapped = Message::default();
            wrapped.set(*number, content);
        }
        wrapped
    }

    /// Writes a message of the root type with one version and reads it with the other.
    pub(super) fn outcome(&self, new_writes: bool, message: &Message) -> Outcome {
        let way = self.way(new_writes);
        let (writer, reader) = self.types(new_writes).1;
        let bytes = encode(way.writer, writer, message);
        let decoded = decode(way.reader, reader, &bytes, Runtime::Mainstream);
        match decoded.error {
            Some(error) => Outcome { harm: Harm::Refused, bytes, read: Err(error) },
            None => {
                let harm = Judge { w: way.writer, r: way.reader }.message(writer, message, reader, &decoded.message);
                Outcome { harm, bytes, read: Ok(decoded.message) }
            }
        }
    }

    /// Messages of the root type in which the field is set.
    pub(super) fn candidates(&self, new_writes: bool, field: &Field) -> Vec<Message> {
        let bare = self.bare(new_writes, field).into_iter();
        bare.map(|message| self.wrap(new_writes, message)).collect()
    }

    /// Messages of the compared type in which the field is set.
    fn bare(&self, new_writes: bool, field: &Field) -> Vec<Message> {
        let way = self.way(new_writes);
        let (writer, reader) = self.types(new_writes).0;
        candidates((way.writer, writer), &way.reader.messages[reader], field)
    }

    /// A message of that direction that does the harm.
    pub(super) fn witness(&self, field: Option<&Field>, new_writes: bool, target: Harm) -> Option<Witness> {
        if target <= Harm::Names {
            return None;
        }
        self.first(new_writes, target, self.candidates(new_writes, field?))
    }

    /// The first message that does the harm; or, inside other changes, more; or, where it takes messages more than three
    /// deep, what comes nearest.
    fn first(&self, new_writes: bool, target: Harm, candidates: Vec<Message>) -> Option<Witness> {
        let mut nearest: Option<(Message, Outcome)> = None;
        for message in candidates {
            let outcome = self.outcome(new_writes, &message);
            if outcome.harm == target {
                return Some(self.tell(new_writes, &message, outcome));
            }
            if outcome.harm > nearest.as_ref().map_or(Harm::Names, |nearest| nearest.1.harm) {
                nearest = Some((message, outcome));
            }
        }
        nearest.map(|(message, outcome)| self.tell(new_writes, &message, outcome))
    }

    fn tell(&self, new_writes: bool, message: &Message, outcome: Outcome) -> Witness {
        let way = self.way(new_writes);
        let (writer, reader) = self.types(new_writes).1;
        let (seen, passed_on) = match outcome.read {
            Ok(read) => (Ok(seen(way.reader, reader, &read)), Some(encode(way.reader, reader, &read))),
            Err(error) => (Err(refusal(error.reason)), None),
        };
        Witness {
            new_writes,
            message: way.writer.messages[writer].name.clone(),
            json: json::write_line(way.writer, writer, message),
            bytes: outcome.bytes,
            seen,
            passed_on,
        }
    }

    /// How protobuf JSON takes the change of a field, and a sentence about it.
    pub(super) fn json(&self, fields: (Option<&Field>, Option<&Field>)) -> (Harm, String) {
        let mut worst = (Harm::Safe, String::new());
        if let (Some(o), Some(n)) = fields
            && self.versions.same(self.pair, (o, n), &mut Visited::new())
        {
            return worst;
        }
        for new_writes in [true, false] {
            let field = if new_writes { fields.1 } else { fields.0 };
            let Some(field) = field else { continue };
            let way = self.way(new_writes);
            let reader = &way.reader.messages[self.types(new_writes).0.1];
            let unknown =
                !reader.fields.iter().any(|known| [&known.json_name, &known.name].contains(&&field.json_name));
            if unknown {
                return (
                    Harm::Refused,
                    format!(
                        "JSON readers of the {} version refuse the name \"{}\", unless they are told to ignore names that they \
                         do not know.",
                        way.reads(),
                        field.json_name
                    ),
                );
            }
            // Text is slower than bytes, and each field of a message type comes early.
            for message in self.bare(new_writes, field).into_iter().take(100) {
                self.json_outcome(new_writes, &message, &mut worst);
                if worst.0 == Harm::Refused {
                    return worst;
                }
            }
        }
        worst
    }

    /// Writes a message of the compared type as JSON with one version and reads it with the other. Not inside the root
    /// type, whose own changes would come before.
    pub(super) fn json_outcome(&self, new_writes: bool, message: &Message, worst: &mut (Harm, String)) {
        let way = self.way(new_writes);
        let (writer, reader) = self.types(new_writes).0;
        let text = json::write_line(way.writer, writer, message);
        let reads = way.reads();
        let (harm, told) = match json::read(way.reader, reader, &text) {
            Err(problems) => (Harm::Refused, problems.into_iter().next().map(|problem| problem.message)),
            Ok(read) => {
                let harm = Judge { w: way.writer, r: way.reader }.message(writer, message, reader, &read);
                let again = json::write_line(way.reader, reader, &read);
                (if harm == Harm::Safe && again != text { Harm::Names } else { harm }, Some(again))
            }
        };
        if harm <= worst.0 {
            return;
        }
        let told = told.unwrap_or_default();
        let sentence = match harm {
            Harm::Refused => {
                format!("JSON readers of the {reads} version refuse {text}: {}.", told.trim_end_matches('.'))
            }
            Harm::Names => {
                format!("In JSON, what the {} version writes as {text} is {told} in the other.", way.writes())
            }
            _ => format!("In JSON, readers of the {reads} version take {text} for {told}."),
        };
        *worst = (harm, sentence);
    }

    /// Messages with a value of an enum.
    fn enum_message(&self, new_writes: bool, field: u32, number: i32) -> Option<Message> {
        let schema = self.way(new_writes).writer;
        let field = schema.messages[self.types(new_writes).0.0].field(field)?;
        let value = Value::Enum(number);
        let content = match field.label {
            Label::Repeated { .. } => Content::Many(vec![value]),
            Label::Map { key } => Content::Map(vec![(samples(schema, key, 0).swap_remove(0), value)]),
            _ if number == 0 && !field.has_presence() => return None,
            _ => Content::One(value),
        };
        let mut message = Message::default();
        message.set(field.number, content);
        Some(message)
    }

    /// How protobuf JSON takes the change of an enum's value.
    pub(super) fn enum_json(&self, field: u32, numbers: (Option<i32>, Option<i32>)) -> (Harm, String) {
        let mut worst = (Harm::Safe, String::new());
        for new_writes in [true, false] {
            let number = if new_writes { numbers.1 } else { numbers.0 };
            if let Some(message) = number.and_then(|number| self.enum_message(new_writes, field, number)) {
                self.json_outcome(new_writes, &message, &mut worst);
            }
        }
        worst
    }

    /// A message that shows the worse of the two verdicts on an enum's value.
    pub(super) fn enum_witness(
        &self,
        field: u32,
        numbers: (Option<i32>, Option<i32>),
        forward: Harm,
        backward: Harm,
    ) -> Option<Witness> {
        let new_writes = forward >= backward;
        let target = forward.max(backward);
        let number = if new_writes { numbers.1 } else { numbers.0 };
        if target <= Harm::Names {
            return None;
        }
        let message = self.enum_message(new_writes, field, number?)?;
        self.first(new_writes, target, vec![self.wrap(new_writes, message)])
    }
}

impl Versions<'_> {
    /// Whether two fields, and all that is in their types, differ in numbers and in the names of types at most, of which
    /// JSON has nothing.
    fn same(&self, (old, new): (MessageId, MessageId), (o, n): (&Field, &Field), visited: &mut Visited) -> bool {
        let (from, to) = (&self.old.messages[old], &self.new.messages[new]);
        let kinds = match (o.kind, n.kind) {
            (Kind::Message(old), Kind::Message(new)) if visited.contains(&(old, new)) => true,
            (Kind::Message(old), Kind::Message(new)) => {
                visited.push((old, new));
                let (from, to) = (&self.old.messages[old].fields, &self.new.messages[new].fields);
                from.len() == to.len()
                    && from.iter().zip(to).all(|(o, n)| o.number == n.number && self.same((old, new), (o, n), visited))
            }
            (Kind::Enum(old), Kind::Enum(new)) => self.old.enums[old].values == self.new.enums[new].values,
            (o, n) => o == n,
        };
        kinds && o.name == n.name && o.json_name == n.json_name && o.label == n.label && oneof(from, o) == oneof(to, n)
    }
}

/// What a reader sees, as one line of JSON with all fields.
fn seen(schema: &Schema, message: MessageId, read: &Message) -> String {
    let mut out = String::from("{");
    for field in &schema.messages[message].fields {
        let content = json::write_content(schema, field, read.get(field.number));
        out += &format!("{}\"{}\": {content}", if out.len() > 1 { ", " } else { "" }, field.json_name);
    }
    out + "}"
}

/// Why bytes are refused, in a few words.
fn refusal(reason: Reason) -> String {
    match reason {
        Reason::Truncated => "the bytes end in the middle of a value",
        Reason::LongVarint => "a varint does not end within ten bytes",
        Reason::FieldNumber => "a tag has a field number that does not exist",
        Reason::WireType => "a tag has a wire type that does not exist",
        Reason::Group => "a tag opens or closes a group, and its other end is missing",
        Reason::Length => "a length goes beyond the end",
        Reason::Utf8 => "a string is no UTF-8",
        Reason::Depth => "messages are nested too deeply",
        _ => "a wire type does not fit its field",
    }
    .to_owned()
}

/// Values of a type at which types differ, the plainest first.
fn samples(schema: &Schema, kind: Kind, depth: usize) -> Vec<Value> {
    match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            [150, 1, -1, 16_777_217, i32::MIN, i32::MAX].map(Value::I32).to_vec()
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            [150, 1, -1, 4_294_967_301, 9_007_199_254_740_993, i64::MIN, i64::MAX].map(Value::I64).to_vec()
        }
        Kind::Uint32 | Kind::Fixed32 => [150, 1, 16_777_217, u32::MAX].map(Value::U32).to_vec(),
        Kind::Uint64 | Kind::Fixed64 => {
            [150, 1, 4_294_967_301, 9_007_199_254_740_993, u64::MAX].map(Value::U64).to_vec()
        }
        Kind::Float => [9.5, -1.5, 0.1, f32::NAN].map(Value::F32).to_vec(),
        Kind::Double => [9.5, -1.5, 0.1, 1e300, f64::NAN].map(Value::F64).to_vec(),
        Kind::Bool => vec![Value::Bool(true)],
        Kind::String => {
            ["Alice".to_owned(), "Αλίκη".to_owned(), "12".to_owned(), "a".repeat(128)].map(Value::String).to_vec()
        }
        Kind::Bytes => [b"Alice".to_vec(), vec![0xff, 0xfe, 0xfd], vec![0; 128]].map(Value::Bytes).to_vec(),
        Kind::Enum(id) => enum_samples(schema, id),
        Kind::Message(id) => message_samples(schema, id, depth).into_iter().map(Value::Message).collect(),
    }
}

/// The values that have a name, but for the default, and one that has none.
fn enum_samples(schema: &Schema, id: EnumId) -> Vec<Value> {
    let values = &schema.enums[id].values;
    let mut numbers: Vec<i32> = values.iter().map(|value| value.1).filter(|&number| number != 0).collect();
    let largest = values.iter().map(|value| value.1).max().unwrap_or(0);
    numbers.push(largest.max(1).checked_add(1).unwrap_or(-1));
    numbers.into_iter().map(Value::Enum).collect()
}

/// A message with everything, those with one field set, one with nothing.
fn message_samples(schema: &Schema, id: MessageId, depth: usize) -> Vec<Message> {
    let fields = &schema.messages[id].fields;
    let mut found = Vec::new();
    // Types can contain themselves, many times over: deep down, a few fields stand for all.
    let fields = &fields[..fields.len().min([200, 8, 4, 0][depth.min(3)])];
    if depth < 3 {
        let contents: Vec<Vec<Content>> = fields.iter().map(|field| contents(schema, field, depth + 1)).collect();
        // One value of each field first, so that few messages show much.
        let most = contents.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..most {
            for (field, contents) in fields.iter().zip(&contents) {
                if let Some(content) = contents.get(at)
                    && found.len() < MOST
                {
                    found.push(Message { fields: vec![(field.number, content.clone())], unknown: Vec::new() });
                }
            }
        }
        let mut all = Message::default();
        for (at, (field, contents)) in fields.iter().zip(&contents).enumerate() {
            let rival = field.oneof.is_some() && fields[..at].iter().any(|other| other.oneof == field.oneof);
            if let (Some(content), false) = (contents.first(), rival) {
                all.set(field.number, content.clone());
            }
        }
        if all.fields.len() > 1 {
            let at = if depth == 0 && fields.len() <= 3 { 0 } else { found.len() };
            found.insert(at, all);
        }
    }
    found.push(Message::default());
    found
}

/// What a field can hold, if it holds something.
fn contents(schema: &Schema, field: &Field, depth: usize) -> Vec<Content> {
    let values = samples(schema, field.kind, depth);
    let default = Value::default_of(field.kind);
    match field.label {
        Label::Map { key } => {
            let keys = samples(schema, key, depth);
            let mut found: Vec<Content> =
                values.iter().map(|value| Content::Map(vec![(keys[0].clone(), value.clone())])).collect();
            found.extend(keys.iter().skip(1).map(|key| Content::Map(vec![(key.clone(), values[0].clone())])));
            let second = keys.get(1).cloned().unwrap_or(Value::default_of(key));
            let last = values.last().unwrap_or(&default);
            let mut pairs = vec![(keys[0].clone(), values[0].clone()), (second, last.clone())];
            found.push(Content::Map(pairs.clone()));
            pairs[1].1 = values.get(1).unwrap_or(&default).clone();
            found.push(Content::Map(pairs));
            found.push(Content::Map(vec![(Value::default_of(key), default)]));
            found
        }
        Label::Repeated { .. } => {
            let mut found: Vec<Content> = values.iter().map(|value| Content::Many(vec![value.clone()])).collect();
            let few = values.len().min([8, 6, 2][depth.min(2)]);
            // Different ones first: they show more.
            for same in [false, true] {
                for first in 0..few {
                    for second in (0..few).filter(|&second| (first == second) == same) {
                        found.push(Content::Many(vec![values[first].clone(), values[second].clone()]));
                    }
                }
            }
            found.push(Content::Many(vec![default]));
            // A length of two bytes: of the shortest there are.
            if depth > 0 && !matches!(field.kind, Kind::String | Kind::Bytes) {
                let short = if field.kind.packable() { 0 } else { values.len() - 1 };
                found.push(Content::Many(vec![values[short].clone(); 128]));
            }
            found
        }
        _ => {
            let mut found: Vec<Content> = values.into_iter().map(Content::One).collect();
            if field.has_presence() && !matches!(field.kind, Kind::Message(_)) {
                found.push(Content::One(default));
            }
            found
        }
    }
}

/// Messages in which the field is set; where the reader keeps one of several, with one of the others.
fn candidates(writer: (&Schema, MessageId), reader: &MessageType, field: &Field) -> Vec<Message> {
    let (schema, kind) = (writer.0, &writer.0.messages[writer.1]);
    let mut found = Vec::new();
    for content in contents(schema, field, 0) {
        let mut message = Message::default();
        message.set(field.number, content);
        found.push(message);
    }
    // Bytes go by the number, JSON by the name.
    let met = [reader.field(field.number), partner(field, kind, reader)];
    let rivals = reader.fields.iter().filter(|rival| {
        met.iter().flatten().any(|met| met.oneof.is_some() && met.oneof == rival.oneof && met.number != rival.number)
    });
    for other in rivals.flat_map(|rival| [kind.field(rival.number), partner(rival, reader, kind)]).flatten() {
        if other.number == field.number {
            continue;
        }
        if other.oneof.is_some() && other.oneof == field.oneof {
            continue;
        }
        let (first, second) = (contents(schema, field, 0), contents(schema, other, 0));
        if let (Some(first), Some(second)) = (first.into_iter().next(), second.into_iter().next()) {
            let mut message = Message::default();
            message.set(field.number, first);
            message.set(other.number, second);
            found.push(message);
        }
    }
    found
}

/// Compares what was written with what was read.
pub(super) struct Judge<'s> {
    pub(super) w: &'s Schema,
    pub(super) r: &'s Schema,
}

impl Judge<'_> {
    /// How far `read` is from `written`.
    pub(super) fn message(&self, w: MessageId, written: &Message, r: MessageId, read: &Message) -> Harm {
        let (from, to) = (&self.w.messages[w], &self.r.messages[r]);
        let mut worst = Harm::Safe;
        for field in &to.fields {
            let meant = partner(field, to, from);
            let harm = match (meant.and_then(|meant| Some((meant, written.get(meant.number)?))), read.get(field.number))
            {
                (None, None) => Harm::Safe,
                // From nowhere.
                (None, Some(_)) => Harm::Garbage,
                (Some(_), None) => Harm::LosesData,
                (Some((meant, written)), Some(read)) => self.field(meant, written, field, read),
            };
            worst = worst.max(harm);
        }
        worst
    }

    fn field(&self, w: &Field, written: &Content, r: &Field, read: &Content) -> Harm {
        if let Some(parts) = entry(r) {
            return self.map_field(w, written, &parts, read);
        }
        let (written, read) = (flat(written), flat(read));
        if many(r) {
            if written.len() != read.len() {
                return Harm::Garbage;
            }
            let each = written.iter().zip(&read).map(|(written, read)| self.item(w, written, r, read));
            return each.max().unwrap_or(Harm::Safe);
        }
        // One of several is a loss, whichever it is; something of each is a value that nobody wrote.
        let Some(read) = read.first() else { return Harm::LosesData };
        let nearest = written.iter().map(|written| self.item(w, written, r, read)).min().unwrap_or(Harm::Garbage);
        if written.len() > 1 { nearest.max(Harm::LosesData) } else { nearest }
    }

    /// One value, or an entry of a map as a message.
    fn item(&self, w: &Field, written: &Value, r: &Field, read: &Value) -> Harm {
        let Some(parts) = entry(w) else { return self.value(w.kind, written, r.kind, read) };
        let Value::Message(pair) = written else { return Harm::Garbage };
        match (r.kind, read) {
            (Kind::Message(id), Value::Message(read)) => {
                let mut worst = Harm::Safe;
                for part in &parts {
                    let Some(met) = self.r.messages[id].field(part.number) else { continue };
                    worst = worst.max(match (pair.get(part.number), read.get(part.number)) {
                        (Some(written), Some(read)) => self.field(part, written, met, read),
                        (Some(Content::One(written)), None) if written.is_default() => Harm::Safe,
                        (Some(_), None) => Harm::LosesData,
                        (None, _) => Harm::Garbage,
                    });
                }
                let others = read.fields.iter().any(|field| field.0 > 2);
                if others { Harm::Garbage } else { worst }
            }
            // The encoding of an entry: both parts are always there.
            (Kind::Bytes, Value::Bytes(_)) => Harm::Safe,
            _ => Harm::Garbage,
        }
    }

    fn map_field(&self, w: &Field, written: &Content, parts: &[Field; 2], read: &Content) -> Harm {
        let Content::Map(read) = read else { return Harm::Garbage };
        let from = match (entry(w), w.kind) {
            (Some(parts), _) => parts.map(Some),
            (None, Kind::Message(id)) => [1, 2].map(|number| self.w.messages[id].field(number).cloned()),
            _ => return Harm::Garbage,
        };
        let written = flat(written);
        let mut worst = if written.len() > read.len() { Harm::LosesData } else { Harm::Safe };
        // How far key or value are from what was written there; what is absent is a default.
        let compare = |message: &Message, at: usize, read: &Value| {
            let source = from[at].as_ref().and_then(|field| Some((field, message.get(field.number)?)));
            match source {
                Some((field, written)) => {
                    let harm = self.field(field, written, &parts[at], &Content::One(read.clone()));
                    if harm > Harm::LosesData && at == 1 && read.is_default() { Harm::LosesData } else { harm }
                }
                None if read.is_default() => Harm::Safe,
                None if matches!(read, Value::Message(message) if message.fields.is_empty()) => Harm::Safe,
                None => Harm::Garbage,
            }
        };
        for (key, value) in read {
            // What was written under that key, or under one that became that key.
            let harms = written.iter().filter_map(|item| {
                let Value::Message(message) = item else { return None };
                let same = compare(message, 0, key);
                (same <= Harm::LosesData).then(|| same.max(compare(message, 1, value)))
            });
            let harm = harms.min().unwrap_or(Harm::Garbage);
            worst = worst.max(harm);
        }
        worst
    }

    /// A single value.
    fn value(&self, w: Kind, written: &Value, r: Kind, read: &Value) -> Harm {
        let safe_if = |same: bool| if same { Harm::Safe } else { Harm::Garbage };
        if let (Kind::Enum(from), Kind::Enum(to), Value::Enum(written), Value::Enum(read)) = (w, r, written, read) {
            return self.enum_value(from, *written, to, *read);
        }
        if let (Some(written), Some(read)) = (whole(written), whole(read)) {
            return if r == Kind::Bool && w != Kind::Bool {
                match (read == 1) == (written != 0) {
                    true if written == 0 || written == 1 => Harm::Safe,
                    true => Harm::LosesData,
                    false => Harm::Garbage,
                }
            } else {
                safe_if(written == read)
            };
        }
        match (written, read) {
            (Value::F32(written), Value::F32(read)) => {
                safe_if(written.to_bits() == read.to_bits() || written.is_nan() && read.is_nan())
            }
            (Value::F64(written), Value::F64(read)) => {
                safe_if(written.to_bits() == read.to_bits() || written.is_nan() && read.is_nan())
            }
            // Through JSON only. A float's text is as short as it may be to be that float.
            (Value::F32(written), Value::F64(read)) => {
                safe_if(*written == *read as f32 || written.is_nan() && read.is_nan())
            }
            (Value::F64(written), Value::F32(read)) => {
                safe_if(*written == f64::from(*read) || written.is_nan() && read.is_nan())
            }
            (written, Value::F32(read)) => {
                safe_if(whole(written).is_some_and(|whole| f64::from(*read) as i128 == whole))
            }
            (written, Value::F64(read)) => safe_if(whole(written).is_some_and(|whole| *read as i128 == whole)),
            (Value::F32(written), read) => safe_if(whole(read).is_some_and(|whole| whole as f32 == *written)),
            (Value::F64(written), read) => safe_if(whole(read).is_some_and(|whole| whole as f64 == *written)),
            (Value::String(written), Value::String(read)) => safe_if(written == read),
            (Value::Bytes(written), Value::Bytes(read)) => safe_if(written == read),
            (Value::String(written), Value::Bytes(read)) => safe_if(written.as_bytes() == read),
            (Value::Bytes(written), Value::String(read)) => safe_if(written == read.as_bytes()),
            (Value::Message(written), Value::Message(read)) => match (w, r) {
                (Kind::Message(w), Kind::Message(r)) => self.message(w, written, r, read),
                _ => Harm::Garbage,
            },
            (Value::Message(written), Value::Bytes(read)) => match w {
                Kind::Message(w) => safe_if(encode(self.w, w, written) == *read),
                _ => Harm::Garbage,
            },
            _ => Harm::Garbage,
        }
    }

    /// Enum values mean what their names say; a number without a name means itself.
    fn enum_value(&self, w: EnumId, written: i32, r: EnumId, read: i32) -> Harm {
        let (from, to) = (&self.w.enums[w], &self.r.enums[r]);
        let names = |values: &[(String, i32)], number: i32| -> Vec<String> {
            values.iter().filter(|value| value.1 == number).map(|value| value.0.clone()).collect()
        };
        let (wrote, sees) = (names(&from.values, written), names(&to.values, read));
        if wrote.iter().any(|name| sees.contains(name)) {
            return Harm::Safe;
        }
        let elsewhere = wrote.iter().any(|name| to.number_of(name).is_some());
        let taken = sees.iter().any(|name| from.number_of(name).is_some());
        if written != read {
            Harm::Garbage
        } else if wrote.is_empty() {
            Harm::Safe
        } else if sees.is_empty() {
            if elsewhere { Harm::LosesData } else { Harm::Safe }
        } else if elsewhere || taken {
            Harm::Garbage
        } else {
            Harm::Safe
        }
    }
}

/// The values of a field, one behind the other; the pairs of a map as messages.
fn flat(content: &Content) -> Vec<Value> {
    match content {
        Content::One(value) => vec![value.clone()],
        Content::Many(values) => values.clone(),
        Content::Map(pairs) => pairs
            .iter()
            .map(|(key, value)| {
                let fields = vec![(1, Content::One(key.clone())), (2, Content::One(value.clone()))];
                Value::Message(Message { fields, unknown: Vec::new() })
            })
            .collect(),
    }
}

/// The number that a value is, if it is a whole one by its type.
fn whole(value: &Value) -> Option<i128> {
    Some(match *value {
        Value::I32(number) | Value::Enum(number) => number.into(),
        Value::I64(number) => number.into(),
        Value::U32(number) => number.into(),
        Value::U64(number) => number.into(),
        Value::Bool(number) => number.into(),
        _ => return None,
    })
}
