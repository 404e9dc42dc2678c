//! Axes of charts: where a value lies, which values have a line of the grid, and what is written there.

use super::svg::px;
use sim::words::grouped;

/// An axis of a chart, from one place of the picture to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The place of the least value, in units of the picture.
    pub from: f64,
    /// The place of the greatest value, in units of the picture.
    pub to: f64,
    /// The least value of the axis; above zero if the axis is logarithmic.
    pub low: f64,
    /// The greatest value of the axis.
    pub high: f64,
    /// Whether equal steps along the axis are equal factors.
    pub logarithmic: bool,
    /// Whether only whole numbers get a line of the grid.
    pub whole: bool,
}

impl Axis {
    /// An axis from one place of the picture to another, for values from `low` to `high`.
    pub const fn new((from, to): (f64, f64), (low, high): (f64, f64), logarithmic: bool) -> Self {
        Self { from, to, low, high, logarithmic, whole: false }
    }

    /// The place of a value on the axis, in units of the picture.
    pub fn at(&self, value: f64) -> f64 {
        let part = if self.logarithmic {
            libm::log(value.max(self.low) / self.low) / libm::log(self.high / self.low)
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + (self.to - self.from) * part
    }

    /// The value that lies at that part of the axis, from 0 to 1.
    pub fn value(&self, part: f64) -> f64 {
        if self.logarithmic {
            self.low * libm::exp(libm::log(self.high / self.low) * part)
        } else {
            self.low + (self.high - self.low) * part
        }
    }

    /// The values of the axis that have a line of the grid: round ones, about five.
    pub fn ticks(&self) -> Vec<f64> {
        let within = |tick: &f64| *tick <= self.high * 1.000_001;
        if self.logarithmic {
            let decades = floor_log10(self.high * 1.000_001) - floor_log10(self.low);
            let every = (decades + 4) / 5;
            return (0..).map(|i| self.low * power(i * every.max(1))).take_while(within).collect();
        }
        let step = round_step(self.high / 4.0).max(if self.whole { 1.0 } else { 0.0 });
        (0..).map(|i| f64::from(i) * step).take_while(within).collect()
    }
}

fn power(exponent: i32) -> f64 {
    10f64.powi(exponent)
}

/// The exponent of the power of ten at or below a number above zero.
fn floor_log10(value: f64) -> i32 {
    let mut exponent = 0;
    while power(exponent + 1) <= value {
        exponent += 1;
    }
    while power(exponent) > value {
        exponent -= 1;
    }
    exponent
}

/// The first of 1, 2 and 5 times a power of ten that is not below `least`, a number above zero.
pub fn round_step(least: f64) -> f64 {
    let unit = power(floor_log10(least));
    let steps = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * unit);
    steps.into_iter().find(|step| *step >= least * 0.999_999).unwrap_or(least)
}

/// The end of an axis that begins at zero and has room for `most`, a number above zero: a quarter of it is round.
pub fn round_end(most: f64) -> f64 {
    let step = round_step(most / 4.0);
    (most / step).ceil() * step
}

/// The ends of a logarithmic axis with room for both numbers, which are above zero: powers of ten.
pub fn decades(least: f64, most: f64) -> (f64, f64) {
    (power(floor_log10(least)), power(floor_log10(most) + 1))
}

/// A number on an axis: `8,000`, `2 M`, `0.05`.
pub fn tick_label(value: f64) -> String {
    match value {
        _ if value >= 1e6 && value % 1e5 == 0.0 => format!("{} M", px(value / 1e6)),
        _ if value > 0.0 && value < 1.0 => {
            format!("0.{:03}", (value * 1_000.0).round() as u64).trim_end_matches(['0', '.']).to_owned()
        }
        _ => grouped(value.round() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_one_two_or_five() {
        let cases = [(0.01, 0.01), (0.03, 0.05), (1.0, 1.0), (1.2, 2.0), (4.9, 5.0), (51.0, 100.0), (2_000.0, 2_000.0)];
        for (least, step) in cases {
            assert!((round_step(least) - step).abs() < 1e-9, "{least}: {}", round_step(least));
        }
        assert_eq!((round_end(8_400.0), decades(0.5, 8_000.0)), (10_000.0, (0.1, 10_000.0)));
    }

    #[test]
    fn lines_of_the_grid_are_round_and_within() {
        let ticks = |ends, logarithmic, whole| Axis { whole, ..Axis::new((0.0, 1.0), ends, logarithmic) }.ticks();
        assert_eq!(ticks((0.0, 1_000.0), false, true), [0.0, 500.0, 1_000.0]);
        assert_eq!(ticks((0.0, 3.0), false, true), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks((1.0, 1_000.0), true, true), [1.0, 10.0, 100.0, 1_000.0]);
        let labels = [0.0, 0.05, 1.0, 8_000.0, 2_000_000.0].map(tick_label);
        assert_eq!(labels, ["0", "0.05", "1", "8,000", "2 M"]);
    }
}
