//! What becomes of a field on its way from a writer with one version to a reader with the other, from the two
//! declarations alone ("Updating A Message Type", language guide; "Encoding", protobuf.dev).
//!
//! The reader is a mainstream runtime. Every verdict is the worst that some message of the writer can meet: that the
//! small numbers of an `int64` get through to a reader with `int32` is said in the sentence, the verdict is about the
//! large ones.

use super::{
    Harm,
    pairs::{Inside, Local, Memo, Pair, Question, Work},
};
use crate::schema::{EnumId, Field, Kind, Label, MessageId, MessageType, Schema, WireType};
use std::{cell::Cell, rc::Rc};

/// One version writes, the other reads.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) writer: &'a Schema,
    pub(super) reader: &'a Schema,
    pub(super) new_writes: bool,
    /// What is known of pairs of types.
    pub(super) memo: &'a Memo,
    /// For what is not known yet.
    pub(super) work: &'a Work,
    /// Whether anybody reads the sentences: most pairs are looked at for their harm alone.
    pub(super) telling: bool,
    /// How many entries of maps are being read as messages, or messages as entries, in one another.
    pub(super) entries: u8,
}

/// A sentence, if anybody reads it.
macro_rules! say {
    ($way:expr, $($words:tt)+) => {
        if $way.telling { format!($($words)+) } else { String::new() }
    };
}

/// What becomes of a field.
pub(super) struct Route {
    pub(super) harm: Harm,
    /// Whether anything of it can reach a field of the reader.
    seen: bool,
    /// Whether the loss is only that a default that was set is taken for absence.
    pub(super) faint: bool,
    /// Why, in whole sentences, one a line, so that those that go for both directions are said once; empty if there is
    /// nothing to say.
    pub(super) why: String,
}

/// How far [`Way::field`] looks into message and enum types.
#[derive(Clone, Copy)]
pub(super) enum Depth<'d> {
    /// Only where they have other names in the two versions: what changed in one of the same name is reported there.
    Renamed,
    /// Into all enums. Of messages that harm is assumed, and which ones they are is noted.
    Assumed(Harm, &'d Cell<Option<Pair>>),
}

impl Route {
    fn new(harm: Harm, why: String) -> Self {
        Self { harm, seen: true, faint: false, why }
    }

    fn safe() -> Self {
        Self::new(Harm::Safe, String::new())
    }

    fn unseen(harm: Harm, why: String) -> Self {
        Self { harm, seen: false, faint: false, why }
    }

    /// The worse of the two has the word.
    fn or(self, other: Self) -> Self {
        let seen = self.seen || other.seen;
        Self {
            seen,
            ..if other.harm > self.harm || self.why.is_empty() && other.harm == self.harm { other } else { self }
        }
    }
}

/// The field of `to` that means the same as `field` of `from`: the one with the same name, or the one with the same
/// number, if neither name lives on in the other version.
pub(super) fn partner<'t>(field: &Field, from: &MessageType, to: &'t MessageType) -> Option<&'t Field> {
    to.field_by_name(&field.name)
        .or_else(|| to.field(field.number).filter(|other| from.field_by_name(&other.name).is_none()))
}

/// The harms that fields can do, the worst first, with the question for each.
const HARMS: [(Harm, Question); 3] =
    [(Harm::Refused, Question::Refused), (Harm::Garbage, Question::Garbage), (Harm::LosesData, Question::LosesData)];

/// So many entries that are read as messages, and messages as entries, are followed in one another. Types can be written
/// for which that never ends: an entry whose value is a message, read as a message with a map, and so on.
const MOST_ENTRIES: u8 = 8;

/// So many pairs are looked at on the way to an example.
const MOST_TRACED: usize = 500;

/// The fields of a map's entries.
pub(super) fn entry(map: &Field) -> Option<[Field; 2]> {
    let Label::Map { key } = map.label else { return None };
    let part = |name: &str, number, kind| Field {
        name: name.to_owned(),
        // Nobody asks.
        json_name: String::new(),
        number,
        kind,
        label: Label::Singular,
        oneof: None,
        deprecated: false,
        span: 0..0,
        name_span: 0..0,
        number_span: 0..0,
    };
    Some([part("key", 1, key), part("value", 2, map.kind)])
}

/// Whether the field has no length of its own and is in one piece with a length.
fn packed(field: &Field) -> bool {
    matches!(field.label, Label::Repeated { packed: true }) && field.kind.packable()
}

pub(super) fn many(field: &Field) -> bool {
    matches!(field.label, Label::Repeated { .. } | Label::Map { .. })
}

/// What the reader's program sees of the field if nothing comes: ` = 0`.
fn sees(field: &Field) -> String {
    let name = &field.name;
    match field.label {
        Label::Repeated { .. } | Label::Map { .. } => format!("{name} as empty"),
        _ if field.has_presence() => format!("{name} as not set"),
        _ => match field.kind {
            Kind::String | Kind::Bytes => format!("{name} = \"\""),
            Kind::Bool => format!("{name} = false"),
            _ => format!("{name} = 0"),
        },
    }
}

