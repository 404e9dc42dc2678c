//! The lab of the exercises, as a WebAssembly module.

widgets::bundle!(widgets::bundles::LAB);
widgets::computes!(widgets::bundles::LAB_COMPUTED);
