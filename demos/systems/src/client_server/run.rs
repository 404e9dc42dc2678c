//! The run as a value, and what follows from it.

use super::{
    Metrics, Node,
    nodes::{Client, SERVER, Server},
};
use crate::code::{self, CodeError};
use sim::{
    Duration, Fault, LinkSpec, Network, Simulation, Time, When,
    words::{self, WordError, Words},
};
use std::{fmt, ops::RangeInclusive};

/// A number that changes at set times and is constant in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    first: u32,
    /// In the order of time.
    changes: Vec<(Time, u32)>,
}

impl Levels {
    /// `first` from the start, then what the changes say. Of several at the same time the last wins.
    pub fn new(first: u32, changes: Vec<(Time, u32)>) -> Self {
        let mut sorted: Vec<(Time, u32)> = Vec::with_capacity(changes.len());
        for change in changes {
            sorted.insert(sorted.partition_point(|(at, _)| *at <= change.0), change);
        }
        Self { first, changes: sorted }
    }

    /// The value at that time.
    pub fn at(&self, now: Time) -> u32 {
        self.changes.iter().rev().find(|(at, _)| *at <= now).map_or(self.first, |(_, value)| *value)
    }

    /// When it changes next.
    pub fn next_change(&self, now: Time) -> Option<Time> {
        self.changes.iter().map(|(at, _)| *at).find(|at| *at > now)
    }

    /// The earliest time at which the area under the curve since `now` reaches `need`, in units of
    /// value x microseconds; never, if the curve stays at zero.
    pub fn time_to_gather(&self, now: Time, mut need: u64) -> Option<Time> {
        let mut from = now;
        loop {
            let value = u64::from(self.at(from));
            let until = self.next_change(from);
            let reach = until.map_or(u64::MAX, |until| value * until.since(from).as_micros());
            if value > 0 && need <= reach {
                return Some(from + Duration::from_micros(need.div_ceil(value).max(1)));
            }
            need -= reach.min(need);
            from = until?;
        }
    }
}

/// The knobs of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// How many clients.
    pub clients: u32,
    /// Requests per second, all clients together.
    pub load: u32,
    /// How many requests the server can work on at once.
    pub workers: u32,
    /// The mean time that a worker takes for one.
    pub service: Duration,
    /// How many requests may wait.
    pub queue: u32,
    /// How long a client waits for an answer.
    pub timeout: Duration,
    /// How long a message takes, one way; it varies by up to a third more.
    pub latency: Duration,
    /// How long the run lasts.
    pub length: Duration,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            clients: 6,
            load: 8,
            workers: 1,
            service: Duration::from_millis(80),
            queue: 20,
            timeout: Duration::from_millis(1_000),
            latency: Duration::from_millis(60),
            length: Duration::from_secs(60),
        }
    }
}

/// Within which a scenario makes sense and stays quick.
pub struct Bounds;

impl Bounds {
    /// How many clients.
    pub const CLIENTS: RangeInclusive<u32> = 1..=12;
    /// Requests per second.
    pub const LOAD: RangeInclusive<u32> = 0..=60;
    /// Workers.
    pub const WORKERS: RangeInclusive<u32> = 1..=8;
    /// The mean service time, in milliseconds.
    pub const SERVICE_MS: RangeInclusive<u64> = 5..=2_000;
    /// How many may wait.
    pub const QUEUE: RangeInclusive<u32> = 0..=200;
    /// The timeout, in milliseconds.
    pub const TIMEOUT_MS: RangeInclusive<u64> = 50..=10_000;
    /// One way, in milliseconds.
    pub const LATENCY_MS: RangeInclusive<u64> = 1..=1_000;
    /// The length of the run, in seconds.
    pub const SECONDS: RangeInclusive<u64> = 10..=120;
    /// How many actions.
    pub const ACTIONS: usize = 40;
}

/// What someone does to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The server goes down: what waits and what is being served is lost.
    Stop,
    /// The server comes back.
    Restart,
    /// So many requests per second from now on.
    Load(u32),
    /// So many workers from now on.
    Workers(u32),
}

/// What someone does, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Action {
    /// When.
    pub at: Time,
    /// What.
    pub change: Change,
}

