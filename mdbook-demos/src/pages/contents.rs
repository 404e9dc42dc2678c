//! The list of contents, put into every page by the server's side: no script is needed to find the
//! way.

use mdbook_driver::book::{Book, BookItem, Chapter};

use crate::{
    chapters::{address, page, to_root},
    html::escape,
};

/// The nested lists for the page `current`, the links relative to it. `numbers` tells whether the
/// sections' numbers are shown.
pub fn list(book: &Book, current: Option<&str>, numbers: bool) -> String {
    let mut writer = Writer { out: String::new(), root: to_root(current.unwrap_or_default()), current, numbers };
    writer.items(&book.items, true);
    writer.out
}

struct Writer<'a> {
    out: String,
    root: String,
    current: Option<&'a str>,
    numbers: bool,
}

impl Writer<'_> {
    fn items(&mut self, items: &[BookItem], top: bool) {
        let mut open = false;
        for item in items {
            match item {
                BookItem::Chapter(chapter) => {
                    if !open {
                        self.out.push_str(if top { "<ol class=\"chapters\">" } else { "<ol>" });
                        open = true;
                    }
                    self.chapter(chapter);
                }
                // A title or a rule may not stand in a list.
                BookItem::PartTitle(title) => {
                    self.close(&mut open);
                    self.out.push_str(&format!("<p class=\"part\">{}</p>", escape(title)));
                }
                BookItem::Separator => {
                    self.close(&mut open);
                    self.out.push_str("<hr>");
                }
            }
        }
        self.close(&mut open);
    }

    fn close(&mut self, open: &mut bool) {
        if *open {
            self.out.push_str("</ol>");
            *open = false;
        }
    }

    fn chapter(&mut self, chapter: &Chapter) {
        let number = match &chapter.number {
            Some(number) if self.numbers => format!("<span class=\"number\">{number}</span> "),
            _ => String::new(),
        };
        let label = format!("{number}{}", escape(&chapter.name));
        self.out.push_str("<li>");
        match page(chapter) {
            Some(page) => {
                let here = if self.current == Some(&*page) { " aria-current=\"page\"" } else { "" };
                self.out.push_str(&format!("<a href=\"{}{}\"{here}>{label}</a>", self.root, escape(&address(&page))));
            }
            None => self.out.push_str(&format!("<span class=\"draft\">{label}</span>")),
        }
        if !chapter.sub_items.is_empty() {
            self.items(&chapter.sub_items, false);
        }
        self.out.push_str("</li>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_nested_and_know_the_page() {
        let mut outer = Chapter::new("One & all", String::new(), "a/one.md", Vec::new());
        outer.number = Some(mdbook_driver::book::SectionNumber::new([1]));
        let inner = Chapter::new("Two", String::new(), "a/b/two words.md", Vec::new());
        let draft = Chapter::new_draft("Later", Vec::new());
        outer.sub_items = vec![BookItem::Chapter(inner), BookItem::Chapter(draft)];
        let book = Book::new_with_items(vec![
            BookItem::Chapter(Chapter::new("Welcome", String::new(), "welcome.md", Vec::new())),
            BookItem::PartTitle("Part <1>".into()),
            BookItem::Chapter(outer),
            BookItem::Separator,
        ]);
        assert_eq!(
            list(&book, Some("a/one.html"), true),
            "<ol class=\"chapters\"><li><a href=\"../welcome.html\">Welcome</a></li></ol>\
             <p class=\"part\">Part &lt;1&gt;</p>\
             <ol class=\"chapters\"><li><a href=\"../a/one.html\" aria-current=\"page\">\
             <span class=\"number\">1.</span> One &amp; all</a>\
             <ol><li><a href=\"../a/b/two%20words.html\">Two</a></li>\
             <li><span class=\"draft\">Later</span></li></ol></li></ol><hr>"
        );
        assert!(list(&book, None, false).contains("<a href=\"welcome.html\">"));
    }
}
