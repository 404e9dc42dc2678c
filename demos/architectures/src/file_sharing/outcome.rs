//! What a day has yielded, and why.

use super::design::{Design, Incentive, Model, Pieces, Replication};
use sim::words::grouped;

/// The hours of the chart: the day, and the hour after it in which its last requests come to their ends.
pub const HOURS: usize = 25;

/// What cost a request most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A central machine was down, and nothing took its place.
    Down,
    /// Nobody who was on line had the file.
    Nobody,
    /// Somebody had it, farther away than the search reached.
    Horizon,
    /// The servers' lines were shared by too many.
    Server,
    /// The file came over the uplink of too few homes.
    Uplink,
    /// Those who were fetching the file too could not pass on what they had.
    Whole,
    /// Others had it, or parts of it, and did not upload.
    Takers,
    /// Those who sent it left, and what was incomplete was lost.
    Churn,
    /// Garbage had to be fetched again.
    Garbage,
}

impl Cause {
    /// How many there are.
    pub const COUNT: usize = 9;
    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Down,
        Self::Nobody,
        Self::Horizon,
        Self::Server,
        Self::Uplink,
        Self::Whole,
        Self::Takers,
        Self::Churn,
        Self::Garbage,
    ];

    /// In a few words, for lists.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Down => "a central machine was down",
            Self::Nobody => "nobody on line had the file",
            Self::Horizon => "the search did not reach those who had it",
            Self::Server => "the servers’ lines were full",
            Self::Uplink => "too few uplinks",
            Self::Whole => "whole files cannot be passed on in parts",
            Self::Takers => "others had it and did not upload",
            Self::Churn => "senders left",
            Self::Garbage => "garbage was fetched",
        }
    }
}

/// What is asked of a design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The share of requests whose file could be got in full.
    Availability,
    /// The time within which 95 of 100 downloads were complete.
    Time,
    /// What the central machines cost in a month.
    Cost,
    /// The share of completed downloads that were not the file that was asked for.
    Corrupted,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Availability, Self::Time, Self::Cost, Self::Corrupted];

    /// The least availability, in thousandths.
    pub const AVAILABILITY: u32 = 990;
    /// The longest time of 95 of 100 downloads, in seconds.
    pub const SECONDS: u32 = 1_200;
    /// The most that central machines may cost, in dollars a month.
    pub const DOLLARS: u32 = 50;
    /// The most corrupted downloads, in ten thousandths.
    pub const CORRUPTED: u32 = 10;

    /// The name on the page.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Availability => "Availability",
            Self::Time => "Download time",
            Self::Cost => "Central machines",
            Self::Corrupted => "Corrupted downloads",
        }
    }

    /// What is asked.
    pub const fn asks(self) -> &'static str {
        match self {
            Self::Availability => "at least 99% of requests get their file in full",
            Self::Time => "95 of 100 downloads take at most 20 minutes",
            Self::Cost => {
                "at most $50 a month, at $100 for a server, $5 for a small machine and $1 for a terabyte sent"
            }
            Self::Corrupted => "at most 0.1% of downloads",
        }
    }
}

/// What came of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many requests were made in the 24 hours.
    pub requests: u32,
    /// How many of them got a complete file within their user's patience, good or corrupted.
    pub complete: u32,
    /// The failed ones by what cost them most, in the order of [`Cause::ALL`].
    pub failed: [u32; Cause::COUNT],
    /// The complete ones that took longer than [`Target::SECONDS`], by what cost them most.
    pub slow: [u32; Cause::COUNT],
    /// How many of the slow ones were of the new release.
    pub slow_release: u32,
    /// Corrupted downloads: with garbage from a bad actor; from a user who did not know; of a forged entry.
    pub corrupted: [u32; 3],
    /// The time within which half of the downloads were complete, in seconds.
    pub median: u32,
    /// The time within which 95 of 100 downloads were complete, in seconds.
    pub p95: u32,
    /// The rent of the central machines, in dollars a month.
    pub rent: u32,
    /// What they sent during the day, in gigabytes.
    pub sent: u32,
    /// What the users sent each other, in gigabytes.
    pub passed: u32,
    /// Extra copies of rare files that were made.
    pub copies: u32,
    /// Downloads begun, completed and failed in each hour.
    pub hours: [[u32; HOURS]; 3],
    /// The fingerprint of all that happened to requests, 16 hexadecimal digits.
    pub hash: String,
}

