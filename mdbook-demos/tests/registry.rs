//! What the real registry promises to authors.

use std::{collections::BTreeMap, fs, path::Path};

use mdbook_demos::{
    blocks::{
        json::{Block, Schemas},
        reference,
    },
    diagnostics::{Diagnostics, Source},
    files,
    pages::{browsers, sheets},
};
use widgets::{bundles::entries, chrome::registry::STYLE};

#[test]
fn every_example_passes_its_own_checks() {
    let schemas = Schemas::new(entries()).unwrap();
    for entry in entries() {
        let source = Source::new(format!("the example of {}", entry.name), entry.example);
        let mut mistakes = Diagnostics::default();
        match Block::parse(&source, 0..source.text.len()) {
            Ok(block) => {
                assert_eq!(block.id(), Some(&*format!("example-{}", entry.name)));
                mistakes.extend(block.check_schema(entry, &schemas));
                if mistakes.is_empty() {
                    match (entry.check)(block.value()) {
                        Ok(checked) => {
                            let known: Vec<&str> = entry.facts.iter().map(|fact| fact.name).collect();
                            let unknown: Vec<_> = checked.facts.keys().filter(|name| !known.contains(name)).collect();
                            assert!(unknown.is_empty(), "{}: facts not listed: {unknown:?}", entry.name);
                        }
                        Err(wrong) => mistakes.extend(block.told(entry, wrong)),
                    }
                }
            }
            Err(wrong) => mistakes.extend(wrong),
        }
        assert!(mistakes.is_empty(), "{mistakes}");
    }
}

#[test]
fn every_schema_tells_an_author_all_there_is() {
    let schemas = Schemas::new(entries()).unwrap();
    let whole = reference::schema(entries(), &schemas).unwrap();
    assert!(jsonschema::meta::is_valid(&whole));
    for entry in entries() {
        let written = schemas.get(entry.name).unwrap();
        assert_eq!(written["additionalProperties"], false, "{}: unknown keys must be refused", entry.name);
        let keys = mdbook_demos::blocks::schema::Schema::new(written).keys();
        for needed in ["id", "title"] {
            assert!(keys.iter().any(|key| key.name == needed && key.required), "{}: `{needed}`", entry.name);
        }
        for key in keys {
            assert!(!key.description().is_empty(), "{}: `{}` has no meaning", entry.name, key.name);
        }
    }
}

#[test]
fn every_style_sheet_lies_beside_its_demo_and_can_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let sources = root.join("demos/widgets/src");
    let written: BTreeMap<String, String> = files::list(&sources)
        .unwrap()
        .into_iter()
        .filter(|file| file.ends_with(".css"))
        .map(|file| (format!("demos/widgets/src/{file}"), fs::read_to_string(sources.join(&file)).unwrap()))
        .collect();
    let own = entries().iter().filter(|entry| !entry.style.is_empty()).map(|entry| (entry.module, entry.style));
    let carried: BTreeMap<String, String> =
        own.chain([("chrome", STYLE)]).map(|(module, style)| (sheets::source(module), style.to_owned())).collect();
    assert_eq!(carried.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>(), "each is carried by its demo");
    assert!(carried == written, "each is the file of its name beside the demo");
    for (file, text) in &carried {
        browsers::style_sheet(file, text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    }
}
