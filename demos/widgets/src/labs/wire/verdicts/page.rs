//! The table as the builder writes it: nothing in it changes, so that no reader waits for a module that could draw it.

use super::{differs, harmful};
use crate::{
    chrome::written::{tag, text},
    labs::wire::lab::words::{self, hex},
};
use wire::{
    case::Case,
    evolve::{Harm, Row, Witness, buf::RULES},
};

/// The message type of all rows.
const MESSAGE: &str = "Order";

fn head(titles: &[&str]) -> String {
    let cells = titles.iter().map(|title| tag("th", &[("scope", "col")], vec![text(title)])).collect();
    tag("thead", &[], vec![tag("tr", &[], cells)])
}

/// All rows; in the lab of that id each can be opened.
pub(super) fn table(rows: &[Row], lab: &str) -> String {
    let titles =
        ["Change", "The old reads the new", "The new reads the old", "JSON", "Programs", "buf, WIRE", "buf, WIRE_JSON"];
    let body = rows.iter().map(|row| {
        let (wire, json) = row.buf_objects();
        let cells = vec![
            tag("th", &[("scope", "row")], vec![text(row.title)]),
            harm(row.change.forward),
            harm(row.change.backward),
            harm(row.change.json),
            tag("td", &[], vec![text(if row.change.source { "to be changed" } else { "compile" })]),
            objects(wire),
            objects(json),
        ];
        // Bodies, so that the two rows of a change stay together.
        let mut attributes = vec![];
        if harmful(row) {
            attributes.push(("data-harmful", ""));
        }
        if differs(row) {
            attributes.push(("data-differing", ""));
        }
        tag(
            "tbody",
            &attributes,
            vec![
                tag("tr", &[], cells),
                tag("tr", &[("class", "vd-why")], vec![tag("td", &[("colspan", "7")], vec![why(row, lab)])]),
            ],
        )
    });
    let mut children = vec![head(&titles)];
    children.extend(body);
    tag("table", &[("class", "vd-table"), ("translate", "yes")], children)
}

fn harm(harm: Harm) -> String {
    let (word, sign, class) = words::harm(harm);
    let class = format!("vd-mark {class}");
    tag("td", &[], vec![tag("span", &[("class", &class)], vec![text(format!("{sign} {word}"))])])
}

fn objects(objects: bool) -> String {
    let (class, words) = if objects { ("vd-mark bad", "✕ objects") } else { ("vd-mark good", "✓ allows") };
    tag("td", &[], vec![tag("span", &[("class", class)], vec![text(words)])])
}

/// The lines that the change takes away and those that it brings.
fn lines(row: &Row) -> String {
    let only = |one: &str, other: &str, sign: &str| -> String {
        let lines = one.lines().filter(|line| !other.lines().any(|same| same == *line));
        lines.map(|line| format!("{sign} {}\n", line.trim())).collect()
    };
    only(&row.old, &row.new, "−") + &only(&row.new, &row.old, "+")
}

fn why(row: &Row, lab: &str) -> String {
    let paragraph = |words: String| tag("p", &[], vec![text(words)]);
    let mut children = vec![
        tag("summary", &[], vec![text("Why")]),
        tag("pre", &[], vec![text(lines(row))]),
        paragraph(row.change.why.clone()),
    ];
    if let Some(witness) = &row.change.witness {
        children.push(shown_by(witness));
    }
    if !row.change.buf.is_empty() {
        children.push(paragraph(format!("Rules of buf that it breaks: {}.", row.change.buf.join(", "))));
    }
    if let Some(note) = row.note {
        children.push(paragraph(note.to_owned()));
    }
    if !lab.is_empty() {
        // Where the lab is, the table learns in the browser: on its embed page there is none.
        let link = tag("a", &[("data-case", &case_of(row).code())], vec![text("Open it in the lab")]);
        children.push(tag("p", &[("class", "needs-js")], vec![link]));
    }
    tag("details", &[("class", "more")], children)
}

/// The message that shows the worst.
fn shown_by(witness: &Witness) -> String {
    let reader = if witness.new_writes { "old" } else { "new" };
    let code = |words: &str| tag("code", &[], vec![text(words)]);
    let line = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut children = vec![
        text("A message that shows it: "),
        code(&line(&witness.json)),
        text(" is sent as "),
        code(&if witness.bytes.is_empty() { "no bytes".to_owned() } else { hex(&witness.bytes) }),
    ];
    match &witness.seen {
        Ok(seen) => children.extend([text(format!(", and the {reader} reader sees ")), code(&line(seen)), text(".")]),
        Err(why) => children.push(text(format!(", and the {reader} reader refuses it: {why}"))),
    }
    tag("p", &[], children)
}

/// The row as a case of the lab.
fn case_of(row: &Row) -> Case {
    let witness = row.change.witness.as_ref().filter(|witness| witness.message == MESSAGE);
    let new_writes = witness.is_none_or(|witness| witness.new_writes);
    let (writer, reader) = if new_writes { (&row.new, &row.old) } else { (&row.old, &row.new) };
    Case {
        writer: writer.clone(),
        reader: reader.clone(),
        message: MESSAGE.to_owned(),
        value: witness.map_or_else(|| "{\n  \"orderId\": \"o1\"\n}".to_owned(), |witness| witness.json.clone()),
        edits: vec![],
        old_writes: !new_writes,
    }
}

/// All rules, with their categories.
pub(super) fn rules() -> String {
    let rows = RULES.iter().map(|rule| {
        let yes = |yes: bool| tag("td", &[], vec![text(if yes { "yes" } else { "no" })]);
        let id = tag("code", &[], vec![text(rule.id)]);
        let meaning = tag("td", &[], vec![text(rule.meaning)]);
        tag("tr", &[], vec![tag("th", &[("scope", "row")], vec![id]), yes(rule.wire), yes(rule.wire_json), meaning])
    });
    let body = tag("tbody", &[], rows.collect());
    let table = tag("table", &[], vec![head(&["Rule", "WIRE", "WIRE_JSON", "What it demands"]), body]);
    tag(
        "div",
        &[("class", "scroll-box"), ("tabindex", "0"), ("role", "group"), ("aria-label", "Rules of buf breaking")],
        vec![table],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::evolve::catalogue;

    #[test]
    fn every_row_opens_in_the_lab_and_shows_there_what_it_says() {
        for row in catalogue() {
            let code = case_of(&row).code();
            let case = Case::from_code(&code).unwrap_or_else(|error| panic!("{}: {error}", row.title));
            let outcome = case.outcome(None);
            assert!(outcome.writer.problems.is_empty() && outcome.value_problems.is_empty(), "{}", row.title);
            assert!(outcome.changes.contains(&row.change), "{}", row.title);
            if let Some(witness) = &row.change.witness
                && witness.message == MESSAGE
            {
                assert_eq!(outcome.bytes, witness.bytes, "{}", row.title);
            }
        }
    }
}
