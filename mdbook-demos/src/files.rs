//! Files and folders, and the last step of a build: the finished site takes the place of the old one.

use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Every file below `dir`, relative to it, with `/`.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn list(dir: &Path) -> Result<BTreeSet<String>> {
    fn walk(dir: &Path, prefix: &str, out: &mut BTreeSet<String>) -> Result<()> {
        for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), out)?;
            } else {
                out.insert(name);
            }
        }
        Ok(())
    }
    let mut out = BTreeSet::new();
    walk(dir, "", &mut out)?;
    Ok(out)
}

/// The first 16 hexadecimal digits of a content's SHA-256.
pub fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a text file.
///
/// # Errors
///
/// If it cannot be read; names the file.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file and the folders that it needs.
///
/// # Errors
///
/// If it cannot be written; names the file.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Removes a folder with all that is in it; a missing one is fine.
///
/// # Errors
///
/// If it is there and cannot be removed; names the folder.
pub fn remove_dir(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Removes files below `dir`, and the folders that held nothing else; missing ones are fine.
///
/// # Errors
///
/// If one is there and cannot be removed; names the file.
pub fn remove_all<'a>(dir: &Path, files: impl IntoIterator<Item = &'a PathBuf>) -> Result<()> {
    for file in files {
        let path = dir.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", path.display()));
            }
            _ => {}
        }
        for folder in file.ancestors().skip(1).filter(|folder| *folder != Path::new("")) {
            // Refused as long as there is something in it.
            let _ = fs::remove_dir(dir.join(folder));
        }
    }
    Ok(())
}

/// Files that an operating system or an editor leaves among the sources, by their whole names in small letters.
const LEFT_BEHIND: [&str; 5] = ["thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "4913"];

/// Whether an editor, a version control or an operating system left a file among the sources, so that no reader is
/// meant to get it: hidden files, copies for safety, locks, caches. `path` is relative to the sources, with `/`.
pub fn is_left_behind(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').any(|part| {
        let small = part.to_lowercase();
        // These tell servers something; the first is mdBook's.
        (part.starts_with('.') && ![".nojekyll", ".well-known", ".htaccess"].contains(&part))
            || ["__macosx", "__pycache__"].contains(&&*small)
    }) || {
        let small = name.to_lowercase();
        LEFT_BEHIND.contains(&&*small)
            || name.ends_with('~')
            || (name.len() > 1 && name.starts_with('#') && name.ends_with('#'))
            || small.starts_with("~$")
            || [".swp", ".swo", ".swn", ".bak", ".orig", ".rej", ".tmp", ".part", ".crdownload"]
                .iter()
                .any(|ending| small.ends_with(ending))
    }
}

/// The output file of the JSON Schema. Every finished site has it, so that we can tell one from a folder of something else.
pub const SCHEMA: &str = "demos.schema.json";

/// Refuses an output folder that holds something else than a finished site.
///
/// # Errors
///
/// If replacing the folder would destroy what we did not write.
pub fn guard(out: &Path, root: &Path, src: &Path) -> Result<()> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let target = real(out);
    for (kept, what) in [(root, "the book's root"), (src, "the book's sources")] {
        if real(kept).starts_with(&target) {
            bail!("the output folder {} holds {what}: choose another with --out", out.display());
        }
    }
    if out.exists() && !out.is_dir() {
        bail!("{} is a file: choose another output folder with --out", out.display());
    }
    let empty =
        !out.exists() || fs::read_dir(out).with_context(|| format!("cannot read {}", out.display()))?.next().is_none();
    if !empty && !out.join(SCHEMA).exists() {
        bail!(
            "{} holds files that no build put there: empty it, or choose another output folder with --out",
            out.display()
        );
    }
    Ok(())
}

