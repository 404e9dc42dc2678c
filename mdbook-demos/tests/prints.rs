//! The fingerprints of the sources that figures are computed from: what changes them, and what does not.

#[path = "../build/sources.rs"]
mod sources;

use std::{collections::BTreeMap, fs, path::Path};

use mdbook_demos::blocks::prints;
use sources::{Prints, prints as taken};
use widgets::bundles::entries;

/// A workspace of two demos, and what they are made of.
const WORKSPACE: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        r#"
        [workspace.dependencies]
        sim = { path = "demos/sim" }
        models = { path = "demos/models" }
        other = { path = "demos/other" }
        widgets = { path = "demos/widgets" }
        yew = "1"
    "#,
    ),
    ("Cargo.lock", "version = 4"),
    (".browserslistrc", "chrome 109"),
    ("book-index/Cargo.toml", "[package]"),
    ("book-index/src/lib.rs", "pub fn index() {}"),
    ("mdbook-demos/Cargo.toml", "[package]"),
    ("mdbook-demos/src/lib.rs", "pub fn build() {}"),
    ("mdbook-demos/tests/site.rs", "fn test() {}"),
    ("demos/sim/Cargo.toml", "[package]\nname = \"sim\""),
    ("demos/sim/src/lib.rs", "pub fn time() -> u32 { 0 }"),
    ("demos/sim/tests/all.rs", "fn test() {}"),
    ("demos/models/Cargo.toml", "[package]\nname = \"models\"\n[dependencies]\nsim.workspace = true"),
    ("demos/models/src/lib.rs", "pub fn run() -> u32 { sim::time() }"),
    ("demos/other/Cargo.toml", "[package]\nname = \"other\"\n[target.'cfg(unix)'.dependencies]\nsim.workspace = true"),
    ("demos/other/src/lib.rs", "pub fn run() -> u32 { 1 }"),
    (
        "demos/widgets/Cargo.toml",
        "[package]\nname = \"widgets\"\n[dependencies]\nmodels.workspace = true\nother.workspace = true",
    ),
    ("demos/widgets/src/lib.rs", "mod chrome; mod labs; mod plain;"),
    ("demos/widgets/src/chrome/mod.rs", "pub trait Demo { type View; } pub trait Authored { type Block; fn facts(); }"),
    ("demos/widgets/src/chrome/style.css", "a { color: red }"),
    (
        "demos/widgets/src/labs/clicks/mod.rs",
        r#"
        macro_rules! early { () => { 11 } }
        mod block; mod draw; mod help; mod more; mod own;
        use crate::chrome::Demo;
        pub struct Clicks;
        impl Demo for Clicks {
            type View = draw::Picture;
            fn view() -> Html { draw::sketch() }
            fn awaits() -> u32 { 13 }
        }
        pub fn fingerprint() -> u32 { 3 }
        #[cfg(test)] mod tests { fn asserts() {} }
    "#,
    ),
    (
        "demos/widgets/src/labs/clicks/block.rs",
        r#"
        use super::{Clicks, help::{self, Shown as Seen}, own::*};
        use crate::chrome::Authored;
        use other::run;
        #[derive(serde::Deserialize)]
        pub struct Block { #[serde(default = "super::more::usual")] times: u32 }
        impl Authored for Clicks {
            type Block = Block;
            fn facts() {
                let draw = models::run();
                early!() + super::fingerprint() + help::count(draw) + all().twice() + Seen::of(draw).value
            }
        }
    "#,
    ),
    (
        "demos/widgets/src/labs/clicks/help.rs",
        r#"
        const LIMIT: u32 = 4;
        pub struct Shown { pub value: u32 }
        pub fn count(of: u32) -> u32 { message(); of + many!(2) }
        fn message() -> String { format!("{LIMIT}") }
        macro_rules! many { ($x:literal) => { $x + deep() } }
        fn deep() -> u32 { 5 }
        fn nobody() -> u32 { 6 }
    "#,
    ),
    ("demos/widgets/src/labs/clicks/more.rs", "pub fn usual() -> u32 { 7 } pub fn unusual() -> u32 { 8 }"),
    (
        "demos/widgets/src/labs/clicks/own.rs",
        r#"
        pub fn all() -> u32 { 9 }
        pub trait Twice { fn twice(self) -> u32; }
        impl Twice for u32 { fn twice(self) -> u32 { self * 2 } }
        impl super::help::Shown { pub fn of(value: u32) -> Self { Self { value } } }
        choice! { Way { Here } }
    "#,
    ),
    (
        "demos/widgets/src/labs/clicks/draw.rs",
        r#"
        pub struct Picture;
        impl Component for Picture { fn view() -> Html { html! { <p>{ number() }</p> } } }
        fn number() -> u32 { 10 }
        pub fn sketch() -> Html { Html::default() }
    "#,
    ),
    ("demos/widgets/src/labs/clicks/style.css", "b { color: red }"),
    (
        "demos/widgets/src/plain.rs",
        "pub struct Plain; impl crate::chrome::Demo for Plain { type View = Plain; } impl crate::chrome::Authored for Plain {}",
    ),
];

