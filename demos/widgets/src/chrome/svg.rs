//! Small things that all pictures need.

use sim::words::grouped;
use yew::{
    prelude::*,
    virtual_dom::{VNode, VTag, VText},
};

/// A number to a tenth, without a fraction if that is zero.
///
/// Not `{:.1}`: the standard library's float formatting is 20 KB of the module, and pictures need
/// no more than this.
pub fn px(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let tenths = tenths.unsigned_abs();
    if tenths.is_multiple_of(10) {
        format!("{sign}{}", tenths / 10)
    } else {
        format!("{sign}{}.{}", tenths / 10, tenths % 10)
    }
}

/// An SVG element with attributes and children. Parts of pictures that move are made by this function: each `html!`
/// element is code of its own, and pictures have many.
pub fn el(tag: &'static str, attributes: &[(&'static str, String)], children: Vec<Html>) -> VTag {
    let mut element = VTag::new(tag);
    for (name, value) in attributes {
        element.add_attribute(name, value.clone());
    }
    element.add_children(children);
    element
}

/// A piece of text in a picture: its class, the place in units of the picture, and which end of the words lies there.
pub fn text(class: &'static str, x: f64, y: f64, anchor: &'static str, words: String) -> Html {
    let attributes = [("class", class.to_owned()), ("x", px(x)), ("y", px(y)), ("text-anchor", anchor.to_owned())];
    el("text", &attributes, vec![VNode::from(VText::new(words))]).into()
}

/// A number in thousandths, with as many digits as it deserves: `1,204`, `37.5`, `0.82`.
pub fn measured(thousandths: i64) -> String {
    let (sign, value) = (if thousandths < 0 { "-" } else { "" }, thousandths.unsigned_abs());
    let (unit, digits) = match value {
        100_000.. => (1_000, 0),
        10_000.. => (100, 1),
        _ => (10, 2),
    };
    let rounded = (value + unit / 2) / unit;
    let (whole, mut rest) = (rounded / (1_000 / unit), rounded % (1_000 / unit));
    let mut digits = digits;
    while digits > 0 && rest.is_multiple_of(10) {
        rest /= 10;
        digits -= 1;
    }
    match digits {
        0 => format!("{sign}{}", grouped(whole)),
        1 => format!("{sign}{whole}.{rest}"),
        _ => format!("{sign}{whole}.{rest:02}"),
    }
}

/// A handler for keys on a part of a picture that acts as a button: Enter and Space emit `what`.
pub fn on_press<T: Copy + 'static>(act: &Callback<T>, what: T) -> Callback<KeyboardEvent> {
    let act = act.clone();
    Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            act.emit(what);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_numbers_have_the_digits_they_deserve() {
        let cases = [
            (0, "0"),
            (820, "0.82"),
            (800, "0.8"),
            (5, "0.01"),
            (9_999, "10"),
            (37_540, "37.5"),
            (37_000, "37"),
            (99_960, "100"),
            (1_204_400, "1,204"),
            (-2_500, "-2.5"),
        ];
        for (thousandths, text) in cases {
            assert_eq!(measured(thousandths), text);
        }
    }
}
