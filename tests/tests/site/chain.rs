//! The way of a remote call, through what a reader does with it.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use site_tests::{Look, Reader, Server, ServerOptions, Setup, Size, reading};
use thirtyfour::Key;

/// The first demo of this kind in the book: its embed page and its id.
fn chain(setup: &Setup) -> Result<(String, String)> {
    for page in setup.embed_pages()? {
        if std::fs::read_to_string(setup.site.join(&page))?.contains("data-demo=\"call-chain\"") {
            let id = page.trim_start_matches("embed/").trim_end_matches(".html").to_owned();
            return Ok((page, id));
        }
    }
    anyhow::bail!("no page has a call chain")
}

/// Reads the demo's embed page with `run` in the address.
async fn with_chain(
    name: &str,
    run: &str,
    look: Look,
    test: impl AsyncFnOnce(&Reader, &str) -> Result<()>,
) -> Result<()> {
    let setup = Setup::find()?;
    let (page, id) = chain(&setup)?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading(name, look, async |reader| {
        reader.goto(&server.url(&format!("{page}?run={run}"))).await?;
        test(reader, &id).await?;
        reader.ensure_quiet(name).await
    })
    .await
}

#[tokio::test]
async fn a_reader_steps_through_the_call_by_button_and_by_key() -> Result<()> {
    with_chain("chain_steps", "2~add~3~4", Look::default(), async |reader, id| {
        let demo = reader.demo(id).await?;
        let here = async |number: usize| demo.until_text("[aria-current=step] .way-number", &number.to_string()).await;
        here(1).await?;
        let ahead = demo.js("return demo.querySelectorAll('.way-card.to-come').length").await?;
        ensure!(ahead == json!(8), "{ahead} stages are to come");
        demo.click_named("Next").await?;
        here(2).await?;
        demo.until_text("[aria-current=step]", "08").await?;
        demo.until_text(".now", "Step 2 of 9, client stub.").await?;
        for (key, number) in
            [(Key::Right, 3), (Key::Right, 4), (Key::Left, 3), (Key::End, 9), (Key::Right, 9), (Key::Home, 1)]
        {
            reader.press(key).await?;
            here(number).await?;
        }
        reader.press(Key::End).await?;
        demo.until_text("[aria-current=step] .way-value", "= 7").await?;
        demo.until(
            "Next at its end",
            "[...demo.querySelectorAll('.way-steps [aria-disabled=true]')].some((it) => it.textContent === 'Next')",
        )
        .await?;
        // The keys are the field's own inside a field.
        demo.click(".way-fields input").await?;
        reader.press(Key::Left).await?;
        reader.press(Key::Home).await?;
        here(9).await
    })
    .await
}

#[tokio::test]
async fn other_numbers_have_other_bytes_and_no_number_is_told() -> Result<()> {
    with_chain("chain_numbers", "2~add~3~4", Look::default(), async |reader, id| {
        let demo = reader.demo(id).await?;
        demo.click_named("a negative number").await?;
        let bytes = "return demo.querySelectorAll('.way-card:nth-child(2) .way-byte').length";
        demo.until_text(".way-card:nth-child(2)", "value -1").await?;
        ensure!(demo.js(bytes).await? == json!(13), "a negative number takes ten bytes");
        demo.click_named("a sum that does not fit").await?;
        demo.until_text(".way-card:last-child", "OUT_OF_RANGE").await?;
        demo.set(".way-fields .field:last-child input", "2").await?;
        demo.set(".way-fields .field:first-child input", "300").await?;
        demo.until_text(".way-card:last-child", "add(300, 2) = 302").await?;
        demo.set(".way-fields .field:first-child input", "2147483648").await?;
        demo.until_text(".misfit", "stays at 300").await?;
        demo.set(".way-fields .field:first-child input", "301").await?;
        demo.until_text(".way-card:last-child", "add(301, 2) = 303").await?;
        demo.until("nothing to complain about", "!demo.querySelector('.misfit *')").await
    })
    .await
}

#[tokio::test]
async fn a_link_leads_to_the_stage_that_was_shown() -> Result<()> {
    with_chain("chain_link", "2~add~-7~7~~6", Look::default(), async |reader, id| {
        let demo = reader.demo(id).await?;
        demo.until_text("[aria-current=step] .way-number", "6").await?;
        demo.until_text("[aria-current=step]", "no bytes at all").await?;
        // Asking for the clipboard also lets the page write to it.
        reader.clipboard().await.ok();
        demo.click_named("Copy link to this run").await?;
        demo.until_text(".copied", "Link copied").await?;
        let link = reader.clipboard().await?;
        ensure!(link.ends_with("?run=2~add~-7~7~~6"), "{link}");
        Ok(())
    })
    .await?;
    with_chain("chain_damaged_link", "2~add~three~4", Look::default(), async |reader, id| {
        let demo = reader.demo(id).await?;
        demo.until_text(".notice", "three").await?;
        demo.until_text(".notice", "the page's own run").await
    })
    .await
}

#[tokio::test]
async fn on_the_smallest_phone_the_stage_and_the_buttons_are_in_sight() -> Result<()> {
    let look = Look { size: Size::Smallest, reduced_motion: true, ..Look::default() };
    with_chain("chain_phone", "2~add~3~4", look, async |reader, id| {
        let demo = reader.demo(id).await?;
        for number in 2..=9 {
            demo.click_named("Next").await?;
            demo.until_text("[aria-current=step] .way-number", &number.to_string()).await?;
            demo.until(
                "the stage's head above the buttons",
                "(() => { const head = demo.querySelector('[aria-current=step] .way-place').getBoundingClientRect();
                    const dock = demo.querySelector('.way-dock').getBoundingClientRect();
                    return head.top >= 0 && head.bottom <= dock.top && dock.bottom <= innerHeight + 1; })()",
            )
            .await?;
        }
        let wide = reader.js("return document.documentElement.scrollWidth - innerWidth").await?;
        ensure!(wide.as_i64().context("a width")? <= 0, "the page is {wide} px wider than the screen");
        Ok(())
    })
    .await
}