/// The price of a terabyte that a central machine sends, in dollars.
pub(super) const TERABYTE: u32 = 1;

impl Outcome {
    /// Requests that failed.
    pub fn failures(&self) -> u32 {
        self.failed.iter().sum()
    }

    /// The share of requests whose file could be got in full, in thousandths, rounded down.
    pub fn availability(&self) -> u32 {
        share(self.complete, self.requests, 1_000)
    }

    /// What the central machines cost, in whole dollars a month of 30 such days, rounded up.
    pub fn cost(&self) -> u32 {
        self.rent + self.traffic()
    }

    /// What their traffic costs, in whole dollars a month, rounded up.
    pub fn traffic(&self) -> u32 {
        (self.sent * 30 * TERABYTE).div_ceil(1_000)
    }

    /// How many downloads were corrupted.
    pub fn all_corrupted(&self) -> u32 {
        self.corrupted.iter().sum()
    }

    /// The share of complete downloads that were corrupted, in ten thousandths, rounded to the nearest.
    pub fn corruption(&self) -> u32 {
        let (part, whole) = (u64::from(self.all_corrupted()), u64::from(self.complete));
        if whole == 0 { 0 } else { ((part * 20_000 + whole) / (2 * whole)) as u32 }
    }

    /// Whether a target is met.
    pub fn meets(&self, target: Target) -> bool {
        match target {
            Target::Availability => self.availability() >= Target::AVAILABILITY,
            // Of nothing there is no time: nothing was delivered in time.
            Target::Time => self.complete > 0 && self.p95 <= Target::SECONDS,
            Target::Cost => self.cost() <= Target::DOLLARS,
            Target::Corrupted => self.corruption() <= Target::CORRUPTED,
        }
    }

    /// How many targets are met.
    pub fn passes(&self) -> usize {
        Target::ALL.into_iter().filter(|target| self.meets(*target)).count()
    }

    /// The cause of most failed requests, and of how many; none if none failed.
    pub fn failed_by(&self) -> Option<(Cause, u32)> {
        largest(&self.failed)
    }

    /// The cause of most slow downloads, and of how many; none if none was slow.
    pub fn slow_by(&self) -> Option<(Cause, u32)> {
        largest(&self.slow)
    }

    /// The value for a target, with its unit.
    pub fn value(&self, target: Target) -> String {
        match target {
            Target::Availability => format!("{}%", tenths(self.availability())),
            Target::Time if self.complete == 0 => "nothing arrived".to_owned(),
            Target::Time => format!("{} (median {})", minutes(self.p95), minutes(self.median)),
            Target::Cost => format!("${} a month", grouped(u64::from(self.cost()))),
            Target::Corrupted => {
                let share = self.corruption();
                format!("{}.{:02}%", share / 100, share % 100)
            }
        }
    }

    /// `all four targets met`, or which are missed.
    pub fn verdict(&self) -> String {
        let missed = Target::ALL.into_iter().filter(|target| !self.meets(*target));
        let missed: Vec<&str> = missed
            .map(|target| match target {
                Target::Availability => "availability",
                Target::Time => "download time",
                Target::Cost => "cost",
                Target::Corrupted => "corrupted downloads",
            })
            .collect();
        match missed.split_last() {
            None => "all four targets met".to_owned(),
            Some((last, [])) => format!("misses {last}"),
            Some((last, rest)) => format!("misses {} and {last}", rest.join(", ")),
        }
    }

