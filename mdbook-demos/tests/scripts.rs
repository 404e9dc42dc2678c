//! A book in many scripts, with the real theme: it builds, its words are found, it can be packed, and right-to-left
//! pages are right to left.

mod fixture;

use std::{fs, path::Path, process::Command};

use fixture::{Book, WITH_QUIZ, has_node};
use mdbook_demos::{
    blocks::guard::caught,
    build_with, files,
    package::{self, Edition, Kind, Request, cartridge::Version},
};
use serde_json::Value;

/// A family of four, of several characters joined to one; a letter with two signs on it.
const FAMILY: &str = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
const SIGNED: &str = "e\u{301}\u{323}";

/// A language: its tag, the direction of its script, a word to search for, the file's name, a title, and some text.
const LANGUAGES: [(&str, &str, &str, &str, &str, &str); 5] = [
    ("ru", "ltr", "сервера", "отказ", "Отказ & ответ", "Отказ сервера: «деньги списаны дважды»."),
    ("zh", "ltr", "一致性", "共识", "共识 & 一致性", "分布式系统的一致性。没有空格的文字。"),
    ("ar", "rtl", "الأنظمة", "الفصل", "الأنظمة & المُوزَّعة", "الأَنظِمَة المُوزَّعة: رسالة ضائعة."),
    ("hi", "ltr", "संदेश", "पाठ", "संदेश & उत्तर", "संदेश खो गया, और क्लाइंट ने फिर कोशिश की।"),
    ("en", "ltr", "rocket", "emoji", "🚀 Ünïcode", "The rocket flies."),
];

