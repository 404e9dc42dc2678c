// A session with the LMS: what the reader has done, told in its words, so that nothing of it is lost.
//
// Whatever is worth points is committed at once, and once more a little later, since an LMS may take values after it has
// said that it has them. What the LMS has is read back. A result is never made worse.
window.lmsSession = (() => {
  "use strict";

  // How long an LMS is given to take what it was told, before it is told again and then asked.
  const AGAIN = 300;
  // What is worth no points (a page read, a note) is committed with others of its kind.
  const QUIET = 1_000;

  const two = (number) => String(number).padStart(2, "0");

  // A span of milliseconds: HHHH:MM:SS.SS in SCORM 1.2, an ISO 8601 duration in 2004.
  function span(edition, milliseconds) {
    const hundredths = Math.max(0, Math.floor(milliseconds / 10));
    const seconds = Math.floor(hundredths / 100);
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const rest = two(hundredths % 100);
    return edition === "1.2" ? `${String(Math.min(h, 9999)).padStart(4, "0")}:${two(m)}:${two(s)}.${rest}` : `PT${h}H${m}M${s}.${rest}S`;
  }

  // A moment: the time of day in SCORM 1.2, ISO 8601 in 2004.
  function moment(edition, date) {
    if (edition === "1.2") return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
    return date.toISOString().replace(/\.\d+Z$/, "Z");
  }

  // A text as an identifier, which is what SCORM 2004 calls the choices of a question: letters, digits and little else.
  const identifier = (text) => text.replace(/[^A-Za-z0-9.~-]+/g, "_").slice(0, 250) || "_";

  // An answer of that kind, as the edition writes it; several choices come with `; ` between them. SCORM 1.2 knows choices only as single letters, of which a report
  // would say nothing; so there all answers are texts.
  function response(edition, kind, text) {
    const plain = text.replace(/\s+/g, " ").trim();
    if (edition === "2004" && kind === "choice") {
      return { type: "choice", of: (answer) => answer.split("; ").filter(Boolean).map(identifier).join("[,]"), text };
    }
    return { type: "fill-in", of: (answer) => answer.replace(/\s+/g, " ").trim().slice(0, 250), text: plain };
  }

  // A session of `lms` about the book of `catalogue`, or a module of it. `notice` is called whenever there is something
  // new to show; `storage` keeps a copy on the device, or is null.
  function session(lms, { catalogue, module, curriculum, storage, notice }) {
    const began = Date.now();
    const words = lms?.words;
    const edition = lms?.edition;
    const scope = module || null;
    const trouble = new Map();
    let state = curriculum.empty();
    let location = "";
    let started = false;
    let ended = false;
    // Reviewing and browsing change nothing.
    let graded = true;
    let learner = "";
    let interactions = 0;
    let sent = {};
    let last = began;
    let quiet = null;
    let again = null;
    let saved = null;

    const key = () => `curriculum-lms:${catalogue.id}:${learner}`;
    const copy = {
      read() {
        try {
          const text = storage?.getItem(key());
          return text ? curriculum.check(JSON.parse(text)).state : curriculum.empty();
        } catch (_) {
          return curriculum.empty();
        }
      },
      write() {
        try {
          storage?.setItem(key(), JSON.stringify(state));
        } catch (_) {}
      },
    };

    const complain = (what, why) => {
      if (why) trouble.set(what, why);
      else trouble.delete(what);
    };

    function start() {
      if (lms) {
        const why = lms.start();
        // An API that has been started by somebody else says so, and works.
        started = why === "" || lms.get(words.learner) !== "" || lms.get(words.entry) !== "";
        complain("start", started ? "" : why);
      }
      if (!started) {
        state = copy.read();
        notice();
        return;
      }
      learner = lms.get(words.learner);
      const mode = lms.get(words.mode);
      graded = mode !== "review" && mode !== "browse";
      const suspended = lms.get(words.suspend);
      state = curriculum.unpack(catalogue, suspended);
      location = lms.get(words.location);
      // What the device has belongs to this attempt only if there is an attempt to go on with, and to this reader only if
      // the LMS says who it is.
      const resumed = suspended !== "" || lms.get(words.entry) === "resume";
      if (learner === "") storage = null;
      if (resumed) state = curriculum.merge(state, copy.read());
      const count = parseInt(lms.get("cmi.interactions._count"), 10);
      const told = Object.values(state.answers).reduce((sum, { attempts }) => sum + attempts, 0);
      interactions = count >= 0 ? count : told;
      if (graded) {
        lms.set(words.exit, "suspend");
        tell();
        commit();
      }
      notice();
    }

    // What the LMS is to have.
    function result() {
      const score = curriculum.score(catalogue, state, scope);
      const complete = curriculum.complete(catalogue, state, scope);
      const passed = score.max > 0 && curriculum.passed(catalogue, state, scope);
      const answered = questions().some((id) => id in state.answers);
      return { ...score, complete, passed, answered };
    }
    const lessons = () => catalogue.lessons.filter((lesson) => scope === null || lesson.module === scope);
    const questions = () => lessons().flatMap(({ questions }) => questions).filter(({ kind }) => kind !== "open").map(({ id }) => id);

    // What the LMS has.
    function had() {
      if (!started) return {};
      const number = parseFloat(lms.get(`${words.score}.raw`));
      return {
        score: Number.isFinite(number) ? number : null,
        status: lms.get(words.status),
        success: words.success ? lms.get(words.success) : "",
      };
    }

    // How good a status is: none of them is replaced by a worse one.
    const rank = (status) => ["incomplete", "failed", "completed", "passed"].indexOf(status);

    const put = (element, value) => {
      const why = lms.set(element, value);
      if (why === "") sent[element] = String(value);
      return why;
    };

    // Sets everything that has to do with the result; returns why the LMS refused it, or "".
    function tell() {
      const { percent, max, complete, passed, answered } = result();
      const before = had();
      let why = "";
      const refuse = (reason) => {
        why ||= reason;
      };
      if (max > 0 && answered && !(before.score > percent)) {
        const score = words.score;
        // The bounds first: an LMS may check against them. They are optional in 1.2.
        lms.set(`${score}.min`, 0);
        lms.set(`${score}.max`, 100);
        refuse(put(`${score}.raw`, percent));
        if (edition === "2004") refuse(put(`${score}.scaled`, percent / 100));
      }
      if (edition === "1.2") {
        let status = "incomplete";
        if (passed) status = "passed";
        else if (complete) status = max > 0 ? "failed" : "completed";
        // The LMS makes "failed" of every score below mastery when a session ends, and a later session may go on.
        const worse = rank(before.status) > rank(status) && before.status !== "failed";
        if (!worse) refuse(put(words.status, status));
      } else {
        if (before.status !== "completed") refuse(put(words.status, complete ? "completed" : "incomplete"));
        if (max > 0 && (passed || complete) && before.success !== "passed") refuse(put(words.success, passed ? "passed" : "failed"));
      }
      complain("score", why);
      complain("work", put(words.suspend, curriculum.pack(catalogue, state, words.limit)));
      if (location) lms.set(words.location, location);
      lms.set(words.time, span(edition, Date.now() - began));
      return why;
    }

    function commit() {
      clearTimeout(quiet);
      quiet = null;
      const why = lms.commit();
      complain("commit", why);
      if (trouble.size === 0) saved = new Date();
    }

    // Tells the LMS once more and then asks what it has, since it may have answered before it did.
    function tellAgain() {
      clearTimeout(again);
      again = setTimeout(() => {
        if (ended) return;
        tell();
        commit();
        notice();
        again = setTimeout(check, AGAIN);
      }, AGAIN);
    }

    function check() {
      again = null;
      if (ended || trouble.has("score")) return;
      const now = had().score;
      const wanted = parseFloat(sent[`${words.score}.raw`]);
      // One that gives nothing back may still have it.
      if (Number.isFinite(wanted) && now !== null && now < wanted) {
        complain("score", `it was told ${wanted}, and says ${now}`);
      }
      notice();
    }

    // Whether the LMS is to be told of anything.
    const telling = () => started && graded && !ended;

    // The reader's state as the book has it.
    function progress(other) {
      const before = JSON.stringify(state);
      const earlier = result();
      state = curriculum.merge(state, other);
      if (JSON.stringify(state) === before) return;
      copy.write();
      const now = result();
      if (telling()) {
        const counts = now.percent !== earlier.percent || now.complete !== earlier.complete || now.answered !== earlier.answered;
        if (counts) {
          tell();
          commit();
          tellAgain();
        } else {
          quiet ??= setTimeout(() => {
            quiet = null;
            if (!telling()) return;
            tell();
            commit();
            notice();
          }, QUIET);
        }
      }
      notice();
    }

    // An answer, as an interaction. Open questions are told too; they have no right answer.
    function answer({ id, question, kind, answer, right, correct, points, of, attempt }) {
      const name = `${id}/${question}`;
      const other = curriculum.empty();
      other.answers[name] = { points, of, attempts: attempt, answer };
      state = curriculum.merge(state, other);
      copy.write();
      const now = Date.now();
      if (telling()) {
        const at = `cmi.interactions.${interactions}`;
        const { type, of: written, text } = response(edition, kind, answer);
        // Not every LMS has interactions: what it does not take of them is no loss to the reader.
        if (lms.set(`${at}.id`, name.slice(0, 250)) === "") {
          interactions += 1;
          lms.set(`${at}.type`, type);
          lms.set(`${at}.${edition === "1.2" ? "time" : "timestamp"}`, moment(edition, new Date(now)));
          if (right && kind !== "open") lms.set(`${at}.correct_responses.0.pattern`, written(right));
          lms.set(`${at}.weighting`, of);
          lms.set(`${at}.${edition === "1.2" ? "student_response" : "learner_response"}`, written(text));
          const wrong = edition === "1.2" ? "wrong" : "incorrect";
          lms.set(`${at}.result`, kind === "open" ? "neutral" : correct ? "correct" : wrong);
          lms.set(`${at}.latency`, span(edition, now - last));
        }
        tell();
        commit();
        tellAgain();
      }
      last = now;
      notice();
    }

    // The page that is open, to come back to.
    function place(page) {
      location = page.slice(0, 250);
      if (telling()) lms.set(words.location, location);
    }

    // The end. What the book has done since it was last heard is in `other`.
    function end(other) {
      if (ended) return;
      if (other) state = curriculum.merge(state, other);
      copy.write();
      if (telling()) tell();
      clearTimeout(quiet);
      clearTimeout(again);
      ended = true;
      if (started) lms.end();
    }

    return {
      start,
      progress,
      answer,
      place,
      end,
      // Tells the LMS everything once more.
      retry() {
        if (!started) start();
        if (telling()) {
          tell();
          commit();
          tellAgain();
        }
        notice();
      },
      get state() {
        return state;
      },
      get location() {
        return location;
      },
      // All that there is to show.
      get report() {
        const { raw, max, percent, complete, passed, answered } = result();
        const read = lessons().filter(({ kind }) => kind === "lesson");
        const asked = questions();
        return {
          lms: started,
          found: lms !== null,
          graded,
          raw,
          max,
          percent,
          complete,
          passed,
          answered,
          read: read.filter(({ id }) => id in state.read).length,
          lessons: read.length,
          answers: asked.filter((id) => id in state.answers).length,
          questions: asked.length,
          had: had(),
          waiting: quiet !== null || again !== null,
          saved,
          trouble: [...trouble],
        };
      },
    };
  }

  return { session, span, moment, identifier };
})();
