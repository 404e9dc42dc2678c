//! The loop: take the earliest event, let it happen.

use crate::{
    Context, Crashed, Disconnect, Duration, Envelope, Event, EventId, EventQueue, Fault, Flow, Loss, MessageId,
    MessageName, Network, NodeId, Observer, Payload, Phase, Process, Rng, StepName, Stream, Time, Verdict, What, When,
    queue,
};
use std::hash::{Hash, Hasher};

/// How much later the copy of a duplicated message arrives, on top of its own latency.
const COPY_LAG: Duration = Duration::from_millis(40);
/// How long after the message that passed it a message arrives that was held back.
const OVERTAKEN_LAG: Duration = Duration::from_millis(10);
/// How much later a message arrives that was held back and that nothing passed.
const HELD_LONGEST: Duration = Duration::from_secs(1);

/// A run in progress. It is a value: a clone of it goes on by itself, which is how one goes back in
/// time (see [`crate::Replay`]).
pub struct Simulation<P: Process> {
    processes: Vec<P>,
    core: Core<P>,
}

/// Everything but the processes: what they reach through their [`Context`].
pub(crate) struct Core<P: Process> {
    pub(crate) now: Time,
    pub(crate) observer: P::Observer,
    queue: queue::Chosen<Pending<P>>,
    network: Network,
    nodes: Vec<Node>,
    /// The links used so far, sorted.
    lanes: Vec<Lane<P::Message>>,
    seed: u64,
    /// Those of the beginning, then those that were armed; whatever has become of them.
    faults: Vec<Fault>,
    /// Which of them have come about.
    fired: Vec<bool>,
    /// Whether the last step was a fault with a set time.
    timed_fault: bool,
    /// Over which streams something has arrived since they last broke, the smaller end first; sorted.
    connected: Vec<(NodeId, NodeId)>,
    /// How often the names have occurred that somebody asks for: the faults', or all.
    counts: Vec<(Named, u32)>,
    /// What could have gone wrong in this step, if anybody wants to know.
    opportunities: Option<Vec<Opportunity>>,
    events: u32,
    messages: u32,
}

/// A link in one direction.
#[derive(Clone)]
struct Lane<M> {
    link: (NodeId, NodeId),
    rng: Rng,
    /// When the last message over the connection arrives: the next is not earlier.
    last: Time,
    /// Held back until something has passed.
    held: Vec<(Envelope<M>, EventId)>,
}

/// What a fault can name; `copy` is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Named {
    Message(MessageName),
    Step(NodeId, Phase, StepName),
}

/// A place in a run where a fault could come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opportunity {
    /// A message is sent.
    Message {
        /// The name of the message.
        name: MessageName,
        /// The node that sends the message.
        from: NodeId,
        /// The node that the message is for.
        to: NodeId,
        /// Whether the message goes over a connection: then it can neither be duplicated nor overtaken.
        stream: bool,
    },
    /// A node comes to a step, or has done it.
    Step {
        /// The node that does the step.
        node: NodeId,
        /// Whether the node is about to do the step, or has done it.
        phase: Phase,
        /// The name of the step.
        step: StepName,
    },
}

#[derive(Clone)]
struct Node {
    up: bool,
    /// Counts crashes: a timer of an earlier life is dead.
    life: u32,
    rng: Rng,
}

#[derive(Clone)]
enum Pending<P: Process> {
    Start(NodeId),
    Arrive {
        envelope: Envelope<P::Message>,
        copy: u8,
        cause: EventId,
    },
    Lose {
        envelope: Envelope<P::Message>,
        arrives: Time,
        why: Loss,
        cause: EventId,
    },
    Timer {
        node: NodeId,
        life: u32,
        timer: P::Timer,
        cause: Option<EventId>,
    },
    /// A held message that nothing has passed.
    Release {
        link: (NodeId, NodeId),
        message: MessageId,
    },
    Disconnect {
        node: NodeId,
        peer: NodeId,
        why: Disconnect<P::Message>,
        cause: EventId,
    },
    /// The fault happens that has this place among [`Core::faults`]. None ever leaves its place there: what is waiting,
    /// here and in other forks, goes on meaning the same.
    Fault(usize),
    /// A crashed node comes back.
    Restart {
        node: NodeId,
        cause: Option<EventId>,
    },
}

