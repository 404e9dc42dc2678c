//! All that is shown of a moment, and how it travels from the simulation to the page.

use super::Line;
use sim::Time;

/// A measured number, in thousandths of its unit.
pub type Thousandths = i64;

/// A value for each curve at one window; nothing where there was nothing to measure.
pub type Row = Vec<Option<Thousandths>>;

macro_rules! coded {
    ($(#[$about:meta])* $name:ident: $($(#[$doc:meta])* $case:ident,)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $case,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$case,)*];
        }
    };
}

coded! {
    /// What a node is: decides its shape.
    Kind:
    /// Someone who uses the system.
    Client,
    /// Serves.
    Server,
    /// Keeps data.
    Database,
    /// Spreads requests.
    Balancer,
    /// Keeps copies of answers.
    Cache,
    /// Serves and asks.
    Peer,
    /// A peer that others hang off.
    SuperPeer,
    /// Knows who is there.
    Tracker,
    /// Has everything, and gives.
    Seed,
    /// A far data centre.
    Cloud,
    /// A small server near the users.
    Edge,
    /// Works on data of its own.
    Device,
    /// The door to many services.
    Gateway,
    /// One of many services.
    Service,
}

coded! {
    /// How a node is.
    State:
    /// As it should be.
    Up,
    /// Up, and slower than it should be.
    Slow,
    /// Down.
    Down,
}

coded! {
    /// How it goes for a node, as a small sign beside its word.
    Mark:
    /// Nothing to tell.
    None,
    /// Well.
    Ok,
    /// It waits.
    Wait,
    /// It failed.
    Fail,
}

coded! {
    /// What a message on its way is: decides its shape.
    DotKind:
    /// Asks.
    Request,
    /// Answers.
    Reply,
    /// Says no.
    Refusal,
    /// Carries data.
    Data,
    /// Keeps others up to date.
    Gossip,
}

coded! {
    /// How a member of a crowd is: decides its colour and its place in the legend.
    Class:
    /// Not there, or not there any more.
    Absent,
    /// At work; its level is how far it has come.
    Working,
    /// Done, or well.
    Done,
    /// It waits.
    Waiting,
    /// It failed.
    Failed,
    /// It does harm, or takes without giving.
    Bad,
    /// It gives more than others: a seed, a super-peer.
    Strong,
    /// Reached by what is going on just now.
    Touched,
}

/// A node in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Which node.
    pub node: super::Node,
    /// Its shape.
    pub kind: Kind,
    /// Its middle, from the left, in units of the scene.
    pub x: u16,
    /// Its middle, from the top.
    pub y: u16,
    /// How it is.
    pub state: State,
    /// How full it is, in thousandths: of work, or of what it wants to have.
    pub fill: u16,
    /// How it goes.
    pub mark: Mark,
    /// That in a word or a few: `queue 3 of 20`. At most 24 characters.
    pub word: String,
}

/// A link in the picture; its ends are places in [`Scene::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// One end.
    pub a: u16,
    /// The other end.
    pub b: u16,
    /// Nothing gets through.
    pub cut: bool,
    /// Slower than it should be.
    pub slow: bool,
}

/// A message on its way; its ends are places in [`Scene::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dot {
    /// Where it comes from.
    pub from: u16,
    /// Where it goes.
    pub to: u16,
    /// How much of the way it has behind it, in thousandths.
    pub way: u16,
    /// What it is.
    pub kind: DotKind,
    /// Whether it will not arrive.
    pub doomed: bool,
}

/// Very many nodes, each a cell of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Whom it shows, in the plural: `peers`.
    pub label: String,
    /// One byte for each member: [`Crowd::cell`].
    pub cells: Vec<u8>,
    /// What each class that occurs means here, with how many there are.
    pub legend: Vec<(Class, String, u32)>,
}

impl Crowd {
    /// The levels that a class has.
    pub const LEVELS: u8 = 32;

    /// A member's byte: its class, and how far it has come, in thousandths.
    pub const fn cell(class: Class, thousandths: u32) -> u8 {
        let most = Self::LEVELS as u32 - 1;
        let level = thousandths * most / 1_000;
        (class as u8) * Self::LEVELS + (if level > most { most } else { level }) as u8
    }
}

/// What is to be seen of a system. Small systems are nodes and links; of large ones the nodes that matter, and a crowd.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scene {
    /// The picture's width, in units that are pixels on a wide screen: 420 by habit.
    pub width: u16,
    /// The picture's height.
    pub height: u16,
    /// The nodes.
    pub nodes: Vec<NodeView>,
    /// The links.
    pub links: Vec<LinkView>,
    /// What is on its way; at most 120 are of use.
    pub dots: Vec<Dot>,
    /// Very many nodes.
    pub crowd: Option<Crowd>,
    /// The picture in a sentence or two, for who does not see it.
    pub summary: String,
}

/// All that is shown of a moment of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The code of the run, where several are under way.
    pub run: String,
    /// The moment.
    pub at: Time,
    /// Where the run is to be; the same as `at` when it is there.
    pub target: Time,
    /// Why the run does not go on although it has not come to its end: what it exceeded, and what to do.
    pub stopped: Option<String>,
    /// The picture.
    pub scene: Scene,
    /// The closed windows so far, the first one first.
    pub rows: Vec<Row>,
    /// The windows that follow if nothing more is done, where the run is short enough to be played ahead.
    pub ahead: Vec<Row>,
    /// The facts so far, in the order of the model's list.
    pub facts: Vec<Option<Thousandths>>,
    /// The facts of the whole run, where it was played ahead.
    pub outcome: Vec<Option<Thousandths>>,
    /// What has been told so far.
    pub story: Vec<Line>,
    /// The run's fingerprint so far.
    pub hash: String,
    /// How many events were handled so far.
    pub events: u64,
    /// The memory that the system takes, in bytes.
    pub bytes: u64,
}

