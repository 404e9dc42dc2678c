//! What the lab says.

use wire::{
    case::{Fate, Outcome},
    decode::{DecodeError, Decoded, Piece, Role, Taken, explain_error},
    evolve::Harm,
    reader::{Because, Seen, View},
};

/// Bytes in hex, a space between each two.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(&hex_of(*byte));
    }
    text
}

/// A byte in hex.
pub fn hex_of(byte: u8) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    [digit(byte >> 4), digit(byte & 15)].into_iter().collect()
}

/// A byte in bits, four and four.
pub fn bits_of(byte: u8) -> String {
    let mut text = String::with_capacity(9);
    for bit in (0..8).rev() {
        text.push(if byte >> bit & 1 == 1 { '1' } else { '0' });
        if bit == 4 {
            text.push('\u{2009}');
        }
    }
    text
}

/// So many of them: `1 byte`, `5 bytes`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// How bad a change is, in a word, with a sign and a class.
pub const fn harm(harm: Harm) -> (&'static str, &'static str, &'static str) {
    match harm {
        Harm::Safe => ("safe", "✓", "good"),
        Harm::Names => ("names only", "≈", "good"),
        Harm::LosesData => ("loses data", "∅", "warn"),
        Harm::Garbage => ("garbage", "≠", "bad"),
        Harm::Refused => ("refused", "✕", "bad"),
    }
}

/// Of a comparison that could not be made to its end.
pub const NOT_COMPLETE: &str = "⚠ Not complete: for the work that is done with every key stroke, these two versions are too large, or their types refer to one another too much. Everything listed here is true, but there may be more changes, and worse ones. Remove the types that your question is not about.";
/// Of one change.
pub const NOT_COMPLETE_HERE: &str = "⚠ Not complete: not all that this change leads to was looked at.";

/// Why a program sees a value.
pub const fn because(because: Because) -> &'static str {
    match because {
        Because::Came => "it came",
        Because::Absent => "nothing came, and the program can tell",
        Because::Default => "nothing came: the default stands for it",
        Because::OtherWireType => "something came in another wire type: the default stands for it",
    }
}

/// Why a runtime refuses bytes, in a line.
pub fn refusal(bytes: &[u8], error: &DecodeError) -> String {
    explain_error(bytes, error).join(" ").replace('`', "")
}

/// Whether a runtime takes the bytes: `reads it`, or why not.
pub fn reading(bytes: &[u8], decoded: &Decoded) -> String {
    match &decoded.error {
        None => "reads it".to_owned(),
        Some(error) => format!("refuses: {}", refusal(bytes, error)),
    }
}

/// What a piece is, in a word and a class.
pub const fn role(piece: &Piece) -> (&'static str, &'static str) {
    match (&piece.role, piece.taken) {
        (Role::Tag { .. }, Taken::Known) => ("tag", "tag"),
        (Role::Length(_), Taken::Known) => ("length", "length"),
        (Role::Value, Taken::Known) => ("value", "value"),
        (Role::Tag { .. }, _) => ("unknown tag", "tag unknown"),
        (Role::Length(_), _) => ("unknown length", "length unknown"),
        (Role::Value, _) => ("unknown", "value unknown"),
    }
}

/// The name of a field that is seen.
pub fn name_of<'a>(outcome: &'a Outcome, seen: &Seen) -> &'a str {
    outcome.reader.message().field(seen.number).map_or("", |field| field.name.as_str())
}

/// What a reader sees, in a line: `order_id = "o1", total = 0`.
pub fn in_short(outcome: &Outcome, view: &View) -> String {
    let fields = view.seen.iter().map(|seen| format!("{} = {}", name_of(outcome, seen), seen.value));
    let text = fields.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "no fields".to_owned() } else { text }
}

/// What a change led to, in a sentence or two.
pub fn consequence(before: &Outcome, after: &Outcome) -> String {
    let damaged = [
        ("writer’s schema", &before.writer.problems, &after.writer.problems),
        ("reader’s schema", &before.reader.problems, &after.reader.problems),
        ("value", &before.value_problems, &after.value_problems),
    ];
    for (what, before, problems) in damaged {
        if let Some(problem) = problems.first().filter(|_| before != problems) {
            return format!(
                "In the {what}, line {}, column {}: {}. Until it is mended, the last good one stays in use.",
                problem.line,
                problem.column,
                problem.message.replace('`', "").trim_end_matches('.')
            );
        }
    }
    let mut told = String::new();
    if !after.changes.complete && before.changes.complete {
        told.push_str("The comparison of the two versions is no longer complete. ");
    }
    let (was, is) = (before.bytes.len(), after.bytes.len());
    if before.bytes != after.bytes {
        told.push_str(&match was == is {
            true => format!("The message has other bytes, {is} as before. "),
            false => format!("The message has {}, before it had {was}. ", count(is, "byte", "bytes")),
        });
    }
    if let Some(error) = &after.view.decoded.error {
        told.push_str("The reader refuses it: ");
        told.push_str(&refusal(&after.bytes, error));
        return told;
    }
    let known = |seen: &&Seen| {
        before.view.decoded.error.is_none()
            && before.view.seen.iter().any(|other| other == *seen && name_of(before, other) == name_of(after, seen))
    };
    let mut other = after.view.seen.iter().filter(|seen| !known(seen));
    let shown: Vec<String> = other
        .by_ref()
        .take(3)
        .map(|seen| {
            let why = match (after.fate(seen.number), seen.because) {
                (Fate::Garbage, Because::Came) => "nobody wrote this",
                _ => because(seen.because),
            };
            format!("{} = {} ({why})", name_of(after, seen), seen.value)
        })
        .collect();
    if shown.is_empty() {
        told.push_str("What the reader sees is as before.");
    } else {
        told.push_str(&format!("The reader now sees {}", shown.join(", ")));
        let more = other.count();
        if more > 0 {
            told.push_str(&format!(", and {more} more are other"));
        }
        told.push('.');
    }
    let unknown = after.view.decoded.message.unknown.len();
    if unknown != before.view.decoded.message.unknown.len() && unknown > 0 {
        told.push_str(&format!(" {} kept as unknown.", count(unknown, "byte is", "bytes are")));
    }
    told
}
