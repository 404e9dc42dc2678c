//! Text as edits of bytes, a line each.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::edit::{Edit, apply};

fuzz_target!(|text: &str| {
    let mut edits = Vec::new();
    for line in text.lines() {
        match Edit::parse(line) {
            Ok(edit) => {
                assert_eq!(Edit::parse(&edit.to_string()), Ok(edit), "what is written is read as the same");
                edits.push(edit);
            }
            Err(error) => {
                let _ = &line[error.at];
                assert!(!error.message.is_empty());
            }
        }
    }
    let bytes = b"\x08\x96\x01\x12\x07testing";
    let mut edited = bytes.to_vec();
    for edit in &edits {
        let before = edited.clone();
        assert_eq!(edit.apply(&mut edited), edited != before, "an edit knows whether it changed anything");
    }
    assert_eq!(apply(&edits, bytes), edited);
});
