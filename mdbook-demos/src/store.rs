//! What builds make for those after them, in files: each under a key of everything that it was made from.
//!
//! Whatever is wrong with a file (it is cut off, damaged, or of another program), it is not found, and what it held is made
//! again. Several builders can use a folder at the same time: a file is whole from the moment that it has its name.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// What every file begins with. The number tells of another form of what follows.
const MARK: &[u8] = b"kept 2\n";

/// How the lists of what builds have used are called; a number follows.
const LIST: &str = "used-";

/// How files end that are not whole yet.
const PART: &str = ".part";

/// How many builds are remembered at most.
const BUILDS: usize = 16;

/// How many times as much is kept as one build uses.
const TIMES: usize = 4;

/// A folder of what was made.
pub struct Store {
    /// Nothing if nothing is to be kept.
    folder: Option<PathBuf>,
    used: Mutex<BTreeSet<String>>,
    /// How many of its files this program has begun.
    begun: AtomicUsize,
}

impl Store {
    /// Keeps things in `folder`, which need not be there.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..Self::nothing() }
    }

    /// Finds nothing, and keeps nothing.
    pub fn nothing() -> Self {
        Self { folder: None, used: Mutex::default(), begun: AtomicUsize::new(0) }
    }

    /// What is kept under a key; nothing without one, or if the file is not what was kept.
    pub fn find<T: DeserializeOwned>(&self, key: Option<&str>) -> Option<T> {
        let (folder, key) = (self.folder.as_deref()?, key?);
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        let bytes = fs::read(folder.join(key)).ok()?;
        let rest = bytes.strip_prefix(MARK)?.strip_prefix(key.as_bytes())?;
        let (sum, content) = rest.split_first_chunk()?;
        let same = *sum == <[u8; 32]>::from(Sha256::digest(content));
        if same { cbor4ii::serde::from_slice(content).ok() } else { None }
    }

    /// Keeps something under a key, if there is one. What cannot be written is made again next time.
    pub fn keep<T: Serialize>(&self, key: Option<&str>, value: &T) {
        let (Some(folder), Some(key)) = (&self.folder, key) else { return };
        let Ok(content) = cbor4ii::serde::to_vec(vec![], value) else { return };
        let mut bytes = [MARK, key.as_bytes()].concat();
        bytes.extend(Sha256::digest(&content));
        bytes.extend(content);
        self.write(folder, key, &bytes);
    }

    /// Writes a file that is whole as soon as it has its name.
    fn write(&self, folder: &Path, name: &str, content: &[u8]) {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let part = folder.join(format!("{}-{number}{PART}", process::id()));
        let written = fs::create_dir_all(folder)
            .and_then(|()| fs::write(&part, content))
            .and_then(|()| fs::rename(&part, folder.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(part);
        }
    }

    /// Forgets what the last 16 builds have not used, and of what they have what is more than four times as much as this one
    /// has: the oldest. To be called when a build has asked for everything.
    pub fn tidy(&self) {
        let Some(folder) = &self.folder else { return };
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(entries) = fs::read_dir(folder) else { return };
        let names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        let mut lists: Vec<usize> = names.iter().filter_map(|name| name.strip_prefix(LIST)?.parse().ok()).collect();
        lists.sort_unstable_by(|a, b| b.cmp(a));
        let own = used.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        let read = |number: usize| fs::read_to_string(folder.join(format!("{LIST}{number}"))).unwrap_or_default();
        let last = lists.first().copied();
        if last.is_none_or(|last| read(last) != own) {
            let number = last.map_or(0, |last| last.saturating_add(1));
            self.write(folder, &format!("{LIST}{number}"), own.as_bytes());
        }
        let mut stays: BTreeSet<String> = used.iter().cloned().collect();
        let mut builds = BTreeSet::new();
        for number in lists.into_iter().take(BUILDS) {
            let list = read(number);
            let more: BTreeSet<String> = list.lines().map(str::to_owned).collect();
            if stays.union(&more).count() > used.len() * TIMES {
                break;
            }
            stays.extend(more);
            builds.insert(format!("{LIST}{number}"));
        }
        for name in names.iter().filter(|name| !stays.contains(*name) && !builds.contains(*name)) {
            // Of two builders that tidy up one comes second, and what another one has not finished it does without.
            let _ = fs::remove_file(folder.join(name));
        }
    }
}

/// A key for parts, none of which can be taken for another: 64 hexadecimal digits.
pub fn key(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
