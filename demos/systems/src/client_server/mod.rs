//! Clients, one server: requests queue, are served, and time out.
//!
//! Requests arrive as a Poisson process that the clients share evenly; service times are
//! exponential; the server has `workers` workers and a queue with a limit, and answers "too busy"
//! beyond it. With one worker and no limit this is the M/M/1 queue, with *c* workers M/M/c
//! (Kleinrock, *Queueing Systems*, vol. 1, 1975).
//!
//! Simplified: clients do not crash and do not retry; a request to a server that is down vanishes,
//! as a datagram does, so that the client learns of it only by its timeout; all requests cost alike.

mod metrics;
mod nodes;
mod run;

pub use metrics::{Metrics, WINDOW, Window, quantile};
pub use nodes::{Client, Fact, Node, SERVER, Server};
pub use run::{Action, Bounds, Change, Levels, Run, Scenario, names};
