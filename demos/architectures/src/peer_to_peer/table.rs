//! Kademlia's routing tables, and who of all is closest.

use crate::parts::overlay::NOBODY;
use sim::Rng;

/// How many contacts a bucket has, how many peers an answer names, and how many of the closest must have answered
/// before a lookup gives up: the paper's *k*.
pub const K: usize = 8;

/// For each peer the contacts that it knows, by how long a prefix of their ids it shares with them.
#[derive(Clone, Debug)]
pub struct Tables {
    /// In ascending order: peers are numbered by their ids.
    ids: Vec<u32>,
    buckets: usize,
    contacts: Vec<u32>,
}

/// Different ids spread evenly, in ascending order: the gaps between them are exponential, as between points
/// thrown at random, so nothing has to be sorted.
fn ids(peers: u32, rng: &mut Rng) -> Vec<u32> {
    let mut sum = 0.0;
    let sums: Vec<f64> = (0..peers)
        .map(|_| {
            sum += rng.exponential();
            sum
        })
        .collect();
    let all = sum + rng.exponential();
    let mut least = 0;
    let spread = sums.into_iter().map(|sum| {
        // Two may fall together: the second moves on by one.
        let id = ((sum / all * (1u64 << 32) as f64) as u32).max(least);
        least = id.saturating_add(1);
        id
    });
    spread.collect()
}

impl Tables {
    /// Full tables, as after a long quiet time: of each bucket's part of the id space, `K` peers by chance, or all.
    pub fn new(peers: u32, rng: &mut Rng) -> Self {
        let ids = ids(peers, rng);
        let buckets = peers.ilog2() as usize + 2;
        let mut tables = Self { ids, buckets, contacts: vec![NOBODY; peers as usize * buckets * K] };
        tables.fill(0, peers, 0, rng);
        tables
    }

    /// The peers from `low` to `high` share `depth` bits: those with a 0 next get contacts with a 1, and the
    /// other way round.
    fn fill(&mut self, low: u32, high: u32, depth: usize, rng: &mut Rng) {
        if high - low < 2 || depth == 32 {
            return;
        }
        let middle = self.split(low, high, depth);
        for (ours, theirs) in [((low, middle), (middle, high)), ((middle, high), (low, middle))] {
            for peer in ours.0..ours.1 {
                self.fill_bucket(peer, depth.min(self.buckets - 1), theirs, rng);
            }
            self.fill(ours.0, ours.1, depth + 1, rng);
        }
    }

    fn fill_bucket(&mut self, peer: u32, bucket: usize, (first, end): (u32, u32), rng: &mut Rng) {
        let there = end - first;
        let place = self.place(peer, bucket);
        let slots = &mut self.contacts[place..place + K];
        let mut count = slots.iter().take_while(|contact| **contact != NOBODY).count();
        if there as usize <= K - count {
            slots[count..count + there as usize].iter_mut().zip(first..).for_each(|(slot, contact)| *slot = contact);
            return;
        }
        while count < K {
            let contact = first + rng.below(u64::from(there)) as u32;
            if !slots[..count].contains(&contact) {
                slots[count] = contact;
                count += 1;
            }
        }
    }

    /// Where among the peers from `low` to `high`, which share `depth` bits, the next bit becomes 1.
    fn split(&self, low: u32, high: u32, depth: usize) -> u32 {
        let bit = 1 << (31 - depth);
        low + self.ids[low as usize..high as usize].partition_point(|id| id & bit == 0) as u32
    }

    pub fn id(&self, peer: u32) -> u32 {
        self.ids[peer as usize]
    }

    /// How far a peer is from a key: Kademlia's metric is the exclusive or.
    pub fn distance(&self, peer: u32, key: u32) -> u32 {
        self.ids[peer as usize] ^ key
    }

    /// The `count` peers of all that are closest to a key, the closest first. Only for the beginning of a run:
    /// nobody in the network could know it.
    pub fn closest_of_all(&self, key: u32, count: usize) -> Vec<u32> {
        let mut found = Vec::with_capacity(count);
        self.descend(key, count, 0, self.ids.len() as u32, 0, &mut found);
        found
    }

