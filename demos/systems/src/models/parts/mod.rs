//! What several architectures are put together from: users who ask, requests under way, places that serve.

mod calls;
mod picture;
mod station;
mod users;

pub(crate) use calls::{Call, Calls, Stage};
pub(crate) use picture::{WIDTH, are, capital, column, grouped, ill_first, in_row, plural, strip, strip_height, word};
pub(crate) use station::{Gauge, Station, Sums};
pub(crate) use users::{Ask, MERGED_ABOVE, Users, chosen};