    /// Why targets are missed, a sentence or two for each, from what happened on the day. If all are met, what is
    /// left to fail.
    pub fn why(&self, design: &Design) -> Vec<String> {
        let mut why: Vec<String> = vec![];
        if !self.meets(Target::Availability)
            && let Some((cause, count)) = self.failed_by()
        {
            why.push(format!(
                "Availability: {} of {} requests failed, {} of them because {}.",
                grouped(u64::from(self.failures())),
                grouped(u64::from(self.requests)),
                grouped(u64::from(count)),
                because(cause, design, true)
            ));
        }
        if !self.meets(Target::Time) {
            let slow: u32 = self.slow.iter().sum();
            why.push(match self.slow_by() {
                Some((cause, count)) => {
                    let release = share(self.slow_release, slow, 100);
                    let release = if release >= 50 {
                        format!(" Of the slow ones {release}% were of the new release.")
                    } else {
                        String::new()
                    };
                    format!(
                        "Download time: {} of {} downloads took longer than 20 minutes, {} of them mostly because {}.{release}",
                        grouped(u64::from(slow)),
                        grouped(u64::from(self.complete)),
                        grouped(u64::from(count)),
                        because(cause, design, false)
                    )
                }
                None => "Download time: not a single file arrived.".to_owned(),
            });
        }
        if !self.meets(Target::Cost) {
            let (rent, traffic) = (self.rent, self.traffic());
            why.push(if traffic > rent {
                format!(
                    "Cost: the central machines sent {} GB during the day. In a month such traffic costs ${}, and the machines ${}: who sends every copy pays for every copy.",
                    grouped(u64::from(self.sent)),
                    grouped(u64::from(traffic)),
                    grouped(u64::from(rent))
                )
            } else {
                format!(
                    "Cost: the machines cost ${} a month before they have sent anything, and their traffic ${}.",
                    grouped(u64::from(rent)),
                    grouped(u64::from(traffic))
                )
            });
        }
        if !self.meets(Target::Corrupted) {
            let most = (0..3).max_by_key(|kind| self.corrupted[*kind]).unwrap_or(0);
            let count = grouped(u64::from(self.corrupted[most]));
            let total = grouped(u64::from(self.all_corrupted()));
            why.push(match most {
                0 => format!(
                    "Corrupted downloads: {total} users were left with a damaged file. For {count} of them a bad actor had sent garbage, and nothing was checked."
                ),
                1 => format!(
                    "Corrupted downloads: {total} users were left with a damaged file. {count} of them got it from honest users who did not know that their own copy was damaged: nothing was checked, so garbage spread."
                ),
                _ => format!(
                    "Corrupted downloads: {total} users were left with a file that is not what they wanted. {count} of them had chosen a forged entry: its hashes were right for the forgery, because whoever offers a file also tells its hashes."
                ),
            });
        }
        if why.is_empty() {
            why.push(match self.failed_by() {
                None => "All four targets are met, and no request failed.".to_owned(),
                Some((cause, count)) => format!(
                    "All four targets are met. {} of {} requests failed all the same, {} of them because {}.",
                    grouped(u64::from(self.failures())),
                    grouped(u64::from(self.requests)),
                    grouped(u64::from(count)),
                    because(cause, design, true)
                ),
            });
        }
        why
    }

    /// As text, for a worker's report: numbers, and the fingerprint last.
    pub fn written(&self) -> String {
        let mut text = String::new();
        let mut this = self.clone();
        for number in this.numbers() {
            text.push_str(&number.to_string());
            text.push(' ');
        }
        text.push_str(&self.hash);
        text
    }

    /// Reads what [`Outcome::written`] writes; nothing if it is damaged.
    pub fn parse(text: &str) -> Option<Self> {
        let mut outcome = Self::default();
        let mut words = text.split(' ');
        for number in outcome.numbers() {
            *number = words.next()?.parse().ok()?;
        }
        outcome.hash = words.next().filter(|hash| hash.len() == 16)?.to_owned();
        words.next().is_none().then_some(outcome)
    }

