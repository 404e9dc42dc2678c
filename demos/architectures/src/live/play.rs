//! A run being played: actions when they are due, windows of measurement, back and forth in time.

use super::{Frame, Row, Run, Start, World};

use sim::Time;

/// How many events a run may have at most: some tens of seconds of work.
pub const BUDGET_EVENTS: u64 = 400_000_000;

/// How much memory the system of a run may take at most, in bytes.
pub const BUDGET_BYTES: usize = 192 << 20;

/// Systems up to this size are kept at checkpoints, so that going back is quick.
const CHECKPOINT_BYTES: usize = 256 << 10;

/// How many windows lie between two checkpoints.
const CHECKPOINT_EVERY: usize = 5;

/// How many events a slice of work may have that nobody watches.
const SLICE: u32 = 1 << 20;

/// A run and the system that lives it.
pub struct Live {
    run: Run,
    start: Start,
    world: Box<dyn World>,
    target: Time,
    /// How many actions have been done.
    done: usize,
    rows: Vec<Row>,
    stopped: Option<String>,
    /// In the order of time.
    checkpoints: Vec<Checkpoint>,
}

struct Checkpoint {
    world: Box<dyn World>,
    done: usize,
    rows: usize,
}

impl Live {
    /// The run at its very beginning, simulated by the system that `start` makes: the architecture's own, or another one
    /// to hold the two against each other.
    pub fn new(start: Start, run: Run) -> Self {
        let world = start(&run.settings, run.seed);
        Self { run, start, world, target: Time::ZERO, done: 0, rows: vec![], stopped: None, checkpoints: vec![] }
    }

    /// Plays the run until that time, or until its end or its budget if they come first, however long that takes.
    pub fn play_to(&mut self, to: Time) {
        self.seek(to);
        while !self.advance(SLICE) {}
    }

    /// The run that is played.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The system that lives the run, at the time that it has reached.
    pub fn world(&self) -> &dyn World {
        &*self.world
    }

    /// Why the run goes on no more although it has not come to its end, with what to do; nothing while it goes on.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// A copy of the run in progress that goes on by itself.
    pub fn fork(&self) -> Self {
        Self {
            run: self.run.clone(),
            start: self.start,
            world: self.world.copy(),
            target: self.target,
            done: self.done,
            rows: self.rows.clone(),
            stopped: self.stopped.clone(),
            checkpoints: vec![],
        }
    }

    /// Goes on as another run, if all that has happened so far happens in both: then what is known of it need not be
    /// played again. False, and nothing is changed, if the two differ before.
    pub fn adopt(&mut self, run: &Run) -> bool {
        let ours = &self.run;
        let alike = std::ptr::eq(ours.model, run.model)
            && ours.settings == run.settings
            && (ours.seed, ours.window()) == (run.seed, run.window())
            && run.actions.get(..self.done).is_some_and(|done| *done == ours.actions[..self.done])
            && run.actions.get(self.done).is_none_or(|next| next.at >= self.world.now());
        if alike {
            self.run = run.clone();
            self.stopped = None;
        }
        alike
    }

    /// The windows of measurement that are closed so far, the first one first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Says where the run is to be from now on, at its end at the latest; [`Live::advance`] brings it there. A time
    /// that has passed is played again, from the nearest checkpoint.
    pub fn seek(&mut self, to: Time) {
        self.target = to.min(self.run.end());
        if self.target < self.world.now() {
            self.stopped = None;
            self.checkpoints.retain(|checkpoint| checkpoint.world.now() <= self.target);
            match self.checkpoints.last() {
                Some(checkpoint) => {
                    self.world = checkpoint.world.copy();
                    self.done = checkpoint.done;
                    self.rows.truncate(checkpoint.rows);
                }
                None => {
                    self.world = (self.start)(&self.run.settings, self.run.seed);
                    self.done = 0;
                    self.rows.clear();
                }
            }
        }
    }

    /// Brings the run nearer to the time last sought, by at most about so many events. True when the run is there, or
    /// stopped.
    pub fn advance(&mut self, most: u32) -> bool {
        let window = self.run.window();
        let until = self.world.events() + u64::from(most);
        while self.stopped.is_none() {
            // What is done at a moment comes before what happens then by itself.
            while let Some(action) = self.run.actions.get(self.done).filter(|action| action.at <= self.world.now()) {
                self.world.apply(&action.change);
                self.done += 1;
            }
            if self.world.now() >= self.target {
                return true;
            }
            let closes = Time::ZERO + window.saturating_mul(self.rows.len() as u64 + 1);
            let next = self.run.actions.get(self.done).map_or(Time::MAX, |action| action.at);
            let most = until.saturating_sub(self.world.events());
            if !self.world.advance(closes.min(next).min(self.target), most.max(1) as u32) {
                self.stopped = self.exceeded();
                if self.world.events() >= until && self.stopped.is_none() {
                    return false;
                }
            }
            if self.world.now() == closes {
                self.rows.push(self.world.row(window));
                if self.rows.len().is_multiple_of(CHECKPOINT_EVERY) && self.world.bytes() <= CHECKPOINT_BYTES {
                    let (world, done, rows) = (self.world.copy(), self.done, self.rows.len());
                    self.checkpoints.push(Checkpoint { world, done, rows });
                }
            }
        }
        true
    }

    /// What the run has exceeded, with what to do.
    fn exceeded(&self) -> Option<String> {
        let what = if self.world.bytes() > BUDGET_BYTES {
            format!("this system needs more than {} MiB of memory", BUDGET_BYTES >> 20)
        } else if self.world.events() > BUDGET_EVENTS {
            format!("this run has more than {} million events", BUDGET_EVENTS / 1_000_000)
        } else {
            return None;
        };
        Some(format!(
            "Stopped at {}: {what}. Make the system smaller, its load lower or the run shorter.",
            self.world.now()
        ))
    }

    /// All that is to be shown of the run at the time that it has reached. The fields `run`, `ahead` and `outcome` are
    /// left empty.
    pub fn frame(&self) -> Frame {
        Frame {
            run: String::new(),
            at: self.world.now(),
            target: self.target,
            stopped: self.stopped.clone(),
            scene: self.world.scene(),
            rows: self.rows.clone(),
            ahead: vec![],
            facts: self.world.facts(),
            outcome: vec![],
            story: self.world.story().to_vec(),
            hash: self.world.hash().to_string(),
            events: self.world.events(),
            bytes: self.world.bytes() as u64,
        }
    }
}
