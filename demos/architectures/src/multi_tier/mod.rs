//! Browsers, API servers, a cache and databases: three tiers, each with a limit of its own.
//!
//! ```text
//! browser-1 … ──▶ api-1 … in turn: queue ──▶ worker, taken from here until the answer leaves
//!     ▲           `apis`           `queue`   `api-workers`
//!     │                                      │ 1. its own work, `api-ms`
//!     │                                      │ 2. a read asks ◀─ 1 ms ─▶ cache, if `cache-hit` > 0
//!     │                                      │ 3. no hit: one of `pool` connections, or a line for it
//!     │                                      │ 4. a query ◀─ 1 ms ─▶ database-1 …: line ──▶ workers
//!     └────────── answer or refusal ─────────┘                                      `db-workers`
//! writes go to database-1, the primary, reads to all in turn; the lines of 3 and 4 have no limit
//! timers: each browser's next request; `timeout-ms` after sending; `timeout-ms` of a worker whose
//!         query is lost on a cut link; a health check 1 s after an API server or a database stopped
//!         or came back
//! ```
//!
//! A request goes from a browser to an API server, each in turn. A worker there works on it, then asks the cache
//! (if it is a read, and there is a cache), then a database, and answers; it keeps the request all the while, so
//! that whatever is slow behind it takes its workers away. A query needs one of the connections that each API
//! server keeps to the databases (its pool); without a free one the worker waits. Service times at both tiers are
//! exponential; a way between API server and cache or database takes 1 ms.
//!
//! - Writes go to the first database, the primary; reads go to all databases in turn.
//! - The cache has the answer to a set share of the reads. That writes make copies invalid is part of that share.
//!   A cache that was down comes back empty, and is as useful as before after ten seconds.
//! - An API server that stops loses what it has. It gets requests until a health check after one second, and
//!   again from one second after its return: the balancer in between is not simulated, and does not fail.
//! - A database that stops closes its connections: whatever it had fails at once, and so does every later query
//!   until the health check after a second, from when on reads go to the others. No replica becomes the primary:
//!   while that is down, writes fail. Nothing written is lost.
//! - What is lost on a cut link between API server and database fails nobody at once: the worker and its
//!   connection wait as long as a browser does.
//!
//! Simplified: nobody tries again; replicas have every write at once, and at no cost; databases and connections
//! have queues without limit, API servers have one with a limit.

mod scene;

use super::parts::{Ask, Call, Calls, Gauge, MERGED_ABOVE, Stage, Station, Sums, Users, capital, chosen};
use crate::live::{
    Change, Chart, Curve, CurveKind, Fact, Group, Knob, Line, Model, Node, Outcome, Requests, Row, Scene, Settings,
    Story, Thousandths, World,
};
use sim::words::{are, counted, grouped};
use sim::{Agenda, Duration, NodeId, Rng, Stream, Time, TraceHash};
use std::collections::VecDeque;

/// Multi-tier: browser, API server, database.
pub static MODEL: Model = Model {
    name: "multi-tier",
    title: "Multi-tier",
    about: "Browsers ask API servers, API servers ask databases. Each tier is scaled by itself, and the slowest one \
            limits all: make it larger, and another tier is the slowest. A worker of an API server keeps its request \
            while it waits for the database, and needs one of a limited number of connections. Simplified: nobody \
            tries again, replicas have every write at once, and the balancer before the API servers never fails. \
            More than 10,000 browsers are simulated as one stream of requests.",
    knobs: KNOBS,
    seconds: (10, 60, 600),
    groups,
    accepts,
    victim: "database-1",
    charts: &[&THROUGHPUT, &Requests::LATENCY, &Requests::SUCCESS, &UTILISATION, &WAITING],
    facts: &[Requests::FACTS, FACTS],
};

/// The system at the beginning of a run.
pub fn start(settings: &Settings, seed: u64) -> Box<dyn World> {
    Box::new(Tiers::new(settings, seed))
}

const USERS: usize = 0;
const LOAD: usize = 1;
const APIS: usize = 2;
const API_MS: usize = 3;
const API_WORKERS: usize = 4;
const POOL: usize = 5;
const DATABASES: usize = 6;
const DB_MS: usize = 7;
const DB_WORKERS: usize = 8;
const CACHE_HIT: usize = 9;
const WRITES: usize = 10;
const QUEUE: usize = 11;
const TIMEOUT: usize = 12;
const LATENCY: usize = 13;

const MOST_APIS: u32 = 16;
const MOST_DATABASES: u32 = 8;

const KNOBS: &[Knob] = &[
    Knob::number("users", "Browsers", "", (1, 10_000_000), 6, "How many browsers there are.").log(),
    Knob::number("load", "Load", "/s", (0, 200_000), 20, "Requests per second, all browsers together.").live().log(),
    Knob::number("apis", "API servers", "", (1, MOST_APIS), 2, "How many API servers share the requests.").live(),
    Knob::number("api-ms", "API work", "ms", (1, 2_000), 20, "How long an API server works on a request, on average.")
        .live()
        .log(),
    Knob::number("api-workers", "API workers", "", (1, 1_000), 4, "How many requests an API server keeps at a time.")
        .live()
        .log(),
    Knob::number("pool", "Connections", "", (1, 1_000), 4, "How many connections to the databases an API server has.")
        .live()
        .log(),
    Knob::number("databases", "Databases", "", (1, MOST_DATABASES), 1, "The primary, and replicas that answer reads.")
        .live(),
    Knob::number("db-ms", "Database work", "ms", (1, 2_000), 20, "How long a database works on a query, on average.")
        .live()
        .log(),
    Knob::number(
        "db-workers",
        "Database workers",
        "",
        (1, 1_000),
        2,
        "How many queries a database works on at a time.",
    )
    .live()
    .log(),
    Knob::number("cache-hit", "Cache hits", "%", (0, 99), 0, "The share of reads that the cache answers; 0 for none.")
        .live(),
    Knob::number("writes", "Writes", "%", (0, 100), 20, "The share of requests that write: they go to the primary.")
        .live(),
    Knob::number("queue", "Queue", "", (0, 1_000_000), 50, "How many requests can wait at an API server.").live().log(),
    Knob::number("timeout-ms", "Timeout", "ms", (10, 60_000), 2_000, "After how long a browser gives a request up.")
        .log(),
    Knob::number(
        "latency-ms",
        "Latency",
        "ms",
        (0, 1_000),
        40,
        "How long a message takes between browser and API server at least; chance adds up to a third.",
    ),
];

