//! The services in a picture.

use super::world::{Config, Flight, Last, Node, Services};
use crate::live::{Class, Crowd, Dot, Kind, LinkView, Mark, NodeView, Scene, State};
use crate::parts::WIDTH;
use sim::Duration;
use sim::words::counted;

/// Up to so many users are drawn, in a row.
const USERS: u32 = 12;
/// Up to so many services are drawn, in rows of four.
const SERVICES: u32 = 12;
const IN_ROW: u16 = 4;
const DOTS: usize = 120;

/// Whether the picture has every node, and so every message on its way.
pub(super) fn is_drawn(config: &Config) -> bool {
    config.users <= USERS && config.services <= SERVICES
}

/// The middle of a place of so many in a row.
fn column(place: u16, of: u16, apart: u16) -> u16 {
    (WIDTH - (of - 1) * apart) / 2 + place * apart
}

fn node_view(world: &Services, number: u32, x: u16, y: u16) -> NodeView {
    let node = &world.nodes[number as usize];
    let waiting = node.queue.len() as u32;
    let (queue, workers) = (world.config.queue, world.config.workers);
    let full = waiting > 0 && waiting == queue;
    let word = match number {
        _ if !node.up => "down".to_owned(),
        0 => counted(world.users_up.into(), "user"),
        _ if world.config.breaker && !node.breaker.is_closed() => "breaker open".to_owned(),
        _ if waiting > 0 => format!("queue {waiting}/{queue}"),
        _ => format!("{} of {workers} busy", node.busy),
    };
    NodeView {
        node: world.config.users + number,
        kind: if number == 0 { Kind::Gateway } else { Kind::Service },
        x,
        y,
        state: state(node),
        fill: match number {
            0 => 0,
            _ if waiting > 0 => (waiting * 1_000 / queue) as u16,
            _ => (node.busy * 1_000 / workers).min(1_000) as u16,
        },
        mark: if !node.up || full {
            Mark::Fail
        } else if waiting > 0 {
            Mark::Wait
        } else {
            Mark::None
        },
        word,
    }
}

fn state(node: &Node) -> State {
    match (node.up, node.factor) {
        (false, _) => State::Down,
        (_, 1) => State::Up,
        _ => State::Slow,
    }
}

/// Draws the services from that height on; gives the height below them. The middles of a chain's rows follow each
/// other there and back, so that each service stands beside the next.
fn services(world: &Services, scene: &mut Scene, top: u16) {
    let count = world.config.services as u16;
    for place in 0..count {
        let (row, in_row) = (place / IN_ROW, place % IN_ROW);
        let of = (count - row * IN_ROW).min(IN_ROW);
        let back = world.config.chain && row % 2 == 1;
        // A last row that is not full begins below the end of the one before.
        let x = match back {
            true => column(IN_ROW - 1 - in_row, IN_ROW, 104),
            false if world.config.chain && row > 0 => column(in_row, IN_ROW, 104),
            false => column(in_row, of, 104),
        };
        let y = top + row * 64;
        scene.nodes.push(node_view(world, u32::from(place) + 1, x, y));
        scene.height = y + 30;
    }
}

/// Links between the gateway and the services; the gateway stands at that place, the services behind it.
fn service_links(world: &Services, scene: &mut Scene, gateway: u16) {
    for service in 1..=world.config.services as u16 {
        let wire = world.nodes[usize::from(service)].wire;
        let a = if world.config.chain { gateway + service - 1 } else { gateway };
        scene.links.push(LinkView { a, b: gateway + service, cut: wire.cut, slow: wire.later > Duration::ZERO });
    }
}

