//! Links and blocks that were published go on meaning what they meant: the same run, the same events, the same facts.
//!
//! `published/links.txt` holds links of every demo with the fingerprint of their run and, for remote calls, every event;
//! `published/blocks.txt` holds blocks as authors wrote them with the link that they are opened by and what their run
//! yields. Both are only ever appended to: add a line `demo link` or `demo {block}` and run this test with
//! `PUBLISHED=append`, which writes down what comes of lines that have nothing below them and changes no other.
#![cfg(feature = "ssr")]

use protocols::rpc;
use serde_json::Value;
use sim::What;
use std::{fmt::Write as _, fs, path::PathBuf};
use widgets::{bundles::entries, chrome::registry::Entry};

/// What stands below a line is moved in by this.
const BELOW: &str = "  ";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/published").join(name)
}

fn entry(name: &str) -> &'static Entry {
    entries().iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("no demo {name}"))
}

/// Holds a file's lines against what comes of them now, or appends what is not there yet. `whole`: nothing else may come
/// of them; otherwise more may, such as a new fact.
/// `example` is the line of a demo of which nothing is published yet.
fn hold(name: &str, whole: bool, example: impl Fn(&Entry) -> String, comes_of: impl Fn(&str, &str) -> Vec<String>) {
    let path = file(name);
    let mut text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let append = std::env::var("PUBLISHED").is_ok_and(|value| value == "append");
    for entry in entries() {
        if !text.lines().any(|line| line.split(' ').next() == Some(entry.name)) {
            assert!(append, "{name} has nothing of {}: run with PUBLISHED=append", entry.name);
            let _ = writeln!(text, "{} {}", entry.name, example(entry));
        }
    }
    let (mut written, mut wrong) = (String::new(), vec![]);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let _ = writeln!(written, "{line}");
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let (demo, what) = line.split_once(' ').unwrap_or_else(|| panic!("{name}: {line}"));
        let mut before = vec![];
        while let Some(below) = lines.next_if(|next| next.starts_with(BELOW)) {
            let _ = writeln!(written, "{below}");
            before.push(below.trim_start().to_owned());
        }
        let now = comes_of(demo, what);
        match before.is_empty() {
            true if append => now.iter().for_each(|now| {
                let _ = writeln!(written, "{BELOW}{now}");
            }),
            true => wrong.push(format!("{line}\n  has nothing below it: run with PUBLISHED=append")),
            false => {
                if let Some((place, gone)) = before.iter().enumerate().find(|(place, was)| match whole {
                    true => now.get(*place) != Some(*was),
                    false => !now.contains(was),
                }) {
                    let is = if whole { now.get(place).map_or("nothing", String::as_str) } else { "not so any more" };
                    wrong.push(format!("{line}\n  was {gone}\n  is  {is}"));
                } else if whole && now.len() > before.len() {
                    wrong.push(format!("{line}\n  has more than before: {}", now[before.len()]));
                }
            }
        }
    }
    if append {
        fs::write(&path, written).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    assert!(wrong.is_empty(), "{} of {name} mean something else now:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every event of a remote call, each in a line that is independent of how names are kept: time in microseconds, node,
/// what happened, and for a message its kind, attempt and copy.
fn events(run: &rpc::Run) -> Vec<String> {
    let outcome = rpc::simulate(run);
    let trace = &outcome.trace;
    let nodes = rpc::vocabulary().nodes;
    let message = |id, twin: u8| {
        let name = trace.message(id).name;
        let twin = if twin == 0 { "" } else { " twin" };
        format!("{} {}.{}{twin}", name.kind, name.attempt, name.copy)
    };
    let mut lines: Vec<String> = trace
        .events
        .iter()
        .map(|event| {
            let what = match event.what {
                What::Sent(id) => format!("sent {}", message(id, 0)),
                What::Received(id, twin) => format!("received {}", message(id, twin)),
                What::Lost(id, twin, why) => format!("lost {} {why:?}", message(id, twin)),
                What::Step(step) => format!("step {} {}.{}", step.step, step.attempt, step.copy),
                What::Crashed => "crashed".to_owned(),
                What::Restarted => "restarted".to_owned(),
            };
            format!("{} {} {what}", event.at.as_micros(), nodes[event.node.0 as usize])
        })
        .collect();
    let end = outcome.end();
    lines.push(format!(
        "verdict {}, belief {}, balance {}, unmet {}",
        outcome.verdict(),
        outcome.belief(end).name(),
        outcome.truth(end).balance,
        outcome.unmet.len()
    ));
    lines
}

#[test]
fn links_lead_to_the_runs_that_they_led_to() {
    let link = |entry: &Entry| {
        let example: Value = serde_json::from_str(entry.example).expect("the example is JSON");
        let checked = (entry.check)(&example).unwrap_or_else(|problems| panic!("{}: {problems:?}", entry.name));
        let props: Value = serde_json::from_str(&checked.props).expect("properties are JSON");
        props["view"].as_str().unwrap_or_default().to_owned()
    };
    hold("links.txt", true, link, |demo, link| {
        // What follows the run says how it is looked at.
        let code = link.split_once("~~").map_or(link, |(run, _)| run);
        let hash = (entry(demo).hash_of)(code).unwrap_or_else(|_| "none: it cannot be read".to_owned());
        let mut lines = vec![format!("hash {hash}")];
        if demo == "rpc-timeline" {
            lines.extend(rpc::Run::from_code(code).map(|run| events(&run)).unwrap_or_default());
        }
        lines
    });
}

#[test]
fn blocks_yield_what_they_yielded() {
    let example = |entry: &Entry| {
        let example: Value = serde_json::from_str(entry.example).expect("the example is JSON");
        example.to_string()
    };
    hold("blocks.txt", false, example, |demo, block| {
        let block: Value = serde_json::from_str(block).unwrap_or_else(|error| panic!("{demo}: {error}: {block}"));
        match (entry(demo).check)(&block) {
            Ok(checked) => {
                let props: Value = serde_json::from_str(&checked.props).expect("properties are JSON");
                // What the builder worked out, such as the answer to a search, was once a part of the view.
                let text = |key: &str| props[key].as_str().unwrap_or_default().to_owned();
                let (link, data) = (text("view"), text("data"));
                let view = format!("view {}", if data.starts_with(&format!("{link}~~")) { data } else { link });
                let facts = checked.facts.iter().map(|(name, value)| format!("{name} {}", value.0));
                std::iter::once(view).chain(facts).collect()
            }
            Err(problems) => vec![format!("refused with {} problems", problems.len())],
        }
    });
}
