//! The fast queue.

use super::EventQueue;
use crate::Time;
use std::collections::VecDeque;

/// How many events a chunk holds.
const CHUNK: usize = 31;
/// A rung has at most two to the power of this many buckets, and one for what is later: their heads stay in the
/// processor's nearest cache.
const FAN_OUT: u32 = 9;
/// So many events are sorted at once; of more a rung is made.
const FEW: usize = 32;
/// So many events may have to make room for a new one at the bottom; beyond that a rung is made of it. Runs
/// with fewer pending events than this never have rungs, and a clone of them is a clone of one list.
const SHIFTED: usize = 64;
/// With so many rungs another one is not put below them: all are made one. Each narrows the time at least by
/// four, so that only pushing from the latest to the earliest comes so far.
const RUNGS: usize = 24;

/// A ladder queue (Tang, Goh & Thng 2005): a constant number of moves for each event, whatever the number of
/// pending events and however their times are spread.
///
/// Only the earliest events are sorted: the *bottom*. Above it stand *rungs*, each divided into buckets of equal
/// spans of time; a rung covers one bucket of the rung above. What is later than all of them waits in no order
/// at the *top*. When the bottom is used up, the next bucket is sorted into it, or, if it holds too many, divided
/// into a rung of its own. Buckets are lists of chunks of equal size, which are used again and again.
///
/// No numbers are kept for ties: events at the same time stay in the order of pushing all the way down. Pushing
/// something earlier than what was popped last is allowed, it is then the next.
///
/// An event of 16 bytes takes 24 here, and its share of chunks that are not full.
#[derive(Debug)]
pub struct LadderQueue<T> {
    /// Sorted, the next event last. Empty only if the queue is.
    bottom: Vec<Entry<T>>,
    /// The first `depth` are in use, each later than the next; each has a bucket left.
    rungs: Vec<Rung<T>>,
    depth: usize,
    /// What is later than `covered`, and from when to when that is.
    top: Bucket<T>,
    earliest: Time,
    latest: Time,
    /// The latest time that belongs below the top: [`Time::MAX`] while all events are in the bottom.
    covered: Time,
    /// How many events are not in the bottom.
    above: usize,
    spare: Spare<T>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    at: Time,
    event: T,
}

/// Up to [`CHUNK`] events in the order of pushing; its capacity is that or nothing.
type Chunk<T> = Vec<Entry<T>>;

/// Events in the order of pushing.
#[derive(Debug)]
struct Bucket<T> {
    full: VecDeque<Chunk<T>>,
    /// The chunk that is being filled; without memory if there are no events.
    tail: Chunk<T>,
}

#[derive(Debug)]
struct Rung<T> {
    /// When the first bucket begins.
    start: Time,
    /// Each bucket spans two to the power of this many microseconds; the last one all that is later.
    shift: u32,
    /// The next bucket to be used; those before it are empty.
    next: usize,
    last: usize,
    /// When the next bucket begins.
    from: Time,
    /// From `last + 1` on they are empty.
    buckets: Vec<Bucket<T>>,
}

/// Chunks that wait for their next use.
#[derive(Debug)]
struct Spare<T> {
    chunks: Vec<Chunk<T>>,
    /// How many chunks there are altogether.
    made: usize,
}

impl<T> Spare<T> {
    fn take(&mut self) -> Chunk<T> {
        self.chunks.pop().unwrap_or_else(|| {
            self.made += 1;
            Vec::with_capacity(CHUNK)
        })
    }

    fn put(&mut self, mut chunk: Chunk<T>) {
        if chunk.capacity() > 0 {
            chunk.clear();
            self.chunks.push(chunk);
        }
    }
}

impl<T> Bucket<T> {
    const EMPTY: Self = Self { full: VecDeque::new(), tail: Vec::new() };

    fn len(&self) -> usize {
        self.full.len() * CHUNK + self.tail.len()
    }

    fn is_empty(&self) -> bool {
        // The last chunk is begun only for an event.
        self.tail.is_empty() && self.full.is_empty()
    }

    #[inline]
    fn append(&mut self, entry: Entry<T>, spare: &mut Spare<T>) {
        if self.tail.len() == self.tail.capacity() {
            self.begin_chunk(spare);
        }
        self.tail.push(entry);
    }

    #[cold]
    #[inline(never)]
    fn begin_chunk(&mut self, spare: &mut Spare<T>) {
        let full = std::mem::replace(&mut self.tail, spare.take());
        if !full.is_empty() {
            self.full.push_back(full);
        }
    }

