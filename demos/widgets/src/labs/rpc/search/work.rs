//! A search under way, which tells of itself in lines.

use super::question::Question;
use crate::chrome::task::Work;
use protocols::rpc::Semantics;
use search::{Matrix, Row};

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
}

impl Work for Search {
    const REPORT: u64 = 25_000;
    const SLICE: u64 = 20_000;

    /// Searches on for about that many events, and tells of each row that is complete and of the one that is not, in lines
    /// that [`Told::parse`] reads; true when all rows are complete.
    fn advance(&mut self, events: u64, tell: &mut dyn FnMut(&str)) -> bool {
        let more = self.matrix.advance(events);
        for row in self.matrix.rows.iter().skip(self.told) {
            tell(&self.question.row_code(row));
        }
        self.told = self.matrix.rows.len();
        if let Some((semantics, schedules)) = self.matrix.progress() {
            tell(&format!("{} {schedules}", semantics.name()));
        }
        !more
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
    /// Reads a line of [`Search`]; nothing if it is damaged.
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
        while !search.advance(100, &mut hear) {}
        assert_eq!(rows, question.matrix().finish());
        for row in &rows {
            let counts: Vec<u64> = counts.iter().filter(|one| one.0 == row.semantics).map(|one| one.1).collect();
            assert!(counts.len() > 1 && counts.is_sorted(), "{counts:?}");
            assert!(counts.iter().all(|count| *count <= row.schedules), "{counts:?} of {}", row.schedules);
        }
        let (mut whole, mut last) = (0, String::new());
        let mut search = Search::parse(&question.code()).expect("a question");
        let mut hear = |line: &str| {
            whole += usize::from(matches!(Told::parse(&question, line), Some(Told::Row(_))));
            last = line.to_owned();
        };
        while !search.advance(Search::REPORT, &mut hear) {}
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
