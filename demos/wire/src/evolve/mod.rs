//! What a change of a schema does to those who have the other version.
//!
//! Verdicts are about two versions and nobody else: what readers of one make of messages of the other. Those about bytes
//! come from the declarations, those about JSON from trying it; the witnesses are messages that were really encoded with
//! one version and decoded with the other. Tests hold rules and experiments against each other. `buf breaking`, whose
//! rules are in [`buf`], is stricter in places, because it also guards against what a third version may do, and more
//! lenient in others.
//!
//! Fields of two versions are the same if they have the same name, or else the same number, if neither name lives on in
//! the other version. A field that went and another that has its number are therefore one change, and so is a renamed
//! field: bytes cannot tell these apart. Types are the same by the same rule: those of one name, and one that went and one
//! that came in its place. A type that a field had and one that it has instead, while either is also in the other version,
//! are two: what there is to say of them is said of the field.
//!
//! # How much work is done
//!
//! A schema is compared with every key stroke, and small ones can be made that relate thousands of pairs of types. So the
//! work is counted ([`WORK`]), nothing recurses as deep as a schema goes, and each pair is looked at once. Whatever is
//! left undone makes its change, and the whole, not [complete](Comparison::complete).

pub mod buf;
mod catalogue;
mod pairs;
mod rules;
#[cfg(test)]
mod tests;
mod witness;

pub use catalogue::{Row, catalogue};

use crate::{
    decode::DEEPEST,
    schema::{EnumId, EnumType, Field, Kind, Label, MessageId, MessageType, Schema, in_that_order, sorted},
};
use pairs::{Memo, Work};
use rules::{Depth, Way, partner};
use std::{
    cell::OnceCell,
    ops::{Deref, Range, RangeInclusive},
};
use witness::Samples;

/// How bad a change is; the later, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// Old readers read new messages and new readers old ones, and nobody is misled.
    Safe,
    /// Bytes are as before; programs have to be changed when they are compiled again, or JSON is other than before.
    Names,
    /// Readers of one version see a default, or pass on less, where the writer wrote something; nobody is told.
    LosesData,
    /// Readers see a value that nobody wrote.
    Garbage,
    /// Some message of one version is refused by readers of the other.
    Refused,
}

/// One change from the old version to the new, with its consequences.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its place in the old text; empty if it has none there.
    pub old: Range<usize>,
    /// Its place in the new text; empty if it has none there.
    pub new: Range<usize>,
    /// What was changed: `field 3 was float total, is int64 total_cents`.
    pub what: String,
    /// How bad it is for old readers of new messages,
    pub forward: Harm,
    /// for new readers of old messages,
    pub backward: Harm,
    /// and for readers of protobuf JSON, either way.
    pub json: Harm,
    /// Whether programs that use it do not compile any more.
    pub source: bool,
    /// Why, in a sentence or two for each of the four.
    pub why: String,
    /// The rules of `buf breaking` that it breaks, in the categories WIRE and WIRE_JSON: `FIELD_SAME_ONEOF`; see
    /// [`buf::RULES`].
    pub buf: Vec<&'static str>,
    /// A message that shows the worst of what bytes can do, if there is harm and one was found.
    pub witness: Option<Witness>,
    /// Whether all was looked at that there is to look at; if not, it is at least that bad.
    pub complete: bool,
}

/// What changed from one version to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The changes, the worst first.
    pub changes: Vec<Change>,
    /// Whether these are all, and each is complete. If not, the versions are too large, or refer to one another too much,
    /// for the work that is done with every key stroke.
    pub complete: bool,
}

/// Its changes.
impl Deref for Comparison {
    type Target = [Change];

    fn deref(&self) -> &[Change] {
        &self.changes
    }
}

/// How much work a comparison may be, in units of about a field that is looked at: half of it for what declarations say,
/// half for trying messages.
pub const WORK: u32 = 300_000;

impl Change {
    /// The verdict in one word: what becomes of bytes; if nothing, whether names or JSON make trouble.
    pub fn verdict(&self) -> Harm {
        let names = if self.source || self.json > Harm::Safe { Harm::Names } else { Harm::Safe };
        self.forward.max(self.backward).max(names)
    }
}

