// Holds what the site ships against the browsers that it is made for: each property, value, selector and rule of its style
// sheets, each element and attribute of its pages, the syntax of its scripts and what they use of the language and of the
// browser. What MDN's data say that a browser of the list lacks is a finding, unless it is exempt; an exemption that exempts
// nothing is a finding too.
//
// node browsers.mjs NODE_MODULES SITE REPOSITORY — prints a list of findings, each a kind and a place, as JSON.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";

const [modules, site, repository] = process.argv.slice(2);
const require = createRequire(join(modules, "any.js"));
const mdn = require("@mdn/browser-compat-data");
const css = require("css-tree");
const acorn = require("acorn");
const walk = require("acorn-walk");
const parse5 = require("parse5");

// What a browser of the list may lack, and why the page is as good without it. A key is a feature, or a feature and the
// selector or the property that it is used with.
const EXEMPT = {
  // On paper
  "css.at-rules.page": "the browser's own margins",
  "css.properties.break-after.avoid": "a title may stand at the foot of a page",
  "css.properties.break-before.avoid": "the licence may stand on a page of its own",
  "css.properties.orphans": "a line may stand alone",
  "css.properties.widows": "a line may stand alone",
  "css.properties.content-visibility": "page.js opens what is folded",
  "css.properties.content-visibility.*": "page.js opens what is folded",
  "css.selectors.details-content details::details-content": "page.js opens what is folded",
  "css.selectors.has .attempt:has(textarea:placeholder-shown)": "an empty field is printed",
  "css.properties.print-color-adjust.*": "it is there under the prefix, which is written as well",
  // Niceties of text
  "css.properties.font-family.math": "the next family of the list",
  "css.properties.text-wrap": "lines break where they would break anyway",
  "css.properties.text-wrap.*": "lines break where they would break anyway",
  "css.properties.text-decoration.*": "it is there under the prefix, which is written as well",
  "css.properties.text-size-adjust": "it is there under the prefix, or there is nothing to adjust",
  "css.properties.content.alt_text": "the sign is said without its other words, or is a repetition",
  "css.types.color-mix": "links are underlined in their own colour",
  "css.selectors.selection ::selection": "the system's colours",
  "css.selectors.has dt:has(dfn:target)": "a term that a link led to has no ground",
  // Fields and pointers
  "css.properties.cursor.*": "there is no pointer on a phone",
  "css.properties.resize": "a field on a phone keeps its size",
  "css.properties.resize.*": "a field on a phone keeps its size",
  "css.properties.field-sizing": "a field keeps its height and scrolls",
  "css.properties.field-sizing.*": "a field keeps its height and scrolls",
  "html.global_attributes.autocapitalize": "no keyboard of a computer capitalises",
  "css.properties.forced-color-adjust": "the system forces no colours there",
  "css.properties.forced-color-adjust.*": "the system forces no colours there",
  // What is chosen or cannot be: the button or box in the label shows it, and has the ring of the focus
  "css.selectors.has .lab-question label:has(input:checked)": "the button shows it",
  "css.selectors.has .lab-question label:has(input:focus-visible)": "the button has the ring",
  "css.selectors.has .lab-question.idle label:has(input)": "the button shows it",
  "css.selectors.has .picker-locks label:has(:disabled)": "the box shows it",
  "css.selectors.has .quiz-choice:has(input:checked)": "the button shows it",
  "css.selectors.has .quiz-choice:has(input:disabled)": "the button shows it",
  "css.selectors.has .quiz-choice:has(input:focus-visible)": "the button has the ring",
  "css.selectors.has .quiz-choice:hover:has(input:enabled)": "the pointer shows it",
  "css.selectors.has .js .points:has(label) ul": "points have a bullet before their box",
  "css.selectors.has :has(button)": "a word stands nearer to the edge of its ground",
  "css.selectors.has :has(:checked)": "embed.js refuses to change what a lock forbids",
  // The contents
  "html.global_attributes.popover": "page.js does the same by a class",
  "html.elements.button.popovertarget": "page.js does the same by a class",
  "html.elements.button.popovertargetaction": "page.js does the same by a class",
  "script .hidePopover": "called where popovers are",
  // wasm-bindgen asks before it uses these
  "script .detached": "undefined where it is not there",
  "script .dispose": "undefined where it is not there",
};

