//! Devices, edge nodes and the cloud at work.

use super::store::{Store, Write, digest, value_of};
use super::{DEVICES, Link, WORK_MS, home, link};
use crate::live::{Change, DotKind, Line, Outcome, Requests, Row, Scene, Settings, Story, Thousandths, World};
use crate::parts::slab::Slab;
use sim::words::counted;
use sim::{Agenda, Duration, NodeId, Rng, Stream, Time, TraceHash};
use std::collections::VecDeque;

/// Where the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    Device,
    Edge,
    Cloud,
}

/// The settings, as they are needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Config {
    pub users: u32,
    pub edges: u32,
    load: u32,
    writes: u32,
    pub place: Where,
    sync: Duration,
    pub items: u32,
    pub keep_both: bool,
    pub near: Duration,
    pub far: Duration,
    timeout: Duration,
}

impl Config {
    fn new(settings: &Settings) -> Self {
        let millis = |name| Duration::from_millis(settings.get(name).into());
        let place = if settings.is("where", "on-device") {
            Where::Device
        } else if settings.is("where", "at-edge") {
            Where::Edge
        } else {
            Where::Cloud
        };
        Self {
            users: settings.get("users"),
            edges: settings.get("edges"),
            load: settings.get("load"),
            writes: settings.get("writes-percent"),
            place,
            sync: Duration::from_secs(settings.get("sync-s").into()),
            items: settings.get("items"),
            keep_both: settings.is("resolve", "keep-both"),
            near: millis("near-ms"),
            far: millis("far-ms"),
            timeout: millis("timeout-ms"),
        }
    }

    /// How many replicas there are beside the cloud's data.
    fn replicas(&self) -> u32 {
        match self.place {
            Where::Device => self.users,
            Where::Edge => self.edges,
            Where::Cloud => 0,
        }
    }

    pub fn home(&self, device: u32) -> u32 {
        home(self.users, self.edges, device)
    }

    /// Who does the work of a device: a node.
    fn worker(&self, device: u32) -> u32 {
        match self.place {
            Where::Device => device,
            Where::Edge => self.users + self.home(device),
            Where::Cloud => self.users + self.edges,
        }
    }

    /// The node that has that replica.
    pub fn holder(&self, replica: u32) -> u32 {
        if self.place == Where::Device { replica } else { self.users + replica }
    }

    pub fn cloud(&self) -> u32 {
        self.users + self.edges
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// A user does something; void if the load was set anew since.
    Ask(u32),
    /// An operation reaches who does it.
    Reach { op: u32, stamp: u32 },
    /// An operation is done.
    Worked { op: u32, stamp: u32 },
    /// The answer reaches the device.
    Back { op: u32, stamp: u32 },
    /// The user has waited long enough.
    Timeout { op: u32, stamp: u32 },
    /// It is time for a replica to synchronise.
    Sync(u32),
    /// Its writes up to that number reach the cloud.
    Up { replica: u32, upto: u32 },
    /// What has changed in the cloud reaches the replica.
    Down(u32),
    /// A second is over.
    Second,
}

/// Something that a user does.
#[derive(Clone, Copy, Debug)]
struct Op {
    device: u32,
    item: u32,
    write: bool,
    /// Nobody waits for it any more.
    ended: bool,
    /// Nothing of it is under way any more.
    gone: bool,
    /// Another for each operation; 0 if it is over.
    stamp: u32,
    /// How often the device, and who works on it, had stopped.
    device_epoch: u32,
    worker_epoch: u32,
    sent: Time,
    /// How much longer its ways take, in thousandths.
    longer: u32,
}

/// A device, an edge node or the cloud.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub up: bool,
    epoch: u32,
    pub factor: u32,
}

/// A link to the next node on the way to the cloud.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wire {
    pub cut: bool,
    pub later: Duration,
}

/// How the last request of a user ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    None,
    Well,
    Badly,
}

