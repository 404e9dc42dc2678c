//! Clients, and one or more servers behind a balancer.
//!
//! ```text
//! client-1 ─┐  7/8 of `latency-ms`            1/8          ┌─ server-1 … ──────────────────────┐
//!    …      ├──── and chance ────▶ balancer ──────────────▶│ sessions ──▶ queue ──▶ workers ─┐ │
//! client-n ─┘                      open requests           │ if stateful  `queue`  `workers` │ │
//!    ▲                             of each server          └─────────────────────────────────┼─┘
//!    └─ answer or refusal ──────── balancer ◀────────────────────────────────────────────────┘
//! refusals: a full queue; a session that is elsewhere or lost; a balancer that finds no server up
//! timers:   each client's next request; `timeout-ms` after sending; a health check 1 s after a server
//!           stopped, came back, was cut off or healed
//! one server: no balancer, each client has a link of the whole latency to it
//! ```
//!
//! Each client asks as a Poisson process; all together send `load` requests per second. A server has workers, and
//! a queue with a limit beyond which it says "too busy"; service times are exponential. With one server and a
//! queue that does not fill this is M/M/c ([`Mmc`]), and so is each of several servers that get their requests by
//! chance.
//!
//! - With several servers there is a balancer before them. It sends each request to a server that it believes to
//!   be up; it learns that one is down, or up again, by a health check after one second, and sends into the void
//!   until then. Least-connections and two-choices (Mitzenmacher 2001) go by the requests that it has sent to a
//!   server and that are not answered yet. An eighth of the way lies between the balancer and the servers.
//! - Stateful servers keep a session for each client, in memory. A client's requests go to the server that has its
//!   session. When that server has stopped, or cannot be reached, the client's next request is refused ("log in
//!   again") by whichever server gets it, which has a session for the client from then on.
//! - A server that stops loses its queue, what it was working on, and its sessions. A balancer that stops loses
//!   what passes through it, either way. What a client has asked when it leaves concerns nobody any more.
//! - A slow server takes longer for whatever it begins from then on.
//!
//! Simplified: nobody tries again; a request to what is down vanishes, so that the client learns of it only by its
//! timeout; servers work on requests that nobody waits for any more; all requests cost alike on average; the
//! balancer itself takes no time.
//!
//! More than 10,000 clients are merged into one stream of requests; see `Users` for what that keeps and what
//! not.

mod scene;

use super::parts::{Ask, Call, Calls, MERGED_ABOVE, Stage, Station, Sums, Users, capital, chosen};
use crate::{
    live::{
        Change, Chart, Curve, CurveKind, Fact, Group, Knob, Line, Model, Node, Outcome, Requests, Row, Scene, Settings,
        Story, Thousandths, World,
    },
    parts::theory::Mmc,
};
use sim::words::{are, counted, grouped};
use sim::{Agenda, Duration, NodeId, Rng, Stream, Time, TraceHash};

/// Client–server: one server, or several behind a balancer.
pub static MODEL: Model = Model {
    name: "client-server",
    title: "Client–server",
    about: "Clients ask, servers answer. A server works on a few requests at a time, lets others wait in its queue \
            and turns away what does not fit; several servers share the work behind a balancer. Requests arrive by \
            chance and take by chance. Simplified: nobody tries again, and all requests cost alike on average. \
            More than 10,000 clients are simulated as one stream of requests.",
    knobs: KNOBS,
    seconds: (10, 60, 600),
    groups,
    accepts,
    victim: "server-1",
    charts: &[&Requests::THROUGHPUT, &LATENCY, &Requests::SUCCESS, &UTILISATION],
    facts: &[Requests::FACTS, FACTS],
};

/// The system at the beginning of a run; many clients are merged.
pub fn start(settings: &Settings, seed: u64) -> Box<dyn World> {
    started(settings, seed, settings.at(USERS) > MERGED_ABOVE)
}

const USERS: usize = 0;
const LOAD: usize = 1;
const SERVERS: usize = 2;
const WORKERS: usize = 3;
const SERVICE: usize = 4;
const QUEUE: usize = 5;
const TIMEOUT: usize = 6;
const LATENCY_MS: usize = 7;
const BALANCER: usize = 8;
const STATE: usize = 9;

