//! A record in six encodings, through what a reader does with it.

use crate::demos::with_example;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use site_tests::{Demo, Look, Reader, Size};
use thirtyfour::Key;

/// The demo of the reference page.
const ID: &str = "example-encodings";

/// Reads the demo's embed page, with `run` in the address if it is not empty.
async fn with_encodings(
    name: &str,
    run: &str,
    look: Look,
    test: impl AsyncFnOnce(&Reader, Demo<'_>) -> Result<()>,
) -> Result<()> {
    with_example(name, ID, run, look, test).await
}

/// Waits until exactly these parts are lit, row by row.
async fn until_lit(demo: &Demo<'_>, rows: [&str; 6]) -> Result<()> {
    let lit = "[...demo.querySelectorAll('.enc-bytes')].map((row) => \
               [...row.querySelectorAll('.lit')].map((part) => part.textContent).join(' | '))";
    demo.until(&format!("{rows:?} lit"), &format!("JSON.stringify({lit}) === {}", Value::from(json!(rows).to_string())))
        .await
}

/// The id in all six encodings.
const THE_ID: [&str; 6] =
    ["22 69 64 22 | 3a | 34 32", "a2 | 69 64 | 2a", "62 | 69 64 | 18 | 2a", "10 | 2a", "15 | 54", "54"];

#[tokio::test]
async fn a_part_a_field_and_a_key_light_up_the_same_in_all_six() -> Result<()> {
    with_encodings("encodings_light", "", Look::default(), async |reader, demo| {
        demo.click(".enc-row:nth-child(4) .enc-part:nth-child(5)").await?;
        until_lit(&demo, THE_ID).await?;
        demo.until_text(".now", "Protocol Buffers, byte 9, id: value. 42 fits seven bits").await?;
        demo.until_text(".enc-row:nth-child(1) .enc-name", "7 for id").await?;
        // The row has the keyboard now.
        reader.press(Key::Left).await?;
        demo.until_text(".now", "2 << 3 | 0 = 16 = 0x10").await?;
        until_lit(&demo, THE_ID).await?;
        // The next row begins at the same field.
        reader.press(Key::Tab).await?;
        demo.until_text(".now", "Thrift compact, byte 8, id").await?;
        reader.press(Key::End).await?;
        demo.until_text(".now", "the struct ends").await?;
        until_lit(&demo, [""; 6]).await?;
        // What is chosen is told to those who hear it, too.
        let chosen = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))";
        demo.until("the stop byte chosen", &format!("{chosen}.getAttribute('aria-selected') === 'true'")).await?;
        demo.click(".enc-field:nth-child(2) input").await?;
        until_lit(&demo, THE_ID).await?;
        demo.until_text(".now", "id = 42. Bytes for it: 7 JSON, 4 MessagePack, 5 CBOR, 2 Protocol Buffers").await
    })
    .await
}

#[tokio::test]
async fn other_values_have_other_bytes_and_sizes() -> Result<()> {
    with_encodings("encodings_values", "", Look::default(), async |_, demo| {
        let size = async |row: usize, bytes: &str| {
            demo.until_text(&format!(".enc-row:nth-child({row}) .enc-name"), bytes).await
        };
        demo.set("input[type=number]", "-1").await?;
        size(4, "27 bytes").await?;
        size(5, "19 bytes").await?;
        demo.set("input[type=number]", "2147483648").await?;
        demo.until_text(".misfit", "stays at -1").await?;
        demo.click_named("nothing but defaults").await?;
        size(4, "0 bytes").await?;
        demo.until_text(".enc-row:nth-child(4)", "no bytes at all").await?;
        demo.until("nothing to complain about", "!demo.querySelector('.misfit *')").await?;
        demo.click_named("Back to the page’s record").await?;
        // One record: a file of Avro's has the schema all the same.
        demo.set(".enc-sizes input", "0").await?;
        let smallest = "[...demo.querySelectorAll('.enc-chart .number')].map((it) => it.textContent)[5]";
        demo.until("a file larger than the record", &format!("parseInt({smallest}) > 200")).await?;
        demo.set(".enc-form input[type=range]", "200").await?;
        size(6, "405 bytes").await?;
        size(1, "430 bytes").await?;
        demo.until_text(".enc-row:nth-child(6)", "more").await
    })
    .await
}

