//! The chart: the number of users to the right, the least time upwards.

use super::{
    measured::{self, Measured},
    said,
};
use crate::chrome::{
    chart::{self, Axis, tick_label},
    svg::px,
};
use architectures::distribution::{Bound, Plan};
use web_sys::Element;
use yew::prelude::*;

const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 270.0;
/// The plot's edges.
const LEFT: f64 = 54.0;
const RIGHT: f64 = WIDTH - 14.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = HEIGHT - 42.0;

/// What the chart shows.
pub(super) struct ChartProps<'a> {
    /// The figure's id; ids inside begin with it.
    pub id: AttrValue,
    /// The figure's title.
    pub title: AttrValue,
    /// Whether the cursor can be dragged.
    pub live: bool,
    /// The plan; its number of users is where the cursor stands.
    pub plan: Plan,
    /// The largest number of users on the axis.
    pub users: u32,
    /// What simulated swarms need.
    pub measured: &'a Measured,
    /// Whether both axes are logarithmic.
    pub logarithmic: bool,
    /// Moves the cursor.
    pub on_users: Callback<u32>,
}

/// The axis of users, from none (or one, where equal steps are equal factors) to so many.
fn users_axis(most: u32, logarithmic: bool) -> Axis {
    let low = if logarithmic { 1.0 } else { 0.0 };
    Axis { whole: true, ..Axis::new((LEFT, RIGHT), (low, f64::from(most)), logarithmic) }
}

/// The axis of seconds, with room for both.
fn seconds_axis(least: f64, most: f64, logarithmic: bool) -> Axis {
    let ends = if logarithmic { chart::decades(least * 0.9, most * 1.1) } else { (0.0, chart::round_end(most * 1.05)) };
    Axis::new((BOTTOM, TOP), ends, logarithmic)
}

fn seconds(bound: Bound) -> f64 {
    bound.time.as_micros() as f64 / 1e6
}

/// The chart.
pub(super) fn chart(props: &ChartProps<'_>) -> Html {
    let (id, plan, n) = (&props.id, &props.plan, props.plan.peers_max);
    let (first, last) = (plan.peer_to_peer(1), plan.client_server(props.users));
    let users = users_axis(props.users, props.logarithmic);
    let longest = props.measured.points.iter().flat_map(|point| [point.alone, point.together]).flatten().max();
    let top = longest.map_or(last.time, |longest| longest.max(last.time)).as_micros() as f64 / 1e6;
    let time = seconds_axis(seconds(first), top, props.logarithmic);
    let (alone, together) = (plan.client_server(n), plan.peer_to_peer(n));
    let x = users.at(f64::from(n));
    let (y_alone, y_together) = (time.at(seconds(alone)), time.at(seconds(together)));
    let counts = samples(&users, props.users);
    let line = |bound: &dyn Fn(u32) -> Bound| {
        let point = |n: &u32| format!("{},{}", px(users.at(f64::from(*n))), px(time.at(seconds(bound(*n)))));
        counts.iter().map(point).collect::<Vec<_>>().join(" ")
    };
    let limit =
        plan.peer_to_peer_limit().map(|limit| (limit, time.at(seconds(limit)))).filter(|(_, y)| *y > TOP + 14.0);
    let role = if props.live { "group" } else { "img" };
    html! {
        <svg class="bounds" viewBox={format!("0 0 {} {}", px(WIDTH), px(HEIGHT))} {role} aria-labelledby={format!("{id}-pic {id}-desc")}>
            <title id={format!("{id}-pic")}>{ format!("{}: least time over the number of users", props.title) }</title>
            <desc id={format!("{id}-desc")}>{ describe(plan, props.users) }</desc>
            <g aria-hidden="true">
                <g class="grid">
                    { for time.ticks().into_iter().map(|tick| html! {
                        <>
                            <line x1={px(LEFT)} x2={px(RIGHT)} y1={px(time.at(tick))} y2={px(time.at(tick))}/>
                            <text x={px(LEFT - 7.0)} y={px(time.at(tick) + 4.0)} text-anchor="end">{ tick_label(tick) }</text>
                        </>
                    }) }
                    { for users.ticks().into_iter().map(|tick| html! {
                        <>
                            <line x1={px(users.at(tick))} x2={px(users.at(tick))} y1={px(BOTTOM)} y2={px(BOTTOM + 4.0)}/>
                            <text x={px(users.at(tick))} y={px(BOTTOM + 17.0)} text-anchor="middle">{ tick_label(tick) }</text>
                        </>
                    }) }
                    <text class="axis" x={px(LEFT - 7.0)} y="14">{ "seconds" }</text>
                    <text class="axis" x={px(RIGHT)} y={px(BOTTOM + 35.0)} text-anchor="end">{ "users N" }</text>
                </g>
                if let Some((_, y)) = limit {
                    <line class="limit" x1={px(LEFT)} x2={px(RIGHT)} y1={px(y)} y2={px(y)}/>
                }
                <polyline class="curve alone" points={line(&|n| plan.client_server(n))}/>
                <polyline class="curve together" points={line(&|n| plan.peer_to_peer(n))}/>
                { measured::marks(props.measured, &|n| users.at(f64::from(n)), &|seconds| time.at(seconds)) }
                { names(plan, &users, &time, x, limit) }
                <line class="cursor" x1={px(x)} x2={px(x)} y1={px(TOP)} y2={px(BOTTOM)}/>
                <circle class="dot alone" cx={px(x)} cy={px(y_alone)} r="5"/>
                <rect class="dot together" x={px(x - 4.5)} y={px(y_together - 4.5)} width="9" height="9"/>
                { values(x, (alone, y_alone), (together, y_together)) }
                if props.live {
                    <rect class="drag" x={px(LEFT)} y={px(TOP)} width={px(RIGHT - LEFT)} height={px(BOTTOM - TOP)}
                        onpointerdown={drag(users, props.on_users.clone(), true)}
                        onpointermove={drag(users, props.on_users.clone(), false)}/>
                }
            </g>
        </svg>
    }
}

