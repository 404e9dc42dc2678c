//! Edits of bytes as values, and as sentences such as `flip bit 3 of byte 7`.

use std::{
    fmt,
    ops::{Range, RangeInclusive},
};

/// The largest place of a byte that a sentence can name.
pub const MAX_PLACE: usize = 999_999;

/// A change of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// One bit becomes its opposite.
    Flip {
        /// Which byte, from 0 on.
        byte: usize,
        /// Which bit of it: 0 is the lowest, 7 the highest.
        bit: u8,
    },
    /// A byte becomes another.
    Set {
        /// Which byte, from 0 on.
        byte: usize,
        /// What it becomes.
        value: u8,
    },
    /// A byte comes in.
    Insert {
        /// Before which byte; the count of bytes for the end.
        at: usize,
        /// The byte.
        value: u8,
    },
    /// A byte goes.
    Delete {
        /// Which byte, from 0 on.
        byte: usize,
    },
    /// What is beyond the first bytes goes.
    Truncate {
        /// How many stay.
        length: usize,
    },
}

/// Makes the edits, one after the other: each counts the bytes that the one before it left. An edit of a byte that
/// does not exist changes nothing, so that edits stay useful while what they are edits of changes.
pub fn apply(edits: &[Edit], bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for edit in edits {
        edit.apply(&mut bytes);
    }
    bytes
}

impl Edit {
    /// Makes this edit; says whether it changed anything.
    pub fn apply(self, bytes: &mut Vec<u8>) -> bool {
        let length = bytes.len();
        match self {
            Edit::Flip { byte, bit } if byte < length && bit < 8 => bytes[byte] ^= 1 << bit,
            Edit::Set { byte, value } if byte < length && bytes[byte] != value => bytes[byte] = value,
            Edit::Insert { at, value } if at <= length => bytes.insert(at, value),
            Edit::Delete { byte } if byte < length => {
                bytes.remove(byte);
            }
            Edit::Truncate { length: left } if left < length => bytes.truncate(left),
            _ => return false,
        }
        true
    }

    /// Reads a sentence: `flip bit 3 of byte 7`, `set byte 0 to 0x1d`, `insert 0x08 at 2`, `delete byte 4` or
    /// `truncate to 5`. Numbers are decimal or, after `0x`, hexadecimal.
    ///
    /// # Errors
    /// The word that does not fit, and what could stand there.
    pub fn parse(text: &str) -> Result<Self, EditError> {
        let mut words = Words { text, at: 0 };
        let byte = |n: usize| n as u8;
        let edit = match words.one_of(&["flip", "set", "insert", "delete", "truncate"])? {
            0 => {
                words.one_of(&["bit"])?;
                let bit = byte(words.number(0..=7)?);
                words.one_of(&["of"])?;
                words.one_of(&["byte"])?;
                Edit::Flip { byte: words.number(0..=MAX_PLACE)?, bit }
            }
            1 => {
                words.one_of(&["byte"])?;
                let place = words.number(0..=MAX_PLACE)?;
                words.one_of(&["to"])?;
                Edit::Set { byte: place, value: byte(words.number(0..=255)?) }
            }
            2 => {
                let value = byte(words.number(0..=255)?);
                words.one_of(&["at"])?;
                Edit::Insert { at: words.number(0..=MAX_PLACE)?, value }
            }
            3 => {
                words.one_of(&["byte"])?;
                Edit::Delete { byte: words.number(0..=MAX_PLACE)? }
            }
            _ => {
                words.one_of(&["to"])?;
                Edit::Truncate { length: words.number(0..=MAX_PLACE)? }
            }
        };
        let (at, word) = words.peek();
        if word.is_empty() {
            Ok(edit)
        } else {
            Err(EditError {
                at,
                message: format!("“{word}” is too much; an edit is one sentence"),
                choices: Vec::new(),
            })
        }
    }
}

/// The sentence that [`Edit::parse`] reads.
impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Edit::Flip { byte, bit } => write!(f, "flip bit {bit} of byte {byte}"),
            Edit::Set { byte, value } => write!(f, "set byte {byte} to 0x{value:02x}"),
            Edit::Insert { at, value } => write!(f, "insert 0x{value:02x} at {at}"),
            Edit::Delete { byte } => write!(f, "delete byte {byte}"),
            Edit::Truncate { length } => write!(f, "truncate to {length}"),
        }
    }
}

