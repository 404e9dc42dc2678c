//! The book's half of the demos. mdBook runs in this process with a preprocessor of ours that reads
//! the lessons' demo blocks and a renderer of ours around its own; the result is checked as a whole
//! and only then takes the place of the site before it.
//!
//! A build goes through these steps: [`course::lessons`] finds demo blocks and directives and leaves slots, with what
//! [`blocks`] reads, checks, runs and draws; mdBook renders; [`pages`] completes each page, puts the figures in, writes a
//! page for each demo, adds the compiled demos and checks every link; [`files`] swaps. Mistakes of all steps are collected
//! as [`diagnostics`], so that an author sees them in one go. [`package`] packs a finished site.
//!
//! Folders name only what stands below them: pages → course → blocks → [`figures`]. `xtask/tests/arrows.rs` watches over
//! it.

pub mod blocks;
pub mod chapters;
pub mod course;
pub mod diagnostics;
pub mod figures;
pub mod files;
pub mod html;
pub mod package;
pub mod pages;
pub mod store;
pub mod threads;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
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
use widgets::chrome::registry::Entry;

use crate::{
    blocks::{
        guard::caught,
        json::Schemas,
        kept::{Computed, Kept},
        reference,
    },
    course::lessons::{Lessons, Licences},
    diagnostics::{Diagnostic, Diagnostics},
    figures::Gathered,
    pages::{
        assets, browsers, explain, inherited,
        leftovers::Leftovers,
        licences,
        links::{self, Problem},
        module,
        redirects::{self, Redirects},
        search, settings,
        site::{Finished, Site},
        template::Pages,
        warnings,
    },
};

/// What to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder with `book.toml`.
    pub root: PathBuf,
    /// The folder of the site; relative to the root, unless absolute.
    pub out: PathBuf,
    /// The folder with the compiled demos as cargo leaves them, a module for each bundle; without them
    /// the figures do not move.
    pub wasm: Option<PathBuf>,
    /// Whether readers will get it: functions' names are left out of the module.
    pub release: bool,
    /// Whether figures and pages are taken that were made before, and kept for the next build.
    pub cached: bool,
    /// The file that says what the site carries of others ([`licences::read`]); without it the site does not tell.
    pub licences: Option<PathBuf>,
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
    /// How many of their figures were computed, and not taken from what builds before had computed.
    pub computed: Computed,
    /// Addresses on other servers, which are not followed, and the pages that have them.
    pub external: BTreeMap<String, BTreeSet<String>>,
    /// What is worth knowing and no mistake: settings without effect.
    pub warnings: Diagnostics,
    /// How long each step took.
    pub times: Vec<(&'static str, Duration)>,
}

/// Builds the book with the demos of the registry.
///
/// # Errors
///
/// [`diagnostics::Diagnostics`] if the book has mistakes; another error if something around it is amiss. The
/// output folder is then as it was.
pub fn build(options: &Options) -> Result<Report> {
    build_with(options, widgets::bundles::entries())
}

/// Builds the book with the given demos.
///
/// # Errors
///
/// As [`build`].
pub fn build_with(options: &Options, entries: &'static [Entry]) -> Result<Report> {
    // What has a better place is caught there.
    caught(|| build_all(options, entries)).unwrap_or_else(|panic| {
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(panic.told(Diagnostic::general("the builder panicked"), None));
        Err(diagnostics.into())
    })
}

