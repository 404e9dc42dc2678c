//! The loop: take the earliest event, let it happen.

use crate::{
    Context, Crashed, Duration, Envelope, Event, EventId, EventQueue, Fault, Flow, HeapQueue, Loss, MessageId, Network,
    NodeId, Observer, Payload, Phase, Process, Rng, StepName, Stream, Time, Verdict, What, When,
};

/// How much later the copy of a duplicated message arrives, on top of its own latency.
const COPY_LAG: Duration = Duration::from_millis(40);

/// A run in progress. It is a value: a clone of it goes on by itself, which is how one goes back in
/// time (see [`crate::Replay`]).
#[derive(Clone)]
pub struct Simulation<P: Process> {
    processes: Vec<P>,
    core: Core<P>,
}

/// Everything but the processes: what they reach through their [`Context`].
#[derive(Clone)]
pub(crate) struct Core<P: Process> {
    pub(crate) now: Time,
    pub(crate) observer: P::Observer,
    queue: HeapQueue<Pending<P>>,
    network: Network,
    nodes: Vec<Node>,
    /// The links used so far, sorted.
    link_rngs: Vec<((NodeId, NodeId), Rng)>,
    seed: u64,
    faults: Vec<Fault>,
    fired: Vec<bool>,
    events: u32,
    messages: u32,
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
    /// The fault with that index happens.
    Fault(usize),
    /// A crashed node comes back.
    Restart {
        node: NodeId,
        cause: Option<EventId>,
    },
}

/// A message on its way, for a picture.
pub struct InFlight<'a, M> {
    /// The message.
    pub envelope: &'a Envelope<M>,
    /// 0 for the original, 1 for a copy that a fault made.
    pub copy: u8,
    /// When it arrives, or would if it were not lost on the way.
    pub arrives: Time,
    /// When it will be lost on the way, if it will be.
    pub lost: Option<Time>,
}

impl<P: Process> Simulation<P> {
    /// A run at its very beginning. Nodes are numbered as they stand in `processes`.
    pub fn new(processes: Vec<P>, network: Network, seed: u64, faults: Vec<Fault>, observer: P::Observer) -> Self {
        let ids = || (0..processes.len() as u32).map(NodeId);
        let mut core = Core {
            now: Time::ZERO,
            observer,
            queue: HeapQueue::default(),
            network,
            nodes: ids().map(|id| Node { up: true, life: 0, rng: Rng::new(seed, Stream::Node(id)) }).collect(),
            link_rngs: vec![],
            seed,
            fired: vec![false; faults.len()],
            faults,
            events: 0,
            messages: 0,
        };
        // Faults with a set time come first: at a tie the fault wins.
        for (index, fault) in core.faults.iter().enumerate() {
            if let Some(at) = set_time(fault) {
                core.queue.push(at, Pending::Fault(index));
            }
        }
        for id in ids() {
            core.queue.push(Time::ZERO, Pending::Start(id));
        }
        Self { processes, core }
    }

    /// The simulated time.
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// The process on that node.
    pub fn process(&self, node: NodeId) -> &P {
        &self.processes[node.0 as usize]
    }

    /// All processes, by [`NodeId`].
    pub fn processes(&self) -> &[P] {
        &self.processes
    }

    /// Whether the node is up.
    pub fn is_up(&self, node: NodeId) -> bool {
        self.core.nodes[node.0 as usize].up
    }

    /// Whether messages between the two are lost now.
    pub fn is_cut(&self, a: NodeId, b: NodeId) -> bool {
        self.core.network.is_cut(a, b)
    }

    /// What the observer has seen.
    pub fn observer(&self) -> &P::Observer {
        &self.core.observer
    }

    /// The observer, when the run is over.
    pub fn into_observer(self) -> P::Observer {
        self.core.observer
    }

    /// How many events have happened.
    pub fn events(&self) -> u32 {
        self.core.events
    }

    /// The faults that have not happened: their message was never sent, their step never done, or
    /// at their time there was nothing to crash, restart, cut or heal.
    pub fn faults_not_met(&self) -> Vec<Fault> {
        let fired = self.core.faults.iter().zip(&self.core.fired);
        fired.filter(|(_, fired)| !**fired).map(|(fault, _)| *fault).collect()
    }

    /// Messages on their way now, in the order of sending.
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

