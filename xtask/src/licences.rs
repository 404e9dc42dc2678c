//! What the site carries that others made, and under which licences: the crates that are compiled into the demos'
//! modules, as cargo tells them, and what `theme/shipped.toml` lists. The builder makes a page of it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spdx::{Expression, LicenseItem, Licensee};

use crate::{project::Project, run};

/// The licences that we may ship, by their SPDX names; of several that a work offers, the first of these is taken.
const ACCEPTED: [&str; 11] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "BSL-1.0",
    "Unicode-3.0",
    "CC0-1.0",
    "MPL-2.0",
    "OFL-1.1",
];

/// A work of others in the site, as the builder reads it.
#[derive(Debug, Serialize)]
pub struct Part {
    /// What it is called.
    name: String,
    /// Its version; empty where it has none that could be told.
    version: String,
    /// Where it comes from: an address, or nothing.
    from: String,
    /// What its makers offer, as an SPDX expression.
    offered: String,
    /// The licences of these that are made use of, each with its text.
    used: Vec<Text>,
    /// The files of the site that belong to it, for what is no crate: names without mdBook's hash, `*` at the end for
    /// a beginning.
    files: Vec<String>,
}

/// A licence and its text, with the copyright line where the work has one.
#[derive(Debug, Serialize)]
struct Text {
    /// The licence's SPDX name.
    licence: String,
    text: String,
}

/// `theme/shipped.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    part: Vec<ListedPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedPart {
    name: String,
    #[serde(default)]
    version: String,
    licence: String,
    from: String,
    files: Vec<String>,
    text: Option<PathBuf>,
    #[serde(default)]
    copyright: String,
}

/// The file under the target directory that says what the site carries, for the builder; written anew where it is not
/// there or older than the theme's list. What cargo knows changes only with the modules: whoever compiles them calls
/// [`write()`].
///
/// # Errors
///
/// As [`write()`].
pub fn file(project: &Project) -> Result<PathBuf> {
    let file = place(project);
    let written = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    if written(&file).is_none_or(|then| Some(then) < written(&project.root.join(LIST))) {
        write(project)?;
    }
    Ok(file)
}

/// The theme's list of what the site carries beside crates, from the root of the workspace.
const LIST: &str = "theme/shipped.toml";

fn place(project: &Project) -> PathBuf {
    project.target.join("licences.json")
}

/// Writes what the site carries to the file that [`file()`] names.
///
/// # Errors
///
/// If one has a licence that we may not ship, none that is known, or no text of it can be had; all such are named.
pub fn write(project: &Project) -> Result<()> {
    let parts = collect(project)?;
    let file = place(project);
    fs::create_dir_all(&project.target).with_context(|| format!("cannot make {}", project.target.display()))?;
    let text = serde_json::to_string_pretty(&parts).context("licences as JSON")?;
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn collect(project: &Project) -> Result<Vec<Part>> {
    let (mut parts, mut wrong) = (Vec::new(), Vec::new());
    for part in listed(project)?.into_iter().chain(crates(project)?) {
        match part {
            Ok(part) => parts.push(part),
            Err(why) => wrong.push(why),
        }
    }
    if !wrong.is_empty() {
        bail!(
            "not everything in the site may be shipped as it is:\n  {}\nUse something else, or add the licence to \
             ACCEPTED in xtask/src/licences.rs if it asks for no more than those do.",
            wrong.join("\n  ")
        );
    }
    Ok(parts)
}

/// What `theme/shipped.toml` lists.
fn listed(project: &Project) -> Result<Vec<Result<Part, String>>> {
    let file = project.root.join(LIST);
    let theme = file.parent().unwrap_or(&project.root);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let listed: Listed = toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
    listed
        .part
        .into_iter()
        .map(|part| {
            let own = match &part.text {
                Some(name) => {
                    let path = theme.join(name);
                    Some(fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?)
                }
                None => None,
            };
            let texts = |licence: &str| match &own {
                Some(own) => Some(own.clone()),
                None => usual(licence).map(|usual| format!("{}\n\n{usual}", part.copyright).trim_start().to_owned()),
            };
            Ok(used(&part.licence, texts).map_err(|why| format!("{}: {why}", part.name)).map(|used| Part {
                name: part.name.clone(),
                version: part.version.clone(),
                from: part.from.clone(),
                offered: part.licence.clone(),
                used,
                files: part.files.clone(),
            }))
        })
        .collect()
}

/// The crates of others that are compiled into the demos' modules.
fn crates(project: &Project) -> Result<Vec<Result<Part, String>>> {
    let within: BTreeSet<(String, String)> = tree(project)?;
    let mut metadata = project.cargo("metadata");
    // What only other systems need is not asked for: it need not have been fetched.
    metadata.args(["--format-version=1", "--locked", "--filter-platform=wasm32-unknown-unknown"]);
    let text = run::output(&mut metadata, "cargo metadata")?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata printed no JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let text_of = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let mut parts = Vec::new();
    for package in packages {
        let (name, version) = (text_of(package, "name"), text_of(package, "version"));
        // Ours have no source.
        if package["source"].is_null() || !within.contains(&(name.clone(), version.clone())) {
            continue;
        }
        let manifest = text_of(package, "manifest_path");
        let folder = Path::new(&manifest).parent().unwrap_or(Path::new(""));
        // Before SPDX, a slash stood for OR.
        let offered = text_of(package, "license").replace('/', " OR ");
        let texts = |licence: &str| in_folder(folder, licence).or_else(|| usual(licence).map(str::to_owned));
        parts.push(used(&offered, texts).map_err(|why| format!("{name} {version}: {why}")).map(|used| Part {
            name,
            version,
            from: text_of(package, "repository"),
            offered,
            used,
            files: vec![],
        }));
    }
    Ok(parts)
}

/// Name and version of every crate in the modules; what only runs while they are compiled is not among them.
fn tree(project: &Project) -> Result<BTreeSet<(String, String)>> {
    let mut tree = project.cargo("tree");
    tree.args(["--package=widgets", "--features=hydrate", "--target=wasm32-unknown-unknown", "--locked"]);
    tree.args(["--edges=normal,no-proc-macro", "--prefix=none", "--format={p}"]);
    let text = run::output(&mut tree, "cargo tree")?;
    let pair = |line: &str| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    };
    Ok(text.lines().filter_map(pair).collect())
}

