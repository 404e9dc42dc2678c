//! What the schemas of a package let pass and an importer stumbles over. Every package goes through it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use lol_html::{RewriteStrSettings, element, rewrite_str};
use roxmltree::{Document, Node};

use crate::{
    package::{Edition, Entries, Kind, cartridge, manifest},
    pages::template,
};

/// The longest path that every importer and every file system takes, with the folder that it is unpacked into.
const LONGEST: usize = 180;

/// Everything that is wrong with a package, in words that say what to change; empty if nothing is.
pub fn check(kind: Kind, entries: &Entries) -> Vec<String> {
    let mut problems = Vec::new();
    names(kind, entries, &mut problems);
    for (path, content) in entries.iter().filter(|(path, _)| path.ends_with(".html")) {
        html(path, content, &mut problems);
    }
    match kind {
        Kind::Site => {
            if !entries.contains_key("index.html") {
                problems.push("index.html is not at the root of the package".to_owned());
            }
        }
        _ => with_manifest(kind, entries, &mut problems),
    }
    problems
}

/// Paths that an LMS or the server behind it would not take, or would take for another.
fn names(kind: Kind, entries: &Entries, problems: &mut Vec<String>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for path in entries.keys() {
        // A web server takes any name, but the folder may be unpacked under Windows first.
        let bad = |c: &char| match kind {
            Kind::Site => c.is_control() || "\\:*?\"<>|".contains(*c),
            _ => !(c.is_ascii_alphanumeric() || "._-/".contains(*c)),
        };
        if let Some(bad) = path.chars().find(bad) {
            problems.push(match kind {
                Kind::Site => format!("{path}: {bad:?} in a file's name, which Windows does not take; rename the file"),
                _ => format!(
                    "{path}: {bad:?} in a file's name; LMSs take letters from a to z, digits, `.`, `_` and `-`. Rename \
                     the file (the title may be in any script), or pack it as `site`, `scorm-thin` or `cc`, which take \
                     any letter"
                ),
            });
        }
        if kind != Kind::Site && path.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
            problems.push(format!("{path}: a part of the path is empty or begins with a dot, which LMSs leave out"));
        }
        let length = path.chars().count();
        if length > LONGEST {
            problems.push(format!("{path}: {length} characters; some LMSs take no more than {LONGEST}"));
        }
        // Moodle's list of types, for one, does not have it, and a module script of an unknown type is refused.
        if path.ends_with(".mjs") {
            problems.push(format!("{path}: LMSs do not know the ending .mjs; name it .js"));
        }
        if let Some(other) = seen.insert(path.to_lowercase(), path) {
            problems.push(format!("{path} and {other} are one file where small and capital letters are the same"));
        }
    }
}

/// What a page would fetch from another server.
fn html(path: &str, content: &[u8], problems: &mut Vec<String>) {
    let Ok(text) = std::str::from_utf8(content) else {
        problems.push(format!("{path} is not UTF-8"));
        return;
    };
    let found = RefCell::new(Vec::new());
    let handlers = [
        element!("*", |element| {
            found.borrow_mut().extend(template::refused(element).into_iter().map(|refused| refused.message));
            Ok(())
        }),
        element!("base[href]", |base| {
            found.borrow_mut().push(format!(
                "<base href=\"{}\"> leads off the package",
                base.get_attribute("href").unwrap_or_default()
            ));
            Ok(())
        }),
    ];
    let settings =
        handlers.into_iter().fold(RewriteStrSettings::new(), RewriteStrSettings::append_element_content_handler);
    if let Err(error) = rewrite_str(text, settings) {
        found.borrow_mut().push(format!("cannot be read as HTML: {error}"));
    }
    problems.extend(found.into_inner().into_iter().map(|message| format!("{path}: {message}")));
}

