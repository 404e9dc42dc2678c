//! The search index, in which words of every script are found. mdBook's own keeps what begins and ends with a letter
//! from a to z: nothing of a book in Russian, Arabic or Chinese can be found in it. So the texts that it has gathered
//! are indexed anew, by words as [`tokens`] finds them.
//!
//! `theme/js/search.js` takes a reader's words apart in the same way; a test holds the two together.

use std::{path::Path, sync::LazyLock};

use anyhow::{Context, Result};
use elasticlunr::{IndexBuilder, Language, Pipeline, lang::English};
use regex::Regex;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    chapters, files,
    files::hash,
    pages::assets::unhashed,
    words::{SPACELESS, pattern},
};

/// What mdBook calls the file, without its fingerprint.
const FILE: &str = "searchindex.js";
/// What stands before and after the JSON in it.
const AROUND: (&str, &str) = ("window.search = Object.assign(window.search, JSON.parse('", "'));");
/// The parts of a text that is found, in the order of mdBook's index.
const FIELDS: [&str; 3] = ["title", "body", "breadcrumbs"];

/// Signs above, below and between letters that many leave out when they type: accents, vowel points, joiners.
static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[\u{ad}\u{300}-\u{36f}\u{591}-\u{5bd}\u{5bf}\u{5c1}\u{5c2}\u{5c4}\u{5c5}\u{5c7}\u{610}-\u{61a}\u{640}\u{64b}-\u{65f}\u{670}\u{200b}-\u{200f}\u{20d0}-\u{20ff}\u{fe00}-\u{fe0f}\u{feff}]",
    )
});
/// Words, and pictures such as emoji.
static WORDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\p{L}\p{N}\p{M}_]+|\p{So}"));
/// The words of a text as the index has them: in small letters, without accents, English ones by their stems. What is
/// written without spaces is every two characters that follow each other, and the last one.
pub fn tokens(text: &str) -> Vec<String> {
    let small = text.to_lowercase().nfkd().collect::<String>();
    let plain: String = SIGNS.replace_all(&small, "").nfc().map(|c| if c == 'ς' { 'σ' } else { c }).collect();
    let english = English::new().make_pipeline();
    let mut out = Vec::new();
    for word in WORDS.find_iter(&plain) {
        let word = word.as_str();
        let mut at = 0;
        for stretch in SPACELESS.find_iter(word) {
            spaced(&word[at..stretch.start()], &english, &mut out);
            at = stretch.end();
            let chars: Vec<char> = stretch.as_str().chars().collect();
            out.extend(chars.windows(2).map(|two| two.iter().copied().map(short).collect()));
            out.extend(chars.last().map(|last| short(*last)));
        }
        spaced(&word[at..], &english, &mut out);
    }
    out
}

/// Adds a word with spaces around it.
fn spaced(word: &str, english: &Pipeline, out: &mut Vec<String>) {
    if word.is_ascii() {
        out.extend(english.run(vec![word.to_owned()]).into_iter().filter(|stem| !stem.is_empty()));
    } else {
        out.push(word.chars().map(short).collect());
    }
}

/// A character as the index spells it: the reader's half knows none beyond the first 65,536.
fn short(c: char) -> String {
    if u32::from(c) > 0xffff { format!("u{:x}", u32::from(c)) } else { c.to_string() }
}

/// The words are taken apart by [`tokens`]; nothing is left to do.
struct AnyScript;

impl Language for AnyScript {
    fn name(&self) -> String {
        "any script".to_owned()
    }

    fn code(&self) -> String {
        "en".to_owned()
    }

    fn tokenize(&self, text: &str) -> Vec<String> {
        tokens(text)
    }

    fn make_pipeline(&self) -> Pipeline {
        Pipeline { queue: Vec::new() }
    }
}

/// A file that got another name: the old one and the new one, without their folders.
pub type Renamed = Option<(String, String)>;

/// Indexes the texts of the index in `site` anew. The file gets a name of its new content if it had one of its old.
///
/// # Errors
///
/// If the index is not of the form that mdBook writes.
pub fn index_anew(site: &Path) -> Result<Renamed> {
    let all = files::list(site)?;
    let Some(old) = all.iter().find(|file| unhashed(file) == FILE) else { return Ok(None) };
    let text = files::read(&site.join(old))?;
    let json = text.strip_prefix(AROUND.0).and_then(|rest| rest.strip_suffix(AROUND.1));
    let json = json.context("mdBook's search index is not where it was")?;
    let mut index: Value = serde_json::from_str(&unquoted(json)).context("mdBook's search index")?;
    let docs =
        index.pointer("/index/documentStore/docs").and_then(Value::as_object).context("the index has no texts")?;
    let mut anew =
        FIELDS.iter().fold(IndexBuilder::with_language(Box::new(AnyScript)), |all, name| all.add_field(name)).build();
    for (name, doc) in docs {
        let part = |field: &&str| doc.get(*field).and_then(Value::as_str).unwrap_or_default().to_owned();
        anew.add_doc(name, FIELDS.iter().map(part));
    }
    index["index"] = serde_json::to_value(&anew).context("the new search index")?;
    for url in index.get_mut("doc_urls").and_then(Value::as_array_mut).into_iter().flatten() {
        // A path, as it is, and perhaps an anchor: the path may hold what would end one.
        let whole = url.as_str().unwrap_or_default();
        let (page, anchor) = match whole.rsplit_once(".html#") {
            Some((page, anchor)) => (format!("{page}.html"), format!("#{anchor}")),
            None => (whole.to_owned(), String::new()),
        };
        *url = Value::String(format!("{}{anchor}", chapters::address(&page)));
    }
    let json = serde_json::to_string(&index).context("the new search index")?;
    let text = format!("{}{}{}", AROUND.0, json.replace('\\', r"\\").replace('\'', r"\'"), AROUND.1);
    let new = match old == FILE {
        true => FILE.to_owned(),
        false => format!("searchindex-{}.js", hash(text.as_bytes()).chars().take(8).collect::<String>()),
    };
    std::fs::remove_file(site.join(old)).with_context(|| format!("cannot remove {old}"))?;
    files::write(&site.join(&new), text)?;
    Ok(Some((old.clone(), new)))
}

/// What a text in single quotes of JavaScript means.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Texts and what is found in them; `theme/js/search.js` finds the same.
    pub(crate) const TEXTS: [(&str, &[&str]); 10] = [
        ("Retries, at-most-once & DEADLINE_EXCEEDED", &["retri", "onc", "deadline_exceed"]),
        ("Café naïve e\u{301}té", &["cafe", "naiv", "et"]),
        ("Отказ сервера: Ещё раз", &["отказ", "сервера", "еще", "раз"]),
        ("一致性。Raft 协议", &["一致", "致性", "性", "raft", "协议", "议"]),
        ("サーバー", &["サー", "ーバ", "バー", "ー"]),
        ("ひらがなX", &["ひら", "らが", "がな", "な", "x"]),
        ("الأَنظِمَة المُوزَّعة", &["الانظمة", "الموزعة"]),
        ("ΛΟΓΟΣ λόγος", &["λογοσ", "λογοσ"]),
        ("क्षेत्र 분산 שָׁלוֹם", &["क्षेत्र", "분산", "שלום"]),
        ("🚀 👩\u{200d}🚀 𠀀", &["u1f680", "u1f469", "u1f680", "u20000"]),
    ];

    #[test]
    fn words_of_every_script_are_found() {
        for (text, expected) in TEXTS {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }
}
