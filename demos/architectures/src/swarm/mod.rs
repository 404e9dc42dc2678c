//! One file for many: a swarm of peers that pass the pieces of a file on to one another.
//!
//! ```text
//! seed-1 … ── batches of pieces ──▶ peer-1 … ◀── batches of pieces ──▶ peer-2 …
//!   up to 256 lanes, in turn          │ knows 40 others at most; gives to 4: the 3 that gave it most
//!                                     │ and one by chance (tit-for-tat), over 4 lanes at most
//! tracker ◀── who is there? ──────────┘ peer-exchange: no tracker, names from neighbours instead
//! lane: one batch to one member, within the upload of its sender and the download of its receiver
//! server-only: seed ── in order ──▶ a line of peers, a batch each, then to the line's end; no tracker
//! timers: arrivals; 100 ms for the tracker's answer, 10 s until who found nobody asks again (by
//!   peer-exchange again after 1, 2 and 4 s, too, if it found few); a round of 10 s, or 4 batches if
//!   that is longer, for partners; the end of each batch; a retry, ever later, of who found nobody to
//!   give to; `stay` after finishing; `seeds-leave`
//! ```
//!
//! Modelled on BitTorrent (Cohen, "Incentives build robustness in BitTorrent", Workshop on Economics of
//! Peer-to-Peer Systems 2003): the file is cut into pieces; a newcomer learns of others from a tracker, or from
//! those whom it knows already; who has a piece gives it on while still missing others; pieces that few have
//! are taken first; and peers give first of all to those who give to them.
//!
//! # What is simplified
//!
//! - **Rates.** Only the members' own connections limit a transfer, not the network between them. A member gives
//!   to its partners in turn, one batch of pieces at a time at its full rate; a member whose upload is faster than a
//!   download gives to several at once, each at most as fast as it can receive. No member ever sends or
//!   receives more than its rates allow. A batch is one piece in swarms of up to two million pieces
//!   (peers × pieces) and up to eight in larger ones; it is passed on when it is complete.
//! - **Partners.** A member knows at most 40 others, a fast seed more. Tit-for-tat: every 10 seconds, or as long
//!   as four batches take, a peer chooses the three that gave it most lately; a fourth slot goes to anyone, by
//!   chance, and to someone else every third time. A slot that nobody can use at the moment is given to anyone who
//!   can. Who has the whole file gives to all in turn.
//! - **Rarity** is counted over the whole swarm, not over the neighbours alone; what is on its way counts.
//! - **Messages** other than pieces cost nothing, except that a tracker's answer takes 100 ms. The tracker knows
//!   at once who is there, also after it was down: members announce themselves again. By peer-exchange a newcomer
//!   learns of members that are some steps away from the one whose address it has.
//! - **Disk.** A member that stops keeps its complete pieces; what was on its way to or from it is lost.
//! - **Forgers** claim to have every piece and want none. With hashes a forged piece is recognised when it is
//!   complete; after two from one sender nothing more is taken from it. Without, it is kept and passed on.
//!
//! `server-only` is the same file from the same seeds to the same users without the users' help: each seed sends
//! to all its users in turn, piece by piece, in order.

mod choose;
mod scene;
mod world;

pub use world::Swarm;

use crate::{
    distribution::Plan,
    live::{Change, Chart, Curve, CurveKind, Fact, Group, Knob, Model, Settings, World},
};
use sim::Duration;

/// A file that a swarm of peers hands on.
pub static MODEL: Model = Model {
    name: "swarm",
    title: "Swarm",
    about: "A seed has a file, and many want it. Cut into pieces it spreads from peer to peer, each giving on what \
            it has, so that every newcomer brings capacity along. Only the members’ own connections limit a \
            transfer; what is rare is counted over the whole swarm; in very large swarms pieces travel in batches \
            of up to eight.",
    knobs: KNOBS,
    seconds: (5, 300, 200_000),
    groups,
    accepts,
    victim: "seed-1",
    charts: &[&FINISHED, &THROUGHPUT, &COPIES],
    facts: &[FACTS],
};

/// The system at the beginning of a run.
pub fn start(settings: &Settings, seed: u64) -> Box<dyn World> {
    Box::new(Swarm::new(settings, seed))
}

