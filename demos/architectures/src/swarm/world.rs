//! The swarm in the middle of a run.

use super::{
    ANSWER, ASKS_AGAIN, BATCH, LOOKS_FOR, MODEL, PEER_ROW, SEEDS, SLOTS, STAY_FOREVER, STRIKES, Setup, TRACKER, WALK,
    transfer_micros,
};
use crate::live::{Change, Histogram, Line, Names, Node, Row, Scene, Settings, Story, Thousandths, World};
use sim::{Agenda, Duration, NodeId, Rng, Stream, Time, TraceHash};
use std::collections::VecDeque;

/// No member, lane or place.
pub(super) const NONE: u32 = u32::MAX;
/// An empty slot.
pub(super) const NO_PLACE: u16 = u16::MAX;
/// What a user of a server alone waits in, beside the lanes.
const QUEUED: u32 = u32::MAX - 1;
/// In [`Edge::back`]: something is on its way along it.
const SENDING: u16 = 1 << 15;

/// A set of pieces.
pub(super) type Pieces = [u64; 4];

/// What happens by itself. `life` tells a member's events from those of before it went.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A peer arrives for the first time.
    Arrive(u32),
    /// A member looks for others.
    Find { member: u32, life: u32 },
    /// A member chooses its partners anew.
    Round { member: u32, life: u32 },
    /// A batch is complete; `turn` tells it from what the lane carried before.
    Sent { lane: u32, turn: u32 },
    /// A member that found nobody to give to tries again.
    Retry { member: u32, life: u32 },
    /// A member leaves.
    Leave { member: u32, life: u32 },
    /// The seeds leave.
    SeedsLeave,
}

/// Who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Seed,
    Giver,
    FreeRider,
    Poisoner,
}

/// Where somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not arrived yet.
    Away,
    /// Arrived, and knows nobody.
    Looking,
    /// Among the others.
    In,
    /// Not there any more.
    Gone,
}

/// What decides whether one has something for another: a cache line for each member.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Bits {
    pub(super) have: Pieces,
    /// What is there or on its way; everything, if nothing is wanted.
    pub(super) busy: Pieces,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) rng: Rng,
    arrived: Time,
    /// Rates in use, in kilobits per second.
    incoming: u32,
    outgoing: u32,
    /// Pieces received and sent, forged ones too.
    taken: u32,
    given: u32,
    life: u32,
    /// Partners by their places in the row.
    pub(super) slots: [u16; SLOTS],
    /// How many places of the row are in use or were, and how many are.
    pub(super) places: u16,
    degree: u16,
    /// Where the next turn begins.
    pub(super) turn: u16,
    pub(super) held: u16,
    pub(super) rounds: u8,
    backoff: u8,
    pub(super) slow: u8,
    pub(super) role: Role,
    pub(super) stage: Stage,
    /// Somebody stopped it.
    pub(super) down: bool,
    pub(super) done: bool,
    /// The file that it has is not the one that it wanted.
    pub(super) corrupted: bool,
    /// Has a free lane and found nobody to give to.
    idle: bool,
    retrying: bool,
    /// Has no round to come.
    asleep: bool,
}

/// What a member knows of another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) peer: u32,
    /// This one's place in the other's row, and [`SENDING`].
    back: u16,
    /// Pieces got from it lately.
    pub(super) got: u16,
}

const NO_EDGE: Edge = Edge { peer: NONE, back: 0, got: 0 };

/// A batch on its way, or room for one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    pub(super) began: Time,
    pub(super) ends: Time,
    pub(super) to: u32,
    turn: u32,
    rate: u32,
    place: u16,
    count: u8,
    pieces: [u8; BATCH],
}

const FREE: Lane =
    Lane { began: Time::ZERO, ends: Time::ZERO, to: NONE, turn: 0, rate: 0, place: 0, count: 0, pieces: [0; BATCH] };

/// Good pieces from seeds, from peers, and forged ones.
#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    seeds: u64,
    peers: u64,
    forged: u64,
}

/// A swarm in the middle of a run. Members are numbered seeds first, then peers.
#[derive(Clone)]
pub struct Swarm {
    pub(super) setup: Setup,
    settings: Settings,
    pub(super) names: Names,
    agenda: Agenda<Event>,
    pub(super) bits: Vec<Bits>,
    pub(super) members: Vec<Member>,
    /// Forged pieces that members have; empty if nobody forges, as are the strikes, one for each edge.
    forged: Vec<Pieces>,
    strikes: Vec<u8>,
    /// The seeds' rows, then the peers'.
    pub(super) edges: Vec<Edge>,
    /// The seeds' lanes, then the peers'.
    pub(super) lanes: Vec<Lane>,
    /// Each seed's free lanes.
    free: Vec<Vec<u32>>,
    /// Who is in, in no order, and everyone's place there.
    present: Vec<u32>,
    place: Vec<u32>,
    /// Of each piece, how many members have it that give, on its way or complete; only genuine and complete.
    pub(super) copies: [u32; 256],
    good: [u32; 256],
    missing: u32,
    good_total: u64,
    /// Without a swarm: each seed's users in their order, and each user's lane or [`QUEUED`].
    queues: Vec<VecDeque<u32>>,
    served_by: Vec<u32>,
    pub(super) tracker_up: bool,
    pub(super) tracker_slow: u32,
    /// Pairs of members; the tracker is [`NONE`].
    pub(super) cuts: Vec<(u32, u32)>,
    pub(super) delays: Vec<(u32, u32, Duration)>,
    arrivals: Rng,
    chance: Rng,
    /// Not before that time the last one arrives that wants the file.
    last_arrival: Duration,
    arrived: u32,
    looking: u32,
    finished: u32,
    finished_at: Option<Time>,
    times: Histogram,
    giver_times: Histogram,
    rider_times: Histogram,
    window: Moved,
    total: Moved,
    rejected: u64,
    corrupted: u32,
    told: Told,
    story: Story,
    hash: TraceHash,
}

/// What is told once per change.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    missing: bool,
    lost: bool,
    rejected: bool,
    corrupted: bool,
}

/// Streams for what no member decides; no member has such a number.
const ARRIVALS: u32 = 1 << 30;
const CHANCE: u32 = ARRIVALS + 1;
const ROLES: u32 = ARRIVALS + 2;

fn stream(seed: u64, of: u32) -> Rng {
    Rng::new(seed, Stream::Node(NodeId(of)))
}

/// The first so many pieces.
fn first(pieces: u32) -> Pieces {
    [0, 1, 2, 3].map(|word| match pieces.saturating_sub(64 * word) {
        0 => 0,
        count => u64::MAX >> (64 - count.min(64)),
    })
}

fn has(pieces: &Pieces, piece: usize) -> bool {
    pieces[piece / 64] >> (piece % 64) & 1 == 1
}

fn add(pieces: &mut Pieces, piece: usize) {
    pieces[piece / 64] |= 1 << (piece % 64);
}

fn remove(pieces: &mut Pieces, piece: usize) {
    pieces[piece / 64] &= !(1 << (piece % 64));
}

