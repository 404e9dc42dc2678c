//! From what mdBook rendered to the whole site: each page completed, the embed pages written, the
//! compiled demos copied.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use mdbook_driver::{
    book::Book,
    config::{Config, HtmlConfig, TextDirection},
};
use serde::{Deserialize, Serialize};

use crate::{
    blocks::guard::caught,
    chapters,
    course::{catalogue::Catalogue, settings::Course},
    diagnostics::{Diagnostic, Diagnostics},
    figures::{Figure, Gathered, Slot},
    files, html,
    pages::{
        assets::{self, unhashed},
        contents, embed,
        kept::{self, Kept},
        links::{Digest, Digests},
        module::{self, Module, Scripts},
        redirects::{self, Redirects},
        search, settings,
        sheets::Sheets,
        template::{self, Moved, Parts, Rewritten},
    },
    threads,
};
use widgets::{chrome::registry::Entry, labs::quiz::ROOT};

/// The rendered site, on the way to completion.
pub struct Site<'a> {
    /// Where it is.
    pub staging: &'a Path,
    /// What was found in the lessons.
    pub gathered: &'a Gathered,
    /// The book as rendered.
    pub book: &'a Book,
    /// The book's settings.
    pub config: &'a Config,
    /// What leads from old addresses to new ones.
    pub redirects: &'a Redirects,
    /// Where the site will stand, with a slash at the end.
    pub base_url: Option<String>,
    /// What earlier builds made.
    pub kept: &'a Kept,
    /// The demos that there are.
    pub entries: &'static [Entry],
}

/// What the finished pages are, for those who check them.
#[derive(Debug, Default)]
pub struct Finished {
    /// The demos' ids that are anchors of something else too.
    pub taken: BTreeSet<String>,
    /// What each page has and refers to.
    pub digests: Digests,
    /// Those of mdBook's own files, without their folders, that a page names.
    pub named: BTreeSet<String>,
}

/// A page, or a part of one, after rewriting; its HTML, with empty slots, is kept apart.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Made {
    /// Every `id`, in order.
    ids: Vec<String>,
    /// What could not be put in.
    problems: Vec<String>,
    /// What the embed pages share with it.
    shared: Vec<String>,
    /// What it has and refers to.
    digest: Digest,
    /// Those of mdBook's own files that it names.
    named: BTreeSet<String>,
}

/// What goes into a slot.
#[derive(Clone, Debug)]
struct Filling {
    /// What its HTML is known by.
    key: String,
    /// What it has and refers to.
    digest: Arc<Digest>,
    /// Those of mdBook's own files that it names.
    named: BTreeSet<String>,
    /// Whether addresses in it begin at the site's root.
    rooted: bool,
}

/// The part of a [`Filling`] that follows from its HTML.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Contents {
    digest: Digest,
    named: BTreeSet<String>,
    rooted: bool,
}

/// A page with its slots, numbered from 0 as they stand in it: the numbers in the book change with any figure before.
struct Slots {
    /// The page.
    html: String,
    /// The numbers in the book.
    numbers: Vec<usize>,
}

impl Slots {
    fn of(raw: &str) -> Self {
        let (mut html, mut numbers, mut at) = (String::with_capacity(raw.len()), Vec::new(), 0);
        for slot in template::slots(raw) {
            html.push_str(&raw[at..slot.digits.start]);
            html.push_str(&numbers.len().to_string());
            at = slot.digits.end;
            numbers.push(slot.number);
        }
        html.push_str(&raw[at..]);
        Self { html, numbers }
    }
}

