//! What the models promise, kept natively and in WebAssembly: the same file runs on both.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod beside;
mod codes;
mod conduct;
mod determinism;
mod distribution;
mod edge;
mod lab;
mod microservices;
mod overlay;
mod peer_to_peer;
mod sample;
mod servers;
mod super_peers;
mod swarm;
mod tiers;
mod worlds;
