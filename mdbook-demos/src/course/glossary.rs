//! The glossary: read from its page, and linked to from the first use of each term on every page of a module.
//!
//! The page is a Markdown definition list. A term's line may name other forms, `Stub (also: client stub)`. The plural
//! with an s is found of each; any other form only if it is named.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
    sync::Arc,
};

use aho_corasick::AhoCorasick;
use book_index::scripts;
use mdbook_markdown::{
    MarkdownOptions, new_cmark_parser,
    pulldown_cmark::{Event, Tag, TagEnd},
};

use crate::{
    diagnostics::{Diagnostic, Source, Span},
    html::escape,
};

/// The page, relative to the book's sources.
pub const FILE: &str = "glossary.md";

/// One entry.
#[derive(Clone, Debug)]
struct Entry {
    /// The term as it is written.
    term: Span,
    /// Its anchor.
    anchor: String,
    /// Where the definition ends, for what is put after it.
    end: usize,
}

/// The terms of a book.
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    entries: Vec<Entry>,
    /// Every form in small letters, the longest first, with the index of its entry.
    forms: Vec<(String, usize)>,
    /// Finds all forms at once, by their place in that list: every page of a book of many terms is searched.
    finder: Option<AhoCorasick>,
    /// What is wrong with it.
    pub mistakes: Vec<Diagnostic>,
}

impl Glossary {
    /// Reads the page.
    pub fn new(source: &Arc<Source>) -> Self {
        let mut out = Self::default();
        let mut known: BTreeMap<String, Span> = BTreeMap::new();
        let mut anchors = BTreeSet::new();
        for (event, range) in new_cmark_parser(&source.text, &MarkdownOptions::default()).into_offset_iter() {
            match event {
                Event::Start(Tag::DefinitionListTitle) => {
                    let line = Span::new(source, trimmed(&source.text, range));
                    let (term, forms) = forms(source, &line);
                    let index = out.entries.len();
                    for form in std::iter::once(&term).chain(&forms) {
                        let small = form.text().to_lowercase();
                        if small.is_empty() {
                            out.mistakes.push(
                                Diagnostic::at(line.clone(), "an empty term or form", "nothing between two commas")
                                    .help("write `Term (also: form, other form)`"),
                            );
                        } else if let Some(first) = known.get(&small) {
                            out.mistakes.push(
                                Diagnostic::at(
                                    form.clone(),
                                    format!("`{small}` is twice in the glossary"),
                                    "once more here",
                                )
                                .related(first.clone(), "first here")
                                .help("each form belongs to one entry: a word can be linked to one place only"),
                            );
                        } else {
                            known.insert(small.clone(), form.clone());
                            out.forms.push((small, index));
                        }
                    }
                    let mut anchor = format!("term-{}", slug(term.text()));
                    while !anchors.insert(anchor.clone()) {
                        anchor.push('-');
                    }
                    out.entries.push(Entry { term, anchor, end: line.bytes.end });
                }
                Event::End(TagEnd::DefinitionListDefinition) => {
                    if let Some(entry) = out.entries.last_mut() {
                        entry.end = range.start + source.text[range].trim_end().len();
                    }
                }
                _ => {}
            }
        }
        let plurals: Vec<(String, usize)> = out
            .forms
            .iter()
            .map(|(form, index)| (format!("{form}s"), *index))
            .filter(|(plural, _)| !known.contains_key(plural))
            .collect();
        out.forms.extend(plurals);
        out.forms.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        // It fails only for more terms than a machine holds.
        out.finder = AhoCorasick::new(out.forms.iter().map(|(form, _)| form)).ok();
        out
    }