/// As [`Requests::THROUGHPUT`], with what the slowest tier lets through.
const THROUGHPUT: Chart = Chart {
    title: Requests::THROUGHPUT.title,
    unit: Requests::THROUGHPUT.unit,
    least_top: Requests::THROUGHPUT.least_top,
    curves: &[
        Requests::THROUGHPUT.curves[0],
        Requests::THROUGHPUT.curves[1],
        Requests::THROUGHPUT.curves[2],
        Curve { name: "most, by the slowest tier", kind: CurveKind::Theory },
    ],
};

const UTILISATION: Chart = Chart {
    title: "Utilisation",
    unit: "%",
    least_top: 100,
    curves: &[
        Curve { name: "API workers taken", kind: CurveKind::Main },
        Curve { name: "connections taken", kind: CurveKind::Second },
        Curve { name: "the busiest database", kind: CurveKind::Third },
    ],
};

const WAITING: Chart = Chart {
    title: "Waiting",
    unit: "requests",
    least_top: 10,
    curves: &[
        Curve { name: "for an API worker", kind: CurveKind::Main },
        Curve { name: "for a connection", kind: CurveKind::Second },
        Curve { name: "at the databases", kind: CurveKind::Third },
    ],
};

const FACTS: &[Fact] = &[
    Fact {
        name: "api-utilisation",
        meaning: "Processor time that the API workers use, in percent; one that waits uses none.",
    },
    Fact { name: "api-taken", meaning: "API workers with a request, at work or waiting for a database, in percent." },
    Fact { name: "pool-utilisation", meaning: "Connections taken, in percent." },
    Fact { name: "db-utilisation", meaning: "Database workers at work, in percent, all databases together." },
    Fact { name: "primary-utilisation", meaning: "The same of the primary, in percent." },
    Fact { name: "api-waiting", meaning: "Requests that waited for an API worker, averaged over time." },
    Fact { name: "pool-waiting", meaning: "Requests that waited for a connection, averaged over time." },
    Fact { name: "db-waiting", meaning: "Queries that waited at the databases, averaged over time." },
    Fact { name: "hits", meaning: "Requests answered from the cache." },
    Fact { name: "queries", meaning: "Queries that a database has answered." },
    Fact {
        name: "limit",
        meaning: "Requests per second that the slowest tier lets through at most, with the settings at the end.",
    },
    Fact {
        name: "late-success",
        meaning: "Answered in time, in percent of the requests that ended in the last ten seconds.",
    },
];

/// How much of the run [`Tiers::late_success`] is about.
const LATE: Duration = Duration::from_secs(10);

/// How long it takes until a server that is down gets no requests any more, or one that is back gets them again.
const HEALTH_CHECK: Duration = Duration::from_secs(1);

/// How long a message takes between an API server and the cache or a database, in microseconds.
const HOP: u32 = 1_000;

/// How long an empty cache takes until it is as useful as before.
const WARM_UP: Duration = Duration::from_secs(10);

fn groups(settings: &Settings) -> Vec<Group> {
    // Servers can be added while the run goes on: all that there can be have names.
    vec![
        Group { name: "browser", label: "Browser", count: settings.at(USERS) },
        Group { name: "api", label: "API server", count: MOST_APIS },
        Group { name: "cache", label: "Cache", count: 1 },
        Group { name: "database", label: "Database", count: MOST_DATABASES },
    ]
}

/// What a node is, and which of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Browser(u32),
    Api(usize),
    Cache,
    Database(usize),
}

fn who(users: u32, node: Node) -> Who {
    match node.checked_sub(users) {
        None => Who::Browser(node),
        Some(place) if place < MOST_APIS => Who::Api(place as usize),
        Some(MOST_APIS) => Who::Cache,
        Some(place) => Who::Database((place - MOST_APIS - 1) as usize),
    }
}

fn accepts(settings: &Settings, change: &Change) -> Result<(), String> {
    let users = settings.at(USERS);
    let one_by_one = |who: Who| match who {
        Who::Browser(_) if users > MERGED_ABOVE => Err(format!(
            "more than {} browsers are one stream of requests: no single one can be reached; stop a share of them, or \
             have fewer browsers",
            grouped(MERGED_ABOVE.into())
        )),
        _ => Ok(()),
    };
    match *change {
        Change::Stop(node) | Change::Restart(node) => one_by_one(who(users, node)),
        Change::Slow(node, _) => match who(users, node) {
            Who::Api(_) | Who::Database(_) => Ok(()),
            _ => Err("only API servers and databases can be slowed down: nobody else works on requests".into()),
        },
        Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) => {
            match (who(users, a.min(b)), who(users, a.max(b))) {
                (browser @ Who::Browser(_), Who::Api(_)) => one_by_one(browser),
                (Who::Api(_), Who::Cache | Who::Database(_)) => Ok(()),
                _ => {
                    Err("there is no such link: API servers have links to browsers, to the cache and to databases"
                        .into())
                }
            }
        }
        Change::StopShare { group: 2, .. } | Change::RestartAll { group: 2 } => {
            Err("there is one cache: stop or restart it by its name".into())
        }
        Change::StopShare { .. } | Change::RestartAll { .. } | Change::Set { .. } => Ok(()),
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// A stream of requests asks.
    Ask {
        stream: u32,
        round: u16,
    },
    /// A request reaches its API server.
    AtApi {
        call: u32,
    },
    /// The API server has done its own work.
    Worked {
        call: u32,
    },
    /// The cache has answered.
    Looked {
        call: u32,
    },
    /// A query reaches its database.
    AtDatabase {
        call: u32,
    },
    /// A database has done a query, unless it has stopped since.
    Queried {
        call: u32,
        database: u8,
        epoch: u16,
    },
    /// A database's answer reaches the API server.
    Returned {
        call: u32,
    },
    /// The API server gives a query up.
    Hung {
        call: u32,
    },
    /// An answer reaches its browser.
    Answer {
        call: u32,
    },
    /// The next request may be to be given up.
    GiveUp,
    /// A health check of an API server, or of a database.
    CheckApi {
        api: u8,
    },
    CheckDatabase {
        database: u8,
    },
}

