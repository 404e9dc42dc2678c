// On the page that a server shows in the place of any missing one, at whatever depth. The page asks for this script at
// every depth that it may stand at; where one is found is the site's root, and everything else counts from there.
(() => {
  "use strict";
  const script = document.currentScript;
  if (document.querySelector("base")) return;
  // The page stands at the root: all was found, and runs already.
  if (script.src === document.querySelector("script[data-probe]").src) return;
  const base = document.createElement("base");
  base.href = new URL(script.dataset.probe, script.src).href;
  // A bare fragment would lead to the root's own page.
  for (const link of document.querySelectorAll('a[href^="#"]')) link.href = location.href.replace(/#.*/, "") + link.getAttribute("href");
  document.head.prepend(base);
  // What was asked for at the wrong place is asked for again; links find their way by themselves.
  for (const link of document.querySelectorAll("head > link")) link.replaceWith(link.cloneNode());
  for (const old of document.querySelectorAll("head > script[src]:not([data-probe])")) {
    const again = document.createElement("script");
    for (const { name, value } of old.attributes) again.setAttribute(name, value);
    again.async = false;
    old.replaceWith(again);
  }
})();
