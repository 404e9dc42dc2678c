//! The book on paper, as browsers print it into a PDF.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, Reader, Server, ServerOptions, Setup, reading};

/// The words in each picture of a page: the figure, and each text that its picture shows, without spaces.
async fn pictures(reader: &Reader) -> Result<Vec<(String, Vec<String>)>> {
    let found = reader
        .js("return [...document.querySelectorAll('.demo svg:has(> title)')].map((svg) => [
            `${svg.closest('.demo').id}: ${svg.querySelector(':scope > title').textContent}`,
            [...svg.querySelectorAll('text')].filter((text) => getComputedStyle(text).display !== 'none').map((text) => text.textContent.replace(/\\s/g, '')).filter(Boolean)])")
        .await?;
    Ok(serde_json::from_value(found)?)
}

/// The text on each sheet of a PDF, without spaces. The PDF is left in a file of that name.
pub async fn sheets(setup: &Setup, name: &str, pdf: &[u8]) -> Result<Vec<String>> {
    let file = setup.artifacts.join(name).with_extension("pdf");
    std::fs::write(&file, pdf)?;
    let output = tokio::process::Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/site/paper.mjs"))
        .args([&setup.node_modules, &file])
        .output()
        .await
        .context("cannot start node: `cargo xtask test` installs it or says how")?;
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("paper.mjs failed: {}", String::from_utf8_lossy(&output.stderr)))
}

/// What is wrong with a printed page: pictures whose words are not on one sheet, and sheets with next to nothing on them.
fn faults(sheets: &[String], pictures: &[(String, Vec<String>)]) -> Vec<String> {
    let whole = |words: &[String]| sheets.iter().any(|sheet| words.iter().all(|word| sheet.contains(word)));
    let torn = pictures.iter().filter(|(_, words)| !whole(words)).map(|(figure, words)| {
        let most = sheets.iter().max_by_key(|sheet| words.iter().filter(|word| sheet.contains(*word)).count());
        let lost: Vec<_> = words.iter().filter(|word| !most.is_some_and(|sheet| sheet.contains(*word))).collect();
        format!("{figure} lacks {lost:?}")
    });
    let last = sheets.len().saturating_sub(1);
    let blank = sheets.iter().take(last).enumerate().filter(|(_, sheet)| sheet.len() < 60);
    let blank = blank.map(|(number, sheet)| format!("sheet {} has only {sheet:?}", number + 1));
    torn.chain(blank).collect()
}

#[tokio::test]
async fn printed_pictures_are_whole_and_have_their_words() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("paper", Look::default(), async |reader| {
        for page in setup.pages_with_demos()?.into_iter().filter(|page| !page.starts_with("embed/")) {
            // The whole book has the same figures.
            if page == "print.html" || page == "index.html" {
                continue;
            }
            reader.goto(&server.url(&page)).await?;
            let pictures = pictures(reader).await?;
            let options = json!({ "paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": true });
            let printed = reader.devtools("Page.printToPDF", options).await?;
            let pdf = base64(&printed["data"])?;
            let faults = faults(&sheets(&setup, "paper", &pdf).await?, &pictures);
            ensure!(faults.is_empty(), "{page}: {faults:#?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn figures_of_the_whole_book_wait_until_they_are_asked_for() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("print_page", Look::default(), async |reader| {
        reader.goto(&server.url("print.html")).await?;
        let figures = reader.js("return document.querySelectorAll('.demo[data-demo]').length").await?;
        let offers = "return document.querySelectorAll('.demo-offer + .demo[data-state=still]').length";
        ensure!(figures != json!(0) && reader.js(offers).await? == figures, "not each of {figures} figures waits");
        // Near ones too.
        reader.js("document.querySelector('.demo').scrollIntoView({ behavior: 'instant' })").await?;
        let settled = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        reader.driver.execute_async(settled, vec![]).await.context("two pictures")?;
        ensure!(!server.hits().iter().any(|hit| hit.path.ends_with(".wasm")), "a module is fetched and nobody asked");

        // By its button, from the keyboard: what has the focus is in the figure then.
        let first = reader.js("const offer = document.querySelector('.demo-offer'); offer.focus(); return offer.nextElementSibling.id").await?;
        let first = first.as_str().context("a figure without an id")?;
        let named = format!("document.getElementById(document.activeElement.getAttribute('aria-describedby')).closest('.demo').id === '{first}'");
        reader.until("the button says whose it is", &named).await?;
        reader.driver.active_element().await?.send_keys("\u{e007}").await?;
        reader.until("it is alive", &format!("document.getElementById('{first}').dataset.state === 'live'")).await?;
        reader.until("the focus is in it", &format!("document.getElementById('{first}').contains(document.activeElement)")).await?;

        // By a click on its picture.
        let second = reader
            .js("const demo = document.querySelector('.demo-offer + .demo'); demo.scrollIntoView({ block: 'center', behavior: 'instant' });
                 demo.querySelector('svg').dispatchEvent(new MouseEvent('click', { bubbles: true })); return demo.id")
            .await?;
        let second = second.as_str().context("a figure without an id")?;
        reader.until("it is alive, too", &format!("document.getElementById('{second}').dataset.state === 'live'")).await?;
        let waiting = reader.js(offers).await?;
        ensure!(waiting.as_u64() == figures.as_u64().map(|all| all - 2), "{waiting} of {figures} wait");
        Ok(())
    })
    .await
}

/// The bytes of a file as the browser tells them.
fn base64(data: &Value) -> Result<Vec<u8>> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    Ok(STANDARD.decode(data.as_str().context("the browser printed nothing")?)?)
}