/// A copy of all items, and the writes that the cloud is not known to have.
#[derive(Clone, Debug, Default)]
pub(super) struct Replica {
    /// The state of the cloud that it has seen.
    state: u32,
    /// Of when that state is.
    fresh: Time,
    digest: u64,
    pub waiting: VecDeque<Write>,
    /// The number of the first of them; the first write ever has 0.
    first: u32,
    /// How many writes of it the cloud has.
    arrived: u32,
    /// Until when it waits for the answer of the cloud.
    syncing: Time,
}

/// What the cloud sends a replica.
#[derive(Clone, Debug, Default)]
struct Parcel {
    replica: u32,
    arrived: u32,
    state: u32,
    at: Time,
    changes: Vec<(u32, u32)>,
}

/// A message on its way, for the picture: from the first node over the second to the third.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub stops: [u32; 3],
    /// After how much of the way it passes the second node, in thousandths.
    pub middle: u32,
    pub sent: Time,
    pub arrives: Time,
    pub kind: DotKind,
}

/// What was counted when replicas were first apart from the cloud.
#[derive(Clone, Copy, Debug)]
struct Apart {
    synced: u64,
    conflicts: u64,
    lost: u64,
    /// Since when none is apart any more.
    healed: Option<Time>,
}

const FLIGHTS: usize = 512;

#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub config: Config,
    settings: Settings,
    agenda: Agenda<Event>,
    arrivals: Rng,
    chance: Rng,
    load_epoch: u32,
    /// Devices, edge nodes, the cloud.
    pub nodes: Vec<Node>,
    /// Of devices and edge nodes.
    pub wires: Vec<Wire>,
    pub last: Vec<Last>,
    pub replicas: Vec<Replica>,
    /// The items of each replica, replica after replica.
    values: Vec<u32>,
    store: Store,
    store_digest: u64,
    ops: Slab<Op>,
    parcels: Slab<Parcel>,
    stamp: u32,
    writes: u32,
    synced: u64,
    pub conflicts: u64,
    pub lost: u64,
    far_messages: u64,
    reads: u64,
    age: Duration,
    pub waiting: u64,
    /// How many replicas are up and cannot reach the cloud.
    pub cut_off: u32,
    apart: Option<Apart>,
    /// How many writes have to wait for that to be told.
    tell_at: u64,
    requests: Requests,
    story: Story,
    hash: TraceHash,
    pub flights: Vec<Flight>,
}

/// The system at the beginning of a run.
pub fn start(settings: &Settings, seed: u64) -> Box<dyn World> {
    let config = Config::new(settings);
    let stream = |n| Rng::new(seed, Stream::Node(NodeId(n)));
    let nodes = (config.users + config.edges + 1) as usize;
    let replicas = config.replicas();
    let mut world = Edge {
        config,
        settings: settings.clone(),
        agenda: Agenda::default(),
        arrivals: stream(0),
        chance: stream(1),
        load_epoch: 0,
        nodes: vec![Node { up: true, epoch: 0, factor: 1 }; nodes],
        wires: vec![Wire::default(); nodes - 1],
        last: vec![Last::None; config.users as usize],
        replicas: vec![Replica::default(); replicas as usize],
        values: vec![0; (replicas * config.items) as usize],
        store: Store::new(config.items, config.keep_both),
        store_digest: 0,
        ops: Slab::new(),
        parcels: Slab::new(),
        stamp: 0,
        writes: 0,
        synced: 0,
        conflicts: 0,
        lost: 0,
        far_messages: 0,
        reads: 0,
        age: Duration::ZERO,
        waiting: 0,
        cut_off: 0,
        apart: None,
        tell_at: 0,
        requests: Requests::default(),
        story: Story::default(),
        hash: TraceHash::default(),
        flights: vec![],
    };
    // Replicas synchronise at different times.
    let mut phases = stream(2);
    for replica in 0..replicas {
        world.agenda.after(phases.up_to(config.sync), Event::Sync(replica));
    }
    world.next_ask();
    world.agenda.at(Time::from_secs(1), Event::Second);
    Box::new(world)
}

