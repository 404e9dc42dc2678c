//! The state machines: caller, client stub, server, database.

use super::{Cents, Semantics, Status};
use sim::{Context, Duration, Flow, MessageName, NodeId, Payload, Process, StepName, Trace};

/// Who makes the call.
pub const CALLER: NodeId = NodeId(0);
/// Stands in for the procedure on the caller's machine.
pub const STUB: NodeId = NodeId(1);
/// Where the procedure runs.
pub const SERVER: NodeId = NodeId(2);
/// Where the balance is kept.
pub const DATABASE: NodeId = NodeId(3);

/// The request, from stub to server.
pub const REQUEST: &str = "request";
/// The reply, from server to stub.
pub const REPLY: &str = "reply";
/// The transaction, from server to database.
pub const DEDUCT: &str = "deduct";

/// A step, by the name that faults use; see [`super::vocabulary`].
pub mod step {
    /// The server has the request.
    pub const RECEIVE: &str = "receive";
    /// The server has the database apply the deduction.
    pub const COMMIT: &str = "commit";
    /// The server answers.
    pub const REPLY: &str = "reply";
    /// The database has applied the deduction.
    pub const APPLY: &str = "apply";
    /// The stub has waited long enough.
    pub const TIME_OUT: &str = "time out";
    /// The stub gets a reply after it stopped waiting.
    pub const IGNORE: &str = "ignore";
    /// The call returns to the caller with its result.
    pub const RETURN: &str = "return";
    /// The call returns to the caller with an error.
    pub const FAIL: &str = "fail";
}

/// Which attempt of the call, counted from 1.
pub type Attempt = u32;

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Caller to stub: the call, as if it were local.
    Call(Cents),
    /// Stub to caller: how it ended.
    Return(Status),
    /// Stub to server, with the amount.
    Request(Attempt, Cents),
    /// Server to stub, with the balance.
    Reply(Attempt, Cents),
    /// Server to database, with the amount.
    Deduct(Attempt, Cents),
    /// Database to server, with the balance.
    Committed(Attempt, Cents),
}

impl Payload for Fact {
    fn name(&self) -> MessageName {
        let (kind, attempt) = match self {
            Self::Call(_) => ("call", 1),
            Self::Return(_) => ("return", 1),
            Self::Request(attempt, _) => (REQUEST, *attempt),
            Self::Reply(attempt, _) => (REPLY, *attempt),
            Self::Deduct(attempt, _) => (DEDUCT, *attempt),
            Self::Committed(attempt, _) => ("committed", *attempt),
        };
        MessageName { kind, call: 1, attempt }
    }

    fn describe(&self) -> String {
        match self {
            Self::Call(amount) => format!("deductBalance(\"u42\", {amount})"),
            Self::Return(status) => status.name().to_owned(),
            Self::Request(attempt, amount) => format!("attempt {attempt}: deductBalance(\"u42\", {amount})"),
            Self::Reply(attempt, balance) => format!("to attempt {attempt}: OK, balance {balance}"),
            Self::Deduct(_, amount) => format!("UPDATE account SET balance = balance - {amount}"),
            Self::Committed(_, balance) => format!("committed, balance {balance}"),
        }
    }
}

/// What the timers are for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// No reply to this attempt.
    NoReply(u32),
    /// The pause before this attempt is over.
    Retry(u32),
    /// The procedure has done its computing for this attempt.
    Computed(u32, Cents),
}

/// One of the four.
#[derive(Clone, Debug)]
pub enum Node {
    /// Makes one call and takes what comes back.
    Caller(Caller),
    /// Sends, waits, retries.
    Stub(Stub),
    /// Runs the procedure. All it has is volatile.
    Server(Server),
    /// Keeps the balance. All it has is durable.
    Database(Database),
}

/// The caller's state.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(super) amount: Cents,
    /// How the call ended, once it has.
    pub status: Option<Status>,
}

/// The stub's state.
#[derive(Clone, Debug)]
pub struct Stub {
    pub(super) semantics: Semantics,
    pub(super) attempts: u32,
    pub(super) timeout: Duration,
    pub(super) backoff: Duration,
    pub(super) amount: Cents,
    pub(super) returned: bool,
}

/// The server's state: the attempts that it is working on.
#[derive(Clone, Debug)]
pub struct Server {
    pub(super) compute: Duration,
    pub(super) working: Vec<Attempt>,
}