/// A message that one version writes and the other reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// Whether the new version writes and the old one reads.
    pub new_writes: bool,
    /// The message type, by its name in the writer's version.
    pub message: String,
    /// The value, as protobuf JSON of the writer.
    pub json: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What the reader sees, as protobuf JSON of the reader with all defaults spelt out; or why it refuses.
    pub seen: Result<String, String>,
    /// What the reader passes on when it serialises what it has read; nothing if it refuses.
    pub passed_on: Option<Vec<u8>>,
}

/// All changes from `old` to `new` in a message type and the types that it uses, the worst first. The type may have
/// another name in the new version.
pub fn compare(old: (&Schema, MessageId), new: (&Schema, MessageId)) -> Comparison {
    compare_within(old, new, WORK)
}

/// As [`compare`], with so much work.
pub fn compare_within(old: (&Schema, MessageId), new: (&Schema, MessageId), work: u32) -> Comparison {
    let versions = Versions::new(old, new, work);
    let reach = versions.reach();
    let mut changes = Changes { found: Vec::new(), complete: reach.complete };
    // First those that are cheap to tell are counted, so that each gets its share of the trials.
    let mut left = reach.messages.iter().map(|pair| versions.differing(pair).len()).sum::<usize>()
        + reach.enums.iter().map(|pair| versions.renamed(pair).len()).sum::<usize>();
    for pair in &reach.messages {
        versions.message(pair, &mut left, &mut changes);
    }
    for pair in &reach.enums {
        versions.enumeration(pair, &mut left, &mut changes);
    }
    let found = changes.found;
    let rank = |at: usize| (found[at].verdict(), found[at].json);
    let order = sorted(found.len(), &|a, b| rank(b).cmp(&rank(a)));
    let complete = changes.complete && found.iter().all(|change| change.complete);
    Comparison { changes: in_that_order(found, &order), complete }
}

/// The changes so far.
struct Changes {
    found: Vec<Change>,
    complete: bool,
}

/// Two versions of a schema, and the message types that are compared.
struct Versions<'a> {
    old: &'a Schema,
    new: &'a Schema,
    roots: (MessageId, MessageId),
    /// For what the declarations say,
    rules: Work,
    /// and for trying messages.
    trials: Work,
    /// What is known of pairs, if the new version writes and if the old one does.
    memos: [OnceCell<Memo>; 2],
    /// Messages of either version.
    samples: [Samples<'a>; 2],
}

/// Types that are used in the same place in both versions.
struct Reach {
    /// Those that are the same type.
    messages: Vec<MessagePair>,
    enums: Vec<EnumPair>,
    /// Whether these are all.
    complete: bool,
}

/// A message type in both versions.
struct MessagePair {
    old: MessageId,
    new: MessageId,
    /// The numbers of the fields that lead there from the root, the same in both versions.
    path: Vec<u32>,
}

/// An enum type in both versions.
struct EnumPair {
    old: EnumId,
    new: EnumId,
    /// Where it is used: one place for each way in which fields can use it.
    uses: Vec<EnumUse>,
}

/// Where an enum type is used.
struct EnumUse {
    /// The message type.
    place: MessagePair,
    /// The number of the field.
    field: u32,
    /// How the fields use it, of the old version and the new.
    how: [How; 2],
}

/// What of a field matters to the enum in it.
type How = (Label, bool, bool);

/// Two message types that one comes to, the same or not.
struct Met {
    pair: (MessageId, MessageId),
    /// The place of the pair around it, and the number of the field; nothing for the root.
    from: Option<(usize, u32)>,
    /// How many messages are around it.
    depth: usize,
}

impl<'a> Versions<'a> {
    fn new(old: (&'a Schema, MessageId), new: (&'a Schema, MessageId), work: u32) -> Self {
        Self {
            old: old.0,
            new: new.0,
            roots: (old.1, new.1),
            rules: Work::new(work / 2),
            trials: Work::new(work - work / 2),
            memos: Default::default(),
            samples: [Samples::new(old.0), Samples::new(new.0)],
        }
    }

