use crate::conduct::{Facts, T_30, interval};
use architectures::live::{Run, Settings};
use architectures::microservices::MODEL;
use sim::Time;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A run whose seed is left to fill in, for each of so many seeds.
fn each(seeds: u64, code: &str) -> Vec<Facts> {
    let seeded = |seed: u64| match seed {
        1 => code.replace("~SEED", ""),
        _ => code.replace("SEED", &format!("seed.{seed}")),
    };
    (1..=seeds).map(|seed| Facts::of(&seeded(seed))).collect()
}

fn values(facts: &[Facts], name: &str) -> Vec<f64> {
    facts.iter().map(|facts| facts.get(name)).collect()
}

/// 1 − (1 − p)ⁿ, in percent.
fn tail(percent: u32, services: u32) -> f64 {
    100.0 * (1.0 - (1.0 - f64::from(percent) / 100.0).powi(services as i32))
}

#[test]
fn slow_calls_add_up_as_the_formula_says() {
    // Shape, load, percent of slow calls, services.
    let table = [
        ("~shape.fan-out", 60, 1, 10),
        ("~shape.fan-out", 20, 1, 100),
        ("~shape.fan-out", 60, 5, 6),
        ("", 60, 2, 20),
        ("", 60, 20, 3),
    ];
    for (shape, load, percent, services) in table {
        let slow = if percent == 1 { String::new() } else { format!("~slow-percent.{percent}") };
        let load = if load == 20 { String::new() } else { format!("~load.{load}") };
        let code = format!(
            "2~microservices{load}{shape}~services.{services}~workers.64~service-ms.5{slow}~slow-ms.50\
             ~timeout-ms.60000~call-timeout-ms.60000~retries.0~seconds.12~SEED"
        );
        let all = each(30, &code);
        let (mean, half) = interval(&values(&all, "slow"), T_30);
        let theory = tail(percent, services);
        assert!((mean - theory).abs() <= half, "{code}: {mean} ± {half}, in theory {theory}");
        assert!(half < 0.08 * theory + 0.5, "{code}: {mean} ± {half} says nothing");
        for facts in &all {
            assert!((facts.get("slow-theory") - theory).abs() < 0.001, "{code}");
            assert_eq!((facts.get("failed"), facts.get("retries")), (0.0, 0.0), "{code}");
        }
    }
}

#[test]
fn retries_multiply_from_layer_to_layer() {
    // Services in a chain, retries, shape; calls of the last one for each request while it is down.
    let table = [
        (3, "", "", 27.0),
        (3, "~retries.1", "", 8.0),
        (2, "~retries.3", "", 16.0),
        (3, "~retries.0", "", 1.0),
        (3, "", "~shape.fan-out", 3.0),
    ];
    for (services, retries, shape, calls) in table {
        let code = format!(
            "2~microservices~load.1{shape}~services.{services}~slow-percent.0~call-timeout-ms.200{retries}\
             ~at.0.s.stop.service-{services}~at.40.s.stop.100.percent.of.users"
        );
        let facts = Facts::of(&code);
        assert_eq!(facts.get("amplification"), calls, "{code}");
        assert_eq!(facts.get("served"), 0.0);
        let row = &facts.frame.rows[0];
        assert_eq!(row[8], Some(calls as i64 * 1_000), "the bound");
    }
}

#[test]
fn a_retry_budget_bounds_the_amplification() {
    let code = "2~microservices~load.10~services.3~budget-percent.20~SEED~at.0.s.stop.service-3";
    for facts in each(5, code) {
        let amplification = facts.get("amplification");
        assert!(amplification > 1.3 && amplification <= 1.2 * 1.2 * 1.2, "{amplification}");
    }
}

/// A service is ten times as slow for ten seconds.
const STORM: &str = "~SEED~at.10.s.slow.service-2.by.10~at.20.s.slow.service-2.by.1";

#[test]
fn a_retry_storm_outlives_its_cause() {
    for facts in each(10, &format!("2~microservices~load.40~services.2~retries.3{STORM}")) {
        assert!(facts.get("late-success") < 5.0, "{}", facts.get("late-success"));
        assert_eq!(facts.get("storm-seconds"), 40.0);
        assert!(facts.get("wasted") > 50.0);
        let told = facts.frame.story.iter().any(|line| line.text.contains("retries keep the queues full"));
        assert!(told, "{:?}", facts.frame.story);
    }
}

