//! The chapters of a book, and the addresses of their pages.

use std::path::Path;

use mdbook_driver::book::{Book, BookItem, Chapter};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The output file with the texts of the licences of what the site carries of others.
pub const LICENCES: &str = "licences.txt";

/// What a site has beside the pages of its chapters, and lessons may lead to.
pub const BESIDE: [&str; 3] = ["index.html", "print.html", LICENCES];

/// What a path may not hold as it is in an address.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?');

/// The page of a chapter, relative to the site's root, with `/`; `None` for a draft.
pub fn page(chapter: &Chapter) -> Option<String> {
    let path = chapter.path.as_ref()?.with_extension("html");
    Some(path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
}

/// The address of a page, as it is written into a link.
pub fn address(page: &str) -> String {
    utf8_percent_encode(page, PATH).to_string()
}

/// What leads from a page to the site's root.
pub fn to_root(page: &str) -> String {
    "../".repeat(Path::new(page).components().count().saturating_sub(1))
}

/// The chapters of a book, in reading order.
pub fn chapters(book: &Book) -> impl Iterator<Item = &Chapter> {
    book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => Some(chapter),
        _ => None,
    })
}

/// Calls `f` with every chapter that has a file among the book's sources, and with the path of that file, in the order
/// of the book.
pub fn each(book: &mut Book, mut f: impl FnMut(&Path, &mut Chapter)) {
    book.for_each_mut(|item| {
        if let BookItem::Chapter(chapter) = item
            && let Some(path) = chapter.source_path.clone()
        {
            f(&path, chapter);
        }
    });
}

/// The page of the lesson in the file `lesson`, from the book's root.
pub fn page_of(lesson: &Path) -> String {
    let page = unix(&lesson.with_extension("html"));
    page.strip_suffix("README.html").map_or(page.clone(), |folder| format!("{folder}index.html"))
}

/// The name of a lesson's file in messages: its `path` below the folder of the book's sources, `src`.
pub fn source_name(src: &Path, path: &Path) -> String {
    unix(&src.join(path))
}

/// A path as an address has it.
pub fn unix(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
