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

  // Both texts, unless one holds the other. Whoever puts the same two together, in whichever order and however often,
  // ends with the same text: windows that tell each other what they have would otherwise never come to rest.
  function both(a, b) {
    if (a.includes(b)) return a;
    if (b.includes(a)) return b;
    const [mine, theirs] = [a.split("\n\n"), b.split("\n\n")];
    const more = theirs.filter((part) => !mine.includes(part));
    const text = [a, ...more].join("\n\n");
    if (more.length && text.length <= NOTE) return text;
    // The same parts in another order, or more than there is room for.
    if (!more.length && mine.some((part) => !theirs.includes(part))) return a;
    return a.length > b.length || (a.length === b.length && a < b) ? a : b;
  }

  // All that is in either. Nothing is ever lost: of two answers the better is kept, of two texts both. Of what both sides
  // had in `base` before, a text that only one of them has changed is as that one has it now.
  function merge(a, b, base) {
    const one = check(a).state;
    const two = check(b).state;
    const old = base ? check(base).state.notes : {};
    for (const part of ["read", "tried"]) Object.assign(one[part], two[part]);
    for (const [id, answer] of Object.entries(two.answers)) {
      const other = one.answers[id];
      one.answers[id] = other ? { ...better(other, answer), attempts: Math.max(other.attempts, answer.attempts) } : answer;
    }
    for (const [id, how] of Object.entries(two.opened)) one.opened[id] = one.opened[id] === "attempt" ? "attempt" : how;
    for (const id of Object.keys({ ...old, ...two.notes })) {
      const [mine, theirs] = [one.notes[id], two.notes[id]];
      const kept = has(old, id) && mine === old[id] ? theirs : has(old, id) && theirs === old[id] ? mine : mine && theirs ? both(mine, theirs) : mine || theirs;
      if (kept) one.notes[id] = kept;
      else delete one.notes[id];
    }
    return one;
  }

  // Whether `other` has anything that `state` has not.
  const adds = (state, other) => JSON.stringify(merge(state, other)) !== JSON.stringify(check(state).state);

  // ---- What it comes to

  const inScope = (catalogue, module) => catalogue.lessons.filter((lesson) => module == null || lesson.module === module);
  // Readers mark open questions themselves; all others count.
  const graded = (lessons) => lessons.flatMap((lesson) => lesson.questions).filter(({ kind }) => kind !== "open");

  // The pages that have to be read: the lessons. Where there are none, all of them, so that nothing is complete unread.
  function toRead(catalogue, module) {
    const pages = inScope(catalogue, module);
    const lessons = pages.filter(({ kind }) => kind === "lesson");
    return lessons.length ? lessons : pages;
  }

  // Whether a page has been read, at its address of today or at one that now leads to it.
  const isRead = (catalogue, state, id) =>
    has(state.read, id) || Object.entries(catalogue.moved ?? {}).some(([old, now]) => now === id && has(state.read, old));

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

  // Whether all that is to be read has been read, and every graded question answered.
  function complete(catalogue, state, module) {
    const pages = toRead(catalogue, module);
    const read = pages.every(({ id }) => isRead(catalogue, state, id));
    return pages.length > 0 && read && graded(inScope(catalogue, module)).every(({ id }) => has(state.answers, id));
  }

  const passed = (catalogue, state, module) => score(catalogue, state, module).percent >= catalogue.mastery;

  // ---- A short text of it

  // A learning management system may keep no more than 4,096 characters. Names are told by some bits of their hashes, and
  // never by places: a state keeps its meaning whatever is inserted, moved or split. The fuller it is, the fewer bits are
  // taken: sorted hashes need little more than their gaps, so 1,000 answers take about 2,800 characters.
  //
  // Version, fingerprint of what follows, then bits as characters, and texts by names of five characters, percent-encoded.
  // Version 1, which older packages wrote, had such names for everything; it is still read.
  const VERSION = "2";
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const SIZE = 5;

  // FNV-1a, stirred once more.
  function hash(text) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return hash ^ (hash >>> 13);
  }

  // Thirty bits of it as five characters.
  function short(text) {
    const bits = hash(text);
    let out = "";
    for (let i = 0; i < SIZE; i++) out += DIGITS[(bits >>> (6 * i)) & 63];
    return out;
  }

  // Half of a pair has no code.
  const whole = (text) => text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) => (found.length === 2 ? found : "\ufffd"));
  const encode = (text) => encodeURIComponent(whole(text)).replaceAll("%20", "+");
  const decode = (text) => decodeURIComponent(text.replaceAll("+", "%20"));

  // Every name that a state of this book may hold, by sort.
  const sorts = (catalogue) => {
    const all = catalogue.lessons;
    const once = (names) => [...new Set(names)];
    return {
      lessons: once([...all.map(({ id }) => id), ...Object.keys(catalogue.moved ?? {})]),
      demos: once(all.flatMap(({ demos }) => demos)),
      questions: once(all.flatMap(({ questions }) => questions.map(({ id }) => id))),
      gates: once(all.flatMap(({ gates }) => gates ?? [])),
    };
  };

  // Every name of a sort by a key made of it. Should two names have one key, the key stands for both: nothing is lost.
  function byKey(names, key) {
    const found = new Map();
    for (const id of names) {
      const at = key(id);
      if (found.has(at)) found.get(at).push(id);
      else found.set(at, [id]);
    }
    return found;
  }

  // How many bits of a hash stand for a name. The fewer, the likelier it is that a question which comes into the book
  // later is taken for one that has been answered: of 1,000 new ones, with 1,000 answered, one at 20 bits, 0.06 at 24.
  const WIDTHS = [30, 27, 24, 22, 20];
  // The last for which room is made for what is worth no points.
  const FINE = 24;
  const SALTS = 64;

  const keyed = (width, salt) => (id) => hash(`${DIGITS[salt]}${id}`) & (2 ** width - 1);

  // The keys of all names, with the first salt by which no two of a sort have the same; looked for once for each width.
  const found = new WeakMap();
  function keysOf(catalogue, names, width) {
    const known = found.get(catalogue) ?? new Map();
    found.set(catalogue, known);
    if (!known.has(width)) {
      const apart = (salt) => {
        const key = keyed(width, salt);
        return Object.values(names).every((list) => {
          const seen = new Set();
          return list.every((id) => seen.size < seen.add(key(id)).size);
        });
      };
      const salts = Array.from({ length: SALTS }, (_, salt) => salt);
      const salt = salts.find(apart) ?? 0;
      const key = keyed(width, salt);
      known.set(width, { salt, keys: new Map(Object.values(names).flat().map((id) => [id, key(id)])) });
    }
    return known.get(width);
  }

  // Numbers as bits: of a fixed width; and of any size, small ones in few (Elias gamma of the next number).
  const binary = (value, width) => (width ? value.toString(2).padStart(width, "0") : "");
  const gamma = (value) => "0".repeat((value + 1).toString(2).length - 1) + (value + 1).toString(2);
  const toDigits = (bits) => (bits.match(/.{1,6}/g) ?? []).map((six) => DIGITS[parseInt(six.padEnd(6, "0"), 2)]).join("");

  function bitsOf(text) {
    const bits = [...text].map((digit) => binary(DIGITS.indexOf(digit), 6)).join("");
    let at = 0;
    const take = (width) => {
      if (at + width > bits.length) throw new RangeError("the text is cut");
      at += width;
      return width ? parseInt(bits.slice(at - width, at), 2) : 0;
    };
    const run = (bit) => {
      let length = 0;
      while (take(1) === bit) length++;
      return length;
    };
    const gamma = () => {
      const zeros = run(0);
      return 2 ** zeros + take(zeros) - 1;
    };
    return { take, run, gamma };
  }

  // How many bits of a gap between `count` sorted hashes are written as they are; what is above them in ones and a zero
  // (Rice's code). The ones of all gaps are then no more than twice the gaps.
  const low = (count, width) => Math.max(0, width - (32 - Math.clz32(count - 1)));

  // A list of names with what belongs to each, as bits: `[hash, bits]`, of different hashes.
  function listed(entries, width) {
    const sorted = [...entries].sort(([a], [b]) => a - b);
    const bits = low(sorted.length, width);
    let next = 0;
    return gamma(sorted.length) + sorted.map(([key, rest]) => {
      const gap = key - next;
      next = key + 1;
      return `${"1".repeat(gap >>> bits)}0${binary(gap & (2 ** bits - 1), bits)}${rest}`;
    }).join("");
  }

  function* unlisted(bits, width, rest) {
    const count = bits.gamma();
    if (count > ITEMS) throw new RangeError("more than any book has");
    const own = low(count, width);
    let next = 0;
    for (let i = 0; i < count; i++) {
      const key = next + bits.run(1) * 2 ** own + bits.take(own);
      next = key + 1;
      yield [key, rest()];
    }
  }

  // What an answer has got: all of its points, none, or some.
  const got = ({ points, of }) => (points === 0 ? "10" : points === of ? "0" : `11${gamma(points)}${gamma(of)}`);
  const gotOf = (bits) => (bits.take(1) === 0 ? { all: true } : bits.take(1) === 0 ? { points: 0 } : { points: bits.gamma(), of: bits.gamma() });

  // The lists in the order of their worth, the last is left out first: points and reading of what is graded, then of the
  // rest of the book; answers that have been opened; one's own marks; what was tried.
  const LISTS = [
    ["questions", "answers"],
    ["lessons", "read"],
    ["questions", "answers"],
    ["lessons", "read"],
    ["gates", "opened"],
    ["questions", "answers"],
    ["demos", "tried"],
  ];
  // Those that decide about the result.
  const WORTH = 4;

  // What of a state belongs to each list, as names.
  function shared(catalogue, state, names, module) {
    const worth = new Set(graded(catalogue.lessons).map(({ id }) => id));
    const scope = new Set(graded(inScope(catalogue, module)).map(({ id }) => id));
    const reading = new Set(toRead(catalogue, module).map(({ id }) => id));
    for (const [old, now] of Object.entries(catalogue.moved ?? {})) if (reading.has(now)) reading.add(old);
    const answered = names.questions.filter((id) => has(state.answers, id));
    const read = names.lessons.filter((id) => has(state.read, id));
    return [
      answered.filter((id) => scope.has(id)),
      read.filter((id) => reading.has(id)),
      answered.filter((id) => worth.has(id) && !scope.has(id)),
      read.filter((id) => !reading.has(id)),
      names.gates.filter((id) => has(state.opened, id)),
      answered.filter((id) => !worth.has(id)),
      names.demos.filter((id) => has(state.tried, id)),
    ];
  }

  // The lists as bits, and how many attempts each answer took; as many of them as there is room for. `whole` tells whether
  // that is everything, `worthy` whether all that decides about the result is among it.
  function listsOf(catalogue, state, names, module, width, room) {
    const { salt, keys } = keysOf(catalogue, names, width);
    const key = (id) => keys.get(id);
    const rest = { answers: (id) => got(state.answers[id]), read: () => "", tried: () => "", opened: (id) => (state.opened[id] === "attempt" ? "1" : "0") };
    const lists = shared(catalogue, state, names, module);
    let bits = binary(WIDTHS.indexOf(width), 3) + binary(salt, 6);
    let full = false;
    let worthy = true;
    const answers = [];
    lists.forEach((ids, at) => {
      const part = LISTS[at][1];
      // An empty list takes one bit, and so does saying that there are no attempts.
      const left = room - bits.length - (LISTS.length - at);
      const make = (count) => {
        const entries = new Map(ids.slice(0, count).map((id) => [key(id), rest[part](id)]));
        return listed(entries, width);
      };
      let count = ids.length;
      // What is worth less does not take the room that something worth more lacks.
      if (full) count = 0;
      else if (make(count).length > left) {
        let few = 0;
        let many = count;
        while (many - few > 1) {
          const middle = (few + many) >> 1;
          if (make(middle).length <= left) few = middle;
          else many = middle;
        }
        count = few;
      }
      if (count < ids.length) {
        full = true;
        if (at < WORTH) worthy = false;
      }
      if (part === "answers") {
        const kept = new Map(ids.slice(0, count).map((id) => [key(id), id]));
        answers.push(...[...kept].sort(([a], [b]) => a - b).map(([, id]) => id));
      }
      bits += make(count);
    });
    const attempts = answers.map((id) => gamma(state.answers[id].attempts - 1)).join("");
    if (!full && bits.length + 1 + attempts.length <= room) bits += `1${attempts}`;
    else {
      bits += "0";
      full = true;
    }
    return { bits, whole: !full, worthy };
  }

  // The texts in the order of their worth: words of answers, then notes.
  const TEXTS = [
    ["w", "questions", (state, id) => (has(state.answers, id) && state.answers[id].answer !== "" ? encode(state.answers[id].answer) : "")],
    ["n", "gates", (state, id) => (has(state.notes, id) ? encode(state.notes[id]) : "")],
  ];

  // The state as a text of at most `limit` characters, all of them ASCII. What does not fit is left out: first notes,
  // then the answers' words, then what was tried, and so on; the points of the module that is graded are the last to go.
  // `best` is a score in per cent to go with it, if any.
  function pack(catalogue, state, limit, module, best) {
    const { state: kept } = check(state);
    const names = sorts(catalogue);
    const score = best > 0 ? `;s${best}` : "";
    const room = 6 * (limit - VERSION.length - SIZE - score.length);
    if (room < 9 + LISTS.length + 1) return "";
    let lists;
    for (const width of WIDTHS) {
      lists = listsOf(catalogue, kept, names, module, width, room);
      if (lists.whole || (width <= FINE && lists.worthy)) break;
    }
    let body = toDigits(lists.bits) + score;
    let full = !lists.whole;
    for (const [letter, sort, text] of TEXTS) {
      if (full) break;
      let section = "";
      for (const id of names[sort]) {
        const words = text(kept, id);
        if (words === "") continue;
        const item = (section === "" ? `;${letter}` : ",") + short(id) + words;
        // An item that is too long leaves room for the shorter ones after it.
        if (VERSION.length + SIZE + body.length + section.length + item.length <= limit) section += item;
        else full = true;
      }
      body += section;
    }
    return VERSION + short(body) + body;
  }

  // What follows version and fingerprint; null if they are not of a text that is known here.
  function bodyOf(packed) {
    if (typeof packed !== "string" || !["1", VERSION].includes(packed[0])) return null;
    const body = packed.slice(VERSION.length + SIZE);
    return packed.slice(VERSION.length, VERSION.length + SIZE) === short(body) ? body : null;
  }

  // The score that went with a packed text, in per cent; 0 if none did.
  function bestOf(packed) {
    const score = bodyOf(packed)?.match(/;s(\d{1,3})(;|$)/);
    return score ? Math.min(100, Number(score[1])) : 0;
  }

  // What `pack` was given, as far as it was put in and the book still has it. A damaged or foreign text is an empty state.
  function unpack(catalogue, packed) {
    const state = empty();
    try {
      const body = bodyOf(packed);
      if (body === null) return state;
      const version = packed[0];
      const names = sorts(catalogue);
      const [start, ...sections] = body.split(";");
      if (version === VERSION) fromBits(catalogue, names, start, state);
      fromSections(names, sections, state);
      return check(state).state;
    } catch (_) {
      return empty();
    }
  }

  function fromBits(catalogue, names, text, state) {
    const bits = bitsOf(text);
    const width = WIDTHS[bits.take(3)];
    if (!width) throw new RangeError("no width");
    const key = keyed(width, bits.take(6));
    const points = new Map(catalogue.lessons.flatMap(({ questions }) => questions).map(({ id, points }) => [id, points]));
    const answers = [];
    for (const [sort, part] of LISTS) {
      const known = byKey(names[sort], key);
      const rest = { answers: () => gotOf(bits), read: () => 1, tried: () => 1, opened: () => (bits.take(1) ? "attempt" : "skipped") };
      for (const [name, value] of unlisted(bits, width, rest[part])) {
        const ids = known.get(name) ?? [];
        for (const id of ids) {
          // What was got whole or not at all counts so, whatever the question is worth now.
          const of = value.of ?? points.get(id);
          state[part][id] = part === "answers" ? { points: value.all ? of : value.points, of, attempts: 1, answer: "" } : value;
        }
        if (part === "answers") answers.push(ids);
      }
    }
    if (bits.take(1)) {
      for (const ids of answers) {
        const attempts = bits.gamma() + 1;
        for (const id of ids) state.answers[id].attempts = attempts;
      }
    }
  }

  // The sections of texts, and all those of version 1: a letter, and items of a name and what belongs to it.
  function fromSections(names, sections, state) {
    const keys = Object.fromEntries(Object.entries(names).map(([sort, list]) => [sort, byKey(list, short)]));
    const of = { a: "questions", r: "lessons", o: "gates", t: "demos", w: "questions", n: "gates" };
    for (const section of sections) {
      const letter = section[0];
      if (!has(of, letter)) continue;
      for (const item of section.slice(1).split(",")) {
        const rest = item.slice(SIZE);
        for (const id of keys[of[letter]].get(item.slice(0, SIZE)) ?? []) {
          if (letter === "a") {
            const [points, of, attempts] = rest.split(".").map((n) => parseInt(n, 36));
            state.answers[id] = { points, of, attempts, answer: "" };
          } else if (letter === "r") state.read[id] = 1;
          else if (letter === "o") state.opened[id] = rest === "a" ? "attempt" : "skipped";
          else if (letter === "t") state.tried[id] = 1;
          else if (letter === "n") state.notes[id] = decode(rest);
          else if (has(state.answers, id)) state.answers[id].answer = decode(rest);
        }
      }
    }
  }

  const pure = { empty, check, merge, adds, score, toRead, isRead, complete, passed, pack, unpack, bestOf };
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
  // What has been done since this page was opened: a host that speaks late gets it too, and so does another tab that has
  // read before this one wrote, and written after it.
  let since = empty();
  // How often the reader has begun again on this device: what another tab still knows from before is not to come back.
  let era = 0;

  function stored() {
    try {
      const text = localStorage.getItem(key);
      const found = text === null ? null : JSON.parse(text);
      const state = check(found).state;
      if (isCount(found?.era) && found.era > era) {
        era = found.era;
        since = empty();
      }
      return state;
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
      localStorage.setItem(key, JSON.stringify(era ? { ...state, era } : state));
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
  function replace(other) {
    const state = check(other).state;
    if (adds(state, read())) era += 1;
    since = state;
    write(state);
    tell();
    send("progress", { page: lesson, state });
  }

  // ---- The host around this page

  // Its origin, once it has spoken.
  let host;
  // What the host was last known to have.
  let agreed = empty();
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
      memory = merge(state, kept === "host" ? memory : since, agreed);
      agreed = state;
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
    // Both tabs may have written at once, and the last to write has not seen what was done here. Texts are left alone:
    // what the reader has taken out of one would come back.
    const mine = { ...since, notes: {} };
    if (adds(memory, mine)) write(merge(memory, mine));
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
    // A host hears of the answer before it hears what has come of it.
    const right = typeof detail.right === "string" ? detail.right : "";
    send("answer", { id, question, kind, answer: text, right, correct: correct === true, points, of, attempt: isCount(attempt) ? attempt : 1 });
    change((state) => {
      const before = state.answers[name];
      // What is written to an open question is its note already.
      const now = { points, of, attempts: (before?.attempts ?? 0) + 1, answer: kind === "open" ? "" : text };
      state.answers[name] = before ? { ...better(now, before), attempts: now.attempts } : now;
    });
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
      if (!isRead(catalogue, state, id)) there?.remove();
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