fn with_manifest(kind: Kind, entries: &Entries, problems: &mut Vec<String>) {
    let Some(content) = entries.get(manifest::FILE) else {
        let place = entries.keys().find(|path| path.ends_with(manifest::FILE));
        problems.push(match place {
            Some(place) => format!("the manifest is at {place}, and has to be at the root of the package"),
            None => format!("there is no {} at the root of the package", manifest::FILE),
        });
        return;
    };
    let text = String::from_utf8_lossy(content);
    let document = match Document::parse(&text) {
        Ok(document) => document,
        Err(error) => {
            problems.push(format!("{} cannot be read: {error}", manifest::FILE));
            return;
        }
    };
    let root = document.root_element();
    let mut problem = |text: String| problems.push(format!("{}: {text}", manifest::FILE));
    let expected = match kind.edition() {
        Some(edition) => edition.dialect().version,
        None => match kind {
            Kind::Cartridge(version) => version.number(),
            _ => return,
        },
    };
    // In a cartridge the metadata have elements of that name only once; in SCORM too.
    match named(root, "schemaversion").next().and_then(|node| node.text()) {
        Some(version) if version.trim() == expected => {}
        Some(version) => problem(format!("schemaversion is {version}, and has to be {expected}")),
        None => problem("there is no schemaversion".to_owned()),
    }
    let namespace = root.tag_name().namespace().unwrap_or_default();
    let expected = match kind {
        Kind::Cartridge(version) => version.namespace(),
        _ => kind.edition().map_or("", |edition| edition.dialect().packaging),
    };
    if root.tag_name().name() != "manifest" || namespace != expected {
        problem(format!("its root is {{{namespace}}}{}, and has to be {{{expected}}}manifest", root.tag_name().name()));
    }
    identifiers(root, &mut problem);
    references(root, &mut problem);
    listed(root, entries, &mut problem);
    match kind.edition() {
        Some(edition) => scorm(edition, root, &mut problem),
        None => cartridge::lint(entries, root, &mut problem),
    }
}

/// The elements of a name, whatever their namespace.
pub(super) fn named<'a, 'input: 'a>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> + 'a {
    node.descendants().filter(move |node| node.is_element() && node.tag_name().name() == name)
}

/// Identifiers: there, unique, and of the form that XML asks for.
fn identifiers(root: Node<'_, '_>, problem: &mut impl FnMut(String)) {
    let mut seen = BTreeSet::new();
    for node in root.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let Some(identifier) = node.attribute("identifier") else {
            if ["manifest", "organization", "item", "resource"].contains(&name) {
                problem(format!("a <{name}> has no identifier"));
            }
            continue;
        };
        let fine = identifier.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && identifier.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !fine {
            problem(format!("the identifier `{identifier}` needs a letter first, and letters, digits, `.`, `_`, `-`"));
        }
        if !seen.insert(identifier) {
            problem(format!("the identifier `{identifier}` is there twice"));
        }
    }
}

/// References that lead nowhere, and resources that nothing refers to.
fn references(root: Node<'_, '_>, problem: &mut impl FnMut(String)) {
    let of = |name| named(root, name).filter_map(|node| node.attribute("identifier")).collect::<BTreeSet<_>>();
    let (resources, organizations) = (of("resource"), of("organization"));
    for item in named(root, "item") {
        if let Some(reference) = item.attribute("identifierref")
            && !resources.contains(reference)
        {
            problem(format!("an item refers to the resource `{reference}`, and there is none"));
        }
    }
    for dependency in named(root, "dependency").filter_map(|node| node.attribute("identifierref")) {
        if !resources.contains(dependency) {
            problem(format!("a dependency refers to the resource `{dependency}`, and there is none"));
        }
    }
    for default in named(root, "organizations").filter_map(|node| node.attribute("default")) {
        if !organizations.contains(default) {
            problem(format!("the default organization `{default}` is not there"));
        }
    }
}

