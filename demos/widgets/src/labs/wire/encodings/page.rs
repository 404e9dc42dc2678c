//! What stands below the bytes and does not depend on them, as the builder writes it.

use crate::chrome::written::{tag, text};
use wire::formats::{Format, Need, Record, needs, schema};

fn words(name: &str, words: &str) -> String {
    tag(name, &[], vec![text(words)])
}

fn classed(name: &str, class: &str, children: Vec<String>) -> String {
    tag(name, &[("class", class)], children)
}

/// What the shapes mean.
pub(super) fn legend() -> String {
    let samples = [
        ("payload", "41 6c", "solid: the value itself"),
        ("head", "65", "outlined: a number, a type, a length"),
        ("name", "69 64", "underlined: the name of a field"),
        ("structure", "7b", "plain: what holds the record together"),
    ];
    let items = samples.map(|(class, bytes, means)| {
        let class = format!("enc-part {class}");
        let sample = tag("span", &[("class", &class), ("aria-hidden", "true")], vec![text(bytes)]);
        tag("li", &[], vec![sample, text(means)])
    });
    classed("ul", "enc-legend", items.into())
}

/// Who needs which schema, the encodings with the same answer together.
pub(super) fn who_needs(record: &Record) -> String {
    let mut groups: Vec<Vec<Format>> = vec![];
    for format in Format::ALL {
        match groups.iter_mut().find(|group| needs(group[0]).reader.0 == needs(format).reader.0) {
            Some(group) => group.push(format),
            None => groups.push(vec![format]),
        }
    }
    let items = groups.iter().map(|group| group_of(group, record)).collect();
    let title = classed("p", "panel-title", vec![text("Who needs which schema")]);
    classed("div", "enc-needs", vec![title, tag("ul", &[], items)])
}

fn group_of(group: &[Format], record: &Record) -> String {
    let said = |what: Vec<String>, answer: &str| tag("div", &[], vec![tag("dt", &[], what), words("dd", answer)]);
    let need = |who: &str, (need, why): (Need, &'static str)| {
        let what = match need {
            Need::Nothing => "no schema",
            Need::AVersion => "a version of the schema",
            Need::TheWriters => "the writer’s schema, and its own",
        };
        said(vec![text(format!("{who}: ")), words("b", what)], why)
    };
    let needed = needs(group[0]);
    let mut list = vec![need("Writer", needed.writer), need("Reader", needed.reader)];
    for (place, format) in group.iter().enumerate() {
        let alone = needs(*format).alone;
        // Of several in a row with the same answer the first gives it.
        if place.checked_sub(1).map(|place| needs(group[place]).alone) == Some(alone) {
            continue;
        }
        let same = group[place..].iter().take_while(|other| needs(**other).alone == alone);
        let names: Vec<_> = same.map(|format| format.name()).collect();
        let of = if names.len() < group.len() { format!(" of {}", names.join(", ")) } else { String::new() };
        list.push(said(vec![text(format!("The bytes{of} alone say"))], alone));
    }
    let names: Vec<_> = group.iter().map(|format| format.name()).collect();
    let mut parts = vec![classed("p", "enc-group", vec![text(names.join(", "))]), tag("dl", &[], list)];
    parts.extend(group.iter().filter_map(|format| {
        let schema = words("code", &schema(*format, record)?);
        let title = words("summary", &format!("The schema for {}", format.name()));
        Some(classed("details", "more", vec![title, classed("pre", "enc-schema", vec![schema])]))
    }));
    tag("li", &[], parts)
}
