//! What a figure offers its readers besides its run, in one form for all demos: presets, a question that is asked before
//! the answer is seen, goals to be reached.
//!
//! Authors write them as keys of a block, the builder checks them against runs, and a page holds them as lines of text.

use crate::chrome::facts::{Wanted, Yield};

/// Another run, one click away: the block with some keys replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// What stands on its button: what will be seen, in a few words.
    pub label: String,
    /// The run and how it is looked at, as a [`View`](crate::chrome::demo::View)'s code.
    pub view: String,
}

/// A question about the figure's own run, asked before the outcome is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The question's id within the figure.
    pub id: String,
    /// What is asked.
    pub ask: String,
    /// Which of the choices is right, counted from 0: the one that the run has come to.
    pub right: usize,
    /// What can be answered.
    pub choices: Vec<String>,
    /// What is told after the answer; may be empty.
    pub because: String,
}

/// Something that a reader's own run can bring about.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The goal's id within the figure.
    pub id: String,
    /// What is to be brought about, as a sentence.
    pub words: String,
    /// What the run has to yield: facts by name, each with what is wanted of it.
    pub when: Vec<(String, Wanted)>,
}

impl Goal {
    /// Whether a run that yields these facts reaches the goal.
    pub fn is_reached(&self, fact: impl Fn(&str) -> Yield) -> bool {
        self.when.iter().all(|(name, wanted)| wanted.met_by(&fact(name)))
    }
}

/// What a figure offers besides its run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offered {
    /// In the order of their buttons.
    pub presets: Vec<Preset>,
    /// The question that is asked first, if there is one.
    pub question: Option<Question>,
    /// In the order in which they are told.
    pub goals: Vec<Goal>,
}

impl Offered {
    /// As a page's properties hold it, written by the builder: a line for each of them, its parts separated by tabs. Empty if nothing is offered.
    #[cfg(any(test, feature = "ssr"))]
    pub fn written(&self) -> String {
        let mut lines = vec![];
        lines.extend(self.presets.iter().map(|preset| ["preset", &preset.label, &preset.view].join("\t")));
        if let Some(one) = &self.question {
            let right = one.right.to_string();
            let mut parts = vec!["question", &one.id, &one.ask, &right, &one.because];
            parts.extend(one.choices.iter().map(String::as_str));
            lines.push(parts.join("\t"));
        }
        for goal in &self.goals {
            let mut parts = vec!["goal".to_owned(), goal.id.clone(), goal.words.clone()];
            parts.extend(goal.when.iter().flat_map(|(name, wanted)| [name.clone(), wanted.written()]));
            lines.push(parts.join("\t"));
        }
        lines.join("\n")
    }

    /// Reads what [`Offered::written`] wrote. Lines that are none of these are left out.
    pub fn parse(written: &str) -> Self {
        let mut offered = Self::default();
        for line in written.lines() {
            let mut parts = line.split('\t').map(str::to_owned);
            let (kind, mut next) = (parts.next().unwrap_or_default(), || parts.next().unwrap_or_default());
            match kind.as_str() {
                "preset" => offered.presets.push(Preset { label: next(), view: next() }),
                "question" => {
                    let (id, ask, right, because) = (next(), next(), next().parse().unwrap_or(0), next());
                    offered.question = Some(Question { id, ask, right, because, choices: parts.collect() });
                }
                "goal" => {
                    let (id, words) = (next(), next());
                    let mut when = vec![];
                    while let (Some(name), Some(wanted)) = (parts.next(), parts.next()) {
                        when.extend(Wanted::parse(&wanted).map(|wanted| (name, wanted)));
                    }
                    offered.goals.push(Goal { id, words, when });
                }
                _ => {}
            }
        }
        offered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_is_written_and_read_back() {
        let offered = Offered {
            presets: vec![Preset { label: "A crash".into(), view: "2~rpc~a~~200".into() }],
            question: Some(Question {
                id: "known".into(),
                ask: "What can the shop know?".into(),
                right: 1,
                choices: vec!["Nothing".into(), "All".into()],
                because: String::new(),
            }),
            goals: vec![Goal {
                id: "twice".into(),
                words: "Charge the shop twice.".into(),
                when: vec![
                    ("applied".into(), Wanted::number(2.0)),
                    ("faults".into(), Wanted::of_number("<= 1").unwrap()),
                ],
            }],
        };
        let read = Offered::parse(&offered.written());
        assert_eq!((&read.presets, &read.question), (&offered.presets, &offered.question));
        let fact = |faults: u32| move |name: &str| if name == "applied" { 2_u32.into() } else { faults.into() };
        assert!(read.goals[0].is_reached(fact(1)) && !read.goals[0].is_reached(fact(2)));
        assert_eq!((&read.goals[0].id, read.goals.len()), (&offered.goals[0].id, 1));
        assert_eq!(Offered::parse(""), Offered::default());
    }
}
