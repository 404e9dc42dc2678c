//! What the house gives to every figure: what a demo is and what its authors write, the frame around it, time that plays,
//! what computes beside the page, small things that pictures need. Nothing here names a stage or a lab.

pub(crate) mod browser;
pub(crate) mod chart;
pub mod demo;
pub mod engine;
pub mod facts;
pub mod figure;
pub(crate) mod history;
pub mod judge;
pub mod layout;
pub(crate) mod number;
pub mod offered;
pub(crate) mod player;
pub(crate) mod shell;
pub(crate) mod svg;
pub mod task;
pub(crate) mod written;

#[cfg(feature = "ssr")]
pub(crate) mod keys;
#[cfg(feature = "ssr")]
pub mod registry;
#[cfg(feature = "ssr")]
pub mod seeds;

#[cfg(feature = "hydrate")]
pub mod exports;
