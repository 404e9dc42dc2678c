//! The day, hour by hour.

use crate::chrome::{
    chart::{Axis, round_end, tick_label},
    svg::px,
};
use architectures::file_sharing::{HOURS, Outcome};
use sim::words::grouped;
use yew::prelude::*;

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 176.0;
const LEFT: f64 = 54.0;
const RIGHT: f64 = WIDTH - 8.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = HEIGHT - 34.0;

fn x(hour: f64) -> f64 {
    Axis::new((LEFT, RIGHT), (0.0, HOURS as f64), false).at(hour)
}

/// The chart; without an outcome the day as it is known before it begins.
pub fn chart(id: &str, outcome: Option<&Outcome>) -> Html {
    let hours = outcome.map(|outcome| &outcome.hours);
    let most = hours.map_or(0, |hours| hours.as_flattened().iter().copied().max().unwrap_or(0));
    let upward = Axis::new((BOTTOM, TOP), (0.0, round_end(f64::from(most.max(1_000)))), false);
    let y = |count: f64| upward.at(count);
    let bar = |class: &'static str, hour: usize, from: u32, count: u32| {
        let (low, high) = (y(from.into()), y((from + count).into()));
        html! {
            <rect class={class} x={px(x(hour as f64) + 1.5)} y={px(high)} width={px(x(1.0) - x(0.0) - 3.0)} height={px(low - high)}/>
        }
    };
    let ticks = if hours.is_some() { upward.ticks() } else { vec![] };
    let (title, desc) = (format!("{id}-pic"), format!("{id}-desc"));
    html! {
        <svg class="lab-day" viewBox={format!("0 0 {} {}", px(WIDTH), px(HEIGHT))} role="img" aria-labelledby={format!("{title} {desc}")}>
            <title id={title}>{ if hours.is_some() { "Downloads of each hour" } else { "The day, before it begins" } }</title>
            <desc id={desc}>{ describe(outcome) }</desc>
            <rect class="outage" x={px(x(13.0))} y={px(TOP)} width={px(x(16.0) - x(13.0))} height={px(BOTTOM - TOP)}/>
            <text class="soft" x={px(x(16.2))} y={px(TOP - 9.0)} text-anchor="end">{ "machine down" }</text>
            <line class="release" x1={px(x(17.0))} x2={px(x(17.0))} y1={px(TOP - 4.0)} y2={px(BOTTOM)}/>
            <text class="soft" x={px(x(17.0))} y={px(TOP - 9.0)}>{ "new release" }</text>
            <g class="grid">
                { for ticks.into_iter().map(|tick| html! {
                    <>
                        <line x1={px(LEFT)} x2={px(RIGHT)} y1={px(y(tick))} y2={px(y(tick))}/>
                        <text x={px(LEFT - 6.0)} y={px(y(tick) + 4.0)} text-anchor="end">{ tick_label(tick) }</text>
                    </>
                }) }
                <line x1={px(LEFT)} x2={px(RIGHT)} y1={px(BOTTOM)} y2={px(BOTTOM)}/>
                { for [0, 6, 12, 18, 24].into_iter().map(|hour| html! {
                    <text x={px(x(f64::from(hour)))} y={px(BOTTOM + 16.0)} text-anchor="middle">{ format!("{hour}:00") }</text>
                }) }
            </g>
            if let Some([started, complete, failed]) = hours {
                { for (0..HOURS).map(|hour| html! {
                    <>
                        { bar("complete", hour, 0, complete[hour]) }
                        if failed[hour] > 0 {
                            { bar("failed", hour, complete[hour], failed[hour]) }
                        }
                    </>
                }) }
                <polyline class="started" points={steps(started, &y)}/>
            } else {
                <text class="soft" x={px(x(6.5))} y={px((TOP + BOTTOM) / 2.0)} text-anchor="middle">{ "Run a day to see its hours." }</text>
            }
        </svg>
    }
}

/// A line of steps over the hours of the day.
fn steps(counts: &[u32; HOURS], y: &dyn Fn(f64) -> f64) -> String {
    let mut points = String::new();
    for (hour, count) in counts.iter().enumerate().take(24) {
        let height = px(y(f64::from(*count)));
        let (from, to) = (px(x(hour as f64)), px(x(hour as f64 + 1.0)));
        points.push_str(&format!("{from},{height} {to},{height} "));
    }
    points
}

/// What the colours and the line mean.
pub fn legend() -> Html {
    html! {
        <ul class="lab-legend" aria-hidden="true">
            <li><span class="of-started"></span>{ "requested" }</li>
            <li><span class="of-complete"></span>{ "arrived" }</li>
            <li><span class="of-failed"></span>{ "failed" }</li>
        </ul>
    }
}

fn describe(outcome: Option<&Outcome>) -> String {
    let known = "From 13:00 to 16:00 the first central machine is down, and at 17:00 something new comes out.";
    match outcome {
        None => known.to_owned(),
        Some(outcome) => {
            let [started, complete, failed] = &outcome.hours;
            let worst = (0..HOURS).max_by_key(|hour| (failed[*hour], HOURS - hour)).unwrap_or(0);
            format!(
                "{known} Between 17:00 and 18:00 there were {} requests; in the same hour {} files arrived. Most requests failed between {worst}:00 and {}:00: {}.",
                grouped(started[17].into()),
                grouped(complete[17].into()),
                worst + 1,
                grouped(failed[worst].into())
            )
        }
    }
}

/// The same in numbers.
pub fn table(outcome: &Outcome) -> Html {
    let [started, complete, failed] = &outcome.hours;
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Downloads of each hour">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ "Hour" }</th>
                        <th scope="col">{ "Requested" }</th>
                        <th scope="col">{ "Arrived" }</th>
                        <th scope="col">{ "Failed" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for (0..HOURS).map(|hour| html! {
                        <tr>
                            <th scope="row">{ if hour < 24 { format!("{hour}:00") } else { "after".to_owned() } }</th>
                            <td>{ grouped(started[hour].into()) }</td>
                            <td>{ grouped(complete[hour].into()) }</td>
                            <td>{ grouped(failed[hour].into()) }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}
