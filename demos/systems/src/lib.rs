//! What the demos simulate: each model a module of its own, with what it simplifies.
//!
//! A model offers a `Scenario` (the knobs and their bounds), a `Run` (scenario, seed and what
//! happens to it) with a short code for links, and what follows from the run: states, truth,
//! beliefs, figures. Nothing here knows how any of it is drawn.

pub mod call_chain;
pub mod code;
pub mod distribution;
pub mod lab;
pub mod live;
pub mod models;
pub mod rpc;
pub mod spread;
pub mod theory;
