//! What the client–server model promises, against queueing theory (Kleinrock 1975) and against itself.
//!
//! Where a formula holds it has to lie in the 95 % confidence interval (Student's t) of so many seeds; the runs
//! are always the same.

use crate::sample::{Sample, fact, finished, told};
use architectures::{
    client_server,
    live::{Class, Live, Start},
    parts::theory::Mmc,
};
use sim::Time;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = 24;

/// 60 ms and up to 20 more, there and back.
const WAYS_MS: f64 = 140.0;

fn close(measured: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((measured / expected - 1.0).abs() < tolerance, "{what}: measured {measured}, expected {expected}");
}

#[test]
fn formulas_agree_with_tables() {
    let waits = |workers, work| Mmc { arrivals: work, service: 1.0, workers }.waits().expect("steady");
    close(waits(1, 0.3), 0.3, 1e-12, "M/M/1: all that come while it is busy");
    close(waits(2, 1.0), 1.0 / 3.0, 1e-12, "M/M/2 at half load");
    close(waits(10, 8.0), 0.409_180, 1e-5, "ten workers, eight Erlangs");
    close(waits(5, 4.0), 0.554_113, 1e-5, "five workers, four Erlangs");
    let queue = Mmc { arrivals: 16.0, service: 0.05, workers: 1 };
    close(queue.time().expect("steady"), 0.25, 1e-12, "s / (1 - ρ)");
    close(queue.queue().expect("steady"), 3.2, 1e-12, "ρ² / (1 - ρ)");
    close(queue.waiting_at_least(3).expect("steady"), 0.8f64.powi(4), 1e-12, "ρ⁴");
    close(queue.longer_than(0.5).expect("steady"), (-2f64).exp(), 1e-9, "e^-(μ - λ) t");
    // Where the rates of waiting and of service are the same.
    let even = Mmc { arrivals: 1.0, service: 1.0, workers: 2 };
    close(even.longer_than(1.0).expect("steady"), (-1f64).exp() * 4.0 / 3.0, 1e-9, "two equal rates");
    assert_eq!(Mmc { arrivals: 20.0, ..queue }.time(), None, "no steady state at full load");
    let large = Mmc { arrivals: 100_000.0, service: 0.08, workers: 20_000 };
    close(large.time().expect("steady"), 0.08, 1e-9, "nobody waits");
}

/// M/M/1 and M/M/c: mean time in the system, and utilisation.
#[test]
fn waiting_and_utilisation_follow_the_formulas() {
    let cases =
        [(8, 50, 1, 600), (10, 50, 1, 600), (16, 50, 1, 600), (20, 50, 2, 400), (60, 100, 8, 120), (90, 100, 10, 240)];
    for (load, service_ms, workers, seconds) in cases {
        let code = format!(
            "2~client-server~users.30~load.{load}~workers.{workers}~service-ms.{service_ms}~queue.10000~timeout-ms.60000~seconds.{seconds}"
        );
        let (mut mean, mut utilisation) = (Sample::default(), Sample::default());
        for seed in 1..=SEEDS {
            let live = finished(&format!("{code}~seed.{seed}"));
            assert_eq!(fact(&live, "failed"), 0.0);
            mean.add(fact(&live, "mean"));
            utilisation.add(fact(&live, "utilisation"));
        }
        let theory = Mmc { arrivals: load.into(), service: f64::from(service_ms) / 1e3, workers };
        mean.must_contain(theory.time().expect("steady") * 1e3 + WAYS_MS, &format!("mean of {code}"));
        utilisation.must_contain(theory.utilisation() * 100.0, &format!("utilisation of {code}"));
    }
}

/// Little's law holds in each run by itself: what is inside on average is what
/// comes per second times how long it stays.
#[test]
fn littles_law_holds() {
    for code in [
        "2~client-server~load.10~queue.1000~timeout-ms.60000~seconds.600",
        "2~client-server~load.24~workers.2~queue.1000~timeout-ms.60000~seconds.600",
        "2~client-server~load.90~workers.8~queue.1000~timeout-ms.60000~seconds.600",
    ] {
        let live = finished(code);
        let workers = f64::from(live.run().settings.get("workers"));
        let inside = fact(&live, "utilisation") / 100.0 * workers + fact(&live, "waiting");
        let stay = (fact(&live, "mean") - WAYS_MS) / 1e3;
        close(inside, fact(&live, "throughput") * stay, 0.01, code);
    }
}

