//! The browsers that the book is made for, and style sheets written so that the oldest of them can read them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use lightningcss::{
    stylesheet::{MinifyOptions, ParserOptions, PrinterOptions, StyleSheet},
    targets::{Browsers, Targets},
};
use mdbook_driver::config::{Config, HtmlConfig};

use crate::{
    diagnostics::{Diagnostic, Diagnostics, Source, Span},
    files,
    pages::assets::unhashed,
};

/// The list: a line each for a browser's name and its oldest version, as tools for the web have it.
const LIST: &str = include_str!("../../../.browserslistrc");

/// A browser's oldest version that the book is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oldest {
    /// Its name in the list, such as `chrome` or `ios_saf`.
    pub name: &'static str,
    /// Its version, such as `109` or `16.4`.
    pub version: &'static str,
}

impl Oldest {
    /// The version as one number, as Lightning CSS counts.
    fn number(self) -> Option<u32> {
        let mut parts = self.version.splitn(3, '.').map(str::parse::<u8>);
        let mut number = 0;
        for place in [16, 8, 0] {
            number |= u32::from(parts.next().unwrap_or(Ok(0)).ok()?) << place;
        }
        Some(number)
    }
}

/// The oldest browsers that the book is made for.
pub fn oldest() -> impl Iterator<Item = Oldest> {
    LIST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (name, version) = line.trim().split_once(' ')?;
        Some(Oldest { name, version })
    })
}

/// The same for Lightning CSS.
///
/// # Errors
///
/// If the list names a browser or a version that it cannot know.
fn targets() -> Result<Targets> {
    let mut browsers = Browsers::default();
    for browser in oldest() {
        let version = browser.number().with_context(|| format!("{browser:?} in .browserslistrc has no version"))?;
        let place = match browser.name {
            "chrome" => &mut browsers.chrome,
            "edge" => &mut browsers.edge,
            "firefox" => &mut browsers.firefox,
            "safari" => &mut browsers.safari,
            "ios_saf" => &mut browsers.ios_saf,
            name => bail!("the builder knows no browser `{name}`, which .browserslistrc names"),
        };
        *place = Some(version);
    }
    Ok(Targets::from(browsers))
}

/// A style sheet as it is shipped: what the oldest browsers lack is said in words that they know, where there are such
/// words (`light-dark()`, nesting, young colours), and nothing is longer than it need be. `path` is the file that its
/// mistakes are told of.
///
/// # Errors
///
/// The mistake, if a browser could not read the sheet.
pub fn style_sheet(path: &str, css: &str) -> Result<String, Diagnostics> {
    let targets =
        targets().map_err(|error| Diagnostics::from(Diagnostic::in_file(".browserslistrc", format!("{error:#}"))))?;
    let options = || ParserOptions { filename: path.to_owned(), ..ParserOptions::default() };
    let mut sheet = StyleSheet::parse(css, options()).map_err(|error| mistake(path, css, &error))?;
    sheet.minify(MinifyOptions { targets, ..MinifyOptions::default() }).map_err(|error| mistake(path, css, &error))?;
    let printed = sheet.to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() });
    Ok(printed.map_err(|error| mistake(path, css, &error))?.code + "\n")
}

/// A mistake in a style sheet, with its place if it is known.
fn mistake<T: std::fmt::Display>(path: &str, css: &str, error: &lightningcss::error::Error<T>) -> Diagnostics {
    let message = format!("a browser cannot read this style sheet: {}", error.kind);
    let diagnostic = match &error.loc {
        Some(place) => {
            let before: usize = css.split_inclusive('\n').take(place.line as usize).map(str::len).sum();
            // Lightning CSS counts columns in UTF-16, from 1.
            let line = &css[before..];
            let mut units = place.column.saturating_sub(1) as usize;
            let column: usize = line
                .chars()
                .take_while(|c| {
                    let there = units == 0;
                    units = units.saturating_sub(c.len_utf16());
                    !there
                })
                .map(char::len_utf8)
                .sum();
            let at = before + column;
            let end = css[at..].find(['\n', ';', '{', '}']).map_or(css.len(), |length| at + length.max(1));
            Diagnostic::at(Span::new(&Source::new(path, css), at..end), message, "here")
        }
        None => Diagnostic::in_file(path, message),
    };
    diagnostic.help("browsers would leave the rule out without a word").into()
}

/// Writes the book's style sheets in `dir` anew by [`style_sheet`]: those of the theme, and those that `book.toml` adds.
/// Others are the book's matter, such as a file to download.
///
/// # Errors
///
/// If a file cannot be read or written.
pub fn lower_style_sheets(dir: &Path, config: &Config, diagnostics: &mut Diagnostics) -> Result<()> {
    let html = config.get::<HtmlConfig>("output.html").ok().flatten().unwrap_or_default();
    for file in files::list(dir)?.iter().filter(|file| file.ends_with(".css")) {
        let name = unhashed(file);
        // mdBook takes these folders out of the theme's.
        let of_theme = ["css/", "fonts/"].iter().any(|folder| file.starts_with(folder));
        if of_theme || file.starts_with("theme/") || html.additional_css.iter().any(|added| added == Path::new(&name)) {
            let source = if of_theme { format!("theme/{name}") } else { name };
            let path = dir.join(file);
            match style_sheet(&source, &files::read(&path)?) {
                Ok(lowered) => files::write(&path, lowered)?,
                Err(mistakes) => diagnostics.extend(mistakes),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_each_kind_of_browser() {
        let names: Vec<_> = oldest().map(|browser| browser.name).collect();
        assert_eq!(names, ["chrome", "edge", "firefox", "safari", "ios_saf"]);
        assert!(targets().is_ok());
        assert_eq!(Oldest { name: "safari", version: "16.4" }.number(), Some(16 << 16 | 4 << 8));
    }

    #[test]
    fn what_old_browsers_lack_is_said_otherwise() {
        let css = ":root { color-scheme: light dark; --ink: light-dark(#000, #fff); }
            :root[data-theme=\"dark\"] { color-scheme: dark; }
            .a { color: oklch(60% 0.1 200); & b { margin: 0; } }";
        let lowered = style_sheet("theme/a.css", css).unwrap();
        for young in ["light-dark(", "&"] {
            assert!(!lowered.contains(young), "{young} is left in {lowered}");
        }
        // Dark by the system's wish and by the reader's.
        assert!(lowered.contains("@media (prefers-color-scheme:dark)"), "{lowered}");
        assert!(lowered.contains("#000") && lowered.contains("#fff"), "{lowered}");
        assert!(lowered.matches("color-scheme:dark").count() >= 2, "{lowered}");
    }

    #[test]
    fn a_mistake_has_its_place() {
        let error = style_sheet("theme/css/a.css", ".a { color: red; }\n.größe) { color: red; }\n").unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("theme/css/a.css:2:"), "{text}");
    }

    #[test]
    fn readers_and_instructors_are_told_the_list() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for page in ["README.md", "src/for-instructors.md"] {
            let text = files::read(&root.join(page)).unwrap();
            for browser in oldest() {
                let name = match browser.name {
                    "chrome" => "Chrome",
                    "edge" => "Edge",
                    "firefox" => "Firefox",
                    // One engine, on computers and on phones.
                    _ => "Safari",
                };
                let told = format!("{name} {}", browser.version);
                let together = format!("{name} from version {}", browser.version);
                let listed = text.contains("Chrome and Edge 109") && browser.version == "109";
                assert!(text.contains(&told) || text.contains(&together) || listed, "{page} does not say {told}");
            }
        }
    }
}
