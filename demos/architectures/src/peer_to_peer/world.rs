//! The peers in the middle of a run.

use super::table::{Asked, CANDIDATES, Candidate, K, Tables};
use super::{at, has_bootstrap};
use crate::live::{Change, DotKind, Line, Outcome, Requests, Row, Scene, Settings, Story, Thousandths, World};
use crate::parts::overlay::{Flight, Flights, Holdings, Mesh, NOBODY, Recent, Ways, choose, mean, scramble, stream};
use sim::words::{are, counted};
use sim::{Agenda, Duration, Rng, Time, TraceHash};

/// How long a peer works on a message.
const WORK: Duration = Duration::from_millis(2);
/// After what time neighbours have noticed that a peer is gone.
const NOTICED: Duration = Duration::from_secs(3);
/// After what time a newcomer that got no answer knocks again.
const KNOCK_AGAIN: Duration = Duration::from_secs(2);
/// After what time a peer that wants to look something up and is not in the network yet tries again.
const ASK_AGAIN: Duration = Duration::from_millis(250);
/// How many questions of one lookup are on their way at once in the hash table: the paper's α.
const ALPHA: usize = 3;
/// At how many steps a walker asks whether it is still needed.
const CHECK_EVERY: u16 = 4;
/// Up to this size peers are drawn one by one.
pub(super) const SMALL: u32 = 40;

/// What streams of random numbers are for.
mod purpose {
    pub const ARRIVALS: u32 = 0;
    pub const LOOKUP: u32 = 1;
    pub const BUILD: u32 = 2;
    pub const SHARE: u32 = 3;
    pub const MENDING: u32 = 4;
    pub const REFRESH: u32 = 5;
    /// And that many more: how often the peer has drawn.
    pub const SESSION: u32 = 1 << 16;
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// Somebody looks something up, unless the load has changed since.
    Look { round: u32 },
    /// The asker gives up.
    Deadline { slot: u32, serial: u32 },
    /// Somebody who was not in the network yet tries again.
    Again { slot: u32, serial: u32 },
    /// A question arrives that went over that many hops.
    Question { slot: u32, from: u32, to: u32, hops: u16 },
    /// A holder's answer arrives.
    Hit { slot: u32, hops: u16 },
    /// A question of a lookup in the hash table arrives.
    Ask { slot: u32, to: u32 },
    /// The answer to that arrives.
    Answer { slot: u32, from: u32, found: bool },
    /// It would have arrived by now.
    Silence { slot: u32, from: u32 },
    /// A session ends.
    Leave { peer: u32, epoch: u32, round: u16 },
    /// An absence ends.
    Return { peer: u32, epoch: u32 },
    /// A newcomer asks for the way in.
    Knock { peer: u32, epoch: u32 },
    /// It is told.
    Welcome { peer: u32, epoch: u32 },
    /// The neighbours know that a peer is gone.
    Noticed { peer: u32 },
    /// An item is stored anew.
    Store { item: u32 },
    /// The next peer refreshes its table.
    Refresh,
}

const _: () = assert!(size_of::<Event>() <= 16);

/// Where a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the network.
    Inside,
    /// On its way in: it is known to some, and answers, but has not found its place.
    Entering,
    /// It wants in and knows nobody.
    Outside,
    /// Gone, and will come back.
    Away,
    /// Stopped.
    Stopped,
}

/// How a peer's last lookup went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Luck {
    None,
    Found,
    Missed,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    /// Counts how often it has come and gone.
    pub epoch: u32,
    /// When something last reached it, in milliseconds, plus one.
    pub touched: u32,
    /// How many of its lookups are under way.
    pub asking: u16,
    /// How often it has drawn the length of a session or an absence.
    draws: u16,
    pub slow: u8,
    pub place: Place,
    pub luck: Luck,
}

/// What a lookup is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    /// Somebody wants an item.
    Find,
    /// A newcomer looks for its own place.
    Join,
    /// A peer fills its table.
    Refresh,
    /// An item is stored anew.
    Store,
}

#[derive(Clone, Debug)]
struct Lookup {
    serial: u32,
    asker: u32,
    epoch: u32,
    item: u32,
    key: u32,
    begun: Time,
    aim: Aim,
    /// Whether its outcome is known, or nobody wants to know it any more.
    over: bool,
    /// How many events are still to come of it.
    pending: u32,
    messages: u32,
    reached: u32,
    rng: Rng,
    /// Whom a flood or a walker has reached: a bit for each.
    seen: Vec<u64>,
    /// The closest to the key, the closest first.
    closest: Vec<Candidate>,
}

