//! The state machines: caller, client stub, shop, server, database, mail service.

use super::{
    Belief, Cents, Mistake, Scenario, Semantics, Status, Transport,
    wire::{DeductReply, DeductRequest, Wire},
};
use sim::{Context, Disconnect, Duration, Flow, MessageName, NodeId, Payload, Process, StepName, Time, Trace};
use std::hash::{Hash, Hasher};

/// Who makes the call.
pub const CALLER: NodeId = NodeId(0);
/// Stands in for the procedure on the caller's machine.
pub const STUB: NodeId = NodeId(1);
/// Where the procedure runs.
pub const SERVER: NodeId = NodeId(2);
/// Where the balance is kept.
pub const DATABASE: NodeId = NodeId(3);
/// With two hops, who calls the server for the caller.
pub const SHOP: NodeId = NodeId(4);
/// Who brings receipts to the account's holder.
pub const MAILER: NodeId = NodeId(5);

/// The request, from stub to server (with two hops, to the shop).
pub const REQUEST: &str = "request";
/// The reply, to the stub.
pub const REPLY: &str = "reply";
/// With two hops, the request from the shop to the server.
pub const FORWARD: &str = "forward";
/// With two hops, the reply from the server to the shop.
pub const ANSWER: &str = "answer";
/// The transaction, from server to database.
pub const DEDUCT: &str = "deduct";
/// The receipt, to the mail service.
pub const MAIL: &str = "mail";

/// A step, by the name that faults use; see [`super::vocabulary`].
pub mod step {
    /// The server has the request.
    pub const RECEIVE: &str = "receive";
    /// The server has the database carry out the operation.
    pub const COMMIT: &str = "commit";
    /// The server answers.
    pub const REPLY: &str = "reply";
    /// The database has carried out the operation.
    pub const APPLY: &str = "apply";
    /// The database knows the key and changes nothing.
    pub const RECALL: &str = "recall";
    /// The balance is too low.
    pub const REJECT: &str = "reject";
    /// The server knows the request and answers from what it keeps.
    pub const FILTER: &str = "filter";
    /// The server is at work on this request already.
    pub const JOIN: &str = "join";
    /// The server refuses a repeat of what a crash cut short.
    pub const ABORT: &str = "abort";
    /// Nobody waits for this work any more: the server drops it.
    pub const EXPIRE: &str = "expire";
    /// The server is told that the caller has given up, and drops the work.
    pub const CANCEL: &str = "cancel";
    /// The stub, or the shop, has waited long enough.
    pub const TIME_OUT: &str = "time out";
    /// The stub, or the shop, hears that the connection is broken.
    pub const RESET: &str = "reset";
    /// The stub, or the shop, hears that nobody takes its request.
    pub const REFUSED: &str = "refused";
    /// The deadline of the whole call has passed.
    pub const DEADLINE: &str = "deadline";
    /// The stub gets a reply after it stopped waiting.
    pub const IGNORE: &str = "ignore";
    /// The call returns to the caller with its result.
    pub const RETURN: &str = "return";
    /// The call returns to the caller with an error.
    pub const FAIL: &str = "fail";
    /// A receipt has arrived.
    pub const DELIVER: &str = "deliver";
    /// The mail service has sent this receipt before.
    pub const SAME: &str = "same";
}

/// Which attempt of the call, counted from 1.
pub type Attempt = u32;

/// What a server or a database answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// How it went.
    pub status: Status,
    /// The balance then.
    pub balance: Cents,
}

impl Answer {
    fn failed(status: Status) -> Self {
        Self { status, balance: Cents(0) }
    }

    fn marshal(self) -> Wire {
        Wire::marshal(&DeductReply { balance: self.balance.0, code: self.status.code() })
    }

    fn unmarshal(wire: Wire) -> Self {
        let reply: DeductReply = wire.unmarshal();
        let status = Status::ALL.into_iter().find(|status| status.code() == reply.code);
        Self { status: status.unwrap_or(Status::Unavailable), balance: Cents(reply.balance) }
    }
}

/// What the server has understood of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Work {
    /// How much is to be deducted, or what the balance is to be set to.
    pub amount: Cents,
    /// Whether it is to be set.
    pub set: bool,
    /// The request's id or idempotency key; 0 if it has none.
    pub id: u32,
    /// When nobody waits any more.
    pub deadline: Option<Time>,
}

