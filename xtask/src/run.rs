//! Starting other programs, alone or side by side, so that their output stays readable.

use std::{
    env,
    io::{self, BufRead, BufReader, IsTerminal, Read, Write},
    process::{Command, Output, Stdio},
    thread,
};

use anyhow::{Context, Result, bail};

/// Runs `command` with this program's own input and output; `what` names it in the error.
pub fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("{what}: failed ({status})");
    }
    Ok(())
}

/// Runs `command` and returns what it printed on standard output; its errors stay in the message.
pub fn output(command: &mut Command, what: &str) -> Result<String> {
    let Output { status, stdout, stderr } = command.output().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("{what}: failed ({status})\n{}", String::from_utf8_lossy(&stderr).trim_end());
    }
    String::from_utf8(stdout).with_context(|| format!("{what}: printed something that is not UTF-8"))
}

/// Runs two commands at the same time. On a terminal the first keeps it, progress bar and all; the
/// other's lines are marked with its label. Both are waited for, so that all mistakes are seen.
pub fn side_by_side(first: (&str, Command), second: (&str, Command)) -> Result<()> {
    let terminal = io::stderr().is_terminal();
    let results = thread::scope(|scope| {
        [(first, terminal), (second, false)]
            .map(|((label, command), whole)| {
                scope.spawn(
                    move || {
                        if whole { run(&mut { command }, label) } else { run_marked(command, label, terminal) }
                    },
                )
            })
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let failures: Vec<_> = results.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    if !failures.is_empty() {
        bail!("{}", failures.join("\n       "));
    }
    Ok(())
}

/// Runs `command` with every line of its output marked with `label`.
fn run_marked(mut command: Command, label: &str, terminal: bool) -> Result<()> {
    if terminal && env::var_os("NO_COLOR").is_none() && env::var_os("CARGO_TERM_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| cannot_start(&command))?;
    let streams: [Option<Box<dyn Read + Send>>; 2] =
        [child.stdout.take().map(|s| Box::new(s) as _), child.stderr.take().map(|s| Box::new(s) as _)];
    thread::scope(|scope| {
        for stream in streams.into_iter().flatten() {
            scope.spawn(move || {
                for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                    let line = String::from_utf8_lossy(&line);
                    // Clears what the other's progress bar left on the line; cargo draws it anew.
                    let clear = if terminal { "\r\x1b[K" } else { "" };
                    let _ = writeln!(io::stderr(), "{clear}{} {line}", paint("2", &format!("{label} │")));
                }
            });
        }
    });
    let status = child.wait().with_context(|| cannot_start(&command))?;
    if !status.success() {
        bail!("{label}: failed ({status})");
    }
    Ok(())
}

/// `text` in the colour of an ANSI code, where a terminal shows it.
pub fn paint(code: &str, text: &str) -> String {
    if io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// A line that says what happens next.
pub fn step(text: &str) {
    eprintln!("{}", paint("1;34", &format!("▸ {text}")));
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}: is it installed and on PATH?", command.get_program().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_what_failed() {
        let missing = run(&mut Command::new("no-such-program-here"), "x").unwrap_err();
        assert!(format!("{missing:#}").starts_with("cannot start no-such-program-here"), "{missing:#}");
    }

    #[cfg(unix)]
    #[test]
    fn both_failures_are_told() {
        let fails = |code: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("echo output; exit {code}")]);
            command
        };
        let error = side_by_side(("one", fails("3")), ("two", fails("4"))).unwrap_err().to_string();
        assert!(
            error.contains("one: failed (exit status: 3)") && error.contains("two: failed (exit status: 4)"),
            "{error}"
        );
    }
}
