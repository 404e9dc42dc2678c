//! What the overlays have in common: ways between nodes, who holds what, links, and where a node stands.

use crate::live::{Dot, DotKind, Scene, State};
use sim::{Duration, NodeId, Rng, Stream, Time};

/// No node.
pub const NOBODY: u32 = u32::MAX;

/// How many different items there are at most.
const MOST_ITEMS: u32 = 1_000;

/// A stream of random numbers for one purpose of one thing.
pub fn stream(seed: u64, purpose: u32, thing: u32) -> Rng {
    Rng::new(seed, Stream::Link(NodeId(purpose), NodeId(thing)))
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): neighbouring inputs, unrelated outputs.
pub fn scramble(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A mean in thousandths; nothing of nothing.
pub fn mean(sum: u64, count: u64) -> Option<i64> {
    (sum * 1_000).checked_div(count).map(|mean| mean as i64)
}

/// How many of the last requests were answered, for what is told: old windows count less and less.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recent {
    /// The totals at the end of the last window.
    before: (u64, u64),
    answered: u64,
    ended: u64,
}

impl Recent {
    /// Below this share requests are told to fail, in thousandths of a percent.
    pub const LOW: i64 = 90_000;
    /// From this share on they are told to succeed again.
    pub const HIGH: i64 = 96_000;

    /// A window has closed, with these totals: the recent share, in thousandths of a percent, of enough requests.
    pub fn window(&mut self, answered: u64, ended: u64) -> Option<i64> {
        self.answered = self.answered * 3 / 4 + (answered - self.before.0) * 1_000;
        self.ended = self.ended * 3 / 4 + (ended - self.before.1) * 1_000;
        self.before = (answered, ended);
        (self.ended >= 15_000).then(|| (self.answered * 100_000 / self.ended) as i64)
    }
}

/// The ways between nodes. Each has a length of its own, evenly spread between half and one and a half times the
/// mean, the same in both directions; it needs no memory, because it is drawn anew from the two names each time.
#[derive(Clone, Debug)]
pub struct Ways {
    seed: u64,
    mean: u64,
    /// Those that somebody has done something to: the ends, the lower first; cut; so much longer.
    faults: Vec<(u32, u32, bool, Duration)>,
}

impl Ways {
    pub fn new(seed: u64, mean_ms: u32) -> Self {
        Self { seed: scramble(seed ^ 0x0077_6179_7300), mean: u64::from(mean_ms) * 1_000, faults: vec![] }
    }

    /// How long a message takes.
    pub fn length(&self, a: u32, b: u32) -> Duration {
        let name = u64::from(a.min(b)) << 32 | u64::from(a.max(b));
        let share = scramble(self.seed ^ name) >> 48;
        let later = self.fault(a, b).map_or(Duration::ZERO, |fault| fault.3);
        Duration::from_micros((self.mean / 2 + ((self.mean * share) >> 16)).max(1)) + later
    }

    pub fn is_cut(&self, a: u32, b: u32) -> bool {
        self.fault(a, b).is_some_and(|fault| fault.2)
    }

    pub fn is_slow(&self, a: u32, b: u32) -> bool {
        self.fault(a, b).is_some_and(|fault| fault.3 > Duration::ZERO)
    }

    /// Whether that changes anything.
    pub fn cut(&mut self, a: u32, b: u32, cut: bool) -> bool {
        std::mem::replace(&mut self.entry(a, b).2, cut) != cut
    }

    pub fn delay(&mut self, a: u32, b: u32, later: Duration) {
        self.entry(a, b).3 = later;
    }

    /// The ends of all ways that are not as usual.
    pub fn faulty(&self) -> impl Iterator<Item = (u32, u32)> {
        self.faults.iter().filter(|fault| fault.2 || fault.3 > Duration::ZERO).map(|fault| (fault.0, fault.1))
    }

    fn fault(&self, a: u32, b: u32) -> Option<&(u32, u32, bool, Duration)> {
        self.faults.iter().find(|fault| (fault.0, fault.1) == (a.min(b), a.max(b)))
    }

    fn entry(&mut self, a: u32, b: u32) -> &mut (u32, u32, bool, Duration) {
        let ends = (a.min(b), a.max(b));
        let place = self.faults.iter().position(|fault| (fault.0, fault.1) == ends).unwrap_or_else(|| {
            self.faults.push((ends.0, ends.1, false, Duration::ZERO));
            self.faults.len() - 1
        });
        &mut self.faults[place]
    }
}

/// Which peer holds which items: a bit for each.
#[derive(Clone, Debug)]
pub struct Holdings {
    items: u32,
    words: usize,
    bits: Vec<u64>,
    /// For each item, how many peers that are there hold it.
    present: Vec<u32>,
    /// How many items are held by nobody who is there.
    missing: u32,
}