/// An API server. Its station's workers are those that have a request.
#[derive(Clone, Debug)]
struct Api {
    station: Station,
    /// Requests are sent to it.
    believed: bool,
    /// Workers that work themselves.
    working: Gauge,
    /// Connections taken.
    connections: Gauge,
    /// Calls that wait for a connection, and how many.
    pool: VecDeque<u32>,
    pooled: Gauge,
}

#[derive(Clone, Debug)]
struct Database {
    station: Station,
    /// Reads are sent to it.
    believed: bool,
}

/// A link that is other than it should be.
#[derive(Clone, Copy, Debug)]
struct Impaired {
    a: Node,
    b: Node,
    cut: bool,
    /// By how many microseconds it takes longer.
    later: u32,
}

/// The tier that limits all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Bottleneck {
    #[default]
    None,
    Api,
    Pool,
    Database,
}

/// What has been told, so that it is not told again before it has ended.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    bottleneck: Bottleneck,
    /// What the last window said, and for how many windows.
    last: (Bottleneck, u32),
    failing: bool,
}

#[derive(Clone, Debug)]
struct Tiers {
    agenda: Agenda<Event>,
    users: Users,
    calls: Calls,
    /// As many as there can be; the first ones are in use.
    apis: Vec<Api>,
    databases: Vec<Database>,
    cache_up: bool,
    /// When the cache came back empty.
    cache_cold: Option<Time>,
    impaired: Vec<Impaired>,
    /// The values of the knobs, by their places.
    knobs: [u32; KNOBS.len()],
    /// Whose turn it is: of the API servers, and of the databases.
    turns: [u32; 2],
    /// Who stops when a share does.
    fate: Rng,
    /// Connections that there are, all API servers together.
    connections: Gauge,
    hits: u64,
    queries: u64,
    /// When windows were closed, and how many requests had been answered and had failed by then: those of the last
    /// [`LATE`], and the one before.
    closed: VecDeque<(Time, u64, u64)>,
    told: Told,
    story: Story,
    hash: TraceHash,
}

impl Tiers {
    fn new(settings: &Settings, seed: u64) -> Self {
        let (count, load) = (settings.at(USERS), settings.at(LOAD));
        let api = Api {
            station: Station::new(),
            believed: true,
            working: Gauge::default(),
            connections: Gauge::default(),
            pool: VecDeque::new(),
            pooled: Gauge::default(),
        };
        let mut tiers = Self {
            agenda: Agenda::default(),
            users: Users::new("browser", count, count > MERGED_ABOVE, seed, load),
            calls: Calls::new(settings.at(TIMEOUT)),
            apis: vec![api; MOST_APIS as usize],
            databases: vec![Database { station: Station::new(), believed: true }; MOST_DATABASES as usize],
            cache_up: true,
            cache_cold: None,
            impaired: vec![],
            knobs: std::array::from_fn(|place| settings.at(place)),
            turns: [0; 2],
            fate: Rng::new(seed, Stream::Node(NodeId(0x4000_0001))),
            connections: Gauge::default(),
            hits: 0,
            queries: 0,
            closed: VecDeque::new(),
            told: Told::default(),
            story: Story::default(),
            hash: TraceHash::default(),
        };
        if tiers.users.is_merged() {
            tiers.story.tell(Time::ZERO, tiers.users.merged_note());
        }
        tiers.count_connections();
        tiers.start_asking();
        tiers
    }

    fn now(&self) -> Time {
        self.agenda.now()
    }

    /// The API servers in use.
    fn apis(&self) -> &[Api] {
        &self.apis[..self.knobs[APIS] as usize]
    }

    /// The databases in use.
    fn databases(&self) -> &[Database] {
        &self.databases[..self.knobs[DATABASES] as usize]
    }

    /// How many workers of an API server count: none if it is not in use, though it ends what it has begun.
    fn api_workers(&self, place: usize) -> u32 {
        if place < self.apis().len() { self.knobs[API_WORKERS] } else { 0 }
    }

    fn db_workers(&self, place: usize) -> u32 {
        if place < self.databases().len() { self.knobs[DB_WORKERS] } else { 0 }
    }

    fn api_node(&self, place: usize) -> Node {
        self.users.count() + place as Node
    }

    fn cache_node(&self) -> Node {
        self.users.count() + MOST_APIS
    }

    fn db_node(&self, place: usize) -> Node {
        self.users.count() + MOST_APIS + 1 + place as Node
    }

    /// How the link between the two is: cut, and by how many microseconds slower.
    fn link(&self, a: Node, b: Node) -> (bool, u32) {
        let found = self.impaired.iter().find(|link| (link.a, link.b) == (a, b));
        found.map_or((false, 0), |link| (link.cut, link.later))
    }

    fn set_link(&mut self, a: Node, b: Node, change: impl FnOnce(&mut Impaired)) {
        let (a, b) = (a.min(b), a.max(b));
        let place = self.impaired.iter().position(|link| (link.a, link.b) == (a, b)).unwrap_or_else(|| {
            self.impaired.push(Impaired { a, b, cut: false, later: 0 });
            self.impaired.len() - 1
        });
        change(&mut self.impaired[place]);
        self.impaired.retain(|link| link.cut || link.later > 0);
    }

    fn set_cut(&mut self, a: Node, b: Node, cut: bool) {
        let (near, far) = (a.min(b), a.max(b));
        let was = self.link(near, far).0;
        self.set_link(a, b, |link| link.cut = cut);
        let users = self.users.count();
        if let (Who::Api(api), Who::Database(database)) = (who(users, near), who(users, far))
            && was != cut
        {
            let link = format!("the link between API server {} and {}", api + 1, self.db_name(database));
            self.tell(capital(if cut {
                format!(
                    "{link} is cut: what is sent there vanishes, and each worker waits in vain for an answer until its \
                     timeout, with its connection. A database that is down at least says so."
                )
            } else {
                format!("{link} is whole again.")
            }));
        }
    }

    fn start_asking(&mut self) {
        let agenda = &mut self.agenda;
        let load = self.knobs[LOAD];
        self.users.start(agenda.now(), load, |at, stream, round| agenda.at(at, Event::Ask { stream, round }));
    }

    /// Something of note has happened, now.
    fn note(&mut self, kind: u64, who: u32) {
        self.hash.word(self.now().as_micros() | u64::from(who) << 34 | kind << 60);
    }

