//! A run in words: what happened, why, and what it leads to.

use super::{
    Belief, Outcome, Status, Verdict,
    nodes::{DATABASE, DEDUCT, REPLY, REQUEST, SERVER, STUB, step},
};
use sim::{Duration, Event, EventId, Loss, NodeId, Time, What};

/// A message that takes longer than this was delayed: the network alone never takes more. A delay
/// that stays within is told by nobody, since nobody could notice it.
pub const LATE: Duration = Duration::from_millis(80);

/// How much a sentence matters to the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The course of things.
    Usual,
    /// What follows from something that went wrong.
    Consequence,
    /// What went wrong.
    Fault,
}

/// One event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The event.
    pub event: EventId,
    /// When.
    pub at: Time,
    /// Where.
    pub node: NodeId,
    /// What happened, and what it means.
    pub text: String,
    /// The same in a few words, for the chain of causes; empty for what is usual.
    pub short: String,
    /// How much it matters.
    pub weight: Weight,
    /// Whether it happened on the way, where neither end could see it.
    pub lost: bool,
}

/// The whole run, a sentence for each event that a reader should know of.
pub fn narrate(outcome: &Outcome) -> Vec<Sentence> {
    let mut applied = 0;
    outcome
        .trace
        .events
        .iter()
        .filter_map(|event| {
            if matches!(event.what, What::Step(s) if s.step == step::APPLY) {
                applied += 1;
            }
            let (weight, short, text) = say(outcome, event, applied)?;
            let lost = matches!(event.what, What::Lost(_, _, Loss::Dropped | Loss::LinkCut));
            Some(Sentence {
                lost,
                event: event.id,
                at: event.at,
                node: event.node,
                text,
                short: short.to_owned(),
                weight,
            })
        })
        .collect()
}

/// Causes and consequences in one line: `reply lost → no answer in 400 ms → …`.
pub fn summary(outcome: &Outcome) -> String {
    let mut parts: Vec<String> =
        narrate(outcome).into_iter().map(|s| s.short).filter(|short| !short.is_empty()).collect();
    parts.dedup();
    let end = outcome.end();
    let (truth, belief) = (outcome.truth(end), outcome.belief(end));
    parts.push(match outcome.verdict() {
        Verdict::Correct if parts.is_empty() => "nothing goes wrong → deducted once".to_owned(),
        Verdict::Correct => "deducted once all the same".to_owned(),
        Verdict::CallerCannotTell => "deducted once".to_owned(),
        Verdict::Lost => "nothing deducted".to_owned(),
        Verdict::Repeated(_) => format!("deducted {}", times(truth.applied)),
    });
    parts.push(match belief {
        Belief::Done if truth.applied == 1 => "the caller knows: done".to_owned(),
        Belief::Done => "the caller knows only: done".to_owned(),
        Belief::CannotTell => "the caller cannot tell".to_owned(),
        Belief::Waiting => "the caller still waits".to_owned(),
    });
    parts.join(" → ")
}

