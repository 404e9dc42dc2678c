//! The book's half of the demos. mdBook runs in this process with a preprocessor of ours that reads
//! the lessons' demo blocks and a renderer of ours around its own; the result is checked as a whole
//! and only then takes the place of the site before it.
//!
//! A build goes through these steps: [`demos`] finds blocks and directives and leaves slots; mdBook
//! renders; [`pages`] completes each page and puts the figures in; [`embed`] writes a page for each
//! demo; [`module`] adds the compiled demos; [`links`] checks everything; [`files`] swaps. Mistakes of
//! all steps are collected as [`diagnostics`], so that an author sees them in one go.

pub mod assets;
pub mod block;
pub mod contents;
pub mod demos;
pub mod diagnostics;
pub mod directives;
pub mod embed;
pub mod files;
pub mod html;
pub mod links;
pub mod markdown;
pub mod module;
pub mod pages;
pub mod reference;
pub mod schema;
pub mod warnings;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use mdbook_driver::{
    MDBook,
    book::Book,
    builtin_preprocessors::{IndexPreprocessor, LinkPreprocessor},
    config::Config,
};
use widgets::registry::{self, Entry};

use crate::{
    block::Schemas,
    demos::{Demos, Gathered, Leftovers, Slot},
    diagnostics::{Diagnostic, Diagnostics, Place},
    module::{Module, Scripts},
    pages::{Pages, Parts, Rewritten},
};

/// What to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder with `book.toml`.
    pub root: PathBuf,
    /// The folder of the site; relative to the root, unless absolute.
    pub out: PathBuf,
    /// The compiled demos as cargo leaves them; without them the figures do not move.
    pub wasm: Option<PathBuf>,
    /// Whether readers will get it: functions' names are left out of the module.
    pub release: bool,
    /// Where the site will stand, for canonical links and for the page about missing pages.
    pub base_url: Option<String>,
}

/// What was built.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many HTML pages there are, embed pages included.
    pub pages: usize,
    /// How many demos stand in the book.
    pub demos: usize,
    /// Addresses on other servers, which are not followed, and the pages that have them.
    pub external: BTreeMap<String, BTreeSet<String>>,
    /// How long each step took.
    pub times: Vec<(&'static str, Duration)>,
}

/// Builds the book with the demos of the registry.
///
/// # Errors
///
/// [`Diagnostics`] if the book has mistakes; another error if something around it is amiss. The
/// output folder is then as it was.
pub fn build(options: &Options) -> Result<Report> {
    build_with(options, registry::entries())
}

