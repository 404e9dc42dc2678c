//! What is measured wherever users ask and are answered.

use super::{Chart, Curve, CurveKind, Fact, Histogram, Thousandths};
use sim::Duration;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The request was answered in time, that long after it was sent.
    Answered(Duration),
    /// The request was turned away: somebody said no.
    Refused,
    /// The request was given up: nobody said anything in time.
    TimedOut,
}

/// Counts requests by how they end, window by window and over the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    window: Tally,
    total: Tally,
    /// A bit for each user that a request of theirs failed.
    affected: Vec<u64>,
    affected_count: u32,
}

/// The sums of a stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    sent: u64,
    refused: u64,
    timed_out: u64,
    latency: Histogram,
}

impl Tally {
    fn settle(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Answered(after) => self.latency.add(after.as_micros()),
            Outcome::Refused => self.refused += 1,
            Outcome::TimedOut => self.timed_out += 1,
        }
    }

    fn clear(&mut self) {
        (self.sent, self.refused, self.timed_out) = (0, 0, 0);
        self.latency.clear();
    }

    fn failed(&self) -> u64 {
        self.refused + self.timed_out
    }

    /// In percent of those that have ended; nothing of nothing.
    fn success(&self) -> Option<Thousandths> {
        let answered = self.latency.count();
        (answered * 100_000).checked_div(answered + self.failed()).map(|share| share as Thousandths)
    }

    /// A quantile of the latency in milliseconds, given in microseconds: thousandths already.
    fn quantile(&self, thousandths: u64) -> Option<Thousandths> {
        self.latency.quantile(thousandths).map(|micros| micros as Thousandths)
    }
}

impl Requests {
    /// The chart of requests per second: sent, answered in time, failed.
    pub const THROUGHPUT: Chart = Chart {
        title: "Requests per second",
        unit: "/s",
        least_top: 1,
        curves: &[
            Curve { name: "sent", kind: CurveKind::Offered },
            Curve { name: "answered", kind: CurveKind::Main },
            Curve { name: "failed", kind: CurveKind::Bad },
        ],
    };
    /// The chart of the latency of answered requests: median, 95th and 99th percentile, in milliseconds.
    pub const LATENCY: Chart = Chart {
        title: "Latency",
        unit: "ms",
        least_top: 200,
        curves: &[
            Curve { name: "median", kind: CurveKind::Main },
            Curve { name: "p95", kind: CurveKind::Second },
            Curve { name: "p99", kind: CurveKind::Third },
        ],
    };
    /// The chart of the share of requests that were answered in time, in percent of those that ended.
    pub const SUCCESS: Chart = Chart {
        title: "Success",
        unit: "%",
        least_top: 100,
        curves: &[Curve { name: "answered in time", kind: CurveKind::Main }],
    };

    /// The facts that requests yield, in the order of [`Requests::facts`].
    pub const FACTS: &[Fact] = &[
        Fact { name: "sent", meaning: "Requests sent." },
        Fact { name: "served", meaning: "Requests answered in time." },
        Fact { name: "failed", meaning: "Requests refused or given up." },
        Fact { name: "refused", meaning: "Requests turned away." },
        Fact { name: "success", meaning: "Answered in time, in percent of the requests that have ended." },
        Fact { name: "throughput", meaning: "Requests answered in time per second, over the whole run." },
        Fact { name: "mean", meaning: "Mean latency of the requests answered, in milliseconds." },
        Fact { name: "p50", meaning: "Median latency of the requests answered, in milliseconds." },
        Fact { name: "p95", meaning: "95th percentile of the latency, in milliseconds." },
        Fact { name: "p99", meaning: "99th percentile of the latency, in milliseconds." },
        Fact { name: "affected", meaning: "Users with at least one failed request." },
    ];

    /// Counts a request that a user has sent.
    pub fn sent(&mut self) {
        self.window.sent += 1;
        self.total.sent += 1;
    }

    /// Counts a request of `user` that has ended.
    pub fn ended(&mut self, user: u32, outcome: Outcome) {
        self.window.settle(outcome);
        self.total.settle(outcome);
        if !matches!(outcome, Outcome::Answered(_)) {
            let (word, bit) = (user as usize / 64, 1 << (user % 64));
            if self.affected.len() <= word {
                self.affected.resize(word + 1, 0);
            }
            self.affected_count += u32::from(self.affected[word] & bit == 0);
            self.affected[word] |= bit;
        }
    }

    /// How many users have had at least one failed request so far.
    pub fn affected(&self) -> u32 {
        self.affected_count
    }

    /// The latencies of all requests answered in the run so far, in microseconds.
    pub fn latency(&self) -> &Histogram {
        &self.total.latency
    }

    /// How many requests there have been in the run so far: sent, answered in time, failed.
    pub fn totals(&self) -> (u64, u64, u64) {
        (self.total.sent, self.total.latency.count(), self.total.failed())
    }

    /// Ends a window of measurement of `length`; the values of [`Requests::THROUGHPUT`], [`Requests::LATENCY`] and
    /// [`Requests::SUCCESS`], in this order.
    pub fn row(&mut self, length: Duration) -> [Option<Thousandths>; 7] {
        let window = &self.window;
        let per_second = |count: u64| Some((count * 1_000_000_000 / length.as_micros().max(1)) as Thousandths);
        let row = [
            per_second(window.sent),
            per_second(window.latency.count()),
            per_second(window.failed()),
            window.quantile(500),
            window.quantile(950),
            window.quantile(990),
            window.success(),
        ];
        self.window.clear();
        row
    }

    /// The values of [`Requests::FACTS`] when `now` of the run has passed; nothing for a fact that has no value yet.
    pub fn facts(&self, now: Duration) -> [Option<Thousandths>; 11] {
        let total = &self.total;
        let whole = |count: u64| Some(count as Thousandths * 1_000);
        let answered = total.latency.count();
        [
            whole(total.sent),
            whole(answered),
            whole(total.failed()),
            whole(total.refused),
            total.success(),
            (answered * 1_000_000_000).checked_div(now.as_micros()).map(|rate| rate as Thousandths),
            total.latency.mean().map(|micros| micros as Thousandths),
            total.quantile(500),
            total.quantile(950),
            total.quantile(990),
            whole(u64::from(self.affected_count)),
        ]
    }
}
