//! What an author writes, and what the run yields.

use super::Topology;
use crate::demo::{Authored, Examined, FactInfo, Problem, View};
use serde::Deserialize;
use serde_json::json;
use sim::{Duration, Time};
use systems::client_server::{Action, Change, Node, Run, Scenario, quantile};

/// How the machines are arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArchitectureName {
    /// Clients ask, one server answers.
    #[default]
    ClientServer,
}

/// A live system: its size, its load, and what is done to it.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The figure's title.
    #[schemars(length(min = 1))]
    pub title: String,
    /// How the machines are arranged.
    #[serde(default)]
    pub architecture: ArchitectureName,
    /// How many clients.
    #[serde(default = "clients")]
    #[schemars(range(min = 1, max = 12))]
    pub clients: u32,
    /// Requests per second, all clients together.
    #[serde(default = "load")]
    #[schemars(range(min = 0, max = 60))]
    pub load: u32,
    /// How many requests the server can work on at once.
    #[serde(default = "workers")]
    #[schemars(range(min = 1, max = 8))]
    pub workers: u32,
    /// The mean time that a worker takes for a request, in milliseconds.
    #[serde(default = "service_ms")]
    #[schemars(range(min = 5, max = 2000))]
    pub service_ms: u64,
    /// How many requests may wait; the server turns away what comes on top.
    #[serde(default = "queue")]
    #[schemars(range(min = 0, max = 200))]
    pub queue: u32,
    /// How long a client waits for an answer, in milliseconds.
    #[serde(default = "timeout_ms")]
    #[schemars(range(min = 50, max = 10000))]
    pub timeout_ms: u64,
    /// How long a message takes one way, in milliseconds; up to a third more by chance.
    #[serde(default = "latency_ms")]
    #[schemars(range(min = 1, max = 1000))]
    pub latency_ms: u64,
    /// How long the run lasts, in seconds.
    #[serde(default = "seconds")]
    #[schemars(range(min = 10, max = 120))]
    pub seconds: u64,
    /// Where chance begins: another seed gives other arrivals and service times.
    #[serde(default = "seed")]
    pub seed: u64,
    /// The time that the still picture shows, in milliseconds.
    #[serde(default = "at_ms")]
    #[schemars(range(min = 0, max = 120000))]
    pub at_ms: u64,
    /// What is done to the system: "at 10 s stop server", "at 20 s restart server",
    /// "at 5 s set load to 20", "at 8 s set workers to 2".
    #[serde(default)]
    #[schemars(length(max = 40))]
    pub actions: Vec<String>,
}

fn clients() -> u32 {
    Scenario::default().clients
}
fn load() -> u32 {
    Scenario::default().load
}
fn workers() -> u32 {
    Scenario::default().workers
}
fn service_ms() -> u64 {
    Scenario::default().service.as_millis()
}
fn queue() -> u32 {
    Scenario::default().queue
}
fn timeout_ms() -> u64 {
    Scenario::default().timeout.as_millis()
}
fn latency_ms() -> u64 {
    Scenario::default().latency.as_millis()
}
fn seconds() -> u64 {
    Scenario::default().length.as_millis() / 1_000
}
fn seed() -> u64 {
    Run::default().seed
}
fn at_ms() -> u64 {
    8_150
}