fn any(pieces: &Pieces) -> bool {
    pieces[0] | pieces[1] | pieces[2] | pieces[3] != 0
}

/// What the first has and the second lacks.
pub(super) fn lacking(have: &Pieces, busy: &Pieces) -> Pieces {
    [have[0] & !busy[0], have[1] & !busy[1], have[2] & !busy[2], have[3] & !busy[3]]
}

impl Swarm {
    /// When the last of those who want the file had it; nothing before.
    pub fn finished_at(&self) -> Option<Time> {
        self.finished_at
    }

    /// The swarm at the beginning of a run.
    pub fn new(settings: &Settings, seed: u64) -> Self {
        let setup = Setup::new(settings);
        let members_count = (setup.seeds + setup.users) as usize;
        let full = first(setup.pieces);
        let mut roles = stream(seed, ROLES);
        let (mut poisoners, mut riders) = (setup.poisoners, setup.wanting - setup.givers);
        let mut last_wanting = 0;
        let mut members = Vec::with_capacity(members_count);
        let mut bits = Vec::with_capacity(members_count);
        for number in 0..setup.seeds + setup.users {
            let role = if number < setup.seeds {
                Role::Seed
            } else {
                // One after the other, each as likely as there are still some to come among the rest.
                let drawn = roles.below(u64::from(setup.seeds + setup.users - number)) as u32;
                if drawn < poisoners {
                    poisoners -= 1;
                    Role::Poisoner
                } else if drawn < poisoners + riders {
                    riders -= 1;
                    Role::FreeRider
                } else {
                    Role::Giver
                }
            };
            let wants = matches!(role, Role::Giver | Role::FreeRider);
            if wants {
                last_wanting = number - setup.seeds;
            }
            let have = if wants { [0; 4] } else { full };
            bits.push(Bits { have, busy: [u64::MAX; 4] });
            members.push(Member {
                rng: stream(seed, number),
                arrived: Time::ZERO,
                incoming: 0,
                outgoing: 0,
                taken: 0,
                given: 0,
                life: 0,
                slots: [NO_PLACE; SLOTS],
                places: 0,
                degree: 0,
                turn: 0,
                held: if wants { 0 } else { setup.pieces as u16 },
                rounds: 0,
                backoff: 0,
                slow: 1,
                role,
                stage: Stage::Away,
                down: false,
                done: !wants,
                corrupted: false,
                idle: true,
                retrying: false,
                asleep: false,
            });
        }
        let edges = match setup.server_only {
            true => 0,
            false => (setup.seeds * setup.seed_row + setup.users * PEER_ROW) as usize,
        };
        let peer_lanes = if setup.server_only { 0 } else { setup.users * setup.peer_lanes };
        let forgery = if setup.poisoners > 0 { (members_count, edges) } else { (0, 0) };
        let mut forged = vec![[0; 4]; forgery.0];
        for (pieces, member) in forged.iter_mut().zip(&members) {
            if member.role == Role::Poisoner {
                *pieces = full;
            }
        }
        let mut world = Self {
            settings: settings.clone(),
            names: MODEL.names(settings),
            agenda: Agenda::default(),
            bits,
            members,
            forged,
            strikes: vec![0; forgery.1],
            edges: vec![NO_EDGE; edges],
            lanes: vec![FREE; (setup.seeds * setup.seed_lanes + peer_lanes) as usize],
            free: (0..setup.seeds)
                .map(|seed| (seed * setup.seed_lanes..(seed + 1) * setup.seed_lanes).rev().collect())
                .collect(),
            present: Vec::with_capacity(members_count),
            place: vec![NONE; members_count],
            copies: [0; 256],
            good: [0; 256],
            missing: setup.pieces,
            good_total: 0,
            queues: vec![VecDeque::new(); if setup.server_only { setup.seeds as usize } else { 0 }],
            served_by: vec![NONE; if setup.server_only { members_count } else { 0 }],
            tracker_up: setup.trackers == 1,
            tracker_slow: 1,
            cuts: vec![],
            delays: vec![],
            arrivals: stream(seed, ARRIVALS),
            chance: stream(seed, CHANCE),
            last_arrival: Duration::from_micros(
                setup.arrive_over.as_micros() * u64::from(last_wanting) / u64::from(setup.users),
            ),
            arrived: 0,
            looking: 0,
            finished: 0,
            finished_at: None,
            times: Histogram::default(),
            giver_times: Histogram::default(),
            rider_times: Histogram::default(),
            window: Moved::default(),
            total: Moved::default(),
            rejected: 0,
            corrupted: 0,
            told: Told::default(),
            story: Story::default(),
            hash: TraceHash::default(),
            setup,
        };
        for member in 0..world.setup.seeds {
            world.enter(member);
        }
        world.arrival_of(0);
        if let Some(after) = world.setup.seeds_leave {
            world.agenda.after(after, Event::SeedsLeave);
        }
        world
    }

    // ---- Who there is, and what they may ----

    /// Where a member's row begins.
    pub(super) fn row_of(&self, member: u32) -> usize {
        let Setup { seeds, seed_row, .. } = self.setup;
        let row = if member < seeds { member * seed_row } else { seeds * seed_row + (member - seeds) * PEER_ROW };
        row as usize
    }

    fn row_length(&self, member: u32) -> u16 {
        if member < self.setup.seeds { self.setup.seed_row as u16 } else { PEER_ROW as u16 }
    }

    /// A member's lanes.
    pub(super) fn lanes_of(&self, member: u32) -> std::ops::Range<usize> {
        let Setup { seeds, seed_lanes, peer_lanes, server_only, .. } = self.setup;
        let (first, count) = match member < seeds {
            true => (member * seed_lanes, seed_lanes),
            false if server_only => (0, 0),
            false => (seeds * seed_lanes + (member - seeds) * peer_lanes, peer_lanes),
        };
        first as usize..(first + count) as usize
    }

    fn owner_of(&self, lane: u32) -> u32 {
        let Setup { seeds, seed_lanes, peer_lanes, .. } = self.setup;
        match lane.checked_sub(seeds * seed_lanes) {
            None => lane / seed_lanes,
            Some(rest) => seeds + rest / peer_lanes,
        }
    }

    /// The member that a node is; the tracker is [`NONE`].
    fn member_of(&self, node: Node) -> u32 {
        match self.names.group_of(node) {
            (SEEDS, place) => place,
            (TRACKER, _) => NONE,
            (_, place) => self.setup.seeds + place,
        }
    }

    /// The node that a member is.
    pub(super) fn node_of(&self, member: u32) -> Node {
        if member < self.setup.seeds { member } else { member + self.setup.trackers }
    }

    fn label(&self, member: u32) -> String {
        self.names.label(self.node_of(member))
    }

    /// A member's upload rate now, in kilobits per second.
    fn up_rate(&self, member: u32) -> u32 {
        let rate = if member < self.setup.seeds { self.setup.seed_rate } else { self.setup.up_rate };
        (rate / u32::from(self.members[member as usize].slow)).max(1)
    }

