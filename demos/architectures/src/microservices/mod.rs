//! Many services behind one gateway, and what their callers do when one of them is slow.
//!
//! ```text
//! chain:    user-1 … ──▶ gateway ──▶ service-1 ──▶ service-2 ──▶ … ──▶ service-n
//! fan-out:  user-1 … ──▶ gateway ──▶ service-1, service-2, …, service-n at once; all have to answer
//!           `latency-ms`         1 ms
//! gateway:  1 ms for a request, no queue
//! service:  queue (`queue`, refuses more) ──▶ workers (`workers`) ──▶ its own calls, the worker free
//! caller:   for each service that it calls a breaker (20 calls) and a budget of retries (10 at most)
//! answers go back along the calls: done, or refused
//! timers:   the next request of all users together; `timeout-ms` of a user; `call-timeout-ms` of a
//!           caller; before retry n up to 2ⁿ⁻¹ × 100 ms by chance, if `backoff` is exponential; 5 s of
//!           an open breaker
//! ```
//!
//! Users ask the gateway. In a *chain* the gateway calls service 1, which does its own work and then calls
//! service 2, and so on; in a *fan-out* the gateway calls all services at the same time and needs every answer.
//! A service has workers and a bounded queue, first come, first served. Whoever calls waits for a time, tries
//! again, saves up retries in a budget, or stops calling for a while (a breaker). All numbers of a call are
//! settings, the same at every layer.
//!
//! What it shows:
//!
//! - With a share *p* of slow calls, a request that needs *n* of them meets at least one with probability
//!   1 − (1 − p)ⁿ (Dean & Barroso, "The Tail at Scale", *CACM* 56(2), 2013).
//! - Retries multiply from layer to layer: a request becomes up to (1 + retries)^layers calls of the last service.
//! - A service does work that nobody waits for any more, so a retry storm can outlive what started it: a
//!   *metastable failure* (Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021).
//! - Retry budgets, circuit breakers (Nygard, *Release It!*, 2007) and deadlines that travel with the calls end it.
//!
//! What is simplified:
//!
//! - A worker is busy with its service's own work only, and free while it waits for the services behind: services
//!   do not run out of workers because others are slow, as services do that block a thread for each call.
//! - The gateway takes 1 ms for a request and never queues. A hop between two services takes 1 ms; a hop between a
//!   user and the gateway takes the latency that is set and up to a fifth more.
//! - What is sent over a cut link, or to a node that is down, is lost in silence: the caller waits until its timeout.
//!   A full queue answers at once that it is full. A service that fails to get an answer from behind says so.
//! - A node that stops forgets what it queued, what it worked on, what it waited for, and its breakers and budgets.
//!   Nothing here is on disk. Answers on their way still arrive.
//! - A user who leaves takes open requests along; they count neither as answered nor as failed.
//! - All clocks agree, so that a deadline can travel with a call.

mod breaker;
mod scene;
mod world;

pub use world::start;

use crate::live::{Change, Chart, Curve, CurveKind, Fact, Group, Knob, Model, Requests, Settings};

/// How long the gateway takes for a request, in milliseconds.
pub const GATEWAY_MS: u64 = 1;
/// How long a message between two services takes, in milliseconds.
pub const HOP_MS: u64 = 1;
/// Of how many calls, the last ones, a breaker looks at the failures.
pub const BREAKER_CALLS: u32 = 20;
/// How many of them have to fail for it to open: half.
pub const BREAKER_FAILURES: u32 = BREAKER_CALLS / 2;
/// How long it stays open before it lets one call through, in seconds.
pub const BREAKER_OPEN_SECONDS: u64 = 5;
/// The first retry waits up to that long, in milliseconds, each further one up to twice as long as the one before.
pub const BACKOFF_MS: u64 = 100;
/// How many retries a budget saves up for each link, at most.
pub const BUDGET_SAVED: u32 = 10;

/// The group of users.
pub(crate) const USERS: usize = 0;
/// The group with the one gateway.
pub(crate) const GATEWAY: usize = 1;

