//! The set of pending events.

mod heap;
mod ladder;

pub use heap::HeapQueue;
pub use ladder::LadderQueue;

use crate::Time;

/// The queue of every [`Simulation`](crate::Simulation), and of every [`Agenda`](crate::Agenda) that names no other: the
/// fast one, or, with the feature `heap`, the plain one, so that the tests of the models can tell that it makes no
/// difference.
#[cfg(not(feature = "heap"))]
pub(crate) type Chosen<T> = LadderQueue<T>;
#[cfg(feature = "heap")]
pub(crate) type Chosen<T> = HeapQueue<T>;

/// Events waiting for their time.
///
/// `pop` gives them in the order of `(time, sequence number)`: of two events at the same time the
/// one that was pushed first comes first. Every implementation agrees on that to the last tie, so
/// that they can be tested against each other and exchanged without changing a run.
pub trait EventQueue<T> {
    /// Adds an event that happens at that time.
    fn push(&mut self, at: Time, event: T);
    /// Takes the earliest event out, with its time; nothing if none is waiting.
    fn pop(&mut self) -> Option<(Time, T)>;
    /// The time of the earliest event; nothing if none is waiting.
    fn next_time(&self) -> Option<Time>;
    /// How many events are waiting.
    fn len(&self) -> usize;
    /// Whether no event is waiting.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The memory that the queue holds, in bytes: for the events and for what is kept for later ones.
    fn bytes(&self) -> usize;
    /// All waiting events with their times, in no particular order.
    fn iter<'a>(&'a self) -> impl Iterator<Item = (Time, &'a T)>
    where
        T: 'a;
    /// All waiting events with their times, in the order in which they will happen: for pictures and checks of small
    /// runs, it may take as long as the square of their number.
    fn in_order<'a>(&'a self) -> Vec<(Time, &'a T)>
    where
        T: 'a;
}
