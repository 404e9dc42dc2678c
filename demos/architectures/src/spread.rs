//! How long it really takes to hand one file to many users: the [swarm](crate::list) of growing size, simulated, to
//! be held against the [bounds](crate::distribution).
//!
//! Simplified beyond what the model itself says: one run for each number of users, all with seed 1; a file of 64 pieces;
//! one server; the users arrive within the first two seconds and stay. Users who cannot send are free riders.

use crate::{distribution::Plan, live::Settings, swarm};
use sim::{Duration, Time};

/// The largest number of users that is simulated: more would keep the reader waiting.
pub const MOST: u32 = 1_000;

/// The seed of every run.
const SEED: u64 = 1;

/// How many pieces the file has.
const PIECES: u32 = 64;

/// A run that takes longer is given up,
const LONGEST: Time = Time::from_millis(400_000_000);

/// and so is one with so many events for each piece that a user needs: its users do little but look for partners.
const EVENTS: u64 = 16;

/// How long it took with so many users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// How many users wanted the file.
    pub users: u32,
    /// Until the last of them had it from the server alone; in whole milliseconds. Nothing if that was given up: after
    /// 400,000 seconds, or where the reader would have to wait.
    pub alone: Option<Duration>,
    /// The same, if they pass on what they have.
    pub together: Option<Duration>,
}

/// The numbers of users that are simulated for a chart which reaches that far: some at equal factors, some at equal
/// steps, because the chart can show either.
pub fn sizes(most: u32) -> Vec<u32> {
    let top = most.min(MOST);
    let mut sizes = vec![1, 3, 10, 30, 100, 300, top / 5, top * 2 / 5, top * 3 / 5, top * 4 / 5, top];
    sizes.retain(|size| (1..=top).contains(size));
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// Simulates one number of users after the other.
pub struct Spread {
    plan: Plan,
    sizes: Vec<u32>,
    points: Vec<Point>,
    /// What the run in hand is: of the server alone, or of the swarm.
    world: Option<swarm::Swarm>,
    alone: Option<Duration>,
    of_server: bool,
}

impl Spread {
    /// Nothing simulated so far, for up to [`Plan::peers_max`] users.
    pub fn new(plan: Plan) -> Self {
        Self { plan, sizes: sizes(plan.peers_max), points: vec![], world: None, alone: None, of_server: true }
    }

    /// What is simulated.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What is known so far, in the order of the number of users.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Goes on, for about so many events. True when every number of users has been simulated.
    pub fn advance(&mut self, events: u32) -> bool {
        use crate::live::World;
        let mut left = u64::from(events);
        while let Some(&users) = self.sizes.get(self.points.len()) {
            if left == 0 {
                return false;
            }
            let world =
                self.world.get_or_insert_with(|| swarm::Swarm::new(&settings(&self.plan, users, self.of_server), SEED));
            let before = world.events();
            let most = left.min(u64::from(PIECES) * 64);
            let bound = if self.of_server { self.plan.client_server(users) } else { self.plan.peer_to_peer(users) };
            let given_up = Time::ZERO + bound.time > LONGEST
                || world.advance(LONGEST, most as u32)
                || world.events() > EVENTS * u64::from(PIECES * users.max(100));
            left = left.saturating_sub((world.events() - before).max(1));
            let finished = world.finished_at();
            if finished.is_none() && !given_up {
                continue;
            }
            self.world = None;
            let took = finished.map(|at| Duration::from_millis(at.as_micros().div_ceil(1_000)));
            if self.of_server {
                self.alone = took;
            } else {
                self.points.push(Point { users, alone: self.alone, together: took });
            }
            self.of_server = !self.of_server;
        }
        true
    }

    /// All of it, however long that takes.
    pub fn finished(plan: Plan) -> Vec<Point> {
        let mut spread = Self::new(plan);
        while !spread.advance(u32::MAX) {}
        spread.points
    }

    /// What is simulated and what is known so far, for [`unpack`].
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = self.plan.code().into_bytes();
        bytes.push(b'\n');
        for point in &self.points {
            // A day is 86 million; nothing is longer than `LONGEST`.
            let millis = |time: Option<Duration>| time.map_or(0, |time| time.as_micros() / 1_000) as u32;
            for word in [point.users, millis(point.alone), millis(point.together)] {
                bytes.extend(word.to_le_bytes());
            }
        }
        bytes
    }
}

