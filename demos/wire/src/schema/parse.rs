//! From a text to a schema. The parser makes a descriptor, as protoc does; here names get their meaning, and what
//! protoc checks afterwards is checked.

use std::{
    cmp::Ordering,
    ops::{Range, RangeInclusive},
};

use miette::{Diagnostic, LabeledSpan};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, UninterpretedOption,
    field_descriptor_proto::{self, Type},
    source_code_info::Location,
};

use super::{
    EnumId, EnumType, Field, Kind, Label, MAX_FIELDS, MAX_NUMBER, MAX_TEXT, MAX_VALUES, MessageId, MessageType,
    Problem, Schema, in_that_order, nearest, sorted,
};

/// Whoever has that many is not helped by more.
const MAX_PROBLEMS: usize = 50;
/// The longest name of a package, in bytes: each of its parts is a name too.
const MAX_PACKAGE: usize = 200;
/// What a text without its first line is read as.
const SYNTAX: &str = "syntax=\"proto3\";";
/// Numbers that protobuf itself uses.
const OWN_NUMBERS: RangeInclusive<u32> = 19_000..=19_999;

/// The numbers by which descriptor.proto names the parts of a descriptor: places are asked for by them.
mod part {
    pub const PACKAGE: i32 = 2;
    pub const DEPENDENCY: i32 = 3;
    pub const FILE_MESSAGE: i32 = 4;
    pub const FILE_ENUM: i32 = 5;
    pub const SERVICE: i32 = 6;
    pub const FILE_EXTENSION: i32 = 7;
    pub const FILE_OPTIONS: i32 = 8;

    pub const NAME: i32 = 1;
    pub const FIELD: i32 = 2;
    pub const MESSAGE: i32 = 3;
    pub const ENUM: i32 = 4;
    pub const EXTENSION_RANGE: i32 = 5;
    pub const EXTENSION: i32 = 6;
    pub const MESSAGE_OPTIONS: i32 = 7;
    pub const ONEOF: i32 = 8;
    pub const RESERVED_NUMBERS: i32 = 9;
    pub const RESERVED_NAMES: i32 = 10;

    pub const NUMBER: i32 = 3;
    pub const TYPE: i32 = 5;
    pub const TYPE_NAME: i32 = 6;
    pub const JSON_NAME: i32 = 10;
    pub const FIELD_OPTIONS: i32 = 8;

    pub const ENUM_VALUE: i32 = 2;
    pub const ENUM_OPTIONS: i32 = 3;
    pub const ENUM_RESERVED_NUMBERS: i32 = 4;
    pub const ENUM_RESERVED_NAMES: i32 = 5;

    pub const ENUM_VALUE_NUMBER: i32 = 2;
    pub const ENUM_VALUE_OPTIONS: i32 = 3;
    pub const ONEOF_OPTIONS: i32 = 2;

    pub const OPTION: i32 = 999;
}

pub(super) fn parse(text: &str) -> Result<Schema, Vec<Problem>> {
    if text.len() > MAX_TEXT {
        let message = format!("This schema has {} bytes; there is room for {MAX_TEXT}.", text.len());
        return Err(vec![Problem::new(text, 0..0, message, Some("Leave out what the question is not about.".into()))]);
    }
    let (source, shift, first) = with_syntax(text);
    let parsed = match &source {
        Some(source) => protox_parse::parse("", source),
        None => return Err(first.into_iter().collect()),
    };
    match parsed {
        Ok(file) => {
            let locations = file.source_code_info.as_ref().map_or(&[][..], |info| &info.location);
            let mut reader = Reader {
                text,
                shift,
                line_starts: line_starts(source.as_deref().unwrap_or(text)),
                locations,
                symbols: Vec::new(),
                problems: first.into_iter().collect(),
                schema: Schema { text: text.to_owned(), messages: Vec::new(), enums: Vec::new() },
            };
            reader.file(&file);
            if reader.problems.is_empty() { Ok(reader.schema) } else { Err(Problem::in_order(reader.problems)) }
        }
        Err(error) => Err(damaged(text, shift, first, &error)),
    }
}

fn line_starts(source: &str) -> Vec<usize> {
    std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

// --- The first line -------------------------------------------------------------------------------------------------

/// The text as proto3, whatever it says it is, so that the other mistakes are found too; by how many bytes it is
/// longer in front; and what is to be said about its syntax. No text, if it makes no sense to read on.
fn with_syntax(text: &str) -> (Option<String>, usize, Option<Problem>) {
    let start = text.len() - skip_comments(text).len();
    let word: &str = &text[start..start + word_length(&text[start..])];
    let problem =
        |at, message: &str, help: &str| Some(Problem::new(text, at, message.to_owned(), Some(help.to_owned())));
    match word {
        "syntax" => {
            let rest = skip_comments(&text[start + word.len()..]);
            let quoted = rest.strip_prefix('=').map(skip_comments).and_then(|rest| {
                let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
                let inner = &rest[1..];
                Some(&inner[..inner.find(quote)?])
            });
            let Some(syntax) = quoted else {
                return (Some(text.to_owned()), 0, None);
            };
            // Both are parts of the text, so their distance is a place in it.
            let at = syntax.as_ptr() as usize - text.as_ptr() as usize;
            let at = at..at + syntax.len();
            match syntax {
                "proto3" => (Some(text.to_owned()), 0, None),
                "proto2" => {
                    let mut source = text.to_owned();
                    source.replace_range(at.clone(), "proto3");
                    let help = "Write proto3. The bytes are the same; required fields, groups and default values are \
                                what proto3 has no more.";
                    (Some(source), 0, problem(at, "This lab reads proto3 only, and this says proto2.", help))
                }
                _ => {
                    let message = format!("There is no syntax “{syntax}”.");
                    let help = "Write syntax = \"proto3\";".to_owned();
                    (None, 0, Some(Problem::new(text, at, message, Some(help))))
                }
            }
        }
        "edition" => {
            let help = "Write syntax = \"proto3\"; instead. Editions name the same behaviours one by one, as features.";
            (None, 0, problem(start..start + word.len(), "This lab leaves editions out; it reads proto3.", help))
        }
        _ => {
            let message = "The schema does not say which language it is in. protoc would take it for proto2, with a \
                           warning.";
            let help = "Begin with syntax = \"proto3\";";
            (Some(format!("{SYNTAX}{text}")), SYNTAX.len(), problem(start..start + word.len(), message, help))
        }
    }
}

/// What follows white space and comments.
fn skip_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        if let Some(comment) = text.strip_prefix("//") {
            text = comment.find('\n').map_or("", |end| &comment[end..]);
        } else if let Some(comment) = text.strip_prefix("/*") {
            let end = comment.as_bytes().windows(2).position(|two| two == b"*/");
            text = end.map_or("", |end| &comment[end + 2..]);
        } else {
            return text;
        }
    }
}

