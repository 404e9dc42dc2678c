//! Quizzes as QTI 1.2, in the profile that a Common Cartridge allows (IMS Common Cartridge 1.1 and 1.3, section 4.9;
//! IMS QTI 1.2.1 ASI Information Model).

use std::fmt::Write as _;

use crate::html::escape;

/// A quiz of the book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiz {
    /// The id of its figure.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The page that it stands on, as a path without `.html`.
    pub lesson: String,
    /// What it asks, in order.
    pub questions: Vec<Question>,
}

/// A question of a quiz.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Its id in the quiz.
    pub id: String,
    /// What is asked, as HTML.
    pub prompt: String,
    /// How it is answered.
    pub answer: Answer,
    /// What is said after an answer, as HTML; empty if nothing is.
    pub explanation: String,
    /// How many points there are to get.
    pub points: u32,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One of the choices is right.
    One(Vec<Choice>),
    /// Those and only those which are right have to be chosen.
    Several(Vec<Choice>),
    /// One of these texts, whether in small or capital letters.
    Text(Vec<String>),
    /// Something that QTI has no words for, and what it is.
    Other(String),
}

impl Default for Answer {
    fn default() -> Self {
        Self::Text(Vec::new())
    }
}

/// A choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What it says, as HTML.
    pub html: String,
    /// Whether it is right.
    pub right: bool,
}

/// The namespace of the profile.
pub const NAMESPACE: &str = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2";

/// The quiz as an assessment, and what of it could not be taken along.
pub fn assessment(quiz: &Quiz) -> (String, Vec<String>) {
    let mut left_out = Vec::new();
    let mut items = String::new();
    for (number, question) in quiz.questions.iter().enumerate() {
        match item(quiz, question, number + 1) {
            Ok(item) => items.push_str(&item),
            Err(why) => left_out.push(format!("{}/{}: {why}", quiz.id, question.id)),
        }
    }
    let fields = [
        ("cc_profile", "cc.exam.v0p1"),
        ("qmd_assessmenttype", "Examination"),
        ("qmd_scoretype", "Percentage"),
        ("cc_maxattempts", "unlimited"),
    ];
    let out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<questestinterop xmlns=\"{NAMESPACE}\">\n\
         <assessment ident=\"{id}\" title=\"{title}\">\n{metadata}<section ident=\"{id}-section\">\n{items}\
         </section>\n</assessment>\n</questestinterop>\n",
        id = escape(&quiz.id),
        title = escape(&quiz.title),
        metadata = metadata(&fields),
    );
    (out, left_out)
}

/// Fields of metadata.
fn metadata(fields: &[(&str, &str)]) -> String {
    let fields: String = fields
        .iter()
        .map(|(label, entry)| {
            format!(
                "<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{}</fieldentry></qtimetadatafield>\n",
                escape(entry)
            )
        })
        .collect();
    format!("<qtimetadata>\n{fields}</qtimetadata>\n")
}

/// HTML as a text of the profile.
fn material(html: &str) -> String {
    format!("<material><mattext texttype=\"text/html\">{}</mattext></material>", escape(html))
}

/// The name of a choice.
fn label(number: usize) -> String {
    format!("c{}", number + 1)
}

