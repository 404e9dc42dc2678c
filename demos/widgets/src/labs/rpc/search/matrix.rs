//! The table: what becomes of all schedules, semantics by verdict.

use super::{
    question::{Place, Spot},
    state::{Phase, State},
};
use crate::{chrome::svg::px, labs::rpc::timeline::say};
use protocols::rpc::{Mistake, Promise, Run, Scenario, Semantics, Transport};
use search::{Cell, Column, Row};
use sim::words::{counted, grouped};
use yew::prelude::*;

/// The id of the button in a cell, for the way back from what it has shown.
pub fn button_id(id: &str, spot: Spot) -> String {
    format!("{id}-{}-{}", spot.semantics.name(), spot.place.name())
}

/// The faults of a run in words, in the order in which they come about.
pub fn say_faults(run: &Run) -> String {
    match run.faults[..] {
        [] => "nothing goes wrong".to_owned(),
        _ => run.faults.iter().map(say).collect::<Vec<_>>().join("; "),
    }
}

/// Whether a promise was kept in all schedules: `kept`, `broken`, or `none` where nothing is promised.
pub fn promise(row: &Row) -> &'static str {
    match (row.semantics.promise(), row.broken.schedules) {
        (Promise::Nothing, _) => "none",
        (_, 0) => "kept",
        _ => "broken",
    }
}

/// `datagrams, up to 3 attempts, 400 ms each`.
pub fn setting(scenario: &Scenario) -> String {
    let mut text = match scenario.transport {
        Transport::Datagram => "single datagrams".to_owned(),
        Transport::Stream => "a connection".to_owned(),
    };
    text.push_str(&format!(", {} of {}", counted(scenario.attempts.into(), "attempt"), scenario.timeout));
    if let Some(deadline) = scenario.deadline {
        text.push_str(&format!(", deadline {deadline}"));
    }
    if let Some(expiry) = scenario.expiry {
        text.push_str(&format!(", replies and keys kept for {expiry}"));
    }
    text.push_str(match scenario.mistake {
        None => "",
        Some(Mistake::KeyNotPersisted) => ", and a mistake: the key is never stored",
        Some(Mistake::NewKeyPerAttempt) => ", and a mistake: a new key for each attempt",
        Some(Mistake::KeyReused) => ", and a mistake: the key was used before, for another call",
    });
    text
}

/// `no faults`, `at most 1 fault`, `at most 2 faults`.
pub fn bound(faults: u8) -> String {
    if faults == 0 { "no faults".to_owned() } else { format!("at most {}", counted(faults.into(), "fault")) }
}

/// A sign and a class for a column: what the colour says, said by shape.
const fn sign(column: Column) -> (&'static str, &'static str) {
    match column {
        Column::Correct => ("✓", "good"),
        Column::FailedCleanly => ("–", "plain"),
        Column::CannotTell => ("?", "warn"),
        Column::Lost | Column::ReceiptLost => ("✕", "bad"),
        Column::Repeated => ("!!", "bad"),
    }
}

/// What the table needs.
pub struct MatrixProps<'a> {
    /// The figure's id; ids of the cells begin with it.
    pub id: AttrValue,
    /// Whether there is a browser.
    pub live: bool,
    /// What is found.
    pub state: &'a State,
    /// Looks at a cell.
    pub on_show: Callback<Spot>,
}