    fn tell(&mut self, text: String) {
        self.story.tell(self.now(), text);
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Ask { stream, round } => {
                if let Some((ask, next)) = self.users.asks(stream, round, self.now()) {
                    self.agenda.at(next, Event::Ask { stream, round });
                    if let Some(ask) = ask {
                        self.send(&ask);
                    }
                }
            }
            Event::AtApi { call } => self.at_api(call),
            Event::Worked { call } => self.worked(call),
            Event::Looked { call } => self.looked(call),
            Event::AtDatabase { call } => self.at_database(call),
            Event::Queried { call, database, epoch } => self.queried(call, usize::from(database), epoch),
            Event::Returned { call } | Event::Hung { call } => {
                let refused = matches!(event, Event::Hung { .. }) || self.calls.get(call).refused;
                if self.has_it_still(call) {
                    self.release(usize::from(self.calls.get(call).at[0]));
                    self.finish(call, refused);
                }
            }
            Event::Answer { call } => self.answer(call),
            Event::GiveUp => loop {
                match self.calls.expired(self.now()) {
                    Ok(call) => self.settled(call, Outcome::TimedOut),
                    Err(Some(again)) => return self.agenda.at(again, Event::GiveUp),
                    Err(None) => return,
                }
            },
            Event::CheckApi { api } => self.check_api(usize::from(api)),
            Event::CheckDatabase { database } => self.check_database(usize::from(database)),
        }
    }

    /// How long a message takes between a browser and its API server.
    fn way(&self, call: u32, back: bool) -> Duration {
        let call = self.calls.get(call);
        let latency = self.knobs[LATENCY] * 1_000;
        let later = self.link(call.user, self.api_node(call.at[0].into())).1;
        micros(latency + call.chance(back, latency / 3) + later)
    }

    fn send(&mut self, ask: &Ask) {
        let now = self.now();
        self.users.sent(ask.user);
        let (call, expires) = self.calls.send(now, ask.user, ask.jitter, ask.need);
        if let Some(at) = expires {
            self.agenda.at(at, Event::GiveUp);
        }
        let believed = |place: usize| self.apis[place].believed;
        let api = in_turn(&mut self.turns[0], self.knobs[APIS], &believed);
        let sent = self.calls.get_mut(call);
        sent.at[0] = api as u8;
        sent.writes = u32::from(ask.percent[0]) < self.knobs[WRITES];
        sent.dice = ask.percent[1];
        let due = now + self.way(call, false);
        self.calls.travel(call, Stage::Way, now, due);
        self.agenda.at(due, Event::AtApi { call });
    }

    fn at_api(&mut self, call: u32) {
        let &Call { user, at: [place, _], .. } = self.calls.get(call);
        let place = usize::from(place);
        if !self.apis[place].station.up || self.link(user, self.api_node(place)).0 {
            return self.calls.lose(call);
        }
        self.note(1, user);
        let (now, workers) = (self.now(), self.api_workers(place));
        let api = &mut self.apis[place];
        api.station.count(now, workers);
        self.calls.get_mut(call).epoch = api.station.epoch;
        // One that is taken out of use does what reaches it still.
        if api.station.busy < self.knobs[API_WORKERS] {
            self.work(call);
        } else if (api.station.waiting.len() as u32) < self.knobs[QUEUE] {
            api.station.queue(call);
            self.calls.get_mut(call).stage = Stage::Waiting;
        } else {
            self.reply(call, true);
        }
    }

    /// An API worker takes the call on.
    fn work(&mut self, call: u32) {
        let (now, mean_ms) = (self.agenda.now(), self.knobs[API_MS]);
        let taken = self.calls.get_mut(call);
        taken.stage = Stage::Served;
        let api = &mut self.apis[usize::from(taken.at[0])];
        api.station.busy += 1;
        api.working.set(now, api.working.get() + 1);
        let takes = api.station.takes(taken.need[0], mean_ms);
        self.agenda.at(now + takes, Event::Worked { call });
    }

    /// Whether the API server still has the call: not if it has stopped since. Then the call is lost.
    fn has_it_still(&mut self, call: u32) -> bool {
        let &Call { at: [api, _], epoch, .. } = self.calls.get(call);
        let still = self.apis[usize::from(api)].station.epoch == epoch;
        if !still {
            self.calls.lose(call);
        }
        still
    }

    fn worked(&mut self, call: u32) {
        if !self.has_it_still(call) {
            return;
        }
        let now = self.now();
        let &Call { at: [place, _], writes, .. } = self.calls.get(call);
        let api = &mut self.apis[usize::from(place)];
        api.working.set(now, api.working.get() - 1);
        let (cut, later) = self.link(self.api_node(place.into()), self.cache_node());
        if writes || self.knobs[CACHE_HIT] == 0 || !self.cache_up || cut {
            return self.query(call);
        }
        let due = now + micros(2 * (HOP + later));
        self.calls.travel(call, Stage::Looking, now, due);
        self.agenda.at(due, Event::Looked { call });
    }

    /// The share of reads that the cache answers now, in percent.
    fn hit_share(&self) -> u32 {
        let share = self.knobs[CACHE_HIT];
        match self.cache_cold {
            _ if !self.cache_up => 0,
            Some(cold) => {
                let past = self.now().since(cold).min(WARM_UP).as_micros();
                (u64::from(share) * past / WARM_UP.as_micros()) as u32
            }
            None => share,
        }
    }

    fn looked(&mut self, call: u32) {
        if !self.has_it_still(call) {
            return;
        }
        if u32::from(self.calls.get(call).dice) < self.hit_share() {
            self.hits += 1;
            self.finish(call, false);
        } else {
            self.query(call);
        }
    }

    /// The call needs a connection.
    fn query(&mut self, call: u32) {
        let (now, pool) = (self.now(), self.knobs[POOL]);
        let api = &mut self.apis[usize::from(self.calls.get(call).at[0])];
        if api.connections.get() < pool {
            self.connect(call);
        } else {
            api.pool.push_back(call);
            api.pooled.set(now, api.pool.len() as u32);
            self.calls.get_mut(call).stage = Stage::Pool;
        }
    }

    /// The call has a connection: its query sets out.
    fn connect(&mut self, call: u32) {
        let now = self.now();
        let &Call { at: [place, _], writes, .. } = self.calls.get(call);
        let api = &mut self.apis[usize::from(place)];
        api.connections.set(now, api.connections.get() + 1);
        let believed = |place: usize| self.databases[place].believed;
        let database = if writes { 0 } else { in_turn(&mut self.turns[1], self.knobs[DATABASES], &believed) };
        self.calls.get_mut(call).at[1] = database as u8;
        let (_, later) = self.link(self.api_node(place.into()), self.db_node(database));
        let due = now + micros(HOP + later);
        self.calls.travel(call, Stage::Hop, now, due);
        self.agenda.at(due, Event::AtDatabase { call });
    }

    /// The next call in line has the connection that is free now.
    fn release(&mut self, place: usize) {
        let now = self.now();
        let api = &mut self.apis[place];
        api.connections.set(now, api.connections.get() - 1);
        self.fill_pool(place);
    }

    fn fill_pool(&mut self, place: usize) {
        let now = self.now();
        while self.apis[place].connections.get() < self.knobs[POOL]
            && let Some(next) = self.apis[place].pool.pop_front()
        {
            let waiting = self.apis[place].pool.len() as u32;
            self.apis[place].pooled.set(now, waiting);
            self.connect(next);
        }
    }

    /// Whether the link between the call's API server and its database is cut. Then the worker waits in vain.
    fn hangs(&mut self, call: u32) -> bool {
        let &Call { at: [api, database], .. } = self.calls.get(call);
        let (cut, _) = self.link(self.api_node(api.into()), self.db_node(database.into()));
        if cut {
            self.calls.get_mut(call).stage = Stage::Hung;
            self.agenda.after(Duration::from_millis(self.knobs[TIMEOUT].into()), Event::Hung { call });
        }
        cut
    }

    fn at_database(&mut self, call: u32) {
        if self.hangs(call) {
            return;
        }
        let place = usize::from(self.calls.get(call).at[1]);
        let (now, workers) = (self.now(), self.db_workers(place));
        let database = &mut self.databases[place];
        if !database.station.up {
            self.calls.get_mut(call).refused = true;
            return self.go_back(call);
        }
        database.station.count(now, workers);
        if database.station.busy < self.knobs[DB_WORKERS] {
            self.answer_query(call);
        } else {
            database.station.queue(call);
            self.calls.get_mut(call).stage = Stage::NextWaiting;
        }
    }

    /// A database worker takes the query on.
    fn answer_query(&mut self, call: u32) {
        let (now, mean_ms) = (self.agenda.now(), self.knobs[DB_MS]);
        let taken = self.calls.get_mut(call);
        taken.stage = Stage::NextServed;
        let database = taken.at[1];
        let station = &mut self.databases[usize::from(database)].station;
        station.busy += 1;
        let takes = station.takes(taken.need[1], mean_ms);
        self.agenda.at(now + takes, Event::Queried { call, database, epoch: station.epoch });
    }

    fn queried(&mut self, call: u32, place: usize, epoch: u16) {
        // If it has stopped since, the call has gone back already, and may be another one by now.
        if self.databases[place].station.epoch != epoch {
            return;
        }
        let (now, workers) = (self.now(), self.db_workers(place));
        self.databases[place].station.count(now, workers);
        self.databases[place].station.busy -= 1;
        self.queries += 1;
        self.fill_database(place);
        self.go_back(call);
    }

    fn fill_database(&mut self, place: usize) {
        while self.databases[place].station.busy < self.knobs[DB_WORKERS]
            && let Some(next) = self.databases[place].station.waiting.pop_front()
        {
            self.answer_query(next);
        }
    }

    fn go_back(&mut self, call: u32) {
        if self.hangs(call) {
            return;
        }
        let &Call { at: [api, database], .. } = self.calls.get(call);
        let (_, later) = self.link(self.api_node(api.into()), self.db_node(database.into()));
        let due = self.now() + micros(HOP + later);
        self.calls.travel(call, Stage::Return, self.agenda.now(), due);
        self.agenda.at(due, Event::Returned { call });
    }

    /// The API worker answers, and takes the next one on.
    fn finish(&mut self, call: u32, refused: bool) {
        let place = usize::from(self.calls.get(call).at[0]);
        let (now, workers) = (self.now(), self.api_workers(place));
        self.apis[place].station.count(now, workers);
        self.apis[place].station.busy -= 1;
        self.fill_api(place);
        self.reply(call, refused);
    }

    fn fill_api(&mut self, place: usize) {
        while self.apis[place].station.busy < self.knobs[API_WORKERS]
            && let Some(next) = self.apis[place].station.waiting.pop_front()
        {
            self.work(next);
        }
    }

    fn reply(&mut self, call: u32, refused: bool) {
        let now = self.now();
        self.calls.get_mut(call).refused = refused;
        let due = now + self.way(call, true);
        self.calls.travel(call, Stage::Back, now, due);
        self.agenda.at(due, Event::Answer { call });
    }

    fn answer(&mut self, call: u32) {
        let &Call { user, sent, settled, refused, at: [api, _], .. } = self.calls.get(call);
        if self.link(user, self.api_node(api.into())).0 {
            return self.calls.lose(call);
        }
        if !settled {
            let after = Duration::from_micros(self.now().as_micros() - u64::from(sent));
            self.settled(call, if refused { Outcome::Refused } else { Outcome::Answered(after) });
        }
        self.calls.end(call);
    }

    /// A browser has an answer, or gives up.
    fn settled(&mut self, call: u32, outcome: Outcome) {
        let user = self.calls.get(call).user;
        self.users.ended(user, outcome);
        let kind = match outcome {
            Outcome::Answered(_) => 2,
            Outcome::Refused => 3,
            Outcome::TimedOut => 4,
        };
        self.note(kind, user);
    }

    fn check_api(&mut self, place: usize) {
        let up = self.apis[place].station.up;
        let changed = std::mem::replace(&mut self.apis[place].believed, up) != up;
        if changed && place < self.apis().len() {
            let left = self.apis().iter().filter(|api| api.believed).count();
            self.tell(match (up, left) {
                (true, _) => format!("A health check finds API server {} again: it gets its share.", place + 1),
                (_, 0) => {
                    "Health checks find no API server any more: every browser waits until its timeout.".to_owned()
                }
                (_, 1) => {
                    format!("A health check has missed API server {}: its share goes to the one left.", place + 1)
                }
                _ => format!("A health check has missed API server {}: its share goes to the {left} left.", place + 1),
            });
        }
    }

    fn check_database(&mut self, place: usize) {
        let up = self.databases[place].station.up;
        let changed = std::mem::replace(&mut self.databases[place].believed, up) != up;
        if changed && !up && place < self.databases().len() && self.databases().iter().any(|other| other.believed) {
            let only = if place == 0 { " Writes need the primary, and still fail." } else { "" };
            self.tell(format!("A health check has missed {}: reads go to the others.{only}", self.db_name(place)));
        }
    }

    fn db_name(&self, place: usize) -> String {
        match (self.databases().len(), place) {
            (1, _) => "the database".to_owned(),
            (_, 0) => "the primary database".to_owned(),
            _ => format!("database {}", place + 1),
        }
    }

    /// Brings all sums up to now; to be called before workers are added or taken away.
    fn count(&mut self) {
        let now = self.now();
        for place in 0..self.apis.len() {
            let workers = self.api_workers(place);
            self.apis[place].station.count(now, workers);
        }
        for place in 0..self.databases.len() {
            let workers = self.db_workers(place);
            self.databases[place].station.count(now, workers);
        }
    }

    fn count_connections(&mut self) {
        let up = self.apis().iter().filter(|api| api.station.up).count() as u32;
        let all = up * self.knobs[POOL];
        self.connections.set(self.now(), all);
    }

    /// How many requests are lost with it.
    fn stop_api(&mut self, place: usize) -> u64 {
        self.count();
        let now = self.now();
        let api = &mut self.apis[place];
        let lost = u64::from(api.station.busy) + api.station.waiting.len() as u64;
        api.station.stop();
        api.working.set(now, 0);
        api.connections.set(now, 0);
        api.pooled.set(now, 0);
        // The others are lost when what they wait for has happened.
        while let Some(call) =
            self.apis[place].station.waiting.pop_front().or_else(|| self.apis[place].pool.pop_front())
        {
            self.calls.lose(call);
        }
        self.count_connections();
        self.agenda.after(HEALTH_CHECK, Event::CheckApi { api: place as u8 });
        lost
    }

    fn restart_api(&mut self, place: usize) {
        self.count();
        self.apis[place].station.up = true;
        self.count_connections();
        self.agenda.after(HEALTH_CHECK, Event::CheckApi { api: place as u8 });
    }

    /// How many queries fail with it.
    fn stop_database(&mut self, place: usize) -> u64 {
        self.count();
        let station = &mut self.databases[place].station;
        let had = u64::from(station.busy) + station.waiting.len() as u64;
        station.stop();
        station.waiting.clear();
        for call in self.calls.places() {
            let &Call { stage, at, .. } = self.calls.get(call);
            if matches!(stage, Stage::NextWaiting | Stage::NextServed) && usize::from(at[1]) == place {
                self.calls.get_mut(call).refused = true;
                self.go_back(call);
            }
        }
        self.agenda.after(HEALTH_CHECK, Event::CheckDatabase { database: place as u8 });
        had
    }

    fn restart_database(&mut self, place: usize) {
        self.count();
        self.databases[place].station.up = true;
        self.agenda.after(HEALTH_CHECK, Event::CheckDatabase { database: place as u8 });
    }

    fn stop(&mut self, who: Who) {
        match who {
            Who::Browser(user) => {
                if self.users.set_away(user, true) {
                    self.calls.forget(|left| left == user);
                }
            }
            Who::Api(place) => {
                if place < self.apis().len() && self.apis[place].station.up {
                    let lost = self.stop_api(place);
                    let requests = counted(lost, "request");
                    self.tell(format!(
                        "API server {} stopped: {requests} that it had {} lost. It keeps nothing itself, so the others \
                         can take its share once a health check has missed it.",
                        place + 1,
                        are(lost)
                    ));
                }
            }
            Who::Cache => {
                if std::mem::replace(&mut self.cache_up, false) && self.knobs[CACHE_HIT] > 0 {
                    self.tell("The cache stopped: every read goes to the databases now.".to_owned());
                }
            }
            Who::Database(place) => {
                if place < self.databases().len() && self.databases[place].station.up {
                    let had = self.stop_database(place);
                    let queries = match had {
                        0 => String::new(),
                        1 => " The query that it had fails.".to_owned(),
                        _ => format!(" The {} queries that it had fail.", grouped(had)),
                    };
                    let left = self.databases().iter().filter(|database| database.station.up).count();
                    let then = match (place, left, self.hit_share()) {
                        (_, 0, 0) => " No request can be answered: the API servers are up, and of no use.",
                        (_, 0, _) => " Only what the cache has can still be read.",
                        (0, ..) => " Nothing can be written any more; its replicas go on answering reads.",
                        _ => " The other databases take its reads over at the next health check.",
                    };
                    self.tell(capital(format!("{} stopped.{queries}{then}", self.db_name(place))));
                }
            }
        }
    }

    fn restart(&mut self, who: Who) {
        match who {
            Who::Browser(user) => {
                self.users.set_away(user, false);
            }
            Who::Api(place) => {
                if !self.apis[place].station.up {
                    self.restart_api(place);
                    self.tell(format!(
                        "API server {} is back, and has nothing to do until its next health check.",
                        place + 1
                    ));
                }
            }
            Who::Cache => {
                if !std::mem::replace(&mut self.cache_up, true) {
                    self.cache_cold = Some(self.now());
                    if self.knobs[CACHE_HIT] > 0 {
                        let text = "The cache is back, and empty: until it has filled, most reads go to the databases.";
                        self.tell(text.to_owned());
                    }
                }
            }
            Who::Database(place) => {
                if !self.databases[place].station.up {
                    self.restart_database(place);
                    self.tell(capital(format!("{} is back, with all that was written.", self.db_name(place))));
                }
            }
        }
    }

    /// A number of browsers have left or come back.
    fn users_changed(&mut self) {
        let users = &self.users;
        self.calls.forget(|user| !users.is_here(user));
        if users.is_merged() {
            // Merged browsers ask at the rate of those who are there.
            self.start_asking();
        }
        let here = u64::from(self.users.here());
        self.tell(format!("There {} {} now.", are(here), counted(here, "browser")));
    }

    fn stop_share(&mut self, group: usize, percent: u32) {
        let up = |stations: &mut dyn Iterator<Item = &Station>| -> Vec<u32> {
            stations.zip(0..).filter(|(station, _)| station.up).map(|(_, place)| place).collect()
        };
        let (what, mut up) = match group {
            0 => {
                self.users.leave(percent, &mut self.fate);
                return self.users_changed();
            }
            1 => ("API server", up(&mut self.apis().iter().map(|api| &api.station))),
            _ => ("database", up(&mut self.databases().iter().map(|database| &database.station))),
        };
        let stopped = chosen(&mut up, percent, &mut self.fate);
        let lost: u64 = stopped
            .iter()
            .map(|place| if group == 1 { self.stop_api(*place as usize) } else { self.stop_database(*place as usize) })
            .sum();
        if !stopped.is_empty() {
            let (requests, stopped) = (counted(lost, "request"), counted(stopped.len() as u64, what));
            self.tell(format!("{stopped} stopped: {requests} that they had failed."));
        }
    }

    fn restart_all(&mut self, group: usize) {
        if group == 0 {
            self.users.come_back();
            return self.users_changed();
        }
        let mut back = 0;
        if group == 1 {
            for place in 0..self.apis.len() {
                if !self.apis[place].station.up {
                    self.restart_api(place);
                    back += 1;
                }
            }
        } else {
            for place in 0..self.databases.len() {
                if !self.databases[place].station.up {
                    self.restart_database(place);
                    back += 1;
                }
            }
        }
        if back > 0 {
            self.tell(format!("Back again: {}.", counted(back, if group == 1 { "API server" } else { "database" })));
        }
    }

    fn set(&mut self, knob: usize, value: u32) {
        self.count();
        self.knobs[knob] = value;
        match knob {
            LOAD => self.start_asking(),
            APIS | POOL => {
                self.count_connections();
                (0..self.apis.len()).for_each(|place| self.fill_pool(place));
                (0..self.apis.len()).for_each(|place| self.fill_api(place));
            }
            API_WORKERS => (0..self.apis.len()).for_each(|place| self.fill_api(place)),
            DATABASES | DB_WORKERS => (0..self.databases.len()).for_each(|place| self.fill_database(place)),
            _ => {}
        }
    }

    /// Which share of the requests that ended in the last [`LATE`] were answered; nothing if none ended.
    fn late_success(&self) -> Option<Thousandths> {
        let now = self.now();
        let before = self.closed.iter().rfind(|(then, ..)| *then + LATE <= now);
        let (answered_before, failed_before) = before.map_or((0, 0), |(_, answered, failed)| (*answered, *failed));
        let (_, answered, failed) = self.users.requests.totals();
        let answered = answered - answered_before;
        percent(answered, answered + failed - failed_before)
    }

    /// How many requests per second each tier lets through at most, and so all together, in thousandths: nothing
    /// where nothing written can be answered, or links are not as they should be.
    ///
    /// A worker that never waits for anything has a request for as long as the work takes: the API servers let
    /// through what their workers can at best, the pools what their connections can, the databases what each of
    /// them can with its part of the queries. It takes all of what a tier could do, which chance hardly allows.
    fn limit(&self) -> Option<Thousandths> {
        let secs = |micros: f64| micros / 1e6;
        let writes = f64::from(self.knobs[WRITES]) / 100.0;
        let hits = f64::from(self.hit_share()) / 100.0;
        let has_cache = self.knobs[CACHE_HIT] > 0 && self.cache_up;
        let reads = (1.0 - writes) * (1.0 - hits);
        let up: Vec<&Station> = self.apis().iter().map(|api| &api.station).filter(|station| station.up).collect();
        let answering = self.databases().iter().filter(|database| database.station.up).count();
        if up.is_empty() || !self.databases[0].station.up || !self.impaired.is_empty() {
            return None;
        }
        let mut most = f64::INFINITY;
        let mut query = 0f64;
        for (place, Database { station, .. }) in self.databases().iter().enumerate().filter(|(_, d)| d.station.up) {
            let part = reads / answering as f64 + if place == 0 { writes } else { 0.0 };
            let takes = secs(f64::from(self.knobs[DB_MS]) * 1e3 * f64::from(station.slow));
            query += part * (takes + secs(2.0 * f64::from(HOP)));
            most = most.min(f64::from(self.knobs[DB_WORKERS]) / takes / part);
        }
        // A request's queries take so long on average, those that need none included.
        let servers = up.len() as f64;
        most = most.min(servers * f64::from(self.knobs[POOL]) / query);
        let lookup = if has_cache { (1.0 - writes) * secs(2.0 * f64::from(HOP)) } else { 0.0 };
        for station in up {
            let work = secs(f64::from(self.knobs[API_MS]) * 1e3 * f64::from(station.slow));
            most = most.min(servers * f64::from(self.knobs[API_WORKERS]) / (work + lookup + query));
        }
        Some((most * 1e3 + 0.5) as Thousandths)
    }

    /// Tells what has begun or ended in a window that has just been closed.
    fn review(&mut self, success: Option<Thousandths>, taken: [Option<Thousandths>; 3]) {
        // What is behind a tier keeps its workers: the last tier that is full is the one that limits.
        let full = |place: usize| taken[place].is_some_and(|share| share >= 93_000);
        let seen = match (full(2), full(1), full(0)) {
            (true, ..) => Bottleneck::Database,
            (_, true, _) => Bottleneck::Pool,
            (_, _, true) => Bottleneck::Api,
            // Not quite full any more is not yet time to spare.
            _ if taken.iter().flatten().any(|share| *share >= 85_000) => self.told.bottleneck,
            _ => Bottleneck::None,
        };
        let Told { last, .. } = &mut self.told;
        *last = if last.0 == seen { (seen, last.1 + 1) } else { (seen, 1) };
        if last.1 == 3 && seen != self.told.bottleneck {
            let before = std::mem::replace(&mut self.told.bottleneck, seen);
            let now = if before == Bottleneck::None { "" } else { " now" };
            self.tell(match seen {
                Bottleneck::None => "No tier is at its limit any more.".to_owned(),
                Bottleneck::Api => format!(
                    "The API servers are the bottleneck{now}: all their workers are taken. More API servers would help; \
                     a faster database alone would not."
                ),
                Bottleneck::Pool => format!(
                    "The connections are the bottleneck{now}: workers of the API servers wait for one while the \
                     databases have time to spare. More connections would help; more API servers bring their own."
                ),
                Bottleneck::Database => format!(
                    "The database is the bottleneck{now}: it is busy nearly all the time, and the API servers' workers \
                     wait for it. More API servers would not help; a cache or read replicas may."
                ),
            });
        }
        let Some(success) = success else { return };
        if !self.told.failing && success < 90_000 {
            self.told.failing = true;
            self.tell(match success / 1_000 {
                0 => "Requests fail: of those that ended just now, none was answered in time.".to_owned(),
                share => format!("Requests fail: of those that ended just now, {share} % were answered in time."),
            });
        } else if self.told.failing && success >= 99_000 {
            self.told.failing = false;
            self.tell("Requests are answered in time again.".to_owned());
        }
    }
}

