//! Mistakes, and how they are shown: like a compiler's, with file, line, column, the offending text
//! underlined and a remedy. A build collects every mistake of the book and reports them in one go.

use std::{fmt, ops::Range, sync::Arc};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// A text that mistakes can point into.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The name shown: a path relative to the book's root, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A source behind a shared pointer, as many mistakes may point into one text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }
}

/// A stretch of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where the bytes are counted.
    pub source: Arc<Source>,
    /// Which bytes.
    pub bytes: Range<usize>,
}

impl Span {
    /// The stretch `bytes` of `source`, cut to the text and to whole characters, so that showing it
    /// cannot fail.
    pub fn new(source: &Arc<Source>, bytes: Range<usize>) -> Self {
        let text = &source.text;
        let mut start = bytes.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = bytes.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Self { source: source.clone(), bytes: start..end }
    }

    /// The text of the stretch.
    pub fn text(&self) -> &str {
        &self.source.text[self.bytes.clone()]
    }
}

/// Where a mistake is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a text that we have.
    Span(Span),
    /// In a file as a whole; a path relative to the book's root or to the output.
    File(String),
    /// Nowhere in particular.
    Unknown,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub message: String,
    /// Where.
    pub place: Place,
    /// The words beside the underlined text.
    pub label: String,
    /// Another place that has to do with it, and the words beside it.
    pub related: Option<(Span, String)>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake in a stretch of a text.
    pub fn at(span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { message: message.into(), place: Place::Span(span), label: label.into(), related: None, help: None }
    }

    /// A mistake in a file as a whole.
    pub fn in_file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: Place::File(path.into()),
            label: String::new(),
            related: None,
            help: None,
        }
    }

    /// A mistake without a place.
    pub fn general(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: Place::Unknown, label: String::new(), related: None, help: None }
    }

    /// Adds the remedy.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the remedy, if there is one.
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Adds another place.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }

    fn key(&self) -> (u8, &str, usize) {
        match &self.place {
            Place::Span(span) => (0, &span.source.path, span.bytes.start),
            Place::File(path) => (1, path, 0),
            Place::Unknown => (2, "", 0),
        }
    }

    fn group<'a>(&'a self, level: Level<'a>) -> Group<'a> {
        let title = level.primary_title(self.message.as_str());
        let mut group = match &self.place {
            Place::Span(span) => {
                let mut snippet = snippet(span, AnnotationKind::Primary, &self.label);
                match &self.related {
                    Some((other, label)) if other.source == span.source => {
                        snippet =
                            snippet.annotation(AnnotationKind::Context.span(other.bytes.clone()).label(label.as_str()));
                        title.element(snippet)
                    }
                    Some((other, label)) => {
                        title.element(snippet).element(self::snippet(other, AnnotationKind::Context, label))
                    }
                    None => title.element(snippet),
                }
            }
            Place::File(path) => title.element(Origin::path(path.as_str())),
            Place::Unknown => Group::with_title(title),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        group
    }
}

fn snippet<'a>(span: &'a Span, kind: AnnotationKind, label: &'a str) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let annotation = kind.span(span.bytes.clone());
    let annotation = if label.is_empty() { annotation } else { annotation.label(label) };
    Snippet::source(span.source.text.as_str()).path(span.source.path.as_str()).annotation(annotation)
}

/// Every mistake of one build, as an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one mistake.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds several mistakes.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(diagnostics);
    }

    /// The mistakes.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many mistakes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Puts the mistakes in the order of files and lines and drops repetitions.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| a.key().cmp(&b.key()));
        self.0.dedup();
    }

    /// Every one as text, as something to know rather than a mistake.
    pub fn render_warnings(&self, colour: bool) -> String {
        self.each(&Level::WARNING, colour)
    }

    fn each(&self, level: &Level<'_>, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let texts = self.0.iter().map(|diagnostic| renderer.render(&[diagnostic.group(level.clone())]).to_string());
        texts.collect::<Vec<_>>().join("\n\n")
    }

    /// Every mistake as text, with colours for a terminal if `colour`.
    pub fn render(&self, colour: bool) -> String {
        let mut text = self.each(&Level::ERROR, colour);
        text.push_str("\n\n");
        let count = match self.len() {
            1 => "1 mistake".to_owned(),
            n => format!("{n} mistakes"),
        };
        let level = if colour { "\u{1b}[1m\u{1b}[91merror\u{1b}[0m" } else { "error" };
        text.push_str(&format!("{level}: {count}; the output folder was left as it was"));
        text
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What is wrong with a text file that is not UTF-8, at its first byte that cannot be read; nothing if it is. `path` is
/// how messages call the file.
pub fn not_utf8(path: &str, bytes: &[u8]) -> Option<Diagnostic> {
    let error = std::str::from_utf8(bytes).err()?;
    let at = error.valid_up_to();
    // Up to there the text is as it is in the file, so that line and column are right.
    let source = Source::new(path, String::from_utf8_lossy(bytes));
    let wrong = format!("byte {} of the file (0x{:02x}) begins no character", at + 1, bytes[at]);
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let which = if utf16 { "; it looks like UTF-16" } else { "" };
    Some(
        Diagnostic::at(Span::new(&source, at..at + 1), format!("this file is not UTF-8{which}"), wrong)
            .help("save the file as UTF-8 in your editor"),
    )
}

/// "did you mean …", if one choice is near enough, else the list of choices.
pub fn suggest(written: &str, choices: &[&str], what: &str) -> Option<String> {
    match widgets::chrome::registry::nearest(written, choices.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if choices.is_empty() => None,
        None => Some(format!("{what}: {}", list(choices))),
    }
}

/// The choices as a list for a sentence, each as code.
pub fn list(choices: &[&str]) -> String {
    choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ")
}
