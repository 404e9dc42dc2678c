//! The graph: a shape for each role, a line for each link.

use super::{Shown, State, state_name};
use crate::svg::on_press;
use std::rc::Rc;
use systems::architecture::{Graph, Link, NodeIdx, Role};
use yew::prelude::*;

/// How far the labels of the lowest row reach below the graph's box.
const BELOW: i32 = 14;

/// What the picture shows.
pub(super) struct PictureProps {
    /// The figure's id; ids inside begin with it.
    pub id: AttrValue,
    /// The figure's title.
    pub title: AttrValue,
    /// Whether nodes can be clicked.
    pub live: bool,
    /// The map.
    pub shown: Rc<Shown>,
    /// Stops a node, or revives it.
    pub on_toggle: Callback<NodeIdx>,
}

/// The graph.
pub(super) fn picture(props: &PictureProps) -> Html {
    let (id, shown) = (&props.id, &props.shown);
    let graph = shown.graph();
    let role = if props.live { "group" } else { "img" };
    html! {
        <svg class="graph" viewBox={format!("0 0 {} {}", Graph::WIDTH, Graph::HEIGHT + BELOW)} {role}
            aria-labelledby={format!("{id}-pic {id}-desc")}>
            <title id={format!("{id}-pic")}>{ format!("{}: a map of nodes and links", props.title) }</title>
            <desc id={format!("{id}-desc")}>{ describe(graph) }{ " " }{ &shown.impact.sentence }</desc>
            { hatch(&format!("{id}-hatch")) }
            <g aria-hidden="true">
                { for graph.links.iter().map(|link| self::link(shown, link)) }
            </g>
            { for graph.indices().map(|index| node(props, index)) }
        </svg>
    }
}

fn hatch(id: &str) -> Html {
    html! {
        <defs>
            <pattern id={id.to_owned()} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect class="hatch-ground" width="6" height="6"/>
                <line class="hatch" x1="0" y1="0" x2="0" y2="6"/>
            </pattern>
        </defs>
    }
}

/// What there is to see when everything runs.
fn describe(graph: &Graph) -> String {
    let users = graph.users().count();
    let helpers = graph.nodes.len() - users;
    let links = graph.links.len();
    match helpers {
        0 => format!("{}: {users} nodes that serve one another, {links} links.", graph.architecture.title()),
        1 => format!("{}: {users} users and the one node that serves them, {links} links.", graph.architecture.title()),
        _ => {
            format!("{}: {users} users and {helpers} nodes that serve them, {links} links.", graph.architecture.title())
        }
    }
}

fn link(shown: &Shown, link: &Link) -> Html {
    let graph = shown.graph();
    let (a, b) = (graph.node(link.a), graph.node(link.b));
    let stopped = |node| shown.map.stopped.contains(&node);
    // The one that asks turns to its spare when its first choice is gone.
    let first_gone = || graph.links.iter().any(|other| !other.spare && other.a == link.a && stopped(other.b));
    let state = if stopped(link.a) || stopped(link.b) {
        "cut"
    } else if link.spare && first_gone() {
        "in-use"
    } else if link.spare {
        "spare"
    } else {
        "up"
    };
    html! {
        <line class={classes!("edge", state)} x1={a.x.to_string()} y1={a.y.to_string()} x2={b.x.to_string()} y2={b.y.to_string()}/>
    }
}

