//! Open questions, solutions after an attempt, the glossary, and what instructors set up.

use crate::demos::with_page;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, Reader, Scheme, Server, ServerOptions, Setup, Size, reading};
use thirtyfour::Key;

const LESSON: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";
const SOLUTIONS: &str = "time-causality/architectural-models-rpc/solutions.html";
const EXERCISES: &str = "time-causality/architectural-models-rpc/exercises.html";
const INSTRUCTORS: &str = "for-instructors.html";

/// The box before an answer.
fn before(id: &str, css: &str) -> String {
    format!(".attempt:has(#{id}-attempt) {css}")
}

async fn visible(reader: &Reader, css: &str) -> Result<bool> {
    let shown =
        reader.js_with("return document.querySelector(arguments[0]).checkVisibility()", vec![json!(css)]).await?;
    shown.as_bool().context("a truth value")
}

#[tokio::test]
async fn an_answer_opens_after_an_attempt_and_is_marked() -> Result<()> {
    with_page("learn_answer", LESSON, Look { size: Size::Narrow, ..Look::default() }, async |reader, server| {
        let id = "failed-or-unknown";
        ensure!(!visible(reader, "#failed-or-unknown").await?, "open before the attempt");
        // Nothing has been written: it says so, and stays closed.
        reader.click(&before(id, "button.strong")).await?;
        reader.until("what is missing", "document.activeElement.id === 'failed-or-unknown-attempt'").await?;
        ensure!(!visible(reader, "#failed-or-unknown").await?, "open without an attempt");
        reader.press("Nobody knows whether it was carried out.").await?;
        reader.press(Key::Tab).await?;
        reader.press(Key::Enter).await?;
        reader.until("the answer with the focus", "document.activeElement.matches('#failed-or-unknown[open] > summary')").await?;
        reader
            .js("window.told = null; document.addEventListener('demo-answer', ({ detail }) => { told = detail; })")
            .await?;
        reader.click("#failed-or-unknown .points li:nth-child(1) label").await?;
        reader.click("#failed-or-unknown .points li:nth-child(2) label").await?;
        reader.click("#failed-or-unknown .points button").await?;
        reader.until("the event", "told").await?;
        let told = reader.js("return told").await?;
        ensure!(
            told == json!({ "id": id, "question": "open", "kind": "open", "answer": "Nobody knows whether it was carried out.",
                "correct": false, "attempt": 1, "points": 2, "of": 3 }),
            "{told:#}"
        );
        let kept = reader.js("return curriculum.state").await?;
        ensure!(kept["opened"] == json!({ id: "attempt" }), "{kept:#}");
        // One's own marks are no points of the course.
        let score = reader.js("return curriculum.score(curriculum.catalogue, curriculum.state).raw").await?;
        ensure!(score == json!(0), "{score}");

        // Another one is skipped, by one click, and both are remembered.
        reader.click(&before("tcp-and-keys", "button.quiet")).await?;
        reader.until("it is open", "document.querySelector('#tcp-and-keys').open").await?;
        reader.goto(&server.url(LESSON)).await?;
        let field = reader.js("return document.getElementById('failed-or-unknown-attempt').value").await?;
        ensure!(field == json!("Nobody knows whether it was carried out."), "{field}");
        ensure!(visible(reader, "#failed-or-unknown > summary").await?, "asked again");
        ensure!(visible(reader, "#tcp-and-keys > summary").await?, "asked again, though skipped");
        ensure!(reader.js("return curriculum.state.opened['tcp-and-keys']").await? == json!("skipped"), "not remembered");
        let words = reader.js("return document.querySelector('#failed-or-unknown .attempt-said').textContent").await?;
        ensure!(words == json!("Kept: 2 of 3 points."), "{words}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn links_into_answers_arrive() -> Result<()> {
    let within = "new-key-per-attempt";
    with_page("learn_links", &format!("{LESSON}#{within}"), Look::default(), async |reader, _| {
        reader.until("the question", "document.activeElement.id === 'key-inside-the-loop-attempt'").await?;
        reader.until("it is in view", "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(document.activeElement.getBoundingClientRect())").await?;
        reader.click(&before("key-inside-the-loop", "button.quiet")).await?;
        reader
            .until("what the link leads to", &format!("(({{ top, height }}) => height > 100 && top < innerHeight)(document.getElementById('{within}').getBoundingClientRect())"))
            .await?;
        // Once it is open, a link opens it again and goes there.
        reader.js("document.getElementById('key-inside-the-loop').open = false; location.hash = 'top'").await?;
        reader.js(&format!("location.hash = '{within}'")).await?;
        reader.until("open again", "document.getElementById('key-inside-the-loop').open").await
    })
    .await
}

#[tokio::test]
async fn a_prediction_is_an_attempt_at_the_solution() -> Result<()> {
    with_page("learn_solution", EXERCISES, Look::default(), async |reader, server| {
        let demo = reader.demo("predict-duplicate").await?;
        demo.js("for (const set of demo.querySelectorAll('.question fieldset')) set.querySelector('label').click()")
            .await?;
        demo.click_named("Commit").await?;
        reader.until("two answers", "Object.keys(curriculum.state.answers).length === 2").await?;
        reader.goto(&server.url(SOLUTIONS)).await?;
        ensure!(visible(reader, "#solution-case-3 > summary").await?, "asked though predicted");
        ensure!(!visible(reader, "#solution-case-1").await?, "open without an attempt");
        reader.click("#solution-case-3 > summary").await?;
        reader.until("remembered", "curriculum.state.opened['solution-case-3'] === 'attempt'").await?;
        reader.demo("solved-duplicate").await.map(drop)
    })
    .await
}

#[tokio::test]
async fn without_javascript_answers_are_boxes_to_unfold() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    reading("learn_no_js", Look { javascript: false, ..Look::default() }, async |reader| {
        reader.goto(&server.url(LESSON)).await?;
        let summary = reader.find("#failed-or-unknown > summary").await?;
        summary.send_keys(Key::Enter).await?;
        let points = reader.find("#failed-or-unknown .points").await?.text().await?;
        ensure!(points.contains("A good answer says"), "{points}");
        reader.goto(&server.url("progress.html")).await?;
        let words = reader.find("#my-progress").await?.text().await?;
        ensure!(words.contains("With JavaScript, there is a table here"), "{words}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_first_use_of_a_term_leads_to_the_glossary() -> Result<()> {
    with_page("learn_glossary", LESSON, Look::default(), async |reader, _| {
        let wrong = reader
            .js("const links = [...document.querySelectorAll('a.term')];
                const targets = links.map(({ hash }) => hash);
                const wrong = targets.filter((hash, at) => targets.indexOf(hash) !== at);
                for (const link of links) if (link.closest('h1, h2, h3, h4, code, summary, details, .demo, table')) wrong.push(link.outerHTML);
                if (links.length < 10) wrong.push(`only ${links.length} links`);
                return wrong")
            .await?;
        ensure!(wrong == json!([]), "{wrong:#}");
        reader.click("a.term[href$='#term-idempotency-key']").await?;
        reader.until("the entry", "document.querySelector('dfn:target')?.textContent === 'Idempotency key'").await?;
        let colours = reader.axe().await?;
        ensure!(colours.is_empty(), "{colours:#?}");
        Ok(())
    })
    .await
}

/// What of a figure can be seen, of these.
async fn seen(reader: &Reader, parts: &[&str]) -> Result<Value> {
    reader
        .js_with("return arguments[0].map((css) => [...document.querySelectorAll(css)].some((one) => one.checkVisibility()))", vec![json!(parts)])
        .await
}

#[tokio::test]
async fn embed_pages_lock_what_they_are_asked_to() -> Result<()> {
    let parts = [
        ".figure-tools",
        ".run-steps",
        ".chips button",
        ".facts",
        ".figure-events",
        ".question",
        ".play, .player button",
    ];
    let page = "embed/predict-reply-lost.html";
    with_page("learn_locks", &format!("{page}?lock=predict.solution"), Look::default(), async |reader, server| {
        let demo = reader.demo("predict-reply-lost").await?;
        let shown = seen(reader, &parts[..6]).await?;
        ensure!(shown == json!([false, false, false, false, false, true]), "predict: {shown}");
        demo.js("for (const set of demo.querySelectorAll('.question fieldset')) set.querySelector('label').click()")
            .await?;
        demo.click_named("Commit").await?;
        demo.until_text(".answer", "Your prediction").await?;
        let shown = seen(reader, &parts[..6]).await?;
        ensure!(shown == json!([false, false, false, false, false, false]), "after it: {shown}");

        // A message may be looked at, and not be lost.
        reader.goto(&server.url("embed/welcome-timeline.html?lock=scenario")).await?;
        let demo = reader.demo("welcome-timeline").await?;
        demo.click_named("The request of attempt 1").await?;
        demo.until("the message", "demo.querySelector('.inspector')?.checkVisibility()").await?;
        let shown =
            seen(reader, &[".inspector .options", ".figure-tools", ".facts", ".figure-events", ".lock-note"]).await?;
        ensure!(shown == json!([false, false, true, true, true]), "scenario: {shown}");

        // Text that is there to be read is not to be edited.
        reader.goto(&server.url("embed/predict-new-field.html?lock=scenario")).await?;
        let demo = reader.demo("predict-new-field").await?;
        let before = demo.js("return demo.querySelector('textarea').value").await?;
        demo.find("textarea").await?.click().await?;
        reader.press("x").await?;
        ensure!(demo.js("return demo.querySelector('textarea').value").await? == before, "the schema was edited");
        // Without a lock it is: the test would not notice otherwise that nothing can be typed at all.
        reader.goto(&server.url("embed/predict-new-field.html")).await?;
        let demo = reader.demo("predict-new-field").await?;
        demo.find("textarea").await?.click().await?;
        reader.press("x").await?;
        ensure!(demo.js("return demo.querySelector('textarea').value").await? != before, "nothing can be typed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn instructors_pick_a_figure_and_copy_it() -> Result<()> {
    with_page("learn_picker", INSTRUCTORS, Look { scheme: Scheme::Dark, ..Look::default() }, async |reader, server| {
        reader.js("document.getElementById('picker').scrollIntoView({ behavior: 'instant' })").await?;
        let snippet = "document.querySelector('.picker textarea').value";
        let live = "document.querySelector('.picker-frame').contentDocument.querySelector('.demo')?.dataset.state === 'live'";
        reader.until("the figure", live).await?;
        let every = reader.js("const options = [...document.querySelectorAll('.picker option')]; return options.length === curriculum.catalogue.lessons.flatMap(({ demos }) => demos).length && options.every(({ value, text }) => text && text !== value && text === curriculumTitles[value])").await?;
        ensure!(every == json!(true), "a demo is missing");
        // Changed in the frame, it is changed in the snippet.
        reader.driver.enter_frame(0).await?;
        let demo = reader.demo("welcome-timeline").await?;
        demo.js("demo.querySelector('.choice .pills label').click()").await?;
        reader.driver.enter_default_frame().await?;
        reader.until("the run in the snippet", &format!("{snippet}.includes('?run=2~maybe')")).await?;
        for lock in [1, 3] {
            reader.click(&format!(".picker-locks label:nth-of-type({lock}) input")).await?;
        }
        reader.click(".picker-students input").await?;
        reader.until("the locks", &format!("/~~ask&amp;lock=scenario\\.predict\"/.test({snippet})")).await?;
        let asked = "document.querySelector('.picker-frame').contentDocument.querySelector('.question')?.checkVisibility()";
        reader.until("the question", asked).await?;
        reader.until("a height", &format!("/height=\"\\d{{3,4}}\"/.test({snippet})")).await?;
        // A link to a run of another figure.
        let link = server.url("time-causality/architectural-models-rpc/rpc-mechanics.html?run=nothing:1#x");
        let paste = async |text: &str| {
            reader.js_with("const field = document.querySelector('.picker input[type=text]'); field.value = arguments[0]; field.dispatchEvent(new Event('change'))", vec![json!(text)]).await
        };
        paste(&link).await?;
        reader.until("no such figure", "document.querySelector('.picker-said').textContent.includes('is not in this book')").await?;
        paste("https://example.org/").await?;
        reader.until("no run", "document.querySelector('.picker-said').textContent.includes('no run in this link')").await?;
        paste("https://example.org/x.html?run=retry-charges-twice:2~maybe#x").await?;
        reader.until("its run", &format!("{snippet}.includes('embed/retry-charges-twice.html?run=2~maybe')")).await?;
        let found = reader.axe().await?;
        ensure!(found.is_empty(), "{found:#?}");
        Ok(())
    })
    .await
}
