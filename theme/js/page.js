// What the page's chrome does beyond HTML: the theme switch, the contents panel, opening the search, scrollable boxes, print.
// The text, the contents and the links work without it.
(() => {
  "use strict";
  const root = document.documentElement;
  const script = document.currentScript;
  // Should the theme's script have failed: what needs scripts is shown.
  root.classList.replace("no-js", "js");

  // Theme: the system's, light, dark, and round again.
  const themes = { system: "as the system", light: "light", dark: "dark" };
  const themeButton = document.getElementById("theme-button");
  const nameTheme = () => {
    const label = "Colours: " + themes[root.dataset.theme || "system"];
    themeButton.setAttribute("aria-label", label);
    themeButton.title = label;
  };
  if (themeButton) {
    nameTheme();
    themeButton.addEventListener("click", () => {
      const order = Object.keys(themes);
      const next = order[(order.indexOf(root.dataset.theme || "system") + 1) % order.length];
      if (next === "system") delete root.dataset.theme;
      else root.dataset.theme = next;
      nameTheme();
      // Without storage the choice holds until the page is left.
      try {
        if (next === "system") localStorage.removeItem("book-theme");
        else localStorage.setItem("book-theme", next);
      } catch (_) {}
    });
  }

  // Contents: bring the current page into view; a link to a place on this page closes the panel.
  const panel = document.getElementById("contents-panel");
  const popover = panel && "popover" in panel;
  const contentsButton = document.querySelector(".contents-button");
  const fold = (open) => {
    panel.classList.toggle("open", open);
    contentsButton?.setAttribute("aria-expanded", String(open));
    if (open) reveal();
  };
  const close = () => {
    if (!popover) fold(false);
    else if (panel.matches(":popover-open")) panel.hidePopover();
  };
  const reveal = () => {
    const current = panel.querySelector("[aria-current]");
    if (!current) return;
    // scrollIntoView would scroll the page too.
    const offset = current.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    if (offset > panel.clientHeight * 0.8) panel.scrollTop += offset - panel.clientHeight / 2;
  };
  if (panel) {
    reveal();
    panel.addEventListener("toggle", reveal);
    panel.addEventListener("click", (event) => {
      if (event.target.closest("a")) close();
    });
    // A panel left open would lie over the page as a popover when the window grows wide.
    matchMedia("(min-width: 64rem)").addEventListener("change", close);
  }
  if (panel && contentsButton && !popover) {
    // Browsers of early 2023: what the attributes do elsewhere.
    root.classList.add("contents-folds");
    fold(false);
    contentsButton.addEventListener("click", () => {
      fold(!panel.classList.contains("open"));
      if (panel.classList.contains("open")) panel.querySelector("button")?.focus();
    });
    const leave = () => {
      if (!panel.classList.contains("open")) return;
      fold(false);
      contentsButton.focus();
    };
    panel.querySelector(".panel-close")?.addEventListener("click", leave);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
    });
    document.addEventListener("click", (event) => {
      if (!panel.contains(event.target) && !contentsButton.contains(event.target)) fold(false);
    });
  }

  // Search: its code, engine and index are fetched when the reader first asks for it.
  const searchButton = document.getElementById("search-button");
  let searchRequested = false;
  const noSearch = async () => {
    let words = "The search could not be loaded. Try again.";
    try {
      if (await window.pageIsOld()) words = "This page is older than the site. Reload it, and search then.";
    } catch (_) {}
    // It came after all, meanwhile.
    if (window.bookSearch) return;
    let note = document.getElementById("search-note");
    if (!note) {
      note = document.createElement("p");
      note.id = "search-note";
      note.className = "bar-note";
      note.setAttribute("role", "alert");
      searchButton.closest("header").append(note);
    }
    note.textContent = words;
  };
  const openSearch = () => {
    if (window.bookSearch) return window.bookSearch.open();
    if (searchRequested) return;
    searchRequested = true;
    const element = document.createElement("script");
    element.src = script.dataset.search;
    const failed = () => {
      element.remove();
      searchRequested = false;
      noSearch();
    };
    element.onload = () => {
      // It may have come and not be one that this browser can read.
      if (!window.bookSearch) return failed();
      document.getElementById("search-note")?.remove();
      window.bookSearch.start(script.dataset);
      window.bookSearch.open();
    };
    element.onerror = failed;
    document.head.append(element);
  };
  if (searchButton && script.dataset.search) {
    searchButton.addEventListener("click", openSearch);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!(event.target instanceof Element) || event.target.closest("input, textarea, select, [contenteditable], dialog, .demo")) return;
      event.preventDefault();
      openSearch();
    });
  }

  // A box that scrolls sideways must be reachable by keyboard; one that does not should be no stop on the way.
  const boxes = document.querySelectorAll("article pre, article .table-wrapper, article .math-display, article .math-long");
  if (boxes.length && window.ResizeObserver) {
    const observer = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth) {
          target.tabIndex = 0;
          target.setAttribute("role", "group");
          target.setAttribute("aria-label", target.matches("pre") ? "Code, scrolls sideways" : "Scrolls sideways");
        } else if (target.hasAttribute("tabindex")) {
          for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
        }
      }
    });
    for (const box of boxes) if (!box.closest(".demo")) observer.observe(box);
  }

  // Paper cannot be clicked: what is folded is printed open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
