//! A day of file sharing among 100,000 users, under a design that somebody has chosen.
//!
//! A [`Design`] answers six questions: who serves, in what units, how a file is found, how rare files are kept,
//! what is given back, and what is checked. A [`Day`] simulates 24 hours of it, event by event, and its [`Outcome`]
//! holds what was measured against the four [`Target`]s, and what it was that cost the failed and the slow
//! downloads their time.
//!
//! The day is the same for every design: who is on line when, who asks for which file when, who gives, who only
//! takes and who sends garbage are drawn from each user's own streams.
//!
//! - **Users.** Three regions of the world, eight hours apart or so, with an evening peak each; one to three
//!   sessions a day, exponential in length. Uplinks of 2, 5 and 20 Mbit/s, downlinks of 50. One user in eight gives
//!   freely, and stays on line twice as long; most others give only while it pays off; some never do. (On Gnutella
//!   nearly 70 % shared nothing: Adar & Huberman, "Free Riding on Gnutella", First Monday 5(10), 2000.)
//! - **Files.** A catalogue of 300 MB each whose popularity falls with the rank, flattened at the head, because a
//!   user fetches a file once (Gummadi et al., "Measurement, Modeling, and Analysis of a Peer-to-Peer
//!   File-Sharing Workload", SOSP 2003). At 17:00 something new comes out, and for hours every second request is
//!   for it.
//! - **Transfers** are fluid: every ten seconds each is given its rates afresh. A server divides its line equally
//!   among at most 200 clients, and turns others away. A peer has four upload slots and divides its uplink equally
//!   among those in use; who finds no free slot waits. With pieces a download takes from several peers, and passes on
//!   what it has (sharing is nearly as effective as if all had everything once there are many pieces: Qiu & Srikant,
//!   "Modeling and Performance Analysis of BitTorrent-Like Peer-to-Peer Networks", SIGCOMM 2004); from whom there is
//!   nothing new it gets nothing. A part that was not complete when its sender left is lost.
//! - **Tit-for-tat** (Cohen, "Incentives Build Robustness in BitTorrent", 2003): of a peer's four slots one is open
//!   to all, the others are for those who upload. Users who give when it pays off upload while they download. With
//!   whole files there is nothing to swap before one is complete, so it changes nothing.
//! - **Bad actors.** A few users offer what they do not have. Half of them send garbage in place of pieces, half
//!   publish forged entries of their own under the names of real files, with hashes that match.
//! - **Outages.** From 13:00 to 16:00 the first central machine is down: the server, a mirror, the index, a tracker.
//!
//! Left out: distances and latencies of transfers, address translation (half of all peers cannot be called from
//! outside), bottlenecks inside the network, disks, laws, cached files that are deleted again, and whoever would
//! run the machines. Lookups cost time but no bandwidth that matters.

mod day;
mod design;
mod outcome;

pub use day::{Day, USERS};
pub use design::{Choice, Design, Discovery, Incentive, Model, Pieces, QUESTIONS, Question, Replication, Verification};
pub use outcome::{Cause, HOURS, Outcome, Target};
