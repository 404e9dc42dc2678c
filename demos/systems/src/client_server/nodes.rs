//! The state machines: server and clients.

use super::{Levels, Metrics};
use sim::{Context, Duration, Flow, MessageName, NodeId, Payload, Process, Time};
use std::collections::VecDeque;

/// The server; the clients come after it.
pub const SERVER: NodeId = NodeId(0);

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Client to server: its n-th request.
    Request(u32),
    /// Server to client: the answer to its n-th request.
    Reply(u32),
    /// Server to client: too busy for its n-th request.
    Rejected(u32),
}

impl Payload for Fact {
    fn name(&self) -> MessageName {
        let (kind, call) = match *self {
            Self::Request(n) => ("request", n),
            Self::Reply(n) => ("reply", n),
            Self::Rejected(n) => ("rejection", n),
        };
        MessageName::new(kind, call, 1)
    }

    fn describe(&self) -> String {
        match self {
            Self::Request(_) => "GET /users/42".to_owned(),
            Self::Reply(_) => "200 OK".to_owned(),
            Self::Rejected(_) => "503 Service Unavailable".to_owned(),
        }
    }
}

/// What the timers are for.
#[derive(Clone, Copy, Debug)]
pub enum Timer {
    /// The client sends its next request.
    Send,
    /// The client has waited long enough for its n-th request.
    GiveUp(u32),
    /// The server has served that client's n-th request.
    Served(NodeId, u32),
    /// The number of workers changes.
    Workers,
}

/// A server or a client.
#[derive(Clone, Debug)]
pub enum Node {
    /// Serves.
    Server(Server),
    /// Asks.
    Client(Client),
}

/// The server's state, all of it volatile.
#[derive(Clone, Debug)]
pub struct Server {
    pub(super) workers: Levels,
    pub(super) service: Duration,
    pub(super) limit: usize,
    /// Requests in the queue, first come, first served.
    pub queue: VecDeque<(NodeId, u32)>,
    /// Requests that a worker works on.
    pub serving: Vec<(NodeId, u32)>,
}

/// A client's state.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) load: Levels,
    pub(super) clients: u32,
    pub(super) timeout: Duration,
    pub(super) asked: u32,
    /// Requests without an answer yet, and when they were sent.
    pub waiting: Vec<(u32, Time)>,
    /// Answers in time.
    pub served: u32,
    /// Requests given up or turned away.
    pub failed: u32,
    /// Whether the latest request to be settled failed.
    pub last_failed: bool,
}

type Ctx<'a> = Context<'a, Node>;

impl Process for Node {
    type Message = Fact;
    type Timer = Timer;
    type Observer = Metrics;

    fn on_start(&mut self, ctx: &mut Ctx<'_>) -> Flow {
        match self {
            Self::Server(server) => server.watch_workers(ctx),
            Self::Client(client) => client.plan(ctx),
        }
        Ok(())
    }

    fn on_message(&mut self, ctx: &mut Ctx<'_>, from: NodeId, message: Fact) -> Flow {
        let now = ctx.now();
        match (self, message) {
            (Self::Server(server), Fact::Request(n)) => {
                if server.queue.len() < server.limit || server.serving.len() < server.workers(now) {
                    server.queue.push_back((from, n));
                    server.serve(ctx);
                } else {
                    ctx.send(from, Fact::Rejected(n));
                }
            }
            (Self::Client(client), Fact::Reply(n)) => {
                if let Some(sent) = client.settle(n) {
                    client.served += 1;
                    client.last_failed = false;
                    ctx.observer().served(now, now.since(sent));
                }
            }
            (Self::Client(client), Fact::Rejected(n)) => {
                if client.settle(n).is_some() {
                    client.fail();
                    ctx.observer().rejected(now);
                }
            }
            _ => unreachable!("a message that this node is never sent"),
        }
        Ok(())
    }

    fn on_timer(&mut self, ctx: &mut Ctx<'_>, timer: Timer) -> Flow {
        let now = ctx.now();
        match (self, timer) {
            (Self::Client(client), Timer::Send) => {
                client.asked += 1;
                client.waiting.push((client.asked, now));
                ctx.observer().sent(now);
                ctx.send(SERVER, Fact::Request(client.asked));
                ctx.set_timer(client.timeout, Timer::GiveUp(client.asked));
                client.plan(ctx);
            }
            (Self::Client(client), Timer::GiveUp(n)) => {
                if client.settle(n).is_some() {
                    client.fail();
                    ctx.observer().timed_out(now);
                }
            }
            (Self::Server(server), Timer::Served(client, n)) => {
                server.serving.retain(|served| *served != (client, n));
                ctx.send(client, Fact::Reply(n));
                server.serve(ctx);
            }
            (Self::Server(server), Timer::Workers) => {
                server.serve(ctx);
                server.watch_workers(ctx);
            }
            _ => unreachable!("a timer that this node never sets"),
        }
        Ok(())
    }

    fn on_crash(&mut self) {
        if let Self::Server(server) = self {
            server.queue.clear();
            server.serving.clear();
        }
    }

    fn on_restart(&mut self, ctx: &mut Ctx<'_>) -> Flow {
        match self {
            Self::Server(server) => {
                server.watch_workers(ctx);
                server.serve(ctx);
            }
            Self::Client(client) => client.plan(ctx),
        }
        Ok(())
    }
}

impl Server {
    /// How many workers there are at that time.
    pub fn workers(&self, now: Time) -> usize {
        self.workers.at(now) as usize
    }

    fn serve(&mut self, ctx: &mut Ctx<'_>) {
        let workers = self.workers(ctx.now());
        while self.serving.len() < workers
            && let Some((client, n)) = self.queue.pop_front()
        {
            self.serving.push((client, n));
            let time = ctx.rng().exponential_with_mean(self.service);
            ctx.set_timer(time, Timer::Served(client, n));
        }
        self.report(ctx);
    }

    fn report(&self, ctx: &mut Ctx<'_>) {
        let (now, busy) = (ctx.now(), self.serving.len() as u32);
        // Workers that are taken away finish what they have begun.
        let workers = self.workers.at(now).max(busy);
        ctx.observer().work(now, busy, workers);
    }

    fn watch_workers(&self, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        self.report(ctx);
        if let Some(next) = self.workers.next_change(now) {
            ctx.set_timer(next.since(now), Timer::Workers);
        }
    }
}

impl Client {
    /// Stops waiting for the n-th request; when it was sent, if it was still waited for.
    fn settle(&mut self, n: u32) -> Option<Time> {
        let place = self.waiting.binary_search_by_key(&n, |(n, _)| *n).ok()?;
        Some(self.waiting.remove(place).1)
    }

    fn fail(&mut self) {
        self.failed += 1;
        self.last_failed = true;
    }

    /// Sets the timer for the next request: the clients together send `load` a second.
    fn plan(&self, ctx: &mut Ctx<'_>) {
        // In units of (requests per second) x microseconds, so that the rest is whole numbers.
        let need = ctx.rng().exponential() * f64::from(self.clients) * 1e6;
        if let Some(at) = self.load.time_to_gather(ctx.now(), need as u64) {
            let wait = at.since(ctx.now());
            ctx.set_timer(wait, Timer::Send);
        }
    }
}
