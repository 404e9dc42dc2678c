//! What a large model runs on: a clock and its pending events, nothing else.

use crate::{Duration, EventQueue, Time, queue::Chosen};

/// The pending events of a model that handles them itself, and the time of the last one.
///
/// A [`Simulation`](crate::Simulation) is for a run that is explained message by message: it knows
/// processes, links, faults by name and the cause of each event, and a reader can go back in it. An
/// agenda is for a run that is shown as numbers and dots: 100,000 peers, a million users. Its model is one
/// struct with flat lists, its events are a small `Copy` enum, 16 bytes at most, and its loop is
///
/// ```
/// # use sim::{Agenda, Duration, Time};
/// # #[derive(Clone, Copy)]
/// # enum Event { Arrive, Leave }
/// # let mut agenda = Agenda::<Event>::default();
/// # agenda.at(Time::from_secs(1), Event::Arrive);
/// # let mut inside = 0;
/// while let Some(event) = agenda.pop_until(Time::from_secs(60)) {
///     match event {
///         Event::Arrive => {
///             inside += 1;
///             agenda.after(Duration::from_secs(5), Event::Leave);
///         }
///         Event::Leave => inside -= 1,
///     }
/// }
/// # assert_eq!((inside, agenda.now(), agenda.handled()), (0, Time::from_secs(60), 2));
/// ```
///
/// Events come in the order of `(time, who was pushed first)`, as in every [`EventQueue`]. Like a
/// simulation it is a value: a clone goes on by itself.
#[derive(Debug)]
pub struct Agenda<E, Q = Chosen<E>> {
    queue: Q,
    now: Time,
    handled: u64,
    event: std::marker::PhantomData<E>,
}

impl<E, Q: Default> Default for Agenda<E, Q> {
    fn default() -> Self {
        Self { queue: Q::default(), now: Time::ZERO, handled: 0, event: std::marker::PhantomData }
    }
}

impl<E, Q: Clone> Clone for Agenda<E, Q> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), now: self.now, handled: self.handled, event: self.event }
    }

    // Keeps the queue's memory; the derived one does not.
    fn clone_from(&mut self, other: &Self) {
        self.queue.clone_from(&other.queue);
        (self.now, self.handled) = (other.now, other.handled);
    }
}

impl<E, Q: EventQueue<E>> Agenda<E, Q> {
    /// The agenda's simulated time: that of the event popped last, or the bound up to which nothing was left.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Adds an event at that time. A time that has passed counts as now, behind all that happens now already.
    pub fn at(&mut self, at: Time, event: E) {
        self.queue.push(at.max(self.now), event);
    }

    /// Adds an event that happens so much later than now.
    pub fn after(&mut self, after: Duration, event: E) {
        self.queue.push(self.now + after, event);
    }

    /// The time of the earliest pending event; nothing if none is pending.
    pub fn next_time(&self) -> Option<Time> {
        self.queue.next_time()
    }

    /// Takes out the earliest event up to and including `end`, and moves the time to the event's. If there is none,
    /// moves the time to `end`, which is never back.
    pub fn pop_until(&mut self, end: Time) -> Option<E> {
        if self.queue.next_time().is_some_and(|at| at <= end)
            && let Some((at, event)) = self.queue.pop()
        {
            self.now = at;
            self.handled += 1;
            return Some(event);
        }
        self.now = self.now.max(end);
        None
    }

    /// Takes out the earliest event before `end`, as [`Agenda::pop_until`] does, but none at `end` itself: slices that
    /// follow one another each have their own events then.
    pub fn pop_before(&mut self, end: Time) -> Option<E> {
        if self.queue.next_time().is_some_and(|at| at < end)
            && let Some((at, event)) = self.queue.pop()
        {
            self.now = at;
            self.handled += 1;
            return Some(event);
        }
        self.now = self.now.max(end);
        None
    }

    /// How many events are pending.
    pub fn pending(&self) -> usize {
        self.queue.len()
    }

    /// How many events have been popped so far.
    pub fn handled(&self) -> u64 {
        self.handled
    }

    /// The memory that the pending events hold, in bytes, with what is kept for later ones.
    pub fn bytes(&self) -> usize {
        self.queue.bytes()
    }
}
