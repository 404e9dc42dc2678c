//! Devices that work on data of their own, edge nodes near them, and a cloud far away.
//!
//! ```text
//! device-1 … ◀──── `near-ms` ────▶ edge-1 … ◀──── `far-ms` ────▶ cloud
//! replica, if `where` is           replica, if `where` is        store: the versions of each item;
//! on-device                        at-edge                       in-cloud: no other copy of the data
//! operation: device ──▶ replica or store ──▶ device, over all links between; work 1 ms, no queue
//! sync:      replica ── writes that wait ──▶ store ── items changed since the last one ──▶ replica
//! timers:    the next operation of all devices together; `timeout-ms` of each; `sync-s` of each
//!            replica, which begins no other while it awaits an answer (both ways and 1 s, at most)
//! ```
//!
//! All devices share some items, which they read and write. *Where* the work is done is a setting: on the device,
//! at its edge node, or in the cloud. Whoever does it keeps a replica of all items, works on that, and synchronises
//! with the cloud every few seconds while it can reach it: it sends the writes that the cloud does not have yet, and
//! gets what has changed there. A device reaches its edge node, and only through it the cloud.
//!
//! Two writes of an item *conflict* if neither writer had seen the other's write (Parker et al., "Detection of
//! Mutual Inconsistency in Distributed Systems", *IEEE Transactions on Software Engineering* SE-9(3), 1983). Since
//! all writes meet at the cloud, it is enough to know for each write which state of the cloud its writer had seen;
//! [`Store`] says how. What happens then is a setting too: the last writer wins, and the other update is lost; or
//! both are kept until somebody who has seen both writes the item again.
//!
//! What is simplified:
//!
//! - The work takes 1 ms wherever it is done, and nothing queues: every node has capacity enough.
//! - The way takes the latencies that are set and up to a fifth more, by chance, the same there and back. A message is
//!   lost if something on its way is down or cut when it is sent or when it arrives.
//! - Replicas, and the writes that wait to be synchronised, are on disk and survive a stop. Requests in work do not.
//! - Clocks agree: the last writer really is the last. Real clocks differ, and then it may be the wrong one that wins.
//! - An operation that was given up may still be done, as anywhere. Nobody tries again.
//! - A user who leaves with the device takes open requests along; they count neither as answered nor as failed.

mod scene;
mod store;
mod world;

pub use world::start;

use crate::live::{Change, Chart, Curve, CurveKind, Fact, Group, Knob, Model, Requests, Settings};
pub use store::{Merge, Store, Write};

/// How long an operation takes where it is done, in milliseconds.
pub const WORK_MS: u64 = 1;

/// The group of devices.
pub(crate) const DEVICES: usize = 0;
/// The group with the one cloud.
pub(crate) const CLOUD: usize = 2;

const KNOBS: &[Knob] = &[
    Knob::number("users", "Devices", "", (1, 10_000), 6, "How many devices there are, each with a user.").log(),
    Knob::number("edges", "Edge nodes", "", (1, 100), 2, "How many edge nodes the devices are spread over.").log(),
    Knob::number("load", "Load", "/s", (1, 10_000), 6, "Operations per second, on all devices together.").live().log(),
    Knob::number("writes-percent", "Writes", "%", (0, 100), 20, "The share of operations that write.").live(),
    Knob::word("where", "Work is done", &["on-device", "at-edge", "in-cloud"], "Where the data is that users work on."),
    Knob::number("sync-s", "Synchronise every", "s", (1, 600), 2, "How long between two synchronisations.")
        .live()
        .log(),
    Knob::number("items", "Shared items", "", (1, 1_000), 100, "How many items all share: fewer, more conflicts.")
        .log(),
    Knob::word("resolve", "Conflicts", &["last-writer-wins", "keep-both"], "What is left of writes that conflict."),
    Knob::number("near-ms", "Device to edge", "ms", (0, 1_000), 5, "From a device to its edge node, one way."),
    Knob::number("far-ms", "Edge to cloud", "ms", (0, 5_000), 60, "From an edge node to the cloud, one way."),
    Knob::number("timeout-ms", "Users wait", "ms", (10, 60_000), 1_000, "How long a user waits for an answer.").log(),
];

