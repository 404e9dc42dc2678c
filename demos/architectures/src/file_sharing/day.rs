//! The day itself.

use super::{
    design::{Design, Discovery, Incentive, Model, Pieces, Replication, Verification},
    outcome::{Cause, HOURS, Outcome, Target},
};
use sim::{Agenda, Duration, NodeId, Rng, Stream, Time, TraceHash};

/// How many users there are.
pub const USERS: u32 = 100_000;

/// The files of the catalogue; the new release comes after them.
const FILES: u16 = 3_000;
const RELEASE: u16 = FILES;
/// The size of every file, in kilobits: 300 MB.
const SIZE: u32 = 2_400_000;
/// How many files a user can hold: 4.8 GB.
const SHELF: usize = 16;
/// How many files each user has when the day begins.
const OWNED: usize = 5;

const MINUTE: u32 = 60_000;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;
/// How long a user waits for a file, in milliseconds.
const PATIENCE: u32 = HOUR;
/// How often rates are given afresh.
const TICK: u32 = 10_000;
/// When the new release comes out.
const OUT: u32 = 17 * HOUR;
/// When the first central machine is down.
const OUTAGE: std::ops::Range<u32> = 13 * HOUR..16 * HOUR;
/// After how long a lookup that found nothing is tried again, and how often.
const AGAIN: u32 = 5 * MINUTE;
const TRIES: u8 = 3;

/// A user's downlink and a server's line, in kbit/s; how many servers mirror each other.
const DOWNLINK: u32 = 50_000;
const LINE: u32 = 1_000_000;
const MIRRORS: u32 = 10;
/// How many a server serves at once; it turns the others away.
const CLIENTS: u32 = 200;
/// A seed's line, and below how many sharers on line it serves.
const SEED_LINE: u32 = 100_000;
const SEED_BELOW: usize = 3;
/// Upload slots of a peer, of which so many are open to all under tit-for-tat; of a seed.
const SLOTS: u8 = 4;
const OPEN: u8 = 1;
const SEED_SLOTS: u8 = 40;
/// How many sharers of a file there are to be on line if copies are kept.
const KEPT: usize = 8;
/// A giver is on line so much of the time: one part in this many.
const GIVER_ONLINE: usize = 4;
/// A bad actor in so many users; a giver in so many, and so many of a hundred others never upload.
const BAD: u64 = 33;
const GIVERS: u64 = 8;
const STUBBORN: u64 = 4;
/// How many peers a flood reaches, from peer to peer and over super-peers.
const FLOOD: [u64; 2] = [1_500, 4_500];
/// Dollars a month for a server and for a small machine.
const SERVER_RENT: u32 = 100;
const MACHINE_RENT: u32 = 5;

/// What can be said of a user.
mod is {
    pub const GIVER: u8 = 1;
    pub const STUBBORN: u8 = 2;
    pub const POLLUTER: u8 = 4;
    pub const FORGER: u8 = 8;
    pub const ONLINE: u8 = 16;
    /// The session is over; what is under way is waited for.
    pub const LEAVING: u8 = 32;
    pub const BAD: u8 = POLLUTER | FORGER;
    /// Lets others have what is on the shelf.
    pub const SHARES: u8 = GIVER | BAD;
}

/// What can be said of a download.
mod flag {
    /// An extra copy that the design makes, not a request.
    pub const COPY: u8 = 1;
    /// Of an entry that a bad actor has forged.
    pub const FORGED: u8 = 2;
    /// Its user uploads meanwhile.
    pub const GIVES: u8 = 4;
    /// Holds garbage from a bad actor, or from someone who did not know.
    pub const POLLUTED: u8 = 8;
    pub const SECOND_HAND: u8 = 16;
    pub const TAINTED: u8 = POLLUTED | SECOND_HAND;
    pub const OVER: u8 = 32;
}

/// A request before its download begins.
#[derive(Clone, Copy, Debug)]
struct Wish {
    user: u32,
    /// When it was made, in milliseconds.
    asked: u32,
    file: u16,
    tries: u8,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Come { user: u32, seconds: u32 },
    Go { user: u32 },
    Ask { user: u32, what: u32 },
    Look(Wish),
    Begin(Wish),
    Release,
    Tick,
}

// The agenda holds hundreds of thousands.
const _: () = assert!(size_of::<Event>() <= 16);

/// What a download that finds hardly a sender is short of, in the order of the causes that follow from it.
#[derive(Clone, Copy, Debug)]
enum Lack {
    Nobody,
    Horizon,
    Whole,
    Takers,
    Uplink,
    Garbage,
}

impl Lack {
    const COUNT: usize = 6;
}

const NONE: u32 = u32::MAX;

/// Whom a download takes from.
#[derive(Clone, Copy, Debug)]
struct Source {
    user: u32,
    /// The download that it passes parts on from; [`NONE`] if it has all of the file.
    from: u32,
    /// What it has sent, in kilobits.
    got: u32,
    /// The user's term when it began: in another one the user serves no more.
    term: u16,
    /// [`flag::POLLUTED`] or [`flag::SECOND_HAND`] if it sends garbage.
    garbage: u8,
}

const NOBODY: Source = Source { user: NONE, from: NONE, got: 0, term: 0, garbage: 0 };

#[derive(Clone, Debug)]
struct Download {
    user: u32,
    asked: u32,
    began: u32,
    done: u32,
    /// The place in the file's swarm.
    place: u32,
    sources: [Source; 8],
    banned: [u32; 4],
    /// Kilobits that had to be fetched again.
    lost_churn: u32,
    lost_garbage: u32,
    /// Ticks without a sender.
    waited: u16,
    /// Ticks with hardly a sender, by what was lacking.
    lacks: [u16; Lack::COUNT],
    file: u16,
    mirror: u8,
    count: u8,
    bans: u8,
    flags: u8,
}

