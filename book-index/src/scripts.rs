//! What belongs to a word in any script.

use std::sync::LazyLock;

use regex::Regex;

/// Stretches in scripts that put no spaces between words. The sign that makes a vowel long in Japanese is of no script.
pub static SPACELESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u{30fc}]+"));

/// A pattern of ours, compiled.
///
/// # Panics
/// If it is not a pattern: none comes from outside.
#[expect(clippy::expect_used, reason = "the patterns are fixed, and a test uses each")]
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours")
}

/// Signs that belong to the letter before them.
static MARKS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\p{M}"));

/// Whether a character is of a script that puts no spaces between words.
pub fn is_spaceless(c: char) -> bool {
    SPACELESS.is_match(c.encode_utf8(&mut [0; 4]))
}

/// Whether a character is a sign that belongs to the letter before it.
pub fn is_mark(c: char) -> bool {
    MARKS.is_match(c.encode_utf8(&mut [0; 4]))
}