/// What is counted of lookups that have ended and died away.
#[derive(Clone, Copy, Debug, Default)]
struct Costs {
    lookups: u64,
    messages: u64,
    found: u64,
    hops: u64,
    hops_max: u16,
    reached: u64,
    inside: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Peers {
    agenda: Agenda<Event>,
    pub settings: Settings,
    seed: u64,
    pub peers: Vec<Peer>,
    pub ways: Ways,
    pub holdings: Holdings,
    /// Without a structure: who is whose neighbour.
    pub mesh: Option<Mesh>,
    /// With a hash table: who knows whom, and who is to hold each item, `K` for each.
    pub tables: Option<Tables>,
    keepers: Vec<u32>,
    pub bootstrap_up: bool,
    bootstrap_slow: u8,
    lookups: Vec<Lookup>,
    free: Vec<u32>,
    /// How many lookups there have been, of users and of others.
    asked: u32,
    serial: u32,
    pub under_way: u32,
    arrivals: Rng,
    mending: Rng,
    /// How often the load and the length of sessions were set, and a share of the peers was stopped.
    load_round: u32,
    churn_round: u16,
    shares: u32,
    refreshed: u32,
    pub inside: u32,
    /// Peers that want to join and have not.
    pub waiting: u32,
    waiting_max: u32,
    missing_max: u32,
    joins: u64,
    leaves: u64,
    upkeep: u64,
    window: Costs,
    total: Costs,
    requests: Requests,
    pub flights: Flights,
    story: Story,
    told_waiting: bool,
    told_missing: bool,
    told_failing: bool,
    luck: Recent,
    hash: TraceHash,
}

impl Peers {
    pub fn new(settings: &Settings, seed: u64) -> Self {
        let users = settings.at(at::USERS);
        let build = &mut stream(seed, purpose::BUILD, 0);
        let copies = settings.at(at::COPIES);
        let peer = Peer { epoch: 0, touched: 0, asking: 0, draws: 0, slow: 1, place: Place::Inside, luck: Luck::None };
        let (mut mesh, mut tables, mut keepers) = (None, None, vec![]);
        let holdings = if settings.is("lookup", "dht") {
            let full = Tables::new(users, build);
            let mut holdings = Holdings::new(users);
            let count = copies.min(K as u32).min(users) as usize;
            keepers = vec![NOBODY; holdings.items() as usize * K];
            for item in 0..holdings.items() {
                for (place, peer) in full.closest_of_all(key(seed, item), count).into_iter().enumerate() {
                    holdings.give(peer, item);
                    keepers[item as usize * K + place] = peer;
                }
            }
            tables = Some(full);
            holdings
        } else {
            mesh = Some(Mesh::rings(users, settings.at(at::DEGREE), build));
            Holdings::scattered(users, copies, build)
        };
        let mut world = Self {
            agenda: Agenda::default(),
            settings: settings.clone(),
            seed,
            peers: vec![peer; users as usize],
            ways: Ways::new(seed, settings.at(at::LATENCY)),
            holdings,
            mesh,
            tables,
            keepers,
            bootstrap_up: has_bootstrap(settings),
            bootstrap_slow: 1,
            lookups: vec![],
            free: vec![],
            asked: 0,
            serial: 0,
            under_way: 0,
            arrivals: stream(seed, purpose::ARRIVALS, 0),
            mending: stream(seed, purpose::MENDING, 0),
            load_round: 0,
            churn_round: 0,
            shares: 0,
            refreshed: 0,
            inside: users,
            waiting: 0,
            waiting_max: 0,
            missing_max: 0,
            joins: 0,
            leaves: 0,
            upkeep: 0,
            window: Costs::default(),
            total: Costs::default(),
            requests: Requests::default(),
            flights: Flights::default(),
            story: Story::default(),
            told_waiting: false,
            told_missing: false,
            told_failing: false,
            luck: Recent::default(),
            hash: TraceHash::default(),
        };
        world.next_look();
        for peer in 0..users {
            world.begin_session(peer);
        }
        if world.tables.is_some() {
            let every = world.every();
            for item in 0..world.holdings.items() {
                let first = every * u64::from(item + 1) / u64::from(world.holdings.items());
                world.agenda.after(Duration::from_micros(first), Event::Store { item });
            }
            world.agenda.after(world.between_refreshes(), Event::Refresh);
        }
        world
    }

    fn users(&self) -> u32 {
        self.peers.len() as u32
    }

    /// The bootstrap node's number, if there is one.
    pub fn bootstrap(&self) -> Option<u32> {
        has_bootstrap(&self.settings).then(|| self.users())
    }

    /// The time between two refreshes of the same, in microseconds.
    fn every(&self) -> u64 {
        u64::from(self.settings.at(at::REFRESH)) * 1_000_000
    }

    /// The peers take turns, so that each has its turn in the time of a refresh.
    fn between_refreshes(&self) -> Duration {
        Duration::from_micros((self.every() / u64::from(self.users())).max(1))
    }

    /// How long a peer waits for an answer in the hash table: the longest way and back, and time for some work.
    fn patience(&self) -> Duration {
        Duration::from_millis(u64::from(self.settings.at(at::LATENCY)) * 4 + 100)
    }

    fn work(&self, node: u32) -> Duration {
        let slow = self.peers.get(node as usize).map_or(self.bootstrap_slow, |peer| peer.slow);
        WORK.saturating_mul(slow.into())
    }

    fn answers(&self, peer: u32) -> bool {
        matches!(self.peers[peer as usize].place, Place::Inside | Place::Entering)
    }

    fn is_inside(&self, peer: u32) -> bool {
        self.peers[peer as usize].place == Place::Inside
    }

    fn touch(&mut self, peer: u32) {
        self.peers[peer as usize].touched = self.agenda.now().as_millis() as u32 + 1;
    }

    /// Somebody in the network other than these, by chance.
    fn anyone(&mut self, but: u32) -> Option<u32> {
        let users = self.users();
        if self.inside == 0 {
            return None;
        }
        let first = self.mending.below(users.into()) as u32;
        if self.is_inside(first) && first != but {
            return Some(first);
        }
        for _ in 0..32 {
            let peer = self.mending.below(users.into()) as u32;
            if self.is_inside(peer) && peer != but {
                return Some(peer);
            }
        }
        (0..users).map(|step| (first + step) % users).find(|peer| self.is_inside(*peer) && *peer != but)
    }

    // Messages.

    /// When a message that is sent now arrives; nothing if the way is cut. It is drawn, too, if the picture is small.
    fn send(&mut self, from: u32, to: u32, kind: DotKind) -> Option<Time> {
        let now = self.agenda.now();
        let leaves = now + self.work(from);
        let arrives = leaves + self.ways.length(from, to);
        let cut = self.ways.is_cut(from, to);
        if self.users() <= SMALL {
            let heard = match self.peers.get(to as usize) {
                Some(_) => self.answers(to) || self.peers[to as usize].place == Place::Outside,
                None => self.bootstrap_up,
            };
            self.flights.add(Flight { from, to, sent: leaves, arrives, kind, doomed: cut || !heard });
        }
        (!cut).then_some(arrives)
    }

    /// A message of a lookup: what comes of it keeps the lookup alive.
    fn send_for(&mut self, slot: u32, from: u32, to: u32, kind: DotKind) -> Option<Time> {
        let lookup = &mut self.lookups[slot as usize];
        lookup.messages += 1;
        let kind = if lookup.aim == Aim::Find { kind } else { DotKind::Gossip };
        self.send(from, to, kind)
    }

    fn expect(&mut self, slot: u32, at: Time, event: Event) {
        self.lookups[slot as usize].pending += 1;
        self.agenda.at(at, event);
    }

    // Lookups.

    fn next_look(&mut self) {
        let load = self.settings.at(at::LOAD);
        if load > 0 {
            let mean = Duration::from_micros(1_000_000 / u64::from(load));
            let after = self.arrivals.exponential_with_mean(mean);
            self.agenda.after(after, Event::Look { round: self.load_round });
        }
    }

