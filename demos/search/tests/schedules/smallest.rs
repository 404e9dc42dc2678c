//! The smallest schedule of each kind is a run that one can open.

use crate::{
    brute,
    common::{all_calls, label},
};
use protocols::rpc::{Run, simulate};
use search::{Column, Matrix};
use std::cmp::Ordering;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn the_code_of_a_smallest_schedule_shows_its_verdict_and_nothing_smaller_does() {
    const MOST: u8 = 2;
    let mut broken = 0;
    for calls in all_calls() {
        let all = brute::schedules(&calls, MOST.into());
        let rows = Matrix::new(calls, &[calls.scenario.semantics], MOST).finish();
        let [row] = rows.as_slice() else { panic!("{}: {} rows", label(&calls, MOST), rows.len()) };
        assert_eq!(row.schedules, all.len() as u64, "{}", label(&calls, MOST));
        let columns = Column::ALL.into_iter().zip(&row.cells).map(|(column, cell)| (Some(column), cell));
        // The last is of every column: what breaks the promise.
        for (column, cell) in columns.chain([(None, &row.broken)]) {
            let is = |other: Column, kept: bool| column.map_or(!kept, |column| column == other);
            let fits = || all.iter().filter(|(_, ((other, kept), _))| is(*other, *kept));
            assert_eq!(cell.schedules, fits().count() as u64, "{}, {column:?}", label(&calls, MOST));
            match (&cell.smallest, cell.schedules.cmp(&0)) {
                (None, Ordering::Equal) => {}
                (Some(code), Ordering::Greater) => {
                    let run = Run::from_code(code).unwrap_or_else(|error| panic!("{code}: {error}"));
                    assert_eq!((run.scenario, run.seed), (calls.scenario, calls.seed), "{code}");
                    let outcome = simulate(&run);
                    assert!(outcome.unmet.is_empty(), "{code}: {:?}", outcome.unmet);
                    assert!(is(Column::of(outcome.verdict()), outcome.promise_kept()), "{code}: {}", outcome.verdict());
                    assert_eq!(Some(run.faults.len()), fits().map(|(faults, _)| faults.len()).min(), "{code}");
                    broken += u32::from(column.is_none());
                }
                other => panic!("{}, {column:?}: {other:?}", label(&calls, MOST)),
            }
        }
    }
    // Replies in memory, the key checked apart, the e-mail after the commit; over either transport.
    assert_eq!(broken, 6);
}
