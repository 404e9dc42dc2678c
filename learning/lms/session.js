// A session with the LMS: what the reader has done, told in its words, so that nothing of it is lost.
//
// Whatever is worth points is committed at once, and the result once more a little later, since an LMS may take values after
// it has said that it has them. What the LMS has is read back. A result is never made worse, and one session does not
// overwrite what another has: it joins what the others on this device have done, and says nothing where nothing was done.
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

  // An answer of that kind, as the edition writes it; several choices come with `; ` between them. SCORM 1.2 knows choices
  // only as single letters, of which a report would say nothing; so there all answers are texts.
  function response(edition, kind, text) {
    const plain = text.replace(/\s+/g, " ").trim();
    if (edition === "2004" && kind === "choice") {
      return { type: "choice", of: (answer) => answer.split("; ").filter(Boolean).map(identifier).join("[,]"), text };
    }
    return { type: "fill-in", of: (answer) => answer.replace(/\s+/g, " ").trim().slice(0, 250), text: plain };
  }

  // A session of `lms` about the book of `catalogue`, or a module of it. `notice` is called whenever there is something
  // new to show, `joined` when another session's doings have been added; `storage` keeps a copy on the device, or is
  // null; `address` tells this package from others.
  function session(lms, { catalogue, module, curriculum, storage, address, notice, joined }) {
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
    // What the LMS was told last, by element; what of it is to be told once more; whether it was told of
    // anything that was done in this session.
    let sent = {};
    const fresh = new Set();
    let told = false;
    // The best score that this attempt has ever had. A book that grows has more points to get, a resume may have lost some.
    let best = 0;
    let last = began;
    let quiet = null;
    let again = null;
    let saved = null;

    // ---- Other sessions of this attempt, on this device

    const key = () => `curriculum-lms:${catalogue.id}:${learner}`;
    // What the book, the copy on the device and another session were last known to have: their texts are told apart by it.
    let agreed = curriculum.empty();
    let copied = curriculum.empty();
    let heard = curriculum.empty();
    // A copy that an earlier attempt has left, as it was when this one began.
    let stale = null;
    let resumed = false;

    const copy = {
      text() {
        try {
          return storage?.getItem(key()) ?? null;
        } catch (_) {
          return null;
        }
      },
      // What the copy has of this attempt; null if nothing. An attempt that goes on begins with whatever the device has of
      // this reader (`any`); otherwise only what a session of the same package has written since counts.
      read(any = false) {
        const text = copy.text();
        if (text === null || text === stale) return null;
        try {
          const found = JSON.parse(text);
          return any || found.address === address ? curriculum.check(found).state : null;
        } catch (_) {
          return null;
        }
      },
      // Puts in what the copy does not have. Notes in another order are the same ones: two sessions that each wrote
      // theirs would never come to rest.
      write() {
        const there = copy.read();
        const notes = (of) => JSON.stringify(Object.entries(of.notes).sort());
        if (there && !curriculum.adds(there, state) && notes(there) === notes(state)) return;
        try {
          storage?.setItem(key(), JSON.stringify({ ...state, address }));
          copied = state;
        } catch (_) {
          // There is no room, or it is not allowed; other windows still hear.
          storage = null;
        }
      },
      // Takes what others have written; returns whether that was anything.
      join(any = false) {
        const there = copy.read(any);
        if (!there) return false;
        const news = join(there, copied);
        copied = there;
        return news;
      },
    };

    function join(other, base) {
      const before = JSON.stringify(state);
      // Whoever lacks a text need not have taken it out.
      state = curriculum.merge(state, { ...other, notes: { ...state.notes, ...other.notes } }, base);
      return JSON.stringify(state) !== before;
    }

    // Keeps what there is, together with what others have kept.
    function keep() {
      if (!graded) return;
      if (copy.join()) joined?.();
      copy.write();
      tellOthers({ state });
    }

    let channel = null;
    function tellOthers(message) {
      try {
        channel?.postMessage(message);
      } catch (_) {}
    }

    // Sessions that are open at the same time hear each other, even where the device keeps nothing; but not where the LMS
    // does not say whose they are: the other may be another student's.
    function listen() {
      if (channel || learner === "" || typeof BroadcastChannel !== "function") return;
      try {
        channel = new BroadcastChannel(`${key()}:${address}`);
        channel.onmessage = ({ data }) => hear(data);
        tellOthers({ hello: true });
      } catch (_) {
        // Frames without an origin may have none.
      }
    }

    function hear(message) {
      if (!telling() || typeof message !== "object" || message === null) return;
      if (message.hello) tellOthers({ state });
      // Every session reports all answers, since the LMS may keep the report of the session that ends last.
      if (message.answer) report(message.answer);
      if (message.state) {
        const other = curriculum.check(message.state).state;
        // Texts come by the copy, where there is one.
        const news = join(storage ? { ...other, notes: {} } : other, heard);
        heard = other;
        copy.write();
        if (news) tellLater();
      }
    }

    // The copy on the device has been written by another session.
    function others() {
      if (!telling()) return;
      const news = copy.join();
      copy.write();
      if (news) tellLater();
    }

    // Another session has done something: the LMS gets it from this one too, which may be the last that it hears.
    function tellLater() {
      joined?.();
      later();
      notice();
    }

    // ---- The session

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
        // What this device has may be another student's where an LMS knows them apart.
        if (!lms) copy.join(true);
        notice();
        return;
      }
      learner = lms.get(words.learner);
      const mode = lms.get(words.mode);
      graded = mode !== "review" && mode !== "browse";
      const suspended = lms.get(words.suspend);
      const known = curriculum.unpack(catalogue, suspended);
      location = lms.get(words.location);
      // What the device has belongs to this attempt only if there is an attempt to go on with, and to this reader only if
      // the LMS says who it is.
      resumed = suspended !== "" || lms.get(words.entry) === "resume";
      if (learner === "") storage = null;
      if (!resumed) stale = copy.text();
      state = curriculum.merge(known, state);
      copy.join(resumed);
      best = Math.min(100, Math.max(0, curriculum.bestOf(suspended), Math.floor(had().score ?? 0)));
      const count = parseInt(lms.get("cmi.interactions._count"), 10);
      const answers = Object.values(state.answers).reduce((sum, { attempts }) => sum + attempts, 0);
      interactions = count >= 0 ? count : answers;
      if (graded) {
        lms.set(words.exit, "suspend");
        // The LMS is told that an attempt has begun. One that goes on is its own business, unless it lacks something:
        // another session may be ahead of this one, and what is told here could take its place.
        if (!resumed || curriculum.adds(known, state) || [...wanted()].some(([element, value]) => lacks(element, value))) {
          tell();
          commit();
          // Nothing has been done yet.
          told = false;
        }
        copy.write();
        listen();
      }
      notice();
    }

    // Whether the LMS does not give a value back.
    function lacks(element, value) {
      const has = lms.get(element);
      return has !== String(value) && !(has !== "" && Number(has) === value);
    }

    // What the LMS is to have.
    function result() {
      const score = curriculum.score(catalogue, state, scope);
      const complete = curriculum.complete(catalogue, state, scope);
      // Points may have been lost on the way, and questions added to the book; the score is never less than it was.
      const percent = score.max > 0 ? Math.max(score.percent, best) : score.percent;
      const passed = score.max > 0 && percent >= catalogue.mastery;
      const answered = percent > 0 || questions().some((id) => id in state.answers);
      return { ...score, percent, complete, passed, answered };
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

    // Whether the LMS does not tell what it has of the score or of the status.
    function silent() {
      if (!started) return {};
      const { score, status } = had();
      return { score: `${words.score}.raw` in sent && score === null, status: words.status in sent && status === "" };
    }

    // How good a status is: none of them is replaced by a worse one.
    const rank = (status) => ["incomplete", "failed", "completed", "passed"].indexOf(status);

    // Tells the LMS a value, unless it has been told the same before; returns why it refused it, or "".
    const put = (element, value) => {
      const text = String(value);
      if (sent[element] === text) return "";
      const why = lms.set(element, text);
      if (why === "") sent[element] = text;
      fresh.add(element);
      return why;
    };

    // The result as elements and values, in the order in which they are told: the score last. A result that is worse than
    // what the LMS has is none.
    function wanted() {
      const { percent, max, complete, passed, answered } = result();
      const before = had();
      const out = new Map();
      if (edition === "1.2") {
        let status = "incomplete";
        if (passed) status = "passed";
        else if (complete) status = max > 0 ? "failed" : "completed";
        // The LMS makes "failed" of every score below mastery when a session ends, and a later session may go on.
        const worse = rank(before.status) > rank(status) && before.status !== "failed";
        if (!worse) out.set(words.status, status);
      } else {
        if (before.status !== "completed") out.set(words.status, complete ? "completed" : "incomplete");
        if (max > 0 && (passed || complete) && before.success !== "passed") out.set(words.success, passed ? "passed" : "failed");
      }
      if (max > 0 && answered && !(before.score > percent)) {
        if (edition === "2004") out.set(`${words.score}.scaled`, percent / 100);
        out.set(`${words.score}.raw`, percent);
      }
      return out;
    }

    // Tells what has changed: the work, then the result.
    function tell() {
      told = true;
      const { max, percent } = result();
      if (max > 0) best = percent;
      complain("work", put(words.suspend, curriculum.pack(catalogue, state, words.limit, scope, best)));
      if (location) put(words.location, location);
      const values = wanted();
      if (values.has(`${words.score}.raw`)) {
        // The bounds first: an LMS may check against them. They are optional in 1.2.
        put(`${words.score}.min`, 0);
        put(`${words.score}.max`, 100);
      }
      let why = "";
      for (const [element, value] of values) why = put(element, value) || why;
      complain("score", why);
    }

    // The time is told with whatever is told last: on its own it is not worth a message to the server.
    function tellTime() {
      lms.set(words.time, span(edition, Date.now() - began));
    }

    function commit() {
      clearTimeout(quiet);
      quiet = null;
      const why = lms.commit();
      complain("commit", why);
      if (trouble.size === 0) saved = new Date();
    }

    // Tells the LMS the result once more, and then asks what it has, since it may have answered before it did.
    function tellAgain() {
      clearTimeout(again);
      again = setTimeout(() => {
        if (ended) return;
        for (const element of wanted().keys()) if (fresh.has(element)) delete sent[element];
        tellTime();
        tell();
        commit();
        fresh.clear();
        notice();
        again = setTimeout(check, AGAIN);
      }, AGAIN);
    }

    function check() {
      again = null;
      if (ended || trouble.has("score")) return;
      const now = had().score;
      const asked = parseFloat(sent[`${words.score}.raw`]);
      // One that gives nothing back may still have it.
      if (Number.isFinite(asked) && now !== null && now < asked) {
        delete sent[`${words.score}.raw`];
        complain("score", `it was told ${asked}, and says ${now}`);
      }
      notice();
    }

    // Tells what is not urgent, with whatever else comes in the meantime.
    function later() {
      quiet ??= setTimeout(() => {
        quiet = null;
        if (!telling()) return;
        tellTime();
        tell();
        commit();
        notice();
      }, QUIET);
    }

    // Whether the LMS is to be told of anything.
    const telling = () => started && graded && !ended;

    // The reader's state as the book has it. A text that the book has changed since it was last heard is as it is there.
    function fromBook(other) {
      state = curriculum.merge(state, other, agreed);
      agreed = curriculum.check(other).state;
    }

    function progress(other) {
      const before = JSON.stringify(state);
      const earlier = result();
      fromBook(other);
      if (JSON.stringify(state) === before) return;
      keep();
      const now = result();
      if (telling()) {
        const counts = now.percent !== earlier.percent || now.complete !== earlier.complete || now.answered !== earlier.answered;
        if (counts) {
          tell();
          commit();
          tellAgain();
        } else later();
      }
      notice();
    }

    // An answer, as an interaction. Open questions are told too; they have no right answer.
    function answer(message) {
      const { id, question, answer, points, of, attempt } = message;
      const other = curriculum.empty();
      // What is written to an open question is its note already.
      other.answers[`${id}/${question}`] = { points, of, attempts: attempt, answer: message.kind === "open" ? "" : answer };
      state = curriculum.merge(state, other);
      keep();
      const now = Date.now();
      const timed = { ...message, at: now, took: now - last };
      tellOthers({ answer: timed });
      if (telling()) {
        report(timed);
        tell();
        commit();
        tellAgain();
      }
      last = now;
      notice();
    }

    function report({ id, question, kind, answer, right, correct, of, at, took }) {
      const place = `cmi.interactions.${interactions}`;
      const { type, of: written, text } = response(edition, kind, answer);
      // Not every LMS has interactions: what it does not take of them is no loss to the reader.
      if (lms.set(`${place}.id`, `${id}/${question}`.slice(0, 250)) !== "") return;
      interactions += 1;
      lms.set(`${place}.type`, type);
      lms.set(`${place}.${edition === "1.2" ? "time" : "timestamp"}`, moment(edition, new Date(at)));
      if (right && kind !== "open") lms.set(`${place}.correct_responses.0.pattern`, written(right));
      lms.set(`${place}.weighting`, of);
      lms.set(`${place}.${edition === "1.2" ? "student_response" : "learner_response"}`, written(text));
      const wrong = edition === "1.2" ? "wrong" : "incorrect";
      lms.set(`${place}.result`, kind === "open" ? "neutral" : correct ? "correct" : wrong);
      lms.set(`${place}.latency`, span(edition, took));
    }

    // The page that is open, to come back to.
    function place(page) {
      const text = page.slice(0, 250);
      if (text === location) return;
      location = text;
      if (!telling()) return;
      put(words.location, location);
      told = true;
    }

    // The end. What the book has done since it was last heard is in `other`.
    function end(other) {
      if (ended) return;
      const before = JSON.stringify(state);
      if (other) fromBook(other);
      keep();
      const live = telling();
      if (live && (told || JSON.stringify(state) !== before)) {
        tellTime();
        tell();
      }
      clearTimeout(quiet);
      clearTimeout(again);
      ended = true;
      channel?.close();
      // An LMS sends all that it has of a session when that ends. Where nothing was told that is what there was when it
      // began, and would replace what another session has told since, on another device perhaps.
      if (started && (told || !live)) lms.end();
    }

    return {
      start,
      progress,
      answer,
      place,
      end,
      others,
      // Whether that is the name of this session's copy on the device.
      isCopy: (name) => name === key(),
      // Tells the LMS everything once more.
      retry() {
        if (!started) start();
        if (telling()) {
          sent = {};
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
        const read = curriculum.toRead(catalogue, scope);
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
          read: read.filter(({ id }) => curriculum.isRead(catalogue, state, id)).length,
          lessons: read.length,
          // What they are called: a book without lessons has pages.
          pages: read[0]?.kind === "lesson" ? "lesson" : "page",
          answers: asked.filter((id) => id in state.answers).length,
          questions: asked.length,
          had: had(),
          // What was told and the LMS gives nothing back of.
          mute: silent(),
          waiting: quiet !== null || again !== null,
          saved,
          trouble: [...trouble],
        };
      },
    };
  }

  return { session, span, moment, identifier };
})();
