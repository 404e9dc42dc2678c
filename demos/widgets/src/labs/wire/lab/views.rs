//! What the reader makes of the bytes, what it passes on, and what the change of the schema does in general.

use super::{
    bench::{Bench, button, heading, pointing, prose, tag, text, words},
    light::Focus,
    state::Act,
    words::{NOT_COMPLETE, NOT_COMPLETE_HERE, because, count, harm, hex, in_short, name_of, reading, refusal},
};
use crate::chrome::svg::el;
use std::rc::Rc;
use wire::{
    case::{Case, Fate, Outcome},
    decode::Taken,
    evolve::{Change, Harm},
    reader::Because,
};
use yew::prelude::*;

/// So many bytes are written out in a line.
const LINE: usize = 160;
/// So many changes are drawn.
const MOST_CHANGES: usize = 60;

/// A table that may be wider than the screen.
fn table(label: &'static str, head: &[&'static str], rows: Vec<Html>) -> Html {
    let head = head.iter().map(|title| el("th", &[("scope", "col".to_owned())], vec![text(*title)]).into());
    let table = tag("table", "", vec![tag("thead", "", vec![tag("tr", "", head.collect())]), tag("tbody", "", rows)]);
    el(
        "div",
        &[
            ("class", "scroll-box".to_owned()),
            ("tabindex", "0".to_owned()),
            ("role", "group".to_owned()),
            ("aria-label", label.to_owned()),
        ],
        vec![table],
    )
    .into()
}

fn row_head(children: Vec<Html>) -> Html {
    el("th", &[("scope", "row".to_owned())], children).into()
}

/// What the program sees, field by field.
pub fn seen(bench: &Bench<'_>) -> Html {
    let outcome = &bench.state.outcome;
    if let Some(error) = &outcome.view.decoded.error {
        return tag(
            "div",
            "wl-seen",
            vec![
                heading("What the reader sees"),
                tag(
                    "p",
                    "wl-verdict bad",
                    vec![words("b", "", "✕ It refuses the message. "), text(refusal(&outcome.bytes, error))],
                ),
            ],
        );
    }
    let mut rows = vec![];
    for seen in &outcome.view.seen {
        let (sign, class, mut why) = match (outcome.fate(seen.number), seen.because) {
            (Fate::Garbage, Because::Came) => ("≠", "bad", "nobody wrote this".to_owned()),
            (_, Because::Came) => ("✓", "good", because(seen.because).to_owned()),
            (Fate::Written, _) => ("·", "", because(seen.because).to_owned()),
            (_, Because::OtherWireType) => ("∅", "warn", because(seen.because).to_owned()),
            _ => ("·", "", because(seen.because).to_owned()),
        };
        if outcome.fate(seen.number) == Fate::Garbage
            && let Some(written) = outcome.own.seen.iter().find(|own| own.number == seen.number)
        {
            let name = outcome.writer.message().field(seen.number).map_or("", |field| field.name.as_str());
            why = format!("{why}: written was {name} = {}", written.value);
        }
        let lit = bench.lit.seen == Some(seen.number);
        let class = format!("{class}{}", if lit { " lit" } else { "" });
        let at = Focus::Field { reader: true, message: outcome.reader.root, number: seen.number };
        rows.push(pointing(
            "tr",
            class,
            &at,
            vec![
                row_head(vec![text(name_of(outcome, seen).to_owned())]),
                // Beside the value the reason would have no room in a third of the page.
                tag(
                    "td",
                    "wl-what",
                    vec![
                        words("code", "", seen.value.clone()),
                        tag("span", "wl-why", vec![words("span", "wl-sign", sign), text(" "), text(why)]),
                    ],
                ),
            ],
        ));
    }
    let mut children = vec![heading("What the reader sees")];
    if rows.is_empty() {
        children.push(words("p", "quiet-words", "Its type has no fields."));
    } else {
        children.push(table("What the reader sees", &["Field", "Value, and why"], rows));
    }
    let unknown = &outcome.view.decoded.message.unknown;
    if !unknown.is_empty() {
        let first = outcome.view.decoded.pieces.iter().find(|piece| piece.taken != Taken::Known);
        let text_of = vec![
            words("b", "", format!("{} kept as unknown: ", count(unknown.len(), "byte", "bytes"))),
            words("code", "", hex(&unknown[..unknown.len().min(LINE)])),
            text(". The program cannot ask for them."),
        ];
        children.push(match first {
            Some(piece) => pointing("p", "wl-unknown".to_owned(), &Focus::Byte(piece.at.start), text_of),
            None => tag("p", "wl-unknown", text_of),
        });
    }
    tag("div", "wl-seen", children)
}

