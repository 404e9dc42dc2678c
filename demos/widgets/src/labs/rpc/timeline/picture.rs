//! The diagram: time runs down, machines stand side by side, a message's slope is its latency.

use super::{
    board::node_name,
    faults::{Site, Target, selectable},
};
use crate::chrome::svg::{on_press, px};
use protocols::rpc::{
    ANSWER, CALLER, Cents, DATABASE, FORWARD, LATE, MAILER, Outcome, REPLY, REQUEST, SERVER, SHOP, STUB, Scenario,
    Status, Transport, step,
};
use sim::{Event, Fate, Loss, Message, NodeId, Phase, StepName, Time, What};
use std::rc::Rc;
use yew::prelude::*;

/// Where the lifelines begin.
const TOP: f64 = 46.0;
/// Half the width of a lifeline's activity bar.
const BAR: f64 = 5.0;

/// What the picture shows.
pub struct PictureProps<'a> {
    /// The figure's id; ids inside begin with it.
    pub id: AttrValue,
    /// The figure's title.
    pub title: AttrValue,
    /// What the picture says, in a sentence.
    pub story: AttrValue,
    /// The time up to which it is drawn.
    pub at: Time,
    /// Whether messages can be clicked.
    pub live: bool,
    /// The run.
    pub outcome: Rc<Outcome>,
    /// Where the server can be made to crash.
    pub sites: &'a [Site],
    /// The run before, to be drawn faintly.
    pub ghost: Option<Rc<Outcome>>,
    /// What is chosen.
    pub selected: Option<Target>,
    /// Chooses a message or a place to crash.
    pub on_select: Callback<Target>,
}

/// The picture in its place. One with more machines than a phone is wide keeps a size at which it can
/// be read; there its place is scrolled, by keys too.
pub fn stage(props: &PictureProps<'_>) -> Html {
    if props.outcome.scenario.hops > 1 || props.outcome.scenario.semantics.has_receipt() {
        return html! {
            <div class="stage long" tabindex="0" role="group" aria-label={format!("Picture: {}", props.title)}>{ picture(props) }</div>
        };
    }
    html! { <div class="stage">{ picture(props) }</div> }
}

/// The lifelines of a scenario, from left to right, each with its place.
struct Columns {
    at: Vec<(NodeId, f64)>,
    width: f64,
}

impl Columns {
    fn new(scenario: &Scenario) -> Self {
        let mut at = vec![(CALLER, 42.0), (STUB, 142.0)];
        let mut x = 288.0;
        if scenario.hops > 1 {
            at.push((SHOP, x));
            x += 146.0;
        }
        at.push((SERVER, x));
        at.push((DATABASE, x + 96.0));
        if scenario.semantics.has_receipt() {
            at.push((MAILER, x + 206.0));
        }
        // Room for the balance beside the last line, in the large letters of a small picture.
        let left = Cents(scenario.balance.0 - scenario.amount.0).to_string().len();
        let width = at[at.len() - 1].1 + (30.0 + 9.5 * left as f64).max(72.0);
        Self { at, width }
    }

    fn x(&self, node: NodeId) -> f64 {
        self.at.iter().find(|(other, _)| *other == node).map_or(0.0, |(_, x)| *x)
    }

    /// The machines: where each begins and how wide it is.
    fn machines(&self) -> Vec<(f64, f64)> {
        let mut machines = vec![(4.0, 176.0)];
        for (node, x) in &self.at {
            match *node {
                SHOP => machines.push((x - 38.0, 76.0)),
                SERVER => machines.push((x - 38.0, 202.0)),
                MAILER => machines.push((x - 40.0, 104.0)),
                _ => {}
            }
        }
        machines
    }
}

/// From time to height: 0.55 px a millisecond while something happens; a long silence is shortened,
/// so that waiting is seen to be long but does not fill the page.
struct Scale(Vec<(Time, f64)>);

