//! The preprocessors: demo blocks and directives are read before mdBook's own preprocessors, so that
//! every byte is where the author put it, and what slipped in through an include is found after them.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use anyhow::Result;
use mdbook_driver::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use serde_json::{Value, json};
use widgets::registry::{Asked, Checked, Entry, Facts, Spread, nearest};

use crate::{
    attempts::{self, Gate},
    block::{Block, Schemas},
    contents,
    diagnostics::{Diagnostic, Diagnostics, Source, Span, list, suggest},
    directives::{self, Directive, Kind},
    formulas::{self, Formula},
    glossary::{self, Glossary},
    guard::{Panic, caught},
    html::escape,
    licences,
    markdown::{Fence, Outline, neutral, replace},
    module, pages, quiz, reference,
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
    /// The style sheets that only some demos are drawn with and this one is, as [`Entry::sheets`].
    pub sheets: &'static [&'static str],
    /// The element as it goes into the page, but for [`quiz::ROOT`](widgets::quiz::ROOT).
    pub html: String,
    /// What the browser draws it from first, if it does not compute that itself: the file's name, and its content.
    pub first: Option<(String, Vec<u8>)>,
    /// What the run yields.
    pub facts: Facts,
    /// What the author wrote, to be run under other seeds too.
    block: Value,
    /// The lesson's file, relative to the book's sources.
    pub lesson: PathBuf,
    /// Where the id is written.
    pub written: Span,
    /// The lesson's place in the book, and the figure's in the lesson.
    order: (usize, usize),
    /// Whether it is an example of the reference, which is there to be looked at.
    pub example: bool,
}

impl Figure {
    /// The element as it goes into a page from which `root` leads to the site's root, to the byte.
    pub fn html_on(&self, root: &str) -> String {
        self.html.replace(widgets::quiz::ROOT, root)
    }
}

/// What replaces one slot of a page.
#[derive(Clone, Debug)]
pub enum Slot {
    /// The figure of this index.
    Figure(usize),
    /// A formula as it goes into the page.
    Formula(String),
    /// What is left of a block with a mistake: the anchor, so that links to it are not mistakes too.
    Broken(Option<String>),
}

/// What was found in the lessons.
#[derive(Default)]
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
    /// Where a panic of the builder is reported: the address of the book's repository.
    pub repository: Option<String>,
    /// Files among the sources that were read into figures; no reader needs them beside these.
    pub read: BTreeSet<PathBuf>,
    ids: HashMap<String, Id>,
    later: Vec<Later>,
}

/// A block that needs all others to have run: a quiz asks about them.
struct Later {
    /// Which slot waits for it.
    slot: usize,
    entry: &'static Entry,
    block: Block,
    mistakes: Vec<Diagnostic>,
    lesson: PathBuf,
    source: Arc<Source>,
    order: (usize, usize),
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
    /// The HTML for a slot of a page from which `root` leads to the site's root.
    pub fn slot(&self, number: usize, root: &str) -> Option<String> {
        Some(match self.slots.get(number)? {
            Slot::Figure(index) => self.figures.get(*index)?.html_on(root),
            Slot::Formula(html) => html.clone(),
            Slot::Broken(Some(id)) => format!("<div id=\"{}\"></div>", escape(id)),
            Slot::Broken(None) => String::new(),
        })
    }

    /// Puts the figures in the order of the book.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.figures.len()).collect();
        order.sort_by_key(|index| self.figures[*index].order);
        let mut place = vec![0; order.len()];
        for (new, old) in order.into_iter().enumerate() {
            place[old] = new;
        }
        self.figures.sort_by_key(|figure| figure.order);
        for slot in &mut self.slots {
            if let Slot::Figure(index) = slot {
                *index = place[*index];
            }
        }
        for index in self.ids.values_mut().filter_map(|id| id.figure.as_mut()) {
            *index = place[*index];
        }
    }
}

/// The preprocessor that turns demo blocks into slots and directives into text.
pub struct Demos {
    entries: &'static [Entry],
    schemas: Rc<Schemas>,
    licences: Rc<[licences::Part]>,
    gathered: Rc<RefCell<Gathered>>,
}

