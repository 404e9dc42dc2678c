//! Six ways to organise a system, as graphs, and who loses service when a node stops.
//!
//! No time and no load here: a user is served or not, by which nodes still reach one another.
//! What each kind of user needs is part of the graph ([`Node::needs`]):
//!
//! | architecture | who the users are | what each needs |
//! | --- | --- | --- |
//! | client–server | clients | the server |
//! | peer-to-peer | peers | a path to at least one other peer: what one holds, others hold too |
//! | multi-tier | browsers | one of the API servers, and through it the database |
//! | super-peers | leaves | a super-peer of its own; some have a second one |
//! | edge | devices | their edge node; the cloud only to synchronise |
//! | microservices | visitors, buyers | the gateway and the services on the path of their request |
//!
//! Simplified: links never fail; nodes that are left carry any load; a user who can be served by
//! a second node finds it at once; super-peers count as infrastructure, although their owners use
//! the system as well. How long an outage lasts is the business of the simulated models.

use crate::code::{self, CodeError};
use std::sync::LazyLock;

/// A way to organise a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Architecture {
    /// One server, asked by all.
    ClientServer,
    /// Every node asks and answers; an unstructured overlay.
    PeerToPeer,
    /// Browsers, API servers, a database.
    MultiTier,
    /// Ordinary peers hang off a backbone of super-peers.
    SuperPeers,
    /// Devices work with an edge node close by, which synchronises with the cloud.
    Edge,
    /// A gateway before services that call one another.
    Microservices,
}

impl Architecture {
    /// All of them, in the order of the lesson.
    pub const ALL: [Self; 6] =
        [Self::ClientServer, Self::PeerToPeer, Self::MultiTier, Self::SuperPeers, Self::Edge, Self::Microservices];

    /// The name that authors and links use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientServer => "client-server",
            Self::PeerToPeer => "peer-to-peer",
            Self::MultiTier => "multi-tier",
            Self::SuperPeers => "super-peers",
            Self::Edge => "edge",
            Self::Microservices => "microservices",
        }
    }

    /// The name that readers see.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ClientServer => "Client–server",
            Self::PeerToPeer => "Peer-to-peer",
            Self::MultiTier => "Multi-tier",
            Self::SuperPeers => "Super-peers",
            Self::Edge => "Edge computing",
            Self::Microservices => "Microservices",
        }
    }

    /// The architecture of that [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|architecture| architecture.name() == name)
    }

    /// The nodes and links that stand for it.
    pub fn graph(self) -> &'static Graph {
        static GRAPHS: LazyLock<[Graph; 6]> = LazyLock::new(|| Architecture::ALL.map(build));
        &GRAPHS[self as usize]
    }

    /// What its users are called: one, and several.
    const fn users(self) -> (&'static str, &'static str) {
        match self {
            Self::ClientServer => ("client", "clients"),
            Self::PeerToPeer => ("peer", "peers"),
            Self::MultiTier => ("browser", "browsers"),
            Self::SuperPeers => ("leaf", "leaves"),
            Self::Edge => ("device", "devices"),
            Self::Microservices => ("user", "users"),
        }
    }
}

/// A node: its place in [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIdx(pub usize);

/// What a node is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Asks the server.
    Client,
    /// Answers the clients.
    Server,
    /// Asks and answers.
    Peer,
    /// A peer that serves others as their way into the network.
    SuperPeer,
    /// An ordinary peer that hangs off a super-peer.
    Leaf,
    /// Shows the application to its user.
    Browser,
    /// Runs the application's logic.
    Api,
    /// Keeps the data.
    Database,
    /// Works where its user is.
    Device,
    /// Serves the devices close by.
    Edge,
    /// The data centre far away.
    Cloud,
    /// A user who only looks around.
    Visitor,
    /// A user who checks out.
    Buyer,
    /// Takes every request and passes it on.
    Gateway,
    /// One part of the application.
    Service,
}

impl Role {
    /// Whether messages of others pass through it. Users' machines only speak for themselves, but
    /// for peers: relaying is what they do.
    const fn relays(self) -> bool {
        !matches!(self, Self::Client | Self::Leaf | Self::Browser | Self::Device | Self::Visitor | Self::Buyer)
    }
}