/// How a single value or entry of the field travels, on its own.
fn element(field: &Field) -> WireType {
    if matches!(field.label, Label::Map { .. }) { WireType::Len } else { field.kind.wire_type() }
}

/// Whether the field holds what can be packed.
fn numbers(field: &Field) -> bool {
    element(field) != WireType::Len
}

fn form(wire: WireType) -> &'static str {
    match wire {
        WireType::Varint => "a varint",
        WireType::I64 => "eight bytes",
        WireType::I32 => "four bytes",
        _ => "a length and so many bytes",
    }
}

impl<'a> Way<'a> {
    pub(super) fn reads(&self) -> &'static str {
        if self.new_writes { "old" } else { "new" }
    }

    pub(super) fn writes(&self) -> &'static str {
        if self.new_writes { "new" } else { "old" }
    }

    /// The same way, one entry deeper; nothing if that is too deep, and then it is left undone.
    fn deeper(&self) -> Option<Self> {
        let deeper = Self { entries: self.entries + 1, ..*self };
        if self.entries >= MOST_ENTRIES {
            self.work.fall_short();
        }
        (self.entries < MOST_ENTRIES).then_some(deeper)
    }

    /// What becomes of `field`, which is in the writer's type `from`, in the reader's type `to`.
    pub(super) fn field(&self, from: &MessageType, to: &MessageType, field: &Field, depth: Depth<'_>) -> Route {
        let (reads, number) = (self.reads(), field.number);
        let meant = partner(field, from, to);
        let Some(met) = to.field(number) else {
            return match meant {
                Some(meant) => Route::unseen(
                    Harm::LosesData,
                    say!(
                        self,
                        "The {reads} reader has no field {number}: it puts what comes among the unknown fields and sees {}, \
                         as if nothing had been sent.",
                        sees(meant)
                    ),
                ),
                None => Route::unseen(
                    Harm::Safe,
                    say!(
                        self,
                        "The {reads} reader has no field {number}: it skips it, keeps the bytes among the unknown fields \
                         and passes them on."
                    ),
                ),
            };
        };
        let route = self.meets(field, met, depth);
        if meant.is_some_and(|meant| meant.number == number) {
            return if route.seen { route.or(self.crowded(from, to, field, met)) } else { route };
        }
        // Under this number the reader has something else.
        match (route.seen, meant) {
            (false, Some(meant)) => {
                Route::unseen(Harm::LosesData, say!(self, "{}\nIt sees {}.", route.why, sees(meant)))
            }
            (false, None) => Route::unseen(Harm::Safe, route.why),
            (true, _) if route.harm == Harm::Refused => route,
            (true, _) => Route::new(
                Harm::Garbage,
                say!(
                    self,
                    "The {reads} reader takes what comes under number {number} for its {}: {} that nobody wrote.",
                    met.name,
                    if many(met) { "values" } else { "a value" }
                ),
            ),
        }
    }

    /// The default of a field to which nothing comes, as a sentence.
    pub(super) fn absent(&self, field: &Field) -> String {
        say!(
            self,
            "The {} version never sends field {}: {} readers see {}.",
            self.writes(),
            field.number,
            self.reads(),
            sees(field)
        )
    }

    /// Whether another member of the reader's oneof can come in the same message.
    fn crowded(&self, from: &MessageType, to: &MessageType, field: &Field, met: &Field) -> Route {
        let Some(oneof) = met.oneof else { return Route::safe() };
        let same = |other: &Field| field.oneof.is_some() && other.oneof == field.oneof;
        for other in to.fields.iter().filter(|other| other.oneof == Some(oneof) && other.number != met.number) {
            let rival = from.field(other.number).filter(|rival| !same(rival));
            if rival.is_some_and(|rival| self.arrives(rival, other)) {
                return Route::new(
                    Harm::LosesData,
                    say!(
                        self,
                        "The {} writer can set {} and {} at the same time. They share the oneof {} of the {} reader, which \
                         keeps the one that comes last; the other one is lost.",
                        self.writes(),
                        met.name,
                        other.name,
                        to.oneofs[oneof],
                        self.reads()
                    ),
                );
            }
        }
        Route::safe()
    }

    /// Whether anything that the writer's field sends is taken by the reader's field of the same number: [`Route::seen`]
    /// without the rest, so that it does not go into types that contain themselves.
    fn arrives(&self, w: &Field, r: &Field) -> bool {
        if let (Some(from), Some(to)) = (entry(w), entry(r)) {
            return from.iter().zip(&to).all(|(from, to)| self.arrives(from, to));
        }
        if numbers(r) {
            let empty =
                matches!(w.kind, Kind::Message(id) if entry(w).is_none() && self.writer.messages[id].fields.is_empty());
            if w.wire_type() == WireType::Len { many(r) && !empty } else { element(w) == element(r) }
        } else {
            w.wire_type() == WireType::Len
        }
    }

    /// What becomes of a field of the writer in the reader's field of the same number.
    fn meets(&self, w: &Field, r: &Field, depth: Depth<'_>) -> Route {
        let reads = self.reads();
        let length = w.wire_type() == WireType::Len || r.wire_type() == WireType::Len;
        if length && let Some(route) = self.pieces(w, r, depth) {
            return route;
        }
        if w.kind.wire_type() != r.kind.wire_type() {
            return self.mismatch(w, r);
        }
        let mut route = self.value(w.kind, r.kind, depth);
        if many(w) && !many(r) {
            route = route.or(Route::new(
                Harm::LosesData,
                say!(self, "The {reads} reader expects a single {} and keeps the last that comes.", r.name),
            ));
            if let (Kind::Message(from), Kind::Message(into)) = (w.kind, r.kind)
                && self.mixes(from, into)
            {
                route = route.or(Route::new(
                    Harm::Garbage,
                    say!(
                        self,
                        "The {reads} reader expects a single {} and merges all that come into one: fields of different \
                         elements end up side by side.",
                        r.name
                    ),
                ));
            }
        } else if w.has_presence() && !many(r) && !r.has_presence() {
            let faint = Route {
                faint: true,
                ..Route::new(
                    Harm::LosesData,
                    say!(
                        self,
                        "{} {} is sent. The {reads} reader cannot tell that from absence, and when it passes the message on, \
                         the field is gone.",
                        if matches!(w.kind, Kind::Message(_)) { "Empty," } else { "Set to its default," },
                        w.name
                    ),
                )
            };
            route = route.or(faint);
        } else if !many(w) && many(r) && route.why.is_empty() {
            route.why = say!(self, "The {reads} reader takes a single value for a list of one.");
        }
        route
    }

    /// A wire type that the reader's field does not take.
    fn mismatch(&self, w: &Field, r: &Field) -> Route {
        let (how, travels) =
            if packed(w) { ("in", "one packed piece with a length") } else { ("as", form(element(w))) };
        Route::unseen(
            Harm::LosesData,
            say!(
                self,
                "Field {} travels {how} {travels} and the {} reader expects {}: it puts the field among the unknown ones and sees \
                 {}, as if nothing had been sent.\n(prost reports an error instead.)",
                w.number,
                self.reads(),
                form(element(r)),
                sees(r)
            ),
        )
    }

    /// Fields of which at least one has a length, where the bytes inside are read as something else; nothing if value
    /// meets value.
    fn pieces(&self, w: &Field, r: &Field, depth: Depth<'_>) -> Option<Route> {
        let reads = self.reads();
        let whole_is_len = w.wire_type() == WireType::Len;
        if !whole_is_len {
            // Single numbers: packed readers take them one by one, all others of another wire type do not.
            return if r.kind.packable() && !matches!(r.label, Label::Map { .. }) {
                None
            } else {
                Some(self.mismatch(w, r))
            };
        }
        match (numbers(w), numbers(r)) {
            (_, true) if !many(r) => Some(self.mismatch(w, r)),
            // Packed to packed.
            (true, true) => {
                let (from, to) = (w.kind.wire_type(), r.kind.wire_type());
                Some(if from == to {
                    self.value(w.kind, r.kind, depth)
                } else if (from, to) == (WireType::I64, WireType::I32) {
                    Route::new(
                        Harm::Garbage,
                        say!(
                            self,
                            "The {reads} reader cuts the packed piece into numbers of four bytes: two for each that was written."
                        ),
                    )
                } else {
                    Route::new(
                        Harm::Refused,
                        say!(
                            self,
                            "All values come in one piece, and the {reads} reader cuts it as {} each: other numbers come out, and \
                             where the piece ends in the middle of one, the whole message is refused.",
                            form(to)
                        ),
                    )
                })
            }
            // Text, bytes or a message to packed numbers.
            (false, true) => Some(self.as_numbers(w, r)),
            // Packed numbers to something with a length.
            (true, false) => Some(match (&r.label, r.kind) {
                (Label::Map { .. }, _) | (_, Kind::Message(_)) => self.as_message(w, r),
                (_, Kind::Bytes) => Route::new(
                    Harm::Garbage,
                    say!(
                        self,
                        "The {reads} reader takes the packed piece, all values one behind the other, for the bytes of {}.",
                        r.name
                    ),
                ),
                _ => self.as_text(w, r, !small(self.writer, w.kind)),
            }),
            (false, false) => match (entry(w), entry(r)) {
                (None, None) => match (w.kind, r.kind) {
                    (Kind::Message(id), Kind::String) => {
                        let ugly = self.ugly_message(id);
                        Some(self.as_text(w, r, ugly))
                    }
                    (Kind::String | Kind::Bytes, Kind::Message(_)) => Some(self.as_message(w, r)),
                    _ => None,
                },
                (Some(from), Some(to)) => Some(self.entries(&from, &to, depth)),
                (Some(from), None) => Some(match r.kind {
                    Kind::Message(id) => self.entries_out(&from, id, r, depth),
                    Kind::String => self.as_text(w, r, from.iter().any(|part| self.ugly(part))),
                    _ if many(r) => {
                        Route::new(Harm::Safe, say!(self, "The {reads} reader sees each entry in its encoding."))
                    }
                    _ => Route::new(
                        Harm::LosesData,
                        say!(
                            self,
                            "The {reads} reader expects a single {} and keeps the encoding of the last entry.",
                            r.name
                        ),
                    ),
                }),
                (None, Some(to)) => Some(match w.kind {
                    Kind::Message(id) => self.entries_in(id, &to, w, depth),
                    _ => self.as_message(w, r),
                }),
            },
        }
    }

    /// Something with a length, read as text.
    fn as_text(&self, w: &Field, r: &Field, ugly: bool) -> Route {
        let reads = self.reads();
        let empty = matches!((w.kind, w.label), (Kind::Message(id), Label::Singular | Label::Optional | Label::Repeated { .. })
            if self.writer.messages[id].fields.is_empty());
        if empty && !many(r) && !r.has_presence() {
            Route::new(Harm::LosesData, say!(self, "The {reads} reader sees an empty text and does not pass it on."))
        } else if ugly {
            Route::new(
                Harm::Refused,
                say!(
                    self,
                    "The {reads} reader takes the bytes inside for text. Where they are no UTF-8, which is the rule, it refuses \
                     the whole message; else it sees text that nobody wrote."
                ),
            )
        } else {
            Route::new(
                Harm::Garbage,
                say!(self, "The {reads} reader takes the bytes inside for text, control characters mostly."),
            )
        }
    }

    /// Text, bytes or packed numbers, read as a message or a map's entry.
    fn as_message(&self, w: &Field, r: &Field) -> Route {
        let blessed =
            if w.kind == Kind::Bytes { " Only bytes that are such a message's encoding get through." } else { "" };
        let what = match r.kind {
            Kind::Message(id) if entry(r).is_none() => self.reader.messages[id].name.as_str(),
            _ => "entry of a map",
        };
        Route::new(
            Harm::Refused,
            say!(
                self,
                "The {} reader decodes the bytes inside as {} {what}: the first of them becomes a tag, and where that makes no \
                 sense, the whole message is refused.{blessed}",
                self.reads(),
                if what.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) { "an" } else { "a" },
            ),
        )
    }

    /// Text, bytes, messages or entries, read as packed numbers.
    fn as_numbers(&self, w: &Field, r: &Field) -> Route {
        let reads = self.reads();
        let to = r.kind.wire_type();
        let refused = match (w.kind, entry(w)) {
            (_, Some(parts)) => match to {
                // A text of six letters with accents is a varint of more than ten bytes, wherever it stands; fixed numbers
                // are shorter, and the tag of the value ends them.
                WireType::Varint => parts[0].kind == Kind::String || self.ends_high(&parts[1]),
                // Tag, value, tag, value: four bytes if both values are small.
                WireType::I32 => !parts.iter().all(|part| small(self.writer, part.kind)),
                _ => true,
            },
            (Kind::Message(id), None) => {
                let fields = &self.writer.messages[id].fields;
                if fields.is_empty() {
                    return Route::unseen(
                        if w.has_presence() || many(w) { Harm::LosesData } else { Harm::Safe },
                        say!(self, "Nothing is in the message, so the {reads} reader sees {}.", sees(r)),
                    );
                }
                to != WireType::Varint || fields.iter().any(|field| self.ends_high(field))
            }
            _ => true,
        };
        Route::new(
            if refused { Harm::Refused } else { Harm::Garbage },
            say!(
                self,
                "To the {reads} reader a length announces packed numbers: it reads the bytes inside as {} each{}.",
                form(to),
                if refused { ", and refuses the whole message where they do not come out even" } else { "" }
            ),
        )
    }

    /// Entry to entry.
    fn entries(&self, from: &[Field; 2], to: &[Field; 2], depth: Depth<'_>) -> Route {
        let key = self.meets(&from[0], &to[0], depth);
        let value = self.meets(&from[1], &to[1], depth);
        for (part, other) in [(&key, &value), (&value, &key)] {
            if !part.seen && other.harm < Harm::Refused {
                return Route::unseen(Harm::LosesData, say!(self, "{}\n{}", part.why, self.whole_entry()));
            }
        }
        self.key(key).or(value)
    }

    /// What upb does with an entry in which it does not know something.
    fn whole_entry(&self) -> String {
        say!(
            self,
            "An entry with something unknown in it goes among the {} reader's unknown fields as a whole.",
            self.reads()
        )
    }

    /// What a key comes to, for the value behind it.
    fn key(&self, key: Route) -> Route {
        if key.harm != Harm::Garbage {
            return key;
        }
        Route::new(Harm::Garbage, say!(self, "{}\nSo values stand under keys that nobody wrote.", key.why))
    }

    /// Entries of a map to messages.
    fn entries_out(&self, from: &[Field; 2], to: MessageId, r: &Field, depth: Depth<'_>) -> Route {
        let target = &self.reader.messages[to];
        let mut route = Route::new(
            Harm::Safe,
            say!(
                self,
                "An entry of a map travels like a message with the key as field 1 and the value as field 2: the {} reader \
                     sees a {} for each entry.",
                self.reads(),
                target.name
            ),
        );
        let [key, value] = [0, 1].map(|at| target.field(from[at].number));
        let mut parts = [(0, key), (1, value)]
            .map(|(at, met)| met.and_then(|met| Some(self.deeper()?.meets(&from[at], met, depth))));
        if let ([Some(lost), Some(kept)], Some(key), Some(value)) = (&mut parts, key, value)
            && key.oneof.is_some()
            && key.oneof == value.oneof
            && kept.seen
            && lost.harm < Harm::Refused
        {
            let why = say!(self, "{} and {} share a oneof: the key, which comes first, is lost.", key.name, value.name);
            *lost = Route::new(Harm::LosesData, why);
        }
        for part in parts.into_iter().flatten() {
            route = route.or(Route { seen: true, ..part });
        }
        if !many(r) {
            route = route.or(Route::new(
                Harm::LosesData,
                say!(self, "The {} reader expects a single {} and keeps the last entry.", self.reads(), r.name),
            ));
            let mixed = from.iter().any(|part| {
                target.field(part.number).filter(|met| self.arrives(part, met)).is_some_and(|met| {
                    let inner = match (part.kind, met.kind) {
                        (Kind::Message(from), Kind::Message(into)) => self.mixes(from, into),
                        _ => false,
                    };
                    self.grows(part, met) || inner
                })
            });
            if mixed {
                route = route.or(Route::new(
                    Harm::Garbage,
                    say!(
                        self,
                        "The {} reader expects a single {} and merges all entries into one.",
                        self.reads(),
                        r.name
                    ),
                ));
            }
        }
        route
    }

    /// Messages to entries of a map.
    fn entries_in(&self, from: MessageId, to: &[Field; 2], w: &Field, depth: Depth<'_>) -> Route {
        let source = &self.writer.messages[from];
        let reads = self.reads();
        let mut route = if many(w) {
            Route::new(
                Harm::LosesData,
                say!(
                    self,
                    "The {reads} reader makes entries of a map of them and keeps one for each key: of elements with the same \
                         field 1, the last."
                ),
            )
        } else {
            Route::new(Harm::Safe, say!(self, "The {reads} reader takes the message for a map of one entry."))
        };
        if source.fields.iter().any(|field| field.number > 2) {
            route = route.or(Route::new(
                Harm::LosesData,
                say!(self, "Entries have a key (field 1) and a value (field 2). {}", self.whole_entry()),
            ));
        }
        for part in to {
            let Some(field) = source.field(part.number) else { continue };
            // That a default was set cannot be told from a default of an entry: it is there in either case.
            let label = if field.label == Label::Optional { Label::Singular } else { field.label };
            let Some(inside) = self.deeper() else { continue };
            let one = inside.meets(&Field { label, oneof: None, ..field.clone() }, part, depth);
            if !one.seen {
                let why = say!(self, "{}\n{}", one.why, self.whole_entry());
                route = route.or(Route::new(Harm::LosesData, why));
                continue;
            }
            route = route.or(if part.number == 1 { self.key(one) } else { one });
        }
        route
    }

    /// A value on its own, where the wire types agree.
    fn value(&self, w: Kind, r: Kind, depth: Depth<'_>) -> Route {
        let reads = self.reads();
        if w == r && !matches!(w, Kind::Enum(_) | Kind::Message(_)) {
            return Route::safe();
        }
        let zigzag = |kind| matches!(kind, Kind::Sint32 | Kind::Sint64);
        let wide = |kind| matches!(kind, Kind::Int64 | Kind::Uint64 | Kind::Sint64);
        let signs = |kind| match kind {
            Kind::Int32 | Kind::Int64 | Kind::Sfixed32 | Kind::Sfixed64 => true,
            Kind::Enum(id) => self.writer.enums.get(id).is_some_and(|kind| kind.values.iter().any(|value| value.1 < 0)),
            _ => false,
        };
        let minus_one = |bits: u32| if bits == 32 { "4294967295" } else { "18446744073709551615" };
        match (w, r) {
            (Kind::Message(from), Kind::Message(to)) => self.messages(from, to, depth),
            (Kind::Enum(from), Kind::Enum(to)) => {
                let deep =
                    matches!(depth, Depth::Assumed(..)) || self.writer.enums[from].name != self.reader.enums[to].name;
                if deep { self.enums(from, to) } else { Route::safe() }
            }
            (Kind::String, Kind::Bytes) => Route::new(
                Harm::Safe,
                say!(self, "Text travels as its UTF-8 bytes, and the {reads} reader sees these."),
            ),
            (Kind::Bytes, Kind::String) => Route::new(
                Harm::Refused,
                say!(
                    self,
                    "Bytes that are UTF-8 are read as text. Where they are not, the {reads} reader refuses the whole message."
                ),
            ),
            (Kind::Message(_), Kind::Bytes) => Route::new(
                Harm::Safe,
                say!(self, "A message travels as bytes with a length: the {reads} reader sees its encoding."),
            ),
            // Lengths of other kinds are dealt with by `pieces`.
            (Kind::String | Kind::Bytes | Kind::Message(_), _) => Route::safe(),
            _ if w.wire_type() != WireType::Varint => {
                let size = if w.wire_type() == WireType::I32 { "four" } else { "eight" };
                let float = |kind| matches!(kind, Kind::Float | Kind::Double);
                Route::new(
                    Harm::Garbage,
                    if float(w) || float(r) {
                        say!(
                            self,
                            "Both are {size} bytes, and nothing in them says which type they are.\nThe {reads} reader takes the \
                                 bits of a {} for a {}.",
                            w.name(self.writer),
                            r.name(self.reader)
                        )
                    } else {
                        say!(
                            self,
                            "Both are {size} bytes.\nThe {reads} reader sees small numbers as they were and takes the upper half of \
                                 the range with the other sign: −1 and {} are the same bytes.",
                            minus_one(if size == "four" { 32 } else { 64 })
                        )
                    },
                )
            }
            (_, Kind::Bool) => Route::new(
                Harm::LosesData,
                say!(self, "The {reads} reader takes every number but 0 for true: which one it was is lost."),
            ),
            (Kind::Bool, _) if zigzag(r) => Route::new(
                Harm::Garbage,
                say!(
                    self,
                    "true travels as the varint 1, and that means −1 in zigzag, by which the {reads} reader counts."
                ),
            ),
            (Kind::Bool, _) => Route::new(Harm::Safe, say!(self, "The {reads} reader sees 0 or 1.")),
            _ if zigzag(w) != zigzag(r) => Route::new(
                Harm::Garbage,
                if zigzag(w) {
                    say!(
                        self,
                        "Both are varints, but only {} counts in zigzag.\nThe {reads} reader sees 1 as 2, and −1 as 1.",
                        w.name(self.writer)
                    )
                } else {
                    say!(
                        self,
                        "Both are varints, but only {} counts in zigzag.\nThe {reads} reader takes 1 for −1, and 2 for 1.",
                        r.name(self.reader)
                    )
                },
            ),
            _ if wide(w) && !wide(r) => Route::new(
                Harm::Garbage,
                say!(
                    self,
                    "The {reads} reader keeps the low 32 bits of a varint: numbers that fit are read as they were, 4294967301 \
                         (2^32 + 5) is read as 5."
                ),
            ),
            // The same width, or into a wider one.
            _ if zigzag(w) => {
                Route::new(Harm::Safe, say!(self, "Every {} is a {}.", w.name(self.writer), r.name(self.reader)))
            }
            (_, Kind::Uint32 | Kind::Uint64) if signs(w) => Route::new(
                Harm::Garbage,
                say!(
                    self,
                    "The {reads} reader has no negative numbers: it sees −1 as {}.",
                    minus_one(if r == Kind::Uint32 { 32 } else { 64 })
                ),
            ),
            (Kind::Uint32, Kind::Int32 | Kind::Enum(_)) => Route::new(
                Harm::Garbage,
                say!(self, "The {reads} reader takes numbers from 2^31 on for negative ones: 4294967295 for −1."),
            ),
            (Kind::Uint64, Kind::Int64) => Route::new(
                Harm::Garbage,
                say!(
                    self,
                    "The {reads} reader takes numbers from 2^63 on for negative ones: 18446744073709551615 for −1."
                ),
            ),
            _ => Route::new(
                Harm::Safe,
                say!(self, "Both are plain varints.\nEvery {} fits the {reads} reader's type.", w.name(self.writer)),
            ),
        }
    }

    /// Messages of one type, read as another.
    fn messages(&self, from: MessageId, to: MessageId, depth: Depth<'_>) -> Route {
        let (source, target) = (&self.writer.messages[from], &self.reader.messages[to]);
        let harm = match depth {
            Depth::Renamed if source.name == target.name => return Route::safe(),
            Depth::Renamed => self.shape((from, to)),
            Depth::Assumed(harm, met) => {
                met.set(Some((from, to)));
                harm
            }
        };
        let (reads, from, to) = (self.reads(), &source.name, &target.name);
        Route::new(
            harm,
            if harm == Harm::Safe {
                say!(
                    self,
                    "A type's name is not sent.\nThe {reads} reader reads what was written as {from} as {to}, number by number."
                )
            } else {
                say!(
                    self,
                    "A type's name is not sent.\nThe {reads} reader reads what was written as {from} as {to}, number by number, \
                         and these two do not fit."
                )
            },
        )
    }

    /// The worst that can become of a message of one type, read as another.
    pub(super) fn shape(&self, pair: Pair) -> Harm {
        for (harm, question) in HARMS {
            if self.memo.ask(question, pair, self.work, &mut |pair, next| self.does(harm, pair, next)) {
                return harm;
            }
        }
        Harm::Safe
    }

    /// Whether a pair does that harm by its own fields; and into which pairs to look for it.
    fn does(&self, harm: Harm, pair: Pair, next: &mut Vec<Pair>) -> bool {
        let Some(local) = self.local(pair) else { return false };
        next.extend(local.inside.iter().filter(|inside| inside.from <= harm).map(|inside| inside.pair));
        local.worst >= harm
    }

    /// What becomes of a pair by its own fields; nothing if there is no work left for it.
    fn local(&self, pair: Pair) -> Option<Rc<Local>> {
        self.memo.local(pair, || {
            let (source, target) = (&self.writer.messages[pair.0], &self.reader.messages[pair.1]);
            let values = |kind| match kind {
                Kind::Enum(id) => self.writer.enums.get(id).map_or(0, |kind| kind.values.len()),
                _ => 0,
            };
            let work = source.fields.iter().map(|field| 1 + values(field.kind) / 8);
            if !self.work.take(work.sum::<usize>() + source.fields.len() * target.fields.len() / 16) {
                return None;
            }
            let silent = Way { telling: false, ..*self };
            let mut local = Local { worst: Harm::Safe, inside: Vec::new() };
            for field in &source.fields {
                let met = Cell::new(None);
                let with = |harm| silent.field(source, target, field, Depth::Assumed(harm, &met)).harm;
                let own = with(Harm::Safe);
                local.worst = local.worst.max(own);
                let Some(pair) = met.get().filter(|_| own < Harm::Refused) else { continue };
                // Where a map leaves out an entry as a whole, only what is refused inside matters.
                let from = if with(Harm::Garbage) >= Harm::Garbage && own < Harm::Garbage {
                    Harm::LosesData
                } else {
                    Harm::Refused
                };
                local.inside.push(Inside { pair, field: field.number, from });
            }
            Some(local)
        })
    }

    /// The way from a pair to the nearest field that does that harm, as numbers of fields, with that pair and the field's
    /// number: for who wants to see it.
    pub(super) fn trace(&self, start: Pair, harm: Harm) -> Option<(Vec<u32>, Pair, u32)> {
        let mut seen = vec![(start, 0, 0)];
        let mut at = 0;
        while at < seen.len() {
            let pair = seen[at].0;
            let local = self.local(pair)?;
            if local.worst >= harm {
                let (source, target) = (&self.writer.messages[pair.0], &self.reader.messages[pair.1]);
                let silent = Way { telling: false, ..*self };
                let does = |field: &&Field| {
                    let depth = Depth::Assumed(Harm::Safe, &Cell::new(None));
                    silent.field(source, target, field, depth).harm >= harm
                };
                let number = source.fields.iter().find(does)?.number;
                let mut path = Vec::new();
                while at > 0 {
                    path.push(seen[at].2);
                    at = seen[at].1;
                }
                path.reverse();
                return Some((path, pair, number));
            }
            for inside in local.inside.iter().filter(|inside| inside.from <= harm) {
                // So far nobody looks.
                if seen.len() > MOST_TRACED {
                    return None;
                }
                if seen.iter().all(|(pair, ..)| *pair != inside.pair) {
                    seen.push((inside.pair, at, inside.field));
                }
            }
            at += 1;
        }
        None
    }

    /// Whether what comes later is added to what came before: to a list, or to a map under another key.
    fn grows(&self, w: &Field, r: &Field) -> bool {
        match (w.kind, entry(r)) {
            (Kind::Message(id), Some([key, _])) if entry(w).is_none() => {
                self.writer.messages[id].field(1).is_some_and(|field| self.arrives(field, &key))
            }
            _ => many(r),
        }
    }

    /// Whether two messages of one type, merged into one of another, can come out as neither of them.
    fn mixes(&self, from: MessageId, into: MessageId) -> bool {
        self.memo.ask(Question::Mixes, (from, into), self.work, &mut |(from, into), next| {
            let (source, target) = (&self.writer.messages[from], &self.reader.messages[into]);
            if !self.work.take(source.fields.len()) {
                return false;
            }
            let mut before: Vec<&Field> = Vec::new();
            for field in &source.fields {
                let Some(met) = target.field(field.number).filter(|met| self.arrives(field, met)) else { continue };
                let beside = |other: &&Field| met.oneof.is_none() || other.oneof != met.oneof;
                if self.grows(field, met) || before.iter().any(beside) {
                    return true;
                }
                if let (Kind::Message(from), Kind::Message(into)) = (field.kind, met.kind) {
                    next.push((from, into));
                }
                before.push(met);
            }
            false
        })
    }

    /// The worst that can become of an enum's values, read as another's.
    fn enums(&self, from: EnumId, to: EnumId) -> Route {
        let values = (&self.writer.enums[from].values, &self.reader.enums[to].values);
        let worst = |way: &Self| {
            let mut route = Route::safe();
            for (_, number) in values.0 {
                route = route.or(way.enum_number(from, to, *number));
            }
            route
        };
        if self.telling {
            return worst(self);
        }
        let harm = self.memo.enums((self.writer, self.reader), (from, to), || {
            let work = values.0.len() * (values.0.len() + values.1.len()) / 16;
            if self.work.take(work) { worst(self).harm } else { Harm::Safe }
        });
        Route::new(harm, String::new())
    }

    /// What becomes of a number of an enum in the reader's enum.
    pub(super) fn enum_number(&self, from: EnumId, to: EnumId, number: i32) -> Route {
        let (source, target) = (&self.writer.enums[from], &self.reader.enums[to]);
        let reads = self.reads();
        let Some(written) = source.name_of(number) else { return Route::safe() };
        if target.values.iter().any(|value| value.1 == number && source.number_of(&value.0) == Some(number)) {
            return Route::safe();
        }
        let lives_on = source.values.iter().find(|value| value.1 == number && target.number_of(&value.0).is_some());
        match target.name_of(number) {
            None => match lives_on {
                Some(_) => Route::new(
                    Harm::LosesData,
                    say!(self, "The {reads} reader has no name for {number}: it sees the bare number, not {written}."),
                ),
                None => Route::new(
                    Harm::Safe,
                    say!(
                        self,
                        "Enums of proto3 are open.\nThe {reads} reader sees the number {number} without a name, and passes it on."
                    ),
                ),
            },
            Some(read) if lives_on.is_some() || source.number_of(read).is_some() => Route::new(
                Harm::Garbage,
                say!(self, "Only the number is sent.\nTo the {reads} reader {number} is {read}, not {written}."),
            ),
            Some(read) => Route::new(
                Harm::Safe,
                say!(self, "Only the number is sent.\nThe {reads} reader sees {read} for {number}."),
            ),
        }
    }
}

