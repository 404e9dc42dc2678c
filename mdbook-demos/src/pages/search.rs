//! The search of the book: its settings, and its index (`book-index`) in the site.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use book_index::{Page, Settings, texts};
use mdbook_driver::{
    book::Book,
    config::{Config, HtmlConfig, Search},
};

use crate::{
    chapters,
    diagnostics::{Diagnostic, Source, suggest},
    files,
    html::unescape,
    pages::inherited::places_of,
    threads,
};

/// The file that the search begins with, as the template names it: in the site it has a fingerprint.
pub const START: &str = "search/start.js";

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
    let searched: Vec<_> = chapters::chapters(book)
        .filter_map(|chapter| Some((chapter, chapters::page(chapter)?, chapter.source_path.as_deref()?)))
        .filter(|(.., source)| is_searched(&settings, source))
        .collect();
    let pages = threads::each(&searched, |(chapter, page, _)| -> Result<Page> {
        let mut sections = texts::sections(&files::read(&site.join(page))?, settings.heading_split_level, unescape)?;
        for section in sections.iter_mut().filter(|section| section.title.is_empty()) {
            section.title.clone_from(&chapter.name);
        }
        let path = chapter.parent_names.iter().chain([&chapter.name]).cloned().collect();
        Ok(Page { address: chapters::address(page), path, sections })
    });
    let pages = pages.into_iter().collect::<Result<Vec<_>>>()?;
    let language = config.book.language.as_deref().unwrap_or("en");
    let settings = Settings {
        limit: settings.limit_results,
        teaser: settings.teaser_word_count,
        all: settings.use_boolean_and,
        expand: settings.expand,
        boost: [settings.boost_title, settings.boost_hierarchy, settings.boost_paragraph],
    };
    let index = book_index::index(&pages, &settings, language);
    for (name, text) in index.files {
        files::write(&site.join(name), text)?;
    }
    Ok(Some(index.start))
}

/// Whether the chapter in the file `source` is to be found.
fn is_searched(settings: &Search, source: &Path) -> bool {
    let mut rules: Vec<_> = settings.chapter.iter().filter(|(path, _)| source.starts_with(path)).collect();
    // The more a path says, the later it speaks.
    rules.sort_by_key(|(path, _)| Path::new(path).components().count());
    rules.iter().rev().find_map(|(_, rule)| rule.enable).unwrap_or(true)
}
