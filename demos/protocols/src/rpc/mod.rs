//! One remote procedure call and everything that can happen to it.
//!
//! `deductBalance("u42", 50.00)` goes from the caller through its client stub over the network to a
//! server, which has a database carry it out. The model follows Birrell & Nelson, "Implementing remote
//! procedure calls", ACM TOCS 2(1), 1984.
//!
//! Simplified: one call by one caller; the stub lives and dies with the caller, and neither crashes;
//! shop, database and mail service do not crash, and the database's link to the server loses nothing;
//! the machines' clocks agree. Over single datagrams a crash is silent. Over a connection the server's
//! program crashes and its operating system stays: it closes the connection and refuses new ones.

pub mod call_chain;
mod narrate;
mod nodes;
mod run;
mod semantics;
mod wire;

pub use narrate::{LATE, Sentence, Weight, narrate, summary};
pub use nodes::{
    ANSWER, Answer, CALLER, DATABASE, DEDUCT, FORWARD, Fact, MAIL, MAILER, Node, REPLY, REQUEST, SERVER, SHOP, STUB,
    step,
};
pub use run::{
    Bounds, MOST_STEPS, Outcome, Run, Scenario, Transport, UnmetFault, ended, names, recurs, simulate, start, truth,
    vocabulary,
};
pub use semantics::{Belief, Cents, Mistake, Promise, Semantics, Status, Truth, Verdict};
pub use wire::Wire;