impl Site<'_> {
    /// Completes every page, writes the embed pages and copies the compiled demos.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub fn finish(&self, theme: &Path, modules: Option<&[Module]>, diagnostics: &mut Diagnostics) -> Result<Finished> {
        // Page by page: the chapter's file and title.
        let lessons: BTreeMap<String, (&Path, &str)> = chapters::chapters(self.book)
            .filter_map(|chapter| {
                let source = chapter.source_path.as_deref()?;
                Some((chapters::page(chapter)?, (source, chapter.name.as_str())))
            })
            .collect();
        let first = chapters::chapters(self.book).find_map(chapters::page);
        let scripts = modules.map(|modules| module::install(modules, self.entries, self.staging)).transpose()?;
        if scripts.is_some() {
            let folder = self.staging.join(module::FOLDER);
            for (name, frames) in self.gathered.figures.iter().filter_map(|figure| figure.first.as_ref()) {
                files::write(&folder.join(name), frames)?;
            }
        }
        let title = self.config.book.title.clone().unwrap_or_default();
        let redirects = settings::redirects(self.config);
        let course = Course::of(self.config);
        let catalogue = Catalogue::new(self.book, &title, &course, &redirects, self.gathered)?;
        let ((catalogue, script), (titles, titles_script)) = (catalogue.script(), catalogue.titles());
        files::write(&self.staging.join(&catalogue), script)?;
        files::write(&self.staging.join(&titles), titles_script)?;
        let numbers = !self.config.get::<bool>("output.html.no-section-label").ok().flatten().unwrap_or(false);
        let mut shared = Vec::new();
        let sheets = Sheets::write(self.entries, &self.gathered.figures, self.staging, diagnostics)?;
        let mut anchors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut finished = Finished::default();
        let index = search::write(self.staging, self.book, self.config)?;
        let all = files::list(self.staging)?;
        let further = self.further_files(&all);
        let mdbooks: Vec<String> =
            all.iter().filter(|file| assets::is_mdbooks(file)).map(|file| name_of(file)).collect();
        let page_break = self.config.get::<bool>("output.html.print.page-break").ok().flatten().unwrap_or(true);
        let fillings =
            Fillings { site: self, mdbooks: &mdbooks, search: index.as_deref(), page_break, known: Mutex::default() };
        diagnostics.extend(self.redirects.check(&all));
        let moved = match self.redirects.0.is_empty() {
            true => None,
            false => theme_script("moved", theme, self.staging)?,
        };
        let mut frame = redirects::Frame {
            book: title.clone(),
            language: self.language(),
            direction: self.direction(),
            head: String::new(),
            script: moved,
            base_url: self.base_url.clone(),
        };
        let missing =
            self.config.get::<HtmlConfig>("output.html").ok().flatten().unwrap_or_default().get_404_output_file();
        let finder = theme_script("missing", theme, self.staging)?;
        let mut files: Vec<&String> =
            all.iter().filter(|file| file.ends_with(".html") && *file != "toc.html").collect();
        // It takes longest, and so is begun first.
        files.sort_by_key(|file| *file != PRINT);
        let pages = threads::each(&files, |file| {
            let file = *file;
            caught(|| -> Result<Page> {
                let path = self.staging.join(file);
                let mut raw = files::read(&path)?;
                let whole = ["index.html", PRINT, &missing].contains(&file.as_str());
                let ours = whole || lessons.contains_key(file);
                // The first chapter is also the site's first page.
                let current = match file.as_str() {
                    "index.html" => first.as_deref(),
                    file => lessons.contains_key(file).then_some(file),
                };
                let mut parts = Parts::default();
                if ours {
                    raw = template::with_place(self.with_further_files(raw, file, &further));
                    if let Some(moved) = self.redirects.0.get(file).filter(|moved| moved.to.is_none()) {
                        let (text, script) = frame.for_parts(file, &moved.parts);
                        raw = raw.replacen("</main>", &format!("{text}</main>"), 1);
                        parts.head.push_str(&script);
                    }
                    parts.contents = Some(match file.as_str() {
                        "index.html" => self.contents_of_first(first.as_deref(), numbers),
                        _ => contents::list(self.book, current, numbers),
                    });
                    parts.moved = match file.as_str() {
                        "index.html" if current.is_some_and(|page| page != "index.html") => Moved::All,
                        PRINT => Moved::Rest,
                        _ => Moved::Not,
                    };
                    parts.early = learning(&catalogue, file, current.unwrap_or_default());
                    let root = chapters::to_root(file);
                    if current.is_some() && raw.contains(PICKER) {
                        parts.early.push_str(&format!("<script defer src=\"{root}{titles}\"></script>\n"));
                    }
                    let numbers: Vec<usize> = template::slots(&raw).map(|slot| slot.number).collect();
                    parts.sheets = sheets.tags(&root, self.figures(&numbers));
                    parts.head.push_str(&self.head(file, current, &numbers, scripts.as_ref()));
                    if *file == missing {
                        parts.base = self.base().map(|base| (base, file.clone()));
                        if let (None, Some(script)) = (&parts.base, &finder) {
                            parts.head.push_str(&template::probes(script));
                            raw = raw.replacen("</main>", &format!("{}</main>", template::WAY_HOME), 1);
                        }
                    }
                }
                self.page(file, &raw, parts, &fillings).with_context(|| format!("in the page {file}"))
            })
        });
        for (file, page) in files.into_iter().zip(pages) {
            match page {
                Ok(page) => {
                    let page = page?;
                    if file == "index.html" {
                        shared = page.made.shared;
                    }
                    // Every page has the same template: told once, since repetitions are dropped.
                    let told = |problem| Diagnostic::in_file("theme/index.hbs", problem);
                    diagnostics.extend(page.made.problems.into_iter().map(told));
                    if lessons.contains_key(file) {
                        anchors.insert(file.clone(), page.made.ids);
                    }
                    finished.named.extend(page.named);
                    finished.digests.insert(file.clone(), page.digests);
                }
                Err(panic) => {
                    let source = lessons.get(file).map(|(source, _)| self.config.book.src.join(source));
                    let name = source.map_or_else(|| file.clone(), |path| path.to_string_lossy().replace('\\', "/"));
                    let told =
                        Diagnostic::in_file(name, format!("the builder panicked while it wrote the page {file}"));
                    diagnostics.push(panic.told(told, self.gathered.repository.as_deref()));
                }
            }
        }
        frame.head = shared.join("\n").replace(template::SHEETS, "");
        self.redirects.write(self.staging, &frame)?;
        finished.taken = self.collisions(&anchors, diagnostics);

        let frame = embed::Frame {
            book: title,
            language: self.language(),
            direction: if shared.is_empty() { "ltr".to_owned() } else { self.direction() },
            head: String::new(),
            catalogue,
            scripts,
        };
        let shared = shared.join("\n");
        let pages: HashMap<&Path, (&str, &str)> =
            lessons.iter().map(|(page, (source, name))| (*source, (page.as_str(), *name))).collect();
        std::fs::create_dir_all(self.staging.join("embed")).context("cannot make a folder for embed pages")?;
        let figures: Vec<(usize, &Figure)> = self.gathered.figures.iter().enumerate().collect();
        let embedded = threads::each(&figures, |(index, figure)| -> Result<Option<_>> {
            let Some((page, name)) = pages.get(figure.lesson.as_path()) else { return Ok(None) };
            let file = embed::file(&figure.id);
            let head = shared.replace(template::SHEETS, &sheets.tags(&chapters::to_root(&file), [*figure]));
            let frame = &embed::Frame { head, ..frame.clone() };
            let filling = fillings.of(&Slot::Figure(*index))?;
            // Without the figure, whose part is known.
            let around = embed::page(frame, figure, "", page, name);
            let key = kept::key("embed page", &[&around, &filling.key]);
            let path = self.staging.join(&file);
            let digest: Digest = match self.kept.put(&key, &path) {
                Some(digest) => digest,
                None => {
                    let digest = Digest::of(&around)?;
                    let html = figure.html_on(&chapters::to_root(&file));
                    files::write(&path, embed::page(frame, figure, &html, page, name))?;
                    self.kept.keep_whole(&key, &path, &digest);
                    digest
                }
            };
            let digests = vec![digest.into(), filling.digest_in(&file)];
            Ok(Some((file, filling.named, digests)))
        });
        for page in embedded {
            let Some((file, named, digests)) = page? else { continue };
            finished.named.extend(named);
            finished.digests.insert(file, digests);
        }
        // What is on every page that shares these tags is on the embed pages.
        finished.named.extend(names_in(&shared, &mdbooks));
        Ok(finished)
    }

    /// Makes one page of what mdBook rendered, and puts it into the site.
    fn page(&self, file: &str, raw: &str, mut parts: Parts, fillings: &Fillings<'_>) -> Result<Page> {
        // The page for print is made chapter by chapter: an edit changes one.
        let chapters: Vec<&str> = match file {
            PRINT => raw.split(template::PAGE_BREAK).collect(),
            _ => vec![raw],
        };
        let joint = match fillings.page_break {
            true => template::rewrite(template::PAGE_BREAK, &Parts::default())?.html,
            false => String::new(),
        };
        let pieces: Vec<Piece> = match &chapters[..] {
            [] => vec![],
            [whole] => vec![self.piece(whole, &parts, fillings)?],
            // The first and the last have what is around them all.
            [first, between @ .., last] => {
                let head = first.split_once("<main").map_or("", |(head, _)| head);
                parts.beside = template::needs(head).into_iter().filter(|word| raw.contains(word)).collect();
                let inner = Parts { moved: parts.moved, ..Parts::default() };
                let around = self.piece(&format!("{first}{BETWEEN}{last}"), &parts, fillings)?;
                let between = between.iter().map(|chapter| self.piece(chapter, &inner, fillings));
                [Ok(around)].into_iter().chain(between).collect::<Result<_>>()?
            }
        };
        // The template may name it, whatever else has a slot for it.
        let search = fillings.search.filter(|_| parts.contents.is_some());
        let mut made_of = vec![file, search.unwrap_or_default(), &joint];
        for piece in &pieces {
            made_of.push(&piece.key);
            made_of.extend(piece.filled.iter().map(|filling| &*filling.key));
        }
        let (whole, path) = (kept::key("whole page", &made_of), self.staging.join(file));
        let made: Vec<Made> = match self.kept.put(&whole, &path) {
            Some(made) => made,
            None => {
                let root = chapters::to_root(file);
                let mut all = Vec::new();
                let mut texts = Vec::new();
                for piece in &pieces {
                    let (made, html) = self.made(piece, fillings)?;
                    let html = match search {
                        Some(start) => html.replace(search::START, start),
                        None => html,
                    };
                    texts.push(template::splice(&html, |place| {
                        let number = piece.slots.numbers.get(place)?;
                        self.gathered.slot(*number, &root)
                    })?);
                    all.push(made);
                }
                let between: String = texts.drain(1..).map(|text| format!("{joint}{text}")).collect();
                let around = texts.pop().unwrap_or_default();
                files::write(&path, around.replacen(BETWEEN, &format!("{between}{joint}"), 1))?;
                self.kept.keep_whole(&whole, &path, &all);
                all
            }
        };
        let filled = || pieces.iter().flat_map(|piece| &piece.filled);
        let mut page = Page {
            digests: filled().map(|filling| filling.digest_in(file)).collect(),
            named: filled().flat_map(|filling| &filling.named).cloned().collect(),
            made: Made::default(),
        };
        for made in made {
            page.digests.push(Arc::new(made.digest));
            page.named.extend(made.named);
            page.made.ids.extend(made.ids);
            page.made.problems.extend(made.problems);
            page.made.shared.extend(made.shared);
        }
        Ok(page)
    }

    /// What a page, or a part of one, is made of.
    fn piece(&self, raw: &str, parts: &Parts, fillings: &Fillings<'_>) -> Result<Piece> {
        let slots = Slots::of(raw);
        let filled = slots.numbers.iter().map(|number| fillings.numbered(*number)).collect::<Result<_>>()?;
        let key = kept::key("page", &[&slots.html, &format!("{parts:?}"), &fillings.mdbooks.join("\n")]);
        Ok(Piece { slots, filled, parts: parts.clone(), key })
    }

    /// A part of a page after rewriting, and its HTML.
    fn made(&self, piece: &Piece, fillings: &Fillings<'_>) -> Result<(Made, String)> {
        self.kept.or_make(&piece.key, || {
            let Rewritten { html, ids, problems, shared } = template::rewrite(&piece.slots.html, &piece.parts)?;
            let (digest, named) = (Digest::of(&html)?, names_in(&html, fillings.mdbooks));
            Ok((Made { ids, problems, shared, digest, named }, html))
        })
    }

    /// The list of contents of `index.html`, which repeats the first chapter at the site's root.
    fn contents_of_first(&self, first: Option<&str>, numbers: bool) -> String {
        let list = contents::list(self.book, None, numbers);
        match first {
            Some(first) => {
                let link = format!("<a href=\"{}\"", html::escape(&chapters::address(first)));
                list.replacen(&link, &format!("{link} aria-current=\"page\""), 1)
            }
            None => list,
        }
    }

    /// The figures in the slots of those numbers.
    fn figures<'a>(&'a self, numbers: &'a [usize]) -> impl Iterator<Item = &'a Figure> {
        numbers.iter().filter_map(|number| match self.gathered.slots.get(*number)? {
            Slot::Figure(index) => self.gathered.figures.get(*index),
            Slot::Formula(_) | Slot::Broken(_) => None,
        })
    }

    /// The tag of the book's language.
    fn language(&self) -> String {
        self.config.book.language.clone().unwrap_or_else(|| "en".to_owned())
    }

    /// Where the site stands, as the beginning of a path, if the author has said it.
    fn base(&self) -> Option<String> {
        self.base_url.as_deref().map(|url| settings::path_of(url).to_owned()).or_else(|| {
            let set = self.config.get::<String>("output.html.site-url").ok().flatten()?;
            let path = if set.contains("://") { settings::path_of(&set) } else { &set };
            Some(format!("/{}/", path.trim_matches('/')).replace("//", "/"))
        })
    }

    /// The scripts and style sheets of `additional-js` and `additional-css`, under the names that they have among `all`.
    fn further_files(&self, all: &BTreeSet<String>) -> Further {
        let html = self.config.get::<HtmlConfig>("output.html").ok().flatten().unwrap_or_default();
        let mut plain: HashMap<String, &String> = all.iter().rev().map(|file| (unhashed(file), file)).collect();
        plain.extend(all.iter().map(|file| (file.clone(), file)));
        let found = |files: &[PathBuf]| {
            let names = files.iter().map(|file| file.to_string_lossy().replace('\\', "/"));
            names.filter_map(|name| plain.get(&name).map(|file| (*file).clone())).collect()
        };
        Further { sheets: found(&html.additional_css), scripts: found(&html.additional_js) }
    }

    /// A page of the book's with those further files that the theme has no place for: those that its page does not name.
    fn with_further_files(&self, raw: String, page: &str, further: &Further) -> String {
        let root = chapters::to_root(page);
        let head = raw.split_once("</head>").map_or("", |(head, _)| head);
        let tags = |files: &[String], tag: &dyn Fn(&str) -> String| -> String {
            let missing = files.iter().filter_map(|file| {
                let address = html::escape(&format!("{root}{}", chapters::address(file)));
                let quoted = format!("\"{address}\"");
                (!head.contains(&quoted) && !raw.contains(&quoted)).then(|| tag(&address))
            });
            missing.collect()
        };
        let sheets = tags(&further.sheets, &|href| format!("<link rel=\"stylesheet\" href=\"{href}\">\n"));
        let scripts = tags(&further.scripts, &|src| format!("<script defer src=\"{src}\"></script>\n"));
        if sheets.is_empty() && scripts.is_empty() {
            return raw;
        }
        raw.replacen("</head>", &format!("{sheets}{scripts}</head>"), 1)
    }

    fn direction(&self) -> String {
        match self.config.book.realized_text_direction() {
            TextDirection::RightToLeft => "rtl".to_owned(),
            _ => "ltr".to_owned(),
        }
    }

    /// The tags for the end of a page's head; `numbers` are those of its slots.
    fn head(&self, file: &str, lesson: Option<&str>, numbers: &[usize], scripts: Option<&Scripts>) -> String {
        let mut head = String::new();
        let authors = self.config.book.authors.join(", ");
        if !authors.is_empty() {
            head.push_str(&format!("<meta name=\"author\" content=\"{}\">\n", html::escape(&authors)));
        }
        if let (Some(base), Some(lesson)) = (&self.base_url, lesson) {
            // The first page has two addresses; search engines get the short one.
            let first = chapters::chapters(self.book).find_map(chapters::page);
            let page = if first.as_deref() == Some(lesson) { "" } else { lesson };
            let page = page.strip_suffix("index.html").unwrap_or(page);
            head.push_str(&format!(
                "<link rel=\"canonical\" href=\"{}{}\">\n",
                html::escape(base),
                html::escape(&chapters::address(page))
            ));
        }
        let mut figures = self.figures(numbers).peekable();
        if let (Some(scripts), Some(_)) = (scripts, figures.peek()) {
            head.push_str(&scripts.tag(&chapters::to_root(file), file == PRINT, figures));
            head.push('\n');
        }
        head
    }

    /// Demo ids that are also anchors of headings: on any page, since the print page has them all.
    fn collisions(&self, anchors: &BTreeMap<String, Vec<String>>, diagnostics: &mut Diagnostics) -> BTreeSet<String> {
        let mut taken = BTreeSet::new();
        // The first page of several.
        let pages: HashMap<&str, &str> =
            anchors.iter().rev().flat_map(|(page, ids)| ids.iter().map(|id| (id.as_str(), page.as_str()))).collect();
        for figure in &self.gathered.figures {
            if let Some(page) = pages.get(figure.id.as_str()) {
                taken.insert(figure.id.clone());
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
        taken
    }
}

/// The page with the whole book.
const PRINT: &str = "print.html";

/// What a page holds where a demo of the book can be chosen, by its title.
const PICKER: &str = "id=\"picker\"";

/// What stands, while the page with the whole book is made, for all chapters but the first and the last.
const BETWEEN: &str = "<!--chapters-->";

/// What a page, or a part of one, is made of.
struct Piece {
    slots: Slots,
    filled: Vec<Filling>,
    parts: Parts,
    key: String,
}

/// A page that is in the site.
struct Page {
    made: Made,
    /// What it has and refers to, figures included.
    digests: Vec<Arc<Digest>>,
    /// Those of mdBook's own files that it names.
    named: BTreeSet<String>,
}

/// The files of `additional-css` and `additional-js`, as they are called in the site.
struct Further {
    sheets: Vec<String>,
    scripts: Vec<String>,
}

impl Filling {
    /// Its digest on the page `file`.
    fn digest_in(&self, file: &str) -> Arc<Digest> {
        match self.rooted {
            true => Arc::new(self.digest.at(ROOT, &chapters::to_root(file))),
            false => self.digest.clone(),
        }
    }
}

/// What goes into the slots of the book.
struct Fillings<'a> {
    site: &'a Site<'a>,
    /// mdBook's own files in the site, without their folders.
    mdbooks: &'a [String],
    /// The file that the search begins with, if there is one. Any edit gives it another name, and every page names it: it
    /// is put into pages last.
    search: Option<&'a str>,
    /// Whether chapters begin on a sheet of their own on paper.
    page_break: bool,
    /// By the figures' places: pages have figures in common.
    known: Mutex<HashMap<usize, Filling>>,
}

