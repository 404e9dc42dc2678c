//! What can be set.

use sim::words::{WordError, Words};

/// Something about a model that an author or a reader sets: a number, or one of a few words.
#[derive(Debug)]
pub struct Knob {
    /// The knob's name as authors and links write it: `service-ms`.
    pub name: &'static str,
    /// The knob's name as readers see it: `Mean service time`.
    pub label: &'static str,
    /// The unit, as it follows a number: `ms`; empty for words and plain counts.
    pub unit: &'static str,
    /// What the knob sets, in one sentence, for the reference and for readers.
    pub help: &'static str,
    /// The least and the greatest value; for words, 0 and the last word's place.
    pub bounds: (u32, u32),
    /// The value that a link leaves out.
    pub default: u32,
    /// The words to choose from, if the knob is set by a word: the value is the word's place in this list. Empty if it
    /// is set by a number.
    pub choices: &'static [&'static str],
    /// Whether the knob can be turned while the run goes on.
    pub live: bool,
    /// Whether the knob's slider is logarithmic: its bounds lie orders of magnitude apart.
    pub log: bool,
}

impl Knob {
    /// A knob that is set by a number within `bounds`, for the beginning of a run only, with an even slider.
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

    /// A knob that is set by one of a few words, the first of them by default, for the beginning of a run only.
    ///
    /// # Panics
    /// If there are no words.
    pub const fn word(
        name: &'static str,
        label: &'static str,
        choices: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        let bounds = (0, choices.len() as u32 - 1);
        Self { name, label, unit: "", help, bounds, default: 0, choices, live: false, log: false }
    }

    /// The knob with another default.
    pub const fn default_to(mut self, value: u32) -> Self {
        self.default = value;
        self
    }

    /// The knob as one that can be turned while the run goes on.
    pub const fn live(mut self) -> Self {
        self.live = true;
        self
    }

    /// The knob with a logarithmic slider.
    pub const fn log(mut self) -> Self {
        self.log = true;
        self
    }

    /// The valid value of the knob that is nearest to the given one.
    pub fn clamp(&self, value: u64) -> u32 {
        value.clamp(u64::from(self.bounds.0), u64::from(self.bounds.1)) as u32
    }

    /// A value of the knob as authors and links write it: a number or a word.
    pub fn written(&self, value: u32) -> String {
        self.choices.get(value as usize).map_or_else(|| value.to_string(), |word| (*word).to_owned())
    }

    /// Reads a value of the knob, as [`Knob::written`] writes it.
    ///
    /// # Errors
    /// If the next word is no value of the knob, or a number out of bounds: the error points at the word and says what
    /// could stand there.
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
    /// Settings with all knobs at their defaults.
    pub fn new(knobs: &'static [Knob]) -> Self {
        Self { knobs, values: knobs.iter().map(|knob| knob.default).collect() }
    }

    /// The knobs that these settings are for, in the order of their places.
    pub fn knobs(&self) -> &'static [Knob] {
        self.knobs
    }

    /// The place of the knob of that name; nothing if there is no such knob.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.knobs.iter().position(|knob| knob.name == name)
    }

    /// The value of the knob at that place.
    ///
    /// # Panics
    /// If there is no such place.
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

    /// Sets the knob at that place to the nearest valid value.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn set(&mut self, place: usize, value: u64) {
        self.values[place] = self.knobs[place].clamp(value);
    }

    /// The settings with the knob of that name at that value, or the nearest valid one; for tests and presets.
    ///
    /// # Panics
    /// If the model has no such knob.
    pub fn with(mut self, name: &str, value: u32) -> Self {
        let place = self.place(name).expect("a knob of the model");
        self.set(place, u64::from(value));
        self
    }

    /// The settings with the knob of that name at that word; for tests and presets.
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
