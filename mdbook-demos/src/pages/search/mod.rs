//! The search of the book: what its pages say, as an index in many small scripts, of which a reader's browser fetches
//! those that a query needs.
//!
//! ```text
//! search/start-….js   settings, pages, and which words and texts are in which other file
//! search/words-….js   words that follow each other in the alphabet, each with the sections that hold it
//! search/text-….js    a few sections of one page: headings and texts
//! ```
//!
//! Scripts, because those are loaded from `file://` and in frames without an origin too, where nothing can be fetched.
//! Each is named after what is in it. Sections are counted within their page, and files are cut where their words say,
//! not where so many bytes are full, so that an edit changes few of them.
//!
//! `theme/js/search.js` is the other half: it reads these files, and takes a query apart as [`words`] takes texts apart.

pub mod texts;
pub mod words;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use anyhow::Result;
use mdbook_driver::{
    book::Book,
    config::{Config, HtmlConfig, Search},
};
use serde_json::{Value, json};

use self::{
    texts::Section,
    words::{Stems, tokens},
};
use crate::{
    chapters,
    diagnostics::{Diagnostic, Source, suggest},
    files::{self, hash},
    pages::inherited::places_of,
};

/// The file that the search begins with, as the template names it: in the site it has a fingerprint.
pub const START: &str = "search/start.js";

/// So long a word is hardly one; no reader types it. In bytes.
const LONGEST: usize = 80;
/// From so many bytes on a file of words ends where a word says so, and before so many it ends at any.
const WORDS: (usize, usize) = (10_000, 28_000);
/// One word of so many says that a file of words may end after it.
const CUTS: u64 = 8;
/// A file of texts with so many bytes takes no other section.
const TEXTS: usize = 6_000;
/// In a book of so many sections, words of more than two thirds of them are common.
const ENOUGH: usize = 12;

/// Words of English that say little of what a text is about: a query need not find them.
const ENGLISH: &str = "a about an and any are as at be been but by can could did do does for from had has have how i if in \
    into is it its me my of on or our should so such than that the their them then there these they this those to us was we \
    were what when where which while who why will with would you your";

/// Where a section has a word besides its text.
mod place {
    /// In the name of a topic that is planned: what is there already comes first.
    pub const PLANNED: u8 = 4;
    /// In the title of a page.
    pub const PAGE: u8 = 3;
    /// In a heading.
    pub const HEADING: u8 = 2;
    /// In a heading above, or in the title of the page or the module.
    pub const ABOVE: u8 = 1;
}

/// The settings of the search, as `book.toml` has them.
fn settings(config: &Config) -> Search {
    let html = config.get::<HtmlConfig>("output.html").ok().flatten().unwrap_or_default();
    html.search.unwrap_or_default()
}

/// Has mdBook gather nothing for its own search, which is not used, and tell the template that there is one if there is.
///
/// # Errors
///
/// If the settings cannot be changed.
pub fn instead_of_mdbooks(config: &mut Config) -> Result<()> {
    if config.contains_key("output.html") {
        config.set("output.html.search.copy-js", true)?;
        // Every path begins with this one.
        config.set("output.html.search.chapter", BTreeMap::from([("", BTreeMap::from([("enable", false)]))]))?;
    }
    Ok(())
}

