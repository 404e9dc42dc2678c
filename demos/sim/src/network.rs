//! How long messages take, and whether they arrive: decided here and nowhere else.

use crate::{Duration, MessageName, NodeId, Rng};
use std::collections::{BTreeMap, BTreeSet};

/// A link's latency: `base` plus up to `jitter`, drawn for each message from the link's own stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSpec {
    /// The shortest time that a message takes.
    pub base: Duration,
    /// How much longer it may take; every length up to this is equally likely.
    pub jitter: Duration,
}

impl LinkSpec {
    pub(crate) fn draw(self, rng: &mut Rng) -> Duration {
        self.base + rng.up_to(self.jitter)
    }
}

/// Why a message never arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// A fault dropped it on the way.
    Dropped,
    /// Its link was cut when it was sent.
    LinkCut,
    /// The receiver was down when it arrived.
    ReceiverDown,
}

/// What becomes of a message, decided when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It arrives after its latency and this much more.
    Deliver {
        /// On top of the latency.
        extra: Duration,
    },
    /// It arrives, and a copy of it arrives later.
    Duplicate,
    /// It is lost on the way.
    Lose(Loss),
}

/// The links between the nodes.
#[derive(Clone, Debug)]
pub struct Network {
    default: LinkSpec,
    links: BTreeMap<(NodeId, NodeId), LinkSpec>,
    cut: BTreeSet<(NodeId, NodeId)>,
}

impl Network {
    /// A network in which every link is alike.
    pub fn new(default: LinkSpec) -> Self {
        Self { default, links: BTreeMap::new(), cut: BTreeSet::new() }
    }

    /// Makes both directions between two nodes different from the others.
    pub fn with_link(mut self, a: NodeId, b: NodeId, spec: LinkSpec) -> Self {
        self.links.insert((a, b), spec);
        self.links.insert((b, a), spec);
        self
    }

    /// The link from one node to another.
    pub fn link(&self, from: NodeId, to: NodeId) -> LinkSpec {
        self.links.get(&(from, to)).copied().unwrap_or(self.default)
    }

    /// Whether messages between the two are lost now.
    pub fn is_cut(&self, a: NodeId, b: NodeId) -> bool {
        self.cut.contains(&(a.min(b), a.max(b)))
    }

    /// False if it is so already.
    pub(crate) fn set_cut(&mut self, a: NodeId, b: NodeId, cut: bool) -> bool {
        let link = (a.min(b), a.max(b));
        if cut { self.cut.insert(link) } else { self.cut.remove(&link) }
    }

    /// The fate of a message that is being sent. The first rule that has something to say wins:
    ///
    /// 1. a fault that names the message (`on_message`);
    /// 2. a cut link;
    /// 3. otherwise it is delivered.
    ///
    /// Whether the receiver is up is seen when the message arrives.
    pub(crate) fn verdict(
        &self,
        from: NodeId,
        to: NodeId,
        name: MessageName,
        on_message: impl FnOnce(MessageName) -> Option<Verdict>,
    ) -> Verdict {
        if let Some(verdict) = on_message(name) {
            return verdict;
        }
        if self.is_cut(from, to) {
            return Verdict::Lose(Loss::LinkCut);
        }
        Verdict::Deliver { extra: Duration::ZERO }
    }
}
