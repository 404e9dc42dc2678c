//! The book without a mouse.

use anyhow::{Result, ensure};
use serde_json::json;
use site_tests::{Look, Reader, Server, ServerOptions, Setup, reading};
use thirtyfour::Key;

/// Presses Tab until the focused element matches `css`; every stop on the way has to be visible.
async fn tab_to(reader: &Reader, css: &str) -> Result<()> {
    for _ in 0..80 {
        reader.press(Key::Tab).await?;
        if reader.js_with("return document.activeElement.matches(arguments[0])", vec![json!(css)]).await? == json!(true)
        {
            return Ok(());
        }
    }
    anyhow::bail!("80 times Tab and never at {css}")
}

#[tokio::test]
async fn the_skip_link_leads_to_the_text() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("skip_link", Look::default(), async |reader| {
        for page in ["index.html", "404.html"] {
            reader.goto(&server.url(page)).await?;
            reader.press(Key::Tab).await?;
            let link = reader.js("const link = document.activeElement; const box = link.getBoundingClientRect(); return [link.className, box.top >= 0 && box.height > 0]").await?;
            ensure!(link == json!(["skip-link", true]), "{page}: Tab leads first to {link}");
            reader.press(Key::Enter).await?;
            reader.until("the text focused", "document.activeElement.closest('main')").await?;
        }
        reader.ensure_quiet("skip link").await
    })
    .await
}

#[tokio::test]
async fn a_chosen_theme_stays() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("theme", Look::default(), async |reader| {
        reader.goto(&server.url("index.html")).await?;
        let background = "return [document.body, document.documentElement]
            .map((element) => getComputedStyle(element).backgroundColor).find((colour) => colour !== 'rgba(0, 0, 0, 0)')";
        let light = reader.js(background).await?;
        tab_to(reader, "#theme-button").await?;
        let mut presses = 0;
        while reader
            .js("return document.documentElement.dataset.theme ?? null")
            .await?
            != json!("dark")
        {
            presses += 1;
            ensure!(presses <= 3, "the theme button never comes to dark");
            reader.press(Key::Enter).await?;
        }
        let label = reader
            .js("return document.activeElement.getAttribute('aria-label')")
            .await?;
        ensure!(
            label.as_str().is_some_and(|label| label.contains("dark")),
            "the button says {label}"
        );
        let dark = reader.js(background).await?;
        ensure!(dark != light, "dark looks like light: {dark}");
        for page in setup
            .pages()?
            .into_iter()
            .filter(|page| !page.starts_with("embed/"))
        {
            reader.goto(&server.url(&page)).await?;
            ensure!(
                reader.js(background).await? == dark,
                "{page} forgets the theme"
            );
        }
        reader.ensure_quiet("theme").await
    })
    .await
}

#[tokio::test]
async fn search_finds_a_word_and_goes_to_its_page() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("search", Look::default(), async |reader| {
        reader.goto(&server.url("index.html")).await?;
        reader.press("/").await?;
        reader.until("the search open", "document.querySelector('dialog[open] input')").await?;
        reader.until("its field focused", "document.activeElement.matches('dialog[open] input')").await?;
        reader.press("server").await?;
        let result = "dialog[open] ol:not([aria-busy]) a[href*='.html']";
        reader.until("a result", &format!("document.querySelector(\"{result}\")")).await?;
        tab_to(reader, result).await?;
        let target = reader.js("return document.activeElement.pathname").await?;
        reader.press(Key::Enter).await?;
        reader
            .until_with(
                "the page found, with the word in it",
                "location.pathname === arguments[0] && !document.querySelector('dialog[open]')
                 && /server/i.test(document.querySelector('main').textContent)",
                vec![target],
            )
            .await?;
        // Escape closes it and gives the focus back.
        reader.goto(&server.url("index.html")).await?;
        tab_to(reader, "#search-button").await?;
        reader.press(Key::Enter).await?;
        reader.until("the search open", "document.activeElement.matches('dialog[open] input')").await?;
        reader.press(Key::Escape).await?;
        reader
            .until(
                "the search closed",
                "!document.querySelector('dialog[open]') && document.activeElement.matches('#search-button')",
            )
            .await?;
        reader.ensure_quiet("search").await
    })
    .await
}

#[tokio::test]
async fn pages_are_turned_by_their_links() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("turn", Look::default(), async |reader| {
        reader.goto(&server.url("index.html")).await?;
        let before = reader.driver.current_url().await?;
        tab_to(reader, "a[rel=next]").await?;
        reader.press(Key::Enter).await?;
        reader.until_with("the next page", "location.href !== arguments[0]", vec![json!(before.as_str())]).await?;
        tab_to(reader, "a[rel=prev]").await?;
        reader.press(Key::Enter).await?;
        reader.until("back at the first page", "!document.querySelector('a[rel=prev]')").await
    })
    .await
}