const KNOBS: &[Knob] = &[
    Knob::number("users", "Clients", "", (1, 10_000_000), 6, "How many clients there are.").log(),
    Knob::number("load", "Load", "/s", (0, 200_000), 8, "Requests per second, all clients together.").live().log(),
    Knob::number("servers", "Servers", "", (1, 32), 1, "How many servers there are; with two or more, a balancer."),
    Knob::number("workers", "Workers", "", (1, 20_000), 1, "How many requests a server works on at a time.")
        .live()
        .log(),
    Knob::number(
        "service-ms",
        "Service time",
        "ms",
        (1, 2_000),
        80,
        "How long a worker takes for a request, on average.",
    )
    .live()
    .log(),
    Knob::number("queue", "Queue", "", (0, 1_000_000), 20, "How many requests can wait at a server; it refuses more.")
        .live()
        .log(),
    Knob::number("timeout-ms", "Timeout", "ms", (10, 60_000), 2_000, "After how long a client gives a request up.")
        .log(),
    Knob::number(
        "latency-ms",
        "Latency",
        "ms",
        (0, 1_000),
        60,
        "How long a message takes one way at least; chance adds up to a third.",
    ),
    Knob::word(
        "balancer",
        "Balancer",
        &["random", "round-robin", "least-connections", "two-choices"],
        "How the balancer chooses a server: by chance, in turn, the one with the fewest open requests, or the better \
         of two chosen by chance.",
    )
    .live(),
    Knob::word(
        "state",
        "State",
        &["stateless", "stateful"],
        "Whether a server remembers its clients: then each client needs the server that has its session.",
    ),
];

/// As [`Requests::LATENCY`], with the mean and what theory says of it.
const LATENCY: Chart = Chart {
    title: Requests::LATENCY.title,
    unit: Requests::LATENCY.unit,
    least_top: Requests::LATENCY.least_top,
    curves: &[
        Requests::LATENCY.curves[0],
        Requests::LATENCY.curves[1],
        Requests::LATENCY.curves[2],
        Curve { name: "mean", kind: CurveKind::Offered },
        Curve { name: "mean, by M/M/c", kind: CurveKind::Theory },
    ],
};

const UTILISATION: Chart = Chart {
    title: "Utilisation",
    unit: "%",
    least_top: 100,
    curves: &[
        Curve { name: "all servers", kind: CurveKind::Main },
        Curve { name: "the busiest server", kind: CurveKind::Third },
    ],
};

const FACTS: &[Fact] = &[
    Fact { name: "utilisation", meaning: "Workers at work, in percent of the workers of the servers that were up." },
    Fact { name: "busiest", meaning: "The same of the busiest server, in percent." },
    Fact { name: "waiting", meaning: "Requests that waited in the queues, averaged over time." },
    Fact { name: "longest-queue", meaning: "Requests in the longest queue that a server had." },
    Fact { name: "lost", meaning: "Requests lost in a server that stopped." },
    Fact { name: "wasted", meaning: "Requests served after their client had given up." },
    Fact { name: "sessions-lost", meaning: "Sessions of clients lost with the server that had them." },
    Fact {
        name: "theory-mean",
        meaning: "Mean latency by the M/M/c formula, in milliseconds, where it applies to the settings at the end.",
    },
];

/// How long the balancer takes to learn that a server is down, or up again.
const HEALTH_CHECK: Duration = Duration::from_secs(1);

/// The home of a client that has not been served yet; other homes are servers.
const NOBODY: u8 = 0xff;
/// Set in the home of a client whose session is lost.
const LOST: u8 = 0x80;

fn groups(settings: &Settings) -> Vec<Group> {
    let servers = settings.at(SERVERS);
    vec![
        Group { name: "client", label: "Client", count: settings.at(USERS) },
        Group { name: "balancer", label: "Balancer", count: u32::from(servers > 1) },
        Group { name: "server", label: "Server", count: servers },
    ]
}

/// What a node is, and which of its kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Client(u32),
    Balancer,
    Server(usize),
}

fn who(users: u32, servers: u32, node: Node) -> Who {
    let balancers = u32::from(servers > 1);
    match node.checked_sub(users) {
        None => Who::Client(node),
        Some(0) if balancers == 1 => Who::Balancer,
        Some(place) => Who::Server((place - balancers) as usize),
    }
}

/// The far and the near end of a link, if there is one.
fn link(users: u32, servers: u32, a: Node, b: Node) -> Option<Who> {
    let (a, b) = (who(users, servers, a.min(b)), who(users, servers, a.max(b)));
    match (a, b) {
        (Who::Client(_), Who::Balancer) => Some(a),
        (Who::Client(_), Who::Server(_)) if servers == 1 => Some(a),
        (Who::Balancer, Who::Server(_)) => Some(b),
        _ => None,
    }
}

