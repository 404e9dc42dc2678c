//! The run as a value, its code, and how it is changed.

use super::{Knob, Model, Names, Node, Settings};
use sim::code::{self, CodeError};
use sim::{
    Duration, Time,
    words::{self, WordError, Words, grouped},
};

/// What someone does to a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The node goes down, and forgets what it does not keep on disk.
    Stop(Node),
    /// The node comes back.
    Restart(Node),
    /// The node takes so many times as long for everything, within [`Change::SLOWER`]; 1 is as usual.
    Slow(Node, u32),
    /// The link between two nodes is cut: nothing gets through any more, either way.
    Cut(Node, Node),
    /// The link between two nodes is whole again.
    Heal(Node, Node),
    /// Messages between two nodes take so much longer, within [`Change::LATER_MS`]; zero is as usual.
    Delay(Node, Node, Duration),
    /// So many percent of the group's nodes that are up go down at once, chosen by the run's chance.
    StopShare {
        /// The place of the group among [`Names::groups`].
        group: usize,
        /// How many percent of the nodes that are up, from 1 to 100.
        percent: u32,
    },
    /// All nodes of the group that are down come back.
    RestartAll {
        /// The place of the group among [`Names::groups`].
        group: usize,
    },
    /// A knob is turned.
    Set {
        /// The place of the knob among [`Settings::knobs`].
        knob: usize,
        /// The knob's new value, within its bounds.
        value: u32,
    },
}

impl Change {
    /// The least and the greatest factor by which a node can be slowed down.
    pub const SLOWER: (u32, u32) = (1, 100);
    /// The least and the greatest time by which a link can be slowed down, in milliseconds.
    pub const LATER_MS: (u32, u32) = (0, 10_000);
}

/// A change that someone makes to a system, with its time. Of several actions at the same time, those done later come
/// later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// When the change is made.
    pub at: Time,
    /// What is changed.
    pub change: Change,
}

impl Action {
    /// Reads an action of a model with these settings: `at 10 s stop server`, `at 20 s restart server`, `at 5 s slow
    /// server by 4`, `at 5 s cut api-1 - database`, `at 9 s heal api-1 - database`, `at 5 s delay client-1 - server by
    /// 200 ms`, `at 60 s stop 30 percent of peers`, `at 90 s restart all peers`, `at 5 s set load to 20`.
    ///
    /// # Errors
    /// If the text is no such action: the error points at the word that does not fit, or at the whole sentence if the
    /// model does not accept the change.
    pub fn parse(model: &Model, settings: &Settings, text: &str) -> Result<Self, WordError> {
        #[derive(Clone, Copy)]
        enum Verb {
            Stop,
            Restart,
            Slow,
            Cut,
            Heal,
            Delay,
            Set,
        }
        let names = model.names(settings);
        let mut words = Words::new(text);
        words.expect("at")?;
        let at = words.time()?;
        let verbs = [
            ("stop", Verb::Stop),
            ("restart", Verb::Restart),
            ("slow", Verb::Slow),
            ("cut", Verb::Cut),
            ("heal", Verb::Heal),
            ("delay", Verb::Delay),
            ("set", Verb::Set),
        ];
        let plurals: Vec<String> = names.groups().iter().map(|group| format!("{}s", group.name)).collect();
        let group = |words: &mut Words<'_>| {
            let choices: Vec<(&str, usize)> =
                plurals.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
            words.choose(&choices)
        };
        let node = |words: &mut Words<'_>| words.find(|word| names.find(word), &names.choices());
        let link = |words: &mut Words<'_>| {
            let a = node(words)?;
            words.expect("-")?;
            Ok::<_, WordError>((a, node(words)?))
        };
        let number = |words: &mut Words<'_>, (least, most): (u32, u32)| {
            words.number_within(u64::from(least)..=u64::from(most)).map(|number| number as u32)
        };
        let change = match words.choose(&verbs)? {
            Verb::Stop if words.next_is_number() => {
                let percent = number(&mut words, (1, 100))?;
                // A code stands in addresses, where `%` cannot stand as it is: `percent` is what is written.
                words.choose(&[("percent", ()), ("%", ())])?;
                words.expect("of")?;
                Change::StopShare { group: group(&mut words)?, percent }
            }
            Verb::Stop => Change::Stop(node(&mut words)?),
            Verb::Restart if words.accept("all") => Change::RestartAll { group: group(&mut words)? },
            Verb::Restart => Change::Restart(node(&mut words)?),
            Verb::Slow => {
                let node = node(&mut words)?;
                words.expect("by")?;
                Change::Slow(node, number(&mut words, Change::SLOWER)?)
            }
            Verb::Cut => link(&mut words).map(|(a, b)| Change::Cut(a, b))?,
            Verb::Heal => link(&mut words).map(|(a, b)| Change::Heal(a, b))?,
            Verb::Delay => {
                let (a, b) = link(&mut words)?;
                words.expect("by")?;
                let later = number(&mut words, Change::LATER_MS)?;
                words.expect("ms")?;
                Change::Delay(a, b, Duration::from_millis(later.into()))
            }
            Verb::Set => {
                let live: Vec<(&str, usize)> = (settings.knobs().iter().enumerate())
                    .filter(|(_, knob)| knob.live)
                    .map(|(place, knob)| (knob.name, place))
                    .collect();
                let knob = words.choose(&live)?;
                words.expect("to")?;
                Change::Set { knob, value: settings.knobs()[knob].read(&mut words)? }
            }
        };
        words.end()?;
        (model.accepts)(settings, &change).map_err(|message| WordError {
            at: 0..text.len(),
            message,
            choices: vec![],
        })?;
        Ok(Self { at, change })
    }

    /// The action in the words that [`Action::parse`] reads.
    pub fn written(&self, model: &Model, settings: &Settings) -> String {
        format!(
            "at {} {}",
            words::exact(self.at.since(Time::ZERO)),
            self.change.written(&model.names(settings), settings)
        )
    }
}