/// The chapters that `output.html.search.chapter` names and that the book has not, at their places in `text`, the content
/// of `book.toml`.
pub fn unknown_chapters(config: &Config, text: &str, book: &Book) -> Vec<Diagnostic> {
    let all: Vec<&Path> = chapters::chapters(book).filter_map(|chapter| chapter.source_path.as_deref()).collect();
    let names: Vec<String> = all.iter().map(|path| chapters::unix(path)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let source = Source::new("book.toml", text);
    let chapters: BTreeMap<String, _> = settings(config).chapter.into_iter().collect();
    let unknown = chapters.keys().filter(|path| !all.iter().any(|chapter| chapter.starts_with(path)));
    unknown
        .map(|path| {
            let message = format!("no chapter of the book lies at `{path}`");
            let told = match places_of(&source, &["output", "html", "search", "chapter", path]) {
                Some((key, _)) => Diagnostic::at(key, message, "named here"),
                None => Diagnostic::in_file("book.toml", message),
            };
            told.help("name a file or a folder that SUMMARY.md lists, from the folder of the sources")
                .maybe_help(suggest(path, &names, "chapter"))
        })
        .collect()
}

/// A page that can be found.
struct Page {
    address: String,
    /// The titles of its parents and its own.
    path: Vec<String>,
    sections: Vec<Section>,
}

/// Where a word stands in a section.
#[derive(Clone, Copy, Default)]
struct Found {
    /// How much its text says about it, as [`often`] has it.
    often: u8,
    /// The [`place`] above its text; 0 if in none.
    place: u8,
}

/// The sections of all pages in which a word stands, as numbers of page and section.
type Places = BTreeMap<(u32, u32), Found>;

/// Writes the search index of the rendered book into `site` and returns the name of the file that it begins with; `None`
/// if the book is to have no search, or no template that names the file.
///
/// # Errors
///
/// If a page cannot be read, or a file not written.
pub fn write(site: &Path, book: &Book, config: &Config) -> Result<Option<String>> {
    let settings = settings(config);
    let index = site.join("index.html");
    if !settings.enable || !index.is_file() || !files::read(&index)?.contains(START) {
        return Ok(None);
    }
    let mut pages = Vec::new();
    for chapter in chapters::chapters(book) {
        let (Some(page), Some(source)) = (chapters::page(chapter), chapter.source_path.as_deref()) else { continue };
        if !is_searched(&settings, source) {
            continue;
        }
        let mut sections = texts::sections(&files::read(&site.join(&page))?, settings.heading_split_level)?;
        for section in sections.iter_mut().filter(|section| section.title.is_empty()) {
            section.title.clone_from(&chapter.name);
        }
        let path = chapter.parent_names.iter().chain([&chapter.name]).cloned().collect();
        pages.push(Page { address: chapters::address(&page), path, sections });
    }
    let language = config.book.language.as_deref().unwrap_or("en");
    let written = files_of(&pages, &settings, &Stems::of(language));
    let start = written.start;
    for (name, text) in written.files {
        files::write(&site.join(name), text)?;
    }
    Ok(Some(start))
}

/// Whether the chapter in the file `source` is to be found.
fn is_searched(settings: &Search, source: &Path) -> bool {
    let mut rules: Vec<_> = settings.chapter.iter().filter(|(path, _)| source.starts_with(path)).collect();
    // The more a path says, the later it speaks.
    rules.sort_by_key(|(path, _)| Path::new(path).components().count());
    rules.iter().rev().find_map(|(_, rule)| rule.enable).unwrap_or(true)
}

/// The files of an index.
struct Written {
    /// The name of the file that names the others.
    start: String,
    /// All of them, from the site's root.
    files: BTreeMap<String, String>,
}

impl Written {
    /// Takes a file of the index; its name in the folder, without the ending.
    fn add(&mut self, kind: &str, content: &Value) -> String {
        let hash = hash(content.to_string().as_bytes());
        // Eight digits, as mdBook has them; more if another file has these already.
        let mut names = (8..=hash.len()).map(|digits| format!("{kind}-{}", &hash[..digits]));
        let free = |name: &String, text: &str| self.files.get(&format!("search/{name}.js")).is_none_or(|it| it == text);
        let script = |name: &str| format!("window.bookSearch.take({},{content});\n", json!(name));
        let name = names.find(|name| free(name, &script(name))).unwrap_or_else(|| format!("{kind}-{hash}"));
        self.files.insert(format!("search/{name}.js"), script(&name));
        name
    }
}

/// The files of the index of these pages.
fn files_of(pages: &[Page], settings: &Search, stems: &Stems) -> Written {
    let mut written = Written { start: String::new(), files: BTreeMap::new() };
    let mut words: BTreeMap<String, Places> = BTreeMap::new();
    let mut accented: HashMap<String, String> = HashMap::new();
    let mut listed = Vec::new();
    let sections: usize = pages.iter().map(|page| page.sections.len()).sum();
    for (number, page) in (0..).zip(pages) {
        listed.push(json!([page.address, page.path, texts_of(page, &mut written)]));
        for (at, section) in (0..).zip(&page.sections) {
            gather(page, section, (number, at), &mut words);
            for text in [&section.title, &section.body] {
                for (token, stem) in stems.of_accented(text) {
                    accented.entry(token).or_insert(stem);
                }
            }
        }
    }
    let english: BTreeSet<&str> = if stems.is_english { ENGLISH.split_whitespace().collect() } else { BTreeSet::new() };
    let is_common =
        |word: &str, places: &Places| english.contains(word) || (sections >= ENOUGH && 3 * places.len() > 2 * sections);
    let common: Vec<&String> =
        words.iter().filter(|(word, places)| is_common(word, places)).map(|(word, _)| word).collect();
    let lines = words.iter().map(|(word, places)| {
        let stem = accented.get(word).cloned().unwrap_or_else(|| stems.of_token(word));
        (word.as_str(), format!("{word} {} {}", ending(word, &stem), packed(places)))
    });
    let words = words_of(lines, &mut written);
    let start = json!({
        "limit": settings.limit_results,
        "teaser": settings.teaser_word_count,
        "all": settings.use_boolean_and,
        "expand": settings.expand,
        "boost": [settings.boost_title, settings.boost_hierarchy, settings.boost_paragraph],
        "sections": sections,
        "common": common,
        "words": words,
        "pages": listed,
    });
    let name = format!("search/start-{}.js", &hash(start.to_string().as_bytes())[..8]);
    written.files.insert(name.clone(), format!("window.bookSearch.take(\"start\",{start});\n"));
    written.start = name;
    written
}

/// Adds the words of a section.
fn gather(page: &Page, section: &Section, place: (u32, u32), words: &mut BTreeMap<String, Places>) {
    let mut add = |token: String, f: &dyn Fn(&mut Found)| {
        if token.len() <= LONGEST {
            f(words.entry(token).or_default().entry(place).or_default());
        }
    };
    let body = tokens(&section.body);
    let length = u32::try_from(body.len()).unwrap_or(1 << 31);
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    body.into_iter().for_each(|token| *times.entry(token).or_default() += 1);
    for (token, times) in times {
        add(token, &|found| found.often = often(times, length));
    }
    let title = match section.level {
        _ if section.planned => place::PLANNED,
        1 => place::PAGE,
        _ => place::HEADING,
    };
    for token in tokens(&section.title) {
        add(token, &|found| found.place = title);
    }
    for token in page.path.iter().chain(&section.above).flat_map(|above| tokens(above)) {
        add(token, &|found| found.place = found.place.max(place::ABOVE));
    }
}

/// Writes the texts of a page, in files of some sections each: the number of the first section and the file's name, and so
/// on.
fn texts_of(page: &Page, written: &mut Written) -> Vec<Value> {
    let mut out = Vec::new();
    let (mut first, mut size, mut piece) = (0, 0, Vec::new());
    for (at, section) in page.sections.iter().enumerate() {
        let Section { anchor, title, above, body, planned, .. } = section;
        size += title.len() + body.len();
        piece.push(match planned {
            true => json!([anchor, title, above, body, 1]),
            false => json!([anchor, title, above, body]),
        });
        if size >= TEXTS || at + 1 == page.sections.len() {
            let name = written.add("text", &Value::Array(std::mem::take(&mut piece)));
            out.extend([json!(first), json!(name)]);
            (first, size) = (at + 1, 0);
        }
    }
    out
}

/// Writes the words, given with their lines in the order of the alphabet: the first word and the name of each file.
fn words_of<'a>(lines: impl Iterator<Item = (&'a str, String)>, written: &mut Written) -> Vec<[String; 2]> {
    let mut out = Vec::new();
    let (mut first, mut text) = (None::<&str>, String::new());
    for (word, line) in lines {
        let begins = text.is_empty();
        if !begins {
            text.push('\n');
        }
        text.push_str(&line);
        let first_here = *first.get_or_insert(word);
        let ends = u64::from_str_radix(&hash(word.as_bytes())[..8], 16).is_ok_and(|hash| hash.is_multiple_of(CUTS));
        if text.len() >= WORDS.1 || (text.len() >= WORDS.0 && ends) {
            out.push([first_here.to_owned(), written.add("words", &json!(text))]);
            (first, text) = (None, String::new());
        }
    }
    if let Some(first) = first {
        out.push([first.to_owned(), written.add("words", &json!(text))]);
    }
    out
}

