//! What an author writes, and what follows from it.

use super::FailureMapView;
use crate::demo::{Demo, FactInfo, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sim::TraceHash;
use systems::architecture::{Architecture, Impact, Map, NodeIdx};

/// An architecture whose nodes can be stopped.
pub struct FailureMap;

/// How the system is organised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[cfg_attr(feature = "ssr", schemars(regex(pattern = "^[a-z][a-z0-9-]*$")))]
    pub id: String,
    /// The figure's title.
    #[cfg_attr(feature = "ssr", schemars(length(min = 1)))]
    pub title: String,
    /// How the system is organised.
    #[serde(default)]
    pub architecture: ArchitectureName,
    /// The nodes that are stopped when the reader arrives, such as "server", "peer-1", "api-2", "database",
    /// "super-1", "edge-3", "cloud", "gateway", "payments".
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schemars(length(max = 12)))]
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

/// The fingerprint of a map and of what follows from it.
fn fingerprint(map: &Map, impact: &Impact) -> String {
    let mut hash = TraceHash::default();
    hash.text(&map.code());
    let mut list = |nodes: &[NodeIdx]| {
        hash.word(nodes.len() as u64);
        nodes.iter().for_each(|node| hash.word(node.0 as u64));
    };
    list(&impact.affected);
    list(&impact.limited);
    hash.word(impact.of as u64);
    hash.text(&impact.sentence);
    hash.to_string()
}

impl Demo for FailureMap {
    const NAME: &'static str = "failure-map";
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
    type Component = FailureMapView;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Vec<Value>, Vec<Problem>> {
        let map = block.map()?;
        let impact = map.impact();
        Ok(vec![
            json!(impact.affected.len()),
            json!(impact.of),
            json!(impact.limited.len()),
            json!(map.architecture.graph().shared_fate().len()),
            json!(map.stopped.len()),
            json!(fingerprint(&map, &impact)),
        ])
    }

    fn hash_of(code: &str) -> Result<String, String> {
        let map = Map::from_code(code).map_err(|error| error.to_string())?;
        Ok(fingerprint(&map, &map.impact()))
    }
}