impl Scale {
    /// For the events of one run, or of two that are drawn over each other.
    fn new(events: &[Event], others: &[Event]) -> Self {
        let mut points = vec![(Time::ZERO, TOP + 14.0)];
        let (mut a, mut b) = (events.iter().peekable(), others.iter().peekable());
        loop {
            let at = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if y.at < x.at => b.next(),
                (Some(_), _) => a.next(),
                (None, _) => b.next(),
            };
            let Some(event) = at else { return Self(points) };
            let (last, y) = points[points.len() - 1];
            if event.at > last {
                let ms = event.at.since(last).as_micros() as f64 / 1_000.0;
                points.push((event.at, y + 0.55 * ms.min(90.0) + 0.12 * (ms - 90.0).max(0.0)));
            }
        }
    }

    fn y(&self, at: Time) -> f64 {
        let after = self.0.partition_point(|(time, _)| *time <= at);
        let (before, y) = self.0[after - 1];
        let Some((next, below)) = self.0.get(after) else { return y };
        let part = at.since(before).as_micros() as f64 / next.since(before).as_micros() as f64;
        y + (below - y) * part
    }
}

/// The diagram.
pub fn picture(props: &PictureProps<'_>) -> Html {
    let outcome = &props.outcome;
    let trace = &outcome.trace;
    let ghosts: &[Event] = props.ghost.as_ref().map_or(&[], |ghost| &ghost.trace.events);
    let scale = Scale::new(&trace.events, ghosts);
    let columns = Columns::new(&outcome.scenario);
    let end = outcome.end();
    let bottom = scale.y(end.max(ghosts.last().map_or(Time::ZERO, |event| event.at))) + 26.0;
    let now = scale.y(props.at);
    let role = if props.live { "group" } else { "img" };
    let id = &props.id;
    html! {
        <svg class="spacetime" viewBox={format!("0 0 {} {}", px(columns.width), px(bottom + 6.0))} {role}
            aria-labelledby={format!("{id}-pic {id}-desc")}>
            <title id={format!("{id}-pic")}>{ format!("{}: a space–time diagram", props.title) }</title>
            <desc id={format!("{id}-desc")}>{ format!("The machines side by side, time running down. {}.", props.story) }</desc>
            <defs>
                <pattern id={format!("{id}-hatch")} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect class="hatch-ground" width="6" height="6"/>
                    <line class="hatch" x1="0" y1="0" x2="0" y2="6"/>
                </pattern>
            </defs>
            <g aria-hidden="true">
                { for columns.machines().into_iter().map(|(x, width)| html! {
                    <rect class="machine" x={px(x)} y="4" width={px(width)} height={px(bottom - 2.0)} rx="8"/>
                }) }
                <text class="place" x="215" y="20" text-anchor="middle">{ "network" }</text>
                { for columns.at.iter().map(|(node, x)| lifeline(*node, *x, bottom)) }
                if let Some(ghost) = &props.ghost {
                    <path class="ghost" d={ghost_ways(ghost, &columns, &scale)}/>
                }
                { for down(outcome, props.at, end).into_iter().map(|(from, to)| {
                    let (y1, y2) = (scale.y(from), to.map_or(bottom, |to| scale.y(to)).min(now.max(scale.y(from) + 4.0)));
                    html! {
                        <rect class="down" x={px(columns.x(SERVER) - 8.0)} y={px(y1)} width="16" height={px((y2 - y1).max(4.0))}
                            fill={format!("url(#{id}-hatch)")}/>
                    }
                }) }
                { for work(outcome, props.at).into_iter().map(|(node, from, to)| html! {
                    <rect class={if node == STUB { "waiting" } else { "working" }} x={px(columns.x(node) - BAR)}
                        y={px(scale.y(from))} width={px(2.0 * BAR)} height={px((scale.y(to) - scale.y(from)).max(2.0))} rx="2"/>
                }) }
            </g>
            // Under the words.
            if props.live {
                <line class="cursor" x1="0" x2={px(columns.width)} y1={px(now)} y2={px(now)} aria-hidden="true"/>
            }
            <g>{ for trace.messages.iter().filter(|message| message.sent <= props.at).map(|m| message(props, &columns, &scale, m)) }</g>
            <g>{ for props.sites.iter().filter(|site| site.at <= props.at).map(|site| place(props, &columns, &scale, site)) }</g>
            <g>{ for trace.events.iter().filter(|event| event.at <= props.at).map(|event| mark(props, &columns, &scale, event)) }</g>
        </svg>
    }
}

