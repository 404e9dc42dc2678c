//! The Markdown of a quiz as HTML that can stand on every page.
//!
//! A quiz is shown in its lesson, on its embed page and on the page for print, so nothing in it may depend on where it
//! is; and the page's own checks do not see it, so nothing may come through that Markdown alone could not make.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};

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
}

/// A mistake in Markdown, and the remedy.
pub type Mistake = (String, String);

/// Renders it; and everything in it that a quiz cannot have.
pub fn render(markdown: &str) -> (Rendered, Vec<Mistake>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_SMART_PUNCTUATION;
    let mut mistakes: Vec<Mistake> = vec![];
    let mut wrong = |message: &str, help: &str| {
        let mistake = (message.to_owned(), help.to_owned());
        if !mistakes.contains(&mistake) {
            mistakes.push(mistake);
        }
    };
    let mut text = String::new();
    let mut events = vec![];
    for event in Parser::new_ext(markdown, options) {
        match &event {
            Event::Html(_) | Event::InlineHtml(_) => {
                wrong(
                    "there is HTML in this Markdown",
                    "write it in Markdown; to show a “<” itself, put it between backticks or write `&lt;`",
                );
                continue;
            }
            Event::Start(Tag::Link { dest_url, .. }) if !dest_url.starts_with("https://") => wrong(
                &format!("the link to `{dest_url}` would lead somewhere else on each page that shows the quiz"),
                "put the link into the lesson, beside the quiz; only addresses that begin with https:// can stand in it",
            ),
            Event::Start(Tag::Image { .. }) => {
                wrong("a quiz has no pictures", "put the picture, or a demo, into the lesson before the quiz");
            }
            Event::Start(Tag::Heading { .. }) => {
                wrong(
                    "there is a heading in this Markdown",
                    "a quiz stands under a heading of the lesson; write **bold**",
                );
            }
            Event::Text(words) | Event::Code(words) => text.push_str(words),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock) => {
                text.push(' ');
            }
            _ => {}
        }
        // A line of the file is none of the page.
        events.push(if event == Event::SoftBreak { Event::Text(CowStr::Borrowed(" ")) } else { event });
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(markdown: &str) -> Vec<String> {
        render(markdown).1.into_iter().map(|(message, _)| message).collect()
    }

    #[test]
    fn the_first_paragraph_is_apart() {
        let (rendered, mistakes) = render("What *is*\n`a < b`?\n\n```text\nx\n  y\n```\n\nSay \"it\".");
        assert_eq!(mistakes, []);
        assert_eq!(rendered.lead, "What <em>is</em> <code>a &lt; b</code>?");
        assert_eq!(rendered.rest, "<pre><code class=\"language-text\">x\n  y\n</code></pre>\n<p>Say “it”.</p>");
        assert_eq!(rendered.text, "What is a < b? x y Say “it”.");
        assert_eq!(render("- a\n- b").0.lead, "");
        assert_eq!(render("- a\n- b").0.text, "a b");
    }

    #[test]
    fn nothing_comes_through_but_markdown() {
        let (rendered, _) = render("<b onclick=\"x()\">a</b> <script>b</script>\n\n<div style=\"color: red\">c</div>");
        assert!(!rendered.blocks().contains("onclick") && !rendered.blocks().contains("<script"), "{rendered:?}");
        assert_eq!(mistakes("<b>a</b> &lt;c&gt; `<d>`"), ["there is HTML in this Markdown"]);
        assert_eq!(
            mistakes("[a](../b.md) [c](#d) [e](javascript:f) [g](https://example.org/)"),
            ["../b.md", "#d", "javascript:f"]
                .map(|to| format!("the link to `{to}` would lead somewhere else on each page that shows the quiz"))
        );
        assert_eq!(mistakes("# a\n\n![b](c.png)").len(), 2);
    }
}
