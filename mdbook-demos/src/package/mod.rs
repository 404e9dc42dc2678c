//! Packages: the finished site, or links to it, as a zip that a learning management system takes.
//!
//! [`make`] puts a package together from the finished site and its catalogue, [`lint`] says what an importer would
//! stumble over, and [`archive`] writes the same bytes for the same entries. A package of the whole book and one of a
//! module hold the same pages, so that no link leads nowhere; they differ in where they begin and in what is graded.

pub mod archive;
pub mod cartridge;
pub mod catalogue;
pub mod lint;
pub mod manifest;
pub mod qti;
pub mod quizzes;
pub mod room;
pub mod wrapper;

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use lol_html::{RewriteStrSettings, element, rewrite_str};

use crate::{
    files,
    files::hash,
    package::catalogue::Catalogue,
    pages::{assets, settings},
};

/// The files of a package, by their paths with `/`.
pub type Entries = BTreeMap<String, Vec<u8>>;

/// What a package is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// SCORM 1.2, with the book in it.
    Scorm12,
    /// SCORM 2004, 4th edition, with the book in it.
    Scorm2004,
    /// SCORM of that edition, whose wrapper frames the published book.
    Thin(Edition),
    /// A Common Cartridge with links to the published book, and the quizzes.
    Cartridge(cartridge::Version),
    /// The site as it is, for a web server or a folder.
    Site,
}

/// An edition of SCORM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// SCORM 1.2 (ADL, 2001).
    #[default]
    V12,
    /// SCORM 2004, 4th edition (ADL, 2009).
    V2004,
}

impl Kind {
    /// The edition of SCORM that it is for, if it is.
    pub fn edition(self) -> Option<Edition> {
        match self {
            Self::Scorm12 => Some(Edition::V12),
            Self::Scorm2004 => Some(Edition::V2004),
            Self::Thin(edition) => Some(edition),
            Self::Cartridge(_) | Self::Site => None,
        }
    }

    /// Whether the published site has to be named.
    pub fn needs_address(self) -> bool {
        matches!(self, Self::Thin(_) | Self::Cartridge(_))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scorm12 => "scorm12",
            Self::Scorm2004 => "scorm2004",
            Self::Thin(Edition::V12) => "scorm-thin",
            Self::Thin(Edition::V2004) => "scorm-thin-2004",
            Self::Cartridge(cartridge::Version::V11) => "cc",
            Self::Cartridge(cartridge::Version::V13) => "cc-1.3",
            Self::Site => "site",
        })
    }
}

/// What to pack.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The folder of the finished site.
    pub site: &'a Path,
    /// What the package is for.
    pub kind: Kind,
    /// The module that is graded, as `part/module`; the whole book if none is named.
    pub module: Option<&'a str>,
    /// Where the site is published, for packages that lead to it.
    pub address: Option<&'a str>,
    /// The book's language, as a tag such as `en`.
    pub language: &'a str,
}

/// A package, not yet written.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// The name of its file.
    pub name: String,
    /// What is in it.
    pub entries: Entries,
    /// What could not be taken along, and why.
    pub left_out: Vec<String>,
    /// What whoever packs the book has to know, if anything.
    pub notes: Vec<String>,
}

/// Where the book lies in a package that holds it.
pub const BOOK: &str = "book/";

/// Puts a package together and checks it.
///
/// # Errors
///
/// If a file is missing or cannot be read, if there is no such module, if the published address is lacking, or if
/// [`lint::check`] finds anything.
pub fn make(request: &Request<'_>) -> Result<Package> {
    let Request { site, kind, module, .. } = *request;
    let found = files::list(site)?;
    ensure!(found.contains("index.html"), "there is no site in {}: build it first", site.display());
    let catalogue = catalogue::find(site, &found)?;
    let scope = catalogue.scope(module)?;
    let address = match request.address {
        Some(address) => Some(settings::base_url(address)?),
        None if kind.needs_address() => bail!(
            "a package of the kind {kind} leads to the published book: say where that is, as \
             --url https://example.org/book/"
        ),
        None => None,
    };
    let notes = room::note(kind, &catalogue, &scope).into_iter().collect();
    let mut package = Package { name: file_name(&catalogue, module, kind), notes, ..Package::default() };
    match kind {
        Kind::Site => package.entries = book(site, "", false)?,
        Kind::Scorm12 | Kind::Scorm2004 => {
            package.entries = book(site, BOOK, true)?;
            wrapper::add(&mut package.entries, request, &catalogue, &scope, BOOK)?;
        }
        Kind::Thin(_) => {
            let address = address.as_deref().context("checked above")?;
            wrapper::add(&mut package.entries, request, &catalogue, &scope, address)?;
        }
        Kind::Cartridge(version) => {
            let address = address.as_deref().context("checked above")?;
            let quizzes = quizzes::find(site, &catalogue, &scope, address)?;
            package.left_out = cartridge::add(&mut package.entries, version, &catalogue, &scope, address, &quizzes);
        }
    }
    if let Some(edition) = kind.edition() {
        let manifest = manifest::write(edition, &catalogue, &scope, &package.entries);
        package.entries.insert(manifest::FILE.to_owned(), manifest.into_bytes());
    }
    let problems = lint::check(kind, &package.entries);
    ensure!(problems.is_empty(), "the package {} would not be taken:\n  {}", package.name, problems.join("\n  "));
    Ok(package)
}

