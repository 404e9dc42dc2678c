//! The texts of a page that can be found: its sections, each from a heading to the next.

use std::{cell::RefCell, rc::Rc};

use lol_html::{RewriteStrSettings, element, errors::RewritingError, html_content::Element, rewrite_str, text};

/// The class of a heading whose section lists what the book is to have: what has no link there is planned.
pub const MAP: &str = "course-map";

/// A part of a page that is found as one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The `id` of its heading; empty for what stands before the first.
    pub anchor: String,
    /// The level of its heading, from 1; 0 if it has none.
    pub level: u8,
    /// The text of its heading.
    pub title: String,
    /// The headings that it stands under, but the page's own.
    pub above: Vec<String>,
    /// Its text.
    pub body: String,
    /// Whether it is no section but a topic that the book is to have.
    pub planned: bool,
}

/// An item of a list in a map.
#[derive(Debug, Default)]
struct Item {
    text: String,
    /// Whether it, or an item within it, leads to something.
    linked: bool,
}

/// Elements that do not end a word.
const WITHIN_WORDS: [&str; 20] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "dfn", "em", "i", "kbd", "mark", "q", "s", "samp", "small", "span",
    "strong", "sub", "sup",
];

#[derive(Default)]
struct Reader {
    done: Vec<Section>,
    current: Section,
    /// The headings around the current section, with their levels.
    headings: Vec<(u8, String)>,
    /// Whether the text is that of a heading.
    in_heading: bool,
    /// How many elements are open whose text nobody reads.
    skipped: u32,
    /// Whether the current section is a map.
    in_map: bool,
    /// The items of the list that is being read, in their order, and which of them are open.
    items: Vec<Item>,
    open: Vec<usize>,
    planned: Vec<Section>,
    /// A text of the page, not yet whole.
    raw: String,
}

impl Reader {
    fn push(&mut self, text: &str) {
        if self.skipped > 0 {
            return;
        }
        match self.open.last() {
            _ if self.in_heading => self.current.title.push_str(text),
            Some(item) => self.items[*item].text.push_str(text),
            None => self.current.body.push_str(text),
        }
    }

    fn heading(&mut self, level: u8, anchor: String, in_map: bool) {
        self.finish();
        self.headings.retain(|(above, _)| *above < level);
        let above = self.headings.iter().filter(|(level, _)| *level > 1).map(|(_, title)| title.clone()).collect();
        self.current = Section { anchor, level, above, ..Section::default() };
        self.in_heading = true;
        self.in_map = in_map;
    }

    fn heading_ends(&mut self) {
        if std::mem::take(&mut self.in_heading) {
            self.headings.push((self.current.level, collapsed(&self.current.title)));
        }
    }

    fn item_ends(&mut self) {
        self.open.pop();
        if !self.open.is_empty() {
            return;
        }
        for item in std::mem::take(&mut self.items) {
            let text = collapsed(&item.text);
            if item.linked || text.is_empty() {
                self.current.body.push_str(&format!(" {text} "));
                continue;
            }
            let title = text.split_once(':').map_or(&*text, |(title, _)| title).to_owned();
            let mut above = self.current.above.clone();
            above.push(collapsed(&self.current.title));
            let anchor = self.current.anchor.clone();
            self.planned.push(Section { anchor, level: self.current.level, title, above, body: text, planned: true });
        }
    }

    fn finish(&mut self) {
        let mut section = std::mem::take(&mut self.current);
        section.title = collapsed(&section.title);
        section.body = collapsed(&section.body);
        if !(section.title.is_empty() && section.body.is_empty()) {
            self.done.push(section);
        }
    }
}

