//! What is to be seen of a swarm: a ring of peers around its seeds, or a crowd.

use super::world::{NO_PLACE, NONE, Role, Stage, Swarm};
use crate::live::{Class, Crowd, Dot, DotKind, Kind, LinkView, Mark, NodeView, Scene, State};
use sim::Duration;

/// Up to so many peers are shown as nodes, with so many seeds.
const PEERS: u32 = 40;
const SEEDS: u32 = 4;
/// How many of them fit on the outer ring.
const OUTER: u32 = 26;
/// How many seeds are shown above a crowd.
const SEEDS_ABOVE: u32 = 6;
/// How many dots are of use.
const DOTS: usize = 120;

const WIDTH: u16 = 420;
const HEIGHT: u16 = 320;
const STRIP: u16 = 90;

/// How the peers are doing.
#[derive(Default)]
struct Count {
    away: u32,
    working: u32,
    looking: u32,
    gone: u32,
    giving: u32,
    left: u32,
    riders: u32,
    poisoners: u32,
    corrupted: u32,
    /// Pieces that those at work have.
    held: u64,
}

impl Swarm {
    /// The picture.
    pub(super) fn draw(&self) -> Scene {
        let setup = &self.setup;
        let mut count = Count::default();
        let small = setup.users <= PEERS && setup.seeds <= SEEDS;
        let mut scene = Scene { width: WIDTH, height: if small { HEIGHT } else { STRIP }, ..Scene::default() };
        let cells = (setup.seeds..setup.seeds + setup.users).map(|member| self.cell(member, &mut count));
        if small {
            cells.for_each(drop);
            self.draw_ring(&mut scene);
        } else {
            let cells: Vec<u8> = cells.collect();
            self.draw_strip(&mut scene);
            scene.crowd = Some(Crowd { label: "peers".to_owned(), cells, legend: legend(&count) });
        }
        scene.summary = self.summary(&count);
        scene
    }

    /// A peer as a member of a crowd; and counts it.
    fn cell(&self, member: u32, count: &mut Count) -> u8 {
        let this = &self.members[member as usize];
        let progress = u32::from(this.held) * 1_000 / self.setup.pieces;
        let class = match (this.stage, this.role) {
            (Stage::Away, _) => {
                count.away += 1;
                Class::Absent
            }
            (_, Role::Poisoner) => {
                count.poisoners += 1;
                if this.stage == Stage::In { Class::Bad } else { Class::Absent }
            }
            (_, _) if this.corrupted => {
                count.corrupted += 1;
                Class::Failed
            }
            (Stage::Gone, _) if this.done => {
                count.left += 1;
                Class::Done
            }
            (Stage::Gone, _) => {
                count.gone += 1;
                Class::Absent
            }
            (Stage::Looking, _) => {
                count.looking += 1;
                Class::Waiting
            }
            (Stage::In, Role::FreeRider) => {
                count.riders += 1;
                Class::Bad
            }
            (Stage::In, _) if this.done && self.setup.server_only => {
                count.left += 1;
                Class::Done
            }
            (Stage::In, _) if this.done => {
                count.giving += 1;
                Class::Strong
            }
            (Stage::In, _) => {
                count.working += 1;
                count.held += u64::from(this.held);
                Class::Working
            }
        };
        Crowd::cell(class, progress)
    }

    fn view(&self, member: u32, x: u16, y: u16) -> NodeView {
        let this = &self.members[member as usize];
        let there = matches!(this.stage, Stage::In | Stage::Looking);
        let pieces = self.setup.pieces;
        let (mark, word) = match (this.stage, this.role) {
            (Stage::Away, _) => (Mark::None, "not there yet".to_owned()),
            (Stage::Gone, _) if this.down => (Mark::Fail, format!("down, {} of {pieces}", this.held)),
            (Stage::Gone, _) => (Mark::None, "has left".to_owned()),
            (Stage::Looking, _) => (Mark::Wait, "finds nobody".to_owned()),
            (Stage::In, Role::Seed) => (Mark::None, "has everything".to_owned()),
            (Stage::In, Role::Poisoner) => (Mark::Fail, "forges pieces".to_owned()),
            (Stage::In, _) if this.corrupted => (Mark::Fail, "has a forged file".to_owned()),
            (Stage::In, _) if this.done => (Mark::Ok, "has everything".to_owned()),
            (Stage::In, Role::FreeRider) => (Mark::None, format!("only takes, {} of {pieces}", this.held)),
            (Stage::In, Role::Giver) => (Mark::None, format!("{} of {pieces}", this.held)),
        };
        let state = match (there, this.slow) {
            (false, _) => State::Down,
            (true, 1) => State::Up,
            (true, _) => State::Slow,
        };
        let kind = if this.role == Role::Seed { Kind::Seed } else { Kind::Peer };
        let fill = (u32::from(this.held) * 1_000 / pieces) as u16;
        NodeView { node: self.node_of(member), kind, x, y, state, fill, mark, word }
    }

    fn tracker_view(&self, x: u16, y: u16) -> NodeView {
        let there = self.there();
        let (state, mark, word) = match (self.tracker_up, self.tracker_slow) {
            (false, _) => (State::Down, Mark::Fail, "down".to_owned()),
            (true, 1) => (State::Up, Mark::None, format!("knows {there}")),
            (true, _) => (State::Slow, Mark::None, format!("knows {there}")),
        };
        NodeView { node: self.setup.seeds, kind: Kind::Tracker, x, y, state, fill: 0, mark, word }
    }

