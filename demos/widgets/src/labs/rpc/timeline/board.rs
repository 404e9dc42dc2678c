//! The timeline as it is drawn: one run, its picture, what can be done to it.

use super::{
    Look, RpcTimeline, compare, facts,
    faults::{self, Meddling, Site, Target},
    picture::{PictureProps, stage},
    predict::{self, Asked},
    settings,
};
use crate::chrome::{
    browser,
    figure::{Desk, Parts},
    player::stop_beside,
};
use protocols::rpc::{self, Outcome, Run, Sentence, Transport, Weight};
use sim::{MessageName, NodeId, Time};
use std::{collections::BTreeMap, rc::Rc};
use yew::prelude::*;

/// A run and what follows from it, computed once per run.
#[derive(PartialEq)]
pub struct Shown {
    /// The run.
    pub run: Run,
    /// What came of it.
    pub outcome: Rc<Outcome>,
    /// What came of it in sentences, in order.
    pub story: Vec<Sentence>,
    /// Where the server can be made to crash.
    pub sites: Vec<Site>,
    /// The story in one line.
    summary: AttrValue,
    /// Faults that do not come about.
    pub unmet: Vec<rpc::UnmetFault>,
    /// What the machines hold, from each moment at which that changes.
    held: Vec<(Time, Vec<facts::Cell>)>,
    /// What messages carry, as bytes.
    bytes: BTreeMap<MessageName, String>,
}

impl Shown {
    /// Simulates the run and tells its story.
    pub fn new(run: Run) -> Self {
        let outcome = Rc::new(rpc::simulate(&run));
        let story = rpc::narrate(&outcome);
        let (summary, unmet) = (rpc::summary(&outcome).into(), outcome.unmet());
        let (sites, bytes) = (faults::sites(&run), faults::bytes(&run, &outcome.trace));
        let held = facts::held(&run);
        Self { held, bytes, run, outcome, story, sites, summary, unmet }
    }

    /// The moments between which one steps: those at which something is told, the beginning and the end.
    pub fn stops(&self) -> Vec<Time> {
        let mut stops: Vec<_> = std::iter::once(Time::ZERO).chain(self.story.iter().map(|s| s.at)).collect();
        stops.push(self.outcome.end());
        stops.dedup();
        stops
    }
}

