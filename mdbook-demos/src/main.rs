//! Builds the site from the book and the compiled demos, and packs it.

use std::{
    io::{IsTerminal as _, stderr},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};
use mdbook_demos::{
    Options, Report, build,
    diagnostics::Diagnostics,
    package::{self, Edition, Kind, Request, cartridge::Version},
    pages::settings,
};

/// Builds a book with living demos
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the site; on a mistake the old one stays
    Build(Build),
    /// Packs a finished site for learning management systems
    Package(Package),
}

#[derive(Args)]
struct Build {
    /// The folder with book.toml
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// The folder of the site, replaced as a whole
    #[arg(long, value_name = "DIR", default_value = "book")]
    out: PathBuf,
    /// The folder with the demos as compiled by cargo for wasm32-unknown-unknown, a module for each bundle
    #[arg(long, value_name = "DIR", required_unless_present = "no_module", conflicts_with = "no_module")]
    wasm: Option<PathBuf>,
    /// Build without the compiled demos: the figures are there, but do not move
    #[arg(long)]
    no_module: bool,
    /// Leave out of the module what readers do not need
    #[arg(long)]
    release: bool,
    /// Compute every figure anew, and keep none for the next build
    #[arg(long)]
    no_cache: bool,
    /// The file that says what the site carries of others, as `cargo xtask` writes it
    #[arg(long, value_name = "FILE")]
    licences: Option<PathBuf>,
    /// Where the site will stand, as https://example.org/book/
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Print every address on another server, with the pages that link to it
    #[arg(long)]
    external: bool,
}

#[derive(Args)]
struct Package {
    /// What to pack
    #[arg(required = true, value_enum)]
    kinds: Vec<What>,
    /// The folder with book.toml
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// The folder of the finished site
    #[arg(long, value_name = "DIR", default_value = "book")]
    site: PathBuf,
    /// The folder that the packages go to
    #[arg(long, value_name = "DIR", default_value = "target/packages")]
    out: PathBuf,
    /// Grade and begin with this module only; the whole book without it
    #[arg(long, value_name = "PART/MODULE")]
    module: Option<String>,
    /// Where the book is published, for packages that lead to it
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The edition of SCORM for scorm-thin; 1.2 if none is named
    #[arg(long, value_enum)]
    scorm: Option<Scorm>,
    /// The version of the Common Cartridge; 1.1 if none is named, which most systems read
    #[arg(long, value_enum)]
    cc: Option<Cc>,
}

/// What can be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// SCORM 1.2, with the book in it
    Scorm12,
    /// SCORM 2004 4th edition, with the book in it
    Scorm2004,
    /// SCORM with the published book in a frame
    ScormThin,
    /// Common Cartridge: links to the published book, and the quizzes
    Cc,
    /// The site as it is
    Site,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Scorm {
    /// For nearly every system
    #[default]
    #[value(name = "1.2")]
    V12,
    /// For systems that keep completion and success apart
    #[value(name = "2004")]
    V2004,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Cc {
    /// For most systems, Moodle among them
    #[default]
    #[value(name = "1.1")]
    V11,
    /// For systems that ask for it; one that knows 1.1 only finds nothing in it
    #[value(name = "1.3")]
    V13,
}

impl Package {
    fn kind(&self, what: What) -> Kind {
        match what {
            What::Scorm12 => Kind::Scorm12,
            What::Scorm2004 => Kind::Scorm2004,
            What::ScormThin => Kind::Thin(match self.scorm.unwrap_or_default() {
                Scorm::V12 => Edition::V12,
                Scorm::V2004 => Edition::V2004,
            }),
            What::Cc => Kind::Cartridge(match self.cc.unwrap_or_default() {
                Cc::V11 => Version::V11,
                Cc::V13 => Version::V13,
            }),
            What::Site => Kind::Site,
        }
    }

    /// Whether every option has something to do with what is packed.
    fn check(&self) -> Result<()> {
        for (given, option, what) in
            [(self.scorm.is_some(), "--scorm", What::ScormThin), (self.cc.is_some(), "--cc", What::Cc)]
        {
            let name = what.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            ensure!(!given || self.kinds.contains(&what), "{option} is for {name}, which is not among what is packed");
        }
        Ok(())
    }

    /// Makes the packages and says what is in them. Nothing is written unless all of them can be made.
    fn run(&self) -> Result<()> {
        self.check()?;
        let root = self.root.canonicalize().with_context(|| format!("there is no folder {}", self.root.display()))?;
        let config = settings::read(&root)?;
        let (site, out) = (root.join(&self.site), root.join(&self.out));
        let language = config.book.language.as_deref().unwrap_or("en");
        let make = |what: &What| {
            package::make(&Request {
                site: &site,
                kind: self.kind(*what),
                module: self.module.as_deref(),
                address: self.url.as_deref(),
                language,
            })
        };
        let packages = self.kinds.iter().map(make).collect::<Result<Vec<_>>>()?;
        for made in packages {
            let (path, bytes) = package::write(&made, &out)?;
            let path = path.strip_prefix(&root).unwrap_or(&path);
            println!("{} ({} files, {} KB)", path.display(), made.entries.len(), bytes.div_ceil(1000));
            made.notes.iter().for_each(|note| println!("  note: {note}"));
            if !made.left_out.is_empty() {
                println!("  not in it:");
                made.left_out.iter().for_each(|line| println!("    {line}"));
            }
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    let args = match Cli::parse().command {
        Command::Build(args) => args,
        Command::Package(args) => {
            return match args.run() {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&error),
            };
        }
    };
    let options = Options {
        root: args.root,
        out: args.out,
        wasm: args.wasm,
        release: args.release,
        cached: !args.no_cache,
        licences: args.licences,
        base_url: args.base_url,
    };
    match build(&options) {
        Ok(report) => {
            if !report.warnings.is_empty() {
                eprintln!("{}\n", report.warnings.render_warnings(colour()));
            }
            tell(&report);
            if args.external {
                for (address, pages) in &report.external {
                    println!("{address}");
                    pages.iter().for_each(|page| println!("    {page}"));
                }
            }
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

/// Whether colours are wanted.
fn colour() -> bool {
    stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Says what is wrong, at its place in the sources where that is known.
fn failed(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<Diagnostics>() {
        Some(diagnostics) => eprintln!("{}", diagnostics.render(colour())),
        None => eprintln!("error: {error:#}"),
    }
    ExitCode::FAILURE
}

/// One line about what was built and how long it took.
fn tell(report: &Report) {
    let times: Vec<String> =
        report.times.iter().map(|(step, time)| format!("{step} {:.1} s", time.as_secs_f64())).collect();
    let computed = match (report.computed.simulated, report.computed.drawn) {
        (0, 0) => "none computed anew".to_owned(),
        (simulated, drawn) => format!("{simulated} simulated, {drawn} drawn anew"),
    };
    eprintln!("{} ({} pages, {} demos, {computed})", times.join(" · "), report.pages, report.demos);
}
