//! Runs tests compiled to WebAssembly in a browser: wasm-bindgen's own runner, at the version that
//! the workspace pins. `cargo xtask test` names it to cargo as the runner.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
