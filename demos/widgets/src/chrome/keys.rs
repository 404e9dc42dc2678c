//! The keys that every block may hold, whatever its demo: `id`, `title`, `expect`, `presets`, `question`, `goals`. Their
//! schema, and how they are held against runs.

use crate::chrome::{
    demo::{Authored, Problem, Yield},
    facts::{FactList, Wanted},
    offered::{Goal, Offered, Preset, Question},
    registry::{FactValue, Facts, facts, nearest},
    seeds::{self, Asked, Refused},
};
use serde_json::{Map, Value, json};

/// Keys that are the house's and not the demo's own.
pub(crate) const KEYS: [&str; 6] = ["id", "title", "expect", "presets", "question", "goals"];

/// The words by which a goal is told, each a key of its own.
const GOALS: [(&str, &str); 3] = [("break", "Break"), ("reach", "Reach"), ("beat", "Beat")];

/// The JSON Schema of a block: the house's keys and the demo's own.
pub(crate) fn schema<D: Authored>() -> Value {
    let mut schema = schemars::schema_for!(D::Block).to_value();
    let own: Map<String, Value> = schema["properties"].as_object().cloned().unwrap_or_default();
    let id = json!({
        "type": "string",
        "pattern": "^[a-z][a-z0-9-]*$",
        "description": "The figure's id, unique in the book: small letters, digits and hyphens.",
    });
    let words = |description: &str| json!({ "type": "string", "minLength": 1, "description": description });
    let mut properties = Map::new();
    properties.insert("id".to_owned(), id);
    properties.insert("title".to_owned(), words("The figure's title."));
    properties.extend(own.clone());
    let expect = expect::<D>();
    let mut preset = Map::new();
    preset.insert(
        "label".to_owned(),
        json!({
            "type": "string", "minLength": 1, "maxLength": 60,
            "description": "What stands on the preset's button: what will be seen, in a few words.",
        }),
    );
    preset.extend(own.clone());
    preset.insert("expect".to_owned(), expect.clone());
    let runs = !FactList::of::<D>().is_empty() && D::PRESETS;
    if runs {
        properties.insert("presets".to_owned(), json!({
            "type": "array", "maxItems": 6,
            "description": "Other runs that the figure offers, each with a button: the block with some keys replaced.",
            "items": { "type": "object", "required": ["label"], "properties": preset, "additionalProperties": false },
        }));
        properties.insert("question".to_owned(), json!({
            "type": "object",
            "description": "A question about the figure's run that is asked before the outcome is told. The run answers it.",
            "required": ["ask", "fact", "choices"],
            "additionalProperties": false,
            "properties": {
                "id": { "type": "string", "pattern": "^[a-z][a-z0-9-]*$", "description": "The question's id within the figure, for progress: `question` if it is left out." },
                "ask": words("What is asked."),
                "fact": words("The fact that answers it."),
                "choices": {
                    "type": "array", "minItems": 2, "maxItems": 6,
                    "description": "What can be answered; the run has to come to exactly one of them.",
                    "items": {
                        "type": "object", "required": ["say", "is"], "additionalProperties": false,
                        "properties": {
                            "say": words("The answer's words."),
                            "is": { "type": ["string", "number", "boolean"], "description": "What the fact is if this is right: a value, or for numbers a comparison such as \">= 95\"." },
                        },
                    },
                },
                "because": words("What is told after the answer."),
            },
        }));
        let when = json!({
            "type": "object", "minProperties": 1, "properties": expect["properties"], "additionalProperties": false,
            "description": "What the reader's run has to yield: facts by name, as in `expect`.",
        });
        properties.insert("goals".to_owned(), json!({
            "type": "array", "maxItems": 3,
            "description": "What the reader is to bring about. It is computed from the run that the reader makes, and counts like an answer.",
            "items": {
                "type": "object", "required": ["when", "solution"], "additionalProperties": false,
                "oneOf": GOALS.map(|(key, _)| json!({ "required": [key] })),
                "properties": {
                    "id": { "type": "string", "pattern": "^[a-z][a-z0-9-]*$", "description": "The goal's id within the figure, for progress: `goal` if it is left out." },
                    "break": words("What is to be broken, as a sentence."),
                    "reach": words("What is to be reached, as a sentence."),
                    "beat": words("What is to be beaten, as a sentence."),
                    "when": when,
                    "solution": {
                        "type": "object", "properties": own, "additionalProperties": false,
                        "description": "Keys to replace in the block so that its run reaches the goal; not shown. The build fails if it does not.",
                    },
                },
            },
        }));
    }
    properties.insert("expect".to_owned(), expect);
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    schema["required"] = [json!("id"), json!("title")].into_iter().chain(required).collect();
    schema["properties"] = properties.into();
    schema
}

