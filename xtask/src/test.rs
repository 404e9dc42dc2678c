//! `test`: everything that has to hold.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::{
    fuzz,
    project::Project,
    run,
    site::{self, Site, Stale},
    tools,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// The crates whose tests also run in the browser.
const IN_THE_BROWSER: [&str; 6] = ["sim", "architectures", "protocols", "search", "wire", "widgets"];

/// What to test.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Run only the tests whose name contains this; no lints, no fuzzing
    filter: Option<String>,
    /// Run only this part
    #[arg(long, value_enum)]
    only: Option<Part>,
}

/// A part of the tests, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting, clippy and rustdoc, warnings being errors
    Lints,
    /// Unit, property, snapshot and documentation tests on this machine
    Host,
    /// The wire codec with random input, a short while
    Fuzz,
    /// The demos' tests compiled to WebAssembly, in a browser
    Wasm,
    /// The built site in Chromium, axe-core and html-validate; what readers do most in Firefox and WebKit too
    Site,
    /// The packages: their schemas, and what they tell SCORM runtimes in a browser
    Lms,
}

/// `cargo xtask test`
pub fn command(project: &Project, options: &Options) -> Result<()> {
    let filter = options.filter.as_deref();
    let wanted = |part| {
        let whole = matches!(part, Part::Lints | Part::Fuzz);
        options.only.is_none_or(|only| only == part) && !(whole && filter.is_some())
    };
    site::ensure_target()?;
    // First of all, so that whoever lacks something hears of it before the long part.
    let pages = wanted(Part::Site) || wanted(Part::Lms);
    let browser = if wanted(Part::Wasm) || pages { Some(tools::browser()?) } else { None };
    let engines =
        if wanted(Part::Site) { Some(Engines { firefox: tools::firefox()?, webkit: tools::webkit()? }) } else { None };
    if let Some(engines) = &engines {
        engines.tell_lacking();
    }
    let node_modules = if pages { Some(tools::node_modules(project)?) } else { None };
    let lms = if wanted(Part::Lms) { Some(tools::lms(project)?) } else { None };
    if wanted(Part::Fuzz) && !cfg!(windows) {
        tools::cpp()?;
    }
    let oracle = if wanted(Part::Host) { Some(tools::oracle(project)?) } else { None };

    if wanted(Part::Lints) {
        lints(project)?;
    }
    if let Some(oracle) = oracle {
        host(project, &oracle, filter)?;
    }
    if wanted(Part::Fuzz) {
        heading("random input");
        fuzz::test(project)?;
    }
    if let Some(browser) = browser.as_ref().filter(|_| wanted(Part::Wasm)) {
        wasm(project, browser, filter)?;
    }
    if let (Some(browser), Some(node_modules)) = (browser, node_modules) {
        let site = built_site(project)?;
        if let Some(engines) = engines {
            heading("the site in browsers");
            // Once more, beside the tests that it is about.
            engines.tell_lacking();
            let mut test = in_the_browser(project, &browser, &node_modules, &site, "site", filter);
            engines.add_to(&mut test);
            run::run(&mut test, "the site in browsers")?;
        }
        if let Some(python) = lms {
            heading("the packages in SCORM runtimes");
            let mut test = in_the_browser(project, &browser, &node_modules, &site, "lms", filter);
            test.env("LMS_PYTHON", python).env("BUILDER", project.program("mdbook-demos"));
            run::run(&mut test, "the packages in SCORM runtimes")?;
        }
    }
    Ok(())
}

fn lints(project: &Project) -> Result<()> {
    heading("formatting");
    run::run(project.cargo("fmt").args(["--all", "--check"]), "formatting (`cargo fmt --all` mends it)")?;

    heading("clippy");
    let mut clippy = project.cargo("clippy");
    clippy.args(["--workspace", "--all-targets", "--features=widgets/ssr", "--", "--deny=warnings"]);
    run::run(&mut clippy, "clippy")?;

    heading("clippy, WebAssembly");
    let mut clippy = project.cargo("clippy");
    clippy.args(in_wasm()).args(["--lib", "--tests", "--examples", "--", "--deny=warnings"]);
    run::run(&mut clippy, "clippy, WebAssembly")?;

    heading("documentation");
    let mut doc = project.cargo("doc");
    doc.args(["--workspace", "--no-deps", "--document-private-items", "--features=widgets/ssr"]);
    run::run(doc.env("RUSTDOCFLAGS", "--deny=warnings"), "documentation")
}

fn host(project: &Project, oracle: &Path, filter: Option<&str>) -> Result<()> {
    heading("tests on this machine");
    let mut test = project.cargo("test");
    test.args(["--workspace", "--exclude=site-tests", "--features=widgets/ssr"]).args(filter);
    // Without it, as in a plain `cargo test`, what compares with Google's protobuf is skipped.
    test.env("WIRE_ORACLE_PYTHON", oracle);
    run::run(&mut test, "tests on this machine")
}

