//! Runs of models, and what many of them say together.

use architectures::live::Live;
use std::fmt;

/// The run of that code, played to its end.
pub fn finished(code: &str) -> Live {
    let live = architectures::finished(architectures::run_of(code).unwrap_or_else(|error| panic!("{code}: {error}")));
    assert_eq!(live.stopped(), None, "{code}");
    live
}

/// A fact of a run, in its unit.
pub fn fact(live: &Live, name: &str) -> f64 {
    let place = live.run().model.all_facts().position(|fact| fact.name == name).expect(name);
    live.world().facts()[place].unwrap_or_else(|| panic!("no {name} in {}", live.run().code())) as f64 / 1e3
}

/// Whether the run's story says so.
pub fn told(live: &Live, what: &str) -> bool {
    live.world().story().iter().any(|line| line.text.contains(what))
}

/// A value of each of several seeds.
#[derive(Clone, Debug, Default)]
pub struct Sample(Vec<f64>);

impl Sample {
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    /// The variance of the mean.
    fn variance(&self) -> f64 {
        let (mean, count) = (self.mean(), self.0.len() as f64);
        self.0.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0) / count
    }

    /// Half the 95 % confidence interval of the mean.
    fn half(&self) -> f64 {
        student(self.0.len() - 1) * self.variance().sqrt()
    }

    pub fn low(&self) -> f64 {
        self.mean() - self.half()
    }

    pub fn high(&self) -> f64 {
        self.mean() + self.half()
    }

    /// The 95 % confidence interval of the mean contains it.
    pub fn must_contain(&self, value: f64, what: &str) {
        assert!((self.low()..=self.high()).contains(&value), "{what}: {self} does not contain {value}");
    }

    /// The 95 % confidence interval of the difference contains zero (as many values on either side).
    pub fn agrees_with(&self, other: &Self) -> bool {
        let freedom = self.0.len() + other.0.len() - 2;
        let half = student(freedom) * (self.variance() + other.variance()).sqrt();
        (self.mean() - other.mean()).abs() <= half
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} ± {:.3}", self.mean(), self.half())
    }
}

/// The 97.5th percentile of Student's t, from the table: the nearest row with fewer degrees of freedom.
fn student(freedom: usize) -> f64 {
    let table = [
        (4, 2.776),
        (7, 2.365),
        (9, 2.262),
        (14, 2.145),
        (19, 2.093),
        (23, 2.069),
        (29, 2.045),
        (39, 2.023),
        (46, 2.013),
    ];
    table.into_iter().rev().find(|(at_most, _)| *at_most <= freedom).expect("five values or more").1
}
