//! The demos about architectures, as a WebAssembly module.

widgets::bundle!(widgets::exports::ARCHITECTURE);