fn wasm(project: &Project, browser: &tools::Browser, filter: Option<&str>) -> Result<()> {
    heading("tests in WebAssembly");
    // Without the rest of the package: the browser tests are compiled when their turn comes.
    let mut build = project.cargo("build");
    run::run(build.args(["--package=site-tests", "--bin=wasm-test-runner"]), "the test runner")?;

    // The runner reads this for how to start the browser.
    let file = project.target.join("webdriver.json");
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ];
    let capabilities = json!({ "goog:chromeOptions": { "binary": browser.chromium, "args": arguments } });
    fs::write(&file, capabilities.to_string()).with_context(|| format!("cannot write {}", file.display()))?;

    let mut test = project.cargo("test");
    test.args(in_wasm()).args(["--lib", "--tests"]).args(filter);
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", project.program("wasm-test-runner"));
    test.env("WASM_BINDGEN_TEST_ONLY_WEB", "1");
    test.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &file);
    test.env("WASM_BINDGEN_TEST_TIMEOUT", "900").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "180");
    test.env("RUST_LIB_BACKTRACE", "0");
    for other in ["GECKODRIVER", "SAFARIDRIVER", "MSEDGEDRIVER"] {
        test.env_remove(other).env_remove(format!("{other}_REMOTE"));
    }
    test.env("CHROMEDRIVER", &browser.chromedriver).env_remove("CHROMEDRIVER_REMOTE");
    run::run(&mut test, "tests in WebAssembly")
}

/// The crates and features that are compiled for the browser.
fn in_wasm() -> impl Iterator<Item = String> {
    let packages = IN_THE_BROWSER.map(|package| format!("--package={package}"));
    packages.into_iter().chain(["--features=widgets/hydrate", "--target", TARGET].map(str::to_owned))
}

/// The browsers that only some tests need; a machine need not have them.
struct Engines {
    firefox: Result<PathBuf, String>,
    webkit: Result<tools::WebKit, String>,
}

impl Engines {
    /// Says which are lacking, and what to do.
    fn tell_lacking(&self) {
        let lacking = [("Firefox", self.firefox.as_ref().err()), ("WebKit", self.webkit.as_ref().err())];
        for (engine, why) in lacking.into_iter().filter_map(|(engine, why)| Some((engine, why?))) {
            eprintln!("{} nothing is tested in {engine}: {why}", run::paint("1;33", "note:"));
        }
    }

    /// Tells the tests where they are, and leaves out the tests of those that are not there.
    fn add_to(&self, test: &mut Command) {
        test.arg("--");
        match &self.firefox {
            Ok(firefox) => test.env("FIREFOX", firefox),
            Err(_) => test.args(["--skip", "engines::firefox::"]),
        };
        match &self.webkit {
            Ok(webkit) => test.env("WEBKIT_DRIVER", &webkit.driver).env("XVFB", &webkit.xvfb),
            Err(_) => test.args(["--skip", "engines::webkit::"]),
        };
    }
}

/// Builds the site that the last parts are about.
fn built_site(project: &Project) -> Result<Site> {
    heading("the site");
    // Not into book/, which may be served meanwhile.
    let artifacts = artifacts(project);
    fs::create_dir_all(&artifacts).with_context(|| format!("cannot make {}", artifacts.display()))?;
    let options = site::Options { release: true, base_url: None };
    let site = Site::new(project.clone(), options, artifacts.join("site"));
    site.compile(Stale { modules: true, builder: true })?;
    site.write()?;
    Ok(site)
}

/// Where the tests in a browser leave what they make.
fn artifacts(project: &Project) -> PathBuf {
    project.target.join("e2e")
}

/// The tests `name` of the built site, last of all: their closing lines are those of the whole.
fn in_the_browser(
    project: &Project,
    browser: &tools::Browser,
    node_modules: &Path,
    site: &Site,
    name: &str,
    filter: Option<&str>,
) -> Command {
    let mut test: Command = project.cargo("test");
    test.args(["--package=site-tests", "--test", name]).args(filter);
    test.env("SITE_DIR", &site.out).env("SITE_ARTIFACTS", artifacts(project)).env("NODE_MODULES", node_modules);
    // Errors say where they come from; a backtrace of a runtime says less and hides it.
    test.env("RUST_LIB_BACKTRACE", "0");
    test.env("CHROMIUM", &browser.chromium).env("CHROMEDRIVER", &browser.chromedriver);
    test
}

fn heading(text: &str) {
    eprintln!("\n{}", run::paint("1", &format!("━━ {text} ━━")));
}