/// The fingerprints of the workspace in which, in one file, one text stands for another.
fn after(file: &str, from: &str, to: &str) -> Prints {
    let dir = tempfile::tempdir().unwrap();
    let mut changed = from.is_empty();
    for (name, text) in WORKSPACE {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let new = if *name == file { text.replace(from, to) } else { (*text).to_owned() };
        changed |= new != *text;
        fs::write(path, new).unwrap();
    }
    assert!(changed, "{file} has no `{from}`");
    taken(dir.path(), "rustc").unwrap()
}

/// Which fingerprints an edit changes: runs and whole of `clicks`, runs and whole of `plain`.
fn changes(file: &str, from: &str, to: &str) -> [bool; 4] {
    let (before, after) = (after("Cargo.toml", "", ""), after(file, from, to));
    let modules = |prints: &Prints| prints.demos.iter().map(|demo| demo.module.clone()).collect::<Vec<_>>();
    assert_eq!(modules(&before), ["labs::clicks", "plain"]);
    assert_eq!(modules(&after), modules(&before));
    let [a, b] = [0, 1].map(|at| {
        let (before, after) = (&before.demos[at], &after.demos[at]);
        [before.runs != after.runs, before.whole != after.whole]
    });
    [a[0], a[1], b[0], b[1]]
}

const ALL: [bool; 4] = [true; 4];
const NONE: [bool; 4] = [false; 4];
/// What the runs of `clicks` depend on.
const RUNS: [bool; 4] = [true, true, false, false];
/// What only its picture depends on.
const PICTURE: [bool; 4] = [false, true, false, false];

#[test]
fn whatever_a_run_can_reach_counts_for_it() {
    let lab = "demos/widgets/src/labs/clicks";
    for (file, from, to) in [
        ("block.rs", "models::run()", "1 + models::run()"),
        // What names stand for.
        ("block.rs", "use other::run;", "use sim::run;"),
        // A path, an import under another name, and all of a module.
        ("mod.rs", "{ 3 }", "{ 30 }"),
        ("help.rs", "of + many", "of - many"),
        ("help.rs", "value: u32", "value: u64"),
        ("own.rs", "{ 9 }", "{ 90 }"),
        // What is named in a text: by an attribute, and in a format.
        ("more.rs", "{ 7 }", "{ 70 }"),
        ("help.rs", "LIMIT: u32 = 4", "LIMIT: u32 = 40"),
        // What the builder asks of a demo beside its values.
        ("mod.rs", "{ 13 }", "{ 14 }"),
        // In a macro, and a macro that needs no import.
        ("mod.rs", "{ 11 }", "{ 12 }"),
        ("help.rs", "{ 5 }", "{ 50 }"),
        // Methods: of a type in another file, of a trait, and for a type of others.
        ("own.rs", "Self { value }", "Self { value: 1 + value }"),
        ("own.rs", "self * 2", "self * 3"),
        ("own.rs", "fn twice(self) -> u32;", "fn twice(self) -> u32 { 1 }"),
    ] {
        assert_eq!(changes(&format!("{lab}/{file}"), from, to), RUNS, "{file}: {from}");
    }
}

