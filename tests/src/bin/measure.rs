//! What `cargo xtask bench` measures in a real browser; it says how to call this.
//!
//! - `measure weigh PAGE`: serves the site compressed, opens the page, goes to its first demo and
//!   waits until it is live; prints what was sent until then, as JSON.
//! - `measure reload URL`: opens the address. For every line of standard input it prints `ready`,
//!   waits until the page has been reloaded, and prints `reloaded`.
//! - `measure search PAGE FAULTS`: opens the page, a search's, and has its module search all schedules of
//!   at most so many faults five times, each in a worker of its own; then does the same natively. Prints
//!   milliseconds, medians, and how many tasks of the page took longer than 50 ms while the demo itself
//!   searched, as JSON.
//! - `measure find PAGE QUERY…`: serves the site compressed, opens the page anew for each query, and searches the book for
//!   it. Prints the bytes that were sent for the search and the milliseconds until the first results are drawn and until
//!   all are there, medians, for each query, as JSON.
//! - `measure scrub PAGE`: opens the page, a timeline's, drags its scrubber from end to end, a step a frame,
//!   loses a message, delivers it again and changes the semantics. Prints how many frames were asked for and
//!   how many tasks took longer than 50 ms, as JSON.
//! - `measure swarm PAGE`: opens the page, a live system's, has its module compute a flash crowd of 100,000 peers,
//!   and then plays it as a reader does. Prints seconds, bytes, pictures drawn and long tasks, as JSON.
//! - `measure print PAGE`: opens the page, the book on one page, scrolls through it from end to end, and brings its last
//!   figure to life. Prints seconds until it was loaded and until the figure was alive, bytes, and how many modules were
//!   fetched before the figure was asked for, as JSON.
//! - `measure kernel`: opens the site, a page beside the kernel's bench module, starts a worker with it, sends it
//!   each line of standard input and prints each answer.

use std::{
    io::{BufRead, Write},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use architectures::live::Frame;
use protocols::rpc::{Run, Semantics};
use search::{Calls, Matrix};
use serde_json::{Value, json};
use site_tests::{Look, Server, ServerOptions, Setup, reading};

/// How often a search is measured.
const SEARCHES: usize = 5;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["weigh", page] => weigh(page).await,
        ["reload", url] => reload(url).await,
        ["search", page, faults] => search(page, faults.parse().context("how many faults?")?).await,
        ["find", page, ref queries @ ..] => find(page, queries).await,
        ["scrub", page] => scrub(page).await,
        ["swarm", page] => swarm(page).await,
        ["wire", page] => wire(page).await,
        ["print", page] => print(page).await,
        ["kernel"] => kernel().await,
        _ => bail!(
            "usage: measure weigh PAGE | measure reload URL | measure search PAGE FAULTS | \
             measure find PAGE QUERY… | measure scrub PAGE | measure swarm PAGE | measure wire PAGE | \
             measure print PAGE | measure kernel"
        ),
    }
}

async fn weigh(page: &str) -> Result<()> {
    let setup = Setup::find()?;
    let options = ServerOptions { gzip: true, recorder: false, keep: false, ..ServerOptions::default() };
    let server = Server::start(&setup.site, options).await?;
    reading("weigh", Look::default(), async |reader| {
        reader.goto(&server.url(page)).await?;
        // Fonts are fetched when text needs them, images when the page has its form.
        reader.until("the fonts", "document.fonts.status === 'loaded' && document.readyState === 'complete'").await?;
        let id = reader.js("return document.querySelector('.demo')?.id").await?;
        reader.demo(id.as_str().with_context(|| format!("{page} has no demo"))?).await.map(drop)
    })
    .await?;
    let hits: Vec<_> = server
        .hits()
        .into_iter()
        .map(|hit| json!({ "path": hit.path, "status": hit.status, "bytes": hit.bytes }))
        .collect();
    println!("{}", json!(hits));
    Ok(())
}

