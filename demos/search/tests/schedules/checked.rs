//! The search against stateright on the same graph.

use crate::{
    common::{all_calls, calls, end, label},
    peer::{ENDS, Graph, KEPT},
};
use protocols::rpc::{Semantics, Transport};
use search::{Calls, Explorer};
use stateright::{Checker, Model};
use std::{collections::BTreeSet, sync::atomic::Ordering};

/// Both find the same kinds of ends, and visit the same number of states.
fn agree(calls: Calls, faults: u8) {
    let mut ours = Explorer::new(calls, faults);
    assert!(!ours.advance(u64::MAX));
    let found: BTreeSet<_> = ours.tally().into_iter().flat_map(|tally| tally.classes()).map(|(c, ..)| end(c)).collect();

    let theirs = Graph::new(calls, faults).checker().spawn_bfs().join();
    // Before anything is asked of it: to show a path it goes through the model again.
    let decisions = theirs.model().decisions.load(Ordering::Relaxed);
    let label = label(&calls, faults);
    for (end, sentence) in ENDS {
        let there = theirs.discovery(sentence).is_some();
        assert_eq!(found.contains(end), there, "{label}: {sentence}");
    }
    let kept = found.iter().all(|(_, kept)| *kept);
    assert_eq!(kept, theirs.discovery(KEPT).is_none(), "{label}: {KEPT}");

    // Theirs are ours, and besides the ends, which we class and do not keep. A broken promise makes no
    // difference: what has been discovered keeps neither from going on.
    assert_eq!(ours.states(), decisions, "{label}: states in which something can go wrong");
    assert!(theirs.unique_state_count() as u64 > decisions, "{label}: no ends");
}

#[test]
fn a_model_checker_finds_the_same_ends_and_the_same_states() {
    for calls in all_calls() {
        (0..=2).for_each(|faults| agree(calls, faults));
    }
    agree(calls(Semantics::AtMostOnceVolatile, Transport::Datagram), 3);
    agree(calls(Semantics::KeyThenMail, Transport::Stream), 3);
}
