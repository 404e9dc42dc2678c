//! What the tests need besides Rust: found, fetched where that can be done, or else named.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{project::Project, run};

/// A browser and the driver of its version.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Chromium or Chrome.
    pub chromium: PathBuf,
    /// Its ChromeDriver.
    pub chromedriver: PathBuf,
}

/// Where browsers are that are on no path.
const CHROMIUM_PLACES: [&str; 3] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/opt/google/chrome/chrome",
];
const CHROMIUM_NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const CHROMEDRIVER_PLACES: [&str; 2] = ["/usr/lib/chromium-browser/chromedriver", "/usr/lib/chromium/chromedriver"];

/// The browser to test in: `CHROMIUM` and `CHROMEDRIVER`, or what is installed, or Debian's packages.
pub fn browser() -> Result<Browser> {
    let lacking = match find_browser()? {
        Ok(browser) => return Ok(browser),
        Err(lacking) => lacking,
    };
    let installed = install(&["chromium", "chromium-driver"]);
    if installed.is_ok()
        && let Ok(browser) = find_browser()?
    {
        return Ok(browser);
    }
    bail!(
        "the tests need a browser: {lacking}.\n\
         Debian: apt-get install chromium chromium-driver\n\
         Elsewhere: Google Chrome, and the ChromeDriver of the same version from \
         https://googlechromelabs.github.io/chrome-for-testing/\n\
         If they are on no path, name them: CHROMIUM=/path/to/chrome CHROMEDRIVER=/path/to/chromedriver{}",
        installed.err().map_or_else(String::new, |error| format!("\nTried: {error:#}"))
    )
}

/// A pair of one version, or what is lacking.
fn find_browser() -> Result<Result<Browser, String>> {
    let chromium = named("CHROMIUM")?
        .or_else(|| CHROMIUM_NAMES.iter().find_map(on_path))
        .or_else(|| CHROMIUM_PLACES.iter().map(PathBuf::from).find(|path| path.is_file()));
    let chromedriver = named("CHROMEDRIVER")?
        .or_else(|| on_path("chromedriver"))
        // GitHub's machines have it there.
        .or_else(|| {
            Some(PathBuf::from(env::var_os("CHROMEWEBDRIVER")?).join("chromedriver")).filter(|path| path.is_file())
        })
        .or_else(|| CHROMEDRIVER_PLACES.iter().map(PathBuf::from).find(|path| path.is_file()));
    let (chromium, chromedriver) = match (chromium, chromedriver) {
        (Some(chromium), Some(chromedriver)) => (chromium, chromedriver),
        (None, _) => return Ok(Err("neither Chromium nor Chrome is installed".to_owned())),
        (Some(chromium), None) => {
            return Ok(Err(format!("{} is there, but no chromedriver", chromium.display())));
        }
    };
    let (browser, driver) = (major_version(&chromium)?, major_version(&chromedriver)?);
    if browser != driver {
        return Ok(Err(format!(
            "{} is of version {browser}, but {} of version {driver}",
            chromium.display(),
            chromedriver.display()
        )));
    }
    Ok(Ok(Browser { chromium, chromedriver }))
}

/// The oldest Firefox that is driven: its WebDriver BiDi prints, and says all that the tests ask for.
const FIREFOX: u32 = 128;
const FIREFOX_NAMES: [&str; 2] = ["firefox-esr", "firefox"];
const FIREFOX_PLACES: [&str; 1] = ["/Applications/Firefox.app/Contents/MacOS/firefox"];

/// Firefox: `FIREFOX`, or what is installed, or Debian's package; without one, what is lacking and what to do.
pub fn firefox() -> Result<Result<PathBuf, String>> {
    let lacking = match find_firefox()? {
        Ok(firefox) => return Ok(Ok(firefox)),
        Err(lacking) => lacking,
    };
    let installed = install(&["firefox-esr"]);
    if installed.is_ok()
        && let Ok(firefox) = find_firefox()?
    {
        return Ok(Ok(firefox));
    }
    Ok(Err(format!(
        "{lacking}.\n\
         Debian: apt-get install firefox-esr\n\
         Elsewhere: https://www.mozilla.org/firefox/\n\
         If it is on no path, name it: FIREFOX=/path/to/firefox{}",
        installed.err().map_or_else(String::new, |error| format!("\nTried: {error:#}"))
    )))
}

