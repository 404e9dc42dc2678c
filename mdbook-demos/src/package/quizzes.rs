//! The quizzes of a finished site, as its pages hold them.

use std::path::Path;

use anyhow::{Context, Result};
use lol_html::{RewriteStrSettings, element, rewrite_str};
use serde::Deserialize;
use widgets::{
    chrome::demo::Demo,
    labs::quiz::{self, Kind, Sheet},
};

use crate::{
    files,
    html::{escape, unescape},
    package::{
        catalogue::{Catalogue, Lesson, Scope},
        qti::{Answer, Choice, Question, Quiz},
    },
    pages::embed,
};

/// What of a figure's properties a quiz is read from.
#[derive(Deserialize)]
struct Props {
    title: String,
    #[serde(default)]
    data: String,
}

/// The quizzes that are part of `scope`, in the order of the book. Links in them lead to the book at `address`.
///
/// # Errors
///
/// If the page of a figure is missing or cannot be read.
pub fn find(site: &Path, catalogue: &Catalogue, scope: &Scope, address: &str) -> Result<Vec<Quiz>> {
    let mut quizzes = Vec::new();
    for lesson in catalogue.lessons.iter().filter(|lesson| scope.has(lesson)) {
        for demo in &lesson.demos {
            let file = embed::file(demo);
            let page = files::read(&site.join(&file))?;
            if let Some(props) = props(&page).with_context(|| format!("in {file}"))? {
                quizzes.push(quiz(demo, lesson, &props, &file, address).with_context(|| format!("in {file}"))?);
            }
        }
    }
    Ok(quizzes)
}

/// The properties of the page's figure, if it is a quiz.
fn props(page: &str) -> Result<Option<Props>> {
    let mut found = None;
    let selector = format!(".demo[data-demo='{}']", quiz::Quiz::NAME);
    let handler = element!(selector, |figure| {
        found = figure.get_attribute("data-props");
        Ok(())
    });
    rewrite_str(page, RewriteStrSettings::new().append_element_content_handler(handler))?;
    found.map(|props| serde_json::from_str(&unescape(&props)).context("the figure's properties")).transpose()
}

/// The quiz of a figure on the embed page `file`.
fn quiz(id: &str, lesson: &Lesson, props: &Props, file: &str, address: &str) -> Result<Quiz> {
    let question = |question: &quiz::Question| -> Result<Question> {
        let html = |html: &str| outward(html, file, address);
        let mut prompt = format!("{}<p>{}</p>{}", html(&question.part)?, html(&question.lead)?, html(&question.rest)?);
        if let Some(run) = &question.witness {
            prompt.push_str(&format!(
                "<p>The run: <a href=\"{}#{}\">{}</a></p>",
                escape(&format!("{address}{}", run.page)),
                escape(&run.id),
                escape(&run.title)
            ));
        }
        // In the page's own order: authors write the right one first.
        let choices = question
            .order(1)
            .into_iter()
            .filter_map(|at| question.choices.get(at))
            .map(|choice| Ok(Choice { html: html(&choice.html)?, right: choice.right }))
            .collect::<Result<Vec<Choice>>>()?;
        let texts = || question.choices.iter().map(|choice| choice.text.to_string()).collect();
        let answer = match question.kind {
            Kind::One | Kind::Prediction => Answer::One(choices),
            Kind::Several => Answer::Several(choices),
            Kind::Short => Answer::Text(texts()),
            Kind::Long | Kind::Code => {
                Answer::Other("an answer of several lines, which QTI's texts to fill in have no room for".to_owned())
            }
            Kind::Tracing => Answer::Other(
                "whether a program compiles and what it prints, which no question of a cartridge asks at once"
                    .to_owned(),
            ),
        };
        let explanation = html(&question.context)?;
        Ok(Question { id: question.id.to_string(), prompt, answer, explanation, points: question.points })
    };
    let sheet = Sheet::parse(&props.data);
    let questions = sheet.questions.iter().map(question).collect::<Result<_>>()?;
    Ok(Quiz { id: id.to_owned(), title: props.title.clone(), lesson: lesson.id.clone(), questions })
}

