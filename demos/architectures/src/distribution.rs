//! How long it takes at least to hand one file to many users.
//!
//! Lower bounds, not a simulation: no way of handing the file out can be quicker, and a fluid model
//! reaches both (Kumar & Ross, "Peer-assisted file distribution: the minimum distribution time",
//! IEEE HotWeb 2006; Kurose & Ross, *Computer Networking*, chapter 2). With a file of *F* bits, *N*
//! users, a server that uploads at *u_s*, the slowest user's download rate *d_min* and the users'
//! upload rates *u_i*:
//!
//! - client–server: `max(N·F/u_s, F/d_min)`: the server sends *N* copies by itself, so the time
//!   grows with *N* and without end;
//! - peer-to-peer: `max(F/u_s, F/d_min, N·F/(u_s + Σu_i))`: *N* copies still have to be sent, but
//!   each user brings capacity along, so that the time levels off at *F/u*.
//!
//! Simplified: all users are alike and arrive at once, all of them stay until the last one is done,
//! the network between them is never the bottleneck, and a bit can be passed on as soon as it is
//! there. Real swarms need longer: pieces, discovery and users who leave.

use sim::Duration;
use sim::code::{self, CodeError};
use std::{fmt, ops::RangeInclusive};

/// A file, its server and its users: what both bounds depend on.
///
/// Megabytes are 10^6 bytes, as disks and networks count them, and a megabit is 10^6 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The file, in megabytes.
    pub file_mb: u32,
    /// The server's upload rate, in megabits per second.
    pub server_mbps: u32,
    /// Each user's download rate, in megabits per second.
    pub down_mbps: u32,
    /// Each user's upload rate, in megabits per second.
    pub up_mbps: u32,
    /// The largest number of users to look at.
    pub peers_max: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self { file_mb: 1_000, server_mbps: 1_000, down_mbps: 50, up_mbps: 10, peers_max: 1_000 }
    }
}

/// Within which a plan makes sense, and every result is exact.
pub struct Bounds;

impl Bounds {
    /// The file, in megabytes.
    pub const FILE_MB: RangeInclusive<u32> = 1..=100_000;
    /// The server's upload rate, in megabits per second.
    pub const SERVER_MBPS: RangeInclusive<u32> = 1..=100_000;
    /// A user's download rate, in megabits per second.
    pub const DOWN_MBPS: RangeInclusive<u32> = 1..=10_000;
    /// A user's upload rate, in megabits per second; 0 for users who give nothing back.
    pub const UP_MBPS: RangeInclusive<u32> = 0..=10_000;
    /// How many users.
    pub const PEERS: RangeInclusive<u32> = 1..=1_000_000;
}

/// What a bound comes from: the term of its `max` that is the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// `F/d_min`: a user cannot take the file in any faster.
    Download,
    /// `F/u_s`: every bit has to leave the server at least once.
    FirstCopy,
    /// `N·F/u_s`: the server sends a copy to each user.
    ServerUpload,
    /// `N·F/(u_s + Σu_i)`: server and users together send a copy to each user.
    AllUploads,
}

impl Term {
    /// As it stands in the formula.
    pub const fn formula(self) -> &'static str {
        match self {
            Self::Download => "F/d_min",
            Self::FirstCopy => "F/u_s",
            Self::ServerUpload => "N·F/u_s",
            Self::AllUploads => "N·F/(u_s + Σu_i)",
        }
    }

    /// What holds everything up, for captions.
    pub const fn bottleneck(self) -> &'static str {
        match self {
            Self::Download => "each user’s own download",
            Self::FirstCopy => "the server, which must send every bit once",
            Self::ServerUpload => "the server, which sends every copy itself",
            Self::AllUploads => "all uploads together, the server’s and the users’",
        }
    }
}

/// A lower bound and what it comes from. Of equal terms the one that comes first in [`Term`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The least time, rounded to the nearest millisecond.
    pub time: Duration,
    /// The term that is the largest.
    pub term: Term,
}

/// Copies of the file over megabits per second: a time, exactly.
type Fraction = (u64, u64);

fn greater(a: Fraction, b: Fraction) -> bool {
    u128::from(a.0) * u128::from(b.1) > u128::from(b.0) * u128::from(a.1)
}

impl Plan {
    /// The least time in which a server alone hands the file to so many users.
    ///
    /// # Panics
    /// If a rate is zero that [`Bounds`] does not allow to be.
    pub fn client_server(&self, users: u32) -> Bound {
        let (copies, server) = (u64::from(users), u64::from(self.server_mbps));
        self.largest([(Term::Download, (1, self.down())), (Term::ServerUpload, (copies, server))])
    }

    /// The least time in which a server and the users themselves hand the file to so many users.
    ///
    /// # Panics
    /// If a rate is zero that [`Bounds`] does not allow to be.
    pub fn peer_to_peer(&self, users: u32) -> Bound {
        self.swarm(users, users)
    }

    /// The same if only so many of the users give.
    ///
    /// # Panics
    /// If a rate is zero that [`Bounds`] does not allow to be.
    pub fn swarm(&self, users: u32, givers: u32) -> Bound {
        let server = u64::from(self.server_mbps);
        let together = server + u64::from(givers) * u64::from(self.up_mbps);
        self.largest([
            (Term::Download, (1, self.down())),
            (Term::FirstCopy, (1, server)),
            (Term::AllUploads, (users.into(), together)),
        ])
    }