/// A message on its way, for a picture.
pub struct InFlight<'a, M> {
    /// The message that is on its way.
    pub envelope: &'a Envelope<M>,
    /// 0 for the original, 1 for a copy that a fault made.
    pub copy: u8,
    /// When the message arrives, or would if it were not lost on the way.
    pub arrives: Time,
    /// When the message will be lost on the way; nothing if it will not be.
    pub lost: Option<Time>,
}

// By hand for `clone_from`: it keeps the lists' memory, which is most of what a fork costs, and a search
// forks a run for each schedule. No field is left out: the compiler counts them.
impl<P: Process> Clone for Simulation<P> {
    fn clone(&self) -> Self {
        let from = &self.core;
        let core = Core {
            now: from.now,
            observer: from.observer.clone(),
            queue: from.queue.clone(),
            network: from.network.clone(),
            nodes: from.nodes.clone(),
            lanes: from.lanes.clone(),
            connected: from.connected.clone(),
            seed: from.seed,
            faults: from.faults.clone(),
            fired: from.fired.clone(),
            timed_fault: from.timed_fault,
            counts: from.counts.clone(),
            opportunities: from.opportunities.clone(),
            events: from.events,
            messages: from.messages,
        };
        Self { processes: self.processes.clone(), core }
    }

    fn clone_from(&mut self, other: &Self) {
        let Self { processes, core } = self;
        processes.clone_from(&other.processes);
        let Core {
            now,
            observer,
            queue,
            network,
            nodes,
            lanes,
            connected,
            seed,
            faults,
            fired,
            timed_fault,
            counts,
            opportunities,
            events,
            messages,
        } = core;
        let other = &other.core;
        observer.clone_from(&other.observer);
        queue.clone_from(&other.queue);
        network.clone_from(&other.network);
        nodes.clone_from(&other.nodes);
        lanes.clone_from(&other.lanes);
        connected.clone_from(&other.connected);
        faults.clone_from(&other.faults);
        fired.clone_from(&other.fired);
        counts.clone_from(&other.counts);
        opportunities.clone_from(&other.opportunities);
        (*now, *seed, *timed_fault) = (other.now, other.seed, other.timed_fault);
        (*events, *messages) = (other.events, other.messages);
    }
}

impl<P: Process> Simulation<P> {
    /// A run at its very beginning. Nodes are numbered as they stand in `processes`.
    pub fn new(processes: Vec<P>, network: Network, seed: u64, faults: Vec<Fault>, observer: P::Observer) -> Self {
        let ids = || (0..processes.len() as u32).map(NodeId);
        let mut core = Core {
            now: Time::ZERO,
            observer,
            queue: queue::Chosen::default(),
            network,
            nodes: ids().map(|id| Node { up: true, life: 0, rng: Rng::new(seed, Stream::Node(id)) }).collect(),
            lanes: vec![],
            connected: vec![],
            seed,
            fired: vec![false; faults.len()],
            faults,
            timed_fault: false,
            counts: vec![],
            opportunities: None,
            events: 0,
            messages: 0,
        };
        // Faults with a set time come first: at a tie the fault wins.
        for (index, fault) in core.faults.iter().enumerate() {
            if let Some(at) = set_time(fault) {
                core.queue.push(at, Pending::Fault(index));
            }
            if let Some(named) = named(fault)
                && let Err(place) = core.counts.binary_search_by_key(&named, |(named, _)| *named)
            {
                core.counts.insert(place, (named, 0));
            }
        }
        for id in ids() {
            core.queue.push(Time::ZERO, Pending::Start(id));
        }
        Self { processes, core }
    }

