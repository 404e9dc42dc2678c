//! The preprocessor: demo blocks and directives are read before mdBook's own preprocessors, so that every byte is where
//! the author put it. Quizzes wait until every other block has run, because they ask about the runs.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::Path,
    rc::Rc,
    sync::Arc,
};

use anyhow::Result;
use mdbook_driver::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use widgets::chrome::registry::Entry;

use crate::{
    blocks::{
        demos::{Work, Written},
        directives::{self, Directive, Kind},
        formulas::{self, Formula},
        guard::{Panic, caught},
        json::Schemas,
        kept::{Job, Kept, Outcome},
        markdown::{Fence, Outline, replace},
        reference,
    },
    chapters::{self, source_name},
    course::{
        attempts,
        glossary::{self, Glossary},
        quiz,
    },
    diagnostics::{Diagnostic, Source, Span},
    figures::{Gathered, Slot},
};

/// The Markdown for `{{#licences}}` on a page from which the given text leads to the book's root.
pub type Licences = Rc<dyn Fn(&str) -> String>;

/// The preprocessor that turns demo blocks into slots and directives into text.
pub struct Lessons {
    entries: &'static [Entry],
    schemas: Rc<Schemas>,
    licences: Licences,
    kept: Rc<Kept>,
    gathered: Rc<RefCell<Gathered>>,
}

impl Lessons {
    /// A preprocessor for the given demos that leaves what it finds in `gathered`. `kept` has what
    /// was computed before.
    pub fn new(
        entries: &'static [Entry],
        schemas: Rc<Schemas>,
        licences: Licences,
        kept: Rc<Kept>,
        gathered: Rc<RefCell<Gathered>>,
    ) -> Self {
        Self { entries, schemas, licences, kept, gathered }
    }
}

/// A block that was read and has not been run. Its slot is empty until then.
struct Waiting {
    slot: usize,
    written: Written,
    lesson: Rc<Path>,
    source: Arc<Source>,
    order: (usize, usize),
    /// What is said of a panic of the builder.
    place: Diagnostic,
}

/// Whether a block asks about the runs of others, and so has to wait for them.
fn is_quiz(written: &Written) -> bool {
    written.entry.is_some_and(|entry| entry.name == quiz::NAME)
}

impl Preprocessor for Lessons {
    fn name(&self) -> &str {
        "demos"
    }

    fn run(&self, ctx: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let mut gathered = self.gathered.borrow_mut();
        let mut lessons = Vec::new();
        let mut waiting = Vec::new();
        let src = ctx.root.join(&ctx.config.book.src);
        // Every demo first: a directive may name one of a later lesson.
        chapters::each(&mut book, |path, chapter| {
            let source = Source::new(source_name(&ctx.config.book.src, path), chapter.content.clone());
            gathered.sources.insert(path.to_owned(), source.clone());
            let order = (lessons.len(), 0);
            let mut reading = self.reading(&mut gathered, &src, path, source, order);
            let place = reading.panicked_here();
            lessons.push(reading.guarded(place, Reading::read).unwrap_or_default());
            waiting.append(&mut reading.waiting);
        });
        let (quizzes, blocks): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|waiting: &Waiting| is_quiz(&waiting.written));
        self.run_all(&mut gathered, &src, blocks);
        // One after the other: a quiz may ask about those before it.
        for quiz in quizzes {
            self.run_all(&mut gathered, &src, vec![quiz]);
        }
        gathered.sort();
        let ids: Vec<&str> = gathered.ids.keys().map(String::as_str).collect();
        let wrong = attempts::across(&gathered.gates, &ids);
        gathered.diagnostics.extend(wrong);
        let glossary = gathered.sources.get(Path::new(glossary::FILE)).map(Glossary::new).unwrap_or_default();
        gathered.diagnostics.extend(glossary.mistakes.iter().cloned());
        let mut users = Vec::new();
        let mut of_glossary = Vec::new();
        let mut lessons = lessons.into_iter();
        chapters::each(&mut book, |path, chapter| {
            let Some(Lesson { mut edits, directives: found, formulas }) = lessons.next() else {
                return;
            };
            let source = gathered.sources[path].clone();
            let mut reading = self.reading(&mut gathered, &src, path, source, (0, 0));
            let within = |formula: &Formula, directive: &Directive| formula.range.contains(&directive.range.start);
            for formula in &formulas {
                let inside: Vec<_> = found.iter().filter(|directive| within(formula, directive)).collect();
                let span = Span::new(&reading.work.source, formula.range.clone());
                let place = || Diagnostic::at(span.clone(), "the builder panicked", "while this formula was set");
                let text = reading.guarded(place, |reading| reading.work.formula(formula, &inside)).unwrap_or_default();
                edits.push((formula.range.clone(), text));
            }
            for directive in found.iter().filter(|one| !formulas.iter().any(|formula| within(formula, one))) {
                match reading.work.directive(directive) {
                    Ok(text) => edits.extend(text.map(|text| (directive.range.clone(), text))),
                    Err(diagnostic) => {
                        reading.work.gathered.diagnostics.push(*diagnostic);
                        edits.push((directive.range.clone(), String::new()));
                    }
                }
            }
            // Pages about the book use some of the words in another sense.
            if path.parent().is_some_and(|folder| folder != Path::new("")) {
                let taken: Vec<_> = edits.iter().map(|(range, _)| range.clone()).collect();
                let mut used = BTreeSet::new();
                let place = reading.panicked_here();
                let links =
                    reading.guarded(place, |reading| glossary.links(&reading.work.source, path, &taken, &mut used));
                edits.extend(links.unwrap_or_default());
                users.push((chapter.name.clone(), path.to_string_lossy().replace('\\', "/"), used));
            }
            if path == Path::new(glossary::FILE) {
                // Which pages use a term is known when all have been read.
                of_glossary = edits;
            } else if !edits.is_empty() {
                chapter.content = replace(&chapter.content, edits);
            }
        });
        // Directives have asked about seeds.
        self.kept.tidy();
        of_glossary.extend(glossary.edits(&users));
        chapters::each(&mut book, |path, chapter| {
            if path == Path::new(glossary::FILE) {
                chapter.content = replace(&chapter.content, std::mem::take(&mut of_glossary));
            }
        });
        Ok(book)
    }
}