    /// A peer's download rate now.
    fn down_rate(&self, member: u32) -> u32 {
        (self.setup.down_rate / u32::from(self.members[member as usize].slow)).max(1)
    }

    /// Whether the pieces that a member has are there for others.
    fn gives(&self, member: u32) -> bool {
        matches!(self.members[member as usize].role, Role::Seed | Role::Giver)
    }

    pub(super) fn is_cut(&self, a: u32, b: u32) -> bool {
        !self.cuts.is_empty() && self.cuts.contains(&(a.min(b), a.max(b)))
    }

    fn complete(&self, member: u32) -> bool {
        self.members[member as usize].held == self.setup.pieces as u16
    }

    // ---- Coming and going ----

    /// Schedules the arrival of a peer, counted from 0.
    fn arrival_of(&mut self, peer: u32) {
        if peer < self.setup.users {
            let over = self.setup.arrive_over.as_micros();
            let at = (over * u64::from(peer) + self.arrivals.below(over)) / u64::from(self.setup.users);
            self.agenda.at(Time::from_micros(at), Event::Arrive(self.setup.seeds + peer));
        }
    }

    fn arrive(&mut self, member: u32) {
        self.arrival_of(member - self.setup.seeds + 1);
        self.arrived += 1;
        self.mark(1, member);
        self.members[member as usize].arrived = self.agenda.now();
        if !self.members[member as usize].down {
            self.look(member);
        } else {
            self.members[member as usize].stage = Stage::Gone;
        }
    }

    fn look(&mut self, member: u32) {
        self.members[member as usize].stage = Stage::Looking;
        self.looking += 1;
        let after = ANSWER.saturating_mul(if self.setup.trackers == 1 { self.tracker_slow.into() } else { 1 });
        // There and back.
        let after = after + self.delay(member, NONE).saturating_mul(2);
        self.agenda.after(after, Event::Find { member, life: self.members[member as usize].life });
    }

    /// A member is among the others from now on.
    fn enter(&mut self, member: u32) {
        let looking = self.members[member as usize].stage == Stage::Looking;
        self.looking -= u32::from(looking);
        self.members[member as usize].stage = Stage::In;
        self.place[member as usize] = self.present.len() as u32;
        self.present.push(member);
        let done = self.members[member as usize].done;
        let bits = &mut self.bits[member as usize];
        bits.busy = if done { [u64::MAX; 4] } else { bits.have };
        self.count_pieces(member, true);
        let this = &mut self.members[member as usize];
        (this.idle, this.retrying, this.asleep, this.backoff) = (true, false, false, 0);
        (this.slots, this.places, this.degree, this.turn) = ([NO_PLACE; SLOTS], 0, 0, 0);
        if !self.setup.server_only {
            let life = this.life;
            self.agenda.after(self.setup.round, Event::Round { member, life });
        }
        self.mark(2, member);
    }

    /// A member's pieces are there for others from now on, or no more.
    fn count_pieces(&mut self, member: u32, there: bool) {
        if !self.gives(member) {
            return;
        }
        for piece in 0..self.setup.pieces as usize {
            if has(&self.bits[member as usize].have, piece) {
                self.copies[piece] = if there { self.copies[piece] + 1 } else { self.copies[piece] - 1 };
                let forged = self.forged.get(member as usize).is_some_and(|forged| has(forged, piece));
                match (forged, there) {
                    (true, _) => {}
                    (false, true) => self.one_more(piece),
                    (false, false) => {
                        self.good[piece] -= 1;
                        self.good_total -= 1;
                        self.missing += u32::from(self.good[piece] == 0);
                    }
                }
            }
        }
    }

    /// There is one more good copy of a piece.
    fn one_more(&mut self, piece: usize) {
        self.missing -= u32::from(self.good[piece] == 0);
        self.good[piece] += 1;
        self.good_total += 1;
    }

    /// A member is not there any more. What was on its way from or to it is lost.
    fn exit(&mut self, member: u32) {
        match self.members[member as usize].stage {
            Stage::Away | Stage::Gone => return,
            Stage::Looking => self.looking -= 1,
            Stage::In => {
                for lane in self.lanes_of(member) {
                    self.drop_lane(lane as u32);
                }
                if self.setup.server_only {
                    self.leave_server(member);
                } else {
                    for place in 0..self.members[member as usize].places {
                        self.disconnect(member, place);
                    }
                }
                let place = self.place[member as usize];
                self.present.swap_remove(place as usize);
                if let Some(moved) = self.present.get(place as usize) {
                    self.place[*moved as usize] = place;
                }
                self.place[member as usize] = NONE;
                self.count_pieces(member, false);
            }
        }
        self.bits[member as usize].busy = [u64::MAX; 4];
        let this = &mut self.members[member as usize];
        this.stage = Stage::Gone;
        this.life += 1;
        self.mark(3, member);
    }

    /// Without a swarm: a user leaves its seed, or a seed all its users.
    fn leave_server(&mut self, member: u32) {
        if member >= self.setup.seeds {
            let lane = std::mem::replace(&mut self.served_by[member as usize], NONE);
            if lane < QUEUED {
                self.drop_lane(lane);
                let seed = self.owner_of(lane);
                self.give(seed);
            }
            return;
        }
        self.members[member as usize].stage = Stage::Gone;
        for user in self.setup.seeds..self.setup.seeds + self.setup.users {
            let lost = self.members[user as usize].stage == Stage::In
                && !self.members[user as usize].done
                && self.served_by[user as usize] == NONE;
            if lost {
                self.find_seed(user);
            }
        }
        // Those that stood in its line, too.
        while let Some(user) = self.queues[member as usize].pop_front() {
            if self.served_by[user as usize] == QUEUED && self.members[user as usize].stage == Stage::In {
                self.served_by[user as usize] = NONE;
                self.find_seed(user);
            }
        }
    }

    /// Without a swarm: a user goes to the end of a seed's line, of its own seed if that is there.
    fn find_seed(&mut self, user: u32) {
        let seeds = self.setup.seeds;
        let own = user.checked_rem(seeds).unwrap_or(0);
        let there = (0..seeds).map(|later| (own + later) % seeds);
        let mut there =
            there.filter(|seed| self.members[*seed as usize].stage == Stage::In && !self.is_cut(*seed, user));
        match there.next() {
            Some(seed) => {
                self.served_by[user as usize] = QUEUED;
                self.queues[seed as usize].push_back(user);
                self.give(seed);
            }
            None => {
                let life = self.members[user as usize].life;
                self.agenda.after(ASKS_AGAIN, Event::Find { member: user, life });
            }
        }
    }

    // ---- Meeting others ----