fn word_length(text: &str) -> usize {
    text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(text.len())
}

// --- Damaged syntax -------------------------------------------------------------------------------------------------

/// The parser's own words are for people who wrote many schemas. Of each: how its message begins, what to say instead
/// (`%` is the text at the place), and what helps. Whatever is not here is passed on.
const IN_OUR_WORDS: &[(&str, &str, &str)] = &[
    ("invalid token", "“%” has no meaning in a schema.", "Names have the letters a to z, digits and underscores."),
    ("integer is too large", "The number % is too large.", ""),
    ("unterminated string", "This quotation has no end on its line.", "Close it with the mark it began with."),
    ("invalid string", "“%” cannot stand in a quotation.", "Write \\\\ for a backslash."),
    ("string is not valid utf-8", "This quotation is not UTF-8.", "Escapes have to make whole characters."),
    ("nested block comments", "A comment cannot have another one in it.", "Begin the inner lines with // instead."),
    ("invalid identifier", "% cannot be the name of a field.", "Names are letters, digits and underscores."),
    ("multiple package names", "The package is named twice.", "Keep one of the two."),
    ("whitespace is required", "A space is missing after the number.", "Names do not begin with a digit."),
    ("'#' comments", "A comment does not begin with #.", "Comments begin with // or stand between /* and */."),
    ("identifiers may not be negative", "A minus cannot stand before a word.", ""),
    (
        "message numbers must",
        "% cannot be the number of a field: they go from 1 to 536,870,911 (2²⁹ − 1).",
        "With the three bits of the wire type a number has to fit into the 32 bits of a tag.",
    ),
    ("enum numbers must", "% is outside of what an enum's number can be: 32 bits with a sign.", ""),
    (
        "default values are not",
        "proto3 has no default values of one's own.",
        "Leave default out: an absent field reads as 0, false or empty in every program.",
    ),
    (
        "map fields may not have default",
        "proto3 has no default values of one's own.",
        "Leave default out: an absent map reads as empty.",
    ),
    (
        "repeated fields may not have default",
        "proto3 has no default values of one's own.",
        "Leave default out: an absent list reads as empty.",
    ),
    ("map fields cannot have labels", "A map takes no “%”.", "Leave it out: a map has any number of pairs anyway."),
    (
        "oneof fields cannot have labels",
        "A member of a oneof takes no “%”.",
        "Leave it out: which member is set is known anyway. For a list, put a message around it.",
    ),
    ("groups are not allowed", "proto3 has no groups.", "Declare a message, and a field of that type."),
    (
        "required fields are not",
        "proto3 has no required fields.",
        "Leave required out, or write optional: then it can be told whether the field was set.",
    ),
    ("map fields are not allowed in a oneof", "A map cannot be in a oneof.", "Put a message with the map around it."),
    (
        "a map field key type",
        "% cannot be the key of a map.",
        "Keys are integers, bool or string: what two runtimes always agree on being equal.",
    ),
    ("a oneof must have", "This oneof has no member.", "Give it a field, or remove it."),
    ("reached maximum recursion", "Messages stand in each other too deep.", "31 levels are the most."),
    ("expected value to be a string", "The value has to be in quotation marks.", ""),
    ("expected value to be", "% is no value that an option can have.", ""),
    ("extension fields", "This lab leaves extensions out, and proto3 has next to none.", ""),
    ("invalid group name", "This name cannot stand here.", ""),
];

/// The parser's errors as problems.
fn damaged(text: &str, shift: usize, first: Option<Problem>, error: &protox_parse::ParseError) -> Vec<Problem> {
    let mut problems: Vec<Problem> = first.into_iter().collect();
    let mut lost = false;
    let mut add = |said: String, labels: Option<Box<dyn Iterator<Item = LabeledSpan> + '_>>| {
        // Of two places, the second is the one too many.
        let span = labels.and_then(Iterator::last);
        let at = span.map_or(text.len()..text.len(), |span| {
            let start = span.offset().saturating_sub(shift).min(text.len());
            start..(start + span.len()).min(text.len())
        });
        let unexpected = said.strip_prefix("expected ").filter(|rest| !rest.starts_with("value to be"));
        if let Some(expected) = unexpected {
            // After an error the parser goes on at the next `message`, `enum` …, wherever that stands: what it does
            // not expect outside of all is mostly the rest of what it left. And one mistake at a place is enough.
            let known = problems.iter().any(|known| known.at.start <= at.start && at.start <= known.at.end);
            if lost && (known || expected.starts_with(OUTSIDE)) {
                return;
            }
        }
        lost = true;
        if problems.len() < MAX_PROBLEMS {
            let (message, help) = reworded(text, &said, unexpected, &at);
            problems.push(Problem::new(text, at, message, (!help.is_empty()).then_some(help)));
        }
    };
    add(error.to_string(), error.labels());
    for other in error.related().into_iter().flatten() {
        add(other.to_string(), other.labels());
    }
    Problem::in_order(problems)
}

/// How the parser begins to say what it expects outside of messages and enums.
const OUTSIDE: &str = "'enum', 'extend', 'import'";

