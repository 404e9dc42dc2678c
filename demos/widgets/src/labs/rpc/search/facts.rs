//! What a search yields.

use super::{
    Answered, fingerprint,
    matrix::{promise, say_faults},
    question::{Place, Spot},
};
use crate::chrome::facts::{FactList, Yield};
use protocols::rpc::Semantics;
use search::{Column, Row};

/// The fact of one row; nothing where its semantics is not searched.
fn of_row(semantics: Semantics, fact: fn(&Row) -> Yield) -> impl Fn(&Answered) -> Yield {
    move |(_, rows)| rows.iter().find(|row| row.semantics == semantics).map_or(Yield::Nothing, fact)
}

fn ends<const COLUMN: usize>(row: &Row) -> Yield {
    row.cells[COLUMN].schedules.into()
}

fn smallest(row: &Row) -> Yield {
    let smallest = Spot { semantics: row.semantics, place: Place::Broken }.smallest(std::slice::from_ref(row));
    smallest.map_or_else(|| "none".to_owned(), |run| say_faults(&run)).into()
}

/// The facts of one semantics, by the word that they begin with.
macro_rules! facts_of {
    ($list:ident, $($name:literal $semantics:ident)*) => {
        $(
            $list.fact(concat!($name, "-schedules"), concat!("How many schedules there are under \"", $name, "\"; as all that follow, only where it is searched."), of_row(Semantics::$semantics, |row| row.schedules.into()));
            $list.fact(concat!($name, "-correct"), "How many of them deduct once, and the caller knows.", of_row(Semantics::$semantics, ends::<{ Column::Correct as usize }>));
            $list.fact(concat!($name, "-failed-cleanly"), "… do not deduct, and the caller knows.", of_row(Semantics::$semantics, ends::<{ Column::FailedCleanly as usize }>));
            $list.fact(concat!($name, "-cannot-tell"), "… deduct once, and the caller cannot tell.", of_row(Semantics::$semantics, ends::<{ Column::CannotTell as usize }>));
            $list.fact(concat!($name, "-lost"), "… never deduct, and the caller does not know.", of_row(Semantics::$semantics, ends::<{ Column::Lost as usize }>));
            $list.fact(concat!($name, "-receipt"), "… deduct once, and the receipt is lost.", of_row(Semantics::$semantics, ends::<{ Column::ReceiptLost as usize }>));
            $list.fact(concat!($name, "-twice"), "… deduct more than once.", of_row(Semantics::$semantics, ends::<{ Column::Repeated as usize }>));
            $list.fact(concat!($name, "-promise"), "\"kept\", \"broken\", or \"none\" if nothing is promised.", of_row(Semantics::$semantics, |row| promise(row).into()));
            $list.fact(concat!($name, "-broken"), "How many break the promise.", of_row(Semantics::$semantics, |row| row.broken.schedules.into()));
            $list.fact(concat!($name, "-smallest"), "The faults of the smallest that breaks the promise, such as \"reply to attempt 1 lost\", or \"none\".", of_row(Semantics::$semantics, smallest));
        )*
    };
}

/// Declares the facts of all semantics, and those of the whole search.
pub fn declare(list: &mut FactList<Answered>) {
    let total = |of: fn(&Row) -> u64| move |(_, rows): &Answered| rows.iter().map(of).sum::<u64>();
    list.fact("schedules", "How many schedules there are, under all semantics together.", total(|row| row.schedules));
    list.fact("states", "How many different states were followed.", total(|row| row.states));
    facts_of!(list,
        "maybe" Maybe
        "at-least-once" AtLeastOnce
        "at-most-once-volatile" AtMostOnceVolatile
        "at-most-once-durable" AtMostOnceDurable
        "idempotent" Idempotent
        "key-checked-apart" KeyCheckedApart
        "idempotency-key" IdempotencyKey
        "key-then-mail" KeyThenMail
        "outbox" Outbox
    );
    list.fact(
        "hash",
        "The fingerprint of question and answer, 16 hexadecimal digits.",
        |(question, rows): &Answered| fingerprint(question, rows),
    );
}
