//! Exhaustive search for failures: every schedule of at most so many faults, and what becomes of it.
//!
//! A run has places where something can go wrong: a message is sent, a node comes to a step. At each
//! the search goes on with nothing wrong and, as long as faults are left, with each fault of the
//! model's alphabet. A schedule is the set of faults on one path; its end is classed by the model.
//!
//! Two paths that come to equal states go on alike, so a state is followed once, and what became of it
//! is kept: that changes the time that the search takes, and neither a count nor a class. States are
//! told apart by 64-bit fingerprints, as model checkers do; among a million of them two different ones
//! have the same with a probability below one in ten million.
//!
//! What the search says holds up to its bound and for its alphabet. It proves nothing beyond.

mod explorer;
mod fingerprint;
mod rpc;

pub use explorer::{Class, Explorer, Model, Smallest, Tally};
pub use fingerprint::Fingerprint;
pub use rpc::{Calls, Cell, Column, Matrix, Row};
