//! What an author writes, and what follows from it.

use super::DistributionTime;
use crate::chrome::demo::{Authored, Examined, FactInfo, Problem};
use architectures::{distribution::Plan, spread::Spread};
use serde::Deserialize;
use serde_json::json;
use sim::Duration;

/// A file, a server and its users.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The figure's title.
    #[schemars(length(min = 1))]
    pub title: String,
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
    const FACTS: &'static [FactInfo] = &[
        FactInfo {
            name: "client-server",
            meaning: "The least time for a server alone to serve peers-max users, in whole seconds.",
        },
        FactInfo {
            name: "peer-to-peer",
            meaning: "The least time if the users pass on what they have, in whole seconds.",
        },
        FactInfo { name: "ratio", meaning: "The first divided by the second, to one decimal." },
        FactInfo {
            name: "client-server-dominated-by",
            meaning: "What the server alone is held up by, such as \"the server, which sends every copy itself\".",
        },
        FactInfo {
            name: "peer-to-peer-dominated-by",
            meaning: "What server and users together are held up by, such as \"each user’s own download\".",
        },
        FactInfo {
            name: "simulated-users",
            meaning: "The largest number of users that is simulated: peers-max or 1,000.",
        },
        FactInfo {
            name: "simulated-alone",
            meaning: "How long the server alone took with so many users, in whole seconds; nothing if that was too long to be simulated to its end.",
        },
        FactInfo { name: "simulated", meaning: "How long it took with the users’ help; likewise." },
        FactInfo { name: "simulated-ratio", meaning: "How many times the bound that is, to one decimal." },
        FactInfo { name: "hash", meaning: "The fingerprint of the plan and of its bounds, 16 hexadecimal digits." },
    ];
    type Block = Block;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Examined, Vec<Problem>> {
        let plan = block.plan();
        let (alone, together) = (plan.client_server(plan.peers_max), plan.peer_to_peer(plan.peers_max));
        let view = plan.code();
        let last = *Spread::finished(plan).last().expect("at least one number of users");
        let facts = vec![
            json!(seconds(alone.time)),
            json!(seconds(together.time)),
            json!(super::ratio(alone.time, together.time)),
            json!(alone.term.bottleneck()),
            json!(together.term.bottleneck()),
            json!(last.users),
            json!(last.alone.map(seconds)),
            json!(last.together.map(seconds)),
            json!(last.together.map(|time| super::ratio(time, plan.peer_to_peer(last.users).time))),
            json!(super::fingerprint(&plan)),
        ];
        Ok(Examined { view, offers: String::new(), facts })
    }
}