impl Holdings {
    /// Nobody holds anything of as many items as there are peers, 1,000 at most.
    pub fn new(peers: u32) -> Self {
        let items = peers.min(MOST_ITEMS);
        let words = items.div_ceil(64) as usize;
        let bits = vec![0; words * peers as usize];
        Self { items, words, bits, present: vec![0; items as usize], missing: items }
    }

    /// Each item on so many peers, chosen by chance; all of them are there.
    pub fn scattered(peers: u32, copies: u32, rng: &mut Rng) -> Self {
        let mut holdings = Self::new(peers);
        for item in 0..holdings.items {
            let mut left = copies.min(peers);
            while left > 0 {
                // As many draws as needed: where nearly everybody holds it, the next who does not.
                let mut peer = rng.below(u64::from(peers)) as u32;
                while holdings.holds(peer, item) {
                    peer = (peer + 1) % peers;
                }
                holdings.give(peer, item);
                left -= 1;
            }
        }
        holdings
    }

    pub fn items(&self) -> u32 {
        self.items
    }

    pub fn missing(&self) -> u32 {
        self.missing
    }

    pub fn holds(&self, peer: u32, item: u32) -> bool {
        self.bits[peer as usize * self.words + (item / 64) as usize] >> (item % 64) & 1 == 1
    }

    /// The first item from that one on that the peer holds.
    pub fn next(&self, peer: u32, from: u32) -> Option<u32> {
        let first = peer as usize * self.words;
        let mut word = (from / 64) as usize;
        let mut bits = self.bits[first..first + self.words].get(word)? >> (from % 64) << (from % 64);
        while bits == 0 {
            word += 1;
            bits = *self.bits[first..first + self.words].get(word)?;
        }
        Some(word as u32 * 64 + bits.trailing_zeros())
    }

    /// How many items the peer holds.
    pub fn count(&self, peer: u32) -> u32 {
        let first = peer as usize * self.words;
        self.bits[first..first + self.words].iter().map(|word| word.count_ones()).sum()
    }

    /// A peer that is there gets an item.
    pub fn give(&mut self, peer: u32, item: u32) {
        if !self.holds(peer, item) {
            self.bits[peer as usize * self.words + (item / 64) as usize] |= 1 << (item % 64);
            self.came(item);
        }
    }

    /// A peer that is there loses an item.
    pub fn take(&mut self, peer: u32, item: u32) {
        if self.holds(peer, item) {
            self.bits[peer as usize * self.words + (item / 64) as usize] &= !(1 << (item % 64));
            self.went(item);
        }
    }

    /// A peer comes with what it holds.
    pub fn enter(&mut self, peer: u32) {
        let mut from = 0;
        while let Some(item) = self.next(peer, from) {
            self.came(item);
            from = item + 1;
        }
    }

    /// A peer goes with what it holds; how many items are held by nobody who is there because of that.
    pub fn leave(&mut self, peer: u32) -> u32 {
        let before = self.missing;
        let mut from = 0;
        while let Some(item) = self.next(peer, from) {
            self.went(item);
            from = item + 1;
        }
        self.missing - before
    }

    /// A peer that is not there holds nothing any more.
    pub fn forget(&mut self, peer: u32) {
        let first = peer as usize * self.words;
        self.bits[first..first + self.words].fill(0);
    }

    pub fn bytes(&self) -> usize {
        8 * self.bits.capacity() + 4 * self.present.capacity()
    }

    fn came(&mut self, item: u32) {
        let present = &mut self.present[item as usize];
        self.missing -= u32::from(*present == 0);
        *present += 1;
    }

    fn went(&mut self, item: u32) {
        let present = &mut self.present[item as usize];
        *present -= 1;
        self.missing += u32::from(*present == 0);
    }
}

/// Links between nodes that know each other: at most so many for each.
#[derive(Clone, Debug)]
pub struct Mesh {
    room: usize,
    links: Vec<u32>,
    counts: Vec<u8>,
}

impl Mesh {
    /// How many links more than usual a node takes, so that newcomers find room.
    const SPARE: usize = 4;

    /// Every node with `degree` links or, where chance draws a link twice or there are too few nodes, a few less:
    /// a ring through all, rings in random order, and for an odd degree pairs. A ring connects everybody, and two
    /// random ones make a graph of logarithmic diameter (Bollobás & Chung 1988).
    pub fn rings(nodes: u32, degree: u32, rng: &mut Rng) -> Self {
        let room = degree as usize + Self::SPARE;
        let mut mesh = Self { room, links: vec![NOBODY; nodes as usize * room], counts: vec![0; nodes as usize] };
        let mut order: Vec<u32> = (0..nodes).collect();
        for round in 0..degree.div_ceil(2) {
            if round > 0 {
                for end in (1..order.len()).rev() {
                    order.swap(end, rng.below(end as u64 + 1) as usize);
                }
            }
            let pairs = round * 2 + 1 == degree;
            let mut place = 0;
            while place < order.len() && order.len() > 1 {
                mesh.link(order[place], order[(place + 1) % order.len()]);
                place += 1 + usize::from(pairs);
            }
        }
        mesh
    }

