//! What the demo knows, and the day under way.

use crate::chrome::task::Work;
use architectures::file_sharing::{Day, Design, Outcome};
use std::rc::Rc;
use yew::prelude::*;

/// How many attempts are kept.
const KEPT: usize = 12;

/// A design whose day is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// What was chosen.
    pub design: Design,
    /// What came of it.
    pub outcome: Outcome,
}

/// The days that were run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The attempts so far, the oldest first; a design that is tried again moves to the end.
    pub attempts: Vec<Attempt>,
    /// The design whose day is under way, and how much of the day is over, in hundredths.
    pub running: Option<(Design, u32)>,
}

/// What can happen.
pub enum Act {
    /// The day of a design begins.
    Start(Design),
    /// The day tells of itself; see [`Running`].
    Told(String),
    /// The day is over, or the reader ends it.
    End,
}

impl State {
    /// The attempt that is looked at: the last.
    pub fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }
}

impl Reducible for State {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            Act::Start(design) => next.running = Some((design, 0)),
            Act::Told(line) => match next.running {
                // Heard of a day that the reader has ended.
                None => return self,
                Some((design, _)) => match line.parse() {
                    Ok(percent) => next.running = Some((design, percent)),
                    Err(_) => {
                        if let Some(outcome) = Outcome::parse(&line) {
                            next.attempts.retain(|attempt| attempt.design != design);
                            next.attempts.push(Attempt { design, outcome });
                            let surplus = next.attempts.len().saturating_sub(KEPT);
                            next.attempts.drain(..surplus);
                        }
                    }
                },
            },
            Act::End => next.running = None,
        }
        Rc::new(next)
    }
}

/// The day of a design, which tells how much of it is over, in hundredths, and what came of it.
pub struct Running(Day);

impl Running {
    /// The day of the design of that code, at its beginning; nothing if the code cannot be read.
    pub fn parse(design: &str) -> Option<Self> {
        Design::from_code(design).ok().map(|design| Self(Day::new(design)))
    }
}

impl Work for Running {
    const REPORT: u64 = 1_500_000;
    const SLICE: u64 = 40_000;

    fn advance(&mut self, steps: u64, tell: &mut dyn FnMut(&str)) -> bool {
        let over = self.0.advance(steps);
        tell(&if over { self.0.outcome().written() } else { self.0.progress().to_string() });
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(state: State, acts: impl IntoIterator<Item = Act>) -> State {
        let state = acts.into_iter().fold(Rc::new(state), |state, act| state.reduce(act));
        (*state).clone()
    }

    fn outcome(requests: u32) -> Outcome {
        Outcome { requests, complete: 1, hash: "0123456789abcdef".to_owned(), ..Outcome::default() }
    }

    #[test]
    fn attempts_are_kept_once_each_and_not_for_ever() {
        let state = State::default();
        let state = after(state, [Act::Start(Design::default()), Act::Told("40".into())]);
        assert_eq!(state.running, Some((Design::default(), 40)));
        let state = after(state, [Act::Told(outcome(7).written()), Act::End]);
        assert_eq!((state.attempts.len(), state.running), (1, None));
        // Another one, and the first once more.
        let other = Design::default().with(0, 2);
        let acts = [Act::Start(other), Act::Told(outcome(8).written()), Act::End];
        let state = after(state, acts);
        let again = [Act::Start(Design::default()), Act::Told(outcome(9).written()), Act::End];
        let state = after(state, again);
        let tried: Vec<_> = state.attempts.iter().map(|one| (one.design, one.outcome.requests)).collect();
        assert_eq!(tried, [(other, 8), (Design::default(), 9)]);
        let many = (2..40).flat_map(|day| {
            let design = Design::default().on_day(day);
            [Act::Start(design), Act::Told(outcome(day as u32).written()), Act::End]
        });
        let state = after(state, many);
        assert_eq!((state.attempts.len(), state.attempts[KEPT - 1].outcome.requests), (KEPT, 39));
    }

    #[test]
    fn a_day_that_was_ended_is_not_heard_of() {
        let state = after(State::default(), [Act::Start(Design::default()), Act::End, Act::Told(outcome(7).written())]);
        assert!(state.attempts.is_empty());
    }
}
