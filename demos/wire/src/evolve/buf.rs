//! The rules of `buf breaking` (buf 1.75, <https://buf.build/docs/breaking/rules/>) in its categories WIRE and WIRE_JSON,
//! as far as this room has what they are about.

use super::{Versions, oneof};
use crate::schema::{EnumType, Field, Kind, Label, MessageId, MessageType};

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// Whether the category WIRE has it, for those who send bytes only,
    pub wire: bool,
    /// and WIRE_JSON, for those who also send JSON.
    pub wire_json: bool,
    /// What it demands.
    pub meaning: &'static str,
}

/// The rule about reserved numbers and names of messages.
pub(super) const RESERVED_MESSAGE: &str = "RESERVED_MESSAGE_NO_DELETE";
/// The rule about reserved numbers and names of enums.
pub(super) const RESERVED_ENUM: &str = "RESERVED_ENUM_NO_DELETE";

/// The rules, without those for packages, services, proto2 and editions, which this room does not have.
pub const RULES: &[Rule] = &[
    rule("FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", true, true, "a field that goes leaves its number reserved"),
    rule("FIELD_NO_DELETE_UNLESS_NAME_RESERVED", false, true, "a field that goes leaves its name reserved"),
    rule("FIELD_WIRE_COMPATIBLE_TYPE", true, false, "a type changes only within a group that shares its bytes"),
    rule(
        "FIELD_WIRE_JSON_COMPATIBLE_TYPE",
        false,
        true,
        "a type changes only within a group that shares bytes and JSON",
    ),
    rule("FIELD_WIRE_COMPATIBLE_CARDINALITY", true, false, "single fields stay single; lists may become maps"),
    rule("FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY", false, true, "single fields stay single, lists lists and maps maps"),
    rule("FIELD_SAME_ONEOF", true, true, "a field does not move into, out of or between oneofs"),
    rule("FIELD_SAME_NAME", false, true, "a number keeps its field's name"),
    rule("FIELD_SAME_JSON_NAME", false, true, "a number keeps its field's name in JSON"),
    rule(RESERVED_MESSAGE, true, true, "what a message has reserved stays reserved"),
    rule(
        "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
        true,
        true,
        "an enum value that goes leaves its number reserved",
    ),
    rule("ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", false, true, "an enum value that goes leaves its name reserved"),
    rule("ENUM_VALUE_SAME_NAME", false, true, "an enum's number keeps its names"),
    rule(RESERVED_ENUM, true, true, "what an enum has reserved stays reserved"),
];

const fn rule(id: &'static str, wire: bool, wire_json: bool, meaning: &'static str) -> Rule {
    Rule { id, wire, wire_json, meaning }
}

/// Whether number and name of a field that went are free to be used again.
pub(super) fn forgotten(number: u32, name: &str, new: &MessageType) -> (bool, bool) {
    let number = !new.reserved_numbers.iter().any(|range| range.contains(&number));
    (number, !new.reserved_names.iter().any(|reserved| reserved == name))
}

/// The rules that are broken by what became of a field of the old version. To buf, a field is its number, and a message
/// its name.
pub(super) fn field(versions: &Versions, old: MessageId, new: MessageId, o: &Field) -> Vec<&'static str> {
    let (old, new) = (&versions.old.messages[old], &versions.new.messages[new]);
    let mut broken = Vec::new();
    if old.name != new.name {
        return broken;
    }
    let Some(n) = new.field(o.number) else {
        let (number, name) = forgotten(o.number, &o.name, new);
        if number {
            broken.push("FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED");
        }
        if name {
            broken.push("FIELD_NO_DELETE_UNLESS_NAME_RESERVED");
        }
        return broken;
    };
    let (wire, json) = types(versions, o, n);
    let many = |field: &Field| match field.label {
        Label::Singular | Label::Optional => 0,
        Label::Repeated { .. } => 1,
        Label::Map { .. } => 2,
    };
    let checks = [
        (wire, "FIELD_WIRE_COMPATIBLE_TYPE"),
        (json, "FIELD_WIRE_JSON_COMPATIBLE_TYPE"),
        ((many(o) == 0) != (many(n) == 0), "FIELD_WIRE_COMPATIBLE_CARDINALITY"),
        (many(o) != many(n), "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY"),
        (oneof(old, o) != oneof(new, n), "FIELD_SAME_ONEOF"),
        (o.name != n.name, "FIELD_SAME_NAME"),
        (o.json_name != n.json_name, "FIELD_SAME_JSON_NAME"),
    ];
    for (yes, id) in checks {
        if yes {
            broken.push(id);
        }
    }
    broken
}

