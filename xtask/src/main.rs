//! The project's commands. `cargo xtask --help` lists them.
//!
//! Everything here starts other programs (cargo, the builder, a browser) and reports on them; what
//! a page is made of is the builder's business (`mdbook-demos`).

mod bench;
mod fuzz;
mod licences;
mod package;
mod project;
mod run;
mod serve;
mod site;
mod test;
mod tools;
mod watch;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Build, serve, test, measure and pack the book.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the demos and the book into `book/`
    Build(site::Options),
    /// Build, serve on this machine, and reload open pages when a lesson, the theme or a demo changes
    Serve(serve::Options),
    /// Check formatting and lints, then run every test: host, WebAssembly, and the site in a real browser
    Test(test::Options),
    /// Measure page weight and build times against their budgets
    Bench(bench::Options),
    /// Pack the book for a learning management system, into `target/packages/`
    Package(package::Options),
    /// Look for input that the wire codec does not cope with
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{} {error:#}", run::paint("1;31", "error:"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let project = project::Project::find()?;
    match command {
        Command::Build(options) => site::command(&project, &options),
        Command::Serve(options) => serve::command(project, &options),
        Command::Test(options) => test::command(&project, &options),
        Command::Bench(options) => bench::command(&project, &options),
        Command::Package(options) => package::command(&project, &options),
        Command::Fuzz(options) => fuzz::command(&project, &options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
