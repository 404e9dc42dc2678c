//! The index of a book's search: what its pages say, in many small scripts, of which a reader's browser fetches those that
//! a query needs.
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
//!
//! A crate of its own, so that it is compiled for speed while the builder is compiled to be edited: it reads every word of
//! the book at every build.

pub mod scripts;
pub mod texts;
pub mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    texts::Section,
    words::{Stems, tokens},
};

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

/// How a book is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many results are shown.
    pub limit: u32,
    /// How many words of a section's text are shown.
    pub teaser: u32,
    /// Whether sections that lack some words are left out where others have all.
    pub all: bool,
    /// Whether words are found by their beginnings.
    pub expand: bool,
    /// How much a word says that stands in a heading, in what is above the section, and in its text.
    pub boost: [u8; 3],
}

/// A page that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it is, from the site's root, as links have it.
    pub address: String,
    /// The titles of its parents and its own.
    pub path: Vec<String>,
    /// What it consists of.
    pub sections: Vec<Section>,
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

/// The files of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// The name of the file that names the others.
    pub start: String,
    /// All of them, by their names from the site's root.
    pub files: BTreeMap<String, String>,
}

/// The first 16 hexadecimal digits of a content's SHA-256.
fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Index {
    /// Takes a file of the index; its name in the folder, without the ending.
    fn add(&mut self, kind: &str, content: &Value) -> String {
        let content = content.to_string();
        let hash = hash(content.as_bytes());
        // Eight digits, as mdBook has them; more if another file has these already.
        let mut names = (8..=hash.len()).map(|digits| format!("{kind}-{}", &hash[..digits]));
        let free = |name: &String, text: &str| self.files.get(&format!("search/{name}.js")).is_none_or(|it| it == text);
        let script = |name: &str| format!("window.bookSearch.take({},{content});\n", json!(name));
        let name = names.find(|name| free(name, &script(name))).unwrap_or_else(|| format!("{kind}-{hash}"));
        self.files.insert(format!("search/{name}.js"), script(&name));
        name
    }
}

/// The index of these pages, of a book in `language`, a tag such as `en`.
pub fn index(pages: &[Page], settings: &Settings, language: &str) -> Index {
    let stems = &Stems::of(language);
    let mut written = Index::default();
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
        "limit": settings.limit,
        "teaser": settings.teaser,
        "all": settings.all,
        "expand": settings.expand,
        "boost": settings.boost,
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
fn texts_of(page: &Page, written: &mut Index) -> Vec<Value> {
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
fn words_of<'a>(lines: impl Iterator<Item = (&'a str, String)>, written: &mut Index) -> Vec<[String; 2]> {
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