/// Where the messages of another run went, in one path.
fn ghost_ways(ghost: &Outcome, columns: &Columns, scale: &Scale) -> String {
    let mut path = String::new();
    for message in &ghost.trace.messages {
        let (x1, x2, y1) = (columns.x(message.from), columns.x(message.to), scale.y(message.sent));
        for copy in &message.copies {
            let (y2, reach) = match copy.fate {
                Fate::Delivered(at) | Fate::Lost(at, Loss::ReceiverDown) => (scale.y(at), 1.0),
                Fate::Lost(at, _) => (scale.y(at), 0.5),
                Fate::Travelling => continue,
            };
            // A lifeline that this scenario does not have.
            if x1 > 0.0 && x2 > 0.0 {
                path += &format!("M{} {}L{} {}", px(x1), px(y1), px(x1 + (x2 - x1) * reach), px(y2));
            }
        }
    }
    path
}

fn lifeline(node: NodeId, x: f64, bottom: f64) -> Html {
    html! {
        <>
            <text class="who" x={px(x)} y="38" text-anchor="middle">{ node_name(node) }</text>
            <line class={if node == DATABASE { "life durable" } else { "life" }} x1={px(x)} x2={px(x)} y1={px(TOP)} y2={px(bottom)}/>
        </>
    }
}

/// When the server is down, as far as is known at that time.
fn down(outcome: &Outcome, at: Time, end: Time) -> Vec<(Time, Option<Time>)> {
    let mut spans: Vec<(Time, Option<Time>)> = vec![];
    for event in outcome.trace.events.iter().filter(|event| event.at <= at && event.node == SERVER) {
        match event.what {
            What::Crashed => spans.push((event.at, if at < end { Some(at) } else { None })),
            What::Restarted => {
                if let Some(span) = spans.last_mut() {
                    span.1 = Some(event.at);
                }
            }
            _ => {}
        }
    }
    spans
}

/// When the server works and the stub waits.
fn work(outcome: &Outcome, at: Time) -> Vec<(NodeId, Time, Time)> {
    let trace = &outcome.trace;
    let mut spans = vec![];
    let mut waits_since = None;
    for event in trace.events.iter().filter(|event| event.at <= at) {
        match event.what {
            What::Step(step) if step.step == step::RECEIVE => {
                let ends = trace.events.iter().skip(event.id.0 as usize).find(|later| match later.what {
                    What::Step(s) => {
                        matches!(s.step, step::REPLY | step::EXPIRE | step::CANCEL | step::JOIN)
                            && s.attempt == step.attempt
                    }
                    What::Crashed => later.node == SERVER,
                    _ => false,
                });
                spans.push((SERVER, event.at, ends.map_or(at, |end| end.at).min(at)));
            }
            What::Sent(id) if trace.message(id).name.kind == REQUEST => waits_since = waits_since.or(Some(event.at)),
            What::Sent(id) if trace.message(id).name.kind == "return" => {
                if let Some(since) = waits_since.take() {
                    spans.push((STUB, since, event.at));
                }
            }
            _ => {}
        }
    }
    spans.extend(waits_since.map(|since| (STUB, since, at)));
    spans
}

fn cross(x: f64, y: f64, class: &'static str) -> Html {
    html! { <path class={class} d={format!("M{0},{1}l10,10m0,-10l-10,10", px(x - 5.0), px(y - 5.0))}/> }
}

