//! The knobs of a system.

use architectures::live::{Change, Knob, Run, Settings};
use sim::words::grouped;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// How many knobs stand beside the picture; the others are folded away.
const IN_SIGHT: usize = 2;
/// From this many on nodes are a crowd, and stop and restart together.
const CROWD: u32 = 40;
/// How many of them stop at a click, in percent.
const SHARE: u32 = 30;
/// The steps of a logarithmic slider.
const STEPS: u32 = 200;

/// Where a slider stands for a value.
fn position(knob: &Knob, value: u32) -> u32 {
    if !knob.log {
        return value;
    }
    let (least, most) = ends(knob);
    let part = (libm::log(f64::from(value) - least + 1.0)) / libm::log(most - least + 1.0);
    libm::round(part * f64::from(STEPS)) as u32
}

/// The value for where a slider stands: a round one, if the slider is logarithmic.
fn value_at(knob: &Knob, position: u32) -> u32 {
    if !knob.log {
        return position;
    }
    let (least, most) = ends(knob);
    let part = f64::from(position.min(STEPS)) / f64::from(STEPS);
    let exact = (least + libm::exp(part * libm::log(most - least + 1.0)) - 1.0) as u32;
    if position == 0 || position == STEPS {
        return exact.clamp(knob.bounds.0, knob.bounds.1);
    }
    // Two digits are enough.
    let mut unit = 1;
    while exact / unit >= 100 {
        unit *= 10;
    }
    (exact / unit * unit).clamp(knob.bounds.0, knob.bounds.1)
}

fn ends(knob: &Knob) -> (f64, f64) {
    (f64::from(knob.bounds.0), f64::from(knob.bounds.1))
}

fn knob(one: &'static Knob, value: u32, live: bool, on: Callback<u32>) -> Html {
    if !one.choices.is_empty() {
        let onchange = Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            on.emit(select.selected_index().max(0) as u32);
        });
        return html! {
            <label class="slider" title={one.help}>
                <span>{ one.label }{ ": " }</span>
                <select disabled={!live} {onchange}>
                    { for one.choices.iter().zip(0..).map(|(word, place)| html! {
                        <option selected={place == value}>{ word.replace('-', " ") }</option>
                    }) }
                </select>
            </label>
        };
    }
    let (least, most) = if one.log { (0, STEPS) } else { one.bounds };
    // While it is dragged only the number would change: the run is made anew when it stands still.
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        on.emit(value_at(one, input.value_as_number() as u32));
    });
    let words = format!("{} {}", grouped(u64::from(value)), one.unit);
    html! {
        <label class="slider" title={one.help}>
            <span>{ one.label }{ ": " }<b>{ grouped(u64::from(value)) }</b>{ " " }{ one.unit }</span>
            <input type="range" min={least.to_string()} max={most.to_string()} step="1" value={position(one, value).to_string()}
                disabled={!live} {onchange} aria-valuetext={words}/>
        </label>
    }
}

/// The knobs that one turns while the run goes on.
pub fn live_knobs(run: &Run, now: &Settings, live: bool, change: &Callback<Change>) -> Html {
    let knobs = run.settings.knobs().iter().enumerate().filter(|(_, knob)| knob.live).take(IN_SIGHT);
    html! {
        { for knobs.map(|(place, one)| {
            let on = change.reform(move |value| Change::Set { knob: place, value });
            knob(one, now.at(place), live, on)
        }) }
    }
}

/// Stops a share of a crowd, and brings all of it back.
pub fn crowd_buttons(run: &Run, live: bool, change: &Callback<Change>) -> Html {
    let names = run.model.names(&run.settings);
    let crowds = names.groups().iter().enumerate().filter(|(_, group)| group.count > CROWD);
    let pair = crowds.map(|(place, group)| {
        let stop = Change::StopShare { group: place, percent: SHARE };
        let restart = Change::RestartAll { group: place };
        let button = |what: Change, words: String| {
            if (run.model.accepts)(&run.settings, &what).is_err() {
                return Html::default();
            }
            let onclick = change.reform(move |_: MouseEvent| what);
            html! { <button type="button" disabled={!live} {onclick}>{ words }</button> }
        };
        html! {
            <>
                { button(stop, format!("Stop {SHARE} % of the {}s", group.name)) }
                { button(restart, format!("Bring all {}s back", group.name)) }
            </>
        }
    });
    html! { { for pair } }
}

/// Everything that can be set from the beginning of the run on. Drawn when there is a browser: before it is of no use,
/// and a page has many.
pub fn settings(run: &Run, live: bool, replace: &Callback<Run>) -> Html {
    let (least, _, most) = run.model.seconds;
    let number = |words: &'static str, value: u64, bounds: (u64, u64), make: fn(&Run, u64) -> Run| {
        let (run, replace) = (run.clone(), replace.clone());
        let onchange = Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let value = input.value().trim().parse::<u64>().unwrap_or(value).clamp(bounds.0, bounds.1);
            input.set_value(&value.to_string());
            replace.emit(make(&run, value));
        });
        html! {
            <label class="slider"><span>{ words }</span>
                <input type="number" min={bounds.0.to_string()} max={bounds.1.to_string()} value={value.to_string()} disabled={!live} {onchange}/>
            </label>
        }
    };
    html! {
        <details class="more">
            <summary>{ "All settings" }</summary>
            <p class="quiet-words">{ run.model.about }</p>
            if live {
            <div class="knobs" role="group" aria-label="All settings, from the beginning of the run on">
                { for run.settings.knobs().iter().enumerate().map(|(place, one)| {
                    let (run, replace) = (run.clone(), replace.clone());
                    let value = run.settings.at(place);
                    knob(one, value, live, Callback::from(move |value: u32| replace.emit(run.with_knob(place, value.into()))))
                }) }
                { number("Length of the run, s", run.seconds.into(), (least.into(), most.into()), |run, value| {
                    let mut run = run.clone();
                    run.seconds = value as u32;
                    let end = run.end();
                    run.actions.retain(|action| action.at < end);
                    run
                }) }
                { number("Seed: where chance begins", run.seed, (0, 999_999), |run, value| Run { seed: value, ..run.clone() }) }
            </div>
            }
        </details>
    }
}
