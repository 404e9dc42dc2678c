//! What queueing theory says, to draw over what is measured.
//!
//! Requests arrive as a Poisson process, service times are exponential, so many workers share one queue: M/M/c
//! (Erlang 1917; Kleinrock, *Queueing Systems*, vol. 1, 1975, chapter 3). Rates are per second, times in seconds.

/// A queue without limit before some workers, each of which takes the next request when it is free.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmc {
    /// Requests per second that arrive.
    pub arrivals: f64,
    /// Mean time that a worker takes for a request, in seconds.
    pub service: f64,
    /// How many workers there are.
    pub workers: u32,
}

impl Mmc {
    /// The work that arrives, in workers that it would keep busy: Erlangs.
    pub fn work(self) -> f64 {
        self.arrivals * self.service
    }

    /// The share of time that a worker is busy; without a steady state from 1 on.
    pub fn utilisation(self) -> f64 {
        self.work() / f64::from(self.workers)
    }

    /// The probability that a request has to wait (Erlang's C formula); nothing without a steady state.
    pub fn waits(self) -> Option<f64> {
        let load = self.utilisation();
        if load >= 1.0 {
            return None;
        }
        // By way of Erlang's B formula, whose recursion neither overflows nor cancels.
        let work = self.work();
        let blocked = (1..=self.workers).fold(1.0, |b, k| work * b / (f64::from(k) + work * b));
        Some(blocked / (1.0 - load * (1.0 - blocked)))
    }

    /// The mean time in the queue, in seconds; nothing without a steady state.
    pub fn waiting(self) -> Option<f64> {
        Some(self.waits()? * self.service / (f64::from(self.workers) - self.work()))
    }

    /// The mean time in the system, in seconds: waiting and service; nothing without a steady state.
    pub fn time(self) -> Option<f64> {
        Some(self.waiting()? + self.service)
    }

    /// The mean number of requests that wait (Little 1961: arrivals times waiting time).
    pub fn queue(self) -> Option<f64> {
        Some(self.arrivals * self.waiting()?)
    }

    /// The probability that so many or more wait, all workers being busy.
    pub fn waiting_at_least(self, count: u32) -> Option<f64> {
        Some(self.waits()? * libm::pow(self.utilisation(), f64::from(count)))
    }

    /// The probability of being longer in the system than that many seconds.
    pub fn longer_than(self, seconds: f64) -> Option<f64> {
        let waits = self.waits()?;
        let ends = seconds / self.service;
        let spare = f64::from(self.workers) - 1.0 - self.work();
        // Waiting and service are exponentials of two rates; the rates are equal where `spare` is 0.
        let both = if spare.abs() < 1e-9 { ends } else { (1.0 - libm::exp(-ends * spare)) / spare };
        Some(libm::exp(-ends) * (1.0 + waits * both))
    }
}
