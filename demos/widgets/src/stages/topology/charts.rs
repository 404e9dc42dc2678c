//! What is measured, drawn over time.

use crate::chrome::{
    chart::{Axis, round_step},
    svg::{el, measured, px, text},
};
use architectures::live::{Chart, CurveKind, Row, Run, Thousandths};
use sim::Time;
use yew::prelude::*;

const WIDTH: f64 = 340.0;
const LEFT: f64 = 40.0;
const RIGHT: f64 = 332.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 74.0;

/// What the charts show.
pub struct ChartsProps<'a> {
    /// What their ids begin with.
    pub id: String,
    /// The run.
    pub run: &'a Run,
    /// The moment.
    pub at: Time,
    /// The windows up to the moment,
    pub rows: &'a [Row],
    /// those that follow,
    pub ahead: &'a [Row],
    /// and those of the run before the last change.
    pub ghost: &'a [Row],
    /// Another run of which the axes are to have room for, if it has the same chart.
    pub beside: Option<(&'a Run, Vec<&'a Row>)>,
    /// How many charts to draw at most.
    pub most: usize,
}

/// The charts of a run's model.
pub fn charts(props: &ChartsProps<'_>) -> Vec<Html> {
    let mut first = 0;
    let alike = |info: &Chart| {
        let others = props.beside.as_ref().map(|(run, _)| run.model.charts);
        others.is_none_or(|others| others.iter().any(|other| (other.title, other.unit) == (info.title, info.unit)))
    };
    // Beside another system only what both have can be compared; if they have nothing, all is shown.
    let any = props.run.model.charts.iter().any(|info| alike(info));
    let charts = props.run.model.charts.iter().filter_map(|info| {
        let chart = (alike(info) || !any).then(|| chart(props, info, first));
        first += info.curves.len();
        chart
    });
    charts.take(props.most).collect()
}

/// The greatest value of a chart's curves.
fn highest<'a>(rows: impl Iterator<Item = &'a Row>, first: usize, count: usize) -> Thousandths {
    rows.flat_map(|row| row.iter().skip(first).take(count).flatten()).copied().max().unwrap_or_default()
}

fn class(kind: CurveKind) -> &'static str {
    match kind {
        CurveKind::Main => "main",
        CurveKind::Second => "second",
        CurveKind::Third => "third",
        CurveKind::Offered => "offered",
        CurveKind::Bad => "failing",
        CurveKind::Theory => "theory",
    }
}

