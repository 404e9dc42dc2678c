//! The run as a value, and what follows from it.

use super::{
    Belief, Cents, Node, Semantics, Status, Verdict,
    nodes::{CALLER, Caller, DATABASE, Database, REPLY, REQUEST, SERVER, STUB, Server, Stub, step},
};
use crate::code::{self, CodeError};
use sim::{Duration, Fault, LinkSpec, Network, Simulation, Time, Trace, Vocabulary, What, When, words::Words};
use std::sync::LazyLock;

/// The knobs of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What the stub promises.
    pub semantics: Semantics,
    /// How many attempts at most; with [`Semantics::Maybe`] always one.
    pub attempts: u32,
    /// How long the stub waits for a reply to an attempt.
    pub timeout: Duration,
    /// The balance before the call.
    pub balance: Cents,
    /// How much is to be deducted.
    pub amount: Cents,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            semantics: Semantics::AtLeastOnce,
            attempts: 3,
            timeout: Duration::from_millis(400),
            balance: Cents(10_000),
            amount: Cents(5_000),
        }
    }
}

/// Within which a scenario makes sense.
pub struct Bounds;

impl Bounds {
    /// How many attempts.
    pub const ATTEMPTS: std::ops::RangeInclusive<u32> = 1..=5;
    /// The timeout, in milliseconds: from below one round trip to as long as one likes to watch.
    pub const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 50..=2_000;
    /// How many faults.
    pub const FAULTS: usize = 12;
}

/// A run: everything that it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The knobs.
    pub scenario: Scenario,
    /// Where chance begins.
    pub seed: u64,
    /// What goes wrong; the order does not matter.
    pub faults: Vec<Fault>,
}

impl Default for Run {
    fn default() -> Self {
        Self { scenario: Scenario::default(), seed: 1, faults: vec![] }
    }
}

/// The nodes' names, by [`sim::NodeId`].
pub fn names() -> &'static [String] {
    static NAMES: LazyLock<Vec<String>> =
        LazyLock::new(|| ["caller", "stub", "server", "database"].map(str::to_owned).to_vec());
    &NAMES
}

/// The words that faults of this model are made of.
pub fn vocabulary() -> Vocabulary<'static> {
    Vocabulary {
        nodes: names(),
        messages: &[REQUEST, REPLY],
        steps: &[step::RECEIVE, step::COMMIT, step::REPLY],
        crashing: &[SERVER],
        links: &[(STUB, SERVER)],
    }
}

/// What is true in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truth {
    /// How often the deduction was applied.
    pub applied: u32,
    /// The balance.
    pub balance: Cents,
}

/// A run, simulated to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What happened.
    pub trace: Trace,
    /// The scenario that it happened in.
    pub scenario: Scenario,
    /// Faults that never came about, because their message or step never did.
    pub unmet: Vec<Fault>,
}

/// A fault that cannot come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetFault {
    /// The fault.
    pub fault: Fault,
    /// Why not, and what there is instead.
    pub why: String,
}

/// Simulates a run. The same run gives the same outcome, always and everywhere.
pub fn simulate(run: &Run) -> Outcome {
    let Scenario { semantics, attempts, timeout, balance, amount } = run.scenario;
    let ms = Duration::from_millis;
    let processes = vec![
        Node::Caller(Caller { amount, status: None }),
        Node::Stub(Stub { semantics, attempts, timeout, backoff: ms(120), amount, returned: false }),
        Node::Server(Server { compute: ms(40), working: Default::default() }),
        Node::Database(Database { balance, applied: 0 }),
    ];
    // A call within one machine takes next to nothing; it is drawn so that one can see it.
    let network = Network::new(LinkSpec { base: ms(60), jitter: ms(20) })
        .with_link(CALLER, STUB, LinkSpec { base: ms(12), jitter: Duration::ZERO })
        .with_link(SERVER, DATABASE, LinkSpec { base: ms(25), jitter: ms(10) });
    let faults = in_order(&run.faults);
    let mut simulation = Simulation::new(processes, network, run.seed, faults, Trace::default());
    // Five attempts, each duplicated, make fewer than 200 events.
    let ended = simulation.run(10_000);
    debug_assert!(ended, "a call ends by itself");
    let unmet = simulation.faults_not_met();
    Outcome { trace: simulation.into_observer(), scenario: run.scenario, unmet }
}

/// The order of a run's faults means nothing; this one is the code's and the simulation's.
fn in_order(faults: &[Fault]) -> Vec<Fault> {
    // A dozen at the most: the library's sort would be the larger part of this module's code.
    let mut sorted = Vec::with_capacity(faults.len());
    for fault in faults {
        sorted.insert(sorted.partition_point(|other| other <= fault), *fault);
    }
    sorted
}

impl Run {
    /// The short code for links.
    pub fn code(&self) -> String {
        let (scenario, default) = (self.scenario, Scenario::default());
        let mut fields = vec![scenario.semantics.name().to_owned()];
        if scenario.attempts != default.attempts {
            fields.push(format!("attempts {}", scenario.attempts));
        }
        if scenario.timeout != default.timeout {
            fields.push(format!("timeout {} ms", scenario.timeout.as_millis()));
        }
        if scenario.balance != default.balance {
            fields.push(format!("balance {}", scenario.balance.0));
        }
        if scenario.amount != default.amount {
            fields.push(format!("amount {}", scenario.amount.0));
        }
        if self.seed != 1 {
            fields.push(format!("seed {}", self.seed));
        }
        let vocabulary = vocabulary();
        let faults = in_order(&self.faults);
        fields.extend(faults.iter().map(|fault| vocabulary.say(fault)));
        code::join(fields)
    }

