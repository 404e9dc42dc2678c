//! Quizzes, through what a reader does with them.

use crate::demos::with_page;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Demo, Look, Reader, Server, ServerOptions, Setup, Size, reading};
use thirtyfour::Key;

const LESSON_2: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";
const LESSON_3: &str = "time-causality/architectural-models-rpc/serialization-idl.html";

/// The question that is shown.
pub(crate) const SHOWN: &str = ".quiz-question:not([hidden])";

/// Hears every answer from now on, as a course's own script does.
pub(crate) async fn listen(reader: &Reader) -> Result<()> {
    let script = "window.heard = []; document.addEventListener('demo-answer', (event) => heard.push(event.detail))";
    reader.js(script).await.map(drop)
}

/// What was heard: question, whether it is right, points, attempt.
pub(crate) async fn heard(reader: &Reader) -> Result<Value> {
    let script = "return heard.map(({ question, correct, points, attempt }) => [question, correct, points, attempt])";
    reader.js(script).await
}

/// Clicks the choice that says `text` in the question that is shown.
pub(crate) async fn choose(demo: &Demo<'_>, text: &str) -> Result<()> {
    let script = format!(
        "return [...demo.querySelectorAll('{SHOWN} .quiz-choices > li')].findIndex((it) => it.textContent.includes({}))",
        Value::from(text)
    );
    let place = demo.js(&script).await?.as_i64().filter(|place| *place >= 0);
    let place = place.with_context(|| format!("no choice says {text:?}"))?;
    demo.click(&format!("{SHOWN} .quiz-choices > li:nth-child({}) .quiz-choice", place + 1)).await
}

async fn until_asked(demo: &Demo<'_>, words: &str) -> Result<()> {
    demo.until_text(&format!("{SHOWN} legend"), words).await
}

/// Presses the strong button.
pub(crate) async fn go_on(demo: &Demo<'_>) -> Result<()> {
    demo.click("button.strong").await
}

/// Waits until the keyboard's focus is on that part of the figure.
pub(crate) async fn until_focused(demo: &Demo<'_>, part: &str) -> Result<()> {
    let id = format!("{}-{part}", demo.id());
    demo.until(&format!("the focus on {part}"), &format!("document.activeElement.id === {}", Value::from(id))).await
}