/// A user's, or a seed's, side of the transfers to others.
#[derive(Clone, Copy, Debug, Default)]
struct Sender {
    /// In kbit/s.
    uplink: u32,
    /// Grows whenever the user stops to serve.
    term: u16,
    /// Upload slots in use; of these, those of downloads whose users do not upload.
    used: u8,
    used_free: u8,
}

impl Sender {
    fn take(&mut self, gives: bool) {
        self.used += 1;
        self.used_free += u8::from(!gives);
    }
}

/// A day under a design, under way.
#[derive(Clone, Debug)]
pub struct Day {
    design: Design,
    agenda: Agenda<Event>,
    chance: Rng,
    users: u32,
    on_line: u32,
    // Of users, the publisher of the release and the seeds behind them.
    traits: Vec<u8>,
    senders: Vec<Sender>,
    busy: Vec<u8>,
    until: Vec<u32>,
    shelf: Vec<u16>,
    held: Vec<u8>,
    corrupt: Vec<u16>,
    /// For each place on a shelf, where it stands among the file's sharers.
    place: Vec<u32>,
    givers: Vec<u32>,
    /// Whose shelf and where, for each file: who shares it now. Bad actors who forge are apart.
    sharers: Vec<Vec<u32>>,
    forgers: Vec<Vec<u32>>,
    /// How many of the sharers have what they offer.
    honest: Vec<u32>,
    /// How many on line have the file and do not share it.
    keepers: Vec<u32>,
    swarms: Vec<Vec<u32>>,
    copying: Vec<u8>,
    downloads: Vec<Download>,
    spare: Vec<u32>,
    active: Vec<u32>,
    finished: Vec<(u32, u32)>,
    popularity: Vec<u32>,
    /// What has left complete copies of the release, in kilobits.
    out: u32,
    /// How many downloads each server has.
    clients: [u32; MIRRORS as usize],
    sent: u64,
    passed: u64,
    times: Vec<u32>,
    outcome: Outcome,
    hash: TraceHash,
    over: bool,
}

impl Day {
    /// The day before its first event.
    pub fn new(design: Design) -> Self {
        Self::among(design, USERS)
    }

    /// The same with another number of users, for quick tests: the servers, the catalogue and the flood's reach
    /// stay as they are.
    pub fn among(design: Design, users: u32) -> Self {
        let users = users.clamp(1, USERS);
        let all = users as usize + 4;
        let files = usize::from(FILES) + 1;
        let mut total = 0;
        let popularity: Vec<u32> = (0..u32::from(FILES))
            .map(|rank| {
                total += 1_000_000 / (rank + 6);
                total
            })
            .collect();
        let mut day = Self {
            design,
            agenda: Agenda::default(),
            chance: Rng::new(design.seed(), Stream::Link(NodeId(0), NodeId(1))),
            users,
            on_line: 0,
            traits: vec![0; all],
            senders: vec![Sender::default(); all],
            busy: vec![0; all],
            until: vec![0; all],
            shelf: vec![0; all * SHELF],
            held: vec![0; all],
            corrupt: vec![0; all],
            place: vec![NONE; all * SHELF],
            givers: vec![],
            sharers: vec![vec![]; files],
            forgers: vec![vec![]; files],
            honest: vec![0; files],
            keepers: vec![0; files],
            swarms: vec![vec![]; files],
            copying: vec![0; files],
            downloads: vec![],
            spare: vec![],
            active: vec![],
            finished: vec![],
            popularity,
            out: 0,
            clients: [0; MIRRORS as usize],
            sent: 0,
            passed: 0,
            times: vec![0; (PATIENCE / 1_000) as usize + 2],
            outcome: Outcome::default(),
            hash: TraceHash::default(),
            over: false,
        };
        for user in 0..users {
            day.settle(user);
        }
        for seed in users + 1..users + 4 {
            day.senders[seed as usize].uplink = SEED_LINE;
        }
        if day.copies() {
            day.keep_from_before();
        }
        day.outcome.rent = match design.model() {
            Model::Server => SERVER_RENT,
            Model::Mirrors => MIRRORS * SERVER_RENT,
            Model::Peers | Model::SuperPeers => {
                let found = match design.discovery() {
                    Discovery::Index => 1,
                    Discovery::Trackers => 3,
                    Discovery::Dht | Discovery::Flooding => 0,
                };
                MACHINE_RENT * (found + if day.seeds() { 3 } else { 0 })
            }
        };
        day.agenda.at(ms(0), Event::Tick);
        day.agenda.at(ms(OUT), Event::Release);
        day
    }

    /// The design that is lived.
    pub fn design(&self) -> Design {
        self.design
    }

    /// Simulates on for about so many steps; whether the day is over.
    pub fn advance(&mut self, most: u64) -> bool {
        let mut steps = 0;
        while steps < most && !self.over {
            let Some(event) = self.agenda.pop_until(ms(DAY + PATIENCE + 2 * TICK)) else {
                self.close();
                break;
            };
            // A step of the clock is as much work as there are transfers.
            steps += if matches!(event, Event::Tick) { 1 + self.active.len() as u64 } else { 1 };
            self.handle(event);
        }
        self.over
    }

    /// How much of the day is over, in hundredths.
    pub fn progress(&self) -> u32 {
        let whole = u64::from(DAY + PATIENCE);
        (self.agenda.now().as_millis().min(whole) * 100 / whole) as u32
    }

    /// Simulates to the end of the day.
    pub fn finish(mut self) -> Outcome {
        while !self.advance(u64::MAX) {}
        self.outcome
    }

