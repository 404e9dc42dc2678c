//! What readers do most, in Firefox and in WebKit. Everything else is asked of Chromium alone.

use anyhow::{Result, ensure};
use site_tests::{Engine, Look, Reader, Server, ServerOptions, Setup, reading};
use thirtyfour::common::print::PrintParameters;

use crate::quiz;

const LESSON: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";

/// Starts the browser and gives it to `test` with a server of the site; nothing may be wrong in the end.
async fn in_engine(engine: Engine, name: &str, test: impl AsyncFnOnce(&Reader, &Server) -> Result<()>) -> Result<()> {
    let server = Server::start(&Setup::find()?.site, ServerOptions::default()).await?;
    let name = format!("{engine:?}_{name}").to_lowercase();
    reading(&name, Look { engine, ..Look::default() }, async |reader| {
        test(reader, &server).await?;
        reader.ensure_quiet(&name).await
    })
    .await
}

async fn one_figure_of_each_kind_comes_alive(engine: Engine) -> Result<()> {
    in_engine(engine, "alive", async |reader, server| {
        for entry in widgets::bundles::entries() {
            reader.goto(&server.url(&format!("embed/example-{}.html", entry.name))).await?;
            let ids = reader.wake_demos().await?;
            ensure!(ids == [format!("example-{}", entry.name)], "{}: {ids:?} are alive", entry.name);
            reader.ensure_quiet(entry.name).await?;
        }
        Ok(())
    })
    .await
}

async fn a_lost_reply_changes_the_verdict(engine: Engine) -> Result<()> {
    in_engine(engine, "lost_reply", async |reader, server| {
        reader.goto(&server.url(LESSON)).await?;
        let demo = reader.demo("all-goes-well").await?;
        demo.until_text(".verdict", "Correct").await?;
        demo.click_named("The reply to attempt 1").await?;
        demo.click_named("Lose it").await?;
        demo.until_text(".verdict", "Caller cannot tell").await?;
        demo.click("input[value='at-least-once']").await?;
        demo.until_text(".verdict", "Applied twice").await?;
        demo.until_text(".truth", "deducted twice").await
    })
    .await
}

async fn a_question_of_a_quiz_is_answered(engine: Engine) -> Result<()> {
    in_engine(engine, "quiz", async |reader, server| {
        reader.goto(&server.url("embed/quiz-silence.html")).await?;
        let demo = reader.demo("quiz-silence").await?;
        quiz::choose(&demo, "Nothing: it may").await?;
        quiz::go_on(&demo).await?;
        demo.until_text(".quiz-verdict", "✓ Right").await?;
        quiz::until_focused(&demo, "feedback-1").await?;
        quiz::go_on(&demo).await?;
        quiz::until_focused(&demo, "question-2").await
    })
    .await
}

async fn a_link_brings_its_run(engine: Engine) -> Result<()> {
    in_engine(engine, "link", async |reader, server| {
        let link = format!("{LESSON}?run=all-goes-well:2~at-least-once~drop.reply#all-goes-well");
        reader.goto(&server.url(&link)).await?;
        let demo = reader.demo("all-goes-well").await?;
        demo.until_text(".verdict", "Applied twice").await?;
        demo.until_text(".chips", "reply to attempt 1 lost").await?;
        ensure!(demo.js("return demo.querySelector('.notice')?.textContent ?? null").await?.is_null(), "a notice");
        // A live system computes in a worker what the link brings.
        reader.goto(&server.url("embed/example-topology.html?run=2~client-server~at.5.s.stop.server~~12000")).await?;
        let demo = reader.demo("example-topology").await?;
        demo.until_text(".scene .words", "✕ down").await?;
        demo.until_text(".chips", "stop server").await
    })
    .await
}

/// Gives each picture of a timeline a word that stands nowhere else, in the place of a message's name; returns these
/// words, and those of the text. Of bold words, and of letters that the font joins, Firefox writes only the shapes into
/// the PDF.
const WORDS: &str = "
    const letters = 'bcdgkmnprsvwxz';
    const marks = [...document.querySelectorAll('.timeline svg.spacetime')].map((picture, at) => {
        const names = [...picture.querySelectorAll('text')].filter((it) => /^[a-z]+$/.test(it.textContent));
        const name = names.find((it) => getComputedStyle(it).fontWeight === '400');
        return name.textContent = `word${letters[Math.floor(at / letters.length)]}${letters[at % letters.length]}`;
    });
    const texts = [...document.querySelectorAll('article > p')].flatMap((it) => [...it.childNodes])
        .filter((it) => it.nodeType === Node.TEXT_NODE).map((it) => it.data).join(' ');
    return [marks, [...new Set(texts.match(/\\b[a-z]{5,}\\b/g))].filter((it) => !/f[filt]|tt|ti/.test(it))]";

async fn a_printed_page_has_its_words(engine: Engine) -> Result<()> {
    in_engine(engine, "print", async |reader, server| {
        reader.goto(&server.url(LESSON)).await?;
        reader.wake_demos().await?;
        let (marks, text): (Vec<String>, Vec<String>) = serde_json::from_value(reader.js(WORDS).await?)?;
        ensure!(marks.len() > 5 && text.len() > 100, "{} pictures, {} words", marks.len(), text.len());
        let pdf = reader.driver.print_page(PrintParameters::default()).await?;
        let printed = super::paper::sheets(&Setup::find()?, "engines-print", &pdf).await?.concat();
        let lacking = |words: Vec<String>| {
            let bare = |word: &String| word.split_whitespace().collect::<String>();
            words.into_iter().filter(|word| !printed.contains(&bare(word))).collect::<Vec<_>>()
        };
        let (marks, text) = (lacking(marks), lacking(text));
        ensure!(marks.is_empty(), "pictures without their words: {marks:?}");
        ensure!(text.is_empty(), "words that are not printed: {text:?}");
        Ok(())
    })
    .await
}

/// These tests in each of these browsers.
macro_rules! in_each {
    ($($engine:ident $module:ident { $($test:ident)* })*) => {
        $(mod $module {
            $(#[tokio::test]
            async fn $test() -> anyhow::Result<()> {
                super::$test(site_tests::Engine::$engine).await
            })*
        })*
    };
}

in_each! {
    Firefox firefox {
        one_figure_of_each_kind_comes_alive
        a_lost_reply_changes_the_verdict
        a_question_of_a_quiz_is_answered
        a_link_brings_its_run
        a_printed_page_has_its_words
    }
    // Its driver cannot print.
    WebKit webkit {
        one_figure_of_each_kind_comes_alive
        a_lost_reply_changes_the_verdict
        a_question_of_a_quiz_is_answered
        a_link_brings_its_run
    }
}
