//! Two lower bounds on the time to hand a file to many users, as curves over their number, and what simulated swarms
//! need.

#[cfg(feature = "ssr")]
mod block;
mod chart;
mod measured;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::chrome::{
    demo::{Demo, View},
    engine::Engine,
    facts::FactList,
    figure::{Beside, Desk, Parts},
    svg::px,
};
use architectures::{
    distribution::{Bound, Bounds, Plan, Term},
    spread::{Point, Spread},
};
use chart::{ChartProps, chart};
use measured::{Spreading, use_measured};
use sim::words::grouped;
use sim::{Duration, TraceHash};
use std::ops::RangeInclusive;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// How many times the one time is the other, to one decimal.
fn ratio(one: Duration, other: Duration) -> f64 {
    (one.as_micros() as f64 / other.as_micros().max(1) as f64 * 10.0).round() / 10.0
}

/// A time in seconds, whole ones from 100 s on: `8,000 s`.
fn said(time: Duration) -> String {
    match (time.as_micros() + 500_000) / 1_000_000 {
        0..100 => time.to_string(),
        seconds => format!("{} s", grouped(seconds)),
    }
}

/// A time in seconds and as people say it: `8,000 s (2 h 13 min)`.
fn long(time: Duration) -> String {
    let minutes = (time.as_micros() + 30_000_000) / 60_000_000;
    let human = match minutes {
        0..=1 => return said(time),
        2..=119 => format!("{minutes} min"),
        120..=2_879 if minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
        120..=2_879 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} days", grouped((minutes + 720) / 1_440)),
    };
    format!("{} ({human})", said(time))
}

/// A figure that the reader can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knob {
    Users,
    Server,
    Up,
    Down,
    File,
}

impl Knob {
    /// Those that the curves depend on.
    const CURVES: [Self; 4] = [Self::Server, Self::Up, Self::Down, Self::File];

    const fn label(self) -> &'static str {
        match self {
            Self::Users => "Users N",
            Self::Server => "Server sends",
            Self::Up => "Each user sends",
            Self::Down => "Each user receives",
            Self::File => "File",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Users => "",
            Self::File => " MB",
            _ => " Mbit/s",
        }
    }

    fn value(self, plan: &mut Plan) -> &mut u32 {
        match self {
            Self::Users => &mut plan.peers_max,
            Self::Server => &mut plan.server_mbps,
            Self::Up => &mut plan.up_mbps,
            Self::Down => &mut plan.down_mbps,
            Self::File => &mut plan.file_mb,
        }
    }

    fn of(self, mut plan: Plan) -> u32 {
        *self.value(&mut plan)
    }

    fn with(self, mut plan: Plan, value: u32) -> Plan {
        *self.value(&mut plan) = value;
        plan
    }

    /// `1 user`, `50 Mbit/s`.
    fn said(self, value: u32) -> String {
        match self {
            Self::Users if value == 1 => "1 user".to_owned(),
            Self::Users => format!("{} users", grouped(value.into())),
            _ => format!("{}{}", grouped(value.into()), self.unit()),
        }
    }

    fn bounds(self, users: u32) -> RangeInclusive<u32> {
        match self {
            Self::Users => 1..=users,
            Self::Server => Bounds::SERVER_MBPS,
            Self::Up => Bounds::UP_MBPS,
            Self::Down => Bounds::DOWN_MBPS,
            Self::File => Bounds::FILE_MB,
        }
    }

    /// The values that its slider stops at: about ten round ones for each factor of ten, and the
    /// one that it has.
    fn stops(self, value: u32, users: u32) -> Vec<u32> {
        let bounds = self.bounds(users);
        let mut stops = vec![*bounds.start(), *bounds.end(), value];
        for power in [1, 10, 100, 1_000, 10_000, 100_000] {
            // In tenths; whole numbers only.
            let round = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80].map(|tenths| tenths * power);
            stops.extend(round.into_iter().filter(|tenths| tenths % 10 == 0).map(|tenths| tenths / 10));
        }
        stops.retain(|stop| bounds.contains(stop) || *stop == value);
        stops.sort_unstable();
        stops.dedup();
        stops
    }
}

