//! Peers and super-peers in the middle of a run.

use super::{at, supers};
use crate::live::{Change, DotKind, Line, Outcome, Requests, Row, Scene, Settings, Story, Thousandths, World};
use crate::parts::overlay::{Flight, Flights, Holdings, Mesh, NOBODY, Recent, Ways, choose, mean, stream};
use sim::words::{are, counted};
use sim::{Agenda, Duration, Rng, Time, TraceHash};

/// After what time a peer that wants to look something up and has no super-peer tries again.
const ASK_AGAIN: Duration = Duration::from_millis(250);
/// How many questions can be in line at a super-peer.
const LINE: u64 = 100;
/// With up to so many peers and super-peers they are drawn one by one.
pub(super) const SMALL: (u32, u32) = (40, 8);
/// With how many super-peers a peer can register.
const HOMES: usize = 2;
/// No super-peer sent it.
const A_PEER: u16 = u16::MAX;

/// What streams of random numbers are for.
mod purpose {
    pub const ARRIVALS: u32 = 0;
    pub const LOOKUP: u32 = 1;
    pub const BUILD: u32 = 2;
    pub const SHARE: u32 = 3;
    pub const MENDING: u32 = 4;
    /// And that many more: how often the peer has drawn.
    pub const PEER: u32 = 1 << 16;
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// Somebody looks something up, unless the load has changed since.
    Look { round: u32 },
    /// The asker gives up.
    Deadline { slot: u32, serial: u32 },
    /// The asker has heard nothing, or had nobody to ask.
    Again { slot: u32, serial: u32 },
    /// A question arrives at a super-peer.
    Question { slot: u32, at: u16, from: u16, hops: u16 },
    /// It has been worked on.
    Worked { slot: u32, at: u16, from: u16, hops: u16, epoch: u16 },
    /// The super-peer's word that it is looking arrives.
    Looking { slot: u32 },
    /// An answer arrives.
    Hit { slot: u32, hops: u16 },
    /// A peer takes its super-peer for dead, if it is.
    Missed { peer: u32, home: u8, round: u16 },
    /// A super-peer has taken a peer on.
    Registered { peer: u32, home: u8, round: u16, with: u16, epoch: u16 },
    /// A peer without a super-peer tries another one.
    Seek { peer: u32, home: u8, round: u16 },
    /// The neighbours take a super-peer for dead, if it is.
    Noticed { node: u16 },
    /// A session ends.
    Leave { peer: u32, epoch: u32, round: u16 },
    /// An absence ends.
    Return { peer: u32, epoch: u32 },
}

const _: () = assert!(size_of::<Event>() <= 16);

#[derive(Clone, Copy, Debug)]
pub(super) struct Super {
    /// Counts how often it has stopped.
    epoch: u16,
    pub up: bool,
    pub slow: u8,
    /// How many peers are registered with it.
    pub members: u32,
    /// When all its work so far is done.
    pub free: Time,
    /// How long it has worked: in this window, and in all.
    busy: (u64, u64),
}

/// Where a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    There,
    Away,
    Stopped,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    /// Counts how often it has come and gone.
    epoch: u32,
    /// Its super-peers as far as it knows, and the epochs in which they took it on.
    pub homes: [u32; HOMES],
    known: [u16; HOMES],
    /// Count how often it has lost them.
    rounds: [u16; HOMES],
    /// Since when it has had none that works for it.
    pub orphan: Option<Time>,
    /// How many draws of its own it has made.
    draws: u16,
    pub asking: u16,
    /// Which of its super-peers it asks next.
    turn: u8,
    pub place: Place,
    /// Whether any super-peer knows what it holds.
    listed: bool,
    /// Whether its last lookup was answered.
    pub luck: Option<bool>,
}