impl Work {
    fn marshal(self) -> Wire {
        let deadline_ms = self.deadline.map_or(0, |at| at.as_micros().div_ceil(1_000) as u32);
        let user = "u42".to_owned();
        Wire::marshal(&DeductRequest { user, cents: self.amount.0, set: self.set, id: self.id, deadline_ms })
    }

    fn unmarshal(wire: Wire) -> Self {
        let request: DeductRequest = wire.unmarshal();
        let deadline = (request.deadline_ms > 0).then(|| Time::from_millis(request.deadline_ms.into()));
        Self { amount: Cents(request.cents), set: request.set, id: request.id, deadline }
    }

    fn past(&self, now: Time) -> bool {
        self.deadline.is_some_and(|deadline| now > deadline)
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// Caller to stub: the call, as if it were local.
    Call(Cents),
    /// Stub to caller: how it ended, and what that says.
    Return(Status, Belief),
    /// Stub to server or shop.
    Request(Attempt, Wire),
    /// Server or shop to stub.
    Reply(Attempt, Wire),
    /// Shop to server.
    Forward(Attempt, Wire),
    /// Server to shop.
    Answer(Attempt, Wire),
    /// The caller has given up: stub to shop or server, shop to server.
    Cancel(Attempt),
    /// Server to database: is there a result under this key?
    LookUp(Job, u32),
    /// Database to server: the result, if there is one.
    Found(Job, Option<Answer>),
    /// Server to database: the operation, as one transaction.
    Deduct(Job, Work),
    /// Database to server: how it went, and whether it was known before.
    Committed(Job, Answer, bool),
    /// Server to database: keep this result under this key.
    Store(Job, u32, Answer),
    /// Database to server: it is kept.
    Stored(Job, Answer),
    /// To the mail service: the receipt with that id, and the how manieth time it is sent.
    Mail(u32, Attempt),
    /// From the mail service: it has the receipt.
    Mailed(u32, Attempt),
}

/// The server's work on one request. A request that arrives twice makes two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    /// The attempt.
    pub attempt: Attempt,
    /// Which of the works on that attempt that are going on together, counted from 1.
    pub copy: u32,
    /// How often the server had crashed when it began: what the database answers to the work of an
    /// earlier life is not taken for an answer to this one.
    pub life: u32,
}

impl Payload for Fact {
    fn name(&self) -> MessageName {
        let (kind, attempt) = match self {
            Self::Call(_) => ("call", 1),
            Self::Return(..) => ("return", 1),
            Self::Request(attempt, _) => (REQUEST, *attempt),
            Self::Reply(attempt, _) => (REPLY, *attempt),
            Self::Forward(attempt, _) => (FORWARD, *attempt),
            Self::Answer(attempt, _) => (ANSWER, *attempt),
            Self::Cancel(attempt) => ("cancel", *attempt),
            Self::LookUp(job, _) => ("look up", job.attempt),
            Self::Found(job, _) => ("found", job.attempt),
            Self::Deduct(job, _) => (DEDUCT, job.attempt),
            Self::Committed(job, ..) => ("committed", job.attempt),
            Self::Store(job, ..) => ("store", job.attempt),
            Self::Stored(job, _) => ("stored", job.attempt),
            Self::Mail(_, attempt) => (MAIL, *attempt),
            Self::Mailed(_, attempt) => ("mailed", *attempt),
        };
        MessageName::new(kind, 1, attempt)
    }

