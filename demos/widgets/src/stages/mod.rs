//! Pictures for many subjects: a stage knows the contract of its subjects, and none of them.

pub mod topology;
