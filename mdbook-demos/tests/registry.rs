//! What the real registry promises to authors.

use mdbook_demos::{
    blocks::{
        json::{Block, Schemas},
        reference,
    },
    diagnostics::{Diagnostics, Source},
};
use widgets::bundles::entries;

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
