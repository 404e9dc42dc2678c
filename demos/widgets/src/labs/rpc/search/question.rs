//! What is asked, what is found, and both as text: for links, for the worker, and for the page that was
//! built with an answer in it.

use protocols::rpc::{Run, Semantics};
use search::{Calls, Cell, Column, Matrix, Row};
use sim::code::{CodeError, LONGEST};
use std::ops::RangeInclusive;

/// How many faults at most can be asked for. With four there would be millions of schedules.
pub const FAULTS: RangeInclusive<u8> = 0..=3;

/// As in the text of a question: all semantics that there are.
const ALL: &str = "all";

/// A question: every schedule of at most so many faults of this call, under each of these semantics.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The call. Its own semantics stands for those that are searched, and it has no faults.
    pub run: Run,
    /// Which semantics, in the order of [`Semantics::ALL`], each once.
    pub semantics: Vec<Semantics>,
    /// At most so many faults: one of [`FAULTS`].
    pub faults: u8,
}

impl Question {
    /// Asks about that call: its faults are left out, and of the semantics each counts once.
    pub fn new(run: Run, semantics: &[Semantics], faults: u8) -> Self {
        let semantics: Vec<Semantics> = Semantics::ALL.into_iter().filter(|one| semantics.contains(one)).collect();
        let mut question = Self { run: Run { faults: vec![], ..run }, semantics, faults };
        question.run.scenario.semantics = question.semantics.first().copied().unwrap_or(Semantics::Maybe);
        question
    }

    /// The same about other semantics.
    pub fn under(&self, semantics: &[Semantics]) -> Self {
        Self::new(self.run.clone(), semantics, self.faults)
    }

    /// The text: `<run>~~<faults>~<semantics>`.
    pub fn code(&self) -> String {
        let names: Vec<&str> = self.semantics.iter().map(|one| one.name()).collect();
        let names = if self.semantics == Semantics::ALL { ALL.to_owned() } else { names.join(".") };
        format!("{}~~{}~{names}", self.run.code(), self.faults)
    }

    /// The text with a place of the answer: `<run>~~<faults>~<semantics>~<semantics of the row>.<place>`.
    pub fn code_at(&self, at: Option<Spot>) -> String {
        match at {
            Some(at) => format!("{}~{}.{}", self.code(), at.semantics.name(), at.place.name()),
            None => self.code(),
        }
    }

    /// Reads what [`Question::code`] and [`Question::code_at`] write. The code of a run alone asks about all
    /// semantics and two faults.
    ///
    /// # Errors
    /// If it is damaged, too long or of another version.
    pub fn parse(code: &str) -> Result<(Self, Option<Spot>), CodeError> {
        let (run, more) = code.split_once("~~").unwrap_or((code, ""));
        Self::read(run, more)
    }

    /// The same, the code of the run and what follows it apart.
    ///
    /// # Errors
    /// As [`Question::parse`].
    pub fn read(run: &str, more: &str) -> Result<(Self, Option<Spot>), CodeError> {
        let run = Run::from_code(run)?;
        let more = if more.is_empty() { "2~all" } else { more };
        if more.len() > LONGEST {
            return Err(CodeError::TooLong);
        }
        let bad =
            |field: &str, why: &str| CodeError::Field { field: field.chars().take(80).collect(), why: why.into() };
        let mut fields = more.split('~');
        let faults = fields.next().unwrap_or_default();
        let faults = faults.parse().ok().filter(|faults| FAULTS.contains(faults));
        let faults = faults.ok_or_else(|| bad(more, "it is not how many faults there may be, from 0 to 3"))?;
        let names = fields.next().unwrap_or(ALL);
        let semantics = if names == ALL {
            Semantics::ALL.to_vec()
        } else {
            let read = |name| semantics(name).ok_or_else(|| bad(name, "no call semantics is called so"));
            names.split('.').map(read).collect::<Result<_, _>>()?
        };
        let spot = |text| Spot::parse(text).ok_or_else(|| bad(text, "it is no cell of the table"));
        let spot = fields.next().map(spot).transpose()?;
        match fields.next() {
            Some(more) => Err(bad(more, "nothing should follow here")),
            None => Ok((Self::new(run, &semantics, faults), spot)),
        }
    }

