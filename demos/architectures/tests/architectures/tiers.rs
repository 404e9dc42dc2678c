//! What the multi-tier model promises: the slowest tier limits all, and what happens when a part of a tier fails.

use crate::sample::{Sample, fact, finished, told};
use architectures::{live::Live, parts::theory::Mmc};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn close(measured: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((measured / expected - 1.0).abs() < tolerance, "{what}: measured {measured}, expected {expected}");
}

/// Far more than any tier lets through, of browsers that wait.
const OVERLOAD: &str = "load.400~timeout-ms.60000~seconds.120";

/// Each the bottleneck by far: the database (2 workers, 20 ms: 100/s), the API servers (8 workers, 40 ms and a
/// query of 7 ms: 170/s), the connections (2, a query of 52 ms: 38/s).
const DATABASE: &str = "api-workers.40~pool.40";
const API: &str = "api-ms.40~db-ms.5~db-workers.20~pool.40";
const POOL: &str = "pool.1~db-ms.50~db-workers.40~api-workers.40";

fn overloaded(settings: &str) -> Live {
    finished(&format!("2~multi-tier~{OVERLOAD}~{settings}"))
}

#[test]
fn the_slowest_tier_limits_all() {
    for (settings, limit, story) in [
        (DATABASE, 2.0 / 0.02, "The database is the bottleneck"),
        (API, 8.0 / 0.047, "The API servers are the bottleneck"),
        (POOL, 2.0 / 0.052, "The connections are the bottleneck"),
    ] {
        let live = overloaded(settings);
        close(fact(&live, "limit"), limit, 1e-3, settings);
        close(fact(&live, "throughput"), limit, 0.05, settings);
        assert!(told(&live, story), "{settings}: {:?}", live.world().story());
        // The others have time to spare, as far as they work themselves.
        let [api, pool, db] = ["api-utilisation", "pool-utilisation", "db-utilisation"].map(|name| fact(&live, name));
        match settings {
            DATABASE => assert!(api < 20.0 && db > 97.0, "{api} {pool} {db}"),
            API => assert!(api > 80.0 && pool < 50.0 && db < 50.0, "{api} {pool} {db}"),
            _ => assert!(api < 5.0 && pool > 97.0 && db < 10.0, "{api} {pool} {db}"),
        }
    }
}

#[test]
fn only_a_larger_bottleneck_lets_more_through() {
    let throughput = |settings: &str, more: &str| fact(&overloaded(&format!("{settings}~{more}")), "throughput");
    for (settings, same, twice) in
        [(DATABASE, "apis.4", "db-workers.4"), (API, "databases.2", "apis.4"), (POOL, "db-workers.80", "pool.2")]
    {
        let before = fact(&overloaded(settings), "throughput");
        // Knobs said twice count as they are said last.
        close(throughput(settings, same), before, 0.03, &format!("{settings} with {same}"));
        close(throughput(settings, twice), 2.0 * before, 0.05, &format!("{settings} with {twice}"));
    }
}

/// Make the slowest tier larger, step by step, and another one is the slowest.
#[test]
fn the_bottleneck_moves() {
    let code = "2~multi-tier~load.180~seconds.120~at.40.s.set.databases.to.4~at.80.s.set.apis.to.4";
    let live = finished(code);
    let told_at = |what: &str| {
        let line = live.world().story().iter().find(|line| line.text.contains(what));
        line.unwrap_or_else(|| panic!("{what}: {:?}", live.world().story())).at.as_millis() / 1_000
    };
    assert!(told_at("The database is the bottleneck") < 20);
    assert!((40..80).contains(&told_at("The API servers are the bottleneck now")));
    assert!((80..115).contains(&told_at("No tier is at its limit any more")));
    let rows = live.frame().rows;
    let answered = |seconds: std::ops::Range<usize>| {
        let count = seconds.len() as i64;
        rows[seconds].iter().filter_map(|row| row[1]).sum::<i64>() / count / 1_000
    };
    assert!((95..103).contains(&answered(20..40)), "the database's hundred");
    assert!((172..188).contains(&answered(100..120)), "all that is asked for");
}

