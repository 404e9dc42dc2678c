//! weigh
fn main() {}