impl Edge {
    pub(super) fn now(&self) -> Time {
        self.agenda.now()
    }

    fn tell(&mut self, text: String) {
        self.story.tell(self.now(), text);
    }

    /// One word for what has happened: what, where, when.
    fn note(&mut self, what: u64, place: u32) {
        self.hash.word(what << 60 | u64::from(place) << 36 ^ self.now().as_micros());
    }

    fn next_ask(&mut self) {
        let gap = (self.arrivals.exponential() * 1_000_000.0 / f64::from(self.config.load)) as u64;
        self.agenda.after(Duration::from_micros(gap.max(1)), Event::Ask(self.load_epoch));
    }

    fn ask(&mut self) {
        // All chance of an operation is drawn here, whatever becomes of it.
        let device = self.arrivals.below(self.config.users.into()) as u32;
        let item = self.arrivals.below(self.config.items.into()) as u32;
        let write = self.arrivals.below(100) < u64::from(self.config.writes);
        let longer = self.arrivals.below(201) as u32;
        self.next_ask();
        let node = self.nodes[device as usize];
        if !node.up {
            return;
        }
        self.stamp += 1;
        let (now, stamp) = (self.agenda.now(), self.stamp);
        let op = Op {
            device,
            item,
            write,
            ended: false,
            gone: false,
            stamp,
            device_epoch: node.epoch,
            worker_epoch: 0,
            sent: now,
            longer,
        };
        let op = self.ops.add(op);
        self.note(1, device);
        self.requests.sent();
        self.agenda.after(self.config.timeout, Event::Timeout { op, stamp });
        if self.config.place == Where::Device {
            return self.reach(op);
        }
        let worker = self.config.worker(device);
        match self.way(device, worker, longer) {
            Some(way) => {
                self.send(device, worker, false, way, DotKind::Request);
                self.agenda.after(way, Event::Reach { op, stamp });
            }
            None => self.ops[op].gone = true,
        }
    }

    /// How long a message takes between a device or edge node and one nearer to the cloud; nothing if it does not
    /// get there.
    fn way(&self, from: u32, to: u32, longer: u32) -> Option<Duration> {
        let (mut at, mut way) = (from, Duration::ZERO);
        while at != to {
            let wire = self.wires[at as usize];
            let latency = if at < self.config.users { self.config.near } else { self.config.far };
            at = if at < self.config.users { self.config.users + self.config.home(at) } else { self.config.cloud() };
            if wire.cut || !self.nodes[at as usize].up {
                return None;
            }
            way = way + latency + wire.later;
        }
        Some(Duration::from_micros(way.as_micros() * u64::from(1_000 + longer) / 1_000))
    }

    /// A message starts on a way between a lower node and a higher one.
    fn send(&mut self, lower: u32, higher: u32, down: bool, way: Duration, kind: DotKind) {
        self.far_messages += u64::from(higher == self.config.cloud());
        if !super::scene::is_drawn(&self.config) {
            return;
        }
        let now = self.now();
        if self.flights.len() == FLIGHTS {
            self.flights.retain(|flight| flight.arrives > now);
        }
        if self.flights.len() == FLIGHTS {
            return;
        }
        let users = self.config.users;
        let over = if lower < users { users + self.config.home(lower) } else { lower };
        let mut stops = [lower, over, higher];
        let near = if lower < users { (self.config.near + self.wires[lower as usize].later).as_micros() } else { 0 };
        let far = if higher == users + self.config.edges {
            (self.config.far + self.wires[over as usize].later).as_micros()
        } else {
            0
        };
        let mut middle = (near * 1_000).checked_div(near + far).unwrap_or(0) as u32;
        if down {
            stops.reverse();
            middle = 1_000 - middle;
        }
        self.flights.push(Flight { stops, middle, sent: now, arrives: now + way, kind });
    }

