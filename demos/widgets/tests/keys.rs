//! Presets, the question and goals: the keys that every block may hold, whatever its demo.
#![cfg(feature = "ssr")]

use serde_json::{Value, json};
use widgets::{
    bundles::entries,
    chrome::{
        offered::Offered,
        registry::{Checked, Problem},
    },
};

fn check(more: Value) -> Result<Checked, Vec<Problem>> {
    let mut block = json!({ "id": "a", "title": "A", "a": 3, "b": 4 });
    block.as_object_mut().expect("a block").extend(more.as_object().expect("more").clone());
    let entry = entries().iter().find(|entry| entry.name == "call-chain").expect("a demo of that name");
    (entry.check)(&block)
}

fn offered(checked: &Checked) -> Offered {
    let props: Value = serde_json::from_str(&checked.props).expect("properties are JSON");
    Offered::parse(props["offered"].as_str().unwrap_or_default())
}

/// The problem that a block has, which is the only one: where, and what.
fn problem(more: Value) -> (String, String) {
    let problems = check(more.clone()).expect_err(&more.to_string());
    assert_eq!(problems.len(), 1, "{more}: {problems:?}");
    (problems[0].pointer.clone(), problems[0].message.clone())
}

#[test]
fn a_preset_is_the_block_with_some_keys_replaced() {
    let checked =
        check(json!({ "presets": [{ "label": "Nothing", "a": 0, "expect": { "sum": 4 } }] })).expect("a block");
    let [preset] = &offered(&checked).presets[..] else { panic!("one preset") };
    assert_eq!((&*preset.label, &*preset.view), ("Nothing", "2~add~0~4"));
    let (pointer, message) = problem(json!({ "presets": [{ "label": "A", "a": 0, "expect": { "sum": 5 } }] }));
    assert_eq!(pointer, "/presets/0/expect/sum");
    assert_eq!(message, "expected sum 5, but the run yields 4");
    let (pointer, _) = problem(json!({ "presets": [{ "label": "A", "expect": { "sun": 7 } }] }));
    assert_eq!(pointer, "/presets/0/expect/sun");
}

#[test]
fn the_run_answers_a_question() {
    let ask = |choices: Value| json!({ "question": { "ask": "How much?", "fact": "sum", "choices": choices } });
    let choice = |say: &str, is: Value| json!({ "say": say, "is": is });
    let checked = check(ask(json!([choice("six", json!(6)), choice("more", json!("> 6"))]))).expect("a block");
    let question = offered(&checked).question.expect("a question");
    assert_eq!((question.right, &question.choices[..]), (1, &["six".to_owned(), "more".to_owned()][..]));
    assert_eq!(checked.questions.len(), 1);
    assert_eq!((&*checked.questions[0].id, checked.questions[0].kind), ("question", "prediction"));
    for (choices, what) in [
        (json!([choice("six", json!(6)), choice("five", json!(5))]), "none of the choices"),
        (json!([choice("seven", json!(7)), choice("more", json!("> 6"))]), "2 of the choices"),
    ] {
        let (pointer, message) = problem(ask(choices));
        assert_eq!(pointer, "/question/choices");
        assert!(message.contains(what), "{message}");
    }
    let unknown =
        json!({ "question": { "ask": "?", "fact": "sun", "choices": [choice("a", json!(1)), choice("b", json!(2))] } });
    assert_eq!(problem(unknown).0, "/question/fact");
}

#[test]
fn a_goal_is_reached_by_its_solution_and_not_by_the_figure() {
    let goal =
        |when: Value, solution: Value| json!({ "goals": [{ "beat": "seven.", "when": when, "solution": solution }] });
    let checked = check(goal(json!({ "sum": "> 7" }), json!({ "b": 5 }))).expect("a block");
    let [goal_of] = &offered(&checked).goals[..] else { panic!("one goal") };
    assert_eq!((&*goal_of.id, &*goal_of.words), ("goal", "Beat: seven."));
    assert_eq!((&*checked.questions[0].id, checked.questions[0].kind), ("goal", "goal"));
    for (when, solution, pointer, message) in [
        (json!({ "sum": "> 6" }), json!({ "b": 5 }), "/goals/0/when", "already"),
        (json!({ "sum": "> 9" }), json!({ "b": 5 }), "/goals/0/solution", "`sum` is 8"),
        (json!({ "sun": 1 }), json!({}), "/goals/0/when/sun", "yields no `sun`"),
        (json!({ "sum": "> many" }), json!({}), "/goals/0/when/sum", "neither a number"),
    ] {
        let found = problem(goal(when, solution));
        assert!(found.0 == pointer && found.1.contains(message), "{found:?}");
    }
    let twice = json!({ "goals": [
        { "beat": "seven.", "when": { "sum": "> 7" }, "solution": { "b": 5 } },
        { "beat": "nine.", "when": { "sum": "> 9" }, "solution": { "b": 7 } },
    ] });
    assert!(problem(twice).1.contains("are called `goal`"));
}
