//! A place that serves: workers, and a queue before them.

use sim::{Duration, Time};
use std::collections::VecDeque;

/// Workers and the requests that wait for them, with what is measured there. How many workers there are is told
/// by whoever owns the station, since all stations of a kind have the same number.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub up: bool,
    /// How often it has stopped: what was begun before is void.
    pub epoch: u16,
    /// So many times as long as usual for everything.
    pub slow: u32,
    /// How many workers are at work.
    pub busy: u32,
    /// The calls that wait, the first one first.
    pub waiting: VecDeque<u32>,
    /// The longest that the queue has been.
    pub longest: u32,
    /// Up to when the sums are.
    counted: Time,
    sums: Sums,
    window: Sums,
}

/// Numbers summed over time, in microseconds times what is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    /// Workers at work.
    pub busy: u64,
    /// Workers there, as long as the station is up.
    pub there: u64,
    /// Requests that wait.
    pub waiting: u64,
}

impl Sums {
    /// Workers at work, in thousandths of a percent of those there; nothing while none is there.
    pub fn utilisation(self) -> Option<i64> {
        (self.busy.saturating_mul(100_000)).checked_div(self.there).map(|share| share.min(100_000) as i64)
    }

    pub fn add(&mut self, other: Self) {
        self.busy += other.busy;
        self.there += other.there;
        self.waiting += other.waiting;
    }
}

impl Station {
    pub fn new() -> Self {
        Self {
            up: true,
            epoch: 0,
            slow: 1,
            busy: 0,
            waiting: VecDeque::new(),
            longest: 0,
            counted: Time::ZERO,
            sums: Sums::default(),
            window: Sums::default(),
        }
    }

    /// Brings the sums up to now; to be called before anything changes here.
    pub fn count(&mut self, now: Time, workers: u32) {
        self.sums = self.sums_at(now, workers);
        self.counted = now;
    }

    /// The sums since the run's beginning.
    pub fn sums_at(&self, now: Time, workers: u32) -> Sums {
        let past = now.since(self.counted).as_micros();
        let mut sums = self.sums;
        sums.busy += past * u64::from(self.busy);
        // Workers that were taken away finish what they do.
        sums.there += if self.up { past * u64::from(workers.max(self.busy)) } else { 0 };
        sums.waiting += past * self.waiting.len() as u64;
        sums
    }

    /// The sums since the last call, as of [`Station::count`].
    pub fn window(&mut self) -> Sums {
        let Sums { busy, there, waiting } = self.window;
        self.window = self.sums;
        let sums = self.sums;
        Sums { busy: sums.busy - busy, there: sums.there - there, waiting: sums.waiting - waiting }
    }

    pub fn queue(&mut self, call: u32) {
        self.waiting.push_back(call);
        self.longest = self.longest.max(self.waiting.len() as u32);
    }

    /// It goes down: nobody is at work any more. What waited is for the caller to take out.
    pub fn stop(&mut self) {
        self.up = false;
        self.epoch = self.epoch.wrapping_add(1);
        self.busy = 0;
    }

    /// How long a request takes here, given how long it takes compared with others.
    pub fn takes(&self, need: f32, mean_ms: u32) -> Duration {
        let mean = f64::from(mean_ms) * 1_000.0 * f64::from(self.slow);
        Duration::from_micros(((f64::from(need) * mean + 0.5) as u64).max(1))
    }

    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.waiting.capacity() * size_of::<u32>()
    }
}

/// A number that is averaged over time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gauge {
    value: u32,
    counted: Time,
    sum: u64,
    window: u64,
}

impl Gauge {
    pub fn get(&self) -> u32 {
        self.value
    }

    pub fn set(&mut self, now: Time, value: u32) {
        self.sum = self.sum_at(now);
        (self.counted, self.value) = (now, value);
    }

    /// The number summed over time up to now, in microseconds times what is counted.
    pub fn sum_at(&self, now: Time) -> u64 {
        self.sum + now.since(self.counted).as_micros() * u64::from(self.value)
    }

    /// The same since the last call.
    pub fn window(&mut self, now: Time) -> u64 {
        let sum = self.sum_at(now);
        sum - std::mem::replace(&mut self.window, sum)
    }
}
