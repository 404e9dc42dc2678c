//! What runs on a node, and what it may do.

use crate::{Duration, Event, EventId, MessageName, Observer, Phase, Rng, StepName, Time, What, simulation::Core};
use std::fmt;

/// A node: its place in the list of processes that the simulation was made with, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A message: its place in the order of sending, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u32);

/// What a message carries.
pub trait Payload: Clone {
    /// The name by which a fault can point at the message. Two messages of a run may share one; a
    /// fault then meets the first.
    fn name(&self) -> MessageName;
    /// What is in the message, for readers: `deductBalance("u42", 50.00)`.
    fn describe(&self) -> String;
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Envelope<M> {
    /// The message's number.
    pub id: MessageId,
    /// The node that sent the message.
    pub from: NodeId,
    /// The node that the message is for.
    pub to: NodeId,
    /// When the message was sent.
    pub sent: Time,
    /// What the message carries.
    pub body: M,
}

/// The node has crashed in the middle of what it was doing: a handler that gets this passes it on
/// with `?` and touches nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crashed(pub(crate) Option<Duration>);

/// Why a connection is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disconnect<M> {
    /// The peer is down and refused the message given here.
    Refused(M),
    /// The message of that name was lost, and the connection with it.
    Lost(MessageName),
    /// The peer crashed.
    Crashed,
}

/// How a handler of a process ends: well, or because its node has crashed in the middle.
pub type Flow = Result<(), Crashed>;

/// A state machine on a node. It reacts; it never waits, reads a clock or touches the world.
///
/// The value itself holds both the durable and the volatile state; [`Process::on_crash`] says which
/// is which by forgetting the volatile part.
pub trait Process: Clone {
    /// What the process sends and receives.
    type Message: Payload;
    /// What the process sets timers for.
    type Timer: Clone;
    /// What watches the run: a full [`crate::Trace`], or counters where a trace would not fit.
    type Observer: Observer<Self::Message>;

    /// Handles the beginning of the run.
    fn on_start(&mut self, ctx: &mut Context<'_, Self>) -> Flow;
    /// Handles a message that has arrived from the node `from`.
    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: NodeId, message: Self::Message) -> Flow;
    /// Handles a timer that has run out. Timers do not survive a crash.
    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, timer: Self::Timer) -> Flow;
    /// Handles that the connection to `peer` is broken; see [`crate::Network::with_stream`]. Does nothing by default.
    fn on_disconnect(&mut self, _ctx: &mut Context<'_, Self>, _peer: NodeId, _why: Disconnect<Self::Message>) -> Flow {
        Ok(())
    }
    /// Forgets what is not durable, because the node has crashed. Forgets nothing by default.
    fn on_crash(&mut self) {}
    /// Handles that the node is back after a crash. Does nothing by default.
    fn on_restart(&mut self, _ctx: &mut Context<'_, Self>) -> Flow {
        Ok(())
    }
}

/// What a process can do while it handles something.
pub struct Context<'a, P: Process> {
    pub(crate) core: &'a mut Core<P>,
    pub(crate) node: NodeId,
    /// The latest event of this handler, or what it was called for: the cause of the next.
    pub(crate) cause: Option<EventId>,
}

impl<P: Process> Context<'_, P> {
    /// The simulated time.
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// The node that the process runs on.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The node's own stream of random numbers.
    pub fn rng(&mut self) -> &mut Rng {
        self.core.node_rng(self.node)
    }

    /// The run's observer, for what only the process can measure.
    pub fn observer(&mut self) -> &mut P::Observer {
        &mut self.core.observer
    }

    /// Sends a message to the node `to`. The message arrives after the link's latency, unless a fault or a cut link
    /// says otherwise.
    pub fn send(&mut self, to: NodeId, body: P::Message) {
        self.cause = Some(self.core.send(self.node, to, body, self.cause));
    }

    /// Has [`Process::on_timer`] called with `timer` after that time, unless the node crashes before.
    pub fn set_timer(&mut self, after: Duration, timer: P::Timer) {
        self.core.set_timer(self.node, after, timer, self.cause);
    }

    /// Says that the process is about to do a step that a fault can name. Write `ctx.before(step)?` and then do the
    /// step.
    ///
    /// # Errors
    /// If a crash is due before this step: the rest of the handler must not happen.
    pub fn before(&mut self, step: StepName) -> Flow {
        self.core.crash_due(self.node, Phase::Before, step)
    }

    /// Says that the process has done a step, which goes into the trace. Write `ctx.after(step)?`.
    ///
    /// # Errors
    /// If a crash is due after this step: the rest of the handler must not happen.
    pub fn after(&mut self, step: StepName) -> Flow {
        self.cause = Some(self.core.record(self.node, self.cause, What::Step(step), None));
        self.core.crash_due(self.node, Phase::After, step)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} node {} {:?}", self.id.0, self.at, self.node.0, self.what)
    }
}