#[tokio::test]
async fn a_reader_goes_through_a_quiz_and_tries_again_what_was_wrong() -> Result<()> {
    with_page("quiz_mouse", LESSON_2, Look::default(), async |reader, _| {
        listen(reader).await?;
        let demo = reader.demo("quiz-duplicates").await?;
        demo.until_text(".quiz-progress", "Question 1 of 4").await?;
        demo.until("the answers away", "!demo.querySelector('.figure-events')").await?;
        // Nothing is chosen yet: the button says so, and nobody is told of an answer.
        go_on(&demo).await?;
        demo.until_text(".quiz-note", "Give an answer first").await?;

        choose(&demo, "TCP does not number").await?;
        demo.until("the note away", "!demo.querySelector('.quiz-note').textContent").await?;
        go_on(&demo).await?;
        until_focused(&demo, "feedback-1").await?;
        demo.until_text(".quiz-verdict", "✕ Not right").await?;
        demo.until_text(".quiz-choice.bad .quiz-mark", "✕ Your answer, not right").await?;
        demo.until_text(".quiz-choice.good", "Whoever tries again").await?;
        demo.until_text(".quiz-choice.good .quiz-mark", "✓ The answer").await?;
        demo.until_text(".quiz-why", "applied 2 times").await?;
        demo.until("the choices fixed", "[...demo.querySelectorAll('input')].slice(0, 4).every((it) => it.disabled)").await?;

        go_on(&demo).await?;
        until_asked(&demo, "What can be had all the same").await?;
        until_focused(&demo, "question-2").await?;
        // One of two is not enough.
        choose(&demo, "The effect takes place").await?;
        go_on(&demo).await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✕ Not right").await?;
        demo.until_text(&format!("{SHOWN} .missed .quiz-mark"), "✓ Right, and not chosen").await?;
        go_on(&demo).await?;

        until_asked(&demo, "What do we call such an operation").await?;
        demo.click_named("Skip for now").await?;
        until_asked(&demo, "What is the balance in the end").await?;
        choose(&demo, "0.00").await?;
        go_on(&demo).await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✓ Right").await?;
        let link = demo.js("return demo.querySelector('.quiz-witness a').getAttribute('href')").await?;
        ensure!(link == json!("#filter-forgets"), "{link}");
        go_on(&demo).await?;

        // Back to what was skipped; the others stay as they were.
        until_asked(&demo, "What do we call such an operation").await?;
        demo.click_named("Back").await?;
        until_asked(&demo, "What can be had all the same").await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "Not right").await?;
        go_on(&demo).await?;
        until_asked(&demo, "What do we call such an operation").await?;
        demo.find(&format!("{SHOWN} input")).await?.send_keys("  An Idempotent operation ").await?;
        go_on(&demo).await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✓ Right").await?;
        demo.until_text(&format!("{SHOWN} .quiz-answers"), "Your answer").await?;
        go_on(&demo).await?;

        until_focused(&demo, "result").await?;
        demo.until_text(".quiz-score", "2 of 4 points").await?;
        let shown = demo.js(&format!("return demo.querySelectorAll('{SHOWN} .quiz-feedback').length")).await?;
        ensure!(shown == json!(4), "{shown} questions with their answers");
        ensure!(
            heard(reader).await?
                == json!([["over-tcp", false, 0, 1], ["exactly-once", false, 0, 1], ["filter-forgets", true, 1, 1],
                          ["idempotent", true, 1, 1]]),
            "{}",
            heard(reader).await?
        );

        demo.click_named("Try again what was wrong (2)").await?;
        demo.until_text(".quiz-progress", "Question 1 of 2 to be tried again").await?;
        until_focused(&demo, "question-1").await?;
        demo.until("nothing chosen", &format!("!demo.querySelector('{SHOWN} input:checked')")).await?;
        choose(&demo, "Whoever tries again").await?;
        go_on(&demo).await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✓ Right").await?;
        go_on(&demo).await?;
        choose(&demo, "The effect takes place").await?;
        choose(&demo, "without harm").await?;
        go_on(&demo).await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✓ Right").await?;
        go_on(&demo).await?;
        demo.until_text(".quiz-score", "4 of 4 points").await?;
        let told = reader.js("return heard.at(-1)").await?;
        ensure!(
            told == json!({
                "id": "quiz-duplicates", "question": "exactly-once", "kind": "choice", "correct": true, "attempt": 2,
                "points": 1, "of": 1,
                "answer": "The effect takes place exactly once, if the server helps.; A request may be sent again without harm.",
                "right": "The effect takes place exactly once, if the server helps.; A request may be sent again without harm.",
            }),
            "{told}"
        );
        demo.click_named("Try all again").await?;
        demo.until_text(".quiz-progress", "Question 1 of 4").await
    })
    .await
}