#[tokio::test]
async fn a_link_holds_the_record() -> Result<()> {
    with_encodings("encodings_link", "2~encodings~n.Zo-xeb-~-7~e.~5", Look::default(), async |reader, demo| {
        demo.until_text(".enc-sizes .panel-title", "5 records").await?;
        demo.until_text(".enc-row:nth-child(6) .enc-bytes", "08 5a 6f c3 ab 0d 00").await?;
        let values = demo.js("return [...demo.querySelectorAll('.enc-field input')].map((it) => it.value)").await?;
        ensure!(values == json!(["Zoë", "-7", ""]), "{values}");
        // Asking for the clipboard also lets the page write to it.
        reader.clipboard().await.ok();
        demo.click_named("Copy link to this run").await?;
        demo.until_text(".copied", "Link copied").await?;
        let link = reader.clipboard().await?;
        ensure!(link.ends_with("?run=2~encodings~n.Zo-xeb-~-7~e.~5"), "{link}");
        Ok(())
    })
    .await?;
    with_encodings("encodings_damaged_link", "2~encodings~n.Zo", Look::default(), async |_, demo| {
        demo.until_text(".notice", "the page's own record").await
    })
    .await
}

#[tokio::test]
async fn on_the_smallest_phone_the_words_are_in_sight_and_nothing_is_too_wide() -> Result<()> {
    let look = Look { size: Size::Smallest, reduced_motion: true, ..Look::default() };
    with_encodings("encodings_phone", "", look, async |reader, demo| {
        demo.set(".enc-form input[type=range]", "200").await?;
        demo.click(".enc-row:nth-child(2) .enc-part:nth-child(2)").await?;
        demo.until_text(".now", "MessagePack, byte 2").await?;
        demo.until(
            "the words within the window",
            "(() => { const dock = demo.querySelector('.enc-dock').getBoundingClientRect();
                return dock.top >= 0 && dock.bottom <= innerHeight + 1; })()",
        )
        .await?;
        let wide = reader.js("return document.documentElement.scrollWidth - innerWidth").await?;
        ensure!(wide.as_i64().context("a width")? <= 0, "the page is {wide} px wider than the screen");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn bytes_are_shown_as_text_and_what_is_counted_adds_up() -> Result<()> {
    with_encodings("encodings_text", "", Look::default(), async |_, demo| {
        demo.click(".choice label:nth-of-type(2) input").await?;
        demo.until_text(".enc-row:nth-child(1) .enc-bytes", "Alice").await?;
        demo.until_text(".enc-row:nth-child(4) .enc-bytes", "Alice").await?;
        // A number stays in hex where it is none in text.
        demo.until_text(".enc-row:nth-child(6) .enc-bytes", "54").await?;
        demo.click(".choice label:nth-of-type(1) input").await?;
        demo.until_text(".enc-row:nth-child(1) .enc-bytes", "41 6c 69 63 65").await?;
        demo.click("details.figure-events > summary").await?;
        let sums = demo
            .js("return [...demo.querySelectorAll('.enc-counted tbody')].map((body) => {
                     const number = (cell) => Number(cell.textContent.replaceAll(',', ''));
                     const [whole, ...rows] = body.rows;
                     const parts = [...rows].filter((row) => row.cells.length === 4);
                     const sum = parts.reduce((sum, row) => sum + number(row.cells[3]), 0);
                     return [sum, number(whole.cells[1])];
                 })")
            .await?;
        let sums = sums.as_array().context("sums")?;
        ensure!(sums.len() == 6 && sums.iter().all(|pair| pair[0] == pair[1] && pair[0] != json!(0)), "{sums:?}");
        // What stands below is the builder's, and still there.
        demo.until("all schemas", "demo.querySelectorAll('.enc-needs .enc-schema').length === 3").await?;
        demo.until_text(".enc-needs", "the writer’s schema, and its own").await?;
        demo.until("the shapes", "demo.querySelectorAll('.enc-legend li').length === 4").await
    })
    .await
}
