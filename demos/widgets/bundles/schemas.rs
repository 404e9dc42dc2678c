//! What reads schemas for the demos about encodings, as a WebAssembly module: a parser and no pictures.

widgets::computes!(widgets::bundles::WIRE_COMPUTED);
