//! The reader commits to an answer before the reader's view is shown; which is right is computed.

use super::{
    Look, WireLab,
    bench::{Bench, tag, words},
};
use crate::chrome::{browser, figure::Desk};
use std::rc::Rc;
use wire::case::{Case, Fate, Outcome};
use yew::prelude::*;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// What the reader sees in the field of that name, of its schema or the writer's.
    Field(String),
    /// Whether the reader takes the message.
    Message,
    /// Whether what it does not know goes out again.
    PassedOn,
    /// Whether what it does not know survives JSON.
    AfterJson,
}

impl About {
    /// As a word of a view.
    pub fn word(&self) -> String {
        match self {
            Self::Field(name) => format!("ask.field.{name}"),
            Self::Message => "ask.message".to_owned(),
            Self::PassedOn => "ask.passed-on".to_owned(),
            Self::AfterJson => "ask.after-json".to_owned(),
        }
    }

    /// As the question is called in events and in the catalogue: the word without its beginning.
    pub fn name(&self) -> String {
        let word = self.word();
        word.strip_prefix("ask.").unwrap_or(&word).to_owned()
    }

    /// What [`About::word`] says, `ask.` left out.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "message" => Some(Self::Message),
            "passed-on" => Some(Self::PassedOn),
            "after-json" => Some(Self::AfterJson),
            other => other.strip_prefix("field.").map(|name| Self::Field(name.to_owned())),
        }
    }

    /// The question, where the author has none of his own.
    pub fn question(&self, case: &Case) -> String {
        let reader = if case.old_writes { "new" } else { "old" };
        match self {
            Self::Field(name) => format!("What does the {reader} program see in {name}?"),
            Self::Message => format!("What does the {reader} program do with the message?"),
            Self::PassedOn => format!("The {reader} program serialises what it has read. What goes out?"),
            Self::AfterJson => format!("The {reader} program passes the message on as JSON. What is left of it?"),
        }
    }

    /// The answers to choose from.
    pub fn choices(&self) -> &'static [&'static str] {
        match self {
            Self::Field(_) => &[
                "the value that was written",
                "the default, as if nothing had been sent",
                "a value that nobody wrote",
                "nothing at all: its type has no such field",
                "nothing: it refuses the message",
            ],
            Self::Message => &[
                "it refuses the message",
                "it reads it, and keeps what it does not know",
                "it reads it, and knows all of it",
            ],
            Self::PassedOn | Self::AfterJson => {
                &["everything that came", "less: something is lost", "nothing: it refuses the message"]
            }
        }
    }

    /// The place of the right one among them.
    pub fn right(&self, outcome: &Outcome) -> usize {
        match self {
            Self::Field(name) => {
                let of = |side: &wire::case::Side| side.message().field_by_name(name).map(|field| field.number);
                let Some(number) = of(&outcome.reader).or_else(|| of(&outcome.writer)) else { return 3 };
                match outcome.fate(number) {
                    Fate::Written => 0,
                    Fate::Default => 1,
                    Fate::Garbage => 2,
                    // Its number may be another field's there.
                    Fate::NoField => 3,
                    Fate::Refused => 4,
                }
            }
            Self::Message => match (&outcome.view.decoded.error, knows_all(outcome)) {
                (Some(_), _) => 0,
                (None, false) => 1,
                (None, true) => 2,
            },
            Self::PassedOn => lost(outcome, outcome.back.as_ref()),
            Self::AfterJson => lost(outcome, outcome.back_of_json.as_ref()),
        }
    }
}

fn knows_all(outcome: &Outcome) -> bool {
    outcome.view.decoded.pieces.iter().all(|piece| piece.taken == wire::decode::Taken::Known)
}

fn lost(outcome: &Outcome, back: Option<&wire::value::Message>) -> usize {
    match back {
        Some(back) if outcome.lost(back).is_empty() => 0,
        Some(_) => 1,
        None => 2,
    }
}