/// A message type of so many fields of all sorts, in a version, and a value of it.
fn wide(fields: usize, version: usize) -> (String, serde_json::Map<String, Value>) {
    let (mut schema, mut value) = ("syntax = \"proto3\";\nmessage Wide {\n".to_owned(), serde_json::Map::new());
    for number in 1..=fields {
        let (kind, content) = match number % 10 {
            0 => ("string", json!(format!("v{number}"))),
            1 => ("int32", json!(number * 7)),
            // Two fields of the versions differ, so that there is something to compare.
            2 if number == 12 && version > 0 => ("sint64", json!("9")),
            2 => ("int64", json!("9")),
            3 => ("sint32", json!(-3)),
            4 => ("bool", json!(true)),
            5 => ("double", json!(0.5)),
            6 => ("repeated int32", json!([1, 300])),
            7 => ("bytes", json!("AQI=")),
            8 => ("map<string, int32>", json!({ "k": 1 })),
            _ => ("fixed32", json!(5)),
        };
        let name = if number == 13 && version > 0 { "renamed".to_owned() } else { format!("f{number}") };
        schema.push_str(&format!("  {kind} {name} = {number};\n"));
        value.insert(name, content);
    }
    schema.push_str("}\n");
    (schema, value)
}

/// What a key stroke in a schema of 50 fields costs in the lab.
async fn wire(page: &str) -> Result<()> {
    const FIELDS: usize = 50;
    const STROKES: usize = 40;
    let ((reader, _), (writer, value)) = (wide(FIELDS, 0), wide(FIELDS, 1));
    let value = Value::Object(value).to_string();
    let case = wire::case::Case {
        writer: writer.clone(),
        reader,
        message: "Wide".to_owned(),
        value: value.clone(),
        ..wire::case::Case::default()
    };
    ensure!(case.fits_a_link(), "the case takes {} characters", case.code().len());
    let outcome = case.outcome(None);
    let fine = outcome.writer.problems.is_empty() && outcome.value_problems.is_empty();
    ensure!(fine && outcome.changes.len() > 1, "the case is damaged: {:?}", outcome.value_problems);
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    let script = "const [code, strokes, id, done] = arguments;
        (async () => {
            const loader = document.querySelector('script[src*=loader-]');
            const [glue, wasm] = loader.getAttribute('data-schemas').split(' ');
            const file = (name) => new URL(name, loader.src);
            const module = await WebAssembly.compile(await (await fetch(file(wasm))).arrayBuffer());
            const script = Object.assign(document.createElement('script'), { src: file(glue) });
            await new Promise((resolve, reject) => {
                Object.assign(script, { onload: resolve, onerror: reject });
                document.head.append(script);
            });
            const instance = window.demosGlue();
            await instance({ module_or_path: module });
            const worked = [];
            for (let i = 0; i < strokes; i++) {
                const start = performance.now();
                instance.trace_hash('wire-lab', code);
                worked.push(performance.now() - start);
            }
            const area = document.getElementById(`${id}-writer`);
            const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
            const typed = area.value;
            const drawn = [];
            for (let i = 0; i < strokes; i++) {
                // Something else each time: another number for the first field.
                set.call(area, typed.replace('f1 = 1;', `f1 = ${51 + i};`));
                const changed = new Promise((resolve) => {
                    const observer = new MutationObserver(() => { observer.disconnect(); resolve(performance.now()); });
                    observer.observe(area.closest('figure'), { subtree: true, childList: true, characterData: true });
                });
                const start = performance.now();
                area.dispatchEvent(new Event('input', { bubbles: true }));
                drawn.push(await changed - start);
                await new Promise(requestAnimationFrame);
            }
            return { worked, drawn };
        })().then(done, (error) => done(String(error?.message ?? error)))";
    let found = Mutex::new(None);
    reading("wire", Look::default(), async |reader| {
        reader.goto(&server.url(&format!("{page}?run={}", case.code()))).await?;
        let id = page.rsplit('/').next().and_then(|name| name.strip_suffix(".html")).context("a page")?;
        let demo = reader.demo(id).await?;
        demo.until("the case", "demo.querySelector('textarea').value.includes('f50 = 50')").await?;
        let took = reader.driver.execute_async(script, vec![json!(case.code()), json!(STROKES), json!(id)]).await?;
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(took.json().clone());
        Ok(())
    })
    .await?;
    let took = found.into_inner().unwrap_or_else(PoisonError::into_inner).context("nothing was measured")?;
    let of = |key: &str| -> Result<f64> {
        let times = serde_json::from_value(took[key].clone()).with_context(|| format!("no times: {took}"))?;
        Ok(median(times))
    };
    let found = json!({
        "worked": of("worked")?, "drawn": of("drawn")?, "bytes": outcome.bytes.len(), "changes": outcome.changes.len(),
        "schema": writer, "value": value, "message": outcome.bytes,
    });
    println!("{found}");
    Ok(())
}