/// Something that a user needs, or would like to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// One of these is enough, if a path of running nodes leads there.
    pub any: Vec<NodeIdx>,
    /// What is the matter when there is none, as part of a sentence.
    pub without: &'static str,
}

/// A node and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The name that authors and links use: `client-1`.
    pub id: String,
    /// The name that readers see: `Client 1`.
    pub label: String,
    /// What it is for.
    pub role: Role,
    /// The centre, in a box [`Graph::WIDTH`] wide, from the left.
    pub x: i32,
    /// The centre, in a box [`Graph::HEIGHT`] high, from the top.
    pub y: i32,
    /// What it needs to be served: all of it. Empty for nodes that are not users.
    pub needs: Vec<Need>,
    /// What it can do without for a while: all of it is missed, none of it stops the work.
    pub likes: Vec<Need>,
}

impl Node {
    /// Whether it is counted among those who are served or not.
    pub fn is_user(&self) -> bool {
        !self.needs.is_empty()
    }

    /// Its label within a sentence: `the server`, `client 1`, `the payments service`.
    fn in_words(&self) -> String {
        let label = self.label.to_ascii_lowercase();
        match self.role {
            Role::Service => format!("the {label} service"),
            Role::Edge => label.replace("edge", "edge node"),
            Role::Api => self.label.replace("API", "API server"),
            _ if label.ends_with(|c: char| c.is_ascii_digit()) => label,
            _ => format!("the {label}"),
        }
    }
}

/// Two nodes that talk to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// One end: the one that asks, where there is one.
    pub a: NodeIdx,
    /// The other end.
    pub b: NodeIdx,
    /// Whether it is used only when the first choice is gone.
    pub spare: bool,
}

/// The nodes and links of an architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// Which architecture it stands for.
    pub architecture: Architecture,
    /// The nodes: first the users, then what serves them; peers are both.
    pub nodes: Vec<Node>,
    /// The links.
    pub links: Vec<Link>,
}

/// What follows when nodes stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// Users who run and are not served.
    pub affected: Vec<NodeIdx>,
    /// Users who are served, but only in part: devices that cannot synchronise, peers that are cut
    /// off from other peers, pages without their reviews.
    pub limited: Vec<NodeIdx>,
    /// How many users run. Who is stopped is not counted: a user's own machine that is off is not
    /// an outage of the system.
    pub of: usize,
    /// Cause and consequence in words, for a caption.
    pub sentence: String,
}

impl Graph {
    /// How wide the picture is.
    pub const WIDTH: i32 = 400;
    /// How high the picture is.
    pub const HEIGHT: i32 = 260;

    /// The node with that index.
    ///
    /// # Panics
    /// If the index is of another graph.
    pub fn node(&self, index: NodeIdx) -> &Node {
        &self.nodes[index.0]
    }

    /// The node of that id.
    pub fn find(&self, id: &str) -> Option<NodeIdx> {
        self.nodes.iter().position(|node| node.id == id).map(NodeIdx)
    }

    /// All indices, in order.
    pub fn indices(&self) -> impl Iterator<Item = NodeIdx> + use<> {
        (0..self.nodes.len()).map(NodeIdx)
    }

    /// The users, in order.
    pub fn users(&self) -> impl Iterator<Item = NodeIdx> {
        self.indices().filter(|index| self.node(*index).is_user())
    }

