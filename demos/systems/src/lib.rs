//! What is simulated.