#[test]
fn a_storm_is_over_within_seconds_when_callers_hold_back() {
    let base = "2~microservices~load.40~services.2";
    // Without retries; with a budget; a breaker; deadlines that travel.
    for measure in ["~retries.0", "~retries.3~budget-percent.10", "~retries.3~breaker.on", "~retries.3~deadline.on"] {
        for facts in each(10, &format!("{base}{measure}{STORM}")) {
            assert!(facts.get("late-success") > 99.0, "{measure}: {}", facts.get("late-success"));
            assert!(facts.get("storm-seconds") <= 15.0, "{measure}: {}", facts.get("storm-seconds"));
            let open = facts.get("breaker-open");
            assert_eq!(open > 0.0, measure.ends_with("breaker.on"), "{measure}: {open}");
        }
    }
}

#[test]
fn a_storm_ends_when_retries_are_turned_off_and_not_by_backing_off() {
    let code = format!("2~microservices~load.40~services.2~retries.3{STORM}~at.40.s.set.retries.to.0");
    for facts in each(10, &code) {
        assert!(facts.get("late-success") > 99.0, "{}", facts.get("late-success"));
        let storm = facts.get("storm-seconds");
        assert!((20.0..30.0).contains(&storm), "{storm}");
        assert!(facts.frame.story.iter().any(|line| line.text.starts_with("The storm is over")));
    }
    for facts in each(10, &format!("2~microservices~load.40~services.2~retries.3~backoff.exponential{STORM}")) {
        assert!(facts.get("late-success") < 20.0, "{}", facts.get("late-success"));
    }
}

#[test]
fn the_usual_services_run_well() {
    for facts in each(10, "2~microservices~seconds.300~SEED") {
        assert!(facts.get("success") > 99.5, "{}", facts.get("success"));
        assert_eq!(facts.find("storm-seconds"), None, "nothing was done to the system");
    }
}

/// Services in a chain are M/M/c stations in tandem: each is as if it stood alone (Jackson, "Networks of Waiting
/// Lines", *Operations Research* 5(4), 1957).
#[test]
fn a_chain_takes_as_long_as_its_stations_one_by_one() {
    // Load, workers; mean time at a station: s / (1 - ρ) and s / (1 - ρ²), with s = 20 ms.
    for (load, workers, station) in [("~load.25", "~workers.1", 40.0), ("~load.50", "", 80.0 / 3.0)] {
        let code = format!(
            "2~microservices{load}~services.3{workers}~slow-percent.0~queue.999~timeout-ms.60000\
             ~call-timeout-ms.60000~retries.0~seconds.100~SEED"
        );
        let all = each(30, &code);
        let (mean, half) = interval(&values(&all, "mean"), T_30);
        // There and back: a user's way of 20 to 24 ms; three hops of 1 ms each way; the gateway's 1 ms.
        let theory = 3.0 * station + 2.0 * 22.0 + 6.0 + 1.0;
        assert!((mean - theory).abs() <= half, "{code}: {mean} ± {half}, in theory {theory}");
        assert!(half < 0.05 * theory, "{code}: {mean} ± {half} says nothing");
    }
}

#[test]
fn utilisation_follows_the_utilisation_law() {
    for (fields, theory) in [("~load.40", 40.0 * (0.99 * 20.0 + 0.01 * 200.0) / 20.0), ("~load.30~shape.fan-out", 32.7)]
    {
        let all = each(30, &format!("2~microservices{fields}~timeout-ms.60000~call-timeout-ms.10000~SEED"));
        let means: Vec<_> = all
            .iter()
            .map(|facts| {
                let rows = &facts.frame.rows;
                for row in rows {
                    assert_eq!(row[11].map(|theory| theory as f64 / 1_000.0), Some(theory), "{fields}");
                }
                rows.iter().filter_map(|row| row[9]).sum::<i64>() as f64 / 1_000.0 / rows.len() as f64
            })
            .collect();
        let (mean, half) = interval(&means, T_30);
        assert!((mean - theory).abs() <= half, "{fields}: {mean} ± {half}, in theory {theory}");
        assert!(half < 2.0, "{fields}: {mean} ± {half} says nothing");
    }
}

#[test]
fn any_service_down_fails_everyone_and_a_full_recovery_follows() {
    for shape in ["", "~shape.fan-out"] {
        for stopped in ["gateway", "service-1", "service-4"] {
            let code = format!(
                "2~microservices{shape}~budget-percent.10~seconds.40~at.10.s.stop.{stopped}~at.20.s.restart.{stopped}"
            );
            let facts = Facts::of(&code);
            // All that were asked while it was down fail, ten of forty seconds.
            let success = facts.get("success");
            assert!((60.0..78.0).contains(&success), "{code}: {success}");
            assert_eq!(facts.get("affected"), 6.0, "{code}");
            assert_eq!(facts.get("late-success"), 100.0, "{code}");
        }
    }
}

