//! The preprocessors: demo blocks and directives are read before mdBook's own preprocessors, so that
//! every byte is where the author put it, and what slipped in through an include is found after them.

use std::{
    any::Any,
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use anyhow::Result;
use mdbook_driver::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use widgets::registry::{Checked, Entry, FactValue, nearest};

use crate::{
    attempts::{self, Gate},
    block::{Block, Schemas},
    diagnostics::{Diagnostic, Diagnostics, Source, Span, list, suggest},
    directives::{self, Directive, Kind},
    html::escape,
    markdown::{Fence, Outline, neutral, replace},
    module, reference,
};

/// A demo that stands in the book.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Unique in the book.
    pub id: String,
    /// For the embed page and for frames.
    pub title: String,
    /// The demo's name.
    pub name: &'static str,
    /// What the demo is for.
    pub purpose: &'static str,
    /// The element as it goes into the page, to the byte.
    pub html: String,
    /// What the browser draws it from first, if it does not compute that itself: the file's name, and its content.
    pub first: Option<(String, Vec<u8>)>,
    /// What the run yields.
    pub facts: BTreeMap<&'static str, FactValue>,
    /// The lesson's file, relative to the book's sources.
    pub lesson: PathBuf,
    /// Where the id is written.
    pub written: Span,
    /// Whether it is an example of the reference, which is there to be looked at.
    pub example: bool,
}

/// What replaces one slot of a page.
#[derive(Clone, Debug)]
pub enum Slot {
    /// The figure of this index.
    Figure(usize),
    /// What is left of a block with a mistake: the anchor, so that links to it are not mistakes too.
    Broken(Option<String>),
}

/// What was found in the lessons.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Every demo, in the order of the book.
    pub figures: Vec<Figure>,
    /// What goes into the slots, by number.
    pub slots: Vec<Slot>,
    /// The answers and solutions that open after an attempt, in the order of the book.
    pub gates: Vec<Gate>,
    /// Every mistake so far.
    pub diagnostics: Diagnostics,
    /// The lessons as written, by their path in the book's sources.
    pub sources: BTreeMap<PathBuf, Arc<Source>>,
    ids: HashMap<String, Id>,
}

/// What is known of an id.
#[derive(Clone, Debug)]
struct Id {
    written: Span,
    /// The demo's name, where it is known.
    demo: Option<&'static str>,
    /// The figure, unless the block has a mistake.
    figure: Option<usize>,
}

impl Gathered {
    /// The HTML for a slot.
    pub fn slot(&self, number: usize) -> Option<String> {
        Some(match self.slots.get(number)? {
            Slot::Figure(index) => self.figures.get(*index)?.html.clone(),
            Slot::Broken(Some(id)) => format!("<div id=\"{}\"></div>", escape(id)),
            Slot::Broken(None) => String::new(),
        })
    }
}

/// The preprocessor that turns demo blocks into slots and directives into text.
pub struct Demos {
    entries: &'static [Entry],
    schemas: Rc<Schemas>,
    gathered: Rc<RefCell<Gathered>>,
}

impl Demos {
    /// A preprocessor for the given demos that leaves what it finds in `gathered`.
    pub fn new(entries: &'static [Entry], schemas: Rc<Schemas>, gathered: Rc<RefCell<Gathered>>) -> Self {
        Self { entries, schemas, gathered }
    }
}

impl Preprocessor for Demos {
    fn name(&self) -> &str {
        "demos"
    }

    fn run(&self, ctx: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let mut gathered = self.gathered.borrow_mut();
        let mut lessons = Vec::new();
        // Every demo first: a directive may name one of a later lesson.
        each_lesson(&mut book, |path, chapter| {
            let source = Source::new(source_name(&ctx.config.book.src, path), chapter.content.clone());
            gathered.sources.insert(path.to_owned(), source.clone());
            let outline = Outline::new(&source.text);
            let found = directives::find(&source.text, &outline);
            let mut work = Work { demos: self, gathered: &mut gathered, lesson: path, source };
            let mut edits: Vec<_> =
                outline.fences.iter().map(|fence| (fence.range.clone(), work.fence(fence))).collect();
            edits.extend(
                found
                    .iter()
                    .filter(|directive| directive.kind == Kind::Reference)
                    .map(|directive| (directive.range.clone(), work.reference())),
            );
            let attempts = attempts::find(&work.source, &outline, path);
            edits.extend(attempts.edits);
            work.gathered.gates.extend(attempts.gates);
            work.gathered.diagnostics.extend(attempts.mistakes);
            lessons.push((edits, found));
        });
        let repeated = attempts::repeated(&gathered.gates);
        gathered.diagnostics.extend(repeated);
        let mut lessons = lessons.into_iter();
        each_lesson(&mut book, |path, chapter| {
            let Some((mut edits, found)) = lessons.next() else {
                return;
            };
            let source = gathered.sources[path].clone();
            let work = Work { demos: self, gathered: &mut gathered, lesson: path, source };
            for directive in &found {
                match work.directive(directive) {
                    Ok(text) => edits.extend(text.map(|text| (directive.range.clone(), text))),
                    Err(diagnostic) => {
                        work.gathered.diagnostics.push(*diagnostic);
                        edits.push((directive.range.clone(), String::new()));
                    }
                }
            }
            if !edits.is_empty() {
                chapter.content = replace(&chapter.content, edits);
            }
        });
        Ok(book)
    }
}