    fn describe(&self) -> String {
        let call = |work: &Work| match work.set {
            true => format!("setBalance(\"u42\", {})", work.amount),
            false => format!("deductBalance(\"u42\", {})", work.amount),
        };
        let answer = |answer: &Answer| match answer.status {
            Status::Ok => format!("OK, balance {}", answer.balance),
            other => other.name().to_owned(),
        };
        match self {
            Self::Call(amount) => format!("deductBalance(\"u42\", {amount})"),
            Self::Return(status, _) => status.name().to_owned(),
            Self::Request(attempt, wire) | Self::Forward(attempt, wire) => {
                let work = Work::unmarshal(*wire);
                let id = if work.id == 0 { String::new() } else { format!(", id {}", work.id) };
                let deadline = work.deadline.map_or_else(String::new, |at| format!(", by {at}"));
                format!("attempt {attempt}: {}{id}{deadline}", call(&work))
            }
            Self::Reply(attempt, wire) | Self::Answer(attempt, wire) => {
                format!("to attempt {attempt}: {}", answer(&Answer::unmarshal(*wire)))
            }
            Self::Cancel(attempt) => format!("attempt {attempt}: nobody waits any more"),
            Self::LookUp(_, id) => format!("SELECT result FROM keys WHERE id = {id}"),
            Self::Found(_, None) => "no such key".to_owned(),
            Self::Found(_, Some(found)) => format!("known: {}", answer(found)),
            Self::Deduct(_, work) if work.set => format!("UPDATE account SET balance = {}", work.amount),
            Self::Deduct(_, work) => format!("UPDATE account SET balance = balance - {}", work.amount),
            Self::Committed(_, how, true) => format!("known: {}", answer(how)),
            Self::Committed(_, how, false) => format!("committed: {}", answer(how)),
            Self::Store(_, id, how) => format!("INSERT INTO keys VALUES ({id}, '{}')", answer(how)),
            Self::Stored(..) => "stored".to_owned(),
            Self::Mail(id, _) => format!("receipt {id}"),
            Self::Mailed(id, _) => format!("receipt {id} taken"),
        }
    }
}

impl Fact {
    /// The bytes on the wire, where there is one.
    pub fn wire(&self) -> Option<&Wire> {
        match self {
            Self::Request(_, wire) | Self::Reply(_, wire) | Self::Forward(_, wire) | Self::Answer(_, wire) => {
                Some(wire)
            }
            _ => None,
        }
    }
}

/// What the timers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Stub: no reply to this attempt.
    NoReply(Attempt),
    /// Stub: the pause before this attempt is over.
    Retry(Attempt),
    /// Stub: the time for the whole call is over.
    Deadline,
    /// Shop: no answer to this attempt.
    NoAnswer(Attempt),
    /// Server: the procedure has done its computing.
    Computed(Job),
    /// Database: the relay looks whether this receipt has to be sent, for the how manieth time.
    Relay(u32, Attempt),
}

/// One of the machines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// Makes one call and takes what comes back.
    Caller(Caller),
    /// Sends, waits, retries.
    Stub(Stub),
    /// Calls the server on the caller's behalf.
    Shop(Shop),
    /// Runs the procedure.
    Server(Server),
    /// Keeps the balance. All it has is durable.
    Database(Database),
    /// Brings receipts.
    Mailer(Mailer),
}

/// The caller's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    pub(super) amount: Cents,
    /// When and how the call ended, once it has, and what that says.
    pub ended: Option<(Time, Status, Belief)>,
}

/// The stub's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stub {
    pub(super) scenario: Scenario,
    pub(super) amount: Cents,
    /// The latest attempt.
    pub(super) attempt: Attempt,
    /// When that was sent.
    pub(super) sent: Time,
    /// Whether it waits for a reply to the latest attempt.
    pub(super) waiting: bool,
    /// Whether an attempt has ended that may have had its effect.
    pub(super) doubt: bool,
    pub(super) deadline: Option<Time>,
    pub(super) returned: bool,
}

/// The scenario is left out: it is the same all through a run. So is the time of sending: as long as it
/// matters, the timer for the reply tells it.
impl Hash for Stub {
    fn hash<H: Hasher>(&self, hash: &mut H) {
        (self.attempt, self.waiting, self.doubt, self.returned).hash(hash);
    }
}

/// The shop's state: volatile, but it does not crash in this model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shop {
    pub(super) propagate: bool,
    /// The requests that it waits for an answer to, with their deadlines.
    pub(super) open: Vec<Attempt>,
}

/// What the server knows of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kept {
    /// It has begun to work on it.
    Started,
    /// It has replied, then.
    Replied(Answer, Time),
}

/// The server's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    pub(super) semantics: Semantics,
    pub(super) mistake: Option<Mistake>,
    pub(super) expiry: Option<Duration>,
    pub(super) compute: Duration,
    /// How often it has crashed.
    pub(super) life: u32,
    /// What it is working on, and for whom: volatile.
    pub(super) working: Vec<(Job, NodeId, Work)>,
    /// The works for which it has asked the database to carry the operation out: volatile.
    pub(super) asked: Vec<Job>,
    /// What it keeps of requests, by id: in memory or on disk.
    pub(super) kept: Vec<(u32, Kept)>,
}