fn find_firefox() -> Result<Result<PathBuf, String>> {
    let found = named("FIREFOX")?
        .or_else(|| FIREFOX_NAMES.iter().find_map(on_path))
        .or_else(|| FIREFOX_PLACES.iter().map(PathBuf::from).find(|path| path.is_file()));
    let Some(firefox) = found else { return Ok(Err("Firefox is not installed".to_owned())) };
    let version = major_version(&firefox)?;
    Ok(if version < FIREFOX {
        Err(format!("{} is of version {version}, and the tests need {FIREFOX} or newer", firefox.display()))
    } else {
        Ok(firefox)
    })
}

/// The driver of WebKit's GTK port, and the server of a screen that nobody sees.
#[derive(Clone, Debug)]
pub struct WebKit {
    /// WebKitWebDriver.
    pub driver: PathBuf,
    /// Xvfb.
    pub xvfb: PathBuf,
}

/// WebKit: `WEBKIT_DRIVER` and `XVFB`, or what is installed, or the packages of Debian and Ubuntu; without it, what is
/// lacking and what to do.
pub fn webkit() -> Result<Result<WebKit, String>> {
    if !cfg!(target_os = "linux") {
        return Ok(Err("the WebKit that the tests can drive, its GTK port, exists on Linux only.".to_owned()));
    }
    let lacking = match find_webkit()? {
        Ok(webkit) => return Ok(Ok(webkit)),
        Err(lacking) => lacking,
    };
    let installed = install(&["webkit2gtk-driver", "xvfb"]);
    if installed.is_ok()
        && let Ok(webkit) = find_webkit()?
    {
        return Ok(Ok(webkit));
    }
    Ok(Err(format!(
        "{lacking}.\n\
         Debian, Ubuntu: apt-get install webkit2gtk-driver xvfb\n\
         Elsewhere: WebKitGTK with its WebKitWebDriver and MiniBrowser, and Xvfb\n\
         If they are on no path, name them: WEBKIT_DRIVER=/path/to/WebKitWebDriver XVFB=/path/to/Xvfb{}",
        installed.err().map_or_else(String::new, |error| format!("\nTried: {error:#}"))
    )))
}

fn find_webkit() -> Result<Result<WebKit, String>> {
    let driver = named("WEBKIT_DRIVER")?.or_else(|| on_path("WebKitWebDriver"));
    let xvfb = named("XVFB")?.or_else(|| on_path("Xvfb"));
    Ok(match (driver, xvfb) {
        (Some(driver), Some(xvfb)) => Ok(WebKit { driver, xvfb }),
        (None, _) => Err("WebKitWebDriver is not installed".to_owned()),
        (Some(_), None) => Err("Xvfb is not installed".to_owned()),
    })
}

/// The program that a variable names; a wrong name is an error, not a reason to look elsewhere.
fn named(variable: &str) -> Result<Option<PathBuf>> {
    let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(&value);
    match if path.is_file() { Some(path) } else { on_path(&value) } {
        Some(path) => Ok(Some(path)),
        None => bail!("{variable} names {}, which is no program", value.display()),
    }
}

fn on_path(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let name = format!("{}{}", name.as_ref().to_str()?, env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&name)).find(|path| path.is_file())
}

/// The first number in what `program --version` prints.
fn major_version(program: &Path) -> Result<u32> {
    let what = format!("{} --version", program.display());
    let text = run::output(Command::new(program).arg("--version").stdin(Stdio::null()), &what)?;
    first_number(&text).with_context(|| format!("{what} names no version: {}", text.trim()))
}

fn first_number(text: &str) -> Option<u32> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
    digits.parse().ok()
}

