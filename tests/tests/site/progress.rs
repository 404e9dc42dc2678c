//! What a reader has done: counted, kept, shown, taken along, told to a host.

use crate::demos::with_page;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Look, Reader, Server, ServerOptions, Setup, Size, reading};

const PAGE: &str = "progress.html";
const LESSON: &str = "time-causality/architectural-models-rpc/rpc-mechanics.html";
const EXERCISES: &str = "time-causality/architectural-models-rpc/exercises.html";

async fn state(reader: &Reader) -> Result<Value> {
    reader.js("return curriculum.state").await
}

/// The pure functions, with a catalogue of their own: what is wrong, in words.
const FUNCTIONS: &str = r#"
    const { score, complete, passed, pack, unpack, bestOf, merge, adds, check, empty, isRead, toRead } = curriculum;
    const wrong = [];
    const same = (what, is, should) => {
        const sorted = (v) => JSON.stringify(v, (_, x) => x && typeof x === "object" && !Array.isArray(x) ? Object.fromEntries(Object.entries(x).sort()) : x);
        if (sorted(is) !== sorted(should)) wrong.push(`${what}: ${sorted(is)} and not ${sorted(should)}`);
    };
    const lesson = (id, module, questions, gates = [], kind = "lesson") => ({ id, module, kind, title: id, demos: [`${id}-d`], questions, gates });
    const catalogue = { v: 1, id: "b", title: "B", version: "1", mastery: 80, lessons: [
        lesson("p/a", "p", [{ id: "d1/q", points: 2, kind: "choice" }, { id: "o1/open", points: 3, kind: "open" }], ["o1"]),
        lesson("p/b", "p", [{ id: "d2/q", points: 3, kind: "prediction" }]),
        lesson("r/c", "r", [{ id: "d3/q", points: 5, kind: "fill-in" }], ["s1"]),
        lesson("r/index", "r", [], [], "page"),
    ] };
    const answer = (points, of, attempts = 1, answer = "") => ({ points, of, attempts, answer });
    const state = { ...empty(), answers: { "d1/q": answer(2, 2), "d2/q": answer(1, 3), "o1/open": answer(3, 3), "gone/q": answer(9, 9) } };
    same("score of all", score(catalogue, state, null), { raw: 3, max: 10, percent: 30 });
    same("score of a module", score(catalogue, state, "p"), { raw: 3, max: 5, percent: 60 });
    same("score of nothing", score(catalogue, empty(), "none"), { raw: 0, max: 0, percent: 0 });
    // A question that is worth more now than when it was answered.
    same("rescaled", score(catalogue, { ...empty(), answers: { "d3/q": answer(1, 1) } }, "r"), { raw: 5, max: 5, percent: 100 });
    same("rounded down", score({ ...catalogue, lessons: [lesson("x", "x", [{ id: "q/q", points: 3, kind: "choice" }])] }, { ...empty(), answers: { "q/q": answer(2, 3) } }).percent, 66);
    same("complete", [complete(catalogue, { ...state, read: { "p/a": 1 } }, "p"), complete(catalogue, { ...state, read: { "p/a": 1, "p/b": 1 } }, "p"), complete(catalogue, { ...state, read: { "p/a": 1, "p/b": 1 } })], [false, true, false]);
    // A book without lessons is complete when its pages have been read, and not before anybody has opened it.
    const flat = { ...catalogue, lessons: [lesson("one", "", [], [], "page"), lesson("two", "", [], [], "page")] };
    same("nothing to do", [complete(flat, empty()), score(flat, empty()).percent, complete(flat, { ...empty(), read: { one: 1 } }), complete(flat, { ...empty(), read: { one: 1, two: 1 } })], [false, 0, false, true]);
    same("no pages", complete({ ...catalogue, lessons: [] }, empty()), false);
    same("to read", [toRead(catalogue).length, toRead(catalogue, "r").length, toRead(flat).length], [3, 1, 2]);
    // A lesson that has moved has still been read.
    const moved = { ...catalogue, moved: { "old/a": "p/a" } };
    same("moved", [isRead(moved, { ...empty(), read: { "old/a": 1 } }, "p/a"), isRead(moved, { ...empty(), read: { "old/a": 1 } }, "p/b")], [true, false]);
    same("moved, packed", unpack(moved, pack(moved, { ...empty(), read: { "old/a": 1 } }, 4096)).read, { "old/a": 1 });
    same("passed", [passed(catalogue, state, "p"), passed({ ...catalogue, mastery: 60 }, state, "p")], [false, true]);

    // Merging loses nothing, and doing it again changes nothing.
    const left = { ...empty(), answers: { "d1/q": answer(1, 2, 4, "a") }, opened: { o1: "skipped" }, notes: { o1: "one", s1: "the same" }, read: { "p/a": 1 } };
    const right = { ...empty(), answers: { "d1/q": answer(2, 2, 1, "b") }, opened: { o1: "attempt" }, notes: { o1: "two", s1: "the same, longer" }, tried: { "p/a-d": 1 } };
    const both = merge(left, right);
    same("merged", both, { v: 1, read: { "p/a": 1 }, tried: { "p/a-d": 1 }, answers: { "d1/q": answer(2, 2, 4, "b") }, opened: { o1: "attempt" }, notes: { o1: "one\n\ntwo", s1: "the same, longer" } });
    same("merged again", [merge(both, left), merge(both, right), merge(both, both)], [both, both, both]);
    // Two that tell each other what they have come to rest, whoever begins and however often.
    const note = (text) => ({ ...empty(), notes: { o1: text } });
    for (const [one, two] of [["x", "y"], ["x\n\ny", "y\n\nx"], ["x", "x\n\nz"], ["a".repeat(15000), "b".repeat(15000)], ["", "x"], ["hel", "hello"], ["x\n\ny", "y\n\nz"]]) {
        let [a, b] = [note(one), note(two)];
        for (let i = 0; i < 6; i++) { a = merge(a, b); b = merge(b, a); }
        same(`at rest: ${one.slice(0, 9)}, ${two.slice(0, 9)}`, [adds(a, b), adds(b, a)], [false, false]);
    }
    // A text that one side alone has changed since both had the same is as it is there.
    const edited = (base, one, two) => merge(note(one), note(two), note(base)).notes;
    same("edited", [edited("hello", "help", "hello"), edited("hello", "hello", "help"), edited("hello", "", "hello"), edited("hello", "help", "hell no"), edited("", "a", "b")],
        [{ o1: "help" }, { o1: "help" }, {}, { o1: "help\n\nhell no" }, { o1: "a\n\nb" }]);
    same("adds", [adds(left, left), adds(left, right), adds(both, left), adds(both, right), adds(empty(), empty())], [false, true, false, false, false]);
    same("of hostile values", [merge(null, 7), merge({ v: 2, read: { a: 1 } }, { v: 1, read: [1] })], [empty(), empty()]);
    const hostile = JSON.parse('{"v":1,"read":{"__proto__":1,"toString":1,"fine":1},"answers":{"a":{"points":3,"of":2,"attempts":1}},"notes":{"n":5},"opened":{"o":"maybe"},"tried":7}');
    same("what can be kept", check(hostile).state, { ...empty(), read: { fine: 1 } });
    same("what was wrong", check(hostile).problems.length, 6);

    // Packing, for a thousand states of chance: always within the limit, and whole if there is room.
    let seed = 1;
    const chance = (n) => { seed = Math.imul(seed, 1103515245) + 12345 & 0x7fffffff; return (seed >> 8) % n; };
    const WORDS = ["", "ab;c,d", "größer & 100 %", "日本語", "\ud83d\ude00", "a+b~!*'()", "x".repeat(300)];
    for (let round = 0; round < 1000; round++) {
        const one = empty();
        for (const { id, demos, questions, gates } of catalogue.lessons) {
            if (chance(2)) one.read[id] = 1;
            for (const demo of demos) if (chance(2)) one.tried[demo] = 1;
            for (const { id: question, points } of questions) if (chance(2)) one.answers[question] = answer(chance(points + 1), points, 1 + chance(40), WORDS[chance(7)]);
            for (const gate of gates) { if (chance(2)) one.opened[gate] = chance(2) ? "attempt" : "skipped"; if (chance(2)) one.notes[gate] = WORDS[1 + chance(6)]; }
        }
        const whole = pack(catalogue, one, 4096);
        if (!/^[ -~]*$/.test(whole)) wrong.push(`not ASCII: ${whole}`);
        same("unpacked", unpack(catalogue, whole), one);
        const limit = chance(whole.length + 2);
        const cut = pack(catalogue, one, limit);
        if (cut.length > limit) wrong.push(`${cut.length} characters where ${limit} are the most`);
        const back = unpack(catalogue, cut);
        same("nothing is made up", merge(one, back), one);
        // Points go last.
        const scoped = unpack(catalogue, pack(catalogue, one, limit, "p", 7));
        if (Object.keys(scoped.answers).includes("d3/q") && ["d1/q", "d2/q"].some((id) => one.answers[id] && !scoped.answers[id])) wrong.push("what is graded is left out before the rest");
        if (Object.keys(back.tried).length && Object.keys(back.answers).length < Object.keys(one.answers).length) wrong.push("points are left out before what was tried");
        const at = chance(Math.max(1, whole.length));
        const damaged = whole.slice(0, at) + (whole[at] === "x" ? "y" : "x") + whole.slice(at + 1);
        same("damaged", unpack(catalogue, damaged), empty());
    }
    for (const foreign of [undefined, null, 5, {}, "", "1", "1AAAAA;a", "{}", "3" + pack(catalogue, state, 99).slice(1), "2AAAAA", "1AAAAA"]) same(`foreign ${foreign}`, unpack(catalogue, foreign), empty());
    same("the score with it", [bestOf(pack(catalogue, state, 4096, null, 83)), bestOf(pack(catalogue, state, 4096)), bestOf(pack(catalogue, state, 4096, null, 100).slice(0, -1)), bestOf("")], [83, 0, 0, 0]);
    // As the first packages wrote it.
    const OLD = "1OZ_tX;akxFVi2.2.3,xrZ1D0.3.1,8D6Ll1.3.1;ryoUqX,QSiIP;oZaM13a,-Zsbps;tCKsza;wkxFVia%2Cb;n-Zsbpgr%C3%B6%C3%9Fer%3B+%26+100+%25";
    same("of the first version", unpack(catalogue, OLD), { ...empty(), read: { "p/a": 1, "r/index": 1 }, tried: { "r/c-d": 1 }, opened: { o1: "attempt", s1: "skipped" },
        notes: { s1: "größer; & 100 %" }, answers: { "d1/q": answer(2, 2, 3, "a,b"), "d2/q": answer(1, 3), "o1/open": answer(0, 3) } });
    // Half of a pair has no code.
    same("halves", unpack(catalogue, pack(catalogue, { ...empty(), notes: { o1: "\udc00a\ud83d\ude00b\ud800" } }, 4096)).notes, { o1: "\ufffda\ud83d\ude00b\ufffd" });
    // Of what has gone from the book nothing is left; what is new begins empty; the rest is as it was.
    const newer = { ...catalogue, lessons: [lesson("p/new", "p", [{ id: "new/q", points: 1, kind: "choice" }]), catalogue.lessons[1]] };
    same("of another version", unpack(newer, pack(catalogue, { ...state, read: { "p/a": 1, "p/b": 1 } }, 4096)), { ...empty(), read: { "p/b": 1 }, answers: { "d2/q": answer(1, 3) } });

    // A course of any size, and one that has grown: what was answered is answered, and nothing else.
    const course = (from, to, lessons) => {
        const all = Array.from({ length: lessons }, (_, at) => lesson(`part/module-${at % 12}/lesson-${at}`, `part/module-${at % 12}`, []));
        for (let at = from; at < to; at++) all[at % lessons].questions.push({ id: `quiz-${at % 200}/question-${at}`, points: 1, kind: "choice" });
        return { ...catalogue, lessons: all };
    };
    for (const [questions, lessons, limit] of [[1, 1, 100], [33, 5, 4096], [1000, 60, 4096], [1500, 60, 4096], [3000, 90, 64000]]) {
        const large = course(0, questions, lessons);
        const done = empty();
        for (const { id, demos, questions } of large.lessons) {
            done.read[id] = 1;
            for (const { id } of questions) done.answers[id] = answer(chance(5) ? 1 : 0, 1, 1 + chance(3));
        }
        const code = pack(large, done, limit, null, score(large, done).percent);
        if (code.length > limit) wrong.push(`${questions} questions: ${code.length} characters`);
        const back = unpack(large, code);
        same(`${questions} questions`, [score(large, back), complete(large, back), Object.keys(back.answers).length], [score(large, done), true, questions]);
        // Lessons are split, and half as many questions again come in between.
        const grown = course(0, questions * 1.5, lessons * 2 + 1);
        const later = Object.keys(unpack(grown, code).answers);
        same(`${questions} questions, grown`, later.filter((id) => !(id in done.answers)).length <= 1 && later.filter((id) => id in done.answers).length, questions);
    }
    // What does not fit: as many answers as there is room for.
    const huge = course(0, 4000, 60);
    const all = { ...empty(), answers: Object.fromEntries(huge.lessons.flatMap(({ questions }) => questions).map(({ id }) => [id, answer(0, 1)])) };
    const fits = Object.keys(unpack(huge, pack(huge, all, 4096)).answers).length;
    if (fits < 1800) wrong.push(`${fits} answers of 4000`);
    return [...new Set(wrong)].slice(0, 12);
