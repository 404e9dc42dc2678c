//! What goes wrong in a run, and how one says it.

use crate::{
    Duration, NodeId, Time,
    words::{WordError, Words, exact},
};

/// The name of a message: what it is, not when it happens, so that a fault keeps its meaning when
/// latencies are tuned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageName {
    /// What the message is: one of the words of the model's [`Vocabulary`].
    pub kind: &'static str,
    /// The call that the message is for, counted from 1.
    pub call: u32,
    /// The attempt of that call, counted from 1.
    pub attempt: u32,
    /// Which message of that kind and attempt this is, counted from 1: a request that arrives twice has two replies.
    /// Only a [`crate::Trace`] and a fault need the number; a [`crate::Payload`] says 1.
    pub copy: u32,
}

impl MessageName {
    /// The name of the first message of a kind in an attempt.
    pub const fn new(kind: &'static str, call: u32, attempt: u32) -> Self {
        Self { kind, call, attempt, copy: 1 }
    }

    /// The message's name with another number of the copy.
    pub const fn copy(self, copy: u32) -> Self {
        Self { copy, ..self }
    }
}

/// The name of a step that a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepName {
    /// Which step this is: one of the words of the model's [`Vocabulary`].
    pub step: &'static str,
    /// The call that the step is for, counted from 1.
    pub call: u32,
    /// The attempt of that call, counted from 1.
    pub attempt: u32,
    /// The how manieth time that attempt comes to the step, counted from 1. Only a [`crate::Trace`] and a fault need
    /// the number; a [`crate::Process`] says 1.
    pub copy: u32,
}

impl StepName {
    /// The name of a step that an attempt comes to for the first time.
    pub const fn new(step: &'static str, call: u32, attempt: u32) -> Self {
        Self { step, call, attempt, copy: 1 }
    }

    /// The step's name with another number of the time.
    pub const fn copy(self, copy: u32) -> Self {
        Self { copy, ..self }
    }
}

/// Which side of a step a crash comes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The node crashes before the step: the step does not happen.
    Before,
    /// The node crashes after the step: the step has happened, and nothing later has.
    After,
}

/// When a node crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The node crashes at a set time.
    At(Time),
    /// The node crashes before or after a step of its own.
    Step(Phase, StepName),
}

/// One thing that goes wrong, or is mended.
///
/// Every message and every step of a run has a name of its own, so a fault meets one of them or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The message is lost on the way.
    Drop(MessageName),
    /// The message arrives twice.
    Duplicate(MessageName),
    /// The message arrives this much later.
    Delay(MessageName, Duration),
    /// The message is held back until the next one in the same direction has passed it; if none comes,
    /// it arrives a second late.
    Reorder(MessageName),
    /// The node goes down and forgets what is not durable.
    Crash {
        /// The node that crashes.
        node: NodeId,
        /// When the node crashes.
        when: When,
        /// How long after the crash the node is back; never, if nothing is said.
        restart_after: Option<Duration>,
    },
    /// The node comes back, if it is down.
    Restart {
        /// The node that comes back.
        node: NodeId,
        /// When the node comes back.
        at: Time,
    },
    /// From a time on, messages that are sent between two nodes are lost.
    CutLink {
        /// One end of the link.
        a: NodeId,
        /// The other end of the link.
        b: NodeId,
        /// When the link is cut.
        at: Time,
    },
    /// From a time on, messages that are sent between two nodes arrive again.
    HealLink {
        /// One end of the link.
        a: NodeId,
        /// The other end of the link.
        b: NodeId,
        /// When the link is healed.
        at: Time,
    },
}

/// The words that faults of one model are made of.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// The nodes' names, by [`NodeId`].
    pub nodes: &'a [String],
    /// The kinds of messages.
    pub messages: &'a [&'static str],
    /// The steps at which a node can crash.
    pub steps: &'a [&'static str],
    /// The nodes that can crash; a model is honest about a crash only where it was thought of.
    pub crashing: &'a [NodeId],
    /// The links that can be cut, the ends in the order in which they are said.
    pub links: &'a [(NodeId, NodeId)],
}

