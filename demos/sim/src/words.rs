//! Reading short sentences such as `drop reply of call 1 attempt 2`, with errors that point at the word; and saying how
//! many there are of something.

use crate::{Duration, Time};
use std::{
    fmt,
    ops::{Range, RangeInclusive},
};

/// A number with its thousands told apart: `43,376`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of something that has an `s` when there are several: `1 request`, `2 requests`, `10,000 requests`.
pub fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// The verb for so many of something: `is` for one, otherwise `are`.
pub fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// What is wrong with a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordError {
    /// The bytes of the sentence that are wrong.
    pub at: Range<usize>,
    /// What is wrong with the sentence, in one line.
    pub message: String,
    /// What could stand at the wrong place; empty if that cannot be listed.
    pub choices: Vec<String>,
}

impl fmt::Display for WordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.choices.is_empty() {
            write!(f, "; expected {}", self.choices.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for WordError {}

/// A reader of a sentence, word by word. Commas count as words; spaces do not matter.
pub struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    /// A reader at the first word of a sentence.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next word and where it stands; at the end an empty word there.
    fn peek(&self) -> (Range<usize>, &'a str) {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = &self.text[start..];
        let len = if rest.starts_with(',') {
            1
        } else {
            rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len())
        };
        (start..start + len, &rest[..len])
    }

    fn next(&mut self) -> (Range<usize>, &'a str) {
        let (at, word) = self.peek();
        self.at = at.end;
        (at, word)
    }

    /// Takes the next word if it is `word`; says whether it was.
    pub fn accept(&mut self, word: &str) -> bool {
        let (at, next) = self.peek();
        let same = next == word;
        if same {
            self.at = at.end;
        }
        same
    }

    /// Takes the next word, which has to be `word`.
    ///
    /// # Errors
    /// If another word comes next, or none.
    pub fn expect(&mut self, word: &str) -> Result<(), WordError> {
        self.choose(&[(word, ())]).map(|_| ())
    }

    /// Takes the next words, which have to be one of the choices, and gives what stands beside it. Choices may be
    /// several words long (`client 3`); the longest that fits is taken.
    ///
    /// # Errors
    /// If none of the choices comes next.
    pub fn choose<T: Clone>(&mut self, choices: &[(&str, T)]) -> Result<T, WordError> {
        let words: Vec<&str> = choices.iter().map(|(words, _)| *words).collect();
        self.choose_place(&words).map(|place| choices[place].1.clone())
    }

    fn choose_place(&mut self, choices: &[&str]) -> Result<usize, WordError> {
        let start = self.at;
        let mut wrong = self.peek().0;
        // The longest wins: `client 12` begins with `client 1`.
        let mut best: Option<(usize, usize)> = None;
        for (place, words) in choices.iter().enumerate() {
            if words.split(' ').all(|word| self.accept(word)) {
                if best.is_none_or(|(end, _)| self.at > end) {
                    best = Some((self.at, place));
                }
            } else {
                // Of `client 99` the number is as wrong as the word before it is right: show both.
                let (next, word) = self.peek();
                wrong.end = wrong.end.max(if word.is_empty() { 0 } else { next.end });
            }
            self.at = start;
        }
        if let Some((end, place)) = best {
            self.at = end;
            return Ok(place);
        }
        let word = &self.text[wrong.clone()];
        Err(WordError {
            message: if word.is_empty() {
                "the sentence ends too early".into()
            } else {
                format!("unknown {} `{word}`", if word.contains(' ') { "words" } else { "word" })
            },
            at: wrong,
            choices: choices.iter().map(|word| (*word).to_owned()).collect(),
        })
    }

    /// Whether the next word begins with a digit.
    pub fn next_is_number(&self) -> bool {
        self.peek().1.starts_with(|c: char| c.is_ascii_digit())
    }

