//! The architectures, each a model of its own; see [`crate::live`] for what they have in common.

pub mod client_server;
pub mod edge;
pub mod microservices;
pub mod multi_tier;
mod overlay;
mod parts;
pub mod peer_to_peer;
mod slab;
pub mod super_peers;
pub mod swarm;

use crate::live::Model;

/// All of them, in the order in which the lesson tells of them.
pub static ALL: &[&Model] = &[
    &client_server::MODEL,
    &peer_to_peer::MODEL,
    &swarm::MODEL,
    &multi_tier::MODEL,
    &super_peers::MODEL,
    &edge::MODEL,
    &microservices::MODEL,
];

/// The architecture of that name.
pub fn find(name: &str) -> Option<&'static Model> {
    ALL.iter().copied().find(|model| model.name == name)
}
