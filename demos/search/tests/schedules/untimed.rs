//! The protocol once more, written from the text of the lesson and from nothing of the simulation: a
//! model for stateright without a clock, in which whatever can happen next may happen next.
//!
//! Without a clock more can happen than in a run, so three things that a run knows by its times have to
//! be said here. They are what a timeout is for, not what comes out:
//!
//! - **A timeout is longer than a round trip.** An attempt times out only when nothing timely of it is
//!   under way: no message, no work, no transaction. (400 ms against at most 320 ms, a copy's lag
//!   included.)
//! - **A late message is later than its timeout.** It arrives at any time after its attempt was given up,
//!   also long after the call has returned. (Delayed by 600 ms, or held back until another message has
//!   passed it: that one is of a later attempt, or it is the other copy's and brings the same.)
//! - **A server that comes back is away for longer than what was timely.** It comes back when nothing
//!   timely is under way, or later. (300 ms against 320 ms less the 60 ms before a request can arrive.)
//!
//! Which of two late things is first, and whether a server is back before the next attempt, a run decides
//! by its latencies; here both are tried. So what a run can come to must be found here, and the
//! comparison is fair in that direction for each seed. In the other direction it can fail: something may
//! be possible without a clock that no latency brings about. Of the ends there is none; with the number of
//! attempts there is one.

use crate::{brute, common};
use protocols::rpc::{self, Belief, Node, Run, Semantics, Transport};
use search::{Calls, Class, Explorer};
use sim::{Fault, Opportunity, Simulation, Time};
use stateright::{Checker, Model, Property};
use std::{collections::BTreeSet, sync::Mutex};

/// How often the amount is gone in the end, and what the caller can know.
type End = (u8, Belief);

/// The balance is good for two deductions.
const ENOUGH_FOR: u8 = 2;

/// A call over datagrams.
struct Untimed {
    /// 1 for maybe.
    attempts: u8,
    /// At most so many faults.
    faults: u8,
    /// The ends that were reached, each with the number of attempts.
    reached: Mutex<BTreeSet<(&'static str, u8)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Message {
    Request,
    /// Whether it was deducted.
    Reply(bool),
}

/// A message on its way, or about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sent {
    attempt: u8,
    late: bool,
    message: Message,
}

