//! The mdBook half.