    /// An operation gets to whoever does it.
    fn reach(&mut self, place: u32) {
        let op = self.ops[place];
        let worker = self.config.worker(op.device);
        if self.way(op.device, worker, 0).is_none() {
            return self.lose(place);
        }
        let node = self.nodes[worker as usize];
        self.ops[place].worker_epoch = node.epoch;
        let work = Duration::from_millis(WORK_MS).saturating_mul(node.factor.into());
        self.agenda.after(work, Event::Worked { op: place, stamp: op.stamp });
    }

    /// An operation is done, if who does it has not stopped meanwhile.
    fn worked(&mut self, place: u32) {
        let op = self.ops[place];
        let worker = self.config.worker(op.device);
        if self.nodes[worker as usize].epoch != op.worker_epoch {
            return self.lose(place);
        }
        self.operate(op, worker);
        if self.config.place == Where::Device {
            return self.back(place);
        }
        match self.way(op.device, worker, op.longer) {
            Some(way) => {
                self.send(op.device, worker, true, way, DotKind::Reply);
                self.agenda.after(way, Event::Back { op: place, stamp: op.stamp });
            }
            None => self.lose(place),
        }
    }

    /// Reads or writes.
    fn operate(&mut self, op: Op, worker: u32) {
        let now = self.agenda.now();
        let replica = match self.config.place {
            Where::Device => Some(op.device),
            Where::Edge => Some(worker - self.config.users),
            Where::Cloud => None,
        };
        if !op.write {
            self.reads += 1;
            let fresh = replica.map_or(now, |replica| self.replicas[replica as usize].fresh);
            self.age = self.age + now.since(fresh);
            return;
        }
        self.writes += 1;
        self.note(2, worker);
        let id = self.writes;
        let Some(replica) = replica else {
            // Nobody else has any data: who writes here has seen all that there is.
            self.merge(Write { item: op.item, writer: op.device, base: self.store.state(), at: now, id });
            return;
        };
        let own = &mut self.replicas[replica as usize];
        let under = own.waiting.iter().rev().find(|write| write.item == op.item);
        let base = under.map_or(own.state, |write| write.base);
        own.waiting.push_back(Write { item: op.item, writer: replica, base, at: now, id });
        self.waiting += 1;
        self.put(replica, op.item, value_of(id));
    }

    /// A replica has another value of an item.
    fn put(&mut self, replica: u32, item: u32, value: u32) {
        let old = std::mem::replace(&mut self.values[(replica * self.config.items + item) as usize], value);
        let sum = &mut self.replicas[replica as usize].digest;
        *sum = sum.wrapping_sub(digest(item, old)).wrapping_add(digest(item, value));
    }

    /// A write gets to the cloud.
    fn merge(&mut self, write: Write) {
        let old = self.store.value(write.item);
        let merge = self.store.write(write);
        let value = self.store.value(write.item);
        let sum = self.store_digest.wrapping_sub(digest(write.item, old));
        self.store_digest = sum.wrapping_add(digest(write.item, value));
        self.lost += u64::from(merge.lost);
        self.conflicts += u64::from(merge.conflict);
        self.hash.word(u64::from(write.id) << 2 | u64::from(merge.conflict));
        if merge.conflict && self.conflicts == 1 {
            let what = if self.config.keep_both {
                "Both are kept, until somebody who has seen both writes it again."
            } else {
                "The last writer wins, and the other update is lost."
            };
            let who = self.label(self.config.holder(write.writer));
            self.tell(format!(
                "{who} wrote item {} and had not seen what another wrote: a conflict. {what}",
                write.item + 1
            ));
        }
    }

    /// Nothing of an operation is left, and its user waits in vain.
    fn lose(&mut self, place: u32) {
        self.ops[place].gone = true;
        if self.ops[place].ended {
            self.over(place);
        }
    }

