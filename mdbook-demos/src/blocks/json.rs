//! One demo block: its JSON text, where each key and value of it stands, and everything that can be
//! wrong with it.

use std::{collections::HashMap, ops::Range, sync::Arc};

use anyhow::{Context, Result};
use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{self, ObjectPropName},
    common::Ranged,
};
use jsonschema::{Validator, error::ValidationErrorKind};
use serde_json::Value;
use widgets::chrome::registry::{Entry, Problem, nearest};

use crate::{
    blocks::schema::Schema,
    diagnostics::{Diagnostic, Source, Span, list, suggest},
};

/// The JSON Schemas of all demos' blocks, each compiled once.
pub struct Schemas {
    by_name: HashMap<&'static str, (Value, Validator)>,
}

impl Schemas {
    /// Compiles the schema of every demo.
    ///
    /// # Errors
    ///
    /// If a demo's schema is not a JSON Schema: a mistake in the registry, not in the book.
    pub fn new(entries: &'static [Entry]) -> Result<Self> {
        let by_name = entries
            .iter()
            .map(|entry| {
                let schema = (entry.schema)();
                let validator = jsonschema::validator_for(&schema)
                    .map_err(|error| anyhow::anyhow!("{error}"))
                    .with_context(|| format!("the registry's schema of the demo `{}`", entry.name))?;
                Ok((entry.name, (schema, validator)))
            })
            .collect::<Result<_>>()?;
        Ok(Self { by_name })
    }

    /// The schema of the demo of that name, as the registry gives it; nothing if there is no such demo.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.by_name.get(name).map(|(schema, _)| schema)
    }
}

/// A demo block as read: its JSON value, and where each part of the value is written.
#[derive(Debug)]
pub struct Block {
    source: Arc<Source>,
    spans: HashMap<String, Spans>,
    value: Value,
}

/// Where something stands. Not all of a block is in one text: a quiz has its questions in a file.
#[derive(Debug)]
struct Spans {
    source: Arc<Source>,
    key: Option<Range<usize>>,
    value: Range<usize>,
}

