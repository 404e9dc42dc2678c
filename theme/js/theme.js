// Runs before the page is drawn, so that a chosen theme does not flash the other one.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.replace("no-js", "js");
  // Storage throws in sandboxed frames: the system's theme holds then.
  try {
    var theme = localStorage.getItem("book-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch (_) {}
})();
