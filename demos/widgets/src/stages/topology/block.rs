//! What an author writes, and what the run yields.

use super::{Looked, Offer, Topology, usual_moment};
use crate::chrome::{
    demo::{Authored, Examined, FactList, Problem, Yield, choices},
    registry::facts,
    seeds::BUDGET_EVENTS,
};
use architectures::live::{Action, Change, Live, Model, Requests, Run, Thousandths};
use serde::Deserialize;
use serde_json::{Map, Value};
use sim::{Time, words::grouped};
use std::collections::BTreeSet;

/// A live system: its architecture, its size, its load, and what is done to it.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// How the machines are arranged: the name of an architecture, such as "client-server"; the reference lists them.
    #[serde(default = "architecture")]
    pub architecture: String,
    /// The architecture's knobs, by name: numbers, or words for those that have words. The others stay at their defaults.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// How long the run lasts, in seconds; the architecture's usual length if it is left out.
    #[serde(default)]
    pub seconds: Option<u32>,
    /// Where chance begins: another seed gives other arrivals and service times.
    #[serde(default = "seed")]
    pub seed: u64,
    /// The time that the still picture shows, in milliseconds; after the last action, and never before a third of the
    /// run, if it is left out.
    #[serde(default)]
    pub at_ms: Option<u64>,
    /// What is done to the system: "at 10 s stop server", "at 20 s restart server", "at 5 s set load to 20",
    /// "at 8 s slow server by 4", "at 8 s cut api-1 - database", "at 60 s stop 30 percent of peers".
    #[serde(default)]
    #[schemars(length(max = 40))]
    pub actions: Vec<String>,
    /// Another architecture to show beside it, with the same workload and the same failure as far as it has them.
    #[serde(default)]
    pub compare: Option<String>,
    /// Other runs that the figure offers, each with a button.
    #[serde(default)]
    #[schemars(length(max = 6))]
    pub presets: Vec<Preset>,
}

/// A run that a figure offers. What is left out is as in the figure.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Preset {
    /// What stands on its button: what will be seen, in a few words.
    #[schemars(length(min = 1, max = 60))]
    pub label: String,
    /// Another architecture; the figure's settings are not taken over then.
    #[serde(default)]
    pub architecture: Option<String>,
    /// Knobs to turn, by name.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// How long the run lasts, in seconds.
    #[serde(default)]
    pub seconds: Option<u32>,
    /// What is done to the system, in place of the figure's actions.
    #[serde(default)]
    pub actions: Option<Vec<String>>,
    /// Another architecture to show beside it.
    #[serde(default)]
    pub compare: Option<String>,
    /// The time at which it begins to play, in milliseconds; its beginning if it is left out.
    #[serde(default)]
    pub at_ms: u64,
    /// What this run must yield, or the build fails: as the figure's own `expect`.
    #[serde(default)]
    pub expect: Map<String, Value>,
}

fn architecture() -> String {
    architectures::ALL[0].name.to_owned()
}
fn seed() -> u64 {
    1
}

