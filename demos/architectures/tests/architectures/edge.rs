use crate::conduct::{self, Facts};
use architectures::edge::{MODEL, Store, Write};
use architectures::live::{Action, Change};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed},
};
use sim::Time;
use std::collections::BTreeSet;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

proptest! {
    #![proptest_config(Config { cases: 40, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() })]

    #[test]
    fn replicas_have_the_same_items_once_all_is_whole_again(number: u64) {
        check_convergence(number);
    }
}

proptest! {
    #![proptest_config(Config { cases: 400, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() })]

    #[test]
    fn conflicts_are_those_that_whole_histories_show(keep_both: bool, steps in vec((0..4u32, 0..5u32, 0..3u32), 0..100)) {
        check_histories(keep_both, &steps);
    }
}

/// Anything is done, then all is undone and nobody writes any more: all replicas come to the same items.
fn check_convergence(number: u64) {
    for place in ["on-device", "at-edge"] {
        for resolve in ["last-writer-wins", "keep-both"] {
            let mut run = conduct::small(&MODEL, number);
            run.settings = run.settings.with_word("where", place).with_word("resolve", resolve);
            run.settings = run.settings.with("items", 20).with("load", 20).with("writes-percent", 60);
            run.actions.retain(|action| (MODEL.accepts)(&run.settings, &action.change).is_ok());
            run.seconds = 60;
            let broken = architectures::played(run.clone(), Time::from_secs(10)).frame();
            let names = MODEL.names(&run.settings);
            let mut mend: Vec<Change> = (0..names.count()).map(Change::Restart).collect();
            for b in 0..names.count() {
                for a in 0..b {
                    mend.extend([Change::Heal(a, b), Change::Delay(a, b, sim::Duration::ZERO)]);
                }
            }
            let knob = run.settings.place("writes-percent").expect("a knob");
            mend.push(Change::Set { knob, value: 0 });
            let at = Time::from_secs(10);
            mend.retain(|change| (MODEL.accepts)(&run.settings, change).is_ok());
            run.actions.extend(mend.into_iter().map(|change| Action { at, change }));
            let end = architectures::finished(run.clone()).frame();
            let fact = |name: &str| {
                let place = MODEL.all_facts().position(|fact| fact.name == name).expect(name);
                end.facts[place].unwrap_or(-1) / 1_000
            };
            assert!(broken.hash != end.hash && fact("served") > 0);
            assert_eq!((fact("unsynced"), fact("diverged")), (0, 0), "{}", run.code());
            if resolve == "keep-both" {
                assert_eq!(fact("lost-updates"), 0);
            }
        }
    }
}

/// A device that knows, of each item, which writes it shows.
#[derive(Clone, Default)]
struct Device {
    state: u32,
    /// Written, and not known to be in the cloud; how many were before these; how many the cloud has.
    waiting: Vec<Write>,
    first: usize,
    arrived: usize,
    shows: [BTreeSet<u32>; 3],
    /// Answers of the cloud on their way.
    answers: Vec<Answer>,
}

/// How many writes the cloud has, its state, which items have changed, and all items.
#[derive(Clone)]
struct Answer {
    arrived: usize,
    state: u32,
    changed: Vec<u32>,
    items: [BTreeSet<u32>; 3],
}

