//! mdBook logs a warning where it should fail: an unclosed tag, a wrong include, a setting that is
//! not read. Here every warning becomes a mistake.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry,
};

use crate::{
    blocks::markdown::Outline,
    diagnostics::{Diagnostic, Source, Span},
};

/// Calls `f` and gives what it logged at the levels of warnings and errors, in order.
pub fn collect<T>(f: impl FnOnce() -> T) -> (T, Vec<String>) {
    let collected = Arc::new(Mutex::new(Vec::new()));
    let subscriber = registry().with(Collector(collected.clone()));
    let value = tracing::subscriber::with_default(subscriber, f);
    let texts = std::mem::take(&mut *collected.lock().unwrap_or_else(PoisonError::into_inner));
    (value, texts)
}

/// How mdBook begins the line of an error's cause.
const CAUSE: &str = "Caused By: ";

struct Collector(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Collector {
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() <= Level::WARN {
            let mut text = Text::default();
            event.record(&mut text);
            let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match texts.last_mut() {
                // mdBook logs an error's causes one by one.
                Some(last) if text.0.starts_with(CAUSE) => {
                    last.push_str("\nbecause of this: ");
                    last.push_str(&text.0[CAUSE.len()..]);
                }
                _ => texts.push(text.0),
            }
        }
    }
}

/// The words of an event.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

/// A warning as a mistake, placed as well as its words allow.
pub fn diagnostic(text: &str, root: &Path, sources: &BTreeMap<PathBuf, Arc<Source>>) -> Diagnostic {
    let text = text.replace(&format!("{}/", root.display()), "");
    let (message, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let help: Vec<&str> = rest.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let help = (!help.is_empty()).then(|| help.join("\n"));
    if let Some(diagnostic) = include(message, sources) {
        return diagnostic.maybe_help(help);
    }
    let message = format!("mdBook: {}", message.trim_end_matches([':', '.']));
    let source = sources.iter().find_map(|(path, source)| {
        let name = path.to_string_lossy().replace('\\', "/");
        text.contains(&name).then_some(source)
    });
    let Some(source) = source else {
        return Diagnostic::general(message).maybe_help(help);
    };
    let diagnostic = match tag(&text, source) {
        Some(span) => Diagnostic::at(span, message, "this tag"),
        None => Diagnostic::in_file(source.path.clone(), message),
    };
    diagnostic.maybe_help(help)
}

/// A directive of mdBook's that failed, at its place.
fn include(message: &str, sources: &BTreeMap<PathBuf, Arc<Source>>) -> Option<Diagnostic> {
    let (directive, why) = message.strip_prefix("Error updating \"")?.split_once("\", ")?;
    let (source, at) = sources.values().find_map(|source| Some((source, source.text.find(directive)?)))?;
    let why = why.replace(&format!(" for link {directive}"), "");
    Some(Diagnostic::at(
        Span::new(source, at..at + directive.len()),
        format!("mdBook: {}", why.trim_end_matches(['.', ':'])),
        "this cannot be carried out",
    ))
}

/// The only tag of the lesson that the warning can mean.
fn tag(text: &str, source: &Arc<Source>) -> Option<Span> {
    let outline = Outline::new(&source.text);
    let mut places = Vec::new();
    for quoted in text.split('`').skip(1).step_by(2).filter(|quoted| quoted.starts_with('<')) {
        let start = quoted.trim_end_matches('>');
        for range in &outline.html {
            for (at, _) in source.text[range.clone()].match_indices(start) {
                let at = range.start + at;
                let whole = source.text[at + start.len()..].starts_with(|c: char| !c.is_ascii_alphanumeric());
                if whole && !places.contains(&at) {
                    places.push(at);
                }
            }
        }
    }
    // With several it is not known which one is meant.
    let [at] = places[..] else { return None };
    let end = source.text[at..].find('>').map_or(at + 1, |end| at + end + 1);
    Some(Span::new(source, at..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_warnings_and_errors() {
        let (value, texts) = collect(|| {
            tracing::info!("nothing");
            tracing::warn!("a {}", 1);
            tracing::error!("b");
            7
        });
        assert_eq!(value, 7);
        assert_eq!(texts, ["a 1", "b"]);
    }
}
