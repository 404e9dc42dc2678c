//! A search under way: in a worker or, where there is none, in slices between the page's own work.

use super::{
    RpcSearch,
    question::Question,
    state::{Act, State},
};
use crate::chrome::{
    demo::Demo,
    task::{Task, TaskReport},
};
use gloo_timers::callback::Timeout;
use protocols::rpc::Semantics;
use search::{Matrix, Row};
use std::{cell::RefCell, rc::Rc};
use yew::prelude::*;

/// How many events a worker simulates between two reports.
const REPORT: u64 = 25_000;
/// How many events the page simulates at a stretch: short enough for a press of a key to be answered at once.
const SLICE: u64 = 20_000;

/// A search that tells of itself in lines.
pub struct Search {
    question: Question,
    matrix: Matrix,
    /// How many rows have been told.
    told: usize,
}

impl Search {
    /// Begins to search for the answer to a question, given as [`Question::code`]; nothing if it is none.
    pub fn parse(question: &str) -> Option<Self> {
        let (question, _) = Question::parse(question).ok()?;
        let matrix = question.matrix();
        Some(Self { question, matrix, told: 0 })
    }

    /// Searches on for about that many events, and tells of each row that is complete and of the one that is
    /// not, in lines that [`Told::parse`] reads; false when all rows are complete.
    pub fn advance(&mut self, events: u64, tell: &mut dyn FnMut(&str)) -> bool {
        let more = self.matrix.advance(events);
        for row in self.matrix.rows.iter().skip(self.told) {
            tell(&self.question.row_code(row));
        }
        self.told = self.matrix.rows.len();
        if let Some((semantics, schedules)) = self.matrix.progress() {
            tell(&format!("{} {schedules}", semantics.name()));
        }
        more
    }

    /// Searches to the end.
    pub fn finish(mut self, tell: &mut dyn FnMut(&str)) {
        while self.advance(REPORT, tell) {}
    }
}

/// What a search tells.
pub enum Told {
    /// A row is complete.
    Row(Box<Row>),
    /// That many schedules of a semantics are counted so far.
    Sofar(Semantics, u64),
}

impl Told {
    /// Reads a line of [`Search::advance`]; nothing if it is damaged.
    pub fn parse(question: &Question, line: &str) -> Option<Self> {
        match line.split_once(' ')? {
            (_, rest) if rest.contains(' ') => Some(Self::Row(Box::new(question.parse_row(line)?))),
            (name, schedules) => {
                let semantics = question.semantics.iter().find(|one| one.name() == name)?;
                Some(Self::Sofar(*semantics, schedules.parse().ok()?))
            }
        }
    }
}

/// What searches. Dropping it stops the search.
enum Engine {
    Worker(#[expect(dead_code, reason = "kept for what dropping it does")] Task),
    Slices(#[expect(dead_code, reason = "kept for what dropping it does")] Timeout),
}

/// The search of a demo: one at a time.
#[derive(Clone)]
pub struct Searcher {
    engine: Rc<RefCell<Option<Engine>>>,
    state: UseReducerDispatcher<State>,
}

/// The search of a demo whose state this is.
#[hook]
pub fn use_searcher(state: &UseReducerHandle<State>) -> Searcher {
    Searcher { engine: use_mut_ref(|| None), state: state.dispatcher() }
}

impl Searcher {
    /// Ends what is under way and searches for the answer to that question. What is heard of it goes to the
    /// state. Called from effects and handlers only.
    pub fn start(&self, question: &Question) {
        self.stop();
        let input = question.code();
        let heard = {
            let (searcher, input) = (self.clone(), input.clone());
            Callback::from(move |report| match report {
                TaskReport::Said(line) => searcher.state.dispatch(Act::Told(line)),
                TaskReport::Ended => searcher.state.dispatch(Act::End),
                TaskReport::Failed(_) => {
                    searcher.state.dispatch(Act::Afresh);
                    searcher.slice(Search::parse(&input));
                }
            })
        };
        // If it is refused at once, the slices have begun already.
        if let Some(task) = Task::start(RpcSearch::NAME, input, heard) {
            *self.engine.borrow_mut() = Some(Engine::Worker(task));
        }
    }

    /// Ends what is under way.
    pub fn stop(&self) {
        drop(self.engine.take());
    }

    /// Has the page search for a moment, after whatever it has to do, and so on to the end.
    fn slice(&self, search: Option<Search>) {
        let Some(mut search) = search else { return };
        let searcher = self.clone();
        let next = Timeout::new(0, move || {
            let more = search.advance(SLICE, &mut |line| searcher.state.dispatch(Act::Told(line.to_owned())));
            if more {
                searcher.slice(Some(search));
            } else {
                searcher.state.dispatch(Act::End);
            }
        });
        *self.engine.borrow_mut() = Some(Engine::Slices(next));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocols::rpc::Run;

    #[test]
    fn a_search_tells_each_row_once_and_counts_up_to_it() {
        let question = Question::new(Run::default(), &[Semantics::Maybe, Semantics::AtLeastOnce], 2);
        let mut search = Search::parse(&question.code()).expect("a question");
        let (mut rows, mut counts) = (vec![], vec![]);
        let mut hear = |line: &str| match Told::parse(&question, line).expect("a line") {
            Told::Row(row) => rows.push(*row),
            Told::Sofar(semantics, schedules) => counts.push((semantics, schedules)),
        };
        while search.advance(100, &mut hear) {}
        assert_eq!(rows, question.matrix().finish());
        for row in &rows {
            let counts: Vec<u64> = counts.iter().filter(|one| one.0 == row.semantics).map(|one| one.1).collect();
            assert!(counts.len() > 1 && counts.is_sorted(), "{counts:?}");
            assert!(counts.iter().all(|count| *count <= row.schedules), "{counts:?} of {}", row.schedules);
        }
        let (mut whole, mut last) = (0, String::new());
        Search::parse(&question.code()).expect("a question").finish(&mut |line| {
            whole += usize::from(matches!(Told::parse(&question, line), Some(Told::Row(_))));
            last = line.to_owned();
        });
        assert_eq!((whole, last), (2, question.row_code(&rows[1])));
    }

    #[test]
    fn what_is_no_question_is_not_searched() {
        assert!(Search::parse("").is_none() && Search::parse("2~maybe~~9").is_none());
        let question = Question::new(Run::default(), &[Semantics::Maybe], 1);
        for damaged in ["", "maybe", "outbox 3", "maybe many", "maybe 3 1"] {
            assert!(Told::parse(&question, damaged).is_none(), "{damaged}");
        }
    }
}
