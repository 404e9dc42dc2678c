//! The short code of a run, for links: `2~at-least-once~seed.7~drop.reply.of.call.1`.
//!
//! The first field is the version of the code, the others are the run's, separated by `~`; within
//! a field `.` stands for a space and `_` for a comma. Every character can stand in an address as it
//! is. What equals the model's default is left out, so the defaults of a version never change.

use std::fmt;

pub use sim::code::{CodeError, LONGEST, VERSION};

/// Joins the fields of a code.
pub(crate) fn join(fields: impl IntoIterator<Item = String>) -> String {
    std::iter::once(VERSION.to_owned())
        .chain(fields.into_iter().map(|field| field.replace(", ", "_").replace(' ', ".")))
        .collect::<Vec<_>>()
        .join("~")
}

/// Splits a code into its fields, as sentences.
pub(crate) fn split(code: &str) -> Result<Vec<String>, CodeError> {
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

/// An error in one field.
pub(crate) fn bad(field: &str, why: impl fmt::Display) -> CodeError {
    CodeError::Field { field: field.chars().take(80).collect(), why: why.to_string() }
}
