//! What the check of the output found, told in the words and at the places of the lessons.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use mdbook_driver::book::Book;
use widgets::chrome::registry::nearest;

use crate::{
    chapters,
    diagnostics::{self, Diagnostic, Place, Source, Span},
    figures::{Gathered, Slot},
    files,
    pages::{
        links::{self, Counter, Problem},
        template,
    },
};

/// The problems of the output as mistakes of the lessons. A demo's id in `taken` is the anchor of
/// something else too, which is told already.
pub fn explain(problems: &[Problem], book: &Book, gathered: &Gathered, taken: &BTreeSet<String>) -> Vec<Diagnostic> {
    let mut sources = BTreeMap::new();
    // Pages with a demo that could not be read, whose anchor is therefore not known.
    let mut unsure = BTreeSet::new();
    for chapter in chapters::chapters(book) {
        if let (Some(page), Some(path)) = (chapters::page(chapter), &chapter.source_path) {
            if let Some(source) = gathered.sources.get(path) {
                sources.insert(page.clone(), source);
            }
            let broken = template::slots(&chapter.content)
                .any(|slot| matches!(gathered.slots.get(slot.number), Some(Slot::Broken(_))));
            if broken {
                unsure.insert(page);
            }
        }
    }
    let doubtful = |problem: &Problem| {
        let of_a_demo = |address: &String| address.contains("embed/");
        problem.target.as_ref().is_some_and(|target| unsure.contains(target))
            || (!unsure.is_empty() && (problem.file == "print.html" || problem.address.as_ref().is_some_and(of_a_demo)))
            || taken.iter().any(|id| problem.message == links::twice(id))
    };
    let (lessons, others): (Vec<&Problem>, Vec<&Problem>) =
        problems.iter().partition(|problem| sources.contains_key(&problem.file));
    let mut counter = Counter::default();
    let mut out = Vec::new();
    for problem in lessons.iter().copied() {
        if doubtful(problem) {
            continue;
        }
        let source = sources[&problem.file];
        let written = problem.address.as_deref().or(problem.written.as_deref()).unwrap_or_default();
        let nth = counter.next(&problem.file, written);
        let (span, label) = match &problem.address {
            Some(address) => (links::locate(source, address, nth), "this link"),
            None => (links::locate_written(source, written, nth), "this"),
        };
        out.push(match span {
            Some(span) => {
                // In a lesson one writes the Markdown file.
                let message = match &problem.address {
                    Some(address) => problem.message.replacen(address.as_str(), span.text(), 1),
                    None => problem.message.clone(),
                };
                let help = problem.help.as_ref().map(|help| help.replacen(".html", ".md", 1));
                Diagnostic::at(span, message, label).maybe_help(help)
            }
            None => Diagnostic::in_file(source.path.as_str(), &problem.message).maybe_help(problem.help.clone()),
        });
    }
    // The print page and the first page repeat the lessons.
    let repeated = |problem: &Problem| {
        lessons.iter().any(|lesson| match (&lesson.address, &problem.address) {
            (None, None) => lesson.message == problem.message,
            (Some(there), Some(here)) => same_end(there, here),
            _ => false,
        })
    };
    let mut told: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for problem in others {
        let key = (problem.message.as_str(), problem.address.as_deref());
        if !doubtful(problem) && !repeated(problem) && told.insert(key) {
            out.push(
                Diagnostic { place: Place::File(problem.file.clone()), ..Diagnostic::general(&problem.message) }
                    .maybe_help(problem.help.clone()),
            );
        }
    }
    out
}

/// A file of the book that mdBook cannot read: one that is not UTF-8, at the byte; a chapter that the summary names and
/// that is not there, at its place in the summary.
pub fn unreadable(error: &anyhow::Error, root: &Path, src: &Path) -> Option<Diagnostic> {
    let summary = src.join("SUMMARY.md");
    let not_utf8 = |path: &Path| {
        let bytes = std::fs::read(root.join(path)).ok()?;
        diagnostics::not_utf8(&path.to_string_lossy().replace('\\', "/"), &bytes)
    };
    if let Some(diagnostic) = not_utf8(&summary) {
        return Some(diagnostic);
    }
    let words = error.chain().map(ToString::to_string).find(|words| words.starts_with("failed to read chapter `"))?;
    let path = words.strip_prefix("failed to read chapter `")?.rsplit_once('`')?.0;
    if let Some(diagnostic) = not_utf8(&src.join(path)) {
        return Some(diagnostic);
    }
    let source = Source::new(summary.to_string_lossy().replace('\\', "/"), files::read(&root.join(&summary)).ok()?);
    let at = source.text.find(&format!("]({path}"))? + 2;
    let chapters = files::list(&root.join(src)).ok()?;
    let near = nearest(path, chapters.iter().map(String::as_str).filter(|file| file.ends_with(".md")));
    let help = match near {
        Some(near) => format!("did you mean `{near}`? A chapter that is not written yet has no address: `[Title]()`"),
        None => "write the chapter, or leave its address out: `[Title]()`".to_owned(),
    };
    Some(
        Diagnostic::at(Span::new(&source, at..at + path.len()), "this chapter cannot be read", "there is no such file")
            .help(help),
    )
}

/// Whether two addresses may be one, written on pages at different depths; on the print page only
/// the anchor is left of a link to another lesson.
fn same_end(there: &str, here: &str) -> bool {
    let fragment = |address: &str| address.rsplit_once('#').map(|(_, fragment)| fragment.to_owned());
    let there_end = there.trim_start_matches("../");
    let here_end = here.trim_start_matches("../");
    here_end.ends_with(there_end)
        || there_end.ends_with(here_end)
        || (here.starts_with('#') && fragment(there) == fragment(here))
}
