//! The kernel under every demo: a deterministic discrete-event simulator.
//!
//! A run is a value, scenario and seed and faults, and simulating it is a pure function. Nothing
//! here knows a clock, a file, a screen or a source of randomness other than the run's seed:
//!
//! - time is a whole number of microseconds ([`Time`], [`Duration`]), never a float;
//! - events are handled in the order of `(time, sequence number)`, so ties are broken by who was
//!   scheduled first ([`EventQueue`]);
//! - every node and every link draws from a stream of its own, split from the seed ([`Rng`]), so
//!   that a fault at one place does not reshuffle chance at another;
//! - a fault on a message names the message by what it is, not by when it happens ([`Fault`]).
//!
//! The same run therefore gives the same events on every machine, natively and in WebAssembly, and
//! two runs that differ only in a fault at time *t* agree on everything before *t*.

mod agenda;
pub mod code;
mod fault;
mod hash;
mod network;
mod process;
mod queue;
mod replay;
mod rng;
mod simulation;
mod time;
mod trace;
pub mod words;

pub use agenda::Agenda;
pub use fault::{Fault, MessageName, Phase, StepName, Vocabulary, When};
pub use hash::TraceHash;
pub use network::{LinkSpec, Loss, Network, Verdict};
pub use process::{Context, Crashed, Disconnect, Envelope, Flow, MessageId, NodeId, Payload, Process};
pub use queue::{EventQueue, HeapQueue, LadderQueue};
pub use replay::Replay;
pub use rng::{Rng, Stream, Ziggurat};
pub use simulation::{InFlight, Opportunity, Simulation};
pub use time::{Duration, Time};
pub use trace::{Copy, Event, EventId, Fate, Message, Observer, Trace, What};
