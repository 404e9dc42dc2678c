//! The demos about encodings and schemas, as a WebAssembly module.

widgets::bundle!(widgets::bundles::WIRE);
