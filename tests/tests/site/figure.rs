//! What the house gives to every figure, whatever its demo: runs before and after, presets, another run beside, the
//! question, goals, and links that hold it all.

use anyhow::{Result, ensure};
use serde_json::json;
use site_tests::{Demo, Look, Reader, Server, ServerOptions, Setup, reading};

/// Reads the embed page of a figure, with more in its address.
async fn with_figure(
    name: &str,
    id: &str,
    more: &str,
    test: impl AsyncFnOnce(&Reader, &Demo<'_>) -> Result<()>,
) -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading(name, Look::default(), async |reader| {
        reader.goto(&server.url(&format!("embed/{id}.html{more}"))).await?;
        let demo = reader.demo(id).await?;
        test(reader, &demo).await?;
        reader.ensure_quiet(name).await
    })
    .await
}

/// Waits until the figure says that its run has that code.
async fn until_run(demo: &Demo<'_>, code: &str) -> Result<()> {
    demo.until(code, &format!("demo.querySelector('.figure').dataset.run === {}", json!(code))).await
}

#[tokio::test]
async fn a_preset_is_a_run_like_any_other() -> Result<()> {
    with_figure("figure_presets", "add-three-and-four", "", async |_, demo| {
        until_run(demo, "2~add~3~4").await?;
        demo.click_named("a zero").await?;
        until_run(demo, "2~add~0~4").await?;
        demo.until_text(".figure-title", "(changed)").await?;
        let pressed = "[...demo.querySelectorAll('.offers [aria-pressed=true]')].map((it) => it.textContent).join()";
        demo.until("its button pressed", &format!("{pressed} === 'a zero'")).await?;
        // A field that is typed into is one step.
        demo.set(".way-fields .field:last-child input", "1").await?;
        demo.set(".way-fields .field:last-child input", "12").await?;
        until_run(demo, "2~add~0~12").await?;
        demo.click_named("Undo").await?;
        until_run(demo, "2~add~0~4").await?;
        demo.click_named("Undo").await?;
        until_run(demo, "2~add~3~4").await?;
        demo.until("the title again", "!demo.querySelector('.figure-title').textContent.includes('changed')").await?;
        demo.click_named("Redo").await?;
        until_run(demo, "2~add~0~4").await?;
        demo.click_named("Back to the page’s run").await?;
        until_run(demo, "2~add~3~4").await
    })
    .await
}

#[tokio::test]
async fn another_run_stands_beside() -> Result<()> {
    with_figure("figure_beside", "add-three-and-four", "", async |_, demo| {
        demo.click_named("a negative number").await?;
        until_run(demo, "2~add~-1~4").await?;
        let choose = "const select = demo.querySelector('.run-steps select');
            select.value = 'the run before';
            select.dispatchEvent(new Event('change', { bubbles: true }))";
        demo.js(choose).await?;
        demo.until_text(".figure-beside .way-card:nth-child(1) .way-value", "add(3, 4)").await?;
        demo.until_text(".figure-picture .way-card:nth-child(1) .way-value", "add(-1, 4)").await?;
        // Nothing in it can be used, and no id is there twice.
        demo.until(
            "ids that are there once",
            "(() => { const ids = [...demo.querySelectorAll('[id]')].map((it) => it.id);
                return ids.length === new Set(ids).size; })()",
        )
        .await?;
        demo.click_named("Undo").await?;
        demo.until("nothing beside the page's own run", "!demo.querySelector('.figure-beside')").await
    })
    .await
}

#[tokio::test]
async fn goals_are_reached_by_the_reader_s_own_run_and_count() -> Result<()> {
    with_figure("figure_goals", "all-goes-well", "", async |reader, demo| {
        reader.js("window.told = []; addEventListener('demo-answer', ({ detail }) => told.push(detail))").await?;
        let goals = "[...demo.querySelectorAll('.goals li')].map((it) => it.className).join()";
        demo.until("three open goals", &format!("{goals} === 'open,open,open'")).await?;
        demo.click("input[value='at-least-once']").await?;
        until_run(demo, "2~at-least-once").await?;
        demo.until("still open", &format!("{goals} === 'open,open,open'")).await?;
        Ok(())
    })
    .await?;
    // By a link too: it is not the page's own run.
    with_figure("figure_goal_by_link", "all-goes-well", "?run=2~at-least-once~drop.reply", async |_, demo| {
        demo.until_text(".goals li.good", "✓ Break: charge the account twice").await?;
        demo.click("input[value='idempotency-key']").await?;
        demo.until_text(".goals li.good:last-child", "still charge once").await?;
        // What was reached stays reached.
        demo.until("two goals", "demo.querySelectorAll('.goals li.good').length === 2").await
    })
    .await
}

#[tokio::test]
async fn a_question_comes_before_its_answer() -> Result<()> {
    with_figure("figure_question", "crash-after-commit", "", async |reader, demo| {
        reader.js("window.told = []; addEventListener('demo-answer', ({ detail }) => told.push(detail))").await?;
        demo.until_text(".question", "what can the caller know about the money?").await?;
        let outcome =
            "return demo.textContent.includes('Applied') || !!demo.querySelector('.verdict, .controls, .run-steps')";
        ensure!(demo.js(outcome).await? == json!(false), "the outcome is told before the answer");
        demo.click(".question .options button:first-child").await?;
        demo.until_text(".answer", "✕ Not so. Right is: “It cannot tell.”").await?;
        demo.until_text(".answer", "This time the money is gone.").await?;
        demo.until_text(".verdict", "cannot tell").await?;
        let told = reader
            .js("return told.map(({ id, question, answer, correct }) => [id, question, answer, correct])")
            .await?;
        ensure!(told == json!([["crash-after-commit", "known", "It was taken.", false]]), "{told}");
        Ok(())
    })
    .await?;
    with_figure("figure_question_skipped", "crash-after-commit", "", async |_, demo| {
        demo.click(".question > button").await?;
        demo.until_text(".verdict", "cannot tell").await?;
        demo.until("no answer", "!demo.querySelector('.answer')").await
    })
    .await
}
