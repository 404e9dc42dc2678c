//! What an architecture tells of itself, and what its world can do.

use super::{Change, Knob, Row, Scene, Settings, Thousandths};
use sim::{Duration, Time, TraceHash};

/// A node of a model: its place in the list of all nodes, group after group.
pub type Node = u32;

/// Nodes of one kind: `client-1` … `client-6`, or the one `server`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group's name as authors and links write it: `client`.
    pub name: &'static str,
    /// The group's name as readers see it: `Client`.
    pub label: &'static str,
    /// How many nodes the group has.
    pub count: u32,
}

/// The names of all nodes of a model with certain settings. A node alone in its group has the group's name.
#[derive(Clone, Debug)]
pub struct Names(Vec<Group>);

impl Names {
    /// Names for the nodes of these groups; the nodes are numbered group after group, in this order.
    pub fn new(groups: Vec<Group>) -> Self {
        Self(groups)
    }

    /// The groups of nodes, in the order in which their nodes are numbered.
    pub fn groups(&self) -> &[Group] {
        &self.0
    }

    /// How many nodes there are, those of all groups together.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|group| group.count).sum()
    }

    /// The place of the node's group, and the node's place in it.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn group_of(&self, node: Node) -> (usize, u32) {
        let mut rest = node;
        for (place, group) in self.0.iter().enumerate() {
            if rest < group.count {
                return (place, rest);
            }
            rest -= group.count;
        }
        panic!("a node of the model");
    }

    /// The first node of the group at that place.
    ///
    /// # Panics
    /// If the place is beyond all groups.
    pub fn first(&self, group: usize) -> Node {
        self.0[..group].iter().map(|group| group.count).sum()
    }

    /// A node's name as authors and links write it: `server`, `client-3`.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn name(&self, node: Node) -> String {
        let (group, place) = self.group_of(node);
        let Group { name, count, .. } = self.0[group];
        if count == 1 { name.to_owned() } else { format!("{name}-{}", place + 1) }
    }

    /// A node's name as readers see it: `Server`, `Client 3`.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn label(&self, node: Node) -> String {
        let (group, place) = self.group_of(node);
        let Group { label, count, .. } = self.0[group];
        if count == 1 { label.to_owned() } else { format!("{label} {}", place + 1) }
    }

    /// The node of a name, written as [`Names::name`] writes it; nothing if no node has that name.
    pub fn find(&self, name: &str) -> Option<Node> {
        let mut first = 0;
        for group in &self.0 {
            if group.count == 1 && name == group.name {
                return Some(first);
            }
            let number = name.strip_prefix(group.name).and_then(|rest| rest.strip_prefix('-'));
            if let Some(number) = number.and_then(|number| number.parse::<u32>().ok()) {
                return (1..=group.count).contains(&number).then(|| first + number - 1);
            }
            first += group.count;
        }
        None
    }

    /// The names that can stand for a node, as a message lists them: `server`, `client-1 … client-6`. Groups without
    /// nodes are left out.
    pub fn choices(&self) -> Vec<String> {
        let there = self.0.iter().filter(|group| group.count > 0);
        there
            .map(|Group { name, count, .. }| match count {
                1 => (*name).to_owned(),
                _ => format!("{name}-1 … {name}-{count}"),
            })
            .collect()
    }
}

/// A curve's role in its chart, for how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveKind {
    /// The curve that one looks at first.
    Main,
    /// The curve that one looks at next.
    Second,
    /// The curve that one looks at last of the three.
    Third,
    /// What is asked of the system, against what it does.
    Offered,
    /// What went wrong.
    Bad,
    /// What a formula says; drawn dashed.
    Theory,
}

/// A curve of a [`Chart`].
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    /// The curve's name in the legend.
    pub name: &'static str,
    /// The curve's role in its chart.
    pub kind: CurveKind,
}

/// Curves over the same time, in the same unit. Charts of two models with the same title and unit can be compared.
#[derive(Debug)]
pub struct Chart {
    /// What the chart shows, in a word or two: `Latency`.
    pub title: &'static str,
    /// The unit of the values: `ms`; empty for plain counts.
    pub unit: &'static str,
    /// What the axis of the values reaches at least, in their unit.
    pub least_top: u32,
    /// The curves, in the order of their values in a [`Row`].
    pub curves: &'static [Curve],
}

/// A value that a run yields, for `{{#run id.name}}` and `expect`.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// The fact's name, as authors write it: `p95`.
    pub name: &'static str,
    /// What the fact means, with its unit, as a sentence for the reference.
    pub meaning: &'static str,
}

