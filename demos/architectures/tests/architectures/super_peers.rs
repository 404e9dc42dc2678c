use crate::overlay::{
    check_anything, check_frame, check_past, check_slices, fact, finished, over_ten_seeds, settings, told,
};
use architectures::super_peers::MODEL;
use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Where a row has what theory says of the super-peers' utilisation.
const THEORY: usize = 10;

#[test]
fn a_run_is_the_same_however_it_is_cut() {
    let actions =
        "at.2.s.stop.super-1~at.2.s.cut.super-2.-.peer-3~at.4.s.stop.30.percent.of.peers~at.5.s.restart.all.supers";
    for redundancy in [1, 2] {
        let rest = format!("redundancy.{redundancy}~churn.5~absence.1~failover-ms.500~seconds.8~{actions}");
        check_slices(&format!("2~super-peers~{rest}"));
        check_slices(&format!("2~super-peers~users.40~supers.8~{rest}"));
        check_slices(&format!("2~super-peers~users.100~supers.9~{rest}"));
    }
}

#[test]
fn what_is_done_changes_nothing_before_it() {
    let actions = [
        "at 3 s stop super-1",
        "at 3 s stop peer-1",
        "at 3 s slow super-2 by 100",
        "at 3 s cut super-2 - peer-2",
        "at 3 s cut super-2 - super-3",
        "at 3 s delay super-2 - peer-2 by 400 ms",
        "at 3 s stop 30 percent of peers",
        "at 3 s stop 30 percent of supers",
        "at 3 s set load to 50",
        "at 3 s set churn to 5",
        "at 3 s set super-ms to 50",
        "at 3 s set ttl to 1",
    ];
    for redundancy in [1, 2] {
        check_past(&format!("2~super-peers~redundancy.{redundancy}~load.20~seconds.8"), &actions);
    }
    let undone = "at.2.s.stop.peer-1~at.2.s.stop.super-1~at.2.s.cut.super-2.-.peer-2";
    let actions = [
        "at 3 s restart peer-1",
        "at 3 s restart super-1",
        "at 3 s heal super-2 - peer-2",
        "at 3 s restart all peers",
        "at 3 s restart all supers",
    ];
    check_past(&format!("2~super-peers~load.20~seconds.8~{undone}"), &actions);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_done_nothing_breaks(
        settings in settings(&MODEL, 60),
        seed in any::<u64>(),
        changes in proptest::collection::vec(any::<(u64, u8, u64, u64, u64)>(), 0..12),
    ) {
        check_anything(&MODEL, settings, seed, &changes);
    }
}

#[test]
fn a_lookup_costs_far_less_than_a_flood_of_all() {
    for copies in [2, 20] {
        let common = format!("users.1000~copies.{copies}~ttl.20~load.10");
        let all = fact(&finished(&format!("2~peer-to-peer~{common}")), "messages-per-lookup");
        let few = finished(&format!("2~super-peers~{common}~supers.20"));
        let messages = fact(&few, "messages-per-lookup");
        assert!(all > 40 * messages, "{all} against {messages}");
        assert_eq!(fact(&few, "failed"), 0);
        // The price: 20 of 1,020 nodes do nearly all of the work.
        assert!(fact(&few, "super-share") > 75_000, "{}", fact(&few, "super-share"));
    }
}

#[test]
fn a_second_super_peer_makes_the_end_of_the_first_harmless() {
    for seed in 1..=10 {
        for of in [2, 3, 5] {
            let run = |redundancy| {
                let code = format!("users.30~supers.{of}~redundancy.{redundancy}~copies.4~load.20~seed.{seed}");
                finished(&format!("2~super-peers~{code}~at.20.s.stop.super-1"))
            };
            let (one, two) = (run(1), run(2));
            assert!(fact(&one, "affected") > 0, "seed {seed}");
            assert_eq!(fact(&one, "orphans-max"), i64::from(30 / of) * 1_000, "seed {seed}");
            assert_eq!((fact(&two, "affected"), fact(&two, "orphans-max"), fact(&two, "outage-ms")), (0, 0, 0));
            assert!(told(&two).contains("have a second super-peer each"), "{}", told(&two));
        }
    }
}

#[test]
fn the_only_super_peer_is_a_single_point_of_failure() {
    let live = finished("2~super-peers~supers.1~load.20~at.20.s.stop.super");
    let facts = ["affected", "orphans", "unreachable"].map(|name| fact(&live, name));
    assert_eq!(facts, [12_000, 12_000, 12_000]);
    assert_eq!(fact(&live, "outage-ms"), 40_000_000);
    // Nothing is answered any more.
    assert!(live.frame().rows[22..].iter().all(|row| row[1] == Some(0)));
    let live = finished("2~super-peers~supers.1~load.20~at.20.s.stop.super~at.40.s.restart.super");
    assert_eq!((fact(&live, "orphans"), fact(&live, "unreachable")), (0, 0));
    assert!(live.frame().rows[46..].iter().all(|row| row[2] == Some(0)));
}

