//! Small things that all pictures need.

use yew::prelude::*;

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

/// A number rounded to a whole one.
pub fn whole(value: f64) -> String {
    (value.round() as i64).to_string()
}

/// A number with its thousands told apart: `43,376`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Enter and Space on a part of a picture that acts as a button.
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
    fn numbers_have_their_thousands_told_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (20_005, "20,005"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
