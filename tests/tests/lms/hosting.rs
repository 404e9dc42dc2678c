//! Where packages have to work: servers that misname files, sandboxes, folders without a server, blocked storage,
//! LMSs that differ from the standard; and what must not be believed.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, Reader, Server, ServerOptions, Setup, reading};

use crate::{
    course::{Course, FIGURE, Wasm, answer, enter_exercises, enter_wrapper, percent, until_shown},
    packages,
    runtime::score,
};

/// Answers a figure right and waits until the wrapper shows it.
async fn play(reader: &Reader, saved: &str) -> Result<()> {
    enter_exercises(reader).await?;
    answer(reader, FIGURE, [3, 1], "").await?;
    reader.driver.enter_parent_frame().await?;
    let shown = format!(
        "document.getElementById('score').textContent === 'Score {} %' && document.body.dataset.saved === '{saved}'",
        percent(2)?
    );
    reader.until("the score", &shown).await
}

#[tokio::test]
async fn wherever_a_package_lies_it_is_played_and_graded() -> Result<()> {
    let package = packages::scorm("1.2")?;
    reading("hosting", Look::default(), async |reader| {
        for wasm in [Wasm::Right, Wasm::Wrong, Wasm::Missing] {
            let course = Course::start(&package, wasm).await?;
            reader.goto(&course.launch("1.2", "asynchronous", "a", "")).await?;
            enter_wrapper(reader).await?;
            play(reader, "yes").await.with_context(|| format!("{wasm:?} type of the module"))?;
            let seen = percent(2)? as f64;
            course.until_committed("a", "the score", |cmi| score("1.2", cmi) == Some(seen)).await?;
            reader.driver.enter_default_frame().await?;
        }

        // A sandbox without an origin: the LMS's window cannot be asked for its API, and storage throws. The book works,
        // the score is shown, and the wrapper says that nobody is told.
        let course = Course::start(&package, Wasm::Right).await?;
        reader.goto(&course.launch("1.2", "asynchronous", "b", "&sandbox=allow-scripts")).await?;
        enter_wrapper(reader).await?;
        ensure!(reader.js("return self.origin").await? == json!("null"), "the frame has an origin");
        play(reader, "none").await.context("an opaque sandbox")?;
        let words = reader.js("return document.getElementById('where').textContent").await?;
        ensure!(words.as_str().is_some_and(|words| words.contains("nobody is told")), "{words}");
        ensure!(course.committed("b").is_none(), "a sandboxed package has reached the LMS");
        reader.driver.enter_default_frame().await?;

        // Storage blocked by the browser, with an LMS: nothing is missed.
        let block = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } });";
        let added = reader.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": block })).await?;
        reader.goto(&course.launch("1.2", "asynchronous", "c", "")).await?;
        enter_wrapper(reader).await?;
        play(reader, "yes").await.context("storage blocked")?;
        let seen = percent(2)? as f64;
        course.until_committed("c", "the score", |cmi| score("1.2", cmi) == Some(seen)).await?;
        reader.driver.enter_default_frame().await?;
        let name = added["identifier"].clone();
        reader.devtools("Page.removeScriptToEvaluateOnNewDocument", json!({ "identifier": name })).await?;

        // A folder without a server, as an instructor unpacks it to have a look.
        let file = package.join("lms.html").canonicalize()?;
        reader.goto(&format!("file://{}", file.display())).await?;
        reader.until("the wrapper", "document.body?.dataset.saved").await?;
        play(reader, "none").await.context("file://")
    })
    .await
}

#[tokio::test]
async fn an_lms_that_lacks_methods_and_is_late_loses_nothing() -> Result<()> {
    let course = Course::start(&packages::scorm("1.2")?, Wasm::Right).await?;
    reading("quirky", Look::default(), async |reader| {
        let launch = course.launch("1.2", "quirky", "q", "");
        reader.goto(&launch).await?;
        enter_wrapper(reader).await?;
        play(reader, "yes").await?;
        let seen = percent(2)?;
        // Values that arrive late are in what is committed again.
        let has_it = |cmi: &Value| cmi["cmi.core.score.raw"] == json!(seen.to_string());
        course.until_committed("q", "the score", has_it).await?;
        reader.driver.enter_default_frame().await?;
        let told = reader.js("return told").await?;
        let scores = told.as_array().into_iter().flatten().filter(|one| one[0] == "cmi.core.score.raw").count();
        ensure!(scores >= 2, "the score was told {scores} times");
        reader.goto("about:blank").await?;
        reader.goto(&launch).await?;
        enter_wrapper(reader).await?;
        until_shown(reader, seen).await
    })
    .await
}

