//! What figures depend on, as it was linked into this program: fingerprints of the sources, taken when it was compiled.

use std::{
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

include!(concat!(env!("OUT_DIR"), "/prints.rs"));

/// The fingerprints of a demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// That of what its runs depend on.
    pub runs: &'static str,
    /// That of what its figures depend on, drawing included.
    pub whole: &'static str,
}

/// The fingerprints of the demo in that module of `widgets`, the innermost that is known; nothing for one that is not
/// part of this program.
pub fn of(module: &str) -> Option<Print> {
    let within = |known: &str| module.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let found = DEMOS.iter().filter(|(known, ..)| within(known)).max_by_key(|(known, ..)| known.len());
    found.map(|(_, runs, whole)| Print { runs, whole })
}

/// The fingerprint of the builder's own sources, without those of the demos.
pub const fn builder() -> &'static str {
    env!("BUILDER_SOURCES")
}

/// Whether a source was saved after it was read: then nobody knows whether the compiler came before or after that, and the
/// fingerprints say nothing. The next compilation puts it right.
pub fn are_doubtful() -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let nanos = u64::try_from(TAKEN).unwrap_or(u64::MAX);
    let taken = UNIX_EPOCH + Duration::from_nanos(nanos);
    READ.iter().any(|file| {
        let saved = root.join(file).metadata().and_then(|known| known.modified());
        // What is not there any more was not edited; it is not there where only the program was copied to.
        saved.is_ok_and(|saved| saved >= taken)
    })
}
