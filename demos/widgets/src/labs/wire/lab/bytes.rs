//! The bytes: cells in groups, what each is for, and the tools to change them.

use super::{
    bench::{Bench, button, code_of, heading, prose, tag, text, words},
    light::{Focus, Lit, piece_of},
    state::Act,
    words::{bits_of, count, hex, hex_of, refusal, role},
};
use crate::chrome::svg::{el, px};
use std::ops::Range;
use web_sys::HtmlInputElement;
use wire::{
    case::{Outcome, Side},
    decode::{DecodeError, Piece, Role, Taken, explain, explain_error},
    edit::Edit,
    reader::View,
};
use yew::prelude::*;

/// So many bytes have cells; what follows is counted only.
const SHOWN: usize = 600;

/// So many pieces have bars in the strip; what follows is one bar.
const BARS: usize = 1_000;

/// Bytes that stand together, and what they are; nothing if nobody could read them, or too deep to be told.
struct Group<'a> {
    at: Range<usize>,
    piece: Option<&'a Piece>,
}

/// The pieces, and what is between and behind them.
fn groups(outcome: &Outcome) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = vec![];
    let mut read = 0;
    for piece in &outcome.own.decoded.pieces {
        if read < piece.at.start {
            groups.push(Group { at: read..piece.at.start, piece: None });
        }
        groups.push(Group { at: piece.at.clone(), piece: Some(piece) });
        read = piece.at.end;
    }
    if read < outcome.bytes.len() {
        groups.push(Group { at: read..outcome.bytes.len(), piece: None });
    }
    groups
}

/// Whether a byte that is part of no piece was read all the same: it is too deep to be told what it is for.
fn is_untold(view: &View, byte: usize) -> bool {
    !view.decoded.complete && view.decoded.error.as_ref().is_none_or(|error| byte < error.at.start)
}

/// Whether the reader leaves a byte among the unknown ones, or never gets to it.
fn is_lost(outcome: &Outcome, byte: usize) -> bool {
    let view = &outcome.view;
    piece_of(&view.decoded.pieces, byte).map_or_else(|| !is_untold(view, byte), |piece| piece.taken != Taken::Known)
}

fn in_error(error: Option<&DecodeError>, byte: usize) -> bool {
    error.is_some_and(|error| error.at.contains(&byte) || error.at.is_empty() && error.at.start == byte)
}

/// The message as a strip, to scale: where fields begin and end.
pub fn strip(bench: &Bench<'_>, title: &str) -> Html {
    let (id, outcome) = (bench.id, &bench.state.outcome);
    let length = outcome.bytes.len().max(1);
    let x = |at: usize| px(at as f64 * 600.0 / length as f64);
    let mut children = vec![
        el("title", &[("id", format!("{id}-pic"))], vec![text(format!("{title}: the message, to scale"))]).into(),
        el("desc", &[("id", format!("{id}-desc"))], vec![text(summary(outcome, bench.asking))]).into(),
    ];
    let mut groups = groups(outcome);
    if let (Some(first), Some(last)) =
        (groups.get(BARS).map(|group| group.at.start), groups.last().map(|group| group.at.end))
    {
        groups.truncate(BARS);
        groups.push(Group { at: first..last, piece: None });
    }
    for group in groups {
        let class = group.piece.map_or("unread", |piece| role(piece).1);
        let lost = if !bench.asking && is_lost(outcome, group.at.start) { " lost" } else { "" };
        let lit = if group.at.clone().any(|byte| bench.lit.has(byte)) { " lit" } else { "" };
        let depth = group.piece.map_or(0, |piece| piece.depth.min(3)) as f64;
        let wide = (group.at.len() as f64 * 600.0 / length as f64 - 1.5).max(1.0);
        children.push(
            el(
                "rect",
                &[
                    ("class", format!("wl-bar {class}{lost}{lit}")),
                    ("x", x(group.at.start)),
                    ("y", px(2.0 + depth * 4.0)),
                    ("width", px(wide)),
                    ("height", px(20.0 - depth * 4.0)),
                    ("data-at", code_of(&Focus::Byte(group.at.start))),
                ],
                vec![],
            )
            .into(),
        );
    }
    el(
        "svg",
        &[
            ("class", "wl-strip".to_owned()),
            ("viewBox", "0 0 600 24".to_owned()),
            ("preserveAspectRatio", "none".to_owned()),
            ("role", "img".to_owned()),
            ("aria-labelledby", format!("{id}-pic {id}-desc")),
        ],
        children,
    )
    .into()
}

