//! The Markdown of a quiz as HTML that can stand on every page.
//!
//! A quiz is shown in its lesson, on its embed page and on the page for print, so addresses in it count from the site's
//! root; and the page's own checks do not see it, so nothing may come through that Markdown alone could not make, but
//! for a few elements without attributes.

use super::ROOT;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};

/// What a piece of Markdown became.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The first paragraph, to stand in a line; empty if it does not begin with one.
    pub lead: String,
    /// What follows it.
    pub rest: String,
    /// All words, without markup.
    pub text: String,
}

impl Rendered {
    /// All of it, as blocks.
    pub fn blocks(&self) -> String {
        if self.lead.is_empty() { self.rest.clone() } else { format!("<p>{}</p>{}", self.lead, self.rest) }
    }

    /// Whether it is more than what can stand in a line.
    pub fn is_blocks(&self) -> bool {
        self.lead.is_empty() || !self.rest.is_empty()
    }
}

/// A mistake in Markdown, and the remedy.
pub type Mistake = (String, String);

/// Elements that may be written as HTML, without attributes: there is no Markdown for most of them.
const ELEMENTS: [&str; 22] = [
    "abbr", "b", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "strong",
    "sub", "sup", "u", "var", "br", "wbr",
];

/// Those of them that hold nothing.
const EMPTY: [&str; 2] = ["br", "wbr"];

/// How Markdown is rendered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting<'a> {
    /// The page whose folder addresses count from, as a path from the site's root; none without a book.
    pub page: Option<&'a str>,
    /// Whether lines of code are numbered, so that one can speak of them.
    pub numbered: bool,
}

