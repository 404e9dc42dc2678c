//! What an author writes, and everything that can be wrong with it.

use super::{
    Quiz,
    markdown::{Rendered, render},
    sheet::{Choice, Kind, Question, Sheet, Witness, code_of},
};
use crate::demo::{Authored, Examined, FactInfo, Problem, choices};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// More would not fit a screen, nor the page's marks.
const MOST_CHOICES: usize = 16;

/// A quiz.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// The figure's id, unique in the book: small letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub id: String,
    /// The figure's title.
    #[schemars(length(min = 1))]
    pub title: String,
    /// The TOML file with the questions, relative to the lesson, in the format of mdbook-quiz.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub file: Option<String>,
    /// When answers are marked: each at once, or all at the end.
    #[serde(default)]
    pub feedback: Feedback,
    /// Whether the seed orders the choices. If not, they are sorted.
    #[serde(default = "yes")]
    pub shuffle: bool,
    /// Which order the choices are in at first.
    #[serde(default = "one")]
    pub seed: u32,
    /// The questions, in place of a file: the same keys as in a file.
    #[serde(default)]
    pub questions: Vec<Asked>,
    /// Texts that several questions share, by the name that they are called by in `multipart` of these questions.
    #[serde(default)]
    pub multipart: BTreeMap<String, String>,
}

const fn yes() -> bool {
    true
}

const fn one() -> u32 {
    1
}

/// When answers are marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Feedback {
    /// Each at once.
    #[default]
    Instant,
    /// All of them when the reader hands in.
    End,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// Unique in the quiz, and the same for ever: what a reader has got is kept under it.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$"), length(max = 64))]
    pub id: String,
    /// How it is answered.
    #[serde(rename = "type")]
    pub kind: Type,
    /// What is asked.
    pub prompt: Prompt,
    /// What is right. A prediction has none: the run tells.
    #[serde(default)]
    #[schemars(with = "Answer")]
    pub answer: Option<Answer>,
    /// Why that is right, as Markdown.
    #[serde(default)]
    pub context: Option<String>,
    /// The name of a text in `multipart` that is shown with the question.
    #[serde(default)]
    pub multipart: Option<String>,
    /// What a right answer is worth.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100))]
    pub points: u32,
    /// What the builder found out about a prediction.
    #[serde(default)]
    #[schemars(skip)]
    pub resolved: Option<Resolved>,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
pub enum Type {
    /// By a choice, or by all choices that are right.
    MultipleChoice,
    /// By a few words.
    ShortAnswer,
    /// By a choice, of which a run tells whether it is right.
    Prediction,
}

impl Type {
    const fn name(self) -> &'static str {
        match self {
            Self::MultipleChoice => "MultipleChoice",
            Self::ShortAnswer => "ShortAnswer",
            Self::Prediction => "Prediction",
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prompt {
    /// The question, as Markdown. It begins with a paragraph.
    pub prompt: String,
    /// The choices that are wrong, as Markdown.
    #[serde(default)]
    pub distractors: Option<Vec<String>>,
    /// The choices stay as they are written, and the right ones stand at this place, counted from 0.
    #[serde(default)]
    #[schemars(range(max = 15))]
    pub answer_index: Option<usize>,
    /// The choices are sorted.
    #[serde(default)]
    pub sort_answers: Option<bool>,
    /// Where a text is written: on a line, on several, or on several as code.
    #[serde(default)]
    pub response: Option<Response>,
    /// The id of the figure whose run tells what is right.
    #[serde(default)]
    pub demo: Option<String>,
    /// What is asked of that run: one of its facts.
    #[serde(default)]
    pub fact: Option<String>,
}

/// Where a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Response {
    /// On one line.
    Short,
    /// On several lines.
    Long,
    /// On several lines, as code.
    Code,
}

/// What is right.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// The right choice, or all of them, as Markdown; of a short answer its text.
    pub answer: OneOrMany,
    /// Other texts that are right too.
    #[serde(default)]
    pub alternatives: Option<Vec<String>>,
}

/// One text or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several, all of which are to be chosen.
    Many(Vec<String>),
}

