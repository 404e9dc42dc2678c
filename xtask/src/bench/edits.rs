//! What an edit costs: a copy of the checkout is served, a browser has one of its pages open, and a file is saved.

use std::{
    cell::RefCell,
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};

use super::{Budget, Figure, LESSON, measure};
use crate::{project::Project, run, tools};

/// The file that is edited for a demo: everything that is drawn is compiled with it.
const DEMO: &str = "demos/widgets/src/lib.rs";

/// How often an edit is measured; the median is reported.
const EDITS: usize = 3;

/// A copy of the checkout that is served and edited, and a browser that has the lesson open.
pub struct Edits {
    tree: PathBuf,
    serve: Child,
    browser: Child,
    // Closed on drop.
    input: Option<ChildStdin>,
    output: RefCell<BufReader<ChildStdout>>,
}

impl Edits {
    /// Serves a copy of the book as it is, with the lesson that is weighed open.
    pub fn start(project: &Project) -> Result<Self> {
        let tree = project.target.join("bench/tree");
        copy_checkout(&project.root, &tree)?;
        Self::serve(project, tree, LESSON)
    }

    /// Serves the checkout `tree`, with the lesson at `lesson` open, a path without its ending.
    pub fn serve(project: &Project, tree: PathBuf, lesson: &str) -> Result<Self> {
        let browser = tools::browser()?;
        let mut measure = measure(project, &browser)?;
        run::step("building a copy of the book to edit; the first time takes minutes");
        let mut serve = Command::new(env::current_exe().context("where is this program?")?);
        serve.args(["serve", "--port=3900"]).current_dir(&tree);
        serve
            .env("CARGO_MANIFEST_DIR", tree.join("xtask"))
            .env("CARGO_TARGET_DIR", project.target.join("bench/target"));
        serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut serve = serve.spawn().context("cannot start serve")?;
        let mut lines = BufReader::new(serve.stderr.take().context("serve's output")?).lines();
        let url = loop {
            let Some(line) = lines.next().transpose()? else { bail!("serve ended before it served") };
            if let Some(at) = line.find("http://127.0.0.1:") {
                break line[at..].trim_end_matches(|c: char| !c.is_ascii_digit()).to_owned();
            }
            eprintln!("{} {line}", run::paint("2", "copy │"));
        };
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| eprintln!("{} {line}", run::paint("2", "copy │")))
        });

        measure.args(["reload", &format!("{url}/{lesson}.html")]).env("SITE_DIR", tree.join("book"));
        measure.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = measure.spawn().context("cannot start the measuring program")?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("the measuring program's output")?).into();
        Ok(Self { tree, serve, browser: child, input, output })
    }

    /// From saving a lesson to its page reloaded.
    pub fn lesson(&self) -> Result<Figure> {
        let value = self.lesson_edited(LESSON)?;
        let notes = vec![format!("median of {EDITS} edits, in a browser")];
        Ok(Figure { name: "edit-lesson", value, unit: "s", budget: Budget::AtMost(2.0), peer: None, notes })
    }

    /// From saving Rust code to a page reloaded.
    pub fn demo(&self) -> Result<Figure> {
        let value = self.code_edited(DEMO)?;
        let notes = vec![format!("median of {EDITS} edits of {DEMO}, in a browser")];
        Ok(Figure { name: "edit-demo", value, unit: "s", budget: Budget::AtMost(12.0), peer: None, notes })
    }

    /// Seconds from saving a lesson, a path without its ending, to the open page reloaded; the median of [`EDITS`].
    pub fn lesson_edited(&self, lesson: &str) -> Result<f64> {
        self.median(&format!("src/{lesson}.md"), |text, edit| format!("{text}\n\nEdit {edit}.\n"))
    }

    /// The same for a file of Rust code.
    pub fn code_edited(&self, file: &str) -> Result<f64> {
        self.median(file, |text, edit| {
            format!("{text}\n/// An edit.\n#[must_use]\npub fn edit() -> usize {{\n    {edit}\n}}\n")
        })
    }

    /// Seconds from writing `file` to the page reloaded.
    fn median(&self, file: &str, edited: impl Fn(&str, usize) -> String) -> Result<f64> {
        let path = self.tree.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
        let mut seconds = Vec::new();
        for edit in 1..=EDITS {
            let edited = edited(&text, edit);
            self.prepare()?;
            let start = Instant::now();
            fs::write(&path, edited).with_context(|| format!("cannot write {file}"))?;
            self.expect("reloaded")?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        Ok(seconds[EDITS / 2])
    }

    /// Has the browser wait for a reload.
    fn prepare(&self) -> Result<()> {
        let mut input = self.input.as_ref().context("the measuring program's input is closed")?;
        input.write_all(b"\n").and_then(|()| input.flush()).context("the measuring program ended")?;
        self.expect("ready")
    }

    fn expect(&self, word: &str) -> Result<()> {
        let mut line = String::new();
        self.output.borrow_mut().read_line(&mut line)?;
        ensure!(line.trim() == word, "the measuring program says {line:?} instead of {word:?}");
        Ok(())
    }
}

impl Drop for Edits {
    fn drop(&mut self) {
        // It ends with its input, and ends its browser; killed, it could not.
        self.input = None;
        let _ = self.browser.wait();
        let _ = self.serve.kill();
        let _ = self.serve.wait();
    }
}

/// Copies what git tracks, and what it would track, into `tree`; files that are equal stay as they
/// are, so that nothing is compiled anew because of them.
pub fn copy_checkout(root: &Path, tree: &Path) -> Result<()> {
    let mut list = Command::new("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let list = run::output(&mut list, "git ls-files")?;
    for file in list.split('\0').filter(|file| !file.is_empty()) {
        let (from, to) = (root.join(file), tree.join(file));
        // Deleted, but not yet for git.
        let Ok(bytes) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|old| old == bytes) {
            continue;
        }
        let folder = to.parent().context("a file without a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(&to, bytes).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_is_equal() {
        let dir = tempfile::tempdir().unwrap();
        let (root, tree) = (dir.path().join("root"), dir.path().join("tree"));
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(root.join("src/a.md"), "a").unwrap();
        fs::write(root.join(".gitignore"), "ignored\n").unwrap();
        fs::write(root.join("ignored"), "x").unwrap();
        run::output(Command::new("git").args(["init", "-q"]).current_dir(&root), "git init").unwrap();
        copy_checkout(&root, &tree).unwrap();
        assert_eq!(fs::read_to_string(tree.join("src/a.md")).unwrap(), "a");
        assert!(!tree.join("ignored").exists());
        let before = fs::metadata(tree.join("src/a.md")).unwrap().modified().unwrap();
        copy_checkout(&root, &tree).unwrap();
        assert_eq!(fs::metadata(tree.join("src/a.md")).unwrap().modified().unwrap(), before);
    }
}
