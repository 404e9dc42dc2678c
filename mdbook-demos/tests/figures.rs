//! Figures are computed once: what is kept of them, what makes it void, and that it changes nothing.

mod fixture;

use std::{collections::BTreeMap, fs, path::Path, sync::Arc, thread};

use fixture::{Book, ENTRIES};
use mdbook_demos::{
    blocks::{
        kept::{Computed, Job, Kept, Outcome},
        prints::Print,
    },
    build_with, files,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use widgets::chrome::registry::{self, Entry};

const fn print(runs: &'static str, whole: &'static str) -> Option<Print> {
    Some(Print { runs, whole })
}

/// Figures of the fixture's demo that counts, by the folder `dir`.
fn figures(kept: &Kept, starts: &[u64]) -> Vec<Outcome> {
    let blocks: Vec<Value> =
        starts.iter().map(|start| json!({ "id": format!("n{start}"), "title": "T", "start": start })).collect();
    let jobs: Vec<Job<'_>> = blocks.iter().map(|block| Job { entry: &ENTRIES[0], block, drawn: true }).collect();
    kept.figures(&jobs)
}

/// What is computed of figures in a new build, which must come to the same as without anything kept.
fn computed(dir: &Path, fingerprints: fn(&Entry) -> Option<Print>, starts: &[u64]) -> Computed {
    let kept = Kept::new(dir.to_owned(), fingerprints);
    assert_eq!(format!("{:?}", figures(&kept, starts)), format!("{:?}", figures(&Kept::nothing(), starts)));
    kept.tidy();
    kept.computed()
}

fn both(simulated: usize, drawn: usize) -> Computed {
    Computed { simulated, drawn }
}

#[test]
fn what_was_computed_is_found_again() {
    let dir = TempDir::new().unwrap();
    let usual = |_: &Entry| print("a", "b");
    assert_eq!(computed(dir.path(), usual, &[1, 2, 3]), both(3, 3));
    assert_eq!(computed(dir.path(), usual, &[3, 2, 1]), both(0, 0));
    // An edit of one block; an edit of what draws; an edit of what simulates, which comes to the same.
    assert_eq!(computed(dir.path(), usual, &[1, 4, 3]), both(1, 1));
    assert_eq!(computed(dir.path(), |_| print("a", "c"), &[1, 4, 3]), both(0, 3));
    assert_eq!(computed(dir.path(), |_| print("d", "b"), &[1, 4, 3]), both(3, 0));
    assert_eq!(computed(dir.path(), usual, &[1, 4, 3]), both(0, 0));
    // A demo that is not part of the program.
    assert_eq!(computed(dir.path(), |_| None, &[1, 4, 3]), both(3, 3));
}

#[test]
fn a_block_is_kept_with_all_that_it_says_and_its_demo() {
    let dir = TempDir::new().unwrap();
    let kept = Kept::new(dir.path().to_owned(), |_| print("a", "b"));
    let other = Entry { name: "other", facts: ENTRIES[0].facts.clone(), ..ENTRIES[0] };
    let other: &'static Entry = Box::leak(Box::new(other));
    let block = |id: &str, title: &str, start: u64| json!({ "id": id, "title": title, "start": start });
    let blocks = [block("a", "T", 1), block("b", "T", 1), block("a", "U", 1), block("a", "T", 2)];
    let jobs: Vec<Job<'_>> = blocks
        .iter()
        .map(|block| Job { entry: &ENTRIES[0], block, drawn: true })
        .chain([Job { entry: other, block: &blocks[0], drawn: true }])
        .collect();
    let told: Vec<String> = kept
        .figures(&jobs)
        .into_iter()
        .map(|outcome| outcome.unwrap().unwrap().checked)
        .map(|checked| format!("{} {} {}", checked.id, checked.title, checked.facts["total"].text()))
        .collect();
    assert_eq!(told, ["a T 1", "b T 1", "a U 1", "a T 2", "a T 1"]);
    assert_eq!(kept.computed().simulated, 5);
}

#[test]
fn a_file_that_is_not_whole_or_not_ours_is_computed_again() {
    let dir = TempDir::new().unwrap();
    let usual = |_: &Entry| print("a", "b");
    computed(dir.path(), usual, &[1, 2]);
    let paths: Vec<_> = files::list(dir.path()).unwrap().into_iter().map(|name| dir.path().join(name)).collect();
    let whole: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert_eq!(paths.len(), 5, "two layers of two figures, and what was used");
    let spoil = |spoilt: &dyn Fn(usize, &[u8]) -> Vec<u8>| {
        for (at, (path, whole)) in paths.iter().zip(&whole).enumerate() {
            fs::write(path, spoilt(at, whole)).unwrap();
        }
        assert_eq!(computed(dir.path(), usual, &[1, 2]), both(2, 2));
        assert_eq!(computed(dir.path(), usual, &[1, 2]), both(0, 0));
    };
    for kept in [0, 5, 40, 80, 120] {
        spoil(&|_, whole| whole[..whole.len().min(kept).min(whole.len() - 1)].to_vec());
    }
    spoil(&|_, whole| [whole, b"more"].concat());
    // Another figure's, under this one's name.
    spoil(&|at, _| whole[(at + 2) % whole.len()].clone());
    for bit in 0..8 {
        spoil(&|at, whole| {
            let mut bytes = whole.to_vec();
            let place = whole.len() - 1 - (7 * at + 3 * bit) % (whole.len() / 2);
            bytes[place] ^= 1 << bit;
            bytes
        });
    }
    // A folder where a file should be, and none where the folder should.
    for path in &paths {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    }
    assert_eq!(computed(dir.path(), usual, &[1, 2]), both(2, 2));
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(computed(&file, usual, &[1, 2]), both(2, 2));
}

#[test]
fn mistakes_and_panics_are_computed_at_every_build() {
    let dir = TempDir::new().unwrap();
    let panics = |name: &str| ENTRIES.iter().find(|entry| entry.name == name).unwrap();
    let wrong = json!({ "id": "a", "title": "A", "start": 1, "faults": ["skip 9"] });
    let fine = json!({ "id": "a", "title": "A", "start": 1 });
    for _ in 0..2 {
        let kept = Kept::new(dir.path().to_owned(), |_| print("a", "b"));
        let jobs = [
            Job { entry: &ENTRIES[0], block: &wrong, drawn: true },
            Job { entry: panics("panics"), block: &fine, drawn: true },
            Job { entry: panics("panics-late"), block: &fine, drawn: true },
        ];
        let outcomes = kept.figures(&jobs);
        let Ok(Err(problems)) = &outcomes[0] else { panic!("{outcomes:?}") };
        assert_eq!(problems[0].message, "9 is never counted");
        assert_eq!(outcomes[1].as_ref().unwrap_err().message, "no counting today");
        assert_eq!(outcomes[2].as_ref().unwrap_err().message, "no drawing today");
        assert_eq!(kept.computed().drawn, 1);
        kept.tidy();
    }
}

#[test]
fn what_seeds_yield_is_kept_to_the_bit() {
    let dir = TempDir::new().unwrap();
    let awkward = || {
        let values =
            [json!(0.1 + 0.2), json!(1.0), json!(u64::MAX), json!(-1), json!("ä\0"), json!(true), json!(5e-324)];
        values.into_iter().map(|value| BTreeMap::from([("total", registry::FactValue(value))])).collect::<Vec<_>>()
    };
    let entry = Entry {
        over_seeds: |_, seeds| {
            let values =
                [json!(0.1 + 0.2), json!(1.0), json!(u64::MAX), json!(-1), json!("ä\0"), json!(true), json!(5e-324)];
            let facts = values.into_iter().map(|value| BTreeMap::from([("total", registry::FactValue(value))]));
            Ok(Arc::new(facts.take(seeds).collect()))
        },
        facts: ENTRIES[0].facts.clone(),
        ..ENTRIES[0]
    };
    let ask = |seeds: usize| {
        let kept = Kept::new(dir.path().to_owned(), |_| print("a", "b"));
        let runs = kept.over_seeds(&entry, &json!({ "id": "a" }), seeds).unwrap().unwrap();
        kept.tidy();
        ((*runs).clone(), kept.computed().simulated)
    };
    assert_eq!(ask(7), (awkward(), 1));
    assert_eq!(ask(7), (awkward(), 0));
    assert_eq!(ask(2).1, 1, "another number of seeds");
    // Lessons ask several things of the same runs.
    let once = Kept::nothing();
    let runs = [(); 2].map(|()| (*once.over_seeds(&entry, &json!({ "id": "a" }), 7).unwrap().unwrap()).clone());
    assert_eq!((runs, once.computed().simulated), ([awkward(), awkward()], 1));
    // Why a demo refuses is asked each time.
    let refused = Kept::new(dir.path().to_owned(), |_| print("a", "b"));
    assert!(refused.over_seeds(&ENTRIES[0], &json!({}), 1000).unwrap().is_err());
    assert!(refused.over_seeds(&ENTRIES[0], &json!({}), 1000).unwrap().is_err());
    assert_eq!(refused.computed().simulated, 2);
}

#[test]
fn several_builders_do_not_harm_each_other() {
    let dir = TempDir::new().unwrap();
    let starts: Vec<u64> = (0..20).collect();
    let expected = format!("{:?}", figures(&Kept::nothing(), &starts));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let kept = Kept::new(dir.path().to_owned(), |_| print("a", "b"));
                assert_eq!(format!("{:?}", figures(&kept, &starts)), expected);
                kept.tidy();
            });
        }
    });
    computed(dir.path(), |_| print("a", "b"), &starts);
    assert_eq!(computed(dir.path(), |_| print("a", "b"), &starts), both(0, 0));
    let unfinished: Vec<_> =
        files::list(dir.path()).unwrap().into_iter().filter(|name| name.ends_with(".part")).collect();
    assert_eq!(unfinished, Vec::<String>::new());
}

