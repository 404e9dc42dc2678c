//! What is to be seen of the peers.

use super::world::{Luck, Peers, Place, SMALL};
use crate::live::{Class, Crowd, Kind, LinkView, Mark, NodeView, Scene};
use crate::parts::overlay::{canvas, on_ellipse, state};
use sim::words::{are, counted};

/// For how long a peer that was reached shows it, in milliseconds.
const GLOWS: u32 = 500;
/// How many peers of a crowd are drawn one by one, to be clicked.
const SAMPLES: u32 = 8;

impl Peers {
    pub(super) fn picture(&self) -> Scene {
        let mut scene = if self.peers.len() as u32 <= SMALL { self.small() } else { self.large() };
        let all = self.peers.len() as u64;
        let mut summary = format!("{} of {all} peers {} in the network", self.inside, are(self.inside.into()));
        if self.waiting > 0 {
            let wait = if self.waiting == 1 { "waits" } else { "wait" };
            summary.push_str(&format!(", {} {wait} to get in", self.waiting));
        }
        let (looking, missing) = (u64::from(self.under_way), u64::from(self.holdings.missing()));
        summary.push_str(&format!("; {} {} under way.", counted(looking, "lookup"), are(looking)));
        if missing > 0 {
            summary.push_str(&format!(" {} {} held by nobody there.", counted(missing, "item"), are(missing)));
        }
        if self.bootstrap().is_some() && !self.bootstrap_up {
            summary.push_str(" The bootstrap node is down.");
        }
        scene.summary = summary;
        scene
    }

    fn peer_view(&self, peer: u32, (x, y): (u16, u16)) -> NodeView {
        let entry = &self.peers[peer as usize];
        let there = matches!(entry.place, Place::Inside | Place::Entering | Place::Outside);
        let items = u64::from(self.holdings.count(peer));
        let (mark, word) = match (entry.place, entry.luck) {
            (Place::Stopped, _) => (Mark::None, "stopped".to_owned()),
            (Place::Away, _) => (Mark::None, "away".to_owned()),
            (Place::Entering, _) => (Mark::Wait, "joins".to_owned()),
            (Place::Outside, _) => (Mark::Wait, "wants in".to_owned()),
            (Place::Inside, _) if entry.asking > 0 => (Mark::Wait, counted(items, "item")),
            (Place::Inside, Luck::None) => (Mark::None, counted(items, "item")),
            (Place::Inside, Luck::Found) => (Mark::Ok, counted(items, "item")),
            (Place::Inside, Luck::Missed) => (Mark::Fail, counted(items, "item")),
        };
        let fill = if there { items * 1_000 / u64::from(self.holdings.items()) } else { 0 };
        NodeView { node: peer, kind: Kind::Peer, x, y, state: state(there, entry.slow), fill: fill as u16, mark, word }
    }

    fn bootstrap_view(&self, node: u32, (x, y): (u16, u16)) -> NodeView {
        let mark = if self.waiting > 0 { Mark::Wait } else { Mark::None };
        let word = if self.waiting > 0 { format!("{} waiting", self.waiting) } else { "the way in".to_owned() };
        let state = state(self.bootstrap_up, self.bootstrap_slow());
        NodeView { node, kind: Kind::Tracker, x, y, state, fill: 0, mark, word }
    }

    /// One ring of at most 24, and one within.
    fn small(&self) -> Scene {
        const OUTER: u32 = 24;
        let mut scene = canvas(300);
        let users = self.peers.len() as u32;
        for peer in 0..users {
            let at = match peer {
                0..OUTER => on_ellipse(peer, users.min(OUTER), (210, 150), (184, 132)),
                _ => on_ellipse(peer - OUTER, users - OUTER, (210, 150), (122, 88)),
            };
            scene.nodes.push(self.peer_view(peer, at));
        }
        if let Some(bootstrap) = self.bootstrap() {
            scene.nodes.push(self.bootstrap_view(bootstrap, (210, 150)));
        }
        for a in 0..users {
            if let Some(mesh) = &self.mesh {
                mesh.of(a).iter().filter(|b| a < **b).for_each(|b| self.draw_link(&mut scene, a, *b));
            }
            if let Some(tables) = self.tables.as_ref().filter(|_| self.inside_or_entering(a)) {
                tables.samples(a).for_each(|b| self.draw_link(&mut scene, a, b));
            }
        }
        for (a, b) in self.ways.faulty() {
            self.draw_link(&mut scene, a, b);
        }
        scene.dots = self.flights.dots(crate::live::World::now(self));
        scene
    }

    fn inside_or_entering(&self, peer: u32) -> bool {
        matches!(self.peers[peer as usize].place, Place::Inside | Place::Entering)
    }

    fn draw_link(&self, scene: &mut Scene, a: u32, b: u32) {
        let (a, b) = (a.min(b), a.max(b));
        if !scene.links.iter().any(|link| (u32::from(link.a), u32::from(link.b)) == (a, b)) {
            let (cut, slow) = (self.ways.is_cut(a, b), self.ways.is_slow(a, b));
            scene.links.push(LinkView { a: a as u16, b: b as u16, cut, slow });
        }
    }

    fn large(&self) -> Scene {
        let mut scene = canvas(90);
        for peer in 0..SAMPLES {
            scene.nodes.push(self.peer_view(peer, (150 + 34 * peer as u16, 45)));
        }
        if let Some(bootstrap) = self.bootstrap() {
            scene.nodes.push(self.bootstrap_view(bootstrap, (60, 45)));
        }
        let now = self.now_millis() + 1;
        let mut counts = [0; 5];
        let classes = [Class::Touched, Class::Done, Class::Failed, Class::Waiting, Class::Absent];
        let words =
            ["just reached", "in the network", "has just missed something", "wants to get in", "away or stopped"];
        let cells = self.peers.iter().map(|peer| {
            let age = now.saturating_sub(peer.touched);
            let (class, level) = match peer.place {
                Place::Stopped | Place::Away => (4, 0),
                Place::Outside | Place::Entering => (3, 0),
                Place::Inside if peer.touched > 0 && age <= GLOWS => (0, 1_000 - age * 1_000 / GLOWS / 2),
                Place::Inside if peer.luck == Luck::Missed => (2, 0),
                Place::Inside => (1, 1_000),
            };
            counts[class] += 1;
            Crowd::cell(classes[class], level)
        });
        let cells = cells.collect();
        let legend = (0..classes.len()).filter(|class| counts[*class] > 0);
        let legend = legend.map(|class| (classes[class], words[class].to_owned(), counts[class])).collect();
        scene.crowd = Some(Crowd { label: "peers".to_owned(), cells, legend });
        scene
    }
}