    /// What is replaced in the lesson `source` at `path`: the first use of each term by a link to it. Nothing in
    /// `taken` is touched. The entries that are used are added to `used`.
    pub fn links(
        &self,
        source: &Source,
        path: &Path,
        taken: &[Range<usize>],
        used: &mut BTreeSet<usize>,
    ) -> Vec<(Range<usize>, String)> {
        let text = &source.text;
        let root = "../".repeat(path.components().count().saturating_sub(1));
        let mut edits = Vec::new();
        let mut seen = BTreeSet::new();
        for range in prose(text) {
            for (found, entry) in self.uses(&text[range.clone()]) {
                let found = range.start + found.start..range.start + found.end;
                let free = taken.iter().all(|other| other.end <= found.start || found.end <= other.start);
                if free && seen.insert(entry) {
                    let word = &text[found.clone()];
                    let anchor = escape(&self.entries[entry].anchor);
                    edits.push((found, format!("<a class=\"term\" href=\"{root}{FILE}#{anchor}\">{word}</a>")));
                }
            }
        }
        used.extend(seen);
        edits
    }

    /// What is replaced in the glossary itself: each term gets its anchor, and each definition the pages that use it, of
    /// which `pages` gives the title, the address, and the entries by their index.
    pub fn edits(&self, pages: &[(String, String, BTreeSet<usize>)]) -> Vec<(Range<usize>, String)> {
        let mut edits = Vec::new();
        let mut users_of = vec![Vec::new(); self.entries.len()];
        for (title, address, used) in pages {
            used.iter().for_each(|index| users_of[*index].push((title, address)));
        }
        for (entry, users) in self.entries.iter().zip(users_of) {
            let word = entry.term.text();
            edits.push((entry.term.bytes.clone(), format!("<dfn id=\"{}\">{word}</dfn>", escape(&entry.anchor))));
            // What the definition says by itself need not be said again.
            let written = &entry.term.source.text[entry.term.bytes.start..entry.end];
            let users: Vec<String> = users
                .into_iter()
                .filter(|(_, address)| !written.contains(address.as_str()))
                .map(|(title, address)| format!("[{title}]({address})"))
                .collect();
            if !users.is_empty() {
                let list = format!(" <span class=\"term-uses\">Also in {}.</span>", users.join(", "));
                edits.push((entry.end..entry.end, list));
            }
        }
        edits
    }

    /// The uses of terms in a stretch of text, none of which overlap: of two at one place the longer.
    fn uses(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let (small, places) = small(text);
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        let matches = self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(&small));
        let mut matches: Vec<(usize, Range<usize>)> =
            matches.map(|found| (found.pattern().as_usize(), found.range())).collect();
        // The longest form first, and each from the left.
        matches.sort_by_key(|(form, range)| (*form, range.start));
        let mut last: (usize, usize) = (0, 0);
        for (form, bytes) in matches {
            // One form does not overlap itself.
            if last.0 == form && bytes.start < last.1 {
                continue;
            }
            last = (form, bytes.end);
            let range = places[bytes.start]..places[bytes.end];
            let overlaps = found.iter().any(|(other, _)| other.start < range.end && range.start < other.end);
            if !overlaps && whole(text, &range) {
                found.push((range, self.forms[form].1));
            }
        }
        found.sort_by_key(|(range, _)| range.start);
        found
    }
}