/// Files that are listed and not there, or there and not listed.
fn listed(root: Node<'_, '_>, entries: &Entries, problem: &mut impl FnMut(String)) {
    let mut listed = BTreeSet::from([manifest::FILE]);
    for resource in named(root, "resource") {
        let own: BTreeSet<&str> = named(resource, "file").filter_map(|file| file.attribute("href")).collect();
        for href in &own {
            if href.contains("://") || href.starts_with('/') || href.contains("..") {
                problem(format!("{href} is listed, and is no path in the package"));
            } else if !entries.contains_key(*href) {
                problem(format!("{href} is listed, and is not in the package"));
            }
        }
        if let Some(href) = resource.attribute("href")
            && !own.contains(href.split(['?', '#']).next().unwrap_or_default())
        {
            problem(format!("a resource starts with {href}, which is not among its files"));
        }
        listed.extend(own);
    }
    for path in entries.keys().filter(|path| !listed.contains(path.as_str())) {
        problem(format!("{path} is in the package, and is not listed"));
    }
}

/// What is particular to an edition of SCORM.
fn scorm(edition: Edition, root: Node<'_, '_>, problem: &mut impl FnMut(String)) {
    let dialect = edition.dialect();
    for resource in named(root, "resource") {
        let of_adl = |attribute: &roxmltree::Attribute<'_, '_>| attribute.namespace() == Some(dialect.adl);
        match resource.attributes().find(of_adl) {
            Some(kind) if kind.name() != dialect.kind => {
                problem(format!("the attribute {} is spelt {} in this edition", kind.name(), dialect.kind));
            }
            Some(kind) if !["sco", "asset"].contains(&kind.value()) => {
                problem(format!("{} is {}, and has to be sco or asset", dialect.kind, kind.value()));
            }
            Some(_) => {}
            None => problem(format!("a resource does not say whether it is a SCO: adlcp:{} is lacking", dialect.kind)),
        }
    }
    if !named(root, "item").any(|item| item.attribute("identifierref").is_some()) {
        problem("there is no item that starts anything".to_owned());
    }
    for score in named(root, "masteryscore") {
        let text = score.text().unwrap_or_default();
        if !text.parse::<u32>().is_ok_and(|score| score <= 100) {
            problem(format!("the mastery score `{text}` is no whole number from 0 to 100"));
        }
        if edition == Edition::V2004 {
            problem("masteryscore is of SCORM 1.2; here it is minNormalizedMeasure".to_owned());
        }
    }
    for measure in named(root, "minNormalizedMeasure") {
        let text = measure.text().unwrap_or_default();
        if !text.parse::<f64>().is_ok_and(|measure| (-1.0..=1.0).contains(&measure)) {
            problem(format!("minNormalizedMeasure `{text}` is no number from -1 to 1"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::catalogue::tests::sample;

    fn package(edition: Edition) -> Entries {
        let mut entries: Entries = [
            ("lms.html", "<!DOCTYPE html><title>x</title>"),
            ("book/index.html", "<a href=\"https://a.example/\">a</a>"),
        ]
        .map(|(path, text)| (path.to_owned(), text.into()))
        .into();
        let book = sample();
        let text = manifest::write(edition, &book, &book.scope(None).unwrap(), &entries);
        entries.insert(manifest::FILE.to_owned(), text.into_bytes());
        entries
    }

    fn kind(edition: Edition) -> Kind {
        if edition == Edition::V12 { Kind::Scorm12 } else { Kind::Scorm2004 }
    }

    /// The complaints after `from` became `to` in the manifest.
    fn after(edition: Edition, from: &str, to: &str) -> Vec<String> {
        let mut entries = package(edition);
        let text = String::from_utf8(entries[manifest::FILE].clone()).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        entries.insert(manifest::FILE.to_owned(), text.replace(from, to).into_bytes());
        check(kind(edition), &entries)
    }

    #[test]
    fn what_we_write_is_fine() {
        for edition in [Edition::V12, Edition::V2004] {
            assert_eq!(check(kind(edition), &package(edition)), Vec::<String>::new());
        }
    }

    #[test]
    fn each_mistake_that_schemas_let_pass_is_told() {
        use Edition::{V12, V2004};
        for (edition, from, to, said) in [
            (V12, "identifierref=\"sco\"", "identifierref=\"sc0\"", "refers to the resource `sc0`"),
            (V12, "default=\"book\"", "default=\"boook\"", "default organization `boook`"),
            (V12, ">1.2<", ">1.3<", "schemaversion is 1.3, and has to be 1.2"),
            (V12, "<schemaversion>1.2</schemaversion>", "", "no schemaversion"),
            (V12, ">80<", ">eighty<", "mastery score `eighty`"),
            (V12, "adlcp:scormtype", "adlcp:scormType", "spelt scormtype"),
            (V12, "adlcp:scormtype=\"sco\"", "", "adlcp:scormtype is lacking"),
            (V12, "imscp_rootv1p1p2", "imscp_v1p1", "its root is"),
            (V12, "<file href=\"book/index.html\"/>", "", "book/index.html is in the package, and is not listed"),
            (V12, "book/index.html\"/>", "book/other.html\"/>", "book/other.html is listed, and is not in the package"),
            (V12, "<file href=\"lms.html\"/>", "", "a resource starts with lms.html"),
            (V12, "identifier=\"item\"", "identifier=\"1 item\"", "the identifier `1 item`"),
            (V12, "identifier=\"item\"", "identifier=\"sco\"", "`sco` is there twice"),
            (V12, "</manifest>", "", "cannot be read"),
            (V2004, "adlcp:scormType", "adlcp:scormtype", "spelt scormType"),
            (V2004, "2004 4th Edition", "2004 3rd Edition", "has to be 2004 4th Edition"),
            (V2004, ">0.80<", ">80<", "minNormalizedMeasure `80`"),
        ] {
            let told = after(edition, from, to);
            assert!(told.iter().any(|problem| problem.contains(said)), "{from} → {to}: {told:#?}");
        }
    }

    #[test]
    fn a_site_takes_names_in_any_script() {
        let site = |name: &str| {
            check(Kind::Site, &[("index.html", ""), (name, "")].map(|(n, t)| (n.to_owned(), t.into())).into())
        };
        for name in ["часть/урок 1.html", "第一章.html", "الفصل.html", "e\u{301}té/🚀.html", "c#.html", ".nojekyll"]
        {
            assert_eq!(site(name), Vec::<String>::new());
        }
        assert!(site("what?.html")[0].contains("Windows"));
        let mut entries = package(Edition::V12);
        entries.insert("book/урок.html".to_owned(), "".into());
        let told = check(Kind::Scorm12, &entries);
        assert!(told.iter().any(|problem| problem.contains("`scorm-thin` or `cc`")), "{told:#?}");
    }

    #[test]
    fn mistakes_outside_the_manifest_are_told() {
        for (path, text, said) in [
            ("book/a b.html", "", "' ' in a file's name"),
            ("book/é.html", "", "'é' in a file's name"),
            ("book/.hidden.js", "", "begins with a dot"),
            ("book/INDEX.html", "", "book/INDEX.html are one file"),
            ("book/x.mjs", "", "name it .js"),
            ("book/x.html", "<script src=\"https://a.example/x.js\"></script>", "nothing is fetched from elsewhere"),
            ("book/x.html", "<base href=\"https://a.example/\">", "leads off the package"),
            ("book/x.html", "<img src=\"//a.example/x.png\">", "nothing is fetched from elsewhere"),
        ] {
            let mut entries = package(Edition::V12);
            entries.insert(path.to_owned(), text.into());
            let told = check(Kind::Scorm12, &entries);
            assert!(told.iter().any(|problem| problem.contains(said)), "{path}: {told:#?}");
        }
        let mut entries = package(Edition::V12);
        let text = entries.remove(manifest::FILE).unwrap();
        entries.insert("scorm/imsmanifest.xml".to_owned(), text);
        let told = check(Kind::Scorm12, &entries);
        assert!(told.iter().any(|problem| problem.contains("has to be at the root")), "{told:#?}");
    }
}
