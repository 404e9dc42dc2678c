//! Quizzes: every mistake that an author can make in one, as it is printed, and what becomes of one without.

mod fixture;

use fixture::{Book, WITH_QUIZ};

/// A lesson with a run to ask about, and a quiz.
const LESSON: &str = "# L\n\n```demo quiz\n{ \"id\": \"q\", \"title\": \"Q\", \"file\": \"quizzes/a.toml\" }\n```\n\n\
                      ```demo counter\n{ \"id\": \"run\", \"title\": \"R\", \"start\": 3 }\n```\n";

fn book(quiz: &str) -> Book {
    Book::new(&[("src/part/lesson.md", LESSON), ("src/part/quizzes/a.toml", quiz)])
}

/// The mistakes of a quiz, compared with what was approved.
macro_rules! quiz {
    ($($name:ident: $text:expr;)*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!(stringify!($name), book($text).mistakes_with(&WITH_QUIZ));
            }
        )*
    };
}

/// A question to which a mistake is added.
macro_rules! choice {
    ($more:expr) => {
        concat!("[[questions]]\nid = \"a\"\ntype = \"MultipleChoice\"\nprompt.prompt = \"What?\"\n", $more)
    };
}

macro_rules! short {
    ($more:expr) => {
        concat!("[[questions]]\nid = \"a\"\ntype = \"ShortAnswer\"\nprompt.prompt = \"What?\"\n", $more)
    };
}

macro_rules! prediction {
    ($more:expr) => {
        concat!("[[questions]]\nid = \"a\"\ntype = \"Prediction\"\nprompt.prompt = \"How many?\"\n", $more)
    };
}

