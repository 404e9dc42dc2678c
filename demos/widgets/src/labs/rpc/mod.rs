//! The remote call: its timeline, the search for everything that can go wrong with it, the way of its bytes.

#[cfg(feature = "ssr")]
pub mod call;
pub mod call_chain;
pub mod search;
pub mod timeline;
