//! What is measured, drawn over time.

use super::{Moment, percent};
use crate::svg::px;
use sim::Time;
use std::rc::Rc;
use systems::client_server::{Run, Window, quantile};
use yew::prelude::*;

const WIDTH: f64 = 340.0;
const LEFT: f64 = 34.0;
const RIGHT: f64 = 332.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 74.0;

/// What the charts show.
pub struct ChartsProps {
    /// The figure's id.
    pub id: AttrValue,
    /// The moment up to which they are drawn.
    pub moment: Rc<Moment>,
    /// The run.
    pub run: Run,
}

/// One curve: its class, its name, its values by second; gaps where there is nothing to measure.
struct Curve {
    class: &'static str,
    name: &'static str,
    values: Vec<Option<f64>>,
}

/// Throughput, latency and success over the same time.
pub fn charts(props: &ChartsProps) -> Html {
    let moment = &props.moment;
    // The second that is not over yet would look like a fall.
    let whole = (moment.at.as_micros() / 1_000_000) as usize;
    let windows: Vec<Window> =
        (0..whole).map(|i| moment.metrics.windows().get(i).cloned().unwrap_or_default()).collect();
    let curve = |class, name, value: &dyn Fn(&Window) -> Option<f64>| Curve {
        class,
        name,
        values: windows.iter().map(value).collect(),
    };
    let ms = |percent| move |w: &Window| quantile(&w.latencies, percent).map(|micros| f64::from(micros) / 1_000.0);
    let highest =
        |curves: &[Curve]| curves.iter().flat_map(|c| c.values.iter().flatten()).fold(0.0f64, |a, b| a.max(*b));
    let throughput = [
        curve("offered", "sent", &|w| Some(f64::from(w.sent))),
        curve("served", "answered", &|w| Some(f64::from(w.served))),
    ];
    let latency = [curve("p95", "p95", &ms(95)), curve("p50", "median", &ms(50))];
    let success = [curve("success", "answered in time", &|w| {
        let settled = w.served + w.timed_out + w.rejected;
        (settled > 0).then(|| percent(u64::from(w.served), u64::from(settled)))
    })];
    let (load, latency_top) = (f64::from(props.run.scenario.load), highest(&latency));
    let top = highest(&throughput).max(load);
    html! {
        <div class="charts">
            { chart(props, "throughput", "Requests per second", top, &throughput) }
            { chart(props, "latency", "Latency in ms", latency_top.max(200.0), &latency) }
            { chart(props, "success", "Success in %", 100.0, &success) }
        </div>
    }
}

/// A round number at or above: 1, 2 or 5 times a power of ten.
fn round_up(value: f64) -> f64 {
    let mut step = 1.0;
    loop {
        for factor in [1.0, 2.0, 5.0] {
            if step * factor >= value {
                return step * factor;
            }
        }
        step *= 10.0;
    }
}

fn chart(props: &ChartsProps, name: &'static str, title: &'static str, top: f64, curves: &[Curve]) -> Html {
    let id = format!("{}-{name}", props.id);
    let top = round_up(top.max(1.0));
    let seconds = props.run.scenario.length.as_millis() as f64 / 1_000.0;
    let x = |second: f64| LEFT + (RIGHT - LEFT) * second / seconds;
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * (value / top).clamp(0.0, 1.0);
    let at = props.moment.at;
    let latest = curves.iter().filter_map(|c| Some(format!("{} {:.0}", c.name, c.values.last().copied().flatten()?)));
    let latest = latest.collect::<Vec<_>>().join(", ");
    html! {
        <div class="chart">
            <p class="chart-title" id={format!("{id}-t")}>
                <span>{ title }</span>
                { for curves.iter().map(|curve| html! { <span class={classes!("key", curve.class)}>{ curve.name }</span> }) }
            </p>
            <svg viewBox={format!("0 0 {WIDTH} 92")} role="img" aria-labelledby={format!("{id}-t {id}-d")}>
                <desc id={format!("{id}-d")}>{ format!("From 0 to {at} of {seconds} s. In the latest second: {}.", if latest.is_empty() { "nothing" } else { &latest }) }</desc>
                { for [0.0, 0.5, 1.0].into_iter().map(|part| html! {
                    <>
                        <line class="grid" x1={LEFT.to_string()} x2={RIGHT.to_string()} y1={px(y(top * part))} y2={px(y(top * part))}/>
                        <text class="axis" x={(LEFT - 4.0).to_string()} y={px(y(top * part) + 3.5)} text-anchor="end">{ top * part }</text>
                    </>
                }) }
                { for (0..=4).map(|quarter| {
                    let second = seconds * f64::from(quarter) / 4.0;
                    html! { <text class="axis" x={px(x(second))} y="88" text-anchor={if quarter == 4 { "end" } else { "middle" }}>{ format!("{second} s") }</text> }
                }) }
                { for props.run.actions.iter().filter(|action| action.at <= at).map(|action| {
                    let x = px(x(action.at.as_millis() as f64 / 1_000.0));
                    html! { <line class="action" x1={x.clone()} x2={x} y1={px(TOP)} y2={px(BOTTOM)}/> }
                }) }
                { for curves.iter().flat_map(|curve| lines(curve).into_iter().map(|(from, values)| {
                    let points: Vec<_> = values.iter().enumerate()
                        .map(|(i, value)| format!("{},{}", px(x((from + i) as f64 + 0.5)), px(y(*value)))).collect();
                    if points.len() == 1 {
                        let (cx, cy) = (px(x(from as f64 + 0.5)), px(y(values[0])));
                        html! { <circle class={classes!("curve-point", curve.class)} {cx} {cy} r="1.6"/> }
                    } else {
                        html! { <polyline class={classes!("curve", curve.class)} points={points.join(" ")}/> }
                    }
                })) }
                { cursor(at, x(at.as_micros() as f64 / 1e6)) }
            </svg>
        </div>
    }
}

fn cursor(at: Time, x: f64) -> Html {
    if at == Time::ZERO {
        return Html::default();
    }
    html! { <line class="cursor" x1={px(x)} x2={px(x)} y1={px(TOP - 4.0)} y2={px(BOTTOM)}/> }
}

/// The stretches of a curve without gaps: where each begins, and its values.
fn lines(curve: &Curve) -> Vec<(usize, Vec<f64>)> {
    let mut lines: Vec<(usize, Vec<f64>)> = vec![];
    let mut open = false;
    for (index, value) in curve.values.iter().enumerate() {
        match value {
            Some(value) if open => lines.last_mut().expect("a line is open").1.push(*value),
            Some(value) => lines.push((index, vec![*value])),
            None => {}
        }
        open = value.is_some();
    }
    lines
}
