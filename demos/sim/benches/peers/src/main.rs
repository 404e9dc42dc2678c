//! NeXosim on the kernel's models, one thread. Reads lines of `MODEL SIZE EVENTS` and answers each with the
//! nanoseconds of an event.
//!
//! Each model is one of NeXosim's with all state in it, which schedules events for itself: that is its fastest
//! way, no message goes from model to model. Numbers are drawn as the kernel draws them.

use nexosim::{
    model::{Context, Model, schedulable},
    simulation::{Mailbox, SimInit, Simulation},
    time::MonotonicTime,
};
use serde::{Deserialize, Serialize};
use sim::{Duration, NodeId, Rng, Stream, Ziggurat};
use std::{
    collections::VecDeque,
    io::{BufRead, Write},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Instant,
};

/// How many events have happened, in all models: nobody but one thread writes it.
static HANDLED: AtomicU64 = AtomicU64::new(0);

fn handled() {
    HANDLED.store(HANDLED.load(Relaxed) + 1, Relaxed);
}

/// What draws numbers; made anew where a model is restored, which happens nowhere here.
struct Chance {
    rng: Rng,
    ziggurat: Ziggurat,
}

impl Default for Chance {
    fn default() -> Self {
        Self { rng: Rng::new(1, Stream::Node(NodeId(0))), ziggurat: Ziggurat::new() }
    }
}

impl Chance {
    fn after(&mut self, mean_micros: u64) -> std::time::Duration {
        let mean = Duration::from_micros(mean_micros);
        std::time::Duration::from_micros(self.ziggurat.exponential_with_mean(&mut self.rng, mean).as_micros())
    }
}

/// Microseconds since the start.
fn micros(time: MonotonicTime) -> u64 {
    time.as_secs() as u64 * 1_000_000 + u64::from(time.subsec_nanos()) / 1_000
}

fn mix(fingerprint: u64, time: u64, what: u32) -> u64 {
    (fingerprint ^ time ^ (u64::from(what) << 40)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
}

/// 16 bytes, as the kernel's.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Hop {
    process: u32,
    hops: u32,
    since: u64,
}

/// The hold model.
#[derive(Serialize, Deserialize)]
struct Hold {
    processes: u32,
    fingerprint: u64,
    #[serde(skip)]
    chance: Chance,
}

#[Model]
impl Hold {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, _: &mut ()) {
        for process in 0..self.processes {
            self.again(Hop { process, hops: 0, since: 0 }, cx);
        }
    }

    #[nexosim(schedulable)]
    fn hop(&mut self, hop: Hop, cx: &Context<Self>) {
        handled();
        let now = micros(cx.time());
        self.fingerprint = mix(self.fingerprint, now - hop.since, hop.process ^ hop.hops);
        self.again(Hop { process: hop.process, hops: hop.hops + 1, since: now }, cx);
    }

    fn again(&mut self, hop: Hop, cx: &Context<Self>) {
        let after = self.chance.after(1_000_000);
        cx.schedule_event(after, schedulable!(Self::hop), hop).expect("later than now");
    }
}

/// M/M/c.
#[derive(Serialize, Deserialize)]
struct Mmc {
    clients: u32,
    free: u32,
    queue: VecDeque<(u64, u32)>,
    waited: u64,
    fingerprint: u64,
    #[serde(skip)]
    chance: Chance,
}

#[Model]
impl Mmc {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, _: &mut ()) {
        for client in 0..self.clients {
            self.again(client, cx);
        }
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, client: u32, cx: &Context<Self>) {
        handled();
        self.again(client, cx);
        if self.free > 0 {
            self.free -= 1;
            self.serve(client, cx);
        } else {
            self.queue.push_back((micros(cx.time()), client));
        }
    }

    #[nexosim(schedulable)]
    fn leave(&mut self, client: u32, cx: &Context<Self>) {
        handled();
        let now = micros(cx.time());
        self.fingerprint = mix(self.fingerprint, now, client);
        match self.queue.pop_front() {
            Some((since, next)) => {
                self.waited += now - since;
                self.serve(next, cx);
            }
            None => self.free += 1,
        }
    }

    fn again(&mut self, client: u32, cx: &Context<Self>) {
        let after = self.chance.after(1_000 * u64::from(self.clients));
        cx.schedule_event(after, schedulable!(Self::arrive), client).expect("later than now");
    }

    fn serve(&mut self, client: u32, cx: &Context<Self>) {
        let after = self.chance.after(6_400);
        cx.schedule_event(after, schedulable!(Self::leave), client).expect("later than now");
    }
}

fn make(kind: &str, size: u32) -> Simulation {
    let bench = SimInit::with_num_threads(1);
    let bench = match kind {
        "hold" => {
            bench.add_model(Hold { processes: size, fingerprint: 0, chance: Chance::default() }, Mailbox::new(), "hold")
        }
        "mmc" => bench.add_model(
            Mmc {
                clients: size,
                free: 8,
                queue: VecDeque::new(),
                waited: 0,
                fingerprint: 0,
                chance: Chance::default(),
            },
            Mailbox::new(),
            "mmc",
        ),
        _ => panic!("no model {kind}"),
    };
    bench.init(MonotonicTime::EPOCH).expect("a model that starts")
}

fn main() {
    let mut models: Vec<(String, Simulation)> = vec![];
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, size, events] = words[..] else { panic!("not MODEL SIZE EVENTS: {line}") };
        let (name, events): (_, u32) = (format!("{kind} {size}"), events.parse().expect("a number of events"));
        let place = models.iter().position(|(other, _)| *other == name).unwrap_or_else(|| {
            models.push((name, make(kind, size.parse().expect("a size"))));
            models.len() - 1
        });
        let begun = Instant::now();
        // A step is all events of a moment, now and then more than one.
        let end = HANDLED.load(Relaxed) + u64::from(events);
        while HANDLED.load(Relaxed) < end {
            models[place].1.step().expect("a step");
        }
        let nanoseconds = begun.elapsed().as_secs_f64() * 1e9 / f64::from(events);
        writeln!(output, "{nanoseconds:.2}").and_then(|()| output.flush()).expect("standard output");
    }
}
