//! Facts over several seeds: what a run would have yielded had chance begun elsewhere.
//!
//! One run is one throw of the dice. Where a sentence is about a system and not about the run in its figure, it asks for
//! the range over seeds, or for the median. The seeds are 1, 2, 3 and so on, whichever seed the figure's own run has, so
//! that every build says the same.

use crate::chrome::{
    demo::{Authored, Problem},
    keys,
    registry::{FactValue, Facts, facts},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many seeds a fact can be asked for over.
pub const SEEDS: std::ops::RangeInclusive<usize> = 2..=100;

/// How many events all runs of one question over seeds may have together: a few seconds of work.
pub const BUDGET_EVENTS: u64 = 100_000_000;

/// Which part is asked of what a fact yields under several seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From the lowest value to the highest, or the one value if all agree.
    Range,
    /// The lowest value.
    Lowest,
    /// The value in the middle; of two in the middle the lower.
    Median,
    /// The highest value.
    Highest,
}

impl Part {
    /// The parts that have a name.
    const NAMED: [(&'static str, Self); 3] =
        [("lowest", Self::Lowest), ("median", Self::Median), ("highest", Self::Highest)];
}

/// What is asked of a run: `p95`, or over seeds `p95 over 20 seeds`, `p95.median over 20 seeds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The name of the fact.
    pub fact: &'a str,
    /// Which part of what the seeds yield is asked, and over how many seeds; nothing if the run itself is asked.
    pub seeds: Option<(Part, usize)>,
}

impl<'a> Asked<'a> {
    /// The forms that [`Asked::parse`] reads, for messages.
    pub const FORMS: &'static str =
        "`fact`, `fact over 20 seeds`, or `fact.lowest`, `fact.median` or `fact.highest` and then `over 20 seeds`";

    /// Reads what is asked of a run; nothing if the text has none of the [forms](Asked::FORMS). Whether there is such a
    /// fact, and whether so many seeds may be asked for, is not looked at.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let what = words.next()?;
        let rest: Vec<&str> = words.collect();
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let (fact, part) = match what.split_once('.') {
            None => (what, Part::Range),
            Some((fact, name)) => (fact, Part::NAMED.into_iter().find(|(known, _)| *known == name)?.1),
        };
        let seeds = match rest[..] {
            [] if part == Part::Range => None,
            ["over", count, "seeds"] if count.bytes().all(|digit| digit.is_ascii_digit()) => {
                // More than anybody could mean is too many as well.
                Some((part, count.parse().unwrap_or(usize::MAX)))
            }
            _ => return None,
        };
        is_name(fact).then_some(Self { fact, seeds })
    }
}

/// Why a fact cannot be told over seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why the fact cannot be told, in one line.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// What a block's run yields under each of the seeds from 1 to `count`, in their order.
///
/// # Errors
/// If runs of the demo have no seed, if `count` is not within [`SEEDS`], or if there is no such run under one of the
/// seeds.
pub(crate) fn over_seeds<D: Authored>(block: &Value, count: usize) -> Result<Arc<Vec<Facts>>, Refused> {
    let Some(key) = D::SEED else {
        return Err(Refused {
            message: format!("a run of `{}` has no seed", D::NAME),
            help: "nothing in it is left to chance: ask for the fact itself, without `over … seeds`".to_owned(),
        });
    };
    let (least, most) = (*SEEDS.start(), *SEEDS.end());
    if !SEEDS.contains(&count) {
        return Err(Refused {
            message: format!("a fact can be asked for over {least} to {most} seeds, not over {count}"),
            help: format!("write `over {} seeds`", count.clamp(least, most)),
        });
    }
    // What does not change the run: the same run may be asked about under several names.
    let mut bare = block.clone();
    if let Some(object) = bare.as_object_mut() {
        for key in keys::KEYS.into_iter().chain([key]) {
            object.remove(key);
        }
    }
    // A book asks for several parts of the same runs.
    type Known = BTreeMap<(&'static str, String, usize), Arc<Vec<Facts>>>;
    static KNOWN: Mutex<Known> = Mutex::new(BTreeMap::new());
    let name = (D::NAME, bare.to_string(), count);
    if let Some(known) = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
        return Ok(known.clone());
    }
    let yields = |seed: usize| -> Result<Facts, Vec<Problem>> {
        let mut block = bare.clone();
        block[key] = seed.into();
        let block: D::Block =
            serde_json::from_value(block).map_err(|error| vec![Problem::of_all(error.to_string())])?;
        Ok(facts::<D>(&D::see_within(&block, BUDGET_EVENTS / count as u64)?))
    };
    let found: Result<Vec<Facts>, Refused> = side_by_side(count, yields)
        .into_iter()
        .zip(1..)
        .map(|(facts, seed)| {
            facts.map_err(|problems| {
                let why = problems.into_iter().next();
                Refused {
                    message: match &why {
                        Some(why) => format!("seed {seed} of {count}: {}", why.message),
                        None => format!("seed {seed} of {count}: there is no such run"),
                    },
                    help: why
                        .and_then(|why| why.help)
                        .unwrap_or_else(|| "ask for the fact of the run alone, without `over … seeds`".to_owned()),
                }
            })
        })
        .collect();
    let found = Arc::new(found?);
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(name, found.clone());
    Ok(found)
}