impl Block {
    /// Reads the JSON of a block, which stands at `body` in `source`: strictly, each key once.
    ///
    /// # Errors
    ///
    /// The mistakes of notation, which leave nothing to check.
    pub fn parse(source: &Arc<Source>, body: Range<usize>) -> Result<Self, Vec<Diagnostic>> {
        let text = &source.text[body.clone()];
        let wrong = |range: Range<usize>, label: String| {
            vec![Diagnostic::at(Span::new(source, range), "this demo's JSON cannot be read", label).help(
                "a demo block holds one JSON object: keys and texts in double quotes, commas \
                         between the keys, none after the last, no comments",
            )]
        };
        let shift = |range: jsonc_parser::common::Range| body.start + range.start..body.start + range.end;
        let strict = ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let parsed = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &strict).map_err(|error| {
            let mut range = shift(error.range());
            // A bracket that is never closed is told by the bracket, not by all that follows it.
            if range.is_empty() || source.text.get(range.clone()).is_none_or(|text| text.contains('\n')) {
                range.end = range.start + 1;
            }
            wrong(range, lower_first(&error.kind().to_string()))
        })?;
        let Some(ast) = parsed.value else {
            return Err(wrong(body.clone(), "there is nothing here".to_owned()));
        };
        if !matches!(ast, ast::Value::Object(_)) {
            return Err(wrong(shift(ast.range()), "this is not an object".to_owned()));
        }
        let mut spans = HashMap::new();
        let mut twice = Vec::new();
        walk(&ast, None, String::new(), (source, body.start), &mut spans, &mut twice);
        if !twice.is_empty() {
            return Err(twice
                .into_iter()
                .map(|(key, first, second)| {
                    Diagnostic::at(
                        Span::new(source, second),
                        format!("the key `{key}` is written twice"),
                        "written again here",
                    )
                    .related(Span::new(source, first), "first written here")
                    .help("keep one of the two")
                })
                .collect());
        }
        // Reads once more, by the parser whose numbers and texts the demos get.
        let value = serde_json::from_str(text).map_err(|error| {
            let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = body.start + line + error.column().saturating_sub(1);
            wrong(at..at + 1, error.to_string())
        })?;
        Ok(Self { source: source.clone(), spans, value })
    }

    /// A block that was not written as JSON: `value` is what it would say, and `written` the one place that stands for
    /// all of it.
    pub fn standing_for(written: &Span, value: Value) -> Self {
        let mut block = Self { source: written.source.clone(), spans: HashMap::new(), value: Value::Null };
        let keys: Vec<String> = value.as_object().into_iter().flat_map(|object| object.keys().cloned()).collect();
        block.value = value;
        block.note(String::new(), None, written.clone());
        for key in keys {
            block.note(format!("/{key}"), None, written.clone());
        }
        block
    }

    /// Whether the block was not written as JSON, but [stands for](Block::standing_for) something else.
    pub fn is_standing_for(&self) -> bool {
        self.spans.get("").is_some_and(|spans| !spans.source.text[spans.value.start..].starts_with('{'))
    }

    /// Where the text at a JSON pointer stands in the block, without its quotes.
    pub fn inside(&self, pointer: &str) -> Span {
        let mut span = self.span(pointer);
        let text = span.text();
        let quotes = ["\"\"\"", "'''", "\"", "'"]
            .iter()
            .find(|quotes| text.len() >= 2 * quotes.len() && text.starts_with(**quotes));
        if let Some(quotes) = quotes {
            let length = quotes.len();
            span.bytes = span.bytes.start + length..span.bytes.end - length;
        }
        span
    }

    /// Gives one of the block's own keys a value.
    pub fn put(&mut self, key: &str, value: Value) {
        if let Some(object) = self.value.as_object_mut() {
            object.insert(key.to_owned(), value);
        }
    }

    /// The value at a JSON pointer of the block, to be changed; nothing if there is none.
    pub fn value_mut(&mut self, pointer: &str) -> Option<&mut Value> {
        self.value.pointer_mut(pointer)
    }

    /// Notes where the value at a JSON pointer of the block stands, and where its key does.
    pub fn note(&mut self, pointer: String, key: Option<Range<usize>>, value: Span) {
        self.spans.insert(pointer, Spans { source: value.source, key, value: value.bytes });
    }

    /// The block's JSON value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The block's `id`; nothing if it is missing or no text.
    pub fn id(&self) -> Option<&str> {
        self.value.get("id").and_then(Value::as_str)
    }

    /// Where the value at a JSON pointer stands in the block; for a value that is not there, where its nearest parent
    /// begins.
    pub fn span(&self, pointer: &str) -> Span {
        match self.spans.get(pointer) {
            Some(spans) => Span::new(&spans.source, spans.value.clone()),
            None => self.opening(pointer),
        }
    }

    /// The opening bracket of the nearest object or list that is there.
    fn opening(&self, pointer: &str) -> Span {
        let mut pointer = pointer;
        loop {
            if let Some(spans) = self.spans.get(pointer) {
                let start = spans.value.start;
                // A table of TOML has no bracket at its end: it is told by its first line.
                let end = match spans.source.text[start..].starts_with(['{', '[']) {
                    _ if is_toml(&spans.source) => first_line(&spans.source, start),
                    true => start + 1,
                    false => spans.value.end,
                };
                return Span::new(&spans.source, start..end);
            }
            match pointer.rfind('/') {
                Some(cut) => pointer = &pointer[..cut],
                None => return Span::new(&self.source, 0..0),
            }
        }
    }

    /// Where the key of the value at a JSON pointer stands in the block.
    pub fn key_span(&self, pointer: &str) -> Span {
        match self.spans.get(pointer).and_then(|spans| Some((&spans.source, spans.key.clone()?))) {
            Some((source, key)) => Span::new(source, key),
            None => self.span(pointer),
        }
    }

    /// The stretch `within` (bytes of the decoded text) of the text at `pointer`.
    fn within(&self, pointer: &str, within: Range<usize>) -> Span {
        let whole = self.span(pointer);
        let literal = whole.text();
        let Some(inner) = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
            return whole;
        };
        let bytes = encoded(inner, within);
        let start = whole.bytes.start + 1;
        let mut bytes = start + bytes.start..start + bytes.end;
        if bytes.is_empty() {
            // Something is missing at this point: show the point.
            bytes.end += 1;
        }
        Span::new(&whole.source, bytes)
    }

    /// The mistakes that the demo's schema finds in the block, one for each place.
    pub fn check_schema(&self, entry: &Entry, schemas: &Schemas) -> Vec<Diagnostic> {
        let Some((schema, validator)) = schemas.by_name.get(entry.name) else {
            return Vec::new();
        };
        let root = Schema::new(schema);
        let mut found: Vec<Diagnostic> = Vec::new();
        for error in validator.iter_errors(&self.value) {
            let pointer = error.instance_path().as_str();
            let new: Vec<Diagnostic> = match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected }
                | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                    unexpected.iter().map(|key| self.unknown_key(entry, root, pointer, key)).collect()
                }
                ValidationErrorKind::Required { property } => {
                    vec![self.missing_key(entry, root, pointer, property.as_str().unwrap_or_default())]
                }
                _ => vec![self.wrong_value(root, pointer, &error)],
            };
            for diagnostic in new {
                // A value that fits no alternative fails several rules at once: one mistake is enough.
                if !found.iter().any(|other| other.place == diagnostic.place) {
                    found.push(diagnostic);
                }
            }
        }
        found
    }

    /// The mistakes that are told of the problems that the run of the block has, each at its place.
    pub fn told(&self, entry: &Entry, problems: Vec<Problem>) -> Vec<Diagnostic> {
        problems.into_iter().map(|problem| self.problem(entry, problem)).collect()
    }

    fn problem(&self, entry: &Entry, problem: Problem) -> Diagnostic {
        let span = match problem.within {
            _ if problem.key => self.key_span(&problem.pointer),
            Some(within) => self.within(&problem.pointer, within),
            None if problem.pointer.is_empty() => self.opening(""),
            None => self.span(&problem.pointer),
        };
        let label = if problem.pointer.starts_with("/expect") {
            "this is not what the run yields"
        } else if problem.pointer.is_empty() {
            ""
        } else if problem.key {
            "this key"
        } else {
            "this cannot be"
        };
        let message = format!("demo `{}`: {}", entry.name, problem.message);
        Diagnostic::at(span, message, label).maybe_help(problem.help)
    }

    fn unknown_key(&self, entry: &Entry, root: Schema<'_>, pointer: &str, key: &str) -> Diagnostic {
        let child = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        let known: Vec<&str> = root
            .lookup(pointer)
            .map(|schema| schema.keys().into_iter().map(|key| key.name).collect())
            .unwrap_or_default();
        // A key that is written elsewhere in the object is hardly what was meant here.
        let free: Vec<&str> =
            known.iter().copied().filter(|name| !self.spans.contains_key(&format!("{pointer}/{name}"))).collect();
        let owner = match pointer {
            "" => format!("the demo `{}`", entry.name),
            _ => format!("`{}`", dotted(pointer)),
        };
        let help = match nearest(key, free.iter().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => suggest(key, &known, &format!("the keys of {owner} are")),
        };
        Diagnostic::at(self.key_span(&child), format!("unknown key `{key}`"), format!("not a key of {owner}"))
            .maybe_help(help)
    }

    fn missing_key(&self, entry: &Entry, root: Schema<'_>, pointer: &str, key: &str) -> Diagnostic {
        let owner = match pointer {
            "" => format!("the demo `{}`", entry.name),
            _ => format!("`{}`", dotted(pointer)),
        };
        let meaning = root
            .lookup(pointer)
            .and_then(|schema| schema.keys().into_iter().find(|known| known.name == key))
            .map(|known| known.description())
            .filter(|meaning| !meaning.is_empty());
        let place = self.opening(pointer);
        let (written, whole) = match is_toml(&place.source) {
            true => (format!("{key} = …"), "table"),
            false => (format!("\"{key}\": …"), "object"),
        };
        let help = match meaning {
            Some(meaning) => format!("add `{written}`: {}", lower_first(meaning.trim_end_matches('.'))),
            None => format!("add `{written}`"),
        };
        Diagnostic::at(place, format!("{owner} needs the key `{key}`"), format!("`{key}` is missing in this {whole}"))
            .help(help)
    }

    fn wrong_value(&self, root: Schema<'_>, pointer: &str, error: &jsonschema::ValidationError<'_>) -> Diagnostic {
        let span = if pointer.is_empty() { self.opening("") } else { self.span(pointer) };
        let name = match pointer {
            "" => "the block".to_owned(),
            _ => format!("`{}`", dotted(pointer)),
        };
        let written = self.value.pointer(pointer).unwrap_or(&Value::Null);
        let Some(expected) = root.lookup(pointer) else {
            return Diagnostic::at(span, format!("{name}: {error}"), "");
        };
        let words = expected.words();
        if !words.is_empty() {
            let help = match written.as_str().and_then(|text| nearest(text, words.iter().copied())) {
                Some(near) => format!("did you mean `{near}`? The choices are: {}", list(&words)),
                None => format!("the choices are: {}", list(&words)),
            };
            return Diagnostic::at(span, format!("{name} is not one of its choices"), "not one of the choices")
                .help(help);
        }
        let kind = expected.kind();
        let bounds = expected.bounds();
        let allowed = if bounds.is_empty() { kind.clone() } else { format!("{kind}, {bounds}") };
        match error.kind() {
            ValidationErrorKind::Type { .. }
            | ValidationErrorKind::AnyOf { .. }
            | ValidationErrorKind::OneOfNotValid { .. } => {
                Diagnostic::at(span, format!("{name} must be {kind}"), format!("this is {}", what_is(written)))
                    .help(format!("write {allowed}"))
            }
            ValidationErrorKind::Pattern { .. } => {
                Diagnostic::at(span, format!("{name} has the wrong form"), format!("must be {allowed}"))
                    .maybe_help(expected.description().map(str::to_owned))
            }
            _ if !bounds.is_empty() => {
                Diagnostic::at(span, format!("{name} is out of range"), format!("must be {bounds}"))
                    .help(format!("write {allowed}"))
            }
            _ => Diagnostic::at(span, format!("{name}: {error}"), format!("must be {allowed}")),
        }
    }
}