impl Change {
    /// The change in the words that [`Action::parse`] reads, without the time: `stop server`.
    pub fn written(&self, names: &Names, settings: &Settings) -> String {
        let name = |node: Node| names.name(node);
        match *self {
            Self::Stop(node) => format!("stop {}", name(node)),
            Self::Restart(node) => format!("restart {}", name(node)),
            Self::Slow(node, factor) => format!("slow {} by {factor}", name(node)),
            Self::Cut(a, b) => format!("cut {} - {}", name(a), name(b)),
            Self::Heal(a, b) => format!("heal {} - {}", name(a), name(b)),
            Self::Delay(a, b, later) => format!("delay {} - {} by {} ms", name(a), name(b), later.as_millis()),
            Self::StopShare { group, percent } => format!("stop {percent} percent of {}s", names.groups()[group].name),
            Self::RestartAll { group } => format!("restart all {}s", names.groups()[group].name),
            Self::Set { knob, value } => {
                let knob = &settings.knobs()[knob];
                format!("set {} to {}", knob.name, knob.written(value))
            }
        }
    }
}

/// A run: everything that it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The architecture that is run.
    pub model: &'static Model,
    /// The values of the architecture's knobs at the beginning.
    pub settings: Settings,
    /// How long the run lasts, in seconds, within [`Model::seconds`].
    pub seconds: u32,
    /// The seed of all chance in the run.
    pub seed: u64,
    /// What is done to the system, in the order of time; at most [`Run::ACTIONS`].
    pub actions: Vec<Action>,
}

/// The knobs that say how much there is to do: for how many, and how often they ask, or how large a thing they want.
const WORKLOAD: [&str; 3] = ["users", "load", "file-mb"];

/// A run under another architecture, and what could not be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The run under the other architecture.
    pub run: Run,
    /// The actions of the first run that mean nothing in the other, as sentences.
    pub left_out: Vec<String>,
    /// The knobs of the workload that only one of the two runs has, or that differ between them, with a value: `Load (6
    /// /s)`.
    pub unequal: Vec<String>,
}

impl Translation {
    /// What can be compared between the `first` run and its translation, in sentences: whether the workload is the
    /// same, what is done here as well, and what is not.
    pub fn words(&self, first: &Run) -> String {
        let mut words = match &self.unequal[..] {
            [] => "The same workload.".to_owned(),
            unequal => format!("Not the same workload; without an equal: {}.", unequal.join(", ")),
        };
        if self.run.seconds != first.seconds {
            words += &format!(" This run lasts {} s, the other {} s.", self.run.seconds, first.seconds);
        }
        if !self.run.actions.is_empty() {
            let done: Vec<String> = self.run.actions.iter().map(|action| self.run.written(action)).collect();
            words += &format!(" Done here too: {}.", done.join("; "));
        }
        if !self.left_out.is_empty() {
            words += &format!(" Not done here, for want of an equal: {}.", self.left_out.join("; "));
        }
        words
    }
}

impl Run {
    /// How many actions a run can have at most.
    pub const ACTIONS: usize = 40;

