// The search dialog. page.js fetches this file when the reader first opens the search.
// The index is in many small scripts, written by the builder (pages/search): scripts, because those come where nothing can
// be fetched. Each hands over what it holds by `take`. Texts from them are put in as text, never as HTML.
window.bookSearch = (() => {
  "use strict";
  let dialog, input, status, list, addresses, index, common;
  let root = "";
  let asked = 0;
  // Whether the list shows what is asked for, and whether its first result is to be opened as soon as it does.
  let current = false;
  let opens = false;
  let failed = false;
  // So many results fill the box.
  const IN_SIGHT = 7;
  const taken = new Map();
  const coming = new Map();

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // What the script at an address hands over as `name`. One that did not come is asked for again the next time.
  function fetched(name, address) {
    if (!coming.has(name)) {
      const promise = new Promise((resolve, reject) => {
        const element = make("script");
        const done = () => {
          element.remove();
          // It may have come and not be one that this browser can read.
          if (taken.has(name)) return resolve(taken.get(name));
          coming.delete(name);
          reject(new Error(address));
        };
        element.src = address;
        element.onload = done;
        element.onerror = done;
        document.head.append(element);
      });
      coming.set(name, promise);
    }
    return coming.get(name);
  }

  async function begin() {
    index = await fetched("start", addresses.index);
    common = new Set(index.common);
  }

  const file = (name) => fetched(name, `${addresses.index.slice(0, addresses.index.lastIndexOf("/") + 1)}${name}.js`);

  async function trouble() {
    const mine = asked;
    failed = true;
    list.removeAttribute("aria-busy");
    status.textContent = "The search index could not be loaded. Close this box and open it to try again.";
    try {
      if ((await window.pageIsOld()) && mine === asked) status.textContent = "This page is older than the site, whose index is another by now. Reload the page, and search then.";
    } catch (_) {}
  }

  // The words of a text as the index has them, which the builder (pages/search/words.rs) takes apart in the same way: in
  // small letters, without accents and the apostrophes within them; what is written without spaces is every two characters
  // in a row.
  const SIGNS = /[\u{ad}\u{300}-\u{36f}\u{591}-\u{5bd}\u{5bf}\u{5c1}\u{5c2}\u{5c4}\u{5c5}\u{5c7}\u{610}-\u{61a}\u{640}\u{64b}-\u{65f}\u{670}\u{200b}-\u{200f}\u{20d0}-\u{20ff}\u{fe00}-\u{fe0f}\u{feff}]/gu;
  const WORDS = /[\p{L}\p{N}\p{M}_]+|\p{So}/gu;
  const APOSTROPHE = /([\p{L}\p{N}])['’‘ʼ＇](\p{L}{1,2})([^\p{L}\p{N}\p{M}_]|$)/gu;
  const NO_SPACES = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\u30fc";
  const STRETCHES = new RegExp(`[${NO_SPACES}]+|[^${NO_SPACES}]+`, "gu");
  const SPACELESS = new RegExp(`^[${NO_SPACES}]`, "u");
  const short = (word) => Array.from(word, (c) => (c.length > 1 ? `u${c.codePointAt(0).toString(16)}` : c)).join("");

  // A text in small letters, without the signs that many leave out.
  function plain(text) {
    const small = text.toLowerCase();
    if (/^[ -&(-~]*$/.test(small)) return small;
    return small.normalize("NFKD").replace(SIGNS, "").normalize("NFC").replace(/ς/g, "σ").replace(APOSTROPHE, "$1$2$3");
  }

  // What a text is made of: words as they are written, but for accents, each with what the index has of it.
  function parts(text) {
    const found = [];
    for (const word of plain(text).match(WORDS) || []) {
      for (const stretch of word.match(STRETCHES)) {
        if (!SPACELESS.test(stretch)) {
          found.push({ word: stretch, tokens: [short(stretch)] });
          continue;
        }
        const chars = Array.from(stretch);
        const tokens = chars.slice(1).map((c, i) => short(chars[i] + c));
        // In the index each stretch ends with its last character alone; a reader's words need it only where it is all.
        found.push({ word: stretch, tokens: tokens.length ? tokens : [short(stretch)] });
      }
    }
    return found;
  }

  const tokens = (text) => parts(text).flatMap((part) => part.tokens);

  // A file of words: a line for each, in the order of the alphabet.
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const DIGIT = new Map(Array.from(DIGITS, (c, i) => [c, i]));
  const split = new Map();

  async function lines(number) {
    const name = index.words[number][1];
    const text = await file(name);
    if (!split.has(name)) split.set(name, text.split("\n"));
    return split.get(name);
  }

  const wordOf = (line) => line.slice(0, line.indexOf(" "));

  // How many of a sorted list come before a word: from there on `key` of them is that word or a later one.
  function before(list, word, key) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (key(list[middle]) < word) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // A word, with its stem and where it stands.
  function entry(line) {
    const [word, ending, places] = line.split(" ");
    const [, gone, added] = /^(\d*)(.*)$/.exec(ending);
    return { word, stem: word.slice(0, word.length - gone) + added, places };
  }

  // Calls `f` with the number of each section in which a word stands, and with how much that says.
  const PAGE = 65536;
  function unpack(places, f) {
    let at = 0;
    const number = () => {
      let value = 0;
      for (let shift = 0; ; shift += 5) {
        const digit = DIGIT.get(places[at++]);
        value |= (digit & 31) << shift;
        if (digit < 32) return value;
      }
    };
    for (let page = 0; at < places.length; ) {
      page += number();
      let section = 0;
      for (let left = number(); left > 0; left--) {
        section += number();
        f(page * PAGE + section, DIGIT.get(places[at++]));
      }
    }
  }

  // The file in which a word would stand.
  const fileOf = (word) => Math.max(0, before(index.words, `${word}\u0000`, ([first]) => first) - 1);

  // The words that begin so; nothing if they are in too many files to fetch.
  async function beginning(prefix) {
    const end = `${prefix}\uffff`;
    const first = fileOf(prefix);
    const last = fileOf(end);
    if (last - first > 2) return [];
    const files = await Promise.all(Array.from({ length: last - first + 1 }, (_, i) => lines(first + i)));
    return files.flatMap((list) => list.slice(before(list, prefix, wordOf), before(list, end, wordOf)).map(entry));
  }

  // The word itself, if the book has it.
  async function exactly(word) {
    const list = await lines(fileOf(word));
    const line = list[before(list, word, wordOf)];
    return line !== undefined && wordOf(line) === word ? entry(line) : undefined;
  }

  // The words of the index that are meant by a token: itself and its other forms (2), or words that begin with it (1).
  // `typing`: whether the reader may not have finished it.
  async function meant(token, typing) {
    const found = new Map();
    const exact = await exactly(token);
    if (exact) found.set(token, { ...exact, kind: 2, factor: 1 });
    // Of a word that says little the other forms say nothing.
    if (exact && !common.has(token)) {
      const { stem } = exact;
      for (const other of await beginning(stem.length > 3 ? stem.slice(0, -1) : stem)) {
        if (other.stem === stem && other.word !== token) found.set(other.word, { ...other, kind: 2, factor: 0.9 });
      }
    }
    if (index.expand && (typing || !exact)) {
      for (const longer of await beginning(token)) {
        if (!found.has(longer.word)) found.set(longer.word, { ...longer, kind: 1, factor: 0.4 });
      }
    }
    return [...found.values()];
  }

  // Forms of a word that the book has, of one that it has not: "idempotencies" where there is "idempotency".
  async function otherForms(token) {
    if (token.length < 5) return [];
    const near = (await beginning(token.slice(0, 4))).filter(
      ({ stem }) => stem.length > 3 && token.startsWith(stem) && token.length <= 2 * stem.length,
    );
    const longest = Math.max(...near.map(({ stem }) => stem.length));
    return near.filter(({ stem }) => stem.length === longest).map((near) => ({ ...near, kind: 1, factor: 0.4 }));
  }

  // Where one token stands: section by section the best that is meant by it.
  function standing(entries) {
    const sections = new Map();
    const [title, above, body] = index.boost;
    const places = [0, above / 2, title, 2 * title, 0.75 * title];
    for (const { places: where, kind, factor } of entries) {
      unpack(where, (section, digit) => {
        const score = factor * (places[digit >> 3] + (body * (digit & 7)) / 7);
        // A heading above says where a section is, not what it is about.
        const own = digit >> 3 !== 1 || (digit & 7) > 0;
        const best = sections.get(section);
        const better = !best || (own !== best.own ? own : kind !== best.kind ? kind > best.kind : score > best.score);
        if (better) sections.set(section, { kind, score, own });
      });
    }
    return sections;
  }

  // What a query finds.
  async function find(query) {
    const typing = !/\s$/.test(query);
    const all = parts(query).slice(0, 12);
    const units = await Promise.all(
      all.map(async ({ word, tokens: own }, at) => {
        const last = typing && at === all.length - 1;
        let instead = [];
        const entries = await Promise.all(own.map((token, i) => meant(token, last && i === own.length - 1)));
        if (own.length === 1 && !entries[0].length) {
          instead = await otherForms(own[0]);
          entries[0] = instead;
        }
        const [first, ...rest] = entries.map(standing);
        // Of what is written without spaces all must be there.
        for (const [section, here] of first) {
          const others = rest.map((sections) => sections.get(section));
          if (others.some((other) => !other)) first.delete(section);
          else {
            here.kind = Math.min(here.kind, ...others.map((other) => other.kind));
            here.score = others.reduce((sum, other) => sum + other.score, here.score) / own.length;
          }
        }
        return {
          word,
          tokens: own,
          sections: first,
          common: own.length === 1 && common.has(own[0]),
          nowhere: !first.size || instead.length > 0,
          instead: [...new Set(instead.map(({ word: form }) => form))],
          words: first.size ? entries.flat().map(({ word: form }) => form) : [],
        };
      }),
    );
    const there = units.filter(({ sections }) => sections.size);
    const telling = there.filter((unit) => !unit.common);
    const counted = telling.length ? telling : there;
    const found = new Map();
    for (const unit of there) {
      const df = unit.sections.size;
      const weight = Math.log(1 + (index.sections - df + 0.5) / (df + 0.5));
      for (const [section, { kind, score, own }] of unit.sections) {
        let result = found.get(section);
        if (!result) found.set(section, (result = { section, has: new Set(), whole: 0, score: 0, own: false }));
        result.score += weight * score;
        if (!counted.includes(unit)) continue;
        result.has.add(unit);
        result.own ||= own;
        if (kind === 2) result.whole++;
      }
    }
    let results = [...found.values()].filter(({ own }) => own);
    const whole = results.filter(({ has }) => has.size === counted.length);
    if (index.all && whole.length) results = whole;
    results.sort((a, b) => b.has.size - a.has.size || b.whole - a.whole || b.score - a.score || a.section - b.section);
    return {
      results,
      whole: whole.length,
      counted,
      nowhere: units.filter((unit) => unit.nowhere),
      // Words that say little only where there are no others.
      marked: new Set(counted.flatMap((unit) => [...unit.words, ...unit.tokens])),
    };
  }

  // A text as pieces that are marked one by one: words with what follows them, and single characters where no spaces are.
  const PIECES = new RegExp(`[${NO_SPACES}]|[^\\s${NO_SPACES}]+\\s*|\\s+`, "gu");

  // The stretch of the body with the most words that match, those marked.
  function teaser(body, marked, length) {
    const words = body.match(PIECES) || [];
    const known = new Map();
    const matches = (text) => {
      if (!known.has(text)) known.set(text, tokens(text).some((token) => marked.has(token)));
      return known.get(text);
    };
    const hits = words.map((word, i) => {
      if (!SPACELESS.test(word)) return matches(word.trimEnd());
      const pair = (a, b) => a && b && SPACELESS.test(a) && SPACELESS.test(b) && matches(a + b);
      return pair(words[i - 1], word) || pair(word, words[i + 1]) || marked.has(word);
    });
    let count = hits.slice(0, length).filter(Boolean).length;
    let best = count;
    let start = 0;
    for (let i = 1; i + length <= words.length; i++) {
      count += hits[i + length - 1] - hits[i - 1];
      if (count > best) {
        best = count;
        start = i;
      }
    }
    const element = make("span", "search-teaser");
    if (start > 0) element.append("… ");
    for (let i = start; i < Math.min(start + length, words.length); i++) {
      element.append(hits[i] ? make("mark", "", words[i].trimEnd()) : words[i]);
      if (hits[i] && /\s$/.test(words[i])) element.append(" ");
    }
    if (start + length < words.length) element.append("…");
    return element;
  }

  // The page and the text of a section.
  async function section(number) {
    const page = index.pages[Math.floor(number / PAGE)];
    const at = number % PAGE;
    const files = page[2];
    let i = files.length - 2;
    while (files[i] > at) i -= 2;
    const [anchor, title, above, body, planned] = (await file(files[i + 1]))[at - files[i]];
    return { address: page[0] + (anchor && `#${anchor}`), path: [...page[1], ...above], title, body, planned };
  }

  const quoted = (words) => words.map((word) => `“${word}”`).join(words.length > 2 ? ", " : " and ");

  function item(result, { address, path, title, body, planned }, { counted, marked }) {
    const link = make("a");
    link.href = new URL(root + address, document.baseURI).href;
    if (path[path.length - 1] === title) path.pop();
    link.append(make("span", "search-title", title));
    if (path.length) link.append(make("span", "search-path", path.join(" › ")));
    if (planned) link.append(make("span", "search-remark", "Planned: there is no lesson about this yet. The map of the course shows where it belongs."));
    else link.append(teaser(body, marked, index.teaser));
    const without = counted.filter((unit) => !result.has.has(unit)).map((unit) => unit.word);
    if (without.length) link.append(make("span", "search-remark", `Without ${quoted(without)}`));
    const element = make("li");
    element.append(link);
    return element;
  }

  // What is said of a query: how much it finds, and what it does not.
  function told(query, { results, whole, nowhere }, shown) {
    if (!results.length) return `Nothing in the book matches “${query}”.`;
    let said = results.length === 1 ? "1 result" : `${results.length} results`;
    if (results.length > shown) said = `The best ${shown} of ${results.length} results`;
    if (!whole) said += ". No section has all these words; these have some of them";
    else if (whole < results.length) said += `. ${whole === 1 ? "One has" : `${whole} have`} all these words, the others some of them`;
    const missing = nowhere.map((unit) => unit.word);
    if (missing.length) said += `. ${quoted(missing)} ${missing.length > 1 ? "are" : "is"} nowhere in the book`;
    const instead = nowhere.flatMap((unit) => unit.instead);
    if (instead.length) said += `, ${quoted(instead.slice(0, 3))} ${instead.length > 1 ? "are" : "is"}`;
    return said === "1 result" || !/\. /.test(said) ? said : `${said}.`;
  }

  async function run() {
    const mine = ++asked;
    const query = input.value.trim();
    failed = current = false;
    list.setAttribute("aria-busy", "true");
    try {
      if (!index) {
        status.textContent = "Loading the index…";
        await begin();
        if (mine !== asked) return;
      }
      if (!query) {
        status.textContent = "Type a word. Arrow keys move through the results.";
        list.replaceChildren();
        list.removeAttribute("aria-busy");
        return;
      }
      const found = await find(input.value);
      if (mine !== asked) return;
      const shown = found.results.slice(0, index.limit);
      // What is in sight first.
      for (const part of [shown.slice(0, IN_SIGHT), shown.slice(IN_SIGHT)]) {
        const sections = await Promise.all(part.map((result) => section(result.section)));
        // The reader has typed on.
        if (mine !== asked) return;
        const items = part.map((result, i) => item(result, sections[i], found));
        if (current) {
          list.append(...items);
          continue;
        }
        list.replaceChildren(...items);
        list.scrollTop = 0;
        status.textContent = told(query, found, shown.length);
        current = true;
        if (opens) list.querySelector("a")?.click();
      }
      list.removeAttribute("aria-busy");
    } catch (_) {
      if (mine === asked) trouble();
    }
  }

  function onInput() {
    opens = false;
    run();
  }

  function onKey(event) {
    // Not the key that takes what an input method proposes; Safari tells of that one by its code alone.
    if (event.key === "Enter" && event.target === input && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      // What is shown may be what was found before the last letter.
      if (current) list.querySelector("a")?.click();
      else opens = true;
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    const next = stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))];
    next.focus();
  }

  return {
    tokens,
    /** Takes over what a script of the index holds. */
    take(name, content) {
      taken.set(name, content);
    },
    /** What a query finds, best first: addresses from the site's root. `start`: the address of the index. */
    async find(start, query) {
      addresses = { index: start };
      await begin();
      const { results } = await find(query);
      return Promise.all(results.map(async (result) => (await section(result.section)).address));
    },
    /** Builds the dialog. `data`: the addresses that the page template gives: root, index. */
    start(data) {
      addresses = data;
      root = data.root;
      dialog = make("dialog", "search");
      dialog.setAttribute("aria-label", "Search the book");
      // No form: frames may refuse to submit one, whatever is done with it.
      const box = make("div", "search-box");
      input = make("input");
      input.type = "search";
      input.setAttribute("aria-label", "Search for");
      input.autocomplete = "off";
      input.spellcheck = false;
      input.enterKeyHint = "go";
      const close = make("button", "", "Close");
      close.type = "button";
      status = make("p", "search-status");
      status.setAttribute("role", "status");
      list = make("ol");
      box.append(input, close);
      dialog.append(box, status, list);
      document.body.append(dialog);

      input.addEventListener("input", onInput);
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("keydown", onKey);
      dialog.addEventListener("click", (event) => {
        // On the backdrop, or on a link, which may lead to a place on this page.
        if (event.target === dialog || event.target.closest("a")) dialog.close();
      });
    },
    /** Shows the dialog with the last query selected. */
    open() {
      if (!dialog.open) dialog.showModal();
      input.select();
      if (!index || failed) run();
    },
  };
})();
