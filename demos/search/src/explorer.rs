//! The search itself, for any model.

use crate::fingerprint::{ByFingerprint, Fingerprint};
use sim::{Fault, NodeId, Opportunity, Process, Simulation, Time};
use std::{
    cell::Cell,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher},
    rc::Rc,
};

/// What can be searched: a run, the faults that it can meet, and what its ends mean.
pub trait Model {
    /// What runs on the nodes of the run.
    type Process: Process<Message: Hash, Timer: Hash> + Hash;

    /// The run without faults, at its beginning.
    fn start(&self) -> Simulation<Self::Process>;
    /// The faults that may come about at a place of the run, apart from those of links.
    fn faults(&self, at: &Opportunity) -> Vec<Fault>;
    /// Whether any fault may come about at a place of the run, cuts of the link of the message that is sent there
    /// included.
    fn decides(&self, at: &Opportunity) -> bool {
        !self.faults(at).is_empty() || self.cut(at, Time::ZERO).is_some()
    }
    /// The fault that cuts the link under a message at the moment `now`, when the message is sent; nothing if that link
    /// may not be cut.
    fn cut(&self, at: &Opportunity, now: Time) -> Option<Fault>;
    /// Whether a message or a step of an attempt of a call can still come in the run.
    fn recurs(&self, run: &Simulation<Self::Process>, call: u32, attempt: u32) -> bool;
    /// What has become of a run that is over, or that has taken [`Model::most_steps`] steps.
    fn class(&self, run: &Simulation<Self::Process>) -> Class;
    /// How many steps of a run are followed: a run that takes more is taken for one that never ends.
    fn most_steps(&self) -> u32;
}

/// What can become of a run; the model says which number means what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub u8);

/// The smallest schedule of a class: fewest faults, then earliest end, then first found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smallest {
    /// The schedule's faults, in the order in which they come about.
    pub faults: Vec<Fault>,
    /// When the schedule's run is over.
    pub end: Time,
}

/// How many schedules there are of each class, and the smallest schedule of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(Vec<(Class, u64, Smallest)>);

impl Tally {
    /// How many schedules there are in all classes together.
    pub fn schedules(&self) -> u64 {
        self.0.iter().map(|(_, count, _)| count).sum()
    }

    /// The classes that occur, sorted, each with the number of its schedules and the smallest of them.
    pub fn classes(&self) -> impl Iterator<Item = (Class, u64, &Smallest)> {
        self.0.iter().map(|(class, count, smallest)| (*class, *count, smallest))
    }
}

/// The faults of a schedule from some state on, shared between the schedules that end alike.
#[derive(Debug)]
struct Link {
    fault: Fault,
    next: Tail,
}

type Tail = Option<Rc<Link>>;

/// What became of a state, by class.
#[derive(Clone, Debug)]
struct Part {
    class: Class,
    count: u64,
    /// Of the smallest: how many faults, when it ends, which.
    faults: u8,
    end: Time,
    tail: Tail,
}

/// A state that is being followed.
struct Frame<P: Process> {
    key: u64,
    parts: Vec<Part>,
    /// What has still to be followed from here.
    next: Vec<Branch<P>>,
    /// The faults that lead from the state below on the stack to this one.
    armed: Vec<Fault>,
}

/// A run that has still to be followed.
struct Branch<P: Process> {
    run: Simulation<P>,
    /// The same run once more, if there is one at hand.
    twin: Option<Simulation<P>>,
    /// How many faults it has left.
    left: u8,
    /// The faults that have just come about.
    armed: Vec<Fault>,
    moment: Moment,
}

/// What has happened in the present microsecond, as long as more is to happen in it: a link is cut
/// before all else at its moment, so what has been cannot be cut off any more.
#[derive(Clone, Default, Hash)]
struct Moment {
    /// The links over which something was sent, in the direction in which it was.
    sent: Vec<(NodeId, NodeId)>,
    /// Whether a node crashed: its peers hear of it only if the link to them is not cut.
    crashed: bool,
}

impl Moment {
    /// What it is when a step with these faults has brought `run` to where it is.
    fn after<P: Process>(&self, before: Time, run: &Simulation<P>, armed: &[Fault]) -> Self {
        if run.next_time() != Some(run.now()) {
            return Self::default();
        }
        let mut moment = if before == run.now() { self.clone() } else { Self::default() };
        moment.crashed |= armed.iter().any(|fault| matches!(fault, Fault::Crash { .. }));
        moment.sent.extend(run.opportunities().iter().filter_map(link));
        moment
    }

    /// Whether to cut that link now is to cut it at the beginning of the moment.
    fn lets_cut(&self, (a, b): (NodeId, NodeId)) -> bool {
        !self.crashed && !self.sent.contains(&(a, b)) && !self.sent.contains(&(b, a))
    }
}