/// The two lower bounds on the time to hand a file to many users.
pub struct DistributionTime;

/// How the curves are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether the axes have equal factors and not equal steps: few users and many can be seen at once.
    logarithmic: bool,
}

/// In whole seconds, rounded.
fn seconds(time: Duration) -> u64 {
    (time.as_micros() + 500_000) / 1_000_000
}

/// What came of a plan.
pub struct Seen {
    plan: Plan,
    /// The bound for the server alone, and with the users' help.
    alone: Bound,
    together: Bound,
    /// The largest number of users that is simulated.
    last: Point,
}

impl Demo for DistributionTime {
    const NAME: &'static str = "distribution-time";
    type Run = Plan;
    type Look = Look;
    type Seen = Seen;
    type View = DistributionView;
    const IN_PAGE: bool = false;
    const BESIDE: Beside = Beside::Nothing;
    const HEIGHT: u32 = 860;

    fn read(view: &View<'_>) -> Result<(Plan, Look), String> {
        Ok((Plan::from_code(view.run).map_err(|error| error.to_string())?, Look::default()))
    }

    fn code(plan: &Plan) -> String {
        plan.code()
    }

    fn see(plan: &Plan, _data: &str) -> Seen {
        let (alone, together) = (plan.client_server(plan.peers_max), plan.peer_to_peer(plan.peers_max));
        let last = *Spread::finished(*plan).last().expect("at least one number of users");
        Seen { plan: *plan, alone, together, last }
    }

    fn facts(list: &mut FactList<Self::Seen>) {
        list.fact(
            "client-server",
            "The least time for a server alone to serve peers-max users, in whole seconds.",
            |seen| seconds(seen.alone.time),
        );
        list.fact("peer-to-peer", "The least time if the users pass on what they have, in whole seconds.", |seen| {
            seconds(seen.together.time)
        });
        list.fact("ratio", "The first divided by the second, to one decimal.", |seen| {
            ratio(seen.alone.time, seen.together.time)
        });
        list.fact(
            "client-server-dominated-by",
            "What the server alone is held up by, such as \"the server, which sends every copy itself\".",
            |seen| seen.alone.term.bottleneck(),
        );
        list.fact(
            "peer-to-peer-dominated-by",
            "What server and users together are held up by, such as \"each user’s own download\".",
            |seen| seen.together.term.bottleneck(),
        );
        list.fact("simulated-users", "The largest number of users that is simulated: peers-max or 1,000.", |seen| {
            seen.last.users
        });
        list.fact(
                "simulated-alone",
                "How long the server alone took with so many users, in whole seconds; nothing if that was too long to be simulated to its end.",
                |seen| seen.last.alone.map(seconds),
            );
        list.fact("simulated", "How long it took with the users’ help; likewise.", |seen| {
            seen.last.together.map(seconds)
        });
        list.fact("simulated-ratio", "How many times the bound that is, to one decimal.", |seen| {
            seen.last.together.map(|time| ratio(time, seen.plan.peer_to_peer(seen.last.users).time))
        });
        list.fact("hash", "The fingerprint of the plan and of its bounds, 16 hexadecimal digits.", |seen| {
            fingerprint(&seen.plan)
        });
    }

    // The swarms need not be simulated for it.
    fn hash_of(run: &str) -> Result<String, String> {
        Plan::from_code(run).map(|plan| fingerprint(&plan)).map_err(|error| error.to_string())
    }

    fn engine() -> Option<Box<dyn Engine>> {
        Some(Box::new(Spreading::default()))
    }

