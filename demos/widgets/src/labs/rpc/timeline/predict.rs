//! Predict, then run: the reader commits to an answer before the run goes on.

use super::{Look, RpcTimeline, board::Shown, facts};
use crate::chrome::{browser, figure::Desk};
use protocols::rpc::{self, Belief, Cents, Weight, step};
use sim::{Loss, Time, What};
use std::rc::Rc;
use yew::prelude::*;

/// Where the questions stand.
#[derive(Clone, Default, PartialEq)]
pub struct Asked {
    balance: Option<Cents>,
    belief: Option<Belief>,
    /// How often the reader has committed to an answer.
    attempt: u32,
    /// What was found out about the last answer.
    checked: Option<Checked>,
}

/// An answer, compared with the run.
#[derive(Clone, PartialEq)]
pub struct Checked {
    balance: (Cents, bool),
    belief: (Belief, bool),
    /// Where the reader's picture and the run part, in a sentence.
    why: String,
}

/// What is said to [`Asked`].
pub enum Say {
    /// Another run is shown, or this one is asked about anew.
    Begin,
    /// The balance is chosen.
    Balance(Cents),
    /// What the caller can know is chosen.
    Belief(Belief),
    /// The answer was compared with the run.
    Commit(Checked),
}

impl Asked {
    fn check(&self, shown: &Shown) -> Option<(Checked, Time)> {
        let (balance, belief) = (self.balance?, self.belief?);
        let outcome = &shown.outcome;
        let end = outcome.end();
        let (truth, known) = (outcome.truth(end).balance, outcome.belief(end));
        let (right, knows) = (balance == truth, belief == known);
        let (at, why) = parting(shown, (!right).then_some(balance), (!knows).then_some(belief));
        Some((Checked { balance: (balance, right), belief: (belief, knows), why }, at))
    }
}

impl Reducible for Asked {
    type Action = Say;

    fn reduce(self: Rc<Self>, say: Say) -> Rc<Self> {
        let mut next = (*self).clone();
        match say {
            Say::Begin => next = Self { attempt: self.attempt, ..Self::default() },
            Say::Balance(balance) => next.balance = Some(balance),
            Say::Belief(belief) => next.belief = Some(belief),
            Say::Commit(checked) => {
                next.checked = Some(checked);
                next.attempt += 1;
            }
        }
        Rc::new(next)
    }
}

/// The moment at which the question is asked: something has gone wrong, and nothing has followed yet.
pub fn question_time(shown: &Shown) -> Time {
    let fault = shown.story.iter().find(|sentence| sentence.weight == Weight::Fault);
    fault.map_or(Time::ZERO, |sentence| sentence.at).min(shown.outcome.end())
}

/// Where the reader's picture and the run part, and why.
fn parting(shown: &Shown, balance: Option<Cents>, belief: Option<Belief>) -> (Time, String) {
    let outcome = &shown.outcome;
    let end = outcome.end();
    let sentence_at = |event: &sim::Event| shown.story.iter().find(|sentence| sentence.event == event.id);
    let of_the_caller = belief.zip(outcome.ended).map(|(said, (at, status, _))| {
        let (said, known) = (facts::belief_words(said).1, facts::belief_words(outcome.belief(end)).1);
        let why = match outcome.belief(end) {
            Belief::CannotTell => "Every way to this answer, or to this silence, looks the same to the caller.",
            Belief::Done => "A reply that says so arrives; only the server can send it.",
            _ => "No attempt gets as far as the server's work.",
        };
        (
            at,
            format!(
                "Of what the caller can know you said “{said}”; it is “{known}”: the call returns {}. {why}",
                status.name()
            ),
        )
    });
    if let Some(said) = balance {
        let also = of_the_caller.map_or_else(String::new, |(_, why)| format!(" {why}"));
        let part = |at: Time, text: &str, causes: String| {
            (at, format!("Here your picture and the run part: “{text}”{causes}{also} Press Play for the rest."))
        };
        let truth = outcome.truth(end);
        let (before, amount) = (outcome.scenario.balance.0, outcome.scenario.amount.0.max(1));
        let meant = ((before - said.0) / amount).max(0) as usize;
        if (truth.deducted as usize) > meant {
            if let Some(event) = outcome.steps(end, step::APPLY).nth(meant) {
                let text = sentence_at(event).map_or("", |sentence| &sentence.text);
                // What has gone wrong so far, and what followed from it.
                let before = shown.story.iter().take_while(|sentence| sentence.event != event.id);
                let mut causes: Vec<&str> =
                    before.map(|sentence| sentence.short.as_str()).filter(|short| !short.is_empty()).collect();
                causes.dedup();
                let causes = match causes.is_empty() {
                    true => String::new(),
                    false => format!(" How it came to that: {}.", causes.join(" → ")),
                };
                return part(event.at, text, causes);
            }
        } else {
            // What kept the money from being taken once more.
            let kept = |event: &&sim::Event| match event.what {
                What::Lost(id, _, why) => {
                    matches!(outcome.trace.message(id).name.kind, rpc::REQUEST | rpc::FORWARD)
                        && matches!(why, Loss::Dropped | Loss::LinkCut | Loss::ReceiverDown)
                }
                What::Crashed => true,
                What::Step(s) => matches!(
                    s.step,
                    step::RECALL | step::FILTER | step::JOIN | step::ABORT | step::REJECT | step::EXPIRE | step::CANCEL
                ),
                _ => false,
            };
            let after = outcome.steps(end, step::APPLY).nth(truth.deducted.saturating_sub(1) as usize);
            let since = if truth.deducted == 0 { Time::ZERO } else { after.map_or(Time::ZERO, |event| event.at) };
            let kept = outcome.trace.events.iter().filter(|event| event.at >= since).find(kept);
            if let Some(sentence) = kept.and_then(sentence_at) {
                return part(sentence.at, &sentence.text, String::new());
            }
        }
        return (end, format!("Nothing makes the database commit again.{also}"));
    }
    if let Some(parting) = of_the_caller {
        return parting;
    }
    (end, "The run goes as you said.".to_owned())
}