/// Calls `make` with 1, 2, … `count` on as many threads as the machine has cores. What comes of it is in order, up to
/// the first error; what comes after that may be missing.
fn side_by_side<T: Send, E: Send>(count: usize, make: impl Fn(usize) -> Result<T, E> + Sync) -> Vec<Result<T, E>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = vec![];
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= count {
                return made;
            }
            let result = make(place + 1);
            if result.is_err() {
                // Whatever comes before it is at work already: the first error is always found.
                next.store(count, Ordering::Relaxed);
            }
            made.push((place, result));
        }
    };
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get()).min(count);
    let mut made = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        for other in others {
            match other.join() {
                Ok(more) => made.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        made
    });
    made.sort_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, made)| made).collect()
}

/// What several seeds yield of one fact, from the lowest to the highest.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread(Vec<FactValue>);

impl Spread {
    /// What the runs under the seeds 1, 2, … yield of one fact. There has to be at least one run.
    ///
    /// # Errors
    /// If a run yields no such fact, or yields something else than a number.
    pub fn new(runs: &[Facts], fact: &str) -> Result<Self, Refused> {
        let mut values = vec![];
        for (facts, seed) in runs.iter().zip(1..) {
            let Some(value) = facts.get(fact) else {
                return Err(Refused {
                    message: format!("under seed {seed} the run yields no `{fact}`"),
                    help: "ask for a fact that every seed yields, or change the run so that it does".to_owned(),
                });
            };
            let Some(number) = value.0.as_f64() else {
                return Err(Refused {
                    message: format!("`{fact}` is not a number: it has no range over seeds"),
                    help: format!(
                        "ask for the run’s own `{fact}`, or have it checked for every seed: \
                         `\"expect\": {{ \"{fact} over {} seeds\": … }}`",
                        runs.len()
                    ),
                });
            };
            values.push((number, value.clone()));
        }
        values.sort_by(|one, other| one.0.total_cmp(&other.0));
        Ok(Self(values.into_iter().map(|(_, value)| value).collect()))
    }

    /// One of the values.
    fn value(&self, part: Part) -> &FactValue {
        let last = self.0.len() - 1;
        &self.0[match part {
            Part::Range | Part::Lowest => 0,
            Part::Median => last / 2,
            Part::Highest => last,
        }]
    }

    /// A part of the spread as it stands in the text of a page.
    pub fn text(&self, part: Part) -> String {
        let (lowest, highest) = (self.value(Part::Lowest).text(), self.value(Part::Highest).text());
        match part {
            Part::Range if lowest != highest => format!("{lowest}–{highest}"),
            part => self.value(part).text(),
        }
    }
}

/// Checks that what the seeds yield of a part of a fact is what was `expected`. A [range](Part::Range) is met if every
/// seed meets it, and need not be of numbers.
///
/// # Errors
/// If the seeds yield something else, no such fact, or nothing that can be compared: says what they yield.
pub(crate) fn meets(runs: &[Facts], asked: (&str, Part), expected: &Value) -> Result<(), Refused> {
    let (fact, part) = asked;
    let wrong = |message: String, value: &FactValue| Refused { message, help: format!("it yields {}", value.0) };
    if part != Part::Range {
        let spread = Spread::new(runs, fact)?;
        let value = spread.value(part);
        return match value.meets(expected) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refused {
                message: format!("expected {expected}, but the seeds yield {}", value.0),
                help: format!(
                    "if the runs are right, write {}; over all seeds it is {}",
                    value.0,
                    spread.text(Part::Range)
                ),
            }),
            Err(message) => Err(wrong(message, value)),
        };
    }
    for (facts, seed) in runs.iter().zip(1..) {
        let Some(value) = facts.get(fact) else {
            return Err(Refused {
                message: format!("under seed {seed} the run yields no `{fact}`"),
                help: "expect a fact that every seed yields".to_owned(),
            });
        };
        match value.meets(expected) {
            Ok(true) => {}
            Ok(false) => {
                let all =
                    Spread::new(runs, fact).map(|all| format!("; over all seeds it is {}", all.text(Part::Range)));
                return Err(Refused {
                    message: format!("expected {fact} {expected} of every seed, but seed {seed} yields {}", value.0),
                    help: format!("if the runs are right, expect less{}", all.unwrap_or_default()),
                });
            }
            Err(message) => return Err(wrong(message, value)),
        }
    }
    Ok(())
}
