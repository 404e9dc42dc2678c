//! One remote call as a space–time diagram that can be broken by clicking.

#[cfg(feature = "ssr")]
mod block;
mod board;
mod compare;
mod facts;
mod faults;
mod picture;
mod predict;
mod settings;

#[cfg(feature = "ssr")]
pub use block::Block;
pub use board::{RunProp, Timeline, TimelineProps};
pub use faults::say;

use crate::chrome::{
    demo::{Demo, DemoProps, View},
    shell::{Shell, use_arrival},
};
use board::{Opening, use_board};
use protocols::rpc::{self, Run};
use yew::prelude::*;

/// The clickable timeline of one remote call.
pub struct RpcTimeline;

impl Demo for RpcTimeline {
    const NAME: &'static str = "rpc-timeline";
    type Component = Figure;

    fn hash_of(run: &str) -> Result<String, String> {
        let run = Run::from_code(run).map_err(|error| error.to_string())?;
        Ok(rpc::simulate(&run).trace.hash().to_string())
    }
}

/// The component.
#[component]
pub fn Figure(props: &DemoProps) -> Html {
    let opening = use_memo(props.view.clone(), |view| {
        let usual = || Opening { run: Run::default(), asked: false, with: vec![] };
        Opening::read(&View::parse(view)).unwrap_or_else(|_| usual())
    });
    let figure = use_node_ref();
    let board = use_board(&props.id, &props.title, opening, figure.clone());
    let (live, trouble) = {
        let board = board.clone();
        use_arrival(&props.session, "here is the page's own run", move |view| {
            board.open(&Opening::read(&view)?, view.at);
            Ok(())
        })
    };
    let board = board.live(live);
    html! {
        <Shell id={props.id.clone()} title={props.title.clone()} changed={!board.is_original()} {live} session={props.session.clone()}
            code={board.code()} trouble={(*trouble).clone()} height={980} {figure} onkeydown={board.keys()}
            summary="This run in words, event by event" table={board.table()}>
            { board.view() }
        </Shell>
    }
}
