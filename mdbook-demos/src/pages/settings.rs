//! `book.toml`: what is read from it, what is ours to set, and what is wrong with it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use mdbook_driver::config::{Config, HtmlConfig};

use crate::{
    course::settings::{COURSE, Course, find_key},
    diagnostics::{Diagnostic, Diagnostics, Source, Span, not_utf8, suggest},
    pages::inherited,
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
