// Answers and solutions that open after an attempt: the reader writes something first, or skips that with one click, and
// then marks the attempt against the answer's points. Without this script they are ordinary boxes to unfold.
(() => {
  "use strict";
  const learner = window.curriculum;
  // The printed book has every lesson on one page and is there to be read.
  if (!learner?.lesson) return;

  const make = (name, className, ...inside) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...inside);
    return element;
  };
  const button = (className, words, act) => {
    const element = make("button", className, words);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  };

  const privacy = () =>
    ({
      device: "What you write stays on this device.",
      memory: "The browser lets this page store nothing: what you write is lost when you leave it.",
      host: "What you write is kept by the system of your course, where your instructor may see it.",
    })[learner.kept.where];

  // Whether the figures that count as an attempt have all been answered, or used where they ask nothing.
  const attempted = (figures, state) =>
    figures.length > 0 &&
    figures.every((figure) => {
      const questions = learner.catalogue.lessons.flatMap((lesson) => lesson.questions).filter(({ id }) => id.startsWith(`${figure}/`));
      return questions.length ? questions.every(({ id }) => state.answers[id]) : state.tried[figure];
    });

  // What the address leads to.
  const linked = () => {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch (_) {
      // Not an address that anybody made for this book.
      return null;
    }
  };

  const gates = [];

  function gate(details) {
    const { id } = details;
    const figures = (details.dataset.after ?? "").split(" ").filter(Boolean);
    const asked = details.matches(".model-answer");
    const summary = details.querySelector("summary");
    const what = asked ? "our answer" : "our solution";

    const field = make("textarea");
    field.id = `${id}-attempt`;
    field.rows = 3;
    field.maxLength = 10_000;
    // Print leaves out a field in which nothing has been written.
    field.placeholder = " ";
    const label = make("label", "", asked ? "Your answer" : "Your attempt");
    label.htmlFor = field.id;
    // The number is in the summary, and several fields of one name would be hard to tell apart.
    label.append(make("span", "visually-hidden", `: ${summary.textContent.replace(/^Open (an answer to |the solution to )?/, "")}`));
    const hint = make("p", "attempt-hint");
    hint.id = `${id}-hint`;
    field.setAttribute("aria-describedby", hint.id);
    const compare = button("strong", `Compare with ${what}`, () => {
      if (!field.value.trim()) {
        say("Write something first, a sentence is enough. Or skip it.");
        field.focus();
        return;
      }
      open("attempt");
    });
    const skip = button("quiet", "Skip: show it", () => open("skipped"));
    const buttons = make("p", "attempt-buttons", compare, skip);
    const said = make("p", "attempt-said");
    said.setAttribute("role", "status");
    const box = make("div", "attempt", label, field, hint, buttons, said);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", summary.textContent.replace(/^Open /, "Before you open "));
    details.before(box);

    const say = (words) => {
      said.textContent = words;
    };

    // Kept a moment after the last key, and at the latest when the reader leaves the field or the page.
    let timer;
    const keep = () => {
      clearTimeout(timer);
      timer = undefined;
      const text = field.value.trim() ? field.value : "";
      if ((learner.state.notes[id] ?? "") === text) return;
      learner.change((state) => {
        if (text) state.notes[id] = text;
        else delete state.notes[id];
      });
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, 500);
      compare.setAttribute("aria-disabled", String(!field.value.trim()));
    });
    field.addEventListener("change", keep);
    addEventListener("pagehide", keep);

    // Where a link into the closed answer leads once it is open.
    let target = null;
    let locked = true;

    function unlock() {
      locked = false;
      details.classList.remove("locked");
      box.classList.add("done");
      buttons.remove();
    }

    function open(how) {
      keep();
      unlock();
      learner.change((state) => {
        if (state.opened[id] !== "attempt") state.opened[id] = how;
      });
      details.open = true;
      say(how === "skipped" ? "Skipped: it is open below." : "Compare: it is open below.");
      const there = target ?? summary;
      target = null;
      there.scrollIntoView({ block: "nearest" });
      summary.focus({ preventScroll: true });
    }

    function show(state) {
      if (document.activeElement !== field && timer === undefined) field.value = state.notes[id] ?? "";
      compare.setAttribute("aria-disabled", String(!field.value.trim()));
      const before = attempted(figures, state);
      hint.textContent = before ? "Your answers in the figures of the exercise count as your attempt." : privacy();
      if (locked && (state.opened[id] || before)) unlock();
      // Who has predicted in the figure need not write as well.
      box.hidden = before && !state.notes[id];
    }

    // The link for which the question was shown first.
    let held = "";

    function hold(element) {
      held = location.hash;
      details.open = false;
      target = element === details ? null : element;
      say("What you are looking for is in this answer. Write your own first, or skip it.");
      box.scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
    }

    details.classList.add("locked");
    details.addEventListener("toggle", () => {
      if (details.open && locked) {
        // The browser unfolds what a link leads into. Once for each link the question comes first; whoever opens it all the
        // same, by a tool of their own perhaps, gets it.
        const element = linked();
        if (element && details.contains(element) && held !== location.hash) {
          hold(element);
          return;
        }
        unlock();
      }
      if (details.open && !learner.state.opened[id]) {
        learner.change((state) => {
          state.opened[id] = attempted(figures, state) ? "attempt" : "skipped";
        });
      }
    });
    const points = details.querySelector(".points");
    if (points) mark(details, points, field);
    show(learner.state);
    gates.push({
      show,
      // A link to something in the answer: the question is shown first, and what was looked for after it.
      arrive(element) {
        if (!details.contains(element)) return;
        if (locked) return hold(element);
        details.open = true;
        element.scrollIntoView();
      },
    });
  }

  // Marking one's own attempt: a box to tick for each point.
  function mark(details, points, field) {
    const { id } = details;
    const boxes = [...points.querySelectorAll("li")].map((item) => {
      const tick = make("input");
      tick.type = "checkbox";
      item.replaceChildren(make("label", "", tick, make("span", "", ...item.childNodes)));
      return tick;
    });
    points.setAttribute("role", "group");
    points.setAttribute("aria-label", "Mark your own answer");
    const intro = points.querySelector("p");
    if (intro) intro.textContent = "Mark your own answer. Which of these did you say?";
    const said = make("p", "attempt-said");
    said.setAttribute("role", "status");
    const was = () => {
      const kept = learner.state.answers[`${id}/open`];
      said.textContent = kept ? `Kept: ${kept.points} of ${kept.of} points.` : "";
    };
    let attempt = 0;
    const keep = button("quiet", "Keep my marks", () => {
      const got = boxes.filter(({ checked }) => checked).length;
      attempt++;
      const detail = { id, question: "open", kind: "open", answer: field.value, correct: got === boxes.length, attempt, points: got, of: boxes.length };
      details.dispatchEvent(new CustomEvent("demo-answer", { bubbles: true, detail }));
      const best = learner.state.answers[`${id}/open`]?.points ?? got;
      said.textContent = `${got} of ${boxes.length} points${best > got ? `; your best was ${best}` : ""}.`;
    });
    points.append(make("p", "attempt-buttons", keep), said);
    was();
  }

  for (const details of document.querySelectorAll("details.model-answer, details.solution")) {
    try {
      gate(details);
    } catch (error) {
      // Whatever went wrong: an answer that this script cannot open must not stay closed.
      details.classList.remove("locked");
      document.getElementById(`${details.id}-attempt`)?.closest(".attempt").remove();
      console.error(error);
    }
  }
  learner.listen((state) => {
    for (const { show } of gates) show(state);
  });

  // Links and search hits may lead into an answer, or to a place in it that is still closed.
  const arrive = () => {
    const element = linked();
    if (element) for (const gate of gates) gate.arrive(element);
  };
  addEventListener("hashchange", arrive);
  // A second click on the same link changes nothing in the address.
  document.addEventListener("click", ({ target }) => {
    const link = target instanceof Element && target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) arrive();
  });
  // Going to the place in the address, the browser takes the focus away; so after that.
  const soon = () => requestAnimationFrame(() => setTimeout(arrive));
  if (document.readyState === "complete") soon();
  else addEventListener("load", soon);
})();