/// A book of one lesson in that language; its files are named in its script if `names`.
fn book(language: usize, names: bool) -> Book {
    let (tag, _, word, name, title, text) = LANGUAGES[language];
    let name = if names { name } else { "lesson" };
    let text_more = format!("{text} {FAMILY} {SIGNED} &{text}");
    let lesson = format!(
        "# {title}\n\n{text_more} \\\\(x_1 \\ge \\text{{{word}}}\\\\)\n\n## {title} {{#{word}}}\n\n\
         ![Q&A для всех {text_more}](рис&{name}.svg) [{title}](#{word}) <a href=\"{name}.md\" title=\"&{text}\">{text}</a>\n\n\
         ```demo counter\n{{ \"id\": \"run\", \"title\": \"{title} {FAMILY}\", \"start\": 2 }}\n```\n\n{word} {{{{#run run.total}}}}\n\n\
         ```demo quiz\n{{ \"id\": \"q\", \"title\": \"{title}{FAMILY}{SIGNED}\", \"file\": \"{name}.toml\" }}\n```\n\n\
         <details class=\"model-answer\" id=\"a\">\n<summary>{title}</summary>\n\n{text}\n\n<div class=\"points\">\n\n- {text}\n- {FAMILY}\n\n</div>\n\n</details>\n\n\
         <details class=\"solution\" id=\"s\" title=\"&{text}\">\n<summary>&{title}</summary>\n\n{text_more}\n\n</details>\n"
    );
    let quiz = format!(
        "title = \"{title}\"\n\n[[questions]]\nid = \"one\"\ntype = \"MultipleChoice\"\nprompt.prompt = \"{title}? &{text_more}\"\n\
         prompt.distractors = [\"{text}\", \"{FAMILY}\"]\nanswer.answer = \"{word} & {SIGNED}\"\ncontext = \"Потому что {text_more} {{{{#run run.total}}}}\"\n\n\
         [[questions]]\nid = \"two\"\ntype = \"ShortAnswer\"\nprompt.prompt = \"{text}\"\nanswer.answer = \"{word}\"\n"
    );
    let settings = fs::read_to_string(root().join("book.toml")).unwrap();
    let settings = settings.replacen("language = \"en\"", &format!("language = \"{tag}\""), 1);
    // The parts of this book are not those of that one.
    let settings = settings.lines().filter(|line| !line.starts_with("about = ")).collect::<Vec<_>>().join("\n");
    let settings = settings.replacen(
        "title = \"Distributed & Decentralized Systems Curriculum\"",
        &format!("title = \"{title}\""),
        1,
    );
    let book = Book::new(&[
        ("book.toml", &settings),
        (
            "src/SUMMARY.md",
            &format!(
                "[{title}](welcome.md)\n\n# {title}\n\n- [{title}](part/module/{name}.md)\n\n[{word}](glossary.md)\n"
            ),
        ),
        (&format!("src/part/module/{name}.md"), &lesson),
        (&format!("src/part/module/{name}.toml"), &quiz),
        (&format!("src/part/module/рис&{name}.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("src/glossary.md", &format!("# {title}\n\n{word} (also: {title})\n: {text_more}\n")),
    ]);
    if !names {
        let from = book.path("src/part/module/рис&lesson.svg");
        fs::rename(from, book.path("src/part/module/p.svg")).unwrap();
        book.write("src/part/module/lesson.md", lesson.replace("рис&lesson.svg", "p.svg"));
    }
    for folder in ["theme", "learning"] {
        for file in files::list(&root().join(folder)).unwrap() {
            book.write(&format!("{folder}/{file}"), fs::read(root().join(folder).join(&file)).unwrap());
        }
    }
    book
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn a_book_in_any_script_builds_and_reads_in_its_direction() {
    for (language, (tag, direction, word, name, title, _)) in LANGUAGES.iter().enumerate() {
        let book = book(language, true);
        build_with(&book.options(), &WITH_QUIZ).unwrap_or_else(|error| panic!("{tag}: {error:#}"));
        for page in [&format!("part/module/{name}.html"), "embed/run.html", "index.html", "print.html", "404.html"] {
            let text = book.read(&format!("book/{page}"));
            assert!(text.contains(&format!("<html lang=\"{tag}\" dir=\"{direction}\"")), "{page}: {text}");
        }
        let page = book.read(&format!("book/part/module/{name}.html"));
        assert!(page.contains(&format!("id=\"{word}\"")) && page.contains(&title.replace('&', "&amp;")), "{page}");
        // The first use of a term leads to the glossary, wherever words end.
        assert!(page.contains("class=\"term\""), "{tag}: {page}");
        // Formulas read from left to right in every page: the style sheet says so for all of MathML.
        assert!(page.contains("<math>"), "{page}");
    }
    let css = fs::read_to_string(root().join("theme/css/page.css")).unwrap();
    assert!(css.lines().any(|line| line.starts_with("math {") && line.contains("direction: ltr")));
}

#[test]
fn words_of_every_script_are_found() {
    if !has_node() {
        return;
    }
    for (language, (tag, _, word, ..)) in LANGUAGES.iter().enumerate() {
        let book = book(language, true);
        build_with(&book.options(), &WITH_QUIZ).unwrap();
        let queries = [word, "nowhere", "دزز", FAMILY];
        let found = book.found(&queries);
        assert!(!found[0].is_empty() && !found[3].is_empty(), "{tag}: {word} is not found: {found:?}");
        assert_eq!((found[1].len(), found[2].len()), (0, 0), "{tag}: {found:?}");
    }
}

#[test]
fn both_halves_take_words_apart_alike() {
    if !has_node() {
        return;
    }
    let script = r#"
        globalThis.window = globalThis;
        (0, eval)(require("fs").readFileSync(process.argv[1], "utf8"));
        console.log(JSON.stringify(process.argv.slice(2).map((text) => window.bookSearch.tokens(text))));
    "#;
    let texts = LANGUAGES.iter().flat_map(|(_, _, word, _, title, text)| [*word, *title, *text]);
    let texts: Vec<&str> = texts
        .chain([FAMILY, SIGNED, "Don't, don’t: l'équilibre, the server's; 'quoted' O’Neill's 3's servers'"])
        .chain(["Retries, at-most-once & DEADLINE_EXCEEDED", "サーバー ひらがなX", "ΛΟΓΟΣ λόγος שָׁלוֹם 𠀀", "ﬁve ŐÜß İx"])
        .collect();
    let run =
        Command::new("node").args(["-e", script]).arg(root().join("theme/js/search.js")).args(&texts).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let theirs: Vec<Vec<String>> = serde_json::from_slice(&run.stdout).unwrap();
    for (text, theirs) in texts.iter().zip(theirs) {
        // The index has the last character of each stretch without spaces too: a reader's words need it where it is all.
        let alone =
            |token: &&String| token.chars().count() == 1 && token.chars().all(book_index::scripts::is_spaceless);
        let of = |tokens: Vec<String>| tokens.iter().filter(|token| !alone(token)).cloned().collect::<Vec<_>>();
        assert_eq!(of(book_index::words::tokens(text)), of(theirs), "{text}");
    }
}

#[test]
fn a_book_in_any_script_is_packed() {
    for (language, (tag, _, _, name, ..)) in LANGUAGES.iter().enumerate() {
        for names in [true, false] {
            let book = book(language, names);
            build_with(&book.options(), &WITH_QUIZ).unwrap_or_else(|error| panic!("{error:#}"));
            let kinds = [
                Kind::Site,
                Kind::Thin(Edition::V12),
                Kind::Thin(Edition::V2004),
                Kind::Cartridge(Version::V13),
                Kind::Scorm12,
                Kind::Scorm2004,
            ];
            for kind in kinds {
                let request = Request {
                    site: &book.path("book"),
                    kind,
                    module: None,
                    address: Some("https://a.example/"),
                    language: tag,
                };
                let made = package::make(&request);
                // Importers take no letters but those from a to z in the names of files that they unpack.
                if names && matches!(kind, Kind::Scorm12 | Kind::Scorm2004) && !name.is_ascii() {
                    let told = format!("{:#}", made.unwrap_err());
                    assert!(told.contains("pack it as `site`, `scorm-thin` or `cc`"), "{told}");
                } else if !(names && matches!(kind, Kind::Scorm12 | Kind::Scorm2004)) {
                    let made = made.unwrap_or_else(|error| panic!("{kind} {names}: {error:#}"));
                    assert!(!package::archive::bytes(&made.entries).unwrap().is_empty());
                }
            }
        }
    }
}

/// Every text in every demo's example, in turn in other scripts: the demo may refuse it, and never panics.
#[test]
fn no_demo_panics_on_any_script() {
    const TEXTS: [&str; 4] = ["Ж", "一致性", "🚀", "e\u{301}"];
    fn texts(value: &Value, pointer: String, out: &mut Vec<String>) {
        match value {
            Value::String(_) => out.push(pointer),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| texts(item, format!("{pointer}/{at}"), out));
            }
            Value::Object(map) => map.iter().for_each(|(key, item)| {
                texts(item, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }),
            _ => {}
        }
    }
    for entry in widgets::bundles::entries() {
        let example: Value = serde_json::from_str(entry.example).unwrap();
        let mut pointers = Vec::new();
        texts(&example, String::new(), &mut pointers);
        for (at, pointer) in pointers.iter().enumerate().filter(|(_, pointer)| *pointer != "/title") {
            let text = TEXTS[at % TEXTS.len()];
            let written = example.pointer(pointer).and_then(Value::as_str).unwrap();
            let middle = (0..=written.len() / 2).rev().find(|at| written.is_char_boundary(*at)).unwrap_or(0);
            for changed in [
                text.to_owned(),
                format!("{text}{written}"),
                format!("{written}{text}"),
                format!("{}{text}{}", &written[..middle], &written[middle..]),
            ] {
                let mut block = example.clone();
                *block.pointer_mut(pointer).unwrap() = changed.clone().into();
                let panic = caught(|| (entry.check)(&block)).err();
                assert_eq!(panic, None, "{}: {pointer} as {changed:?}", entry.name);
            }
        }
    }
}
