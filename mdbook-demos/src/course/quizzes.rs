//! Quizzes at work: the questions of a file become a part of their block, what the book's runs yield is put into them,
//! and then they are run as any block.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    blocks::{
        demos::Written,
        directives::Kind,
        json::Block,
        markdown::{neutral, replace},
    },
    chapters::{address, page_of, unix},
    course::{lessons::Reading, quiz},
    diagnostics::{Diagnostic, Span},
    figures::Slot,
};

impl Reading<'_> {
    /// The Markdown for `{{#quiz file}}`, with the name of the file there.
    pub(super) fn quiz_of(&mut self, file: &std::ops::Range<usize>) -> String {
        let written = Span::new(&self.work.source, file.clone());
        let stem = Path::new(written.text()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let title = format!("Quiz: {}", stem.replace(['-', '_'], " "));
        let block = Block::standing_for(
            &written,
            json!({ "id": quiz::figure_of(&stem), "title": title, "file": written.text() }),
        );
        let slot = match self.work.entries.iter().find(|entry| entry.name == quiz::NAME) {
            Some(entry) => self.wait(Written { entry: Some(entry), block, mistakes: vec![], sound: true }),
            None => Slot::Broken(None),
        };
        self.work.slot(slot)
    }

    /// Reads the questions of a quiz and what the book's runs say in them: what is to be run.
    pub(super) fn quiz(&mut self, written: &mut Written) {
        let Written { entry, block, mistakes, sound } = written;
        let mut readable = true;
        if let Some(file) = block.value().get("file").and_then(Value::as_str).map(str::to_owned) {
            let twice = quiz::both(block);
            readable = twice.is_empty();
            mistakes.extend(twice);
            let folder = self.src.join(self.work.lesson.parent().unwrap_or(Path::new("")));
            let path = folder.join(&file);
            match std::fs::read(&path) {
                Ok(bytes) => {
                    // As mdBook names it in its output, without `..`.
                    let known = path.canonicalize().ok().zip(self.src.canonicalize().ok());
                    let known = known.and_then(|(path, src)| path.strip_prefix(src).ok().map(Path::to_owned));
                    let name = known.clone().unwrap_or_else(|| self.work.lesson.with_file_name(&file));
                    self.work.gathered.read.extend(known);
                    let book = self.work.source.path.strip_suffix(&*unix(self.work.lesson)).unwrap_or_default();
                    match quiz::File::read(format!("{book}{}", unix(&name)), bytes) {
                        Ok(read) => {
                            // A directive has no title of its own.
                            if let Some(title) = read.title().filter(|_| block.is_standing_for()) {
                                block.put("title", title.into());
                            }
                            read.put_into(block);
                        }
                        Err(wrong) => {
                            readable = false;
                            mistakes.extend(wrong);
                        }
                    }
                }
                Err(error) => {
                    readable = false;
                    mistakes.push(quiz::unreadable(block, &folder, &file, &error));
                }
            }
        }
        *sound = readable;
        if readable {
            mistakes.extend(quiz::left_out(block));
            for wrong in entry.map(|entry| block.check_schema(entry, self.work.schemas)).unwrap_or_default() {
                *sound = false;
                // What is known by name is told by name only.
                if !mistakes.iter().any(|told| told.place == wrong.place) {
                    mistakes.push(wrong);
                }
            }
        }
        if *sound {
            mistakes.extend(self.ask_the_runs(block));
            let page = page_of(self.work.lesson);
            mistakes.extend(quiz::astray(block, &page, self.src));
            block.put("page", page.into());
        }
    }

    /// Puts what the book's runs yield into the texts of a quiz, and into its predictions.
    fn ask_the_runs(&self, block: &mut Block) -> Vec<Diagnostic> {
        let mut mistakes = vec![];
        for (pointer, markdown) in quiz::texts(block.value()) {
            let Some(text) = block.value().pointer(&pointer).and_then(Value::as_str).map(str::to_owned) else {
                continue;
            };
            mistakes.extend(markdown.then(|| quiz::formula(&text, block.span(&pointer))).flatten());
            let mut edits = vec![];
            for (directive, place) in quiz::directives(&text, markdown, &block.span(&pointer)) {
                let range = directive.range.clone();
                if let Some(wrong) = quiz::misplaced(&directive, &text, &place) {
                    mistakes.push(wrong);
                    continue;
                }
                let put = match &directive.kind {
                    Kind::Run { id, fact } => {
                        // The places of the names in the place of the whole.
                        let part = |part: &std::ops::Range<usize>| {
                            let start = place.bytes.start + part.start - range.start;
                            Span::new(&place.source, start..start + part.len())
                        };
                        match self.work.value((&text[id.clone()], part(id)), (&text[fact.clone()], part(fact))) {
                            Ok(yielded) => yielded.map(|(_, value)| value).unwrap_or_default(),
                            Err(wrong) => {
                                mistakes.push(*wrong);
                                continue;
                            }
                        }
                    }
                    _ => text[range.start + 1..range.end].to_owned(),
                };
                edits.push((range, if markdown { neutral(&put) } else { put }));
            }
            if !edits.is_empty()
                && let Some(place) = block.value_mut(&pointer)
            {
                *place = replace(&text, edits).into();
            }
        }
        let count = block.value().get("questions").and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..count {
            let inner = |key: &str| {
                let pointer = format!("/questions/{index}/prompt/{key}");
                let text = block.value().pointer(&pointer)?.as_str()?.to_owned();
                Some((text, block.inside(&pointer)))
            };
            let (Some(demo), Some(fact)) = (inner("demo"), inner("fact")) else { continue };
            // With something in its place, so that what else is wrong is found too.
            let mut resolved = json!({ "answer": "unknown", "title": "unknown", "page": "" });
            match self.work.value((&demo.0, demo.1), (&fact.0, fact.1)) {
                Ok(Some((figure, value))) => {
                    let page = address(&page_of(&figure.lesson));
                    resolved = json!({ "answer": neutral(&value), "title": figure.title, "page": page });
                }
                Ok(None) => {}
                Err(wrong) => mistakes.push(*wrong),
            }
            if let Some(asked) = block.value_mut(&format!("/questions/{index}"))
                && asked.get("type") == Some(&Value::from("Prediction"))
            {
                asked["resolved"] = resolved;
            }
        }
        mistakes
    }
}
