//! The design lab, through what a reader does with it.

use crate::demos::with_example;
use anyhow::{Context, Result, ensure};
use architectures::file_sharing::{Day, Design, Outcome, QUESTIONS, Target};
use site_tests::{Demo, Look, Reader, Server, ServerOptions, Setup, reading};
use thirtyfour::Key;

/// The demo of the reference page: one server.
const PAGE: &str = "embed/example-design-lab.html";
const ID: &str = "example-design-lab";
/// The model answer, in the order of the form.
const ANSWER: [&str; 6] = ["peers", "small", "dht", "both", "tit-for-tat", "signed"];

/// Reads the page with an ordinary browser.
async fn with_lab(name: &str, test: impl AsyncFnOnce(&Reader, Demo<'_>) -> Result<()>) -> Result<()> {
    with_example(name, ID, "", Look::default(), test).await
}

/// A design by the names of its choices, in the order of the form.
fn design(choices: [&str; 6]) -> Design {
    QUESTIONS.iter().zip(choices).enumerate().fold(Design::default(), |design, (at, (question, name))| {
        let choice = question.choices.iter().position(|choice| choice.name == name);
        design.with(at, choice.expect("a choice of that name"))
    })
}

/// Chooses in the form.
async fn choose(demo: &Demo<'_>, question: usize, name: &str) -> Result<()> {
    demo.click(&format!("input[name$=\"-{}\"][value=\"{name}\"]", QUESTIONS[question].name)).await
}

/// Runs the day of what is chosen and waits for its end.
async fn run(demo: &Demo<'_>) -> Result<()> {
    demo.click_named("Run a day").await?;
    ended(demo).await
}

async fn ended(demo: &Demo<'_>) -> Result<()> {
    demo.until_text(".lab-verdict", "targets met").await?;
    demo.until_text(".lab-progress", "The result below is of this design").await
}

/// Checks that the page says what the host has simulated.
async fn ensure_result(demo: &Demo<'_>, design: Design) -> Result<Outcome> {
    let outcome = Day::new(design).finish();
    demo.until_text(".lab-verdict", &format!("{} of 4 targets met", outcome.passes())).await?;
    demo.until_text(".lab-verdict", &design.words()).await?;
    for (place, target) in Target::ALL.into_iter().enumerate() {
        let text = demo.text(&format!(".lab-board li:nth-child({})", place + 1)).await?;
        let met = if outcome.meets(target) { "✓ met" } else { "✕ missed" };
        ensure!(text.contains(&outcome.value(target)) && text.contains(met), "{}: {text}", target.title());
    }
    for (place, sentence) in outcome.why(&design).iter().enumerate() {
        let text = demo.text(&format!(".lab-why li:nth-child({})", place + 1)).await?;
        ensure!(text == *sentence, "{text:?} instead of {sentence:?}");
    }
    Ok(outcome)
}

#[tokio::test]
async fn a_naive_design_fails_says_why_and_can_be_mended() -> Result<()> {
    with_lab("lab", async |reader, demo| {
        ensure!(reader.find_all(".lab-value").await?.is_empty(), "the outcome is shown before anybody has run it");
        demo.until_text(".lab-board", "not measured yet").await?;
        run(&demo).await?;
        let outcome = ensure_result(&demo, Design::default()).await.context("one server")?;
        ensure!(outcome.passes() < 4, "one server is not enough");
        demo.until_text(".lab-why", "lines were full").await?;

        // Among servers the other questions make no difference.
        demo.until("idle questions", "demo.querySelectorAll('.lab-question:disabled').length === 4").await?;
        for (question, name) in ANSWER.into_iter().enumerate() {
            if question != 2 {
                choose(&demo, question, name).await?;
            }
        }
        demo.until_text(".lab-progress", "of the design before").await?;
        run(&demo).await?;
        let index = design(ANSWER).with(2, 0);
        ensure_result(&demo, index).await.context("with a central index")?;
        demo.until_text(".lab-why", "index was down").await?;

        choose(&demo, 2, "dht").await?;
        run(&demo).await?;
        let outcome = ensure_result(&demo, design(ANSWER)).await.context("the model answer")?;
        ensure!(outcome.passes() == 4, "{}", outcome.verdict());
        demo.until("three attempts", "demo.querySelectorAll('.lab-attempts tbody tr').length === 3").await?;
        demo.until_text(".lab-attempts tbody tr:first-child", "One server").await?;
        // An earlier one goes back into the form.
        demo.click_named("Put attempt 1 into the form").await?;
        demo.until("the form", "demo.querySelector('input[value=server]').checked").await?;
        demo.click_named("Undo").await?;
        demo.until("the form before", "demo.querySelector('input[value=peers]').checked").await
    })
    .await
}

#[tokio::test]
async fn the_lab_is_worked_with_the_keyboard() -> Result<()> {
    with_lab("lab_keyboard", async |reader, demo| {
        demo.js("demo.querySelector('input[value=server]').focus()").await?;
        reader.press(Key::Down).await?;
        demo.until("the mirrors chosen", "demo.querySelector('input[value=mirrors]').checked").await?;
        reader.press(Key::Tab).await?;
        reader.press(Key::Down).await?;
        reader.press(Key::Down).await?;
        demo.until("small pieces chosen", "demo.querySelector('input[value=small]').checked").await?;
        // What makes no difference is passed over.
        reader.press(Key::Tab).await?;
        demo.until("the focus at the button", "document.activeElement.matches('.sweep-bar .strong')").await?;
        reader.press(Key::Enter).await?;
        ended(&demo).await?;
        ensure_result(&demo, Design::default().with(0, 1).with(1, 2)).await?;
        demo.until("a status", "demo.querySelector('.lab-verdict').role === 'status'").await
    })
    .await
}

#[tokio::test]
async fn a_day_can_be_stopped() -> Result<()> {
    with_lab("lab_stop", async |_, demo| {
        demo.js("const button = demo.querySelector('.sweep-bar .strong');
             const watch = new MutationObserver(() => {
                 if (button.textContent !== 'Stop') return;
                 watch.disconnect();
                 button.click();
             });
             watch.observe(button, { childList: true, characterData: true, subtree: true });
             button.click();")
            .await?;
        demo.until("the way to run it again", "demo.querySelector('.sweep-bar .strong').textContent === 'Run a day'")
            .await?;
        demo.until_text(".lab-board", "not measured yet").await?;
        run(&demo).await?;
        ensure_result(&demo, Design::default()).await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_copied_link_brings_the_design_and_not_the_result() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("lab_link", Look::default(), async |reader| {
        reader.goto(&server.url(PAGE)).await?;
        let demo = reader.demo(ID).await?;
        for (question, name) in ANSWER.into_iter().enumerate() {
            choose(&demo, question, name).await?;
        }
        reader.clipboard().await.ok();
        demo.click_named("Copy link to this run").await?;
        demo.until_text(".copied", "Link copied").await?;
        let link = reader.clipboard().await?;
        ensure!(link.ends_with(&format!("?run={}", design(ANSWER).code())), "{link}");
        reader.goto(&link).await?;
        let demo = reader.demo(ID).await?;
        for name in ANSWER {
            demo.until(name, &format!("demo.querySelector('input[value={name}]:checked')")).await?;
        }
        demo.until_text(".lab-board", "not measured yet").await?;
        reader.goto(&server.url(&format!("{PAGE}?run=2~design-lab~model.cloud"))).await?;
        let demo = reader.demo(ID).await?;
        demo.until_text(".notice", "expected server, mirrors, peers, super-peers").await?;
        demo.until_text(".notice", "the page's own design").await?;
        reader.ensure_quiet("links to designs").await
    })
    .await
}

#[tokio::test]
async fn without_workers_the_page_runs_the_day_by_itself() -> Result<()> {
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
    reading("lab_without_workers", Look::default(), async |reader| {
        reader.goto(&format!("{}/host.html", other.foreign_origin())).await?;
        reader.driver.enter_frame(0).await?;
        let demo = reader.demo(ID).await?;
        run(&demo).await?;
        ensure_result(&demo, Design::default()).await.map(drop)
    })
    .await
}

#[tokio::test]
async fn without_scripts_the_form_can_be_read_and_gives_nothing_away() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("lab_without_scripts", Look { javascript: false, ..Look::default() }, async |reader| {
        reader.goto(&server.url(PAGE)).await?;
        let figure = reader.find(".figure").await?.text().await?;
        for question in &QUESTIONS {
            ensure!(figure.contains(question.title), "{}", question.title);
            for choice in question.choices {
                ensure!(figure.contains(choice.meaning), "{}", choice.meaning);
            }
        }
        for target in Target::ALL {
            ensure!(figure.contains(target.asks()), "{}", target.asks());
        }
        ensure!(figure.contains("answer on paper") && !figure.contains("Run a day\n"), "{figure}");
        ensure!(!figure.contains("✕") && !figure.contains("✓"), "an outcome is given away: {figure}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_day_is_the_same_in_the_browser_to_the_last_event() -> Result<()> {
    with_lab("lab_hashes", async |reader, _| {
        // One of each way of serving, finding and checking.
        let designs = [
            Design::default(),
            design(["mirrors", "large", "index", "none", "none", "none"]).on_day(2),
            design(["peers", "whole", "index", "none", "none", "none"]),
            design(["super-peers", "large", "flooding", "rare", "none", "piece"]).on_day(3),
            design(["peers", "small", "trackers", "seeds", "tit-for-tat", "file"]).on_day(4),
            design(ANSWER),
        ];
        for design in designs {
            let code = design.code();
            // In an instance of the module that pages load, a day at a time.
            let script = "const [code, done] = arguments;
                (async () => {
                    const loader = document.querySelector('script[src*=loader-]');
                    const file = (name) => new URL(name, loader.src);
                    const [glue, wasm] = loader.getAttribute('data-lab').split(' ');
                    const script = Object.assign(document.createElement('script'), { src: file(glue) });
                    await new Promise((resolve, reject) => {
                        Object.assign(script, { onload: resolve, onerror: reject });
                        document.head.append(script);
                    });
                    const instance = window.demosGlue();
                    const module = await WebAssembly.compile(await (await fetch(file(wasm))).arrayBuffer());
                    await instance({ module_or_path: module });
                    return instance.trace_hash('design-lab', code);
                })().then(done, (error) => done(String(error)))";
            let browser = reader.driver.execute_async(script, vec![code.clone().into()]).await?.json().clone();
            let host = Day::new(design).finish().hash;
            ensure!(browser == host, "{code}: {host} on the host, {browser} in the browser");
        }
        Ok(())
    })
    .await
}
