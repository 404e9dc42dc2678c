//! What is measured, second by second.

use super::nodes::{Fact, SERVER};
use sim::{Duration, Envelope, Event, Observer, Time, TraceHash, What};

/// How long a window of measurement is.
pub const WINDOW: Duration = Duration::from_secs(1);

/// One window of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Requests sent.
    pub sent: u32,
    /// Replies that reached a client in time.
    pub served: u32,
    /// Requests given up: no reply in time.
    pub timed_out: u32,
    /// Requests that the server turned away because its queue was full.
    pub rejected: u32,
    /// From sending to reply, in microseconds, for each request served; in the order of the replies.
    pub latencies: Vec<u32>,
    /// Time that workers worked, in microseconds, over all workers.
    pub busy: u64,
    /// Time that workers could have worked, had the server been up and had there been work.
    pub capacity: u64,
}

/// Counts what happens, and takes the run's fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    windows: Vec<Window>,
    hash: TraceHash,
    busy: u32,
    workers: u32,
    since: Time,
}

impl Metrics {
    /// The windows so far; the last one is still being filled.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The sum of all windows up to that moment. Latencies come in the order of the replies.
    pub fn total(&self) -> Window {
        let mut total = Window::default();
        for window in &self.windows {
            total.sent += window.sent;
            total.served += window.served;
            total.timed_out += window.timed_out;
            total.rejected += window.rejected;
            total.latencies.extend(&window.latencies);
            total.busy += window.busy;
            total.capacity += window.capacity;
        }
        total
    }

    /// The same with the work booked up to that moment.
    pub fn until(&self, now: Time) -> Self {
        let mut settled = self.clone();
        settled.settle(now);
        settled
    }

    /// The fingerprint of everything so far.
    pub fn hash(&self) -> TraceHash {
        self.hash
    }

    pub(super) fn sent(&mut self, now: Time) {
        self.window(now).sent += 1;
    }

    pub(super) fn served(&mut self, now: Time, latency: Duration) {
        let window = self.window(now);
        window.served += 1;
        window.latencies.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    pub(super) fn timed_out(&mut self, now: Time) {
        self.window(now).timed_out += 1;
    }

    pub(super) fn rejected(&mut self, now: Time) {
        self.window(now).rejected += 1;
    }

    /// From now on so many workers work, of so many.
    pub(super) fn work(&mut self, now: Time, busy: u32, workers: u32) {
        self.settle(now);
        (self.busy, self.workers) = (busy, workers);
    }

    /// Books the work since the last change, window by window.
    fn settle(&mut self, now: Time) {
        let (busy, workers) = (u64::from(self.busy), u64::from(self.workers));
        while self.since < now {
            let next = (self.since.as_micros() / WINDOW.as_micros() + 1) * WINDOW.as_micros();
            let end = now.min(Time::from_micros(next));
            let length = end.since(self.since).as_micros();
            let since = self.since;
            let window = self.window(since);
            window.busy += busy * length;
            window.capacity += workers * length;
            self.since = end;
        }
    }

    fn window(&mut self, now: Time) -> &mut Window {
        let index = (now.as_micros() / WINDOW.as_micros()) as usize;
        if self.windows.len() <= index {
            self.windows.resize(index + 1, Window::default());
        }
        &mut self.windows[index]
    }
}

impl Observer<Fact> for Metrics {
    fn observe(&mut self, event: &Event, _message: Option<&Envelope<Fact>>) {
        event.hash_into(&mut self.hash);
        if event.node == SERVER && event.what == What::Crashed {
            let workers = self.workers;
            self.work(event.at, 0, workers);
        }
    }

    fn passed(&mut self, now: Time) {
        self.settle(now);
    }
}

/// The smallest latency that at least `percent` of them do not exceed (nearest rank), in
/// microseconds; nothing if there are none.
pub fn quantile(latencies: &[u32], percent: u32) -> Option<u32> {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent as usize).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}