/// The link of a message that is sent, and in which direction.
fn link(at: &Opportunity) -> Option<(NodeId, NodeId)> {
    match *at {
        Opportunity::Message { from, to, .. } => Some((from, to)),
        Opportunity::Step { .. } => None,
    }
}

/// A search in progress.
pub struct Explorer<M: Model, H = BuildHasherDefault<Fingerprint>> {
    model: M,
    hash: H,
    known: ByFingerprint<Rc<[Part]>>,
    stack: Vec<Frame<M::Process>>,
    /// Runs that are over: the next forks use their memory.
    spare: Vec<Simulation<M::Process>>,
    schedules: u64,
    steps: u64,
    over: Option<Tally>,
}

impl<M: Model> Explorer<M> {
    /// Begins a search of all schedules of at most `faults` faults.
    pub fn new(model: M, faults: u8) -> Self {
        Self::with_hasher(model, faults, BuildHasherDefault::default())
    }
}

impl<M: Model, H: BuildHasher> Explorer<M, H> {
    /// Begins a search of all schedules of at most `faults` faults, with another hash function for the fingerprints of
    /// states.
    pub fn with_hasher(model: M, faults: u8, hash: H) -> Self {
        let mut start = model.start();
        start.note_opportunities();
        let branch = Branch { run: start, twin: None, left: faults, armed: vec![], moment: Moment::default() };
        let root = Frame { key: 0, parts: vec![], next: vec![branch], armed: vec![] };
        Self {
            model,
            hash,
            known: ByFingerprint::default(),
            stack: vec![root],
            spare: vec![],
            schedules: 0,
            steps: 0,
            over: None,
        }
    }

    /// The model that is searched.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// How many schedules are counted so far.
    pub fn schedules(&self) -> u64 {
        self.schedules
    }

    /// How many different states have been followed so far.
    pub fn states(&self) -> u64 {
        self.known.len() as u64
    }

    /// How many events have been simulated so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The result of the search; nothing until it is over.
    pub fn tally(&self) -> Option<&Tally> {
        self.over.as_ref()
    }

    /// Searches on for about so many simulated events. False when there is nothing left to search.
    pub fn advance(&mut self, events: u64) -> bool {
        let until = self.steps.saturating_add(events);
        while self.over.is_none() {
            if self.steps >= until {
                return true;
            }
            self.follow();
        }
        false
    }

    /// Searches to the end, however long that takes, and gives the result.
    pub fn finish(mut self) -> Tally {
        self.advance(u64::MAX);
        self.over.unwrap_or_default()
    }

    /// Follows one more path to the next state that has to be told apart, or to its end.
    fn follow(&mut self) {
        let Some(frame) = self.stack.last_mut() else { return };
        let Some(branch) = frame.next.pop() else {
            // All that follows from this state is known.
            let Some(done) = self.stack.pop() else { return };
            match self.stack.last_mut() {
                Some(below) => {
                    add(&mut below.parts, &done.parts, &done.armed);
                    self.known.insert(done.key, done.parts.into());
                }
                None => self.over = Some(tally(done.parts)),
            }
            return;
        };
        self.path(branch);
    }

    fn path(&mut self, branch: Branch<M::Process>) {
        let Branch { mut run, twin, left, armed, mut moment } = branch;
        // One step behind: to do a step twice costs less than to fork the run before each.
        let mut before = twin.unwrap_or_else(|| self.fork(&run));
        // Where paths would part if there were a fault left: from there they only go on.
        let mut passed = vec![];
        for _ in 0..self.model.most_steps() {
            self.steps += 1;
            if !run.step() {
                break;
            }
            if run.opportunities().iter().any(|at| self.model.decides(at)) {
                // Here paths part, and here paths that have met are found to have met.
                let key = self.key(&before, left, &moment);
                if let Some(known) = self.known.get(&key) {
                    let known = known.clone();
                    self.schedules += known.iter().map(|part| part.count).sum::<u64>();
                    self.spare.extend([run, before]);
                    return self.ends(known, &armed, &passed);
                }
                if left > 0 {
                    let mut next = vec![];
                    self.part(&before, &moment, &run, left, &[], 0, &mut next);
                    // The path without faults first: the last of the list.
                    next.reverse();
                    let moment = moment.after(before.now(), &run, &[]);
                    before.step();
                    next.push(Branch { run, twin: Some(before), left, armed: vec![], moment });
                    self.stack.push(Frame { key, parts: vec![], next, armed });
                    return;
                }
                passed.push(key);
            }
            moment = moment.after(before.now(), &run, &[]);
            before.step();
        }
        self.schedules += 1;
        let end = run.now();
        let part = Part { class: self.model.class(&run), count: 1, faults: 0, end, tail: None };
        self.spare.extend([run, before]);
        self.ends([part].into(), &armed, &passed);
    }

