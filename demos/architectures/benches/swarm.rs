//! How long a flash crowd takes to simulate, as one line of JSON for each run.
//!
//! `cargo bench -p architectures --bench swarm`, or with the code of a run.

use std::{hint::black_box, time::Instant};

const CODES: [&str; 3] = [
    "2~swarm~users.1000~file-mb.1000~pieces.256~server-mbps.1000~seconds.3000",
    "2~swarm~users.10000~file-mb.1000~pieces.256~server-mbps.1000~seconds.3000",
    "2~swarm~users.100000~file-mb.1000~pieces.256~server-mbps.1000~seconds.3000",
];

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| argument.starts_with("2~")).collect();
    let codes: Vec<&str> = if asked.is_empty() { CODES.to_vec() } else { asked.iter().map(String::as_str).collect() };
    for code in codes {
        let run = architectures::run_of(code).expect(code);
        let end = run.end();
        let mut live = architectures::begun(run);
        live.seek(end);
        let begun = Instant::now();
        let mut bytes = 0;
        // In slices of ten simulated seconds, until nothing more can happen.
        let mut at = sim::Time::ZERO;
        while at < end && !live.world().is_over() {
            at = at + sim::Duration::from_secs(10);
            live.seek(at);
            while !live.advance(1 << 20) {}
            bytes = bytes.max(live.world().bytes());
        }
        let seconds = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        for _ in 0..20 {
            black_box(live.world().scene());
        }
        let scene = begun.elapsed().as_secs_f64() / 20.0;
        let facts: Vec<String> = live
            .run()
            .model
            .all_facts()
            .zip(live.world().facts())
            .map(|(fact, value)| {
                format!("\"{}\":{}", fact.name, value.map_or("null".to_owned(), |v| (v as f64 / 1e3).to_string()))
            })
            .collect();
        println!(
            "{{\"code\":\"{code}\",\"seconds\":{seconds:.3},\"events\":{},\"bytes\":{bytes},\"simulated\":{},\"scene_ms\":{:.3},{}}}",
            live.world().events(),
            live.world().now().as_micros() as f64 / 1e6,
            scene * 1e3,
            facts.join(","),
        );
    }
}
