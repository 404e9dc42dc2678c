//! JSON (RFC 8259) as a tree with the place of everything in it.

use std::ops::Range;

use crate::schema::{Problem, sorted};

/// How many lists and objects may stand in each other: one that a hundred messages in maps or lists of each other do
/// not reach.
const MAX_DEPTH: usize = 256;

/// A value, with its place in the text.
pub(super) struct Node {
    pub what: What,
    pub at: Range<usize>,
}

/// What a value is.
pub(super) enum What {
    Null,
    Bool(bool),
    /// As it is written at its place.
    Number,
    Text(String),
    List(Vec<Node>),
    /// In the order of the text, no name twice.
    Object(Vec<Member>),
}

/// A name and its value in an object.
pub(super) struct Member {
    pub name: String,
    pub name_at: Range<usize>,
    pub value: Node,
}

/// Reads the text, up to the first mistake.
pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.skip_space()?;
    let node = parser.value()?;
    parser.skip_space()?;
    if parser.at < text.len() {
        return Err(parser.problem("The value has ended before this.", "Remove what follows."));
    }
    Ok(node)
}

/// Whether that is a number of JSON, all of it.
pub(super) fn is_number(text: &str) -> bool {
    number_length(text.as_bytes()) == Some(text.len())
}

/// The length of the number that the text begins with.
fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| from + text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let start = usize::from(text.first() == Some(&b'-'));
    let mut end = if text.get(start) == Some(&b'0') { start + 1 } else { digits(start) };
    if end == start {
        return None;
    }
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == end + 1 {
            return None;
        }
        end = fraction;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(signed.min(text.len()));
        if exponent == signed {
            return None;
        }
        end = exponent;
    }
    Some(end)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) -> Result<(), Problem> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        if self.peek() == Some(b'/') {
            return Err(self.problem("JSON has no comments.", "Remove it."));
        }
        Ok(())
    }

    fn value(&mut self) -> Result<Node, Problem> {
        let start = self.at;
        let what = match self.peek() {
            None => return Err(self.problem("The text ends where a value should be.", "")),
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => What::Text(self.string()?),
            Some(b'-' | b'0'..=b'9' | b'.' | b'+') => self.number()?,
            Some(b'\'') => return Err(self.problem("JSON's quotation marks are double.", "Write \" instead of '.")),
            Some(b',' | b']' | b'}' | b':') => return Err(self.problem("Here should be a value.", "")),
            Some(_) => self.word()?,
        };
        Ok(Node { what, at: start..self.at })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<What, Problem>) -> Result<What, Problem> {
        if self.depth == MAX_DEPTH {
            return Err(self.problem(&format!("More than {MAX_DEPTH} lists and objects stand in each other."), ""));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space()?;
        let what = read(self)?;
        self.depth -= 1;
        Ok(what)
    }

    fn list(&mut self) -> Result<What, Problem> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(What::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.ends(b']')? {
                return Ok(What::List(items));
            }
        }
    }

    fn object(&mut self) -> Result<What, Problem> {
        let mut members: Vec<Member> = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(What::Object(members));
        }
        loop {
            let start = self.at;
            let name = match self.peek() {
                Some(b'"') => self.string()?,
                Some(b'\'') => return Err(self.problem("JSON's quotation marks are double.", "Write \" instead of '.")),
                None => return Err(self.problem("The text ends where a name should be.", "A } is missing.")),
                _ => {
                    let word = self.word_at();
                    let help = if word.is_empty() { String::new() } else { format!("Write \"{word}\".") };
                    return Err(self.problem("Here should be a name in quotation marks.", &help));
                }
            };
            let name_at = start..self.at;
            self.skip_space()?;
            if self.peek() != Some(b':') {
                return Err(self.problem("Between a name and its value there is a colon.", "Put : here."));
            }
            self.at += 1;
            self.skip_space()?;
            let value = self.value()?;
            members.push(Member { name, name_at, value });
            if self.ends(b'}')? {
                return self.unique(members);
            }
        }
    }

    /// After a value: whether the list or the object ends; otherwise the next value begins here.
    fn ends(&mut self, close: u8) -> Result<bool, Problem> {
        self.skip_space()?;
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_space()?;
                if matches!(self.peek(), Some(b'}' | b']')) {
                    self.at = comma;
                    return Err(self.problem("After this comma nothing follows.", "Remove it."));
                }
                Ok(false)
            }
            None => {
                let help = format!("A {} is missing.", char::from(close));
                Err(self.problem(&format!("The text ends before a {}.", char::from(close)), &help))
            }
            Some(_) => {
                let message = format!("Here should be a comma or {}.", char::from(close));
                Err(self.problem(&message, "Values have commas between them."))
            }
        }
    }

    fn unique(&self, members: Vec<Member>) -> Result<What, Problem> {
        let order = sorted(members.len(), &|a, b| members[a].name.cmp(&members[b].name));
        let again = order.windows(2).filter(|pair| members[pair[0]].name == members[pair[1]].name);
        let again = again.map(|pair| &members[pair[1]].name_at);
        if let Some(at) = again.min_by_key(|at| at.start) {
            let message = "This name is in the object already.".to_owned();
            return Err(Problem::new(self.text, at.clone(), message, Some("Keep one of the two.".to_owned())));
        }
        Ok(What::Object(members))
    }

    fn number(&mut self) -> Result<What, Problem> {
        let rest = &self.text.as_bytes()[self.at..];
        let whole = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(byte)).count();
        if number_length(rest) != Some(whole) {
            let at = self.at..self.at + whole;
            let message = format!("“{}” is no number of JSON.", &self.text[at.clone()]);
            let help = "Digits stand on both sides of the point, no zero and no plus in front, as in -0.5 or 1e9. Other \
                        numbers than decimal ones there are not.";
            return Err(Problem::new(self.text, at, message, Some(help.to_owned())));
        }
        self.at += whole;
        Ok(What::Number)
    }

    /// The letters and digits from here on.
    fn word_at(&self) -> &str {
        let rest = &self.text[self.at..];
        &rest[..rest
            .find(|letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(rest.len())]
    }

    fn word(&mut self) -> Result<What, Problem> {
        let word = self.word_at();
        let what = match word {
            "null" => What::Null,
            "true" => What::Bool(true),
            "false" => What::Bool(false),
            "" => return Err(self.problem("Here should be a value.", "")),
            _ => {
                let help = if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
                    "Write it with small letters.".to_owned()
                } else if matches!(word, "None" | "nil" | "undefined" | "NULL" | "Null") {
                    "Write null.".to_owned()
                } else {
                    format!("A text stands in quotation marks: \"{word}\".")
                };
                let at = self.at..self.at + word.len();
                return Err(Problem::new(self.text, at, format!("“{word}” is no value of JSON."), Some(help)));
            }
        };
        self.at += word.len();
        Ok(what)
    }

    fn string(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain =
                rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ').unwrap_or(rest.len());
            string.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => {
                    let letter = self.escape()?;
                    string.push(letter);
                }
                None | Some(b'\n' | b'\r') => {
                    let at = start..self.at;
                    let message = "This text has no closing quotation mark on its line.".to_owned();
                    return Err(Problem::new(self.text, at, message, Some("A line's end in it is \\n.".to_owned())));
                }
                Some(byte) => {
                    let help = if byte == b'\t' { "\\t".to_owned() } else { format!("\\u{byte:04x}") };
                    let help = format!("Write {help}.");
                    return Err(self.problem("A control character cannot stand in a text as it is.", &help));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.at;
        self.at += 2;
        let letter = match self.text.as_bytes().get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => {
                self.at = start;
                return Err(self.problem("This is no escape of JSON.", "Write \\\\ for a backslash."));
            }
        };
        Ok(letter)
    }

    /// The rest of an escape by number that begins at `start`: beyond U+FFFF it takes two, as in UTF-16.
    fn unicode(&mut self, start: usize) -> Result<char, Problem> {
        let first = self.hex();
        let code = match first {
            Some(high @ 0xd800..=0xdbff) if self.text[self.at..].starts_with("\\u") => {
                self.at += 2;
                self.hex()
                    .filter(|low| (0xdc00..=0xdfff).contains(low))
                    .map(|low| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
            }
            code => code,
        };
        match code.and_then(char::from_u32) {
            Some(letter) => Ok(letter),
            None => {
                let end = self.at.min(self.text.len());
                let (message, help) = if first.is_some() {
                    ("This is half of a character.", "Beyond U+FFFF a character takes two: \\ud83d\\ude00.")
                } else {
                    ("After \\u there are four hexadecimal digits.", "As in \\u00e4.")
                };
                Err(Problem::new(self.text, start..end, message.to_owned(), Some(help.to_owned())))
            }
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits =
            self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    /// A problem with the letter that is here.
    fn problem(&self, message: &str, help: &str) -> Problem {
        let letter = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        let help = (!help.is_empty()).then(|| help.to_owned());
        Problem::new(self.text, self.at..self.at + letter, message.to_owned(), help)
    }
}
