//! What happened, in order, with causes.

use crate::{Envelope, Loss, MessageId, MessageName, NodeId, Payload, StepName, Time, TraceHash};

/// An event: its place in the run, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The event's number, counted from 0.
    pub id: EventId,
    /// When the event happened.
    pub at: Time,
    /// The node at which the event happened; for a lost message, the node where it was going.
    pub node: NodeId,
    /// The event that made this one happen; nothing for what the run begins with and for faults with a set time.
    pub cause: Option<EventId>,
    /// What happened.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The node sent a message.
    Sent(MessageId),
    /// A message, or its copy (1), arrived.
    Received(MessageId, u8),
    /// A message, or its copy (1), is gone.
    Lost(MessageId, u8, Loss),
    /// The process did a step that it has a name for.
    Step(StepName),
    /// The node went down; its volatile state is gone.
    Crashed,
    /// The node came back.
    Restarted,
}

impl Event {
    /// Adds the event to a fingerprint.
    pub fn hash_into(&self, hash: &mut TraceHash) {
        hash.word(self.at.as_micros());
        hash.word(u64::from(self.node.0) << 32 | u64::from(self.cause.map_or(u32::MAX, |id| id.0)));
        match self.what {
            What::Sent(m) => hash.word(1 << 56 | u64::from(m.0)),
            What::Received(m, copy) => hash.word(2 << 56 | u64::from(copy) << 32 | u64::from(m.0)),
            What::Lost(m, copy, why) => {
                hash.word(3 << 56 | (why as u64) << 40 | u64::from(copy) << 32 | u64::from(m.0));
            }
            What::Step(step) => {
                hash.word(4 << 56 | u64::from(step.copy) << 48 | u64::from(step.attempt) << 32 | u64::from(step.call));
                hash.text(step.step);
            }
            What::Crashed => hash.word(5 << 56),
            What::Restarted => hash.word(6 << 56),
        }
    }
}

/// What watches a run. An observer sees every event once, in order, and can change nothing.
pub trait Observer<M>: Clone {
    /// An event has happened. `message` is there when the event is about one.
    fn observe(&mut self, event: &Event, message: Option<&Envelope<M>>);
    /// Time has passed up to `now`, with or without events.
    fn passed(&mut self, _now: Time) {}
}

/// Watches if there is somebody to watch: a search looks at the end of a run only.
impl<M, O: Observer<M>> Observer<M> for Option<O> {
    fn observe(&mut self, event: &Event, message: Option<&Envelope<M>>) {
        if let Some(observer) = self {
            observer.observe(event, message);
        }
    }

    fn passed(&mut self, now: Time) {
        if let Some(observer) = self {
            observer.passed(now);
        }
    }
}

/// What became of a message, or of its copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The message is still on its way when the trace ends.
    Travelling,
    /// The message arrived, at that time.
    Delivered(Time),
    /// The message was lost, at that time and for that reason.
    Lost(Time, Loss),
}

/// One copy of a message and its fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// What became of the copy.
    pub fate: Fate,
    /// The event in which the copy arrived or was lost; nothing while it travels.
    pub event: Option<EventId>,
}

/// A message of a run, with what became of all its copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The message's number, counted from 0 in the order of sending.
    pub id: MessageId,
    /// The name by which a fault can point at it.
    pub name: MessageName,
    /// The node that sent the message.
    pub from: NodeId,
    /// The node that the message is for.
    pub to: NodeId,
    /// When the message was sent.
    pub sent: Time,
    /// What the message carries, for readers; see [`Payload::describe`].
    pub detail: String,
    /// The original, then the copy that a fault made, if one did.
    pub copies: Vec<Copy>,
}

/// An observer that keeps everything: the whole run, event by event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// All events, in order; an event's id is its index.
    pub events: Vec<Event>,
    /// All messages, in the order of sending; a message's id is its index.
    pub messages: Vec<Message>,
}

impl Trace {
    /// The fingerprint of the run, over all its events.
    pub fn hash(&self) -> TraceHash {
        let mut hash = TraceHash::default();
        for event in &self.events {
            event.hash_into(&mut hash);
        }
        hash
    }

    /// When the last event happened; the start if there was none.
    pub fn end(&self) -> Time {
        self.events.last().map_or(Time::ZERO, |event| event.at)
    }

    /// The message with that number.
    ///
    /// # Panics
    /// If the number is of another run.
    pub fn message(&self, id: MessageId) -> &Message {
        &self.messages[id.0 as usize]
    }
}

impl<M: Payload> Observer<M> for Trace {
    fn observe(&mut self, event: &Event, message: Option<&Envelope<M>>) {
        let mut event = *event;
        if let What::Step(step) = &mut event.what {
            let same = |earlier: &&Event| matches!(earlier.what, What::Step(s) if s.copy(1) == step.copy(1));
            step.copy = 1 + self.events.iter().filter(same).count() as u32;
        }
        self.events.push(event);
        let (id, copy, fate) = match event.what {
            What::Sent(id) => {
                if let Some(envelope) = message {
                    let name = envelope.body.name();
                    let same = self.messages.iter().filter(|earlier| earlier.name.copy(1) == name).count() as u32;
                    self.messages.push(Message {
                        id,
                        name: name.copy(1 + same),
                        from: envelope.from,
                        to: envelope.to,
                        sent: event.at,
                        detail: envelope.body.describe(),
                        copies: vec![Copy { fate: Fate::Travelling, event: None }],
                    });
                }
                return;
            }
            What::Received(id, copy) => (id, copy, Fate::Delivered(event.at)),
            What::Lost(id, copy, why) => (id, copy, Fate::Lost(event.at, why)),
            What::Step(_) | What::Crashed | What::Restarted => return,
        };
        let copies = &mut self.messages[id.0 as usize].copies;
        let copy = usize::from(copy);
        if copies.len() <= copy {
            copies.resize(copy + 1, Copy { fate: Fate::Travelling, event: None });
        }
        copies[copy] = Copy { fate, event: Some(event.id) };
    }
}
