//! Systems of few nodes, explained message by message: what each node does with a message, what it then knows, and what
//! has really happened.
//!
//! A protocol offers a scenario (the knobs and their bounds), a run (scenario, seed and faults) with a short code for links,
//! and what follows from the run: states, truth, beliefs, sentences. Nothing here knows how any of it is drawn.

pub mod rpc;