    fn over(&mut self, place: u32) {
        self.ops[place].stamp = 0;
        self.ops.free(place);
    }

    /// An answer gets to the device.
    fn back(&mut self, place: u32) {
        let op = self.ops[place];
        if self.way(op.device, self.config.worker(op.device), 0).is_none() {
            return self.lose(place);
        }
        if !op.ended {
            let after = self.now().since(op.sent);
            self.end(op, Outcome::Answered(after));
        }
        self.over(place);
    }

    fn timed_out(&mut self, place: u32) {
        let op = self.ops[place];
        self.end(op, Outcome::TimedOut);
        self.ops[place].ended = true;
        if op.gone {
            self.over(place);
        }
    }

    fn end(&mut self, op: Op, outcome: Outcome) {
        if self.nodes[op.device as usize].epoch != op.device_epoch {
            return;
        }
        let well = outcome != Outcome::TimedOut;
        self.last[op.device as usize] = if well { Last::Well } else { Last::Badly };
        self.note(if well { 3 } else { 4 }, op.device);
        self.requests.ended(op.device, outcome);
    }

    /// A replica tells the cloud what it has, if it gets there.
    fn sync(&mut self, replica: u32) {
        let now = self.agenda.now();
        self.agenda.after(self.config.sync, Event::Sync(replica));
        let holder = self.config.holder(replica);
        let own = &self.replicas[replica as usize];
        if !self.nodes[holder as usize].up || own.syncing > now {
            return;
        }
        let upto = own.first + own.waiting.len() as u32;
        let cloud = self.config.cloud();
        let Some(way) = self.way(holder, cloud, 0) else { return };
        // Long enough for the slowest way that still is one; a lost answer costs a synchronisation or a few.
        self.replicas[replica as usize].syncing = now + way + way + Duration::from_secs(1);
        self.send(holder, cloud, false, way, DotKind::Data);
        self.agenda.after(way, Event::Up { replica, upto });
    }

    /// The cloud learns what a replica has, and says what is new.
    fn up(&mut self, replica: u32, upto: u32) {
        let (now, cloud) = (self.agenda.now(), self.config.cloud());
        let holder = self.config.holder(replica);
        let Some(way) = self.way(holder, cloud, 0) else { return };
        let own = &self.replicas[replica as usize];
        // The second time, if the answer to the first was lost, these are known.
        let news = own.arrived..upto.max(own.arrived);
        let (first, since) = (own.first, own.state);
        self.replicas[replica as usize].arrived = news.end;
        for number in news.clone() {
            self.merge(self.replicas[replica as usize].waiting[(number - first) as usize]);
        }
        self.synced += u64::from(news.end - news.start);
        self.note(5, replica);
        let state = self.store.state();
        let place = self.parcels.add_kept();
        let parcel = &mut self.parcels[place];
        (parcel.replica, parcel.arrived, parcel.state, parcel.at) = (replica, news.end, state, now);
        parcel.changes.clear();
        parcel.changes.extend(self.store.changed_since(since).map(|item| (item, self.store.value(item))));
        let work = Duration::from_millis(WORK_MS).saturating_mul(self.nodes[cloud as usize].factor.into());
        self.send(holder, cloud, true, work + way, DotKind::Data);
        self.agenda.after(work + way, Event::Down(place));
    }

    /// A replica learns what is new.
    fn down(&mut self, place: u32) {
        self.parcels.free(place);
        let Parcel { replica, arrived, state, at, .. } = self.parcels[place];
        let holder = self.config.holder(replica);
        let own = &mut self.replicas[replica as usize];
        // An answer that was overtaken by a later one tells nothing any more.
        if !self.nodes[holder as usize].up || state < own.state || at < own.fresh {
            return;
        }
        if self.way(holder, self.config.cloud(), 0).is_none() {
            return;
        }
        let own = &mut self.replicas[replica as usize];
        (own.state, own.fresh, own.syncing) = (state, at, Time::ZERO);
        let known = arrived.saturating_sub(own.first);
        own.waiting.drain(..known as usize);
        own.first += known;
        self.waiting -= u64::from(known);
        for change in 0..self.parcels[place].changes.len() {
            let (item, value) = self.parcels[place].changes[change];
            self.put(replica, item, value);
        }
        // What it has written since is on top.
        for number in 0..self.replicas[replica as usize].waiting.len() {
            let Write { item, id, .. } = self.replicas[replica as usize].waiting[number];
            self.put(replica, item, value_of(id));
        }
        self.note(6, replica);
    }