fn reworded(text: &str, said: &str, unexpected: Option<&str>, at: &Range<usize>) -> (String, String) {
    if let Some((expected, found)) = unexpected.and_then(|rest| cut(rest, ", but found ")) {
        let found = if found.contains('\n') { "the end of the line" } else { found };
        let found = found.strip_prefix('\'').and_then(|found| found.strip_suffix('\'')).unwrap_or(found);
        // What the declaration begins with that does not go on as it should.
        let before = &text[..at.start];
        let begun = &before[before.rfind([';', '{', '}', '/']).map_or(0, |end| end + 1)..];
        let first = begun.trim_start();
        let first = if first.is_empty() { found } else { &first[..word_length(first)] };
        let keywords = ["message", "enum", "oneof", "repeated", "optional", "reserved", "option", "package"];
        let is_keyword = keywords.contains(&first);

        if matches!(found, "<" | "[") && !expected.starts_with("';'") {
            let message = format!("A type does not go on with “{found}”.");
            return (
                message,
                "A list is written repeated int32 codes = 1; a map map<string, int32> counts = 1;".into(),
            );
        }
        if expected.starts_with("';'")
            && (found == "}" || found.starts_with(|letter: char| letter.is_ascii_alphabetic()))
        {
            let help = if begun.contains('\n') && text[before.trim_end().len()..at.start].contains('\n') {
                "Put it at the end of the line before."
            } else {
                ""
            };
            return (format!("A semicolon is missing before “{found}”."), help.to_owned());
        }
        if expected.starts_with(OUTSIDE) {
            let message = format!("Here should be a message or an enum, not “{found}”.");
            let help = match nearest(found, keywords.into_iter()) {
                Some(near) => format!("Did you mean {near}?"),
                None if found == "}" => "There is one closing brace too many.".to_owned(),
                None if found == "syntax" => "The syntax is named once, before everything else.".to_owned(),
                None => "Fields stand in a message: message Name { int32 count = 1; }".to_owned(),
            };
            return (message, help);
        }
        let help = match nearest(first, keywords.into_iter()).filter(|_| !is_keyword) {
            Some(near) => format!("Did you mean {near}, where it says {first}?"),
            None if expected == "'='" => {
                "A name has a number: int32 count = 1; in a message, COLOUR_RED = 1; in an enum.".to_owned()
            }
            None if expected.ends_with("or string") => {
                "Reserved are numbers, as in 2, 9 to 11, or names in quotation marks, as in \"foo\".".to_owned()
            }
            None => String::new(),
        };
        return (format!("Here should be {}, not “{found}”.", requoted(expected)), help);
    }
    if let Some((expected, _)) = unexpected.and_then(|rest| cut(rest, ", but reached end of file")) {
        return match expected {
            "comment terminator" => ("A comment that begins with /* has no end.".into(), "Close it with */.".into()),
            "string terminator" => ("A quotation has no end.".into(), "Close it with the mark it began with.".into()),
            _ if cut(expected, "'}'").is_some() => {
                ("The text ends before a brace is closed.".into(), "Put a } here.".into())
            }
            _ => (format!("The text ends where {} should be.", requoted(expected)), String::new()),
        };
    }
    let there = text[at.clone()].trim_end();
    for (begins, message, help) in IN_OUR_WORDS {
        if said.starts_with(begins) {
            return (
                match message.split_once('%') {
                    Some((before, after)) => format!("{before}{there}{after}"),
                    None => (*message).to_owned(),
                },
                (*help).to_owned(),
            );
        }
    }
    (said.to_owned(), String::new())
}

/// What is before and after the first `mark`.
fn cut<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let at = (0..text.len()).find(|&at| text.as_bytes()[at..].starts_with(mark.as_bytes()))?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// With our quotation marks.
fn requoted(words: &str) -> String {
    let mut inside = false;
    let mut requoted = String::with_capacity(words.len() + 8);
    for letter in words.chars() {
        if letter == '\'' {
            requoted.push(if inside { '”' } else { '“' });
            inside = !inside;
        } else {
            requoted.push(letter);
        }
    }
    requoted
}

// --- Meaning --------------------------------------------------------------------------------------------------------

/// What a name stands for. All share one space of names, as in protoc.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Package,
    Message(MessageId),
    Enum(EnumId),
    Field,
    Oneof,
    EnumValue,
    /// The message that a map is on the wire.
    Entry,
}

struct Symbol {
    /// With the package.
    name: String,
    what: What,
    at: Range<usize>,
}

struct Reader<'a> {
    text: &'a str,
    /// By how many bytes the text that was parsed is longer in front.
    shift: usize,
    /// Of the text that was parsed.
    line_starts: Vec<usize>,
    locations: &'a [Location],
    /// Sorted by name, once all are known.
    symbols: Vec<Symbol>,
    problems: Vec<Problem>,
    schema: Schema,
}

/// A declaration, with what has to be known to read what is in it.
struct Declared<'d, T> {
    what: &'d T,
    path: Vec<i32>,
    /// With the package.
    full: String,
    /// Without.
    name: String,
    at: Range<usize>,
}

#[derive(Default)]
struct All<'d> {
    messages: Vec<Declared<'d, DescriptorProto>>,
    enums: Vec<Declared<'d, EnumDescriptorProto>>,
}

