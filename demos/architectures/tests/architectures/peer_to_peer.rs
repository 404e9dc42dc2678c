use crate::overlay::{
    check_anything, check_frame, check_past, check_slices, fact, finished, maybe, over_ten_seeds, settings, told,
};
use architectures::live::BUDGET_BYTES;
use architectures::peer_to_peer::MODEL;
use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Where a row has the messages for a lookup, and what theory says of them.
const MESSAGES: (usize, usize) = (7, 8);

#[test]
fn a_run_is_the_same_however_it_is_cut() {
    let actions =
        "at.2.s.stop.peer-1~at.2.s.cut.peer-2.-.peer-3~at.3.s.stop.30.percent.of.peers~at.3500.ms.restart.all.peers";
    for lookup in ["flooding", "random-walk", "dht"] {
        check_slices(&format!("2~peer-to-peer~lookup.{lookup}~churn.5~absence.1~refresh.5~seconds.8~{actions}"));
        check_slices(&format!("2~peer-to-peer~users.120~lookup.{lookup}~bootstrap.off~churn.20~seconds.4~{actions}"));
    }
}

#[test]
fn what_is_done_changes_nothing_before_it() {
    let actions = [
        "at 3 s stop peer-1",
        "at 3 s stop bootstrap",
        "at 3 s slow peer-2 by 100",
        "at 3 s cut peer-2 - peer-3",
        "at 3 s delay peer-2 - peer-3 by 400 ms",
        "at 3 s stop 30 percent of peers",
        "at 3 s set load to 50",
        "at 3 s set churn to 5",
    ];
    for lookup in ["flooding", "random-walk", "dht"] {
        check_past(&format!("2~peer-to-peer~lookup.{lookup}~churn.10~absence.1~load.20~seconds.8"), &actions);
    }
    let undone = "at.2.s.stop.peer-1~at.2.s.cut.peer-2.-.peer-3";
    let actions = ["at 3 s restart peer-1", "at 3 s heal peer-2 - peer-3", "at 3 s restart all peers"];
    check_past(&format!("2~peer-to-peer~load.20~seconds.8~{undone}"), &actions);
    check_past("2~peer-to-peer~seconds.8", &["at 3 s set ttl to 1"]);
    check_past("2~peer-to-peer~lookup.random-walk~seconds.8", &["at 3 s set walkers to 20"]);
    check_past("2~peer-to-peer~churn.5~absence.1~seconds.8~at.2.s.stop.bootstrap", &["at 5 s restart bootstrap"]);
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

/// Hops in the hash table of so many peers, over ten seeds.
fn hops(users: u32) -> (f64, f64) {
    over_ten_seeds(|seed| {
        let live = finished(&format!("2~peer-to-peer~users.{users}~lookup.dht~load.50~seconds.10~seed.{seed}"));
        assert_eq!(fact(&live, "failed"), 0);
        fact(&live, "hops-mean") as f64 / 1_000.0
    })
}

#[test]
fn a_hash_table_needs_logarithmically_many_hops() {
    let means: Vec<f64> = [64_u32, 256, 1_024, 4_096, 16_384]
        .into_iter()
        .map(|users| {
            let (mean, error) = hops(users);
            assert!(mean + error <= f64::from(users.ilog2()), "{users}: {mean} ± {error}");
            assert!(error < 0.1, "{users}: {mean} ± {error}");
            mean
        })
        .collect();
    // Four times as many peers cost as many hops more each time, less than one.
    for pair in means.windows(2) {
        assert!((0.3..0.9).contains(&(pair[1] - pair[0])), "{means:?}");
    }
}

#[test]
fn a_flood_that_reaches_all_costs_what_theory_says() {
    for (users, degree) in [(16, 4), (200, 2), (200, 3), (200, 4), (1_000, 8)] {
        let code = format!("2~peer-to-peer~users.{users}~degree.{degree}~ttl.200~copies.3~seconds.20~timeout-ms.60000");
        let live = finished(&code);
        assert_eq!((fact(&live, "reach"), fact(&live, "failed")), (100_000, 0), "{code}");
        let mut windows = 0;
        for row in live.frame().rows {
            if let Some(messages) = row[MESSAGES.0] {
                assert_eq!(row[MESSAGES.1], Some(messages), "{code}");
                windows += 1;
            }
        }
        assert!(windows > 5, "{code}");
        // The link over which a peer first hears it carries it once, every other link twice.
        let share = fact(&live, "messages-per-lookup") as f64 / f64::from(users * degree) / 1_000.0;
        let expected = 1.0 - 1.0 / f64::from(degree);
        assert!((share - expected).abs() < 0.12, "{code}: {share}, not {expected}");
    }
}

#[test]
fn a_flood_finds_a_single_copy_as_often_as_it_reaches_a_peer() {
    // Of 1,999 others it reaches as many as it reaches without the asker.
    let (difference, error) = over_ten_seeds(|seed| {
        let live = finished(&format!("2~peer-to-peer~users.2000~copies.1~ttl.5~load.10~seconds.60~seed.{seed}"));
        assert_eq!(maybe(&live, "reach").map(|reach| (10_000..40_000).contains(&reach)), Some(true));
        let reached = (fact(&live, "reach") as f64 / 100_000.0 * 2_000.0 - 1.0) / 1_999.0;
        fact(&live, "success") as f64 / 100_000.0 - reached
    });
    assert!(difference.abs() <= error && error < 0.03, "{difference} ± {error}");
}

#[test]
fn what_is_rare_is_missed_and_what_is_popular_is_found() {
    for lookup in ["flooding", "random-walk"] {
        let success = |copies| {
            let code = format!("2~peer-to-peer~users.1000~lookup.{lookup}~ttl.5~copies.{copies}~load.10");
            fact(&finished(&code), "success")
        };
        assert!(success(1) < 50_000 && success(300) > 98_000, "{lookup}");
    }
    // A hash table knows no difference.
    let table = finished("2~peer-to-peer~users.1000~lookup.dht~copies.1~load.10");
    assert_eq!(fact(&table, "failed"), 0);
    assert!(fact(&table, "messages-per-lookup") < 40_000);
}

#[test]
fn walkers_cost_less_than_floods_and_take_longer() {
    let run = |lookup| {
        finished(&format!("2~peer-to-peer~users.1000~lookup.{lookup}~ttl.200~copies.20~load.5~timeout-ms.30000"))
    };
    let (flood, walk) = (run("flooding"), run("random-walk"));
    assert!(fact(&flood, "messages-per-lookup") > 10 * fact(&walk, "messages-per-lookup"));
    assert!(fact(&walk, "mean") > 2 * fact(&flood, "mean"));
}

#[test]
fn under_churn_a_hash_table_loses_keys_unless_there_are_copies() {
    for seed in 1..=3 {
        let lost = |copies| {
            let code = format!(
                "2~peer-to-peer~users.200~lookup.dht~copies.{copies}~churn.120~absence.30~refresh.10~load.10~seconds.120\
                 ~seed.{seed}"
            );
            let live = finished(&code);
            (fact(&live, "unreachable"), fact(&live, "refused"), fact(&live, "success"))
        };
        let (one, many) = (lost(1), lost(6));
        assert!(one.0 > 80_000 && one.1 > 100_000, "{one:?}");
        assert!(many.0 == 0 && many.1 < 5_000 && many.2 > 98_000, "{many:?}");
    }
}

#[test]
fn the_end_of_one_peer_of_sixteen_affects_nobody_else_if_there_are_copies() {
    for lookup in ["flooding", "dht"] {
        for peer in 1..=16 {
            for seed in 1..=3 {
                let code = |copies| {
                    format!("2~peer-to-peer~lookup.{lookup}~copies.{copies}~seed.{seed}~at.20.s.stop.peer-{peer}")
                };
                let two = finished(&code(2));
                assert_eq!((fact(&two, "failed"), fact(&two, "affected")), (0, 0), "{}", code(2));
                // Alone with its items it takes them along: that many of 16, and only who looks for them notices.
                let one = finished(&code(1));
                let (before, gone) = (fact(&one, "sent"), fact(&one, "unreachable"));
                let failed = fact(&one, "failed");
                assert!(gone > 0 || failed == 0, "{}", code(1));
                assert!(failed <= before * gone / 16_000 * 2, "{}: {failed} of {before}, {gone}", code(1));
            }
        }
    }
}

#[test]
fn without_the_bootstrap_node_newcomers_wait_and_insiders_do_not_notice() {
    for lookup in ["flooding", "dht"] {
        let stopped = "at.5.s.stop.peer-3~at.10.s.stop.bootstrap~at.12.s.restart.peer-3";
        let live = finished(&format!("2~peer-to-peer~lookup.{lookup}~{stopped}"));
        let facts = ["waiting", "affected", "inside", "unreachable"].map(|name| fact(&live, name));
        assert_eq!(facts, [1_000, 1_000, 15_000, 0], "{lookup}");
        assert!(told(&live).contains("Peer 3 wants to join and knows nobody"), "{}", told(&live));
        let live = finished(&format!("2~peer-to-peer~lookup.{lookup}~{stopped}~at.30.s.restart.bootstrap"));
        let facts = ["waiting", "waiting-max", "inside", "joins"].map(|name| fact(&live, name));
        assert_eq!(facts, [0, 1_000, 16_000, 1_000], "{lookup}");
        // Who remembers others needs no bootstrap node.
        let live = finished(&format!(
            "2~peer-to-peer~lookup.{lookup}~bootstrap.off~at.5.s.stop.peer-3~at.12.s.restart.peer-3"
        ));
        let facts = ["waiting", "affected", "inside", "unreachable"].map(|name| fact(&live, name));
        assert_eq!(facts, [0, 0, 16_000, 0], "{lookup}");
    }
}

#[test]
fn many_peers_fit_and_their_crowd_shows_the_flood() {
    for (lookup, most) in [("flooding", 40 << 20), ("dht", 100 << 20)] {
        let code = format!("2~peer-to-peer~users.100000~lookup.{lookup}~load.1~ttl.5~copies.100~seconds.2");
        let live = finished(&code);
        assert!(live.world().bytes() < most && most < BUDGET_BYTES, "{}", live.world().bytes());
        check_frame(&live.frame(), &code);
    }
    let reached = |lookup| {
        let code = format!("2~peer-to-peer~users.5000~lookup.{lookup}~load.3~ttl.30~copies.3~seconds.5");
        let live = architectures::finished(architectures::run_of(&code).expect("a code"));
        let crowd = live.frame().scene.crowd.expect("a crowd");
        crowd.legend.iter().find(|entry| entry.1 == "just reached").map_or(0, |entry| entry.2)
    };
    let (flood, sparks) = (reached("flooding"), reached("dht"));
    assert!(flood > 2_500 && (1..100).contains(&sparks), "{flood} {sparks}");
}

#[test]
fn all_may_go_and_come_back() {
    for lookup in ["flooding", "random-walk", "dht"] {
        let live = finished(&format!(
            "2~peer-to-peer~lookup.{lookup}~copies.16~at.10.s.stop.100.percent.of.peers~at.20.s.restart.all.peers"
        ));
        assert_eq!(fact(&live, "inside"), 16_000, "{lookup}");
        // What was on disks is back; what a hash table stored is gone for good.
        let gone = if lookup == "dht" { 16_000 } else { 0 };
        assert_eq!(fact(&live, "unreachable"), gone, "{lookup}");
        assert!(told(&live).contains("there is no network any more"));
    }
}

#[test]
fn what_the_lesson_says_of_peers_is_so() {
    // One that holds a copy stops; alone with its item; in a hash table; a third of all; nobody gets in.
    let table: &[(&str, &[(&str, i64)])] = &[
        ("2~peer-to-peer~load.20~at.20.s.stop.peer-1", &[("affected", 0), ("success", 100_000), ("unreachable", 0)]),
        ("2~peer-to-peer~copies.1~load.20~at.20.s.stop.peer-1", &[("affected", 14_000), ("unreachable", 1_000)]),
        ("2~peer-to-peer~lookup.dht~load.20~at.20.s.stop.peer-1", &[("affected", 0), ("unreachable", 0)]),
        ("2~peer-to-peer~load.20~at.10.s.stop.30.%.of.peers", &[("affected", 0), ("inside", 11_000)]),
        (
            "2~peer-to-peer~load.20~at.10.s.stop.peer-3~at.15.s.stop.bootstrap~at.20.s.restart.peer-3~at.40.s.restart.bootstrap",
            &[("affected", 1_000), ("waiting-max", 1_000), ("waiting", 0), ("inside", 16_000)],
        ),
        ("2~peer-to-peer~users.1000~ttl.10~load.10", &[("success", 100_000), ("reach", 100_000), ("hops-max", 8_000)]),
        ("2~peer-to-peer~users.1000~lookup.dht~load.10", &[("success", 100_000), ("hops-max", 4_000)]),
        ("2~peer-to-peer~users.100000~lookup.dht~load.20~seconds.20", &[("success", 100_000), ("hops-max", 5_000)]),
        ("2~peer-to-peer~users.10000~copies.1000~ttl.5~load.5~seconds.20", &[("success", 100_000)]),
    ];
    for (code, facts) in table {
        let live = finished(code);
        for (name, value) in *facts {
            assert_eq!(fact(&live, name), *value, "{name} of {code}");
        }
    }
    let rare = finished("2~peer-to-peer~users.10000~copies.1~ttl.5~load.5~seconds.20");
    assert!(fact(&rare, "success") < 10_000);
}

#[test]
fn what_is_told_is_in_order() {
    let code = "2~peer-to-peer~load.20~at.10.s.stop.peer-3~at.15.s.stop.bootstrap~at.20.s.restart.peer-3~at.40.s.restart.bootstrap";
    let told = told(&finished(code));
    let places =
        ["Peer 3 stopped", "nobody new gets in", "is back and asks", "knows nobody", "1 peer that waited can join"]
            .map(|part| told.find(part).unwrap_or_else(|| panic!("{part}: {told}")));
    assert!(places.is_sorted(), "{told}");
    assert!(!told.contains("reached everybody"), "{told}");
}
