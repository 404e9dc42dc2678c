//! What several architectures are put together from: users who ask, requests under way, places that serve.

mod calls;
pub(crate) mod overlay;
mod picture;
pub(crate) mod slab;
mod station;
pub mod theory;
mod users;

pub(crate) use calls::{Call, Calls, Stage};
pub(crate) use picture::{WIDTH, capital, column, ill_first, in_row, strip, strip_height, word};
pub(crate) use station::{Gauge, Station, Sums};
pub(crate) use users::{Ask, MERGED_ABOVE, Users, chosen};