/// The database's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Database {
    pub(super) semantics: Semantics,
    pub(super) mistake: Option<Mistake>,
    pub(super) expiry: Option<Duration>,
    /// The account's balance.
    pub balance: Cents,
    /// How often the operation was carried out.
    pub applied: u32,
    /// Results by key, each with the time of its transaction.
    pub keys: Vec<(u32, Answer, Time)>,
    /// Receipts that have to be sent.
    pub outbox: Vec<u32>,
}

/// The mail service's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mailer {
    /// The ids of the receipts that it has delivered.
    pub delivered: Vec<u32>,
}

fn step(step: &'static str, attempt: u32) -> StepName {
    StepName::new(step, 1, attempt)
}

/// The shortest time that a message takes between two machines, and the time that news of a crash takes.
pub(super) const LATENCY: Duration = Duration::from_millis(60);
/// The pause before the first retry is anything up to this; it doubles with each.
const BACKOFF: Duration = Duration::from_millis(120);
/// How long the shop waits for the server if no deadline tells it otherwise.
const SHOPS_PATIENCE: Duration = Duration::from_millis(1_500);
/// How soon the relay looks into the outbox.
const RELAY: Duration = Duration::from_millis(60);
/// How long it waits for the mail service.
const RESEND: Duration = Duration::from_millis(400);
/// How often it sends a receipt: enough to outlast every fault of a schedule.
const SENDINGS: u32 = 6;

type Ctx<'a> = Context<'a, Node>;

impl Process for Node {
    type Message = Fact;
    type Timer = Timer;
    // A search looks at the end of a run only.
    type Observer = Option<Trace>;

    fn on_start(&mut self, ctx: &mut Ctx<'_>) -> Flow {
        if let Self::Caller(caller) = self {
            ctx.send(STUB, Fact::Call(caller.amount));
        }
        Ok(())
    }

    fn on_message(&mut self, ctx: &mut Ctx<'_>, from: NodeId, message: Fact) -> Flow {
        match (self, message) {
            (Self::Caller(caller), Fact::Return(status, belief)) => {
                caller.ended = Some((ctx.now(), status, belief));
                ctx.after(step(if status == Status::Ok { step::RETURN } else { step::FAIL }, 1))
            }
            (Self::Stub(stub), Fact::Call(amount)) => stub.call(ctx, amount),
            (Self::Stub(stub), Fact::Reply(attempt, wire)) => stub.reply(ctx, attempt, Answer::unmarshal(wire)),
            (Self::Shop(shop), message) => shop.message(ctx, message),
            (Self::Server(server), message) => server.message(ctx, from, message),
            (Self::Database(database), message) => database.message(ctx, from, message),
            (Self::Mailer(mailer), Fact::Mail(id, attempt)) => {
                let known = mailer.delivered.contains(&id);
                if !known {
                    mailer.delivered.push(id);
                }
                ctx.after(step(if known { step::SAME } else { step::DELIVER }, attempt))?;
                ctx.send(from, Fact::Mailed(id, attempt));
                Ok(())
            }
            _ => unreachable!("a message that this node is never sent"),
        }
    }