    /// Lets the earliest event happen. False when there is none left.
    pub fn step(&mut self) -> bool {
        let Some((at, pending)) = self.core.queue.pop() else { return false };
        self.core.now = at;
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
                    self.core.record(node, Some(cause), what, Some(&envelope));
                    return true;
                }
                let received = self.core.record(node, Some(cause), What::Received(envelope.id, copy), Some(&envelope));
                self.handle(node, Some(received), |process, ctx| process.on_message(ctx, envelope.from, envelope.body));
            }
            Pending::Lose { envelope, why, cause, .. } => {
                self.core.record(envelope.to, Some(cause), What::Lost(envelope.id, 0, why), Some(&envelope));
            }
            Pending::Fault(index) => {
                self.core.fired[index] = match self.core.faults[index] {
                    Fault::Crash { node, restart_after, .. } => self.crash(node, None, restart_after),
                    Fault::Restart { node, .. } => self.restart(node, None),
                    Fault::CutLink { a, b, .. } => self.core.network.set_cut(a, b, true),
                    Fault::HealLink { a, b, .. } => self.core.network.set_cut(a, b, false),
                    Fault::Drop(_) | Fault::Duplicate(_) | Fault::Delay(..) => false,
                };
            }
            Pending::Restart { node, cause } => {
                self.restart(node, cause);
            }
        }
        true
    }

    /// Lets everything happen up to and including that moment, and moves the time there.
    pub fn run_until(&mut self, end: Time) {
        while self.core.queue.next_time().is_some_and(|at| at <= end) {
            self.step();
        }
        self.core.now = self.core.now.max(end);
        self.core.observer.passed(self.core.now);
    }

    /// Lets everything happen, but takes no more than `most` [steps](Self::step): the bound for a run
    /// that never ends. False if something is left then.
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
        let link = self.network.link(from, to);
        let place = self.link_rngs.binary_search_by_key(&(from, to), |(link, _)| *link).unwrap_or_else(|place| {
            self.link_rngs.insert(place, ((from, to), Rng::new(self.seed, Stream::Link(from, to))));
            place
        });
        let arrives = self.now + link.draw(&mut self.link_rngs[place].1);
        let (faults, fired) = (&self.faults, &mut self.fired);
        let verdict = self.network.verdict(from, to, envelope.body.name(), |name| {
            let index = (0..faults.len()).find(|&i| !fired[i] && message_verdict(&faults[i], name).is_some())?;
            fired[index] = true;
            message_verdict(&faults[index], name)
        });
        match verdict {
            Verdict::Deliver { extra } => {
                self.queue.push(arrives + extra, Pending::Arrive { envelope, copy: 0, cause: sent });
            }
            Verdict::Duplicate => {
                // The copy's latency comes from no stream: a duplicate must not shift later draws.
                let copy = envelope.clone();
                self.queue.push(arrives, Pending::Arrive { envelope, copy: 0, cause: sent });
                self.queue.push(arrives + COPY_LAG, Pending::Arrive { envelope: copy, copy: 1, cause: sent });
            }
            Verdict::Lose(why) => {
                let half = Duration::from_micros(arrives.since(self.now).as_micros() / 2);
                self.queue.push(self.now + half, Pending::Lose { envelope, arrives, why, cause: sent });
            }
        }
        sent
    }

    pub(crate) fn set_timer(&mut self, node: NodeId, after: Duration, timer: P::Timer, cause: Option<EventId>) {
        let life = self.nodes[node.0 as usize].life;
        self.queue.push(self.now + after, Pending::Timer { node, life, timer, cause });
    }

    pub(crate) fn crash_due(&mut self, node: NodeId, phase: Phase, step: StepName) -> Flow {
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

fn message_verdict(fault: &Fault, name: crate::MessageName) -> Option<Verdict> {
    match fault {
        Fault::Drop(message) if *message == name => Some(Verdict::Lose(Loss::Dropped)),
        Fault::Duplicate(message) if *message == name => Some(Verdict::Duplicate),
        Fault::Delay(message, by) if *message == name => Some(Verdict::Deliver { extra: *by }),
        _ => None,
    }
}

fn set_time(fault: &Fault) -> Option<Time> {
    match fault {
        Fault::Crash { when: When::At(at), .. }
        | Fault::Restart { at, .. }
        | Fault::CutLink { at, .. }
        | Fault::HealLink { at, .. } => Some(*at),
        Fault::Drop(_) | Fault::Duplicate(_) | Fault::Delay(..) | Fault::Crash { .. } => None,
    }
}
