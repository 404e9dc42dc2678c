//! Quizzes: the TOML files with their questions, in the format of mdbook-quiz, and what the book's runs say in them.
//!
//! A file becomes a part of its block, and each key and value of it keeps its place, so that the schema and the demo
//! check a file as they check a block, and every message points into the file.

use std::{ops::Range, path::Path, sync::Arc};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use widgets::{
    chrome::demo::Demo,
    labs::quiz::{Quiz, in_book},
};

use crate::{
    blocks::{
        directives::{self, Directive, Kind},
        formulas,
        json::{Block, dotted},
        markdown::Outline,
    },
    chapters::BESIDE,
    diagnostics::{Diagnostic, Source, Span, list, not_utf8, suggest},
};

/// The demo's name.
pub const NAME: &str = Quiz::NAME;

/// What a file may say, beside its title.
const PARTS: [&str; 2] = ["questions", "multipart"];

/// A file as read.
pub struct File {
    value: Map<String, Value>,
    places: Vec<(String, Option<Range<usize>>, Span)>,
    title: Option<String>,
}

impl File {
    /// Reads the bytes of a quiz: `name` is how messages call it.
    ///
    /// # Errors
    /// As [`Self::parse`], and if they are not UTF-8.
    pub fn read(name: String, bytes: Vec<u8>) -> Result<Self, Vec<Diagnostic>> {
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(name, text),
            Err(error) => Err(not_utf8(&name, error.as_bytes()).into_iter().collect()),
        }
    }

    /// Reads a quiz: `name` is how messages call it.
    ///
    /// # Errors
    /// All mistakes of notation; the file's own keys are looked at only if there are none.
    pub fn parse(name: String, text: String) -> Result<Self, Vec<Diagnostic>> {
        let source = Source::new(name, text);
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        if !errors.is_empty() {
            return Err(errors.iter().map(|error| notation(&source, error)).collect());
        }
        let mut reader = Reader { source: &source, places: vec![], mistakes: vec![] };
        let mut title = None;
        let mut value = Map::new();
        let choices = ["questions", "multipart", "title"];
        for (key, part) in table.get_ref() {
            let name = key.get_ref().as_ref();
            match (name, part.get_ref()) {
                ("title", DeValue::String(text)) => title = Some(text.to_string()),
                _ if PARTS.contains(&name) => {
                    let read = reader.value(part, Some(key.span()), format!("/{name}"));
                    value.insert(name.to_owned(), read);
                }
                ("title", _) => reader.mistakes.push(
                    Diagnostic::at(Span::new(&source, part.span()), "`title` must be text", "this is not")
                        .help("write `title = \"…\"`"),
                ),
                _ => reader.mistakes.push(
                    Diagnostic::at(
                        Span::new(&source, key.span()),
                        format!("unknown key `{name}`"),
                        "not a key of a quiz",
                    )
                    .maybe_help(suggest(name, &choices, "the keys of a quiz are")),
                ),
            }
        }
        let Reader { places, mistakes, .. } = reader;
        if mistakes.is_empty() { Ok(Self { value, places, title }) } else { Err(mistakes) }
    }

    /// The title, where the file has one.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Makes the questions a part of their block.
    pub fn put_into(self, block: &mut Block) {
        for (key, value) in self.value {
            block.put(&key, value);
        }
        for (pointer, key, value) in self.places {
            block.note(pointer, key, value);
        }
    }
}

/// A mistake of notation, in the parser's words.
fn notation(source: &Arc<Source>, error: &toml::de::Error) -> Diagnostic {
    let mut bytes = error.span().unwrap_or_default();
    // What was expected at a point is told by the character there.
    if bytes.is_empty() {
        bytes.end += 1;
    }
    Diagnostic::at(Span::new(source, bytes), "this quiz's TOML cannot be read", error.message().replace('\n', ", "))
        .help(
            "a quiz holds a `[[questions]]` for each question, then its keys, such as `id = \"…\"` and \
         `prompt.prompt = \"…\"`, each once; text stands in quotes, text of several lines in three",
        )
}

/// Turns TOML into what JSON would say, and notes where it stands.
struct Reader<'a> {
    source: &'a Arc<Source>,
    places: Vec<(String, Option<Range<usize>>, Span)>,
    mistakes: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn value(&mut self, read: &Spanned<DeValue<'_>>, key: Option<Range<usize>>, pointer: String) -> Value {
        let span = Span::new(self.source, read.span());
        let value = match read.get_ref() {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
            }
            DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
            DeValue::Boolean(yes) => Value::from(*yes),
            DeValue::Datetime(_) => {
                self.mistakes.push(
                    Diagnostic::at(span.clone(), "a quiz has no dates", "this is a date").help("write it in quotes"),
                );
                Value::Null
            }
            DeValue::Array(items) => {
                let items = items.iter().enumerate();
                Value::Array(items.map(|(index, item)| self.value(item, None, format!("{pointer}/{index}"))).collect())
            }
            DeValue::Table(table) => {
                let entries = table.iter().map(|(key, value)| {
                    let name = key.get_ref().as_ref();
                    let token = name.replace('~', "~0").replace('/', "~1");
                    (name.to_owned(), self.value(value, Some(key.span()), format!("{pointer}/{token}")))
                });
                Value::Object(entries.collect())
            }
        };
        self.places.push((pointer, key, span));
        value
    }
}

