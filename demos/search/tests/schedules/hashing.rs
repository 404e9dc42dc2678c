//! The result depends neither on the hash function nor on how often the search pauses.

use crate::common::{all_calls, label};
use search::{Explorer, Tally};
use std::hash::{BuildHasherDefault, DefaultHasher};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn fingerprints_by_another_hash_function_find_the_same() {
    for calls in all_calls() {
        let mut fast = Explorer::new(calls, 3);
        let mut sip = Explorer::with_hasher(calls, 3, BuildHasherDefault::<DefaultHasher>::default());
        assert!(!fast.advance(u64::MAX) && !sip.advance(u64::MAX));
        assert_eq!(fast.tally(), sip.tally(), "{}", label(&calls, 3));
        // Two states with one fingerprint would be one state less under one of the two.
        assert_eq!((fast.states(), fast.steps()), (sip.states(), sip.steps()), "{}", label(&calls, 3));
    }
}

#[test]
fn a_search_that_pauses_finds_the_same() {
    for calls in all_calls() {
        let results = [1, 100, u64::MAX].map(|events| {
            let mut explorer = Explorer::new(calls, 2);
            let mut counted = 0;
            while explorer.advance(events) {
                assert!(explorer.tally().is_none(), "there is a result before the end");
                assert!(explorer.schedules() >= counted, "the count goes back");
                counted = explorer.schedules();
            }
            assert_eq!(explorer.tally().map(Tally::schedules), Some(explorer.schedules()));
            (explorer.tally().cloned(), explorer.states(), explorer.steps())
        });
        assert!(results.iter().all(|result| *result == results[0]), "{}", label(&calls, 2));
    }
}