/// Notes where each value and each key stands, and the keys that occur twice in one object.
fn walk(
    value: &ast::Value<'_>,
    key: Option<Range<usize>>,
    pointer: String,
    from: (&Arc<Source>, usize),
    spans: &mut HashMap<String, Spans>,
    twice: &mut Vec<(String, Range<usize>, Range<usize>)>,
) {
    let (source, offset) = from;
    let shift = |range: jsonc_parser::common::Range| offset + range.start..offset + range.end;
    match value {
        ast::Value::Object(object) => {
            let mut seen: HashMap<&str, Range<usize>> = HashMap::new();
            for property in &object.properties {
                let ObjectPropName::String(name) = &property.name else {
                    continue;
                };
                let range = shift(name.range);
                if let Some(first) = seen.get(name.value.as_ref()) {
                    twice.push((name.value.to_string(), first.clone(), range));
                    continue;
                }
                seen.insert(&name.value, range.clone());
                let token = name.value.replace('~', "~0").replace('/', "~1");
                walk(&property.value, Some(range), format!("{pointer}/{token}"), from, spans, twice);
            }
        }
        ast::Value::Array(array) => {
            for (index, element) in array.elements.iter().enumerate() {
                walk(element, None, format!("{pointer}/{index}"), from, spans, twice);
            }
        }
        _ => {}
    }
    spans.insert(pointer, Spans { source: source.clone(), key, value: shift(value.range()) });
}