async fn scrub(page: &str) -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    let script = "const done = arguments[0];
        (async () => {
            const scrub = document.querySelector('.scrubber input');
            const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
            let frames = 0;
            for (let at = 0; at <= Number(scrub.max); at += 5, frames += 1) {
                set.call(scrub, at);
                scrub.dispatchEvent(new Event('input', { bubbles: true }));
                await new Promise(requestAnimationFrame);
            }
            return frames;
        })().then(done, (error) => done(String(error)))";
    let found = Mutex::new(None);
    reading("scrub", Look::default(), async |reader| {
        reader.goto(&server.url(page)).await?;
        let id = page.rsplit('/').next().and_then(|name| name.strip_suffix(".html")).context("a page")?;
        let demo = reader.demo(id).await?;
        reader
            .js("window.long = 0;
                 window.watch = new PerformanceObserver((list) => { window.long += list.getEntries().length; });
                 window.watch.observe({ entryTypes: ['longtask'] });")
            .await?;
        let frames = reader.driver.execute_async(script, vec![]).await?.json().clone();
        demo.click_named("The request of attempt 1").await?;
        demo.click_named("Lose it").await?;
        demo.click_named("Deliver it").await?;
        demo.click("input[value='maybe']").await?;
        demo.click("input[value='at-least-once']").await?;
        let long = reader.js("return window.long + window.watch.takeRecords().length").await?;
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(json!({ "frames": frames, "long": long }));
        Ok(())
    })
    .await?;
    println!("{}", found.into_inner().unwrap_or_else(PoisonError::into_inner).context("nothing was measured")?);
    Ok(())
}

/// The flash crowd that is measured: 100,000 peers and 256 pieces.
const SWARM: &str = "2~swarm~users.100000~pieces.256~file-mb.1000~server-mbps.1000~seconds.1500";
/// When it ends, in microseconds.
const SWARM_END: u64 = 1_500_000_000;

