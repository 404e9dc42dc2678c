//! What all parts of the lab are drawn with.

use super::{
    light::{Focus, Lit},
    schemas::Waiting,
    state::{Act, State},
};
use crate::chrome::svg::el;
use wire::value::{Path, Step};
use yew::{prelude::*, virtual_dom::VText};

/// What a part of the lab is drawn from.
pub struct Bench<'a> {
    /// The figure's id.
    pub id: &'a AttrValue,
    /// Whether there is a browser.
    pub live: bool,
    /// What there is.
    pub state: &'a State,
    /// What waits to be done to it.
    pub waiting: &'a Waiting,
    /// Does something to it.
    pub act: &'a Callback<Act>,
    /// Points at something.
    pub point: &'a Callback<Option<Focus>>,
    /// What lights up.
    pub lit: &'a Lit,
    /// Whether bytes are shown in bits.
    pub bits: bool,
    /// Whether a question is open, so that its answer is not to be seen yet.
    pub asking: bool,
}

/// An element in a class, with what is in it.
pub fn tag(name: &'static str, class: impl Into<String>, children: Vec<Html>) -> Html {
    let class: String = class.into();
    if class.is_empty() { el(name, &[], children).into() } else { el(name, &[("class", class)], children).into() }
}

/// A piece of text.
pub fn text(words: impl Into<AttrValue>) -> Html {
    VText::new(words).into()
}

/// An element with text in it.
pub fn words(name: &'static str, class: &'static str, words: impl Into<AttrValue>) -> Html {
    tag(name, class, vec![text(words)])
}

/// A sentence in an element; what stands between backticks in it is code.
pub fn prose(name: &'static str, class: &'static str, sentence: &str) -> Html {
    let parts = sentence.split('`').enumerate().map(|(place, part)| match place % 2 {
        0 => text(part.to_owned()),
        _ => words("code", "", part.to_owned()),
    });
    tag(name, class, parts.collect())
}

/// The same, and pointing at it points at something.
pub fn pointing(name: &'static str, class: String, at: &Focus, children: Vec<Html>) -> Html {
    el(name, &[("class", class), ("data-at", code_of(at))], children).into()
}

/// A button with words on it.
pub fn button(class: &'static str, enabled: bool, label: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Html {
    let label: AttrValue = label.into();
    html! { <button type="button" {class} disabled={!enabled} {onclick}>{ label }</button> }
}

/// The title of a part of the figure. No heading: a figure may stand under a heading of any level.
pub fn heading(title: impl Into<AttrValue>) -> Html {
    words("p", "wl-head", title)
}

/// What is pointed at, for an attribute: `b12` a byte, `w0.3` and `r0.3` fields, `v1.i0` a value.
pub fn code_of(focus: &Focus) -> String {
    match focus {
        Focus::Byte(byte) => format!("b{byte}"),
        Focus::Field { reader, message, number } => format!("{}{message}.{number}", if *reader { 'r' } else { 'w' }),
        Focus::Value(path) => {
            let mut code = "v".to_owned();
            for (index, step) in path.0.iter().enumerate() {
                if index > 0 {
                    code.push('.');
                }
                match step {
                    Step::Field(number) => code.push_str(&number.to_string()),
                    Step::Item(item) => {
                        code.push('i');
                        code.push_str(&item.to_string());
                    }
                    Step::Key => code.push('k'),
                    Step::Value => code.push('v'),
                }
            }
            code
        }
    }
}

/// What [`code_of`] was given.
pub fn focus_of(code: &str) -> Option<Focus> {
    let rest = code.get(1..)?;
    match code.as_bytes()[0] {
        b'b' => rest.parse().ok().map(Focus::Byte),
        side @ (b'w' | b'r') => {
            let (message, number) = rest.split_once('.')?;
            Some(Focus::Field { reader: side == b'r', message: message.parse().ok()?, number: number.parse().ok()? })
        }
        b'v' => {
            let steps = rest.split('.').map(|step| match step.strip_prefix('i') {
                Some(item) => item.parse().ok().map(Step::Item),
                None if step == "k" => Some(Step::Key),
                None if step == "v" => Some(Step::Value),
                None => step.parse().ok().map(Step::Field),
            });
            steps.collect::<Option<Vec<_>>>().map(|steps| Focus::Value(Path(steps)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pointed_at_has_a_code() {
        for focus in [
            Focus::Byte(12),
            Focus::Field { reader: true, message: 0, number: 3 },
            Focus::Field { reader: false, message: 2, number: 536_870_911 },
            Focus::Value(Path(vec![Step::Field(1), Step::Item(0), Step::Value, Step::Field(7)])),
            Focus::Value(Path(vec![Step::Field(1), Step::Item(10), Step::Key])),
        ] {
            assert_eq!(focus_of(&code_of(&focus)), Some(focus));
        }
        for code in ["", "x1", "b", "w1", "v1.q"] {
            assert_eq!(focus_of(code), None, "{code}");
        }
    }
}
