//! Demo blocks: each is read, checked against its demo's schema and then against its run, and drawn. Whatever is wrong
//! is told at its place, and an empty slot is left.

use std::{path::Path, sync::Arc};

use serde_json::Value;
use widgets::chrome::registry::Entry;

use crate::{
    blocks::{
        guard::Panic,
        json::{Block, Schemas},
        kept::{Done, Job, Kept, Outcome},
        markdown::Fence,
    },
    diagnostics::{Diagnostic, Source, Span, list, suggest},
    figures::{Figure, Gathered, Id, Slot},
    files,
    html::escape,
};

/// A demo block as it was read, with what is wrong so far.
pub struct Written {
    /// The demo; nothing if the fence names none.
    pub entry: Option<&'static Entry>,
    /// The block's JSON, as the author wrote it.
    pub block: Block,
    /// The mistakes found so far.
    pub mistakes: Vec<Diagnostic>,
    /// Whether the block's run can be asked for: nothing of the block itself is wrong.
    pub sound: bool,
}

impl Written {
    /// What is to be asked of the block's run: its figure, or its mistakes alone if others are known already. Nothing
    /// if no run can be asked for.
    pub fn job(&self) -> Option<Job<'_>> {
        let entry = self.entry.filter(|_| self.sound)?;
        Some(Job { entry, block: self.block.value(), drawn: self.mistakes.is_empty() })
    }
}

/// A lesson at work, with what is needed to read, run and draw its blocks.
pub struct Work<'a> {
    /// Every demo that a block may name.
    pub entries: &'static [Entry],
    /// The schemas of these demos' blocks.
    pub schemas: &'a Schemas,
    /// The store of what was computed in earlier builds.
    pub kept: &'a Kept,
    /// What was found in the book so far.
    pub gathered: &'a mut Gathered,
    /// The lesson's file, relative to the book's sources.
    pub lesson: &'a Path,
    /// The lesson's text, as written.
    pub source: Arc<Source>,
    /// The lesson's place in the book, and where in the lesson the work is.
    pub order: (usize, usize),
}

impl Work<'_> {
    /// The address where mistakes of the builder are reported; nothing if the book names none.
    pub fn repository(&self) -> Option<&str> {
        self.gathered.repository.as_deref()
    }

    /// Reads the demo block of a fence: what is to be checked and run. Of a block that cannot be read every mistake is
    /// gathered.
    ///
    /// # Errors
    /// The slot that takes the place of a block that cannot be read.
    pub fn fence(&mut self, fence: &Fence) -> Result<Written, Slot> {
        self.order.1 = fence.range.start;
        let span = |range: &std::ops::Range<usize>| Span::new(&self.source, range.clone());
        let names: Vec<&str> = self.entries.iter().map(|entry| entry.name).collect();
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
                let entry = self.entries.iter().find(|entry| entry.name == name.text());
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
            return Err(Slot::Broken(None));
        }
        if fence.nested {
            // The lines carry the marks of what they are nested in: not readable as JSON.
            self.gathered.diagnostics.extend(mistakes);
            return Err(Slot::Broken(None));
        }
        let source = self.source.clone();
        self.read(entry, &source, fence.body.clone(), mistakes)
    }

    /// Reads the JSON of a block at `body` of `source`; `mistakes` are those of what stands around the JSON.
    ///
    /// # Errors
    /// The slot that takes the place of a block that cannot be read; why is gathered as mistakes.
    pub fn read(
        &mut self,
        entry: Option<&'static Entry>,
        source: &Arc<Source>,
        body: std::ops::Range<usize>,
        mut mistakes: Vec<Diagnostic>,
    ) -> Result<Written, Slot> {
        match Block::parse(source, body) {
            Ok(block) => Ok(Written { entry, block, mistakes, sound: true }),
            Err(more) => {
                mistakes.extend(more);
                self.gathered.diagnostics.extend(mistakes);
                Err(Slot::Broken(None))
            }
        }
    }

    /// Checks a block against its demo's schema, and adds what is wrong to its mistakes.
    pub fn check(&self, written: &mut Written) {
        let wrong = written.entry.map(|entry| written.block.check_schema(entry, self.schemas)).unwrap_or_default();
        written.sound &= wrong.is_empty();
        written.mistakes.extend(wrong);
    }

    /// Gathers the mistakes of a block, or puts its figure into the book, and gives the slot that takes the block's
    /// place. `outcome` is what came of the block's run, if it was run.
    pub fn conclude(&mut self, written: Written, outcome: Option<Outcome>) -> Slot {
        let Written { entry, block, mut mistakes, .. } = written;
        let mut done = None;
        if let (Some(entry), Some(outcome)) = (entry, outcome) {
            match outcome {
                Ok(Ok(fine)) => done = Some((entry, fine)),
                Ok(Err(problems)) => mistakes.extend(block.told(entry, problems)),
                Err(panic) => mistakes.push(panicked(entry, block.span(""), &panic, self.repository())),
            }
        }
        let Some(id) = block.id().map(str::to_owned) else {
            self.gathered.diagnostics.extend(mistakes);
            return Slot::Broken(None);
        };
        let written_at = block.span("/id");
        if let Some(wrong) = id_mistake(&id, &written_at)
            && !mistakes.iter().any(|other| other.place == wrong.place)
        {
            mistakes.push(wrong);
        }
        if let Some(first) = self.gathered.ids.get(&id) {
            mistakes.push(
                Diagnostic::at(
                    written_at.clone(),
                    format!("the id `{id}` is used twice in the book"),
                    "used again here",
                )
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
        let figure = done
            .filter(|_| mistakes.is_empty())
            .map(|(entry, done)| self.figure(entry, done, block.value(), written_at.clone()));
        self.gathered.diagnostics.extend(mistakes);
        let demo = entry.map(|entry| entry.name);
        self.gathered.ids.insert(id.clone(), Id { written: written_at, demo, figure });
        match figure {
            Some(index) => Slot::Figure(index),
            None => Slot::Broken(Some(id)),
        }
    }

    fn figure(
        &mut self,
        entry: &'static Entry,
        Done { checked, first, html: drawing }: Done,
        block: &Value,
        written: Span,
    ) -> usize {
        let first = first.map(|frames| {
            let name = format!("{}-{}.frames", checked.id, files::hash(&frames));
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
            questions: checked.questions,
            block: block.clone(),
            lesson: self.lesson.to_owned(),
            example: written.source != self.source,
            written,
            order: self.order,
        });
        self.gathered.figures.len() - 1
    }

    /// The Markdown that holds the place of a slot between paragraphs.
    pub fn slot(&mut self, slot: Slot) -> String {
        self.gathered.slots.push(slot);
        format!("\n<div data-demo-slot=\"{}\"></div>\n\n", self.gathered.slots.len() - 1)
    }

    /// The Markdown that holds the place of a slot within a line.
    pub fn span_slot(&mut self, slot: Slot) -> String {
        self.gathered.slots.push(slot);
        format!("<span data-demo-slot=\"{}\"></span>", self.gathered.slots.len() - 1)
    }
}

/// What is wrong with the form of an id, told at the place where the id is written; nothing if the id is fine.
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

/// The mistake that is told of a demo that panicked while it ran the block at `block`.
pub(super) fn panicked(entry: &Entry, block: Span, panic: &Panic, repository: Option<&str>) -> Diagnostic {
    let told = Diagnostic::at(block, format!("the demo `{}` panicked", entry.name), "while this was run");
    panic.told(told, repository)
}