/// Something worth telling, as cause and consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The moment at which the told event happened.
    pub at: Time,
    /// What happened, and what follows from it, in a sentence.
    pub text: String,
}

/// The lines that a run has told so far. A run that has more to tell than [`Story::LONGEST`] lines drops the oldest.
#[derive(Clone, Debug, Default)]
pub struct Story(Vec<Line>);

impl Story {
    /// How many lines a story keeps at most.
    pub const LONGEST: usize = 40;

    /// Adds a line to the story; the oldest one makes room if the story is full.
    pub fn tell(&mut self, at: Time, text: String) {
        if self.0.len() == Self::LONGEST {
            self.0.remove(0);
        }
        self.0.push(Line { at, text });
    }

    /// The lines of the story, the oldest first.
    pub fn lines(&self) -> &[Line] {
        &self.0
    }
}

/// The description of an architecture: everything that is known of it apart from how it is simulated.
#[derive(Debug)]
pub struct Model {
    /// The model's name as authors and links write it: `client-server`.
    pub name: &'static str,
    /// The model's name as readers see it: `Client–server`.
    pub title: &'static str,
    /// What the model shows and what it leaves out, in a few sentences, for the reference and the page.
    pub about: &'static str,
    /// The knobs, in the order of the controls. Names that several models have mean the same in all: `users` (how
    /// many), `load` (requests per second, all users together), `timeout-ms`, `latency-ms` (one way).
    pub knobs: &'static [Knob],
    /// Least, usual and greatest length of a run, in seconds.
    pub seconds: (u32, u32, u32),
    /// The groups of nodes that there are with some settings; nodes are numbered by them.
    pub groups: fn(&Settings) -> Vec<Group>,
    /// Whether a change can be made to the system with some settings; if not, why, for a message.
    ///
    /// That the nodes and the knob of the change exist, and that the knob is live, is checked before.
    pub accepts: fn(&Settings, &Change) -> Result<(), String>,
    /// The name of the node that stops when two architectures are compared under the same failure.
    pub victim: &'static str,
    /// The charts of what is measured over time; a [`Row`] has a value for each curve, chart after chart.
    pub charts: &'static [&'static Chart],
    /// The facts that a run yields, list after list.
    pub facts: &'static [&'static [Fact]],
}

/// Makes the system as it is at the beginning of a run, from settings and a seed. Not part of [`Model`], so that a page
/// which only speaks of models does not have to load what simulates them; see [`crate::start`].
pub type Start = fn(&Settings, u64) -> Box<dyn World>;

/// Two models of the same name are one.
impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Model {}

impl Model {
    /// The names of the model's nodes with these settings.
    pub fn names(&self, settings: &Settings) -> Names {
        Names::new((self.groups)(settings))
    }

    /// All facts that a run of the model yields, in the order of [`World::facts`].
    pub fn all_facts(&self) -> impl Iterator<Item = &'static Fact> {
        self.facts.iter().copied().flatten()
    }
}

/// A system in the middle of a run. It is a state machine: the same settings, seed and changes give the same
/// system, on every machine and however the run is cut into slices.
pub trait World {
    /// Handles the events before `until`, at most `most` of them. True when none is left before `until`; only then the
    /// system's time is `until`.
    fn advance(&mut self, until: Time, most: u32) -> bool;
    /// The simulated time that the system has reached.
    fn now(&self) -> Time;
    /// Makes a change to the system, now. A change without effect, such as stopping a node that is down, is passed
    /// over.
    fn apply(&mut self, change: &Change);
    /// Ends a window of measurement of `length`; one value for each curve, in the order of [`Model::charts`].
    fn row(&mut self, length: Duration) -> Row;
    /// The picture of the system as it is now.
    fn scene(&self) -> Scene;
    /// The lines that the run has told so far, the oldest first; [`Story::LONGEST`] at most.
    fn story(&self) -> &[Line];
    /// The values of all facts so far, in the order of [`Model::facts`]; nothing for a fact that has no value yet.
    fn facts(&self) -> Vec<Option<Thousandths>>;
    /// The fingerprint of everything that has happened in the run so far.
    fn hash(&self) -> TraceHash;
    /// How many events the system has handled so far.
    fn events(&self) -> u64;
    /// The memory that the system takes, in bytes, as far as it grows with the model's size.
    fn bytes(&self) -> usize;
    /// Whether nothing more can happen, unless somebody does something.
    fn is_over(&self) -> bool {
        false
    }
    /// A copy of the system that goes on by itself.
    fn copy(&self) -> Box<dyn World>;
}
