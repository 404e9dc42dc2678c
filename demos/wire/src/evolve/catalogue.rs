//! Typical changes, compared.

use super::{Change, buf::RULES, compare};
use crate::schema::Schema;

/// A typical change, with what comes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What is done: `the number is used again, wire types differ`.
    pub title: &'static str,
    /// The old schema, a whole file.
    pub old: String,
    /// The new schema, a whole file.
    pub new: String,
    /// The change, compared.
    pub change: Change,
    /// Why the verdict is other than buf's, if it is.
    pub note: Option<&'static str>,
}

impl Row {
    /// Whether `buf breaking` objects, in its category WIRE and in WIRE_JSON.
    pub fn buf_objects(&self) -> (bool, bool) {
        let broken = || RULES.iter().filter(|rule| self.change.buf.contains(&rule.id));
        (broken().any(|rule| rule.wire), broken().any(|rule| rule.wire_json))
    }
}

/// Titles, what stands in the message before and after, what else stands in the file, and notes.
type Entry = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

const STATUS: &str = "enum Status {\n  UNKNOWN = 0;\n  PAID = 1;\n}\n";
const ENUMS: &str = "Status status = 2;";

pub(super) const ENTRIES: &[Entry] = &[
    (
        "a field is added",
        "float total = 3;",
        "float total = 3;\n  string coupon_code = 4;",
        "",
        Some(
            "buf takes JSON readers to ignore names that they do not know; Google's refuse them unless they are told not to.",
        ),
    ),
    (
        "a field is removed, number and name reserved",
        "string user_id = 2;\n  float total = 3;",
        "string user_id = 2;\n  reserved 3;\n  reserved \"total\";",
        "",
        Some("To buf, whoever reserved it has thought of it. Old JSON is refused by new readers all the same."),
    ),
    (
        "a field is removed, nothing reserved",
        "string user_id = 2;\n  float total = 3;",
        "string user_id = 2;",
        "",
        Some(
            "Between these two versions nothing goes wrong in the bytes. buf thinks of the third, which uses number 3 again.",
        ),
    ),
    ("a number is used again, wire types differ", "float total = 3;", "int64 total_cents = 3;", "", None),
    ("a number is used again, wire types agree", "float total = 3;", "fixed32 total_cents = 3;", "", None),
    ("a field gets another number", "float total = 3;", "float total = 5;", "", None),
    ("a field is renamed", "float total = 3;", "float amount = 3;", "", None),
    ("a field gets another name in JSON", "float total = 3;", "float total = 3 [json_name = \"amount\"];", "", None),
    (
        "int32 becomes int64",
        "int32 count = 3;",
        "int64 count = 3;",
        "",
        Some(
            "buf goes by the groups of the language guide, where large numbers may be cut. Here, what can happen counts.",
        ),
    ),
    (
        "int32 becomes uint32",
        "int32 count = 3;",
        "uint32 count = 3;",
        "",
        Some("One group to buf, and the same as long as nobody sends a negative number."),
    ),
    ("int32 becomes sint32", "int32 count = 3;", "sint32 count = 3;", "", None),
    (
        "bool becomes int32",
        "bool gift = 3;",
        "int32 gift = 3;",
        "",
        Some("One group to buf. An old reader knows that the number is not 0, and no more."),
    ),
    (
        "int32 becomes an enum",
        "int32 status = 2;",
        ENUMS,
        STATUS,
        Some(
            "Enums of proto3 are open, so that every int32 gets through. buf cannot know whether the numbers mean the same.",
        ),
    ),
    ("float becomes double", "float total = 3;", "double total = 3;", "", None),
    (
        "string becomes bytes",
        "string note = 3;",
        "bytes note = 3;",
        "",
        Some("buf allows it, since every text is bytes. The other way round, what is no UTF-8 is refused."),
    ),
    (
        "a field becomes optional",
        "int32 count = 3;",
        "optional int32 count = 3;",
        "",
        Some("buf takes the two for one. A 0 that was set does not survive an old reader that passes the message on."),
    ),
    ("a number becomes a list", "int32 count = 3;", "repeated int32 count = 3;", "", None),
    ("a text becomes a list", "string note = 3;", "repeated string note = 3;", "", None),
    ("a list is packed no more", "repeated int32 counts = 3;", "repeated int32 counts = 3 [packed = false];", "", None),
    (
        "a field moves into a oneof with others",
        "oneof payment {\n    string card = 2;\n  }\n  string voucher = 3;",
        "oneof payment {\n    string card = 2;\n    string voucher = 3;\n  }",
        "",
        None,
    ),
    (
        "a message field gets a oneof of its own",
        "Note note = 3;",
        "oneof extra {\n    Note note = 3;\n  }",
        "message Note {\n  string text = 1;\n}\n",
        Some(
            "Nothing can come in between, and a message has presence with or without a oneof. buf forbids all such moves.",
        ),
    ),
    (
        "a map becomes a list of entries",
        "map<string, int32> lines = 3;",
        "repeated Line lines = 3;",
        "message Line {\n  string key = 1;\n  int32 value = 2;\n}\n",
        None,
    ),
    ("a message becomes bytes", "Note note = 3;", "bytes note = 3;", "message Note {\n  string text = 1;\n}\n", None),
    (
        "an enum value is added",
        "1",
        "enum Status {\n  UNKNOWN = 0;\n  PAID = 1;\n  SHIPPED = 2;\n}\n",
        STATUS,
        Some("In bytes the number gets through. Old JSON readers refuse the name, which buf leaves to them."),
    ),
    ("an enum value is renamed", "1", "enum Status {\n  UNKNOWN = 0;\n  SETTLED = 1;\n}\n", STATUS, None),
    (
        "enum values change places",
        "1",
        "enum Status {\n  UNKNOWN = 0;\n  PAID = 2;\n  SHIPPED = 1;\n}\n",
        "enum Status {\n  UNKNOWN = 0;\n  PAID = 1;\n  SHIPPED = 2;\n}\n",
        Some("In WIRE, buf looks only whether the numbers are still there; WIRE_JSON sees that the names have moved."),
    ),
    (
        "a number is reserved no more",
        "string user_id = 2;\n  reserved 3;",
        "string user_id = 2;",
        "",
        Some(
            "Nothing uses the number yet. buf keeps it from being used, for the sake of messages that are older still.",
        ),
    ),
];

/// Typical changes and what comes of them, computed by [`compare`]. Where a change of a schema makes several, the worst
/// is in the row.
pub fn catalogue() -> Vec<Row> {
    let mut rows = Vec::with_capacity(ENTRIES.len());
    for &(title, old, new, types, note) in ENTRIES {
        let file = |body: &str, types: &str| {
            let text =
                format!("syntax = \"proto3\";\n\nmessage Order {{\n  string order_id = 1;\n  {body}\n}}\n\n{types}");
            text.trim_end().to_owned() + "\n"
        };
        // What changes is the enum or the message.
        let (old, new) =
            if old == "1" { (file(ENUMS, types), file(ENUMS, new)) } else { (file(old, types), file(new, types)) };
        let (Ok(before), Ok(after)) = (Schema::parse(&old), Schema::parse(&new)) else { continue };
        let (Some(from), Some(to)) = (before.message("Order"), after.message("Order")) else { continue };
        if let Some(change) = compare((&before, from), (&after, to)).changes.into_iter().next() {
            rows.push(Row { title, old, new, change, note });
        }
    }
    rows
}
