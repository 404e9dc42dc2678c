//! What simulates for the demos about architectures, as a WebAssembly module: no pictures, so no Yew.

widgets::computes!(widgets::bundles::ARCHITECTURE_COMPUTED);
