//! Exhaustive search for failures: every schedule of at most so many faults, and what becomes of it.