/// The component.
#[component]
pub fn TimelineView(desk: &Desk<RpcTimeline>) -> Html {
    let shown = desk.seen();
    let (run, outcome) = (&shown.run, &shown.outcome);
    let asked = use_reducer(Asked::default);
    let (selected, help) = (use_state(|| None::<Target>), use_state(|| false));
    let opener = use_mut_ref(|| None);
    // Unfolded where the page compares; it stays as the reader leaves it.
    let lanes_open = use_state(|| !desk.look().with.is_empty());
    {
        let (selected, asked, lanes_open, compares) =
            (selected.clone(), asked.dispatcher(), lanes_open.clone(), !desk.look().with.is_empty());
        use_effect_with(desk.opened(), move |opened| {
            if *opened > 0 {
                selected.set(None);
                asked.dispatch(predict::Say::Begin);
                if compares {
                    lanes_open.set(true);
                }
            }
        });
    }
    let lanes = use_memo((run.clone(), desk.look().with.clone()), |(run, with)| compare::outcomes(run, with));
    let (id, at, end) = (desk.id(), desk.at(), outcome.end());
    // Before the answer the picture can be looked at only.
    let open = !desk.look().asked && !desk.is_asking();
    let live = desk.live() && open;
    let over = open && at >= end;
    let select = {
        let (desk, selected) = (desk.clone(), selected.clone());
        Callback::from(move |target: Option<Target>| {
            desk.go_to(desk.at());
            if target.is_some() {
                *opener.borrow_mut() = browser::focused();
                desk.focus_next("panel");
            } else {
                browser::focus(opener.take());
            }
            selected.set(target);
        })
    };
    let change = {
        let (desk, selected) = (desk.clone(), selected.clone());
        Callback::from(move |run: Run| {
            selected.set(None);
            desk.go(run);
        })
    };
    let ghost = desk.ghost().filter(|_| open).and_then(|kept| kept.seen.as_ref());
    let picture = stage(&PictureProps {
        id: id.clone(),
        title: desk.title(),
        at,
        live,
        outcome: outcome.clone(),
        sites: &shown.sites,
        ghost: ghost.map(|ghost| ghost.outcome.clone()),
        story: match (open, over) {
            (true, true) => shown.summary.clone(),
            (true, false) => format!("Up to {at}").into(),
            (false, _) => "What follows is the question".into(),
        },
        selected: *selected,
        on_select: select.reform(Some),
    });
    let keys = {
        let help = help.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "?" {
                help.set(!*help);
            }
        })
    };
    let aside = html! {
        <>
            { said(desk, open, over) }
            if desk.look().asked {
                { predict::question(desk, &asked) }
            } else if let Some(target) = *selected {
                { inspector(desk, target, &select) }
            } else {
                { predict::answer(id, &asked) }
                <p class="hint needs-js" data-part="controls">
                    <strong>{ "Break it. " }</strong>
                    { match run.scenario.transport {
                        Transport::Datagram => "Click a request or a reply to lose, double or delay it. ",
                        Transport::Stream => "Click a request or a reply to lose it, and the connection with it, or to delay it. ",
                    } }
                    { "Click a diamond on the server's line to crash it there. Inside the figure, ? lists the keys." }
                </p>
            }
            if *help {
                <p class="hint" role="status">
                    <strong>{ "Keys. " }</strong>
                    { "Space plays and pauses; ← and → step; Home and End go to the ends; Tab goes to the next message or diamond, Enter opens it, Esc closes it; ? hides this line." }
                </p>
            }
            if open {
                <dl class="facts">
                    <div class="truth open-only">
                        <dt>{ "What is true" }</dt>
                        <dd>{ facts::truth(outcome, at) }</dd>
                    </div>
                    <div class="belief open-only">
                        <dt>{ "What the caller can know" }</dt>
                        <dd>{ facts::belief(outcome, at) }</dd>
                    </div>
                    <div class={classes!("verdict", over.then(|| facts::verdict_class(outcome.verdict())))}>
                        <dt>{ "Verdict" }</dt>
                        <dd>{ if over { facts::verdict(outcome) } else { html! { "Not over yet." } } }</dd>
                    </div>
                </dl>
            }
            if open {
                { settings::semantics(id, run, desk.runs().map(|run| run.scenario.semantics), live, &change) }
            }
            { chips(desk, live) }
        </>
    };
    let rest = html! {
        if open {
            if over {
                <p class="chain"><strong>{ "In short: " }</strong>{ &shown.summary }{ "." }</p>
            }
            if over && let Some(ghost) = ghost {
                <p class="chain ghost-words"><strong>{ "Before your change: " }</strong>{ &ghost.summary }{ "." }</p>
            }
            { facts::machines(&shown.held, stop_beside(&shown.stops(), at, false).unwrap_or(Time::ZERO), at) }
            <div class="folded">
                { settings::more(id, run, live, &change) }
                { compare::lanes(desk, over, *lanes_open, &lanes) }
            </div>
        }
    };
    let ask = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            desk.look_at(Look { asked: true, ..desk.look().clone() });
            desk.go_to(predict::question_time(desk.seen()));
            desk.focus_next("question");
            asked.dispatch(predict::Say::Begin);
        })
    };
    desk.lay(Parts {
        class: "timeline",
        picture,
        aside,
        rest,
        summary: "This run in words, event by event",
        table: table(&shown.story),
        asking: !open,
        more_steps: html! { <button type="button" class="quiet open-only" disabled={!live} onclick={ask}>{ "Make it a question" }</button> },
        keys: Some(keys),
        ..Parts::default()
    })
}

