//! From what mdBook rendered to the whole site: each page completed, the embed pages written, the
//! compiled demos copied.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use mdbook_driver::{
    book::Book,
    config::{Config, HtmlConfig, TextDirection},
};

use crate::{
    blocks::guard::caught,
    chapters,
    course::{catalogue::Catalogue, settings::Course},
    diagnostics::{Diagnostic, Diagnostics},
    figures::{Gathered, Slot},
    files, html,
    pages::{
        assets::unhashed,
        contents, embed,
        module::{self, Module, Scripts},
        redirects::{self, Redirects},
        search, settings,
        template::{self, Moved, Parts, Rewritten},
    },
};

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
}

impl Site<'_> {
    /// Completes every page, writes the embed pages and copies the compiled demos. Gives the demos'
    /// ids that are anchors of something else too.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written, or the theme lacks one.
    pub fn finish(
        &self,
        theme: &Path,
        modules: Option<&[Module]>,
        diagnostics: &mut Diagnostics,
    ) -> Result<BTreeSet<String>> {
        // Page by page: the chapter's file and title.
        let lessons: BTreeMap<String, (&Path, &str)> = chapters::chapters(self.book)
            .filter_map(|chapter| {
                let source = chapter.source_path.as_deref()?;
                Some((chapters::page(chapter)?, (source, chapter.name.as_str())))
            })
            .collect();
        let first = chapters::chapters(self.book).find_map(chapters::page);
        let scripts = modules.map(|modules| module::install(modules, theme, self.staging)).transpose()?;
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
        let (catalogue, script) = catalogue.script();
        files::write(&self.staging.join(&catalogue), script)?;
        let numbers = !self.config.get::<bool>("output.html.no-section-label").ok().flatten().unwrap_or(false);
        let mut shared = Vec::new();
        let mut sheets = BTreeSet::new();
        let mut anchors: HashMap<String, Vec<String>> = HashMap::new();
        let index = search::write(self.staging, self.book, self.config)?;
        let all = files::list(self.staging)?;
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
        let page_break = self.config.get::<bool>("output.html.print.page-break").ok().flatten().unwrap_or(true);
        for file in all.iter().filter(|file| file.ends_with(".html")) {
            if file == "toc.html" {
                continue;
            }
            let page = caught(|| -> Result<()> {
                let path = self.staging.join(file);
                let mut raw = files::read(&path)?;
                let whole = ["index.html", "print.html", &missing].contains(&file.as_str());
                let ours = whole || lessons.contains_key(file);
                // The first chapter is also the site's first page.
                let current = match file.as_str() {
                    "index.html" => first.as_deref(),
                    file => lessons.contains_key(file).then_some(file),
                };
                let mut parts = Parts::default();
                if ours {
                    if let Some(start) = &index {
                        raw = raw.replace(search::START, start);
                    }
                    raw = self.with_further_files(raw, file, &all);
                    if let Some(moved) = self.redirects.0.get(file).filter(|moved| moved.to.is_none()) {
                        let (text, script) = frame.for_parts(file, &moved.parts);
                        raw = raw.replacen("</main>", &format!("{text}</main>"), 1);
                        parts.head.push_str(&script);
                    }
                    if file == "print.html" && !page_break {
                        raw = raw.replace(template::PAGE_BREAK, "");
                    }
                    parts.contents = Some(match file.as_str() {
                        "index.html" => self.contents_of_first(first.as_deref(), numbers),
                        _ => contents::list(self.book, current, numbers),
                    });
                    parts.moved = match file.as_str() {
                        "index.html" if current.is_some_and(|page| page != "index.html") => Moved::All,
                        "print.html" => Moved::Rest,
                        _ => Moved::Not,
                    };
                    parts.early = learning(&catalogue, file, current.unwrap_or_default());
                    parts.head.push_str(&self.head(file, current, &raw, scripts.as_ref()));
                    if *file == missing {
                        parts.base = self.base().map(|base| (base, file.clone()));
                        if let (None, Some(script)) = (&parts.base, &finder) {
                            parts.head.push_str(&template::probes(script));
                            raw = raw.replacen("</main>", &format!("{}</main>", template::WAY_HOME), 1);
                        }
                    }
                }
                let Rewritten { html, ids, problems, shared: tags } =
                    template::rewrite(&raw, &parts).with_context(|| format!("in the page {file}"))?;
                if file == "index.html" {
                    shared = tags;
                }
                // Every page has the same template: told once, since repetitions are dropped.
                diagnostics.extend(problems.into_iter().map(|problem| Diagnostic::in_file("theme/index.hbs", problem)));
                if lessons.contains_key(file) {
                    anchors.insert(file.clone(), ids);
                }
                let (html, had) = template::only_sheets(&html, &self.sheets(&raw))?;
                sheets.extend(had);
                let html = template::splice(&html, |number| self.gathered.slot(number, &chapters::to_root(file)))
                    .with_context(|| format!("in the page {file}"))?;
                files::write(&path, html)
            });
            match page {
                Ok(written) => written?,
                Err(panic) => {
                    let source = lessons.get(file).map(|(source, _)| self.config.book.src.join(source));
                    let name = source.map_or_else(|| file.clone(), |path| path.to_string_lossy().replace('\\', "/"));
                    let told =
                        Diagnostic::in_file(name, format!("the builder panicked while it wrote the page {file}"));
                    diagnostics.push(panic.told(told, self.gathered.repository.as_deref()));
                }
            }
        }
        frame.head = shared.join("\n");
        self.redirects.write(self.staging, &frame)?;
        self.check_sheets(&sheets, diagnostics);
        let taken = self.collisions(&anchors, diagnostics);

        let mut frame = embed::Frame {
            book: title,
            language: self.language(),
            direction: if shared.is_empty() { "ltr".to_owned() } else { self.direction() },
            head: String::new(),
            catalogue,
            scripts,
        };
        let shared = shared.join("\n");
        for figure in &self.gathered.figures {
            let Some((page, (_, name))) = lessons.iter().find(|(_, (source, _))| *source == figure.lesson) else {
                continue;
            };
            (frame.head, _) = template::only_sheets(&shared, &figure.sheets.iter().copied().collect())?;
            files::write(&self.staging.join(embed::file(&figure.id)), embed::page(&frame, figure, page, name))?;
        }
        Ok(taken)
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

    /// The style sheets of the demos on a page, its slots still empty.
    fn sheets(&self, raw: &str) -> BTreeSet<&'static str> {
        template::slots(raw)
            .filter_map(|(_, number, _)| match self.gathered.slots.get(number)? {
                Slot::Figure(index) => self.gathered.figures.get(*index),
                Slot::Formula(_) | Slot::Broken(_) => None,
            })
            .flat_map(|figure| figure.sheets.iter().copied())
            .collect()
    }

    /// Style sheets that a demo is drawn with and the book lacks, and the other way round. A theme of somebody's own
    /// may have all in one sheet.
    fn check_sheets(&self, linked: &BTreeSet<String>, diagnostics: &mut Diagnostics) {
        if linked.is_empty() {
            return;
        }
        let known: BTreeSet<_> = widgets::bundles::entries().iter().flat_map(|entry| entry.sheets).copied().collect();
        for figure in &self.gathered.figures {
            for sheet in figure.sheets.iter().filter(|sheet| !linked.contains(**sheet)) {
                let message = format!(
                    "`{}` is drawn with css/{sheet}.css, which no page links: name it in `additional-css`",
                    figure.name
                );
                diagnostics.push(Diagnostic::in_file("book.toml", message));
            }
        }
        for sheet in linked.iter().filter(|sheet| !known.contains(&***sheet)) {
            let message = format!("no demo names css/{sheet}.css among its sheets, so no page would link it");
            diagnostics.push(Diagnostic::in_file("book.toml", message));
        }
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

    /// A page of the book's with the scripts and style sheets of `additional-js` and `additional-css` that the theme
    /// has no place for: those that its page does not name.
    fn with_further_files(&self, raw: String, page: &str, all: &BTreeSet<String>) -> String {
        let html = self.config.get::<HtmlConfig>("output.html").ok().flatten().unwrap_or_default();
        let root = chapters::to_root(page);
        let tags = |files: &[PathBuf], tag: &dyn Fn(&str) -> String| -> String {
            let found = files.iter().filter_map(|file| {
                let name = file.to_string_lossy().replace('\\', "/");
                let found = all.iter().find(|found| **found == name || unhashed(found) == name)?;
                let address = html::escape(&format!("{root}{}", chapters::address(found)));
                (!raw.contains(&format!("\"{address}\""))).then(|| tag(&address))
            });
            found.collect()
        };
        let sheets = tags(&html.additional_css, &|href| format!("<link rel=\"stylesheet\" href=\"{href}\">\n"));
        let scripts = tags(&html.additional_js, &|src| format!("<script defer src=\"{src}\"></script>\n"));
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

    /// The tags for the end of a page's head.
    fn head(&self, file: &str, lesson: Option<&str>, raw: &str, scripts: Option<&Scripts>) -> String {
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
        let living =
            template::slots(raw).any(|(_, number, _)| matches!(self.gathered.slots.get(number), Some(Slot::Figure(_))));
        if let (Some(scripts), true) = (scripts, living) {
            head.push_str(&scripts.tag(&chapters::to_root(file)));
            head.push('\n');
        }
        head
    }

    /// Demo ids that are also anchors of headings: on any page, since the print page has them all.
    fn collisions(&self, anchors: &HashMap<String, Vec<String>>, diagnostics: &mut Diagnostics) -> BTreeSet<String> {
        let mut taken = BTreeSet::new();
        let mut pages: Vec<_> = anchors.iter().collect();
        pages.sort();
        for figure in &self.gathered.figures {
            if let Some((page, _)) = pages.iter().find(|(_, ids)| ids.contains(&figure.id)) {
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