quiz! {
    empty_file: "";
    malformed_toml: "[[questions]]\nid = \"a\ntype = MultipleChoice\n";
    key_twice: "[[questions]]\nid = \"a\"\nid = \"b\"\n";
    unknown_table: "[[question]]\nid = \"a\"\n";
    unknown_key: choice!("prompt.distractrs = [\"b\"]\nanswer.answer = \"c\"\n");
    unknown_key_like_none: choice!("prompt.distractors = [\"b\"]\nanswer.answer = \"c\"\ncolour = 3\n");
    unknown_type: "[[questions]]\nid = \"a\"\ntype = \"MultipleChoices\"\nprompt.prompt = \"What?\"\nanswer.answer = \"b\"\n";
    tracing: concat!(
        "[[questions]]\nid = \"a\"\ntype = \"Tracing\"\nprompt.program = \"fn main() {}\"\nanswer.doesCompile = true\n\n",
        "[[questions]]\nid = \"b\"\ntype = \"Tracing\"\nprompt.prompt = \"?\"\nanswer.doesCompile = false\nanswer.stdout = \"1\"\n\n",
        "[[questions]]\nid = \"c\"\ntype = \"Tracing\"\nprompt.program = \"fn main() {\\n\"\nanswer.doesCompile = false\nanswer.lineNumber = 2\n\n",
        "[[questions]]\nid = \"d\"\ntype = \"Tracing\"\nprompt.program = \"\"\nanswer.answer = \"1\"\n\n",
        "[[questions]]\nid = \"e\"\ntype = \"Tracing\"\nprompt.program = \"fn main() {}\"\n"
    );
    reasons: choice!("prompt.distractors = [\"b\"]\nanswer.answer = \"c\"\npromptExplanation = true\n");
    missing_id: "[[questions]]\ntype = \"ShortAnswer\"\nprompt.prompt = \"What?\"\nanswer.answer = \"b\"\n";
    id_twice: concat!(short!("answer.answer = \"b\"\n\n"), short!("answer.answer = \"c\"\n"));
    wrong_form_of_question_id: "[[questions]]\nid = \" \"\ntype = \"ShortAnswer\"\nprompt.prompt = \"What?\"\nanswer.answer = \"b\"\n";
    wrong_type: choice!("prompt.distractors = \"b\"\nanswer.answer = 2\n");
    missing_answer: choice!("prompt.distractors = [\"b\"]\n");
    missing_prompt: "[[questions]]\nid = \"a\"\ntype = \"ShortAnswer\"\nanswer.answer = \"b\"\n";
    empty_texts: "[[questions]]\nid = \"a\"\ntype = \"MultipleChoice\"\nprompt.prompt = \" \"\nprompt.distractors = [\"\", \"b\"]\nanswer.answer = \"c\"\ncontext = \"\"\n";
    one_choice: choice!("prompt.distractors = []\nanswer.answer = \"c\"\n");
    no_distractors: choice!("answer.answer = [\"b\"]\n");
    no_right_choice: choice!("prompt.distractors = [\"b\", \"c\"]\nanswer.answer = []\n");
    answer_among_distractors: choice!("prompt.distractors = [\"b\", \" *c*\"]\nanswer.answer = [\"c\", \"d\"]\n");
    choice_twice: choice!("prompt.distractors = [\"b\", \"b\"]\nanswer.answer = [\"c\", \"c\"]\n");
    several_short_answers: short!("answer.answer = [\"b\", \"c\"]\n");
    keys_of_another_type: concat!(
        short!("prompt.distractors = [\"b\"]\nprompt.demo = \"run\"\nanswer.answer = \"c\"\n\n"),
        "[[questions]]\nid = \"b\"\ntype = \"MultipleChoice\"\nprompt.prompt = \"What?\"\nprompt.distractors = [\"b\"]\nprompt.response = \"long\"\nanswer.answer = \"c\"\nanswer.alternatives = [\"d\"]\n"
    );
    place_of_the_answer: concat!(
        choice!("prompt.distractors = [\"b\"]\nprompt.answerIndex = 2\nanswer.answer = \"c\"\n\n"),
        "[[questions]]\nid = \"b\"\ntype = \"MultipleChoice\"\nprompt.prompt = \"What?\"\nprompt.distractors = [\"b\"]\nprompt.answerIndex = 0\nprompt.sortAnswers = true\nanswer.answer = \"c\"\n"
    );
    parts: concat!(
        short!("multipart = \"tabel\"\nanswer.answer = \"b\"\n\n"),
        "[multipart]\ntable = \"Some text.\"\n"
    );
    markdown_that_cannot_be: choice!("prompt.distractors = [\"<b class=x>b</b>\", \"[c](x.md)\", \"![d](/e.png)\", \"<sup>b\", \"```aquascope\\nf\\n```\"]\nanswer.answer = \"f\"\ncontext = \"\"\"\n# Why\n\n![g](g.png)\n\"\"\"\n");
    prediction_with_an_answer: prediction!("prompt.demo = \"run\"\nprompt.fact = \"total\"\nprompt.distractors = [\"4\"]\nanswer.answer = \"3\"\n");
    prediction_of_nothing: prediction!("prompt.distractors = [\"4\"]\n");
    prediction_of_an_unknown_run: prediction!("prompt.demo = \"rnu\"\nprompt.fact = \"total\"\nprompt.distractors = [\"4\"]\n");
    prediction_of_an_unknown_fact: prediction!("prompt.demo = \"run\"\nprompt.fact = \"totl\"\nprompt.distractors = [\"4\"]\n");
    prediction_without_a_value: prediction!("prompt.demo = \"run\"\nprompt.fact = \"half\"\nprompt.distractors = [\"4\"]\n");
    distractor_that_the_run_yields: prediction!("prompt.demo = \"run\"\nprompt.fact = \"total\"\nprompt.distractors = [\"4\", \"3\"]\n");
    run_of_an_unknown_fact: choice!("prompt.distractors = [\"b\"]\nanswer.answer = \"c\"\ncontext = \"\"\"\nIt is\n{{#run run.totl}} and {{#run rnu.total}}.\n\"\"\"\n");
    directive_that_cannot_be: choice!("prompt.distractors = [\"b {{#include x.md}}\"]\nanswer.answer = \"c\"\n");
    formula: choice!("prompt.distractors = ['More than \\\\(2f\\\\)']\nanswer.answer = \"c\"\n");
    all_at_once: concat!(
        choice!("prompt.distractors = [\"c\"]\nanswer.answer = \"c\"\ncontext = \"{{#run run.totl}}\"\n\n"),
        prediction!("prompt.demo = \"run\"\nprompt.fact = \"parity\"\nprompt.distractors = [\"even\"]\nmultipart = \"p\"\n")
    );
}

/// What stands in the page of the lesson.
fn page(book: &Book) -> String {
    book.read("book/part/lesson.html")
}

#[test]
fn missing_file() {
    let book = book("");
    book.write("src/part/lesson.md", LESSON.replace("a.toml", "b.toml"));
    insta::assert_snapshot!(book.mistakes_with(&WITH_QUIZ));
}

#[test]
fn questions_in_two_places() {
    let book = book(short!("answer.answer = \"b\"\n"));
    book.write("src/part/lesson.md", LESSON.replace("\"file\"", "\"questions\": [], \"file\""));
    insta::assert_snapshot!(book.mistakes_with(&WITH_QUIZ));
}

#[test]
fn directives_of_mdbook_quiz() {
    let lesson = "# L\n\n{{#quiz quizzes/a.toml}}\n\n{{#quiz quizzes/a.toml}}\n\n{{#quiz quizzes/No One.toml}}\n\n{{#quiz ../B.toml}}\n";
    let book = Book::new(&[
        ("src/part/lesson.md", lesson),
        ("src/part/quizzes/a.toml", short!("answer.answer = \"b\"\n")),
        ("src/B.toml", short!("answer.answer = \"\"\n")),
    ]);
    insta::assert_snapshot!(book.mistakes_with(&WITH_QUIZ));
}

