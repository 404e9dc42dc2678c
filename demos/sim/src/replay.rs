//! Going back and forth in a run.

use crate::{Duration, Process, Simulation, Time};

/// A run that can be looked at, at any time. Forward is simulation; back is simulation again, from
/// the nearest checkpoint before. Where one has been does not change what one sees.
pub struct Replay<P: Process> {
    /// Copies of the run, one every `every`, the first at the start.
    checkpoints: Vec<Simulation<P>>,
    current: Simulation<P>,
    every: Duration,
}

impl<P: Process> Replay<P> {
    /// A run at its start, with a checkpoint every `every` of simulated time.
    ///
    /// # Panics
    /// If `every` is zero.
    pub fn new(mut start: Simulation<P>, every: Duration) -> Self {
        assert!(every > Duration::ZERO, "checkpoints need a distance");
        start.run_until(Time::ZERO);
        Self { current: start.clone(), checkpoints: vec![start], every }
    }

    /// The run at the time last sought; at first at its start.
    pub fn now(&self) -> &Simulation<P> {
        &self.current
    }

    /// Goes to a time of the run, forth or back, and gives the run there.
    pub fn seek(&mut self, to: Time) -> &Simulation<P> {
        let nearest = (to.as_micros() / self.every.as_micros()) as usize;
        let best = nearest.min(self.checkpoints.len() - 1);
        if to < self.current.now() || self.checkpoints[best].now() > self.current.now() {
            self.current = self.checkpoints[best].clone();
        }
        while self.checkpoints.len() <= nearest {
            let next = Time::ZERO + self.every.saturating_mul(self.checkpoints.len() as u64);
            self.current.run_until(next);
            self.checkpoints.push(self.current.clone());
        }
        self.current.run_until(to);
        &self.current
    }
}
