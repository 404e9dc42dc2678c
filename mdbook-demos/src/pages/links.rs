//! Whether every address in the finished output leads somewhere, without a network: files, anchors
//! on any page, ids that elements refer to, and what style sheets load.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, Result};
use lol_html::{RewriteStrSettings, element, rewrite_str};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use widgets::chrome::registry::nearest;

use crate::{
    blocks::markdown::Outline,
    diagnostics::{Source, Span},
    files,
    html::unescape,
    pages::template::{Refused, is_foreign, refused},
};

/// What a check of the whole output found.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Addresses on other servers, and the pages that have them.
    pub external: BTreeMap<String, BTreeSet<String>>,
    /// How many pages were read.
    pub pages: usize,
}

/// One thing that is wrong with a page or a style sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, relative to the output.
    pub file: String,
    /// The address as written, if it is about one.
    pub address: Option<String>,
    /// The page that the address leads to, where only the anchor is missing.
    pub target: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What was probably meant, as one would write it in the file.
    pub help: Option<String>,
    /// How it is written in the page, where that is not an address.
    pub written: Option<String>,
}

/// What one page has and refers to.
#[derive(Debug, Default)]
struct Page {
    ids: HashSet<String>,
    twice: Vec<String>,
    /// Addresses: the element, the attribute and the value.
    addresses: Vec<(String, String, String)>,
    /// Ids that must be on the page: the attribute and the id.
    references: Vec<(String, String)>,
    refused: Vec<Refused>,
}

/// Attributes whose value is an address.
const ADDRESSES: [&str; 11] = [
    "href",
    "src",
    "srcset",
    "imagesrcset",
    "xlink:href",
    "poster",
    "data",
    "action",
    "formaction",
    "cite",
    "longdesc",
];

/// Attributes whose value is a list of ids on the page.
const REFERENCES: [&str; 9] = [
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-owns",
    "aria-details",
    "aria-activedescendant",
    "for",
    "headers",
    "list",
];

/// Whether the attribute `name` of the element `tag` holds an address, or a list of them ([`is_list`]).
pub fn is_address(tag: &str, name: &str) -> bool {
    // On an object only; elsewhere the name is free.
    ADDRESSES.contains(&name) && (name != "data" || tag == "object")
}

/// Whether an attribute with addresses holds several, each with the size that it is for.
pub fn is_list(name: &str) -> bool {
    ["srcset", "imagesrcset"].contains(&name)
}

/// The address of a page at the site's root that leads where `address` leads on the page `file`. One that begins with
/// a scheme or with the server's root, that is only a fragment, or that leads out of the site stays as it is.
pub fn from_root(file: &str, address: &str) -> String {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let (path, tail) = address.split_at(end);
    if path.is_empty() || path.starts_with('/') || is_foreign(path) {
        return address.to_owned();
    }
    resolve(file, path).map_or_else(|| address.to_owned(), |path| format!("{path}{tail}"))
}

/// What a page, or a part of one, has and refers to: enough to tell whether all is well. It is small, so that it can be
/// kept with the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Its ids, in no order.
    ids: BTreeSet<String>,
    /// The ids that have to be on the page.
    references: BTreeSet<String>,
    /// Where it leads, as written.
    addresses: BTreeSet<String>,
    /// Whether something is wrong with it, wherever it stands.
    wrong: bool,
}

impl Digest {
    /// The digest of a page or of a part of one.
    ///
    /// # Errors
    ///
    /// If it is not HTML that can be read.
    pub fn of(html: &str) -> Result<Self> {
        let page = read(html)?;
        Ok(Self {
            wrong: !(page.twice.is_empty() && page.refused.is_empty()),
            references: page.references.into_iter().map(|(_, id)| id).filter(|id| !page.ids.contains(id)).collect(),
            addresses: page.addresses.into_iter().map(|(_, _, address)| address).collect(),
            ids: page.ids.into_iter().collect(),
        })
    }

