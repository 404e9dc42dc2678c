//! What the LMS has is what the reader did.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, reading};

use crate::{
    course::{Course, FIGURE, Wasm, answer, enter_exercises, enter_page, enter_wrapper, percent, until_shown},
    packages,
};

/// A number that may be written as a text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// The score that an LMS of that edition has.
pub fn score(edition: &str, cmi: &Value) -> Option<f64> {
    let core = if edition == "2004" { &cmi["cmi"] } else { &cmi["cmi"]["core"] };
    number(&core["score"]["raw"])
}

/// The interactions that an LMS has, in order.
pub fn interactions(data: &Value) -> Result<Vec<&Value>> {
    Ok(match &data["interactions"] {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) => map.values().filter(|value| value.is_object()).collect(),
        other => anyhow::bail!("no interactions: {other}"),
    })
}

#[tokio::test]
async fn the_lms_has_what_the_reader_did_and_gives_it_back() -> Result<()> {
    for edition in ["1.2", "2004"] {
        let course = Course::start(&packages::scorm(edition)?, Wasm::Right).await?;
        let url = course.launch(edition, "asynchronous", "run", "");
        reading(&format!("lms_run_{edition}"), Look::default(), async |reader| {
            reader.goto(&url).await?;
            enter_wrapper(reader).await?;
            reader.until("no score yet", "document.getElementById('score').textContent === 'No score yet'").await?;
            ensure!(
                score(edition, &course.until_committed("run", "anything", |_| true).await?).is_none(),
                "a score without an answer"
            );
            enter_exercises(reader).await?;
            let chosen = answer(reader, FIGURE, [3, 3], "").await?;
            reader.driver.enter_parent_frame().await?;
            reader.until("a score", "document.getElementById('score').textContent.startsWith('Score')").await?;
            let report = reader.js("return document.getElementById('counts').textContent").await?;
            let got = report.as_str().and_then(|text| text.split(' ').next()?.parse::<u64>().ok()).context("points")?;
            ensure!(got == 1, "{got} points for one right answer of two");
            let all = percent(got)?;
            until_shown(reader, all).await?;

            let cmi = course.until_committed("run", "the score", |cmi| score(edition, cmi) == Some(all as f64)).await?;
            let data = &cmi["cmi"];
            let interactions = interactions(data)?;
            ensure!(interactions.len() == 2, "{interactions:#?}");
            let ids: Vec<&str> = interactions.iter().filter_map(|one| one["id"].as_str()).collect();
            ensure!(ids == [format!("{FIGURE}/balance"), format!("{FIGURE}/caller")], "{ids:?}");
            let right = interactions.iter().filter(|one| one["result"] == "correct").count() as u64;
            ensure!(right == got, "{right} interactions are right, and the reader has {got} points: {interactions:#?}");
            let response = if edition == "2004" { "learner_response" } else { "student_response" };
            for (one, chosen) in interactions.iter().zip(&chosen) {
                let told = one[response].as_str().context("a response")?.to_lowercase();
                ensure!(chosen.to_lowercase().contains(&told), "chosen was {chosen}: {one:#}");
                ensure!(one["type"] == "fill-in" || one["type"] == "choice", "{one:#}");
            }
            if edition == "2004" {
                ensure!(number(&data["score"]["scaled"]) == Some(all as f64 / 100.0), "{data:#}");
                ensure!(data["completion_status"] == "incomplete" && data["success_status"] == "unknown", "{data:#}");
                ensure!(data["location"] == crate::course::PAGE, "{}", data["location"]);
            } else {
                ensure!(data["core"]["lesson_status"] == "incomplete", "{data:#}");
                ensure!(data["core"]["lesson_location"] == crate::course::PAGE, "{}", data["core"]["lesson_location"]);
            }
            let suspended = data["suspend_data"].as_str().context("suspend_data")?.len();
            ensure!(suspended > 6 && suspended <= 4_096, "{suspended} characters of suspend_data");

            // Another day: the same page, the same score, the answer in its place.
            reader.goto("about:blank").await?;
            reader.goto(&url).await?;
            enter_wrapper(reader).await?;
            until_shown(reader, all).await?;
            enter_exercises(reader).await?;
            let state = reader.js("return window.curriculum.state.answers").await?;
            ensure!(state[format!("{FIGURE}/balance")]["of"] == json!(1), "{state:#}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// A quiz in the lesson about calls, whose first question has one right answer and whose second has several.
const QUIZ: &str = "quiz-silence";
const LESSON: &str = "time-causality/architectural-models-rpc/rpc-mechanics";

#[tokio::test]
async fn a_quiz_is_told_as_what_was_chosen() -> Result<()> {
    for edition in ["1.2", "2004"] {
        let course = Course::start(&packages::scorm(edition)?, Wasm::Right).await?;
        reading(&format!("lms_quiz_{edition}"), Look::default(), async |reader| {
            reader.goto(&course.launch(edition, "synchronous", "quiz", "")).await?;
            enter_wrapper(reader).await?;
            enter_page(reader, LESSON).await?;
            let demo = reader.demo(QUIZ).await?;
            let shown = ".quiz-question:not([hidden])";
            demo.until("a question", &format!("demo.querySelector('{shown} .quiz-choices input:enabled')")).await?;
            // The first and the last choice of each of two questions; in the first, the last takes the first's place.
            for number in 1..=2 {
                for place in ["first", "last"] {
                    demo.click(&format!("{shown} .quiz-choices > li:{place}-child label")).await?;
                }
                demo.click("button.strong").await?;
                let marked = format!("document.getElementById('{QUIZ}-feedback-{number}')?.textContent");
                demo.until("the mark", &marked).await?;
                demo.click("button.strong").await?;
            }
            let answers = reader.js("return curriculum.state.answers").await?;
            reader.driver.enter_parent_frame().await?;
            let points: u64 =
                answers.as_object().into_iter().flatten().filter_map(|(_, one)| one["points"].as_u64()).sum();
            let seen = percent(points)?;
            until_shown(reader, seen).await?;
            let has_it = |cmi: &Value| {
                score(edition, cmi) == Some(seen as f64) && interactions(&cmi["cmi"]).is_ok_and(|all| all.len() == 2)
            };
            let cmi = course.until_committed("quiz", "two interactions and the score", has_it).await?;
            for one in interactions(&cmi["cmi"])? {
                let id = one["id"].as_str().context("an id")?;
                let said = answers[id]["answer"].as_str().with_context(|| format!("{id} in {answers:#}"))?;
                if edition == "2004" {
                    let told = one["learner_response"].as_str().context("a response")?;
                    ensure!(
                        one["type"] == "choice" && told.split("[,]").count() == said.split("; ").count(),
                        "{said}: {one:#}"
                    );
                } else {
                    ensure!(
                        one["type"] == "fill-in" && said.starts_with(one["student_response"].as_str().unwrap_or("?")),
                        "{said}: {one:#}"
                    );
                }
                let right = answers[id]["points"].as_u64() > Some(0);
                let wrong = if edition == "2004" { "incorrect" } else { "wrong" };
                ensure!(one["result"] == if right { "correct" } else { wrong }, "{one:#}");
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}
