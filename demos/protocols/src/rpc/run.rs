//! The run as a value, and what follows from it.

use super::{
    Belief, Cents, Mistake, Node, Semantics, Status, Truth, Verdict,
    nodes::{
        ANSWER, Answer, CALLER, Caller, DATABASE, Database, FORWARD, Kept, LATENCY, MAIL, MAILER, REPLY, REQUEST,
        SERVER, SHOP, STUB, Server, Shop, Stub, step,
    },
};
use sim::code::{self, CodeError};
use sim::{
    Duration, Fault, LinkSpec, MessageName, Network, NodeId, Payload, Simulation, Time, Trace, Vocabulary, What, When,
    words::Words,
};
use std::sync::LazyLock;

/// How messages travel between stub and server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// One by one, as with UDP: each may be lost, late, doubled or overtaken, and nobody is told.
    #[default]
    Datagram,
    /// Over a connection, as with TCP: nothing is doubled or overtaken, and who waits learns when the
    /// connection breaks.
    Stream,
}

impl Transport {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Datagram, Self::Stream];

    /// The name that authors and links use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Datagram => "datagram",
            Self::Stream => "stream",
        }
    }
}

/// The knobs of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// How caller and server make up for failures.
    pub semantics: Semantics,
    /// How messages travel.
    pub transport: Transport,
    /// How many attempts at most: the budget of retries, and one. With [`Semantics::Maybe`] always one.
    pub attempts: u32,
    /// How long the stub waits for a reply to an attempt.
    pub timeout: Duration,
    /// How long the caller waits for the whole call; for as long as the attempts take, if not said.
    pub deadline: Option<Duration>,
    /// How long replies and keys are kept; for ever, if not said.
    pub expiry: Option<Duration>,
    /// 1: the stub calls the server. 2: it calls a shop, and the shop calls the server.
    pub hops: u32,
    /// Whether the deadline travels with the request, and a cancellation follows when the caller gives up.
    pub propagate: bool,
    /// What is done wrong.
    pub mistake: Option<Mistake>,
    /// The balance before the call.
    pub balance: Cents,
    /// How much is to be deducted.
    pub amount: Cents,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            semantics: Semantics::AtLeastOnce,
            transport: Transport::Datagram,
            attempts: 3,
            timeout: Duration::from_millis(400),
            deadline: None,
            expiry: None,
            hops: 1,
            propagate: false,
            mistake: None,
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
    /// Deadline and expiry, in milliseconds.
    pub const LIMIT_MS: std::ops::RangeInclusive<u64> = 1..=20_000;
    /// How many hops.
    pub const HOPS: std::ops::RangeInclusive<u32> = 1..=2;
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
        LazyLock::new(|| ["caller", "stub", "server", "database", "shop", "mailer"].map(str::to_owned).to_vec());
    &NAMES
}

/// The words that faults of this model are made of.
pub fn vocabulary() -> Vocabulary<'static> {
    Vocabulary {
        nodes: names(),
        messages: &[REQUEST, REPLY, FORWARD, ANSWER, MAIL],
        steps: &[step::RECEIVE, step::COMMIT, step::REPLY],
        crashing: &[SERVER],
        links: &[(STUB, SERVER), (STUB, SHOP), (SHOP, SERVER)],
    }
}

/// A run, simulated to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What happened.
    pub trace: Trace,
    /// The scenario that it happened in.
    pub scenario: Scenario,
    /// What was to go wrong.
    pub faults: Vec<Fault>,
    /// Faults that never came about, because their message or step never did.
    pub unmet: Vec<Fault>,
    /// When and how the call ended for its caller, and what that says.
    pub ended: Option<(Time, Status, Belief)>,
}

/// A fault that cannot come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetFault {
    /// The fault.
    pub fault: Fault,
    /// Why not, and what there is instead.
    pub why: String,
}

