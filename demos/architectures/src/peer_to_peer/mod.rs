//! Peer-to-peer: an overlay in which every node serves and asks.
//!
//! ```text
//! flooding, random-walk:                            dht:
//! peer ──▶ neighbours ──▶ their neighbours …        peer ──▶ 3 peers at a time, nearest its key first
//!   ▲      `degree`       up to `ttl` hops            ▲      from its table: buckets of 8 contacts
//!   └── hit, straight from a holder ─┘                └── the item, or the 8 nearest that are known ─┘
//! way in: newcomer ──▶ bootstrap, or with `bootstrap` off a peer that it remembers ──▶ newcomer, which
//!   then links to `degree` peers, or looks up its own id
//! queues: none; each message costs its sender 2 ms
//! timers of a lookup: `timeout-ms`; 250 ms while the asker is not in; dht: 4 latencies and 100 ms for
//!   an answer
//! timers of the overlay: 2 s between knocks; 3 s until a gone neighbour is replaced; dht: `refresh` of
//!   each item, and of each peer's table while `churn` > 0; sessions and absences (`churn`, `absence`)
//! ```
//!
//! There are as many items as peers, 1,000 at most. A lookup is for an item that the asker does not hold, and succeeds
//! when a peer that is in the network and holds a copy has answered. Who looks up what, and when, does not depend on
//! who is there; a peer that has left asks nothing, and what it was looking for is counted neither way. Three ways to
//! look things up:
//!
//! - `flooding`: the asker asks its neighbours, they ask theirs, for `ttl` hops; who gets a question again does not
//!   pass it on. That is Gnutella 0.4, except that a holder answers the asker itself and not back along the path.
//!   Nobody says no: an item that was not reached is waited for until the timeout.
//! - `random-walk`: so many walkers go from neighbour to neighbour, `ttl` steps each, and check back with the asker at
//!   every fourth step (Lv, Cao, Cohen, Li & Shenker, *Search and Replication in Unstructured Peer-to-Peer Networks*,
//!   ICS 2002).
//! - `dht`: Kademlia (Maymounkov & Mazières, IPTPS 2002) with *k* = 8 and α = 3. Ids have 32 bits instead of 160, peers
//!   are numbered by them. An item is stored on the `copies` peers closest to its key, 8 at most. A lookup that has
//!   asked the 8 closest peers that it could find says no: it is refused.
//!
//! Without a structure (`flooding` and `random-walk`) peers hold what is theirs: it survives on their disks, and is
//! there again when they come back. The neighbours of a peer that went away miss its pings and replace it after three
//! seconds; whom they find then, and whom a newcomer is told of, is drawn from those who are there (how such addresses
//! go around is not simulated, nor are the pings counted as messages).
//!
//! In the hash table a peer that goes away loses what was stored on it, and its routing table. One of the holders of
//! each item looks up the key anew every `refresh` seconds and stores the item on those closest then; while peers come
//! and go (`churn` above zero) each peer also refreshes a part of its routing table as often. At the start all tables
//! are full, as after a long quiet time. A contact that has not answered within four latencies and 100 ms is dropped. A
//! contact is not pinged before it is kept in favour of a newcomer, and peers also learn of contacts from answers to
//! lookups of their own while they join or refresh. What an answer names is taken from the answerer's table when the
//! answer arrives.
//!
//! Whoever comes asks the `bootstrap` node for a peer that is in the network, every two seconds until it answers; with
//! `bootstrap` off it tries peers that it remembers. Peers have no queues: each message costs 2 ms, times whatever the
//! peer was slowed down by. Any two peers can talk, so any two can be cut off from each other. A way takes between half
//! and one and a half times the mean latency, always the same. The download that follows a lookup is not simulated: see
//! the swarm.

mod scene;
mod table;
mod world;

use crate::live::{Change, Chart, Curve, CurveKind, Fact, Group, Knob, Model, Requests, Settings, World};

/// The model.
pub static MODEL: Model = Model {
    name: "peer-to-peer",
    title: "Peer-to-peer",
    about: "Every peer holds some items and looks for others, with nobody in charge: by asking everyone (flooding), by \
            random walks, or through a distributed hash table (Kademlia). It shows what finding costs, what is not \
            found, and what becomes of it when peers come and go. The download itself is left out, peers have no \
            queues, and a newcomer who has got in is told of peers by magic.",
    knobs: KNOBS,
    seconds: (1, 60, 3_600),
    groups,
    accepts,
    victim: "peer-1",
    charts: &[&Requests::THROUGHPUT, &Requests::LATENCY, &Requests::SUCCESS, &MESSAGES, &HOPS],
    facts: &[Requests::FACTS, FACTS],
};

/// The system at the beginning of a run.
pub fn start(settings: &Settings, seed: u64) -> Box<dyn World> {
    Box::new(world::Peers::new(settings, seed))
}