/// A tier before the bottleneck that is made larger only lets more requests in, to wait until nobody waits for
/// them any more.
#[test]
fn more_api_servers_before_a_slow_database_make_it_worse() {
    let success = |apis: u32| {
        let mut sample = Sample::default();
        for seed in 1..=10 {
            sample.add(fact(&finished(&format!("2~multi-tier~load.150~apis.{apis}~seed.{seed}")), "success"));
        }
        sample
    };
    let (two, four) = (success(2), success(4));
    assert!(two.low() > 60.0 && four.high() < 20.0, "two: {two}, four: {four}");
}

/// With workers and connections for all, the API servers are M/M/∞ and the database is M/M/c (Burke 1956: what
/// leaves the one is a Poisson process again).
#[test]
fn tiers_that_do_not_hold_each_other_up_follow_the_formula() {
    let code = "2~multi-tier~users.30~load.80~api-workers.1000~pool.1000~timeout-ms.60000~seconds.200";
    let mut mean = Sample::default();
    for seed in 1..=24 {
        mean.add(fact(&finished(&format!("{code}~seed.{seed}")), "mean"));
    }
    let database = Mmc { arrivals: 80.0, service: 0.02, workers: 2 }.time().expect("steady") * 1e3;
    // 40 ms and up to 13.333 more, there and back; a millisecond to the database and back.
    mean.must_contain(20.0 + database + 2.0 + 80.0 + 13.333, code);
}

#[test]
fn a_cache_takes_the_reads_off_the_database() {
    let run = |hits: u32| finished(&format!("2~multi-tier~load.80~seconds.120~cache-hit.{hits}"));
    let (without, with) = (run(0), run(75));
    // A fifth writes; of the others a quarter still has to ask: 0.2 + 0.8 / 4 of the queries.
    close(fact(&with, "db-utilisation"), 0.4 * fact(&without, "db-utilisation"), 0.05, "database");
    close(fact(&with, "hits"), 0.6 * fact(&with, "served"), 0.03, "hits");
    close(fact(&with, "queries"), 0.4 * fact(&with, "served"), 0.03, "queries");
    assert!(fact(&with, "mean") < fact(&without, "mean"));
    // Now the API servers are the slowest tier.
    let live = finished("2~multi-tier~load.400~timeout-ms.60000~cache-hit.90~seconds.60");
    assert!(told(&live, "The API servers are the bottleneck"), "{:?}", live.world().story());
}

#[test]
fn a_cache_that_stops_leaves_a_database_that_cannot_do_without() {
    let live = finished("2~multi-tier~load.150~cache-hit.80~seconds.120~at.30.s.stop.cache~at.50.s.restart.cache");
    let rows = live.frame().rows;
    let success = |second: usize| rows[second][7].expect("requests");
    assert!((3..30).all(|second| success(second) == 100_000), "well with the cache");
    assert!((35..50).all(|second| success(second) < 90_000), "not without");
    assert!((75..120).all(|second| success(second) == 100_000), "and well again once it is warm");
    assert!(told(&live, "The cache is back, and empty"));
}

#[test]
fn a_database_that_stops_stops_everybody_but_for_what_the_cache_has() {
    let bare = finished("2~multi-tier~load.30~at.20.s.stop.database-1~at.40.s.restart.database-1");
    let cached = finished("2~multi-tier~load.30~cache-hit.80~at.20.s.stop.database-1~at.40.s.restart.database-1");
    let success = |live: &Live, seconds: std::ops::Range<usize>| {
        let rows = live.frame().rows;
        let (answered, failed) =
            rows[seconds].iter().fold((0, 0), |(a, f), row| (a + row[1].unwrap_or(0), f + row[2].unwrap_or(0)));
        answered * 100 / (answered + failed)
    };
    assert_eq!(success(&bare, 21..40), 0, "nobody");
    assert!((55..73).contains(&success(&cached, 21..40)), "four fifths of the four fifths that read");
    assert_eq!((success(&bare, 42..60), success(&cached, 42..60)), (100, 100));
    assert_eq!(fact(&bare, "affected"), 6.0);
    // It refuses at once: nobody waits for a timeout, and the API servers' workers are free.
    assert_eq!(fact(&bare, "failed"), fact(&bare, "refused"));
}

