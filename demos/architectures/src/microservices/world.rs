//! The services at work.

use super::breaker::{Breaker, Budget, Turn};
use super::{BACKOFF_MS, GATEWAY_MS, HOP_MS, Link, USERS, link};
use crate::live::{
    Change, DotKind, Histogram, Line, Outcome, Requests, Row, Scene, Settings, Story, Thousandths, World,
};
use crate::parts::slab::Slab;
use sim::words::counted;
use sim::{Agenda, Duration, NodeId, Rng, Stream, Time, TraceHash};
use std::collections::VecDeque;

/// The settings, as they are needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Config {
    pub users: u32,
    pub load: u32,
    pub chain: bool,
    pub services: u32,
    pub workers: u32,
    work: Duration,
    slow_percent: u32,
    slow: Duration,
    pub queue: u32,
    latency: Duration,
    timeout: Duration,
    call_timeout: Duration,
    retries: u32,
    backoff: bool,
    budget: u32,
    pub breaker: bool,
    deadline: bool,
}

impl Config {
    fn new(settings: &Settings) -> Self {
        let millis = |name| Duration::from_millis(settings.get(name).into());
        Self {
            users: settings.get("users"),
            load: settings.get("load"),
            chain: settings.is("shape", "chain"),
            services: settings.get("services"),
            workers: settings.get("workers"),
            work: millis("service-ms"),
            slow_percent: settings.get("slow-percent"),
            slow: millis("slow-ms"),
            queue: settings.get("queue"),
            latency: millis("latency-ms"),
            timeout: millis("timeout-ms"),
            call_timeout: millis("call-timeout-ms"),
            retries: settings.get("retries"),
            backoff: settings.is("backoff", "exponential"),
            budget: settings.get("budget-percent"),
            breaker: settings.is("breaker", "on"),
            deadline: settings.is("deadline", "on"),
        }
    }

    /// Who calls that service: another one, or the gateway (0).
    fn caller(&self, service: u32) -> u32 {
        if self.chain { service - 1 } else { 0 }
    }

    /// Whom that service, or the gateway (0), calls.
    fn callees(&self, node: u32) -> std::ops::Range<u32> {
        match (self.chain, node) {
            (true, _) => node + 1..(node + 2).min(self.services + 1),
            (false, 0) => 1..self.services + 1,
            (false, _) => 0..0,
        }
    }

    /// The share of requests that meet a slow call, in thousandths of a percent: 1 - (1 - p)^n.
    fn slow_share(&self) -> u64 {
        let well = 1.0 - f64::from(self.slow_percent) / 100.0;
        let all_well = (0..self.services).fold(1.0, |all, _| all * well);
        ((1.0 - all_well) * 100_000.0 + 0.5) as u64
    }

    /// How many calls of the last service a request can become, in thousandths; nothing if beyond all measure.
    fn bound(&self) -> Option<Thousandths> {
        let (retries, budget) = (f64::from(self.retries), f64::from(self.budget) / 100.0);
        let each = 1.0 + if self.budget < 100 { retries.min(budget) } else { retries };
        let layers = if self.chain { self.services } else { 1 };
        let bound = (0..layers).fold(1.0, |bound, _| bound * each);
        (bound < 1e6).then_some((bound * 1_000.0) as Thousandths)
    }

    /// The share of a service's workers that is busy if each request arrives once, in thousandths of a percent.
    fn utilisation(&self, users_up: u32) -> u64 {
        let slow = u64::from(self.slow_percent);
        let work = (self.work.as_micros() * (100 - slow) + self.slow.as_micros() * slow) / 100;
        u64::from(self.load) * u64::from(users_up) * work / (10 * u64::from(self.workers) * u64::from(self.users))
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// A user asks; void if the load was set anew since.
    Ask(u32),
    /// A job reaches its node.
    Arrive(u32),
    /// A job's own work is done.
    Done(u32),
    /// An answer reaches whoever called.
    Reply { call: u32, stamp: u32, ok: bool, slow: bool },
    /// A caller has waited long enough.
    Timeout { call: u32, stamp: u32 },
    /// A caller tries again.
    Retry { call: u32, stamp: u32 },
    /// Another second is over.
    Second,
}

/// Someone waits for an answer: a user, or a job that needs another service.
#[derive(Clone, Copy, Debug)]
struct Call {
    /// The user, or the job.
    owner: u32,
    /// Whom it calls: 0, the gateway, if the owner is a user.
    node: u32,
    /// Which attempt is under way; another for each, 0 if the call is over.
    stamp: u32,
    /// Which attempt it is, from 1.
    attempt: u32,
    /// How often the user had left when it was made.
    epoch: u32,
    trial: bool,
    sent: Time,
    /// How much longer the answer to a user takes than the latency.
    back: Duration,
}

/// A request at a node: on its way there, in its queue, in work, or waiting for other services.
#[derive(Clone, Copy, Debug)]
struct Job {
    call: u32,
    stamp: u32,
    node: u32,
    /// How often the node had stopped when it got there.
    epoch: u32,
    /// How many calls it has under way.
    waiting: u32,
    answered: bool,
    slow: bool,
    /// How long its own work takes.
    work: Duration,
    /// Until when its caller waits, if that is known.
    deadline: Time,
}

/// A link, with what the caller keeps for whom it calls over it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wire {
    pub cut: bool,
    pub later: Duration,
}

