//! What a reader has put down, and where he is.

use super::sheet::{Given, Question, Sheet};
use std::rc::Rc;
use yew::Reducible;

/// What has become of one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// What was put down last.
    pub given: Given,
    /// Whether it was right, once it is marked.
    pub marked: Option<bool>,
    /// How often it was marked.
    pub attempts: u32,
}

/// What a reader has put down, and where he is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    sheet: Rc<Sheet>,
    /// The order of the choices.
    pub seed: u32,
    /// The questions of this round, in their order: all of them, or those that were wrong.
    pub round: Vec<usize>,
    /// Which of the round is shown.
    pub at: usize,
    /// For each question of the sheet.
    pub answers: Vec<Answer>,
    /// Whether the round is over and the result is shown.
    pub over: bool,
    /// What is still missing, if the reader has asked for more than there can be.
    pub note: Option<String>,
}

/// What a reader does.
#[derive(Clone, Debug)]
pub enum Do {
    /// Chooses, in the question that is shown.
    Choose(usize),
    /// Writes, in the question that is shown.
    Write(String),
    /// Goes to that question of the round.
    Go(usize),
    /// Has the question that is shown marked.
    Check,
    /// Has all questions of the round marked.
    HandIn,
    /// Looks at the result.
    End,
    /// Is told that something is missing in that question of the round.
    Miss(usize),
    /// Begins again, with the wrong ones or with all.
    Again {
        /// Only with those that were wrong.
        wrong: bool,
    },
    /// Has the choices in another order.
    Shuffle(u32),
}

impl Paper {
    /// An empty one.
    pub fn new(sheet: Rc<Sheet>, seed: u32) -> Self {
        let count = sheet.questions.len();
        let answers = vec![Answer::default(); count];
        Self { sheet, seed, round: (0..count).collect(), at: 0, answers, over: false, note: None }
    }

    /// The question that is shown, by its place in the sheet.
    pub fn current(&self) -> usize {
        self.round.get(self.at).copied().unwrap_or_default()
    }

    /// The question at that place of the sheet.
    pub fn question(&self, index: usize) -> &Question {
        &self.sheet.questions[index]
    }

    /// Whether anything was put down for the question at that place of the sheet.
    pub fn is_answered(&self, index: usize) -> bool {
        self.question(index).is_answered(&self.answers[index].given)
    }

    /// The first of the round, from the one that is shown on and then from the beginning, for which `open` holds.
    pub fn next(&self, open: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let count = self.round.len();
        (0..count).map(|step| (self.at + step) % count).find(|place| open(self, self.round[*place]))
    }

    /// The points of all questions whose last answer was right.
    pub fn points(&self) -> u32 {
        self.right().map(|index| self.question(index).points).sum()
    }

    /// The questions whose last answer was right, by their places in the sheet.
    pub fn right(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.answers.len()).filter(|index| self.answers[*index].marked == Some(true))
    }

    fn mark(&mut self, index: usize) {
        let right = self.question(index).is_right(&self.answers[index].given);
        let answer = &mut self.answers[index];
        answer.marked = Some(right);
        answer.attempts += 1;
    }
}

impl Reducible for Paper {
    type Action = Do;

