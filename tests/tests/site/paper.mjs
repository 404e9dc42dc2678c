// The words of each page of a PDF, without spaces, as a JSON list.
//
// node paper.mjs NODE_MODULES FILE
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, file] = process.argv.slice(2);
// It is asked for words only; what it would draw with has no say in them.
for (const name of ["DOMMatrix", "ImageData", "Path2D"]) globalThis[name] ??= class {};
console.warn = () => {};
console.log = () => {};
const { getDocument } = await import(pathToFileURL(join(modules, "pdfjs-dist/legacy/build/pdf.mjs")));
const loading = getDocument({ data: new Uint8Array(readFileSync(file)), verbosity: 0 });
const pdf = await loading.promise;
const pages = [];
for (let number = 1; number <= pdf.numPages; number++) {
  const { items } = await (await pdf.getPage(number)).getTextContent();
  pages.push(items.map(({ str }) => str).join("").replace(/\s/g, ""));
}
process.stdout.write(JSON.stringify(pages));
await loading.destroy();