/// Writes that the cloud does not have yet, or not known to have.
pub static WAITING: Chart = Chart {
    title: "Waiting to synchronise",
    unit: "",
    least_top: 10,
    curves: &[Curve { name: "writes", kind: CurveKind::Main }],
};

/// What conflicts there were, up to each window's end.
pub static CONFLICTS: Chart = Chart {
    title: "Conflicts",
    unit: "",
    least_top: 10,
    curves: &[
        Curve { name: "conflicts so far", kind: CurveKind::Main },
        Curve { name: "updates lost so far", kind: CurveKind::Bad },
    ],
};

const FACTS: &[Fact] = &[
    Fact { name: "writes", meaning: "Writes that were done, wherever." },
    Fact { name: "conflicts", meaning: "Writes that met another in the cloud that their writer had not seen." },
    Fact { name: "lost-updates", meaning: "Writes that were overwritten, or thrown away, unseen." },
    Fact { name: "unsynced", meaning: "Writes that wait to be synchronised." },
    Fact { name: "staleness", meaning: "Mean time since what is read was fetched from the cloud, in milliseconds." },
    Fact { name: "far-messages", meaning: "Messages sent between edge nodes and the cloud." },
    Fact { name: "diverged", meaning: "Replicas that differ from the cloud's data." },
];

/// The architecture.
pub static MODEL: Model = Model {
    name: "edge",
    title: "Edge computing",
    about: "Devices share items through edge nodes and a cloud. The work is done on the device, at the edge, or in the \
            cloud, and replicas are synchronised when they can be. It shows who can go on working when something is \
            away, and the conflicts that are the price. Nothing queues; replicas are on disk; all clocks agree.",
    knobs: KNOBS,
    seconds: (10, 120, 3_600),
    groups,
    accepts,
    victim: "cloud",
    charts: &[&Requests::THROUGHPUT, &Requests::LATENCY, &Requests::SUCCESS, &WAITING, &CONFLICTS],
    facts: &[Requests::FACTS, FACTS],
};

fn groups(settings: &Settings) -> Vec<Group> {
    vec![
        Group { name: "device", label: "Device", count: settings.get("users") },
        Group { name: "edge", label: "Edge", count: settings.get("edges") },
        Group { name: "cloud", label: "Cloud", count: 1 },
    ]
}

/// The edge node of a device, from 0: neighbouring devices have the same.
pub(crate) fn home(users: u32, edges: u32, device: u32) -> u32 {
    (u64::from(device) * u64::from(edges) / u64::from(users)) as u32
}

/// A link, by its lower end: that of a device to its edge node, that of an edge node to the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Device(u32),
    Edge(u32),
}

/// The link between two nodes, if there is one.
fn link(users: u32, edges: u32, a: u32, b: u32) -> Option<Link> {
    let (a, b) = (a.min(b), a.max(b));
    if a < users {
        return (b == users + home(users, edges, a)).then_some(Link::Device(a));
    }
    (b == users + edges && a < b).then_some(Link::Edge(a - users))
}

fn accepts(settings: &Settings, change: &Change) -> Result<(), String> {
    let (users, edges) = (settings.get("users"), settings.get("edges"));
    let why = match *change {
        Change::Slow(node, _) if node < users && !settings.is("where", "on-device") => {
            "the work is not done on the devices here: slow down who does it"
        }
        Change::Slow(node, _) if (users..users + edges).contains(&node) && !settings.is("where", "at-edge") => {
            "the work is not done at the edge here: slow down who does it"
        }
        Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) if link(users, edges, a, b).is_none() => {
            "these two do not talk to each other: a device talks to its edge node, and that to the cloud"
        }
        Change::StopShare { group: CLOUD, .. } | Change::RestartAll { group: CLOUD } => {
            "there is one cloud: stop it and restart it by its name"
        }
        _ => return Ok(()),
    };
    Err(why.to_owned())
}