/// The message in a sentence or two; while the reader is asked, without the one that would tell.
fn summary(outcome: &Outcome, asking: bool) -> String {
    let bytes = outcome.bytes.len();
    let lost = (0..bytes).filter(|byte| is_lost(outcome, *byte)).count();
    let mut text = format!("{}: {}.", count(bytes, "byte", "bytes"), hex(&outcome.bytes[..bytes.min(64)]));
    if asking {
        return text;
    }
    if outcome.view.decoded.error.is_some() {
        text.push_str(" The reader refuses them.");
    } else if lost > 0 {
        text.push_str(&format!(" {} not known to the reader.", count(lost, "byte is", "bytes are")));
    }
    text
}

/// What is beside the bytes of a group, in a word or two.
fn caption(outcome: &Outcome, group: &Group<'_>) -> String {
    let Some(piece) = group.piece else {
        return if is_untold(&outcome.own, group.at.start) { "too deep to explain" } else { "not read" }.to_owned();
    };
    let inside = "› ".repeat(piece.depth.min(4));
    match piece.role {
        Role::Tag { number, .. } => format!("{inside}tag {number}"),
        _ => format!("{inside}{}", role(piece).0),
    }
}

/// The cells.
pub fn cells(bench: &Bench<'_>) -> Html {
    let outcome = &bench.state.outcome;
    let bytes = &outcome.bytes;
    let chosen = bench.state.at.unwrap_or(0);
    let mut list = vec![];
    for group in groups(outcome) {
        if group.at.start >= SHOWN {
            break;
        }
        let lost = !bench.asking && is_lost(outcome, group.at.start);
        let name = caption(outcome, &group);
        let field = group.piece.and_then(|piece| {
            let (message, number) = piece.field;
            outcome.writer.schema.messages.get(message)?.field(number).map(|field| field.name.as_str())
        });
        let cells = group.at.clone().take_while(|byte| *byte < SHOWN).map(|byte| {
            let value = bytes[byte];
            let mut class = "wl-byte".to_owned();
            for (yes, word) in [
                (bench.lit.has(byte), " lit"),
                (bench.state.at == Some(byte), " chosen"),
                (in_error(outcome.own.decoded.error.as_ref(), byte), " error"),
                (outcome.encoded.get(byte) != Some(&value), " edited"),
            ] {
                if yes {
                    class.push_str(word);
                }
            }
            let face = if bench.bits { bits_of(value) } else { hex_of(value) };
            let mut label = format!("byte {byte}, {}, {name}", hex_of(value));
            if let Some(field) = field {
                label.push_str(" of ");
                label.push_str(field);
            }
            let mut attributes = vec![
                ("type", "button".to_owned()),
                ("class", class),
                ("id", format!("{}-b{byte}", bench.id)),
                ("data-at", code_of(&Focus::Byte(byte))),
                ("aria-label", label),
            ];
            if bench.live {
                attributes.push(("tabindex", if byte == chosen { "0" } else { "-1" }.to_owned()));
                attributes.push(("aria-pressed", (bench.state.at == Some(byte)).to_string()));
            } else {
                attributes.push(("disabled", "disabled".to_owned()));
            }
            el("button", &attributes, vec![text(face)]).into()
        });
        let class = group.piece.map_or("unread", |piece| role(piece).1);
        let class = format!("wl-piece {class}{}", if lost { " lost" } else { "" });
        let mut words_below = name.clone();
        if let (Some(Piece { role: Role::Tag { .. }, .. }), Some(field)) = (group.piece, field) {
            words_below = format!("{name} {field}");
        }
        list.push(tag(
            "span",
            class,
            vec![tag("span", "wl-cells", cells.collect()), words("span", "wl-caption", words_below)],
        ));
    }
    if bytes.len() > SHOWN {
        list.push(words("span", "quiet-words", format!("and {} more", count(bytes.len() - SHOWN, "byte", "bytes"))));
    }
    if bytes.is_empty() {
        list.push(words("p", "quiet-words", "No bytes at all: every field is absent, or at its default."));
    }
    let error = outcome.own.decoded.error.as_ref().map(|error| {
        let text = format!("✕ Whoever has the writer’s schema refuses this. {}", refusal(bytes, error));
        words("p", "wl-error", text)
    });
    let onkeydown = keys(bench);
    html! {
        <div class={if bench.bits { "wl-bytes bits" } else { "wl-bytes" }} role="group" aria-label="Bytes; ← and → go from one to the next" {onkeydown}>
            { for list }
            { for error }
        </div>
    }
}

