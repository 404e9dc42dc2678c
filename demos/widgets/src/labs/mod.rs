//! Demos that are one of a kind, by family. A lab never names a lab of another family.

pub mod quiz;
pub mod rpc;
pub mod sharing;
pub mod wire;