/// Plays writes, and messages to and from the cloud that take any time or are lost, against histories in full.
fn check_histories(keep_both: bool, steps: &[(u32, u32, u32)]) {
    let mut store = Store::new(3, keep_both);
    let mut cloud: [BTreeSet<u32>; 3] = Default::default();
    let mut devices: [Device; 4] = Default::default();
    // By write: all writes that it has seen, itself among them; when and by whom it was done.
    let mut seen: Vec<BTreeSet<u32>> = vec![BTreeSet::new()];
    let mut done = vec![(Time::ZERO, 0)];
    for (step, (place, what, item)) in (1..).zip(steps.iter().copied()) {
        let device = &mut devices[place as usize];
        match what {
            // What waits gets to the cloud, which answers.
            0 => {
                for write in device.waiting[device.arrived - device.first..].iter().copied() {
                    let there = &mut cloud[write.item as usize];
                    let history = &seen[write.id as usize];
                    there.retain(|other| !history.contains(other));
                    let conflict = !there.is_empty();
                    let lost = conflict && !keep_both;
                    there.insert(write.id);
                    if !keep_both {
                        let last = there.iter().copied().max_by_key(|id| done[*id as usize]);
                        there.retain(|id| Some(*id) == last);
                    }
                    let merge = store.write(write);
                    assert_eq!((merge.conflict, merge.lost), (conflict, lost), "step {step}");
                    let versions: BTreeSet<u32> = store.versions(write.item).collect();
                    assert_eq!(versions, cloud[write.item as usize], "step {step}");
                }
                device.arrived = device.first + device.waiting.len();
                let (arrived, state) = (device.arrived, store.state());
                let changed = store.changed_since(device.state).collect();
                device.answers.push(Answer { arrived, state, changed, items: cloud.clone() });
            }
            // One of the answers arrives.
            1 if !device.answers.is_empty() => {
                let answer = device.answers.remove(item as usize % device.answers.len());
                if answer.state < device.state || answer.arrived < device.first {
                    continue;
                }
                device.state = answer.state;
                device.waiting.drain(..answer.arrived - device.first);
                device.first = answer.arrived;
                for item in answer.changed {
                    device.shows[item as usize] = answer.items[item as usize].clone();
                }
                for write in &device.waiting {
                    device.shows[write.item as usize] = BTreeSet::from([write.id]);
                }
                // Every item that it does not write itself is as in the cloud, changed or not.
                for item in (0..3).filter(|item| device.waiting.iter().all(|write| write.item != *item)) {
                    assert_eq!(device.shows[item as usize], answer.items[item as usize], "step {step}");
                }
            }
            // One of the answers is lost.
            2 if !device.answers.is_empty() => {
                device.answers.remove(item as usize % device.answers.len());
            }
            _ => {
                let id = seen.len() as u32;
                let shows = &mut device.shows[item as usize];
                let mut history: BTreeSet<u32> = shows.iter().flat_map(|id| seen[*id as usize].clone()).collect();
                history.insert(id);
                seen.push(history);
                let at = Time::from_micros(step);
                done.push((at, place));
                *shows = BTreeSet::from([id]);
                let under = device.waiting.iter().rev().find(|write| write.item == item);
                let base = under.map_or(device.state, |write| write.base);
                device.waiting.push(Write { item, writer: place, base, at, id });
            }
        }
    }
    if keep_both {
        // Nothing is lost: whatever came to the cloud is there, or was seen by a write that is.
        let unsent = devices.iter().flat_map(|device| &device.waiting[device.arrived - device.first..]);
        let unsent: BTreeSet<u32> = unsent.map(|write| write.id).collect();
        for id in (1..seen.len() as u32).filter(|id| !unsent.contains(id)) {
            let there = cloud.iter().flatten().any(|other| seen[*other as usize].contains(&id));
            assert!(there, "write {id} is lost");
        }
    }
}

/// For each of so many seeds.
fn each(seeds: u64, code: &str) -> Vec<Facts> {
    let seeded = |seed: u64| match seed {
        1 => code.replace("~SEED", ""),
        _ => code.replace("SEED", &format!("seed.{seed}")),
    };
    (1..=seeds).map(|seed| Facts::of(&seeded(seed))).collect()
}

fn mean(facts: &[Facts], name: &str) -> f64 {
    facts.iter().map(|facts| facts.get(name)).sum::<f64>() / facts.len() as f64
}

#[test]
fn who_works_on_the_device_does_not_notice_that_the_cloud_is_away() {
    let usual = Facts::of("2~edge");
    let away = Facts::of("2~edge~at.30.s.stop.cloud~at.90.s.restart.cloud");
    for name in ["sent", "served", "failed", "mean", "p99", "affected", "writes"] {
        assert_eq!(usual.get(name), away.get(name), "{name}");
    }
    assert_eq!((away.get("failed"), away.get("affected")), (0.0, 0.0));
    assert!(away.get("staleness") > 5.0 * usual.get("staleness"));
    let told: Vec<&str> = away.frame.story.iter().map(|line| line.text.as_str()).collect();
    assert!(told.iter().any(|text| text.starts_with("The cloud stopped: all devices go on")), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("All have met the cloud again:")), "{told:?}");
}

#[test]
fn who_works_in_the_cloud_does() {
    let away = Facts::of("2~edge~where.in-cloud~at.30.s.stop.cloud~at.90.s.restart.cloud");
    assert_eq!(away.get("affected"), 6.0);
    // Windows of one second; the request of the last moment before is lost too.
    for (place, row) in away.frame.rows.iter().enumerate() {
        let answered = row[1].unwrap_or(0);
        assert!(!(31..90).contains(&place) || answered == 0, "second {place}: {answered}");
    }
    assert_eq!((away.get("conflicts"), away.get("staleness"), away.get("unsynced")), (0.0, 0.0, 0.0));
    // There and back: 65 ms and a tenth more on average, and 1 ms of work.
    let latency = away.get("mean");
    assert!((latency - (2.0 * 65.0 * 1.1 + 1.0)).abs() < 1.5, "{latency}");
}

#[test]
fn an_edge_node_that_is_away_leaves_its_devices_alone_with_what_they_have() {
    let stop = "at.30.s.stop.edge-2~at.60.s.restart.edge-2";
    let affected = |place: &str| Facts::of(&format!("2~edge{place}~{stop}")).get("affected");
    assert_eq!((affected(""), affected("~where.at-edge"), affected("~where.in-cloud")), (0.0, 3.0, 3.0));
    let cloud = Facts::of("2~edge~where.at-edge~at.30.s.stop.cloud~at.60.s.restart.cloud");
    assert_eq!(cloud.get("affected"), 0.0);
    let cut = Facts::of("2~edge~where.in-cloud~at.30.s.cut.edge-1.-.cloud~at.60.s.heal.edge-1.-.cloud");
    assert_eq!(cut.get("affected"), 3.0);
}

