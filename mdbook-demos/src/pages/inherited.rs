//! The settings that `book.toml` inherits from mdBook, and what becomes of each here: one table, which a test holds
//! against mdBook's own list. A setting that is taken without effect would let an author wait for one.

use std::{ops::Range, path::Path, sync::Arc};

use toml::{
    Spanned, Value,
    de::{DeTable, DeValue},
};

use crate::{
    diagnostics::{Diagnostic, Diagnostics, Source, Span},
    files,
};

/// What becomes of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It does what mdBook's documentation says.
    Honoured,
    /// It has no effect: the only value that is true here, as TOML (nothing: whatever is set is in vain), and what
    /// holds instead.
    NoEffect(&'static str, &'static str),
}

use Fate::{Honoured, NoEffect};

/// Pages that highlight nothing and run nothing have no use for the playground.
const NO_PLAYGROUND: &str = "code is shown as it is: pages call no other site and have no editor";
const OWN_THEMES: &str = "pages are light or dark as the reader's system, or as the reader chooses";
const ALWAYS_WHOLE: &str = "the list of contents is always whole";

/// Every setting of mdBook 0.5.4.
pub const SETTINGS: &[(&str, Fate)] = &[
    ("book.title", Honoured),
    ("book.authors", Honoured),
    ("book.description", Honoured),
    ("book.src", Honoured),
    ("book.language", Honoured),
    ("book.text-direction", Honoured),
    ("build.build-dir", NoEffect("\"book\"", "the site goes to `book`, or where `--out` says")),
    ("build.create-missing", NoEffect("false", "a chapter that SUMMARY.md names and nobody wrote is a mistake")),
    ("build.use-default-preprocessors", NoEffect("true", "includes and `README.md` work in every book")),
    ("build.extra-watch-dirs", NoEffect("[]", "`cargo xtask serve` watches the book's sources and theme")),
    ("rust.edition", NoEffect("", NO_PLAYGROUND)),
    ("output.html.theme", Honoured),
    ("output.html.default-theme", NoEffect("", OWN_THEMES)),
    ("output.html.preferred-dark-theme", NoEffect("", OWN_THEMES)),
    ("output.html.smart-punctuation", Honoured),
    ("output.html.definition-lists", Honoured),
    ("output.html.admonitions", Honoured),
    (
        "output.html.mathjax-support",
        NoEffect("false", "formulas, in the same notation, are typeset when the book is built, and need no script"),
    ),
    ("output.html.additional-css", Honoured),
    ("output.html.additional-js", Honoured),
    ("output.html.fold.enable", NoEffect("false", ALWAYS_WHOLE)),
    ("output.html.fold.level", NoEffect("", ALWAYS_WHOLE)),
    ("output.html.playground.editable", NoEffect("false", NO_PLAYGROUND)),
    ("output.html.playground.copyable", NoEffect("false", NO_PLAYGROUND)),
    ("output.html.playground.copy-js", NoEffect("false", NO_PLAYGROUND)),
    ("output.html.playground.line-numbers", NoEffect("false", NO_PLAYGROUND)),
    ("output.html.playground.runnable", NoEffect("false", NO_PLAYGROUND)),
    ("output.html.code.hidelines", Honoured),
    ("output.html.print.enable", Honoured),
    ("output.html.print.page-break", Honoured),
    ("output.html.no-section-label", Honoured),
    ("output.html.search.enable", Honoured),
    ("output.html.search.limit-results", Honoured),
    ("output.html.search.teaser-word-count", Honoured),
    ("output.html.search.use-boolean-and", Honoured),
    ("output.html.search.boost-title", Honoured),
    ("output.html.search.boost-hierarchy", Honoured),
    ("output.html.search.boost-paragraph", Honoured),
    ("output.html.search.expand", Honoured),
    ("output.html.search.heading-split-level", Honoured),
    ("output.html.search.copy-js", NoEffect("true", "the search's scripts come with the theme and the index")),
    ("output.html.search.chapter", Honoured),
    ("output.html.git-repository-url", Honoured),
    ("output.html.git-repository-icon", NoEffect("", "the link to the repository has an icon of the theme's own")),
    ("output.html.input-404", Honoured),
    ("output.html.site-url", Honoured),
    ("output.html.cname", Honoured),
    ("output.html.edit-url-template", Honoured),
    ("output.html.live-reload-endpoint", NoEffect("", "`cargo xtask serve` has its own")),
    ("output.html.redirect", Honoured),
    ("output.html.hash-files", Honoured),
    ("output.html.sidebar-header-nav", NoEffect("false", "the list of contents has pages only")),
];

/// What of the settings in `text`, the content of `book.toml`, has no effect: to be told, and no reason to stop.
pub fn without_effect(text: &str) -> Vec<Diagnostic> {
    let (Ok(values), source) = (text.parse::<toml::Table>(), Source::new("book.toml", text)) else { return Vec::new() };
    let mut out = Vec::new();
    for (name, fate) in SETTINGS {
        let NoEffect(here, instead) = fate else { continue };
        let Some(value) = value(&values, name) else { continue };
        let same = format!("x = {here}").parse::<toml::Table>().is_ok_and(|table| table.get("x") == Some(value));
        if !same && let Some((key, _)) = places(&source, name) {
            out.push(Diagnostic::at(key, format!("`{name}` has no effect here"), "this setting").help(*instead));
        }
    }
    let others = values.get("output").and_then(Value::as_table).into_iter().flat_map(|outputs| outputs.keys());
    for name in others.filter(|name| *name != "html") {
        if let Some((key, _)) = places(&source, &format!("output.{name}")) {
            out.push(
                Diagnostic::at(key, format!("`output.{name}` has no effect here"), "this table")
                    .help("the builder makes the pages only; for another output run `mdbook` itself"),
            );
        }
    }
    out
}