fn accepts(settings: &Settings, change: &Change) -> Result<(), String> {
    let (users, servers) = (settings.at(USERS), settings.at(SERVERS));
    let one_by_one = |far: Option<Who>| match far {
        Some(Who::Client(_)) if users > MERGED_ABOVE => Err(format!(
            "more than {} clients are one stream of requests: no single one can be reached; stop a share of them, or \
             have fewer clients",
            grouped(MERGED_ABOVE.into())
        )),
        _ => Ok(()),
    };
    match *change {
        Change::Stop(node) | Change::Restart(node) => one_by_one(Some(who(users, servers, node))),
        Change::Slow(node, _) => match who(users, servers, node) {
            Who::Server(_) => Ok(()),
            _ => Err("only servers can be slowed down: neither clients nor the balancer work on requests".into()),
        },
        Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) => {
            let far = link(users, servers, a, b);
            match far {
                None if servers == 1 => Err("there is no such link: each client has one to the server".into()),
                None => Err("there is no such link: clients and servers each have one to the balancer".into()),
                _ => one_by_one(far),
            }
        }
        Change::StopShare { group: 1, .. } | Change::RestartAll { group: 1 } => {
            Err("there is one balancer at most: stop or restart it by its name".into())
        }
        Change::StopShare { .. } | Change::RestartAll { .. } | Change::Set { .. } => Ok(()),
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// A stream of requests asks.
    Ask { stream: u32, round: u16 },
    /// A request reaches the balancer.
    AtBalancer { call: u32 },
    /// A request reaches its server.
    AtServer { call: u32 },
    /// A worker is done with it, unless the server has stopped since.
    Done { call: u32, epoch: u16 },
    /// An answer reaches its client.
    Answer { call: u32 },
    /// The next request may be to be given up.
    GiveUp,
    /// The balancer looks whether it reaches a server.
    Check { server: u8 },
}

/// What goes on at a server, and what the balancer has of it.
#[derive(Clone, Debug)]
struct Server {
    station: Station,
    /// The balancer believes it to be up.
    believed: bool,
    /// Requests that the balancer has sent there, and that are not answered.
    open: u32,
    /// The link to the balancer is cut.
    cut: bool,
    /// By how many microseconds that link takes longer.
    later: u32,
    /// Clients whose session it has.
    sessions: u32,
}

/// What has been told, so that it is not told again before it has ended.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    full: bool,
    /// The utilisation, averaged over the last few windows: a second of a small server says little.
    usual: Thousandths,
    busy: bool,
    failing: bool,
}

#[derive(Clone, Debug)]
struct System {
    agenda: Agenda<Event>,
    users: Users,
    calls: Calls,
    servers: Vec<Server>,
    balancer_up: bool,
    turn: u32,
    /// The balancer's chance.
    choice: Rng,
    /// Who stops when a share does.
    fate: Rng,
    workers: u32,
    service_ms: u32,
    queue: u32,
    timeout_ms: u32,
    /// Microseconds, one way, at least.
    latency: u32,
    balance: u32,
    stateful: bool,
    /// The server that has a client's session, if it is stateful.
    homes: Vec<u8>,
    sessions_lost: u64,
    lost: u64,
    wasted: u64,
    /// Refused in this window because the queue was full.
    refused_full: u64,
    told: Told,
    story: Story,
    hash: TraceHash,
}

/// The system at the beginning of a run, with merged clients or each by itself. Tests hold the two against each
/// other; [`MODEL`] decides by their number.
#[doc(hidden)]
pub fn started(settings: &Settings, seed: u64, merged: bool) -> Box<dyn World> {
    let (count, load, servers) = (settings.at(USERS), settings.at(LOAD), settings.at(SERVERS));
    let stateful = settings.at(STATE) == 1;
    let server = Server { station: Station::new(), believed: true, open: 0, cut: false, later: 0, sessions: 0 };
    // Streams beyond those of the clients.
    let stream = |place: u32| Rng::new(seed, Stream::Node(NodeId(0x4000_0000 + place)));
    let mut system = System {
        agenda: Agenda::default(),
        users: Users::new("client", count, merged, seed, load),
        calls: Calls::new(settings.at(TIMEOUT)),
        servers: vec![server; servers as usize],
        balancer_up: true,
        turn: 0,
        choice: stream(0),
        fate: stream(1),
        workers: settings.at(WORKERS),
        service_ms: settings.at(SERVICE),
        queue: settings.at(QUEUE),
        timeout_ms: settings.at(TIMEOUT),
        latency: settings.at(LATENCY_MS) * 1_000,
        balance: settings.at(BALANCER),
        stateful,
        homes: if stateful { vec![NOBODY; count as usize] } else { vec![] },
        sessions_lost: 0,
        lost: 0,
        wasted: 0,
        refused_full: 0,
        told: Told::default(),
        story: Story::default(),
        hash: TraceHash::default(),
    };
    if merged {
        system.story.tell(Time::ZERO, system.users.merged_note());
    }
    system.start_asking(load);
    Box::new(system)
}

