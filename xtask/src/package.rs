//! `package`: the book for learning management systems, as zips in `target/packages/`.

use std::process::Command;

use anyhow::{Result, ensure};
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
    /// The edition of SCORM for scorm-thin; 1.2 if none is named
    #[arg(long, value_name = "EDITION", value_parser = ["1.2", "2004"])]
    scorm: Option<String>,
    /// The version of the Common Cartridge; 1.1 if none is named, which most systems read, Moodle among them; 1.3 for systems
    /// that ask for it: one that knows 1.1 only finds nothing in it
    #[arg(long, value_name = "VERSION", value_parser = ["1.1", "1.3"])]
    cc: Option<String>,
}

impl Options {
    /// What the builder would refuse after minutes of compiling.
    fn check(&self) -> Result<()> {
        let url = self.url.as_deref();
        if let Some(kind) = self.kinds.iter().find(|kind| matches!(kind, Kind::ScormThin | Kind::Cc)) {
            let name = kind.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            ensure!(
                url.is_some(),
                "a package of the kind {name} leads to the published book: say where that is, as \
                 --url https://example.org/book/"
            );
        }
        if let Some(url) = url {
            let server = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
            ensure!(
                !server.is_empty() && !server.starts_with('/'),
                "the address `{url}` must be like https://example.org/book/"
            );
        }
        for (given, option, kind, name) in [
            (self.scorm.is_some(), "--scorm", Kind::ScormThin, "scorm-thin"),
            (self.cc.is_some(), "--cc", Kind::Cc, "cc"),
        ] {
            ensure!(!given || self.kinds.contains(&kind), "{option} is for {name}, which is not among what is packed");
        }
        Ok(())
    }
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
    options.check()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked_before_anything_is_compiled() {
        let options = |kinds: &[Kind], url: Option<&str>, scorm: Option<&str>, cc: Option<&str>| Options {
            kinds: kinds.to_vec(),
            module: None,
            url: url.map(str::to_owned),
            scorm: scorm.map(str::to_owned),
            cc: cc.map(str::to_owned),
        };
        let url = Some("https://book.example/");
        for (wrong, said) in [
            (options(&[Kind::Scorm12, Kind::Scorm2004, Kind::Cc, Kind::Site], None, None, None), "--url https://"),
            (options(&[Kind::Site, Kind::ScormThin], None, None, None), "--url https://"),
            (options(&[Kind::Cc], Some("book.example"), None, None), "must be like https://"),
            (options(&[Kind::Cc], Some("https://"), None, None), "must be like https://"),
            (options(&[Kind::Scorm12], None, Some("2004"), None), "--scorm is for scorm-thin"),
            (options(&[Kind::ScormThin], url, None, Some("1.3")), "--cc is for cc"),
        ] {
            let error = wrong.check().unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert!(options(&[Kind::Cc, Kind::ScormThin, Kind::Site], url, Some("2004"), Some("1.3")).check().is_ok());
    }
}
