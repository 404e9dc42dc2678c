//! What an author writes, and everything that can be wrong with it.

use super::{
    Quiz,
    markdown::{Rendered, Setting, code_block, render},
    sheet::{Choice, Kind, Question, Sheet, Witness},
};
use crate::chrome::{
    demo::{Authored, Examined, Problem, choices},
    figure,
    registry::Asking,
};
use serde::Deserialize;
use std::{collections::BTreeMap, rc::Rc};

/// More would not fit a screen, nor the page's marks.
const MOST_CHOICES: usize = 16;

/// A quiz.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
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
    /// The page that the quiz stands on, as a path from the site's root: the builder says it.
    #[serde(default)]
    #[schemars(skip)]
    pub page: Option<String>,
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
    /// Any text, unique in the quiz and the same for ever: what a reader has got is kept under it.
    #[schemars(length(min = 1))]
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
    /// By saying whether a program compiles, and if so what it prints.
    Tracing,
}

impl Type {
    const fn name(self) -> &'static str {
        match self {
            Self::MultipleChoice => "MultipleChoice",
            Self::ShortAnswer => "ShortAnswer",
            Self::Prediction => "Prediction",
            Self::Tracing => "Tracing",
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prompt {
    /// The question, as Markdown. The question about a program is always the same.
    #[serde(default)]
    #[schemars(with = "String")]
    pub prompt: Option<String>,
    /// The program that is asked about.
    #[serde(default)]
    #[schemars(with = "String")]
    pub program: Option<String>,
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
    #[serde(default)]
    #[schemars(with = "OneOrMany")]
    pub answer: Option<OneOrMany>,
    /// Other texts that are right too.
    #[serde(default)]
    pub alternatives: Option<Vec<String>>,
    /// Whether the program compiles.
    #[serde(default)]
    #[schemars(with = "bool")]
    pub does_compile: Option<bool>,
    /// What a program that compiles prints.
    #[serde(default)]
    #[schemars(with = "String")]
    pub stdout: Option<String>,
    /// Which line of a program that does not compile is to blame, counted from 1. It is told after the answer.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub line_number: Option<usize>,
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
    const STYLE: &'static str = include_str!("style.css");
    const PRESETS: bool = false;
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
    },
    {
      "id": "which-loop",
      "type": "MultipleChoice",
      "prompt": {
        "prompt": "The server drops a call whose key it has seen. Which loop can charge an account twice?",
        "distractors": ["```rust\nlet key = new_key();\nwhile charge(key).is_err() {}\n```"]
      },
      "answer": { "answer": "```rust\nwhile charge(new_key()).is_err() {}\n```" },
      "context": "A new key for each attempt makes each attempt another call."
    },
    {
      "id": "one-more-byte",
      "type": "Tracing",
      "prompt": { "program": "fn main() {\n    let sent: u8 = 255;\n    println!(\"{}\", sent.wrapping_add(1));\n}" },
      "answer": { "doesCompile": true, "stdout": "0" },
      "context": "A `u8` goes up to 255, and `wrapping_add` goes on from 0."
    }
  ],
  "expect": { "questions": 4 }
}"#;
    type Block = Block;

    fn questions(examined: &Examined<Self::Seen>) -> Vec<Asking> {
        let (_, sheet) = &examined.seen;
        let ask = |one: &Question| Asking { id: one.id.to_string(), points: one.points, kind: one.kind.name() };
        sheet.questions.iter().map(ask).collect()
    }

    fn examine(block: &Block) -> Result<Examined<Self::Seen>, Vec<Problem>> {
        let mut examiner = Examiner { block, problems: vec![] };
        let sheet = examiner.sheet();
        if !examiner.problems.is_empty() {
            return Err(examiner.problems);
        }
        let data = sheet.code();
        Ok(Examined { data, ..figure::examined::<Self>(block.seed, (), (block.seed, Rc::new(sheet))) })
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
            .map(|(name, text)| (name.as_str(), self.markdown(format!("/multipart/{}", token(name)), text, true)))
            .collect();
        let questions = block.questions.iter().enumerate();
        let questions = questions.map(|(index, asked)| self.question(index, asked, &parts)).collect();
        Sheet { at_end: block.feedback == Feedback::End, questions }
    }

    /// Markdown that is not empty.
    fn markdown(&mut self, pointer: String, text: &str, numbered: bool) -> Rendered {
        let (rendered, mistakes) = render(text, Setting { page: self.block.page.as_deref(), numbered });
        let fine = mistakes.is_empty();
        for (message, help) in mistakes {
            self.wrong(pointer.clone(), message, help);
        }
        if fine && rendered.text.is_empty() {
            self.wrong(pointer, "this is empty", "write something, or take it out");
        }
        rendered
    }

    fn question(&mut self, index: usize, asked: &Asked, parts: &BTreeMap<&str, Rendered>) -> Question {
        let at = |rest: &str| format!("/questions/{index}{rest}");
        let name = question_name(&asked.id);
        let earlier = &self.block.questions[..index];
        if asked.id.trim().is_empty() {
            self.wrong(
                at("/id"),
                "this id is empty",
                "call the question something: what a reader has got is kept under its id",
            );
        } else if earlier.iter().any(|other| question_name(&other.id) == name) {
            self.wrong(
                at("/id"),
                format!("the id `{}` is used twice in this quiz", asked.id),
                "give each question an id of its own, and never use one again for another question",
            );
        }
        self.keys_of_its_type(index, asked);
        let prompt = match (asked.kind, &asked.prompt.program, &asked.prompt.prompt) {
            (Type::Tracing, Some(program), _) => self.program(at("/prompt/program"), program),
            (Type::Tracing, None, _) | (_, _, None) => Rendered::default(),
            (_, _, Some(text)) => self.markdown(at("/prompt/prompt"), text, true),
        };
        // What begins with code or a list has no sentence that could name the question.
        let lead = match prompt.lead.is_empty() {
            true => "<span class=\"visually-hidden\">What is asked stands below.</span>".to_owned(),
            false => prompt.lead,
        };
        let context = asked.context.as_ref().map(|text| self.markdown(at("/context"), text, false));
        let mut context = context.unwrap_or_default().blocks();
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
            Type::Tracing => {
                if let Some(line) = asked.answer.as_ref().and_then(|answer| answer.line_number) {
                    context.insert_str(0, &format!("<p>The compiler objects to line {line}.</p>"));
                }
                (Kind::Tracing, true, self.traced(index, asked))
            }
        };
        let witness = asked.resolved.as_ref().zip(asked.prompt.demo.as_ref()).map(|(resolved, id)| Witness {
            id: id.clone().into(),
            title: resolved.title.clone().into(),
            page: resolved.page.clone().into(),
        });
        Question {
            id: name.into(),
            kind,
            points: asked.points,
            fixed,
            part: part.into(),
            lead: lead.into(),
            rest: prompt.rest.into(),
            context: context.into(),
            witness,
            choices,
        }
    }

    /// The question about a program.
    fn program(&mut self, pointer: String, program: &str) -> Rendered {
        let program = program.trim_matches(['\n', '\r']).trim_end();
        if program.trim().is_empty() {
            self.wrong(pointer, "there is no program here", "write the program that is asked about");
        }
        Rendered {
            lead: "Does this program compile? If it does, what does it print?".to_owned(),
            rest: code_block(program, "rust", true).trim().to_owned(),
            text: program.to_owned(),
        }
    }

    /// The two answers to a question about a program; see [`Kind::Tracing`].
    fn traced(&mut self, index: usize, asked: &Asked) -> Vec<Choice> {
        let at = |rest: &str| format!("/questions/{index}/answer{rest}");
        let Some(answer) = &asked.answer else { return vec![] };
        let compiles = answer.does_compile;
        match (compiles, &answer.stdout, answer.line_number) {
            (None, ..) => self.wrong(
                at(""),
                format!("the question `{}` does not say whether its program compiles", asked.id),
                "add `answer.doesCompile = true`, and what it prints, or `false`",
            ),
            (Some(true), None, _) => self.wrong(
                at(""),
                format!("the question `{}` does not say what its program prints", asked.id),
                "add `answer.stdout = \"…\"`; nothing is run here",
            ),
            (Some(false), Some(_), _) => self.wrong_key(
                at("/stdout"),
                "a program that does not compile prints nothing",
                "take `answer.stdout` out, or write `answer.doesCompile = true`",
            ),
            (Some(true), _, Some(_)) => self.wrong_key(
                at("/lineNumber"),
                "the compiler objects to no line of a program that compiles",
                "take `answer.lineNumber` out, or write `answer.doesCompile = false`",
            ),
            (Some(false), _, Some(line)) => {
                let program = asked.prompt.program.as_deref().unwrap_or_default();
                let lines = program.trim_matches(['\n', '\r']).trim_end().lines().count();
                if line > lines {
                    self.wrong(
                        at("/lineNumber"),
                        format!("the program has no line {line}"),
                        format!("its lines are counted from 1, the last is {lines}"),
                    );
                }
            }
            _ => {}
        }
        let choice = |right: bool, html: &'static str, text: String| Choice {
            right,
            blocks: false,
            html: html.into(),
            text: text.into(),
        };
        let output = answer.stdout.as_deref().unwrap_or_default().trim().replace("\r\n", "\n");
        vec![
            choice(compiles == Some(true), "It compiles, and prints:", output),
            choice(compiles == Some(false), "It does not compile.", "It does not compile.".to_owned()),
        ]
    }

    /// Keys that its type does not have, and those that it lacks.
    fn keys_of_its_type(&mut self, index: usize, asked: &Asked) {
        use Type::{MultipleChoice, Prediction, ShortAnswer, Tracing};
        let (kind, prompt) = (asked.kind, &asked.prompt);
        let answer = asked.answer.as_ref();
        let answers = |has: fn(&Answer) -> bool| answer.is_some_and(has);
        for (key, there, types) in [
            ("/prompt/prompt", prompt.prompt.is_some(), &[MultipleChoice, ShortAnswer, Prediction][..]),
            ("/prompt/program", prompt.program.is_some(), &[Tracing]),
            ("/prompt/distractors", prompt.distractors.is_some(), &[MultipleChoice, Prediction]),
            ("/prompt/answerIndex", prompt.answer_index.is_some(), &[MultipleChoice]),
            ("/prompt/sortAnswers", prompt.sort_answers.is_some(), &[MultipleChoice, Prediction]),
            ("/prompt/response", prompt.response.is_some(), &[ShortAnswer]),
            ("/prompt/demo", prompt.demo.is_some(), &[Prediction]),
            ("/prompt/fact", prompt.fact.is_some(), &[Prediction]),
            ("/answer/answer", answers(|answer| answer.answer.is_some()), &[MultipleChoice, ShortAnswer]),
            ("/answer/alternatives", answers(|answer| answer.alternatives.is_some()), &[ShortAnswer]),
            ("/answer/doesCompile", answers(|answer| answer.does_compile.is_some()), &[Tracing]),
            ("/answer/stdout", answers(|answer| answer.stdout.is_some()), &[Tracing]),
            ("/answer/lineNumber", answers(|answer| answer.line_number.is_some()), &[Tracing]),
        ] {
            // What else is wrong with the answer of a prediction is told below.
            let told = kind == Prediction && key.starts_with("/answer");
            if there && !types.contains(&kind) && !told {
                let name = key[1..].replace('/', ".");
                let types: Vec<&str> = types.iter().map(|kind| kind.name()).collect();
                self.wrong_key(
                    format!("/questions/{index}{key}"),
                    format!("a question of type `{}` has no `{name}`", kind.name()),
                    format!("take it out, or write `type = \"{}\"`", types.join("\"` or `\"")),
                );
            }
        }
        let (asks, what) = match kind {
            Tracing => (("program", prompt.program.is_some()), "the program that is asked about"),
            _ => (("prompt", prompt.prompt.is_some()), "the question"),
        };
        if !asks.1 {
            self.wrong(
                format!("/questions/{index}/prompt"),
                format!("the question `{}` has no `prompt.{}`", asked.id, asks.0),
                format!("add `prompt.{} = \"…\"`: {what}", asks.0),
            );
        }
        match (kind, answer) {
            (Prediction, Some(_)) => self.wrong_key(
                format!("/questions/{index}/answer"),
                "a prediction has no answer: the run tells what is right",
                "take it out; `prompt.demo` and `prompt.fact` say which run, and what of it",
            ),
            (MultipleChoice | ShortAnswer, None | Some(Answer { answer: None, .. })) => self.wrong(
                format!("/questions/{index}{}", if answer.is_some() { "/answer" } else { "" }),
                format!("the question `{}` has no answer", asked.id),
                "add `answer.answer = …`: what is right",
            ),
            (Tracing, None) => self.wrong(
                format!("/questions/{index}"),
                format!("the question `{}` has no answer", asked.id),
                "add `answer.doesCompile = true` and `answer.stdout = \"…\"`, or `answer.doesCompile = false`",
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
        let Some((answer, first)) = asked.answer.as_ref().and_then(|all| Some((all, all.answer.as_ref()?))) else {
            return vec![];
        };
        let first = match first {
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
            } else if !seen.contains(&plain) {
                let text: yew::AttrValue = text.trim().to_owned().into();
                choices.push(Choice { right: true, blocks: false, html: text.clone(), text });
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
        let answer = asked.answer.as_ref().and_then(|answer| answer.answer.as_ref());
        let (kind, right): (Kind, Vec<(String, &str)>) = match (asked.kind, answer, &asked.resolved) {
            (Type::Prediction, _, Some(resolved)) => {
                (Kind::Prediction, vec![(at("/prompt/fact".to_owned()), resolved.answer.as_str())])
            }
            (Type::Prediction, ..) => (Kind::Prediction, vec![]),
            (_, Some(OneOrMany::One(text)), _) => (Kind::One, vec![(at("/answer/answer".to_owned()), text.as_str())]),
            (_, Some(OneOrMany::Many(texts)), _) => {
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
        // All of several can be right: that is for the reader to find out.
        if distractors.is_empty() && (kind != Kind::Several || right.len() == 1) {
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
            let before = self.problems.len();
            let rendered = self.markdown(at.clone(), text, false);
            let fine = self.problems.len() == before;
            let blocks = rendered.is_blocks();
            let html = if blocks { rendered.blocks() } else { rendered.lead };
            let twin = choices.iter().find(|other| match is_exact(&html) && is_exact(&other.html) {
                true => *other.html == html,
                false => alike(&other.text, &rendered.text, asked.kind),
            });
            match twin.map(|twin| twin.right) {
                _ if !fine => {}
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
            choices.push(Choice { right, blocks, html: html.into(), text: rendered.text.into() });
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

/// Whether a choice holds what words alone do not tell: code, whose spaces count, and pictures.
fn is_exact(html: &str) -> bool {
    ["<pre", "<code", "<img"].iter().any(|tag| html.contains(tag))
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

/// What a question is called outside its quiz: its id, if that can stand in an address and in what learning management
/// systems take for a name. Any other id has a name of its own too, which begins with `_`: what cannot stand in one is
/// written as its number, in hexadecimal digits between two `_`.
fn question_name(id: &str) -> String {
    /// No more than that, so that it is kept together with its figure's name.
    const LONGEST: usize = 100;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let fits = |c: char| plain(c) || c == '_';
    if id.len() <= 64 && id.starts_with(|c: char| c.is_ascii_alphanumeric()) && id.chars().all(fits) {
        return id.to_owned();
    }
    let mut name = "_".to_owned();
    for c in id.chars() {
        match plain(c) {
            true => name.push(c),
            false => name.push_str(&format!("_{:x}_", u32::from(c))),
        }
    }
    if name.len() > LONGEST {
        let mut hash = sim::TraceHash::default();
        hash.text(id);
        name.truncate(LONGEST - 20);
        name.push_str(&format!("__{hash}"));
    }
    name
}

/// A key as a part of a JSON pointer.
fn token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use serde_json::json;

    fn sheet(more: Value, questions: Value) -> Sheet {
        let mut block = json!({ "questions": questions });
        block.as_object_mut().expect("a block").extend(more.as_object().expect("more").clone());
        let block: Block = serde_json::from_value(block).expect("a block");
        let examined = Quiz::examine(&block).unwrap_or_else(|problems| panic!("{problems:?}"));
        Sheet::parse(&examined.data)
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
    fn any_id_has_a_name_of_its_own_and_published_ones_are_theirs() {
        for published in ["after-a-timeout", "A.1_b", "18ea4c61-c7c3-433f-add5-d3d3156e3e71"] {
            assert_eq!(question_name(published), published);
        }
        let long = "x".repeat(300);
        let longer = format!("{long}y");
        let umlauts = "ä".repeat(60);
        let ids =
            ["a b", "a_20_b", "_a_20_b", "a  b", "ä", "Ä", "a/b", "-a", "_", " a", "🚀", &long, &longer, &umlauts];
        let names: std::collections::BTreeSet<String> = ids.iter().map(|id| question_name(id)).collect();
        assert_eq!(names.len(), ids.len(), "{names:?}");
        assert_eq!((question_name("a b"), question_name("Größe")), ("_a_20_b".to_owned(), "_Gr_f6__df_e".to_owned()));
        for name in names {
            let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            assert!(name.len() <= 100 && name.chars().all(fits), "{name}");
        }
    }

    #[test]
    fn choices_may_be_blocks_and_all_of_them_right() {
        let code = |code: &str| format!("```rust\n{code}\n```\n");
        let blocks = asked(json!({ "distractors": [code("a  b;"), "- a\n- b\n"] }), json!(code("a b;")));
        let sheet_of = sheet(json!({}), json!([blocks]));
        let seen: Vec<(bool, &str)> =
            sheet_of.questions[0].choices.iter().map(|choice| (choice.blocks, &*choice.html)).collect();
        assert_eq!(
            seen,
            [
                (true, "<pre><code class=\"language-rust\">a b;\n</code></pre>"),
                (true, "<pre><code class=\"language-rust\">a  b;\n</code></pre>"),
                (true, "<ul>\n<li>a</li>\n<li>b</li>\n</ul>")
            ]
        );
        assert_eq!(choices(&sheet_of), [("a b;", true), ("a b;", false), ("a b", false)]);
        let all = sheet(json!({}), json!([asked(json!({}), json!(["a", "b"]))]));
        assert_eq!((all.questions[0].kind, choices(&all)), (Kind::Several, vec![("a", true), ("b", true)]));
    }

    #[test]
    fn a_program_is_asked_about() {
        let traced = |answer: Value| {
            let program = "\nfn main() {\n  let x: u8 = `[256]`;\n}\n";
            json!({ "id": "a", "type": "Tracing", "prompt": { "program": program }, "answer": answer, "context": "So." })
        };
        let sheet_of = sheet(json!({}), json!([traced(json!({ "doesCompile": false, "lineNumber": 2 }))]));
        let question = &sheet_of.questions[0];
        assert_eq!((question.kind, question.fixed), (Kind::Tracing, true));
        assert_eq!(
            &*question.rest,
            "<pre><code class=\"language-rust numbered\"><span class=\"line\">fn main() {</span>\n\
             <span class=\"line\">  let x: u8 = <mark>256</mark>;</span>\n<span class=\"line\">}</span>\n</code></pre>"
        );
        assert_eq!(&*question.context, "<p>The compiler objects to line 2.</p><p>So.</p>");
        assert_eq!(choices(&sheet_of), [("", false), ("It does not compile.", true)]);
        let prints = sheet(json!({}), json!([traced(json!({ "doesCompile": true, "stdout": "1\n2\n" }))]));
        assert_eq!(choices(&prints), [("1\n2", true), ("It does not compile.", false)]);
    }

    #[test]
    fn thousands_told_apart_are_the_same_number() {
        assert!(alike("1,234", "1234", Type::Prediction));
        assert!(!alike("1,234", "1234", Type::MultipleChoice));
        assert!(!alike("1,234", "12345", Type::Prediction));
    }
}
