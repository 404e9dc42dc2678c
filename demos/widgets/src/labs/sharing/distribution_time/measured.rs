//! What simulated swarms need, to be held against the bounds: marks in the chart, and a table.

use super::{DistributionTime, said};
use crate::chrome::{
    demo::Demo,
    engine::{self, Engine, Link, take_first},
    svg::px,
};
use architectures::{
    distribution::{Bound, Plan},
    spread::{self, Point, Spread},
};
use sim::words::grouped;
use std::rc::Rc;
use yew::prelude::*;

/// Simulates for one plan after the other.
#[derive(Default)]
pub(super) struct Spreading(Option<Spread>);

impl Engine for Spreading {
    fn want(&mut self, wanted: &str) {
        if let Ok(plan) = Plan::from_code(wanted)
            && self.0.as_ref().is_none_or(|spread| *spread.plan() != plan)
        {
            self.0 = Some(Spread::new(plan));
        }
    }

    fn step(&mut self, events: u32) -> bool {
        self.0.as_mut().is_none_or(|spread| spread.advance(events))
    }

    fn frame(&self) -> Vec<u8> {
        self.0.as_ref().map_or_else(Vec::new, Spread::pack)
    }
}

/// What is to be wanted for a chart that reaches so far.
pub(super) fn wanted(plan: &Plan, users: u32) -> String {
    Plan { peers_max: users.min(spread::MOST), ..*plan }.code()
}

/// What is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Measured {
    /// Of what.
    wish: String,
    /// In the order of the number of users.
    pub points: Vec<Point>,
    /// Whether more will come.
    pub going_on: bool,
}

impl Measured {
    fn read(bytes: &[u8], there: bool) -> Option<Self> {
        let (wish, points) = spread::unpack(bytes)?;
        Some(Self { wish: wish.to_owned(), points, going_on: !there })
    }

    /// What the largest swarm needed, if there is one.
    pub fn last(&self) -> Option<Point> {
        self.points.last().copied()
    }
}

/// What is known for a plan and a chart that reaches so far. The page's own is there from the beginning; the engine
/// starts with the first change.
#[hook]
pub(super) fn use_measured(plan: &Plan, users: u32) -> Rc<Measured> {
    let wish = wanted(plan, users);
    let known = {
        let wish = wish.clone();
        use_state(|| {
            let bytes = take_first(DistributionTime::engine, || wish);
            Rc::new(Measured::read(&bytes, true).unwrap_or_default())
        })
    };
    let latest = use_mut_ref(String::new);
    let link = {
        let (known, latest) = (known.setter(), latest.clone());
        use_memo((), move |()| {
            let on_frame = Callback::from(move |frame: engine::Frame| {
                // Of an earlier plan they come too late.
                if let Some(new) = Measured::read(&frame.bytes, frame.there).filter(|new| new.wish == *latest.borrow())
                {
                    known.set(Rc::new(new));
                }
            });
            Link::new(DistributionTime::NAME, on_frame)
        })
    };
    {
        let known = known.clone();
        use_effect_with(wish, move |wish| {
            if known.wish != *wish {
                latest.borrow_mut().clone_from(wish);
                known.set(Rc::new(Measured { wish: wish.clone(), points: vec![], going_on: true }));
                link.want(wish);
            }
        });
    }
    (*known).clone()
}

/// Marks at what was simulated: `x` and `y` say where users and seconds stand.
pub(super) fn marks(measured: &Measured, x: &dyn Fn(u32) -> f64, y: &dyn Fn(f64) -> f64) -> Html {
    let at = |time: sim::Duration| y(time.as_micros() as f64 / 1e6);
    let marks = measured.points.iter().map(|point| {
        let x = x(point.users);
        html! {
            <>
                if let Some(time) = point.alone {
                    <circle class="mark alone" cx={px(x)} cy={px(at(time))} r="3.5"/>
                }
                if let Some(time) = point.together {
                    <rect class="mark together" x={px(x - 3.5)} y={px(at(time) - 3.5)} width="7" height="7"/>
                }
            </>
        }
    });
    html! { <g class="marks">{ for marks }</g> }
}

/// How many times the bound it took, to two decimals: `1.04 times`.
pub(super) fn times(time: sim::Duration, bound: Bound) -> String {
    let hundredths = (time.as_micros() * 100 + bound.time.as_micros() / 2) / bound.time.as_micros().max(1);
    format!("{}.{:02} times", grouped(hundredths / 100), hundredths % 100)
}

/// What was simulated, in a sentence.
pub(super) fn sentence(plan: &Plan, measured: &Measured) -> String {
    let Some(Point { users, alone, together }) = measured.last() else { return "Simulating …".to_owned() };
    let took = |time: Option<sim::Duration>, bound: Bound| match time {
        Some(time) => format!("{}, {} its bound", said(time), times(time, bound)),
        None => "too long to be simulated to its end".to_owned(),
    };
    let who = if users == 1 { "1 user".to_owned() } else { format!("{} users", grouped(users.into())) };
    format!(
        "Simulated with {who}: the server alone took {}; with the users’ help it took {}.{}",
        took(alone, plan.client_server(users)),
        took(together, plan.peer_to_peer(users)),
        if measured.going_on { " Larger ones follow …" } else { "" }
    )
}

/// The same in numbers.
pub(super) fn table(plan: &Plan, measured: &Measured) -> Html {
    let cell = |time: Option<sim::Duration>, bound: Bound| match time {
        Some(time) => html! { <td>{ said(time) }{ ": " }{ times(time, bound) }</td> },
        None => html! { <td>{ "given up: too long" }</td> },
    };
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Simulated times">
            <table>
                <caption>{ "Simulated: until the last user had the file, and how many times the bound that is" }</caption>
                <thead>
                    <tr>
                        <th scope="col">{ "Users" }</th>
                        <th scope="col">{ "The server alone" }</th>
                        <th scope="col">{ "With the users’ help" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for measured.points.iter().map(|point| html! {
                        <tr>
                            <th scope="row">{ grouped(point.users.into()) }</th>
                            { cell(point.alone, plan.client_server(point.users)) }
                            { cell(point.together, plan.peer_to_peer(point.users)) }
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}