/// The schema of `expect`.
fn expect<D: Authored>() -> Value {
    let names: Map<_, _> = FactList::of::<D>()
        .iter()
        .map(|fact| {
            let info = fact.info;
            (info.name.to_owned(), json!({ "type": ["string", "number", "boolean"], "description": info.meaning }))
        })
        .collect();
    let wanted = "What the run must yield, or the build fails: a value, or for numbers a comparison such as \">= 95\".";
    let mut expect =
        json!({ "type": "object", "description": wanted, "properties": names, "additionalProperties": false });
    if D::SEED.is_some() {
        let over = "Under the name `fact over 20 seeds` every one of the seeds 1 to 20 must yield it; \
                    `fact.median over 20 seeds` is their median.";
        expect["description"] = format!("{wanted} {over}").into();
        expect["patternProperties"] = json!({
            "^[a-z0-9-]+([.](lowest|median|highest))? over [0-9]+ seeds$": { "type": ["string", "number", "boolean"], "description": over },
        });
    }
    expect
}

/// What is wanted of a fact, as an author wrote it.
///
/// # Errors
/// If the text makes no sense for a number.
pub(crate) fn wanted(have: Option<&FactValue>, written: &Value) -> Result<Wanted, String> {
    match written {
        Value::String(text) if have.is_some_and(|have| have.0.is_number()) || text.starts_with(['<', '>']) => {
            Wanted::of_number(text)
        }
        Value::String(text) => Ok(Wanted::Text(text.clone())),
        Value::Bool(truth) => Ok(Wanted::Truth(*truth)),
        other => Ok(Wanted::number(other.as_f64().unwrap_or_default())),
    }
}

/// A block, and what its run yields.
pub(crate) struct Run<'a> {
    /// The block without the house's keys.
    pub bare: &'a Value,
    /// What its run yields.
    pub facts: &'a Facts,
}