    /// Reads a short code. Numbers out of bounds become the nearest within.
    ///
    /// # Errors
    /// If it is damaged or of another version.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        let fields = code::split(code)?;
        let mut run = Self::default();
        let vocabulary = vocabulary();
        for (index, field) in fields.iter().enumerate() {
            if index == 0 {
                run.scenario.semantics = Semantics::ALL
                    .into_iter()
                    .find(|semantics| semantics.name() == field)
                    .ok_or_else(|| code::bad(field, "no call semantics of that name"))?;
                continue;
            }
            #[derive(Clone, Copy)]
            enum Knob {
                Attempts,
                Timeout,
                Balance,
                Amount,
                Seed,
            }
            let mut words = Words::new(field);
            let knob = words.choose(&[
                ("attempts", Knob::Attempts),
                ("timeout", Knob::Timeout),
                ("balance", Knob::Balance),
                ("amount", Knob::Amount),
                ("seed", Knob::Seed),
            ]);
            let Ok(knob) = knob else {
                let fault = vocabulary.parse(field).map_err(|error| code::bad(field, error))?;
                if run.faults.len() == Bounds::FAULTS {
                    return Err(code::bad(field, format!("more than {} faults", Bounds::FAULTS)));
                }
                run.faults.push(fault);
                continue;
            };
            let mut read = || -> Result<(), sim::words::WordError> {
                match knob {
                    Knob::Attempts => {
                        let attempts = words.number()?.min(u64::from(u32::MAX)) as u32;
                        run.scenario.attempts = attempts.clamp(*Bounds::ATTEMPTS.start(), *Bounds::ATTEMPTS.end());
                    }
                    Knob::Timeout => {
                        let ms = words.duration()?.as_millis();
                        run.scenario.timeout =
                            Duration::from_millis(ms.clamp(*Bounds::TIMEOUT_MS.start(), *Bounds::TIMEOUT_MS.end()));
                    }
                    Knob::Balance => run.scenario.balance = Cents(words.number()?.min(999_999_999) as i64),
                    Knob::Amount => run.scenario.amount = Cents(words.number()?.min(999_999_999) as i64),
                    Knob::Seed => run.seed = words.number()?,
                }
                words.end()
            };
            read().map_err(|error| code::bad(field, error))?;
        }
        Ok(run)
    }
}

impl Outcome {
    /// When everything has settled.
    pub fn end(&self) -> Time {
        self.trace.end()
    }

    /// What is true at that time.
    pub fn truth(&self, at: Time) -> Truth {
        let applied = self.steps(at, step::APPLY).count() as u32;
        let amount = self.scenario.amount.0 * i64::from(applied);
        Truth { applied, balance: Cents(self.scenario.balance.0 - amount) }
    }

    /// How the call has ended for the caller by that time.
    pub fn status(&self, at: Time) -> Option<Status> {
        if self.steps(at, step::RETURN).next().is_some() {
            Some(Status::Ok)
        } else {
            self.steps(at, step::FAIL).next().map(|_| Status::DeadlineExceeded)
        }
    }

    /// What the caller can know at that time: computed from what reached it, never from the truth.
    pub fn belief(&self, at: Time) -> Belief {
        match self.status(at) {
            None => Belief::Waiting,
            Some(Status::Ok) => Belief::Done,
            Some(Status::DeadlineExceeded) => Belief::CannotTell,
        }
    }

    /// The verdict, once everything has settled.
    pub fn verdict(&self) -> Verdict {
        let end = self.end();
        Verdict::of(self.truth(end).applied, self.belief(end))
    }

    /// How many attempts the stub made.
    pub fn attempts(&self) -> u32 {
        self.trace.messages.iter().filter(|message| message.name.kind == REQUEST).count() as u32
    }

    /// The faults that could not come about, each with what there is instead.
    pub fn unmet(&self) -> Vec<UnmetFault> {
        self.unmet
            .iter()
            .map(|fault| {
                let why = match fault {
                    Fault::Drop(name) | Fault::Duplicate(name) | Fault::Delay(name, _) => {
                        let same = self.trace.messages.iter().filter(|message| message.name.kind == name.kind);
                        match same.count() {
                            0 => format!("this run has no {}", name.kind),
                            _ if name.call != 1 => "this run has one call, call 1".to_owned(),
                            1 => format!(
                                "this run has one {}, that of attempt 1, and another fault may have met it first",
                                name.kind
                            ),
                            _ => format!(
                                "the {} of attempt {} is never sent, or another fault meets it first",
                                name.kind, name.attempt
                            ),
                        }
                    }
                    Fault::Crash { when: When::Step(..), .. } => {
                        "the server never comes to that step in this run, or another fault meets it first".to_owned()
                    }
                    Fault::Crash { .. } => "the server is down already at that time".to_owned(),
                    Fault::Restart { .. } => "the server is not down at that time".to_owned(),
                    Fault::CutLink { .. } => "the link is cut already at that time".to_owned(),
                    Fault::HealLink { .. } => "the link is not cut at that time".to_owned(),
                };
                UnmetFault { fault: *fault, why }
            })
            .collect()
    }

    fn steps(&self, at: Time, name: &'static str) -> impl Iterator<Item = &sim::Event> {
        let events = self.trace.events.iter().take_while(move |event| event.at <= at);
        events.filter(move |event| matches!(event.what, What::Step(step) if step.step == name))
    }
}