/// Whether a text is TOML.
fn is_toml(source: &Source) -> bool {
    source.path.ends_with(".toml")
}

/// Where the line ends in which `start` is.
fn first_line(source: &Source, start: usize) -> usize {
    source.text[start..].find(['\n', '\r']).map_or(source.text.len(), |length| start + length)
}

/// Which bytes of a JSON text's notation (without its quotes) stand for the bytes `within` of its
/// value.
fn encoded(notation: &str, within: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (None, None);
    let mut decoded = 0;
    let mut rest = notation;
    loop {
        let at = notation.len() - rest.len();
        if decoded >= within.start {
            start.get_or_insert(at);
        }
        if decoded >= within.end {
            end.get_or_insert(at);
        }
        let (long, short) = match rest.as_bytes() {
            [] => break,
            [b'\\', b'u', ..] => {
                let unit = |text: &str| u16::from_str_radix(text.get(2..6)?, 16).ok();
                match unit(rest) {
                    Some(0xD800..=0xDBFF) => (12, 4),
                    Some(0..0x80) => (6, 1),
                    Some(0x80..0x800) => (6, 2),
                    _ => (6, 3),
                }
            }
            [b'\\', ..] => (2, 1),
            _ => {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                (length, length)
            }
        };
        decoded += short;
        rest = rest.get(long..).unwrap_or_default();
    }
    start.unwrap_or(notation.len())..end.unwrap_or(notation.len())
}

/// A JSON pointer in an author's words: `/faults/0` as `faults[0]`.
pub fn dotted(pointer: &str) -> String {
    let mut out = String::new();
    for token in pointer.split('/').skip(1) {
        if token.bytes().all(|b| b.is_ascii_digit()) {
            out.push_str(&format!("[{token}]"));
        } else {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(&token.replace("~1", "/").replace("~0", "~"));
        }
    }
    out
}

fn what_is(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a whole number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        // Not in abbreviations.
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_the_value_are_found_in_its_notation() {
        assert_eq!(encoded("abc", 1..2), 1..2);
        assert_eq!(encoded(r"a\nb", 2..3), 3..4);
        assert_eq!(encoded(r"\u00e9x", 2..3), 6..7);
        assert_eq!(encoded(r"\ud83d\ude00x", 4..5), 12..13);
        assert_eq!(encoded("é", 0..2), 0..2);
        assert_eq!(encoded("abc", 3..3), 3..3);
    }

    #[test]
    fn pointers_lead_to_keys_and_values() {
        let text = r#"xx { "a": [1, {"b/c": "tä\u0041"}] }"#;
        let source = Source::new("x.md", text);
        let block = Block::parse(&source, 3..text.len()).unwrap();
        assert_eq!(block.span("/a/0").text(), "1");
        assert_eq!(block.key_span("/a").text(), "\"a\"");
        assert_eq!(block.span("/a/1/b~1c").text(), r#""tä\u0041""#);
        assert_eq!(block.within("/a/1/b~1c", 3..4).text(), r"\u0041");
        assert_eq!(block.span("/a/7").text(), "[");
    }
}
