//! The timeline of a call, through what a reader does with it; the host says what has to come of it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use protocols::rpc::{self, Outcome, Run, Semantics, step};
use search::{Calls, Matrix};
use serde_json::{Value, json};
use site_tests::{Demo, Look, Reader, Scheme, Server, ServerOptions, Setup, Size, reading, summary};
use thirtyfour::Key;

use crate::demos::{clock, with_page};

const LESSON: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";
const EXERCISES: &str = "time-causality/architectural-models-rpc/exercises.html";
const SOLUTIONS: &str = "time-causality/architectural-models-rpc/solutions.html";

/// The run of a code.
fn run_of(code: &str) -> Result<Run> {
    Run::from_code(code).map_err(|error| anyhow::anyhow!("{code}: {error}"))
}

/// A verdict as the page writes it.
fn verdict(outcome: &Outcome) -> String {
    let name = outcome.verdict().to_string();
    name[..1].to_uppercase() + &name[1..]
}

/// Waits until the demo shows the end of that run.
async fn until_shown(demo: &Demo<'_>, run: &Run) -> Result<()> {
    let outcome = rpc::simulate(run);
    let code = run.code();
    let end = outcome.end();
    demo.until_text(".figure-rest > .chain:not(.ghost-words)", &format!("In short: {}.", rpc::summary(&outcome)))
        .await
        .with_context(|| code.clone())?;
    demo.until_text(".figure-aside > .facts .verdict b", &verdict(&outcome)).await.with_context(|| code.clone())?;
    let balance = format!("Balance {}", outcome.truth(end).balance);
    demo.until_text(".figure-aside > .facts .truth", &balance).await.with_context(|| code.clone())?;
    let (at, most) = clock(demo).await?;
    ensure!(at == most && most == end.as_micros().div_ceil(1_000), "{code}: {at} of {most}, and the end is {end}");
    Ok(())
}

/// Whether the keyboard's focus is where `css` says.
async fn until_focus(reader: &Reader, css: &str) -> Result<()> {
    reader
        .until_with(&format!("the focus at {css}"), "document.activeElement.matches(arguments[0])", vec![json!(css)])
        .await
}

/// The accessible name of what has the focus, or what says where it is.
async fn focused(reader: &Reader) -> Result<String> {
    let name = reader
        .js("const it = document.activeElement;
             return it === document.body ? 'nothing'
                 : it.getAttribute('aria-label') ?? it.labels?.[0]?.textContent ?? it.textContent.slice(0, 80)")
        .await?;
    Ok(name.as_str().unwrap_or_default().to_owned())
}

/// Presses Tab until what has the focus has that in its name.
async fn tab_to(reader: &Reader, name: &str) -> Result<()> {
    let mut seen = vec![];
    for _ in 0..70 {
        reader.press(Key::Tab).await?;
        let here = focused(reader).await?;
        if here.contains(name) {
            return Ok(());
        }
        seen.push(here);
    }
    anyhow::bail!("70 times Tab and never at {name:?}: {seen:?}")
}

/// Clicks one of the buttons that lead from run to run.
async fn step_to(demo: &Demo<'_>, button: &str) -> Result<()> {
    let number = demo
        .js(&format!(
            "return [...demo.querySelectorAll('.run-steps button')].findIndex((it) => it.textContent === {}) + 1",
            json!(button)
        ))
        .await?;
    ensure!(number != json!(0), "there is no {button}");
    demo.click(&format!(".run-steps button:nth-of-type({number})")).await
}

/// Copies the link to what is shown.
async fn link(reader: &Reader, demo: &Demo<'_>) -> Result<String> {
    // Asking for the clipboard also lets the page write to it.
    reader.clipboard().await.ok();
    demo.click_named("Copy link to this run").await?;
    demo.until_text(".copied", "Link copied").await?;
    reader.clipboard().await
}

/// What the search on the lesson's page has to say of the idempotency key.
fn promise_kept() -> String {
    let run = Run::default();
    let calls = Calls { scenario: run.scenario, seed: run.seed };
    let rows = Matrix::new(calls, &[Semantics::IdempotencyKey], 2).finish();
    let digits = rows[0].schedules.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).unwrap()).collect();
    format!("no counterexample among {} schedules", groups.join(","))
}

