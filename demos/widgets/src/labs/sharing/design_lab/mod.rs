//! A form for the design of a file-sharing service, and what a day of it yields.

#[cfg(feature = "ssr")]
mod block;
mod chart;
mod state;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::chrome::{
    demo::{Demo, DemoProps},
    shell::{Shell, use_arrival},
    task::{AnyWork, Heard, use_job},
};
use architectures::file_sharing::{Day, Design, QUESTIONS, Target, USERS};
use sim::words::grouped;
use state::{Act, Attempt, Running, State};
use yew::prelude::*;

/// The design of a file-sharing service, tried for a day.
pub struct DesignLab;

impl Demo for DesignLab {
    const NAME: &'static str = "design-lab";
    type Component = LabView;

    fn hash_of(run: &str) -> Result<String, String> {
        let design = Design::from_code(run).map_err(|error| error.to_string())?;
        Ok(Day::new(design).finish().hash)
    }

    fn task(input: &str) -> Option<Box<dyn AnyWork>> {
        Some(Box::new(Running::parse(input)?))
    }
}

/// The component.
#[component]
pub fn LabView(props: &DemoProps) -> Html {
    let page = use_memo(props.view.clone(), |view| State::read(view));
    let state = use_reducer(|| (*page).clone());
    let job = {
        let state = state.dispatcher();
        use_job::<DesignLab>(Callback::from(move |heard| match heard {
            Heard::Said(line) => state.dispatch(Act::Told(line)),
            Heard::Afresh => {}
            Heard::Ended => state.dispatch(Act::End),
        }))
    };
    let figure = use_node_ref();
    let (live, trouble) = {
        let state = state.dispatcher();
        use_arrival(&props.session, "here is the page's own design", move |view| {
            let design = Design::from_code(view.run).map_err(|error| error.to_string())?;
            state.dispatch(Act::Wish(design));
            Ok(())
        })
    };
    let wish = {
        let state = state.dispatcher();
        Callback::from(move |design: Design| state.dispatch(Act::Wish(design)))
    };
    let toggle = {
        let (state, job, trouble) = (state.clone(), job.clone(), trouble.clone());
        Callback::from(move |_: MouseEvent| {
            trouble.set(None);
            if state.running.is_some() {
                job.stop();
                state.dispatch(Act::End);
            } else {
                state.dispatch(Act::Start);
                job.start(state.wish.code());
            }
        })
    };
    let back = {
        let (state, job, trouble, page) = (state.dispatcher(), job.clone(), trouble.clone(), page.clone());
        Callback::from(move |_: MouseEvent| {
            job.stop();
            trouble.set(None);
            state.dispatch(Act::Back(Box::new((*page).clone())));
        })
    };
    let id: AttrValue = props.id.clone();
    let last = state.last();
    // A form that shows nothing yet is there to be filled in.
    let changed = !page.attempts.is_empty() && state.wish != page.wish;
    let form = html! {
        <div class="lab-form" role="group" aria-label="The design">
            { for (0..QUESTIONS.len()).map(|question| choices(&id, live, &state.wish, question, &wish)) }
        </div>
    };
    html! {
        <Shell id={id.clone()} title={props.title.clone()} {changed} live={live} session={props.session.clone()}
            code={state.wish.code()} trouble={(*trouble).clone()} height={1500} figure={figure}
            onkeydown={|event: KeyboardEvent| event.stop_propagation()}
            summary="The day in figures, and what things cost" table={assumptions()}>
            <p class="lab-brief">
                { format!("File sharing for {} users all over the world, mostly downloads, and no budget for central machines. ", grouped(USERS.into())) }
                { "Choose a design and run a day of it. On this day the first central machine, if there is one, is down from 13:00 to 16:00, at 17:00 something new comes out, and one user in 33 is up to no good." }
            </p>
            if page.attempts.is_empty() {
                { form }
            } else {
                <details class="more lab-fold">
                    <summary>{ "Change the design" }</summary>
                    { form }
                </details>
            }
            <div class="sweep-bar needs-js">
                <button type="button" class="strong" disabled={!live} onclick={toggle}>
                    { if state.running.is_some() { "Stop" } else { "Run a day" } }
                </button>
                { progress(&state) }
                if *state != *page {
                    <button type="button" class="quiet" onclick={back}>{ "Back to the page’s design" }</button>
                }
            </div>
            if last.is_none() {
                <p class="lab-without">{ "Without scripts the day cannot be run here: answer on paper, with a reason for each choice, and compare with the solution." }</p>
            }
            <p class="lab-verdict" role="status">{ verdict(&state) }</p>
            { board(last) }
            <div class="lab-hours">
                { chart::chart(&id, last.map(|last| &last.outcome)) }
                { chart::legend() }
            </div>
            if let Some(last) = last {
                <details class="more">
                    <summary>{ "Hour by hour in numbers" }</summary>
                    { chart::table(&last.outcome) }
                </details>
            }
            if state.attempts.len() > 1 {
                { attempts(&state, live, &wish) }
            }
        </Shell>
    }
}

