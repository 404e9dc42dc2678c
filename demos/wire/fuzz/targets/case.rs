//! Text as the code of a link to the lab, with all that the lab works out of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::case::Case;

fuzz_target!(|text: &str| {
    let code = if text.starts_with('2') { text.to_owned() } else { format!("2~wire~m.M~w.-P{text}") };
    let Ok(case) = Case::from_code(&code) else { return };
    if case.fits_a_link() {
        assert_eq!(Case::from_code(&case.code()).as_ref(), Ok(&case), "what is written is read as the same");
    }
    let outcome = case.outcome(None);
    for side in [&outcome.writer, &outcome.reader] {
        assert_eq!(side.stale, !side.problems.is_empty());
        assert!(side.root < side.schema.messages.len());
    }
    assert_eq!(outcome.view.passed_on.is_some(), outcome.view.decoded.error.is_none());
    // What was worked out already is taken over.
    let again = case.outcome(Some(&outcome));
    assert_eq!((again.bytes, again.changes), (outcome.bytes, outcome.changes));
});