fn build_all(options: &Options, entries: &'static [Entry]) -> Result<Report> {
    let root = options.root.canonicalize().with_context(|| format!("there is no folder {}", options.root.display()))?;
    let out = root.join(&options.out);
    let work = root.join("target");
    // Named after the output, so that two sites can be built at the same time.
    let name = out.file_name().context("the output needs a folder of its own")?.to_string_lossy().into_owned();
    let (staging, old) = (work.join(format!("site-staging/{name}")), work.join(format!("site-old/{name}")));
    let base_url = options.base_url.as_deref().map(settings::base_url).transpose()?;
    let config = settings::read(&root)?;
    let theme = settings::theme(&config, &root);
    let settings = files::read(&root.join("book.toml"))?;
    let (redirects, circles) = Redirects::read(&config, &settings);
    files::guard(&out, &root, &root.join(&config.book.src))?;

    let parts: Rc<[licences::Part]> =
        options.licences.as_ref().map(|file| licences::read(&root.join(file))).transpose()?.unwrap_or_default().into();
    let schemas = Rc::new(Schemas::new(entries)?);
    let repository = config.get("output.html.git-repository-url").ok().flatten();
    let gathered = Rc::new(RefCell::new(Gathered::default()));
    gathered.borrow_mut().repository = repository;
    let kept = Rc::new(if options.cached { Kept::of_this_program(work.join("site-figures")) } else { Kept::nothing() });
    let mut report = Report::default();
    let bundles: BTreeSet<&str> = entries.iter().flat_map(|entry| [entry.bundle, entry.engine]).collect();
    let (book, modules) = thread::scope(|scope| {
        // What the last build has replaced. Where that fails, it fails again when this build's site takes its place.
        scope.spawn(|| files::remove_dir(&old));
        // wasm-bindgen takes as long as mdBook and needs nothing of it.
        let modules = options.wasm.as_ref().map(|wasm| {
            let (wasm, cache) = (root.join(wasm), work.join("site-module"));
            let release = options.release;
            scope.spawn(move || {
                let start = Instant::now();
                let modules: Result<Vec<_>> = thread::scope(|scope| {
                    let build = |bundle| module::build(bundle, &wasm, release, &cache);
                    let threads: Vec<_> =
                        bundles.into_iter().map(|bundle| scope.spawn(move || build(bundle))).collect();
                    threads.into_iter().map(joined).collect()
                });
                modules.map(|modules| (modules, start.elapsed()))
            })
        });
        let table: Licences = {
            let parts = parts.clone();
            Rc::new(move |root: &str| licences::markdown(&parts, root))
        };
        let start = Instant::now();
        let lessons = Lessons::new(entries, schemas.clone(), table, kept.clone(), gathered.clone());
        let book = render(&root, &staging, config.clone(), lessons, &gathered);
        report.times.push(("book", start.elapsed()));
        (book, modules.map(joined))
    });
    let modules = modules.transpose()?.map(|(modules, time)| {
        report.times.push(("modules", time));
        modules
    });
    let mut diagnostics = std::mem::take(&mut gathered.borrow_mut().diagnostics);
    let gathered = gathered.borrow();
    let (book, logged) = book;
    diagnostics.extend(circles);
    diagnostics.extend(logged.iter().map(|text| warnings::diagnostic(text, &root, &gathered.sources)));
    let book = match book {
        Ok(book) => book,
        Err(error) => {
            match (explain::unreadable(&error, &root, &config.book.src), error.downcast_ref::<Diagnostics>()) {
                (Some(diagnostic), _) => diagnostics.push(diagnostic),
                (None, Some(told)) => diagnostics.extend(told.iter().cloned()),
                (None, None) => diagnostics.push(Diagnostic::general(format!("{error:#}"))),
            }
            diagnostics.sort();
            return Err(diagnostics.into());
        }
    };

    let start = Instant::now();
    let pages = match options.cached {
        true => pages::kept::Kept::new(work.join(format!("site-pages/{name}"))),
        false => pages::kept::Kept::nothing(),
    };
    let site = Site {
        staging: &staging,
        gathered: &gathered,
        book: &book,
        config: &config,
        redirects: &redirects,
        base_url,
        kept: &pages,
        entries,
    };
    diagnostics.extend(search::unknown_chapters(&config, &settings, &book));
    let Finished { taken, digests, named } = site.finish(&theme, modules.as_deref(), &mut diagnostics)?;
    let schema = reference::schema(entries, &schemas)?;
    files::write(&staging.join(files::SCHEMA), format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    assets::remove_unused(&staging, &named)?;
    files::remove_all(&staging, &gathered.read)?;
    let sources = files::list(&root.join(&config.book.src))?;
    let left: Vec<PathBuf> = sources.iter().filter(|file| files::is_left_behind(file)).map(PathBuf::from).collect();
    files::remove_all(&staging, &left)?;
    assets::compact_ours(&staging)?;
    if !parts.is_empty() {
        files::write(&staging.join(chapters::LICENCES), licences::text(&parts))?;
        licences::check(&parts, &staging, &theme, &mut diagnostics)?;
    }
    browsers::lower_style_sheets(&staging, &config, &mut diagnostics)?;
    report.times.push(("pages", start.elapsed()));

    let start = Instant::now();
    let checked = links::check(&staging, &digests)?;
    let of_redirect = |problem: &Problem| {
        redirects::locate(&redirects, &problem.file, problem.address.as_deref(), &problem.message)
            .map(|told| told.maybe_help(problem.help.clone()))
    };
    diagnostics.extend(checked.problems.iter().filter_map(of_redirect));
    let others: Vec<Problem> = checked.problems.into_iter().filter(|problem| of_redirect(problem).is_none()).collect();
    diagnostics.extend(explain::explain(&others, &book, &gathered, &taken));
    report.times.push(("checks", start.elapsed()));
    if !diagnostics.is_empty() {
        diagnostics.sort();
        return Err(diagnostics.into());
    }
    report.warnings.extend(inherited::without_effect(&settings));
    report.pages = checked.pages;
    report.external = checked.external;
    report.demos = gathered.figures.len();
    report.computed = kept.computed();
    files::swap(&staging, &out, &old)?;
    pages.tidy();
    Ok(report)
}

/// What a thread came to; its panic goes on here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Lets mdBook render the book into `staging`; the book as rendered, and what was logged meanwhile.
fn render(
    root: &Path,
    staging: &Path,
    mut config: Config,
    lessons: Lessons,
    gathered: &Rc<RefCell<Gathered>>,
) -> (Result<Book>, Vec<String>) {
    warnings::collect(|| {
        files::remove_dir(staging)?;
        config.build.build_dir = staging.to_owned();
        // mdBook's pages for these have a script in them; ours are written later.
        if config.contains_key("output.html") {
            config.set("output.html.redirect", BTreeMap::<String, String>::new())?;
        }
        search::instead_of_mdbooks(&mut config)?;
        let summary = config.book.src.join("SUMMARY.md");
        let mut book = caught(|| MDBook::load_with_config(root, config))
            .map_err(|panic| {
                let file = summary.to_string_lossy().replace('\\', "/");
                let told = Diagnostic::in_file(file, "mdBook panicked while it read the chapters that this file lists");
                let mut diagnostics = Diagnostics::default();
                diagnostics.push(panic.told(told, gathered.borrow().repository.as_deref()));
                diagnostics
            })?
            .with_context(|| format!("the chapters listed in {} cannot be loaded", summary.display()))?;
        book.with_preprocessor(lessons)
            .with_preprocessor(LinkPreprocessor::new())
            .with_preprocessor(IndexPreprocessor::new())
            .with_preprocessor(Leftovers::new(gathered.clone()));
        let pages = Pages::default();
        book.execute_build_process(&pages)?;
        pages.book().context("mdBook rendered nothing")
    })
}
