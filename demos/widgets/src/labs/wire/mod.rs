//! Bytes and what they mean: the lab of schemas and bytes, encodings side by side, verdicts on changes.

pub mod encodings;
pub mod lab;
pub mod verdicts;
