//! An architecture as a graph whose nodes can be stopped.

#[cfg(feature = "ssr")]
mod block;
mod picture;

#[cfg(feature = "ssr")]
pub use block::{ArchitectureName, Block};

use crate::{
    demo::{Demo, DemoProps, View},
    shell::{Shell, use_arrival},
};
use picture::{PictureProps, key, picture};
use sim::TraceHash;
use std::rc::Rc;
use systems::architecture::{Graph, Impact, Map, NodeIdx, Role};
use yew::prelude::*;

/// How a node is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It runs and, if it is a user, is served.
    Well,
    /// It is served, but not with everything.
    Limited,
    /// It runs and is not served.
    Affected,
    /// It does not run.
    Stopped,
}

/// A map and what follows from it, computed once per map.
#[derive(PartialEq)]
struct Shown {
    map: Map,
    impact: Impact,
}

impl Shown {
    fn new(map: Map) -> Self {
        let impact = map.impact();
        Self { map, impact }
    }

    fn graph(&self) -> &'static Graph {
        self.map.architecture.graph()
    }

    fn state(&self, node: NodeIdx) -> State {
        if self.map.stopped.contains(&node) {
            State::Stopped
        } else if self.impact.affected.contains(&node) {
            State::Affected
        } else if self.impact.limited.contains(&node) {
            State::Limited
        } else {
            State::Well
        }
    }

    /// The same map with that node stopped, or running again.
    fn toggled(&self, node: NodeIdx) -> Map {
        let mut map = self.map.clone();
        match map.stopped.binary_search(&node) {
            Ok(at) => {
                map.stopped.remove(at);
            }
            Err(at) => map.stopped.insert(at, node),
        }
        map
    }
}

/// An architecture whose nodes can be stopped.
pub struct FailureMap;

impl Demo for FailureMap {
    const NAME: &'static str = "failure-map";
    type Component = FailureMapView;

    fn hash_of(run: &str) -> Result<String, String> {
        let map = Map::from_code(run).map_err(|error| error.to_string())?;
        Ok(fingerprint(&map, &map.impact()))
    }
}

/// The fingerprint of a map and of what follows from it.
fn fingerprint(map: &Map, impact: &Impact) -> String {
    let mut hash = TraceHash::default();
    hash.text(&map.code());
    let mut list = |nodes: &[NodeIdx]| {
        hash.word(nodes.len() as u64);
        nodes.iter().for_each(|node| hash.word(node.0 as u64));
    };
    list(&impact.affected);
    list(&impact.limited);
    hash.word(impact.of as u64);
    hash.text(&impact.sentence);
    hash.to_string()
}

