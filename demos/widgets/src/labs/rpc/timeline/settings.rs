//! The knobs of a call.

use protocols::rpc::{Mistake, Run, Scenario, Semantics, Transport};
use sim::Duration;
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::{prelude::*, virtual_dom::VTag};

/// What is offered at once; the others are a click away.
const FIRST: [Semantics; 3] = [Semantics::Maybe, Semantics::AtLeastOnce, Semantics::IdempotencyKey];

/// The choice of semantics, and what they promise. `runs` are those of all runs so far: the first is
/// offered at once, and once another of the rest was chosen, the rest stays unfolded. So no button
/// changes its place, and the arrow keys come to each of them.
pub fn semantics(
    id: &AttrValue,
    run: &Run,
    mut runs: impl Iterator<Item = Semantics>,
    live: bool,
    change: &Callback<Run>,
) -> Html {
    let now = run.scenario.semantics;
    let pill = |choice: Semantics| {
        let (change, run) = (change.clone(), run.clone());
        let choose = Callback::from(move |_: Event| {
            let mut run = run.clone();
            run.scenario.semantics = choice;
            change.emit(run);
        });
        html! {
            <label key={choice.name()}>
                <input type="radio" name={format!("{id}-semantics")} value={choice.name()} disabled={!live} checked={now == choice} onchange={choose}/>
                <span translate="yes">{ choice.title() }</span>
            </label>
        }
    };
    let first = runs.next();
    let shown = |choice: &Semantics| FIRST.contains(choice) || Some(*choice) == first;
    let unfolded = runs.any(|semantics| !shown(&semantics));
    html! {
        <fieldset class="choice">
            <legend translate="yes">{ "Call semantics" }</legend>
            <div class="pills">{ for Semantics::ALL.into_iter().filter(shown).map(pill) }</div>
            <details class="more needs-js open-only" open={unfolded}>
                <summary translate="yes">{ "More semantics" }</summary>
                <div class="pills">{ for Semantics::ALL.into_iter().filter(|choice| live && !shown(choice)).map(pill) }</div>
            </details>
            <p class="promise open-only">
                { now.explanation() }
                if let Some(mistake) = run.scenario.mistake {
                    { format!(" But with a mistake: {}.", mistake_words(mistake)) }
                }
                { " It promises: " }{ now.promise().text() }
            </p>
        </fieldset>
    }
}

/// What a mistake is, in a few words.
const fn mistake_words(mistake: Mistake) -> &'static str {
    match mistake {
        Mistake::KeyNotPersisted => "the key is never stored",
        Mistake::NewKeyPerAttempt => "a new key for each attempt",
        Mistake::KeyReused => "yesterday's key again",
    }
}

/// One setting of a knob. Chosen by property: once a reader has chosen in a list, its attributes no
/// longer say what is chosen, and another run would leave the list as it is.
fn option(label: &str, now: bool) -> Html {
    let mut option = VTag::new("option");
    option.add_property("selected", now);
    option.add_child(label.to_owned().into());
    option.into()
}

/// One knob: its name and its settings, each with whether it is so now and the run with it.
fn knob(id: &AttrValue, name: &'static str, change: &Callback<Run>, settings: Vec<(String, bool, Run)>) -> Html {
    let settings = Rc::new(settings);
    let choose = {
        let (change, settings) = (change.clone(), settings.clone());
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Some((.., run)) = settings.get(select.selected_index().max(0) as usize) {
                change.emit(run.clone());
            }
        })
    };
    let key = format!("{id}-{}", name.replace(' ', "-"));
    html! {
        <div class="knob">
            <label for={key.clone()} translate="yes">{ name }</label>
            <select id={key} onchange={choose}>
                { for settings.iter().map(|(label, now, _)| option(label, *now)) }
            </select>
        </div>
    }
}

/// The rest of the knobs, folded.
pub fn more(id: &AttrValue, run: &Run, live: bool, change: &Callback<Run>) -> Html {
    let with = |set: &dyn Fn(&mut Scenario)| {
        let mut run = run.clone();
        set(&mut run.scenario);
        run
    };
    let scenario = run.scenario;
    let ms = Duration::from_millis;
    let lengths =
        |now: Option<Duration>, usual: [u64; 2], never: &str, set: &dyn Fn(&mut Scenario, Option<Duration>)| {
            let mut all = vec![None, Some(ms(usual[0])), Some(ms(usual[1]))];
            if let Err(place) = all.binary_search(&now) {
                all.insert(place, now);
            }
            let label = |length: Option<Duration>| length.map_or_else(|| never.to_owned(), |length| length.to_string());
            all.into_iter().map(|length| (label(length), length == now, with(&|s| set(s, length)))).collect::<Vec<_>>()
        };
    let transports = Transport::ALL.map(|transport| {
        let label = match transport {
            Transport::Datagram => "single datagrams (like UDP)",
            Transport::Stream => "a connection (like TCP)",
        };
        (label.to_owned(), transport == scenario.transport, with(&|s| s.transport = transport))
    });
    let attempts = (1..=5).map(|n| (n.to_string(), n == scenario.attempts, with(&|s| s.attempts = n)));
    let mut timeouts = vec![100, 400, 1_000].into_iter().map(ms).collect::<Vec<_>>();
    if let Err(place) = timeouts.binary_search(&scenario.timeout) {
        timeouts.insert(place, scenario.timeout);
    }
    let timeouts = timeouts.into_iter().map(|t| (t.to_string(), t == scenario.timeout, with(&|s| s.timeout = t)));
    let hops = [1, 2].map(|n| {
        let label = if n == 1 { "stub → server" } else { "stub → shop → server" };
        (label.to_owned(), n == scenario.hops, with(&|s| s.hops = n))
    });
    let travels = [false, true].map(|yes| {
        let label = if yes { "travels with the request" } else { "stays with the caller" };
        (label.to_owned(), yes == scenario.propagate, with(&|s| s.propagate = yes))
    });
    let mistakes = std::iter::once(None).chain(Mistake::ALL.map(Some)).map(|mistake| {
        let label = mistake.map_or("none", mistake_words);
        (label.to_owned(), mistake == scenario.mistake, with(&|s| s.mistake = mistake))
    });
    let deadlines = lengths(scenario.deadline, [500, 1_000], "none", &|s, deadline| s.deadline = deadline);
    let expiries = lengths(scenario.expiry, [300, 2_000], "never", &|s, expiry| s.expiry = expiry);
    html! {
        <details class="more settings needs-js">
            <summary>{ "Settings" }</summary>
            // Nobody can open it before; so the page need not hold it for each figure.
            if live {
                <div class="knobs">
                    { knob(id, "Transport", change, transports.into()) }
                    { knob(id, "Timeout of an attempt", change, timeouts.collect()) }
                    { knob(id, "Attempts at most", change, attempts.collect()) }
                    { knob(id, "Deadline of the call", change, deadlines) }
                    { knob(id, "The deadline", change, travels.into()) }
                    { knob(id, "Hops", change, hops.into()) }
                    { knob(id, "Replies and keys expire after", change, expiries) }
                    { knob(id, "Mistake", change, mistakes.collect()) }
                </div>
            }
        </details>
    }
}