    fn find(&mut self, member: u32) {
        let looking = self.members[member as usize].stage == Stage::Looking;
        if self.setup.server_only {
            let waits = member >= self.setup.seeds && !self.members[member as usize].done;
            if looking {
                self.enter(member);
            }
            if waits && self.served_by[member as usize] == NONE {
                self.find_seed(member);
            }
            return;
        }
        let alone = self.present.is_empty();
        let nobody = if self.setup.trackerless { alone } else { !self.tracker_up || self.is_cut(member, NONE) };
        if nobody && looking {
            if !self.told.lost {
                self.told.lost = true;
                let why = if self.setup.trackerless { "nobody is there" } else { "the tracker does not answer" };
                let text = format!(
                    "{} arrives and finds nobody, because {why}: it waits, and asks again every 10 seconds.",
                    self.label(member)
                );
                self.story.tell(self.agenda.now(), text);
            }
            self.agenda.after(ASKS_AGAIN, Event::Find { member, life: self.members[member as usize].life });
            return;
        }
        if looking {
            self.enter(member);
        }
        if nobody {
            return;
        }
        self.meet(member);
        // Whoever knows few asks those few soon.
        let this = &self.members[member as usize];
        let few = u32::from(this.degree) < LOOKS_FOR.min(self.present.len() as u32 - 1);
        if self.setup.trackerless && looking && few {
            for seconds in [1, 2, 4] {
                self.agenda.after(Duration::from_secs(seconds), Event::Find { member, life: this.life });
            }
        }
    }

    /// Connects a member with some that the tracker or a neighbour names.
    fn meet(&mut self, member: u32) {
        let count = self.present.len() as u32;
        let wants = if member < self.setup.seeds { self.setup.seed_row / 2 } else { LOOKS_FOR };
        let from = self.members[member as usize].rng.below(count.into()) as u32;
        if !self.setup.trackerless {
            // Everybody in small swarms; seeds, if they have room; and some by chance.
            if self.members() <= PEER_ROW + 1 {
                for step in 0..count {
                    self.connect(member, self.present[((from + step) % count) as usize]);
                }
                return;
            }
            for seed in 0..self.setup.seeds.min(LOOKS_FOR / 2) {
                self.connect(member, seed);
            }
            let mut tries = 2 * wants;
            while u32::from(self.members[member as usize].degree) < wants && tries > 0 {
                tries -= 1;
                let other = self.members[member as usize].rng.below(count.into()) as usize;
                self.connect(member, self.present[other]);
            }
        } else if self.members[member as usize].degree == 0 {
            // Somebody gave it an address.
            for step in 0..count.min(8) {
                if self.connect(member, self.present[((from + step) % count) as usize]) {
                    break;
                }
            }
        } else {
            let mut tries = LOOKS_FOR;
            while u32::from(self.members[member as usize].degree) < wants && tries > 0 {
                tries -= 1;
                let heard_of = self.walk(member);
                self.connect(member, heard_of);
            }
        }
    }

    /// Where one comes to who goes from neighbour to neighbour by chance: names travel so, a few steps in each
    /// exchange. One step alone would leave everyone among those who came at the same time.
    fn walk(&mut self, member: u32) -> u32 {
        let mut at = member;
        for _ in 0..WALK {
            let (row, places) = (self.row_of(at), self.members[at as usize].places);
            let from = self.members[member as usize].rng.below(places.into()) as u16;
            let next = (0..places)
                .map(|step| self.edges[row + usize::from((from + step) % places)].peer)
                .find(|next| *next != NONE && !self.is_cut(at, *next));
            at = next.unwrap_or(at);
        }
        at
    }

    /// Makes two know each other, if both have room and it is of use.
    fn connect(&mut self, a: u32, b: u32) -> bool {
        if a == b || self.members[a as usize].stage != Stage::In || self.members[b as usize].stage != Stage::In {
            return false;
        }
        let useless = self.members[a as usize].done && self.members[b as usize].done;
        if useless || self.is_full(a) {
            return false;
        }
        let row = self.row_of(a);
        if self.edges[row..row + usize::from(self.members[a as usize].places)].iter().any(|edge| edge.peer == b) {
            return false;
        }
        if self.is_full(b) && !self.make_room(b) {
            return false;
        }
        let (at_a, at_b) = (self.take_place(a), self.take_place(b));
        let (edge_a, edge_b) = (self.row_of(a) + usize::from(at_a), self.row_of(b) + usize::from(at_b));
        self.edges[edge_a] = Edge { peer: b, back: at_b, got: 0 };
        self.edges[edge_b] = Edge { peer: a, back: at_a, got: 0 };
        if !self.strikes.is_empty() {
            (self.strikes[edge_a], self.strikes[edge_b]) = (0, 0);
        }
        for member in [a, b] {
            let this = &mut self.members[member as usize];
            if this.asleep {
                this.asleep = false;
                let life = this.life;
                self.agenda.after(self.setup.round, Event::Round { member, life });
            }
        }
        for member in [a, b] {
            if self.members[member as usize].idle {
                self.give(member);
            }
        }
        true
    }

    fn is_full(&self, member: u32) -> bool {
        self.members[member as usize].degree >= self.row_length(member)
    }

    /// A peer that knows as many as it can drops one for a newcomer: by chance, if that one knows enough others and
    /// nothing is on its way between them. Else those who come first would be a closed company.
    fn make_room(&mut self, member: u32) -> bool {
        if member < self.setup.seeds {
            return false;
        }
        let places = self.members[member as usize].places;
        let place = self.members[member as usize].rng.below(places.into()) as u16;
        let edge = self.edges[self.row_of(member) + usize::from(place)];
        let back = self.edges[self.row_of(edge.peer) + usize::from(edge.back & !SENDING)].back;
        let enough = u32::from(self.members[edge.peer as usize].degree) > LOOKS_FOR / 2;
        let drops = edge.peer >= self.setup.seeds && enough && (edge.back | back) & SENDING == 0;
        if drops {
            self.disconnect(member, place);
        }
        drops
    }

    /// A free place in a member's row, from now on in use. There is one.
    fn take_place(&mut self, member: u32) -> u16 {
        let row = self.row_of(member);
        let this = &mut self.members[member as usize];
        let place = if this.degree == this.places {
            this.places += 1;
            this.places - 1
        } else {
            let row = &self.edges[row..row + usize::from(this.places)];
            row.iter().position(|edge| edge.peer == NONE).unwrap_or_default() as u16
        };
        this.degree += 1;
        place
    }

    /// Two know each other no more; what is on its way between them is lost.
    fn disconnect(&mut self, member: u32, place: u16) {
        let edge = self.edges[self.row_of(member) + usize::from(place)];
        if edge.peer == NONE {
            return;
        }
        let back = edge.back & !SENDING;
        for (from, to, place) in [(member, edge.peer, place), (edge.peer, member, back)] {
            let at = self.row_of(from) + usize::from(place);
            if self.edges[at].back & SENDING != 0 {
                let lane = self.lanes_of(from).find(|lane| self.lanes[*lane].to == to);
                if let Some(lane) = lane {
                    self.drop_lane(lane as u32);
                    self.members[from as usize].idle = true;
                }
            }
            self.edges[at] = NO_EDGE;
            let this = &mut self.members[from as usize];
            this.degree -= 1;
            for slot in &mut this.slots {
                if *slot == place {
                    *slot = NO_PLACE;
                }
            }
        }
        // The other one may have a lane free now, and somebody else to give to.
        if self.members[edge.peer as usize].idle {
            self.retry_soon(edge.peer);
        }
    }

