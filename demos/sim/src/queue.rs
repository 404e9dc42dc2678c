//! The set of pending events.

use crate::Time;
use std::{cmp::Ordering, collections::BinaryHeap};

/// Events waiting for their time.
///
/// `pop` gives them in the order of `(time, sequence number)`: of two events at the same time the
/// one that was pushed first comes first. Every implementation agrees on that to the last tie, so
/// that they can be tested against each other and exchanged without changing a run.
pub trait EventQueue<T> {
    /// Adds an event.
    fn push(&mut self, at: Time, event: T);
    /// Takes the earliest event out.
    fn pop(&mut self) -> Option<(Time, T)>;
    /// The time of the earliest event.
    fn next_time(&self) -> Option<Time>;
    /// How many events are waiting.
    fn len(&self) -> usize;
    /// Whether no event is waiting.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The memory held, in bytes: by the events and by what is kept for later ones.
    fn bytes(&self) -> usize;
    /// All waiting events, in no particular order.
    fn iter<'a>(&'a self) -> impl Iterator<Item = (Time, &'a T)>
    where
        T: 'a;
}

/// A binary heap: O(log n) for each operation.
#[derive(Debug)]
pub struct HeapQueue<T> {
    heap: BinaryHeap<Entry<T>>,
    pushed: u64,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    at: Time,
    seq: u64,
    event: T,
}

impl<T: Clone> Clone for HeapQueue<T> {
    fn clone(&self) -> Self {
        Self { heap: self.heap.clone(), pushed: self.pushed }
    }

    // Keeps the memory; the derived one does not.
    fn clone_from(&mut self, other: &Self) {
        self.heap.clone_from(&other.heap);
        self.pushed = other.pushed;
    }
}

impl<T> Default for HeapQueue<T> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), pushed: 0 }
    }
}

impl<T> HeapQueue<T> {
    /// All waiting events in the order in which they will happen.
    pub(crate) fn in_order(&self) -> Vec<(Time, &T)> {
        // So few in the runs that are asked that inserting is as fast as the library's sort, and that is 3 KB
        // of the module.
        let mut all: Vec<&Entry<T>> = Vec::with_capacity(self.heap.len());
        for entry in &self.heap {
            all.insert(all.partition_point(|other| (other.at, other.seq) < (entry.at, entry.seq)), entry);
        }
        all.into_iter().map(|entry| (entry.at, &entry.event)).collect()
    }
}

impl<T> EventQueue<T> for HeapQueue<T> {
    fn push(&mut self, at: Time, event: T) {
        let seq = self.pushed;
        self.pushed += 1;
        self.heap.push(Entry { at, seq, event });
    }

    fn pop(&mut self) -> Option<(Time, T)> {
        self.heap.pop().map(|entry| (entry.at, entry.event))
    }

    fn next_time(&self) -> Option<Time> {
        self.heap.peek().map(|entry| entry.at)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }

    fn bytes(&self) -> usize {
        self.heap.capacity() * size_of::<Entry<T>>()
    }

    fn iter<'a>(&'a self) -> impl Iterator<Item = (Time, &'a T)>
    where
        T: 'a,
    {
        self.heap.iter().map(|entry| (entry.at, &entry.event))
    }
}

// Reversed: BinaryHeap gives the greatest first, the queue the earliest.
impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Entry<T> {}
