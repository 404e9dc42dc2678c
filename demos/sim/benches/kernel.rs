//! How fast the kernel is natively, its ladder and its heap. Reads lines of `MODEL QUEUE SIZE EVENTS` and answers
//! each with the nanoseconds of an event and a fingerprint; the model stays, so that the same words measure it
//! again. `cargo bench -p sim --bench kernel`; `cargo xtask bench` reads it beside others.

#[path = "model.rs"]
mod model;

use model::{Hold, Mmc, Model};
use sim::{HeapQueue, LadderQueue};
use std::{
    io::{BufRead, Write},
    time::Instant,
};

fn main() {
    let mut models: Vec<(String, Run)> = vec![];
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, queue, size, events] = words[..] else { panic!("not MODEL QUEUE SIZE EVENTS: {line}") };
        let (name, events) = (format!("{kind} {queue} {size}"), events.parse().expect("a number of events"));
        let place = models.iter().position(|(other, _)| *other == name).unwrap_or_else(|| {
            let size = size.parse().expect("a size");
            models.push((name, make(kind, queue, size)));
            models.len() - 1
        });
        let begun = Instant::now();
        let fingerprint = (models[place].1)(events);
        let nanoseconds = begun.elapsed().as_secs_f64() * 1e9 / f64::from(events);
        writeln!(output, "{nanoseconds:.2} {fingerprint:016x}").and_then(|()| output.flush()).expect("standard output");
    }
}

/// Lets so many events happen; see [`Model::run`].
type Run = Box<dyn FnMut(u32) -> u64>;

fn make(kind: &str, queue: &str, size: u32) -> Run {
    fn boxed(mut model: impl Model + 'static) -> Run {
        Box::new(move |events| model.run(events))
    }
    match (kind, queue) {
        ("hold", "ladder") => boxed(Hold::<LadderQueue<_>>::new(size)),
        ("hold", "heap") => boxed(Hold::<HeapQueue<_>>::new(size)),
        ("mmc", "ladder") => boxed(Mmc::<LadderQueue<_>>::new(size)),
        ("mmc", "heap") => boxed(Mmc::<HeapQueue<_>>::new(size)),
        _ => panic!("no model {kind} over {queue}"),
    }
}
