//! The nodes, the links and what is on its way between them.

use crate::chrome::svg::{el, on_press, px, text};
use architectures::live::{Dot, DotKind, Kind, LinkView, Mark, Names, Node, NodeView, Scene, State};
use yew::prelude::*;

/// What a reader can point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A node.
    Node(Node),
    /// The link between two.
    Link(Node, Node),
}

/// What the picture shows.
pub struct PictureProps<'a> {
    /// What its ids begin with.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What is to be seen.
    pub scene: &'a Scene,
    /// The nodes' names.
    pub names: &'a Names,
    /// What is chosen.
    pub chosen: Option<Part>,
    /// What happens when a part is chosen; nothing if none can be.
    pub choose: Option<Callback<Part>>,
}

const BOX: (f64, f64) = (88.0, 50.0);
const ROUND: f64 = 12.0;

fn is_box(kind: Kind) -> bool {
    !matches!(kind, Kind::Client | Kind::Peer | Kind::Device | Kind::Seed)
}

/// The picture.
pub fn picture(props: &PictureProps<'_>) -> Html {
    let (scene, id) = (props.scene, &props.id);
    let role = if props.choose.is_some() { "group" } else { "img" };
    let hatch = format!("url(#{id}-hatch)");
    let links = scene.links.iter().map(|one| link(props, one));
    let nodes = scene.nodes.iter().map(|one| node(props, one, &hatch));
    let words = scene.nodes.iter().flat_map(|one| words(props, one));
    let dots = scene.dots.iter().filter_map(|one| dot(scene, one));
    html! {
        <svg class="scene" viewBox={format!("0 0 {} {}", scene.width, scene.height)} {role} aria-labelledby={format!("{id}-pic {id}-desc")}>
            <title id={format!("{id}-pic")}>{ props.title.clone() }</title>
            <desc id={format!("{id}-desc")}>{ scene.summary.clone() }</desc>
            <defs>
                <pattern id={format!("{id}-hatch")} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect class="hatch-ground" width="6" height="6"/>
                    <line class="hatch" x1="0" y1="0" x2="0" y2="6"/>
                </pattern>
            </defs>
            <g aria-hidden="true">{ for links }</g>
            <g aria-hidden="true">{ for dots }</g>
            <g>{ for nodes }</g>
            <g aria-hidden="true" class="words">{ for words }</g>
        </svg>
    }
}

fn place(scene: &Scene, node: u16) -> Option<(f64, f64)> {
    scene.nodes.get(usize::from(node)).map(|node| (f64::from(node.x), f64::from(node.y)))
}