impl Fillings<'_> {
    /// What goes into the slot of that number.
    fn numbered(&self, number: usize) -> Result<Filling> {
        let slot = self.site.gathered.slots.get(number);
        self.of(slot.with_context(|| template::nobodys(number))?)
    }

    fn of(&self, slot: &Slot) -> Result<Filling> {
        match slot {
            Slot::Figure(index) => {
                let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(known) = known().get(index) {
                    return Ok(known.clone());
                }
                let html = self.site.gathered.figures.get(*index).map_or("", |figure| &figure.html);
                let filling = self.made(html)?;
                known().insert(*index, filling.clone());
                Ok(filling)
            }
            Slot::Formula(html) => self.made(html),
            Slot::Broken(_) => self.made(&slot.html().unwrap_or_default()),
        }
    }

    fn made(&self, html: &str) -> Result<Filling> {
        let key = kept::key("filling", &[html, ROOT, &self.mdbooks.join("\n")]);
        let Contents { digest, named, rooted } = self.site.kept.or_make(&key, || {
            let digest = Digest::of(html)?;
            anyhow::Ok(Contents { digest, named: names_in(html, self.mdbooks), rooted: html.contains(ROOT) })
        })?;
        Ok(Filling { key, digest: digest.into(), named, rooted })
    }
}

