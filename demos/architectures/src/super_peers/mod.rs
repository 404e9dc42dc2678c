//! Super-peers: ordinary peers hang off a few that know what everybody has (Yang & Garcia-Molina, *Designing a
//! Super-Peer Network*, ICDE 2003).
//!
//! ```text
//!            registers its items, asks             asks its `degree` neighbours, up to `ttl` hops
//! peer-1 … ─────────────────────────────▶ super-1 … ──────────────────────────────▶ super-2 …
//!    ▲  one super-peer, or two in turn    │ line of 100 ──▶ one question at a time, `super-ms`
//!    │  (`redundancy`)                    │ index: the items of its peers              │
//!    ├─ found; “looking”; “who are you?” ─┘                                            │
//!    └─ found, straight from any super-peer that has the item in its index ────────────┘
//! timers of a lookup: `timeout-ms`; 250 ms until a peer without a super-peer asks again; of two
//!   super-peers the other is asked after 4 latencies, 10 `super-ms` and 100 ms without a word
//! timers of the overlay: `failover-ms` until peers and neighbours take a dead super-peer for dead; at
//!   least half of that between two tries to register; sessions and absences (`churn`, `absence`)
//! ```
//!
//! A peer registers what it holds with one super-peer, or with two partners that both know it (`redundancy`; it asks
//! them in turn). It asks its super-peer, which looks the item up in its index. If it is there, that is the answer; if
//! not, the super-peer tells the peer that it is looking, and asks its neighbours among the super-peers, which ask
//! theirs, for `ttl` hops: a flood as in the peer-to-peer model, but only among super-peers. One that finds the item in
//! its index answers the asker itself, and passes the question on all the same. There are as many items as peers, 1,000
//! at most, and who looks up what and when does not depend on who is there.
//!
//! A super-peer works on one question after the other, `super-ms` for each; one that it has had already costs nothing.
//! With 100 questions in line it drops further ones, in silence. Peers' own work takes no time.
//!
//! A super-peer that stops loses its index and its line. Its peers miss its pings and take it for dead after
//! `failover-ms`; they then register with another one, drawn by chance, and so do its neighbours look for another. If
//! that one does not answer either they try on. A peer with two partners that has heard nothing at all from one asks
//! the other long before that. A super-peer that comes back is empty and unknown: peers that still take it for theirs
//! are told so when they ask, and it gets others as they look for one. What a peer holds survives with the peer. When a
//! peer goes away its super-peers know at once, because the connection closes; so an answer always names somebody who
//! is there. The pings are not counted as messages.
//!
//! A way takes between half and one and a half times the mean latency, always the same. Peers know of super-peers from
//! before: there is no bootstrap node. The download that follows a lookup is not simulated.

mod scene;
mod world;

use crate::live::{Change, Chart, Curve, CurveKind, Fact, Group, Knob, Model, Requests, Settings, World};

/// The model.
pub static MODEL: Model = Model {
    name: "super-peers",
    title: "Super-peers",
    about: "Ordinary peers register what they have with a super-peer and ask it; super-peers ask each other. It shows \
            how much cheaper that is than asking everybody, that super-peers do most of the work, and what happens to \
            the peers of one that stops. The download is left out, pings are not counted, and peers know the \
            super-peers from before.",
    knobs: KNOBS,
    seconds: (1, 60, 3_600),
    groups,
    accepts,
    victim: "super-1",
    charts: &[&Requests::THROUGHPUT, &Requests::LATENCY, &Requests::SUCCESS, &MESSAGES, &UTILISATION],
    facts: &[Requests::FACTS, FACTS],
};

/// The system at the beginning of a run.
pub fn start(settings: &Settings, seed: u64) -> Box<dyn World> {
    Box::new(world::Network::new(settings, seed))
}

/// The places of the knobs.
mod at {
    pub const USERS: usize = 0;
    pub const LOAD: usize = 1;
    pub const SUPERS: usize = 2;
    pub const REDUNDANCY: usize = 3;
    pub const COPIES: usize = 4;
    pub const SUPER_MS: usize = 5;
    pub const FAILOVER: usize = 6;
    pub const DEGREE: usize = 7;
    pub const TTL: usize = 8;
    pub const TIMEOUT: usize = 9;
    pub const LATENCY: usize = 10;
    pub const CHURN: usize = 11;
    pub const ABSENCE: usize = 12;
}