/// Installs Debian packages, where that is allowed.
fn install(packages: &[&str]) -> Result<()> {
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if on_path("apt-get").is_none() {
        bail!("there is no apt-get on this system");
    }
    let snap = packages.iter().find(|package| ["chromium", "firefox-esr"].contains(package));
    if let Some(package) = snap.filter(|_| system.lines().any(|line| line == "ID=ubuntu")) {
        // What Ubuntu has of it is a snap, which a service or a container cannot start.
        bail!("Ubuntu has no package {package} that runs everywhere");
    }
    let root = run::output(Command::new("id").arg("-u"), "id -u")?.trim() == "0";
    let allowed = root
        || Command::new("sudo")
            .args(["-n", "true"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success());
    if !allowed {
        bail!("installing {} needs root, or sudo without a password", packages.join(" "));
    }
    run::step(&format!("installing {}", packages.join(", ")));
    let apt = |arguments: &[&str]| {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.args(["-n", "--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        }
        // To standard error: standard output belongs to the tests.
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(std::io::stderr());
        run::run(&mut command, &format!("apt-get {}", arguments.join(" ")))
    };
    apt(&["update", "-q"])?;
    apt(&[&["install", "-q", "-y", "--no-install-recommends"], packages].concat())
}

/// The npm packages of `tests/package.json`, installed under the target directory; returns their
/// `node_modules`. They test the site, and none of them becomes part of it.
pub fn node_modules(project: &Project) -> Result<PathBuf> {
    node()?;
    let folder = project.target.join("npm");
    let modules = folder.join("node_modules");
    let done = folder.join("installed-lock.json");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let tests = project.root.join("tests");
    let lock = fs::read(tests.join("package-lock.json")).context("cannot read tests/package-lock.json")?;
    if fs::read(&done).is_ok_and(|installed| installed == lock) {
        return Ok(modules);
    }
    run::step("installing the npm packages of the tests");
    for name in ["package.json", "package-lock.json"] {
        fs::copy(tests.join(name), folder.join(name)).with_context(|| format!("cannot copy tests/{name}"))?;
    }
    let mut command = Command::new("npm");
    command.args(["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]).current_dir(&folder);
    command.stdin(Stdio::null()).stdout(std::io::stderr());
    run::run(&mut command, "npm ci in target/npm")?;
    fs::write(&done, lock).with_context(|| format!("cannot write {}", done.display()))?;
    Ok(modules)
}

/// The oldest Python that the packages run on.
const PYTHON: (u32, u32) = (3, 10);

/// A Python with the encodings that `wire` is held against (`demos/wire/tests/oracle/requirements.txt`).
pub fn oracle(project: &Project) -> Result<PathBuf> {
    let what = "compare with Google's protobuf";
    python(project, "oracle", "demos/wire/tests/oracle/requirements.txt", what)
}

/// A Python with what packages are held against: a validator of XML schemas, and a host of SCORM packages
/// (`tests/tests/lms/requirements.txt`).
pub fn lms(project: &Project) -> Result<PathBuf> {
    python(project, "lms-python", "tests/tests/lms/requirements.txt", "upload packages to a SCORM host")
}

/// A Python with some packages, in a virtual environment `name` under the target directory; returns its interpreter.
/// None of it becomes part of the site. `what` is what the tests need it for.
fn python(project: &Project, name: &str, requirements: &str, what: &str) -> Result<PathBuf> {
    let folder = project.target.join(name);
    let interpreter = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let interpreter = folder.join(interpreter);
    let done = folder.join("installed-requirements.txt");
    let requirements = project.root.join(requirements);
    let wanted = fs::read(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    // The interpreter is a link: it is gone if the Python that it was made from is.
    if interpreter.is_file() && fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(interpreter);
    }
    let lacking = match virtual_environment(&folder)? {
        Ok(()) => None,
        Err(lacking) => {
            let installed = install(&["python3", "python3-venv"]);
            if installed.is_ok() && virtual_environment(&folder)?.is_ok() {
                None
            } else {
                let tried = installed.err().map_or_else(String::new, |error| format!("\nTried: {error:#}"));
                Some(format!("{lacking}{tried}"))
            }
        }
    };
    if let Some(lacking) = lacking {
        let (major, minor) = PYTHON;
        bail!(
            "the tests {what}, and need Python {major}.{minor} or newer with venv for it.\n\
             Debian, Ubuntu: apt-get install python3 python3-venv\n\
             Elsewhere: https://www.python.org\n\
             If it is on no path, name it: PYTHON=/path/to/python3\n{lacking}"
        );
    }
    run::step(&format!("installing what the tests need to {what}"));
    let mut pip = Command::new(&interpreter);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&requirements);
    pip.stdin(Stdio::null()).stdout(std::io::stderr());
    run::run(&mut pip, &format!("pip install in target/{name}"))?;
    fs::write(&done, wanted).with_context(|| format!("cannot write {}", done.display()))?;
    Ok(interpreter)
}

/// Makes a virtual environment anew, or says what is lacking.
fn virtual_environment(folder: &Path) -> Result<Result<(), String>> {
    let Some(python) = named("PYTHON")?.or_else(|| ["python3", "python"].iter().find_map(on_path)) else {
        return Ok(Err("neither python3 nor python is installed".to_owned()));
    };
    let (major, minor) = PYTHON;
    let check = format!("import sys; sys.exit(sys.version_info < ({major}, {minor}))");
    let new_enough = Command::new(&python).args(["-c", &check]).stdin(Stdio::null()).status();
    if !new_enough.is_ok_and(|status| status.success()) {
        return Ok(Err(format!("{} is older, or does not start", python.display())));
    }
    run::step("making a Python environment");
    let output = Command::new(&python).args(["-m", "venv", "--clear"]).arg(folder).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot start {}", python.display()))?;
    Ok(if output.status.success() {
        Ok(())
    } else {
        // Debian's Python says on standard output that its venv is a package of its own.
        let told = [output.stdout, output.stderr].concat();
        Err(format!("{} -m venv: {}", python.display(), String::from_utf8_lossy(&told).trim()))
    })
}

/// A C++ compiler, which libFuzzer is compiled with: found, or installed where that can be done.
pub fn cpp() -> Result<()> {
    let find = || -> Result<bool> {
        Ok(named("CXX")?.is_some() || ["c++", "g++", "clang++"].iter().any(|name| on_path(name).is_some()))
    };
    if find()? {
        return Ok(());
    }
    let installed = install(&["g++"]);
    if installed.is_ok() && find()? {
        return Ok(());
    }
    bail!(
        "fuzzing needs a C++ compiler, for libFuzzer.\n\
         Debian, Ubuntu: apt-get install g++\n\
         macOS: xcode-select --install\n\
         If it is on no path, name it: CXX=/path/to/c++{}",
        installed.err().map_or_else(String::new, |error| format!("\nTried: {error:#}"))
    )
}

/// The oldest Node.js that html-validate runs on.
const NODE: u32 = 18;

/// Finds Node.js, or installs it where that can be done.
pub fn node() -> Result<()> {
    let lacking = match find_node()? {
        Ok(()) => return Ok(()),
        Err(lacking) => lacking,
    };
    let installed = install(&["nodejs", "npm"]);
    if installed.is_ok() && find_node()?.is_ok() {
        return Ok(());
    }
    bail!(
        "the tests and the bench need Node.js {NODE} or newer with npm: {lacking}.\n\
         Debian 12 or newer, Ubuntu 24.04 or newer: apt-get install nodejs npm\n\
         Elsewhere: https://nodejs.org{}",
        installed.err().map_or_else(String::new, |error| format!("\nTried: {error:#}"))
    )
}

fn find_node() -> Result<Result<(), String>> {
    match Command::new("node").arg("--version").stderr(Stdio::null()).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Err("node is not installed".to_owned()));
        }
        Err(error) => return Err(error).context("cannot start node"),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            if first_number(&text).is_none_or(|version| version < NODE) {
                return Ok(Err(format!("node is {}", text.trim())));
            }
        }
    }
    Ok(if on_path("npm").is_some() { Ok(()) } else { Err("npm is not installed".to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::first_number;

    #[test]
    fn versions_are_read() {
        assert_eq!(first_number("Chromium 156.0.8078.73 built on Debian"), Some(156));
        assert_eq!(first_number("ChromeDriver 156.0.8078.73 (abc)"), Some(156));
        assert_eq!(first_number("Mozilla Firefox 153.8.0esr"), Some(153));
        assert_eq!(first_number("v20.20.2\n"), Some(20));
        assert_eq!(first_number("none"), None);
    }
}