#[tokio::test]
async fn by_mouse_a_reader_breaks_the_call_repairs_it_and_finds_no_counterexample() -> Result<()> {
    with_page("first_minute", LESSON, Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        until_shown(&demo, &run_of("2~maybe")?).await?;
        demo.click_named("The reply to attempt 1").await?;
        demo.click_named("Lose it").await?;
        until_shown(&demo, &run_of("2~maybe~drop.reply")?).await?;
        demo.click("input[value='at-least-once']").await?;
        until_shown(&demo, &run_of("2~at-least-once~drop.reply")?).await?;
        demo.until_text(".verdict", "Applied twice").await?;
        demo.click("input[value='idempotency-key']").await?;
        until_shown(&demo, &run_of("2~idempotency-key~drop.reply")?).await?;
        demo.until_text(".verdict", "Correct").await?;
        // Two timelines on a page have nothing in common.
        let other = reader.demo("request-lost").await?;
        other.until("its own choice", "demo.querySelector('.choice input:checked').value === 'maybe'").await?;
        let search = reader.demo("search-promises").await?;
        search.until_text(".matrix", &promise_kept()).await
    })
    .await
}

#[tokio::test]
async fn by_keyboard_a_reader_does_the_same() -> Result<()> {
    with_page("first_minute_keys", LESSON, Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        // From the heading above: Tab leads into the figure.
        reader
            .js("const before = document.getElementById('add-three-and-four'); before.tabIndex = -1; before.focus()")
            .await?;
        tab_to(reader, "The reply to attempt 1").await?;
        reader.press(Key::Enter).await?;
        until_focus(reader, "#all-goes-well .inspector").await?;
        tab_to(reader, "Lose it").await?;
        reader.press(Key::Space).await?;
        until_shown(&demo, &run_of("2~maybe~drop.reply")?).await?;
        ensure!(focused(reader).await? == "Lose it", "after a choice the focus is at {}", focused(reader).await?);
        reader.press(Key::Escape).await?;
        until_focus(reader, "#all-goes-well [role=button][aria-label^='The reply to attempt 1']").await?;
        // On to the choice beside the picture; arrows choose.
        while !reader
            .js("return document.activeElement.matches('#all-goes-well .choice input')")
            .await?
            .as_bool()
            .unwrap_or(false)
        {
            reader.press(Key::Tab).await?;
            ensure!(focused(reader).await? != "nothing", "Tab leaves the page");
        }
        for semantics in ["at-least-once", "idempotency-key"] {
            reader.press(Key::Right).await?;
            until_shown(&demo, &run_of(&format!("2~{semantics}~drop.reply"))?).await?;
            until_focus(reader, &format!("#all-goes-well input[value='{semantics}']")).await?;
        }
        demo.until_text(".verdict", "Correct").await?;
        let search = reader.demo("search-promises").await?;
        search.until_text(".matrix", &promise_kept()).await
    })
    .await
}

/// The faults that an option of a panel stands for, as authors write them.
fn faults_of(heading: &str, option: &str, outcome: &Outcome) -> Result<Vec<String>> {
    let message = match heading {
        "The request of attempt 1" => rpc::REQUEST,
        "The reply to attempt 1" => rpc::REPLY,
        "The shop's request of attempt 1" => rpc::FORWARD,
        "The server's reply to attempt 1" => rpc::ANSWER,
        "The receipt" => rpc::MAIL,
        _ => "",
    };
    let sent = outcome.trace.messages.iter().find(|sent| sent.name.kind == message);
    let link = match (outcome.scenario.hops, message) {
        (2, rpc::REQUEST | rpc::REPLY) => "stub to shop",
        (2, _) => "shop to server",
        _ => "stub to server",
    };
    let at = |later: u64| sent.map_or(0, |sent| sent.sent.as_micros()) + later;
    let cut = format!("cut {link} at {} us", at(0));
    let one = match option {
        "Deliver it" | "No crash here" => return Ok(vec![]),
        "Lose it" => format!("drop {message} of call 1"),
        "Double it" => format!("duplicate {message} of call 1"),
        "Delay it past the timeout" => format!("delay {message} of call 1 by 600 ms"),
        "Hold it until the next has passed" => format!("reorder {message} of call 1"),
        "Cut the link from here on" => cut,
        "Cut the link here for 1 s" => return Ok(vec![cut, format!("heal {link} at {} us", at(1_000_000))]),
        crash => {
            let (crash, back) = match crash.strip_suffix(", back after 300 ms") {
                Some(crash) => (crash, ", restart after 300 ms"),
                None => (crash, ""),
            };
            let place = match crash {
                "Crash before it takes the request" => "before receive",
                "Crash after it took the request" => "after receive",
                "Crash before the commit" => "before commit",
                "Crash after the commit" => "after commit",
                "Crash before the reply" => "before reply",
                "Crash after the reply" => "after reply",
                other => anyhow::bail!("{heading}: a button that no test knows: {other:?}"),
            };
            format!("crash server {place} of call 1{back}")
        }
    };
    Ok(vec![one])
}

