//! The demos, through what a reader does with them.

use anyhow::{Context, Result, ensure};
use architectures::live::{Action, Change, Run};
use protocols::rpc::{Mistake, Semantics};
use serde_json::json;
use sim::Time;
use site_tests::{Demo, Look, PICTURE, Reader, Server, ServerOptions, Setup, Size, reading};
use thirtyfour::Key;

const LESSON_1: &str = "time-causality/architectural-models-rpc/client-server-p2p.html";
const LESSON_2: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";

/// Reads `page` with an ordinary browser.
pub(crate) async fn with_page(
    name: &str,
    page: &str,
    look: Look,
    test: impl AsyncFnOnce(&Reader, &Server) -> Result<()>,
) -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading(name, look, async |reader| {
        reader.goto(&server.url(page)).await?;
        test(reader, &server).await?;
        reader.ensure_quiet(name).await
    })
    .await
}

/// Reads the embed page of the reference page's example with that id, with `view` in the address if it is not empty.
pub(crate) async fn with_example(
    name: &str,
    id: &str,
    view: &str,
    look: Look,
    test: impl AsyncFnOnce(&Reader, Demo<'_>) -> Result<()>,
) -> Result<()> {
    let query = if view.is_empty() { String::new() } else { format!("?run={view}") };
    with_page(name, &format!("embed/{id}.html{query}"), look, async |reader, _| {
        test(reader, reader.demo(id).await?).await
    })
    .await
}

/// Where the scrubber stands and where it can go, in milliseconds.
pub(crate) async fn clock(demo: &Demo<'_>) -> Result<(u64, u64)> {
    let clock = demo
        .js("const scrub = demo.querySelector('.scrubber input'); return [scrub.valueAsNumber, Number(scrub.max)]")
        .await?;
    Ok((clock[0].as_u64().context("the clock")?, clock[1].as_u64().context("the end")?))
}

#[tokio::test]
async fn the_first_picture_is_the_prerendered_one() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("prerendered", Look::default(), async |reader| {
        for page in setup.embed_pages()? {
            reader.goto(&server.url(&page)).await?;
            let ids = reader.wake_demos().await?;
            ensure!(ids.len() == 1, "{page}: {} demos", ids.len());
            // The file itself, parsed but not run.
            let html = std::fs::read_to_string(setup.site.join(&page))?;
            let script = format!(
                "const before = new DOMParser().parseFromString(arguments[0], 'text/html').querySelector('.demo {PICTURE}');
                 const after = document.querySelector('.demo {PICTURE}');
                 // A figure without a picture is a table.
                 return [before, after].map((it) => it?.querySelector('title').textContent ?? 'none').concat(
                         [before, after].map((it) => it?.getAttribute('viewBox') ?? 'none'))"
            );
            let pair = reader.js_with(&script, vec![html.into()]).await?;
            ensure!(
                pair[0] == pair[1] && pair[2] == pair[3],
                "{page}: the picture changes when the demo wakes: {pair}"
            );
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_reader_loses_the_reply_and_the_money_is_taken_twice() -> Result<()> {
    with_page("lose_the_reply", LESSON_2, Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        demo.until_text(".verdict", "Correct").await?;
        demo.click_named("The reply to attempt 1").await?;
        demo.click_named("Lose it").await?;
        demo.until_text(".verdict", "Caller cannot tell").await?;
        demo.until_text(".truth", "deducted once").await?;
        demo.until_text(".belief", "DEADLINE_EXCEEDED").await?;
        demo.until_text(".chips", "reply to attempt 1 lost").await?;

        demo.click("input[value='at-least-once']").await?;
        demo.until_text(".verdict", "Applied twice").await?;
        demo.until_text(".truth", "deducted twice").await?;
        demo.until_text(".belief", "Done").await?;
        demo.until_text(".chain", "the server deducts again").await?;

        // And back: the message delivered, all is well again.
        demo.click_named("The reply to attempt 1").await?;
        demo.click_named("Deliver it").await?;
        demo.until_text(".verdict", "Correct").await
    })
    .await
}

#[tokio::test]
async fn every_way_to_break_a_call_has_its_verdict() -> Result<()> {
    with_page("break_it", LESSON_2, Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        let table = [
            ("The request of attempt 1", "Lose it", "Lost"),
            ("The request of attempt 1", "Double it", "Applied twice"),
            ("The request of attempt 1", "Delay it past the timeout", "Caller cannot tell"),
            ("The reply to attempt 1", "Delay it past the timeout", "Caller cannot tell"),
            ("The reply to attempt 1", "Double it", "Correct"),
            ("The request of attempt 1", "Cut the link from here on", "Lost"),
            ("The reply to attempt 1", "Cut the link here for 1 s", "Caller cannot tell"),
            ("The server before the commit of attempt 1", "Crash before the commit", "Lost"),
            ("The server after the commit of attempt 1", "Crash after the commit", "Caller cannot tell"),
        ];
        for (target, action, verdict) in table {
            demo.click_named(target).await?;
            demo.click_named(action).await?;
            demo.until_text(".verdict", verdict).await.with_context(|| format!("{action}: {target}"))?;
            demo.click_named("Back to the page").await?;
            demo.until_text(".verdict", "Correct").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn scrubbing_shows_the_run_as_it_was_then() -> Result<()> {
    with_page("scrub", LESSON_2, Look::default(), async |reader, _| {
        let demo = reader.demo("retry-charges-twice").await?;
        demo.until_text(".truth", "deducted twice").await?;
        let (_, end) = clock(&demo).await?;
        demo.set(".scrubber input", "0").await?;
        demo.until_text(".truth", "not deducted").await?;
        demo.until_text(".belief", "Waiting").await?;
        demo.until_text(".verdict", "Not over yet").await?;
        let drawn = "return demo.querySelectorAll('.spacetime .way').length";
        let early = demo.js(drawn).await?;
        demo.set(".scrubber input", &(end / 2).to_string()).await?;
        demo.until_text(".truth", "deducted once").await?;
        let middle = demo.js(drawn).await?;
        demo.set(".scrubber input", &end.to_string()).await?;
        demo.until_text(".truth", "deducted twice").await?;
        let late = demo.js(drawn).await?;
        ensure!(
            early.as_u64() < middle.as_u64() && middle.as_u64() < late.as_u64(),
            "{early}, {middle}, {late} messages"
        );

        // Playing from the start comes to the same end.
        demo.click("button.play").await?;
        demo.until("playing", "demo.querySelector('.play').textContent.includes('Pause')").await?;
        demo.until_text(".verdict", "Applied twice").await?;
        demo.until("stopped", "demo.querySelector('.play').textContent.includes('Play')").await
    })
    .await
}

#[tokio::test]
async fn a_copied_link_shows_the_same_run_to_someone_else() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    let links = std::sync::Mutex::new((String::new(), String::new()));
    reading("copy_link", Look::default(), async |reader| {
        reader.goto(&server.url(LESSON_2)).await?;
        // Asking for the clipboard also lets the page write to it.
        reader.clipboard().await.ok();
        let demo = reader.demo("all-goes-well").await?;
        demo.click_named("The server after the commit of attempt 1").await?;
        demo.click_named("Crash after the commit, back after 300 ms").await?;
        demo.click("input[value='at-least-once']").await?;
        demo.until_text(".verdict", "Applied twice").await?;
        demo.click_named("Copy link to this run").await?;
        demo.until_text(".copied", "Link copied").await?;
        let link = reader.clipboard().await?;
        demo.click_named("Copy embed code").await?;
        demo.until_text(".copied", "Embed code copied").await?;
        let snippet = reader.clipboard().await?;
        *links.lock().unwrap() = (link, snippet);
        Ok(())
    })
    .await?;
    let (link, snippet) = links.into_inner().unwrap();
    ensure!(link.len() < 300, "a long link: {link}");
    // Another browser with an empty profile: only the address can carry the run.
    reading("open_link", Look::default(), async |reader| {
        reader.goto(&link).await?;
        let demo = reader.demo("all-goes-well").await?;
        demo.until_text(".verdict", "Applied twice").await?;
        demo.until_text(".chips", "server crashes after the commit (attempt 1), back after 300 ms").await?;
        reader.demo("request-lost").await?.until_text(".verdict", "Lost").await?;

        let src = snippet.split_once("src=\"").and_then(|(_, rest)| rest.split('"').next()).context("no src")?;
        ensure!(
            snippet.contains("title=\"") && snippet.contains("loading=\"lazy\"") && snippet.contains("height=\""),
            "{snippet}"
        );
        reader.goto(src).await?;
        let demo = reader.demo("all-goes-well").await?;
        demo.until_text(".verdict", "Applied twice").await?;
        // The embed page reads the fragment as well as the query.
        reader.goto(&server.url("embed/all-goes-well.html#run=2~maybe~drop.request.of.call.1")).await?;
        reader.demo("all-goes-well").await?.until_text(".verdict", "Lost").await?;
        reader.ensure_quiet("links").await
    })
    .await
}

#[tokio::test]
async fn a_damaged_link_gives_a_message_and_the_pages_own_run() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("damaged_link", Look::default(), async |reader| {
        let table = [
            ("all-goes-well", "9~maybe", "version"),
            ("all-goes-well", "2~maybe~drop.repyl.of.call.1", "repyl"),
            ("all-goes-well", "%00%FF<script>", "version"),
            ("first-system", "2~client-server~load.many", "load many"),
            ("sessions", "2~ring", "ring"),
            ("near-saturation", "2~client-server~at.5.s.stop.sever", "sever"),
        ];
        for (id, code, says) in table {
            reader.goto(&server.url(&format!("embed/{id}.html?run={code}"))).await?;
            let demo = reader.demo(id).await?;
            demo.until_text(".notice", says).await.with_context(|| code.to_owned())?;
            demo.until_text(".notice", "the page's own run").await?;
        }
        reader.ensure_quiet("damaged links").await
    })
    .await
}

/// Moves time there, and waits until the picture is of that moment.
async fn show(demo: &Demo<'_>, at: u64) -> Result<()> {
    demo.set(".scrubber input", &at.to_string()).await?;
    let there = format!("demo.querySelector('.scrubber input').valueAsNumber === {at}");
    demo.until("time there", &there).await?;
    demo.until("a picture of that moment", "demo.querySelector('.computing')?.hidden !== false").await
}

/// Pauses, and says where time stands.
async fn pause(demo: &Demo<'_>) -> Result<u64> {
    if demo.text(".play").await?.contains("Pause") {
        demo.click("button.play").await?;
    }
    demo.until("a pause", "demo.querySelector('.play').textContent.includes('Play')").await?;
    Ok(clock(demo).await?.0)
}

#[tokio::test]
async fn a_reader_stops_and_restarts_the_server() -> Result<()> {
    with_page("stop_the_server", LESSON_1, Look::default(), async |reader, _| {
        let demo = reader.demo("first-system").await?;
        let (before, end) = clock(&demo).await?;
        demo.until("the server up", "!demo.querySelector('.scene .down-node')").await?;
        demo.click_named("Stop the server").await?;
        demo.until("the server hatched", "demo.querySelector('.scene .down-node .down')").await?;
        demo.until_text(".scene .words", "✕ down").await?;
        demo.until_text(".now", "The server stopped").await?;
        demo.until_text(".chips", "stop server").await?;
        pause(&demo).await?;
        show(&demo, before + 5_000).await?;
        demo.until("clients that failed", "demo.querySelector('.scene .node.failing')").await?;
        let dots = demo.js("return demo.querySelectorAll('.scene .dot.reply').length").await?;
        ensure!(dots == json!(0), "{dots} replies from a server that is down");
        demo.click_named("Restart the server").await?;
        pause(&demo).await?;
        show(&demo, before + 14_000).await?;
        demo.until("the server up again", "!demo.querySelector('.scene .down-node')").await?;
        demo.until("clients served again", "!demo.querySelector('.scene .node.failing')").await?;
        // Before the stop nothing has changed.
        show(&demo, before - 1_000).await?;
        demo.until("the server up before", "!demo.querySelector('.scene .down-node')").await?;
        ensure!(clock(&demo).await?.1 == end, "the run has another length");
        demo.click_named("Back to the page").await?;
        demo.until("no actions", "!demo.querySelector('.chips')").await
    })
    .await
}

#[tokio::test]
async fn a_reader_opens_a_machine_stops_it_and_takes_it_back() -> Result<()> {
    with_page("open_a_machine", LESSON_1, Look::default(), async |reader, _| {
        let demo = reader.demo("first-system").await?;
        demo.click_named("Client 2, ").await?;
        demo.until_text(".inspector .panel-title", "Client 2").await?;
        demo.click_named("Stop it").await?;
        demo.until_text(".chips", "stop client-2").await?;
        demo.until("one node down", "demo.querySelectorAll('.scene .down-node').length === 1").await?;
        pause(&demo).await?;
        demo.click_named("Undo: at").await?;
        demo.until("no actions", "!demo.querySelector('.chips')").await?;
        demo.until("no node down", "!demo.querySelector('.scene .down-node')").await?;
        // The removal is a change like others.
        pause(&demo).await?;
        demo.js("[...demo.querySelectorAll('.run-steps button')].find((it) => it.textContent === 'Undo').click()")
            .await?;
        demo.until_text(".chips", "stop client-2").await
    })
    .await
}

#[tokio::test]
async fn more_load_than_capacity_makes_a_queue_and_more_workers_clear_it() -> Result<()> {
    with_page("load", LESSON_1, Look::default(), async |reader, _| {
        let demo = reader.demo("first-system").await?;
        // Both sliders are logarithmic: so many of 200 steps.
        show(&demo, 5_000).await?;
        demo.set(".figure-aside .knobs .slider:nth-of-type(1) input", "60").await?;
        demo.until_text(".chips", "set load to").await?;
        pause(&demo).await?;
        show(&demo, 15_000).await?;
        let queue = "Number(/(\\d+) requests? waiting/.exec(demo.querySelector('.scene desc').textContent)?.[1])";
        demo.until("requests in the queue", &format!("{queue} >= 10")).await?;
        demo.set(".figure-aside .knobs .slider:nth-of-type(2) input", "60").await?;
        demo.until_text(".chips", "set workers to").await?;
        pause(&demo).await?;
        show(&demo, 25_000).await?;
        demo.until("an empty queue", &format!("{queue} < 5")).await
    })
    .await
}

#[tokio::test]
async fn the_dots_move_because_the_simulation_moves_them() -> Result<()> {
    with_page("dots", LESSON_1, Look::default(), async |reader, _| {
        let demo = reader.demo("first-system").await?;
        let dots = "return [...demo.querySelectorAll('.scene .dot')].map((dot) => dot.outerHTML).join()";
        // A moment with messages on their way.
        let mut at = 20_000;
        show(&demo, at).await?;
        while demo.js(dots).await? == json!("") {
            at += 20;
            ensure!(at < 30_000, "in ten seconds not one message");
            show(&demo, at).await?;
        }
        let drawn = "[...demo.querySelectorAll('.scene .dot')].map((dot) => dot.outerHTML).join()";
        let there = demo.js(dots).await?;
        show(&demo, at + 10).await?;
        demo.until("dots elsewhere", &format!("{drawn} !== {there}")).await?;
        show(&demo, 2_000).await?;
        show(&demo, at).await?;
        demo.until("the same picture at the same time", &format!("{drawn} === {there}")).await?;
        demo.click("button.play").await?;
        demo.until("time passing", &format!("demo.querySelector('.scrubber input').valueAsNumber > {}", at + 100))
            .await?;
        pause(&demo).await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_demo_that_panics_leaves_its_figure_and_the_others_live() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("panic", Look::default(), async |reader| {
        // Hydration panics when the properties give another picture than the page holds.
        reader
            .devtools(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": "document.addEventListener('readystatechange', () => {
                    const demo = document.getElementById('reply-lost');
                    if (document.readyState === 'interactive' && demo) {
                        window.sound = demo.dataset.props;
                        demo.dataset.props = demo.dataset.props.replace('drop.reply', 'drop.request');
                    } });" }),
            )
            .await?;
        reader.goto(&server.url(LESSON_2)).await?;
        reader.js("document.getElementById('reply-lost').scrollIntoView()").await?;
        reader.until("the message", "document.querySelector('#reply-lost[data-state=stopped] .demo-trouble')").await?;
        let still = reader.js("return document.querySelectorAll('#reply-lost svg .way').length").await?;
        ensure!(still.as_u64() > Some(2), "the figure is gone");
        let other = reader.demo("delay-looks-like-loss").await?;
        other.click_named("The request of attempt 1").await?;
        other.click_named("Lose it").await?;
        other.until_text(".verdict", "Lost").await?;
        // What was wrong is mended; the reader starts it again.
        reader.js("document.getElementById('reply-lost').dataset.props = window.sound").await?;
        reader.click("#reply-lost .demo-trouble button").await?;
        let demo = reader.demo("reply-lost").await?;
        demo.click_named("The reply to attempt 1").await?;
        demo.click_named("Deliver it").await?;
        demo.until_text(".verdict", "Correct").await
    })
    .await
}

#[tokio::test]
async fn by_keyboard_alone_a_reader_breaks_a_call_and_walks_through_it() -> Result<()> {
    with_page("keyboard_demo", "embed/all-goes-well.html", Look::default(), async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        let tab_to = async |label: &str| -> Result<()> {
            for _ in 0..60 {
                reader.press(Key::Tab).await?;
                let here = reader
                    .js("const it = document.activeElement; return it.getAttribute('aria-label') ?? it.textContent")
                    .await?;
                if here.as_str().is_some_and(|here| here.contains(label)) {
                    return Ok(());
                }
            }
            anyhow::bail!("60 times Tab and never at {label:?}")
        };
        tab_to("The reply to attempt 1").await?;
        reader.press(Key::Enter).await?;
        demo.until("the panel focused", "document.activeElement.classList.contains('inspector')").await?;
        tab_to("Lose it").await?;
        reader.press(Key::Space).await?;
        demo.until_text(".verdict", "Caller cannot tell").await?;

        // Escape closes the panel and leads back to the message.
        reader.press(Key::Escape).await?;
        demo.until("the panel closed", "!demo.querySelector('.inspector')").await?;
        demo.until(
            "the focus at the message",
            "document.activeElement.getAttribute('aria-label')?.startsWith('The reply to attempt 1')",
        )
        .await?;

        tab_to("Step back").await?;
        let (end, _) = clock(&demo).await?;
        reader.press(Key::Left).await?;
        let (back, _) = clock(&demo).await?;
        ensure!(back < end, "← does not step back: {back} of {end}");
        reader.press(Key::Home).await?;
        ensure!(clock(&demo).await?.0 == 0, "Home does not lead to the start");
        reader.press(Key::Right).await?;
        ensure!(clock(&demo).await?.0 > 0, "→ does not step on");
        reader.press(Key::End).await?;
        ensure!(clock(&demo).await?.0 == end, "End does not lead to the end");
        demo.until_text(".verdict", "Caller cannot tell").await
    })
    .await
}

#[tokio::test]
async fn by_touch_every_target_is_large_enough() -> Result<()> {
    let look = Look { size: Size::Narrow, ..Look::default() };
    with_page("touch", LESSON_2, look, async |reader, _| {
        let demo = reader.demo("all-goes-well").await?;
        let small = demo
            .js("return [...demo.querySelectorAll('button, select, input[type=range], .choice label')]
                .filter((it) => it.offsetParent && it.getBoundingClientRect().height < 43.5)
                .map((it) => it.outerHTML.slice(0, 80))")
            .await?;
        ensure!(small == json!([]), "too small to touch: {small}");
        demo.click_named("The request of attempt 1").await?;
        demo.click_named("Lose it").await?;
        demo.until_text(".verdict", "Lost").await
    })
    .await
}

#[tokio::test]
async fn the_module_in_the_browser_runs_every_link_as_the_host_does() -> Result<()> {
    // Runs drawn by a fixed rule from what the models' vocabularies allow.
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut draw = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut runs = vec![];
    for index in 0..1_000 {
        if index % 40 == 39 {
            let transport = ["", "~stream"][draw(2) as usize];
            let (timeout, seed, faults) = (50 + draw(800), draw(1 << 40), draw(3));
            let code = format!("2~maybe{transport}~timeout.{timeout}.ms~seed.{seed}~~{faults}~all");
            runs.push(("rpc-search", code));
        } else if index % 2 == 0 {
            let semantics = Semantics::ALL[index / 2 % Semantics::ALL.len()].name();
            let mut code = format!("2~{semantics}~timeout.{}.ms~seed.{}", 50 + draw(800), draw(1 << 40));
            let knobs = [
                "~stream".to_owned(),
                "~hops.2".to_owned(),
                "~propagate".to_owned(),
                format!("~attempts.{}", 1 + draw(5)),
                format!("~deadline.{}.ms", 1 + draw(2_000)),
                format!("~expiry.{}.ms", 1 + draw(2_000)),
                format!("~balance.{}~amount.{}", draw(20_000), 1 + draw(9_999)),
                format!("~{}", Mistake::ALL[draw(3) as usize].name()),
            ];
            // Every knob in every third run.
            for knob in knobs {
                if draw(3) == 0 {
                    code += &knob;
                }
            }
            for _ in 0..draw(4) {
                let message = ["request", "reply", "forward", "answer", "mail"][draw(5) as usize];
                let link = ["stub.to.server", "stub.to.shop", "shop.to.server"][draw(3) as usize];
                let attempt = 1 + draw(3);
                code += &match draw(8) {
                    0 => format!("~drop.{message}.of.call.1.attempt.{attempt}"),
                    1 => format!("~duplicate.{message}.of.call.1.attempt.{attempt}"),
                    2 => format!("~delay.{message}.of.call.1.attempt.{attempt}.by.{}.ms", 1 + draw(900)),
                    3 => format!("~reorder.{message}.of.call.1.attempt.{attempt}"),
                    4 => format!("~cut.{link}.at.{}.ms~heal.{link}.at.{}.ms", draw(300), 300 + draw(900)),
                    5 => format!("~crash.server.at.{}.ms~restart.server.at.{}.ms", draw(300), 300 + draw(900)),
                    _ => {
                        let phase = ["before", "after"][draw(2) as usize];
                        let step = ["receive", "commit", "reply"][draw(3) as usize];
                        format!(
                            "~crash.server.{phase}.{step}.of.call.1.attempt.{attempt}_restart.after.{}.ms",
                            1 + draw(700)
                        )
                    }
                };
            }
            runs.push(("rpc-timeline", code));
        } else {
            let model = architectures::ALL[index / 2 % architectures::ALL.len()];
            let mut run = Run::new(model);
            (run.seconds, run.seed) = (model.seconds.0, draw(1 << 40));
            // Small systems with usual times: a thousand runs are played to their ends.
            for (place, knob) in model.knobs.iter().enumerate() {
                if !knob.choices.is_empty() {
                    run.settings.set(place, draw(knob.choices.len() as u64));
                } else if draw(3) == 0 {
                    run.settings.set(place, u64::from(knob.default) / 2 + draw(u64::from(knob.default) + 1));
                }
            }
            if let Some(users) = run.settings.place("users") {
                let few = u64::from(run.settings.at(users)).min(60);
                run = run.with_knob(users, few);
            }
            let names = model.names(&run.settings);
            for _ in 0..draw(4) {
                let at = Time::from_millis(draw(u64::from(run.seconds) * 1_000));
                let node = draw(names.count().into()) as u32;
                let knob = draw(model.knobs.len() as u64) as usize;
                let change = match draw(4) {
                    0 => Change::Stop(node),
                    1 => Change::Restart(node),
                    2 => Change::Slow(node, 1 + draw(5) as u32),
                    _ => Change::Set { knob, value: model.knobs[knob].default },
                };
                if model.knobs[knob].live && (model.accepts)(&run.settings, &change).is_ok() {
                    run.actions.push(Action { at, change });
                }
            }
            run.actions.sort_by_key(|action| action.at);
            let code = run.code();
            runs.push(("topology", code));
        }
    }
    let host: Vec<(&str, String)> = runs
        .iter()
        .map(|(name, code)| {
            let entry = widgets::bundles::entries().iter().find(|entry| entry.name == *name).context("no such demo")?;
            let hash = (entry.hash_of)(code).map_err(|error| anyhow::anyhow!("{name} {code}: {error}"))?;
            Ok((entry.engine, hash))
        })
        .collect::<Result<_>>()?;
    let (bundles, host): (Vec<&str>, Vec<String>) = host.into_iter().unzip();

    // The page with a figure of each demo names all modules.
    with_page("hashes", "demo-reference.html", Look::default(), async |reader, _| {
        reader.demo("example-rpc-timeline").await?;
        // Instances of the very modules that pages load.
        let script = "const [runs, bundles, done] = arguments;
            (async () => {
                const loader = document.querySelector('script[src*=loader-]');
                const file = (name) => new URL(name, loader.src);
                const instances = {};
                for (const bundle of new Set(bundles)) {
                    const [glue, wasm] = loader.getAttribute(`data-${bundle}`).split(' ');
                    const script = Object.assign(document.createElement('script'), { src: file(glue) });
                    await new Promise((resolve, reject) => {
                        Object.assign(script, { onload: resolve, onerror: reject });
                        document.head.append(script);
                    });
                    instances[bundle] = window.demosGlue();
                    const module = await WebAssembly.compile(await (await fetch(file(wasm))).arrayBuffer());
                    await instances[bundle]({ module_or_path: module });
                }
                return runs.map(([name, code], index) => instances[bundles[index]].trace_hash(name, code));
            })().then(done, (error) => done(String(error)))";
        let browser = reader.driver.execute_async(script, vec![json!(runs), json!(bundles)]).await?.json().clone();
        let browser: Vec<String> = serde_json::from_value(browser.clone()).with_context(|| browser.to_string())?;
        for ((run, host), browser) in runs.iter().zip(&host).zip(&browser) {
            ensure!(host == browser, "{run:?}: {host} on the host, {browser} in the browser");
        }
        ensure!(browser.len() == 1_000, "{} hashes", browser.len());
        let different: std::collections::BTreeSet<_> = host.iter().collect();
        ensure!(different.len() > 800, "only {} different runs", different.len());
        Ok(())
    })
    .await
}