impl Action {
    /// Reads `at 10 s stop server`, `at 20 s restart server`, `at 5 s set load to 20`, `at 8 s set
    /// workers to 2`.
    ///
    /// # Errors
    /// Points at the word that does not fit.
    pub fn parse(text: &str) -> Result<Self, WordError> {
        #[derive(Clone, Copy)]
        enum Verb {
            Stop,
            Restart,
            Set,
        }
        let mut words = Words::new(text);
        words.expect("at")?;
        let at = words.time()?;
        let change = match words.choose(&[("stop", Verb::Stop), ("restart", Verb::Restart), ("set", Verb::Set)])? {
            Verb::Stop => words.expect("server").map(|()| Change::Stop)?,
            Verb::Restart => words.expect("server").map(|()| Change::Restart)?,
            Verb::Set => {
                let load = words.choose(&[("load", true), ("workers", false)])?;
                words.expect("to")?;
                let bounds = if load { Bounds::LOAD } else { Bounds::WORKERS };
                let value = words.number_within(u64::from(*bounds.start())..=u64::from(*bounds.end()))? as u32;
                if load { Change::Load(value) } else { Change::Workers(value) }
            }
        };
        words.end()?;
        Ok(Self { at, change })
    }
}

/// As [`Action::parse`] reads it.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {} ", words::exact(self.at.since(Time::ZERO)))?;
        match self.change {
            Change::Stop => f.write_str("stop server"),
            Change::Restart => f.write_str("restart server"),
            Change::Load(load) => write!(f, "set load to {load}"),
            Change::Workers(workers) => write!(f, "set workers to {workers}"),
        }
    }
}

/// A run: everything that it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The knobs.
    pub scenario: Scenario,
    /// Where chance begins.
    pub seed: u64,
    /// What is done to the system, in the order of time.
    pub actions: Vec<Action>,
}

impl Default for Run {
    fn default() -> Self {
        Self { scenario: Scenario::default(), seed: 1, actions: vec![] }
    }
}

/// The nodes' names, by [`sim::NodeId`].
pub fn names(clients: u32) -> Vec<String> {
    std::iter::once("server".to_owned()).chain((1..=clients).map(|n| format!("client {n}"))).collect()
}

impl Run {
    /// The run at its start.
    pub fn start(&self) -> Simulation<Node> {
        let Scenario { clients, load, workers, service, queue, timeout, latency, .. } = self.scenario;
        let levels = |first, pick: fn(Change) -> Option<u32>| {
            Levels::new(first, self.actions.iter().filter_map(|a| Some((a.at, pick(a.change)?))).collect())
        };
        let load = levels(load, |change| if let Change::Load(load) = change { Some(load) } else { None });
        let workers =
            levels(workers, |change| if let Change::Workers(workers) = change { Some(workers) } else { None });
        let faults = self.actions.iter().filter_map(|action| match action.change {
            Change::Stop => Some(Fault::Crash { node: SERVER, when: When::At(action.at), restart_after: None }),
            Change::Restart => Some(Fault::Restart { node: SERVER, at: action.at }),
            Change::Load(_) | Change::Workers(_) => None,
        });
        let server = Node::Server(Server {
            workers,
            service,
            limit: queue as usize,
            queue: Default::default(),
            serving: vec![],
        });
        let client = Node::Client(Client {
            load,
            clients,
            timeout,
            asked: 0,
            waiting: Default::default(),
            served: 0,
            failed: 0,
            last_failed: false,
        });
        let processes = std::iter::once(server).chain((0..clients).map(|_| client.clone())).collect();
        let jitter = Duration::from_micros(latency.as_micros() / 3);
        let network = Network::new(LinkSpec { base: latency, jitter });
        Simulation::new(processes, network, self.seed, faults.collect(), Metrics::default())
    }

    /// The whole run, up to its length.
    pub fn finish(&self) -> Simulation<Node> {
        let mut simulation = self.start();
        simulation.run_until(Time::ZERO + self.scenario.length);
        simulation
    }

