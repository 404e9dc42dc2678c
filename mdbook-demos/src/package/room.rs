//! Whether an LMS has room for what a student of the course has done.

use crate::package::{
    Edition, Kind,
    catalogue::{Catalogue, Lesson, Scope},
};

/// How many characters of `suspend_data` SCORM 1.2 gives. (2004 gives 64,000, which no course fills.)
const V12: usize = 4_096;

/// Version, fingerprint and score, which every state begins with, in characters.
const HEAD: usize = 1 + 5 + 5;
/// Width, salt, the lists that are empty, and that there are no attempts, in bits.
const REST: usize = 3 + 6 + 5 + 1;
/// The fewest bits of a hash that stand for a name.
const WIDTH: u32 = 20;

/// How many characters the answers to so many questions and the reading of so many pages take at most, as
/// `learning/progress.js` packs them when it has to.
pub fn needed(questions: usize, pages: usize) -> usize {
    // An answer that is wrong takes two bits, one that is right a single one.
    HEAD + (REST + list(questions, 2) + list(pages, 0)).div_ceil(6)
}

/// The bits of a list of so many names with `more` bits for each: its length, and the gaps between sorted hashes.
fn list(count: usize, more: usize) -> usize {
    let length = 2 * (count + 1).ilog2() as usize + 1;
    let low = WIDTH.saturating_sub(count.max(1).next_power_of_two().ilog2());
    length + if count == 0 { 0 } else { count * (low as usize + 1 + more) + (1 << (WIDTH - low)) }
}

/// What there is to be said of a package whose state may not fit; `None` where it fits.
pub fn note(kind: Kind, catalogue: &Catalogue, scope: &Scope) -> Option<String> {
    if kind.edition() != Some(Edition::V12) {
        return None;
    }
    let lessons: Vec<&Lesson> = catalogue.lessons.iter().filter(|lesson| scope.has(lesson)).collect();
    let pages = lessons.iter().filter(|lesson| lesson.kind == "lesson").count();
    let pages = if pages == 0 { lessons.len() } else { pages };
    let questions =
        lessons.iter().flat_map(|lesson| &lesson.questions).filter(|question| question.kind != "open").count();
    let needed = needed(questions, pages);
    if needed <= V12 {
        return None;
    }
    let fit = (0..questions).rev().find(|fewer| self::needed(*fewer, pages) <= V12).unwrap_or_default();
    let modules: Vec<&str> = catalogue.modules.iter().map(|module| module.id.as_str()).collect();
    let remedy = if scope.module.is_none() && modules.len() > 1 {
        format!("pack it module by module (--module; the modules are {}), or as scorm2004", modules.join(", "))
    } else {
        "pack it as scorm2004".to_owned()
    };
    Some(format!(
        "SCORM 1.2 keeps {V12} characters of what a student has done, and all {questions} questions and {pages} pages \
         may take {needed}: on another device a student finds some {fit} answers again, and the score that there was, \
         but has to repeat the rest for it to be complete. Remedy: {remedy}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::catalogue::{Module, Question};

    fn course(questions: usize) -> Catalogue {
        let question = |number: usize| Question { id: format!("f/{number}"), points: 1, kind: "choice".to_owned() };
        let lesson = |module: &str| Lesson {
            module: Some(module.to_owned()),
            kind: "lesson".to_owned(),
            questions: (0..questions / 2).map(question).collect(),
            ..Lesson::default()
        };
        let module = |id: &str| Module { id: id.to_owned(), title: id.to_owned() };
        Catalogue {
            modules: vec![module("p/a"), module("p/b")],
            lessons: vec![lesson("p/a"), lesson("p/b")],
            ..Catalogue::default()
        }
    }

    #[test]
    fn a_course_of_a_thousand_questions_fits() {
        let large = course(1_500);
        assert_eq!(note(Kind::Scorm12, &large, &large.scope(None).unwrap()), None);
        assert!(needed(1_000, 60) < 2_900, "{}", needed(1_000, 60));
    }

    #[test]
    fn what_does_not_fit_is_told_with_a_remedy() {
        let book = course(3_000);
        let whole = note(Kind::Scorm12, &book, &book.scope(None).unwrap()).unwrap();
        assert!(whole.contains("all 3000 questions") && whole.contains("p/a, p/b"), "{whole}");
        assert_eq!(note(Kind::Scorm12, &book, &book.scope(Some("p/a")).unwrap()), None);
        assert_eq!(note(Kind::Scorm2004, &book, &book.scope(None).unwrap()), None);
        let larger = course(6_000);
        let module = note(Kind::Scorm12, &larger, &larger.scope(Some("p/a")).unwrap()).unwrap();
        assert!(module.ends_with("pack it as scorm2004"), "{module}");
    }
}