/// What the builder found out about a prediction.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolved {
    /// What the run yields.
    pub answer: String,
    /// The figure's title.
    pub title: String,
    /// Its page, from the site's root.
    pub page: String,
}

impl Authored for Quiz {
    const PURPOSE: &'static str = "Questions with choices, short answers and predictions, marked with an explanation.";
    const SHEETS: &'static [&'static str] = &["demos-quiz"];
    const EXAMPLE: &'static str = r#"{
  "id": "example-quiz",
  "title": "What a timeout says",
  "questions": [
    {
      "id": "after-a-timeout",
      "type": "MultipleChoice",
      "prompt": {
        "prompt": "A call ends with `DEADLINE_EXCEEDED`. What does the caller know about its effect?",
        "distractors": ["It has not happened.", "It has happened once."]
      },
      "answer": { "answer": "Nothing: it may have happened or not." },
      "context": "A timeout says something about the caller's clock, and nothing about the other machine."
    },
    {
      "id": "safe-to-repeat",
      "type": "ShortAnswer",
      "prompt": { "prompt": "What do we call an operation that can be repeated without further effect?" },
      "answer": { "answer": "idempotent", "alternatives": ["an idempotent operation"] }
    }
  ],
  "expect": { "questions": 2 }
}"#;
    const FACTS: &'static [FactInfo] = &[
        FactInfo { name: "questions", meaning: "How many questions there are." },
        FactInfo { name: "points", meaning: "How many points there are in all." },
        FactInfo { name: "predictions", meaning: "How many of the questions are predictions." },
        FactInfo { name: "hash", meaning: "The fingerprint of the seed of the choices' order, 16 hexadecimal digits." },
    ];
    type Block = Block;

    fn name_of(block: &Block) -> (&str, &str) {
        (&block.id, &block.title)
    }

    fn examine(block: &Block) -> Result<Examined, Vec<Problem>> {
        let mut examiner = Examiner { block, problems: vec![] };
        let sheet = examiner.sheet();
        if !examiner.problems.is_empty() {
            return Err(examiner.problems);
        }
        let view = code_of(block.seed);
        let predictions = sheet.questions.iter().filter(|question| question.kind == Kind::Prediction).count();
        let facts = vec![
            json!(sheet.questions.len()),
            json!(sheet.points()),
            json!(predictions),
            json!(super::fingerprint(&view)),
        ];
        Ok(Examined { view, offers: sheet.code(), facts })
    }
}

struct Examiner<'a> {
    block: &'a Block,
    problems: Vec<Problem>,
}

