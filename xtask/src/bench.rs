//! `bench`: figures against their budgets. No test depends on any of them.

mod book;
mod edits;
mod kernel;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use self::edits::Edits;
use crate::{
    project::Project,
    run,
    site::{self, Site, Stale},
    tools,
};

/// The lesson that is weighed and edited.
const LESSON: &str = "time-causality/architectural-models-rpc/client-server-p2p";

/// Another one that is weighed: its demos are those of another bundle.
const LESSON_2: &str = "time-causality/architectural-models-rpc/rpc-mechanics";

/// And a third, of a third bundle.
const LESSON_3: &str = "time-causality/architectural-models-rpc/serialization-idl";

/// The page of the lab of schemas and bytes.
const WIRE: &str = "embed/example-wire-lab.html";

/// What the lab is measured beside.
const PROTOBUFJS: &str = "protobufjs@7.5.4";

/// The page whose search is measured: all call semantics, three attempts.
const SEARCH: &str = "embed/example-rpc-search.html";

/// The page whose timeline is dragged: five lanes beside it.
const TIMELINE: &str = "embed/one-crash-five-promises.html";

/// The page of a live system.
const SYSTEM: &str = "embed/example-topology.html";

/// What to measure.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// What to measure; everything if nothing is named
    #[arg(value_enum)]
    names: Vec<Name>,
    /// Print a JSON array instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// What a browser fetches to read lesson 1, compressed, its demos' modules and glue left out
    #[value(name = "lesson-1-read")]
    Read,
    /// Everything it fetches until lesson 1's first demo can be used, compressed
    #[value(name = "lesson-1-interactive")]
    Interactive,
    /// Everything it fetches until lesson 2's first demo can be used, compressed
    #[value(name = "lesson-2-interactive")]
    Interactive2,
    /// What a browser fetches to read lesson 3, compressed, its demos' modules and glue left out
    #[value(name = "lesson-3-read")]
    Read3,
    /// Everything it fetches until lesson 3's first demo, the lab of schemas and bytes, can be used, compressed
    #[value(name = "lesson-3-interactive")]
    Interactive3,
    /// A key stroke in a schema of 50 fields in the lab: parsing, encoding, decoding, explaining, comparing, in WASM
    #[value(name = "wire-key-stroke")]
    KeyStroke,
    /// Searching all schedules of two faults of a call, under all semantics, in a browser
    #[value(name = "search-2-faults")]
    Search2,
    /// The same for three faults
    #[value(name = "search-3-faults")]
    Search3,
    /// Long tasks of the page while a timeline with five lanes is scrubbed and clicked
    #[value(name = "timeline-long-tasks")]
    LongTasks,
    /// A flash crowd of 100,000 peers and 256 pieces: its CPU time and memory in WASM, and how it plays in a page
    #[value(name = "swarm")]
    Swarm,
    /// The search natively, for each state that it follows, against stateright on the same graph
    #[value(name = "search-state")]
    SearchState,
    /// The kernel with 1,000 pending events, each of which makes another: million events a second
    #[value(name = "kernel-hold-1k")]
    Hold1k,
    /// The same with 100,000, against the plain heap, NeXosim and SimPy
    #[value(name = "kernel-hold-100k")]
    Hold100k,
    /// How much longer an event takes among 1,000,000 pending ones than among 100,000
    #[value(name = "kernel-hold-1m")]
    Hold1m,
    /// The kernel with 1,000 clients of a server
    #[value(name = "kernel-mmc-1k")]
    Mmc1k,
    /// The same with 100,000 clients
    #[value(name = "kernel-mmc-100k")]
    Mmc100k,
    /// From saving a lesson to its page reloaded
    EditLesson,
    /// From saving a demo's Rust code to its page reloaded
    EditDemo,
    /// `cargo xtask build` in a fresh clone; needs minutes
    ColdBuild,
    /// In a book of 20 modules: from saving a lesson to its page reloaded
    #[value(name = "book-20-edit-lesson")]
    Book20Lesson,
    /// In a book of 20 modules: from saving the Rust code of a stage to a page with it reloaded
    #[value(name = "book-20-edit-stage")]
    Book20Stage,
    /// A book of 20 modules written with nothing cached; everything is compiled already
    #[value(name = "book-20-cold")]
    Book20Cold,
    /// The same with everything cached
    #[value(name = "book-20-cached")]
    Book20Cached,
    /// What another module adds to a page that does not use it, compressed
    #[value(name = "book-20-page")]
    Book20Page,
    /// Opening the page for print of a book of 20 modules
    #[value(name = "book-20-print")]
    Book20Print,
    /// What a query of the search fetches in a book of 20 modules, and how soon it answers
    #[value(name = "search-20-query")]
    Search20Query,
}

