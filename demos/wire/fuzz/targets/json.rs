//! Text as protobuf JSON of several schemas.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use wire::json;

fuzz_target!(|data: &[u8]| {
    let Some((schema, id, text)) = common::choose(data) else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    match json::read(schema, id, text) {
        Ok(message) => {
            assert_eq!(message.unknown, [], "JSON has no unknown fields");
            let again = json::write(schema, id, &message);
            let read = json::read(schema, id, &again).expect("what is written can be read");
            assert!(common::same(schema, id, &read, &message), "what is written is read as the same");
            assert_eq!(json::write(schema, id, &read), again);
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "a refusal has a reason");
            for problem in problems {
                let _ = &text[problem.at];
                assert!(problem.line >= 1 && problem.column >= 1 && !problem.message.is_empty());
            }
        }
    }
});