    /// What has happened so far; the times and the fingerprint only when the day is over.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The memory that the day holds, in bytes.
    pub fn bytes(&self) -> usize {
        let users = self.traits.len() * (1 + size_of::<Sender>() + 1 + 4 + 1 + 2 + SHELF * 6);
        let lists = [&self.sharers, &self.forgers, &self.swarms]
            .map(|lists| lists.iter().map(|list| list.capacity() * 4 + size_of::<Vec<u32>>()).sum::<usize>());
        users + lists.iter().sum::<usize>() + self.downloads.capacity() * size_of::<Download>() + self.agenda.bytes()
    }

    /// Draws a user: what kind, what is owned, when on line, what is asked for.
    fn settle(&mut self, user: u32) {
        let u = user as usize;
        let mut rng = Rng::new(self.design.seed(), Stream::Node(NodeId(user)));
        let bad = rng.below(BAD) == 0;
        let giver = rng.below(GIVERS) == 0;
        let stubborn = rng.below(100) < STUBBORN;
        let polluter = rng.below(2) == 0;
        self.traits[u] = match () {
            () if bad && polluter => is::POLLUTER,
            () if bad => is::FORGER,
            () if giver => is::GIVER,
            () if stubborn => is::STUBBORN,
            () => 0,
        };
        if self.traits[u] == is::GIVER {
            self.givers.push(user);
        }
        self.senders[u].uplink = [2_000, 5_000, 20_000][rng.below(3) as usize];
        for _ in 0..OWNED {
            let file = self.file(rng.below(1 << 32) as u32);
            if !self.holds(user, file) {
                self.shelve(user, file, false);
            }
        }
        // One bad actor in four is ready for the release.
        if bad && rng.below(4) == 0 {
            self.shelve(user, RELEASE, false);
        }
        // Local noon in three regions of the world.
        let noon = [12, 4, 19][rng.below(3) as usize] * HOUR;
        let mean = if bad || giver { 180 } else { 90 } * MINUTE;
        for _ in 0..=rng.below(3) {
            // Most begin in the evening: of two draws over half a day, the later; one in four at any time.
            let half = u64::from(DAY / 2);
            let evening = rng.below(half).max(rng.below(half)) as u32;
            let any = rng.below(u64::from(DAY)) as u32;
            let from = if rng.below(4) == 0 { any } else { (noon + evening) % DAY };
            let long = rng.exponential_with_mean(Duration::from_millis(mean.into())).as_millis();
            let long = (long as u32).clamp(10 * MINUTE, DAY / 2);
            self.come(user, from, long);
            if from + long > DAY {
                // The session that began the day before.
                self.come(user, 0, from + long - DAY);
            }
            if from < PATIENCE {
                self.come(user, DAY + from, long);
            }
            for _ in 0..rng.below(3) {
                // Not in the last second: a session lasts for whole ones.
                let at = (from + rng.below(u64::from(long - 1_000)) as u32) % DAY;
                let what = rng.below(1 << 32) as u32;
                if !bad {
                    self.agenda.at(ms(at), Event::Ask { user, what });
                }
            }
        }
    }

    fn come(&mut self, user: u32, at: u32, long: u32) {
        self.agenda.at(ms(at), Event::Come { user, seconds: long / 1_000 });
    }

    /// The design has run for long: rare files have their copies already.
    fn keep_from_before(&mut self) {
        let mut stored = vec![0; usize::from(FILES)];
        for giver in &self.givers {
            let from = *giver as usize * SHELF;
            for file in &self.shelf[from..from + usize::from(self.held[*giver as usize])] {
                stored[usize::from(*file)] += 1;
            }
        }
        if self.givers.is_empty() {
            return;
        }
        for file in 0..FILES {
            let missing = (KEPT * GIVER_ONLINE).saturating_sub(stored[usize::from(file)]);
            for _ in 0..missing {
                let giver = self.givers[self.chance.below(self.givers.len() as u64) as usize];
                if usize::from(self.held[giver as usize]) < SHELF - 4 && !self.holds(giver, file) {
                    self.shelve(giver, file, false);
                }
            }
        }
    }

    fn copies(&self) -> bool {
        self.design.peers() && matches!(self.design.replication(), Replication::Rare | Replication::Both)
    }

    fn seeds(&self) -> bool {
        self.design.peers() && matches!(self.design.replication(), Replication::Seeds | Replication::Both)
    }

    fn now(&self) -> u32 {
        self.agenda.now().as_millis() as u32
    }

    /// The catalogue's file for a draw from 32 bits.
    fn file(&self, draw: u32) -> u16 {
        let total = u64::from(self.popularity[self.popularity.len() - 1]);
        let at = ((u64::from(draw) * total) >> 32) as u32;
        self.popularity.partition_point(|sum| *sum <= at) as u16
    }

    fn holds(&self, user: u32, file: u16) -> bool {
        let from = user as usize * SHELF;
        self.shelf[from..from + usize::from(self.held[user as usize])].contains(&file)
    }

    /// Puts a file on a user's shelf, if there is room.
    fn shelve(&mut self, user: u32, file: u16, corrupt: bool) {
        let u = user as usize;
        let slot = usize::from(self.held[u]);
        if slot == SHELF {
            return;
        }
        self.shelf[u * SHELF + slot] = file;
        self.corrupt[u] |= u16::from(corrupt) << slot;
        self.held[u] += 1;
        if self.traits[u] & is::ONLINE != 0 {
            self.offer(user, slot);
        }
    }

    /// A file on the shelf of a user who is on line is there for others, or is not.
    fn offer(&mut self, user: u32, slot: usize) {
        let at = user as usize * SHELF + slot;
        let file = usize::from(self.shelf[at]);
        let kind = self.traits[user as usize];
        if kind & is::SHARES == 0 {
            self.keepers[file] += 1;
            return;
        }
        if file == usize::from(RELEASE) && self.now() < OUT {
            return;
        }
        self.honest[file] += u32::from(kind & is::GIVER != 0);
        let list = if kind & is::FORGER != 0 { &mut self.forgers[file] } else { &mut self.sharers[file] };
        self.place[at] = list.len() as u32;
        list.push(at as u32);
    }