/// The answers to one question.
fn choices(id: &str, live: bool, wish: &Design, question: usize, on_wish: &Callback<Design>) -> Html {
    let asked = wish.asks(question);
    let this = &QUESTIONS[question];
    let name = format!("{id}-{}", this.name);
    html! {
        <fieldset class={classes!("lab-question", (!asked).then_some("idle"))} disabled={!asked}>
            <legend translate="yes">{ this.title }</legend>
            { for this.choices.iter().enumerate().map(|(choice, answer)| {
                let next = wish.with(question, choice);
                html! {
                    <label>
                        <input type="radio" name={name.clone()} value={answer.name} disabled={!live || !asked}
                            checked={wish.get(question) == choice} onchange={on_wish.reform(move |_: Event| next)}/>
                        <span translate="yes"><b>{ answer.title }</b>{ " " }<span class="lab-meaning">{ answer.meaning }</span></span>
                    </label>
                }
            }) }
            if !asked {
                <p class="lab-idle">{ "Makes no difference while servers send every file." }</p>
            }
        </fieldset>
    }
}

/// How far the day is.
fn progress(state: &State) -> Html {
    match state.running {
        Some((_, percent)) => html! {
            <span class="lab-progress">
                <progress max="100" value={percent.to_string()} aria-label="How much of the day is over"></progress>
                { format!("{percent}% of the day") }
            </span>
        },
        None => {
            let text = match state.last() {
                None => "Simulates 24 hours of all users; takes a few seconds.",
                Some(last) if last.design == state.wish => "The result below is of this design.",
                Some(_) => "The result below is of the design before: run this one too.",
            };
            html! { <span class="lab-progress">{ text }</span> }
        }
    }
}

/// How it ended, for eye and ear.
fn verdict(state: &State) -> Html {
    match (state.running, state.last()) {
        (Some(_), _) => html! { "The day is under way …" },
        (None, None) => html! {},
        (None, Some(Attempt { design, outcome })) => html! {
            <>
                <b>{ format!("{} of 4 targets met", outcome.passes()) }</b>
                { if outcome.passes() == 4 { "." } else { ": " } }
                { if outcome.passes() == 4 { String::new() } else { format!("{}.", outcome.verdict()) } }
                <span class="lab-of">{ format!(" The design: {}.", design.words()) }</span>
            </>
        },
    }
}

/// The targets and, after a day, what became of them.
fn board(last: Option<&Attempt>) -> Html {
    html! {
        <>
        <ul class="lab-board">
            { for Target::ALL.into_iter().map(|target| {
                let met = last.map(|last| last.outcome.meets(target));
                let class = match met {
                    None => "open",
                    Some(true) => "good",
                    Some(false) => "bad",
                };
                html! {
                    <li class={class}>
                        <span class="lab-target">{ target.title() }</span>
                        if let Some(last) = last {
                            <b class="lab-value">{ last.outcome.value(target) }</b>
                        }
                        <span class="lab-asks">{ "Target: " }{ target.asks() }</span>
                        <span class="lab-met">{ match met {
                            None => "not measured yet",
                            Some(true) => "✓ met",
                            Some(false) => "✕ missed",
                        } }</span>
                    </li>
                }
            }) }
        </ul>
        if let Some(Attempt { design, outcome }) = last {
            <ul class="lab-why">
                { for outcome.why(design).into_iter().map(|sentence| html! { <li>{ sentence }</li> }) }
            </ul>
        }
        </>
    }
}