impl Reader<'_> {
    fn file(&mut self, file: &FileDescriptorProto) {
        self.left_out(file);
        let package = file.package();
        let mut all = All::default();
        for (index, message) in file.message_type.iter().enumerate() {
            self.declare_message(&mut all, message, vec![part::FILE_MESSAGE, count(index)], package, "");
        }
        for (index, kind) in file.enum_type.iter().enumerate() {
            self.declare_enum(&mut all, kind, vec![part::FILE_ENUM, count(index)], package, "");
        }
        if self.too_many(&all) {
            return;
        }
        if package.len() > MAX_PACKAGE {
            let message = format!("The name of a package has at most {MAX_PACKAGE} letters here.");
            self.problem(&[part::PACKAGE], message, "Shorten it: it is in no byte of a message.");
            return;
        }
        let order = sorted(all.enums.len(), &|a, b| all.enums[a].at.start.cmp(&all.enums[b].at.start));
        all.enums = in_that_order(all.enums, &order);

        for (end, _) in package.match_indices('.').chain((!package.is_empty()).then_some((package.len(), ""))) {
            self.symbols.push(Symbol { name: package[..end].to_owned(), what: What::Package, at: 0..0 });
        }
        for (id, declared) in all.messages.iter().enumerate() {
            self.name_message(id, declared);
        }
        for (id, declared) in all.enums.iter().enumerate() {
            self.name_enum(id, declared);
        }
        let symbols = std::mem::take(&mut self.symbols);
        let order = sorted(symbols.len(), &|a, b| {
            let (a, b) = (&symbols[a], &symbols[b]);
            a.name.cmp(&b.name).then(a.at.start.cmp(&b.at.start))
        });
        self.symbols = in_that_order(symbols, &order);
        self.names_used_twice();

        for declared in &all.enums {
            self.enumeration(declared);
        }
        for declared in &all.messages {
            self.message(declared);
        }
    }

    /// What this lab has no room for.
    fn left_out(&mut self, file: &FileDescriptorProto) {
        for (index, import) in file.dependency.iter().enumerate() {
            let help = if import.starts_with("google/protobuf/") {
                "Write what you need of it into this file: a Timestamp is a message with int64 seconds = 1 and int32 \
                 nanos = 2."
            } else {
                "Write what you need of that file into this one."
            };
            self.problem(
                &[part::DEPENDENCY, count(index)],
                "This lab leaves imports out: it has one file.".into(),
                help,
            );
        }
        for index in 0..file.service.len() {
            let message = "This lab leaves services out: on the wire there are only their messages.".into();
            self.problem(&[part::SERVICE, count(index)], message, "Remove the service.");
        }
        if !file.extension.is_empty() {
            self.extensions(&[part::FILE_EXTENSION]);
        }
        let known = [
            "java_package",
            "java_outer_classname",
            "java_multiple_files",
            "java_generate_equals_and_hash",
            "java_string_check_utf8",
            "java_generic_services",
            "optimize_for",
            "go_package",
            "cc_generic_services",
            "cc_enable_arenas",
            "py_generic_services",
            "deprecated",
            "objc_class_prefix",
            "csharp_namespace",
            "swift_prefix",
            "php_class_prefix",
            "php_namespace",
            "php_metadata_namespace",
            "ruby_package",
        ];
        if let Some(options) = &file.options {
            self.options(&[part::FILE_OPTIONS], &options.uninterpreted_option, &known, &mut []);
        }
    }

    fn extensions(&mut self, path: &[i32]) {
        let message = "This lab leaves extensions out; proto3 has them for custom options only.".into();
        self.problem(path, message, "Declare the field in the message itself.");
    }

    fn declare_message<'d>(
        &self,
        all: &mut All<'d>,
        message: &'d DescriptorProto,
        path: Vec<i32>,
        around_full: &str,
        around: &str,
    ) {
        let (full, name) = (joined(around_full, message.name()), joined(around, message.name()));
        let here = all.messages.len();
        all.messages.push(Declared { what: message, at: self.place(&path), path, full, name });
        let below = |all: &All, tag, index| {
            let mut path = all.messages[here].path.clone();
            path.extend([tag, count(index)]);
            (path, all.messages[here].full.clone(), all.messages[here].name.clone())
        };
        for (index, inner) in message.nested_type.iter().enumerate().filter(|(_, inner)| !is_entry(inner)) {
            let (path, full, name) = below(all, part::MESSAGE, index);
            self.declare_message(all, inner, path, &full, &name);
        }
        for (index, inner) in message.enum_type.iter().enumerate() {
            let (path, full, name) = below(all, part::ENUM, index);
            self.declare_enum(all, inner, path, &full, &name);
        }
    }

    fn declare_enum<'d>(
        &self,
        all: &mut All<'d>,
        kind: &'d EnumDescriptorProto,
        path: Vec<i32>,
        around_full: &str,
        around: &str,
    ) {
        let (full, name) = (joined(around_full, kind.name()), joined(around, kind.name()));
        all.enums.push(Declared { what: kind, at: self.place(&path), path, full, name });
    }

    /// Whether there is more than this lab looks at on every key stroke; it is said.
    fn too_many(&mut self, all: &All) -> bool {
        let mut fields = 0;
        let mut reserved = 0;
        let mut values = 0;
        for Declared { what, at, .. } in &all.messages {
            fields += what.field.len();
            reserved += what.reserved_range.len() + what.reserved_name.len();
            if fields > MAX_FIELDS {
                return self.too_much(at.clone(), MAX_FIELDS, "fields");
            }
        }
        for Declared { what, at, .. } in &all.enums {
            values += what.value.len();
            reserved += what.reserved_range.len() + what.reserved_name.len();
            if values > MAX_VALUES {
                return self.too_much(at.clone(), MAX_VALUES, "enum values");
            }
        }
        reserved > MAX_VALUES && self.too_much(0..0, MAX_VALUES, "reserved numbers and names")
    }

    fn too_much(&mut self, at: Range<usize>, most: usize, of_what: &str) -> bool {
        let message = format!("There are too many {of_what}: this lab takes {most} in all.");
        self.problem_at(at, message, "Leave out what the question is not about.");
        true
    }

    fn name_message(&mut self, id: MessageId, declared: &Declared<DescriptorProto>) {
        let Declared { what, path, full, .. } = declared;
        self.name(full.clone(), What::Message(id), path, &[part::NAME]);
        for (index, field) in what.field.iter().enumerate() {
            self.name(joined(full, field.name()), What::Field, path, &[part::FIELD, count(index), part::NAME]);
            if let Some(entry) = entry_of(what, field) {
                let of_field = [part::FIELD, count(index), part::NAME];
                self.name(joined(full, entry.name()), What::Entry, path, &of_field);
            }
        }
        for index in 0..written_oneofs(what) {
            let name = joined(full, what.oneof_decl[index].name());
            self.name(name, What::Oneof, path, &[part::ONEOF, count(index), part::NAME]);
        }
    }

    fn name_enum(&mut self, id: EnumId, declared: &Declared<EnumDescriptorProto>) {
        let Declared { what, path, full, .. } = declared;
        self.name(full.clone(), What::Enum(id), path, &[part::NAME]);
        // Its values are the enum's neighbours, not its children.
        let around = full.rfind('.').map_or("", |end| &full[..end]);
        for (index, value) in what.value.iter().enumerate() {
            let of_value = [part::ENUM_VALUE, count(index), part::NAME];
            self.name(joined(around, value.name()), What::EnumValue, path, &of_value);
        }
    }

    fn name(&mut self, name: String, what: What, path: &[i32], rest: &[i32]) {
        let at = self.place(&[path, rest].concat());
        self.symbols.push(Symbol { name, what, at });
    }

    fn names_used_twice(&mut self) {
        for index in 1..self.symbols.len() {
            if self.problems.len() >= MAX_PROBLEMS {
                return;
            }
            let [before, this] = &self.symbols[index - 1..=index] else { continue };
            // Of those with one name, all but the first are too many; that of a package is known to nobody else.
            if before.name != this.name || before.what == What::Package && this.what == What::Package {
                continue;
            }
            let short = last(&this.name);
            let line = Problem::new(self.text, before.at.clone(), String::new(), None).line;
            let (message, help) = match (before.what, this.what) {
                (What::Entry, _) | (_, What::Entry) => {
                    let message = format!("A map is a list of messages on the wire, and theirs would be {short} here.");
                    (message, format!("Rename the map, or what else is called {short} (line {line})."))
                }
                (_, What::EnumValue) | (What::EnumValue, _) => {
                    let message = format!("“{short}” exists already, in line {line}.");
                    (message, "Values of enums are known outside of their enum: begin them with its name.".to_owned())
                }
                _ => (format!("“{short}” exists already, in line {line}."), "Give one of the two another name.".into()),
            };
            let at = this.at.clone();
            self.problem_at(at, message, &help);
        }
    }

    fn enumeration(&mut self, declared: &Declared<EnumDescriptorProto>) {
        let Declared { what, path, name, at, .. } = declared;
        let mut allow_alias = [("allow_alias", false), ("deprecated", false)];
        let mut said = false;
        if let Some(options) = &what.options {
            let path = [path, &[part::ENUM_OPTIONS][..]].concat();
            self.options(&path, &options.uninterpreted_option, &[], &mut allow_alias);
            said = options.uninterpreted_option.iter().any(|option| option_name(option) == Some("allow_alias"));
        }
        let allow_alias = allow_alias[0].1;

        let mut reserved_numbers: Vec<RangeInclusive<i32>> = Vec::new();
        for (index, range) in what.reserved_range.iter().enumerate() {
            let place = self.place(&[path, &[part::ENUM_RESERVED_NUMBERS, count(index)][..]].concat());
            let range = range.start()..=range.end();
            self.reserved_range(place, &range, &reserved_numbers);
            reserved_numbers.push(range);
        }
        self.reserved_names(path, part::ENUM_RESERVED_NAMES, &what.reserved_name);

        if what.value.is_empty() {
            let help = format!("Give it a first value, its default: {}_UNSPECIFIED = 0;", screaming(last(name)));
            self.problem_at(at.clone(), "An enum needs a value.".into(), &help);
        }
        let mut alias = false;
        let stripped: Vec<String> = what.value.iter().map(|value| pascal_without(last(name), value.name())).collect();
        for (index, value) in what.value.iter().enumerate() {
            let path = [path, &[part::ENUM_VALUE, count(index)][..]].concat();
            let at_name = self.place(&[&path[..], &[part::NAME]].concat());
            let at_number = self.place(&[&path[..], &[part::ENUM_VALUE_NUMBER]].concat());
            let number = value.number();
            if let Some(options) = &value.options {
                let path = [&path[..], &[part::ENUM_VALUE_OPTIONS]].concat();
                self.options(&path, &options.uninterpreted_option, &["debug_redact"], &mut [("deprecated", false)]);
            }
            if index == 0 && number != 0 {
                let message = format!("The first value of an enum is its default and has to be 0, not {number}.");
                let help = format!("Put {}_UNSPECIFIED = 0; before it.", screaming(last(name)));
                self.problem_at(at_number.clone(), message, &help);
            }
            if let Some(other) = what.value[..index].iter().find(|other| other.number() == number) {
                alias = true;
                if !allow_alias {
                    let message = format!("“{}” has the number {number} already.", other.name());
                    let help = "Take another number; or, if both are to mean the same, write option allow_alias = true; \
                                into the enum.";
                    self.problem_at(at_number.clone(), message, help);
                }
            }
            if reserved_numbers.iter().any(|range| range.contains(&number)) {
                let help = "It was somebody's once, and old data may still say it: take another.";
                self.problem_at(at_number, format!("The number {number} is reserved."), help);
            }
            self.not_reserved(at_name.clone(), value.name(), &what.reserved_name);
            let twin = (0..index).find(|&other| {
                stripped[other] == stripped[index]
                    && what.value[other].number() != number
                    && what.value[other].name() != value.name()
            });
            if let Some(other) = twin {
                let other = what.value[other].name();
                let message = format!(
                    "“{}” and “{other}” become the same name in languages that leave the enum's name and the case out.",
                    value.name()
                );
                self.problem_at(at_name, message, "Give one of them another name.");
            }
        }
        if said && !alias {
            let help = "Remove option allow_alias.";
            self.problem_at(at.clone(), "No two values of this enum have one number.".into(), help);
        }
        self.schema.enums.push(EnumType {
            name: name.clone(),
            values: what.value.iter().map(|value| (value.name().to_owned(), value.number())).collect(),
            reserved_numbers,
            reserved_names: what.reserved_name.clone(),
            span: at.clone(),
        });
    }

    fn message(&mut self, declared: &Declared<DescriptorProto>) {
        let Declared { what, path, full, name, at } = declared;
        if !what.extension.is_empty() {
            self.extensions(&[path, &[part::EXTENSION][..]].concat());
        }
        if !what.extension_range.is_empty() {
            self.extensions(&[path, &[part::EXTENSION_RANGE][..]].concat());
        }
        if let Some(options) = &what.options {
            let path = [path, &[part::MESSAGE_OPTIONS][..]].concat();
            let known = ["no_standard_descriptor_accessor"];
            self.options(&path, &options.uninterpreted_option, &known, &mut [("deprecated", false)]);
        }
        let oneofs = written_oneofs(what);
        for (index, oneof) in what.oneof_decl[..oneofs].iter().enumerate() {
            if let Some(options) = &oneof.options {
                let path = [path, &[part::ONEOF, count(index), part::ONEOF_OPTIONS][..]].concat();
                self.options(&path, &options.uninterpreted_option, &[], &mut []);
            }
        }

        let mut reserved_numbers: Vec<RangeInclusive<u32>> = Vec::new();
        for (index, range) in what.reserved_range.iter().enumerate() {
            let place = self.place(&[path, &[part::RESERVED_NUMBERS, count(index)][..]].concat());
            // The descriptor has the number after the last one.
            let range = range.start().unsigned_abs()..=(range.end() - 1).unsigned_abs();
            self.reserved_range(place, &range, &reserved_numbers);
            reserved_numbers.push(range);
        }
        self.reserved_names(path, part::RESERVED_NAMES, &what.reserved_name);

        let mut fields: Vec<Field> = Vec::new();
        for (index, field) in what.field.iter().enumerate() {
            let path = [path, &[part::FIELD, count(index)][..]].concat();
            let read = self.field(full, what, field, &path);
            self.number(&read, &fields, &reserved_numbers, &what.field);
            self.not_reserved(read.name_span.clone(), &read.name, &what.reserved_name);
            self.json_name(&read, &fields, field.json_name.is_some().then_some(&path));
            fields.push(read);
        }
        self.schema.messages.push(MessageType {
            name: name.clone(),
            fields,
            oneofs: what.oneof_decl[..oneofs].iter().map(|oneof| oneof.name().to_owned()).collect(),
            reserved_numbers,
            reserved_names: what.reserved_name.clone(),
            span: at.clone(),
        });
    }

    fn number(
        &mut self,
        field: &Field,
        before: &[Field],
        reserved: &[RangeInclusive<u32>],
        all: &[FieldDescriptorProto],
    ) {
        let number = field.number;
        let other = before.iter().find(|other| other.number == number);
        let message = if let Some(other) = other {
            format!("The number {number} is that of “{}” already: on the wire the two would be one field.", other.name)
        } else if reserved.iter().any(|range| range.contains(&number)) {
            format!("The number {number} is reserved: it was a field's once, and old data may still have it.")
        } else if OWN_NUMBERS.contains(&number) {
            format!("The numbers {} to {} are protobuf's own.", OWN_NUMBERS.start(), OWN_NUMBERS.end())
        } else {
            return;
        };
        let help = first_free(all, reserved).map(|free| format!("Take {free}, the first that is free."));
        self.problem_at(field.number_span.clone(), message, &help.unwrap_or_default());
    }

    /// `written` is the field's path, if its name in JSON is written in the schema.
    fn json_name(&mut self, field: &Field, before: &[Field], written: Option<&Vec<i32>>) {
        let at = written.map_or(field.name_span.clone(), |path| self.place(&[path, &[part::JSON_NAME][..]].concat()));
        if field.json_name.starts_with('[') && field.json_name.ends_with(']') {
            let help = "Names in brackets are those of extensions.";
            self.problem_at(at, "A name in JSON cannot stand in brackets.".into(), help);
            return;
        }
        if field.json_name.contains('\0') {
            self.problem_at(at, "A name in JSON cannot have the character 0.".into(), "Leave it out.");
            return;
        }
        // Those that were not written are compared too, even if another one takes their place: so does protoc.
        let derived = json_name_of(&field.name);
        let other = before
            .iter()
            .find(|other| other.json_name == field.json_name || json_name_of(&other.name) == derived)
            .filter(|other| other.name != field.name);
        if let Some(other) = other {
            let shared = if other.json_name == field.json_name { &field.json_name } else { &derived };
            let message = format!("“{}” and “{}” would both be “{shared}” in JSON.", other.name, field.name);
            self.problem_at(at, message, "Give one of the two another name.");
        }
    }

    fn field(&mut self, around: &str, message: &DescriptorProto, field: &FieldDescriptorProto, path: &[i32]) -> Field {
        let mut flags = [("deprecated", false), ("packed", false)];
        let mut packed_written = None;
        if let Some(options) = &field.options {
            let path = [path, &[part::FIELD_OPTIONS][..]].concat();
            let known = ["ctype", "jstype", "lazy", "unverified_lazy", "weak", "debug_redact", "retention", "targets"];
            self.options(&path, &options.uninterpreted_option, &known, &mut flags);
            let packed = options.uninterpreted_option.iter().position(|option| option_name(option) == Some("packed"));
            packed_written = packed.map(|index| self.place(&[&path[..], &[part::OPTION, count(index)]].concat()));
        }
        let [(_, deprecated), (_, packed)] = flags;

        let (kind, label) = if let Some(entry) = entry_of(message, field) {
            let at = self.place(&[path, &[part::TYPE_NAME][..]].concat());
            let key = entry.field.first().and_then(|key| scalar(key.r#type())).unwrap_or(Kind::String);
            let value = entry.field.get(1).map_or(Kind::String, |value| {
                let name = value.type_name();
                // The parser knows the place of map<…> as a whole. The type of the values is what that ends with.
                let inner = self.text[at.clone()].trim_end_matches('>').trim_end();
                let end = at.start + inner.len();
                let at = if inner.ends_with(name) { end - name.len()..end } else { at };
                self.kind(around, value, at)
            });
            (value, Label::Map { key })
        } else {
            let tag = if field.r#type.is_some() { part::TYPE } else { part::TYPE_NAME };
            let at = self.place(&[path, &[tag][..]].concat());
            let kind = self.kind(around, field, at);
            let label = if field.label() == field_descriptor_proto::Label::Repeated {
                // What is not said is packed, since proto3.
                Label::Repeated { packed: kind.packable() && (packed || packed_written.is_none()) }
            } else if field.proto3_optional() {
                Label::Optional
            } else {
                Label::Singular
            };
            (kind, label)
        };
        if let Some(at) = packed_written.filter(|_| packed && !matches!(label, Label::Repeated { packed: true })) {
            let message = "Only repeated numbers, booleans and enums can be packed.".into();
            self.problem_at(
                at,
                message,
                "Leave packed out: a single value is alone anyway, and texts, bytes and messages need a length each.",
            );
        }

        let json_name = field.json_name.clone().unwrap_or_else(|| json_name_of(field.name()));
        Field {
            name: field.name().to_owned(),
            json_name,
            number: field.number().unsigned_abs(),
            kind,
            label,
            // A oneof that the schema does not have is one made for an `optional` field.
            oneof: field.oneof_index.filter(|_| !field.proto3_optional()).map(|index| index.unsigned_abs() as usize),
            deprecated,
            span: self.place(path),
            name_span: self.place(&[path, &[part::NAME][..]].concat()),
            number_span: self.place(&[path, &[part::NUMBER][..]].concat()),
        }
    }

    fn kind(&mut self, around: &str, field: &FieldDescriptorProto, at: Range<usize>) -> Kind {
        if let Some(kind) = scalar(field.r#type()).filter(|_| field.r#type.is_some()) {
            return kind;
        }
        let name = field.type_name();
        let (message, help) = match self.resolve(around, name) {
            Ok(What::Message(id)) => return Kind::Message(id),
            Ok(What::Enum(id)) => return Kind::Enum(id),
            Ok(_) => (format!("“{name}” is no type."), String::new()),
            // What helps only where it does.
            Err(Some(inner)) if matches!(self.symbol(name), Some(What::Message(_) | What::Enum(_))) => {
                let message = format!("“{name}” is looked for as “{inner}”, which does not exist.");
                let help = format!("The innermost scope counts. Write .{name} to begin outside of all.");
                (message, help)
            }
            // Looking for the nearest of all names takes a while, and would not be said.
            Err(_) if self.problems.len() >= MAX_PROBLEMS => return Kind::Int32,
            Err(_) => (format!("There is no type “{name}”."), self.nearest_type(around, name)),
        };
        self.problem_at(at, message, &help);
        Kind::Int32
    }

    /// What a type's name stands for within that message, by the rules of C++: its first part is looked for from the
    /// inside out, and where that is found, the rest has to be too.
    ///
    /// # Errors
    /// The name in full that does not exist, or nothing if not even its first part does.
    fn resolve(&self, around: &str, name: &str) -> Result<What, Option<String>> {
        if let Some(full) = name.strip_prefix('.') {
            return self.symbol(full).ok_or(None);
        }
        let first = &name[..name.find('.').unwrap_or(name.len())];
        let mut scope = around;
        loop {
            let found = self.symbol(&joined(scope, first));
            if first.len() == name.len() {
                if let Some(kind @ (What::Message(_) | What::Enum(_))) = found {
                    return Ok(kind);
                }
            } else if let Some(What::Package | What::Message(_) | What::Enum(_) | What::Entry) = found {
                let full = joined(scope, name);
                return self.symbol(&full).ok_or(Some(full));
            }
            if scope.is_empty() {
                return Err(None);
            }
            scope = scope.rfind('.').map_or("", |end| &scope[..end]);
        }
    }

    fn symbol(&self, full: &str) -> Option<What> {
        let at = self.symbols.binary_search_by(|symbol| symbol.name.as_str().cmp(full)).ok()?;
        Some(self.symbols[at].what)
    }

    fn nearest_type(&self, around: &str, name: &str) -> String {
        const ELSEWHERE: [(&str, &str); 12] = [
            ("int", "int32"),
            ("integer", "int32"),
            ("uint", "uint32"),
            ("long", "int64"),
            ("boolean", "bool"),
            ("str", "string"),
            ("text", "string"),
            ("char", "string"),
            ("number", "double"),
            ("real", "double"),
            ("byte", "bytes"),
            ("blob", "bytes"),
        ];
        let elsewhere = ELSEWHERE.iter().find(|entry| entry.0.eq_ignore_ascii_case(name)).map(|entry| entry.1);
        let scalars = Kind::SCALARS.iter().map(|entry| entry.0);
        // Of a type inside others, what is after the last dot is compared too: mostly the rest was forgotten.
        let own = self.symbols.iter().filter(|symbol| matches!(symbol.what, What::Message(_) | What::Enum(_)));
        let inner = own.clone().find(|symbol| last(&symbol.name) == last(name)).map(|symbol| symbol.name.as_str());
        let own = own.map(|symbol| symbol.name.as_str());
        let last_parts = own.clone().map(last);
        // A name in a package is that of another file, mostly, and none of this one's is meant by it but the same.
        let elsewhere_whole = name.trim_start_matches('.').contains('.');
        let near = || nearest(name, scalars.chain(last_parts).chain(own)).filter(|_| !elsewhere_whole);
        match elsewhere.or(inner).or_else(near) {
            // A name from the outside that another one hides here.
            Some(near) if self.symbol(near).is_some() && self.resolve(around, near).is_err() => {
                format!("Did you mean .{near}?")
            }
            Some(near) => format!("Did you mean {near}?"),
            None if elsewhere_whole => format!(
                "Declare it in this text, as message {} {{ … }}, and use that name: what other files declare is not read here.",
                last(name)
            ),
            None => format!("Declare it: message {} {{ … }}", last(name)),
        }
    }

    fn reserved_range<N: Copy + PartialOrd + std::fmt::Display>(
        &mut self,
        at: Range<usize>,
        range: &RangeInclusive<N>,
        before: &[RangeInclusive<N>],
    ) {
        let (start, end) = (range.start(), range.end());
        if start > end {
            self.problem_at(at, format!("{start} to {end} goes backwards."), &format!("Write {end} to {start}."));
        } else if let Some(other) = before.iter().find(|other| start <= other.end() && other.start() <= end) {
            let (first, last) = (other.start(), other.end());
            let other = if first == last { format!("{first}") } else { format!("{first} to {last}") };
            self.problem_at(at, format!("{other} is reserved already."), "Name each number once.");
        }
    }

    fn reserved_names(&mut self, path: &[i32], tag: i32, names: &[String]) {
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                let at = self.place(&[path, &[tag, count(index)][..]].concat());
                self.problem_at(at, format!("“{name}” is reserved already."), "Name it once.");
            }
        }
    }

    fn not_reserved(&mut self, at: Range<usize>, name: &str, reserved: &[String]) {
        if reserved.iter().any(|other| other == name) {
            let help = "It was somebody's once, and JSON or code may still say it: take another.";
            self.problem_at(at, format!("The name “{name}” is reserved."), help);
        }
    }

    /// Looks at options: those of `flags` are read, those `known` need no attention here, others do not exist.
    fn options(&mut self, path: &[i32], options: &[UninterpretedOption], known: &[&str], flags: &mut [(&str, bool)]) {
        for (index, option) in options.iter().enumerate() {
            let at = self.place(&[path, &[part::OPTION, count(index)][..]].concat());
            let Some(name) = option_name(option) else {
                let message = "This lab leaves custom options out, and those with parts.".into();
                self.problem_at(at, message, "Remove it: but for packed, no option changes the bytes.");
                continue;
            };
            if options[..index].iter().any(|other| option_name(other) == Some(name)) {
                self.problem_at(at, format!("{name} is set already."), "Keep one of the two.");
                continue;
            }
            if let Some(flag) = flags.iter_mut().find(|flag| flag.0 == name) {
                match option.identifier_value() {
                    "true" => flag.1 = true,
                    "false" => flag.1 = false,
                    _ => self.problem_at(at, format!("{name} is true or false."), &format!("Write {name} = true.")),
                }
            } else if !known.contains(&name) {
                let names = flags.iter().map(|flag| flag.0).chain(known.iter().copied());
                let help = nearest(name, names).map(|near| format!("Did you mean {near}?"));
                let message = match name {
                    "json_name" => "json_name is set already.".to_owned(),
                    "map_entry" | "message_set_wire_format" | "features" | "deprecated_legacy_json_field_conflicts" => {
                        format!("This lab leaves the option {name} out.")
                    }
                    _ => format!("There is no option {name} here."),
                };
                self.problem_at(at, message, &help.unwrap_or_else(|| "Remove it.".to_owned()));
            }
        }
    }

    /// The bytes of the text that are that part of the descriptor.
    fn place(&self, path: &[i32]) -> Range<usize> {
        let found = self.locations.binary_search_by(|location| compare(&location.path, path));
        let Some(span) = found.ok().map(|at| &self.locations[at].span) else {
            return 0..0;
        };
        let offset = |line: i32, column: i32| {
            let start = self.line_starts.get(line.unsigned_abs() as usize).copied().unwrap_or_default();
            (start + column.unsigned_abs() as usize).saturating_sub(self.shift).min(self.text.len())
        };
        match span[..] {
            [line, from, to] => offset(line, from)..offset(line, to),
            [line, from, last, to] => offset(line, from)..offset(last, to),
            _ => 0..0,
        }
    }

    fn problem(&mut self, path: &[i32], message: String, help: &str) {
        let at = self.place(path);
        self.problem_at(at, message, help);
    }

    fn problem_at(&mut self, at: Range<usize>, message: String, help: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            let help = (!help.is_empty()).then(|| help.to_owned());
            self.problems.push(Problem::new(self.text, at, message, help));
        }
    }
}

