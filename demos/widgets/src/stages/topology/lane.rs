//! One system in the figure: what is simulated for it, its picture and its charts.

use super::{
    Simulator,
    charts::{ChartsProps, charts},
    crowd::CrowdPicture,
    picture::{Part, PictureProps, picture},
};
use crate::chrome::{
    demo::Demo,
    engine::{self, Link, take_first},
};
use architectures::live::{Frame, Row, Run};
use sim::Time;
use std::rc::Rc;
use yew::prelude::*;

/// How many charts stand in the still figure: each is kilobytes of the page.
const STILL: usize = 2;

/// What is drawn: a run and a moment of it.
#[derive(PartialEq)]
pub struct Shown {
    /// The run.
    pub run: Rc<Run>,
    /// The moment.
    pub frame: Frame,
}

/// A lane.
pub struct Lane {
    /// What is drawn; nothing if there is no run, or nothing of it yet.
    pub shown: Option<Rc<Shown>>,
}

/// The first frame, which the demo has awaited.
fn first(run: &Rc<Run>, at: Time) -> Rc<Shown> {
    let bytes = take_first(super::Topology::engine, || Simulator::wanted(run, at));
    Rc::new(Shown { run: run.clone(), frame: Frame::unpack(&bytes).expect("a frame of this demo's engine") })
}

/// A lane that follows a run and a moment. The engine starts with the first change of either: until then all is drawn
/// from what the first render computed.
#[hook]
pub fn use_lane(run: Option<Rc<Run>>, at: Time) -> Lane {
    let shown = use_state(|| run.as_ref().map(|run| first(run, at)));
    // What frames are compared with when they arrive: those of an earlier run are late.
    let latest = use_mut_ref(|| None::<(Rc<Run>, String)>);
    let link = {
        let (shown, latest) = (shown.setter(), latest.clone());
        use_memo((), move |()| {
            let on_frame = Callback::from(move |frame: engine::Frame| {
                let Some(frame) = Frame::unpack(&frame.bytes) else { return };
                if let Some((run, code)) = &*latest.borrow()
                    && *code == frame.run
                {
                    shown.set(Some(Rc::new(Shown { run: run.clone(), frame })));
                }
            });
            Link::new(super::Topology::NAME, on_frame)
        })
    };
    {
        let (shown, link) = (shown.clone(), link.clone());
        use_effect_with((run.clone(), at), move |(run, at)| {
            let Some(run) = run else {
                *latest.borrow_mut() = None;
                shown.set(None);
                return;
            };
            if shown.as_ref().is_some_and(|shown| shown.run == *run && shown.frame.at == *at) {
                return;
            }
            *latest.borrow_mut() = Some((run.clone(), run.code()));
            link.want(&Simulator::wanted(run, *at));
        });
    }
    Lane { shown: (*shown).clone() }
}

/// How one system is drawn.
pub struct LaneProps<'a> {
    /// What its ids begin with.
    pub id: String,
    /// The title of its picture.
    pub title: String,
    /// The system.
    pub shown: &'a Shown,
    /// The system that it is compared with.
    pub beside: Option<&'a Shown>,
    /// The windows of the run before the last change.
    pub ghost: &'a [Row],
    /// Whether there is a browser.
    pub live: bool,
    /// Whether the architecture's name stands above it.
    pub heading: bool,
    /// What is chosen.
    pub chosen: Option<Part>,
    /// Chooses something, if that can be done now.
    pub choose: Option<Callback<Part>>,
    /// What stands below the picture.
    pub below: Html,
}

/// A system as it is drawn.
pub struct Drawn {
    /// The picture, and what stands below it.
    pub picture: Html,
    /// The charts, the one that says most first.
    pub charts: Vec<Html>,
}

/// The picture, what stands below it, and the charts.
pub fn draw(props: &LaneProps<'_>) -> Drawn {
    let Shown { run, frame } = props.shown;
    let names = run.model.names(&run.settings);
    let drawing = picture(&PictureProps {
        id: props.id.clone(),
        title: props.title.clone(),
        scene: &frame.scene,
        names: &names,
        chosen: props.chosen,
        choose: props.choose.clone(),
    });
    let beside = props.beside.map(|other| (&*other.run, other.frame.rows.iter().chain(&other.frame.ahead).collect()));
    let charts = charts(&ChartsProps {
        id: props.id.clone(),
        run,
        at: frame.at,
        rows: &frame.rows,
        ahead: &frame.ahead,
        ghost: props.ghost,
        beside,
        most: if props.live { usize::MAX } else { STILL },
    });
    let picture = html! {
        <div class="stage">
            if props.heading {
                <p class="panel-title">{ run.model.title }</p>
            }
            { drawing }
            if let Some(crowd) = &frame.scene.crowd {
                <CrowdPicture id={props.id.clone()} crowd={crowd.clone()} summary={frame.scene.summary.clone()} live={props.live}/>
            }
            { props.below.clone() }
        </div>
    };
    Drawn { picture, charts }
}

/// How far the simulation is behind what is to be shown, and why it goes on no more.
pub fn progress(shown: &Shown, wanted: Time, run: &Run) -> Html {
    let frame = &shown.frame;
    if let Some(stopped) = &frame.stopped {
        return html! { <p class="notice" role="alert">{ stopped.clone() }</p> };
    }
    let behind = *shown.run != *run || frame.at < wanted;
    let share = frame.at.as_micros() * 100 / wanted.as_micros().max(1);
    html! {
        <p class="computing" hidden={!behind || share >= 99}>
            { "Simulating: " }<progress max="100" value={share.to_string()} aria-label="Simulated so far">{ format!("{share} %") }</progress>
        </p>
    }
}
