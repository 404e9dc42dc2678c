//! Measured against queueing theory: Kleinrock, *Queueing Systems*, vol. 1, 1975.
//!
//! The tolerances are about three standard errors of so many runs; the runs are always the same.

use sim::Duration;
use systems::client_server::{Run, Scenario, Window};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Two minutes of each of so many seeds, with a queue that never fills and clients that wait.
fn measure(load: u32, service_ms: u64, workers: u32, seeds: u64) -> Window {
    let scenario = Scenario {
        load,
        service: Duration::from_millis(service_ms),
        workers,
        queue: 200,
        timeout: Duration::from_secs(10),
        latency: Duration::from_millis(1),
        length: Duration::from_secs(120),
        ..Scenario::default()
    };
    let mut all = Window::default();
    for seed in 1..=seeds {
        let total = Run { scenario, seed, actions: vec![] }.finish().observer().total();
        assert_eq!((total.rejected, total.timed_out), (0, 0), "nobody is lost");
        all.sent += total.sent;
        all.served += total.served;
        all.busy += total.busy;
        all.capacity += total.capacity;
        all.latencies.extend(total.latencies);
    }
    all
}

fn close(measured: f64, theory: f64, tolerance: f64, what: &str) {
    assert!((measured / theory - 1.0).abs() < tolerance, "{what}: measured {measured}, in theory {theory}");
}

/// Utilisation is load times service time over workers, whatever the distributions.
#[test]
fn utilisation_follows_the_utilisation_law() {
    for (load, service_ms, workers) in [(8, 80, 1), (5, 50, 1), (20, 80, 2), (30, 100, 4), (60, 100, 8)] {
        let all = measure(load, service_ms, workers, 12);
        let theory = f64::from(load) * service_ms as f64 / 1_000.0 / f64::from(workers);
        close(all.busy as f64 / all.capacity as f64, theory, 0.04, &format!("{load}/s, {service_ms} ms, {workers}"));
    }
}

#[test]
fn requests_arrive_at_the_rate_that_is_set() {
    for load in [1, 8, 60] {
        close(f64::from(measure(load, 5, 8, 10).sent) / 1_200.0, f64::from(load), 0.05, &format!("{load}/s"));
    }
}

/// The mean of what a client sees, less the way there and back of 1.1665 ms each.
fn mean_response_ms(all: &Window) -> f64 {
    all.latencies.iter().map(|us| f64::from(*us)).sum::<f64>() / f64::from(all.served) / 1_000.0 - 2.0 * 1.1665
}

/// M/M/1: s / (1 - ρ).
#[test]
fn one_worker_at_half_load_answers_in_twice_the_service_time() {
    close(mean_response_ms(&measure(10, 50, 1, 40)), 100.0, 0.04, "ρ = 0.5, 40 seeds");
}

/// M/M/2: s / (1 - ρ²).
#[test]
fn two_workers_at_half_load_answer_in_four_thirds_of_the_service_time() {
    close(mean_response_ms(&measure(20, 50, 2, 20)), 50.0 / 0.75, 0.04, "ρ = 0.5, two workers, 20 seeds");
}

/// M/M/1 again: nearer to saturation waiting grows without measure, by 1 / (1 - ρ).
#[test]
fn waiting_explodes_before_throughput_stops_growing() {
    let at = |load| {
        let all = measure(load, 50, 1, 40);
        (f64::from(all.served) / 4_800.0, mean_response_ms(&all))
    };
    let ((calm, short), (busy, long)) = (at(8), at(16));
    close(busy / calm, 2.0, 0.03, "throughput at twice the load");
    close(short, 50.0 / 0.6, 0.05, "ρ = 0.4");
    close(long, 50.0 / 0.2, 0.15, "ρ = 0.8");
}

/// Beyond saturation a server does what it can and no more.
#[test]
fn an_overloaded_server_serves_at_its_capacity() {
    let scenario = Scenario {
        load: 40,
        timeout: Duration::from_secs(10),
        length: Duration::from_secs(120),
        ..Scenario::default()
    };
    let mut served = 0;
    for seed in 1..=10 {
        let total = Run { scenario, seed, actions: vec![] }.finish().observer().total();
        assert!(total.rejected > total.sent / 2);
        served += total.served;
    }
    close(f64::from(served) / 1_200.0, 12.5, 0.04, "one request each 80 ms");
}