/// An LMS that refuses scores: the reader is told in words, and the work is not lost.
#[tokio::test]
async fn an_lms_that_refuses_is_told_of_in_words() -> Result<()> {
    let course = Course::start(&packages::scorm("1.2")?, Wasm::Right).await?;
    reading("refusing", Look::default(), async |reader| {
        let refuse = "addEventListener('load', () => setInterval(() => {
            const api = window.API; if (!api || api.refusing) return; api.refusing = true;
            const set = api.LMSSetValue;
            api.LMSSetValue = (name, value) => name.endsWith('score.raw') ? 'false' : set.call(api, name, value);
            api.LMSGetLastError = () => '405'; api.LMSGetErrorString = () => 'Incorrect data type'; api.LMSGetDiagnostic = () => '';
        }, 1))";
        reader.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": refuse })).await?;
        reader.goto(&course.launch("1.2", "asynchronous", "r", "")).await?;
        enter_wrapper(reader).await?;
        play(reader, "no").await?;
        let words = reader.js("return document.getElementById('trouble').textContent").await?;
        let words = words.as_str().unwrap_or_default();
        ensure!(
            words.contains("Your LMS did not take the score") && words.contains("405") && words.contains("kept in this window"),
            "{words}"
        );
        ensure!(reader.find("#trouble").await?.is_displayed().await?, "the words are hidden");
        // The file has the form that the book's page about progress reads.
        reader
            .js("URL.createObjectURL = (blob) => { blob.text().then((text) => { window.file = JSON.parse(text); }); return 'about:blank'; };
                 HTMLAnchorElement.prototype.click = () => {}; document.querySelector('#trouble button').click()")
            .await?;
        reader.until("the file", "window.file").await?;
        let file = reader.js("return window.file").await?;
        ensure!(file["format"] == "curriculum-progress" && file["book"] == packages::catalogue()?["id"], "{file:#}");
        ensure!(file["state"]["answers"][format!("{FIGURE}/balance")]["points"] == json!(1), "{file:#}");
        let work = reader.js("return Object.keys(localStorage).filter((key) => key.startsWith('curriculum-lms:')).map((key) => localStorage[key])").await?;
        ensure!(work.to_string().contains(FIGURE), "the device has no copy: {work}");
        Ok(())
    })
    .await
}

/// A page of another site in the frame's place, that says whatever it likes.
const HOSTILE: &str = r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>x</title></head><body><script>
const post = (message) => parent.postMessage(message, "*");
const state = { v: 1, read: {}, tried: {}, answers: {}, opened: {}, notes: {} };
for (const window of [parent, top, parent.frames[0]]) {
  window.postMessage({ curriculum: 1, type: "hello", page: "index", title: "x" }, "*");
  window.postMessage({ curriculum: 1, type: "progress", page: "index", state: { ...state, answers: { "predict-duplicate/balance": { points: 1, of: 1, attempts: 1, answer: "forged" } } } }, "*");
  window.postMessage({ curriculum: 1, type: "answer", id: "predict-duplicate", question: "caller", kind: "prediction", answer: "forged", right: "", correct: true, points: 1, of: 1, attempt: 1 }, "*");
}
parent.postMessage("done", "*");
</script></body></html>"#;

/// Messages of the right sender in the wrong form.
const MALFORMED: &str = r#"
const answer = { id: "predict-duplicate", question: "balance", kind: "prediction", answer: "x", right: "", correct: true, points: 1, of: 1, attempt: 1 };
const state = { v: 1, read: {}, tried: {}, answers: { "predict-duplicate/balance": { points: 1, of: 1, attempts: 1, answer: "" } }, opened: {}, notes: {} };
for (const message of [
  null, "answer", 7, [], {}, { curriculum: 2, type: "answer", ...answer }, { type: "answer", ...answer },
  { curriculum: 1, type: "constructor", ...answer }, { curriculum: 1, type: "__proto__" }, { curriculum: 1, type: ["answer"], ...answer },
  ...[["points", 2], ["points", -1], ["points", "1"], ["points", NaN], ["of", 0], ["of", 1e9], ["attempt", 1.5], ["correct", 1],
      ["id", "x".repeat(300)], ["id", "<b>"], ["id", 5], ["question", ""], ["kind", "exam"], ["answer", "x".repeat(5000)], ["answer", null], ["right", {}],
    ].map(([key, value]) => ({ curriculum: 1, type: "answer", ...answer, [key]: value })),
  ...[["v", 2], ["answers", []], ["answers", { "predict-duplicate/balance": { points: 5, of: 1, attempts: 1, answer: "" } }],
      ["answers", { "predict-duplicate/balance": 1 }], ["read", { index: "yes" }], ["notes", { n: 5 }],
    ].map(([key, value]) => ({ curriculum: 1, type: "progress", page: "index", state: { ...state, [key]: value } })),
  { curriculum: 1, type: "progress", page: 5, state },
  { curriculum: 1, type: "hello", page: "../../evil", title: 5 },
]) parent.postMessage(message, "*");
parent.postMessage({ curriculum: 1, type: "hello", page: "nowhere/../../x", title: "x" }, "*");
"#;