fn micros(micros: u32) -> Duration {
    Duration::from_micros(micros.into())
}

/// The next of so many whose turn it is, of those that are believed to be up; if none is, the next of all.
fn in_turn(turn: &mut u32, count: u32, believed: &dyn Fn(usize) -> bool) -> usize {
    let places = (0..count).map(|step| (*turn + step) % count);
    let place = places.into_iter().find(|place| believed(*place as usize)).unwrap_or(*turn % count);
    *turn = place + 1;
    place as usize
}

/// A share in thousandths of a percent.
fn percent(part: u64, of: u64) -> Option<Thousandths> {
    part.saturating_mul(100_000).checked_div(of).map(|share| share.min(100_000) as Thousandths)
}

/// An average over that time, in thousandths.
fn average(sum: u64, length: Duration) -> Option<Thousandths> {
    sum.saturating_mul(1_000).checked_div(length.as_micros()).map(|mean| mean as Thousandths)
}

impl World for Tiers {
    fn advance(&mut self, until: Time, most: u32) -> bool {
        for _ in 0..most {
            match self.agenda.pop_before(until) {
                Some(event) => self.handle(event),
                None => return true,
            }
        }
        false
    }

    fn now(&self) -> Time {
        self.agenda.now()
    }

    fn apply(&mut self, change: &Change) {
        self.note(5, 0);
        let users = self.users.count();
        match *change {
            Change::Stop(node) => self.stop(who(users, node)),
            Change::Restart(node) => self.restart(who(users, node)),
            Change::Slow(node, by) => {
                let (station, name) = match who(users, node) {
                    Who::Api(place) => (&mut self.apis[place].station, format!("API server {}", place + 1)),
                    Who::Database(place) => {
                        let name = self.db_name(place);
                        (&mut self.databases[place].station, name)
                    }
                    _ => return,
                };
                if std::mem::replace(&mut station.slow, by) != by {
                    self.tell(capital(match by {
                        1 => format!("{name} is as fast as usual again."),
                        _ => format!("{name} takes {by} times as long for everything from now on."),
                    }));
                }
            }
            Change::Cut(a, b) => self.set_cut(a, b, true),
            Change::Heal(a, b) => self.set_cut(a, b, false),
            Change::Delay(a, b, later) => self.set_link(a, b, |link| link.later = later.as_micros() as u32),
            Change::StopShare { group, percent } => self.stop_share(group, percent),
            Change::RestartAll { group } => self.restart_all(group),
            Change::Set { knob, value } => self.set(knob, value),
        }
    }