    /// A new lookup, not yet begun.
    fn open(&mut self, asker: u32, aim: Aim, item: u32, key: u32, rng: Rng) -> u32 {
        let slot = self.free.pop().unwrap_or(self.lookups.len() as u32);
        let (seen, closest) = match self.lookups.get_mut(slot as usize) {
            Some(old) => (std::mem::take(&mut old.seen), std::mem::take(&mut old.closest)),
            None => (vec![], vec![]),
        };
        self.serial = self.serial.wrapping_add(1);
        let lookup = Lookup {
            serial: self.serial,
            asker,
            epoch: self.peers[asker as usize].epoch,
            item,
            key,
            begun: self.agenda.now(),
            aim,
            over: false,
            pending: 0,
            messages: 0,
            reached: 1,
            rng,
            seen,
            closest,
        };
        match self.lookups.get_mut(slot as usize) {
            Some(old) => *old = lookup,
            None => self.lookups.push(lookup),
        }
        slot
    }

    /// Somebody looks something up.
    fn look(&mut self) {
        let mut rng = stream(self.seed, purpose::LOOKUP, self.asked);
        self.asked = self.asked.wrapping_add(1);
        let asker = rng.below(self.users().into()) as u32;
        let items = self.holdings.items();
        let wanted = rng.below(items.into()) as u32;
        if matches!(self.peers[asker as usize].place, Place::Away | Place::Stopped) {
            return;
        }
        // What it has it does not look for.
        let item = (0..items).map(|step| (wanted + step) % items).find(|item| !self.holdings.holds(asker, *item));
        let item = item.unwrap_or(wanted);
        let slot = self.open(asker, Aim::Find, item, key(self.seed, item), rng);
        self.requests.sent();
        self.under_way += 1;
        self.peers[asker as usize].asking = self.peers[asker as usize].asking.saturating_add(1);
        let serial = self.lookups[slot as usize].serial;
        let timeout = Duration::from_millis(self.settings.at(at::TIMEOUT).into());
        self.agenda.after(timeout, Event::Deadline { slot, serial });
        self.begin(slot);
    }

    /// The asker is in the network, or tries again later.
    fn begin(&mut self, slot: u32) {
        let Lookup { asker, item, key, serial, .. } = self.lookups[slot as usize];
        if !self.is_inside(asker) {
            self.agenda.after(ASK_AGAIN, Event::Again { slot, serial });
            return;
        }
        if self.holdings.holds(asker, item) {
            self.finish(slot, Some(0));
        } else if self.tables.is_some() {
            self.begin_search(slot, key);
        } else {
            self.begin_spread(slot, asker);
        }
        self.close_if_done(slot);
    }

    /// The asker has gone, perhaps to come back as if new.
    fn orphaned(&self, slot: u32) -> bool {
        let lookup = &self.lookups[slot as usize];
        self.peers[lookup.asker as usize].epoch != lookup.epoch
    }

    /// The outcome is known: found after so many hops, or not there.
    fn finish(&mut self, slot: u32, hops: Option<u16>) {
        let lookup = &mut self.lookups[slot as usize];
        if std::mem::replace(&mut lookup.over, true) {
            return;
        }
        let (asker, aim, item) = (lookup.asker, lookup.aim, lookup.item);
        let after = self.agenda.now().since(lookup.begun);
        match aim {
            Aim::Find => match hops {
                Some(hops) => {
                    for costs in [&mut self.window, &mut self.total] {
                        costs.found += 1;
                        costs.hops += u64::from(hops);
                        costs.hops_max = costs.hops_max.max(hops);
                    }
                    self.settle(asker, item, Outcome::Answered(after));
                }
                None => self.settle(asker, item, Outcome::Refused),
            },
            Aim::Join => self.joined(slot),
            Aim::Refresh => {}
            Aim::Store => self.stored(slot),
        }
    }

    fn settle(&mut self, asker: u32, item: u32, outcome: Outcome) {
        self.under_way -= 1;
        self.requests.ended(asker, outcome);
        let peer = &mut self.peers[asker as usize];
        peer.asking = peer.asking.saturating_sub(1);
        let good = matches!(outcome, Outcome::Answered(_));
        peer.luck = if good { Luck::Found } else { Luck::Missed };
        self.hash.word(u64::from(asker) << 32 | u64::from(item) << 1 | u64::from(good));
        self.hash.word(self.agenda.now().as_micros());
    }

    /// Gives a lookup's place to others when nothing more comes of it.
    fn close_if_done(&mut self, slot: u32) {
        let orphaned = self.orphaned(slot);
        let lookup = &mut self.lookups[slot as usize];
        if orphaned && !lookup.over {
            lookup.over = true;
            self.under_way -= u32::from(lookup.aim == Aim::Find);
        }
        if !lookup.over || lookup.pending > 0 || lookup.serial == 0 {
            return;
        }
        if lookup.aim != Aim::Find {
            self.upkeep += u64::from(lookup.messages);
        } else if lookup.messages > 0 {
            for costs in [&mut self.window, &mut self.total] {
                costs.lookups += 1;
                costs.messages += u64::from(lookup.messages);
                costs.reached += u64::from(lookup.reached);
                // Some may have gone since they were reached.
                costs.inside += u64::from(self.inside.max(lookup.reached));
            }
            self.hash.word(u64::from(lookup.messages));
        }
        // No event means this one any more.
        lookup.serial = 0;
        lookup.closest.clear();
        lookup.seen.clear();
        self.free.push(slot);
    }

    fn deadline(&mut self, slot: u32, serial: u32) {
        if self.lookups[slot as usize].serial != serial {
            return;
        }
        let lookup = &mut self.lookups[slot as usize];
        if !lookup.over && self.peers[lookup.asker as usize].epoch == lookup.epoch {
            lookup.over = true;
            let (asker, item) = (lookup.asker, lookup.item);
            self.settle(asker, item, Outcome::TimedOut);
        }
        self.close_if_done(slot);
    }

    // Without a structure.

    fn begin_spread(&mut self, slot: u32, asker: u32) {
        let words = self.peers.len().div_ceil(64);
        self.lookups[slot as usize].seen.resize(words, 0);
        self.see(slot, asker);
        self.touch(asker);
        if self.settings.is("lookup", "flooding") {
            self.flood(slot, asker, NOBODY, 1);
        } else {
            for _ in 0..self.settings.at(at::WALKERS) {
                self.walk(slot, asker, NOBODY, 1);
            }
        }
    }

