//! Answers and solutions that open after an attempt. In a lesson they are `<details>` of the class `model-answer`
//! or `solution`, so that they are whole in any Markdown viewer; the page's script asks before it opens one.

use std::{ops::Range, path::Path, sync::Arc};

use widgets::chrome::registry::nearest;

use crate::{
    blocks::{demos::id_mistake, markdown::Outline},
    course::catalogue::OPEN,
    diagnostics::{Diagnostic, Source, Span, suggest},
    figures::Gate,
    html::{escape, unescape},
};

/// The class of an answer to a question in "Check Your Understanding".
pub const ANSWER: &str = "model-answer";
/// The class of a solution of an exercise.
pub const SOLUTION: &str = "solution";
/// The attribute with the figures that are an attempt too.
const AFTER: &str = "data-after";
/// How many points an answer can be marked against.
const POINTS: std::ops::RangeInclusive<usize> = 2..=5;

/// What was found in a lesson.
#[derive(Debug, Default)]
pub struct Found {
    /// The answers and solutions, in order.
    pub gates: Vec<Gate>,
    /// What to replace: the tags get what the script and the catalogue go by.
    pub edits: Vec<(Range<usize>, String)>,
    /// What is wrong.
    pub mistakes: Vec<Diagnostic>,
}

/// The answers and solutions of a lesson.
pub fn find(source: &Arc<Source>, outline: &Outline, lesson: &Path) -> Found {
    let text = &source.text;
    let mut found = Found::default();
    let in_html = |at: usize| outline.html.iter().any(|range| range.contains(&at)) && !outline.is_verbatim(at);
    let tags: Vec<usize> = text.match_indices("<details").map(|(at, _)| at).filter(|at| in_html(*at)).collect();
    for at in tags {
        let Some(end) = text[at..].find('>').map(|length| at + length + 1) else { continue };
        let tag = Span::new(source, at..end);
        let Some(class) = attribute(text, at..end, "class") else { continue };
        let word = text[class.clone()].to_owned();
        if ![ANSWER, SOLUTION].contains(&word.as_str()) {
            found.mistakes.push(
                Diagnostic::at(Span::new(source, class), format!("unknown class `{word}` of <details>"), "not a class")
                    .maybe_help(suggest(&word, &[ANSWER, SOLUTION], "the classes of <details> are")),
            );
            continue;
        }
        let close = closing(text, end);
        let body = end..close.unwrap_or(text.len());
        let mut wrong = |mistake: Diagnostic| found.mistakes.push(mistake);
        if close.is_none() {
            wrong(
                Diagnostic::at(tag.clone(), "this <details> has no end", "opened here")
                    .help("write `</details>` on a line of its own after the answer"),
            );
            continue;
        }
        if !text[body.clone()].trim_start().starts_with("<summary") {
            wrong(
                Diagnostic::at(tag.clone(), "this <details> has no summary", "nothing to open it by")
                    .help("begin with `<summary>Open an answer to question 1</summary>`, on the next line"),
            );
        }
        let points = points(text, body.clone());
        match &points {
            None if word == ANSWER => wrong(
                Diagnostic::at(tag.clone(), "this answer has no points to mark an attempt against", "no points in it")
                    .help("end it with `<div class=\"points\">`, an empty line, a list of 2 to 5 points, and `</div>`"),
            ),
            Some((place, count)) if !POINTS.contains(count) => wrong(
                Diagnostic::at(
                    Span::new(source, place.clone()),
                    format!("an answer has 2 to 5 points, and this one has {count}"),
                    "these points",
                )
                .help("write one `- ` item for each thing that a good answer says"),
            ),
            _ => {}
        }
        let Some(id) = attribute(text, at..end, "id") else {
            let example = if word == ANSWER { "why-retries-hurt" } else { "solution-1" };
            wrong(Diagnostic::at(tag, "this <details> has no id", "what is remembered of it needs one").help(format!(
                "write `<details class=\"{word}\" id=\"{example}\">`; keep it when you reword the question"
            )));
            continue;
        };
        let written = Span::new(source, id);
        if let Some(mistake) = id_mistake(written.text(), &written) {
            wrong(mistake);
        }
        let count = points.map_or(0, |(_, count)| u32::try_from(count).unwrap_or(u32::MAX));
        let id = unescape(written.text());
        let mut attributes = format!("<details class=\"{word}\" id=\"{}\"", escape(&id));
        if count > 0 {
            attributes.push_str(&format!(" data-question=\"{OPEN}\" data-points=\"{count}\" data-kind=\"{OPEN}\""));
        }
        let after: Vec<Span> = attribute(text, at..end, AFTER).map_or_else(Vec::new, |range| words(source, range));
        if !after.is_empty() {
            let ids: Vec<&str> = after.iter().map(Span::text).collect();
            attributes.push_str(&format!(" {AFTER}=\"{}\"", escape(&unescape(&ids.join(" ")))));
        }
        attributes.push('>');
        found.edits.push((at..end, attributes));
        found.gates.push(Gate { id, points: count, lesson: lesson.to_owned(), written, after });
    }
    found
}

