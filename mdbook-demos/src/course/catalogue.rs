//! What there is to learn in the book: its lessons with their demos and questions. Written as a script
//! that every page loads, and that a package for a learning management system goes by.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Result, bail};
use mdbook_driver::book::{Book, BookItem, Chapter};
use serde_json::{Value, json};

use crate::{
    chapters,
    course::settings::Course,
    diagnostics::suggest,
    figures::{Gathered, Question},
    files::hash,
};

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
    /// The ids that pages had before, and those of the pages that their addresses lead to now.
    pub moved: BTreeMap<String, String>,
}

/// Lessons that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Their folder, relative to the book's sources; of pages in no folder the id of the chapter that they stand under.
    pub id: String,
    /// The title of its first page.
    pub title: String,
}

/// What a page is. It follows from the page's place in the summary, and from its name only for exercises and solutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A numbered chapter without chapters under it.
    Lesson,
    /// A module's exercises.
    Exercises,
    /// Their solutions.
    Solutions,
    /// Any other: a chapter that others stand under, one before or after the numbered ones, one about the book.
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
    /// The id of its module; empty for a page of none.
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

impl Catalogue {
    /// The catalogue of a book as rendered. `title` stands for what its settings leave out, `redirects` are addresses that
    /// lead elsewhere, as mdBook has them.
    ///
    /// # Errors
    ///
    /// If a figure is not HTML that can be read, or the settings name a part that there is not.
    pub fn new<'a>(
        book: &Book,
        title: &str,
        course: &Course,
        redirects: impl IntoIterator<Item = (&'a String, &'a String)>,
        gathered: &Gathered,
    ) -> Result<Self> {
        let mut lessons: Vec<Lesson> = Vec::new();
        let mut modules: Vec<Module> = Vec::new();
        for Place { chapter, above, part } in places(book) {
            let (Some(page), Some(source)) = (chapters::page(chapter), &chapter.source_path) else { continue };
            let id = without_ending(&page).to_owned();
            let (folder, stem) = id.rsplit_once('/').unwrap_or(("", &id));
            let module = if folder.is_empty() { above.unwrap_or_default() } else { folder.to_owned() };
            if !module.is_empty() && !modules.iter().any(|known| known.id == module) {
                modules.push(Module { id: module.clone(), title: chapter.name.clone() });
            }
            let about = part.is_some_and(|part| course.is_about(part));
            let kind = match stem {
                "exercises" => Kind::Exercises,
                "solutions" => Kind::Solutions,
                _ if chapter.number.is_none() || about || has_chapters(chapter) => Kind::Page,
                _ => Kind::Lesson,
            };
            let mut lesson = Lesson {
                module,
                id,
                title: chapter.name.clone(),
                kind,
                demos: Vec::new(),
                questions: Vec::new(),
                gates: Vec::new(),
            };
            lesson.fill(source, gathered);
            lessons.push(lesson);
        }
        let parts: Vec<&str> = parts(book).collect();
        if let Some(about) = course.about().iter().find(|about| !parts.contains(&about.as_str())) {
            let help = suggest(about, &parts, "the parts are").unwrap_or_default();
            bail!("`about` in [preprocessor.demos] of book.toml: the summary has no part `{about}`: {help}");
        }
        let moved = moved(redirects, &lessons.iter().map(|lesson| lesson.id.as_str()).collect());
        let (id, version, mastery) = (course.id(title), course.version().to_owned(), course.mastery());
        Ok(Self { id, title: title.to_owned(), version, mastery, modules, lessons, moved })
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
            json!({
                "id": lesson.id, "title": lesson.title, "module": lesson.module, "kind": lesson.kind.name(),
                "demos": demos, "questions": questions, "gates": lesson.gates,
            })
        };
        let modules: Vec<Value> =
            self.modules.iter().map(|module| json!({ "id": module.id, "title": module.title })).collect();
        let mut catalogue = json!({
            "v": 1, "id": self.id, "title": self.title, "version": self.version, "mastery": self.mastery,
            "modules": modules, "lessons": self.lessons.iter().map(lesson).collect::<Vec<_>>(),
        });
        if !self.moved.is_empty() {
            catalogue["moved"] = json!(self.moved);
        }
        catalogue
    }

    /// The script's name and its text.
    pub fn script(&self) -> (String, String) {
        let text = format!("window.curriculumCatalogue = {};\n", self.json());
        (format!("catalogue-{}.js", hash(text.as_bytes())), text)
    }

    /// The name and the text of the script with the demos' titles by their ids: apart, because few pages show any.
    pub fn titles(&self) -> (String, String) {
        let titles: BTreeMap<_, _> = self.lessons.iter().flat_map(|lesson| &lesson.demos).cloned().collect();
        let text = format!("window.curriculumTitles = {};\n", json!(titles));
        (format!("titles-{}.js", hash(text.as_bytes())), text)
    }
}

