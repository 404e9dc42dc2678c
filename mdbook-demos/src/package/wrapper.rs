//! The wrapper: the page that an LMS starts, which holds the session and frames the book (`learning/lms/`).

use anyhow::{Context, Result, ensure};

use crate::{
    files,
    html::escape,
    package::{Edition, Entries, Request, catalogue::Catalogue, catalogue::Scope, hashed},
    pages::{browsers::style_sheet, module::compact},
};

/// The page, at the root of the package.
pub const PAGE: &str = "lms.html";

/// The folder of what the page needs.
const FOLDER: &str = "lms/";

/// The page as it is written, with places to be filled.
const TEMPLATE: &str = include_str!("../../../learning/lms/lms.html");

/// What is its own of what it needs: names and texts, carried by this program.
const OWN: [(&str, &str); 4] = [
    ("api.js", include_str!("../../../learning/lms/api.js")),
    ("session.js", include_str!("../../../learning/lms/session.js")),
    ("wrapper.js", include_str!("../../../learning/lms/wrapper.js")),
    ("lms.css", include_str!("../../../learning/lms/lms.css")),
];

/// What the wrapper shares with the site: the name there, and the name in the package. A package is replaced as a
/// whole, so the names need no hashes.
const SHARED: [(&str, &str); 2] = [("theme/css/tokens.css", "tokens.css"), ("learning/progress.js", "progress.js")];

/// Adds the wrapper around the book at `book`, a folder of the package or an address.
///
/// # Errors
///
/// If the site lacks a file, or the page has a place that nothing fills.
pub fn add(
    entries: &mut Entries,
    request: &Request<'_>,
    catalogue: &Catalogue,
    scope: &Scope,
    book: &str,
) -> Result<()> {
    let edition = match request.kind.edition().context("only SCORM has a wrapper")? {
        Edition::V12 => "1.2",
        Edition::V2004 => "2004",
    };
    let framed = origin(book).map(|origin| format!(" {origin}")).unwrap_or_default();
    let mut page = TEMPLATE.to_owned();
    for (place, value) in [
        ("language", request.language),
        ("title", &scope.title),
        ("version", &catalogue.version),
        ("edition", edition),
        ("book", book),
        ("start", &scope.start),
        ("module", scope.module.as_deref().unwrap_or_default()),
        ("framed", &framed),
    ] {
        page = page.replace(&format!("{{{{{place}}}}}"), &escape(value));
    }
    ensure!(!page.contains("{{"), "learning/lms/{PAGE} has a place that nothing fills: {}", rest(&page));
    entries.insert(PAGE.to_owned(), page.into_bytes());
    for (file, text) in OWN {
        let text = match file.strip_suffix(".css") {
            Some(_) => style_sheet(&format!("learning/lms/{file}"), text)?,
            None => compact(text),
        };
        entries.insert(format!("{FOLDER}{file}"), text.into_bytes());
    }
    let found = files::list(request.site)?;
    for (plain, name) in SHARED {
        let text = files::read(&request.site.join(hashed(&found, plain)?))?;
        entries.insert(format!("{FOLDER}{name}"), text.into_bytes());
    }
    let text = files::read(&request.site.join(&catalogue.file))?;
    entries.insert(format!("{FOLDER}catalogue.js"), text.into_bytes());
    Ok(())
}

/// The first place that is left.
fn rest(page: &str) -> &str {
    let from = page.find("{{").unwrap_or_default();
    page[from..].lines().next().unwrap_or_default()
}

/// The origin of an address; `None` for a folder.
fn origin(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let end = rest.find('/').unwrap_or(rest.len());
    Some(&address[..scheme.len() + 3 + end])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::files;

    /// A look-behind expression is a syntax error in browsers that are read with, and takes its whole script along.
    #[test]
    fn no_script_looks_behind() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for (folder, one) in
            [("theme", "js/page.js"), ("learning", "lms/session.js"), ("demos/widgets/runtime", "loader.js")]
        {
            let folder = root.join(folder);
            let all = files::list(&folder).unwrap();
            let scripts: Vec<&String> = all.iter().filter(|file| file.ends_with(".js")).collect();
            assert!(scripts.iter().any(|script| *script == one), "{scripts:?}");
            for script in scripts {
                let text = files::read(&folder.join(script)).unwrap();
                assert!(!text.contains("(?<=") && !text.contains("(?<!"), "{script} looks behind");
            }
        }
    }
}