    /// Where one gets from that node through running nodes that relay, the node itself not counted.
    pub fn reach(&self, from: NodeIdx, stopped: &[NodeIdx]) -> Vec<NodeIdx> {
        let mut reached = vec![];
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            for link in &self.links {
                let next = match (link.a == node, link.b == node) {
                    (true, _) => link.b,
                    (_, true) => link.a,
                    _ => continue,
                };
                if next == from || stopped.contains(&next) || reached.contains(&next) {
                    continue;
                }
                reached.push(next);
                if self.node(next).role.relays() {
                    open.push(next);
                }
            }
        }
        reached
    }

    /// What follows when these nodes stop, all at once; neither order nor repetition matters.
    pub fn without(&self, stopped: &[NodeIdx]) -> Impact {
        let stopped = &in_order(stopped.iter().copied())[..];
        let running: Vec<NodeIdx> = self.users().filter(|user| !stopped.contains(user)).collect();
        let reached: Vec<_> = running.iter().map(|user| self.reach(*user, stopped)).collect();
        let missing = |needs: fn(&Node) -> &[Need], user: usize| {
            let mut needs = needs(self.node(running[user])).iter();
            needs.find(|need| !need.any.iter().any(|node| reached[user].contains(node))).map(|need| need.without)
        };
        let (mut affected, mut limited) = (vec![], vec![]);
        let (mut reasons, mut regrets) = (vec![], vec![]);
        let note = |list: &mut Vec<NodeIdx>, texts: &mut Vec<&'static str>, user: usize, text| {
            list.push(running[user]);
            if !texts.contains(&text) {
                texts.push(text);
            }
        };
        for user in 0..running.len() {
            if let Some(reason) = missing(|node| &node.needs, user) {
                note(&mut affected, &mut reasons, user, reason);
            }
        }
        for user in (0..running.len()).filter(|user| !affected.contains(&running[*user])) {
            let cut_off = |other: &NodeIdx| {
                *other != running[user] && !affected.contains(other) && !reached[user].contains(other)
            };
            // Peers serve one another: each is worth less when it does not reach them all.
            let split = self.architecture == Architecture::PeerToPeer && running.iter().any(cut_off);
            let split = split.then_some("the overlay has fallen into parts that cannot reach each other");
            if let Some(regret) = missing(|node| &node.likes, user).or(split) {
                note(&mut limited, &mut regrets, user, regret);
            }
        }
        let sentence = self.sentence(stopped, &affected, &limited, running.len(), &reasons, &regrets);
        Impact { affected, limited, of: running.len(), sentence }
    }

    /// The nodes that affect every user who is left when they stop alone: the single points of
    /// failure of the picture.
    pub fn shared_fate(&self) -> Vec<NodeIdx> {
        self.indices()
            .filter(|node| {
                let impact = self.without(&[*node]);
                impact.of > 0 && impact.affected.len() == impact.of
            })
            .collect()
    }

    fn sentence(
        &self,
        stopped: &[NodeIdx],
        affected: &[NodeIdx],
        limited: &[NodeIdx],
        of: usize,
        reasons: &[&str],
        regrets: &[&str],
    ) -> String {
        let (one, many) = self.architecture.users();
        let is = |n: usize| if n == 1 { "is" } else { "are" };
        let why = reasons.join("; ");
        let others = if of < self.users().count() { format!("other {many}") } else { many.to_owned() };
        let consequence = match (affected.len(), of) {
            (_, 0) => format!("so no {one} is left"),
            (0, 1) => format!("yet the one {one} that is left is served"),
            (0, _) if limited.len() == of && self.architecture == Architecture::Edge => {
                format!("yet all {of} {others} go on working")
            }
            (0, _) => format!("yet all {of} {others} are served"),
            (1, 1) => format!("so the one {one} that is left is not served: {why}"),
            (n, _) if n == of => format!("so none of the {of} {others} is served: {why}"),
            (n, _) => format!("so {n} of {of} {others} {} not served: {why}", is(n)),
        };
        let rest = match limited.len() {
            0 => String::new(),
            n if n == of => format!("; but {}", regrets.join("; ")),
            1 => format!(". 1 {one} is served in part: {}", regrets.join("; ")),
            n => format!(". {n} {many} are served in part: {}", regrets.join("; ")),
        };
        match self.list(stopped) {
            None => format!("Everything runs: all {of} {many} are served."),
            Some(mut names) => {
                names[..1].make_ascii_uppercase();
                format!("{names} {} down, {consequence}{rest}.", is(stopped.len()))
            }
        }
    }

    /// `the server`, `peer 2 and peer 8`, `peer 1, peer 2 and 3 more`.
    fn list(&self, nodes: &[NodeIdx]) -> Option<String> {
        let words: Vec<String> = nodes.iter().take(3).map(|node| self.node(*node).in_words()).collect();
        Some(match (words.as_slice(), nodes.len()) {
            ([], _) => return None,
            ([one], _) => one.clone(),
            ([a, b], _) => format!("{a} and {b}"),
            ([a, b, c], 3) => format!("{a}, {b} and {c}"),
            ([a, b, ..], n) => format!("{a}, {b} and {} more", n - 2),
        })
    }
}

/// A graph being put together.
struct Builder {
    nodes: Vec<Node>,
    links: Vec<Link>,
}