    fn withdraw(&mut self, user: u32, slot: usize) {
        let at = user as usize * SHELF + slot;
        let file = usize::from(self.shelf[at]);
        let kind = self.traits[user as usize];
        if kind & is::SHARES == 0 {
            self.keepers[file] -= 1;
            return;
        }
        let place = std::mem::replace(&mut self.place[at], NONE);
        if place == NONE {
            return;
        }
        self.honest[file] -= u32::from(kind & is::GIVER != 0);
        let list = if kind & is::FORGER != 0 { &mut self.forgers[file] } else { &mut self.sharers[file] };
        list.swap_remove(place as usize);
        if let Some(moved) = list.get(place as usize) {
            self.place[*moved as usize] = place;
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Come { user, seconds } => {
                let u = user as usize;
                self.until[u] = self.until[u].max(self.now() + seconds * 1_000);
                self.agenda.at(ms(self.until[u]), Event::Go { user });
                self.traits[u] &= !is::LEAVING;
                if self.traits[u] & is::ONLINE == 0 {
                    self.traits[u] |= is::ONLINE;
                    self.on_line += 1;
                    (0..usize::from(self.held[u])).for_each(|slot| self.offer(user, slot));
                }
            }
            Event::Go { user } => {
                let u = user as usize;
                if self.now() >= self.until[u] && self.traits[u] & is::ONLINE != 0 {
                    if self.busy[u] > 0 {
                        self.traits[u] |= is::LEAVING;
                    } else {
                        self.leave(user);
                    }
                }
            }
            Event::Ask { user, what } => self.ask(user, what),
            Event::Look(wish) => self.look(wish),
            Event::Begin(wish) => self.begin(wish),
            Event::Release => {
                // The publisher stays on line; others have been waiting to offer it.
                let publisher = self.users;
                self.senders[publisher as usize].uplink = 20_000;
                self.traits[publisher as usize] = is::GIVER | is::ONLINE;
                self.shelve(publisher, RELEASE, false);
                for user in 0..self.users {
                    if self.traits[user as usize] & (is::ONLINE | is::BAD) > is::ONLINE {
                        let slot = usize::from(self.held[user as usize]) - 1;
                        if self.shelf[user as usize * SHELF + slot] == RELEASE {
                            self.offer(user, slot);
                        }
                    }
                }
            }
            Event::Tick => self.tick(),
        }
    }

    fn leave(&mut self, user: u32) {
        let u = user as usize;
        (0..usize::from(self.held[u])).for_each(|slot| self.withdraw(user, slot));
        self.traits[u] &= !(is::ONLINE | is::LEAVING);
        self.on_line -= 1;
        self.stop_serving(user);
    }

    /// Whoever takes from the user is without it from now on.
    fn stop_serving(&mut self, user: u32) {
        let sender = &mut self.senders[user as usize];
        *sender = Sender { term: sender.term.wrapping_add(1), used: 0, used_free: 0, ..*sender };
    }

    fn ask(&mut self, user: u32, what: u32) {
        let now = self.now();
        let eager = match now.checked_sub(OUT) {
            Some(since) if since < 3 * HOUR => 60,
            Some(since) if since < 6 * HOUR => 30,
            Some(_) => 10,
            None => 0,
        };
        // The low bits: the file is drawn by the high ones.
        let new = what % 100 < eager && !self.holds(user, RELEASE);
        let mut file = if new { RELEASE } else { self.file(what) };
        while file != RELEASE && self.holds(user, file) {
            file = (file + 1) % FILES;
        }
        self.outcome.requests += 1;
        self.outcome.hours[0][hour(now)] += 1;
        self.hash.word(1);
        self.hash.word(u64::from(user) << 32 | u64::from(file));
        self.hash.word(now.into());
        self.busy[user as usize] += 1;
        self.look(Wish { user, asked: now, file, tries: 0 });
    }