#[tokio::test]
async fn by_keyboard_alone_a_reader_goes_through_a_quiz() -> Result<()> {
    with_page("quiz_keyboard", "embed/quiz-silence.html", Look::default(), async |reader, _| {
        listen(reader).await?;
        let demo = reader.demo("quiz-silence").await?;
        reader.js("document.querySelector('.quiz-question').focus()").await?;
        // Radio buttons: the arrows go around among them, as the browser has it.
        reader.press(Key::Tab).await?;
        reader.press(Key::Space).await?;
        let chosen = |text: &str| {
            format!(
                "demo.querySelector('{SHOWN} label:has(input:checked)')?.textContent.includes({})",
                Value::from(text)
            )
        };
        for _ in 0..4 {
            if demo.js(&format!("return {}", chosen("Nothing: it may"))).await? == json!(true) {
                break;
            }
            reader.press(Key::Down).await?;
        }
        demo.until("the right one chosen", &chosen("Nothing: it may")).await?;
        // Enter checks, wherever in the question.
        reader.press(Key::Enter).await?;
        until_focused(&demo, "feedback-1").await?;
        demo.until_text(".quiz-verdict", "✓ Right").await?;
        let strong = "document.activeElement.matches('button.strong')";
        reader.press(Key::Tab).await?;
        demo.until("the button next", strong).await?;
        reader.press(Key::Enter).await?;
        until_focused(&demo, "question-2").await?;

        // Check boxes, each with the space bar.
        let wanted = ["The request is lost", "before it commits", "after it has committed", "The reply is lost"];
        for _ in 0..6 {
            reader.press(Key::Tab).await?;
            let label = reader.js("return document.activeElement.closest('label')?.textContent ?? ''").await?;
            if wanted.iter().any(|words| label.as_str().is_some_and(|label| label.contains(words))) {
                reader.press(Key::Space).await?;
            }
        }
        reader.press(Key::Enter).await?;
        until_focused(&demo, "feedback-2").await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✓ Right").await?;
        reader.press(Key::Tab).await?;
        reader.press(Key::Enter).await?;
        until_focused(&demo, "question-3").await?;
        reader.press(Key::Tab).await?;
        reader.press(Key::Space).await?;
        demo.until("0 chosen", &chosen("0")).await?;
        reader.press(Key::Enter).await?;
        until_focused(&demo, "feedback-3").await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✕ Not right").await?;
        // The figure that tells is on the lesson's page.
        reader.press(Key::Tab).await?;
        let link = reader.js("return [document.activeElement.href, document.activeElement.target]").await?;
        ensure!(
            link[0].as_str().is_some_and(|href| href.ends_with(&format!("{LESSON_2}#deadline-stays-behind")))
                && link[1] == json!("_blank"),
            "{link}"
        );
        reader.press(Key::Tab).await?;
        reader.press(Key::Enter).await?;
        until_focused(&demo, "result").await?;
        demo.until_text(".quiz-score", "2 of 3 points").await?;
        ensure!(heard(reader).await?.as_array().map(Vec::len) == Some(3), "{}", heard(reader).await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn at_the_end_all_answers_are_marked_together() -> Result<()> {
    with_page("quiz_end", LESSON_3, Look::default(), async |reader, _| {
        listen(reader).await?;
        let demo = reader.demo("quiz-reused-numbers").await?;
        demo.until_text(&format!("{SHOWN} .quiz-part"), "Both take four bytes").await?;
        choose(&demo, "50").await?;
        go_on(&demo).await?;
        until_asked(&demo, "Number 3 was").await?;
        go_on(&demo).await?;
        until_asked(&demo, "What does an old client see").await?;
        choose(&demo, "Nothing: its type").await?;
        // The second has no answer yet.
        go_on(&demo).await?;
        until_asked(&demo, "Number 3 was").await?;
        until_focused(&demo, "question-2").await?;
        demo.until_text(".quiz-note", "no answer yet").await?;
        choose(&demo, "\"\"").await?;
        // An answer can be changed until it is handed in.
        demo.click_named("Back").await?;
        until_asked(&demo, "What amount").await?;
        demo.until("the first still chosen", &format!("demo.querySelector('{SHOWN} input:checked')")).await?;
        choose(&demo, "1112014848").await?;
        ensure!(heard(reader).await? == json!([]), "told before it was handed in: {}", heard(reader).await?);
        ensure!(demo.js("return demo.querySelector('.quiz-feedback')").await?.is_null(), "marked too early");
        go_on(&demo).await?;
        until_asked(&demo, "Number 3 was").await?;
        go_on(&demo).await?;
        demo.until_text("button.strong", "Hand in").await?;
        go_on(&demo).await?;
        until_focused(&demo, "result").await?;
        demo.until_text(".quiz-result", "3 of 3 points").await?;
        demo.until_text(".quiz-result", "all are right").await?;
        ensure!(
            heard(reader).await?
                == json!([
                    ["wire-types-agree", true, 1, 1],
                    ["wire-types-differ", true, 1, 1],
                    ["old-sees-new", true, 1, 1]
                ]),
            "{}",
            heard(reader).await?
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_next_question_stands_still_at_once() -> Result<()> {
    with_page("quiz_still", LESSON_2, Look::default(), async |reader, _| {
        let demo = reader.demo("quiz-duplicates").await?;
        choose(&demo, "TCP does not number").await?;
        go_on(&demo).await?;
        until_focused(&demo, "feedback-1").await?;
        // The button at the bar, so that the next question is out of sight and the page has to go there.
        demo.js("const button = demo.querySelector('button.strong'); button.scrollIntoView({ block: 'start', behavior: 'instant' })")
            .await?;
        let script = "const [id, done] = arguments;
            const demo = document.getElementById(id);
            demo.querySelector('button.strong').click();
            const places = [];
            const look = () => {
                const focused = document.activeElement.id === `${id}-question-2`;
                if (focused) places.push(document.activeElement.getBoundingClientRect().top);
                if (places.length < 30) requestAnimationFrame(look); else done(places);
            };
            look()";
        let places = reader.driver.execute_async(script, vec![json!("quiz-duplicates")]).await?.json().clone();
        let places: Vec<f64> = serde_json::from_value(places)?;
        ensure!(places.iter().all(|place| *place == places[0]), "where a reader clicks the choices slide: {places:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn code_can_be_chosen_and_a_program_traced() -> Result<()> {
    let look = Look { size: Size::Narrow, ..Look::default() };
    with_page("quiz_code", "embed/example-quiz.html", look, async |reader, _| {
        listen(reader).await?;
        let demo = reader.demo("example-quiz").await?;
        let quiet = async |when: &str| -> Result<()> {
            let found = reader.axe().await?;
            ensure!(found.is_empty(), "{when}: {found:?}");
            Ok(())
        };
        demo.click_named("Skip for now").await?;
        until_asked(&demo, "What do we call an operation").await?;
        demo.click_named("Skip for now").await?;
        until_asked(&demo, "Which loop").await?;
        quiet("choices of code").await?;
        // Code is no part of a label; a click on it chooses all the same, and the keyboard goes on from there.
        let code = format!("{SHOWN} .quiz-choice:has(pre)");
        let named = demo
            .js(&format!(
                "return [...demo.querySelectorAll('{code} input')].every((it) =>
                    document.getElementById(it.getAttribute('aria-labelledby')) === it.parentElement)"
            ))
            .await?;
        ensure!(named == json!(true), "a choice has no name");
        choose(&demo, "charge(key)").await?;
        demo.until("one chosen", &format!("demo.querySelectorAll('{code} input:checked').length === 1")).await?;
        choose(&demo, "charge(new_key())").await?;
        demo.until(
            "the other in its place, with the focus",
            &format!("demo.querySelectorAll('{code} input:checked').length === 1
                && document.activeElement === demo.querySelector('{code} input:checked')
                && document.activeElement.parentElement.textContent.includes('charge(new_key())')"),
        )
        .await?;
        reader.press(Key::Enter).await?;
        until_focused(&demo, "feedback-3").await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✓ Right").await?;
        demo.until_text(&format!("{SHOWN} .quiz-choice.good .quiz-mark"), "Your answer, and right").await?;
        quiet("code marked").await?;
        // What was chosen stays.
        demo.click(&format!("{SHOWN} li:has(.quiz-choice:not(.good)) pre")).await?;
        let chosen = demo.js(&format!("return demo.querySelectorAll('{SHOWN} .good input:checked').length")).await?;
        ensure!(chosen == json!(1), "{chosen} chosen after the mark");

        go_on(&demo).await?;
        until_asked(&demo, "Does this program compile?").await?;
        let numbers = demo
            .js(&format!("return getComputedStyle(demo.querySelector('{SHOWN} .line'), '::before').content"))
            .await?;
        ensure!(numbers == json!("counter(line)"), "{numbers}");
        let field = format!("{SHOWN} textarea");
        demo.until("no field yet", &format!("!demo.querySelector('{field}')")).await?;
        choose(&demo, "It compiles").await?;
        demo.find(&field).await?.send_keys("256").await?;
        choose(&demo, "It does not compile").await?;
        demo.until("no field any more", &format!("!demo.querySelector('{field}')")).await?;
        choose(&demo, "It compiles").await?;
        quiet("a program").await?;
        go_on(&demo).await?;
        demo.until_text(&format!("{SHOWN} .quiz-verdict"), "✕ Not right").await?;
        demo.until_text(&format!("{SHOWN} .quiz-answers .bad .quiz-output"), "256").await?;
        demo.until_text(&format!("{SHOWN} .quiz-answers .good .quiz-output"), "0").await?;
        quiet("a program marked").await?;
        let told = reader.js("return heard.map(({ question, kind, answer, right, correct }) => [question, kind, answer, right, correct])").await?;
        let right = "while charge(new_key()).is_err() {}";
        ensure!(
            told == json!([
                ["which-loop", "choice", right, right, true],
                ["one-more-byte", "fill-in", "256", "0", false]
            ]),
            "{told}"
        );
        Ok(())
    })
    .await
}

/// The first question's choices, as they stand.
const ORDER: &str = "return [...demo.querySelector('.quiz-choices').children].map((it) => it.textContent)";

#[tokio::test]
async fn a_link_holds_the_order_of_the_choices() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("quiz_link", Look::default(), async |reader| {
        let order = async |run: &str| -> Result<Value> {
            reader.goto(&server.url(&format!("embed/quiz-silence.html{run}"))).await?;
            let demo = reader.demo("quiz-silence").await?;
            demo.until_text(".quiz-progress", "Question 1").await?;
            let seed = run.rsplit('.').next().filter(|_| !run.is_empty()).unwrap_or("1");
            demo.until("its order", &format!("demo.querySelector('.figure').dataset.run?.endsWith('seed.{seed}')"))
                .await?;
            demo.js(ORDER).await
        };
        let own = order("").await?;
        let mut orders = vec![own.clone()];
        for seed in 2..7 {
            let run = format!("?run=2~quiz~seed.{seed}");
            let one = order(&run).await?;
            ensure!(one == order(&run).await?, "the same link, another order");
            orders.push(one);
        }
        let sorted = |order: &Value| {
            let mut texts: Vec<String> = serde_json::from_value(order.clone()).unwrap_or_default();
            texts.sort();
            texts
        };
        ensure!(orders.iter().all(|one| sorted(one) == sorted(&own) && sorted(one).len() == 4), "{orders:?}");
        ensure!(orders.iter().any(|one| *one != own), "every seed has the same order: {own}");

        reader.goto(&server.url("embed/quiz-silence.html?run=2~quiz~seed.x")).await?;
        let demo = reader.demo("quiz-silence").await?;
        demo.until_text(".notice", "the page's own order").await?;
        ensure!(demo.js(ORDER).await? == own, "another order than the page's");
        reader.ensure_quiet("quiz link").await
    })
    .await
}

#[tokio::test]
async fn without_scripts_every_question_and_every_answer_can_be_read() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    reading("quiz_without_scripts", Look { javascript: false, ..Look::default() }, async |reader| {
        reader.goto(&server.url(LESSON_2)).await?;
        let script = "const quiz = document.getElementById('quiz-duplicates');
            const seen = [...quiz.querySelectorAll('.quiz-question')].filter((it) => it.checkVisibility());
            return [seen.length, seen.map((it) => it.dataset.kind).join(' '),
                    quiz.querySelectorAll('button').values().some((it) => it.checkVisibility()),
                    quiz.querySelector('.figure-events').open]";
        let seen = reader.js(script).await?;
        ensure!(seen == json!([4, "choice choice fill-in prediction", false, false]), "{seen}");
        reader.find("#quiz-duplicates .figure-events summary").await?.send_keys(Key::Enter).await?;
        let table = reader.find("#quiz-duplicates .figure-events table").await?.text().await?;
        ensure!(["idempotent", "0.00", "Whoever tries again"].iter().all(|words| table.contains(words)), "{table}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn on_the_smallest_phone_choices_are_large_and_nothing_sticks_out() -> Result<()> {
    let look = Look { size: Size::Smallest, reduced_motion: true, ..Look::default() };
    with_page("quiz_phone", LESSON_2, look, async |reader, _| {
        let demo = reader.demo("quiz-silence").await?;
        let fits = async |when: &str| -> Result<()> {
            let script = "return [Math.max(innerWidth, document.documentElement.scrollWidth),
                [...demo.querySelectorAll('.quiz-choice, .quiz-tools button')].filter((it) => it.checkVisibility())
                    .filter((it) => it.getBoundingClientRect().height < 44).map((it) => it.textContent)]";
            let found = demo.js(script).await?;
            ensure!(found == json!([320, []]), "{when}: {found}");
            Ok(())
        };
        fits("asked").await?;
        choose(&demo, "Nothing: it may").await?;
        go_on(&demo).await?;
        demo.until_text(".quiz-verdict", "✓ Right").await?;
        fits("marked").await?;
        for words in ["INVALID_ARGUMENT", "1"] {
            go_on(&demo).await?;
            choose(&demo, words).await?;
            go_on(&demo).await?;
            demo.until("marked", &format!("demo.querySelector('{SHOWN} .quiz-feedback')")).await?;
        }
        go_on(&demo).await?;
        demo.until_text(".quiz-score", "2 of 3 points").await?;
        fits("at the end").await
    })
    .await
}

#[tokio::test]
async fn a_result_passes_every_check_of_accessibility() -> Result<()> {
    with_page("quiz_axe", "embed/quiz-duplicates.html", Look::default(), async |reader, _| {
        let demo = reader.demo("quiz-duplicates").await?;
        let quiet = async |when: &str| -> Result<()> {
            let found = reader.axe().await?;
            ensure!(found.is_empty(), "{when}: {found:?}");
            Ok(())
        };
        for words in ["TCP does not number", "The effect takes place", "", "0.00"] {
            if words.is_empty() {
                demo.find(&format!("{SHOWN} input")).await?.send_keys("forgetful").await?;
            } else {
                choose(&demo, words).await?;
            }
            quiet("asked").await?;
            go_on(&demo).await?;
            demo.until("marked", &format!("demo.querySelector('{SHOWN} .quiz-feedback')")).await?;
            quiet("marked").await?;
            go_on(&demo).await?;
        }
        demo.until_text(".quiz-score", "1 of 4 points").await?;
        quiet("at the end").await?;
        reader.prefer(site_tests::Scheme::Dark).await?;
        quiet("at the end, in the dark").await
    })
    .await
}