/// Puts the finished site `staging` in the place of `out`. The old site waits in `old` until the new
/// one is in place, so that there is one or the other at any time but for the blink of two renames. It may stay there: to
/// remove its thousands of files takes as long as to write some, and the new site is waited for.
///
/// # Errors
///
/// If a folder cannot be moved; the old site is then put back.
pub fn swap(staging: &Path, out: &Path, old: &Path) -> Result<()> {
    remove_dir(old)?;
    for parent in [out.parent(), old.parent()].into_iter().flatten() {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    // On another file system nothing can be renamed into place: copy beside it first.
    let beside = |suffix: &str| {
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(suffix);
        out.with_file_name(name)
    };
    let moved = same_file_system(staging, out);
    let (new, old): (PathBuf, PathBuf) = if moved {
        (staging.to_owned(), old.to_owned())
    } else {
        let (new, old) = (beside(".new"), beside(".old"));
        remove_dir(&new)?;
        remove_dir(&old)?;
        for file in list(staging)? {
            write(&new.join(&file), fs::read(staging.join(&file))?)?;
        }
        (new, old)
    };
    let had = out.exists();
    if had {
        fs::rename(out, &old).with_context(|| format!("cannot move {} out of the way", out.display()))?;
    }
    if let Err(error) = fs::rename(&new, out) {
        if had {
            fs::rename(&old, out).context("cannot put the old site back")?;
        }
        return Err(error).with_context(|| format!("cannot put the new site at {}", out.display()));
    }
    // Beside the site nobody expects it.
    if moved { Ok(()) } else { remove_dir(&old) }
}

/// Whether a file can be renamed from one folder into the other's parent.
fn same_file_system(from: &Path, to: &Path) -> bool {
    let probe = from.join(".probe");
    let Some(parent) = to.parent() else {
        return false;
    };
    let there = parent.join(format!(".probe-{}", std::process::id()));
    let same = fs::write(&probe, "").and_then(|()| fs::rename(&probe, &there)).is_ok();
    let _ = fs::remove_file(&probe);
    let _ = fs::remove_file(&there);
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_site_replaces_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        write(&at("out/old.html"), "old").unwrap();
        write(&at("new/sub/new.html"), "new").unwrap();
        swap(&at("new"), &at("out"), &at("old")).unwrap();
        assert_eq!(list(&at("out")).unwrap(), BTreeSet::from(["sub/new.html".to_owned()]));
        assert!(!at("new").exists());
        // Whatever of it is still there does not get in the way of the next.
        write(&at("new/next.html"), "next").unwrap();
        swap(&at("new"), &at("out"), &at("old")).unwrap();
        assert_eq!(list(&at("out")).unwrap(), BTreeSet::from(["next.html".to_owned()]));
    }

    #[test]
    fn what_editors_leave_behind_is_known() {
        for path in [
            ".DS_Store",
            "a/.lesson.md.swp",
            "a/lesson.md~",
            "#lesson.md#",
            "a/.#lesson.md",
            "Thumbs.db",
            "a/~$notes.docx",
            ".git/config",
            "__MACOSX/x.png",
            "a/lesson.md.orig",
            "desktop.ini",
            "b/picture.png.part",
            "a/4913",
            "c/.well/x",
        ] {
            assert!(is_left_behind(path), "{path}");
        }
        for path in ["a/picture.png", "c#.svg", "#1.png", "tmp/x.png", "a~b.png", "swp.txt", "глава/图.svg", "bak"]
        {
            assert!(!is_left_behind(path), "{path}");
        }
    }

    #[test]
    fn foreign_folders_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        write(&at("src/a.md"), "").unwrap();
        write(&at("things/a.txt"), "").unwrap();
        let refused = |out: &str| guard(&at(out), dir.path(), &at("src")).is_err();
        assert!(refused("."));
        assert!(refused("src"));
        assert!(refused("things"));
        assert!(refused("things/a.txt"));
        assert!(!refused("fresh"));
        write(&at("book").join(SCHEMA), "").unwrap();
        assert!(!refused("book"));
    }
}
