//! Bytes as two versions of a schema, which are compared. The bytes choose among declarations, so that nearly all make sense
//! and types refer to one another in every way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::{
    evolve::{Harm, compare_within},
    schema::Schema,
};

/// Gives the bytes one after the other, and zeros when there are no more.
struct Chance<'d>(&'d [u8]);

impl Chance<'_> {
    fn below(&mut self, bound: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % bound
    }
}

const SCALARS: [&str; 10] =
    ["int32", "sint32", "uint64", "bool", "fixed32", "double", "string", "bytes", "E", "F"];
const TYPES: usize = 8;

fn field(chance: &mut Chance, number: usize) -> String {
    let kind = match chance.below(3) {
        0 => SCALARS[chance.below(SCALARS.len())].to_owned(),
        _ => format!("M{}", chance.below(TYPES)),
    };
    let name = ["a", "b", "c"][chance.below(3)];
    match chance.below(7) {
        0 => format!("repeated {kind} {name}{number} = {number};"),
        1 => format!("optional {kind} {name}{number} = {number};"),
        2 => format!("map<string, {kind}> {name}{number} = {number};"),
        3 => format!("map<int32, {kind}> {name}{number} = {number};"),
        4 => format!("oneof o{number} {{ {kind} {name}{number} = {number}; string other{number} = {}; }}", number + 20),
        _ => format!("{kind} {name}{number} = {number};"),
    }
}

/// Types, each a list of fields; the new version has some of them anew.
fn versions(chance: &mut Chance) -> [String; 2] {
    let old: Vec<Vec<String>> = (0..TYPES)
        .map(|_| (1..=chance.below(5)).map(|number| field(chance, number)).collect())
        .collect();
    let mut new = old.clone();
    for _ in 0..chance.below(12) {
        let (at, number) = (chance.below(TYPES), 1 + chance.below(5));
        let changed = field(chance, number);
        match new[at].get_mut(number - 1) {
            Some(place) => *place = changed,
            None => {
                let number = new[at].len() + 1;
                new[at].push(field(chance, number));
            }
        }
    }
    let enums = |chance: &mut Chance| {
        let value = |name: &str, chance: &mut Chance| format!("{name} = {};", 1 + chance.below(4));
        format!("enum E {{ Z = 0; {} }} enum F {{ Y = 0; {} reserved 9; }}", value("A", chance), value("B", chance))
    };
    let reserved = ["", "reserved 30;", "reserved 30 to 40; reserved \"z\";"];
    [old, new].map(|types| {
        let mut text = String::from("syntax = \"proto3\";\n");
        for (at, fields) in types.iter().enumerate() {
            text += &format!("message M{at} {{ {} {} }}\n", fields.concat(), reserved[chance.below(3)]);
        }
        text + &enums(chance)
    })
}

fuzz_target!(|data: &[u8]| {
    let mut chance = Chance(data);
    let [old, new] = versions(&mut chance);
    let (Ok(old), Ok(new)) = (Schema::parse(&old), Schema::parse(&new)) else { return };
    let work = [30_000, 3_000, 100][chance.below(3)];
    let found = compare_within((&old, 0), (&new, 0), work);
    let rank = |place: usize| (found[place].verdict(), found[place].json);
    assert!((1..found.len()).all(|at| rank(at) <= rank(at - 1)), "the worst first");
    for change in found.iter() {
        assert!(!change.what.is_empty() && !change.why.is_empty());
        let _ = (&old.text[change.old.clone()], &new.text[change.new.clone()]);
        assert!(change.complete || !found.complete);
        let harm = change.forward.max(change.backward);
        assert!(change.witness.is_none() || harm > Harm::Names, "an example of nothing");
        if let Some(witness) = &change.witness {
            let writer = if witness.new_writes { &new } else { &old };
            let written = wire::json::read(writer, 0, &witness.json).expect("the example can be typed");
            assert_eq!(wire::encode::encode(writer, 0, &written), witness.bytes);
        }
    }
    // Compared with itself, nothing has changed.
    assert_eq!(compare_within((&old, 0), (&old, 0), work).len(), 0);
});