/// The accepted licences by which `offered` can be fulfilled, each with its text.
fn used(offered: &str, text: impl Fn(&str) -> Option<String>) -> Result<Vec<Text>, String> {
    if offered.is_empty() {
        return Err("it names no licence".to_owned());
    }
    let expression =
        Expression::parse(offered).map_err(|error| format!("“{offered}” is no SPDX expression: {}", error.reason))?;
    let accepted = ACCEPTED.map(|name| Licensee::parse(name).map_err(|error| format!("{name}: {error}")));
    let accepted = accepted.into_iter().collect::<Result<Vec<_>, _>>()?;
    let Ok(required) = expression.minimized_requirements(&accepted) else {
        return Err(format!("“{offered}” cannot be fulfilled with {}", ACCEPTED.join(", ")));
    };
    required
        .iter()
        .map(|requirement| {
            let LicenseItem::Spdx { id, .. } = &requirement.license else {
                return Err(format!("“{}” has no known text", requirement.license));
            };
            let text = text(id.name).ok_or_else(|| format!("no text of {} can be had", id.name))?;
            Ok(Text { licence: id.name.to_owned(), text })
        })
        .collect()
}

/// The licence as it lies in a crate's folder: `LICENSE-MIT`, or `LICENSE` if there is only one.
fn in_folder(folder: &Path, licence: &str) -> Option<String> {
    let mut files: Vec<(String, PathBuf)> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().to_uppercase(), entry.path()))
        .filter(|(name, path)| {
            path.is_file() && ["LICENSE", "LICENCE", "COPYING"].iter().any(|of| name.starts_with(of))
        })
        .collect();
    files.sort();
    let word = licence.split('-').next().unwrap_or(licence).to_uppercase();
    let named = |(name, _): &(String, PathBuf)| name.split(['-', '_', '.']).skip(1).any(|part| part.starts_with(&word));
    let whole = |(name, _): &(String, PathBuf)| {
        ["LICENSE", "LICENCE", "COPYING"].contains(&name.trim_end_matches(".MD").trim_end_matches(".TXT"))
    };
    let (named, whole) = (files.iter().position(named), files.iter().position(whole));
    let chosen = named.or(whole).or_else(|| (files.len() == 1).then_some(0))?;
    fs::read_to_string(&files[chosen].1).ok()
}

/// The usual wording of a licence.
fn usual(licence: &str) -> Option<&'static str> {
    Some(spdx::license_id(licence)?.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(offered: &str) -> Result<Vec<String>, String> {
        let texts = |licence: &str| usual(licence).map(str::to_owned);
        Ok(used(offered, texts)?.into_iter().map(|text| text.licence).collect())
    }

    #[test]
    fn of_what_is_offered_the_first_accepted_is_used() {
        assert_eq!(names("Apache-2.0 OR MIT").unwrap(), ["MIT"]);
        assert_eq!(names("Unlicense OR MIT").unwrap(), ["MIT"]);
        assert_eq!(names("GPL-3.0-only OR BSL-1.0").unwrap(), ["BSL-1.0"]);
        assert_eq!(names("(MIT OR Apache-2.0) AND Unicode-3.0").unwrap(), ["MIT", "Unicode-3.0"]);
    }

    #[test]
    fn what_may_not_be_shipped_is_told() {
        for wrong in ["GPL-3.0-or-later", "MIT AND LGPL-2.1-only", "AGPL-3.0-only OR GPL-2.0-only"] {
            assert!(names(wrong).unwrap_err().contains("cannot be fulfilled"), "{wrong}");
        }
        assert_eq!(names("").unwrap_err(), "it names no licence");
        assert!(names("whatever you like").unwrap_err().contains("is no SPDX expression"));
    }

    #[test]
    fn every_accepted_licence_has_a_text() {
        for licence in ACCEPTED {
            assert!(usual(licence).is_some_and(|text| text.len() > 200), "{licence}");
        }
    }

    #[test]
    fn everything_in_the_site_may_be_shipped() {
        let parts = collect(&Project::find().unwrap()).unwrap();
        let of = |name: &str| parts.iter().find(|part| part.name == name).unwrap_or_else(|| panic!("no {name}"));
        assert!(of("yew").used.iter().any(|text| text.licence == "MIT" && text.text.contains("Permission is hereby")));
        assert!(of("Literata").used[0].text.contains("The Literata Project Authors"));
        assert!(of("Rust's standard library").used[0].text.starts_with("Copyright (c) The Rust Project"));
        // A macro runs while the modules are compiled and is not in them; ours are not of others.
        assert!(parts.iter().all(|part| !["serde_derive", "sim"].contains(&&*part.name)));
    }
}