impl Wire {
    fn disturbed(self) -> bool {
        self.cut || self.later > Duration::ZERO
    }
}

/// How the last request of a user ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    None,
    Well,
    Badly,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct User {
    pub up: bool,
    epoch: u32,
    pub wire: Wire,
    /// How many requests are open.
    pub open: u32,
    pub last: Last,
}

/// A service, or the gateway at place 0.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub up: bool,
    epoch: u32,
    pub factor: u32,
    pub queue: VecDeque<u32>,
    pub busy: u32,
    /// Time of workers at work, up to `marked`.
    area: Duration,
    marked: Time,
    work: Rng,
    jitter: Rng,
    /// The link to whoever calls it.
    pub wire: Wire,
    pub breaker: Breaker,
    budget: Budget,
    told_full: bool,
}

impl Node {
    fn mark(&mut self, now: Time) {
        self.area = self.area + now.since(self.marked).saturating_mul(self.busy.into());
        self.marked = now;
    }
}

/// A message on its way, for the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    /// Nodes as in [`super::scene`]: users first.
    pub from: u32,
    pub to: u32,
    pub sent: Time,
    pub arrives: Time,
    pub kind: DotKind,
    pub doomed: bool,
}

/// What is counted for a window of measurement, a second, or the whole run.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    sent: u64,
    /// Calls of the last service.
    last: u64,
    retries: u64,
    ended: u64,
    well: u64,
    /// Calls that were turned away, or given up.
    failed: u64,
}

const FLIGHTS: usize = 512;

/// Success below which a storm is told, and above which it is over, in percent.
const STORM: (u64, u64) = (50, 90);

/// A storm is over when success was high for so many seconds.
const CALM: u32 = 3;

#[derive(Clone, Debug)]
pub(super) struct Services {
    pub settings: Settings,
    pub config: Config,
    agenda: Agenda<Event>,
    arrivals: Rng,
    chance: Rng,
    load_epoch: u32,
    first_load: u32,
    pub users: Vec<User>,
    pub users_up: u32,
    pub nodes: Vec<Node>,
    calls: Slab<Call>,
    jobs: Slab<Job>,
    stamp: u32,
    requests: Requests,
    window: Counts,
    second: Counts,
    total: Counts,
    /// Ended, and well, in the last ten seconds.
    seconds: VecDeque<(u64, u64)>,
    /// Time of workers that could have worked in this window, of one service, up to `marked`.
    capacity: Duration,
    marked: Time,
    slow: u64,
    slow_theory: u64,
    work: Duration,
    wasted: Duration,
    /// Since when nothing is done to the system any more, after something was.
    calm_since: Option<Time>,
    disturbed: bool,
    stormy: bool,
    good: u32,
    storm: Duration,
    told_storm: bool,
    told_multiplied: bool,
    told_quiet: u32,
    story: Story,
    hash: TraceHash,
    pub flights: Vec<Flight>,
}