    // ---- Giving ----

    /// Whether a member could give something to the neighbour at that place; at which rate.
    pub(super) fn fits(&self, member: u32, place: u16) -> Option<u32> {
        let edge = self.edges[self.row_of(member) + usize::from(place)];
        if edge.peer == NONE || edge.back & SENDING != 0 {
            return None;
        }
        let lacks = lacking(&self.bits[member as usize].have, &self.bits[edge.peer as usize].busy);
        if !any(&lacks) || self.shuns(edge) || self.is_cut(member, edge.peer) {
            return None;
        }
        self.rate(member, edge.peer, u32::from(self.members[member as usize].degree))
    }

    /// Whether the other end of an edge takes nothing more from this one.
    fn shuns(&self, edge: Edge) -> bool {
        !self.strikes.is_empty() && self.strikes[self.row_of(edge.peer) + usize::from(edge.back & !SENDING)] >= STRIKES
    }

    /// At which rate a member would give to another, if it has so many to give to; nothing if that is less than half
    /// of what it should be.
    fn rate(&self, member: u32, to: u32, among: u32) -> Option<u32> {
        let lanes = if member < self.setup.seeds { self.setup.seed_lanes } else { self.setup.peer_lanes };
        let up = self.up_rate(member);
        let share = (up / lanes.min(among).max(1)).clamp(1, self.down_rate(to));
        let spare_out = up.saturating_sub(self.members[member as usize].outgoing);
        let spare_in = self.down_rate(to).saturating_sub(self.members[to as usize].incoming);
        let rate = share.min(spare_out).min(spare_in);
        (rate > 0 && rate >= share / 2).then_some(rate)
    }

    fn free_lane(&self, member: u32) -> Option<u32> {
        if member < self.setup.seeds {
            return self.free[member as usize].last().copied();
        }
        let mut lanes = self.lanes_of(member);
        lanes.find(|lane| self.lanes[*lane].to == NONE).map(|lane| lane as u32)
    }

    /// Sends as much as there are lanes and somebody to send to.
    pub(super) fn give(&mut self, member: u32) {
        let this = &self.members[member as usize];
        if this.stage != Stage::In || this.role == Role::FreeRider || this.held == 0 {
            return;
        }
        while let Some(lane) = self.free_lane(member) {
            let chosen = if self.setup.server_only { self.next_in_line(member) } else { self.choose(member) };
            let Some((to, place, rate)) = chosen else {
                self.members[member as usize].idle = true;
                if !self.setup.server_only {
                    self.retry_soon(member);
                }
                return;
            };
            self.send(lane, member, to, place, rate);
            self.members[member as usize].backoff = 0;
        }
        self.members[member as usize].idle = false;
    }

    /// Without a swarm: whose turn it is at a seed.
    fn next_in_line(&mut self, seed: u32) -> Option<(u32, u16, u32)> {
        for _ in 0..self.queues[seed as usize].len() {
            let user = self.queues[seed as usize].pop_front()?;
            let waits = self.members[user as usize].stage == Stage::In && self.served_by[user as usize] == QUEUED;
            if !waits {
                continue;
            }
            if self.is_cut(seed, user) {
                self.served_by[user as usize] = NONE;
                self.find_seed(user);
                continue;
            }
            let busy = self.setup.seed_lanes as usize - self.free[seed as usize].len();
            let among = self.queues[seed as usize].len() + 1 + busy;
            match self.rate(seed, user, among as u32) {
                Some(rate) => return Some((user, 0, rate)),
                None => {
                    self.queues[seed as usize].push_front(user);
                    return None;
                }
            }
        }
        None
    }

    /// A member that found nobody tries again: soon, then less and less often. Nobody does in vain whose
    /// neighbours all have everything.
    fn retry_soon(&mut self, member: u32) {
        if self.members[member as usize].retrying || self.asks_nobody(member) {
            return;
        }
        let micros = transfer_micros(self.setup.bits * u64::from(self.setup.batch), self.up_rate(member)).max(1_000);
        let this = &mut self.members[member as usize];
        let after = Duration::from_micros(micros).saturating_mul(1 << this.backoff).min(self.setup.round);
        (this.retrying, this.backoff) = (true, (this.backoff + 1).min(20));
        let life = this.life;
        self.agenda.after(after, Event::Retry { member, life });
    }

    /// Whether no neighbour wants anything any more.
    fn asks_nobody(&self, member: u32) -> bool {
        let row = self.row_of(member);
        let row = &self.edges[row..row + usize::from(self.members[member as usize].places)];
        row.iter().all(|edge| edge.peer == NONE || self.complete(edge.peer))
    }

    /// Puts a batch on its way.
    fn send(&mut self, lane: u32, member: u32, to: u32, place: u16, rate: u32) {
        let candidates = lacking(&self.bits[member as usize].have, &self.bits[to as usize].busy);
        let (pieces, count) = self.select(member, &candidates);
        let counts = self.gives(to);
        for piece in &pieces[..usize::from(count)] {
            let piece = usize::from(*piece);
            add(&mut self.bits[to as usize].busy, piece);
            self.copies[piece] += u32::from(counts);
        }
        self.members[member as usize].outgoing += rate;
        self.members[to as usize].incoming += rate;
        if self.setup.server_only {
            self.served_by[to as usize] = lane;
        } else {
            let at = self.row_of(member) + usize::from(place);
            self.edges[at].back |= SENDING;
        }
        let after = Duration::from_micros(transfer_micros(self.setup.bits * u64::from(count), rate));
        let after = after + self.delay(member, to);
        if member < self.setup.seeds {
            self.free[member as usize].pop();
        }
        let (began, ends) = (self.agenda.now(), self.agenda.now() + after);
        let turn = self.lanes[lane as usize].turn;
        self.lanes[lane as usize] = Lane { began, ends, to, turn, rate, place, count, pieces };
        self.agenda.at(ends, Event::Sent { lane, turn });
    }

    /// The lane is free again; what it carried is not on its way any more.
    fn clear_lane(&mut self, lane: u32) -> Lane {
        let was = self.lanes[lane as usize];
        let member = self.owner_of(lane);
        self.members[member as usize].outgoing -= was.rate;
        self.members[was.to as usize].incoming -= was.rate;
        if self.setup.server_only {
            self.served_by[was.to as usize] = NONE;
        } else {
            let at = self.row_of(member) + usize::from(was.place);
            self.edges[at].back &= !SENDING;
        }
        if member < self.setup.seeds {
            self.free[member as usize].push(lane);
        }
        self.lanes[lane as usize].to = NONE;
        self.lanes[lane as usize].turn += 1;
        was
    }

    /// What the lane carries is lost.
    fn drop_lane(&mut self, lane: u32) {
        if self.lanes[lane as usize].to == NONE {
            return;
        }
        let was = self.clear_lane(lane);
        for piece in &was.pieces[..usize::from(was.count)] {
            self.forget(was.to, usize::from(*piece));
        }
    }