    fn reduce(self: Rc<Self>, what: Do) -> Rc<Self> {
        let mut next = (*self).clone();
        let current = next.current();
        next.note = None;
        match what {
            Do::Choose(choice) => {
                let several = next.question(current).kind == super::sheet::Kind::Several;
                let given = &mut next.answers[current].given;
                given.chosen = if several { given.chosen ^ (1 << choice) } else { 1 << choice };
            }
            Do::Write(text) => next.answers[current].given.text = text,
            Do::Go(place) => next.at = place,
            Do::Check => next.mark(current),
            Do::HandIn => {
                for index in next.round.clone() {
                    next.mark(index);
                }
                next.over = true;
            }
            Do::End => next.over = true,
            Do::Miss(place) => {
                let mut note = if next.at == place && !next.sheet.at_end {
                    "Give an answer first.".to_owned()
                } else {
                    "This question has no answer yet.".to_owned()
                };
                // Said once more, it has to be another text to be read out.
                if self.note.as_ref() == Some(&note) {
                    note.push(' ');
                }
                next.at = place;
                next.note = Some(note);
            }
            Do::Again { wrong } => {
                let all = 0..next.answers.len();
                next.round = all.filter(|index| !wrong || next.answers[*index].marked != Some(true)).collect();
                for index in next.round.clone() {
                    let answer = &mut next.answers[index];
                    (answer.given, answer.marked) = (Given::default(), None);
                }
                // So that nobody learns places.
                next.seed = next.seed.wrapping_add(1);
                (next.at, next.over) = (0, false);
            }
            Do::Shuffle(seed) => next.seed = seed,
        }
        Rc::new(next)
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::{
        super::sheet::{Choice, Kind},
        *,
    };

    fn paper(kinds: &[Kind]) -> Rc<Paper> {
        let choices = |marks: &[bool]| {
            let choice = |right: &bool| Choice { right: *right, blocks: false, html: "x".into(), text: "x".into() };
            marks.iter().map(choice).collect::<Vec<_>>()
        };
        let question = |(index, kind): (usize, &Kind)| Question {
            id: index.to_string().into(),
            kind: *kind,
            points: index as u32 + 1,
            fixed: false,
            part: "".into(),
            lead: "?".into(),
            rest: "".into(),
            context: "".into(),
            witness: None,
            choices: if kind.chooses() { choices(&[false, true, *kind == Kind::Several]) } else { choices(&[true]) },
        };
        let questions = kinds.iter().enumerate().map(question).collect();
        Rc::new(Paper::new(Rc::new(Sheet { at_end: false, questions }), 1))
    }

    fn after(paper: Rc<Paper>, what: &[Do]) -> Rc<Paper> {
        what.iter().fold(paper, |paper, what| paper.reduce(what.clone()))
    }

    #[test]
    fn one_choice_takes_the_place_of_another_and_several_stand_together() {
        let one = after(paper(&[Kind::One]), &[Do::Choose(0), Do::Choose(2)]);
        assert_eq!(one.answers[0].given.chosen, 0b100);
        let several = after(paper(&[Kind::Several]), &[Do::Choose(0), Do::Choose(1), Do::Choose(2), Do::Choose(0)]);
        assert_eq!(several.answers[0].given.chosen, 0b110);
        assert_eq!(after(several, &[Do::Check]).answers[0].marked, Some(true));
    }

    #[test]
    fn the_wrong_ones_are_asked_again_and_the_right_ones_kept() {
        let asked = paper(&[Kind::One, Kind::Short, Kind::Several]);
        let answers = [Do::Choose(1), Do::Go(1), Do::Write("y".into()), Do::Go(2), Do::Choose(1), Do::HandIn];
        let first = after(asked, &answers);
        assert!(first.over);
        assert_eq!((first.points(), first.right().collect::<Vec<_>>()), (1, vec![0]));

        let again = after(first.clone(), &[Do::Again { wrong: true }]);
        assert_eq!((again.round.as_slice(), again.current(), again.over), ([1, 2].as_slice(), 1, false));
        assert_eq!(again.answers[0].marked, Some(true));
        assert!(!again.is_answered(1) && !again.is_answered(2));
        assert_ne!(again.seed, first.seed);
        let second = after(again, &[Do::Write(" X ".into()), Do::Check, Do::Go(1), Do::Choose(0), Do::Check, Do::End]);
        assert_eq!((second.points(), second.answers[1].attempts, second.answers[0].attempts), (3, 2, 1));

        let all = after(second, &[Do::Again { wrong: false }]);
        assert_eq!((all.round.len(), all.points()), (3, 0));
    }

    #[test]
    fn what_is_missing_is_found_from_here_on() {
        let asked = after(paper(&[Kind::One, Kind::One, Kind::One]), &[Do::Choose(0), Do::Go(2), Do::Choose(0)]);
        let open = |paper: &Paper, index: usize| !paper.is_answered(index);
        assert_eq!(asked.next(open), Some(1));
        let missing = after(asked, &[Do::Miss(1)]);
        assert!(missing.at == 1 && missing.note.is_some());
        // The next thing that the reader does takes the words away.
        let full = after(missing, &[Do::Choose(2)]);
        assert_eq!((full.next(open), full.note.clone()), (None, None));
    }
}
