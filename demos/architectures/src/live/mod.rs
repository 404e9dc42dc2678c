//! What the architectures have in common: a run as a value, a world that lives it, what is measured and shown.
//!
//! - A [`Model`] is the description of an architecture: its knobs, its nodes, its charts and facts, and how its
//!   [`World`] starts. [`crate::ALL`] lists them.
//! - A [`Run`] is a model, settings, a seed and what is done to the system ([`Action`]); it has a short code.
//! - [`Live`] plays a run: it hands the world the actions when they are due, closes the windows of measurement,
//!   goes back in time by replay, and stops a run that exceeds its budget.
//! - A [`Frame`] is all that is shown of a moment. It packs to bytes, because the simulation runs beside the page.
//!
//! Nothing here knows any one architecture, and no picture knows any either: both talk in nodes, links, dots,
//! crowds, charts and facts.

mod frame;
mod histogram;
mod knob;
mod model;
mod play;
mod requests;
mod run;

pub use frame::{Class, Crowd, Dot, DotKind, Frame, Kind, LinkView, Mark, NodeView, Row, Scene, State, Thousandths};
pub use histogram::Histogram;
pub use knob::{Knob, Settings};
pub use model::{Chart, Curve, CurveKind, Fact, Group, Line, Model, Names, Node, Start, Story, World};
pub use play::{BUDGET_BYTES, BUDGET_EVENTS, Live};
pub use requests::{Outcome, Requests};
pub use run::{Action, Change, Run, Translation};