#[tokio::test]
async fn every_button_of_every_panel_does_what_it_says() -> Result<()> {
    let mut pressed = BTreeSet::new();
    with_page("panels", "index.html", Look::default(), async |reader, server| {
        for code in ["2~at-least-once", "2~outbox", "2~key-then-mail~stream", "2~at-most-once-durable~hops.2"] {
            reader.goto(&server.url(&format!("embed/all-goes-well.html?run={code}"))).await?;
            let demo = reader.demo("all-goes-well").await?;
            let run = run_of(code)?;
            let outcome = rpc::simulate(&run);
            until_shown(&demo, &run).await?;
            let names = demo.js("return [...demo.querySelectorAll('.spacetime [role=button]')].map((it) => it.getAttribute('aria-label'))").await?;
            let names: Vec<String> = serde_json::from_value(names)?;
            ensure!(names.len() > 4, "{code}: {names:?}");
            for name in names {
                let heading = name.split([':', ',']).next().unwrap_or_default();
                demo.click_named(heading).await?;
                demo.until_text(".inspector .panel-title", heading).await?;
                let options = demo.js("return [...demo.querySelectorAll('.inspector .options button')].map((it) => it.textContent)").await?;
                let options: Vec<String> = serde_json::from_value(options)?;
                ensure!(options.len() > 1, "{code}: {heading}: {options:?}");
                // The first, which undoes the others, comes last.
                for option in options.iter().skip(1).chain(&options[..1]) {
                    let mut broken = run.clone();
                    for fault in faults_of(heading, option, &outcome)? {
                        let fault = rpc::vocabulary().parse(&fault).map_err(|error| anyhow::anyhow!("{fault}: {}", error.message))?;
                        broken.faults.push(fault);
                    }
                    let place = || format!("{code}: {heading}: {option}");
                    let script = format!("const it = [...demo.querySelectorAll('.inspector .options button')].find((it) => it.textContent === {});
                        it?.focus(); it?.click(); return Boolean(it)", json!(option));
                    ensure!(demo.js(&script).await? == json!(true), "{}: it is not offered any more", place());
                    until_shown(&demo, &broken).await.with_context(place)?;
                    demo.until("the option marked", &format!("demo.querySelector('.inspector [aria-pressed=true]')?.textContent === {}", json!(option)))
                        .await
                        .with_context(place)?;
                    ensure!(focused(reader).await? == *option, "{}: the focus is at {}", place(), focused(reader).await?);
                    pressed.insert(option.clone());
                }
                demo.click(".inspector > button").await?;
                until_focus(reader, &format!("[role=button][aria-label^=\"{heading}\"]")).await?;
            }
        }
        Ok(())
    })
    .await?;
    ensure!(pressed.len() >= 17, "only {pressed:?}");
    Ok(())
}

#[tokio::test]
async fn runs_are_undone_and_redone_and_the_one_before_is_drawn_faintly() -> Result<()> {
    with_page("history", "embed/all-goes-well.html", Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        let ghosts = async |many: usize| {
            demo.until("ghosts", &format!("demo.querySelectorAll('.spacetime .ghost').length === {many}")).await
        };
        ghosts(0).await?;
        let (whole, lost, twice) =
            (run_of("2~maybe")?, run_of("2~maybe~drop.reply")?, run_of("2~at-least-once~drop.reply")?);
        demo.click_named("The reply to attempt 1").await?;
        demo.click_named("Lose it").await?;
        demo.click("input[value='at-least-once']").await?;
        until_shown(&demo, &twice).await?;
        ghosts(1).await?;
        demo.until_text(".ghost-words", &format!("{}.", rpc::summary(&rpc::simulate(&lost)))).await?;
        demo.click_named("Show the run before").await?;
        ghosts(0).await?;
        demo.until("no words of it either", "!demo.querySelector('.ghost-words')").await?;
        demo.click_named("Show the run before").await?;
        ghosts(1).await?;

        for (button, run, ghost) in [
            ("Undo", &lost, 1),
            ("Undo", &whole, 0),
            ("Undo", &whole, 0),
            ("Redo", &lost, 1),
            ("Redo", &twice, 1),
            ("Redo", &twice, 1),
            ("Undo", &lost, 1),
        ] {
            step_to(&demo, button).await?;
            until_shown(&demo, run).await.with_context(|| button.to_owned())?;
            ghosts(ghost).await?;
            ensure!(focused(reader).await? == button, "after {button} the focus is at {}", focused(reader).await?);
        }
        // Another change: what was undone is gone.
        demo.click("input[value='idempotency-key']").await?;
        let key = run_of("2~idempotency-key~drop.reply")?;
        until_shown(&demo, &key).await?;
        step_to(&demo, "Redo").await?;
        until_shown(&demo, &key).await?;
        step_to(&demo, "Undo").await?;
        until_shown(&demo, &lost).await?;
        demo.click_named("Back to the page’s run").await?;
        until_shown(&demo, &whole).await?;
        ensure!(focused(reader).await? == "Undo", "the focus is at {}", focused(reader).await?);
        step_to(&demo, "Undo").await?;
        until_shown(&demo, &lost).await?;
        // By the mark of the fault itself, whose button goes away with it.
        demo.click(".chips button").await?;
        until_shown(&demo, &whole).await?;
        ensure!(focused(reader).await? == "Undo", "the focus is at {}", focused(reader).await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn settings_follow_the_run_that_is_shown() -> Result<()> {
    with_page("settings", "embed/all-goes-well.html", Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        demo.click(".settings summary").await?;
        // As a reader does: with the keys, on the list itself.
        let settings = "[...demo.querySelectorAll('.settings select')].map((it) => it.selectedOptions[0].textContent)";
        let select = demo.find(".settings select").await?;
        select.focus().await?;
        reader.press(Key::Down).await?;
        until_shown(&demo, &run_of("2~maybe~stream")?).await?;
        until_focus(reader, ".settings select").await?;
        for (button, transport) in [
            ("Undo", "single datagrams"),
            ("Redo", "a connection"),
            ("Undo", "single datagrams"),
            ("Redo", "a connection"),
        ] {
            step_to(&demo, button).await?;
            demo.until(transport, &format!("{settings}[0].startsWith({})", json!(transport))).await.context(button)?;
        }
        // Every setting of every list is another run, and the list says which.
        let lists =
            demo.js("return [...demo.querySelectorAll('.settings select')].map((it) => it.options.length)").await?;
        let lists: Vec<usize> = serde_json::from_value(lists)?;
        ensure!(lists == [2, 3, 5, 3, 2, 2, 3, 4], "{lists:?}");
        for (list, options) in lists.into_iter().enumerate() {
            for option in (0..options).rev() {
                demo.js(&format!(
                    "const it = demo.querySelectorAll('.settings select')[{list}]; it.selectedIndex = {option};
                    it.dispatchEvent(new Event('change', {{ bubbles: true }}))"
                ))
                .await?;
                demo.until(
                    "the setting",
                    &format!("demo.querySelectorAll('.settings select')[{list}].selectedIndex === {option}"),
                )
                .await?;
            }
        }
        // The first of each list, in the end.
        until_shown(&demo, &run_of("2~maybe~timeout.100.ms~attempts.1")?).await
    })
    .await
}

#[tokio::test]
async fn the_arrow_keys_come_to_every_semantics() -> Result<()> {
    with_page("semantics", "embed/all-goes-well.html", Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        demo.click_named("More semantics").await?;
        demo.click("input[value='maybe']").await?;
        let mut met = BTreeSet::new();
        for _ in Semantics::ALL {
            let value = demo.js("return document.activeElement.value").await?;
            let name = value.as_str().context("no choice has the focus")?;
            ensure!(met.insert(name.to_owned()), "{name} again, after {met:?}");
            until_shown(&demo, &run_of(&format!("2~{name}"))?).await?;
            demo.until("the choice in sight", "document.activeElement.checkVisibility()").await?;
            reader.press(Key::Right).await?;
        }
        Ok(())
    })
    .await?;
    // One of those that are folded, by a link.
    with_page("semantics_link", "embed/all-goes-well.html?run=2~outbox", Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        until_shown(&demo, &run_of("2~outbox")?).await?;
        demo.until("the choice in sight", "demo.querySelector('input:checked').nextElementSibling.checkVisibility()")
            .await
    })
    .await
}

/// Chooses that answer: the number of the balance and of the belief.
async fn choose(demo: &Demo<'_>, balance: usize, belief: usize) -> Result<()> {
    demo.click(&format!(".question fieldset:nth-of-type(1) label:nth-of-type({balance}) input")).await?;
    demo.click(&format!(".question fieldset:nth-of-type(2) label:nth-of-type({belief}) input")).await
}

/// Checks that nothing of the run can be seen beyond the question.
async fn ensure_locked(reader: &Reader, demo: &Demo<'_>, run: &Run) -> Result<()> {
    demo.until("the question", "demo.querySelector('.question')").await?;
    let open = demo
        .js("return [...demo.querySelectorAll('.play, .controls button, .scrubber input, .run-steps button, .facts, .compare, .settings, .spacetime [role=button]')]
            .filter((it) => !it.disabled).map((it) => it.outerHTML.slice(0, 80))")
        .await?;
    ensure!(open == json!([]), "before the answer there are {open}");
    let picture = "return demo.querySelector('.spacetime').outerHTML";
    let before = demo.js(picture).await?;
    demo.js("demo.querySelector('.question').focus()").await?;
    for key in [Key::End, Key::Right] {
        reader.press(key).await?;
    }
    reader.press(" ").await?;
    ensure!(demo.js(picture).await? == before, "keys move it");
    let told = demo.js("return demo.querySelector('.figure').textContent").await?;
    let told = told.as_str().unwrap_or_default();
    let story = rpc::narrate(&rpc::simulate(run));
    let last = &story.last().context("no story")?.text;
    ensure!(!told.contains(last.as_str()), "the end is told: {last}");
    Ok(())
}

/// What the page has been told of answers.
async fn answers(reader: &Reader) -> Result<Value> {
    reader.js("return window.answers").await
}

const LISTEN: &str =
    "window.answers = []; document.addEventListener('demo-answer', ({ detail }) => answers.push(detail))";

#[tokio::test]
async fn the_run_waits_for_a_prediction_and_shows_where_it_parts() -> Result<()> {
    let id = "predict-crash-before-answer";
    with_page("prediction", EXERCISES, Look::default(), async |reader, _| {
        reader.js(LISTEN).await?;
        let demo = reader.demo(id).await?;
        let run = run_of("2~at-least-once~crash.after.commit_back.300.ms")?;
        let outcome = rpc::simulate(&run);
        ensure_locked(reader, &demo, &run).await?;
        demo.click_named("Commit").await?;
        ensure!(answers(reader).await? == json!([]), "half an answer is told");
        demo.until("still the question", "demo.querySelector('.question')").await?;

        // 50.00 and “cannot tell”: not so, and not so.
        choose(&demo, 2, 3).await?;
        demo.click_named("Commit").await?;
        demo.until_text(".answer", "Here your picture and the run part: “The database commits. Deducted twice").await?;
        until_focus(reader, &format!("#{id} .answer")).await?;
        let second = outcome.steps(outcome.end(), step::APPLY).nth(1).context("a second deduction")?.at;
        ensure!(
            clock(&demo).await?.0 == second.as_micros().div_ceil(1_000),
            "{:?} is not {second}",
            clock(&demo).await?
        );
        let first = json!([
            { "id": id, "question": "balance", "answer": "50.00", "correct": false, "attempt": 1 },
            { "id": id, "question": "caller", "answer": "cannot tell", "correct": false, "attempt": 1 },
        ]);
        ensure!(answers(reader).await? == first, "{}", answers(reader).await?);
        reader.press(Key::End).await?;
        until_shown(&demo, &run).await?;

        // Once more, and right: it plays to the end.
        demo.click_named("Make it a question").await?;
        until_focus(reader, &format!("#{id} .question")).await?;
        ensure_locked(reader, &demo, &run).await?;
        choose(&demo, 3, 1).await?;
        demo.click_named("Commit").await?;
        demo.until_text(".answer", "✓ right").await?;
        demo.until("playing", "demo.querySelector('.play').textContent.includes('Pause')").await?;
        demo.until("at its end", "demo.querySelector('.play').textContent.includes('Play')").await?;
        until_shown(&demo, &run).await?;
        let told = answers(reader).await?;
        ensure!(told.as_array().is_some_and(|told| told.len() == 4), "{told}");
        ensure!(
            told[2] == json!({ "id": id, "question": "balance", "answer": "0.00", "correct": true, "attempt": 2 }),
            "{told}"
        );
        ensure!(
            told[3] == json!({ "id": id, "question": "caller", "answer": "done", "correct": true, "attempt": 2 }),
            "{told}"
        );

        // Right about the balance, wrong about the caller: the sentence is about the return of the call.
        demo.click_named("Make it a question").await?;
        until_focus(reader, &format!("#{id} .question")).await?;
        choose(&demo, 3, 2).await?;
        demo.click_named("Commit").await?;
        demo.until_text(".answer", "you said “Not done”; it is “Done”: the call returns OK.").await?;
        let ended = outcome.ended.context("a call that returns")?.0;
        ensure!(clock(&demo).await?.0 == ended.as_micros().div_ceil(1_000), "{:?} is not {ended}", clock(&demo).await?);
        let attempt = answers(reader).await?[5]["attempt"].clone();
        ensure!(attempt == json!(3), "attempt {attempt}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn by_keyboard_and_with_less_motion_a_prediction_is_made() -> Result<()> {
    let look = Look { reduced_motion: true, ..Look::default() };
    with_page("prediction_keys", "embed/predict-duplicate.html", look, async |reader, _| {
        let demo = reader.demo("predict-duplicate").await?;
        demo.js("demo.querySelector('.question').focus()").await?;
        tab_to(reader, "100.00").await?;
        reader.press(Key::Down).await?;
        reader.press(Key::Down).await?;
        tab_to(reader, "Done").await?;
        reader.press(Key::Space).await?;
        tab_to(reader, "Commit").await?;
        reader.press(Key::Enter).await?;
        demo.until_text(".answer", "✓ right").await?;
        until_focus(reader, ".answer").await?;
        // Two pictures a second, to the same end.
        demo.until("at its end", "demo.querySelector('.play').textContent.includes('Play')").await?;
        until_shown(&demo, &run_of("2~maybe~dup.request")?).await
    })
    .await
}

#[tokio::test]
async fn a_question_goes_out_as_a_link_and_asks_on_arrival() -> Result<()> {
    let sent = std::sync::Mutex::new(String::new());
    with_page("ask", "embed/all-goes-well.html", Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        demo.click_named("The request of attempt 1").await?;
        demo.click_named("Double it").await?;
        demo.click_named("Make it a question").await?;
        until_focus(reader, ".question").await?;
        *sent.lock().unwrap() = link(reader, &demo).await?;
        Ok(())
    })
    .await?;
    let sent = sent.into_inner().unwrap();
    ensure!(sent.ends_with("~~ask"), "{sent}");
    let (_, place) = sent.split_once("/embed/").context("an embed page")?;
    with_page("asked", &format!("embed/{place}"), Look::default(), async |reader, _| {
        reader.js(LISTEN).await?;
        let demo = reader.demo("all-goes-well").await?;
        let run = run_of("2~maybe~dup.request")?;
        ensure_locked(reader, &demo, &run).await?;
        choose(&demo, 3, 1).await?;
        demo.click_named("Commit").await?;
        demo.until_text(".answer", "✓ right").await?;
        ensure!(answers(reader).await?[0]["attempt"] == json!(1), "{}", answers(reader).await?);
        until_shown(&demo, &run).await
    })
    .await
}

#[tokio::test]
async fn without_javascript_a_question_can_be_read_and_so_can_its_answer() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    reading("question_no_javascript", Look { javascript: false, ..Look::default() }, async |reader| {
        reader.goto(&server.url("embed/predict-reply-lost.html")).await?;
        let question = reader.find(".question").await?.text().await?;
        ensure!(
            question.contains("What is the balance?") && question.contains("What can the caller know?"),
            "{question}"
        );
        ensure!(!question.contains("Commit"), "a button that does nothing: {question}");
        let summary = reader.find(".figure-events > summary").await?;
        summary.click().await?;
        let table = reader.find(".figure-events table").await?.text().await?;
        for sentence in rpc::narrate(&rpc::simulate(&run_of("2~maybe~drop.reply")?)) {
            ensure!(table.contains(&sentence.text), "{} is missing: {table}", sentence.text);
        }
        Ok(())
    })
    .await
}

/// What the lanes say, from left to right: title, truth, caller, verdict.
async fn lanes(demo: &Demo<'_>) -> Result<Vec<[String; 4]>> {
    let lanes = demo
        .js("return [...demo.querySelectorAll('.lane')].map((lane) =>
                [lane.querySelector('.panel-title').textContent, ...[...lane.querySelectorAll('dd')].map((it) => it.textContent)])")
        .await?;
    serde_json::from_value(lanes).context("the lanes")
}

/// Checks them against the host, with the cursor at so many milliseconds of the run that is shown.
async fn ensure_lanes(demo: &Demo<'_>, run: &Run, semantics: &[Semantics], at: Option<u64>) -> Result<()> {
    demo.until("as many lanes", &format!("demo.querySelectorAll('.lane').length === {}", semantics.len())).await?;
    for (lane, semantics) in lanes(demo).await?.iter().zip(semantics) {
        let mut run = run.clone();
        run.scenario.semantics = *semantics;
        let outcome = rpc::simulate(&run);
        let now = at.filter(|at| at * 1_000 < outcome.end().as_micros());
        let balance = match now {
            // The last event before it; the trace is in order.
            Some(at) => {
                let event = outcome.trace.events.iter().rev().find(|event| event.at.as_micros() <= at * 1_000);
                event.map_or(outcome.scenario.balance, |event| outcome.truth(event.at).balance)
            }
            None => outcome.truth(outcome.end()).balance,
        };
        let says = if now.is_some() { "Not over yet.".to_owned() } else { verdict(&outcome) };
        let name = semantics.name();
        ensure!(lane[0] == semantics.title(), "{name}: {lane:?}");
        ensure!(lane[1].starts_with(&format!("Balance {balance}")), "{name}: {balance}, and the lane says {lane:?}");
        ensure!(lane[3].contains(&says), "{name}: {says}, and the lane says {lane:?}");
    }
    Ok(())
}

#[tokio::test]
async fn lanes_show_the_same_failures_under_other_semantics() -> Result<()> {
    let sent = std::sync::Mutex::new(String::new());
    let run = run_of("2~maybe~crash.after.commit_back.300.ms")?;
    let some = [Semantics::AtLeastOnce, Semantics::AtMostOnceDurable, Semantics::Outbox];
    with_page(
        "lanes",
        "embed/all-goes-well.html?run=2~maybe~crash.after.commit_back.300.ms",
        Look::default(),
        async |reader, _| {
            let demo = reader.demo("all-goes-well").await?;
            until_shown(&demo, &run).await?;
            demo.click(".compare summary").await?;
            for number in 1..=Semantics::ALL.len() {
                demo.click(&format!(".compare label:nth-of-type({number}) input")).await?;
            }
            ensure_lanes(&demo, &run, &Semantics::ALL, None).await?;
            let (_, end) = clock(&demo).await?;
            for at in [0, end / 4, end / 2, end - 1, end] {
                demo.set(".scrubber input", &at.to_string()).await?;
                demo.until("the time", &format!("demo.querySelector('.scrubber input').valueAsNumber === {at}"))
                    .await?;
                ensure_lanes(&demo, &run, &Semantics::ALL, (at < end).then_some(at))
                    .await
                    .with_context(|| format!("{at} of {end} ms"))?;
            }
            for (number, semantics) in Semantics::ALL.into_iter().enumerate() {
                if !some.contains(&semantics) {
                    demo.click(&format!(".compare label:nth-of-type({}) input", number + 1)).await?;
                }
            }
            ensure_lanes(&demo, &run, &some, None).await?;
            // They follow another change, too.
            demo.click(".chips button").await?;
            ensure_lanes(&demo, &run_of("2~maybe")?, &some, None).await?;
            step_to(&demo, "Undo").await?;
            ensure_lanes(&demo, &run, &some, None).await?;
            *sent.lock().unwrap() = link(reader, &demo).await?;
            Ok(())
        },
    )
    .await?;
    let sent = sent.into_inner().unwrap();
    let (_, place) = sent.split_once("/embed/").context("an embed page")?;
    with_page("lanes_link", &format!("embed/{place}"), Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        ensure_lanes(&demo, &run, &some, None).await?;
        demo.until("them unfolded", "demo.querySelector('.lane').checkVisibility()").await?;
        // The last one taken back leaves the choice where it is.
        for number in [2, 4, 9] {
            demo.click(&format!(".compare label:nth-of-type({number}) input")).await?;
        }
        ensure_lanes(&demo, &run, &[], None).await?;
        demo.until(
            "the choice in sight",
            "document.activeElement.matches('.compare input') && document.activeElement.checkVisibility()",
        )
        .await
    })
    .await
}

#[tokio::test]
async fn a_connection_offers_no_doubles_and_tells_of_a_loss() -> Result<()> {
    with_page("connection", "embed/all-goes-well.html?run=2~maybe~stream", Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        until_shown(&demo, &run_of("2~maybe~stream")?).await?;
        for message in ["The request of attempt 1", "The reply to attempt 1"] {
            demo.click_named(message).await?;
            demo.until_text(".inspector .panel-title", message).await?;
            let options = demo.text(".inspector .options").await?;
            ensure!(options.contains("Lose it") && options.contains("Delay it"), "{options}");
            ensure!(!options.contains("Double it") && !options.contains("Hold it"), "{options}");
        }
        demo.click_named("Lose it").await?;
        until_shown(&demo, &run_of("2~maybe~stream~drop.reply")?).await?;
        demo.until_text(".belief", "UNAVAILABLE").await?;
        demo.until_text(".belief", "Cannot tell").await
    })
    .await
}

#[tokio::test]
async fn a_figure_in_a_folded_solution_wakes_when_it_is_opened() -> Result<()> {
    with_page("solutions", SOLUTIONS, Look::default(), async |reader, _| {
        let ids = reader.js("return [...document.querySelectorAll('details:not([open]) .demo[data-demo=rpc-timeline]')].map((demo) => demo.id)").await?;
        let ids: Vec<String> = serde_json::from_value(ids)?;
        ensure!(!ids.is_empty(), "no solution has a figure");
        for id in ids {
            let state = format!("document.getElementById('{id}').dataset.state");
            ensure!(reader.js(&format!("return {state} ?? null")).await? != json!("live"), "{id} is live though nobody sees it");
            reader.js(&format!("document.getElementById('{id}').closest('details').previousElementSibling.querySelector('button.quiet').id = 'skip-{id}'")).await?;
            reader.click(&format!("#skip-{id}")).await?;
            let demo = reader.demo(&id).await?;
            demo.click_named("The request of attempt 1").await?;
            demo.click_named("Lose it").await?;
            demo.until_text(".chips", "request of attempt 1 lost").await?;
        }
        Ok(())
    })
    .await
}

/// What axe-core says of pages with everything open.
async fn no_violation(name: &str, look: Look) -> Result<()> {
    with_page(name, EXERCISES, look, async |reader, server| {
        let mut found = vec![];
        let mut look = async |place: &str| -> Result<()> {
            found.extend(reader.axe().await?.into_iter().map(|(what, element)| (what, format!("{place}: {element}"))));
            Ok(())
        };
        let demo = reader.demo("predict-crash-before-answer").await?;
        look("a question").await?;
        choose(&demo, 2, 3).await?;
        demo.click_named("Commit").await?;
        demo.until_text(".answer", "not so").await?;
        look("a wrong answer").await?;
        reader.goto(&server.url("embed/one-crash-five-promises.html")).await?;
        let demo = reader.demo("one-crash-five-promises").await?;
        demo.until("lanes", "demo.querySelector('.lane').checkVisibility()").await?;
        look("lanes").await?;
        demo.click_named("The request of attempt 1").await?;
        demo.until("the panel", "demo.querySelector('.inspector')").await?;
        demo.js("for (const it of demo.querySelectorAll('details')) it.open = true").await?;
        look("a panel, everything unfolded").await?;
        demo.click_named("Lose it").await?;
        demo.until("a ghost", "demo.querySelector('.ghost')").await?;
        look("a ghost").await?;
        ensure!(found.is_empty(), "{}", summary(&found));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn questions_lanes_and_panels_are_accessible() -> Result<()> {
    no_violation("axe_timeline", Look::default()).await
}

#[tokio::test]
async fn they_are_on_a_phone_in_the_dark_too() -> Result<()> {
    no_violation("axe_timeline_narrow", Look { scheme: Scheme::Dark, size: Size::Narrow, ..Look::default() }).await
}

#[tokio::test]
async fn no_word_of_a_picture_is_cut_off() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("cut_off", Look::default(), async |reader| {
        for page in setup.embed_pages()? {
            if !std::fs::read_to_string(setup.site.join(&page))?.contains("data-demo=\"rpc-timeline\"") {
                continue;
            }
            reader.goto(&server.url(&page)).await?;
            reader.wake_demos().await?;
            // Back on the wide screen for the next page.
            for size in [Size::Narrow, Size::Wide] {
                reader.resize(size).await?;
                let cut = reader
                    .js("return [...document.querySelectorAll('svg.spacetime text')].filter((text) => {
                             const word = text.getBoundingClientRect();
                             const picture = text.closest('svg').getBoundingClientRect();
                             return word.width > 0 && (word.left < picture.left - 1 || word.right > picture.right + 1);
                         }).map((text) => text.textContent)")
                    .await?;
                ensure!(cut == json!([]), "{page}, {size:?}: {cut}");
            }
        }
        Ok(())
    })
    .await
}