const KNOBS: &[Knob] = &[
    Knob::number("users", "Peers", "", (1, 100_000), 24, "How many users want the file.").log(),
    Knob::word(
        "mode",
        "Who gives",
        &["swarm", "server-only"],
        "Whether users pass pieces on to one another, or get everything from the seeds.",
    ),
    Knob::number("file-mb", "File", "MB", (1, 100_000), 100, "How large the file is, in millions of bytes.").log(),
    Knob::number("pieces", "Pieces", "", (1, 256), 64, "How many pieces the file is cut into."),
    Knob::number("seeds", "Seeds", "", (0, 100), 1, "How many have the whole file from the beginning."),
    Knob::number("server-mbps", "Upload of each seed", "Mbit/s", (1, 100_000), 20, "How fast each seed gives.").log(),
    Knob::number("up-mbps", "Upload of each peer", "Mbit/s", (1, 10_000), 10, "How fast each peer can give.").log(),
    Knob::number("down-mbps", "Download of each peer", "Mbit/s", (1, 10_000), 50, "How fast each peer can take.").log(),
    Knob::word(
        "strategy",
        "Which piece first",
        &["rarest-first", "random", "in-order"],
        "Which of the pieces that it could get a peer takes first.",
    )
    .live(),
    Knob::word(
        "choking",
        "To whom",
        &["tit-for-tat", "none"],
        "Whether peers give first to those who give to them, or to all in turn.",
    )
    .live(),
    Knob::word(
        "discovery",
        "How peers meet",
        &["tracker", "peer-exchange"],
        "Whether newcomers ask a tracker, or know one member and learn of others from it.",
    ),
    Knob::word(
        "arrive",
        "Peers arrive",
        &["flash", "steady"],
        "Whether all come within the first two seconds, or one after the other.",
    ),
    Knob::number("arrive-over", "Steady arrivals take", "s", (1, 100_000), 120, "Within how long all peers arrive.")
        .log(),
    Knob::number(
        "stay",
        "Peers stay after finishing",
        "s",
        (0, STAY_FOREVER),
        STAY_FOREVER,
        "How long a peer goes on giving when it has the file; the greatest value means for ever.",
    )
    .log()
    .live(),
    Knob::number("seeds-leave", "Seeds leave after", "s", (0, 100_000), 0, "When the seeds leave; 0 means never.")
        .log(),
    Knob::number("free-riders", "Free riders", "%", (0, 100), 0, "The share of peers that take and never give."),
    Knob::number("poisoners", "Forgers", "%", (0, 100), 0, "The share of peers that send forged pieces."),
    Knob::word(
        "verify",
        "Pieces are checked by",
        &["hash", "none"],
        "Whether a forged piece is recognised by its hash, or kept and passed on.",
    ),
];

/// The value of `stay` that means for ever.
const STAY_FOREVER: u32 = 100_000;

const FINISHED: Chart = Chart {
    title: "Finished",
    unit: "%",
    least_top: 100,
    curves: &[
        Curve { name: "finished", kind: CurveKind::Main },
        Curve { name: "at most possible", kind: CurveKind::Theory },
    ],
};

const THROUGHPUT: Chart = Chart {
    title: "Throughput",
    unit: "Mbit/s",
    least_top: 10,
    curves: &[
        Curve { name: "from peers", kind: CurveKind::Main },
        Curve { name: "from seeds", kind: CurveKind::Second },
        Curve { name: "forged", kind: CurveKind::Bad },
    ],
};

const COPIES: Chart = Chart {
    title: "Copies of a piece",
    unit: "",
    least_top: 2,
    curves: &[Curve { name: "mean", kind: CurveKind::Main }, Curve { name: "rarest piece", kind: CurveKind::Second }],
};

const FACTS: &[Fact] = &[
    Fact { name: "finished", meaning: "Peers that have the whole file, in percent of those who want it." },
    Fact { name: "finished-at", meaning: "When the last peer finished, in seconds; nothing before." },
    Fact { name: "bound", meaning: "When it could have finished at the earliest, in seconds." },
    Fact { name: "ratio", meaning: "How many times the earliest possible time it took." },
    Fact { name: "median-time", meaning: "Median time from arrival to the whole file, in seconds." },
    Fact { name: "p95-time", meaning: "95th percentile of the time from arrival to the whole file, in seconds." },
    Fact { name: "giver-time", meaning: "Median time from arrival to the whole file of peers that give, in seconds." },
    Fact { name: "free-rider-time", meaning: "Median time from arrival to the whole file of free riders, in seconds." },
    Fact { name: "from-peers", meaning: "What peers gave, in percent of all that arrived and was not forged." },
    Fact { name: "seed-copies", meaning: "How many copies of the file the seeds have sent." },
    Fact { name: "rarest", meaning: "Copies of the rarest piece, seeds included, free riders not." },
    Fact { name: "mean-copies", meaning: "Copies of a piece on average, seeds included, free riders not." },
    Fact { name: "missing-pieces", meaning: "Pieces that nobody has who is there and gives." },
    Fact { name: "waiting", meaning: "Peers that have arrived and found nobody." },
    Fact { name: "rejected", meaning: "Forged pieces that were recognised and thrown away." },
    Fact { name: "corrupted", meaning: "Downloads that finished with a forged piece in them." },
    Fact { name: "wasted", meaning: "Forged pieces, in percent of all that arrived." },
];