/// ← and → go from byte to byte, Home and End to the ends.
fn keys(bench: &Bench<'_>) -> Callback<KeyboardEvent> {
    let (act, at, id) = (bench.act.clone(), bench.state.at.unwrap_or(0), bench.id.clone());
    let length = bench.state.outcome.bytes.len().min(SHOWN);
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || length == 0 {
            return;
        }
        let to = match event.key().as_str() {
            "ArrowLeft" => at.saturating_sub(1),
            "ArrowRight" => (at + 1).min(length - 1),
            "Home" => 0,
            "End" => length - 1,
            _ => return,
        };
        event.prevent_default();
        act.emit(Act::Choose(Some(to)));
        crate::chrome::browser::focus(crate::chrome::browser::by_id(&format!("{id}-b{to}")));
    })
}

/// Of a byte that is in no piece although it was read.
const TOO_DEEP: &str = "Not complete: this message is nested so deeply that not every byte of it can be explained as you type. This one was read like all others.";

/// What a piece says to one side.
fn told(side: &Side, bytes: &[u8], view: &View, byte: usize) -> Vec<String> {
    match piece_of(&view.decoded.pieces, byte) {
        Some(piece) => explain(&side.schema, bytes, piece),
        None => match &view.decoded.error {
            Some(error) if in_error(Some(error), byte) => explain_error(bytes, error),
            _ if is_untold(view, byte) => vec![TOO_DEEP.to_owned()],
            _ => vec!["Nobody gets as far as this byte: the message is refused before it.".to_owned()],
        },
    }
}

/// What the chosen byte is for.
pub fn explanation(bench: &Bench<'_>, byte: Option<usize>) -> Html {
    let outcome = &bench.state.outcome;
    let Some((byte, value)) = byte.and_then(|byte| Some((byte, *outcome.bytes.get(byte)?))) else {
        let way = "Point at a byte, or tap it, to see what it is for, and to change it.";
        return tag("div", "wl-told", vec![words("p", "quiet-words", way)]);
    };
    let mut children = vec![tag(
        "p",
        "wl-told-head",
        vec![
            words("b", "", format!("Byte {byte}")),
            text(format!(" of {} (counted from 0): ", outcome.bytes.len())),
            words("code", "", format!("{} = {}", hex_of(value), bits_of(value))),
        ],
    )];
    let paragraphs = |lines: &[String]| lines.iter().map(|line| prose("p", "", line)).collect::<Vec<_>>();
    let own = told(&outcome.writer, &outcome.bytes, &outcome.own, byte);
    children.extend(paragraphs(&own));
    if !bench.asking {
        let other = told(&outcome.reader, &outcome.bytes, &outcome.view, byte);
        if other != own {
            children.push(words("p", "wl-told-head", "To the reader:"));
            children.extend(paragraphs(&other));
        }
    }
    tag("div", "wl-told", children)
}

/// The tools for the chosen byte.
pub fn tools(bench: &Bench<'_>) -> Html {
    let outcome = &bench.state.outcome;
    let changed = !bench.state.case.edits.is_empty();
    let restore = bench.act.reform(|_: MouseEvent| Act::Restore);
    let mut children = vec![];
    if let Some((byte, value)) = bench.state.at.and_then(|byte| Some((byte, *outcome.bytes.get(byte)?))) {
        let edit = |edit: Edit, then: usize| bench.act.reform(move |_: MouseEvent| Act::Edit(edit, then));
        let bits = (0..8_u8).rev().map(|bit| {
            let onclick = edit(Edit::Flip { byte, bit }, byte);
            html! {
                <button type="button" class="wl-bit" disabled={!bench.live} aria-label={format!("Flip bit {bit}")} {onclick}>
                    { if value >> bit & 1 == 1 { "1" } else { "0" } }
                </button>
            }
        });
        let typed = {
            let act = bench.act.clone();
            Callback::from(move |event: Event| {
                let input: HtmlInputElement = event.target_unchecked_into();
                match u8::from_str_radix(input.value().trim(), 16) {
                    Ok(new) if new != value => act.emit(Act::Edit(Edit::Set { byte, value: new }, byte)),
                    _ => input.set_value(&hex_of(value)),
                }
            })
        };
        children.push(words("span", "wl-tool-name", format!("Change byte {byte}")));
        children.push(tag("span", "wl-bits", bits.collect()));
        children.push(html! {
            <label class="wl-hex">{ "hex " }
                <input type="text" size="2" maxlength="2" disabled={!bench.live} value={hex_of(value)}
                    spellcheck="false" autocomplete="off" onchange={typed}/>
            </label>
        });
        children.push(tag(
            "span",
            "run-steps",
            vec![
                button("", bench.live, "Delete", edit(Edit::Delete { byte }, byte)),
                button("", bench.live, "Insert before", edit(Edit::Insert { at: byte, value: 0 }, byte)),
                button("", bench.live, "Cut off from here", edit(Edit::Truncate { length: byte }, byte)),
            ],
        ));
    }
    if changed {
        children.push(button("", bench.live, "Back to what was encoded", restore));
    }
    el(
        "div",
        &[
            ("class", "wl-tools needs-js".to_owned()),
            ("role", "group".to_owned()),
            ("aria-label", "Change bytes".to_owned()),
        ],
        children,
    )
    .into()
}