/// The places of the knobs.
mod at {
    pub const USERS: usize = 0;
    pub const LOAD: usize = 1;
    pub const DEGREE: usize = 3;
    pub const TTL: usize = 4;
    pub const WALKERS: usize = 5;
    pub const COPIES: usize = 6;
    pub const TIMEOUT: usize = 7;
    pub const LATENCY: usize = 8;
    pub const CHURN: usize = 9;
    pub const ABSENCE: usize = 10;
    pub const BOOTSTRAP: usize = 11;
    pub const REFRESH: usize = 12;
}

static KNOBS: &[Knob] = &[
    Knob::number("users", "Peers", "", (2, 100_000), 16, "How many peers there are; each serves and asks.").log(),
    Knob::number(
        "load",
        "Lookups",
        "/s",
        (0, 1_000),
        5,
        "How many items are looked up per second, by all peers together.",
    )
    .live(),
    Knob::word(
        "lookup",
        "Lookup",
        &["flooding", "random-walk", "dht"],
        "How an item is found: by asking everyone, by random walks, or through a distributed hash table.",
    ),
    Knob::number(
        "degree",
        "Neighbours",
        "",
        (2, 16),
        4,
        "How many neighbours a peer has; the hash table has its own tables.",
    ),
    Knob::number("ttl", "Hops at most", "", (1, 1_000), 7, "After how many hops a flood or a walker ends.")
        .live()
        .log(),
    Knob::number("walkers", "Walkers", "", (1, 32), 4, "How many random walkers a lookup sends out.").live(),
    Knob::number(
        "copies",
        "Copies of each item",
        "",
        (1, 1_000),
        2,
        "How many peers hold each item; in the hash table 8 at most.",
    )
    .log(),
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
        "How long a message takes from peer to peer, on average.",
    )
    .log(),
    Knob::number(
        "churn",
        "Mean session",
        "s",
        (0, 3_600),
        0,
        "How long a peer stays in the network, on average; 0 if nobody leaves.",
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
    Knob::word(
        "bootstrap",
        "Bootstrap node",
        &["on", "off"],
        "Whether newcomers have to ask one known node for the way in, or remember peers from before.",
    ),
    Knob::number(
        "refresh",
        "Refresh",
        "s",
        (5, 600),
        30,
        "How often the hash table stores each item anew on the peers closest to it.",
    )
    .log(),
];

/// What a lookup costs. Theory: every link carries a flood's question both ways, but those to who asks first only one
/// way, and every holder answers.
static MESSAGES: Chart = Chart {
    title: "Messages per lookup",
    unit: "",
    least_top: 10,
    curves: &[
        Curve { name: "mean", kind: CurveKind::Main },
        Curve { name: "a flood that reaches all", kind: CurveKind::Theory },
    ],
};

/// How far what is found was away. Theory: each hop of a hash table halves at least the distance to the key.
static HOPS: Chart = Chart {
    title: "Hops",
    unit: "",
    least_top: 5,
    curves: &[
        Curve { name: "mean", kind: CurveKind::Main },
        Curve { name: "longest", kind: CurveKind::Second },
        Curve { name: "log₂ of the peers", kind: CurveKind::Theory },
    ],
};

static FACTS: &[Fact] = &[
    Fact { name: "messages", meaning: "Messages sent for lookups, answers among them." },
    Fact { name: "messages-per-lookup", meaning: "Messages for a lookup, on average." },
    Fact {
        name: "upkeep",
        meaning: "Messages sent to join, to mend the overlay, to refresh tables and to store items anew.",
    },
    Fact { name: "hops-mean", meaning: "Hops from the asker to who answered, on average." },
    Fact { name: "hops-max", meaning: "Hops from the asker to who answered, at most." },
    Fact {
        name: "reach",
        meaning: "Peers that a lookup reached, the asker among them, in percent of those in the network.",
    },
    Fact { name: "inside", meaning: "Peers in the network." },
    Fact { name: "unreachable", meaning: "Items that no peer in the network holds." },
    Fact { name: "unreachable-max", meaning: "Items that no peer in the network held, at most at one time." },
    Fact { name: "waiting", meaning: "Peers that want to join and have not got in." },
    Fact { name: "waiting-max", meaning: "Peers that wanted to join and had not got in, at most at one time." },
    Fact { name: "joins", meaning: "How often a peer has joined during the run." },
    Fact { name: "leaves", meaning: "How often a peer has left or was stopped." },
];

fn has_bootstrap(settings: &Settings) -> bool {
    settings.at(at::BOOTSTRAP) == 0
}

fn groups(settings: &Settings) -> Vec<Group> {
    let mut groups = vec![Group { name: "peer", label: "Peer", count: settings.at(at::USERS) }];
    if has_bootstrap(settings) {
        groups.push(Group { name: "bootstrap", label: "Bootstrap", count: 1 });
    }
    groups
}

fn accepts(_: &Settings, change: &Change) -> Result<(), String> {
    match change {
        Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) if a == b => {
            Err("a link needs two different ends; any two peers can talk to each other".to_owned())
        }
        Change::StopShare { group: 1, .. } => {
            Err("there is one bootstrap node; write stop bootstrap to stop it".to_owned())
        }
        Change::RestartAll { group: 1 } => Err("there is one bootstrap node; write restart bootstrap".to_owned()),
        _ => Ok(()),
    }
}
