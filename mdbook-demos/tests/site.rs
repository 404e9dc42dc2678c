//! A small book, built as a whole.

mod fixture;

use std::{collections::BTreeSet, fs};

use fixture::{BADLY_STYLED, Book, ENTRIES, STYLED, TWO_BUNDLES};
use mdbook_demos::{
    build_with, files,
    pages::{assets::unhashed, template::policy_tag},
};

/// A lesson with everything.
const LESSON: &str = "# Lesson

Before: {{#run two.total}}, `{{#run two.total}}`, \\{{#run two.total}}, {{#run one.parity}}.

```demo counter
{ \"id\": \"one\", \"title\": \"The \\\"first\\\" <one>\" }
```

```demo counter
{ \"id\": \"two\", \"title\": \"Two\", \"start\": 2, \"expect\": { \"total\": 2 } }
```

```text
{{#run two.total}}
```

| a | b |
| :-- | --: |
| 1 | {{#run one.parity}} |

[Home](../welcome.md#welcome) [figure](#one) [out](https://example.org/)
";

fn book() -> Book {
    Book::new(&[
        ("src/part/lesson.md", LESSON),
        ("src/reference.md", "# Reference\n\n{{#demo-reference}}\n"),
        (
            "src/SUMMARY.md",
            "[Welcome](welcome.md)\n\n# Part & one\n\n- [Lesson](part/lesson.md)\n  - [Later]()\n\n---\n\n[Reference](reference.md)\n",
        ),
        ("src/part/drawing.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ])
}

/// The fixture's first demo only; the other one panics.
fn build(book: &Book) -> mdbook_demos::Report {
    build_with(&book.options(), &ENTRIES[..1]).unwrap_or_else(|error| panic!("{error:#}"))
}

#[test]
fn the_output_tree() {
    let book = book();
    let report = build(&book);
    let tree: BTreeSet<String> = files::list(&book.path("book")).unwrap().iter().map(|file| unhashed(file)).collect();
    let plain = |file: &str| match file.split_once('-') {
        Some((name @ ("catalogue" | "titles"), _)) => format!("{name}.js"),
        Some(("demos/chrome", _)) => "demos/chrome.css".to_owned(),
        _ => file.to_owned(),
    };
    let tree: Vec<String> = tree.iter().map(|file| plain(file)).collect();
    assert_eq!(
        tree,
        [
            ".nojekyll",
            "404.html",
            "catalogue.js",
            "demos.schema.json",
            "demos/chrome.css",
            "embed/example-counter.html",
            "embed/one.html",
            "embed/two.html",
            "index.html",
            "part/drawing.svg",
            "part/lesson.html",
            "print.html",
            "reference.html",
            "search/start.js",
            "search/text.js",
            "search/words.js",
            "theme/css/page.css",
            "theme/js/theme.js",
            "titles.js",
            "welcome.html",
        ]
    );
    assert_eq!((report.pages, report.demos), (9, 3));
    assert_eq!(report.external.keys().collect::<Vec<_>>(), ["https://example.org/"]);
    assert!(!book.path("target/site-staging/book").exists());
}

#[test]
fn figures_stand_in_the_pages_byte_for_byte() {
    let book = book();
    build(&book);
    let props = "{&quot;id&quot;:&quot;one&quot;,&quot;note&quot;:&quot;a &#39;quote&#39; &amp; a \\&quot;quote\\&quot; &lt;i&gt;&quot;,&quot;start&quot;:1}";
    let drawing = (ENTRIES[0].prerender)("one", "{\"id\":\"one\",\"start\":1}");
    let element = format!(
        "<div class=\"demo\" id=\"one\" data-demo=\"counter\" data-bundle=\"numbers\" data-engine=\"numbers\" data-props=\"{props}\">{drawing}</div>"
    );
    for page in ["part/lesson.html", "print.html", "embed/one.html"] {
        assert_eq!(book.read(&format!("book/{page}")).matches(&element).count(), 1, "{page}");
    }
    assert!(!book.read("book/welcome.html").contains("data-demo"));
}

#[test]
fn directives_become_text() {
    let book = book();
    build(&book);
    let page = book.read("book/part/lesson.html");
    assert!(
        page.contains("<p>Before: 2, <code>{{#run two.total}}</code>, {{#run two.total}}, *odd* | &lt;b&gt;.</p>"),
        "{page}"
    );
    assert!(page.contains("<code class=\"language-text\">{{#run two.total}}\n</code>"), "{page}");
    assert!(page.contains("<td class=\"align-right\">*odd* | &lt;b&gt;</td>"), "{page}");
}

#[test]
fn a_fact_over_seeds_becomes_a_range() {
    let book = Book::with_lesson(
        "# Lesson\n\n```demo counter\n{ \"id\": \"a\", \"title\": \"A\", \"start\": 60 }\n```\n\n\
         {{#run a.total over 20 seeds}}, {{#run a.total.lowest over 5 seeds}}, {{#run a.total.median over 4 seeds}}, \
         {{#run a.total.highest over 5 seeds}}.\n",
    );
    build(&book);
    let page = book.read("book/part/lesson.html");
    assert!(page.contains("<p>60–1,200, 60, 120, 300.</p>"), "{page}");
}

#[test]
fn every_page_has_the_policy_and_the_contents() {
    let book = book();
    build(&book);
    for page in files::list(&book.path("book")).unwrap().iter().filter(|file| file.ends_with(".html")) {
        let text = book.read(&format!("book/{page}"));
        assert!(text.contains(&format!("<meta charset=\"utf-8\">{}", policy_tag())), "{page}");
        let current = text.matches("aria-current=\"page\"").count();
        let expected = usize::from(!["404.html", "print.html"].contains(&page.as_str()) && !page.starts_with("embed/"));
        assert_eq!(current, expected, "{page}");
        assert_eq!(text.contains("<p class=\"part\">Part &amp; one</p>"), !page.starts_with("embed/"), "{page}");
        assert!(!text.contains("canonical") && !text.contains("<base"), "{page}");
        // Without the module there is nothing to load.
        assert!(!text.contains("demos/loader"), "{page}");
    }
    let lesson = book.read("book/part/lesson.html");
    assert!(lesson.contains("<li><a href=\"../welcome.html\">Welcome</a></li>"), "{lesson}");
    assert!(lesson.contains("<span class=\"draft\">"), "{lesson}");
}

#[test]
fn embed_pages_are_whole() {
    let book = book();
    build(&book);
    let page = book.read("book/embed/one.html");
    let page = page.split_inclusive('\n').map(unhash_line).collect::<String>();
    insta::assert_snapshot!(page);
}

/// A line with the hashes in file names taken out.
fn unhash_line(line: &str) -> String {
    line.split_inclusive('"')
        .map(|part| match part.strip_suffix('"') {
            Some(name) if name.starts_with("../catalogue-") => "../catalogue.js\"".to_owned(),
            Some(name) if name.starts_with("../theme") => format!("{}\"", unhashed(name)),
            Some(name) if name.starts_with("../demos/chrome-") => "../demos/chrome.css\"".to_owned(),
            _ => part.to_owned(),
        })
        .collect()
}

#[test]
fn the_reference_is_generated() {
    let book = book();
    build(&book);
    let page = book.read("book/reference.html");
    let start = page.find("<h2").unwrap();
    let end = page.find("</main>").unwrap();
    insta::assert_snapshot!(&page[start..end]);
}

#[test]
fn the_schema_is_one_and_valid() {
    let book = book();
    build(&book);
    let schema: serde_json::Value = serde_json::from_str(&book.read("book/demos.schema.json")).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let valid = |block: serde_json::Value| validator.is_valid(&block);
    assert!(valid(serde_json::json!({ "id": "a", "title": "A", "mode": "up" })));
    assert!(!valid(serde_json::json!({ "id": "a", "title": "A", "mode": "sideways" })));
    assert!(!valid(serde_json::json!({ "id": "a" })));
}

#[test]
fn a_base_url_gives_canonical_addresses() {
    let book = book();
    let mut options = book.options();
    options.base_url = Some("https://example.org/a/b".to_owned());
    let report = build_with(&options, &ENTRIES[..1]).unwrap();
    assert_eq!(report.external.keys().collect::<Vec<_>>(), ["https://example.org/"]);
    let canonical = |page: &str, address: &str| {
        let text = book.read(&format!("book/{page}"));
        assert!(
            text.contains(&format!("<link rel=\"canonical\" href=\"https://example.org/a/b/{address}\">")),
            "{page}"
        );
    };
    canonical("index.html", "");
    canonical("welcome.html", "");
    canonical("part/lesson.html", "part/lesson.html");
    let missing = book.read("book/404.html");
    assert!(missing.contains("<base href=\"/a/b/\">"));
    assert!(missing.contains("<a href=\"404.html#main\">"));
    options.base_url = Some("example.org".to_owned());
    assert!(build_with(&options, &ENTRIES[..1]).is_err());
}

#[test]
fn a_mistake_leaves_the_old_output() {
    let book = book();
    build(&book);
    let before = book.read("book/part/lesson.html");
    book.write("src/part/lesson.md", "# Lesson\n\n```demo counte\n{}\n```\n");
    assert!(build_with(&book.options(), &ENTRIES[..1]).is_err());
    assert_eq!(book.read("book/part/lesson.html"), before);
    book.write("src/part/lesson.md", "# Lesson\n\nNew.\n");
    build(&book);
    assert!(book.read("book/part/lesson.html").contains("New."));
    assert!(!book.path("book/embed").join("one.html").exists());
}

#[test]
fn sources_are_not_written_to() {
    let book = book();
    let before = files::list(book.dir.path()).unwrap();
    build(&book);
    let after: BTreeSet<String> = files::list(book.dir.path())
        .unwrap()
        .into_iter()
        .filter(|file| !file.starts_with("book/") && !file.starts_with("target/"))
        .collect();
    assert_eq!(before, after);
}

#[test]
fn an_output_folder_of_something_else_is_refused() {
    let book = book();
    book.write("book/thesis.txt", "two years");
    let error = build_with(&book.options(), &ENTRIES[..1]).unwrap_err();
    assert!(error.to_string().contains("holds files that no build put there"), "{error}");
    assert!(fs::exists(book.path("book/thesis.txt")).unwrap());
}

#[test]
fn a_missing_module_is_named_with_the_remedy() {
    let book = book();
    let mut options = book.options();
    options.wasm = Some("target/wasm".into());
    let error = format!("{:#}", build_with(&options, &ENTRIES[..1]).unwrap_err());
    assert!(error.contains("target/wasm/numbers.wasm") && error.contains("cargo xtask build"), "{error}");
    book.write("target/wasm/numbers.wasm", "not a module");
    let error = format!("{:#}", build_with(&options, &ENTRIES[..1]).unwrap_err());
    assert!(error.contains("the same version of wasm-bindgen"), "{error}");
}

#[test]
fn the_modules_are_installed_under_names_of_their_content() {
    let book = book();
    // The smallest module there is: the magic number and the version.
    book.write("target/wasm/numbers.wasm", b"\0asm\x01\0\0\0");
    // A name section besides, so that the contents differ.
    book.write("target/wasm/letters.wasm", b"\0asm\x01\0\0\0\0\x03\x02hi");
    book.write("target/wasm/unrelated.wasm", "no bundle of these demos");
    let mut options = book.options();
    options.wasm = Some("target/wasm".into());
    build_with(&options, &TWO_BUNDLES).unwrap_or_else(|error| panic!("{error:#}"));
    let names: Vec<String> = files::list(&book.path("book/demos")).unwrap().into_iter().collect();
    let name = |stem: &str, ending: &str| {
        let found: Vec<_> = names.iter().filter(|name| name.starts_with(stem) && name.ends_with(ending)).collect();
        assert_eq!(found.len(), 1, "{stem}…{ending} in {names:?}");
        found[0].clone()
    };
    let bundle = |bundle: &str| {
        let [glue, inlined] = ["glue", "inlined"].map(|what| name(&format!("{bundle}-{what}-"), ".js"));
        format!(" data-{bundle}=\"{glue} {} {inlined}\"", name(&format!("{bundle}-"), ".wasm"))
    };
    // The modules of the figures on the page, and no others.
    let tag = |root: &str, bundles: &[&str], more: &str| {
        format!(
            "<script defer src=\"{root}demos/{}\" data-worker=\"{}\"{}{more}></script>",
            name("loader-", ".js"),
            name("worker-", ".js"),
            bundles.iter().map(|name| bundle(name)).collect::<String>(),
        )
    };
    // With the style sheet of all figures.
    assert_eq!(names.len(), 10);
    assert!(book.read("book/part/lesson.html").contains(&tag("../", &["numbers"], "")));
    // The reference has an example of each.
    assert!(book.read("book/print.html").contains(&tag("", &["letters", "numbers"], " data-on-demand")));
    assert!(book.read("book/embed/example-speller.html").contains(&tag("../", &["letters"], "")));
    assert!(!book.read("book/welcome.html").contains("demos/loader"), "a page without demos loads none");
    let embed = book.read("book/embed/one.html");
    assert!(embed.contains(&tag("../", &["numbers"], "")));
    assert!(embed.contains(&format!("<script defer src=\"../demos/{}\"></script>", name("embed-", ".js"))));
    let glue = book.read(&format!("book/demos/{}", name("numbers-glue-", ".js")));
    assert!(glue.starts_with("globalThis.demosGlue = function () {\n") && glue.contains("wasm_bindgen"), "{glue}");
    let inlined = book.read(&format!("book/demos/{}", name("numbers-inlined-", ".js")));
    assert!(inlined.starts_with("window.demosInlined = \"AGFzbQ"), "{inlined}");

    // The same modules again are not read again: what was kept is what is installed.
    let kept = files::list(&book.path("target/site-module")).unwrap();
    build_with(&options, &TWO_BUNDLES).unwrap();
    assert_eq!(files::list(&book.path("target/site-module")).unwrap(), kept);
    // The theme has none of the scripts that start them.
    for script in ["loader", "worker", "embed"] {
        let name = name(&format!("{script}-"), ".js");
        let text = book.read(&format!("book/demos/{name}"));
        assert_eq!(name, format!("{script}-{}.js", files::hash(text.as_bytes())));
        assert!(text.contains("\"use strict\"") && !text.contains("\n//"), "{name}");
    }
}

#[test]
fn a_page_links_the_style_sheets_of_its_figures_and_no_others() {
    let figure = |demo: &str| format!("```demo {demo}\n{{ \"id\": \"{demo}\", \"title\": \"T\" }}\n```\n\n");
    let book = Book::new(&[
        ("src/SUMMARY.md", "[Welcome](welcome.md)\n\n- [One](one.md)\n- [Two](two.md)\n- [Three](three.md)\n"),
        ("src/one.md", &format!("# One\n\n{}", figure("counter"))),
        // Not in the order of the registry.
        ("src/two.md", &format!("# Two\n\n{}", figure("speller"))),
        ("src/three.md", &format!("# Three\n\n{}", figure("plain"))),
    ]);
    let linked = |page: &str| {
        let page = book.read(&format!("book/{page}"));
        let head = page.split_once("</head>").unwrap().0;
        let links = head.split("<link rel=\"stylesheet\" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        // Without the hash of mdBook's, or of ours.
        links.map(|link| unhashed(link).rsplit('/').next().unwrap().split('-').next().unwrap().to_owned()).collect()
    };
    let build = || book.build_with(&STYLED).unwrap_or_else(|error| panic!("{error:#}"));
    let check = |sheets: &dyn Fn(&[&str]) -> Vec<String>| {
        for (page, own) in [
            ("welcome.html", &[][..]),
            ("one.html", &["chrome", "counter"]),
            ("two.html", &["chrome", "speller"]),
            ("three.html", &["chrome"]),
            ("print.html", &["chrome", "counter", "speller"]),
            ("embed/counter.html", &["chrome", "counter"]),
            ("embed/plain.html", &["chrome"]),
        ] {
            let linked: Vec<String> = linked(page);
            assert_eq!(linked, sheets(own), "{page}");
        }
    };
    // Where the template has no place for them they come last.
    build();
    let page = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    check(&|own| [page(&["page.css"]), page(own)].concat());
    let template = book.read("theme/index.hbs");
    let (before, after) = template.split_once("{{#each additional_css}}").unwrap();
    book.write("theme/index.hbs", format!("{before}<link data-figures>\n{{{{#each additional_css}}}}{after}"));
    build();
    check(&|own| [page(own), page(&["page.css"])].concat());
    // They are written for the browsers that the book is made for, and each is called after its content.
    let found = files::list(&book.path("book/demos")).unwrap();
    let counter = found.iter().find(|name| name.starts_with("counter-")).unwrap();
    let text = book.read(&format!("book/demos/{counter}"));
    assert_eq!(text, ".counter b{color:red}\n");
    assert_eq!(*counter, format!("counter-{}.css", files::hash(text.as_bytes())));
}

#[test]
fn a_style_sheet_of_a_demo_that_cannot_be_read_is_told() {
    let book = Book::with_lesson("# Lesson\n\n```demo counter\n{ \"id\": \"one\", \"title\": \"One\" }\n```\n");
    let mistakes = book.mistakes_with(&BADLY_STYLED);
    assert!(mistakes.contains("demos/widgets/src/labs/counter/style.css:2:2"), "{mistakes}");
    assert!(mistakes.contains("a browser cannot read this style sheet"), "{mistakes}");
}

#[test]
fn the_catalogue_tells_what_there_is_to_learn() {
    let lesson = "# Lesson\n\n```demo counter\n{ \"id\": \"one\", \"title\": \"One\" }\n```\n\n\
        <details class=\"model-answer\" id=\"why\">\n<summary>Open an answer</summary>\n\nSo.\n\n\
        <div class=\"points\">\n\n- a\n- b\n\n</div>\n\n</details>\n";
    let settings = "[book]\ntitle = \"A & B\"\n\n[preprocessor.demos]\nversion = \"1.2\"\nmastery = 60\n\n\
        [output.html]\nadditional-js = [\"theme/js/theme.js\"]\nadditional-css = [\"theme/css/page.css\"]\n";
    let book = Book::new(&[
        ("book.toml", settings),
        ("src/part/lesson.md", lesson),
        ("src/reference.md", "# Reference\n\n{{#demo-reference}}\n"),
        ("src/welcome.md", "# Welcome\n\n<div id=\"picker\">\n\n</div>\n"),
        ("src/SUMMARY.md", "[Welcome](welcome.md)\n\n- [Lesson](part/lesson.md)\n\n[Reference](reference.md)\n"),
    ]);
    build(&book);
    let page = book.read("book/part/lesson.html");
    assert!(page.contains("<meta name=\"curriculum-page\" content=\"part/lesson\" data-root=\"../\">"), "{page}");
    assert!(page.contains("id=\"why\" data-question=\"open\" data-points=\"2\" data-kind=\"open\""), "{page}");
    let (_, rest) = page.split_once("src=\"../catalogue-").unwrap();
    let name = format!("book/catalogue-{}", rest.split('"').next().unwrap());
    let text = book.read(&name);
    let json = text.trim_start_matches("window.curriculumCatalogue = ").trim_end().trim_end_matches(';');
    let lesson = serde_json::json!({
        "id": "part/lesson", "title": "Lesson", "module": "part", "kind": "lesson", "demos": ["one"],
        "questions": [{ "id": "why/open", "points": 2, "kind": "open" }], "gates": ["why"],
    });
    let page = |id: &str, title: &str| {
        serde_json::json!({ "id": id, "title": title, "module": "", "kind": "page", "demos": [],
            "questions": [], "gates": [] })
    };
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(json).unwrap(),
        serde_json::json!({
            "v": 1, "id": "a-b", "title": "A & B", "version": "1.2", "mastery": 60,
            "modules": [{ "id": "part", "title": "Lesson" }],
            "lessons": [page("welcome", "Welcome"), lesson, page("reference", "Reference")],
        })
    );
    let titles = files::list(&book.path("book")).unwrap().into_iter().find(|file| file.starts_with("titles-")).unwrap();
    assert_eq!(book.read(&format!("book/{titles}")), "window.curriculumTitles = {\"one\":\"One\"};\n");
    let linked: Vec<bool> = ["book/welcome.html", "book/part/lesson.html", "book/print.html", "book/embed/one.html"]
        .map(|page| book.read(page).contains(&titles))
        .to_vec();
    assert_eq!(linked, [true, false, false, false], "a page without a picker shows no titles");
}

#[test]
fn names_may_hold_what_means_something_in_an_address() {
    let names = ["c#.md", "what?.md", "100 %.md", "глава.md", "a+b & c.md"];
    let summary: String = names.iter().map(|name| format!("- [{name}](<part/{name}>)\n")).collect();
    let book = Book::new(&[("src/SUMMARY.md", &summary)]);
    let template = book.read("theme/index.hbs").replace(
        "</body>",
        "{{#if previous}}<a rel=\"prev\" href=\"{{ path_to_root }}{{ previous.link }}\">p</a>{{/if}}\
         {{#if next}}<a rel=\"next\" href=\"{{ path_to_root }}{{ next.link }}\">n</a>{{/if}}</body>",
    );
    book.write("theme/index.hbs", template);
    for name in names {
        book.write(&format!("src/part/{name}"), format!("# {name}\n"));
    }
    build(&book);
    let page = book.read("book/part/what?.html");
    assert!(page.contains("rel=\"prev\" href=\"../part/c%23.html\""), "{page}");
    assert!(page.contains("rel=\"next\" href=\"../part/100%20%25.html\""), "{page}");
}

#[test]
fn a_film_beside_a_lesson_is_found_from_every_page() {
    let html = "<video controls src=\"v.mp4\" poster=\"../p.png\"></video>\n\n<picture><source srcset=\"v.png 2x\">\
        <img src=\"v.png\" alt=\"\"></picture>\n\n<object data=\"v.svg\"></object> ![x](v.png) [y](v.mp4)\n";
    let lesson = format!("# Lesson\n\n{html}");
    let book = Book::new(&[
        // The first chapter stands on the site's first page too.
        ("src/SUMMARY.md", "[First](part/first.md)\n- [Lesson](part/lesson.md)\n"),
        ("src/part/first.md", &format!("# First\n\n[lesson](lesson.md)\n\n{html}")),
        ("src/part/lesson.md", &lesson),
        ("src/part/v.mp4", ""),
        ("src/part/v.png", ""),
        ("src/part/v.svg", ""),
        ("src/p.png", ""),
    ]);
    build(&book);
    for (page, times) in [("index.html", 1), ("print.html", 2)] {
        let text = book.read(&format!("book/{page}"));
        assert!(!text.contains("<!--"), "{text}");
        for wanted in [
            "src=\"part/v.mp4\" poster=\"p.png\"",
            "srcset=\"part/v.png 2x\"",
            "data=\"part/v.svg\"",
            "src=\"part/v.png\" alt=\"x\"",
            "<a href=\"part/v.mp4\">",
        ] {
            assert_eq!(text.matches(wanted).count(), times, "{page}: {wanted} in {text}");
        }
    }
    assert!(book.read("book/part/lesson.html").contains("src=\"v.mp4\" poster=\"../p.png\""));
    // A missing one is told at the lesson.
    book.write("src/part/lesson.md", lesson.replace("../p.png", "../q.png"));
    let told = book.mistakes();
    assert!(told.contains("src/part/lesson.md:3:37") && told.contains("1 mistake"), "{told}");
}

#[test]
fn what_editors_leave_behind_is_not_published() {
    let book = book();
    for file in
        [".DS_Store", "part/.lesson.md.swp", "part/lesson.md~", "part/#lesson.md#", "Thumbs.db", ".git/refs/heads/main"]
    {
        book.write(&format!("src/{file}"), "x");
    }
    // Emacs locks a file by a link that leads nowhere.
    #[cfg(unix)]
    std::os::unix::fs::symlink("me@here.1", book.path("src/part/.#lesson.md")).unwrap();
    build(&book);
    let found = files::list(&book.path("book")).unwrap();
    assert!(!found.iter().any(|file| files::is_left_behind(file)), "{found:#?}");
    assert!(found.contains(".nojekyll") && found.contains("part/drawing.svg") && !book.path("book/.git").exists());
}

#[test]
fn further_scripts_and_sheets_are_loaded_by_every_page() {
    let settings = "[book]\ntitle = \"A & B\"\nauthors = [\"Ада\", \"B <b>\"]\n\n[output.html]\n\
        additional-css = [\"theme/css/page.css\", \"own/маленький.css\"]\n\
        additional-js = [\"theme/js/theme.js\", \"own/listen.js\"]\n";
    for hashed in ["", "hash-files = false\n"] {
        let book = Book::new(&[
            ("book.toml", &format!("{settings}{hashed}")),
            ("own/listen.js", "addEventListener('x', () => {});\n"),
            ("own/маленький.css", "p { margin: 0 }\n"),
        ]);
        // A theme of one's own may place none of them.
        let template =
            book.read("theme/index.hbs").replace("{{ resource this }}", "{{ resource \"theme/css/page.css\" }}");
        let (before, rest) = template.split_once("{{#each additional_css}}").unwrap();
        let (each, after) = rest.split_once("{{/each}}").unwrap();
        book.write("theme/index.hbs", format!("{before}{each}{after}"));
        build(&book);
        for (page, root) in [("index.html", ""), ("part/lesson.html", "../"), ("404.html", ""), ("print.html", "")] {
            let text = book.read(&format!("book/{page}"));
            assert_eq!(text.matches("own/listen").count(), 1, "{text}");
            assert!(text.contains(&format!("<script defer src=\"{root}own/listen")), "{text}");
            assert!(text.contains(&format!("<link rel=\"stylesheet\" href=\"{root}own/%D0%BC")), "{text}");
            assert!(text.contains("<meta name=\"author\" content=\"Ада, B &lt;b&gt;\">"), "{text}");
        }
    }
}

/// A book with these redirects.
fn redirected(redirects: &str) -> Book {
    let book =
        Book::new(&[("src/part/lesson.md", "# Lesson\n\n## New place {#new}\n"), ("theme/js/moved.js", "location;\n")]);
    let settings = book.read("book.toml");
    book.write("book.toml", format!("{settings}\n[output.html.redirect]\n{redirects}"));
    book
}

#[test]
fn old_addresses_lead_on_without_a_script() {
    let book = redirected(
        "\"/old.html\" = \"part/lesson.html\"\n\"/old.html#was\" = \"part/lesson.html#new\"\n\
         \"/a/deep/old.html\" = \"../../welcome.html\"\n\"/gone\" = \"https://example.org/x?a&b\"\n\
         \"/welcome.html#moved-on\" = \"part/lesson.html#new\"\n",
    );
    let mut options = book.options();
    build_with(&options, &ENTRIES[..1]).unwrap();
    let page = book.read("book/old.html");
    for wanted in [
        &*policy_tag(),
        "<meta http-equiv=\"refresh\" content=\"0; url=part/lesson.html\">",
        "<a id=\"moved\" href=\"part/lesson.html\">",
        "<li id=\"was\" data-moved><a href=\"part/lesson.html#new\">",
        "<link rel=\"canonical\" href=\"part/lesson.html\">",
        "<script defer src=\"theme/js/moved-",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    // None in the page itself.
    assert_eq!(page.matches("<script").count(), page.matches(".js\"></script>").count(), "{page}");
    assert!(book.read("book/a/deep/old.html").contains("content=\"0; url=../../welcome.html\""));
    assert!(book.read("book/gone/index.html").contains("content=\"0; url=https://example.org/x?a&amp;b\""));
    let still_there = book.read("book/welcome.html");
    assert!(still_there.contains("<li id=\"moved-on\" data-moved><a href=\"part/lesson.html#new\">"), "{still_there}");
    assert!(!book.read("book/print.html").contains("data-moved"));
    options.base_url = Some("https://example.org/book/".to_owned());
    build_with(&options, &ENTRIES[..1]).unwrap();
    let page = book.read("book/a/deep/old.html");
    assert!(page.contains("<link rel=\"canonical\" href=\"https://example.org/book/welcome.html\">"), "{page}");
}

#[test]
fn the_page_for_missing_ones_looks_for_the_root() {
    let book = Book::new(&[("theme/js/missing.js", "document;\n")]);
    build(&book);
    let page = book.read("book/404.html");
    for depth in 0..8 {
        assert!(page.contains(&format!("src=\"{}theme/js/missing-", "../".repeat(depth))), "{page}");
    }
    assert!(page.contains("data-probe=\"../../\"") && page.contains("<noscript>"), "{page}");
    // Where the address is known there is nothing to look for.
    let settings = book.read("book.toml");
    book.write("book.toml", format!("{settings}site-url = \"/course\"\ninput-404 = \"lost.md\"\n"));
    book.write("src/lost.md", "# Lost\n");
    build(&book);
    let page = book.read("book/lost.html");
    assert!(page.contains("<base href=\"/course/\">") && !page.contains("data-probe"), "{page}");
    assert!(page.contains("<ol class=\"chapters\">"), "{page}");
}

#[test]
fn settings_without_effect_are_told_and_the_book_is_built() {
    let book = book();
    let settings = book.read("book.toml");
    book.write("book.toml", format!("{settings}default-theme = \"rust\"\n[output.html.print]\npage-break = false\n"));
    let report = build(&book);
    insta::assert_snapshot!(report.warnings.render_warnings(false));
    assert!(!book.read("book/print.html").contains("page-break"));
}

/// A lesson's formulas, all places where one can stand.
const FORMULAS: &str = r"# On \\(O(\log n)\\)

It costs $5, not \\(x_1 * y_2 * z_3\\); {{#run two.total}} of \\(n = {{#run two.total}} \times {{#run one.parity}}\\).

\\[
\begin{aligned} a &= \frac{1}{n} \sum_{i=0}^{n} x_i \\
  &\ge \_ \end{aligned}
\\]

> A quotation:
> \\[ f(x) = \begin{cases} 1 & x < 0 \\
>   2 & \text{иначе} \end{cases} \\]

| a | b |
| --- | --- |
| \\(|x|\\) | `\\(code\\)` |

```demo counter
{ `id`: `one`, `title`: `One` }
```

```demo counter
{ `id`: `two`, `title`: `Two`, `start`: 2 }
```

<details class='x-'>
</details>
";

#[test]
fn formulas_are_set_when_the_book_is_built() {
    let lesson = FORMULAS
        .replace('`', "\"")
        .replace("\"\"\"demo", "```demo")
        .replace("\"\"\"", "```")
        .replace("\"\\\\(code\\\\)\"", "`\\\\(code\\\\)`")
        .replace("\n<details class='x-'>\n</details>\n", "");
    let book = Book::with_lesson(&lesson);
    build(&book);
    let page = book.read("book/part/lesson.html");
    for wanted in [
        "<span class=\"math-inline\"><math><semantics><mrow><mi>O</mi>",
        "It costs $5, not <span class=\"math-inline\"><math>",
        "∗</mo><msub><mi>y</mi><mn>2</mn></msub>",
        "</math></span>; 2 of <span",
        "<mtext>*odd*\u{a0}|\u{a0}&lt;b&gt;</mtext>",
        "<p><span class=\"math-display\"><math display=\"block\"><semantics><mrow><mtable",
        "<mtext>иначе</mtext>",
        ">|</mo>",
        "<code>\\\\(code\\\\)</code>",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    assert!(!page.contains(" style=") && !page.contains("data-demo-slot"), "{page}");
    let math = |page: &str| page.matches("<math").count();
    assert_eq!(math(&page), 6);
    assert_eq!(math(&book.read("book/print.html")), 6);
    let files = files::list(&book.path("book")).unwrap();
    let index: String = files
        .iter()
        .filter(|file| file.starts_with("search/"))
        .map(|file| book.read(&format!("book/{file}")))
        .collect();
    assert!(!index.contains("frac") && index.contains("costs"), "{index}");
}
