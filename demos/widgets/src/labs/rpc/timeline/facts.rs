//! What is true, what the caller can know, the verdict, and what the machines hold.

use protocols::rpc::{self, Belief, Cents, Node, Outcome, Run, Semantics, Status, Verdict};
use sim::{Simulation, Time};
use yew::prelude::*;

/// What is true at that time.
pub fn truth(outcome: &Outcome, at: Time) -> Html {
    let truth = outcome.truth(at);
    let before = outcome.scenario.balance;
    let times = |done: &str, n: u32| match n {
        0 => format!("not {done}"),
        1 => format!("{done} once"),
        2 => format!("{done} twice"),
        n => format!("{done} {n} times"),
    };
    let mut words = match outcome.scenario.semantics {
        Semantics::Idempotent => times("set", truth.applied),
        _ => times("deducted", truth.applied),
    };
    if outcome.scenario.semantics.has_receipt() {
        words.push_str(match truth.receipts {
            0 => ", no receipt",
            1 => ", one receipt",
            _ => ", more than one receipt",
        });
    }
    html! {
        <>
            <span class={classes!("balance", (truth.balance != before).then_some("changed"))}>
                { "Balance " }<b>{ truth.balance.to_string() }</b>
            </span>
            { format!(" (it was {before}): {words}.") }
        </>
    }
}

/// What a status says by itself, whatever else is known.
fn says(status: Status, belief: Belief) -> &'static str {
    match status {
        Status::Ok => "it was done",
        Status::DeadlineExceeded => "says nothing about the effect",
        Status::FailedPrecondition => "this attempt was looked at and refused",
        Status::Aborted => "the server will not say, and will not try",
        Status::Unavailable if belief == Belief::NotDone => "the connection was refused",
        Status::Unavailable => "the connection broke, or an attempt before was in doubt",
    }
}

/// The sign and the words for a belief.
pub fn belief_words(belief: Belief) -> (&'static str, &'static str) {
    match belief {
        Belief::Waiting => ("…", "Waiting"),
        Belief::Done => ("✓", "Done"),
        Belief::NotDone => ("✕", "Not done"),
        Belief::CannotTell => ("?", "Cannot tell"),
    }
}

/// What the caller can know at that time.
pub fn belief(outcome: &Outcome, at: Time) -> Html {
    let belief = outcome.belief(at);
    let (sign, name) = belief_words(belief);
    let status = outcome.status(at).map_or_else(String::new, |status| {
        format!("The call returned {} ({}): {}. ", status.name(), status.code(), says(status, belief))
    });
    let why = match belief {
        Belief::Waiting => "The call has not returned.",
        Belief::Done => match outcome.scenario.semantics.promise() {
            rpc::Promise::Nothing | rpc::Promise::AtLeastOnce => "How often it was done, the caller cannot see.",
            _ => "Once, if the promise above is kept.",
        },
        Belief::NotDone => "No attempt can have done anything.",
        Belief::CannotTell => "Perhaps done, perhaps not.",
    };
    html! { <><b><span class="sign" aria-hidden="true">{ sign }</span>{ " " }{ name }</b>{ ". " }{ status }{ why }</> }
}

/// The same in as few words as possible.
pub fn belief_short(outcome: &Outcome, at: Time) -> Html {
    let (sign, name) = belief_words(outcome.belief(at));
    let status = outcome.status(at).map_or_else(String::new, |status| format!(" ({})", status.name()));
    html! { <><b><span class="sign" aria-hidden="true">{ sign }</span>{ " " }{ name }</b>{ status }</> }
}

/// The colour of a verdict, which its sign and words say too.
pub fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Correct => "good",
        Verdict::CallerCannotTell | Verdict::FailedCleanly => "warn",
        Verdict::Lost | Verdict::ReceiptLost | Verdict::Repeated(_) => "bad",
    }
}

/// The verdict, and why.
pub fn verdict(outcome: &Outcome) -> Html {
    let verdict = outcome.verdict();
    let end = outcome.end();
    let (sign, why) = match verdict {
        Verdict::Correct if outcome.truth(end).applied > 1 => {
            ("✓", "The balance is that of one deduction, and the caller knows that it was done.".to_owned())
        }
        Verdict::Correct => ("✓", "Deducted once, and the caller knows that it was done.".to_owned()),
        Verdict::FailedCleanly => {
            ("–", "Nothing was deducted, and the caller knows it: it can safely call again.".to_owned())
        }
        Verdict::CallerCannotTell if outcome.scenario.semantics.promise() == rpc::Promise::Nothing => {
            ("?", "Deducted once, but the caller cannot tell. If it tries again, it pays twice.".to_owned())
        }
        Verdict::CallerCannotTell => ("?", "Deducted once, but the caller cannot tell.".to_owned()),
        Verdict::Lost if outcome.belief(end) == Belief::Done => {
            ("✕", "Never deducted, and the caller believes that it was.".to_owned())
        }
        Verdict::Lost => {
            ("✕", "Never deducted, and the caller cannot tell. If it does not try again, nothing is paid.".to_owned())
        }
        Verdict::ReceiptLost => ("✕", "Deducted once, and nobody will ever send the receipt.".to_owned()),
        Verdict::Repeated(n) => {
            ("✕", format!("Deducted {n} times where once was meant, and the caller cannot see it."))
        }
    };
    let kept = if outcome.promise_kept() { "" } else { " The promise is broken." };
    html! {
        <><b><span class="sign" aria-hidden="true">{ sign }</span>{ " " }{ verdict_name(verdict) }</b>{ ". " }{ why }{ kept }</>
    }
}