impl System {
    fn has_balancer(&self) -> bool {
        self.servers.len() > 1
    }

    fn start_asking(&mut self, load: u32) {
        let agenda = &mut self.agenda;
        self.users.start(agenda.now(), load, |at, stream, round| agenda.at(at, Event::Ask { stream, round }));
    }

    /// Something of note has happened, now.
    fn note(&mut self, kind: u64, who: u32) {
        self.hash.word(self.agenda.now().as_micros() | u64::from(who) << 34 | kind << 60);
    }

    fn tell(&mut self, text: String) {
        self.story.tell(self.agenda.now(), text);
    }

    /// How long a message takes between client and server; the part at the servers' side, if there is a balancer.
    fn near(&self) -> u32 {
        if self.has_balancer() { self.latency / 8 } else { 0 }
    }

    /// The part of the way at the clients' side, as chance has it for this call.
    fn far(&self, call: u32, back: bool) -> Duration {
        let call = self.calls.get(call);
        let chance = call.chance(back, self.latency / 3);
        micros(self.latency - self.near() + chance + self.users.later(call.user))
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Ask { stream, round } => {
                if let Some((ask, next)) = self.users.asks(stream, round, self.agenda.now()) {
                    self.agenda.at(next, Event::Ask { stream, round });
                    if let Some(ask) = ask {
                        self.send(&ask);
                    }
                }
            }
            Event::AtBalancer { call } => self.at_balancer(call),
            Event::AtServer { call } => self.at_server(call),
            Event::Done { call, epoch } => self.done(call, epoch),
            Event::Answer { call } => self.answer(call),
            Event::GiveUp => loop {
                match self.calls.expired(self.agenda.now()) {
                    Ok(call) => self.settled(call, Outcome::TimedOut),
                    Err(Some(again)) => return self.agenda.at(again, Event::GiveUp),
                    Err(None) => return,
                }
            },
            Event::Check { server } => self.check(usize::from(server)),
        }
    }

    fn send(&mut self, ask: &Ask) {
        let now = self.agenda.now();
        self.users.sent(ask.user);
        let (call, expires) = self.calls.send(now, ask.user, ask.jitter, ask.need);
        if let Some(at) = expires {
            self.agenda.at(at, Event::GiveUp);
        }
        let due = now + self.far(call, false);
        self.calls.travel(call, Stage::Way, now, due);
        let event = if self.has_balancer() { Event::AtBalancer { call } } else { Event::AtServer { call } };
        self.agenda.at(due, event);
    }

    fn at_balancer(&mut self, call: u32) {
        let user = self.calls.get(call).user;
        if !self.balancer_up || self.users.is_cut(user) {
            return self.calls.lose(call);
        }
        let Some(server) = self.choose(user) else {
            return self.reply(call, true);
        };
        let now = self.agenda.now();
        self.servers[server].open += 1;
        let due = now + micros(self.near() + self.servers[server].later);
        self.calls.get_mut(call).at[0] = server as u8;
        self.calls.travel(call, Stage::Hop, now, due);
        self.agenda.at(due, Event::AtServer { call });
    }

    /// The server that gets the user's request; none if all seem to be down.
    fn choose(&mut self, user: u32) -> Option<usize> {
        if let Some(home) = self.homes.get(user as usize).filter(|home| **home != NOBODY) {
            // A client names the server of its session, lost or not.
            let home = usize::from(home & !LOST);
            if self.servers[home].believed {
                return Some(home);
            }
        }
        let all = self.servers.len();
        let up = self.servers.iter().filter(|server| server.believed).count();
        if up == 0 {
            return None;
        }
        let nth = |servers: &[Server], nth: u64| {
            let mut up = (0..all).filter(|place| servers[*place].believed);
            up.nth(nth as usize)
        };
        match self.balance {
            0 => nth(&self.servers, self.choice.below(up as u64)),
            1 => {
                let from = self.turn as usize;
                let place = (from..from + all).map(|place| place % all).find(|place| self.servers[*place].believed)?;
                self.turn = place as u32 + 1;
                Some(place)
            }
            2 => {
                // Of equals the next one in turn.
                let from = self.turn as usize;
                let places = (from..from + all).map(|place| place % all).filter(|place| self.servers[*place].believed);
                let place = places.min_by_key(|place| self.servers[*place].open)?;
                self.turn = place as u32 + 1;
                Some(place)
            }
            _ => {
                let first = self.choice.below(up as u64);
                let second = self.choice.below(up.max(2) as u64 - 1);
                let second = if up == 1 { 0 } else { second + u64::from(second >= first) };
                let (first, second) = (nth(&self.servers, first)?, nth(&self.servers, second)?);
                Some(if self.servers[second].open < self.servers[first].open { second } else { first })
            }
        }
    }

    fn at_server(&mut self, call: u32) {
        let &Call { user, at: [place, _], .. } = self.calls.get(call);
        let server = &self.servers[usize::from(place)];
        let cut = server.cut || !self.has_balancer() && self.users.is_cut(user);
        if !server.station.up || cut {
            return self.calls.lose(call);
        }
        self.note(1, user);
        if !self.knows(usize::from(place), user) {
            return self.refuse(call);
        }
        let now = self.agenda.now();
        let station = &mut self.servers[usize::from(place)].station;
        station.count(now, self.workers);
        if station.busy < self.workers {
            self.serve(call);
        } else if (station.waiting.len() as u32) < self.queue {
            station.queue(call);
            self.calls.get_mut(call).stage = Stage::Waiting;
        } else {
            self.refused_full += 1;
            if !self.told.full {
                self.told.full = true;
                let name = self.server_name(usize::from(place));
                let text = match self.queue {
                    0 => format!("{name} is busy and has no queue: it turns away what comes now."),
                    limit => format!(
                        "The queue of {name} is full with {}: it turns away what comes now.",
                        counted(limit.into(), "request")
                    ),
                };
                self.tell(capital(text));
            }
            self.refuse(call);
        }
    }

    /// Whether the server has the user's session, or needs none. If it has none it makes one.
    fn knows(&mut self, server: usize, user: u32) -> bool {
        let Some(home) = self.homes.get_mut(user as usize) else {
            return true;
        };
        let before = std::mem::replace(home, server as u8);
        if usize::from(before) == server {
            return true;
        }
        self.servers[server].sessions += 1;
        if before == NOBODY {
            return true;
        }
        if before & LOST == 0 {
            // Its server has it still, and cannot be reached: nobody will ask for it again.
            self.servers[usize::from(before)].sessions -= 1;
            self.sessions_lost += 1;
        }
        false
    }

    /// A worker takes the call on.
    fn serve(&mut self, call: u32) {
        let (now, service_ms) = (self.agenda.now(), self.service_ms);
        let taken = self.calls.get_mut(call);
        let station = &mut self.servers[usize::from(taken.at[0])].station;
        taken.stage = Stage::Served;
        station.busy += 1;
        let takes = station.takes(taken.need[0], service_ms);
        self.agenda.at(now + takes, Event::Done { call, epoch: station.epoch });
    }

    fn done(&mut self, call: u32, epoch: u16) {
        let (server, settled) = (usize::from(self.calls.get(call).at[0]), self.calls.get(call).settled);
        if self.servers[server].station.epoch != epoch {
            return self.calls.lose(call);
        }
        let (now, workers) = (self.agenda.now(), self.workers);
        self.servers[server].station.count(now, workers);
        self.servers[server].station.busy -= 1;
        self.wasted += u64::from(settled);
        self.fill(server);
        self.leave(call, false);
    }

    /// Free workers take on who waits.
    fn fill(&mut self, server: usize) {
        while self.servers[server].station.busy < self.workers
            && let Some(next) = self.servers[server].station.waiting.pop_front()
        {
            self.serve(next);
        }
    }

    fn refuse(&mut self, call: u32) {
        self.leave(call, true);
    }

    /// The server says yes or no.
    fn leave(&mut self, call: u32, refused: bool) {
        let server = &mut self.servers[usize::from(self.calls.get(call).at[0])];
        server.open = server.open.saturating_sub(1);
        if server.cut {
            return self.calls.lose(call);
        }
        self.reply(call, refused);
    }

    /// An answer sets out: from the server, or from a balancer that has none.
    fn reply(&mut self, call: u32, refused: bool) {
        let now = self.agenda.now();
        let taken = self.calls.get_mut(call);
        let from_server = taken.stage != Stage::Way || self.servers.len() == 1;
        taken.refused = refused;
        let server = usize::from(taken.at[0]);
        let near = if from_server { self.near() + self.servers[server].later } else { 0 };
        let due = now + self.far(call, true) + micros(near);
        self.calls.travel(call, Stage::Back, now, due);
        self.agenda.at(due, Event::Answer { call });
    }

    fn answer(&mut self, call: u32) {
        let &Call { user, sent, settled, refused, .. } = self.calls.get(call);
        if self.has_balancer() && !self.balancer_up || self.users.is_cut(user) {
            return self.calls.lose(call);
        }
        if !settled {
            let after = micros((self.agenda.now().as_micros() - u64::from(sent)) as u32);
            self.settled(call, if refused { Outcome::Refused } else { Outcome::Answered(after) });
        }
        self.calls.end(call);
    }

    /// A client has an answer, or gives up.
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

    fn check(&mut self, place: usize) {
        let server = &mut self.servers[place];
        let reached = server.station.up && !server.cut;
        if !self.balancer_up || std::mem::replace(&mut server.believed, reached) == reached {
            return;
        }
        // Connections to a server that is down are closed.
        server.open = 0;
        let name = self.server_name(place);
        let up = self.believed();
        self.tell(match (reached, up) {
            (true, _) => format!("The balancer's health check finds {name} again: it gets requests from now on."),
            (_, 0) => "The balancer's health check finds no server any more: it refuses every request.".to_owned(),
            (_, 1) => format!("The balancer's health check has missed {name}: its requests go to the one server left."),
            _ => format!("The balancer's health check has missed {name}: its requests go to the {up} others."),
        });
    }

    fn believed(&self) -> usize {
        self.servers.iter().filter(|server| server.believed).count()
    }

    fn server_name(&self, place: usize) -> String {
        if self.has_balancer() { format!("server {}", place + 1) } else { "the server".to_owned() }
    }

    /// The server goes down; how many requests and sessions are lost.
    fn stop_server(&mut self, place: usize) -> (u64, u64) {
        let (now, workers) = (self.agenda.now(), self.workers);
        let server = &mut self.servers[place];
        server.station.count(now, workers);
        let requests = server.station.waiting.len() as u64 + u64::from(server.station.busy);
        server.station.stop();
        let sessions = u64::from(std::mem::take(&mut server.sessions));
        while let Some(call) = self.servers[place].station.waiting.pop_front() {
            self.calls.lose(call);
        }
        if sessions > 0 {
            for home in self.homes.iter_mut().filter(|home| usize::from(**home) == place) {
                *home |= LOST;
            }
        }
        self.lost += requests;
        self.sessions_lost += sessions;
        self.look_at(place);
        (requests, sessions)
    }

    fn restart_server(&mut self, place: usize) {
        let (now, workers) = (self.agenda.now(), self.workers);
        let server = &mut self.servers[place];
        server.station.count(now, workers);
        server.station.up = true;
        // Its connections did not outlive the stop.
        server.open = 0;
        self.look_at(place);
    }

    /// Something has changed about a server that the balancer will notice.
    fn look_at(&mut self, place: usize) {
        if self.has_balancer() {
            self.agenda.after(HEALTH_CHECK, Event::Check { server: place as u8 });
        }
    }

    fn stop(&mut self, who: Who) {
        match who {
            Who::Client(user) => {
                if self.users.set_away(user, true) {
                    self.calls.forget(|left| left == user);
                }
            }
            Who::Balancer => {
                if std::mem::replace(&mut self.balancer_up, false) {
                    let up = self.servers.iter().filter(|server| server.station.up).count();
                    self.tell(format!(
                        "The balancer stopped. {} still up, but no request reaches them: a single point of failure.",
                        if up == 1 { "1 server is".to_owned() } else { format!("{up} servers are") }
                    ));
                }
            }
            Who::Server(place) if self.servers[place].station.up => {
                let (requests, sessions) = self.stop_server(place);
                let mut text = format!("{} stopped", self.server_name(place));
                if requests > 0 {
                    text += &format!(": {} that it had {} lost", counted(requests, "request"), are(requests));
                }
                text += ".";
                if sessions > 0 {
                    let (s, have) = if sessions == 1 { ("", "has") } else { ("s", "have") };
                    let them = grouped(sessions);
                    text += &format!(" Its sessions were in memory: {them} client{s} {have} to log in again.");
                }
                text += if self.has_balancer() {
                    " Until the balancer's next health check, requests are sent into the void."
                } else {
                    " Nobody answers: every client waits until its timeout."
                };
                self.tell(capital(text));
            }
            Who::Server(_) => {}
        }
    }

    fn restart(&mut self, who: Who) {
        match who {
            Who::Client(user) => {
                self.users.set_away(user, false);
            }
            Who::Balancer => {
                if !std::mem::replace(&mut self.balancer_up, true) {
                    // It looks at all servers before it takes anything on.
                    for server in &mut self.servers {
                        server.believed = server.station.up && !server.cut;
                        server.open = server.station.busy + server.station.waiting.len() as u32;
                    }
                    self.tell(format!(
                        "The balancer is back: requests reach {} again.",
                        counted(self.believed() as u64, "server")
                    ));
                }
            }
            Who::Server(place) if !self.servers[place].station.up => {
                self.restart_server(place);
                let name = self.server_name(place);
                self.tell(capital(if self.has_balancer() {
                    format!("{name} is back, with an empty queue. The balancer will find it at its next health check.")
                } else {
                    format!("{name} is back, with an empty queue.")
                }));
            }
            Who::Server(_) => {}
        }
    }

    fn who(&self, node: Node) -> Who {
        who(self.users.count(), self.servers.len() as u32, node)
    }

    fn link(&self, a: Node, b: Node) -> Option<Who> {
        link(self.users.count(), self.servers.len() as u32, a, b)
    }

    fn set_cut(&mut self, a: Node, b: Node, cut: bool) {
        match self.link(a, b) {
            Some(Who::Client(user)) => self.users.set_link(user, |link| link.0 = cut),
            Some(Who::Server(place)) => {
                self.servers[place].cut = cut;
                self.look_at(place);
            }
            _ => {}
        }
    }

    /// A number of clients have left or come back.
    fn users_changed(&mut self) {
        let users = &self.users;
        self.calls.forget(|user| !users.is_here(user));
        if users.is_merged() {
            // Merged clients ask at the rate of those who are there.
            self.start_asking(self.users.load());
        }
        let here = u64::from(self.users.here());
        self.tell(format!("There {} {} now.", are(here), counted(here, "client")));
    }

    fn set(&mut self, knob: usize, value: u32) {
        let now = self.agenda.now();
        match knob {
            LOAD => self.start_asking(value),
            WORKERS => {
                for place in 0..self.servers.len() {
                    self.servers[place].station.count(now, self.workers);
                }
                self.workers = value;
                for place in 0..self.servers.len() {
                    self.fill(place);
                }
            }
            SERVICE => self.service_ms = value,
            QUEUE => self.queue = value,
            BALANCER => self.balance = value,
            _ => {}
        }
    }

    /// What M/M/c says of the mean latency, in microseconds, where it applies: the requests that reach a server
    /// are a Poisson process, the system is whole, and hardly any request is refused or given up.
    fn theory(&self) -> Option<Thousandths> {
        let chosen_by_chance = self.servers.len() == 1 || self.balance == 0 && !self.stateful;
        let whole = |server: &Server| {
            server.station.up && server.believed && !server.cut && server.later == 0 && server.station.slow == 1
        };
        if !chosen_by_chance
            || !self.balancer_up
            || self.users.any_impaired()
            || self.users.rate() == 0.0
            || !self.servers.iter().all(whole)
        {
            return None;
        }
        let queue = Mmc {
            arrivals: self.users.rate() / self.servers.len() as f64,
            service: f64::from(self.service_ms) / 1e3,
            workers: self.workers,
        };
        let ways = 2.0 * (f64::from(self.latency) + f64::from(self.latency / 3) / 2.0);
        let left = f64::from(self.timeout_ms) / 1e3 - ways / 1e6;
        if left <= 0.0 || queue.waiting_at_least(self.queue)? > 0.01 || queue.longer_than(left)? > 0.01 {
            return None;
        }
        Some((queue.time()? * 1e6 + ways + 0.5) as Thousandths)
    }

    /// Tells what has begun or ended in a window that has just been closed.
    fn review(&mut self, success: Option<Thousandths>, utilisation: Option<Thousandths>) {
        if std::mem::take(&mut self.refused_full) == 0 {
            self.told.full = false;
        }
        self.told.usual = (3 * self.told.usual + utilisation.unwrap_or(0)) / 4;
        if !self.told.busy && self.told.usual >= 95_000 {
            self.told.busy = true;
            let who = if self.servers.len() == 1 { "The server is" } else { "The servers are" };
            self.tell(format!("{who} busy nearly all the time: what comes has to wait, longer and longer."));
        } else if self.told.busy && self.told.usual < 80_000 {
            self.told.busy = false;
            let who = if self.servers.len() == 1 { "The server has" } else { "The servers have" };
            self.tell(format!("{who} time to spare again: the queue empties."));
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

    /// The sums of all servers up to now, and the greatest utilisation of one.
    fn sums(&self) -> (Sums, Option<Thousandths>) {
        let mut all = Sums::default();
        let mut busiest = None;
        for server in &self.servers {
            let sums = server.station.sums_at(self.agenda.now(), self.workers);
            all.add(sums);
            busiest = busiest.max(sums.utilisation());
        }
        (all, busiest)
    }
}

fn micros(micros: u32) -> Duration {
    Duration::from_micros(micros.into())
}

impl World for System {
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
        match *change {
            Change::Stop(node) => self.stop(self.who(node)),
            Change::Restart(node) => self.restart(self.who(node)),
            Change::Slow(node, by) => {
                if let Who::Server(place) = self.who(node)
                    && self.servers[place].station.slow != by
                {
                    self.servers[place].station.slow = by;
                    let name = self.server_name(place);
                    self.tell(capital(match by {
                        1 => format!("{name} is as fast as usual again."),
                        _ => format!("{name} takes {by} times as long for each request from now on."),
                    }));
                }
            }
            Change::Cut(a, b) => self.set_cut(a, b, true),
            Change::Heal(a, b) => self.set_cut(a, b, false),
            Change::Delay(a, b, later) => {
                let later = later.as_micros() as u32;
                match self.link(a, b) {
                    Some(Who::Client(user)) => self.users.set_link(user, |link| link.1 = later),
                    Some(Who::Server(place)) => self.servers[place].later = later,
                    _ => {}
                }
            }
            Change::StopShare { group: 0, percent } => {
                self.users.leave(percent, &mut self.fate);
                self.users_changed();
            }
            Change::RestartAll { group: 0 } => {
                self.users.come_back();
                self.users_changed();
            }
            Change::StopShare { percent, .. } => {
                let mut up: Vec<u32> =
                    (0..self.servers.len() as u32).filter(|place| self.servers[*place as usize].station.up).collect();
                let stopped = chosen(&mut up, percent, &mut self.fate);
                let (mut requests, mut sessions) = (0, 0);
                for place in stopped {
                    let lost = self.stop_server(*place as usize);
                    requests += lost.0;
                    sessions += lost.1;
                }
                if !stopped.is_empty() {
                    let text = format!(
                        "{} stopped: {} and {} are lost.",
                        counted(stopped.len() as u64, "server"),
                        counted(requests, "request"),
                        counted(sessions, "session")
                    );
                    self.tell(text);
                }
            }
            Change::RestartAll { .. } => {
                let down = (0..self.servers.len()).filter(|place| !self.servers[*place].station.up);
                let down: Vec<usize> = down.collect();
                down.iter().for_each(|place| self.restart_server(*place));
                if !down.is_empty() {
                    self.tell(format!("Back with an empty queue: {}.", counted(down.len() as u64, "server")));
                }
            }
            Change::Set { knob, value } => self.set(knob, value),
        }
    }

    fn row(&mut self, length: Duration) -> Row {
        let now = self.agenda.now();
        let mut all = Sums::default();
        let mut busiest = None;
        for server in &mut self.servers {
            server.station.count(now, self.workers);
            let window = server.station.window();
            all.add(window);
            busiest = busiest.max(window.utilisation());
        }
        let [sent, answered, failed, p50, p95, p99, success] = self.users.requests.row(length);
        self.review(success, all.utilisation());
        let mean = self.users.window_mean();
        vec![sent, answered, failed, p50, p95, p99, mean, self.theory(), success, all.utilisation(), busiest]
    }

    fn scene(&self) -> Scene {
        self.picture()
    }

    fn story(&self) -> &[Line] {
        self.story.lines()
    }

    fn facts(&self) -> Vec<Option<Thousandths>> {
        let now = self.agenda.now().since(Time::ZERO);
        let (sums, busiest) = self.sums();
        let longest = self.servers.iter().map(|server| server.station.longest).max().unwrap_or(0);
        let whole = |count: u64| Some(count as Thousandths * 1_000);
        let mut facts = self.users.requests.facts(now).to_vec();
        facts.extend([
            sums.utilisation(),
            busiest,
            (sums.waiting.saturating_mul(1_000)).checked_div(now.as_micros()).map(|mean| mean as Thousandths),
            whole(longest.into()),
            whole(self.lost),
            whole(self.wasted),
            whole(self.sessions_lost),
            self.theory(),
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
        let servers: usize = self.servers.iter().map(|server| server.station.bytes()).sum();
        self.agenda.bytes() + self.users.bytes() + self.calls.bytes() + self.homes.len() + servers
    }

    fn copy(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}