impl Demos {
    /// A preprocessor for the given demos that leaves what it finds in `gathered`. `licences`: the works of others in
    /// the site.
    pub fn new(
        entries: &'static [Entry],
        schemas: Rc<Schemas>,
        licences: Rc<[licences::Part]>,
        gathered: Rc<RefCell<Gathered>>,
    ) -> Self {
        Self { entries, schemas, licences, gathered }
    }
}

impl Preprocessor for Demos {
    fn name(&self) -> &str {
        "demos"
    }

    fn run(&self, ctx: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let mut gathered = self.gathered.borrow_mut();
        let mut lessons = Vec::new();
        let src = ctx.root.join(&ctx.config.book.src);
        // Every demo first: a directive may name one of a later lesson.
        each_lesson(&mut book, |path, chapter| {
            let source = Source::new(source_name(&ctx.config.book.src, path), chapter.content.clone());
            gathered.sources.insert(path.to_owned(), source.clone());
            let order = (lessons.len(), 0);
            let mut work = Work { demos: self, gathered: &mut gathered, src: &src, lesson: path, source, order };
            let place = work.panicked_here();
            lessons.push(work.guarded(place, Work::read).unwrap_or_default());
        });
        // Then the quizzes, which ask about any of them.
        for Later { slot, entry, block, mistakes, lesson, source, order } in std::mem::take(&mut gathered.later) {
            let mut work = Work { demos: self, gathered: &mut gathered, src: &src, lesson: &lesson, source, order };
            let written = block.span("");
            let place = || Diagnostic::at(written.clone(), "the builder panicked", "while this quiz was read");
            if let Some(filled) = work.guarded(place, |work| work.quiz(entry, block, mistakes)) {
                gathered.slots[slot] = filled;
            }
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
        each_lesson(&mut book, |path, chapter| {
            let Some(Lesson { mut edits, directives: found, formulas }) = lessons.next() else {
                return;
            };
            let source = gathered.sources[path].clone();
            let mut work =
                Work { demos: self, gathered: &mut gathered, src: &src, lesson: path, source, order: (0, 0) };
            let within = |formula: &Formula, directive: &Directive| formula.range.contains(&directive.range.start);
            for formula in &formulas {
                let inside: Vec<_> = found.iter().filter(|directive| within(formula, directive)).collect();
                let span = Span::new(&work.source, formula.range.clone());
                let place = || Diagnostic::at(span.clone(), "the builder panicked", "while this formula was set");
                let text = work.guarded(place, |work| work.formula(formula, &inside)).unwrap_or_default();
                edits.push((formula.range.clone(), text));
            }
            for directive in found.iter().filter(|one| !formulas.iter().any(|formula| within(formula, one))) {
                match work.directive(directive) {
                    Ok(text) => edits.extend(text.map(|text| (directive.range.clone(), text))),
                    Err(diagnostic) => {
                        work.gathered.diagnostics.push(*diagnostic);
                        edits.push((directive.range.clone(), String::new()));
                    }
                }
            }
            // Pages about the book use some of the words in another sense.
            if path.parent().is_some_and(|folder| folder != Path::new("")) {
                let taken: Vec<_> = edits.iter().map(|(range, _)| range.clone()).collect();
                let mut used = BTreeSet::new();
                let place = work.panicked_here();
                let links = work.guarded(place, |work| glossary.links(&work.source, path, &taken, &mut used));
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
        of_glossary.extend(glossary.edits(&users));
        each_lesson(&mut book, |path, chapter| {
            if path == Path::new(glossary::FILE) {
                chapter.content = replace(&chapter.content, std::mem::take(&mut of_glossary));
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

/// The page of a lesson, from the book's root.
fn page_of(lesson: &Path) -> String {
    let page = unix(&lesson.with_extension("html"));
    page.strip_suffix("README.html").map_or(page.clone(), |folder| format!("{folder}index.html"))
}

/// The name of a lesson's file in messages.
fn source_name(src: &Path, path: &Path) -> String {
    unix(&src.join(path))
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

/// One lesson at work.
struct Work<'a> {
    demos: &'a Demos,
    gathered: &'a mut Gathered,
    /// The folder of the book's sources.
    src: &'a Path,
    lesson: &'a Path,
    source: Arc<Source>,
    /// The lesson's place in the book, and where in the lesson the work is.
    order: (usize, usize),
}

impl Work<'_> {
    /// What is said of a panic that has no better place than the lesson.
    fn panicked_here(&self) -> impl Fn() -> Diagnostic + use<> {
        let path = self.source.path.clone();
        move || Diagnostic::in_file(path.clone(), "the builder panicked while it read this file")
    }

    /// Reads the lesson: what is to be replaced, and its directives.
    fn read(&mut self) -> Lesson {
        let outline = Outline::new(&self.source.text);
        let found = directives::find(&self.source.text, &outline);
        let mut edits: Vec<_> =
            outline.fences.iter().map(|fence| (fence.range.clone(), self.fence_or_nothing(fence))).collect();
        for directive in &found {
            self.order.1 = directive.range.start;
            let span = Span::new(&self.source, directive.range.clone());
            let place = || Diagnostic::at(span.clone(), "the builder panicked", "while this was carried out");
            let text = self.guarded(place, |work| match &directive.kind {
                Kind::Reference => Some(work.reference()),
                Kind::Licences => Some(licences::markdown(&work.demos.licences, &work.to_root())),
                Kind::Quiz(file) => Some(work.quiz_of(file)),
                _ => None,
            });
            edits.extend(text.flatten().map(|text| (directive.range.clone(), text)));
        }
        let attempts = attempts::find(&self.source, &outline, self.lesson);
        edits.extend(attempts.edits);
        self.gathered.gates.extend(attempts.gates);
        self.gathered.diagnostics.extend(attempts.mistakes);
        let (formulas, mistakes) = formulas::find(&self.source, &outline);
        self.gathered.diagnostics.extend(mistakes);
        Lesson { edits, directives: found, formulas }
    }

    /// Typesets a formula, with the values of the directives in it; the Markdown that takes its place.
    fn formula(&mut self, formula: &Formula, directives: &[&Directive]) -> String {
        let mut tex = String::new();
        let mut at = formula.tex.start;
        for directive in directives {
            tex.push_str(&self.source.text[at..directive.range.start]);
            at = directive.range.end;
            match (&directive.kind, self.directive(directive)) {
                (Kind::Run { id, fact }, Ok(_)) => {
                    let (id, fact) = (Span::new(&self.source, id.clone()), Span::new(&self.source, fact.clone()));
                    let value = self.value((id.text(), id.clone()), (fact.text(), fact.clone()));
                    // Without one the block has a mistake of its own, already told.
                    tex.push_str(&formulas::literal(
                        &value.ok().flatten().map_or_else(|| "0".into(), |(_, value)| value),
                    ));
                }
                (_, Err(wrong)) => {
                    self.gathered.diagnostics.push(*wrong);
                    return self.span_slot(Slot::Broken(None));
                }
                _ => {
                    let place = Span::new(&self.source, directive.range.clone());
                    let wrong = Diagnostic::at(
                        place,
                        "this directive cannot stand in a formula",
                        "only `{{#run id.fact}}` can",
                    );
                    self.gathered.diagnostics.push(wrong);
                    return self.span_slot(Slot::Broken(None));
                }
            }
        }
        tex.push_str(&self.source.text[at..formula.tex.end]);
        if formula.quoted {
            tex = formulas::unquoted(&tex);
        }
        match formulas::typeset(&tex, formula.display) {
            Ok(html) => self.span_slot(Slot::Formula(html)),
            Err((bytes, why)) => {
                let bytes = match directives {
                    // What is missing at the end is told by what ends it.
                    [] if bytes.is_empty() => formula.tex.start + bytes.start..formula.tex.start + bytes.start + 1,
                    [] => formula.tex.start + bytes.start..formula.tex.start + bytes.end,
                    _ => formula.range.clone(),
                };
                let wrong = Diagnostic::at(
                    Span::new(&self.source, bytes),
                    format!("this formula cannot be read: {why}"),
                    "here",
                )
                .help("a formula is TeX as LaTeX has it between `$` and `$`; a new row is `\\\\`");
                self.gathered.diagnostics.push(wrong);
                self.span_slot(Slot::Broken(None))
            }
        }
    }

    /// The Markdown that holds the place of a slot within a line.
    fn span_slot(&mut self, slot: Slot) -> String {
        self.gathered.slots.push(slot);
        format!("<span data-demo-slot=\"{}\"></span>", self.gathered.slots.len() - 1)
    }

    /// Reads a demo block; the Markdown that takes its place.
    fn fence(&mut self, fence: &Fence) -> String {
        self.order.1 = fence.range.start;
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

    /// Where mistakes of the builder are reported, if the book says so.
    fn repository(&self) -> Option<&str> {
        self.gathered.repository.as_deref()
    }

    /// Does one piece of work. If that panics, it is told as a mistake at `place`, and there is nothing to show for it.
    fn guarded<T>(&mut self, place: impl Fn() -> Diagnostic, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        match caught(|| work(&mut *self)) {
            Ok(done) => Some(done),
            Err(panic) => {
                let told = panic.told(place(), self.repository());
                self.gathered.diagnostics.push(told);
                None
            }
        }
    }

    /// Reads a demo block, whatever happens; the Markdown that takes its place.
    fn fence_or_nothing(&mut self, fence: &Fence) -> String {
        let end = fence.body.start.max(fence.keyword.end);
        let span = Span::new(&self.source, fence.range.start..end);
        let place = || Diagnostic::at(span.clone(), "the builder panicked", "while this block was read");
        match self.guarded(place, |work| work.fence(fence)) {
            Some(text) => text,
            None => self.slot(Slot::Broken(None)),
        }
    }

    /// Reads the JSON at `body`, and the rest of it.
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
        match entry {
            Some(entry) if entry.name == quiz::NAME => self.later(entry, block, mistakes),
            entry => self.check(entry, &block, mistakes),
        }
    }

    /// Puts a block off until all others have run.
    fn later(&mut self, entry: &'static Entry, block: Block, mistakes: Vec<Diagnostic>) -> Slot {
        let later = Later {
            // That of what is returned.
            slot: self.gathered.slots.len(),
            entry,
            block,
            mistakes,
            lesson: self.lesson.to_owned(),
            source: self.source.clone(),
            order: self.order,
        };
        self.gathered.later.push(later);
        Slot::Broken(None)
    }

    /// The Markdown for `{{#quiz file}}`, with the name of the file there.
    fn quiz_of(&mut self, file: &std::ops::Range<usize>) -> String {
        let written = Span::new(&self.source, file.clone());
        let stem = Path::new(written.text()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let title = format!("Quiz: {}", stem.replace(['-', '_'], " "));
        let block = Block::standing_for(
            &written,
            json!({ "id": quiz::figure_of(&stem), "title": title, "file": written.text() }),
        );
        let slot = match self.demos.entries.iter().find(|entry| entry.name == quiz::NAME) {
            Some(entry) => self.later(entry, block, vec![]),
            None => Slot::Broken(None),
        };
        self.slot(slot)
    }

    /// Reads the questions of a quiz and what the book's runs say in them, and draws it.
    fn quiz(&mut self, entry: &'static Entry, mut block: Block, mut mistakes: Vec<Diagnostic>) -> Slot {
        let mut readable = true;
        if let Some(file) = block.value().get("file").and_then(Value::as_str).map(str::to_owned) {
            let twice = quiz::both(&block);
            readable = twice.is_empty();
            mistakes.extend(twice);
            let folder = self.src.join(self.lesson.parent().unwrap_or(Path::new("")));
            let path = folder.join(&file);
            match std::fs::read(&path) {
                Ok(bytes) => {
                    // As mdBook names it in its output, without `..`.
                    let known = path.canonicalize().ok().zip(self.src.canonicalize().ok());
                    let known = known.and_then(|(path, src)| path.strip_prefix(src).ok().map(Path::to_owned));
                    let name = known.clone().unwrap_or_else(|| self.lesson.with_file_name(&file));
                    self.gathered.read.extend(known);
                    let book = self.source.path.strip_suffix(&*unix(self.lesson)).unwrap_or_default();
                    match quiz::File::read(format!("{book}{}", unix(&name)), bytes) {
                        Ok(read) => {
                            // A directive has no title of its own.
                            if let Some(title) = read.title().filter(|_| block.is_standing_for()) {
                                block.put("title", title.into());
                            }
                            read.put_into(&mut block);
                        }
                        Err(wrong) => {
                            readable = false;
                            mistakes.extend(wrong);
                        }
                    }
                }
                Err(error) => {
                    readable = false;
                    mistakes.push(quiz::unreadable(&block, &folder, &file, &error));
                }
            }
        }
        let mut sound = readable;
        if readable {
            mistakes.extend(quiz::left_out(&mut block));
            for wrong in block.check_schema(entry, &self.demos.schemas) {
                sound = false;
                // What is known by name is told by name only.
                if !mistakes.iter().any(|told| told.place == wrong.place) {
                    mistakes.push(wrong);
                }
            }
        }
        if sound {
            mistakes.extend(self.ask_the_runs(&mut block));
            let page = page_of(self.lesson);
            mistakes.extend(quiz::astray(&block, &page, self.src));
            block.put("page", page.into());
        }
        self.run(Some(entry), &block, mistakes, sound)
    }

    /// Puts what the book's runs yield into the texts of a quiz, and into its predictions.
    fn ask_the_runs(&self, block: &mut Block) -> Vec<Diagnostic> {
        let mut mistakes = vec![];
        for (pointer, markdown) in quiz::texts(block.value()) {
            let Some(text) = block.value().pointer(&pointer).and_then(Value::as_str).map(str::to_owned) else {
                continue;
            };
            mistakes.extend(markdown.then(|| quiz::formula(&text, block.span(&pointer))).flatten());
            let mut edits = vec![];
            for (directive, place) in quiz::directives(&text, markdown, &block.span(&pointer)) {
                let range = directive.range.clone();
                if let Some(wrong) = quiz::misplaced(&directive, &text, &place) {
                    mistakes.push(wrong);
                    continue;
                }
                let put = match &directive.kind {
                    Kind::Run { id, fact } => {
                        // The places of the names in the place of the whole.
                        let part = |part: &std::ops::Range<usize>| {
                            let start = place.bytes.start + part.start - range.start;
                            Span::new(&place.source, start..start + part.len())
                        };
                        match self.value((&text[id.clone()], part(id)), (&text[fact.clone()], part(fact))) {
                            Ok(yielded) => yielded.map(|(_, value)| value).unwrap_or_default(),
                            Err(wrong) => {
                                mistakes.push(*wrong);
                                continue;
                            }
                        }
                    }
                    _ => text[range.start + 1..range.end].to_owned(),
                };
                edits.push((range, if markdown { neutral(&put) } else { put }));
            }
            if !edits.is_empty()
                && let Some(place) = block.value_mut(&pointer)
            {
                *place = replace(&text, edits).into();
            }
        }
        let count = block.value().get("questions").and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..count {
            let inner = |key: &str| {
                let pointer = format!("/questions/{index}/prompt/{key}");
                let text = block.value().pointer(&pointer)?.as_str()?.to_owned();
                Some((text, block.inside(&pointer)))
            };
            let (Some(demo), Some(fact)) = (inner("demo"), inner("fact")) else { continue };
            // With something in its place, so that what else is wrong is found too.
            let mut resolved = json!({ "answer": "unknown", "title": "unknown", "page": "" });
            match self.value((&demo.0, demo.1), (&fact.0, fact.1)) {
                Ok(Some((figure, value))) => {
                    let page = contents::address(&page_of(&figure.lesson));
                    resolved = json!({ "answer": neutral(&value), "title": figure.title, "page": page });
                }
                Ok(None) => {}
                Err(wrong) => mistakes.push(*wrong),
            }
            if let Some(asked) = block.value_mut(&format!("/questions/{index}"))
                && asked.get("type") == Some(&Value::from("Prediction"))
            {
                asked["resolved"] = resolved;
            }
        }
        mistakes
    }

    /// Checks a block that was read, and runs it.
    fn check(&mut self, entry: Option<&'static Entry>, block: &Block, mut mistakes: Vec<Diagnostic>) -> Slot {
        let wrong = entry.map(|entry| block.check_schema(entry, &self.demos.schemas)).unwrap_or_default();
        let sound = wrong.is_empty();
        mistakes.extend(wrong);
        self.run(entry, block, mistakes, sound)
    }

    /// Runs a demo if what its schema says of the block is `sound`, and draws its figure if nothing is wrong.
    fn run(
        &mut self,
        entry: Option<&'static Entry>,
        block: &Block,
        mut mistakes: Vec<Diagnostic>,
        sound: bool,
    ) -> Slot {
        let mut checked = None;
        if let Some(entry) = entry.filter(|_| sound) {
            match caught(|| block.check_run(entry)) {
                Ok(Ok(fine)) => checked = Some(fine),
                Ok(Err(wrong)) => mistakes.extend(wrong),
                Err(panic) => mistakes.push(panicked(entry, block.span(""), &panic, self.repository())),
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
                    .help(match block.is_standing_for() {
                        true => "the quiz is called as its file: write a block `demo quiz`, with an `id` of its own",
                        false => "give each demo an id of its own: it is the figure's address",
                    }),
            );
            self.gathered.diagnostics.extend(mistakes);
            // The anchor is the first one's.
            return Slot::Broken(None);
        }
        let figure = match (checked, entry) {
            (Some(checked), Some(entry)) if mistakes.is_empty() => {
                let drawn = caught(|| ((entry.prerender)(&checked.id, &checked.props), (entry.first)(&checked.props)));
                match drawn {
                    Ok((drawing, first)) => {
                        Some(self.figure(entry, checked, block.value(), (&drawing, first), written.clone()))
                    }
                    Err(panic) => {
                        mistakes.push(panicked(entry, block.span(""), &panic, self.repository()));
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

    fn figure(
        &mut self,
        entry: &'static Entry,
        checked: Checked,
        block: &Value,
        (drawing, first): (&str, Option<Vec<u8>>),
        written: Span,
    ) -> usize {
        let first = first.map(|frames| {
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
            sheets: entry.sheets,
            html,
            first,
            facts: checked.facts,
            block: block.clone(),
            lesson: self.lesson.to_owned(),
            example: written.source != self.source,
            written,
            order: self.order,
        });
        self.gathered.figures.len() - 1
    }

    /// The Markdown that holds the place of a slot.
    fn slot(&mut self, slot: Slot) -> String {
        self.gathered.slots.push(slot);
        format!("\n<div data-demo-slot=\"{}\"></div>\n\n", self.gathered.slots.len() - 1)
    }

    /// What leads from the page to the book's root.
    fn to_root(&self) -> String {
        "../".repeat(self.lesson.components().count() - 1)
    }

    /// The Markdown for `{{#demo-reference}}`.
    fn reference(&mut self) -> String {
        let schemas = self.demos.schemas.clone();
        let root = self.to_root();
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
            // These were put in with the blocks.
            Kind::Foreign | Kind::Reference | Kind::Licences | Kind::Quiz(_) => Ok(None),
            Kind::Escaped => {
                let range = directive.range.start + 1..directive.range.end;
                Ok(Some(neutral(&self.source.text[range])))
            }
            Kind::Malformed => {
                let place = span(&directive.range);
                let (form, what) = match place.text().contains("#quiz") {
                    true => ("{{#quiz file.toml}}", "the path of a file"),
                    false => (
                        "{{#run id.fact}}",
                        "the demo's id and the name of what its run yields, or of a range `id.fact over 20 seeds`",
                    ),
                };
                Err(Box::new(
                    Diagnostic::at(place, "this directive cannot be read", format!("not of the form `{form}`")).help(
                        format!(
                            "write `{form}` on one line, with {what}; to show the braces themselves, write a \
                             backslash before them"
                        ),
                    ),
                ))
            }
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
            Kind::Run { id, fact } => {
                let (id, fact) = (span(id), span(fact));
                let value = self.value((id.text(), id.clone()), (fact.text(), fact.clone()))?;
                // Without one the block has a mistake of its own, already told.
                Ok(Some(value.map(|(_, value)| neutral(&value)).unwrap_or_default()))
            }
        }
    }

    /// What a run of the figure `id` says of what is `asked` of it, each with the place where it is written; nothing if
    /// the figure has a mistake of its own, which is told already.
    fn value(&self, id: (&str, Span), asked: (&str, Span)) -> Result<Option<(&Figure, String)>, Box<Diagnostic>> {
        let ((id, id_place), (asked, fact_place)) = (id, asked);
        let Some(known) = self.gathered.ids.get(id) else {
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
                Diagnostic::at(id_place, format!("there is no demo with the id `{id}`"), "unknown id").maybe_help(
                    match nearest(id, ids.iter().copied()) {
                        Some(near) => Some(format!("did you mean `{near}`?")),
                        // The whole book has many.
                        None => suggest(id, &here, "the ids on this page are"),
                    },
                ),
            ));
        };
        let Some(entry) = known.demo.and_then(|name| self.demos.entries.iter().find(|entry| entry.name == name)) else {
            return Ok(None);
        };
        let Some(Asked { fact, seeds }) = Asked::parse(asked) else {
            return Err(Box::new(
                Diagnostic::at(fact_place, format!("`{asked}` cannot be asked of a run"), "not a form of a fact")
                    .help(format!("write {}", Asked::FORMS)),
            ));
        };
        let names: Vec<&str> = entry.facts.iter().map(|fact| fact.name).collect();
        if !names.contains(&fact) {
            return Err(Box::new(
                Diagnostic::at(fact_place, format!("a run of `{}` yields no `{fact}`", entry.name), "unknown fact")
                    .related(known.written.clone(), "the run is this demo's")
                    .maybe_help(suggest(fact, &names, "a run yields")),
            ));
        }
        let Some(figure) = known.figure.and_then(|index| self.gathered.figures.get(index)) else {
            return Ok(None);
        };
        if let Some((part, count)) = seeds {
            let spread = match caught(|| (entry.over_seeds)(&figure.block, count)) {
                Ok(runs) => runs.and_then(|runs| Spread::new(&runs, fact)),
                Err(panic) => return Err(Box::new(panicked(entry, fact_place, &panic, self.repository()))),
            };
            return match spread {
                Ok(spread) => Ok(Some((figure, spread.text(part)))),
                Err(refused) => Err(Box::new(
                    Diagnostic::at(fact_place, refused.message, "asked here")
                        .related(known.written.clone(), "the run is this demo's")
                        .help(refused.help),
                )),
            };
        }
        match figure.facts.get(fact) {
            Some(value) => Ok(Some((figure, value.text()))),
            None => Err(Box::new(
                Diagnostic::at(
                    fact_place,
                    format!("this run of `{}` has no value for `{fact}`", entry.name),
                    "not known in this run",
                )
                .related(known.written.clone(), "the run is this demo's")
                .help("choose another fact, or change the run so that it has a value"),
            )),
        }
    }
}

/// A path as an address has it.
fn unix(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
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

fn panicked(entry: &Entry, block: Span, panic: &Panic, repository: Option<&str>) -> Diagnostic {
    let told = Diagnostic::at(block, format!("the demo `{}` panicked", entry.name), "while this was run");
    panic.told(told, repository)
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
            if let Some(page) = contents::page(chapter) {
                chapter.content.insert_str(0, &pages::chapter_mark(&page));
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