    fn way(&self, new_writes: bool) -> Way<'_> {
        let (old, new) = ((self.old, self.roots.0), (self.new, self.roots.1));
        let (writer, reader) = if new_writes { (new, old) } else { (old, new) };
        let memo = self.memos[usize::from(new_writes)].get_or_init(|| Memo::new(writer, reader));
        Way { writer: writer.0, reader: reader.0, new_writes, memo, work: &self.rules, telling: true, entries: 0 }
    }

    fn forward(&self) -> Way<'_> {
        self.way(true)
    }

    fn backward(&self) -> Way<'_> {
        self.way(false)
    }

    /// The types that can be reached, each by the shortest way.
    fn reach(&self) -> Reach {
        let mut reach = Reach { messages: Vec::new(), enums: Vec::new(), complete: true };
        let mut met = vec![Met { pair: self.roots, from: None, depth: 0 }];
        let width = self.new.messages.len();
        let mut known = vec![false; self.old.messages.len() * width];
        known[self.roots.0 * width + self.roots.1] = true;
        let names = |schema: &'a Schema| schema.messages.iter().map(|kind| &kind.name);
        let mut messages = Twins::new(names(self.old), names(self.new));
        let names = |schema: &'a Schema| schema.enums.iter().map(|kind| &kind.name);
        let mut enums = Twins::new(names(self.old), names(self.new));
        messages.pair(self.roots.0, self.roots.1);
        let mut at = 0;
        while at < met.len() {
            let (pair, depth) = (met[at].pair, met[at].depth);
            let (old, new) = (&self.old.messages[pair.0], &self.new.messages[pair.1]);
            if !self.rules.take(1 + old.fields.len() + old.fields.len() * new.fields.len() / 8) {
                reach.complete = false;
                break;
            }
            if messages.are(pair.0, pair.1) {
                reach.messages.push(MessagePair { old: pair.0, new: pair.1, path: path(&met, at) });
            }
            for field in &old.fields {
                let Some(other) = partner(field, old, new).filter(|other| other.number == field.number) else {
                    continue;
                };
                let maps = |field: &Field| matches!(field.label, Label::Map { .. });
                if maps(field) != maps(other) {
                    continue;
                }
                match (field.kind, other.kind) {
                    (Kind::Message(old), Kind::Message(new)) => {
                        // A map's pair is a message, too. What is deeper nobody reads.
                        let depth = depth + 1 + usize::from(maps(field));
                        let place = old * width + new;
                        if !known[place] && depth <= DEEPEST {
                            known[place] = true;
                            met.push(Met { pair: (old, new), from: Some((at, field.number)), depth });
                        }
                    }
                    (Kind::Enum(old), Kind::Enum(new)) => {
                        if !enums.are(old, new) {
                            continue;
                        }
                        let how = |field: &Field, same| (field.label, field.has_presence(), same);
                        let same = field.json_name == other.json_name;
                        let how = [how(field, same), how(other, same)];
                        let known = reach.enums.iter().position(|pair| pair.old == old && pair.new == new);
                        let place = known.unwrap_or(reach.enums.len());
                        if known.is_none() {
                            reach.enums.push(EnumPair { old, new, uses: Vec::new() });
                        }
                        let uses = &mut reach.enums[place].uses;
                        if uses.iter().all(|other| other.how != how) {
                            let place = MessagePair { old: pair.0, new: pair.1, path: path(&met, at) };
                            uses.push(EnumUse { place, field: field.number, how });
                        }
                    }
                    _ => {}
                }
            }
            at += 1;
        }
        reach
    }

    /// The changes of a message type itself.
    fn message(&self, pair: &MessagePair, left: &mut usize, changes: &mut Changes) {
        let (old, new) = (&self.old.messages[pair.old], &self.new.messages[pair.new]);
        if old.name != new.name && pair.path.is_empty() {
            changes.found.push(Change {
                old: old.span.start..old.span.start,
                new: new.span.start..new.span.start,
                what: format!("message {} is now {}", old.name, new.name),
                forward: Harm::Safe,
                backward: Harm::Safe,
                json: Harm::Safe,
                source: true,
                why: "The name of a message is neither in its bytes nor in its JSON. Programs that use it do not compile any \
                      more."
                    .to_owned(),
                buf: Vec::new(),
                witness: None,
                complete: true,
            });
        }
        for (o, n) in self.differing(pair) {
            let change = self.with_a_share(left, || self.field(pair, o, n));
            changes.found.push(change);
        }
        let numbers = gone(&old.reserved_numbers, &new.reserved_numbers);
        let names = old.reserved_names.iter().filter(|name| !new.reserved_names.contains(name));
        // To buf a message of another name is another message.
        let rule = (old.name == new.name).then_some(buf::RESERVED_MESSAGE);
        self.reserved(&old.name, (&old.span, &new.span), &numbers, names, rule, changes);
    }

    /// The fields of a message type that changed, went or came.
    fn differing(&self, pair: &MessagePair) -> Vec<(Option<&'a Field>, Option<&'a Field>)> {
        let (old, new) = (&self.old.messages[pair.old], &self.new.messages[pair.new]);
        let mut found = Vec::new();
        for field in &old.fields {
            let other = partner(field, old, new);
            if other.is_none_or(|other| self.differ(old, new, field, other)) {
                found.push((Some(field), other));
            }
        }
        found.extend(
            new.fields.iter().filter(|field| partner(field, new, old).is_none()).map(|field| (None, Some(field))),
        );
        found
    }

    /// Works a change out with its share of the trials; `left` counts those that have still to have theirs.
    fn with_a_share(&self, left: &mut usize, work_out: impl FnOnce() -> Change) -> Change {
        let kept = self.trials.share(*left);
        let change = work_out();
        self.trials.give_back(kept);
        *left = left.saturating_sub(1);
        let short = [self.rules.was_short(), self.trials.was_short()].contains(&true);
        Change { complete: !short, ..change }
    }

    /// Numbers and names that are not reserved any more, as one change.
    fn reserved<'n>(
        &self,
        name: &str,
        spans: (&Range<usize>, &Range<usize>),
        numbers: &[(i64, i64)],
        names: impl Iterator<Item = &'n String>,
        rule: Option<&'static str>,
        changes: &mut Changes,
    ) {
        let mut what = String::new();
        for (first, last) in numbers {
            what += if what.is_empty() { "" } else { ", " };
            what += &if first == last { first.to_string() } else { format!("{first} to {last}") };
        }
        for name in names {
            what += if what.is_empty() { "" } else { ", " };
            what += &format!("\"{name}\"");
        }
        if what.is_empty() {
            return;
        }
        changes.found.push(Change {
            old: spans.0.start..spans.0.start,
            new: spans.1.start..spans.1.start,
            what: format!("{what} of {name} not reserved any more"),
            forward: Harm::Safe,
            backward: Harm::Safe,
            json: Harm::Safe,
            source: false,
            why: "Between these two versions nothing goes wrong. But a number or a name is reserved because an earlier version \
                  used it: the compiler no longer refuses to use it again, and messages of that version may be stored \
                  somewhere."
                .to_owned(),
            buf: rule.into_iter().collect(),
            witness: None,
            complete: true,
        });
    }

    /// Whether anything about a field changed that has consequences.
    fn differ(&self, old: &MessageType, new: &MessageType, o: &Field, n: &Field) -> bool {
        o.name != n.name
            || o.number != n.number
            || o.json_name != n.json_name
            || o.label != n.label
            || self.other_kind(o.kind, n.kind)
            || oneof(old, o) != oneof(new, n)
    }

    fn other_kind(&self, old: Kind, new: Kind) -> bool {
        old.name(self.old) != new.name(self.new)
            || matches!(old, Kind::Enum(_)) != matches!(new, Kind::Enum(_))
            || matches!(old, Kind::Message(_)) != matches!(new, Kind::Message(_))
    }

    /// A field that changed, came or went.
    fn field(&self, pair: &MessagePair, o: Option<&Field>, n: Option<&Field>) -> Change {
        let (old, new) = (&self.old.messages[pair.old], &self.new.messages[pair.new]);
        let (forward, backward) = (self.forward(), self.backward());
        let mut why = Why::default();
        let there = n.map(|field| forward.field(new, old, field, Depth::Renamed));
        let back = o.map(|field| backward.field(old, new, field, Depth::Renamed));
        let harm = |route: &Option<rules::Route>| route.as_ref().map_or(Harm::Safe, |route| route.harm);
        let (to_old, to_new) = (harm(&there), harm(&back));
        // Of two that are equally bad, the one about messages of today; unless it is the fainter.
        let faint = |route: &Option<rules::Route>| route.as_ref().is_some_and(|route| route.faint);
        let new_writes = to_old > to_new || to_old == to_new && (!faint(&there) || faint(&back));
        let mut sentences = [
            there.map_or_else(|| o.map(|field| forward.absent(field)), |route| Some(route.why)).unwrap_or_default(),
            { back.map_or_else(|| n.map(|field| backward.absent(field)), |route| Some(route.why)).unwrap_or_default() },
        ];
        if !new_writes {
            sentences.swap(0, 1);
        }
        let silent = sentences.iter().all(String::is_empty);
        for sentence in &sentences {
            why.add(sentence);
        }
        if let (Some(o), Some(n)) = (o, n) {
            if silent && (o.name != n.name || o.json_name != n.json_name) && o.number == n.number {
                why.add("Names are not sent: the bytes are the same.");
            }
            if silent && o.label != n.label && rules::many(o) && rules::many(n) {
                why.add("Readers take packed and unpacked values alike.");
            }
            if why.text.is_empty() {
                why.add("The bytes are the same.");
            }
            if o.name != n.name && o.kind != n.kind && to_old.max(to_new) > Harm::Names {
                why.add("A number is for ever: when its field goes, reserve it, with the name.");
            }
        }
        if o.is_some() && n.is_none() {
            why.add(match buf::forgotten(o.map_or(0, |o| o.number), o.map_or("", |o| &o.name), new) {
                (false, false) => "Number and name are reserved, so that nobody can use them for something else.",
                _ => {
                    "Nothing keeps a later version from using the number or the name for something else: reserve both."
                }
            });
        }
        let search = witness::Search { versions: self, path: &pair.path, pair: (pair.old, pair.new) };
        let (json, told) = search.json((o, n));
        why.add(&told);
        let source = self.source(old, new, o, n);
        if source {
            let name = o.map_or("", |o| &o.name);
            why.add(&if n.is_none() {
                format!("Programs that use {name} do not compile any more.")
            } else {
                format!("Programs that use {name} have to be changed when they are compiled again.")
            });
        }
        Change {
            old: o.map_or(old.span.start..old.span.start, |field| field.span.clone()),
            new: n.map_or(new.span.start..new.span.start, |field| field.span.clone()),
            what: self.what(pair, o, n),
            forward: to_old,
            backward: to_new,
            json,
            source,
            why: why.text,
            buf: o.map(|field| buf::field(self, pair.old, pair.new, field)).unwrap_or_default(),
            witness: search.witness(if new_writes { n } else { o }, new_writes, to_old.max(to_new)),
            complete: true,
        }
    }

    /// Whether programs that use the field have to be changed: its name goes, or its type in the language is another.
    /// A presence that comes or goes changes types in Go and Rust, and methods in C++ and Java.
    fn source(&self, old: &MessageType, new: &MessageType, o: Option<&Field>, n: Option<&Field>) -> bool {
        let Some(o) = o else { return false };
        let Some(n) = n else { return true };
        let key = |field: &Field| match field.label {
            Label::Map { key } => Some(language(key)),
            _ => None,
        };
        let shape = |field: &Field| match field.label {
            Label::Singular => 0,
            Label::Optional => 1,
            Label::Repeated { .. } => 2,
            Label::Map { .. } => 3,
        };
        let named = matches!((o.kind, n.kind), (Kind::Enum(_), Kind::Enum(_)) | (Kind::Message(_), Kind::Message(_)));
        o.name != n.name
            || shape(o) != shape(n)
            || key(o) != key(n)
            || oneof(old, o) != oneof(new, n)
            || if named { self.other_kind(o.kind, n.kind) } else { language(o.kind) != language(n.kind) }
    }

    /// What changed, as a line.
    fn what(&self, pair: &MessagePair, o: Option<&Field>, n: Option<&Field>) -> String {
        let (old, new) = (&self.old.messages[pair.old], &self.new.messages[pair.new]);
        let place = if pair.path.is_empty() { String::new() } else { format!("{}: ", old.name) };
        let json = o.zip(n).is_some_and(|(o, n)| {
            o.json_name != n.json_name
                && (o.name == n.name || o.json_name != camel(&o.name) || n.json_name != camel(&n.name))
        });
        let was = |schema: &Schema, message: &MessageType, field: &Field| {
            let mut text = declaration(schema, field);
            if json {
                text += &format!(" [json_name = \"{}\"]", field.json_name);
            }
            if let (Label::Repeated { packed: false }, true) = (field.label, field.kind.packable()) {
                text += " [packed = false]";
            }
            if let Some(name) = oneof(message, field)
                && o.zip(n).is_none_or(|(o, n)| oneof(old, o) != oneof(new, n))
            {
                text += &format!(" in oneof {name}");
            }
            text
        };
        match (o, n) {
            (Some(o), Some(n)) if o.number != n.number => format!(
                "{place}{} had number {}, has number {}{}",
                o.name,
                o.number,
                n.number,
                if self.differ(old, new, o, &Field { number: o.number, ..n.clone() }) {
                    format!("; was {}, is {}", was(self.old, old, o), was(self.new, new, n))
                } else {
                    String::new()
                }
            ),
            (Some(o), Some(n)) => {
                format!("{place}field {} was {}, is {}", o.number, was(self.old, old, o), was(self.new, new, n))
            }
            (Some(o), None) => format!(
                "{place}field {} {} is gone{}",
                o.number,
                was(self.old, old, o),
                match buf::forgotten(o.number, &o.name, new) {
                    (false, false) => ", its number and name reserved",
                    (false, true) => ", its number reserved",
                    (true, false) => ", its name reserved",
                    _ => "",
                }
            ),
            (None, Some(n)) => format!("{place}field {} {} is new", n.number, was(self.new, new, n)),
            (None, None) => String::new(),
        }
    }

    /// The changes of an enum type itself.
    fn enumeration(&self, pair: &EnumPair, left: &mut usize, changes: &mut Changes) {
        let (old, new) = (&self.old.enums[pair.old], &self.new.enums[pair.new]);
        let renamed = self.renamed(pair);
        if !renamed.is_empty() {
            let places = [places(self.old, old), places(self.new, new)];
            for (o, n) in renamed {
                let change = self.with_a_share(left, || self.enum_value(pair, &places, o, n));
                changes.found.push(change);
            }
        }
        let numbers = gone(&old.reserved_numbers, &new.reserved_numbers);
        let names = old.reserved_names.iter().filter(|name| !new.reserved_names.contains(name));
        let rule = (old.name == new.name).then_some(buf::RESERVED_ENUM);
        self.reserved(&old.name, (&old.span, &new.span), &numbers, names, rule, changes);
    }

    /// The values of an enum type that changed, went or came, as places among its values.
    fn renamed(&self, pair: &EnumPair) -> Vec<(Option<usize>, Option<usize>)> {
        let (old, new) = (&self.old.enums[pair.old].values, &self.new.enums[pair.new].values);
        let find = |values: &[(String, i32)], name: &str| values.iter().position(|value| value.0 == name);
        // Where each name is in the other version; it is asked for often.
        let there: Vec<Option<usize>> = old.iter().map(|value| find(new, &value.0)).collect();
        let mut back: Vec<Option<usize>> = vec![None; new.len()];
        for (at, other) in there.iter().enumerate() {
            if let Some(other) = other {
                back[*other] = Some(at);
            }
        }
        // Another name for the number, and neither of the two lives on elsewhere: the first of each is renamed.
        let fresh = |number: i32| (0..new.len()).find(|&at| new[at].1 == number && back[at].is_none());
        let gone = |number: i32| (0..old.len()).find(|&at| old[at].1 == number && there[at].is_none());
        let mut found = Vec::new();
        for (at, (_, number)) in old.iter().enumerate() {
            match there[at] {
                Some(other) if new[other].1 == *number => {}
                Some(other) => found.push((Some(at), Some(other))),
                None => found.push((Some(at), fresh(*number).filter(|_| gone(*number) == Some(at)))),
            }
        }
        for (at, (_, number)) in new.iter().enumerate() {
            if back[at].is_none() && (fresh(*number) != Some(at) || gone(*number).is_none()) {
                found.push((None, Some(at)));
            }
        }
        found
    }

    /// A value of an enum that changed, came or went.
    fn enum_value(
        &self,
        pair: &EnumPair,
        places: &[Vec<Range<usize>>; 2],
        old_at: Option<usize>,
        new_at: Option<usize>,
    ) -> Change {
        let (old, new) = (&self.old.enums[pair.old], &self.new.enums[pair.new]);
        let (o, n) = (old_at.map(|at| &old.values[at]), new_at.map(|at| &new.values[at]));
        let there = n.map(|value| self.forward().enum_number(pair.new, pair.old, value.1));
        let back = o.map(|value| self.backward().enum_number(pair.old, pair.new, value.1));
        let (mut forward, mut backward) = (Harm::Safe, Harm::Safe);
        let mut why = Why::default();
        if let Some(route) = there {
            forward = route.harm;
            why.add(&route.why);
        }
        if let Some(route) = back {
            backward = route.harm;
            why.add(&route.why);
        }
        let mut json = (Harm::Safe, String::new());
        let mut witness = None;
        for EnumUse { place, field, .. } in &pair.uses {
            let search = witness::Search { versions: self, path: &place.path, pair: (place.old, place.new) };
            let numbers = (o.map(|value| value.1), n.map(|value| value.1));
            let told = search.enum_json(*field, numbers);
            if told.0 > json.0 {
                json = told;
            }
            witness = witness.or_else(|| search.enum_witness(*field, numbers, forward, backward));
        }
        why.add(&json.1);
        let source = o.is_some_and(|o| n.is_none_or(|n| n.0 != o.0));
        if let (true, Some(o)) = (source, o) {
            why.add(&format!("Programs that use {} do not compile any more.", o.0));
        }
        let what = match (o, n) {
            (Some(o), Some(n)) if o.0 == n.0 => format!("{}: {} was {}, is {}", old.name, o.0, o.1, n.1),
            (Some(o), Some(n)) => format!("{}: {} was {}, is {}", old.name, o.1, o.0, n.0),
            (Some(o), None) => format!("{}: {} = {} is gone", old.name, o.0, o.1),
            (None, Some(n)) => format!("{}: {} = {} is new", old.name, n.0, n.1),
            (None, None) => String::new(),
        };
        let place = |span: &Range<usize>, places: &[Range<usize>], at: Option<usize>| {
            at.and_then(|at| places.get(at)).cloned().unwrap_or(span.start..span.start)
        };
        Change {
            old: place(&old.span, &places[0], old_at),
            new: place(&new.span, &places[1], new_at),
            what,
            forward,
            backward,
            json: json.0,
            source,
            why: why.text,
            buf: o.map(|value| buf::enum_value(old, new, value.1)).unwrap_or_default(),
            witness,
            complete: true,
        }
    }
}

