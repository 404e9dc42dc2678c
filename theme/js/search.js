// The search dialog over mdBook's index. page.js fetches this file when the reader first opens the search.
// Text from the index is put in as text, never as HTML.
window.bookSearch = (() => {
  "use strict";
  let dialog, input, status, list, addresses, index;
  let root = "";

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const load = (address) =>
    new Promise((resolve, reject) => {
      const element = make("script");
      element.src = address;
      element.onload = resolve;
      element.onerror = () => {
        element.remove();
        reject(new Error(address));
      };
      document.head.append(element);
    });

  async function loadIndex() {
    status.textContent = "Loading the index…";
    try {
      if (!window.elasticlunr) await load(addresses.engine);
      // The index file assigns into this object.
      window.search = window.search || {};
      await load(addresses.index);
      index = window.elasticlunr.Index.load(window.search.index);
      // The index takes a reader's words apart by this.
      window.elasticlunr.tokenizer = tokens;
      run();
    } catch (_) {
      status.textContent = "The search index could not be loaded. Close this box and open it to try again.";
      try {
        if (await window.pageIsOld()) status.textContent = "This page is older than the site, whose index is another by now. Reload the page, and search then.";
      } catch (_) {}
    }
  }

  // The words of a text as the index has them, which the builder (search.rs) takes apart in the same way: in small letters,
  // without accents, English ones by their stems; what is written without spaces is every two characters in a row.
  const SIGNS = /[\u{ad}\u{300}-\u{36f}\u{591}-\u{5bd}\u{5bf}\u{5c1}\u{5c2}\u{5c4}\u{5c5}\u{5c7}\u{610}-\u{61a}\u{640}\u{64b}-\u{65f}\u{670}\u{200b}-\u{200f}\u{20d0}-\u{20ff}\u{fe00}-\u{fe0f}\u{feff}]/gu;
  const WORDS = /[\p{L}\p{N}\p{M}_]+|\p{So}/gu;
  const NO_SPACES = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\u30fc";
  const STRETCHES = new RegExp(`[${NO_SPACES}]+|[^${NO_SPACES}]+`, "gu");
  const SPACELESS = new RegExp(`^[${NO_SPACES}]`, "u");
  const short = (word) => Array.from(word, (c) => (c.length > 1 ? `u${c.codePointAt(0).toString(16)}` : c)).join("");

  function tokens(text) {
    const plain = text.toLowerCase().normalize("NFKD").replace(SIGNS, "").normalize("NFC").replace(/ς/g, "σ");
    const found = [];
    for (const word of plain.match(WORDS) || []) {
      for (const stretch of word.match(STRETCHES)) {
        const chars = Array.from(stretch);
        if (SPACELESS.test(stretch)) {
          for (let i = 0; i + 1 < chars.length; i++) found.push(short(chars[i] + chars[i + 1]));
          // In the index each stretch ends with its last character alone; a reader's words need it only where it is all.
          if (chars.length === 1) found.push(short(stretch));
        } else if (/^[a-z0-9_]+$/.test(stretch)) {
          const kept = window.elasticlunr.stopWordFilter(stretch);
          if (kept) found.push(window.elasticlunr.stemmer(kept));
        } else {
          found.push(short(stretch));
        }
      }
    }
    return found;
  }

  // A text as pieces that are marked one by one: words with what follows them, and single characters where no spaces are.
  const PIECES = new RegExp(`[${NO_SPACES}]|[^\\s${NO_SPACES}]+\\s*|\\s+`, "gu");

  // The stretch of the body with the most words that match, those marked.
  function teaser(body, stems, length) {
    const words = body.match(PIECES) || [];
    const matches = (text) => tokens(text).some((s) => stems.some((t) => s.startsWith(t)));
    const hits = words.map((word, i) => {
      if (!SPACELESS.test(word)) return matches(word);
      const pair = (a, b) => a && b && SPACELESS.test(a) && SPACELESS.test(b) && matches(a + b);
      return pair(words[i - 1], word) || pair(word, words[i + 1]) || stems.includes(word);
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

  function run() {
    const query = input.value.trim();
    if (!index) return;
    if (!query) {
      status.textContent = "Type a word. Arrow keys move through the results.";
      list.replaceChildren();
      return;
    }
    const { search_options, results_options, doc_urls } = window.search;
    const found = index.search(query, search_options);
    const shown = found.slice(0, results_options.limit_results);
    const stems = tokens(query);
    list.replaceChildren(
      ...shown.map(({ ref, doc }) => {
        const link = make("a");
        link.href = new URL(root + doc_urls[ref], document.baseURI).href;
        const path = doc.breadcrumbs.split(" » ");
        if (path[path.length - 1] === doc.title) path.pop();
        link.append(make("span", "search-title", doc.title || path.pop()));
        if (path.length) link.append(make("span", "search-path", path.join(" › ")));
        link.append(teaser(doc.body, stems, results_options.teaser_word_count));
        const item = make("li");
        item.append(link);
        return item;
      }),
    );
    list.scrollTop = 0;
    if (!found.length) status.textContent = `Nothing in the book matches “${query}”.`;
    else if (found.length > shown.length) status.textContent = `The best ${shown.length} of ${found.length} results`;
    else status.textContent = found.length === 1 ? "1 result" : `${found.length} results`;
  }

  function onKey(event) {
    // Not the key that takes what an input method proposes; Safari tells of that one by its code alone.
    if (event.key === "Enter" && event.target === input && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      list.querySelector("a")?.click();
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
    /** Builds the dialog. `data`: the addresses that the page template gives: root, engine, index. */
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

      input.addEventListener("input", run);
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
      if (!index) loadIndex();
    },
  };
})();
