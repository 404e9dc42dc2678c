//! Every schedule of at most so many faults of a call, and what becomes of it.

#[cfg(feature = "ssr")]
mod block;
mod facts;
mod matrix;
mod question;
mod state;
mod work;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::{
    chrome::{
        browser,
        demo::{Demo, View},
        facts::FactList,
        figure::{Beside, Desk, Figure, Kept, Parts},
        task::{AnyWork, Heard, use_job},
    },
    labs::rpc::timeline::RpcTimeline,
};
use matrix::{MatrixProps, bound, button_id, details, matrix};
use protocols::rpc::{Semantics, Transport};
use question::{FAULTS, Question, Spot};
use search::Row;
use sim::{
    Time, TraceHash,
    words::{counted, grouped},
};
use state::{Act, Phase, State};
use web_sys::HtmlInputElement;
use work::Search;
use yew::prelude::*;

/// The search for all failures of a remote call.
pub struct RpcSearch;

/// What was asked, and what was found.
pub type Answered = (Question, Vec<Row>);

/// What was found, if that text is the answer to this question.
fn answer(question: &Question, data: &str) -> Option<Vec<Row>> {
    let (asked, rows) = Question::parse_answered(data).ok()?;
    (asked == *question && !rows.is_empty()).then_some(rows)
}

impl Demo for RpcSearch {
    const NAME: &'static str = "rpc-search";
    type Run = Question;
    /// The cell whose smallest schedule is looked at.
    type Look = Option<Spot>;
    type Seen = Answered;
    type View = SearchView;
    const IN_PAGE: bool = false;
    const BESIDE: Beside = Beside::Nothing;
    const OWN: &'static str = "search";
    const HEIGHT: u32 = 2000;

    fn read(view: &View<'_>) -> Result<(Question, Option<Spot>), String> {
        Question::read(view.run, view.words).map_err(|error| error.to_string())
    }

    fn code(question: &Question) -> String {
        question.run.code()
    }

    fn words(kept: &Kept<Self>, spot: &Option<Spot>, _at: Time) -> Vec<String> {
        // All that follows the run in the question's code: how many faults, which semantics, and the cell.
        let code = kept.run.code_at(*spot);
        code.split_once("~~").map(|(_, words)| words.to_owned()).into_iter().collect()
    }

    fn see(question: &Question, data: &str) -> Answered {
        (question.clone(), answer(question, data).unwrap_or_else(|| question.matrix().finish()))
    }

    fn facts(list: &mut FactList<Answered>) {
        facts::declare(list);
    }

    fn task(input: &str) -> Option<Box<dyn AnyWork>> {
        Some(Box::new(Search::parse(input)?))
    }
}

/// The fingerprint of a question and of its whole answer: counts, states, and the smallest schedules.
fn fingerprint(question: &Question, rows: &[Row]) -> String {
    let mut hash = TraceHash::default();
    hash.text(&question.code());
    for row in rows {
        hash.text(&question.row_code(row));
    }
    hash.to_string()
}

/// The component.
#[component]
pub fn SearchView(desk: &Desk<RpcSearch>) -> Html {
    let (asked, live) = (desk.run().clone(), desk.live());
    let page = answer(desk.original(), desk.data()).unwrap_or_default();
    let state = {
        let (question, rows) = (asked.clone(), page.clone());
        use_reducer(|| State::new(question, rows))
    };
    let job = {
        let state = state.dispatcher();
        use_job::<RpcSearch>(Callback::from(move |heard| match heard {
            Heard::Said(line) => state.dispatch(Act::Told(line)),
            Heard::Afresh => state.dispatch(Act::Afresh),
            Heard::Ended => state.dispatch(Act::End),
        }))
    };
    // Another question is searched; the page's own has its answer with it.
    {
        let (state, job, first) = (state.dispatcher(), job.clone(), use_mut_ref(|| true));
        let (original, spot) = (desk.original().clone(), *desk.look());
        use_effect_with(asked.clone(), move |asked| {
            if first.replace(false) {
                return;
            }
            job.stop();
            if *asked == original && !page.is_empty() {
                state.dispatch(Act::Back(asked.clone(), page));
            } else {
                state.dispatch(Act::Wish(asked.clone()));
                state.dispatch(Act::Start(spot));
                job.start(asked.code());
            }
        });
    }
    {
        let state = state.dispatcher();
        use_effect_with(*desk.look(), move |spot| spot.iter().for_each(|spot| state.dispatch(Act::Show(*spot))));
    }
    let wish = {
        let state = state.dispatcher();
        Callback::from(move |question: Question| state.dispatch(Act::Wish(question)))
    };
    let idle = state.wish.semantics.is_empty() && !state.runs();
    let toggle = {
        let (state, job, desk) = (state.clone(), job.clone(), desk.clone());
        Callback::from(move |_: MouseEvent| {
            if state.runs() {
                job.stop();
                state.dispatch(Act::Stop);
            } else if !idle && state.wish != *desk.run() {
                desk.go(state.wish.clone());
            } else if !idle {
                state.dispatch(Act::Start(None));
                job.start(state.wish.code());
            }
        })
    };
    let show = {
        let desk = desk.clone();
        Callback::from(move |spot: Spot| {
            desk.focus_next("found");
            desk.look_at(Some(spot));
        })
    };
    let id = desk.id();
    desk.lay(Parts {
        class: "sweep",
        picture: html! {
            <>
                <p class="sweep-question">
                    { format!("Every schedule of {} of ", bound(state.wish.faults)) }
                    <code>{ format!("deductBalance(\"u42\", {})", state.wish.run.scenario.amount) }</code>
                    { ": what becomes of the call?" }
                </p>
                { choices(id, live, &state.wish, &wish) }
                <div class="sweep-bar needs-js">
                    <button type="button" class="strong" disabled={!live} aria-disabled={idle.to_string()} onclick={toggle}>
                        { if state.runs() { "Stop" } else { "Search" } }
                    </button>
                    <p class="sweep-status">{ status(&state) }</p>
                </div>
                <p class="visually-hidden" aria-live="polite">{ announcement(&state) }</p>
                { matrix(&MatrixProps { id: id.clone(), live, state: &state, on_show: show }) }
            </>
        },
        rest: html! {
            if let Some(found) = &state.found {
                <div class="sweep-found" role="group" aria-labelledby={format!("{id}-found")}>
                    <div class="sweep-found-head">
                        <p id={format!("{id}-found")} class="sweep-found-title" tabindex="-1">
                            { found.title() }
                            if !found.current {
                                { format!(" (of the search before, with {})", bound(found.faults)) }
                            }
                        </p>
                        { return_button(id, live, found.spot, found.current) }
                    </div>
                    <Figure<RpcTimeline> id={format!("{id}-run")} title={found.title()} view={found.run.code()} inner=true {live}/>
                </div>
            }
        },
        summary: "What exactly is searched, and what is promised",
        table: details(&state),
        ..Parts::default()
    })
}

