//! The search of the book, as its readers use it.

use crate::embed::framed;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, Reader, Server, ServerOptions, Setup, Size, reading};
use thirtyfour::Key;

const LESSON: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";

/// Opens the search, or goes on in it.
async fn open(reader: &Reader) -> Result<()> {
    reader
        .js("if (!document.querySelector('dialog.search[open]')) document.querySelector('#search-button').click()")
        .await?;
    reader.until("its field focused", "document.activeElement.matches('dialog.search[open] input')").await
}

/// Types a query instead of the last one, and returns what is found once it is there: title, path, address, marked words
/// and remark of each result.
async fn found(reader: &Reader, query: &str) -> Result<Vec<Value>> {
    open(reader).await?;
    reader.js("document.querySelector('.search input').select()").await?;
    reader.press(query).await?;
    reader
        .until_with(
            query,
            "document.querySelector('.search input').value === arguments[0] && !document.querySelector('.search ol[aria-busy]')
             && !/Loading|Type a word/.test(document.querySelector('.search-status').textContent)",
            vec![json!(query)],
        )
        .await?;
    let results = reader
        .js("return [...document.querySelectorAll('.search li a')].map((link) => ({
                title: link.querySelector('.search-title').textContent,
                path: link.querySelector('.search-path')?.textContent,
                address: link.href.split('/').pop(),
                marks: [...link.querySelectorAll('mark')].map((mark) => mark.textContent),
                remarks: [...link.querySelectorAll('.search-remark')].map((remark) => remark.textContent),
             }))")
        .await?;
    serde_json::from_value(results).context("the results")
}

async fn status(reader: &Reader) -> Result<String> {
    let status = reader.js("return document.querySelector('.search-status').textContent").await?;
    status.as_str().map(str::to_owned).context("no status")
}

#[tokio::test]
async fn what_is_searched_is_found_and_said() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("book_search", Look::default(), async |reader| {
        reader.goto(&server.url(LESSON)).await?;
        // The heading before the texts, the words marked, the way to the section.
        let results = found(reader, "idempotency key").await?;
        ensure!(results[0]["address"] == "rpc-mechanics.html#idempotency-keys", "{:#}", results[0]);
        ensure!(results[0]["path"].as_str().is_some_and(|path| path.contains(" › RPC mechanics")), "{:#}", results[0]);
        let marks = results[0]["marks"].as_array().context("marks")?;
        ensure!(
            !marks.is_empty()
                && marks.iter().all(|mark| {
                    let mark = mark.as_str().unwrap_or_default().to_lowercase();
                    mark.contains("key") || mark.contains("idempoten")
                }),
            "{marks:?}"
        );
        // While it is typed, and in another form.
        for query in ["idempotenc", "idempotencies"] {
            ensure!(!found(reader, query).await?.is_empty(), "{query}");
        }
        ensure!(status(reader).await?.contains("“idempotencies” is nowhere in the book"), "{}", status(reader).await?);
        // What is nowhere is said, and the rest is found.
        let results = found(reader, "varint theoremic").await?;
        ensure!(!results.is_empty(), "nothing for varint");
        ensure!(status(reader).await?.ends_with("“theoremic” is nowhere in the book."), "{}", status(reader).await?);
        // Some of the words, and which not.
        let results = found(reader, "varint microservices tracker").await?;
        ensure!(
            results.iter().any(|result| result["remarks"][0].as_str().is_some_and(|it| it.starts_with("Without “"))),
            "{results:#?}"
        );
        // What the course is to have.
        let results = found(reader, "raft").await?;
        ensure!(results[0]["address"] == "index.html#map" && results[0]["title"] == "Raft", "{results:#?}");
        ensure!(results[0]["remarks"][0].as_str().is_some_and(|it| it.starts_with("Planned")), "{results:#?}");
        let results = found(reader, "CAP theorem").await?;
        ensure!(results[0]["title"] == "Consistency models and CAP", "{results:#?}");
        ensure!(found(reader, "zzzzqq").await?.is_empty(), "zzzzqq is found");
        ensure!(status(reader).await? == "Nothing in the book matches “zzzzqq”.", "{}", status(reader).await?);
        // Both apostrophes are one.
        let [straight, curved] = ["caller's", "caller’s"];
        let (straight, curved) = (found(reader, straight).await?, found(reader, curved).await?);
        let addresses = |results: &[Value]| results.iter().map(|it| it["address"].clone()).collect::<Vec<_>>();
        ensure!(!straight.is_empty() && addresses(&straight) == addresses(&curved), "{straight:#?} {curved:#?}");
        // Enter takes the first result, of what was typed last even if that is not there yet.
        reader.js("document.querySelector('.search input').select()").await?;
        reader.press("varint").await?;
        reader.press(Key::Enter).await?;
        reader
            .until("the lesson on bytes", "location.pathname.endsWith('/serialization-idl.html') && location.hash")
            .await?;
        reader.ensure_quiet("the search").await
    })
    .await
}