/// What mdbook-quiz has and this book has not, by name: better than "unknown". It is taken out of the block, so that
/// nothing more is found in it.
pub fn left_out(block: &mut Block) -> Vec<Diagnostic> {
    let mut mistakes = vec![];
    let count = block.value().get("questions").and_then(Value::as_array).map_or(0, Vec::len);
    for index in 0..count {
        let at = |key: &str| format!("/questions/{index}{key}");
        let reasons = block.key_span(&at("/promptExplanation"));
        let asked = block.value_mut(&at("")).and_then(Value::as_object_mut);
        if asked.is_some_and(|asked| asked.remove("promptExplanation").is_some()) {
            mistakes.push(
                Diagnostic::at(
                    reasons,
                    "this book collects no reasons",
                    "of mdbook-quiz, which sends them to its authors",
                )
                .help("take it out; questions that ask for reasons belong into “Check Your Understanding”"),
            );
        }
    }
    mistakes
}

/// A text of a quiz: its pointer, and whether it is Markdown.
pub fn texts(value: &Value) -> Vec<(String, bool)> {
    let mut texts = vec![];
    let mut note = |pointer: String, value: Option<&Value>, markdown: bool| match value {
        Some(Value::String(_)) => texts.push((pointer, markdown)),
        Some(Value::Array(items)) => {
            texts.extend((0..items.len()).map(|index| (format!("{pointer}/{index}"), markdown)));
        }
        _ => {}
    };
    for name in value.get("multipart").and_then(Value::as_object).into_iter().flat_map(|parts| parts.keys()) {
        let token = name.replace('~', "~0").replace('/', "~1");
        note(format!("/multipart/{token}"), value.pointer(&format!("/multipart/{token}")), true);
    }
    for (index, asked) in value.get("questions").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let plain = asked.get("type") == Some(&Value::from("ShortAnswer"));
        for (key, markdown) in [
            ("/prompt/prompt", true),
            ("/prompt/distractors", true),
            ("/answer/answer", !plain),
            ("/answer/alternatives", false),
            ("/context", true),
        ] {
            note(format!("/questions/{index}{key}"), asked.pointer(key), markdown);
        }
    }
    texts
}

/// The directives of a text of a quiz, each with the place where it is written.
pub fn directives(text: &str, markdown: bool, written: &Span) -> Vec<(Directive, Span)> {
    let outline = if markdown { Outline::new(text) } else { Outline::default() };
    let mut from = 0;
    let found = directives::find(text, &outline).into_iter();
    found
        .map(|directive| {
            let words = &text[directive.range.clone()];
            // As it stands in the file: nothing that a directive is made of has to be escaped there.
            let at = written.text()[from..].find(words).map(|at| from + at);
            let span = match at {
                Some(at) => {
                    from = at + words.len();
                    let start = written.bytes.start + at;
                    Span::new(&written.source, start..start + words.len())
                }
                None => written.clone(),
            };
            (directive, span)
        })
        .collect()
}

/// What is wrong with a directive that a quiz cannot carry out; nothing if it can.
pub fn misplaced(directive: &Directive, text: &str, place: &Span) -> Option<Diagnostic> {
    let help = "in a quiz stands `{{#run id.fact}}` and no other directive; to show the braces themselves, write a \
                backslash before them";
    let words = &text[directive.range.clone()];
    match directive.kind {
        Kind::Run { .. } | Kind::Escaped => None,
        _ => Some(
            Diagnostic::at(place.clone(), format!("`{words}` cannot stand in a quiz"), "this directive").help(help),
        ),
    }
}

/// Tells of the first formula in a text of a quiz: there they are not set. `place` is that of the text.
pub fn formula(text: &str, place: Span) -> Option<Diagnostic> {
    let source = Source::new(String::new(), text.to_owned());
    let (found, _) = formulas::find(&source, &Outline::new(text));
    let words = &text[found.first()?.range.clone()];
    Some(
        Diagnostic::at(place, format!("`{words}` would not be set as a formula"), "in this text of a quiz")
            .help("formulas stand in lessons: write this one before the quiz, or in words and code"),
    )
}