    fn row(&mut self, length: Duration) -> Row {
        self.count();
        let now = self.now();
        let (_, answered, failed) = self.users.requests.totals();
        self.closed.push_back((now, answered, failed));
        while self.closed.get(1).is_some_and(|(then, ..)| *then + LATE <= now) {
            self.closed.pop_front();
        }
        let (mut api, mut database, mut busiest) = (Sums::default(), Sums::default(), None);
        let (mut connections, mut pooled) = (0, 0);
        for server in &mut self.apis {
            api.add(server.station.window());
            server.working.window(now);
            connections += server.connections.window(now);
            pooled += server.pooled.window(now);
        }
        for server in &mut self.databases {
            let window = server.station.window();
            database.add(window);
            busiest = busiest.max(window.utilisation());
        }
        let taken = [api.utilisation(), percent(connections, self.connections.window(now)), busiest];
        let [sent, answered, failed, p50, p95, p99, success] = self.users.requests.row(length);
        self.users.window_mean();
        self.review(success, taken);
        let waiting = [api.waiting, pooled, database.waiting].map(|sum| average(sum, length));
        let mut row = vec![sent, answered, failed, self.limit(), p50, p95, p99, success];
        row.extend(taken);
        row.extend(waiting);
        row
    }

    fn scene(&self) -> Scene {
        self.picture()
    }

