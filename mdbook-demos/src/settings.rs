//! `book.toml`: what is read from it, what is ours to set, and what is wrong with it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use mdbook_driver::config::{Config, HtmlConfig};
use serde::Deserialize;

use crate::{
    diagnostics::{Diagnostic, Diagnostics, Source, Span, not_utf8, suggest},
    inherited,
    module::hash,
};

/// The settings of the book at `root`, with those that are ours to make.
///
/// # Errors
///
/// If the file is missing, cannot be read, or sets something that there is not.
pub fn read(root: &Path) -> Result<Config> {
    let file = root.join("book.toml");
    let bytes = std::fs::read(&file)
        .with_context(|| format!("cannot read {}: the book's root is the folder with book.toml", file.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend(not_utf8("book.toml", error.as_bytes()));
        diagnostics
    })?;
    let mut config = text.parse::<Config>().map_err(|error| explain(&text, error))?;
    config.update_from_env().context("the settings in MDBOOK_… variables cannot be read")?;
    // Not read by anyone before mdBook falls back to its defaults with a warning.
    config.get::<HtmlConfig>("output.html").map_err(|error| explain(&text, error))?;
    let course = config.get::<Course>(COURSE).map_err(|error| explain(&text, error))?.unwrap_or_default();
    course.check(&text)?;
    let wrong = inherited::wrong_files(&text, root);
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    // Our preprocessor runs before mdBook's, so that places in the text are those of the file.
    config.build.use_default_preprocessors = false;
    // A typing mistake in the summary would make an empty chapter among the sources.
    config.build.create_missing = false;
    Ok(config)
}

/// The table with the settings that are ours alone.
const COURSE: &str = "preprocessor.demos";

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
    /// The one that is set, which [`read`] has checked.
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
    fn check(&self, text: &str) -> Result<()> {
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

/// The addresses that lead elsewhere, with those that they lead to, as they are set for mdBook.
pub fn redirects(config: &Config) -> BTreeMap<String, String> {
    config.get("output.html.redirect").ok().flatten().unwrap_or_default()
}

/// The folder of the theme.
pub fn theme(config: &Config, root: &Path) -> PathBuf {
    let theme = config.get::<PathBuf>("output.html.theme").ok().flatten();
    root.join(theme.unwrap_or_else(|| "theme".into()))
}

/// A base URL with a slash at its end.
///
/// # Errors
///
/// If it is not one.
pub fn base_url(url: &str) -> Result<String> {
    let server = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    ensure!(
        !server.is_empty() && !server.starts_with('/') && !url.contains(['?', '#', '"', '<', ' ']),
        "the base URL `{url}` must be like https://example.org/book/"
    );
    Ok(format!("{}/", url.trim_end_matches('/')))
}

/// The path of a URL: what follows the server's name.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// An error about the settings, at its place in the file where that can be told.
fn explain(text: &str, error: anyhow::Error) -> anyhow::Error {
    let words = error.chain().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let mut quoted = words
        .split_once("unknown field ")
        .map(|(_, rest)| rest.lines().next().unwrap_or_default().split('`').skip(1).step_by(2))
        .into_iter()
        .flatten();
    let source = Source::new("book.toml", text);
    let Some((key, at)) = quoted.next().and_then(|key| Some((key, find_key(text, key)?))) else {
        return error.context("the settings in book.toml cannot be read");
    };
    let choices: Vec<&str> = quoted.collect();
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(
        Diagnostic::at(Span::new(&source, at..at + key.len()), format!("unknown setting `{key}`"), "not a setting")
            .maybe_help(suggest(key, &choices, "the settings here are")),
    );
    diagnostics.into()
}

/// Where a key or a table's name begins.
fn find_key(text: &str, key: &str) -> Option<usize> {
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
