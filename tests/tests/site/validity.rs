//! html-validate over the whole output.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use site_tests::{Setup, summary};

#[tokio::test]
async fn every_page_is_valid_html() -> Result<()> {
    let setup = Setup::find()?;
    let program = setup.node_modules.join("html-validate/bin/html-validate.mjs");
    ensure!(program.is_file(), "{} is missing: `cargo xtask test` installs it", program.display());
    // Into a file: it ends before a pipe has taken more than 64 KiB, and a report holds whole pages.
    std::fs::create_dir_all(&setup.artifacts)?;
    let report = setup.artifacts.join("html-validate.json");
    let output = tokio::process::Command::new("node")
        .arg(program)
        .arg("--config")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("htmlvalidate.json"))
        .arg("--formatter")
        .arg(format!("json={}", report.display()))
        .args(setup.pages()?)
        .current_dir(&setup.site)
        .output()
        .await
        .context("cannot start node: `cargo xtask test` installs it or says how")?;
    let reports: Value = serde_json::from_slice(&std::fs::read(&report).unwrap_or_default())
        .with_context(|| format!("html-validate failed: {}", String::from_utf8_lossy(&output.stderr)))?;
    let mut findings = Vec::new();
    for report in reports.as_array().context("html-validate printed no list")? {
        let page = Path::new(report["filePath"].as_str().unwrap_or_default());
        let page = page.strip_prefix(&setup.site).unwrap_or(page);
        for message in report["messages"].as_array().into_iter().flatten() {
            let text = message["message"].as_str().unwrap_or_default();
            let rule = message["ruleId"].as_str().unwrap_or_default();
            let place = format!("{}:{}:{} {}", page.display(), message["line"], message["column"], message["selector"]);
            findings.push((format!("{rule}: {text}"), place));
        }
    }
    ensure!(findings.is_empty() && output.status.success(), "{}", summary(&findings));
    Ok(())
}
