//! What can be set.

use sim::words::{WordError, Words};

/// Something about a model that an author or a reader sets: a number, or one of a few words.
#[derive(Debug)]
pub struct Knob {
    /// As authors and links write it: `service-ms`.
    pub name: &'static str,
    /// As readers see it: `Mean service time`.
    pub label: &'static str,
    /// The unit, as it follows a number: `ms`; empty for words and plain counts.
    pub unit: &'static str,
    /// What it is, in one sentence, for the reference and for readers.
    pub help: &'static str,
    /// The least and the greatest value; for words, 0 and the last word's place.
    pub bounds: (u32, u32),
    /// The value that a link leaves out.
    pub default: u32,
    /// The words, if it is set by a word: the value is the place in this list.
    pub choices: &'static [&'static str],
    /// Whether it can change while the run goes on.
    pub live: bool,
    /// Whether a slider for it should be logarithmic: the bounds lie orders of magnitude apart.
    pub log: bool,
}

impl Knob {
    /// A number.
    pub const fn number(
        name: &'static str,
        label: &'static str,
        unit: &'static str,
        bounds: (u32, u32),
        default: u32,
        help: &'static str,
    ) -> Self {
        Self { name, label, unit, help, bounds, default, choices: &[], live: false, log: false }
    }

    /// One of a few words, the first of them by default.
    pub const fn word(
        name: &'static str,
        label: &'static str,
        choices: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        let bounds = (0, choices.len() as u32 - 1);
        Self { name, label, unit: "", help, bounds, default: 0, choices, live: false, log: false }
    }

    /// The same, by default something else.
    pub const fn default_to(mut self, value: u32) -> Self {
        self.default = value;
        self
    }

    /// The same, and it can change while the run goes on.
    pub const fn live(mut self) -> Self {
        self.live = true;
        self
    }

    /// The same on a logarithmic slider.
    pub const fn log(mut self) -> Self {
        self.log = true;
        self
    }

    /// The nearest valid value.
    pub fn clamp(&self, value: u64) -> u32 {
        value.clamp(u64::from(self.bounds.0), u64::from(self.bounds.1)) as u32
    }

    /// The value as authors and links write it: a number or a word.
    pub fn written(&self, value: u32) -> String {
        self.choices.get(value as usize).map_or_else(|| value.to_string(), |word| (*word).to_owned())
    }

    /// Reads what [`Knob::written`] writes. A number out of bounds is a mistake.
    ///
    /// # Errors
    /// Points at the word and says what could stand there.
    pub fn read(&self, words: &mut Words<'_>) -> Result<u32, WordError> {
        if self.choices.is_empty() {
            return words.number_within(u64::from(self.bounds.0)..=u64::from(self.bounds.1)).map(|value| value as u32);
        }
        let choices: Vec<(&str, u32)> = self.choices.iter().zip(0..).map(|(word, place)| (*word, place)).collect();
        words.choose(&choices)
    }
}

/// A value for each knob of a model.
#[derive(Clone, Debug)]
pub struct Settings {
    knobs: &'static [Knob],
    values: Vec<u32>,
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.knobs, other.knobs) && self.values == other.values
    }
}

impl Eq for Settings {}

impl Settings {
    /// All knobs at their defaults.
    pub fn new(knobs: &'static [Knob]) -> Self {
        Self { knobs, values: knobs.iter().map(|knob| knob.default).collect() }
    }

    /// The knobs.
    pub fn knobs(&self) -> &'static [Knob] {
        self.knobs
    }

    /// The place of the knob of that name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.knobs.iter().position(|knob| knob.name == name)
    }

    /// The value of the knob at that place.
    pub fn at(&self, place: usize) -> u32 {
        self.values[place]
    }

    /// The value of the knob of that name.
    ///
    /// # Panics
    /// If the model has no such knob.
    pub fn get(&self, name: &str) -> u32 {
        self.values[self.place(name).expect("a knob of the model")]
    }

    /// Whether the knob of that name stands at that word.
    ///
    /// # Panics
    /// If the model has no such knob, or the knob no such word.
    pub fn is(&self, name: &str, word: &str) -> bool {
        let place = self.place(name).expect("a knob of the model");
        let choice = self.knobs[place].choices.iter().position(|choice| *choice == word).expect("a word of the knob");
        self.values[place] as usize == choice
    }

    /// Sets the knob at that place, to the nearest valid value.
    pub fn set(&mut self, place: usize, value: u64) {
        self.values[place] = self.knobs[place].clamp(value);
    }

    /// The same with that knob at that value, or the nearest valid one; for tests and presets.
    ///
    /// # Panics
    /// If the model has no such knob.
    pub fn with(mut self, name: &str, value: u32) -> Self {
        let place = self.place(name).expect("a knob of the model");
        self.set(place, u64::from(value));
        self
    }

    /// The same with that knob at that word; for tests and presets.
    ///
    /// # Panics
    /// If the model has no such knob, or the knob no such word.
    pub fn with_word(mut self, name: &str, word: &str) -> Self {
        let place = self.place(name).expect("a knob of the model");
        let choice = self.knobs[place].choices.iter().position(|choice| *choice == word).expect("a word of the knob");
        self.values[place] = choice as u32;
        self
    }
}
