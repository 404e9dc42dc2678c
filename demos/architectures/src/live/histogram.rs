//! How values are distributed, in little memory.

/// How many buckets an octave has: a value is off by at most 1/128 of itself.
const PER_OCTAVE: u64 = 64;
/// log2 of it.
const BITS: u32 = 6;

/// A histogram with buckets that widen with the value, as HDR histograms have them (Tene, *HdrHistogram*,
/// 2012): quantiles of any number of values in at most 15 KB, each off by less than 1 %.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: Vec<u32>,
    count: u64,
    sum: u64,
    max: u64,
}

impl Histogram {
    /// Adds a value to the histogram.
    pub fn add(&mut self, value: u64) {
        let place = place(value);
        if self.buckets.len() <= place {
            self.buckets.resize(place + 1, 0);
        }
        self.buckets[place] += 1;
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
        self.max = self.max.max(value);
    }

    /// How many values have been added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The exact sum of all values; `u64::MAX` if it is greater.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The greatest value, exactly; 0 if there is none.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The mean of all values, rounded down; nothing if there are none.
    pub fn mean(&self) -> Option<u64> {
        self.sum.checked_div(self.count)
    }

    /// The least value that so many `thousandths` of all values do not exceed (nearest rank), less than 1 % off;
    /// nothing if there are no values.
    pub fn quantile(&self, thousandths: u64) -> Option<u64> {
        let rank = (self.count * thousandths).div_ceil(1_000).max(1);
        let mut seen = 0;
        let place = self.buckets.iter().position(|bucket| {
            seen += u64::from(*bucket);
            seen >= rank
        })?;
        Some(middle(place).min(self.max))
    }

    /// Forgets all values and keeps the memory.
    pub fn clear(&mut self) {
        self.buckets.clear();
        (self.count, self.sum, self.max) = (0, 0, 0);
    }
}

fn place(value: u64) -> usize {
    if value < 2 * PER_OCTAVE {
        return value as usize;
    }
    let octave = value.ilog2() - BITS;
    ((u64::from(octave) << BITS) + (value >> octave)) as usize
}

/// The middle of a bucket.
fn middle(place: usize) -> u64 {
    let place = place as u64;
    if place < 2 * PER_OCTAVE {
        return place;
    }
    let octave = (place >> BITS) - 1;
    let first = (place - (octave << BITS)) << octave;
    first + (1 << octave) / 2
}
