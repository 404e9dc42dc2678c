//! Made-up runs, and what runs of many seeds yield.

use architectures::live::{Action, Change, Frame, Model, Run, Settings};
use sim::{Duration, NodeId, Rng, Stream, Time};

/// The length of the runs that are made up.
const SECONDS: u32 = 10;

/// A change of any kind that the model accepts with these settings, if a few tries find one.
fn change(model: &Model, settings: &Settings, rng: &mut Rng) -> Option<Change> {
    let count = u64::from(model.names(settings).count());
    let groups = model.names(settings).groups().len() as u64;
    (0..200).find_map(|_| {
        // Neighbours in the list and the ends of it are linked more often than any two.
        let a = rng.below(count) as u32;
        let b = if rng.below(2) == 0 { rng.below(count) as u32 } else { (u64::from(a) + 1).min(count - 1) as u32 };
        let change = match rng.below(10) {
            0 | 1 => Change::Stop(a),
            2 => Change::Restart(a),
            3 => Change::Slow(a, 1 + rng.below(100) as u32),
            4 => Change::Cut(a, b),
            5 => Change::Heal(a, b),
            6 => Change::Delay(a, b, Duration::from_millis(rng.below(10_001))),
            7 => Change::StopShare { group: rng.below(groups) as usize, percent: 1 + rng.below(100) as u32 },
            8 => Change::RestartAll { group: rng.below(groups) as usize },
            _ => {
                let live: Vec<_> = (0..model.knobs.len()).filter(|knob| model.knobs[*knob].live).collect();
                let knob = live[rng.below(live.len() as u64) as usize];
                Change::Set { knob, value: value(model, knob, rng) }
            }
        };
        (a != b && (model.accepts)(settings, &change).is_ok()).then_some(change)
    })
}

/// The least, the greatest, the usual or any value.
fn value(model: &Model, knob: usize, rng: &mut Rng) -> u32 {
    let (least, most) = model.knobs[knob].bounds;
    match rng.below(4) {
        0 => least,
        1 => most,
        2 => model.knobs[knob].default,
        _ => least + rng.below(u64::from(most - least) + 1) as u32,
    }
}

/// A run of that model with any settings, to which anything is done.
fn run(model: &'static Model, number: u64) -> Run {
    let rng = &mut Rng::new(number, Stream::Node(NodeId(0)));
    let mut run = Run::new(model);
    run.seconds = SECONDS;
    run.seed = number;
    for knob in 0..model.knobs.len() {
        run.settings.set(knob, value(model, knob, rng).into());
    }
    for _ in 0..rng.below(8) {
        let at = Time::from_millis(rng.below(u64::from(SECONDS) * 1_000));
        run.actions.extend(change(model, &run.settings, rng).map(|change| Action { at, change }));
    }
    run.actions.sort_by_key(|action| action.at);
    run
}

/// A small run that is over soon: the usual settings, to which anything is done.
pub fn small(model: &'static Model, number: u64) -> Run {
    let mut small = run(model, number);
    small.settings = Settings::new(model.knobs);
    small.actions.retain(|action| !matches!(action.change, Change::Set { .. }));
    let written: Vec<_> = small.actions.iter().map(|action| action.change).collect();
    let fits = |change: &Change| {
        let count = model.names(&small.settings).count();
        let there = |node: u32| node < count;
        let nodes = match *change {
            Change::Stop(a) | Change::Restart(a) | Change::Slow(a, _) => there(a),
            Change::Cut(a, b) | Change::Heal(a, b) | Change::Delay(a, b, _) => there(a) && there(b),
            _ => true,
        };
        nodes && (model.accepts)(&small.settings, change).is_ok()
    };
    let keep: Vec<bool> = written.iter().map(fits).collect();
    let mut keep = keep.into_iter();
    small.actions.retain(|_| keep.next().unwrap_or(false));
    small
}

/// The facts of a run at its end.
pub struct Facts {
    run: Run,
    /// All that is shown at the end.
    pub frame: Frame,
}

impl Facts {
    /// Plays the run of that code.
    pub fn of(code: &str) -> Self {
        let run = architectures::run_of(code).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(run.code(), code, "the code of a test is the run's own");
        let live = architectures::finished(run.clone());
        assert_eq!(live.stopped(), None, "{code}");
        Self { run, frame: live.frame() }
    }

    /// The fact of that name; nothing if there was nothing to measure.
    pub fn find(&self, name: &str) -> Option<f64> {
        let place = self.run.model.all_facts().position(|fact| fact.name == name).expect(name);
        self.frame.facts[place].map(|value| value as f64 / 1_000.0)
    }

    /// The fact of that name, which was measured.
    pub fn get(&self, name: &str) -> f64 {
        self.find(name).unwrap_or_else(|| panic!("{name} of {}", self.run.code()))
    }
}

/// Mean and the half-width of its confidence interval, by so many standard errors.
pub fn interval(values: &[f64], errors: f64) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    (mean, errors * (variance / count).sqrt())
}

/// The quantile of Student's t-distribution with 29 degrees of freedom for a two-sided interval of 99.9 %: thirty
/// runs. It is that wide because several formulas are tested.
pub const T_30: f64 = 3.659;