static KNOBS: &[Knob] = &[
    Knob::number("users", "Peers", "", (4, 100_000), 12, "How many ordinary peers there are, besides the super-peers.")
        .log(),
    Knob::number(
        "load",
        "Lookups",
        "/s",
        (0, 1_000),
        5,
        "How many items are looked up per second, by all peers together.",
    )
    .live(),
    Knob::number("supers", "Super-peers", "", (1, 1_000), 3, "How many super-peers there are; no more than peers.")
        .log(),
    Knob::number(
        "redundancy",
        "Super-peers of each peer",
        "",
        (1, 2),
        1,
        "With how many super-peers each peer registers.",
    ),
    Knob::number("copies", "Copies of each item", "", (1, 1_000), 2, "How many peers hold each item.").log(),
    Knob::number("super-ms", "Work for a question", "ms", (1, 1_000), 5, "How long a super-peer works on a question.")
        .live()
        .log(),
    Knob::number(
        "failover-ms",
        "Failover",
        "ms",
        (100, 60_000),
        5_000,
        "How long a super-peer has to be silent before its peers take it for dead.",
    )
    .log(),
    Knob::number("degree", "Neighbours", "", (2, 16), 4, "How many neighbours a super-peer has among the super-peers."),
    Knob::number("ttl", "Hops at most", "", (1, 1_000), 7, "After how many hops a question ends.").live().log(),
    Knob::number(
        "timeout-ms",
        "Timeout",
        "ms",
        (50, 60_000),
        2_000,
        "How long a peer waits for an answer before it gives up.",
    )
    .log(),
    Knob::number(
        "latency-ms",
        "Latency one way",
        "ms",
        (1, 1_000),
        50,
        "How long a message takes from node to node, on average.",
    )
    .log(),
    Knob::number(
        "churn",
        "Mean session",
        "s",
        (0, 3_600),
        0,
        "How long an ordinary peer stays, on average; 0 if nobody leaves.",
    )
    .live(),
    Knob::number(
        "absence",
        "Mean absence",
        "s",
        (1, 3_600),
        30,
        "How long a peer that has left stays away, on average.",
    )
    .log(),
];

/// What a lookup costs.
static MESSAGES: Chart = Chart {
    title: "Messages per lookup",
    unit: "",
    least_top: 10,
    curves: &[Curve { name: "mean", kind: CurveKind::Main }],
};

/// How much of their time the super-peers work. Theory: each works on the questions of its own peers, and on those of
/// all others that their super-peers could not answer.
static UTILISATION: Chart = Chart {
    title: "Utilisation of super-peers",
    unit: "%",
    least_top: 100,
    curves: &[
        Curve { name: "mean", kind: CurveKind::Main },
        Curve { name: "busiest", kind: CurveKind::Second },
        Curve { name: "own questions and the others' unanswered ones", kind: CurveKind::Theory },
    ],
};

static FACTS: &[Fact] = &[
    Fact { name: "messages", meaning: "Messages sent for lookups, answers among them." },
    Fact { name: "messages-per-lookup", meaning: "Messages for a lookup, on average." },
    Fact { name: "upkeep", meaning: "Messages sent to register and to mend the overlay." },
    Fact { name: "hops-mean", meaning: "Hops from the asker to the super-peer that answered, on average." },
    Fact { name: "hops-max", meaning: "Hops from the asker to the super-peer that answered, at most." },
    Fact { name: "super-utilisation", meaning: "How much of the time super-peers work, on average, in percent." },
    Fact { name: "super-busiest", meaning: "How much of the time the busiest super-peer works, in percent." },
    Fact { name: "super-questions", meaning: "Questions of its own peers that a super-peer got, on average." },
    Fact { name: "super-share", meaning: "Of all sending and receiving of messages, what super-peers do, in percent." },
    Fact { name: "dropped", meaning: "Questions that a super-peer dropped because too many were in line." },
    Fact { name: "orphans", meaning: "Peers without a super-peer." },
    Fact { name: "orphans-max", meaning: "Peers without a super-peer, at most at one time." },
    Fact { name: "outage-ms", meaning: "The longest time that a peer was without a super-peer, in milliseconds." },
    Fact { name: "unreachable", meaning: "Items that no super-peer knows of." },
    Fact { name: "unreachable-max", meaning: "Items that no super-peer knew of, at most at one time." },
];

/// How many super-peers there are.
fn supers(settings: &Settings) -> u32 {
    settings.at(at::SUPERS).min(settings.at(at::USERS))
}

fn groups(settings: &Settings) -> Vec<Group> {
    vec![
        Group { name: "super", label: "Super-peer", count: supers(settings) },
        Group { name: "peer", label: "Peer", count: settings.at(at::USERS) },
    ]
}

fn accepts(settings: &Settings, change: &Change) -> Result<(), String> {
    let supers = supers(settings);
    match *change {
        Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) if a == b => {
            Err("a link needs two different ends".to_owned())
        }
        Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) if a >= supers && b >= supers => {
            Err("there is no link between ordinary peers: each talks to super-peers".to_owned())
        }
        Change::Slow(node, _) if node >= supers => {
            Err("the work of an ordinary peer takes no time here; slow a super-peer down instead".to_owned())
        }
        _ => Ok(()),
    }
}
