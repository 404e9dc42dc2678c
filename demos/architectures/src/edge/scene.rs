//! Devices, edge nodes and the cloud in a picture.

use super::world::{Config, Edge, Last, Where, waits};
use crate::live::{Class, Crowd, Dot, Kind, LinkView, Mark, NodeView, Scene, State};
use crate::parts::WIDTH;
use sim::Duration;
use sim::words::counted;

/// Up to so many devices are drawn, in a row.
const DEVICES: u32 = 12;
/// Up to so many edge nodes are drawn, in a row.
const EDGES: u32 = 4;
const DOTS: usize = 120;
/// So many waiting writes fill a node.
const FULL: usize = 20;

/// Whether the picture has every node, and so every message on its way.
pub(super) fn is_drawn(config: &Config) -> bool {
    config.users <= DEVICES && config.edges <= EDGES
}

/// The middle of a place of so many in a row.
fn column(place: u16, of: u16, apart: u16) -> u16 {
    (WIDTH - (of - 1) * apart) / 2 + place * apart
}

fn state(world: &Edge, node: u32) -> State {
    let node = world.nodes[node as usize];
    match (node.up, node.factor) {
        (false, _) => State::Down,
        (_, 1) => State::Up,
        _ => State::Slow,
    }
}

fn cloud(world: &Edge, y: u16) -> NodeView {
    let node = world.config.cloud();
    let state = state(world, node);
    let (mark, word) = match (state, world.conflicts) {
        (State::Down, _) => (Mark::Fail, "away".to_owned()),
        (_, 0) => (Mark::Ok, "no conflict".to_owned()),
        (_, 1) => (Mark::None, "1 conflict".to_owned()),
        (_, count @ 0..10_000) => (Mark::None, format!("{count} conflicts")),
        (_, count) => (Mark::None, format!("{}k conflicts", count / 1_000)),
    };
    NodeView { node, kind: Kind::Cloud, x: WIDTH / 2, y, state, fill: 0, mark, word }
}

fn edge(world: &Edge, place: u32, x: u16, y: u16) -> NodeView {
    let config = &world.config;
    let node = config.users + place;
    let state = state(world, node);
    let waiting = if config.place == Where::Edge { world.replicas[place as usize].waiting.len() } else { 0 };
    let cut = world.wires[node as usize].cut || !world.nodes[config.cloud() as usize].up;
    let (mark, word) = match (state, config.place) {
        (State::Down, _) => (Mark::Fail, "away".to_owned()),
        (_, Where::Edge) if waiting > 0 => (Mark::Wait, format!("{} to sync", short(waiting))),
        (_, Where::Edge) => (Mark::Ok, "in sync".to_owned()),
        _ if cut => (Mark::Fail, "cut off".to_owned()),
        _ => (Mark::None, "passes on".to_owned()),
    };
    NodeView { node, kind: Kind::Edge, x, y, state, fill: fill(waiting), mark, word }
}

fn short(count: usize) -> String {
    if count < 1_000 { count.to_string() } else { format!("{}k", count / 1_000) }
}

fn fill(waiting: usize) -> u16 {
    (waiting.min(FULL) * 1_000 / FULL) as u16
}

fn device(world: &Edge, node: u32, x: u16, y: u16) -> NodeView {
    let state = state(world, node);
    let waiting = if world.config.place == Where::Device { world.replicas[node as usize].waiting.len() } else { 0 };
    let (mark, word) = match (state, world.last[node as usize]) {
        (State::Down, _) => (Mark::None, "away".to_owned()),
        (_, Last::Badly) => (Mark::Fail, "failed".to_owned()),
        _ if waiting > 0 => (Mark::Wait, format!("{} to sync", short(waiting))),
        (_, Last::Well) => (Mark::Ok, "works".to_owned()),
        (_, Last::None) => (Mark::None, "idle".to_owned()),
    };
    NodeView { node, kind: Kind::Device, x, y, state, fill: fill(waiting), mark, word }
}

