//! A book of twenty modules, made out of the one that there is: what it costs to write, to edit and to open.

mod copies;

use std::{collections::BTreeMap, fs, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    Budget, Figure, LESSON, Name, Scale, Sent,
    edits::{Edits, copy_checkout},
    measure, round,
};
use crate::{
    project::Project,
    run,
    site::{self, Site, Stale},
    tools,
};

/// How many modules the book has.
const MODULES: usize = 20;

/// The file of a stage, below the folder of the components: where it lies there is the components' business.
const STAGE: &str = "topology/mod.rs";

/// The figures of those names that are wanted.
pub fn figures(project: &Project, wanted: impl Fn(Name) -> bool) -> Result<Vec<Figure>> {
    let writes = wanted(Name::Book20Cold) || wanted(Name::Book20Cached);
    let opens = wanted(Name::Book20Page) || wanted(Name::Book20Print);
    let edits = wanted(Name::Book20Lesson) || wanted(Name::Book20Stage);
    let searches = wanted(Name::Search20Query);
    if !(writes || opens || edits || searches) {
        return Ok(vec![]);
    }
    run::step(&format!("making a book of {MODULES} modules"));
    let tree = project.target.join("bench/book-20");
    let lesson = lay_out(project, &tree)?;
    let mut figures = vec![];
    if writes {
        let writing = Writing { project, tree: &tree, release: false };
        writing.compile()?;
        remove(&tree.join("target"))?;
        let cold = writing.write()?;
        let figure = |name, value, budget| seconds(name, value, budget, "the builder alone, everything compiled");
        if wanted(Name::Book20Cold) {
            figures.push(figure("book-20-cold", cold, 90.0));
        }
        if wanted(Name::Book20Cached) {
            figures.push(figure("book-20-cached", writing.write()?, 10.0));
        }
    }
    if edits {
        let bench = Edits::serve(project, tree.clone(), &lesson)?;
        if wanted(Name::Book20Lesson) {
            let value = bench.lesson_edited(&lesson)?;
            figures.push(seconds("book-20-edit-lesson", value, 2.0, "median, in a browser"));
        }
        if wanted(Name::Book20Stage) {
            let file = stage(&tree)?;
            let value = bench.code_edited(&file)?;
            let note = format!("median of edits of {file}, in a browser; it is compiled twice in that time");
            figures.push(seconds("book-20-edit-stage", value, 30.0, &note));
        }
    }
    if searches {
        let writing = Writing { project, tree: &tree, release: false };
        writing.compile()?;
        writing.write()?;
        figures.extend(search(project, &tree)?);
    }
    if opens {
        // As readers get it.
        Writing { project, tree: &tree, release: true }.compile()?;
        Writing { project, tree: &tree, release: true }.write()?;
        if wanted(Name::Book20Page) {
            figures.extend(page(project, &tree, &lesson)?);
        }
        if wanted(Name::Book20Print) {
            figures.extend(print(project, &tree)?);
        }
    }
    Ok(figures)
}

fn seconds(name: &'static str, value: f64, budget: f64, note: &str) -> Figure {
    let notes = vec![note.to_owned(), format!("the machine's load: {}", load())];
    Figure { name, value, unit: "s", budget: Budget::AtMost(budget), peer: None, notes }
}

/// How many processes wanted a core in the last minute, as the system tells; a dash where it does not.
fn load() -> String {
    let told = fs::read_to_string("/proc/loadavg").ok();
    told.as_deref().and_then(|text| text.split(' ').next()).unwrap_or("–").to_owned()
}

