//! The architectures, each a model of its own; see [`crate::live`] for what they have in common.

pub mod client_server;
pub mod edge;
pub mod microservices;
pub mod multi_tier;
mod overlay;
pub(crate) mod parts;
pub mod peer_to_peer;
mod slab;
pub mod super_peers;
pub mod swarm;

use crate::live::{Model, Start};

macro_rules! architectures {
    ($($name:ident),* $(,)?) => {
        /// All of them, in the order in which the lesson tells of them.
        pub static ALL: &[&Model] = &[$(&$name::MODEL),*];

        /// What simulates a model. Apart from [`ALL`], so that only who simulates links it.
        ///
        /// # Panics
        /// If the model is none of [`ALL`].
        pub fn start(model: &Model) -> Start {
            match model.name {
                $(name if name == $name::MODEL.name => $name::start,)*
                name => panic!("no system is known for {name}"),
            }
        }
    };
}

architectures! {
    client_server,
    peer_to_peer,
    swarm,
    multi_tier,
    super_peers,
    edge,
    microservices,
}

/// The architecture of that name.
pub fn find(name: &str) -> Option<&'static Model> {
    ALL.iter().copied().find(|model| model.name == name)
}

/// The architecture of that name.
///
/// # Errors
/// If there is none: says which there are.
pub fn named(name: &str) -> Result<&'static Model, String> {
    find(name).ok_or_else(|| {
        let all: Vec<&str> = ALL.iter().map(|model| model.name).collect();
        format!("no architecture of that name; there are {}", all.join(", "))
    })
}
