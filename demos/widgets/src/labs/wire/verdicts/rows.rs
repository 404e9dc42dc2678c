//! Which rows of the table a choice shows, and their fingerprint.

use super::Shown;
use crate::labs::wire::lab::words::{self, hex};
use sim::TraceHash;
use wire::evolve::{Harm, Row};

impl Shown {
    /// Whether a row belongs to this choice.
    pub fn has(self, row: &Row) -> bool {
        match self {
            Self::All => true,
            Self::Harmful => harmful(row),
            Self::Differing => differs(row),
        }
    }
}

/// Whether the change does harm to bytes in one direction at least.
pub fn harmful(row: &Row) -> bool {
    row.change.forward.max(row.change.backward) > Harm::Names
}

/// Whether `buf breaking` in its category WIRE judges other than the bytes do.
pub fn differs(row: &Row) -> bool {
    row.buf_objects().0 != harmful(row)
}

/// The fingerprint of the rows that are shown.
pub fn fingerprint(shown: Shown, rows: &[Row]) -> String {
    let mut hash = TraceHash::default();
    hash.text(&shown.code());
    for row in rows.iter().filter(|row| shown.has(row)) {
        hash.text(row.title);
        hash.text(&row.old);
        hash.text(&row.new);
        for harm in [row.change.forward, row.change.backward, row.change.json] {
            hash.text(words::harm(harm).0);
        }
        hash.text(&row.change.why);
        row.change.buf.iter().for_each(|rule| hash.text(rule));
        if let Some(witness) = &row.change.witness {
            hash.text(&hex(&witness.bytes));
        }
    }
    hash.to_string()
}