async fn swarm(page: &str) -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    // Without a page around it: what the engine itself needs.
    let compute = "const [wanted, done] = arguments;
        (async () => {
            const loader = document.querySelector('script[src*=loader-]');
            const [glue, wasm] = loader.getAttribute('data-models').split(' ');
            const bytes = await (await fetch(new URL(wasm, loader.src))).arrayBuffer();
            const script = document.createElement('script');
            script.src = new URL(glue, loader.src);
            await new Promise((resolve, reject) => {
                script.onload = resolve;
                script.onerror = reject;
                document.head.append(script);
            });
            const bindgen = window.demosGlue();
            const { memory } = await bindgen({ module_or_path: await WebAssembly.compile(bytes) });
            const engine = new bindgen.Engine('topology');
            engine.want(wanted);
            const start = performance.now();
            while (!engine.step(100000));
            const ms = performance.now() - start;
            const frame = [...engine.frame()].map((byte) => byte.toString(16).padStart(2, '0')).join('');
            return { ms, memory: memory.buffer.byteLength, frame };
        })().then(done, (error) => done(String(error?.message ?? error)))";
    // As a reader sees it: every picture that is drawn, every frame of the screen, every long task.
    let watch = "const paint = CanvasRenderingContext2D.prototype.putImageData;
        window.painted = 0;
        CanvasRenderingContext2D.prototype.putImageData = function (...all) {
            window.painted += 1;
            return paint.apply(this, all);
        };
        window.long = 0;
        window.watch = new PerformanceObserver((list) => { window.long += list.getEntries().length; });
        window.watch.observe({ entryTypes: ['longtask'] });
        window.frames = [];
        const tick = (now) => { window.frames.push(now); requestAnimationFrame(tick); };
        requestAnimationFrame(tick);";
    let found = Mutex::new(None);
    reading("swarm", Look::default(), async |reader| {
        reader.goto(&server.url(page)).await?;
        let wanted = format!("{SWARM_END} {SWARM}");
        let computed = reader.driver.execute_async(compute, vec![json!(wanted)]).await?.json().clone();

        reader.goto(&server.url(&format!("{page}?run={SWARM}~~0"))).await?;
        let id = page.rsplit('/').next().and_then(|name| name.strip_suffix(".html")).context("a page")?;
        let demo = reader.demo(id).await?;
        reader.until("the crowd", "!!document.querySelector('.crowd canvas')").await?;
        reader
            .js("const speed = document.querySelector('.controls .speed select');
                 speed.value = '60000';
                 speed.dispatchEvent(new Event('change', { bubbles: true }));")
            .await?;
        reader.js(watch).await?;
        let start = Instant::now();
        demo.click("button.play").await?;
        while start.elapsed().as_secs() < 150 {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            if reader.js("return document.querySelector('.now').textContent.includes('All have the file')").await?
                == true
            {
                break;
            }
        }
        let took = start.elapsed().as_secs_f64();
        let seen = reader
            .js("const frames = window.frames;
                 const gaps = frames.slice(1).map((at, i) => at - frames[i]).sort((a, b) => a - b);
                 return {
                     painted: window.painted,
                     long: window.long + window.watch.takeRecords().length,
                     frames: frames.length,
                     p99: gaps[Math.floor(gaps.length * 0.99)],
                     seconds: (frames.at(-1) - frames[0]) / 1000,
                 };")
            .await?;
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some((computed, seen, took));
        Ok(())
    })
    .await?;
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (computed, seen, took) = found.context("nothing was measured")?;
    let packed = computed["frame"].as_str().with_context(|| format!("no frame: {computed}"))?;
    let bytes: Vec<u8> = (0..packed.len() / 2)
        .map(|at| u8::from_str_radix(&packed[2 * at..2 * at + 2], 16))
        .collect::<Result<_, _>>()
        .context("a frame in hexadecimal digits")?;
    let frame = Frame::unpack(&bytes).context("a frame that can be read")?;
    let start = Instant::now();
    let run = architectures::run_of(SWARM).context("a run")?;
    let native = architectures::finished(run);
    let native_seconds = start.elapsed().as_secs_f64();
    if native.world().hash().to_string() != frame.hash {
        bail!("the browser's swarm is not the host's");
    }
    println!(
        "{}",
        json!({
            "seconds": computed["ms"].as_f64().unwrap_or_default() / 1e3, "native": native_seconds,
            "memory": computed["memory"], "events": frame.events, "live": took, "seen": seen,
        })
    );
    Ok(())
}

async fn print(page: &str) -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    // A screen at a time, as somebody with a wheel: what comes near has a moment to ask for something.
    let scroll = "const done = arguments[0];
        (async () => {
            for (let at = 0; at < document.documentElement.scrollHeight; at += 40 * innerHeight) {
                scrollTo({ top: at, behavior: 'instant' });
                await new Promise(requestAnimationFrame);
            }
            const demos = document.querySelectorAll('.demo[data-demo]');
            return { figures: demos.length, last: [...demos].at(-1).id, heap: performance.memory?.usedJSHeapSize ?? 0 };
        })().then(done, (error) => done(String(error)))";
    let found = Mutex::new(None);
    reading("print", Look::default(), async |reader| {
        let start = Instant::now();
        reader.goto(&server.url(page)).await?;
        let seconds = start.elapsed().as_secs_f64();
        let seen = reader.driver.execute_async(scroll, vec![]).await?.json().clone();
        let last = seen["last"].as_str().with_context(|| format!("scrolling failed: {seen}"))?;
        let modules = server.hits().iter().filter(|hit| hit.path.ends_with(".wasm")).count();
        let start = Instant::now();
        reader.demo(last).await?;
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(json!({
            "seconds": seconds, "alive": start.elapsed().as_secs_f64(), "modules": modules,
            "figures": seen["figures"], "heap": seen["heap"],
        }));
        Ok(())
    })
    .await?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner).context("nothing was measured")?;
    found["bytes"] = json!(std::fs::metadata(setup.site.join(page))?.len());
    println!("{found}");
    Ok(())
}