/// One measured value.
#[derive(Clone, Debug)]
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    budget: Budget,
    /// Who else was measured, in words, and the value there.
    peer: Option<(&'static str, f64)>,
    /// What the value consists of, or how it was measured.
    notes: Vec<String>,
}

/// What a value is held against.
#[derive(Clone, Copy, Debug)]
enum Budget {
    AtMost(f64),
    AtLeast(f64),
}

impl Budget {
    fn limit(self) -> f64 {
        let (Self::AtMost(limit) | Self::AtLeast(limit)) = self;
        limit
    }
}

impl Figure {
    fn within(&self) -> bool {
        match self.budget {
            Budget::AtMost(limit) => self.value <= limit,
            Budget::AtLeast(limit) => self.value >= limit,
        }
    }

    fn ratio(&self) -> Option<f64> {
        self.peer.map(|(_, value)| round(self.value / value, 3))
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "value": round(self.value, 2),
            "unit": self.unit,
            "budget": round(self.budget.limit(), 2),
            "within": self.within(),
            "peer": self.peer.map(|(name, _)| name),
            "ratio": self.ratio(),
        })
    }
}

/// `cargo xtask bench`
pub fn command(project: &Project, options: &Options) -> Result<()> {
    let wanted = |name| options.names.is_empty() || options.names.contains(&name);
    site::ensure_target()?;
    let mut figures = Vec::new();
    let site = [
        Name::Read,
        Name::Interactive,
        Name::Interactive2,
        Name::Read3,
        Name::Interactive3,
        Name::KeyStroke,
        Name::Search2,
        Name::Search3,
        Name::LongTasks,
        Name::Swarm,
    ];
    if site.into_iter().any(wanted) {
        let scale = Scale::new(project)?;
        if wanted(Name::Read) || wanted(Name::Interactive) {
            let hits = scale.weigh(LESSON)?;
            if wanted(Name::Read) {
                figures.push(read("lesson-1-read", &hits));
            }
            if wanted(Name::Interactive) {
                figures.push(interactive("lesson-1-interactive", &hits, 300.0));
            }
        }
        if wanted(Name::Interactive2) {
            // Three demos and the search are in its bundle, and twice as many figures in its text.
            figures.push(interactive("lesson-2-interactive", &scale.weigh(LESSON_2)?, 380.0));
        }
        if wanted(Name::Read3) || wanted(Name::Interactive3) {
            let hits = scale.weigh(LESSON_3)?;
            if wanted(Name::Read3) {
                figures.push(read("lesson-3-read", &hits));
            }
            if wanted(Name::Interactive3) {
                // What a page takes to be read, and 250 KB for the lab.
                figures.push(interactive("lesson-3-interactive", &hits, 370.0));
                figures.push(demos("lesson-3-lab", &hits, 250.0));
            }
        }
        if wanted(Name::KeyStroke) {
            figures.extend(scale.key_stroke()?);
        }
        if wanted(Name::Search2) {
            figures.push(scale.search("search-2-faults", 2, 150.0)?);
        }
        if wanted(Name::Search3) {
            figures.push(scale.search("search-3-faults", 3, 5_000.0)?);
        }
        if wanted(Name::Swarm) {
            figures.extend(scale.swarm()?);
        }
        if wanted(Name::LongTasks) {
            figures.push(scale.long_tasks()?);
        }
    }
    if wanted(Name::SearchState) {
        figures.extend(search_states(project)?);
    }
    let kernel = [Name::Hold1k, Name::Hold100k, Name::Hold1m, Name::Mmc1k, Name::Mmc100k];
    if kernel.into_iter().any(wanted) {
        figures.extend(kernel::figures(project, wanted)?);
    }
    if wanted(Name::EditLesson) || wanted(Name::EditDemo) {
        let bench = Edits::start(project)?;
        if wanted(Name::EditLesson) {
            figures.push(bench.lesson()?);
        }
        if wanted(Name::EditDemo) {
            figures.push(bench.demo()?);
        }
    }
    figures.extend(book::figures(project, wanted)?);
    if wanted(Name::ColdBuild) {
        figures.push(cold_build(project)?);
    }
    if options.json {
        println!("{:#}", Value::Array(figures.iter().map(Figure::json).collect()));
    } else {
        print!("{}", table(&figures));
    }
    Ok(())
}

