//! The demos about calls, as a WebAssembly module.

widgets::bundle!(widgets::exports::CALLS);
widgets::computes!(widgets::exports::CALLS_COMPUTED);
