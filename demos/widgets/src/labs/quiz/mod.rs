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
    demo::{Demo, DemoProps, View},
    shell::{Shell, use_arrival},
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

impl Demo for Quiz {
    const NAME: &'static str = "quiz";
    type Component = QuizView;

    fn hash_of(run: &str) -> Result<String, String> {
        seed_of(View::parse(run).run).map(|seed| fingerprint(&code_of(seed)))
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
pub fn QuizView(props: &DemoProps) -> Html {
    let sheet: Rc<Sheet> = use_memo(props.offers.clone(), |offers| Sheet::parse(offers));
    let seed = seed_of(View::parse(&props.view).run).unwrap_or(1);
    let paper = {
        let sheet = sheet.clone();
        use_reducer_eq(move || Paper::new(sheet, seed))
    };
    let figure = use_node_ref();
    let focus = use_focus(&props.id);
    let (live, trouble) = {
        let paper = paper.clone();
        use_arrival(&props.session, "here are the choices in the page's own order", move |view| {
            paper.dispatch(Do::Shuffle(seed_of(view.run)?));
            Ok(())
        })
    };
    let bench =
        views::Bench { id: &props.id, sheet: &sheet, paper: &paper, live, session: &props.session, focus: &focus };
    html! {
        <Shell id={props.id.clone()} title={props.title.clone()} {live} session={props.session.clone()}
            code={code_of(paper.seed)} trouble={(*trouble).clone()} height={620} {figure}
            onkeydown={|event: KeyboardEvent| event.stop_propagation()}
            summary={if live { "" } else { "The answers" }} table={views::key(&bench)}>
            { views::sheet(&bench) }
        </Shell>
    }
}