/// Whether a node's number stands in its shape, so that the name below it can be short.
fn number(label: &str) -> Option<(&str, &str)> {
    label.rsplit_once(' ').filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn node(props: &PictureProps, index: NodeIdx) -> Html {
    let shown = &props.shown;
    let graph = shown.graph();
    let (node, state) = (graph.node(index), shown.state(index));
    let stopped = state == State::Stopped;
    let fill = stopped.then(|| format!("url(#{}-hatch)", props.id));
    let (half, outline) = shape(node.role);
    let (name, number) = match number(&node.label) {
        // The cross covers the number.
        Some(_) if stopped => (node.label.as_str(), ""),
        Some((name, number)) => (name, number),
        None => (node.label.as_str(), ""),
    };
    let class = match state {
        State::Well => "well",
        State::Limited => "limited",
        State::Affected => "affected",
        State::Stopped => "stopped",
    };
    let inside = html! {
        <>
            <circle class="hit-point" r="27"/>
            <path class="body" d={outline} fill={fill}/>
            if let Some(detail) = detail(node.role) {
                <path class="detail" d={detail}/>
            }
            { mark(state, half) }
        </>
    };
    // Below it, but for the topmost peer: there a link of the ring passes.
    let name_y = if node.role == Role::Peer && node.y < 60 { -half - 6 } else { half + 15 };
    let words = html! {
        <>
            if !number.is_empty() {
                <text class="number" y={number_y(node.role).to_string()} text-anchor="middle">{ number }</text>
            }
            <text class="name" y={name_y.to_string()} text-anchor="middle">{ name }</text>
        </>
    };
    let transform = format!("translate({},{})", node.x, node.y);
    if !props.live {
        return html! { <g class={classes!("node", class)} {transform}>{ inside }{ words }</g> };
    }
    let label =
        format!("{}, {}: {} it", node.label, state_name(graph, index, state), if stopped { "revive" } else { "stop" });
    let click = props.on_toggle.reform(move |_: MouseEvent| index);
    let key = on_press(&props.on_toggle, index);
    html! {
        <g class={classes!("node", class)} {transform}>
            <g class="selectable" role="button" tabindex="0" aria-label={label} aria-pressed={stopped.to_string()}
                onclick={click} onkeydown={key}>
                { inside }
            </g>
            // Beside the button, not in it: its name says more than they do.
            <g class="words" aria-hidden="true">{ words }</g>
        </g>
    }
}

/// What a state adds to a shape.
fn mark(state: State, half: i32) -> Html {
    // At the upper right, where no link of the six graphs hides it.
    let badge = |inside: Html| html! { <g class="badge" transform={format!("translate(16,{})", 3 - half)}><circle r="8"/>{ inside }</g> };
    match state {
        State::Well => Html::default(),
        State::Limited => badge(html! { <path class="half" d="M0-4.5a4.5 4.5 0 0 1 0 9z"/> }),
        State::Affected => badge(html! { <path class="bang" d="M0-4.5v5M0 3.6v.4"/> }),
        State::Stopped => html! { <path class="off" d="M-11-11l22 22m0-22l-22 22"/> },
    }
}

/// A role's outline around the centre, and half its height.
const fn shape(role: Role) -> (i32, &'static str) {
    match role {
        // A portable computer.
        Role::Client => (14, "M-13-14h26a2 2 0 0 1 2 2v18h-30v-18a2 2 0 0 1 2-2z"),
        // A window.
        Role::Browser => (14, "M-15-14h30a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3h-30a3 3 0 0 1-3-3v-22a3 3 0 0 1 3-3z"),
        // A telephone.
        Role::Device => (18, "M-9-18h18a3 3 0 0 1 3 3v30a3 3 0 0 1-3 3h-18a3 3 0 0 1-3-3v-30a3 3 0 0 1 3-3z"),
        // A person: head and shoulders.
        Role::Visitor | Role::Buyer => {
            (18, "M-6-12a6 6 0 1 1 12 0a6 6 0 1 1-12 0zM-15 18v-9a10 10 0 0 1 10-10h10a10 10 0 0 1 10 10v9z")
        }
        // A machine in a rack.
        Role::Server => (22, "M-17-22h34a3 3 0 0 1 3 3v38a3 3 0 0 1-3 3h-34a3 3 0 0 1-3-3v-38a3 3 0 0 1 3-3z"),
        Role::Api | Role::Edge => {
            (19, "M-17-19h34a3 3 0 0 1 3 3v32a3 3 0 0 1-3 3h-34a3 3 0 0 1-3-3v-32a3 3 0 0 1 3-3z")
        }
        Role::Peer => (17, "M-17 0a17 17 0 1 1 34 0a17 17 0 1 1-34 0z"),
        Role::Leaf => (14, "M-14 0a14 14 0 1 1 28 0a14 14 0 1 1-28 0z"),
        Role::SuperPeer => (22, "M-22 0a22 22 0 1 1 44 0a22 22 0 1 1-44 0z"),
        Role::Database => (21, "M-19-14c0-9.3 38-9.3 38 0v28c0 9.3-38 9.3-38 0z"),
        Role::Cloud => (18, "M-18 18a12 12 0 0 1-2-23.8a14 14 0 0 1 25.5-6.2a10 10 0 0 1 14.5 8.5a11 11 0 0 1-1 21.5z"),
        // Wider than high, with a way through.
        Role::Gateway => (16, "M-34-16h60l10 16l-10 16h-60l10-16z"),
        Role::Service => (18, "M-11-18h22l11 18l-11 18h-22l-11-18z"),
    }
}

/// Lines within a role's outline.
const fn detail(role: Role) -> Option<&'static str> {
    Some(match role {
        Role::Client => "M-21 6h42l-3 6h-36z",
        Role::Browser => "M-18-7h36M-14-10.5h.01M-10-10.5h.01",
        Role::Device => "M-3 14.5h6",
        Role::Server => "M-20-8h40M-20 7h40M-14-15h.01M-14-.5h.01M-14 14.5h.01M-4-15h18M-4-.5h18M-4 14.5h18",
        Role::Api | Role::Edge => "M-20-6h40M-14-12.5h.01M-4-12.5h18",
        Role::SuperPeer => "M-17 0a17 17 0 1 1 34 0a17 17 0 1 1-34 0z",
        Role::Database => "M-19-14c0 9.3 38 9.3 38 0",
        Role::Gateway => "M-12 0h24M6-6l6 6l-6 6",
        _ => return None,
    })
}

