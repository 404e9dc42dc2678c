//! The demos that readers see: Yew components, prerendered on the host, hydrated in the browser.

#[cfg(feature = "ssr")]
pub mod registry;
