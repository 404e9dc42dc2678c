//! The live systems, through what a reader does with them.
//!
//! What the page shows is compared with what the same run comes to here, on the host: the picture in words, what is
//! told, the counts of a crowd.

use anyhow::{Context, Result, ensure};
use architectures::live::{Class, Frame, Run};
use serde_json::{Value, json};
use site_tests::{Demo, Look, Reader, Server, ServerOptions, Setup, reading};
use std::collections::BTreeSet;
use thirtyfour::Key;

use crate::demos::{clock, with_example, with_page};

/// The demo of the reference page.
const PAGE: &str = "embed/example-topology.html";
const ID: &str = "example-topology";

/// Reads the page with a run in its address.
async fn with_run(name: &str, view: &str, test: impl AsyncFnOnce(&Reader, Demo<'_>) -> Result<()>) -> Result<()> {
    with_example(name, ID, view, Look::default(), test).await
}

fn run_of(code: &str) -> Result<Run> {
    architectures::run_of(code).map_err(|error| anyhow::anyhow!("{code}: {error}"))
}

/// What is to be seen of a run after so many seconds.
fn host(run: &Run, seconds: u32) -> Frame {
    let at = Run { seconds, ..run.clone() }.end();
    architectures::played(run.clone(), at).frame()
}

/// Waits until the picture in the lane, in words, is the host's at that second.
async fn until_shown(demo: &Demo<'_>, lane: usize, run: &Run, seconds: u32) -> Result<()> {
    let summary = host(run, seconds).scene.summary;
    ensure!(!summary.is_empty(), "{}: a picture without words", run.code());
    let desc = format!("demo.querySelectorAll('.topology')[{lane}]?.querySelector('.scene desc').textContent");
    demo.until(&format!("at {seconds} s: {summary}"), &format!("{desc} === {}", json!(summary)))
        .await
        .with_context(|| run.code())
}

/// Moves the scrubber to a second.
async fn go(demo: &Demo<'_>, seconds: u32) -> Result<()> {
    let at = seconds * 1_000;
    demo.set(".scrubber input", &at.to_string()).await?;
    demo.until("the time", &format!("demo.querySelector('.scrubber input').valueAsNumber === {at}")).await
}

/// What was done to the system, as the page says it.
async fn chips(demo: &Demo<'_>) -> Result<Vec<String>> {
    let chips =
        demo.js("return [...demo.querySelectorAll('.chips li > span')].map((chip) => chip.textContent)").await?;
    serde_json::from_value(chips).context("the chips")
}

/// Waits until so many things are done to the system, and says which.
async fn until_done(demo: &Demo<'_>, count: usize) -> Result<Vec<String>> {
    demo.until(&format!("{count} actions"), &format!("demo.querySelectorAll('.chips li > span').length === {count}"))
        .await?;
    chips(demo).await
}

/// Chooses from a list as a reader does.
async fn choose(demo: &Demo<'_>, css: &str, value: &str) -> Result<()> {
    let script = format!(
        "const list = demo.querySelector({}); list.value = {}; list.dispatchEvent(new Event('change', {{ bubbles: true }}));
         return list.value",
        json!(css),
        json!(value)
    );
    let chosen = demo.js(&script).await?;
    ensure!(chosen == json!(value), "{css} offers no {value:?}");
    Ok(())
}

const COMPARE: &str = ".folded .speed select";
// Chips have buttons of that name, too.
const UNDO: &str = ".run-steps button:nth-of-type(1)";
const REDO: &str = ".run-steps button:nth-of-type(2)";
const FAILED: &str = "[...demo.querySelectorAll('.scene .sign.odd')].filter((sign) => sign.textContent === '✕').length";

#[tokio::test]
async fn a_reader_stops_the_server_sees_what_follows_and_mends_it() -> Result<()> {
    with_run("live_stop", "2~client-server~~5000", async |_, demo| {
        let run = run_of("2~client-server")?;
        until_shown(&demo, 0, &run, 5).await?;
        ensure!(clock(&demo).await? == (5_000, 60_000), "{:?}", clock(&demo).await?);
        ensure!(chips(&demo).await?.is_empty(), "something was done already");
        demo.click_named("Stop the server").await?;
        ensure!(until_done(&demo, 1).await? == ["at 5 s stop server"], "{:?}", chips(&demo).await?);
        demo.until_text(".now", "The server stopped").await?;
        demo.until_text(".now", "5 s").await?;
        demo.until("the server down", "demo.querySelector('.scene .down-node .down')").await?;
        demo.until_text(".scene .words", "✕ down").await?;

        // Time goes on, and the clients' requests fail.
        choose(&demo, ".controls select", "4000").await?;
        demo.click("button.play").await?;
        demo.until("clients that failed", &format!("{FAILED} > 1")).await?;
        demo.click("button.play").await?;
        demo.until("a pause", "demo.querySelector('.play').textContent.includes('Play')").await?;
        let stopped = run_of("2~client-server~at.5.s.stop.server")?;
        go(&demo, 12).await?;
        until_shown(&demo, 0, &stopped, 12).await?;
        demo.until("all clients failed", &format!("{FAILED} === 6")).await?;
        demo.click_named("Restart the server").await?;
        ensure!(until_done(&demo, 2).await?[1] == "at 12 s restart server", "{:?}", chips(&demo).await?);
        let mended = run_of("2~client-server~at.5.s.stop.server~at.12.s.restart.server")?;
        demo.until_text(".now", "The server is back").await?;
        go(&demo, 25).await?;
        until_shown(&demo, 0, &mended, 25).await?;
        demo.until("clients served again", &format!("{FAILED} === 0")).await?;

        // There and back, at the same moment.
        demo.click(UNDO).await?;
        ensure!(until_done(&demo, 1).await? == ["at 5 s stop server"], "{:?}", chips(&demo).await?);
        until_shown(&demo, 0, &stopped, 25).await?;
        demo.until("a run to come back to", "demo.querySelector('.chart g.ghost')").await?;
        demo.click(REDO).await?;
        until_done(&demo, 2).await?;
        until_shown(&demo, 0, &mended, 25).await?;
        demo.click_named("Show the run before").await?;
        demo.until("no ghost", "!demo.querySelector('.chart g.ghost')").await?;

        // With nothing to redo the button does nothing.
        demo.click(REDO).await?;
        go(&demo, 26).await?;
        ensure!(chips(&demo).await?.len() == 2, "{:?}", chips(&demo).await?);
        ensure!(
            demo.js("return demo.querySelector('.chart g.ghost') === null").await? == json!(true),
            "a ghost of itself"
        );

        // A chip takes back what it names, and the first run stays within reach.
        demo.click_named("Undo: at 5 s stop server").await?;
        until_done(&demo, 1).await?;
        demo.click_named("Back to the page’s run").await?;
        until_done(&demo, 2).await?;
        ensure!(chips(&demo).await?[0].contains("set load to 16"), "{:?}", chips(&demo).await?);
        Ok(())
    })
    .await
}

/// Presses Tab until what has the focus says `name`.
async fn tab_to(reader: &Reader, name: &str) -> Result<()> {
    let focused = "return document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent";
    let mut seen = vec![];
    for _ in 0..40 {
        let text = reader.js(focused).await?.as_str().unwrap_or_default().to_owned();
        if text.starts_with(name) {
            return Ok(());
        }
        seen.push(text.chars().take(40).collect::<String>());
        reader.press(Key::Tab).await?;
    }
    anyhow::bail!("the Tab key never comes to {name:?}: {seen:?}")
}

#[tokio::test]
async fn the_same_can_be_done_without_a_mouse() -> Result<()> {
    with_run("live_keyboard", "2~client-server~~5000", async |reader, demo| {
        until_shown(&demo, 0, &run_of("2~client-server")?, 5).await?;
        demo.js("demo.querySelector('.controls .play').focus()").await?;
        demo.js("demo.querySelector('.scene [role=button]').focus()").await?;
        tab_to(reader, "Server, ").await?;
        reader.press(Key::Enter).await?;
        demo.until_text(".inspector .panel-title", "Server").await?;
        demo.until("the node open", "document.activeElement.ariaExpanded === 'true'").await?;
        tab_to(reader, "Stop it").await?;
        reader.press(Key::Enter).await?;
        ensure!(until_done(&demo, 1).await? == ["at 5 s stop server"], "{:?}", chips(&demo).await?);
        demo.until_text(".inspector .detail", "down").await?;
        demo.until("the focus still in the panel", "document.activeElement.closest('.inspector')").await?;
        tab_to(reader, "Start it again").await?;
        reader.press(Key::Space).await?;
        until_done(&demo, 2).await?;
        demo.until_text(".inspector .options", "Make it 5 times as slow").await?;
        tab_to(reader, "Make it 5 times as slow").await?;
        reader.press(Key::Enter).await?;
        ensure!(
            until_done(&demo, 3).await? == ["at 5 s stop server", "at 5 s restart server", "at 5 s slow server by 5"],
            "{:?}",
            chips(&demo).await?
        );
        demo.until_text(".inspector .options", "Let it work at its usual speed").await?;
        tab_to(reader, "Close").await?;
        reader.press(Key::Enter).await?;
        demo.until("no panel", "!demo.querySelector('.inspector')").await?;
        demo.until("the focus still in the figure", "demo.contains(document.activeElement)").await?;
        // Time by keyboard, too: to the end and back, where nothing can be done any more and then again.
        demo.js("demo.querySelector('.scrubber input').focus()").await?;
        reader.press(Key::End).await?;
        demo.until_text(".hint", "The run is over").await?;
        reader.press(Key::Home).await?;
        demo.until("the beginning", "demo.querySelector('.scrubber input').valueAsNumber === 0").await?;
        demo.until("nothing over", "!demo.querySelector('.hint')").await?;
        demo.until("nodes to press", "demo.querySelector('.scene [role=button]')").await?;
        // Buttons that take themselves away leave the focus to what brings back what they did.
        for button in ["Undo: at 5 s stop server", "Back to the page’s run"] {
            let find = "[...demo.querySelectorAll('.chips button, .run-steps button')]
                .find((it) => (it.getAttribute('aria-label') ?? it.textContent.trim())";
            demo.js(&format!("{find} === {}).focus()", json!(button))).await?;
            reader.press(Key::Enter).await?;
            demo.until(button, "document.activeElement.textContent === 'Undo'").await?;
        }
        Ok(())
    })
    .await
}

/// A run of each architecture with something done to it, by name.
const DONE: [(&str, &str); 7] = [
    ("client-server", "servers.2~state.stateful~at.4.s.stop.server-1~at.8.s.restart.server-1"),
    ("peer-to-peer", "at.4.s.stop.peer-3~at.6.s.stop.30.%25.of.peers"),
    ("swarm", "at.20.s.stop.seed"),
    ("multi-tier", "at.4.s.slow.database-1.by.5~at.8.s.set.load.to.40"),
    ("super-peers", "at.4.s.stop.super-1"),
    ("edge", "at.4.s.cut.edge-1.-.cloud"),
    ("microservices", "at.4.s.slow.service-4.by.20"),
];

/// What a reader sees of a run that a link brings.
async fn ensure_arrived(demo: &Demo<'_>, run: &Run, seconds: u32) -> Result<()> {
    until_shown(demo, 0, run, seconds).await?;
    let told = host(run, seconds).story.last().map(|line| line.text.clone());
    let says = told.unwrap_or_else(|| "Nothing worth telling has happened yet".to_owned());
    demo.until_text(".now", &says).await?;
    demo.until_text(".more .quiet-words", run.model.about).await?;
    let done: Vec<String> = run.actions.iter().map(|action| run.written(action)).collect();
    ensure!(chips(demo).await? == done, "{:?} instead of {done:?}", chips(demo).await?);
    let there = clock(demo).await?;
    ensure!(there == (u64::from(seconds) * 1_000, u64::from(run.seconds) * 1_000), "{there:?}");
    ensure!(demo.js("return demo.querySelector('.notice')?.textContent ?? null").await? == Value::Null, "a notice");
    Ok(())
}

#[tokio::test]
async fn links_bring_every_architecture_as_it_is_on_the_host() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("live_links", Look::default(), async |reader| {
        for model in architectures::ALL {
            let (_, done) = DONE.iter().find(|(name, _)| *name == model.name).context("a run of each")?;
            for (code, seconds) in [(format!("2~{}", model.name), 10), (format!("2~{}~{done}", model.name), 21)] {
                let run = run_of(&code.replace("%25", "%"))?;
                reader.goto(&server.url(&format!("{PAGE}?run={code}~~{}", seconds * 1_000))).await?;
                let demo = reader.demo(ID).await?;
                ensure_arrived(&demo, &run, seconds).await.with_context(|| code.clone())?;
                reader.ensure_quiet(&code).await?;
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn runs_are_the_same_in_the_browser_to_the_last_event() -> Result<()> {
    let mut codes = vec![];
    for (name, done) in DONE {
        let (least, _, _) = architectures::find(name).context("a model")?.seconds;
        codes.push(format!("2~{name}~seconds.{}~seed.7", least.max(10)));
        codes.push(format!("2~{name}~seconds.{}~{}", least.max(25), done.replace("%25", "%")));
    }
    codes.extend(
        [
            "2~client-server~users.20000~load.2000~workers.200~seconds.10~at.3.s.stop.30.%.of.clients",
            "2~peer-to-peer~users.500~load.50~seconds.10~at.5.s.stop.40.%.of.peers",
            "2~swarm~users.200~seconds.60~poisoners.5~free-riders.20",
            "2~multi-tier~users.50~load.60~cache-hit.50~seconds.20~at.9.s.set.apis.to.4",
            "2~super-peers~users.300~supers.8~seconds.20~at.5.s.stop.super-2",
            "2~edge~users.60~edges.5~where.on-device~items.5~resolve.keep-both~seconds.40~at.9.s.stop.cloud",
            "2~microservices~shape.fan-out~services.9~load.60~seconds.20~at.5.s.set.retries.to.5",
        ]
        .map(str::to_owned),
    );
    let entry = widgets::bundles::entries().iter().find(|entry| entry.name == "topology").context("the demo")?;
    let host: Vec<String> = (codes.iter())
        .map(|code| (entry.hash_of)(code).map_err(|error| anyhow::anyhow!("{code}: {error}")))
        .collect::<Result<_>>()?;
    with_page("live_hashes", PAGE, Look::default(), async |reader, _| {
        reader.demo(ID).await?;
        // An instance of the very module that the page has loaded.
        let script = "const [codes, bundle, done] = arguments;
            (async () => {
                const loader = document.querySelector('script[src*=loader-]');
                const file = (name) => new URL(name, loader.src);
                const [glue, wasm] = loader.getAttribute(`data-${bundle}`).split(' ');
                const script = Object.assign(document.createElement('script'), { src: file(glue) });
                await new Promise((resolve, reject) => {
                    Object.assign(script, { onload: resolve, onerror: reject });
                    document.head.append(script);
                });
                const instance = window.demosGlue();
                const module = await WebAssembly.compile(await (await fetch(file(wasm))).arrayBuffer());
                await instance({ module_or_path: module });
                return codes.map((code) => instance.trace_hash('topology', code));
            })().then(done, (error) => done(String(error)))";
        let browser =
            reader.driver.execute_async(script, vec![json!(codes), json!(entry.engine)]).await?.json().clone();
        let browser: Vec<String> = serde_json::from_value(browser.clone()).with_context(|| browser.to_string())?;
        for ((code, host), browser) in codes.iter().zip(&host).zip(&browser) {
            ensure!(host == browser, "{code}: {host} on the host, {browser} in the browser");
        }
        let different: BTreeSet<_> = browser.iter().collect();
        ensure!(different.len() == codes.len(), "{} different runs of {}", different.len(), codes.len());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_architectures_stand_side_by_side_under_the_same_failure() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("live_compare", Look::default(), async |reader| {
        reader.goto(&server.url(&format!("{PAGE}?run=2~client-server~~5000"))).await?;
        let demo = reader.demo(ID).await?;
        until_shown(&demo, 0, &run_of("2~client-server")?, 5).await?;
        demo.click_named("Stop the server").await?;
        until_done(&demo, 1).await?;
        let run = run_of("2~client-server~at.5.s.stop.server")?;
        for name in ["multi-tier", "microservices"] {
            choose(&demo, COMPARE, name).await?;
            let model = architectures::find(name).context("a model")?;
            let other = run.under(model);
            ensure!(other.left_out.is_empty() && other.run.actions.len() == 1, "{name}: {:?}", other.left_out);
            for seconds in [8, 30] {
                go(&demo, seconds).await?;
                until_shown(&demo, 0, &run, seconds).await?;
                until_shown(&demo, 1, &other.run, seconds).await?;
            }
            demo.until_text(".topology:nth-of-type(1) .panel-title", run.model.title).await?;
            demo.until_text(".topology:nth-of-type(2) .panel-title", model.title).await?;
            demo.until_text(".topology:nth-of-type(2)", "The same workload. Done here too: ").await?;
            demo.until("something down in both", "[...demo.querySelectorAll('.topology')].every((one) => one.querySelector('.scene .down-node .down'))").await?;
            let counts = demo
                .js("return ['.scene', '.scrubber input', 'button.play', '.chips'].map((css) => demo.querySelectorAll(css).length)")
                .await?;
            ensure!(counts == json!([2, 1, 1, 1]), "pictures, cursors, buttons and lists: {counts}");
        }
        // The link brings both.
        reader.clipboard().await.ok();
        demo.click_named("Copy link to this run").await?;
        demo.until_text(".copied", "Link copied").await?;
        let link = reader.clipboard().await?;
        ensure!(link.ends_with("?run=2~client-server~at.5.s.stop.server~~30000~with.microservices"), "{link}");
        reader.goto(&link).await?;
        let demo = reader.demo(ID).await?;
        until_shown(&demo, 0, &run, 30).await?;
        until_shown(&demo, 1, &run.under(architectures::find("microservices").context("a model")?).run, 30).await?;
        choose(&demo, COMPARE, "").await?;
        demo.until("one picture", "demo.querySelectorAll('.scene').length === 1").await?;
        until_shown(&demo, 0, &run, 30).await?;
        // With itself there is nothing to compare.
        reader.goto(&server.url(&format!("{PAGE}?run=2~edge~~4000~with.edge"))).await?;
        let demo = reader.demo(ID).await?;
        until_shown(&demo, 0, &run_of("2~edge")?, 4).await?;
        ensure!(demo.js("return demo.querySelectorAll('.scene').length").await? == json!(1), "edge beside edge");
        reader.ensure_quiet("two architectures").await
    })
    .await
}

/// Checks the canvas and what stands beside it against the host's crowd.
async fn ensure_crowd(demo: &Demo<'_>, run: &Run, seconds: u32) -> Result<()> {
    until_shown(demo, 0, run, seconds).await?;
    let scene = host(run, seconds).scene;
    let crowd = scene.crowd.context("a crowd")?;
    let shown = demo
        .js("const canvas = demo.querySelector('.crowd canvas');
             // A copy, since the browser would warn of a canvas that is read several times.
             const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
             const context = copy.getContext('2d', { willReadFrequently: true });
             context.drawImage(canvas, 0, 0);
             const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
             const colours = new Map();
             for (let at = 0; at < data.length; at += 4) {
                 const colour = `rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})`;
                 colours.set(colour, (colours.get(colour) ?? 0) + 1);
             }
             const legend = [...demo.querySelectorAll('.crowd .legend li')].map((entry) => {
                 const colour = getComputedStyle(entry.querySelector('i')).backgroundColor;
                 return [Number(entry.querySelector('b').textContent.replaceAll(',', '')), colours.get(colour) ?? 0];
             });
             return { legend, colours: colours.size, label: canvas.ariaLabel, pixels: data.length / 4,
                      all: demo.querySelector('.crowd .legend').ariaLabel,
                      bar: demo.querySelectorAll('.crowd .shares .share').length }")
        .await?;
    ensure!(shown["colours"].as_u64() > Some(1), "the canvas is of one colour: {shown}");
    ensure!(shown["label"] == json!(scene.summary), "{shown}");
    ensure!(shown["pixels"].as_u64() >= Some(crowd.cells.len() as u64), "fewer pixels than cells: {shown}");
    let all = shown["all"].as_str().context("the legend's name")?;
    let (cells, label) = all.split_once(' ').context("a number of cells")?;
    ensure!(label == crowd.label, "{label:?} instead of {:?}", crowd.label);
    ensure!(cells.replace(',', "") == crowd.cells.len().to_string(), "{shown} instead of {} cells", crowd.cells.len());
    let legend = shown["legend"].as_array().context("the legend")?;
    ensure!(legend.len() == crowd.legend.len(), "{shown} instead of {:?}", crowd.legend);
    let sum: u64 = legend.iter().filter_map(|entry| entry[0].as_u64()).sum();
    ensure!(sum == crowd.cells.len() as u64, "the legend adds up to {sum}: {shown}");
    for (entry, (class, words, count)) in legend.iter().zip(&crowd.legend) {
        ensure!(entry[0] == json!(count), "{words}: {entry} instead of {count}");
        // Work under way has shades, and who is absent has the ground's colour.
        if !matches!(class, Class::Working | Class::Absent) {
            ensure!(entry[1] == json!(count), "{words}: {entry} pixels instead of {count}");
        }
    }
    let shares = crowd.legend.iter().filter(|(_, _, count)| *count > 0).count();
    ensure!(shown["bar"] == json!(shares), "{shown} instead of {shares} shares");
    Ok(())
}

#[tokio::test]
async fn a_crowd_is_a_canvas_with_the_same_in_numbers() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("live_crowd", Look::default(), async |reader| {
        let peers = "2~peer-to-peer~users.5000~load.50";
        reader.goto(&server.url(&format!("{PAGE}?run={peers}~~5000"))).await?;
        let demo = reader.demo(ID).await?;
        ensure_crowd(&demo, &run_of(peers)?, 5).await?;
        demo.click_named("Stop 30 % of the peers").await?;
        ensure!(until_done(&demo, 1).await? == ["at 5 s stop 30 percent of peers"], "{:?}", chips(&demo).await?);
        ensure_crowd(&demo, &run_of(&format!("{peers}~at.5.s.stop.30.percent.of.peers"))?, 5).await?;

        let merged = "2~client-server~users.10000000~load.100000~workers.9000~seconds.20";
        reader.goto(&server.url(&format!("{PAGE}?run={merged}~~5000"))).await?;
        let demo = reader.demo(ID).await?;
        let run = run_of(merged)?;
        ensure_crowd(&demo, &run, 5).await?;
        demo.until(
            "what a cell is",
            "demo.querySelector('.crowd .legend').ariaLabel.includes('one cell stands for 1,000')",
        )
        .await?;
        for place in [".now", ".scene desc"] {
            demo.until_text(place, "10,000,000 clients are too many to follow one by one").await?;
            demo.until_text(place, "simulated as one stream of requests").await?;
        }
        // The server is a node as ever.
        demo.click_named("Stop the server").await?;
        until_done(&demo, 1).await?;
        demo.until_text(".now", "The server stopped").await?;
        ensure_crowd(&demo, &run_of(&format!("{merged}~at.5.s.stop.server"))?, 5).await?;
        reader.ensure_quiet("crowds").await
    })
    .await
}

/// Uses a run that has to be simulated while the page draws.
async fn plays_in_slices(reader: &Reader) -> Result<()> {
    let code = "2~client-server~users.1000~load.2000~workers.250";
    let demo = reader.demo(ID).await?;
    until_shown(&demo, 0, &run_of(code)?, 1).await?;
    go(&demo, 40).await?;
    until_shown(&demo, 0, &run_of(code)?, 40).await?;
    go(&demo, 5).await?;
    until_shown(&demo, 0, &run_of(code)?, 5).await?;
    demo.click_named("Stop the server").await?;
    until_done(&demo, 1).await?;
    demo.click("button.play").await?;
    let at = |ms: u32| format!("demo.querySelector('.scrubber input').valueAsNumber > {ms}");
    demo.until("time passing", &at(5_500)).await?;
    demo.click("button.play").await?;
    let stopped = run_of(&format!("{code}~at.5.s.stop.server"))?;
    go(&demo, 20).await?;
    until_shown(&demo, 0, &stopped, 20).await?;
    demo.until_text(".now", &host(&stopped, 20).story.last().context("nothing told")?.text).await
}

const SLICED: &str = "2~client-server~users.1000~load.2000~workers.250~~1000";

#[tokio::test]
async fn without_a_worker_the_page_simulates_by_itself() -> Result<()> {
    let setup = Setup::find()?;
    let site = Server::start(&setup.site, ServerOptions::default()).await?;
    let address = site.url(&format!("{PAGE}?run={SLICED}"));
    let frame = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Host</title></head><body>
         <iframe src=\"{address}\" title=\"Demo\" width=\"1000\" height=\"1500\" sandbox=\"allow-scripts\"></iframe></body></html>"
    );
    let pages = vec![("/host.html".to_owned(), frame)];
    let other =
        Server::start(&setup.site, ServerOptions { pages, base: "/none/".into(), ..ServerOptions::default() }).await?;
    reading("live_opaque", Look::default(), async |reader| {
        reader.goto(&format!("{}/host.html", other.foreign_origin())).await?;
        reader.driver.enter_frame(0).await?;
        ensure!(reader.js("return self.origin").await? == json!("null"), "the frame is not opaque");
        plays_in_slices(reader).await
    })
    .await?;
    // One that is refused only after it has begun.
    reading("live_late_refusal", Look::default(), async |reader| {
        let source = "window.Worker = class {
            constructor() { window.refused = 0; setTimeout(() => { window.refused += 1; this.onerror?.(new Event('error')); }, 50); }
            postMessage() {}
            terminate() {}
        };";
        reader.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await?;
        reader.goto(&address).await?;
        plays_in_slices(reader).await?;
        ensure!(reader.js("return window.refused").await? == json!(1), "no worker was asked for, or another one");
        reader.ensure_quiet("a worker that is refused late").await
    })
    .await
}

#[tokio::test]
async fn nonsense_in_a_link_is_named_and_the_figure_stays_alive() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    let long = format!("2~client-server~{}", "x".repeat(4_984));
    ensure!(long.len() == 5_000, "{} characters", long.len());
    let many = (0..41).map(|at| format!("~at.{at}.s.stop.server")).collect::<String>();
    let table = [
        ("2~ring", "no architecture of that name"),
        ("2~client-server~colour.3", "no knob of that name"),
        ("2~client-server~users.many", "a number is missing or damaged"),
        ("2~client-server~users.-1", "a number is missing or damaged"),
        ("2~client-server~users.99999999999999999999999", "a number is missing or damaged"),
        ("2~client-server~balancer.dice", "expected "),
        ("2~client-server~at.5.s.stop.server-9", "server-9"),
        ("2~client-server~users.3~at.5.s.cut.client-4.-.server", "client-4"),
        ("2~client-server~at.5.s.explode.server", "explode"),
        ("2~client-server~at.99999999999999999999.s.stop.server", "99999999999999999999"),
        ("2~client-server~seconds.20~at.20.s.stop.server", "the run ends at 20 s"),
        ("2~microservices~at.5.s.stop.database-1", "database-1"),
        ("2~", "no architecture of that name"),
        ("7~client-server", "version"),
        ("2~client-server~~with.ring", "no architecture of that name"),
        (&long, "longer than any"),
        (&format!("2~client-server{many}"), "more than 40 actions"),
    ];
    reading("live_nonsense", Look::default(), async |reader| {
        for (code, says) in table {
            let short: String = code.chars().take(60).collect();
            reader.goto(&server.url(&format!("{PAGE}?run={code}"))).await?;
            let demo = reader.demo(ID).await?;
            demo.until_text(".notice", says).await.with_context(|| short.clone())?;
            demo.until_text(".notice", "here is the page's own run").await?;
            let length = demo.js("return demo.querySelector('.notice').textContent.length").await?;
            ensure!(length.as_u64() < Some(700), "{short}: a notice of {length} characters");
            ensure!(chips(&demo).await?.len() == 2, "{short}: not the page's run");
            demo.click_named("Stop the server").await?;
            demo.until_text(".now", "The server stopped").await.with_context(|| short.clone())?;
            reader.ensure_quiet(&short).await?;
        }
        // What is only too much or too little becomes the nearest.
        for (code, nearest) in [
            ("2~client-server~users.0", "2~client-server~users.1"),
            ("2~client-server~users.99999999999", "2~client-server~users.10000000"),
            ("2~client-server~seconds.1", "2~client-server~seconds.10"),
            ("2~swarm~pieces.0", "2~swarm~pieces.1"),
        ] {
            reader.goto(&server.url(&format!("{PAGE}?run={code}~~3000"))).await?;
            let demo = reader.demo(ID).await?;
            let run = run_of(nearest)?;
            ensure_arrived(&demo, &run, 3).await.with_context(|| code)?;
            ensure!(
                demo.js("return demo.querySelectorAll('.scene').length").await? == json!(1),
                "{code}: a second one"
            );
            reader.ensure_quiet(code).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_run_beyond_its_budget_says_so_and_the_page_stays_usable() -> Result<()> {
    let code = "2~client-server~users.10000000~load.200000~servers.32~service-ms.2000~queue.1000000~timeout-ms.60000~seconds.600";
    let run = run_of(code)?;
    let end = architectures::finished(run.clone());
    let why = end.stopped().context("it fits the budget")?.to_owned();
    ensure!(why.starts_with("Stopped at ") && why.contains("Make the system smaller"), "{why}");
    with_run("live_budget", &format!("{code}~~600000"), async |reader, demo| {
        // Counts the page's frames until the notice, and notes whether it reacts before.
        demo.js("window.frames_seen = 0;
             const count = () => { if (!demo.querySelector('.notice')) { window.frames_seen += 1; requestAnimationFrame(count); } };
             requestAnimationFrame(count)")
            .await?;
        demo.until("it says that it simulates", "demo.querySelector('.computing:not([hidden]), .notice')").await?;
        demo.click(".more summary").await?;
        demo.until("the settings open", "demo.querySelector('.more').open").await?;
        demo.until_text(".notice", &why).await?;
        let frames = reader.js("return window.frames_seen").await?;
        ensure!(frames.as_u64() > Some(5), "only {frames} frames while it was simulated");
        // Before the stop all is as ever.
        go(&demo, 2).await?;
        until_shown(&demo, 0, &run, 2).await?;
        demo.until("no notice", "!demo.querySelector('.notice')").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_figure_that_shows_another_run_says_so_and_draws_no_ghost_of_another_scenario() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("live_changed", Look::default(), async |reader| {
        reader.goto(&server.url("embed/first-system.html")).await?;
        let demo = reader.demo("first-system").await?;
        let titled = |title: &str| {
            format!(
                "demo.querySelector('.figure-title').textContent === {0} && \
                 demo.querySelector('.scene title').textContent === {0}",
                json!(title)
            )
        };
        let (own, changed) = ("Six clients and one server", "Six clients and one server (changed)");
        demo.until("the author's title", &titled(own)).await?;
        demo.click_named("Stop the server").await?;
        demo.until("a title that is not for this run", &titled(changed)).await?;
        demo.until("the run before the change", "demo.querySelector('.chart g.ghost')").await?;
        demo.click_named("Zoom out: 10,000 players on one server").await?;
        demo.until("a crowd", "demo.querySelector('.crowd')").await?;
        demo.until("no run of six clients behind it", "!demo.querySelector('.chart g.ghost')").await?;
        demo.until_text(".figure-changed", "You have changed this figure").await?;
        demo.click_named("Back to the page’s run").await?;
        demo.until("the author's title again", &titled(own)).await?;
        demo.until("nothing changed", "!demo.querySelector('.figure-changed')").await
    })
    .await
}
