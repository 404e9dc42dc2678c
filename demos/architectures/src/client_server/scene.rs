//! The picture: clients at the left, the balancer, the servers at the right; or servers above a crowd.

use super::System;
use crate::{
    live::{Dot, DotKind, Kind, LinkView, Mark, Node, NodeView, Scene, State},
    parts::{Call, Stage, WIDTH, column, ill_first, strip, strip_height, word},
};
use sim::words::counted;

/// How many dots are of use.
const DOTS: usize = 120;

/// How many boxes a strip has at most.
const BOXES: usize = 8;

impl System {
    pub(super) fn picture(&self) -> Scene {
        let (users, servers) = (self.users.count(), self.servers.len());
        let summary = self.summary();
        let small = !self.users.is_merged() && (users <= 40 && servers <= 5 || users <= 24 && servers <= 10);
        if small { self.graph(summary) } else { self.overview(summary) }
    }

    fn first_server(&self) -> Node {
        self.users.count() + Node::from(self.has_balancer())
    }

    fn balancer_view(&self, (x, y): (u16, u16)) -> NodeView {
        let up = self.balancer_up;
        NodeView {
            node: self.users.count(),
            kind: Kind::Balancer,
            x,
            y,
            state: if up { State::Up } else { State::Down },
            fill: 0,
            mark: if up && self.believed() == 0 { Mark::Fail } else { Mark::None },
            word: if up { format!("{} of {} up", self.believed(), self.servers.len()) } else { "down".to_owned() },
        }
    }

    fn server_view(&self, place: usize, (x, y): (u16, u16)) -> NodeView {
        let station = &self.servers[place].station;
        let waiting = station.waiting.len();
        NodeView {
            node: self.first_server() + place as Node,
            kind: Kind::Server,
            x,
            y,
            state: match (station.up, station.slow) {
                (false, _) => State::Down,
                (_, 1) => State::Up,
                _ => State::Slow,
            },
            fill: (u64::from(station.busy) * 1_000 / u64::from(self.workers)).min(1_000) as u16,
            mark: match () {
                () if waiting > 0 && waiting as u32 >= self.queue => Mark::Fail,
                () if waiting > 0 => Mark::Wait,
                () => Mark::None,
            },
            word: word(station.up, station.busy, self.workers, waiting, self.queue),
        }
    }

    fn graph(&self, summary: String) -> Scene {
        let count = self.servers.len();
        let columns = if count > 5 { 2 } else { 1 };
        let rows = count.div_ceil(columns);
        let height = self.users.height().max(62 * rows as u16).max(160);
        let middle = height / 2;
        let mut nodes = self.users.circles(0, Kind::Client, height);
        let clients = nodes.len();
        let hub = clients as u16;
        if self.has_balancer() {
            nodes.push(self.balancer_view((if columns == 2 { 168 } else { 250 }, middle)));
        }
        let first = nodes.len();
        for place in 0..count {
            let (column_of, row) = (place / rows, place % rows);
            let in_column = (count - column_of * rows).min(rows);
            let x = match (count, columns) {
                (1, _) => 330,
                (_, 1) => 370,
                _ => 274 + 96 * column_of as u16,
            };
            nodes.push(self.server_view(place, (x, column(height, in_column as u16, row as u16))));
        }
        let mut links: Vec<LinkView> = (0..clients as u32)
            .map(|user| LinkView {
                a: user as u16,
                b: hub,
                cut: self.users.is_cut(user),
                slow: self.users.later(user) > 0,
            })
            .collect();
        if self.has_balancer() {
            links.extend(self.servers.iter().enumerate().map(|(place, server)| LinkView {
                a: hub,
                b: (first + place) as u16,
                cut: server.cut,
                slow: server.later > 0,
            }));
        }
        let dots = self.calls.under_way().filter_map(|call| self.dot(call, hub, first as u16)).take(DOTS).collect();
        Scene { width: WIDTH, height, nodes, links, dots, crowd: None, summary }
    }

