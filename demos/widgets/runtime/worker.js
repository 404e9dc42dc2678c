// Computes for one demo, in an instance of the module that computes for it: carries out one task and ends, or,
// without an input, is the demo's engine and stays. In a worker, or, where workers are refused, for an engine in the
// page, between the page's own work. A classic script, since the glue is one.
"use strict";

// Makes what computes: a function that takes the page's messages. `post` gets the answers, `load` gives an
// instance's exports, and an engine works at a stretch for so many milliseconds, so that it hears in between
// what is wanted now.
globalThis.demosWorker = (post, load, stretch) => {
  // Events between two looks at the clock.
  const EVENTS = 10_000;
  let engine = null;
  let wanted = null;
  let working = false;
  // The page has drawn the last frame: a page that is slower than its engine is not flooded.
  let drawn = true;

  const failed = (error) => post(["failed", String(error?.message ?? error)]);

  async function work() {
    working = true;
    try {
      for (;;) {
        if (wanted !== null) engine.want(wanted);
        wanted = null;
        const until = performance.now() + stretch;
        let there = false;
        do there = engine.step(EVENTS);
        while (!there && performance.now() < until);
        if (drawn || there) {
          drawn = there;
          const frame = engine.frame();
          post([there ? "there" : "frame", frame], [frame.buffer]);
        }
        if (there) break;
        await new Promise((resolve) => setTimeout(resolve));
      }
    } catch (error) {
      failed(error);
    }
    working = false;
    if (wanted !== null) work();
  }

  return async (message) => {
    if ("drawn" in message) {
      drawn = true;
      return;
    }
    if ("want" in message) {
      wanted = message.want;
      if (engine && !working) work();
      return;
    }
    try {
      const exports = await load(message);
      if (message.input === undefined) {
        engine = new exports.Engine(message.name);
        if (wanted !== null) work();
        return;
      }
      exports.run_task(message.name, message.input, (text) => post(["said", text]));
      post(["ended", ""]);
    } catch (error) {
      failed(error);
    }
  };
};

if (typeof importScripts === "function") {
  const load = async ({ glue, module }) => {
    importScripts(glue);
    const exports = demosGlue();
    await exports({ module_or_path: module });
    return exports;
  };
  const take = demosWorker((answer, moved) => postMessage(answer, moved ?? []), load, 20);
  onmessage = ({ data }) => take(data);
  onmessageerror = () => postMessage(["failed", "the module cannot be sent to a worker"]);
}
