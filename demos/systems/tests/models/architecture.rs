use std::collections::BTreeSet;
use systems::architecture::{Architecture, Graph, Impact, Map, Node, NodeIdx};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn stop(architecture: Architecture, ids: &[&str]) -> Impact {
    let graph = architecture.graph();
    let stopped: Vec<_> = ids.iter().map(|id| graph.find(id).unwrap_or_else(|| panic!("no {id}"))).collect();
    graph.without(&stopped)
}

#[test]
fn a_stopped_node_affects_whom_the_lesson_says() {
    use Architecture::*;
    // Who is stopped; users not served, users served in part, users that run; in words.
    type Row<'a> = (Architecture, &'a [&'a str], usize, usize, usize, &'a str);
    let table: &[Row<'_>] = &[
        (ClientServer, &[], 0, 0, 6, "Everything runs: all 6 clients are served."),
        (
            ClientServer,
            &["server"],
            6,
            0,
            6,
            "The server is down, so none of the 6 clients is served: nobody else can answer.",
        ),
        (ClientServer, &["client-1"], 0, 0, 5, "Client 1 is down, yet all 5 other clients are served."),
        (PeerToPeer, &["peer-1"], 0, 0, 7, "Peer 1 is down, yet all 7 other peers are served."),
        (
            PeerToPeer,
            &["peer-2", "peer-8"],
            1,
            0,
            6,
            "Peer 2 and peer 8 are down, so 1 of 6 other peers is not served: it reaches no other peer.",
        ),
        (
            PeerToPeer,
            &["peer-3", "peer-7"],
            0,
            6,
            6,
            "Peer 3 and peer 7 are down, yet all 6 other peers are served; but the overlay has fallen into parts that cannot reach each other.",
        ),
        (MultiTier, &["api-1"], 0, 0, 6, "API server 1 is down, yet all 6 browsers are served."),
        (
            MultiTier,
            &["api-1", "api-2"],
            6,
            0,
            6,
            "API server 1 and API server 2 are down, so none of the 6 browsers is served: no API server answers.",
        ),
        (
            MultiTier,
            &["database"],
            6,
            0,
            6,
            "The database is down, so none of the 6 browsers is served: the API servers have no data to answer with.",
        ),
        (
            SuperPeers,
            &["super-1"],
            2,
            0,
            9,
            "Super-peer 1 is down, so 2 of 9 leaves are not served: the super-peer was the only way into the network.",
        ),
        (
            SuperPeers,
            &["super-1", "super-2"],
            5,
            0,
            9,
            "Super-peer 1 and super-peer 2 are down, so 5 of 9 leaves are not served: the super-peer was the only way into the network; both of its super-peers are gone.",
        ),
        (
            Edge,
            &["cloud"],
            0,
            6,
            6,
            "The cloud is down, yet all 6 devices go on working; but nothing is synchronised until the cloud is back.",
        ),
        (
            Edge,
            &["edge-2"],
            2,
            0,
            6,
            "Edge node 2 is down, so 2 of 6 devices are not served: their edge node held the data they work on.",
        ),
        (
            Microservices,
            &["gateway"],
            6,
            0,
            6,
            "The gateway is down, so none of the 6 users is served: no request gets past the gateway.",
        ),
        (
            Microservices,
            &["payments"],
            3,
            0,
            6,
            "The payments service is down, so 3 of 6 users are not served: no order can be paid for.",
        ),
        (
            Microservices,
            &["orders"],
            3,
            0,
            6,
            "The orders service is down, so 3 of 6 users are not served: no order can be taken.",
        ),
        (
            Microservices,
            &["catalogue"],
            3,
            0,
            6,
            "The catalogue service is down, so 3 of 6 users are not served: visitors find nothing to look at.",
        ),
        (
            Microservices,
            &["reviews"],
            0,
            3,
            6,
            "The reviews service is down, yet all 6 users are served. 3 users are served in part: visitors see pages without reviews.",
        ),
    ];
    for (architecture, ids, affected, limited, of, sentence) in table {
        let impact = stop(*architecture, ids);
        assert_eq!(
            (impact.affected.len(), impact.limited.len(), impact.of, impact.sentence.as_str()),
            (*affected, *limited, *of, *sentence)
        );
    }
}

#[test]
fn the_single_points_of_failure_are_these() {
    let found = Architecture::ALL.map(|architecture| {
        let graph = architecture.graph();
        graph.shared_fate().into_iter().map(|node| graph.node(node).id.as_str()).collect::<Vec<_>>().join(" ")
    });
    assert_eq!(found, ["server", "", "database", "", "", "gateway"]);
}

