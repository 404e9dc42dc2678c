//! Parts of a figure that never change once the builder has written them, so that no module has to be able to draw
//! them.

use yew::prelude::*;

/// A part of a figure as the builder has written it, taken over from the page: only the builder calls `make`, which
/// returns the HTML.
pub fn written(_make: impl FnOnce() -> String) -> Html {
    #[cfg(feature = "ssr")]
    let html = _make();
    // It is taken over from the page as it is, and never drawn again.
    #[cfg(not(feature = "ssr"))]
    let html = "";
    Html::from_html_unchecked(html.into())
}

/// An HTML element of that name with attributes, whose values are escaped, and children, which are HTML already.
#[cfg(feature = "ssr")]
pub(crate) fn tag(name: &str, attributes: &[(&str, &str)], children: Vec<String>) -> String {
    let attributes: String = attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", text(value))).collect();
    format!("<{name}{attributes}>{}</{name}>", children.concat())
}

/// Words as HTML: what could be mistaken for marks is escaped.
#[cfg(feature = "ssr")]
pub(crate) fn text(words: impl AsRef<str>) -> String {
    words.as_ref().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_cannot_be_mistaken_for_elements() {
        let cell = tag("td", &[("title", "a \"b\" & c")], vec![text("1 < 2"), tag("b", &[], vec![])]);
        assert_eq!(cell, "<td title=\"a &quot;b&quot; &amp; c\">1 &lt; 2<b></b></td>");
    }
}