    /// A piece does not come after all.
    fn forget(&mut self, member: u32, piece: usize) {
        remove(&mut self.bits[member as usize].busy, piece);
        self.copies[piece] -= u32::from(self.gives(member));
    }

    /// A batch is complete.
    fn sent(&mut self, lane: u32) {
        let member = self.owner_of(lane);
        let was = self.clear_lane(lane);
        let (to, count) = (was.to, u32::from(was.count));
        self.hash.word(self.agenda.now().as_micros());
        self.hash
            .word(u64::from(member) << 40 | u64::from(to) << 16 | u64::from(was.pieces[0]) << 8 | u64::from(count));
        self.members[member as usize].given += count;
        self.members[to as usize].taken += count;
        let mut good = 0;
        for piece in &was.pieces[..usize::from(was.count)] {
            let piece = usize::from(*piece);
            let forged = self.forged.get(member as usize).is_some_and(|forged| has(forged, piece));
            if forged && self.setup.hash {
                self.forget(to, piece);
                continue;
            }
            if forged {
                add(&mut self.forged[to as usize], piece);
            } else {
                good += 1;
                if self.gives(to) {
                    self.one_more(piece);
                }
            }
            add(&mut self.bits[to as usize].have, piece);
            self.members[to as usize].held += 1;
        }
        let forged = count - good;
        for moved in [&mut self.window, &mut self.total] {
            let from = if member < self.setup.seeds { &mut moved.seeds } else { &mut moved.peers };
            *from += u64::from(good);
            moved.forged += u64::from(forged);
        }
        if !self.setup.server_only {
            let back = self.edges[self.row_of(member) + usize::from(was.place)].back;
            let at = self.row_of(to) + usize::from(back);
            let kept = if self.setup.hash { good } else { count };
            self.edges[at].got = self.edges[at].got.saturating_add(kept as u16);
            if forged > 0 && self.setup.hash {
                self.reject(to, at, forged);
            }
        }
        if self.complete(to) && !self.members[to as usize].done {
            self.finish(to);
        }
        if self.setup.server_only {
            if !self.members[to as usize].done {
                self.find_seed(to);
            }
            self.give(member);
        } else {
            self.give(member);
            if self.members[to as usize].idle {
                self.give(to);
            }
        }
    }

    /// Forged pieces came along that edge, and were recognised.
    fn reject(&mut self, member: u32, edge: usize, count: u32) {
        self.rejected += u64::from(count);
        self.strikes[edge] = self.strikes[edge].saturating_add(count as u8);
        if !self.told.rejected {
            self.told.rejected = true;
            let text = format!(
                "{} received a forged piece. Its hash does not fit, so it is thrown away; \
                 after {STRIKES} forged pieces nothing more is taken from a sender.",
                self.label(member)
            );
            self.story.tell(self.agenda.now(), text);
        }
    }

    /// A peer has the whole file.
    fn finish(&mut self, member: u32) {
        let now = self.agenda.now();
        self.mark(4, member);
        self.bits[member as usize].busy = [u64::MAX; 4];
        let corrupted = self.forged.get(member as usize).is_some_and(any);
        let this = &mut self.members[member as usize];
        (this.done, this.corrupted) = (true, corrupted);
        // By turns from now on.
        this.slots = [NO_PLACE; SLOTS];
        let (role, life) = (this.role, this.life);
        let took = now.since(this.arrived);
        self.times.add(took.as_micros());
        if role == Role::FreeRider { &mut self.rider_times } else { &mut self.giver_times }.add(took.as_micros());
        self.finished += 1;
        if corrupted {
            self.corrupted += 1;
            if !self.told.corrupted {
                self.told.corrupted = true;
                let text = format!(
                    "{} has all pieces, but some are forged, and nobody checks: its file is not the one it wanted, \
                     and it passes the forged pieces on.",
                    self.label(member)
                );
                self.story.tell(now, text);
            }
        }
        if self.finished == 1 && self.setup.wanting > 1 && !self.setup.server_only {
            let then =
                if role == Role::FreeRider { "and, being a free rider, is gone" } else { "and from now on only gives" };
            let text = format!("{} is the first to have the whole file, {then}.", self.label(member));
            self.story.tell(now, text);
        }
        if self.finished == self.setup.wanting {
            self.finished_at = Some(now);
            let copies = self.seed_copies().unwrap_or_default() / 100;
            let mut text =
                format!("All have the file now. The seeds have sent {}.{} copies of it.", copies / 10, copies % 10);
            if let Some((riders, givers)) = self.rider_times.quantile(500).zip(self.giver_times.quantile(500)) {
                let (riders, givers) = (Duration::from_micros(riders), Duration::from_micros(givers));
                text += &format!(
                    " Half of the free riders waited longer than {riders}, half of the givers longer than {givers}."
                );
            }
            self.story.tell(now, text);
        }
        if !self.setup.server_only {
            // Two that have everything are of no use to each other.
            for place in 0..self.members[member as usize].places {
                let edge = self.edges[self.row_of(member) + usize::from(place)];
                if edge.peer != NONE && self.members[edge.peer as usize].done {
                    self.disconnect(member, place);
                }
            }
        }
        let stay = if role == Role::FreeRider { 0 } else { self.setup.stay };
        if stay < STAY_FOREVER {
            self.agenda.after(Duration::from_secs(stay.into()), Event::Leave { member, life });
        }
    }

    /// A member chooses its partners anew, and looks for others if it knows few.
    fn round(&mut self, member: u32) {
        let this = &mut self.members[member as usize];
        this.rounds = this.rounds.wrapping_add(1);
        let (life, seed) = (this.life, this.role == Role::Seed);
        self.rechoke(member);
        let low = if seed { self.setup.seed_row / 4 } else { LOOKS_FOR / 2 };
        let others = self.present.len() as u32 - 1;
        let few = u32::from(self.members[member as usize].degree) < low.min(others);
        let done = self.members[member as usize].done;
        if few && (seed || !done) {
            self.find(member);
        }
        if done && !seed && self.asks_nobody(member) {
            self.members[member as usize].asleep = true;
        } else {
            self.agenda.after(self.setup.round, Event::Round { member, life });
        }
        if self.members[member as usize].idle {
            self.give(member);
        }
        if !done && self.members[member as usize].incoming == 0 {
            self.ask(member);
        }
    }

    /// A member to which nothing is on its way asks its neighbours that give to nobody.
    fn ask(&mut self, member: u32) {
        for place in 0..self.members[member as usize].places {
            let edge = self.edges[self.row_of(member) + usize::from(place)];
            if edge.peer != NONE && self.members[edge.peer as usize].idle {
                self.give(edge.peer);
            }
        }
    }

    // ---- What happens, and what is told of it ----

    fn handle(&mut self, event: Event) {
        let alive = |world: &Self, member: u32, life: u32| world.members[member as usize].life == life;
        match event {
            Event::Arrive(member) => self.arrive(member),
            Event::Find { member, life } if alive(self, member, life) => self.find(member),
            Event::Round { member, life } if alive(self, member, life) => self.round(member),
            Event::Sent { lane, turn } if self.lanes[lane as usize].turn == turn => self.sent(lane),
            Event::Retry { member, life } if alive(self, member, life) => {
                self.members[member as usize].retrying = false;
                if self.members[member as usize].idle {
                    self.give(member);
                }
            }
            Event::Leave { member, life } if alive(self, member, life) => {
                self.exit(member);
                self.tell_missing();
            }
            Event::SeedsLeave => self.seeds_leave(),
            _ => {}
        }
    }

