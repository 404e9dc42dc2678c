//! What reads the schemas that the reader types: an engine, in a module of its own, since the parser is large and who only
//! looks does not need it. What it has read is kept.

use super::{
    WireLab,
    state::{Act, State, Text},
};
use crate::chrome::{
    demo::Demo,
    engine::{self, Engine, Link},
};
use std::{cell::RefCell, collections::VecDeque, rc::Rc};
use wire::{
    case::Case,
    schema::{Problem, Schema, pack, unpack},
};
use yew::prelude::*;

/// What came of a text.
type Read = Result<Rc<Schema>, Vec<Problem>>;

/// So many texts are kept: more than there are steps back.
const KEPT: usize = 400;

/// Reads schemas.
#[derive(Default)]
pub struct Reads(Vec<u8>);

impl Engine for Reads {
    fn want(&mut self, wanted: &str) {
        self.0.clear();
        for text in texts(wanted) {
            let read = pack(&Schema::parse(text));
            for part in [text.as_bytes(), &read] {
                self.0.extend((part.len() as u32).to_le_bytes());
                self.0.extend(part);
            }
        }
    }

    fn step(&mut self, _events: u32) -> bool {
        true
    }

    fn frame(&self) -> Vec<u8> {
        self.0.clone()
    }
}

/// What is to be wanted for some texts: each after its length.
pub fn wanted<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(|text| format!("{} {text}", text.len())).collect()
}

/// The schemas of some cases, each once.
pub fn wanted_of(cases: &[Case]) -> String {
    let mut texts: Vec<&str> = vec![];
    for text in cases.iter().flat_map(|case| [&*case.writer, &*case.reader]) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    wanted(texts)
}

fn texts(wanted: &str) -> impl Iterator<Item = &str> {
    let mut rest = wanted;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_once(' ')?;
        let (text, after) = after.split_at_checked(length.parse().ok()?)?;
        rest = after;
        Some(text)
    })
}

/// What was read of schemas so far. Clones share it.
#[derive(Clone, Default)]
pub struct Known(Rc<RefCell<Vec<KnownText>>>);

/// A text and what came of it.
type KnownText = (Rc<str>, Read);

impl Known {
    /// Takes in a frame of the engine.
    pub fn learn(&self, mut frame: &[u8]) {
        let mut part = || {
            let (length, rest) = frame.split_first_chunk()?;
            let (part, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            frame = rest;
            Some(part)
        };
        while let (Some(text), Some(read)) = (part(), part()) {
            let Some((text, read)) = std::str::from_utf8(text).ok().and_then(|text| Some((text, unpack(text, read)?)))
            else {
                continue;
            };
            let mut known = self.0.borrow_mut();
            known.retain(|(other, _)| **other != *text);
            if known.len() == KEPT {
                drop(known.remove(0));
            }
            known.push((text.into(), read.map(Rc::new)));
        }
    }

    /// Whether that text has been read.
    pub fn has(&self, text: &str) -> bool {
        self.0.borrow().iter().any(|(known, _)| **known == *text)
    }

    /// What came of a text.
    ///
    /// # Errors
    /// What is wrong with it; or nothing is said of what is wrong, if it has not been read.
    pub fn read(&self, text: &str) -> Read {
        let known = self.0.borrow();
        known.iter().rev().find(|(known, _)| **known == *text).map_or_else(|| Err(vec![]), |(_, read)| read.clone())
    }
}

/// What waits until its schemas have been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Texts of schemas that were typed.
    typed: Vec<(Text, String)>,
    /// Whether another case is about to be opened, so that there is no sense in changing this one.
    pub opening: bool,
}

impl Waiting {
    fn of(queue: &Queue) -> Self {
        let mut waiting = Self::default();
        for (act, _) in queue {
            match act {
                Act::Type(text, new) => waiting.typed.push((*text, new.clone())),
                Act::Open(..) => waiting.opening = true,
                _ => {}
            }
        }
        waiting
    }

    /// What was typed there and has not been read yet.
    pub fn typed(&self, text: Text) -> Option<&str> {
        self.typed.iter().rev().find(|(other, _)| *other == text).map(|(_, typed)| typed.as_str())
    }
}

/// Acts with the schemas that they need.
type Queue = VecDeque<(Act, Vec<String>)>;

/// Does things to the state, each when the schemas that it needs have been read. What was typed later takes the place of
/// what was typed before and waits.
#[hook]
pub fn use_acts(state: &UseReducerHandle<State>, known: &Known) -> (Callback<Act>, Waiting) {
    let queue = use_mut_ref(Queue::new);
    let waiting = use_state_eq(Waiting::default);
    let ready = {
        let known = known.clone();
        move |needs: &[String]| needs.iter().all(|text| known.has(text))
    };
    let link = {
        let (queue, waiting, known, ready) = (queue.clone(), waiting.setter(), known.clone(), ready.clone());
        let dispatcher = state.dispatcher();
        use_memo((), move |()| {
            let on_frame = Callback::from(move |frame: engine::Frame| {
                known.learn(&frame.bytes);
                while queue.borrow().front().is_some_and(|(_, needs)| ready(needs)) {
                    let next = queue.borrow_mut().pop_front();
                    if let Some((act, _)) = next {
                        dispatcher.dispatch(act);
                    }
                }
                waiting.set(Waiting::of(&queue.borrow()));
            });
            Link::new(WireLab::NAME, on_frame)
        })
    };
    let act = {
        let (state, known, waiting) = (state.clone(), known.clone(), waiting.setter());
        Callback::from(move |act: Act| {
            let needs = state.needs(&act);
            let mut queue = queue.borrow_mut();
            if queue.is_empty() && ready(&needs) {
                drop(queue);
                state.dispatch(act);
                return;
            }
            if let (Act::Type(text, _), Some((Act::Type(other, _), _))) = (&act, queue.back())
                && text == other
            {
                queue.pop_back();
            }
            queue.push_back((act, needs));
            let missing = queue.iter().flat_map(|(_, needs)| needs).map(String::as_str).filter(|text| !known.has(text));
            link.want(&wanted(missing));
            waiting.set(Waiting::of(&queue));
        })
    };
    (act, (*waiting).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_read_is_known() {
        let good = "syntax = \"proto3\";\nmessage A { string b = 1; }";
        let bad = "message ä { int33 a = 1; } 7 x";
        let mut engine = Reads::default();
        engine.want(&wanted([good, "", bad]));
        assert!(engine.step(1));
        let known = Known::default();
        assert!(!known.has(good));
        known.learn(&engine.frame());
        assert_eq!(known.read(good), Schema::parse(good).map(Rc::new));
        assert_eq!(known.read(bad), Schema::parse(bad).map(Rc::new));
        assert!(known.has("") && !known.has("other"));
        // What is cut off or nonsense teaches nothing, and nothing is forgotten.
        known.learn(&engine.frame()[..20]);
        known.learn(&[1, 0, 0, 0, 0xff, 1, 0, 0, 0, 9]);
        assert!(known.has(good));
    }

    #[test]
    fn only_the_latest_texts_are_kept() {
        let (known, mut engine) = (Known::default(), Reads::default());
        for number in 0..KEPT + 5 {
            engine.want(&wanted([&*format!("// {number}")]));
            known.learn(&engine.frame());
        }
        assert!(!known.has("// 4") && known.has("// 5") && known.has(&format!("// {}", KEPT + 4)));
    }
}
