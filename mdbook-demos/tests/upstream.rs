//! Our page template takes the place of mdBook's. When mdBook changes its own, this test fails, so
//! that somebody looks at what changed.

use mdbook_html::theme::Theme;

#[test]
fn the_template_that_ours_was_written_against() {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../theme/upstream/index.hbs");
    let remedy = "compare the two, carry over to theme/index.hbs what readers would miss, then put mdBook's \
                  templates/index.hbs of the pinned version there as it is";
    let ours = std::fs::read_to_string(kept)
        .unwrap_or_else(|error| panic!("theme/upstream/index.hbs cannot be read ({error}): {remedy}"));
    // `Theme` shows its files only when it writes a new book's theme folder.
    let folder = tempfile::tempdir().unwrap();
    Theme::copy_theme(&Default::default(), folder.path()).unwrap();
    let theirs = std::fs::read_to_string(folder.path().join("theme/index.hbs")).unwrap();
    assert!(ours == theirs, "mdBook's page template is not theme/upstream/index.hbs any more: {remedy}");
}
