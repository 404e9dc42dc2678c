//! A live system of machines: any architecture, at any size, alone or beside another.

#[cfg(feature = "ssr")]
mod block;
mod charts;
mod crowd;
mod facts;
mod lane;
mod panel;
mod picture;
mod settings;
mod simulator;
mod tables;

#[cfg(feature = "ssr")]
pub use block::Block;
pub use simulator::Simulator;

use crate::chrome::{
    browser,
    demo::{Demo, View},
    engine::Engine,
    facts::FactList,
    figure::{Beside, Desk, Film, Kept, Parts},
};
use architectures::live::{Action, Change, Live, Model, Row, Run, State, Translation};
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

/// A run, and another architecture beside it.
#[derive(Clone)]
pub struct Looked {
    /// The run.
    run: Rc<Run>,
    /// The other architecture.
    with: Option<&'static Model>,
}

impl PartialEq for Looked {
    fn eq(&self, other: &Self) -> bool {
        self.run == other.run && self.with.map(|model| model.name) == other.with.map(|model| model.name)
    }
}

impl Looked {
    /// The run under the other architecture, unless that is the one that is there already.
    fn beside(&self) -> Option<Translation> {
        self.with.filter(|model| model.name != self.run.model.name).map(|model| self.run.under(model))
    }

    /// The same beside, of another run.
    fn with_run(&self, run: Run) -> Self {
        Self { run: Rc::new(run), with: self.with }
    }
}

/// A run that has come to its end, and the one beside it.
pub type Seen = (Live, Option<Live>);

impl Demo for Topology {
    const NAME: &'static str = "topology";
    type Run = Looked;
    /// The moment that is shown first; the usual one if nothing is said.
    type Look = Option<Time>;
    type Seen = Seen;
    type View = LiveTopology;
    const IN_PAGE: bool = false;
    const BESIDE: Beside = Beside::Ghost;
    const HEIGHT: u32 = 1_050;

    fn read(view: &View<'_>) -> Result<(Looked, Option<Time>), String> {
        let run = architectures::run_of(view.run).map_err(|error| error.to_string())?;
        let with = match view.list("with") {
            None => None,
            Some(name) => Some(architectures::named(name).map_err(|why| format!("it says “with.{name}”: {why}"))?),
        };
        Ok((Looked { run: Rc::new(run), with }, view.at))
    }

    fn code(looked: &Looked) -> String {
        looked.run.code()
    }

    fn words(kept: &Kept<Self>, _look: &Option<Time>, at: Time) -> Vec<String> {
        let mut words = vec![at.as_micros().div_ceil(1_000).to_string()];
        words.extend(kept.run.with.map(|model| format!("with.{}", model.name)));
        words
    }

    fn see(looked: &Looked, _data: &str) -> Seen {
        let other = looked.beside().map(|other| architectures::finished(other.run));
        (architectures::finished((*looked.run).clone()), other)
    }

    fn facts(list: &mut FactList<Seen>) {
        facts::declare(list);
    }

    fn film(looked: &Looked, _seen: Option<&Seen>) -> Option<Film> {
        let (run, window) = (&looked.run, looked.run.window().as_micros());
        let stops = 0..=run.end().as_micros().div_ceil(window);
        let (speeds, speed) = speeds(run);
        Some(Film {
            end: run.end(),
            stops: Rc::new(stops.map(|n| Time::from_micros(n * window).min(run.end())).collect()),
            marks: Rc::new(run.actions.iter().map(|action| action.at).collect()),
            speeds,
            speed,
            stays: true,
        })
    }

    fn opens_at(kept: &Kept<Self>, look: &Option<Time>) -> Time {
        look.unwrap_or_else(|| usual_moment(&kept.run.run)).min(kept.end())
    }

    fn is_near(looked: &Looked, before: &Looked) -> bool {
        looked.run.is_near(&before.run)
    }

    fn engine() -> Option<Box<dyn Engine>> {
        Some(Box::<Simulator>::default())
    }