const KNOBS: &[Knob] = &[
    Knob::number("users", "Users", "", (1, 10_000), 6, "How many users there are.").log(),
    Knob::number("load", "Load", "/s", (1, 10_000), 20, "Requests per second, of all users together.").live().log(),
    Knob::word("shape", "Calls", &["chain", "fan-out"], "Whether a service calls the next, or the gateway calls all."),
    Knob::number("services", "Services", "", (1, 100), 4, "How many services a request needs.").log(),
    Knob::number("workers", "Workers", "", (1, 64), 2, "How many calls each service works on at a time.").live().log(),
    Knob::number("service-ms", "Mean work", "ms", (1, 1_000), 20, "Mean time of a service's own work on a call.").log(),
    Knob::number("slow-percent", "Slow calls", "%", (0, 50), 1, "The share of calls that are slow.").live(),
    Knob::number("slow-ms", "A slow call takes", "ms", (1, 10_000), 200, "How long the work on a slow call takes.")
        .log(),
    Knob::number("queue", "Queue", "", (0, 999), 100, "How many calls wait at a service before it turns others away."),
    Knob::number("latency-ms", "Latency", "ms", (0, 1_000), 20, "From a user to the gateway, one way."),
    Knob::number("timeout-ms", "Users wait", "ms", (10, 60_000), 2_000, "How long a user waits for an answer.").log(),
    Knob::number("call-timeout-ms", "Callers wait", "ms", (5, 60_000), 500, "How long a service waits for a call.")
        .log(),
    Knob::number("retries", "Retries", "", (0, 5), 2, "How often each layer tries a failed call again.").live(),
    Knob::word("backoff", "Between retries", &["none", "exponential"], "Whether retries wait, longer each, by chance.")
        .live(),
    Knob::number(
        "budget-percent",
        "Retry budget",
        "%",
        (0, 100),
        100,
        "Retries, at most, for 100 calls; 100 is no budget.",
    )
    .live(),
    Knob::word(
        "breaker",
        "Breaker",
        &["off", "on"],
        "Whether callers stop calling a service that fails half the calls.",
    )
    .live(),
    Knob::word("deadline", "Deadlines travel", &["off", "on"], "Whether services know until when the user waits.")
        .live(),
];

/// Calls of the last service for each request of a user.
pub static AMPLIFICATION: Chart = Chart {
    title: "Calls per request",
    unit: "",
    least_top: 4,
    curves: &[
        Curve { name: "calls of the last service", kind: CurveKind::Main },
        Curve { name: "bound", kind: CurveKind::Theory },
    ],
};

/// How busy the services' workers are.
pub static UTILISATION: Chart = Chart {
    title: "Utilisation",
    unit: "%",
    least_top: 100,
    curves: &[
        Curve { name: "mean", kind: CurveKind::Main },
        Curve { name: "busiest", kind: CurveKind::Second },
        Curve { name: "load × work ÷ workers", kind: CurveKind::Theory },
    ],
};

const FACTS: &[Fact] = &[
    Fact { name: "amplification", meaning: "Calls of the last service for each request of a user." },
    Fact { name: "slow", meaning: "Answered requests that met at least one slow call, in percent." },
    Fact { name: "slow-theory", meaning: "The same by 1 − (1 − p)^n, if no call is tried again, in percent." },
    Fact { name: "retries", meaning: "Calls that were tried again." },
    Fact { name: "wasted", meaning: "Work whose answer nobody awaited when it was done, in percent of all work." },
    Fact { name: "breaker-open", meaning: "How long breakers were open, in seconds, summed over all of them." },
    Fact {
        name: "storm-seconds",
        meaning: "How long success stayed below 90 % after all that was done to the system was over, in seconds.",
    },
    Fact {
        name: "late-success",
        meaning: "Answered in time, in percent of the requests that ended in the last ten seconds.",
    },
];

/// The architecture.
pub static MODEL: Model = Model {
    name: "microservices",
    title: "Microservices",
    about: "Users ask a gateway, and a request needs several services: one after the other, or all at once. It shows \
            how slow calls add up, how retries multiply, and how a retry storm outlives its cause. A worker is free \
            while its service waits for others; nothing is kept on disk; all clocks agree.",
    knobs: KNOBS,
    seconds: (10, 60, 600),
    groups,
    accepts,
    victim: "service-1",
    charts: &[&Requests::THROUGHPUT, &Requests::LATENCY, &Requests::SUCCESS, &AMPLIFICATION, &UTILISATION],
    facts: &[Requests::FACTS, FACTS],
};

fn groups(settings: &Settings) -> Vec<Group> {
    vec![
        Group { name: "user", label: "User", count: settings.get("users") },
        Group { name: "gateway", label: "Gateway", count: 1 },
        Group { name: "service", label: "Service", count: settings.get("services") },
    ]
}

/// The two ends of a link as the world numbers them: a user, or the service (1, 2, …) that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    User(u32),
    Service(u32),
}

/// The link between two nodes, if there is one.
fn link(settings: &Settings, a: u32, b: u32) -> Option<Link> {
    let users = settings.get("users");
    let (a, b) = (a.min(b), a.max(b));
    if a < users {
        return (b == users).then_some(Link::User(a));
    }
    let (caller, callee) = (a - users, b - users);
    let calls = if settings.is("shape", "chain") { callee == caller + 1 } else { caller == 0 && callee > 0 };
    calls.then_some(Link::Service(callee))
}

fn accepts(settings: &Settings, change: &Change) -> Result<(), String> {
    let why = match *change {
        Change::Slow(node, _) if node < settings.get("users") => {
            "a user does no work that could be slow: slow down the gateway or a service"
        }
        Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) if link(settings, a, b).is_none() => {
            if settings.is("shape", "chain") {
                "these two do not talk to each other: users talk to the gateway, the gateway to service 1, and each \
                 service to the next"
            } else {
                "these two do not talk to each other: users and services all talk to the gateway"
            }
        }
        Change::StopShare { group: GATEWAY, .. } | Change::RestartAll { group: GATEWAY } => {
            "there is one gateway: stop it and restart it by its name"
        }
        _ => return Ok(()),
    };
    Err(why.to_owned())
}