/// How a stem is made of its word: how many characters go from its end, and what comes there. Empty if nothing changes.
fn ending(word: &str, stem: &str) -> String {
    let same = word.chars().zip(stem.chars()).take_while(|(a, b)| a == b).count();
    let (gone, added) = (word.chars().count() - same, stem.chars().skip(same).collect::<String>());
    match (gone, &*added) {
        (0, "") => String::new(),
        // The two could not be told apart again.
        _ if added.starts_with(|c: char| c.is_ascii_digit()) || added.contains(char::is_whitespace) => String::new(),
        _ => format!("{gone}{added}"),
    }
}

/// The digits of numbers in [`packed`].
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Where a word stands: page after page how many pages further on it is, how many sections of it hold the word, and of
/// each how many sections further on it is, and one digit of how much that says.
fn packed(places: &Places) -> String {
    let mut pages: BTreeMap<u32, Vec<(u32, Found)>> = BTreeMap::new();
    for ((page, section), found) in places {
        pages.entry(*page).or_default().push((*section, *found));
    }
    let mut out = String::new();
    let mut last = 0;
    for (page, sections) in pages {
        number(page - last, &mut out);
        last = page;
        number(u32::try_from(sections.len()).unwrap_or(u32::MAX), &mut out);
        let mut before = 0;
        for (section, found) in sections {
            number(section - before, &mut out);
            before = section;
            out.push(char::from(DIGITS[usize::from(found.place << 3 | found.often)]));
        }
    }
    out
}

/// A number in digits of five bits, the lowest first; the sixth bit says that another follows.
fn number(mut value: u32, out: &mut String) {
    loop {
        let more = u8::from(value > 31) << 5;
        out.push(char::from(DIGITS[usize::from((value & 31) as u8 | more)]));
        value >>= 5;
        if more == 0 {
            return;
        }
    }
}

/// How much it says, from 0 to 7, that a word stands so many times in a text of so many words: more times say less and
/// less more, and the longer the text the less. Its length counts roughly, so that an edit seldom changes what it says.
fn often(times: u32, length: u32) -> u8 {
    let each = 4_000 / (200 + length.next_power_of_two());
    let much = u64::from(times) * u64::from(each);
    (1..=7).rev().find(|level| much >= [0, 1, 15, 25, 40, 60, 90, 140][usize::from(*level)]).unwrap_or(0)
}