/// Whether a change of type breaks the rule of WIRE, and that of WIRE_JSON.
fn types(versions: &Versions, o: &Field, n: &Field) -> (bool, bool) {
    let map = |field: &Field| matches!(field.label, Label::Map { .. });
    match (o.label, n.label) {
        // To buf, a map's type is a message that is named after the field.
        (Label::Map { key: was }, Label::Map { key: is }) if o.name == n.name => {
            let (keys, values) = (kinds(versions, was, is), kinds(versions, o.kind, n.kind));
            (keys.0 || values.0, keys.1 || values.1)
        }
        _ if map(o) || map(n) => (true, true),
        _ => kinds(versions, o.kind, n.kind),
    }
}

fn kinds(versions: &Versions, old: Kind, new: Kind) -> (bool, bool) {
    match (old, new) {
        (Kind::Message(o), Kind::Message(n)) => {
            let other = versions.old.messages[o].name != versions.new.messages[n].name;
            (other, other)
        }
        (Kind::Enum(o), Kind::Enum(n)) => {
            let (o, n) = (&versions.old.enums[o], &versions.new.enums[n]);
            let short = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
            // An enum may move, if it keeps its last name and all its values.
            let kept =
                short(&o.name) == short(&n.name) && o.values.iter().all(|value| n.number_of(&value.0) == Some(value.1));
            let other = o.name != n.name && !kept;
            (other, other)
        }
        _ => {
            (group(old) != group(new) && (old, new) != (Kind::String, Kind::Bytes), json_group(old) != json_group(new))
        }
    }
}

/// Types of one number share their bytes, as buf sees it.
fn group(kind: Kind) -> u8 {
    match kind {
        Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 | Kind::Bool => 1,
        Kind::Sint32 | Kind::Sint64 => 2,
        Kind::Fixed32 | Kind::Sfixed32 => 3,
        Kind::Fixed64 | Kind::Sfixed64 => 4,
        Kind::Float => 5,
        Kind::Double => 6,
        Kind::String => 7,
        Kind::Bytes => 8,
        Kind::Enum(_) => 9,
        Kind::Message(_) => 10,
    }
}

/// The same for bytes and JSON at once.
fn json_group(kind: Kind) -> u8 {
    match kind {
        Kind::Int32 | Kind::Uint32 => 11,
        Kind::Int64 | Kind::Uint64 => 12,
        Kind::Bool => 13,
        Kind::Sint32 => 14,
        Kind::Sint64 => 15,
        other => group(other),
    }
}

/// The rules that are broken by what became of a number of an old enum.
pub(super) fn enum_value(old: &EnumType, new: &EnumType, number: i32) -> Vec<&'static str> {
    let mut broken = Vec::new();
    if old.name != new.name {
        return broken;
    }
    let was = || old.values.iter().filter(|value| value.1 == number);
    if new.name_of(number).is_none() {
        if !new.reserved_numbers.iter().any(|range| range.contains(&number)) {
            broken.push("ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED");
        }
        if !was().all(|value| new.reserved_names.contains(&value.0)) {
            broken.push("ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED");
        }
    } else if !was().all(|value| new.number_of(&value.0) == Some(number)) {
        broken.push("ENUM_VALUE_SAME_NAME");
    }
    broken
}
