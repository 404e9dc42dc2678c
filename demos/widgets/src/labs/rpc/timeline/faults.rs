//! What a reader can do to a run by clicking.

use protocols::rpc::{self, Outcome, Run, Transport, step};
use sim::{Duration, Fault, Message, MessageName, NodeId, Opportunity, Phase, StepName, Time, Trace, When};
use std::collections::BTreeMap;

/// How much longer a delayed message takes than the stub waits.
const PAST_TIMEOUT: Duration = Duration::from_millis(200);
/// How long the server stays down, if it comes back.
const DOWN_FOR: Duration = Duration::from_millis(300);
/// How long a link stays cut, if it is healed.
const CUT_FOR: Duration = Duration::from_secs(1);

/// What can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A message between two machines.
    Message(MessageName),
    /// The server at a [`Site`], by the name of its first step.
    Server(Phase, StepName),
}

/// A moment at which the server can be made to crash, and the steps around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// When.
    pub at: Time,
    /// The steps, in order. The first is the site's name.
    pub steps: Vec<(Phase, StepName)>,
    /// Where the server crashes here: the steps that there would be if it did not.
    calm: Option<Vec<(Phase, StepName)>>,
}

impl Site {
    /// Whether that fault is a crash at this site.
    fn is_of(&self, fault: &Fault) -> bool {
        match fault {
            Fault::Crash { when: When::Step(phase, step), .. } => {
                self.steps.iter().chain(self.calm.iter().flatten()).any(|here| *here == (*phase, *step))
            }
            _ => false,
        }
    }
}

/// A change to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meddling {
    /// These do not happen any more.
    pub gone: Vec<Fault>,
    /// These happen instead.
    pub new: Vec<Fault>,
}

/// A way to meddle: label, whether it is so now, the change.
pub type Choice = (&'static str, bool, Meddling);

impl Meddling {
    /// The run with this change made.
    pub fn applied_to(&self, run: &Run) -> Run {
        let Self { gone, new } = self;
        let mut run = run.clone();
        run.faults.retain(|fault| !gone.contains(fault));
        for fault in new {
            if !run.faults.contains(fault) {
                run.faults.insert(run.faults.partition_point(|other| other < fault), *fault);
            }
        }
        run
    }
}

/// A fault in the words of the buttons that make it.
pub fn say(fault: &Fault) -> String {
    match fault {
        Fault::Drop(name) => format!("{} lost", of(name)),
        Fault::Duplicate(name) => format!("{} doubled", of(name)),
        Fault::Delay(name, by) => format!("{} delayed by {by}", of(name)),
        Fault::Reorder(name) => format!("{} overtaken", of(name)),
        Fault::Crash { when: When::Step(phase, step), restart_after, .. } => {
            let phase = if *phase == Phase::Before { "before" } else { "after" };
            let what = match step.step {
                step::COMMIT => "the commit",
                step::REPLY => "the reply",
                _ => "it takes the request",
            };
            let back = restart_after.map(|after| format!(", back after {after}")).unwrap_or_default();
            let copy = if step.copy > 1 { format!(", time {}", step.copy) } else { String::new() };
            format!("server crashes {phase} {what} (attempt {}{copy}){back}", step.attempt)
        }
        Fault::Crash { when: When::At(at), restart_after, .. } => {
            let back = restart_after.map(|after| format!(", back after {after}")).unwrap_or_default();
            format!("server crashes at {at}{back}")
        }
        Fault::Restart { at, .. } => format!("server comes back at {at}"),
        Fault::CutLink { a, b, at } => format!("link from {} to {} cut from {at} on", who(*a), who(*b)),
        Fault::HealLink { a, b, at } => format!("link from {} to {} healed at {at}", who(*a), who(*b)),
    }
}

fn who(node: NodeId) -> &'static str {
    &rpc::names()[node.0 as usize]
}

