//! What the search says, held against slower ways to the same: natively and in WebAssembly, but for the
//! model checker that runs natively only.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod brute;
mod common;
mod counts;
mod hashing;
mod lesson;
mod million;
mod smallest;

// The model checker has threads.
#[cfg(not(target_arch = "wasm32"))]
mod checked;
#[cfg(not(target_arch = "wasm32"))]
mod peer;
#[cfg(not(target_arch = "wasm32"))]
mod untimed;
