//! What there is to learn in the book: its lessons with their demos and questions. Written as a script
//! that every page loads, and that a package for a learning management system goes by.

use std::{cell::RefCell, path::Path};

use anyhow::{Context, Result};
use lol_html::{RewriteStrSettings, element, rewrite_str};
use mdbook_driver::book::Book;
use serde_json::{Value, json};

use crate::{contents, demos::Gathered, html::unescape, module::hash, settings::Course};

/// The catalogue of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The book's name in storage and in packages.
    pub id: String,
    /// The book's title.
    pub title: String,
    /// The book's version.
    pub version: String,
    /// From how many per cent of the points on somebody has passed.
    pub mastery: u8,
    /// The modules, in the order of the book.
    pub modules: Vec<Module>,
    /// Every page of the book, in its order.
    pub lessons: Vec<Lesson>,
}

/// A folder of lessons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The folder, relative to the book's sources.
    pub id: String,
    /// The title of its first page.
    pub title: String,
}

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A lesson of a module.
    Lesson,
    /// A module's exercises.
    Exercises,
    /// Their solutions.
    Solutions,
    /// Any other: a module's first page, or one about the book.
    Page,
}

impl Kind {
    /// As it is written in the script.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lesson => "lesson",
            Self::Exercises => "exercises",
            Self::Solutions => "solutions",
            Self::Page => "page",
        }
    }
}

/// A page of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The page's path without `.html`.
    pub id: String,
    /// The chapter's title.
    pub title: String,
    /// The folder that it lies in; empty for a page at the top.
    pub module: String,
    /// What it is.
    pub kind: Kind,
    /// The ids and titles of its demos.
    pub demos: Vec<(String, String)>,
    /// What it asks.
    pub questions: Vec<Question>,
    /// The ids of the answers and solutions that open after an attempt.
    pub gates: Vec<String>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The id of the figure or of the answer, `/`, and the question's own.
    pub id: String,
    /// The points that can be got.
    pub points: u32,
    /// `choice`, `fill-in`, `prediction` or `open`.
    pub kind: String,
}

impl Catalogue {
    /// The catalogue of a book as rendered. `title` stands for what its settings leave out.
    ///
    /// # Errors
    ///
    /// If a figure is not HTML that can be read.
    pub fn new(book: &Book, title: &str, course: &Course, gathered: &Gathered) -> Result<Self> {
        let mut lessons: Vec<Lesson> = Vec::new();
        let mut modules: Vec<Module> = Vec::new();
        for chapter in contents::chapters(book) {
            let (Some(page), Some(source)) = (contents::page(chapter), &chapter.source_path) else { continue };
            let id = page.strip_suffix(".html").unwrap_or(&page).to_owned();
            let (module, stem) = id.rsplit_once('/').unwrap_or(("", &id));
            if !module.is_empty() && !modules.iter().any(|known| known.id == module) {
                modules.push(Module { id: module.to_owned(), title: chapter.name.clone() });
            }
            let kind = match stem {
                _ if module.is_empty() => Kind::Page,
                "index" => Kind::Page,
                "exercises" => Kind::Exercises,
                "solutions" => Kind::Solutions,
                _ => Kind::Lesson,
            };
            let mut lesson = Lesson {
                module: module.to_owned(),
                id,
                title: chapter.name.clone(),
                kind,
                demos: Vec::new(),
                questions: Vec::new(),
                gates: Vec::new(),
            };
            lesson.fill(source, gathered)?;
            lessons.push(lesson);
        }
        let (id, version, mastery) = (course.id(title), course.version().to_owned(), course.mastery());
        Ok(Self { id, title: title.to_owned(), version, mastery, modules, lessons })
    }

    /// As JSON, as the scripts know it.
    pub fn json(&self) -> Value {
        let lesson = |lesson: &Lesson| {
            let questions: Vec<Value> = lesson
                .questions
                .iter()
                .map(|one| json!({ "id": one.id, "points": one.points, "kind": one.kind }))
                .collect();
            let demos: Vec<&String> = lesson.demos.iter().map(|(id, _)| id).collect();
            let titles: Vec<&String> = lesson.demos.iter().map(|(_, title)| title).collect();
            json!({
                "id": lesson.id, "title": lesson.title, "module": lesson.module, "kind": lesson.kind.name(),
                "demos": demos, "titles": titles, "questions": questions, "gates": lesson.gates,
            })
        };
        let modules: Vec<Value> =
            self.modules.iter().map(|module| json!({ "id": module.id, "title": module.title })).collect();
        json!({
            "v": 1, "id": self.id, "title": self.title, "version": self.version, "mastery": self.mastery,
            "modules": modules, "lessons": self.lessons.iter().map(lesson).collect::<Vec<_>>(),
        })
    }

    /// The script's name and its text.
    pub fn script(&self) -> (String, String) {
        let text = format!("window.curriculumCatalogue = {};\n", self.json());
        (format!("catalogue-{}.js", hash(text.as_bytes())), text)
    }
}

impl Lesson {
    /// Puts in what the file `source` has.
    fn fill(&mut self, source: &Path, gathered: &Gathered) -> Result<()> {
        // The reference's examples show what a demo is; nobody is asked anything there.
        for figure in gathered.figures.iter().filter(|figure| figure.lesson == source && !figure.example) {
            self.demos.push((figure.id.clone(), figure.title.clone()));
            let asked = questions(&figure.html).with_context(|| format!("in the figure {}", figure.id))?;
            self.questions.extend(
                asked.into_iter().map(|question| Question { id: format!("{}/{}", figure.id, question.id), ..question }),
            );
        }
        for gate in gathered.gates.iter().filter(|gate| gate.lesson == source) {
            self.gates.push(gate.id.clone());
            if gate.points > 0 {
                self.questions.push(Question {
                    id: format!("{}/{OPEN}", gate.id),
                    points: gate.points,
                    kind: OPEN.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// The question's own id, and the kind, of a question that the reader answers in words.
pub const OPEN: &str = "open";

/// The questions of a figure, by the attributes `data-question`, `data-points` and `data-kind`; the ids are the
/// questions' own.
///
/// # Errors
///
/// If it is not HTML that can be read.
pub fn questions(figure: &str) -> Result<Vec<Question>> {
    let found = RefCell::new(Vec::new());
    let handler = element!("[data-question]", |element| {
        let of = |name: &str| element.get_attribute(name).map(|value| unescape(&value));
        found.borrow_mut().push(Question {
            id: of("data-question").unwrap_or_default(),
            points: of("data-points").and_then(|points| points.parse().ok()).unwrap_or(1),
            kind: of("data-kind").unwrap_or_else(|| "choice".to_owned()),
        });
        Ok(())
    });
    rewrite_str(figure, RewriteStrSettings::new().append_element_content_handler(handler))
        .context("the figure cannot be read as HTML")?;
    Ok(found.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_found_by_their_attributes() {
        let figure = "<div id=\"f\"><fieldset data-question=\"a&amp;b\" data-points=\"2\" data-kind=\"fill-in\">\
            <input></fieldset><p data-question=\"c\"></p></div>";
        let question = |id: &str, points, kind: &str| Question { id: id.into(), points, kind: kind.into() };
        assert_eq!(questions(figure).unwrap(), [question("a&b", 2, "fill-in"), question("c", 1, "choice")]);
    }
}