/// A text in small letters, and for each byte of it, and for its end, where what it was made of is in the text: some
/// letters are shorter or longer when they are small.
fn small(text: &str) -> (String, Vec<usize>) {
    let (mut small, mut places) = (String::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
    for (at, c) in text.char_indices() {
        small.extend(c.to_lowercase());
        places.resize(small.len(), at);
    }
    places.push(text.len());
    (small, places)
}

/// Whether a stretch is not a part of a longer word.
fn whole(text: &str, range: &Range<usize>) -> bool {
    let spaceless = |c: Option<char>| c.is_some_and(scripts::is_spaceless);
    let inside = &text[range.clone()];
    let joins = |c: Option<char>, edge: Option<char>| {
        let joined = c.is_some_and(|c| c.is_alphanumeric() || scripts::is_mark(c) || matches!(c, '-' | '_' | '‑'));
        // Where no spaces are between words, nothing tells where one ends.
        joined && !(spaceless(c) && spaceless(edge))
    };
    let next = text[range.end..].chars().next();
    // A sign on the last letter makes another word, in these scripts too.
    !joins(text[..range.start].chars().next_back(), inside.chars().next())
        && !next.is_some_and(scripts::is_mark)
        && !joins(next, inside.chars().next_back())
}

/// The stretches of a lesson in which terms are looked for: paragraphs and list items, without links, code, figures'
/// captions, what is folded away, and the list of further reading at the end.
fn prose(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    // How deep in something that has no terms.
    let mut closed = 0_usize;
    let mut folded = 0_usize;
    let mut inline = 0_usize;
    let mut caption = false;
    for (event, range) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
        let closes = |end: &TagEnd| {
            matches!(
                end,
                TagEnd::Heading(_)
                    | TagEnd::Link
                    | TagEnd::Image
                    | TagEnd::CodeBlock
                    | TagEnd::Table
                    | TagEnd::BlockQuote(_)
                    | TagEnd::DefinitionListTitle
                    | TagEnd::FootnoteDefinition
            )
        };
        match event {
            // Titles of papers are not ours to explain.
            Event::Start(Tag::Heading { .. }) if text[range.clone()].contains("{#further-reading}") => break,
            Event::Start(Tag::Paragraph) => caption = text[range].starts_with("*Figure:"),
            Event::Start(tag) if closes(&tag.to_end()) => closed += 1,
            Event::End(end) if closes(&end) => closed = closed.saturating_sub(1),
            Event::Html(_) => {
                let html = &text[range];
                folded = (folded + html.matches("<details").count()).saturating_sub(html.matches("</details").count());
            }
            Event::InlineHtml(_) => match text[range].as_bytes() {
                [b'<', b'/', ..] => inline = inline.saturating_sub(1),
                [.., b'/', b'>'] | [b'<', b'!', ..] => {}
                _ => inline += 1,
            },
            Event::End(TagEnd::Paragraph) => {
                inline = 0;
                caption = false;
            }
            Event::Text(_) if closed == 0 && folded == 0 && inline == 0 && !caption => match out.last_mut() {
                // The parser parts a text at every mark that could have meant something.
                Some(last) if last.end == range.start => last.end = range.end,
                _ => out.push(range),
            },
            _ => {}
        }
    }
    out
}

/// A term's line, taken apart.
fn forms(source: &Arc<Source>, line: &Span) -> (Span, Vec<Span>) {
    const ALSO: &str = "(also:";
    let text = line.text();
    let start = line.bytes.start;
    let part = |range: Range<usize>| Span::new(source, trimmed(&source.text, range));
    let Some((term, rest)) = text.split_once(ALSO) else { return (line.clone(), Vec::new()) };
    let mut at = start + term.len() + ALSO.len();
    let rest = rest.strip_suffix(')').unwrap_or(rest);
    let mut forms = Vec::new();
    for form in rest.split(',') {
        forms.push(part(at..at + form.len()));
        at += form.len() + 1;
    }
    (part(start..start + term.len()), forms)
}

/// A stretch without the white space around it.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let start = range.end - text[range.clone()].trim_start().len();
    start..start + text[start..range.end].trim_end().len()
}