    /// From how many users on the server's upload decides in the client–server model: from there
    /// on the time grows with every user.
    pub fn server_saturates_from(&self) -> u64 {
        // N/u_s > 1/d
        u64::from(self.server_mbps) / self.down() + 1
    }

    /// From how many users on all uploads together decide in the peer-to-peer model; never, if each
    /// user gives back at least as fast as the file can come in.
    pub fn uploads_saturate_from(&self) -> Option<u64> {
        // N/(u_s + N·u) > 1/m with m = min(u_s, d)
        let (server, up) = (u64::from(self.server_mbps), u64::from(self.up_mbps));
        let spare = server.min(self.down()).checked_sub(up).filter(|spare| *spare > 0)?;
        Some(server / spare + 1)
    }

    /// From how many users on the peer-to-peer bound is below the client–server bound; never, if
    /// the users upload nothing.
    pub fn peers_win_from(&self) -> Option<u64> {
        (self.up_mbps > 0).then(|| self.server_saturates_from().max(2))
    }

    /// What the peer-to-peer bound never exceeds, however many users come: `F/u`, or more if
    /// another term is above it. Nothing, if the users upload nothing.
    pub fn peer_to_peer_limit(&self) -> Option<Bound> {
        let (server, up) = (u64::from(self.server_mbps), u64::from(self.up_mbps));
        (up > 0).then(|| {
            self.largest([
                (Term::Download, (1, self.down())),
                (Term::FirstCopy, (1, server)),
                (Term::AllUploads, (1, up)),
            ])
        })
    }

    /// Both bounds for so many users in words, with what each comes from.
    pub fn sentence(&self, users: u32) -> String {
        let (alone, together) = (self.client_server(users), self.peer_to_peer(users));
        let users = if users == 1 { "1 user".to_owned() } else { format!("{users} users") };
        if alone.time == together.time {
            return format!(
                "{users}: {} at least, with or without the users’ help. The limit is {}.",
                alone.time,
                together.term.bottleneck()
            );
        }
        format!(
            "{users}: the server alone needs {} at least (the limit is {}), with the users’ help {} (the limit is {}).",
            alone.time,
            alone.term.bottleneck(),
            together.time,
            together.term.bottleneck()
        )
    }

    fn down(&self) -> u64 {
        u64::from(self.down_mbps)
    }

    fn largest<const N: usize>(&self, terms: [(Term, Fraction); N]) -> Bound {
        let (term, (copies, mbps)) =
            terms.into_iter().reduce(|a, b| if greater(b.1, a.1) { b } else { a }).expect("a bound has terms");
        // One megabyte at one megabit per second takes 8 s; below 10^15 for the largest plan.
        let scaled = copies * u64::from(self.file_mb) * 8_000;
        Bound { time: Duration::from_millis((scaled + mbps / 2) / mbps), term }
    }

    fn knobs(&mut self) -> [(&'static str, &mut u32, u32, RangeInclusive<u32>); 5] {
        let default = Self::default();
        [
            ("file", &mut self.file_mb, default.file_mb, Bounds::FILE_MB),
            ("server", &mut self.server_mbps, default.server_mbps, Bounds::SERVER_MBPS),
            ("down", &mut self.down_mbps, default.down_mbps, Bounds::DOWN_MBPS),
            ("up", &mut self.up_mbps, default.up_mbps, Bounds::UP_MBPS),
            ("peers", &mut self.peers_max, default.peers_max, Bounds::PEERS),
        ]
    }

    /// The short code for links; see [`sim::code`].
    pub fn code(&self) -> String {
        let mut plan = *self;
        let knobs = plan.knobs();
        let told = knobs.iter().filter(|(_, value, default, _)| **value != *default);
        code::join(std::iter::once(NAME.to_owned()).chain(told.map(|(name, value, ..)| format!("{name} {}", **value))))
    }

    /// Reads a short code. Numbers out of bounds become the nearest within.
    ///
    /// # Errors
    /// If it is damaged or of another version.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        let fields = code::split(code)?;
        let mut plan = Self::default();
        let (name, fields) = fields.split_first().map_or(("", &[][..]), |(name, rest)| (name, rest));
        if name != NAME {
            return Err(code::bad(name, "that is not a link to this figure"));
        }
        for field in fields {
            let (name, number) = field.split_once(' ').unwrap_or((field, ""));
            let number: u64 = number.parse().map_err(|_| code::bad(field, "a number is missing or damaged"))?;
            let mut knobs = plan.knobs();
            let Some((_, value, _, bounds)) = knobs.iter_mut().find(|(knob, ..)| *knob == name) else {
                return Err(code::bad(field, "expected file, server, down, up or peers and a number"));
            };
            **value = u32::try_from(number).unwrap_or(u32::MAX).clamp(*bounds.start(), *bounds.end());
        }
        Ok(plan)
    }
}

/// The first field of a code.
const NAME: &str = "distribution-time";

/// As a list of its figures: `1000 MB; server 1000 Mbit/s; each user 50 Mbit/s down, 10 Mbit/s up`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file_mb, server_mbps, down_mbps, up_mbps, .. } = self;
        write!(f, "{file_mb} MB; server {server_mbps} Mbit/s; each user {down_mbps} Mbit/s down, {up_mbps} Mbit/s up")
    }
}