    /// The simulated time that the run has reached.
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// The process on a node.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn process(&self, node: NodeId) -> &P {
        &self.processes[node.0 as usize]
    }

    /// The processes of all nodes, by [`NodeId`].
    pub fn processes(&self) -> &[P] {
        &self.processes
    }

    /// Whether a node is up.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn is_up(&self, node: NodeId) -> bool {
        self.core.nodes[node.0 as usize].up
    }

    /// Whether the link between two nodes is cut now, so that messages sent over it are lost.
    pub fn is_cut(&self, a: NodeId, b: NodeId) -> bool {
        self.core.network.is_cut(a, b)
    }

    /// The observer, with what it has seen so far.
    pub fn observer(&self) -> &P::Observer {
        &self.core.observer
    }

    /// The observer, with what it has seen, when nothing else of the run is needed any more.
    pub fn into_observer(self) -> P::Observer {
        self.core.observer
    }

    /// How many events have happened in the run so far.
    pub fn events(&self) -> u32 {
        self.core.events
    }

    /// The run's faults that have not happened so far: their message was not sent, their step not done, or at their
    /// time there was nothing to crash, restart, cut or heal.
    pub fn faults_not_met(&self) -> Vec<Fault> {
        let fired = self.core.faults.iter().zip(&self.core.fired);
        fired.filter(|(_, fired)| !**fired).map(|(fault, _)| *fault).collect()
    }

    /// Remembers from now on, for each step of the run, what could have gone wrong in it; see
    /// [`Simulation::opportunities`].
    pub fn note_opportunities(&mut self) {
        self.core.opportunities = Some(vec![]);
    }

    /// What could have gone wrong in the last step, in order; nothing unless [`Simulation::note_opportunities`] was
    /// called before.
    pub fn opportunities(&self) -> &[Opportunity] {
        self.core.opportunities.as_deref().unwrap_or_default()
    }

    /// When the next event happens; nothing if none is left.
    pub fn next_time(&self) -> Option<Time> {
        self.core.queue.next_time()
    }

    /// Whether the last step was a fault with a set time, one that the run had from its beginning. What such a fault does
    /// comes before all that is added at the same time.
    pub fn was_timed_fault(&self) -> bool {
        self.core.timed_fault
    }

    /// Adds a fault that comes about in the next step. The run is then the same as one that had this fault from the
    /// beginning, after those that it has: the message or the step that it names must not have come yet; and what has a
    /// set time can be added only at the time of the next event, if the last one was earlier or was a
    /// [fault with a set time](Self::was_timed_fault), and the next one is none.
    pub fn arm(&mut self, fault: Fault) {
        let index = self.core.faults.len();
        self.core.faults.push(fault);
        self.core.fired.push(false);
        if let Some(at) = set_time(&fault) {
            self.core.now = self.core.now.max(at);
            self.happen(index);
        }
    }

    /// Adds to a fingerprint all that the rest of the run depends on. Two runs in equal states go on
    /// alike, whatever came before.
    ///
    /// `recurs` says whether a message or a step of that call and attempt can still come: only then does
    /// it matter how many there were.
    pub fn hash_state<H: Hasher>(&self, hash: &mut H, recurs: impl Fn(u32, u32) -> bool)
    where
        P: Hash,
        P::Message: Hash,
        P::Timer: Hash,
    {
        let core = &self.core;
        (&self.processes, core.now).hash(hash);
        for node in &core.nodes {
            (node.up, &node.rng).hash(hash);
        }
        for lane in &core.lanes {
            (lane.link, &lane.rng, lane.last).hash(hash);
            lane.held.iter().for_each(|(envelope, _)| envelope.body.hash(hash));
        }
        core.network.hash_cuts(hash);
        core.connected.hash(hash);
        // Those with a set time are in the queue until it has come.
        for (fault, fired) in core.faults.iter().zip(&core.fired) {
            if !*fired && set_time(fault).is_none() {
                fault.hash(hash);
            }
        }
        for (named, count) in &core.counts {
            let (call, attempt) = match named {
                Named::Message(name) => (name.call, name.attempt),
                Named::Step(.., step) => (step.call, step.attempt),
            };
            if recurs(call, attempt) {
                (named, count).hash(hash);
            }
        }
        for (at, pending) in core.queue.in_order() {
            // Numbers of events and messages only name what the past was.
            match pending {
                Pending::Start(node) => (0, at, node).hash(hash),
                Pending::Arrive { envelope, copy, .. } => {
                    (1, at, envelope.from, envelope.to, &envelope.body, copy).hash(hash);
                }
                Pending::Lose { envelope, why, arrives, .. } => {
                    (7, at, envelope.from, envelope.to, &envelope.body).hash(hash);
                    // A connection breaks over what is dropped, and nobody is told of a cut.
                    (*why == Loss::Dropped, arrives).hash(hash);
                }
                Pending::Timer { node, life, timer, .. } => {
                    let state = &core.nodes[node.0 as usize];
                    if state.up && state.life == *life {
                        (2, at, node, timer).hash(hash);
                    }
                }
                Pending::Release { link, .. } => (3, at, link).hash(hash),
                Pending::Disconnect { node, peer, why, .. } => (4, at, node, peer, why).hash(hash),
                Pending::Fault(index) => (5, at, index).hash(hash),
                Pending::Restart { node, .. } => (6, at, node).hash(hash),
            }
        }
    }

    /// What the messages carry that are on their way now, those that will be lost left out.
    pub fn arriving(&self) -> impl Iterator<Item = &P::Message> {
        let held = self.core.lanes.iter().flat_map(|lane| lane.held.iter().map(|(envelope, _)| &envelope.body));
        let sent = self.core.queue.iter().filter_map(|(_, pending)| match pending {
            Pending::Arrive { envelope, .. } => Some(&envelope.body),
            _ => None,
        });
        sent.chain(held)
    }

    /// The messages on their way now, in the order of sending. Those that a fault holds back are left out.
    pub fn in_flight(&self) -> Vec<InFlight<'_, P::Message>> {
        let mut all: Vec<InFlight<'_, P::Message>> = vec![];
        for (at, pending) in self.core.queue.iter() {
            let message = match pending {
                Pending::Arrive { envelope, copy, .. } => InFlight { envelope, copy: *copy, arrives: at, lost: None },
                Pending::Lose { envelope, arrives, .. } => {
                    InFlight { envelope, copy: 0, arrives: *arrives, lost: Some(at) }
                }
                _ => continue,
            };
            // So few that a picture can show them; the library's sort is 5 KB of the module for each model.
            let name = |message: &InFlight<'_, P::Message>| (message.envelope.id, message.copy);
            all.insert(all.partition_point(|other| name(other) < name(&message)), message);
        }
        all
    }

    /// Lets the earliest event happen. False when there is none left, and nothing has happened.
    pub fn step(&mut self) -> bool {
        let Some((at, pending)) = self.core.queue.pop() else { return false };
        self.core.now = at;
        self.core.timed_fault = matches!(pending, Pending::Fault(_));
        if let Some(opportunities) = &mut self.core.opportunities {
            opportunities.clear();
        }
        match pending {
            Pending::Start(node) => self.handle(node, None, |process, ctx| process.on_start(ctx)),
            Pending::Timer { node, life, timer, cause } => {
                let state = &self.core.nodes[node.0 as usize];
                if state.up && state.life == life {
                    self.handle(node, cause, |process, ctx| process.on_timer(ctx, timer));
                }
            }
            Pending::Arrive { envelope, copy, cause } => {
                let node = envelope.to;
                if !self.is_up(node) {
                    let what = What::Lost(envelope.id, copy, Loss::ReceiverDown);
                    let lost = self.core.record(node, Some(cause), what, Some(&envelope));
                    if self.core.network.is_stream(envelope.from, node) {
                        // The refusal takes as long as the message did.
                        let back = self.core.now + self.core.now.since(envelope.sent);
                        let (to, why) = (envelope.from, Disconnect::Refused(envelope.body));
                        self.core.queue.push(back, Pending::Disconnect { node: to, peer: node, why, cause: lost });
                    }
                    return true;
                }
                self.core.connect(envelope.from, node, true);
                let received = self.core.record(node, Some(cause), What::Received(envelope.id, copy), Some(&envelope));
                self.handle(node, Some(received), |process, ctx| process.on_message(ctx, envelope.from, envelope.body));
            }
            Pending::Lose { envelope, why, cause, arrives } => {
                let (from, to) = (envelope.from, envelope.to);
                let lost = self.core.record(to, Some(cause), What::Lost(envelope.id, 0, why), Some(&envelope));
                if why == Loss::Dropped && self.core.network.is_stream(from, to) {
                    self.core.connect(from, to, false);
                    for (node, peer) in [(from, to), (to, from)] {
                        let why = Disconnect::Lost(envelope.body.name());
                        self.core.queue.push(arrives, Pending::Disconnect { node, peer, why, cause: lost });
                    }
                }
            }
            Pending::Release { link, message } => {
                let lane = self.core.lane(link);
                let held = &mut self.core.lanes[lane].held;
                if let Some(place) = held.iter().position(|(envelope, _)| envelope.id == message) {
                    let (envelope, cause) = held.remove(place);
                    self.core.queue.push(at, Pending::Arrive { envelope, copy: 0, cause });
                }
            }
            Pending::Disconnect { node, peer, why, cause } => {
                for link in [(node, peer), (peer, node)] {
                    let lane = self.core.lane(link);
                    // The next message travels over a new connection.
                    self.core.lanes[lane].last = Time::ZERO;
                }
                if self.is_up(node) {
                    self.handle(node, Some(cause), |process, ctx| process.on_disconnect(ctx, peer, why));
                }
            }
            Pending::Fault(index) => self.happen(index),
            Pending::Restart { node, cause } => {
                self.restart(node, cause);
            }
        }
        true
    }

    /// Lets every event up to and including the moment `end` happen, and moves the time there, which is never back.
    pub fn run_until(&mut self, end: Time) {
        while self.core.queue.next_time().is_some_and(|at| at <= end) {
            self.step();
        }
        self.core.now = self.core.now.max(end);
        self.core.observer.passed(self.core.now);
    }

    /// Lets all events happen, but takes no more than `most` [steps](Self::step): the bound for a run that never ends.
    /// False if events are left then.
    pub fn run(&mut self, most: u32) -> bool {
        // Not the number of events: a process that only sets timers makes none.
        for _ in 0..most {
            if !self.step() {
                return true;
            }
        }
        self.core.queue.next_time().is_none()
    }

    fn handle(
        &mut self,
        node: NodeId,
        cause: Option<EventId>,
        handler: impl FnOnce(&mut P, &mut Context<'_, P>) -> Flow,
    ) {
        let mut ctx = Context { core: &mut self.core, node, cause };
        if let Err(Crashed(restart_after)) = handler(&mut self.processes[node.0 as usize], &mut ctx) {
            let cause = ctx.cause;
            self.crash(node, cause, restart_after);
        }
    }

    /// A fault with a set time comes about, or there is nothing for it to do.
    fn happen(&mut self, index: usize) {
        self.core.fired[index] = match self.core.faults[index] {
            Fault::Crash { node, restart_after, .. } => self.crash(node, None, restart_after),
            Fault::Restart { node, .. } => self.restart(node, None),
            Fault::CutLink { a, b, .. } => self.core.network.set_cut(a, b, true),
            Fault::HealLink { a, b, .. } => self.core.network.set_cut(a, b, false),
            Fault::Drop(_) | Fault::Duplicate(_) | Fault::Delay(..) | Fault::Reorder(_) => false,
        };
    }

    /// False if it is down already.
    fn crash(&mut self, node: NodeId, cause: Option<EventId>, restart_after: Option<Duration>) -> bool {
        let state = &mut self.core.nodes[node.0 as usize];
        if !state.up {
            return false;
        }
        state.up = false;
        state.life += 1;
        self.processes[node.0 as usize].on_crash();
        let crashed = self.core.record(node, cause, What::Crashed, None);
        for peer in self.core.network.peers(node) {
            if self.core.connect(node, peer, false) && !self.core.network.is_cut(node, peer) {
                let at = self.core.now + self.core.network.link(node, peer).base;
                let why = Disconnect::Crashed;
                self.core.queue.push(at, Pending::Disconnect { node: peer, peer: node, why, cause: crashed });
            }
        }
        if let Some(after) = restart_after {
            let at = self.core.now + after;
            self.core.queue.push(at, Pending::Restart { node, cause: Some(crashed) });
        }
        true
    }

    /// False if it is up already.
    fn restart(&mut self, node: NodeId, cause: Option<EventId>) -> bool {
        let state = &mut self.core.nodes[node.0 as usize];
        if state.up {
            return false;
        }
        state.up = true;
        let restarted = self.core.record(node, cause, What::Restarted, None);
        self.handle(node, Some(restarted), |process, ctx| process.on_restart(ctx));
        true
    }
}