    /// Whether it is the first time.
    fn see(&mut self, slot: u32, peer: u32) -> bool {
        let word = &mut self.lookups[slot as usize].seen[peer as usize / 64];
        let first = *word >> (peer % 64) & 1 == 0;
        *word |= 1 << (peer % 64);
        first
    }

    /// Asks all neighbours but that one.
    fn flood(&mut self, slot: u32, from: u32, but: u32, hops: u16) {
        let mut place = 0;
        while let Some(to) = self.mesh.as_ref().and_then(|mesh| mesh.of(from).get(place).copied()) {
            place += 1;
            if to != but
                && let Some(arrives) = self.send_for(slot, from, to, DotKind::Request)
            {
                self.expect(slot, arrives, Event::Question { slot, from, to, hops });
            }
        }
    }

    /// Asks one neighbour, not the one it comes from if there is another.
    fn walk(&mut self, slot: u32, from: u32, but: u32, hops: u16) {
        let Some(mesh) = &self.mesh else { return };
        let neighbours = mesh.of(from);
        let come_from = neighbours.iter().position(|neighbour| *neighbour == but);
        let others = neighbours.len() - usize::from(come_from.is_some() && neighbours.len() > 1);
        if others == 0 {
            return;
        }
        let mut place = self.lookups[slot as usize].rng.below(others as u64) as usize;
        if neighbours.len() > others && come_from.is_some_and(|skipped| place >= skipped) {
            place += 1;
        }
        let to = neighbours[place];
        if let Some(arrives) = self.send_for(slot, from, to, DotKind::Request) {
            self.expect(slot, arrives, Event::Question { slot, from, to, hops });
        }
    }

    fn question(&mut self, slot: u32, from: u32, to: u32, hops: u16) {
        if !self.is_inside(to) {
            return;
        }
        let first = self.see(slot, to);
        self.lookups[slot as usize].reached += u32::from(first);
        let Lookup { asker, item, over, .. } = self.lookups[slot as usize];
        let last = u32::from(hops) >= self.settings.at(at::TTL);
        let flooding = self.settings.is("lookup", "flooding");
        if first {
            self.touch(to);
        }
        if (first || !flooding)
            && self.holdings.holds(to, item)
            && let Some(arrives) = self.send_for(slot, to, asker, DotKind::Reply)
        {
            self.expect(slot, arrives, Event::Hit { slot, hops });
        }
        if flooding {
            if first && !last {
                self.flood(slot, to, from, hops + 1);
            }
        } else if !last && !self.holdings.holds(to, item) {
            let asks = hops.is_multiple_of(CHECK_EVERY);
            self.lookups[slot as usize].messages += 2 * u32::from(asks);
            if !(asks && over) {
                self.walk(slot, to, from, hops + 1);
            }
        }
    }

    fn hit(&mut self, slot: u32, hops: u16) {
        if !self.orphaned(slot) {
            self.finish(slot, Some(hops));
        }
    }

    // With a hash table.

    fn begin_search(&mut self, slot: u32, key: u32) {
        let asker = self.lookups[slot as usize].asker;
        let Some(tables) = &self.tables else { return };
        let known = tables.closest_known(asker, key);
        self.heard(slot, known.as_slice(), 1);
        self.search_on(slot);
    }

    /// A lookup hears of peers.
    fn heard(&mut self, slot: u32, peers: &[u32], hops: u16) {
        let Some(tables) = &self.tables else { return };
        let lookup = &mut self.lookups[slot as usize];
        for peer in peers.iter().copied().filter(|peer| *peer != lookup.asker) {
            let distance = tables.distance(peer, lookup.key);
            let closest = &mut lookup.closest;
            let mut place = closest.len();
            while place > 0 && closest[place - 1].distance > distance {
                place -= 1;
            }
            let known = place > 0 && closest[place - 1].peer == peer;
            if !known && place < CANDIDATES {
                closest.truncate(CANDIDATES - 1);
                closest.insert(place, Candidate { peer, distance, hops, asked: Asked::No, sent: Time::ZERO });
            }
        }
    }

    /// Asks the next ones; ends when the closest have answered.
    fn search_on(&mut self, slot: u32) {
        loop {
            let lookup = &mut self.lookups[slot as usize];
            if lookup.over {
                return;
            }
            let waiting = lookup.closest.iter().filter(|candidate| candidate.asked == Asked::Waiting).count();
            let mut alive = lookup.closest.iter_mut().filter(|candidate| candidate.asked != Asked::Silent).take(K);
            if waiting >= ALPHA {
                return;
            }
            let Some(next) = alive.find(|candidate| candidate.asked == Asked::No) else {
                // Those farther away that have not answered yet make no difference.
                let open = |candidate: &Candidate| candidate.asked == Asked::Waiting;
                let mut alive = lookup.closest.iter().filter(|candidate| candidate.asked != Asked::Silent).take(K);
                if !alive.any(open) {
                    self.finish(slot, None);
                }
                return;
            };
            (next.asked, next.sent) = (Asked::Waiting, self.agenda.now());
            let (to, asker) = (next.peer, lookup.asker);
            match self.send_for(slot, asker, to, DotKind::Request) {
                Some(arrives) => self.expect(slot, arrives, Event::Ask { slot, to }),
                None => self.expect(slot, self.agenda.now() + self.patience(), Event::Silence { slot, from: to }),
            }
        }
    }

    fn ask(&mut self, slot: u32, to: u32) {
        let Lookup { asker, item, key, aim, .. } = self.lookups[slot as usize];
        let sent = self.lookups[slot as usize].closest.iter().find(|candidate| candidate.peer == to);
        let until = sent.map_or(self.agenda.now(), |candidate| candidate.sent) + self.patience();
        let mut back = None;
        let mut found = false;
        if self.answers(to) {
            if aim == Aim::Find {
                self.touch(to);
            }
            if self.answers(asker)
                && let Some(tables) = &mut self.tables
            {
                tables.learn(to, asker);
            }
            debug_assert!(aim != Aim::Find || key == self::key(self.seed, item));
            found = aim == Aim::Find && self.holdings.holds(to, item);
            back = self.send_for(slot, to, asker, DotKind::Reply);
        }
        if let Some(arrives) = back {
            self.expect(slot, arrives, Event::Answer { slot, from: to, found });
        }
        if back.is_none_or(|arrives| arrives > until) {
            self.expect(slot, until, Event::Silence { slot, from: to });
        }
    }

