//! Pages that a browser translates: it takes text nodes out and puts its own in their place, whenever it likes, and may turn
//! the page from right to left. Figures must stay true all the same.

use anyhow::{Result, ensure};
use serde_json::json;
use site_tests::{Look, Reader, Server, ServerOptions, Setup, reading};

/// What Chromium's translator does: each text becomes a new node in two `font` elements, those that come later too.
const TRANSLATOR: &str = "
    const translate = (root) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        const texts = [];
        while (walker.nextNode()) texts.push(walker.currentNode);
        for (const text of texts) {
            const parent = text.parentElement;
            if (!text.data.trim() || !parent || parent.closest('font, script, style, textarea, code, pre')) continue;
            if (parent.closest('[translate]')?.getAttribute('translate') === 'no') continue;
            const outer = document.createElement('font');
            const inner = document.createElement('font');
            inner.textContent = `«${text.data}»`;
            outer.append(inner);
            text.replaceWith(outer);
        }
    };
    document.addEventListener('DOMContentLoaded', () => {
        document.documentElement.lang = 'ar';
        document.documentElement.dir = 'rtl';
        document.documentElement.classList.add('translated-rtl');
        translate(document.body);
        new MutationObserver((records) => {
            for (const record of records) {
                for (const node of record.addedNodes) if (node.nodeType === 1) translate(node); else if (record.target.isConnected) translate(record.target);
                if (record.type === 'characterData' && record.target.parentElement) translate(record.target.parentElement);
            }
        }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });";

/// Figures whose words follow at once from what the reader does, and what is done to each: a function body.
const TOLD: [(&str, &str); 6] = [
    // From the end of the run to its beginning, and to the middle of it.
    ("embed/example-rpc-timeline.html", "scrub(0)"),
    ("embed/example-rpc-timeline.html", "press('Step back'); press('Step back')"),
    ("embed/example-rpc-timeline.html", "choose('.choice input', 1)"),
    ("embed/example-call-chain.html", "press('Next'); press('Next')"),
    ("embed/example-encodings.html", "choose('.choice input', 1)"),
    ("embed/example-quiz.html", "choose('.quiz-question:not([hidden]) input', 0); press('Check')"),
];

/// What the figure says after `act`, without what a translator puts around it.
async fn told(reader: &Reader, url: &str, act: &str) -> Result<String> {
    reader.goto(url).await?;
    let ids = reader.wake_demos().await?;
    ensure!(ids.len() == 1, "{url} has {ids:?}");
    // In the page's own turns; its policy forbids making functions of texts.
    let steps: String = act.split("; ").map(|step| format!("{step}; await turn();\n")).collect();
    let script = format!(
        "const done = arguments[0];
        const figure = document.querySelector('.demo .figure');
        const turn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const named = (button) => (button.getAttribute('aria-label') ?? button.textContent).replace(/[«»]/g, '');
        const press = (name) => [...figure.querySelectorAll('button')].find((button) => named(button).includes(name)).click();
        const choose = (css, number) => figure.querySelectorAll(css)[number].click();
        const scrub = (value) => {{
            const input = figure.querySelector('input[type=range]');
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, value);
            input.dispatchEvent(new Event('input', {{ bubbles: true }}));
        }};
        (async () => {{
            {steps}
            done(figure.textContent.replace(/[«»]/g, ''));
        }})().catch((error) => done(`failed: ${{error}}`))"
    );
    let said = reader.driver.execute_async(script, vec![]).await?.json().clone();
    let said = said.as_str().unwrap_or_default().to_owned();
    ensure!(!said.is_empty() && !said.starts_with("failed"), "{url}: {act}: {said}");
    Ok(said)
}

#[tokio::test]
async fn a_translated_figure_says_what_is_so() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    let mut plain = Vec::new();
    reading("not_translated", Look::default(), async |reader| {
        for (page, act) in TOLD {
            plain.push(told(reader, &server.url(page), act).await?);
        }
        Ok(())
    })
    .await?;
    reading("translated", Look::default(), async |reader| {
        reader.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": TRANSLATOR })).await?;
        for ((page, act), plain) in TOLD.iter().zip(&plain) {
            let translated = told(reader, &server.url(page), act).await?;
            ensure!(translated == *plain, "{page}, after {act}:\n{translated}\ninstead of\n{plain}");
            let title = reader.js("return document.querySelector('.figure-title').textContent").await?;
            ensure!(title.as_str().is_some_and(|title| title.starts_with('«')), "{page}: the title is not translated");
            let state = reader.js("return document.querySelector('.demo').dataset.state").await?;
            ensure!(state == json!("live"), "{page}: {state}");
        }
        // Whoever reads a translated quiz reads its questions.
        let question = reader.js("return document.querySelector('.quiz-lead').textContent").await?;
        ensure!(question.as_str().is_some_and(|text| text.contains('«')), "the question is not translated: {question}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_translated_search_says_what_it_found() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("translated_search", Look::default(), async |reader| {
        reader.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": TRANSLATOR })).await?;
        reader.goto(&server.url("index.html")).await?;
        reader.press("/").await?;
        let status = "document.querySelector('.search-status')?.textContent";
        reader.until("the search", &format!("{status}?.includes('Type a word')")).await?;
        for (word, found) in [("idempotency", "result"), ("zzzzqq", "Nothing in the book matches")] {
            reader.js("document.querySelector('.search input').select()").await?;
            reader.press(word).await?;
            reader.until(word, &format!("{status}.includes({})", json!(found))).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pictures_and_numbers_run_from_left_to_right_on_any_page() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("right_to_left", Look::default(), async |reader| {
        reader.goto(&server.url("embed/example-rpc-timeline.html")).await?;
        reader.wake_demos().await?;
        let places = "return [...document.querySelectorAll('.demo svg text, .demo .clock, .demo .facts b')].map((text) => {
            const frame = (text.closest('svg') ?? text).getBoundingClientRect();
            const range = document.createRange();
            range.selectNodeContents(text);
            return [text.textContent, Math.round(range.getBoundingClientRect().left - frame.left), getComputedStyle(text).direction];
        })";
        let plain = reader.js(places).await?;
        reader.js("document.documentElement.dir = 'rtl'").await?;
        let turned = reader.js(places).await?;
        ensure!(plain == turned, "{turned:#}\ninstead of\n{plain:#}");
        Ok(())
    })
    .await
}
