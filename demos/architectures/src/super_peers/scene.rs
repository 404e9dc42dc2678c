//! What is to be seen of peers and super-peers.

use super::world::{Network, Place};
use crate::live::{Class, Crowd, Kind, LinkView, Mark, NodeView, Scene, World};
use crate::parts::overlay::{NOBODY, canvas, state};
use sim::words::{are, counted};

/// How many super-peers of many are drawn one by one.
const SAMPLES: u32 = 4;

impl Network {
    pub(super) fn picture(&self) -> Scene {
        let mut scene = if self.is_small() { self.small() } else { self.large() };
        let up = self.supers.iter().filter(|node| node.up).count() as u64;
        let there = self.peers.iter().filter(|peer| peer.place == Place::There).count() as u64;
        let looking = u64::from(self.under_way);
        let mut summary = format!(
            "{up} of {} super-peers {} up, for {}; {} {} under way.",
            self.count(),
            are(up),
            counted(there, "peer"),
            counted(looking, "lookup"),
            are(looking)
        );
        if self.orphans > 0 {
            summary.push_str(&format!(" {} have no super-peer.", self.orphans));
        }
        if self.holdings.missing() > 0 {
            let missing = u64::from(self.holdings.missing());
            summary.push_str(&format!(" {} cannot be found.", counted(missing, "item")));
        }
        scene.summary = summary;
        scene
    }

    fn super_view(&self, node: u32, (x, y): (u16, u16)) -> NodeView {
        let entry = &self.supers[node as usize];
        let line = self.load_of(node);
        let (mark, word) = match entry.up {
            false => (Mark::Fail, "index lost".to_owned()),
            true if line > 1 => (Mark::Wait, format!("{line} in line")),
            true => (Mark::Ok, counted(entry.members.into(), "peer")),
        };
        let fill = (line * 10).min(1_000) as u16;
        NodeView { node, kind: Kind::SuperPeer, x, y, state: state(entry.up, entry.slow), fill, mark, word }
    }

    fn peer_view(&self, peer: u32, (x, y): (u16, u16)) -> NodeView {
        let entry = &self.peers[peer as usize];
        let items = u64::from(self.holdings.count(peer));
        let there = entry.place == Place::There;
        let (mark, word) = match (entry.place, entry.orphan, entry.luck) {
            (Place::Stopped, ..) => (Mark::None, "stopped".to_owned()),
            (Place::Away, ..) => (Mark::None, "away".to_owned()),
            (_, Some(_), _) => (Mark::Fail, "cut off".to_owned()),
            _ if entry.asking > 0 => (Mark::Wait, counted(items, "item")),
            (.., None) => (Mark::None, counted(items, "item")),
            (.., Some(true)) => (Mark::Ok, counted(items, "item")),
            (.., Some(false)) => (Mark::Fail, counted(items, "item")),
        };
        let fill = if there { items * 1_000 / u64::from(self.holdings.items()) } else { 0 };
        let node = self.count() + peer;
        NodeView { node, kind: Kind::Peer, x, y, state: state(there, 1), fill: fill as u16, mark, word }
    }

    /// Super-peers in the middle, peers above and below, those of one super-peer side by side.
    fn small(&self) -> Scene {
        let mut scene = canvas(320);
        let (count, users) = (self.count(), self.peers.len() as u32);
        let lines: &[u16] = if count > SAMPLES { &[125, 195] } else { &[160] };
        let place = |place: u32, count: u32, lines: &[u16]| {
            let (column, line) = (place / lines.len() as u32, place as usize % lines.len());
            let columns = count.div_ceil(lines.len() as u32);
            (((2 * column + 1) * 420 / (2 * columns)) as u16, lines[line])
        };
        for node in 0..count {
            scene.nodes.push(self.super_view(node, place(node, count, lines)));
        }
        let lines: &[u16] = if users > 24 { &[20, 300, 56, 264] } else { &[42, 278] };
        for peer in 0..users {
            // At the beginning peer n is with super-peer n modulo their number: those before it in that order.
            let (home, turn) = (peer % count, peer / count);
            let before = home * (users / count) + home.min(users % count);
            scene.nodes.push(self.peer_view(peer, place(before + turn, users, lines)));
        }
        for (peer, entry) in self.peers.iter().enumerate().filter(|(_, peer)| peer.place == Place::There) {
            for home in entry.homes.into_iter().filter(|home| *home != NOBODY) {
                self.draw_link(&mut scene, home, count + peer as u32);
            }
        }
        for a in 0..count {
            self.mesh.of(a).iter().filter(|b| a < **b).for_each(|b| self.draw_link(&mut scene, a, *b));
        }
        for (a, b) in self.ways.faulty() {
            self.draw_link(&mut scene, a, b);
        }
        scene.dots = self.flights.dots(self.now());
        scene
    }

    fn draw_link(&self, scene: &mut Scene, a: u32, b: u32) {
        if !scene.links.iter().any(|link| (u32::from(link.a), u32::from(link.b)) == (a, b)) {
            let (cut, slow) = (self.ways.is_cut(a, b), self.ways.is_slow(a, b));
            scene.links.push(LinkView { a: a as u16, b: b as u16, cut, slow });
        }
    }

    /// The first super-peers, and everybody in a crowd, the super-peers first.
    fn large(&self) -> Scene {
        let mut scene = canvas(90);
        for node in 0..self.count().min(SAMPLES) {
            scene.nodes.push(self.super_view(node, (52 + 105 * node as u16, 45)));
        }
        let classes =
            [Class::Strong, Class::Touched, Class::Done, Class::Failed, Class::Waiting, Class::Absent, Class::Bad];
        let words = [
            "super-peers",
            "just looking for something",
            "with a super-peer",
            "has just missed something",
            "without a super-peer",
            "away or stopped",
            "super-peers that are down",
        ];
        let mut counts = [0; 7];
        let mut cell = |class: usize| {
            counts[class] += 1;
            Crowd::cell(classes[class], 1_000)
        };
        let mut cells: Vec<u8> = self.supers.iter().map(|node| cell(if node.up { 0 } else { 6 })).collect();
        cells.extend(self.peers.iter().map(|peer| {
            cell(match (peer.place, peer.orphan, peer.luck) {
                (Place::Away | Place::Stopped, ..) => 5,
                (_, Some(_), _) => 4,
                _ if peer.asking > 0 => 1,
                (.., Some(false)) => 3,
                _ => 2,
            })
        }));
        let legend = (0..classes.len()).filter(|class| counts[*class] > 0);
        let legend = legend.map(|class| (classes[class], words[class].to_owned(), counts[class])).collect();
        scene.crowd = Some(Crowd { label: "super-peers and peers".to_owned(), cells, legend });
        scene
    }
}