#[test]
fn there_are_hardly_any_conflicts_when_all_are_always_connected() {
    let all = each(20, "2~edge~sync-s.1~items.1000~SEED");
    let (writes, conflicts) = (mean(&all, "writes"), mean(&all, "conflicts"));
    assert!(writes > 100.0 && conflicts < 0.005 * writes, "{conflicts} of {writes}");
}

#[test]
fn conflicts_grow_with_the_outage() {
    for place in ["", "~where.at-edge"] {
        let conflicts = [10, 30, 60, 90].map(|seconds| {
            let end = 20 + seconds;
            mean(&each(20, &format!("2~edge{place}~SEED~at.20.s.stop.cloud~at.{end}.s.restart.cloud")), "conflicts")
        });
        let usual = mean(&each(20, &format!("2~edge{place}~SEED")), "conflicts");
        assert!(usual < conflicts[0], "{place}: {usual}, {conflicts:?}");
        assert!(conflicts.windows(2).all(|pair| pair[0] * 1.3 < pair[1]), "{place}: {conflicts:?}");
    }
}

#[test]
fn more_items_mean_fewer_conflicts_and_keeping_both_loses_nothing() {
    let outage = "~SEED~at.20.s.stop.cloud~at.80.s.restart.cloud";
    let few = each(10, &format!("2~edge~items.20{outage}"));
    let many = each(10, &format!("2~edge~items.500{outage}"));
    assert!(mean(&few, "conflicts") > 3.0 * mean(&many, "conflicts"));
    assert!(few.iter().all(|facts| facts.get("lost-updates") == facts.get("conflicts")), "one of two is lost");
    for facts in each(10, &format!("2~edge~items.20~resolve.keep-both{outage}")) {
        assert!(facts.get("conflicts") > 5.0);
        assert_eq!(facts.get("lost-updates"), 0.0);
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let table = [
        ("2~edge~where.in-cloud~at.1.s.slow.device-1.by.2", "not done on the devices"),
        ("2~edge~at.1.s.slow.edge-1.by.2", "not done at the edge"),
        ("2~edge~at.1.s.cut.device-1.-.cloud", "a device talks to its edge node"),
        ("2~edge~at.1.s.cut.device-1.-.edge-2", "a device talks to its edge node"),
        ("2~edge~at.1.s.stop.50.percent.of.clouds", "one cloud"),
    ];
    for (code, why) in table {
        let error = architectures::run_of(code).expect_err(code).to_string();
        assert!(error.contains(why), "{code}: {error}");
    }
}

#[test]
fn ten_thousand_devices_are_a_crowd() {
    let facts = Facts::of("2~edge~users.10000~edges.100~load.2000~seconds.20~at.5.s.stop.30.percent.of.edges");
    let crowd = facts.frame.scene.crowd.as_ref().expect("a crowd");
    assert_eq!(crowd.cells.len(), 10_000);
    assert_eq!(facts.get("failed"), 0.0);
    assert!(facts.get("unsynced") > 500.0 && facts.frame.bytes < 24 << 20, "{}", facts.frame.bytes);
}

#[test]
fn every_action_changes_something() {
    let table = [
        ("", "", "stop.device-1"),
        ("", "at.4.s.stop.device-1", "restart.device-1"),
        ("", "", "slow.device-1.by.5"),
        ("~where.at-edge", "", "slow.edge-1.by.5"),
        ("~where.in-cloud", "", "slow.cloud.by.5"),
        ("", "", "stop.edge-1"),
        ("~where.at-edge", "at.4.s.stop.edge-1", "restart.edge-1"),
        ("", "", "stop.cloud"),
        ("", "at.4.s.stop.cloud", "restart.cloud"),
        ("", "", "cut.device-1.-.edge-1"),
        ("", "at.4.s.cut.device-1.-.edge-1", "heal.device-1.-.edge-1"),
        ("~where.in-cloud", "", "cut.edge-2.-.cloud"),
        ("", "", "delay.edge-2.-.cloud.by.300.ms"),
        ("~where.at-edge", "", "delay.device-3.-.edge-1.by.30.ms"),
        ("", "", "stop.50.percent.of.devices"),
        ("", "at.4.s.stop.50.percent.of.devices", "restart.all.devices"),
        ("", "", "stop.50.percent.of.edges"),
        ("~where.at-edge", "at.4.s.stop.50.percent.of.edges", "restart.all.edges"),
        ("", "", "set.load.to.50"),
        ("", "", "set.writes-percent.to.90"),
        ("", "", "set.sync-s.to.1"),
    ];
    for (fields, before, action) in table {
        let before = if before.is_empty() { String::new() } else { format!("~{before}") };
        let without = Facts::of(&format!("2~edge{fields}~seconds.15{before}"));
        let with = Facts::of(&format!("2~edge{fields}~seconds.15{before}~at.5.s.{action}"));
        assert_ne!(without.frame.hash, with.frame.hash, "{fields} {before} {action}");
    }
}