pub(super) fn draw(world: &Services) -> Scene {
    let config = &world.config;
    let mut scene = Scene { width: WIDTH, summary: summary(world), ..Scene::default() };
    if config.services > SERVICES {
        // The gateway, the first and the last service, and the one where most waits.
        let busiest = (2..config.services).max_by_key(|service| {
            let node = &world.nodes[*service as usize];
            (node.queue.len(), node.busy, u32::MAX - service)
        });
        let chosen = [0, 1, busiest.unwrap_or(2), config.services];
        for (place, number) in (0..).zip(chosen) {
            scene.nodes.push(node_view(world, number, column(place, 4, 104), 45));
        }
        scene.height = 90;
        scene.crowd = Some(service_crowd(world));
    } else if config.users > USERS {
        scene.nodes.push(node_view(world, 0, WIDTH / 2, 30));
        services(world, &mut scene, 96);
        service_links(world, &mut scene, 0);
        scene.crowd = Some(user_crowd(world));
    } else {
        let users = config.users as u16;
        for (place, user) in (0..).zip(&world.users) {
            let mark = match (user.open, user.last) {
                (_, Last::Badly) => Mark::Fail,
                (1.., _) => Mark::Wait,
                (_, Last::Well) => Mark::Ok,
                (_, Last::None) => Mark::None,
            };
            scene.nodes.push(NodeView {
                node: u32::from(place),
                kind: Kind::Client,
                x: column(place, users, 34),
                y: 18,
                state: if user.up { State::Up } else { State::Down },
                fill: 0,
                mark: if user.up { mark } else { Mark::None },
                word: match (user.up, user.last) {
                    (false, _) => "away".to_owned(),
                    (_, Last::Badly) => "failed".to_owned(),
                    _ if user.open > 0 => "waits".to_owned(),
                    (_, Last::Well) => "answered".to_owned(),
                    (_, Last::None) => "idle".to_owned(),
                },
            });
            let (cut, slow) = (user.wire.cut, user.wire.later > Duration::ZERO);
            scene.links.push(LinkView { a: place, b: users, cut, slow });
        }
        scene.nodes.push(node_view(world, 0, WIDTH / 2, 82));
        services(world, &mut scene, 148);
        service_links(world, &mut scene, users);
        let now = world.now();
        let on_the_way = |flight: &&Flight| flight.sent <= now && flight.arrives > now;
        for flight in world.flights.iter().filter(on_the_way).take(DOTS) {
            let length = flight.arrives.since(flight.sent).as_micros().max(1);
            let way = now.since(flight.sent).as_micros() * 1_000 / length;
            scene.dots.push(Dot {
                from: flight.from as u16,
                to: flight.to as u16,
                way: way as u16,
                kind: flight.kind,
                doomed: flight.doomed,
            });
        }
    }
    scene
}

/// Cells, and how many there are of each class, in the order of the classes given.
fn crowd<T>(label: &str, members: &[T], words: &[(Class, &str)], cell: impl Fn(&T) -> (Class, u32)) -> Crowd {
    let mut legend: Vec<_> = words.iter().map(|(class, word)| (*class, (*word).to_owned(), 0)).collect();
    let mut cells = Vec::with_capacity(members.len());
    for member in members {
        let (class, level) = cell(member);
        cells.push(Crowd::cell(class, level));
        if let Some(entry) = legend.iter_mut().find(|entry| entry.0 == class) {
            entry.2 += 1;
        }
    }
    legend.retain(|entry| entry.2 > 0);
    Crowd { label: label.to_owned(), cells, legend }
}

fn user_crowd(world: &Services) -> Crowd {
    let words = [
        (Class::Absent, "away"),
        (Class::Working, "nothing asked yet"),
        (Class::Done, "last request answered"),
        (Class::Waiting, "waits for the first answer"),
        (Class::Failed, "last request failed"),
    ];
    crowd("users", &world.users, &words, |user| match (user.up, user.last) {
        (false, _) => (Class::Absent, 0),
        (_, Last::Badly) => (Class::Failed, 1_000),
        (_, Last::Well) => (Class::Done, 1_000),
        (_, Last::None) if user.open > 0 => (Class::Waiting, 1_000),
        (_, Last::None) => (Class::Working, 0),
    })
}

fn service_crowd(world: &Services) -> Crowd {
    let words = [
        (Class::Absent, "down"),
        (Class::Working, "works, nothing waits"),
        (Class::Waiting, "calls wait in its queue"),
        (Class::Failed, "its queue is full"),
    ];
    let (queue, workers) = (world.config.queue, world.config.workers);
    crowd("services", &world.nodes[1..], &words, |node| match node.queue.len() as u32 {
        _ if !node.up => (Class::Absent, 0),
        0 => (Class::Working, (node.busy * 1_000 / workers).min(1_000)),
        waiting if waiting == queue => (Class::Failed, 1_000),
        waiting => (Class::Waiting, waiting * 1_000 / queue),
    })
}

fn summary(world: &Services) -> String {
    let services = &world.nodes[1..];
    let down = services.iter().filter(|node| !node.up).count() as u64;
    let slow = services.iter().filter(|node| node.up && node.factor > 1).count() as u64;
    let waiting: usize = services.iter().map(|node| node.queue.len()).sum();
    let busy: u32 = services.iter().map(|node| node.busy).sum();
    let gateway = if world.nodes[0].up { "" } else { " The gateway is down." };
    let how = if world.config.chain { "one after the other" } else { "all at once" };
    format!(
        "{} ask a gateway; a request needs {}, {how}: {down} down, {slow} slow, {} in work, {waiting} waiting.{gateway}",
        counted(world.users_up.into(), "user"),
        counted(services.len() as u64, "service"),
        counted(busy.into(), "call"),
    )
}