/// Writes a package into a folder; returns its path and its size in bytes.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(package: &Package, folder: &Path) -> Result<(PathBuf, usize)> {
    let path = folder.join(&package.name);
    let bytes = archive::bytes(&package.entries)?;
    files::write(&path, &bytes)?;
    Ok((path, bytes.len()))
}

/// `<book>-<version>[-<module>]-<kind>.zip`.
fn file_name(catalogue: &Catalogue, module: Option<&str>, kind: Kind) -> String {
    let module = module.map(|module| format!("-{}", name(module))).unwrap_or_default();
    format!("{}-{}{module}-{kind}.zip", name(&catalogue.id), slug(&catalogue.version))
}

/// A text as a name that every file system and manifest takes: small letters, digits, dots and dashes.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || (c == '.' && !out.is_empty()) {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches(['-', '.']).to_owned()
}

/// A name of something as [`slug`] has it; with a hash of it if letters are lost, so that others get other names.
pub fn name(text: &str) -> String {
    let plain = slug(text);
    let lost = plain.is_empty() || !text.is_ascii();
    match (lost, plain.as_str()) {
        (false, _) => plain,
        (true, "") => hash(text.as_bytes()),
        (true, _) => format!("{plain}-{}", hash(text.as_bytes())),
    }
}

/// The site's files below `prefix`. In a frame of an LMS a link to another site would take the book's place, and most
/// sites refuse to be framed: `outward` has such links open in a tab of their own.
fn book(site: &Path, prefix: &str, outward: bool) -> Result<Entries> {
    let mut entries = Entries::new();
    for file in files::list(site)? {
        // They tell a server of our own what to do.
        if outward && (file == "404.html" || file.starts_with('.')) {
            continue;
        }
        let path = site.join(&file);
        let mut bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if outward && file.ends_with(".html") {
            let html = String::from_utf8(bytes).with_context(|| format!("{file} is not UTF-8"))?;
            bytes = new_tabs(&html).with_context(|| format!("in the page {file}"))?.into_bytes();
        }
        entries.insert(format!("{prefix}{file}"), bytes);
    }
    Ok(entries)
}

/// A page whose links to other sites open in a tab of their own.
fn new_tabs(html: &str) -> Result<String> {
    let handler = element!("a[href^='http:'], a[href^='https:']", |link| {
        if !link.has_attribute("target") {
            link.set_attribute("target", "_blank")?;
            let rel = link.get_attribute("rel").unwrap_or_default();
            link.set_attribute("rel", format!("{rel} noopener").trim_start())?;
        }
        Ok(())
    });
    Ok(rewrite_str(html, RewriteStrSettings::new().append_element_content_handler(handler))?)
}

/// The one file of a name that is hashed when the site is built, as `learning/progress.js`.
///
/// # Errors
///
/// If there is none.
fn hashed<'a>(found: impl IntoIterator<Item = &'a String>, plain: &str) -> Result<&'a str> {
    found
        .into_iter()
        .map(String::as_str)
        .find(|file| assets::unhashed(file) == plain)
        .with_context(|| format!("the site has no {plain}: it was built by an older version, build it again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert_eq!(slug("Distributed & Decentralized Systems"), "distributed-decentralized-systems");
        assert_eq!(slug("time-causality/rpc"), "time-causality-rpc");
        assert_eq!(slug(" 0.1.0 "), "0.1.0");
        assert_eq!(slug("../é"), "");
        assert_eq!(name("time-causality/rpc"), "time-causality-rpc");
        assert!(name("модуль") != name("другой") && name("é") != name("è") && name("a-é") != name("a-è"));
    }

    #[test]
    fn links_to_other_sites_open_in_a_tab_of_their_own() {
        let page = "<a href=\"https://a.example/\">a</a> <a href=\"b.html\">b</a> \
                    <a href=\"http://c.example\" rel=\"license\">c</a>";
        assert_eq!(
            new_tabs(page).unwrap(),
            "<a href=\"https://a.example/\" target=\"_blank\" rel=\"noopener\">a</a> <a href=\"b.html\">b</a> \
             <a href=\"http://c.example\" rel=\"license noopener\" target=\"_blank\">c</a>"
        );
    }
}