    fn descend(&self, key: u32, count: usize, low: u32, high: u32, depth: usize, found: &mut Vec<u32>) {
        if low == high || found.len() == count {
            return;
        }
        if high - low == 1 || depth == 32 {
            found.push(low);
            return;
        }
        let middle = self.split(low, high, depth);
        let (near, far) = match key >> (31 - depth) & 1 {
            0 => ((low, middle), (middle, high)),
            _ => ((middle, high), (low, middle)),
        };
        self.descend(key, count, near.0, near.1, depth + 1, found);
        self.descend(key, count, far.0, far.1, depth + 1, found);
    }

    fn place(&self, peer: u32, bucket: usize) -> usize {
        (peer as usize * self.buckets + bucket) * K
    }

    fn bucket(&self, peer: u32, key: u32) -> usize {
        (self.distance(peer, key).leading_zeros() as usize).min(self.buckets - 1)
    }

    fn slots(&mut self, peer: u32, contact: u32) -> &mut [u32] {
        let place = self.place(peer, self.bucket(peer, self.id(contact)));
        &mut self.contacts[place..place + K]
    }

    /// A peer has heard of another: it remembers it if there is room. Contacts that it has are kept: who was there
    /// for long will be there for longer.
    pub fn learn(&mut self, peer: u32, contact: u32) {
        if peer != contact {
            let slots = self.slots(peer, contact);
            if !slots.contains(&contact)
                && let Some(free) = slots.iter_mut().find(|slot| **slot == NOBODY)
            {
                *free = contact;
            }
        }
    }

    /// A contact has not answered.
    pub fn forget(&mut self, peer: u32, contact: u32) {
        if peer != contact
            && let Some(slot) = self.slots(peer, contact).iter_mut().find(|slot| **slot == contact)
        {
            *slot = NOBODY;
        }
    }

    /// A peer comes anew and knows nobody.
    pub fn clear(&mut self, peer: u32) {
        let place = self.place(peer, 0);
        self.contacts[place..place + self.buckets * K].fill(NOBODY);
    }

    /// One contact of each bucket.
    pub fn samples(&self, peer: u32) -> impl Iterator<Item = u32> {
        let place = self.place(peer, 0);
        let all = &self.contacts[place..place + self.buckets * K];
        all.chunks(K).filter_map(|bucket| bucket.iter().copied().find(|contact| *contact != NOBODY))
    }

    /// Those that a peer knows closest to a key, at most `K`, the closest first.
    pub fn closest_known(&self, peer: u32, key: u32) -> Closest {
        let mut closest = Closest { peers: [NOBODY; K], count: 0 };
        let bucket = self.bucket(peer, key);
        // The key's own bucket is closer than the deeper ones, and they are closer than those before it; among
        // the deeper ones the order is another for each key.
        self.gather(peer, key, bucket..bucket + 1, &mut closest);
        if closest.count < K {
            self.gather(peer, key, bucket + 1..self.buckets, &mut closest);
        }
        for before in (0..bucket).rev() {
            if closest.count == K {
                break;
            }
            self.gather(peer, key, before..before + 1, &mut closest);
        }
        closest
    }

    fn gather(&self, peer: u32, key: u32, buckets: std::ops::Range<usize>, closest: &mut Closest) {
        let contacts = &self.contacts[self.place(peer, buckets.start)..self.place(peer, buckets.end)];
        for contact in contacts.iter().copied().filter(|contact| *contact != NOBODY) {
            let distance = self.distance(contact, key);
            let mut place = closest.count;
            while place > 0 && self.distance(closest.peers[place - 1], key) > distance {
                place -= 1;
            }
            if place < K {
                closest.count = (closest.count + 1).min(K);
                closest.peers.copy_within(place..closest.count - 1, place + 1);
                closest.peers[place] = contact;
            }
        }
    }

    pub fn bytes(&self) -> usize {
        4 * (self.ids.capacity() + self.contacts.capacity())
    }
}

/// What a peer answers.
pub struct Closest {
    peers: [u32; K],
    count: usize,
}

impl Closest {
    pub fn as_slice(&self) -> &[u32] {
        &self.peers[..self.count]
    }
}

/// How it stands with a peer that a lookup has heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Not yet asked.
    No,
    /// No answer yet.
    Waiting,
    Answered,
    /// It did not answer in time.
    Silent,
}

/// A peer that a lookup has heard of.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub peer: u32,
    pub distance: u32,
    /// How many answers led to it.
    pub hops: u16,
    pub asked: Asked,
    /// When it was asked.
    pub sent: sim::Time,
}

/// How many candidates a lookup remembers.
pub const CANDIDATES: usize = 4 * K;