impl Examiner<'_> {
    fn wrong(&mut self, pointer: String, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (message.into(), Some(help.into()));
        self.problems.push(Problem { pointer, key: false, within: None, message, help });
    }

    fn wrong_key(&mut self, pointer: String, message: impl Into<String>, help: impl Into<String>) {
        self.wrong(pointer, message, help);
        if let Some(last) = self.problems.last_mut() {
            last.key = true;
        }
    }

    fn sheet(&mut self) -> Sheet {
        let block = self.block;
        if block.questions.is_empty() {
            let pointer = if block.file.is_some() { "/file" } else { "" };
            self.wrong(
                pointer.to_owned(),
                "there are no questions",
                "write `\"file\": \"quizzes/NAME.toml\"` here, and in that file a `[[questions]]` for each question",
            );
        }
        for name in block.multipart.keys() {
            if !block.questions.iter().any(|asked| asked.multipart.as_deref() == Some(name)) {
                self.wrong_key(
                    format!("/multipart/{}", token(name)),
                    format!("no question is a part of `{name}`"),
                    format!("write `multipart = \"{name}\"` in each question that is, or take this text out"),
                );
            }
        }
        let parts: BTreeMap<&str, Rendered> = block
            .multipart
            .iter()
            .map(|(name, text)| (name.as_str(), self.markdown(format!("/multipart/{}", token(name)), text)))
            .collect();
        let questions = block.questions.iter().enumerate();
        let questions = questions.map(|(index, asked)| self.question(index, asked, &parts)).collect();
        Sheet { at_end: block.feedback == Feedback::End, questions }
    }

    /// Markdown that is not empty.
    fn markdown(&mut self, pointer: String, text: &str) -> Rendered {
        let (rendered, mistakes) = render(text);
        for (message, help) in mistakes {
            self.wrong(pointer.clone(), message, help);
        }
        if rendered.text.is_empty() {
            self.wrong(pointer, "this is empty", "write something, or take it out");
        }
        rendered
    }

    /// Markdown that fits a line.
    fn inline(&mut self, pointer: String, text: &str) -> Rendered {
        let rendered = self.markdown(pointer.clone(), text);
        if !rendered.text.is_empty() && (rendered.lead.is_empty() || !rendered.rest.is_empty()) {
            self.wrong(pointer, "a choice has to be one paragraph", "put code, lists and tables into the prompt");
        } else if rendered.lead.contains("<a ") {
            self.wrong(
                pointer,
                "a choice cannot hold a link",
                "put the link into `context`: choosing is not following",
            );
        }
        rendered
    }

    fn question(&mut self, index: usize, asked: &Asked, parts: &BTreeMap<&str, Rendered>) -> Question {
        let at = |rest: &str| format!("/questions/{index}{rest}");
        let earlier = &self.block.questions[..index];
        if earlier.iter().any(|other| other.id == asked.id) {
            self.wrong(
                at("/id"),
                format!("the id `{}` is used twice in this quiz", asked.id),
                "give each question an id of its own, and never use one again for another question",
            );
        }
        self.keys_of_its_type(index, asked);
        let prompt = self.markdown(at("/prompt/prompt"), &asked.prompt.prompt);
        if !prompt.text.is_empty() && prompt.lead.is_empty() {
            self.wrong(
                at("/prompt/prompt"),
                "the prompt does not begin with a paragraph",
                "begin with the question in a sentence; code, lists and tables follow it",
            );
        }
        let context = asked.context.as_ref().map(|text| self.markdown(at("/context"), text)).unwrap_or_default();
        let part = match &asked.multipart {
            Some(name) => match parts.get(name.as_str()) {
                Some(part) => part.blocks(),
                None => {
                    let known: Vec<String> = parts.keys().map(|name| (*name).to_owned()).collect();
                    let help = choices(name, &known)
                        .unwrap_or_else(|| format!("write the shared text as `{name} = \"…\"` under `[multipart]`"));
                    self.wrong(at("/multipart"), format!("there is no `{name}` under `[multipart]`"), help);
                    String::new()
                }
            },
            None => String::new(),
        };
        let (kind, fixed, choices) = match asked.kind {
            Type::ShortAnswer => (
                match asked.prompt.response {
                    None | Some(Response::Short) => Kind::Short,
                    Some(Response::Long) => Kind::Long,
                    Some(Response::Code) => Kind::Code,
                },
                true,
                self.texts(index, asked),
            ),
            Type::MultipleChoice | Type::Prediction => self.choices(index, asked),
        };
        let witness = asked.resolved.as_ref().zip(asked.prompt.demo.as_ref()).map(|(resolved, id)| Witness {
            id: id.clone().into(),
            title: resolved.title.clone().into(),
            page: resolved.page.clone().into(),
        });
        Question {
            id: asked.id.clone().into(),
            kind,
            points: asked.points,
            fixed,
            part: part.into(),
            lead: prompt.lead.into(),
            rest: prompt.rest.into(),
            context: context.blocks().into(),
            witness,
            choices,
        }
    }

    /// Keys that its type does not have, and those that it lacks.
    fn keys_of_its_type(&mut self, index: usize, asked: &Asked) {
        use Type::{MultipleChoice, Prediction, ShortAnswer};
        let (kind, prompt) = (asked.kind, &asked.prompt);
        let answer = asked.answer.as_ref();
        let some_answers = answer.is_some_and(|answer| answer.alternatives.is_some());
        for (key, there, types) in [
            ("/prompt/distractors", prompt.distractors.is_some(), &[MultipleChoice, Prediction][..]),
            ("/prompt/answerIndex", prompt.answer_index.is_some(), &[MultipleChoice]),
            ("/prompt/sortAnswers", prompt.sort_answers.is_some(), &[MultipleChoice, Prediction]),
            ("/prompt/response", prompt.response.is_some(), &[ShortAnswer]),
            ("/prompt/demo", prompt.demo.is_some(), &[Prediction]),
            ("/prompt/fact", prompt.fact.is_some(), &[Prediction]),
            ("/answer/alternatives", some_answers, &[ShortAnswer]),
        ] {
            if there && !types.contains(&kind) {
                let name = key[1..].replace('/', ".");
                let types: Vec<&str> = types.iter().map(|kind| kind.name()).collect();
                self.wrong_key(
                    format!("/questions/{index}{key}"),
                    format!("a question of type `{}` has no `{name}`", kind.name()),
                    format!("take it out, or write `type = \"{}\"`", types.join("\"` or `\"")),
                );
            }
        }
        match (kind, answer) {
            (Prediction, Some(_)) => self.wrong_key(
                format!("/questions/{index}/answer"),
                "a prediction has no answer: the run tells what is right",
                "take it out; `prompt.demo` and `prompt.fact` say which run, and what of it",
            ),
            (MultipleChoice | ShortAnswer, None) => self.wrong(
                format!("/questions/{index}"),
                format!("the question `{}` has no answer", asked.id),
                "add `answer.answer = …`: what is right",
            ),
            _ => {}
        }
        if kind == Prediction {
            for (key, there) in [("demo", prompt.demo.is_some()), ("fact", prompt.fact.is_some())] {
                if !there {
                    let meaning =
                        if key == "demo" { "the id of the figure that is run" } else { "what of its run is asked for" };
                    self.wrong(
                        format!("/questions/{index}/prompt"),
                        format!("the prediction `{}` has no `prompt.{key}`", asked.id),
                        format!("add `prompt.{key} = …`: {meaning}"),
                    );
                }
            }
            if asked.resolved.is_none() && prompt.demo.is_some() && prompt.fact.is_some() {
                self.wrong(
                    format!("/questions/{index}/prompt"),
                    "there is no run that could tell what is right",
                    "a prediction stands in a book with the figure that it is about",
                );
            }
        }
    }

    /// The texts that answer it.
    fn texts(&mut self, index: usize, asked: &Asked) -> Vec<Choice> {
        let Some(answer) = &asked.answer else { return vec![] };
        let first = match &answer.answer {
            OneOrMany::One(text) => text,
            OneOrMany::Many(_) => {
                self.wrong(
                    format!("/questions/{index}/answer/answer"),
                    "a short answer is one text",
                    "write the usual one here and the others into `answer.alternatives`",
                );
                return vec![];
            }
        };
        let others = answer.alternatives.iter().flatten().enumerate();
        let all = std::iter::once(("/answer/answer".to_owned(), first))
            .chain(others.map(|(nth, text)| (format!("/answer/alternatives/{nth}"), text)));
        let mut seen: Vec<String> = vec![];
        let mut choices = vec![];
        for (at, text) in all {
            let (at, plain) = (format!("/questions/{index}{at}"), text.trim().to_lowercase());
            if plain.is_empty() {
                self.wrong(at, "this is empty", "write something, or take it out");
            } else if seen.contains(&plain) {
                self.wrong(
                    at,
                    "this answer is there already",
                    "capitals and spaces around it do not count; take it out",
                );
            } else {
                let text: yew::AttrValue = text.trim().to_owned().into();
                choices.push(Choice { right: true, html: text.clone(), text });
                seen.push(plain);
            }
        }
        choices
    }

    /// How it is answered, whether the choices stay where they are, and the choices.
    fn choices(&mut self, index: usize, asked: &Asked) -> (Kind, bool, Vec<Choice>) {
        let at = |rest: String| format!("/questions/{index}{rest}");
        let prompt = &asked.prompt;
        let no_distractors = vec![];
        let distractors = prompt.distractors.as_ref().unwrap_or(&no_distractors);
        // What is right, and where it is written.
        let (kind, right): (Kind, Vec<(String, &str)>) = match (asked.kind, &asked.answer, &asked.resolved) {
            (Type::Prediction, _, Some(resolved)) => {
                (Kind::Prediction, vec![(at("/prompt/fact".to_owned()), resolved.answer.as_str())])
            }
            (Type::Prediction, ..) => (Kind::Prediction, vec![]),
            (_, Some(Answer { answer: OneOrMany::One(text), .. }), _) => {
                (Kind::One, vec![(at("/answer/answer".to_owned()), text.as_str())])
            }
            (_, Some(Answer { answer: OneOrMany::Many(texts), .. }), _) => {
                if texts.is_empty() {
                    self.wrong(
                        at("/answer/answer".to_owned()),
                        "no answer is right",
                        "write at least one into the list",
                    );
                }
                let each = texts.iter().enumerate();
                (Kind::Several, each.map(|(nth, text)| (at(format!("/answer/answer/{nth}")), text.as_str())).collect())
            }
            (_, None, _) => (Kind::One, vec![]),
        };
        if distractors.is_empty() {
            let pointer = at(if prompt.distractors.is_some() { "/prompt/distractors" } else { "/prompt" }.to_owned());
            self.wrong(
                pointer,
                format!("the question `{}` has no wrong choice", asked.id),
                "add `prompt.distractors = [\"…\", \"…\"]`: what readers might take for right",
            );
        }
        if distractors.len() + right.len() > MOST_CHOICES {
            self.wrong(
                at("/prompt/distractors".to_owned()),
                format!("there are {} choices", distractors.len() + right.len()),
                format!("leave out the least likely: there can be {MOST_CHOICES}"),
            );
        }
        let mut choices: Vec<Choice> = vec![];
        let places = right.iter().map(|(at, text)| (true, at.clone(), *text));
        let wrong = distractors.iter().enumerate();
        let wrong = wrong.map(|(nth, text)| (false, at(format!("/prompt/distractors/{nth}")), text.as_str()));
        for (right, at, text) in places.chain(wrong) {
            let rendered = self.inline(at.clone(), text);
            let twin = choices.iter().find(|other| alike(&other.text, &rendered.text, asked.kind));
            match twin.map(|twin| twin.right) {
                _ if rendered.text.is_empty() => {}
                Some(true) if !right && asked.kind == Type::Prediction => self.wrong(
                    at,
                    format!("this is what the run yields: `{}`", rendered.text),
                    "a distractor has to be wrong; write another, or take it out",
                ),
                Some(true) if !right => {
                    self.wrong(
                        at,
                        "this is among the right answers",
                        "a distractor has to be wrong; take it out in one place",
                    );
                }
                Some(_) => self.wrong(at, "this choice is there already", "take it out in one of the places"),
                None => {}
            }
            choices.push(Choice { right, html: rendered.lead.into(), text: rendered.text.into() });
        }
        if let (Some(_), Some(_)) = (prompt.answer_index, prompt.sort_answers) {
            self.wrong_key(
                at("/prompt/sortAnswers".to_owned()),
                "the choices are both sorted and in a given order",
                "keep one of `answerIndex` and `sortAnswers`",
            );
        }
        let count = right.len();
        if let Some(place) = prompt.answer_index {
            if place > distractors.len() {
                self.wrong(
                    at("/prompt/answerIndex".to_owned()),
                    format!("there is no place {place}"),
                    format!("the places are counted from 0, the last is {}", distractors.len()),
                );
            } else {
                choices.rotate_left(count);
                let right = choices.split_off(choices.len() - count);
                choices.splice(place..place, right);
            }
            return (kind, true, choices);
        }
        let sorted = prompt.sort_answers == Some(true) || !self.block.shuffle;
        if sorted {
            sort(&mut choices);
        }
        (kind, sorted, choices)
    }
}