#[test]
fn the_folder_does_not_grow() {
    let dir = TempDir::new().unwrap();
    let usual = |_: &Entry| print("a", "b");
    let usually: Vec<u64> = (0..10).collect();
    computed(dir.path(), usual, &usually);
    // An author at work: one block changes at every build.
    for edit in 100..200 {
        let edited: Vec<u64> = usually.iter().copied().skip(1).chain([edit]).collect();
        assert_eq!(computed(dir.path(), usual, &edited), both(1, 1));
        let count = files::list(dir.path()).unwrap().len();
        assert!(count <= 4 * 20 + 17, "{count} files after the build of {edit}");
    }
    // What the last builds used is there, though this one did not: an edit is taken back.
    let before: Vec<u64> = usually.iter().copied().skip(1).chain([195]).collect();
    assert_eq!(computed(dir.path(), usual, &before), both(0, 0));
    // What was used long ago is not.
    assert_eq!(computed(dir.path(), usual, &usually), both(1, 1));
    // A much smaller book.
    assert_eq!(computed(dir.path(), usual, &[1]), both(0, 0));
    assert!(files::list(dir.path()).unwrap().len() <= 4 * 2 + 17);
}

/// Every file of a site.
fn site(book: &Book) -> BTreeMap<String, Vec<u8>> {
    let site = book.path("book");
    files::list(&site).unwrap().into_iter().map(|name| (name.clone(), fs::read(site.join(name)).unwrap())).collect()
}

