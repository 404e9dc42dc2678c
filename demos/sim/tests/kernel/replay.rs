use crate::peers::{Peer, fault, start};
use proptest::prelude::*;
use sim::{Duration, MessageId, NodeId, Replay, Simulation, Time, TraceHash};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

type Flight = (MessageId, u8, Time, Option<Time>);

/// Everything that a picture of a moment could show.
fn picture(run: &Simulation<Peer>) -> (Time, TraceHash, Vec<Flight>, Vec<Peer>, Vec<bool>) {
    let flights = run.in_flight().iter().map(|m| (m.envelope.id, m.copy, m.arrives, m.lost)).collect();
    let up = (0..run.processes().len() as u32).map(|id| run.is_up(NodeId(id))).collect();
    (run.now(), run.observer().hash(), flights, run.processes().to_vec(), up)
}

proptest! {
    #![proptest_config(crate::cases(100))]

    #[test]
    fn scrubbing_to_a_moment_equals_running_to_it(
        seed: u64,
        faults in prop::collection::vec(fault(), 0..4),
        every in 5_000u64..200_000,
        visits in prop::collection::vec(0u64..600_000, 1..8),
    ) {
        let mut replay = Replay::new(start(seed, faults.clone()), Duration::from_micros(every));
        for visit in visits.into_iter().map(Time::from_micros) {
            let mut run = start(seed, faults.clone());
            run.run_until(visit);
            prop_assert_eq!(picture(replay.seek(visit)), picture(&run));
            prop_assert_eq!(picture(replay.now()), picture(&run));
        }
    }
}

#[test]
fn a_checkpoint_may_fall_on_the_moment_itself() {
    let mut replay = Replay::new(start(1, vec![]), Duration::from_millis(100));
    for visit in [100, 100, 200, 0, 300, 100, 99, 101].map(Time::from_millis) {
        let mut run = start(1, vec![]);
        run.run_until(visit);
        assert_eq!(picture(replay.seek(visit)), picture(&run), "{visit}");
    }
}