/// Where a number stands in its role's outline.
const fn number_y(role: Role) -> i32 {
    match role {
        Role::Client => 1,
        Role::Browser => 9,
        Role::Visitor | Role::Buyer => 13,
        Role::Api | Role::Edge => 12,
        _ => 5,
    }
}

/// What the marks mean, with how many there are of each.
pub(super) fn key(id: &AttrValue, shown: &Shown) -> Html {
    let graph = shown.graph();
    let users = |state| graph.users().filter(|user| shown.state(*user) == state).count();
    let hatch_id = format!("{id}-key-hatch");
    let item = |class: &'static str, state, count: usize, words: &'static str| {
        let fill = (state == State::Stopped).then(|| format!("url(#{hatch_id})"));
        html! {
            <li>
                <svg class="graph swatch" viewBox="-15 -15 36 30" width="29" height="24" aria-hidden="true">
                    if state == State::Stopped {
                        { hatch(&hatch_id) }
                    }
                    <g class={classes!("node", class)}>
                        <path class="body" d="M-11-11h22v22h-22z" fill={fill}/>
                        if state == State::Stopped {
                            <path class="off" d="M-8-8l16 16m0-16l-16 16"/>
                        } else {
                            { mark(state, 9) }
                        }
                    </g>
                </svg>
                <b>{ count }</b>{ " " }{ words }
            </li>
        }
    };
    html! {
        <ul class="map-key">
            { item("well", State::Well, users(State::Well), "served") }
            if !shown.impact.limited.is_empty() {
                { item("limited", State::Limited, users(State::Limited), "served in part") }
            }
            { item("affected", State::Affected, users(State::Affected), "without service") }
            { item("stopped", State::Stopped, shown.map.stopped.len(), "stopped") }
        </ul>
    }
}
