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
    time::Instant,
};

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

/// The hold model.
#[derive(Serialize, Deserialize)]
struct Hold {
    processes: u32,
    handled: u64,
    #[serde(skip)]
    chance: Chance,
}

#[Model]
impl Hold {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, _: &mut ()) {
        for process in 0..self.processes {
            self.again(process, cx);
        }
    }

    #[nexosim(schedulable)]
    fn hop(&mut self, process: u32, cx: &Context<Self>) {
        self.handled += 1;
        self.again(process, cx);
    }

    fn again(&mut self, process: u32, cx: &Context<Self>) {
        let after = self.chance.after(1_000_000);
        cx.schedule_event(after, schedulable!(Self::hop), process).expect("later than now");
    }
}

/// M/M/c.
#[derive(Serialize, Deserialize)]
struct Mmc {
    clients: u32,
    free: u32,
    queue: VecDeque<u32>,
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
        self.again(client, cx);
        if self.free > 0 {
            self.free -= 1;
            self.serve(client, cx);
        } else {
            self.queue.push_back(client);
        }
    }

    #[nexosim(schedulable)]
    fn leave(&mut self, _client: u32, cx: &Context<Self>) {
        match self.queue.pop_front() {
            Some(next) => self.serve(next, cx),
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
            bench.add_model(Hold { processes: size, handled: 0, chance: Chance::default() }, Mailbox::new(), "hold")
        }
        "mmc" => bench.add_model(
            Mmc { clients: size, free: 8, queue: VecDeque::new(), chance: Chance::default() },
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
        // One step is one moment: now and then two events share theirs, which the measure leaves to NeXosim's
        // disadvantage; at a million pending events and microseconds that is every second one.
        for _ in 0..events {
            models[place].1.step().expect("a step");
        }
        let nanoseconds = begun.elapsed().as_secs_f64() * 1e9 / f64::from(events);
        writeln!(output, "{nanoseconds:.2}").and_then(|()| output.flush()).expect("standard output");
    }
}
