//! Whatever way a student leaves, the LMS has the score that the student saw.

use anyhow::{Context, Result, ensure};
use site_tests::{Look, Reader, reading};

use crate::{
    course::{Course, FIGURE, Wasm, answer, enter_exercises, enter_wrapper, percent, until_shown},
    packages,
    runtime::score,
};

/// How to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The LMS shows something else in the frame.
    Source,
    /// The LMS takes the frame away.
    Removed,
    /// The window goes to another page.
    Navigated,
    /// The tab is closed.
    TabClosed,
    /// The window that the LMS opened is closed.
    PopUpClosed,
}

const WAYS: [Way; 5] = [Way::Source, Way::Removed, Way::Navigated, Way::TabClosed, Way::PopUpClosed];

/// Opens an attempt, answers, and leaves at once: the next thing that happens is the leaving. Returns the points got.
async fn visit(reader: &Reader, course: &Course, edition: &str, kind: &str, attempt: &str, way: Way) -> Result<u64> {
    let first = reader.driver.window().await?;
    if matches!(way, Way::TabClosed | Way::PopUpClosed) {
        let tab = reader.driver.new_tab().await?;
        reader.driver.switch_to_window(tab).await?;
    }
    let host = reader.driver.window().await?;
    let more = if way == Way::PopUpClosed { "&way=popup" } else { "" };
    reader.goto(&course.launch(edition, kind, attempt, more)).await?;
    if way == Way::PopUpClosed {
        reader.until("the pop-up", "window.sco").await?;
        let windows = reader.driver.windows().await?;
        let popup = windows.into_iter().find(|window| *window != first && *window != host).context("no pop-up")?;
        reader.driver.switch_to_window(popup).await?;
        reader.until("the wrapper", "document.body?.dataset.saved").await?;
    } else {
        enter_wrapper(reader).await?;
    }
    enter_exercises(reader).await?;
    answer(reader, FIGURE, [3, 1], "").await?;
    let answers =
        reader.js("return Object.values(curriculum.state.answers).reduce((sum, it) => sum + it.points, 0)").await?;
    match way {
        Way::Source | Way::Removed | Way::Navigated => {
            reader.driver.enter_default_frame().await?;
            let leave = match way {
                Way::Source => "document.getElementById('sco').src = 'about:blank'",
                Way::Removed => "document.getElementById('sco').remove()",
                _ => "location.href = 'about:blank'",
            };
            reader.js(leave).await?;
        }
        Way::TabClosed => reader.driver.close_window().await?,
        Way::PopUpClosed => {
            reader.driver.close_window().await?;
            reader.driver.switch_to_window(host).await?;
            // The LMS is still there, and sends what it has.
            reader.until("the pop-up closed", "window.sco.closed").await?;
            reader.driver.close_window().await?;
        }
    }
    reader.driver.switch_to_window(first).await?;
    answers.as_u64().context("the points in the book")
}

async fn no_way_loses_the_score(edition: &'static str) -> Result<()> {
    let course = Course::start(&packages::scorm(edition)?, Wasm::Right).await?;
    reading(&format!("leaving_{edition}"), Look::default(), async |reader| {
        for kind in ["asynchronous", "synchronous"] {
            for way in WAYS {
                let attempt = format!("{kind}-{way:?}");
                let place = || format!("{edition}, {kind} LMS, {way:?}");
                let points = visit(reader, &course, edition, kind, &attempt, way).await.with_context(place)?;
                ensure!(points > 0, "{}: the figure's answers are all wrong", place());
                let seen = percent(points)?;
                let has_it = |cmi: &_| score(edition, cmi) == Some(seen as f64);
                course.until_committed(&attempt, "the score that the student saw", has_it).await.with_context(place)?;
                // And the student finds it again.
                reader.goto(&course.launch(edition, kind, &attempt, "")).await?;
                enter_wrapper(reader).await?;
                until_shown(reader, seen).await.with_context(place)?;
                reader.driver.enter_default_frame().await?;
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn no_way_to_leave_scorm_12_loses_the_score() -> Result<()> {
    no_way_loses_the_score("1.2").await
}

#[tokio::test]
async fn no_way_to_leave_scorm_2004_loses_the_score() -> Result<()> {
    no_way_loses_the_score("2004").await
}

/// The hardest: the LMS takes the frame away in the same task in which the answer is given, before any message has
/// been delivered. What the LMS could not be told then, it is told next time.
#[tokio::test]
async fn an_answer_in_the_last_moment_is_not_lost() -> Result<()> {
    let edition = "1.2";
    let course = Course::start(&packages::scorm(edition)?, Wasm::Right).await?;
    reading("last_moment", Look::default(), async |reader| {
        for kind in ["asynchronous", "synchronous"] {
            for leave in ["top.document.getElementById('sco').remove()", "top.location = 'about:blank'"] {
                let attempt = format!("{kind}-{}", leave.len());
                let launch = course.launch(edition, kind, &attempt, "");
                reader.goto(&launch).await?;
                enter_wrapper(reader).await?;
                enter_exercises(reader).await?;
                // The frame that the script runs in is gone when it ends, and the driver may say so.
                let _ = answer(reader, FIGURE, [3, 1], leave).await;
                reader.driver.enter_default_frame().await?;
                reader.goto(&launch).await?;
                enter_wrapper(reader).await?;
                let place = || format!("{kind} LMS, {leave}");
                reader
                    .until("a score", "document.getElementById('score').textContent.startsWith('Score')")
                    .await
                    .with_context(place)?;
                let counts = reader.js("return document.getElementById('counts').textContent").await?;
                let points: u64 =
                    counts.as_str().and_then(|text| text.split(' ').next()?.parse().ok()).context("points")?;
                ensure!(points == 2, "{}: {points} points of 2", place());
                let seen = percent(points)?;
                until_shown(reader, seen).await.with_context(place)?;
                let has_it = |cmi: &_| score(edition, cmi) == Some(seen as f64);
                course.until_committed(&attempt, "the score", has_it).await.with_context(place)?;
                reader.driver.enter_default_frame().await?;
            }
        }
        Ok(())
    })
    .await
}
