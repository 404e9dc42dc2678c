//! The models that the kernel is measured on, the same code natively and in WebAssembly.

use sim::{Agenda, Duration, EventQueue, NodeId, Rng, Stream, Time, Ziggurat};
use std::collections::VecDeque;

/// Takes out the next event and lets it happen, over and over.
pub trait Model {
    /// A new one of that size.
    fn new(size: u32) -> Self;
    /// Lets so many events happen. Returns a fingerprint of all that have happened so far.
    fn run(&mut self, events: u32) -> u64;
}

/// The hold model (Jones 1986): as many pending events as processes; each that happens makes another, after an
/// exponential time of a second on average.
pub struct Hold<Q> {
    agenda: Agenda<Hop, Q>,
    rng: Rng,
    ziggurat: Ziggurat,
    fingerprint: u64,
}

/// 16 bytes, as much as an event of a large model should take.
#[derive(Clone, Copy, Debug)]
pub struct Hop {
    process: u32,
    hops: u32,
    since: Time,
}

const SECOND: Duration = Duration::from_secs(1);

impl<Q: EventQueue<Hop> + Default> Model for Hold<Q> {
    fn new(size: u32) -> Self {
        let (mut agenda, ziggurat) = (Agenda::default(), Ziggurat::new());
        let mut rng = Rng::new(1, Stream::Node(NodeId(0)));
        for process in 0..size {
            let hop = Hop { process, hops: 0, since: Time::ZERO };
            agenda.after(ziggurat.exponential_with_mean(&mut rng, SECOND), hop);
        }
        Self { agenda, rng, ziggurat, fingerprint: 0 }
    }

    fn run(&mut self, events: u32) -> u64 {
        for _ in 0..events {
            let Some(hop) = self.agenda.pop_until(Time::MAX) else { break };
            let waited = self.agenda.now().since(hop.since).as_micros();
            self.fingerprint = mix(self.fingerprint, waited, hop.process ^ hop.hops);
            let hop = Hop { process: hop.process, hops: hop.hops + 1, since: self.agenda.now() };
            self.agenda.after(self.ziggurat.exponential_with_mean(&mut self.rng, SECOND), hop);
        }
        self.fingerprint
    }
}

/// M/M/c: clients with exponential times between their requests, a thousand a second in all, eight servers that take
/// 6.4 milliseconds on average, and one queue. Two kinds of events on very different scales of time.
pub struct Mmc<Q> {
    agenda: Agenda<Event, Q>,
    rng: Rng,
    ziggurat: Ziggurat,
    between: Duration,
    free: u32,
    queue: VecDeque<(Time, u32)>,
    waited: Duration,
    fingerprint: u64,
}

/// What happens in [`Mmc`].
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A client sends a request.
    Arrive(u32),
    /// A client's request is done.
    Leave(u32),
}

const SERVICE: Duration = Duration::from_micros(6_400);

impl<Q: EventQueue<Event> + Default> Mmc<Q> {
    fn serve(&mut self, client: u32) {
        self.agenda.after(self.ziggurat.exponential_with_mean(&mut self.rng, SERVICE), Event::Leave(client));
    }
}

impl<Q: EventQueue<Event> + Default> Model for Mmc<Q> {
    fn new(size: u32) -> Self {
        let (mut agenda, ziggurat) = (Agenda::default(), Ziggurat::new());
        let mut rng = Rng::new(2, Stream::Node(NodeId(0)));
        let between = Duration::from_millis(1).saturating_mul(u64::from(size));
        for client in 0..size {
            agenda.after(ziggurat.exponential_with_mean(&mut rng, between), Event::Arrive(client));
        }
        let (queue, waited) = (VecDeque::new(), Duration::ZERO);
        Self { agenda, rng, ziggurat, between, free: 8, queue, waited, fingerprint: 0 }
    }

    fn run(&mut self, events: u32) -> u64 {
        for _ in 0..events {
            let Some(event) = self.agenda.pop_until(Time::MAX) else { break };
            let now = self.agenda.now();
            match event {
                Event::Arrive(client) => {
                    let again = self.ziggurat.exponential_with_mean(&mut self.rng, self.between);
                    self.agenda.after(again, Event::Arrive(client));
                    if self.free > 0 {
                        self.free -= 1;
                        self.serve(client);
                    } else {
                        self.queue.push_back((now, client));
                    }
                }
                Event::Leave(client) => {
                    self.fingerprint = mix(self.fingerprint, now.as_micros(), client);
                    if let Some((since, next)) = self.queue.pop_front() {
                        self.waited = self.waited + now.since(since);
                        self.serve(next);
                    } else {
                        self.free += 1;
                    }
                }
            }
        }
        mix(self.fingerprint, self.waited.as_micros(), self.free)
    }
}

fn mix(fingerprint: u64, time: u64, what: u32) -> u64 {
    (fingerprint ^ time ^ (u64::from(what) << 40)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
}
