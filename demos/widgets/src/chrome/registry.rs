//! A demo as the host sees it: what its blocks may hold, what comes of one, how it is drawn. What every block has (`id`,
//! `title`, `expect`) is read here, once. The list of all demos is [`crate::bundles`].

use crate::chrome::{
    demo::{Authored, Demo, DemoProps, FactList, Yield},
    figure::Figure,
    keys,
    offered::Offered,
    seeds,
};
pub use crate::chrome::{
    demo::{FactInfo, Problem},
    seeds::{Asked, Refused, SEEDS, Spread},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The style sheet of what figures of all demos are drawn with. Pages with a figure link it, before those of their demos.
pub const STYLE: &str = include_str!("style.css");

/// What a run yields, by name.
pub type Facts = BTreeMap<&'static str, FactValue>;

/// What runs under the seeds 1, 2, 3 … yield, in this order, or why they cannot be asked.
pub type OverSeeds = Result<Arc<Vec<Facts>>, Refused>;

/// A value that a run yields, for `expect` and for `{{#run id.fact}}`.
#[derive(Clone, Debug, PartialEq)]
pub struct FactValue(pub Value);

impl From<Yield> for FactValue {
    fn from(told: Yield) -> Self {
        Self(match told {
            Yield::Text(text) => json!(text),
            Yield::Whole(number) => u64::try_from(number).map_or_else(|_| json!(number), |number| json!(number)),
            Yield::Real(number) => json!(number),
            Yield::Truth(truth) => json!(truth),
            Yield::Nothing => Value::Null,
        })
    }
}

impl FactValue {
    /// As it stands in the text of a page: whole numbers with their thousands told apart.
    pub fn text(&self) -> String {
        match &self.0 {
            Value::String(text) => text.clone(),
            Value::Number(number) if number.is_u64() => sim::words::grouped(number.as_u64().unwrap_or_default()),
            other => other.to_string(),
        }
    }

    /// Whether this is what `expected` asks for: the same value, or, for numbers, a comparison such
    /// as `">= 95"`.
    ///
    /// # Errors
    /// If `expected` makes no sense for this value.
    pub fn meets(&self, expected: &Value) -> Result<bool, String> {
        Ok(keys::wanted(Some(self), expected)?.met_by(&self.as_yield()))
    }

    /// The value as a run yields it.
    pub fn as_yield(&self) -> Yield {
        match &self.0 {
            Value::String(text) => text.as_str().into(),
            Value::Bool(truth) => (*truth).into(),
            Value::Number(number) => number.as_i64().map_or_else(|| number.as_f64().into(), Yield::from),
            _ => Yield::Nothing,
        }
    }
}

/// A demo block that passed every check.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The figure's id: unique in the book, the anchor of the figure and the name of its embed page.
    pub id: String,
    /// The figure's title, for the embed page and for frames.
    pub title: String,
    /// The component's properties, as canonical JSON: its title, and the run that the page shows.
    pub props: String,
    /// What the run yields, by name.
    pub facts: Facts,
    /// What the reader is asked, and the goals.
    pub questions: Vec<Asking>,
}

/// A question or a goal of a figure, for progress and for learning management systems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The question's id within the figure.
    pub id: String,
    /// How many points it is worth.
    pub points: u32,
    /// `choice`, `fill-in`, `prediction` or `goal`.
    pub kind: &'static str,
}

impl Asking {
    /// The kinds of questions.
    pub const KINDS: [&'static str; 4] = ["choice", "fill-in", "prediction", "goal"];

    /// The kind of that name; nothing if there is none.
    pub fn kind(name: &str) -> Option<&'static str> {
        Self::KINDS.into_iter().find(|kind| *kind == name)
    }
}

/// One demo.
pub struct Entry {
    /// The word after `demo` in the fence.
    pub name: &'static str,
    /// Where its sources are: its module within this crate, such as `topology`.
    pub module: &'static str,
    /// The WebAssembly module that it is part of.
    pub bundle: &'static str,
    /// The WebAssembly module that computes for it: its bundle, or one that is fetched when it is needed.
    pub engine: &'static str,
    /// What the demo is for, in one sentence.
    pub purpose: &'static str,
    /// A block that works, for the reference page; its `id` is `example-<name>`.
    pub example: &'static str,
    /// The style sheet of what only this demo is drawn with; empty if [`STYLE`] is enough.
    pub style: &'static str,
    /// Everything a run of this demo yields.
    pub facts: Vec<FactInfo>,
    /// The JSON Schema of a block, `id`, `title` and `expect` included.
    pub schema: fn() -> Value,
    /// Checks a block that the schema accepts: faults, impossible values, `expect`. Every problem at once.
    pub check: fn(&Value) -> Result<Checked, Vec<Problem>>,
    /// What the run of a checked block yields under each of the seeds from 1 on, in their order.
    ///
    /// # Errors
    /// If the demo's runs have no seed, or so many runs cannot be asked for.
    pub over_seeds: fn(block: &Value, seeds: usize) -> OverSeeds,
    /// The figure's HTML for the canonical properties of a checked block, as the browser's first
    /// render will have it, to the byte.
    ///
    /// # Panics
    /// If `props` did not come out of `check`.
    pub prerender: fn(id: &str, props: &str) -> String,
    /// What the figure is drawn from, for the canonical properties of a checked block, if the page does not compute
    /// that itself: see [`engine::first`](crate::chrome::engine::first).
    pub first: fn(props: &str) -> Option<Vec<u8>>,
    /// The fingerprint of the run that a link's code stands for.
    pub hash_of: fn(code: &str) -> Result<String, String>,
}