/// Copies the checkout to `tree` and makes its book one of [`MODULES`] modules; a lesson of the last of them, as a path
/// below the sources without its ending.
fn lay_out(project: &Project, tree: &Path) -> Result<String> {
    copy_checkout(&project.root, tree)?;
    let src = project.root.join("src");
    let mut files = read_all(&src)?;
    let book_toml = fs::read_to_string(project.root.join("book.toml")).context("cannot read book.toml")?;
    let copied = copies::make(&mut files, book_toml, MODULES)?;
    write_changed(&tree.join("book.toml"), copied.book_toml.as_bytes())?;
    let to = tree.join("src");
    for (file, content) in &files {
        write_changed(&to.join(file), content)?;
    }
    for file in read_all(&to)?.keys().filter(|file| !files.contains_key(*file)) {
        fs::remove_file(to.join(file)).with_context(|| format!("cannot remove {file}"))?;
    }
    let (module, lesson) = LESSON.rsplit_once('/').context("a lesson lies in a module")?;
    let last = copied.folders.iter().rev().find(|(of, _)| of == module).context("the module was not copied")?;
    eprintln!("{} figures in {}", copied.figures, tree.display());
    Ok(format!("{}/{lesson}", last.1))
}

/// Every file below a folder, by its path with `/`.
fn read_all(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    fn walk(folder: &Path, prefix: &str, out: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
            if path.is_dir() {
                walk(&path, &format!("{name}/"), out)?;
            } else {
                out.insert(name, fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
            }
        }
        Ok(())
    }
    let mut out = BTreeMap::new();
    walk(folder, "", &mut out)?;
    Ok(out)
}

/// Writes a file unless it has this content already.
fn write_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let folder = path.parent().context("a file without a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// The stage that is edited, from the root of the checkout.
fn stage(tree: &Path) -> Result<String> {
    let folder = "demos/widgets/src";
    let files = read_all(&tree.join(folder))?;
    let found = files.keys().find(|file| file.as_str() == STAGE || file.ends_with(&format!("/{STAGE}")));
    Ok(format!("{folder}/{}", found.with_context(|| format!("no component has a file {STAGE}"))?))
}

/// The large book, written by the builder of the checkout that is measured.
struct Writing<'a> {
    project: &'a Project,
    tree: &'a Path,
    release: bool,
}

impl Writing<'_> {
    fn site(&self) -> Site {
        let options = site::Options { release: self.release, base_url: None };
        Site::of_book(self.project.clone(), options, self.tree.to_owned(), self.tree.join("book"))
    }

    fn compile(&self) -> Result<()> {
        self.site().compile(Stale { modules: true, builder: true })
    }

    /// Seconds.
    fn write(&self) -> Result<f64> {
        let start = Instant::now();
        self.site().write()?;
        Ok(start.elapsed().as_secs_f64())
    }
}

/// What a page weighs in the large book and in the small one.
fn page(project: &Project, tree: &Path, lesson: &str) -> Result<Vec<Figure>> {
    let small = Scale::new(project)?;
    let large = Scale { project, browser: tools::browser()?, out: tree.join("book") };
    let total = |sent: &[Sent]| sent.iter().map(|sent| sent.bytes).sum::<f64>() / 1e3;
    let (before, after) = (small.weigh(LESSON)?, large.weigh(lesson)?);
    ensure!(before.len() == after.len(), "a page fetches other files in the large book");
    let more = (MODULES - 1) as f64;
    let value = (total(&after) - total(&before)) / more;
    let mut notes = vec![format!("{:.1} KB with one module, {:.1} KB with {MODULES}", total(&before), total(&after))];
    for old in &before {
        let new = after.iter().find(|new| {
            let (old, new) = (&old.path, &new.path);
            let ending = |path: &str| path.rsplit('.').next().map(str::to_owned);
            ending(old) == ending(new) && stem_of(old) == stem_of(new)
        });
        if let Some(new) = new.filter(|new| (new.bytes - old.bytes).abs() > 100.0) {
            notes.push(format!("{:7.3} KB  a module, of {}", (new.bytes - old.bytes) / 1e3 / more, stem_of(&new.path)));
        }
    }
    Ok(vec![Figure { name: "book-20-page", value, unit: "KB", budget: Budget::AtMost(1.0), peer: None, notes }])
}

/// A file's name without its fingerprint.
fn stem_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    match name.rsplit_once('-') {
        Some((stem, print)) if print.len() >= 8 && print.bytes().all(|b| b.is_ascii_hexdigit()) => stem,
        _ => name,
    }
}