async fn reload(url: &str) -> Result<()> {
    reading("reload", Look::default(), async |reader| {
        reader.goto(url).await?;
        for line in std::io::stdin().lock().lines() {
            line?;
            // The mark is gone with the page that bears it.
            reader.js("window.marked = true").await?;
            say("ready")?;
            reader.until("the page reloaded", "!window.marked && document.readyState === 'complete'").await?;
            say("reloaded")?;
        }
        Ok(())
    })
    .await
}

async fn search(page: &str, faults: u8) -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    let run = Run::default();
    // As the loader starts a task: the module is compiled already, the worker is not there yet.
    let script = "const [input, times, done] = arguments;
        (async () => {
            const loader = document.querySelector('script[src*=loader-]');
            const [glue, wasm] = loader.getAttribute('data-calls').split(' ');
            const file = (name) => new URL(name, loader.src);
            const module = await WebAssembly.compile(await (await fetch(file(wasm))).arrayBuffer());
            const took = [];
            for (let i = 0; i < times; i++) {
                const start = performance.now();
                const worker = new Worker(file(loader.dataset.worker));
                await new Promise((resolve, reject) => {
                    worker.onerror = reject;
                    worker.onmessage = ({ data: [kind, text] }) => {
                        if (kind === 'ended') resolve();
                        if (kind === 'failed') reject(new Error(text));
                    };
                    worker.postMessage({ glue: file(glue).href, module, name: 'rpc-search', input });
                });
                took.push(performance.now() - start);
                worker.terminate();
            }
            return took;
        })().then(done, (error) => done(String(error?.message ?? error)))";
    let found = Mutex::new(None);
    reading("search", Look::default(), async |reader| {
        reader.goto(&server.url(page)).await?;
        let id = page.rsplit('/').next().and_then(|name| name.strip_suffix(".html")).context("a page")?;
        let demo = reader.demo(id).await?;
        let input = format!("{}~~{faults}~all", run.code());
        let took = reader.driver.execute_async(script, vec![json!(input), json!(SEARCHES)]).await?.json().clone();
        // As a reader asks for it.
        demo.click(&format!("fieldset:first-of-type label:nth-of-type({})", faults + 1)).await?;
        reader
            .js("window.long = 0;
                 window.watch = new PerformanceObserver((list) => { window.long += list.getEntries().length; });
                 window.watch.observe({ entryTypes: ['longtask'] });")
            .await?;
        demo.click_named("Search").await?;
        demo.until_text(".sweep-status", "Complete").await?;
        demo.until_text(".matrix-caption", &format!("at most {faults} fault")).await?;
        let long = reader.js("return window.long + window.watch.takeRecords().length").await?;
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some((took, long));
        Ok(())
    })
    .await?;
    let (took, long) = found.into_inner().unwrap_or_else(PoisonError::into_inner).context("nothing was measured")?;
    let took: Vec<f64> = serde_json::from_value(took.clone()).with_context(|| format!("no times: {took}"))?;
    let mut native = vec![];
    let mut schedules = 0;
    for _ in 0..SEARCHES {
        let start = Instant::now();
        let calls = Calls { scenario: run.scenario, seed: run.seed };
        let rows = Matrix::new(calls, &Semantics::ALL, faults).finish();
        native.push(start.elapsed().as_secs_f64() * 1e3);
        schedules = rows.iter().map(|row| row.schedules).sum();
    }
    let found = json!({ "browser": median(took), "native": median(native), "long": long, "schedules": schedules });
    println!("{found}");
    Ok(())
}