// The browsers, by MDN's names.
const NAMES = { chrome: "chrome", edge: "edge", firefox: "firefox", safari: "safari", ios_saf: "safari_ios" };
const targets = readFileSync(join(repository, ".browserslistrc"), "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#"))
  .map((line) => {
    const [name, version] = line.split(" ");
    if (!NAMES[name]) throw new Error(`MDN's data have no browser ${name}`);
    return [NAMES[name], version];
  });

const older = (a, b) => {
  const [x, y] = [a, b].map((version) => version.replace("≤", "").split(".").map(Number));
  return (x[0] - y[0] || (x[1] ?? 0) - (y[1] ?? 0)) <= 0;
};
// The browsers of the list that lack a feature of the data.
// Under its own name, or under a prefix of which `prefixed` says that it is written as well.
const lacking = (feature, prefixed = () => false) =>
  targets.filter(([browser, version]) => {
    const support = [feature.__compat.support[browser] ?? []].flat();
    const there = (number) => typeof number === "string" && number !== "preview" && older(number, version);
    return !support.some(
      ({ version_added: added, version_removed: removed, flags, prefix, alternative_name: other }) =>
        there(added) && !there(removed) && !flags && !other && (!prefix || prefixed(prefix)),
    );
  });

const findings = [];
const exempted = new Set();
const find = (name, feature, place, detail, prefixed) => {
  if (!feature?.__compat) return;
  const browsers = lacking(feature, prefixed);
  if (!browsers.length) return;
  const key = [`${name} ${detail}`, name, name.replace(/\.[^.]*$/, ".*")].find((key) => key in EXEMPT);
  if (key) {
    exempted.add(key);
    return;
  }
  findings.push([`${name} is not in ${browsers.map((browser) => browser.join(" ")).join(", ")}${detail ? `: ${detail}` : ""}`, place]);
};

const files = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
const at = (file, { line, column } = {}) => `${relative(site, file)}${line ? `:${line}:${column}` : ""}`;

// ---- Style sheets

const { properties, selectors, types, "at-rules": rules } = mdn.css;
const FUNCTIONS = [types, types.color, types.gradient, types.image, types["easing-function"], types["basic-shape"]];
const UNITS = [
  [/^d(vh|vw|vi|vb|vmin|vmax)$/, types.length.viewport_percentage_units_dynamic, "dynamic viewport units"],
  [/^s(vh|vw|vi|vb|vmin|vmax)$/, types.length.viewport_percentage_units_small, "small viewport units"],
  [/^l(vh|vw|vi|vb|vmin|vmax)$/, types.length.viewport_percentage_units_large, "large viewport units"],
  [/^(cqw|cqh|cqi|cqb|cqmin|cqmax)$/, types.length.container_query_length_units, "container units"],
];
// What a declaration uses that a browser may lack.
const used = ({ property, value }) => {
  const found = [];
  if (property.startsWith("--") || property.startsWith("-")) return found;
  const known = properties[property];
  if (known) found.push([`css.properties.${property}`, known]);
  css.walk(value, (node) => {
    if (node.type === "Identifier" && known?.[node.name]) found.push([`css.properties.${property}.${node.name}`, known[node.name]]);
    if (node.type === "Operator" && node.value === "/" && property === "content") found.push(["css.properties.content.alt_text", known.alt_text]);
    if (node.type === "Function") {
      const kind = FUNCTIONS.find((kind) => kind?.[node.name]);
      if (kind) found.push([`css.types.${node.name}`, kind[node.name]]);
    }
    if (node.type === "Dimension") {
      const unit = UNITS.find(([pattern]) => pattern.test(node.unit));
      if (unit) found.push([`css.types.length ${unit[2]}`, unit[1]]);
    }
  });
  return found;
};