    /// Takes the next word, which has to be the name of something, and gives what `find` finds under that name;
    /// `choices` are for the message if there is nothing.
    ///
    /// # Errors
    /// If `find` finds nothing, or the sentence is at its end.
    pub fn find<T>(&mut self, find: impl FnOnce(&str) -> Option<T>, choices: &[String]) -> Result<T, WordError> {
        let (at, word) = self.next();
        find(word).ok_or_else(|| WordError {
            at,
            message: if word.is_empty() {
                "the sentence ends too early".into()
            } else {
                format!("there is no `{word}` here")
            },
            choices: choices.to_vec(),
        })
    }

    /// Takes the next word, which has to be a whole number.
    ///
    /// # Errors
    /// If the word is no whole number below 2⁶⁴, or the sentence is at its end.
    pub fn number(&mut self) -> Result<u64, WordError> {
        let (at, word) = self.next();
        word.parse().map_err(|_| WordError {
            at,
            message: if word.is_empty() {
                "a number is missing at the end".into()
            } else {
                format!("`{word}` is not a whole number")
            },
            choices: vec![],
        })
    }

    /// Takes the next word, which has to be a whole number within `bounds`.
    ///
    /// # Errors
    /// If the word is no such number, or the sentence is at its end.
    pub fn number_within(&mut self, bounds: RangeInclusive<u64>) -> Result<u64, WordError> {
        let (at, _) = self.peek();
        let choices = vec![format!("{} to {}", bounds.start(), bounds.end())];
        match self.number() {
            Ok(number) if bounds.contains(&number) => Ok(number),
            Ok(number) => Err(WordError { at, message: format!("{number} is out of bounds"), choices }),
            Err(error) => Err(WordError { choices, ..error }),
        }
    }

    /// Takes a length of time: `600 ms`, `10 s`, `2.5 s`, `40 us`. What is less than a microsecond is dropped.
    ///
    /// # Errors
    /// If the number has more than 12 digits before or 6 behind the point or is none, or the unit is missing.
    pub fn duration(&mut self) -> Result<Duration, WordError> {
        let (at, word) = self.next();
        let bad = |message: String| WordError {
            at: at.clone(),
            message,
            choices: vec!["a time such as 400 ms or 2.5 s".into()],
        };
        let (whole, fraction) = word.split_once('.').unwrap_or((word, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 12 || fraction.len() > 6 || !digits(whole) || !digits(fraction) {
            return Err(bad(if word.is_empty() {
                "a time is missing at the end".into()
            } else {
                format!("`{word}` is not a time")
            }));
        }
        let unit = self.choose(&[("us", 1u64), ("ms", 1_000), ("s", 1_000_000)])?;
        let micros: u64 =
            format!("{whole}{fraction:0<6}").parse().map_err(|_| bad(format!("`{word}` is not a time")))?;
        Ok(Duration::from_micros(micros / (1_000_000 / unit)))
    }

    /// Takes a moment: a length of time since the start, as [`Words::duration`] reads it.
    ///
    /// # Errors
    /// If the next words are no length of time.
    pub fn time(&mut self) -> Result<Time, WordError> {
        Ok(Time::ZERO + self.duration()?)
    }

    /// Makes sure that the sentence is at its end.
    ///
    /// # Errors
    /// If words are left over: the error points at all of them.
    pub fn end(&mut self) -> Result<(), WordError> {
        let (at, word) = self.peek();
        if word.is_empty() {
            return Ok(());
        }
        Err(WordError {
            at: at.start..self.text.trim_end().len(),
            message: format!("`{word}` is too much here"),
            choices: vec![],
        })
    }
}

/// A length of time in words, with nothing rounded off, and without a point, which links use for a space: `2500 ms`.
pub fn exact(duration: Duration) -> String {
    let micros = duration.as_micros();
    if micros.is_multiple_of(1_000_000) {
        format!("{} s", micros / 1_000_000)
    } else if micros.is_multiple_of(1_000) {
        format!("{} ms", micros / 1_000)
    } else {
        format!("{micros} us")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_told_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (20_005, "20,005"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!([1, 1_020].map(|count| counted(count, "state")), ["1 state", "1,020 states"]);
    }
}
