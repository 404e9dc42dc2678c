//! One remote call as a space–time diagram that can be broken by clicking.

#[cfg(feature = "ssr")]
mod block;
mod faults;
mod picture;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::{
    browser,
    demo::{Demo, DemoProps, View},
    player::{ControlsProps, Move, controls, keys, use_cursor},
    shell::{Shell, use_arrival},
};
use faults::{Meddling, Target};
use picture::{PictureProps, picture};
use sim::{NodeId, Time};
use std::rc::Rc;
use systems::rpc::{self, Belief, Outcome, Run, Semantics, Sentence, Verdict, Weight};
use yew::prelude::*;

/// Simulated time per real time, in thousandths.
const SPEEDS: &[(u32, &str)] = &[(60, "slow"), (150, "medium"), (400, "fast")];

/// A run and what follows from it, computed once per run.
#[derive(PartialEq)]
struct Shown {
    run: Run,
    outcome: Rc<Outcome>,
    story: Vec<Sentence>,
    stops: Rc<Vec<Time>>,
    marks: Rc<Vec<Time>>,
    /// The story in one line.
    summary: AttrValue,
    /// Faults that do not come about.
    unmet: Vec<rpc::UnmetFault>,
}

impl Shown {
    fn new(run: Run) -> Self {
        let outcome = Rc::new(rpc::simulate(&run));
        let story = rpc::narrate(&outcome);
        let mut stops: Vec<_> = std::iter::once(Time::ZERO).chain(story.iter().map(|s| s.at)).collect();
        stops.push(outcome.end());
        stops.dedup();
        let marks = story.iter().filter(|s| s.weight == Weight::Fault).map(|s| s.at).collect();
        let (summary, unmet) = (rpc::summary(&outcome).into(), outcome.unmet());
        Self { run, outcome, story, stops: Rc::new(stops), marks: Rc::new(marks), summary, unmet }
    }
}

/// The clickable timeline of one remote call.
pub struct RpcTimeline;

impl Demo for RpcTimeline {
    const NAME: &'static str = "rpc-timeline";
    type Component = Timeline;

    fn hash_of(run: &str) -> Result<String, String> {
        let run = Run::from_code(run).map_err(|error| error.to_string())?;
        Ok(rpc::simulate(&run).trace.hash().to_string())
    }
}