    fn story(&self) -> &[Line] {
        self.story.lines()
    }

    fn facts(&self) -> Vec<Option<Thousandths>> {
        let now = self.now();
        let length = now.since(Time::ZERO);
        let (mut api, mut database) = (Sums::default(), Sums::default());
        let (mut working, mut connections, mut pooled) = (0, 0, 0);
        for (place, server) in self.apis.iter().enumerate() {
            api.add(server.station.sums_at(now, self.api_workers(place)));
            working += server.working.sum_at(now);
            connections += server.connections.sum_at(now);
            pooled += server.pooled.sum_at(now);
        }
        for (place, server) in self.databases.iter().enumerate() {
            database.add(server.station.sums_at(now, self.db_workers(place)));
        }
        let mut facts = self.users.requests.facts(length).to_vec();
        facts.extend([
            percent(working, api.there),
            api.utilisation(),
            percent(connections, self.connections.sum_at(now)),
            database.utilisation(),
            self.databases[0].station.sums_at(now, self.db_workers(0)).utilisation(),
            average(api.waiting, length),
            average(pooled, length),
            average(database.waiting, length),
            Some(self.hits as Thousandths * 1_000),
            Some(self.queries as Thousandths * 1_000),
            self.limit(),
            self.late_success(),
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
        let apis: usize = self.apis.iter().map(|api| api.station.bytes() + api.pool.capacity() * 4).sum();
        let databases: usize = self.databases.iter().map(|database| database.station.bytes()).sum();
        self.agenda.bytes() + self.users.bytes() + self.calls.bytes() + apis + databases
    }

    fn copy(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}
