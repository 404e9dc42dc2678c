//! The demos about encodings and schemas, as a WebAssembly module.

widgets::bundle!(widgets::exports::WIRE);
widgets::computes!(widgets::exports::WIRE_COMPUTED);
