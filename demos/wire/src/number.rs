//! Floating-point numbers and their digits.
//!
//! In a browser JavaScript reads and writes them, by the same rules (ECMA-262, "Number::toString" and
//! "Number.prototype.toExponential"): what the standard library needs for that is 20 KB of a module after compression.

/// The nearest number to a decimal one, as JSON or Rust write it; nothing, if the text is none.
pub fn parse(text: &str) -> Option<f64> {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let after = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = after(rest);
    let mut rest = &rest[whole..];
    let mut digits = whole;
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = after(fraction);
        digits += length;
        rest = &fraction[length..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        let length = after(exponent);
        if length == 0 {
            return None;
        }
        rest = &exponent[length..];
    }
    (digits > 0 && rest.is_empty()).then(|| platform::parse(text))
}

/// The fewest digits that are read back as the same number: `1.5e-7`.
pub(crate) fn exponential(value: f64) -> String {
    platform::exponential(value)
}

/// That many digits after the first one: `1.50000e-7`.
pub(crate) fn exponential_to(value: f64, after: u8) -> String {
    platform::exponential_to(value, after)
}

/// The fewest digits, written out where that is not long: `12.5`, `50.0`, `1e16`.
pub(crate) fn shortest(value: f64) -> String {
    let text = exponential(value);
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let Ok(exponent @ -4..16) = exponent.parse::<i32>() else { return text };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let mut digits = mantissa.replace('.', "");
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let point = exponent.unsigned_abs() as usize + 1;
    while digits.len() <= point {
        digits.push('0');
    }
    digits.insert(point, '.');
    format!("{sign}{digits}")
}

#[cfg(not(target_arch = "wasm32"))]
mod platform {
    pub(super) fn parse(text: &str) -> f64 {
        text.parse().unwrap_or(f64::NAN)
    }

    pub(super) fn exponential(value: f64) -> String {
        format!("{value:e}")
    }

    pub(super) fn exponential_to(value: f64, after: u8) -> String {
        format!("{value:.0$e}", usize::from(after))
    }
}

#[cfg(target_arch = "wasm32")]
mod platform {
    use js_sys::Number;

    pub(super) fn parse(text: &str) -> f64 {
        js_sys::parse_float(text)
    }

    pub(super) fn exponential(value: f64) -> String {
        let Ok(text) = Number::from(value.abs()).to_string_with_radix(10) else { return String::new() };
        let text = String::from(text);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.trim_start_matches('+').parse().unwrap_or(0);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        // Where the first digit stands that is not zero, counted from the point.
        let first = whole.len() as i32 - (all.len() - digits.len()) as i32 - 1;
        let digits = digits.trim_end_matches('0');
        let sign = if value.is_sign_negative() { "-" } else { "" };
        match digits.len() {
            0 => format!("{sign}0e0"),
            1 => format!("{sign}{digits}e{}", first + exponent),
            _ => format!("{sign}{}.{}e{}", &digits[..1], &digits[1..], first + exponent),
        }
    }

    pub(super) fn exponential_to(value: f64, after: u8) -> String {
        let Ok(text) = Number::from(value.abs()).to_exponential(after) else { return String::new() };
        let sign = if value.is_sign_negative() { "-" } else { "" };
        format!("{sign}{}", String::from(text).replace('+', ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn digits_are_the_fewest_that_say_the_same() {
        for (value, few, plain) in [
            (0.0, "0e0", "0.0"),
            (-0.0, "-0e0", "-0.0"),
            (1.0, "1e0", "1.0"),
            (-12.5, "-1.25e1", "-12.5"),
            (0.1, "1e-1", "0.1"),
            (123_456.789, "1.23456789e5", "123456.789"),
            (1e15, "1e15", "1000000000000000.0"),
            (1e16, "1e16", "1e16"),
            (1e21, "1e21", "1e21"),
            (0.0001, "1e-4", "0.0001"),
            (0.000_012_5, "1.25e-5", "1.25e-5"),
            (5e-324, "5e-324", "5e-324"),
            (f64::MAX, "1.7976931348623157e308", "1.7976931348623157e308"),
            (9_007_199_254_740_993.0, "9.007199254740992e15", "9007199254740992.0"),
            (5.684341886080802e-14, "5.684341886080802e-14", "5.684341886080802e-14"),
            (100.0, "1e2", "100.0"),
        ] {
            assert_eq!((exponential(value).as_str(), shortest(value).as_str()), (few, plain));
            assert_eq!(shortest(value), format!("{value:?}"));
            assert_eq!(parse(few).map(f64::to_bits), Some(value.to_bits()));
        }
    }

    #[test]
    fn digits_are_rounded() {
        for (value, after, text) in [
            (f64::from(0.1_f32), 5, "1.00000e-1"),
            (f64::from(16_777_217.0_f32), 8, "1.67772160e7"),
            (-2.0 / 3.0, 6, "-6.666667e-1"),
            (1e300, 5, "1.00000e300"),
            (0.0, 5, "0.00000e0"),
        ] {
            assert_eq!(exponential_to(value, after), text);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (text, number) in [
            ("1.5", Some(1.5)),
            ("-1e3", Some(-1000.0)),
            ("1e999", Some(f64::INFINITY)),
            ("", None),
            ("inf", None),
            ("NaN", None),
            ("0x10", None),
            ("1 ", None),
            (" 1", None),
            ("1e", None),
            ("1.2.3", None),
            ("1e5x", None),
            (".", None),
            ("-.5e+1", Some(-5.0)),
            ("7.", Some(7.0)),
            ("--1", None),
        ] {
            assert_eq!(parse(text), number, "{text:?}");
        }
    }
}
