//! What earlier builds kept of the pages is as good as new: a site built with it equals one from nothing, to the byte.

mod fixture;

use std::{collections::BTreeMap, fs, path::Path};

use fixture::{Book, ENTRIES};
use mdbook_demos::{Options, Report, build_with, files, pages::assets::unhashed};

const SUMMARY: &str = "[Welcome](welcome.md)\n\n- [One](part/one.md)\n- [Two](part/two.md)\n- [Three](three.md)\n";

const ONE: &str = "# One {#one-head}\n\nText of one.\n\n```demo counter\n{ \"id\": \"one\", \"title\": \"One\" }\n```\n\n[two](two.md#two-head)\n";

const TWO: &str = "# Two {#two-head}\n\n```demo counter\n{ \"id\": \"two\", \"title\": \"Two\", \"start\": 2 }\n```\n\n\\\\(a^2\\\\) and [one](one.md#one)\n\n\
    ```demo counter\n{ \"id\": \"three\", \"title\": \"Three\" }\n```\n";

fn files() -> BTreeMap<&'static str, String> {
    [
        ("src/SUMMARY.md", SUMMARY),
        ("src/part/one.md", ONE),
        ("src/part/two.md", TWO),
        (
            "src/three.md",
            "# Three {#three-head}\n\n{{#run two.total}} <b style=\"text-align: left\">x</b> searcher.js\n",
        ),
        ("src/by-hand.html", "<!DOCTYPE html><title>t</title><p id=\"x\">by hand</p>"),
    ]
    .into_iter()
    .map(|(file, text)| (file, text.to_owned()))
    .collect()
}

fn new(files: &BTreeMap<&'static str, String>) -> Book {
    let list: Vec<(&str, &str)> = files.iter().map(|(file, text)| (*file, text.as_str())).collect();
    Book::new(&list)
}

fn build(book: &Book) -> Report {
    build_with(&book.options(), &ENTRIES[..1]).unwrap_or_else(|error| panic!("{error:#}"))
}

/// Every file of a site with its content.
fn site(book: &Book) -> BTreeMap<String, Vec<u8>> {
    let out = book.path("book");
    let all = files::list(&out).unwrap();
    all.into_iter().map(|file| (file.clone(), fs::read(out.join(file)).unwrap())).collect()
}

fn assert_same(kept: &BTreeMap<String, Vec<u8>>, fresh: &BTreeMap<String, Vec<u8>>, after: &str) {
    assert_eq!(kept.keys().collect::<Vec<_>>(), fresh.keys().collect::<Vec<_>>(), "{after}");
    for (file, content) in kept {
        assert!(
            *content == fresh[file],
            "{file} differs after {after}:\n{}\n----\n{}",
            String::from_utf8_lossy(content),
            String::from_utf8_lossy(&fresh[file])
        );
    }
}

/// A change of a book: what it is, which file, what in it, and what comes in its place.
type Change = (&'static str, &'static str, &'static str, &'static str);

/// Changes, each of which makes some pages differ.
const CHANGES: [Change; 13] = [
    ("nothing", "src/three.md", "", ""),
    ("an edited sentence", "src/part/one.md", "Text of one.", "Another text."),
    // All slots after it get other numbers.
    ("a formula more at the beginning", "src/part/one.md", "Another text.", "Another text \\\\(x\\\\)."),
    ("a figure that is drawn otherwise", "src/part/two.md", "\"start\": 2", "\"start\": 3"),
    ("a figure with another title", "src/part/two.md", "\"title\": \"Three\"", "\"title\": \"Four\""),
    (
        "a figure less",
        "src/part/one.md",
        "```demo counter\n{ \"id\": \"one\", \"title\": \"One\" }\n```\n\n",
        "<b id=\"one\"></b>\n\n",
    ),
    ("a heading with another id", "src/part/two.md", "{#two-head}", "{#two-head}\n\n<b id=\"old\"></b>"),
    ("a chapter with another title", "src/SUMMARY.md", "[Three]", "[Third]"),
    (
        "chapters in another order",
        "src/SUMMARY.md",
        "- [One](part/one.md)\n- [Two](part/two.md)\n",
        "- [Two](part/two.md)\n- [One](part/one.md)\n",
    ),
    ("another page by hand", "src/by-hand.html", "by hand", "by another hand"),
    ("another title of the book", "book.toml", "title = \"", "title = \"A "),
    ("another script", "theme/js/theme.js", "document;", "document; 1;"),
    ("another template", "theme/index.hbs", "</main>", "</main><!-- x -->"),
];