/// The system at the beginning of a run.
pub fn start(settings: &Settings, seed: u64) -> Box<dyn World> {
    let config = Config::new(settings);
    let stream = |n| Rng::new(seed, Stream::Node(NodeId(n)));
    let node = |n: u32| Node {
        up: true,
        epoch: 0,
        factor: 1,
        queue: VecDeque::new(),
        busy: 0,
        area: Duration::ZERO,
        marked: Time::ZERO,
        work: stream(2 + 2 * n),
        jitter: stream(3 + 2 * n),
        wire: Wire::default(),
        breaker: Breaker::NEW,
        budget: Budget::default(),
        told_full: false,
    };
    let user = User { up: true, epoch: 0, wire: Wire::default(), open: 0, last: Last::None };
    let mut world = Services {
        settings: settings.clone(),
        config,
        agenda: Agenda::default(),
        arrivals: stream(0),
        chance: stream(1),
        load_epoch: 0,
        first_load: config.load,
        users: vec![user; config.users as usize],
        users_up: config.users,
        nodes: (0..=config.services).map(node).collect(),
        calls: Slab::new(),
        jobs: Slab::new(),
        stamp: 0,
        requests: Requests::default(),
        window: Counts::default(),
        second: Counts::default(),
        total: Counts::default(),
        seconds: VecDeque::new(),
        capacity: Duration::ZERO,
        marked: Time::ZERO,
        slow: 0,
        slow_theory: 0,
        work: Duration::ZERO,
        wasted: Duration::ZERO,
        calm_since: None,
        disturbed: false,
        stormy: false,
        good: 0,
        storm: Duration::ZERO,
        told_storm: false,
        told_multiplied: false,
        told_quiet: 0,
        story: Story::default(),
        hash: TraceHash::default(),
        flights: vec![],
    };
    world.next_ask();
    world.agenda.at(Time::from_secs(1), Event::Second);
    Box::new(world)
}

impl Services {
    pub(super) fn now(&self) -> Time {
        self.agenda.now()
    }

    fn tell(&mut self, text: String) {
        self.story.tell(self.now(), text);
    }

    /// One word for what has happened: what, where, when.
    fn note(&mut self, what: u64, place: u32) {
        self.hash.word(what << 60 | u64::from(place) << 40 ^ self.now().as_micros());
    }

    fn count(&mut self, add: impl Fn(&mut Counts)) {
        add(&mut self.window);
        add(&mut self.second);
        add(&mut self.total);
    }

    fn next_ask(&mut self) {
        let gap = (self.arrivals.exponential() * 1_000_000.0 / f64::from(self.config.load)) as u64;
        self.agenda.after(Duration::from_micros(gap.max(1)), Event::Ask(self.load_epoch));
    }

    fn ask(&mut self) {
        // All chance of a request is drawn here, whatever becomes of it.
        let user = self.arrivals.below(self.config.users.into()) as u32;
        let fifth = Duration::from_micros(self.config.latency.as_micros() / 5);
        let (way, back) = (self.arrivals.up_to(fifth), self.arrivals.up_to(fifth));
        self.next_ask();
        let asks = &mut self.users[user as usize];
        if !asks.up {
            return;
        }
        asks.open += 1;
        let call = Call {
            owner: user,
            node: 0,
            stamp: 0,
            attempt: 0,
            epoch: asks.epoch,
            trial: false,
            sent: self.agenda.now(),
            back,
        };
        self.note(1, user);
        self.requests.sent();
        self.count(|counts| counts.sent += 1);
        let call = self.calls.add(call);
        self.attempt(call, way);
    }

    /// The link of a call, with how long a message takes over it; nothing if it is cut.
    fn way(&self, call: &Call) -> Option<Duration> {
        let (wire, way) = match call.node {
            0 => (self.users[call.owner as usize].wire, self.config.latency),
            node => (self.nodes[node as usize].wire, Duration::from_millis(HOP_MS)),
        };
        (!wire.cut).then(|| way + wire.later)
    }

    fn fly(&mut self, call: &Call, back: bool, way: Duration, kind: DotKind, doomed: bool) {
        if !super::scene::is_drawn(&self.config) {
            return;
        }
        let now = self.now();
        if self.flights.len() == FLIGHTS {
            self.flights.retain(|flight| flight.arrives > now);
        }
        if self.flights.len() < FLIGHTS {
            let users = self.config.users;
            let owner = if call.node == 0 { call.owner } else { users + self.config.caller(call.node) };
            let callee = users + call.node;
            let (from, to) = if back { (callee, owner) } else { (owner, callee) };
            self.flights.push(Flight { from, to, sent: now, arrives: now + way, kind, doomed });
        }
    }

    /// Sends a call, for the first time or again.
    fn attempt(&mut self, place: u32, extra: Duration) {
        self.stamp += 1;
        let now = self.agenda.now();
        let (stamp, call) = (self.stamp, &mut self.calls[place]);
        call.stamp = stamp;
        call.attempt += 1;
        let call = *call;
        let deadline = match call.node {
            0 => now + self.config.timeout,
            _ => (now + self.config.call_timeout).min(self.jobs[call.owner].deadline),
        };
        self.agenda.at(deadline, Event::Timeout { call: place, stamp });
        if call.node == self.config.services {
            self.count(|counts| counts.last += 1);
        }
        let Some(way) = self.way(&call) else { return };
        let way = way + extra;
        let deadline = if self.config.deadline { deadline } else { Time::MAX };
        let job = Job {
            call: place,
            stamp,
            node: call.node,
            epoch: 0,
            waiting: 0,
            answered: false,
            slow: false,
            work: Duration::ZERO,
            deadline,
        };
        let job = self.jobs.add(job);
        self.agenda.after(way, Event::Arrive(job));
        self.fly(&call, false, way, DotKind::Request, !self.nodes[call.node as usize].up);
    }

