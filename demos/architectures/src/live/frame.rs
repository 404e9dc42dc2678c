//! All that is shown of a moment, and how it travels from the simulation to the page.

use super::Line;
use sim::Time;

/// A measured number, in thousandths of its unit.
pub type Thousandths = i64;

/// The values of one window of measurement, one for each curve of a model; nothing where there was nothing to measure.
pub type Row = Vec<Option<Thousandths>>;

macro_rules! coded {
    ($(#[$about:meta])* $name:ident: $($(#[$doc:meta])* $case:ident,)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $case,)* }

        impl $name {
            /// All cases, in the order of the numbers that stand for them in a packed frame.
            pub const ALL: &[Self] = &[$(Self::$case,)*];
        }
    };
}

coded! {
    /// What a node is: decides its shape.
    Kind:
    /// Someone who uses the system.
    Client,
    /// A node that serves.
    Server,
    /// A node that keeps data.
    Database,
    /// A node that spreads requests over others.
    Balancer,
    /// A node that keeps copies of answers.
    Cache,
    /// A node that both serves and asks.
    Peer,
    /// A peer that others hang off.
    SuperPeer,
    /// A node that knows who is there.
    Tracker,
    /// A node that has the whole file, and gives it.
    Seed,
    /// A far data centre.
    Cloud,
    /// A small server near the users.
    Edge,
    /// A user's machine that works on data of its own.
    Device,
    /// The door to many services.
    Gateway,
    /// One of many services.
    Service,
}

coded! {
    /// How a node is.
    State:
    /// The node works as it should.
    Up,
    /// The node is up, and slower than it should be.
    Slow,
    /// The node is down.
    Down,
}

coded! {
    /// How it goes for a node, as a small sign beside its word.
    Mark:
    /// There is nothing to tell of the node.
    None,
    /// The node fares well.
    Ok,
    /// The node waits.
    Wait,
    /// The node has failed at something.
    Fail,
}

coded! {
    /// What a message on its way is: decides its shape.
    DotKind:
    /// A message that asks.
    Request,
    /// A message that answers.
    Reply,
    /// A message that says no.
    Refusal,
    /// A message that carries data.
    Data,
    /// A message that keeps others up to date.
    Gossip,
}

coded! {
    /// How a member of a crowd is: decides its colour and its place in the legend.
    Class:
    /// The member is not there, or not there any more.
    Absent,
    /// The member is at work; its level is how far it has come.
    Working,
    /// The member is done, or well.
    Done,
    /// The member waits.
    Waiting,
    /// The member has failed at something.
    Failed,
    /// The member does harm, or takes without giving.
    Bad,
    /// The member gives more than others: a seed, a super-peer.
    Strong,
    /// The member is reached by what is going on just now.
    Touched,
}

/// A node in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// The node that is drawn.
    pub node: super::Node,
    /// What the node is, which decides its shape.
    pub kind: Kind,
    /// The distance of the node's middle from the left, in units of the scene.
    pub x: u16,
    /// The distance of the node's middle from the top, in units of the scene.
    pub y: u16,
    /// Whether the node is up, slow or down.
    pub state: State,
    /// How full the node is, in thousandths: of work, or of what it wants to have.
    pub fill: u16,
    /// How it goes for the node, as a small sign.
    pub mark: Mark,
    /// How it goes for the node, in a word or a few: `queue 3 of 20`. At most 24 characters.
    pub word: String,
}

/// A link in the picture; its ends are places in [`Scene::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// One end of the link.
    pub a: u16,
    /// The other end of the link.
    pub b: u16,
    /// Whether nothing gets through the link.
    pub cut: bool,
    /// Whether the link is slower than it should be.
    pub slow: bool,
}

/// A message on its way; its ends are places in [`Scene::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dot {
    /// The end that the message comes from.
    pub from: u16,
    /// The end that the message goes to.
    pub to: u16,
    /// How much of its way the message has behind it, in thousandths.
    pub way: u16,
    /// What the message is, which decides its shape.
    pub kind: DotKind,
    /// Whether the message will not arrive.
    pub doomed: bool,
}

/// Very many nodes, each a cell of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Who the members are, in the plural: `peers`.
    pub label: String,
    /// A byte for each member, as [`Crowd::cell`] makes it.
    pub cells: Vec<u8>,
    /// The classes that occur, each with what it means here and how many members are of it.
    pub legend: Vec<(Class, String, u32)>,
}

impl Crowd {
    /// How many levels each class has.
    pub const LEVELS: u8 = 32;

    /// The byte of a member: its class, and how far it has come, in thousandths; above 1,000 is as far as 1,000.
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
    /// The picture's height, in the same units as its width.
    pub height: u16,
    /// The nodes that are drawn one by one.
    pub nodes: Vec<NodeView>,
    /// The links between the nodes.
    pub links: Vec<LinkView>,
    /// The messages on their way; at most 120 are of use.
    pub dots: Vec<Dot>,
    /// The nodes that are too many to be drawn one by one, if there are such.
    pub crowd: Option<Crowd>,
    /// The picture in a sentence or two, for who does not see it.
    pub summary: String,
}

/// All that is shown of a moment of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The code of the run, where several are under way.
    pub run: String,
    /// The moment that is shown.
    pub at: Time,
    /// The moment at which the run is to be; equal to `at` when the run is there.
    pub target: Time,
    /// Why the run does not go on although it has not come to its end: what it exceeded, and what to do.
    pub stopped: Option<String>,
    /// The picture.
    pub scene: Scene,
    /// The windows of measurement closed so far, the first one first.
    pub rows: Vec<Row>,
    /// The windows that follow if nothing more is done, where the run is short enough to be played ahead.
    pub ahead: Vec<Row>,
    /// The values of the facts so far, in the order of the model's list.
    pub facts: Vec<Option<Thousandths>>,
    /// The values of the facts of the whole run, where it was played ahead.
    pub outcome: Vec<Option<Thousandths>>,
    /// The lines that the run has told so far, the oldest first.
    pub story: Vec<Line>,
    /// The run's fingerprint so far.
    pub hash: String,
    /// How many events were handled so far.
    pub events: u64,
    /// The memory that the system takes, in bytes.
    pub bytes: u64,
}

impl Frame {
    /// The frame as bytes, which [`Frame::unpack`] reads.
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