impl Vocabulary<'_> {
    /// Reads a fault:
    ///
    /// - `drop reply of call 1 attempt 2`, `duplicate request of call 1`;
    /// - `delay reply of call 1 by 600 ms`, `reorder request of call 1`;
    /// - `crash server before commit of call 1`, `… after …`, `crash server at 10 s`, each with
    ///   `, restart after 300 ms` if it comes back;
    /// - `restart server at 15 s`;
    /// - `cut client 1 to server at 5 s`, `heal client 1 to server at 8 s`.
    ///
    /// The attempt is the first if not said. A message or a step that occurs more than once in an
    /// attempt has `copy 2` and so on after it.
    ///
    /// # Errors
    /// Points at the word that does not fit and lists what could stand there.
    pub fn parse(&self, text: &str) -> Result<Fault, WordError> {
        #[derive(Clone, Copy)]
        enum Verb {
            Drop,
            Duplicate,
            Delay,
            Reorder,
            Crash,
            Restart,
            Cut,
            Heal,
        }
        let mut words = Words::new(text);
        let verb = words.choose(&[
            ("drop", Verb::Drop),
            ("duplicate", Verb::Duplicate),
            ("delay", Verb::Delay),
            ("reorder", Verb::Reorder),
            ("crash", Verb::Crash),
            ("restart", Verb::Restart),
            ("cut", Verb::Cut),
            ("heal", Verb::Heal),
        ])?;
        let fault = match verb {
            Verb::Drop => Fault::Drop(self.message(&mut words)?),
            Verb::Duplicate => Fault::Duplicate(self.message(&mut words)?),
            Verb::Reorder => Fault::Reorder(self.message(&mut words)?),
            Verb::Delay => {
                let message = self.message(&mut words)?;
                words.expect("by")?;
                Fault::Delay(message, words.duration()?)
            }
            Verb::Crash => {
                let node = self.node(&mut words, |id| self.crashing.contains(&id))?;
                let when = match words.choose(&[
                    ("before", Some(Phase::Before)),
                    ("after", Some(Phase::After)),
                    ("at", None),
                ])? {
                    None => When::At(words.time()?),
                    Some(phase) => {
                        let choices: Vec<_> = self.steps.iter().map(|step| (*step, *step)).collect();
                        let step = words.choose(&choices)?;
                        let (call, attempt, copy) = call(&mut words)?;
                        When::Step(phase, StepName { step, call, attempt, copy })
                    }
                };
                let restart_after = if words.accept(",") {
                    words.expect("restart")?;
                    words.expect("after")?;
                    Some(words.duration()?)
                } else {
                    None
                };
                Fault::Crash { node, when, restart_after }
            }
            Verb::Restart => {
                let node = self.node(&mut words, |id| self.crashing.contains(&id))?;
                words.expect("at")?;
                Fault::Restart { node, at: words.time()? }
            }
            Verb::Cut | Verb::Heal => {
                let a = self.node(&mut words, |id| self.links.iter().any(|(a, _)| *a == id))?;
                words.expect("to")?;
                let b = self.node(&mut words, |id| self.links.contains(&(a, id)))?;
                words.expect("at")?;
                let at = words.time()?;
                if matches!(verb, Verb::Cut) { Fault::CutLink { a, b, at } } else { Fault::HealLink { a, b, at } }
            }
        };
        words.end()?;
        Ok(fault)
    }

    fn node(&self, words: &mut Words<'_>, fits: impl Fn(NodeId) -> bool) -> Result<NodeId, WordError> {
        let named = self.nodes.iter().zip(0..).map(|(name, id)| (name.as_str(), NodeId(id)));
        let choices: Vec<_> = named.filter(|(_, id)| fits(*id)).collect();
        words.choose(&choices)
    }

    fn message(&self, words: &mut Words<'_>) -> Result<MessageName, WordError> {
        let choices: Vec<_> = self.messages.iter().map(|kind| (*kind, *kind)).collect();
        let kind = words.choose(&choices)?;
        let (call, attempt, copy) = call(words)?;
        Ok(MessageName { kind, call, attempt, copy })
    }

    /// Says a fault in words that [`Vocabulary::parse`] reads as this fault.
    ///
    /// # Panics
    /// If the fault names a node that the vocabulary does not have.
    pub fn say(&self, fault: &Fault) -> String {
        let node = |id: &NodeId| self.nodes[id.0 as usize].as_str();
        match fault {
            Fault::Drop(message) => format!("drop {}", say_message(message)),
            Fault::Duplicate(message) => format!("duplicate {}", say_message(message)),
            Fault::Reorder(message) => format!("reorder {}", say_message(message)),
            Fault::Delay(message, by) => format!("delay {} by {}", say_message(message), exact(*by)),
            Fault::Crash { node: id, when, restart_after } => {
                let when = match when {
                    When::At(at) => format!("at {}", exact(at.since(Time::ZERO))),
                    When::Step(phase, step) => {
                        let phase = if *phase == Phase::Before { "before" } else { "after" };
                        format!("{phase} {}{}", step.step, say_call(step.call, step.attempt, step.copy))
                    }
                };
                let restart =
                    restart_after.map(|after| format!(", restart after {}", exact(after))).unwrap_or_default();
                format!("crash {} {when}{restart}", node(id))
            }
            Fault::Restart { node: id, at } => format!("restart {} at {}", node(id), exact(at.since(Time::ZERO))),
            Fault::CutLink { a, b, at } => format!("cut {} to {} at {}", node(a), node(b), exact(at.since(Time::ZERO))),
            Fault::HealLink { a, b, at } => {
                format!("heal {} to {} at {}", node(a), node(b), exact(at.since(Time::ZERO)))
            }
        }
    }
}

fn call(words: &mut Words<'_>) -> Result<(u32, u32, u32), WordError> {
    let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    words.expect("of")?;
    words.expect("call")?;
    let call = small(words.number()?);
    let attempt = if words.accept("attempt") { small(words.number()?) } else { 1 };
    let copy = if words.accept("copy") { small(words.number()?) } else { 1 };
    Ok((call, attempt, copy))
}

fn say_call(call: u32, attempt: u32, copy: u32) -> String {
    let part = |what: &str, n: u32| if n == 1 { String::new() } else { format!(" {what} {n}") };
    format!(" of call {call}{}{}", part("attempt", attempt), part("copy", copy))
}

fn say_message(message: &MessageName) -> String {
    format!("{}{}", message.kind, say_call(message.call, message.attempt, message.copy))
}