    /// A run of a model with all knobs at their defaults, of the usual length, with seed 1 and without actions.
    pub fn new(model: &'static Model) -> Self {
        Self { model, settings: Settings::new(model.knobs), seconds: model.seconds.1, seed: 1, actions: vec![] }
    }

    /// When the run ends.
    pub fn end(&self) -> Time {
        Time::from_secs(self.seconds.into())
    }

    /// Why the run cannot have this action, which it would never come to; nothing if it can.
    pub fn never_comes_to(&self, action: &Action) -> Option<String> {
        (action.at >= self.end()).then(|| format!("the run ends at {}, before this", self.end()))
    }

    /// How long a window of measurement of the run is: the least round time of which at most 120 make up the run.
    pub fn window(&self) -> Duration {
        let steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 3_600];
        let seconds = steps.into_iter().find(|step| self.seconds <= step * 120).unwrap_or(14_400);
        Duration::from_secs(seconds.into())
    }

    /// How many windows of measurement the run has, one that its end cuts short included.
    pub fn windows(&self) -> usize {
        self.end().as_micros().div_ceil(self.window().as_micros()) as usize
    }

    /// Whether two runs can be laid over each other to see what a change has done: the same model, measured in the same
    /// windows, and at most one knob at another value in the beginning. Runs that differ in more are different scenarios.
    pub fn is_near(&self, other: &Self) -> bool {
        let same = std::ptr::eq(self.model, other.model) && self.window() == other.window();
        let turned = (0..self.model.knobs.len()).filter(|place| self.settings.at(*place) != other.settings.at(*place));
        same && turned.count() <= 1
    }

    /// The settings at a moment of the run, after all that is done up to and at that moment.
    pub fn settings_at(&self, at: Time) -> Settings {
        let mut settings = self.settings.clone();
        for action in self.actions.iter().filter(|action| action.at <= at) {
            if let Change::Set { knob, value } = action.change {
                settings.set(knob, value.into());
            }
        }
        settings
    }

    /// The run with one more action. Actions later than that one are dropped: the past stays, the future is written
    /// anew. A knob turned twice at one time is turned once. Beyond [`Run::ACTIONS`] nothing is added.
    pub fn with(&self, action: Action) -> Self {
        let mut run = self.clone();
        let same = |a: &Action| match (a.change, action.change) {
            (Change::Set { knob: a, .. }, Change::Set { knob: b, .. }) => a == b,
            (Change::Slow(a, _), Change::Slow(b, _)) => a == b,
            (Change::Delay(a, b, _), Change::Delay(c, d, _)) => (a, b) == (c, d),
            _ => false,
        };
        run.actions.retain(|a| a.at < action.at || a.at == action.at && !same(a));
        if run.actions.len() < Self::ACTIONS {
            run.actions.push(action);
        }
        run
    }

    /// The run with a knob at another value from its beginning, or the nearest valid one. Actions that mean
    /// nothing then, such as stopping a node that there is no more, are left out.
    pub fn with_knob(&self, knob: usize, value: u64) -> Self {
        let written: Vec<String> = self.actions.iter().map(|action| self.written(action)).collect();
        let mut run = self.clone();
        run.settings.set(knob, value);
        let again = written.iter().filter_map(|text| Action::parse(run.model, &run.settings, text).ok());
        run.actions = again.collect();
        run
    }

    /// An action of the run in the words that [`Action::parse`] reads.
    pub fn written(&self, action: &Action) -> String {
        action.written(self.model, &self.settings)
    }

    /// The run under another architecture: all knobs of the same name, as far as their bounds allow, the same length and
    /// seed, and the same failure, that is the other model's [`Model::victim`] stops when this one's does.
    pub fn under(&self, model: &'static Model) -> Translation {
        let mut run = Self::new(model);
        run.seconds = self.seconds.clamp(model.seconds.0, model.seconds.2);
        run.seed = self.seed;
        for (place, knob) in self.settings.knobs().iter().enumerate() {
            if let Some(there) = run.settings.place(knob.name) {
                run.settings.set(there, self.settings.at(place).into());
            }
        }
        let mut unequal = vec![];
        for name in WORKLOAD {
            let of = |settings: &Settings| settings.place(name).map(|place| (place, settings.at(place)));
            let (ours, theirs) = (of(&self.settings), of(&run.settings));
            if ours.map(|(_, value)| value) == theirs.map(|(_, value)| value) {
                continue;
            }
            let all = [(&self.settings, ours), (&run.settings, theirs)];
            let known = all.into_iter().find_map(|(settings, found)| Some((&settings.knobs()[found?.0], found?.1)));
            unequal.extend(known.map(|(knob, value)| {
                let value = grouped(value.into());
                format!("{} ({})", knob.label, format!("{value} {}", knob.unit).trim_end())
            }));
        }
        let victim = |model: &Model, settings: &Settings| model.names(settings).find(model.victim);
        let (ours, theirs) = (victim(self.model, &self.settings), victim(model, &run.settings));
        let mut left_out = vec![];
        for action in &self.actions {
            let change = match (action.change, theirs) {
                (Change::Stop(node), Some(victim)) if Some(node) == ours => Some(Change::Stop(victim)),
                (Change::Restart(node), Some(victim)) if Some(node) == ours => Some(Change::Restart(victim)),
                (Change::Slow(node, by), Some(victim)) if Some(node) == ours => Some(Change::Slow(victim, by)),
                (Change::Set { knob, value }, _) => {
                    let place = run.settings.place(self.settings.knobs()[knob].name);
                    let place = place.filter(|place| run.settings.knobs()[*place].live);
                    place.map(|knob| Change::Set { knob, value: run.settings.knobs()[knob].clamp(value.into()) })
                }
                _ => None,
            };
            let change = change.filter(|change| (model.accepts)(&run.settings, change).is_ok());
            match change {
                Some(change) if action.at < run.end() => run.actions.push(Action { at: action.at, change }),
                _ => left_out.push(self.written(action)),
            }
        }
        Translation { run, left_out, unequal }
    }

    /// The short code of the run, for links: `2~client-server~load.20~at.10.s.stop.server`; see [`sim::code`].
    pub fn code(&self) -> String {
        let mut fields = vec![self.model.name.to_owned()];
        for (place, knob) in self.settings.knobs().iter().enumerate() {
            let value = self.settings.at(place);
            if value != knob.default {
                fields.push(format!("{} {}", knob.name, knob.written(value)));
            }
        }
        if self.seconds != self.model.seconds.1 {
            fields.push(format!("seconds {}", self.seconds));
        }
        if self.seed != 1 {
            fields.push(format!("seed {}", self.seed));
        }
        fields.extend(self.actions.iter().map(|action| self.written(action)));
        code::join(fields)
    }

    /// Reads the short code of a run. `named` finds the architecture of a name, or says which there are. Numbers out of
    /// bounds become the nearest within.
    ///
    /// # Errors
    /// If the code is damaged, of another version, names what the architecture does not have, or has an action that
    /// would come after the end.
    pub fn read(code: &str, named: fn(&str) -> Result<&'static Model, String>) -> Result<Self, CodeError> {
        let fields = code::split(code)?;
        let name = fields.first().map_or("", String::as_str);
        let model = named(name).map_err(|why| code::bad(name, why))?;
        let mut run = Self::new(model);
        // Knobs first: which nodes there are depends on them.
        for field in fields[1..].iter().filter(|field| !field.starts_with("at ")) {
            let (name, written) = field.split_once(' ').unwrap_or((field, ""));
            let number = || written.parse::<u64>().map_err(|_| code::bad(field, "a number is missing or damaged"));
            match (name, run.settings.place(name)) {
                ("seconds", _) => {
                    let (least, _, most) = model.seconds;
                    run.seconds = number()?.clamp(least.into(), most.into()) as u32;
                }
                ("seed", _) => run.seed = number()?,
                (_, Some(place)) => {
                    let knob: &Knob = &model.knobs[place];
                    let value = match knob.choices.iter().position(|choice| *choice == written) {
                        Some(choice) => choice as u64,
                        None if knob.choices.is_empty() => number()?,
                        None => return Err(code::bad(field, format!("expected {}", knob.choices.join(", ")))),
                    };
                    run.settings.set(place, value);
                }
                _ => return Err(code::bad(field, "no knob of that name")),
            }
        }
        for field in fields[1..].iter().filter(|field| field.starts_with("at ")) {
            let action = Action::parse(model, &run.settings, field).map_err(|error| code::bad(field, error))?;
            if let Some(why) = run.never_comes_to(&action) {
                return Err(code::bad(field, why));
            }
            if run.actions.len() == Self::ACTIONS {
                return Err(code::bad(field, format!("more than {} actions", Self::ACTIONS)));
            }
            let place = run.actions.partition_point(|earlier| earlier.at <= action.at);
            run.actions.insert(place, action);
        }
        Ok(run)
    }
}