impl Builder {
    fn node(&mut self, role: Role, id: impl Into<String>, label: impl Into<String>, (x, y): (i32, i32)) -> NodeIdx {
        self.nodes.push(Node { id: id.into(), label: label.into(), role, x, y, needs: vec![], likes: vec![] });
        NodeIdx(self.nodes.len() - 1)
    }

    /// Several of a kind, numbered from 1.
    fn nodes<const N: usize>(&mut self, role: Role, id: &str, label: &str, at: [(i32, i32); N]) -> [NodeIdx; N] {
        let mut number = 0;
        at.map(|at| {
            number += 1;
            self.node(role, format!("{id}-{number}"), format!("{label} {number}"), at)
        })
    }

    fn link(&mut self, a: NodeIdx, b: NodeIdx) {
        self.links.push(Link { a, b, spare: false });
    }

    fn spare(&mut self, a: NodeIdx, b: NodeIdx) {
        self.links.push(Link { a, b, spare: true });
    }

    fn needs(&mut self, user: NodeIdx, any: &[NodeIdx], without: &'static str) {
        self.nodes[user.0].needs.push(Need { any: any.to_vec(), without });
    }

    fn likes(&mut self, user: NodeIdx, any: &[NodeIdx], without: &'static str) {
        self.nodes[user.0].likes.push(Need { any: any.to_vec(), without });
    }
}

/// Six in a row, as far apart as the box allows.
const fn row(y: i32) -> [(i32, i32); 6] {
    [(35, y), (101, y), (167, y), (233, y), (299, y), (365, y)]
}

fn build(architecture: Architecture) -> Graph {
    let mut b = Builder { nodes: vec![], links: vec![] };
    match architecture {
        Architecture::ClientServer => {
            let around = [(200, 32), (335, 75), (335, 185), (200, 228), (65, 185), (65, 75)];
            let clients = b.nodes(Role::Client, "client", "Client", around);
            let server = b.node(Role::Server, "server", "Server", (200, 130));
            for client in clients {
                b.link(client, server);
                b.needs(client, &[server], "nobody else can answer");
            }
        }
        Architecture::PeerToPeer => {
            let ring = [(200, 30), (306, 60), (352, 130), (306, 200), (200, 230), (94, 200), (48, 130), (94, 60)];
            let peers = b.nodes(Role::Peer, "peer", "Peer", ring);
            for (i, peer) in peers.into_iter().enumerate() {
                b.link(peer, peers[(i + 1) % peers.len()]);
                let others: Vec<_> = peers.into_iter().filter(|other| *other != peer).collect();
                b.needs(peer, &others, "it reaches no other peer");
            }
            for (left, right) in [(7, 1), (6, 2), (5, 3)] {
                b.link(peers[left], peers[right]);
            }
        }
        Architecture::MultiTier => {
            let browsers = b.nodes(Role::Browser, "browser", "Browser", row(35));
            let apis = b.nodes(Role::Api, "api", "API", [(101, 135), (299, 135)]);
            let database = b.node(Role::Database, "database", "Database", (200, 225));
            for (i, browser) in browsers.into_iter().enumerate() {
                b.link(browser, apis[i / 3]);
                b.spare(browser, apis[1 - i / 3]);
                b.needs(browser, &apis, "no API server answers");
                b.needs(browser, &[database], "the API servers have no data to answer with");
            }
            for api in apis {
                b.link(api, database);
            }
        }
        Architecture::SuperPeers => {
            // Clockwise from the top; every third leaf stands between two super-peers.
            let around =
                [(150, 25), (250, 25), (318, 85), (365, 155), (325, 235), (200, 235), (75, 235), (35, 155), (82, 85)];
            let leaves = b.nodes(Role::Leaf, "leaf", "Leaf", around);
            let supers = b.nodes(Role::SuperPeer, "super", "Super-peer", [(200, 90), (270, 178), (130, 178)]);
            for (i, leaf) in leaves.into_iter().enumerate() {
                let (home, second) = (supers[i / 3], supers[(i / 3 + 1) % 3]);
                b.link(leaf, home);
                if i % 3 == 2 {
                    b.spare(leaf, second);
                    b.needs(leaf, &[home, second], "both of its super-peers are gone");
                } else {
                    b.needs(leaf, &[home], "the super-peer was the only way into the network");
                }
            }
            for (i, j) in [(0, 1), (1, 2), (2, 0)] {
                b.link(supers[i], supers[j]);
            }
        }
        Architecture::Edge => {
            let devices = b.nodes(Role::Device, "device", "Device", row(225));
            let edges = b.nodes(Role::Edge, "edge", "Edge", [(68, 130), (200, 130), (332, 130)]);
            let cloud = b.node(Role::Cloud, "cloud", "Cloud", (200, 35));
            for (i, device) in devices.into_iter().enumerate() {
                b.link(device, edges[i / 2]);
                b.needs(device, &[edges[i / 2]], "their edge node held the data they work on");
                b.likes(device, &[cloud], "nothing is synchronised until the cloud is back");
            }
            for edge in edges {
                b.link(edge, cloud);
            }
        }
        Architecture::Microservices => {
            let [v1, v2, v3, b1, b2, b3] = row(30);
            let visitors = b.nodes(Role::Visitor, "visitor", "Visitor", [v1, v2, v3]);
            let buyers = b.nodes(Role::Buyer, "buyer", "Buyer", [b1, b2, b3]);
            let gateway = b.node(Role::Gateway, "gateway", "Gateway", (200, 105));
            let mut service = |id, label, at| b.node(Role::Service, id, label, at);
            let catalogue = service("catalogue", "Catalogue", (110, 165));
            let reviews = service("reviews", "Reviews", (110, 230));
            let orders = service("orders", "Orders", (290, 165));
            let payments = service("payments", "Payments", (290, 230));
            for user in visitors.into_iter().chain(buyers) {
                b.link(user, gateway);
                b.needs(user, &[gateway], "no request gets past the gateway");
            }
            for visitor in visitors {
                b.needs(visitor, &[catalogue], "visitors find nothing to look at");
                b.likes(visitor, &[reviews], "visitors see pages without reviews");
            }
            for buyer in buyers {
                b.needs(buyer, &[orders], "no order can be taken");
                b.needs(buyer, &[payments], "no order can be paid for");
            }
            for (from, to) in [(gateway, catalogue), (catalogue, reviews), (gateway, orders), (orders, payments)] {
                b.link(from, to);
            }
        }
    }
    Graph { architecture, nodes: b.nodes, links: b.links }
}

