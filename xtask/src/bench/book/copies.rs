//! Makes modules out of those that a book has: the same texts and runs, under other names.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

use super::Folders;

/// The list of chapters.
const SUMMARY: &str = "SUMMARY.md";
/// The page of terms.
const GLOSSARY: &str = "glossary.md";
/// A former address that each copy of a module has, so that there are redirects too.
const FORMER: &str = "former.html";

/// What came of a book.
#[derive(Debug)]
pub struct Copied {
    /// `book.toml` with the redirects of the copies.
    pub book_toml: String,
    /// Each copy's module and folder.
    pub folders: Folders,
    /// How many figures the book's modules have now.
    pub figures: usize,
}

/// Copies the modules among `files`, the sources of a book by their paths, until there are `modules` of them.
///
/// The ids of a copy end in its number: those of figures, questions, answers and headings; so do the names of quizzes'
/// files, the titles of figures and chapters, and the forms of the glossary's terms that lead into the module. What
/// leads from one place of a module to another leads to the same place of the copy; what leads out of it stays.
pub fn make(files: &mut BTreeMap<String, Vec<u8>>, mut book_toml: String, modules: usize) -> Result<Copied> {
    let originals: Vec<String> = files
        .keys()
        .filter_map(|file| file.strip_suffix("/index.md"))
        .filter(|folder| folder.matches('/').count() == 1)
        .map(str::to_owned)
        .collect();
    ensure!(!originals.is_empty(), "the book has no module: no src/PART/MODULE/index.md");
    let mut summary = text(files, SUMMARY)?.to_owned();
    let mut glossary = text(files, GLOSSARY)?.to_owned();
    let mut redirects = String::new();
    let mut folders = Folders::new();
    for number in originals.len()..modules {
        let module = &originals[number % originals.len()];
        let mark = format!("-m{:02}", number + 1);
        let copy = Copy { module, folder: format!("{module}{mark}"), ids: ids(files, module)?, mark };
        let own: Vec<String> = files.keys().filter(|file| copy.has(file)).cloned().collect();
        for file in own {
            let content = match std::str::from_utf8(&files[&file]) {
                Ok(text) if file.ends_with(".md") || file.ends_with(".toml") => copy.text(text).into_bytes(),
                _ => files[&file].clone(),
            };
            files.insert(copy.path(&file), content);
        }
        summary = copy.summary(&summary)?;
        glossary.push_str(&copy.terms(text(files, GLOSSARY)?));
        redirects.push_str(&format!("\"/{0}/{FORMER}\" = \"index.html\"\n", copy.folder));
        folders.push((module.clone(), copy.folder));
    }
    files.insert(SUMMARY.to_owned(), summary.into_bytes());
    files.insert(GLOSSARY.to_owned(), glossary.into_bytes());
    const TABLE: &str = "[output.html.redirect]\n";
    book_toml = match book_toml.split_once(TABLE) {
        Some((before, after)) => format!("{before}{TABLE}{redirects}{after}"),
        None => format!("{book_toml}\n{TABLE}{redirects}"),
    };
    let figures = files.iter().filter(|(file, _)| file.ends_with(".md")).map(|(_, content)| {
        let text = String::from_utf8_lossy(content);
        text.lines().filter(|line| line.starts_with(FENCE)).count()
    });
    Ok(Copied { book_toml, figures: figures.sum(), folders })
}

/// How a figure's block begins.
const FENCE: &str = "```demo ";

fn text<'a>(files: &'a BTreeMap<String, Vec<u8>>, file: &str) -> Result<&'a str> {
    let content = files.get(file).with_context(|| format!("the book has no {file}"))?;
    std::str::from_utf8(content).with_context(|| format!("{file} is no text"))
}

