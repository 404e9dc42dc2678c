//! What stays when something is missing: scripts, the right type of a file.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::json;
use site_tests::{Look, PICTURE, Server, ServerOptions, Setup, reading};
use thirtyfour::{By, Key, WebElement};

#[tokio::test]
async fn without_javascript_text_and_figures_can_be_read() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    reading("no_javascript", Look { javascript: false, ..Look::default() }, async |reader| {
        for page in setup.pages()? {
            reader.goto(&server.url(&page)).await?;
            let main = reader.find("main").await?;
            let text = main.text().await?;
            ensure!(!text.trim().is_empty(), "{page}: no text");
            for demo in reader.find_all(".demo[data-demo]").await? {
                let id = demo.attr("id").await?.unwrap_or_default();
                check_figure(&demo).await.with_context(|| format!("{page}#{id}"))?;
            }
        }
        Ok(())
    })
    .await?;
    let scripts: Vec<_> = server.hits().into_iter().filter(|hit| hit.path.ends_with(".wasm")).collect();
    ensure!(scripts.is_empty(), "without JavaScript the browser asked for {scripts:?}");
    Ok(())
}

/// A demo that no script has touched: picture, title, table.
async fn check_figure(demo: &WebElement) -> Result<()> {
    ensure!(demo.attr("data-state").await?.as_deref() != Some("live"), "scripts run");
    // A fold opens without a script.
    for fold in demo.find_all(By::XPath("ancestor::details[not(@open)]/summary")).await? {
        fold.send_keys(Key::Enter).await?;
    }
    let part = async |css: &str| demo.find(By::Css(css)).await.map_err(|_| anyhow!("there is no {css}"));
    let title = part(&format!("{PICTURE} > title")).await?.prop("textContent").await?.unwrap_or_default();
    ensure!(!title.trim().is_empty(), "the picture has an empty title");
    let size = part(PICTURE).await?.rect().await?;
    ensure!(size.width > 100.0 && size.height > 50.0, "the picture is {} × {} px", size.width, size.height);
    part(".figure-events > summary").await?.send_keys(Key::Enter).await?;
    let table = part(".figure-events[open] table").await?.text().await?;
    ensure!(table.lines().count() > 1, "the table says only {table:?}");
    Ok(())
}

#[tokio::test]
async fn demos_come_alive_though_the_server_misnames_the_module() -> Result<()> {
    let setup = Setup::find()?;
    for wrong in ["application/octet-stream", "text/plain"] {
        let options = ServerOptions { wasm_type: Some(wrong.into()), ..ServerOptions::default() };
        let server = Server::start(&setup.site, options).await?;
        reading("wrong_type", Look::default(), async |reader| {
            let page = &setup.pages_with_demos()?[0];
            reader.goto(&server.url(page)).await?;
            let ids = reader.wake_demos().await?;
            ensure!(!ids.is_empty(), "{page} has no demo");
            // The browser may warn of the type; it must not fail.
            let complaints = reader.complaints().await;
            let grave: Vec<_> = complaints.iter().filter(|line| !line.to_lowercase().contains("mime")).collect();
            ensure!(grave.is_empty(), "{wrong}: {grave:#?}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn demos_wait_until_they_are_near() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    let page = setup.pages_with_demos()?.into_iter().find(|page| !page.starts_with("embed/") && page != "print.html");
    let Some(page) = page else { anyhow::bail!("no lesson has a demo") };
    reading("near", Look::default(), async |reader| {
        // A tall gap before the first demo, put in before the loader looks.
        reader
            .devtools(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": "document.addEventListener('readystatechange', () => {
                    if (document.readyState === 'interactive') document.querySelector('.demo').before(Object.assign(document.createElement('hr'), { id: 'gap' }));
                    const gap = document.getElementById('gap'); if (gap) gap.style.marginBlockEnd = '9000px'; });" }),
            )
            .await?;
        reader.goto(&server.url(&page)).await?;
        let early = reader.js("return document.querySelectorAll('.demo[data-state=live]').length").await?;
        ensure!(early == json!(0), "{early} demos are live though all are far below");
        ensure!(!server.hits().iter().any(|hit| hit.path.ends_with(".wasm")), "the module is fetched before a demo is near");
        reader.wake_demos().await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_page_fetches_the_modules_of_its_demos_each_once() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    let bundles: BTreeSet<&str> = widgets::registry::entries().iter().map(|entry| entry.bundle).collect();
    let mut fewer = 0;
    for page in setup.pages_with_demos()?.into_iter().filter(|page| !page.starts_with("embed/")) {
        let before = server.hits().len();
        reading("bundles", Look::default(), async |reader| {
            reader.goto(&server.url(&page)).await?;
            reader.wake_demos().await.map(drop)
        })
        .await?;
        let html = std::fs::read_to_string(setup.site.join(&page))?;
        let needed = bundles.iter().filter(|bundle| html.contains(&format!(" data-bundle=\"{bundle}\"")));
        let needed: Vec<String> = needed.map(ToString::to_string).collect();
        fewer += usize::from(needed.len() < bundles.len());
        let hits = server.hits().split_off(before);
        let modules = hits.iter().filter_map(|hit| hit.path.rsplit('/').next()?.strip_suffix(".wasm"));
        let mut fetched: Vec<String> = modules.filter_map(|name| Some(name.rsplit_once('-')?.0.to_owned())).collect();
        fetched.sort();
        ensure!(fetched == needed, "{page} needs {needed:?} and fetches {fetched:?}");
    }
    ensure!(fewer > 0, "every page needs every bundle");
    Ok(())
}
