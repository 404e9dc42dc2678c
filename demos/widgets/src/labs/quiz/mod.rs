//! Questions with choices, short answers and predictions.
//!
//! The page holds them all, as a list with the answers in a table below it, so that they can be read and worked on
//! paper without a script. With one, there is a question at a time.

#[cfg(feature = "ssr")]
mod block;
#[cfg(feature = "ssr")]
mod markdown;
mod paper;
mod sheet;
mod views;

#[cfg(feature = "ssr")]
pub use block::Block;
#[cfg(feature = "ssr")]
pub use markdown::in_book;
pub use sheet::{Choice, Kind, Question, Sheet, Witness};

use crate::chrome::{
    browser,
    demo::{Demo, View},
    facts::FactList,
    figure::{Beside, Desk, Parts},
};
use paper::{Do, Paper};
use sheet::{code_of, seed_of};
use sim::TraceHash;
use std::rc::Rc;
use yew::prelude::*;

/// What addresses within the book begin with in a quiz's figure. Whoever puts the figure on a page puts the way from that
/// page to the site's root in its place.
#[cfg(feature = "ssr")]
pub const ROOT: &str = "root-of-this-book:/";

/// Questions with choices, short answers and predictions.
pub struct Quiz;

/// The seed of the choices' order, and the questions.
pub type Seen = (u32, Rc<Sheet>);

impl Demo for Quiz {
    const NAME: &'static str = "quiz";
    /// The seed of the choices' order.
    type Run = u32;
    type Look = ();
    type Seen = Seen;
    type View = QuizView;
    const BESIDE: Beside = Beside::Nothing;
    const HISTORY: bool = false;
    const OWN: &'static str = "order";
    const HEIGHT: u32 = 620;

    fn read(view: &View<'_>) -> Result<(u32, ()), String> {
        Ok((seed_of(view.run)?, ()))
    }

    fn code(seed: &u32) -> String {
        code_of(*seed)
    }

    fn see(seed: &u32, data: &str) -> Seen {
        (*seed, Rc::new(Sheet::parse(data)))
    }

    fn facts(list: &mut FactList<Seen>) {
        list.fact("questions", "How many questions there are.", |(_, sheet)| sheet.questions.len());
        list.fact("points", "How many points there are in all.", |(_, sheet)| sheet.points());
        list.fact("predictions", "How many of the questions are predictions.", |(_, sheet)| {
            sheet.questions.iter().filter(|question| question.kind == Kind::Prediction).count()
        });
        list.fact("hash", "The fingerprint of the seed of the choices' order, 16 hexadecimal digits.", |(seed, _)| {
            fingerprint(&code_of(*seed))
        });
    }

    // In any order they are the same questions.
    fn is_same(_desk: &Desk<Self>) -> bool {
        true
    }
}

/// The fingerprint of an order of choices.
fn fingerprint(code: &str) -> String {
    let mut hash = TraceHash::default();
    hash.text(code);
    hash.to_string()
}

/// Gives the keyboard's focus to the part of the figure that is named, the end of its id, once it is drawn.
#[hook]
fn use_focus(id: &AttrValue) -> Rc<dyn Fn(String)> {
    let next = use_mut_ref(|| None::<String>);
    {
        let (id, next) = (id.clone(), next.clone());
        use_effect(move || {
            let there = next.borrow().as_ref().and_then(|part| browser::by_id(&[&*id, "-", part].concat()));
            if there.is_some() {
                next.take();
                browser::focus(there);
            }
        });
    }
    Rc::new(move |part| *next.borrow_mut() = Some(part))
}

/// The component.
#[component]
pub fn QuizView(desk: &Desk<Quiz>) -> Html {
    let (seed, sheet) = desk.seen();
    let paper = {
        let (seed, sheet) = (*seed, sheet.clone());
        use_reducer_eq(move || Paper::new(sheet, seed))
    };
    let focus = use_focus(desk.id());
    // A link brings an order of its own, and whoever begins again gets another.
    {
        let (paper, seed) = (paper.dispatcher(), *seed);
        use_effect_with(desk.opened(), move |opened| {
            if *opened > 0 {
                paper.dispatch(Do::Shuffle(seed));
            }
        });
    }
    {
        let desk = desk.clone();
        use_effect_with(paper.seed, move |seed| desk.go(*seed));
    }
    let live = desk.live();
    let bench = views::Bench { id: desk.id(), sheet, paper: &paper, live, session: desk.session(), focus: &focus };
    desk.lay(Parts {
        picture: views::sheet(&bench),
        summary: if live { "" } else { "The answers" },
        table: views::key(&bench),
        ..Parts::default()
    })
}