/// What an id can consist of.
fn is_of_id(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// The id that a text begins with.
fn leading_id(text: &str) -> &str {
    &text[..text.find(|c| !is_of_id(c)).unwrap_or(text.len())]
}

/// The ids of a module, whatever they name.
fn ids(files: &BTreeMap<String, Vec<u8>>, module: &str) -> Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for file in files.keys().filter(|file| file.starts_with(&format!("{module}/"))) {
        let stem = file.rsplit('/').next().and_then(|name| name.strip_suffix(".toml"));
        if let Some(stem) = stem {
            // The figure of `{{#quiz …}}`.
            ids.insert(format!("quiz-{stem}"));
        }
        if file.ends_with(".md") {
            let text = text(files, file)?;
            for before in [" {#", " id=\""] {
                ids.extend(text.split(before).skip(1).map(|rest| leading_id(rest).to_owned()));
            }
            for block in text.split(FENCE).skip(1) {
                ids.extend(block.split("\"id\": \"").nth(1).map(|rest| leading_id(rest).to_owned()));
            }
        } else if stem.is_some() {
            let lines = text(files, file)?.lines();
            ids.extend(lines.filter_map(|line| line.strip_prefix("id = \"")).map(|rest| leading_id(rest).to_owned()));
        }
    }
    ids.remove("");
    Ok(ids)
}

/// One copy of a module.
struct Copy<'a> {
    /// The folder of the original, from the sources.
    module: &'a str,
    /// The folder of the copy.
    folder: String,
    /// The ids in it.
    ids: BTreeSet<String>,
    /// What is added to names.
    mark: String,
}

