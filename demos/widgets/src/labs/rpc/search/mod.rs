//! Every schedule of at most so many faults of a call, and what becomes of it.

#[cfg(feature = "ssr")]
mod block;
mod matrix;
mod question;
mod state;
mod work;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::{
    chrome::{
        browser,
        demo::{Demo, DemoProps},
        figure::Figure,
        shell::{Shell, use_arrival, use_next_focus},
        task::{AnyWork, Heard, use_job},
    },
    labs::rpc::timeline::RpcTimeline,
};
use matrix::{MatrixProps, bound, button_id, details, matrix};
use protocols::rpc::{Run, Semantics, Transport};
use question::{FAULTS, Question, Spot};
use search::Row;
use sim::TraceHash;
use sim::words::{counted, grouped};
use state::{Act, Phase, State};
use web_sys::HtmlInputElement;
use work::Search;
use yew::prelude::*;

/// The search for all failures of a remote call.
pub struct RpcSearch;

impl Demo for RpcSearch {
    const NAME: &'static str = "rpc-search";
    type Component = SearchView;

    fn hash_of(run: &str) -> Result<String, String> {
        let (question, _) = Question::parse(run).map_err(|error| error.to_string())?;
        Ok(fingerprint(&question, &question.matrix().finish()))
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
pub fn SearchView(props: &DemoProps) -> Html {
    let page = use_memo(props.view.clone(), |view| {
        let nothing = (Question::new(Run::default(), &Semantics::ALL, 2), vec![]);
        Question::parse_answered(view).unwrap_or(nothing)
    });
    let state = use_reducer(|| State::new(page.0.clone(), page.1.clone()));
    let job = {
        let state = state.dispatcher();
        use_job::<RpcSearch>(Callback::from(move |heard| match heard {
            Heard::Said(line) => state.dispatch(Act::Told(line)),
            Heard::Afresh => state.dispatch(Act::Afresh),
            Heard::Ended => state.dispatch(Act::End),
        }))
    };
    let figure = use_node_ref();
    let next_focus = use_next_focus(&props.id);
    let (live, trouble) = {
        let (state, job, page) = (state.dispatcher(), job.clone(), page.clone());
        use_arrival(&props.session, "here is the page's own search", move |view| {
            let (question, spot) = Question::read(view.run, view.words).map_err(|error| error.to_string())?;
            if question == page.0 && !page.1.is_empty() {
                spot.into_iter().for_each(|spot| state.dispatch(Act::Show(spot)));
            } else {
                state.dispatch(Act::Wish(question.clone()));
                state.dispatch(Act::Start(spot));
                job.start(question.code());
            }
            Ok(())
        })
    };

    let wish = {
        let state = state.dispatcher();
        Callback::from(move |question: Question| state.dispatch(Act::Wish(question)))
    };
    let idle = state.wish.semantics.is_empty() && !state.runs();
    let toggle = {
        let (state, job, trouble) = (state.clone(), job.clone(), trouble.clone());
        Callback::from(move |_: MouseEvent| {
            if state.runs() {
                job.stop();
                state.dispatch(Act::Stop);
            } else if !idle {
                trouble.set(None);
                state.dispatch(Act::Start(None));
                job.start(state.wish.code());
            }
        })
    };
    let show = {
        let state = state.dispatcher();
        Callback::from(move |spot: Spot| {
            *next_focus.borrow_mut() = Some("found");
            state.dispatch(Act::Show(spot));
        })
    };
    let back = {
        let (state, job, trouble, page) = (state.dispatcher(), job.clone(), trouble.clone(), page.clone());
        Callback::from(move |_: MouseEvent| {
            job.stop();
            trouble.set(None);
            state.dispatch(Act::Back(page.0.clone(), page.1.clone()));
        })
    };

    let id: AttrValue = props.id.clone();
    let changed = state.wish != page.0 || state.asked != page.0 || state.phase != Phase::Over;
    html! {
        <Shell id={id.clone()} title={props.title.clone()} changed={state.asked != page.0} live={live} session={props.session.clone()}
            code={state.asked.code_at(state.spot())} trouble={(*trouble).clone()} height={2000} figure={figure}
            onkeydown={|event: KeyboardEvent| event.stop_propagation()}
            summary="What exactly is searched, and what is promised" table={details(&state)}>
            <p class="sweep-question">
                { format!("Every schedule of {} of ", bound(state.wish.faults)) }
                <code>{ format!("deductBalance(\"u42\", {})", state.wish.run.scenario.amount) }</code>
                { ": what becomes of the call?" }
            </p>
            { choices(&id, live, &state.wish, &wish) }
            <div class="sweep-bar needs-js">
                <button type="button" class="strong" disabled={!live} aria-disabled={idle.to_string()} onclick={toggle}>
                    { if state.runs() { "Stop" } else { "Search" } }
                </button>
                <p class="sweep-status">{ status(&state) }</p>
                if changed {
                    <button type="button" class="quiet" onclick={back}>{ "Back to the page’s search" }</button>
                }
            </div>
            <p class="visually-hidden" aria-live="polite">{ announcement(&state) }</p>
            { matrix(&MatrixProps { id: id.clone(), live, state: &state, on_show: show }) }
            if let Some(found) = &state.found {
                <div class="sweep-found" role="group" aria-labelledby={format!("{id}-found")}>
                    <div class="sweep-found-head">
                        <p id={format!("{id}-found")} class="sweep-found-title" tabindex="-1">
                            { found.title() }
                            if !found.current {
                                { format!(" (of the search before, with {})", bound(found.faults)) }
                            }
                        </p>
                        { return_button(&id, live, found.spot, found.current) }
                    </div>
                    <Figure<RpcTimeline> id={format!("{id}-run")} title={found.title()} view={found.run.code()} inner=true {live}/>
                </div>
            }
        </Shell>
    }
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
        <div class="sweep-choices needs-js">
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