for (const file of files(site, ".css")) {
  const sheet = css.parse(readFileSync(file, "utf8"), { positions: true, parseCustomProperty: false });
  css.walk(sheet, function (node) {
    const place = at(file, node.loc?.start);
    // What a condition guards is for those who have it.
    if (this.atrule?.name === "supports" && node !== this.atrule) return;
    if (node.type === "Atrule") find(`css.at-rules.${node.name}`, rules[node.name], place, "");
    if (node.type === "Feature" && this.atrule?.name === "media") find(`css.at-rules.media.${node.name}`, rules.media[node.name], place, "");
    if (node.type === "PseudoClassSelector" || node.type === "PseudoElementSelector") {
      // A browser that does not know one selector leaves out the whole rule, unless it is one of several in :is() or its like.
      const prelude = this.rule?.prelude;
      const together = prelude?.children?.size > 1 && prelude.children.some((selector) => selector === this.selector);
      const selector = this.selector ? css.generate(this.selector) : "";
      if (!node.name.startsWith("-")) {
        find(`css.selectors.${node.name}`, selectors[node.name], place, together ? `${selector} takes the selectors beside it along` : selector);
      }
    }
    if (node.type === "NestingSelector") find("css.selectors.nesting", selectors.nesting, place, "");
    if (node.type === "Rule") {
      const said = new Set();
      const names = new Set();
      node.block.children.forEach((declaration) => names.add(declaration.property));
      for (const declaration of node.block.children) {
        if (declaration.type !== "Declaration") continue;
        const { property } = declaration;
        const features = used(declaration);
        const prefixed = (prefix) => names.has(prefix + property);
        const known = features.every(([, feature]) => !feature?.__compat || !lacking(feature, prefixed).length);
        // What is said before in words that every browser knows holds for those that do not know this.
        if (!known && !said.has(property)) {
          for (const [name, feature] of features) find(name, feature, at(file, declaration.loc.start), "", prefixed);
        }
        if (known) said.add(property);
      }
    }
  });
}

// ---- Pages

const spaces = { "http://www.w3.org/1999/xhtml": ["html", mdn.html], "http://www.w3.org/2000/svg": ["svg", mdn.svg], "http://www.w3.org/1998/Math/MathML": ["mathml", mdn.mathml] };
const seen = new Set();
const element = (file, { tagName, attrs = [], namespaceURI, childNodes = [], content }) => {
  const [space, data] = spaces[namespaceURI] ?? [];
  const first = (key) => !seen.has(key) && seen.add(key);
  if (data && first(`${space} ${tagName}`)) find(`${space}.elements.${tagName}`, data.elements[tagName], at(file), "");
  for (const { name, value } of data ? attrs : []) {
    if (!first(`${space} ${tagName} ${name} ${value.slice(0, 20)}`)) continue;
    const own = data.elements[tagName]?.[name];
    const feature = own ?? data.global_attributes?.[name];
    find(`${space}.${own ? `elements.${tagName}` : "global_attributes"}.${name}`, feature, at(file), "");
    // Names are anybody's.
    if (!["name", "rel", "class", "id"].includes(name)) find(`${space}.${name}=${value}`, feature?.[value] ?? data.elements[tagName]?.[`${name}_${value}`], at(file), "");
  }
  for (const child of [...childNodes, ...(content?.childNodes ?? [])]) if (child.tagName) element(file, child);
};
const lms = join(repository, "learning/lms");
for (const file of [...files(site, ".html"), ...files(lms, ".html")]) {
  for (const child of parse5.parse(readFileSync(file, "utf8")).childNodes) if (child.tagName) element(file, child);
}

// ---- Scripts

