//! The lab of the exercises, as a WebAssembly module.

widgets::bundle!(widgets::exports::LAB);
