//! The built site in real browsers: in Chromium, and the ways of its readers in Firefox and WebKit too.
//!
//! [`Server`] serves the site as a plain static host would, [`Reader`] is a browser that reads it,
//! and [`reading`] starts one, gives it to a test, keeps a picture if the test fails, and ends it.
//!
//! `cargo xtask test` builds the site, finds the browser and says where both are by the variables
//! that [`Setup`] reads.

mod firefox;
mod reader;
mod server;
mod webkit;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

pub use reader::{Demo, Engine, Look, PATIENCE, Reader, Scheme, Size, reading};
pub use server::{Hit, Server, ServerOptions};

/// Selects a demo's picture, and no icon on one of its buttons.
pub const PICTURE: &str = "svg:has(> title)";

/// Where the site, the browser and the npm packages are.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The built site: `SITE_DIR`, or `book/`.
    pub site: PathBuf,
    /// Chromium or Chrome: `CHROMIUM`, or `chromium` on the path.
    pub chromium: String,
    /// Its ChromeDriver, of the same version: `CHROMEDRIVER`, or `chromedriver` on the path.
    pub chromedriver: String,
    /// How many times slower Chromium's processor is made: `SLOWER`, or 1.
    pub slower: f64,
    /// Firefox: `FIREFOX`, or `firefox` on the path.
    pub firefox: String,
    /// WebKit's driver: `WEBKIT_DRIVER`, or `WebKitWebDriver` on the path.
    pub webkit_driver: String,
    /// The server of the screen that WebKit draws on: `XVFB`, or `Xvfb` on the path.
    pub xvfb: String,
    /// Where axe-core and html-validate are installed: `NODE_MODULES`, or `target/npm/node_modules`.
    pub node_modules: PathBuf,
    /// Where pictures of failures go: `SITE_ARTIFACTS`, or `target/e2e`.
    pub artifacts: PathBuf,
}

/// Many findings in few lines: what they have in common, how many there are, and the first places.
/// Each finding is its kind and its place.
pub fn summary(findings: &[(String, String)]) -> String {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, place) in findings {
        places.entry(kind).or_default().push(place);
    }
    let lines = places.iter().map(|(kind, places)| {
        let more = if places.len() > 5 { "\n    …" } else { "" };
        let first: String = places.iter().take(5).map(|place| format!("\n    {place}")).collect();
        format!("{} × {kind}{first}{more}", places.len())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How many times slower `SLOWER` asks the browser to be.
fn slower() -> Result<f64> {
    let Some(value) = env::var("SLOWER").ok().filter(|value| !value.is_empty()) else {
        return Ok(1.0);
    };
    let rate = value.parse().ok().filter(|rate| (1.0..=100.0).contains(rate));
    rate.with_context(|| format!("SLOWER is {value:?}; it has to be a number from 1 to 100, such as 6"))
}

impl Setup {
    /// Reads the variables, and checks that there is a site.
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the package lies in the root of the file system")?;
        let path =
            |variable: &str, default: &str| env::var_os(variable).map_or_else(|| root.join(default), PathBuf::from);
        let program = |variable: &str, default: &str| env::var(variable).unwrap_or_else(|_| default.to_owned());
        let setup = Self {
            site: path("SITE_DIR", "book"),
            chromium: program("CHROMIUM", "chromium"),
            chromedriver: program("CHROMEDRIVER", "chromedriver"),
            slower: slower()?,
            firefox: program("FIREFOX", "firefox"),
            webkit_driver: program("WEBKIT_DRIVER", "WebKitWebDriver"),
            xvfb: program("XVFB", "Xvfb"),
            node_modules: path("NODE_MODULES", "target/npm/node_modules"),
            artifacts: path("SITE_ARTIFACTS", "target/e2e"),
        };
        ensure!(
            setup.site.join("index.html").is_file(),
            "there is no site in {}: build it with `cargo xtask build`, or run these tests by `cargo xtask test`",
            setup.site.display()
        );
        Ok(setup)
    }

    /// Every page of the site, as paths relative to it with `/`, in order.
    pub fn pages(&self) -> Result<Vec<String>> {
        let mut pages = self.files()?;
        pages.retain(|path| path.ends_with(".html"));
        ensure!(!pages.is_empty(), "{} holds no page", self.site.display());
        Ok(pages)
    }

    /// The pages that have a demo.
    pub fn pages_with_demos(&self) -> Result<Vec<String>> {
        let mut pages = Vec::new();
        for page in self.pages()? {
            if fs::read_to_string(self.site.join(&page))?.contains("data-demo=\"") {
                pages.push(page);
            }
        }
        ensure!(!pages.is_empty(), "no page of {} has a demo", self.site.display());
        Ok(pages)
    }

    /// The embed pages: one for each demo of the book.
    pub fn embed_pages(&self) -> Result<Vec<String>> {
        let mut pages = self.pages()?;
        pages.retain(|page| page.starts_with("embed/"));
        ensure!(!pages.is_empty(), "{} has no embed page", self.site.display());
        Ok(pages)
    }

    /// One embed page of each kind of demo, the one of its example, and every fifth of the others: for what the pages of
    /// the lessons, which have all demos, are asked as well.
    pub fn some_embed_pages(&self) -> Result<Vec<String>> {
        let (mut some, others): (Vec<_>, Vec<_>) =
            self.embed_pages()?.into_iter().partition(|page| page.starts_with("embed/example-"));
        some.extend(others.into_iter().step_by(5));
        Ok(some)
    }

    /// Every file of the site, as paths relative to it with `/`, in order.
    pub fn files(&self) -> Result<Vec<String>> {
        fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
            for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
                let entry = entry?;
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.file_type()?.is_dir() {
                    walk(&entry.path(), &format!("{name}/"), files)?;
                } else {
                    files.push(name);
                }
            }
            Ok(())
        }
        let mut files = Vec::new();
        walk(&self.site, "", &mut files)?;
        files.sort();
        Ok(files)
    }
}
