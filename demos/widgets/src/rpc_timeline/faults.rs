//! What a reader can do to a run by clicking.

use sim::{Duration, Fault, MessageName, Phase, StepName, When};
use systems::rpc::{self, Outcome, Run};

/// How much longer a delayed message takes than the stub waits.
const PAST_TIMEOUT: Duration = Duration::from_millis(200);
/// How long the server stays down, if it comes back.
const DOWN_FOR: Duration = Duration::from_millis(300);

/// What can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A request or a reply.
    Message(MessageName),
    /// The server at its work on that attempt.
    Server {
        /// Counted from 1.
        attempt: u32,
    },
}

/// A change to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meddling {
    /// Nothing happens to the message.
    Deliver(MessageName),
    /// This happens, and nothing else to the same message or at the same work.
    Only(Fault),
    /// The server does not crash at its work on that attempt.
    NoCrash(u32),
    /// The same, but without that fault.
    Without(Fault),
}

impl Meddling {
    /// The run with this change made.
    pub fn applied_to(self, run: &Run) -> Run {
        let mut run = run.clone();
        match self {
            Self::Deliver(name) => run.faults.retain(|fault| message_of(fault) != Some(name)),
            Self::NoCrash(attempt) => run.faults.retain(|fault| crash_of(fault) != Some(attempt)),
            Self::Without(gone) => run.faults.retain(|fault| *fault != gone),
            Self::Only(new) => {
                run.faults.retain(|fault| {
                    (message_of(fault).is_none() || message_of(fault) != message_of(&new))
                        && (crash_of(fault).is_none() || crash_of(fault) != crash_of(&new))
                });
                run.faults.insert(run.faults.partition_point(|fault| *fault < new), new);
            }
        }
        run
    }
}

/// A fault in the words of the buttons that make it.
pub fn say(fault: &Fault) -> String {
    let of = |name: &MessageName| {
        format!("{} {} attempt {}", name.kind, if name.kind == rpc::REQUEST { "of" } else { "to" }, name.attempt)
    };
    match fault {
        Fault::Drop(name) => format!("{} lost", of(name)),
        Fault::Duplicate(name) => format!("{} doubled", of(name)),
        Fault::Delay(name, by) => format!("{} delayed by {by}", of(name)),
        Fault::Crash { when: When::Step(phase, step), restart_after, .. } => {
            let phase = if *phase == Phase::Before { "before" } else { "after" };
            let what = match step.step {
                "commit" => "the commit",
                "reply" => "the reply",
                _ => "the request is taken",
            };
            let back = restart_after.map(|after| format!(", back after {after}")).unwrap_or_default();
            format!("server crashes {phase} {what} (attempt {}){back}", step.attempt)
        }
        other => rpc::vocabulary().say(other),
    }
}

fn message_of(fault: &Fault) -> Option<MessageName> {
    match fault {
        Fault::Drop(name) | Fault::Duplicate(name) | Fault::Delay(name, _) => Some(*name),
        _ => None,
    }
}

fn crash_of(fault: &Fault) -> Option<u32> {
    match fault {
        Fault::Crash { when: When::Step(_, step), .. } => Some(step.attempt),
        _ => None,
    }
}

impl Target {
    /// What it is.
    pub fn heading(self) -> String {
        match self {
            Self::Message(name) if name.kind == rpc::REQUEST => format!("The request of attempt {}", name.attempt),
            Self::Message(name) => format!("The reply to attempt {}", name.attempt),
            Self::Server { attempt } => format!("The server at work on attempt {attempt}"),
        }
    }

    /// What it carries.
    pub fn detail(self, outcome: &Outcome) -> Option<String> {
        let Self::Message(name) = self else { return None };
        outcome.trace.messages.iter().find(|message| message.name == name).map(|message| message.detail.clone())
    }

    /// What can be done to it: label, whether it is so now, the change.
    pub fn options(self, run: &Run) -> Vec<(&'static str, bool, Meddling)> {
        let has = |fault: &Fault| run.faults.contains(fault);
        match self {
            Self::Message(name) => {
                let delay = Fault::Delay(name, run.scenario.timeout + PAST_TIMEOUT);
                let delayed = run.faults.iter().any(|f| matches!(f, Fault::Delay(n, _) if *n == name));
                vec![
                    ("Deliver it", !run.faults.iter().any(|f| message_of(f) == Some(name)), Meddling::Deliver(name)),
                    ("Lose it", has(&Fault::Drop(name)), Meddling::Only(Fault::Drop(name))),
                    ("Double it", has(&Fault::Duplicate(name)), Meddling::Only(Fault::Duplicate(name))),
                    ("Delay it past the timeout", delayed, Meddling::Only(delay)),
                ]
            }
            Self::Server { attempt } => {
                let crash = |phase, restart_after| Fault::Crash {
                    node: rpc::SERVER,
                    when: When::Step(phase, StepName { step: "commit", call: 1, attempt }),
                    restart_after,
                };
                let option = |label, fault| (label, has(&fault), Meddling::Only(fault));
                vec![
                    ("No crash", !run.faults.iter().any(|f| crash_of(f) == Some(attempt)), Meddling::NoCrash(attempt)),
                    option("Crash before the commit", crash(Phase::Before, None)),
                    option("Crash before the commit, back after 300 ms", crash(Phase::Before, Some(DOWN_FOR))),
                    option("Crash after the commit", crash(Phase::After, None)),
                    option("Crash after the commit, back after 300 ms", crash(Phase::After, Some(DOWN_FOR))),
                ]
            }
        }
    }
}
