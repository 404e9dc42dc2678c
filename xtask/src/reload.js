// Put into every page by `cargo xtask serve`, never published.
{
  const loaded = Number(document.currentScript.dataset.build);
  let banner;
  new EventSource("/__reload").onmessage = ({ data }) => {
    const { build, failed } = JSON.parse(data);
    if (build !== loaded) {
      location.reload();
      return;
    }
    if (failed && !banner) {
      banner = document.createElement("p");
      banner.setAttribute("role", "status");
      banner.textContent = "Build failed, see the terminal";
      // By property, not by attribute: the page's policy forbids style attributes.
      Object.assign(banner.style, {
        position: "fixed", insetBlockEnd: "0.75rem", insetInlineEnd: "0.75rem", zIndex: 1000, margin: 0,
        padding: "0.5rem 0.9rem", borderRadius: "0.5rem", background: "#8c1d18", color: "#fff",
        font: "600 0.85rem system-ui, sans-serif",
      });
    }
    if (failed) {
      document.body.append(banner);
    } else {
      banner?.remove();
    }
  };
}