#[test]
fn a_cut_link_hurts_whoever_is_behind_it() {
    let user = Facts::of("2~microservices~seconds.20~at.0.s.cut.user-2.-.gateway");
    assert_eq!(user.get("affected"), 1.0);
    let late = Facts::of("2~microservices~seconds.20~at.0.s.delay.service-1.-.service-2.by.100.ms");
    let usual = Facts::of("2~microservices~seconds.20");
    let more = late.get("mean") - usual.get("mean");
    assert!((190.0..220.0).contains(&more), "there and back: {more}");
    let slow = Facts::of("2~microservices~seconds.20~at.0.s.slow.gateway.by.100");
    assert!((90.0..110.0).contains(&(slow.get("mean") - usual.get("mean"))));
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let table = [
        ("2~microservices~at.1.s.slow.user-1.by.2", "does no work"),
        ("2~microservices~at.1.s.cut.user-1.-.service-1", "users talk to the gateway"),
        ("2~microservices~shape.fan-out~at.1.s.cut.service-2.-.service-1", "all talk to the gateway"),
        ("2~microservices~at.1.s.stop.50.percent.of.gateways", "one gateway"),
        ("2~microservices~at.1.s.set.services.to.5", "expected"),
    ];
    for (code, why) in table {
        let error = architectures::run_of(code).expect_err(code).to_string();
        assert!(error.contains(why), "{code}: {error}");
    }
}

#[test]
fn a_large_system_is_a_crowd_and_keeps_its_memory() {
    for (settings, label, cells) in [
        (Settings::new(MODEL.knobs).with("users", 10_000).with("load", 1_000).with("workers", 64), "users", 10_000),
        (Settings::new(MODEL.knobs).with("services", 100).with_word("shape", "fan-out"), "services", 100),
    ] {
        let mut run = Run::new(&MODEL);
        run.settings = settings;
        let live = architectures::played(run, Time::from_secs(10));
        let frame = live.frame();
        let crowd = frame.scene.crowd.as_ref().expect("a crowd");
        assert_eq!((crowd.label.as_str(), crowd.cells.len()), (label, cells));
        assert!(frame.bytes < 4 << 20, "{}", frame.bytes);
        assert!(frame.facts.iter().flatten().count() > 10);
    }
}

#[test]
fn every_action_changes_something() {
    let table = [
        ("", "stop.user-1"),
        ("at.4.s.stop.user-1", "restart.user-1"),
        ("", "stop.service-2"),
        ("at.4.s.stop.service-2", "restart.service-2"),
        ("", "stop.gateway"),
        ("at.4.s.stop.gateway", "restart.gateway"),
        ("", "slow.service-3.by.7"),
        ("at.4.s.slow.service-3.by.7", "slow.service-3.by.1"),
        ("", "slow.gateway.by.7"),
        ("", "cut.user-1.-.gateway"),
        ("at.4.s.cut.user-1.-.gateway", "heal.user-1.-.gateway"),
        ("", "cut.gateway.-.service-1"),
        ("", "cut.service-2.-.service-1"),
        ("at.4.s.cut.service-1.-.service-2", "heal.service-1.-.service-2"),
        ("", "delay.service-1.-.service-2.by.50.ms"),
        ("", "delay.user-6.-.gateway.by.50.ms"),
        ("", "stop.50.percent.of.users"),
        ("at.4.s.stop.50.percent.of.users", "restart.all.users"),
        ("", "stop.50.percent.of.services"),
        ("at.4.s.stop.50.percent.of.services", "restart.all.services"),
        ("", "set.load.to.50"),
        ("", "set.workers.to.1"),
        ("", "set.slow-percent.to.30"),
        ("at.4.s.stop.service-4", "set.retries.to.0"),
        ("at.4.s.stop.service-4", "set.backoff.to.exponential"),
        ("at.4.s.stop.service-4", "set.budget-percent.to.10"),
        ("at.4.s.stop.service-4", "set.breaker.to.on"),
        ("at.4.s.stop.service-4", "set.deadline.to.on"),
    ];
    for (before, action) in table {
        let before = if before.is_empty() { String::new() } else { format!("~{before}") };
        let without = Facts::of(&format!("2~microservices~seconds.15{before}"));
        let with = Facts::of(&format!("2~microservices~seconds.15{before}~at.5.s.{action}"));
        assert_ne!(without.frame.hash, with.frame.hash, "{before} {action}");
    }
}