    /// The message of a call that is on its way.
    fn dot(&self, call: &Call, hub: u16, first: u16) -> Option<Dot> {
        let server = &self.servers[usize::from(call.at[0])];
        let there = first + u16::from(call.at[0]);
        let user = call.user as u16;
        let way = call.way(self.agenda.now());
        let hub_down = if self.has_balancer() { !self.balancer_up } else { !server.station.up };
        let kind = if call.refused { DotKind::Refusal } else { DotKind::Reply };
        let cut = self.users.is_cut(call.user);
        match call.stage {
            Stage::Way => Some(Dot { from: user, to: hub, way, kind: DotKind::Request, doomed: hub_down || cut }),
            Stage::Hop => {
                let doomed = server.cut || !server.station.up;
                Some(Dot { from: hub, to: there, way, kind: DotKind::Request, doomed })
            }
            Stage::Back if !self.has_balancer() => Some(Dot { from: hub, to: user, way, kind, doomed: cut }),
            Stage::Back => {
                // The last stretch is as long for all, up to chance; what comes before it leads to the balancer.
                let far = u64::from(self.latency - self.near() + call.chance(true, self.latency / 3))
                    + u64::from(self.users.later(call.user));
                let turn = u64::from(call.due).saturating_sub(far);
                let (now, left) = (self.agenda.now().as_micros(), u64::from(call.left));
                let share = |from: u64, to: u64| {
                    (now.saturating_sub(from) * 1_000).checked_div(to - from).unwrap_or(1_000).min(1_000) as u16
                };
                Some(if now < turn {
                    Dot { from: there, to: hub, way: share(left, turn), kind, doomed: hub_down }
                } else {
                    Dot { from: hub, to: user, way: share(turn, call.due.into()), kind, doomed: hub_down || cut }
                })
            }
            _ => None,
        }
    }

    fn overview(&self, summary: String) -> Scene {
        let balancer = usize::from(self.has_balancer());
        let ill = |place: usize| {
            let server = &self.servers[place];
            !server.station.up || server.station.slow > 1 || server.cut
        };
        let shown = ill_first(self.servers.len(), BOXES - balancer, &ill);
        let count = (balancer + shown.len()) as u16;
        let mut places = strip(count);
        let mut nodes = vec![];
        if balancer == 1 {
            nodes.extend(places.next().map(|at| self.balancer_view(at)));
        }
        nodes.extend(shown.iter().zip(places).map(|(place, at)| self.server_view(*place, at)));
        Scene {
            width: WIDTH,
            height: strip_height(count),
            nodes,
            crowd: Some(self.users.crowd()),
            summary,
            ..Scene::default()
        }
    }

    fn summary(&self) -> String {
        let up = self.servers.iter().filter(|server| server.station.up).count();
        let waiting: u64 = self.servers.iter().map(|server| server.station.waiting.len() as u64).sum();
        let busy: u64 = self.servers.iter().map(|server| u64::from(server.station.busy)).sum();
        let workers = u64::from(self.workers) * self.servers.len() as u64;
        let mut text = self.users.merged_note();
        if !text.is_empty() {
            text.push(' ');
        }
        text += &counted(self.users.here().into(), "client");
        text += &match (self.servers.len(), up) {
            (1, 1) => " and a server".to_owned(),
            (1, _) => " and a server that is down".to_owned(),
            (all, up) => {
                let balancer = if self.balancer_up { "a balancer" } else { "a balancer that is down" };
                format!(", {balancer} and {all} servers, of which {up} {}", if up == 1 { "is up" } else { "are up" })
            }
        };
        text += &format!(": {busy} of {} busy, {} waiting.", counted(workers, "worker"), counted(waiting, "request"),);
        let (waits, failed) = self.users.waiting_and_failed();
        text += &if self.users.is_merged() {
            format!(" The last request failed in {}.", counted(failed.into(), "cell"))
        } else {
            format!(
                " Waiting for an answer: {}; the last request failed: {}.",
                counted(waits.into(), "client"),
                counted(failed.into(), "client")
            )
        };
        text
    }
}
