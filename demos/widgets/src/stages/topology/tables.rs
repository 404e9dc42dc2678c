//! What was measured, in numbers.

use super::{charts::clock, lane::Shown};
use crate::chrome::svg::measured;
use architectures::live::{Row, Thousandths};
use yew::prelude::*;

/// How many windows the second table has at most.
const ROWS: usize = 8;

/// The facts so far and of the whole run, and, where the page is alive, some of the windows: the curves show them too,
/// and a page has many.
pub fn tables(shown: &Shown, ghost: Option<&Shown>, live: bool) -> Html {
    let (run, frame) = (&shown.run, &shown.frame);
    let value = |values: &[Option<Thousandths>], place: usize| {
        values.get(place).copied().flatten().map_or("–".to_owned(), measured)
    };
    let ghost = ghost.map(|ghost| &ghost.frame).filter(|ghost| !ghost.outcome.is_empty());
    let seconds = f64::from(run.seconds);
    let window = run.window().as_micros() as f64 / 1e6;
    let all: Vec<&Row> = frame.rows.iter().chain(&frame.ahead).collect();
    let every = all.len().div_ceil(ROWS).max(1);
    let sampled = all.iter().enumerate().filter(|(place, _)| (place + 1) % every == 0);
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Measurements">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ "Measured" }</th>
                        <th scope="col">{ format!("Until {}", clock(frame.at.as_micros() as f64 / 1e6, seconds)) }</th>
                        <th scope="col">{ "Whole run" }</th>
                        if ghost.is_some() {
                            <th scope="col">{ "Before the change" }</th>
                        }
                    </tr>
                </thead>
                <tbody>
                    { for run.model.all_facts().enumerate().map(|(place, fact)| html! {
                        <tr>
                            <th scope="row">{ fact.meaning }</th>
                            <td>{ value(&frame.facts, place) }</td>
                            <td>{ value(&frame.outcome, place) }</td>
                            if let Some(ghost) = ghost {
                                <td>{ value(&ghost.outcome, place) }</td>
                            }
                        </tr>
                    }) }
                </tbody>
            </table>
            if live {
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ "Window before" }</th>
                        { for run.model.charts.iter().flat_map(|chart| chart.curves.iter().map(|curve| html! {
                            <th scope="col">{ format!("{}: {}", chart.title, curve.name) }</th>
                        })) }
                    </tr>
                </thead>
                <tbody>
                    { for sampled.map(|(place, row)| html! {
                        <tr>
                            <th scope="row">{ clock((place + 1) as f64 * window, seconds) }</th>
                            { for (0..row.len()).map(|column| html! { <td>{ value(row, column) }</td> }) }
                        </tr>
                    }) }
                </tbody>
            </table>
            }
        </div>
    }
}
