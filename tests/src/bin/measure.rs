//! What `cargo xtask bench` measures in a real browser; it says how to call this.
//!
//! - `measure weigh PAGE`: serves the site compressed, opens the page, goes to its first demo and
//!   waits until it is live; prints what was sent until then, as JSON.
//! - `measure reload URL`: opens the address. For every line of standard input it prints `ready`,
//!   waits until the page has been reloaded, and prints `reloaded`.

use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail};
use serde_json::json;
use site_tests::{Look, Server, ServerOptions, Setup, reading};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["weigh", page] => weigh(page).await,
        ["reload", url] => reload(url).await,
        _ => bail!("usage: measure weigh PAGE | measure reload URL"),
    }
}

async fn weigh(page: &str) -> Result<()> {
    let setup = Setup::find()?;
    let options = ServerOptions { gzip: true, recorder: false, ..ServerOptions::default() };
    let server = Server::start(&setup.site, options).await?;
    reading("weigh", Look::default(), async |reader| {
        reader.goto(&server.url(page)).await?;
        // Fonts are fetched when text needs them, images when the page has its form.
        reader.until("the fonts", "document.fonts.status === 'loaded' && document.readyState === 'complete'").await?;
        let id = reader.js("return document.querySelector('.demo')?.id").await?;
        reader.demo(id.as_str().with_context(|| format!("{page} has no demo"))?).await.map(drop)
    })
    .await?;
    let hits: Vec<_> = server
        .hits()
        .into_iter()
        .map(|hit| json!({ "path": hit.path, "status": hit.status, "bytes": hit.bytes }))
        .collect();
    println!("{}", json!(hits));
    Ok(())
}

async fn reload(url: &str) -> Result<()> {
    reading("reload", Look::default(), async |reader| {
        reader.goto(url).await?;
        for line in std::io::stdin().lock().lines() {
            line?;
            // The mark is gone with the page that bears it.
            reader.js("window.marked = true").await?;
            say("ready")?;
            reader.until("the page reloaded", "!window.marked && document.readyState === 'complete'").await?;
            say("reloaded")?;
        }
        Ok(())
    })
    .await
}

fn say(word: &str) -> Result<()> {
    println!("{word}");
    std::io::stdout().flush().context("standard output")
}