    fn awaits(view: &str, _offered: &str) -> Vec<String> {
        let plan = Plan::from_code(View::parse(view).run).unwrap_or_default();
        vec![measured::wanted(&plan, plan.peers_max)]
    }
}

/// The fingerprint of a plan and of its bounds for its number of users.
fn fingerprint(plan: &Plan) -> String {
    let mut hash = TraceHash::default();
    hash.text(&plan.code());
    for Bound { time, term } in [plan.client_server(plan.peers_max), plan.peer_to_peer(plan.peers_max)] {
        hash.word(time.as_micros());
        hash.text(term.formula());
    }
    hash.to_string()
}

/// The component.
#[component]
pub fn DistributionView(desk: &Desk<DistributionTime>) -> Html {
    let (plan, look, live, id) = (*desk.run(), *desk.look(), desk.live(), desk.id());
    // The largest number that the chart reaches: the author's, or a larger one that a link has brought.
    let users = desk.runs().chain([desk.original()]).map(|plan| plan.peers_max).max().unwrap_or(plan.peers_max);
    let measured = use_measured(&plan, users);
    let slider = |knob: Knob| {
        let value = knob.of(plan);
        let stops = knob.stops(value, users);
        let position = stops.binary_search(&value).unwrap_or(0);
        let most = stops.len() - 1;
        let change = desk.sliding(knob.label(), move |plan: &Plan, event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            stops.get(input.value_as_number() as usize).map_or(*plan, |value| knob.with(*plan, *value))
        });
        html! {
            <label class="slider">
                <span>{ knob.label() }{ ": " }<b>{ grouped(value.into()) }</b>{ knob.unit() }</span>
                <input type="range" min="0" max={most.to_string()} step="1" value={position.to_string()}
                    disabled={!live} oninput={change} aria-valuetext={knob.said(value)}/>
            </label>
        }
    };
    let n = plan.peers_max;
    let (alone, together) = (plan.client_server(n), plan.peer_to_peer(n));
    let drawing = chart(&ChartProps {
        id: id.clone(),
        title: desk.title(),
        live,
        plan,
        users,
        measured: &measured,
        logarithmic: look.logarithmic,
        on_users: desk.sliding("chart", |plan: &Plan, users: u32| Knob::Users.with(*plan, users)),
    });
    let axes = |logarithmic: bool, name: &'static str| {
        let desk_ = desk.clone();
        html! {
            <label>
                <input type="radio" name={format!("{id}-scale")} disabled={!live} checked={look.logarithmic == logarithmic}
                    onchange={move |_: Event| desk_.look_at(Look { logarithmic })}/>
                <span translate="yes">{ name }</span>
            </label>
        }
    };
    desk.lay(Parts {
        class: "map",
        picture: html! {
            <div class="stage">
                { drawing }
                <div class="knobs needs-js" data-part="controls">{ slider(Knob::Users) }</div>
            </div>
        },
        aside: html! {
            <>
                <dl class="facts">
                    { bound("alone", "The server alone", alone) }
                    { bound("together", "With the users’ help", together) }
                    <div>
                        <dt>{ "What the help is worth" }</dt>
                        <dd>{ worth(&plan, alone, together) }</dd>
                    </div>
                    <div>
                        <dt>{ "○ □ What simulations needed" }</dt>
                        <dd>{ measured::sentence(&plan, &measured) }</dd>
                    </div>
                </dl>
                <p class="visually-hidden" aria-live="polite">{ plan.sentence(n) }</p>
            </>
        },
        rest: html! {
            <>
                <div class="knobs needs-js" role="group" aria-label="What the curves depend on" data-part="controls">
                    { for Knob::CURVES.into_iter().map(slider) }
                </div>
                <div class="knobs needs-js">
                    <fieldset class="choice">
                        <legend translate="yes">{ "Axes" }</legend>
                        { axes(false, "linear") }
                        { axes(true, "logarithmic") }
                    </fieldset>
                </div>
            </>
        },
        summary: "Bounds and simulations in numbers",
        table: html! { <>{ table(&plan, users) }{ measured::table(&plan, &measured) }</> },
        ..Parts::default()
    })
}

