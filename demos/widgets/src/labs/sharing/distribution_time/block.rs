//! What an author writes, and what follows from it.

use super::{DistributionTime, Look};
use crate::chrome::{
    demo::{Authored, Demo, Examined, Problem},
    figure,
};
use architectures::distribution::Plan;
use serde::Deserialize;

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

impl Authored for DistributionTime {
    const PURPOSE: &'static str = "The least time in which a file can reach all of N users, from a server alone and with the users’ help, as curves over N, and what simulated swarms of up to 1,000 users need.";
    const STYLE: &'static str = include_str!("style.css");
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

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let plan = block.plan();
        let seen = Self::see(&plan, "");
        Ok(figure::examined::<Self>(plan, Look::default(), seen))
    }
}
