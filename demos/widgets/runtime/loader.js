// Brings the prerendered demos to life, each when it comes near the viewport; on the page for print, which has all of the
// book, each when it is asked for.
//
// A classic script, not a module: module scripts are refused in sandboxed frames without an origin
// and on file:// addresses, and there the demos have to work too. Each demo gets an instance of the
// WebAssembly module for itself; each bundle's module is fetched and compiled once, when a demo of it
// comes near.
(() => {
  "use strict";
  // Should the theme's script have failed: what needs scripts is shown.
  document.documentElement.classList.replace("no-js", "js");
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
    try {
      links.set(figures[0]?.id, decodeURIComponent(location.hash.slice(5)));
    } catch {
      // Whoever wrote it meant a run: the demo says that it cannot be read.
      links.set(figures[0]?.id, location.hash.slice(5));
    }
  }

  // Runs that readers made on this page before they reloaded it.
  const KEPT = "book-runs";
  try {
    const { page, runs } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    if (page === location.pathname) {
      for (const [id, code] of runs) links.set(id, code);
      sessionStorage.removeItem(KEPT);
    }
  } catch {
    // No storage, or not what this script writes.
  }
  // The run that a figure came alive with: another one is the reader's.
  const begun = new WeakMap();

  // Loads the page anew, with the runs that the reader has made.
  function reload() {
    const run = (figure) => figure.querySelector(".figure[data-run]")?.dataset.run;
    const changed = [...document.querySelectorAll(".demo[data-state=live]")].filter((figure) => run(figure) !== begun.get(figure));
    const runs = new Map(links);
    for (const figure of changed) runs.set(figure.id, run(figure));
    try {
      if (runs.size) sessionStorage.setItem(KEPT, JSON.stringify({ page: location.pathname, runs: [...runs] }));
      location.reload();
    } catch {
      const address = new URL(location.href);
      address.searchParams.delete("run");
      // A run in there would go before it.
      if (embedded) address.hash = "";
      for (const [id, code] of runs) address.searchParams.append("run", embedded ? code : `${id}:${code}`);
      location.replace(address);
    }
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
        // Taken at once: the next bundle's glue has the same name, and one that does not parse has none.
        script(glue).then(() => {
          const made = window.demosGlue;
          delete window.demosGlue;
          if (!made) throw new Error(`${glue} is not what it was made`);
          return made;
        }),
        new URL(glue, base).href,
      ]);
      bundles.set(bundle, loading);
      // The next demo, or the reader's next try, begins afresh.
      loading.catch(() => bundles.delete(bundle));
    }
    return bundles.get(bundle);
  };

  let slices;

  // A demo's way to what computes for it, in a worker with the module of that name, and to what ends it; `end.want`
  // tells an engine what is wanted. Where workers are refused, an engine works in slices in the page, and a task is
  // told that it failed. What runs is kept in `running`, to be ended with the demo.
  const starter = (figure, bundle, running) => (name, input, tell) => {
    const waiting = [];
    let send = (message) => waiting.push(message);
    let worker = null;
    let wanted = null;
    let answered = false;
    let ended = false;
    const end = () => {
      ended = true;
      worker?.terminate();
      running.delete(end);
    };
    end.want = (want) => {
      wanted = want;
      send({ want });
    };
    running.add(end);

    const hear = ([kind, what]) => {
      if (ended) return;
      answered = true;
      if (kind === "ended" || kind === "failed") end();
      tell(kind, what);
      if (kind === "frame") requestAnimationFrame(() => send({ drawn: true }));
    };
    const begin = (how) => {
      send = how;
      how({ name, input, ...worker?.sent });
      for (const message of waiting.splice(0)) how(message);
    };
    // The demo says that it failed, and this what helps.
    const failed = (reason) => {
      hear(["failed", reason]);
      sayIfOld(reason, (trouble) => {
        if (figure.previousElementSibling?.matches(".demo-trouble")) figure.previousElementSibling.remove();
        figure.before(trouble);
      });
    };
    const here = async (error) => {
      worker?.terminate();
      worker = null;
      const reason = String(error?.message ?? error);
      if (ended) return;
      // What has worked until now fails for a reason of its own.
      if (input !== undefined || answered) return failed(reason);
      try {
        slices ??= script(loader.dataset.worker);
        await slices.catch((error) => {
          slices = undefined;
          throw error;
        });
        const [module, instance] = await load(bundle);
        const exports = instance();
        if (ended) return;
        waiting.splice(0, waiting.length, ...(wanted === null ? [] : [{ want: wanted }]));
        begin(window.demosWorker(hear, async () => (await exports({ module_or_path: module }), exports), 8));
      } catch (second) {
        failed(`${reason}; ${second?.message ?? second}`);
      }
    };
    load(bundle)
      .then(([module, , glue]) => {
        if (ended) return;
        worker = new Worker(new URL(loader.dataset.worker, base));
        worker.sent = { glue, module };
        worker.onmessage = ({ data }) => {
          if (data[0] === "failed") here(data[1]);
          else hear(data);
        };
        worker.onerror = (event) => {
          event.preventDefault();
          here(event.message ?? "the worker cannot be loaded");
        };
        begin((message) => worker?.postMessage(message));
      })
      .catch(here);
    return end;
  };

  // What the figure is drawn from, if the site has it as a file; without it an engine computes the same.
  const frames = async (figure) => {
    if (!figure.dataset.first) return new Uint8Array();
    try {
      const response = await fetch(new URL(figure.dataset.first, base));
      return new Uint8Array(response.ok ? await response.arrayBuffer() : 0);
    } catch {
      return new Uint8Array();
    }
  };

  async function wake(figure) {
    figure.dataset.state = "waking";
    try {
      const [[module, instance], first] = await Promise.all([load(figure.dataset.bundle), frames(figure)]);
      const bindgen = instance();
      await bindgen({ module_or_path: module });
      const touched = figure.innerHTML !== still.get(figure);
      // Whoever has changed it would do so again at once, and translators do: nothing is theirs until the demo is alive.
      if (touched) figure.innerHTML = still.get(figure).replaceAll(' translate="yes"', ' translate="no" data-later=""');
      const running = new Set();
      const panicked = (event) => {
        running.forEach((end) => end());
        stop(figure, event.detail);
      };
      figure.addEventListener("demo-panic", panicked, { once: true });
      const { title, view, data = "", offered = "" } = JSON.parse(figure.dataset.props);
      const link = links.get(figure.id) ?? "";
      const start = starter(figure, figure.dataset.engine, running);
      await bindgen.hydrate(figure, figure.dataset.demo, title, view, data, offered, link, root, embedded, first, start);
      // Yew hydrates in a microtask.
      await new Promise((resolve) => setTimeout(resolve));
      if (figure.dataset.state === "waking") {
        // Runs from links are in the address, or among those that were kept, and are kept again.
        begun.set(figure, figure.querySelector(".figure[data-run]")?.dataset.run);
        figure.dataset.state = "live";
        for (const part of touched ? figure.querySelectorAll("[data-later]") : []) {
          part.removeAttribute("data-later");
          part.setAttribute("translate", "yes");
          // The same nodes again: who translates the page hears of them.
          part.append(...part.childNodes);
        }
      }
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

    const stopped = (trouble) => {
      fresh.querySelector(":scope > .demo-trouble")?.remove();
      fresh.prepend(trouble);
    };
    stopped(
      say("This demo has stopped; the figure is as the page had it. ", reason, "Reset and start it again", () => {
        // The run in the address may be what broke it.
        links.delete(fresh.id);
        wake(fresh);
      }),
    );
    sayIfOld(reason, stopped);
  }

  // A message with a button.
  function say(words, reason, label, act) {
    const trouble = document.createElement("div");
    trouble.className = "demo-trouble";
    trouble.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = words;
    const why = document.createElement("code");
    why.textContent = String(reason?.message ?? reason).slice(0, 300);
    text.append(why);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    trouble.append(text, button);
    return trouble;
  }

  // A page that is older than the site finds its files gone, or others in their place: then it helps to load the page anew,
  // and nothing else does. Otherwise, without a connection say, what is said already holds.
  async function sayIfOld(reason, put) {
    try {
      if (!(await window.pageIsOld())) return;
    } catch {
      return;
    }
    put(say("This page is older than the site, which has been published anew. Reload it to go on: the runs that you have made and what you have written come along. An answer that you have not checked yet does not. ", reason, "Reload the page", reload));
  }

  if (typeof WebAssembly !== "object") {
    for (const figure of figures) figure.dataset.state = "still";
    return;
  }
  // Where a page has all figures of the book, nobody wants them all alive, and no browser could bear it: each waits until it
  // is asked for.
  function offer(figure) {
    figure.dataset.state = "still";
    const asked = document.createElement("button");
    asked.type = "button";
    asked.className = "demo-offer";
    asked.textContent = "Bring this figure to life";
    const title = figure.querySelector(".figure-title");
    if (title?.id) asked.setAttribute("aria-describedby", title.id);
    const start = async () => {
      figure.removeEventListener("click", start);
      const left = document.activeElement === asked;
      asked.remove();
      await wake(figure);
      // The button had it, and is gone. A figure that has failed is another element by now.
      if (left) document.getElementById(figure.id)?.querySelector("button:enabled, input:enabled, select:enabled, textarea:enabled, a[href]")?.focus();
    };
    asked.addEventListener("click", start);
    figure.addEventListener("click", start);
    figure.before(asked);
  }
  if (loader.hasAttribute("data-on-demand")) {
    figures.forEach(offer);
    return;
  }
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