/// A term as a part of an address.
fn slug(term: &str) -> String {
    let mut out = String::new();
    for c in term.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::markdown::replace;

    const PAGE: &str = "# Glossary\n\nStub (also: client stub)\n: What packs. In [one](a.md).\n\n\
        At-most-once\n: Once or not at all.\n\nPeer\n: A node.\n";

    fn glossary() -> Glossary {
        let glossary = Glossary::new(&Source::new("glossary.md", PAGE));
        assert!(glossary.mistakes.is_empty(), "{:#?}", glossary.mistakes);
        glossary
    }

    fn linked(text: &str) -> String {
        let source = Source::new("a/b.md", text);
        replace(text, glossary().links(&source, Path::new("a/b.md"), &[], &mut BTreeSet::new()))
    }

    fn link(anchor: &str, word: &str) -> String {
        format!("<a class=\"term\" href=\"../glossary.md#term-{anchor}\">{word}</a>")
    }

    #[test]
    fn the_first_use_of_a_term_becomes_a_link() {
        assert_eq!(
            linked("The *client stub* waits, and stubs do. At-most-once peers.\n\nA stub."),
            format!(
                "The *{}* waits, and stubs do. {} {}.\n\nA stub.",
                link("stub", "client stub"),
                link("at-most-once", "At-most-once"),
                link("peer", "peers")
            )
        );
    }

    #[test]
    fn terms_of_any_script_are_found() {
        let page = "Сервер\n: А.\n\n一致性\n: B.\n\nÖrtliche Zeit\n: C.\n";
        let glossary = Glossary::new(&Source::new("glossary.md", page));
        let linked = |text: &str| {
            let source = Source::new("a/b.md", text);
            let edits = glossary.links(&source, Path::new("a/b.md"), &[], &mut BTreeSet::new());
            edits.into_iter().map(|(range, _)| text[range].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(linked("И сервер, СЕРВЕР."), ["сервер"]);
        assert_eq!(linked("分布式系统的一致性是"), ["一致性"]);
        assert_eq!(linked("İ ÖRTLICHE ZEIT İ"), ["ÖRTLICHE ZEIT"]);
        // A sign on the last letter makes another word of it.
        assert_eq!(linked("сервера сервер\u{301}"), Vec::<String>::new());
    }

    #[test]
    fn some_places_have_no_terms() {
        for text in [
            "# A stub",
            "[a stub](x.md)",
            "`stub`",
            "```text\nstub\n```",
            "| stub |\n| --- |\n| peer |",
            "<details>\n<summary>A stub</summary>\n\nA stub.\n\n</details>",
            "*Figure: a stub.*",
            "<kbd>stub</kbd>",
            "stubborn peer-to-peer subpeer peer_1",
        ] {
            assert_eq!(linked(text), text);
        }
        assert_eq!(linked("- a stub"), format!("- a {}", link("stub", "stub")));
        let after = "<details>\n<summary>A</summary>\n\nA stub.\n\n</details>\n\nA ";
        assert_eq!(linked(&format!("{after}stub.")), format!("{after}{}.", link("stub", "stub")));
    }

    #[test]
    fn what_is_taken_is_left_alone() {
        let source = Source::new("a.md", "{{#run stub.peer}} stub");
        let mut used = BTreeSet::new();
        let directive = std::slice::from_ref(&(0..18));
        let edits = glossary().links(&source, Path::new("a.md"), directive, &mut used);
        assert_eq!(edits, [(19..23, "<a class=\"term\" href=\"glossary.md#term-stub\">stub</a>".to_owned())]);
        assert_eq!(used, BTreeSet::from([0]));
    }

    #[test]
    fn the_glossary_gets_anchors_and_the_pages_that_use_it() {
        let pages = [("Lesson".to_owned(), "a/b.md".to_owned(), BTreeSet::from([0]))];
        let page = replace(PAGE, glossary().edits(&pages));
        assert!(page.contains("\n<dfn id=\"term-stub\">Stub</dfn> (also: client stub)\n"), "{page}");
        assert!(
            page.contains("In [one](a.md). <span class=\"term-uses\">Also in [Lesson](a/b.md).</span>\n"),
            "{page}"
        );
        assert!(page.contains("<dfn id=\"term-peer\">Peer</dfn>\n: A node.\n"), "{page}");
    }

    #[test]
    fn forms_that_are_there_twice() {
        let source = Source::new("glossary.md", "Stub (also: peer, )\n: A.\n\nPeer\n: B.\n");
        let messages: Vec<String> =
            Glossary::new(&source).mistakes.into_iter().map(|mistake| mistake.message).collect();
        assert_eq!(messages, ["an empty term or form", "`peer` is twice in the glossary"]);
    }
}
