//! What belongs together: a byte, a value, a line of a schema; when one is pointed at, the others light up.

use std::ops::Range;
use wire::{
    case::{Outcome, Side},
    decode::Piece,
    schema::{Field, Kind, MessageId},
    value::{Path, Step},
};

/// What the reader of the page points at.
#[derive(Clone, Debug, PartialEq)]
pub enum Focus {
    /// A byte.
    Byte(usize),
    /// A field in the text of a schema, the reader's or the writer's.
    Field {
        /// Whether it is the reader's schema.
        reader: bool,
        /// The message type around it.
        message: MessageId,
        /// Its number.
        number: u32,
    },
    /// A value of the writer.
    Value(Path),
}

/// What lights up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lit {
    /// The bytes.
    pub bytes: Vec<Range<usize>>,
    /// The field in the writer's schema: its message type and its number,
    pub writer: Option<(MessageId, u32)>,
    /// and in the reader's.
    pub reader: Option<(MessageId, u32)>,
    /// The value of the writer.
    pub path: Option<Path>,
    /// The field of the reader's root that the bytes belong to: its number, in its schema or not.
    pub seen: Option<u32>,
}

impl Lit {
    /// Whether that byte is lit.
    pub fn has(&self, byte: usize) -> bool {
        self.bytes.iter().any(|range| range.contains(&byte))
    }

    /// Whether that value is lit, or is around or inside the one that is.
    pub fn has_value(&self, path: &[Step]) -> bool {
        self.path.as_ref().is_some_and(|lit| !lit.0.is_empty() && path.starts_with(&lit.0))
    }
}

/// The piece that a byte belongs to.
pub fn piece_of(pieces: &[Piece], byte: usize) -> Option<&Piece> {
    // They are in the order of the bytes.
    let piece = pieces.get(pieces.partition_point(|piece| piece.at.end <= byte))?;
    piece.at.contains(&byte).then_some(piece)
}

/// The field that a piece belongs to, if the schema has it.
fn known(side: &Side, piece: Option<&Piece>) -> Option<(MessageId, u32)> {
    let (message, number) = piece?.field;
    side.schema.messages.get(message)?.field(number).map(|_| (message, number))
}

/// The bytes of one value: its own pieces and those inside, and, for an element, not the whole list's.
fn bytes_of(pieces: &[Piece], piece: &Piece) -> Vec<Range<usize>> {
    let same =
        |other: &&Piece| match piece.path.0.is_empty() || other.field.1 == piece.field.1 && other.path == piece.path {
            // An unknown field has no path of its own: what stands side by side under one number.
            true => other.path == piece.path && other.field == piece.field,
            false => other.path.0.starts_with(&piece.path.0),
        };
    pieces.iter().filter(same).map(|piece| piece.at.clone()).collect()
}

/// The field of that number in the message type of the same name in the other schema.
fn twin(from: &Side, to: &Side, (message, number): (MessageId, u32)) -> Option<(MessageId, u32)> {
    let name = &from.schema.messages.get(message)?.name;
    let other = if message == from.root { Some(to.root) } else { to.schema.message(name) }?;
    to.schema.messages[other].field(number).map(|_| (other, number))
}

/// The field at the end of a path.
pub fn field_at<'a>(side: &'a Side, path: &[Step]) -> Option<(MessageId, &'a Field)> {
    let mut message = side.root;
    let mut found: Option<(MessageId, &Field)> = None;
    for step in path {
        if let Step::Field(number) = step {
            if let Some((_, Field { kind: Kind::Message(inner), .. })) = found {
                message = *inner;
            }
            found = Some((message, side.schema.messages.get(message)?.field(*number)?));
        }
    }
    found
}