    /// The same with the beginning `root` of each address replaced by what leads to the site's root.
    #[must_use]
    pub fn at(&self, root: &str, to_root: &str) -> Self {
        let address = |address: &String| match address.strip_prefix(root) {
            Some(rest) => format!("{to_root}{rest}"),
            None => address.clone(),
        };
        Self { addresses: self.addresses.iter().map(address).collect(), ..self.clone() }
    }
}

/// The digests of the parts that pages consist of, by the pages' files.
pub type Digests = BTreeMap<String, Vec<Arc<Digest>>>;

/// Checks every page and style sheet below `dir`. `known` pages are read only if something is wrong with them.
///
/// # Errors
///
/// If a file cannot be read.
pub fn check(dir: &Path, known: &Digests) -> Result<Checked> {
    let files = files::list(dir)?;
    let folders = folders(&files);
    let html = || files.iter().filter(|file| file.ends_with(".html"));
    let within = |file: &str| files::read(&dir.join(file));
    let page = |file: &str| read(&within(file)?).with_context(|| format!("in the page {file}"));
    let mut digests: BTreeMap<&str, Vec<Arc<Digest>>> = BTreeMap::new();
    for file in html() {
        let parts = match known.get(file) {
            Some(parts) => parts.clone(),
            None => vec![Digest::of(&within(file)?).with_context(|| format!("in the page {file}"))?.into()],
        };
        digests.insert(file, parts);
    }
    let nothing = BTreeMap::new();
    let quick = Site { files: &files, folders: &folders, pages: &nothing };
    let mut checked = Checked { pages: digests.len(), ..Checked::default() };
    let wrong = quick.wrong(&digests, &mut checked.external);
    // Only of these it matters what exactly they say, and of the pages that they lead to which ids there are.
    let mut pages = BTreeMap::new();
    for file in wrong.iter().copied() {
        pages.insert(file, page(file)?);
    }
    for file in wrong.iter().flat_map(|file| quick.targets(file, &digests[file])) {
        if let Some((file, _)) = digests.get_key_value(file.as_str())
            && !pages.contains_key(file)
        {
            pages.insert(file, page(file)?);
        }
    }
    let site = Site { files: &files, folders: &folders, pages: &pages };
    for file in wrong {
        site.page(file, &pages[file], &mut checked);
    }
    for file in files.iter().filter(|file| file.ends_with(".css")) {
        for address in css(&within(file)?) {
            site.address(file, "a style sheet", "url", &address, &mut checked);
        }
    }
    Ok(checked)
}

fn read(html: &str) -> Result<Page> {
    let page = RefCell::new(Page::default());
    let handler = element!("*", |element| {
        let page = &mut *page.borrow_mut();
        let tag = element.tag_name();
        page.refused.extend(refused(element));
        // Where it leads is not known before the page stands somewhere.
        if element.has_attribute("data-probe") && ["script", "a"].contains(&&*tag) {
            return Ok(());
        }
        for attribute in element.attributes() {
            let name = attribute.name();
            let value = unescape(&attribute.value());
            match &*name {
                "id" if page.ids.contains(&value) => page.twice.push(value),
                "id" => {
                    page.ids.insert(value);
                }
                // The old way to write an anchor.
                "name" if tag == "a" => {
                    page.ids.insert(value);
                }
                "href" if tag == "base" => {}
                // The page itself, as it will be published.
                "href" if tag == "link" && element.get_attribute("rel").as_deref() == Some("canonical") => {}
                list if is_list(list) => page.addresses.extend(value.split(',').filter_map(|candidate| {
                    let address = candidate.split_whitespace().next()?.to_owned();
                    Some((tag.clone(), name.clone(), address))
                })),
                name_ if is_address(&tag, name_) => {
                    page.addresses.push((tag.clone(), name.clone(), value));
                }
                name_ if REFERENCES.contains(&name_) => {
                    page.references.extend(value.split_whitespace().map(|id| (name.clone(), id.to_owned())))
                }
                // A drawing's markers, masks and gradients.
                _ if value.contains("url(") => page.references.extend(
                    css(&value)
                        .into_iter()
                        .filter_map(|address| Some((name.clone(), address.strip_prefix('#')?.to_owned()))),
                ),
                _ => {}
            }
        }
        Ok(())
    });
    let settings = RewriteStrSettings::new().append_element_content_handler(handler);
    rewrite_str(html, settings).context("cannot be read as HTML")?;
    Ok(page.into_inner())
}

