//! The search index as the builder writes it, asked by the theme's own script in Node.js.

mod fixture;

use std::collections::BTreeMap;

use fixture::{Book, has_node};
use mdbook_demos::files;

const SUMMARY: &str = "[Welcome](welcome.md)\n\n# Part\n\n- [Agreement](a/index.md)\n  - [Quorums](a/quorums.md)\n  \
    - [Logs](a/logs.md)\n- [Later]()\n";

/// A book with words in titles, headings and texts.
fn book() -> Book {
    Book::new(&[
        ("src/SUMMARY.md", SUMMARY),
        (
            "src/welcome.md",
            "# Welcome\n\nA quorum, and a quorum, and a quorum again; a quorum. Don’t retry what the server’s log has.\n\n\
             ## The map {#map .course-map}\n\nAll:\n\n- **Agreement**: how\n  - [Quorums](a/quorums.md)\n  - Raft\n\
             - **Copies**: many\n  - Consistency models and CAP\n",
        ),
        ("src/a/index.md", "# Agreement\n\nWhat machines decide.\n"),
        (
            "src/a/quorums.md",
            "# Quorums\n\nA majority.\n\n## Voting twice {#voting}\n\nEach voter votes once; a leader retries. Café.\n\n\
             ### Leader and term {#leader}\n\nThe leader's term, not the CAP of a quorum.\n",
        ),
        (
            "src/a/logs.md",
            "# Logs\n\nA log of entries.\n\n## Logical entries {#logical}\n\nNothing here.\n\n## A quorum {#quorum}\n\n\
             Of machines: idempotency, at least once.\n\n## Once {#once}\n\nAt most once, and no quorum: l’équilibre.\n",
        ),
    ])
}

fn built(book: Book) -> Book {
    book.build().unwrap_or_else(|error| panic!("{error:#}"));
    book
}

/// Checks what a query finds, best first.
#[track_caller]
fn finds(book: &Book, query: &str, expected: &[&str]) {
    assert_eq!(book.found(&[query])[0], expected, "{query}");
}

#[test]
fn titles_come_before_headings_and_headings_before_texts() {
    if !has_node() {
        return;
    }
    let book = built(book());
    finds(
        &book,
        "quorum ",
        &[
            "a/quorums.html#quorums",
            "a/logs.html#quorum",
            "welcome.html#welcome",
            "a/quorums.html#leader",
            "a/logs.html#once",
            "welcome.html#map",
        ],
    );
    // A section under a heading is not about that heading's word only because it stands there.
    finds(&book, "voting", &["a/quorums.html#voting"]);
    // Where it stands helps to find it all the same.
    assert_eq!(book.found(&["quorums majority"])[0][0], "a/quorums.html#quorums");
    finds(&book, "voting term", &["a/quorums.html#leader", "a/quorums.html#voting"]);
}

#[test]
fn all_words_come_before_some_and_whole_words_before_beginnings() {
    if !has_node() {
        return;
    }
    let book = built(book());
    finds(&book, "leader retries", &["a/quorums.html#voting", "a/quorums.html#leader", "welcome.html#welcome"]);
    // The title, the text, and then the heading that only begins so.
    finds(&book, "log", &["a/logs.html#logs", "welcome.html#welcome", "a/logs.html#logical"]);
    finds(&book, "log ", &["a/logs.html#logs", "welcome.html#welcome"]);
    finds(&book, "idempoten", &["a/logs.html#quorum"]);
    // Only sections with all words, if the book says so.
    let all = built(book_with("use-boolean-and = true"));
    finds(&all, "leader retries", &["a/quorums.html#voting"]);
    finds(&all, "majority idempotency", &["a/quorums.html#quorums", "a/logs.html#quorum"]);
    let whole = built(book_with("expand = false"));
    finds(&whole, "idemp", &[]);
    finds(&whole, "log", &["a/logs.html#logs", "welcome.html#welcome"]);
}

/// The book with a setting of the search.
fn book_with(setting: &str) -> Book {
    let book = book();
    let settings = book.read("book.toml");
    book.write("book.toml", format!("{settings}\n[output.html.search]\n{setting}\n"));
    book
}

