//! What a caller keeps for a service that it calls: a breaker and a budget for retries.

use super::{BREAKER_CALLS, BREAKER_FAILURES, BREAKER_OPEN_SECONDS, BUDGET_SAVED};
use sim::{Duration, Time};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    /// Nothing gets through until then.
    Open(Time),
    /// One call is on trial.
    Trial,
}

/// How a breaker changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Opens,
    Closes,
}

/// A circuit breaker: it opens when at least half of the last twenty calls failed, lets nothing through for five
/// seconds, and then one call, which decides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Breaker {
    state: State,
    /// The last calls, a bit each, set if it failed.
    failures: u32,
    seen: u32,
    /// Since when it is not closed.
    since: Time,
    /// How long it was not closed before.
    open: Duration,
}

impl Breaker {
    pub(super) const NEW: Self =
        Self { state: State::Closed, failures: 0, seen: 0, since: Time::ZERO, open: Duration::ZERO };

    /// Whether a call may be made now, and whether it is on trial.
    pub(super) fn admits(&mut self, now: Time) -> Option<bool> {
        match self.state {
            State::Closed => Some(false),
            State::Open(until) if now >= until => {
                self.state = State::Trial;
                Some(true)
            }
            _ => None,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// A call that was let through has ended so. What was sent before the breaker opened says nothing any more.
    pub(super) fn record(&mut self, now: Time, trial: bool, failed: bool) -> Option<Turn> {
        match (self.state, trial, failed) {
            (State::Closed, ..) => {
                self.failures = (self.failures << 1 | u32::from(failed)) & ((1 << BREAKER_CALLS) - 1);
                self.seen = (self.seen + 1).min(BREAKER_CALLS);
                if self.seen < BREAKER_CALLS || self.failures.count_ones() < BREAKER_FAILURES {
                    return None;
                }
                self.since = now;
                self.state = State::Open(now + Duration::from_secs(BREAKER_OPEN_SECONDS));
                Some(Turn::Opens)
            }
            (State::Trial, true, true) => {
                self.state = State::Open(now + Duration::from_secs(BREAKER_OPEN_SECONDS));
                None
            }
            (State::Trial, true, false) => {
                self.reset(now);
                Some(Turn::Closes)
            }
            _ => None,
        }
    }

    /// Forgets all calls, and is closed.
    pub(super) fn reset(&mut self, now: Time) {
        *self = Self { open: self.open_time(now), ..Self::NEW };
    }

    /// How long it has not been closed so far.
    pub(super) fn open_time(&self, now: Time) -> Duration {
        if self.is_closed() { self.open } else { self.open + now.since(self.since) }
    }
}

/// Retries in hundredths: each first call adds the share that is allowed, each retry takes a whole one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget(u32);

impl Budget {
    /// A call is made for the first time; so many percent of calls may be tried again.
    pub(super) fn called(&mut self, percent: u32) {
        self.0 = (self.0 + percent).min(BUDGET_SAVED * 100);
    }

    /// Takes a retry, if there is one.
    pub(super) fn retry(&mut self, percent: u32) -> bool {
        if percent == 100 {
            return true;
        }
        let there = self.0 >= 100 && percent > 0;
        self.0 -= if there { 100 } else { 0 };
        there
    }
}