    fn seeds_leave(&mut self) {
        if self.setup.seeds == 0 {
            return;
        }
        for seed in 0..self.setup.seeds {
            self.exit(seed);
        }
        let text = if self.setup.server_only {
            "The seeds have left: nobody else gives, so whoever is not finished waits.".to_owned()
        } else if self.missing == 0 {
            "The seeds have left. Each piece is somewhere among the peers, so they go on without them.".to_owned()
        } else {
            "The seeds have left.".to_owned()
        };
        self.story.tell(self.agenda.now(), text);
        self.tell_missing();
    }

    /// Tells when pieces are gone while somebody wants the file, and when they are back.
    fn tell_missing(&mut self) {
        let missing = self.missing > 0;
        if missing == self.told.missing || (missing && self.finished == self.setup.wanting) {
            return;
        }
        self.told.missing = missing;
        let text = match (missing, self.missing) {
            (false, _) => "Every piece is there again: the peers can finish.".to_owned(),
            (true, 1) => "The last copy of a piece has gone: nobody can finish until somebody comes who has it.".into(),
            (true, count) => format!(
                "The last copies of {count} of {} pieces have gone: nobody can finish until somebody comes who has them.",
                self.setup.pieces
            ),
        };
        self.story.tell(self.agenda.now(), text);
    }

    /// Something worth a fingerprint happened to a member.
    fn mark(&mut self, what: u64, member: u32) {
        self.hash.word(what << 56 | self.agenda.now().as_micros());
        self.hash.word(member.into());
    }

    fn stop(&mut self, member: u32) -> bool {
        let this = &mut self.members[member as usize];
        if this.down || this.stage == Stage::Gone {
            return false;
        }
        this.down = true;
        self.exit(member);
        true
    }

    fn restart(&mut self, member: u32) -> bool {
        let this = &mut self.members[member as usize];
        let was_down = std::mem::take(&mut this.down);
        if this.stage != Stage::Gone {
            return was_down;
        }
        if this.role == Role::Seed {
            self.enter(member);
            if self.setup.server_only {
                // Whoever asks in vain asks again; nobody needs to be told.
                self.give(member);
            } else {
                self.find(member);
            }
        } else {
            self.look(member);
        }
        true
    }

    /// The members of a group.
    fn members_in(&self, group: usize) -> std::ops::Range<u32> {
        let Setup { seeds, users, .. } = self.setup;
        if group == SEEDS { 0..seeds } else { seeds..seeds + users }
    }

    fn drop_between(&mut self, a: u32, b: u32) {
        for (from, to) in [(a, b), (b, a)] {
            let lane = self.lanes_of(from).find(|lane| self.lanes[*lane].to == to);
            if let Some(lane) = lane {
                self.drop_lane(lane as u32);
                if self.setup.server_only {
                    self.find_seed(to);
                }
                self.give(from);
            }
        }
    }

    /// What seeds have sent, in thousandths of the file.
    fn seed_copies(&self) -> Option<Thousandths> {
        Some((self.total.seeds * 1_000 / u64::from(self.setup.pieces)) as Thousandths)
    }

    // ---- For tests: what must hold at every moment ----

    /// How many members there are: seeds, then peers.
    pub fn members(&self) -> u32 {
        self.members.len() as u32
    }

    /// Pieces that the member has sent and received so far, forged ones included.
    pub fn moved(&self, member: u32) -> (u32, u32) {
        let member = &self.members[member as usize];
        (member.given, member.taken)
    }

    /// The rates in use, sending and receiving, in kilobits per second.
    pub fn rates(&self, member: u32) -> (u32, u32) {
        let member = &self.members[member as usize];
        (member.outgoing, member.incoming)
    }

    /// Whether the peer has finished, which of all pieces it has, and which of those are forged; one bit each.
    pub fn pieces_of(&self, member: u32) -> (bool, [u64; 4], [u64; 4]) {
        let forged = self.forged.get(member as usize).copied().unwrap_or_default();
        (self.members[member as usize].done, self.bits[member as usize].have, forged)
    }

    /// Bits of a piece, and pieces of the largest batch.
    pub fn batch(&self) -> (u64, u32) {
        (self.setup.bits, self.setup.batch)
    }
}

impl World for Swarm {
    fn advance(&mut self, until: Time, most: u32) -> bool {
        for _ in 0..most {
            match self.agenda.pop_before(until) {
                Some(event) => self.handle(event),
                None => return true,
            }
        }
        false
    }

    fn now(&self) -> Time {
        self.agenda.now()
    }

