//! Sharing files: the design exercise, and how long a file takes to reach everyone.

pub mod design_lab;
pub mod distribution_time;
