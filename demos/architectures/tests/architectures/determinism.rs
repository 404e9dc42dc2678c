use crate::worlds;
use sim::TraceHash;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

// A fingerprint that changes by accident is a bug: links that people shared would show another run.
// After a change on purpose, copy the new value from the failure and raise `sim::code::VERSION`,
// so that old links say that they are old. Natively and in the browser the values are these alone.

#[test]
fn random_runs_of_every_architecture_are_the_same_on_every_machine() {
    let hashes = architectures::ALL.iter().map(|model| {
        let mut all = TraceHash::default();
        for number in 0..10 {
            let live = worlds::played(&worlds::random(model, number, false), &[u32::MAX / 2], 50_000);
            all.text(&live.world().hash().to_string());
        }
        format!("{} {all}", model.name)
    });
    assert_eq!(
        hashes.collect::<Vec<_>>(),
        [
            "client-server c8c73c2dc219edfe",
            "peer-to-peer 5680be031b43764e",
            "swarm 6fe79ab8231e1ef1",
            "multi-tier f9afb7c3f2dbf7ac",
            "super-peers c07ae07c534a0250",
            "edge 3a44e569f428cdd7",
            "microservices 518bbd8494bd4bdc",
        ]
    );
}

#[test]
fn the_runs_that_the_lessons_begin_with_are_the_same_on_every_machine() {
    let live = |code| architectures::finished(architectures::run_of(code).expect(code)).world().hash().to_string();
    let systems = [
        "2~client-server",
        "2~client-server~at.10.s.stop.server~at.20.s.restart.server",
        "2~client-server~servers.3~at.20.s.set.load.to.40",
    ];
    assert_eq!(systems.map(live), ["17740bc586f17e04", "34ea1e2c6e4557fb", "666bae39c084023b"]);
}