/// The attempts, to compare.
fn attempts(state: &State, live: bool, on_wish: &Callback<Design>) -> Html {
    html! {
        <div class="scroll-box lab-attempts" tabindex="0" role="group" aria-label="Your attempts">
            <table>
                <caption>{ "Your attempts, the latest last" }</caption>
                <thead>
                    <tr>
                        <th scope="col">{ "Design" }</th>
                        { for Target::ALL.into_iter().map(|target| html! { <th scope="col">{ target.title() }</th> }) }
                        <th scope="col" class="needs-js">{ "Again" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for state.attempts.iter().enumerate().map(|(number, Attempt { design, outcome })| {
                        let design = *design;
                        html! {
                            <tr key={design.code()}>
                                <th scope="row">{ design.words() }</th>
                                { for Target::ALL.into_iter().map(|target| {
                                    let met = outcome.meets(target);
                                    html! {
                                        <td class={if met { "good" } else { "bad" }}>
                                            { if met { "✓ " } else { "✕ " } }{ outcome.value(target) }
                                        </td>
                                    }
                                }) }
                                <td class="needs-js">
                                    <button type="button" class="quiet" disabled={!live}
                                        aria-label={format!("Put attempt {} into the form", number + 1)}
                                        onclick={on_wish.reform(move |_: MouseEvent| design)}>{ "To the form" }</button>
                                </td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
        </div>
    }
}

/// What is simulated, and what things cost.
fn assumptions() -> Html {
    const ROWS: [(&str, &str); 13] = [
        (
            "Users",
            "100,000 in three regions; one to three sessions a day, an hour and a half long on average, most of them in the evening",
        ),
        (
            "Requests",
            "about two a day each; who has waited an hour gives up; a lookup that finds nothing is tried three times in ten minutes",
        ),
        ("Files", "3,000 of 300 MB each, a few popular, most rare; every user has 5 of them when the day begins"),
        ("New release", "out at 17:00 on one peer; for three hours 60% of all requests are for it, then 30%, then 10%"),
        (
            "Lines",
            "users receive 50 Mbit/s and send 2, 5 or 20 in four slots; a server 1 Gbit/s to at most 200 at once; a seed 100 Mbit/s",
        ),
        (
            "Givers",
            "1 user in 8 shares everything and stays on line twice as long; 4 of 100 others never upload; all others upload only while it pays off",
        ),
        (
            "Bad actors",
            "1 user in 33; half of them send garbage, half publish forged entries under the names of real files",
        ),
        ("Outage", "13:00 to 16:00: the server, the first of the mirrors, the index, or the first of the trackers"),
        ("Flooding", "reaches 1,500 peers; over super-peers 4,500"),
        (
            "DHT",
            "7 hops of 0.15 s, with 15% of contacts gone, which takes 2 s to notice; over super-peers 4 hops and 3%",
        ),
        ("Seeds", "three; they serve a file while fewer than 3 peers on line share it"),
        (
            "Prices",
            "$100 a month for a server, $5 for a small machine (index, tracker, seed), $1 for each terabyte that they send",
        ),
        (
            "Left out",
            "distances, home routers that cannot be called from outside, bottlenecks inside the network, disks, laws",
        ),
    ];
    html! {
        <div class="scroll-box lab-assumptions" tabindex="0" role="group" aria-label="What is assumed">
            <table>
                <thead><tr><th scope="col">{ "What" }</th><th scope="col">{ "Assumed" }</th></tr></thead>
                <tbody>
                    { for ROWS.into_iter().map(|(what, how)| html! { <tr><th scope="row">{ what }</th><td>{ how }</td></tr> }) }
                </tbody>
            </table>
        </div>
    }
}