/// Calls `f` with every chapter that has a file, in the order of the book.
fn each_lesson(book: &mut Book, mut f: impl FnMut(&Path, &mut Chapter)) {
    book.for_each_mut(|item| {
        if let BookItem::Chapter(chapter) = item
            && let Some(path) = chapter.source_path.clone()
        {
            f(&path, chapter);
        }
    });
}

/// The name of a lesson's file in messages.
fn source_name(src: &Path, path: &Path) -> String {
    let path = src.join(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// One lesson at work.
struct Work<'a> {
    demos: &'a Demos,
    gathered: &'a mut Gathered,
    lesson: &'a Path,
    source: Arc<Source>,
}

impl Work<'_> {
    /// Reads a demo block; the Markdown that takes its place.
    fn fence(&mut self, fence: &Fence) -> String {
        let span = |range: &std::ops::Range<usize>| Span::new(&self.source, range.clone());
        let names: Vec<&str> = self.demos.entries.iter().map(|entry| entry.name).collect();
        let mut mistakes = Vec::new();
        let entry = match fence.words.as_slice() {
            [] => {
                mistakes.push(
                    Diagnostic::at(
                        span(&fence.keyword),
                        "this demo has no name",
                        "the name is missing after this word",
                    )
                    .help(format!("write `demo NAME`; the demos are: {}", list(&names))),
                );
                None
            }
            [name, more @ ..] => {
                if let Some(more) = more.first() {
                    mistakes.push(
                        Diagnostic::at(
                            span(more),
                            "there is more than the demo's name after `demo`",
                            "one word too many",
                        )
                        .help("everything else goes into the JSON between the fences"),
                    );
                }
                let name = span(name);
                let entry = self.demos.entries.iter().find(|entry| entry.name == name.text());
                if entry.is_none() {
                    mistakes.push(
                        Diagnostic::at(
                            name.clone(),
                            format!("unknown demo `{}`", name.text()),
                            "there is no demo of this name",
                        )
                        .maybe_help(suggest(name.text(), &names, "the demos are")),
                    );
                }
                entry
            }
        };
        if fence.nested {
            mistakes.push(
                Diagnostic::at(
                    span(&fence.keyword),
                    "a demo inside of a list, a quote or a definition",
                    "this block is nested",
                )
                .help("move the block out to the margin; a figure stands between paragraphs"),
            );
        }
        if !fence.closed {
            mistakes.push(
                Diagnostic::at(
                    span(&fence.keyword),
                    "this demo block has no end",
                    "everything after this line is taken for the demo",
                )
                .help("close the block with a line of three backticks"),
            );
            self.gathered.diagnostics.extend(mistakes);
            return self.slot(Slot::Broken(None));
        }
        if fence.nested {
            // The lines carry the marks of what they are nested in: not readable as JSON.
            self.gathered.diagnostics.extend(mistakes);
            return self.slot(Slot::Broken(None));
        }
        let source = self.source.clone();
        let slot = self.block(entry, &source, fence.body.clone(), mistakes);
        self.slot(slot)
    }

    /// Reads the JSON at `body`, runs the demo and draws its figure.
    fn block(
        &mut self,
        entry: Option<&'static Entry>,
        source: &Arc<Source>,
        body: std::ops::Range<usize>,
        mut mistakes: Vec<Diagnostic>,
    ) -> Slot {
        let block = match Block::parse(source, body) {
            Ok(block) => block,
            Err(more) => {
                mistakes.extend(more);
                self.gathered.diagnostics.extend(mistakes);
                return Slot::Broken(None);
            }
        };
        let mut checked = None;
        if let Some(entry) = entry {
            let wrong = block.check_schema(entry, &self.demos.schemas);
            if wrong.is_empty() {
                match guarded(|| block.check_run(entry)) {
                    Ok(Ok(fine)) => checked = Some(fine),
                    Ok(Err(wrong)) => mistakes.extend(wrong),
                    Err(panic) => mistakes.push(panicked(entry, block.span(""), &panic)),
                }
            } else {
                mistakes.extend(wrong);
            }
        }
        let Some(id) = block.id().map(str::to_owned) else {
            self.gathered.diagnostics.extend(mistakes);
            return Slot::Broken(None);
        };
        let written = block.span("/id");
        if let Some(wrong) = id_mistake(&id, &written)
            && !mistakes.iter().any(|other| other.place == wrong.place)
        {
            mistakes.push(wrong);
        }
        if let Some(first) = self.gathered.ids.get(&id) {
            mistakes.push(
                Diagnostic::at(written.clone(), format!("the id `{id}` is used twice in the book"), "used again here")
                    .related(first.written.clone(), "first used here")
                    .help("give each demo an id of its own: it is the figure's address"),
            );
            self.gathered.diagnostics.extend(mistakes);
            // The anchor is the first one's.
            return Slot::Broken(None);
        }
        let figure = match (checked, entry) {
            (Some(checked), Some(entry)) if mistakes.is_empty() => {
                match guarded(|| (entry.prerender)(&checked.id, &checked.props)) {
                    Ok(drawing) => Some(self.figure(entry, checked, &drawing, written.clone())),
                    Err(panic) => {
                        mistakes.push(panicked(entry, block.span(""), &panic));
                        None
                    }
                }
            }
            _ => None,
        };
        self.gathered.diagnostics.extend(mistakes);
        let demo = entry.map(|entry| entry.name);
        self.gathered.ids.insert(id.clone(), Id { written, demo, figure });
        match figure {
            Some(index) => Slot::Figure(index),
            None => Slot::Broken(Some(id)),
        }
    }

    fn figure(&mut self, entry: &'static Entry, checked: Checked, drawing: &str, written: Span) -> usize {
        let first = (entry.first)(&checked.props).map(|frames| {
            let name = format!("{}-{}.frames", checked.id, module::hash(&frames));
            (name, frames)
        });
        let file = first.as_ref().map_or_else(String::new, |(name, _)| format!(" data-first=\"{}\"", escape(name)));
        let html = format!(
            "<div class=\"demo\" id=\"{}\" data-demo=\"{}\" data-bundle=\"{}\" data-engine=\"{}\"{file} \
             data-props=\"{}\">{drawing}</div>",
            escape(&checked.id),
            escape(entry.name),
            escape(entry.bundle),
            escape(entry.engine),
            escape(&checked.props),
        );
        self.gathered.figures.push(Figure {
            id: checked.id,
            title: checked.title,
            name: entry.name,
            purpose: entry.purpose,
            html,
            first,
            facts: checked.facts,
            lesson: self.lesson.to_owned(),
            example: written.source != self.source,
            written,
        });
        self.gathered.figures.len() - 1
    }

    /// The Markdown that holds the place of a slot.
    fn slot(&mut self, slot: Slot) -> String {
        self.gathered.slots.push(slot);
        format!("\n<div data-demo-slot=\"{}\"></div>\n\n", self.gathered.slots.len() - 1)
    }

    /// The Markdown for `{{#demo-reference}}`.
    fn reference(&mut self) -> String {
        let schemas = self.demos.schemas.clone();
        let root = "../".repeat(self.lesson.components().count() - 1);
        reference::markdown(self.demos.entries, &schemas, &root, |entry| {
            let source = Source::new(format!("the registry's example of `{}`", entry.name), entry.example);
            let slot = self.block(Some(entry), &source, 0..source.text.len(), Vec::new());
            self.slot(slot)
        })
    }

    /// The text for a directive; `None` where it is not ours.
    fn directive(&self, directive: &Directive) -> Result<Option<String>, Box<Diagnostic>> {
        let span = |range: &std::ops::Range<usize>| Span::new(&self.source, range.clone());
        match &directive.kind {
            // The references were put in with the blocks.
            Kind::Foreign | Kind::Reference => Ok(None),
            Kind::Escaped => {
                let range = directive.range.start + 1..directive.range.end;
                Ok(Some(neutral(&self.source.text[range])))
            }
            Kind::Malformed => Err(Box::new(
                Diagnostic::at(
                    span(&directive.range),
                    "this directive cannot be read",
                    "not of the form `{{#run id.fact}}`",
                )
                .help(
                    "write `{{#run id.fact}}` on one line, with the demo's id and the name of what \
                     its run yields; to show the braces themselves, write a backslash before them",
                ),
            )),
            Kind::Unknown(name) => {
                let name = span(name);
                Err(Box::new(
                    Diagnostic::at(
                        span(&directive.range),
                        format!("unknown directive `{}`", name.text()),
                        "nothing is known of this",
                    )
                    .maybe_help(
                        suggest(name.text(), &directives::NAMES, "the directives are")
                            .map(|help| format!("{help} To show the braces themselves, write a backslash before them")),
                    ),
                ))
            }
            Kind::Run { id, fact } => self.fact(&span(id), &span(fact)).map(Some),
        }
    }

    fn fact(&self, id: &Span, fact: &Span) -> Result<String, Box<Diagnostic>> {
        let Some(known) = self.gathered.ids.get(id.text()) else {
            let mut ids: Vec<&str> = self.gathered.ids.keys().map(String::as_str).collect();
            ids.sort_unstable();
            let mut here: Vec<&str> = self
                .gathered
                .ids
                .iter()
                .filter(|(_, known)| known.written.source == self.source)
                .map(|(id, _)| id.as_str())
                .collect();
            here.sort_unstable();
            return Err(Box::new(
                Diagnostic::at(id.clone(), format!("there is no demo with the id `{}`", id.text()), "unknown id")
                    .maybe_help(match nearest(id.text(), ids.iter().copied()) {
                        Some(near) => Some(format!("did you mean `{near}`?")),
                        // The whole book has many.
                        None => suggest(id.text(), &here, "the ids on this page are"),
                    }),
            ));
        };
        let Some(entry) = known.demo.and_then(|name| self.demos.entries.iter().find(|entry| entry.name == name)) else {
            // The block has a mistake of its own, already told.
            return Ok(String::new());
        };
        let names: Vec<&str> = entry.facts.iter().map(|fact| fact.name).collect();
        if !names.contains(&fact.text()) {
            return Err(Box::new(
                Diagnostic::at(
                    fact.clone(),
                    format!("a run of `{}` yields no `{}`", entry.name, fact.text()),
                    "unknown fact",
                )
                .related(known.written.clone(), "the run is this demo's")
                .maybe_help(suggest(fact.text(), &names, "a run yields")),
            ));
        }
        let Some(figure) = known.figure.and_then(|index| self.gathered.figures.get(index)) else {
            return Ok(String::new());
        };
        match figure.facts.get(fact.text()) {
            Some(value) => Ok(neutral(&value.text())),
            None => Err(Box::new(
                Diagnostic::at(
                    fact.clone(),
                    format!("this run of `{}` has no value for `{}`", entry.name, fact.text()),
                    "not known in this run",
                )
                .related(known.written.clone(), "the run is this demo's")
                .help("choose another fact, or change the run so that it has a value"),
            )),
        }
    }
}