/// The lowest number that a field can have.
fn first_free(fields: &[FieldDescriptorProto], reserved: &[RangeInclusive<u32>]) -> Option<u32> {
    let mut number = 1;
    while number <= MAX_NUMBER {
        // A range can be nearly all there is: over it in one step.
        let range = reserved.iter().chain([&OWN_NUMBERS]).find(|range| range.contains(&number));
        if let Some(range) = range {
            number = range.end() + 1;
        } else if fields.iter().any(|field| field.number().unsigned_abs() == number) {
            number += 1;
        } else {
            return Some(number);
        }
    }
    None
}

/// Paths are short: comparing them number by number spares the library's routine for slices.
fn compare(a: &[i32], b: &[i32]) -> Ordering {
    a.iter().cmp(b)
}

/// How descriptors count.
fn count(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

fn joined(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}

/// What is after the last dot.
fn last(name: &str) -> &str {
    name.rfind('.').map_or(name, |dot| &name[dot + 1..])
}

fn is_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// The message that the parser made for that field, if it is a map.
fn entry_of<'d>(message: &'d DescriptorProto, field: &FieldDescriptorProto) -> Option<&'d DescriptorProto> {
    // Only the fields of maps have a type's name and are known to be messages before names are looked at.
    if field.r#type != Some(Type::Message as i32) {
        return None;
    }
    message.nested_type.iter().find(|inner| is_entry(inner) && inner.name == field.type_name)
}

