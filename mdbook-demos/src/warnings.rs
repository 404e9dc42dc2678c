//! mdBook logs a warning where it should fail: an unclosed tag, a wrong include, a setting that is
//! not read. Here every warning becomes a mistake.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    path::PathBuf,
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
    diagnostics::{Diagnostic, Source, Span},
    markdown::Outline,
};

/// Calls `f` and gives what it logged at the levels of warnings and errors, in order.
pub fn collect<T>(f: impl FnOnce() -> T) -> (T, Vec<String>) {
    let collected = Arc::new(Mutex::new(Vec::new()));
    let subscriber = registry().with(Collector(collected.clone()));
    let value = tracing::subscriber::with_default(subscriber, f);
    let texts = std::mem::take(&mut *collected.lock().unwrap_or_else(PoisonError::into_inner));
    (value, texts)
}

struct Collector(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Collector {
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() <= Level::WARN {
            let mut text = Text::default();
            event.record(&mut text);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.0);
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
pub fn diagnostic(text: &str, sources: &BTreeMap<PathBuf, Arc<Source>>) -> Diagnostic {
    let (message, rest) = text.split_once('\n').unwrap_or((text, ""));
    let message = format!("mdBook: {}", message.trim_end_matches([':', '.']));
    let help: Vec<&str> = rest.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let help = (!help.is_empty()).then(|| help.join("\n"));
    let quoted: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    let source = sources.iter().find_map(|(path, source)| {
        let name = path.to_string_lossy().replace('\\', "/");
        quoted.iter().any(|quoted| *quoted == name || text.contains(&name)).then_some(source)
    });
    let Some(source) = source else {
        return Diagnostic::general(message).maybe_help(help);
    };
    let places: Vec<usize> = quoted
        .iter()
        .filter(|quoted| quoted.starts_with('<'))
        .flat_map(|tag| {
            let start = tag.trim_end_matches('>');
            let outline = Outline::new(&source.text);
            let end = |at: usize| source.text[at + start.len()..].starts_with(|c: char| !c.is_ascii_alphanumeric());
            let mut found: Vec<usize> = outline
                .html
                .iter()
                .flat_map(|range| {
                    source.text[range.clone()].match_indices(start).map(|(at, _)| range.start + at).collect::<Vec<_>>()
                })
                .filter(|at| end(*at))
                .collect();
            found.dedup();
            found
        })
        .collect();
    match places.as_slice() {
        // With several it is not known which one is meant.
        [at] => {
            let end = source.text[*at..].find('>').map_or(at + 1, |end| at + end + 1);
            Diagnostic::at(Span::new(source, *at..end), message, "this tag")
        }
        _ => Diagnostic::in_file(source.path.clone(), message),
    }
    .maybe_help(help)
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