impl Entry {
    /// The demo `D` as the host sees it, part of the module `bundle`, computed for by the module `engine`.
    pub fn of<D: Authored>(bundle: &'static str, engine: &'static str) -> Self {
        Self {
            name: D::NAME,
            module: module::<D>(),
            bundle,
            engine,
            purpose: D::PURPOSE,
            example: D::EXAMPLE,
            style: D::STYLE,
            facts: FactList::of::<D>().into_iter().map(|fact| fact.info).collect(),
            schema: keys::schema::<D>,
            check: check::<D>,
            over_seeds: seeds::over_seeds::<D>,
            prerender: prerender::<D>,
            first: first::<D>,
            hash_of: D::hash_of,
        }
    }
}

/// The module in which a demo is, without this crate.
fn module<D: Demo>() -> &'static str {
    let path = std::any::type_name::<D>();
    let inner = path.split_once("::").map_or(path, |(_, inner)| inner);
    inner.rsplit_once("::").map_or("", |(module, _)| module)
}

fn check<D: Authored>(block: &Value) -> Result<Checked, Vec<Problem>> {
    let mut bare = block.clone();
    if let Some(object) = bare.as_object_mut() {
        keys::KEYS.into_iter().filter(|key| D::PRESETS || *key != "presets").for_each(|key| drop(object.remove(key)));
    }
    let parsed: D::Block =
        serde_json::from_value(bare.clone()).map_err(|error| vec![Problem::of_all(error.to_string())])?;
    let examined = D::examine(&parsed)?;
    let facts = facts::<D>(&examined.seen);
    let mut problems = vec![];
    let run = keys::Run { bare: &bare, facts: &facts };
    keys::hold::<D>(&run, block.get("expect"), "/expect", &mut problems);
    let offered = if D::PRESETS { keys::offered::<D>(block, &run, &mut problems) } else { Offered::default() };
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut questions = D::questions(&examined);
    let ask = |id: &str, kind| Asking { id: id.to_owned(), points: 1, kind };
    questions.extend(offered.question.iter().map(|question| ask(&question.id, "prediction")));
    questions.extend(offered.goals.iter().map(|goal| ask(&goal.id, "goal")));
    let text = |key: &str| block[key].as_str().unwrap_or_default().to_owned();
    let (id, title) = (text("id"), text("title"));
    let mut props = json!({ "title": title, "view": examined.view });
    for (key, value) in [("data", examined.data), ("offered", offered.written())] {
        if !value.is_empty() {
            props[key] = value.into();
        }
    }
    let props = props.to_string();
    Ok(Checked { id, title, props, facts, questions })
}

/// The facts of what came of a run by their names, without those that the run does not have.
pub(crate) fn facts<D: Authored>(seen: &D::Seen) -> Facts {
    let facts = FactList::of::<D>().into_iter().map(|fact| (fact.info.name, FactValue::from(fact.of(seen))));
    facts.filter(|(_, value)| !value.0.is_null()).collect()
}

fn prerender<D: Authored>(id: &str, props: &str) -> String {
    let props: Value = serde_json::from_str(props).expect("properties that `check` gave");
    let text = |key: &str| props[key].as_str().unwrap_or_default().to_owned();
    let (id, title, view, data) = (id.to_owned(), text("title"), text("view"), text("data"));
    let props = DemoProps {
        id: id.into(),
        title: title.into(),
        view: view.into(),
        data: data.into(),
        offered: text("offered").into(),
        ..DemoProps::default()
    };
    // On this thread: it may have the first frames.
    futures::executor::block_on(yew::LocalServerRenderer::<Figure<D>>::with_props(props).render())
}

fn first<D: Authored>(props: &str) -> Option<Vec<u8>> {
    let props: Value = serde_json::from_str(props).expect("properties that `check` gave");
    let text = |key: &str| props[key].as_str().unwrap_or_default();
    crate::chrome::engine::first(D::engine, &D::awaits(text("view"), text("offered")))
}

/// The choice nearest to what was written, if one is near enough to be meant.
pub fn nearest<'a>(written: &str, choices: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    choices
        .into_iter()
        .map(|choice| (strsim::normalized_damerau_levenshtein(written, choice), choice))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, choice)| choice)
}
