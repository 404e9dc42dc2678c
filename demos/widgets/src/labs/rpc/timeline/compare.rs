//! One schedule of failures under several semantics, side by side.

use super::{
    Look, RpcTimeline, facts,
    picture::{PictureProps, picture},
};
use crate::chrome::figure::Desk;
use protocols::rpc::{self, Outcome, Run, Scenario, Semantics};
use sim::Time;
use std::rc::Rc;
use yew::prelude::*;

/// What came of a run under several semantics.
pub type Lanes = Vec<(Semantics, Rc<Outcome>)>;

/// What comes of the run under each of these semantics.
pub fn outcomes(run: &Run, with: &[Semantics]) -> Lanes {
    let of = |semantics: Semantics| {
        let run = Run { scenario: Scenario { semantics, ..run.scenario }, ..run.clone() };
        (semantics, Rc::new(rpc::simulate(&run)))
    };
    with.iter().copied().map(of).collect()
}

/// The lanes, and the choice of them. A lane is the same run with other semantics.
///
/// `open` says whether they were unfolded to begin with; they stay as the reader leaves them, so
/// that the last choice that is taken back does not fold itself away.
pub fn lanes(desk: &Desk<RpcTimeline>, over: bool, open: bool, lanes: &Lanes) -> Html {
    let (id, at, live, with) = (desk.id(), desk.at(), desk.live(), &desk.look().with);
    let choice = |semantics: Semantics| {
        let desk = desk.clone();
        let checked = with.contains(&semantics);
        let toggle = Callback::from(move |_: Event| {
            // In the order of the list, whatever the order of the clicks.
            let look = desk.look().clone();
            let next = Semantics::ALL.into_iter().filter(|other| look.with.contains(other) != (*other == semantics));
            desk.look_at(Look { with: next.collect(), ..look });
        });
        html! {
            <label>
                <input type="checkbox" disabled={!live} {checked} onchange={toggle}/>
                <span translate="yes">{ semantics.title() }</span>
            </label>
        }
    };
    html! {
        <details class="more compare" data-part="controls" {open}>
            <summary translate="yes">{ "Compare semantics side by side" }</summary>
            <fieldset class="choice needs-js">
                <legend translate="yes">{ "Side by side" }</legend>
                <div class="pills">{ for Semantics::ALL.into_iter().filter(|_| live || open).map(choice) }</div>
            </fieldset>
            <ul class="lanes">{ for lanes.iter().map(|(semantics, outcome)| lane(id, *semantics, outcome, at, over)) }</ul>
        </details>
    }
}

fn lane(id: &AttrValue, semantics: Semantics, outcome: &Rc<Outcome>, at: Time, over: bool) -> Html {
    let at = if over { outcome.end() } else { at };
    let over = at >= outcome.end();
    let drawing = picture(&PictureProps {
        id: format!("{id}-{}", semantics.name()).into(),
        title: semantics.title().into(),
        at,
        live: false,
        outcome: outcome.clone(),
        sites: &[],
        ghost: None,
        story: rpc::summary(outcome).into(),
        selected: None,
        on_select: Callback::noop(),
    });
    let verdict = outcome.verdict();
    html! {
        <li key={semantics.name()} class="lane">
            <p class="panel-title">{ semantics.title() }</p>
            <div class="stage">{ drawing }</div>
            <dl class="facts">
                <div><dt>{ "What is true" }</dt><dd>{ facts::truth(outcome, at) }</dd></div>
                <div><dt>{ "What the caller can know" }</dt><dd>{ facts::belief_short(outcome, at) }</dd></div>
                <div class={classes!("verdict", over.then(|| facts::verdict_class(verdict)))}>
                    <dt>{ "Verdict" }</dt>
                    <dd>{ if over { facts::verdict(outcome) } else { html! { "Not over yet." } } }</dd>
                </div>
            </dl>
            if !outcome.unmet.is_empty() {
                <p class="lane-note">{ format!("{} of the failures cannot come about here: what it names is never sent or done.", outcome.unmet.len()) }</p>
            }
        </li>
    }
}