/// How many oneofs are written in the schema; those made for `optional` fields stand after them.
fn written_oneofs(message: &DescriptorProto) -> usize {
    let made = message.field.iter().filter(|field| field.proto3_optional()).filter_map(|field| field.oneof_index).min();
    made.map_or(message.oneof_decl.len(), |first| first.unsigned_abs() as usize)
}

fn option_name(option: &UninterpretedOption) -> Option<&str> {
    match &option.name[..] {
        [part] if !part.is_extension => Some(&part.name_part),
        _ => None,
    }
}

fn scalar(kind: Type) -> Option<Kind> {
    Some(match kind {
        Type::Double => Kind::Double,
        Type::Float => Kind::Float,
        Type::Int32 => Kind::Int32,
        Type::Int64 => Kind::Int64,
        Type::Uint32 => Kind::Uint32,
        Type::Uint64 => Kind::Uint64,
        Type::Sint32 => Kind::Sint32,
        Type::Sint64 => Kind::Sint64,
        Type::Fixed32 => Kind::Fixed32,
        Type::Fixed64 => Kind::Fixed64,
        Type::Sfixed32 => Kind::Sfixed32,
        Type::Sfixed64 => Kind::Sfixed64,
        Type::Bool => Kind::Bool,
        Type::String => Kind::String,
        Type::Bytes => Kind::Bytes,
        Type::Group | Type::Message | Type::Enum => return None,
    })
}

