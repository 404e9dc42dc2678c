//! Every demo keeps what the registry promises.
#![cfg(feature = "ssr")]

use serde_json::{Value, json};
use widgets::{
    bundles::entries,
    chrome::registry::{Checked, Entry, Problem},
};

fn entry(name: &str) -> &'static Entry {
    entries().iter().find(|entry| entry.name == name).expect("a demo of that name")
}

fn check(name: &str, block: Value) -> Result<Checked, Vec<Problem>> {
    (entry(name).check)(&block)
}

fn fact(checked: &Checked, name: &str) -> Value {
    checked.facts[name].0.clone()
}

#[test]
fn examples_check_and_are_drawn() {
    for entry in entries() {
        let name = entry.name;
        let example: Value = serde_json::from_str(entry.example).expect(name);
        let checked = (entry.check)(&example).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        assert_eq!(checked.id, format!("example-{name}"));
        assert!(checked.facts.contains_key("hash"), "{name}");
        let html = (entry.prerender)(&checked.id, &checked.props);
        // A figure without a picture is a table.
        let parts: &[&str] =
            if html.contains("<title") { &["<title", "<desc", "role=\"img\""] } else { &["<table", "scope=\"col\""] };
        assert!(parts.iter().all(|part| html.contains(part)), "{name}");
        assert!(!html.contains("style="), "{name}");
        assert!(!html.contains("foreignObject"), "{name}");
        // A browser that reads a page puts the rows of a table into a body, and the figure would find another element there
        // than it has drawn.
        assert!(!html.contains("<table><tr"), "{name}: rows belong into a tbody or a thead");
        // What a script serves cannot be used before it is there.
        assert!(!html.contains("tabindex=\"0\" aria-label") && !html.contains("role=\"button\""), "{name}");
        for id in html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(id.starts_with(&checked.id), "{name}: {id}");
            assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1, "{name}: {id}");
        }
        assert_eq!(html, (entry.prerender)(&checked.id, &checked.props), "{name}");
    }
}

#[test]
fn a_live_system_has_facts_of_itself_and_of_the_one_beside_it() {
    let live = |architecture: &str, more: Value| {
        let mut block = json!({ "id": "a", "title": "A", "architecture": architecture });
        block.as_object_mut().expect("a block").extend(more.as_object().expect("more").clone());
        check("topology", block).expect(architecture)
    };
    let calm = live("client-server", json!({}));
    assert_eq!(fact(&calm, "success"), json!(100));
    assert!(!calm.facts.contains_key("other-success"));
    let stopped = json!({ "actions": ["at 10 s stop server", "at 20 s restart server"], "compare": "peer-to-peer" });
    let stopped = live("client-server", stopped);
    let percent = |name: &str| fact(&stopped, name).as_f64().expect(name);
    assert!(percent("success") < 90.0, "{}", percent("success"));
    assert!(percent("other-success") > 95.0, "{}", percent("other-success"));
    assert_ne!(fact(&stopped, "hash"), fact(&calm, "hash"));
}

#[test]
fn a_live_system_marks_what_is_down_by_more_than_colour() {
    let block = json!({ "id": "a", "title": "A", "actions": ["at 10 s stop server"], "at-ms": 15_000 });
    let checked = check("topology", block).expect("a system");
    let html = (entry("topology").prerender)(&checked.id, &checked.props);
    let picture = html.split("class=\"scene\"").nth(1).and_then(|rest| rest.split("</svg>").next()).unwrap_or_default();
    // Six clients whose last request failed, each with a sign; a server that is hatched and says that it is down.
    assert_eq!(picture.matches("class=\"sign odd\"").count(), 6);
    assert_eq!(picture.matches("url(#a-hatch)").count(), 1);
    assert_eq!(picture.matches("✕ down").count(), 1);
    assert!(picture.contains("a server that is down") && picture.contains("the last request failed: 6 clients"));
}

