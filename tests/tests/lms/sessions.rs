//! Several sessions of one attempt: what one has told, another does not take away. And attempts that go on after the book
//! has grown, on another device, from a state that is lost.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, Reader, Server, ServerOptions, Setup, reading};
use thirtyfour::WindowHandle;

use crate::{
    course::{Course, FIGURE, PAGE, Wasm, answer, enter_exercises, enter_wrapper, percent, until_shown},
    packages,
    runtime::{interactions, score},
};

/// Another figure that asks two questions of one point each.
const OTHER: &str = "predict-duplicate";

/// Has storage refused, as browsers do in some frames.
const BLOCK: &str =
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } });";

/// Opens an attempt in a tab of its own, up to the exercises; with storage or without.
async fn open(reader: &Reader, url: &str, storage: bool) -> Result<WindowHandle> {
    let tab = reader.driver.new_tab().await?;
    reader.driver.switch_to_window(tab.clone()).await?;
    if !storage {
        reader.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": BLOCK })).await?;
    }
    reader.goto(url).await?;
    enter_wrapper(reader).await?;
    enter_exercises(reader).await?;
    Ok(tab)
}

/// To the wrapper of a tab.
async fn wrapper_of(reader: &Reader, tab: &WindowHandle) -> Result<()> {
    reader.driver.switch_to_window(tab.clone()).await?;
    reader.driver.enter_default_frame().await?;
    enter_wrapper(reader).await
}

/// To the book of a tab, which is on the page of the exercises.
async fn book_of(reader: &Reader, tab: &WindowHandle) -> Result<()> {
    wrapper_of(reader, tab).await?;
    reader.driver.enter_frame(0).await?;
    reader.until("the book", "window.curriculum?.kept?.where === 'host'").await
}

/// Answers a question of a quiz right, as its figure would tell it: the first that is worth points, the second, and so on.
async fn give(reader: &Reader, number: usize) -> Result<()> {
    let script = "
        const asked = curriculum.catalogue.lessons.flatMap(({ questions }) => questions).filter(({ kind }) => kind === 'choice');
        const { id, points, kind } = asked[arguments[0]];
        const [figure, question] = id.split('/');
        const detail = { id: figure, question, kind, answer: 'a', right: 'a', correct: true, points, of: points, attempt: 1 };
        document.dispatchEvent(new CustomEvent('demo-answer', { bubbles: true, detail }));";
    reader.js_with(script, vec![json!(number)]).await.map(drop)
}

/// That the wrapper counts so many answers and the LMS has them.
fn saved_with(answers: usize) -> String {
    format!(
        "/(^|\\s){answers} of \\d+ questions answered/.test(document.getElementById('counts').textContent) && document.body.dataset.saved === 'yes'"
    )
}

/// How many answers the text has that an LMS keeps; asked in the wrapper or in the book.
async fn answers_in(reader: &Reader, suspended: &str) -> Result<usize> {
    let script = "return Object.keys(curriculum.unpack(window.curriculumCatalogue, arguments[0]).answers).length";
    let count = reader.js_with(script, vec![json!(suspended)]).await?;
    Ok(count.as_u64().context("a count")? as usize)
}