    /// A job calls a service, if its breaker allows.
    fn call(&mut self, job: u32, node: u32) {
        let now = self.agenda.now();
        let callee = &mut self.nodes[node as usize];
        callee.budget.called(self.config.budget);
        let trial = if self.config.breaker { callee.breaker.admits(now) } else { Some(false) };
        let Some(trial) = trial else { return self.settle(job, false, false) };
        let back = Duration::ZERO;
        let call = Call { owner: job, node, stamp: 0, attempt: 0, epoch: 0, trial, sent: now, back };
        let call = self.calls.add(call);
        self.attempt(call, Duration::ZERO);
    }

    /// Its node has stopped since it got there.
    fn stale(&self, job: &Job) -> bool {
        self.nodes[job.node as usize].epoch != job.epoch
    }

    /// Whether someone waits for what this job does: its caller, and whoever waits for that, up to a user.
    fn awaited(&self, job: u32) -> bool {
        let mut job = &self.jobs[job];
        loop {
            let call = &self.calls[job.call];
            if call.stamp != job.stamp {
                return false;
            }
            if call.node == 0 {
                return self.users[call.owner as usize].epoch == call.epoch;
            }
            job = &self.jobs[call.owner];
            if job.answered || self.stale(job) {
                return false;
            }
        }
    }

    fn arrive(&mut self, place: u32) {
        let now = self.agenda.now();
        let job = &mut self.jobs[place];
        let node = &mut self.nodes[job.node as usize];
        job.epoch = node.epoch;
        if !node.up || now >= job.deadline {
            return self.jobs.free(place);
        }
        if job.node == 0 {
            let work = Duration::from_millis(GATEWAY_MS).saturating_mul(node.factor.into());
            self.agenda.after(work, Event::Done(place));
        } else if node.busy < self.config.workers {
            self.work(place);
        } else if (node.queue.len() as u32) < self.config.queue {
            node.queue.push_back(place);
        } else {
            let (number, tell) = (job.node, !node.told_full);
            node.told_full = true;
            self.note(2, number);
            self.respond(place, false);
            self.jobs.free(place);
            if tell {
                let who = self.label(number);
                self.tell(format!(
                    "The queue of {who} is full: it turns calls away at once, and what it still takes waits long."
                ));
            }
        }
    }

    /// A free worker of its node begins with the job.
    fn work(&mut self, place: u32) {
        let now = self.agenda.now();
        let job = &mut self.jobs[place];
        let node = &mut self.nodes[job.node as usize];
        // Both are drawn for each job, so that another share of slow calls makes some slow and leaves the others.
        let slow = node.work.below(100) < u64::from(self.config.slow_percent);
        let usual = node.work.exponential_with_mean(self.config.work);
        job.slow = slow;
        job.work = if slow { self.config.slow } else { usual }.saturating_mul(node.factor.into());
        node.mark(now);
        node.busy += 1;
        self.agenda.after(job.work, Event::Done(place));
    }

    /// Free workers take what waits.
    fn take(&mut self, node: u32) {
        while self.nodes[node as usize].busy < self.config.workers {
            let Some(next) = self.nodes[node as usize].queue.pop_front() else { return };
            if self.agenda.now() >= self.jobs[next].deadline {
                self.jobs.free(next);
            } else {
                self.work(next);
            }
        }
    }

    fn done(&mut self, place: u32) {
        let job = self.jobs[place];
        if self.stale(&job) {
            return self.jobs.free(place);
        }
        if job.node > 0 {
            let now = self.agenda.now();
            self.note(3, job.node);
            self.work = self.work + job.work;
            if !self.awaited(place) {
                self.wasted = self.wasted + job.work;
            }
            let node = &mut self.nodes[job.node as usize];
            node.mark(now);
            node.busy -= 1;
            if node.queue.len() as u32 * 2 <= self.config.queue {
                node.told_full = false;
            }
            self.take(job.node);
        }
        if self.agenda.now() >= job.deadline {
            return self.jobs.free(place);
        }
        let callees = self.config.callees(job.node);
        if callees.is_empty() {
            self.respond(place, true);
            return self.jobs.free(place);
        }
        self.jobs[place].waiting = callees.end - callees.start;
        for callee in callees {
            self.call(place, callee);
        }
    }

