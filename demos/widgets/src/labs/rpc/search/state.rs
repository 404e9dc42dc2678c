//! What the demo knows: what is asked, what is found, and which schedule is looked at.

use super::{
    question::{Place, Question, Spot},
    work::Told,
};
use protocols::rpc::{Run, Semantics};
use search::{Column, Row};
use std::rc::Rc;
use yew::prelude::*;

/// How far a semantics has been searched.
pub type Sofar = Option<(Semantics, u64)>;

/// How the search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// All rows are there.
    Over,
    /// It runs, and that many schedules of one semantics are counted.
    Running(Sofar),
    /// The reader stopped it there.
    Stopped(Sofar),
}

/// A smallest schedule that is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The cell that it comes from.
    pub spot: Spot,
    /// Its run.
    pub run: Rc<Run>,
    /// At most how many faults the search that found it allowed.
    pub faults: u8,
    /// Whether that is the search whose rows are there.
    pub current: bool,
}

impl Found {
    /// What it is, in one line.
    pub fn title(&self) -> String {
        let semantics = self.spot.semantics.title();
        format!("The smallest schedule under “{semantics}” that {}", ends(self.spot.place))
    }
}

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What the reader has chosen to ask next.
    pub wish: Question,
    /// What the rows answer.
    pub asked: Question,
    /// The rows that are complete.
    pub rows: Vec<Row>,
    /// How the search stands.
    pub phase: Phase,
    /// Which columns are shown: while a search runs, also those of the one before, so that the table does
    /// not jump.
    pub columns: [bool; Column::ALL.len()],
    /// The schedule that is looked at. While a search runs it may be one of the search before.
    pub found: Option<Found>,
    /// The cell whose schedule is to be looked at as soon as its row is there.
    wanted: Option<Spot>,
}

/// What can happen.
pub enum Act {
    /// The reader chooses what to ask next.
    Wish(Question),
    /// The search for what is chosen begins; this cell is to be looked at.
    Start(Option<Spot>),
    /// The search begins again from nothing, in another way.
    Afresh,
    /// The search tells a line.
    Told(String),
    /// The search is over.
    End,
    /// The reader stops it.
    Stop,
    /// The reader looks at a cell.
    Show(Spot),
    /// Everything is as the page has it.
    Back(Question, Vec<Row>),
}

impl State {
    /// As the page has it: a question and its answer.
    pub fn new(question: Question, rows: Vec<Row>) -> Self {
        let mut state = Self {
            wish: question.clone(),
            asked: question,
            rows,
            phase: Phase::Over,
            columns: Default::default(),
            found: None,
            wanted: None,
        };
        state.end();
        state
    }

    /// Whether a search runs.
    pub const fn runs(&self) -> bool {
        matches!(self.phase, Phase::Running(_))
    }

    /// The cell that is looked at, if it is one of this table.
    pub fn spot(&self) -> Option<Spot> {
        self.found.as_ref().filter(|found| found.current).map(|found| found.spot)
    }

    /// The numbers of schedules and of states in the rows that are there.
    pub fn totals(&self) -> (u64, u64) {
        self.rows.iter().fold((0, 0), |(schedules, states), row| (schedules + row.schedules, states + row.states))
    }

    fn show(&mut self, spot: Spot) -> bool {
        let Some(run) = spot.smallest(&self.rows) else { return false };
        self.found = Some(Found { spot, run: Rc::new(run), faults: self.asked.faults, current: true });
        self.wanted = Some(spot);
        true
    }

    fn end(&mut self) {
        self.phase = Phase::Over;
        self.columns = Column::ALL.map(|column| self.rows.iter().any(|row| row.cells[column as usize].schedules > 0));
        if self.spot().is_none()
            && let Some(first) = Spot::first(&self.rows)
        {
            self.show(first);
        }
    }

    fn begin(&mut self) {
        self.rows.clear();
        self.phase = Phase::Running(None);
        if let Some(found) = &mut self.found {
            found.current = false;
        }
    }

    fn told(&mut self, line: &str) {
        match Told::parse(&self.asked, line) {
            Some(Told::Sofar(semantics, schedules)) => self.phase = Phase::Running(Some((semantics, schedules))),
            Some(Told::Row(row)) => {
                for column in Column::ALL {
                    self.columns[column as usize] |= row.cells[column as usize].schedules > 0;
                }
                let wanted = self.wanted.filter(|spot| spot.semantics == row.semantics);
                self.rows.push(*row);
                self.phase = Phase::Running(None);
                if let Some(wanted) = wanted {
                    self.show(wanted);
                }
            }
            None => {}
        }
    }
}