    /// Takes the chunk that was begun first.
    fn pop_chunk(&mut self) -> Chunk<T> {
        self.full.pop_front().unwrap_or_else(|| std::mem::take(&mut self.tail))
    }

    fn chunks(&self) -> impl Iterator<Item = &Chunk<T>> {
        self.full.iter().chain([&self.tail])
    }

    /// The earliest and the latest time.
    fn span(&self) -> (Time, Time) {
        let (mut earliest, mut latest) = (Time::MAX, Time::ZERO);
        for entry in self.chunks().flatten() {
            earliest = earliest.min(entry.at);
            latest = latest.max(entry.at);
        }
        (earliest, latest)
    }
}

impl<T: Clone> Bucket<T> {
    /// Becomes like `other`; it must be empty.
    fn fill(&mut self, other: &Self, spare: &mut Spare<T>) {
        for from in &other.full {
            let mut chunk = spare.take();
            chunk.clone_from(from);
            self.full.push_back(chunk);
        }
        if !other.tail.is_empty() {
            self.tail = spare.take();
            self.tail.clone_from(&other.tail);
        }
    }
}

impl<T> Rung<T> {
    #[inline]
    fn place(&self, at: Time) -> usize {
        ((at.as_micros() - self.start.as_micros()) >> self.shift).min(self.last as u64) as usize
    }
}

impl<T> Default for LadderQueue<T> {
    fn default() -> Self {
        Self {
            bottom: vec![],
            rungs: vec![],
            depth: 0,
            top: Bucket::EMPTY,
            earliest: Time::MAX,
            latest: Time::ZERO,
            covered: Time::MAX,
            above: 0,
            spare: Spare { chunks: vec![], made: 0 },
        }
    }
}

impl<T: Clone> Clone for LadderQueue<T> {
    fn clone(&self) -> Self {
        let mut clone = Self::default();
        clone.clone_from(self);
        clone
    }

    fn clone_from(&mut self, other: &Self) {
        self.bottom.clone_from(&other.bottom);
        if self.above > 0 {
            self.empty_ladder();
        }
        if other.above > 0 {
            self.climb_like(other);
        }
    }
}

impl<T: Clone> LadderQueue<T> {
    /// Takes over all above the bottom, where nothing must be.
    #[inline(never)]
    fn climb_like(&mut self, other: &Self) {
        (self.depth, self.above, self.covered) = (other.depth, other.above, other.covered);
        (self.earliest, self.latest) = (other.earliest, other.latest);
        self.top.fill(&other.top, &mut self.spare);
        for (index, from) in other.rungs[..other.depth].iter().enumerate() {
            let rung = rung_at(&mut self.rungs, index, from.last);
            (rung.start, rung.shift, rung.next, rung.from) = (from.start, from.shift, from.next, from.from);
            for (bucket, from) in rung.buckets.iter_mut().zip(&from.buckets[..=from.last]) {
                bucket.fill(from, &mut self.spare);
            }
        }
    }
}

/// The rung with that index, whose buckets are empty; after that it has buckets up to and including `last`.
fn rung_at<T>(rungs: &mut Vec<Rung<T>>, index: usize, last: usize) -> &mut Rung<T> {
    if rungs.len() == index {
        rungs.push(Rung { start: Time::ZERO, shift: 0, next: 0, last, from: Time::ZERO, buckets: vec![] });
    }
    let rung = &mut rungs[index];
    if rung.buckets.len() <= last {
        rung.buckets.resize_with(last + 1, || Bucket::EMPTY);
    }
    rung.last = last;
    rung
}

impl<T> LadderQueue<T> {
    /// Makes the events that are not in the bottom none.
    #[inline(never)]
    fn empty_ladder(&mut self) {
        let rungs = self.rungs[..self.depth].iter_mut().flat_map(|rung| &mut rung.buckets[..=rung.last]);
        for bucket in rungs.chain([&mut self.top]) {
            while !bucket.is_empty() {
                self.spare.put(bucket.pop_chunk());
            }
        }
        self.all_in_bottom();
        self.above = 0;
    }

    /// Nothing is above: all that comes goes to the bottom, until it is too much.
    fn all_in_bottom(&mut self) {
        (self.depth, self.covered) = (0, Time::MAX);
        (self.earliest, self.latest) = (Time::MAX, Time::ZERO);
    }

