//! The search for all failures of a call, through what a reader does with it.

use crate::demos::with_example;
use anyhow::{Context, Result, ensure};
use protocols::rpc::{Run, Scenario, Semantics, Transport};
use search::{Calls, Column, Matrix, Row};
use serde_json::json;
use site_tests::{Demo, Look, Reader, Server, ServerOptions, Setup, reading};

/// The demo of the reference page: all semantics, at most two faults.
const PAGE: &str = "embed/example-rpc-search.html";
const ID: &str = "example-rpc-search";

/// Reads the page with an ordinary browser.
async fn with_search(name: &str, test: impl AsyncFnOnce(&Reader, Demo<'_>) -> Result<()>) -> Result<()> {
    with_example(name, ID, "", Look::default(), test).await
}

/// What the host finds.
fn host(transport: Transport, semantics: &[Semantics], faults: u8) -> Vec<Row> {
    let run = Run::default();
    let scenario = Scenario { transport, ..run.scenario };
    Matrix::new(Calls { scenario, seed: run.seed }, semantics, faults).finish()
}

/// A whole number as the page writes it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

/// How many schedules, or how many states.
fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Every cell of the table as text, row by row, without its sign.
async fn cells(demo: &Demo<'_>) -> Result<Vec<Vec<String>>> {
    let cells = demo
        .js("return [...demo.querySelectorAll('.matrix tr')].map((row) => [...row.children].map((cell) =>
                cell.textContent.replace(/[✓–?✕!]/g, '').replaceAll('\u{a0}', ' ').trim()))")
        .await?;
    serde_json::from_value(cells).context("the table")
}

