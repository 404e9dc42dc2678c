//! Small things about HTML text.

/// The text for use in HTML and in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// How many bytes the longest character reference has that is known here, with room for zeros in a number.
const LONGEST: usize = 12;

/// An attribute's value with its character references replaced. Only the references that mdBook, Yew
/// and we write are known; another one stays as it is.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // By bytes: what follows may be any text. Where a semicolon is, a character begins.
        let decoded = rest.bytes().take(LONGEST).position(|byte| byte == b';').and_then(|end| {
            let name = &rest[1..end];
            let c = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => '\u{a0}',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((c, end + 1))
        });
        match decoded {
            Some((c, length)) => {
                out.push(c);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = "a & b < c > \"d\" 'e' &amp; é";
        assert_eq!(unescape(&escape(text)), text);
        assert_eq!(unescape("a&#x2F;b&#47;c &unknown; &"), "a/b/c &unknown; &");
    }

    #[test]
    fn any_script_may_follow_an_ampersand() {
        // Characters of one to four bytes, so that any number of bytes after the mark is within one.
        for text in
            ["Q&A для всех", "A&Ж", "R&D 研究与开发部门", "& العربية", "&🚀🚀🚀🚀", "&e\u{301}e\u{301}e\u{301}e\u{301}"]
        {
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let (before, after) = text.split_at(at);
                for text in [format!("{before}&{after}"), format!("&amp{after}{before}"), format!("&#1{after}")] {
                    assert_eq!(unescape(&text), text);
                    assert_eq!(unescape(&escape(&text)), text);
                }
            }
        }
    }
}
