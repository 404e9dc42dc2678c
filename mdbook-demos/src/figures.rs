//! What was found in the book: its figures, the slots that they go into, questions and answers. Everything else of the
//! builder reads or fills it, and it knows none of them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    sync::Arc,
};

use serde_json::Value;
use widgets::chrome::registry::{Asking, Facts};

use crate::{
    diagnostics::{Diagnostics, Source, Span},
    html::escape,
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
    /// The element as it goes into the page, but for [`quiz::ROOT`](widgets::labs::quiz::ROOT).
    pub html: String,
    /// What the browser draws it from first, if it does not compute that itself: the file's name, and its content.
    pub first: Option<(String, Vec<u8>)>,
    /// What the run yields.
    pub facts: Facts,
    /// What the reader is asked, and the goals.
    pub questions: Vec<Asking>,
    /// What the author wrote, to be run under other seeds too.
    pub block: Value,
    /// The lesson's file, relative to the book's sources.
    pub lesson: PathBuf,
    /// Where the id is written.
    pub written: Span,
    /// The lesson's place in the book, and the figure's in the lesson.
    pub order: (usize, usize),
    /// Whether it is an example of the reference, which is there to be looked at.
    pub example: bool,
}

impl Figure {
    /// The element as it goes into a page from which `root` leads to the site's root, to the byte.
    pub fn html_on(&self, root: &str) -> String {
        self.html.replace(widgets::labs::quiz::ROOT, root)
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

impl Slot {
    /// What goes into the page, if it is no figure.
    pub fn html(&self) -> Option<String> {
        match self {
            Self::Figure(_) => None,
            Self::Formula(html) => Some(html.clone()),
            Self::Broken(Some(id)) => Some(format!("<div id=\"{}\"></div>", escape(id))),
            Self::Broken(None) => Some(String::new()),
        }
    }
}

/// One answer or solution.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Unique in the book.
    pub id: String,
    /// How many points the reader marks the attempt against; none for a solution without.
    pub points: u32,
    /// The lesson's file, relative to the book's sources.
    pub lesson: PathBuf,
    /// Where the id is written.
    pub written: Span,
    /// The ids of figures that are an attempt too, all of them together: answered, or used if they ask nothing.
    pub after: Vec<Span>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The id of the figure or of the answer, `/`, and the question's own.
    pub id: String,
    /// The points that can be got.
    pub points: u32,
    /// `choice`, `fill-in`, `prediction` or `open`.
    pub kind: String,
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
    /// Every id of a block, in no order that anything may depend on.
    pub ids: HashMap<String, Id>,
}

/// What is known of the id of a block.
#[derive(Clone, Debug)]
pub struct Id {
    /// Where it is written.
    pub written: Span,
    /// The demo's name, where it is known.
    pub demo: Option<&'static str>,
    /// The figure, unless the block has a mistake.
    pub figure: Option<usize>,
}

impl Gathered {
    /// The HTML for a slot of a page from which `root` leads to the site's root.
    pub fn slot(&self, number: usize, root: &str) -> Option<String> {
        Some(match self.slots.get(number)? {
            Slot::Figure(index) => self.figures.get(*index)?.html_on(root),
            slot => slot.html()?,
        })
    }

    /// Puts the figures in the order of the book.
    pub fn sort(&mut self) {
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