/// Collects mistakes in one part of a block.
struct Checker<'a> {
    at: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    fn problem(&mut self, pointer: String, key: bool, message: String, help: Option<String>) {
        self.problems.push(Problem { pointer: format!("{}{pointer}", self.at), key, within: None, message, help });
    }

    fn model(&mut self, key: &str, name: &str) -> Option<&'static Model> {
        let found = architectures::find(name);
        if found.is_none() {
            let all: Vec<String> = architectures::ALL.iter().map(|model| model.name.to_owned()).collect();
            self.problem(format!("/{key}"), false, format!("there is no architecture `{name}`"), choices(name, &all));
        }
        found
    }

    fn settings(&mut self, run: &mut Run, settings: &Map<String, Value>) {
        for (name, value) in settings {
            let pointer = format!("/settings/{name}");
            let Some(place) = run.settings.place(name) else {
                let all: Vec<String> = run.model.knobs.iter().map(|knob| knob.name.to_owned()).collect();
                let message = format!("`{}` has no knob `{name}`", run.model.name);
                self.problem(pointer, true, message, choices(name, &all));
                continue;
            };
            let knob = &run.model.knobs[place];
            let (least, most) = knob.bounds;
            if knob.choices.is_empty() {
                match value.as_u64() {
                    Some(number) if (u64::from(least)..=u64::from(most)).contains(&number) => {
                        run.settings.set(place, number);
                    }
                    number => {
                        let nearest = knob.clamp(number.unwrap_or_else(|| knob.default.into()));
                        let message =
                            format!("{value} is no value for `{name}`: a whole number from {least} to {most}");
                        self.problem(pointer, false, message, Some(format!("write {nearest}")));
                    }
                }
                continue;
            }
            let word = value.as_str().unwrap_or_default();
            match knob.choices.iter().position(|choice| *choice == word) {
                Some(choice) => run.settings.set(place, choice as u64),
                None => {
                    let all: Vec<String> = knob.choices.iter().map(|choice| (*choice).to_owned()).collect();
                    self.problem(pointer, false, format!("{value} is no value for `{name}`"), choices(word, &all));
                }
            }
        }
    }

    fn seconds(&mut self, run: &mut Run, seconds: Option<u32>) {
        let Some(seconds) = seconds else { return };
        let (least, _, most) = run.model.seconds;
        if (least..=most).contains(&seconds) {
            run.seconds = seconds;
        } else {
            let message = format!("a run of `{}` lasts from {least} to {most} seconds", run.model.name);
            let help = Some(format!("write {}", seconds.clamp(least, most)));
            self.problem("/seconds".into(), false, message, help);
        }
    }

    fn actions(&mut self, run: &mut Run, actions: &[String]) {
        run.actions.clear();
        let mut read: Vec<(usize, Action)> = vec![];
        for (index, text) in actions.iter().enumerate() {
            let pointer = format!("/actions/{index}");
            match Action::parse(run.model, &run.settings, text) {
                Ok(action) => match run.never_comes_to(&action) {
                    Some(message) => {
                        self.problem(pointer, false, message, Some("act earlier, or raise `seconds`".into()));
                    }
                    None => read.push((index, action)),
                },
                Err(error) => {
                    let help = choices(&text[error.at.clone()], &error.choices);
                    self.problems.push(Problem {
                        pointer: format!("{}{pointer}", self.at),
                        key: false,
                        within: Some(error.at),
                        message: error.message,
                        help,
                    });
                }
            }
        }
        read.sort_by_key(|(_, action)| action.at);
        let mut down = BTreeSet::new();
        for (index, action) in &read {
            let (node, stops) = match action.change {
                Change::Stop(node) => (node, true),
                Change::Restart(node) => (node, false),
                _ => continue,
            };
            let changed = if stops { down.insert(node) } else { down.remove(&node) };
            // What a share of a crowd met is not known here.
            let crowd =
                read.iter().any(|(_, a)| matches!(a.change, Change::StopShare { .. } | Change::RestartAll { .. }));
            if !changed && !crowd {
                let state = if stops { "down" } else { "up" };
                let name = run.model.names(&run.settings).name(node);
                let message = format!("this has no effect: {name} is {state} already");
                self.problem(format!("/actions/{index}"), false, message, None);
            }
        }
        run.actions = read.into_iter().map(|(_, action)| action).collect();
    }
}

impl Block {
    /// The view that the author describes, and what else is offered.
    fn looked(&self) -> Result<(Looked, Vec<Offer>), Vec<Problem>> {
        let mut problems = vec![];
        let mut check = Checker { at: "", problems: &mut problems };
        let Some(model) = check.model("architecture", &self.architecture) else { return Err(problems) };
        let mut run = Run::new(model);
        run.seed = self.seed;
        check.settings(&mut run, &self.settings);
        check.seconds(&mut run, self.seconds);
        check.actions(&mut run, &self.actions);
        let with = self.compare.as_ref().and_then(|name| check.model("compare", name));
        let at = self.at_ms.map_or_else(|| usual_moment(&run), Time::from_millis);
        if at > run.end() {
            let message = format!("the run ends at {}, before this", run.end());
            let help = Some("show an earlier time, or raise `seconds`".to_owned());
            check.problem("/at-ms".into(), false, message, help);
        }
        let mut offers = vec![];
        for (index, preset) in self.presets.iter().enumerate() {
            let place = format!("/presets/{index}");
            let mut check = Checker { at: &place, problems: &mut problems };
            let mut other = run.clone();
            if let Some(name) = &preset.architecture {
                let Some(model) = check.model("architecture", name) else { continue };
                other = Run { seed: run.seed, ..Run::new(model) };
            }
            check.settings(&mut other, &preset.settings);
            check.seconds(&mut other, preset.seconds);
            if preset.actions.is_some() || preset.architecture.is_none() {
                check.actions(&mut other, preset.actions.as_ref().unwrap_or(&self.actions));
            }
            let with = preset.compare.as_ref().and_then(|name| check.model("compare", name));
            let at = Time::from_millis(preset.at_ms);
            offers.push(Offer { label: preset.label.clone(), view: Looked { run: other, at, with }.code() });
        }
        if problems.is_empty() { Ok((Looked { run, at, with }, offers)) } else { Err(problems) }
    }
}

/// A measured number as a page writes it: counts whole, others with about three digits.
fn number(value: Thousandths) -> Yield {
    let unit = match value.unsigned_abs() {
        100_000.. => 1_000,
        10_000.. => 100,
        _ => 10,
    };
    let rounded = (value + value.signum() * unit / 2) / unit * unit;
    if rounded % 1_000 == 0 { (rounded / 1_000).into() } else { (rounded as f64 / 1_000.0).into() }
}