impl Block {
    /// The run that the author describes.
    ///
    /// # Errors
    /// Every action that cannot be read or has no effect.
    pub fn run(&self) -> Result<Run, Vec<Problem>> {
        let mut problems = vec![];
        let mut actions = vec![];
        let length = Duration::from_secs(self.seconds);
        for (index, text) in self.actions.iter().enumerate() {
            let mut problem = |within, message, help| {
                problems.push(Problem { pointer: format!("/actions/{index}"), key: false, within, message, help });
            };
            match Action::parse(text) {
                Ok(action) if action.at >= Time::ZERO + length => {
                    problem(
                        None,
                        format!("the run ends at {length}, before this"),
                        Some("act earlier, or raise `seconds`".into()),
                    );
                }
                Ok(action) => actions.push((index, action)),
                Err(error) => {
                    let help = crate::demo::choices(&text[error.at.clone()], &error.choices);
                    problem(Some(error.at), error.message, help);
                }
            }
        }
        actions.sort_by_key(|(_, action)| action.at);
        let mut up = true;
        for (index, action) in &actions {
            let goes = match action.change {
                Change::Stop => false,
                Change::Restart => true,
                Change::Load(_) | Change::Workers(_) => continue,
            };
            if goes == up {
                let state = if up { "up" } else { "down" };
                problems.push(Problem {
                    pointer: format!("/actions/{index}"),
                    key: false,
                    within: None,
                    message: format!("this has no effect: the server is {state} already"),
                    help: None,
                });
            }
            up = goes;
        }
        if self.at_ms > self.seconds * 1_000 {
            problems.push(Problem {
                pointer: "/at-ms".into(),
                key: false,
                within: None,
                message: format!("the run ends at {length}, before this"),
                help: Some("show an earlier time, or raise `seconds`".into()),
            });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let ms = Duration::from_millis;
        let scenario = Scenario {
            clients: self.clients,
            load: self.load,
            workers: self.workers,
            service: ms(self.service_ms),
            queue: self.queue,
            timeout: ms(self.timeout_ms),
            latency: ms(self.latency_ms),
            length,
        };
        Ok(Run { scenario, seed: self.seed, actions: actions.into_iter().map(|(_, action)| action).collect() })
    }
}

impl Authored for Topology {
    const PURPOSE: &'static str = "A live system of machines under load: stop and restart them, change load and capacity, and watch throughput, latency and success.";
    const EXAMPLE: &'static str = r#"{
  "id": "example-topology",
  "title": "Twice the load, then twice the workers",
  "architecture": "client-server",
  "load": 8,
  "actions": ["at 15 s set load to 16", "at 35 s set workers to 2"],
  "at-ms": 34000,
  "expect": { "success": "< 100" }
}"#;
    const FACTS: &'static [FactInfo] = &[
        FactInfo { name: "sent", meaning: "Requests sent." },
        FactInfo { name: "served", meaning: "Requests answered in time." },
        FactInfo { name: "failed", meaning: "Requests given up or turned away." },
        FactInfo { name: "rejected", meaning: "Requests turned away because the queue was full." },
        FactInfo { name: "success", meaning: "Answered in time, in percent of the requests that were settled." },
        FactInfo { name: "throughput", meaning: "Requests answered in time per second, over the whole run." },
        FactInfo {
            name: "p50",
            meaning: "Median latency of the requests served, in milliseconds, as the clients see it.",
        },
        FactInfo { name: "p95", meaning: "95th percentile of the latency, in milliseconds." },
        FactInfo { name: "utilisation", meaning: "Time that the workers worked, in percent." },
        FactInfo { name: "affected", meaning: "Clients with at least one failed request." },
        FactInfo { name: "hash", meaning: "The run's fingerprint, 16 hexadecimal digits." },
    ];
    type Block = Block;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Examined, Vec<Problem>> {
        let run = block.run()?;
        let end = run.finish();
        let total = end.observer().until(end.now()).total();
        let failed = total.timed_out + total.rejected;
        let ms = |percent| json!(quantile(&total.latencies, percent).map_or(0, |micros| (micros + 500) / 1_000));
        let affected =
            end.processes().iter().filter(|node| matches!(node, Node::Client(client) if client.failed > 0)).count();
        let view = View::code(&run.code(), Some(Time::from_millis(block.at_ms)));
        let facts = vec![
            json!(total.sent),
            json!(total.served),
            json!(failed),
            json!(total.rejected),
            json!(super::percent(u64::from(total.served), u64::from(total.served + failed))),
            json!((u64::from(total.served) * 10 / block.seconds) as f64 / 10.0),
            ms(50),
            ms(95),
            json!(super::percent(total.busy, total.capacity)),
            json!(affected),
            json!(end.observer().hash().to_string()),
        ];
        Ok(Examined { view, facts })
    }
}