/// A message in words: `reply to attempt 2`.
fn of(name: &MessageName) -> String {
    let copy = if name.copy > 1 { format!(", copy {}", name.copy) } else { String::new() };
    match name.kind {
        rpc::REQUEST => format!("request of attempt {}{copy}", name.attempt),
        rpc::REPLY => format!("reply to attempt {}{copy}", name.attempt),
        rpc::FORWARD => format!("shop's request of attempt {}{copy}", name.attempt),
        rpc::ANSWER => format!("server's reply to attempt {}{copy}", name.attempt),
        _ if name.attempt > 1 => format!("receipt, sending {}", name.attempt),
        _ => "receipt".to_owned(),
    }
}

/// Whether something can be done to messages of that kind.
pub fn selectable(kind: &str) -> bool {
    rpc::vocabulary().messages.contains(&kind)
}

impl Target {
    /// What it is.
    pub fn heading(self) -> String {
        match self {
            Self::Message(name) => format!("The {}", of(&name)),
            Self::Server(phase, step) => {
                let attempt = match step.copy {
                    1 => step.attempt.to_string(),
                    copy => format!("{}, copy {copy}", step.attempt),
                };
                match (phase, step.step) {
                    (_, step::RECEIVE) => format!("The server as the request of attempt {attempt} arrives"),
                    (Phase::Before, step::COMMIT) => format!("The server before the commit of attempt {attempt}"),
                    (Phase::After, step::COMMIT) => format!("The server after the commit of attempt {attempt}"),
                    _ => format!("The server as it replies to attempt {attempt}"),
                }
            }
        }
    }

    /// The message, if it is one.
    pub fn message(self, outcome: &Outcome) -> Option<&Message> {
        let Self::Message(name) = self else { return None };
        outcome.trace.messages.iter().find(|message| message.name == name)
    }

    /// What can be done to it.
    pub fn options(self, run: &Run, outcome: &Outcome, sites: &[Site]) -> Vec<Choice> {
        match self {
            Self::Message(name) => message_options(name, run, outcome),
            Self::Server(phase, step) => {
                let site = sites.iter().find(|site| site.steps.first() == Some(&(phase, step)));
                site.map_or_else(Vec::new, |site| server_options(site, run))
            }
        }
    }
}

fn message_options(name: MessageName, run: &Run, outcome: &Outcome) -> Vec<Choice> {
    let Some(message) = outcome.trace.messages.iter().find(|message| message.name == name) else { return vec![] };
    let (sent, mut ends) = (message.sent, rpc::vocabulary().links.iter());
    let link = ends.find(|(a, b)| (*a, *b) == (message.from, message.to) || (*b, *a) == (message.from, message.to));
    let about = |fault: &Fault| match fault {
        Fault::Drop(n) | Fault::Duplicate(n) | Fault::Delay(n, _) | Fault::Reorder(n) => *n == name,
        Fault::CutLink { a, b, at } => Some(&(*a, *b)) == link && *at == sent,
        Fault::HealLink { a, b, at } => Some(&(*a, *b)) == link && *at == sent + CUT_FOR,
        _ => false,
    };
    let gone: Vec<Fault> = run.faults.iter().copied().filter(about).collect();
    let option = |label, new: Vec<Fault>| (label, new == gone, Meddling { gone: gone.clone(), new });
    let late = gone.iter().find(|fault| matches!(fault, Fault::Delay(..))).copied();
    let late = late.unwrap_or(Fault::Delay(name, run.scenario.timeout + PAST_TIMEOUT));
    let mut options = vec![option("Deliver it", vec![]), option("Lose it", vec![Fault::Drop(name)])];
    // The mail service is not reached over a connection.
    let datagram = run.scenario.transport == Transport::Datagram || name.kind == rpc::MAIL;
    if datagram {
        options.push(option("Double it", vec![Fault::Duplicate(name)]));
    }
    options.push(option("Delay it past the timeout", vec![late]));
    if datagram {
        options.push(option("Hold it until the next has passed", vec![Fault::Reorder(name)]));
    }
    if let Some(&(a, b)) = link {
        let cut = Fault::CutLink { a, b, at: sent };
        options.push(option("Cut the link from here on", vec![cut]));
        options.push(option("Cut the link here for 1 s", vec![cut, Fault::HealLink { a, b, at: sent + CUT_FOR }]));
    }
    options
}