/// What happens at the moment that is shown; and, for the ear, how it ends, told once for each change.
fn said(desk: &Desk<RpcTimeline>, open: bool, over: bool) -> Html {
    let (shown, at) = (desk.seen(), desk.at());
    let now = shown.story.iter().rev().find(|sentence| sentence.at <= at);
    let outcome = &shown.outcome;
    html! {
        <>
            <p class="visually-hidden" aria-live="polite" data-part="outcome">
                if over && open && desk.live() {
                    { format!("Balance {}. {}. In short: {}.", outcome.truth(outcome.end()).balance, facts::verdict_name(outcome.verdict()), shown.summary) }
                }
            </p>
            <p class="now" aria-live={if desk.is_playing() || over { "off" } else { "polite" }}>
                if let Some(sentence) = now {
                    <span class="when">{ sentence.at.to_string() }</span>{ " " }{ &sentence.text }
                }
            </p>
        </>
    }
}

/// What can be done to what was clicked.
fn inspector(desk: &Desk<RpcTimeline>, target: Target, select: &Callback<Option<Target>>) -> Html {
    let shown = desk.seen();
    let escape = select.reform(|_: ()| None);
    let escape = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            escape.emit(());
        }
    });
    let option = |(label, pressed, meddling): (&'static str, bool, Meddling)| {
        let act = desk.going(move |run: &Run, _: MouseEvent| meddling.applied_to(run));
        // Keyed: the button that was pressed keeps the focus, whatever is offered beside it now.
        html! { <button key={label} type="button" aria-pressed={pressed.to_string()} onclick={act}>{ label }</button> }
    };
    html! {
        <div class="inspector" role="group" aria-label="What happens to it" tabindex="-1" id={format!("{}-panel", desk.id())} onkeydown={escape}>
            <p class="panel-title">{ target.heading() }</p>
            if let Some(message) = target.message(&shown.outcome) {
                <p class="detail"><code>{ &message.detail }</code></p>
                if let Some(bytes) = shown.bytes.get(&message.name) {
                    <p class="detail"><code>{ bytes }</code></p>
                }
            }
            <div class="options" role="group" aria-label={target.heading()}>
                { for target.options(&shown.run, &shown.outcome, &shown.sites).into_iter().map(option) }
            </div>
            <button type="button" class="quiet" onclick={select.reform(|_: MouseEvent| None)}>{ "Close" }</button>
        </div>
    }
}

/// What goes wrong, each with a button that takes it back.
fn chips(desk: &Desk<RpcTimeline>, live: bool) -> Html {
    let shown = desk.seen();
    if shown.run.faults.is_empty() {
        return Html::default();
    }
    let chip = |fault: &sim::Fault| {
        let text = faults::say(fault);
        let meddling = Meddling { gone: vec![*fault], new: vec![] };
        let desk_ = desk.clone();
        let undo = Callback::from(move |_: MouseEvent| {
            desk_.focus_next("undo");
            desk_.go(meddling.applied_to(desk_.run()));
        });
        html! {
            <li>
                <span>{ &text }</span>
                if shown.unmet.iter().any(|u| u.fault == *fault) {
                    <em>{ " (does not come about here)" }</em>
                }
                if !desk.look().asked {
                    <button type="button" class="icon needs-js" disabled={!live} onclick={undo}
                        aria-label={format!("Undo: {text}")}>{ "×" }</button>
                }
            </li>
        }
    };
    html! {
        <ul class="chips">
            <li class="chips-of">{ "What goes wrong:" }</li>
            { for shown.run.faults.iter().map(chip) }
        </ul>
    }
}

/// Who is who, for tables and lifelines.
pub fn node_name(node: NodeId) -> &'static str {
    match node {
        rpc::CALLER => "Caller",
        rpc::STUB => "Client stub",
        rpc::SERVER => "Server",
        rpc::SHOP => "Shop",
        rpc::MAILER => "Mail service",
        _ => "Database",
    }
}

fn table(story: &[Sentence]) -> Html {
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Events">
            <table>
                <thead><tr><th scope="col">{ "Time" }</th><th scope="col">{ "Where" }</th><th scope="col">{ "What happens" }</th></tr></thead>
                <tbody>
                    { for story.iter().map(|sentence| html! {
                        <tr class={(sentence.weight == Weight::Fault).then_some("fault")}>
                            <td>{ sentence.at.to_string() }</td>
                            <td>{ if sentence.lost { "Network" } else { node_name(sentence.node) } }</td>
                            <td>{ &sentence.text }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}
