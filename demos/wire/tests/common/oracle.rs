//! Asks the Python process that holds the real libraries.

use serde_json::{Value, json};
use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

/// The interpreter that has the libraries of `tests/oracle/requirements.txt`.
///
/// `cargo xtask test` makes it and names it in `WIRE_ORACLE_PYTHON`. A plain `cargo test` has none and skips what
/// needs it; in CI that would go unseen, so there it is a failure.
pub fn python() -> Option<PathBuf> {
    let python = env::var_os("WIRE_ORACLE_PYTHON").filter(|python| !python.is_empty()).map(PathBuf::from);
    if python.is_none() {
        let how = "`cargo xtask test --only host` makes a Python environment with them and names it in \
                   WIRE_ORACLE_PYTHON";
        assert!(env::var_os("CI").is_none(), "there are no libraries to compare with: {how}");
        tell(&format!(
            "skipped: {} compares with real libraries; {how}",
            thread::current().name().unwrap_or("this test")
        ));
    }
    python
}

/// Prints a line past the test harness, which keeps to itself what a passing test prints.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A running `oracle.py`.
pub struct Oracle {
    process: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    /// What runs there: `protobuf 7.36.2 (upb)`.
    pub version: String,
}

/// What a message is read from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// From bytes.
    Bytes(&'a [u8]),
    /// From protobuf JSON.
    Json(&'a str),
}

/// A message to read: the place of the schema, the name of the type, and from what.
pub type Question<'a> = (usize, &'a str, Source<'a>);

/// What Google's protobuf made of it: the message as bytes and as JSON, or why it refuses.
pub type Answer = Result<(Vec<u8>, String), String>;

impl Oracle {
    /// Starts it, if there is a Python for it.
    pub fn start() -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/oracle.py");
        let mut command = Command::new(python()?);
        command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).env("PYTHONUTF8", "1");
        let mut process = command.spawn().expect("the oracle's Python starts");
        let requests = process.stdin.take();
        let replies = BufReader::new(process.stdout.take().expect("its output was asked for"));
        let mut oracle = Self { process, requests, replies, version: String::new() };
        let hello = oracle.reply();
        oracle.version = format!("protobuf {} ({})", text(&hello["protobuf"]), text(&hello["backend"]));
        Some(oracle)
    }

    /// Gives it these schemas in place of those of before; says of each why protoc refuses it, if it does.
    pub fn schemas(&mut self, texts: &[&str]) -> Vec<Option<String>> {
        let reply = self.ask(&json!({ "schemas": texts }));
        let refused = reply["schemas"].as_array().expect("an answer for each schema");
        assert_eq!(refused.len(), texts.len());
        refused.iter().map(|why| why.as_str().map(str::to_owned)).collect()
    }

    /// What it makes of messages.
    pub fn answers(&mut self, questions: &[Question<'_>]) -> Vec<Answer> {
        let cases: Vec<_> = questions
            .iter()
            .map(|(schema, message, source)| match source {
                Source::Bytes(bytes) => json!([schema, message, "bytes", hex(bytes)]),
                Source::Json(text) => json!([schema, message, "json", text]),
            })
            .collect();
        let reply = self.ask(&json!({ "cases": cases }));
        let answers = reply["answers"].as_array().expect("an answer for each case");
        assert_eq!(answers.len(), questions.len());
        answers
            .iter()
            .map(|answer| match answer["refused"].as_str() {
                Some(why) => Err(why.to_owned()),
                None => Ok((bytes(text(&answer["bytes"])), text(&answer["json"]).to_owned())),
            })
            .collect()
    }

    fn ask(&mut self, request: &Value) -> Value {
        let requests = self.requests.as_mut().expect("it is closed at the end only");
        writeln!(requests, "{request}").expect("the oracle listens");
        requests.flush().expect("the oracle listens");
        self.reply()
    }

    fn reply(&mut self) -> Value {
        let mut line = String::new();
        self.replies.read_line(&mut line).expect("the oracle answers in UTF-8");
        assert!(!line.is_empty(), "the oracle ended; what it printed stands above");
        serde_json::from_str(&line).expect("the oracle answers in JSON")
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // The end of its input is the end of its work.
        self.requests = None;
        let _ = self.process.wait();
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("the oracle answers with text here")
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits, with spaces between or not, as bytes.
pub fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|two| (two[0] << 4 | two[1]) as u8).collect()
}