/// A Poisson process that is split by chance is several Poisson processes: each server is an M/M/c of its own.
#[test]
fn servers_chosen_by_chance_each_follow_the_formula() {
    let code = "2~client-server~users.30~servers.4~load.36~service-ms.80~queue.10000~timeout-ms.60000~seconds.600";
    let mut mean = Sample::default();
    for seed in 1..=SEEDS {
        let live = finished(&format!("{code}~seed.{seed}"));
        mean.add(fact(&live, "mean"));
        close(fact(&live, "theory-mean"), 80.0 / (1.0 - 0.72) + WAYS_MS, 1e-3, "the formula's fact");
    }
    mean.must_contain(80.0 / (1.0 - 0.72) + WAYS_MS, code);
}

#[test]
fn theory_is_silent_where_it_does_not_apply() {
    let theory = |code: &str| finished(code).world().facts().last().copied().flatten();
    assert!(theory("2~client-server~seconds.10").is_some());
    for code in [
        "2~client-server~seconds.10~load.13",
        "2~client-server~seconds.10~queue.2",
        "2~client-server~seconds.10~timeout-ms.300",
        "2~client-server~seconds.10~load.0",
        "2~client-server~seconds.10~at.5.s.stop.server",
        "2~client-server~seconds.10~at.5.s.delay.client-1.-.server.by.40.ms",
        "2~client-server~seconds.10~servers.2~balancer.round-robin",
        "2~client-server~seconds.10~servers.2~state.stateful",
    ] {
        assert_eq!(theory(code), None, "{code}");
    }
}

/// The more a balancer knows, the shorter the tail: by chance, in turn, the better of two, the best.
#[test]
fn a_balancer_that_knows_more_has_a_shorter_tail() {
    let words = ["random", "round-robin", "two-choices", "least-connections"];
    let p99 = words.map(|word| {
        let mut all = Sample::default();
        for seed in 1..=8 {
            let code = format!(
                "2~client-server~users.40~servers.8~load.90~service-ms.80~queue.1000~timeout-ms.60000~seconds.240~balancer.{word}~seed.{seed}"
            );
            all.add(fact(&finished(&code), "p99"));
        }
        all
    });
    for (pair, names) in p99.windows(2).zip(words.windows(2)) {
        assert!(pair[0].low() > pair[1].high(), "{names:?}: {} and {}", pair[0], pair[1]);
    }
    // Mitzenmacher 2001: the second choice makes most of the difference.
    assert!(p99[0].mean() > 2.5 * p99[2].mean(), "{} and {}", p99[0], p99[2]);
}

#[test]
fn a_server_that_stops_takes_everybody_down() {
    let live = finished("2~client-server~at.20.s.stop.server~at.40.s.restart.server");
    assert_eq!(fact(&live, "affected"), 6.0);
    let rows = live.frame().rows;
    // Nothing is answered from a round trip after the stop until a service time after the restart.
    assert!((22..40).all(|second| rows[second][1] == Some(0)), "{rows:?}");
    assert!((50..60).all(|second| rows[second][8] == Some(100_000)), "{rows:?}");
    assert!(told(&live, "The server stopped"));
}

#[test]
fn only_the_share_of_a_stopped_server_fails_until_the_health_check() {
    let code = "2~client-server~users.40~servers.4~workers.4~load.100~balancer.round-robin~at.20.s.stop.server-2";
    let live = finished(code);
    // A quarter of one second's requests, and what was inside: about two in service and none waiting.
    let failed = fact(&live, "failed");
    assert!((20.0..35.0).contains(&failed), "{failed} failed");
    let rows = live.frame().rows;
    assert!((24..60).all(|second| rows[second][8] == Some(100_000)), "all is well without it");
    assert!(told(&live, "The balancer's health check has missed server 2"));
}

#[test]
fn sessions_die_with_their_server() {
    let run = |state: &str| {
        finished(&format!(
            "2~client-server~users.40~servers.4~workers.4~load.100~state.{state}~at.20.s.stop.server-2~at.40.s.restart.server-2"
        ))
    };
    let (less, full) = (run("stateless"), run("stateful"));
    assert_eq!((fact(&less, "refused"), fact(&less, "sessions-lost")), (0.0, 0.0));
    let lost = fact(&full, "sessions-lost");
    assert!((3.0..=20.0).contains(&lost), "about a quarter of 40 clients: {lost}");
    // Each of them is told to log in again, once, and is served from then on.
    assert_eq!(fact(&full, "refused"), lost);
    // Only the server's own clients are hurt at all; without sessions a second's requests of anybody are.
    assert!(fact(&full, "affected") <= lost, "{} affected, {lost} sessions", fact(&full, "affected"));
    assert!(full.frame().rows[50..].iter().all(|row| row[8] == Some(100_000)));
    let one = finished("2~client-server~state.stateful~at.20.s.stop.server~at.25.s.restart.server");
    assert_eq!((fact(&one, "sessions-lost"), fact(&one, "refused")), (6.0, 6.0));
}

