//! Whether a run that a reader has made reaches the figure's goals. What computes for the demo judges: the page may
//! have no means of its own to simulate.

use crate::chrome::{
    browser::{Marked, Told, tell},
    demo::{Demo, DemoProps, View},
    engine::{Engine, Frame, Link},
    facts::{FactList, Yield},
    offered::{Goal, Offered},
};
use std::{cell::RefCell, rc::Rc};
use yew::prelude::*;

/// What stands before a wish to judge, and between its parts; no wish of a demo's own begins with it.
const MARK: char = '\u{1}';

/// The wish to judge a run by what a figure offers. `data` is what the builder worked out for the figure.
fn wish(code: &str, data: &str, offered: &str) -> String {
    format!("{MARK}{code}{MARK}{data}{MARK}{offered}")
}

/// For each goal, whether the run reaches it, as a byte that is 1 or 0; after them the wish's run. Nothing if that is no
/// wish to judge, or the run cannot be read.
fn judged<D: Demo>(wanted: &str) -> Option<Vec<u8>> {
    let mut parts = wanted.strip_prefix(MARK)?.splitn(3, MARK);
    let (code, data, offered) = (parts.next()?, parts.next()?, Offered::parse(parts.next()?));
    let (run, _) = D::read(&View::parse(code)).ok()?;
    let seen = D::see(&run, data);
    let facts = FactList::of::<D>();
    let fact =
        |name: &str| facts.iter().find(|fact| fact.info.name == name).map_or(Yield::Nothing, |fact| fact.of(&seen));
    let mut bytes: Vec<u8> = offered.goals.iter().map(|goal| goal.is_reached(fact).into()).collect();
    bytes.extend(code.bytes());
    Some(bytes)
}

/// The engine of a demo, which judges as well.
struct Judging<D> {
    own: Option<Box<dyn Engine>>,
    wanted: Option<String>,
    said: Option<Vec<u8>>,
    demo: std::marker::PhantomData<D>,
}

/// The engine of the demo `D`, its own if it has one, which also judges runs by the goals of a figure.
pub fn engine<D: Demo>(own: Option<Box<dyn Engine>>) -> Box<dyn Engine> {
    Box::new(Judging::<D> { own, wanted: None, said: None, demo: std::marker::PhantomData })
}

impl<D: Demo> Engine for Judging<D> {
    fn want(&mut self, wanted: &str) {
        if wanted.starts_with(MARK) {
            self.wanted = Some(wanted.to_owned());
        } else if let Some(own) = &mut self.own {
            own.want(wanted);
        }
    }

    fn step(&mut self, events: u32) -> bool {
        if let Some(wanted) = self.wanted.take() {
            self.said = Some(judged::<D>(&wanted).unwrap_or_default());
        }
        self.said.is_some() || self.own.as_mut().is_none_or(|own| own.step(events))
    }

    fn frame(&self) -> Vec<u8> {
        self.said.clone().unwrap_or_else(|| self.own.as_ref().map_or_else(Vec::new, |own| own.frame()))
    }
}

/// Which of a figure's goals the reader has reached, in their order. `made` is the run that the reader has made, as a view;
/// nothing as long as there is none. Each goal is told to the page when it is reached first.
#[hook]
pub(crate) fn use_reached(
    demo: &'static str,
    props: &DemoProps,
    offered: &Rc<Offered>,
    made: Option<String>,
) -> Rc<Vec<bool>> {
    let reached = use_state(|| Rc::new(vec![false; offered.goals.len()]));
    let latest = use_mut_ref(String::new);
    let link = {
        let (known, latest) = (RefCell::new(vec![false; offered.goals.len()]), latest.clone());
        let (reached, offered, id) = (reached.setter(), offered.clone(), props.id.clone());
        use_memo((), move |()| {
            let on_frame = Callback::from(move |frame: Frame| {
                let count = offered.goals.len();
                if frame.bytes.len() < count || frame.bytes[count..] != *latest.borrow().as_bytes() {
                    return;
                }
                let mut known = known.borrow_mut();
                for (place, Goal { id: question, words, .. }) in offered.goals.iter().enumerate() {
                    if frame.bytes[place] == 1 && !known[place] {
                        known[place] = true;
                        let told = Told { question, answer: words, correct: true, attempt: 1 };
                        tell(&id, &told, Some(&Marked { points: 1, of: 1, right: words, kind: "goal" }));
                    }
                }
                reached.set(Rc::new(known.clone()));
            });
            Link::new(demo, on_frame)
        })
    };
    let (data, offered) = (props.data.clone(), props.offered.clone());
    use_effect_with(made, move |made| {
        if let Some(code) = made {
            latest.borrow_mut().clone_from(code);
            link.want(&wish(code, &data, &offered));
        }
    });
    (*reached).clone()
}
