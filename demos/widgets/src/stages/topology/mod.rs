//! A live system of machines: any architecture, at any size, alone or beside another.

#[cfg(feature = "ssr")]
mod block;
mod charts;
mod crowd;
mod lane;
mod offers;
mod panel;
mod picture;
mod settings;
mod simulator;
mod tables;

#[cfg(feature = "ssr")]
pub use block::Block;
#[cfg(feature = "ssr")]
pub use offers::Offer;
pub use simulator::Simulator;

use crate::chrome::{
    browser,
    demo::{Demo, DemoProps, View},
    engine::Engine,
    history::{History, Step, StepsProps, steps},
    player::{ControlsProps, Move, controls, keys, use_held_cursor},
    shell::{Shell, title_of, use_arrival, use_next_focus},
};
use architectures::live::{Action, Change, Model, Row, Run, State, Translation};
use lane::{Shown, use_lane};
use panel::panel;
use picture::Part;
use settings::settings;
use sim::Time;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

/// Simulated time per real time, in thousandths.
const SPEEDS: &[(u32, &str)] = &[
    (100, "1/10"),
    (250, "1/4"),
    (500, "1/2"),
    (1_000, "real"),
    (4_000, "4×"),
    (20_000, "20×"),
    (60_000, "1 min/s"),
    (600_000, "10 min/s"),
    (3_600_000, "1 h/s"),
];

/// The speeds that make sense for a run, and the usual one: at which it takes about half a minute.
fn speeds(run: &Run) -> (&'static [(u32, &'static str)], u32) {
    let usual = SPEEDS.iter().rposition(|(speed, _)| *speed <= run.seconds * 1_000 / 30).unwrap_or(2).max(2);
    (&SPEEDS[usual.saturating_sub(3)..SPEEDS.len().min(usual + 4)], SPEEDS[usual].0)
}

/// A live system of machines.
pub struct Topology;

impl Demo for Topology {
    const NAME: &'static str = "topology";
    type Component = LiveTopology;

    fn hash_of(run: &str) -> Result<String, String> {
        let run = architectures::run_of(run).map_err(|error| error.to_string())?;
        Ok(architectures::finished(run).world().hash().to_string())
    }

    fn engine() -> Option<Box<dyn Engine>> {
        Some(Box::<Simulator>::default())
    }

    fn awaits(view: &str, _offers: &str) -> Vec<String> {
        let Some(looked) = Looked::parse(view) else { return vec![] };
        let other = looked.beside().map(|other| Simulator::wanted(&other.run, looked.at));
        [looked.wanted()].into_iter().chain(other).collect()
    }
}

/// A view of this demo: a run, a moment, and another architecture beside it.
#[derive(Clone)]
struct Looked {
    run: Run,
    at: Time,
    with: Option<&'static Model>,
}

impl Looked {
    /// Nothing if the code of the run cannot be read.
    fn parse(view: &str) -> Option<Self> {
        Self::of(&View::parse(view)).ok()
    }

    fn of(view: &View<'_>) -> Result<Self, String> {
        let run = architectures::run_of(view.run).map_err(|error| error.to_string())?;
        let at = view.at.unwrap_or_else(|| usual_moment(&run)).min(run.end());
        let with = match view.list("with") {
            None => None,
            Some(name) => Some(architectures::named(name).map_err(|why| format!("it says “with.{name}”: {why}"))?),
        };
        Ok(Self { at, with, run })
    }

    /// The run under the other architecture, unless that is the one that is there already.
    fn beside(&self) -> Option<Translation> {
        self.with.filter(|model| model.name != self.run.model.name).map(|model| self.run.under(model))
    }

    fn wanted(&self) -> String {
        Simulator::wanted(&self.run, self.at)
    }

    /// The code that [`Looked::of`] reads.
    fn code(&self) -> String {
        let mut words = vec![self.at.as_micros().div_ceil(1_000).to_string()];
        words.extend(self.with.map(|model| format!("with.{}", model.name)));
        View::with_words(&self.run.code(), words)
    }
}

/// The moment that is shown if nobody says which: when something can have gone wrong, and can still be done about it.
fn usual_moment(run: &Run) -> Time {
    let after = run.actions.last().map_or(Time::ZERO, |action| action.at).as_micros();
    let third = run.end().as_micros() / 3;
    Time::from_micros(third.max(after + run.end().as_micros() / 12).min(run.end().as_micros()))
}

/// A moment in the unit of the run's charts.
fn moment(run: &Run, at: Time) -> String {
    charts::clock(at.as_micros() as f64 / 1e6, f64::from(run.seconds))
}