/// Reads what [`Spread::pack`] wrote: the plan's code, and the points.
pub fn unpack(bytes: &[u8]) -> Option<(&str, Vec<Point>)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let code = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut words = bytes[end + 1..].as_chunks().0.iter().map(|word| u32::from_le_bytes(*word));
    let mut points = vec![];
    while let (Some(users), Some(alone), Some(together)) = (words.next(), words.next(), words.next()) {
        let time = |millis: u32| (millis > 0).then(|| Duration::from_millis(millis.into()));
        points.push(Point { users, alone: time(alone), together: time(together) });
    }
    Some((code, points))
}

fn settings(plan: &Plan, users: u32, alone: bool) -> Settings {
    Settings::new(swarm::MODEL.knobs)
        .with("users", users)
        .with_word("mode", if alone { "server-only" } else { "swarm" })
        .with("file-mb", plan.file_mb)
        .with("pieces", PIECES)
        .with("seeds", 1)
        .with("server-mbps", plan.server_mbps)
        .with("up-mbps", plan.up_mbps.max(1))
        .with("down-mbps", plan.down_mbps)
        .with("free-riders", if plan.up_mbps == 0 { 100 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans() -> [Plan; 4] {
        let usual = Plan { peers_max: 300, ..Plan::default() };
        [
            usual,
            Plan { up_mbps: 0, peers_max: 30, ..usual },
            Plan { server_mbps: 1, file_mb: 10, peers_max: 30, ..usual },
            Plan { down_mbps: 10_000, up_mbps: 10_000, file_mb: 1, peers_max: 5, ..usual },
        ]
    }

    #[test]
    fn nothing_is_quicker_than_its_bound() {
        for plan in plans() {
            let points = Spread::finished(plan);
            assert_eq!(points.iter().map(|point| point.users).collect::<Vec<_>>(), sizes(plan.peers_max));
            for Point { users, alone, together } in points {
                let (alone, together) = (alone.unwrap(), together.unwrap());
                assert!(alone >= plan.client_server(users).time, "{plan}, {users}: {alone}");
                assert!(together >= plan.peer_to_peer(users).time, "{plan}, {users}: {together}");
            }
        }
    }

    #[test]
    fn a_server_alone_comes_near_its_bound_and_a_swarm_within_twice() {
        let plan = Plan::default();
        let last = *Spread::finished(plan).last().unwrap();
        let times = |time: Option<Duration>, bound: Duration| time.unwrap().as_micros() * 100 / bound.as_micros();
        assert_eq!(last.users, MOST);
        assert!(times(last.alone, plan.client_server(MOST).time) < 105, "{last:?}");
        assert!(times(last.together, plan.peer_to_peer(MOST).time) < 200, "{last:?}");
    }

    #[test]
    fn slices_of_any_length_lead_to_the_same() {
        let plan = Plan { peers_max: 30, ..Plan::default() };
        let mut spread = Spread::new(plan);
        while !spread.advance(100) {}
        assert_eq!(spread.points(), Spread::finished(plan));
        let packed = spread.pack();
        assert_eq!(unpack(&packed), Some((&*plan.code(), spread.points().to_vec())));
        assert_eq!(unpack(b"no end"), None);
    }

    #[test]
    fn what_takes_days_is_given_up() {
        let plan = Plan { server_mbps: 1, file_mb: 100_000, up_mbps: 1, peers_max: 1, ..Plan::default() };
        assert_eq!(Spread::finished(plan), [Point { users: 1, alone: None, together: None }]);
    }

    #[test]
    fn no_plan_keeps_the_reader_waiting() {
        for plan in [
            Plan { up_mbps: 10_000, server_mbps: 1, file_mb: 50_000, down_mbps: 10_000, peers_max: 100 },
            Plan { up_mbps: 0, server_mbps: 1, file_mb: 100_000, down_mbps: 1, peers_max: 1_000 },
            Plan { up_mbps: 1, server_mbps: 100_000, file_mb: 100_000, down_mbps: 10_000, peers_max: 1_000 },
            Plan { up_mbps: 10_000, server_mbps: 100_000, file_mb: 1, down_mbps: 10_000, peers_max: 1_000 },
        ] {
            let mut spread = Spread::new(plan);
            let mut slices = 0;
            while !spread.advance(100_000) {
                slices += 1;
            }
            assert!(slices < 120, "{plan}: {slices} times 100,000 events");
        }
    }
}