#[test]
fn without_the_primary_one_can_read_but_not_write() {
    let live = finished("2~multi-tier~load.60~databases.3~at.20.s.stop.database-1");
    let rows = live.frame().rows;
    let (answered, failed): (i64, i64) =
        rows[22..60].iter().fold((0, 0), |(a, f), row| (a + row[1].unwrap_or(0), f + row[2].unwrap_or(0)));
    close(failed as f64, 0.2 * (answered + failed) as f64, 0.1, "a fifth writes");
    assert!(told(&live, "Nothing can be written any more"));
}

#[test]
fn an_api_server_that_stops_is_missed_for_a_second() {
    let live = finished("2~multi-tier~load.60~apis.3~users.20~at.20.s.stop.api-2");
    // A third of what comes in a second, and what it had.
    let failed = fact(&live, "failed");
    assert!((12.0..30.0).contains(&failed), "{failed} failed");
    let rows = live.frame().rows;
    assert!((24..60).all(|second| rows[second][7] == Some(100_000)), "the others do its part");
    assert!(told(&live, "its share goes to the 2 left"));
}

/// Silence costs more than a refusal: workers wait for what does not come, and even what the cache has waits.
#[test]
fn a_cut_link_hurts_more_than_a_database_that_is_down() {
    let run = |what: &str| finished(&format!("2~multi-tier~apis.1~load.30~cache-hit.80~at.20.s.{what}"));
    let (down, cut) = (run("stop.database-1"), run("cut.api-1.-.database-1"));
    assert!(fact(&down, "success") > 70.0, "{}", fact(&down, "success"));
    assert!(fact(&cut, "success") < 45.0, "{}", fact(&cut, "success"));
    assert!(told(&cut, "each worker waits in vain"));
    let healed = finished("2~multi-tier~apis.1~load.30~at.20.s.cut.api-1.-.database-1~at.25.s.heal.api-1.-.database-1");
    assert!(healed.frame().rows[35..].iter().all(|row| row[7] == Some(100_000)), "{:?}", healed.frame().rows);
}

#[test]
fn servers_are_added_and_taken_away_while_the_run_goes_on() {
    let live = finished("2~multi-tier~load.60~at.20.s.set.apis.to.5~at.30.s.set.databases.to.2~at.40.s.set.apis.to.1");
    assert_eq!(fact(&live, "failed"), 0.0, "whoever is taken out of use ends what it has begun");
    let scene = live.frame().scene;
    assert_eq!(scene.nodes.len(), 6 + 1 + 2, "as many as there are now");
}

#[test]
fn a_million_browsers_are_a_stream_and_a_crowd() {
    let code = "2~multi-tier~users.1000000~load.10000~apis.16~api-workers.200~databases.8~db-workers.200~pool.200~cache-hit.50~seconds.10";
    let live = finished(code);
    let frame = live.frame();
    assert!(frame.bytes < 4 << 20, "{} bytes", frame.bytes);
    assert_eq!((fact(&live, "success"), frame.scene.crowd.expect("a crowd").cells.len()), (100.0, 10_000));
    // 20 ms of work, 20 ms of a query for all but two fifths, two ms for looking or for asking, 93.3 on the way.
    close(fact(&live, "mean"), 20.0 + 0.6 * 22.0 + 0.8 * 2.0 + 93.333, 0.01, "nobody waits");
}

/// As in `determinism.rs`: a fingerprint that changes by accident is a bug.
#[test]
fn the_runs_of_the_lesson_are_the_same_on_every_machine() {
    let hash = |code: &str| finished(code).frame().hash;
    assert_eq!(hash("2~multi-tier"), "89e33c7eb4d4aa6b");
    assert_eq!(hash("2~multi-tier~load.150~cache-hit.80~at.30.s.stop.cache~at.45.s.restart.cache"), "a5ef37da8e247eb7");
}