    /// The search for its answer, at its beginning.
    pub fn matrix(&self) -> Matrix {
        let calls = Calls { scenario: self.run.scenario, seed: self.run.seed };
        Matrix::new(calls, &self.semantics, self.faults)
    }

    /// The code of the call under one of the semantics, as every smallest schedule's code begins.
    fn base(&self, semantics: Semantics) -> String {
        let mut run = self.run.clone();
        run.scenario.semantics = semantics;
        run.code()
    }

    /// A row of the answer as text: the name of the semantics, the number of states, and for each column and
    /// for the promise how many schedules and, after them, the faults of the smallest.
    pub fn row_code(&self, row: &Row) -> String {
        let base = self.base(row.semantics);
        let mut text = format!("{} {}", row.semantics.name(), row.states);
        for cell in row.cells.iter().chain([&row.broken]) {
            let faults = cell.smallest.as_deref().and_then(|code| code.strip_prefix(&base)).unwrap_or_default();
            text.push_str(&format!(" {}{faults}", cell.schedules));
        }
        text
    }

    /// Reads what [`Question::row_code`] writes; nothing if it is damaged.
    pub fn parse_row(&self, text: &str) -> Option<Row> {
        let mut words = text.split(' ');
        let semantics = semantics(words.next()?)?;
        let states = words.next()?.parse().ok()?;
        let base = self.base(semantics);
        let mut cell = || {
            let word = words.next()?;
            let (count, faults) = word.split_at(word.find('~').unwrap_or(word.len()));
            let schedules = count.parse().ok()?;
            Some(Cell { schedules, smallest: (schedules > 0).then(|| format!("{base}{faults}")) })
        };
        let mut cells: [Cell; Column::ALL.len()] = Default::default();
        for place in &mut cells {
            *place = cell()?;
        }
        let broken = cell()?;
        let schedules = cells.iter().map(|cell| cell.schedules).sum();
        words.next().is_none().then_some(Row { semantics, schedules, states, cells, broken })
    }

    /// The question with its whole answer, for the page: `<question>~~<row>;<row>…`.
    #[cfg(feature = "ssr")]
    pub fn answered(&self, rows: &[Row]) -> String {
        let rows: Vec<String> = rows.iter().map(|row| self.row_code(row)).collect();
        format!("{}~~{}", self.code(), rows.join(";"))
    }

    /// Reads what [`Question::answered`] writes. Where there is no answer, or it is damaged, no rows.
    ///
    /// # Errors
    /// If the question cannot be read.
    pub fn parse_answered(code: &str) -> Result<(Self, Vec<Row>), CodeError> {
        let asked = code.match_indices("~~").nth(1).map_or(code.len(), |(at, _)| at);
        let (question, _) = Self::parse(&code[..asked])?;
        let rows = code[asked..].trim_start_matches('~').split(';');
        let rows = rows.map(|row| question.parse_row(row)).collect::<Option<_>>().unwrap_or_default();
        Ok((question, rows))
    }
}

/// The semantics of that name.
fn semantics(name: &str) -> Option<Semantics> {
    Semantics::ALL.into_iter().find(|one| one.name() == name)
}

/// A part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The schedules that end so.
    Column(Column),
    /// The schedules that break the promise.
    Broken,
}

impl Place {
    /// All of them.
    const ALL: [Self; 7] = [
        Self::Broken,
        Self::Column(Column::Correct),
        Self::Column(Column::FailedCleanly),
        Self::Column(Column::CannotTell),
        Self::Column(Column::Lost),
        Self::Column(Column::ReceiptLost),
        Self::Column(Column::Repeated),
    ];

    /// The name in links and of facts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Column(Column::Correct) => "correct",
            Self::Column(Column::FailedCleanly) => "failed-cleanly",
            Self::Column(Column::CannotTell) => "cannot-tell",
            Self::Column(Column::Lost) => "lost",
            Self::Column(Column::ReceiptLost) => "receipt",
            Self::Column(Column::Repeated) => "twice",
        }
    }
}

/// A cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The row.
    pub semantics: Semantics,
    /// Where in it.
    pub place: Place,
}

impl Spot {
    fn parse(text: &str) -> Option<Self> {
        let (row, place) = text.split_once('.')?;
        let place = Place::ALL.into_iter().find(|one| one.name() == place)?;
        Some(Self { semantics: semantics(row)?, place })
    }

