//! Builds the site from the book and the compiled demos.

use std::{
    io::{IsTerminal as _, stderr},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use mdbook_demos::{Options, Report, build, diagnostics::Diagnostics};

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
    /// Where the site will stand, as https://example.org/book/
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Print every address on another server, with the pages that link to it
    #[arg(long)]
    external: bool,
}

fn main() -> ExitCode {
    let Command::Build(args) = Cli::parse().command;
    let options =
        Options { root: args.root, out: args.out, wasm: args.wasm, release: args.release, base_url: args.base_url };
    match build(&options) {
        Ok(report) => {
            tell(&report);
            if args.external {
                for (address, pages) in &report.external {
                    println!("{address}");
                    pages.iter().for_each(|page| println!("    {page}"));
                }
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            let colour = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            match error.downcast_ref::<Diagnostics>() {
                Some(diagnostics) => eprintln!("{}", diagnostics.render(colour)),
                None => eprintln!("error: {error:#}"),
            }
            ExitCode::FAILURE
        }
    }
}

/// One line about what was built and how long it took.
fn tell(report: &Report) {
    let times: Vec<String> =
        report.times.iter().map(|(step, time)| format!("{step} {:.1} s", time.as_secs_f64())).collect();
    eprintln!("{} ({} pages, {} demos)", times.join(" · "), report.pages, report.demos);
}
