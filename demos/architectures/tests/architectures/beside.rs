//! Runs beside one another: what is the same under another architecture, and what can be laid over what.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use architectures::live::{Action, Run};

fn run(name: &str, knobs: &[(&str, u64)], actions: &[&str]) -> Run {
    let mut run = Run::new(architectures::find(name).expect(name));
    for (knob, value) in knobs {
        run.settings.set(run.settings.place(knob).expect(knob), *value);
    }
    run.seconds = 30;
    let actions = actions.iter().map(|text| Action::parse(run.model, &run.settings, text).expect("an action"));
    run.actions = actions.collect();
    run
}

fn words(run: &Run, under: &str) -> String {
    run.under(architectures::find(under).expect(under)).words(run)
}

#[test]
fn only_what_is_the_same_is_called_so() {
    let twelve = [("users", 12), ("load", 6)];
    let down = ["at 10 s stop server", "at 20 s restart server"];
    let server = run("client-server", &twelve, &down);
    assert_eq!(
        words(&server, "peer-to-peer"),
        "The same workload. Done here too: at 10 s stop peer-1; at 20 s restart peer-1."
    );
    // Requests here, a file there; and nothing fails on either side.
    let calm = run("client-server", &twelve, &[]);
    assert_eq!(words(&calm, "swarm"), "Not the same workload; without an equal: Load (6 /s), File (100 MB).");
    assert_eq!(words(&calm, "multi-tier"), "The same workload.");
    assert_eq!(
        words(&run("swarm", &[], &[]), "client-server"),
        "Not the same workload; without an equal: Load (8 /s), File (100 MB)."
    );
    // As many as the other can have are not as many.
    let crowd = run("client-server", &[("users", 1_000_000), ("load", 6)], &[]);
    assert_eq!(words(&crowd, "edge"), "Not the same workload; without an equal: Clients (1,000,000).");
    let cut = run("client-server", &twelve, &["at 5 s cut client-1 - server", "at 10 s stop server"]);
    assert_eq!(
        words(&cut, "edge"),
        "The same workload. Done here too: at 10 s stop cloud. Not done here, for want of an equal: at 5 s cut client-1 \
         - server."
    );
}

#[test]
fn runs_of_one_scenario_are_near_and_others_are_not() {
    let six = run("client-server", &[("load", 6)], &[]);
    assert!(six.is_near(&six));
    assert!(six.is_near(&run("client-server", &[("load", 6)], &["at 10 s stop server"])));
    assert!(six.is_near(&run("client-server", &[("load", 12)], &[])));
    let crowd = [("users", 10_000), ("load", 20_000), ("workers", 60)];
    assert!(!six.is_near(&run("client-server", &crowd, &[])));
    assert!(!six.is_near(&run("multi-tier", &[], &[])));
    // Longer, and measured in the same windows; then in others.
    let longer = |seconds| Run { seconds, ..six.clone() };
    assert!(six.is_near(&longer(60)));
    assert!(!six.is_near(&longer(600)));
    assert_eq!((six.windows(), longer(600).windows()), (30, 120));
}
