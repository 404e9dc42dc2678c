//! What the demo knows, and the day under way: in a worker or, where there is none, in slices between the page's
//! own work.

use super::DesignLab;
use crate::chrome::{
    demo::{Demo, View},
    task::{Task, TaskReport},
};
use architectures::file_sharing::{Day, Design, Outcome};
use gloo_timers::callback::Timeout;
use std::{cell::RefCell, rc::Rc};
use yew::prelude::*;

/// How many steps a worker simulates between two reports.
const REPORT: u64 = 1_500_000;
/// How many steps the page simulates at a stretch: short enough for a press of a key to be answered at once.
const SLICE: u64 = 40_000;
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

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What the form says.
    pub wish: Design,
    /// The attempts so far, the oldest first; a design that is tried again moves to the end.
    pub attempts: Vec<Attempt>,
    /// The design whose day is under way, and how much of the day is over, in hundredths.
    pub running: Option<(Design, u32)>,
}

/// What can happen.
pub enum Act {
    /// The reader chooses.
    Wish(Design),
    /// The day of what is chosen begins.
    Start,
    /// The day tells of itself; see [`run`].
    Told(String),
    /// The day is over, or the reader ends it.
    End,
    /// Everything is as the page has it.
    Back(Box<State>),
}

impl State {
    /// As a page has it: a design and, if the page shows it, what came of it.
    pub fn read(view: &str) -> Self {
        let view = View::parse(view);
        let wish = Design::from_code(view.run).unwrap_or_default();
        let outcome = view.list("was").and_then(|written| Outcome::parse(&written.replace('.', " ")));
        let attempts = outcome.map(|outcome| Attempt { design: wish, outcome });
        Self { wish, attempts: attempts.into_iter().collect(), running: None }
    }

    /// The code that [`State::read`] reads.
    #[cfg(feature = "ssr")]
    pub fn code(design: Design, shown: Option<&Outcome>) -> String {
        let words = shown.map(|outcome| format!("was.{}", outcome.written().replace(' ', ".")));
        View::with_words(&design.code(), words.into_iter().collect())
    }

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
            Act::Wish(design) => next.wish = design,
            Act::Start => next.running = Some((next.wish, 0)),
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
            Act::Back(page) => next = *page,
        }
        Rc::new(next)
    }
}

/// Simulates the day of a design to its end and tells how much is over, in hundredths, and what came of it.
pub fn run(design: &str, tell: &mut dyn FnMut(&str)) {
    let Ok(design) = Design::from_code(design) else { return };
    let mut day = Day::new(design);
    while !day.advance(REPORT) {
        tell(&day.progress().to_string());
    }
    tell(&day.outcome().written());
}

/// What simulates. Dropping it ends the day.
enum Engine {
    Worker(#[expect(dead_code, reason = "kept for what dropping it does")] Task),
    Slices(#[expect(dead_code, reason = "kept for what dropping it does")] Timeout),
}

/// The day of a demo: one at a time.
#[derive(Clone)]
pub struct Runner {
    engine: Rc<RefCell<Option<Engine>>>,
    state: UseReducerDispatcher<State>,
}

/// The day of a demo whose state this is.
#[hook]
pub fn use_runner(state: &UseReducerHandle<State>) -> Runner {
    Runner { engine: use_mut_ref(|| None), state: state.dispatcher() }
}

impl Runner {
    /// Ends what is under way and simulates the day of that design. What is heard of it goes to the state. Called
    /// from handlers only.
    pub fn start(&self, design: Design) {
        self.stop();
        let heard = {
            let runner = self.clone();
            Callback::from(move |report| match report {
                TaskReport::Said(line) => runner.state.dispatch(Act::Told(line)),
                TaskReport::Ended => runner.state.dispatch(Act::End),
                TaskReport::Failed(_) => runner.slice(Box::new(Day::new(design))),
            })
        };
        // If it is refused at once, the slices have begun already.
        if let Some(task) = Task::start(DesignLab::NAME, design.code(), heard) {
            *self.engine.borrow_mut() = Some(Engine::Worker(task));
        }
    }

    /// Ends what is under way.
    pub fn stop(&self) {
        drop(self.engine.take());
    }

    /// Has the page simulate for a moment, after whatever it has to do, and so on to the end.
    fn slice(&self, mut day: Box<Day>) {
        let runner = self.clone();
        let next = Timeout::new(0, move || {
            if day.advance(SLICE) {
                runner.state.dispatch(Act::Told(day.outcome().written()));
                runner.state.dispatch(Act::End);
            } else {
                runner.state.dispatch(Act::Told(day.progress().to_string()));
                runner.slice(day);
            }
        });
        *self.engine.borrow_mut() = Some(Engine::Slices(next));
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
        let state = State::read("2~design-lab");
        let state = after(state, [Act::Start, Act::Told("40".into())]);
        assert_eq!(state.running, Some((Design::default(), 40)));
        let state = after(state, [Act::Told(outcome(7).written()), Act::End]);
        assert_eq!((state.attempts.len(), state.running), (1, None));
        // Another one, and the first once more.
        let other = Design::default().with(0, 2);
        let acts = [Act::Wish(other), Act::Start, Act::Told(outcome(8).written()), Act::End];
        let state = after(state, acts);
        let again = [Act::Wish(Design::default()), Act::Start, Act::Told(outcome(9).written()), Act::End];
        let state = after(state, again);
        let tried: Vec<_> = state.attempts.iter().map(|one| (one.design, one.outcome.requests)).collect();
        assert_eq!(tried, [(other, 8), (Design::default(), 9)]);
        let many = (2..40).flat_map(|day| {
            let design = Design::default().on_day(day);
            [Act::Wish(design), Act::Start, Act::Told(outcome(day as u32).written()), Act::End]
        });
        let state = after(state, many);
        assert_eq!((state.attempts.len(), state.attempts[KEPT - 1].outcome.requests), (KEPT, 39));
    }

    #[test]
    fn a_day_that_was_ended_is_not_heard_of() {
        let state = after(State::read("2~design-lab"), [Act::Start, Act::End, Act::Told(outcome(7).written())]);
        assert!(state.attempts.is_empty());
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_page_says_what_came_of_its_design() {
        let design = Design::default().with(0, 2).on_day(3);
        let shown = outcome(7);
        let state = State::read(&State::code(design, Some(&shown)));
        assert_eq!((state.wish, state.last()), (design, Some(&Attempt { design, outcome: shown })));
        assert_eq!(State::read(&State::code(design, None)).attempts, []);
    }
}
