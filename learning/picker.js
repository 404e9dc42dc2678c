// The instructors' picker: choose a demo of the book, see it live, set its run, lock what shall not be touched, and copy the
// lines that show it in another page.
(() => {
  "use strict";
  const learner = window.curriculum;
  const place = document.getElementById("picker");
  if (!learner?.lesson || !place) return;
  const { catalogue } = learner;
  const titles = window.curriculumTitles ?? {};
  const root = new URL(document.querySelector('meta[name="curriculum-page"]').dataset.root || ".", document.baseURI);

  const make = (name, properties, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };
  const field = (words, control) => make("label", { className: "picker-field" }, make("span", {}, words), control);

  // ---- The controls

  const demos = new Map();
  const select = make("select", {});
  for (const lesson of catalogue.lessons) {
    if (!lesson.demos.length) continue;
    const group = make("optgroup", { label: lesson.title });
    lesson.demos.forEach((id) => {
      demos.set(id, { title: titles[id] ?? id, asks: lesson.questions.some((question) => question.id.startsWith(`${id}/`)) });
      group.append(make("option", { value: id }, titles[id] ?? id));
    });
    select.append(group);
  }

  const LOCKS = [
    ["scenario", "Lock the scenario", "readers can play the run and look around, and change nothing"],
    ["solution", "Hide what it comes to", "the picture stays; verdicts, summaries and tables go"],
    ["predict", "Prediction only", "the question first, then the run, and nothing else"],
  ];
  const ticks = new Map();
  const options = make("fieldset", { className: "picker-locks" }, make("legend", {}, "Locks"));
  for (const [lock, words, means] of LOCKS) {
    const tick = make("input", { type: "checkbox" });
    tick.addEventListener("change", update);
    ticks.set(lock, tick);
    options.append(make("label", {}, tick, make("span", {}, make("strong", {}, words), `: ${means}`)));
  }

  const pasted = make("input", { type: "text", autocomplete: "off", spellcheck: false, placeholder: "…?run=…" });
  const students = make("input", { type: "checkbox" });
  const frame = make("iframe", { allow: "fullscreen; clipboard-write", className: "picker-frame" });
  const snippet = make("textarea", { readOnly: true, rows: 4, spellcheck: false });
  const link = make("a", { target: "_blank", rel: "noopener" }, "Open it in a window of its own");
  const said = make("p", { className: "picker-said" });
  said.setAttribute("role", "status");
  const copy = make("button", { type: "button", className: "strong" }, "Copy the snippet");

  // ---- What is chosen

  // The run to be shown, if it is not the book's own; and how high the frame has asked to be.
  let run = "";
  let height = 640;
  // What the frame showed first, to tell when the reader has changed something.
  let first;
  let watcher;

  const demo = () => demos.get(select.value);
  const timeline = () => inside()?.dataset.demo === "rpc-timeline";

  // The figure in the frame, where the browser lets us look at it: not on file:// addresses.
  function inside() {
    try {
      return frame.contentDocument?.querySelector(".demo") ?? null;
    } catch (_) {
      return null;
    }
  }

  const own = (code) => code.replace(/~~(\d+)$/, "");

  // The address of the embed page as readers will get it.
  function address(locked) {
    const page = new URL(`embed/${select.value}.html`, root);
    let code = run;
    if (locked && ticks.get("predict").checked && !demo().asks && timeline()) {
      // A timeline asks about any run of its own; the code has to say so.
      code = own(code || first || "");
      if (code && !code.split("~").includes("ask")) code += `${code.includes("~~") ? "~" : "~~"}ask`;
    }
    const locks = locked ? LOCKS.map(([lock]) => lock).filter((lock) => ticks.get(lock).checked && !ticks.get(lock).disabled) : [];
    const query = [code && `run=${encodeURIComponent(code)}`, locks.length && `lock=${locks.join(".")}`].filter(Boolean);
    return page.href + (query.length ? `?${query.join("&")}` : "");
  }

  const escape = (text) => text.replace(/[&"<]/g, (sign) => ({ "&": "&amp;", '"': "&quot;", "<": "&lt;" })[sign]);

  function write() {
    const may = demo().asks || timeline();
    ticks.get("predict").disabled = !may;
    const target = address(true);
    link.href = target;
    snippet.value = `<iframe src="${escape(target)}" title="${escape(demo().title)}" width="100%" height="${height}" loading="lazy" allow="fullscreen; clipboard-write"></iframe>`;
  }

  // Shows in the frame what has been chosen, unless it is there.
  function show() {
    write();
    const target = address(students.checked);
    if (frame.dataset.target === target) return;
    frame.dataset.target = target;
    watcher?.disconnect();
    frame.title = demo().title;
    // Replacing keeps the reader's way back free of every figure looked at.
    if (frame.contentWindow && frame.src) frame.contentWindow.location.replace(target);
    else frame.src = target;
  }

  function update() {
    said.textContent = "";
    if (students.checked) show();
    else write();
  }

  frame.addEventListener("load", () => {
    const figure = inside();
    if (!figure) return write();
    let base;
    try {
      base = JSON.parse(figure.dataset.props).view;
    } catch (_) {}
    first = base;
    const look = () => {
      const now = inside()?.querySelector(".figure[data-run]")?.dataset.run;
      // A run that is being played is the same run; the time at which it stands belongs to it only once it is changed.
      if (now === undefined || students.checked) return;
      run = own(now) === own(base ?? "") ? "" : now;
      write();
    };
    watcher = new frame.contentWindow.MutationObserver(look);
    watcher.observe(figure, { subtree: true, attributes: true, attributeFilter: ["data-run"] });
    look();
    write();
  });

  addEventListener("message", ({ source, data }) => {
    if (source !== frame.contentWindow || typeof data !== "string") return;
    try {
      const { subject, height: asked } = JSON.parse(data);
      if (subject !== "lti.frameResize" || !(asked > 0) || asked > 20_000) return;
      height = Math.max(320, Math.ceil(asked));
      frame.height = height;
      write();
    } catch (_) {}
  });

  select.addEventListener("change", () => {
    run = "";
    first = undefined;
    pasted.value = "";
    students.checked = false;
    for (const tick of ticks.values()) tick.checked = false;
    show();
  });
  students.addEventListener("change", show);
  pasted.addEventListener("change", () => {
    said.textContent = "";
    const text = pasted.value.trim();
    if (!text) return;
    // A link, or the code of a run by itself.
    const query = text.includes("/") ? (text.split("#")[0].split("?")[1] ?? "") : `run=${text.split("run=").at(-1)}`;
    const found = new URLSearchParams(query).get("run");
    if (!found) {
      said.textContent = "There is no run in this link: it has no “?run=”. “Copy link to this run” beside a figure makes one that does.";
      return;
    }
    const [id, ...code] = found.split(":");
    if (code.length && !demos.has(id)) {
      said.textContent = `This link is to the figure “${id.slice(0, 60)}”, which is not in this book.`;
      return;
    }
    if (code.length) select.value = id;
    run = code.length ? code.join(":") : found;
    students.checked = false;
    show();
    said.textContent = `The run of “${demo().title}” is taken from the link.`;
  });
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(snippet.value);
      said.textContent = "Copied.";
    } catch (_) {
      snippet.focus();
      snippet.select();
      said.textContent = "The browser does not let this page copy. It is selected: copy it by hand.";
    }
  });

  place.replaceChildren(
    make(
      "div",
      { className: "picker" },
      field("Demo", select),
      make("p", { className: "picker-hint" }, "Set it up below as you want it: break it, move sliders, go to a moment. The snippet follows."),
      field("Or paste a link to a run", pasted),
      options,
      make("label", { className: "picker-students" }, students, make("span", {}, "Show it here as students will see it")),
      frame,
      field("Snippet", snippet),
      make("p", { className: "attempt-buttons" }, copy, link),
      said,
    ),
  );
  if (location.protocol === "file:") said.textContent = "This page is open as a file, so the snippet has a file's address. Put your site's in its place.";
  // Frames are costly; this one is loaded when it comes near.
  new IntersectionObserver((entries, observer) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    show();
  }, { rootMargin: "300px" }).observe(place);
  write();
})();
