//! Long computations of demos, in workers.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use site_tests::{Look, Server, ServerOptions, Setup, reading};

#[tokio::test]
async fn a_worker_carries_out_a_task_of_any_demo_and_tells_how_it_ended() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("tasks", Look::default(), async |reader| {
        // The page with a figure of each demo names all modules.
        reader.goto(&server.url("demo-reference.html")).await?;
        reader.demo("example-rpc-timeline").await?;
        // As the loader starts one.
        let script = "const [engine, name, done] = arguments;
            (async () => {
                const loader = document.querySelector('script[src*=loader-]');
                const [glue, wasm] = loader.getAttribute(`data-${engine}`).split(' ');
                const file = (name) => new URL(name, loader.src);
                const module = await WebAssembly.compile(await (await fetch(file(wasm))).arrayBuffer());
                const worker = new Worker(file(loader.dataset.worker));
                const told = [];
                await new Promise((resolve, reject) => {
                    worker.onerror = reject;
                    worker.onmessage = ({ data }) => { told.push(data); if (data[0] !== 'said') resolve(); };
                    worker.postMessage({ glue: file(glue).href, module, name, input: '' });
                });
                worker.terminate();
                return told;
            })().then(done, (error) => done(String(error?.message ?? error)))";
        for entry in widgets::bundles::entries() {
            let told = reader.driver.execute_async(script, vec![json!(entry.engine), json!(entry.name)]).await?;
            let last = told.json().as_array().and_then(|told| told.last()).with_context(|| told.json().to_string())?;
            // A task leaves what it cannot read, and most demos have no task.
            ensure!(*last == json!(["ended", ""]), "{}: {last}", entry.name);
        }
        let told = reader.driver.execute_async(script, vec![json!("calls"), json!("no-such-demo")]).await?;
        ensure!(*told.json() == json!([["failed", "no demo is called no-such-demo"]]), "{:?}", told.json());
        reader.ensure_quiet("tasks").await
    })
    .await
}