impl Lessons {
    fn reading<'a>(
        &'a self,
        gathered: &'a mut Gathered,
        src: &'a Path,
        lesson: &'a Path,
        source: Arc<Source>,
        order: (usize, usize),
    ) -> Reading<'a> {
        let (entries, schemas, kept) = (self.entries, &self.schemas, &self.kept);
        let work = Work { entries, schemas, kept, gathered, lesson, source, order };
        Reading { work, src, licences: &self.licences, waiting: Vec::new() }
    }

    /// Runs blocks, as many at the same time as there are cores, and fills their slots in their order.
    fn run_all(&self, gathered: &mut Gathered, src: &Path, blocks: Vec<Waiting>) {
        let mut ready = |mut waiting: Waiting| {
            let Waiting { written, lesson, source, order, place, .. } = &mut waiting;
            let mut reading = self.reading(gathered, src, lesson, source.clone(), *order);
            let read = reading.guarded(
                || place.clone(),
                |reading| match is_quiz(written) {
                    true => reading.quiz(written),
                    false => reading.work.check(written),
                },
            );
            read.map(|()| waiting)
        };
        let blocks: Vec<Waiting> = blocks.into_iter().filter_map(&mut ready).collect();
        let (places, jobs): (Vec<usize>, Vec<Job<'_>>) =
            blocks.iter().enumerate().filter_map(|(at, waiting)| Some((at, waiting.written.job()?))).unzip();
        let mut outcomes: BTreeMap<usize, Outcome> = places.into_iter().zip(self.kept.figures(&jobs)).collect();
        for (at, Waiting { slot, written, lesson, source, order, place }) in blocks.into_iter().enumerate() {
            let mut reading = self.reading(gathered, src, &lesson, source, order);
            let outcome = outcomes.remove(&at);
            if let Some(filled) = reading.guarded(|| place.clone(), |reading| reading.work.conclude(written, outcome)) {
                gathered.slots[slot] = filled;
            }
        }
    }
}

/// What was found in a lesson.
#[derive(Default)]
struct Lesson {
    /// What is to be replaced.
    edits: Vec<(std::ops::Range<usize>, String)>,
    /// Those that are not carried out yet, and others.
    directives: Vec<Directive>,
    formulas: Vec<Formula>,
}

