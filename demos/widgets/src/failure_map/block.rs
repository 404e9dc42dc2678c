//! What an author writes, and what follows from it.

use super::FailureMap;
use crate::demo::{Authored, Examined, FactInfo, Problem};
use serde::Deserialize;
use serde_json::json;
use systems::architecture::{Architecture, Map};

/// How the system is organised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArchitectureName {
    /// One server, asked by six clients.
    #[default]
    ClientServer,
    /// Eight peers, each of which asks and answers.
    PeerToPeer,
    /// Six browsers, two API servers, a database.
    MultiTier,
    /// Nine leaves on three super-peers.
    SuperPeers,
    /// Six devices on three edge nodes, and a cloud.
    Edge,
    /// Three visitors, three buyers, a gateway and four services.
    Microservices,
}

impl ArchitectureName {
    fn model(self) -> Architecture {
        match self {
            Self::ClientServer => Architecture::ClientServer,
            Self::PeerToPeer => Architecture::PeerToPeer,
            Self::MultiTier => Architecture::MultiTier,
            Self::SuperPeers => Architecture::SuperPeers,
            Self::Edge => Architecture::Edge,
            Self::Microservices => Architecture::Microservices,
        }
    }
}

/// An architecture as a graph, and which of its nodes are stopped.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The figure's title.
    #[schemars(length(min = 1))]
    pub title: String,
    /// How the system is organised.
    #[serde(default)]
    pub architecture: ArchitectureName,
    /// The nodes that are stopped when the reader arrives, such as "server", "peer-1", "api-2", "database",
    /// "super-1", "edge-3", "cloud", "gateway", "payments".
    #[serde(default)]
    #[schemars(length(max = 12))]
    pub stopped: Vec<String>,
}

impl Block {
    /// The map that the author describes.
    ///
    /// # Errors
    /// Every id that the architecture has no node of.
    pub fn map(&self) -> Result<Map, Vec<Problem>> {
        let architecture = self.architecture.model();
        let graph = architecture.graph();
        let mut problems = vec![];
        let mut stopped = vec![];
        for (index, id) in self.stopped.iter().enumerate() {
            if let Some(node) = graph.find(id) {
                stopped.push(node);
            } else {
                let ids: Vec<String> = graph.nodes.iter().map(|node| node.id.clone()).collect();
                problems.push(Problem {
                    pointer: format!("/stopped/{index}"),
                    key: false,
                    within: None,
                    message: format!("`{}` has no node `{id}`", architecture.name()),
                    help: crate::demo::choices(id, &ids),
                });
            }
        }
        stopped.sort_unstable();
        stopped.dedup();
        if problems.is_empty() { Ok(Map { architecture, stopped }) } else { Err(problems) }
    }
}

impl Authored for FailureMap {
    const PURPOSE: &'static str = "An architecture as a graph: stop its nodes and see who loses service, and which single nodes everyone depends on.";
    const EXAMPLE: &'static str = r#"{
  "id": "example-failure-map",
  "title": "A web application without its database",
  "architecture": "multi-tier",
  "stopped": ["database"],
  "expect": { "affected": 6, "of": 6, "single-points": 1 }
}"#;
    const FACTS: &'static [FactInfo] = &[
        FactInfo { name: "affected", meaning: "How many users run and are not served." },
        FactInfo { name: "of", meaning: "How many users run; those whose own machine is stopped are not counted." },
        FactInfo {
            name: "limited",
            meaning: "How many users are served only in part, such as devices that cannot synchronise.",
        },
        FactInfo {
            name: "single-points",
            meaning: "How many nodes there are of which each alone, when stopped, takes service from everyone.",
        },
        FactInfo { name: "stopped", meaning: "How many nodes are stopped." },
        FactInfo {
            name: "hash",
            meaning: "The fingerprint of the map and of what follows from it, 16 hexadecimal digits.",
        },
    ];
    type Block = Block;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Examined, Vec<Problem>> {
        let map = block.map()?;
        let impact = map.impact();
        let view = map.code();
        let facts = vec![
            json!(impact.affected.len()),
            json!(impact.of),
            json!(impact.limited.len()),
            json!(map.architecture.graph().shared_fate().len()),
            json!(map.stopped.len()),
            json!(super::fingerprint(&map, &impact)),
        ];
        Ok(Examined { view, facts })
    }
}