impl<P: Process> Core<P> {
    pub(crate) fn node_rng(&mut self, node: NodeId) -> &mut Rng {
        &mut self.nodes[node.0 as usize].rng
    }

    pub(crate) fn record(
        &mut self,
        node: NodeId,
        cause: Option<EventId>,
        what: What,
        message: Option<&Envelope<P::Message>>,
    ) -> EventId {
        let id = EventId(self.events);
        self.events += 1;
        self.observer.observe(&Event { id, at: self.now, node, cause, what }, message);
        id
    }

    pub(crate) fn send(&mut self, from: NodeId, to: NodeId, body: P::Message, cause: Option<EventId>) -> EventId {
        let envelope = Envelope { id: MessageId(self.messages), from, to, sent: self.now, body };
        self.messages += 1;
        let sent = self.record(from, cause, What::Sent(envelope.id), Some(&envelope));

        // Drawn whatever becomes of the message, so that a fault leaves the link's stream as it was.
        let spec = self.network.link(from, to);
        let lane = self.lane((from, to));
        let stream = self.network.is_stream(from, to);
        let mut arrives = self.now + spec.draw(&mut self.lanes[lane].rng);
        let name = self.count(Named::Message(envelope.body.name()));
        let name = envelope.body.name().copy(name);
        if let Some(opportunities) = &mut self.opportunities {
            opportunities.push(Opportunity::Message { name, from, to, stream });
        }
        let (faults, fired) = (&self.faults, &mut self.fired);
        let verdict = self.network.verdict(from, to, name, |name| {
            let verdict = |fault| message_verdict(fault, name, stream);
            let index = (0..faults.len()).find(|&i| !fired[i] && verdict(&faults[i]).is_some())?;
            fired[index] = true;
            verdict(&faults[index])
        });
        match verdict {
            Verdict::Deliver { extra } => {
                arrives = arrives + extra;
                let lane = &mut self.lanes[lane];
                if stream {
                    arrives = arrives.max(lane.last);
                    lane.last = arrives;
                }
                self.queue.push(arrives, Pending::Arrive { envelope, copy: 0, cause: sent });
                for (envelope, cause) in lane.held.drain(..) {
                    self.queue.push(arrives + OVERTAKEN_LAG, Pending::Arrive { envelope, copy: 0, cause });
                }
            }
            Verdict::Duplicate => {
                // The copy's latency comes from no stream: a duplicate must not shift later draws.
                let copy = envelope.clone();
                self.queue.push(arrives, Pending::Arrive { envelope, copy: 0, cause: sent });
                self.queue.push(arrives + COPY_LAG, Pending::Arrive { envelope: copy, copy: 1, cause: sent });
                for (envelope, cause) in self.lanes[lane].held.drain(..) {
                    self.queue.push(arrives + OVERTAKEN_LAG, Pending::Arrive { envelope, copy: 0, cause });
                }
            }
            Verdict::Hold => {
                let release = Pending::Release { link: (from, to), message: envelope.id };
                self.queue.push(arrives + HELD_LONGEST, release);
                self.lanes[lane].held.push((envelope, sent));
            }
            Verdict::Lose(why) => {
                let half = Duration::from_micros(arrives.since(self.now).as_micros() / 2);
                self.queue.push(self.now + half, Pending::Lose { envelope, arrives, why, cause: sent });
            }
        }
        sent
    }