    /// Whether that replica reaches the cloud.
    pub(super) fn connected(&self, replica: u32) -> bool {
        let holder = self.config.holder(replica);
        self.nodes[holder as usize].up && self.way(holder, self.config.cloud(), 0).is_some()
    }

    fn tick(&mut self) {
        self.agenda.after(Duration::from_secs(1), Event::Second);
        let Some(apart) = self.apart else { return };
        match apart.healed {
            None => {
                if self.waiting >= self.tell_at {
                    self.tell_at = power_of_ten_above(self.waiting);
                    let text = format!("Users write on: {} to be synchronised.", waits(self.waiting));
                    self.tell(text);
                }
            }
            Some(healed) => {
                let holders = (0..).zip(&self.replicas);
                let mut late = holders.filter(|(place, own)| own.fresh < healed && self.connected(*place));
                if late.next().is_some() {
                    return;
                }
                self.apart = None;
                let [synced, conflicts, lost] = [
                    (self.synced, apart.synced, "write"),
                    (self.conflicts, apart.conflicts, "conflict"),
                    (self.lost, apart.lost, "update"),
                ]
                .map(|(now, then, what)| counted(now - then, what));
                let end = match (self.conflicts > apart.conflicts, self.config.keep_both) {
                    (false, _) => String::new(),
                    (_, true) => " Both sides of each are kept.".to_owned(),
                    (_, false) => format!(" The last writer wins: {lost} lost."),
                };
                self.tell(format!("All have met the cloud again: {synced} synchronised, {conflicts}.{end}"));
            }
        }
    }

    /// Notices which replicas can reach the cloud, after something was done.
    fn look(&mut self) {
        let replicas = self.config.replicas();
        let up = |replica: u32| self.nodes[self.config.holder(replica) as usize].up;
        self.cut_off = (0..replicas).filter(|replica| up(*replica) && !self.connected(*replica)).count() as u32;
        match &mut self.apart {
            None if self.cut_off > 0 => {
                let (synced, conflicts, lost) = (self.synced, self.conflicts, self.lost);
                self.apart = Some(Apart { synced, conflicts, lost, healed: None });
                self.tell_at = power_of_ten_above(2 * self.waiting).max(10);
            }
            Some(apart) if self.cut_off == 0 => {
                apart.healed.get_or_insert(self.agenda.now());
            }
            Some(apart) => apart.healed = None,
            None => {}
        }
    }

    /// At the start of a sentence: `Device 3`, `Edge node 1`, `The cloud`.
    fn label(&self, node: u32) -> String {
        let mut name = self.name(node);
        name[..1].make_ascii_uppercase();
        name
    }

    /// In the middle of a sentence: `device 3`, `edge node 1`, `the cloud`.
    fn name(&self, node: u32) -> String {
        let Config { users, edges, .. } = self.config;
        match node {
            _ if node == users + edges => "the cloud".to_owned(),
            _ if node < users && users == 1 => "the device".to_owned(),
            _ if node < users => format!("device {}", node + 1),
            _ if edges == 1 => "the edge node".to_owned(),
            _ => format!("edge node {}", node + 1 - users),
        }
    }