    /// Sends the job's answer.
    fn respond(&mut self, place: u32, ok: bool) {
        let job = &mut self.jobs[place];
        job.answered = true;
        let job = *job;
        let call = self.calls[job.call];
        // What answers nobody any more would be thrown away where it arrives.
        if call.stamp != job.stamp {
            return;
        }
        let Some(way) = self.way(&call) else { return };
        let way = way + call.back;
        self.agenda.after(way, Event::Reply { call: job.call, stamp: job.stamp, ok, slow: job.slow });
        let kind = if ok { DotKind::Reply } else { DotKind::Refusal };
        self.fly(&call, true, way, kind, false);
    }

    fn replied(&mut self, place: u32, stamp: u32, ok: bool, slow: bool) {
        let call = self.calls[place];
        if call.stamp != stamp {
            return;
        }
        if call.node == 0 {
            let after = self.now().since(call.sent);
            self.end(place, if ok { Outcome::Answered(after) } else { Outcome::Refused }, slow);
        } else if ok {
            if !self.stale(&self.jobs[call.owner]) {
                self.record(&call, false);
            }
            self.over(place);
            self.settle(call.owner, true, slow);
        } else {
            self.fail(place);
        }
    }

    fn timed_out(&mut self, place: u32, stamp: u32) {
        let call = self.calls[place];
        if call.stamp != stamp {
            return;
        }
        if call.node == 0 {
            self.end(place, Outcome::TimedOut, false);
        } else {
            self.fail(place);
        }
    }

    /// A user's request has ended.
    fn end(&mut self, place: u32, outcome: Outcome, slow: bool) {
        let call = self.calls[place];
        self.over(place);
        let user = &mut self.users[call.owner as usize];
        if user.epoch != call.epoch {
            return;
        }
        let well = matches!(outcome, Outcome::Answered(_));
        user.open -= 1;
        user.last = if well { Last::Well } else { Last::Badly };
        self.note(if well { 4 } else { 5 }, call.owner);
        self.requests.ended(call.owner, outcome);
        self.count(|counts| {
            counts.ended += 1;
            counts.well += u64::from(well);
        });
        if well {
            self.slow += u64::from(slow);
            self.slow_theory += self.config.slow_share();
        }
    }

    fn over(&mut self, place: u32) {
        self.calls[place].stamp = 0;
        self.calls.free(place);
    }

    /// The breaker learns how a call has ended.
    fn record(&mut self, call: &Call, failed: bool) {
        if !self.config.breaker {
            return;
        }
        let now = self.agenda.now();
        let turn = self.nodes[call.node as usize].breaker.record(now, call.trial, failed);
        let text = match turn {
            Some(Turn::Opens) => format!(
                "Half of the last calls of {} failed: the breaker before it opens. For five seconds calls fail at once, \
                 and it can recover.",
                self.label(call.node)
            ),
            Some(Turn::Closes) => {
                format!("A trial call of {} went well: the breaker closes.", self.label(call.node))
            }
            None => return,
        };
        self.tell(text);
    }

    /// An attempt has failed: refused, or given up. The caller tries again, if it may.
    fn fail(&mut self, place: u32) {
        let call = self.calls[place];
        let owner = self.jobs[call.owner];
        let stale = self.stale(&owner);
        self.count(|counts| counts.failed += 1);
        self.note(6, call.node);
        if !stale {
            self.record(&call, true);
        }
        let now = self.agenda.now();
        let callee = &mut self.nodes[call.node as usize];
        let may = !stale
            && !owner.answered
            && call.attempt <= self.config.retries
            && now < owner.deadline
            && (!self.config.breaker || callee.breaker.is_closed())
            && callee.budget.retry(self.config.budget);
        if !may {
            self.over(place);
            return self.settle(call.owner, false, false);
        }
        self.count(|counts| counts.retries += 1);
        if !self.config.backoff {
            return self.attempt(place, Duration::ZERO);
        }
        // What answers the attempt given up answers nobody.
        self.stamp += 1;
        self.calls[place].stamp = self.stamp;
        let longest = Duration::from_millis(BACKOFF_MS << (call.attempt - 1).min(10));
        let wait = self.nodes[call.node as usize].jitter.up_to(longest);
        self.agenda.after(wait, Event::Retry { call: place, stamp: self.stamp });
    }