/// Renders it; and everything in it that a quiz cannot have.
pub fn render(markdown: &str, setting: Setting<'_>) -> (Rendered, Vec<Mistake>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_SMART_PUNCTUATION;
    let mut writer = Writer { setting, ..Writer::default() };
    for event in Parser::new_ext(markdown, options) {
        writer.event(event);
    }
    let Writer { events, text, mistakes, .. } = writer;
    let html = |events: &[Event<'_>]| {
        let mut html = String::new();
        push_html(&mut html, events.iter().cloned());
        html.trim().to_owned()
    };
    let lead = match events.first() {
        Some(Event::Start(Tag::Paragraph)) => events.iter().position(|event| *event == Event::End(TagEnd::Paragraph)),
        _ => None,
    };
    let (lead, rest) = match lead {
        Some(end) => (html(&events[1..end]), html(&events[end + 1..])),
        None => (String::new(), html(&events)),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (Rendered { lead, rest, text }, mistakes)
}

/// What is open: an element of Markdown's, or one that is written as HTML.
#[derive(Debug, PartialEq, Eq)]
enum Open {
    Markdown,
    Html(&'static str),
}

#[derive(Default)]
struct Writer<'a> {
    setting: Setting<'a>,
    events: Vec<Event<'a>>,
    text: String,
    mistakes: Vec<Mistake>,
    open: Vec<Open>,
    /// The code of a block under way, and its language.
    code: Option<(String, String)>,
}

impl<'a> Writer<'a> {
    fn wrong(&mut self, message: impl Into<String>, help: impl Into<String>) {
        let mistake = (message.into(), help.into());
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }

    fn event(&mut self, event: Event<'a>) {
        if let Some((_, code)) = &mut self.code {
            match event {
                Event::End(TagEnd::CodeBlock) => self.end_of_code(),
                Event::Text(words) => code.push_str(&words),
                _ => {}
            }
            return;
        }
        let event = match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match &kind {
                    CodeBlockKind::Fenced(info) => info,
                    CodeBlockKind::Indented => "",
                };
                let mut words = info.split([' ', ',', '\t']);
                let language = match words.next().unwrap_or_default() {
                    "aquascope" => {
                        self.wrong(
                            "this book draws no Aquascope diagrams",
                            "show the program as code and what it comes to as a picture, or take the question out",
                        );
                        ""
                    }
                    // Of mdbook-quiz: Rust, in an editor.
                    "ide" => "rust",
                    language => language,
                };
                self.code = Some((language.to_owned(), String::new()));
                return;
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.trim();
                if html.is_empty() || (html.starts_with("<!--") && html.ends_with("-->")) {
                    return;
                }
                let Some(tag) = self.html(html) else { return };
                tag
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                self.open.push(Open::Markdown);
                let dest_url = self.address(dest_url, false);
                Event::Start(Tag::Link { link_type, dest_url, title, id })
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                self.open.push(Open::Markdown);
                let dest_url = self.address(dest_url, true);
                Event::Start(Tag::Image { link_type, dest_url, title, id })
            }
            Event::Start(tag) => {
                if matches!(tag, Tag::Heading { .. }) {
                    self.wrong(
                        "there is a heading in this Markdown",
                        "a quiz stands under a heading of the lesson; write **bold**",
                    );
                }
                self.open.push(Open::Markdown);
                Event::Start(tag)
            }
            Event::End(tag) => {
                while let Some(Open::Html(name)) = self.open.pop() {
                    self.unclosed(name);
                }
                if let TagEnd::Image = tag
                    && let Some(Event::Start(Tag::Image { .. })) = self.events.last()
                {
                    self.wrong(
                        "this picture has no words",
                        "say between the brackets what is to be seen in it, for who cannot see it: `![…](picture.svg)`",
                    );
                }
                if matches!(tag, TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell) {
                    self.text.push(' ');
                }
                Event::End(tag)
            }
            Event::Text(words) => {
                self.text.push_str(&words);
                Event::Text(words)
            }
            Event::Code(words) => {
                self.text.push_str(&words);
                Event::Code(words)
            }
            Event::HardBreak => {
                self.text.push(' ');
                Event::HardBreak
            }
            Event::SoftBreak => {
                self.text.push(' ');
                // A line of the file is none of the page.
                Event::Text(CowStr::Borrowed(" "))
            }
            event => event,
        };
        self.events.push(event);
    }

    fn unclosed(&mut self, name: &str) {
        self.wrong(
            format!("`<{name}>` is opened here and not closed"),
            format!("write `</{name}>` in the same paragraph; to show a “<” itself, put it between backticks"),
        );
    }

    /// A tag that is written as HTML; nothing if it cannot stand in a quiz.
    fn html(&mut self, html: &str) -> Option<Event<'a>> {
        let inner = html.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or_default();
        let (closing, inner) = match inner.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, inner.strip_suffix('/').unwrap_or(inner)),
        };
        let written = inner.trim().to_ascii_lowercase();
        let known = |written: &str| ELEMENTS.into_iter().find(|name| *name == written);
        let bare = written.split_ascii_whitespace().next().unwrap_or_default();
        if !closing && let Some(name) = known(bare).filter(|name| *name != written) {
            self.wrong(
                format!("`<{name}>` cannot have attributes in a quiz"),
                format!("write `<{name}>`; the book's style sheets say what it looks like"),
            );
            if !EMPTY.contains(&name) {
                self.open.push(Open::Html(name));
            }
            return None;
        }
        let Some(name) = known(&written) else {
            let shown = html.lines().next().unwrap_or_default().chars().take(40).collect::<String>();
            self.wrong(
                format!("there is HTML in this Markdown that a quiz cannot have: `{shown}`"),
                "write it in Markdown; to show a “<” itself, put it between backticks or write `&lt;`; such elements as \
                 <sub>, <sup> and <kbd> can stand here, without attributes",
            );
            return None;
        };
        if EMPTY.contains(&name) {
            if name == "br" {
                self.text.push(' ');
            }
            return (!closing).then(|| Event::InlineHtml(format!("<{name}>").into()));
        }
        if !closing {
            self.open.push(Open::Html(name));
            return Some(Event::InlineHtml(format!("<{name}>").into()));
        }
        if self.open.last() == Some(&Open::Html(name)) {
            self.open.pop();
            return Some(Event::InlineHtml(format!("</{name}>").into()));
        }
        self.wrong(
            format!("`</{name}>` closes nothing here"),
            format!("write `<{name}>` where it begins, and close what is opened after it first"),
        );
        None
    }

    /// An address, as it can stand on every page.
    fn address(&mut self, written: CowStr<'a>, picture: bool) -> CowStr<'a> {
        if !picture && ["https://", "http://", "mailto:"].iter().any(|scheme| written.starts_with(scheme)) {
            return written;
        }
        match self.setting.page.map(|page| in_book(&written, page)) {
            Some(Some(address)) if !(picture && address.contains('#')) => format!("{ROOT}{address}").into(),
            _ => {
                let (what, help) = match picture {
                    true => {
                        ("picture", "put the picture beside the lesson, and write its path from the lesson's folder")
                    }
                    false => (
                        "link",
                        "write the path of a page of this book from the lesson's folder, or an address that begins with \
                         https://",
                    ),
                };
                self.wrong(format!("the {what} `{written}` does not lead into this book"), help);
                written
            }
        }
    }

    fn end_of_code(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        self.text.push_str(&code);
        self.text.push(' ');
        let html = code_block(&code, &language, self.setting.numbered && code.trim_end().contains('\n'));
        self.events.push(Event::Html(html.into()));
    }
}

