// Links that open in a window of their own, in a frame that may allow none: its sandbox then refuses without a word.
(() => {
  "use strict";
  if (parent === window) return;

  // The address of a link that cannot be followed, to be copied by hand.
  let note = null;
  function tell(link) {
    note?.remove();
    note = document.createElement("div");
    note.className = "frame-note";
    note.setAttribute("role", "alert");
    const label = document.createElement("label");
    const field = document.createElement("input");
    field.readOnly = true;
    field.value = link.href;
    field.addEventListener("focus", () => field.select());
    label.append("The page around this frame lets it open no window. Copy the address, and open it yourself: ", field);
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => {
      note.remove();
      link.focus();
    });
    note.append(label, close);
    note.style.top = `${link.getBoundingClientRect().bottom + scrollY + 4}px`;
    document.body.append(note);
  }

  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a[target="_blank"]') : null;
    if (!link) return;
    event.preventDefault();
    // With “noopener” it would be told neither way.
    const opened = window.open(link.href, "_blank");
    if (opened) {
      try {
        opened.opener = null;
      } catch (_) {
        // A window of a sandbox without an origin; it is bound to the same rules as this frame.
      }
    } else if (new URL(link.href).origin === location.origin) {
      // A page of the book: here, where there is no other place for it.
      location.assign(link.href);
    } else {
      tell(link);
    }
  });
})();
