//! The wire lab, through what a reader does with it.

use crate::demos::with_example;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Demo, Look, Reader, Server, ServerOptions, Setup, Size, reading};
use thirtyfour::Key;

/// The demo of the reference page: a coupon for an old server.
const PAGE: &str = "embed/example-wire-lab.html";
const ID: &str = "example-wire-lab";

/// Reads the page, with `run` in the address if it is not empty.
async fn with_lab(
    name: &str,
    run: &str,
    look: Look,
    test: impl AsyncFnOnce(&Reader, Demo<'_>) -> Result<()>,
) -> Result<()> {
    with_example(name, ID, run, look, test).await
}

/// Types another text into one of the text fields: `writer`, `reader` or `value`.
async fn type_into(demo: &Demo<'_>, which: &str, text: &str) -> Result<()> {
    let script = format!(
        "const area = demo.querySelector('textarea[id$=\"-{which}\"]');
         area.value = {};
         area.dispatchEvent(new Event('input', {{ bubbles: true }}));",
        Value::from(text)
    );
    demo.js(&script).await?;
    // The first time the parser has to be fetched.
    demo.until("the text is read", "!demo.querySelector('[aria-busy]')").await
}

/// What stands in one of the text fields.
async fn typed(demo: &Demo<'_>, which: &str) -> Result<String> {
    let text = demo.js(&format!("return demo.querySelector('textarea[id$=\"-{which}\"]').value")).await?;
    text.as_str().map(str::to_owned).context("a text field")
}

/// The bytes, as the cells show them.
async fn shown(demo: &Demo<'_>) -> Result<String> {
    let text = demo
        .js("return [...demo.querySelectorAll('.wl-bytes .wl-byte')].map((it) => it.textContent).join(' ')")
        .await?;
    text.as_str().map(str::to_owned).context("bytes")
}

/// Waits until the cells show these.
async fn until_bytes(demo: &Demo<'_>, bytes: &str) -> Result<()> {
    let expression =
        format!("[...demo.querySelectorAll('.wl-bytes .wl-byte')].map((it) => it.textContent).join(' ') === '{bytes}'");
    demo.until(&format!("the bytes {bytes}"), &expression).await
}

fn schema(fields: &str) -> String {
    format!("syntax = \"proto3\";\nmessage Order {{\n{fields}\n}}\n")
}

const ORDER: &str = "0a 02 6f 31 12 03 75 34 32 1d 00 00 48 41 22 06 53 41 56 45 31 30";

#[tokio::test]
async fn a_typed_schema_is_read_and_its_mistakes_have_places() -> Result<()> {
    with_lab("wire_schema", "", Look::default(), async |_, demo| {
        until_bytes(&demo, ORDER).await?;
        demo.until_text(".wl-seen", "8 bytes kept as unknown").await?;
        demo.until_text(".wl-pair", "The same bytes go out again").await?;
        demo.until_text(".wl-pair", "coupon_code").await?;
        // A mistake has a place, and what was good stays.
        type_into(&demo, "writer", &schema("  string order_id = 1;\n  strin user_id = 2;")).await?;
        demo.until_text(".wl-problems", "4:3").await?;
        demo.until("the line marked", "demo.querySelectorAll('.wl-line.wrong').length === 1").await?;
        demo.until("the field invalid", "demo.querySelector('textarea[id$=-writer]').ariaInvalid === 'true'").await?;
        until_bytes(&demo, ORDER).await?;
        demo.until_text(".wl-now", "line 4, column 3").await?;
        // Mended, and other than before: the number 3 has another type now.
        type_into(&demo, "writer", &schema("  string order_id = 1;\n  int64 total_cents = 3;")).await?;
        type_into(&demo, "value", r#"{ "orderId": "o1", "totalCents": 1250 }"#).await?;
        until_bytes(&demo, "0a 02 6f 31 18 e2 09").await?;
        demo.until("no problems", "!demo.querySelector('.wl-problems *')").await?;
        demo.until_text(".wl-seen tr.warn", "another wire type").await?;
        demo.until_text(".wl-evolution", "loses data").await?;
        demo.until_text(".wl-runtimes", "refuses").await?;
        // The same wire type: garbage.
        type_into(&demo, "writer", &schema("  string order_id = 1;\n  fixed32 total_cents = 3;")).await?;
        until_bytes(&demo, "0a 02 6f 31 1d e2 04 00 00").await?;
        demo.until_text(".wl-seen tr.bad", "nobody wrote this").await?;
        demo.until_text(".wl-evolution", "garbage").await?;
        // A value that does not fit is told too.
        type_into(&demo, "value", "{ \"orderId\": 5 }").await?;
        demo.until_text(".wl-value .wl-problems", "1:14").await
    })
    .await
}

#[tokio::test]
async fn a_renamed_field_keeps_its_value_and_undo_brings_everything_back() -> Result<()> {
    with_lab("wire_undo", "", Look::default(), async |_, demo| {
        let before = typed(&demo, "writer").await?;
        type_into(&demo, "writer", &before.replace("coupon_code", "voucher")).await?;
        let renamed = "demo.querySelector('textarea[id$=-value]').value.includes('\"voucher\": \"SAVE10\"')";
        demo.until("the value under its new name", renamed).await?;
        until_bytes(&demo, ORDER).await?;
        demo.click_named("Undo").await?;
        demo.until("the old name", "demo.querySelector('textarea[id$=-value]').value.includes('couponCode')").await?;
        ensure!(typed(&demo, "writer").await? == before, "the schema is not as it was");
        demo.click_named("Redo").await?;
        demo.until("the new name", renamed).await?;
        demo.click_named("Back to the page").await?;
        demo.until("the page's case", "demo.querySelector('textarea[id$=-value]').value.includes('couponCode')").await
    })
    .await
}

#[tokio::test]
async fn a_byte_a_value_and_a_line_light_up_together() -> Result<()> {
    with_lab("wire_light", "", Look::default(), async |_, demo| {
        let lit = async |what: &str| {
            demo.until_text(".wl-column:first-child .wl-line.lit", what).await
        };
        // The float's bytes are 10 to 13, its tag 9.
        demo.click("[data-at=b11].wl-byte").await?;
        demo.until("five bytes lit", "demo.querySelectorAll('.wl-byte.lit').length === 5").await?;
        lit("float total = 3").await?;
        demo.until("the reader's line", "[...demo.querySelectorAll('.wl-column:last-child .wl-line.lit')].some((it) => it.textContent.includes('float total'))").await?;
        demo.until("the value's line", "[...demo.querySelectorAll('.wl-value .wl-line.lit')].some((it) => it.textContent.includes('\"total\": 12.5'))").await?;
        demo.until("the row that the reader sees", "demo.querySelector('.wl-seen tr.lit')?.textContent.includes('12.5')").await?;
        demo.until_text(".wl-told", "Byte 11").await?;
        demo.until_text(".wl-told", "12.5").await?;
        // From the form to the bytes.
        demo.click_named("Form").await?;
        demo.js("demo.querySelector('.wl-form input').focus()").await?;
        demo.until("the bytes of the first field", "[...demo.querySelectorAll('.wl-byte.lit')].map((it) => it.textContent).join(' ') === '0a 02 6f 31'").await?;
        // From a line of the schema, where the caret is.
        demo.js("const area = demo.querySelector('textarea[id$=-writer]');
                 const at = area.value.indexOf('user_id');
                 area.focus(); area.setSelectionRange(at, at);
                 area.dispatchEvent(new KeyboardEvent('keyup', { key: 'ArrowDown', bubbles: true }));")
            .await?;
        demo.until("the bytes of the second field", "[...demo.querySelectorAll('.wl-byte.lit')].map((it) => it.textContent).join(' ') === '12 03 75 34 32'").await?;
        // What the old one does not know is said to be so.
        demo.click("[data-at=b14].wl-byte").await?;
        demo.until_text(".wl-told", "To the reader:").await?;
        demo.until("hatched", "demo.querySelectorAll('.wl-bytes .wl-piece.lost').length === 3").await
    })
    .await
}

#[tokio::test]
async fn bytes_are_flipped_set_deleted_inserted_and_cut() -> Result<()> {
    let run = "2~wire~m.A~w.syntax-a-qproto3-q-s-nmessage.A.-o.int32.n-a1-s.-c~v.-o-qn-q-k150-c";
    with_lab("wire_edit", run, Look::default(), async |_, demo| {
        until_bytes(&demo, "08 96 01").await?;
        demo.click("[data-at=b1].wl-byte").await?;
        demo.click_named("Flip bit 0").await?;
        until_bytes(&demo, "08 97 01").await?;
        demo.until_text(".wl-seen", "151").await?;
        demo.until_text(".wl-now", "flip bit 0 of byte 1").await?;
        demo.set(".wl-hex input", "95").await?;
        until_bytes(&demo, "08 95 01").await?;
        demo.until_text(".wl-seen", "149").await?;
        demo.click_named("Insert before").await?;
        until_bytes(&demo, "08 00 95 01").await?;
        demo.click_named("Delete").await?;
        until_bytes(&demo, "08 95 01").await?;
        demo.click("[data-at=b2].wl-byte").await?;
        demo.click_named("Cut off from here").await?;
        until_bytes(&demo, "08 95").await?;
        demo.until_text(".wl-error", "refuses").await?;
        demo.until_text(".wl-seen", "refuses").await?;
        demo.click_named("Undo").await?;
        until_bytes(&demo, "08 95 01").await?;
        demo.click_named("Back to what was encoded").await?;
        until_bytes(&demo, "08 96 01").await?;
        demo.until("nothing wrong", "!demo.querySelector('.wl-error')").await
    })
    .await
}

#[tokio::test]
async fn the_form_sets_values_of_every_shape() -> Result<()> {
    with_lab("wire_form", "", Look::default(), async |_, demo| {
        let fields = "  message Line { string sku = 1; sint32 count = 2; }
  enum State { OPEN = 0; PAID = 1; }
  State state = 1;
  repeated int32 sizes = 2;
  optional bool gift = 3;
  map<string, Line> lines = 4;
  oneof pay { string card = 5; bytes token = 6; }";
        type_into(&demo, "value", "{}").await?;
        type_into(&demo, "writer", &schema(fields)).await?;
        demo.click_named("Form").await?;
        demo.until("a row for each field", "demo.querySelectorAll('.wl-form > .wl-row').length === 6").await?;
        demo.js("const select = demo.querySelector('.wl-form select'); select.value = '1';
                 select.dispatchEvent(new Event('change', { bubbles: true }));")
            .await?;
        until_bytes(&demo, "08 01").await?;
        demo.click_named("Add to sizes").await?;
        demo.set(".wl-form [aria-label='sizes 1']", "3").await?;
        until_bytes(&demo, "08 01 12 01 03").await?;
        demo.click_named("Set gift").await?;
        until_bytes(&demo, "08 01 12 01 03 18 00").await?;
        demo.click_named("Add to lines").await?;
        demo.set(".wl-form [aria-label='count']", "-1").await?;
        until_bytes(&demo, "08 01 12 01 03 18 00 22 09 0a 03 6b 65 79 12 02 10 01").await?;
        demo.click_named("Set card").await?;
        demo.set(".wl-form [aria-label='card']", "x").await?;
        demo.click_named("Set token").await?;
        demo.set(".wl-form [aria-label='token']", "0a ff").await?;
        // Of a oneof there is one.
        until_bytes(&demo, "08 01 12 01 03 18 00 22 09 0a 03 6b 65 79 12 02 10 01 32 02 0a ff").await?;
        demo.click_named("Remove lines 1").await?;
        demo.click_named("Make token absent").await?;
        until_bytes(&demo, "08 01 12 01 03 18 00").await?;
        // What is no number is told, and nothing has changed.
        demo.set(".wl-form [aria-label='sizes 1']", "many").await?;
        demo.until_text(".wl-value .notice", "“many” is no int32").await?;
        until_bytes(&demo, "08 01 12 01 03 18 00").await?;
        demo.click_named("JSON").await?;
        let value: Value = serde_json::from_str(&typed(&demo, "value").await?)?;
        ensure!(value == json!({ "state": "PAID", "sizes": [3], "gift": false }), "{value}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_link_brings_the_case_and_a_damaged_one_says_so() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("wire_link", Look::default(), async |reader| {
        reader.goto(&server.url(PAGE)).await?;
        let demo = reader.demo(ID).await?;
        type_into(&demo, "reader", &schema("  string order_id = 1;\n  bytes coupon_code = 4; // ünïcode")).await?;
        demo.click("[data-at=b14].wl-byte").await?;
        demo.click_named("Flip bit 1").await?;
        demo.click_named("Bits").await?;
        let bytes = shown(&demo).await?;
        reader.clipboard().await.ok();
        demo.click_named("Copy link to this run").await?;
        demo.until_text(".copied", "Link copied").await?;
        let link = reader.clipboard().await?;
        let code = link.split_once("?run=").context("a run in the link")?.1;
        ensure!(code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"~._-".contains(&byte)), "{link}");
        let run = code.split("~~").next().unwrap_or_default();
        let host = widgets::bundles::entries().iter().find(|entry| entry.name == "wire-lab").context("the lab")?;
        (host.hash_of)(run).map_err(|error| anyhow::anyhow!(error))?;
        reader.goto(&link).await?;
        let demo = reader.demo(ID).await?;
        until_bytes(&demo, &bytes).await?;
        ensure!(typed(&demo, "reader").await?.contains("// ünïcode"), "the reader's schema");
        demo.until("the byte that was chosen", "demo.querySelector('[data-at=b14].wl-byte.chosen')").await?;
        // A case too long for a link says so.
        let long = format!("{{ \"orderId\": \"{}\" }}", "x".repeat(4_000));
        type_into(&demo, "value", &long).await?;
        demo.until_text(".notice", "No link and no frame can hold this case").await?;
        demo.until("no link to copy", "demo.querySelector('.figure-menu button').disabled").await?;
        reader.goto(&server.url(&format!("{PAGE}?run=2~wire~m.Order~w.-"))).await?;
        let demo = reader.demo(ID).await?;
        demo.until_text(".notice", "stands for no character").await?;
        demo.until_text(".notice", "the page's own case").await?;
        until_bytes(&demo, ORDER).await?;
        reader.ensure_quiet("links to cases").await
    })
    .await
}

#[tokio::test]
async fn the_lab_is_worked_with_the_keyboard() -> Result<()> {
    with_lab("wire_keyboard", "", Look::default(), async |reader, demo| {
        // Tab leaves a text field.
        demo.js("demo.querySelector('textarea[id$=-writer]').focus()").await?;
        reader.press(Key::Tab).await?;
        demo.until("the focus beyond it", "!document.activeElement.matches('textarea[id$=-writer]')").await?;
        // One stop for all bytes; the arrows go from one to the next.
        demo.until("one stop", "demo.querySelectorAll('.wl-byte[tabindex=\"0\"]').length === 1").await?;
        demo.js("demo.querySelector('.wl-byte[tabindex=\"0\"]').focus()").await?;
        for (key, byte) in
            [(Key::Right, 1), (Key::Right, 2), (Key::Left, 1), (Key::End, 21), (Key::Right, 21), (Key::Home, 0)]
        {
            reader.press(key).await?;
            demo.until(
                &format!("the focus at byte {byte}"),
                &format!("document.activeElement.matches('[data-at=b{byte}].chosen[tabindex=\"0\"]')"),
            )
            .await?;
        }
        demo.until_text(".wl-told", "Byte 0").await?;
        // On to its tools.
        for _ in 0..9 {
            reader.press(Key::Tab).await?;
            let at = demo
                .js("return document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
                .await?;
            if at == json!("Flip bit 0") {
                reader.press(Key::Enter).await?;
                return demo.until("the byte flipped", "demo.querySelector('.wl-byte').textContent === '0b'").await;
            }
        }
        anyhow::bail!("Tab does not reach the tools")
    })
    .await
}

#[tokio::test]
async fn the_verdicts_witness_can_be_looked_at_and_versions_swapped() -> Result<()> {
    with_lab("wire_witness", "", Look::default(), async |_, demo| {
        demo.click_named("The number is reused").await?;
        demo.until_text(".wl-evolution", "total_cents").await?;
        demo.click_named("Show me these bytes").await?;
        demo.until_text(".wl-now", "This message shows it").await?;
        demo.click_named("Swap").await?;
        demo.until_text(".wl-direction", "The old version writes").await?;
        demo.until(
            "the old schema on the left",
            "demo.querySelector('textarea[id$=-writer]').value.includes('float total')",
        )
        .await?;
        demo.click_named("Swap").await?;
        demo.until_text(".wl-direction", "The new version writes").await
    })
    .await
}

#[tokio::test]
async fn a_prediction_hides_the_reader_until_the_answer_is_in() -> Result<()> {
    let run =
        "2~wire~m.A~w.syntax-a-qproto3-q-s-nmessage.A.-o.int32.n-a1-s.-c~r.31.9.sint32~v.-o-qn-q-k150-c~~ask.field.n";
    with_lab("wire_predict", run, Look::default(), async |_, demo| {
        demo.until_text(".question", "What does the old program see in n?").await?;
        demo.until("nothing told", "!demo.querySelector('.wl-seen, .wl-evolution, .wl-runtimes')").await?;
        demo.js("window.answers = []; demo.addEventListener('demo-answer', (event) => answers.push(event.detail))")
            .await?;
        demo.click_named("Commit").await?;
        demo.click(".question label:first-child input").await?;
        demo.click_named("Commit").await?;
        demo.until_text(".answer", "not so").await?;
        demo.until_text(".answer", "a value that nobody wrote").await?;
        demo.until_text(".wl-seen", "75").await?;
        let answers =
            demo.js("return answers.map(({ question, correct, attempt }) => [question, correct, attempt])").await?;
        ensure!(answers == json!([["field.n", false, 1]]), "{answers}");
        demo.until("the focus at the answer", "document.activeElement.matches('.answer')").await?;
        // What it showed is said below too, and not that one might change something.
        demo.until_text(".wl-now", "The reader sees n = 75").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn on_the_smallest_phone_everything_fits_and_can_be_hit() -> Result<()> {
    let look = Look { size: Size::Smallest, ..Look::default() };
    with_lab("wire_phone", "", look, async |reader, demo| {
        demo.click("[data-at=b9].wl-byte").await?;
        demo.until_text(".wl-told", "Byte 9").await?;
        demo.click_named("Form").await?;
        let wide = reader.js("return document.documentElement.scrollWidth - innerWidth").await?;
        ensure!(wide.as_i64().context("a width")? <= 0, "the page is {wide} px wider than the screen");
        let small = demo
            .js("return [...demo.querySelectorAll('.wl button, .wl input, .wl select')].filter((it) => {
                     const { width, height } = it.getBoundingClientRect();
                     return width > 0 && (width < 24 || height < 24);
                 }).map((it) => it.outerHTML.slice(0, 100))")
            .await?;
        ensure!(small == json!([]), "too small: {small}");
        Ok(())
    })
    .await
}

/// The lesson, whose labs show a part of what they could, and offer cases.
const LESSON: &str = "time-causality/architectural-models-rpc/serialization-idl.html";

#[tokio::test]
async fn a_lab_shows_what_its_author_wants_and_has_the_rest_below() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("wire_show", Look::default(), async |reader| {
        reader.goto(&server.url(LESSON)).await?;
        // Bytes only; the reader and all the rest are folded.
        let demo = reader.demo("person-bytes").await?;
        demo.until("one schema", "demo.querySelectorAll('textarea:not(.wl-more *)').length === 2").await?;
        demo.until("no reader", "!demo.querySelector('.wl-seen:not(.wl-more *)')").await?;
        demo.until("no swap", "![...demo.querySelectorAll('button')].some((it) => it.textContent === 'Swap')").await?;
        demo.until_text(".wl-more > summary", "More: what a reader sees").await?;
        demo.click(".wl-more > summary").await?;
        demo.until("the reader below", "demo.querySelector('.wl-more .wl-seen')?.checkVisibility()").await?;
        // Reader and verdicts, and nothing of runtimes.
        let demo = reader.demo("break-a-person").await?;
        demo.until("the reader", "demo.querySelector('.wl-seen:not(.wl-more *)')").await?;
        demo.until("the verdicts", "demo.querySelector('.wl-evolution:not(.wl-more *)')").await?;
        demo.until("the runtimes folded", "demo.querySelector('.wl-more .wl-runtimes')").await?;
        reader.ensure_quiet("parts of labs").await
    })
    .await
}

#[tokio::test]
async fn offered_cases_are_opened_and_say_what_comes_of_them() -> Result<()> {
    let setup = Setup::find()?;
    let server = Server::start(&setup.site, ServerOptions::default()).await?;
    reading("wire_offers", Look::default(), async |reader| {
        reader.goto(&server.url(LESSON)).await?;
        let demo = reader.demo("break-a-person").await?;
        let pressed = "[...demo.querySelectorAll('.offers [aria-pressed=true]')].map((it) => it.textContent).join()";
        for (offer, seen) in [("Add a field", "kept as unknown"), ("Reuse a number", "66"), ("Take a new number", "42")]
        {
            demo.click_named(offer).await?;
            demo.until_text(".wl-now", offer).await?;
            demo.until_text(".wl-seen", seen).await?;
            demo.until("the button pressed", &format!("{pressed} === '{offer}'")).await?;
        }
        demo.click_named("Back to the page").await?;
        demo.until("no button pressed", &format!("{pressed} === ''")).await?;
        // A schema that the compiler refuses stands there with its mistake.
        let demo = reader.demo("reserved-refuses").await?;
        demo.click_named("Use number 2 again: refused").await?;
        demo.until_text(".wl-problems", "8:16").await?;
        demo.until_text(".wl-problems", "The number 2 is reserved").await?;
        demo.until("the line marked", "demo.querySelectorAll('.wl-line.wrong').length === 1").await?;
        demo.until_text(".wl-now", "line 8, column 16").await?;
        // The last good one stays in use.
        demo.until_text(".wl-seen", "a@b.com").await?;
        reader.ensure_quiet("offers").await
    })
    .await
}