    /// Whether a search by that user reaches that peer; nearly the same peers each time.
    fn reaches(&self, user: u32, peer: u32) -> bool {
        if self.design.discovery() != Discovery::Flooding {
            return true;
        }
        let reach = FLOOD[usize::from(self.design.model() == Model::SuperPeers)];
        let mixed = (user.wrapping_mul(0x9e37_79b1) ^ peer.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
        let drawn = u64::from((mixed ^ mixed >> 15) & 0xffff);
        drawn * u64::from(self.on_line.max(1)) < reach << 16
    }

    /// Whether someone who is there could serve the file, and whether the user can learn of it.
    fn found(&self, wish: &Wish) -> (bool, bool) {
        let file = usize::from(wish.file);
        let mut there = false;
        if self.seeds() {
            there = true;
            if (self.users + 1..self.users + 4).any(|seed| self.reaches(wish.user, seed)) {
                return (true, true);
            }
        }
        for at in &self.sharers[file] {
            there = true;
            if self.reaches(wish.user, *at / SHELF as u32) {
                return (true, true);
            }
        }
        if self.design.pieces() != Pieces::Whole {
            for download in self.swarms[file].iter().map(|id| &self.downloads[*id as usize]) {
                if download.flags & flag::GIVES != 0 {
                    there = true;
                    if self.reaches(wish.user, download.user) {
                        return (true, true);
                    }
                }
            }
        }
        (there, false)
    }

    fn look(&mut self, wish: Wish) {
        let now = self.now();
        let outage = OUTAGE.contains(&now);
        let trouble = match self.design.model() {
            Model::Server if outage => Some(Cause::Down),
            Model::Server | Model::Mirrors => {
                let server = usize::from(mirror(self.design, wish.user, outage));
                (self.clients[server] >= CLIENTS).then_some(Cause::Server)
            }
            Model::Peers | Model::SuperPeers => match self.found(&wish) {
                _ if outage && self.design.discovery() == Discovery::Index => Some(Cause::Down),
                (_, true) => None,
                (true, false) => Some(Cause::Horizon),
                (false, false) => Some(Cause::Nobody),
            },
        };
        match trouble {
            Some(cause) if wish.tries + 1 >= TRIES => self.fail(&wish, cause),
            Some(_) => {
                let wish = Wish { tries: wish.tries + 1, ..wish };
                self.agenda.at(ms(now + AGAIN), Event::Look(wish));
            }
            None => {
                let took = self.lookup(outage);
                self.agenda.at(ms(now + took), Event::Begin(wish));
            }
        }
    }

    /// How long a lookup takes, in milliseconds.
    fn lookup(&mut self, outage: bool) -> u32 {
        let backbone = self.design.model() == Model::SuperPeers;
        match self.design.discovery() {
            _ if !self.design.peers() => 100,
            Discovery::Index => 200,
            // Of three one is down.
            Discovery::Trackers if outage && self.chance.below(3) == 0 => 3_200,
            Discovery::Trackers => 200,
            Discovery::Dht => {
                // Some contacts have left; that is noticed after two seconds.
                let (hops, gone) = if backbone { (4, 3) } else { (7, 15) };
                (0..hops).map(|_| if self.chance.below(100) < gone { 2_000 } else { 150 }).sum()
            }
            Discovery::Flooding => 4_000,
        }
    }

    fn begin(&mut self, wish: Wish) {
        let forged = self.design.peers() && self.design.verification() != Verification::Signed && {
            // Entries are chosen by how many seem to have them.
            let forgers = self.forgers[usize::from(wish.file)].len() as u64;
            let others = self.sharers[usize::from(wish.file)].len() + self.swarms[usize::from(wish.file)].len();
            let others = others as u64 + if self.seeds() { 3 } else { 0 };
            self.chance.below((forgers + others).max(1)) < forgers
        };
        self.start(wish, if forged { flag::FORGED } else { 0 });
    }

    fn start(&mut self, wish: Wish, flags: u8) {
        let kind = self.traits[wish.user as usize];
        let sharing = self.design.pieces() != Pieces::Whole && self.design.peers();
        let bought = self.design.incentive() == Incentive::TitForTat && kind & is::STUBBORN == 0;
        // With whole files nobody asks what else one has; a giver counts as one all the same.
        let gives = kind & is::GIVER != 0 || sharing && bought;
        let swarm = &mut self.swarms[usize::from(wish.file)];
        let outage = OUTAGE.contains(&(self.agenda.now().as_millis() as u32));
        let mirror = mirror(self.design, wish.user, outage);
        self.clients[usize::from(mirror)] += 1;
        let download = Download {
            user: wish.user,
            asked: wish.asked,
            began: self.agenda.now().as_millis() as u32,
            done: 0,
            place: swarm.len() as u32,
            sources: [NOBODY; 8],
            banned: [NONE; 4],
            lost_churn: 0,
            lost_garbage: 0,
            waited: 0,
            lacks: [0; Lack::COUNT],
            file: wish.file,
            mirror,
            count: 0,
            bans: 0,
            flags: flags | if gives { flag::GIVES } else { 0 },
        };
        let id = match self.spare.pop() {
            Some(id) => {
                self.downloads[id as usize] = download;
                id
            }
            None => {
                self.downloads.push(download);
                self.downloads.len() as u32 - 1
            }
        };
        if flags & flag::FORGED == 0 {
            self.swarms[usize::from(wish.file)].push(id);
        }
        self.active.push(id);
        if self.design.peers() {
            let mut downloads = std::mem::take(&mut self.downloads);
            self.take_more(&mut downloads, id);
            self.downloads = downloads;
        }
    }

    /// Rates are given afresh: what was sent since the last time has arrived.
    fn tick(&mut self) {
        let now = self.now();
        if now <= DAY + PATIENCE {
            self.agenda.at(ms(now + TICK), Event::Tick);
        }
        if self.design.peers() {
            let mut downloads = std::mem::take(&mut self.downloads);
            for i in 0..self.active.len() {
                self.receive(&mut downloads, self.active[i], now);
            }
            self.downloads = downloads;
        } else {
            self.serve(now);
        }
        let mut finished = std::mem::take(&mut self.finished);
        for (id, at) in finished.drain(..) {
            self.arrived(id, at);
        }
        self.finished = finished;
        for i in 0..self.active.len() {
            let id = self.active[i];
            let download = &self.downloads[id as usize];
            let online = self.traits[download.user as usize] & is::ONLINE != 0;
            if download.flags & flag::OVER == 0 && (now - download.asked >= PATIENCE || !online) {
                self.give_up(id);
            }
        }
        if self.design.peers() {
            let mut downloads = std::mem::take(&mut self.downloads);
            for i in 0..self.active.len() {
                let id = self.active[i];
                let download = &downloads[id as usize];
                if download.flags & flag::OVER != 0 {
                    continue;
                }
                // Whoever has waited for a minute asks every half minute.
                if now - download.began < MINUTE || (now / TICK + id).is_multiple_of(3) {
                    self.take_more(&mut downloads, id);
                }
                self.complain(&mut downloads[id as usize]);
            }
            self.downloads = downloads;
        }
        // Whoever waits longest comes first: the order is kept.
        let (downloads, spare) = (&self.downloads, &mut self.spare);
        self.active.retain(|id| {
            let over = downloads[*id as usize].flags & flag::OVER != 0;
            if over {
                spare.push(*id);
            }
            !over
        });
        if self.copies() && now.is_multiple_of(10 * MINUTE) && now < DAY {
            self.keep(now);
        }
    }

    /// What servers have sent since the last tick.
    fn serve(&mut self, now: u32) {
        let outage = OUTAGE.contains(&now);
        let whole = self.design.pieces() == Pieces::Whole;
        let mirrors = self.design.model() == Model::Mirrors;
        self.clients = [0; MIRRORS as usize];
        for id in &self.active {
            let download = &mut self.downloads[*id as usize];
            if outage && download.mirror == 0 {
                // The connection breaks.
                let lost = if whole { download.done } else { 0 };
                download.lost_churn += lost;
                download.done -= lost;
                if mirrors {
                    download.mirror = mirror(self.design, download.user, true);
                } else {
                    download.waited += 1;
                    continue;
                }
            }
            self.clients[usize::from(download.mirror)] += 1;
        }
        for i in 0..self.active.len() {
            let id = self.active[i];
            let download = &mut self.downloads[id as usize];
            if outage && download.mirror == 0 {
                continue;
            }
            let dt = TICK.min(now - download.began);
            let rate = (LINE / self.clients[usize::from(download.mirror)].max(1)).min(DOWNLINK);
            let got = part(rate, dt).min(SIZE - download.done);
            self.sent += u64::from(got);
            download.done += got;
            if download.done == SIZE {
                // The last part took as long as its share of what could have been sent.
                let spared = dt - (u64::from(got) * 1_000 / u64::from(rate.max(1))).min(dt.into()) as u32;
                self.finished.push((id, now - spared));
            }
        }
    }

    /// What a download has been sent by peers since the last tick.
    fn receive(&mut self, downloads: &mut [Download], id: u32, now: u32) {
        let whole = self.design.pieces() == Pieces::Whole;
        let piece = self.piece();
        let checked = matches!(self.design.verification(), Verification::Piece | Verification::Signed);
        let this = &downloads[id as usize];
        let (file, before) = (this.file, this.done);
        let complete = self.honest[usize::from(file)] > 0 || self.seeds() || this.flags & flag::FORGED != 0;
        let dt = TICK.min(now - this.began);
        let mut room = part(DOWNLINK, dt);
        let mut i = 0;
        while i < usize::from(downloads[id as usize].count) {
            let mut source = downloads[id as usize].sources[i];
            let sender = self.senders[source.user as usize];
            let mut sent = part(sender.uplink / u32::from(sender.used.max(1)), dt).min(room);
            let done = downloads[id as usize].done;
            if source.from != NONE && (!complete || file == RELEASE) {
                let other = &downloads[source.from as usize];
                let passing = other.user == source.user && other.file == file && other.flags & flag::OVER == 0;
                // Without a complete copy among them, who has less has nothing new; of a release there is
                // only what its first owners have sent.
                let news = complete || !passing || other.done > done;
                if !news || file == RELEASE && self.out <= done {
                    sent = 0;
                }
            }
            let download = &mut downloads[id as usize];
            if sender.term != source.term {
                // Left, and what is incomplete with it.
                let lost = if whole { done } else { (source.got % piece).min(done) };
                download.lost_churn += lost;
                download.done -= lost;
                download.drop(i);
                continue;
            }
            if file == RELEASE && source.from == NONE && source.garbage == 0 {
                self.out = self.out.saturating_add(sent);
            }
            room -= sent;
            source.got = source.got.saturating_add(sent);
            download.sources[i].got = source.got;
            if source.user > self.users {
                self.sent += u64::from(sent);
            } else {
                self.passed += u64::from(sent);
            }
            if source.garbage != 0 && checked {
                // Found out when a piece is there, and never asked again.
                if source.got >= piece {
                    download.lost_garbage = download.lost_garbage.saturating_add(source.got);
                    download.ban(source.user);
                    let gives = download.flags & flag::GIVES != 0;
                    download.drop(i);
                    self.free(&source, gives);
                    continue;
                }
            } else {
                download.done += sent;
                if sent > 0 {
                    download.flags |= source.garbage;
                }
            }
            i += 1;
        }
        let download = &mut downloads[id as usize];
        if download.done >= SIZE {
            let got = u64::from(download.done - before.min(download.done)).max(1);
            let over = u64::from(download.done - SIZE);
            download.done = SIZE;
            self.finished.push((id, now - (u64::from(dt) * over / got) as u32));
        }
    }

    fn piece(&self) -> u32 {
        match self.design.pieces() {
            Pieces::Whole => SIZE,
            Pieces::Large => SIZE / 4,
            Pieces::Small => SIZE / 300,
        }
    }

    /// A sender's slot is free again.
    fn free(&mut self, source: &Source, gives: bool) {
        let sender = &mut self.senders[source.user as usize];
        if sender.term == source.term {
            sender.used -= 1;
            sender.used_free -= u8::from(!gives);
        }
    }

    fn free_all(&mut self, id: u32) {
        if !self.design.peers() {
            return;
        }
        let download = &mut self.downloads[id as usize];
        let (sources, count) = (download.sources, usize::from(download.count));
        let gives = download.flags & flag::GIVES != 0;
        download.count = 0;
        for source in &sources[..count] {
            self.free(source, gives);
        }
    }

    /// Looks for senders with a free slot.
    fn take_more(&mut self, downloads: &mut [Download], id: u32) {
        let pieces = self.design.pieces();
        let most = match pieces {
            Pieces::Whole => 1,
            Pieces::Large => 4,
            Pieces::Small => 8,
        };
        let piece = self.piece();
        let this = &downloads[id as usize];
        let (file, me, count) = (usize::from(this.file), this.user, usize::from(this.count));
        if count == most {
            return;
        }
        let forged = this.flags & flag::FORGED != 0;
        let gives = this.flags & flag::GIVES != 0;
        let swap = self.design.incentive() == Incentive::TitForTat;
        let list = if forged { &self.forgers[file] } else { &self.sharers[file] };
        let partial = if forged || pieces == Pieces::Whole { &[][..] } else { &self.swarms[file][..] };
        let peers = list.len() + partial.len();
        let mut tries = if peers == 0 { 0 } else { (2 * (most - count)).min(if count < 2 { 8 } else { 3 }) };
        while usize::from(downloads[id as usize].count) < most && tries > 0 {
            tries -= 1;
            let pick = self.chance.below(peers as u64) as usize;
            let (user, from, garbage) = match list.get(pick) {
                Some(at) => {
                    let (user, slot) = (at / SHELF as u32, at % SHELF as u32);
                    let garbage = match self.traits[user as usize] & is::POLLUTER {
                        0 if self.corrupt[user as usize] >> slot & 1 == 1 => flag::SECOND_HAND,
                        0 => 0,
                        _ => flag::POLLUTED,
                    };
                    (user, NONE, garbage)
                }
                None => {
                    let from = partial[pick - list.len()];
                    let other = &downloads[from as usize];
                    if from == id || other.flags & flag::GIVES == 0 || other.done < piece {
                        continue;
                    }
                    let garbage = if other.flags & flag::TAINTED == 0 { 0 } else { flag::SECOND_HAND };
                    (other.user, from, garbage)
                }
            };
            let sender = self.senders[user as usize];
            let full = sender.used >= SLOTS || swap && !gives && sender.used_free >= OPEN;
            if full || user == me || downloads[id as usize].knows(user) || !self.reaches(me, user) {
                continue;
            }
            downloads[id as usize].add(Source { user, from, got: 0, term: sender.term, garbage });
            self.senders[user as usize].take(gives);
        }
        let seeds = self.seeds() && !forged && self.sharers[file].len() < SEED_BELOW;
        let download = &mut downloads[id as usize];
        if seeds && (download.count == 0 || pieces != Pieces::Whole && download.count < 2) {
            let seed = self.users + 1 + self.chance.below(3) as u32;
            let sender = self.senders[seed as usize];
            if sender.used < SEED_SLOTS && !download.knows(seed) && self.reaches(me, seed) {
                download.add(Source { user: seed, from: NONE, got: 0, term: sender.term, garbage: 0 });
                self.senders[seed as usize].take(gives);
            }
        }
    }

    /// Notes what a download that has hardly a sender is short of.
    fn complain(&self, download: &mut Download) {
        let file = usize::from(download.file);
        let whole = self.design.pieces() == Pieces::Whole;
        if download.count >= if whole { 1 } else { 2 } {
            return;
        }
        let sharers = self.sharers[file].len();
        let fetching = self.swarms[file].len();
        let lack = if download.flags & flag::FORGED != 0 {
            Lack::Garbage
        } else if sharers == 0 && !self.seeds() {
            Lack::Nobody
        } else if self.design.discovery() == Discovery::Flooding && sharers >= usize::from(SLOTS) {
            Lack::Horizon
        } else if whole && fetching > sharers {
            Lack::Whole
        } else if self.keepers[file] > 0 || !whole && fetching > 1 {
            Lack::Takers
        } else {
            Lack::Uplink
        };
        download.waited += u16::from(download.count == 0);
        download.lacks[lack as usize] += 1;
    }

    /// A download has all that it asked for.
    fn arrived(&mut self, id: u32, at: u32) {
        self.free_all(id);
        let whole = self.design.pieces() == Pieces::Whole;
        let download = &mut self.downloads[id as usize];
        if download.flags & flag::TAINTED != 0 && self.design.verification() == Verification::File {
            // All of it again; only if there was one sender is it known who it was.
            if whole {
                download.ban(download.sources[0].user);
            }
            download.lost_garbage = download.lost_garbage.saturating_add(SIZE);
            download.done = 0;
            download.flags &= !flag::TAINTED;
            return;
        }
        let (user, file, flags) = (download.user, download.file, download.flags);
        let (cause, took) = (download.cause(at, self.design.peers()), at - download.asked);
        self.leave_swarm(id);
        let forged = flags & flag::FORGED != 0;
        let corrupt = flags & flag::TAINTED != 0;
        if !forged && !self.holds(user, file) {
            self.shelve(user, file, corrupt);
        }
        if flags & flag::COPY != 0 {
            self.copying[usize::from(file)] -= 1;
            self.outcome.copies += 1;
            return;
        }
        // Who gives only while it pays off stops here.
        if flags & flag::GIVES != 0 && self.traits[user as usize] & is::GIVER == 0 {
            self.stop_serving(user);
        }
        let outcome = &mut self.outcome;
        outcome.complete += 1;
        outcome.hours[1][hour(at)] += 1;
        let seconds = took / 1_000;
        let last = self.times.len() - 1;
        self.times[(seconds as usize).min(last)] += 1;
        if seconds > Target::SECONDS {
            outcome.slow[cause as usize] += 1;
            outcome.slow_release += u32::from(file == RELEASE);
        }
        if forged {
            outcome.corrupted[2] += 1;
        } else if corrupt {
            outcome.corrupted[usize::from(flags & flag::POLLUTED == 0)] += 1;
        }
        self.hash.word(2 + u64::from(forged || corrupt));
        self.hash.word(user.into());
        self.hash.word(at.into());
        self.done_with(user);
    }

    fn give_up(&mut self, id: u32) {
        self.free_all(id);
        self.leave_swarm(id);
        let now = self.now();
        let peers = self.design.peers();
        let download = &self.downloads[id as usize];
        let wish = Wish { user: download.user, asked: download.asked, file: download.file, tries: 0 };
        if download.flags & flag::COPY != 0 {
            self.copying[usize::from(wish.file)] -= 1;
            return;
        }
        let cause = download.cause(now, peers);
        if download.flags & flag::GIVES != 0 && self.traits[wish.user as usize] & is::GIVER == 0 {
            self.stop_serving(wish.user);
        }
        self.fail(&wish, cause);
    }

    fn leave_swarm(&mut self, id: u32) {
        let download = &mut self.downloads[id as usize];
        download.flags |= flag::OVER;
        if download.flags & flag::FORGED != 0 {
            return;
        }
        let (file, place) = (usize::from(download.file), download.place as usize);
        self.swarms[file].swap_remove(place);
        if let Some(moved) = self.swarms[file].get(place) {
            self.downloads[*moved as usize].place = place as u32;
        }
    }

    fn fail(&mut self, wish: &Wish, cause: Cause) {
        let now = self.now();
        self.outcome.failed[cause as usize] += 1;
        self.outcome.hours[2][hour(now)] += 1;
        self.hash.word(4 + cause as u64);
        self.hash.word(wish.user.into());
        self.hash.word(now.into());
        self.done_with(wish.user);
    }

    fn done_with(&mut self, user: u32) {
        let u = user as usize;
        self.busy[u] -= 1;
        if self.busy[u] == 0 && self.traits[u] & is::LEAVING != 0 {
            self.leave(user);
        }
    }

    /// Has copies made of files that few share.
    fn keep(&mut self, now: u32) {
        for file in 0..FILES {
            let f = usize::from(file);
            let there = self.sharers[f].len() + usize::from(self.copying[f]);
            if there >= KEPT || self.sharers[f].is_empty() && !self.seeds() || self.givers.is_empty() {
                continue;
            }
            // A few who are asked are not on line, or have no room.
            let mut missing = (KEPT - there).min(2);
            for _ in 0..20 {
                let giver = self.givers[self.chance.below(self.givers.len() as u64) as usize];
                let on_line = self.traits[giver as usize] & (is::ONLINE | is::LEAVING) == is::ONLINE;
                if missing > 0 && on_line && usize::from(self.held[giver as usize]) < SHELF && !self.holds(giver, file)
                {
                    self.copying[f] += 1;
                    missing -= 1;
                    self.start(Wish { user: giver, asked: now, file, tries: 0 }, flag::COPY);
                }
            }
        }
    }

    /// The day is over.
    fn close(&mut self) {
        self.over = true;
        let quantile = |percent: u32| {
            let rank = (u64::from(self.outcome.complete) * u64::from(percent)).div_ceil(100).max(1);
            let mut sum = 0;
            let place = self.times.iter().position(|count| {
                sum += u64::from(*count);
                sum >= rank
            });
            place.unwrap_or(0) as u32
        };
        let (median, p95) = (quantile(50), quantile(95));
        let outcome = &mut self.outcome;
        (outcome.median, outcome.p95) = (median, p95);
        // 8,000,000 kilobits are a gigabyte.
        outcome.sent = self.sent.div_ceil(8_000_000) as u32;
        outcome.passed = self.passed.div_ceil(8_000_000) as u32;
        for number in [outcome.requests, outcome.complete, outcome.sent, outcome.passed, outcome.copies] {
            self.hash.word(number.into());
        }
        outcome.hash = self.hash.to_string();
    }
}

impl Download {
    fn knows(&self, user: u32) -> bool {
        self.banned.contains(&user) || self.sources[..usize::from(self.count)].iter().any(|source| source.user == user)
    }

