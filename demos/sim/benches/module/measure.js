// What `cargo xtask bench` runs the module by: in Node.js a program, in a browser the script of a worker. Each
// line of the plan is a model, a queue, a size and a number of events; each answer is the nanoseconds of an event
// and a fingerprint of all that happened. The models stay, so that the same words measure them again.
"use strict";

const measurer = async (bytes) => {
  const module = await WebAssembly.compile(bytes);
  const models = new Map();
  return (line) => {
    const [kind, queue, size, events] = line.split(" ");
    const name = `${kind} ${queue} ${size}`;
    if (!models.has(name)) {
      const model = new WebAssembly.Instance(module).exports;
      model[`${kind}_${queue}`](Number(size));
      models.set(name, model);
    }
    const model = models.get(name);
    const begun = performance.now();
    const fingerprint = model.run(Number(events));
    const nanoseconds = ((performance.now() - begun) * 1e6) / Number(events);
    return `${nanoseconds.toFixed(2)} ${BigInt.asUintN(64, fingerprint).toString(16).padStart(16, "0")}`;
  };
};

if (typeof process === "object") {
  const lines = require("node:readline").createInterface({ input: process.stdin });
  const ready = measurer(require("node:fs").readFileSync(process.argv[2]));
  lines.on("line", async (line) => console.log((await ready)(line)));
} else {
  const ready = fetch("kernel.wasm").then((response) => response.arrayBuffer()).then(measurer);
  onmessage = async ({ data }) => postMessage((await ready)(data));
}