/// A chapter and where it stands in the summary.
struct Place<'a> {
    chapter: &'a Chapter,
    /// The id of the outermost chapter that it stands under, or its own if others stand under it.
    above: Option<String>,
    /// The title of its part.
    part: Option<&'a str>,
}

/// Whether other chapters stand under one; those that are only announced do not count.
fn has_chapters(chapter: &Chapter) -> bool {
    chapter.sub_items.iter().any(|item| match item {
        BookItem::Chapter(below) => below.path.is_some() || has_chapters(below),
        _ => false,
    })
}

/// Every chapter of a book, in reading order.
fn places(book: &Book) -> Vec<Place<'_>> {
    fn under<'a>(items: &'a [BookItem], above: Option<&str>, part: Option<&'a str>, out: &mut Vec<Place<'a>>) {
        for item in items {
            let BookItem::Chapter(chapter) = item else { continue };
            let own = || Some(without_ending(&chapters::page(chapter)?).to_owned());
            let above = match above {
                Some(above) => Some(above.to_owned()),
                None if !has_chapters(chapter) => None,
                None => own(),
            };
            out.push(Place { chapter, above: above.clone(), part });
            under(&chapter.sub_items, above.as_deref(), part, out);
        }
    }
    let mut out = Vec::new();
    let mut part = None;
    for item in &book.items {
        match item {
            BookItem::PartTitle(title) => part = Some(title.as_str()),
            BookItem::Separator => {}
            BookItem::Chapter(_) => under(std::slice::from_ref(item), None, part, &mut out),
        }
    }
    out
}

/// The titles of the parts.
fn parts(book: &Book) -> impl Iterator<Item = &str> {
    book.items.iter().filter_map(|item| match item {
        BookItem::PartTitle(title) => Some(title.as_str()),
        _ => None,
    })
}

/// A page's address as an id.
fn without_ending(page: &str) -> &str {
    page.strip_suffix(".html").unwrap_or(page)
}

/// The former ids of pages, with those of the pages that they lead to now, however many addresses lie between.
fn moved<'a>(
    redirects: impl IntoIterator<Item = (&'a String, &'a String)>,
    pages: &BTreeSet<&str>,
) -> BTreeMap<String, String> {
    let steps: BTreeMap<String, String> = redirects
        .into_iter()
        .filter(|(from, to)| !from.contains('#') && !to.contains("://"))
        .map(|(from, to)| {
            let from = from.trim_start_matches('/');
            let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
            let to = to.split(['#', '?']).next().unwrap_or_default();
            let mut path: Vec<&str> = if to.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
            for part in to.split('/') {
                match part {
                    ".." => drop(path.pop()),
                    part => path.push(part),
                }
            }
            path.retain(|part| !part.is_empty() && *part != ".");
            (without_ending(from).to_owned(), without_ending(&path.join("/")).to_owned())
        })
        .collect();
    let mut out = BTreeMap::new();
    for from in steps.keys().filter(|from| !pages.contains(from.as_str())) {
        let mut at = from;
        // A ring of addresses has no page in it.
        for _ in 0..steps.len() {
            let Some(next) = steps.get(at) else { break };
            at = next;
            if pages.contains(at.as_str()) {
                out.insert(from.clone(), at.clone());
                break;
            }
        }
    }
    out
}

impl Lesson {
    /// Puts in what the file `source` has.
    fn fill(&mut self, source: &Path, gathered: &Gathered) {
        // The reference's examples show what a demo is; nobody is asked anything there.
        for figure in gathered.figures.iter().filter(|figure| figure.lesson == source && !figure.example) {
            self.demos.push((figure.id.clone(), figure.title.clone()));
            self.questions.extend(figure.questions.iter().map(|asked| Question {
                id: format!("{}/{}", figure.id, asked.id),
                points: asked.points,
                kind: asked.kind.to_owned(),
            }));
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
    }
}

/// The question's own id, and the kind, of a question that the reader answers in words.
pub const OPEN: &str = "open";

#[cfg(test)]
mod tests {
    use super::*;

