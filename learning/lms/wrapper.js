// The page that an LMS starts: it holds the session, frames the book, listens to it and shows what the LMS has.
//
// The book tells what the reader does by messages, since it may be on another site or have no origin at all. A message counts
// only if it comes from the framed window and from the origin that was framed, and has the agreed form in every part.
(() => {
  "use strict";
  const curriculum = window.curriculum;
  const catalogue = window.curriculumCatalogue;
  const { book, start, module, edition } = document.body.dataset;
  const $ = (id) => document.getElementById(id);
  const frame = $("book");
  const base = new URL(book, location.href);

  // ---- Whom to listen to

  // Pages of a sandbox without an origin, and of files, all have the origin "null"; some browsers say "file://".
  const origins = new Set();
  if (/^https?:/.test(book) && self.origin !== "null") origins.add(base.origin);
  else origins.add(self.origin);
  if (location.protocol === "file:") origins.add("null").add("file://");
  const named = [...origins].find((origin) => /^https?:/.test(origin));

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isText = (value, most) => typeof value === "string" && value.length <= most;
  const isCount = (value, most) => Number.isSafeInteger(value) && value >= 0 && value <= most;
  const isName = (value) => isText(value, 200) && /^[\w.-]+$/.test(value);
  const KINDS = ["choice", "fill-in", "prediction", "goal", "open"];

  // The state in a message; null if any of it is not as agreed.
  function stateOf(value) {
    const { state, problems } = curriculum.check(value);
    return problems.length === 0 ? state : null;
  }

  // What each kind of message has to be like, and what is then done.
  const messages = {
    hello({ page, title }) {
      if (!isText(page, 200) || !isText(title, 500)) return;
      arrived();
      frame.dataset.page = page;
      if (isPage(page)) session.place(page);
      tellBook({ type: "state", state: session.state });
    },
    progress({ page, state }) {
      const checked = stateOf(state);
      if (!isText(page, 200) || !checked) return;
      session.progress(checked);
    },
    answer(message) {
      const { id, question, kind, answer, right, correct, points, of, attempt } = message;
      const fine =
        isName(id) &&
        isName(question) &&
        KINDS.includes(kind) &&
        isText(answer, 4_000) &&
        isText(right, 4_000) &&
        typeof correct === "boolean" &&
        isCount(of, 1_000) &&
        of > 0 &&
        isCount(points, of) &&
        isCount(attempt, 1_000_000);
      if (fine) session.answer(message);
    },
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (source === null || source !== frame.contentWindow || !origins.has(origin)) return;
    if (!isObject(data) || data.curriculum !== 1 || !isText(data.type, 20) || !Object.hasOwn(messages, data.type)) return;
    messages[data.type](data);
  });

  function tellBook(message) {
    // An origin without a name cannot be addressed.
    frame.contentWindow?.postMessage({ curriculum: 1, ...message }, named ?? "*");
  }

  // ---- The session

  let storage = null;
  try {
    storage = window.localStorage;
  } catch (_) {}
  const lms = window.lmsApi.find(edition);
  const session = window.lmsSession.session(lms, {
    catalogue,
    module,
    curriculum,
    storage,
    address: location.pathname,
    notice: () => show(),
    // What another window of this attempt has done is in this one's book too.
    joined: () => frame.dataset.page && tellBook({ type: "state", state: session.state }),
  });
  addEventListener("storage", ({ key }) => {
    if (session.isCopy(key)) session.others();
  });

  const isPage = (page) => catalogue.lessons.some(({ id }) => id === page);
  // The page at an address that may be one of an earlier version.
  const pageAt = (page) => [page, catalogue.moved?.[page]].find(isPage);

  // What the book has and may not have told yet, where it may be asked.
  function unsaid() {
    try {
      const own = frame.contentWindow.curriculum;
      return own && typeof own.lesson === "string" ? stateOf(own.state) : null;
    } catch (_) {
      return null;
    }
  }

  addEventListener("pagehide", () => session.end(unsaid()));
  // A browser may keep the page and show it again; its session is over.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });

  // ---- The frame

  // A page that does not say hello is none of the book's: a link has led elsewhere, or there is no connection.
  let lost = null;
  // Whether the page that is being loaded has said hello already: its pictures may take longer.
  let early = false;
  function arrived() {
    early = lost === null && $("away").hidden;
    found();
  }
  function found() {
    clearTimeout(lost);
    lost = null;
    $("away").hidden = true;
  }
  frame.addEventListener("load", () => {
    clearTimeout(lost);
    lost = null;
    if (early) {
      early = false;
      return;
    }
    lost = setTimeout(() => {
      lost = null;
      $("away").hidden = false;
    }, 6_000);
  });
  const open = () => {
    const page = pageAt(session.location);
    frame.src = new URL(page ? `${page}.html` : start, base).href;
  };
  $("back").addEventListener("click", () => {
    found();
    open();
  });

  // ---- What there is to show

  const plural = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const put = (id, text) => {
    // Only what changes: a screen reader reads it out.
    if ($(id).textContent !== text) $(id).textContent = text;
  };

  const REFUSED = {
    start: "Your LMS did not begin a session",
    score: "Your LMS did not take the score",
    work: "Your LMS did not take your work",
    commit: "Your LMS did not save",
  };

  function show() {
    const report = session.report;
    const { max, raw, had, mute, found, graded, trouble } = report;
    const told = report.lms && graded;
    put("score", max === 0 ? "No points to get" : report.answered ? `Score ${report.percent} %` : "No score yet");

    let status = report.complete ? "complete" : "incomplete";
    if (report.passed || had.success === "passed" || had.status === "passed") status = report.complete ? "passed, complete" : "passed";
    else if (report.complete && max > 0) status = "complete, not passed";
    put("status", status);

    let saved = mute.score || mute.status ? "✓ sent to your LMS" : "✓ your LMS has it";
    if (!found) saved = "not in an LMS";
    else if (trouble.length) saved = "✕ not saved in your LMS";
    else if (!graded) saved = "review: nothing is sent";
    else if (report.waiting) saved = "… saving";
    put("saved", saved);
    document.body.dataset.saved = !found ? "none" : trouble.length ? "no" : report.waiting ? "soon" : "yes";

    put(
      "counts",
      [
        max > 0 ? `${raw} of ${plural(max, "point")}; ${catalogue.mastery} % are needed to pass.` : "",
        report.lessons ? `${report.read} of ${plural(report.lessons, report.pages)} read.` : "",
        report.questions ? `${report.answers} of ${plural(report.questions, "question")} answered.` : "",
      ]
        .filter(Boolean)
        .join(" "),
    );
    const noScore = had.score === null || had.score === undefined;
    const has = [
      !noScore ? `the score ${had.score}` : mute.score ? "" : "no score yet",
      had.status ? `the status “${had.status}”` : "",
      had.success && had.success !== "unknown" ? `“${had.success}”` : "",
    ]
      .filter(Boolean)
      .join(", ");
    // Some take what they are told and answer nothing when they are asked for it.
    const untold = [mute.score ? "score" : "", mute.status ? "status" : ""].filter(Boolean).join(" and ");
    const lmsHas =
      mute.score && !has
        ? "Your LMS does not tell what it has: ask for your grade there."
        : [`Your LMS has ${has}.`, untold ? `It does not tell what ${untold} it has.` : ""].filter(Boolean).join(" ");
    const time = report.saved ? ` Last ${has ? "saved" : "sent"} at ${report.saved.toLocaleTimeString()}.` : "";
    put(
      "where",
      told
        ? `${lmsHas}${time}`
        : found
          ? "Your LMS shows this for review: what you do now does not count."
          : "There is no LMS around this page, so nobody is told of your result. Your work stays on this device, where the browser allows it.",
    );

    const box = $("trouble");
    const words = trouble.map(([what, why]) => `${REFUSED[what]}: ${why}.`).join(" ");
    if (box.dataset.words !== words) {
      box.dataset.words = words;
      box.hidden = words === "";
      box.replaceChildren();
      if (words) {
        const advice = `${words} Your work is kept in this window. Save it as a file before you close it, and tell your instructor.`;
        const save = Object.assign(document.createElement("button"), { type: "button", textContent: "Save your work as a file" });
        save.addEventListener("click", saveFile);
        const more = Object.assign(document.createElement("button"), { type: "button", textContent: "Tell the LMS again" });
        more.addEventListener("click", () => session.retry());
        box.append(Object.assign(document.createElement("p"), { textContent: advice }), save, " ", more);
      }
    }
    $("again").hidden = !told;
  }

  // The same file as the book's page about progress makes and reads.
  function saveFile() {
    const { id: name, title } = catalogue;
    const file = { format: "curriculum-progress", v: 1, book: name, title, saved: new Date().toISOString(), state: session.state };
    const text = `${JSON.stringify(file, null, 1)}\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `${catalogue.id}-progress.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    // A frame that refuses downloads does so without a word.
    $("text").value = text;
    $("file").hidden = parent === window;
  }
  $("export").addEventListener("click", saveFile);
  $("again").addEventListener("click", () => session.retry());

  session.start();
  open();
})();
