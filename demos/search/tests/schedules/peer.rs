//! The same schedules as a model for stateright, a model checker that shares no code with the search:
//! its traversal, its fingerprints and its set of known states are its own.
//!
//! A state is a run that stands before a step in which something can go wrong, or that is over. An
//! action is the set of faults that come about in that step, the empty one included. What may come about
//! is asked of [`Calls`]; how faults meet in one step is said again here.

use protocols::rpc::{Node, recurs};
use search::{Calls, Column, Model as _};
use sim::{Fault, NodeId, Opportunity, Simulation};
use stateright::{Model, Property};
use std::{
    hash::{Hash, Hasher},
    sync::atomic::{AtomicU64, Ordering},
};

/// What can become of a schedule: its column, and whether the promise was kept.
type End = (Column, bool);

/// The graph of all schedules of a call.
pub struct Graph {
    /// The call.
    pub calls: Calls,
    /// With at most so many faults.
    pub faults: u8,
    /// Whether every kind of end is looked for, or only broken promises.
    pub ends: bool,
    /// How many states were visited in which something can go wrong.
    pub decisions: AtomicU64,
}

/// A run before a step in which something can go wrong, or at its end.
#[derive(Clone)]
pub struct State {
    run: Simulation<Node>,
    left: u8,
    /// The links over which something was sent in this very microsecond: too late to cut them before it.
    sent: Vec<(NodeId, NodeId)>,
    end: Option<End>,
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hash: &mut H) {
        (self.left, &self.sent, self.end.is_some()).hash(hash);
        self.run.hash_state(hash, |_, attempt| recurs(&self.run, attempt));
    }
}

/// Only paths are compared, and they lead to a state in one way each.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        let fingerprint = |state: &Self| {
            let mut hash = std::hash::DefaultHasher::new();
            state.hash(&mut hash);
            hash.finish()
        };
        fingerprint(self) == fingerprint(other)
    }
}

fn link(at: &Opportunity) -> Option<(NodeId, NodeId)> {
    match *at {
        Opportunity::Message { from, to, .. } => Some((from.min(to), from.max(to))),
        Opportunity::Step { .. } => None,
    }
}

/// How the run goes on with these faults in its next step.
fn step(run: &Simulation<Node>, faults: &[Fault]) -> Simulation<Node> {
    let mut run = run.clone();
    faults.iter().for_each(|fault| run.arm(*fault));
    assert!(run.step(), "a step that decides is a step");
    run
}

impl Graph {
    /// All schedules of this call with at most so many faults.
    pub fn new(calls: Calls, faults: u8) -> Self {
        Self { calls, faults, ends: true, decisions: AtomicU64::new(0) }
    }

    /// Lets the run go on to where something can go wrong, or to its end.
    fn settle(&self, mut run: Simulation<Node>, left: u8, mut sent: Vec<(NodeId, NodeId)>) -> State {
        loop {
            let before = run.clone();
            if !run.step() {
                let class = self.calls.class(&run);
                let end = (Column::ALL[usize::from(class.0 / 2)], class.0.is_multiple_of(2));
                return State { run, left, sent, end: Some(end) };
            }
            if run.opportunities().iter().any(|at| self.calls.decides(at)) {
                return State { run: before, left, sent, end: None };
            }
            sent = still(&before, &run, sent);
        }
    }

    /// Adds these faults, and every larger set that has them and more in the places from `from` on.
    fn sets(&self, state: &State, faults: Vec<Fault>, from: usize, all: &mut Vec<Vec<Fault>>) {
        if faults.len() < state.left.into() {
            let run = step(&state.run, &faults);
            let more = |fault: Fault| faults.iter().copied().chain([fault]).collect::<Vec<_>>();
            for (place, at) in run.opportunities().iter().enumerate().skip(from) {
                if let Some((a, b)) = link(at)
                    && (state.run.now() < run.now() || !state.sent.contains(&(a, b)))
                    && !state.run.is_cut(a, b)
                    && let Some(cut) = self.calls.cut(at, run.now())
                    && !faults.contains(&cut)
                {
                    self.sets(state, more(cut), place, all);
                }
                for fault in self.calls.faults(at) {
                    self.sets(state, more(fault), place + 1, all);
                }
            }
        }
        all.push(faults);
    }
}

/// The links that carried something in this microsecond, as long as more is to happen in it.
fn still(before: &Simulation<Node>, run: &Simulation<Node>, mut sent: Vec<(NodeId, NodeId)>) -> Vec<(NodeId, NodeId)> {
    if before.now() < run.now() || run.next_time() != Some(run.now()) {
        sent.clear();
    }
    if run.next_time() == Some(run.now()) {
        sent.extend(run.opportunities().iter().filter_map(link));
    }
    sent
}

/// A property for each kind of end.
macro_rules! ends {
    ($($column:ident, $kept:literal, $name:literal;)*) => {
        /// The kinds of ends, with the sentence that says that there is one.
        pub const ENDS: &[(End, &str)] = &[$(((Column::$column, $kept), $name)),*];

        fn ends() -> Vec<Property<Graph>> {
            vec![$(Property::sometimes($name, |_, state: &State| state.end == Some((Column::$column, $kept)))),*]
        }
    };
}

ends! {
    Correct, true, "a call deducts once, and the caller knows";
    Correct, false, "a call deducts once, the caller knows, and the promise is broken";
    FailedCleanly, true, "a call deducts nothing, and the caller knows";
    FailedCleanly, false, "a call deducts nothing, the caller knows, and the promise is broken";
    CannotTell, true, "a call deducts once, and the caller cannot tell";
    CannotTell, false, "a call deducts once, the caller cannot tell, and the promise is broken";
    Lost, true, "a call deducts nothing, and the caller cannot tell";
    Lost, false, "a call deducts nothing, and the caller believes otherwise";
    ReceiptLost, true, "a receipt is lost, as was to be expected";
    ReceiptLost, false, "a receipt is lost, against the promise";
    Repeated, true, "a call deducts more than once, as was to be expected";
    Repeated, false, "a call deducts more than once, against the promise";
}

/// The sentence that is false of what breaks its promise.
pub const KEPT: &str = "every promise is kept";

impl Model for Graph {
    type State = State;
    type Action = Vec<Fault>;

    fn init_states(&self) -> Vec<State> {
        let mut run = self.calls.start();
        run.note_opportunities();
        vec![self.settle(run, self.faults, vec![])]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Vec<Fault>>) {
        if state.end.is_none() {
            // Asked once of each state.
            self.decisions.fetch_add(1, Ordering::Relaxed);
            self.sets(state, vec![], 0, actions);
        }
    }

    fn next_state(&self, state: &State, faults: Vec<Fault>) -> Option<State> {
        let run = step(&state.run, &faults);
        let sent = still(&state.run, &run, state.sent.clone());
        Some(self.settle(run, state.left - faults.len() as u8, sent))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let kept = Property::always(KEPT, |_, state: &State| state.end.is_none_or(|(_, kept)| kept));
        if self.ends { ends().into_iter().chain([kept]).collect() } else { vec![kept] }
    }
}