async fn find(page: &str, queries: &[&str]) -> Result<()> {
    let setup = Setup::find()?;
    let options = ServerOptions { gzip: true, recorder: false, keep: false, ..ServerOptions::default() };
    let server = Server::start(&setup.site, options).await?;
    // Pasted, so to say: typed letter by letter it would be many queries.
    let script = "const [query, done] = arguments;
        const input = document.querySelector('.search input');
        const list = document.querySelector('.search ol');
        let first;
        new MutationObserver(() => {
            if (list.children.length && !first) first = new Promise((drawn) => requestAnimationFrame(() => drawn(performance.now() - start)));
            if (list.hasAttribute('aria-busy')) return;
            const all = performance.now() - start;
            Promise.resolve(first ?? all).then((first) => done([first, all, list.children.length]));
        }).observe(list, { attributes: true, childList: true });
        const start = performance.now();
        input.value = query;
        input.dispatchEvent(new Event('input', { bubbles: true }));";
    let found = Mutex::new(vec![]);
    reading("find", Look::default(), async |reader| {
        for query in queries {
            let (mut firsts, mut wholes, mut bytes, mut results) = (vec![], vec![], 0, 0);
            for _ in 0..SEARCHES {
                reader.goto(&server.url(page)).await?;
                let before = server.hits().len();
                reader.js("document.querySelector('#search-button').click()").await?;
                let ready = "document.querySelector('.search-status')?.textContent.startsWith('Type a word')";
                reader.until("the search", ready).await?;
                let answer = reader.driver.execute_async(script, vec![json!(query)]).await?.json().clone();
                let (first, whole, shown): (f64, f64, usize) =
                    serde_json::from_value(answer.clone()).with_context(|| format!("no time: {answer}"))?;
                firsts.push(first);
                wholes.push(whole);
                let sent = server.hits().split_off(before);
                bytes = sent.iter().filter(|hit| hit.path.contains("search")).map(|hit| hit.bytes).sum::<usize>();
                results = shown;
            }
            let found_here = json!({ "query": query, "bytes": bytes, "ms": median(firsts), "all": median(wholes), "results": results });
            found.lock().unwrap_or_else(PoisonError::into_inner).push(found_here);
        }
        Ok(())
    })
    .await?;
    println!("{}", json!(found.into_inner().unwrap_or_else(PoisonError::into_inner)));
    Ok(())
}

async fn kernel() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions { recorder: false, ..ServerOptions::default() }).await?;
    reading("kernel", Look::default(), async |reader| {
        reader.goto(&server.url("index.html")).await?;
        reader.js("window.kernel = new Worker('kernel.js')").await?;
        for line in std::io::stdin().lock().lines() {
            let script = "const [line, done] = arguments;
                window.kernel.onmessage = ({ data }) => done(data);
                window.kernel.onerror = (error) => done(`failed: ${error.message}`);
                window.kernel.postMessage(line);";
            let answer = reader.driver.execute_async(script, vec![json!(line?)]).await?.json().clone();
            say(answer.as_str().context("the worker gave no text")?)?;
        }
        Ok(())
    })
    .await
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn say(word: &str) -> Result<()> {
    println!("{word}");
    std::io::stdout().flush().context("standard output")
}
