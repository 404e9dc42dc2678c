//! The words of a text, as the search knows them. `theme/js/search.js` takes what a reader types apart in the same way; a
//! test holds the two together.

use std::sync::LazyLock;

use regex::Regex;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;

use crate::scripts::{SPACELESS, pattern};

/// Signs above, below and between letters that many leave out when they type: accents, vowel points, joiners.
static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[\u{ad}\u{300}-\u{36f}\u{591}-\u{5bd}\u{5bf}\u{5c1}\u{5c2}\u{5c4}\u{5c5}\u{5c7}\u{610}-\u{61a}\u{640}\u{64b}-\u{65f}\u{670}\u{200b}-\u{200f}\u{20d0}-\u{20ff}\u{fe00}-\u{fe0f}\u{feff}]",
    )
});
/// Words, and pictures such as emoji.
static WORDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\p{L}\p{N}\p{M}_]+|\p{So}"));
/// An apostrophe, straight or curved, before the last letter or two of a word: `don't`, `server’s`, `we'll`. Before
/// more it parts two words, as in `l'équilibre`.
static APOSTROPHE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"([\p{L}\p{N}])['’‘ʼ＇](\p{L}{1,2})([^\p{L}\p{N}\p{M}_]|$)"));

/// The words of a text as the index has them: in small letters, without accents and without the apostrophes within them.
/// What is written without spaces is every two characters that follow each other, and the last one.
pub fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for piece in text.split_whitespace() {
        // Nearly everything in most books, and much quicker found.
        let bare = piece.trim_matches(['“', '”', '‘', '’', '…', '–', '—']);
        if bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            if !bare.is_empty() {
                out.push(bare.to_ascii_lowercase());
            }
        } else {
            pieces(&plain(bare), &mut out);
        }
    }
    out
}

/// Adds the words of a text in small letters, without signs.
fn pieces(plain: &str, out: &mut Vec<String>) {
    if plain.is_ascii() {
        let words = plain.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        out.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
        return;
    }
    for word in WORDS.find_iter(plain) {
        let word = word.as_str();
        let mut at = 0;
        for stretch in SPACELESS.find_iter(word) {
            spaced(&word[at..stretch.start()], out);
            at = stretch.end();
            let chars: Vec<char> = stretch.as_str().chars().collect();
            out.extend(chars.windows(2).map(|two| two.iter().copied().map(short).collect()));
            out.extend(chars.last().map(|last| short(*last)));
        }
        spaced(&word[at..], out);
    }
}

/// A text in small letters, without the signs that many leave out.
fn plain(text: &str) -> String {
    let small = text.to_lowercase();
    let plain = match small.is_ascii() {
        true => small,
        false => {
            let apart: String = small.nfkd().collect();
            SIGNS.replace_all(&apart, "").nfc().map(|c| if c == 'ς' { 'σ' } else { c }).collect()
        }
    };
    match plain.contains(['\'', '’', '‘', 'ʼ', '＇']) {
        true => APOSTROPHE.replace_all(&plain, "$1$2$3").into_owned(),
        false => plain,
    }
}

/// Adds a word with spaces around it.
fn spaced(word: &str, out: &mut Vec<String>) {
    if !word.is_empty() {
        out.push(word.chars().map(short).collect());
    }
}

/// A character as the index spells it: none beyond the first 65,536, so that JavaScript and Rust sort words alike.
fn short(c: char) -> String {
    if u32::from(c) > 0xffff { format!("u{:x}", u32::from(c)) } else { c.to_string() }
}

/// What the forms of one word have in common: `retry` and `retries`.
pub struct Stems {
    own: Option<Stemmer>,
    /// For words of a to z in a book that is not written with these letters.
    english: Option<Stemmer>,
    /// Whether the book is in English.
    pub is_english: bool,
}

