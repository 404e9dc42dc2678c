//! What the codes of all links have in common: their version, how long they may be, and how it is told that one cannot be
//! read. What stands in them each model says for itself.

use std::fmt;

/// The version that is written and read.
pub const VERSION: &str = "2";

/// The longest code that is read, in characters: forty actions in the longest words fit.
pub const LONGEST: usize = 4_000;

/// Why a code could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// It is of a version that this page does not know.
    Version(String),
    /// It is longer than [`LONGEST`].
    TooLong,
    /// One of its fields makes no sense.
    Field {
        /// The field, as it stands in the code.
        field: String,
        /// What is wrong with it.
        why: String,
    },
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(
                    f,
                    "the link is of version “{version}”, and this page reads version {VERSION}: reload the page, or ask for a new link"
                )
            }
            Self::TooLong => {
                write!(f, "the link is longer than any that this page makes: copy it again, and nothing but the link")
            }
            Self::Field { field, why } => {
                write!(f, "the link says “{field}”: {why}; copy the whole link again, or ask for a new one")
            }
        }
    }
}

impl std::error::Error for CodeError {}
