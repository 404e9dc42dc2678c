//! What a demo is, and which there are.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use yew::prelude::*;

/// What a fact is, for the reference page and for messages.
#[derive(Clone, Copy, Debug)]
pub struct FactInfo {
    /// The name used in `expect` and in `{{#run id.name}}`.
    pub name: &'static str,
    /// What it means, with its unit.
    pub meaning: &'static str,
}

/// A mistake that an author made, found by looking at the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON pointer into the block, such as `/faults/0`; empty for the block as a whole.
    pub pointer: String,
    /// Whether the key is to be underlined, not its value.
    pub key: bool,
    /// Which bytes of the string value at `pointer` are wrong, if not the whole value.
    pub within: Option<std::ops::Range<usize>>,
    /// What is wrong, in one line.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// What a demo gets in the browser, beside what its author wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The run from the address, if there is one; applied after the first render, which has to be
    /// the prerendered one.
    pub link: Option<AttrValue>,
    /// The address of the site's root, absolute, with a slash at its end.
    pub root: AttrValue,
    /// Whether this is an embed page.
    pub embedded: bool,
}

/// A component's properties: the author's block and the browser's session.
#[derive(Properties, Clone, PartialEq)]
pub struct DemoProps<B: PartialEq> {
    /// What the author wrote, `expect` left out.
    pub block: B,
    /// Empty on the host and in the first render.
    #[prop_or_default]
    pub session: Session,
}

/// One kind of demo. The documentation of `Block` is its reference.
pub trait Demo {
    /// The word after `demo` in the fence.
    const NAME: &'static str;
    /// What the demo is for, in one sentence.
    const PURPOSE: &'static str;
    /// A block that works; its `id` is `example-<name>`.
    const EXAMPLE: &'static str;
    /// Everything a run of this demo yields.
    const FACTS: &'static [FactInfo];
    /// What an author writes, `expect` left out.
    #[cfg(feature = "ssr")]
    type Block: DeserializeOwned + Serialize + PartialEq + Clone + schemars::JsonSchema + 'static;
    /// What an author writes, `expect` left out.
    #[cfg(not(feature = "ssr"))]
    type Block: DeserializeOwned + Serialize + PartialEq + Clone + 'static;
    /// The component.
    type Component: BaseComponent<Properties = DemoProps<Self::Block>>;

    /// The block's id and title.
    fn name_of(block: &Self::Block) -> (&str, &str);
    /// Runs what the author wrote: every fact, in the order of [`Demo::FACTS`].
    ///
    /// # Errors
    /// All mistakes that the block's types could not rule out.
    fn examine(block: &Self::Block) -> Result<Vec<Value>, Vec<Problem>>;
    /// The fingerprint of the run that a link's code stands for.
    ///
    /// # Errors
    /// If the code cannot be read.
    fn hash_of(code: &str) -> Result<String, String>;
}

/// Calls a macro with every demo, in the order of the reference page: the one list of demos.
macro_rules! for_each_demo {
    ($with:ident) => {
        $with! {
            $crate::rpc_timeline::RpcTimeline,
            $crate::topology::Topology,
            $crate::failure_map::FailureMap,
            $crate::distribution_time::DistributionTime,
        }
    };
}
pub(crate) use for_each_demo;

/// What could stand where an author wrote something else, for a message: the nearest first.
pub(crate) fn choices(written: &str, choices: &[String]) -> Option<String> {
    #[cfg(feature = "ssr")]
    if let Some(near) = crate::registry::nearest(written, choices.iter().map(String::as_str)) {
        return Some(format!("did you mean `{near}`?"));
    }
    let _ = written;
    (!choices.is_empty()).then(|| format!("write one of: {}", choices.join(", ")))
}