    fn retry(&mut self, place: u32, stamp: u32) {
        let call = self.calls[place];
        if call.stamp != stamp {
            return;
        }
        let owner = self.jobs[call.owner];
        let closed = !self.config.breaker || self.nodes[call.node as usize].breaker.is_closed();
        if closed && !self.stale(&owner) && !owner.answered && self.agenda.now() < owner.deadline {
            self.attempt(place, Duration::ZERO);
        } else {
            self.over(place);
            self.settle(call.owner, false, false);
        }
    }

    /// One of the calls that a job has made has ended for good.
    fn settle(&mut self, place: u32, ok: bool, slow: bool) {
        let job = &mut self.jobs[place];
        job.waiting -= 1;
        job.slow |= slow;
        let job = *job;
        if !job.answered && !self.stale(&job) && (!ok || job.waiting == 0) {
            self.respond(place, ok);
        }
        if job.waiting == 0 {
            self.jobs.free(place);
        }
    }

    /// A second is over: what it tells about the system as a whole.
    fn tick(&mut self) {
        let now = self.agenda.now();
        self.agenda.after(Duration::from_secs(1), Event::Second);
        let second = std::mem::take(&mut self.second);
        if self.seconds.len() == 10 {
            self.seconds.pop_front();
        }
        self.seconds.push_back((second.ended, second.well));
        if second.last > 2 * second.sent.max(1) && second.retries > second.sent && !self.told_multiplied {
            self.told_multiplied = true;
            let who = self.label(self.config.services);
            self.tell(format!(
                "Failed calls are tried again, at every layer: {who} is called {} times for each request of a user.",
                second.last / second.sent.max(1)
            ));
        }
        self.told_quiet = if second.retries == 0 { self.told_quiet + 1 } else { 0 };
        if self.told_quiet == CALM {
            self.told_multiplied = false;
        }
        let Some(since) = self.calm_since.filter(|_| self.stormy) else { return };
        if second.ended == 0 {
            return;
        }
        let success = second.well * 100 / second.ended;
        let bad = Duration::from_secs(5);
        if success >= STORM.1 {
            self.good += 1;
            if self.good == CALM {
                self.stormy = false;
                let began = Duration::from_secs(u64::from(CALM));
                let lasted = Duration::from_micros(now.since(since).as_micros().saturating_sub(began.as_micros()));
                self.storm = self.storm + lasted;
                if self.told_storm {
                    self.tell(format!("The storm is over: {success} % of requests are answered again."));
                }
            }
        } else {
            self.good = 0;
            if success < STORM.0 && now.since(since) >= bad && !self.told_storm {
                self.told_storm = true;
                let text = if second.retries > 0 {
                    format!(
                        "What started it is over, yet only {success} % of requests are answered: retries keep the \
                         queues full, and most work is for callers who have given up."
                    )
                } else {
                    format!(
                        "What started it is over, yet only {success} % of requests are answered: the services still \
                         work on calls that were given up."
                    )
                };
                self.tell(text);
            }
        }
    }

    fn is_disturbed(&self) -> bool {
        self.config.load > self.first_load
            || self.nodes.iter().any(|node| !node.up || node.factor > 1 || node.wire.disturbed())
            || self.users.iter().any(|user| user.wire.disturbed())
    }

    /// Notices whether what was done to the system is over.
    fn weather(&mut self) {
        let disturbed = self.is_disturbed();
        if disturbed == self.disturbed {
            return;
        }
        self.disturbed = disturbed;
        let now = self.now();
        if disturbed {
            if let Some(since) = self.calm_since.take().filter(|_| self.stormy) {
                self.storm = self.storm + now.since(since);
            }
            self.stormy = false;
        } else {
            self.calm_since = Some(now);
            (self.stormy, self.good, self.told_storm) = (true, 0, false);
        }
    }

    /// At the start of a sentence: `Service 3`, `The gateway`.
    fn title(&self, node: u32) -> String {
        let mut label = self.label(node);
        label[..1].make_ascii_uppercase();
        label
    }

    /// In the middle of a sentence: `service 3`, `the gateway`.
    fn label(&self, node: u32) -> String {
        match node {
            0 => "the gateway".to_owned(),
            _ if self.config.services == 1 => "the service".to_owned(),
            _ => format!("service {node}"),
        }
    }

    fn stop_user(&mut self, user: u32) {
        let user = &mut self.users[user as usize];
        if user.up {
            user.up = false;
            user.epoch += 1;
            user.open = 0;
            user.last = Last::None;
            self.users_up -= 1;
        }
    }