fn head(x: f64, y: f64, dx: f64, dy: f64) -> Html {
    let length = dx.hypot(dy).max(1e-9);
    let (ux, uy) = (dx / length, dy / length);
    let corner = |side: f64| format!("{},{}", px(x - 8.0 * ux - side * 3.5 * uy), px(y - 8.0 * uy + side * 3.5 * ux));
    html! { <polygon class="head" points={format!("{},{} {} {}", px(x), px(y), corner(1.0), corner(-1.0))}/> }
}

fn message(props: &PictureProps<'_>, columns: &Columns, scale: &Scale, message: &Message) -> Html {
    let (x1, x2, y1) = (columns.x(message.from), columns.x(message.to), scale.y(message.sent));
    let (x1, x2) = if x1 < x2 { (x1 + BAR, x2 - BAR) } else { (x1 - BAR, x2 + BAR) };
    let now = scale.y(props.at);
    let mut ink = vec![];
    let mut hits = vec![];
    let mut fates = vec![];
    let doubled = message.copies.len() > 1;
    for (index, copy) in message.copies.iter().enumerate() {
        // A message is lost half way; its full way would have taken as long again.
        let (y2, reach) = match copy.fate {
            Fate::Delivered(at) => (scale.y(at), 1.0),
            Fate::Lost(at, Loss::ReceiverDown) => (scale.y(at), 1.0),
            Fate::Lost(at, _) => (y1 + 2.0 * (scale.y(at) - y1), 0.5),
            Fate::Travelling => (now, 1.0),
        };
        let late =
            matches!(copy.fate, Fate::Delivered(at) | Fate::Lost(at, _) if at > message.sent + LATE) && index == 0;
        let mut points = vec![(x1, y1)];
        if late {
            // The usual slope to the middle, a wait there, the usual slope to the end.
            let middle = (x1 + x2) / 2.0;
            let slope = 20.0f64.min((y2 - y1) / 3.0);
            points.extend([(middle, y1 + slope), (middle, y2 - slope)]);
        } else if index == 1 {
            // The copy leaves the original on its way.
            let first = match message.copies[0].fate {
                Fate::Delivered(at) | Fate::Lost(at, _) => scale.y(at),
                Fate::Travelling => y2,
            };
            points = vec![((x1 + x2) / 2.0, (y1 + first) / 2.0)];
        }
        points.push((x1 + (x2 - x1) * reach, y1 + (y2 - y1) * reach));
        let full = points.clone();
        // Only as far as it has come.
        let mut drawn = vec![points[0]];
        for pair in points.windows(2) {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            if ay > now {
                break;
            }
            let part = if by <= now || by <= ay { 1.0 } else { (now - ay) / (by - ay) };
            drawn.push((ax + (bx - ax) * part, ay + (by - ay) * part));
        }
        if drawn.len() < 2 {
            continue;
        }
        let line = |points: &[(f64, f64)]| {
            points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect::<Vec<_>>().join(" ")
        };
        let (tip, before) = (drawn[drawn.len() - 1], drawn[drawn.len() - 2]);
        let arrived = tip.1 >= full[full.len() - 1].1 - 0.05;
        let lost = matches!(copy.fate, Fate::Lost(..));
        let class = classes!(
            "way",
            lost.then_some("lost"),
            matches!(message.name.kind, REPLY | ANSWER | "return" | "mailed").then_some("back")
        );
        ink.push(html! { <polyline {class} points={line(&drawn)}/> });
        hits.push(html! { <polyline class="hit" points={line(&drawn)}/> });
        if arrived && lost {
            ink.push(cross(tip.0, tip.1, "cross"));
            // It has come, and nobody is there to take it.
            fates.push(match copy.fate {
                Fate::Lost(_, Loss::ReceiverDown) if props.outcome.scenario.transport == Transport::Stream => "refused",
                Fate::Lost(_, Loss::ReceiverDown) => "finds nobody",
                _ => "lost",
            });
        } else {
            ink.push(head(tip.0, tip.1, tip.0 - before.0, tip.1 - before.1));
        }
        if late && now > full[1].1 {
            let (x, y) = full[1];
            let y = (y + full[2].1.min(now)) / 2.0;
            fates.push("late");
            ink.push(html! {
                <g class="clock-mark" transform={format!("translate({},{})", px(x), px(y))}>
                    <circle r="8"/><path d="M0,-4.5V0L3,2.5"/>
                </g>
            });
        }
    }
    // Keyed, so that an element that has the focus stays the same when the run changes.
    let key = message.id.0.to_string();
    if ink.is_empty() {
        // It has only just been sent: words without a line would say nothing.
        return html! { <g {key}/> };
    }
    if doubled {
        fates.push("doubled");
    }
    let attempt = message.name.attempt;
    let selectable = selectable(message.name.kind);
    let name = match message.name.kind {
        "return" if message.detail == Status::Ok.name() => "OK".to_owned(),
        "return" => "error".to_owned(),
        // The dot and the new balance on the database's line say it already.
        "committed" | "stored" | "mailed" => String::new(),
        FORWARD if attempt > 1 => format!("request {attempt}"),
        FORWARD => "request".to_owned(),
        ANSWER if attempt > 1 => format!("reply {attempt}"),
        ANSWER => "reply".to_owned(),
        kind if selectable && attempt > 1 => format!("{kind} {attempt}"),
        kind => kind.to_owned(),
    };
    let name = if fates.is_empty() { name } else { format!("{name} {}", fates.join(", ").replace("doubled", "×2")) };
    let first_y = match message.copies[0].fate {
        Fate::Delivered(at) | Fate::Lost(at, Loss::ReceiverDown) => scale.y(at),
        Fate::Lost(at, _) => y1 + 2.0 * (scale.y(at) - y1),
        Fate::Travelling => now,
    };
    let late = fates.contains(&"late");
    // A cancellation crosses the reply that comes too late: its word stays near its beginning.
    let part = if message.name.kind == "cancel" { 0.2 } else { 0.5 };
    let (lx, ly) = match late {
        true => (x1 + (x2 - x1) * 0.25, y1 + 4.0),
        false => (x1 + (x2 - x1) * part, y1 + (first_y - y1) * part),
    };
    let lost = fates.iter().any(|fate| matches!(*fate, "lost" | "refused" | "finds nobody"));
    let (anchor, lx) = match (late || lost, x1 < x2) {
        (true, true) => ("start", x1 + 6.0),
        (true, false) => ("end", x1 - 6.0),
        // Above the line, towards the end that lies lower: nothing of the line is under the words.
        (false, true) => ("start", lx - 8.0),
        (false, false) => ("end", lx + 8.0),
    };
    let ly = if lost || late { y1 - 5.0 } else { ly - 6.0 };
    let text = html! { <text class={classes!("label", (!fates.is_empty()).then_some("odd"))} x={px(lx)} y={px(ly)} text-anchor={anchor} aria-hidden="true">{ &name }</text> };
    if !selectable {
        return html! { <g {key} class="message" aria-hidden="true">{ for ink }{ text }</g> };
    }
    let target = Target::Message(message.name);
    if !props.live {
        return html! { <g {key} class="message">{ for hits }{ for ink }{ text }</g> };
    }
    let what = format!(
        "{}{}: change what happens to it",
        target.heading(),
        if fates.is_empty() { ", delivered".to_owned() } else { format!(", {}", fates.join(", ")) }
    );
    // The words stand beside the button, not in it: its name says more than they do.
    html! {
        <g {key} class="message">
            { button(props, target, what, html! { <>{ for hits }{ for ink }</> }, "way-button") }
            { text }
        </g>
    }
}

