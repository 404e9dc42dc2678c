//! `package`: the book for learning management systems, as zips in `target/packages/`.

use std::process::Command;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{
    project::Project,
    run,
    site::{self, Site, Stale},
};

/// What to pack.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// What to pack; several at once if you like
    #[arg(required = true, value_enum)]
    kinds: Vec<Kind>,
    /// Grade and begin with this module only; the whole book without it
    #[arg(long, value_name = "PART/MODULE")]
    module: Option<String>,
    /// Where the book is published: for scorm-thin and cc, which lead to it
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The edition of SCORM for scorm-thin: 1.2 or 2004
    #[arg(long, value_name = "EDITION")]
    scorm: Option<String>,
    /// The version of the Common Cartridge: 1.1 or 1.3
    #[arg(long, value_name = "VERSION")]
    cc: Option<String>,
}

/// A kind of package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// SCORM 1.2, with the book in it
    Scorm12,
    /// SCORM 2004 4th edition, with the book in it
    Scorm2004,
    /// SCORM with the published book in a frame
    ScormThin,
    /// Common Cartridge: links to the published book, and the quizzes
    Cc,
    /// The site as it is, for a web server or a folder
    Site,
}

/// `cargo xtask package`
pub fn command(project: &Project, options: &Options) -> Result<()> {
    site::ensure_target()?;
    // Without an address: a package stands wherever the LMS puts it.
    let build = site::Options { release: true, base_url: None };
    let site = Site::new(project.clone(), build, project.target.join("packages-site"));
    site.compile(Stale { modules: true, builder: true })?;
    site.write()?;
    let out = project.target.join("packages");
    let mut builder = Command::new(project.program("mdbook-demos"));
    builder.current_dir(&project.root).arg("package").arg("--site").arg(&site.out).arg("--out").arg(out);
    for kind in &options.kinds {
        if let Some(value) = kind.to_possible_value() {
            builder.arg(value.get_name());
        }
    }
    for (name, value) in
        [("--module", &options.module), ("--url", &options.url), ("--scorm", &options.scorm), ("--cc", &options.cc)]
    {
        if let Some(value) = value {
            builder.args([name, value]);
        }
    }
    run::run(&mut builder, "the packages")
}