#[tokio::test]
async fn a_query_loads_few_files_and_each_once() -> Result<()> {
    let setup = Setup::find()?;
    let options = ServerOptions { gzip: true, keep: false, ..ServerOptions::default() };
    let server = Server::start(&setup.site, options).await?;
    let all = setup.files()?.iter().filter(|file| file.starts_with("search/")).count();
    reading("book_search_files", Look::default(), async |reader| {
        reader.goto(&server.url("index.html")).await?;
        let before = server.hits().len();
        for query in ["idempotency", "the", "idempotency"] {
            ensure!(!found(reader, query).await?.is_empty(), "{query}");
        }
        let hits = server.hits().split_off(before);
        let mut files: Vec<&str> = hits.iter().map(|hit| &*hit.path).filter(|path| path.contains("/search/")).collect();
        let loaded = files.len();
        files.sort_unstable();
        files.dedup();
        ensure!(files.len() == loaded, "a file is loaded twice: {files:?}");
        ensure!(loaded < all, "all {all} files are loaded");
        let words = files.iter().filter(|file| file.contains("/words-")).count();
        ensure!((1..=4).contains(&words), "{files:?}");
        Ok(())
    })
    .await
}

/// Finds something, and nothing where there is nothing.
async fn finds(reader: &Reader) -> Result<()> {
    let results = found(reader, "varint").await?;
    ensure!(results[0]["address"].as_str().is_some_and(|it| it.starts_with("serialization-idl.html#")), "{results:#?}");
    ensure!(found(reader, "zzzzqq").await?.is_empty(), "zzzzqq is found");
    Ok(())
}

#[tokio::test]
async fn whole_words_are_found_where_nothing_can_be_fetched() -> Result<()> {
    let setup = Setup::find()?;
    reading("book_search_file", Look::default(), async |reader| {
        for page in [LESSON, "index.html"] {
            let file = setup.site.join(page).canonicalize()?;
            reader.goto(&format!("file://{}", file.display())).await?;
            finds(reader).await.with_context(|| format!("{page} by file://"))?;
        }
        Ok(())
    })
    .await?;
    let hosts = framed(&[LESSON.to_owned()], "sandbox=\"allow-scripts\" style=\"width: 900px; height: 700px\"").await?;
    reading("book_search_frame", Look::default(), async |reader| {
        reader.goto(&hosts[0]).await?;
        reader.driver.enter_frame(0).await?;
        ensure!(reader.js("return self.origin").await? == json!("null"), "the frame is not opaque");
        finds(reader).await
    })
    .await
}

#[tokio::test]
async fn what_could_not_be_loaded_can_be_tried_again() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { keep: false, ..ServerOptions::default() }).await?;
    reading("book_search_again", Look::default(), async |reader| {
        reader.devtools("Network.enable", json!({})).await?;
        for kind in ["start", "words", "text"] {
            reader.goto(&server.url(LESSON)).await?;
            let blocked = json!({ "urls": [format!("*/search/{kind}-*")] });
            reader.devtools("Network.setBlockedURLs", blocked).await?;
            open(reader).await?;
            reader.press("varint").await?;
            let failed = "document.querySelector('.search-status').textContent.includes('could not be loaded')";
            reader.until(&format!("without {kind}"), failed).await?;
            reader.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await?;
            // By opening it anew, and by typing on.
            if kind == "words" {
                reader.press("s").await?;
            } else {
                reader.click("dialog.search button").await?;
                open(reader).await?;
            }
            reader.until(&format!("{kind} is there"), "document.querySelector('.search li a')").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_search_fits_on_the_smallest_screen() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("book_search_small", Look { size: Size::Smallest, ..Look::default() }, async |reader| {
        reader.goto(&server.url(LESSON)).await?;
        for query in ["varint microservices tracker", "raft", "deadline_exceeded"] {
            ensure!(!found(reader, query).await?.is_empty(), "{query}");
            let wide = reader
                .js("const box = document.querySelector('dialog.search');
                     return [box, ...box.querySelectorAll('*:not(input)')].filter((it) => it.getBoundingClientRect().right > innerWidth || it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).display !== 'inline').map((it) => it.className || it.tagName)")
                .await?;
            ensure!(wide == json!([]), "{query}: {wide}");
            let findings = reader.axe().await?;
            ensure!(findings.is_empty(), "{query}: {findings:?}");
        }
        Ok(())
    })
    .await
}