    /// Notes that a connection is there or not. True if that was noted of the opposite before.
    fn connect(&mut self, a: NodeId, b: NodeId, there: bool) -> bool {
        let link = (a.min(b), a.max(b));
        match self.connected.binary_search(&link) {
            Ok(place) if !there => {
                self.connected.remove(place);
                true
            }
            Err(place) if there && self.network.is_stream(a, b) => {
                self.connected.insert(place, link);
                true
            }
            _ => false,
        }
    }

    /// The place of a link's lane; a new one if it has none.
    fn lane(&mut self, link: (NodeId, NodeId)) -> usize {
        self.lanes.binary_search_by_key(&link, |lane| lane.link).unwrap_or_else(|place| {
            let rng = Rng::new(self.seed, Stream::Link(link.0, link.1));
            self.lanes.insert(place, Lane { link, rng, last: Time::ZERO, held: vec![] });
            place
        })
    }

    /// The how manieth of that name this is; 1 if nobody asks.
    fn count(&mut self, named: Named) -> u32 {
        match self.counts.binary_search_by_key(&named, |(named, _)| *named) {
            Ok(place) => {
                self.counts[place].1 += 1;
                self.counts[place].1
            }
            Err(place) => {
                if self.opportunities.is_some() {
                    self.counts.insert(place, (named, 1));
                }
                1
            }
        }
    }

