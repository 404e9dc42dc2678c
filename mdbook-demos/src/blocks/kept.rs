//! Figures are computed once. What came of a block is kept in files, in two layers: what its runs yield, under the block
//! and the fingerprint of what simulates it; and how it is drawn, under that and the fingerprint of what draws it. So an
//! edit of a picture simulates nothing, and an edit of a lesson computes what it changed.
//!
//! A mistake of an author and a panic are not kept.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use widgets::chrome::{
    engine::with_first,
    registry::{Asking, Checked, Entry, FactValue, Facts, OverSeeds, Problem},
};

use crate::{
    blocks::{
        guard::{Panic, caught},
        prints::{self, Print},
    },
    store::{Store, key},
    threads,
};

/// What came of a block.
#[derive(Clone, Debug)]
pub struct Done {
    /// What its run yields, and what its component is given.
    pub checked: Checked,
    /// What the page draws it from first.
    pub first: Option<Vec<u8>>,
    /// The component's HTML.
    pub html: String,
}

/// A block that is to be run.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The demo.
    pub entry: &'static Entry,
    /// What the author wrote.
    pub block: &'a Value,
    /// Whether its figure is wanted, and not its mistakes alone.
    pub drawn: bool,
}

/// What comes of a block: figure, mistakes or a panic.
pub type Outcome = Result<Result<Done, Vec<Problem>>, Panic>;

/// How many figures were computed in this build, and not found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Computed {
    /// Those whose runs were simulated; runs over seeds are one for each figure and number of seeds.
    pub simulated: usize,
    /// Those that were drawn.
    pub drawn: usize,
}

/// What is kept of figures.
pub struct Kept {
    store: Store,
    /// Fingerprints of a demo; of one without, nothing is kept.
    print: fn(&Entry) -> Option<Print>,
    simulated: AtomicUsize,
    drawn: AtomicUsize,
    /// What this build knows of runs over seeds that can be had, by the demo, the block and the number of seeds: lessons ask several things
    /// of the same runs.
    seeds: Mutex<HashMap<(&'static str, String, usize), OverSeeds>>,
}

impl Kept {
    /// Keeps figures in `folder`, by the fingerprints that `print` tells of a demo.
    pub fn new(folder: PathBuf, print: fn(&Entry) -> Option<Print>) -> Self {
        Self { store: Store::new(folder), print, ..Self::nothing() }
    }

    /// Keeps figures in `folder`, by the fingerprints of what is linked into this program. If these are doubtful, nothing
    /// is kept this time.
    pub fn of_this_program(folder: PathBuf) -> Self {
        if prints::are_doubtful() { Self::nothing() } else { Self::new(folder, |entry| prints::of(entry.module)) }
    }

    /// Computes everything anew, and keeps nothing.
    pub fn nothing() -> Self {
        Self {
            store: Store::nothing(),
            print: |_| None,
            simulated: AtomicUsize::new(0),
            drawn: AtomicUsize::new(0),
            seeds: Mutex::default(),
        }
    }

    /// Forgets what builds do not use any more, as [`Store::tidy`].
    pub fn tidy(&self) {
        self.store.tidy();
    }

    /// What was computed so far.
    pub fn computed(&self) -> Computed {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        Computed { simulated: of(&self.simulated), drawn: of(&self.drawn) }
    }

