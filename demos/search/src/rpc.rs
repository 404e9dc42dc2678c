//! The search over remote calls, and its result as a matrix: semantics by verdict.

use crate::{Class, Explorer, Model, Smallest, Tally};
use protocols::rpc::{self, Belief, Node, Run, SERVER, Scenario, Semantics, Verdict};
use sim::{Duration, Fault, Opportunity, Simulation, Time, When};

/// A delayed message takes this much longer than the stub waits.
const PAST_TIMEOUT: Duration = Duration::from_millis(200);
/// How long the server stays down, if it comes back.
const DOWN_FOR: Duration = Duration::from_millis(300);

/// The schedules of one remote call.
///
/// The alphabet: each request, reply and receipt lost, delayed past the timeout and, over datagrams,
/// doubled or overtaken; each link that something is sent over cut for good at that moment; the server
/// crashing before or after each of its steps, for good or for 300 ms.
///
/// Faults may meet in one message: what a fault says of a message goes before what has become of its
/// link.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    /// The remote call that is searched.
    pub scenario: Scenario,
    /// The seed of all chance in the runs.
    pub seed: u64,
}

impl Model for Calls {
    type Process = Node;

    fn start(&self) -> Simulation<Node> {
        rpc::start(&Run { scenario: self.scenario, seed: self.seed, faults: vec![] }, None)
    }

    fn faults(&self, at: &Opportunity) -> Vec<Fault> {
        let words = rpc::vocabulary();
        match *at {
            Opportunity::Message { name, stream, .. } if words.messages.contains(&name.kind) => {
                let late = Fault::Delay(name, self.scenario.timeout + PAST_TIMEOUT);
                match stream {
                    true => vec![Fault::Drop(name), late],
                    false => vec![Fault::Drop(name), Fault::Duplicate(name), late, Fault::Reorder(name)],
                }
            }
            Opportunity::Step { node: SERVER, phase, step } if words.steps.contains(&step.step) => {
                let crash = |restart_after| Fault::Crash { node: SERVER, when: When::Step(phase, step), restart_after };
                vec![crash(Some(DOWN_FOR)), crash(None)]
            }
            _ => vec![],
        }
    }

    fn decides(&self, at: &Opportunity) -> bool {
        let words = rpc::vocabulary();
        match *at {
            Opportunity::Message { name, .. } => {
                words.messages.contains(&name.kind) || self.cut(at, Time::ZERO).is_some()
            }
            Opportunity::Step { node, step, .. } => node == SERVER && words.steps.contains(&step.step),
        }
    }

    fn cut(&self, at: &Opportunity, now: Time) -> Option<Fault> {
        let Opportunity::Message { from, to, .. } = *at else { return None };
        let mut links = rpc::vocabulary().links.iter();
        let (a, b) = *links.find(|(a, b)| (*a, *b) == (from, to) || (*b, *a) == (from, to))?;
        Some(Fault::CutLink { a, b, at: now })
    }

    fn recurs(&self, run: &Simulation<Node>, _call: u32, attempt: u32) -> bool {
        rpc::recurs(run, attempt)
    }

    fn class(&self, run: &Simulation<Node>) -> Class {
        let truth = rpc::truth(&self.scenario, run);
        let belief = rpc::ended(run).map_or(Belief::Waiting, |(.., belief)| belief);
        let semantics = self.scenario.semantics;
        let column = Column::of(Verdict::of(truth, belief, semantics));
        Class(column as u8 * 2 + u8::from(!semantics.promise().kept(truth, belief)))
    }

    fn most_steps(&self) -> u32 {
        rpc::MOST_STEPS
    }
}

/// What a verdict says without how often: a column of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The amount is deducted once, and the caller knows.
    Correct,
    /// The amount is not deducted, and the caller knows.
    FailedCleanly,
    /// The amount is deducted once, and the caller cannot tell.
    CannotTell,
    /// The amount is never deducted, and the caller does not know.
    Lost,
    /// The amount is deducted once, and there is no receipt.
    ReceiptLost,
    /// The amount is deducted more than once.
    Repeated,
}

impl Column {
    /// All columns, in the order of the matrix.
    pub const ALL: [Self; 6] =
        [Self::Correct, Self::FailedCleanly, Self::CannotTell, Self::Lost, Self::ReceiptLost, Self::Repeated];