// The syntax that all of the list know, expressions for texts included.
const SYNTAX = 2022;
// Members by name, with all that have that name: `at` is of arrays, of strings and of others.
const members = new Map();
const globals = new Map();
for (const [kind, things] of [["javascript.builtins", mdn.javascript.builtins], ["api", mdn.api]]) {
  for (const [thing, data] of Object.entries(things)) {
    if (!globals.has(thing)) globals.set(thing, [`${kind}.${thing}`, data]);
    for (const [name, feature] of Object.entries(data)) {
      if (!feature?.__compat) continue;
      const plain = name.replace(/_static$/, "");
      members.set(plain, [...(members.get(plain) ?? []), [`${kind}.${thing}.${plain}`, feature]]);
    }
  }
}
const programs = [];
// What scripts call their own things by, such as `retry`.
const own = new Set();
// The modules as text are megabytes of it.
const scripts = files(site, ".js").filter((file) => !/-inlined-[0-9a-f]+\.js$/.test(file));
for (const file of [...scripts, ...files(lms, ".js")]) {
  try {
    const program = acorn.parse(readFileSync(file, "utf8"), { ecmaVersion: SYNTAX, sourceType: "script", locations: true });
    programs.push([file, program]);
    walk.ancestor(program, {
      Property(node, ancestors) {
        if (ancestors.at(-2)?.type === "ObjectExpression" && !node.computed) own.add(node.key.name ?? node.key.value);
      },
      MethodDefinition(node) {
        if (!node.computed) own.add(node.key.name);
      },
      AssignmentExpression({ left }) {
        if (left.type === "MemberExpression" && !left.computed) own.add(left.property.name);
      },
    });
  } catch (error) {
    findings.push([`syntax that is not of ES${SYNTAX}: ${error.message}`, at(file)]);
  }
}
for (const [file, program] of programs) {
  const declared = new Set();
  walk.full(program, (node) => {
    if (node.type === "VariableDeclarator" && node.id.name) declared.add(node.id.name);
    if ((node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") && node.id) declared.add(node.id.name);
    if (node.params) for (const parameter of node.params) declared.add(parameter.name);
  });
  const member = (name, node) => {
    const all = members.get(name) ?? [];
    // One that has the name and is everywhere may be the one that is meant.
    if (!own.has(name) && all.length && all.every(([, feature]) => lacking(feature).length)) find(`script .${name}`, all[0][1], at(file, node.loc.start), "");
  };
  const global = (name, node) => {
    if (!declared.has(name) && globals.has(name)) find(`script ${name}`, globals.get(name)[1], at(file, node.loc.start), "");
  };
  walk.ancestor(program, {
    MemberExpression(node, ancestors) {
      // `it.might?.()` is a question.
      const asked = ancestors.at(-2)?.type === "CallExpression" && ancestors.at(-2).optional;
      const data = node.object.property?.name === "dataset";
      if (!node.computed && !asked && !data) member(node.property.name, node);
      if (node.object.type === "Identifier") global(node.object.name, node);
    },
    NewExpression(node) {
      if (node.callee.type === "Identifier") global(node.callee.name, node);
    },
    CallExpression(node) {
      if (node.callee.type === "Identifier") global(node.callee.name, node);
    },
    Property(node, ancestors) {
      if (ancestors.at(-2)?.type === "ObjectPattern" && !node.computed) member(node.key.name, node);
    },
  });
}

// ---- WebAssembly: the features that browsers.rs validates the modules with

for (const name of ["bulk-memory-operations", "multi-value", "non-trapping-float-to-int-conversions", "reference-types", "sign-extension-operations"]) {
  if (!mdn.webassembly[name]) findings.push([`MDN's data have no WebAssembly feature ${name}`, "browsers.mjs"]);
  find(`webassembly.${name}`, mdn.webassembly[name], "the modules", "");
}

for (const key of Object.keys(EXEMPT)) {
  if (!exempted.has(key)) findings.push([`an exemption that exempts nothing: ${key}`, "browsers.mjs"]);
}
console.log(JSON.stringify(findings));