    fn on_timer(&mut self, ctx: &mut Ctx<'_>, timer: Timer) -> Flow {
        match (self, timer) {
            (Self::Stub(stub), Timer::NoReply(attempt)) if !stub.returned && stub.waits_for(attempt) => {
                ctx.after(step(step::TIME_OUT, attempt))?;
                stub.doubt = true;
                stub.again(ctx, Status::DeadlineExceeded)
            }
            (Self::Stub(stub), Timer::Retry(attempt)) if !stub.returned => stub.attempt(ctx, attempt),
            (Self::Stub(stub), Timer::Deadline) if !stub.returned => {
                ctx.after(step(step::DEADLINE, stub.attempt))?;
                stub.doubt |= stub.waiting;
                stub.fail(ctx, Status::DeadlineExceeded)
            }
            (Self::Shop(shop), Timer::NoAnswer(attempt)) => {
                shop.fail(ctx, attempt, step::TIME_OUT, Status::DeadlineExceeded)
            }
            (Self::Server(server), Timer::Computed(job)) => server.computed(ctx, job),
            (Self::Database(database), Timer::Relay(id, sending)) => {
                if database.outbox.contains(&id) && sending <= SENDINGS {
                    ctx.send(MAILER, Fact::Mail(id, sending));
                    ctx.set_timer(RESEND, Timer::Relay(id, sending + 1));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn on_disconnect(&mut self, ctx: &mut Ctx<'_>, _peer: NodeId, why: Disconnect<Fact>) -> Flow {
        match self {
            Self::Stub(stub) if !stub.returned && stub.waiting => {
                let (attempt, certain) = match why {
                    Disconnect::Refused(Fact::Request(attempt, _)) => (attempt, true),
                    Disconnect::Lost(name) if matches!(name.kind, REQUEST | REPLY) => (name.attempt, false),
                    // A crash from before the request was sent says nothing of it: it will be refused, or
                    // taken by a server that is back.
                    Disconnect::Crashed if ctx.now() < stub.sent + LATENCY => return Ok(()),
                    Disconnect::Crashed => (stub.attempt, false),
                    _ => return Ok(()),
                };
                if attempt != stub.attempt {
                    return Ok(());
                }
                ctx.after(step(if certain { step::REFUSED } else { step::RESET }, attempt))?;
                stub.doubt |= !certain;
                stub.again(ctx, Status::Unavailable)
            }
            Self::Shop(shop) => {
                let (attempts, what) = match why {
                    Disconnect::Refused(Fact::Forward(attempt, _)) => (vec![attempt], step::REFUSED),
                    Disconnect::Lost(name) if matches!(name.kind, FORWARD | ANSWER) => {
                        (vec![name.attempt], step::RESET)
                    }
                    Disconnect::Crashed => (shop.open.clone(), step::RESET),
                    _ => return Ok(()),
                };
                attempts.into_iter().try_for_each(|attempt| shop.fail(ctx, attempt, what, Status::Unavailable))
            }
            _ => Ok(()),
        }
    }

    fn on_crash(&mut self) {
        if let Self::Server(server) = self {
            server.life += 1;
            server.working.clear();
            server.asked.clear();
            if server.semantics != Semantics::AtMostOnceDurable {
                server.kept.clear();
            }
        }
    }
}

impl Stub {
    fn call(&mut self, ctx: &mut Ctx<'_>, amount: Cents) -> Flow {
        self.amount = amount;
        if let Some(deadline) = self.scenario.deadline {
            self.deadline = Some(ctx.now() + deadline);
            ctx.set_timer(deadline, Timer::Deadline);
        }
        self.attempt(ctx, 1)
    }

    fn server(&self) -> NodeId {
        if self.scenario.hops > 1 { SHOP } else { SERVER }
    }

    fn attempt(&mut self, ctx: &mut Ctx<'_>, attempt: Attempt) -> Flow {
        let Scenario { semantics, balance, mistake, timeout, propagate, .. } = self.scenario;
        self.attempt = attempt;
        self.sent = ctx.now();
        self.waiting = true;
        let patience = ctx.now() + timeout;
        let set = semantics == Semantics::Idempotent;
        let work = Work {
            // The caller has read the balance before.
            amount: if set { Cents(balance.0 - self.amount.0) } else { self.amount },
            set,
            id: match mistake {
                _ if !semantics.has_key() => 0,
                Some(Mistake::NewKeyPerAttempt) => attempt,
                _ => 1,
            },
            deadline: propagate.then(|| self.deadline.map_or(patience, |deadline| deadline.min(patience))),
        };
        ctx.send(self.server(), Fact::Request(attempt, work.marshal()));
        ctx.set_timer(timeout, Timer::NoReply(attempt));
        Ok(())
    }

    fn waits_for(&self, attempt: Attempt) -> bool {
        self.waiting && self.attempt == attempt
    }

    /// The latest attempt has failed: the next, if there is to be one.
    fn again(&mut self, ctx: &mut Ctx<'_>, status: Status) -> Flow {
        self.waiting = false;
        if !self.scenario.semantics.retries() || self.attempt >= self.scenario.attempts {
            return self.fail(ctx, status);
        }
        // Exponential backoff with full jitter: anything up to the doubled pause.
        let pause = ctx.rng().up_to(BACKOFF.saturating_mul(1 << (self.attempt - 1).min(16)));
        ctx.set_timer(pause, Timer::Retry(self.attempt + 1));
        Ok(())
    }

    /// The call returns with an error. Only if no attempt is in doubt does the caller know anything.
    fn fail(&mut self, ctx: &mut Ctx<'_>, status: Status) -> Flow {
        let belief = if self.doubt { Belief::CannotTell } else { Belief::NotDone };
        self.end(ctx, status, belief);
        // A server that refuses is not at work.
        if self.scenario.propagate && self.doubt && status != Status::Aborted {
            ctx.send(self.server(), Fact::Cancel(self.attempt));
        }
        Ok(())
    }

    fn end(&mut self, ctx: &mut Ctx<'_>, status: Status, belief: Belief) {
        self.returned = true;
        self.waiting = false;
        ctx.send(CALLER, Fact::Return(status, belief));
    }

    fn reply(&mut self, ctx: &mut Ctx<'_>, attempt: Attempt, answer: Answer) -> Flow {
        if self.returned {
            return ctx.after(step(step::IGNORE, attempt));
        }
        match answer.status {
            Status::Ok => self.end(ctx, Status::Ok, Belief::Done),
            Status::FailedPrecondition => {
                // A refusal speaks for the one execution that it was the end of. Was there another?
                let Scenario { semantics, transport, expiry, .. } = self.scenario;
                let one = match semantics {
                    Semantics::IdempotencyKey | Semantics::KeyThenMail | Semantics::Outbox => expiry.is_none(),
                    Semantics::AtMostOnceDurable => expiry.is_none(),
                    _ => transport == Transport::Stream && !self.doubt && attempt == self.attempt,
                };
                self.end(ctx, answer.status, if one { Belief::NotDone } else { Belief::CannotTell });
            }
            // The shop or the server speaks of this attempt only, and does not know itself.
            status => {
                if self.waits_for(attempt) {
                    self.doubt = true;
                    match status {
                        Status::Aborted => self.fail(ctx, status)?,
                        _ => self.again(ctx, status)?,
                    }
                } else {
                    return ctx.after(step(step::IGNORE, attempt));
                }
            }
        }
        Ok(())
    }
}

impl Shop {
    fn message(&mut self, ctx: &mut Ctx<'_>, message: Fact) -> Flow {
        match message {
            Fact::Request(attempt, wire) => {
                let now = ctx.now();
                let deadline = Work::unmarshal(wire).deadline.filter(|_| self.propagate);
                if deadline.is_some_and(|deadline| now > deadline) {
                    return ctx.after(step(step::EXPIRE, attempt));
                }
                if !self.open.contains(&attempt) {
                    self.open.push(attempt);
                }
                ctx.send(SERVER, Fact::Forward(attempt, wire));
                let patience = deadline.map_or(SHOPS_PATIENCE, |deadline| deadline.since(now));
                ctx.set_timer(patience, Timer::NoAnswer(attempt));
                Ok(())
            }
            Fact::Answer(attempt, wire) => self.answer(ctx, attempt, Answer::unmarshal(wire)),
            Fact::Cancel(attempt) => {
                self.open.retain(|open| *open != attempt);
                ctx.send(SERVER, Fact::Cancel(attempt));
                Ok(())
            }
            _ => unreachable!("a message that the shop is never sent"),
        }
    }

    /// Nothing more is to come of this attempt, for that reason.
    fn fail(&mut self, ctx: &mut Ctx<'_>, attempt: Attempt, why: &'static str, status: Status) -> Flow {
        if self.open.contains(&attempt) {
            ctx.after(step(why, attempt))?;
        }
        self.answer(ctx, attempt, Answer::failed(status))
    }

    fn answer(&mut self, ctx: &mut Ctx<'_>, attempt: Attempt, answer: Answer) -> Flow {
        if self.open.contains(&attempt) {
            self.open.retain(|open| *open != attempt);
            ctx.send(STUB, Fact::Reply(attempt, answer.marshal()));
        }
        Ok(())
    }
}

impl Server {
    /// The attempts that it is working on.
    pub fn attempts(&self) -> impl Iterator<Item = Attempt> {
        self.working.iter().map(|(job, ..)| job.attempt)
    }

    /// What it keeps of requests: their ids, and how it has replied, if it has.
    pub fn kept(&self) -> Vec<(u32, Option<(Status, Cents)>)> {
        let reply = |kept: &Kept| match kept {
            Kept::Started => None,
            Kept::Replied(answer, _) => Some((answer.status, answer.balance)),
        };
        self.kept.iter().map(|(id, kept)| (*id, reply(kept))).collect()
    }

    fn message(&mut self, ctx: &mut Ctx<'_>, from: NodeId, message: Fact) -> Flow {
        match message {
            Fact::Request(attempt, wire) | Fact::Forward(attempt, wire) => {
                self.request(ctx, from, attempt, Work::unmarshal(wire))
            }
            Fact::Cancel(attempt) => {
                // What the database has been asked already cannot be called back: that work goes on.
                let asked = self.asked.clone();
                let dropped = self.let_go(|job| job.attempt == attempt && !asked.contains(&job));
                if dropped { ctx.after(step(step::CANCEL, attempt)) } else { Ok(()) }
            }
            Fact::Found(job, found) => match (self.at_work(job), found) {
                (Some((.., work)), None) => self.ask(ctx, job, work),
                (Some(_), Some(answer)) => {
                    ctx.after(step(step::FILTER, job.attempt))?;
                    self.finish(ctx, job, answer)
                }
                (None, _) => ctx.after(step(step::IGNORE, job.attempt)),
            },
            Fact::Committed(job, answer, known) => {
                // An answer to a question from before a crash: nobody here remembers asking.
                let Some((.., work)) = self.at_work(job) else {
                    return ctx.after(step(step::IGNORE, job.attempt));
                };
                ctx.after(step(step::COMMIT, job.attempt))?;
                if self.semantics == Semantics::KeyCheckedApart {
                    ctx.send(DATABASE, Fact::Store(job, work.id, answer));
                    return Ok(());
                }
                if matches!(self.semantics, Semantics::AtMostOnceVolatile | Semantics::AtMostOnceDurable) {
                    self.keep(work.id, Kept::Replied(answer, ctx.now()));
                }
                if self.semantics == Semantics::KeyThenMail && !known && answer.status == Status::Ok {
                    ctx.send(MAILER, Fact::Mail(work.id, job.attempt));
                }
                self.finish(ctx, job, answer)
            }
            Fact::Stored(job, answer) => match self.at_work(job) {
                Some(_) => self.finish(ctx, job, answer),
                None => ctx.after(step(step::IGNORE, job.attempt)),
            },
            Fact::Mailed(..) => Ok(()),
            _ => unreachable!("a message that the server is never sent"),
        }
    }

    fn request(&mut self, ctx: &mut Ctx<'_>, from: NodeId, attempt: Attempt, work: Work) -> Flow {
        ctx.before(step(step::RECEIVE, attempt))?;
        let mut job = Job { attempt, copy: 1, life: self.life };
        // The first that is free: of two works the earlier may be over.
        while self.at_work(job).is_some() {
            job.copy += 1;
        }
        self.working.push((job, from, work));
        ctx.after(step(step::RECEIVE, attempt))?;
        if work.past(ctx.now()) {
            // What is kept of this id is of an earlier request, and stays.
            self.working.retain(|(other, ..)| *other != job);
            return ctx.after(step(step::EXPIRE, attempt));
        }
        if matches!(self.semantics, Semantics::AtMostOnceVolatile | Semantics::AtMostOnceDurable) {
            let now = ctx.now();
            let expired = |at: Time| self.expiry.is_some_and(|expiry| now.since(at) > expiry);
            match self.kept.iter().find(|(id, _)| *id == work.id).map(|(_, kept)| *kept) {
                Some(Kept::Replied(answer, at)) if !expired(at) => {
                    ctx.after(step(step::FILTER, attempt))?;
                    return self.finish(ctx, job, answer);
                }
                Some(Kept::Started) => {
                    let at_work = self.working.iter().any(|(other, _, work_)| *other != job && work_.id == work.id);
                    if at_work {
                        // The reply to the first will do for both.
                        self.working.retain(|(other, ..)| *other != job);
                        return ctx.after(step(step::JOIN, attempt));
                    }
                    ctx.after(step(step::ABORT, attempt))?;
                    return self.finish(ctx, job, Answer::failed(Status::Aborted));
                }
                _ => self.keep(work.id, Kept::Started),
            }
        }
        ctx.set_timer(self.compute, Timer::Computed(job));
        Ok(())
    }

    fn computed(&mut self, ctx: &mut Ctx<'_>, job: Job) -> Flow {
        let Some((.., work)) = self.at_work(job) else { return Ok(()) };
        if work.past(ctx.now()) {
            self.let_go(|other| other == job);
            // It was this job that started, and it has asked nobody for anything.
            self.kept.retain(|(id, kept)| *id != work.id || *kept != Kept::Started);
            return ctx.after(step(step::EXPIRE, job.attempt));
        }
        if self.semantics == Semantics::KeyCheckedApart {
            ctx.send(DATABASE, Fact::LookUp(job, work.id));
            return Ok(());
        }
        self.ask(ctx, job, work)
    }

    fn ask(&mut self, ctx: &mut Ctx<'_>, job: Job, work: Work) -> Flow {
        ctx.before(step(step::COMMIT, job.attempt))?;
        self.asked.push(job);
        ctx.send(DATABASE, Fact::Deduct(job, work));
        Ok(())
    }

    fn finish(&mut self, ctx: &mut Ctx<'_>, job: Job, answer: Answer) -> Flow {
        let Some((_, from, _)) = self.at_work(job) else { return Ok(()) };
        ctx.before(step(step::REPLY, job.attempt))?;
        self.working.retain(|(other, ..)| *other != job);
        self.asked.retain(|other| *other != job);
        let wire = answer.marshal();
        let shop = from == SHOP;
        ctx.send(from, if shop { Fact::Answer(job.attempt, wire) } else { Fact::Reply(job.attempt, wire) });
        ctx.after(step(step::REPLY, job.attempt))
    }

    fn at_work(&self, job: Job) -> Option<(Job, NodeId, Work)> {
        self.working.iter().find(|(other, ..)| *other == job).copied()
    }

    /// Drops the work on these jobs. False if there is none. That the request was started stays known: the
    /// database may have been asked, or another copy be at work.
    fn let_go(&mut self, which: impl Fn(Job) -> bool) -> bool {
        let jobs = self.working.len();
        self.working.retain(|(job, ..)| !which(*job));
        self.working.len() < jobs
    }

    fn keep(&mut self, id: u32, kept: Kept) {
        self.kept.retain(|(other, _)| *other != id);
        self.kept.push((id, kept));
    }
}

impl Database {
    fn message(&mut self, ctx: &mut Ctx<'_>, from: NodeId, message: Fact) -> Flow {
        match message {
            Fact::LookUp(job, id) => {
                let found = self.known(id, ctx.now());
                ctx.send(from, Fact::Found(job, found));
                Ok(())
            }
            Fact::Deduct(job, work) => {
                let in_transaction = self.semantics.key_in_transaction();
                let known = if in_transaction { self.known(work.id, ctx.now()) } else { None };
                if let Some(answer) = known {
                    ctx.after(step(step::RECALL, job.attempt))?;
                    ctx.send(from, Fact::Committed(job, answer, true));
                    return Ok(());
                }
                let enough = work.set || self.balance >= work.amount;
                let status = if enough { Status::Ok } else { Status::FailedPrecondition };
                if enough {
                    self.balance = if work.set { work.amount } else { Cents(self.balance.0 - work.amount.0) };
                    self.applied += 1;
                }
                let answer = Answer { status, balance: self.balance };
                if in_transaction && self.mistake != Some(Mistake::KeyNotPersisted) {
                    self.store(work.id, answer, ctx.now());
                }
                let receipt = enough && self.semantics == Semantics::Outbox && !self.outbox.contains(&work.id);
                if receipt {
                    self.outbox.push(work.id);
                }
                ctx.after(step(if enough { step::APPLY } else { step::REJECT }, job.attempt))?;
                if receipt {
                    ctx.set_timer(RELAY, Timer::Relay(work.id, 1));
                }
                ctx.send(from, Fact::Committed(job, answer, false));
                Ok(())
            }
            Fact::Store(job, id, answer) => {
                self.store(id, answer, ctx.now());
                ctx.send(from, Fact::Stored(job, answer));
                Ok(())
            }
            Fact::Mailed(id, _) => {
                self.outbox.retain(|row| *row != id);
                Ok(())
            }
            _ => unreachable!("a message that the database is never sent"),
        }
    }

    fn known(&self, id: u32, now: Time) -> Option<Answer> {
        let known = self.keys.iter().find(|(key, ..)| *key == id)?;
        let expired = self.expiry.is_some_and(|expiry| now.since(known.2) > expiry);
        (!expired).then_some(known.1)
    }

    fn store(&mut self, id: u32, answer: Answer, now: Time) {
        self.keys.retain(|(key, ..)| *key != id);
        self.keys.push((id, answer, now));
    }
}