fn bound(class: &'static str, name: &'static str, bound: Bound) -> Html {
    html! {
        <div class={class}>
            <dt>{ name }</dt>
            <dd>
                <b>{ long(bound.time) }</b>
                { " at least. Held up by " }{ bound.term.bottleneck() }{ ": " }{ formula(bound.term) }
            </dd>
        </div>
    }
}

/// A term as mathematicians write it.
fn formula(term: Term) -> Html {
    let (f, n) = (html! { <i>{ "F" }</i> }, html! { <i>{ "N" }</i> });
    let rate = |rate: &'static str, of: &'static str| html! { <><i>{ rate }</i><sub>{ of }</sub></> };
    let formula = match term {
        Term::Download => html! { <>{ f }{ " / " }{ rate("d", "min") }</> },
        Term::FirstCopy => html! { <>{ f }{ " / " }{ rate("u", "s") }</> },
        Term::ServerUpload => html! { <>{ n }{ " " }{ f }{ " / " }{ rate("u", "s") }</> },
        Term::AllUploads => {
            html! { <>{ n }{ " " }{ f }{ " / ( " }{ rate("u", "s") }{ " + Σ " }{ rate("u", "i") }{ " )" }</> }
        }
    };
    html! { <span class="formula">{ formula }</span> }
}

fn worth(plan: &Plan, alone: Bound, together: Bound) -> String {
    let now = if alone.time == together.time {
        "Nothing yet: both bounds are equal.".to_owned()
    } else {
        format!("The bound is {} times lower.", px(ratio(alone.time, together.time)))
    };
    match plan.peer_to_peer_limit() {
        Some(limit) => format!("{now} However many users come, it stays below {}.", said(limit.time)),
        None => "Nothing: users who send nothing do not help.".to_owned(),
    }
}

fn table(plan: &Plan, users: u32) -> Html {
    let mut rows: Vec<u32> =
        std::iter::successors(Some(1u32), |n| n.checked_mul(10)).take_while(|n| *n <= users).collect();
    rows.extend([users, plan.peers_max]);
    rows.sort_unstable();
    rows.dedup();
    let cell = |bound: Bound| html! { <td>{ said(bound.time) }{ ": " }{ formula(bound.term) }</td> };
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Least times">
            <table>
                <caption>{ plan.to_string() }</caption>
                <thead>
                    <tr>
                        <th scope="col">{ "Users" }</th>
                        <th scope="col">{ "The server alone, and which term decides" }</th>
                        <th scope="col">{ "With the users’ help, and which term decides" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for rows.into_iter().map(|n| html! {
                        <tr>
                            <th scope="row">{ grouped(n.into()) }</th>
                            { cell(plan.client_server(n)) }
                            { cell(plan.peer_to_peer(n)) }
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_seconds_and_as_people_say_them() {
        for (millis, text) in [
            (4_200, "4200 ms"),
            (42_300, "42.3 s"),
            (160_000, "160 s (3 min)"),
            (727_273, "727 s (12 min)"),
            (7_200_000, "7,200 s (2 h)"),
            (8_000_000, "8,000 s (2 h 13 min)"),
            (400_000_000, "400,000 s (5 days)"),
        ] {
            assert_eq!(long(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn a_slider_stops_at_round_values_at_its_bounds_and_where_it_is() {
        assert_eq!(Knob::Users.stops(7, 30), [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30]);
        for knob in Knob::CURVES {
            let bounds = knob.bounds(1);
            let stops = knob.stops(13, 1);
            assert_eq!((stops[0], stops[stops.len() - 1]), (*bounds.start(), *bounds.end()));
            assert!(stops.contains(&13) && stops.is_sorted());
        }
    }
}