    fn stop_node(&mut self, number: u32) {
        let now = self.agenda.now();
        let node = &mut self.nodes[number as usize];
        if !node.up {
            return;
        }
        node.mark(now);
        node.up = false;
        node.epoch += 1;
        let (queued, working) = (node.queue.len(), node.busy);
        node.busy = 0;
        node.told_full = false;
        for job in std::mem::take(&mut node.queue) {
            self.jobs.free(job);
        }
        for callee in self.config.callees(number) {
            let callee = &mut self.nodes[callee as usize];
            callee.breaker.reset(now);
            callee.budget = Budget::default();
        }
        self.tell(match (number, queued as u64 + u64::from(working)) {
            (0, _) => "The gateway stopped: no request gets past it, and every user waits in vain.".to_owned(),
            (_, 0) => format!("{} stopped: its callers wait until their timeout.", self.title(number)),
            (_, lost) => format!(
                "{} stopped: the {} that it had are lost, and their callers wait until their timeout.",
                self.title(number),
                counted(lost, "call")
            ),
        });
    }

    fn restart_node(&mut self, number: u32) {
        let now = self.agenda.now();
        let node = &mut self.nodes[number as usize];
        if !node.up {
            node.up = true;
            node.marked = now;
            self.tell(format!("{} is back, and remembers nothing of before.", self.title(number)));
        }
    }

    fn share(&mut self, group: usize, percent: u32) {
        let of_users = group == USERS;
        let mut up: Vec<u32> = if of_users {
            (0..self.config.users).filter(|user| self.users[*user as usize].up).collect()
        } else {
            (1..=self.config.services).filter(|node| self.nodes[*node as usize].up).collect()
        };
        let count = (up.len() as u64 * u64::from(percent) + 50) / 100;
        for place in 0..count as usize {
            let other = place + self.chance.below((up.len() - place) as u64) as usize;
            up.swap(place, other);
            if of_users {
                self.stop_user(up[place]);
            } else {
                self.stop_node(up[place]);
            }
        }
        if of_users {
            let left = counted(self.users_up.into(), "user");
            self.tell(format!("{} left at once; {left} remain.", counted(count, "user")));
        }
    }

    fn wire(&mut self, a: u32, b: u32) -> &mut Wire {
        match link(&self.settings, a, b) {
            Some(Link::User(user)) => &mut self.users[user as usize].wire,
            Some(Link::Service(service)) => &mut self.nodes[service as usize].wire,
            None => unreachable!("only links that exist are changed"),
        }
    }

    fn set(&mut self, knob: usize, value: u32) {
        let before = self.config;
        self.settings.set(knob, value.into());
        let now = self.agenda.now();
        self.mark_capacity(now);
        self.config = Config::new(&self.settings);
        if self.config.load != before.load {
            // The next request comes by the new load: what was drawn for the old one is void.
            self.load_epoch += 1;
            self.next_ask();
        }
        if self.config.breaker != before.breaker {
            self.nodes.iter_mut().for_each(|node| node.breaker.reset(now));
        }
        for node in 1..=self.config.services {
            self.take(node);
        }
    }

    fn mark_capacity(&mut self, now: Time) {
        let workers = u64::from(self.config.workers);
        self.capacity = self.capacity + now.since(self.marked).saturating_mul(workers);
        self.marked = now;
    }

    /// What is counted of a window, a share in thousandths.
    fn per(count: u64, of: u64) -> Option<Thousandths> {
        (count * 1_000).checked_div(of).map(|share| share as Thousandths)
    }

    /// How long success stayed low after all that was done was over.
    fn storm_time(&self) -> Option<Duration> {
        let since = self.calm_since.filter(|_| self.stormy);
        // Good seconds that may be the end of it count as that.
        let good = Duration::from_secs(self.good.into()).as_micros();
        let running = since.map_or(0, |since| self.now().since(since).as_micros().saturating_sub(good));
        let known = self.calm_since.is_some() || self.storm > Duration::ZERO;
        known.then(|| self.storm + Duration::from_micros(running))
    }
}

impl World for Services {
    fn advance(&mut self, until: Time, most: u32) -> bool {
        for _ in 0..most {
            let Some(event) = self.agenda.pop_before(until) else { return true };
            match event {
                Event::Ask(epoch) if epoch == self.load_epoch => self.ask(),
                Event::Ask(_) => {}
                Event::Arrive(job) => self.arrive(job),
                Event::Done(job) => self.done(job),
                Event::Reply { call, stamp, ok, slow } => self.replied(call, stamp, ok, slow),
                Event::Timeout { call, stamp } => self.timed_out(call, stamp),
                Event::Retry { call, stamp } => self.retry(call, stamp),
                Event::Second => self.tick(),
            }
        }
        false
    }

