//! `{{#run id.fact}}`, `{{#run id.fact over 20 seeds}}`, `{{#quiz file}}`, `{{#demo-reference}}` and `{{#licences}}` in a
//! lesson's text.

use std::ops::Range;

use crate::blocks::markdown::Outline;

/// Directives of mdBook itself, which are left to it.
const MDBOOK: [&str; 5] = ["include", "rustdoc_include", "playground", "playpen", "title"];

/// The names of all directives, mdBook's own among them, for suggestions.
pub const NAMES: [&str; 8] =
    ["run", "quiz", "demo-reference", "licences", "include", "rustdoc_include", "playground", "title"];

/// A directive of a lesson that stands outside code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Where the directive stands: from the first brace to the last; with the backslash before the braces, if there is
    /// one.
    pub range: Range<usize>,
    /// What the directive says.
    pub kind: Kind,
}

/// What a directive says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{{#run id.fact}}`: a value of a demo's run.
    Run {
        /// Where the demo's id stands.
        id: Range<usize>,
        /// Where the fact, or the fact over seeds, stands: what [`Asked`](widgets::chrome::registry::Asked) reads.
        fact: Range<usize>,
    },
    /// `{{#quiz file}}`: a quiz. Where the file's name stands.
    Quiz(Range<usize>),
    /// `{{#demo-reference}}`: the reference of all demos.
    Reference,
    /// `{{#licences}}`: the list of licences.
    Licences,
    /// A directive of mdBook itself, which is left to mdBook.
    Foreign,
    /// `\{{#…}}`: braces to be shown as they are, without the backslash.
    Escaped,
    /// A directive that nobody knows: where its name stands.
    Unknown(Range<usize>),
    /// A directive of ours that cannot be read, such as `{{#run …` without an end.
    Malformed,
}

/// Finds the directives of a lesson's text outside code and comments, in their order.
pub fn find(text: &str, outline: &Outline) -> Vec<Directive> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|i| at + i) {
        at = start + 2;
        let inside = text[at..].trim_start_matches([' ', '\t']);
        let Some(after_hash) = inside.strip_prefix('#') else {
            continue;
        };
        if outline.is_verbatim(start) {
            continue;
        }
        let name_start = text.len() - after_hash.len();
        let name_len = after_hash
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
            .unwrap_or(after_hash.len());
        let name = name_start..name_start + name_len;
        // A directive stands on one line, so that a forgotten end does not swallow the page.
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let close = text[name.end..line_end].find("}}").map(|i| name.end + i);
        let escaped = text[..start].ends_with('\\');
        let end = close.map_or(line_end, |close| close + 2);
        let range = if escaped { start - 1..end } else { start..end };
        let kind = match (&text[name.clone()], close) {
            _ if escaped => Kind::Escaped,
            (known, _) if MDBOOK.contains(&known) => Kind::Foreign,
            ("demo-reference", Some(close)) if text[name.end..close].trim().is_empty() => Kind::Reference,
            ("licences", Some(close)) if text[name.end..close].trim().is_empty() => Kind::Licences,
            ("run", Some(close)) => run(text, name.end..close),
            ("quiz", Some(close)) => quiz(text, name.end..close),
            ("run" | "quiz" | "demo-reference" | "licences", _) => Kind::Malformed,
            _ => Kind::Unknown(name),
        };
        at = end;
        found.push(Directive { range, kind });
    }
    found
}

fn quiz(text: &str, argument: Range<usize>) -> Kind {
    let written = &text[argument.clone()];
    let file = written.trim();
    let start = argument.start + (written.len() - written.trim_start().len());
    let one = !file.is_empty() && start > argument.start;
    if one { Kind::Quiz(start..start + file.len()) } else { Kind::Malformed }
}

fn run(text: &str, argument: Range<usize>) -> Kind {
    let written = &text[argument.clone()];
    let trimmed = written.trim();
    let start = argument.start + (written.len() - written.trim_start().len());
    let name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    match trimmed.split_once('.') {
        Some((id, fact))
            if name(id) && fact.split([' ', '\t', '.']).next().is_some_and(name) && start > argument.start =>
        {
            Kind::Run { id: start..start + id.len(), fact: start + id.len() + 1..start + trimmed.len() }
        }
        _ => Kind::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(&str, Kind)> {
        find(text, &Outline::new(text)).into_iter().map(|directive| (&text[directive.range], directive.kind)).collect()
    }

    #[test]
    fn outside_code_only() {
        let text =
            "{{#run a.b}} `{{#run c.d}}`\n\n```text\n{{#run e.f}}\n```\n\n    {{#run g.h}}\n\n<!-- {{#run i.j}} -->\n";
        assert_eq!(kinds(text), [("{{#run a.b}}", Kind::Run { id: 7..8, fact: 9..10 })]);
    }

    #[test]
    fn escaped_foreign_unknown_and_malformed() {
        let text = r"\{{#run a.b}} {{#include x.md}} {{#rum a.b}} {{#run a}} {{#demo-reference}} {{x}}";
        assert_eq!(
            kinds(text),
            [
                (r"\{{#run a.b}}", Kind::Escaped),
                ("{{#include x.md}}", Kind::Foreign),
                ("{{#rum a.b}}", Kind::Unknown(35..38)),
                ("{{#run a}}", Kind::Malformed),
                ("{{#demo-reference}}", Kind::Reference),
            ]
        );
        assert_eq!(kinds("{{#quiz a/b.toml }}"), [("{{#quiz a/b.toml }}", Kind::Quiz(8..16))]);
        assert_eq!(kinds("{{#quiz a ä.toml }}"), [("{{#quiz a ä.toml }}", Kind::Quiz(8..17))]);
        assert_eq!(kinds("{{#quiz}} {{#quiz }}").iter().filter(|(_, kind)| *kind == Kind::Malformed).count(), 2);
        assert_eq!(
            kinds("{{#run a.b.median over 20 seeds }}"),
            [("{{#run a.b.median over 20 seeds }}", Kind::Run { id: 7..8, fact: 9..31 })]
        );
        assert_eq!(kinds("{{#run a. b}}"), [("{{#run a. b}}", Kind::Malformed)]);
        assert_eq!(kinds("{{#run a.b\nc"), [("{{#run a.b", Kind::Malformed)]);
        assert_eq!(kinds("{{# run a.b}}").len(), 1);
    }
}