/// The facts of the architecture that is shown beside the first one.
const OTHER: &[(&str, &str)] = &[
    ("other-success", "success"),
    ("other-served", "served"),
    ("other-failed", "failed"),
    ("other-affected", "affected"),
    ("other-p50", "p50"),
    ("other-p99", "p99"),
];

/// A run that has come to its end, and the one beside it.
type Seen = (Live, Option<Live>);

impl Authored for Topology {
    const PURPOSE: &'static str = "A live system of machines under load, in one of several architectures, alone or beside another: stop, slow and restart machines, cut links, change load and capacity, and watch throughput, latency, success and whatever else the architecture is about.";
    const SHEETS: &'static [&'static str] = &["demos-live"];
    const PRESETS: bool = false;
    const EXAMPLE: &'static str = r#"{
  "id": "example-topology",
  "title": "Twice the load, then twice the workers",
  "architecture": "client-server",
  "settings": { "load": 8 },
  "actions": ["at 15 s set load to 16", "at 35 s set workers to 2"],
  "at-ms": 34000,
  "expect": { "success": "< 100" }
}"#;
    const SEED: Option<&'static str> = Some("seed");
    type Block = Block;
    type Seen = Seen;

    fn facts(list: &mut FactList<Seen>) {
        let mut known = BTreeSet::new();
        let all = architectures::ALL.iter().flat_map(|model| model.all_facts());
        for fact in all.filter(|fact| known.insert(fact.name)) {
            list.fact(fact.name, fact.meaning, |(live, _)| measured(Some(live), fact.name));
        }
        for (name, of) in OTHER {
            let fact = Requests::FACTS.iter().find(|fact| fact.name == *of).expect("a fact of requests");
            list.fact(name, fact.meaning, |(_, other)| measured(other.as_ref(), of));
        }
        list.fact("hash", "The run's fingerprint, 16 hexadecimal digits.", |(live, _)| live.world().hash().to_string());
    }

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let (looked, offers) = block.looked()?;
        let stopped = |live: &Live| {
            let message = live.stopped()?.to_owned();
            Some(vec![Problem { pointer: String::new(), key: false, within: None, message, help: None }])
        };
        let live = architectures::finished(looked.run.clone());
        if let Some(problems) = stopped(&live) {
            return Err(problems);
        }
        let other = looked.beside().map(|other| architectures::finished(other.run));
        if let Some(problems) = other.as_ref().and_then(stopped) {
            return Err(problems);
        }
        let mut problems = vec![];
        for (index, (preset, offer)) in block.presets.iter().zip(&offers).enumerate() {
            if preset.expect.is_empty() {
                continue;
            }
            let Some(looked) = Looked::parse(&offer.view) else { continue };
            let other = looked.beside().map(|other| architectures::finished(other.run));
            let of_preset = (architectures::finished(looked.run), other);
            let facts = facts::<Self>(&of_preset);
            for (name, expected) in &preset.expect {
                let (key, message) = match facts.get(name.as_str()).map(|fact| (fact.meets(expected), fact)) {
                    None => (true, format!("a run of `{}` yields no `{name}`", of_preset.0.run().model.name)),
                    Some((Ok(true), _)) => continue,
                    Some((Ok(false), fact)) => {
                        (false, format!("expected {name} {expected}, but this run yields {}", fact.0))
                    }
                    Some((Err(message), _)) => (false, message),
                };
                let pointer = format!("/presets/{index}/expect/{name}");
                problems.push(Problem { pointer, key, within: None, message, help: None });
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let offers: Vec<String> = offers.iter().map(Offer::line).collect();
        Ok(Examined { view: looked.code(), offers: offers.join("\n"), seen: (live, other) })
    }

    fn see(block: &Block, events: u64) -> Result<Seen, Vec<Problem>> {
        let (looked, _) = block.looked()?;
        let other = looked.beside().map(|other| other.run);
        let events = if other.is_some() { events / 2 } else { events };
        let within = |run: Run| {
            let end = run.end();
            let mut live = architectures::begun(run);
            live.seek(end);
            while !live.advance(SLICE) {
                if live.world().events() > events {
                    let most = grouped(BUDGET_EVENTS);
                    return Err(vec![Problem {
                        help: Some("ask for fewer seeds, or of a smaller or shorter run".into()),
                        ..Problem::of_all(format!("the runs would have more than {most} events in all"))
                    }]);
                }
            }
            match live.stopped() {
                Some(why) => Err(vec![Problem::of_all(why.to_owned())]),
                None => Ok(live),
            }
        };
        let live = within(looked.run)?;
        let other = other.map(within).transpose()?;
        Ok((live, other))
    }
}

/// How many events are handled before it is looked at how many they are in all.
const SLICE: u32 = 1 << 18;

/// The measured fact of that name that a run has come to; null if its architecture has none of that name.
fn measured(live: Option<&Live>, name: &str) -> Option<Yield> {
    let value = live.and_then(|live| {
        let place = live.run().model.all_facts().position(|fact| fact.name == name)?;
        live.world().facts()[place]
    });
    value.map(number)
}