/// The further scripts and style sheets that cannot be put into the site, each at its place in `text`.
pub fn wrong_files(text: &str, root: &Path) -> Diagnostics {
    let source = Source::new("book.toml", text);
    let mut wrong = Diagnostics::default();
    for name in ["output.html.additional-css", "output.html.additional-js"] {
        let Some((_, list)) = places(&source, name) else { continue };
        let read = text.parse::<toml::Table>().ok();
        let files = read.as_ref().and_then(|read| value(read, name)?.as_array().cloned()).unwrap_or_default();
        for file in files.iter().filter_map(Value::as_str) {
            let at = list
                .text()
                .find(file)
                .map_or(list.bytes.clone(), |at| list.bytes.start + at..list.bytes.start + at + file.len());
            let span = Span::new(&source, at);
            let inside = Path::new(file).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            if !inside {
                wrong.push(
                    Diagnostic::at(span, format!("`{file}` is not in the book's folder"), "this path")
                        .help("put the file into the folder with book.toml, and name it from there"),
                );
            } else if !root.join(file).is_file() {
                let folder = Path::new(file).parent().unwrap_or(Path::new(""));
                let there = files::list(&root.join(folder)).unwrap_or_default();
                let there: Vec<String> =
                    there.iter().map(|name| folder.join(name).to_string_lossy().replace('\\', "/")).collect();
                let near = widgets::chrome::registry::nearest(file, there.iter().map(String::as_str));
                wrong.push(
                    Diagnostic::at(span, format!("there is no file `{file}`"), "the path counts from book.toml")
                        .maybe_help(near.map(|near| format!("did you mean `{near}`?"))),
                );
            }
        }
    }
    wrong
}

/// The value of a setting, by its name with dots.
fn value<'a>(table: &'a toml::Table, name: &str) -> Option<&'a Value> {
    let mut parts = name.split('.');
    let first = table.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// Where a setting's key and its value stand, by its name with dots.
pub fn places(source: &Arc<Source>, name: &str) -> Option<(Span, Span)> {
    let parts: Vec<&str> = name.split('.').collect();
    places_of(source, &parts)
}

/// Where a setting's key and its value stand, by the names of its tables and its own.
pub fn places_of(source: &Arc<Source>, parts: &[&str]) -> Option<(Span, Span)> {
    fn find(table: &DeTable<'_>, parts: &[&str]) -> Option<(Range<usize>, Range<usize>)> {
        let (first, rest) = parts.split_first()?;
        let (key, value): (_, &Spanned<DeValue<'_>>) = table.iter().find(|(key, _)| key.get_ref() == first)?;
        match (rest, value.get_ref()) {
            ([], _) => Some((key.span(), value.span())),
            (_, DeValue::Table(table)) => find(table, rest),
            _ => None,
        }
    }
    let table = DeTable::parse(&source.text).ok()?;
    let (key, value) = find(table.get_ref(), parts)?;
    Some((Span::new(source, key), Span::new(source, value)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mdbook_driver::config::{Config, HtmlConfig};

    use super::*;

    /// mdBook's settings below a table, by name. Its settings refuse what they do not know and say what they know
    /// instead: this asks them, so that nothing that mdBook adds goes unnoticed.
    fn of_mdbook(table: &str, out: &mut BTreeSet<String>) -> bool {
        let config = format!("[{table}]\nno-such-setting = 1\n").parse::<Config>();
        let error = match config.and_then(|config| config.get::<HtmlConfig>("output.html").map(|_| ())) {
            Ok(()) => return false,
            Err(error) => format!("{error:?}"),
        };
        let Some((_, expected)) = error.split_once("unknown field `no-such-setting`, expected ") else { return false };
        for name in expected.lines().next().unwrap_or_default().split('`').skip(1).step_by(2) {
            let name = format!("{table}.{name}");
            if !of_mdbook(&name, out) {
                out.insert(name);
            }
        }
        true
    }

    #[test]
    fn every_setting_of_mdbook_has_its_line() {
        let mut theirs = BTreeSet::new();
        for table in ["book", "build", "rust", "output.html"] {
            assert!(of_mdbook(table, &mut theirs), "{table}");
        }
        // The old name of `playground`, which its own settings stand under.
        theirs.retain(|name| !name.starts_with("output.html.playpen"));
        let ours: BTreeSet<String> = SETTINGS.iter().map(|(name, _)| (*name).to_owned()).collect();
        let differ: Vec<_> = theirs.symmetric_difference(&ours).collect();
        assert_eq!(ours.len(), SETTINGS.len(), "a setting is there twice");
        assert!(differ.is_empty(), "mdBook and the table differ: say what becomes of {differ:?}");
    }

    #[test]
    fn what_has_no_effect_is_told_where_it_is() {
        let text = "[book]\ntitle = \"x\"\n\n[build]\nbuild-dir = \"book\"\ncreate-missing = true\n\n[output.html]\n\
            default-theme = \"rust\"\nplayground = { runnable = false, editable = true }\n\n[output.html.fold]\nlevel = 1\n\n\
            [output.linkcheck]\n";
        let told: Vec<(String, String)> = without_effect(text)
            .into_iter()
            .map(|told| match told.place {
                crate::diagnostics::Place::Span(span) => (told.message, span.text().to_owned()),
                place => panic!("{place:?}"),
            })
            .collect();
        let expected = [
            ("build.create-missing", "create-missing"),
            ("output.html.default-theme", "default-theme"),
            ("output.html.fold.level", "level"),
            ("output.html.playground.editable", "editable"),
            ("output.linkcheck", "linkcheck"),
        ];
        assert_eq!(told, expected.map(|(name, at)| (format!("`{name}` has no effect here"), at.to_owned())).to_vec());
    }
}