    fn apply(&mut self, change: &Change) {
        self.hash.word(self.agenda.now().as_micros());
        let now = self.agenda.now();
        match *change {
            Change::Stop(node) => match self.member_of(node) {
                NONE if self.tracker_up => {
                    self.tracker_up = false;
                    self.mark(5, NONE);
                    let text = "The tracker stopped: those who know one another go on; until it is back, newcomers find nobody.";
                    self.story.tell(now, text.to_owned());
                }
                NONE => {}
                member => {
                    if self.stop(member) {
                        let text = if member < self.setup.seeds && !self.setup.server_only {
                            "what it was sending is lost, and the peers have one another"
                        } else if member < self.setup.seeds {
                            "whom it was sending to gets nothing from it any more"
                        } else {
                            "what was on its way is lost; its complete pieces stay on its disk"
                        };
                        self.story.tell(now, format!("{} stopped: {text}.", self.label(member)));
                        self.tell_missing();
                    }
                }
            },
            Change::Restart(node) => match self.member_of(node) {
                NONE if !self.tracker_up => {
                    self.tracker_up = true;
                    self.told.lost = false;
                    self.mark(6, NONE);
                    let text = "The tracker is back, and hears again from all who are there.";
                    self.story.tell(now, text.to_owned());
                }
                NONE => {}
                member => {
                    if self.restart(member) {
                        let held = self.members[member as usize].held;
                        let text =
                            format!("{} is back, with {held} of {} pieces.", self.label(member), self.setup.pieces);
                        self.story.tell(now, text);
                        self.tell_missing();
                    }
                }
            },
            Change::Slow(node, by) => {
                self.mark(7, node);
                match self.member_of(node) {
                    NONE => self.tracker_slow = by,
                    member => self.members[member as usize].slow = by as u8,
                }
            }
            Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) => {
                self.mark(8, a ^ b << 16);
                let (a, b) = (self.member_of(a), self.member_of(b));
                let (a, b) = (a.min(b), a.max(b));
                match *change {
                    Change::Cut(..) if !self.cuts.contains(&(a, b)) => {
                        self.cuts.push((a, b));
                        if b != NONE {
                            self.drop_between(a, b);
                        }
                    }
                    Change::Heal(..) => self.cuts.retain(|cut| *cut != (a, b)),
                    Change::Delay(_, _, later) => {
                        self.delays.retain(|delay| (delay.0, delay.1) != (a, b));
                        if later > Duration::ZERO {
                            self.delays.push((a, b, later));
                        }
                    }
                    _ => {}
                }
            }
            Change::StopShare { group, percent } => {
                let up = |member: &u32| matches!(self.members[*member as usize].stage, Stage::In | Stage::Looking);
                let mut up: Vec<u32> = self.members_in(group).filter(up).collect();
                let count = (up.len() * percent as usize).div_ceil(100);
                for place in 0..count {
                    let other = place + self.chance.below((up.len() - place) as u64) as usize;
                    up.swap(place, other);
                    self.stop(up[place]);
                }
                if count > 0 {
                    let Some(name) = self.names.groups().get(group).map(|group| group.name) else { return };
                    let s = if count == 1 { "" } else { "s" };
                    let text =
                        format!("{count} {name}{s} stopped at once: what was on its way from or to them is lost.");
                    self.story.tell(now, text);
                }
                self.tell_missing();
            }
            Change::RestartAll { group } => {
                let mut back = 0;
                for member in self.members_in(group) {
                    back += u32::from(self.restart(member));
                }
                if back > 0 {
                    let Some(name) = self.names.groups().get(group).map(|group| group.name) else { return };
                    let text = format!("All {name}s are back, with the pieces that they had.");
                    self.story.tell(now, text);
                }
                self.tell_missing();
            }
            Change::Set { knob, value } => {
                self.mark(9, knob as u32);
                self.settings.set(knob, value.into());
                self.setup.turn(&self.settings);
            }
        }
    }

    fn row(&mut self, length: Duration) -> Row {
        let setup = &self.setup;
        let percent = |count: u32| (u64::from(count) * 100_000).checked_div(setup.wanting.into());
        // What all uploads together can have sent by now, once a first copy can have come through.
        let first_copy = setup.bound(Duration::ZERO).map(|_| {
            let seeds = setup.seed_rate.saturating_mul(setup.seeds);
            transfer_micros(u64::from(setup.file_mb) * 8_000_000, seeds.min(setup.down_rate))
        });
        let possible = first_copy.map(|first_copy| {
            let now = self.agenda.now().as_micros();
            let peers = if setup.server_only { 0 } else { u64::from(setup.givers) * u64::from(setup.up_rate) };
            let rate = u128::from(u64::from(setup.seeds) * u64::from(setup.seed_rate) + peers);
            let copies = u128::from(now) * rate * 100_000 / 1_000;
            let file = u128::from(setup.file_mb) * 8_000_000 * u128::from(setup.wanting.max(1));
            if now < first_copy { 0 } else { (copies / file).min(100_000) as Thousandths }
        });
        // Bits per microsecond are megabits per second.
        let rate = |pieces: u64| {
            let bits = u128::from(pieces) * u128::from(setup.bits) * 1_000;
            Some((bits / u128::from(length.as_micros().max(1))) as Thousandths)
        };
        let row = vec![
            percent(self.finished).map(|share| share as Thousandths),
            possible,
            rate(self.window.peers),
            rate(self.window.seeds),
            rate(self.window.forged),
            Some(self.mean_copies()),
            Some(Thousandths::from(self.rarest()) * 1_000),
        ];
        self.window = Moved::default();
        row
    }

    fn scene(&self) -> Scene {
        self.draw()
    }

    fn story(&self) -> &[Line] {
        self.story.lines()
    }

    fn facts(&self) -> Vec<Option<Thousandths>> {
        let whole = |count: u64| Some((count * 1_000) as Thousandths);
        let share = |part: u64, all: u64| (part * 100_000).checked_div(all).map(|share| share as Thousandths);
        // Microseconds to thousandths of a second.
        let seconds = |micros: Option<u64>| micros.map(|micros| (micros / 1_000) as Thousandths);
        let bound = self.setup.bound(self.last_arrival).map(Duration::as_micros);
        let at = self.finished_at.map(Time::as_micros);
        let ratio = at.zip(bound).and_then(|(at, bound)| (at * 1_000).checked_div(bound));
        let Moved { seeds, peers, forged } = self.total;
        vec![
            share(self.finished.into(), self.setup.wanting.into()),
            seconds(at),
            seconds(bound),
            ratio.map(|ratio| ratio as Thousandths),
            seconds(self.times.quantile(500)),
            seconds(self.times.quantile(950)),
            seconds(self.giver_times.quantile(500)),
            seconds(self.rider_times.quantile(500)),
            share(peers, seeds + peers),
            self.seed_copies(),
            whole(self.rarest().into()),
            Some(self.mean_copies()),
            whole(self.missing.into()),
            whole(self.looking.into()),
            whole(self.rejected),
            whole(self.corrupted.into()),
            share(forged, seeds + peers + forged),
        ]
    }

    fn hash(&self) -> TraceHash {
        self.hash
    }

    fn events(&self) -> u64 {
        self.agenda.handled()
    }

    fn bytes(&self) -> usize {
        let lines: usize = self.queues.iter().map(|queue| queue.capacity() * size_of::<u32>()).sum();
        self.agenda.bytes()
            + self.bits.capacity() * size_of::<Bits>()
            + self.members.capacity() * size_of::<Member>()
            + self.forged.capacity() * size_of::<Pieces>()
            + self.strikes.capacity()
            + self.edges.capacity() * size_of::<Edge>()
            + self.lanes.capacity() * size_of::<Lane>()
            + (self.present.capacity() + self.place.capacity() + self.served_by.capacity()) * size_of::<u32>()
            + self.free.iter().map(|free| free.capacity() * size_of::<u32>()).sum::<usize>()
            + lines
    }

    fn is_over(&self) -> bool {
        self.finished == self.setup.wanting && self.arrived == self.setup.users
    }

    fn copy(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

impl Swarm {
    /// Copies of the rarest piece.
    pub(super) fn rarest(&self) -> u32 {
        self.good[..self.setup.pieces as usize].iter().copied().min().unwrap_or_default()
    }

    /// Copies of a piece on average, in thousandths.
    fn mean_copies(&self) -> Thousandths {
        (self.good_total * 1_000 / u64::from(self.setup.pieces)) as Thousandths
    }

    /// How many members are there.
    pub(super) fn there(&self) -> usize {
        self.present.len()
    }

    /// By how much later than it should what goes between two comes.
    pub(super) fn delay(&self, a: u32, b: u32) -> Duration {
        let between = self.delays.iter().find(|delay| (delay.0, delay.1) == (a.min(b), a.max(b)));
        between.map_or(Duration::ZERO, |delay| delay.2)
    }

    /// How much of its way a batch has behind it, in thousandths.
    pub(super) fn way(&self, lane: &Lane) -> u16 {
        let (now, began) = (self.agenda.now(), lane.began);
        let all = lane.ends.since(began).as_micros().max(1);
        (now.since(began).as_micros() * 1_000 / all).min(1_000) as u16
    }
}