/// The component.
#[component]
pub fn Timeline(props: &DemoProps) -> Html {
    let original = use_memo(props.view.clone(), |view| Run::from_code(View::parse(view).run).unwrap_or_default());
    let shown = use_state(|| Rc::new(Shown::new((*original).clone())));
    let selected = use_state(|| None::<Target>);
    let speed = use_state(|| SPEEDS[1].0);
    let figure = use_node_ref();
    let panel = use_node_ref();
    let end = shown.outcome.end();
    let cursor = use_cursor(end, end, *speed, figure.clone());

    let show = {
        let (shown, cursor) = (shown.clone(), cursor.clone());
        Callback::from(move |run: Run| {
            let next = Shown::new(run);
            let end = next.outcome.end();
            cursor.dispatch(Move::Run { at: end, end, on: false });
            shown.set(Rc::new(next));
        })
    };
    let (live, trouble) = {
        let (show, cursor) = (show.clone(), cursor.clone());
        use_arrival(&props.session, "here is the page's own run", move |view| {
            show.emit(Run::from_code(view.run).map_err(|error| error.to_string())?);
            if let Some(at) = view.at {
                cursor.dispatch(Move::Go(at));
            }
            Ok(())
        })
    };

    let opener = use_mut_ref(|| None::<web_sys::HtmlElement>);
    let select = {
        let (selected, cursor, panel) = (selected.clone(), cursor.clone(), panel.clone());
        Callback::from(move |target: Option<Target>| {
            cursor.dispatch(Move::Go(cursor.at));
            if target.is_some() {
                *opener.borrow_mut() = browser::focused();
                // The panel is there after the next render.
                let panel = panel.clone();
                gloo_timers::callback::Timeout::new(0, move || browser::focus(panel.cast())).forget();
            } else {
                browser::focus(opener.take());
            }
            selected.set(target);
        })
    };
    let escape = select.reform(|_: ()| None);
    let escape = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            escape.emit(());
        }
    });
    let meddle = {
        let (shown, show) = (shown.clone(), show.clone());
        Callback::from(move |meddling: Meddling| show.emit(meddling.applied_to(&shown.run)))
    };
    let semantics = {
        let (shown, show, selected) = (shown.clone(), show.clone(), selected.clone());
        Callback::from(move |semantics: Semantics| {
            let mut run = shown.run.clone();
            run.scenario.semantics = semantics;
            selected.set(None);
            show.emit(run);
        })
    };
    let put = |run: Run| {
        let (show, selected, trouble) = (show.clone(), selected.clone(), trouble.clone());
        Callback::from(move |_: MouseEvent| {
            selected.set(None);
            trouble.set(None);
            show.emit(run.clone());
        })
    };

    let id: AttrValue = props.id.clone();
    let at = cursor.at;
    let outcome = &shown.outcome;
    let over = at >= end;
    let now = shown.story.iter().rev().find(|sentence| sentence.at <= at);
    let drawing = picture(&PictureProps {
        id: id.clone(),
        title: props.title.clone(),
        at,
        live,
        outcome: outcome.clone(),
        story: shown.summary.clone(),
        selected: *selected,
        on_select: select.reform(Some),
    });
    let time = controls(&ControlsProps {
        id: id.clone(),
        cursor: cursor.clone(),
        live,
        stops: shown.stops.clone(),
        marks: shown.marks.clone(),
        speeds: SPEEDS,
        speed: *speed,
        on_speed: {
            let speed = speed.clone();
            Callback::from(move |to| speed.set(to))
        },
    });
    html! {
        <Shell id={id.clone()} title={props.title.clone()} live={live} session={props.session.clone()}
            code={View::code(&shown.run.code(), (!over).then_some(at))} trouble={(*trouble).clone()} height={860} figure={figure}
            onkeydown={keys(&cursor, shown.stops.clone())}
            summary="This run in words, event by event" table={table(&shown.story)}>
            <fieldset class="choice">
                <legend>{ "Call semantics" }</legend>
                { for Semantics::ALL.into_iter().map(|choice| html! {
                    <label>
                        <input type="radio" name={format!("{id}-semantics")} disabled={!live}
                            checked={shown.run.scenario.semantics == choice}
                            onchange={semantics.reform(move |_: Event| choice)}/>
                        <span>{ choice.name() }</span>
                    </label>
                }) }
                <p class="promise">{ shown.run.scenario.semantics.promise() }</p>
            </fieldset>
            <div class="timeline">
                <div class="stage">
                    { drawing }
                </div>
                <div class="beside">
                    if let Some(target) = *selected {
                        <section class="inspector" aria-label="What happens to it" tabindex="-1" ref={panel}
                            onkeydown={escape}>
                            <h4>{ target.heading() }</h4>
                            if let Some(detail) = target.detail(outcome) {
                                <p class="detail"><code>{ detail }</code></p>
                            }
                            <div class="options" role="group" aria-label={target.heading()}>
                                { for target.options(&shown.run).into_iter().map(|(label, pressed, meddling)| html! {
                                    <button type="button" aria-pressed={pressed.to_string()}
                                        onclick={meddle.reform(move |_: MouseEvent| meddling)}>
                                        { label }
                                    </button>
                                }) }
                            </div>
                            <button type="button" class="quiet" onclick={select.reform(|_: MouseEvent| None)}>{ "Close" }</button>
                        </section>
                    } else {
                        <p class="hint needs-js">
                            <strong>{ "Break it. " }</strong>
                            { "Click the request or the reply to lose, double or delay it. Click a diamond on the server's line to crash it there." }
                        </p>
                    }
                    <dl class="facts">
                        <div class="truth">
                            <dt>{ "What is true" }</dt>
                            <dd>{ truth(outcome, at) }</dd>
                        </div>
                        <div class="belief">
                            <dt>{ "What the caller can know" }</dt>
                            <dd>{ belief(outcome, at) }</dd>
                        </div>
                        <div class={classes!("verdict", over.then(|| verdict_class(outcome.verdict())))}>
                            <dt>{ "Verdict" }</dt>
                            <dd>{ if over { verdict(outcome.verdict()) } else { html! { "Not over yet." } } }</dd>
                        </div>
                    </dl>
                </div>
            </div>
            { time }
            <p class="now" aria-live={if cursor.playing { "off" } else { "polite" }}>
                if let Some(sentence) = now {
                    <span class="when">{ sentence.at.to_string() }</span>{ " " }{ &sentence.text }
                }
            </p>
            <div class="faults">
                if over {
                    <p class="chain"><strong>{ "In short: " }</strong>{ &shown.summary }{ "." }</p>
                }
                if !shown.run.faults.is_empty() {
                    <ul class="chips">
                        <li class="chips-of">{ "What goes wrong:" }</li>
                        { for shown.run.faults.iter().map(|fault| {
                            let without = Meddling::Without(*fault).applied_to(&shown.run);
                            let text = faults::say(fault);
                            html! {
                                <li>
                                    <span>{ &text }</span>
                                    if shown.unmet.iter().any(|u| u.fault == *fault) {
                                        <em>{ " (does not come about here)" }</em>
                                    }
                                    <button type="button" class="icon needs-js" disabled={!live} onclick={put(without)}
                                        aria-label={format!("Undo: {text}")}>{ "×" }</button>
                                </li>
                            }
                        }) }
                    </ul>
                }
                if shown.run != *original {
                    <button type="button" class="quiet needs-js" onclick={put((*original).clone())}>{ "Back to the page's run" }</button>
                }
            </div>
        </Shell>
    }
}