/// The questions, until there is an answer.
pub fn question(desk: &Desk<RpcTimeline>, asked: &UseReducerHandle<Asked>) -> Html {
    let (id, live, shown) = (desk.id(), desk.in_browser(), desk.seen());
    let scenario = shown.run.scenario;
    // The database lets nobody overdraw.
    let balances = (0..=3).map(|n| Cents(scenario.balance.0 - n * scenario.amount.0)).filter(|left| left.0 >= 0);
    let beliefs = [
        (Belief::Done, "Done", "it has happened, at least once"),
        (Belief::NotDone, "Not done", "it has certainly not happened"),
        (Belief::CannotTell, "Cannot tell", "it may have happened or not"),
    ];
    let ready = asked.balance.is_some() && asked.belief.is_some();
    let commit = {
        let (asked, desk) = (asked.clone(), desk.clone());
        Callback::from(move |_: MouseEvent| {
            let Some((checked, at)) = asked.check(desk.seen()) else { return };
            let attempt = asked.attempt + 1;
            let (balance, belief) = (checked.balance, checked.belief);
            browser::tell_answer(desk.id(), "balance", &balance.0.to_string(), balance.1, attempt);
            browser::tell_answer(desk.id(), "caller", belief.0.name(), belief.1, attempt);
            asked.dispatch(Say::Commit(checked));
            desk.look_at(Look { asked: false, ..desk.look().clone() });
            // The button goes away with the question; the answer is read where the focus is.
            desk.focus_next("answer");
            if balance.1 && belief.1 {
                // On from where the question was asked, to see it come true.
                desk.play();
            } else {
                desk.go_to(at);
            }
        })
    };
    html! {
        <div class="question" role="group" id={format!("{id}-question")} tabindex="-1" aria-label="Your prediction">
            <p><strong>{ "First your prediction. " }</strong>{ "This is how far the run has come, and below is what goes wrong. When everything has settled:" }</p>
            <fieldset class="choice" data-question="balance" data-points="1" data-kind="prediction">
                <legend translate="yes">{ "What is the balance?" }</legend>
                <div class="pills">
                    { for balances.map(|balance| {
                        let asked_ = asked.clone();
                        html! {
                            <label>
                                <input type="radio" name={format!("{id}-balance")} disabled={!live} checked={asked.balance == Some(balance)}
                                    onchange={Callback::from(move |_: Event| asked_.dispatch(Say::Balance(balance)))}/>
                                <span>{ balance.to_string() }</span>
                            </label>
                        }
                    }) }
                </div>
            </fieldset>
            <fieldset class="choice" data-question="caller" data-points="1" data-kind="prediction">
                <legend translate="yes">{ "What can the caller know?" }</legend>
                <div class="pills column">
                    { for beliefs.into_iter().map(|(belief, name, means)| {
                        let asked_ = asked.clone();
                        html! {
                            <label>
                                <input type="radio" name={format!("{id}-caller")} disabled={!live} checked={asked.belief == Some(belief)}
                                    onchange={Callback::from(move |_: Event| asked_.dispatch(Say::Belief(belief)))}/>
                                <span>{ name }{ ": " }{ means }</span>
                            </label>
                        }
                    }) }
                </div>
            </fieldset>
            <button type="button" class="strong needs-js" disabled={!live} aria-disabled={(!ready).to_string()} onclick={commit}>{ "Commit, and run on" }</button>
            if live && !ready {
                <p class="quiet-words">{ "Choose one answer to each question." }</p>
            }
        </div>
    }
}

/// What became of the answer.
pub fn answer(id: &AttrValue, asked: &Asked) -> Html {
    let Some(checked) = &asked.checked else { return Html::default() };
    let right = checked.balance.1 && checked.belief.1;
    let mark = |right: bool| if right { "✓ right" } else { "✕ not so" };
    html! {
        <div class={classes!("answer", if right { "good" } else { "bad" })} role="group" id={format!("{id}-answer")} tabindex="-1"
            aria-label="Your prediction and the run" aria-describedby={format!("{id}-mark {id}-why")}>
            <p id={format!("{id}-mark")}><strong>{ "Your prediction. " }</strong>
                { format!("Balance {}: {}. The caller, “{}”: {}.", checked.balance.0, mark(checked.balance.1),
                    checked.belief.0.name(), mark(checked.belief.1)) }</p>
            <p id={format!("{id}-why")}>{ &checked.why }</p>
        </div>
    }
}