#[test]
fn what_only_draws_changes_no_run() {
    let lab = "demos/widgets/src/labs/clicks";
    for (file, from, to) in [
        ("draw.rs", "{ 10 }", "{ 100 }"),
        ("draw.rs", "<p>", "<b>"),
        ("draw.rs", "Html::default()", "Html::new()"),
        ("help.rs", "{ 6 }", "{ 60 }"),
        ("more.rs", "{ 8 }", "{ 80 }"),
        ("mod.rs", "draw::sketch()", "draw::sketch().b()"),
        ("mod.rs", "asserts", "proves"),
        ("mod.rs", "draw::Picture", "draw::Painting"),
    ] {
        assert_eq!(changes(&format!("{lab}/{file}"), from, to), PICTURE, "{file}: {from}");
    }
}

#[test]
fn what_demos_share_counts_for_all_that_use_it() {
    let models = [true, true, false, false];
    // The crate is named in the block; its own crates are named in its manifest.
    assert_eq!(changes("demos/models/src/lib.rs", "sim::time()", "1 + sim::time()"), models);
    assert_eq!(changes("demos/sim/src/lib.rs", "{ 0 }", "{ 1 }"), models);
    assert_eq!(changes("demos/other/src/lib.rs", "{ 1 }", "{ 2 }"), models, "a crate that is named in an import");
    assert_eq!(changes("demos/models/Cargo.toml", "\n[dep", "\n\n[dep"), models);
    // What is in no demo's folder, and what is compiled with everything.
    assert_eq!(changes("demos/widgets/src/chrome/mod.rs", "fn facts();", "fn facts() {}"), ALL);
    assert_eq!(changes("demos/widgets/Cargo.toml", "\n[dep", "\n\n[dep"), ALL);
    assert_eq!(changes("Cargo.lock", "4", "5"), ALL);
    assert_eq!(changes("Cargo.toml", "yew = \"1\"", "yew = \"2\""), ALL);
    // Tests, and style sheets, which pages link, carried by a source or not.
    assert_eq!(changes("demos/sim/tests/all.rs", "{}", "{ }"), NONE);
    assert_eq!(changes("demos/widgets/src/chrome/style.css", "red", "blue"), NONE);
    assert_eq!(changes("demos/widgets/src/labs/clicks/style.css", "red", "blue"), NONE);
    for (beside, counts) in [("words.txt", true), ("style.css", false)] {
        let [one, other] = ["red", "blue"].map(|text| {
            let dir = tempfile::tempdir().unwrap();
            let carried = format!("pub const BESIDE: &str = include_str!(\"{beside}\"); fn nobody");
            for (path, text) in WORKSPACE {
                let path = dir.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text.replace("fn nobody", &carried)).unwrap();
            }
            fs::write(dir.path().join("demos/widgets/src/labs/clicks").join(beside), text).unwrap();
            taken(dir.path(), "rustc").unwrap().demos[0].clone()
        });
        assert_eq!([one.runs != other.runs, one.whole != other.whole], [counts; 2], "{beside}");
    }
}

#[test]
fn another_demo_that_is_named_counts_as_a_whole() {
    let file = "demos/widgets/src/plain.rs";
    let naming =
        "struct Plain; impl crate::chrome::Authored for Plain { fn facts() { crate::labs::clicks::fingerprint() } }";
    let before = after(file, "struct Plain;", naming);
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in WORKSPACE {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("struct Plain;", naming).replace("<p>", "<b>")).unwrap();
    }
    let after = taken(dir.path(), "rustc").unwrap();
    assert_ne!(before.demos[1].runs, after.demos[1].runs);
}

