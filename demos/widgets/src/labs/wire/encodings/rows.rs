//! The bytes of one record in each encoding, and the words for what is pointed at.

use super::{FIELDS, Row, hex, role_name, size};
use wire::formats::{FieldValue, Format, Part, Record, Role, absent};
use yew::prelude::*;

/// What is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lit {
    /// Nothing.
    Nothing,
    /// A field of the record, in all encodings.
    Field(usize),
    /// A part: which row, and which part of it.
    Part(usize, usize),
}

impl Lit {
    /// The part, if it is one that is there.
    fn part(self, rows: &[Row]) -> Option<(&Row, &Part)> {
        match self {
            Self::Part(row, part) => rows.get(row).and_then(|row| Some((row, row.one.parts.get(part)?))),
            _ => None,
        }
    }

    /// The field that lights up.
    pub(super) fn field(self, rows: &[Row]) -> Option<usize> {
        match self {
            Self::Field(place) => Some(place),
            _ => self.part(rows).and_then(|(_, part)| part.field),
        }
    }
}

const fn role_class(role: Role) -> &'static str {
    match role {
        Role::Structure => "structure",
        Role::Name => "name",
        Role::Head => "head",
        Role::Payload => "payload",
    }
}

/// Whether bytes are text: all of JSON's are; of the others the names, and the values that are strings.
fn is_text(format: Format, part: &Part) -> bool {
    // The number is the record's second field.
    format == Format::Json || part.role == Role::Name || (part.role == Role::Payload && part.field != Some(1))
}

/// Bytes in hex; of very many the first and the last, as six times the same would bury the rest.
fn shortened(bytes: &[u8]) -> String {
    const FIRST: usize = 16;
    const LAST: usize = 4;
    if bytes.len() <= 2 * FIRST {
        return hex(bytes);
    }
    let (first, rest) = bytes.split_at(FIRST);
    let (left_out, last) = rest.split_at(rest.len() - LAST);
    format!("{} … {} more … {}", hex(first), left_out.len(), hex(last))
}

/// A row: an encoding's name, its size, its bytes.
#[allow(clippy::too_many_arguments, reason = "it is called once")]
pub(super) fn row(
    id: &AttrValue,
    live: bool,
    row: &Row,
    place: usize,
    rows: &[Row],
    lit: &Lit,
    as_text: bool,
    light: &Callback<Lit>,
) -> Html {
    let parts = &row.one.parts;
    let field = lit.field(rows);
    let here = match lit {
        Lit::Part(row, part) if *row == place => Some(*part),
        _ => None,
    };
    let part_id = |part: usize| format!("{id}-{place}-{part}");
    // The keyboard stays on the row and says which part is meant.
    let onkeydown = {
        let (light, last) = (light.clone(), parts.len().saturating_sub(1));
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
                return;
            }
            let at = here.unwrap_or(0);
            let to = match event.key().as_str() {
                "ArrowRight" | "ArrowDown" => (at + 1).min(last),
                "ArrowLeft" | "ArrowUp" => at.saturating_sub(1),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            light.emit(Lit::Part(place, to));
        })
    };
    // Who comes from another row finds the same field, if it is there.
    let enter = {
        let light = light.clone();
        let same = parts.iter().position(|part| field.is_some() && part.field == field).unwrap_or(0);
        Callback::from(move |_: FocusEvent| {
            if here.is_none() {
                light.emit(Lit::Part(place, same));
            }
        })
    };
    let bytes = size(row.one.bytes.len() as u64);
    let of_field = field.map(|place| match row.of_field(place) {
        0 => format!(", none for {}", FIELDS[place]),
        bytes => format!(", {bytes} for {}", FIELDS[place]),
    });
    // A message of defaults is there, and empty: nothing in it can be chosen.
    let chosen_from = live && !parts.is_empty();
    html! {
        <div class="enc-row">
            <p class="enc-name"><b id={format!("{id}-{place}-of")}>{ row.format.name() }</b>{ " " }<span>{ bytes }{ of_field }</span></p>
            <div class="enc-bytes" role={chosen_from.then_some("listbox")} tabindex={chosen_from.then_some("0")}
                aria-labelledby={chosen_from.then(|| format!("{id}-{place}-of"))}
                aria-activedescendant={here.filter(|_| live).map(part_id)} {onkeydown} onfocusin={enter}>
                if parts.is_empty() {
                    <span class="enc-none">{ "no bytes at all" }</span>
                }
                { for parts.iter().enumerate().map(|(index, part)| {
                    let lights = field.is_some() && part.field == field;
                    let class = classes!(
                        "enc-part", role_class(part.role), lights.then_some("lit"),
                        (here == Some(index)).then_some("here"),
                    );
                    let bytes = &row.one.bytes[part.at.clone()];
                    let shown = match std::str::from_utf8(bytes) {
                        Ok(text) if as_text && is_text(row.format, part) => text.replace(' ', "\u{a0}"),
                        _ => shortened(bytes),
                    };
                    let point = light.reform(move |_: PointerEvent| Lit::Part(place, index));
                    let tap = light.reform(move |_: MouseEvent| Lit::Part(place, index));
                    html! {
                        <>
                            <span id={part_id(index)} {class} role={live.then_some("option")}
                                aria-selected={live.then(|| (here == Some(index)).to_string())}
                                onpointerover={point} onclick={tap}>{ shown }</span>
                            { " " }
                        </>
                    }
                }) }
            </div>
        </div>
    }
}