/// The table.
pub fn matrix(props: &MatrixProps<'_>) -> Html {
    let state = props.state;
    let columns: Vec<Column> = Column::ALL.into_iter().filter(|column| state.columns[*column as usize]).collect();
    let asked = &state.asked;
    let head = |column: &Column| {
        let (sign, class) = sign(*column);
        html! {
            <th scope="col" class={class}>
                <span class="sign" aria-hidden="true">{ sign }</span>{ " " }{ column.title() }
            </th>
        }
    };
    html! {
        <>
        <p class="matrix-caption" id={format!("{}-caption", props.id)}>
            { "What becomes of the call in every schedule of " }<b>{ bound(asked.faults) }</b>
            { ", over " }{ setting(&asked.run.scenario) }{ ". " }
            <span class="needs-js">{ "Choose a number to see the smallest of its schedules." }</span>
        </p>
        <div class="scroll-box matrix" tabindex="0" role="group" aria-label="What becomes of the call">
            <table aria-labelledby={format!("{}-caption", props.id)}>
                <thead>
                    <tr>
                        <th scope="col">{ "Call semantics" }</th>
                        <th scope="col">{ "Its promise" }</th>
                        { for columns.iter().map(head) }
                        <th scope="col">{ "Searched" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for asked.semantics.iter().map(|semantics| {
                        match state.rows.iter().find(|row| row.semantics == *semantics) {
                            Some(row) => complete(props, row, &columns),
                            None => incomplete(state, *semantics, columns.len()),
                        }
                    }) }
                </tbody>
            </table>
        </div>
        </>
    }
}

fn complete(props: &MatrixProps<'_>, row: &Row, columns: &[Column]) -> Html {
    html! {
        <tr key={row.semantics.name()}>
            <th scope="row">{ row.semantics.title() }</th>
            { kept(props, row) }
            { for columns.iter().map(|column| ends(props, row, *column)) }
            <td class="searched">
                { counted(row.schedules, "schedule") }{ ", " }
                <span>{ counted(row.states, "state") }</span>
            </td>
        </tr>
    }
}

/// What a search that has not come to its end can say of a row.
fn incomplete(state: &State, semantics: Semantics, columns: usize) -> Html {
    let so_far = match state.phase {
        Phase::Running(Some((one, schedules))) | Phase::Stopped(Some((one, schedules))) if one == semantics => {
            Some(counted(schedules, "schedule"))
        }
        _ => None,
    };
    let text = match (so_far, state.runs()) {
        (Some(so_far), true) => format!("{so_far} so far"),
        (None, true) => "not searched yet".to_owned(),
        (Some(so_far), false) => format!("stopped after {so_far}: not all there are"),
        (None, false) => "not searched".to_owned(),
    };
    html! {
        <tr key={semantics.name()} class="incomplete">
            <th scope="row">{ semantics.title() }</th>
            <td colspan={(columns + 2).to_string()}>{ text }</td>
        </tr>
    }
}

/// Whether the promise held.
fn kept(props: &MatrixProps<'_>, row: &Row) -> Html {
    let spot = Spot { semantics: row.semantics, place: Place::Broken };
    match promise(row) {
        "none" => {
            html! { <td class="promised plain"><span class="sign" aria-hidden="true">{ "–" }</span>{ " promises nothing" }</td> }
        }
        "kept" => {
            let among = counted(row.schedules, "schedule");
            let faults = match props.state.asked.faults {
                0 => "without faults".to_owned(),
                // Never parted at the end of a line.
                k => format!("with ≤ {}", counted(k.into(), "fault")).replace("≤ ", "≤\u{a0}"),
            };
            html! {
                <td class="promised good">
                    <span class="sign" aria-hidden="true">{ "✓" }</span>
                    { format!(" no counterexample among {among} {faults}") }
                </td>
            }
        }
        _ => {
            let text = format!("broken by {} of {}", grouped(row.broken.schedules), grouped(row.schedules));
            let what = format!("{text} schedules under {}: show the smallest", row.semantics.title());
            let inside = html! { <><span class="sign" aria-hidden="true">{ "✕" }</span>{ " " }{ text }</> };
            let smallest = spot.smallest(&props.state.rows).map(|run| say_faults(&run)).unwrap_or_default();
            html! {
                <td class="promised bad">
                    { button(props, spot, what, inside) }
                    <span class="smallest">{ "smallest: " }{ smallest }</span>
                </td>
            }
        }
    }
}

