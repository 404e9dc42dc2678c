//! Demos in frames of other sites.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, PICTURE, Reader, Server, ServerOptions, Setup, reading};

/// A page of another site that frames `url` and resizes the frame as learning platforms do.
fn host(url: &str, attributes: &str) -> String {
    let url = url.replace('&', "&amp;");
    format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Host</title></head><body>
<iframe id="frame" src="{url}" title="Demo" width="700" height="150" {attributes}></iframe>
<script>
const frame = document.getElementById("frame");
window.heard = {{ lti: null, h5p: null, sizer: null }};
addEventListener("message", (event) => {{
  if (event.source !== frame.contentWindow) return;
  let data = event.data;
  if (typeof data === "string" && data.startsWith("[iFrameSizer]")) {{ heard.sizer = data; return; }}
  if (typeof data === "string") {{ try {{ data = JSON.parse(data); }} catch {{ return; }} }}
  if (data?.subject === "lti.frameResize") {{ heard.lti = data; frame.height = data.height; }}
  if (data?.context === "h5p" && data.action === "resize") heard.h5p = data;
}});
frame.addEventListener("load", () => frame.contentWindow.postMessage("[iFrameSizer]frame:8:false:false:32:true:true:null:bodyOffset:null:null:0:false:parent:scroll:true", "*"));
</script></body></html>"#
    )
}

/// Serves the site, and on another site, for each of these pages, a host page that frames it; returns their addresses
/// in that order.
pub(crate) async fn framed(pages: &[String], attributes: &str) -> Result<Vec<String>> {
    let setup = Setup::find()?;
    let site = Server::start(&setup.site, ServerOptions::default()).await?;
    let path = |page: &String| format!("/host/{page}");
    let hosts = pages.iter().map(|page| (path(page), host(&site.url(page), attributes))).collect();
    let options = ServerOptions { pages: hosts, base: "/none/".into(), ..ServerOptions::default() };
    let other = Server::start(&setup.site, options).await?;
    Ok(pages.iter().map(|page| format!("{}{}", other.foreign_origin(), path(page))).collect())
}

/// What the host heard.
async fn heard(reader: &Reader) -> Result<Value> {
    reader.js("return window.heard").await
}

#[tokio::test]
async fn an_embedded_demo_is_live_and_as_high_as_it_needs() -> Result<()> {
    let pages = Setup::find()?.some_embed_pages()?;
    let hosts = framed(&pages, "allow=\"fullscreen; clipboard-write\" loading=\"lazy\"").await?;
    reading("embed", Look::default(), async |reader| {
        for (page, host) in pages.iter().zip(hosts) {
            reader.goto(&host).await?;
            reader.until("lti.frameResize with a height", "heard.lti?.height > 150").await?;
            reader.until("h5p resize with a height", "heard.h5p?.scrollHeight > 150").await?;
            reader
                .until("an answer to iFrameSizer", "/^\\[iFrameSizer\\]frame:\\d+(\\.\\d+)?:\\d+/.test(heard.sizer)")
                .await?;
            reader.driver.enter_frame(0).await?;
            let ids = reader.wake_demos().await?;
            ensure!(ids.len() == 1, "{page}: {} demos", ids.len());
            ensure!(reader.find_all("header.bar, #contents").await?.is_empty(), "{page} has book chrome");
            let fits = "document.documentElement.scrollHeight <= innerHeight + 1";
            reader.until("the whole demo in view", fits).await?;
            // Growing is told too, and so is shrinking, where there is something to open.
            if reader.js("return document.querySelector('details:not(.figure-menu)') === null").await? == json!(true) {
                reader.driver.enter_default_frame().await?;
                reader.ensure_quiet(page).await?;
                continue;
            }
            let open = async |open: bool| {
                reader
                    .js(&format!(
                        "for (const one of document.querySelectorAll('details:not(.figure-menu)')) one.open = {open}"
                    ))
                    .await
            };
            let before = reader.js("return innerHeight").await?.as_u64().context("innerHeight")?;
            open(true).await?;
            reader
                // Before a prediction the table says only that an answer comes first.
                .until("a higher frame once the table is open", &format!("innerHeight > {before} + 15 && {fits}"))
                .await?;
            open(false).await?;
            // Not to the pixel: a scroll bar that came and went may have wrapped a line.
            reader.until("a lower frame once it is closed", &format!("innerHeight < {before} + 60 && {fits}")).await?;
            reader.driver.enter_default_frame().await?;
            let heard = heard(reader).await?;
            ensure!(heard["lti"]["height"].is_number(), "{heard}");
            reader.ensure_quiet(page).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn in_an_opaque_sandbox_the_demo_is_live() -> Result<()> {
    let hosts = framed(&Setup::find()?.embed_pages()?[..1], "sandbox=\"allow-scripts\"").await?;
    reading("sandbox", Look::default(), async |reader| {
        reader.goto(&hosts[0]).await?;
        reader.driver.enter_frame(0).await?;
        ensure!(reader.js("return self.origin").await? == json!("null"), "the frame is not opaque");
        reader.wake_demos().await?;
        reader.driver.enter_default_frame().await?;
        reader.until("lti.frameResize", "heard.lti?.height > 150").await
    })
    .await
}

#[tokio::test]
async fn without_scripts_a_frame_shows_the_figure() -> Result<()> {
    let hosts = framed(&Setup::find()?.embed_pages()?[..1], "sandbox").await?;
    reading("sandbox_no_scripts", Look::default(), async |reader| {
        reader.goto(&hosts[0]).await?;
        reader.driver.enter_frame(0).await?;
        let svg = reader.find(&format!(".demo {PICTURE}")).await?.rect().await?;
        ensure!(svg.width > 100.0, "the picture is {} px wide", svg.width);
        Ok(())
    })
    .await
}
