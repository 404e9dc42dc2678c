//! What the models promise, kept natively and in WebAssembly: the same file runs on both.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod call_chain;
mod codes;
mod determinism;
mod random;
mod rpc;
mod rpc_schedules;