#[test]
fn the_compiler_and_a_file_that_cannot_be_read_count() {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in WORKSPACE {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let [one, other] = ["rustc 1", "rustc 2"].map(|given| taken(dir.path(), given).unwrap());
    assert!(one.demos.iter().zip(&other.demos).all(|(a, b)| a.runs != b.runs && a.whole != b.whole));
    assert_eq!(one, taken(dir.path(), "rustc 1").unwrap());
    assert_ne!(one.builder, other.builder);
    assert!(one.read.contains("demos/widgets/src/labs/clicks/draw.rs") && !one.read.contains("demos/sim/tests/all.rs"));
    // Whatever is in it can be meant.
    let broken = changes("demos/widgets/src/labs/clicks/draw.rs", "fn number() -> u32 { 10 }", "fn number( {");
    assert_eq!(broken, RUNS);
}

#[test]
fn the_builder_has_a_fingerprint_of_its_own() {
    let before = after("Cargo.toml", "", "").builder;
    for (file, from, to, changes) in [
        ("mdbook-demos/src/lib.rs", "{}", "{ }", true),
        ("book-index/src/lib.rs", "{}", "{ }", true),
        ("mdbook-demos/Cargo.toml", "package", "lib", true),
        (".browserslistrc", "109", "110", true),
        ("Cargo.lock", "4", "5", true),
        ("mdbook-demos/tests/site.rs", "{}", "{ }", false),
        ("demos/widgets/src/plain.rs", "Plain", "Plane", false),
    ] {
        assert_eq!(after(file, from, to).builder != before, changes, "{file}");
    }
    assert_eq!(prints::builder().len(), 32);
}

#[test]
fn every_demo_has_its_fingerprints() {
    let mut all = BTreeMap::new();
    for entry in entries() {
        let print = prints::of(entry.module).unwrap_or_else(|| panic!("{} is in no folder of a demo", entry.module));
        assert_ne!(print.runs, print.whole, "{}", entry.name);
        all.insert(print.runs, entry.name);
        all.insert(print.whole, entry.name);
    }
    assert_eq!(all.len(), 2 * entries().len(), "each demo has its own");
    assert_eq!(prints::of("topo"), None, "no beginning of a name");
}

/// Those that simulate at length: were their pictures to count, an edit of one would take the builder minutes.
#[test]
fn the_pictures_of_what_takes_long_change_no_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let before = taken(root, "").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut edited = 0;
    for file in &before.read {
        let to = dir.path().join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let bytes = fs::read(root.join(file)).unwrap();
        let in_demo = before.demos.iter().any(|demo| {
            file.starts_with(&format!("demos/widgets/src/{}/", demo.module.replace("::", "/"))) && file.ends_with(".rs")
        });
        let text = String::from_utf8_lossy(&bytes);
        match in_demo && text.contains("-> Html {") {
            true => {
                edited += 1;
                fs::write(to, text.replace("-> Html {", "-> Html { let _ = 1;")).unwrap();
            }
            false => fs::write(to, bytes).unwrap(),
        }
    }
    assert!(edited > 5, "only {edited} files draw");
    let after = taken(dir.path(), "").unwrap();
    for name in ["topology", "design-lab", "distribution-time"] {
        let module = entries().iter().find(|entry| entry.name == name).unwrap().module;
        let of = |prints: &Prints| prints.demos.iter().find(|demo| module.starts_with(&demo.module)).unwrap().clone();
        let (before, after) = (of(&before), of(&after));
        assert_eq!(before.runs, after.runs, "{name}: something that draws can be reached from its block");
        assert_ne!(before.whole, after.whole, "{name}");
    }
}
