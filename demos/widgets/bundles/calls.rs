//! The demos about calls, as a WebAssembly module.

widgets::bundle!(widgets::bundles::CALLS);
widgets::computes!(widgets::bundles::CALLS_COMPUTED);
