//! Formulas: TeX between `\\(` and `\\)` in a line, or between `\\[` and `\\]` as a paragraph of its own, as mdBook
//! writes them for MathJax. They become MathML when the book is built, which browsers set by themselves: no script, no
//! font, no style in a tag.
//!
//! What is between the marks is TeX and no Markdown: it is taken out before Markdown is read, and its MathML is put into
//! the finished page, so that nothing on the way changes either. The search does not see it.

use std::{ops::Range, sync::Arc};

use lol_html::{RewriteStrSettings, element, rewrite_str};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use crate::{
    blocks::markdown::Outline,
    diagnostics::{Diagnostic, Place, Source, Span},
    html::escape,
};

/// A formula as it stands in a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// Where the whole formula stands, with its marks.
    pub range: Range<usize>,
    /// Where the TeX between the marks stands.
    pub tex: Range<usize>,
    /// Whether the formula is a paragraph of its own.
    pub display: bool,
    /// Whether the formula stands in a quotation, whose lines begin with `>`.
    pub quoted: bool,
}

/// Finds the formulas of a lesson, and tells each mark that opens a formula which nothing closes.
pub fn find(source: &Arc<Source>, outline: &Outline) -> (Vec<Formula>, Vec<Diagnostic>) {
    let (mut found, mut mistakes) = find_in(source, outline);
    if !found.is_empty() {
        // What is in a formula is no Markdown, but was read as such: a bar ends a cell of a table, and code after it is
        // not seen. Read without their content, the text tells what is code.
        let mut plain = source.text.clone();
        for formula in &found {
            let blank: String =
                source.text[formula.range.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { 'x' }).collect();
            // The marks of a quotation belong to it.
            let blank = if formula.quoted { quoted_like(&source.text[formula.range.clone()], &blank) } else { blank };
            plain.replace_range(formula.range.clone(), &blank);
        }
        let outline = Outline::new(&plain);
        found.retain(|formula| !outline.is_verbatim(formula.range.start));
        mistakes.retain(|mistake| match &mistake.place {
            Place::Span(span) => !outline.is_verbatim(span.bytes.start),
            _ => true,
        });
    }
    (found, mistakes)
}

