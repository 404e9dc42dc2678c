//! The table of verdicts, through what a reader does with it.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use site_tests::{Look, Server, ServerOptions, Setup, Size, reading};

/// The lesson that has the table, with a lab above it.
const LESSON: &str = "time-causality/architectural-models-rpc/serialization-idl.html";
const EMBED: &str = "embed/verdicts.html";

/// How many rows are to be seen.
const ROWS: &str = "[...demo.querySelectorAll('.vd-table tbody')].filter((it) => it.checkVisibility()).length";

#[tokio::test]
async fn rows_are_chosen_and_a_link_keeps_the_choice() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("verdicts_choice", Look::default(), async |reader| {
        reader.goto(&server.url(EMBED)).await?;
        let demo = reader.demo("verdicts").await?;
        let all = demo.js(&format!("return {ROWS}")).await?.as_u64().context("rows")?;
        ensure!(all >= 20, "{all} rows");
        demo.until_text("[aria-live]", &format!("{all} changes of {all} are shown")).await?;
        let mut counts = vec![];
        for (place, sign) in [(2, "[data-harmful]"), (3, "[data-differing]")] {
            demo.click(&format!(".pills label:nth-child({place}) input")).await?;
            let expected = format!("demo.querySelectorAll('tbody{sign}').length");
            demo.until(&format!("the rows {sign}"), &format!("{ROWS} === {expected}")).await?;
            let shown = demo.js(&format!("return {ROWS}")).await?.as_u64().context("rows")?;
            demo.until_text("[aria-live]", &format!("{shown} changes of {all} are shown")).await?;
            counts.push(shown);
        }
        ensure!(counts.iter().all(|count| (1..all).contains(count)), "{counts:?} of {all}");
        // A row says why, and shows it by a message.
        demo.click(".pills label:first-child input").await?;
        demo.js("demo.querySelector('tbody[data-harmful] details').open = true").await?;
        demo.until_text("tbody[data-harmful] details", "A message that shows it").await?;
        reader.clipboard().await.ok();
        demo.click(".pills label:nth-child(2) input").await?;
        demo.click_named("Copy link to this run").await?;
        demo.until_text(".copied", "Link copied").await?;
        let link = reader.clipboard().await?;
        ensure!(link.ends_with("?run=2~verdicts~harmful"), "{link}");
        reader.goto(&link).await?;
        let demo = reader.demo("verdicts").await?;
        demo.until("the rows of the link", &format!("{ROWS} === {}", counts[0])).await?;
        reader.goto(&server.url(&format!("{EMBED}?run=2~verdicts~some"))).await?;
        let demo = reader.demo("verdicts").await?;
        demo.until_text(".notice", "there is no choice of rows").await?;
        demo.until("all rows", &format!("{ROWS} === {all}")).await?;
        reader.ensure_quiet("the verdicts").await
    })
    .await
}

#[tokio::test]
async fn each_row_opens_in_the_lab() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("verdicts_lab", Look::default(), async |reader| {
        // On the embed page the lab's own is meant, in the lesson the one above.
        for (page, leads_to) in [(EMBED, "embed/break-a-person.html?run="), (LESSON, "?run=break-a-person:")] {
            reader.goto(&server.url(page)).await?;
            let demo = reader.demo("verdicts").await?;
            demo.until("links", "demo.querySelectorAll('.vd-why a[href]').length >= 20").await?;
            demo.until(
                &format!("links to {leads_to}"),
                &format!("[...demo.querySelectorAll('.vd-why a')].every((it) => it.href.includes('{leads_to}'))"),
            )
            .await?;
        }
        let (title, link) = {
            let demo = reader.demo("verdicts").await?;
            let script = "const row = demo.querySelector('tbody[data-harmful]');
                 return [row.querySelector('pre').textContent, row.querySelector('a').href]";
            let found = demo.js(script).await?;
            (found[0].as_str().context("a change")?.to_owned(), found[1].as_str().context("a link")?.to_owned())
        };
        reader.goto(&link).await?;
        let lab = reader.demo("break-a-person").await?;
        let brought = title.lines().find_map(|line| line.strip_prefix("+ ")).context("a new line")?;
        let text = "[...demo.querySelectorAll('textarea')].map((it) => it.value).join()";
        lab.until(brought, &format!("{text}.includes({})", json!(brought))).await?;
        lab.until("its verdict", "demo.querySelector('.wl-verdicts:is(.bad, .warn)')").await?;
        reader.ensure_quiet("a row in the lab").await
    })
    .await
}

#[tokio::test]
async fn the_table_fits_the_smallest_phone() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    let look = Look { size: Size::Smallest, ..Look::default() };
    reading("verdicts_phone", look, async |reader| {
        reader.goto(&server.url(EMBED)).await?;
        let demo = reader.demo("verdicts").await?;
        demo.until("rows", &format!("{ROWS} >= 20")).await?;
        let wide = reader.js("return document.documentElement.scrollWidth - innerWidth").await?;
        ensure!(wide.as_i64().context("a width")? <= 0, "the page is {wide} px wider than the screen");
        reader.ensure_quiet("the verdicts on a phone").await
    })
    .await
}
