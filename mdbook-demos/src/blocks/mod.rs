//! What stands in a lesson for a demo: fences and directives are read, checked, run and drawn, and every mistake is told
//! at its place. Nothing here knows what a quiz, a glossary or a course is.

pub mod asked;
pub mod demos;
pub mod directives;
pub mod formulas;
pub mod guard;
pub mod json;
pub mod kept;
pub mod markdown;
pub mod prints;
pub mod reference;
pub mod schema;