    pub(crate) fn set_timer(&mut self, node: NodeId, after: Duration, timer: P::Timer, cause: Option<EventId>) {
        let life = self.nodes[node.0 as usize].life;
        self.queue.push(self.now + after, Pending::Timer { node, life, timer, cause });
    }

    pub(crate) fn crash_due(&mut self, node: NodeId, phase: Phase, step: StepName) -> Flow {
        let step = step.copy(self.count(Named::Step(node, phase, step)));
        if let Some(opportunities) = &mut self.opportunities {
            opportunities.push(Opportunity::Step { node, phase, step });
        }
        for (fault, fired) in self.faults.iter().zip(&mut self.fired) {
            if let Fault::Crash { node: n, when: When::Step(p, s), restart_after } = fault
                && !*fired
                && (*n, *p, *s) == (node, phase, step)
            {
                *fired = true;
                return Err(Crashed(*restart_after));
            }
        }
        Ok(())
    }
}

/// What the fault does to the message of that name.
fn message_verdict(fault: &Fault, name: MessageName, stream: bool) -> Option<Verdict> {
    match fault {
        Fault::Drop(message) if *message == name => Some(Verdict::Lose(Loss::Dropped)),
        Fault::Duplicate(message) if *message == name && !stream => Some(Verdict::Duplicate),
        Fault::Reorder(message) if *message == name && !stream => Some(Verdict::Hold),
        Fault::Delay(message, by) if *message == name => Some(Verdict::Deliver { extra: *by }),
        _ => None,
    }
}

/// What the fault names, if it names something.
fn named(fault: &Fault) -> Option<Named> {
    match fault {
        Fault::Drop(name) | Fault::Duplicate(name) | Fault::Delay(name, _) | Fault::Reorder(name) => {
            Some(Named::Message(name.copy(1)))
        }
        Fault::Crash { node, when: When::Step(phase, step), .. } => Some(Named::Step(*node, *phase, step.copy(1))),
        _ => None,
    }
}

fn set_time(fault: &Fault) -> Option<Time> {
    match fault {
        Fault::Crash { when: When::At(at), .. }
        | Fault::Restart { at, .. }
        | Fault::CutLink { at, .. }
        | Fault::HealLink { at, .. } => Some(*at),
        Fault::Drop(_) | Fault::Duplicate(_) | Fault::Delay(..) | Fault::Reorder(_) | Fault::Crash { .. } => None,
    }
}
