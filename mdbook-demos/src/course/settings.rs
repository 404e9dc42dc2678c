//! The table `[preprocessor.demos]` of `book.toml`: the book as a course.

use anyhow::Result;
use mdbook_driver::config::Config;
use serde::Deserialize;

use crate::{
    diagnostics::{Diagnostic, Diagnostics, Source, Span},
    files::hash,
};

/// The table with the settings that are ours alone.
pub const COURSE: &str = "preprocessor.demos";

/// What of the settings is about the book as a course, from the table `[preprocessor.demos]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Course {
    /// The book's name in a reader's storage and in packages, which must never change; otherwise made of the title.
    id: Option<String>,
    /// The version that packages are stamped with.
    version: Option<String>,
    /// From how many per cent of the points on a reader has passed, 0 to 100; otherwise 80.
    mastery: Option<u8>,
    /// The titles of parts of the summary that are about the book: their chapters are no lessons.
    about: Vec<String>,
}

impl Course {
    /// The one that is set; it was [checked](Self::check) when the settings were read.
    pub fn of(config: &Config) -> Self {
        config.get(COURSE).ok().flatten().unwrap_or_default()
    }

    /// The book's name in storage and packages: small letters, digits and hyphens.
    pub fn id(&self, title: &str) -> String {
        let made = || {
            let words: Vec<String> = title
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_ascii_lowercase)
                .collect();
            match (words.is_empty(), title.trim()) {
                (false, _) => words.join("-"),
                (true, "") => "book".to_owned(),
                // A title in another script: two such books are not one.
                (true, title) => format!("book-{}", &hash(title.as_bytes())[..8]),
            }
        };
        self.id.clone().unwrap_or_else(made)
    }

    /// The version.
    pub fn version(&self) -> &str {
        self.version.as_deref().unwrap_or("0.0.0")
    }

    /// From how many per cent on a reader has passed.
    pub fn mastery(&self) -> u8 {
        self.mastery.unwrap_or(80)
    }

    /// The titles of the parts that are about the book.
    pub fn about(&self) -> &[String] {
        &self.about
    }

    /// Whether the part of that title is about the book.
    pub fn is_about(&self, part: &str) -> bool {
        self.about.iter().any(|about| about == part)
    }

    /// Whether the values are ones that packages and storage can bear.
    ///
    /// # Errors
    ///
    /// Every mistake, at its place in `text`, which is `book.toml`.
    pub fn check(&self, text: &str) -> Result<()> {
        let source = Source::new("book.toml", text);
        let mut diagnostics = Diagnostics::default();
        let mut wrong = |key: &str, message: String, help: &str| {
            let at = find_key(text, key).unwrap_or_default();
            diagnostics
                .push(Diagnostic::at(Span::new(&source, at..at + key.len()), message, "this setting").help(help));
        };
        if let Some(id) = &self.id
            && (id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'))
        {
            wrong("id", format!("`{id}` cannot name the book"), "use small letters, digits and hyphens");
        }
        if let Some(version) = &self.version
            && (version.is_empty() || !version.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.+".contains(&b)))
        {
            wrong("version", format!("`{version}` is not a version"), "write for instance \"1.2.0\"");
        }
        if let Some(mastery) = self.mastery.filter(|mastery| *mastery > 100) {
            wrong("mastery", format!("nobody can reach {mastery} per cent"), "write a whole number from 0 to 100");
        }
        if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics.into()) }
    }
}

/// Where a key or a table's name begins.
pub fn find_key(text: &str, key: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start().trim_start_matches('[');
        let name = bare.split(['=', ']']).next().unwrap_or_default().trim();
        let last = name.rsplit('.').next().unwrap_or_default().trim_matches('"');
        if last == key {
            return line.find(key).map(|at| start + at);
        }
        start += line.len();
    }
    None
}