    fn candidate(&mut self, slot: u32, peer: u32) -> Option<&mut Candidate> {
        self.lookups[slot as usize].closest.iter_mut().find(|candidate| candidate.peer == peer)
    }

    fn answer(&mut self, slot: u32, from: u32, found: bool) {
        let Lookup { asker, key, aim, over, .. } = self.lookups[slot as usize];
        if over || self.orphaned(slot) {
            return;
        }
        let Some(candidate) = self.candidate(slot, from) else { return };
        candidate.asked = Asked::Answered;
        let hops = candidate.hops;
        if found {
            self.finish(slot, Some(hops));
            return;
        }
        let Some(tables) = &mut self.tables else { return };
        tables.learn(asker, from);
        let known = tables.closest_known(from, key);
        if matches!(aim, Aim::Join | Aim::Refresh) {
            known.as_slice().iter().for_each(|contact| tables.learn(asker, *contact));
        }
        self.heard(slot, known.as_slice(), hops + 1);
        self.search_on(slot);
    }

    fn silence(&mut self, slot: u32, from: u32) {
        let Lookup { asker, over, .. } = self.lookups[slot as usize];
        if over || self.orphaned(slot) {
            return;
        }
        if let Some(candidate) = self.candidate(slot, from)
            && candidate.asked == Asked::Waiting
        {
            candidate.asked = Asked::Silent;
            if let Some(tables) = &mut self.tables {
                tables.forget(asker, from);
            }
            self.search_on(slot);
        }
    }

    /// An item is stored anew by one who holds it.
    fn store(&mut self, item: u32) {
        self.agenda.after(Duration::from_micros(self.every()), Event::Store { item });
        let first = item as usize * K;
        let holds = |peer: &u32| *peer != NOBODY && self.is_inside(*peer) && self.holdings.holds(*peer, item);
        if let Some(keeper) = self.keepers[first..first + K].iter().copied().find(holds) {
            let rng = stream(self.seed, purpose::REFRESH, item);
            let key = key(self.seed, item);
            let slot = self.open(keeper, Aim::Store, item, key, rng);
            self.begin_search(slot, key);
            self.close_if_done(slot);
        }
    }

    /// The closest are found: they hold the item from now on, and nobody else does.
    fn stored(&mut self, slot: u32) {
        let Some(tables) = &self.tables else { return };
        let lookup = &self.lookups[slot as usize];
        let (asker, item, ours) = (lookup.asker, lookup.item, tables.distance(lookup.asker, lookup.key));
        let count = (self.settings.at(at::COPIES) as usize).min(K);
        let mut closest = [NOBODY; K];
        let mut found = 0;
        let answered = lookup.closest.iter().filter(|candidate| candidate.asked == Asked::Answered);
        let mut own = Some(asker);
        for candidate in answered {
            if candidate.distance > ours
                && let Some(own) = own.take()
                && found < count
            {
                closest[found] = own;
                found += 1;
            }
            if found < count && self.is_inside(candidate.peer) {
                closest[found] = candidate.peer;
                found += 1;
            }
        }
        if let Some(own) = own
            && found < count
        {
            closest[found] = own;
        }
        let first = item as usize * K;
        for place in 0..K {
            let old = self.keepers[first + place];
            // Who has gone has lost it already.
            if old != NOBODY && !closest.contains(&old) && self.is_inside(old) {
                self.holdings.take(old, item);
            }
            self.keepers[first + place] = closest[place];
        }
        for peer in closest.into_iter().filter(|peer| *peer != NOBODY) {
            self.lookups[slot as usize].messages += u32::from(peer != asker);
            self.holdings.give(peer, item);
        }
    }

    /// The peer whose turn it is looks up an id in a part of the id space drawn by chance: in a small part as often as
    /// in a large one.
    fn refresh(&mut self) {
        self.agenda.after(self.between_refreshes(), Event::Refresh);
        let peer = self.refreshed % self.users();
        let mut rng = stream(self.seed, purpose::REFRESH + 1, self.refreshed);
        self.refreshed = self.refreshed.wrapping_add(1);
        if self.settings.at(at::CHURN) > 0
            && self.is_inside(peer)
            && let Some(tables) = &self.tables
        {
            let depth = rng.below(u64::from(self.users().ilog2()) + 1) as u32;
            let key = tables.id(peer) ^ (1 << (31 - depth)) ^ (rng.below(1 << (31 - depth)) as u32);
            let slot = self.open(peer, Aim::Refresh, 0, key, rng);
            self.begin_search(slot, key);
            self.close_if_done(slot);
        }
    }

    // Coming and going.

    fn draw(&mut self, peer: u32, mean_seconds: u32) -> Duration {
        let entry = &mut self.peers[peer as usize];
        entry.draws = entry.draws.wrapping_add(1);
        let rng = &mut stream(self.seed, purpose::SESSION + u32::from(entry.draws), peer);
        rng.exponential_with_mean(Duration::from_millis(u64::from(mean_seconds) * 1_000))
    }

    fn begin_session(&mut self, peer: u32) {
        let churn = self.settings.at(at::CHURN);
        if churn > 0 {
            let after = self.draw(peer, churn);
            let (epoch, round) = (self.peers[peer as usize].epoch, self.churn_round);
            self.agenda.after(after, Event::Leave { peer, epoch, round });
        }
    }

    /// A peer goes; how many items are held by nobody in the network because of that.
    fn go(&mut self, peer: u32, to: Place) -> u32 {
        let from = std::mem::replace(&mut self.peers[peer as usize].place, to);
        let entry = &mut self.peers[peer as usize];
        entry.epoch = entry.epoch.wrapping_add(1);
        let epoch = entry.epoch;
        (entry.asking, entry.luck) = (0, Luck::None);
        self.hash.word(u64::from(peer) << 8 | to as u64);
        self.hash.word(self.agenda.now().as_micros());
        let mut lost = 0;
        match from {
            Place::Inside => {
                self.inside -= 1;
                self.leaves += 1;
                lost = self.holdings.leave(peer);
                self.missing_max = self.missing_max.max(self.holdings.missing());
                self.agenda.after(NOTICED, Event::Noticed { peer });
            }
            Place::Entering | Place::Outside => self.waiting -= 1,
            Place::Away | Place::Stopped => {}
        }
        if self.tables.is_some() {
            self.holdings.forget(peer);
        }
        if to == Place::Away {
            let after = self.draw(peer, self.settings.at(at::ABSENCE));
            self.agenda.after(after, Event::Return { peer, epoch });
        }
        lost
    }

