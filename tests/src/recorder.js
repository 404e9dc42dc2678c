// Put first into every page by the tests' server: keeps what goes wrong in it.
{
  const complaints = [];
  window.__complaints = complaints;
  for (const level of ["error", "warn"]) {
    const original = console[level];
    console[level] = (...parts) => {
      complaints.push(`console.${level}: ${parts.join(" ")}`);
      original.apply(console, parts);
    };
  }
  addEventListener("error", (event) => {
    const from = event.target?.src ?? event.target?.href;
    complaints.push(event.message ? `uncaught: ${event.message}` : `cannot load ${from}`);
  }, true);
  addEventListener("unhandledrejection", (event) => complaints.push(`unhandled rejection: ${event.reason}`));
  addEventListener("securitypolicyviolation", (event) =>
    complaints.push(`policy: ${event.effectiveDirective} forbids ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`));
}
