//! What an author writes, and what follows from it.

use super::DistributionTime;
use crate::chrome::demo::{Authored, Examined, FactList, Problem};
use architectures::{
    distribution::{Bound, Plan},
    spread::{Point, Spread},
};
use serde::Deserialize;
use sim::Duration;

/// A file, a server and its users.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The size of the file, in megabytes of 1,000,000 bytes.
    #[serde(default = "file_mb")]
    #[schemars(range(min = 1, max = 100_000))]
    pub file_mb: u32,
    /// The rate at which the server sends, in megabits per second.
    #[serde(default = "server_mbps")]
    #[schemars(range(min = 1, max = 100_000))]
    pub server_mbps: u32,
    /// The rate at which each user receives, in megabits per second.
    #[serde(default = "down_mbps")]
    #[schemars(range(min = 1, max = 10_000))]
    pub down_mbps: u32,
    /// The rate at which each user sends, in megabits per second; 0 for users who give nothing back.
    #[serde(default = "up_mbps")]
    #[schemars(range(min = 0, max = 10_000))]
    pub up_mbps: u32,
    /// The number of users: where the chart ends and, at first, the number that is looked at.
    #[serde(default = "peers_max")]
    #[schemars(range(min = 2, max = 1_000_000))]
    pub peers_max: u32,
}

fn file_mb() -> u32 {
    Plan::default().file_mb
}
fn server_mbps() -> u32 {
    Plan::default().server_mbps
}
fn down_mbps() -> u32 {
    Plan::default().down_mbps
}
fn up_mbps() -> u32 {
    Plan::default().up_mbps
}
fn peers_max() -> u32 {
    Plan::default().peers_max
}

impl Block {
    /// The plan that the author describes.
    pub fn plan(&self) -> Plan {
        let Self { file_mb, server_mbps, down_mbps, up_mbps, peers_max, .. } = *self;
        Plan { file_mb, server_mbps, down_mbps, up_mbps, peers_max }
    }
}

/// In whole seconds, rounded.
fn seconds(time: Duration) -> u64 {
    (time.as_micros() + 500_000) / 1_000_000
}

/// What came of a plan.
pub struct Seen {
    plan: Plan,
    /// The bound for the server alone, and with the users' help.
    alone: Bound,
    together: Bound,
    /// The largest number of users that is simulated.
    last: Point,
}

impl Authored for DistributionTime {
    const PURPOSE: &'static str = "The least time in which a file can reach all of N users, from a server alone and with the users’ help, as curves over N, and what simulated swarms of up to 1,000 users need.";
    const SHEETS: &'static [&'static str] = &["demos-maps"];
    const EXAMPLE: &'static str = r#"{
  "id": "example-distribution-time",
  "title": "One gigabyte for a thousand users",
  "file-mb": 1000,
  "server-mbps": 1000,
  "up-mbps": 10,
  "peers-max": 1000,
  "expect": { "client-server": 8000, "peer-to-peer": "< 800" }
}"#;
    type Block = Block;
    type Seen = Seen;

    fn facts(list: &mut FactList<Self::Seen>) {
        list.fact(
            "client-server",
            "The least time for a server alone to serve peers-max users, in whole seconds.",
            |seen| seconds(seen.alone.time),
        );
        list.fact("peer-to-peer", "The least time if the users pass on what they have, in whole seconds.", |seen| {
            seconds(seen.together.time)
        });
        list.fact("ratio", "The first divided by the second, to one decimal.", |seen| {
            super::ratio(seen.alone.time, seen.together.time)
        });
        list.fact(
            "client-server-dominated-by",
            "What the server alone is held up by, such as \"the server, which sends every copy itself\".",
            |seen| seen.alone.term.bottleneck(),
        );
        list.fact(
            "peer-to-peer-dominated-by",
            "What server and users together are held up by, such as \"each user’s own download\".",
            |seen| seen.together.term.bottleneck(),
        );
        list.fact("simulated-users", "The largest number of users that is simulated: peers-max or 1,000.", |seen| {
            seen.last.users
        });
        list.fact(
                "simulated-alone",
                "How long the server alone took with so many users, in whole seconds; nothing if that was too long to be simulated to its end.",
                |seen| seen.last.alone.map(seconds),
            );
        list.fact("simulated", "How long it took with the users’ help; likewise.", |seen| {
            seen.last.together.map(seconds)
        });
        list.fact("simulated-ratio", "How many times the bound that is, to one decimal.", |seen| {
            seen.last.together.map(|time| super::ratio(time, seen.plan.peer_to_peer(seen.last.users).time))
        });
        list.fact("hash", "The fingerprint of the plan and of its bounds, 16 hexadecimal digits.", |seen| {
            super::fingerprint(&seen.plan)
        });
    }

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let plan = block.plan();
        let (alone, together) = (plan.client_server(plan.peers_max), plan.peer_to_peer(plan.peers_max));
        let view = plan.code();
        let last = *Spread::finished(plan).last().expect("at least one number of users");
        Ok(Examined { view, offers: String::new(), seen: Seen { plan, alone, together, last } })
    }
}