impl Frame {
    /// The frame as bytes.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Packer(Vec::with_capacity(1_024));
        out.text(&self.run);
        out.number(self.at.as_micros());
        out.number(self.target.as_micros());
        out.text(self.stopped.as_deref().unwrap_or_default());
        let scene = &self.scene;
        out.number(scene.width.into());
        out.number(scene.height.into());
        out.number(scene.nodes.len() as u64);
        for node in &scene.nodes {
            out.number(node.node.into());
            out.number(node.x.into());
            out.number(node.y.into());
            out.number(node.fill.into());
            out.0.extend([node.kind as u8, node.state as u8, node.mark as u8]);
            out.text(&node.word);
        }
        out.number(scene.links.len() as u64);
        for link in &scene.links {
            out.number(link.a.into());
            out.number(link.b.into());
            out.0.push(u8::from(link.cut) + 2 * u8::from(link.slow));
        }
        out.number(scene.dots.len() as u64);
        for dot in &scene.dots {
            out.number(dot.from.into());
            out.number(dot.to.into());
            out.number(dot.way.into());
            out.0.extend([dot.kind as u8, dot.doomed.into()]);
        }
        out.0.push(scene.crowd.is_some().into());
        if let Some(crowd) = &scene.crowd {
            out.text(&crowd.label);
            out.number(crowd.cells.len() as u64);
            out.0.extend(&crowd.cells);
            out.number(crowd.legend.len() as u64);
            for (class, text, count) in &crowd.legend {
                out.0.push(*class as u8);
                out.text(text);
                out.number((*count).into());
            }
        }
        out.text(&scene.summary);
        for rows in [&self.rows, &self.ahead] {
            out.number(rows.len() as u64);
            rows.iter().for_each(|row| out.values(row));
        }
        out.values(&self.facts);
        out.values(&self.outcome);
        out.number(self.story.len() as u64);
        for line in &self.story {
            out.number(line.at.as_micros());
            out.text(&line.text);
        }
        out.text(&self.hash);
        out.number(self.events);
        out.number(self.bytes);
        out.0
    }

    /// The frame that [`Frame::pack`] has packed; nothing if the bytes are anything else.
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        let mut from = Unpacker(bytes);
        let run = from.text()?;
        let at = Time::from_micros(from.number()?);
        let target = Time::from_micros(from.number()?);
        let stopped = Some(from.text()?).filter(|text| !text.is_empty());
        let (width, height) = (from.short()?, from.short()?);
        let nodes = from.list(|from| {
            let node = from.small()?;
            let (x, y, fill) = (from.short()?, from.short()?, from.short()?);
            let (kind, state, mark) = (from.one(Kind::ALL)?, from.one(State::ALL)?, from.one(Mark::ALL)?);
            Some(NodeView { node, kind, x, y, state, fill, mark, word: from.text()? })
        })?;
        let links = from.list(|from| {
            let (a, b, flags) = (from.short()?, from.short()?, from.byte()?);
            Some(LinkView { a, b, cut: flags & 1 == 1, slow: flags & 2 == 2 })
        })?;
        let dots = from.list(|from| {
            let (a, b, way) = (from.short()?, from.short()?, from.short()?);
            Some(Dot { from: a, to: b, way, kind: from.one(DotKind::ALL)?, doomed: from.byte()? == 1 })
        })?;
        let crowd = match from.byte()? {
            0 => None,
            _ => Some(Crowd {
                label: from.text()?,
                cells: {
                    let count = from.number()? as usize;
                    from.bytes(count)?.to_vec()
                },
                legend: from.list(|from| Some((from.one(Class::ALL)?, from.text()?, from.small()?)))?,
            }),
        };
        let summary = from.text()?;
        let scene = Scene { width, height, nodes, links, dots, crowd, summary };
        let (rows, ahead) = (from.list(Unpacker::values)?, from.list(Unpacker::values)?);
        let (facts, outcome) = (from.values()?, from.values()?);
        let story = from.list(|from| Some(Line { at: Time::from_micros(from.number()?), text: from.text()? }))?;
        let (hash, events, bytes) = (from.text()?, from.number()?, from.number()?);
        from.0.is_empty().then_some(Self {
            run,
            at,
            target,
            stopped,
            scene,
            rows,
            ahead,
            facts,
            outcome,
            story,
            hash,
            events,
            bytes,
        })
    }
}

/// Whole numbers in groups of seven bits, the lowest first (LEB128).
struct Packer(Vec<u8>);

impl Packer {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend(text.as_bytes());
    }

    /// Zero for nothing; otherwise one more than twice the value, or than twice the negative value less one.
    fn values(&mut self, values: &[Option<Thousandths>]) {
        self.number(values.len() as u64);
        for value in values {
            self.number(value.map_or(0, |value| (((value << 1) ^ (value >> 63)) as u64).saturating_add(1)));
        }
    }
}

struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn small(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    fn short(&mut self) -> Option<u16> {
        self.number()?.try_into().ok()
    }

    fn text(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        String::from_utf8(self.bytes(length)?.to_vec()).ok()
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(usize::from(self.byte()?)).copied()
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| item(self)).collect()
    }

    fn values(&mut self) -> Option<Row> {
        self.list(|from| {
            let coded = from.number()?;
            Some(coded.checked_sub(1).map(|value| (value >> 1) as i64 ^ -((value & 1) as i64)))
        })
    }
}