/// One file as it was sent.
struct Sent {
    path: String,
    bytes: f64,
}

/// The site as it is published, and what opens its pages.
struct Scale<'a> {
    project: &'a Project,
    browser: tools::Browser,
    out: PathBuf,
}

impl<'a> Scale<'a> {
    /// Builds the site.
    fn new(project: &'a Project) -> Result<Self> {
        let browser = tools::browser()?;
        let out = project.target.join("bench/site");
        let site = Site::new(project.clone(), site::Options { release: true, base_url: None }, out.clone());
        site.compile(Stale { modules: true, builder: true })?;
        fs::create_dir_all(project.target.join("bench")).context("cannot make target/bench")?;
        site.write()?;
        Ok(Self { project, browser, out })
    }

    /// Lets a browser open a lesson.
    fn weigh(&self, lesson: &str) -> Result<Vec<Sent>> {
        run::step(&format!("weighing {lesson}"));
        let mut measure = measure(self.project, &self.browser)?;
        measure.args(["weigh", &format!("{lesson}.html")]).env("SITE_DIR", &self.out);
        let hits: Value = serde_json::from_str(&run::output(&mut measure, "weighing a lesson")?)?;
        let hits = hits.as_array().context("measure printed no list")?;
        let sent = hits.iter().map(|hit| {
            let path = hit["path"].as_str().context("a hit without a path")?;
            ensure!(hit["status"] == 200, "{path} was not there");
            Ok(Sent { path: path.to_owned(), bytes: hit["bytes"].as_f64().context("a hit without a size")? })
        });
        sent.collect()
    }

    /// Lets a browser drag and click a timeline.
    fn long_tasks(&self) -> Result<Figure> {
        run::step("scrubbing a timeline");
        let mut measure = measure(self.project, &self.browser)?;
        measure.args(["scrub", TIMELINE]).env("SITE_DIR", &self.out);
        let found: Value = serde_json::from_str(&run::output(&mut measure, "scrubbing in a browser")?)?;
        let number = |key: &str| found[key].as_f64().with_context(|| format!("measure printed no {key}: {found}"));
        let notes = vec![format!("longer than 50 ms, in {} frames and five clicks", number("frames")?)];
        Ok(Figure {
            name: "timeline-long-tasks",
            value: number("long")?,
            unit: "tasks",
            budget: Budget::AtMost(0.0),
            peer: None,
            notes,
        })
    }

    /// Lets a browser work out what follows from a key stroke in the lab of schemas and bytes.
    fn key_stroke(&self) -> Result<Vec<Figure>> {
        run::step("typing into a schema of 50 fields");
        let mut measure = measure(self.project, &self.browser)?;
        measure.args(["wire", WIRE]).env("SITE_DIR", &self.out);
        let printed = run::output(&mut measure, "typing in a browser")?;
        let found: Value = serde_json::from_str(&printed)?;
        let number = |key: &str| found[key].as_f64().with_context(|| format!("measure printed no {key}: {found}"));
        let peer = protobufjs(self.project, &printed)?;
        let notes = vec![
            format!("median of 40, in Chromium; {} bytes, {} changes", number("bytes")?, number("changes")?),
            "both schemas parsed, encoded, read by three programs, every byte explained, versions compared".to_owned(),
            "protobufjs, in Node.js: one schema parsed, one message encoded and decoded; no reasons, no second schema"
                .to_owned(),
        ];
        let peer = Some(("protobufjs 7.5.4, which does less", peer));
        let figure = |name, value, budget, peer, notes| Figure {
            name,
            value,
            unit: "ms",
            budget: Budget::AtMost(budget),
            peer,
            notes,
        };
        let drawn =
            vec!["from the event to the page changed, the lab drawn anew; the rest of a frame is left".to_owned()];
        Ok(vec![
            figure("wire-key-stroke", number("worked")?, 8.0, peer, notes),
            figure("wire-key-stroke-drawn", number("drawn")?, 16.0, None, drawn),
        ])
    }