/// What the run was before the last change: drawn behind what it is now.
#[derive(PartialEq)]
struct Ghost {
    run: Rc<Run>,
    rows: Vec<Row>,
    outcome: Vec<Option<i64>>,
}

/// The component.
#[component]
pub fn LiveTopology(props: &DemoProps) -> Html {
    let original =
        use_memo(props.view.clone(), |view| Looked::parse(view).expect("a view that the builder has checked"));
    let history = use_reducer(|| History::new(Rc::new(original.run.clone())));
    let run = history.now().clone();
    let with = use_state(|| original.with);
    let (offered, usual) = speeds(&run);
    let chosen_speed = use_state(|| None::<u32>);
    let speed = chosen_speed.filter(|speed| offered.iter().any(|(one, _)| one == speed)).unwrap_or(usual);
    let figure = use_node_ref();
    let hold = use_mut_ref(|| false);
    let cursor = use_held_cursor(original.at, run.end(), speed, figure.clone(), hold.clone());
    let chosen = use_state(|| None::<Part>);
    let ghost = use_state(|| None::<Rc<Ghost>>);
    let ghost_shown = use_state(|| true);
    let told = use_state(|| None::<AttrValue>);
    // A button that takes itself away leaves the focus to the one that brings back what it did.
    let next_focus = use_next_focus(&props.id);
    let leave_focus = Callback::from(move |()| *next_focus.borrow_mut() = Some("undo"));

    let beside = use_memo((run.clone(), *with), |(run, with)| {
        // A link, or another run, can ask for the architecture that is there already.
        with.filter(|model| model.name != run.model.name).map(|model| run.under(model))
    });
    let lane = use_lane(Some(run.clone()), cursor.at);
    let other = use_lane(beside.as_ref().as_ref().map(|translation| Rc::new(translation.run.clone())), cursor.at);
    let shown = lane.shown.clone().expect("the first lane has a run");
    {
        let late = |shown: &Option<Rc<Shown>>, run: &Run| {
            shown.as_ref().is_none_or(|shown| {
                let behind = *shown.run != *run || shown.frame.at < cursor.at;
                behind && shown.frame.stopped.is_none()
            })
        };
        let waits = late(&lane.shown, &run) || beside.as_ref().as_ref().is_some_and(|t| late(&other.shown, &t.run));
        use_effect(move || *hold.borrow_mut() = waits);
    }

    let (live, trouble) = {
        let (history, with, cursor) = (history.dispatcher(), with.clone(), cursor.clone());
        use_arrival(&props.session, "here is the page's own run", move |view| {
            let looked = Looked::of(&view)?;
            cursor.dispatch(Move::Run { at: looked.at, end: looked.run.end(), on: false });
            history.dispatch(Step::Only(Rc::new(looked.run)));
            with.set(looked.with);
            Ok(())
        })
    };

    // Any change goes through here: the old run stays, as a ghost and to come back to.
    let go = {
        let (history, cursor, ghost, shown, told) =
            (history.clone(), cursor.clone(), ghost.clone(), shown.clone(), told.clone());
        Callback::from(move |(step, at): (Step<Rc<Run>>, Time)| {
            let frame = &shown.frame;
            let rows = frame.rows.iter().chain(&frame.ahead).cloned().collect();
            let outcome = frame.outcome.clone();
            ghost.set(Some(Rc::new(Ghost { run: shown.run.clone(), rows, outcome })));
            told.set(None);
            let end = history.at(&step).end();
            cursor.dispatch(Move::Run { at: at.min(end), end, on: true });
            history.dispatch(step);
        })
    };
    let change = {
        let (run, go, told, at) = (run.clone(), go.clone(), told.clone(), cursor.at);
        Callback::from(move |change: Change| {
            // Whole milliseconds: links are short then. The last one is not the end, where nothing can be done any more.
            let last = run.end().as_micros() / 1_000 - 1;
            let at = Time::from_millis(at.as_micros().div_ceil(1_000).min(last));
            let next = run.with(Action { at, change });
            if next == *run || next.actions.len() == run.actions.len() && run.actions.len() == Run::ACTIONS {
                told.set(Some(format!("A run can have {} actions. Undo one to do another.", Run::ACTIONS).into()));
                return;
            }
            go.emit((Step::To(Rc::new(next)), at));
        })
    };
    let replace = {
        let (go, at) = (go.clone(), cursor.at);
        Callback::from(move |run: Run| go.emit((Step::To(Rc::new(run)), at)))
    };
    let step = |step: fn() -> Step<Rc<Run>>, leads: bool| {
        let (go, at) = (go.clone(), cursor.at);
        Callback::from(move |_: MouseEvent| {
            if leads {
                go.emit((step(), at))
            }
        })
    };

    let over = cursor.at >= cursor.end;
    let settings_now = run.settings_at(cursor.at);
    let names = shown.run.model.names(&shown.run.settings);
    let choose = (live && !over).then(|| {
        let chosen = chosen.clone();
        Callback::from(move |part: Part| chosen.set((*chosen != Some(part)).then_some(part)))
    });

    let close = {
        let (chosen, figure) = (chosen.clone(), figure.clone());
        Callback::from(move |()| {
            // Whoever works with keys goes on where the panel was opened.
            let opener = figure.cast::<Element>();
            let opener = opener.and_then(|figure| figure.query_selector(".scene [aria-expanded=true]").ok().flatten());
            browser::focus(opener.map(JsCast::unchecked_into));
            chosen.set(None);
        })
    };

    // The one thing that everybody tries first: what the page's own run is about, or else what the model is.
    let told_of = original.run.actions.iter().find_map(|action| match action.change {
        Change::Stop(node) => Some(original.run.model.names(&original.run.settings).name(node)),
        _ => None,
    });
    let told_of = told_of.filter(|_| original.run.model.name == run.model.name);
    let victim = run.model.names(&run.settings);
    let victim = told_of.and_then(|name| victim.find(&name)).or_else(|| victim.find(run.model.victim));
    let victim = victim.filter(|_| shown.run.model.name == run.model.name);
    let victim = victim.and_then(|node| {
        let view = shown.frame.scene.nodes.iter().find(|view| view.node == node)?;
        let (change_to, verb) = match view.state {
            State::Down => (Change::Restart(node), "Restart"),
            _ => (Change::Stop(node), "Stop"),
        };
        (run.model.accepts)(&run.settings, &change_to).ok()?;
        let label = names.label(node);
        let mut first = label.chars();
        let label = first.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(first).collect::<String>();
        let what = if label.ends_with(|c: char| c.is_ascii_digit()) { label } else { format!("the {label}") };
        let change = change.clone();
        let onclick = Callback::from(move |_: MouseEvent| change.emit(change_to));
        let class = classes!("strong", (verb == "Restart").then_some("mend"));
        Some(html! {
            <button type="button" {class} disabled={!live} aria-disabled={over.to_string()}
                onclick={if over { Callback::noop() } else { onclick }}>{ format!("{verb} {what}") }</button>
        })
    });

    let id: AttrValue = props.id.clone();
    let window = run.window().as_micros();
    let stops: Rc<Vec<Time>> = Rc::new(
        (0..=run.end().as_micros().div_ceil(window)).map(|n| Time::from_micros(n * window).min(run.end())).collect(),
    );
    let marks: Rc<Vec<Time>> = Rc::new(run.actions.iter().map(|action| action.at).collect());
    let time = controls(&ControlsProps {
        id: id.clone(),
        cursor: cursor.clone(),
        live,
        stops: stops.clone(),
        marks,
        speeds: offered,
        speed,
        on_speed: {
            let chosen_speed = chosen_speed.clone();
            Callback::from(move |to| chosen_speed.set(Some(to)))
        },
    });

    let pair = other.shown.clone().filter(|_| beside.is_some());
    // Another scenario explains nothing about this one.
    let behind = ghost.as_deref().filter(|ghost| ghost.run.is_near(&shown.run));
    let ghost_rows: &[Row] = behind.filter(|_| *ghost_shown).map_or(&[], |ghost| &ghost.rows);
    let on_with = {
        let with = with.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            with.set(architectures::find(&select.value()));
        })
    };
    let story = shown.frame.story.as_slice();
    let latest = story.last();
    let done = run.actions.len();
    let toggle = {
        let ghost_shown = ghost_shown.clone();
        Callback::from(move |_: MouseEvent| ghost_shown.set(!*ghost_shown))
    };
    let back = {
        let (replace, original, leave_focus) = (replace.clone(), original.clone(), leave_focus.clone());
        Callback::from(move |_: MouseEvent| {
            leave_focus.emit(());
            replace.emit(original.run.clone());
        })
    };
    let rest = html! {
        <>
            { lane::progress(&shown, cursor.at, &run) }
            { time }
            <p class="now" role="status">
                if let Some(line) = latest {
                    <span class="when">{ moment(&shown.run, line.at) }</span>{ " " }{ line.text.clone() }
                } else {
                    { "Nothing worth telling has happened yet. Play on, click a machine, or move a slider." }
                }
            </p>
            if story.len() > 1 {
                <ol class="story" aria-label="What happened before">
                    { for story.iter().rev().skip(1).take(3).map(|line| html! {
                        <li><span class="when">{ moment(&shown.run, line.at) }</span>{ " " }{ line.text.clone() }</li>
                    }) }
                </ol>
            }
            if let Some(told) = &*told {
                <p class="notice" role="alert">{ told.clone() }</p>
            }
            <div class="faults">
                if done > 0 {
                    <ul class="chips">
                        <li class="chips-of">{ "Done to the system:" }</li>
                        { for run.actions.iter().enumerate().map(|(place, action)| {
                            let words = run.written(action);
                            let mut without = (*run).clone();
                            without.actions.remove(place);
                            let (replace, leave_focus) = (replace.clone(), leave_focus.clone());
                            let undo = Callback::from(move |_: MouseEvent| {
                                leave_focus.emit(());
                                replace.emit(without.clone());
                            });
                            html! {
                                <li>
                                    <span>{ words.clone() }</span>
                                    <button type="button" class="icon needs-js" disabled={!live} onclick={undo}
                                        aria-label={format!("Undo: {words}")}>{ "×" }</button>
                                </li>
                            }
                        }) }
                    </ul>
                }
                { steps(StepsProps {
                    id: &id,
                    live,
                    before: history.before().is_some(),
                    after: history.after().is_some(),
                    ghost: behind.map(|_| (*ghost_shown, toggle)),
                    original: *run == original.run,
                    undo: step(|| Step::Undo, history.before().is_some()),
                    redo: step(|| Step::Redo, history.after().is_some()),
                    back,
                    more: Html::default(),
                }) }
                { offers::offers(&props.offers, live, &{
                    let (go, with, cursor) = (go.clone(), with.clone(), cursor.clone());
                    Callback::from(move |looked: Looked| {
                        with.set(looked.with);
                        go.emit((Step::To(Rc::new(looked.run)), looked.at));
                        if !cursor.playing {
                            cursor.dispatch(Move::Toggle);
                        }
                    })
                }) }
            </div>
            <div class="folded needs-js">
                <label class="speed"><span>{ "Compare with" }</span>
                    <select disabled={!live} onchange={on_with}>
                        <option value="" selected={with.is_none()}>{ "nothing" }</option>
                        { for architectures::ALL.iter().filter(|model| model.name != run.model.name).map(|model| html! {
                            <option value={model.name} selected={with.is_some_and(|with| with.name == model.name)}>{ model.title }</option>
                        }) }
                    </select>
                </label>
                { settings(&run, live, &replace) }
            </div>
        </>
    };
    let changed = *run != original.run || *with != original.with;
    let title = title_of(&props.title, changed);
    let first = lane::draw(&lane::LaneProps {
        id: id.to_string(),
        title: title.to_string(),
        shown: &shown,
        beside: pair.as_deref(),
        ghost: ghost_rows,
        live,
        heading: pair.is_some(),
        chosen: *chosen,
        choose,
        below: html! {
            <>
                if let (Some(part), true) = (*chosen, live) {
                    { panel(&shown, part, over, &change, close) }
                }
                <div class="knobs needs-js" role="group" aria-label="Do something to the system">
                    { victim }
                    { settings::crowd_buttons(&run, live && !over, &change) }
                    { settings::live_knobs(&run, &settings_now, live && !over, &change) }
                </div>
                if over && live {
                    <p class="hint">{ "The run is over. Go back in time, or play it again, to change something." }</p>
                }
                if pair.is_none() {
                    { rest.clone() }
                }
            </>
        },
    });
    let second = pair.as_ref().map(|pair| {
        lane::draw(&lane::LaneProps {
            id: format!("{id}-2"),
            title: format!("{title}, the same under: {}", pair.run.model.title),
            shown: pair,
            beside: Some(&*shown),
            ghost: &[],
            live,
            heading: true,
            chosen: None,
            choose: None,
            below: beside.as_ref().as_ref().map_or_else(Html::default, |translation| {
                let words = translation.words(&run);
                html! {
                    <>
                        <p class="quiet-words">{ words }</p>
                        if let Some(line) = pair.frame.story.last() {
                            <p class="now"><span class="when">{ moment(&pair.run, line.at) }</span>{ " " }{ line.text.clone() }</p>
                        }
                    </>
                }
            }),
        })
    });
    let code = Looked { run: (*run).clone(), at: cursor.at, with: *with }.code();
    html! {
        <Shell id={id.clone()} title={props.title.clone()} {changed} live={live} session={props.session.clone()}
            {code} trouble={(*trouble).clone()} height={1_050} figure={figure}
            onkeydown={keys(&cursor, stops)}
            summary="What was measured, in numbers" table={tables::tables(&shown, behind.filter(|_| *ghost_shown), live)}>
            <div class={if second.is_some() { "lanes-beside two" } else { "lanes-beside" }}>
                { first }
                { second }
            </div>
            if pair.is_some() {
                { rest }
            }
        </Shell>
    }
}