#[test]
fn a_directive_is_a_quiz_like_any_other() {
    let quiz = concat!("title = \"About it\"\n\n", short!("answer.answer = \"b\"\n"));
    let book = Book::new(&[
        (
            "src/part/lesson.md",
            "# L\n\nNow a quiz: {{#quiz ../quizzes/of-mine.toml}} And `{{#quiz x}}`, with {{#run of-mine.questions}}.\n",
        ),
        ("src/quizzes/of-mine.toml", quiz),
    ]);
    let report = book.build_with(&WITH_QUIZ).unwrap();
    assert_eq!(report.demos, 1);
    let page = page(&book);
    assert!(page.contains("id=\"of-mine\"") && page.contains("About it") && page.contains(", with 1."), "{page}");
    assert!(book.path("book/embed/of-mine.html").is_file());
    // What was read into the page stands beside it no more.
    assert!(!book.path("book/quizzes").exists());
}

#[test]
fn what_mdbook_quiz_takes_is_taken() {
    let quiz = r##"
[[questions]]
id = "Größe eines Blöcks / 1"
type = "MultipleChoice"
prompt.prompt = """
```rust
let a = 1;
let b = 2;
```
"""
prompt.distractors = [
  "```ide\nlet `[b]` = a;\n```",
  "See [the other page](../welcome.md), [the end](#end) or\n\n- ![a drawing](../img/a%20b.svg)\n- 2<sup>8</sup>",
]
answer.answer = "```ide\nlet c = a;\n```"

[[questions]]
id = "Größe eines Blöcks / 2"
type = "MultipleChoice"
prompt.prompt = "What?"
prompt.distractors = []
answer.answer = ["`a`", "`b`"]

[[questions]]
id = "trace"
type = "Tracing"
prompt.program = "\nfn main() {}\n"
answer.doesCompile = true
answer.stdout = ""

[[questions]]
id = "same"
type = "ShortAnswer"
prompt.prompt = "What?"
answer.answer = "Zigzag"
answer.alternatives = ["zigzag ", "zig-zag"]
"##;
    let book = Book::new(&[
        ("src/part/lesson.md", "# L\n\n{{#quiz fragen/Blöcke 1.toml}}\n\n## E {#end}\n\nText.\n"),
        ("src/part/fragen/Blöcke 1.toml", quiz),
        ("src/img/a b.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ]);
    book.build_with(&WITH_QUIZ).unwrap();
    let page = page(&book);
    for part in [
        "id=\"bl-f6-cke-1\"",
        "data-question=\"_Gr_f6__df_e_20_eines_20_Bl_f6_cks_20__2f__20_1\"",
        "<pre><code class=\"language-rust\">let <mark>b</mark> = a;",
        "<span class=\"line\">let b = 2;</span>",
        "href=\"../welcome.html\"",
        "href=\"../part/lesson.html#end\"",
        "src=\"../img/a%20b.svg\"",
        "2<sup>8</sup>",
        "It does not compile.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for (file, address) in [("print.html", "\"img/a%20b.svg\""), ("embed/bl-f6-cke-1.html", "\"../img/a%20b.svg\"")] {
        let html = book.read(&format!("book/{file}"));
        assert!(
            html.contains(&format!("src={address}")) && !html.contains(widgets::labs::quiz::ROOT),
            "{file}: {html}"
        );
    }
}

#[test]
fn a_picture_that_lies_beside_the_questions_is_told() {
    let book = book(choice!("prompt.distractors = [\"![b](b.svg)\"]\nanswer.answer = \"c\"\n"));
    book.write("src/part/quizzes/b.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    insta::assert_snapshot!(book.mistakes_with(&WITH_QUIZ));
}

#[test]
fn runs_answer_predictions_and_speak_in_texts() {
    let book = book(
        "[multipart]\npart = \"There are {{#run run.total}}.\"\n\n\
         [[questions]]\nid = \"a\"\ntype = \"Prediction\"\nmultipart = \"part\"\n\
         prompt.prompt = \"Odd, or even? `{{#run run.total}}` \\\\{{#run x.y}}\"\nprompt.demo = \"run\"\nprompt.fact = \"parity\"\n\
         prompt.distractors = [\"even\", \"{{#run run.total}}\"]\ncontext = \"*{{#run run.parity}}*\"\n\n\
         [[questions]]\nid = \"b\"\ntype = \"ShortAnswer\"\nprompt.prompt = \"How many?\"\nanswer.answer = \"{{#run run.total}}\"\n",
    );
    book.build_with(&WITH_QUIZ).unwrap();
    let page = page(&book);
    // As the run has it: no mark of it is taken for Markdown or HTML.
    assert!(page.contains("<em>*odd* | &lt;b&gt;</em>"), "{page}");
    assert!(page.contains("<code>{{#run run.total}}</code> {{#run x.y}}"), "{page}");
    assert!(page.contains("There are 3."), "{page}");
    assert!(page.contains("<code>3</code>"), "{page}");
    assert!(
        page.contains("data-question=\"a\" data-points=\"1\" data-kind=\"prediction\"")
            || ["data-question=\"a\"", "data-kind=\"prediction\""].iter().all(|part| page.contains(part)),
        "{page}"
    );
}
