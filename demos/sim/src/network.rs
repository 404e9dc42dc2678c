//! How long messages take, and whether they arrive: decided here and nowhere else.

use crate::{Duration, MessageName, NodeId, Rng};

/// A link's latency: `base` plus up to `jitter`, drawn for each message from the link's own stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSpec {
    /// The shortest time that a message takes over the link.
    pub base: Duration,
    /// How much longer than `base` a message may take; every length up to this is equally likely.
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
    /// A fault dropped the message on the way.
    Dropped,
    /// The link of the message was cut when it was sent.
    LinkCut,
    /// The receiver was down when the message arrived.
    ReceiverDown,
}

/// What becomes of a message, decided when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The message arrives after its latency and `extra`.
    Deliver {
        /// How much later the message arrives, on top of its latency.
        extra: Duration,
    },
    /// The message arrives, and a copy of it arrives later.
    Duplicate,
    /// The message is held back until the next message in the same direction has passed it.
    Hold,
    /// The message is lost on the way.
    Lose(Loss),
}

/// The links between the nodes.
#[derive(Debug)]
pub struct Network {
    default: LinkSpec,
    /// Links unlike the default, sorted. Sorted lists, not trees: a tree's code is 6 KB of the module for each type.
    links: Vec<((NodeId, NodeId), LinkSpec)>,
    /// Sorted.
    cut: Vec<(NodeId, NodeId)>,
    /// Links whose two ends keep a connection, the smaller end first.
    streams: Vec<(NodeId, NodeId)>,
}

impl Clone for Network {
    fn clone(&self) -> Self {
        let Self { default, links, cut, streams } = self;
        Self { default: *default, links: links.clone(), cut: cut.clone(), streams: streams.clone() }
    }

    // Keeps the lists' memory; the derived one does not.
    fn clone_from(&mut self, other: &Self) {
        let Self { default, links, cut, streams } = self;
        *default = other.default;
        links.clone_from(&other.links);
        cut.clone_from(&other.cut);
        streams.clone_from(&other.streams);
    }
}

impl Network {
    /// A network in which every link is alike.
    pub fn new(default: LinkSpec) -> Self {
        Self { default, links: vec![], cut: vec![], streams: vec![] }
    }

    /// The network with another latency between two nodes, in both directions.
    pub fn with_link(mut self, a: NodeId, b: NodeId, spec: LinkSpec) -> Self {
        for link in [(a, b), (b, a)] {
            match self.links.binary_search_by_key(&link, |(link, _)| *link) {
                Ok(place) => self.links[place].1 = spec,
                Err(place) => self.links.insert(place, (link, spec)),
            }
        }
        self
    }

    /// The network in which two nodes talk over a connection, as TCP offers it (RFC 9293), instead of by single
    /// datagrams:
    ///
    /// - nothing is duplicated and nothing overtakes: a fault that would do so cannot come about;
    /// - a message that is lost breaks the connection, and both ends are told ([`crate::Process::on_disconnect`]);
    /// - so is the other end when one end crashes; and who sends to a node that is down is refused.
    ///
    /// A cut link stays silent: nobody is left to tell of it.
    pub fn with_stream(mut self, a: NodeId, b: NodeId) -> Self {
        self.streams.push((a.min(b), a.max(b)));
        self
    }

    /// Whether two nodes talk over a connection.
    pub fn is_stream(&self, a: NodeId, b: NodeId) -> bool {
        self.streams.contains(&(a.min(b), a.max(b)))
    }

    /// Adds to a fingerprint which links are cut.
    pub(crate) fn hash_cuts<H: std::hash::Hasher>(&self, hash: &mut H) {
        std::hash::Hash::hash(&self.cut, hash);
    }

    /// Who talks with that node over a connection.
    pub(crate) fn peers(&self, node: NodeId) -> Vec<NodeId> {
        let ends = self.streams.iter();
        ends.filter(|(a, b)| *a == node || *b == node).map(|(a, b)| if *a == node { *b } else { *a }).collect()
    }

    /// The latency of the link from one node to another.
    pub fn link(&self, from: NodeId, to: NodeId) -> LinkSpec {
        let place = self.links.binary_search_by_key(&(from, to), |(link, _)| *link);
        place.map_or(self.default, |place| self.links[place].1)
    }

    /// Whether the link between two nodes is cut now, so that messages sent over it are lost.
    pub fn is_cut(&self, a: NodeId, b: NodeId) -> bool {
        self.cut.binary_search(&(a.min(b), a.max(b))).is_ok()
    }

    /// False if it is so already.
    pub(crate) fn set_cut(&mut self, a: NodeId, b: NodeId, cut: bool) -> bool {
        let link = (a.min(b), a.max(b));
        match self.cut.binary_search(&link) {
            Ok(place) if !cut => {
                self.cut.remove(place);
                true
            }
            Err(place) if cut => {
                self.cut.insert(place, link);
                true
            }
            _ => false,
        }
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