/// A part of the picture that acts as a button.
fn button(props: &PictureProps<'_>, target: Target, label: String, inside: Html, class: &'static str) -> Html {
    let chosen = props.selected == Some(target);
    let click = props.on_select.reform(move |_: MouseEvent| target);
    let key = on_press(&props.on_select, target);
    html! {
        <g class={classes!(class, "selectable", chosen.then_some("selected"))} role="button" tabindex="0" aria-label={label}
            aria-pressed={chosen.to_string()} onclick={click} onkeydown={key}>
            { inside }
        </g>
    }
}

/// A place where the server can be made to crash.
fn place(props: &PictureProps<'_>, columns: &Columns, scale: &Scale, site: &Site) -> Html {
    let (x, y) = (columns.x(SERVER), scale.y(site.at));
    let (phase, step) = site.steps[0];
    let target = Target::Server(phase, step);
    let crashed = props.outcome.trace.events.iter().any(|event| event.what == What::Crashed && event.at == site.at);
    let ink = if crashed {
        html! { <>
            <circle class="hit-point" cx={px(x)} cy={px(y)} r="14"/>
            { cross(x, y, "cross crash") }
        </> }
    } else {
        html! { <>
            <circle class="hit-point" cx={px(x)} cy={px(y)} r="12"/>
            <path class="diamond" d={format!("M{},{}l6,6l-6,6l-6,-6z", px(x), px(y - 6.0))}/>
        </> }
    };
    let class = if crashed { "crash-mark" } else { "place-to-crash" };
    // Keyed, so that an element that has the focus stays the same when the run changes.
    let key = format!("{}{}{}.{}", u8::from(phase == Phase::After), step.step, step.attempt, step.copy);
    if !props.live {
        return html! { <g {key} {class}>{ ink }</g> };
    }
    let label = if crashed {
        format!("{}: it crashed here; change it", target.heading())
    } else {
        format!("{}: choose a crash", target.heading())
    };
    html! { <g {key}>{ button(props, target, label, ink, class) }</g> }
}

