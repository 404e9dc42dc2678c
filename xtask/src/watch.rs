//! Which files changed, and what has to be compiled because of it.
//!
//! Modification times are polled: the build reads every file that it is built from, and systems
//! that notify report reads as well, which made rebuilding endless. A look at a few hundred files
//! takes a millisecond or two.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::site::Stale;

/// What the site is made from, relative to the root. `Cargo.lock` is not here: building may write it.
const SOURCES: [&str; 8] =
    ["src", "theme", "learning", "book.toml", "Cargo.toml", "demos", "book-index", "mdbook-demos"];

/// The state of all source files at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<PathBuf, (SystemTime, u64)>);

impl Snapshot {
    /// Looks at the sources under `root`.
    pub fn take(root: &Path) -> Self {
        let mut snapshot = Self::default();
        for source in SOURCES {
            snapshot.add(root, Path::new(source));
        }
        snapshot
    }

    /// A file that vanishes meanwhile is simply not there.
    fn add(&mut self, root: &Path, path: &Path) {
        let Ok(metadata) = fs::metadata(root.join(path)) else {
            return;
        };
        if metadata.is_dir() {
            let Ok(entries) = fs::read_dir(root.join(path)) else {
                return;
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                // Editors' swap and backup files.
                let text = name.to_string_lossy();
                if !text.starts_with('.') && !text.ends_with('~') && !text.starts_with('#') {
                    self.add(root, &path.join(name));
                }
            }
        } else if let Ok(time) = metadata.modified() {
            self.0.insert(path.to_owned(), (time, metadata.len()));
        }
    }

    /// The files that were written, made or deleted between `self` and `later`.
    pub fn changes(&self, later: &Self) -> Vec<PathBuf> {
        let written = later.0.iter().filter(|(path, stamp)| self.0.get(*path) != Some(stamp));
        let deleted = self.0.iter().filter(|(path, _)| !later.0.contains_key(*path));
        let mut paths: Vec<_> = written.chain(deleted).map(|(path, _)| path.clone()).collect();
        paths.sort();
        paths
    }
}

/// What has to be compiled after `changes`: lessons, theme and style sheets are read by the builder as they are; it carries the
/// scripts that bring figures to life, and those of packages.
pub fn stale(changes: &[PathBuf]) -> Stale {
    let mut stale = Stale::default();
    for path in changes {
        let carried = ["demos/widgets/runtime", "learning/lms"].iter().any(|folder| path.starts_with(folder));
        if path.starts_with("demos") && path.extension().is_some_and(|ending| ending == "css") {
            continue;
        } else if carried {
            stale.builder = true;
        } else if path.starts_with("demos") || path == Path::new("Cargo.toml") {
            stale = Stale { modules: true, builder: true };
        } else if path.starts_with("book-index")
            || (path.starts_with("mdbook-demos") && !path.starts_with("mdbook-demos/tests"))
        {
            stale.builder = true;
        }
    }
    stale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_made_and_deleted_files_are_seen() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("src/part")).unwrap();
        fs::write(root.join("src/part/a.md"), "a").unwrap();
        fs::write(root.join("src/b.md"), "b").unwrap();
        fs::write(root.join("unrelated.txt"), "u").unwrap();
        let before = Snapshot::take(root);
        assert_eq!(before.changes(&Snapshot::take(root)), Vec::<PathBuf>::new());
        fs::write(root.join("src/part/a.md"), "longer").unwrap();
        fs::write(root.join("src/part/.a.md.swp"), "swap").unwrap();
        fs::remove_file(root.join("src/b.md")).unwrap();
        fs::write(root.join("src/c.md"), "c").unwrap();
        fs::write(root.join("unrelated.txt"), "changed").unwrap();
        let seen = before.changes(&Snapshot::take(root));
        assert_eq!(seen, ["src/b.md", "src/c.md", "src/part/a.md"].map(PathBuf::from));
    }

    #[test]
    fn only_what_is_compiled_in_is_compiled() {
        let check =
            |path: &str, modules, builder| assert_eq!(stale(&[path.into()]), Stale { modules, builder }, "{path}");
        check("src/intro.md", false, false);
        check("theme/css/page.css", false, false);
        check("learning/progress.js", false, false);
        check("book.toml", false, false);
        check("demos/protocols/src/rpc/mod.rs", true, true);
        check("demos/widgets/src/stages/topology/style.css", false, false);
        check("demos/widgets/runtime/loader.js", false, true);
        check("learning/lms/session.js", false, true);
        check("mdbook-demos/src/lib.rs", false, true);
        check("book-index/src/words.rs", false, true);
        check("mdbook-demos/tests/snapshots/a.snap", false, false);
        check("Cargo.toml", true, true);
    }
}