    pub fn of(&self, node: u32) -> &[u32] {
        let first = node as usize * self.room;
        &self.links[first..first + usize::from(self.counts[node as usize])]
    }

    /// Whether both had room, and no link yet.
    pub fn link(&mut self, a: u32, b: u32) -> bool {
        let full = |node: u32| usize::from(self.counts[node as usize]) == self.room;
        if a == b || full(a) || full(b) || self.of(a).contains(&b) {
            return false;
        }
        for (from, to) in [(a, b), (b, a)] {
            self.links[from as usize * self.room + usize::from(self.counts[from as usize])] = to;
            self.counts[from as usize] += 1;
        }
        true
    }

    /// Takes the last link of a node away; the other end, if there was one.
    pub fn unlink_one(&mut self, node: u32) -> Option<u32> {
        let other = *self.of(node).last()?;
        self.counts[node as usize] -= 1;
        let place = self.of(other).iter().position(|end| *end == node)?;
        let first = other as usize * self.room;
        self.counts[other as usize] -= 1;
        self.links.swap(first + place, first + usize::from(self.counts[other as usize]));
        Some(other)
    }

    pub fn bytes(&self) -> usize {
        4 * self.links.capacity() + self.counts.capacity()
    }
}

/// Messages on their way, for the picture of a small system.
#[derive(Clone, Debug, Default)]
pub struct Flights(Vec<Flight>);

/// A message on its way between two nodes.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    pub from: u32,
    pub to: u32,
    pub sent: Time,
    pub arrives: Time,
    pub kind: DotKind,
    pub doomed: bool,
}

impl Flights {
    /// How many dots a picture has at most.
    const SHOWN: usize = 120;

    pub fn add(&mut self, flight: Flight) {
        if self.0.len() >= 2 * Self::SHOWN {
            self.0.retain(|other| other.arrives > flight.sent);
        }
        // A storm is a storm with a part of its drops, too.
        if self.0.len() < 16 * Self::SHOWN {
            self.0.push(flight);
        }
    }

    /// The dots of a scene whose node at a place is that of the same number.
    pub fn dots(&self, now: Time) -> Vec<Dot> {
        let under_way = || self.0.iter().filter(|flight| flight.sent <= now && flight.arrives > now);
        let step = under_way().count().div_ceil(Self::SHOWN).max(1);
        let dot = |flight: &Flight| {
            let length = flight.arrives.since(flight.sent).as_micros().max(1);
            let way = (now.since(flight.sent).as_micros() * 1_000 / length) as u16;
            Dot { from: flight.from as u16, to: flight.to as u16, way, kind: flight.kind, doomed: flight.doomed }
        };
        under_way().step_by(step).map(dot).collect()
    }

    pub fn bytes(&self) -> usize {
        size_of::<Flight>() * self.0.capacity()
    }
}

/// A place on an ellipse around `(x, y)`, the first of them at the top.
pub fn on_ellipse(place: u32, of: u32, (x, y): (i32, i32), (rx, ry): (i32, i32)) -> (u16, u16) {
    const HALF: i64 = 1 << 15;
    let turn = i64::from(place) * 2 * HALF / i64::from(of.max(1));
    // Bhaskara I's sine, less than 0.002 off: a third of a unit here, and no library's sine in the module.
    let sine = |turn: i64, radius: i32| {
        let (half, way) = (turn.rem_euclid(2 * HALF) / HALF, turn.rem_euclid(HALF));
        let hump = way * (HALF - way);
        let below = 5 * HALF * HALF - 4 * hump;
        let size = (16 * hump * i64::from(radius) + below / 2) / below;
        (if half == 0 { size } else { -size }) as i32
    };
    ((x + sine(turn, rx)) as u16, (y - sine(turn + HALF / 2, ry)) as u16)
}

/// The state of a node that is there or not, and slower than usual or not.
pub fn state(up: bool, slow: u8) -> State {
    match (up, slow) {
        (false, _) => State::Down,
        (true, 0..=1) => State::Up,
        (true, _) => State::Slow,
    }
}

/// So many percent of a group, half a node being a whole one, and one at least; those that have `up` are chosen
/// in one pass (selection sampling, Knuth, *The Art of Computer Programming* 2, 3.4.2, algorithm S).
pub fn choose(nodes: u32, percent: u32, rng: &mut Rng, up: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut there = (0..nodes).filter(|node| up(*node)).count() as u64;
    let mut wanted = ((there * u64::from(percent) + 50) / 100).max(1).min(there);
    let mut chosen = Vec::with_capacity(wanted as usize);
    for node in (0..nodes).filter(|node| up(*node)) {
        if rng.below(there) < wanted {
            chosen.push(node);
            wanted -= 1;
        }
        there -= 1;
    }
    chosen
}

/// An empty scene of the usual width.
pub fn canvas(height: u16) -> Scene {
    Scene { width: 420, height, ..Scene::default() }
}