    fn come(&mut self, peer: u32) {
        let entry = &mut self.peers[peer as usize];
        entry.epoch = entry.epoch.wrapping_add(1);
        entry.place = Place::Outside;
        self.waiting += 1;
        self.waiting_max = self.waiting_max.max(self.waiting);
        self.knock(peer);
    }

    /// Asks for the way in.
    fn knock(&mut self, peer: u32) {
        let epoch = self.peers[peer as usize].epoch;
        let (door, open) = match self.bootstrap() {
            Some(bootstrap) => (bootstrap, self.bootstrap_up),
            None => {
                // One that it remembers; after many tries it would find the last one.
                let remembered = self.mending.below(self.users().into()) as u32;
                let door = if self.is_inside(remembered) { Some(remembered) } else { self.anyone(peer) };
                match door {
                    Some(door) => (door, true),
                    // The first of all.
                    None => return self.enter(peer, epoch),
                }
            }
        };
        self.upkeep += 1;
        let there = self.send(peer, door, DotKind::Gossip);
        let back = self.ways.length(peer, door) + self.work(door);
        match there.filter(|_| open) {
            Some(arrives) => {
                self.upkeep += 1;
                self.agenda.at(arrives + back, Event::Welcome { peer, epoch });
            }
            None => {
                self.agenda.after(KNOCK_AGAIN, Event::Knock { peer, epoch });
                if !self.bootstrap_up && !self.told_waiting && self.bootstrap().is_some() {
                    self.told_waiting = true;
                    let who = peer + 1;
                    self.tell(format!(
                        "Peer {who} wants to join and knows nobody: it waits at the bootstrap node, which is down. The \
                         {} inside go on without it.",
                        counted(self.inside.into(), "peer")
                    ));
                }
            }
        }
    }

    fn welcome(&mut self, peer: u32, epoch: u32) {
        if self.bootstrap().is_some() && !self.bootstrap_up {
            // It stopped before it could answer.
            self.agenda.after(KNOCK_AGAIN, Event::Knock { peer, epoch });
        } else {
            self.enter(peer, epoch);
        }
    }

    /// A newcomer has been told of somebody in the network.
    fn enter(&mut self, peer: u32, epoch: u32) {
        if self.mesh.is_some() {
            self.drop_links(peer);
            for _ in 0..self.settings.at(at::DEGREE) {
                self.mend(peer);
            }
            self.inside_now(peer);
            return;
        }
        let contact = self.anyone(peer);
        let Some(tables) = &mut self.tables else { return };
        tables.clear(peer);
        match contact {
            None => self.inside_now(peer),
            Some(contact) => {
                tables.learn(peer, contact);
                let key = tables.id(peer);
                self.peers[peer as usize].place = Place::Entering;
                let rng = stream(self.seed, purpose::REFRESH, peer);
                let slot = self.open(peer, Aim::Join, 0, key, rng);
                debug_assert_eq!(self.lookups[slot as usize].epoch, epoch);
                self.begin_search(slot, key);
                self.close_if_done(slot);
            }
        }
    }

    /// A newcomer's lookup of its own id has ended.
    fn joined(&mut self, slot: u32) {
        let lookup = &self.lookups[slot as usize];
        let peer = lookup.asker;
        if lookup.closest.iter().any(|candidate| candidate.asked == Asked::Answered) {
            self.inside_now(peer);
        } else {
            let epoch = self.peers[peer as usize].epoch;
            self.peers[peer as usize].place = Place::Outside;
            self.agenda.after(KNOCK_AGAIN, Event::Knock { peer, epoch });
        }
    }

    fn inside_now(&mut self, peer: u32) {
        self.peers[peer as usize].place = Place::Inside;
        self.waiting -= 1;
        self.inside += 1;
        self.joins += 1;
        self.holdings.enter(peer);
        self.hash.word(u64::from(peer) << 8 | Place::Inside as u64);
        self.hash.word(self.agenda.now().as_micros());
        self.begin_session(peer);
    }

    fn noticed(&mut self, peer: u32) {
        if !self.is_inside(peer) {
            self.drop_links(peer);
        }
    }

    /// Takes all links of a peer away; those at their other ends look for somebody else.
    fn drop_links(&mut self, peer: u32) {
        while let Some(other) = self.mesh.as_mut().and_then(|mesh| mesh.unlink_one(peer)) {
            if self.is_inside(other) {
                self.mend(other);
            }
        }
    }

    /// A peer with too few neighbours makes friends with somebody.
    fn mend(&mut self, peer: u32) {
        for _ in 0..8 {
            let Some(other) = self.anyone(peer) else { return };
            let Some(mesh) = &mut self.mesh else { return };
            if mesh.of(peer).len() >= self.settings.at(at::DEGREE) as usize {
                return;
            }
            if mesh.link(peer, other) {
                self.upkeep += 2;
                return;
            }
        }
    }

    // What happens, and what is told.

    fn tell(&mut self, text: String) {
        self.story.tell(self.agenda.now(), text);
    }

    /// What follows when items have gone with peers.
    fn consequence(&self, lost: u32) -> String {
        let (lost, items) = (u64::from(lost), u64::from(self.holdings.items()));
        match (lost, self.tables.is_some()) {
            (0, _) => "Everything can still be found: others hold the same items.".to_owned(),
            (_, true) => format!("{lost} of {items} items {} lost: nobody else stored them.", are(lost)),
            (_, false) => format!("{lost} of {items} items cannot be found until it is back: nobody else has a copy."),
        }
    }

