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
    let bundles: BTreeSet<&str> = widgets::bundles::entries().iter().map(|entry| entry.bundle).collect();
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

/// A lesson with demos and with answers that open after an attempt.
const LESSON: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";

#[tokio::test]
async fn a_script_that_does_not_parse_takes_no_other_with_it() -> Result<()> {
    let setup = Setup::find()?;
    let html = std::fs::read_to_string(setup.site.join(LESSON))?;
    let tags = html.split("<script").skip(1).filter_map(|tag| Some(tag.split_once("src=\"")?.1.split_once('"')?.0));
    let mut scripts: Vec<String> = tags.map(|source| plain(source.trim_start_matches("../"))).collect();
    for needed in
        ["theme/js/theme.js", "theme/js/page.js", "learning/progress.js", "learning/learn.js", "demos/loader.js"]
    {
        ensure!(scripts.iter().any(|script| script == needed), "{LESSON} has no {needed}: {scripts:?}");
    }
    // Fetched when they are wanted.
    scripts
        .extend(["theme/js/search.js", "search/start.js", "demos/calls-glue.js", "demos/worker.js"].map(str::to_owned));
    for script in scripts {
        let options =
            ServerOptions { broken: vec![script.clone()], recorder: false, keep: false, ..ServerOptions::default() };
        let server = Server::start(&setup.site, options).await?;
        reading("broken_script", Look::default(), async |reader| {
            reader.goto(&server.url(LESSON)).await?;
            let name = script.rsplit('/').next().unwrap_or_default();
            let context = |what: &str| format!("without {script}: {what}");
            let text = reader.js("return document.querySelector('main').innerText.length").await?;
            ensure!(text.as_u64() > Some(5_000), "{}", context("the text is gone"));
            // Each answer can be opened: by its summary, or by skipping the attempt.
            let closed = reader
                .js("const closed = [];
                    for (const answer of document.querySelectorAll('main details:not(.demo *, .page-toc)')) {
                        const before = answer.previousElementSibling?.matches('.attempt') ? answer.previousElementSibling : null;
                        const skip = before?.querySelector('button.quiet');
                        if (skip?.checkVisibility()) skip.click();
                        else if (answer.querySelector(':scope > summary').checkVisibility() && !answer.open) answer.querySelector(':scope > summary').click();
                        if (!answer.open || !answer.querySelector(':scope > :not(summary)').checkVisibility()) closed.push(answer.id || answer.innerText);
                    }
                    return closed")
                .await?;
            ensure!(closed == json!([]), "{}", context(&closed.to_string()));
            if name != "page.js" {
                reader.js("document.querySelector('#theme-button').click()").await?;
                let theme = reader.js("return document.documentElement.dataset.theme").await?;
                ensure!(theme == json!("light"), "{}", context("the theme cannot be chosen"));
                reader.js("document.querySelector('#search-button').click()").await?;
                let search = if name == "search.js" { "#search-note" } else { "dialog.search[open]" };
                reader.until(&context("the search"), &format!("document.querySelector('{search}')")).await?;
                if name == "start.js" {
                    reader.until(&context("why not"), "document.querySelector('.search-status').textContent.includes('could not be loaded')").await?;
                }
                reader.js("document.querySelector('dialog.search')?.close()").await?;
            }
            // A reader without a loader, or whose demo cannot start, has the still figures, and controls that can do nothing
            // do not pretend otherwise.
            match name {
                "loader.js" => {
                    let still = reader.js("return [...document.querySelectorAll('.demo :is(button, input, select)')].every((it) => it.disabled)").await?;
                    ensure!(still == json!(true), "{}", context("controls that do nothing"));
                }
                "calls-glue.js" => {
                    reader.js("document.querySelector('#reply-lost').scrollIntoView()").await?;
                    reader.until(&context("the message"), "document.querySelector('#reply-lost .demo-trouble')").await?;
                }
                _ => {
                    let demo = reader.demo("reply-lost").await?;
                    demo.click_named("The reply to attempt 1").await?;
                    demo.click_named("Deliver it").await?;
                    demo.until_text(".verdict", "Correct").await?;
                }
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// A path without the hash of its name.
fn plain(path: &str) -> String {
    let (stem, ending) = path.split_once('.').unwrap_or((path, ""));
    match stem.rsplit_once('-') {
        Some((plain, hash)) if hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{plain}.{ending}")
        }
        _ => path.to_owned(),
    }
}

#[tokio::test]
async fn a_page_older_than_the_site_says_so_and_loses_nothing() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    reading("old_page", Look::default(), async |reader| {
        // Only what is looked at wakes up: the quizzes' module has not been fetched when the site changes.
        reader
            .devtools(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": "window.IntersectionObserver = class extends IntersectionObserver {
                    constructor(callback, options) { super(callback, { ...options, rootMargin: '0px' }); } };" }),
            )
            .await?;
        reader.goto(&server.url(LESSON)).await?;
        let demo = reader.demo("reply-lost").await?;
        demo.click_named("The reply to attempt 1").await?;
        demo.click_named("Deliver it").await?;
        demo.until_text(".verdict", "Correct").await?;
        let run = demo.js("return demo.querySelector('.figure').dataset.run").await?;
        reader.click(".attempt:has(#failed-or-unknown-attempt) textarea").await?;
        reader.press("Nobody knows.").await?;
        server.publish_anew();
        let quiz = "document.querySelector('.demo[data-bundle=quiz]')";
        ensure!(reader.js(&format!("return {quiz}.dataset.state ?? null")).await? == json!(null), "the quiz is awake");
        let show = format!("{quiz}.scrollIntoView({{ block: 'center', behavior: 'instant' }})");
        reader.js(&show).await?;
        let said = format!("{quiz}.querySelector('.demo-trouble')?.textContent.includes('older than the site')");
        reader.until("what is wrong", &said).await?;
        reader.click(".demo[data-bundle=quiz] .demo-trouble button").await?;
        reader
            .until("the new page", "document.querySelector('script[data-worker]')?.outerHTML.includes('-anew')")
            .await?;
        let demo = reader.demo("reply-lost").await?;
        demo.until("the reader's run", &format!("demo.querySelector('.figure').dataset.run === {run}")).await?;
        demo.until_text(".verdict", "Correct").await?;
        let field = reader.js("return document.getElementById('failed-or-unknown-attempt').value").await?;
        ensure!(field == json!("Nobody knows."), "{field}");
        reader.js(&show).await?;
        reader.until("the quiz", &format!("{quiz}.dataset.state === 'live'")).await
    })
    .await
}
