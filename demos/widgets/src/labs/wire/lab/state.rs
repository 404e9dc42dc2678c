//! What the lab holds: the case, what follows from it, and the way back.

use super::{form, schemas::Known};
use std::rc::Rc;
use wire::{
    case::{Case, Outcome},
    edit::Edit,
    json,
    value::Message,
};
use yew::prelude::*;

/// The lab's state.
pub struct State {
    /// What the reader has made.
    pub case: Rc<Case>,
    /// What follows from it.
    pub outcome: Rc<Outcome>,
    /// The text that is being typed, so that a word is one step back and not ten.
    typing: Option<Text>,
    /// The byte that was chosen.
    pub at: Option<usize>,
    /// Cause and consequence of the last change, in words.
    pub told: String,
    /// What could not be done, and why.
    pub refused: Option<String>,
    /// What was read of schemas.
    known: Known,
}

/// The texts of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// The schema of who writes.
    Writer,
    /// The schema of who reads.
    Reader,
    /// The value.
    Value,
}

impl Text {
    /// The text's name, for the history.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Value => "value",
        }
    }
}

/// What can be done.
pub enum Act {
    /// A text was typed.
    Type(Text, String),
    /// The form of the value was used.
    Form(form::Deed),
    /// Another message type is looked at.
    Root(String),
    /// A byte was changed; then that byte is chosen.
    Edit(Edit, usize),
    /// The bytes are as they were encoded.
    Restore,
    /// A byte was chosen, or none.
    Choose(Option<usize>),
    /// The other version writes.
    Swap,
    /// Another case, with why.
    Open(Rc<Case>, String),
}

impl State {
    /// The lab with a case. Its schemas have been read.
    pub fn new(case: Rc<Case>, known: Known) -> Self {
        let outcome = Rc::new(case.outcome_by(&|text| known.read(text), None));
        Self { case, outcome, typing: None, at: None, told: String::new(), refused: None, known }
    }

    /// What follows from a case whose schemas have been read.
    fn outcome_of(&self, case: &Case, before: Option<&Outcome>) -> Outcome {
        case.outcome_by(&|text| self.known.read(text), before)
    }

    /// The schemas that have to have been read before that can be done.
    pub fn needs(&self, act: &Act) -> Vec<String> {
        let both = |case: &Case| vec![case.writer.clone(), case.reader.clone()];
        match act {
            Act::Type(Text::Writer, new) => vec![new.clone(), self.case.reader.clone()],
            Act::Type(Text::Reader, new) => vec![self.case.writer.clone(), new.clone()],
            Act::Open(case, _) => both(case),
            _ => vec![],
        }
    }

    /// The text that is being typed; nothing if the case has come about otherwise.
    pub fn typing(&self) -> Option<Text> {
        self.typing
    }

    /// The same with another case. `cause` is what was done.
    fn with(&self, mut case: Case, cause: String, typing: Option<Text>) -> Self {
        let mut outcome = self.outcome_of(&case, Some(&self.outcome));
        let mut cause = cause;
        // What was done to bytes says nothing about other bytes.
        if !case.edits.is_empty() && case.edits == self.case.edits && outcome.encoded != self.outcome.encoded {
            case.edits.clear();
            outcome = self.outcome_of(&case, Some(&outcome));
            cause.push_str(" Your changes of single bytes are gone with the bytes that they were made to.");
        }
        self.arrive(Rc::new(case), outcome, cause, typing)
    }

    fn arrive(&self, case: Rc<Case>, outcome: Outcome, cause: String, typing: Option<Text>) -> Self {
        let told = format!("{cause} {}", super::words::consequence(&self.outcome, &outcome));
        let last = outcome.bytes.len().checked_sub(1);
        let at = self.at.and_then(|at| last.map(|last| at.min(last)));
        let known = self.known.clone();
        Self { case, outcome: Rc::new(outcome), typing, at, told, refused: None, known }
    }

