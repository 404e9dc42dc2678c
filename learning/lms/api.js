// Finds the LMS and speaks to it, in the words of SCORM 1.2 or 2004.
//
// LMSs differ from the standard and from each other: methods are missing, answers are no strings, values arrive late. So
// an API is known by what it can do, no call may throw, and whether a value was taken is asked, not believed.
window.lmsApi = (() => {
  "use strict";

  // Methods and elements of the editions. SCORM 1.2 Run-Time Environment (ADL, 2001), section 3; SCORM 2004 4th edition
  // Run-Time Environment (ADL, 2009), sections 3 and 4.
  const editions = {
    "1.2": {
      prefix: "LMS",
      start: "LMSInitialize",
      end: "LMSFinish",
      limit: 4096,
      suspend: "cmi.suspend_data",
      location: "cmi.core.lesson_location",
      learner: "cmi.core.student_id",
      mode: "cmi.core.lesson_mode",
      entry: "cmi.core.entry",
      exit: "cmi.core.exit",
      time: "cmi.core.session_time",
      score: "cmi.core.score",
      status: "cmi.core.lesson_status",
    },
    2004: {
      prefix: "",
      start: "Initialize",
      end: "Terminate",
      limit: 64_000,
      suspend: "cmi.suspend_data",
      location: "cmi.location",
      learner: "cmi.learner_id",
      mode: "cmi.mode",
      entry: "cmi.entry",
      exit: "cmi.exit",
      time: "cmi.session_time",
      score: "cmi.score",
      status: "cmi.completion_status",
      success: "cmi.success_status",
    },
  };
  const isFunction = (value) => typeof value === "function";

  // The windows where an API may be: this one, those around it, the one that opened it, and those around that one.
  function* windows() {
    // More frames in each other than any LMS has; a frame that claims to be its own grandparent ends here too.
    const around = function* (window) {
      for (let i = 0; window && i < 20; i++) {
        yield window;
        let next = null;
        // Asking a window of another site for its neighbours is allowed, but a browser may think otherwise.
        try {
          next = window.parent;
        } catch (_) {}
        if (next === window) break;
        window = next;
      }
    };
    const opener = (window) => {
      try {
        return window.opener;
      } catch (_) {
        return null;
      }
    };
    yield* around(window);
    yield* around(opener(window));
    // A pop-up may hold the wrapper in a frame: then it is the frame's top that was opened.
    let top = null;
    try {
      top = window.top;
    } catch (_) {}
    if (top && top !== window) yield* around(opener(top));
  }

  // The API of a window and its edition; the given edition first, should there be both.
  function inWindow(window, preferred) {
    const found = [];
    for (const name of ["API", "API_1484_11"]) {
      try {
        const api = window[name];
        if (!api) continue;
        for (const [edition, { start }] of Object.entries(editions)) {
          if (isFunction(api[start])) found.push({ api, edition });
        }
      } catch (_) {
        // A window of another site lets nobody look.
      }
    }
    return found.find(({ edition }) => edition === preferred) ?? found[0];
  }

  // The nearest API, or null where there is no LMS.
  function find(preferred) {
    for (const window of windows()) {
      const found = inWindow(window, preferred);
      if (found) return new Lms(found.api, found.edition);
    }
    return null;
  }

  class Lms {
    constructor(api, edition) {
      this.api = api;
      this.edition = edition;
      this.words = editions[edition];
    }

    has(method) {
      try {
        return isFunction(this.api[this.words.prefix + method]);
      } catch (_) {
        return false;
      }
    }

    // What a method answers; undefined if there is none or it throws.
    call(method, ...parameters) {
      try {
        return this.api[this.words.prefix + method](...parameters);
      } catch (_) {
        return undefined;
      }
    }

    // What went wrong last, in the LMS's words, if it says so; "" if it says that nothing did.
    error() {
      const code = this.has("GetLastError") ? String(this.call("GetLastError") ?? "") : "";
      if (code === "" || code === "0") return "";
      const text = String(this.call("GetErrorString", code) ?? "");
      const more = String(this.call("GetDiagnostic", code) ?? "");
      return [`error ${code}`, text, more === text ? "" : more].filter(Boolean).join(", ").slice(0, 300);
    }

    // Calls a method that answers whether it could; returns why not, or "".
    try(method, ...parameters) {
      if (!this.has(method)) return `it has no ${this.words.prefix}${method}`;
      const answer = this.call(method, ...parameters);
      if (String(answer) === "true") return "";
      const error = this.error();
      if (String(answer) === "false") return error || "it gives no reason";
      // Some answer nothing at all, or with a promise; then only an error counts.
      return error;
    }

    // The value of an element; "" if the LMS has none.
    get(element) {
      const value = this.call("GetValue", element);
      return typeof value === "string" || typeof value === "number" ? String(value) : "";
    }

    set(element, value) {
      return this.try("SetValue", element, String(value));
    }

    commit() {
      // Without it the LMS keeps what is set by itself.
      return this.has("Commit") ? this.try("Commit", "") : "";
    }

    start() {
      return this.try(this.words.start.slice(this.words.prefix.length), "");
    }

    // Ends the session. Nothing is committed before it: at this time a browser lets nothing wait for a server, and the end
    // commits by itself.
    end() {
      const method = this.words.end.slice(this.words.prefix.length);
      return this.has(method) ? this.try(method, "") : this.commit();
    }
  }

  return { find };
})();