    /// The load and the number of workers at that time, and whether the server is meant to be up.
    pub fn settings(&self, at: Time) -> (u32, u32, bool) {
        let mut settings = (self.scenario.load, self.scenario.workers, true);
        for action in self.actions.iter().filter(|action| action.at <= at) {
            match action.change {
                Change::Load(load) => settings.0 = load,
                Change::Workers(workers) => settings.1 = workers,
                Change::Stop => settings.2 = false,
                Change::Restart => settings.2 = true,
            }
        }
        settings
    }

    /// The run in which this is done as well. What was done later is undone: the past stays, the
    /// future is written anew.
    pub fn with(&self, action: Action) -> Self {
        let mut run = self.clone();
        let same = |a: &Action| std::mem::discriminant(&a.change) == std::mem::discriminant(&action.change);
        run.actions.retain(|a| a.at < action.at || a.at == action.at && !same(a));
        run.actions.push(action);
        run
    }

    /// The short code for links.
    pub fn code(&self) -> String {
        let (scenario, default) = (&self.scenario, Scenario::default());
        let mut fields = vec!["client-server".to_owned()];
        let knobs = [
            ("clients", u64::from(scenario.clients), u64::from(default.clients)),
            ("load", u64::from(scenario.load), u64::from(default.load)),
            ("workers", u64::from(scenario.workers), u64::from(default.workers)),
            ("service", scenario.service.as_millis(), default.service.as_millis()),
            ("queue", u64::from(scenario.queue), u64::from(default.queue)),
            ("timeout", scenario.timeout.as_millis(), default.timeout.as_millis()),
            ("latency", scenario.latency.as_millis(), default.latency.as_millis()),
            ("seconds", scenario.length.as_millis() / 1_000, default.length.as_millis() / 1_000),
            ("seed", self.seed, 1),
        ];
        fields.extend(
            knobs
                .iter()
                .filter(|(_, value, default)| value != default)
                .map(|(name, value, _)| format!("{name} {value}")),
        );
        fields.extend(self.actions.iter().map(Action::to_string));
        code::join(fields)
    }

    /// Reads a short code. Numbers out of bounds become the nearest within.
    ///
    /// # Errors
    /// If it is damaged or of another version.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        let fields = code::split(code)?;
        let mut run = Self::default();
        for (index, field) in fields.iter().enumerate() {
            if index == 0 {
                if field != "client-server" {
                    return Err(code::bad(field, "no architecture of that name here"));
                }
                continue;
            }
            if field.starts_with("at ") {
                let action = Action::parse(field).map_err(|error| code::bad(field, error))?;
                if run.actions.len() == Bounds::ACTIONS {
                    return Err(code::bad(field, format!("more than {} actions", Bounds::ACTIONS)));
                }
                let place = run.actions.partition_point(|earlier| earlier.at <= action.at);
                run.actions.insert(place, action);
                continue;
            }
            let (name, number) = field.split_once(' ').unwrap_or((field, ""));
            let number: u64 = number.parse().map_err(|_| code::bad(field, "a number is missing or damaged"))?;
            let small = |bounds: RangeInclusive<u32>| {
                (number.min(u64::from(u32::MAX)) as u32).clamp(*bounds.start(), *bounds.end())
            };
            let ms = |bounds: RangeInclusive<u64>| Duration::from_millis(number.clamp(*bounds.start(), *bounds.end()));
            match name {
                "clients" => run.scenario.clients = small(Bounds::CLIENTS),
                "load" => run.scenario.load = small(Bounds::LOAD),
                "workers" => run.scenario.workers = small(Bounds::WORKERS),
                "service" => run.scenario.service = ms(Bounds::SERVICE_MS),
                "queue" => run.scenario.queue = small(Bounds::QUEUE),
                "timeout" => run.scenario.timeout = ms(Bounds::TIMEOUT_MS),
                "latency" => run.scenario.latency = ms(Bounds::LATENCY_MS),
                "seconds" => {
                    run.scenario.length =
                        Duration::from_secs(number.clamp(*Bounds::SECONDS.start(), *Bounds::SECONDS.end()));
                }
                "seed" => run.seed = number,
                _ => return Err(code::bad(field, "no knob of that name")),
            }
        }
        Ok(run)
    }
}
