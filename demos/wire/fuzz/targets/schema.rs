//! Text as a schema.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::{
    decode::{Runtime, decode},
    schema::{Label, Schema},
};

fuzz_target!(|text: &str| {
    match Schema::parse(text) {
        Ok(schema) => {
            assert_eq!(schema.text, text);
            for (id, message) in schema.messages.iter().enumerate() {
                let whole = &text[message.span.clone()];
                assert!(whole.starts_with("message") && whole.ends_with('}'), "{whole}");
                for field in &message.fields {
                    assert_eq!(text[field.name_span.clone()], field.name);
                    assert!(message.span.start < field.span.start && field.span.end < message.span.end);
                    assert!((1..1 << 29).contains(&field.number));
                    assert!(field.oneof.is_none_or(|oneof| oneof < message.oneofs.len()));
                    if let Label::Repeated { packed: true } = field.label {
                        assert!(field.kind.packable());
                    }
                }
                assert_eq!(decode(&schema, id, &[], Runtime::Mainstream).error, None);
            }
            for one in &schema.enums {
                assert_eq!(one.values.first().map(|value| value.1), Some(0));
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "a refusal has a reason");
            for problem in problems {
                // The place is one in the text, between two characters.
                let _ = &text[problem.at];
                assert!(problem.line >= 1 && problem.column >= 1 && !problem.message.is_empty());
            }
        }
    }
});