    fn awaits(view: &str, _offered: &str) -> Vec<String> {
        let Ok((looked, at)) = Self::read(&View::parse(view)) else { return vec![] };
        let at = at.unwrap_or_else(|| usual_moment(&looked.run)).min(looked.run.end());
        let other = looked.beside().map(|other| Simulator::wanted(&other.run, at));
        [Simulator::wanted(&looked.run, at)].into_iter().chain(other).collect()
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

/// The component.
#[component]
pub fn LiveTopology(desk: &Desk<Topology>) -> Html {
    let (looked, at, live) = (desk.run().clone(), desk.at(), desk.live());
    let run = looked.run.clone();
    let chosen = use_state(|| None::<Part>);
    let told = use_state(|| None::<AttrValue>);
    let beside = use_memo(looked.clone(), Looked::beside);
    let lane = use_lane(Some(run.clone()), at);
    let other = use_lane(beside.as_ref().as_ref().map(|translation| Rc::new(translation.run.clone())), at);
    let shown = lane.shown.clone().expect("the first lane has a run");
    // What was drawn of the run before the last change: drawn behind what it is now.
    let last = use_mut_ref(|| None::<Rc<Shown>>);
    let before = use_state(|| None::<Rc<Shown>>);
    {
        let (last, before, told) = (last.clone(), before.clone(), told.clone());
        use_effect_with(run.clone(), move |_| {
            told.set(None);
            before.set(last.take());
        });
    }
    {
        let late = |shown: &Option<Rc<Shown>>, run: &Run| {
            shown.as_ref().is_none_or(|shown| {
                let behind = *shown.run != *run || shown.frame.at < at;
                behind && shown.frame.stopped.is_none()
            })
        };
        let waits = late(&lane.shown, &run) || beside.as_ref().as_ref().is_some_and(|t| late(&other.shown, &t.run));
        let (desk, shown) = (desk.clone(), shown.clone());
        use_effect(move || {
            desk.hold(waits);
            *last.borrow_mut() = Some(shown);
        });
    }
    let change = {
        let (desk, told) = (desk.clone(), told.clone());
        Callback::from(move |change: Change| {
            let looked = desk.run();
            let run = &looked.run;
            // Whole milliseconds: links are short then. The last one is not the end, where nothing can be done any more.
            let last = run.end().as_micros() / 1_000 - 1;
            let at = Time::from_millis(desk.at().as_micros().div_ceil(1_000).min(last));
            let next = run.with(Action { at, change });
            if next == **run || next.actions.len() == run.actions.len() && run.actions.len() == Run::ACTIONS {
                told.set(Some(format!("A run can have {} actions. Undo one to do another.", Run::ACTIONS).into()));
                return;
            }
            desk.go_at(looked.with_run(next), at);
        })
    };
    let replace = desk.going(|looked: &Looked, run: Run| looked.with_run(run));

    let over = desk.is_over();
    let settings_now = run.settings_at(at);
    let choose = (live && !over).then(|| {
        let chosen = chosen.clone();
        Callback::from(move |part: Part| chosen.set((*chosen != Some(part)).then_some(part)))
    });
    let close = {
        let (chosen, figure) = (chosen.clone(), desk.figure().clone());
        Callback::from(move |()| {
            // Whoever works with keys goes on where the panel was opened.
            let opener = figure.cast::<Element>();
            let opener = opener.and_then(|figure| figure.query_selector(".scene [aria-expanded=true]").ok().flatten());
            browser::focus(opener.map(JsCast::unchecked_into));
            chosen.set(None);
        })
    };

    let pair = other.shown.clone().filter(|_| beside.is_some());
    // Another scenario explains nothing about this one.
    let behind = before.as_deref().filter(|before| desk.ghost().is_some() && before.run.is_near(&shown.run));
    let ghost_rows: Vec<Row> =
        behind.map_or_else(Vec::new, |before| before.frame.rows.iter().chain(&before.frame.ahead).cloned().collect());
    let title = desk.title();
    let first = lane::draw(&lane::LaneProps {
        id: desk.id().to_string(),
        title: title.to_string(),
        shown: &shown,
        beside: pair.as_deref(),
        ghost: &ghost_rows,
        live: desk.in_browser(),
        heading: pair.is_some(),
        chosen: *chosen,
        choose,
        below: html! {
            if let (Some(part), true) = (*chosen, live) {
                { panel(&shown, part, over, &change, close) }
            }
        },
    });
    let second = pair.as_ref().map(|pair| {
        lane::draw(&lane::LaneProps {
            id: format!("{}-2", desk.id()),
            title: format!("{title}, the same under: {}", pair.run.model.title),
            shown: pair,
            beside: Some(&*shown),
            ghost: &[],
            live: desk.in_browser(),
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
    let story = shown.frame.story.as_slice();
    let on_with = desk.going(|looked: &Looked, event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Looked { with: architectures::find(&select.value()), ..looked.clone() }
    });
    let aside = html! {
        <>
            { lane::progress(&shown, at, &run) }
            <p class="now" role="status">
                if let Some(line) = story.last() {
                    <span class="when">{ moment(&shown.run, line.at) }</span>{ " " }{ line.text.clone() }
                } else {
                    { "Nothing worth telling has happened yet. Play on, click a machine, or move a slider." }
                }
            </p>
            if let Some(told) = &*told {
                <p class="notice" role="alert">{ told.clone() }</p>
            }
            <div class="knobs needs-js" role="group" aria-label="Do something to the system">
                { victim(desk, &shown, &change) }
                { settings::crowd_buttons(&run, live && !over, &change) }
                { settings::live_knobs(&run, &settings_now, live && !over, &change) }
            </div>
            if over && live {
                <p class="hint">{ "The run is over. Go back in time, or play it again, to change something." }</p>
            }
            if second.is_none() {
                <div class="charts">{ for first.charts.iter().take(1).cloned() }</div>
            }
        </>
    };
    let picture = match second {
        None => html! { <div class="topology">{ first.picture.clone() }</div> },
        Some(second) => html! {
            <div class="lanes-beside">
                <div class="topology">{ first.picture.clone() }<div class="charts">{ for first.charts.iter().cloned() }</div></div>
                <div class="topology">{ second.picture }<div class="charts">{ for second.charts }</div></div>
            </div>
        },
    };
    let others = if pair.is_some() { &[] } else { first.charts.get(1..).unwrap_or_default() };
    let rest = html! {
        <>
            if !others.is_empty() {
                <div class="charts others">{ for others.iter().cloned() }</div>
            }
            if story.len() > 1 {
                <ol class="story" aria-label="What happened before">
                    { for story.iter().rev().skip(1).take(3).map(|line| html! {
                        <li><span class="when">{ moment(&shown.run, line.at) }</span>{ " " }{ line.text.clone() }</li>
                    }) }
                </ol>
            }
            { chips(desk) }
            <div class="folded needs-js">
                <label class="speed"><span>{ "Compare with" }</span>
                    <select disabled={!live} onchange={on_with}>
                        <option value="" selected={looked.with.is_none()}>{ "nothing" }</option>
                        { for architectures::ALL.iter().filter(|model| model.name != run.model.name).map(|model| html! {
                            <option value={model.name} selected={looked.with.is_some_and(|with| with.name == model.name)}>{ model.title }</option>
                        }) }
                    </select>
                </label>
                { settings(&run, live, &replace) }
            </div>
        </>
    };
    desk.lay(Parts {
        class: if pair.is_some() { "" } else { "system" },
        picture,
        aside,
        rest,
        summary: "What was measured, in numbers",
        table: tables::tables(&shown, behind, desk.in_browser()),
        ..Parts::default()
    })
}

/// The one thing that everybody tries first: what the page's own run is about, or else what the model is.
fn victim(desk: &Desk<Topology>, shown: &Shown, change: &Callback<Change>) -> Option<Html> {
    let (run, original) = (&desk.run().run, &desk.original().run);
    let told_of = original.actions.iter().find_map(|action| match action.change {
        Change::Stop(node) => Some(original.model.names(&original.settings).name(node)),
        _ => None,
    });
    let told_of = told_of.filter(|_| original.model.name == run.model.name);
    let names = run.model.names(&run.settings);
    let victim = told_of.and_then(|name| names.find(&name)).or_else(|| names.find(run.model.victim));
    let node = victim.filter(|_| shown.run.model.name == run.model.name)?;
    let view = shown.frame.scene.nodes.iter().find(|view| view.node == node)?;
    let (change_to, verb) = match view.state {
        State::Down => (Change::Restart(node), "Restart"),
        _ => (Change::Stop(node), "Stop"),
    };
    (run.model.accepts)(&run.settings, &change_to).ok()?;
    let label = shown.run.model.names(&shown.run.settings).label(node);
    let mut first = label.chars();
    let label = first.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(first).collect::<String>();
    let what = if label.ends_with(|c: char| c.is_ascii_digit()) { label } else { format!("the {label}") };
    let over = desk.is_over();
    let onclick = if over { Callback::noop() } else { change.reform(move |_: MouseEvent| change_to) };
    let class = classes!("strong", (verb == "Restart").then_some("mend"));
    Some(html! {
        <button type="button" {class} disabled={!desk.live()} aria-disabled={over.to_string()} {onclick}>{ format!("{verb} {what}") }</button>
    })
}

/// What was done to the system, each with a button that takes it back.
fn chips(desk: &Desk<Topology>) -> Html {
    let run = desk.run().run.clone();
    if run.actions.is_empty() {
        return Html::default();
    }
    let chip = |(place, action): (usize, &Action)| {
        let words = run.written(action);
        let desk_ = desk.clone();
        let undo = Callback::from(move |_: MouseEvent| {
            let mut without = (*desk_.run().run).clone();
            without.actions.remove(place);
            desk_.focus_next("undo");
            desk_.go(desk_.run().with_run(without));
        });
        html! {
            <li>
                <span>{ words.clone() }</span>
                <button type="button" class="icon needs-js" disabled={!desk.live()} onclick={undo}
                    aria-label={format!("Undo: {words}")}>{ "×" }</button>
            </li>
        }
    };
    html! {
        <ul class="chips">
            <li class="chips-of">{ "Done to the system:" }</li>
            { for run.actions.iter().enumerate().map(chip) }
        </ul>
    }
}
