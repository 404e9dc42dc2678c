//! A form for the design of a file-sharing service, and what a day of it yields.

#[cfg(feature = "ssr")]
mod block;
mod chart;
mod state;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::chrome::{
    demo::{Demo, View},
    facts::FactList,
    figure::{Beside, Desk, Parts},
    task::{AnyWork, Heard, use_job},
};
use architectures::file_sharing::{Cause, Day, Design, Outcome, QUESTIONS, Target, USERS};
use sim::words::grouped;
use state::{Act, Attempt, Running, State};
use yew::prelude::*;

/// The design of a file-sharing service, tried for a day.
pub struct DesignLab;

impl Demo for DesignLab {
    const NAME: &'static str = "design-lab";
    type Run = Design;
    type Look = ();
    type Seen = Outcome;
    type View = LabView;
    const IN_PAGE: bool = false;
    const BESIDE: Beside = Beside::Nothing;
    const OWN: &'static str = "design";
    const HEIGHT: u32 = 1500;

    fn read(view: &View<'_>) -> Result<(Design, ()), String> {
        Ok((Design::from_code(view.run).map_err(|error| error.to_string())?, ()))
    }

    fn code(design: &Design) -> String {
        design.code()
    }

    fn see(design: &Design, _data: &str) -> Outcome {
        Day::new(*design).finish()
    }

    fn facts(list: &mut FactList<Self::Seen>) {
        list.fact("passes", "How many of the four targets are met.", |outcome| outcome.passes());
        list.fact(
            "verdict",
            "\"all four targets met\", or which are missed, such as \"misses availability and cost\".",
            |outcome| outcome.verdict(),
        );
        list.fact(
            "availability",
            "Requests whose file could be got in full, in percent, rounded down to a tenth.",
            |outcome| f64::from(outcome.availability()) / 10.0,
        );
        list.fact("p50", "The time within which half of the downloads were complete, in seconds.", |outcome| {
            outcome.median
        });
        list.fact("p95", "The time within which 95 of 100 downloads were complete, in seconds.", |outcome| outcome.p95);
        list.fact("p95-minutes", "The same in whole minutes, rounded up.", |outcome| outcome.p95.div_ceil(60));
        list.fact("cost", "What the central machines cost, in dollars a month.", |outcome| outcome.cost());
        list.fact("corrupted", "Corrupted downloads, in percent, to a hundredth.", |outcome| {
            f64::from(outcome.corruption()) / 100.0
        });
        list.fact("forged", "Of the corrupted downloads, those of forged entries.", |outcome| outcome.corrupted[2]);
        list.fact("requests", "How many requests were made.", |outcome| outcome.requests);
        list.fact("failed", "How many of them failed.", |outcome| outcome.failures());
        list.fact(
            "failed-because",
            "What most of the failed ones failed for, such as \"a central machine was down\", or \"none\".",
            |outcome| reason(outcome.failed_by()),
        );
        list.fact(
            "slow-because",
            "What most downloads of more than 20 minutes were slow for, such as \"too few uplinks\", or \"none\".",
            |outcome| reason(outcome.slow_by()),
        );
        list.fact("sent", "What the central machines sent during the day, in gigabytes.", |outcome| outcome.sent);
        list.fact("hash", "The fingerprint of the day, 16 hexadecimal digits.", |outcome| outcome.hash.clone());
    }

    fn is_same(desk: &Desk<Self>) -> bool {
        // A form that shows nothing yet is there to be filled in.
        desk.data().is_empty() || desk.run() == desk.original()
    }

    fn task(input: &str) -> Option<Box<dyn AnyWork>> {
        Some(Box::new(Running::parse(input)?))
    }
}

/// What most of the failed or slow ones are due to.
fn reason(most: Option<(Cause, u32)>) -> &'static str {
    most.map_or("none", |(cause, _)| cause.title())
}

/// The component.
#[component]
pub fn LabView(desk: &Desk<DesignLab>) -> Html {
    let (wish, live, id) = (*desk.run(), desk.live(), desk.id());
    let page = {
        let outcome = View::parse(desk.data()).list("was").and_then(|was| Outcome::parse(&was.replace('.', " ")));
        outcome.map(|outcome| Attempt { design: *desk.original(), outcome })
    };
    let (open, first) = (page.is_none(), page.clone());
    let state = use_reducer(|| State { attempts: first.into_iter().collect(), running: None });
    let job = {
        let state = state.dispatcher();
        use_job::<DesignLab>(Callback::from(move |heard| match heard {
            Heard::Said(line) => state.dispatch(Act::Told(line)),
            Heard::Afresh => {}
            Heard::Ended => state.dispatch(Act::End),
        }))
    };
    let toggle = {
        let (state, job) = (state.clone(), job.clone());
        Callback::from(move |_: MouseEvent| {
            if state.running.is_some() {
                job.stop();
                state.dispatch(Act::End);
            } else {
                state.dispatch(Act::Start(wish));
                job.start(wish.code());
            }
        })
    };
    let choose = desk.going(|_: &Design, design: Design| design);
    let last = state.last();
    let form = html! {
        <div class="lab-form" role="group" aria-label="The design" data-part="controls">
            { for (0..QUESTIONS.len()).map(|question| choices(id, live, &wish, question, &choose)) }
        </div>
    };
    desk.lay(Parts {
        class: "lab",
        picture: html! {
            <>
                <p class="lab-brief">
                    { format!("File sharing for {} users all over the world, mostly downloads, and no budget for central machines. ", grouped(USERS.into())) }
                    { "Choose a design and run a day of it. On this day the first central machine, if there is one, is down from 13:00 to 16:00, at 17:00 something new comes out, and one user in 33 is up to no good." }
                </p>
                if open {
                    { form }
                } else {
                    <details class="more lab-fold">
                        <summary>{ "Change the design" }</summary>
                        { form }
                    </details>
                }
            </>
        },
        aside: html! {
            <>
                <div class="sweep-bar needs-js">
                    <button type="button" class="strong" disabled={!live} onclick={toggle}>
                        { if state.running.is_some() { "Stop" } else { "Run a day" } }
                    </button>
                    { progress(&state, wish) }
                </div>
                if last.is_none() {
                    <p class="lab-without">{ "Without scripts the day cannot be run here: answer on paper, with a reason for each choice, and compare with the solution." }</p>
                }
                <p class="lab-verdict" role="status">{ ended(&state) }</p>
                { board(last) }
            </>
        },
        rest: html! {
            <>
                <div class="lab-hours">
                    { chart::chart(id, last.map(|last| &last.outcome)) }
                    { chart::legend() }
                </div>
                if let Some(last) = last {
                    <details class="more">
                        <summary>{ "Hour by hour in numbers" }</summary>
                        { chart::table(&last.outcome) }
                    </details>
                }
                if state.attempts.len() > 1 {
                    { attempts(&state, live, &choose) }
                }
            </>
        },
        summary: "The day in figures, and what things cost",
        table: assumptions(),
        ..Parts::default()
    })
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
fn progress(state: &State, wish: Design) -> Html {
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
                Some(last) if last.design == wish => "The result below is of this design.",
                Some(_) => "The result below is of the design before: run this one too.",
            };
            html! { <span class="lab-progress">{ text }</span> }
        }
    }
}

/// How it ended, for eye and ear.
fn ended(state: &State) -> Html {
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
