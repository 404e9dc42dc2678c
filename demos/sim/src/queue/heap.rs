//! The plain queue: what the fast one is tested against.

use super::EventQueue;
use crate::Time;
use std::{cmp::Ordering, collections::BinaryHeap};

/// A binary heap: O(log n) for each operation. It is so plain that [`LadderQueue`](crate::LadderQueue) is tested
/// against it.
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

    fn in_order<'a>(&'a self) -> Vec<(Time, &'a T)>
    where
        T: 'a,
    {
        let mut all: Vec<&Entry<T>> = Vec::with_capacity(self.heap.len());
        for entry in &self.heap {
            all.insert(all.partition_point(|other| (other.at, other.seq) < (entry.at, entry.seq)), entry);
        }
        all.into_iter().map(|entry| (entry.at, &entry.event)).collect()
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