impl Reducible for State {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            Act::Wish(question) => next.wish = question,
            Act::Start(spot) => {
                next.asked = next.wish.clone();
                next.wanted = spot.or(next.wanted);
                next.begin();
            }
            Act::Afresh => next.begin(),
            Act::Told(line) if self.runs() => next.told(&line),
            Act::End if self.runs() => next.end(),
            // Heard of a search that the reader has stopped.
            Act::Told(_) | Act::End => return self,
            Act::Stop => {
                if let Phase::Running(sofar) = next.phase {
                    next.phase = Phase::Stopped(sofar);
                }
            }
            Act::Show(spot) => {
                next.show(spot);
            }
            Act::Back(question, rows) => next = Self::new(question, rows),
        }
        Rc::new(next)
    }
}

/// What becomes of a cell's schedules, for the caption.
const fn ends(place: Place) -> &'static str {
    match place {
        Place::Broken => "breaks its promise",
        Place::Column(Column::Correct) => "ends in: correct",
        Place::Column(Column::FailedCleanly) => "ends in: failed cleanly",
        Place::Column(Column::CannotTell) => "ends in: the caller cannot tell",
        Place::Column(Column::Lost) => "ends in: lost",
        Place::Column(Column::ReceiptLost) => "ends in: receipt lost",
        Place::Column(Column::Repeated) => "ends in: applied twice or more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(state: State, acts: impl IntoIterator<Item = Act>) -> State {
        let state = acts.into_iter().fold(Rc::new(state), |state, act| state.reduce(act));
        (*state).clone()
    }

    /// Whether the rows answer what is chosen.
    fn answers(state: &State) -> bool {
        state.wish == state.asked && state.phase == Phase::Over
    }

    fn asked(semantics: &[Semantics], faults: u8) -> (Question, Vec<Row>) {
        let question = Question::new(Run::default(), semantics, faults);
        let rows = question.matrix().finish();
        (question, rows)
    }

    const REPEATED: Spot = Spot { semantics: Semantics::AtLeastOnce, place: Place::Column(Column::Repeated) };

    #[test]
    fn a_search_fills_the_table_row_by_row() {
        let (page, answer) = asked(&[Semantics::Maybe], 1);
        let (wish, rows) = asked(&[Semantics::AtLeastOnce, Semantics::Outbox], 2);
        let state = State::new(page, answer);
        assert!(answers(&state) && state.found.is_some());
        let state = after(state, [Act::Wish(wish.clone())]);
        assert!(!answers(&state));

        let state = after(state, [Act::Start(None), Act::Told("at-least-once 7".into())]);
        assert_eq!((state.rows.len(), state.phase), (0, Phase::Running(Some((Semantics::AtLeastOnce, 7)))));
        // What was looked at stays, and is no cell of this table.
        assert!(state.found.is_some() && state.spot().is_none());
        let state = after(state, [Act::Told(wish.row_code(&rows[0])), Act::Show(REPEATED)]);
        assert_eq!((state.rows.len(), state.spot()), (1, Some(REPEATED)));
        let state = after(state, [Act::Told(wish.row_code(&rows[1])), Act::End]);
        assert!(answers(&state));
        assert_eq!((&state.rows, state.spot()), (&rows, Some(REPEATED)));
        assert_eq!(state.totals().0, rows[0].schedules + rows[1].schedules);
        // Lost, late or cut receipts occur, so each column that any row needs is there.
        let used = Column::ALL.map(|column| rows.iter().any(|row| row.cells[column as usize].schedules > 0));
        assert_eq!(state.columns, used);
    }

    #[test]
    fn a_stopped_search_hears_nothing_more_and_can_begin_again() {
        let (question, rows) = asked(&[Semantics::AtLeastOnce], 1);
        let state = State::new(question.clone(), rows.clone());
        let row = question.row_code(&rows[0]);
        let state = after(state, [Act::Start(None), Act::Told("at-least-once 3".into()), Act::Stop]);
        assert_eq!(state.phase, Phase::Stopped(Some((Semantics::AtLeastOnce, 3))));
        let state = after(state, [Act::Told(row.clone()), Act::End]);
        assert!(state.rows.is_empty() && !answers(&state));
        let state = after(state, [Act::Start(Some(REPEATED)), Act::Told("nonsense".into()), Act::Told(row), Act::End]);
        assert_eq!((&state.rows, state.spot()), (&rows, Some(REPEATED)));
    }

    #[test]
    fn without_workers_the_rows_are_not_there_twice() {
        let (question, rows) = asked(&[Semantics::Maybe], 1);
        let row = || Act::Told(question.row_code(&rows[0]));
        let state =
            after(State::new(question.clone(), vec![]), [Act::Start(None), row(), Act::Afresh, row(), Act::End]);
        assert_eq!(state.rows, rows);
    }
}
