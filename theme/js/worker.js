// Carries out one task of a demo beside the page, in an instance of the demo's module, and tells the
// page what the task says and how it ended. A classic script, since the glue is one.
"use strict";
onmessage = async ({ data: { glue, module, name, input } }) => {
  try {
    importScripts(glue);
    const bindgen = globalThis.demosGlue();
    await bindgen({ module_or_path: module });
    bindgen.run_task(name, input, (text) => postMessage(["said", text]));
    postMessage(["ended", ""]);
  } catch (error) {
    postMessage(["failed", String(error?.message ?? error)]);
  }
};
onmessageerror = () => postMessage(["failed", "the module cannot be sent to a worker"]);