/// What is wrong with a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditError {
    /// Which bytes of the sentence.
    pub at: Range<usize>,
    /// What is wrong, in one line.
    pub message: String,
    /// What could stand there.
    pub choices: Vec<String>,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.choices.is_empty() {
            write!(f, "; expected {}", self.choices.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for EditError {}

struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    /// The next word and where it stands; at the end an empty one there.
    fn peek(&self) -> (Range<usize>, &'a str) {
        let rest = self.text[self.at..].trim_start_matches(' ');
        let start = self.text.len() - rest.len();
        let length = rest.find(' ').unwrap_or(rest.len());
        (start..start + length, &rest[..length])
    }

    fn refuse<T>(&self, choices: Vec<String>, wrong: impl FnOnce(&str) -> String) -> Result<T, EditError> {
        let (at, word) = self.peek();
        let message = if word.is_empty() { "a word is missing at the end".into() } else { wrong(word) };
        Err(EditError { at, message, choices })
    }

    /// The place of the next word among the choices.
    fn one_of(&mut self, choices: &[&str]) -> Result<usize, EditError> {
        let (at, word) = self.peek();
        if let Some(found) = choices.iter().position(|choice| *choice == word) {
            self.at = at.end;
            return Ok(found);
        }
        self.refuse(choices.iter().map(|choice| format!("`{choice}`")).collect(), |word| {
            format!("“{word}” does not fit here")
        })
    }

    fn number(&mut self, within: RangeInclusive<usize>) -> Result<usize, EditError> {
        let (at, word) = self.peek();
        let (digits, base) = match word.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (word, 10),
        };
        // A sign is no digit, though Rust's reading of numbers takes one.
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
        let number = usize::from_str_radix(digits, base).ok().filter(|_| is_number);
        if let Some(number) = number.filter(|number| within.contains(number)) {
            self.at = at.end;
            return Ok(number);
        }
        let range = format!("a number from {} to {}", within.start(), within.end());
        self.refuse(vec![range], |word| {
            if is_number { format!("{word} is too large") } else { format!("“{word}” is no number") }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_one_after_the_other() {
        let bytes = [8, 150, 1];
        for (edits, expected) in [
            (vec![Edit::Flip { byte: 0, bit: 1 }], vec![10, 150, 1]),
            (vec![Edit::Flip { byte: 0, bit: 7 }, Edit::Flip { byte: 0, bit: 7 }], vec![8, 150, 1]),
            (vec![Edit::Set { byte: 2, value: 255 }], vec![8, 150, 255]),
            (vec![Edit::Insert { at: 0, value: 7 }, Edit::Insert { at: 4, value: 9 }], vec![7, 8, 150, 1, 9]),
            (vec![Edit::Delete { byte: 1 }, Edit::Delete { byte: 1 }], vec![8]),
            (vec![Edit::Truncate { length: 1 }], vec![8]),
            (vec![Edit::Truncate { length: 0 }], vec![]),
        ] {
            assert_eq!(apply(&edits, &bytes), expected, "{edits:?}");
        }
    }

    #[test]
    fn edits_of_bytes_that_do_not_exist_change_nothing() {
        for edit in [
            Edit::Flip { byte: 3, bit: 0 },
            Edit::Flip { byte: 0, bit: 8 },
            Edit::Set { byte: 3, value: 0 },
            Edit::Set { byte: 0, value: 8 },
            Edit::Insert { at: 4, value: 0 },
            Edit::Delete { byte: 3 },
            Edit::Truncate { length: 3 },
            Edit::Truncate { length: usize::MAX },
        ] {
            let mut bytes = vec![8, 150, 1];
            assert!(!edit.apply(&mut bytes), "{edit}");
            assert_eq!(bytes, [8, 150, 1], "{edit}");
        }
    }

    #[test]
    fn sentences_are_read_and_written() {
        for text in
            ["flip bit 3 of byte 7", "set byte 0 to 0x1d", "insert 0x08 at 2", "delete byte 4", "truncate to 999999"]
        {
            assert_eq!(Edit::parse(text).map(|edit| edit.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(Edit::parse("  set byte  0x10 to 29 "), Ok(Edit::Set { byte: 16, value: 0x1d }));
    }

    #[test]
    fn errors_point_at_the_word() {
        for (text, at, message) in [
            ("", 0..0, "a word is missing at the end; expected `flip`, `set`, `insert`, `delete`, `truncate`"),
            ("flp bit 3", 0..3, "“flp” does not fit here; expected `flip`, `set`, `insert`, `delete`, `truncate`"),
            ("flip bit 8 of byte 7", 9..10, "8 is too large; expected a number from 0 to 7"),
            ("flip bit 1 at byte 7", 11..13, "“at” does not fit here; expected `of`"),
            ("set byte 0 to 0x1fd", 14..19, "0x1fd is too large; expected a number from 0 to 255"),
            ("set byte x to 1", 9..10, "“x” is no number; expected a number from 0 to 999999"),
            ("set byte +1 to 1", 9..11, "“+1” is no number; expected a number from 0 to 999999"),
            ("insert 0x at 2", 7..9, "“0x” is no number; expected a number from 0 to 255"),
            ("insert 1 at", 11..11, "a word is missing at the end; expected a number from 0 to 999999"),
            ("delete byte 4 now", 14..17, "“now” is too much; an edit is one sentence"),
            ("truncate to 1000000", 12..19, "1000000 is too large; expected a number from 0 to 999999"),
            (
                "delete byte 99999999999999999999",
                12..32,
                "99999999999999999999 is too large; expected a number from 0 to 999999",
            ),
            ("flip bit ß", 9..11, "“ß” is no number; expected a number from 0 to 7"),
        ] {
            let error = Edit::parse(text).expect_err(text);
            assert_eq!((error.at.clone(), error.to_string()), (at, message.to_string()), "{text}");
        }
    }
}
