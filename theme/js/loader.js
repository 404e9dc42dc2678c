// Brings the prerendered demos to life, each when it comes near the viewport.
//
// A classic script, not a module: module scripts are refused in sandboxed frames without an origin
// and on file:// addresses, and there the demos have to work too. Each demo gets an instance of the
// WebAssembly module for itself; each bundle's module is fetched and compiled once, when a demo of it
// comes near.
(() => {
  "use strict";
  const loader = document.currentScript;
  const base = new URL(".", loader.src);
  const root = new URL("..", base).href;
  const embedded = document.body.classList.contains("embed");
  const figures = [...document.querySelectorAll(".demo[data-demo]")];
  // What the server sent: extensions and translators may have changed it by the time a demo wakes
  // up, and hydration needs it to the letter.
  const still = new WeakMap(figures.map((figure) => [figure, figure.innerHTML]));

  // A run in the address: ?run=<id>:<code> on a page, ?run=<code> or #run=<code> on an embed page.
  const links = new Map();
  for (const run of new URLSearchParams(location.search).getAll("run")) {
    const [id, ...code] = run.split(":");
    if (embedded) links.set(figures[0]?.id, run);
    else if (code.length) links.set(id, code.join(":"));
  }
  if (embedded && location.hash.startsWith("#run=")) {
    links.set(figures[0]?.id, decodeURIComponent(location.hash.slice(5)));
  }

  const script = (name) =>
    new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = new URL(name, base);
      element.onload = resolve;
      element.onerror = () => reject(new Error(`cannot load ${name}`));
      document.head.append(element);
    });

  const compile = async (wasm, inlined) => {
    let response;
    try {
      response = await fetch(new URL(wasm, base));
      if (!response.ok) throw new Error(`${wasm}: ${response.status}`);
    } catch {
      // Sandboxed frames and file:// addresses may run scripts but fetch nothing.
      await script(inlined);
      return WebAssembly.compile(Uint8Array.from(atob(window.demosInlined), (char) => char.charCodeAt(0)));
    }
    // Some hosts send another type, and streaming refuses that.
    return response.headers.get("content-type")?.startsWith("application/wasm")
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  };

  const bundles = new Map();
  const load = (bundle) => {
    if (!bundles.has(bundle)) {
      const [glue, wasm, inlined] = loader.getAttribute(`data-${bundle}`).split(" ");
      const loading = Promise.all([
        compile(wasm, inlined),
        // Taken at once: the next bundle's glue has the same name.
        script(glue).then(() => window.demosGlue),
        new URL(glue, base).href,
      ]);
      bundles.set(bundle, loading);
      // The next demo, or the reader's next try, begins afresh.
      loading.catch(() => bundles.delete(bundle));
    }
    return bundles.get(bundle);
  };

  // A demo's way to a worker, and to what ends it; `end.want` tells an engine what is wanted. Where
  // workers are refused, this throws, or it tells of a failure later. What runs is kept in `running`, to
  // be ended with the demo.
  const starter = (module, glue, running) => (name, input, tell) => {
    const worker = new Worker(new URL(loader.dataset.worker, base));
    const end = () => {
      worker.onmessage = worker.onerror = null;
      worker.terminate();
      running.delete(end);
    };
    end.want = (want) => worker.postMessage({ want });
    running.add(end);
    worker.onmessage = ({ data: [kind, what] }) => {
      if (kind === "ended" || kind === "failed") end();
      tell(kind, what);
      if (kind === "frame") requestAnimationFrame(() => worker.postMessage({ drawn: true }));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end();
      tell("failed", event.message ?? "the worker cannot be loaded");
    };
    worker.postMessage({ glue, module, name, input });
    return end;
  };

  async function wake(figure) {
    figure.dataset.state = "waking";
    try {
      const [module, instance, glue] = await load(figure.dataset.bundle);
      const bindgen = instance();
      await bindgen({ module_or_path: module });
      if (figure.innerHTML !== still.get(figure)) figure.innerHTML = still.get(figure);
      const running = new Set();
      const panicked = (event) => {
        running.forEach((end) => end());
        stop(figure, event.detail);
      };
      figure.addEventListener("demo-panic", panicked, { once: true });
      const { title, view, offers = "" } = JSON.parse(figure.dataset.props);
      const link = links.get(figure.id) ?? "";
      const start = starter(module, glue, running);
      await bindgen.hydrate(figure, figure.dataset.demo, title, view, offers, link, root, embedded, start);
      // Yew hydrates in a microtask.
      await new Promise((resolve) => setTimeout(resolve));
      if (figure.dataset.state === "waking") figure.dataset.state = "live";
    } catch (error) {
      stop(figure, error);
    }
  }

  // Puts the still figure back, in an element without the dead demo's listeners.
  function stop(figure, reason) {
    if (figure.dataset.state === "stopped") return;
    figure.dataset.state = "stopped";
    const fresh = figure.cloneNode(false);
    fresh.innerHTML = still.get(figure);
    still.set(fresh, still.get(figure));
    figure.replaceWith(fresh);

    const trouble = document.createElement("div");
    trouble.className = "demo-trouble";
    trouble.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = "This demo has stopped; the figure is as the page had it. ";
    const why = document.createElement("code");
    why.textContent = String(reason?.message ?? reason).slice(0, 300);
    text.append(why);
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Reset and start it again";
    again.addEventListener("click", () => {
      // The run in the address may be what broke it.
      links.delete(fresh.id);
      wake(fresh);
    });
    trouble.append(text, again);
    fresh.prepend(trouble);
  }

  if (typeof WebAssembly !== "object") return;
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        wake(target);
      }
    },
    { rootMargin: "400px 0px" },
  );
  for (const figure of figures) near.observe(figure);
})();
