//! A demo as the host sees it: what its blocks may hold, what comes of one, how it is drawn. What every block has (`id`,
//! `title`, `expect`) is read here, once. The list of all demos is [`crate::bundles`].

use crate::chrome::{
    demo::{Authored, Demo, DemoProps, Fact, FactList, Session},
    seeds,
};
pub use crate::chrome::{
    demo::{FactInfo, Problem},
    seeds::{Asked, Refused, SEEDS, Spread},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// What a run yields, by name.
pub type Facts = BTreeMap<&'static str, FactValue>;

/// What runs under the seeds 1, 2, 3 … yield, in this order, or why they cannot be asked.
pub type OverSeeds = Result<Arc<Vec<Facts>>, Refused>;

/// A value that a run yields, for `expect` and for `{{#run id.fact}}`.
#[derive(Clone, Debug, PartialEq)]
pub struct FactValue(pub Value);

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
        if let (Some(have), Value::String(text)) = (self.0.as_f64(), expected) {
            let (relation, number) = text.split_at(text.find(|c: char| !"<>=".contains(c)).unwrap_or(text.len()));
            let number: f64 = number
                .trim()
                .parse()
                .map_err(|_| format!("`{text}` is neither a number nor a comparison such as `>= 95`"))?;
            return match relation {
                "<" => Ok(have < number),
                "<=" => Ok(have <= number),
                ">" => Ok(have > number),
                ">=" => Ok(have >= number),
                _ => Err(format!("`{text}` is no comparison: use <, <=, > or >=")),
            };
        }
        match (self.0.as_f64(), expected.as_f64()) {
            (Some(have), Some(want)) => Ok(have == want),
            _ => Ok(self.0 == *expected),
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
    /// The style sheets that it is drawn with, beside the one that all demos share: files in `theme/css/`, without
    /// `.css`, their names beginning with `demos-`.
    pub sheets: &'static [&'static str],
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
            sheets: D::SHEETS,
            facts: FactList::of::<D>().into_iter().map(|fact| fact.info).collect(),
            schema: schema::<D>,
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

fn schema<D: Authored>() -> Value {
    let mut schema = schemars::schema_for!(D::Block).to_value();
    let mut properties = serde_json::Map::new();
    properties.insert(
        "id".to_owned(),
        json!({
            "type": "string",
            "pattern": "^[a-z][a-z0-9-]*$",
            "description": "The figure's id, unique in the book: small letters, digits and hyphens.",
        }),
    );
    properties
        .insert("title".to_owned(), json!({ "type": "string", "minLength": 1, "description": "The figure's title." }));
    properties.extend(schema["properties"].as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
    schema["properties"] = properties.into();
    let own = schema["required"].as_array().cloned().unwrap_or_default();
    schema["required"] = [json!("id"), json!("title")].into_iter().chain(own).collect();
    let expect: serde_json::Map<_, _> = FactList::of::<D>()
        .iter()
        .map(|Fact { info: fact, .. }| {
            (fact.name.to_owned(), json!({ "type": ["string", "number", "boolean"], "description": fact.meaning }))
        })
        .collect();
    let wanted = "What the run must yield, or the build fails: a value, or for numbers a comparison such as \">= 95\".";
    schema["properties"]["expect"] = json!({
        "type": "object",
        "description": wanted,
        "properties": expect,
        "additionalProperties": false,
    });
    if D::SEED.is_some() {
        let over = "Under the name `fact over 20 seeds` every one of the seeds 1 to 20 must yield it; \
                    `fact.median over 20 seeds` is their median.";
        schema["properties"]["expect"]["description"] = format!("{wanted} {over}").into();
        schema["properties"]["expect"]["patternProperties"] = json!({
            "^[a-z0-9-]+([.](lowest|median|highest))? over [0-9]+ seeds$": { "type": ["string", "number", "boolean"], "description": over },
        });
    }
    schema
}

fn check<D: Authored>(block: &Value) -> Result<Checked, Vec<Problem>> {
    let mut bare = block.clone();
    let mut take = |key: &str| bare.as_object_mut().and_then(|object| object.remove(key));
    let [id, title, expect] = ["id", "title", "expect"].map(&mut take);
    let parsed: D::Block = serde_json::from_value(bare).map_err(|error| vec![Problem::of_all(error.to_string())])?;
    let examined = D::examine(&parsed)?;
    let facts = facts::<D>(&examined.seen);

    let mut problems = vec![];
    for (name, expected) in expect.as_ref().and_then(Value::as_object).into_iter().flatten() {
        let problem =
            |key, message, help| Problem { pointer: format!("/expect/{name}"), key, within: None, message, help };
        let asked = Asked::parse(name).unwrap_or(Asked { fact: name, seeds: None });
        let Some(fact) = facts.get(asked.fact) else {
            let name = asked.fact;
            let help = nearest(name, facts.keys().copied()).map(|near| format!("did you mean `{near}`?"));
            problems.push(problem(true, format!("a run of `{}` yields no `{name}`", D::NAME), help));
            continue;
        };
        if let Some((part, count)) = asked.seeds {
            let met =
                seeds::over_seeds::<D>(block, count).and_then(|runs| seeds::meets(&runs, (asked.fact, part), expected));
            if let Err(Refused { message, help }) = met {
                problems.push(problem(false, message, Some(help)));
            }
            continue;
        }
        match fact.meets(expected) {
            Ok(true) => {}
            Ok(false) => problems.push(problem(
                false,
                format!("expected {name} {expected}, but the run yields {}", fact.0),
                Some(format!("if the run is right, write {}", fact.0)),
            )),
            Err(message) => problems.push(problem(false, message, Some(format!("the run yields {}", fact.0)))),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let (id, title) = (text(id), text(title));
    let mut props = json!({ "title": title, "view": examined.view });
    if !examined.offers.is_empty() {
        props["offers"] = examined.offers.into();
    }
    let props = props.to_string();
    Ok(Checked { id, title, props, facts })
}

/// The facts of what came of a run by their names, without those that the run does not have.
pub(crate) fn facts<D: Authored>(seen: &D::Seen) -> Facts {
    let facts = FactList::of::<D>().into_iter().map(|fact| (fact.info.name, FactValue(fact.of(seen))));
    facts.filter(|(_, value)| !value.0.is_null()).collect()
}

fn prerender<D: Authored>(id: &str, props: &str) -> String {
    let props: Value = serde_json::from_str(props).expect("properties that `check` gave");
    let text = |key: &str| props[key].as_str().unwrap_or_default().to_owned();
    let (id, title, view, offers) = (id.to_owned(), text("title"), text("view"), text("offers"));
    let props = DemoProps {
        id: id.into(),
        title: title.into(),
        view: view.into(),
        offers: offers.into(),
        session: Session::default(),
    };
    // On this thread: it may have the first frames.
    futures::executor::block_on(yew::LocalServerRenderer::<D::Component>::with_props(props).render())
}

fn first<D: Authored>(props: &str) -> Option<Vec<u8>> {
    let props: Value = serde_json::from_str(props).expect("properties that `check` gave");
    let text = |key: &str| props[key].as_str().unwrap_or_default();
    crate::chrome::engine::first(D::engine, &D::awaits(text("view"), text("offers")))
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