/// The database's state.
#[derive(Clone, Debug)]
pub struct Database {
    /// The account's balance.
    pub balance: Cents,
    /// How often a deduction was applied.
    pub applied: u32,
}

fn step(step: &'static str, attempt: u32) -> StepName {
    StepName { step, call: 1, attempt }
}

type Ctx<'a> = Context<'a, Node>;

impl Process for Node {
    type Message = Fact;
    type Timer = Timer;
    type Observer = Trace;

    fn on_start(&mut self, ctx: &mut Ctx<'_>) -> Flow {
        if let Self::Caller(caller) = self {
            ctx.send(STUB, Fact::Call(caller.amount));
        }
        Ok(())
    }

    fn on_message(&mut self, ctx: &mut Ctx<'_>, _from: NodeId, message: Fact) -> Flow {
        match (self, message) {
            (Self::Caller(caller), Fact::Return(status)) => {
                caller.status = Some(status);
                ctx.after(step(if status == Status::Ok { step::RETURN } else { step::FAIL }, 1))
            }
            (Self::Stub(stub), Fact::Call(amount)) => {
                stub.amount = amount;
                stub.attempt(ctx, 1)
            }
            (Self::Stub(stub), Fact::Reply(attempt, _)) => {
                if stub.returned {
                    return ctx.after(step(step::IGNORE, attempt));
                }
                stub.returned = true;
                ctx.send(CALLER, Fact::Return(Status::Ok));
                Ok(())
            }
            (Self::Server(server), Fact::Request(attempt, amount)) => {
                ctx.before(step(step::RECEIVE, attempt))?;
                server.working.push(attempt);
                ctx.after(step(step::RECEIVE, attempt))?;
                ctx.set_timer(server.compute, Timer::Computed(attempt, amount));
                Ok(())
            }
            (Self::Server(server), Fact::Committed(attempt, balance)) => {
                // An answer to a question from before a crash: nobody here remembers asking.
                if !server.working.contains(&attempt) {
                    return ctx.after(step(step::IGNORE, attempt));
                }
                ctx.after(step(step::COMMIT, attempt))?;
                ctx.before(step(step::REPLY, attempt))?;
                ctx.send(STUB, Fact::Reply(attempt, balance));
                ctx.after(step(step::REPLY, attempt))
            }
            (Self::Database(database), Fact::Deduct(attempt, amount)) => {
                database.balance.0 -= amount.0;
                database.applied += 1;
                ctx.after(step(step::APPLY, attempt))?;
                ctx.send(SERVER, Fact::Committed(attempt, database.balance));
                Ok(())
            }
            _ => unreachable!("a message that this node is never sent"),
        }
    }

    fn on_timer(&mut self, ctx: &mut Ctx<'_>, timer: Timer) -> Flow {
        match (self, timer) {
            (Self::Stub(stub), Timer::NoReply(attempt)) if !stub.returned => {
                ctx.after(step(step::TIME_OUT, attempt))?;
                if stub.semantics == Semantics::Maybe || attempt >= stub.attempts {
                    stub.returned = true;
                    ctx.send(CALLER, Fact::Return(Status::DeadlineExceeded));
                } else {
                    // Exponential backoff with full jitter: anything up to the doubled pause.
                    let longest = stub.backoff.saturating_mul(1 << (attempt - 1).min(16));
                    let pause = ctx.rng().up_to(longest);
                    ctx.set_timer(pause, Timer::Retry(attempt + 1));
                }
                Ok(())
            }
            (Self::Stub(stub), Timer::Retry(attempt)) if !stub.returned => stub.attempt(ctx, attempt),
            (Self::Server(_), Timer::Computed(attempt, amount)) => {
                ctx.before(step(step::COMMIT, attempt))?;
                ctx.send(DATABASE, Fact::Deduct(attempt, amount));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn on_crash(&mut self) {
        if let Self::Server(server) = self {
            server.working.clear();
        }
    }
}

impl Stub {
    fn attempt(&self, ctx: &mut Ctx<'_>, attempt: u32) -> Flow {
        ctx.send(SERVER, Fact::Request(attempt, self.amount));
        ctx.set_timer(self.timeout, Timer::NoReply(attempt));
        Ok(())
    }
}