    /// Runs blocks that their schemas accept, and draws those that are to be `drawn` and have no mistake. The outcomes
    /// stand in the order of the blocks, in whatever order they are computed.
    pub fn figures(&self, blocks: &[Job<'_>]) -> Vec<Outcome> {
        threads::each(blocks, |asked| self.figure(asked))
    }

    /// One figure, without the drawing if it is not to be drawn.
    fn figure(&self, Job { entry, block, drawn }: &Job<'_>) -> Outcome {
        let print = (self.print)(entry);
        let key = print.map(|print| key(&["ran", entry.name, &block.to_string(), print.runs].map(str::as_bytes)));
        let known = self.store.find(key.as_deref()).and_then(|ran: Ran| ran.known_to(entry));
        let (checked, first) = match known {
            Some(known) => known,
            None => {
                self.simulated.fetch_add(1, Ordering::Relaxed);
                let checked = match caught(|| (entry.check)(block))? {
                    Ok(checked) => checked,
                    Err(problems) => return Ok(Err(problems)),
                };
                let first = caught(|| (entry.first)(&checked.props))?;
                self.store.keep(key.as_deref(), &Ran::new(&checked, first.as_deref()));
                (checked, first)
            }
        };
        let html = if *drawn { self.drawing(entry, &checked, first.as_deref(), print)? } else { String::new() };
        Ok(Ok(Done { checked, first, html }))
    }

    /// The HTML of a figure.
    fn drawing(
        &self,
        entry: &Entry,
        checked: &Checked,
        first: Option<&[u8]>,
        print: Option<Print>,
    ) -> Result<String, Panic> {
        let key = print.map(|print| {
            let parts = ["drawn", entry.name, &checked.id, &checked.props, print.whole].map(str::as_bytes);
            key(&[&parts[..], first.as_slice()].concat())
        });
        if let Some(html) = self.store.find(key.as_deref()) {
            return Ok(html);
        }
        self.drawn.fetch_add(1, Ordering::Relaxed);
        let draw = || with_first(first.unwrap_or_default(), || (entry.prerender)(&checked.id, &checked.props));
        let html = caught(draw)?;
        self.store.keep(key.as_deref(), &html);
        Ok(html)
    }

    /// What the run of a checked block yields under each of the seeds from 1 to `seeds`.
    ///
    /// # Errors
    /// If the demo panics.
    pub fn over_seeds(&self, entry: &Entry, block: &Value, seeds: usize) -> Result<OverSeeds, Panic> {
        let asked = (entry.name, block.to_string(), seeds);
        let known = || self.seeds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runs) = known().get(&asked) {
            return Ok(runs.clone());
        }
        let runs = self.runs_over_seeds(entry, block, seeds)?;
        if runs.is_ok() {
            known().insert(asked, runs.clone());
        }
        Ok(runs)
    }

    /// The same, found in a file or simulated.
    fn runs_over_seeds(&self, entry: &Entry, block: &Value, seeds: usize) -> Result<OverSeeds, Panic> {
        let print = (self.print)(entry);
        let key = print.map(|print| {
            let parts = ["seeds", entry.name, &block.to_string(), &seeds.to_string(), print.runs];
            key(&parts.map(str::as_bytes))
        });
        let known = self.store.find(key.as_deref()).and_then(|runs: Vec<Named>| {
            runs.into_iter().map(|facts| facts_of(entry, facts)).collect::<Option<Vec<_>>>()
        });
        if let Some(known) = known {
            return Ok(Ok(Arc::new(known)));
        }
        self.simulated.fetch_add(1, Ordering::Relaxed);
        let runs = caught(|| (entry.over_seeds)(block, seeds))?;
        if let Ok(runs) = &runs {
            self.store.keep(key.as_deref(), &runs.iter().map(named).collect::<Vec<_>>());
        }
        Ok(runs)
    }
}

/// Facts with the names that they have in a file.
type Named = BTreeMap<String, Value>;

fn named(facts: &Facts) -> Named {
    facts.iter().map(|(name, value)| ((*name).to_owned(), value.0.clone())).collect()
}

/// Facts from a file; nothing if the demo does not know one.
fn facts_of(entry: &Entry, facts: Named) -> Option<Facts> {
    let known = |name: &str| entry.facts.iter().map(|fact| fact.name).find(|known| *known == name);
    facts.into_iter().map(|(name, value)| Some((known(&name)?, FactValue(value)))).collect()
}

/// What a run yields, as it stands in a file.
#[derive(Serialize, Deserialize)]
struct Ran {
    id: String,
    title: String,
    props: String,
    facts: Named,
    questions: Vec<(String, u32, String)>,
    first: Option<serde_bytes::ByteBuf>,
}

impl Ran {
    fn new(checked: &Checked, first: Option<&[u8]>) -> Self {
        let Checked { id, title, props, facts, questions } = checked.clone();
        let questions = questions.into_iter().map(|one| (one.id, one.points, one.kind.to_owned())).collect();
        Self { id, title, props, facts: named(&facts), questions, first: first.map(serde_bytes::ByteBuf::from) }
    }

    fn known_to(self, entry: &Entry) -> Option<(Checked, Option<Vec<u8>>)> {
        let Self { id, title, props, facts, questions, first } = self;
        let asking =
            |(id, points, kind): (String, u32, String)| Some(Asking { id, points, kind: Asking::kind(&kind)? });
        let questions = questions.into_iter().map(asking).collect::<Option<_>>()?;
        let checked = Checked { id, title, props, facts: facts_of(entry, facts)?, questions };
        Some((checked, first.map(serde_bytes::ByteBuf::into_vec)))
    }
}
