//! The demos that readers see: Yew components, prerendered on the host, hydrated in the browser.
//!
//! - [`chrome`] is what the house gives to every figure.
//! - [`stages`] are the pictures of any architecture and of any protocol, [`labs`] those that are one of a kind.
//! - [`bundles`] lists them all, module by module.
//!
//! Arrows run one way: bundles, labs, stages, chrome. The pictures are functions of a run and a time; the only state that
//! a component holds is which run and which time.

// Yew's macros name things in full.
#![allow(unused_qualifications)]

pub mod bundles;
pub mod chrome;
pub mod labs;
pub mod stages;
