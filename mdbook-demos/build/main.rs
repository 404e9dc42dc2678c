//! Takes the fingerprints of what the figures are computed from while the builder is compiled.

mod sources;

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

fn main() -> Result<(), String> {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let root = package.parent().ok_or("the package lies in the root of the file system")?;
    // Whatever is saved from now on may be what is compiled, and is not what is read here.
    let taken = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?.as_nanos();
    let compiler = Command::new(variable("RUSTC")).arg("-vV").output();
    let compiler = compiler.map_err(|error| format!("cannot ask the compiler for its version: {error}"))?;
    let mut given = String::from_utf8_lossy(&compiler.stdout).into_owned();
    for name in ["TARGET", "PROFILE", "OPT_LEVEL", "DEBUG", "CARGO_ENCODED_RUSTFLAGS", "CARGO_CFG_PANIC"] {
        given.push_str(&format!("{name}={}\n", variable(name)));
    }
    let found = sources::prints(root, &given)?;
    let mut text =
        format!("/// When the sources were read, in nanoseconds since 1970.\nconst TAKEN: u128 = {taken};\n");
    let _ = writeln!(text, "/// Modules of demos, with what their runs and their figures depend on.");
    let _ = writeln!(text, "const DEMOS: &[(&str, &str, &str)] = &[");
    for one in &found.demos {
        let _ = writeln!(text, "    ({:?}, {:?}, {:?}),", one.module, one.runs, one.whole);
    }
    let _ = writeln!(
        text,
        "];\n/// The files that were read.\nconst READ: &[&str] = &{:?};",
        found.read.iter().collect::<Vec<_>>()
    );
    let out = Path::new(&variable("OUT_DIR")).join("prints.rs");
    fs::write(&out, text).map_err(|error| format!("cannot write {}: {error}", out.display()))?;
    println!("cargo::rustc-env=BUILDER_SOURCES={}", found.builder);
    // A folder stands for files that come and go too.
    let beginning = |file: &String| file.split('/').take(3).collect::<Vec<_>>().join("/");
    for path in found.read.iter().map(beginning).collect::<BTreeSet<_>>() {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    Ok(())
}
