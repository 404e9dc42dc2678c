//! What a package needs to know of the book: read from the catalogue that the site carries, so that the manifest, the
//! wrapper and the pages speak of the same questions.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{diagnostics::suggest, files};

/// The site's catalogue.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Catalogue {
    /// The book's name in storage and in files.
    pub id: String,
    /// The book's title.
    pub title: String,
    /// The book's version.
    pub version: String,
    /// The score from which a reader has passed, in per cent.
    pub mastery: u32,
    /// The modules, in the order of the book.
    #[serde(default)]
    pub modules: Vec<Module>,
    /// The pages, in reading order.
    pub lessons: Vec<Lesson>,
    /// The titles of the demos, by their ids.
    #[serde(skip)]
    pub titles: BTreeMap<String, String>,
    /// The file that it was read from, relative to the site.
    #[serde(skip)]
    pub file: String,
}

/// A module of the book.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Module {
    /// `part/module`.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// A page of the book.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Lesson {
    /// Its path without `.html`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The module that it belongs to, as `part/module`; empty for pages about the book.
    #[serde(default)]
    pub module: Option<String>,
    /// `lesson`, `exercises`, `solutions` or `page`.
    #[serde(default)]
    pub kind: String,
    /// The ids of its demos.
    #[serde(default)]
    pub demos: Vec<String>,
    /// What it asks.
    #[serde(default)]
    pub questions: Vec<Question>,
}

impl Lesson {
    /// The module, unless the page belongs to none.
    pub fn module(&self) -> Option<&str> {
        self.module.as_deref().filter(|module| !module.is_empty())
    }
}

/// A question.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Question {
    /// `<figure>/<question>`.
    pub id: String,
    /// How many points there are to get.
    #[serde(default)]
    pub points: u32,
    /// `choice`, `fill-in`, `prediction` or `open`.
    #[serde(default)]
    pub kind: String,
}

/// What of the book a package is about.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The title of the package.
    pub title: String,
    /// The module; the whole book if there is none.
    pub module: Option<String>,
    /// The page to begin with, relative to the site.
    pub start: String,
    /// How many points there are to get.
    pub points: u32,
}

impl Scope {
    /// Whether a page is part of it.
    pub fn has(&self, lesson: &Lesson) -> bool {
        self.module.is_none() || self.module.as_deref() == lesson.module()
    }
}

/// What the scripts set.
const CATALOGUE: &str = "window.curriculumCatalogue";
const TITLES: &str = "window.curriculumTitles";

/// Reads the catalogue of a site, `found` being its files.
///
/// # Errors
///
/// If there is none, or it cannot be read.
pub fn find(site: &Path, found: &BTreeSet<String>) -> Result<Catalogue> {
    let file = |beginning: &str| {
        let named = |file: &&String| {
            let name = file.rsplit('/').next().unwrap_or(file);
            name.starts_with(beginning) && name.ends_with(".js")
        };
        found.iter().find(named).with_context(|| {
            format!(
                "the site in {} has no {beginning}….js: it was built by an older version, build it again",
                site.display()
            )
        })
    };
    let (script, titles) = (file("catalogue-")?, file("titles-")?);
    let mut catalogue = read(&files::read(&site.join(script))?).with_context(|| format!("in {script}"))?;
    catalogue.file.clone_from(script);
    catalogue.titles = value(&files::read(&site.join(titles))?, TITLES).with_context(|| format!("in {titles}"))?;
    Ok(catalogue)
}

/// What a script sets the variable `name` to.
fn value<T: DeserializeOwned>(script: &str, name: &str) -> Result<T> {
    let json = script.trim().strip_prefix(name).map(|rest| rest.trim_start().trim_start_matches('='));
    let json = json.with_context(|| format!("it does not begin with `{name} =`"))?;
    Ok(serde_json::from_str(json.trim().trim_end_matches(';'))?)
}

