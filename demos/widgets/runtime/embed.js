// What an embed page does beside its demo: it locks what its address asks to be locked, and tells the page around it how
// high it is, in the words that common hosts understand.
(() => {
  "use strict";

  // Locks: ?lock=scenario, solution or predict, several of them joined by a dot or a plus sign. Who knows addresses can take
  // a lock off again; it keeps a class on the question, and no secret.
  const words = (new URLSearchParams(location.search).get("lock") ?? "").split(/[^a-z]+/);
  const locks = new Set(["scenario", "solution", "predict"].filter((lock) => words.includes(lock)));
  if (locks.has("predict")) locks.add("scenario");
  if (locks.size) document.documentElement.dataset.lock = [...locks].join(" ");

  if (locks.has("scenario")) {
    // The style sheet takes the controls away that change the run. What has to stay because it is read too, such as
    // the text of a schema, does not change.
    const fixed = ({ target }) => {
      if (!(target instanceof Element) || !target.closest(".demo") || target.closest(".question, [data-question]")) return null;
      return target.closest("textarea, select, [contenteditable], input:not([type=range]):not([readonly])");
    };
    const refuse = (event) => {
      if (!fixed(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    for (const type of ["beforeinput", "input", "change", "paste", "drop", "cut"]) addEventListener(type, refuse, true);
    const press = (event) => {
      const control = fixed(event);
      // Text may be read, selected and copied.
      if (control && !control.matches("textarea")) refuse(event);
    };
    for (const type of ["mousedown", "click"]) addEventListener(type, press, true);
    addEventListener("keydown", (event) => event.key.length === 1 || ["Enter", "ArrowUp", "ArrowDown"].includes(event.key) ? press(event) : undefined, true);
    addEventListener("DOMContentLoaded", () => {
      const note = document.createElement("p");
      note.className = "lock-note";
      note.textContent = locks.has("predict") ? "First your prediction. The run itself is fixed." : "The scenario of this figure is fixed; play it, and look around.";
      document.querySelector("main .demo")?.before(note);
    });
  }

  if (parent === window) return;
  const height = () => Math.ceil(document.body.getBoundingClientRect().height);
  let told = 0;
  // Set by a host that runs iframe-resizer: the name that it gave this frame.
  let sizer;

  const tell = () => {
    const now = height();
    if (now === told) return;
    told = now;
    // The height is no secret, and the host can be anyone.
    parent.postMessage(JSON.stringify({ subject: "lti.frameResize", height: now }), "*");
    parent.postMessage({ context: "h5p", action: "resize", scrollHeight: now }, "*");
    if (sizer) parent.postMessage(`[iFrameSizer]${sizer}:${now}:${innerWidth}:resize`, "*");
  };

  addEventListener("message", ({ source, data }) => {
    if (source !== parent || typeof data !== "string" || !data.startsWith("[iFrameSizer]")) return;
    sizer = data.slice("[iFrameSizer]".length).split(":")[0];
    parent.postMessage(`[iFrameSizer]${sizer}:${height()}:${innerWidth}:init`, "*");
  });
  new ResizeObserver(tell).observe(document.body);
})();
