//! The machines and the messages between them.

use super::{Dot, DotKind, Moment};
use crate::svg::{on_press, px};
use std::rc::Rc;
use yew::prelude::*;

const WIDTH: f64 = 420.0;
const SERVER_X: f64 = 300.0;
const CLIENT_X: f64 = 84.0;

/// What the picture shows.
pub struct PictureProps {
    /// The figure's id.
    pub id: AttrValue,
    /// The figure's title.
    pub title: AttrValue,
    /// Whether the server can be clicked.
    pub live: bool,
    /// The moment.
    pub moment: Rc<Moment>,
    /// Stops or restarts the server.
    pub on_server: Callback<()>,
}

/// The picture.
pub fn picture(props: &PictureProps) -> Html {
    let moment = &props.moment;
    let id = &props.id;
    let n = moment.clients.len();
    let gap = if n > 8 { 27.0 } else { 38.0 };
    let height = (gap * n as f64 + 24.0).max(220.0);
    let middle = height / 2.0;
    let y = |client: usize| middle + gap * (client as f64 - (n as f64 - 1.0) / 2.0);
    let role = if props.live { "group" } else { "img" };
    let click = props.on_server.reform(|_: MouseEvent| ());
    let key = on_press(&props.on_server, ());
    let frame = html! { <rect class="box" x={px(SERVER_X)} y={px(middle - 44.0)} width="112" height="88" rx="8"/> };
    html! {
        <svg class="machines" viewBox={format!("0 0 {} {}", px(WIDTH), px(height))} {role} aria-labelledby={format!("{id}-pic {id}-desc")}>
            <title id={format!("{id}-pic")}>{ format!("{}: clients on the left, the server on the right", props.title) }</title>
            <desc id={format!("{id}-desc")}>{ describe(moment) }</desc>
            <defs>
                <pattern id={format!("{id}-hatch")} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect class="hatch-ground" width="6" height="6"/>
                    <line class="hatch" x1="0" y1="0" x2="0" y2="6"/>
                </pattern>
            </defs>
            <g aria-hidden="true">
                { for (0..n).map(|client| html! {
                    <line class="link" x1={px(CLIENT_X)} y1={px(y(client))} x2={px(SERVER_X)} y2={px(middle)}/>
                }) }
                { for moment.dots.iter().map(|one| dot(one, y(one.client), middle)) }
                { for moment.clients.iter().enumerate().map(|(index, client)| {
                    let (class, sign, word) = match client {
                        c if c.last_failed => ("client failed", "✕", "failed"),
                        c if c.waiting > 0 => ("client waiting", "…", "waits"),
                        _ => ("client", "✓", "served"),
                    };
                    html! {
                        <g {class} transform={format!("translate({},{})", px(CLIENT_X), px(y(index)))}>
                            <circle r="11"/>
                            <text class="sign" y="4.5" text-anchor="middle">{ sign }</text>
                            <text class="label" x="-17" y="-2" text-anchor="end">{ format!("client {}", index + 1) }</text>
                            <text class="label soft" x="-17" y="11" text-anchor="end">{ word }</text>
                        </g>
                    }
                }) }
            </g>
            if props.live {
                <g class="server selectable" role="button" tabindex="0" onclick={click} onkeydown={key}
                    aria-label={if moment.up { "The server is up: stop it" } else { "The server is down: restart it" }}>
                    { frame }
                </g>
            } else {
                <g class="server">{ frame }</g>
            }
            { inside(moment, middle) }
            if !moment.up {
                <rect class="down" x={px(SERVER_X)} y={px(middle - 44.0)} width="112" height="88" rx="8" fill={format!("url(#{id}-hatch)")} aria-hidden="true"/>
                <g class="gone" aria-hidden="true">
                    <path d={format!("M{},{}l30,30m0,-30l-30,30", px(SERVER_X + 41.0), px(middle - 22.0))}/>
                    <text x={px(SERVER_X + 56.0)} y={px(middle + 30.0)} text-anchor="middle">{ "down" }</text>
                </g>
            }
        </svg>
    }
}

fn describe(moment: &Moment) -> String {
    let failed = moment.clients.iter().filter(|client| client.last_failed).count();
    let waiting: u32 = moment.clients.iter().map(|client| client.waiting).sum();
    format!(
        "At {} the server is {}; {} of {} workers are busy, {} requests queue, {} requests wait for an answer, the latest request of {} of {} clients failed.",
        moment.at,
        if moment.up { "up" } else { "down" },
        moment.busy,
        moment.workers,
        moment.queue,
        waiting,
        failed,
        moment.clients.len(),
    )
}

/// The server: its workers, filled while they work, and its queue, a tick for each request.
fn inside(moment: &Moment, middle: f64) -> Html {
    let workers = moment.workers.max(moment.busy);
    let per_row = 4;
    let shown = moment.queue.min(40);
    html! {
            <g aria-hidden="true" class={classes!("inside", (!moment.up).then_some("off"))}>
                <text class="who" x={px(SERVER_X + 56.0)} y={px(middle - 27.0)} text-anchor="middle">{ "Server" }</text>
                { for (0..workers).map(|index| {
                    let (row, place) = (index / per_row, index % per_row);
                    let in_row = (workers - row * per_row).min(per_row);
                    let x = SERVER_X + 56.0 + 22.0 * (f64::from(place) - (f64::from(in_row) - 1.0) / 2.0);
                    let y = middle - 8.0 + 20.0 * f64::from(row) + if workers <= per_row { 6.0 } else { 0.0 };
                    html! { <circle class={if index < moment.busy { "worker busy" } else { "worker" }} cx={px(x)} cy={px(y)} r="7.5"/> }
                }) }
                <text class="label soft" x={px(SERVER_X + 56.0)} y={px(middle + 38.0)} text-anchor="middle">
                    { format!("{} of {} busy", moment.busy, workers) }
                </text>
                <text class="label" x={px(SERVER_X + 56.0)} y={px(middle + 62.0)} text-anchor="middle">
                    { format!("queue {} of {}", moment.queue, moment.limit) }
                </text>
                { for (0..shown).map(|index| {
                    let (row, place) = (index / 20, index % 20);
                    html! {
                        <rect class="waiting-request" x={px(SERVER_X + 107.0 - 5.5 * f64::from(place))} y={px(middle + 69.0 + 12.0 * f64::from(row))}
                            width="3.5" height="9" rx="1"/>
                    }
                }) }
            </g>
    }
}

/// Requests are filled and go right, replies are hollow and go left; each keeps to its side of the
/// link. A rejection is a cross.
fn dot(dot: &Dot, client_y: f64, middle: f64) -> Html {
    let way = f64::from(dot.way.min(1_000)) / 1_000.0;
    let (from, to, side) = match dot.kind {
        DotKind::Request => ((CLIENT_X + 11.0, client_y), (SERVER_X, middle), -3.0),
        DotKind::Reply | DotKind::Rejection => ((SERVER_X, middle), (CLIENT_X + 11.0, client_y), 3.0),
    };
    let (x, y) = (from.0 + (to.0 - from.0) * way, from.1 + (to.1 - from.1) * way + side);
    match dot.kind {
        DotKind::Request => {
            html! { <circle class={if dot.doomed { "dot request doomed" } else { "dot request" }} cx={px(x)} cy={px(y)} r="4"/> }
        }
        DotKind::Reply => html! { <circle class="dot reply" cx={px(x)} cy={px(y)} r="3.5"/> },
        DotKind::Rejection => {
            html! { <path class="dot rejection" d={format!("M{},{}l7,7m0,-7l-7,7", px(x - 3.5), px(y - 3.5))}/> }
        }
    }
}
