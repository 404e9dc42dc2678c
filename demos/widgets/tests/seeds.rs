//! What runs yield over several seeds.

#![cfg(feature = "ssr")]
#![allow(missing_docs)]

use serde_json::{Value, json};
use widgets::{
    bundles::entries,
    chrome::{
        registry::{Entry, FactValue, Facts},
        seeds::*,
    },
};

fn entry(name: &str) -> &'static Entry {
    entries().iter().find(|entry| entry.name == name).expect(name)
}

fn text(block: Value, name: &str, asked: &str) -> Result<String, String> {
    let asked = Asked::parse(asked).expect("a form");
    let (part, count) = asked.seeds.expect("seeds");
    let runs = (entry(name).over_seeds)(&block, count).map_err(|refused| refused.message)?;
    Spread::new(&runs, asked.fact).map(|spread| spread.text(part)).map_err(|refused| refused.message)
}

#[test]
fn what_is_asked_is_read() {
    let over = |part, count| Some((part, count));
    for (written, fact, seeds) in [
        ("p95", "p95", None),
        ("p95 over 20 seeds", "p95", over(Part::Range, 20)),
        (" p95.median  over 5 seeds ", "p95", over(Part::Median, 5)),
        ("late-success.lowest over 2 seeds", "late-success", over(Part::Lowest, 2)),
        ("p95.highest over 99999999999999999999999 seeds", "p95", over(Part::Highest, usize::MAX)),
    ] {
        assert_eq!(Asked::parse(written), Some(Asked { fact, seeds }), "{written}");
    }
    for wrong in [
        "",
        "p95.median",
        "p95.mean over 20 seeds",
        "p95 over 20",
        "p95 over -1 seeds",
        "p95 20 seeds",
        ".median over 2 seeds",
        "p95 over twenty seeds",
        "p95 over 20 seeds again",
    ] {
        assert_eq!(Asked::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_range_holds_what_single_runs_yield() {
    let block = |seed: u64| json!({ "id": "a", "title": "A", "settings": { "load": 11 }, "seconds": 20, "seed": seed });
    let single: Vec<u64> = (1..=5)
        .map(|seed| {
            let checked = (entry("topology").check)(&block(seed)).unwrap_or_else(|problems| panic!("{problems:?}"));
            checked.facts.get("p95").and_then(|value| value.0.as_u64()).expect("a number")
        })
        .collect();
    let mut sorted = single.clone();
    sorted.sort_unstable();
    assert!(sorted[0] < sorted[4], "{single:?}");
    // Whichever seed the block itself has.
    for own in [1, 77] {
        let asked = |asked| text(block(own), "topology", asked).expect("numbers").replace(',', "");
        assert_eq!(asked("p95 over 5 seeds"), format!("{}–{}", sorted[0], sorted[4]));
        assert_eq!(asked("p95.lowest over 5 seeds"), sorted[0].to_string());
        assert_eq!(asked("p95.median over 5 seeds"), sorted[2].to_string());
        assert_eq!(asked("p95.median over 4 seeds"), {
            let mut four = single[..4].to_vec();
            four.sort_unstable();
            four[1].to_string()
        });
        assert_eq!(asked("p95.highest over 5 seeds"), sorted[4].to_string());
    }
}

#[test]
fn thousands_are_told_apart_and_one_value_is_one() {
    let runs = |values: &[u64]| -> Vec<Facts> {
        values.iter().map(|value| Facts::from([("n", FactValue(json!(value)))])).collect()
    };
    let text = |values: &[u64]| Spread::new(&runs(values), "n").expect("numbers").text(Part::Range);
    assert_eq!(text(&[3_162, 954]), "954–3,162");
    assert_eq!(text(&[27, 27, 27]), "27");
}

#[test]
fn demos_without_a_seed_say_so() {
    let seeded = ["rpc-timeline", "rpc-search", "topology", "design-lab"];
    for entry in entries().iter().filter(|entry| !seeded.contains(&entry.name)) {
        let block: Value = serde_json::from_str(entry.example).expect("JSON");
        let refused = (entry.over_seeds)(&block, 2).expect_err(entry.name);
        assert_eq!(refused.message, format!("a run of `{}` has no seed", entry.name));
    }
    for name in &seeded[..2] {
        let block: Value = serde_json::from_str(entry(name).example).expect("JSON");
        assert_eq!((entry(name).over_seeds)(&block, 2).expect(name).len(), 2);
    }
}

#[test]
fn what_cannot_be_told_is_refused_with_a_remedy() {
    let block = || json!({ "id": "a", "title": "A", "seconds": 20 });
    let refused = |block, demo, asked| text(block, demo, asked).expect_err("refused");
    assert_eq!(
        refused(block(), "topology", "p95 over 1 seeds"),
        "a fact can be asked for over 2 to 100 seeds, not over 1"
    );
    assert_eq!(
        refused(block(), "topology", "p95 over 101 seeds"),
        "a fact can be asked for over 2 to 100 seeds, not over 101"
    );
    assert_eq!(refused(block(), "topology", "hash over 2 seeds"), "`hash` is not a number: it has no range over seeds");
    assert_eq!(refused(block(), "topology", "finished over 2 seeds"), "under seed 1 the run yields no `finished`");
    let large = json!({ "id": "a", "title": "A", "settings": { "users": 20_000, "load": 100_000, "workers": 9_000 }, "seconds": 20 });
    let message = refused(large, "topology", "p95 over 100 seeds");
    assert!(message.starts_with("seed 1 of 100: the runs would have more than 100,000,000 events"), "{message}");
}

#[test]
fn expectations_hold_for_every_seed() {
    let check = |expect: Value| {
        let block = json!({ "id": "a", "title": "A", "settings": { "load": 11 }, "seconds": 20, "expect": expect });
        (entry("topology").check)(&block).map(|_| ()).map_err(|problems| problems[0].message.clone())
    };
    assert_eq!(check(json!({ "success over 3 seeds": "> 10", "p95.highest over 3 seeds": "> 100" })), Ok(()));
    let wrong = check(json!({ "p95 over 3 seeds": "< 100" })).expect_err("it is more");
    assert!(wrong.starts_with("expected p95 \"< 100\" of every seed, but seed 1 yields "), "{wrong}");
    let wrong = check(json!({ "p95.median over 3 seeds": 1 })).expect_err("it is more");
    assert!(wrong.starts_with("expected 1, but the seeds yield "), "{wrong}");
    let wrong = check(json!({ "p96 over 3 seeds": 1 })).expect_err("no such fact");
    assert_eq!(wrong, "a run of `topology` yields no `p96`");
    let kept = json!({ "id": "a", "title": "A", "semantics": "maybe", "faults": ["drop reply of call 1"], "expect": { "caller over 9 seeds": "cannot tell" } });
    assert!((entry("rpc-timeline").check)(&kept).is_ok());
}