    /// The cell, if its row is there.
    pub fn cell(self, rows: &[Row]) -> Option<&Cell> {
        let row = rows.iter().find(|row| row.semantics == self.semantics)?;
        Some(match self.place {
            Place::Column(column) => &row.cells[column as usize],
            Place::Broken => &row.broken,
        })
    }

    /// The run of its smallest schedule, if it has one.
    pub fn smallest(self, rows: &[Row]) -> Option<Run> {
        Run::from_code(self.cell(rows)?.smallest.as_deref()?).ok()
    }

    /// The first that is worth a look: a broken promise, or else whatever did not go well, or else anything.
    pub fn first(rows: &[Row]) -> Option<Self> {
        let at = |place: Place| rows.iter().map(move |row| Self { semantics: row.semantics, place });
        let unwell = [Column::Repeated, Column::ReceiptLost, Column::Lost, Column::CannotTell, Column::FailedCleanly];
        let places = [Place::Broken].into_iter().chain(unwell.map(Place::Column));
        let mut spots = places.chain([Place::Column(Column::Correct)]).flat_map(at);
        spots.find(|spot| spot.cell(rows).is_some_and(|cell| cell.schedules > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(faults: u8) -> (Question, Vec<Row>) {
        let question = Question::new(Run::default(), &Semantics::ALL, faults);
        let rows = question.matrix().finish();
        (question, rows)
    }

    #[test]
    fn what_is_found_survives_its_text() {
        let (question, rows) = answer(1);
        assert_eq!(rows.len(), 9);
        for row in &rows {
            assert_eq!(question.parse_row(&question.row_code(row)).as_ref(), Some(row));
        }
        // Rows of a page that was cut short are no rows.
        let text = question.row_code(&rows[1]);
        for damaged in ["", "maybe", &text[..text.len() / 2], &format!("{text} 7"), &text.replace("at-least", "at-all")]
        {
            assert_eq!(question.parse_row(damaged), None, "{damaged}");
        }
    }

    #[test]
    fn links_carry_the_question_and_the_cell() {
        let mut run = Run::default();
        run.scenario.attempts = 2;
        let asked = Question::new(run, &[Semantics::Outbox, Semantics::Maybe, Semantics::Outbox], 3);
        assert_eq!(asked.semantics, [Semantics::Maybe, Semantics::Outbox]);
        let code = asked.code();
        assert_eq!(code, "2~maybe~attempts.2~~3~maybe.outbox");
        assert_eq!(Question::parse(&code), Ok((asked.clone(), None)));
        for place in Place::ALL {
            let spot = Spot { semantics: Semantics::Outbox, place };
            assert_eq!(Question::parse(&asked.code_at(Some(spot))), Ok((asked.clone(), Some(spot))));
        }
        let alone = Question::parse("2~outbox").expect("a run's code").0;
        assert_eq!((alone.semantics.as_slice(), alone.faults), (Semantics::ALL.as_slice(), 2));
    }

    #[test]
    fn damaged_links_say_what_is_wrong() {
        for (code, says) in [
            ("1~maybe~~2~all", "version"),
            ("2~maybe~~4~all", "from 0 to 3"),
            ("2~maybe~~two", "from 0 to 3"),
            ("2~maybe~~2~outbax", "outbax"),
            ("2~maybe~~2~all~outbox", "no cell"),
            ("2~maybe~~2~all~outbox.lost~more", "more"),
            ("2~mybe~~2~all", "mybe"),
        ] {
            let error = Question::parse(code).expect_err(code).to_string();
            assert!(error.contains(says), "{code}: {error}");
        }
        let long = format!("2~maybe~~2~{}", "x".repeat(LONGEST));
        assert_eq!(Question::parse(&long), Err(CodeError::TooLong));
    }

    #[test]
    fn the_first_cell_to_look_at_is_a_broken_promise() {
        let (_, rows) = answer(2);
        let first = Spot::first(&rows).expect("rows");
        assert_eq!(first.place, Place::Broken);
        assert!(first.smallest(&rows).is_some_and(|run| !run.faults.is_empty()));
        // Without faults all goes well.
        let (_, rows) = answer(0);
        assert_eq!(Spot::first(&rows).map(|spot| spot.place), Some(Place::Column(Column::Correct)));
        assert_eq!(Spot::first(&[]), None);
    }
}