/// What is marked on a lifeline: crashes, timeouts, commits.
fn mark(props: &PictureProps<'_>, columns: &Columns, scale: &Scale, event: &Event) -> Html {
    let (x, y) = (columns.x(event.node), scale.y(event.at));
    let word = |text: String, class: &'static str, dx: f64, dy: f64| {
        html! { <text {class} x={px(x + dx)} y={px(y + dy)} aria-hidden="true">{ text }</text> }
    };
    let named = |text: &str| {
        html! {
            <g aria-hidden="true">
                <circle class="filter" cx={px(x)} cy={px(y)} r="6"/>
                { word(text.to_owned(), "label filter-label", 10.0, 4.0) }
            </g>
        }
    };
    let alarm = |text: &str| {
        html! {
            <g aria-hidden="true">
                <line class="time-out" x1={px(x - 11.0)} x2={px(x + 11.0)} y1={px(y)} y2={px(y)}/>
                { word(text.to_owned(), "label odd", 14.0, 4.0) }
            </g>
        }
    };
    match event.what {
        What::Step(StepName { step, .. }) => match step {
            step::APPLY => html! {
                <g aria-hidden="true">
                    <circle class="commit" cx={px(x)} cy={px(y)} r="6"/>
                    { word(format!("= {}", props.outcome.truth(event.at).balance), "label commit-label", 10.0, 4.0) }
                </g>
            },
            step::RECALL => named("known"),
            step::FILTER | step::JOIN => named("known"),
            step::SAME => named("known"),
            step::DELIVER => named("receipt"),
            step::REJECT => alarm("too low"),
            step::ABORT => alarm("refused"),
            step::EXPIRE | step::CANCEL => alarm("dropped"),
            step::TIME_OUT => alarm("timeout"),
            step::DEADLINE => alarm("deadline"),
            step::RESET => alarm("broken"),
            step::REFUSED => alarm("refused"),
            _ => Html::default(),
        },
        What::Crashed => {
            let at_site = props.sites.iter().any(|site| site.at == event.at);
            html! {
                <>
                    if !at_site {
                        <g class="crash-mark">{ cross(x, y, "cross crash") }</g>
                    }
                    { word("crash".to_owned(), "label odd", 14.0, 15.0) }
                </>
            }
        }
        What::Restarted => word("restart".to_owned(), "label", 14.0, 4.0),
        _ => Html::default(),
    }
}
