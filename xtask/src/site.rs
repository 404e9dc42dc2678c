//! `build`: the demos' modules, the builder, then the book.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{licences, project::Project, run};

const TARGET: &str = "wasm32-unknown-unknown";

/// What to build.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// Optimise the demos' modules for readers: small, but slower to compile
    #[arg(long)]
    pub release: bool,
    /// Where the site will be published, for canonical links and embed codes
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

/// `cargo xtask build`
pub fn command(project: &Project, options: &Options) -> Result<()> {
    let start = Instant::now();
    let out = project.book();
    let site = Site::new(project.clone(), options.clone(), out);
    ensure_target()?;
    site.compile(Stale { modules: true, builder: true })?;
    site.write()?;
    eprintln!("built {} in {:.1} s", project.short(&site.out).display(), start.elapsed().as_secs_f64());
    Ok(())
}

/// What has to be compiled before the book can be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stale {
    /// The demos' WebAssembly modules.
    pub modules: bool,
    /// The builder, into which the demos are linked too.
    pub builder: bool,
}

/// One way of building the site.
pub struct Site {
    project: Project,
    options: Options,
    /// The folder with `book.toml`.
    root: PathBuf,
    /// Where the finished site goes.
    pub out: PathBuf,
}

impl Site {
    /// The site of `project`, to be written to `out`.
    pub fn new(project: Project, options: Options, out: PathBuf) -> Self {
        let root = project.root.clone();
        Self { project, options, root, out }
    }

    /// The site of another book with the builder and the demos of `project`: of the book at `root`.
    pub fn of_book(project: Project, options: Options, root: PathBuf, out: PathBuf) -> Self {
        Self { project, options, root, out }
    }

    /// Compiles what is stale; both at the same time if both are. With the modules, what they are made of is listed.
    pub fn compile(&self, stale: Stale) -> Result<()> {
        if stale.modules {
            licences::write(&self.project)?;
        }
        match stale {
            Stale { modules: true, builder: true } => {
                run::side_by_side(("builder", self.builder()), ("modules", self.modules()?))
            }
            Stale { modules: true, builder: false } => run::run(&mut self.modules()?, "modules"),
            Stale { modules: false, builder: true } => run::run(&mut self.builder(), "builder"),
            Stale { modules: false, builder: false } => Ok(()),
        }
    }

    /// Writes the book with the compiled builder. If it fails, what was written before stays.
    pub fn write(&self) -> Result<()> {
        let mut command = Command::new(self.project.program("mdbook-demos"));
        command.current_dir(&self.project.root).env("CARGO_TARGET_DIR", &self.project.target);
        command.arg("build").arg("--root").arg(&self.root).arg("--wasm").arg(self.wasm()).arg("--out").arg(&self.out);
        command.arg("--licences").arg(licences::file(&self.project)?);
        if self.options.release {
            command.arg("--release");
        }
        if let Some(url) = &self.options.base_url {
            command.args(["--base-url", url]);
        }
        run::run(&mut command, "the book")
    }

    fn profile(&self) -> &'static str {
        if self.options.release { "wasm-release" } else { "wasm-dev" }
    }

    /// The folder of the modules as cargo leaves them: `<bundle>.wasm`.
    fn wasm(&self) -> PathBuf {
        self.project.target.join(TARGET).join(self.profile()).join("examples")
    }

    /// Compiles the builder.
    fn builder(&self) -> Command {
        let mut command = self.project.cargo("build");
        command.arg("--package=mdbook-demos");
        command
    }

    /// Compiles the modules, all bundles in one go.
    fn modules(&self) -> Result<Command> {
        let mut command = self.project.cargo("build");
        command.args(["--package=widgets", "--examples", "--features=hydrate"]);
        command.args(["--target", TARGET, "--profile", self.profile()]);
        if self.options.release {
            remap_paths(&mut command, &self.project.root)?;
        }
        Ok(command)
    }
}

/// Keeps the paths of the building machine out of the modules: panic messages name source files.
fn remap_paths(command: &mut Command, root: &Path) -> Result<()> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let sysroot = run::output(rustc().args(["--print", "sysroot"]), "rustc --print sysroot")?;
    let prefixes = [(home.as_deref(), "cargo"), (Some(Path::new(sysroot.trim())), "rust"), (Some(root), ".")];
    let flags: Vec<String> = prefixes
        .iter()
        .filter_map(|(path, name)| Some(format!("--remap-path-prefix={}={name}", path.as_ref()?.to_str()?)))
        .collect();
    // Flags from the environment replace those of the configuration; whoever has set some keeps them.
    let given = match (env::var("CARGO_ENCODED_RUSTFLAGS"), env::var("RUSTFLAGS")) {
        (Ok(encoded), _) => Some(encoded),
        (_, Ok(flags)) => Some(flags.split_whitespace().collect::<Vec<_>>().join("\x1f")),
        _ => None,
    };
    match given.filter(|given| !given.is_empty()) {
        Some(given) => {
            command.env("CARGO_ENCODED_RUSTFLAGS", format!("{given}\x1f{}", flags.join("\x1f")));
        }
        None => {
            let list = serde_json::to_string(&flags).context("flags as a TOML list")?;
            command.arg("--config").arg(format!("target.{TARGET}.rustflags={list}"));
        }
    }
    Ok(())
}

/// Makes sure that the standard library for the browser is installed.
///
/// Every other way to state it (a toolchain file) depends on settings of rustup that a reader's
/// machine need not have.
pub fn ensure_target() -> Result<()> {
    if target_is_installed()? {
        return Ok(());
    }
    run::step(&format!("installing the Rust target {TARGET}"));
    let added =
        run::run(Command::new("rustup").args(["target", "add", TARGET]), &format!("rustup target add {TARGET}"));
    if added.is_ok() && target_is_installed()? {
        return Ok(());
    }
    let sysroot = run::output(rustc().args(["--print", "sysroot"]), "rustc --print sysroot")?;
    bail!(
        "the demos need Rust's standard library for {TARGET}, which the toolchain in {} lacks.\n\
         With rustup (https://rustup.rs): rustup target add {TARGET}\n\
         With a distribution's Rust: install its package for that target (Debian: libstd-rust-dev-wasm32; Fedora: \
         rust-std-static-{TARGET}; Arch: rust-wasm){}",
        sysroot.trim(),
        added.err().map_or_else(String::new, |error| format!("\nTried: {error:#}")),
    )
}

fn target_is_installed() -> Result<bool> {
    let dir =
        run::output(rustc().args(["--print", "target-libdir", "--target", TARGET]), "rustc --print target-libdir")?;
    let Ok(entries) = fs::read_dir(dir.trim()) else {
        return Ok(false);
    };
    Ok(entries.flatten().any(|entry| {
        let path = entry.path();
        path.extension() == Some(OsStr::new("rlib"))
            && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libcore-"))
    }))
}

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}