    /// Lets a browser compute a flash crowd, and play it.
    fn swarm(&self) -> Result<Vec<Figure>> {
        run::step("playing a swarm of 100,000");
        let mut measure = measure(self.project, &self.browser)?;
        measure.args(["swarm", SYSTEM]).env("SITE_DIR", &self.out);
        let found: Value = serde_json::from_str(&run::output(&mut measure, "a swarm in a browser")?)?;
        let number = |key: &str| {
            found.pointer(key).and_then(Value::as_f64).with_context(|| format!("measure printed no {key}: {found}"))
        };
        let note = format!("100,000 peers, 256 pieces, {} million events", round(number("/events")? / 1e6, 1));
        let watched = format!(
            "from the beginning to the last peer in {:.0} s, a minute a second; {} frames of the screen, one in a hundred later than {:.0} ms",
            number("/live")?,
            number("/seen/frames")?,
            number("/seen/p99")?
        );
        let figure = |name, value, unit, budget, peer, note: &str| Figure {
            name,
            value,
            unit,
            budget,
            peer,
            notes: vec![note.to_owned()],
        };
        let native = Some(("native, same machine", number("/native")?));
        Ok(vec![
            figure("swarm-cpu", number("/seconds")?, "s", Budget::AtMost(10.0), native, &note),
            figure("swarm-memory", number("/memory")? / f64::from(1 << 20), "MiB", Budget::AtMost(120.0), None, &note),
            figure(
                "swarm-pictures",
                number("/seen/painted")? / number("/seen/seconds")?,
                "/s",
                Budget::AtLeast(30.0),
                None,
                &watched,
            ),
            figure(
                "swarm-long-tasks",
                number("/seen/long")?,
                "tasks",
                Budget::AtMost(0.0),
                None,
                "of the page, longer than 50 ms",
            ),
        ])
    }

    /// Lets a browser search all schedules of at most so many faults.
    fn search(&self, name: &'static str, faults: u8, budget: f64) -> Result<Figure> {
        run::step(&format!("searching all schedules of {faults} faults"));
        let mut measure = measure(self.project, &self.browser)?;
        measure.args(["search", SEARCH, &faults.to_string()]).env("SITE_DIR", &self.out);
        let found: Value = serde_json::from_str(&run::output(&mut measure, "searching in a browser")?)?;
        let number = |key: &str| found[key].as_f64().with_context(|| format!("measure printed no {key}: {found}"));
        let notes = vec![
            format!("median of 5, in a worker, its start included; {} schedules", number("schedules")?),
            format!("{} tasks of the page took longer than 50 ms while the demo searched", number("long")?),
        ];
        let peer = Some(("native, same machine", number("native")?));
        let value = number("browser")?;
        Ok(Figure { name, value, unit: "ms", budget: Budget::AtMost(budget), peer, notes })
    }
}

/// What protobufjs takes to parse the schema and to encode and decode the message, in milliseconds.
fn protobufjs(project: &Project, case: &str) -> Result<f64> {
    tools::node()?;
    let folder = project.target.join("bench/protobufjs");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if !folder.join("node_modules/protobufjs").is_dir() {
        run::step("installing protobufjs");
        let mut npm = Command::new("npm");
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).arg(PROTOBUFJS);
        npm.stdin(Stdio::null()).stdout(std::io::stderr());
        run::run(&mut npm, "npm install protobufjs")?;
    }
    fs::write(folder.join("case.json"), case).context("cannot write a case")?;
    let script = project.root.join("demos/wire/benches/protobufjs.cjs");
    fs::copy(&script, folder.join("measure.cjs")).with_context(|| format!("cannot copy {}", script.display()))?;
    let mut node = Command::new("node");
    node.arg(folder.join("measure.cjs")).stdin(Stdio::null());
    let told = run::output(&mut node, "protobufjs in Node.js")?;
    told.trim().parse().with_context(|| format!("it printed {told:?}"))
}

