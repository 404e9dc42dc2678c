//! html-validate over the whole output.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use site_tests::Setup;

#[tokio::test]
async fn every_page_is_valid_html() -> Result<()> {
    let setup = Setup::find()?;
    let program = setup.node_modules.join("html-validate/bin/html-validate.mjs");
    ensure!(program.is_file(), "{} is missing: `cargo xtask test` installs it", program.display());
    let output = tokio::process::Command::new("node")
        .arg(program)
        .arg("--config")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("htmlvalidate.json"))
        .args(["--formatter", "text"])
        .args(setup.pages()?)
        .current_dir(&setup.site)
        .output()
        .await
        .context("cannot start node: `cargo xtask test` installs it or says how")?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    ensure!(output.status.success(), "{said}");
    Ok(())
}
