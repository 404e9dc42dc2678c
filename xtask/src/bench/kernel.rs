//! The kernel beside other simulators, and beside itself: natively, in Node.js, in a browser's worker.
//!
//! Everyone is a program that is given a line, a model and its size and a number of events, and that answers with
//! the nanoseconds of one event. They are asked by turns, each a few times for about a tenth of a second, so that
//! what else the machine does meets all alike; the best counts.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::{Budget, Figure, Name, measure, round};
use crate::{project::Project, run, tools};

/// The release of SimPy that is measured; NeXosim's is in the lock file of `demos/sim/benches/peers`.
const SIMPY: &str = "simpy==4.1.2";

/// How often it is everyone's turn, and how often they are asked then.
const ROUNDS: usize = 5;
const TURN: usize = 3;

const UNIT: &str = "M events/s";

/// The figures of those names that are wanted.
pub fn figures(project: &Project, wanted: impl Fn(Name) -> bool) -> Result<Vec<Figure>> {
    let mut field = Field::new(project)?;
    let mut figures = vec![];
    let small = [
        (Name::Hold1k, "kernel-hold-1k", "hold", 1_000, 4.0),
        (Name::Mmc1k, "kernel-mmc-1k", "mmc", 1_000, 4.0),
        (Name::Mmc100k, "kernel-mmc-100k", "mmc", 100_000, 10.0),
    ];
    for (name, text, model, size, times) in small {
        if wanted(name) {
            let rates = field.measure(model, size)?;
            figures.push(rates.figure(text, rates.node, NEXOSIM, rates.nexosim, times));
        }
    }
    let many =
        if wanted(Name::Hold100k) || wanted(Name::Hold1m) { Some(field.measure("hold", 100_000)?) } else { None };
    if let Some(rates) = many.as_ref().filter(|_| wanted(Name::Hold100k)) {
        figures.extend([
            rates.figure("kernel-hold-100k-heap", rates.node, "the plain heap, the same module", rates.node_heap, 4.0),
            rates.figure("kernel-hold-100k-nexosim", rates.node, NEXOSIM, rates.nexosim, 15.0),
            rates.figure("kernel-hold-100k-simpy", rates.node, "SimPy 4.1", rates.simpy, 100.0),
            rates.figure("kernel-hold-100k-native", rates.node, "native, same machine", rates.native, 0.7),
            rates.figure("kernel-hold-100k-worker-nexosim", rates.worker, NEXOSIM, rates.nexosim, 20.0),
            rates.figure("kernel-hold-100k-worker-simpy", rates.worker, "SimPy 4.1", rates.simpy, 130.0),
        ]);
    }
    if let Some(rates) = many.filter(|_| wanted(Name::Hold1m)) {
        let more = field.ladder("hold", 1_000_000)?;
        let places = [("kernel-hold-1m", rates.node, more[0]), ("kernel-hold-1m-native", rates.native, more[1])];
        figures.extend(places.map(|(name, at_100k, at_1m)| Figure {
            name,
            value: 1e3 / at_1m,
            unit: "ns",
            budget: Budget::AtMost(2.5e3 / at_100k),
            peer: Some(("an event among 100,000", 1e3 / at_100k)),
            notes: vec![],
        }));
    }
    Ok(figures)
}

const NEXOSIM: &str = "NeXosim 1, native, one thread";

/// What everyone does of one model, in million events a second.
struct Rates {
    /// The ladder in WebAssembly, in Node.js.
    node: f64,
    /// The heap there.
    node_heap: f64,
    /// The ladder in a worker in Chromium.
    worker: f64,
    native: f64,
    native_heap: f64,
    nexosim: f64,
    simpy: f64,
}

impl Rates {
    fn figure(&self, name: &'static str, value: f64, peer: &'static str, theirs: f64, times: f64) -> Figure {
        let tell = |rate: f64| if rate < 1.0 { round(rate, 3) } else { round(rate, 1) };
        let (node, heap, worker) = (tell(self.node), tell(self.node_heap), tell(self.worker));
        let (native, native_heap) = (tell(self.native), tell(self.native_heap));
        let (nexosim, simpy) = (tell(self.nexosim), tell(self.simpy));
        let notes = vec![
            format!("ladder: {native} native, {node} in Node.js, {worker} in a worker of Chromium"),
            format!("heap: {native_heap} native, {heap} in Node.js; NeXosim {nexosim}, SimPy {simpy}"),
        ];
        Figure { name, value, unit: UNIT, budget: Budget::AtLeast(theirs * times), peer: Some((peer, theirs)), notes }
    }
}