/// How many schedules end so.
fn ends(props: &MatrixProps<'_>, row: &Row, column: Column) -> Html {
    let Cell { schedules, .. } = row.cells[column as usize];
    if schedules == 0 {
        return html! { <td class="count none">{ "0" }</td> };
    }
    let (sign, class) = sign(column);
    // How large a part it is, as a bar; one that can be seen, however small.
    let share = (schedules as f64 / row.schedules as f64 * 100.0).max(2.0);
    let inside = html! {
        <>
            <span class="sign" aria-hidden="true">{ sign }</span>{ " " }{ grouped(schedules) }
        </>
    };
    let inside = if column == Column::Correct {
        html! { <span class="whole">{ inside }</span> }
    } else {
        let spot = Spot { semantics: row.semantics, place: Place::Column(column) };
        let what =
            format!("{}: {}, under {}: show the smallest", grouped(schedules), column.title(), row.semantics.title());
        button(props, spot, what, inside)
    };
    html! {
        <td class={classes!("count", class)}>
            { inside }
            <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                <rect class="rest" width="100" height="4"/><rect class="part" width={px(share)} height="4"/>
            </svg>
        </td>
    }
}

fn button(props: &MatrixProps<'_>, spot: Spot, what: String, inside: Html) -> Html {
    let pressed = props.state.spot() == Some(spot);
    html! {
        <button type="button" id={button_id(&props.id, spot)} disabled={!props.live} aria-label={what}
            aria-pressed={pressed.to_string()} onclick={props.on_show.reform(move |_: MouseEvent| spot)}>
            { inside }
        </button>
    }
}

/// What is searched, and what the words mean: for readers who want to know exactly.
pub fn details(state: &State) -> Html {
    let scenario = &state.asked.run.scenario;
    let late = format!("late by {} ms, past the timeout", scenario.timeout.as_millis() + 200);
    let single = format!("lost; {late}; doubled; overtaken by the next");
    let messages = match scenario.transport {
        Transport::Datagram => single.clone(),
        Transport::Stream => format!("lost, and the connection breaks; {late}"),
    };
    let faults = [
        ("Each request and each reply", messages),
        ("Each receipt, where there are any", single),
        ("The link between stub and server, when a message is sent over it", "cut for good".to_owned()),
        (
            "The server, before and after each step: it takes a request, hears of the commit, replies",
            "crashes for good, or is back after 300 ms".to_owned(),
        ),
    ];
    html! {
        <>
            <p class="sweep-bound">
                { format!("A schedule is a choice of {} from this list. ", bound(state.asked.faults)) }
                { "Every one is simulated; where two come to equal states, what follows is followed once and counted for both. " }
                { "Latencies are those of one seed. The search settles these schedules. It says nothing of more faults, of other kinds, or of other latencies. The numbers of schedules differ, because other semantics send other messages and take other steps." }
            </p>
            <div class="scroll-box sweep-details" tabindex="0" role="group" aria-label="What can go wrong">
                <table>
                    <thead><tr><th scope="col">{ "Where" }</th><th scope="col">{ "What can go wrong" }</th></tr></thead>
                    <tbody>
                        { for faults.into_iter().map(|(place, what)| html! { <tr><th scope="row">{ place }</th><td>{ what }</td></tr> }) }
                    </tbody>
                </table>
            </div>
            <div class="scroll-box sweep-details" tabindex="0" role="group" aria-label="What is promised">
                <table>
                    <thead>
                        <tr><th scope="col">{ "Call semantics" }</th><th scope="col">{ "How it works" }</th><th scope="col">{ "What it promises" }</th></tr>
                    </thead>
                    <tbody>
                        { for state.asked.semantics.iter().map(|semantics| html! {
                            <tr>
                                <th scope="row">{ semantics.title() }</th>
                                <td>{ semantics.explanation() }</td>
                                <td>{ semantics.promise().text() }</td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
        </>
    }
}
