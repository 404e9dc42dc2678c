//! The experiment: messages of the writer, really encoded, and what the reader makes of them.

use super::{
    Harm, Versions, Witness, oneof,
    pairs::{Question, Work},
    rules::{Way, entry, many, partner},
};
use crate::{
    decode::{DecodeError, Reason, Runtime, parse},
    encode::encode,
    json,
    schema::{EnumId, Field, Kind, Label, MessageId, MessageType, Schema},
    value::{Content, Message, Value},
};
use std::{borrow::Cow, cell::RefCell, rc::Rc};

/// The most messages of a type that are tried.
const MOST: usize = 400;
/// The most of them that are tried as JSON.
const MOST_JSON: usize = 100;

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
    fn way(&self, new_writes: bool) -> Way<'_> {
        self.versions.way(new_writes)
    }

    /// What a message costs to try, beside its size: each field of its type is looked at, whether it is set or not.
    fn cost(&self) -> usize {
        let fields = |schema: &Schema, id: MessageId| schema.messages[id].fields.len();
        let compared = fields(self.versions.old, self.pair.0) + fields(self.versions.new, self.pair.1);
        let roots = fields(self.versions.old, self.versions.roots.0) + fields(self.versions.new, self.versions.roots.1);
        COST + (compared + roots) / 16
    }

    /// Messages of the writer.
    fn samples(&self, new_writes: bool) -> (&Samples<'a>, &Work) {
        (&self.versions.samples[usize::from(new_writes)], &self.versions.trials)
    }

    /// The compared type in the writer's version and the reader's, then the root.
    fn types(&self, new_writes: bool) -> ((MessageId, MessageId), (MessageId, MessageId)) {
        let flip = |(old, new): (MessageId, MessageId)| if new_writes { (new, old) } else { (old, new) };
        (flip(self.pair), flip(self.versions.roots))
    }

    /// The message inside the root type.
    fn wrap(&self, new_writes: bool, message: Message) -> Message {
        let schema = self.way(new_writes).writer;
        wrap(schema, self.types(new_writes).1.0, self.path, message)
    }

    /// Writes a message of the root type with one version and reads it with the other.
    pub(super) fn outcome(&self, new_writes: bool, message: &Message) -> Outcome {
        let way = self.way(new_writes);
        let (writer, reader) = self.types(new_writes).1;
        let bytes = encode(way.writer, writer, message);
        match parse(way.reader, reader, &bytes, Runtime::Mainstream) {
            Err(error) => Outcome { harm: Harm::Refused, bytes, read: Err(error) },
            Ok(read) => {
                let harm = Judge { way: &way }.message(writer, message, reader, &read);
                Outcome { harm, bytes, read: Ok(read) }
            }
        }
    }

    /// Messages of the root type in which the field is set.
    #[cfg(test)]
    pub(super) fn candidates(&self, new_writes: bool, field: &Field) -> Vec<Message> {
        let mut found = Vec::new();
        self.bare(new_writes, self.types(new_writes).0, field, &mut |message| {
            found.push(self.wrap(new_writes, message));
            false
        });
        found
    }

    /// Messages of a type in which the field is set, for a reader's type, until `done` says that one is enough.
    fn bare(
        &self,
        new_writes: bool,
        (writer, reader): (MessageId, MessageId),
        field: &Field,
        done: &mut dyn FnMut(Message) -> bool,
    ) {
        let (samples, work) = self.samples(new_writes);
        let reader = &self.way(new_writes).reader.messages[reader];
        candidates(samples, work, writer, reader, field, done);
    }

    /// A message of that direction that does the harm: the first one; or, inside other changes, one that does more; or,
    /// where only messages that nobody tries do it, what comes nearest.
    pub(super) fn witness(&self, field: Option<&Field>, new_writes: bool, target: Harm) -> Option<Witness> {
        let field = field.filter(|_| target > Harm::Names)?;
        let mut nearest = Nearest::new(target);
        let types = self.types(new_writes).0;
        self.bare(new_writes, types, field, &mut |message| {
            self.tries(new_writes, self.wrap(new_writes, message), &mut nearest)
        });
        if nearest.harm() < target {
            self.dig(field, new_writes, types, &mut nearest);
        }
        nearest.best.map(|(message, outcome)| self.tell(new_writes, &message, outcome))
    }

    /// Looks deeper than the usual messages go: where the declarations say that the harm is done.
    fn dig(
        &self,
        field: &Field,
        new_writes: bool,
        (writer, reader): (MessageId, MessageId),
        nearest: &mut Nearest,
    ) -> Option<()> {
        let way = self.way(new_writes);
        let met = way.reader.messages[reader].field(field.number)?;
        let (Kind::Message(from), Kind::Message(to)) = (field.kind, met.kind) else { return None };
        let (path, types, number) = way.trace((from, to), nearest.target)?;
        let culprit = way.writer.messages[types.0].field(number)?;
        let path: Vec<u32> = std::iter::once(field.number).chain(path).collect();
        self.bare(new_writes, types, culprit, &mut |message| {
            let message = wrap(way.writer, writer, &path, message);
            self.tries(new_writes, self.wrap(new_writes, message), nearest)
        });
        None
    }

    /// Tries a message of the root type, if there is work left for it; whether there is no sense in trying more.
    fn tries(&self, new_writes: bool, message: Message, nearest: &mut Nearest) -> bool {
        if !self.versions.trials.take(self.cost() + 3 * size(&message)) {
            return true;
        }
        let outcome = self.outcome(new_writes, &message);
        // So deep that nobody reads it: that is no matter of the change.
        let deep = matches!(&outcome.read, Err(error) if error.reason == Reason::Depth);
        if !deep && (outcome.harm == nearest.target || outcome.harm > nearest.harm()) {
            nearest.best = Some((message, outcome));
        }
        nearest.harm() == nearest.target
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
            && self.versions.same(self.pair, (o, n))
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
            let mut left = MOST_JSON;
            self.bare(new_writes, self.types(new_writes).0, field, &mut |message| {
                if !self.versions.trials.take(2 * self.cost() + 8 * size(&message)) {
                    return true;
                }
                self.json_outcome(new_writes, &message, &mut worst);
                left -= 1;
                left == 0 || worst.0 == Harm::Refused
            });
            if worst.0 == Harm::Refused {
                return worst;
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
                let harm = Judge { way: &way }.message(writer, message, reader, &read);
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
            Label::Map { key } => Content::Map(vec![(plain(schema, key).swap_remove(0), value)]),
            // The default is not sent: it is what an empty message says.
            _ if number == 0 && !field.has_presence() => return Some(Message::default()),
            _ => Content::One(value),
        };
        let mut message = Message::default();
        message.set(field.number, content);
        Some(message)
    }

    /// What the names of an enum's values cost: all of them are looked through.
    fn names(&self, new_writes: bool, field: u32) -> usize {
        let (way, types) = (self.way(new_writes), self.types(new_writes).0);
        let names = |schema: &Schema, message: MessageId| match schema.messages[message].field(field)?.kind {
            Kind::Enum(id) => Some(schema.enums[id].values.len()),
            _ => None,
        };
        (names(way.writer, types.0).unwrap_or(0) + names(way.reader, types.1).unwrap_or(0)) / 8
    }

    /// How protobuf JSON takes the change of an enum's value.
    pub(super) fn enum_json(&self, field: u32, numbers: (Option<i32>, Option<i32>)) -> (Harm, String) {
        let mut worst = (Harm::Safe, String::new());
        for new_writes in [true, false] {
            let number = if new_writes { numbers.1 } else { numbers.0 };
            let message = number.and_then(|number| self.enum_message(new_writes, field, number));
            let cost = |message: &Message| 2 * self.cost() + self.names(new_writes, field) + 8 * size(message);
            if let Some(message) = message.filter(|message| self.versions.trials.take(cost(message))) {
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
        if !self.versions.trials.take(self.names(new_writes, field)) {
            return None;
        }
        let mut nearest = Nearest::new(target);
        self.tries(new_writes, self.wrap(new_writes, message), &mut nearest);
        nearest.best.map(|(message, outcome)| self.tell(new_writes, &message, outcome))
    }
}

/// What a message costs to try, beside its size: see [`super::WORK`].
const COST: usize = 12;

/// How many values there are in a message, about.
fn size(message: &Message) -> usize {
    let value = |value: &Value| match value {
        Value::Message(inner) => 1 + size(inner),
        Value::String(text) => 1 + text.len() / 32,
        Value::Bytes(bytes) => 1 + bytes.len() / 32,
        _ => 1,
    };
    let content = |content: &Content| match content {
        Content::One(one) => value(one),
        Content::Many(values) => values.iter().map(value).sum(),
        Content::Map(pairs) => pairs.iter().map(|pair| 1 + value(&pair.1)).sum(),
    };
    message.fields.iter().map(|field| 1 + content(&field.1)).sum()
}

/// The message that comes nearest to a harm.
struct Nearest {
    target: Harm,
    best: Option<(Message, Outcome)>,
}

impl Nearest {
    fn new(target: Harm) -> Self {
        Self { target, best: None }
    }

    fn harm(&self) -> Harm {
        self.best.as_ref().map_or(Harm::Names, |best| best.1.harm)
    }
}

/// A message inside another type, by way of these fields.
fn wrap(schema: &Schema, root: MessageId, path: &[u32], message: Message) -> Message {
    let mut types = vec![root];
    for number in path {
        let field = schema.messages[types[types.len() - 1]].field(*number);
        let Some(Kind::Message(inner)) = field.map(|field| field.kind) else { return message };
        types.push(inner);
    }
    let mut wrapped = message;
    for (number, outer) in path.iter().zip(&types).rev() {
        let Some(field) = schema.messages[*outer].field(*number) else { return wrapped };
        let value = Value::Message(wrapped);
        let content = match field.label {
            Label::Repeated { .. } => Content::Many(vec![value]),
            Label::Map { key } => Content::Map(vec![(plain(schema, key).swap_remove(0), value)]),
            _ => Content::One(value),
        };
        wrapped = Message::default();
        wrapped.set(*number, content);
    }
    wrapped
}

impl Versions<'_> {
    /// Whether two fields, and all that is in their types, differ in numbers and in the names of types at most, of which
    /// JSON has nothing.
    fn same(&self, (old, new): (MessageId, MessageId), (o, n): (&Field, &Field)) -> bool {
        let way = self.backward();
        if !self.alike((old, new), (o, n)) {
            return false;
        }
        let (Kind::Message(old), Kind::Message(new)) = (o.kind, n.kind) else { return true };
        !way.memo.ask(Question::Differs, (old, new), way.work, &mut |(old, new), next| {
            let (from, to) = (&self.old.messages[old].fields, &self.new.messages[new].fields);
            // What cannot be looked at is tried.
            if from.len() != to.len() || !way.work.take(from.len()) {
                return true;
            }
            for (o, n) in from.iter().zip(to) {
                if o.number != n.number || !self.alike((old, new), (o, n)) {
                    return true;
                }
                if let (Kind::Message(old), Kind::Message(new)) = (o.kind, n.kind) {
                    next.push((old, new));
                }
            }
            false
        })
    }

    /// The same, whatever is in the types of messages.
    fn alike(&self, (old, new): (MessageId, MessageId), (o, n): (&Field, &Field)) -> bool {
        let (from, to) = (&self.old.messages[old], &self.new.messages[new]);
        let kinds = match (o.kind, n.kind) {
            (Kind::Message(_), Kind::Message(_)) => true,
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

/// Messages of a schema, by their type: made when they are asked for, and then kept.
pub(super) struct Samples<'a> {
    schema: &'a Schema,
    /// By type and depth.
    messages: RefCell<Vec<Option<Made>>>,
}

/// Messages of a type, and whether there was work enough for all of them.
type Made = (Rc<[Message]>, bool);

/// Deeper than that nothing is set in messages.
const DEPTHS: usize = 3;

impl<'a> Samples<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        Self { schema, messages: RefCell::default() }
    }

    /// Values of a type at which types differ, the plainest first.
    fn values(&self, work: &Work, kind: Kind, depth: usize) -> Values {
        match kind {
            Kind::Message(id) => Values::Messages(self.messages(work, id, depth)),
            kind => Values::Plain(plain(self.schema, kind)),
        }
    }

    /// A message with everything, those with one field set, one with nothing. It goes [`DEPTHS`] deep.
    fn messages(&self, work: &Work, id: MessageId, depth: usize) -> Rc<[Message]> {
        if depth >= DEPTHS {
            return Rc::new([Message::default()]);
        }
        let place = id * DEPTHS + depth;
        if let Some(Some((known, whole))) = self.messages.borrow().get(place) {
            if !whole {
                work.fall_short();
            }
            return known.clone();
        }
        let before = work.was_short();
        let found: Rc<[Message]> = self.make(work, id, depth).into();
        let whole = !work.is_short();
        if before {
            work.fall_short();
        }
        let mut messages = self.messages.borrow_mut();
        if messages.is_empty() {
            messages.resize(self.schema.messages.len() * DEPTHS, None);
        }
        messages[place] = Some((found.clone(), whole));
        found
    }

    fn make(&self, work: &Work, id: MessageId, depth: usize) -> Vec<Message> {
        let fields = &self.schema.messages[id].fields;
        // Types can contain themselves, many times over: deep down, a few fields stand for all.
        let fields = &fields[..fields.len().min([200, 8, 4][depth])];
        if !work.take(COST + 4 * fields.len()) {
            return vec![Message::default()];
        }
        let contents: Vec<Contents> = fields.iter().map(|field| self.contents(work, field, depth + 1)).collect();
        let mut found = Vec::new();
        let mut add = |contents: &Contents, at: usize| {
            let fields = vec![(contents.field.number, contents.get(at))];
            let message = Message { fields, unknown: Vec::new() };
            let affordable = work.take(size(&message));
            if affordable {
                found.push(message);
            }
            affordable && found.len() < MOST
        };
        // One value of each field first, so that few messages show much.
        let most = contents.iter().map(Contents::len).max().unwrap_or(0);
        let mut each =
            (0..most).flat_map(|at| contents.iter().filter(move |all| at < all.len()).map(move |all| (all, at)));
        let last = each.find(|(contents, at)| !add(contents, *at));
        // The longest, which come last, if they do not come at all.
        let cut = last.map_or(most, |(_, at)| at);
        for contents in contents.iter().filter(|contents| contents.len() > cut + 1) {
            if work.is_short() {
                break;
            }
            add(contents, contents.len() - 1);
        }
        let mut all = Message::default();
        for (at, (field, contents)) in fields.iter().zip(&contents).enumerate() {
            let rival = field.oneof.is_some() && fields[..at].iter().any(|other| other.oneof == field.oneof);
            if contents.len() > 0 && !rival {
                all.set(field.number, contents.get(0));
            }
        }
        if all.fields.len() > 1 && work.take(size(&all)) {
            let at = if depth == 0 && fields.len() <= 3 { 0 } else { found.len() };
            found.insert(at, all);
        }
        found.push(Message::default());
        found
    }

    /// What a field can hold, if it holds something.
    fn contents<'f>(&self, work: &Work, field: &'f Field, depth: usize) -> Contents<'f> {
        let values = self.values(work, field.kind, depth);
        let keys = match field.label {
            Label::Map { key } => plain(self.schema, key),
            _ => Vec::new(),
        };
        Contents { field, depth, values, keys }
    }
}

