// On a page whose content, or some of it, went elsewhere: takes the reader on, also to the new place of a fragment,
// which the page by itself cannot do. Without it the links on the page lead there.
(() => {
  "use strict";
  const go = () => {
    let fragment = location.hash.slice(1);
    try {
      fragment = decodeURIComponent(fragment);
    } catch (_) {
      // Cut on its way: the page is still worth the reader's while.
    }
    const part = fragment && document.getElementById(fragment);
    const link = part && part.hasAttribute("data-moved") && part.querySelector("a");
    if (link) return location.replace(link.href);
    const whole = document.getElementById("moved");
    if (!whole) return;
    const to = new URL(whole.href);
    if (!to.hash) to.hash = location.hash;
    location.replace(to.href);
  };
  addEventListener("hashchange", go);
  go();
})();