    fn stop(&mut self, node: u32) {
        if Some(node) == self.bootstrap() {
            if std::mem::replace(&mut self.bootstrap_up, false) {
                self.hash.word(u64::MAX);
                self.tell(
                    "The bootstrap node stopped: until it is back nobody new gets in. Those inside know each other and go on."
                        .to_owned(),
                );
            }
        } else if self.peers[node as usize].place != Place::Stopped {
            let was_inside = self.is_inside(node);
            let held = self.holdings.count(node);
            let lost = self.go(node, Place::Stopped);
            if was_inside {
                let who = node + 1;
                self.tell(if held == 0 {
                    format!("Peer {who} stopped; it held nothing that others look for.")
                } else {
                    let (held, consequence) = (counted(held.into(), "item"), self.consequence(lost));
                    format!("Peer {who} stopped, and {held} with it. {consequence}")
                });
            }
        }
    }

    fn restart(&mut self, node: u32) -> bool {
        if Some(node) == self.bootstrap() {
            if !std::mem::replace(&mut self.bootstrap_up, true) {
                self.hash.word(u64::MAX - 1);
                self.told_waiting = false;
                let waiting = u64::from(self.waiting);
                self.tell(if waiting == 0 {
                    "The bootstrap node is back; nobody has missed it.".to_owned()
                } else {
                    format!("The bootstrap node is back: {} that waited can join.", counted(waiting, "peer"))
                });
            }
            return false;
        }
        let gone = self.is_gone(node);
        if gone {
            self.come(node);
        }
        gone
    }

    /// Whether that is a peer that has left or was stopped.
    fn is_gone(&self, node: u32) -> bool {
        self.peers.get(node as usize).is_some_and(|peer| matches!(peer.place, Place::Stopped | Place::Away))
    }

    fn stop_share(&mut self, percent: u32) {
        let rng = &mut stream(self.seed, purpose::SHARE, self.shares);
        self.shares += 1;
        let before = self.inside;
        let there = |peer: u32| !matches!(self.peers[peer as usize].place, Place::Stopped | Place::Away);
        let chosen = choose(self.users(), percent, rng, there);
        let mut lost = 0;
        for peer in &chosen {
            lost += self.go(*peer, Place::Stopped);
        }
        let gone = chosen.len() as u64;
        if gone > 0 {
            let text = match (self.inside, lost) {
                (0, _) => "All peers stopped: there is no network any more.".to_owned(),
                (_, 0) => format!("{gone} of {before} peers stopped at once. Every item is still held by somebody."),
                _ => {
                    let (lost, items) = (u64::from(lost), self.holdings.items());
                    format!(
                        "{gone} of {before} peers stopped at once. With them went the last copies of {lost} of {items} \
                         items."
                    )
                }
            };
            self.told_missing = lost > 0;
            self.tell(text);
        }
    }

    /// After a window: has something changed that is worth telling?
    fn reflect(&mut self, answered: u64, ended: u64) {
        let missing = u64::from(self.holdings.missing());
        if missing > 0 && !self.told_missing && self.settings.at(at::CHURN) > 0 {
            self.told_missing = true;
            let what = if self.tables.is_some() {
                "lost: the last peer that stored"
            } else {
                "away with the last peer that holds"
            };
            let them = if missing == 1 { "it" } else { "them" };
            let left = if self.tables.is_some() { " has left" } else { "" };
            self.tell(format!("{} {} {what} {them}{left}.", counted(missing, "item"), are(missing)));
        } else if missing == 0 {
            self.told_missing = false;
        }
        let Some(success) = self.luck.window(answered, ended) else { return };
        if success < Recent::LOW && !self.told_failing {
            self.told_failing = true;
            let failed = (100_000 - success + 500) / 1_000;
            let barred = self.bootstrap().is_some() && !self.bootstrap_up && self.waiting * 20 > self.inside;
            let because = if barred {
                format!("{} cannot join", counted(self.waiting.into(), "peer"))
            } else if missing > 0 {
                format!("{} {} held by nobody in the network", counted(missing, "item"), are(missing))
            } else if self.tables.is_some() {
                "contacts have gone, and each costs the time until it is given up".to_owned()
            } else {
                let hops = counted(self.settings.at(at::TTL).into(), "hop");
                match self.settings.is("lookup", "flooding") {
                    true => format!("a flood ends after {hops}, before it has reached everybody"),
                    false => format!("walkers end after {hops}, many of them before they meet a copy"),
                }
            };
            self.tell(format!("{failed} % of the lookups fail: {because}."));
        } else if success >= Recent::HIGH && self.told_failing {
            self.told_failing = false;
            self.tell("Lookups succeed again.".to_owned());
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Look { round } => {
                if round == self.load_round {
                    self.next_look();
                    self.look();
                }
            }
            Event::Deadline { slot, serial } => self.deadline(slot, serial),
            Event::Again { slot, serial } => {
                if self.lookups[slot as usize].serial == serial && !self.lookups[slot as usize].over {
                    if self.orphaned(slot) { self.close_if_done(slot) } else { self.begin(slot) }
                }
            }
            Event::Question { slot, .. }
            | Event::Hit { slot, .. }
            | Event::Ask { slot, .. }
            | Event::Answer { slot, .. }
            | Event::Silence { slot, .. } => {
                match event {
                    Event::Question { from, to, hops, .. } => self.question(slot, from, to, hops),
                    Event::Hit { hops, .. } => self.hit(slot, hops),
                    Event::Ask { to, .. } => self.ask(slot, to),
                    Event::Answer { from, found, .. } => self.answer(slot, from, found),
                    Event::Silence { from, .. } => self.silence(slot, from),
                    _ => {}
                }
                self.lookups[slot as usize].pending -= 1;
                self.close_if_done(slot);
            }
            Event::Leave { peer, epoch, round } => {
                if self.peers[peer as usize].epoch == epoch && self.churn_round == round {
                    self.go(peer, Place::Away);
                }
            }
            Event::Return { peer, epoch } => {
                if self.peers[peer as usize].epoch == epoch {
                    self.come(peer);
                }
            }
            Event::Knock { peer, epoch } => {
                if self.peers[peer as usize].epoch == epoch {
                    self.knock(peer);
                }
            }
            Event::Welcome { peer, epoch } => {
                if self.peers[peer as usize].epoch == epoch {
                    self.welcome(peer, epoch);
                }
            }
            Event::Noticed { peer } => self.noticed(peer),
            Event::Store { item } => self.store(item),
            Event::Refresh => self.refresh(),
        }
    }