/// What lights up.
pub fn light(outcome: &Outcome, focus: &Focus) -> Lit {
    let mut lit = found(outcome, focus);
    // What lies side by side is one: every byte is asked for.
    let mut merged: Vec<Range<usize>> = vec![];
    for range in lit.bytes.drain(..) {
        match merged.last_mut() {
            Some(last) if last.start <= range.start && range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    lit.bytes = merged;
    lit
}

fn found(outcome: &Outcome, focus: &Focus) -> Lit {
    let (own, theirs) = (&outcome.own.decoded.pieces, &outcome.view.decoded.pieces);
    match focus {
        Focus::Byte(byte) => {
            let piece = piece_of(own, *byte);
            let other = piece_of(theirs, *byte);
            let mut bytes = piece.map_or_else(Vec::new, |piece| bytes_of(own, piece));
            bytes.push(*byte..*byte + 1);
            Lit {
                bytes,
                writer: known(&outcome.writer, piece),
                reader: known(&outcome.reader, other),
                path: piece.filter(|piece| !piece.path.0.is_empty()).map(|piece| piece.path.clone()),
                seen: other.and_then(root_number),
            }
        }
        Focus::Value(path) => {
            let around = |piece: &&Piece| piece.path.0.starts_with(&path.0);
            let first = own.iter().find(around);
            let found = field_at(&outcome.writer, &path.0).map(|(message, field)| (message, field.number));
            let other = first.and_then(|piece| piece_of(theirs, piece.at.start));
            Lit {
                bytes: own.iter().filter(around).map(|piece| piece.at.clone()).collect(),
                writer: found,
                reader: known(&outcome.reader, other)
                    .or_else(|| found.and_then(|found| twin(&outcome.writer, &outcome.reader, found))),
                path: Some(path.clone()),
                seen: other.and_then(root_number),
            }
        }
        Focus::Field { reader, message, number } => {
            let (here, there) = match reader {
                true => (&outcome.reader, &outcome.writer),
                false => (&outcome.writer, &outcome.reader),
            };
            let (pieces, others) = if *reader { (theirs, own) } else { (own, theirs) };
            let this = (*message, *number);
            let of_it = |piece: &&Piece| piece.field == this;
            let first = pieces.iter().find(of_it);
            let twin = first
                .and_then(|piece| known(there, piece_of(others, piece.at.start)))
                .or_else(|| twin(here, there, this));
            let (writer, reader_field) = if *reader { (twin, Some(this)) } else { (Some(this), twin) };
            let at_root = |side: &Side, field: Option<(MessageId, u32)>| {
                field.filter(|(message, _)| *message == side.root).map(|(_, number)| number)
            };
            let from_bytes = first.and_then(|piece| piece_of(own, piece.at.start)).map(|piece| piece.path.clone());
            let path = from_bytes
                .filter(|path| !path.0.is_empty())
                .or_else(|| at_root(&outcome.writer, writer).map(|number| Path(vec![Step::Field(number)])));
            let mut bytes: Vec<_> = pieces.iter().filter(of_it).map(|piece| piece.at.clone()).collect();
            // What is inside a message belongs to its field.
            let inside = |piece: &&Piece| {
                first.is_some_and(|first| !first.path.0.is_empty() && piece.path.0.starts_with(&first.path.0))
            };
            bytes.extend(pieces.iter().filter(inside).map(|piece| piece.at.clone()));
            Lit { bytes, writer, reader: reader_field, path, seen: at_root(&outcome.reader, reader_field) }
        }
    }
}

/// The field of the outermost message that a piece belongs to.
fn root_number(piece: &Piece) -> Option<u32> {
    match piece.path.0.first() {
        Some(Step::Field(number)) => Some(*number),
        _ => (piece.depth == 0).then_some(piece.field.1),
    }
}

/// The line of a text, from 0 on, that a byte of it is in.
pub fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// The field whose lines have that one among them; of several the innermost, which begins last.
pub fn field_on_line(side: &Side, line: usize) -> Option<(MessageId, u32)> {
    if side.stale {
        return None;
    }
    let text = &side.schema.text;
    let mut found: Option<((MessageId, u32), usize)> = None;
    for (message, kind) in side.schema.messages.iter().enumerate() {
        for field in &kind.fields {
            let (first, last) = (line_of(text, field.span.start), line_of(text, field.span.end));
            if (first..=last).contains(&line) && found.is_none_or(|(_, start)| field.span.start > start) {
                found = Some(((message, field.number), field.span.start));
            }
        }
    }
    found.map(|(field, _)| field)
}

/// The lines of a field in the schema's text.
pub fn lines_of(side: &Side, field: Option<(MessageId, u32)>) -> Range<usize> {
    let none = 0..0;
    if side.stale {
        return none;
    }
    let Some((message, number)) = field else { return none };
    let Some(field) = side.schema.messages.get(message).and_then(|message| message.field(number)) else { return none };
    let text = &side.schema.text;
    line_of(text, field.span.start)..line_of(text, field.span.end) + 1
}