pub(super) fn draw(world: &Edge) -> Scene {
    let config = &world.config;
    let mut scene = Scene { width: WIDTH, summary: summary(world), ..Scene::default() };
    let top = if is_drawn(config) { 34 } else { 45 };
    scene.nodes.push(cloud(world, top));
    scene.height = 90;
    let view = |a: u16, b: u16, lower: u32| {
        let wire = world.wires[lower as usize];
        LinkView { a, b, cut: wire.cut, slow: wire.later > Duration::ZERO }
    };
    if config.edges <= EDGES {
        // The cloud stands at place 0, the edge nodes behind it, then the devices.
        for place in 0..config.edges {
            let apart = if config.edges <= 2 { 200 } else { 104 };
            let x = column(place as u16, config.edges as u16, apart);
            scene.nodes.push(edge(world, place, x, top + 80));
            scene.links.push(view(place as u16 + 1, 0, config.users + place));
        }
        scene.height = 160;
    }
    if !is_drawn(config) {
        scene.crowd = Some(crowd(world));
        return scene;
    }
    let first = config.edges as u16 + 1;
    for place in 0..config.users {
        let x = column(place as u16, config.users as u16, if config.users <= 8 { 50 } else { 34 });
        scene.nodes.push(device(world, place, x, top + 166));
        scene.links.push(view(first + place as u16, config.home(place) as u16 + 1, place));
    }
    scene.height = 230;
    let place = |node: u32| match node {
        _ if node < config.users => first + node as u16,
        _ if node == config.cloud() => 0,
        _ => (node - config.users) as u16 + 1,
    };
    let now = world.now();
    for flight in world.flights.iter().filter(|flight| flight.arrives > now).take(DOTS) {
        let length = flight.arrives.since(flight.sent).as_micros().max(1);
        let way = (now.since(flight.sent).as_micros() * 1_000 / length) as u32;
        let [from, over, to] = flight.stops.map(place);
        let (from, to, way) = if way < flight.middle {
            (from, over, way * 1_000 / flight.middle)
        } else {
            (over, to, (way - flight.middle) * 1_000 / (1_000 - flight.middle).max(1))
        };
        scene.dots.push(Dot { from, to, way: way.min(1_000) as u16, kind: flight.kind, doomed: false });
    }
    scene
}

fn crowd(world: &Edge) -> Crowd {
    let local = world.config.place == Where::Device;
    let mut legend = vec![
        (Class::Absent, "away".to_owned(), 0),
        (Class::Done, if local { "works, all synchronised" } else { "last request answered" }.to_owned(), 0),
        (Class::Working, "works, writes wait to be synchronised".to_owned(), 0),
        (Class::Waiting, "nothing asked yet".to_owned(), 0),
        (Class::Failed, "last request failed".to_owned(), 0),
    ];
    let mut cells = Vec::with_capacity(world.last.len());
    for (place, last) in world.last.iter().enumerate() {
        let waiting = if local { world.replicas[place].waiting.len() } else { 0 };
        let (class, level) = match last {
            _ if !world.nodes[place].up => (0, 0),
            Last::Badly => (4, 1_000),
            _ if waiting > 0 => (2, u32::from(fill(waiting))),
            Last::Well => (1, 1_000),
            Last::None => (3, 0),
        };
        let entry = &mut legend[class];
        entry.2 += 1;
        cells.push(Crowd::cell(entry.0, level));
    }
    legend.retain(|entry| entry.2 > 0);
    Crowd { label: "devices".to_owned(), cells, legend }
}

fn summary(world: &Edge) -> String {
    let Config { users, edges, .. } = world.config;
    let up = |from: u32, to: u32| world.nodes[from as usize..to as usize].iter().filter(|node| node.up).count() as u64;
    let place = match world.config.place {
        Where::Device => "on their own data",
        Where::Edge => "on data at their edge nodes",
        Where::Cloud => "on data in the cloud",
    };
    let cloud = if world.nodes[world.config.cloud() as usize].up { "" } else { " The cloud is away." };
    let apart = match world.cut_off {
        0 => String::new(),
        count => format!(" {} cannot reach the cloud.", counted(count.into(), "replica")),
    };
    format!(
        "{} up, working {place} through {} up; {}, {} so far.{cloud}{apart}",
        counted(up(0, users), "device"),
        counted(up(users, users + edges), "edge node"),
        waits(world.waiting),
        counted(world.conflicts, "conflict"),
    )
}