/// What is pointed at, in words.
pub(super) fn panel(live: bool, rows: &[Row], record: &Record, lit: &Lit) -> Html {
    let words = match (lit.part(rows), lit.field(rows)) {
        (Some((row, part)), field) => {
            let at = if part.at.len() == 1 {
                format!("byte {}", part.at.start + 1)
            } else {
                format!("bytes {} to {}", part.at.start + 1, part.at.end)
            };
            let of = field.map(|place| format!(", {}", FIELDS[place])).unwrap_or_default();
            html! {
                <>
                    <span class="when">{ format!("{}, {at}{of}: {}.", row.format.name(), role_name(part.role)) }</span>{ " " }
                    { &part.words }
                </>
            }
        }
        (None, Some(place)) => {
            let sizes: Vec<_> =
                rows.iter().map(|row| format!("{} {}", row.of_field(place), row.format.name())).collect();
            let value = &record.fields[place].value;
            let missing = absent(Format::Protobuf, value).map(|words| format!(" Protocol Buffers: {words}"));
            html! {
                <>
                    <span class="when">{ format!("{} = {}.", FIELDS[place], said(value)) }</span>
                    { format!(" Bytes for it: {}.", sizes.join(", ")) }
                    { missing }
                </>
            }
        }
        (None, None) => html! {
            { "Point at bytes, or at a field above: what belongs to the same field lights up in all six. With the keyboard, Tab goes from row to row, and the arrow keys from part to part." }
        },
    };
    html! {
        <div class="enc-dock needs-js">
            <p class="now" aria-live={live.then_some("polite")}>{ words }</p>
        </div>
    }
}

fn said(value: &FieldValue) -> String {
    match value {
        FieldValue::String(text) if text.chars().count() > 40 => {
            format!("“{}…”", text.chars().take(40).collect::<String>())
        }
        FieldValue::String(text) => format!("“{text}”"),
        FieldValue::Int32(number) if *number < 0 => format!("−{}", number.unsigned_abs()),
        FieldValue::Int32(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_shown_by_their_ends() {
        assert_eq!(shortened(&[7; 32]), hex(&[7; 32]));
        let bytes: Vec<u8> = (0..200).collect();
        assert_eq!(shortened(&bytes), "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f … 180 more … c4 c5 c6 c7");
    }
}
