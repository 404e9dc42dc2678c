//! Systems of many nodes, simulated in aggregate: what they do under load, and when something of them stops.
//!
//! - [`live`] is the contract: an architecture's description, the world that lives a run of it, what is shown of a moment.
//! - `parts` is what worlds are put together from.
//! - Each architecture is a folder: what it is and what it simplifies, its knobs, charts and facts, what happens, and what
//!   is to be seen. [`list`] has them all.
//! - [`distribution`] has the bounds of handing a file to many, [`spread`] the swarms that are held against them, and
//!   [`file_sharing`] the day of the design exercise.
//!
//! Nothing here knows how any of it is drawn.

pub mod client_server;
pub mod distribution;
pub mod edge;
pub mod file_sharing;
pub mod list;
pub mod live;
pub mod microservices;
pub mod multi_tier;
pub mod parts;
pub mod peer_to_peer;
pub mod spread;
pub mod super_peers;
pub mod swarm;

pub use list::{ALL, begun, find, finished, named, played, run_of, start};