impl Stems {
    /// The stems of a book's language, by its tag such as `en` or `pt-BR`. Of languages that the stemmer does not know,
    /// each word is its own.
    pub fn of(language: &str) -> Self {
        use Algorithm::*;
        let primary = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let (algorithm, latin) = match &*primary {
            "ar" => (Some(Arabic), false),
            "da" => (Some(Danish), true),
            "de" => (Some(German), true),
            "el" => (Some(Greek), false),
            "en" => (Some(English), true),
            "es" => (Some(Spanish), true),
            "fi" => (Some(Finnish), true),
            "fr" => (Some(French), true),
            "hu" => (Some(Hungarian), true),
            "it" => (Some(Italian), true),
            "nb" | "nn" | "no" => (Some(Norwegian), true),
            "nl" => (Some(Dutch), true),
            "pt" => (Some(Portuguese), true),
            "ro" => (Some(Romanian), true),
            "ru" => (Some(Russian), false),
            "sv" => (Some(Swedish), true),
            "ta" => (Some(Tamil), false),
            "tr" => (Some(Turkish), true),
            "am" | "be" | "bg" | "bn" | "fa" | "gu" | "he" | "hi" | "hy" | "ja" | "ka" | "kk" | "km" | "kn" | "ko"
            | "lo" | "mk" | "ml" | "mn" | "mr" | "my" | "ne" | "pa" | "si" | "sr" | "te" | "th" | "uk" | "ur"
            | "zh" => (None, false),
            _ => (None, true),
        };
        Self {
            own: algorithm.map(Stemmer::create),
            english: (!latin).then(|| Stemmer::create(English)),
            is_english: primary == "en",
        }
    }

    /// The stem of a word as it is written, in small letters; as the index has it.
    fn stem(&self, word: &str) -> String {
        let stemmer = match &self.english {
            Some(english) if word.is_ascii() => Some(english),
            _ => self.own.as_ref(),
        };
        stemmer.map_or_else(|| word.to_owned(), |stemmer| stemmer.stem(word).into_owned())
    }

    /// The stem of a word of [`tokens`] that is written as the index has it.
    pub fn of_token(&self, token: &str) -> String {
        plain(&self.stem(token))
    }

    /// The words of a text that the index spells otherwise than they are written, with their stems: those depend on
    /// accents.
    pub fn of_accented<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_ascii());
        words.filter(|_| self.own.is_some()).filter_map(|word| {
            let small = word.to_lowercase();
            let token = plain(&small);
            (token != small).then(|| {
                let stem = plain(&self.stem(&small));
                (token, stem)
            })
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Texts and what is found in them; `theme/js/search.js` finds the same.
    pub(crate) const TEXTS: [(&str, &[&str]); 13] = [
        ("Retries, at-most-once & DEADLINE_EXCEEDED", &["retries", "at", "most", "once", "deadline_exceeded"]),
        ("Café naïve e\u{301}té", &["cafe", "naive", "ete"]),
        ("Отказ сервера: Ещё раз", &["отказ", "сервера", "еще", "раз"]),
        ("一致性。Raft 协议", &["一致", "致性", "性", "raft", "协议", "议"]),
        ("サーバー", &["サー", "ーバ", "バー", "ー"]),
        ("ひらがなX", &["ひら", "らが", "がな", "な", "x"]),
        ("الأَنظِمَة المُوزَّعة", &["الانظمة", "الموزعة"]),
        ("ΛΟΓΟΣ λόγος", &["λογοσ", "λογοσ"]),
        ("क्षेत्र 분산 שָׁלוֹם", &["क्षेत्र", "분산", "שלום"]),
        ("🚀 👩\u{200d}🚀 𠀀", &["u1f680", "u1f469", "u1f680", "u20000"]),
        ("Don't, don’t: the server's; servers' we’ll", &["dont", "dont", "the", "servers", "servers", "well"]),
        ("l'équilibre, l’équilibre", &["l", "equilibre", "l", "equilibre"]),
        ("'quoted' “words” O'Neill's 3's", &["quoted", "words", "o", "neills", "3s"]),
    ];

    #[test]
    fn words_of_every_script_are_found() {
        for (text, expected) in TEXTS {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn forms_of_a_word_share_their_stem() {
        for (language, forms) in [
            ("en", ["retry", "retries", "retried"]),
            ("en-GB", ["idempotent", "idempotently", "idempotent"]),
            ("ru", ["сервер", "сервера", "серверами"]),
            ("ru", ["server", "servers", "server"]),
            ("fr", ["système", "systèmes", "SYSTÈME"]),
            ("ru", ["случай", "случаи", "случаев"]),
        ] {
            let stems = Stems::of(language);
            let of = |word: &str| {
                let accented: Option<(String, String)> = stems.of_accented(word).next();
                accented.map_or_else(|| stems.of_token(&tokens(word)[0]), |(_, stem)| stem)
            };
            assert_eq!(of(forms[0]), of(forms[1]), "{forms:?}");
            assert_eq!(of(forms[0]), of(forms[2]), "{forms:?}");
        }
        assert_eq!(Stems::of("zh").of_token("一致"), "一致");
    }
}