/// Every address that a style sheet loads.
fn css(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let unquote = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let mut found: Vec<String> = plain
        .split("url(")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(address, _)| unquote(address)))
        .collect();
    found.extend(plain.split("@import").skip(1).filter_map(|rest| {
        let rest = rest.trim_start();
        rest.starts_with(['"', '\'']).then(|| rest.split(';').next().map(unquote))?
    }));
    found
}

/// The folders that hold files, directly or further down.
fn folders(files: &BTreeSet<String>) -> HashSet<&str> {
    let slashes = |file: &'_ str| file.match_indices('/').map(|(at, _)| at).collect::<Vec<_>>();
    files.iter().flat_map(|file| slashes(file).into_iter().map(|at| &file[..at])).collect()
}

struct Site<'a> {
    files: &'a BTreeSet<String>,
    folders: &'a HashSet<&'a str>,
    pages: &'a BTreeMap<&'a str, Page>,
}

impl Site<'_> {
    fn page(&self, file: &str, page: &Page, checked: &mut Checked) {
        let mut problem = |message: String, written: Option<String>| {
            checked.problems.push(Problem {
                file: file.to_owned(),
                address: None,
                target: None,
                message,
                help: None,
                written,
            });
        };
        for id in &page.twice {
            problem(twice(id), Some(format!("id=\"{id}\"")));
        }
        for (attribute, id) in &page.references {
            if !page.ids.contains(id) {
                let message = format!("`{attribute}` refers to `{id}`, which is not on this page");
                problem(message, Some(format!("{attribute}=\"{id}\"")));
            }
        }
        for refused in &page.refused {
            let message = format!("the content policy does not allow {}", refused.message);
            problem(message, Some(refused.written.clone()));
        }
        for (tag, attribute, address) in &page.addresses {
            self.address(file, &format!("<{tag}>"), attribute, address, checked);
        }
    }

    /// The page of a folder's `README.md`, which mdBook calls `index.md`, where `target` names it as it is on disk.
    fn index_of(&self, target: &str) -> Option<String> {
        let (folder, name) = target.rsplit_once('/').map_or(("", target), |(folder, name)| (folder, name));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let index = if folder.is_empty() { "index.html".to_owned() } else { format!("{folder}/index.html") };
        (stem.eq_ignore_ascii_case("readme") && self.files.contains(&index)).then_some(index)
    }

    /// Where an address on the page `file` leads.
    fn follow(&self, file: &str, address: &str) -> Lead {
        let trimmed = address.trim();
        if let Some((scheme, _)) = trimmed.split_once(':')
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        {
            return match scheme.to_ascii_lowercase().as_str() {
                "https" => Lead::Away,
                "mailto" | "tel" => Lead::Fine,
                "http" => Lead::Unencrypted,
                _ => Lead::Unknown,
            };
        }
        if trimmed.starts_with('/') {
            return Lead::FromServer;
        }
        let (path, fragment) = match trimmed.split_once('#') {
            Some((path, fragment)) => (path, Some(fragment)),
            None => (trimmed, None),
        };
        let path = path.split('?').next().unwrap_or_default();
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let target = match path {
            "" => Some(file.to_owned()),
            path => resolve(file, &decode(path)),
        };
        let Some(mut target) = target else { return Lead::Out };
        if target.is_empty() || target.ends_with('/') || self.folders.contains(target.as_str()) {
            if !target.is_empty() && !target.ends_with('/') {
                target.push('/');
            }
            target.push_str("index.html");
        }
        if !self.files.contains(&target) {
            return Lead::Nowhere(target);
        }
        Lead::To(target, fragment.map(decode).filter(|f| !f.is_empty() && f != "top"))
    }

    fn address(&self, file: &str, whose: &str, attribute: &str, address: &str, checked: &mut Checked) {
        let mut problem = |message: String, target: Option<String>, help: Option<String>| {
            checked.problems.push(Problem {
                file: file.to_owned(),
                address: Some(address.to_owned()),
                target,
                message,
                help,
                written: None,
            });
        };
        let trimmed = address.trim();
        match self.follow(file, address) {
            Lead::Fine | Lead::To(_, None) => {}
            Lead::Away => {
                checked.external.entry(trimmed.to_owned()).or_default().insert(file.to_owned());
            }
            Lead::Unencrypted => problem(
                format!("`{trimmed}` is not encrypted"),
                None,
                Some("write https, or name the work without a link".to_owned()),
            ),
            Lead::Unknown => {
                problem(
                    format!("`{trimmed}` is no address that a reader can follow ({whose} {attribute})"),
                    None,
                    None,
                );
            }
            Lead::FromServer => problem(
                format!("`{trimmed}` is an address from the server's root"),
                None,
                Some("write it relative to the page: the site may stand in a folder".to_owned()),
            ),
            Lead::Out => problem(format!("`{trimmed}` leads out of the site"), None, None),
            Lead::Nowhere(target) => {
                let pages = self.files.iter().map(String::as_str);
                let pages =
                    pages.filter(|page| page.ends_with(".html") && *page != file && !page.starts_with("embed/"));
                let help = self
                    .index_of(&target)
                    .or_else(|| nearest(&target, pages).map(str::to_owned))
                    .map(|near| format!("did you mean `{}`?", relative(file, &near)));
                problem(format!("`{trimmed}` leads nowhere"), None, help);
            }
            Lead::To(target, Some(fragment)) => {
                // In a picture, the fragment is the picture's own.
                let Some(page) = self.pages.get(target.as_str()) else { return };
                if !page.ids.contains(&fragment) {
                    let mut ids: Vec<&str> = page.ids.iter().map(String::as_str).collect();
                    ids.sort_unstable();
                    let help = nearest(&fragment, ids).map(|near| format!("did you mean `#{near}`?"));
                    let message = format!("`{trimmed}` leads to no place on the page {target}");
                    problem(message, Some(target), help);
                }
            }
        }
    }

    /// The pages that something is wrong with, by the digests of all. Addresses on other servers are noted.
    fn wrong<'b>(
        &self,
        digests: &BTreeMap<&'b str, Vec<Arc<Digest>>>,
        external: &mut BTreeMap<String, BTreeSet<String>>,
    ) -> BTreeSet<&'b str> {
        let ids: HashMap<&str, HashSet<&str>> = digests
            .iter()
            .map(|(file, parts)| (*file, parts.iter().flat_map(|part| &part.ids).map(String::as_str).collect()))
            .collect();
        // Pages of a folder lead to the same places by the same words.
        let mut leads: HashMap<(&str, &str), Lead> = HashMap::new();
        let mut wrong = BTreeSet::new();
        for (file, parts) in digests {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            // An id that is in two parts counts once.
            let all: usize = parts.iter().map(|part| part.ids.len()).sum();
            let mut fine = parts.iter().all(|part| !part.wrong) && ids[file].len() == all;
            fine &= parts.iter().flat_map(|part| &part.references).all(|id| ids[file].contains(id.as_str()));
            for address in parts.iter().flat_map(|part| &part.addresses) {
                let own;
                let lead = if address.starts_with(['#', '?']) || address.is_empty() {
                    own = self.follow(file, address);
                    &own
                } else {
                    leads.entry((folder, address)).or_insert_with(|| self.follow(file, address))
                };
                fine &= match lead {
                    Lead::Fine | Lead::To(_, None) => true,
                    Lead::Away => {
                        external.entry(address.trim().to_owned()).or_default().insert((*file).to_owned());
                        true
                    }
                    Lead::To(target, Some(fragment)) => {
                        ids.get(target.as_str()).is_none_or(|ids| ids.contains(fragment.as_str()))
                    }
                    Lead::Unencrypted | Lead::Unknown | Lead::FromServer | Lead::Out | Lead::Nowhere(_) => false,
                };
            }
            if !fine {
                wrong.insert(*file);
            }
        }
        wrong
    }

    /// The files that a page leads to.
    fn targets(&self, file: &str, parts: &[Arc<Digest>]) -> Vec<String> {
        let addresses = parts.iter().flat_map(|part| &part.addresses);
        let target = |address: &String| match self.follow(file, address) {
            Lead::To(target, _) => Some(target),
            _ => None,
        };
        addresses.filter_map(target).collect()
    }
}