/// A question as an item; why not, if it does not fit.
fn item(quiz: &Quiz, question: &Question, number: usize) -> Result<String, String> {
    let (profile, response, condition) = match &question.answer {
        Answer::One(choices) | Answer::Several(choices) => {
            let several = matches!(question.answer, Answer::Several(_));
            let right = choices.iter().filter(|choice| choice.right).count();
            if choices.len() < 2 {
                return Err("a choice needs two choices at least".to_owned());
            }
            if right == 0 || (!several && right != 1) {
                return Err(format!("{right} of its choices are right"));
            }
            let labels: String = choices
                .iter()
                .enumerate()
                .map(|(at, choice)| {
                    format!("<response_label ident=\"{}\">{}</response_label>\n", label(at), material(&choice.html))
                })
                .collect();
            let cardinality = if several { "Multiple" } else { "Single" };
            let response = format!(
                "<response_lid ident=\"response\" rcardinality=\"{cardinality}\"><render_choice>\n{labels}\
                 </render_choice></response_lid>\n"
            );
            let equals = |at| format!("<varequal respident=\"response\">{}</varequal>", label(at));
            let condition: String = choices
                .iter()
                .enumerate()
                .filter(|(_, choice)| several || choice.right)
                .map(|(at, choice)| if choice.right { equals(at) } else { format!("<not>{}</not>", equals(at)) })
                .collect();
            if several {
                ("cc.multiple_response.v0p1", response, vec![format!("<and>{condition}</and>")])
            } else {
                ("cc.multiple_choice.v0p1", response, vec![condition])
            }
        }
        Answer::Text(accepted) => {
            if accepted.is_empty() {
                return Err("no answer is right".to_owned());
            }
            let response = "<response_str ident=\"response\" rcardinality=\"Single\"><render_fib prompt=\"Dashed\"/>\
                            </response_str>\n"
                .to_owned();
            let each = accepted
                .iter()
                .map(|text| format!("<varequal case=\"No\" respident=\"response\">{}</varequal>", escape(text)));
            ("cc.fib.v0p1", response, each.collect())
        }
        Answer::Other(what) => return Err(what.clone()),
    };
    let id = format!("{}-{}", quiz.id, question.id);
    let weight = question.points.max(1).to_string();
    let mut out = format!(
        "<item ident=\"{id}\" title=\"{number}\">\n<itemmetadata>\n{}</itemmetadata>\n<presentation>{}\n{response}\
         </presentation>\n<resprocessing>\n\
         <outcomes><decvar varname=\"SCORE\" vartype=\"Decimal\" minvalue=\"0\" maxvalue=\"100\"/></outcomes>\n",
        metadata(&[("cc_profile", profile), ("cc_weighting", &weight)]),
        material(&question.prompt),
        id = escape(&id),
    );
    let explained = !question.explanation.is_empty();
    if explained {
        out.push_str(
            "<respcondition continue=\"Yes\"><conditionvar><other/></conditionvar>\
             <displayfeedback feedbacktype=\"Response\" linkrefid=\"explanation\"/></respcondition>\n",
        );
    }
    for condition in condition {
        // Writing into a string cannot fail.
        let _ = writeln!(
            out,
            "<respcondition continue=\"No\"><conditionvar>{condition}</conditionvar>\
             <setvar action=\"Set\" varname=\"SCORE\">100</setvar></respcondition>"
        );
    }
    out.push_str("</resprocessing>\n");
    if explained {
        let _ = writeln!(
            out,
            "<itemfeedback ident=\"explanation\"><flow_mat>{}</flow_mat></itemfeedback>",
            material(&question.explanation)
        );
    }
    out.push_str("</item>\n");
    Ok(out)
}

#[cfg(test)]
pub(crate) mod tests {
    use roxmltree::Document;

    use super::*;
    use crate::package::lint::named;

    /// A quiz with each kind of answer.
    pub(crate) fn sample() -> Quiz {
        let choice = |html: &str, right| Choice { html: html.to_owned(), right };
        let choices = vec![choice("<p>yes</p>", true), choice("no & never", false), choice("maybe", false)];
        let question = |id: &str, answer| Question {
            id: id.to_owned(),
            prompt: format!("<p>{id}: a &lt; b?</p>"),
            answer,
            explanation: "<p>because</p>".to_owned(),
            points: 1,
        };
        let mut several = choices.clone();
        several[2].right = true;
        Quiz {
            id: "quiz-a".to_owned(),
            title: "A \"quiz\"".to_owned(),
            lesson: "a/one/index".to_owned(),
            questions: vec![
                question("one", Answer::One(choices.clone())),
                question("several", Answer::Several(several)),
                question("text", Answer::Text(vec!["stub".to_owned(), "client stub".to_owned()])),
                question("odd", Answer::Other("it draws".to_owned())),
                question("two-right", Answer::One(choices.iter().map(|c| choice(&c.html, true)).collect())),
            ],
        }
    }

    #[test]
    fn each_kind_is_an_item_of_its_profile() {
        let (xml, left_out) = assessment(&sample());
        assert_eq!(left_out, ["quiz-a/odd: it draws", "quiz-a/two-right: 3 of its choices are right"]);
        let document = Document::parse(&xml).unwrap();
        let root = document.root_element();
        assert_eq!(root.tag_name().namespace(), Some(NAMESPACE));
        let profiles: Vec<&str> =
            named(root, "fieldentry").filter_map(|node| node.text()).filter(|text| text.starts_with("cc.")).collect();
        assert_eq!(profiles, ["cc.exam.v0p1", "cc.multiple_choice.v0p1", "cc.multiple_response.v0p1", "cc.fib.v0p1"]);
        let texts: Vec<&str> = named(root, "mattext").filter_map(|node| node.text()).collect();
        assert!(texts.contains(&"<p>one: a &lt; b?</p>") && texts.contains(&"no & never"), "{texts:?}");
        let right = |number| {
            let item = named(root, "item").nth(number).unwrap();
            let equal = named(item, "varequal").map(|node| {
                let not = node.parent().is_some_and(|parent| parent.tag_name().name() == "not");
                format!("{}{}", if not { "not " } else { "" }, node.text().unwrap())
            });
            equal.collect::<Vec<_>>()
        };
        assert_eq!(right(0), ["c1"]);
        assert_eq!(right(1), ["c1", "not c2", "c3"]);
        assert_eq!(right(2), ["stub", "client stub"]);
    }
}
