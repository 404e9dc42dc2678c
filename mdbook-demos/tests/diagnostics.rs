//! Every kind of mistake that an author can make, as it is printed.

mod fixture;

use fixture::Book;

/// The mistakes of a lesson, compared with what was approved.
macro_rules! lesson {
    ($($(#[$meta:meta])* $name:ident: $text:expr;)*) => {
        $(
            $(#[$meta])*
            #[test]
            fn $name() {
                insta::assert_snapshot!(stringify!($name), Book::with_lesson($text).mistakes());
            }
        )*
    };
}

lesson! {
    unknown_demo: "# L\n\n```demo countr\n{ \"id\": \"a\", \"title\": \"A\" }\n```\n";
    unknown_demo_like_none: "# L\n\n```demo zzz\n{ \"id\": \"a\", \"title\": \"A\" }\n```\n";
    demo_without_name: "# L\n\n```demo\n{ \"id\": \"a\", \"title\": \"A\" }\n```\n";
    too_many_words: "# L\n\n```demo counter, editable\n{ \"id\": \"a\", \"title\": \"A\" }\n```\n";
    nested_demo: "# L\n\n- item\n\n  ```demo counter\n  { \"id\": \"a\", \"title\": \"A\" }\n  ```\n\n> ```demo counter\n> {}\n> ```\n";
    unclosed_demo: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\" }\n\nMore.\n";
    malformed_json: "# L\n\n```demo counter\n{ \"id\": \"a\" \"title\": \"A\" }\n```\n";
    trailing_comma: "# L\n\n```demo counter\n{\n  \"id\": \"a\",\n  \"title\": \"A\",\n}\n```\n";
    comment_in_json: "# L\n\n```demo counter\n{ \"id\": \"a\" } // why\n```\n";
    unterminated_json: "# L\n\n```demo counter\n{ \"id\": \"a\",\n```\n";
    leading_zero: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": 007 }\n```\n";
    not_an_object: "# L\n\n```demo counter\n[1]\n```\n";
    empty_block: "# L\n\n```demo counter\n```\n";
    duplicate_key: "# L\n\n```demo counter\n{ \"id\": \"a\",\n  \"title\": \"A\",\n  \"id\": \"b\" }\n```\n";
    unknown_key: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"strat\": 3 }\n```\n";
    unknown_key_like_none: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"colour\": 3 }\n```\n";
    unknown_key_in_expect: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"expect\": { \"totl\": 3 } }\n```\n";
    missing_key: "# L\n\n```demo counter\n{ \"title\": \"A\" }\n```\n";
    wrong_type: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": \"two\" }\n```\n";
    wrong_type_in_list: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"faults\": [\"skip 1\", 2] }\n```\n";
    none_of_several_types: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"step\": true }\n```\n";
    not_whole: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": 1.5 }\n```\n";
    out_of_range: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": 61 }\n```\n";
    too_many_items: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"faults\": [\"skip 1\", \"skip 1\", \"skip 1\"] }\n```\n";
    not_a_choice: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"mode\": \"dwn\" }\n```\n";
    wrong_form_of_id: "# L\n\n```demo counter\n{ \"id\": \"My Demo\", \"title\": \"A\" }\n```\n";
    impossible_fault: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": 3, \"faults\": [\"skip 1\", \"skip 9\"] }\n```\n";
    unreadable_fault: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"faults\": [\"jump\"] }\n```\n";
    wrong_key: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"mode\": \"down\", \"step\": 1 }\n```\n";
    failed_expect: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": 3,\n  \"expect\": { \"total\": 4 } }\n```\n";
    run_of_unknown_id: "# L\n\n```demo counter\n{ \"id\": \"first-run\", \"title\": \"A\" }\n```\n\nIt is {{#run frist-run.total}}.\n";
    run_of_unknown_fact: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\" }\n```\n\nIt is {{#run a.totl}}.\n";
    run_without_value: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": 3 }\n```\n\nIt is {{#run a.half}}.\n";
    run_over_seeds: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": 2 }\n```\n\n{{#run a.total over 101 seeds}}, {{#run a.parity over 3 seeds}}, {{#run a.totl over 3 seeds}}, {{#run a.total.mean over 3 seeds}}.\n";
    run_over_seeds_without_value: "# L\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\" }\n```\n\n{{#run a.half over 3 seeds}}.\n";
    malformed_directive: "# L\n\nIt is {{#run a}}, {{#run a.b c}} or {{#run a.b\n}}.\n";
    unknown_directive: "# L\n\nIt is {{#rum a.total}}.\n";
    id_of_a_heading: "# L\n\n## Two words\n\n```demo counter\n{ \"id\": \"two-words\", \"title\": \"A\" }\n```\n";
    broken_link: "# L\n\n`welcom.md` and [one](../welcom.md), [two](../welcome.md#helo), [three](../welcome.md).\n";
    broken_link_in_html: "# L\n\n<a href=\"lessn.html\">one</a>\n\n![picture](nothing.png)\n";
    links_to_avoid: "# L\n\n[one](/welcome.html) [two](http://example.org) [three](../../x.html)\n";
    unclosed_tag: "# L\n\n<div>\n\nText\n";
    missing_include: "# L\n\n{{#include nothing.md}}\n";
    inline_style: "# L\n\n<p style=\"color: red\">x</p>\n\n<script>alert(1)</script>\n";
    picture_from_elsewhere: "# L\n\n![x](https://example.org/x.png)\n";
    duplicate_element_id: "# L\n\n<p id=\"x\">a</p>\n\n<p id=\"x\">b</p>\n";
}

/// A panic is told like any other mistake, and the rest of the book is checked all the same.
#[test]
fn panic_in_a_demo() {
    let text = "# L\n\n```demo panics\n{ \"id\": \"a\", \"title\": \"A\" }\n```\n\n```demo panics-late\n{ \"id\": \"b\", \"title\": \"B\" }\n```\n\n```demo countr\n{}\n```\n";
    let book = Book::with_lesson(text);
    let settings = book.read("book.toml") + "git-repository-url = \"https://example.org/book\"\n";
    book.write("book.toml", settings);
    let told = book.mistakes();
    // Which line of the fixture panics is not what is tested.
    let told: Vec<String> = told
        .split("fixture/mod.rs:")
        .enumerate()
        .map(|(at, part)| {
            if at == 0 {
                part.to_owned()
            } else {
                part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':').to_owned()
            }
        })
        .collect();
    insta::assert_snapshot!(told.join("fixture/mod.rs:…"));
}

/// mdBook panics on a chapter outside of the book.
#[test]
fn panic_in_mdbook() {
    let book = Book::new(&[]);
    let elsewhere = book.path("outside.md");
    book.write("outside.md", "# Outside\n");
    book.write("src/SUMMARY.md", format!("[Outside]({})\n", elsewhere.display()));
    let told = book.mistakes();
    for wanted in
        ["mdBook panicked while it read the chapters", "--> src/SUMMARY.md", "please report it", "mdbook-driver-"]
    {
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn duplicate_id_in_one_lesson() {
    let block = "```demo counter\n{ \"id\": \"same\", \"title\": \"A\" }\n```\n";
    let book = Book::with_lesson(&format!("# L\n\n{block}\n{block}"));
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn duplicate_id_in_two_lessons() {
    let block = "# L\n\n```demo counter\n{ \"id\": \"same\", \"title\": \"A\" }\n```\n";
    let book = Book::new(&[("src/welcome.md", block), ("src/part/lesson.md", block)]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn demo_in_an_included_file() {
    let book = Book::new(&[
        ("src/part/lesson.md", "# L\n\n{{#include ../shared.txt}}\n"),
        (
            "src/shared.txt",
            "```demo counter\n{ \"id\": \"a\", \"title\": \"A\" }\n```\n\n{{#run a.total}} \\\\(n > 2f\\\\)\n",
        ),
    ]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn template_without_a_place_for_the_contents() {
    let book = Book::new(&[(
        "theme/index.hbs",
        "<!DOCTYPE html><html lang=\"en\"><head><title>x</title></head><body>{{{ content }}}</body></html>",
    )]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn missing_chapter() {
    let book = Book::new(&[("src/SUMMARY.md", "- [Lesson](part/lessn.md)\n")]);
    insta::assert_snapshot!(book.mistakes());
}

/// A place in a text is counted in characters, and in bytes where the file has none.
#[test]
fn files_that_are_not_utf_8() {
    let book = Book::new(&[]);
    book.write("src/part/lesson.md", b"# L\n\nCaf\xe9 und mehr\n");
    insta::assert_snapshot!(book.mistakes());
    book.write("src/SUMMARY.md", b"[Caf\xe9](welcome.md)\n");
    assert!(book.mistakes().contains("src/SUMMARY.md:1:5"), "{}", book.mistakes());
    book.write("book.toml", b"[book]\ntitle = \"Caf\xe9\"\n");
    assert!(book.mistakes().contains("book.toml:2:13"), "{}", book.mistakes());
    let quiz =
        Book::with_lesson("# L\n\n```demo quiz\n{ \"id\": \"q\", \"title\": \"Q\", \"file\": \"q.toml\" }\n```\n");
    quiz.write("src/part/q.toml", b"\xff\xfe[\x00");
    let told = quiz.mistakes_with(&fixture::WITH_QUIZ);
    assert!(told.contains("src/part/q.toml:1:1") && told.contains("UTF-16"), "{told}");
}

/// `README.md` is `index.md` to mdBook; a name may hold what means something in an address.
#[test]
fn the_page_of_a_folder_is_meant() {
    let book = Book::new(&[
        ("src/SUMMARY.md", "[Welcome](welcome.md)\n[Part](part/README.md)\n[Lesson](part/lesson.md)\n"),
        ("src/part/README.md", "# Part\n"),
        ("src/welcome.md", "# W\n\n[part](part/README.md)\n"),
    ]);
    let told = book.mistakes();
    assert!(told.contains("did you mean `part/index.md`?"), "{told}");
}

#[test]
fn unknown_setting() {
    let book = Book::new(&[("book.toml", "[book]\ntitel = \"x\"\n")]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn unknown_setting_of_the_pages() {
    let book = Book::new(&[("book.toml", "[book]\ntitle = \"x\"\n\n[output.html]\nhash_files = true\n")]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn all_at_once() {
    let book = Book::new(&[
        ("src/welcome.md", "# W\n\n{{#run b.total}} [x](nowhere.md)\n"),
        (
            "src/part/lesson.md",
            "# L\n\n[y](nowhere.md)\n\n```demo countr\n{}\n```\n\n```demo counter\n{ \"id\": \"b\", \"strat\": 1, \"start\": \"x\" }\n```\n\n[b](#b)\n",
        ),
    ]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn unknown_setting_of_the_course() {
    let book = Book::new(&[("book.toml", "[book]\ntitle = \"x\"\n\n[preprocessor.demos]\nmastry = 80\n")]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn settings_out_of_range() {
    let settings =
        "[book]\ntitle = \"x\"\n\n[preprocessor.demos]\nid = \"My book\"\nversion = \"1 beta\"\nmastery = 110\n";
    let book = Book::new(&[("book.toml", settings)]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn answers_with_mistakes() {
    let answer =
        |id: &str| format!("<details class=\"solution\" id=\"{id}\">\n<summary>Open</summary>\n\nx\n\n</details>\n");
    let book = Book::new(&[
        ("src/welcome.md", &format!("# W\n\n{}", answer("same"))),
        (
            "src/part/lesson.md",
            &format!(
                "# L\n\n{}\n<details class=\"modal-answer\" id=\"a\">\n<summary>O</summary>\n\nx\n\n</details>\n\n\
                 <details class=\"model-answer\">\n<summary>O</summary>\n\nx\n\n</details>\n",
                answer("same").replace("solution\" id", "solution\" data-after=\"counts\" id")
            ),
        ),
    ]);
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn redirects_with_mistakes() {
    let book = Book::new(&[("src/part/lesson.md", "# Lesson\n")]);
    let settings = book.read("book.toml");
    let redirects = "\n[output.html.redirect]\n\"/old.html\" = \"part/lessn.html\"\n\"/welcome.html\" = \"part/lesson.html\"\n\
        \"/lost.html#a\" = \"welcome.html\"\n\"../x.html\" = \"welcome.html\"\n\"/a.html\" = \"b.html\"\n\"/b.html\" = \"a.html\"\n\
        \"/c.html\" = \"http://example.org/\"\n\"/d.html\" = \"part/lesson.html#nowhere\"\n";
    book.write("book.toml", format!("{settings}{redirects}"));
    insta::assert_snapshot!(book.mistakes());
}

#[test]
fn further_files_that_are_not_there() {
    let settings = "[output.html]\nadditional-js = [\"theme/js/theem.js\", \"../own.js\"]\nadditional-css = [\n  \"/page.css\",\n]\n";
    insta::assert_snapshot!(Book::new(&[("book.toml", settings)]).mistakes());
}

#[test]
fn formulas_with_mistakes() {
    let lesson = "# L\n\nA \\\\(\\frac{a}{\\\\) and \\\\(\\fraq ab\\\\), \\\\(open\n\n\\\\[\n\\begin{cases}\n  é & \\nope\n\\end{cases}\n\\\\]\n\n\
        \\\\(\\color{red}x\\\\), \\\\({{#run a.b}}\\\\) and \\\\({{#include x.md}}\\\\).\n";
    insta::assert_snapshot!(Book::with_lesson(lesson).mistakes());
}