#[test]
fn a_site_from_what_is_kept_equals_one_from_nothing() {
    let mut files = files();
    let book = new(&files);
    build(&book);
    for (what, file, old, replacement) in CHANGES {
        let path = book.path(file);
        let before = files::read(&path).unwrap();
        assert!(before.contains(old), "{what}: {before}");
        let after = before.replacen(old, replacement, 1);
        fs::write(&path, &after).unwrap();
        build(&book);
        let kept = site(&book);
        // The files of the fixture that the list does not name are those of every book.
        files.insert(file, after);
        let fresh = new(&files);
        let options = Options { cached: false, ..fresh.options() };
        build_with(&options, &ENTRIES[..1]).unwrap_or_else(|error| panic!("{error:#}"));
        assert_same(&kept, &site(&fresh), what);
    }
}

#[test]
fn damage_to_what_is_kept_does_no_harm() {
    let book = new(&files());
    build(&book);
    let before = site(&book);
    let folder = book.path("target/site-pages/book");
    let damage = |how: fn(&Path)| {
        let all = files::list(&folder).unwrap();
        assert!(all.len() > 20, "{}", all.len());
        for file in all {
            how(&folder.join(file));
        }
        build(&book);
        assert_same(&site(&book), &before, "damage");
    };
    damage(|file| fs::remove_file(file).unwrap());
    damage(|file| {
        let content = fs::read(file).unwrap();
        // Not in place: the site has the same file.
        fs::remove_file(file).unwrap();
        fs::write(file, &content[..content.len() / 2]).unwrap();
    });
    damage(|file| {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
    });
}

#[test]
fn what_was_done_to_the_site_is_not_kept() {
    let book = new(&files());
    build(&book);
    let before = site(&book);
    for file in before.keys().filter(|file| file.ends_with(".html")) {
        let path = book.path("book").join(file);
        let text = files::read(&path).unwrap();
        fs::write(path, format!("{text}<!-- by somebody -->")).unwrap();
    }
    build(&book);
    assert_same(&site(&book), &before, "changes in the site");
}

#[cfg(unix)]
#[test]
fn only_pages_that_changed_are_written() {
    use std::os::unix::fs::MetadataExt as _;

    // Every page names the file that the search begins with, and any edit gives that another name.
    let book = new(&files());
    let settings = files::read(&book.path("book.toml")).unwrap();
    fs::write(book.path("book.toml"), format!("{settings}\n[output.html.search]\nenable = false\n")).unwrap();
    build(&book);
    let inodes = || -> BTreeMap<String, u64> {
        let out = book.path("book");
        let pages = files::list(&out).unwrap().into_iter().filter(|file| file.ends_with(".html"));
        pages.map(|file| (file.clone(), fs::metadata(out.join(file)).unwrap().ino())).collect()
    };
    let before = inodes();
    fs::write(book.path("src/part/one.md"), ONE.replace("Text", "Words")).unwrap();
    build(&book);
    let after = inodes();
    let written: Vec<&str> =
        after.iter().filter(|(file, ino)| before[*file] != **ino).map(|(file, _)| &**file).collect();
    assert_eq!(written, ["part/one.html", "print.html"]);
}

#[test]
fn mistakes_are_told_every_time() {
    let mut files = files();
    let broken = ONE.replace("two.md#two-head", "two.md#nowhere");
    files.insert("src/part/one.md", broken.replace("Text", "<p style=\"color: red\">\n\nText"));
    let book = new(&files);
    let told = || build_with(&book.options(), &ENTRIES[..1]).unwrap_err().to_string();
    let first = told();
    assert!(first.contains("two.md#nowhere") && first.contains("style"), "{first}");
    assert_eq!(told(), first);
    fs::write(book.path("src/part/one.md"), ONE).unwrap();
    build(&book);
    // A page that is kept leads to a place that is gone.
    fs::write(book.path("src/part/two.md"), TWO.replace("{#two-head}", "{#head}")).unwrap();
    let gone = told();
    assert!(gone.contains("part/one.md") && gone.contains("#two-head"), "{gone}");
    let last = unhashed("part/one.html");
    assert!(book.path("book").join(last).exists());
}
