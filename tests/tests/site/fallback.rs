//! What stays when something is missing: scripts, the right type of a file.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use serde_json::json;
use site_tests::{Look, Server, ServerOptions, Setup, reading};
use thirtyfour::Key;

#[tokio::test]
async fn without_javascript_text_and_figures_can_be_read() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    reading("no_javascript", Look { javascript: false, ..Look::default() }, async |reader| {
        for page in setup.pages()? {
            reader.goto(&server.url(&page)).await?;
            // Folds open without a script, those around a figure and then its own.
            let folds =
                "details:not([open]):has(.demo[data-demo]) > summary, .demo[data-demo] .figure-events > summary";
            for fold in reader.find_all(folds).await? {
                fold.send_keys(Key::Enter).await?;
            }
            let wrong = reader.js(FIGURES).await?;
            ensure!(wrong == json!([]), "{page}: {wrong}");
        }
        Ok(())
    })
    .await?;
    let scripts: Vec<_> = server.hits().into_iter().filter(|hit| hit.path.ends_with(".wasm")).collect();
    ensure!(scripts.is_empty(), "without JavaScript the browser asked for {scripts:?}");
    Ok(())
}

/// Says of a page that none of its own scripts has touched what its text and its figures lack: picture, title, table.
const FIGURES: &str = "
    const wrong = [];
    if (!document.querySelector('main')?.innerText.trim()) wrong.push('no text');
    for (const demo of document.querySelectorAll('.demo[data-demo]')) {
        const lacks = (what) => wrong.push(`${demo.id}: ${what}`);
        if (demo.dataset.state === 'live') lacks('scripts run');
        // The picture of the wire lab is a strip of bytes; a figure without one is a table.
        const picture = demo.querySelector('svg:has(> title)') ?? demo.querySelector('table:has(th[scope=col])');
        if (picture?.matches('svg') && !picture.querySelector(':scope > title').textContent.trim()) lacks('no title');
        const { width, height } = picture?.getBoundingClientRect() ?? { width: 0, height: 0 };
        if (!(width > 100 && height > 20)) lacks(`the picture is ${width} × ${height} px`);
        const lines = demo.querySelector('.figure-events[open] table')?.innerText.trim().split('\\n') ?? [];
        if (lines.length < 2) lacks(`the table says only ${lines}`);
    }
    return wrong";

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
    let server = Server::start(&setup.site, ServerOptions { keep: false, ..ServerOptions::default() }).await?;
    let bundles: BTreeSet<&str> = widgets::registry::entries().iter().map(|entry| entry.bundle).collect();
    let mut fewer = 0;
    reading("bundles", Look::default(), async |reader| {
        for page in setup.pages_with_demos()?.into_iter().filter(|page| !page.starts_with("embed/")) {
            let before = server.hits().len();
            reader.goto(&server.url(&page)).await?;
            reader.wake_demos().await?;
            let html = std::fs::read_to_string(setup.site.join(&page))?;
            let needed = bundles.iter().filter(|bundle| html.contains(&format!(" data-bundle=\"{bundle}\"")));
            let needed: Vec<String> = needed.map(ToString::to_string).collect();
            fewer += usize::from(needed.len() < bundles.len());
            let hits = server.hits().split_off(before);
            let modules = hits.iter().filter_map(|hit| hit.path.rsplit('/').next()?.strip_suffix(".wasm"));
            let mut fetched: Vec<String> =
                modules.filter_map(|name| Some(name.rsplit_once('-')?.0.to_owned())).collect();
            fetched.sort();
            ensure!(fetched == needed, "{page} needs {needed:?} and fetches {fetched:?}");
        }
        Ok(())
    })
    .await?;
    ensure!(fewer > 0, "every page needs every bundle");
    Ok(())
}