#[test]
fn what_an_author_misspells_gets_the_nearest() {
    let problems = |more: Value| {
        let mut block = json!({ "id": "a", "title": "A" });
        block.as_object_mut().expect("a block").extend(more.as_object().expect("more").clone());
        let problems = check("topology", block).expect_err(&more.to_string());
        problems.into_iter().map(|problem| (problem.pointer, problem.message, problem.help)).collect::<Vec<_>>()
    };
    for (more, pointer, message, help) in [
        (
            json!({ "architecture": "peer-to-per" }),
            "/architecture",
            "there is no architecture `peer-to-per`",
            "did you mean `peer-to-peer`?",
        ),
        (
            json!({ "settings": { "lod": 3 } }),
            "/settings/lod",
            "`client-server` has no knob `lod`",
            "did you mean `load`?",
        ),
        (
            json!({ "settings": { "load": 1_000_000 } }),
            "/settings/load",
            "1000000 is no value for `load`: a whole number from 0 to 200000",
            "write 200000",
        ),
        (
            json!({ "settings": { "balancer": "randm" } }),
            "/settings/balancer",
            "\"randm\" is no value for `balancer`",
            "did you mean `random`?",
        ),
        (json!({ "seconds": 5 }), "/seconds", "a run of `client-server` lasts from 10 to 600 seconds", "write 10"),
        (
            json!({ "at-ms": 61_000 }),
            "/at-ms",
            "the run ends at 60 s, before this",
            "show an earlier time, or raise `seconds`",
        ),
        (
            json!({ "actions": ["at 10 s stop sever"] }),
            "/actions/0",
            "there is no `sever` here",
            "did you mean `server`?",
        ),
        (
            json!({ "actions": ["at 70 s stop server"] }),
            "/actions/0",
            "the run ends at 60 s, before this",
            "act earlier, or raise `seconds`",
        ),
        (
            json!({ "actions": ["at 10 s stop server", "at 12 s stop server"] }),
            "/actions/1",
            "this has no effect: server is down already",
            "",
        ),
        (
            json!({ "presets": [{ "label": "More", "settings": { "lod": 3 } }] }),
            "/presets/0/settings/lod",
            "`client-server` has no knob `lod`",
            "did you mean `load`?",
        ),
    ] {
        let help = (!help.is_empty()).then(|| help.to_owned());
        assert_eq!(problems(more.clone()), [(pointer.to_owned(), message.to_owned(), help)], "{more}");
    }
}

#[test]
fn bounds_are_those_that_the_lesson_computes() {
    let block = json!({
        "id": "a", "title": "A", "file-mb": 1000, "server-mbps": 1000, "down-mbps": 50, "up-mbps": 10, "peers-max": 1000,
        "expect": { "client-server": 8000, "peer-to-peer": "<= 728" },
    });
    let checked = check("distribution-time", block).expect("a plan");
    assert_eq!(fact(&checked, "client-server"), json!(8000));
    assert_eq!(fact(&checked, "peer-to-peer"), json!(727));
    assert_eq!(fact(&checked, "ratio"), json!(11.0));
    assert_eq!(fact(&checked, "client-server-dominated-by"), json!("the server, which sends every copy itself"));
    assert_eq!(fact(&checked, "peer-to-peer-dominated-by"), json!("all uploads together, the server’s and the users’"));
}

#[test]
fn a_chart_can_be_drawn_at_the_edges_of_its_bounds() {
    for (file, server, down, up, peers) in [
        (1, 100_000, 10_000, 10_000, 2),
        (1, 100_000, 10_000, 0, 1_000_000),
        (100_000, 1, 1, 0, 1_000_000),
        (100_000, 1, 10_000, 10_000, 1_000_000),
        (7, 13, 1, 1, 3),
    ] {
        let block = json!({
            "id": "a", "title": "A", "file-mb": file, "server-mbps": server, "down-mbps": down, "up-mbps": up, "peers-max": peers,
        });
        let checked = check("distribution-time", block).expect("a plan");
        let html = (entry("distribution-time").prerender)(&checked.id, &checked.props);
        assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
    }
}

#[test]
fn links_to_systems_and_plans_have_the_fingerprint_of_the_page() {
    let block = json!({ "id": "a", "title": "A", "actions": ["at 10 s stop server"], "compare": "peer-to-peer" });
    let system = check("topology", block).expect("a system");
    let code = "2~client-server~at.10.s.stop.server";
    assert_eq!(json!((entry("topology").hash_of)(code).expect("a code")), fact(&system, "hash"));
    let plan = check("distribution-time", json!({ "id": "a", "title": "A" })).expect("a plan");
    assert_eq!(
        json!((entry("distribution-time").hash_of)("2~distribution-time").expect("a code")),
        fact(&plan, "hash")
    );
    assert!((entry("topology").hash_of)("2~client-server~sever").is_err());
}