/// `blank` with the marks that the lines of `text` begin with, but for the first.
fn quoted_like(text: &str, blank: &str) -> String {
    let lines = text.split('\n').zip(blank.split('\n')).enumerate().map(|(number, (line, blank))| {
        let marks = if number == 0 { 0 } else { line.len() - line.trim_start_matches(['>', ' ', '\t']).len() };
        format!("{}{}", &line[..marks], &blank[marks..])
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn find_in(source: &Arc<Source>, outline: &Outline) -> (Vec<Formula>, Vec<Diagnostic>) {
    let text = &source.text;
    let (mut found, mut mistakes) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(start) = text[at..].find(r"\\").map(|i| at + i) {
        at = start + 2;
        let (close, display) = match text[at..].chars().next() {
            Some('(') => (r"\\)", false),
            Some('[') => (r"\\]", true),
            _ => continue,
        };
        // Three backslashes are an escaped one before an escaped bracket, and mean no formula.
        if text[..start].ends_with('\\') || outline.is_verbatim(start) || in_tag(text, outline, start) {
            continue;
        }
        let inner = at + 1;
        // A paragraph's end is the formula's too, so that a forgotten mark does not swallow the page.
        let end = paragraph_end(text, inner);
        let closed = text[inner..end]
            .match_indices(close)
            .map(|(i, _)| inner + i)
            .find(|close| !text[..*close].ends_with('\\') && !outline.is_verbatim(*close));
        let Some(tex_end) = closed else {
            let mark = &text[start..inner];
            mistakes.push(
                Diagnostic::at(
                    Span::new(source, start..inner),
                    "this formula has no end",
                    format!("there is no `{close}` after it in this paragraph"),
                )
                .help(format!("close it with `{close}`; to show the mark itself, write it as code: `` `{mark}` ``")),
            );
            continue;
        };
        at = tex_end + close.len();
        let quoted = outline.quotes.iter().any(|range| range.contains(&start));
        found.push(Formula { range: start..at, tex: inner..tex_end, display, quoted });
    }
    (found, mistakes)
}

/// Where the blank line after `from` begins.
fn paragraph_end(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(line_end) = text[at..].find('\n').map(|i| at + i) {
        let next = text[line_end + 1..].split('\n').next().unwrap_or_default();
        if next.trim_matches(|c: char| c.is_whitespace() || c == '>').is_empty() {
            return line_end;
        }
        at = line_end + 1;
    }
    text.len()
}

/// Whether a place is between the brackets of an HTML tag.
fn in_tag(text: &str, outline: &Outline, at: usize) -> bool {
    // A tag may be of several lines, which the parser gives one by one.
    let Some(html) = outline.html_blocks().into_iter().find(|range| range.contains(&at)) else { return false };
    let before = &text[html.start..at];
    before.rfind('<').is_some_and(|open| !before[open..].contains('>'))
}

/// The HTML of a formula: `tex` is what stands for its source, with the values of runs in their places; `display` makes
/// it a paragraph of its own.
///
/// # Errors
///
/// If the TeX cannot be read: which bytes of `tex`, and why.
pub fn typeset(tex: &str, display: bool) -> Result<String, (Range<usize>, String)> {
    let readable = one_line_break(tex);
    let whole = || 0..tex.len();
    let converter =
        LatexToMathML::new(MathCoreConfig::default()).map_err(|_| (whole(), "no formula can be read".to_owned()))?;
    let mode = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let math = converter
        .convert_with_local_counter(&readable, mode)
        .map_err(|error| (error.0.clone(), words(&error.error_message())))?;
    let math = without_styles(&math).map_err(|wrong| (whole(), wrong))?;
    // What copies the formula, and what reads it aloud, can have the source too.
    let (open, rest) = math.split_once('>').unwrap_or(("<math", &math));
    let inner = rest.strip_suffix("</math>").unwrap_or(rest);
    let math = format!(
        "{open}><semantics><mrow>{inner}</mrow><annotation encoding=\"application/x-tex\">{}</annotation></semantics></math>",
        escape(readable.trim())
    );
    let class = match display {
        true => "math-display",
        // Where it does not fit into a line it is scrolled by itself.
        false if visible(inner) > LONG => "math-inline math-long",
        false => "math-inline",
    };
    Ok(format!("<span class=\"{class}\">{math}</span>"))
}

/// From how many characters on a formula in a line may be wider than a phone.
const LONG: usize = 24;

/// How many characters of a formula are seen.
fn visible(math: &str) -> usize {
    let mut tag = false;
    math.chars()
        .filter(|c| {
            tag = *c == '<' || (tag && *c != '>');
            !tag && *c != '>'
        })
        .count()
}

/// What was written for MathJax has the backslashes of a new row doubled, since Markdown took half of them. Two new rows
/// at once mean nothing else. As long as before, so that places stay the same.
fn one_line_break(tex: &str) -> String {
    tex.replace(r"\\\\", r"\\  ")
}

/// The crate's words as ours.
fn words(message: &str) -> String {
    let mut text: String = message.trim_end_matches('.').replace('"', "`");
    if let Some(first) = text.get(..1) {
        text = first.to_lowercase() + &text[1..];
    }
    text
}

/// Declarations that the MathML comes with, and the classes that take their place: pages have no style in a tag.
const STYLES: [(&str, &str); 16] = [
    ("text-align: left", "math-left"),
    ("justify-items: start", ""),
    ("text-align: right", "math-right"),
    ("justify-items: end", ""),
    ("padding-right: 0", "math-close-right"),
    ("padding-left: 0", "math-close-left"),
    ("padding-left:1em", "math-apart"),
    ("padding-top: 0", "math-close-top"),
    ("padding-bottom: 0", "math-close-bottom"),
    ("padding-top: 0.1667em", "math-lower"),
    ("border-left: 0.05em solid currentcolor", "math-line-left"),
    ("border-right: 0.05em solid currentcolor", "math-line-right"),
    ("border-left: 0.05em dashed currentcolor", "math-dashes-left"),
    ("border-right: 0.05em dashed currentcolor", "math-dashes-right"),
    ("visibility:hidden", "math-hidden"),
    ("font-variant-caps: small-caps", "math-caps"),
];

/// Widths of the columns beside a numbered equation.
const WIDTHS: [(&str, &str); 3] = [("100%", "math-whole"), ("50%", "math-half"), ("7.5%", "math-margin")];

/// Classes in the place of styles.
fn without_styles(math: &str) -> Result<String, String> {
    let mut wrong = None;
    let handler = element!("[style]", |element| {
        let style = element.get_attribute("style").unwrap_or_default();
        let mut classes: Vec<String> = element.get_attribute("class").into_iter().collect();
        for declaration in style.split(';').map(str::trim).filter(|declaration| !declaration.is_empty()) {
            let width = declaration.strip_prefix("width:").map(str::trim);
            let class = match STYLES.iter().find(|(known, _)| *known == declaration) {
                Some((_, class)) => Some(*class),
                // A space says its width twice, for one browser.
                None if width.is_some() && element.tag_name() == "mspace" => Some(""),
                None => WIDTHS.iter().find(|(known, _)| Some(*known) == width).map(|(_, class)| *class),
            };
            match class {
                Some("") => {}
                Some(class) => classes.push(class.to_owned()),
                None if declaration.starts_with("color") => {
                    wrong = Some(
                        "a formula has the colour of its text: another would be hard to read in the dark".to_owned(),
                    );
                }
                None => wrong = Some(format!("a page cannot have what this formula asks for: `{declaration}`")),
            }
        }
        element.remove_attribute("style");
        if !classes.is_empty() {
            element.set_attribute("class", &classes.join(" "))?;
        }
        Ok(())
    });
    let html = rewrite_str(math, RewriteStrSettings::new().append_element_content_handler(handler))
        .map_err(|error| error.to_string())?;
    wrong.map_or(Ok(html), Err)
}

/// The TeX for a value of a run: a number as it is, any other text upright.
pub fn literal(text: &str) -> String {
    if text.chars().all(|c| c.is_ascii_digit() || ".-".contains(c)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' | '_' | '#' | '&' | '$' | '{' | '}' => out.extend(['\\', c]),
            // Nothing in a text stands for these.
            '\\' => out.push('∖'),
            '~' => out.push('∼'),
            '^' => out.push('ˆ'),
            c => out.push(c),
        }
    }
    format!("\\text{{{out}}}")
}

/// The TeX of a formula without the marks of the quotation that it stands in; as long as before, so that places stay
/// the same.
pub fn unquoted(tex: &str) -> String {
    let lines = tex.split('\n').enumerate().map(|(number, line)| {
        let marks = line.len() - line.trim_start_matches(['>', ' ', '\t']).len();
        match number {
            0 => line.to_owned(),
            _ => " ".repeat(marks) + &line[marks..],
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Vec<(&str, bool)>, Vec<String>) {
        let source = Source::new("a.md", text);
        let (formulas, mistakes) = find(&source, &Outline::new(text));
        let formulas = formulas.into_iter().map(|one| (&text[one.tex], one.display)).collect();
        (formulas, mistakes.into_iter().map(|mistake| mistake.message).collect())
    }

    #[test]
    fn formulas_are_found_outside_code() {
        let text = "It costs $5 or $6, \\\\(a_1 * b_2 * c\\\\), `\\\\(x\\\\)`.\n\n\\\\[\na \\\\ b \\_\n\\\\]\n\n```text\n\\\\(y\\\\)\n```\n\n\
            <p class=\"\\\\(z\\\\)\">\\\\(w\\\\)</p>\n\n\\(no\\) \\\\\\(no\\\\)\n";
        assert_eq!(found(text), (vec![("a_1 * b_2 * c", false), ("\na \\\\ b \\_\n", true), ("w", false)], vec![]));
        let table =
            "| \\\\(|x|\\\\) | `\\\\(c\\\\)` | `\\\\[` |\n| - | - | - |\n| \\\\(|é|\\\\) | `\\\\(c\\\\)` | `\\\\(` |\n";
        assert_eq!(found(table), (vec![("|x|", false), ("|é|", false)], vec![]));
        let (formulas, mistakes) = found("a \\\\(b\n\nc\\\\) \\\\[d");
        assert_eq!((formulas.len(), mistakes), (0, vec!["this formula has no end".to_owned(); 2]));
    }

    #[test]
    fn tex_becomes_mathml() {
        let out = typeset(r"\frac{a_1}{b} < \sum_{i=0}^n x_i", false).unwrap();
        assert!(out.starts_with("<span class=\"math-inline\"><math><semantics><mrow>"), "{out}");
        assert!(out.contains("<mfrac><msub><mi>a</mi><mn>1</mn></msub><mi>b</mi></mfrac><mo>&lt;</mo>"), "{out}");
        assert!(
            out.contains(
                "<annotation encoding=\"application/x-tex\">\\frac{a_1}{b} &lt; \\sum_{i=0}^n x_i</annotation>"
            ),
            "{out}"
        );
        for tex in [
            r"\begin{cases} 1 & \text{if } x<0 \\ 2 & \text{иначе} \end{cases}",
            r"\begin{pmatrix} a & b \\\\ c & d \end{pmatrix}",
            r"\begin{aligned} a &= b \\ &= c \end{aligned}",
            r"\begin{align} a&=b\\c&=d\end{align}",
            r"\begin{array}{l|r} a & b \\ c & d\end{array}",
            r"\sqrt[3]{x} \cancel{x} \mathstrut \vec{v} \binom{n}{k} \left\lfloor \frac n2 \right\rfloor \hspace{1cm} \hspace{2em}",
            r"\textsc{Paxos} \ne \mathcal{O}(\log n) \mathbb{E}[X] = \int_0^\infty x\,dF(x)",
        ] {
            let out = typeset(tex, true).unwrap();
            assert!(out.starts_with("<span class=\"math-display\"><math display=\"block\">"), "{out}");
            assert!(!out.contains(" style="), "{out}");
        }
        assert_eq!(typeset(r"\begin{matrix}a\\\\b\end{matrix}", true).unwrap().matches("<mtr>").count(), 2);
        assert!(typeset(r"a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p", false).unwrap().contains("math-long"));
    }

    #[test]
    fn what_cannot_be_read_is_told_at_its_place() {
        assert_eq!(typeset(r"a \foo b", false).unwrap_err(), (2..6, r"unknown command `\foo`".to_owned()));
        let (at, why) = typeset(r"é \frac{1}{", false).unwrap_err();
        assert_eq!((at, &*why), (12..12, "expected token `}`, but not found"));
        assert!(typeset(r"\color{red} x", false).unwrap_err().1.contains("in the dark"));
    }

    #[test]
    fn values_and_quotations() {
        assert!(typeset(&literal("50% of {a_b} & $c #1 \\ ~ ^"), false).is_ok());
        assert_eq!(unquoted("a\n> > b\n>c"), "a\n    b\n c");
    }
}