/// HTML of the site's page `file` whose links and pictures lead to the book at `address`, wherever it is shown.
fn outward(html: &str, file: &str, address: &str) -> Result<String> {
    let absolute = |link: &str| {
        if link.contains("://") || link.starts_with("mailto:") {
            return link.to_owned();
        }
        // What leads out of the site stays as it is; the build has refused that long since.
        quiz::in_book(link, file).map_or_else(|| link.to_owned(), |path| format!("{address}{path}"))
    };
    let handler = element!("[href], [src]", |element| {
        for name in ["href", "src"] {
            if let Some(link) = element.get_attribute(name) {
                element.set_attribute(name, &absolute(&unescape(&link)))?;
            }
        }
        Ok(())
    });
    Ok(rewrite_str(html, RewriteStrSettings::new().append_element_content_handler(handler))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiz_is_read_from_its_page() {
        let question = |id: &str, kind, choices: &[(&str, bool)]| quiz::Question {
            id: id.to_owned().into(),
            kind,
            points: 2,
            fixed: true,
            part: "".into(),
            lead: "Which <code>a &lt; b</code>?".into(),
            rest: "".into(),
            context: "<p>See <a href=\"../a/one/x.html#y\">y</a>.</p>".into(),
            witness: None,
            choices: choices
                .iter()
                .map(|(text, right)| quiz::Choice {
                    right: *right,
                    blocks: false,
                    html: (*text).to_owned().into(),
                    text: (*text).to_owned().into(),
                })
                .collect(),
        };
        let sheet = Sheet {
            at_end: false,
            questions: vec![
                question("one", Kind::One, &[("yes", true), ("no", false)]),
                question("short", Kind::Short, &[("stub", true), ("client stub", true)]),
                question("code", Kind::Code, &[("x", true)]),
                question("trace", Kind::Tracing, &[("It compiles", true), ("It does not", false)]),
                question(
                    "blocks",
                    Kind::Several,
                    &[("<pre><code>a &lt; b\n</code></pre>", true), ("<img src=\"../b.svg\" alt=\"b\" />", true)],
                ),
            ],
        };
        let props = serde_json::json!({ "title": "T & t", "view": "", "data": sheet.code() }).to_string();
        let page = format!("<figure class=\"demo\" data-demo=\"quiz\" data-props=\"{}\"></figure>", escape(&props));
        let props = super::props(&page).unwrap().unwrap();
        let lesson = Lesson { id: "a/one/l".to_owned(), ..Lesson::default() };
        let quiz = quiz("q", &lesson, &props, "embed/q.html", "https://a.example/").unwrap();
        assert_eq!((quiz.title.as_str(), quiz.questions.len()), ("T & t", 5));
        assert_eq!(quiz.questions[0].prompt, "<p>Which <code>a &lt; b</code>?</p>");
        assert_eq!(quiz.questions[0].points, 2);
        assert_eq!(quiz.questions[0].explanation, "<p>See <a href=\"https://a.example/a/one/x.html#y\">y</a>.</p>");
        assert!(matches!(&quiz.questions[0].answer, Answer::One(choices) if choices[0].right && !choices[1].right));
        assert_eq!(quiz.questions[1].answer, Answer::Text(vec!["stub".to_owned(), "client stub".to_owned()]));
        assert!(matches!(quiz.questions[2].answer, Answer::Other(_)));
        assert!(matches!(&quiz.questions[3].answer, Answer::Other(why) if why.contains("compiles")));
        let choice = |html: &str| Choice { html: html.to_owned(), right: true };
        assert_eq!(
            quiz.questions[4].answer,
            Answer::Several(vec![
                choice("<pre><code>a &lt; b\n</code></pre>"),
                choice("<img src=\"https://a.example/b.svg\" alt=\"b\" />")
            ])
        );
        assert!(
            super::props("<figure class=\"demo\" data-demo=\"other\" data-props=\"{}\"></figure>").unwrap().is_none()
        );
    }
}