/// The search against a model checker: both go through the same graph of states, one after the other.
fn search_states(project: &Project) -> Result<Vec<Figure>> {
    run::step("searching beside stateright");
    let mut bench = project.cargo("bench");
    bench.args(["--package=search", "--bench=states"]);
    let found: Value = serde_json::from_str(&run::output(&mut bench, "cargo bench -p search")?)?;
    let names = [("search-state-retry", "at-least-once"), ("search-state-key", "idempotency-key")];
    let figures = names.map(|(name, semantics)| {
        let rate = |of: &str| {
            let key = format!("{semantics} states/s{of}");
            found[&key].as_f64().with_context(|| format!("the bench printed no {key}: {found}"))
        };
        let (ours, theirs) = (1e6 / rate("")?, 1e6 / rate(", stateright")?);
        let notes = vec![format!("all schedules of three faults under {semantics}; median of 5")];
        let peer = Some(("stateright, one thread, the same graph", theirs));
        Ok(Figure { name, value: ours, unit: "µs", budget: Budget::AtMost(theirs / 2.0), peer, notes })
    });
    figures.into_iter().collect()
}

/// The program that drives the browser.
fn measure(project: &Project, browser: &tools::Browser) -> Result<Command> {
    let mut build = project.cargo("build");
    build.args(["--package=site-tests", "--bin=measure"]).stdout(std::io::stderr());
    run::run(&mut build, "the measuring program")?;
    let artifacts = project.target.join("bench");
    fs::create_dir_all(&artifacts).with_context(|| format!("cannot make {}", artifacts.display()))?;
    let mut command = Command::new(project.program("measure"));
    command.env("CHROMIUM", &browser.chromium).env("CHROMEDRIVER", &browser.chromedriver);
    command.env("SITE_ARTIFACTS", artifacts);
    Ok(command)
}

/// Whether a page without living demos would not fetch it. The loader finds out whether there are any.
fn is_demo(hit: &Sent) -> bool {
    hit.path.contains("/demos/") && !hit.path.contains("/demos/loader-")
}

fn read(name: &'static str, hits: &[Sent]) -> Figure {
    let parts: Vec<&Sent> = hits.iter().filter(|hit| !is_demo(hit)).collect();
    weight(name, &parts, 120.0, ("stock mdBook page, 260 KB", 260.0))
}

/// What the demos add to that.
fn demos(name: &'static str, hits: &[Sent], budget: f64) -> Figure {
    let parts: Vec<&Sent> = hits.iter().filter(|hit| is_demo(hit)).collect();
    weight(name, &parts, budget, ("distributed-systems-visualizer, Raft page, JavaScript and CSS, 235 KB", 235.0))
}

fn interactive(name: &'static str, hits: &[Sent], budget: f64) -> Figure {
    let parts: Vec<&Sent> = hits.iter().collect();
    let peer = ("distributed-systems-visualizer, Raft page, JavaScript and CSS, 235 KB", 235.0);
    weight(name, &parts, budget, peer)
}

/// The sum in KB of 1,000 bytes, and the largest parts of it.
fn weight(name: &'static str, parts: &[&Sent], budget: f64, peer: (&'static str, f64)) -> Figure {
    let mut parts = parts.to_vec();
    parts.sort_by(|a, b| b.bytes.total_cmp(&a.bytes));
    let notes = parts.iter().take(8).map(|part| format!("{:7.1} KB  {}", part.bytes / 1e3, part.path)).collect();
    let value = parts.iter().map(|part| part.bytes).sum::<f64>() / 1e3;
    Figure { name, value, unit: "KB", budget: Budget::AtMost(budget), peer: Some(peer), notes }
}

fn cold_build(project: &Project) -> Result<Figure> {
    let clone = project.target.join("bench/clone");
    if clone.exists() {
        fs::remove_dir_all(&clone).with_context(|| format!("cannot remove {}", clone.display()))?;
    }
    run::step("cloning");
    let mut git = Command::new("git");
    git.args(["clone", "--quiet"]).arg(&project.root).arg(&clone).stdout(std::io::stderr());
    run::run(&mut git, "git clone")?;
    let start = Instant::now();
    let mut build = project.cargo("xtask");
    build.arg("build").current_dir(&clone).env("CARGO_TARGET_DIR", clone.join("target")).stdout(std::io::stderr());
    run::run(&mut build, "cargo xtask build in a clone")?;
    let value = start.elapsed().as_secs_f64();
    fs::remove_dir_all(&clone).with_context(|| format!("cannot remove {}", clone.display()))?;
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let notes =
        vec![format!("last commit, on {cores} cores; crates that cargo had downloaded before were not downloaded")];
    Ok(Figure { name: "cold-build", value, unit: "s", budget: Budget::AtMost(360.0), peer: None, notes })
}

