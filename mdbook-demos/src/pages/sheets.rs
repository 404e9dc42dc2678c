//! The style sheets of figures. Each demo carries the one of what only it is drawn with, and the house carries the one of
//! what all are drawn with ([`STYLE`]); a page links those of its figures and no others, because readers wait for each.

use std::{borrow::Cow, collections::BTreeSet, fs, path::Path};

use anyhow::Result;
use widgets::chrome::registry::{Entry, STYLE};

use crate::{
    diagnostics::Diagnostics,
    figures::Figure,
    files,
    pages::{browsers::style_sheet, module::FOLDER},
};

/// The folder of the demos' sources, for mistakes to be told.
const SOURCES: &str = "demos/widgets/src";

/// The name of the sheet that is linked wherever a figure is; no demo is called so.
const HOUSE: &str = "chrome";

/// The style sheets of the demos in the book, as they are called in the site, all in [`FOLDER`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheets {
    /// The sheet of all figures.
    house: String,
    /// The demos with a sheet of their own, in the order of the registry, and their sheets.
    own: Vec<(&'static str, String)>,
}

impl Sheets {
    /// Writes the sheets that `figures` are drawn with into the site at `site`, for the browsers of `.browserslistrc`;
    /// each is named after its demo and what is in it. What browsers could not read goes into `diagnostics`.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(entries: &[Entry], figures: &[Figure], site: &Path, diagnostics: &mut Diagnostics) -> Result<Self> {
        let mut sheets = Self::default();
        if figures.is_empty() {
            return Ok(sheets);
        }
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut put = |name: &str, source: &str, carried: &'static str| {
            let lowered = match style_sheet(source, &text(&workspace, source, carried)) {
                Ok(lowered) => lowered,
                Err(mistakes) => {
                    diagnostics.extend(mistakes);
                    String::new()
                }
            };
            let file = format!("{name}-{}.css", files::hash(lowered.as_bytes()));
            files::write(&site.join(FOLDER).join(&file), lowered)?;
            anyhow::Ok(file)
        };
        sheets.house = put(HOUSE, &source(HOUSE), STYLE)?;
        let shown: BTreeSet<&str> = figures.iter().map(|figure| figure.name).collect();
        for entry in entries.iter().filter(|entry| !entry.style.is_empty() && shown.contains(entry.name)) {
            sheets.own.push((entry.name, put(entry.name, &source(entry.module), entry.style)?));
        }
        Ok(sheets)
    }

    /// The tags of a page with `figures`; `root` leads from the page to the site's root. Nothing for a page without any.
    pub fn tags<'a>(&self, root: &str, figures: impl IntoIterator<Item = &'a Figure>) -> String {
        let shown: BTreeSet<&str> = figures.into_iter().map(|figure| figure.name).collect();
        let house = (!shown.is_empty()).then_some(&self.house);
        let own = self.own.iter().filter(|(name, _)| shown.contains(name)).map(|(_, file)| file);
        let tags: Vec<String> = house
            .into_iter()
            .chain(own)
            .map(|file| format!("<link rel=\"stylesheet\" href=\"{root}{FOLDER}/{file}\">"))
            .collect();
        tags.join("\n")
    }
}

/// A sheet's text: as it lies in the workspace that this program was compiled from, so that an edit of it needs no
/// compiler; as it is carried, where that is not there.
fn text(workspace: &Path, source: &str, carried: &'static str) -> Cow<'static, str> {
    fs::read_to_string(workspace.join(source)).map_or(Cow::Borrowed(carried), Cow::Owned)
}

/// Where the sheet of a module of `widgets` is written, from the workspace's root.
pub fn source(module: &str) -> String {
    format!("{SOURCES}/{}/style.css", module.replace("::", "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_sheet_goes_before_the_carried_one() {
        let dir = tempfile::tempdir().unwrap();
        let source = source("labs::quiz");
        assert_eq!(source, "demos/widgets/src/labs/quiz/style.css");
        assert_eq!(text(dir.path(), &source, "a {}"), "a {}");
        files::write(&dir.path().join(&source), "b {}").unwrap();
        assert_eq!(text(dir.path(), &source, "a {}"), "b {}");
    }
}