/// Holds an `expect` that stands at `pointer` against a run.
pub(crate) fn hold<D: Authored>(run: &Run<'_>, expect: Option<&Value>, pointer: &str, problems: &mut Vec<Problem>) {
    for (name, expected) in expect.and_then(Value::as_object).into_iter().flatten() {
        let problem =
            |key, message, help| Problem { pointer: format!("{pointer}/{name}"), key, within: None, message, help };
        let asked = Asked::parse(name).unwrap_or(Asked { fact: name, seeds: None });
        let Some(fact) = run.facts.get(asked.fact) else {
            problems.push(unknown::<D>(format!("{pointer}/{name}"), asked.fact, run.facts));
            continue;
        };
        if let Some((part, count)) = asked.seeds {
            let met = seeds::over_seeds::<D>(run.bare, count)
                .and_then(|runs| seeds::meets(&runs, (asked.fact, part), expected));
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
}

fn unknown<D: Authored>(pointer: String, name: &str, facts: &Facts) -> Problem {
    let help = nearest(name, facts.keys().copied()).map(|near| format!("did you mean `{near}`?"));
    Problem { pointer, key: true, within: None, message: format!("a run of `{}` yields no `{name}`", D::NAME), help }
}

/// The run of a block in which some keys are replaced, with the facts that it yields. `at` points to these keys.
fn replaced<D: Authored>(
    bare: &Value,
    keys: &Map<String, Value>,
    at: &str,
    problems: &mut Vec<Problem>,
) -> Option<(Value, String, Facts)> {
    let mut block = bare.clone();
    D::replace(&mut block, keys);
    let examined = serde_json::from_value::<D::Block>(block.clone())
        .map_err(|error| vec![Problem::of_all(error.to_string())])
        .and_then(|parsed| D::examine(&parsed));
    match examined {
        Ok(examined) => Some((block, examined.view, facts::<D>(&examined.seen))),
        Err(found) => {
            problems.extend(found.into_iter().map(|problem| {
                // Where the key is the preset's own, the mistake stands there.
                let first = problem.pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
                let own = !first.is_empty() && keys.contains_key(first);
                let within = problem.within.clone().filter(|_| own);
                let pointer = if own { format!("{at}{}", problem.pointer) } else { at.to_owned() };
                Problem { pointer, within, ..problem }
            }));
            None
        }
    }
}

/// Reads presets, question and goals of a block whose own run is `run`, and holds them against their runs.
pub(crate) fn offered<D: Authored>(block: &Value, run: &Run<'_>, problems: &mut Vec<Problem>) -> Offered {
    let list = |key: &str| block[key].as_array().cloned().unwrap_or_default();
    let mut offered = Offered::default();
    for (index, written) in list("presets").iter().enumerate() {
        let at = format!("/presets/{index}");
        let mut keys = written.as_object().cloned().unwrap_or_default();
        let label = text(keys.remove("label"));
        let expect = keys.remove("expect");
        let Some((bare, view, facts)) = replaced::<D>(run.bare, &keys, &at, problems) else { continue };
        hold::<D>(&Run { bare: &bare, facts: &facts }, expect.as_ref(), &format!("{at}/expect"), problems);
        offered.presets.push(Preset { label, view });
    }
    offered.question = block.get("question").and_then(|written| question::<D>(written, run, problems));
    for (index, written) in list("goals").iter().enumerate() {
        offered.goals.extend(goal::<D>(written, run, &format!("/goals/{index}"), problems));
    }
    let mut ids: Vec<&str> = offered.goals.iter().map(|goal| goal.id.as_str()).collect();
    ids.extend(offered.question.as_ref().map(|question| question.id.as_str()));
    ids.sort_unstable();
    if let Some(twice) = ids.windows(2).find(|two| two[0] == two[1]) {
        problems.push(Problem {
            help: Some("give each goal an `id` of its own: progress is kept by it".to_owned()),
            ..Problem::of_all(format!("two questions or goals of this figure are called `{}`", twice[0]))
        });
    }
    offered
}

fn text(value: Option<Value>) -> String {
    value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn question<D: Authored>(written: &Value, run: &Run<'_>, problems: &mut Vec<Problem>) -> Option<Question> {
    let of = |key: &str| text(written.get(key).cloned());
    let name = of("fact");
    let problem = |pointer: &str, message: String, help: Option<String>| Problem {
        pointer: format!("/question{pointer}"),
        key: false,
        within: None,
        message,
        help,
    };
    let Some(fact) = run.facts.get(name.as_str()) else {
        problems.push(Problem { key: false, ..unknown::<D>("/question/fact".to_owned(), &name, run.facts) });
        return None;
    };
    let choices = written["choices"].as_array().cloned().unwrap_or_default();
    let mut right = vec![];
    for (index, choice) in choices.iter().enumerate() {
        match fact.meets(&choice["is"]) {
            Ok(true) => right.push(index),
            Ok(false) => {}
            Err(message) => problems.push(problem(&format!("/choices/{index}/is"), message, None)),
        }
    }
    if let [right] = right[..] {
        let id = written.get("id").map_or_else(|| "question".to_owned(), |id| text(Some(id.clone())));
        let choices = choices.iter().map(|choice| text(choice.get("say").cloned())).collect();
        return Some(Question { id, ask: of("ask"), right, choices, because: of("because") });
    }
    let message = format!(
        "the run yields {} for `{name}`, which is {} of the choices",
        fact.0,
        match right.len() {
            0 => "none".to_owned(),
            more => format!("{more}"),
        }
    );
    problems.push(problem("/choices", message, Some("let exactly one `is` fit".to_owned())));
    None
}

fn goal<D: Authored>(written: &Value, run: &Run<'_>, at: &str, problems: &mut Vec<Problem>) -> Option<Goal> {
    let (kind, words) = GOALS.into_iter().find_map(|(key, kind)| Some((kind, written.get(key)?.as_str()?)))?;
    let mut when = vec![];
    let known = FactList::of::<D>();
    for (name, value) in written["when"].as_object().into_iter().flatten() {
        let pointer = format!("{at}/when/{name}");
        if !known.iter().any(|fact| fact.info.name == name) {
            problems.push(unknown::<D>(pointer, name, run.facts));
            return None;
        }
        match wanted(run.facts.get(name.as_str()), value) {
            Ok(wanted) => when.push((name.clone(), wanted)),
            Err(message) => {
                problems.push(Problem { pointer, key: false, within: None, message, help: None });
                return None;
            }
        }
    }
    let id = written.get("id").map_or_else(|| "goal".to_owned(), |id| text(Some(id.clone())));
    let goal = Goal { id, words: format!("{kind}: {words}"), when };
    let reached = |facts: &Facts| goal.is_reached(|name| facts.get(name).map_or(Yield::Nothing, FactValue::as_yield));
    let problem = |pointer: String, message: &str, help: &str| Problem {
        pointer,
        key: false,
        within: None,
        message: message.to_owned(),
        help: Some(help.to_owned()),
    };
    if reached(run.facts) {
        problems.push(problem(
            format!("{at}/when"),
            "the figure's own run reaches this goal already",
            "ask for something that the reader has to bring about",
        ));
        return None;
    }
    let keys = written["solution"].as_object().cloned().unwrap_or_default();
    let (_, _, facts) = replaced::<D>(run.bare, &keys, &format!("{at}/solution"), problems)?;
    if !reached(&facts) {
        let missed = goal.when.iter().filter(|(name, wanted)| {
            !wanted.met_by(&facts.get(name.as_str()).map_or(Yield::Nothing, FactValue::as_yield))
        });
        let missed: Vec<String> = missed
            .map(|(name, _)| {
                format!(
                    "`{name}` is {}",
                    facts.get(name.as_str()).map_or("nothing".to_owned(), |fact| fact.0.to_string())
                )
            })
            .collect();
        problems.push(problem(
            format!("{at}/solution"),
            &format!("this run does not reach the goal: {}", missed.join(", ")),
            "let the solution reach it, or ask for less",
        ));
        return None;
    }
    Some(goal)
}
