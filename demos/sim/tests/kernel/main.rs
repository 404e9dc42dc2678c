//! The kernel's promises, kept natively and in WebAssembly: the same file runs on both.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod agenda;
mod determinism;
mod faults;
mod network;
mod peers;
mod queue;
mod replay;
mod rng;
mod time;

use proptest::test_runner::{Config, RngSeed};

/// So many random cases, the same ones at every run and on both targets: what fails once can be
/// looked at again. (WebAssembly has neither entropy nor files to keep failures in.)
fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..Config::default() }
}
