//! `[output.html.redirect]`: pages at old addresses that lead to where their content went. mdBook's own need a script
//! in the page, which the content policy does not allow; these need none. One that a browser does run takes the reader
//! on to a fragment's new place, which a page alone cannot do.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use anyhow::Result;
use mdbook_driver::config::Config;

use crate::{
    chapters::to_root,
    diagnostics::{Diagnostic, Source, Span},
    files,
    html::escape,
    pages::{
        inherited, links,
        template::{is_foreign, policy_tag},
    },
};

/// The setting.
const SETTING: &str = "output.html.redirect";

/// Where one page, or parts of it, went.
#[derive(Clone, Debug, Default)]
pub struct Moved {
    /// Where the page went; none for one that is still there, of which parts went elsewhere.
    pub to: Option<Target>,
    /// Where its parts went, by their fragments without `#`.
    pub parts: BTreeMap<String, Target>,
}

/// An address that something went to.
#[derive(Clone, Debug)]
pub struct Target {
    /// From the site's root, or on another server.
    pub address: String,
    /// Where it is written.
    pub written: Span,
}

/// Every redirect of a book, by the page's file in the site.
#[derive(Clone, Debug, Default)]
pub struct Redirects(pub BTreeMap<String, Moved>);

impl Redirects {
    /// The redirects of `config`, whose places are those of `text`, the content of `book.toml`; and what is wrong with
    /// them by themselves.
    pub fn read(config: &Config, text: &str) -> (Self, Vec<Diagnostic>) {
        let source = Source::new("book.toml", text);
        let all: BTreeMap<String, String> = config.get(SETTING).ok().flatten().unwrap_or_default();
        let mut out = Self::default();
        let mut wrong = Vec::new();
        for (old, new) in &all {
            let (key, value) = inherited::places_of(&source, &["output", "html", "redirect", old])
                .unwrap_or_else(|| (Span::new(&source, 0..0), Span::new(&source, 0..0)));
            let (path, fragment) = match old.split_once('#') {
                Some((path, fragment)) => (path, Some(fragment)),
                None => (&**old, None),
            };
            let file = file_of(path);
            let Some(file) = file.filter(|_| fragment != Some("")) else {
                wrong.push(
                    Diagnostic::at(key, format!("`{old}` is no address of the site"), "cannot lead anywhere")
                        .help("write the old page as `/part/old.html`, or a part of it as `/part/old.html#part`"),
                );
                continue;
            };
            // As a browser would take it at the old address.
            let address = links::from_root(path.trim_start_matches('/'), new.trim());
            let target = Target { address, written: value };
            let moved = out.0.entry(file).or_default();
            match fragment {
                Some(fragment) => drop(moved.parts.insert(fragment.to_owned(), target)),
                None => moved.to = Some(target),
            }
        }
        wrong.extend(out.circles());
        (out, wrong)
    }

    /// Redirects that lead back to themselves.
    fn circles(&self) -> Vec<Diagnostic> {
        let next = |file: &str| {
            let to = self.0.get(file)?.to.as_ref()?;
            let path = to.address.split(['#', '?']).next().unwrap_or_default();
            Some((file_of(path)?, to))
        };
        let mut wrong = Vec::new();
        for file in self.0.keys() {
            let mut seen = BTreeSet::from([file.clone()]);
            let mut at = file.clone();
            while let Some((to, target)) = next(&at) {
                if to == *file {
                    wrong.push(
                        Diagnostic::at(
                            target.written.clone(),
                            "these redirects lead in a circle",
                            "back to where they began",
                        )
                        .help("lead each old address to a page that is there"),
                    );
                    break;
                }
                if !seen.insert(to.clone()) {
                    break;
                }
                at = to;
            }
        }
        wrong
    }

    /// What is wrong with them in the site whose files these are, before they are written.
    pub fn check(&self, files: &BTreeSet<String>) -> Vec<Diagnostic> {
        let mut wrong = Vec::new();
        for (file, moved) in &self.0 {
            match (&moved.to, files.contains(file)) {
                (Some(to), true) => wrong.push(
                    Diagnostic::at(
                        to.written.clone(),
                        format!("there is a page {file} in the book"),
                        "so it did not go here",
                    )
                    .help("take the redirect out, or the page"),
                ),
                (None, false) => {
                    let written = moved.parts.values().next().map(|part| part.written.clone());
                    let message = format!("parts of {file} went elsewhere, and there is no such page");
                    let help = format!("say where the rest of it went: `\"/{file}\" = \"…\"`");
                    wrong.extend(written.map(|at| Diagnostic::at(at, message, "only a part").help(help)));
                }
                _ => {}
            }
        }
        wrong
    }

    /// Writes a page for each address that nothing else is at. `frame` makes them.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(&self, site: &Path, frame: &Frame) -> Result<()> {
        for (file, moved) in &self.0 {
            if let Some(to) = &moved.to {
                files::write(&site.join(file), frame.page(file, to, &moved.parts))?;
            }
        }
        Ok(())
    }

    /// Where a redirect is written that puts the link `address` on the page `file`.
    pub fn written(&self, file: &str, address: &str) -> Option<&Span> {
        let moved = self.0.get(file)?;
        let mut all = moved.to.iter().chain(moved.parts.values());
        all.find(|target| href(file, &target.address) == address).map(|target| &target.written)
    }
}