/// With one figure of each demo of the registry, a quiz that asks about one, and a range over seeds.
#[test]
fn a_site_is_the_same_whether_its_figures_are_kept_or_not() {
    let ask = "\n\n```demo quiz\n{ \"id\": \"asks\", \"title\": \"Q\", \"file\": \"asks.toml\" }\n```\n";
    let quiz = "[[questions]]\nid = \"one\"\ntype = \"ShortAnswer\"\nprompt.prompt = \"How many?\"\n\
                answer.answer = \"{{#run example-rpc-timeline.deducted}}\"\n";
    let range = "{{#run example-topology.p95 over 3 seeds}}";
    let book = Book::new(&[
        ("src/part/lesson.md", &format!("# Lesson\n\n{{{{#demo-reference}}}}\n\n{range}\n{ask}")),
        ("src/part/asks.toml", quiz),
    ]);
    let build = |cached| {
        let report = build_with(&mdbook_demos::Options { cached, ..book.options() }, widgets::bundles::entries());
        let report = report.unwrap_or_else(|error| panic!("{error:#}"));
        (site(&book), report.computed)
    };
    let (without, all) = build(false);
    let (first, some) = build(true);
    let (second, none) = build(true);
    assert_eq!(all, both(widgets::bundles::entries().len() + 2, widgets::bundles::entries().len() + 1));
    assert_eq!((some, none), (all, both(0, 0)));
    assert!(first == without, "the first build that keeps figures makes another site");
    assert!(second == without, "a build that finds them makes another site");
    // The quiz asks again when what it asks has another answer.
    let other = quiz.replace("deducted", "took");
    book.write("src/part/asks.toml", other);
    assert_eq!(build(true).1, both(1, 1));
}
