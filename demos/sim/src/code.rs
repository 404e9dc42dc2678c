//! What the short codes of runs have in common, which links hold: `2~at-least-once~seed.7~drop.reply.of.call.1`.
//!
//! The first field is the version of the code, the others are the run's, separated by `~`; within a field `.` stands for a
//! space and `_` for a comma. Every character can stand in an address as it is. What equals a subject's default is left out,
//! so the defaults of a version never change. What stands in the fields each subject says for itself.

use std::fmt;

/// The version of codes that is written and read.
pub const VERSION: &str = "2";

/// The longest code that is read, in characters: forty actions in the longest words fit.
pub const LONGEST: usize = 4_000;

/// Why a code could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// The code is of a version that this page does not know: the first 20 characters of what stands in its place.
    Version(String),
    /// The code is longer than [`LONGEST`].
    TooLong,
    /// A field of the code makes no sense.
    Field {
        /// The field, spaces and commas put back; its first 80 characters.
        field: String,
        /// What is wrong with the field.
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

/// The code that has these fields, behind the version. Fields are given with spaces and commas.
pub fn join(fields: impl IntoIterator<Item = String>) -> String {
    std::iter::once(VERSION.to_owned())
        .chain(fields.into_iter().map(|field| field.replace(", ", "_").replace(' ', ".")))
        .collect::<Vec<_>>()
        .join("~")
}

/// Splits a code into its fields, spaces and commas put back; the version is left out.
///
/// # Errors
/// If the code is of another version, or longer than [`LONGEST`].
pub fn split(code: &str) -> Result<Vec<String>, CodeError> {
    if code.chars().count() > LONGEST {
        return Err(CodeError::TooLong);
    }
    let mut fields = code.split('~');
    let version = fields.next().unwrap_or_default();
    if version != VERSION {
        return Err(CodeError::Version(version.chars().take(20).collect()));
    }
    Ok(fields.map(|field| field.replace('_', ", ").replace('.', " ")).collect())
}

/// The error of a code in which one `field` makes no sense, and why.
pub fn bad(field: &str, why: impl fmt::Display) -> CodeError {
    CodeError::Field { field: field.chars().take(80).collect(), why: why.to_string() }
}