/// The id of the figure of a quiz that is called as its file: the name of the file, with a hyphen or a number in the place
/// of what no id has.
pub fn figure_of(stem: &str) -> String {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if stem.starts_with(|c: char| c.is_ascii_lowercase()) && stem.chars().all(fits) {
        return stem.to_owned();
    }
    let mut id = String::new();
    for c in stem.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => id.push(c),
            c if c.is_ascii() => id.push('-'),
            c => id.push_str(&format!("-{:x}-", u32::from(c))),
        }
    }
    let mut parts: Vec<&str> = id.split('-').filter(|part| !part.is_empty()).collect();
    if !parts.first().is_some_and(|first| first.starts_with(|c: char| c.is_ascii_lowercase())) {
        parts.insert(0, "quiz");
    }
    parts.join("-")
}

/// Links and pictures of a quiz that lead to nothing in the book whose sources are in `src`. The quiz stands on `page`.
pub fn astray(block: &Block, page: &str, src: &Path) -> Vec<Diagnostic> {
    let mut mistakes = vec![];
    for (pointer, _) in texts(block.value()).into_iter().filter(|(_, markdown)| *markdown) {
        let Some(text) = block.value().pointer(&pointer).and_then(Value::as_str) else { continue };
        for (_, address) in Outline::new(text).links {
            // What cannot be in the book is told with the text.
            let Some(path) = in_book(&address, page) else { continue };
            if is_there(&path, src) {
                continue;
            }
            let mut place = block.span(&pointer);
            if let Some(at) = place.text().find(&address) {
                let start = place.bytes.start + at;
                place = Span::new(&place.source, start..start + address.len());
            }
            let file = block.value().get("file").and_then(Value::as_str).unwrap_or_default();
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let beside = format!("{folder}/{address}");
            let help = match !folder.is_empty() && in_book(&beside, page).is_some_and(|path| is_there(&path, src)) {
                true => format!("did you mean `{beside}`? the path counts from the lesson's folder"),
                false => "the path counts from the lesson's folder".to_owned(),
            };
            mistakes.push(
                Diagnostic::at(place, format!("`{address}` leads nowhere"), "there is no such page or file").help(help),
            );
        }
    }
    mistakes
}

/// Whether there is a page or a file at that path of the site.
fn is_there(path: &str, src: &Path) -> bool {
    let path = path.split(['#', '?']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8_lossy();
    let page = path.strip_suffix(".html").map(|stem| {
        let index = stem.strip_suffix("index").filter(|folder| folder.is_empty() || folder.ends_with('/'));
        src.join(format!("{stem}.md")).is_file()
            || index.is_some_and(|folder| src.join(format!("{folder}README.md")).is_file())
    });
    let ours = BESIDE.contains(&&*path);
    // A folder stands for its first page.
    let folder = || src.join(&*path).is_dir() && is_there(&format!("{}/index.html", path.trim_end_matches('/')), src);
    page == Some(true) || ours || src.join(&*path).is_file() || (!path.ends_with(".html") && folder())
}

/// A file that cannot be read, with those that could be meant.
pub fn unreadable(block: &Block, folder: &Path, file: &str, error: &std::io::Error) -> Diagnostic {
    let wanted = Path::new(file);
    let beside = folder.join(wanted.parent().unwrap_or(Path::new("")));
    let mut there: Vec<String> = std::fs::read_dir(beside)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .map(|name| wanted.with_file_name(name).to_string_lossy().replace('\\', "/"))
        .collect();
    there.sort_unstable();
    let names: Vec<&str> = there.iter().map(String::as_str).collect();
    let message = match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no quiz `{file}`"),
        _ => format!("the quiz `{file}` cannot be read: {error}"),
    };
    Diagnostic::at(block.span("/file"), message, "the path counts from the lesson's folder").maybe_help(
        suggest(file, &names, "the files there are").or_else(|| Some("write the file, beside the lesson".to_owned())),
    )
}

/// Questions in a block that also names a file.
pub fn both(block: &Block) -> Vec<Diagnostic> {
    let twice = PARTS.iter().filter(|part| block.value().get(**part).is_some());
    twice
        .map(|part| {
            let pointer = format!("/{part}");
            Diagnostic::at(
                block.key_span(&pointer),
                format!("both `file` and `{}` are there", dotted(&pointer)),
                "this key",
            )
            .related(block.key_span("/file"), "the questions are read from this file")
            .help(format!("keep the questions in one place: {}", list(&["file", part])))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_gives_its_quiz_an_id() {
        for (stem, id) in [
            ("lost-replies", "lost-replies"),
            ("a--b-", "a--b-"),
            ("init_bloecke_01", "init-bloecke-01"),
            ("2D Listen", "quiz-2d-listen"),
            ("Blöcke (1)", "bl-f6-cke-1"),
            ("тест", "quiz-442-435-441-442"),
            ("_", "quiz"),
        ] {
            assert_eq!(figure_of(stem), id, "{stem}");
        }
    }
}