fn chart(props: &ChartsProps<'_>, info: &Chart, first: usize) -> Html {
    let id = format!("{}-{first}", props.id);
    let curves = info.curves;
    // A run before the change may have been longer; the axis ends where this one does.
    let windows = props.run.windows();
    let ghost = &props.ghost[..props.ghost.len().min(windows)];
    let all = || props.rows.iter().chain(props.ahead).chain(ghost);
    let mut top = highest(all(), first, curves.len()).max(Thousandths::from(info.least_top) * 1_000);
    if let Some((run, rows)) = &props.beside {
        let mut start = 0;
        for other in run.model.charts {
            if (other.title, other.unit) == (info.title, info.unit) {
                top = top.max(highest(rows.iter().copied(), start, other.curves.len()));
            }
            start += other.curves.len();
        }
    }
    // A flat line at zero has an axis too.
    let top = round_step(top.max(10) as f64);
    let seconds = f64::from(props.run.seconds);
    let window = props.run.window().as_micros() as f64 / 1e6;
    let (across, upward) =
        (Axis::new((LEFT, RIGHT), (0.0, seconds), false), Axis::new((BOTTOM, TOP), (0.0, top), false));
    let x = |second: f64| across.at(second.min(seconds));
    let y = |value: f64| upward.at(value.clamp(0.0, top));
    // One path for each curve; a gap where there was nothing to measure, a point where there is nothing beside it. In
    // whole windows and half units, each step from the one before: a page has thousands of points.
    let path = |rows: &[Row], from: usize, curve: usize| {
        let mut path = String::new();
        let mut last = None;
        for (place, row) in rows.iter().enumerate() {
            let value = row.get(first + curve).copied().flatten();
            let at = value.map(|value| libm::round(2.0 * (y(value as f64) - TOP)) as i64);
            match (last, at) {
                (Some(last), Some(at)) => path += &format!(" 1 {}", at - last),
                (None, Some(at)) => path += &format!("M{} {at}l0 0", from + place),
                _ => {}
            }
            last = at;
        }
        path
    };
    let scale = format!(
        "translate({},{TOP})scale({},.5)",
        px(x(window / 2.0)),
        px_fine((RIGHT - LEFT) * (window / seconds).min(1.0))
    );
    let mut drawn: Vec<Html> = vec![];
    let mut grid = String::new();
    for part in [0, 1, 2] {
        let value = top * f64::from(part) / 2.0;
        grid += &format!("M{} {}H{}", px(LEFT), px(y(value)), px(RIGHT));
        drawn.push(text("axis", LEFT - 4.0, y(value) + 3.5, "end", short(value as Thousandths)));
        let second = seconds * f64::from(part) / 2.0;
        let anchor = if part == 2 { "end" } else { "middle" };
        drawn.push(text("axis", x(second), 88.0, anchor, clock(second, seconds)));
    }
    drawn.push(el("path", &[("class", "grid".into()), ("d", grid)], vec![]).into());
    let upright = |class: &str, second: f64| {
        let at = px(x(second));
        let line = [("class", class.to_owned()), ("x1", at.clone()), ("x2", at), ("y1", px(TOP)), ("y2", px(BOTTOM))];
        Html::from(el("line", &line, vec![]))
    };
    drawn.extend(props.run.actions.iter().map(|action| upright("action", action.at.as_micros() as f64 / 1e6)));
    let known = props.rows.len();
    for (group, rows, from) in [("ghost", ghost, 0), ("ahead", props.ahead, known), ("past", props.rows, 0)] {
        let paths = curves.iter().enumerate().rev().filter_map(|(place, curve)| {
            let d = path(rows, from, place);
            let attributes = [("class", format!("curve {}", class(curve.kind))), ("d", d.clone())];
            (!d.is_empty()).then(|| Html::from(el("path", &attributes, vec![])))
        });
        let paths: Vec<Html> = paths.collect();
        if !paths.is_empty() {
            drawn.push(el("g", &[("class", group.to_owned()), ("transform", scale.clone())], paths).into());
        }
    }
    drawn.push(upright("cursor", props.at.as_micros() as f64 / 1e6));

    let latest = props.rows.last();
    let latest = curves.iter().enumerate().filter_map(|(place, curve)| {
        let value = latest?.get(first + place).copied().flatten()?;
        Some(format!("{} {}", curve.name, measured(value)))
    });
    let latest: Vec<String> = latest.collect();
    let latest = if latest.is_empty() { "nothing measured yet".to_owned() } else { latest.join(", ") };
    html! {
        <div class="chart">
            <p class="chart-title" id={format!("{id}-t")}>
                <span>{ info.title }{ if info.unit.starts_with('/') || info.unit.is_empty() { String::new() } else { format!(" in {}", info.unit) } }</span>
                { for curves.iter().map(|curve| key(class(curve.kind), curve.name)) }
            </p>
            <svg viewBox={format!("0 0 {} 92", px(WIDTH))} role="img" aria-labelledby={format!("{id}-t {id}-d")}>
                <desc id={format!("{id}-d")}>{ format!("The latest window: {latest}.") }</desc>
                { for drawn }
            </svg>
        </div>
    }
}

/// A curve's name beside a piece of the curve, so that both always look the same.
fn key(kind: &'static str, name: &'static str) -> Html {
    let piece = [("class", ["curve ", kind].concat()), ("d", "M1 4H27".to_owned())];
    html! {
        <span class="key"><svg viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">{ Html::from(el("path", &piece, vec![])) }</svg>{ name }</span>
    }
}

/// A number to a thousandth: what it is multiplied with is large.
fn px_fine(value: f64) -> String {
    let thousandths = libm::round(value * 1_000.0) as u64;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// A number for an axis: `500`, `20k`, `1.5M`.
fn short(value: Thousandths) -> String {
    match value {
        1_000_000_000.. => format!("{}M", px(value as f64 / 1e9)),
        20_000_000.. => format!("{}k", px(value as f64 / 1e6)),
        _ => measured(value),
    }
}

/// A moment of a run that lasts so long: in seconds, minutes or hours.
pub fn clock(second: f64, length: f64) -> String {
    if length > 7_200.0 {
        format!("{} h", px(second / 3_600.0))
    } else if length > 300.0 {
        format!("{} min", px(second / 60.0))
    } else {
        format!("{} s", px(second))
    }
}
