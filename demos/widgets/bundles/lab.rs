//! The lab of the exercises, as a WebAssembly module.

widgets::bundle!(widgets::exports::LAB);
widgets::computes!(widgets::exports::LAB_COMPUTED);
