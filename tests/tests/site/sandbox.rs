//! The site in frames that allow scripts and little else, and used there: a sandbox refuses without a word, so a page
//! that loads says nothing yet.

use crate::{
    demos::clock,
    embed::framed,
    quiz::{SHOWN, choose, go_on, heard, listen, until_focused},
};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use site_tests::{Look, Reader, reading};
use thirtyfour::Key;

const LESSON: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";

/// What frames are allowed: with scripts alone they have no origin and no storage; with the origin alone Kolibri frames
/// packages; the last has all that there is.
const SANDBOXES: [&str; 5] = [
    "allow-scripts",
    "allow-scripts allow-same-origin",
    "allow-scripts allow-forms",
    "allow-scripts allow-popups",
    "allow-scripts allow-same-origin allow-forms allow-popups allow-downloads allow-modals",
];

/// Reads these pages in a frame of each sandbox, on another site.
async fn in_each_sandbox(
    name: &str,
    pages: &[&str],
    test: impl AsyncFn(&Reader, &str, &str) -> Result<()>,
) -> Result<()> {
    for sandbox in SANDBOXES {
        let paths: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
        let hosts = framed(&paths, &format!("sandbox=\"{sandbox}\" style=\"width: 900px; height: 700px\"")).await?;
        reading(name, Look::default(), async |reader| {
            for (page, host) in pages.iter().zip(&hosts) {
                reader.goto(host).await?;
                reader.driver.enter_frame(0).await?;
                let opaque = reader.js("return self.origin === 'null'").await?;
                ensure!(opaque == json!(!sandbox.contains("allow-same-origin")), "{sandbox}: opaque is {opaque}");
                test(reader, sandbox, page).await.with_context(|| format!("{page} in a frame with {sandbox:?}"))?;
                reader.driver.enter_default_frame().await?;
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn quizzes_are_answered_in_every_sandbox() -> Result<()> {
    in_each_sandbox("sandbox_quiz", &["embed/quiz-duplicates.html"], async |reader, _, _| {
        listen(reader).await?;
        let demo = reader.demo("quiz-duplicates").await?;
        // By mouse.
        demo.until_text(".quiz-progress", "Question 1 of 4").await?;
        choose(&demo, "Whoever tries again").await?;
        go_on(&demo).await?;
        until_focused(&demo, "feedback-1").await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✓ Right").await?;
        go_on(&demo).await?;
        // By keyboard: from a box to tick, and from a field to write in.
        until_focused(&demo, "question-2").await?;
        reader.press(Key::Tab).await?;
        reader.press(Key::Space).await?;
        reader.press(Key::Enter).await?;
        until_focused(&demo, "feedback-2").await?;
        demo.until(
            "a mark",
            &format!("/Right|Not right/.test(demo.querySelector('{SHOWN} .quiz-verdict').textContent)"),
        )
        .await?;
        go_on(&demo).await?;
        until_focused(&demo, "question-3").await?;
        reader.press(Key::Tab).await?;
        reader.press("idempotent").await?;
        reader.press(Key::Enter).await?;
        until_focused(&demo, "feedback-3").await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✓ Right").await?;
        go_on(&demo).await?;
        choose(&demo, "0.00").await?;
        go_on(&demo).await?;
        demo.until("the last marked", &format!("demo.querySelector('{SHOWN} .quiz-feedback')")).await?;
        go_on(&demo).await?;
        until_focused(&demo, "result").await?;
        let told = heard(reader).await?;
        ensure!(told.as_array().map(Vec::len) == Some(4), "{told}");
        ensure!(told[0] == json!(["over-tcp", true, 1, 1]) && told[2] == json!(["idempotent", true, 1, 1]), "{told}");
        demo.click_named("Try all again").await?;
        demo.until_text(".quiz-progress", "Question 1 of 4").await
    })
    .await
}

#[tokio::test]
async fn the_buttons_of_a_figure_work_in_every_sandbox() -> Result<()> {
    in_each_sandbox("sandbox_figure", &["embed/all-goes-well.html"], async |reader, sandbox, _| {
        let demo = reader.demo("all-goes-well").await?;
        let run = async |code: &str| {
            demo.until(&format!("the run {code}"), &format!("demo.querySelector('.figure').dataset.run.startsWith('{code}')")).await
        };
        demo.click_named("The reply to attempt 1").await?;
        demo.click_named("Lose it").await?;
        run("2~maybe~drop.reply").await?;
        demo.click("input[value='at-least-once']").await?;
        run("2~at-least-once~drop.reply").await?;
        demo.until_text(".verdict", "Applied twice").await?;
        demo.click(".run-steps button:nth-of-type(1)").await?;
        run("2~maybe~drop.reply").await?;
        let (end, _) = clock(&demo).await?;
        demo.click_named("Step back").await?;
        let (before, _) = clock(&demo).await?;
        ensure!(before < end, "a step back leads from {end} to {before}");
        demo.click_named("Step forward").await?;
        ensure!(clock(&demo).await?.0 == end, "a step forward leads elsewhere");
        demo.set(".scrubber input", "0").await?;
        demo.click_named("Play").await?;
        demo.until("time passes", "demo.querySelector('.scrubber input').valueAsNumber > 0").await?;
        // Where the clipboard is refused, and it is in each of these frames, the text is there to be copied by hand.
        for (button, start) in [("Copy link to this run", "http"), ("Copy embed code", "<iframe ")] {
            demo.click_named(button).await?;
            demo.until(
                "the text, or that it is copied",
                &format!("demo.querySelector('.copied input')?.value.startsWith('{start}') || /copied/.test(demo.querySelector('.copied').textContent)"),
            )
            .await?;
        }
        // The lesson opens in a window of its own, or here.
        let here = reader.js("return location.pathname").await?;
        let windows = reader.driver.windows().await?.len();
        reader.click(".embed-source a").await?;
        if sandbox.contains("allow-popups") {
            reader.until_window(windows).await?;
            ensure!(reader.js("return location.pathname").await? == here, "the frame has gone elsewhere too");
        } else {
            reader.until("the lesson in the frame", &format!("location.pathname.endsWith('{LESSON}')")).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pages_of_the_book_are_used_in_every_sandbox() -> Result<()> {
    in_each_sandbox("sandbox_page", &[LESSON, "progress.html"], async |reader, sandbox, page| {
        if page == LESSON {
            return lesson(reader, sandbox).await;
        }
        // Where nothing can be downloaded the same is there as text.
        reader.until("the page", "document.querySelector('.progress-tools button')").await?;
        reader.click(".progress-tools button").await?;
        reader
            .until(
                "the file as text, in sight",
                "document.querySelector('.progress-said textarea')?.checkVisibility()
                 && JSON.parse(document.querySelector('.progress-said textarea').value).format === 'curriculum-progress'",
            )
            .await?;
        // What asks back asks in the page: frames may refuse dialogs.
        reader.js("curriculum.change((state) => { state.notes.x = 'y'; })").await?;
        reader.click(".progress-tools button:last-of-type").await?;
        reader.click(".progress-ask button").await?;
        reader.until("nothing left", "Object.keys(curriculum.state.notes).length === 0").await
    })
    .await
}

async fn lesson(reader: &Reader, sandbox: &str) -> Result<()> {
    // An answer, after an attempt.
    let id = "failed-or-unknown";
    reader.until("the question", &format!("document.getElementById('{id}-attempt')")).await?;
    reader.js(&format!("document.getElementById('{id}-attempt').focus()")).await?;
    reader.press("Nobody knows.").await?;
    reader.click(&format!(".attempt:has(#{id}-attempt) button.strong")).await?;
    reader.until("the answer", &format!("document.getElementById('{id}').open")).await?;
    reader.click(&format!("#{id} .points li:nth-child(1) label")).await?;
    reader.click(&format!("#{id} .points button")).await?;
    reader.until("one's marks", &format!("curriculum.state.answers['{id}/open']?.points === 1")).await?;
    // The colours.
    reader.click("#theme-button").await?;
    reader.until("light", "document.documentElement.dataset.theme === 'light'").await?;
    // A link to another site opens a window, or its address is said.
    reader
        .js("const link = document.querySelector('main a[href^=\"https:\"]'); link.target = '_blank'; link.id = 'outside';
             link.href = new URL('/elsewhere', location.href).href.replace('127.0.0.1', 'localhost')")
        .await?;
    let windows = reader.driver.windows().await?.len();
    reader.click("#outside").await?;
    if sandbox.contains("allow-popups") {
        reader.until_window(windows).await?;
    } else {
        reader
            .until("the address", "document.querySelector('.frame-note input')?.value.endsWith('/elsewhere')")
            .await?;
        reader.click(".frame-note button").await?;
        reader.until("the focus back", "document.activeElement.id === 'outside'").await?;
    }
    // The search, by its button and the Enter key.
    reader.click("#search-button").await?;
    reader.until("its field focused", "document.activeElement.matches('dialog[open] input')").await?;
    reader.press("varint").await?;
    reader.until("a result", "document.querySelector('dialog[open] ol:not([aria-busy]) li a')").await?;
    let target = reader.js("return document.querySelector('dialog[open] li a').href.split('#')[0]").await?;
    reader.press(Key::Enter).await?;
    reader.until_with("the page found", "location.href.split('#')[0] === arguments[0]", vec![target]).await
}