/// Where an address leads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lead {
    /// To a file of the site, and to the place of that id on it.
    To(String, Option<String>),
    /// To another server.
    Away,
    /// Somewhere that is no page, such as a mailbox.
    Fine,
    /// To another server, in the clear.
    Unencrypted,
    /// Nobody knows how.
    Unknown,
    /// From the server's root.
    FromServer,
    /// Out of the site.
    Out,
    /// To this file, which is not there.
    Nowhere(String),
}

/// The words for an id that is not unique.
pub fn twice(id: &str) -> String {
    format!("the id `{id}` is on this page twice")
}

/// The file that a relative path leads to from `file`; `None` if it leaves the site.
fn resolve(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    if path.ends_with("/.") || path.ends_with("..") {
        parts.push("");
    }
    Some(parts.join("/"))
}

/// The way from one file to another.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let common = from[..from.len() - 1].iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut out = "../".repeat(from.len() - 1 - common);
    out.push_str(&to[common..].join("/"));
    out
}

/// Where in a lesson a broken address of its page is written: the `nth` time, counted from 0.
pub fn locate(source: &Arc<Source>, address: &str, nth: usize) -> Option<Span> {
    let outline = Outline::new(&source.text);
    let as_markdown = address.replacen(".html", ".md", 1);
    let mut spans: Vec<std::ops::Range<usize>> = Vec::new();
    for (range, destination) in &outline.links {
        if destination == address || *destination == as_markdown {
            // The destination comes last; a link by reference has it elsewhere.
            let text = &source.text[range.clone()];
            let bytes = match text.rfind(destination.as_str()) {
                Some(at) => range.start + at..range.start + at + destination.len(),
                None => range.clone(),
            };
            spans.push(bytes);
        }
    }
    for range in &outline.html {
        for wanted in [address, &as_markdown] {
            let text = &source.text[range.clone()];
            spans.extend(text.match_indices(wanted).filter_map(|(at, _)| {
                let quoted = |c: Option<char>| c.is_none_or(|c| matches!(c, '"' | '\'' | '>' | ' ' | '='));
                let before = text[..at].chars().next_back();
                let after = text[at + wanted.len()..].chars().next();
                (quoted(before) && quoted(after)).then(|| range.start + at..range.start + at + wanted.len())
            }));
        }
    }
    spans.sort_by_key(|span| span.start);
    spans.dedup();
    // Demos and the template have links of their own: beyond the last, better the last than none.
    let bytes = spans.get(nth).or(spans.last())?;
    Some(Span::new(source, bytes.clone()))
}

