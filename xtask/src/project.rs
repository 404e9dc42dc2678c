//! Where things are.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run;

/// The folders that the commands work in.
#[derive(Clone, Debug)]
pub struct Project {
    /// The workspace.
    pub root: PathBuf,
    /// Cargo's target directory: `CARGO_TARGET_DIR`, cargo's configuration or `target/`.
    pub target: PathBuf,
}

impl Project {
    /// Asks cargo for the workspace that this program was started in.
    pub fn find() -> Result<Self> {
        // Cargo sets the variable for what `cargo run` starts; it names the checkout in use even
        // if two checkouts share a target directory, and with it this program.
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package.parent().context("the package xtask lies in the root of the file system")?.to_owned();
        let mut metadata = Command::new(cargo());
        metadata.args(["metadata", "--no-deps", "--format-version=1"]).current_dir(&root);
        let text = run::output(&mut metadata, "cargo metadata")?;
        let metadata: Value = serde_json::from_str(&text).context("cargo metadata printed no JSON")?;
        let target = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
        Ok(Self { root, target: target.into() })
    }

    /// Where the finished site goes.
    pub fn book(&self) -> PathBuf {
        self.root.join("book")
    }

    /// A cargo command in the workspace.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(cargo());
        command.arg(subcommand).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        // wasm-bindgen's test runner has old dependencies; nothing of them is in what is built here.
        command.env("CARGO_FUTURE_INCOMPAT_REPORT_FREQUENCY", "never");
        for variable in FROM_CARGO_RUN {
            command.env_remove(variable);
        }
        command
    }

    /// The program `name` as `cargo build` leaves it in its default profile.
    pub fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// `path` as it is best shown: from the root of the workspace, if it lies in it.
    pub fn short<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

/// What `cargo run` sets for this program and would make no sense, or rebuild things, in another
/// cargo started by it.
const FROM_CARGO_RUN: [&str; 4] = ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"];

/// The cargo that started this program.
fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
