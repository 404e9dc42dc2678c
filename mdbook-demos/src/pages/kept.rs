//! Pages are written once. What came of a page is kept in files, under a key made of everything that it was made from: the
//! text that mdBook rendered, the figures on it, what the book's settings and its theme put around them, and the sources of
//! this program. A page whose key is known is not made again, and its file is not written again: it gets another name in
//! the new site.
//!
//! Whatever is wrong with a file (it is cut off, damaged, of another program, or was changed in the site where it has
//! another name), its page is made again.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    blocks::prints,
    store::{self, Store},
};

/// The folder of pages that are kept whole.
const WHOLE: &str = "whole";

/// What is kept of the pages of one site.
pub struct Kept {
    store: Store,
    /// The folder of pages that are kept whole; nothing if nothing is to be kept.
    whole: Option<PathBuf>,
    used: Mutex<BTreeSet<String>>,
}

/// What tells whether a page that is kept whole was changed since.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Whole {
    length: u64,
    /// Seconds since 1970, and nanoseconds.
    changed: (u64, u32),
}

impl Whole {
    fn of(file: &Path) -> Option<Self> {
        let known = fs::metadata(file).ok()?;
        let changed = known.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self { length: known.len(), changed: (changed.as_secs(), changed.subsec_nanos()) })
    }
}

/// The key of a kind of thing that this program makes from `parts`.
pub fn key(kind: &str, parts: &[&str]) -> String {
    let parts: Vec<&[u8]> = [kind, prints::builder()].iter().chain(parts).map(|part| part.as_bytes()).collect();
    store::key(&parts)
}

impl Kept {
    /// Keeps pages in `folder`, which no two builders may use at the same time. If it is doubtful which sources this
    /// program was compiled from, nothing is kept this time.
    pub fn new(folder: PathBuf) -> Self {
        if prints::are_doubtful() {
            return Self::nothing();
        }
        Self { whole: Some(folder.join(WHOLE)), store: Store::new(folder), used: Mutex::default() }
    }

    /// Makes everything anew, and keeps nothing.
    pub fn nothing() -> Self {
        Self { store: Store::nothing(), whole: None, used: Mutex::default() }
    }

    fn used(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept under a key.
    pub fn find<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.store.find(Some(key))
    }

    /// Keeps something under a key. What cannot be written is made again next time.
    pub fn keep<T: Serialize>(&self, key: &str, value: &T) {
        self.store.keep(Some(key), value);
    }

    /// What `make` makes, unless it is kept under the key.
    ///
    /// # Errors
    ///
    /// As `make`.
    pub fn or_make<T: Serialize + DeserializeOwned, E>(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(kept) = self.find(key) {
            return Ok(kept);
        }
        let made = make()?;
        self.keep(key, &made);
        Ok(made)
    }

    /// Puts the page that is kept whole under a key into a site, as the file `to` in a folder that is there, and gives what
    /// was kept with it. Nothing if there is none, or if it was changed since.
    pub fn put<T: DeserializeOwned>(&self, key: &str, to: &Path) -> Option<T> {
        let file = self.whole.as_deref()?.join(key);
        self.used().insert(key.to_owned());
        let (whole, with) = self.find::<(Whole, T)>(key)?;
        if Whole::of(&file)? != whole {
            return None;
        }
        let _ = fs::remove_file(to);
        fs::hard_link(&file, to).ok()?;
        Some(with)
    }

    /// Keeps a finished page, the file `from` of a site, whole under a key, and something with it.
    pub fn keep_whole<T: Serialize>(&self, key: &str, from: &Path, with: &T) {
        let Some(folder) = &self.whole else { return };
        let file = folder.join(key);
        let _ = fs::create_dir_all(folder);
        let _ = fs::remove_file(&file);
        // Where files can have one name only, nothing is kept whole.
        if fs::hard_link(from, &file).is_ok()
            && let Some(whole) = Whole::of(&file)
        {
            self.keep(key, &(whole, with));
        }
    }

    /// Forgets what is not needed any more. To be called when the site is finished.
    pub fn tidy(&self) {
        self.store.tidy();
        let (Some(folder), used) = (&self.whole, self.used()) else { return };
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_str().is_none_or(|name| !used.contains(name)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(folder: &Path) -> Kept {
        let folder = folder.join("kept");
        Kept { whole: Some(folder.join(WHOLE)), store: Store::new(folder), used: Mutex::default() }
    }

    #[test]
    fn a_page_that_was_changed_in_the_site_is_not_put_into_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old.html"), dir.path().join("new.html"));
        fs::write(&old, "<p>").unwrap();
        kept(dir.path()).keep_whole("key", &old, &7);
        assert_eq!(kept(dir.path()).put("key", &new), Some(7));
        assert_eq!(fs::read_to_string(&new).unwrap(), "<p>");
        assert_eq!(kept(dir.path()).put::<u8>("yek", &new), None);
        fs::write(&old, "<p>!").unwrap();
        assert_eq!(kept(dir.path()).put::<u8>("key", &new), None);
    }

    #[test]
    fn pages_that_a_build_does_without_are_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old.html"), dir.path().join("new.html"));
        fs::write(&old, "<p>").unwrap();
        let first = kept(dir.path());
        first.keep_whole("one", &old, &1);
        first.keep_whole("two", &old, &2);
        let second = kept(dir.path());
        assert_eq!(second.put("one", &new), Some(1));
        second.tidy();
        assert_eq!(kept(dir.path()).put("one", &new), Some(1));
        assert_eq!(kept(dir.path()).put::<u8>("two", &new), None);
        assert_eq!(Kept::nothing().put::<u8>("one", &new), None);
    }
}
