//! A lesson's Markdown, as mdBook's own parser sees it: demo fences, stretches of code, links.

use std::ops::Range;

use mdbook_markdown::{
    MarkdownOptions, new_cmark_parser,
    pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd},
};

/// A fence whose info string begins with the word `demo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// Where the whole block stands, both fences included.
    pub range: Range<usize>,
    /// Where the word `demo` stands.
    pub keyword: Range<usize>,
    /// Where the words after `demo` stand, each for itself.
    pub words: Vec<Range<usize>>,
    /// Where the lines between the fences stand.
    pub body: Range<usize>,
    /// Whether the block stands in a list, a quote or the like.
    pub nested: bool,
    /// Whether the block has its closing fence.
    pub closed: bool,
}

/// What matters of a lesson's structure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// All demo blocks, in order.
    pub fences: Vec<Fence>,
    /// Where directives are not carried out: code, inline and in blocks, and HTML comments.
    pub verbatim: Vec<Range<usize>>,
    /// All links and images, each with its whole range and its destination as mdBook will write it.
    pub links: Vec<(Range<usize>, String)>,
    /// All raw HTML, as the parser gives it: line by line.
    pub html: Vec<Range<usize>>,
    /// All quotations.
    pub quotes: Vec<Range<usize>>,
}

impl Outline {
    /// The outline of a lesson's text.
    pub fn new(text: &str) -> Self {
        let mut outline = Self::default();
        let mut depth = 0_usize;
        let mut fence: Option<Fence> = None;
        for (event, range) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
            match event {
                Event::Start(tag) => {
                    match tag {
                        Tag::CodeBlock(kind) => {
                            outline.verbatim.push(range.clone());
                            if let CodeBlockKind::Fenced(_) = kind {
                                fence = open(text, range, depth > 0);
                            }
                        }
                        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                            outline.links.push((range, dest_url.to_string()));
                        }
                        Tag::BlockQuote(_) => outline.quotes.push(range),
                        _ => {}
                    }
                    depth += 1;
                }
                Event::End(end) => {
                    depth = depth.saturating_sub(1);
                    if end == TagEnd::CodeBlock {
                        outline.fences.extend(fence.take());
                    }
                }
                Event::Text(_) => {
                    if let Some(fence) = &mut fence {
                        if fence.body.is_empty() {
                            fence.body.start = range.start;
                        }
                        fence.body.end = range.end;
                    }
                }
                Event::Code(_) => outline.verbatim.push(range),
                Event::Html(_) | Event::InlineHtml(_) => outline.html.push(range),
                _ => {}
            }
        }
        // The parser gives HTML line by line; a comment may be longer.
        for range in merged(&outline.html) {
            let mut at = range.start;
            while let Some(open) = text[at..range.end].find("<!--").map(|i| at + i) {
                let close = text[open..range.end].find("-->").map_or(range.end, |i| open + i + 3);
                outline.verbatim.push(open..close);
                at = close;
            }
        }
        outline
    }

    /// All raw HTML of the lesson, that of several lines as one range.
    pub fn html_blocks(&self) -> Vec<Range<usize>> {
        merged(&self.html)
    }

    /// Whether the byte at `at` of the lesson is in code or in a comment.
    pub fn is_verbatim(&self, at: usize) -> bool {
        self.verbatim.iter().any(|range| range.contains(&at))
    }
}

/// The fence that opens the code block at `range`, if it is a demo's.
fn open(text: &str, range: Range<usize>, nested: bool) -> Option<Fence> {
    let line_end = text[range.clone()].find('\n').map_or(range.end, |i| range.start + i);
    let line = &text[range.start..line_end];
    let mark = line.trim_start().chars().next()?;
    let before_info = line.len() - line.trim_start().trim_start_matches(mark).len();
    let info = range.start + before_info;
    let mut words = Vec::new();
    let mut at = info;
    for word in text[info..line_end].split([' ', '\t', ',', '\r']) {
        if !word.is_empty() {
            words.push(at..at + word.len());
        }
        at += word.len() + 1;
    }
    if words.is_empty() {
        return None;
    }
    let keyword = words.remove(0);
    if &text[keyword.clone()] != "demo" {
        return None;
    }
    let last = text[range.clone()].trim_end().rsplit('\n').next().unwrap_or_default();
    let last = last.trim_start_matches(['>', ' ', '\t']);
    let closed = text[range.clone()].trim_end().contains('\n') && last.len() >= 3 && last.chars().all(|c| c == mark);
    let body = (line_end + 1).min(range.end);
    Some(Fence { range, keyword, words, body: body..body, nested, closed })
}

fn merged(ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => out.push(range.clone()),
        }
    }
    out
}

/// The text with each of the ranges, none of which overlap, replaced by what stands beside it.
pub fn replace(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = text.to_owned();
    for (range, with) in edits.into_iter().rev() {
        out.replace_range(range, &with);
    }
    out
}

/// The text so that it means itself wherever it stands, in Markdown, in HTML and in an attribute: every mark of
/// punctuation becomes a character reference.
pub fn neutral(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() || c.is_control() {
            out.push_str(&format!("&#{};", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_are_found_where_the_parser_sees_them() {
        let text = "a\n\n```demo x\n{}\n```\n\n````md\n```demo y\n{}\n```\n````\n\n- ~~~ demo  z more\n  {}\n  ~~~\n\n```demo\n{";
        let outline = Outline::new(text);
        let seen: Vec<_> = outline
            .fences
            .iter()
            .map(|f| {
                let words: Vec<_> = f.words.iter().map(|w| &text[w.clone()]).collect();
                (words, &text[f.body.clone()], f.nested, f.closed)
            })
            .collect();
        assert_eq!(
            seen,
            [(vec!["x"], "{}\n", false, true), (vec!["z", "more"], "{}\n", true, true), (vec![], "{", false, false),]
        );
        assert_eq!(&text[outline.fences[0].range.clone()], "```demo x\n{}\n```");
    }

    #[test]
    fn code_and_comments_are_verbatim() {
        let text = "`a` b <!-- c\nd --> e\n\n    f\n\n<!-- g\n\nh -->\n\ni";
        let outline = Outline::new(text);
        let inside = |c: char| outline.is_verbatim(text.find(c).unwrap());
        assert!("acdfgh".chars().all(inside));
        assert!(!"bei".chars().any(inside));
    }

    #[test]
    fn windows_line_ends() {
        let text = "```demo x\r\n{}\r\n```\r\n";
        let outline = Outline::new(text);
        let fence = &outline.fences[0];
        assert_eq!(&text[fence.words[0].clone()], "x");
        assert_eq!(text[fence.body.clone()].trim(), "{}");
        assert!(fence.closed);
    }

    #[test]
    fn neutral_text_has_no_marks() {
        assert_eq!(neutral("1. <b>*a*|"), "1&#46; &#60;b&#62;&#42;a&#42;&#124;");
    }
}