/// Numbers of users to draw the curves through: evenly along the axis, each once.
fn samples(users: &Axis, most: u32) -> Vec<u32> {
    const STEPS: u32 = 120;
    let at = |step| (users.value(f64::from(step) / f64::from(STEPS)).round() as u32).clamp(1, most);
    let mut counts: Vec<u32> = (0..=STEPS).map(at).collect();
    counts.dedup();
    counts
}

/// Which curve is which, and what never comes to pass: written at the curves, out of the cursor's way.
fn names(plan: &Plan, users: &Axis, time: &Axis, cursor: f64, limit: Option<(Bound, f64)>) -> Html {
    let part = (cursor - LEFT) / (RIGHT - LEFT);
    let place = |part: f64| {
        let n = users.value(part).round().max(1.0) as u32;
        (LEFT + (RIGHT - LEFT) * part, time.at(seconds(plan.client_server(n))), time.at(seconds(plan.peer_to_peer(n))))
    };
    // Above its curve, which rises to the right.
    let (x1, y1, _) = place(match part {
        0.3..0.52 => 0.85,
        0.52..0.9 => 0.46,
        _ => 0.66,
    });
    let (x2, above, y2) = place(if part > 0.5 { 0.4 } else { 0.77 });
    let ceiling = limit.map_or(y2, |(_, y)| if y < y2 && y2 - y < 18.0 { y } else { y2 });
    let y2 = if users.logarithmic && part <= 0.5 {
        // Below the curve, which is lowest at the name's beginning.
        place(0.58).2 + 14.0
    } else if ceiling - above < 20.0 {
        // Below both curves where there is no room between them.
        y2 + 18.0
    } else {
        ceiling - 7.0
    };
    let y2 = y2.min(BOTTOM - 4.0);
    // With equal steps the limit lies so low that its name would cover the curves.
    let limit = limit.filter(|_| users.logarithmic);
    html! {
        <>
            <text class="name alone" x={px(x1 - 9.0)} y={px((y1 - 3.0).max(TOP + 8.0))} text-anchor="end">{ "server alone" }</text>
            <text class="name together" x={px(x2)} y={px(y2)} text-anchor="middle">{ "with the users’ help" }</text>
            if let Some((limit, y)) = limit {
                <text class="ceiling" x={px(LEFT + 5.0)} y={px(y - 6.0)}>{ format!("never above {}", said(limit.time)) }</text>
            }
        </>
    }
}

/// The values at the cursor.
fn values(x: f64, (alone, y_alone): (Bound, f64), (together, y_together): (Bound, f64)) -> Html {
    let left = x > LEFT + 60.0;
    let (anchor, at) = if left { ("end", x - 9.0) } else { ("start", x + 9.0) };
    let (mut high, mut low) = (y_alone - if left { 6.0 } else { 20.0 }, y_together + 18.0);
    if low > BOTTOM - 2.0 {
        // No room between curve and axis.
        low = y_together - 9.0;
        high = high.min(low - 17.0);
    } else if y_together - y_alone < 26.0 && left {
        // The curves come from the lower left.
        low += 12.0;
    }
    html! {
        <>
            <text class="value alone" x={px(at)} y={px(high.max(TOP - 4.0))} text-anchor={anchor}>{ said(alone.time) }</text>
            if alone.time != together.time {
                <text class="value together" x={px(at)} y={px(low)} text-anchor={anchor}>{ said(together.time) }</text>
            }
        </>
    }
}

fn describe(plan: &Plan, users: u32) -> String {
    let from = plan.server_saturates_from();
    let limit = match plan.peer_to_peer_limit() {
        Some(limit) => format!("With the users’ help it levels off and never exceeds {}", limit.time),
        None => "The users send nothing, so both curves are the same".to_owned(),
    };
    format!(
        "{plan}. Two curves from 1 to {users} users. For the server alone the time grows with every user from {from} users on, without end. {limit}. {}",
        plan.sentence(plan.peers_max)
    )
}

/// Moves the cursor to where the pointer is, if it is down.
fn drag(users: Axis, on_users: Callback<u32>, down: bool) -> Callback<PointerEvent> {
    Callback::from(move |event: PointerEvent| {
        if event.buttons() & 1 == 0 {
            return;
        }
        let Some(target) = event.target_dyn_into::<Element>() else { return };
        if down {
            let _ = target.set_pointer_capture(event.pointer_id());
        }
        let plot = target.get_bounding_client_rect();
        let part = ((f64::from(event.client_x()) - plot.left()) / plot.width().max(1.0)).clamp(0.0, 1.0);
        on_users.emit(users.value(part).round().max(1.0) as u32);
    })
}