/// Whether all values, and one that has no name, are below 128: one byte each, and UTF-8.
fn small(schema: &Schema, kind: Kind) -> bool {
    match kind {
        Kind::Bool => true,
        Kind::Enum(id) => schema.enums[id].values.iter().all(|value| (0..127).contains(&value.1)),
        _ => false,
    }
}

impl Way<'_> {
    /// Whether the encoding of an entry's part, inside a message with a length of its own, can be no UTF-8.
    fn ugly(&self, part: &Field) -> bool {
        let mut inside = Vec::new();
        ugly(self.writer, part, true, &mut inside) || inside.into_iter().any(|id| self.ugly_inside(id))
    }

    /// Whether the encoding of a message without its length can be no UTF-8.
    fn ugly_message(&self, id: MessageId) -> bool {
        let mut inside = Vec::new();
        let fields = &self.writer.messages[id].fields;
        fields.iter().any(|field| ugly(self.writer, field, false, &mut inside))
            || inside.into_iter().any(|id| self.ugly_inside(id))
    }

    fn ugly_inside(&self, id: MessageId) -> bool {
        self.ask_alone(Question::Ugly, id, &|field, inside| ugly(self.writer, field, true, inside))
    }

    /// Whether the encoding of a field can end with a byte of 0x80 or above, at which a varint would go on.
    fn ends_high(&self, field: &Field) -> bool {
        let mut inside = Vec::new();
        let high = |field: &Field, inside: &mut Vec<MessageId>| ends_high(field, inside);
        high(field, &mut inside) || inside.into_iter().any(|id| self.ask_alone(Question::EndsHigh, id, &high))
    }

    /// A question about the writer's types alone: whether a type can be reached with a field of which it is so.
    fn ask_alone(&self, question: Question, id: MessageId, so: &dyn Fn(&Field, &mut Vec<MessageId>) -> bool) -> bool {
        // Whatever the reader's type is.
        let beside = self.memo.a_reader();
        self.memo.ask(question, (id, beside), self.work, &mut |(id, _), next| {
            let fields = &self.writer.messages[id].fields;
            if !self.work.take(fields.len()) {
                return false;
            }
            let mut inside = Vec::new();
            let found = fields.iter().any(|field| so(field, &mut inside));
            next.extend(inside.into_iter().map(|id| (id, beside)));
            found
        })
    }
}