    fn numbers(&mut self) -> Vec<&mut u32> {
        let Self {
            requests,
            complete,
            failed,
            slow,
            slow_release,
            corrupted,
            median,
            p95,
            rent,
            sent,
            passed,
            copies,
            hours,
            hash: _,
        } = self;
        let mut numbers = vec![requests, complete, slow_release, median, p95, rent, sent, passed, copies];
        numbers.extend(failed);
        numbers.extend(slow);
        numbers.extend(corrupted);
        numbers.extend(hours.as_flattened_mut());
        numbers
    }
}

/// The cause with the largest count; of equal ones the first.
fn largest(counts: &[u32; Cause::COUNT]) -> Option<(Cause, u32)> {
    let mut best = None;
    for (cause, count) in Cause::ALL.into_iter().zip(counts) {
        if *count > best.map_or(0, |(_, most)| most) {
            best = Some((cause, *count));
        }
    }
    best
}

fn share(part: u32, whole: u32, of: u64) -> u32 {
    if whole == 0 { 0 } else { (u64::from(part) * of / u64::from(whole)) as u32 }
}

/// A cause as the end of a sentence, in the design's own words.
fn because(cause: Cause, design: &Design, failed: bool) -> &'static str {
    match cause {
        Cause::Down if design.model() == Model::Server => {
            "the only server was down from 13:00 to 16:00, and with it everything"
        }
        Cause::Down if design.peers() => {
            "the central index was down from 13:00 to 16:00: the files were there, and nobody could find them"
        }
        Cause::Down => "their server was down",
        Cause::Nobody if matches!(design.replication(), Replication::None) => {
            "nobody who had the file was on line and sharing it: rare files come and go with their few owners"
        }
        Cause::Nobody => "nobody who had the file was on line and sharing it",
        Cause::Horizon if !failed => {
            "the search had reached only a few of those who had the file: a flood ends after a few steps"
        }
        Cause::Horizon => {
            "the search did not reach anyone who had the file: a flood ends after a few steps, and a rare file is farther away"
        }
        Cause::Server if failed => {
            "the servers’ lines were full: each serves 200 at once and turned the others away, three times in ten minutes"
        }
        Cause::Server => "the servers’ lines were shared by too many at once",
        Cause::Uplink if design.pieces() == Pieces::Whole => {
            "a whole file comes from one sender, and a home’s uplink is narrow and has its queue"
        }
        Cause::Uplink => "too few who had the file were there to send it, and their uplinks are narrow",
        Cause::Whole => "many fetched the same file at once, and none of them could pass it on before it was complete",
        Cause::Takers if design.incentive() == Incentive::None => {
            "others who had the file, or parts of it, did not upload: nothing is gained by giving"
        }
        Cause::Takers if design.pieces() == Pieces::Whole => {
            "others who had the file did not upload: with whole files there is nothing to swap, so tit-for-tat has no hold"
        }
        Cause::Takers => "others had the file and no longer uploaded once they had it",
        Cause::Churn if design.pieces() == Pieces::Whole => {
            "the sender left before the file was complete, and all of it had to be fetched again"
        }
        Cause::Churn if design.peers() => "senders left, and pieces that were not complete had to be fetched again",
        Cause::Churn => "the connection broke, and the transfer had to begin again",
        Cause::Garbage if failed => "all that they could get hold of was garbage, until they gave up",
        Cause::Garbage if design.pieces() == Pieces::Whole => {
            "garbage was found out only when the whole file was there, and had to be fetched again"
        }
        Cause::Garbage => "one damaged part was found out only at the end, and the whole file was fetched again",
    }
}

/// A number of tenths: `97.3`.
fn tenths(number: u32) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// A time as people say it: `45 s`, `12 min`.
fn minutes(seconds: u32) -> String {
    if seconds < 100 { format!("{seconds} s") } else { format!("{} min", tenths((seconds + 3) / 6)) }
}