impl Copy<'_> {
    fn has(&self, file: &str) -> bool {
        file.strip_prefix(self.module).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Where a file of the module goes.
    fn path(&self, file: &str) -> String {
        format!("{}{}", self.folder, self.files(&file[self.module.len()..]))
    }

    /// A path below the module: a quiz has a name of its own.
    fn files(&self, path: &str) -> String {
        path.strip_suffix(".toml").map_or_else(|| path.to_owned(), |path| format!("{path}{}.toml", self.mark))
    }

    /// An id under its new name; one of elsewhere as it is.
    fn id(&self, id: &str) -> String {
        if self.ids.contains(id) { format!("{id}{}", self.mark) } else { id.to_owned() }
    }

    /// A text of the module, with its ids, links and titles changed.
    fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        // In a block: whether its id and its title are still to come.
        let mut block: Option<(bool, bool)> = None;
        for line in text.split_inclusive('\n') {
            let mut line = line.to_owned();
            if line.starts_with(FENCE) {
                block = Some((true, true));
            } else if line.starts_with("```") {
                block = None;
            } else if let Some((id, title)) = &mut block {
                if *id && line.contains("\"id\": \"") {
                    line = self.after(&line, "\"id\": \"");
                    *id = false;
                }
                if *title && let Some((before, after)) = line.split_once("\"title\": \"") {
                    // Two figures are never the same, however little is asked of a block's words.
                    let number = self.mark.trim_start_matches("-m");
                    line = format!("{before}\"title\": \"{number}. {after}");
                    *title = false;
                }
                if let Some((before, after)) = line.split_once("\"file\": \"")
                    && let Some((path, after)) = after.split_once('"')
                {
                    line = format!("{before}\"file\": \"{}\"{after}", self.files(path));
                }
            }
            if let Some((before, after)) = line.split_once("{{#quiz ")
                && let Some((path, after)) = after.split_once("}}")
            {
                line = format!("{before}{{{{#quiz {}}}}}{after}", self.files(path));
            }
            for before in [" {#", "{{#run ", " id=\"", " href=\"#"] {
                line = self.after(&line, before);
            }
            for before in ["id = \"", "prompt.demo = \""] {
                if line.starts_with(before) {
                    line = self.after(&line, before);
                }
            }
            const AFTER: &str = "data-after=\"";
            if let Some((before, after)) = line.split_once(AFTER)
                && let Some((words, after)) = after.split_once('"')
            {
                let words: Vec<String> = words.split(' ').map(|id| self.id(id)).collect();
                line = format!("{before}{AFTER}{}\"{after}", words.join(" "));
            }
            out.push_str(&self.links(&line, true));
        }
        out
    }

    /// Changes the ids that follow `before`.
    fn after(&self, line: &str, before: &str) -> String {
        let mut parts = line.split(before);
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let id = leading_id(part);
            out.push_str(&format!("{before}{}{}", self.id(id), &part[id.len()..]));
        }
        out
    }

    /// Changes links that lead into the module. `within`: they are written in one of its lessons.
    fn links(&self, line: &str, within: bool) -> String {
        let mut parts = line.split("](");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find([')', ' ']).unwrap_or(part.len());
            let (address, rest) = part.split_at(end);
            let (path, anchor) = address.split_once('#').map_or((address, None), |(path, anchor)| (path, Some(anchor)));
            let inside = if within { !path.starts_with("../") && !path.contains("://") } else { self.has(path) };
            let path = match inside {
                true if within => path.to_owned(),
                true => self.path(path),
                false => path.to_owned(),
            };
            out.push_str(&format!("]({path}"));
            if let Some(anchor) = anchor {
                out.push_str(&format!("#{}", if inside { self.id(anchor) } else { anchor.to_owned() }));
            }
            out.push_str(rest);
        }
        out
    }

    /// The list of chapters with those of the copy, after all that the module has there.
    fn summary(&self, summary: &str) -> Result<String> {
        let lines: Vec<&str> = summary.lines().collect();
        let of_module = |line: &&str| line.contains(&format!("]({}/", self.module));
        let last = lines.iter().rposition(of_module).with_context(|| format!("no chapter lies in {}", self.module))?;
        let number = self.mark.trim_start_matches("-m");
        let added = lines.iter().filter(|line| of_module(line)).map(|line| {
            let line = self.links(line, false);
            line.replacen("](", &format!(" ({number})]("), 1)
        });
        let mut out: Vec<String> = lines[..=last].iter().map(|line| (*line).to_owned()).collect();
        // The copies before this one stand there already.
        let mut rest = lines[last + 1..].iter().peekable();
        while let Some(line) = rest.next_if(|line| line.contains(&format!("]({}-m", self.module))) {
            out.push((*line).to_owned());
        }
        out.extend(added);
        out.extend(rest.map(|line| (*line).to_owned()));
        Ok(out.join("\n") + "\n")
    }

    /// The terms that are explained in the module, once more: every module brings some.
    fn terms(&self, glossary: &str) -> String {
        let number = self.mark.trim_start_matches('-');
        let mut out = String::new();
        for entry in glossary.split("\n\n") {
            let Some((term, definition)) = entry.trim().split_once("\n: ") else { continue };
            if !definition.contains(&format!("]({}/", self.module)) {
                continue;
            }
            let (term, forms) = term.split_once(" (also: ").unwrap_or((term, ""));
            out.push_str(&format!("\n{term} {number}"));
            if !forms.is_empty() {
                let forms: Vec<String> =
                    forms.trim_end_matches(')').split(", ").map(|form| format!("{form} {number}")).collect();
                out.push_str(&format!(" (also: {})", forms.join(", ")));
            }
            out.push_str(&format!("\n: {}\n", self.links(definition, false)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> BTreeMap<String, Vec<u8>> {
        let files = [
            (SUMMARY, "# S\n\n- [M](p/m/index.md)\n  - [A](p/m/a.md)\n\n# About\n\n- [G](glossary.md)\n"),
            (
                GLOSSARY,
                "# G {#g}\n\nStub (also: a stub, stubs)\n: What packs. In [A](p/m/a.md#call).\n\nPeer\n: A node.\n",
            ),
            ("p/m/index.md", "# M {#m}\n\n[A](a.md) and [call](a.md#call), [out](../../glossary.md#call).\n"),
            (
                "p/m/a.md",
                "## Call {#call}\n\n```demo x\n{\n  \"id\": \"lost\",\n  \"title\": \"Lost\",\n  \"value\": { \"id\": \"lost\" }\n}\n```\n\n\
                 It is {{#run lost.n}} of {{#run welcome.n}}; [there](#call), [x](https://x.example/#call).\n\n\
                 {{#quiz quizzes/q.toml}}\n\n```demo quiz\n{ \"id\": \"mine\", \"title\": \"Q\", \"file\": \"quizzes/q.toml\" }\n```\n\n\
                 {{#run quiz-q.questions}}\n\n<details class=\"solution\" id=\"s\" data-after=\"lost mine\">\n",
            ),
            (
                "p/m/quizzes/q.toml",
                "[[questions]]\nid = \"one\"\nprompt.demo = \"lost\"\ncontext = \"{{#run lost.n}}\"\n",
            ),
            ("p/m/a.png", "\u{0}{#call}"),
        ];
        files.into_iter().map(|(file, text)| (file.to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_copy_has_names_of_its_own() {
        let mut files = book();
        let copied = make(&mut files, "[book]\n".to_owned(), 3).unwrap();
        let text = |file: &str| String::from_utf8(files[file].clone()).unwrap();
        assert_eq!(
            text("p/m-m02/a.md"),
            "## Call {#call-m02}\n\n```demo x\n{\n  \"id\": \"lost-m02\",\n  \"title\": \"02. Lost\",\n  \"value\": { \"id\": \"lost\" }\n}\n```\n\n\
             It is {{#run lost-m02.n}} of {{#run welcome.n}}; [there](#call-m02), [x](https://x.example/#call).\n\n\
             {{#quiz quizzes/q-m02.toml}}\n\n```demo quiz\n{ \"id\": \"mine-m02\", \"title\": \"02. Q\", \"file\": \"quizzes/q-m02.toml\" }\n```\n\n\
             {{#run quiz-q-m02.questions}}\n\n<details class=\"solution\" id=\"s-m02\" data-after=\"lost-m02 mine-m02\">\n"
        );
        assert_eq!(
            text("p/m-m03/quizzes/q-m03.toml"),
            "[[questions]]\nid = \"one-m03\"\nprompt.demo = \"lost-m03\"\ncontext = \"{{#run lost-m03.n}}\"\n"
        );
        assert_eq!(
            text("p/m-m02/index.md"),
            "# M {#m-m02}\n\n[A](a.md) and [call](a.md#call-m02), [out](../../glossary.md#call).\n"
        );
        assert_eq!(files["p/m-m02/a.png"], files["p/m/a.png"]);
        // What was there stays as it was.
        let before = book();
        assert!(
            before.iter().filter(|(file, _)| file.starts_with("p/")).all(|(file, content)| files[file] == *content)
        );
        assert_eq!(copied.figures, 6);
        assert_eq!(copied.folders[1], ("p/m".to_owned(), "p/m-m03".to_owned()));
    }

    #[test]
    fn what_lists_the_modules_lists_the_copies() {
        let mut files = book();
        let toml = "[output.html.redirect]\n\"/a.html\" = \"/b.html\"\n".to_owned();
        let copied = make(&mut files, toml, 3).unwrap();
        let text = |file: &str| String::from_utf8(files[file].clone()).unwrap();
        assert_eq!(
            text(SUMMARY),
            "# S\n\n- [M](p/m/index.md)\n  - [A](p/m/a.md)\n- [M (02)](p/m-m02/index.md)\n  - [A (02)](p/m-m02/a.md)\n\
             - [M (03)](p/m-m03/index.md)\n  - [A (03)](p/m-m03/a.md)\n\n# About\n\n- [G](glossary.md)\n"
        );
        let added = "\nStub m02 (also: a stub m02, stubs m02)\n: What packs. In [A](p/m-m02/a.md#call-m02).\n";
        assert!(text(GLOSSARY).contains(added), "{}", text(GLOSSARY));
        assert_eq!(text(GLOSSARY).matches("Peer").count(), 1);
        assert_eq!(
            copied.book_toml,
            "[output.html.redirect]\n\"/p/m-m02/former.html\" = \"index.html\"\n\
             \"/p/m-m03/former.html\" = \"index.html\"\n\"/a.html\" = \"/b.html\"\n"
        );
    }

    #[test]
    fn a_book_without_modules_is_refused() {
        let mut files = BTreeMap::from([("index.md".to_owned(), vec![])]);
        assert!(make(&mut files, String::new(), 3).unwrap_err().to_string().contains("no module"));
    }
}
