//! What an architecture tells of itself, and what its world can do.

use super::{Change, Knob, Row, Scene, Settings, Thousandths};
use sim::{Duration, Time, TraceHash};

/// A node of a model: its place in the list of all nodes, group after group.
pub type Node = u32;

/// Nodes of one kind: `client-1` … `client-6`, or the one `server`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// As authors and links write it: `client`.
    pub name: &'static str,
    /// As readers see it: `Client`.
    pub label: &'static str,
    /// How many there are.
    pub count: u32,
}

/// The names of all nodes of a model with certain settings. A node alone in its group has the group's name.
#[derive(Clone, Debug)]
pub struct Names(Vec<Group>);

impl Names {
    /// The groups, in the order in which their nodes are numbered.
    pub fn new(groups: Vec<Group>) -> Self {
        Self(groups)
    }

    /// The groups.
    pub fn groups(&self) -> &[Group] {
        &self.0
    }

    /// How many nodes there are.
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

    /// The first node of a group.
    pub fn first(&self, group: usize) -> Node {
        self.0[..group].iter().map(|group| group.count).sum()
    }

    /// As authors and links write it: `server`, `client-3`.
    pub fn name(&self, node: Node) -> String {
        let (group, place) = self.group_of(node);
        let Group { name, count, .. } = self.0[group];
        if count == 1 { name.to_owned() } else { format!("{name}-{}", place + 1) }
    }

    /// As readers see it: `Server`, `Client 3`.
    pub fn label(&self, node: Node) -> String {
        let (group, place) = self.group_of(node);
        let Group { label, count, .. } = self.0[group];
        if count == 1 { label.to_owned() } else { format!("{label} {}", place + 1) }
    }

    /// The node of that name.
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

    /// What can stand for a node, for a message: `server`, `client-1 … client-6`.
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
    /// What one looks at first.
    Main,
    /// The next.
    Second,
    /// And the next.
    Third,
    /// What is asked for, against what is done.
    Offered,
    /// What went wrong.
    Bad,
    /// What a formula says; dashed.
    Theory,
}

/// A curve.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    /// Its name in the legend.
    pub name: &'static str,
    /// Its role.
    pub kind: CurveKind,
}

/// Curves over the same time, in the same unit. Charts of two models with the same title and unit can be compared.
#[derive(Debug)]
pub struct Chart {
    /// What is shown.
    pub title: &'static str,
    /// The unit of the values: `ms`.
    pub unit: &'static str,
    /// What the axis reaches at least, in units.
    pub least_top: u32,
    /// The curves.
    pub curves: &'static [Curve],
}

/// A figure that a run yields, for `{{#run id.name}}` and `expect`.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// What it means, with its unit.
    pub meaning: &'static str,
}

/// Something worth telling, as cause and consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it happened.
    pub at: Time,
    /// What happened, and what follows from it, in a sentence.
    pub text: String,
}

/// What has been told so far. A run that has more to tell than fits drops the oldest.
#[derive(Clone, Debug, Default)]
pub struct Story(Vec<Line>);

impl Story {
    /// How many lines are kept.
    pub const LONGEST: usize = 40;

    /// Tells something.
    pub fn tell(&mut self, at: Time, text: String) {
        if self.0.len() == Self::LONGEST {
            self.0.remove(0);
        }
        self.0.push(Line { at, text });
    }

    /// The lines, the oldest first.
    pub fn lines(&self) -> &[Line] {
        &self.0
    }
}

/// An architecture, as everything that is not the architecture itself knows it.
#[derive(Debug)]
pub struct Model {
    /// As authors and links write it: `client-server`.
    pub name: &'static str,
    /// As readers see it: `Client–server`.
    pub title: &'static str,
    /// What it shows and what it leaves out, in a few sentences, for the reference and the page.
    pub about: &'static str,
    /// What can be set; the order is that of the controls. Names that several models have mean the same there:
    /// `users` (how many), `load` (requests per second, all users together), `timeout-ms`, `latency-ms` (one way).
    pub knobs: &'static [Knob],
    /// Least, usual and greatest length of a run, in seconds.
    pub seconds: (u32, u32, u32),
    /// The groups of nodes with these settings, by which nodes are numbered.
    pub groups: fn(&Settings) -> Vec<Group>,
    /// Whether this can be done to the system with these settings.
    ///
    /// Nodes and knobs exist, and the knob is live: that is checked before.
    pub accepts: fn(&Settings, &Change) -> Result<(), String>,
    /// The node that stops when two architectures are compared under the same failure.
    pub victim: &'static str,
    /// What is measured over time; a [`Row`] has a value for each curve, chart after chart.
    pub charts: &'static [&'static Chart],
    /// What a run yields, list after list.
    pub facts: &'static [&'static [Fact]],
}

/// The system at the beginning of a run with these settings and this seed. Not part of [`Model`], so that a page which
/// only speaks of models does not have to load what simulates them; see [`crate::start`].
pub type Start = fn(&Settings, u64) -> Box<dyn World>;

/// Two models of the same name are one.
impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Model {}

impl Model {
    /// The names of the nodes.
    pub fn names(&self, settings: &Settings) -> Names {
        Names::new((self.groups)(settings))
    }

    /// All facts, in the order of [`World::facts`].
    pub fn all_facts(&self) -> impl Iterator<Item = &'static Fact> {
        self.facts.iter().copied().flatten()
    }
}

/// A system in the middle of a run. It is a state machine: the same settings, seed and changes give the same
/// system, on every machine and however the run is cut into slices.
pub trait World {
    /// Handles what happens before `until`, at most so many events. True when nothing is left before `until`;
    /// only then it is `until`.
    fn advance(&mut self, until: Time, most: u32) -> bool;
    /// The time that has been reached.
    fn now(&self) -> Time;
    /// Somebody does this to the system, now. What has no effect, such as stopping what is down, is left out.
    fn apply(&mut self, change: &Change);
    /// Closes a window of measurement that was that long: a value for each curve of [`Model::charts`].
    fn row(&mut self, length: Duration) -> Row;
    /// What is to be seen now.
    fn scene(&self) -> Scene;
    /// What has been told so far.
    fn story(&self) -> &[Line];
    /// The facts so far, in the order of [`Model::facts`].
    fn facts(&self) -> Vec<Option<Thousandths>>;
    /// The fingerprint of everything so far.
    fn hash(&self) -> TraceHash;
    /// How many events have been handled.
    fn events(&self) -> u64;
    /// The memory that it takes, in bytes, as far as it grows with the model's size.
    fn bytes(&self) -> usize;
    /// Nothing more can happen, unless somebody does something.
    fn is_over(&self) -> bool {
        false
    }
    /// A copy that goes on by itself.
    fn copy(&self) -> Box<dyn World>;
}