/// Sentences, with a space between them.
#[derive(Default)]
struct Why {
    text: String,
}

impl Why {
    /// Adds sentences, one a line, that are not there yet.
    fn add(&mut self, sentences: &str) {
        for sentence in sentences.lines().filter(|line| !line.is_empty()) {
            if self.text.contains(sentence) {
                continue;
            }
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text += sentence;
        }
    }
}

/// The name of a field's oneof.
fn oneof<'t>(message: &'t MessageType, field: &Field) -> Option<&'t str> {
    field.oneof.map(|at| message.oneofs[at].as_str())
}

/// The type that a generated class has for it; signed and unsigned integers of the same width in their various
/// encodings have one.
fn language(kind: Kind) -> Kind {
    match kind {
        Kind::Sint32 | Kind::Sfixed32 => Kind::Int32,
        Kind::Sint64 | Kind::Sfixed64 => Kind::Int64,
        Kind::Fixed32 => Kind::Uint32,
        Kind::Fixed64 => Kind::Uint64,
        Kind::Enum(_) => Kind::Enum(0),
        Kind::Message(_) => Kind::Message(0),
        other => other,
    }
}

/// Label, type and name: `repeated int32 ids`.
fn declaration(schema: &Schema, field: &Field) -> String {
    let (kind, name) = (field.kind.name(schema), &field.name);
    match field.label {
        Label::Singular => format!("{kind} {name}"),
        Label::Optional => format!("optional {kind} {name}"),
        Label::Repeated { .. } => format!("repeated {kind} {name}"),
        Label::Map { key } => format!("map<{}, {kind}> {name}", key.name(schema)),
    }
}