/// Reads the catalogue.
fn read(script: &str) -> Result<Catalogue> {
    let catalogue: Catalogue = value(script, CATALOGUE)?;
    ensure!(!catalogue.title.trim().is_empty(), "the book has no title: set `title` in [book] of book.toml");
    ensure!(catalogue.mastery <= 100, "the mastery is {} %, and 100 % are all there is", catalogue.mastery);
    ensure!(!catalogue.lessons.is_empty(), "the book has no pages");
    Ok(catalogue)
}

impl Catalogue {
    /// The module of that id.
    pub fn module(&self, id: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.id == id)
    }

    /// What a package of that module, or of the whole book, is about.
    ///
    /// # Errors
    ///
    /// If there is no such module; names the nearest.
    pub fn scope(&self, module: Option<&str>) -> Result<Scope> {
        let module = module.map(|module| module.trim_matches('/'));
        if let Some(module) = module
            && self.module(module).is_none()
        {
            let known: Vec<&str> = self.modules.iter().map(|module| module.id.as_str()).collect();
            let help = suggest(module, &known, "the modules are").unwrap_or_default();
            bail!("there is no module `{module}`: {help}");
        }
        let mut scope = Scope { module: module.map(str::to_owned), ..Scope::default() };
        let lessons: Vec<&Lesson> = self.lessons.iter().filter(|lesson| scope.has(lesson)).collect();
        scope.start = match lessons.first() {
            Some(first) if module.is_some() => format!("{}.html", first.id),
            _ => "index.html".to_owned(),
        };
        scope.title = match module.and_then(|module| self.module(module)) {
            Some(module) => format!("{}: {}", self.title, module.title),
            None => self.title.clone(),
        };
        let questions = lessons.iter().flat_map(|lesson| &lesson.questions);
        scope.points = questions.filter(|question| question.kind != "open").map(|question| question.points).sum();
        Ok(scope)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small book with two modules.
    pub(crate) fn sample() -> Catalogue {
        let book = read(
            r#"window.curriculumCatalogue = {"v":1,"id":"a-book","title":"A <book>","version":"1.2","mastery":80,
            "modules":[{"id":"a/one","title":"One"},{"id":"a/two","title":"Two"}],"lessons":[
            {"id":"index","title":"Welcome","module":"","kind":"page","demos":[],"questions":[]},
            {"id":"a/one/index","title":"One","module":"a/one","kind":"lesson","demos":["d1"],
             "questions":[{"id":"d1/q","points":2,"kind":"choice"},{"id":"open-1/open-1","points":3,"kind":"open"}]},
            {"id":"a/two/index","title":"Two","module":"a/two","kind":"lesson","demos":[],"questions":[]}]};"#,
        );
        let titles = value("window.curriculumTitles = {\"d1\":\"Demo 1\"};\n", TITLES).unwrap();
        Catalogue { titles, ..book.unwrap() }
    }

    #[test]
    fn a_module_is_a_part_of_the_whole() {
        let book = sample();
        let whole = book.scope(None).unwrap();
        assert_eq!((whole.start.as_str(), whole.points, whole.title.as_str()), ("index.html", 2, "A <book>"));
        let one = book.scope(Some("a/one/")).unwrap();
        assert_eq!((one.start.as_str(), one.points, one.title.as_str()), ("a/one/index.html", 2, "A <book>: One"));
        let own: Vec<&str> =
            book.lessons.iter().filter(|lesson| one.has(lesson)).map(|lesson| lesson.id.as_str()).collect();
        assert_eq!(own, ["a/one/index"]);
        assert_eq!(book.scope(Some("a/two")).unwrap().points, 0);
        let error = book.scope(Some("a/tow")).unwrap_err().to_string();
        assert!(error.contains("a/two"), "{error}");
    }

    #[test]
    fn what_is_no_catalogue_is_refused() {
        assert!(read("var x = {}").is_err());
        assert!(read("window.curriculumCatalogue = {\"title\":1}").is_err());
    }
}