/// Builds the book with the given demos.
///
/// # Errors
///
/// As [`build`].
pub fn build_with(options: &Options, entries: &'static [Entry]) -> Result<Report> {
    let root = options.root.canonicalize().with_context(|| format!("there is no folder {}", options.root.display()))?;
    let out = root.join(&options.out);
    let work = root.join("target");
    let staging = work.join("site-staging");
    let base_url = options.base_url.as_deref().map(base_url).transpose()?;
    let config = configuration(&root)?;
    let theme = root.join(config.get::<PathBuf>("output.html.theme").ok().flatten().unwrap_or_else(|| "theme".into()));
    files::guard(&out, &root, &root.join(&config.book.src))?;

    let schemas = Rc::new(Schemas::new(entries)?);
    let gathered = Rc::new(RefCell::new(Gathered::default()));
    let mut report = Report::default();
    let (book, module) = thread::scope(|scope| {
        // wasm-bindgen takes as long as mdBook and needs nothing of it.
        let module = options.wasm.as_ref().map(|wasm| {
            let (wasm, cache) = (root.join(wasm), work.join("site-module"));
            let release = options.release;
            scope.spawn(move || {
                let start = Instant::now();
                module::build(&wasm, release, &cache).map(|module| (module, start.elapsed()))
            })
        });
        let start = Instant::now();
        let book = render(&root, &staging, config.clone(), entries, &schemas, &gathered);
        report.times.push(("book", start.elapsed()));
        let module = module.map(|thread| match thread.join() {
            Ok(module) => module,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        (book, module)
    });
    let module = module.transpose()?.map(|(module, time)| {
        report.times.push(("module", time));
        module
    });
    let mut diagnostics = std::mem::take(&mut gathered.borrow_mut().diagnostics);
    let gathered = gathered.borrow();
    let (book, logged) = book;
    diagnostics.extend(logged.iter().map(|text| warnings::diagnostic(text, &gathered.sources)));
    let book = match book {
        Ok(book) => book,
        Err(error) if diagnostics.is_empty() => return Err(error),
        // The warnings tell more than the error after them.
        Err(error) => {
            diagnostics.push(Diagnostic::general(format!("mdBook: {error:#}")));
            diagnostics.sort();
            return Err(diagnostics.into());
        }
    };

    let start = Instant::now();
    let site = Site { staging: &staging, gathered: &gathered, book: &book, config: &config, base_url };
    site.finish(&theme, module.as_ref(), &mut diagnostics)?;
    let schema = reference::schema(entries, &schemas)?;
    files::write(&staging.join(reference::SCHEMA_FILE), format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    assets::remove_unused(&staging)?;
    report.times.push(("pages", start.elapsed()));

    let start = Instant::now();
    let checked = links::check(&staging)?;
    site.explain(&checked, &mut diagnostics);
    report.times.push(("checks", start.elapsed()));
    if !diagnostics.is_empty() {
        diagnostics.sort();
        return Err(diagnostics.into());
    }
    report.pages = checked.pages;
    report.external = checked.external;
    report.demos = gathered.figures.len();
    files::swap(&staging, &out, &work.join("site-old"))?;
    Ok(report)
}

/// The base URL with a slash at its end.
fn base_url(url: &str) -> Result<String> {
    let fine = url.starts_with("https://") || url.starts_with("http://");
    anyhow::ensure!(
        fine && !url.contains(['?', '#', '"', '<', ' ']),
        "the base URL `{url}` must be like https://example.org/book/"
    );
    Ok(format!("{}/", url.trim_end_matches('/')))
}

/// The settings of `book.toml`, with those that are ours to make.
fn configuration(root: &Path) -> Result<Config> {
    let file = root.join("book.toml");
    let mut config =
        Config::from_disk(&file).with_context(|| format!("the settings in {} cannot be read", file.display()))?;
    config.update_from_env().context("the settings in MDBOOK_… variables cannot be read")?;
    // Our preprocessor runs before mdBook's, so that places in the text are those of the file.
    config.build.use_default_preprocessors = false;
    // A typing mistake in the summary would make an empty chapter among the sources.
    config.build.create_missing = false;
    Ok(config)
}

/// Lets mdBook render the book into `staging`; the book as rendered, and what was logged meanwhile.
fn render(
    root: &Path,
    staging: &Path,
    mut config: Config,
    entries: &'static [Entry],
    schemas: &Rc<Schemas>,
    gathered: &Rc<RefCell<Gathered>>,
) -> (Result<Book>, Vec<String>) {
    warnings::collect(|| {
        files::remove_dir(staging)?;
        config.build.build_dir = staging.to_owned();
        let summary = config.book.src.join("SUMMARY.md");
        let mut book = MDBook::load_with_config(root, config)
            .with_context(|| format!("the chapters listed in {} cannot be loaded", summary.display()))?;
        book.with_preprocessor(Demos::new(entries, schemas.clone(), gathered.clone()))
            .with_preprocessor(LinkPreprocessor::new())
            .with_preprocessor(IndexPreprocessor::new())
            .with_preprocessor(Leftovers::new(gathered.clone()));
        let pages = Pages::default();
        book.execute_build_process(&pages)?;
        pages.book().context("mdBook rendered nothing")
    })
}

/// The rendered site, on the way to completion.
struct Site<'a> {
    staging: &'a Path,
    gathered: &'a Gathered,
    book: &'a Book,
    config: &'a Config,
    base_url: Option<String>,
}

impl Site<'_> {
    /// Completes every page, writes the embed pages and copies the compiled demos.
    fn finish(&self, theme: &Path, module: Option<&Module>, diagnostics: &mut Diagnostics) -> Result<()> {
        // Page by page: the chapter's file and title.
        let lessons: BTreeMap<String, (&Path, &str)> = contents::chapters(self.book)
            .filter_map(|chapter| {
                let source = chapter.source_path.as_deref()?;
                Some((contents::page(chapter)?, (source, chapter.name.as_str())))
            })
            .collect();
        let first = contents::chapters(self.book).find_map(contents::page);
        let scripts = module.map(|module| module.install(theme, self.staging)).transpose()?;
        let numbers = !self.config.get::<bool>("output.html.no-section-label").ok().flatten().unwrap_or(false);
        let mut shared = Vec::new();
        let mut anchors: HashMap<String, Vec<String>> = HashMap::new();
        for file in files::list(self.staging)?.iter().filter(|file| file.ends_with(".html")) {
            if file == "toc.html" {
                continue;
            }
            let path = self.staging.join(file);
            let raw = files::read(&path)?;
            let whole = ["index.html", "print.html", "404.html"].contains(&file.as_str());
            let ours = whole || lessons.contains_key(file);
            // The first chapter is also the site's first page.
            let current = match file.as_str() {
                "index.html" => first.as_deref(),
                file => lessons.contains_key(file).then_some(file),
            };
            let mut parts = Parts::default();
            if ours {
                parts.contents = Some(match file.as_str() {
                    "index.html" => self.contents_of_first(first.as_deref(), numbers),
                    _ => contents::list(self.book, current, numbers),
                });
                parts.head = self.head(file, current, &raw, scripts.as_ref());
                parts.base = match (file.as_str(), &self.base_url) {
                    ("404.html", Some(url)) => Some(path_of(url)),
                    _ => None,
                };
            }
            let Rewritten { html, ids, problems, shared: tags } =
                pages::rewrite(&raw, &parts).with_context(|| format!("in the page {file}"))?;
            if file == "index.html" {
                shared = tags;
            }
            let place = match lessons.get(file) {
                Some((source, _)) => self.gathered.sources.get(*source).map(|source| source.path.clone()),
                None => None,
            };
            // The pages that repeat others repeat their mistakes.
            if !whole || lessons.contains_key(file) {
                diagnostics.extend(problems.into_iter().map(|problem| {
                    Diagnostic::in_file(
                        place.clone().unwrap_or_else(|| file.clone()),
                        format!("the page may not have {problem}"),
                    )
                }));
            }
            if lessons.contains_key(file) {
                anchors.insert(file.clone(), ids);
            }
            let html = pages::splice(&html, |number| self.gathered.slot(number))
                .with_context(|| format!("in the page {file}"))?;
            files::write(&path, html)?;
        }
        self.collisions(&anchors, diagnostics);

        let frame = embed::Frame {
            book: self.config.book.title.clone().unwrap_or_default(),
            language: self.config.book.language.clone().unwrap_or_else(|| "en".to_owned()),
            direction: if shared.is_empty() { "ltr".to_owned() } else { self.direction() },
            head: shared.join("\n"),
            scripts,
        };
        for figure in &self.gathered.figures {
            let Some((page, (_, name))) = lessons.iter().find(|(_, (source, _))| *source == figure.lesson) else {
                continue;
            };
            files::write(&self.staging.join(embed::file(&figure.id)), embed::page(&frame, figure, page, name))?;
        }
        Ok(())
    }

    /// The list of contents of `index.html`, which repeats the first chapter at the site's root.
    fn contents_of_first(&self, first: Option<&str>, numbers: bool) -> String {
        let list = contents::list(self.book, None, numbers);
        match first {
            Some(first) => {
                let link = format!("<a href=\"{}\"", html::escape(&contents::address(first)));
                list.replacen(&link, &format!("{link} aria-current=\"page\""), 1)
            }
            None => list,
        }
    }

    fn direction(&self) -> String {
        match self.config.book.realized_text_direction() {
            mdbook_driver::config::TextDirection::RightToLeft => "rtl".to_owned(),
            _ => "ltr".to_owned(),
        }
    }

    /// The tags for the end of a page's head.
    fn head(&self, file: &str, lesson: Option<&str>, raw: &str, scripts: Option<&Scripts>) -> String {
        let mut head = String::new();
        if let (Some(base), Some(lesson)) = (&self.base_url, lesson) {
            // The first page has two addresses; search engines get the short one.
            let first = contents::chapters(self.book).find_map(contents::page);
            let page = if first.as_deref() == Some(lesson) { "" } else { lesson };
            let page = page.strip_suffix("index.html").unwrap_or(page);
            head.push_str(&format!(
                "<link rel=\"canonical\" href=\"{}{}\">\n",
                html::escape(base),
                html::escape(&contents::address(page))
            ));
        }
        let living =
            pages::slots(raw).any(|(_, number, _)| matches!(self.gathered.slots.get(number), Some(Slot::Figure(_))));
        if let (Some(scripts), true) = (scripts, living) {
            head.push_str(&scripts.tag(&contents::to_root(file)));
            head.push('\n');
        }
        head
    }

    /// Demo ids that are also anchors of headings: on any page, since the print page has them all.
    fn collisions(&self, anchors: &HashMap<String, Vec<String>>, diagnostics: &mut Diagnostics) {
        let mut pages: Vec<_> = anchors.iter().collect();
        pages.sort();
        for figure in &self.gathered.figures {
            if let Some((page, _)) = pages.iter().find(|(_, ids)| ids.contains(&figure.id)) {
                diagnostics.push(
                    Diagnostic::at(
                        figure.written.clone(),
                        format!("the id `{}` is also an anchor on the page {page}", figure.id),
                        "taken by a heading or an element of that page",
                    )
                    .help("choose another id; headings are anchors by their words, in small letters"),
                );
            }
        }
    }

    /// Tells what the check of the whole output found, in the lessons where it can.
    fn explain(&self, checked: &links::Checked, diagnostics: &mut Diagnostics) {
        let mut sources = BTreeMap::new();
        // Pages with a demo that could not be read, whose anchor is therefore not known.
        let mut unsure = BTreeSet::new();
        for chapter in contents::chapters(self.book) {
            if let (Some(page), Some(path)) = (contents::page(chapter), &chapter.source_path) {
                if let Some(source) = self.gathered.sources.get(path) {
                    sources.insert(page.clone(), source);
                }
                let broken = pages::slots(&chapter.content)
                    .any(|(_, number, _)| matches!(self.gathered.slots.get(number), Some(Slot::Broken(_))));
                if broken {
                    unsure.insert(page);
                }
            }
        }
        let mut counter = links::Counter::default();
        let (lessons, others): (Vec<_>, Vec<_>) =
            checked.problems.iter().partition(|problem| sources.contains_key(&problem.file));
        // The print page and the first page repeat the lessons.
        let told: BTreeSet<&str> = lessons.iter().filter_map(|problem| problem.address.as_deref()).collect();
        let repeated = |problem: &links::Problem| {
            let Some(address) = &problem.address else {
                return false;
            };
            let fragment = address.rsplit_once('#').map(|(_, fragment)| fragment);
            told.contains(address.as_str())
                || told.iter().any(|told| {
                    let told_fragment = told.rsplit_once('#').map(|(_, fragment)| fragment);
                    (fragment.is_some() && fragment == told_fragment)
                        || told.ends_with(address.trim_start_matches("../"))
                })
        };
        for problem in lessons.iter().copied().chain(others.iter().copied()) {
            let lesson = sources.get(&problem.file).copied();
            let doubtful = problem.target.as_ref().is_some_and(|target| unsure.contains(target))
                || (!unsure.is_empty()
                    && (problem.file == "print.html"
                        || problem.address.as_ref().is_some_and(|a| a.contains("embed/"))));
            if doubtful || (lesson.is_none() && repeated(problem)) {
                continue;
            }
            let nth = counter.next(&problem.file, problem.address.as_deref().unwrap_or_default());
            let span = lesson
                .zip(problem.address.as_deref())
                .and_then(|(source, address)| links::locate(source, address, nth));
            let mut diagnostic = match (span, lesson) {
                (Some(span), _) => Diagnostic::at(span, &problem.message, "this link"),
                (None, Some(source)) => Diagnostic::in_file(source.path.as_str(), &problem.message),
                (None, None) => Diagnostic::in_file(problem.file.as_str(), &problem.message),
            };
            diagnostic.help = problem.help.as_ref().map(|help| match &diagnostic.place {
                // In a lesson one writes the Markdown file.
                Place::Span(_) => help.replacen(".html", ".md", 1),
                _ => help.clone(),
            });
            diagnostics.push(diagnostic);
        }
    }
}

/// The path of a URL: what follows the server's name.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..]).to_owned()
}
