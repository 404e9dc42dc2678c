//! What an author writes, and what the run yields.

use super::{Looked, Seen, Topology, usual_moment};
use crate::chrome::{
    demo::{Authored, Demo, Examined, Problem, choices, merge},
    figure,
    seeds::BUDGET_EVENTS,
};
use architectures::live::{Action, Change, Live, Model, Run};
use serde::Deserialize;
use serde_json::{Map, Value};
use sim::{Time, words::grouped};
use std::{collections::BTreeSet, rc::Rc};

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
}

fn architecture() -> String {
    architectures::ALL[0].name.to_owned()
}
fn seed() -> u64 {
    1
}

/// Collects mistakes in one part of a block.
struct Checker<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    fn problem(&mut self, pointer: String, key: bool, message: String, help: Option<String>) {
        self.problems.push(Problem { pointer, key, within: None, message, help });
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
                        pointer,
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
    /// The run that the author describes, and the moment that is shown.
    fn looked(&self) -> Result<(Looked, Time), Vec<Problem>> {
        let mut problems = vec![];
        let mut check = Checker { problems: &mut problems };
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
        if problems.is_empty() { Ok((Looked { run: Rc::new(run), with }, at)) } else { Err(problems) }
    }
}

impl Authored for Topology {
    const PURPOSE: &'static str = "A live system of machines under load, in one of several architectures, alone or beside another: stop, slow and restart machines, cut links, change load and capacity, and watch throughput, latency, success and whatever else the architecture is about.";
    const STYLE: &'static str = include_str!("style.css");
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

    fn replace(block: &mut Value, keys: &Map<String, Value>) {
        let Some(object) = block.as_object_mut() else { return };
        // Another architecture has other knobs, and nothing that is done to this one is done to it.
        if keys.contains_key("architecture") {
            object.retain(|key, _| key == "seed");
        }
        // A preset is played from its beginning, and is compared with what it says.
        object.remove("compare");
        object.insert("at-ms".to_owned(), 0.into());
        merge(block, keys);
    }

    fn examine(block: &Block) -> Result<Examined<Seen>, Vec<Problem>> {
        let (looked, at) = block.looked()?;
        let seen = Self::see(&looked, "");
        let stopped = [Some(&seen.0), seen.1.as_ref()].into_iter().flatten().find_map(Live::stopped);
        match stopped {
            Some(why) => Err(vec![Problem::of_all(why.to_owned())]),
            None => Ok(figure::examined::<Self>(looked, Some(at), seen)),
        }
    }

    fn see_within(block: &Block, events: u64) -> Result<Seen, Vec<Problem>> {
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
        let live = within((*looked.run).clone())?;
        let other = other.map(within).transpose()?;
        Ok((live, other))
    }
}

/// How many events are handled before it is looked at how many they are in all.
const SLICE: u32 = 1 << 18;
