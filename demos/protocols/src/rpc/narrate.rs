//! A run in words: what happened, why, and what it leads to.

use super::{
    Belief, Mistake, Outcome, Semantics, Status, Verdict,
    nodes::{ANSWER, DATABASE, DEDUCT, FORWARD, MAIL, REPLY, REQUEST, SERVER, SHOP, STUB, step},
};
use sim::{Duration, Event, EventId, Loss, MessageId, NodeId, StepName, Time, What};

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
        Verdict::ReceiptLost => "deducted once, and no receipt".to_owned(),
        Verdict::Lost | Verdict::FailedCleanly => "nothing deducted".to_owned(),
        Verdict::Repeated(_) => format!("deducted {}", times(truth.deducted)),
    });
    parts.push(match belief {
        Belief::Done if truth.deducted == 1 => "the caller knows: done".to_owned(),
        Belief::Done if truth.deducted == 0 => "the caller believes: done".to_owned(),
        Belief::Done => "the caller knows only: done".to_owned(),
        Belief::NotDone if truth.deducted == 0 => "the caller knows: not done".to_owned(),
        Belief::NotDone => "the caller believes: not done".to_owned(),
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
    let shop = scenario.hops > 1;
    let server = if shop { "shop" } else { "server" };
    Some(match event.what {
        What::Sent(id) => {
            let message = outcome.trace.message(id);
            match (message.name.kind, message.name.attempt) {
                ("call", _) => {
                    (Usual, "", format!("The caller calls {}, as if it were a local procedure.", message.detail))
                }
                (REQUEST, 1) => (Usual, "", "The client stub packs the call into a request and sends it.".to_owned()),
                (REQUEST, n) if scenario.semantics.has_key() && scenario.mistake != Some(Mistake::NewKeyPerAttempt) => {
                    (
                        Consequence,
                        "the stub tries again",
                        match scenario.semantics {
                            Semantics::AtMostOnceVolatile | Semantics::AtMostOnceDurable => {
                                format!("The stub tries again: attempt {n}, with the same id as before.")
                            }
                            _ => format!("The stub tries again: attempt {n}, with the same key as before."),
                        },
                    )
                }
                (REQUEST, n) => (
                    Consequence,
                    "the stub tries again",
                    format!("The stub tries again: attempt {n}. To the server it is a request like any other."),
                ),
                (FORWARD, _) => (Usual, "", "The shop calls the server on the caller's behalf.".to_owned()),
                ("look up", _) => (Usual, "", "The server asks the database whether it knows the key.".to_owned()),
                (DEDUCT, _) if scenario.semantics == Semantics::Idempotent => {
                    let balance = scenario.balance.0 - scenario.amount.0;
                    (
                        Usual,
                        "",
                        format!("The server asks the database to set the balance to {}.", super::Cents(balance)),
                    )
                }
                (DEDUCT, _) => (Usual, "", format!("The server asks the database to deduct {}.", scenario.amount)),
                ("store", _) => (Usual, "", "The server has the key stored, in a transaction of its own.".to_owned()),
                (MAIL, 1) if message.from == DATABASE => {
                    (Usual, "", "The relay finds the receipt in the outbox and sends it.".to_owned())
                }
                (MAIL, _) if message.from == DATABASE => (
                    Consequence,
                    "the relay sends the receipt again",
                    "No word from the mail service: the relay sends the receipt again.".to_owned(),
                ),
                (MAIL, _) => (Usual, "", "The server sends the receipt by e-mail.".to_owned()),
                ("cancel", _) if message.from == STUB => {
                    (Consequence, "the stub cancels", "The caller has given up; the stub sends word of it.".to_owned())
                }
                (REPLY | ANSWER, _) => {
                    let how = message.detail.split_once(": ").map_or("", |(_, how)| how);
                    let who = if message.from == SERVER { "server" } else { "shop" };
                    (Usual, "", format!("The {who} replies: {how}."))
                }
                _ => return None,
            }
        }
        What::Received(id, copy) => return received(outcome, event, id, copy),
        What::Lost(id, copy, why) => {
            let message = outcome.trace.message(id);
            match (message.name.kind, why) {
                (REQUEST | FORWARD, Loss::ReceiverDown) if copy == 1 => (
                    Fault,
                    "request duplicated",
                    "The copy of the request arrives where the server is down. Nobody takes it.".to_owned(),
                ),
                (REQUEST | FORWARD, Loss::ReceiverDown) if overtaken(outcome, id) => (
                    Fault,
                    "request overtaken",
                    "The request arrives at last, held up on the way, where the server is down.".to_owned(),
                ),
                (REQUEST | FORWARD, Loss::ReceiverDown) if event.at > message.sent + LATE => (
                    Fault,
                    "request late",
                    "The request arrives at last, long after it was sent, where the server is down.".to_owned(),
                ),
                (REQUEST | FORWARD, Loss::ReceiverDown) => (
                    Consequence,
                    "request finds no server",
                    "The request arrives where the server is down. Nobody takes it.".to_owned(),
                ),
                (REQUEST, _) => (
                    Fault,
                    "request lost",
                    format!("The request is lost on the way. This attempt does not reach the {server}."),
                ),
                (FORWARD, _) => (
                    Fault,
                    "request lost",
                    "The request is lost on the way from the shop. This attempt does not reach the server.".to_owned(),
                ),
                (REPLY, _) if outcome.truth(event.at).applied > 0 && message.detail.contains(": OK") => (
                    Fault,
                    "reply lost",
                    "The reply is lost on the way. The work is done; the news of it is gone.".to_owned(),
                ),
                (REPLY, _) => (Fault, "reply lost", "The reply is lost on the way.".to_owned()),
                (ANSWER, _) => (Fault, "reply lost", "The server's reply is lost on the way to the shop.".to_owned()),
                (MAIL, _) => (Fault, "receipt lost on the way", "The receipt is lost on the way.".to_owned()),
                ("cancel" | "mailed", Loss::ReceiverDown) => return None,
                (_, Loss::ReceiverDown) => (Usual, "", "The database's answer finds the server down.".to_owned()),
                ("cancel", _) => {
                    (Fault, "cancellation lost", "Word that the caller has given up is lost on the way.".to_owned())
                }
                _ => (Fault, "message lost", "The message is lost on the way.".to_owned()),
            }
        }
        What::Step(s) => return stepped(outcome, event, s, applied),
        What::Crashed if event.node == SERVER => {
            let now = outcome.truth(event.at).applied;
            let earlier = &outcome.trace.events[..event.id.0 as usize];
            let asked = earlier
                .iter()
                .any(|event| matches!(event.what, What::Sent(id) if outcome.trace.message(id).name.kind == DEDUCT));
            let over = earlier
                .iter()
                .any(|event| matches!(event.what, What::Step(s) if matches!(s.step, step::REJECT | step::RECALL)));
            // A crash at the very step comes before what follows from the step.
            let done = |name| {
                let step = |event: &Event| matches!(event.what, What::Step(s) if s.step == name);
                earlier.iter().any(|other| step(other) && (other.at < event.at || Some(other.id) != event.cause))
            };
            let disk = match scenario.semantics {
                Semantics::AtMostOnceVolatile if done(step::COMMIT) => " So are the replies that it kept.",
                Semantics::AtMostOnceDurable if done(step::RECEIVE) => " Its disk still says what it had started.",
                _ => "",
            };
            let text = match (asked, now) {
                (true, 0) if over => "The server crashes. Nothing has changed; what it was doing is forgotten.",
                (false, _) => "The server crashes before it has changed anything. What it was doing is forgotten.",
                (true, 0) => "The server crashes while the database works. What it was doing is forgotten.",
                (true, _) => {
                    "The server crashes. The database keeps its commits; what the server was doing is forgotten."
                }
            };
            (Fault, "server crashes", format!("{text}{disk}"))
        }
        What::Crashed => (Fault, "crash", "The node crashes.".to_owned()),
        What::Restarted if scenario.semantics == Semantics::AtMostOnceDurable => {
            (Usual, "", "The server is back, and reads its disk.".to_owned())
        }
        What::Restarted => (Usual, "", "The server is back, with an empty memory.".to_owned()),
    })
}

/// Whether a fault held the message back for others to pass it.
fn overtaken(outcome: &Outcome, id: MessageId) -> bool {
    let fault = sim::Fault::Reorder(outcome.trace.message(id).name);
    // Another fault may have met the message first.
    outcome.faults.contains(&fault) && !outcome.unmet.contains(&fault)
}

fn received(outcome: &Outcome, event: &Event, id: MessageId, copy: u8) -> Option<(Weight, &'static str, String)> {
    use Weight::Fault;
    let message = outcome.trace.message(id);
    let late = event.at > message.sent + LATE;
    let held = copy == 0 && overtaken(outcome, id);
    Some(match message.name.kind {
        REQUEST | FORWARD if copy == 1 => {
            (Fault, "request duplicated", "The copy of the request arrives. It looks like a second request.".to_owned())
        }
        REPLY | ANSWER if copy == 1 => (Fault, "reply duplicated", "The copy of the reply arrives.".to_owned()),
        MAIL if copy == 1 => (Fault, "receipt duplicated", "The copy of the receipt arrives.".to_owned()),
        REQUEST | FORWARD if held => (
            Fault,
            "request overtaken",
            "The request arrives at last; it was held up on the way, and what was sent after it may have passed it."
                .to_owned(),
        ),
        REPLY | ANSWER if held => (
            Fault,
            "reply overtaken",
            "The reply arrives at last; it was held up on the way, and what was sent after it may have passed it."
                .to_owned(),
        ),
        MAIL if held => {
            (Fault, "receipt overtaken", "The receipt arrives at last; it was held up on the way.".to_owned())
        }
        REPLY | ANSWER if late => {
            (Fault, "reply late", "The reply arrives at last, long after it was sent.".to_owned())
        }
        REQUEST | FORWARD if late => {
            (Fault, "request late", "The request arrives at last, long after it was sent.".to_owned())
        }
        MAIL if late => (Fault, "receipt late", "The receipt arrives at last, long after it was sent.".to_owned()),
        _ => return None,
    })
}

fn stepped(outcome: &Outcome, event: &Event, s: StepName, applied: u32) -> Option<(Weight, &'static str, String)> {
    use Weight::{Consequence, Usual};
    let scenario = &outcome.scenario;
    let truth = outcome.truth(event.at);
    let balance = truth.balance;
    // Until this call has done something under its key, what is kept there is another's.
    let foreign = scenario.mistake == Some(Mistake::KeyReused) && applied == 0;
    Some(match s.step {
        step::RECEIVE => (Usual, "", format!("Attempt {} reaches the server.", s.attempt)),
        step::APPLY if scenario.semantics == Semantics::Idempotent && applied > 1 => (
            Usual,
            "the balance is set again, to the same",
            format!("The database commits once more, and nothing changes: the balance is {balance}."),
        ),
        step::APPLY if scenario.semantics == Semantics::Idempotent => {
            (Usual, "", format!("The database commits: the balance is set to {balance}."))
        }
        step::APPLY => {
            let again = applied > 1;
            let key = match scenario.semantics {
                Semantics::IdempotencyKey | Semantics::KeyThenMail
                    if scenario.mistake != Some(Mistake::KeyNotPersisted) =>
                {
                    " The key is stored with it."
                }
                Semantics::Outbox => " Key and receipt are stored with it.",
                _ => "",
            };
            (
                if again { Consequence } else { Usual },
                if again { "the server deducts again" } else { "" },
                format!("The database commits. Deducted {}: the balance is {balance}.{key}", times(applied)),
            )
        }
        step::RECALL if foreign => (
            Consequence,
            "the key is known already",
            "The database knows the key from another call. It changes nothing and gives that call's result.".to_owned(),
        ),
        step::RECALL => (
            Usual,
            "the key is known",
            format!(
                "The database knows the key. It changes nothing and gives the stored result: the balance stays {balance}."
            ),
        ),
        step::FILTER if foreign => (
            Consequence,
            "the id is known already",
            "The server knows the id from another call, and answers with that call's reply.".to_owned(),
        ),
        step::FILTER => (
            Usual,
            "the repeat is recognised",
            "The server recognises the repeat and answers with the reply that it has kept. Nothing is deducted."
                .to_owned(),
        ),
        step::JOIN => (
            Usual,
            "the repeat is recognised",
            "The server is at work on this call already: one reply will do.".to_owned(),
        ),
        step::ABORT => (
            Consequence,
            "the server refuses the repeat",
            "The disk says: started, and no more. Done or not? The server refuses to risk it twice.".to_owned(),
        ),
        step::REJECT => (
            Consequence,
            "the balance is too low",
            format!("The balance, {balance}, is too low. The database changes nothing."),
        ),
        step::EXPIRE => (
            Consequence,
            "the work is dropped",
            format!(
                "The deadline has passed: the {} drops the request. Nobody waits for it.",
                if event.node == SERVER { "server" } else { "shop" }
            ),
        ),
        step::CANCEL => (
            Consequence,
            "the work is dropped",
            "The server hears that the caller has given up, and drops the work.".to_owned(),
        ),
        step::COMMIT => (Usual, "", "The server hears from the database that the transaction is over.".to_owned()),
        step::TIME_OUT if event.node == SHOP => (
            Consequence,
            "the shop gives up",
            "The shop has waited long enough for the server's answer, and gives up.".to_owned(),
        ),
        step::RESET if event.node == SHOP => (
            Consequence,
            "the shop's connection breaks",
            "The shop's connection to the server breaks. How far the request came, the shop cannot tell.".to_owned(),
        ),
        step::REFUSED if event.node == SHOP => (
            Consequence,
            "the shop's connection is refused",
            "Nobody takes the shop's request: the connection is refused.".to_owned(),
        ),
        step::TIME_OUT => (
            Consequence,
            "no answer in time",
            format!(
                "{} without a reply. Lost request, lost reply, crash, slow server: the stub cannot tell which.",
                scenario.timeout
            ),
        ),
        step::RESET => (
            Consequence,
            "the connection breaks",
            "The connection breaks. How far the request came, the stub cannot tell.".to_owned(),
        ),
        step::REFUSED => (
            Consequence,
            "the connection is refused",
            "Nobody takes the request: the connection is refused. This attempt has certainly done nothing.".to_owned(),
        ),
        step::DEADLINE => (Consequence, "the deadline passes", "The deadline of the whole call has passed.".to_owned()),
        step::IGNORE if event.node == STUB => (Usual, "", "Nobody waits for this reply any more.".to_owned()),
        step::IGNORE => {
            (Usual, "", "The server is told of a transaction that it no longer remembers asking for.".to_owned())
        }
        step::DELIVER => (Usual, "", "The receipt arrives.".to_owned()),
        step::SAME => (
            Usual,
            "the repeated receipt is recognised",
            "The mail service knows this receipt by its id and delivers nothing more.".to_owned(),
        ),
        step::RETURN if truth.deducted == 0 => (
            Consequence,
            "the caller is misled",
            format!("The call returns {}. The caller believes that it was done. It was not.", Status::Ok.name()),
        ),
        step::RETURN => (Usual, "", format!("The call returns {}. The caller knows: it was done.", Status::Ok.name())),
        step::FAIL => {
            let refused = outcome.status(event.at) == Some(Status::FailedPrecondition);
            let status = outcome.status(event.at).map_or("", Status::name);
            match outcome.belief(event.at) {
                Belief::NotDone if refused => (
                    Consequence,
                    "the call fails",
                    format!("The call returns {status}. The caller knows that it was not done."),
                ),
                _ if refused => (
                    Consequence,
                    "the call fails",
                    format!(
                        "The call returns {status}. That may be about a repeat, after the work was done: the caller cannot tell."
                    ),
                ),
                Belief::NotDone => (
                    Consequence,
                    "the call fails",
                    format!(
                        "The call returns {status}. Every attempt was refused: the caller knows that it was not done."
                    ),
                ),
                _ => (
                    Consequence,
                    "the call fails",
                    format!("The call returns {status}. Done or not done? The caller cannot tell."),
                ),
            }
        }
        _ => return None,
    })
}