#[tokio::test]
async fn only_the_book_is_believed_and_only_in_the_agreed_form() -> Result<()> {
    let setup = Setup::find()?;
    let course = Course::start(&packages::scorm("1.2")?, Wasm::Right).await?;
    let pages = vec![("/hostile.html".to_owned(), HOSTILE.to_owned())];
    let other = Server::start(&setup.site, ServerOptions { pages, ..ServerOptions::default() }).await?;
    reading("hostile", Look::default(), async |reader| {
        let nothing = async |place: &str| {
            let report = reader.js("return document.getElementById('score').textContent").await?;
            ensure!(report == json!("No score yet"), "{place}: {report}");
            Ok(())
        };
        reader.goto(&course.launch("1.2", "asynchronous", "h", "")).await?;
        enter_wrapper(reader).await?;
        reader.js("window.done = 0; addEventListener('message', ({ data }) => { if (data === 'done') done++; })").await?;
        // Another frame of the LMS's page, with all the right words, for every window that it can reach.
        reader.driver.enter_default_frame().await?;
        reader.js_with("const frame = document.createElement('iframe'); frame.src = arguments[0]; document.body.append(frame);", vec![json!(other.url("hostile.html"))]).await?;
        // The same from the LMS's own page, to the wrapper.
        reader
            .js("const sco = document.getElementById('sco').contentWindow;
                 sco.postMessage({ curriculum: 1, type: 'answer', id: 'predict-duplicate', question: 'balance', kind: 'prediction', answer: 'x', right: '', correct: true, points: 1, of: 1, attempt: 1 }, '*');
                 sco.postMessage('done', '*')")
            .await?;
        enter_wrapper(reader).await?;
        reader.until("the message of another window", "window.done === 1").await?;
        nothing("another window").await?;

        // The framed window itself, taken to another origin.
        let navigate = "document.getElementById('book').contentWindow.location = arguments[0]";
        reader.devtools("Page.setBypassCSP", json!({ "enabled": true })).await?;
        reader.driver.enter_default_frame().await?;
        reader.goto(&course.launch("1.2", "asynchronous", "h2", "")).await?;
        enter_wrapper(reader).await?;
        reader.js("window.done = 0; addEventListener('message', ({ data }) => { if (data === 'done') done++; })").await?;
        reader.js_with(navigate, vec![json!(other.url("hostile.html"))]).await?;
        reader.until("the message of the other origin", "window.done === 1").await?;
        nothing("another origin").await?;
        reader.until("the way back", "!document.getElementById('away').hidden").await?;
        reader.click("#back").await?;

        // The right window and origin, in the wrong form.
        reader.driver.enter_frame(0).await?;
        reader.until("the book", "window.curriculum?.kept?.where === 'host'").await?;
        reader.js(MALFORMED).await?;
        reader.js("parent.postMessage('done', '*')").await?;
        reader.driver.enter_parent_frame().await?;
        reader.until("all messages", "window.done === 2").await?;
        nothing("the wrong form").await?;

        // And the right form counts.
        play(reader, "yes").await
    })
    .await
}

#[tokio::test]
async fn a_thin_package_grades_the_published_book() -> Result<()> {
    let setup = Setup::find()?;
    let published = Server::start(
        &setup.site,
        ServerOptions { base: "/read/".into(), recorder: false, ..ServerOptions::default() },
    )
    .await?;
    let url = format!("{}/read/", published.foreign_origin());
    for edition in ["1.2", "2004"] {
        let package =
            packages::unpacked(&format!("thin-{edition}"), &["scorm-thin", "--url", &url, "--scorm", edition])?;
        let files = std::fs::read_dir(&package)?.count();
        ensure!(files <= 4 && !package.join("book").exists(), "the package holds the book");
        let course = Course::start(&package, Wasm::Right).await?;
        reading(&format!("thin_{edition}"), Look::default(), async |reader| {
            let launch = course.launch(edition, "synchronous", "t", "");
            reader.goto(&launch).await?;
            enter_wrapper(reader).await?;
            play(reader, "yes").await?;
            let seen = percent(2)?;
            let has_it = |cmi: &Value| score(edition, cmi) == Some(seen as f64);
            course.until_committed("t", "the score", has_it).await?;
            reader.driver.enter_default_frame().await?;
            reader.js("document.getElementById('sco').remove()").await?;
            reader.goto(&launch).await?;
            enter_wrapper(reader).await?;
            until_shown(reader, seen).await
        })
        .await?;
    }
    Ok(())
}
