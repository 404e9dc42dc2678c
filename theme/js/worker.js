// Computes for one demo beside the page, in an instance of the demo's module: carries out one task and
// ends, or, without an input, is the demo's engine and stays. A classic script, since the glue is one.
"use strict";

// An engine works in stretches of so many milliseconds, so that it hears in between what is wanted now.
const STRETCH = 20;
// Events between two looks at the clock.
const EVENTS = 10_000;

let engine = null;
let wanted = null;
let working = false;
// The page has drawn the last frame: a page that is slower than its engine is not flooded.
let drawn = true;

const failed = (error) => postMessage(["failed", String(error?.message ?? error)]);

async function work() {
  working = true;
  try {
    for (;;) {
      if (wanted !== null) engine.want(wanted);
      wanted = null;
      const until = performance.now() + STRETCH;
      let there = false;
      do there = engine.step(EVENTS);
      while (!there && performance.now() < until);
      if (drawn || there) {
        drawn = there;
        const frame = engine.frame();
        postMessage([there ? "there" : "frame", frame], [frame.buffer]);
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

onmessage = async ({ data }) => {
  if ("want" in data || "drawn" in data) {
    if ("drawn" in data) drawn = true;
    else wanted = data.want;
    if (engine && !working && wanted !== null) work();
    return;
  }
  try {
    importScripts(data.glue);
    const bindgen = globalThis.demosGlue();
    await bindgen({ module_or_path: data.module });
    if (data.input === undefined) {
      engine = new bindgen.Engine(data.name);
      if (wanted !== null) work();
      return;
    }
    bindgen.run_task(data.name, data.input, (text) => postMessage(["said", text]));
    postMessage(["ended", ""]);
  } catch (error) {
    failed(error);
  }
};
onmessageerror = () => postMessage(["failed", "the module cannot be sent to a worker"]);