    /// What follows for users when the way to the cloud is gone, for all of them or for those of an edge node.
    fn consequence(&self, of_cloud: bool) -> &'static str {
        match (self.config.place, of_cloud) {
            (Where::Device, true) => "all devices go on working with their own data, and what they write waits.",
            (Where::Device, false) => "its devices go on working with their own data, and what they write waits.",
            (Where::Edge, true) => "the edge nodes go on serving their devices, and what is written waits.",
            (Where::Edge, false) => "its devices have nobody to work for them until it is back.",
            (Where::Cloud, true) => "nobody can work, since all data is there.",
            (Where::Cloud, false) => "its devices do not reach their data until it is back.",
        }
    }

    fn stop(&mut self, node: u32) {
        let state = &mut self.nodes[node as usize];
        if !state.up {
            return;
        }
        state.up = false;
        state.epoch += 1;
        if node < self.config.users {
            self.last[node as usize] = Last::None;
            return;
        }
        let text = format!("{} stopped: {}", self.label(node), self.consequence(node == self.config.cloud()));
        self.tell(text);
    }

    fn restart(&mut self, node: u32) {
        let was_up = std::mem::replace(&mut self.nodes[node as usize].up, true);
        if was_up || node < self.config.users {
            return;
        }
        let rest = match (self.config.place, self.waiting) {
            (Where::Cloud, _) | (_, 0) => String::new(),
            (_, waiting) => format!(" {} to be synchronised.", waits(waiting)),
        };
        self.tell(format!("{} is back.{rest}", self.label(node)));
    }

    fn share(&mut self, group: usize, percent: u32) {
        let Config { users, edges, .. } = self.config;
        let nodes = if group == DEVICES { 0..users } else { users..users + edges };
        let mut up: Vec<u32> = nodes.filter(|node| self.nodes[*node as usize].up).collect();
        let count = (up.len() as u64 * u64::from(percent) + 50) / 100;
        for place in 0..count as usize {
            let other = place + self.chance.below((up.len() - place) as u64) as usize;
            up.swap(place, other);
            self.stop(up[place]);
        }
        if group == DEVICES {
            let left = up.len() as u64 - count;
            self.tell(format!("{} left at once; {left} remain.", counted(count, "device")));
        }
    }

    fn wire(&mut self, a: u32, b: u32) -> &mut Wire {
        match link(self.config.users, self.config.edges, a, b) {
            Some(Link::Device(device)) => &mut self.wires[device as usize],
            Some(Link::Edge(edge)) => &mut self.wires[(self.config.users + edge) as usize],
            None => unreachable!("only links that exist are changed"),
        }
    }

    fn cut(&mut self, a: u32, b: u32, cut: bool) {
        let (a, b) = (a.min(b), a.max(b));
        let wire = self.wire(a, b);
        if std::mem::replace(&mut wire.cut, cut) == cut {
            return;
        }
        let end = match (cut, self.config.place) {
            (false, _) => "is whole again.",
            (true, Where::Device) if a < self.config.users => "is cut: it works on its own data, and its writes wait.",
            (true, Where::Device) => "is cut: its devices work on their own data, and their writes wait.",
            (true, Where::Edge) if a >= self.config.users => "is cut: it goes on serving its devices, and writes wait.",
            (true, _) if a < self.config.users => "is cut: its user cannot work.",
            (true, _) => "is cut: no user behind it can work.",
        };
        self.tell(format!("The link of {} {end}", self.name(a)));
    }

    fn set(&mut self, knob: usize, value: u32) {
        let load = self.config.load;
        self.settings.set(knob, value.into());
        self.config = Config::new(&self.settings);
        if self.config.load != load {
            // The next operation comes by the new load: what was drawn for the old one is void.
            self.load_epoch += 1;
            self.next_ask();
        }
    }
}

fn power_of_ten_above(count: u64) -> u64 {
    let mut power = 1;
    while power <= count {
        power *= 10;
    }
    power
}

/// `1 write waits`, `7 writes wait`.
pub(super) fn waits(count: u64) -> String {
    if count == 1 { "1 write waits".to_owned() } else { format!("{} wait", counted(count, "write")) }
}