/// The JSON name that a field has if the schema says nothing.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = true;
        } else {
            out.push(if upper { letter.to_ascii_uppercase() } else { letter });
            upper = false;
        }
    }
    out
}

/// Where the names of an enum's values stand in the text, in the order of the text, as the values are: the schema's record
/// does not have them.
fn places(schema: &Schema, kind: &EnumType) -> Vec<Range<usize>> {
    let mut from = kind.span.start;
    let each = kind.values.iter().map(|(name, _)| {
        let at = word(&schema.text, from..kind.span.end, name);
        from = at.end;
        at
    });
    each.collect()
}

/// Where a word first stands on its own in a part of a text, before a `=`.
fn word(text: &str, span: Range<usize>, word: &str) -> Range<usize> {
    let part = &text[span.clone()];
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut from = 0;
    while let Some(at) = part[from..].find(word) {
        let (start, end) = (from + at, from + at + word.len());
        let alone = |byte: Option<&u8>| byte.is_none_or(|&byte| !letter(byte));
        let before = start.checked_sub(1).and_then(|at| part.as_bytes().get(at));
        // The enum's own name can be the same word as one of its values.
        let after = part[end..].trim_start();
        if alone(before) && alone(part.as_bytes().get(end)) && after.starts_with('=') {
            return span.start + start..span.start + end;
        }
        from = end;
    }
    span.start..span.start
}

