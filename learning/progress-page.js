// The page about the reader's progress: a table of it, saving and reading it as a file, and beginning again.
(() => {
  "use strict";
  const learner = window.curriculum;
  const place = document.getElementById("my-progress");
  if (!learner?.lesson || !place) return;
  const { catalogue } = learner;

  const make = (name, className, ...inside) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...inside);
    return element;
  };
  const button = (words, act, className = "") => {
    const element = make("button", className, words);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  };
  const count = (many, one, more = `${one}s`) => `${many} ${many === 1 ? one : more}`;

  // ---- The table

  const root = new URL(document.querySelector('meta[name="curriculum-page"]').dataset.root || ".", document.baseURI);
  const address = (id) => new URL(`${id.split("/").map(encodeURIComponent).join("/")}.html`, root).href;

  // A number of something as words, and as a bar for those who like one.
  const part = (is, of) => {
    if (of === 0) return [make("span", "progress-none", "–"), make("span", "visually-hidden", "none here")];
    const bar = document.createElement("progress");
    bar.max = of;
    bar.value = is;
    // The words say it already.
    bar.setAttribute("aria-hidden", "true");
    return [make("span", "", `${is} of ${of}`), " ", bar];
  };

  const own = (lessons, state) => {
    let is = 0;
    let of = 0;
    for (const { id, points, kind } of lessons.flatMap(({ questions }) => questions)) {
      if (kind !== "open") continue;
      const answer = state.answers[id];
      is += answer ? Math.round((points * answer.points) / Math.max(1, answer.of)) : 0;
      of += points;
    }
    return [is, of];
  };
  const tried = (lessons, state) => {
    const demos = lessons.flatMap((lesson) => lesson.demos);
    return [demos.filter((id) => state.tried[id]).length, demos.length];
  };
  // As the score of a catalogue with these pages alone.
  const points = (lessons, state) => {
    const { raw, max } = learner.score({ ...catalogue, lessons }, state);
    return [raw, max];
  };

  const HEADS = ["Page", "Read", "Demos tried", "Points", "Your own marks"];

  function table(state) {
    const lessons = learner.toRead(catalogue);
    const listed = catalogue.lessons.filter((page) => page.kind !== "page" || lessons.includes(page));
    const head = make("tr", "", ...HEADS.map((words) => Object.assign(make("th", "", words), { scope: "col" })));
    const row = (first, read, lessons) => {
      const cells = [read, part(...tried(lessons, state)), part(...points(lessons, state)), part(...own(lessons, state))];
      return make("tr", "", first, ...cells.map((inside, at) => {
        const cell = make("td", "", ...inside);
        // Where the table is folded into a list, each value carries its heading.
        cell.dataset.head = HEADS[at + 1];
        return cell;
      }));
    };
    const header = (...inside) => Object.assign(make("th", "", ...inside), { scope: "row" });
    const rows = listed.map((lesson) => {
      const link = Object.assign(make("a", "", lesson.title), { href: address(lesson.id) });
      const read = learner.isRead(catalogue, state, lesson.id) ? [make("span", "progress-yes", "✓ read")] : ["not yet"];
      return row(header(link), read, [lesson]);
    });
    const foot = row(header("The whole book"), [`${lessons.filter(({ id }) => learner.isRead(catalogue, state, id)).length} of ${count(lessons.length, lessons[0]?.kind === "lesson" ? "lesson" : "page")}`], catalogue.lessons);
    const caption = make("caption", "visually-hidden", "Your progress, page by page");
    const whole = make("table", "progress-table", caption, make("thead", "", head), make("tbody", "", ...rows), make("tfoot", "", foot));
    // Narrow screens show it as a list, and browsers then forget that it is a table.
    const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tfoot: "rowgroup", tr: "row", td: "cell" };
    for (const [name, role] of Object.entries(roles)) for (const one of [whole, ...whole.querySelectorAll(name)]) if (one.localName === name) one.setAttribute("role", role);
    for (const one of whole.querySelectorAll("th")) one.setAttribute("role", one.scope === "col" ? "columnheader" : "rowheader");
    return make("div", "table-wrapper wide", whole);
  }

  function sentence(state) {
    const { raw, max, percent } = learner.score(catalogue, state);
    if (max === 0) return "This book asks no questions for points yet.";
    const mastery = `${catalogue.mastery}%`;
    const words = `You have ${raw} of ${count(max, "point")}, which is ${percent}%.`;
    if (!learner.passed(catalogue, state)) return `${words} The mark to reach is ${mastery}.`;
    return `${words} That is above the mark of ${mastery}${learner.complete(catalogue, state) ? ", and you have read every lesson and answered every question" : ""}.`;
  }

  const notice = () => {
    const { where, why } = learner.kept;
    if (where === "host") return "Your course's learning management system keeps this, and gives your instructor a mark by it.";
    if (where === "device") return "";
    const reason = why === "full" ? "this browser's storage is full" : "this browser does not let the book store anything";
    return `Nothing of this can be kept: ${reason}. It holds until you leave this page. Save it as a file below.`;
  };

  const shown = make("div", "");
  const warning = make("p", "progress-notice");
  warning.setAttribute("role", "status");

  function show(state) {
    shown.replaceChildren(make("p", "progress-sentence", sentence(state)), table(state));
    warning.textContent = notice();
    warning.hidden = warning.textContent === "";
  }

  // ---- As a file

  const FORMAT = "curriculum-progress";
  // Much more than a state can come to, and little enough to be read at once.
  const LONGEST = 20_000_000;

  const said = make("div", "progress-said");
  said.setAttribute("role", "status");
  const say = (...lines) => said.replaceChildren(...lines.map((line) => (typeof line === "string" ? make("p", "", line) : line)));

  function save() {
    const state = learner.state;
    const text = `${JSON.stringify({ format: FORMAT, v: 1, book: catalogue.id, title: catalogue.title, saved: new Date().toISOString(), state }, null, 1)}\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `${catalogue.id}-progress.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    const field = make("textarea");
    field.readOnly = true;
    field.rows = 6;
    field.value = text;
    field.setAttribute("aria-label", "Your progress as text");
    const same = make("details", "", make("summary", "", "No file? The same as text"), field);
    // A frame that refuses downloads does so without a word.
    same.open = parent !== window;
    const words = same.open ? `The file is called ${link.download}. If the page around this frame lets it save none, copy the text.` : `Saved as ${link.download}.`;
    say(words, same);
  }

  // What is in a file, or an error in words.
  function parse(text) {
    let found;
    try {
      found = JSON.parse(text);
    } catch (error) {
      throw new Error(`It is not a file of progress: it cannot be read as JSON (${error.message}).`);
    }
    if (found?.format !== FORMAT) throw new Error(`It is not a file of progress: it does not say “format”: “${FORMAT}”.`);
    if (found.v !== 1) throw new Error(`It is of version ${String(found.v).slice(0, 20)}, and this book reads version 1.`);
    if (found.book !== catalogue.id) throw new Error(`It belongs to another book, “${String(found.title ?? found.book).slice(0, 100)}”.`);
    const checked = learner.check(found.state);
    if (checked.state && found.state?.v !== 1) throw new Error(`Its content cannot be read: ${checked.problems.join("; ")}.`);
    return checked;
  }

  async function load(file) {
    if (!file) return;
    try {
      if (file.size > LONGEST) throw new Error(`It is far too large: ${count(file.size, "byte")}.`);
      const { state, problems } = parse(await file.text());
      const before = learner.state;
      learner.replace(learner.merge(before, state));
      const lines = [`Read ${file.name}. What you had is still there; of two answers to one question the better one is kept.`];
      if (problems.length) {
        const list = make("ul", "", ...problems.slice(0, 10).map((problem) => make("li", "", problem)));
        if (problems.length > 10) list.append(make("li", "", `and ${problems.length - 10} more`));
        lines.push(`${count(problems.length, "entry", "entries")} of it could not be read:`, list);
      }
      say(...lines);
    } catch (error) {
      say(`${file.name} was not taken. ${error.message} Nothing has changed.`);
    }
  }

  // ---- Beginning again

  let before = null;
  const asked = make("p", "progress-ask");
  asked.setAttribute("role", "alert");

  function reset() {
    const yes = button("Remove it", () => {
      before = learner.state;
      learner.replace(learner.empty());
      asked.replaceChildren("Everything is removed. ", undo);
      undo.focus();
    });
    const no = button("Keep it", () => {
      asked.replaceChildren();
      begin.focus();
    });
    asked.replaceChildren("This removes what you have read, tried, answered and written in this book. ", yes, " ", no);
    no.focus();
  }
  const undo = button("Take that back", () => {
    learner.replace(learner.merge(before, learner.state));
    asked.replaceChildren("It is all there again.");
    begin.focus();
  });

  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,application/json";
  input.className = "visually-hidden";
  input.id = "progress-file";
  input.addEventListener("change", async () => {
    await load(input.files[0]);
    // So that the same file can be chosen again.
    input.value = "";
  });
  const label = make("label", "file", "Read a file");
  label.htmlFor = input.id;
  const begin = button("Begin again", reset);
  const tools = make("div", "progress-tools", button("Save as a file", save), input, label, begin);
  place.replaceChildren(warning, shown, tools, said, asked);
  learner.listen(show);
  show(learner.state);
})();
