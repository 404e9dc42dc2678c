//! mdBook always writes its own scripts, styles and fonts. What our pages do not use is taken out.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, Result};

use crate::{
    files,
    pages::module::{FOLDER, compact},
};

/// mdBook's files, their names without the hash; a name that ends with `-` is a beginning.
const MDBOOKS: [&str; 25] = [
    "ace.js",
    "ayu-highlight.css",
    "book.js",
    "clipboard.min.js",
    "css/chrome.css",
    "css/general.css",
    "css/print.css",
    "css/variables.css",
    "editor.js",
    "elasticlunr.min.js",
    "favicon.png",
    "favicon.svg",
    "fonts/OPEN-SANS-LICENSE.txt",
    "fonts/SOURCE-CODE-PRO-LICENSE.txt",
    "fonts/fonts.css",
    "fonts/open-sans-",
    "fonts/source-code-pro-",
    "highlight.css",
    "highlight.js",
    "mark.min.js",
    "mode-rust.js",
    "searcher.js",
    "searchindex.js",
    "toc.js",
    "tomorrow-night.css",
];

/// Whether a file of the output is mdBook's own.
pub fn is_mdbooks(file: &str) -> bool {
    let plain = unhashed(file);
    MDBOOKS.iter().any(|name| match name.strip_suffix('-') {
        Some(_) => file.starts_with(name),
        None => plain == *name,
    })
}

/// A file's name as it was before mdBook put its hash into it: `book-0123abcd.js` as `book.js`.
pub fn unhashed(file: &str) -> String {
    let (folder, name) = file.rsplit_once('/').map_or(("", file), |(folder, name)| (folder, name));
    let plain = name.split_once('.').and_then(|(stem, ending)| {
        let (stem, hash) = stem.rsplit_once('-')?;
        (hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then(|| format!("{stem}.{ending}"))
    });
    let plain = plain.unwrap_or_else(|| name.to_owned());
    if folder.is_empty() { plain } else { format!("{folder}/{plain}") }
}

/// The folders of our scripts. Others come from elsewhere, and are published as they are.
const OURS: [&str; 2] = ["theme/", "learning/"];

/// Takes comments and indentation out of our scripts in `dir`.
///
/// # Errors
///
/// If a file cannot be read or written.
pub fn compact_ours(dir: &Path) -> Result<()> {
    for file in files::list(dir)? {
        if OURS.iter().any(|folder| file.starts_with(folder)) && file.ends_with(".js") {
            files::write(&dir.join(&file), compact(&files::read(&dir.join(&file))?))?;
        }
    }
    Ok(())
}

/// Removes those of mdBook's files in `dir` that nothing names, directly or through another, and the contents page that
/// mdBook shows in a frame. `named` are those that the pages name, without their folders; style sheets and scripts are read.
///
/// # Errors
///
/// If a file cannot be read or removed.
pub fn remove_unused(dir: &Path, named: &BTreeSet<String>) -> Result<()> {
    let all = files::list(dir)?;
    let name_of = |file: &str| file.rsplit('/').next().unwrap_or(file).to_owned();
    let (mut candidates, kept): (BTreeSet<&str>, BTreeSet<&str>) =
        all.iter().map(String::as_str).partition(|file| is_mdbooks(file));
    let by_pages: Vec<&str> = candidates.iter().copied().filter(|file| named.contains(&name_of(file))).collect();
    for file in &by_pages {
        candidates.remove(file);
    }
    candidates.insert("toc.html");
    // The compiled demos name none of mdBook's files, and are megabytes to look through.
    let ours = |file: &&str| file.split('/').next() != Some(FOLDER);
    let mut queue: Vec<&str> = kept.into_iter().filter(ours).chain(by_pages).collect();
    while let Some(file) = queue.pop() {
        // So are the words of the book.
        if ![".css", ".js"].iter().any(|ending| file.ends_with(ending)) || file.starts_with("search/") {
            continue;
        }
        let text = files::read(&dir.join(file))?;
        let named: Vec<&str> =
            candidates.iter().copied().filter(|candidate| text.contains(&name_of(candidate))).collect();
        for name in named {
            candidates.remove(name);
            queue.push(name);
        }
    }
    for file in candidates.into_iter().filter(|file| all.contains(*file)) {
        std::fs::remove_file(dir.join(file)).with_context(|| format!("cannot remove {file}"))?;
    }
    // A folder that held nothing else.
    for folder in ["css", "fonts"] {
        let _ = std::fs::remove_dir(dir.join(folder));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_stays() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("index.html", "<script src=\"theme/js/search-01234567.js\">"),
            ("theme/js/search-01234567.js", "load('../../elasticlunr-01234567.min.js')"),
            ("elasticlunr-01234567.min.js", ""),
            ("book-01234567.js", "mark-01234567.min.js"),
            ("mark-01234567.min.js", ""),
            ("css/general-01234567.css", ""),
            ("fonts/open-sans-v17-all-charsets-300.woff2", ""),
            ("fonts/ours-01234567.woff2", ""),
            ("pictures/book.js", ""),
            ("toc.html", ""),
        ] {
            files::write(&dir.path().join(name), text).unwrap();
        }
        let named = ["search-01234567.js".to_owned()].into();
        remove_unused(dir.path(), &named).unwrap();
        let left: Vec<String> = files::list(dir.path()).unwrap().into_iter().collect();
        assert_eq!(
            left,
            [
                "elasticlunr-01234567.min.js",
                "fonts/ours-01234567.woff2",
                "index.html",
                "pictures/book.js",
                "theme/js/search-01234567.js"
            ]
        );
    }
}