impl World for Edge {
    fn advance(&mut self, until: Time, most: u32) -> bool {
        for _ in 0..most {
            let Some(event) = self.agenda.pop_before(until) else { return true };
            match event {
                Event::Ask(epoch) if epoch == self.load_epoch => self.ask(),
                Event::Ask(_) => {}
                Event::Reach { op, stamp } | Event::Worked { op, stamp } if self.ops[op].stamp != stamp => {}
                Event::Back { op, stamp } | Event::Timeout { op, stamp } if self.ops[op].stamp != stamp => {}
                Event::Reach { op, .. } => self.reach(op),
                Event::Worked { op, .. } => self.worked(op),
                Event::Back { op, .. } => self.back(op),
                Event::Timeout { op, .. } => self.timed_out(op),
                Event::Sync(replica) => self.sync(replica),
                Event::Up { replica, upto } => self.up(replica, upto),
                Event::Down(parcel) => self.down(parcel),
                Event::Second => self.tick(),
            }
        }
        false
    }

    fn now(&self) -> Time {
        self.agenda.now()
    }

    fn apply(&mut self, change: &Change) {
        match *change {
            Change::Stop(node) => self.stop(node),
            Change::Restart(node) => self.restart(node),
            Change::Slow(node, factor) => {
                let before = std::mem::replace(&mut self.nodes[node as usize].factor, factor);
                if before != factor && node >= self.config.users {
                    let who = self.label(node);
                    self.tell(match factor {
                        1 => format!("{who} is as fast as before."),
                        _ => format!("{who} takes {factor} times as long for its work."),
                    });
                }
            }
            Change::Cut(a, b) => self.cut(a, b, true),
            Change::Heal(a, b) => self.cut(a, b, false),
            Change::Delay(a, b, later) => self.wire(a, b).later = later,
            Change::StopShare { group, percent } => self.share(group, percent),
            Change::RestartAll { group } => {
                let Config { users, edges, .. } = self.config;
                let nodes = if group == DEVICES { 0..users } else { users..users + edges };
                nodes.for_each(|node| self.restart(node));
            }
            Change::Set { knob, value } => self.set(knob, value),
        }
        self.look();
    }

    fn row(&mut self, length: Duration) -> Row {
        let mut row = self.requests.row(length).to_vec();
        row.extend([self.waiting, self.conflicts, self.lost].map(|count| Some(count as Thousandths * 1_000)));
        row
    }

    fn scene(&self) -> Scene {
        super::scene::draw(self)
    }

    fn story(&self) -> &[Line] {
        self.story.lines()
    }

    fn facts(&self) -> Vec<Option<Thousandths>> {
        let mut facts = self.requests.facts(self.now().since(Time::ZERO)).to_vec();
        let whole = |count: u64| Some(count as Thousandths * 1_000);
        let diverged = self.replicas.iter().filter(|own| own.digest != self.store_digest).count();
        facts.extend([
            whole(self.writes.into()),
            whole(self.conflicts),
            whole(self.lost),
            whole(self.waiting),
            self.age.as_micros().checked_div(self.reads).map(|age| age as Thousandths),
            whole(self.far_messages),
            whole(diverged as u64),
        ]);
        facts
    }

    fn hash(&self) -> TraceHash {
        self.hash
    }

    fn events(&self) -> u64 {
        self.agenda.handled()
    }

    fn bytes(&self) -> usize {
        let waiting: usize = self.replicas.iter().map(|own| own.waiting.capacity() * size_of::<Write>()).sum();
        self.agenda.bytes()
            + self.ops.bytes()
            + self.parcels.bytes()
            + self.store.bytes()
            + waiting
            + self.values.len() * 4
            + self.nodes.len() * (size_of::<Node>() + size_of::<Wire>())
            + self.replicas.len() * size_of::<Replica>()
            + self.flights.capacity() * size_of::<Flight>()
    }

    fn copy(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}