/// The places of the groups.
const SEEDS: usize = 0;
const TRACKER: usize = 1;

fn groups(settings: &Settings) -> Vec<Group> {
    let tracker = settings.is("mode", "swarm") && settings.is("discovery", "tracker");
    vec![
        Group { name: "seed", label: "Seed", count: settings.get("seeds") },
        Group { name: "tracker", label: "Tracker", count: tracker.into() },
        Group { name: "peer", label: "Peer", count: settings.get("users") },
    ]
}

fn accepts(settings: &Settings, change: &Change) -> Result<(), String> {
    let names = MODEL.names(settings);
    let group = |node| names.group_of(node).0;
    match *change {
        Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) => {
            let (one, other) = (group(a).min(group(b)), group(a).max(group(b)));
            match (one, other) {
                _ if a == b => Err("a link joins two different nodes".to_owned()),
                (SEEDS, SEEDS) => Err("two seeds both have everything: nothing passes between them".to_owned()),
                (SEEDS, TRACKER) => {
                    Err("a seed needs nothing from the tracker: name a seed or tracker and a peer".to_owned())
                }
                (one, other) if one == other && settings.is("mode", "server-only") => {
                    Err("without a swarm nothing passes between peers: name a seed and a peer".to_owned())
                }
                _ => Ok(()),
            }
        }
        Change::StopShare { group, .. } | Change::RestartAll { group } => match (group, names.groups()[group].count) {
            (_, 0) => Err(format!("with these settings there is no {}", names.groups()[group].name)),
            (TRACKER, _) => Err("there is one tracker: stop or restart it by its name".to_owned()),
            _ => Ok(()),
        },
        Change::Stop(_) | Change::Restart(_) | Change::Slow(..) | Change::Set { .. } => Ok(()),
    }
}

/// The settings as the world uses them, and what follows from them.
#[derive(Clone, Debug)]
struct Setup {
    users: u32,
    seeds: u32,
    /// One or none.
    trackers: u32,
    /// Peers that want the file, and of those the ones that give.
    wanting: u32,
    givers: u32,
    poisoners: u32,
    pieces: u32,
    /// Bits of a piece, rounded up.
    bits: u64,
    /// The largest batch, in pieces.
    batch: u32,
    /// How many neighbours a member looks at before it tries again later.
    looks_at: u16,
    /// Rates in kilobits per second.
    seed_rate: u32,
    up_rate: u32,
    down_rate: u32,
    /// To how many at once they give.
    seed_lanes: u32,
    peer_lanes: u32,
    /// How many others a seed can know.
    seed_row: u32,
    /// How long peers stick to their choice of partners.
    round: Duration,
    file_mb: u32,
    hash: bool,
    trackerless: bool,
    server_only: bool,
    arrive_over: Duration,
    seeds_leave: Option<Duration>,
    // Can change in a run:
    strategy: Strategy,
    tit_for_tat: bool,
    stay: u32,
}

/// Which piece is taken first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    Rarest,
    Random,
    InOrder,
}

