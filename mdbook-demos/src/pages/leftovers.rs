//! What cannot be carried out any more: blocks, directives and formulas that slipped into a lesson through an include.

use std::{cell::RefCell, path::Path, rc::Rc, sync::Arc};

use anyhow::Result;
use mdbook_driver::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::{
    blocks::{
        directives::{self, Kind},
        formulas,
        guard::caught,
        markdown::Outline,
    },
    chapters::{self, source_name},
    diagnostics::{Diagnostic, Source, Span},
    figures::Gathered,
    pages::template,
};

/// The preprocessor that runs last and finds what cannot be carried out any more.
pub struct Leftovers {
    gathered: Rc<RefCell<Gathered>>,
}

impl Leftovers {
    /// A preprocessor that leaves what it finds in `gathered`.
    pub fn new(gathered: Rc<RefCell<Gathered>>) -> Self {
        Self { gathered }
    }
}

impl Preprocessor for Leftovers {
    fn name(&self) -> &str {
        "demo-leftovers"
    }

    fn run(&self, ctx: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let mut gathered = self.gathered.borrow_mut();
        let src = ctx.root.join(&ctx.config.book.src);
        chapters::each(&mut book, |path, chapter| {
            if let Err(panic) = caught(|| Outline::new(&chapter.content)) {
                let name = source_name(&ctx.config.book.src, path);
                let told = Diagnostic::in_file(name, "the builder panicked after the includes of this file");
                let told = panic.told(told, gathered.repository.as_deref());
                gathered.diagnostics.push(told);
                return;
            }
            let outline = Outline::new(&chapter.content);
            let mut left: Vec<(String, &str)> = outline
                .fences
                .iter()
                .map(|fence| {
                    let line = chapter.content[fence.range.clone()].lines().next().unwrap_or_default();
                    (line.trim().to_owned(), "block")
                })
                .collect();
            left.extend(
                directives::find(&chapter.content, &outline)
                    .into_iter()
                    .filter(|directive| !matches!(directive.kind, Kind::Foreign | Kind::Escaped))
                    .map(|directive| (chapter.content[directive.range].to_owned(), "directive")),
            );
            let whole = Source::new(String::new(), chapter.content.clone());
            let (formulas, _) = formulas::find(&whole, &outline);
            left.extend(formulas.into_iter().map(|formula| (chapter.content[formula.range].to_owned(), "formula")));
            let Some(source) = gathered.sources.get(path).cloned() else {
                return;
            };
            for (text, what) in left {
                let message = format!("the {what} “{text}” was not carried out");
                let help = format!(
                    "demos, directives and formulas are read before includes: write the {what} in the \
                     lesson itself",
                );
                let diagnostic = match including(&source, &src.join(path), &text) {
                    Some(span) => Diagnostic::at(span, message, "it comes from this file"),
                    None => Diagnostic::in_file(source.path.clone(), message),
                };
                gathered.diagnostics.push(diagnostic.help(help));
            }
            if let Some(page) = chapters::page(chapter) {
                chapter.content.insert_str(0, &template::chapter_mark(&page));
            }
        });
        Ok(book)
    }
}

/// The include in a lesson whose file holds the text.
fn including(lesson: &Arc<Source>, file: &Path, text: &str) -> Option<Span> {
    let outline = Outline::new(&lesson.text);
    directives::find(&lesson.text, &outline).into_iter().find_map(|directive| {
        let written = &lesson.text[directive.range.clone()];
        let argument = written.split_whitespace().nth(1)?.trim_end_matches("}}");
        let name = argument.split(':').next()?;
        let included = std::fs::read_to_string(file.parent()?.join(name)).ok()?;
        included.contains(text).then(|| Span::new(lesson, directive.range))
    })
}