#[test]
fn peers_find_another_super_peer_as_soon_as_they_notice() {
    for failover in [500, 2_000, 10_000] {
        for seed in 1..=5 {
            let code = format!("2~super-peers~failover-ms.{failover}~seed.{seed}~at.20.s.stop.super-1");
            let live = finished(&code);
            let longest = fact(&live, "outage-ms") / 1_000 - failover;
            // And the way there and back, which is up to one and a half times 50 ms long.
            assert!((50..=150).contains(&longest), "{code}: {longest} ms more");
            assert_eq!((fact(&live, "orphans"), fact(&live, "orphans-max")), (0, 4_000), "{code}");
        }
    }
}

#[test]
fn a_super_peer_that_is_back_before_anybody_noticed_is_told_apart() {
    let code = "2~super-peers~supers.1~load.20~at.20.s.stop.super~at.21.s.restart.super";
    let live = finished(code);
    // It says that it does not know who asks: sooner than after the five seconds of a failover.
    assert!(fact(&live, "outage-ms") < 5_200_000, "{}", fact(&live, "outage-ms"));
    assert!(fact(&live, "refused") == 0 && fact(&live, "orphans") == 0);
    assert!(live.frame().rows[27..].iter().all(|row| row[2] == Some(0)));
}

#[test]
fn the_peers_questions_are_shared_evenly_among_super_peers() {
    for supers in [1, 2, 5, 10] {
        let (each, error) = over_ten_seeds(|seed| {
            let code = format!("2~super-peers~users.100~supers.{supers}~load.50~seed.{seed}");
            fact(&finished(&code), "super-questions") as f64 / 1_000.0
        });
        let expected = 50.0 * 60.0 / f64::from(supers);
        assert!(
            (each - expected).abs() <= error + 2.5 / f64::from(supers),
            "{supers}: {each} ± {error}, not {expected}"
        );
    }
}

#[test]
fn super_peers_work_as_much_as_theory_says() {
    for (supers, copies, redundancy) in
        [(1, 2, 1), (2, 2, 1), (4, 2, 1), (10, 2, 1), (10, 30, 1), (4, 2, 2), (10, 5, 2)]
    {
        let (difference, error) = over_ten_seeds(|seed| {
            let code = format!(
                "2~super-peers~users.200~supers.{supers}~copies.{copies}~redundancy.{redundancy}~load.50~seed.{seed}"
            );
            let live = finished(&code);
            let theory = live.frame().rows.iter().find_map(|row| row[THEORY]).expect("a quiet system");
            (fact(&live, "super-utilisation") - theory) as f64 / 1_000.0
        });
        assert!(
            difference.abs() <= error && error < 0.6,
            "{supers} super-peers, {copies} copies, {redundancy}: {difference} ± {error}"
        );
    }
}

#[test]
fn many_peers_fit() {
    let code = "2~super-peers~users.100000~supers.1000~load.5~copies.50~seconds.5";
    let live = finished(code);
    assert!(live.world().bytes() < 64 << 20, "{}", live.world().bytes());
    check_frame(&live.frame(), code);
    assert_eq!(fact(&live, "failed"), 0);
}

#[test]
fn what_the_lesson_says_of_super_peers_is_so() {
    let table: &[(&str, &[(&str, i64)])] = &[
        ("2~super-peers~load.20~at.20.s.stop.super-1", &[("orphans-max", 4_000), ("affected", 11_000), ("orphans", 0)]),
        ("2~super-peers~redundancy.2~load.20~at.20.s.stop.super-1", &[("orphans-max", 0), ("affected", 0)]),
        ("2~super-peers~supers.1~load.20~at.20.s.stop.super", &[("orphans-max", 12_000), ("affected", 12_000)]),
        ("2~super-peers~users.1000~supers.20~load.10~ttl.10", &[("success", 100_000), ("dropped", 0)]),
    ];
    for (code, facts) in table {
        let live = finished(code);
        for (name, value) in *facts {
            assert_eq!(fact(&live, name), *value, "{name} of {code}");
        }
    }
    // Each of 20 super-peers gets nearly every question: 250 a second are more than it can work on in 5 ms each.
    let full = finished("2~super-peers~users.1000~supers.20~load.250");
    assert!(fact(&full, "dropped") > 0 && fact(&full, "super-utilisation") > 98_000);
    assert_eq!(told(&full).matches("in line and drops more").count(), 1, "{}", told(&full));
}