/// Whether the encoding of a field can be no UTF-8, whatever messages are in it, which are put into a list; inside a
/// message with a length of its own, or not.
fn ugly(schema: &Schema, field: &Field, inside: bool, messages: &mut Vec<MessageId>) -> bool {
    // Two bytes of a varint are never UTF-8: the first is 0x80 or above, the last below. That goes for tags from
    // number 16 on and for lengths from 128 on.
    if field.number >= 16 || packed(field) {
        return true;
    }
    let mut value = |kind| match kind {
        Kind::Message(inner) => {
            messages.push(inner);
            false
        }
        kind => !small(schema, kind),
    };
    if let Label::Map { key } = field.label {
        // Two short entries are all that fit a map with a boolean for a key.
        return value(key) || value(field.kind);
    }
    inside && many(field) || value(field.kind)
}

/// Whether the encoding of a field can end with a byte of 0x80 or above, whatever messages are in it, which are put into
/// a list.
fn ends_high(field: &Field, messages: &mut Vec<MessageId>) -> bool {
    if field.label == (Label::Map { key: Kind::String }) {
        return true;
    }
    match field.kind {
        Kind::Message(inner) => {
            messages.push(inner);
            false
        }
        Kind::String | Kind::Bytes => true,
        kind => kind.wire_type() != WireType::Varint,
    }
}
