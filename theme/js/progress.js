// What the reader has done: read, tried, answered, opened, written. Kept on this device, or told to the page around this one
// if that one asks, as the package for a learning management system does.
//
// The first part are pure functions on a plain state and the book's catalogue, for that package too. The second part is
// the page's, and runs only where the builder has marked one of the book's pages.
window.curriculum = (() => {
  "use strict";

  // ---- The state

  // What the longest text of each sort may be: the reader's own words are cut only far beyond what anybody writes.
  const NOTE = 20_000;
  const ANSWER = 2_000;
  const ID = 200;
  // More than any book has; what comes from a file or from another page may be hostile.
  const ITEMS = 20_000;

  const empty = () => ({ v: 1, read: {}, tried: {}, answers: {}, opened: {}, notes: {} });

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isCount = (value) => Number.isSafeInteger(value) && value >= 0 && value <= 1_000_000;
  const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

  // How the entries of each part have to be, and what is kept of one; `undefined` refuses it.
  const parts = {
    read: (value) => (value === 1 || value === true ? 1 : undefined),
    tried: (value) => (value === 1 || value === true ? 1 : undefined),
    answers: (value) => {
      if (!isObject(value)) return undefined;
      const { points, of, attempts, answer } = value;
      if (!isCount(points) || !isCount(of) || points > of || !isCount(attempts)) return undefined;
      return { points, of, attempts: Math.max(1, attempts), answer: typeof answer === "string" ? answer.slice(0, ANSWER) : "" };
    },
    opened: (value) => (value === "attempt" || value === "skipped" ? value : undefined),
    notes: (value) => (typeof value === "string" && value !== "" ? value.slice(0, NOTE) : undefined),
  };

  // A state out of anything, and what was wrong with it, in words. Whatever can be kept is kept.
  function check(value) {
    const state = empty();
    const problems = [];
    if (!isObject(value)) return { state, problems: ["it holds no progress"] };
    if (value.v !== 1) return { state, problems: [`it is of version ${String(value.v).slice(0, 20)}, and this book reads version 1`] };
    for (const [part, keep] of Object.entries(parts)) {
      if (!has(value, part)) continue;
      if (!isObject(value[part])) {
        problems.push(`“${part}” is not a list of entries`);
        continue;
      }
      const entries = Object.entries(value[part]);
      if (entries.length > ITEMS) problems.push(`“${part}” has ${entries.length} entries, of which the first ${ITEMS} are read`);
      for (const [id, entry] of entries.slice(0, ITEMS)) {
        // A name that every object has would not be an entry of its own.
        const kept = id.length > ID || id in Object.prototype ? undefined : keep(entry);
        if (kept === undefined) problems.push(`“${part}”: the entry “${id.slice(0, 60)}” cannot be read`);
        else state[part][id] = kept;
      }
    }
    return { state, problems };
  }

  // Which of two answers is better: more of its points, then more points, then the first.
  const better = (a, b) => (b.points * a.of > a.points * b.of || (b.points * a.of === a.points * b.of && b.points > a.points) ? b : a);

  // Both texts, unless one holds the other.
  const both = (a, b) => (a.includes(b) ? a : b.includes(a) ? b : `${a}\n\n${b}`.slice(0, NOTE));

  // All that is in either. Nothing is ever lost: of two answers the better is kept, of two texts both.
  function merge(a, b) {
    const one = check(a).state;
    const two = check(b).state;
    for (const part of ["read", "tried"]) Object.assign(one[part], two[part]);
    for (const [id, answer] of Object.entries(two.answers)) {
      const other = one.answers[id];
      one.answers[id] = other ? { ...better(other, answer), attempts: Math.max(other.attempts, answer.attempts) } : answer;
    }
    for (const [id, how] of Object.entries(two.opened)) one.opened[id] = one.opened[id] === "attempt" ? "attempt" : how;
    for (const [id, text] of Object.entries(two.notes)) one.notes[id] = has(one.notes, id) ? both(one.notes[id], text) : text;
    return one;
  }

  // ---- What it comes to

  const GRADED = ["choice", "fill-in", "prediction"];

  const inScope = (catalogue, module) => catalogue.lessons.filter((lesson) => module == null || lesson.module === module);
  const graded = (lessons) => lessons.flatMap((lesson) => lesson.questions).filter(({ kind }) => GRADED.includes(kind));

  // The points that an answer has, when its question is worth so many now.
  const pointsOf = (answer, points) => (answer && answer.of > 0 ? Math.round((points * Math.min(answer.points, answer.of)) / answer.of) : 0);

  // The points of all graded questions of the book, or of one module of it. Whole numbers; the percentage is rounded
  // down, so that it never says more than there is. A book without such questions has 100 when it is complete.
  function score(catalogue, state, module) {
    let raw = 0;
    let max = 0;
    for (const { id, points } of graded(inScope(catalogue, module))) {
      raw += pointsOf(state.answers[id], points);
      max += points;
    }
    const percent = max > 0 ? Math.floor((100 * raw) / max) : complete(catalogue, state, module) ? 100 : 0;
    return { raw, max, percent };
  }

  // Whether every lesson has been read and every graded question answered.
  function complete(catalogue, state, module) {
    const lessons = inScope(catalogue, module);
    const read = lessons.every(({ id, kind }) => kind !== "lesson" || has(state.read, id));
    return lessons.length > 0 && read && graded(lessons).every(({ id }) => has(state.answers, id));
  }

  const passed = (catalogue, state, module) => score(catalogue, state, module).percent >= catalogue.mastery;

  // ---- A short text of it

  // Version, fingerprint of what follows, and sections of items: names are five characters, texts percent-encoded.
  const VERSION = "1";
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const SIZE = 5;

  // FNV-1a, stirred once more, thirty bits of it as five characters.
  function short(text) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    let out = "";
    for (let i = 0; i < SIZE; i++) out += DIGITS[(hash >>> (6 * i)) & 63];
    return out;
  }

  const encode = (text) => encodeURIComponent(text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")).replaceAll("%20", "+");
  const decode = (text) => decodeURIComponent(text.replaceAll("+", "%20"));

  // Every name that a state of this book may hold, by its short form.
  function names(catalogue) {
    const of = (list) => new Map(list.map((id) => [short(id), id]));
    const all = catalogue.lessons;
    return {
      lessons: of(all.map(({ id }) => id)),
      demos: of(all.flatMap(({ demos }) => demos)),
      questions: of(all.flatMap(({ questions }) => questions.map(({ id }) => id))),
      gates: of(all.flatMap(({ gates }) => gates ?? [])),
    };
  }

  // The sections in the order of their worth, the last is left out first. Each with the names that it may hold.
  const SECTIONS = [
    ["a", "questions", (state, id) => has(state.answers, id) && ((a) => [a.points, a.of, a.attempts].map((n) => n.toString(36)).join("."))(state.answers[id])],
    ["r", "lessons", (state, id) => has(state.read, id) && ""],
    ["o", "gates", (state, id) => has(state.opened, id) && state.opened[id][0]],
    ["t", "demos", (state, id) => has(state.tried, id) && ""],
    ["w", "questions", (state, id) => has(state.answers, id) && state.answers[id].answer !== "" && encode(state.answers[id].answer)],
    ["n", "gates", (state, id) => has(state.notes, id) && encode(state.notes[id])],
  ];

  // The state as a text of at most `limit` characters, all of them ASCII. What does not fit is left out: first notes,
  // then the answers' words, then what was tried, and so on; points are the last to go.
  function pack(catalogue, state, limit) {
    const { state: whole } = check(state);
    const known = names(catalogue);
    let body = "";
    let full = false;
    for (const [letter, sort, text] of SECTIONS) {
      let section = "";
      // What is worth less does not take the room that something worth more lacks.
      if (full) break;
      for (const [name, id] of known[sort]) {
        const rest = text(whole, id);
        if (rest === false) continue;
        const item = (section === "" ? `;${letter}` : ",") + name + rest;
        // An item that is too long leaves room for the shorter ones after it.
        if (VERSION.length + SIZE + body.length + section.length + item.length <= limit) section += item;
        else full = true;
      }
      body += section;
    }
    const packed = VERSION + short(body) + body;
    return packed.length <= limit ? packed : "";
  }

  // What `pack` was given, as far as it was put in and the book still has it. A damaged or foreign text is an empty state.
  function unpack(catalogue, packed) {
    const state = empty();
    try {
      const body = packed.slice(VERSION.length + SIZE);
      if (packed.slice(0, VERSION.length + SIZE) !== VERSION + short(body)) return state;
      const known = names(catalogue);
      const texts = [];
      for (const section of body.split(";").slice(1)) {
        const found = SECTIONS.find(([letter]) => letter === section[0]);
        if (!found) continue;
        for (const item of section.slice(1).split(",")) {
          const id = known[found[1]].get(item.slice(0, SIZE));
          const rest = item.slice(SIZE);
          if (id === undefined) continue;
          if (found[0] === "a") {
            const [points, of, attempts] = rest.split(".").map((n) => parseInt(n, 36));
            state.answers[id] = { points, of, attempts, answer: "" };
          } else if (found[0] === "r") state.read[id] = 1;
          else if (found[0] === "o") state.opened[id] = rest === "a" ? "attempt" : "skipped";
          else if (found[0] === "t") state.tried[id] = 1;
          else if (found[0] === "n") state.notes[id] = decode(rest);
          else texts.push([id, decode(rest)]);
        }
      }
      for (const [id, text] of texts) if (has(state.answers, id)) state.answers[id].answer = text;
      return check(state).state;
    } catch (_) {
      return empty();
    }
  }

  const pure = { empty, check, merge, score, complete, passed, pack, unpack };
  const page = document.querySelector('meta[name="curriculum-page"]');
  if (!page) return pure;

  // ---- This page

  const catalogue = window.curriculumCatalogue;
  const lesson = page.content;
  const key = `curriculum:${catalogue.id}`;
  const framed = parent !== window;

  // Where the state is kept: on this device; in memory if that is refused or full; with the host if there is one, since the
  // device may be another student's too.
  let kept = "device";
  let trouble = "";
  let memory = empty();
  // What has been done since this page was opened: a host that speaks late gets it too.
  let since = empty();

  function stored() {
    try {
      const text = localStorage.getItem(key);
      return text === null ? empty() : check(JSON.parse(text)).state;
    } catch (error) {
      // Damaged text is no reason to do without the storage.
      if (error instanceof SyntaxError) return empty();
      kept = "memory";
      trouble = "refused";
      return empty();
    }
  }

  // The state as it is now, other tabs' doings included.
  function read() {
    if (kept === "device") {
      const found = stored();
      if (kept === "device") memory = found;
    }
    return memory;
  }

  function write(state) {
    memory = state;
    if (kept !== "device") return;
    try {
      localStorage.setItem(key, JSON.stringify(state));
    } catch (error) {
      kept = "memory";
      trouble = error?.name === "QuotaExceededError" ? "full" : "refused";
    }
  }

  const listeners = [];
  const tell = () => {
    for (const listener of listeners) listener(memory);
  };

  // Lets `how` change the state, keeps it and tells everyone.
  function change(how) {
    const state = check(read()).state;
    how(state);
    how(since);
    write(state);
    tell();
    send("progress", { page: lesson, state });
  }

  // Puts another state in the place of the one there is.
  function replace(state) {
    since = check(state).state;
    read();
    write(since);
    tell();
    send("progress", { page: lesson, state: since });
  }

  // ---- The host around this page

  // Its origin, once it has spoken.
  let host;
  const waiting = [];

  const post = (message, origin) => {
    try {
      // An origin without a name, as of file:// or of a sandbox, cannot be addressed.
      parent.postMessage({ curriculum: 1, ...message }, origin === "null" ? "*" : origin);
    } catch (_) {}
  };

  // To the host, if there is one; what happens before it has spoken waits for it.
  function send(type, message) {
    if (!framed) return;
    if (host !== undefined) post({ type, ...message }, host);
    else if (type === "answer" && waiting.length < 100) waiting.push(message);
  }

  if (framed) {
    addEventListener("message", ({ source, origin, data }) => {
      if (source !== parent || !isObject(data) || data.curriculum !== 1 || data.type !== "state") return;
      if (host !== undefined && host !== origin) return;
      const { state, problems } = check(data.state);
      if (problems.length && data.state?.v !== 1) return;
      host = origin;
      // What this device has may be somebody else's. The host has this reader's.
      memory = merge(state, kept === "host" ? memory : since);
      kept = "host";
      tell();
      for (const message of waiting.splice(0)) send("answer", message);
      send("progress", { page: lesson, state: memory });
    });
    post({ type: "hello", page: lesson, title: document.title }, "*");
  }

  addEventListener("storage", (event) => {
    if (event.key !== key || kept !== "device") return;
    read();
    tell();
  });

  // ---- What the reader does

  addEventListener("demo-answer", ({ detail }) => {
    if (!isObject(detail) || typeof detail.id !== "string" || typeof detail.question !== "string") return;
    const { id, question, answer, correct, attempt } = detail;
    const of = isCount(detail.of) && detail.of > 0 ? detail.of : 1;
    const points = isCount(detail.points) ? Math.min(detail.points, of) : correct ? of : 0;
    const name = `${id}/${question}`;
    const text = String(answer ?? "").slice(0, ANSWER);
    // The figure says what it is worth; a question that is asked by a link alone is a prediction.
    const kind = detail.kind ?? catalogue.lessons.flatMap(({ questions }) => questions).find((one) => one.id === name)?.kind ?? "prediction";
    change((state) => {
      const before = state.answers[name];
      // What is written to an open question is its note already.
      const now = { points, of, attempts: (before?.attempts ?? 0) + 1, answer: kind === "open" ? "" : text };
      state.answers[name] = before ? { ...better(now, before), attempts: now.attempts } : now;
    });
    const right = typeof detail.right === "string" ? detail.right : "";
    send("answer", { id, question, kind, answer: text, right, correct: correct === true, points, of, attempt: isCount(attempt) ? attempt : 1 });
  });

  // A demo has been tried when the reader has done something in it; scrolling by and tabbing through is nothing.
  const touched = ({ target, type, key: pressed, isTrusted }) => {
    if (!isTrusted || !(target instanceof Element)) return;
    if (type === "keydown" && ["Tab", "Shift", "Control", "Alt", "Meta", "Escape"].includes(pressed)) return;
    const id = target.closest('.demo[data-state="live"]')?.id;
    if (!id || has(memory.tried, id)) return;
    change((state) => {
      state.tried[id] = 1;
    });
  };
  for (const type of ["click", "input", "keydown"]) addEventListener(type, touched, true);

  read();

  // A page has been read when its end has been on the screen.
  const end = document.querySelector("main > article > :last-child");
  if (end && window.IntersectionObserver && catalogue.lessons.some(({ id }) => id === lesson)) {
    const mark = document.createElement("div");
    end.after(mark);
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watcher.disconnect();
      mark.remove();
      if (!has(read().read, lesson) || !has(since.read, lesson)) {
        change((state) => {
          state.read[lesson] = 1;
        });
      }
    });
    watcher.observe(mark);
  }

  // Which lessons have been read, in the list of contents.
  const root = new URL(page.dataset.root || ".", document.baseURI).href;
  function marks(state) {
    for (const link of document.querySelectorAll("#contents a")) {
      const id = link.href.startsWith(root) ? decodeURIComponent(link.pathname.slice(new URL(root).pathname.length)).replace(/\.html$/, "") : "";
      const there = link.querySelector(".read-mark");
      if (!has(state.read, id)) there?.remove();
      else if (!there) {
        const sign = document.createElement("span");
        sign.className = "read-mark";
        const words = document.createElement("span");
        words.className = "visually-hidden";
        words.textContent = " (read)";
        sign.append("✓", words);
        sign.firstChild.replaceWith(Object.assign(document.createElement("span"), { textContent: "✓", ariaHidden: "true" }));
        link.append(" ", sign);
      }
    }
  }
  listeners.push(marks);
  marks(memory);

  return {
    ...pure,
    catalogue,
    lesson,
    // The state as it is.
    get state() {
      return read();
    },
    // Where it is kept: "device", "memory" or "host"; and why not on the device: "refused" or "full".
    get kept() {
      return { where: kept, why: trouble };
    },
    change,
    replace,
    // Calls `listener` with the state whenever it has changed.
    listen: (listener) => listeners.push(listener),
  };
})();