    /// What a summary's chapters are, and the modules that they belong to.
    fn kinds(summary: &[(&str, &str)], about: &str) -> Vec<(String, &'static str, String)> {
        // A line is a chapter: its depth in spaces, `-` for a numbered one, its file; `#` is a part.
        fn items(lines: &mut std::iter::Peekable<std::slice::Iter<'_, (&str, &str)>>, depth: usize) -> Vec<BookItem> {
            let mut out = Vec::new();
            while let Some((mark, file)) = lines.peek().copied() {
                let indent = mark.len() - mark.trim_start().len();
                if indent < depth {
                    break;
                }
                lines.next();
                if *mark == "#" {
                    out.push(BookItem::PartTitle((*file).to_owned()));
                    continue;
                }
                let mut chapter = Chapter::new(file, String::new(), *file, Vec::new());
                if mark.trim() == "-" {
                    chapter.number = Some(mdbook_driver::book::SectionNumber::new([1]));
                }
                chapter.sub_items = items(lines, indent + 1);
                out.push(BookItem::Chapter(chapter));
            }
            out
        }
        let book = Book::new_with_items(items(&mut summary.iter().peekable(), 0));
        let course: Course = naming(about);
        let catalogue = Catalogue::new(&book, "B", &course, [], &Gathered::default()).unwrap();
        catalogue.lessons.into_iter().map(|lesson| (lesson.id, lesson.kind.name(), lesson.module)).collect()
    }

    fn naming(about: &str) -> Course {
        let about: Vec<&str> = Some(about).filter(|about| !about.is_empty()).into_iter().collect();
        serde_json::from_value(json!({ "about": about })).unwrap()
    }

    #[test]
    fn what_is_a_lesson_follows_from_the_summary_and_not_from_folders() {
        let same = |summary: &[(&str, &str)], about, expected: &[(&str, &str, &str)]| {
            let expected: Vec<_> =
                expected.iter().map(|(id, kind, module)| ((*id).to_owned(), *kind, (*module).to_owned())).collect();
            assert_eq!(kinds(summary, about), expected);
        };
        // A flat book.
        same(
            &[("", "welcome.md"), ("-", "one.md"), ("-", "two.md"), ("-", "exercises.md"), ("", "thanks.md")],
            "",
            &[
                ("welcome", "page", ""),
                ("one", "lesson", ""),
                ("two", "lesson", ""),
                ("exercises", "exercises", ""),
                ("thanks", "page", ""),
            ],
        );
        // The same in folders of any depth, some with a page of one name.
        same(
            &[("-", "one/index.md"), ("-", "a/b/c/two.md"), ("-", "three.md")],
            "",
            &[("one/index", "lesson", "one"), ("a/b/c/two", "lesson", "a/b/c"), ("three", "lesson", "")],
        );
        // Modules by folders, and a part that is about the book.
        same(
            &[
                ("#", "Time"),
                ("-", "t/m/index.md"),
                (" -", "t/m/one.md"),
                (" -", "t/m/solutions.md"),
                ("#", "About"),
                ("-", "glossary.md"),
            ],
            "About",
            &[
                ("t/m/index", "page", "t/m"),
                ("t/m/one", "lesson", "t/m"),
                ("t/m/solutions", "solutions", "t/m"),
                ("glossary", "page", ""),
            ],
        );
        // Modules by the summary alone.
        same(
            &[("-", "m.md"), (" -", "one.md"), (" -", "two.md"), ("  -", "deep.md"), ("-", "n.md")],
            "",
            &[
                ("m", "page", "m"),
                ("one", "lesson", "m"),
                ("two", "page", "m"),
                ("deep", "lesson", "m"),
                ("n", "lesson", ""),
            ],
        );
    }

    #[test]
    fn a_part_that_is_not_there_is_told_with_the_nearest() {
        let book = Book::new_with_items(vec![BookItem::PartTitle("About this book".to_owned())]);
        let error = Catalogue::new(&book, "B", &naming("About this bok"), [], &Gathered::default()).unwrap_err();
        assert!(error.to_string().contains("About this book"), "{error}");
    }

    #[test]
    fn pages_that_have_moved_are_known_by_their_former_addresses() {
        let redirects: BTreeMap<String, String> = [
            ("/old.html", "p/m/lesson.html"),
            ("/p/m/older.html", "../../old.html#part"),
            ("/p/x.html", "/p/m/lesson.html"),
            ("/p/m/lesson.html", "elsewhere.html"),
            ("/out.html", "https://a.example/p/m/lesson.html"),
            ("/lost.html", "gone.html"),
            ("/ring.html", "ring2.html"),
            ("/ring2.html", "ring.html"),
            ("/part.html#a", "p/m/lesson.html"),
        ]
        .map(|(from, to)| (from.to_owned(), to.to_owned()))
        .into();
        let expected: BTreeMap<String, String> =
            ["old", "p/m/older", "p/x"].map(|old| (old.to_owned(), "p/m/lesson".to_owned())).into();
        assert_eq!(moved(&redirects, &BTreeSet::from(["p/m/lesson"])), expected);
    }
}