/// All that are measured.
struct Field([Runner; 5]);

/// Their places.
const NODE: usize = 0;
const WORKER: usize = 1;
const NATIVE: usize = 2;
const PEER: usize = 3;
const PYTHON: usize = 4;

impl Field {
    /// Builds and installs everything and starts it.
    fn new(project: &Project) -> Result<Self> {
        let folder = project.target.join("bench/kernel");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let benches = project.root.join("demos/sim/benches");
        tools::node()?;
        let browser = tools::browser()?;

        run::step("compiling the kernel's bench");
        let mut build = project.cargo("build");
        build.args(["--package=kernel-module", "--profile=wasm-release", "--target=wasm32-unknown-unknown"]);
        run::run(&mut build, "the kernel as a module")?;
        let module = project.target.join("wasm32-unknown-unknown/wasm-release/kernel_module.wasm");
        let script = benches.join("module/measure.js");
        for (from, to) in [(&module, "kernel.wasm"), (&script, "kernel.js")] {
            fs::copy(from, folder.join(to)).with_context(|| format!("cannot copy {}", from.display()))?;
        }
        fs::write(folder.join("index.html"), "<!doctype html><title>Kernel</title>").context("cannot write a page")?;
        let mut node = Command::new("node");
        node.args([&folder.join("kernel.js"), &folder.join("kernel.wasm")]);

        let mut worker = measure(project, &browser)?;
        worker.arg("kernel").env("SITE_DIR", &folder);

        let mut native = project.cargo("bench");
        native.args(["--quiet", "--package=sim", "--bench=kernel"]);

        run::step("compiling NeXosim; the first time it is downloaded");
        let target = project.target.join("bench/peers");
        let mut build = project.cargo("build");
        build.args(["--release", "--locked", "--bin=kernel-peers"]);
        build.arg("--manifest-path").arg(benches.join("peers/Cargo.toml")).env("CARGO_TARGET_DIR", &target);
        run::run(&mut build, "NeXosim on the kernel's models")?;
        let nexosim = Command::new(target.join("release").join(format!("kernel-peers{}", env::consts::EXE_SUFFIX)));

        let mut simpy = Command::new(python(project)?);
        simpy.arg(benches.join("peers/simpy_models.py"));

        Ok(Self([
            Runner::start("the module in Node.js", node)?,
            Runner::start("the module in a browser", worker)?,
            Runner::start("cargo bench -p sim", native)?,
            Runner::start("NeXosim", nexosim)?,
            Runner::start("SimPy", simpy)?,
        ]))
    }

    /// Everyone on that model.
    fn measure(&mut self, model: &str, size: u32) -> Result<Rates> {
        run::step(&format!("{model} with {size}: everyone, by turns"));
        let (ladder, heap) = (format!("{model} ladder {size}"), format!("{model} heap {size}"));
        let other = format!("{model} {size}");
        let mut taken = [const { vec![] }; 7];
        let mut prints = [const { vec![] }; 5];
        for round in 0..=ROUNDS {
            let first = round == 0;
            let plan = [
                (NODE, &ladder, 2_000_000),
                (WORKER, &ladder, 2_000_000),
                (NATIVE, &ladder, 2_000_000),
                (NODE, &heap, 400_000),
                (NATIVE, &heap, 400_000),
                (PEER, &other, 100_000),
                (PYTHON, &other, 40_000),
            ];
            for (place, (runner, name, events)) in plan.into_iter().enumerate() {
                let runner = &mut self.0[runner];
                let (nanoseconds, fingerprint) = runner.turn(name, events, if first { size } else { 0 })?;
                if !first {
                    taken[place].extend(nanoseconds);
                }
                if let Some(print) = prints.get_mut(place) {
                    print.push(fingerprint);
                }
            }
        }
        ensure!(
            prints[0] == prints[1] && prints[0] == prints[2] && prints[3] == prints[4],
            "{model} with {size}: not all of ours did the same"
        );
        let [node, worker, native, node_heap, native_heap, nexosim, simpy] = taken.map(rate);
        Ok(Rates { node, node_heap, worker, native, native_heap, nexosim, simpy })
    }

