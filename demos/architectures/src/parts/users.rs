//! Users who ask: one by one, or, when there are very many, merged into one stream.

use super::{Call, column};
use crate::live::{Class, Crowd, Kind, Mark, Node, NodeView, Outcome, Requests, State};
use sim::words::{counted, grouped};
use sim::{Duration, NodeId, Rng, Stream, Time};

/// Up to so many users each ask by themselves; more are merged.
pub(crate) const MERGED_ABOVE: u32 = 10_000;

/// How many cells a crowd has at most.
const CELLS: u32 = 10_000;

/// The users of a system, what is measured at them, and how each of them fares.
///
/// Each user asks as a Poisson process of its own. The sum of many independent Poisson processes is a Poisson
/// process whose requests belong to each user equally likely (Kingman, *Poisson Processes*, 1993), so merged users
/// ask in one stream that draws the user for each request: nothing about the requests changes, but no single
/// user can leave or have a link of its own any more, and some users share a cell of the picture.
#[derive(Clone, Debug)]
pub(crate) struct Users {
    /// What they are called: `client`.
    what: &'static str,
    count: u32,
    merged: bool,
    /// Requests per second, all users together.
    load: u32,
    /// How often the streams were started: events of an earlier round are void.
    round: u16,
    /// A stream of chance for each user, or the one.
    streams: Vec<Rng>,
    /// When the merged stream asks next, in microseconds: so many users ask several times in a microsecond.
    clock: f64,
    /// Those who have left, unless they are merged; of merged users the last ones have left.
    away: Vec<bool>,
    here: u32,
    /// How a user's link is, unless they are merged: cut, and how much longer it takes.
    links: Vec<(bool, u32)>,
    impaired: u32,
    per_cell: u32,
    cells: Vec<Cell>,
    /// What is measured at the users.
    pub requests: Requests,
    /// Sum and count of the latencies in this window, in microseconds.
    window: (u64, u64),
}

/// How a user fares, or the few whom a cell shows.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    open: u32,
    last: Last,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Answered,
    Failed,
}

/// A request as chance has it: whose it is, by how much its ways are longer than the least (in shares of the
/// longest that chance adds), and how much work it is.
pub(crate) struct Ask {
    pub user: u32,
    pub jitter: [u32; 2],
    pub need: [f32; 2],
    /// Equally likely to be any number below 100.
    pub percent: [u8; 2],
}