#[test]
fn a_balancer_is_a_single_point_of_failure() {
    let live = finished("2~client-server~servers.8~at.20.s.stop.balancer~at.30.s.restart.balancer");
    assert_eq!(fact(&live, "affected"), 6.0);
    let rows = live.frame().rows;
    assert!((20..30).all(|second| rows[second][1] == Some(0)), "no answer passes it");
    assert!((35..60).all(|second| rows[second][8] == Some(100_000)));
    assert!(told(&live, "a single point of failure"));
}

#[test]
fn what_can_be_done_to_a_client_concerns_that_client() {
    let alone = |what: &str| finished(&format!("2~client-server~users.4~load.4~at.10.s.{what}"));
    let cut = alone("cut.client-2.-.server");
    assert_eq!(fact(&cut, "affected"), 1.0);
    let later = alone("delay.client-2.-.server.by.3000.ms");
    assert_eq!(fact(&later, "affected"), 1.0);
    let left = alone("stop.client-2");
    assert_eq!((fact(&left, "affected"), fact(&left, "failed")), (0.0, 0.0), "who has left misses nothing");
    assert!(fact(&left, "sent") < fact(&alone("restart.client-2"), "sent"));
}

#[test]
fn merged_clients_measure_as_clients_one_by_one() {
    for code in [
        "2~client-server~users.400~load.300~servers.3~workers.10~queue.200~seconds.60",
        "2~client-server~users.400~load.200~workers.10~queue.40~seconds.60",
        "2~client-server~users.400~load.300~servers.3~workers.10~state.stateful~seconds.60~at.20.s.stop.server-1~at.30.s.set.load.to.250",
    ] {
        let names = ["throughput", "mean", "p99", "success", "affected"];
        let starts: [Start; 2] = [client_server::start, |settings, seed| client_server::started(settings, seed, true)];
        let measured = starts.map(|start| {
            let mut samples = names.map(|_| Sample::default());
            for seed in 1..=20 {
                let run = architectures::run_of(&format!("{code}~seed.{seed}")).expect(code);
                let mut live = Live::new(start, run);
                live.seek(live.run().end());
                while !live.advance(u32::MAX) {}
                names.iter().zip(&mut samples).for_each(|(name, sample)| sample.add(fact(&live, name)));
            }
            samples
        });
        for ((name, each), merged) in names.iter().zip(&measured[0]).zip(&measured[1]) {
            assert!(each.agrees_with(merged), "{name} of {code}: one by one {each}, merged {merged}");
        }
    }
}

#[test]
fn ten_million_users_are_a_stream_and_a_crowd() {
    let code = "2~client-server~users.10000000~load.100000~workers.9000~queue.1000";
    let mut live = architectures::begun(architectures::run_of(code).expect(code));
    live.seek(Time::from_secs(2));
    while !live.advance(100_000) {}
    let frame = live.frame();
    assert!(frame.bytes < 16 << 20, "{} bytes", frame.bytes);
    assert!(told(&live, "10,000,000 clients are too many to follow one by one"));
    assert!(frame.scene.summary.contains("a cell of the picture stands for 1,000 clients"), "{}", frame.scene.summary);
    let crowd = frame.scene.crowd.expect("a crowd");
    assert_eq!(crowd.cells.len(), 10_000);
    assert_eq!(crowd.label, "clients; one cell stands for 1,000");
    assert!(crowd.legend.iter().all(|(class, ..)| *class != Class::Failed));
    close(fact(&live, "sent"), 200_000.0, 0.02, "sent in two seconds");
    close(fact(&live, "mean"), 80.0 + WAYS_MS, 0.02, "nobody waits at nine tenths of 9,000 workers");
    let refused = architectures::run_of(&format!("{code}~at.1.s.stop.client-5")).expect_err("nobody is client 5");
    assert!(refused.to_string().contains("stop a share of them"), "{refused}");
    let half = architectures::played(
        architectures::run_of(&format!("{code}~at.1.s.stop.50.percent.of.clients")).expect("a share"),
        Time::from_secs(2),
    );
    close(fact(&half, "sent"), 150_000.0, 0.02, "half of them left half way");
}

/// As in `determinism.rs`: a fingerprint that changes by accident is a bug.
#[test]
fn the_runs_of_the_lesson_are_the_same_on_every_machine() {
    let hash = |code: &str| finished(code).frame().hash;
    assert_eq!(hash("2~client-server"), "17740bc586f17e04");
    assert_eq!(hash("2~client-server~servers.4~state.stateful~load.40~at.10.s.stop.server-2"), "faad40855f57c457");
    assert_eq!(hash("2~client-server~users.1000000~load.1000~workers.100~seconds.20"), "15d1a03a56c93aad");
}
