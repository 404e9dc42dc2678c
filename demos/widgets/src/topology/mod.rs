//! A live system of machines under load.

#[cfg(feature = "ssr")]
mod block;
mod charts;
mod picture;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::svg::whole;
use crate::{
    demo::{Demo, DemoProps, View},
    player::{ControlsProps, Move, controls, keys, use_cursor},
    shell::{Shell, use_arrival},
};
use charts::{ChartsProps, charts};
use picture::{PictureProps, picture};
use sim::{Duration, Replay, Time};
use std::{cell::RefCell, rc::Rc};
use systems::client_server::{Action, Bounds, Change, Client, Metrics, Node, Run, SERVER, quantile};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Simulated time per real time, in thousandths.
const SPEEDS: &[(u32, &str)] = &[(100, "1/10"), (250, "1/4"), (500, "1/2"), (1_000, "real"), (4_000, "4×")];

/// A run that can be looked at, at any time.
struct Shown {
    run: Run,
    replay: RefCell<Replay<Node>>,
    /// What is measured over the whole run.
    whole: Metrics,
}

impl Shown {
    fn new(run: Run) -> Self {
        let replay = RefCell::new(Replay::new(run.start(), Duration::from_secs(5)));
        let end = run.finish();
        Self { whole: end.observer().until(end.now()), run, replay }
    }
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.run == other.run
    }
}

/// The system at one moment: all that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    at: Time,
    up: bool,
    workers: u32,
    busy: u32,
    queue: u32,
    limit: u32,
    clients: Vec<ClientState>,
    /// Messages on their way.
    dots: Vec<Dot>,
    /// Whether more requests come than the workers can serve in the long run.
    overloaded: bool,
    metrics: Metrics,
}

/// A client at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ClientState {
    waiting: u32,
    served: u32,
    failed: u32,
    last_failed: bool,
}

/// A message on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Dot {
    /// Which client it is from or for, counted from 0.
    client: usize,
    kind: DotKind,
    /// How much of the way it has behind it, in thousandths.
    way: u32,
    /// Whether nobody will be there to take it.
    doomed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum DotKind {
    Request,
    Reply,
    Rejection,
}

impl Moment {
    fn of(shown: &Shown, at: Time) -> Self {
        let mut replay = shown.replay.borrow_mut();
        let simulation = replay.seek(at);
        let (load, workers, _) = shown.run.settings(at);
        let work = u64::from(load) * shown.run.scenario.service.as_micros();
        let (mut busy, mut queue) = (0, 0);
        let mut clients = vec![];
        for process in simulation.processes() {
            match process {
                Node::Server(server) => (busy, queue) = (server.serving.len() as u32, server.queue.len() as u32),
                Node::Client(Client { waiting, served, failed, last_failed, .. }) => clients.push(ClientState {
                    waiting: waiting.len() as u32,
                    served: *served,
                    failed: *failed,
                    last_failed: *last_failed,
                }),
            }
        }
        let dots = simulation
            .in_flight()
            .into_iter()
            .map(|message| {
                let envelope = message.envelope;
                let (client, kind) = match envelope.body {
                    systems::client_server::Fact::Request(_) => (envelope.from, DotKind::Request),
                    systems::client_server::Fact::Reply(_) => (envelope.to, DotKind::Reply),
                    systems::client_server::Fact::Rejected(_) => (envelope.to, DotKind::Rejection),
                };
                let whole = message.arrives.since(envelope.sent).as_micros().max(1);
                let way = (at.since(envelope.sent).as_micros() * 1_000 / whole) as u32;
                Dot {
                    client: client.0 as usize - 1,
                    kind,
                    way,
                    doomed: kind == DotKind::Request && !simulation.is_up(SERVER),
                }
            })
            .collect();
        Self {
            at,
            up: simulation.is_up(SERVER),
            workers,
            busy,
            queue,
            limit: shown.run.scenario.queue,
            clients,
            dots,
            overloaded: work >= u64::from(workers) * 1_000_000,
            metrics: simulation.observer().until(at),
        }
    }

    /// What is going on, as cause and consequence. Without numbers that change all the time, so
    /// that a screen reader hears it when it changes.
    fn sentence(&self) -> &'static str {
        let waiting = self.clients.iter().any(|client| client.waiting > 0);
        let last = self.metrics.windows().iter().rev().nth(1);
        let failing = last.is_some_and(|window| window.timed_out + window.rejected > 0);
        match (self.up, failing) {
            (false, _) if waiting => "The server is down, so requests vanish and every client waits until its timeout.",
            (false, _) => "The server is down. As soon as a client asks, it will wait in vain.",
            (true, _) if self.queue > 0 && self.queue >= self.limit => {
                "The queue is full, so the server turns new requests away."
            }
            (true, true) if self.queue >= self.limit / 2 => {
                "The queue is so long that answers come too late: clients have given up before."
            }
            (true, true) => "The server works, but requests from a moment ago have failed.",
            (true, false) if self.queue > 0 && self.overloaded => {
                "More requests come than the workers can serve, so a queue grows and latency with it."
            }
            (true, false) if self.queue >= 5 => {
                "A burst of requests has come, so a queue has formed, and latency grows with it."
            }
            (true, false) if self.queue > 0 => "All workers are busy, so some requests wait in the queue.",
            (true, false) => "The server keeps up: hardly anything waits.",
        }
    }
}

