//! `fuzz`: random input for the wire codec and for links, which libFuzzer steers to code that it has not seen.
//!
//! It is cargo-fuzz's way without cargo-fuzz, which takes longer to install than this takes to run: the same flags for
//! the compiler, and no sanitizer, because the code has no `unsafe`. So the stable toolchain does.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::{project::Project, run, tools};

/// What lets libFuzzer see which code was reached, and what was compared with what.
const FLAGS: &str = "--cfg=fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Longer input finds nothing that shorter does not, only later.
const LONGEST: usize = 400;
/// What an input may take; a length of two gigabytes in three bytes would be seen.
const MEGABYTES: usize = 512;

/// What to fuzz.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// What to fuzz; each in turn if nothing is named
    #[arg(value_enum)]
    target: Option<Target>,
    /// How long, each
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// More for libFuzzer: its options, or files to run again
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Bytes as messages of several schemas
    Decode,
    /// Text as a schema
    Schema,
    /// Text as protobuf JSON of several schemas
    Json,
    /// Text as edits of bytes
    Edit,
    /// Bytes as two versions of a schema
    Evolve,
    /// Text as a link to the lab
    Case,
    /// Text as a link to any other figure
    Links,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Schema => "schema",
            Self::Json => "json",
            Self::Edit => "edit",
            Self::Evolve => "evolve",
            Self::Case => "case",
            Self::Links => "links",
        }
    }

    /// How many inputs the tests take: fewer of those for which much is worked out.
    fn runs(self) -> u32 {
        match self {
            Self::Decode | Self::Schema | Self::Json | Self::Edit | Self::Links => 100_000,
            Self::Case => 20_000,
            Self::Evolve => 3_000,
        }
    }
}

/// `cargo xtask fuzz`
pub fn command(project: &Project, options: &Options) -> Result<()> {
    let targets = options.target.map_or_else(|| Target::value_variants().to_vec(), |target| vec![target]);
    let programs = build(project)?;
    for target in targets {
        let limit = format!("-max_total_time={}", options.seconds);
        fuzz(project, &programs, target, &[&[limit], &options.arguments[..]].concat(), false)?;
    }
    Ok(())
}

/// The short run of the tests: the same inputs whenever the code is the same.
pub fn test(project: &Project) -> Result<()> {
    if cfg!(windows) {
        run::step("left out: libFuzzer as it is used here needs Linux or macOS");
        return Ok(());
    }
    let programs = build(project)?;
    for &target in Target::value_variants() {
        // What was found by earlier runs would make this one another.
        let found = folder(project, "found", target);
        if found.exists() {
            fs::remove_dir_all(&found).with_context(|| format!("cannot remove {}", found.display()))?;
        }
        let runs = format!("-runs={}", target.runs());
        fuzz(project, &programs, target, &[runs, "-seed=1".to_owned()], true)?;
    }
    Ok(())
}

/// Compiles all targets; returns the folder of the programs.
fn build(project: &Project) -> Result<PathBuf> {
    tools::cpp()?;
    let version = run::output(Command::new("rustc").arg("-vV").current_dir(&project.root), "rustc -vV")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names no host")?;
    let mut flags = env::var("RUSTFLAGS").unwrap_or_default();
    flags.push(' ');
    flags.push_str(FLAGS);
    let mut build = project.cargo("build");
    build.args(["--locked", "--bins", "--manifest-path", "demos/wire/fuzz/Cargo.toml"]);
    // Named, so that the flags are not for what runs while it compiles: that is shared with the workspace.
    build.args(["--target", host]).env("RUSTFLAGS", flags);
    run::run(&mut build, "the fuzz targets")?;
    Ok(project.target.join(host).join("debug"))
}

fn folder(project: &Project, of: &str, target: Target) -> PathBuf {
    project.target.join("fuzz").join(of).join(target.name())
}

/// Runs one; of a quiet one that finds nothing there are two figures only.
fn fuzz(project: &Project, programs: &Path, target: Target, arguments: &[String], quiet: bool) -> Result<()> {
    let name = target.name();
    run::step(&format!("fuzzing {name}"));
    let [seeds, found, failed] = ["seeds", "found", "failed"].map(|of| folder(project, of, target));
    for folder in [&seeds, &found, &failed] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let corpus = project.root.join(format!("demos/wire/fuzz/corpus/{name}.txt"));
    let text = fs::read_to_string(&corpus).with_context(|| format!("cannot read {}", corpus.display()))?;
    for (number, line) in text.lines().enumerate() {
        let input = unescape(line).with_context(|| format!("{} line {}: {line}", corpus.display(), number + 1))?;
        let file = seeds.join(format!("{number:04}"));
        fs::write(&file, input).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let mut command = Command::new(programs.join(format!("{name}{}", env::consts::EXE_SUFFIX)));
    command.arg(format!("-max_len={LONGEST}")).arg(format!("-rss_limit_mb={MEGABYTES}"));
    command.arg(format!("-malloc_limit_mb={MEGABYTES}")).arg("-print_final_stats=1");
    command.arg(format!("-artifact_prefix={}{}", failed.display(), std::path::MAIN_SEPARATOR));
    command.args(arguments);
    // Files to run again are instead of the corpus.
    if arguments.iter().all(|argument| argument.starts_with('-')) {
        command.arg(&found).arg(&seeds);
    }
    command.stdin(Stdio::null());
    let status = if quiet {
        let output = command.output().with_context(|| format!("cannot start {name}"))?;
        let told = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            let figure = |name| told.lines().find_map(|line| line.strip_prefix(name)).map_or("?", str::trim);
            let (inputs, memory) = (figure("stat::number_of_executed_units:"), figure("stat::peak_rss_mb:"));
            eprintln!("{inputs} inputs, at most {memory} MB of memory");
        } else {
            eprintln!("{told}");
        }
        output.status
    } else {
        command.status().with_context(|| format!("cannot start {name}"))?
    };
    if !status.success() {
        bail!(
            "fuzzing {name}: failed ({status}). The input is in {}; to run it again:\n\
             cargo xtask fuzz {name} -- {}/…",
            failed.display(),
            failed.display()
        );
    }
    Ok(())
}

/// A line of a corpus as bytes: `\n`, `\t`, `\r`, `\\`, quotation marks and `\x` with two digits stand for what they do
/// in Rust.
fn unescape(line: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = line.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? << 4 | digit()?).ok()?
            }
            other @ (b'\\' | b'\'' | b'"') => other,
            _ => return None,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn lines_are_unescaped() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unescape(&all.escape_ascii().to_string()), Some(all));
        for wrong in ["\\", "\\x", "\\x1", "\\xgg", "\\a"] {
            assert_eq!(unescape(wrong), None, "{wrong}");
        }
    }
}