/// Some values of a type.
enum Values {
    Plain(Vec<Value>),
    Messages(Rc<[Message]>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Plain(values) => values.len(),
            Self::Messages(messages) => messages.len(),
        }
    }

    fn get(&self, at: usize) -> Option<Value> {
        match self {
            Self::Plain(values) => values.get(at).cloned(),
            Self::Messages(messages) => messages.get(at).cloned().map(Value::Message),
        }
    }
}

/// What a field can hold, if it holds something; each content is made when it is asked for.
struct Contents<'f> {
    field: &'f Field,
    depth: usize,
    values: Values,
    /// Those of a map.
    keys: Vec<Value>,
}

impl Contents<'_> {
    /// How many of the values come in twos in a list.
    fn few(&self) -> usize {
        self.values.len().min([8, 6, 2][self.depth.min(2)])
    }

    fn len(&self) -> usize {
        let (values, few) = (self.values.len(), self.few());
        match self.field.label {
            Label::Map { .. } => values + self.keys.len() - 1 + 3,
            Label::Repeated { .. } => values + few * few + 1 + usize::from(self.has_long()),
            _ => values + usize::from(self.has_default()),
        }
    }

    /// Whether there is a list with a length of two bytes.
    fn has_long(&self) -> bool {
        self.depth > 0 && !matches!(self.field.kind, Kind::String | Kind::Bytes)
    }

    fn has_default(&self) -> bool {
        self.field.has_presence() && !matches!(self.field.kind, Kind::Message(_))
    }

    fn get(&self, at: usize) -> Content {
        let default = || Value::default_of(self.field.kind);
        let value = |at: usize| self.values.get(at).unwrap_or_else(default);
        let values = self.values.len();
        match self.field.label {
            Label::Map { key } => {
                let pair = |key: &Value, value| Content::Map(vec![(key.clone(), value)]);
                let (first, others) = (&self.keys[0], self.keys.len() - 1);
                let two = |second: Value| {
                    let key = self.keys.get(1).cloned().unwrap_or(Value::default_of(key));
                    Content::Map(vec![(first.clone(), value(0)), (key, second)])
                };
                if at < values {
                    pair(first, value(at))
                } else if at < values + others {
                    pair(&self.keys[1 + at - values], value(0))
                } else {
                    match at - values - others {
                        0 => two(value(values - 1)),
                        1 => two(value(1)),
                        _ => pair(&Value::default_of(key), default()),
                    }
                }
            }
            Label::Repeated { .. } => {
                let few = self.few();
                let twos = few * (few - 1);
                if at < values {
                    Content::Many(vec![value(at)])
                } else if at < values + twos {
                    // Different ones first: they show more.
                    let (first, second) = ((at - values) / (few - 1), (at - values) % (few - 1));
                    let second = second + usize::from(second >= first);
                    Content::Many(vec![value(first), value(second)])
                } else if at < values + twos + few {
                    let same = at - values - twos;
                    Content::Many(vec![value(same), value(same)])
                } else if at == values + twos + few {
                    Content::Many(vec![default()])
                } else {
                    // A length of two bytes: of the shortest there are.
                    let short = if self.field.kind.packable() { 0 } else { values - 1 };
                    Content::Many(vec![value(short); 128])
                }
            }
            _ => Content::One(value(at)),
        }
    }
}