    /// The same run once more.
    fn fork(&mut self, run: &Simulation<M::Process>) -> Simulation<M::Process> {
        match self.spare.pop() {
            Some(mut fork) => {
                fork.clone_from(run);
                fork
            }
            None => run.clone(),
        }
    }

    /// Keeps what becomes of a path that nothing more parts from, by way of `armed` and of those states.
    fn ends(&mut self, parts: Rc<[Part]>, armed: &[Fault], passed: &[u64]) {
        if let Some(frame) = self.stack.last_mut() {
            add(&mut frame.parts, &parts, armed);
        }
        self.known.extend(passed.iter().map(|key| (*key, parts.clone())));
    }

    /// The fingerprint of a state: all that the schedules from here on depend on.
    fn key(&self, run: &Simulation<M::Process>, left: u8, moment: &Moment) -> u64 {
        let mut hash = self.hash.build_hasher();
        (left, moment).hash(&mut hash);
        // Names come by the dozen, and attempts are few: each is asked for once.
        let (asked, yes) = (Cell::new(0u64), Cell::new(0u64));
        run.hash_state(&mut hash, |call, attempt| {
            let bit = if call < 8 && attempt < 8 { 1 << (call * 8 + attempt) } else { 0 };
            if bit == 0 || asked.get() & bit == 0 {
                let recurs = self.model.recurs(run, call, attempt);
                asked.set(asked.get() | bit);
                yes.set(yes.get() | if recurs { bit } else { 0 });
                return recurs;
            }
            yes.get() & bit != 0
        });
        hash.finish()
    }

    /// Adds every way in which the step after `before` can go wrong in the places from `from` on, beside
    /// the faults in `armed`; `run` is how it goes with these alone.
    #[expect(
        clippy::too_many_arguments,
        reason = "a recursion; what it goes through does not belong together elsewhere"
    )]
    fn part(
        &mut self,
        before: &Simulation<M::Process>,
        moment: &Moment,
        run: &Simulation<M::Process>,
        left: u8,
        armed: &[Fault],
        from: usize,
        next: &mut Vec<Branch<M::Process>>,
    ) {
        let places = run.opportunities();
        for (place, at) in places.iter().enumerate().skip(from) {
            let mut faults = self.model.faults(at);
            if let Some(over) = link(at) {
                // A link is cut before all that is sent over it at that moment.
                let first = !places[..place].iter().any(|other| link(other) == Some(over));
                // Faults that the run has from its beginning come before those that are added at the same time.
                let early = (before.now() < run.now() || moment.lets_cut(over)) && !run.was_timed_fault();
                if first && early && !before.is_cut(over.0, over.1) {
                    faults.extend(self.model.cut(at, run.now()).filter(|cut| !armed.contains(cut)));
                }
            }
            for fault in faults {
                let mut with = self.fork(before);
                armed.iter().for_each(|fault| with.arm(*fault));
                with.arm(fault);
                self.steps += 1;
                with.step();
                let armed: Vec<Fault> = armed.iter().copied().chain([fault]).collect();
                if left > 1 {
                    // A message whose link is cut can still go wrong in another way: what is said of a
                    // message goes before what is said of its link.
                    let from = if matches!(fault, Fault::CutLink { .. }) { place } else { place + 1 };
                    self.part(before, moment, &with, left - 1, &armed, from, next);
                }
                let moment = moment.after(before.now(), &with, &armed);
                next.push(Branch { run: with, twin: None, left: left - 1, armed, moment });
            }
        }
    }
}

/// Adds what became of a state, reached by way of `armed`, to what becomes of the one before.
fn add(parts: &mut Vec<Part>, more: &[Part], armed: &[Fault]) {
    for part in more {
        let faults = part.faults + armed.len() as u8;
        let place = parts.partition_point(|other| other.class < part.class);
        let found = parts.get_mut(place).filter(|other| other.class == part.class);
        let smaller = found.as_ref().is_none_or(|other| (faults, part.end) < (other.faults, other.end));
        let tail =
            || armed.iter().rev().fold(part.tail.clone(), |next, fault| Some(Rc::new(Link { fault: *fault, next })));
        match found {
            None => {
                parts.insert(place, Part { class: part.class, count: part.count, faults, end: part.end, tail: tail() })
            }
            Some(other) => {
                other.count += part.count;
                if smaller {
                    (other.faults, other.end, other.tail) = (faults, part.end, tail());
                }
            }
        }
    }
}

fn tally(parts: Vec<Part>) -> Tally {
    let smallest = |part: &Part| {
        let mut faults = vec![];
        let mut tail = &part.tail;
        while let Some(link) = tail {
            faults.push(link.fault);
            tail = &link.next;
        }
        Smallest { faults, end: part.end }
    };
    Tally(parts.iter().map(|part| (part.class, part.count, smallest(part))).collect())
}
