//! Time: a cursor that plays, steps and is dragged. Drawing reads it; no model ever does.

use crate::chrome::{browser, svg::px};
use gloo_render::{AnimationFrame, request_animation_frame};
use sim::Time;
use std::{cell::RefCell, rc::Rc};
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The time of a run that is shown, and whether it moves by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cursor {
    /// The time that is shown.
    pub at: Time,
    /// The last time that can be shown.
    pub end: Time,
    /// Whether the cursor moves by itself.
    pub playing: bool,
}

/// What can be done to a [`Cursor`].
pub enum Move {
    /// Plays, from the start if the cursor is at the end; pauses if it plays.
    Toggle,
    /// Goes to that time, the end at most, and stays there.
    Go(Time),
    /// Goes on by so many simulated microseconds, if the cursor plays.
    Tick(u64),
    /// The run is another: goes to `at`, and stays there or plays on.
    Run {
        /// The time to go to, the end at most.
        at: Time,
        /// The end of the new run.
        end: Time,
        /// Whether the cursor plays on, if it was playing.
        on: bool,
    },
}

impl Reducible for Cursor {
    type Action = Move;

    fn reduce(self: Rc<Self>, action: Move) -> Rc<Self> {
        let mut next = *self;
        match action {
            Move::Toggle => {
                next.playing = !self.playing;
                if next.playing && self.at >= self.end {
                    next.at = Time::ZERO;
                }
            }
            Move::Go(at) => {
                next.at = at.min(self.end);
                next.playing = false;
            }
            Move::Tick(by) if self.playing => {
                next.at = Time::from_micros(self.at.as_micros() + by).min(self.end);
                next.playing = next.at < self.end;
            }
            Move::Tick(_) => {}
            Move::Run { at, end, on } => next = Cursor { at: at.min(end), end, playing: on && self.playing },
        }
        Rc::new(next)
    }
}

/// The cursor of a demo, moved by the screen's frames while it plays and `figure` can be seen. It plays without moving
/// while `hold` is set: what it is to show is still being computed.
///
/// `speed` is simulated time per real time, in thousandths. Readers who asked for less motion get
/// two pictures a second instead of a smooth film.
#[hook]
pub fn use_held_cursor(
    at: Time,
    end: Time,
    speed: u32,
    figure: NodeRef,
    hold: Rc<RefCell<bool>>,
) -> UseReducerHandle<Cursor> {
    let cursor = use_reducer_eq(|| Cursor { at, end, playing: false });
    {
        let dispatch = cursor.dispatcher();
        use_effect_with((cursor.playing, speed), move |&(playing, speed)| {
            let frame: Rc<RefCell<Option<AnimationFrame>>> = Rc::default();
            if playing {
                let least = if browser::reduced_motion() { 500.0 } else { 0.0 };
                next_frame(
                    frame.clone(),
                    None,
                    least,
                    Rc::new(move |elapsed: f64| {
                        if !*hold.borrow() && figure.cast::<Element>().is_some_and(|figure| browser::on_screen(&figure))
                        {
                            dispatch.dispatch(Move::Tick((elapsed * f64::from(speed)) as u64));
                        }
                    }),
                );
            }
            move || drop(frame.take())
        });
    }
    cursor
}

/// Calls `tick` with the milliseconds since the last time, at each frame that is `least` after it.
fn next_frame(slot: Rc<RefCell<Option<AnimationFrame>>>, last: Option<f64>, least: f64, tick: Rc<dyn Fn(f64)>) {
    let again = slot.clone();
    let frame = request_animation_frame(move |now| {
        let since = last.map_or(0.0, |last| now - last);
        if last.is_some() && since < least {
            next_frame(again, last, least, tick);
            return;
        }
        // A tab that was away for an hour goes on where it was.
        tick(since.min(1_000.0));
        next_frame(again, Some(now), least, tick);
    });
    *slot.borrow_mut() = Some(frame);
}

/// What [`controls`] draws the controls of time from.
pub struct ControlsProps {
    /// The cursor that the controls move.
    pub cursor: UseReducerHandle<Cursor>,
    /// Whether there is a browser; the controls are disabled before.
    pub live: bool,
    /// The figure's id; ids of the controls begin with it.
    pub id: AttrValue,
    /// Times to step between, in order.
    pub stops: Rc<Vec<Time>>,
    /// Times to mark on the scrubber: something went wrong or was done there.
    pub marks: Rc<Vec<Time>>,
    /// The speeds to choose from, in thousandths, each with its label.
    pub speeds: &'static [(u32, &'static str)],
    /// The speed that is chosen now, in thousandths: simulated time per real time.
    pub speed: u32,
    /// Called with the speed that the reader has chosen, in thousandths.
    pub on_speed: Callback<u32>,
}

/// The nearest stop after a time, or before if not `forward`; nothing if there is none. `stops` are in order.
pub fn stop_beside(stops: &[Time], at: Time, forward: bool) -> Option<Time> {
    if forward { stops.iter().find(|stop| **stop > at) } else { stops.iter().rev().find(|stop| **stop < at) }.copied()
}