/// The sections of a page as mdBook has rendered it, cut at headings down to the level `depth`, and the topics that it
/// says are planned, at the end. `unescape` replaces the character references in a text.
///
/// # Errors
///
/// If the page is not HTML that can be read.
pub fn sections(html: &str, depth: u8, unescape: fn(&str) -> String) -> Result<Vec<Section>, RewritingError> {
    let reader: Rc<RefCell<Reader>> = Rc::default();
    let opened = |element: &mut Element<'_, '_>| {
        let tag = element.tag_name();
        let mut state = reader.borrow_mut();
        let level =
            tag.strip_prefix('h').and_then(|level| level.parse().ok()).filter(|level| (1..=depth).contains(level));
        let ends: fn(&mut Reader) = match (&*tag, level, element.get_attribute("id")) {
            ("script" | "style" | "template", ..) => {
                state.skipped += 1;
                |state| state.skipped -= 1
            }
            (_, Some(level), Some(id)) => {
                let classes = element.get_attribute("class").unwrap_or_default();
                state.heading(level, unescape(&id), classes.split_whitespace().any(|class| class == MAP));
                Reader::heading_ends
            }
            ("li", ..) if state.in_map => {
                let at = state.items.len();
                state.items.push(Item::default());
                state.open.push(at);
                Reader::item_ends
            }
            ("a", ..) => {
                let Reader { items, open, .. } = &mut *state;
                open.iter().for_each(|item| items[*item].linked = true);
                return Ok(());
            }
            (tag, ..) if WITHIN_WORDS.contains(&tag) => return Ok(()),
            _ => {
                state.push(" ");
                |state| state.push(" ")
            }
        };
        if let Some(handlers) = element.end_tag_handlers() {
            let reader = reader.clone();
            handlers.push(Box::new(move |_| {
                ends(&mut reader.borrow_mut());
                Ok(())
            }));
        }
        Ok(())
    };
    let texts = text!("main", |chunk| {
        let mut state = reader.borrow_mut();
        state.raw.push_str(chunk.as_str());
        if chunk.last_in_text_node() {
            let raw = std::mem::take(&mut state.raw);
            state.push(&unescape(&raw));
        }
        Ok(())
    });
    let settings = RewriteStrSettings::new()
        .append_element_content_handler(element!("main *", opened))
        .append_element_content_handler(texts);
    rewrite_str(html, settings)?;
    let mut state = reader.borrow_mut();
    state.finish();
    let mut sections = std::mem::take(&mut state.done);
    sections.append(&mut state.planned);
    Ok(sections)
}

/// A text with one space where there were several, and none around it.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(html: &str, depth: u8) -> Vec<Section> {
        super::sections(html, depth, |text| text.replace("&amp;", "&")).unwrap()
    }

    fn section(anchor: &str, level: u8, title: &str, above: &[&str], body: &str) -> Section {
        let above = above.iter().map(|title| (*title).to_owned()).collect();
        Section { anchor: anchor.into(), level, title: title.into(), above, body: body.into(), planned: false }
    }

    #[test]
    fn a_page_is_cut_at_its_headings() {
        let html = "<head><title>No</title></head><nav>No</nav><main><p>Before<br>it</p>\
            <h1 id=\"top\"><a class=\"header\" href=\"#top\">Top &amp; <em>more</em></a></h1><p>re<em>try</em> it</p><p>now</p>\
            <h2 id=\"a\">A</h2><ul><li>one</li><li>two</li></ul><script>no()</script>\
            <h3 id=\"b\">B</h3>b<h4 id=\"deep\">Deep</h4>d<h2>no id</h2>e<h2 id=\"c\">C</h2></main><footer>No</footer>";
        let expected = [
            section("", 0, "", &[], "Before it"),
            section("top", 1, "Top & more", &[], "retry it now"),
            section("a", 2, "A", &[], "one two"),
            section("b", 3, "B", &["A"], "b Deep d no id e"),
            section("c", 2, "C", &[], ""),
        ];
        assert_eq!(sections(html, 3), expected);
        assert_eq!(sections(html, 1).len(), 2);
    }

    #[test]
    fn what_a_map_does_not_link_is_planned() {
        let html = "<main><h2 id=\"map\" class=\"course-map\">The <b>map</b></h2><p>Here:</p><ul>\
            <li><strong>Time</strong>: when<ul><li><a href=\"rpc.html\">Calls</a></li><li>Clocks &amp; time</li></ul></li>\
            <li><p><strong>Agreement</strong>: how</p><ul><li>Raft</li></ul></li></ul><p>After</p>\
            <h2 id=\"x\">X</h2><ul><li>y</li></ul></main>";
        let planned =
            |title: &str, body: &str| Section { planned: true, ..section("map", 2, title, &["The map"], body) };
        let expected = [
            section("map", 2, "The map", &[], "Here: Time: when Calls After"),
            section("x", 2, "X", &[], "y"),
            planned("Clocks & time", "Clocks & time"),
            planned("Agreement", "Agreement: how"),
            planned("Raft", "Raft"),
        ];
        assert_eq!(sections(html, 3), expected);
    }
}