/// Whether two choices say the same; of a run's facts also if one has its thousands told apart.
fn alike(one: &str, other: &str, kind: Type) -> bool {
    let plain = |text: &str| if kind == Type::Prediction { text.replace(',', "") } else { text.to_owned() };
    plain(one) == plain(other)
}

/// By their text; numbers by their size.
fn sort(choices: &mut [Choice]) {
    let number = |choice: &Choice| choice.text.replace(',', "").parse::<f64>().ok();
    if choices.iter().all(|choice| number(choice).is_some()) {
        choices.sort_by(|a, b| number(a).unwrap_or_default().total_cmp(&number(b).unwrap_or_default()));
    } else {
        choices.sort_by_key(|choice| choice.text.to_lowercase());
    }
}

/// A key as a part of a JSON pointer.
fn token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn sheet(more: Value, questions: Value) -> Sheet {
        let mut block = json!({ "id": "q", "title": "Q", "questions": questions });
        block.as_object_mut().expect("a block").extend(more.as_object().expect("more").clone());
        let block: Block = serde_json::from_value(block).expect("a block");
        let examined = Quiz::examine(&block).unwrap_or_else(|problems| panic!("{problems:?}"));
        Sheet::parse(&examined.offers)
    }

    fn asked(prompt: Value, answer: Value) -> Value {
        let mut asked = json!({ "id": "a", "type": "MultipleChoice", "prompt": { "prompt": "What?" } });
        asked["prompt"].as_object_mut().expect("a prompt").extend(prompt.as_object().expect("more").clone());
        asked["answer"] = json!({ "answer": answer });
        asked
    }

    fn choices(sheet: &Sheet) -> Vec<(&str, bool)> {
        sheet.questions[0].choices.iter().map(|choice| (&*choice.text, choice.right)).collect()
    }

    #[test]
    fn choices_are_in_the_order_that_is_asked_for() {
        let shuffled = sheet(json!({}), json!([asked(json!({ "distractors": ["b", "c"] }), json!("a"))]));
        assert!(!shuffled.questions[0].fixed);
        for (place, order) in [(0, ["y", "x", "b", "c"]), (1, ["b", "y", "x", "c"]), (2, ["b", "c", "y", "x"])] {
            let prompt = json!({ "distractors": ["b", "c"], "answerIndex": place });
            let placed = sheet(json!({}), json!([asked(prompt, json!(["y", "x"]))]));
            assert_eq!(choices(&placed).iter().map(|(text, _)| *text).collect::<Vec<_>>(), order);
            assert!(placed.questions[0].fixed);
        }
        let words = asked(json!({ "distractors": ["beta", "*Gamma*"], "sortAnswers": true }), json!("Alpha"));
        assert_eq!(choices(&sheet(json!({}), json!([words]))), [("Alpha", true), ("beta", false), ("Gamma", false)]);
        let numbers = asked(json!({ "distractors": ["1,000", "9.5"] }), json!("80"));
        let numbers = sheet(json!({ "shuffle": false }), json!([numbers]));
        assert_eq!(choices(&numbers), [("9.5", false), ("80", true), ("1,000", false)]);
        assert!(numbers.questions[0].fixed);
    }

    #[test]
    fn kinds_points_and_feedback_reach_the_page() {
        let short = |response: &str| {
            json!({ "id": response, "type": "ShortAnswer", "points": 3, "context": "Why *not*?",
                    "prompt": { "prompt": "What?\n\n- x", "response": response },
                    "answer": { "answer": " It ", "alternatives": ["that"] } })
        };
        let questions =
            json!([short("short"), short("long"), short("code"), asked(json!({ "distractors": ["b"] }), json!(["a"]))]);
        let sheet = sheet(json!({ "feedback": "end" }), questions);
        assert!(sheet.at_end);
        assert_eq!(sheet.points(), 10);
        let kinds: Vec<Kind> = sheet.questions.iter().map(|question| question.kind).collect();
        assert_eq!(kinds, [Kind::Short, Kind::Long, Kind::Code, Kind::Several]);
        let first = &sheet.questions[0];
        assert_eq!((&*first.lead, &*first.rest), ("What?", "<ul>\n<li>x</li>\n</ul>"));
        assert_eq!(&*first.context, "<p>Why <em>not</em>?</p>");
        assert_eq!(choices(&sheet), [("It", true), ("that", true)]);
    }

    #[test]
    fn thousands_told_apart_are_the_same_number() {
        assert!(alike("1,234", "1234", Type::Prediction));
        assert!(!alike("1,234", "1234", Type::MultipleChoice));
        assert!(!alike("1,234", "12345", Type::Prediction));
    }
}