/// Where the question stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    chosen: Option<usize>,
    attempt: u32,
    /// What was answered, whether rightly, and what is right.
    result: Option<(String, bool, String)>,
    /// The case that it was about.
    of: Option<Rc<Case>>,
}

impl Asked {
    /// Nothing is answered, after so many answers.
    pub fn again(attempt: u32) -> Self {
        Self { attempt, ..Self::default() }
    }

    /// How often it was answered.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// The question, in the author's words if there are any. The answer gets the focus.
pub fn question(desk: &Desk<WireLab>, bench: &Bench<'_>, asked: &UseStateHandle<Asked>) -> Html {
    let Some(about) = &desk.look().ask else { return Html::default() };
    let case = &bench.state.case;
    let question = match desk.data().as_str() {
        words if !words.is_empty() && desk.is_original() => words.to_owned(),
        _ => about.question(case),
    };
    let choices = about.choices().iter().enumerate().map(|(index, choice)| {
        let asked_ = asked.clone();
        let onchange = Callback::from(move |_: Event| asked_.set(Asked { chosen: Some(index), ..(*asked_).clone() }));
        html! {
            <label>
                <input type="radio" name={format!("{}-answer-of", bench.id)} disabled={!bench.live}
                    checked={asked.chosen == Some(index)} {onchange}/>
                <span>{ *choice }</span>
            </label>
        }
    });
    let commit = {
        let (asked, outcome, about, id) = (asked.clone(), bench.state.outcome.clone(), about.clone(), bench.id.clone());
        let case = case.clone();
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            let Some(chosen) = asked.chosen else { return };
            let right = about.right(&outcome);
            let (choices, attempt) = (about.choices(), asked.attempt + 1);
            let (said, true_one) = (choices[chosen].to_owned(), choices[right].to_owned());
            browser::tell_answer(&id, &about.name(), &said, chosen == right, attempt);
            // The button goes away with the question; the answer is read where the focus is.
            desk.focus_next("answer");
            desk.look_at(Look { ask: None, ..desk.look().clone() });
            let result = Some((said, chosen == right, true_one));
            asked.set(Asked { chosen: None, attempt, result, of: Some(case.clone()) });
        })
    };
    let ready = asked.chosen.is_some();
    html! {
        <div class="question" role="group" id={format!("{}-question", bench.id)} tabindex="-1" aria-label="Your prediction">
            <p><strong>{ "First your prediction. " }</strong>{ "What is written is to be seen, what the reader makes of it is not yet." }</p>
            <fieldset class="choice" data-question={about.name()} data-points="1" data-kind="prediction">
                <legend>{ question }</legend>
                <div class="pills column">{ for choices }</div>
            </fieldset>
            <button type="button" class="strong needs-js" disabled={!bench.live} aria-disabled={(!ready).to_string()} onclick={commit}>
                { "Commit, and look" }
            </button>
        </div>
    }
}

impl Asked {
    /// Whether the question was answered, and the case is still that one.
    pub fn is_answered(&self, case: &Case) -> bool {
        self.of.as_deref() == Some(case)
    }
}

/// What became of the answer.
pub fn answer(bench: &Bench<'_>, asked: &Asked) -> Html {
    let Some((said, right, true_one)) = &asked.result else { return Html::default() };
    let mark = if *right { "✓ right" } else { "✕ not so" };
    let mut told = format!("You said: “{said}”. {mark}. ");
    if !right {
        told.push_str(&format!("It is: “{true_one}”. "));
    }
    told.push_str(&super::views::in_a_sentence(&bench.state.outcome));
    html! {
        <div class={if *right { "answer good" } else { "answer bad" }} role="group" id={format!("{}-answer", bench.id)}
            tabindex="-1" aria-label="Your prediction and what happens">
            { tag("p", "", vec![words("b", "", told)]) }
        </div>
    }
}
