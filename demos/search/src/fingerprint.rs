//! Fingerprints of states: 64 bits on every machine, and the same ones.
//!
//! Two states with one fingerprint are taken for one, so its length is what a count can be trusted for: among a million
//! states two share one of 32 bits about a hundred times, and one of 64 bits once in forty million searches. Quick hash
//! functions for tables are of no use: they count in `usize`, as rustc-hash does, or are other functions where that has
//! 32 bits, as foldhash is.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A fingerprint in the making: a polynomial over what is hashed, as rustc-hash 2 computes it where `usize` has 64 bits.
/// Each number that is added counts as 64 bits, a `usize` too; but not those of a slice of `usize`, which the standard
/// library hashes as the memory that it lies in: states hold none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fingerprint(u64);

/// The factor of rustc-hash.
const FACTOR: u64 = 0xf135_7aea_2e62_a9c5;

impl Hasher for Fingerprint {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        // With the length, so that zeros at the end count.
        self.write_u64(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        // Turned each time: a product has its best bits above, and the next one would not reach those below.
        self.0 = self.0.wrapping_add(number).wrapping_mul(FACTOR).rotate_left(23);
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as i64 as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        // SplitMix64's, so that each bit depends on all.
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }
}

/// A table by fingerprints, which are hashed already.
pub(crate) type ByFingerprint<T> = HashMap<u64, T, BuildHasherDefault<Taken>>;

/// Takes a fingerprint for its own hash.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken(u64);

impl Hasher for Taken {
    fn write(&mut self, _: &[u8]) {
        unreachable!("fingerprints are numbers of 64 bits");
    }

    #[inline]
    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::Hash;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn of(what: impl Hash) -> u64 {
        let mut fingerprint = Fingerprint::default();
        what.hash(&mut fingerprint);
        fingerprint.finish()
    }

    /// Natively and in WebAssembly.
    #[test]
    fn fingerprints_are_the_same_on_every_machine() {
        assert_eq!(of(0_u64), of(0_usize));
        assert_eq!(of((1_u8, 2_u16, 3_u32, 4_u64, -5_i64, -6_isize)), PINNED[0]);
        assert_eq!(of(("request", [1_u32, 2, 3], Some(vec![true, false]))), PINNED[1]);
        assert_eq!(of(vec![7_u64; 3]), PINNED[2]);
    }

    const PINNED: [u64; 3] = [7603989247648694578, 11682389480106529484, 13132630472264409950];

    #[test]
    fn bits_above_the_32nd_and_lengths_count() {
        assert_ne!(of(1_u64), of(1_u64 << 32));
        assert_ne!(of(1_u64 << 32 | 1), of(1_u64 << 33 | 1));
        assert_ne!(of("a"), of("a\0"));
        assert!(of(1_u64) > u64::from(u32::MAX) && of(2_u64) > u64::from(u32::MAX));
    }
}