    /// The case with a text typed. A field that has got another name in the writer's schema keeps its value.
    fn typed(&self, text: Text, new: String) -> Self {
        let mut case = (*self.case).clone();
        let cause = match text {
            Text::Writer => "The writer’s schema is another.",
            Text::Reader => "The reader’s schema is another.",
            Text::Value => "The value is another.",
        };
        match text {
            Text::Writer => case.writer = new,
            Text::Reader => case.reader = new,
            Text::Value => case.value = new,
        }
        if text == Text::Writer {
            let outcome = self.outcome_of(&case, Some(&self.outcome));
            if !outcome.writer.stale && !outcome.value_problems.is_empty() && self.outcome.value_problems.is_empty() {
                let (carried, dropped) = self.carried(&outcome);
                if dropped == 0 {
                    case.value = json::write(&outcome.writer.schema, outcome.writer.root, &carried);
                }
            }
        }
        self.with(case, cause.to_owned(), Some(text))
    }

    /// The value for another schema of the writer, and how many fields have no place in it.
    fn carried(&self, outcome: &Outcome) -> (Message, usize) {
        let from = (&*self.outcome.writer.schema, self.outcome.writer.root);
        form::carry(from, (&outcome.writer.schema, outcome.writer.root), &self.outcome.value)
    }

    fn swapped(&self) -> Self {
        let mut case = (*self.case).clone();
        std::mem::swap(&mut case.writer, &mut case.reader);
        case.old_writes = !case.old_writes;
        case.edits.clear();
        let outcome = self.outcome_of(&case, None);
        if !outcome.value_problems.is_empty() {
            let (carried, _) = self.carried(&outcome);
            case.value = json::write(&outcome.writer.schema, outcome.writer.root, &carried);
        }
        let cause = match case.old_writes {
            true => "Now the old version writes and the new one reads.",
            false => "Now the new version writes and the old one reads.",
        };
        self.with(case, cause.to_owned(), None)
    }

    fn formed(&self, deed: &form::Deed) -> Result<Self, String> {
        let (schema, root) = (&self.outcome.writer.schema, self.outcome.writer.root);
        let mut value = self.outcome.value.clone();
        form::change(schema, root, &mut value, &deed.path.0, &deed.what)?;
        let mut case = (*self.case).clone();
        case.value = json::write(schema, root, &value);
        Ok(self.with(case, "The value is another.".to_owned(), None))
    }
}

impl Clone for State {
    fn clone(&self) -> Self {
        Self {
            case: self.case.clone(),
            outcome: self.outcome.clone(),
            typing: self.typing,
            at: self.at,
            told: self.told.clone(),
            refused: self.refused.clone(),
            known: self.known.clone(),
        }
    }
}

impl Reducible for State {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        Rc::new(match act {
            Act::Type(text, new) => self.typed(text, new),
            Act::Form(deed) => match self.formed(&deed) {
                Ok(state) => state,
                Err(why) => Self { refused: Some(why), ..(*self).clone() },
            },
            Act::Root(message) => {
                let cause = format!("The message type is {message}.");
                let mut case = Case { message, edits: vec![], ..(*self.case).clone() };
                let outcome = self.outcome_of(&case, Some(&self.outcome));
                if !outcome.value_problems.is_empty() {
                    case.value = "{}".to_owned();
                }
                self.with(case, cause, None)
            }
            Act::Edit(edit, then) => {
                let mut case = (*self.case).clone();
                case.edits.push(edit);
                let mut state = self.with(case, format!("You did this: {edit}."), None);
                state.at = state.outcome.bytes.len().checked_sub(1).map(|last| then.min(last));
                state
            }
            Act::Restore => {
                let case = Case { edits: vec![], ..(*self.case).clone() };
                self.with(case, "The bytes are as they were encoded.".to_owned(), None)
            }
            Act::Choose(at) => Self { at, ..(*self).clone() },
            Act::Swap => self.swapped(),
            Act::Open(case, cause) => {
                let outcome = self.outcome_of(&case, Some(&self.outcome));
                Self { at: None, ..self.arrive(case, outcome, cause, None) }
            }
        })
    }
}