/// A live system of machines.
pub struct Topology;

impl Demo for Topology {
    const NAME: &'static str = "topology";
    type Component = LiveTopology;

    fn hash_of(run: &str) -> Result<String, String> {
        let run = Run::from_code(run).map_err(|error| error.to_string())?;
        Ok(run.finish().observer().hash().to_string())
    }
}

/// The component.
#[component]
pub fn LiveTopology(props: &DemoProps) -> Html {
    let view = View::parse(&props.view);
    let start = view.at.unwrap_or_default();
    let original = use_memo(props.view.clone(), |view| Run::from_code(View::parse(view).run).unwrap_or_default());
    let shown = use_state(|| Rc::new(Shown::new((*original).clone())));
    // A long run is watched faster.
    let speed = use_state(|| SPEEDS[if original.scenario.length > Duration::from_secs(60) { 4 } else { 2 }].0);
    let figure = use_node_ref();
    let end = Time::ZERO + shown.run.scenario.length;
    let cursor = use_cursor(start, end, *speed, figure.clone());

    let show = {
        let (shown, cursor) = (shown.clone(), cursor.clone());
        Callback::from(move |(run, at): (Run, Time)| {
            let end = Time::ZERO + run.scenario.length;
            cursor.dispatch(Move::Run { at, end, on: true });
            shown.set(Rc::new(Shown::new(run)));
        })
    };
    let (live, trouble) = {
        let show = show.clone();
        use_arrival(&props.session, "here is the page's own run", move |view| {
            let run = Run::from_code(view.run).map_err(|error| error.to_string())?;
            show.emit((run, view.at.unwrap_or(start)));
            Ok(())
        })
    };

    let at = cursor.at;
    let moment = Rc::new(Moment::of(&shown, at));
    let (load, workers, up) = shown.run.settings(at);
    let over = at >= end;
    let act = |change: Change| {
        let (shown, show) = (shown.clone(), show.clone());
        move || show.emit((shown.run.with(Action { at, change }), at))
    };
    let toggle = act(if up { Change::Stop } else { Change::Restart });
    let toggle = Callback::from(move |()| {
        if !over {
            toggle();
        }
    });
    let slider = |name: &'static str,
                  value: u32,
                  bounds: std::ops::RangeInclusive<u32>,
                  unit: &'static str,
                  change: fn(u32) -> Change| {
        let (shown, show) = (shown.clone(), show.clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let value = input.value_as_number() as u32;
            show.emit((shown.run.with(Action { at, change: change(value) }), at));
        });
        html! {
            <label class="slider">
                <span>{ name }{ ": " }<b>{ value }</b>{ " " }{ unit }</span>
                <input type="range" min={bounds.start().to_string()} max={bounds.end().to_string()} step="1"
                    value={value.to_string()} disabled={!live || over} {oninput} aria-valuetext={format!("{value} {unit}")}/>
            </label>
        }
    };
    let put = |run: Run, at: Time| {
        let (show, trouble) = (show.clone(), trouble.clone());
        Callback::from(move |_: MouseEvent| {
            trouble.set(None);
            show.emit((run.clone(), at));
        })
    };

    let id: AttrValue = props.id.clone();
    let stops: Rc<Vec<Time>> =
        Rc::new((0..=shown.run.scenario.length.as_millis() / 1_000).map(|s| Time::from_millis(s * 1_000)).collect());
    let marks: Rc<Vec<Time>> = Rc::new(shown.run.actions.iter().map(|action| action.at).collect());
    let drawing = picture(&PictureProps {
        id: id.clone(),
        title: props.title.clone(),
        live: live && !over,
        moment: moment.clone(),
        on_server: toggle.clone(),
    });
    let curves = charts(&ChartsProps { id: id.clone(), moment: moment.clone(), run: shown.run.clone() });
    let time = controls(&ControlsProps {
        id: id.clone(),
        cursor: cursor.clone(),
        live,
        stops: stops.clone(),
        marks,
        speeds: SPEEDS,
        speed: *speed,
        on_speed: {
            let speed = speed.clone();
            Callback::from(move |to| speed.set(to))
        },
    });
    html! {
        <Shell id={id.clone()} title={props.title.clone()} live={live} session={props.session.clone()}
            code={View::code(&shown.run.code(), Some(at))} trouble={(*trouble).clone()} height={900} figure={figure}
            onkeydown={keys(&cursor, stops)}
            summary="What was measured, in numbers" table={table(&shown, &moment)}>
            <div class="topology">
                <div class="stage">
                    { drawing }
                    <div class="knobs needs-js" role="group" aria-label="Do something to the system">
                        <button type="button" class={classes!("strong", (!up).then_some("mend"))} disabled={!live} aria-disabled={over.to_string()}
                            onclick={toggle.reform(|_: MouseEvent| ())}>
                            { if up { "Stop the server" } else { "Restart the server" } }
                        </button>
                        { slider("Load", load, Bounds::LOAD, "requests/s", Change::Load) }
                        { slider("Capacity", workers, Bounds::WORKERS, if workers == 1 { "worker" } else { "workers" }, Change::Workers) }
                    </div>
                    if over && live {
                        <p class="hint">{ "The run is over. Go back in time, or play it again, to change something." }</p>
                    }
                </div>
                { curves }
            </div>
            { time }
            <p class="now" role="status"><span class="when">{ if up { "▲ up" } else { "✕ down" } }</span>{ " " }{ moment.sentence() }</p>
            <div class="faults">
                if !shown.run.actions.is_empty() {
                    <ul class="chips">
                        <li class="chips-of">{ "Done to the system:" }</li>
                        { for shown.run.actions.iter().map(|action| {
                            let mut run = shown.run.clone();
                            run.actions.retain(|other| other != action);
                            html! {
                                <li>
                                    <span>{ action.to_string() }</span>
                                    <button type="button" class="icon needs-js" disabled={!live} onclick={put(run, at)}
                                        aria-label={format!("Undo: {action}")}>{ "×" }</button>
                                </li>
                            }
                        }) }
                    </ul>
                }
                if shown.run != *original {
                    <button type="button" class="quiet needs-js" onclick={put((*original).clone(), start)}>{ "Back to the page's run" }</button>
                }
            </div>
        </Shell>
    }
}