/// The figures in columns, each with its notes below.
fn table(figures: &[Figure]) -> String {
    let rows: Vec<[String; 5]> = figures
        .iter()
        .map(|figure| {
            [
                figure.name.to_owned(),
                format!("{:.1} {}", figure.value, figure.unit),
                match figure.budget {
                    Budget::AtMost(limit) => format!("{limit:.0} {}", figure.unit),
                    Budget::AtLeast(limit) => format!("≥ {limit:.1} {}", figure.unit),
                },
                if figure.within() { "yes".to_owned() } else { "NO".to_owned() },
                match (figure.peer, figure.ratio()) {
                    (Some((peer, _)), Some(ratio)) => format!("{ratio:.2} × {peer}"),
                    _ => "–".to_owned(),
                },
            ]
        })
        .collect();
    let head = ["figure", "value", "budget", "within", "ratio to peer"].map(str::to_owned);
    let widths: Vec<usize> =
        (0..5).map(|i| rows.iter().chain([&head]).map(|row| row[i].chars().count()).max().unwrap_or(0)).collect();
    let line = |row: &[String; 5]| {
        let [name, value, budget, within, peer] = row;
        let text = format!(
            "{name:<0$}  {value:>1$}  {budget:>2$}  {within:<3$}  {peer}",
            widths[0], widths[1], widths[2], widths[3]
        );
        format!("{}\n", text.trim_end())
    };
    let mut text = line(&head);
    for (row, figure) in rows.iter().zip(figures) {
        text.push_str(&line(row));
        for note in &figure.notes {
            text.push_str(&format!("    {note}\n"));
        }
    }
    text
}

/// `value` to a number of decimal places.
fn round(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(path: &str, bytes: f64) -> Sent {
        Sent { path: path.to_owned(), bytes }
    }

    #[test]
    fn reading_needs_no_module() {
        let hits = [
            sent("/time-causality/a.html", 20_000.0),
            sent("/demos/loader-1.js", 1_000.0),
            sent("/demos/calls-glue-1.js", 5_000.0),
            sent("/demos/calls-1.wasm", 150_000.0),
        ];
        assert!((read("lesson-1-read", &hits).value - 21.0).abs() < 1e-9);
        assert!((demos("lesson-3-lab", &hits, 250.0).value - 155.0).abs() < 1e-9);
        assert!((interactive("lesson-1-interactive", &hits, 300.0).value - 176.0).abs() < 1e-9);
    }

    #[test]
    fn figures_as_json_and_as_a_table() {
        let with = Figure {
            name: "a",
            value: 130.0,
            unit: "KB",
            budget: Budget::AtMost(120.0),
            peer: Some(("stock", 260.0)),
            notes: vec![],
        };
        assert_eq!(
            with.json(),
            json!({"name": "a", "value": 130.0, "unit": "KB", "budget": 120.0, "within": false, "peer": "stock", "ratio": 0.5})
        );
        let without = Figure {
            name: "edit",
            value: 1.24,
            unit: "s",
            budget: Budget::AtMost(2.0),
            peer: None,
            notes: vec!["note".into()],
        };
        let fast = Figure { value: 12.34, unit: "M/s", budget: Budget::AtLeast(12.0), ..without.clone() };
        assert!(fast.within() && !Figure { value: 11.9, ..fast.clone() }.within());
        assert_eq!(fast.json()["budget"], 12.0);
        assert_eq!(table(&[fast]).lines().nth(1), Some("edit    12.3 M/s  ≥ 12.0 M/s  yes     –"));
        assert_eq!(without.json()["peer"], Value::Null);
        assert_eq!(without.json()["ratio"], Value::Null);
        assert_eq!(
            table(&[with, without]),
            "figure     value  budget  within  ratio to peer\n\
             a       130.0 KB  120 KB  NO      0.50 × stock\n\
             edit       1.2 s     2 s  yes     –\n    note\n"
        );
    }
}