/// The mistakes of all answers of the book taken together: ids that are used twice, and figures, of which `figures`
/// are all that there are, that are not there.
pub fn across(gates: &[Gate], figures: &[&str]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for after in gates.iter().flat_map(|gate| &gate.after).filter(|after| !figures.contains(&after.text())) {
        out.push(
            Diagnostic::at(
                after.clone(),
                format!("there is no demo with the id `{}`", after.text()),
                "whose answer should be an attempt",
            )
            .maybe_help(nearest(after.text(), figures.iter().copied()).map(|near| format!("did you mean `{near}`?"))),
        );
    }
    for (index, gate) in gates.iter().enumerate() {
        if let Some(first) = gates[..index].iter().find(|first| first.id == gate.id) {
            out.push(
                Diagnostic::at(
                    gate.written.clone(),
                    format!("the id `{}` is used twice in the book", gate.id),
                    "used again here",
                )
                .related(first.written.clone(), "first used here")
                .help("give each answer an id of its own: what the reader has written is kept under it"),
            );
        }
    }
    out
}

/// The value of an attribute of the tag at `tag`.
fn attribute(text: &str, tag: Range<usize>, name: &str) -> Option<Range<usize>> {
    let mut at = tag.start;
    loop {
        let found = at + text[at..tag.end].find(name)?;
        let rest = &text[found + name.len()..tag.end];
        let alone = text[..found].ends_with([' ', '\t', '\n']);
        if let (true, Some(quoted)) = (alone, rest.strip_prefix("=\"")) {
            let start = found + name.len() + 2;
            return quoted.find('"').map(|length| start..start + length);
        }
        at = found + name.len();
    }
}

/// The words of an attribute's value.
fn words(source: &Arc<Source>, range: Range<usize>) -> Vec<Span> {
    let mut at = range.start;
    let mut out = Vec::new();
    for word in source.text[range].split(' ') {
        if !word.is_empty() {
            out.push(Span::new(source, at..at + word.len()));
        }
        at += word.len() + 1;
    }
    out
}

/// Where the `</details>` of what was opened before `from` begins.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0;
    let mut at = from;
    loop {
        let close = at + text[at..].find("</details>")?;
        depth += text[at..close].matches("<details").count();
        if depth == 0 {
            return Some(close);
        }
        depth -= 1;
        at = close + 1;
    }
}

/// The list of points in an answer, and how many there are.
fn points(text: &str, body: Range<usize>) -> Option<(Range<usize>, usize)> {
    const OPEN: &str = "<div class=\"points\">";
    let start = body.start + text[body.clone()].find(OPEN)?;
    let end = text[start..body.end].find("</div>").map_or(body.end, |length| start + length);
    Some((start..start + OPEN.len(), text[start..end].lines().filter(|line| line.starts_with("- ")).count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Found {
        let source = Source::new("a.md", text);
        find(&source, &Outline::new(text), Path::new("a.md"))
    }

    #[test]
    fn answers_are_found_and_marked() {
        let text = "# A\n\n`<details class=\"x\">`\n\n<details class=\"model-answer\" id=\"why\">\n<summary>Open</summary>\n\nSo.\n\n\
            <div class=\"points\">\n\n- one\n- two\n\n</div>\n\n</details>\n\n<details>\n<summary>Free</summary>\n\nx\n\n</details>\n\n\
            <details class=\"solution\" id=\"s-1\">\n<summary>Open</summary>\n\n<details>\n<summary>In it</summary>\n\nx\n\n</details>\n\n</details>\n";
        let found = found(text);
        assert!(found.mistakes.is_empty(), "{:#?}", found.mistakes);
        let gates: Vec<(&str, u32)> = found.gates.iter().map(|gate| (gate.id.as_str(), gate.points)).collect();
        assert_eq!(gates, [("why", 2), ("s-1", 0)]);
        assert_eq!(
            found.edits.iter().map(|(_, tag)| tag.as_str()).collect::<Vec<_>>(),
            [
                "<details class=\"model-answer\" id=\"why\" data-question=\"open\" data-points=\"2\" data-kind=\"open\">",
                "<details class=\"solution\" id=\"s-1\">"
            ]
        );
        assert_eq!(across(&[found.gates[0].clone(), found.gates[0].clone()], &[]).len(), 1);
    }

    #[test]
    fn every_mistake_is_told() {
        let of = |text: &str| found(text).mistakes.into_iter().map(|mistake| mistake.message).collect::<Vec<_>>();
        let answer = |tag: &str, body: &str| format!("<details {tag}>\n<summary>O</summary>\n\n{body}\n\n</details>\n");
        let two = "<div class=\"points\">\n\n- a\n- b\n\n</div>";
        assert_eq!(of(&answer("class=\"modal-answer\" id=\"a\"", two)), ["unknown class `modal-answer` of <details>"]);
        assert_eq!(of(&answer("class=\"model-answer\"", two)), ["this <details> has no id"]);
        assert_eq!(
            of(&answer("class=\"model-answer\" id=\"a\"", "x")),
            ["this answer has no points to mark an attempt against"]
        );
        assert_eq!(
            of(&answer("class=\"model-answer\" id=\"a\"", "<div class=\"points\">\n\n- a\n\n</div>")),
            ["an answer has 2 to 5 points, and this one has 1"]
        );
        assert_eq!(of("<details class=\"solution\" id=\"a\">\n\nx\n\n</details>\n"), ["this <details> has no summary"]);
        assert_eq!(
            of("<details class=\"solution\" id=\"a\">\n<summary>O</summary>\n\nx\n"),
            ["this <details> has no end"]
        );
        assert_eq!(of(&answer("class=\"solution\" id=\"A b\"", "x")).len(), 1);
    }
}