#[test]
fn words_are_found_in_their_other_forms() {
    if !has_node() {
        return;
    }
    let book = built(book());
    // As it stands there, and otherwise.
    finds(&book, "retry ", &["welcome.html#welcome", "a/quorums.html#voting"]);
    finds(&book, "retries ", &["a/quorums.html#voting", "welcome.html#welcome"]);
    // A form that the book has not.
    finds(&book, "idempotencies", &["a/logs.html#quorum"]);
    for apostrophe in ["don't", "don’t", "dont", "DON‘T", "server's", "servers"] {
        finds(&book, apostrophe, &["welcome.html#welcome"]);
    }
    for accented in ["cafe", "café", "CAFE\u{301}"] {
        finds(&book, accented, &["a/quorums.html#voting"]);
    }
    for parted in ["équilibre", "l'equilibre", "equilibre"] {
        finds(&book, parted, &["a/logs.html#once"]);
    }
    // Words that say little can be told apart by, and need not be there.
    finds(&book, "at least once", &["a/logs.html#quorum", "a/logs.html#once", "a/quorums.html#voting"]);
    finds(&book, "what is a majority of the", &["a/quorums.html#quorums"]);
    assert!(!book.found(&["the"])[0].is_empty());
}

#[test]
fn what_is_nowhere_is_left_out_and_what_is_planned_leads_to_the_map() {
    if !has_node() {
        return;
    }
    let book = built(book());
    finds(&book, "zzz", &[]);
    finds(&book, "?! …", &[]);
    finds(&book, "CAP theorem", &["welcome.html#map", "a/quorums.html#leader"]);
    finds(&book, "raft", &["welcome.html#map"]);
    finds(&book, "copies", &["welcome.html#map"]);
    // What has a lesson is not planned.
    finds(&book, "agreement decide", &["a/index.html#agreement"]);
}

#[test]
fn settings_of_the_search_are_kept() {
    if !has_node() {
        return;
    }
    let shallow = built(book_with("heading-split-level = 1"));
    finds(&shallow, "term", &["a/quorums.html#quorums"]);
    let texts = built(book_with("boost-title = 0\nboost-hierarchy = 0\nboost-paragraph = 9"));
    assert_eq!(texts.found(&["quorum "])[0][0], "welcome.html#welcome");
    let some = built(book_with("chapter = { \"a\" = { enable = false }, \"a/logs.md\" = { enable = true } }"));
    finds(&some, "quorum ", &["a/logs.html#quorum", "welcome.html#welcome", "a/logs.html#once", "welcome.html#map"]);
    let none = built(book_with("enable = false"));
    assert!(!files::list(&none.path("book")).unwrap().iter().any(|file| file.starts_with("search/")));
    let told = book_with("chapter = { \"a/log.md\" = { enable = false } }").mistakes();
    for part in ["no chapter of the book lies at `a/log.md`", "book.toml:", "did you mean `a/logs.md`?"] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

/// The files of the index, with what is in them.
fn index(book: &Book) -> BTreeMap<String, String> {
    let files = files::list(&book.path("book")).unwrap().into_iter().filter(|file| file.starts_with("search/"));
    files.map(|file| (file.clone(), book.read(&format!("book/{file}")))).collect()
}

#[test]
fn an_edit_changes_few_files_of_the_index_and_none_without_one() {
    // Words enough for many files, in an order that an edit does not change.
    let word = |number: usize| {
        let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap());
        let letters = [number * 7, number * 11 / 26, number / 26, number * 3, number / 676, number];
        letters.map(letter).iter().collect::<String>()
    };
    let text: Vec<String> = (0..12_000).map(word).collect();
    let lesson: String =
        (0..).zip(text.chunks(400)).map(|(at, words)| format!("\n\n## H{at}\n\n{}", words.join(" "))).collect();
    let book = |first: &str| {
        built(Book::new(&[
            ("src/part/lesson.md", &format!("# Lesson\n\n{first}{lesson}\n")),
            ("src/welcome.md", &format!("# Welcome\n\nHello.{lesson}\n")),
        ]))
    };
    let (once, again, edited) =
        (index(&book("Text.")), index(&book("Text.")), index(&book("Text, and unheard-of words.")));
    assert_eq!(once, again);
    let of = |files: &BTreeMap<String, String>, kind: &str| files.keys().filter(|file| file.contains(kind)).count();
    assert!(of(&once, "/words-") > 6 && of(&once, "/text-") > 10 && of(&once, "/start-") == 1, "{:?}", once.keys());
    for text in once.iter().filter(|(file, _)| file.contains("/words-")).map(|(_, text)| text) {
        assert!(text.len() < 40_000, "{}", text.len());
    }
    let changed: Vec<&String> = edited.keys().filter(|file| !once.contains_key(*file)).collect();
    // The first file, that of the text, and those of the four words.
    assert!(changed.len() <= 6, "{changed:?}");
    assert!(edited.iter().all(|(file, text)| once.get(file).is_none_or(|before| before == text)));
}