/// Bytes in hex, those marked that are others than at the same place in `than`.
fn marked(bytes: &[u8], than: &[u8]) -> Html {
    let mut children = vec![];
    let mut run = String::new();
    for (at, byte) in bytes.iter().take(LINE).enumerate() {
        if at > 0 {
            run.push(' ');
        }
        if than.get(at) == Some(byte) {
            run.push_str(&super::words::hex_of(*byte));
        } else {
            children.push(text(std::mem::take(&mut run)));
            children.push(words("mark", "", super::words::hex_of(*byte)));
        }
    }
    if bytes.len() > LINE {
        run.push_str(&format!(" … {} more", bytes.len() - LINE));
    }
    children.push(text(run));
    if bytes.is_empty() {
        children.push(text("no bytes"));
    }
    tag("code", "wl-hexes", children)
}

/// What is lost on a way back, in words.
fn lost(fields: &[&str]) -> Html {
    match fields {
        [] => words("p", "wl-verdict good", "✓ Nothing is lost."),
        fields => words("p", "wl-verdict warn", format!("∅ Lost or changed: {}.", fields.join(", "))),
    }
}

/// What goes out again.
pub fn passed_on(bench: &Bench<'_>) -> Html {
    let outcome = &bench.state.outcome;
    let mut children = vec![heading("What the reader passes on")];
    match (&outcome.view.passed_on, &outcome.back) {
        (Some(bytes), Some(back)) => {
            let same = *bytes == outcome.bytes;
            let says = if same { "The same bytes go out again." } else { "Serialised again, other bytes go out:" };
            children.push(words(
                "p",
                "",
                format!("The program reads the message and serialises it, unchanged. {says}"),
            ));
            if !same {
                children.push(tag("p", "", vec![marked(bytes, &outcome.bytes)]));
            }
            children.push(words("p", "quiet-words", "Read again by the writer’s schema:"));
            children.push(lost(&outcome.lost(back)));
        }
        _ => children.push(words("p", "", "Nothing: it refuses the message.")),
    }
    let mut json = vec![heading("Through JSON")];
    match (&outcome.view.through_json, &outcome.back_of_json) {
        (Some((written, bytes)), Some(back)) => {
            json.push(words("p", "", "The program writes what it has read as JSON, and another one with the reader’s schema makes bytes of that:"));
            json.push(words("pre", "wl-json", written.clone()));
            json.push(tag("p", "", vec![marked(bytes, &outcome.bytes)]));
            json.push(words("p", "quiet-words", "Read again by the writer’s schema:"));
            json.push(lost(&outcome.lost(back)));
        }
        _ => json.push(words("p", "", "Nothing: there is no JSON of this message.")),
    }
    tag("div", "wl-pair", vec![tag("div", "", children), tag("div", "", json)])
}

/// Where runtimes differ.
pub fn runtimes(bench: &Bench<'_>) -> Html {
    let outcome = &bench.state.outcome;
    let (google, prost) = (&outcome.view, &outcome.prost);
    let unknown =
        |bytes: &[u8]| if bytes.is_empty() { "none".to_owned() } else { hex(&bytes[..bytes.len().min(LINE)]) };
    let sees = |view| in_short(outcome, view);
    let out = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or("nothing".to_owned(), |bytes| unknown(bytes));
    let kept = |refused: bool, text: String| if refused { "nothing".to_owned() } else { text };
    let (no_google, no_prost) = (google.decoded.error.is_some(), prost.decoded.error.is_some());
    let lines = [
        ("Takes the message?", reading(&outcome.bytes, &google.decoded), reading(&outcome.bytes, &prost.decoded)),
        ("Sees", kept(no_google, sees(google)), kept(no_prost, sees(prost))),
        (
            "Keeps as unknown",
            kept(no_google, unknown(&google.decoded.message.unknown)),
            kept(
                no_prost,
                if prost.decoded.message.unknown.is_empty() && !google.decoded.message.unknown.is_empty() {
                    "none: prost drops them".to_owned()
                } else {
                    unknown(&prost.decoded.message.unknown)
                },
            ),
        ),
        ("Passes on", out(&google.passed_on), out(&prost.passed_on)),
    ];
    let rows = lines.into_iter().map(|(what, mainstream, other)| {
        let class = if mainstream == other { "" } else { "wl-differs" };
        tag(
            "tr",
            class,
            vec![
                row_head(vec![text(what)]),
                words("td", "", mainstream),
                tag("td", "", vec![words("span", "wl-sign", if class.is_empty() { "= " } else { "≠ " }), text(other)]),
            ],
        )
    });
    tag(
        "div",
        "wl-runtimes",
        vec![
            heading("The same bytes in two families of runtimes"),
            table(
                "Runtimes side by side",
                &["What the reader does", "C++, Java, Go, Python", "prost (Rust)"],
                rows.collect(),
            ),
        ],
    )
}

/// How bad, as a badge; of a change that was not looked at to its end, how bad at least.
fn badge(whom: &'static str, how: Harm, complete: bool) -> Html {
    let (word, sign, class) = harm(how);
    let at_least = if complete || how == Harm::Refused { "" } else { "at least " };
    tag(
        "li",
        format!("wl-badge {class}"),
        vec![words("span", "", whom), text(" "), words("b", "", format!("{sign} {at_least}{word}"))],
    )
}