fn server_options(site: &Site, run: &Run) -> Vec<Choice> {
    let steps = site.calm.as_ref().unwrap_or(&site.steps);
    let gone: Vec<Fault> = run.faults.iter().copied().filter(|fault| site.is_of(fault)).collect();
    let mut options = vec![("No crash here", gone.is_empty(), Meddling { gone: gone.clone(), new: vec![] })];
    let committed = steps.iter().any(|(phase, s)| *phase == Phase::After && s.step == step::COMMIT);
    for (phase, name) in steps {
        let labels = match (phase, name.step) {
            (Phase::Before, step::RECEIVE) => {
                ["Crash before it takes the request", "Crash before it takes the request, back after 300 ms"]
            }
            (Phase::After, step::RECEIVE) => {
                ["Crash after it took the request", "Crash after it took the request, back after 300 ms"]
            }
            (Phase::Before, step::COMMIT) => ["Crash before the commit", "Crash before the commit, back after 300 ms"],
            (Phase::After, step::COMMIT) => ["Crash after the commit", "Crash after the commit, back after 300 ms"],
            // The same moment as after the commit, and the same run.
            (Phase::Before, _) if committed => continue,
            (Phase::Before, _) => ["Crash before the reply", "Crash before the reply, back after 300 ms"],
            (Phase::After, _) => ["Crash after the reply", "Crash after the reply, back after 300 ms"],
        };
        for (label, restart_after) in labels.into_iter().zip([None, Some(DOWN_FOR)]) {
            let fault = Fault::Crash { node: rpc::SERVER, when: When::Step(*phase, *name), restart_after };
            options.push((label, gone == [fault], Meddling { gone: gone.clone(), new: vec![fault] }));
        }
    }
    options
}

/// What messages carry as bytes, by their names: the trace keeps words, so the bytes are read where the message is, in the
/// run, just after it was sent.
pub fn bytes(run: &Run, trace: &Trace) -> BTreeMap<MessageName, String> {
    let mut simulation = rpc::start(run, None);
    let mut bytes = BTreeMap::new();
    let mut messages: Vec<_> = trace.messages.iter().collect();
    messages.sort_by_key(|message| message.sent);
    for message in messages {
        simulation.run_until(message.sent);
        let named = |fact: &rpc::Fact| sim::Payload::name(fact) == message.name.copy(1);
        let flying = simulation.in_flight();
        let mut sent = flying.iter().rev().map(|flight| &flight.envelope.body).chain(simulation.arriving());
        if let Some(wire) = sent.find(|fact| named(fact)).and_then(|fact| fact.wire()) {
            bytes.insert(message.name, format!("{} bytes: {}", wire.bytes().len(), wire.hex()));
        }
    }
    bytes
}

/// Every site of a run, with what would be there if the server did not crash.
pub fn sites(run: &Run) -> Vec<Site> {
    let mut all = all_sites(run);
    for site in &mut all {
        let mut calm = run.clone();
        calm.faults.retain(|fault| !site.is_of(fault));
        if calm.faults.len() < run.faults.len() {
            let others = all_sites(&calm);
            site.calm =
                others.into_iter().find(|other| other.steps.first() == site.steps.first()).map(|other| other.steps);
        }
    }
    all
}

/// Every site of a run. The kernel says where they are, as it does to a search.
fn all_sites(run: &Run) -> Vec<Site> {
    let mut sites: Vec<Site> = vec![];
    let mut simulation = rpc::start(run, None);
    simulation.note_opportunities();
    for _ in 0..rpc::MOST_STEPS {
        if !simulation.step() {
            break;
        }
        let at = simulation.now();
        for opportunity in simulation.opportunities() {
            let Opportunity::Step { node: rpc::SERVER, phase, step } = *opportunity else { continue };
            if !rpc::vocabulary().steps.contains(&step.step) {
                continue;
            }
            match sites.last_mut() {
                Some(site) if site.at == at && site.steps[0].1.attempt == step.attempt => {
                    site.steps.push((phase, step))
                }
                _ => sites.push(Site { at, steps: vec![(phase, step)], calm: None }),
            }
        }
    }
    sites
}