#[test]
fn a_search_has_facts_of_what_it_searched_and_of_nothing_else() {
    let block = json!({
        "id": "a", "title": "A", "semantics": ["maybe", "at-least-once", "key-then-mail"], "faults": 1,
        "expect": { "maybe-promise": "none", "at-least-once-promise": "kept", "at-least-once-smallest": "none",
                    "at-least-once-twice": ">= 1", "key-then-mail-promise": "broken",
                    "key-then-mail-smallest": "receipt lost" },
    });
    let checked = check("rpc-search", block).expect("a search");
    let number = |name: &str| fact(&checked, name).as_u64().expect(name);
    let searched = ["maybe", "at-least-once", "key-then-mail"];
    assert_eq!(number("schedules"), searched.iter().map(|name| number(&format!("{name}-schedules"))).sum::<u64>());
    for name in searched {
        let ends = ["correct", "failed-cleanly", "cannot-tell", "lost", "receipt", "twice"];
        let sum: u64 = ends.iter().map(|end| number(&format!("{name}-{end}"))).sum();
        assert_eq!(number(&format!("{name}-schedules")), sum, "{name}");
    }
    assert_eq!(number("maybe-broken") + number("at-least-once-broken"), 0);
    assert!(number("key-then-mail-broken") > 0);
    assert!(checked.facts.keys().all(|name| !name.starts_with("outbox")), "{:?}", checked.facts.keys());

    let block = json!({
        "id": "a", "title": "A", "semantics": ["maybe"], "expect": { "outbox-twice": 0, "schedules": "> 1" }
    });
    let problems = check("rpc-search", block).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "a run of `rpc-search` yields no `outbox-twice`");
}

#[test]
fn a_searchs_page_holds_its_whole_answer() {
    let block = json!({ "id": "a", "title": "A", "semantics": ["at-least-once", "outbox"], "faults": 2 });
    let checked = check("rpc-search", block).expect("a search");
    let html = (entry("rpc-search").prerender)(&checked.id, &checked.props);
    assert_eq!(html.matches("no counterexample among").count(), 2);
    for name in ["at-least-once-twice", "outbox-cannot-tell", "outbox-lost"] {
        let start = format!("<button type=\"button\" id=\"a-{name}\"");
        let button = html.split(&start).nth(1).unwrap_or_else(|| panic!("{name}: {html}"));
        assert!(button.contains(&format!("</span> {}</button>", fact(&checked, name))), "{name}");
    }
    assert!(!html.contains("proved"), "{html}");
    // A link carries the question, and its answer has the same fingerprint.
    let hash = (entry("rpc-search").hash_of)("2~at-least-once~~2~at-least-once.outbox").expect("a code");
    assert_eq!(json!(hash), fact(&checked, "hash"));
    assert!((entry("rpc-search").hash_of)("2~maybe~~7").is_err());
}

#[test]
fn a_quiz_has_facts_and_its_link_the_fingerprint_of_its_order() {
    let mut block: Value = serde_json::from_str(entry("quiz").example).expect("the example");
    block["seed"] = json!(7);
    let checked = check("quiz", block).expect("a quiz");
    assert_eq!((fact(&checked, "questions"), fact(&checked, "points")), (json!(4), json!(4)));
    assert_eq!(json!((entry("quiz").hash_of)("2~quiz~seed.7").expect("a code")), fact(&checked, "hash"));
    assert!((entry("quiz").hash_of)("2~quiz~sede.7").is_err());
    let html = (entry("quiz").prerender)(&checked.id, &checked.props);
    // Who has no scripts reads all of it, and finds the answers below.
    assert_eq!(html.matches("data-question=").count(), 4);
    // A choice that is code is no label's, and has its name all the same.
    assert_eq!(html.matches("aria-labelledby=\"example-quiz-choice-3-").count(), 2, "{html}");
    assert!(html.contains("data-kind=\"choice\"") && html.contains("data-kind=\"fill-in\""), "{html}");
    assert!(!html.contains(" hidden") && html.contains("<details"), "{html}");
}
