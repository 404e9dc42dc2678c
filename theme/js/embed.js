// Tells the page around an embedded demo how high it is, in the words that common hosts understand.
(() => {
  "use strict";
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
