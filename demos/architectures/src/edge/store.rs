//! The items as the cloud has them, and the writes that meet there.

use sim::Time;

/// A write, as whoever did it tells the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// Which item, from 0.
    pub item: u32,
    /// Which replica.
    pub writer: u32,
    /// The state of the cloud that the writer had seen of that item: [`Store::state`]. A writer that writes an item
    /// again on top of a write of its own that still waits has seen what it had seen at that one, not more.
    pub base: u32,
    /// When it was done.
    pub at: Time,
    /// Its number: no two writes have the same, and none has 0.
    pub id: u32,
}

/// What became of a write that has come to the cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    /// It met a write that its writer had not seen, and whose writer had not seen it.
    pub conflict: bool,
    /// One of the two was lost.
    pub lost: bool,
}

/// A value that an item has.
#[derive(Clone, Copy, Debug)]
struct Version {
    /// The state of the cloud in which it came.
    since: u32,
    writer: u32,
    at: Time,
    id: u32,
}

#[derive(Clone, Debug, Default)]
struct Item {
    /// The state in which it changed last.
    changed: u32,
    /// One, none at the beginning; several while both sides of a conflict are kept.
    versions: Vec<Version>,
}

/// Items with versions. All writes of all replicas come here, those of each replica in their order and once.
///
/// That is why conflicts can be told exactly without a vector of counters for each item. What is here when a write
/// comes cannot have seen it. What the writer has seen is everything up to its base, and its own writes. So a version
/// that is here conflicts with the write if it came after the base and is somebody else's.
#[derive(Clone, Debug)]
pub struct Store {
    keep_both: bool,
    state: u32,
    items: Vec<Item>,
}

impl Store {
    /// So many items without a value. Of writes that conflict both are kept, or only the last one.
    pub fn new(items: u32, keep_both: bool) -> Self {
        Self { keep_both, state: 0, items: vec![Item::default(); items as usize] }
    }

    /// How many writes have come so far: the number of the present state.
    pub fn state(&self) -> u32 {
        self.state
    }

    /// A write comes in.
    pub fn write(&mut self, write: Write) -> Merge {
        self.state += 1;
        let item = &mut self.items[write.item as usize];
        // A write that is thrown away changes the item too: its writer has to learn what there is instead.
        item.changed = self.state;
        let version = Version { since: self.state, writer: write.writer, at: write.at, id: write.id };
        let unseen = |old: &Version| old.since > write.base && old.writer != write.writer;
        if self.keep_both {
            item.versions.retain(unseen);
            let conflict = !item.versions.is_empty();
            item.versions.push(version);
            return Merge { conflict, lost: false };
        }
        match item.versions.first_mut() {
            None => item.versions.push(version),
            Some(old) if unseen(old) => {
                if (old.at, old.writer) < (version.at, version.writer) {
                    *old = version;
                }
                return Merge { conflict: true, lost: true };
            }
            Some(old) => *old = version,
        }
        Merge::default()
    }

    /// The numbers of the writes that an item has as its value, in the order in which they came.
    pub fn versions(&self, item: u32) -> impl Iterator<Item = u32> {
        self.items[item as usize].versions.iter().map(|version| version.id)
    }

    /// An item's value as one number, 0 at the beginning: the sum of what [`value_of`] makes of its writes.
    pub(super) fn value(&self, item: u32) -> u32 {
        self.versions(item).fold(0, |sum, id| sum.wrapping_add(value_of(id)))
    }

    /// The items that have changed after that state.
    pub fn changed_since(&self, state: u32) -> impl Iterator<Item = u32> {
        let all = if state < self.state { &self.items[..] } else { &[] };
        (0..).zip(all).filter(move |(_, item)| item.changed > state).map(|(place, _)| place)
    }

    /// The memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.items.iter().map(|item| size_of::<Item>() + item.versions.capacity() * size_of::<Version>()).sum()
    }
}

/// The value of an item that has only that write: one number for each, and scattered, so that sums tell sets apart.
pub(super) fn value_of(id: u32) -> u32 {
    let mut z = id.wrapping_mul(0x9e37_79b9);
    z = (z ^ (z >> 16)).wrapping_mul(0x85eb_ca6b);
    z = (z ^ (z >> 13)).wrapping_mul(0xc2b2_ae35);
    z ^ (z >> 16)
}

/// What an item with that value adds to the digest of a replica: replicas with the same digest have the same items.
pub(super) fn digest(item: u32, value: u32) -> u64 {
    if value == 0 {
        return 0;
    }
    let mut z = (u64::from(item) << 32 | u64::from(value)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