    /// The column of a verdict.
    pub const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Correct => Self::Correct,
            Verdict::FailedCleanly => Self::FailedCleanly,
            Verdict::CallerCannotTell => Self::CannotTell,
            Verdict::Lost => Self::Lost,
            Verdict::ReceiptLost => Self::ReceiptLost,
            Verdict::Repeated(_) => Self::Repeated,
        }
    }

    /// The column's heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Correct => "Correct",
            Self::FailedCleanly => "Failed cleanly",
            Self::CannotTell => "Deducted, but the caller cannot tell",
            Self::Lost => "Lost: not deducted, and the caller cannot tell",
            Self::ReceiptLost => "Receipt lost",
            Self::Repeated => "Applied twice or more",
        }
    }
}

/// Schedules under one semantics that end in one column, or that break its promise: how many, and the smallest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// How many schedules there are.
    pub schedules: u64,
    /// The smallest of the schedules, as the code of its run; nothing if there are none.
    pub smallest: Option<String>,
}

/// What becomes of all schedules under one semantics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The semantics that the schedules are searched under.
    pub semantics: Semantics,
    /// How many schedules there are in all.
    pub schedules: u64,
    /// How many different states were followed.
    pub states: u64,
    /// A cell for each column, in the order of [`Column::ALL`].
    pub cells: [Cell; 6],
    /// The schedules that break the promise of the semantics.
    pub broken: Cell,
}

impl Row {
    fn new(calls: &Calls, tally: &Tally, states: u64) -> Self {
        let mut row = Self {
            semantics: calls.scenario.semantics,
            schedules: tally.schedules(),
            states,
            cells: Default::default(),
            broken: Cell::default(),
        };
        let code = |smallest: &Smallest| {
            Run { scenario: calls.scenario, seed: calls.seed, faults: smallest.faults.clone() }.code()
        };
        // By column, the smaller of the schedules that keep the promise and those that break it.
        let size = |smallest: &Smallest| (smallest.faults.len(), smallest.end);
        let mut best: [Option<&Smallest>; 7] = [None; 7];
        for (class, count, smallest) in tally.classes() {
            let column = usize::from(class.0 / 2);
            let mut places = vec![column];
            if class.0 % 2 == 1 {
                places.push(6);
            }
            for place in places {
                let cell = if place == 6 { &mut row.broken } else { &mut row.cells[place] };
                cell.schedules += count;
                if best[place].is_none_or(|other| size(smallest) < size(other)) {
                    best[place] = Some(smallest);
                    cell.smallest = Some(code(smallest));
                }
            }
        }
        row
    }
}

/// A search over several semantics, one after the other.
pub struct Matrix {
    calls: Calls,
    faults: u8,
    left: Vec<Semantics>,
    now: Option<Explorer<Calls>>,
    /// The rows that are complete, in the order in which the semantics were given.
    pub rows: Vec<Row>,
}

impl Matrix {
    /// Begins a search of each of these semantics, for at most `faults` faults, the rest of the scenario being the
    /// same.
    pub fn new(calls: Calls, semantics: &[Semantics], faults: u8) -> Self {
        let left = semantics.iter().rev().copied().collect();
        Self { calls, faults, left, now: None, rows: vec![] }
    }

    /// Searches on for about so many simulated events. False when all rows are complete.
    pub fn advance(&mut self, events: u64) -> bool {
        if self.now.is_none() {
            let Some(semantics) = self.left.pop() else { return false };
            let scenario = Scenario { semantics, ..self.calls.scenario };
            self.now = Some(Explorer::new(Calls { scenario, ..self.calls }, self.faults));
        }
        if let Some(explorer) = &mut self.now
            && !explorer.advance(events)
        {
            if let Some(tally) = explorer.tally() {
                self.rows.push(Row::new(explorer.model(), tally, explorer.states()));
            }
            self.now = None;
        }
        self.now.is_some() || !self.left.is_empty()
    }

    /// Searches to the end, however long that takes, and gives all rows.
    pub fn finish(mut self) -> Vec<Row> {
        while self.advance(u64::MAX) {}
        self.rows
    }

    /// The semantics that is being searched, and how many of its schedules are counted so far; nothing between two of
    /// them and at the end.
    pub fn progress(&self) -> Option<(Semantics, u64)> {
        self.now.as_ref().map(|explorer| (explorer.model().scenario.semantics, explorer.schedules()))
    }
}