/// A share in percent, to one decimal; nothing of nothing is everything.
fn percent(part: u64, whole: u64) -> f64 {
    (part * 1_000).checked_div(whole).map_or(100.0, |tenths| tenths as f64 / 10.0)
}

/// The run in numbers: five seconds a row up to the moment, and the whole.
fn table(shown: &Shown, moment: &Moment) -> Html {
    let windows = moment.metrics.windows();
    let row = |from: u64, to: u64, part: &[systems::client_server::Window]| {
        let sum = |pick: fn(&systems::client_server::Window) -> u32| part.iter().map(pick).sum::<u32>();
        let (sent, served) = (sum(|w| w.sent), sum(|w| w.served));
        let failed = sum(|w| w.timed_out + w.rejected);
        let latencies: Vec<u32> = part.iter().flat_map(|w| w.latencies.iter().copied()).collect();
        let ms = |percent| {
            quantile(&latencies, percent).map_or("–".to_owned(), |micros| ((micros + 500) / 1_000).to_string())
        };
        let mean = latencies.iter().map(|micros| u64::from(*micros)).sum::<u64>().checked_div(latencies.len() as u64);
        let mean = mean.map_or("–".to_owned(), |micros| ((micros + 500) / 1_000).to_string());
        let (busy, capacity) = part.iter().fold((0, 0), |sum, w| (sum.0 + w.busy, sum.1 + w.capacity));
        html! {
            <tr>
                <th scope="row">{ format!("{from}–{to} s") }</th>
                <td>{ sent }</td><td>{ served }</td><td>{ failed }</td><td>{ mean }</td><td>{ ms(50) }</td><td>{ ms(95) }</td>
                <td>{ format!("{} %", whole(percent(busy, capacity.max(1)))) }</td>
            </tr>
        }
    };
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Measurements">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ "Time" }</th><th scope="col">{ "Sent" }</th><th scope="col">{ "Served" }</th>
                        <th scope="col">{ "Failed" }</th><th scope="col">{ "Mean, ms" }</th><th scope="col">{ "p50, ms" }</th><th scope="col">{ "p95, ms" }</th>
                        <th scope="col">{ "Busy" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for windows.chunks(5).zip(0u64..).map(|(part, index)| {
                        let ends = (index * 5 + part.len() as u64).min(moment.at.as_millis().div_ceil(1_000));
                        row(index * 5, ends, part)
                    }) }
                </tbody>
                <tfoot>{ row(0, shown.run.scenario.length.as_millis() / 1_000, shown.whole.windows()) }</tfoot>
            </table>
        </div>
    }
}
