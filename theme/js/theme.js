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

  // Whether the site has been published anew since this page came: what lies at its address now names other files, or is
  // gone. Asked when a file is missing; rejects where nothing can be fetched.
  window.pageIsOld = function () {
    var tags = function (page) {
      return Array.from(page.querySelectorAll("head > script[src], head > link[rel=stylesheet]"), function (tag) {
        return tag.outerHTML;
      });
    };
    // Past the browser's cache, and into it: a reload gets the new page.
    return fetch(location.href.split("#")[0], { cache: "reload" }).then(function (response) {
      if (response.status === 404 || response.status === 410) return true;
      // A server in trouble says nothing about the page.
      if (!response.ok) return false;
      return response.text().then(function (text) {
        var ours = tags(document);
        return tags(new DOMParser().parseFromString(text, "text/html")).some(function (tag) {
          return ours.indexOf(tag) < 0;
        });
      });
    });
  };
})();