/// No run has more events: five attempts over two hops, each doubled, are fewer than a thousand.
pub const MOST_STEPS: u32 = 10_000;

/// The run at its very beginning, with a full trace or without one.
pub fn start(run: &Run, trace: Option<Trace>) -> Simulation<Node> {
    let scenario = run.scenario;
    let Scenario { semantics, transport, expiry, hops, propagate, mistake, balance, amount, .. } = scenario;
    let ms = Duration::from_millis;
    let compute = ms(40);
    // A key that yesterday's call has left behind.
    let yesterday = (mistake == Some(Mistake::KeyReused)).then_some(Answer { status: Status::Ok, balance });
    let kept = yesterday.map(|answer| (1, Kept::Replied(answer, Time::ZERO))).into_iter().collect();
    let keys = yesterday.map(|answer| (1, answer, Time::ZERO)).into_iter().collect();
    let processes = vec![
        Node::Caller(Caller { amount, ended: None }),
        Node::Stub(Stub {
            scenario,
            amount,
            attempt: 0,
            sent: Time::ZERO,
            waiting: false,
            doubt: false,
            deadline: None,
            returned: false,
        }),
        Node::Server(Server { semantics, mistake, expiry, compute, life: 0, working: vec![], asked: vec![], kept }),
        Node::Database(Database { semantics, mistake, expiry, balance, applied: 0, keys, outbox: vec![] }),
        Node::Shop(Shop { propagate, open: vec![] }),
        Node::Mailer(Default::default()),
    ];
    // A call within one machine takes next to nothing; it is drawn so that one can see it.
    let mut network = Network::new(LinkSpec { base: LATENCY, jitter: ms(20) })
        .with_link(CALLER, STUB, LinkSpec { base: ms(12), jitter: Duration::ZERO })
        .with_link(SERVER, DATABASE, LinkSpec { base: ms(25), jitter: ms(10) });
    if transport == Transport::Stream {
        network = if hops > 1 {
            network.with_stream(STUB, SHOP).with_stream(SHOP, SERVER)
        } else {
            network.with_stream(STUB, SERVER)
        };
    }
    Simulation::new(processes, network, run.seed, in_order(&run.faults), trace)
}

/// What is true in a run as it stands, in the scenario that it was started with.
pub fn truth(scenario: &Scenario, simulation: &Simulation<Node>) -> Truth {
    let (Node::Database(database), Node::Mailer(mailer)) = (simulation.process(DATABASE), simulation.process(MAILER))
    else {
        unreachable!("the nodes stand in the order of their numbers")
    };
    truth_of(scenario, database.applied, mailer.delivered.len() as u32)
}

fn truth_of(scenario: &Scenario, applied: u32, receipts: u32) -> Truth {
    let deducted = if scenario.semantics == Semantics::Idempotent { applied.min(1) } else { applied };
    let balance = Cents(scenario.balance.0 - scenario.amount.0 * i64::from(deducted));
    Truth { applied, deducted, balance, receipts }
}

/// When and how the call ended for its caller in a run as it stands, and what that says.
pub fn ended(simulation: &Simulation<Node>) -> Option<(Time, Status, Belief)> {
    match simulation.process(CALLER) {
        Node::Caller(caller) => caller.ended,
        _ => unreachable!("the nodes stand in the order of their numbers"),
    }
}

/// Whether a message or a step of that attempt can still come in a run as it stands.
pub fn recurs(simulation: &Simulation<Node>, attempt: u32) -> bool {
    let node = |node: &Node| match node {
        // Sendings are numbered from 1 for each receipt, and one call has several receipts only where its
        // key is lost or is not one.
        Node::Database(database) => {
            database.semantics == Semantics::Outbox && (database.mistake.is_some() || database.expiry.is_some())
        }
        Node::Server(server) => server.working.iter().any(|(job, ..)| job.attempt == attempt),
        Node::Shop(shop) => shop.open.contains(&attempt),
        _ => false,
    };
    simulation.arriving().any(|fact| fact.name().attempt == attempt) || simulation.processes().iter().any(node)
}