/// The component.
#[component]
pub fn FailureMapView(props: &DemoProps) -> Html {
    let original = use_memo(props.view.clone(), |view| {
        let none = Map { architecture: systems::architecture::Architecture::ClientServer, stopped: vec![] };
        Map::from_code(View::parse(view).run).unwrap_or(none)
    });
    let shown = use_state(|| Rc::new(Shown::new((*original).clone())));
    let figure = use_node_ref();

    let show = {
        let shown = shown.clone();
        Callback::from(move |map: Map| shown.set(Rc::new(Shown::new(map))))
    };
    let (live, trouble) = {
        let (show, own) = (show.clone(), original.architecture);
        use_arrival(&props.session, "here is the page's own map", move |view| {
            let map = Map::from_code(view.run).map_err(|error| error.to_string())?;
            if map.architecture != own {
                return Err(format!("it belongs to a map of {}", map.architecture.title()));
            }
            show.emit(map);
            Ok(())
        })
    };
    let toggle = {
        let (shown, show) = (shown.clone(), show.clone());
        Callback::from(move |node: NodeIdx| show.emit(shown.toggled(node)))
    };
    let put = |map: Map| {
        let (show, trouble) = (show.clone(), trouble.clone());
        Callback::from(move |_: MouseEvent| {
            trouble.set(None);
            show.emit(map.clone());
        })
    };

    let id: AttrValue = props.id.clone();
    let impact = &shown.impact;
    let all_running = Map { architecture: shown.map.architecture, stopped: vec![] };
    let drawing = picture(&PictureProps {
        id: id.clone(),
        title: props.title.clone(),
        live,
        shown: (*shown).clone(),
        on_toggle: toggle,
    });
    html! {
        <Shell id={id.clone()} title={props.title.clone()} live={live} session={props.session.clone()}
            code={shown.map.code()} trouble={(*trouble).clone()} height={760} figure={figure}
            onkeydown={|event: KeyboardEvent| event.stop_propagation()}
            summary="This map in words, node by node" table={table(&shown)}>
            <div class="map">
                <div class="stage">
                    { drawing }
                    { key(&id, &shown) }
                </div>
                <div class="beside">
                    <p class="hint needs-js">
                        <strong>{ "Take it apart. " }</strong>
                        { "Click a node to stop it, and click it again to revive it." }
                    </p>
                    <p class="map-story" aria-live="polite">{ &impact.sentence }</p>
                    <dl class="facts">
                        <div class={if impact.affected.is_empty() { "good" } else { "bad" }}>
                            <dt>{ "Lose service" }</dt>
                            <dd>
                                <b>{ format!("{} of {}", impact.affected.len(), impact.of) }</b>
                                if !impact.limited.is_empty() {
                                    { format!("; {} served in part", impact.limited.len()) }
                                }
                            </dd>
                        </div>
                        <div>
                            <dt>{ "Single points of failure" }</dt>
                            <dd>{ single_points(shown.graph()) }</dd>
                        </div>
                    </dl>
                    <p class="map-tools needs-js">
                        <button type="button" disabled={!live || shown.map.stopped.is_empty()} onclick={put(all_running)}>
                            { "Revive all" }
                        </button>
                        if shown.map != *original {
                            <button type="button" class="quiet" onclick={put((*original).clone())}>
                                { "Back to the page's run" }
                            </button>
                        }
                    </p>
                </div>
            </div>
        </Shell>
    }
}

/// Which nodes everyone depends on.
fn single_points(graph: &Graph) -> Html {
    let labels: Vec<&str> = graph.shared_fate().into_iter().map(|node| graph.node(node).label.as_str()).collect();
    match labels.as_slice() {
        [] => html! { <><b>{ "None" }</b>{ ": no single node takes everyone down." }</> },
        [one] => html! { <><b>{ *one }</b>{ ": stop it and everyone loses service." }</> },
        several => html! { <><b>{ several.join(", ") }</b>{ ": stop any one of them and everyone loses service." }</> },
    }
}

/// What a node is for, in words.
const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Server => "server",
        Role::Peer => "peer",
        Role::SuperPeer => "super-peer",
        Role::Leaf => "leaf: an ordinary peer",
        Role::Browser => "browser",
        Role::Api => "API server",
        Role::Database => "database",
        Role::Device => "device",
        Role::Edge => "edge node",
        Role::Cloud => "cloud",
        Role::Visitor => "user who looks around",
        Role::Buyer => "user who buys",
        Role::Gateway => "gateway",
        Role::Service => "service",
    }
}

/// How a node is doing, in words.
fn state_name(graph: &Graph, node: NodeIdx, state: State) -> &'static str {
    match state {
        State::Stopped => "stopped",
        State::Affected => "without service",
        State::Limited => "served in part",
        State::Well if graph.node(node).is_user() => "served",
        State::Well => "running",
    }
}

fn table(shown: &Shown) -> Html {
    let graph = shown.graph();
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Nodes">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ "Node" }</th><th scope="col">{ "Role" }</th>
                        <th scope="col">{ "State" }</th><th scope="col">{ "Served" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for graph.indices().map(|index| {
                        let (node, state) = (graph.node(index), shown.state(index));
                        let served = match state {
                            _ if !node.is_user() => "not a user",
                            State::Stopped => "not counted",
                            State::Affected => "no",
                            State::Limited => "in part",
                            State::Well => "yes",
                        };
                        html! {
                            <tr class={(state == State::Stopped).then_some("fault")}>
                                <th scope="row">{ &node.label }</th>
                                <td>{ role_name(node.role) }</td>
                                <td>{ if state == State::Stopped { "stopped" } else { "running" } }</td>
                                <td>{ served }</td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
        </div>
    }
}