/// A verdict's name with a capital letter.
pub fn verdict_name(verdict: Verdict) -> String {
    let name = verdict.to_string();
    name[..1].to_ascii_uppercase() + &name[1..]
}

/// A part of a machine's state: how it is kept, what it is, what it holds.
pub type Cell = (&'static str, &'static str, String);

/// What server and database hold, read from the run itself: from each moment at which that changes, what is then there.
/// Nothing if they hold the balance alone.
pub fn held(run: &Run) -> Vec<(Time, Vec<Cell>)> {
    if !run.scenario.semantics.has_key() {
        return vec![];
    }
    let mut simulation = rpc::start(run, None);
    let mut held = vec![(Time::ZERO, cells(run, &simulation))];
    for _ in 0..rpc::MOST_STEPS {
        if !simulation.step() {
            break;
        }
        let (at, now) = (simulation.now(), cells(run, &simulation));
        // What several steps of one moment come to.
        while held.last().is_some_and(|(then, _)| *then == at) {
            held.pop();
        }
        if held.last().is_none_or(|(_, last)| *last != now) {
            held.push((at, now));
        }
    }
    held
}

/// What server and database hold at that time; what has changed since `before` is marked.
pub fn machines(held: &[(Time, Vec<Cell>)], before: Time, at: Time) -> Html {
    let at_time = |at: Time| {
        let place = held.partition_point(|(from, _)| *from <= at);
        place.checked_sub(1).map(|place| &held[place].1)
    };
    let (Some(old), Some(new)) = (at_time(before), at_time(at)) else { return Html::default() };
    html! {
        <table class="machines-hold">
            <caption>{ "What the machines hold (dashed: a crash forgets it)" }</caption>
            <tbody>
                { for new.iter().zip(old).map(|((kept, name, text), (.., was))| {
                    let changed = text != was;
                    html! {
                        <tr class={classes!(*kept, changed.then_some("changed"))}>
                            <th scope="row">{ *name }</th>
                            <td>{ text }{ if changed { " (changed)" } else { "" } }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}

fn cells(run: &Run, simulation: &Simulation<Node>) -> Vec<Cell> {
    let (Node::Server(server), Node::Database(database)) =
        (simulation.process(rpc::SERVER), simulation.process(rpc::DATABASE))
    else {
        return vec![];
    };
    let semantics = run.scenario.semantics;
    let result = |status: Status, balance: Cents| match status {
        Status::Ok => format!("OK, balance {balance}"),
        other => other.name().to_owned(),
    };
    let list = |items: Vec<String>| if items.is_empty() { "–".to_owned() } else { items.join(", ") };
    let working = server.attempts().map(|attempt| format!("attempt {attempt}")).collect();
    let working = if simulation.is_up(rpc::SERVER) { list(working) } else { "down".to_owned() };
    let mut cells = vec![("volatile", "Server, at work on", working)];
    if matches!(semantics, Semantics::AtMostOnceVolatile | Semantics::AtMostOnceDurable) {
        let kept = server.kept().into_iter().map(|(id, reply)| match reply {
            None => format!("id {id}: started"),
            Some((status, balance)) => format!("id {id}: replied {}", result(status, balance)),
        });
        let (class, name) = match semantics {
            Semantics::AtMostOnceDurable => ("durable", "Server’s disk, replies"),
            _ => ("volatile", "Server’s memory, replies"),
        };
        cells.push((class, name, list(kept.collect())));
    }
    let commits = if database.applied == 1 { "commit" } else { "commits" };
    let balance = format!("{} after {} {commits}", database.balance, database.applied);
    cells.push(("durable", "Database, balance", balance));
    if !matches!(semantics, Semantics::AtMostOnceVolatile | Semantics::AtMostOnceDurable) {
        let keys = database.keys.iter();
        let keys = keys.map(|(id, answer, _)| format!("key {id}: {}", result(answer.status, answer.balance)));
        cells.push(("durable", "Database, keys", list(keys.collect())));
    }
    if semantics == Semantics::Outbox {
        let outbox = database.outbox.iter().map(|id| format!("receipt {id}"));
        cells.push(("durable", "Database, outbox", list(outbox.collect())));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machines_hold_is_what_the_run_has_at_that_moment() {
        for code in [
            "2~at-most-once-volatile~crash.after.commit_back.300.ms",
            "2~idempotency-key~expiry.300.ms~drop.reply",
            "2~outbox~stream~drop.mail",
        ] {
            let run = Run::from_code(code).expect(code);
            let held = held(&run);
            for at in (0..4_000).step_by(50).map(Time::from_millis) {
                let mut simulation = rpc::start(&run, None);
                simulation.run_until(at);
                let kept = &held[held.partition_point(|(from, _)| *from <= at) - 1].1;
                assert_eq!(*kept, cells(&run, &simulation), "{code} at {at}");
            }
        }
        assert!(held(&Run::default()).is_empty());
    }
}