/// Simulates a run. The same run gives the same outcome, always and everywhere.
pub fn simulate(run: &Run) -> Outcome {
    let mut simulation = start(run, Some(Trace::default()));
    let over = simulation.run(MOST_STEPS);
    debug_assert!(over, "a call ends by itself");
    let (mut unmet, ended) = (simulation.faults_not_met(), ended(&simulation));
    // What nothing travels over can be cut and healed at will.
    let idle = |fault: &&Fault| match fault {
        Fault::CutLink { a, b, .. } | Fault::HealLink { a, b, .. } => !is_used(&run.scenario, *a, *b),
        _ => false,
    };
    let idle: Vec<Fault> = run.faults.iter().filter(idle).filter(|fault| !unmet.contains(fault)).copied().collect();
    unmet.extend(in_order(&idle));
    let trace = simulation.into_observer().unwrap_or_default();
    Outcome { trace, scenario: run.scenario, faults: in_order(&run.faults), unmet, ended }
}

/// Whether anything travels over that link in that scenario.
fn is_used(scenario: &Scenario, a: NodeId, b: NodeId) -> bool {
    let path: &[_] = if scenario.hops > 1 { &[(STUB, SHOP), (SHOP, SERVER)] } else { &[(STUB, SERVER)] };
    path.contains(&(a, b))
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

/// The words of faults and their short forms in links. Calls and nodes of which there is one are left out.
const SHORT: [(&str, &str); 6] = [
    ("duplicate", "dup"),
    ("restart after", "back"),
    ("before", "b4"),
    ("stub to server", "link"),
    ("crash server", "crash"),
    ("of call 1", ""),
];

/// A fault as it stands in a link: `crash b4 commit a2, back 300 ms`.
fn short(fault: &Fault) -> String {
    let mut text = vocabulary().say(fault) + " ";
    for (long, short) in SHORT {
        text = text.replace(&format!("{long} "), &if short.is_empty() { String::new() } else { format!("{short} ") });
    }
    text = text.replace("of call 1,", ",").replace(" ,", ",").replace(" attempt ", " a").replace(" copy ", " c");
    text.trim_end().to_owned()
}

/// The fault as [`Vocabulary::parse`] reads it.
fn long(text: &str) -> String {
    let mut words: Vec<String> = vec![];
    let mut named = false;
    for (place, word) in text.split(' ').enumerate() {
        let (bare, comma) = match word.strip_suffix(',') {
            Some(bare) => (bare, ","),
            None => (word, ""),
        };
        let number =
            |letter: char| bare.strip_prefix(letter).filter(|n| n.bytes().all(|b| b.is_ascii_digit()) && !n.is_empty());
        let longer = SHORT.iter().find(|(_, short)| *short == bare && !short.is_empty()).map(|(long, _)| *long);
        let crash_of = place == 0 && bare == "crash" && !text.starts_with("crash server");
        let mut word = match (number('a'), number('c'), longer) {
            (Some(n), ..) => format!("attempt {n}"),
            (_, Some(n), _) => format!("copy {n}"),
            (.., Some("crash server")) if !crash_of => bare.to_owned(),
            (.., Some(long)) => long.to_owned(),
            _ => bare.to_owned(),
        };
        let vocabulary = vocabulary();
        let name = vocabulary.messages.contains(&bare) || vocabulary.steps.contains(&bare);
        if name && !named && place > 0 && !text.contains("of call") {
            named = true;
            word.push_str(" of call 1");
        }
        words.push(word + comma);
    }
    words.join(" ")
}

impl Run {
    /// The short code for links.
    pub fn code(&self) -> String {
        let (scenario, default) = (self.scenario, Scenario::default());
        let mut fields = vec![scenario.semantics.name().to_owned()];
        let mut field = |changed: bool, text: String| {
            if changed {
                fields.push(text);
            }
        };
        let ms = |length: Option<Duration>| length.unwrap_or_default().as_millis();
        field(scenario.transport != default.transport, scenario.transport.name().to_owned());
        field(scenario.attempts != default.attempts, format!("attempts {}", scenario.attempts));
        field(scenario.timeout != default.timeout, format!("timeout {} ms", scenario.timeout.as_millis()));
        field(scenario.deadline.is_some(), format!("deadline {} ms", ms(scenario.deadline)));
        field(scenario.expiry.is_some(), format!("expiry {} ms", ms(scenario.expiry)));
        field(scenario.hops != default.hops, format!("hops {}", scenario.hops));
        field(scenario.propagate, "propagate".to_owned());
        field(scenario.mistake.is_some(), scenario.mistake.map_or("", Mistake::name).to_owned());
        field(scenario.balance != default.balance, format!("balance {}", scenario.balance.0));
        field(scenario.amount != default.amount, format!("amount {}", scenario.amount.0));
        field(self.seed != 1, format!("seed {}", self.seed));
        fields.extend(in_order(&self.faults).iter().map(short));
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
            if let Some(transport) = Transport::ALL.into_iter().find(|transport| transport.name() == field) {
                run.scenario.transport = transport;
                continue;
            }
            if let Some(mistake) = Mistake::ALL.into_iter().find(|mistake| mistake.name() == field) {
                run.scenario.mistake = Some(mistake);
                continue;
            }
            #[derive(Clone, Copy)]
            enum Knob {
                Attempts,
                Timeout,
                Deadline,
                Expiry,
                Hops,
                Propagate,
                Balance,
                Amount,
                Seed,
            }
            let mut words = Words::new(field);
            let knob = words.choose(&[
                ("attempts", Knob::Attempts),
                ("timeout", Knob::Timeout),
                ("deadline", Knob::Deadline),
                ("expiry", Knob::Expiry),
                ("hops", Knob::Hops),
                ("propagate", Knob::Propagate),
                ("balance", Knob::Balance),
                ("amount", Knob::Amount),
                ("seed", Knob::Seed),
            ]);
            let Ok(knob) = knob else {
                let fault = vocabulary.parse(&long(field)).map_err(|error| code::bad(field, error))?;
                if run.faults.len() == Bounds::FAULTS {
                    return Err(code::bad(field, format!("more than {} faults", Bounds::FAULTS)));
                }
                run.faults.push(fault);
                continue;
            };
            let scenario = &mut run.scenario;
            let small = |n: u64, bounds: std::ops::RangeInclusive<u32>| {
                (n.min(u64::from(u32::MAX)) as u32).clamp(*bounds.start(), *bounds.end())
            };
            let length = |length: Duration, bounds: std::ops::RangeInclusive<u64>| {
                Duration::from_millis(length.as_millis().clamp(*bounds.start(), *bounds.end()))
            };
            let mut read = || -> Result<(), sim::words::WordError> {
                match knob {
                    Knob::Attempts => scenario.attempts = small(words.number()?, Bounds::ATTEMPTS),
                    Knob::Timeout => scenario.timeout = length(words.duration()?, Bounds::TIMEOUT_MS),
                    Knob::Deadline => scenario.deadline = Some(length(words.duration()?, Bounds::LIMIT_MS)),
                    Knob::Expiry => scenario.expiry = Some(length(words.duration()?, Bounds::LIMIT_MS)),
                    Knob::Hops => scenario.hops = small(words.number()?, Bounds::HOPS),
                    Knob::Propagate => scenario.propagate = true,
                    Knob::Balance => scenario.balance = Cents(words.number()?.min(999_999_999) as i64),
                    Knob::Amount => scenario.amount = Cents(words.number()?.min(999_999_999) as i64),
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
        let count = |name| self.steps(at, name).count() as u32;
        truth_of(&self.scenario, count(step::APPLY), count(step::DELIVER))
    }

    /// How the call has ended for the caller by that time.
    pub fn status(&self, at: Time) -> Option<Status> {
        self.ended.filter(|(then, ..)| *then <= at).map(|(_, status, _)| status)
    }

    /// What the caller can know at that time: computed from what reached it, never from the truth.
    pub fn belief(&self, at: Time) -> Belief {
        self.ended.filter(|(then, ..)| *then <= at).map_or(Belief::Waiting, |(.., belief)| belief)
    }

    /// The verdict, once everything has settled.
    pub fn verdict(&self) -> Verdict {
        let end = self.end();
        Verdict::of(self.truth(end), self.belief(end), self.scenario.semantics)
    }

    /// Whether the promise of the semantics was kept.
    pub fn promise_kept(&self) -> bool {
        let end = self.end();
        self.scenario.semantics.promise().kept(self.truth(end), self.belief(end))
    }

    /// How many attempts the stub made.
    pub fn attempts(&self) -> u32 {
        self.trace.messages.iter().filter(|message| message.name.kind == REQUEST).count() as u32
    }

    /// How often the operation was carried out after the call had returned.
    pub fn late(&self) -> u32 {
        let after = |event: &&sim::Event| self.ended.is_some_and(|(then, ..)| event.at > then);
        self.steps(self.end(), step::APPLY).filter(after).count() as u32
    }

    /// The faults that could not come about, each with what there is instead.
    pub fn unmet(&self) -> Vec<UnmetFault> {
        self.unmet
            .iter()
            .map(|fault| {
                let why = match fault {
                    Fault::Duplicate(_) | Fault::Reorder(_) if self.scenario.transport == Transport::Stream => {
                        "over a connection nothing is doubled or overtaken; write \"transport\": \"datagram\" for a transport that can".to_owned()
                    }
                    Fault::Drop(name) | Fault::Duplicate(name) | Fault::Delay(name, _) | Fault::Reorder(name) => {
                        self.no_such_message(name)
                    }
                    Fault::Crash { when: When::Step(..), .. } => {
                        "the server never comes to that step in this run, or another fault meets it first".to_owned()
                    }
                    Fault::Crash { .. } => "the server is down already at that time".to_owned(),
                    Fault::Restart { .. } => "the server is not down at that time".to_owned(),
                    Fault::CutLink { a, b, .. } | Fault::HealLink { a, b, .. } if !is_used(&self.scenario, *a, *b) => {
                        let path =
                            if self.scenario.hops > 1 { "stub to shop and shop to server" } else { "stub to server" };
                        format!("nothing takes that way in this run; with \"hops\": {} it is {path}", self.scenario.hops)
                    }
                    Fault::CutLink { .. } => "the link is cut already at that time".to_owned(),
                    Fault::HealLink { .. } => "the link is not cut at that time".to_owned(),
                };
                UnmetFault { fault: *fault, why }
            })
            .collect()
    }

    fn no_such_message(&self, name: &MessageName) -> String {
        let mut same = self.trace.messages.iter().filter(|message| message.name.kind == name.kind);
        match (same.next(), same.count()) {
            (None, _) => format!("this run has no {}", name.kind),
            _ if name.call != 1 => "this run has one call, call 1".to_owned(),
            (Some(only), 0) => format!(
                "this run has one {}, that of attempt {}, and another fault may have met it first",
                name.kind, only.name.attempt
            ),
            _ => {
                format!("the {} of attempt {} is never sent, or another fault meets it first", name.kind, name.attempt)
            }
        }
    }

    /// The steps of that name up to that time.
    pub fn steps(&self, at: Time, name: &'static str) -> impl Iterator<Item = &sim::Event> {
        let events = self.trace.events.iter().take_while(move |event| event.at <= at);
        events.filter(move |event| matches!(event.what, What::Step(step) if step.step == name))
    }
}
