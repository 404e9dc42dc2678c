//! The demos about architectures, as a WebAssembly module; `models` simulates for them.

widgets::bundle!(widgets::bundles::ARCHITECTURE);