    fn add(&mut self, source: Source) {
        self.sources[usize::from(self.count)] = source;
        self.count += 1;
    }

    fn drop(&mut self, place: usize) {
        self.count -= 1;
        self.sources[place] = self.sources[usize::from(self.count)];
    }

    fn ban(&mut self, user: u32) {
        self.banned[usize::from(self.bans) % self.banned.len()] = user;
        self.bans = self.bans.wrapping_add(1);
    }

    /// What cost it most up to then.
    fn cause(&self, until: u32, peers: bool) -> Cause {
        if !peers {
            let waited = u32::from(self.waited) * TICK;
            // What the outage broke off is its doing too.
            return if 2 * waited >= until - self.asked { Cause::Down } else { Cause::Server };
        }
        let fetched = u64::from(self.done) + u64::from(self.lost_churn) + u64::from(self.lost_garbage);
        let sending = u64::from((until - self.asked).saturating_sub(u32::from(self.waited) * TICK));
        let lost = |kilobits: u32| sending * u64::from(kilobits) / fetched.max(1);
        let (churn, garbage) = (lost(self.lost_churn), lost(self.lost_garbage));
        let supply = u64::from(until - self.asked) - churn - garbage;
        if self.flags & flag::FORGED != 0 || garbage > churn && garbage > supply {
            return Cause::Garbage;
        }
        if churn > supply {
            return Cause::Churn;
        }
        let ticks: u64 = self.lacks.iter().map(|ticks| u64::from(*ticks)).sum();
        if 2 * ticks * u64::from(TICK) < supply {
            return Cause::Uplink;
        }
        let most = (0..Lack::COUNT).max_by_key(|lack| self.lacks[*lack]).unwrap_or(0);
        [Cause::Nobody, Cause::Horizon, Cause::Whole, Cause::Takers, Cause::Uplink, Cause::Garbage][most]
    }
}

/// Which server a user turns to; with mirrors to another one while the first is down.
fn mirror(design: Design, user: u32, outage: bool) -> u8 {
    match (design.model(), user % MIRRORS) {
        (Model::Mirrors, 0) if outage => 1 + (user / MIRRORS % (MIRRORS - 1)) as u8,
        (Model::Mirrors, mirror) => mirror as u8,
        _ => 0,
    }
}

fn ms(millis: u32) -> Time {
    Time::from_millis(millis.into())
}

/// What a rate in kbit/s sends in so many milliseconds, in kilobits.
fn part(rate: u32, millis: u32) -> u32 {
    (u64::from(rate) * u64::from(millis) / 1_000) as u32
}

fn hour(millis: u32) -> usize {
    ((millis / HOUR) as usize).min(HOURS - 1)
}
