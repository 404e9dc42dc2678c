//! The one list of demos, by the module that readers fetch.

#[cfg(feature = "hydrate")]
use crate::chrome::exports::{Computed, Shown};

/// Calls a macro with the demos of one bundle, or of one bundle after the other, in the order of the
/// reference page: the one list of demos.
///
/// A bundle is one WebAssembly module. A page fetches those whose demos come near, so demos that stand
/// on the same pages belong together. Each pays for Yew again. Beside its own name an arm has that of the module
/// which computes for its demos: the bundle itself, or one without pictures that is fetched when there is something
/// to compute. A new bundle has an arm and a line here, lists below, a file in `bundles/` and its entry in
/// `Cargo.toml`.
macro_rules! for_each_demo {
    ($with:ident) => {
        for_each_demo!($with, calls);
        for_each_demo!($with, architecture);
        for_each_demo!($with, lab);
        for_each_demo!($with, wire);
        for_each_demo!($with, quiz);
    };
    ($with:ident, calls) => {
        $with! {
            "calls" by "calls":
            $crate::labs::rpc::timeline::RpcTimeline,
            $crate::labs::rpc::search::RpcSearch,
            $crate::labs::rpc::call_chain::CallChain,
        }
    };
    ($with:ident, architecture) => {
        $with! {
            "architecture" by "models":
            $crate::stages::topology::Topology,
            $crate::labs::sharing::distribution_time::DistributionTime,
        }
    };
    ($with:ident, lab) => {
        $with! {
            "lab" by "lab":
            $crate::labs::sharing::design_lab::DesignLab,
        }
    };
    ($with:ident, wire) => {
        $with! {
            "wire" by "schemas":
            $crate::labs::wire::lab::WireLab,
            $crate::labs::wire::encodings::Encodings,
            $crate::labs::wire::verdicts::Verdicts,
        }
    };
    ($with:ident, quiz) => {
        $with! {
            "quiz" by "quiz":
            $crate::labs::quiz::Quiz,
        }
    };
}

/// Every demo, in the order of the reference page. The builder, the reference page, the JSON Schema and the tests all read
/// this list; nothing else knows which demos there are.
#[cfg(feature = "ssr")]
pub fn entries() -> &'static [crate::chrome::registry::Entry] {
    use crate::chrome::registry::Entry;
    static ENTRIES: std::sync::LazyLock<Vec<Entry>> = std::sync::LazyLock::new(|| {
        let mut entries = vec![];
        macro_rules! list {
            ($bundle:literal by $engine:literal: $($demo:ty,)*) => { entries.extend([$(Entry::of::<$demo>($bundle, $engine)),*]) };
        }
        for_each_demo!(list);
        entries
    });
    &ENTRIES
}

#[cfg(feature = "hydrate")]
macro_rules! shown {
    ($bundle:literal by $engine:literal: $($demo:ty,)*) => { &[$(Shown::of::<$demo>()),*] };
}

#[cfg(feature = "hydrate")]
macro_rules! computed {
    ($bundle:literal by $engine:literal: $($demo:ty,)*) => { &[$(Computed::of::<$demo>()),*] };
}

/// The demos about calls.
#[cfg(feature = "hydrate")]
pub const CALLS: &[Shown] = for_each_demo!(shown, calls);
/// What computes for them.
#[cfg(feature = "hydrate")]
pub const CALLS_COMPUTED: &[Computed] = for_each_demo!(computed, calls);

/// The demos about architectures.
#[cfg(feature = "hydrate")]
pub const ARCHITECTURE: &[Shown] = for_each_demo!(shown, architecture);
/// What computes for them.
#[cfg(feature = "hydrate")]
pub const ARCHITECTURE_COMPUTED: &[Computed] = for_each_demo!(computed, architecture);

/// The lab of the exercises.
#[cfg(feature = "hydrate")]
pub const LAB: &[Shown] = for_each_demo!(shown, lab);
/// What computes for it.
#[cfg(feature = "hydrate")]
pub const LAB_COMPUTED: &[Computed] = for_each_demo!(computed, lab);

/// The demos about encodings and schemas.
#[cfg(feature = "hydrate")]
pub const WIRE: &[Shown] = for_each_demo!(shown, wire);
/// What computes for them.
#[cfg(feature = "hydrate")]
pub const WIRE_COMPUTED: &[Computed] = for_each_demo!(computed, wire);

/// Quizzes.
#[cfg(feature = "hydrate")]
pub const QUIZ: &[Shown] = for_each_demo!(shown, quiz);
/// What computes for them.
#[cfg(feature = "hydrate")]
pub const QUIZ_COMPUTED: &[Computed] = for_each_demo!(computed, quiz);