/// What it takes to open the page for print.
fn print(project: &Project, tree: &Path) -> Result<Vec<Figure>> {
    run::step("opening the page for print");
    let browser = tools::browser()?;
    let mut command = measure(project, &browser)?;
    command.args(["print", "print.html"]).env("SITE_DIR", tree.join("book"));
    let found: Value = serde_json::from_str(&run::output(&mut command, "opening the page for print")?)?;
    let number = |key: &str| found[key].as_f64().with_context(|| format!("measure printed no {key}: {found}"));
    let note = format!(
        "{} figures, {:.1} MB of HTML; {} fetched by themselves while the page was scrolled through; one came alive on demand in {:.1} s",
        number("figures")?,
        number("bytes")? / 1e6,
        number("modules")?,
        number("alive")?
    );
    let mut figure = seconds("book-20-print", number("seconds")?, 20.0, &note);
    figure.notes.push(format!("{} MiB of the page's heap", round(number("heap")? / f64::from(1 << 20), 0)));
    Ok(vec![figure])
}

/// Queries of all kinds: a word, a common one, the beginning of many, several, an unknown one, a planned topic.
const QUERIES: [&str; 8] = [
    "idempotency",
    "the",
    "co",
    "con",
    "server client message reply",
    "what happens when the reply is lost and the client tries again",
    "CAP theorem",
    "raft",
];

/// What a query fetches, and how soon it answers.
fn search(project: &Project, tree: &Path) -> Result<Vec<Figure>> {
    run::step("searching the book");
    let browser = tools::browser()?;
    let mut command = measure(project, &browser)?;
    command.args(["find", "index.html"]).args(QUERIES).env("SITE_DIR", tree.join("book"));
    let found: Value = serde_json::from_str(&run::output(&mut command, "searching in a browser")?)?;
    let found = found.as_array().context("measure printed no list")?;
    let worst = |key: &str| {
        let numbers: Option<Vec<f64>> = found.iter().map(|query| query[key].as_f64()).collect();
        numbers.map(|numbers| numbers.into_iter().fold(0.0, f64::max)).with_context(|| format!("no {key} in {found:?}"))
    };
    let mut notes = vec![
        "the most of these queries, each in a page just opened; script and index counted; first and last result"
            .to_owned(),
    ];
    notes.extend(found.iter().map(|query| {
        let number = |key: &str| query[key].as_f64().unwrap_or_default();
        let (bytes, ms, all) = (number("bytes") / 1e3, number("ms"), number("all"));
        format!(
            "{bytes:6.1} KB {ms:4.0} ms {all:4.0} ms, {} results shown: {}",
            query["results"],
            query["query"].as_str().unwrap_or_default()
        )
    }));
    let figure = |value, unit, budget, notes| {
        let budget = Budget::AtMost(budget);
        Figure { name: "search-20-query", value, unit, budget, peer: None, notes }
    };
    Ok(vec![
        figure(worst("bytes")? / 1e3, "KB", 150.0, notes),
        figure(
            worst("ms")?,
            "ms",
            100.0,
            vec!["from the last letter to the first results drawn, a median, on this machine".to_owned()],
        ),
    ])
}

/// The folders that a book was multiplied into: the module's, and its copy's.
type Folders = Vec<(String, String)>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_no_part_of_a_name() {
        assert_eq!(stem_of("/css/page-01234567.css"), "page");
        assert_eq!(stem_of("/demos/calls-glue-0123456789abcdef.js"), "calls-glue");
        assert_eq!(stem_of("/a/client-server-p2p.html"), "client-server-p2p");
    }

    #[test]
    fn a_stage_is_found_wherever_it_lies() {
        let dir = tempfile::tempdir().unwrap();
        let file = "demos/widgets/src/stages/topology/mod.rs";
        write_changed(&dir.path().join(file), b"").unwrap();
        write_changed(&dir.path().join("demos/widgets/src/a/other_topology/mod.rs"), b"").unwrap();
        assert_eq!(stage(dir.path()).unwrap(), file);
    }
}