/// Presses Search and, as soon as the page says how far it is, Stop; however fast it searches.
async fn search_and_stop(demo: &Demo<'_>) -> Result<()> {
    demo.js("const button = demo.querySelector('.sweep-bar .strong');
         const status = demo.querySelector('.sweep-status');
         const watch = new MutationObserver(() => {
             if (!status.textContent.includes('so far')) return;
             watch.disconnect();
             demo.dataset.stoppedAt = status.textContent;
             button.click();
         });
         watch.observe(status, { childList: true, characterData: true, subtree: true });
         button.click();")
        .await?;
    demo.until_text(".sweep-status", "Stopped").await?;
    demo.until("schedules counted", "/: [1-9][\\d,]* schedules? so far/.test(demo.dataset.stoppedAt)").await?;
    demo.until_text(".matrix .incomplete", "not all there are").await
}

/// Checks that the table says what the host has found.
async fn ensure_table(demo: &Demo<'_>, rows: &[Row], faults: u8) -> Result<()> {
    let table = cells(demo).await?;
    let columns: Vec<Column> = Column::ALL
        .into_iter()
        .filter(|column| rows.iter().any(|row| row.cells[*column as usize].schedules > 0))
        .collect();
    let titles = columns.iter().map(|column| column.title());
    let head: Vec<&str> = ["Call semantics", "Its promise"].into_iter().chain(titles).chain(["Searched"]).collect();
    ensure!(table.first().is_some_and(|row| *row == head), "{:?} instead of {head:?}", table.first());
    ensure!(table.len() == rows.len() + 1, "{} rows instead of {}", table.len() - 1, rows.len());
    for (shown, row) in table[1..].iter().zip(rows) {
        let name = row.semantics.name();
        ensure!(shown[0] == row.semantics.title(), "{name}: {shown:?}");
        let schedules = counted(row.schedules, "schedule");
        let of = grouped(row.schedules);
        let promise = match (row.semantics, row.broken.schedules) {
            (Semantics::Maybe, _) => "promises nothing".to_owned(),
            (_, 0) if faults == 0 => format!("no counterexample among {schedules} without faults"),
            (_, 0) => format!("no counterexample among {schedules} with ≤ {}", counted(faults.into(), "fault")),
            (_, broken) => format!("broken by {} of {of}smallest: ", grouped(broken)),
        };
        ensure!(shown[1].starts_with(&promise), "{name}: {:?} instead of {promise:?}", shown[1]);
        let counts: Vec<String> = columns.iter().map(|column| grouped(row.cells[*column as usize].schedules)).collect();
        ensure!(shown[2..shown.len() - 1] == counts, "{name}: {shown:?} instead of {counts:?}");
        let searched = format!("{schedules}, {}", counted(row.states, "state"));
        ensure!(shown.last() == Some(&searched), "{name}: {:?} instead of {searched:?}", shown.last());
    }
    Ok(())
}

#[tokio::test]
async fn the_browser_finds_what_the_page_was_built_with() -> Result<()> {
    with_search("search", async |_, demo| {
        let rows = host(Transport::Datagram, &Semantics::ALL, 2);
        ensure_table(&demo, &rows, 2).await.context("as built")?;
        // Another question, and the first once more: the page has nothing to look up.
        demo.click("fieldset:first-of-type label:nth-of-type(2)").await?;
        demo.until_text(".sweep-status", "asked before").await?;
        ensure_table(&demo, &rows, 2).await.context("before the search")?;
        demo.click_named("Search").await?;
        demo.until_text(".sweep-status", "Complete").await?;
        ensure_table(&demo, &host(Transport::Datagram, &Semantics::ALL, 1), 1).await.context("one fault")?;
        demo.click("fieldset:first-of-type label:nth-of-type(3)").await?;
        demo.click_named("Search").await?;
        demo.until_text(".sweep-status", "Complete").await?;
        ensure_table(&demo, &rows, 2).await.context("searched")?;
        let total: u64 = rows.iter().map(|row| row.schedules).sum();
        demo.until_text(".sweep-status", &format!("{} schedules", grouped(total))).await?;

        // Over a connection, and of two semantics only.
        demo.click("fieldset:nth-of-type(2) label:nth-of-type(2)").await?;
        for index in [1, 3, 4, 5, 6, 7, 8] {
            demo.click(&format!(".several label:nth-of-type({index})")).await?;
        }
        demo.click_named("Search").await?;
        demo.until_text(".sweep-status", "Complete").await?;
        let rows = host(Transport::Stream, &[Semantics::AtLeastOnce, Semantics::Outbox], 2);
        ensure_table(&demo, &rows, 2).await.context("over a connection")?;

        // Of none there is nothing to search.
        for index in [2, 9] {
            demo.click(&format!(".several label:nth-of-type({index})")).await?;
        }
        demo.until_text(".sweep-status", "Choose at least one").await?;
        demo.click_named("Search").await?;
        demo.click_named("Back to the page").await?;
        demo.until_text(".sweep-status", "Complete: 3").await
    })
    .await
}

#[tokio::test]
async fn a_search_can_be_stopped_and_begun_again() -> Result<()> {
    with_search("search_stop", async |_, demo| {
        demo.click("fieldset:first-of-type label:nth-of-type(4)").await?;
        search_and_stop(&demo).await?;
        let stopped = cells(&demo).await?;
        demo.click("fieldset:first-of-type label:nth-of-type(2)").await?;
        demo.until_text(".sweep-status", "asked before").await?;
        ensure!(cells(&demo).await? == stopped, "what was stopped goes on: {stopped:?}");
        demo.click_named("Search").await?;
        demo.until_text(".sweep-status", "Complete").await?;
        ensure_table(&demo, &host(Transport::Datagram, &Semantics::ALL, 1), 1).await
    })
    .await
}

#[tokio::test]
async fn a_cell_shows_its_smallest_schedule_and_leads_back() -> Result<()> {
    with_search("search_cell", async |reader, demo| {
        // As built: the first promise that breaks.
        demo.until_text(".sweep-found-title", "At-most-once (memory)").await?;
        for (cell, title, verdict) in [
            ("Applied twice or more, under At-least-once", "applied twice or more", "Applied twice"),
            ("Receipt lost, under Key, then e-mail", "receipt lost", "Receipt lost"),
            ("Deducted, but the caller cannot tell, under Maybe", "the caller cannot tell", "Caller cannot tell"),
            ("Lost: not deducted, and the caller cannot tell, under Maybe", "ends in: lost", "Lost"),
        ] {
            demo.click_named(cell).await?;
            demo.until_text(".sweep-found-title", title).await?;
            demo.until_text(".verdict", verdict).await.with_context(|| cell.to_owned())?;
            demo.until("the focus at the caption", "document.activeElement.matches('.sweep-found-title')").await?;
            let pressed = "demo.querySelector('.matrix [aria-pressed=true]').ariaLabel.includes";
            demo.until("the cell marked", &format!("{pressed}({})", json!(cell))).await?;
        }
        demo.click(".sweep-found-head button").await?;
        demo.until("the focus at the cell", "document.activeElement.matches('.matrix [aria-pressed=true]')").await?;
        // What is broken further is the timeline's own; the cell stays.
        ensure!(reader.find_all(".matrix [aria-pressed=true]").await?.len() == 1, "one cell at a time");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_copied_link_searches_and_shows_the_same_cell() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    let code = "2~maybe~attempts.2~timeout.300.ms~~2~at-least-once.key-checked-apart~key-checked-apart.lost";
    reading("search_link", Look::default(), async |reader| {
        reader.goto(&server.url(&format!("{PAGE}?run={code}"))).await?;
        let demo = reader.demo(ID).await?;
        demo.until_text(".sweep-status", "Complete").await?;
        demo.until_text(".matrix-caption", "2 attempts of 300 ms").await?;
        demo.until_text(".sweep-found-title", "“Key checked apart” that ends in: lost").await?;
        demo.until_text(".verdict", "Lost").await?;
        ensure!(cells(&demo).await?.len() == 3, "two rows were asked for");
        reader.clipboard().await.ok();
        demo.click_named("Copy link to this run").await?;
        demo.until_text(".copied", "Link copied").await?;
        let link = reader.clipboard().await?;
        // A run's code names a semantics of its own: the first that is searched.
        let canonical = code.replace("2~maybe", "2~at-least-once");
        ensure!(link.ends_with(&format!("?run={canonical}")), "{link}");

        reader.goto(&server.url(&format!("{PAGE}?run=2~maybe~~4~all"))).await?;
        let demo = reader.demo(ID).await?;
        demo.until_text(".notice", "from 0 to 3").await?;
        demo.until_text(".notice", "the page's own search").await?;
        ensure_table(&demo, &host(Transport::Datagram, &Semantics::ALL, 2), 2).await?;
        reader.ensure_quiet("links to searches").await
    })
    .await
}

#[tokio::test]
async fn without_workers_the_page_searches_by_itself() -> Result<()> {
    let setup = Setup::find()?;
    let site = Server::start(&setup.site, ServerOptions::default()).await?;
    let frame = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Host</title></head><body>
         <iframe src=\"{}\" title=\"Demo\" width=\"1000\" height=\"1500\" sandbox=\"allow-scripts\"></iframe></body></html>",
        site.url(PAGE)
    );
    let pages = vec![("/host.html".to_owned(), frame)];
    let other =
        Server::start(&setup.site, ServerOptions { pages, base: "/none/".into(), ..ServerOptions::default() }).await?;
    reading("search_without_workers", Look::default(), async |reader| {
        reader.goto(&format!("{}/host.html", other.foreign_origin())).await?;
        reader.driver.enter_frame(0).await?;
        ensure!(reader.js("return self.origin").await? == json!("null"), "the frame is not opaque");
        let demo = reader.demo(ID).await?;
        demo.click("fieldset:first-of-type label:nth-of-type(2)").await?;
        demo.click_named("Search").await?;
        demo.until_text(".sweep-status", "Complete").await?;
        ensure_table(&demo, &host(Transport::Datagram, &Semantics::ALL, 1), 1).await?;
        // It can be stopped all the same.
        demo.click("fieldset:first-of-type label:nth-of-type(4)").await?;
        search_and_stop(&demo).await?;
        demo.click("fieldset:first-of-type label:nth-of-type(1)").await?;
        demo.click_named("Search").await?;
        demo.until_text(".sweep-status", "Complete: 9 schedules").await?;
        ensure_table(&demo, &host(Transport::Datagram, &Semantics::ALL, 0), 0).await
    })
    .await
}