/// A link. Its wide, invisible double takes the clicks; by keyboard it is reached from the panel of either end.
fn link(props: &PictureProps<'_>, link: &LinkView) -> Html {
    let scene = props.scene;
    let (Some(a), Some(b)) = (place(scene, link.a), place(scene, link.b)) else { return Html::default() };
    let ends = (scene.nodes[usize::from(link.a)].node, scene.nodes[usize::from(link.b)].node);
    let d = format!("M{},{}L{},{}", px(a.0), px(a.1), px(b.0), px(b.1));
    let mut class = "link".to_owned();
    for (is, word) in
        [(link.cut, " cut"), (link.slow, " slow"), (props.chosen == Some(Part::Link(ends.0, ends.1)), " chosen")]
    {
        class += if is { word } else { "" };
    }
    let mut parts = vec![Html::from(el("path", &[("class", class), ("d", d.clone())], vec![]))];
    if link.cut {
        let (x, y) = (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
        let cross = format!("M{},{}l12,12m0,-12l-12,12", px(x - 6.0), px(y - 6.0));
        parts.push(el("path", &[("class", "cross".into()), ("d", cross)], vec![]).into());
    }
    if let Some(choose) = &props.choose {
        let onclick = choose.reform(move |_: MouseEvent| Part::Link(ends.0, ends.1));
        parts.push(html! { <path class="hit" {d} {onclick}/> });
    }
    html! { <g>{ for parts }</g> }
}

/// A node's body. Text stands beside it: what acts as a button must not hold any.
fn node(props: &PictureProps<'_>, node: &NodeView, hatch: &str) -> Html {
    let (x, y) = (f64::from(node.x), f64::from(node.y));
    let boxed = is_box(node.kind);
    let (w, h) = BOX;
    let mut parts: Vec<Html> = vec![];
    let shape = |class: &str, fill: Option<&str>| -> Html {
        let mut attributes = vec![("class", class.to_owned())];
        attributes.extend(fill.map(|fill| ("fill", fill.to_owned())));
        let tag = if boxed {
            let (left, top) = (-w / 2.0, -h / 2.0);
            let d = match node.kind {
                Kind::Database => format!(
                    "M{l},{t}v{v}c0,8 {w},8 {w},0v-{v}c0,-8 -{w},-8 -{w},0c0,8 {w},8 {w},0",
                    l = px(left),
                    t = px(top + 6.0),
                    v = px(h - 12.0),
                    w = px(w)
                ),
                Kind::Balancer | Kind::Gateway => format!(
                    "M{},{}h{}l10,{half}l-10,{half}h-{}l-10,-{half}z",
                    px(left + 10.0),
                    px(top),
                    px(w - 20.0),
                    px(w - 20.0),
                    half = px(h / 2.0)
                ),
                _ => {
                    let r = if matches!(node.kind, Kind::Cloud | Kind::SuperPeer) { 22.0 } else { 8.0 };
                    format!(
                        "M{},{}h{i}a{r},{r} 0 0 1 {r},{r}v{j}a{r},{r} 0 0 1 -{r},{r}h-{i}a{r},{r} 0 0 1 -{r},-{r}v-{j}a{r},{r} 0 0 1 {r},-{r}z",
                        px(left + r),
                        px(top),
                        i = px(w - 2.0 * r),
                        j = px(h - 2.0 * r),
                    )
                }
            };
            attributes.push(("d", d));
            "path"
        } else {
            attributes.push(("r", px(ROUND)));
            "circle"
        };
        el(tag, &attributes, vec![]).into()
    };
    let kind = match node.kind {
        Kind::Seed => " seed",
        Kind::SuperPeer => " super",
        _ => "",
    };
    let state = match (node.state, node.mark) {
        (State::Down, _) => " down-node",
        (_, Mark::Fail) => " failing",
        (State::Slow, _) => " slow",
        _ => "",
    };
    parts.push(shape("body", None));
    let fill = f64::from(node.fill.min(1_000)) / 1_000.0;
    if node.state != State::Down && fill > 0.0 {
        if boxed {
            let bar = [
                ("class", if fill > 0.9 { "bar full".to_owned() } else { "bar".to_owned() }),
                ("x", px(-w / 2.0 + 12.0)),
                ("y", px(h / 2.0 - 11.0)),
                ("width", px((w - 24.0) * fill)),
                ("height", "5".to_owned()),
            ];
            parts.push(el("rect", &bar, vec![]).into());
        } else {
            // A ring that closes as the node fills.
            let round = std::f64::consts::TAU * (ROUND - 1.5);
            let ring = [
                ("class", "ring".to_owned()),
                ("r", px(ROUND - 1.5)),
                ("stroke-dasharray", format!("{} {}", px(round * fill), px(round))),
                ("transform", "rotate(-90)".to_owned()),
            ];
            parts.push(el("circle", &ring, vec![]).into());
        }
    }
    if node.state == State::Down {
        parts.push(shape("down", Some(hatch)));
        // A box says in words that it is down.
        if !boxed {
            parts.push(el("path", &[("class", "gone".into()), ("d", "M-7,-7L7,7M7,-7L-7,7".into())], vec![]).into());
        }
    }
    let chosen = props.chosen == Some(Part::Node(node.node));
    let class = format!("node{kind}{state}{}", if chosen { " chosen" } else { "" });
    let transform = format!("translate({},{})", px(x), px(y));
    let Some(choose) = &props.choose else {
        return el("g", &[("class", class), ("transform", transform), ("aria-hidden", "true".into())], parts).into();
    };
    parts.insert(0, html! { <circle class="hit-point" r={px(if boxed { 34.0 } else { 17.0 })}/> });
    let part = Part::Node(node.node);
    let onclick = choose.reform(move |_: MouseEvent| part);
    let label = format!("{}, {}: what to do to it", props.names.label(node.node), state_words(node));
    html! {
        <g class={format!("{class} selectable")} {transform} role="button" tabindex="0" {onclick} onkeydown={on_press(choose, part)}
            aria-label={label} aria-expanded={chosen.to_string()}>
            { for parts }
        </g>
    }
}

/// How a node is, in words.
pub fn state_words(node: &NodeView) -> String {
    let state = match (node.state, node.mark) {
        (State::Down, _) => "down",
        (_, Mark::Fail) => "its last request failed",
        (State::Slow, _) => "slow",
        (_, Mark::Wait) => "waiting",
        _ => "up",
    };
    // A client that waits says so itself.
    if node.word.is_empty() || node.word == state { state.to_owned() } else { format!("{state}, {}", node.word) }
}

/// What is written in and beside a node.
fn words(props: &PictureProps<'_>, node: &NodeView) -> Vec<Html> {
    let (x, y) = (f64::from(node.x), f64::from(node.y));
    let down = node.state == State::Down;
    if is_box(node.kind) {
        let word = if down { "✕ down".to_owned() } else { node.word.clone() };
        let label = text("who", x, y - 6.0, "middle", props.names.label(node.node));
        return vec![label, text(if down { "soft odd" } else { "soft" }, x, y + 9.0, "middle", word)];
    }
    let (_, number) = props.names.group_of(node.node);
    let mut words = vec![];
    if !down {
        words.push(text("number", x, y + 4.0, "middle", (number + 1).to_string()));
    }
    let (class, sign) = match (node.state, node.mark) {
        (State::Down, _) => ("sign odd", ""),
        (_, Mark::None) => ("sign", ""),
        (_, Mark::Ok) => ("sign well", "✓"),
        (_, Mark::Wait) => ("sign", "…"),
        (_, Mark::Fail) => ("sign odd", "✕"),
    };
    if !sign.is_empty() {
        words.push(text(class, x + 12.0, y - 8.0, "start", sign.to_owned()));
    }
    words
}

/// Requests are filled, answers hollow, each on its side of the link; a refusal is a cross, data a square, gossip a
/// small point. What will not arrive is dashed.
fn dot(scene: &Scene, dot: &Dot) -> Option<Html> {
    let (a, b) = (place(scene, dot.from)?, place(scene, dot.to)?);
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = (dx * dx + dy * dy).sqrt().max(1.0);
    // Keeps off the nodes at both ends, and to the left of its way.
    let way = 0.08 + 0.84 * f64::from(dot.way.min(1_000)) / 1_000.0;
    let (x, y) = (a.0 + dx * way + 3.0 * dy / length, a.1 + dy * way - 3.0 * dx / length);
    let doomed = if dot.doomed { " doomed" } else { "" };
    let class = |name: &str| ("class", format!("dot {name}{doomed}"));
    let round = |name: &str, r: f64| el("circle", &[class(name), ("cx", px(x)), ("cy", px(y)), ("r", px(r))], vec![]);
    Some(Html::from(match dot.kind {
        DotKind::Request => round("request", 4.0),
        DotKind::Reply => round("reply", 3.5),
        DotKind::Gossip => round("gossip", 2.5),
        DotKind::Refusal => {
            let d = format!("M{},{}l7,7m0,-7l-7,7", px(x - 3.5), px(y - 3.5));
            el("path", &[class("refusal"), ("d", d)], vec![])
        }
        DotKind::Data => {
            let attributes =
                [class("data"), ("x", px(x - 3.0)), ("y", px(y - 3.0)), ("width", "6".into()), ("height", "6".into())];
            el("rect", &attributes, vec![])
        }
    }))
}