fn suspended(cmi: &Value) -> &str {
    cmi["cmi"]["suspend_data"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn two_tabs_of_one_attempt_lose_nothing() -> Result<()> {
    for (edition, kind, storage) in
        [("1.2", "asynchronous", true), ("2004", "synchronous", true), ("1.2", "synchronous", false)]
    {
        let course = Course::start(&packages::scorm(edition)?, Wasm::Right).await?;
        reading(&format!("two_tabs_{edition}_{kind}_{storage}"), Look::default(), async |reader| {
            let first = reader.driver.window().await?;
            let url = course.launch(edition, kind, "tabs", "");
            // Both begin before either has done anything.
            let one = open(reader, &url, storage).await?;
            let two = open(reader, &url, storage).await?;
            answer(reader, OTHER, [3, 1], "").await?;
            book_of(reader, &one).await?;
            answer(reader, FIGURE, [3, 1], "").await?;
            let all = percent(4)?;
            for tab in [&one, &two] {
                wrapper_of(reader, tab).await?;
                until_shown(reader, all).await?;
            }
            // The other tab's book has the answers too.
            book_of(reader, &two).await?;
            reader.until("the first tab's answers", &format!("curriculum.state.answers['{FIGURE}/balance']")).await?;
            // Whichever is closed last, the LMS has it all.
            for tab in [&one, &two] {
                reader.driver.switch_to_window(tab.clone()).await?;
                reader.driver.close_window().await?;
            }
            reader.driver.switch_to_window(first.clone()).await?;
            let has_all = |cmi: &Value| {
                score(edition, cmi) == Some(all as f64) && interactions(&cmi["cmi"]).is_ok_and(|told| told.len() == 4)
            };
            course.until_committed("tabs", "the score and four interactions", has_all).await?;

            // One after the other: a tab that does nothing says nothing, whenever it is closed.
            let idle = open(reader, &url, storage).await?;
            let third = open(reader, &url, storage).await?;
            answer(reader, "predict-reply-lost", [2, 1], "").await?;
            wrapper_of(reader, &third).await?;
            reader.until("the answers of the third tab", &saved_with(6)).await?;
            let seen = reader.js("return parseInt(document.getElementById('score').textContent.slice(6))").await?;
            reader.driver.close_window().await?;
            reader.driver.switch_to_window(idle).await?;
            reader.driver.close_window().await?;
            reader.driver.switch_to_window(first).await?;
            let cmi = course
                .until_committed("tabs", "the score of the third tab", |cmi| {
                    score(edition, cmi) == seen.as_f64() && interactions(&cmi["cmi"]).is_ok_and(|told| told.len() == 6)
                })
                .await?;
            reader.goto(&url).await?;
            enter_wrapper(reader).await?;
            ensure!(answers_in(reader, suspended(&cmi)).await? == 6, "answers are lost: {cmi:#}");
            until_shown(reader, seen.as_u64().context("a score")?).await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn two_devices_lose_nothing_in_the_end() -> Result<()> {
    for edition in ["1.2", "2004"] {
        let course = Course::start(&packages::scorm(edition)?, Wasm::Right).await?;
        let url = course.launch(edition, "asynchronous", "devices", "");
        let (two, four) = (percent(2)?, percent(4)?);
        reading(&format!("device_one_{edition}"), Look::default(), async |one| {
            reading(&format!("device_two_{edition}"), Look::default(), async |other| {
                one.goto(&url).await?;
                enter_wrapper(one).await?;
                enter_exercises(one).await?;
                answer(one, FIGURE, [3, 1], "").await?;
                one.driver.enter_parent_frame().await?;
                until_shown(one, two).await?;
                let done = |cmi: &Value| score(edition, cmi) == Some(two as f64);
                course.until_committed("devices", "the first device's score", done).await?;

                // One after the other: the second goes on from there, and does nothing.
                other.goto(&url).await?;
                enter_wrapper(other).await?;
                until_shown(other, two).await?;
                // Meanwhile the first does more; then the second ends, with what it knew when it began.
                one.driver.enter_frame(0).await?;
                answer(one, OTHER, [3, 1], "").await?;
                one.driver.enter_parent_frame().await?;
                until_shown(one, four).await?;
                let done = |cmi: &Value| score(edition, cmi) == Some(four as f64);
                course.until_committed("devices", "the first device's new score", done).await?;
                other.goto("about:blank").await?;
                one.goto("about:blank").await?;
                let cmi = course.committed("devices").context("nothing committed")?;
                ensure!(done(&cmi), "a device on which nothing was done has replaced the score: {cmi:#}");

                // At once: both answer, and the LMS keeps what was told last. What the other device has, it tells when the
                // book is opened there again.
                one.goto(&url).await?;
                other.goto(&url).await?;
                for (device, number) in [(one, 0), (other, 1)] {
                    enter_wrapper(device).await?;
                    enter_exercises(device).await?;
                    give(device, number).await?;
                    device.driver.enter_parent_frame().await?;
                    device.until("five answers", &saved_with(5)).await?;
                }
                for device in [one, other, one, other] {
                    device.goto("about:blank").await?;
                    device.goto(&url).await?;
                    enter_wrapper(device).await?;
                    device.until("it is saved", "document.body.dataset.saved === 'yes'").await?;
                }
                for device in [one, other] {
                    device.until("six answers", &saved_with(6)).await?;
                }
                let cmi = course.committed("devices").context("nothing committed")?;
                ensure!(answers_in(one, suspended(&cmi)).await? == 6, "answers are lost: {cmi:#}");
                Ok(())
            })
            .await
        })
        .await?;
    }
    Ok(())
}

/// A copy of a package, whose book has these pages more. Nobody reads them: what is told of them the test tells itself.
struct Grown {
    folder: PathBuf,
    base: Value,
}

impl Grown {
    fn new(name: &str, edition: &str) -> Result<Self> {
        let from = packages::scorm(edition)?;
        let folder = from.with_file_name(format!("grown-{name}"));
        let _ = fs::remove_dir_all(&folder);
        copy(&from, &folder)?;
        Ok(Self { folder, base: packages::catalogue()? })
    }

    /// Puts the pages into the book's catalogue, in the package and in the wrapper; and where pages have moved to.
    fn set(&self, lessons: Vec<Value>, moved: Value) -> Result<()> {
        let mut catalogue = self.base.clone();
        catalogue["lessons"].as_array_mut().context("lessons")?.extend(lessons);
        catalogue["moved"] = moved;
        let text = format!("window.curriculumCatalogue = {catalogue};\n");
        fs::write(self.folder.join("lms/catalogue.js"), &text)?;
        for entry in fs::read_dir(self.folder.join("book"))? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("catalogue-")) {
                fs::write(path, &text)?;
            }
        }
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A lesson with the questions of these numbers, one point each.
fn lesson(id: &str, questions: impl Iterator<Item = usize>) -> Value {
    let questions: Vec<Value> = questions
        .map(|number| json!({ "id": format!("large-{}/question-{number}", number / 5), "points": 1, "kind": "choice" }))
        .collect();
    json!({ "id": id, "title": id, "module": "large", "kind": "lesson", "demos": [], "questions": questions, "gates": [] })
}

/// Answers every question of the book that is worth points and reads every page, as if a reader had; four of five answers
/// are right.
const ANSWER_ALL: &str = "
    let at;
    curriculum.change((state) => {
        at = 0;
        for (const { id, questions } of curriculum.catalogue.lessons) {
            state.read[id] = 1;
            for (const { id, points, kind } of questions) {
                if (kind === 'open') continue;
                state.answers[id] = { points: at++ % 5 ? points : 0, of: points, attempts: 1 + at % 3, answer: '' };
            }
        }
    });
    return [at, curriculum.score(curriculum.catalogue, curriculum.state).percent]";

#[tokio::test]
async fn a_thousand_answers_are_taken_up_on_another_device_and_in_a_larger_book() -> Result<()> {
    for edition in ["1.2", "2004"] {
        let grown = Grown::new("large", edition)?;
        let lessons = (0..60).map(|at| lesson(&format!("large/lesson-{at}"), (at..1_000).step_by(60)));
        grown.set(lessons.collect(), json!({}))?;
        let course = Course::start(&grown.folder, Wasm::Right).await?;
        let url = course.launch(edition, "asynchronous", "large", "");
        let mut answered = 0;
        let mut seen = 0;
        reading(&format!("large_one_{edition}"), Look::default(), async |reader| {
            reader.goto(&url).await?;
            enter_wrapper(reader).await?;
            enter_exercises(reader).await?;
            let done = reader.js(ANSWER_ALL).await?;
            answered = done[0].as_u64().context("answers")?;
            seen = done[1].as_u64().context("a score")?;
            ensure!(answered > 1_000, "{answered} questions");
            reader.driver.enter_parent_frame().await?;
            until_shown(reader, seen).await
        })
        .await?;
        let has_it = |cmi: &Value| score(edition, cmi) == Some(seen as f64);
        let cmi = course.until_committed("large", "the score", has_it).await?;
        let length = suspended(&cmi).len();
        ensure!(length <= if edition == "1.2" { 4_096 } else { 64_000 }, "{length} characters");

        // Another device: all is there.
        reading(&format!("large_two_{edition}"), Look::default(), async |reader| {
            reader.goto(&url).await?;
            enter_wrapper(reader).await?;
            until_shown(reader, seen).await?;
            let counts = reader.js("return document.getElementById('counts').textContent").await?;
            let all = format!("{answered} of {answered} questions answered");
            ensure!(counts.as_str().is_some_and(|counts| counts.contains(&all)), "{all}: {counts}");
            let status = reader.js("return document.getElementById('status').textContent").await?;
            ensure!(
                status.as_str().is_some_and(|status| status.contains("complete") && !status.contains("incomplete")),
                "{status}"
            );
            Ok(())
        })
        .await?;

        // The book grows: each lesson is split, questions go to other lessons, and 300 come in between.
        let halves = (0..120).map(|at| lesson(&format!("large/half-{at}"), (at..1_300).step_by(120)));
        let moved: serde_json::Map<String, Value> =
            (0..60).map(|at| (format!("large/lesson-{at}"), json!(format!("large/half-{}", 2 * at)))).collect();
        grown.set(halves.collect(), moved.into())?;
        reading(&format!("large_three_{edition}"), Look::default(), async |reader| {
            reader.goto(&url).await?;
            enter_wrapper(reader).await?;
            // The score is as it was, though there is more to get now.
            until_shown(reader, seen).await?;
            let counts = reader.js("return document.getElementById('counts').textContent").await?;
            let some = format!("{answered} of {} questions answered", answered + 300);
            ensure!(counts.as_str().is_some_and(|counts| counts.contains(&some)), "{counts}");
            // One half of each lesson has been read, by the address that it had.
            let read = reader
                .js("return window.curriculumCatalogue.lessons.filter(({ id }) => id.startsWith('large/half-') && curriculum.isRead(window.curriculumCatalogue, curriculum.unpack(window.curriculumCatalogue, arguments[0]), id)).length"
                    .replace("arguments[0]", &json!(suspended(&course.committed("large").context("nothing")?)).to_string()).as_str())
                .await?;
            ensure!(read == json!(60), "{read} of 120 halves are read");
            enter_exercises(reader).await?;
            reader.js("curriculum.change((state) => { state.answers['large-250/question-1250'] = { points: 1, of: 1, attempts: 1, answer: '' }; })").await?;
            reader.driver.enter_parent_frame().await?;
            reader.until("one more", &saved_with(answered as usize + 1)).await?;
            until_shown(reader, seen).await
        })
        .await?;
        let cmi = course.committed("large").context("nothing committed")?;
        ensure!(score(edition, &cmi) == Some(seen as f64), "the score was made worse: {cmi:#}");
    }
    Ok(())
}

/// What the first packages kept of a reader who had answered both questions of [`FIGURE`], one of them right, and read a
/// lesson.
const FIRST_VERSION: &str = "1CpIoG;aIHw561.1.2,1pXDA0.1.1;rNwC4b;tYOCfB";

#[tokio::test]
async fn an_attempt_of_an_older_package_goes_on() -> Result<()> {
    let course = Course::start(&packages::scorm("1.2")?, Wasm::Right).await?;
    let one = percent(1)?;
    let core = json!({ "lesson_status": "incomplete", "score": { "raw": one.to_string(), "min": "0", "max": "100" } });
    course.seed("old", json!({ "cmi": { "core": core, "suspend_data": FIRST_VERSION } }));
    reading("old_state", Look::default(), async |reader| {
        reader.goto(&course.launch("1.2", "asynchronous", "old", "")).await?;
        enter_wrapper(reader).await?;
        until_shown(reader, one).await?;
        enter_exercises(reader).await?;
        let state = reader.js("return curriculum.state").await?;
        let expected = json!({ "points": 1, "of": 1, "attempts": 2, "answer": "" });
        ensure!(state["answers"][format!("{FIGURE}/balance")] == expected, "{state:#}");
        ensure!(state["read"]["time-causality/architectural-models-rpc/rpc-mechanics"] == json!(1), "{state:#}");
        answer(reader, OTHER, [3, 1], "").await?;
        reader.driver.enter_parent_frame().await?;
        until_shown(reader, percent(3)?).await
    })
    .await?;
    let three = percent(3)? as f64;
    let cmi = course.until_committed("old", "more points", |cmi| score("1.2", cmi) == Some(three)).await?;
    ensure!(suspended(&cmi).starts_with('2'), "{}", suspended(&cmi));
    Ok(())
}

#[tokio::test]
async fn a_resume_that_lost_something_makes_nothing_worse() -> Result<()> {
    for (edition, kept) in [("1.2", "2AAAAAcut"), ("2004", "2AAAAAcut"), ("1.2", ""), ("2004", "not ours")] {
        let course = Course::start(&packages::scorm(edition)?, Wasm::Right).await?;
        let had = if edition == "2004" {
            json!({ "score": { "raw": "90", "min": "0", "max": "100", "scaled": "0.9" }, "success_status": "passed",
                "completion_status": "completed", "location": PAGE, "suspend_data": kept })
        } else {
            let score = json!({ "raw": "90", "min": "0", "max": "100" });
            json!({ "core": { "lesson_status": "passed", "score": score, "lesson_location": PAGE }, "suspend_data": kept })
        };
        course.seed("lost", json!({ "cmi": had }));
        reading(&format!("lost_{edition}"), Look::default(), async |reader| {
            reader.goto(&course.launch(edition, "asynchronous", "lost", "")).await?;
            enter_wrapper(reader).await?;
            until_shown(reader, 90).await?;
            enter_exercises(reader).await?;
            answer(reader, FIGURE, [1, 2], "").await?;
            reader.driver.enter_parent_frame().await?;
            reader.until("two answers", &saved_with(2)).await?;
            until_shown(reader, 90).await?;
            reader.goto("about:blank").await
        })
        .await?;
        let told = |cmi: &Value| interactions(&cmi["cmi"]).is_ok_and(|told| told.len() == 2);
        let cmi = course.until_committed("lost", "two answers", told).await?;
        ensure!(score(edition, &cmi) == Some(90.0), "{edition}, {kept}: {cmi:#}");
        let cmi = &cmi["cmi"];
        if edition == "2004" {
            ensure!(cmi["success_status"] == "passed" && cmi["completion_status"] == "completed", "{cmi:#}");
        } else {
            ensure!(cmi["core"]["lesson_status"] == "passed", "{cmi:#}");
        }
    }
    Ok(())
}

/// An LMS that takes what it is told and answers nothing when it is asked for it: the line says so, and does not claim
/// both that it has the score and that it has none. Each answer tells what has changed, the score last.
#[tokio::test]
async fn an_lms_that_does_not_tell_what_it_has_is_believed_nothing() -> Result<()> {
    let course = Course::start(&packages::scorm("1.2")?, Wasm::Right).await?;
    reading("mute", Look::default(), async |reader| {
        let launch = course.launch("1.2", "mute", "m", "");
        reader.goto(&launch).await?;
        enter_wrapper(reader).await?;
        enter_exercises(reader).await?;
        let chosen = answer(reader, FIGURE, [3, 1], "").await?;
        reader.driver.enter_parent_frame().await?;
        until_shown(reader, percent(2)?).await?;
        let words = reader.js("return ['saved', 'where'].map((id) => document.getElementById(id).textContent)").await?;
        ensure!(words[0] == "✓ sent to your LMS", "{words}");
        let place = words[1].as_str().unwrap_or_default();
        ensure!(place.contains("does not tell what it has") && !place.contains("no score"), "{place}");

        reader.driver.enter_default_frame().await?;
        let told = reader.js("return told").await?;
        let told: Vec<(&str, &str)> = told
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (one[0].as_str().unwrap_or_default(), one[1].as_str().unwrap_or_default()))
            .collect();
        let of =
            |name: &str| told.iter().filter(|(told, _)| *told == name).map(|(_, value)| *value).collect::<Vec<_>>();
        // Two answers, each told once; the score of each, and the last once more.
        ensure!(of("cmi.interactions.0.id").len() == 1 && of("cmi.interactions.1.id").len() == 1, "{told:#?}");
        let scores = [percent(1)?, percent(2)?].map(|score| score.to_string());
        let all = of("cmi.core.score.raw");
        ensure!(
            all.iter().take(2).eq(scores.iter()) && all.last() == Some(&scores[1].as_str()) && all.len() <= 3,
            "{all:?}"
        );
        ensure!(of("cmi.core.score.max").len() == 1 && of("cmi.core.lesson_status").len() <= 2, "{told:#?}");
        let states = of("cmi.suspend_data");
        ensure!(states.windows(2).all(|two| two[0] != two[1]), "the same work is told twice: {states:#?}");
        let last = |name: &str| told.iter().rposition(|(told, _)| told.starts_with(name));
        ensure!(last("cmi.core.score.raw") == Some(told.len() - 1), "the score is not told last: {told:#?}");
        ensure!(!chosen.is_empty(), "nothing was chosen");

        // The book grows by what nobody has answered: who has told a score does not tell a lower one.
        reader.goto("about:blank").await?;
        reader.goto(&launch).await?;
        enter_wrapper(reader).await?;
        until_shown(reader, percent(2)?).await
    })
    .await
}

/// What the command that packs says of the room is what the package keeps.
#[tokio::test]
async fn a_course_that_does_not_fit_is_told_of_truly() -> Result<()> {
    let setup = Setup::find()?;
    let site = setup.artifacts.join("large-site");
    let _ = fs::remove_dir_all(&site);
    fs::create_dir_all(&site)?;
    let shared = ["index.html", "theme/css/tokens-", "learning/progress-"];
    for file in setup.files()?.iter().filter(|file| shared.iter().any(|name| file.starts_with(name))) {
        let to = site.join(file);
        fs::create_dir_all(to.parent().context("a folder")?)?;
        fs::copy(setup.site.join(file), to)?;
    }
    let mut catalogue = packages::catalogue()?;
    let lessons: Vec<Value> =
        (0..60).map(|at| lesson(&format!("large/lesson-{at}"), (at..4_000).step_by(60))).collect();
    catalogue["lessons"] = lessons.into();
    fs::write(site.join("catalogue-large.js"), format!("window.curriculumCatalogue = {catalogue};\n"))?;
    fs::write(site.join("titles-none.js"), "window.curriculumTitles = {};\n")?;
    let output = Command::new(packages::program("BUILDER")?)
        .args(["package", "scorm-thin", "--url", "https://book.example/", "--root"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace")?)
        .arg("--site")
        .arg(&site)
        .arg("--out")
        .arg(site.join("packages"))
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let promised = said.split_once("finds some ").and_then(|(_, rest)| rest.split(' ').next()?.parse::<u64>().ok());
    let promised = promised.with_context(|| format!("nothing is said of the room: {said}"))?;
    ensure!(said.contains("all 4000 questions") && said.contains("scorm2004"), "{said}");

    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("room", Look::default(), async |reader| {
        reader.goto(&server.url("progress.html")).await?;
        // Wrong answers take the most room.
        let kept = reader
            .js_with(
                "const [catalogue] = arguments;
                 const state = curriculum.empty();
                 for (const { id, questions } of catalogue.lessons) {
                     state.read[id] = 1;
                     for (const { id } of questions) state.answers[id] = { points: 0, of: 1, attempts: 1, answer: '' };
                 }
                 const count = (few) => {
                     const part = { ...state, answers: Object.fromEntries(Object.entries(state.answers).slice(0, few)) };
                     return Object.keys(curriculum.unpack(catalogue, curriculum.pack(catalogue, part, 4096, null, 50)).answers).length;
                 };
                 return [count(arguments[1]), count(4000)]",
                vec![catalogue.clone(), json!(promised)],
            )
            .await?;
        let [some, all] = [0, 1].map(|at| kept[at].as_u64().unwrap_or_default());
        // With so few bits two names of the book may not be told apart: then both count.
        ensure!((promised..promised + 10).contains(&some) && all >= promised, "{promised} answers were promised, and {kept} are kept");
        ensure!(all < promised + promised / 4, "there is room for {all}, and {promised} were promised");
        Ok(())
    })
    .await
}