/// What the server does for one request; a crash ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Work {
    attempt: u8,
    late: bool,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stage {
    Computing,
    Asked,
    /// The database has answered: whether it has deducted.
    Answered(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Caller {
    Waiting,
    /// Between two attempts.
    Pausing,
    Returned(Belief),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Server {
    Up,
    /// And whether it comes back.
    Down(bool),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    caller: Caller,
    attempt: u8,
    server: Server,
    /// Sorted, like the other lists: their order means nothing.
    work: Vec<Work>,
    /// Transactions on their way to the database: these a crash does not end.
    asked: Vec<(u8, bool)>,
    deducted: u8,
    cut: bool,
    flying: Vec<Sent>,
    /// What is being sent: first it is decided what becomes of it.
    sending: Option<Sent>,
    faults: u8,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Sent,
    Dropped,
    Doubled,
    Late,
}

/// Where in a handler the server crashes, if it does; and whether it comes back.
type Crash = Option<(Side, bool)>;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Before,
    After,
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    /// What is being sent goes off, over a link that may be cut at this moment.
    Send {
        fate: Fate,
        cut: bool,
    },
    Arrive(Sent, Crash),
    /// The server has done its computing and asks the database.
    Ask(Work, Crash),
    /// The database does the transaction.
    Commit((u8, bool)),
    /// The server has the database's answer: it may crash after the commit, or before or after the reply.
    Answer(Work, Crash),
    Restart,
    TimeOut,
    Retry,
}

impl State {
    /// Whether something of the present attempt is under way that comes before its timeout.
    fn timely(&self) -> bool {
        self.flying.iter().any(|sent| !sent.late)
            || self.work.iter().any(|work| !work.late)
            || self.asked.iter().any(|(_, late)| !late)
    }

    /// Whether its attempt was given up.
    fn given_up(&self, attempt: u8) -> bool {
        attempt < self.attempt || self.caller != Caller::Waiting
    }

    fn crash(&mut self, back: bool) {
        self.faults -= 1;
        self.server = Server::Down(back);
        self.work.clear();
    }

    fn send(&mut self, attempt: u8, late: bool, message: Message) {
        self.sending = Some(Sent { attempt, late, message });
    }

    fn end(&self) -> Option<End> {
        let still = self.sending.is_none() && self.flying.is_empty() && self.work.is_empty() && self.asked.is_empty();
        match self.caller {
            Caller::Returned(belief) if still => Some((self.deducted, belief)),
            _ => None,
        }
    }
}

fn take<T: PartialEq>(list: &mut Vec<T>, what: &T) {
    let place = list.iter().position(|other| other == what).expect("what an action names is there");
    list.remove(place);
}

fn put<T: Ord>(list: &mut Vec<T>, what: T) {
    list.insert(list.partition_point(|other| *other < what), what);
}

impl Model for Untimed {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut state = State {
            caller: Caller::Waiting,
            attempt: 1,
            server: Server::Up,
            work: vec![],
            asked: vec![],
            deducted: 0,
            cut: false,
            flying: vec![],
            sending: None,
            faults: self.faults,
        };
        state.send(1, false, Message::Request);
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let left = state.faults;
        if let Some(end) = state.end() {
            self.reached.lock().expect("nobody has panicked with it").insert((name(end), state.attempt));
        }
        if state.sending.is_some() {
            for cut in [false, true] {
                for fate in [Fate::Sent, Fate::Dropped, Fate::Doubled, Fate::Late] {
                    let faults = u8::from(cut) + u8::from(fate != Fate::Sent);
                    if faults <= left && !(cut && state.cut) {
                        actions.push(Action::Send { fate, cut });
                    }
                }
            }
            return;
        }
        let crashes = |sides: &[Side]| {
            let crash = |side: &Side| [true, false].map(|back| Some((*side, back)));
            let all: Vec<Crash> = sides.iter().filter(|_| left > 0).flat_map(crash).collect();
            [None].into_iter().chain(all)
        };
        for sent in &state.flying {
            if sent.late && !state.given_up(sent.attempt) {
                continue;
            }
            if sent.message == Message::Request && state.server == Server::Up {
                actions.extend(crashes(&[Side::Before, Side::After]).map(|crash| Action::Arrive(*sent, crash)));
            } else {
                actions.push(Action::Arrive(*sent, None));
            }
        }
        for work in &state.work {
            match work.stage {
                Stage::Computing => {
                    actions.extend(crashes(&[Side::Before]).map(|crash| Action::Ask(*work, crash)));
                }
                Stage::Asked => {}
                // After the commit and before the reply is one moment, after the reply another.
                Stage::Answered(_) => {
                    actions.extend(crashes(&[Side::Before, Side::After]).map(|crash| Action::Answer(*work, crash)));
                }
            }
        }
        actions.extend(state.asked.iter().map(|asked| Action::Commit(*asked)));
        if state.server == Server::Down(true) && !state.timely() {
            actions.push(Action::Restart);
        }
        match state.caller {
            Caller::Waiting if !state.timely() => actions.push(Action::TimeOut),
            Caller::Pausing => actions.push(Action::Retry),
            Caller::Waiting | Caller::Returned(_) => {}
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Send { fate, cut } => {
                let sent = state.sending.take()?;
                state.cut |= cut;
                state.faults -= u8::from(cut) + u8::from(fate != Fate::Sent);
                match fate {
                    // What a fault says of a message goes before what has become of its link.
                    Fate::Sent if state.cut => {}
                    Fate::Dropped => {}
                    Fate::Sent => put(&mut state.flying, sent),
                    Fate::Doubled => (0..2).for_each(|_| put(&mut state.flying, sent)),
                    Fate::Late => put(&mut state.flying, Sent { late: true, ..sent }),
                }
            }
            Action::Arrive(sent, crash) => {
                take(&mut state.flying, &sent);
                let Sent { attempt, late, message } = sent;
                match message {
                    Message::Request => {
                        if state.server == Server::Up {
                            put(&mut state.work, Work { attempt, late, stage: Stage::Computing });
                        }
                        // Before or after it has received the request: it has forgotten it.
                        if let Some((_, back)) = crash {
                            state.crash(back);
                        }
                    }
                    Message::Reply(_) if matches!(state.caller, Caller::Returned(_)) => {}
                    Message::Reply(true) => state.caller = Caller::Returned(Belief::Done),
                    // Refused, but an earlier attempt or another copy may have been what used the money up.
                    Message::Reply(false) => state.caller = Caller::Returned(Belief::CannotTell),
                }
            }
            Action::Ask(work, crash) => {
                take(&mut state.work, &work);
                match crash {
                    Some((_, back)) => state.crash(back),
                    None => {
                        put(&mut state.work, Work { stage: Stage::Asked, ..work });
                        put(&mut state.asked, (work.attempt, work.late));
                    }
                }
            }
            Action::Commit((attempt, late)) => {
                take(&mut state.asked, &(attempt, late));
                let enough = state.deducted < ENOUGH_FOR;
                state.deducted += u8::from(enough);
                // The server may have crashed since, and not know what this answers.
                let asked = Work { attempt, late, stage: Stage::Asked };
                if state.work.contains(&asked) {
                    take(&mut state.work, &asked);
                    put(&mut state.work, Work { stage: Stage::Answered(enough), ..asked });
                }
            }
            Action::Answer(work, crash) => {
                take(&mut state.work, &work);
                let Stage::Answered(deducted) = work.stage else { return None };
                if crash.is_none_or(|(side, _)| side == Side::After) {
                    state.send(work.attempt, work.late, Message::Reply(deducted));
                }
                if let Some((_, back)) = crash {
                    state.crash(back);
                }
            }
            Action::Restart => state.server = Server::Up,
            Action::TimeOut if state.attempt < self.attempts => {
                state.caller = Caller::Pausing;
            }
            Action::TimeOut => state.caller = Caller::Returned(Belief::CannotTell),
            Action::Retry => {
                state.caller = Caller::Waiting;
                state.attempt += 1;
                state.send(state.attempt, false, Message::Request);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(RELY, |_, state: &State| {
                state.caller != Caller::Returned(Belief::Done) || state.deducted > 0
            }),
            Property::always(NO_MORE, |_, state: &State| state.deducted <= ENOUGH_FOR),
            Property::eventually(RETURNS, |_, state: &State| matches!(state.caller, Caller::Returned(_))),
            Property::sometimes(ENDS[0].1, |_, state: &State| state.end() == Some(ENDS[0].0)),
            Property::sometimes(ENDS[1].1, |_, state: &State| state.end() == Some(ENDS[1].0)),
            Property::sometimes(ENDS[2].1, |_, state: &State| state.end() == Some(ENDS[2].0)),
            Property::sometimes(ENDS[3].1, |_, state: &State| state.end() == Some(ENDS[3].0)),
            Property::sometimes(ENDS[4].1, |_, state: &State| state.end() == Some(ENDS[4].0)),
            Property::sometimes(ENDS[5].1, |_, state: &State| state.end() == Some(ENDS[5].0)),
        ]
    }
}

const RELY: &str = "who is told that it is done can rely on it";
const NO_MORE: &str = "no more is deducted than there is";
const RETURNS: &str = "every call returns";

/// Every end that could be, with the sentence that says that it can.
const ENDS: [(End, &str); 6] = [
    ((0, Belief::CannotTell), "nothing is deducted, and the caller cannot tell"),
    ((1, Belief::CannotTell), "it is deducted once, and the caller cannot tell"),
    ((2, Belief::CannotTell), "it is deducted twice, and the caller cannot tell"),
    ((0, Belief::Done), "nothing is deducted, and the caller believes that it was"),
    ((1, Belief::Done), "it is deducted once, and the caller knows"),
    ((2, Belief::Done), "it is deducted twice, and the caller believes that all is well"),
];

/// The sentence for an end.
fn name(end: End) -> &'static str {
    let found = ENDS.iter().find(|(other, _)| *other == end);
    found.unwrap_or_else(|| panic!("{end:?} is none of the ends")).1
}

/// The search, told to class by what is compared here.
struct Ends(Calls);

impl search::Model for Ends {
    type Process = Node;

    fn start(&self) -> Simulation<Node> {
        self.0.start()
    }
    fn faults(&self, at: &Opportunity) -> Vec<Fault> {
        self.0.faults(at)
    }
    fn cut(&self, at: &Opportunity, now: Time) -> Option<Fault> {
        self.0.cut(at, now)
    }
    fn recurs(&self, run: &Simulation<Node>, call: u32, attempt: u32) -> bool {
        self.0.recurs(run, call, attempt)
    }
    fn class(&self, run: &Simulation<Node>) -> Class {
        let (.., belief) = rpc::ended(run).expect("every call returns");
        let end = (rpc::truth(&self.0.scenario, run).deducted as u8, belief);
        let place = ENDS.iter().position(|(_, other)| *other == name(end));
        Class(place.expect("a name is that of an end") as u8)
    }
    fn most_steps(&self) -> u32 {
        self.0.most_steps()
    }
}

/// Both semantics, with up to two faults.
fn each(mut check: impl FnMut(Calls, u8, Untimed)) {
    for semantics in [Semantics::Maybe, Semantics::AtLeastOnce] {
        let calls = common::calls(semantics, Transport::Datagram);
        let attempts = if semantics.retries() { calls.scenario.attempts as u8 } else { 1 };
        for faults in 0..=2 {
            check(calls, faults, Untimed { attempts, faults, reached: Mutex::default() });
        }
    }
}

#[test]
fn without_a_clock_and_from_scratch_the_same_ends_can_be_reached() {
    each(|calls, faults, untimed| {
        let label = common::label(&calls, faults);
        let checker = untimed.checker().spawn_bfs().join();
        for promise in [RELY, NO_MORE, RETURNS] {
            checker.assert_no_discovery(promise);
        }
        let theirs: BTreeSet<_> =
            ENDS.iter().map(|(_, name)| *name).filter(|name| checker.discovery(name).is_some()).collect();
        // One fault leaves the caller ignorant or the account short; for both it takes two.
        let [nothing, once_unknown, twice_unknown, _, once, twice] = ENDS.map(|(_, name)| name);
        let known: &[&str] = match faults {
            0 => &[once],
            1 => &[once, twice, nothing, once_unknown],
            _ => &[once, twice, nothing, once_unknown, twice_unknown],
        };
        assert_eq!(theirs, known.iter().copied().collect(), "{label}");
        for seed in 1..=20 {
            let tally = Explorer::new(Ends(Calls { seed, ..calls }), faults).finish();
            let ours: BTreeSet<_> = tally.classes().map(|(class, ..)| ENDS[usize::from(class.0)].1).collect();
            assert_eq!(ours, theirs, "{label}, seed {seed}");
        }
    });
}

#[test]
fn and_after_the_same_numbers_of_attempts_but_for_one_that_time_forbids() {
    each(|calls, faults, untimed| {
        let checker = untimed.checker().spawn_bfs().join();
        let theirs = checker.model().reached.lock().expect("nobody has panicked with it").clone();
        let mut ours = BTreeSet::new();
        // What takes a short pause or a slow message is rare: the fewer the schedules, the more seeds.
        for seed in 1..=if faults < 2 { 150 } else { 8 } {
            let calls = Calls { seed, ..calls };
            for schedule in brute::schedules(&calls, faults.into()).into_keys() {
                let outcome = rpc::simulate(&Run { scenario: calls.scenario, seed, faults: schedule });
                let end = (outcome.truth(outcome.end()).deducted as u8, outcome.belief(outcome.end()));
                ours.insert((name(end), outcome.attempts() as u8));
            }
        }
        let label = common::label(&calls, faults);
        assert!(ours.is_subset(&theirs), "{label}: {ours:?} {theirs:?}");
        let only: Vec<_> = theirs.difference(&ours).copied().collect();
        // A server that crashes before the commit is back before the second attempt arrives: 300 ms after
        // at most 132 ms, against 412 ms and 60 ms. Only with a second fault does that take a third.
        let early = [(name((1, Belief::Done)), 3)];
        assert_eq!(only, if calls.scenario.semantics.retries() && faults == 1 { &early[..] } else { &[] }, "{label}");
    });
}
