//! The demos that readers see: Yew components, prerendered on the host, hydrated in the browser.
//!
//! Each demo is a [`demo::Demo`], listed once in `demo::for_each_demo!`, bundle by bundle. The pictures are functions
//! of a run and a time; the only state that a component holds is which run and which time.

// Yew's macros name things in full.
#![allow(unused_qualifications)]

mod browser;
pub mod call_chain;
pub mod demo;
pub mod design_lab;
pub mod distribution_time;
pub mod encodings;
pub mod engine;
mod player;
pub mod quiz;
pub mod rpc_search;
pub mod rpc_timeline;
mod shell;
mod svg;
pub mod task;
pub mod topology;
pub mod verdicts;
pub mod wire_lab;
pub(crate) mod written;

#[cfg(feature = "ssr")]
pub mod registry;
#[cfg(feature = "ssr")]
pub mod rpc_call;
#[cfg(feature = "ssr")]
pub mod seeds;

#[cfg(feature = "hydrate")]
pub mod exports;
