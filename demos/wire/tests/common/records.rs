//! Random records for the encodings of `wire::formats`, from a seed.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use wire::formats::{Field, FieldValue, Record};

/// A source of records: the same seed gives the same ones everywhere.
pub struct Records(Xoshiro256PlusPlus);

impl Records {
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number below `bound`; that some are likelier by a hair does not matter.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound as u64) as usize
    }

    /// A record of up to eight fields of any types.
    pub fn record(&mut self) -> Record {
        let mut number = 0;
        let mut fields: Vec<_> = (0..self.below(9))
            .map(|place| {
                // Far enough at times that Thrift's distance does not fit its four bits.
                number += [1, 1, 1, 2, 15, 16, 17, 130, 2_300][self.below(9)];
                if (19_000..20_000).contains(&number) {
                    number = 20_000;
                }
                Field { name: self.name(place), number, value: self.value() }
            })
            .collect();
        if self.below(8) == 0 {
            // In another order than that of their numbers, as a schema may have them.
            fields.reverse();
        }
        Record { name: "Thing".to_owned(), fields }
    }

    fn name(&mut self, place: usize) -> String {
        let length = [0, 3, 6, 21, 29, 30, 31, 40][self.below(8)];
        let letters: String = (0..length).map(|_| char::from(b'a' + self.below(26) as u8)).collect();
        format!("f{place}{letters}")
    }

    fn value(&mut self) -> FieldValue {
        match self.below(8) {
            0 => FieldValue::Int32(self.integer() as i32),
            1 => FieldValue::Int64(self.integer()),
            2 => FieldValue::Bool(self.below(2) == 0),
            3 => FieldValue::Double(self.double()),
            4 => FieldValue::String(self.text()),
            5 => FieldValue::Bytes(self.bytes()),
            6 => FieldValue::Int64s((0..self.length() % 40).map(|_| self.integer()).collect()),
            _ => FieldValue::Strings((0..self.length() % 40).map(|_| self.text()).collect()),
        }
    }

    /// Of every width, and often next to a border between two.
    fn integer(&mut self) -> i64 {
        let bits = self.0.next_u64() >> self.below(64);
        let near = (1_u64 << self.below(64)).wrapping_add(self.below(5) as u64).wrapping_sub(2);
        let value = if self.below(2) == 0 { bits } else { near } as i64;
        if self.below(2) == 0 { value } else { value.wrapping_neg() }
    }

    fn double(&mut self) -> f64 {
        match self.below(4) {
            0 => f64::from_bits(self.0.next_u64()),
            1 => self.integer() as f64,
            2 => self.integer() as f64 / 1_000.0,
            _ => [0.0, -0.0, 1.0, 0.1, f64::MAX, f64::MIN_POSITIVE, 5e-324, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
                [self.below(10)],
        }
    }

    /// Small as a rule, and next to a border between two heads at times.
    fn length(&mut self) -> usize {
        let borders = [14, 15, 16, 23, 24, 31, 32, 63, 64, 127, 128, 255, 256];
        match self.below(20) {
            0..14 => self.below(9),
            14..19 => borders[self.below(borders.len())],
            _ if self.below(10) == 0 => [8_191, 8_192, 16_384, 65_535, 65_536][self.below(5)],
            _ => self.below(700),
        }
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.length()).map(|_| self.0.next_u64() as u8).collect()
    }

    fn text(&mut self) -> String {
        const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz ABC@.0123";
        const ODD: &str = "\"\\/\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}\u{80}éß中\u{2028}\u{fffd}😀";
        let pool: Vec<char> = if self.below(2) == 0 { PLAIN.chars().collect() } else { ODD.chars().collect() };
        (0..self.length()).map(|_| pool[self.below(pool.len())]).collect()
    }
}