/// A picture of an architecture with some of its nodes stopped: all that the figure depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// The architecture.
    pub architecture: Architecture,
    /// The nodes that are stopped; neither order nor repetition matters.
    pub stopped: Vec<NodeIdx>,
}

impl Map {
    /// What follows from the stopped nodes.
    pub fn impact(&self) -> Impact {
        self.architecture.graph().without(&self.stopped)
    }

    /// The short code for links: `2~peer-to-peer~peer-1`; see [`crate::code`].
    ///
    /// # Panics
    /// If a stopped node is of another graph.
    pub fn code(&self) -> String {
        let graph = self.architecture.graph();
        let ids = in_order(self.stopped.iter().copied()).into_iter().map(|node| graph.node(node).id.clone());
        code::join(std::iter::once(self.architecture.name().to_owned()).chain(ids))
    }

    /// Reads a short code.
    ///
    /// # Errors
    /// If it is damaged, of another version, or names what the architecture does not have.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        let fields = code::split(code)?;
        let name = fields.first().map_or("", String::as_str);
        let architecture = Architecture::parse(name).ok_or_else(|| {
            let all = Architecture::ALL.map(Architecture::name).join(", ");
            code::bad(name, format!("no architecture of that name; there are {all}"))
        })?;
        let graph = architecture.graph();
        let stopped: Vec<NodeIdx> = fields[1..]
            .iter()
            .map(|id| {
                graph.find(id).ok_or_else(|| {
                    let all: Vec<_> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
                    code::bad(id, format!("no node of that name; there are {}", all.join(", ")))
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { architecture, stopped: in_order(stopped) })
    }
}

/// Each node once, in the order of the graph.
fn in_order(nodes: impl IntoIterator<Item = NodeIdx>) -> Vec<NodeIdx> {
    let mut sorted = vec![];
    for node in nodes {
        if let Err(place) = sorted.binary_search(&node) {
            sorted.insert(place, node);
        }
    }
    sorted
}