#[test]
fn stopping_more_never_helps_anyone() {
    for architecture in Architecture::ALL {
        let graph = architecture.graph();
        let users: Vec<_> = graph.users().collect();
        assert_eq!(graph.without(&[]).affected, []);
        for a in graph.indices() {
            for b in graph.indices() {
                let (one, two) = (graph.without(&[a]), graph.without(&[a, b]));
                assert_eq!(two.of, users.iter().filter(|user| **user != a && **user != b).count());
                assert!(one.affected.iter().all(|user| *user == b || two.affected.contains(user)));
                assert!(two.limited.iter().all(|user| !two.affected.contains(user)));
            }
        }
        let nobody = graph.without(&graph.indices().collect::<Vec<_>>());
        assert_eq!((nobody.affected.len(), nobody.of), (0, 0));
        assert!(nobody.sentence.contains("is left"), "{}", nobody.sentence);
    }
}

#[test]
fn names_and_ids_are_unique_and_read_back() {
    for architecture in Architecture::ALL {
        assert_eq!(Architecture::parse(architecture.name()), Some(architecture));
        let graph = architecture.graph();
        assert_eq!(graph.architecture, architecture);
        let ids: BTreeSet<_> = graph.nodes.iter().map(|node| &node.id).collect();
        let labels: BTreeSet<_> = graph.nodes.iter().map(|node| &node.label).collect();
        assert_eq!((ids.len(), labels.len()), (graph.nodes.len(), graph.nodes.len()));
        for node in graph.indices() {
            assert_eq!(graph.find(&graph.node(node).id), Some(node));
            let map = Map { architecture, stopped: vec![node] };
            assert_eq!(Map::from_code(&map.code()), Ok(map));
        }
        // Order and repetition do not matter.
        let map = Map { architecture, stopped: [4, 1, 4].map(NodeIdx).to_vec() };
        let read = Map::from_code(&map.code()).expect("reads");
        assert_eq!((read.stopped.as_slice(), read.impact()), ([1, 4].map(NodeIdx).as_slice(), map.impact()));
    }
    assert_eq!(Architecture::parse("star"), None);
}

/// Twice the area of the triangle: positive, negative or, in one line, zero.
fn turn(a: &Node, b: &Node, c: &Node) -> i32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

#[test]
fn pictures_fit_their_box_and_nothing_lies_on_anything() {
    for architecture in Architecture::ALL {
        let graph = architecture.graph();
        for (i, a) in graph.nodes.iter().enumerate() {
            // Room for a circle around the centre and a label below it.
            assert!((30..=Graph::WIDTH - 30).contains(&a.x) && (20..=Graph::HEIGHT - 24).contains(&a.y), "{}", a.id);
            for b in &graph.nodes[..i] {
                assert!((a.x - b.x).abs() >= 60 || (a.y - b.y).abs() >= 34, "{} and {}", a.id, b.id);
            }
            // Symmetric left and right: where one node is, its mirror image is another.
            let mirrored = |b: &&Node| (b.x - (Graph::WIDTH - a.x)).abs() <= 1 && b.y == a.y;
            assert!(graph.nodes.iter().any(|b| mirrored(&b)), "{architecture:?}: {}", a.id);
        }
        for link in &graph.links {
            let (a, b) = (graph.node(link.a), graph.node(link.b));
            for other in graph.nodes.iter().filter(|other| ![&a.id, &b.id].contains(&&other.id)) {
                let length = f64::from((b.x - a.x).pow(2) + (b.y - a.y).pow(2)).sqrt();
                let along = f64::from((b.x - a.x) * (other.x - a.x) + (b.y - a.y) * (other.y - a.y)) / length;
                let away = f64::from(turn(a, b, other)).abs() / length;
                assert!(away > 16.0 || along < 0.0 || along > length, "{} lies on {}–{}", other.id, a.id, b.id);
            }
        }
    }
}

#[test]
fn no_two_links_cross_but_for_spare_ones() {
    for architecture in Architecture::ALL {
        let graph = architecture.graph();
        let links: Vec<_> = graph.links.iter().filter(|link| !link.spare).collect();
        for (i, p) in links.iter().enumerate() {
            for q in &links[..i] {
                let [a, b, c, d] = [p.a, p.b, q.a, q.b].map(|node| graph.node(node));
                let apart = |a, b, c, d| turn(a, b, c).signum() * turn(a, b, d).signum() >= 0;
                assert!(apart(a, b, c, d) || apart(c, d, a, b), "{}–{} and {}–{}", a.id, b.id, c.id, d.id);
            }
        }
    }
}