/// A path of the book from the site's root, for one that is written from the folder of `page`; none if it leads out of
/// the book, or elsewhere. What is Markdown leads to the page that it becomes.
pub fn in_book(written: &str, page: &str) -> Option<String> {
    let (path, fragment) = written.split_once('#').map_or((written, None), |(path, fragment)| (path, Some(fragment)));
    // A colon before the first slash makes a scheme of what is before it.
    if path.starts_with(['/', '\\']) || path.split('/').next().unwrap_or_default().contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    if !path.is_empty() {
        parts.pop();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
    }
    let mut address = parts.join("/");
    if let Some(stem) = address.strip_suffix(".md") {
        let index = stem.strip_suffix("README").filter(|folder| folder.is_empty() || folder.ends_with('/'));
        address = index.map_or_else(|| format!("{stem}.html"), |folder| format!("{folder}index.html"));
    }
    if address.is_empty() {
        return None;
    }
    if let Some(fragment) = fragment {
        address.push('#');
        address.push_str(fragment);
    }
    Some(address)
}

/// Code as a block. What stands between `` `[ `` and `` ]` `` is marked, as mdbook-quiz has it.
pub fn code_block(code: &str, language: &str, numbered: bool) -> String {
    let escaped = code.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let marked = escaped.contains("`[") && escaped.contains("]`");
    let mut open = false;
    let mut lines = vec![];
    for line in escaped.trim_end_matches('\n').split('\n') {
        // A mark ends with its line, so that each line is an element by itself.
        let mut out = String::new();
        if open {
            out.push_str("<mark>");
        }
        let mut rest = line;
        while marked && let Some(at) = rest.find(if open { "]`" } else { "`[" }) {
            out.push_str(&rest[..at]);
            out.push_str(if open { "</mark>" } else { "<mark>" });
            open = !open;
            rest = &rest[at + 2..];
        }
        out.push_str(rest);
        if open {
            out.push_str("</mark>");
        }
        lines.push(if numbered { format!("<span class=\"line\">{out}</span>") } else { out });
    }
    let mut classes = vec![];
    if !language.is_empty() {
        classes
            .push(format!("language-{}", language.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")));
    }
    if numbered {
        classes.push("numbered".to_owned());
    }
    let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
    format!("<pre><code{class}>{}\n</code></pre>\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(markdown: &str) -> (Rendered, Vec<Mistake>) {
        render(markdown, Setting { page: Some("part/one/lesson.html"), numbered: false })
    }

    fn mistakes(markdown: &str) -> Vec<String> {
        plain(markdown).1.into_iter().map(|(message, _)| message).collect()
    }

    #[test]
    fn the_first_paragraph_is_apart() {
        let (rendered, mistakes) = plain("What *is*\n`a < b`?\n\n```text\nx\n  y\n```\n\nSay \"it\".");
        assert_eq!(mistakes, []);
        assert_eq!(rendered.lead, "What <em>is</em> <code>a &lt; b</code>?");
        assert_eq!(rendered.rest, "<pre><code class=\"language-text\">x\n  y\n</code></pre>\n<p>Say “it”.</p>");
        assert_eq!(rendered.text, "What is a < b? x y Say “it”.");
        assert_eq!(plain("- a\n- b").0.lead, "");
        assert_eq!(plain("- a\n- b").0.text, "a b");
    }

    #[test]
    fn nothing_comes_through_but_markdown_and_a_few_bare_elements() {
        let (rendered, _) = plain("<b onclick=\"x()\">a</b> <script>b</script>\n\n<div style=\"color: red\">c</div>");
        assert!(!rendered.blocks().contains("onclick") && !rendered.blocks().contains("<script"), "{rendered:?}");
        assert_eq!(
            mistakes("a Vec<T> &lt;c&gt; `<d>`"),
            ["there is HTML in this Markdown that a quiz cannot have: `<T>`"]
        );
        assert_eq!(mistakes("# a\n\n![](c.png)").len(), 2);
        let (fine, mistakes_of_it) = plain("2<sup>32</sup>, H<SUB>2</SUB>O<br/>*<kbd>x</kbd>*<!-- y -->");
        assert_eq!(mistakes_of_it, []);
        assert_eq!(fine.lead, "2<sup>32</sup>, H<sub>2</sub>O<br><em><kbd>x</kbd></em>");
        assert_eq!(fine.text, "232, H2O x");
        assert_eq!(
            mistakes("<sup>a\n\nb</sup> *<b>c*</b>"),
            [
                "`<sup>` is opened here and not closed",
                "`</sup>` closes nothing here",
                "`<b>` is opened here and not closed",
                "`</b>` closes nothing here"
            ]
        );
    }

    #[test]
    fn addresses_count_from_the_root_or_are_mistakes() {
        let (rendered, none) =
            plain("[a](../b.md#c) [d](#e) [f](README.md) ![g](<../img/h i.svg> \"k\") [j](https://example.org/?a&b)");
        assert_eq!(none, []);
        for address in [
            format!("href=\"{ROOT}part/b.html#c\""),
            format!("href=\"{ROOT}part/one/lesson.html#e\""),
            format!("href=\"{ROOT}part/one/index.html\""),
            format!("<img src=\"{ROOT}part/img/h%20i.svg\" alt=\"g\" title=\"k\" />"),
            "href=\"https://example.org/?a&amp;b\"".to_owned(),
        ] {
            assert!(rendered.lead.contains(&address), "{address}: {}", rendered.lead);
        }
        let outside =
            ["link `../../../b.md`", "link `javascript:d`", "link `/f`", "picture `https://example.org/h.png`"];
        assert_eq!(
            mistakes("[a](../../../b.md) [c](javascript:d) [e](/f) ![g](https://example.org/h.png)"),
            outside.map(|what| format!("the {what} does not lead into this book"))
        );
        // Without a book there is nothing to lead into.
        assert_eq!(render("[a](b.md)", Setting::default()).1.len(), 1);
    }

    #[test]
    fn code_has_marks_and_numbers() {
        let code = "f(`[a < b]`);\n`[g();\nh]`();\n";
        assert_eq!(
            code_block(code, "", false),
            "<pre><code>f(<mark>a &lt; b</mark>);\n<mark>g();</mark>\n<mark>h</mark>();\n</code></pre>\n"
        );
        let numbered = Setting { page: None, numbered: true };
        assert_eq!(
            render("What?\n\n```rust,ide\na;\n\nb;\n```\n\n```\none\n```", numbered).0.rest,
            "<pre><code class=\"language-rust numbered\"><span class=\"line\">a;</span>\n<span class=\"line\"></span>\n\
             <span class=\"line\">b;</span>\n</code></pre>\n<pre><code>one\n</code></pre>"
        );
        assert_eq!(mistakes("```aquascope,interpreter\n#fn main() {}\n```"), ["this book draws no Aquascope diagrams"]);
        // A lone sign is a sign.
        assert_eq!(code_block("a `[ b\n", "js", false), "<pre><code class=\"language-js\">a `[ b\n</code></pre>\n");
    }
}
