// What protobufjs takes for the case beside this file: its schema parsed, its message encoded and decoded. Prints the
// median in milliseconds.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const protobuf = require("protobufjs");

const found = JSON.parse(fs.readFileSync(path.join(__dirname, "case.json"), "utf8"));
const value = JSON.parse(found.value);

function stroke() {
  // Without this it does not know yet that lists are packed.
  const { root } = protobuf.parse(found.schema, { keepCase: true });
  root.resolveAll();
  const type = root.lookupType("Wide");
  const bytes = type.encode(type.fromObject(value)).finish();
  const read = type.decode(Uint8Array.from(found.message));
  return [bytes, read];
}

const [bytes, read] = stroke();
if (bytes.length !== found.message.length || read.f50 !== "v50") {
  throw new Error(`other bytes: ${Buffer.from(bytes).toString("hex")}`);
}
const times = [];
for (let i = 0; i < 40; i += 1) {
  const start = performance.now();
  stroke();
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
console.log(times[times.length / 2]);