/// What shapes mean.
pub fn legend() -> Html {
    let entry = |class: &'static str, word: &'static str, means: &'static str| {
        tag(
            "li",
            "",
            vec![
                tag("span", format!("wl-piece {class}"), vec![words("span", "wl-byte", word)]),
                text(" "),
                text(means),
            ],
        )
    };
    tag(
        "ul",
        "wl-legend",
        vec![
            entry("tag", "08", "tag: field and wire type"),
            entry("length", "03", "length"),
            entry("value", "61", "value"),
            entry("value lost", "61", "not known to the reader"),
        ],
    )
}

/// The byte to explain: that which is pointed at, or the chosen one.
pub fn to_explain(lit: &Lit, hover: Option<&Focus>, chosen: Option<usize>) -> Option<usize> {
    match hover {
        Some(Focus::Byte(byte)) => Some(*byte),
        Some(_) => lit.bytes.iter().map(|range| range.start).min().or(chosen),
        None => chosen,
    }
}

/// Every piece in words.
pub fn table(outcome: &Outcome, asking: bool) -> Html {
    let cell = |name: &'static str, children: Vec<Html>| tag(name, "", children);
    let rows = groups(outcome).into_iter().take(200).map(|group| {
        let lines = told(&outcome.writer, &outcome.bytes, &outcome.own, group.at.start);
        let other = told(&outcome.reader, &outcome.bytes, &outcome.view, group.at.start);
        let bytes = &outcome.bytes[group.at.clone()];
        let shown = match bytes.len() {
            0..=40 => hex(bytes),
            more => format!("{} … {} more", hex(&bytes[..32]), more - 32),
        };
        let mut means = vec![prose("span", "", &lines.join(" "))];
        if other != lines && !asking {
            means.push(words("b", "", " To the reader: "));
            means.push(prose("span", "", &other.join(" ")));
        }
        cell(
            "tr",
            vec![
                el("th", &[("scope", "row".to_owned())], vec![text(group.at.start.to_string())]).into(),
                cell("td", vec![words("code", "", shown)]),
                cell("td", vec![text(caption(outcome, &group))]),
                cell("td", means),
            ],
        )
    });
    let head = ["From byte", "Bytes", "What", "What they say"]
        .map(|title| el("th", &[("scope", "col".to_owned())], vec![text(title)]).into());
    let table =
        tag("table", "", vec![tag("thead", "", vec![tag("tr", "", head.into())]), tag("tbody", "", rows.collect())]);
    html! { <div class="scroll-box" tabindex="0" role="group" aria-label="Every byte">{ table }</div> }
}

/// The middle column.
pub fn column(bench: &Bench<'_>, title: &str, hover: Option<&Focus>, choose: &Callback<bool>) -> Html {
    let outcome = &bench.state.outcome;
    let bits = bench.bits;
    let size = count(outcome.bytes.len(), "byte", "bytes");
    tag(
        "div",
        "wl-column wl-middle",
        vec![
            tag(
                "div",
                "wl-tabs",
                vec![
                    heading(format!("On the wire: {size}")),
                    html! {
                        <span class="needs-js">
                            <button type="button" disabled={!bench.live} aria-pressed={bits.to_string()}
                                onclick={choose.reform(move |_: MouseEvent| !bits)}>{ "Bits" }</button>
                        </span>
                    },
                ],
            ),
            strip(bench, title),
            cells(bench),
            legend(),
            tag("div", "wl-dock", vec![explanation(bench, to_explain(bench.lit, hover, bench.state.at)), tools(bench)]),
        ],
    )
}