/// The way to a pair, as numbers of fields.
fn path(met: &[Met], mut at: usize) -> Vec<u32> {
    let mut path = Vec::new();
    while let Some((from, field)) = met[at].from {
        path.push(field);
        at = from;
    }
    path.reverse();
    path
}

/// Which types of two versions are the same.
struct Twins<'n> {
    /// The names.
    old: Vec<&'n str>,
    new: Vec<&'n str>,
    /// What is known of each old type: its twin; none if its name is gone and no other has come in its place so far.
    twins: Vec<Option<Option<usize>>>,
    /// Which new types have come in the place of old ones.
    taken: Vec<bool>,
}

impl<'n> Twins<'n> {
    fn new(old: impl Iterator<Item = &'n String>, new: impl Iterator<Item = &'n String>) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.map(String::as_str).collect(), new.map(String::as_str).collect());
        Self { twins: vec![None; old.len()], taken: vec![false; new.len()], old, new }
    }

    /// Has two be the same, whatever their names are.
    fn pair(&mut self, old: usize, new: usize) {
        self.twins[old] = Some(Some(new));
        self.taken[new] = true;
    }

    /// Whether two that are met in the same place are the same: by name; or neither name is in the other version, and no
    /// other was met before.
    fn are(&mut self, old: usize, new: usize) -> bool {
        let known = match self.twins[old] {
            Some(known) => known,
            None => self.new.iter().position(|name| *name == self.old[old]),
        };
        self.twins[old] = Some(known);
        if known.is_none() && !self.taken[new] && !self.old.contains(&self.new[new]) {
            self.pair(old, new);
            return true;
        }
        known == Some(new)
    }
}

/// What is left of the ranges in `old` that no range of `new` covers.
fn gone<N: Copy + Into<i64>>(old: &[RangeInclusive<N>], new: &[RangeInclusive<N>]) -> Vec<(i64, i64)> {
    let mut left = Vec::new();
    for range in old {
        let (mut first, last): (i64, i64) = ((*range.start()).into(), (*range.end()).into());
        while first <= last {
            let covered =
                |at: i64| new.iter().find(|range| ((*range.start()).into()..=(*range.end()).into()).contains(&at));
            if let Some(range) = covered(first) {
                first = (*range.end()).into() + 1;
                continue;
            }
            let next = new.iter().map(|range| (*range.start()).into()).filter(|&start| start > first).min();
            let end = next.map_or(last, |next| last.min(next - 1));
            left.push((first, end));
            first = end + 1;
        }
    }
    left
}