    fn draw_ring(&self, scene: &mut Scene) {
        let setup = &self.setup;
        let (seeds, trackers) = (setup.seeds, setup.trackers);
        // In the order of the members, so that a place in the list is a member's number, and the tracker last.
        for seed in 0..seeds {
            let x = WIDTH / 2 + 40 * seed as u16 - 20 * (seeds as u16 - 1);
            scene.nodes.push(self.view(seed, x, if trackers == 1 { 126 } else { 160 }));
        }
        for peer in 0..setup.users {
            let outer = setup.users.min(OUTER);
            let (place, of, wide, high) =
                if peer < outer { (peer, outer, 194, 144) } else { (peer - outer, setup.users - outer, 130, 84) };
            let (x, y) = on_ellipse(place, of, wide, high);
            scene.nodes.push(self.view(seeds + peer, x, y));
        }
        if trackers == 1 {
            scene.nodes.push(self.tracker_view(WIDTH / 2, 180));
        }
        let tracker = (seeds + setup.users) as u16;
        let place = |member: u32| if member == NONE { tracker } else { member as u16 };
        let mut linked = vec![false; scene.nodes.len() * scene.nodes.len()];
        let nodes = scene.nodes.len();
        let mut link = |scene: &mut Scene, a: u32, b: u32| {
            let ends = (place(a.min(b)), place(a.max(b)));
            let seen = &mut linked[usize::from(ends.0) * nodes + usize::from(ends.1)];
            if !std::mem::replace(seen, true) {
                let slow = self.delay(a, b) > Duration::ZERO;
                scene.links.push(LinkView { a: ends.0, b: ends.1, cut: self.is_cut(a, b), slow });
            }
        };
        for (a, b) in self.cuts.iter().copied().chain(self.delays.iter().map(|delay| (delay.0, delay.1))) {
            link(scene, a, b);
        }
        for member in 0..seeds + setup.users {
            for lane in self.lanes_of(member) {
                let lane = &self.lanes[lane];
                if lane.to != NONE {
                    link(scene, member, lane.to);
                    if scene.dots.len() < DOTS {
                        let (from, to, way) = (member as u16, lane.to as u16, self.way(lane));
                        scene.dots.push(Dot { from, to, way, kind: DotKind::Data, doomed: false });
                    }
                }
            }
            for slot in self.members[member as usize].slots {
                if slot != NO_PLACE {
                    let edge = self.edges[self.row_of(member) + usize::from(slot)];
                    if edge.peer != NONE {
                        link(scene, member, edge.peer);
                    }
                }
            }
        }
    }

    fn draw_strip(&self, scene: &mut Scene) {
        let shown = self.setup.seeds.min(SEEDS_ABOVE);
        if self.setup.trackers == 1 {
            scene.nodes.push(self.tracker_view(60, STRIP / 2));
        }
        for seed in 0..shown {
            scene.nodes.push(self.view(seed, 160 + 44 * seed as u16, STRIP / 2));
        }
    }

    fn summary(&self, count: &Count) -> String {
        let setup = &self.setup;
        let seeds = (0..setup.seeds).filter(|seed| self.members[*seed as usize].stage == Stage::In).count();
        let mut text = format!("Seeds there: {seeds} of {}. Peers: {}", setup.seeds, setup.users);
        let mut tell = |what: &str, number: u32| {
            if number > 0 {
                text += &format!(", {what}: {number}");
            }
        };
        tell("finished and giving", count.giving);
        tell(if setup.server_only { "finished" } else { "finished and gone" }, count.left);
        tell("at work", count.working);
        tell("only taking", count.riders);
        tell("that found nobody", count.looking);
        tell("forging pieces", count.poisoners);
        tell("with a forged file", count.corrupted);
        tell("down", count.gone);
        tell("still to come", count.away);
        let average = (count.held * 100).checked_div(u64::from(count.working) * u64::from(setup.pieces));
        if let Some(average) = average {
            text += &format!(". Those at work have {average} % on average");
        }
        if setup.trackers == 1 && !self.tracker_up {
            text += ". The tracker is down";
        }
        text + &format!(". Copies of the rarest piece: {}.", self.rarest())
    }
}

fn legend(count: &Count) -> Vec<(Class, String, u32)> {
    let Count { away, working, looking, gone, giving, left, riders, poisoners, corrupted, .. } = *count;
    let bad = match (riders, poisoners) {
        (_, 0) => "only take",
        (0, _) => "forge pieces",
        _ => "only take, or forge pieces",
    };
    let all = [
        (Class::Working, "at work, by progress", working),
        (Class::Strong, "finished, give", giving),
        (Class::Done, "finished", left),
        (Class::Waiting, "have found nobody", looking),
        (Class::Bad, bad, riders + poisoners),
        (Class::Failed, "have a forged file", corrupted),
        (Class::Absent, "not there", away + gone),
    ];
    all.into_iter().filter(|entry| entry.2 > 0).map(|(class, text, count)| (class, text.to_owned(), count)).collect()
}

/// Where the ring has a place: clockwise from the top.
fn on_ellipse(place: u32, of: u32, wide: i32, high: i32) -> (u16, u16) {
    // In units of a 360,000th of the circle.
    let angle = (u64::from(place) * 360_000 / u64::from(of)) as i64;
    let (sine, cosine) = (sine(angle), sine(angle + 90_000));
    let x = i32::from(WIDTH) / 2 + wide * sine / 10_000;
    let y = i32::from(HEIGHT) / 2 - high * cosine / 10_000;
    (x as u16, y as u16)
}

/// The sine of an angle in thousandths of a degree, in ten-thousandths: Bhāskara's approximation, off by less than
/// 0.2 %, which is less than a pixel here.
fn sine(angle: i64) -> i32 {
    let angle = angle.rem_euclid(360_000);
    let (half, sign) = if angle < 180_000 { (angle, 1) } else { (angle - 180_000, -1) };
    let product = half * (180_000 - half);
    (sign * 10_000 * 4 * product / (40_500_000_000 - product)) as i32
}