/// The controls of time: play, step, scrub, speed.
pub fn controls(props: &ControlsProps) -> Html {
    let cursor = props.cursor.clone();
    let dead = !props.live;
    let go = |to: Option<Time>| {
        let cursor = cursor.clone();
        let to = to.unwrap_or(cursor.at);
        Callback::from(move |_: MouseEvent| cursor.dispatch(Move::Go(to)))
    };
    let toggle = {
        let cursor = cursor.clone();
        Callback::from(move |_: MouseEvent| cursor.dispatch(Move::Toggle))
    };
    let scrub = {
        let cursor = cursor.clone();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            cursor.dispatch(Move::Go(Time::from_millis(input.value_as_number() as u64)));
        })
    };
    let choose = {
        let on_speed = props.on_speed.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Ok(speed) = select.value().parse() {
                on_speed.emit(speed);
            }
        })
    };
    let back = stop_beside(&props.stops, cursor.at, false);
    let forth = stop_beside(&props.stops, cursor.at, true);
    // The last millisecond is the end, whatever its microseconds.
    let most = cursor.end.as_micros().div_ceil(1_000);
    let value = cursor.at.as_micros().div_ceil(1_000);
    // One unit for the whole run.
    let clock = |at: Time| {
        if cursor.end < Time::from_secs(10) { at.to_string() } else { format!("{} s", px(at.as_micros() as f64 / 1e6)) }
    };
    // All of them in one path: a minute has sixty.
    let marks_at = |times: &[Time], top: &str| {
        let x = |at: &Time| at.as_micros() * 1_000 / cursor.end.as_micros().max(1);
        times.iter().map(|at| format!("M{} {top}V10", x(at))).collect::<String>()
    };
    html! {
        <div class="controls needs-js" role="group" aria-label="Time">
            <button type="button" class="play" disabled={dead} onclick={toggle}>
                { icon(if cursor.playing { PAUSE } else { PLAY }) }
                <span>{ if cursor.playing { "Pause" } else { "Play" } }</span>
            </button>
            <button type="button" class="icon" disabled={dead} aria-disabled={back.is_none().to_string()} onclick={go(back)} aria-label="Step back">
                { icon(BACK) }
            </button>
            <button type="button" class="icon" disabled={dead} aria-disabled={forth.is_none().to_string()} onclick={go(forth)} aria-label="Step forward">
                { icon(FORTH) }
            </button>
            <div class="scrubber">
                <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                    <path class="tick" d={marks_at(&props.stops, "3")}/>
                    <path class="mark" d={marks_at(&props.marks, "0")}/>
                </svg>
                <input type="range" id={format!("{}-scrub", props.id)} min="0" max={most.to_string()} step="1"
                    value={value.to_string()} disabled={dead} oninput={scrub} aria-label="Time shown"
                    aria-valuetext={format!("{} of {}", clock(cursor.at), clock(cursor.end))}/>
            </div>
            <output class="clock" for={format!("{}-scrub", props.id)}>{ clock(cursor.at) }</output>
            <label class="speed open-only">
                <span translate="yes">{ "Speed" }</span>
                <select disabled={dead} onchange={choose}>
                    { for props.speeds.iter().map(|(speed, label)| html! {
                        <option value={speed.to_string()} selected={*speed == props.speed}>{ *label }</option>
                    }) }
                </select>
            </label>
        </div>
    }
}

/// A handler for keys inside a demo: Space plays, arrows step, Home and End go to the ends. No key that was pressed in
/// a demo reaches the page.
pub fn keys(cursor: &UseReducerHandle<Cursor>, stops: Rc<Vec<Time>>) -> Callback<KeyboardEvent> {
    let cursor = cursor.clone();
    Callback::from(move |event: KeyboardEvent| {
        event.stop_propagation();
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let target: Option<Element> = event.target_dyn_into();
        let tag = target.as_ref().map(|target| target.tag_name().to_ascii_lowercase()).unwrap_or_default();
        let kind = target.as_ref().and_then(|target| target.get_attribute("type")).unwrap_or_default();
        let is_scrubber = kind == "range" && target.is_some_and(|target| target.id().ends_with("-scrub"));
        // Fields and lists need their arrows; buttons, and what acts like one, need their space bar.
        let takes_arrows = matches!(tag.as_str(), "select" | "textarea") || tag == "input" && !is_scrubber;
        let takes_space = takes_arrows || matches!(tag.as_str(), "button" | "summary" | "a" | "g");
        let to = match event.key().as_str() {
            " " if !takes_space => {
                event.prevent_default();
                cursor.dispatch(Move::Toggle);
                return;
            }
            "ArrowLeft" if !takes_arrows => stop_beside(&stops, cursor.at, false),
            "ArrowRight" if !takes_arrows => stop_beside(&stops, cursor.at, true),
            "Home" if !takes_arrows => Some(Time::ZERO),
            "End" if !takes_arrows => Some(cursor.end),
            _ => return,
        };
        event.prevent_default();
        if let Some(to) = to {
            cursor.dispatch(Move::Go(to));
        }
    })
}

const PLAY: &str = "M4 2.5v11l9-5.5z";
const PAUSE: &str = "M4 2.5h3v11H4zM9 2.5h3v11H9z";
const BACK: &str = "M10.5 2.5v11L4 8zM2.5 2.5h1.6v11H2.5z";
const FORTH: &str = "M5.5 2.5v11L12 8zM11.9 2.5h1.6v11h-1.6z";

/// A small picture for a button that also has words or a label.
pub fn icon(path: &'static str) -> Html {
    html! {
        <svg class="glyph" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d={path}/></svg>
    }
}