/// What a change does, and to whom.
fn change(bench: &Bench<'_>, change: &Change) -> Html {
    let mut badges = vec![
        badge("old reads new:", change.forward, change.complete),
        badge("new reads old:", change.backward, change.complete),
        badge("JSON:", change.json, change.complete),
    ];
    let (class, source) = if change.source { ("warn", "⚠ changes") } else { ("good", "✓ same") };
    badges.push(tag("li", format!("wl-badge {class}"), vec![text("source: "), words("b", "", source)]));
    let rules = match change.buf.as_slice() {
        [] => "buf breaking (WIRE, WIRE_JSON): no rule broken".to_owned(),
        rules => format!("buf breaking: {}", rules.join(", ")),
    };
    let mut children = vec![
        prose("p", "wl-change", &change.what),
        tag("ul", "wl-badges", badges),
        prose("p", "", &change.why),
        words("p", "wl-buf", rules),
    ];
    if !change.complete {
        children.push(words("p", "wl-incomplete", NOT_COMPLETE_HERE));
    }
    if let Some(witness) = &change.witness {
        let seen = match &witness.seen {
            Ok(json) => json.clone(),
            Err(why) => format!("nothing: {why}"),
        };
        let (who, whom) = if witness.new_writes { ("new", "old") } else { ("old", "new") };
        children.push(tag(
            "p",
            "wl-witness",
            vec![
                words("b", "", "For example "),
                text(format!("the {who} version writes ")),
                words("code", "", witness.json.clone()),
                text(", that is "),
                match witness.bytes.is_empty() {
                    true => text("no bytes at all"),
                    false => words("code", "", hex(&witness.bytes[..witness.bytes.len().min(LINE)])),
                },
                text(format!("; the {whom} one sees ")),
                words("code", "", seen),
                text("."),
            ],
        ));
        let case = bench.state.case.clone();
        let (new_writes, message, json) = (witness.new_writes, witness.message.clone(), witness.json.clone());
        let show = bench.act.reform(move |_: MouseEvent| {
            let mut case = Case { edits: vec![], message: message.clone(), value: json.clone(), ..(*case).clone() };
            if case.old_writes == new_writes {
                std::mem::swap(&mut case.writer, &mut case.reader);
                case.old_writes = !new_writes;
            }
            Act::Open(Rc::new(case), "This message shows it.".to_owned())
        });
        children.push(tag("span", "needs-js", vec![button("", bench.live, "Show me these bytes", show)]));
    }
    tag("li", format!("wl-verdicts {}", harm(change.verdict()).2), children)
}

/// Every change from the old schema to the new.
pub fn evolution(bench: &Bench<'_>) -> Html {
    let outcome = &bench.state.outcome;
    let mut children = vec![heading("From the old version to the new")];
    if !outcome.changes.complete {
        children.push(words("p", "notice wl-incomplete", NOT_COMPLETE));
    }
    if outcome.changes.is_empty() && !outcome.changes.complete {
        children.push(words("p", "quiet-words", "In the part that was compared, nothing that matters has changed."));
    } else if outcome.changes.is_empty() {
        children.push(words(
            "p",
            "quiet-words",
            "Nothing has changed that matters: both versions read and write the same. Edit one of them.",
        ));
    } else {
        // The worst come first; harmless ones are folded where there is much to read.
        let harmful = outcome.changes.iter().filter(|change| change.verdict() > Harm::Names).count();
        let shown = if outcome.changes.len() > 4 { harmful.max(2) } else { outcome.changes.len() };
        let shown = shown.min(MOST_CHANGES);
        let (first, rest) = outcome.changes.split_at(shown);
        let title = match harmful > shown {
            true => format!("{}, some with harm", count(rest.len(), "more change", "more changes")),
            false => format!("{} without harm to binary messages", count(rest.len(), "more change", "more changes")),
        };
        let (rest, hidden) = rest.split_at(rest.len().min(MOST_CHANGES));
        let list =
            |changes: &[Change]| tag("ul", "wl-changes", changes.iter().map(|this| change(bench, this)).collect());
        children.push(list(first));
        if !rest.is_empty() {
            let mut folded = vec![words("summary", "", title), list(rest)];
            if !hidden.is_empty() {
                let more = count(hidden.len(), "change is", "changes are");
                folded.push(words("p", "quiet-words", format!("{more} not listed: they are no worse than these.")));
            }
            children.push(tag("details", "more", folded));
        }
    }
    tag("div", "wl-evolution", children)
}

/// Who sees what, in a sentence for those who see nothing of the page.
pub fn in_a_sentence(outcome: &Outcome) -> String {
    match &outcome.view.decoded.error {
        Some(_) => "The reader refuses the message.".to_owned(),
        None => format!("The reader sees {}.", in_short(outcome, &outcome.view)),
    }
}