    /// How many messages a flood that reaches everybody sends, in thousandths: each link carries it both ways, except
    /// those over which it reaches somebody first; and each holder answers. Nothing if these floods did not.
    fn whole_flood(&self, costs: &Costs) -> Option<Thousandths> {
        let all = costs.inside > 0 && costs.reached * 100 >= costs.inside * 99;
        let mesh = self.mesh.as_ref().filter(|_| all && self.settings.is("lookup", "flooding"))?;
        let there = || (0..self.users()).filter(|peer| self.is_inside(*peer));
        let ends: u64 = there().map(|peer| mesh.of(peer).len() as u64).sum();
        let copies = u64::from(self.settings.at(at::COPIES).min(self.users()));
        Some((ends + 1 + copies).saturating_sub(self.inside.into()) as Thousandths * 1_000)
    }

    pub fn bootstrap_slow(&self) -> u8 {
        self.bootstrap_slow
    }

    pub fn now_millis(&self) -> u32 {
        self.agenda.now().as_millis() as u32
    }
}

/// The key under which an item is stored.
fn key(seed: u64, item: u32) -> u32 {
    (scramble(seed ^ scramble(u64::from(item) + 1)) >> 32) as u32
}

/// The logarithm to base 2, in thousandths, without floats: a bit for each squaring.
fn log2(number: u32) -> Thousandths {
    let whole = number.ilog2();
    let mut rest = (u64::from(number) << 31) >> whole;
    let mut part = 0;
    for _ in 0..14 {
        rest = (rest * rest) >> 31;
        let bit = rest >> 32;
        part = part << 1 | bit as i64;
        rest >>= bit;
    }
    i64::from(whole) * 1_000 + ((part * 1_000) >> 14)
}

impl World for Peers {
    fn advance(&mut self, until: Time, most: u32) -> bool {
        for _ in 0..most {
            match self.agenda.pop_before(until) {
                None => return true,
                Some(event) => self.handle(event),
            }
        }
        false
    }

    fn now(&self) -> Time {
        self.agenda.now()
    }

    fn apply(&mut self, change: &Change) {
        self.hash.word(self.agenda.now().as_micros());
        match *change {
            Change::Stop(node) => self.stop(node),
            Change::Restart(node) => {
                if self.is_gone(node) {
                    self.tell(match self.bootstrap() {
                        Some(_) => format!("Peer {} is back and asks the bootstrap node for the way in.", node + 1),
                        None => format!("Peer {} is back and tries peers that it remembers.", node + 1),
                    });
                }
                self.restart(node);
            }
            Change::Slow(node, factor) => {
                let factor = factor.min(u8::MAX.into()) as u8;
                match self.peers.get_mut(node as usize) {
                    Some(peer) => peer.slow = factor,
                    None => self.bootstrap_slow = factor,
                }
            }
            Change::Cut(a, b) => {
                self.ways.cut(a, b, true);
            }
            Change::Heal(a, b) => {
                self.ways.cut(a, b, false);
            }
            Change::Delay(a, b, later) => self.ways.delay(a, b, later),
            Change::StopShare { percent, .. } => self.stop_share(percent),
            Change::RestartAll { .. } => {
                let back = (0..self.users()).filter(|peer| self.restart(*peer)).count() as u64;
                if back > 0 {
                    self.tell(format!("{} {} back and look for the way in.", counted(back, "peer"), are(back)));
                }
            }
            Change::Set { knob, value } => {
                self.settings.set(knob, value.into());
                match knob {
                    at::LOAD => {
                        self.load_round = self.load_round.wrapping_add(1);
                        self.next_look();
                    }
                    at::CHURN => {
                        // Sessions have no memory: what is left of each is drawn anew.
                        self.churn_round = self.churn_round.wrapping_add(1);
                        for peer in 0..self.users() {
                            if self.is_inside(peer) {
                                self.begin_session(peer);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn row(&mut self, length: Duration) -> Row {
        let mut row = self.requests.row(length).to_vec();
        let (_, answered, failed) = self.requests.totals();
        self.reflect(answered, answered + failed);
        let costs = std::mem::take(&mut self.window);
        row.push(mean(costs.messages, costs.lookups));
        row.push(self.whole_flood(&costs));
        row.push(mean(costs.hops, costs.found));
        row.push((costs.found > 0).then(|| i64::from(costs.hops_max) * 1_000));
        row.push((self.tables.is_some() && self.inside > 1).then(|| log2(self.inside)));
        row
    }

    fn scene(&self) -> Scene {
        self.picture()
    }

    fn story(&self) -> &[Line] {
        self.story.lines()
    }

    fn facts(&self) -> Vec<Option<Thousandths>> {
        let whole = |count: u64| Some(count as Thousandths * 1_000);
        let total = &self.total;
        let mut facts = self.requests.facts(self.agenda.now().since(Time::ZERO)).to_vec();
        facts.extend([
            whole(total.messages),
            mean(total.messages, total.lookups),
            whole(self.upkeep),
            mean(total.hops, total.found),
            (total.found > 0).then(|| i64::from(total.hops_max) * 1_000),
            if self.mesh.is_some() { mean(total.reached * 100, total.inside) } else { None },
            whole(self.inside.into()),
            whole(self.holdings.missing().into()),
            whole(self.missing_max.into()),
            whole(self.waiting.into()),
            whole(self.waiting_max.into()),
            whole(self.joins),
            whole(self.leaves),
        ]);
        facts
    }

    fn hash(&self) -> TraceHash {
        let mut hash = self.hash;
        hash.word(self.agenda.handled());
        hash
    }

    fn events(&self) -> u64 {
        self.agenda.handled()
    }

    fn bytes(&self) -> usize {
        let seen: usize = self.lookups.iter().map(|lookup| 8 * lookup.seen.capacity()).sum();
        let closest: usize = self.lookups.iter().map(|lookup| size_of::<Candidate>() * lookup.closest.capacity()).sum();
        self.agenda.bytes()
            + size_of::<Peer>() * self.peers.capacity()
            + self.holdings.bytes()
            + self.mesh.as_ref().map_or(0, Mesh::bytes)
            + self.tables.as_ref().map_or(0, Tables::bytes)
            + 4 * self.keepers.capacity()
            + size_of::<Lookup>() * self.lookups.capacity()
            + seen
            + closest
            + self.flights.bytes()
    }

    fn copy(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}