#[derive(Clone, Debug)]
struct Lookup {
    serial: u32,
    asker: u32,
    epoch: u32,
    item: u32,
    begun: Time,
    over: bool,
    /// Whether a super-peer has said that it is looking.
    taken: bool,
    /// Whether a super-peer has asked others.
    spread: bool,
    /// Whom it has asked last, and how often it has asked.
    asked: u32,
    tries: u8,
    pending: u32,
    messages: u32,
    reached: u32,
    /// Which super-peers have had it.
    seen: Vec<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Costs {
    lookups: u64,
    messages: u64,
    found: u64,
    hops: u64,
    hops_max: u16,
    /// Floods, and how many super-peers they reached.
    spread: u64,
    reached: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Network {
    agenda: Agenda<Event>,
    pub settings: Settings,
    seed: u64,
    pub supers: Vec<Super>,
    pub peers: Vec<Peer>,
    /// For each super-peer and item, how many of its peers hold it.
    index: Vec<u16>,
    pub holdings: Holdings,
    pub mesh: Mesh,
    pub ways: Ways,
    lookups: Vec<Lookup>,
    free: Vec<u32>,
    asked: u32,
    serial: u32,
    pub under_way: u32,
    arrivals: Rng,
    mending: Rng,
    load_round: u32,
    churn_round: u16,
    shares: u32,
    pub orphans: u32,
    orphans_max: u32,
    outage: Duration,
    missing_max: u32,
    upkeep: u64,
    dropped: u64,
    /// Questions that super-peers got from their own peers.
    questions: u64,
    /// Ends of messages: at super-peers, and all.
    ends: (u64, u64),
    window: Costs,
    total: Costs,
    requests: Requests,
    recent: Recent,
    pub flights: Flights,
    story: Story,
    /// Whether a super-peer has dropped a question in this window.
    full: bool,
    told_full: bool,
    told_orphans: bool,
    told_failing: bool,
    hash: TraceHash,
}

impl Network {
    pub fn new(settings: &Settings, seed: u64) -> Self {
        let (users, count) = (settings.at(at::USERS), supers(settings));
        let build = &mut stream(seed, purpose::BUILD, 0);
        let mesh = Mesh::rings(count, settings.at(at::DEGREE), build);
        let holdings = Holdings::scattered(users, settings.at(at::COPIES), build);
        let node = Super { epoch: 0, up: true, slow: 1, members: 0, free: Time::ZERO, busy: (0, 0) };
        let peer = Peer {
            epoch: 0,
            homes: [NOBODY; HOMES],
            known: [0; HOMES],
            rounds: [0; HOMES],
            orphan: None,
            draws: 0,
            asking: 0,
            turn: 0,
            place: Place::There,
            listed: true,
            luck: None,
        };
        let mut world = Self {
            agenda: Agenda::default(),
            settings: settings.clone(),
            seed,
            supers: vec![node; count as usize],
            peers: vec![peer; users as usize],
            index: vec![0; count as usize * holdings.items() as usize],
            holdings,
            mesh,
            ways: Ways::new(seed, settings.at(at::LATENCY)),
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
            orphans: 0,
            orphans_max: 0,
            outage: Duration::ZERO,
            missing_max: 0,
            upkeep: 0,
            dropped: 0,
            questions: 0,
            ends: (0, 0),
            window: Costs::default(),
            total: Costs::default(),
            requests: Requests::default(),
            recent: Recent::default(),
            flights: Flights::default(),
            story: Story::default(),
            full: false,
            told_full: false,
            told_orphans: false,
            told_failing: false,
            hash: TraceHash::default(),
        };
        for peer in 0..users {
            for home in 0..world.redundancy() {
                world.take_on(peer, home, (peer + home as u32) % count);
            }
            world.begin_session(peer);
        }
        world.next_look();
        world
    }

    fn redundancy(&self) -> usize {
        self.settings.at(at::REDUNDANCY).min(self.count()) as usize
    }

    /// How many super-peers there are.
    pub fn count(&self) -> u32 {
        self.supers.len() as u32
    }

    /// A peer's number among all nodes.
    fn node(&self, peer: u32) -> u32 {
        self.count() + peer
    }

    pub fn is_small(&self) -> bool {
        self.peers.len() as u32 <= SMALL.0 && self.count() <= SMALL.1
    }

    fn work(&self, node: u32) -> Duration {
        let slow = u64::from(self.supers[node as usize].slow);
        Duration::from_millis(u64::from(self.settings.at(at::SUPER_MS)) * slow)
    }

    /// How long a peer waits for a sign of its super-peer: the longest way and back, and time for some work.
    fn patience(&self) -> Duration {
        let (latency, work) = (self.settings.at(at::LATENCY), self.settings.at(at::SUPER_MS));
        Duration::from_millis(u64::from(latency) * 4 + u64::from(work) * 10 + 100)
    }

    fn failover(&self) -> Duration {
        Duration::from_millis(self.settings.at(at::FAILOVER).into())
    }

    /// When a message that is sent now arrives; nothing if the way is cut. It is drawn, too, if the picture is small.
    fn send(&mut self, from: u32, to: u32, kind: DotKind) -> Option<Time> {
        self.ends.0 += u64::from(from < self.count()) + u64::from(to < self.count());
        self.ends.1 += 2;
        let now = self.agenda.now();
        let arrives = now + self.ways.length(from, to);
        let cut = self.ways.is_cut(from, to);
        if self.is_small() {
            let heard = match self.supers.get(to as usize) {
                Some(node) => node.up,
                None => self.peers[(to - self.count()) as usize].place == Place::There,
            };
            self.flights.add(Flight { from, to, sent: now, arrives, kind, doomed: cut || !heard });
        }
        (!cut).then_some(arrives)
    }

    fn send_for(&mut self, slot: u32, from: u32, to: u32, kind: DotKind) -> Option<Time> {
        self.lookups[slot as usize].messages += 1;
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

    fn look(&mut self) {
        let mut rng = stream(self.seed, purpose::LOOKUP, self.asked);
        self.asked = self.asked.wrapping_add(1);
        let asker = rng.below(self.peers.len() as u64) as u32;
        let items = self.holdings.items();
        let wanted = rng.below(items.into()) as u32;
        let entry = &mut self.peers[asker as usize];
        if entry.place != Place::There {
            return;
        }
        entry.asking = entry.asking.saturating_add(1);
        let epoch = entry.epoch;
        // What it has it does not look for.
        let item = (0..items).map(|step| (wanted + step) % items).find(|item| !self.holdings.holds(asker, *item));
        self.requests.sent();
        self.under_way += 1;
        let slot = self.free.pop().unwrap_or(self.lookups.len() as u32);
        let mut seen = self.lookups.get_mut(slot as usize).map(|old| std::mem::take(&mut old.seen)).unwrap_or_default();
        seen.clear();
        seen.resize(self.supers.len().div_ceil(64), 0);
        self.serial = self.serial.wrapping_add(1);
        let serial = self.serial;
        let lookup = Lookup {
            serial,
            asker,
            epoch,
            item: item.unwrap_or(wanted),
            begun: self.agenda.now(),
            over: false,
            taken: false,
            spread: false,
            asked: NOBODY,
            tries: 0,
            pending: 0,
            messages: 0,
            reached: 0,
            seen,
        };
        match self.lookups.get_mut(slot as usize) {
            Some(old) => *old = lookup,
            None => self.lookups.push(lookup),
        }
        let timeout = Duration::from_millis(self.settings.at(at::TIMEOUT).into());
        self.agenda.after(timeout, Event::Deadline { slot, serial });
        if item.is_none() {
            self.found(slot, 0);
            self.close_if_done(slot);
        } else {
            self.ask(slot);
        }
    }

    /// The asker asks its super-peer, or the other one of two, or waits until it has one.
    fn ask(&mut self, slot: u32) {
        let Lookup { asker, asked, serial, tries, .. } = self.lookups[slot as usize];
        let entry = &mut self.peers[asker as usize];
        let mut there = (0..HOMES as u8).map(|step| (entry.turn + step) % HOMES as u8);
        let home = there.find(|home| {
            !matches!(entry.homes[usize::from(*home)], NOBODY) && entry.homes[usize::from(*home)] != asked
        });
        let Some(home) = home else {
            if tries == 0 {
                self.agenda.after(ASK_AGAIN, Event::Again { slot, serial });
            }
            return;
        };
        entry.turn = (home + 1) % HOMES as u8;
        let to = entry.homes[usize::from(home)];
        let lookup = &mut self.lookups[slot as usize];
        (lookup.asked, lookup.tries) = (to, tries + 1);
        if let Some(arrives) = self.send_for(slot, self.node(asker), to, DotKind::Request) {
            self.expect(slot, arrives, Event::Question { slot, at: to as u16, from: A_PEER, hops: 1 });
        }
        if self.redundancy() > 1 && tries == 0 {
            self.agenda.after(self.patience(), Event::Again { slot, serial });
        }
    }

    fn again(&mut self, slot: u32, serial: u32) {
        let lookup = &self.lookups[slot as usize];
        if lookup.serial == serial && !lookup.over && !lookup.taken && !self.orphaned(slot) {
            self.ask(slot);
        }
    }

    /// The asker has gone, perhaps to come back as if new.
    fn orphaned(&self, slot: u32) -> bool {
        let lookup = &self.lookups[slot as usize];
        self.peers[lookup.asker as usize].epoch != lookup.epoch
    }

    fn question(&mut self, slot: u32, at: u32, from: u16, hops: u16) {
        let Lookup { asker, .. } = self.lookups[slot as usize];
        let node = self.supers[at as usize];
        if !node.up {
            return;
        }
        if from == A_PEER {
            let home = (0..HOMES).find(|home| self.peers[asker as usize].homes[*home] == at);
            if let Some(home) = home.filter(|home| !self.is_registered(asker, *home)) {
                // It has been down in between, and says that it does not know who asks.
                let round = self.peers[asker as usize].rounds[home];
                let heard = self.send_for(slot, at, self.node(asker), DotKind::Refusal);
                if let Some(heard) = heard {
                    self.agenda.at(heard, Event::Missed { peer: asker, home: home as u8, round });
                }
                return;
            }
            self.questions += 1;
        }
        if self.lookups[slot as usize].seen[at as usize / 64] >> (at % 64) & 1 == 1 {
            return;
        }
        let work = self.work(at);
        let (now, starts) = (self.agenda.now(), node.free.max(self.agenda.now()));
        if starts.since(now) > work.saturating_mul(LINE) {
            self.dropped += 1;
            self.full = true;
            if !std::mem::replace(&mut self.told_full, true) {
                self.tell(format!(
                    "Super-peer {} has {LINE} questions in line and drops more: it works {work} on each.",
                    at + 1
                ));
            }
            return;
        }
        let lookup = &mut self.lookups[slot as usize];
        lookup.seen[at as usize / 64] |= 1 << (at % 64);
        lookup.reached += 1;
        self.supers[at as usize].free = starts + work;
        self.expect(slot, starts + work, Event::Worked { slot, at: at as u16, from, hops, epoch: node.epoch });
    }

    fn worked(&mut self, slot: u32, at: u32, from: u16, hops: u16, epoch: u16) {
        let node = &self.supers[at as usize];
        if node.epoch != epoch {
            return;
        }
        let work = self.work(at).as_micros();
        let node = &mut self.supers[at as usize];
        node.busy.0 += work;
        node.busy.1 += work;
        let Lookup { asker, item, .. } = self.lookups[slot as usize];
        let (peer, own) = (self.node(asker), from == A_PEER);
        let found = self.index[at as usize * self.holdings.items() as usize + item as usize] > 0;
        if found {
            if let Some(arrives) = self.send_for(slot, at, peer, DotKind::Reply) {
                self.expect(slot, arrives, Event::Hit { slot, hops });
            }
        } else if own && let Some(arrives) = self.send_for(slot, at, peer, DotKind::Gossip) {
            self.expect(slot, arrives, Event::Looking { slot });
        }
        if !(own && found) && u32::from(hops) < self.settings.at(at::TTL) {
            self.lookups[slot as usize].spread |= own;
            let mut place = 0;
            while let Some(to) = self.mesh.of(at).get(place).copied() {
                place += 1;
                if to != u32::from(from)
                    && let Some(arrives) = self.send_for(slot, at, to, DotKind::Request)
                {
                    let event = Event::Question { slot, at: to as u16, from: at as u16, hops: hops + 1 };
                    self.expect(slot, arrives, event);
                }
            }
        }
    }

    fn found(&mut self, slot: u32, hops: u16) {
        let orphaned = self.orphaned(slot);
        let lookup = &mut self.lookups[slot as usize];
        lookup.taken = true;
        if orphaned || std::mem::replace(&mut lookup.over, true) {
            return;
        }
        let (asker, item) = (lookup.asker, lookup.item);
        let after = self.agenda.now().since(lookup.begun);
        for costs in [&mut self.window, &mut self.total] {
            costs.found += 1;
            costs.hops += u64::from(hops);
            costs.hops_max = costs.hops_max.max(hops);
        }
        self.settle(asker, item, Outcome::Answered(after));
    }

    fn settle(&mut self, asker: u32, item: u32, outcome: Outcome) {
        self.under_way -= 1;
        self.requests.ended(asker, outcome);
        let good = matches!(outcome, Outcome::Answered(_));
        let entry = &mut self.peers[asker as usize];
        entry.asking = entry.asking.saturating_sub(1);
        entry.luck = Some(good);
        self.hash.word(u64::from(asker) << 32 | u64::from(item) << 1 | u64::from(good));
        self.hash.word(self.agenda.now().as_micros());
    }

    fn deadline(&mut self, slot: u32, serial: u32) {
        if self.lookups[slot as usize].serial != serial {
            return;
        }
        let orphaned = self.orphaned(slot);
        let lookup = &mut self.lookups[slot as usize];
        if !lookup.over && !orphaned {
            lookup.over = true;
            let (asker, item) = (lookup.asker, lookup.item);
            self.settle(asker, item, Outcome::TimedOut);
        }
        self.close_if_done(slot);
    }

    /// Gives a lookup's place to others when nothing more comes of it.
    fn close_if_done(&mut self, slot: u32) {
        let orphaned = self.orphaned(slot);
        let lookup = &mut self.lookups[slot as usize];
        if orphaned && !lookup.over {
            lookup.over = true;
            self.under_way -= 1;
        }
        if !lookup.over || lookup.pending > 0 || lookup.serial == 0 {
            return;
        }
        if lookup.messages > 0 {
            for costs in [&mut self.window, &mut self.total] {
                costs.lookups += 1;
                costs.messages += u64::from(lookup.messages);
                costs.spread += u64::from(lookup.spread);
                costs.reached += u64::from(lookup.reached) * u64::from(lookup.spread);
            }
            self.hash.word(u64::from(lookup.messages));
        }
        // No event means this one any more.
        lookup.serial = 0;
        self.free.push(slot);
    }

    // Who is whose.

    /// Whether that super-peer of a peer knows it.
    fn is_registered(&self, peer: u32, home: usize) -> bool {
        let entry = &self.peers[peer as usize];
        self.supers.get(entry.homes[home] as usize).is_some_and(|node| node.up && node.epoch == entry.known[home])
    }

    /// A super-peer takes a peer's list into its index.
    fn take_on(&mut self, peer: u32, home: usize, with: u32) {
        let entry = &mut self.peers[peer as usize];
        let node = &mut self.supers[with as usize];
        (entry.homes[home], entry.known[home]) = (with, node.epoch);
        node.members += 1;
        self.count_items(peer, with, |count| count + 1);
    }

    fn count_items(&mut self, peer: u32, with: u32, change: impl Fn(u16) -> u16) {
        let first = with as usize * self.holdings.items() as usize;
        let mut from = 0;
        while let Some(item) = self.holdings.next(peer, from) {
            let count = &mut self.index[first + item as usize];
            *count = change(*count);
            from = item + 1;
        }
    }

    /// A peer and its super-peer part; who is left.
    fn part(&mut self, peer: u32, home: usize) -> u32 {
        let left = self.peers[peer as usize].homes[home];
        if self.is_registered(peer, home) {
            self.supers[left as usize].members -= 1;
            self.count_items(peer, left, |count| count - 1);
        }
        let entry = &mut self.peers[peer as usize];
        entry.homes[home] = NOBODY;
        entry.rounds[home] = entry.rounds[home].wrapping_add(1);
        left
    }

    /// Something has changed for a peer: is anybody there for it, and are its items to be found?
    fn review(&mut self, peer: u32) {
        let entry = self.peers[peer as usize];
        let there = entry.place == Place::There;
        let listed = there && (0..HOMES).any(|home| self.is_registered(peer, home));
        if listed != entry.listed {
            self.peers[peer as usize].listed = listed;
            if listed {
                self.holdings.enter(peer);
            } else {
                self.holdings.leave(peer);
                self.missing_max = self.missing_max.max(self.holdings.missing());
            }
        }
        let node = self.node(peer);
        let served = (0..HOMES).any(|home| {
            self.is_registered(peer, home) && !self.ways.is_cut(node, self.peers[peer as usize].homes[home])
        });
        match entry.orphan {
            None if there && !served => {
                self.peers[peer as usize].orphan = Some(self.agenda.now());
                self.orphans += 1;
                self.orphans_max = self.orphans_max.max(self.orphans);
            }
            Some(since) if served || !there => {
                self.peers[peer as usize].orphan = None;
                self.orphans -= 1;
                self.outage = self.outage.max(self.agenda.now().since(since));
                self.hash.word(u64::from(peer) << 8 | 1);
                self.hash.word(self.agenda.now().as_micros());
            }
            _ => {}
        }
    }

    /// A peer tries to register with a super-peer by chance, but not with those.
    fn seek(&mut self, peer: u32, home: usize, but: u32) {
        let entry = &mut self.peers[peer as usize];
        entry.draws = entry.draws.wrapping_add(1);
        let other = Some(entry.homes[HOMES - 1 - home]).filter(|other| *other != but).unwrap_or(NOBODY);
        let round = entry.rounds[home];
        let rng = &mut stream(self.seed, purpose::PEER + u32::from(entry.draws), peer);
        let closed = [other.min(but), other.max(but)];
        let count = self.count();
        let shut = closed.iter().filter(|node| **node < count).count() as u32;
        // Where there is no other one, the same again.
        let with = match count - shut {
            0 if but < count => but,
            0 => return,
            open => {
                let mut with = rng.below(open.into()) as u32;
                for node in closed {
                    with += u32::from(node <= with);
                }
                with
            }
        };
        let node = self.node(peer);
        self.upkeep += 1;
        let there = self.send(node, with, DotKind::Data).filter(|_| self.supers[with as usize].up);
        match there {
            Some(arrives) => {
                self.upkeep += 1;
                self.ends.0 += 1;
                self.ends.1 += 2;
                let back = arrives + self.ways.length(node, with);
                let epoch = self.supers[with as usize].epoch;
                self.agenda.at(back, Event::Registered { peer, home: home as u8, round, with: with as u16, epoch });
            }
            None => self.seek_later(peer, home, round),
        }
    }

    fn seek_later(&mut self, peer: u32, home: usize, round: u16) {
        // Not more often than is needed to notice a death: all peers of a dead super-peer do that.
        let later = self.patience().max(Duration::from_micros(self.failover().as_micros() / 2));
        self.agenda.after(later, Event::Seek { peer, home: home as u8, round });
    }

    fn registered(&mut self, peer: u32, home: usize, with: u32, epoch: u16) {
        let node = &self.supers[with as usize];
        let (up, round) = (node.up && node.epoch == epoch, self.peers[peer as usize].rounds[home]);
        if up && self.peers[peer as usize].homes[HOMES - 1 - home] != with {
            self.take_on(peer, home, with);
            self.review(peer);
        } else {
            self.seek_later(peer, home, round);
        }
    }

    /// A peer takes a super-peer for dead.
    fn missed(&mut self, peer: u32, home: usize) {
        let with = self.peers[peer as usize].homes[home];
        if with == NOBODY || self.is_registered(peer, home) && !self.ways.is_cut(self.node(peer), with) {
            return;
        }
        self.part(peer, home);
        self.review(peer);
        self.seek(peer, home, with);
    }

    /// Those who have that super-peer will miss its pings.
    fn will_miss(&mut self, with: u32, only: Option<u32>) {
        for peer in 0..self.peers.len() as u32 {
            for home in 0..HOMES {
                if self.peers[peer as usize].homes[home] == with && only.is_none_or(|only| only == peer) {
                    let round = self.peers[peer as usize].rounds[home];
                    self.agenda.after(self.failover(), Event::Missed { peer, home: home as u8, round });
                    self.review(peer);
                }
            }
        }
    }

    // Coming and going.

    fn stop_super(&mut self, node: u32) -> bool {
        let entry = &mut self.supers[node as usize];
        if !entry.up {
            return false;
        }
        entry.up = false;
        entry.epoch = entry.epoch.wrapping_add(1);
        entry.members = 0;
        entry.free = self.agenda.now();
        let items = self.holdings.items() as usize;
        self.index[node as usize * items..(node as usize + 1) * items].fill(0);
        self.hash.word(u64::from(node) << 8 | 2);
        self.will_miss(node, None);
        self.agenda.after(self.failover(), Event::Noticed { node: node as u16 });
        true
    }

    fn restart_super(&mut self, node: u32) -> bool {
        if std::mem::replace(&mut self.supers[node as usize].up, true) {
            return false;
        }
        self.hash.word(u64::from(node) << 8 | 3);
        self.drop_links(node);
        for _ in 0..self.settings.at(at::DEGREE) {
            self.mend(node);
        }
        true
    }

    fn drop_links(&mut self, node: u32) {
        while let Some(other) = self.mesh.unlink_one(node) {
            if self.supers[other as usize].up {
                self.mend(other);
            }
        }
    }

    /// A super-peer with too few neighbours makes friends with another one.
    fn mend(&mut self, node: u32) {
        for _ in 0..8 {
            let other = self.mending.below(self.count().into()) as u32;
            let enough = self.mesh.of(node).len() >= self.settings.at(at::DEGREE) as usize;
            if enough || self.supers[other as usize].up && self.mesh.link(node, other) {
                self.upkeep += 2 * u64::from(!enough);
                self.ends.0 += 4 * u64::from(!enough);
                self.ends.1 += 4 * u64::from(!enough);
                return;
            }
        }
    }

    fn draw(&mut self, peer: u32, mean_seconds: u32) -> Duration {
        let entry = &mut self.peers[peer as usize];
        entry.draws = entry.draws.wrapping_add(1);
        let rng = &mut stream(self.seed, purpose::PEER + u32::from(entry.draws), peer);
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

    fn go(&mut self, peer: u32, to: Place) {
        for home in 0..HOMES {
            self.part(peer, home);
        }
        let entry = &mut self.peers[peer as usize];
        entry.epoch = entry.epoch.wrapping_add(1);
        let epoch = entry.epoch;
        (entry.asking, entry.luck, entry.place) = (0, None, to);
        self.hash.word(u64::from(peer) << 8 | 4);
        self.hash.word(self.agenda.now().as_micros());
        self.review(peer);
        if to == Place::Away {
            let after = self.draw(peer, self.settings.at(at::ABSENCE));
            self.agenda.after(after, Event::Return { peer, epoch });
        }
    }

    fn come(&mut self, peer: u32) {
        let entry = &mut self.peers[peer as usize];
        entry.epoch = entry.epoch.wrapping_add(1);
        entry.place = Place::There;
        self.hash.word(u64::from(peer) << 8 | 5);
        self.hash.word(self.agenda.now().as_micros());
        for home in 0..self.redundancy() {
            self.seek(peer, home, NOBODY);
        }
        self.begin_session(peer);
    }

    // What happens, and what is told.

    fn tell(&mut self, text: String) {
        self.story.tell(self.agenda.now(), text);
    }

    fn stop(&mut self, node: u32) {
        let count = self.count();
        if node >= count {
            let peer = node - count;
            match self.peers[peer as usize].place {
                Place::Stopped => {}
                place => {
                    self.go(peer, Place::Stopped);
                    if place == Place::There {
                        let text = format!(
                            "Peer {} stopped: its super-peer takes its items out of the index. Nobody \
                             else is affected.",
                            peer + 1
                        );
                        self.tell(text);
                    }
                }
            }
            return;
        }
        let (before, members) = (self.orphans, u64::from(self.supers[node as usize].members));
        if self.stop_super(node) {
            let orphans = u64::from(self.orphans - before);
            let who = node + 1;
            let seconds = self.failover();
            self.tell(if self.supers.iter().all(|node| !node.up) {
                format!("Super-peer {who} stopped, the last one: no peer can look anything up, and nothing is listed.")
            } else if orphans == 0 && members > 0 {
                format!(
                    "Super-peer {who} stopped, and its index with it. Its {} have a second super-peer each and ask \
                     that one.",
                    counted(members, "peer")
                )
            } else {
                format!(
                    "Super-peer {who} stopped, and its index with it. {} {} without a super-peer until they notice, \
                     after {seconds}, and register with another one; until then nobody finds what they hold.",
                    counted(orphans, "peer"),
                    are(orphans)
                )
            });
        }
    }

    fn restart(&mut self, node: u32) -> bool {
        let count = self.count();
        if node < count {
            return self.restart_super(node);
        }
        let gone = self.peers[(node - count) as usize].place != Place::There;
        if gone {
            self.come(node - count);
        }
        gone
    }

    fn stop_share(&mut self, group: usize, percent: u32) {
        let rng = &mut stream(self.seed, purpose::SHARE, self.shares);
        self.shares += 1;
        let (count, before) = (self.count(), self.orphans);
        if group == 0 {
            let chosen = choose(count, percent, rng, |node| self.supers[node as usize].up);
            for node in &chosen {
                self.stop_super(*node);
            }
            if !chosen.is_empty() {
                let (stopped, orphans) =
                    (counted(chosen.len() as u64, "super-peer"), u64::from(self.orphans.saturating_sub(before)));
                self.tell(format!(
                    "{stopped} of {count} stopped at once: {} {} without one now.",
                    counted(orphans, "peer"),
                    are(orphans)
                ));
            }
        } else {
            let there = |peer: u32| self.peers[peer as usize].place == Place::There;
            let chosen = choose(self.peers.len() as u32, percent, rng, there);
            for peer in &chosen {
                self.go(*peer, Place::Stopped);
            }
            if !chosen.is_empty() {
                let (missing, items) = (u64::from(self.holdings.missing()), self.holdings.items());
                self.tell(format!(
                    "{} stopped at once. {missing} of {items} items {} held by nobody who is left.",
                    counted(chosen.len() as u64, "peer"),
                    are(missing)
                ));
            }
        }
    }

    /// After a window: has something changed that is worth telling?
    fn reflect(&mut self) {
        let full = std::mem::take(&mut self.full);
        self.told_full &= full;
        if self.orphans > 0 {
            self.told_orphans = true;
        } else if std::mem::replace(&mut self.told_orphans, false) {
            let text = format!("Every peer has a super-peer again; the longest was without for {}.", self.outage);
            self.tell(text);
        }
        let (_, answered, failed) = self.requests.totals();
        let Some(success) = self.recent.window(answered, answered + failed) else { return };
        if success < Recent::LOW && !self.told_failing {
            self.told_failing = true;
            let share = (100_000 - success + 500) / 1_000;
            let missing = u64::from(self.holdings.missing());
            let because = if full {
                "super-peers have more questions than they can work on".to_owned()
            } else if self.orphans > 0 {
                format!("{} {} without a super-peer", counted(self.orphans.into(), "peer"), are(self.orphans.into()))
            } else if missing > 0 {
                format!("no super-peer knows of {}", counted(missing, "item"))
            } else {
                let hops = counted(self.settings.at(at::TTL).into(), "hop");
                format!("questions do not get to every super-peer in {hops}, or the answer takes too long")
            };
            self.tell(format!("{share} % of the lookups fail: {because}."));
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
            Event::Again { slot, serial } => self.again(slot, serial),
            Event::Question { slot, .. }
            | Event::Worked { slot, .. }
            | Event::Looking { slot }
            | Event::Hit { slot, .. } => {
                match event {
                    Event::Question { at, from, hops, .. } => self.question(slot, at.into(), from, hops),
                    Event::Worked { at, from, hops, epoch, .. } => self.worked(slot, at.into(), from, hops, epoch),
                    Event::Hit { hops, .. } => self.found(slot, hops),
                    _ => self.lookups[slot as usize].taken = true,
                }
                self.lookups[slot as usize].pending -= 1;
                self.close_if_done(slot);
            }
            Event::Missed { peer, home, round } => {
                if self.peers[peer as usize].rounds[usize::from(home)] == round {
                    self.missed(peer, home.into());
                }
            }
            Event::Registered { peer, home, round, with, epoch } => {
                if self.peers[peer as usize].rounds[usize::from(home)] == round {
                    self.registered(peer, home.into(), with.into(), epoch);
                }
            }
            Event::Seek { peer, home, round } => {
                if self.peers[peer as usize].rounds[usize::from(home)] == round {
                    self.review(peer);
                    self.seek(peer, home.into(), NOBODY);
                }
            }
            Event::Noticed { node } => {
                if !self.supers[usize::from(node)].up {
                    self.drop_links(node.into());
                }
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
        }
    }

    /// The share of its time that a super-peer works, in thousandths of a percent, while all is well: each question
    /// goes to one of `s` super-peers, and to all others if no copy is registered there.
    fn theory(&self, costs: &Costs) -> Option<Thousandths> {
        let count = f64::from(self.count());
        let well = self.supers.iter().all(|node| node.up && node.slow == 1) && self.orphans == 0;
        let all_there = self.peers.iter().all(|peer| peer.place == Place::There);
        let whole = costs.reached * 100 >= costs.spread * u64::from(self.count()) * 99;
        if !(well && all_there && whole) || costs.lookups == 0 {
            return None;
        }
        let others = self.peers.len() as f64 - 1.0;
        let near = self.redundancy() as f64 * self.peers.len() as f64 / count - 1.0;
        let copies = self.settings.at(at::COPIES).min(self.peers.len() as u32);
        let miss = (0..copies).fold(1.0, |miss, copy| miss * (1.0 - near / (others - f64::from(copy))).max(0.0));
        let each = f64::from(self.settings.at(at::LOAD)) * (1.0 / count + (1.0 - 1.0 / count) * miss);
        let percent = each * f64::from(self.settings.at(at::SUPER_MS)) * 100.0;
        (percent < 100_000.0).then_some(percent as Thousandths)
    }

    pub fn load_of(&self, node: u32) -> u64 {
        let work = self.work(node).as_micros().max(1);
        self.supers[node as usize].free.since(self.agenda.now()).as_micros().div_ceil(work)
    }
}

impl World for Network {
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
        let (count, now) = (self.count(), self.agenda.now());
        self.hash.word(now.as_micros());
        match *change {
            Change::Stop(node) => self.stop(node),
            Change::Restart(node) => {
                if self.restart(node) {
                    self.tell(if node < count {
                        format!("Super-peer {} is back, with an empty index.", node + 1)
                    } else {
                        format!("Peer {} is back and registers with a super-peer.", node - count + 1)
                    });
                }
            }
            Change::Slow(node, factor) => {
                if let Some(node) = self.supers.get_mut(node as usize) {
                    node.slow = factor.min(u8::MAX.into()) as u8;
                }
            }
            Change::Cut(a, b) | Change::Heal(a, b) => {
                let cut = matches!(change, Change::Cut(..));
                let (low, high) = (a.min(b), a.max(b));
                if self.ways.cut(a, b, cut)
                    && let Some(peer) = high.checked_sub(count)
                {
                    if cut {
                        self.will_miss(low, Some(peer));
                    } else {
                        self.review(peer);
                    }
                }
            }
            Change::Delay(a, b, later) => self.ways.delay(a, b, later),
            Change::StopShare { group, percent } => self.stop_share(group, percent),
            Change::RestartAll { group } => {
                let nodes = if group == 0 { 0..count } else { count..count + self.peers.len() as u32 };
                let back = nodes.filter(|node| self.restart(*node)).count() as u64;
                if back > 0 {
                    let noun = if group == 0 { "super-peer" } else { "peer" };
                    self.tell(format!("{} {} back.", counted(back, noun), are(back)));
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
                        for peer in 0..self.peers.len() as u32 {
                            if self.peers[peer as usize].place == Place::There {
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
        self.reflect();
        let costs = std::mem::take(&mut self.window);
        row.push(mean(costs.messages, costs.lookups));
        let busy = self.supers.iter().map(|node| node.busy.0);
        let (sum, most) = busy.fold((0, 0), |(sum, most), busy| (sum + busy, busy.max(most)));
        let time = length.as_micros().max(1);
        row.push(Some((sum * 100_000 / time / u64::from(self.count())) as Thousandths));
        row.push(Some((most * 100_000 / time) as Thousandths));
        row.push(self.theory(&costs));
        self.supers.iter_mut().for_each(|node| node.busy.0 = 0);
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
        let now = self.agenda.now();
        let elapsed = now.since(Time::ZERO).as_micros();
        let busy = self.supers.iter().map(|node| node.busy.1);
        let (sum, most) = busy.fold((0, 0), |(sum, most), busy| (sum + busy, busy.max(most)));
        let waiting = self.peers.iter().filter_map(|peer| peer.orphan).map(|since| now.since(since)).max();
        let outage = self.outage.max(waiting.unwrap_or(Duration::ZERO));
        let percent = |part: u64, of: u64| (part * 100_000).checked_div(of).map(|share| share as Thousandths);
        let mut facts = self.requests.facts(now.since(Time::ZERO)).to_vec();
        facts.extend([
            whole(total.messages),
            mean(total.messages, total.lookups),
            whole(self.upkeep),
            mean(total.hops, total.found),
            (total.found > 0).then(|| i64::from(total.hops_max) * 1_000),
            percent(sum, elapsed * u64::from(self.count())),
            percent(most, elapsed),
            mean(self.questions, self.count().into()),
            percent(self.ends.0, self.ends.1),
            whole(self.dropped),
            whole(self.orphans.into()),
            whole(self.orphans_max.into()),
            Some(outage.as_micros() as Thousandths),
            whole(self.holdings.missing().into()),
            whole(self.missing_max.into()),
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
        self.agenda.bytes()
            + size_of::<Super>() * self.supers.capacity()
            + size_of::<Peer>() * self.peers.capacity()
            + 2 * self.index.capacity()
            + self.holdings.bytes()
            + self.mesh.bytes()
            + size_of::<Lookup>() * self.lookups.capacity()
            + seen
            + self.flights.bytes()
    }

    fn copy(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}