/// Who is who, for tables and lifelines.
fn node_name(node: NodeId) -> &'static str {
    match node {
        rpc::CALLER => "Caller",
        rpc::STUB => "Client stub",
        rpc::SERVER => "Server",
        _ => "Database",
    }
}

fn truth(outcome: &Outcome, at: Time) -> Html {
    let truth = outcome.truth(at);
    let before = outcome.scenario.balance;
    let times = match truth.applied {
        0 => "not deducted".to_owned(),
        1 => "deducted once".to_owned(),
        2 => "deducted twice".to_owned(),
        n => format!("deducted {n} times"),
    };
    html! {
        <>
            <span class={classes!("balance", (truth.balance != before).then_some("changed"))}>
                { "Balance " }<b>{ truth.balance.to_string() }</b>
            </span>
            { format!(" (it was {before}): {times}.") }
        </>
    }
}

fn belief(outcome: &Outcome, at: Time) -> Html {
    let (sign, name, why) = match outcome.belief(at) {
        Belief::Waiting => ("…", "Waiting", "The call has not returned.".to_owned()),
        Belief::Done => ("✓", "Done", "The call returned OK. How often it was done, the caller cannot see.".to_owned()),
        Belief::CannotTell => (
            "?",
            "Cannot tell",
            format!("The call returned {}: perhaps done, perhaps not.", rpc::Status::DeadlineExceeded.name()),
        ),
    };
    html! { <><b><span class="sign" aria-hidden="true">{ sign }</span>{ " " }{ name }</b>{ ". " }{ why }</> }
}

fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Correct => "good",
        Verdict::CallerCannotTell => "warn",
        Verdict::Lost | Verdict::Repeated(_) => "bad",
    }
}

fn verdict(verdict: Verdict) -> Html {
    let (sign, why) = match verdict {
        Verdict::Correct => ("✓", "Deducted once, and the caller knows that it was done.".to_owned()),
        Verdict::CallerCannotTell => {
            ("?", "Deducted once, but the caller cannot tell. If it tries again, it pays twice.".to_owned())
        }
        Verdict::Lost => {
            ("✕", "Never deducted, and the caller cannot tell. If it does not try again, nothing is paid.".to_owned())
        }
        Verdict::Repeated(n) => {
            ("✕", format!("Deducted {n} times where once was meant, and the caller cannot see it."))
        }
    };
    let name = verdict.to_string();
    let name = name[..1].to_ascii_uppercase() + &name[1..];
    html! { <><b><span class="sign" aria-hidden="true">{ sign }</span>{ " " }{ name }</b>{ ". " }{ why }</> }
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