/// The way back from a schedule to the cell that it comes from.
fn return_button(id: &str, live: bool, spot: Spot, current: bool) -> Html {
    let cell = button_id(id, spot);
    let go = Callback::from(move |_: MouseEvent| browser::focus(browser::by_id(&cell)));
    html! {
        <button type="button" class="quiet needs-js" disabled={!live} aria-disabled={(!current).to_string()} onclick={go}>
            { "Back to the table" }
        </button>
    }
}

/// What can be asked.
fn choices(id: &str, live: bool, wish: &Question, on_wish: &Callback<Question>) -> Html {
    let faults = |faults: u8| {
        let wish = wish.clone();
        on_wish.reform(move |_: Event| Question { faults, ..wish.clone() })
    };
    let transport = |transport: Transport| {
        let mut wish = wish.clone();
        wish.run.scenario.transport = transport;
        on_wish.reform(move |_: Event| wish.clone())
    };
    let semantics = |one: Semantics| {
        let wish = wish.clone();
        on_wish.reform(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let chosen = wish.semantics.iter().copied().filter(|other| *other != one);
            let chosen: Vec<_> = chosen.chain(input.checked().then_some(one)).collect();
            wish.under(&chosen)
        })
    };
    html! {
        <div class="sweep-choices needs-js open-only">
            <fieldset class="choice">
                <legend translate="yes">{ "Faults, at most" }</legend>
                { for FAULTS.map(|k| html! {
                    <label>
                        <input type="radio" name={format!("{id}-faults")} disabled={!live} checked={wish.faults == k}
                            onchange={faults(k)}/>
                        <span>{ k.to_string() }</span>
                    </label>
                }) }
            </fieldset>
            <fieldset class="choice">
                <legend translate="yes">{ "Messages travel" }</legend>
                { for Transport::ALL.into_iter().map(|one| html! {
                    <label>
                        <input type="radio" name={format!("{id}-transport")} disabled={!live}
                            checked={wish.run.scenario.transport == one} onchange={transport(one)}/>
                        <span translate="yes">{ match one { Transport::Datagram => "as datagrams", Transport::Stream => "over a connection" } }</span>
                    </label>
                }) }
            </fieldset>
            <fieldset class="choice several">
                <legend translate="yes">{ "Call semantics" }</legend>
                { for Semantics::ALL.into_iter().map(|one| html! {
                    <label>
                        <input type="checkbox" disabled={!live} checked={wish.semantics.contains(&one)}
                            onchange={semantics(one)}/>
                        <span translate="yes">{ one.title() }</span>
                    </label>
                }) }
            </fieldset>
        </div>
    }
}

/// How the search stands, for the eye.
fn status(state: &State) -> String {
    let (schedules, states) = state.totals();
    let done = format!("{} of {} semantics complete", state.rows.len(), state.asked.semantics.len());
    match state.phase {
        Phase::Running(Some((semantics, so_far))) => {
            format!("{}: {} so far; {done}.", semantics.title(), counted(so_far, "schedule"))
        }
        Phase::Running(None) => format!("Searching; {done}."),
        _ if state.wish.semantics.is_empty() => "Choose at least one call semantics.".to_owned(),
        _ if state.wish != state.asked => "The table still answers what was asked before: press Search.".to_owned(),
        Phase::Over => {
            format!("Complete: {}; {} followed.", counted(schedules, "schedule"), counted(states, "different state"))
        }
        Phase::Stopped(_) => format!("Stopped: {done}, {}.", counted(schedules, "schedule")),
    }
}

/// The same for the ear: how far it is, and how it ends.
fn announcement(state: &State) -> String {
    match state.phase {
        // Now and then: a listener has other things to hear.
        Phase::Running(_) => match state.rows.len() / 3 * 3 {
            0 => "Searching".to_owned(),
            rows => format!("Searching: {rows} of {} semantics complete", state.asked.semantics.len()),
        },
        Phase::Over => {
            let broken = state.rows.iter().filter(|row| row.broken.schedules > 0).count();
            let schedules = counted(state.totals().0, "schedule");
            format!("Search complete: {schedules}, promises broken: {}", grouped(broken as u64))
        }
        Phase::Stopped(_) => "Search stopped".to_owned(),
    }
}