impl Users {
    pub fn new(what: &'static str, count: u32, merged: bool, seed: u64, load: u32) -> Self {
        let streams = if merged { 1 } else { count };
        let each = if merged { 0 } else { count as usize };
        let per_cell = count.div_ceil(CELLS).max(1);
        Self {
            what,
            count,
            merged,
            load,
            round: 0,
            streams: (0..streams).map(|user| Rng::new(seed, Stream::Node(NodeId(user)))).collect(),
            clock: 0.0,
            away: vec![false; each],
            here: count,
            links: vec![(false, 0); each],
            impaired: 0,
            per_cell,
            cells: vec![Cell::default(); count.div_ceil(per_cell) as usize],
            requests: Requests::default(),
            window: (0, 0),
        }
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    /// Requests per second of all of them, whether they are there or not.
    pub fn load(&self) -> u32 {
        self.load
    }

    pub fn is_merged(&self) -> bool {
        self.merged
    }

    /// How many are there.
    pub fn here(&self) -> u32 {
        self.here
    }

    /// Requests per second of those who are there.
    pub fn rate(&self) -> f64 {
        f64::from(self.load) * f64::from(self.here) / f64::from(self.count)
    }

    pub fn is_here(&self, user: u32) -> bool {
        if self.merged { user < self.here } else { !self.away[user as usize] }
    }

    /// Starts all streams anew, as they may be at any time without changing what is likely: the time to the next
    /// request has no memory. `put` is given each stream's next request, for [`Users::asks`].
    pub fn start(&mut self, now: Time, load: u32, mut put: impl FnMut(Time, u32, u16)) {
        self.load = load;
        self.round = self.round.wrapping_add(1);
        self.clock = now.as_micros() as f64;
        if load > 0 && self.here > 0 {
            for stream in 0..self.streams.len() as u32 {
                let at = self.next(stream, now);
                put(at, stream, self.round);
            }
        }
    }

    fn next(&mut self, stream: u32, now: Time) -> Time {
        let gap = self.streams[stream as usize].exponential();
        if self.merged {
            self.clock += gap * 1e6 / self.rate();
            Time::from_micros(self.clock as u64)
        } else {
            let mean = f64::from(self.count) * 1e6 / f64::from(self.load);
            now + Duration::from_micros((gap * mean + 0.5) as u64)
        }
    }

    /// A stream asks: the request, unless its user is away, and when it asks next. Nothing if it was started anew
    /// since.
    pub fn asks(&mut self, stream: u32, round: u16, now: Time) -> Option<(Option<Ask>, Time)> {
        if round != self.round {
            return None;
        }
        let (merged, here) = (self.merged, self.here);
        let rng = &mut self.streams[stream as usize];
        // Whoever is away draws as well, so that it asks the same when it is back.
        let user = if merged { rng.below(here.into()) as u32 } else { stream };
        let jitter = [rng.below(1 << 32) as u32, rng.below(1 << 32) as u32];
        let need = [rng.exponential() as f32, rng.exponential() as f32];
        let percent = [rng.below(100) as u8, rng.below(100) as u8];
        let next = self.next(stream, now);
        let ask = Ask { user, jitter, need, percent };
        Some((self.is_here(user).then_some(ask), next))
    }

    pub fn sent(&mut self, user: u32) {
        self.requests.sent();
        self.cells[(user / self.per_cell) as usize].open += 1;
    }

    /// A user has an answer, or gives up.
    pub fn ended(&mut self, user: u32, outcome: Outcome) {
        self.requests.ended(user, outcome);
        let cell = &mut self.cells[(user / self.per_cell) as usize];
        cell.open = cell.open.saturating_sub(1);
        cell.last = match outcome {
            Outcome::Answered(after) => {
                self.window.0 += after.as_micros();
                self.window.1 += 1;
                Last::Answered
            }
            Outcome::Refused | Outcome::TimedOut => Last::Failed,
        };
    }

    /// The mean latency of what was answered in this window, in microseconds; begins a new window.
    pub fn window_mean(&mut self) -> Option<i64> {
        let (sum, count) = std::mem::take(&mut self.window);
        sum.checked_div(count).map(|mean| mean as i64)
    }

    /// A user leaves or comes back; whether that changes anything. Not for merged users.
    pub fn set_away(&mut self, user: u32, away: bool) -> bool {
        let changes = self.away[user as usize] != away;
        if changes {
            self.away[user as usize] = away;
            self.cells[user as usize] = Cell::default();
            if away {
                self.here -= 1;
            } else {
                self.here += 1;
            }
        }
        changes
    }

    /// So many percent of those who are here leave.
    pub fn leave(&mut self, percent: u32, chance: &mut Rng) {
        if self.merged {
            self.here -= share(self.here, percent);
            self.clear_absent();
            return;
        }
        let mut here: Vec<u32> = (0..self.count).filter(|user| self.is_here(*user)).collect();
        for user in chosen(&mut here, percent, chance) {
            self.set_away(*user, true);
        }
    }

    /// Everybody who has left comes back.
    pub fn come_back(&mut self) {
        if self.merged {
            self.here = self.count;
        } else {
            (0..self.count).for_each(|user| {
                self.set_away(user, false);
            });
        }
    }

    fn clear_absent(&mut self) {
        let present = self.here.div_ceil(self.per_cell) as usize;
        self.cells[present..].fill(Cell::default());
    }

    /// Whether nothing gets through between the user and the system.
    pub fn is_cut(&self, user: u32) -> bool {
        self.impaired > 0 && self.links[user as usize].0
    }

    /// By how many microseconds the way between the user and the system is longer than usual.
    pub fn later(&self, user: u32) -> u32 {
        if self.impaired > 0 { self.links[user as usize].1 } else { 0 }
    }

    /// Whether any user's link is other than it should be.
    pub fn any_impaired(&self) -> bool {
        self.impaired > 0
    }

    /// Changes a user's link. Not for merged users.
    pub fn set_link(&mut self, user: u32, change: impl FnOnce(&mut (bool, u32))) {
        let link = &mut self.links[user as usize];
        let before = u32::from(*link != (false, 0));
        change(link);
        self.impaired = self.impaired + u32::from(*link != (false, 0)) - before;
    }

    /// The users as circles in columns at the left of a picture that is so high.
    pub fn circles(&self, first: Node, kind: Kind, height: u16) -> Vec<NodeView> {
        let rows = self.count.min(ROWS);
        let views = (0..self.count).map(|user| {
            let cell = self.cells[user as usize];
            let (mark, word) = match (self.is_here(user), cell.last, cell.open) {
                (false, ..) => (Mark::None, "left"),
                (_, Last::Failed, _) => (Mark::Fail, "failed"),
                (_, _, 1..) => (Mark::Wait, "waiting"),
                (_, Last::Answered, _) => (Mark::Ok, "answered"),
                (_, Last::Nothing, _) => (Mark::None, ""),
            };
            let rows = rows.min(self.count - user / ROWS * ROWS);
            NodeView {
                node: first + user,
                kind,
                x: 20 + 36 * (user / ROWS) as u16,
                y: column(height, rows as u16, (user % ROWS) as u16),
                state: if self.is_here(user) { State::Up } else { State::Down },
                fill: 0,
                mark,
                word: word.to_owned(),
            }
        });
        views.collect()
    }

    /// How high a picture is at least in which [`Users::circles`] do not touch.
    pub fn height(&self) -> u16 {
        36 * self.count.min(ROWS) as u16
    }

    /// The users as a crowd.
    pub fn crowd(&self) -> Crowd {
        let mut counts = [0u32; 4];
        let classes = [Class::Done, Class::Waiting, Class::Failed, Class::Absent];
        let present = self.here.div_ceil(self.per_cell);
        let cells = self.cells.iter().zip(0..).map(|(cell, place)| {
            let here = if self.merged { place < present } else { !self.away[place as usize] };
            let kind = match (here, cell.last) {
                (false, _) => 3,
                (_, Last::Failed) => 2,
                // Of merged users somebody waits always.
                (_, Last::Answered) if cell.open == 0 || self.merged => 0,
                (_, Last::Nothing) if cell.open == 0 => 0,
                _ => 1,
            };
            counts[kind] += 1;
            Crowd::cell(classes[kind], 1_000)
        });
        let cells: Vec<u8> = cells.collect();
        let words = ["served, or has not asked", "waiting", "failed last time", "left"];
        let legend = classes.into_iter().zip(words).zip(counts).filter(|(_, count)| *count > 0);
        let legend = legend.map(|((class, word), count)| (class, word.to_owned(), count)).collect();
        let label = match self.per_cell {
            1 => format!("{}s", self.what),
            per => format!("{}s; one cell stands for {}", self.what, grouped(per.into())),
        };
        Crowd { label, cells, legend }
    }

    /// How many of the users, or of the cells, wait, and how many failed last time.
    pub fn waiting_and_failed(&self) -> (u32, u32) {
        let failed = |cell: &Cell| cell.last == Last::Failed;
        let count = |test: &dyn Fn(&Cell) -> bool| self.cells.iter().filter(|cell| test(cell)).count() as u32;
        (count(&|cell| cell.open > 0 && !failed(cell)), count(&failed))
    }

    /// A sentence for the beginning of a run and for the picture's summary; empty unless they are merged.
    pub fn merged_note(&self) -> String {
        if !self.merged {
            return String::new();
        }
        format!(
            "{} are too many to follow one by one: they are simulated as one stream of requests, and a cell of the \
             picture stands for {}.",
            counted(self.count.into(), self.what),
            counted(self.per_cell.into(), self.what),
        )
    }

    pub fn bytes(&self) -> usize {
        self.streams.len() * size_of::<Rng>()
            + self.cells.len() * size_of::<Cell>()
            + self.links.len() * 9
            + self.count as usize / 8
    }
}

/// How many circles a column has.
const ROWS: u32 = 8;

/// So many percent, rounded, and somebody at least.
pub(crate) fn share(of: u32, percent: u32) -> u32 {
    let rounded = ((u64::from(of) * u64::from(percent) + 50) / 100) as u32;
    rounded.max(u32::from(percent > 0)).min(of)
}

/// So many percent of these, chosen by chance.
pub(crate) fn chosen<'a>(from: &'a mut [u32], percent: u32, chance: &mut Rng) -> &'a [u32] {
    let count = share(from.len() as u32, percent) as usize;
    for place in 0..count {
        let other = place + chance.below((from.len() - place) as u64) as usize;
        from.swap(place, other);
    }
    &from[..count]
}

impl Call {
    /// A length from nothing up to `most`, as the request's chance has it; the way there, or back.
    pub fn chance(&self, back: bool, most: u32) -> u32 {
        ((u64::from(self.jitter[usize::from(back)]) * (u64::from(most) + 1)) >> 32) as u32
    }
}