    /// A rung below all others for so many events from `earliest` to `latest`.
    fn add_rung(&mut self, number: usize, earliest: Time, latest: Time) -> &mut Rung<T> {
        let width = latest.as_micros() - earliest.as_micros();
        let buckets = (number / 8).max(8).ilog2().min(FAN_OUT);
        let shift = (u64::BITS - width.leading_zeros()).saturating_sub(buckets);
        // With buckets of a microsecond each is of one time, but for what is later than all.
        let last = (width >> shift) as usize + usize::from(shift == 0);
        let rung = rung_at(&mut self.rungs, self.depth, last);
        (rung.start, rung.shift, rung.next, rung.from) = (earliest, shift, 0, earliest);
        self.depth += 1;
        rung
    }

    /// Divides a bucket into a rung below all others.
    fn divide(&mut self, mut bucket: Bucket<T>, earliest: Time, latest: Time) {
        self.add_rung(bucket.len(), earliest, latest);
        let rung = &mut self.rungs[self.depth - 1];
        while !bucket.is_empty() {
            let mut chunk = bucket.pop_chunk();
            for entry in chunk.drain(..) {
                let place = rung.place(entry.at);
                rung.buckets[place].append(entry, &mut self.spare);
            }
            self.spare.put(chunk);
        }
    }

    /// Brings the next events to the bottom, which is empty; there must be some.
    #[inline(never)]
    fn refill(&mut self) {
        loop {
            let Some(rung) = self.rungs[..self.depth].last_mut() else {
                let top = std::mem::replace(&mut self.top, Bucket::EMPTY);
                if top.len() <= FEW {
                    self.sort(top);
                    break;
                }
                let (earliest, latest) = (self.earliest, self.latest);
                self.covered = latest;
                (self.earliest, self.latest) = (Time::MAX, Time::ZERO);
                self.divide(top, earliest, latest);
                continue;
            };
            let Some(empty) = rung.buckets[rung.next..=rung.last].iter().position(|bucket| !bucket.is_empty()) else {
                self.depth -= 1;
                continue;
            };
            rung.next += empty;
            let begins = |place: usize| Time::from_micros(rung.start.as_micros() + ((place as u64) << rung.shift));
            if rung.shift == 0 && rung.next < rung.last {
                // All of one time: in order as they are, and what is pushed for that time goes behind them.
                rung.from = begins(rung.next);
                let mut chunk = rung.buckets[rung.next].pop_chunk();
                self.above -= chunk.len();
                self.bottom.extend(chunk.drain(..).rev());
                self.spare.put(chunk);
                break;
            }
            let bucket = std::mem::replace(&mut rung.buckets[rung.next], Bucket::EMPTY);
            if rung.next == rung.last {
                self.depth -= 1;
            } else {
                rung.next += 1;
                rung.from = begins(rung.next);
            }
            if bucket.len() <= FEW {
                self.sort(bucket);
                break;
            }
            let (earliest, latest) = bucket.span();
            self.divide(bucket, earliest, latest);
        }
        if self.above == 0 {
            self.all_in_bottom();
        }
    }

    /// Sorts few events into the bottom, which is empty.
    fn sort(&mut self, mut bucket: Bucket<T>) {
        while !bucket.is_empty() {
            let mut chunk = bucket.pop_chunk();
            self.bottom.append(&mut chunk);
            self.spare.put(chunk);
        }
        self.above -= self.bottom.len();
        order(&mut self.bottom);
    }

    /// Makes a rung of the bottom, which has become too long, and a new bottom of its beginning.
    #[cold]
    #[inline(never)]
    fn split(&mut self) {
        if self.depth == RUNGS {
            self.merge();
        }
        let (Some(first), Some(last)) = (self.bottom.last(), self.bottom.first()) else { return };
        let (earliest, latest) = (first.at, last.at);
        if self.above == 0 {
            self.covered = latest;
        }
        self.above += self.bottom.len();
        self.add_rung(self.bottom.len(), earliest, latest);
        let rung = &mut self.rungs[self.depth - 1];
        while let Some(entry) = self.bottom.pop() {
            let place = rung.place(entry.at);
            rung.buckets[place].append(entry, &mut self.spare);
        }
        self.refill();
    }

