//! What the site carries that others made: a table for the page about it, and a file with the texts of the licences.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    chapters::LICENCES,
    diagnostics::{Diagnostic, Diagnostics},
    files,
    pages::assets::{self, unhashed},
};

/// The theme's list of what it carries of others.
const LIST: &str = "theme/shipped.toml";

/// A work of others in the site.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Part {
    /// What the work is called.
    pub name: String,
    /// Its version; empty where none can be told.
    pub version: String,
    /// The address that it comes from, or nothing.
    pub from: String,
    /// What its makers offer, as an SPDX expression.
    pub offered: String,
    /// The licences among these that the site makes use of.
    pub used: Vec<Text>,
    /// The files of the site that belong to the work: names without mdBook's hash, `*` at the end for a beginning.
    /// Empty for a crate, which is a part of the demos' modules.
    pub files: Vec<String>,
}

/// A licence with its text.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Text {
    /// The licence's SPDX name.
    pub licence: String,
    /// The text, with the copyright line where the work has one.
    pub text: String,
}

/// Reads what `cargo xtask` has found out about the works of others in the site.
///
/// # Errors
///
/// If the file cannot be read.
pub fn read(file: &Path) -> Result<Vec<Part>> {
    serde_json::from_str(&files::read(file)?).with_context(|| format!("cannot read {}", file.display()))
}

/// The Markdown for `{{#licences}}`: a table of the works. `root` leads from the page to the book's root. Without
/// works, a sentence that says so.
pub fn markdown(parts: &[Part], root: &str) -> String {
    if parts.is_empty() {
        return "*This copy of the book was built without a list of what it carries.*".to_owned();
    }
    let mut out = String::from("| work | version | offered under | used under |\n| --- | --- | --- | --- |\n");
    for part in parts {
        let name = match &*part.from {
            "" => part.name.clone(),
            from => format!("[{}]({from})", part.name),
        };
        let used: Vec<&str> = part.used.iter().map(|text| &*text.licence).collect();
        let version = if part.version.is_empty() { "–" } else { &part.version };
        out.push_str(&format!("| {name} | {version} | {} | {} |\n", part.offered, used.join(", ")));
    }
    out.push_str(&format!("\nThe texts of all these licences are in [one file]({root}{LICENCES}).\n"));
    out
}

/// The content of [`LICENCES`]: each text once, under the works that it is for.
pub fn text(parts: &[Part]) -> String {
    let mut texts: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for part in parts {
        for Text { licence, text } in &part.used {
            // Copies of one text differ in how lines are broken and ended.
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            texts.entry((licence, lines.join("\n").trim_matches('\n').to_owned())).or_default().push(
                [&*part.name, &*part.version].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "),
            );
        }
    }
    let rule = "=".repeat(80);
    let sections = texts.into_iter().map(|((licence, text), works)| {
        format!("{rule}\n{licence}, for:\n  {}\n{rule}\n\n{text}\n", works.join("\n  "))
    });
    sections.collect::<Vec<_>>().join("\n\n")
}

/// Tells of files of mdBook's in the site that the theme has no file for, so that others wrote them, and that are in no
/// work's list.
///
/// # Errors
///
/// If the folder of the site cannot be read.
pub fn check(parts: &[Part], site: &Path, theme: &Path, diagnostics: &mut Diagnostics) -> Result<()> {
    let listed = |file: &str| {
        parts.iter().flat_map(|part| &part.files).any(|name| match name.strip_suffix('*') {
            Some(beginning) => file.starts_with(beginning),
            None => file == name,
        })
    };
    for file in files::list(site)?.iter().filter(|file| assets::is_mdbooks(file)) {
        let plain = unhashed(file);
        if !theme.join(&plain).exists() && !listed(&plain) {
            diagnostics.push(Diagnostic::in_file(
                LIST,
                format!("{plain} is in the site and in no work's `files`: say who made it, and under which licence"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, licence: &str, text: &str) -> Part {
        Part {
            name: name.to_owned(),
            version: "1.0".to_owned(),
            from: format!("https://example.org/{name}"),
            offered: format!("{licence} OR GPL-2.0"),
            used: vec![Text { licence: licence.to_owned(), text: text.to_owned() }],
            files: vec![],
        }
    }

    #[test]
    fn works_are_in_a_table() {
        let table = markdown(&[part("a", "MIT", "x"), Part { version: String::new(), ..part("b", "ISC", "y") }], "../");
        assert!(table.contains("| [a](https://example.org/a) | 1.0 | MIT OR GPL-2.0 | MIT |\n"), "{table}");
        assert!(table.contains("| [b](https://example.org/b) | – | ISC OR GPL-2.0 | ISC |\n"), "{table}");
        assert!(table.contains("(../licences.txt)"), "{table}");
        assert!(markdown(&[], "").contains("built without a list"));
    }

    #[test]
    fn a_text_that_several_works_have_is_there_once() {
        let parts = [part("a", "MIT", "\nOne.\nTwo. \n"), part("b", "MIT", "One.\r\nTwo."), part("c", "MIT", "Other.")];
        let text = text(&parts);
        assert_eq!(text.matches("One.\nTwo.").count(), 1, "{text}");
        assert!(text.contains("MIT, for:\n  a 1.0\n  b 1.0\n"), "{text}");
        assert!(text.contains("MIT, for:\n  c 1.0\n"), "{text}");
    }

    #[test]
    fn a_file_that_nobody_is_named_for_is_told() {
        let (site, theme) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in ["mark-01234567.min.js", "favicon-01234567.svg", "elasticlunr-01234567.min.js", "index.html"] {
            files::write(&site.path().join(name), "").unwrap();
        }
        files::write(&theme.path().join("favicon.svg"), "").unwrap();
        let parts = [Part { files: vec!["elasticlunr.*".to_owned()], ..Part::default() }];
        let mut diagnostics = Diagnostics::default();
        check(&parts, site.path(), theme.path(), &mut diagnostics).unwrap();
        let told = diagnostics.render(false);
        assert!(told.contains("mark.min.js is in the site and in no work's `files`"), "{told}");
        assert!(!told.contains("favicon") && !told.contains("elasticlunr"), "{told}");
    }
}