    fn now(&self) -> Time {
        self.agenda.now()
    }

    fn apply(&mut self, change: &Change) {
        let users = self.config.users;
        match *change {
            Change::Stop(node) if node < users => self.stop_user(node),
            Change::Stop(node) => self.stop_node(node - users),
            Change::Restart(node) if node < users => {
                let user = &mut self.users[node as usize];
                self.users_up += u32::from(!user.up);
                user.up = true;
            }
            Change::Restart(node) => self.restart_node(node - users),
            Change::Slow(node, factor) => {
                let number = node - users;
                let before = std::mem::replace(&mut self.nodes[number as usize].factor, factor);
                match (before == factor, factor) {
                    (true, _) => {}
                    (_, 1) => self.tell(format!("{} is as fast as before.", self.title(number))),
                    _ => self.tell(format!(
                        "{} takes {factor} times as long for its work: calls queue there, and callers who wait too long \
                         give up.",
                        self.title(number)
                    )),
                }
            }
            Change::Cut(a, b) => self.wire(a, b).cut = true,
            Change::Heal(a, b) => self.wire(a, b).cut = false,
            Change::Delay(a, b, later) => self.wire(a, b).later = later,
            Change::StopShare { group, percent } => self.share(group, percent),
            Change::RestartAll { group: USERS } => {
                self.users.iter_mut().for_each(|user| user.up = true);
                self.users_up = users;
            }
            Change::RestartAll { .. } => (1..=self.config.services).for_each(|node| self.restart_node(node)),
            Change::Set { knob, value } => self.set(knob, value),
        }
        self.weather();
    }

    fn row(&mut self, length: Duration) -> Row {
        let now = self.agenda.now();
        let window = std::mem::take(&mut self.window);
        let mut row = self.requests.row(length).to_vec();
        row.push(Self::per(window.last, window.sent));
        row.push(self.config.bound());
        self.mark_capacity(now);
        let capacity = std::mem::take(&mut self.capacity).as_micros().max(1);
        let (mut sum, mut most) = (0, 0);
        for node in &mut self.nodes[1..] {
            node.mark(now);
            let area = std::mem::take(&mut node.area).as_micros();
            sum += area;
            most = most.max(area);
        }
        let percent = |area: u64| Some((u128::from(area) * 100_000 / u128::from(capacity)) as Thousandths);
        row.push(percent(sum / u64::from(self.config.services)));
        row.push(percent(most));
        let theory = self.config.utilisation(self.users_up);
        let holds = !self.disturbed && window.failed == 0 && window.ended == window.well && theory < 100_000;
        row.push(holds.then_some(theory as Thousandths));
        row
    }

    fn scene(&self) -> Scene {
        super::scene::draw(self)
    }

    fn story(&self) -> &[Line] {
        self.story.lines()
    }

    fn facts(&self) -> Vec<Option<Thousandths>> {
        let now = self.now();
        let mut facts = self.requests.facts(now.since(Time::ZERO)).to_vec();
        let served = self.total.well;
        let (ended, well) = self.seconds.iter().fold((0, 0), |sum, second| (sum.0 + second.0, sum.1 + second.1));
        let open: u64 = self.nodes.iter().map(|node| node.breaker.open_time(now).as_micros()).sum();
        facts.extend([
            Self::per(self.total.last, self.total.sent),
            Self::per(self.slow * 100, served),
            self.slow_theory.checked_div(served).map(|share| share as Thousandths),
            Some(self.total.retries as Thousandths * 1_000),
            Self::per(self.wasted.as_micros() * 100, self.work.as_micros()),
            Some((open / 1_000) as Thousandths),
            self.storm_time().map(|storm| storm.as_millis() as Thousandths),
            Self::per(well * 100, ended),
        ]);
        facts
    }

    fn hash(&self) -> TraceHash {
        self.hash
    }

    fn events(&self) -> u64 {
        self.agenda.handled()
    }

    fn bytes(&self) -> usize {
        let queues: usize = self.nodes.iter().map(|node| node.queue.capacity() * 4).sum();
        self.agenda.bytes()
            + self.calls.bytes()
            + self.jobs.bytes()
            + queues
            + self.nodes.len() * size_of::<Node>()
            + self.users.len() * size_of::<User>()
            + self.flights.capacity() * size_of::<Flight>()
            + size_of::<Histogram>()
    }

    fn copy(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}