impl Setup {
    fn new(settings: &Settings) -> Self {
        let get = |name| settings.get(name);
        let (users, seeds, pieces) = (get("users"), get("seeds"), get("pieces"));
        let poisoners = (users * get("poisoners") + 50) / 100;
        let wanting = users - poisoners;
        let free_riders = ((users * get("free-riders") + 50) / 100).min(wanting);
        let bits = (u64::from(get("file-mb")) * 8_000_000).div_ceil(pieces.into());
        let batch = (users * pieces).div_ceil(PIECES_ONE_BY_ONE).clamp(1, BATCH as u32);
        let (seed_rate, up_rate, down_rate) =
            (get("server-mbps") * 1_000, get("up-mbps") * 1_000, get("down-mbps") * 1_000);
        let server_only = settings.is("mode", "server-only");
        let most = if server_only { SEED_LANES.max(users / seeds.max(1)) } else { SEED_LANES };
        let seed_lanes = seed_rate.div_ceil(down_rate).min(users).min(most);
        let four_batches = 4 * transfer_micros(bits * u64::from(batch), up_rate.min(down_rate));
        let arrive_over = if settings.is("arrive", "steady") { get("arrive-over") } else { FLASH_SECS };
        let mut setup = Self {
            users,
            seeds,
            trackers: groups(settings)[TRACKER].count,
            wanting,
            givers: wanting - free_riders,
            poisoners,
            pieces,
            bits,
            batch,
            looks_at: if batch > 1 { LOOKS_AT } else { u16::MAX },
            seed_rate,
            up_rate,
            down_rate,
            seed_lanes,
            peer_lanes: up_rate.div_ceil(down_rate).min(SLOTS as u32),
            seed_row: (2 * seed_lanes).max(PEER_ROW),
            round: ROUND.max(Duration::from_micros(four_batches)),
            file_mb: get("file-mb"),
            hash: settings.is("verify", "hash"),
            trackerless: settings.is("discovery", "peer-exchange"),
            server_only,
            arrive_over: Duration::from_secs(arrive_over.into()),
            seeds_leave: Some(get("seeds-leave")).filter(|s| *s > 0).map(|s| Duration::from_secs(s.into())),
            strategy: Strategy::Rarest,
            tit_for_tat: true,
            stay: 0,
        };
        setup.turn(settings);
        setup
    }

    /// Takes over what can change in a run.
    fn turn(&mut self, settings: &Settings) {
        self.strategy = match settings.get("strategy") {
            0 => Strategy::Rarest,
            1 => Strategy::Random,
            _ => Strategy::InOrder,
        };
        self.tit_for_tat = settings.is("choking", "tit-for-tat");
        self.stay = settings.get("stay");
    }

    /// Before when nobody could have handed out the file, if the last one comes at that time at the earliest.
    /// Nothing if no formula says so: nobody has the file or wants it, or forged pieces count.
    fn bound(&self, last: Duration) -> Option<Duration> {
        if self.seeds == 0 || self.wanting == 0 || (!self.hash && self.poisoners > 0) {
            return None;
        }
        let plan = Plan {
            file_mb: self.file_mb,
            server_mbps: self.seeds * (self.seed_rate / 1_000),
            down_mbps: self.down_rate / 1_000,
            up_mbps: self.up_rate / 1_000,
            peers_max: self.users,
        };
        let bound =
            if self.server_only { plan.client_server(self.wanting) } else { plan.swarm(self.wanting, self.givers) };
        let download = transfer_micros(u64::from(self.file_mb) * 8_000_000, self.down_rate);
        Some(bound.time.max(last + Duration::from_micros(download)))
    }
}

/// How long so many bits take at a rate in kilobits per second, rounded up.
fn transfer_micros(bits: u64, rate: u32) -> u64 {
    (bits * 1_000).div_ceil(u64::from(rate.max(1)))
}

/// Swarms with more pieces than that, over all peers, move them in batches.
const PIECES_ONE_BY_ONE: u32 = 2_000_000;
/// Pieces in the largest batch.
const BATCH: usize = 8;
/// How many others a peer can know.
const PEER_ROW: u32 = 40;
/// How many a member looks for by itself.
const LOOKS_FOR: u32 = 20;
/// How many steps a name travels in an exchange.
const WALK: u32 = 6;
/// How many neighbours a member of a large swarm looks at before it tries again later.
const LOOKS_AT: u16 = 12;
/// To how many at once a seed gives at most.
const SEED_LANES: u32 = 256;
/// A peer's partners: those who give, and one by chance.
const SLOTS: usize = 4;
/// After how long partners are chosen anew, at least.
const ROUND: Duration = Duration::from_secs(10);
/// A flash crowd arrives within so many seconds.
const FLASH_SECS: u32 = 2;
/// After how long a newcomer that has found nobody asks again.
const ASKS_AGAIN: Duration = Duration::from_secs(10);
/// How long the tracker's answer takes.
const ANSWER: Duration = Duration::from_millis(100);
/// After so many forged pieces nothing more is taken from a sender.
const STRIKES: u8 = 2;