/// One lesson at work, with what belongs to the course.
pub(super) struct Reading<'a> {
    pub(super) work: Work<'a>,
    /// The folder of the book's sources.
    pub(super) src: &'a Path,
    licences: &'a Licences,
    /// The blocks that were found.
    waiting: Vec<Waiting>,
}

impl Reading<'_> {
    /// What is said of a panic that has no better place than the lesson.
    fn panicked_here(&self) -> impl Fn() -> Diagnostic + use<> {
        let path = self.work.source.path.clone();
        move || Diagnostic::in_file(path.clone(), "the builder panicked while it read this file")
    }

    /// Does one piece of work. If that panics, it is told as a mistake at `place`, and there is nothing to show for it.
    fn guarded<T>(&mut self, place: impl Fn() -> Diagnostic, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let tell = |panic: Panic, repository: Option<&str>| panic.told(place(), repository);
        match caught(|| work(&mut *self)) {
            Ok(done) => Some(done),
            Err(panic) => {
                let told = tell(panic, self.work.repository());
                self.work.gathered.diagnostics.push(told);
                None
            }
        }
    }

    /// Reads the lesson: what is to be replaced, and its directives.
    fn read(&mut self) -> Lesson {
        let source = self.work.source.clone();
        let outline = Outline::new(&source.text);
        let found = directives::find(&source.text, &outline);
        let mut edits: Vec<_> =
            outline.fences.iter().map(|fence| (fence.range.clone(), self.fence_or_nothing(fence))).collect();
        for directive in &found {
            self.work.order.1 = directive.range.start;
            let span = Span::new(&source, directive.range.clone());
            let place = || Diagnostic::at(span.clone(), "the builder panicked", "while this was carried out");
            let text = self.guarded(place, |reading| match &directive.kind {
                Kind::Reference => Some(reading.reference()),
                Kind::Licences => Some((reading.licences)(&reading.to_root())),
                Kind::Quiz(file) => Some(reading.quiz_of(file)),
                _ => None,
            });
            edits.extend(text.flatten().map(|text| (directive.range.clone(), text)));
        }
        let attempts = attempts::find(&source, &outline, self.work.lesson);
        edits.extend(attempts.edits);
        let (formulas, mistakes) = formulas::find(&source, &outline);
        let gathered = &mut *self.work.gathered;
        gathered.gates.extend(attempts.gates);
        gathered.diagnostics.extend(attempts.mistakes);
        gathered.diagnostics.extend(mistakes);
        Lesson { edits, directives: found, formulas }
    }

    /// Reads a demo block, whatever happens; the Markdown that takes its place.
    fn fence_or_nothing(&mut self, fence: &Fence) -> String {
        let end = fence.body.start.max(fence.keyword.end);
        let span = Span::new(&self.work.source, fence.range.start..end);
        let place = || Diagnostic::at(span.clone(), "the builder panicked", "while this block was read");
        let read = self.guarded(place, |reading| {
            let slot = reading.work.fence(fence).map_or_else(|broken| broken, |written| reading.wait(written));
            reading.work.slot(slot)
        });
        read.unwrap_or_else(|| self.work.slot(Slot::Broken(None)))
    }

    /// Puts a block off until all have been read. The slot that is returned has to be the next one.
    pub(super) fn wait(&mut self, written: Written) -> Slot {
        let span = written.block.span("");
        let what = if is_quiz(&written) { "quiz" } else { "block" };
        let waiting = Waiting {
            slot: self.work.gathered.slots.len(),
            written,
            lesson: self.work.lesson.into(),
            source: self.work.source.clone(),
            order: self.work.order,
            place: Diagnostic::at(span, "the builder panicked", format!("while this {what} was read")),
        };
        self.waiting.push(waiting);
        Slot::Broken(None)
    }

    /// What leads from the page to the book's root.
    fn to_root(&self) -> String {
        "../".repeat(self.work.lesson.components().count() - 1)
    }

    /// The Markdown for `{{#demo-reference}}`.
    fn reference(&mut self) -> String {
        let (entries, schemas, root) = (self.work.entries, self.work.schemas, self.to_root());
        reference::markdown(entries, schemas, &root, |entry| {
            let source = Source::new(format!("the registry's example of `{}`", entry.name), entry.example);
            let read = self.work.read(Some(entry), &source, 0..source.text.len(), Vec::new());
            let slot = read.map_or_else(|broken| broken, |written| self.wait(written));
            self.work.slot(slot)
        })
    }
}