    /// Makes one rung of all.
    fn merge(&mut self) {
        let mut all = Bucket::EMPTY;
        // What is pushed first comes first: of two events at one time it is the one further below.
        while self.depth > 0 {
            self.depth -= 1;
            let rung = &mut self.rungs[self.depth];
            for bucket in &mut rung.buckets[rung.next..=rung.last] {
                while !bucket.is_empty() {
                    let mut chunk = bucket.pop_chunk();
                    for entry in chunk.drain(..) {
                        all.append(entry, &mut self.spare);
                    }
                    self.spare.put(chunk);
                }
            }
        }
        let (earliest, latest) = all.span();
        if earliest <= latest {
            self.divide(all, earliest, latest);
        }
    }

    /// The chunks above the bottom; of two events at one time the one that was pushed first comes first.
    fn chunks(&self) -> impl Iterator<Item = &Chunk<T>> {
        let rungs = self.rungs[..self.depth].iter().rev();
        rungs.flat_map(|rung| &rung.buckets[rung.next..=rung.last]).chain([&self.top]).flat_map(Bucket::chunks)
    }
}

/// Puts at most [`FEW`] events, which are in the order of pushing, so that the next is the last.
///
/// Each is compared with each and then moved once. That takes no branch on a comparison: the processor could
/// only guess, and a wrong guess costs as much as ten comparisons.
fn order<T>(entries: &mut [Entry<T>]) {
    let mut times = [Time::ZERO; FEW];
    let mut places = [0u8; FEW];
    let number = entries.len().min(FEW);
    for (index, entry) in entries.iter().enumerate().take(number) {
        times[index] = entry.at;
        let mut passed = 0;
        for (place, earlier) in places[..index].iter_mut().zip(&times[..index]) {
            let pass = u8::from(*earlier <= entry.at);
            *place += pass;
            passed += pass;
        }
        places[index] = index as u8 - passed;
    }
    for index in 0..number {
        while usize::from(places[index]) != index {
            let place = usize::from(places[index]);
            entries.swap(index, place);
            places.swap(index, place);
        }
    }
}

impl<T> EventQueue<T> for LadderQueue<T> {
    #[inline]
    fn push(&mut self, at: Time, event: T) {
        let entry = Entry { at, event };
        if at > self.covered {
            self.earliest = self.earliest.min(at);
            self.latest = self.latest.max(at);
            self.above += 1;
            return self.top.append(entry, &mut self.spare);
        }
        for rung in &mut self.rungs[..self.depth] {
            if at >= rung.from {
                self.above += 1;
                let place = rung.place(at);
                return rung.buckets[place].append(entry, &mut self.spare);
            }
        }
        let place = self.bottom.partition_point(|other| other.at > at);
        self.bottom.insert(place, entry);
        if self.bottom.len() - place > SHIFTED {
            self.split();
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<(Time, T)> {
        let Entry { at, event } = self.bottom.pop()?;
        if self.bottom.is_empty() && self.above > 0 {
            self.refill();
        }
        Some((at, event))
    }

    #[inline]
    fn next_time(&self) -> Option<Time> {
        self.bottom.last().map(|entry| entry.at)
    }

    fn len(&self) -> usize {
        self.bottom.len() + self.above
    }

    fn bytes(&self) -> usize {
        let buckets = self.rungs.iter().map(|rung| rung.buckets.capacity()).sum::<usize>();
        let lists = self.rungs.iter().flat_map(|rung| &rung.buckets).chain([&self.top]);
        let lists = lists.map(|bucket| bucket.full.capacity()).sum::<usize>() + self.spare.chunks.capacity();
        (self.spare.made * CHUNK + self.bottom.capacity()) * size_of::<Entry<T>>()
            + lists * size_of::<Chunk<T>>()
            + buckets * size_of::<Bucket<T>>()
            + self.rungs.capacity() * size_of::<Rung<T>>()
    }

    fn iter<'a>(&'a self) -> impl Iterator<Item = (Time, &'a T)>
    where
        T: 'a,
    {
        self.bottom.iter().rev().chain(self.chunks().flatten()).map(|entry| (entry.at, &entry.event))
    }

    fn in_order<'a>(&'a self) -> Vec<(Time, &'a T)>
    where
        T: 'a,
    {
        let mut all = Vec::with_capacity(self.len());
        all.extend(self.bottom.iter().rev().map(|entry| (entry.at, &entry.event)));
        // Nothing above is earlier than the bottom, and of each time what was pushed first comes first.
        for entry in self.chunks().flatten() {
            let place = all.partition_point(|(other, _)| *other <= entry.at);
            all.insert(place, (entry.at, &entry.event));
        }
        all
    }
}