/// The name in JSON, if the schema does not say another: underscores go, and the letter after one is made large.
fn json_name_of(name: &str) -> String {
    let mut json = String::with_capacity(name.len());
    let mut large = false;
    for letter in name.chars() {
        if letter == '_' {
            large = true;
        } else {
            json.push(if large { letter.to_ascii_uppercase() } else { letter });
            large = false;
        }
    }
    json
}

/// A value's name without its enum's in front, in PascalCase: what some languages make of it.
fn pascal_without(kind: &str, value: &str) -> String {
    let mut rest = value;
    let mut wanted = kind.chars().filter(|&letter| letter != '_');
    let stripped = loop {
        let Some(letter) = wanted.next() else { break rest.trim_start_matches('_') };
        rest = rest.trim_start_matches('_');
        match rest.chars().next() {
            Some(first) if first.eq_ignore_ascii_case(&letter) => rest = &rest[first.len_utf8()..],
            _ => break value,
        }
    };
    let mut pascal = String::with_capacity(value.len());
    let mut large = true;
    for letter in if stripped.is_empty() { value } else { stripped }.chars() {
        if letter == '_' {
            large = true;
        } else {
            pascal.push(if large { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
            large = false;
        }
    }
    pascal
}

/// `OrderState` as `ORDER_STATE`.
fn screaming(name: &str) -> String {
    let mut screaming = String::with_capacity(name.len() + 4);
    for (index, letter) in name.char_indices() {
        if index > 0 && letter.is_ascii_uppercase() && !screaming.ends_with('_') {
            screaming.push('_');
        }
        screaming.push(letter.to_ascii_uppercase());
    }
    screaming
}