/// `once`, `twice`, `3 times`.
pub(super) fn times(n: u32) -> String {
    match n {
        0 => "not at all".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

fn say(outcome: &Outcome, event: &Event, applied: u32) -> Option<(Weight, &'static str, String)> {
    use Weight::{Consequence, Fault, Usual};
    let scenario = &outcome.scenario;
    Some(match event.what {
        What::Sent(id) => {
            let message = outcome.trace.message(id);
            match (message.name.kind, message.name.attempt) {
                ("call", _) => {
                    (Usual, "", format!("The caller calls {}, as if it were a local procedure.", message.detail))
                }
                (REQUEST, 1) => (Usual, "", "The client stub packs the call into a request and sends it.".to_owned()),
                (REQUEST, n) => (
                    Consequence,
                    "the stub tries again",
                    format!("The stub tries again: attempt {n}. To the server it is a request like any other."),
                ),
                (DEDUCT, _) => (Usual, "", format!("The server asks the database to deduct {}.", scenario.amount)),
                (REPLY, _) => (Usual, "", "The server replies: OK.".to_owned()),
                _ => return None,
            }
        }
        What::Received(id, copy) => {
            let message = outcome.trace.message(id);
            match (message.name.kind, copy) {
                (REQUEST, 1) => (
                    Fault,
                    "request duplicated",
                    "The copy of the request arrives. The server takes it for a second request.".to_owned(),
                ),
                (REPLY, 1) => (Fault, "reply duplicated", "The copy of the reply arrives.".to_owned()),
                (REPLY, _) if message.copies.len() == 1 && event.at > message.sent + LATE => {
                    (Fault, "reply late", "The reply arrives at last, long after it was sent.".to_owned())
                }
                (REQUEST, _) if event.at > message.sent + LATE => {
                    (Fault, "request late", "The request arrives at last, long after it was sent.".to_owned())
                }
                _ => return None,
            }
        }
        What::Lost(id, copy, why) => {
            let message = outcome.trace.message(id);
            match (message.name.kind, why) {
                (REQUEST, Loss::ReceiverDown) if copy == 1 => (
                    Fault,
                    "request duplicated",
                    "The copy of the request arrives where the server is down. Nobody takes it.".to_owned(),
                ),
                (REQUEST, Loss::ReceiverDown) if event.at > message.sent + LATE => (
                    Fault,
                    "request late",
                    "The request arrives at last, long after it was sent, where the server is down.".to_owned(),
                ),
                (REQUEST, Loss::ReceiverDown) => (
                    Consequence,
                    "request finds no server",
                    "The request arrives where the server is down. Nobody takes it.".to_owned(),
                ),
                (REQUEST, _) => (
                    Fault,
                    "request lost",
                    "The request is lost on the way. The server never learns of the call.".to_owned(),
                ),
                (REPLY, _) => (
                    Fault,
                    "reply lost",
                    "The reply is lost on the way. The work is done; the news of it is gone.".to_owned(),
                ),
                (_, Loss::ReceiverDown) => (Usual, "", "The database's answer finds the server down.".to_owned()),
                _ => (Fault, "message lost", "The message is lost on the way.".to_owned()),
            }
        }
        What::Step(s) => match s.step {
            step::RECEIVE => (Usual, "", format!("The server has attempt {} and starts to work.", s.attempt)),
            step::APPLY => {
                let balance = outcome.truth(event.at).balance;
                let again = applied > 1;
                (
                    if again { Consequence } else { Usual },
                    if again { "the server deducts again" } else { "" },
                    format!("The database commits. Deducted {}: the balance is {balance}.", times(applied)),
                )
            }
            step::COMMIT => (Usual, "", "The server hears that the transaction is committed.".to_owned()),
            step::TIME_OUT => (
                Consequence,
                "no answer in time",
                format!(
                    "{} without a reply. Lost request, lost reply, crash, slow server: the stub cannot tell which.",
                    scenario.timeout
                ),
            ),
            step::IGNORE if event.node == STUB => {
                (Usual, "", "Nobody waits for this reply any more: the call has returned already.".to_owned())
            }
            step::IGNORE => {
                (Usual, "", "The server is told of a commit that it no longer remembers asking for.".to_owned())
            }
            step::RETURN => {
                (Usual, "", format!("The call returns {}. The caller knows: it was done.", Status::Ok.name()))
            }
            step::FAIL => (
                Consequence,
                "the call fails",
                format!(
                    "The call returns {}. Done or not done? The caller cannot tell.",
                    Status::DeadlineExceeded.name()
                ),
            ),
            _ => return None,
        },
        What::Crashed if event.node == SERVER => {
            let now = outcome.truth(event.at).applied;
            let asked = outcome.trace.messages.iter().any(|m| m.to == DATABASE && m.sent <= event.at);
            let text = match (asked, now) {
                (false, _) => {
                    "The server crashes before it has changed anything. What it was doing is forgotten.".to_owned()
                }
                (true, 0) => "The server crashes while the database works. What it was doing is forgotten.".to_owned(),
                (true, _) => {
                    "The server crashes. The database keeps the deduction; the server forgets that it owes a reply."
                        .to_owned()
                }
            };
            (Fault, "server crashes", text)
        }
        What::Crashed => (Fault, "crash", "The node crashes.".to_owned()),
        What::Restarted => (Usual, "", "The server is back, with an empty memory.".to_owned()),
    })
}