/// What is wrong with the form of an id.
pub fn id_mistake(id: &str, written: &Span) -> Option<Diagnostic> {
    let fine = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    (!fine).then(|| {
        Diagnostic::at(written.clone(), format!("`{id}` cannot be an id"), "not the form of an id").help(
            "an id begins with a small letter and has only small letters, digits and hyphens: it is \
             a file name and part of addresses",
        )
    })
}

/// Calls a demo's code; its panic as a text.
fn guarded<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|panic: Box<dyn Any + Send>| {
        panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without words".to_owned())
    })
}

fn panicked(entry: &Entry, block: Span, panic: &str) -> Diagnostic {
    Diagnostic::at(block, format!("the demo `{}` panicked: {panic}", entry.name), "while this was run")
        .help("the mistake is in the demo's Rust; its place is printed above")
}

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
        each_lesson(&mut book, |path, chapter| {
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
            let Some(source) = gathered.sources.get(path).cloned() else {
                return;
            };
            for (text, what) in left {
                let message = format!("the {what} “{text}” was not carried out");
                let help = format!(
                    "demos and their directives are read before includes: write the {what} in the \
                     lesson itself",
                );
                let diagnostic = match including(&source, &src.join(path), &text) {
                    Some(span) => Diagnostic::at(span, message, "it comes from this file"),
                    None => Diagnostic::in_file(source.path.clone(), message),
                };
                gathered.diagnostics.push(diagnostic.help(help));
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