/// Values of a type that is no message.
fn plain(schema: &Schema, kind: Kind) -> Vec<Value> {
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
        Kind::Message(_) => vec![Value::Message(Message::default())],
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

/// Messages of a type in which the field is set; where the reader keeps one of several, with one of the others.
fn candidates(
    samples: &Samples,
    work: &Work,
    writer: MessageId,
    reader: &MessageType,
    field: &Field,
    done: &mut dyn FnMut(Message) -> bool,
) {
    let kind = &samples.schema.messages[writer];
    let contents = samples.contents(work, field, 0);
    for at in 0..contents.len() {
        let mut message = Message::default();
        message.set(field.number, contents.get(at));
        if done(message) {
            return;
        }
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
        let second = samples.contents(work, other, 0);
        if contents.len() > 0 && second.len() > 0 {
            let mut message = Message::default();
            message.set(field.number, contents.get(0));
            message.set(other.number, second.get(0));
            if done(message) {
                return;
            }
        }
    }
}

/// Compares what was written with what was read.
pub(super) struct Judge<'s> {
    pub(super) way: &'s Way<'s>,
}

impl Judge<'_> {
    /// How far `read` is from `written`.
    pub(super) fn message(&self, w: MessageId, written: &Message, r: MessageId, read: &Message) -> Harm {
        let (from, to) = (&self.way.writer.messages[w], &self.way.reader.messages[r]);
        let meant = self.way.memo.partners((w, r), || {
            let place = |meant: &Field| from.fields.iter().position(|field| field.number == meant.number);
            to.fields.iter().map(|field| partner(field, to, from).and_then(place)).collect()
        });
        let mut worst = Harm::Safe;
        for (field, meant) in to.fields.iter().zip(meant.iter()) {
            let meant = meant.map(|at| &from.fields[at]);
            let harm = match (meant.and_then(|meant| Some((meant, written.get(meant.number)?))), read.get(field.number))
            {
                (None, None) => self.absent(meant, field),
                // From nowhere.
                (None, Some(_)) => Harm::Garbage,
                (Some(_), None) => Harm::LosesData,
                (Some((meant, written)), Some(read)) => self.field(meant, written, field, read),
            };
            worst = worst.max(harm);
        }
        worst
    }

    /// Nothing was written and nothing is seen: both are defaults, and of an enum the two need not mean the same.
    fn absent(&self, meant: Option<&Field>, field: &Field) -> Harm {
        let single = |field: &Field| field.label == Label::Singular && !field.has_presence();
        match (meant.filter(|meant| single(meant)).map(|meant| meant.kind), field.kind) {
            (Some(Kind::Enum(from)), Kind::Enum(to)) if single(field) => {
                let first = (self.way.writer.enums[from].values.first(), self.way.reader.enums[to].values.first());
                if first.0 == first.1 { Harm::Safe } else { self.enum_value(from, 0, to, 0) }
            }
            _ => Harm::Safe,
        }
    }

    fn field(&self, w: &Field, written: &Content, r: &Field, read: &Content) -> Harm {
        if let Some(parts) = entry(r) {
            return self.map_field(w, written, &parts, read);
        }
        let read = flat(read);
        if many(r) {
            let written = flat(written);
            if written.len() != read.len() {
                return Harm::Garbage;
            }
            let each = written.iter().zip(&read).map(|(written, read)| self.item(w, written, r, read));
            return each.max().unwrap_or(Harm::Safe);
        }
        read.first().map_or(Harm::LosesData, |read| self.single(w, written, r, read))
    }

    /// One of several is a loss, whichever it is; something of each is a value that nobody wrote.
    fn single(&self, w: &Field, written: &Content, r: &Field, read: &Value) -> Harm {
        let written = flat(written);
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
                    let Some(met) = self.way.reader.messages[id].field(part.number) else { continue };
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
            (None, Kind::Message(id)) => [1, 2].map(|number| self.way.writer.messages[id].field(number).cloned()),
            _ => return Harm::Garbage,
        };
        let written = flat(written);
        let mut worst = if written.len() > read.len() { Harm::LosesData } else { Harm::Safe };
        // How far key or value are from what was written there; what is absent is a default.
        let compare = |message: &Message, at: usize, read: &Value| {
            let source = from[at].as_ref().and_then(|field| Some((field, message.get(field.number)?)));
            match source {
                Some((field, written)) => {
                    let harm = self.single(field, written, &parts[at], read);
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
                let Value::Message(message) = &**item else { return None };
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
                Kind::Message(w) => safe_if(encode(self.way.writer, w, written) == *read),
                _ => Harm::Garbage,
            },
            _ => Harm::Garbage,
        }
    }

    /// Enum values mean what their names say; a number without a name means itself.
    fn enum_value(&self, w: EnumId, written: i32, r: EnumId, read: i32) -> Harm {
        let (from, to) = (&self.way.writer.enums[w], &self.way.reader.enums[r]);
        fn names(values: &[(String, i32)], number: i32) -> Vec<&str> {
            values.iter().filter(|value| value.1 == number).map(|value| value.0.as_str()).collect()
        }
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
fn flat(content: &Content) -> Vec<Cow<'_, Value>> {
    match content {
        Content::One(value) => vec![Cow::Borrowed(value)],
        Content::Many(values) => values.iter().map(Cow::Borrowed).collect(),
        Content::Map(pairs) => pairs
            .iter()
            .map(|(key, value)| {
                let fields = vec![(1, Content::One(key.clone())), (2, Content::One(value.clone()))];
                Cow::Owned(Value::Message(Message { fields, unknown: Vec::new() }))
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