    /// The ladder in Node.js and natively.
    fn ladder(&mut self, model: &str, size: u32) -> Result<[f64; 2]> {
        run::step(&format!("{model} with {size}: the ladder"));
        let name = format!("{model} ladder {size}");
        let mut taken = [vec![], vec![]];
        for round in 0..=ROUNDS {
            for (runner, taken) in [NODE, NATIVE].into_iter().zip(&mut taken) {
                let (nanoseconds, _) = self.0[runner].turn(&name, 2_000_000, if round == 0 { size } else { 0 })?;
                if round > 0 {
                    taken.extend(nanoseconds);
                }
            }
        }
        Ok(taken.map(rate))
    }
}

/// Million events a second, from nanoseconds for each: the best, because what else the machine does
/// only ever takes time.
fn rate(nanoseconds: Vec<f64>) -> f64 {
    1e3 / nanoseconds.iter().copied().fold(f64::INFINITY, f64::min)
}

/// A Python that has SimPy, installed under the target directory.
fn python(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("bench/simpy");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let done = folder.join("installed.txt");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == SIMPY) {
        return Ok(python);
    }
    run::step("installing SimPy");
    let mut venv = Command::new(if cfg!(windows) { "python" } else { "python3" });
    venv.args(["-m", "venv", "--clear"]).arg(&folder).stdout(std::io::stderr());
    run::run(&mut venv, "python3 -m venv")
        .context("SimPy needs Python 3.8 or newer with venv and pip (Debian: apt-get install python3 python3-venv)")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SIMPY]).stdout(std::io::stderr());
    run::run(&mut pip, "pip install simpy")?;
    fs::write(&done, SIMPY).with_context(|| format!("cannot write {}", done.display()))?;
    Ok(python)
}

/// A program that answers lines.
struct Runner {
    what: &'static str,
    child: Child,
    // Closed first of all when dropped: then the program ends.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Runner {
    fn start(what: &'static str, mut command: Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {what}"))?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().with_context(|| format!("{what}: no output"))?);
        Ok(Self { what, child, input, output })
    }

    /// Its turn: asks it several times, of which the first is not told, because the caches are still full of what
    /// others did. Before that `size` events twice, so that they are spread over the memory as they are in the
    /// long run. Returns the nanoseconds of each, and the last fingerprint.
    fn turn(&mut self, model: &str, events: u64, size: u32) -> Result<(Vec<f64>, String)> {
        if size > 0 {
            self.ask(model, 4 * u64::from(size) + events)?;
            self.ask(model, 4 * u64::from(size) + events)?;
        }
        let (_, mut last) = self.ask(model, events)?;
        let mut taken = vec![];
        for _ in 0..TURN {
            let (nanoseconds, fingerprint) = self.ask(model, events)?;
            taken.push(nanoseconds);
            last = fingerprint;
        }
        Ok((taken, last))
    }

    /// Has so many events done; returns the nanoseconds of each, and the fingerprint, if there is one.
    fn ask(&mut self, model: &str, events: u64) -> Result<(f64, String)> {
        let what = self.what;
        let input = self.input.as_mut().with_context(|| format!("{what} is closed"))?;
        writeln!(input, "{model} {events}")
            .and_then(|()| input.flush())
            .with_context(|| format!("{what} has ended"))?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).with_context(|| format!("{what} does not answer"))?;
        let (nanoseconds, fingerprint) = answer.trim().split_once(' ').unwrap_or((answer.trim(), ""));
        let nanoseconds = nanoseconds.parse().with_context(|| format!("{what} answered {answer:?}"))?;
        Ok((nanoseconds, fingerprint.to_owned()))
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        drop(self.input.take());
        // It has nothing left to read and so ends by itself, the browser after cleaning up.
        let _ = self.child.wait();
    }
}
