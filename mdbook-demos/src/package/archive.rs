//! A zip whose bytes depend on nothing but its entries.

use std::io::{Cursor, Write};

use anyhow::{Context, Result};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::package::Entries;

/// The zip: entries in the order of their paths, all with one time and one mode, no folders, no comments.
///
/// # Errors
///
/// If an entry is larger than a zip without extensions can hold (4 GiB), which LMSs do not read.
pub fn bytes(entries: &Entries) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        // The earliest that the format knows.
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (path, content) in entries {
        writer.start_file(path.as_str(), options).with_context(|| format!("{path} as an entry of a zip"))?;
        writer.write_all(content).with_context(|| format!("{path} as an entry of a zip"))?;
    }
    Ok(writer.finish().context("the end of a zip")?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_same_entries_make_the_same_bytes() {
        let entries: Entries = [("b/c.html", "<p>c"), ("a.txt", "a"), ("imsmanifest.xml", "<manifest/>")]
            .map(|(path, text)| (path.to_owned(), text.into()))
            .into();
        let first = bytes(&entries).unwrap();
        assert_eq!(first, bytes(&entries.clone()).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(first)).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["a.txt", "b/c.html", "imsmanifest.xml"]);
        let mut text = String::new();
        archive.by_name("b/c.html").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "<p>c");
    }
}