"#;

#[tokio::test]
async fn progress_is_scored_packed_and_merged() -> Result<()> {
    with_page("progress_functions", PAGE, Look::default(), async |reader, _| {
        let wrong = reader.js(FUNCTIONS).await?;
        ensure!(wrong == json!([]), "{wrong:#}");
        // Room for every point of the real book in the smallest of LMSs.
        let length = reader
            .js("const state = curriculum.empty();
                for (const { id, demos, questions, gates } of curriculum.catalogue.lessons) {
                    state.read[id] = 1;
                    for (const demo of demos) state.tried[demo] = 1;
                    for (const { id, points } of questions) state.answers[id] = { points, of: points, attempts: 9, answer: '' };
                    for (const gate of gates) state.opened[gate] = 'attempt';
                }
                const packed = curriculum.pack(curriculum.catalogue, state, 1e6);
                const back = curriculum.unpack(curriculum.catalogue, packed);
                return ['read', 'tried', 'answers', 'opened'].every((part) => Object.keys(back[part]).length === Object.keys(state[part]).length) ? packed.length : 1e9")
            .await?
            .as_u64()
            .context("a length")?;
        ensure!(length < 4_096, "{length} characters");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_reader_does_is_counted_and_shown() -> Result<()> {
    with_page("progress_counted", EXERCISES, Look::default(), async |reader, server| {
        ensure!(state(reader).await?["read"] == json!({}), "read before its end was seen");
        let demo = reader.demo("predict-reply-lost").await?;
        ensure!(state(reader).await?["tried"] == json!({}), "scrolling past is not trying");
        demo.js("demo.querySelectorAll('.question fieldset')[0].querySelectorAll('label')[1].click();
            demo.querySelectorAll('.question fieldset')[1].querySelectorAll('label')[0].click()")
            .await?;
        demo.click_named("Commit").await?;
        let key = "predict-reply-lost";
        let expected = json!({
            "predict-reply-lost/balance": { "points": 1, "of": 1, "attempts": 1, "answer": "50.00" },
            "predict-reply-lost/caller": { "points": 0, "of": 1, "attempts": 1, "answer": "done" },
        });
        reader.until("two answers", "Object.keys(curriculum.state.answers).length === 2").await?;
        let now = state(reader).await?;
        ensure!(now["answers"] == expected && now["tried"] == json!({ key: 1 }), "{now:#}");
        reader.js("document.querySelector('article > :last-child').scrollIntoView({ behavior: 'instant' })").await?;
        reader.until("the mark in the contents", "document.querySelector('#contents [aria-current] .read-mark')?.textContent === '✓ (read)'").await?;

        reader.goto(&server.url(PAGE)).await?;
        let row = |head: &str| {
            format!("[...document.querySelectorAll('.progress-table tbody tr')].find((row) => row.querySelector('th').textContent === 'Exercises').querySelector('[data-head=\"{head}\"]').textContent.trim()")
        };
        reader.until("the page is read", &format!("{} === '✓ read'", row("Read"))).await?;
        let text = async |head: &str| reader.js(&format!("return {}", row(head))).await;
        let demos = text("Demos tried").await?;
        ensure!(demos.as_str().is_some_and(|demos| demos.starts_with("1 of ")), "{demos}");
        let points = text("Points").await?;
        ensure!(points.as_str().is_some_and(|points| points.starts_with("1 of ")), "{points}");
        let found = reader.axe().await?;
        ensure!(found.is_empty(), "{found:#?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn progress_is_taken_along_and_begun_again() -> Result<()> {
    with_page("progress_file", PAGE, Look { size: Size::Smallest, ..Look::default() }, async |reader, _| {
        reader
            .js("curriculum.change((state) => { state.read['time-causality/architectural-models-rpc/rpc-mechanics'] = 1; state.notes['tcp-and-keys'] = 'mine'; })")
            .await?;
        let wide = reader.js("return document.documentElement.scrollWidth - innerWidth").await?;
        ensure!(wide.as_i64().is_some_and(|wide| wide <= 0), "the page is {wide} px too wide");
        // The link that saves would leave the page's own folder: its content is looked at instead.
        reader
            .js("window.saved = []; const make = URL.createObjectURL; URL.createObjectURL = (blob) => { blob.text().then((text) => saved.push(text)); return make.call(URL, blob); }; HTMLAnchorElement.prototype.click = function () { saved.name = this.download; }")
            .await?;
        reader.click(".progress-tools button").await?;
        reader.until("a file", "saved.length === 1 && saved.name === 'distributed-systems-progress.json'").await?;
        let file = reader.js("return JSON.parse(saved[0])").await?;
        ensure!(file["format"] == "curriculum-progress" && file["v"] == 1 && file["state"] == state(reader).await?, "{file:#}");

        let begin = ".progress-tools > button:last-of-type";
        reader.click(begin).await?;
        reader.until("a question", "document.activeElement.textContent === 'Keep it'").await?;
        reader.click(".progress-ask button:first-of-type").await?;
        reader.until("nothing is left", "localStorage['curriculum:distributed-systems'].includes('\"notes\":{}')").await?;
        reader.click(".progress-ask button").await?;
        reader.until("it is back", "curriculum.state.notes['tcp-and-keys'] === 'mine'").await?;

        // A file is checked, and what there is is not lost.
        let give = async |name: &str, text: &str, words: &str| -> Result<()> {
            reader
                .js_with(
                    "const file = new File([arguments[1]], arguments[0], { type: 'application/json' }); const list = new DataTransfer(); list.items.add(file);
                     const input = document.getElementById('progress-file'); input.files = list.files; input.dispatchEvent(new Event('change'))",
                    vec![json!(name), json!(text)],
                )
                .await?;
            reader
                .until_with(words, "document.querySelector('.progress-said').textContent.includes(arguments[0])", vec![json!(words)])
                .await
        };
        let with = |key: &str, value: Value| {
            let mut file = file.clone();
            file[key] = value;
            file.to_string()
        };
        give("a.json", "{\"a\":", "a.json was not taken. It is not a file of progress: it cannot be read as JSON").await?;
        give("b.json", "[]", "does not say “format”").await?;
        give("c.json", &with("v", json!(2)), "It is of version 2, and this book reads version 1.").await?;
        give("d.json", &with("book", json!("other")), "It belongs to another book").await?;
        let part = json!({ "v": 1, "read": { "x": "y" }, "notes": { "tcp-and-keys": "from the file" } });
        give("e.json", &with("state", part), "“read”: the entry “x” cannot be read").await?;
        reader.until("both notes", "curriculum.state.notes['tcp-and-keys'] === 'mine\\n\\nfrom the file'").await?;
        ensure!(state(reader).await?["read"] == file["state"]["read"], "what was read is lost");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_tabs_lose_nothing_of_each_other() -> Result<()> {
    with_page("progress_tabs", PAGE, Look::default(), async |reader, server| {
        let key = "curriculum:distributed-systems";
        let one = reader.driver.window().await?;
        let two = reader.driver.new_tab().await?;
        reader.driver.switch_to_window(two.clone()).await?;
        reader.goto(&server.url(PAGE)).await?;
        // One after the other.
        reader.js("curriculum.change((state) => { state.read.a = 1; })").await?;
        reader.driver.switch_to_window(one.clone()).await?;
        reader.until("what the other tab did", "curriculum.state.read.a").await?;
        reader.js("curriculum.change((state) => { state.tried.b = 1; })").await?;
        // At once: the other tab read before this one wrote, and writes after it.
        reader.driver.switch_to_window(two.clone()).await?;
        reader.until("both", "curriculum.state.tried.b").await?;
        reader
            .js(&format!(
                "const state = curriculum.state; delete state.tried.b; state.read.c = 1; localStorage.setItem('{key}', JSON.stringify(state))"
            ))
            .await?;
        let all = "((state) => state.read.a && state.tried.b && state.read.c)(JSON.parse(localStorage.getItem(arguments[0])))";
        reader.until_with("nothing is lost", all, vec![json!(key)]).await?;
        // What was begun again in one tab does not come back from the other.
        reader.js("curriculum.replace(curriculum.empty())").await?;
        reader.driver.switch_to_window(one).await?;
        reader.until("the other tab's new beginning", "Object.keys(curriculum.state.read).length === 0").await?;
        reader.js("curriculum.change((state) => { state.read.d = 1; })").await?;
        reader.driver.switch_to_window(two).await?;
        reader.until("what came after it", "curriculum.state.read.d").await?;
        let now = state(reader).await?;
        ensure!(now["read"] == json!({ "d": 1 }) && now["tried"] == json!({}), "{now:#}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn without_storage_it_works_from_memory_and_says_so() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    let refused =
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })";
    let full = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }";
    for (how, words) in [(refused, "does not let the book store anything"), (full, "storage is full")] {
        reading("progress_memory", Look::default(), async |reader| {
            reader.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": how })).await?;
            reader.goto(&server.url(PAGE)).await?;
            reader.js("curriculum.change((state) => { state.tried.x = 1; })").await?;
            reader.js("curriculum.change((state) => { state.tried.y = 1; })").await?;
            ensure!(state(reader).await?["tried"] == json!({ "x": 1, "y": 1 }), "memory forgets");
            reader
                .until_with(
                    "the page says so",
                    "document.querySelector('#my-progress .progress-notice').textContent.includes(arguments[0])",
                    vec![json!(words)],
                )
                .await?;
            reader.ensure_quiet(PAGE).await
        })
        .await?;
    }
    Ok(())
}

/// A host that frames a lesson, hears it, and answers only when asked to by the test.
fn host(url: &str) -> String {
    format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Host</title></head><body>
<iframe id="frame" src="{url}" title="Book" width="1000" height="700"></iframe><iframe id="stranger" title="Stranger"></iframe>
<script>
window.heard = [];
addEventListener("message", ({{ source, data }}) => {{ if (source === frame.contentWindow && data?.curriculum === 1) heard.push(data); }});
window.say = (data) => frame.contentWindow.postMessage(data, "*");
</script></body></html>"#
    )
}

#[tokio::test]
async fn a_page_in_a_frame_tells_its_host_and_no_stranger() -> Result<()> {
    let setup = Setup::find()?;
    let site = Server::start(&setup.site, ServerOptions::default()).await?;
    let pages = vec![("/host/book.html".to_owned(), host(&site.url(EXERCISES)))];
    let options = ServerOptions { pages, base: "/none/".into(), ..ServerOptions::default() };
    let other = Server::start(&setup.site, options).await?;
    reading("progress_host", Look::default(), async |reader| {
        reader.goto(&format!("{}/host/book.html", other.foreign_origin())).await?;
        reader.until("hello", "heard.some((message) => message.type === 'hello' && message.page.endsWith('/exercises') && message.title)").await?;
        let inside = async |script: &str| -> Result<Value> {
            reader.driver.enter_frame(0).await?;
            let value = reader.js(script).await;
            reader.driver.enter_default_frame().await?;
            value
        };
        // What a reader does before the host has spoken waits for it; nobody else gets it.
        let answer = |question: &str| {
            format!("document.querySelector('.demo').dispatchEvent(new CustomEvent('demo-answer', {{ bubbles: true, detail: {{ id: 'f', question: '{question}', answer: 'a', correct: true, attempt: 1, points: 2, of: 3, right: 'b', kind: 'choice' }} }}))")
        };
        inside(&answer("early")).await?;
        ensure!(reader.js("return heard.length").await? == json!(1), "told before the host has spoken");
        // Hostile and malformed messages: another version, another type, no state, from another window.
        reader
            .js("const good = { curriculum: 1, type: 'state', state: { v: 1, read: { stranger: 1 } } };
                for (const bad of [{ ...good, curriculum: 2 }, { ...good, type: 'steal' }, { ...good, state: { v: 9 } }, { ...good, state: 'x' }, 'state', null]) say(bad);
                const script = stranger.contentDocument.createElement('script');
                script.textContent = `parent.frames[0].postMessage(${JSON.stringify(good)}, '*')`;
                stranger.contentDocument.body.append(script)")
            .await?;
        ensure!(inside("return curriculum.kept.where").await? == json!("device"), "a stranger was believed");
        reader.js("say({ curriculum: 1, type: 'state', state: { v: 1, read: { 'from/host': 1 }, tried: { bad: 'x' } } })").await?;
        reader.until("progress", "heard.some(({ type, state }) => type === 'progress' && state.read['from/host'] && state.answers['f/early'])").await?;
        reader.until("the early answer", "heard.some(({ type, question }) => type === 'answer' && question === 'early')").await?;
        inside(&answer("late")).await?;
        reader.until("the late answer", "heard.some(({ type, question }) => type === 'answer' && question === 'late')").await?;
        let told = reader.js("return heard.find(({ question }) => question === 'late')").await?;
        ensure!(
            told == json!({ "curriculum": 1, "type": "answer", "id": "f", "question": "late", "kind": "choice", "answer": "a", "right": "b",
                "correct": true, "points": 2, "of": 3, "attempt": 1 }),
            "{told:#}"
        );
        // The host keeps it, and this device has nothing of the host's.
        ensure!(inside("return curriculum.kept.where").await? == json!("host"), "no host");
        ensure!(inside("return localStorage['curriculum:distributed-systems'].includes('from/host')").await? == json!(false), "the host's state is on the device");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_page_knows_its_lesson_and_every_question_is_in_the_catalogue() -> Result<()> {
    with_page("progress_catalogue", LESSON, Look::default(), async |reader, _| {
        ensure!(reader.js("return curriculum.lesson").await? == json!(LESSON.trim_end_matches(".html")), "another lesson");
        let lost = reader
            .js("const known = new Set(curriculum.catalogue.lessons.flatMap(({ questions }) => questions.map(({ id }) => id)));
                return [...document.querySelectorAll('[data-question]')]
                    .map((one) => `${one.closest('.demo, details[data-question]').id}/${one.dataset.question}`).filter((id) => !known.has(id))")
            .await?;
        ensure!(lost == json!([]), "not in the catalogue: {lost}");
        let twice = reader
            .js("const ids = curriculum.catalogue.lessons.flatMap(({ questions }) => questions.map(({ id }) => id)); return ids.filter((id, at) => ids.indexOf(id) !== at)")
            .await?;
        ensure!(twice == json!([]), "twice: {twice}");
        Ok(())
    })
    .await
}
