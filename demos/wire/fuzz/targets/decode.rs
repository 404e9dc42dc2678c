//! Bytes as a message of several schemas, by the rules of either runtime.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use wire::{
    decode::{self, Runtime, decode, explain},
    encode::encode_as,
    reader,
};

fuzz_target!(|data: &[u8]| {
    let Some((schema, id, bytes)) = common::choose(data) else { return };
    for runtime in [Runtime::Mainstream, Runtime::Prost] {
        let decoded = decode(schema, id, bytes, runtime);

        // The pieces lie side by side, from the first byte to the last, or to the error.
        let mut end = 0;
        for piece in &decoded.pieces {
            assert_eq!(piece.at.start, end, "pieces side by side");
            assert!(piece.at.end > end, "no empty piece");
            end = piece.at.end;
            explain(schema, bytes, piece);
        }
        assert!(end <= bytes.len());

        // Without the pieces it is the same.
        let parsed = decode::parse(schema, id, bytes, runtime);
        if let Some(error) = &decoded.error {
            assert_eq!(parsed.as_ref().err(), Some(error));
            assert!(error.at.start <= error.at.end && error.at.end <= bytes.len());
            assert!(end <= error.at.start, "pieces up to the error");
            decode::explain_error(bytes, error);
        } else {
            assert_eq!(end, bytes.len(), "no byte is left out");
            assert!(parsed.is_ok_and(|parsed| common::same(schema, id, &parsed, &decoded.message)));

            // What goes out is read as the same, and goes out the same.
            let again = encode_as(schema, id, &decoded.message, runtime);
            let read = decode(schema, id, &again, runtime);
            assert_eq!(read.error, None, "what is written can be read");
            assert!(common::same(schema, id, &read.message, &decoded.message), "what is written is read as the same");
            assert_eq!(encode_as(schema, id, &read.message, runtime), again);
        }
    }
    // All that is seen of it grows with the nesting, and is shown of short messages only.
    if bytes.len() < 200 {
        let view = reader::view(schema, id, bytes, Runtime::Mainstream);
        assert_eq!(view.seen.len(), schema.messages[id].fields.len());
        assert_eq!(view.passed_on.is_some(), view.decoded.error.is_none());
    }
});