/// The file of a page's path: `None` if it is none of the site's.
fn file_of(path: &str) -> Option<String> {
    let path = path.trim_start_matches('/');
    let bad = |part: &str| part == ".." || part == "." || part.contains('\\');
    let name = path.rsplit('/').next().unwrap_or_default();
    match path {
        _ if path.trim_end_matches('/').split('/').any(bad) || is_foreign(path) => None,
        "" => Some("index.html".to_owned()),
        _ if name.is_empty() => Some(format!("{path}index.html")),
        _ if name.contains('.') => Some(path.to_owned()),
        // A folder's address without the slash.
        _ => Some(format!("{path}/index.html")),
    }
}

/// What a link on the page `file` says.
fn href(file: &str, address: &str) -> String {
    if is_foreign(address) || address.starts_with(['/', '.']) {
        address.to_owned()
    } else {
        format!("{}{address}", to_root(file))
    }
}

/// What all pages of redirects share.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The book's title.
    pub book: String,
    /// The book's language.
    pub language: String,
    /// The direction of its script.
    pub direction: String,
    /// Tags of the book's pages that these need too, relative to a folder of the site.
    pub head: String,
    /// The script that takes a reader on to a fragment's new place, from the site's root, if the theme has it.
    pub script: Option<String>,
    /// Where the site will stand, with a slash at its end, if that is known.
    pub base_url: Option<String>,
}

impl Frame {
    fn page(&self, file: &str, to: &Target, parts: &BTreeMap<String, Target>) -> String {
        let root = to_root(file);
        let link = escape(&href(file, &to.address));
        let canonical = match &self.base_url {
            Some(base) if !is_foreign(&to.address) => escape(&format!("{base}{}", to.address)),
            _ => link.clone(),
        };
        format!(
            "<!DOCTYPE html>\n\
             <html lang=\"{lang}\" dir=\"{dir}\" class=\"no-js\">\n\
             <head>\n\
             <meta charset=\"utf-8\">{policy}\n\
             <title>Moved – {book}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n\
             {script}\
             <meta http-equiv=\"refresh\" content=\"0; url={link}\">\n\
             <link rel=\"canonical\" href=\"{canonical}\">\n\
             {head}\n\
             </head>\n\
             <body class=\"embed\">\n\
             <main>\n\
             <h1>This page has moved</h1>\n\
             <p><a id=\"moved\" href=\"{link}\">Go to its new place</a>.</p>\n\
             {list}\
             </main>\n\
             </body>\n\
             </html>\n",
            lang = escape(&self.language),
            dir = escape(&self.direction),
            policy = policy_tag(),
            book = escape(&self.book),
            script = self.script_tag(&root),
            head = self.head.replace("=\"../", &format!("=\"{root}")),
            list = self.list(file, parts),
        )
    }

    /// The tag of the script, for a page from which `root` leads to the site's.
    fn script_tag(&self, root: &str) -> String {
        self.script
            .as_ref()
            .map(|script| format!("<script defer src=\"{root}{script}\"></script>\n"))
            .unwrap_or_default()
    }

    /// The parts that went elsewhere, each with its old fragment, so that a link to it leads here.
    fn list(&self, file: &str, parts: &BTreeMap<String, Target>) -> String {
        if parts.is_empty() {
            return String::new();
        }
        let items: String = parts
            .iter()
            .map(|(fragment, target)| {
                let (id, link) = (escape(fragment), escape(&href(file, &target.address)));
                format!("<li id=\"{id}\" data-moved><a href=\"{link}\">What was at “{id}”</a></li>\n")
            })
            .collect();
        format!("<ul class=\"moved-parts\">\n{items}</ul>\n")
    }

    /// What a page that is still there gets, of which parts went elsewhere: for the end of the text, and of the head.
    pub fn for_parts(&self, file: &str, parts: &BTreeMap<String, Target>) -> (String, String) {
        let text = format!(
            "<nav class=\"moved\" aria-label=\"Parts that have moved\">\n<p>Parts of this page have moved:</p>\n{}</nav>\n",
            self.list(file, parts)
        );
        (text, self.script_tag(&to_root(file)))
    }
}

/// Puts a problem with a redirect where it is written.
pub fn locate(redirects: &Redirects, file: &str, address: Option<&str>, message: &str) -> Option<Diagnostic> {
    let written = redirects.written(file, address?)?;
    let shown: Arc<Source> = written.source.clone();
    let value = Span::new(&shown, written.bytes.clone());
    let message = message.replacen(address?, value.text().trim_matches(['"', '\'']), 1);
    Some(Diagnostic::at(value, format!("this redirect: {message}"), "the new address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_addresses_are_files() {
        for (path, file) in [
            ("/old.html", Some("old.html")),
            ("a/b.html", Some("a/b.html")),
            ("/a/", Some("a/index.html")),
            ("/a", Some("a/index.html")),
            ("/", Some("index.html")),
            ("/../x.html", None),
            ("https://x.example/", None),
        ] {
            assert_eq!(file_of(path).as_deref(), file, "{path}");
        }
    }
}