/// Where in a lesson something of its page is written that is not an address.
pub fn locate_written(source: &Arc<Source>, written: &str, nth: usize) -> Option<Span> {
    let outline = Outline::new(&source.text);
    let html = outline.html.iter().flat_map(|range| {
        source.text[range.clone()]
            .match_indices(written)
            .map(|(at, _)| range.start + at..range.start + at + written.len())
            .collect::<Vec<_>>()
    });
    // A picture is written in Markdown.
    let links = outline.links.iter().filter(|(_, destination)| destination == written).filter_map(|(range, _)| {
        let at = range.start + source.text[range.clone()].rfind(written)?;
        Some(at..at + written.len())
    });
    let mut all: Vec<_> = html.chain(links).collect();
    all.sort_by_key(|range| range.start);
    let bytes = all.get(nth).or(all.last())?;
    Some(Span::new(source, bytes.clone()))
}

/// Counts the same address on the same page.
#[derive(Debug, Default)]
pub struct Counter(HashMap<(String, String), usize>);

impl Counter {
    /// How many times the pair was asked for before.
    pub fn next(&mut self, file: &str, address: &str) -> usize {
        let count = self.0.entry((file.to_owned(), address.to_owned())).or_default();
        *count += 1;
        *count - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            files::write(&dir.path().join(name), text).unwrap();
        }
        let checked = check(dir.path(), &Digests::new()).unwrap();
        checked.problems.into_iter().map(|p| (format!("{}: {}", p.file, p.message), p.help)).collect()
    }

    #[test]
    fn what_leads_somewhere_is_fine() {
        let problems = site(&[
            (
                "index.html",
                "<a href=\"a/page.html#x\">1</a><a href=\"a/\">2</a><a href=\"?q=1#top\">3</a>\
                 <a href=\"a/two%20words.html\">4</a><a href=\"mailto:a@b.c\">5</a><a href=\"a\">6</a>\
                 <a href=\"https://x.example/?a&amp;b\">7</a><link rel=\"stylesheet\" href=\"s.css\">",
            ),
            ("a/page.html", "<p id=\"x\"><a href=\"../index.html\">1</a><a href=\"..\">2</a>"),
            ("a/index.html", "<svg><marker id=\"m\"/><path marker-end=\"url(#m)\"/></svg>"),
            ("a/two words.html", ""),
            ("s.css", "/* url(no) */ a { background: url('a/i.svg#f') } @import \"t.css\";"),
            ("t.css", ""),
            ("a/i.svg", ""),
        ]);
        assert_eq!(problems, []);
    }

    #[test]
    fn what_leads_nowhere_is_told() {
        let problems = site(&[
            (
                "index.html",
                "<a href=\"a/pag.html\">1</a><a href=\"a/page.html#y\">2</a><a href=\"/a\">3</a>\
                 <a href=\"../x\">4</a><a href=\"http://x.example\">5</a><img srcset=\"i.png 2x\">\
                 <p id=\"t\"><p id=\"t\"><label for=\"z\">6</label><path fill=\"url(#g)\"/>",
            ),
            ("a/page.html", "<p id=\"why\">"),
            ("s.css", "a { src: url(f.woff2) }"),
        ]);
        let text: Vec<_> = problems.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(
            text,
            [
                "index.html: the id `t` is on this page twice",
                "index.html: `for` refers to `z`, which is not on this page",
                "index.html: `fill` refers to `g`, which is not on this page",
                "index.html: `a/pag.html` leads nowhere",
                "index.html: `a/page.html#y` leads to no place on the page a/page.html",
                "index.html: `/a` is an address from the server's root",
                "index.html: `../x` leads out of the site",
                "index.html: `http://x.example` is not encrypted",
                "index.html: `i.png` leads nowhere",
                "s.css: `f.woff2` leads nowhere",
            ]
        );
        assert_eq!(problems[3].1.as_deref(), Some("did you mean `a/page.html`?"));
    }

    #[test]
    fn addresses_are_found_in_the_lesson() {
        let source = Source::new("x.md", "`b.md` [a](b.md#c) <a href=\"b.html#c\">x</a> [r]\n\n[r]: d.md\n");
        let at = |address: &str, nth| locate(&source, address, nth).map(|span| span.bytes);
        assert_eq!(at("b.html#c", 0), Some(11..17));
        assert_eq!(at("b.html#c", 1), Some(28..36));
        assert_eq!(at("d.html", 0).map(|span| source.text[span].to_owned()), Some("[r]".to_owned()));
        assert_eq!(at("e.html", 0), None);
    }
}