/// The names that a text holds.
fn names_in(text: &str, names: &[String]) -> BTreeSet<String> {
    names.iter().filter(|name| text.contains(name.as_str())).cloned().collect()
}

/// A file's name without its folder.
fn name_of(file: &str) -> String {
    file.rsplit('/').next().unwrap_or(file).to_owned()
}

/// Puts one of the theme's scripts that only some pages need into the site, named after what is in it; nothing if the
/// theme has none.
fn theme_script(stem: &str, theme: &Path, site: &Path) -> Result<Option<String>> {
    let path = theme.join("js").join(format!("{stem}.js"));
    if !path.exists() {
        return Ok(None);
    }
    let text = module::compact(&files::read(&path)?);
    let name = format!("theme/js/{stem}-{}.js", files::hash(text.as_bytes()));
    files::write(&site.join(&name), text)?;
    Ok(Some(name))
}

/// The tags by which a page's scripts know the book and the page: `lesson` is empty where there is none to be read.
pub fn learning(catalogue: &str, file: &str, lesson: &str) -> String {
    let root = chapters::to_root(file);
    format!(
        "<meta name=\"curriculum-page\" content=\"{}\" data-root=\"{root}\">\n\
         <script defer src=\"{root}{catalogue}\"></script>\n",
        html::escape(lesson.strip_suffix(".html").unwrap_or(lesson)),
    )
}
