//! The site against the list of browsers that it is made for, `.browserslistrc`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use site_tests::{Setup, summary};
use wasmparser::{Validator, WasmFeatures};

/// What the modules may use of WebAssembly beyond its first version; `browsers.mjs` holds the same list against MDN's data.
/// The types of functions' results and references come with Rust's standard library.
const FEATURES: WasmFeatures = WasmFeatures::WASM1
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES);

#[tokio::test]
async fn no_page_script_or_style_sheet_uses_what_an_old_browser_lacks() -> Result<()> {
    let setup = Setup::find()?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = tokio::process::Command::new("node")
        .arg(here.join("tests/site/browsers.mjs"))
        .args([&setup.node_modules, &setup.site])
        .arg(here.parent().context("the package lies in the repository")?)
        .output()
        .await
        .context("cannot start node: `cargo xtask test` installs it or says how")?;
    let findings: Vec<(String, String)> = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("browsers.mjs failed: {}", String::from_utf8_lossy(&output.stderr)))?;
    ensure!(findings.is_empty(), "{}", summary(&findings));
    Ok(())
}

#[test]
fn no_module_uses_what_an_old_browser_lacks() -> Result<()> {
    let setup = Setup::find()?;
    let modules: Vec<_> = setup.files()?.into_iter().filter(|file| file.ends_with(".wasm")).collect();
    ensure!(!modules.is_empty(), "the site has no module");
    for module in modules {
        let bytes = std::fs::read(setup.site.join(&module))?;
        Validator::new_with_features(FEATURES)
            .validate_all(&bytes)
            .with_context(|| format!("{module} needs a younger browser than the list's"))?;
    }
    Ok(())
}
