//! The compiled demos as the browser gets them: wasm-bindgen run in process over each bundle, its
//! result kept until the bundle's module changes, and the files' names made from their contents.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use wasm_bindgen_cli_support::Bindgen;

use widgets::chrome::registry::Entry;

use crate::{
    figures::Figure,
    files::{hash, read, remove_dir, write},
};

/// Counts up when what is kept would look otherwise for the same module.
const FORMAT: u32 = 2;

/// The folder of the scripts and the module in the output.
pub const FOLDER: &str = "demos";

/// What brings figures to life, carried by this program: any book can have figures, whatever its theme.
const LOADER: &str = include_str!("../../../demos/widgets/runtime/loader.js");
const WORKER: &str = include_str!("../../../demos/widgets/runtime/worker.js");
const EMBED: &str = include_str!("../../../demos/widgets/runtime/embed.js");

/// The names of the demos' files in the output, all in [`FOLDER`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scripts {
    /// Finds a page's demos and starts them.
    pub loader: String,
    /// Runs a demo's long computation beside the page.
    pub worker: String,
    /// What an embed page needs besides.
    pub embed: String,
    /// The bundles, in the order of their names.
    pub bundles: Vec<Bundle>,
    /// The names of the bundles that show a demo and compute for it, by the demo's name.
    pub needs: BTreeMap<&'static str, [&'static str; 2]>,
}

/// The names of one bundle's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// What the registry calls it.
    pub name: String,
    /// wasm-bindgen's JavaScript, as a function that makes an instance.
    pub glue: String,
    /// The module.
    pub wasm: String,
    /// The module as base64 in a script, for where `fetch` is refused.
    pub inlined: String,
}

impl Scripts {
    /// The tag that brings the figures of a page to life; `root` leads from the page to the site's root. It names the
    /// modules of these figures only, so that a page does not change with those of others. `on_demand`: they come to life
    /// when they are asked for, and not when they come near.
    pub fn tag<'a>(&self, root: &str, on_demand: bool, figures: impl IntoIterator<Item = &'a Figure>) -> String {
        let wanted: BTreeSet<&str> =
            figures.into_iter().filter_map(|figure| self.needs.get(figure.name)).flatten().copied().collect();
        let bundles: String = self
            .bundles
            .iter()
            .filter(|bundle| wanted.contains(&*bundle.name))
            .map(|Bundle { name, glue, wasm, inlined }| format!(" data-{name}=\"{glue} {wasm} {inlined}\""))
            .collect();
        format!(
            "<script defer src=\"{root}{FOLDER}/{}\" data-worker=\"{}\"{bundles}{}></script>",
            self.loader,
            self.worker,
            if on_demand { " data-on-demand" } else { "" }
        )
    }
}

/// One bundle's files, ready to be copied.
#[derive(Clone, Debug)]
pub struct Module {
    folder: PathBuf,
    names: Bundle,
}

/// Runs wasm-bindgen over the module `<bundle>.wasm` in the folder `wasm`, or takes what an earlier
/// build kept in `cache`. A release loses the functions' names, which only backtraces need.
///
/// # Errors
///
/// If the module is missing or is not one of this wasm-bindgen's.
pub fn build(bundle: &str, wasm: &Path, release: bool, cache: &Path) -> Result<Module> {
    let wasm = wasm.join(bundle).with_extension("wasm");
    let cache = cache.join(bundle);
    let describe = || {
        format!(
            "cannot read the compiled demos at {}: build them first, with `cargo xtask build` or \
             `cargo build -p widgets --target wasm32-unknown-unknown --examples --features hydrate`; \
             a new bundle also needs its entry in demos/widgets/Cargo.toml",
            wasm.display()
        )
    };
    let meta = fs::metadata(&wasm).with_context(describe)?;
    // Reading and hashing ten megabytes at every edit of a lesson would be felt: time and length tell
    // whether it is the file that was hashed last.
    let seen = format!("{FORMAT} {release} {} {:?} {:?}", meta.len(), meta.modified()?, wasm);
    let seen_file = cache.join(if release { "seen-release" } else { "seen-dev" });
    let last = fs::read_to_string(&seen_file).unwrap_or_default();
    if let Some((kept, key)) = last.split_once('\n')
        && kept == seen
        && let Ok(module) = Module::open(bundle, &cache.join(key))
    {
        return Ok(module);
    }
    let bytes = fs::read(&wasm).with_context(describe)?;
    let key = format!("{}-{}", if release { "release" } else { "dev" }, hash(&bytes));
    let folder = cache.join(&key);
    let module = match Module::open(bundle, &folder) {
        Ok(module) => module,
        Err(_) => {
            // Only the newest is worth keeping.
            if let Ok(entries) = fs::read_dir(&cache) {
                for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
                    if entry.file_name().to_string_lossy().starts_with(&key[..3]) {
                        remove_dir(&entry.path())?;
                    }
                }
            }
            bind(bundle, bytes, release, &folder).with_context(|| {
                format!(
                    "wasm-bindgen cannot read {}: the module and the builder must have the same \
                     version of wasm-bindgen, which is set in one place in Cargo.toml",
                    wasm.display()
                )
            })?;
            Module::open(bundle, &folder)?
        }
    };
    write(&seen_file, format!("{seen}\n{key}"))?;
    Ok(module)
}

fn bind(bundle: &str, bytes: Vec<u8>, release: bool, folder: &Path) -> Result<()> {
    let mut output = Bindgen::new()
        .input_bytes(bundle, bytes)
        .no_modules(true)?
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(release)
        .remove_producers_section(true)
        .generate_output()?;
    let glue = wrap(&compact(output.js()));
    let wasm = output.wasm_mut().emit_wasm();
    let inlined = format!("window.demosInlined = \"{}\";\n", STANDARD.encode(&wasm));
    let name = |what: &str, content: &[u8], ending: &str| format!("{bundle}{what}-{}.{ending}", hash(content));
    let names = [
        (name("-glue", glue.as_bytes(), "js"), glue.into_bytes()),
        (name("-inlined", inlined.as_bytes(), "js"), inlined.into_bytes()),
        (name("", &wasm, "wasm"), wasm),
    ];
    for (name, content) in &names {
        write(&folder.join(name), content)?;
    }
    // Written last: a folder with this file is whole.
    let list: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    write(&folder.join("names"), list.join("\n"))
}

/// wasm-bindgen's script as a function: each call makes an instance of its own, so that a demo that
/// panics takes no other with it. Workers have no `window`.
fn wrap(glue: &str) -> String {
    format!("globalThis.demosGlue = function () {{\n{glue}\n;return wasm_bindgen;\n}};\n")
}

/// A script without indentation, empty lines and comments that have lines of their own:
/// a sixth of what a reader fetches of it. A script with a template literal over several lines stays as
/// it is.
pub fn compact(script: &str) -> String {
    if script.lines().any(|line| !line.matches('`').count().is_multiple_of(2)) {
        return script.to_owned();
    }
    let mut compact = String::with_capacity(script.len());
    let mut comment = false;
    for line in script.lines().map(str::trim) {
        comment |= line.starts_with("/*");
        if !comment && !line.is_empty() && !line.starts_with("//") {
            compact.push_str(line);
            compact.push('\n');
        }
        comment &= !line.ends_with("*/");
    }
    compact
}

impl Module {
    fn open(bundle: &str, folder: &Path) -> Result<Self> {
        let names = read(&folder.join("names"))?;
        let [glue, inlined, wasm] = names
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_: Vec<String>| anyhow::anyhow!("{} is not whole", folder.display()))?;
        Ok(Self { folder: folder.to_owned(), names: Bundle { name: bundle.to_owned(), glue, wasm, inlined } })
    }
}

/// Copies the bundles' files and the scripts that start them into the output. `entries` are the demos that the bundles hold.
///
/// # Errors
///
/// If a file cannot be written.
pub fn install(modules: &[Module], entries: &[Entry], out: &Path) -> Result<Scripts> {
    let out = out.join(FOLDER);
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    for Module { folder, names } in modules {
        for name in [&names.glue, &names.wasm, &names.inlined] {
            fs::copy(folder.join(name), out.join(name))
                .with_context(|| format!("cannot write {}", out.join(name).display()))?;
        }
    }
    let script = |stem: &str, text: &str| {
        let text = compact(text);
        let name = format!("{stem}-{}.js", hash(text.as_bytes()));
        write(&out.join(&name), text)?;
        anyhow::Ok(name)
    };
    Ok(Scripts {
        loader: script("loader", LOADER)?,
        worker: script("worker", WORKER)?,
        embed: script("embed", EMBED)?,
        bundles: modules.iter().map(|module| module.names.clone()).collect(),
        needs: entries.iter().map(|entry| (entry.name, [entry.bundle, entry.engine])).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn a_compact_script_keeps_its_code_and_loses_its_comments() {
        let script = "/**\n * What it does.\n */\nfunction f() {\n    // why\n    return 'a // b'; // here\n}\n\n";
        assert_eq!(compact(script), "function f() {\nreturn 'a // b'; // here\n}\n");
        assert_eq!(compact("/* one line */\nlet a = `x`;\n"), "let a = `x`;\n");
        let several_lines = "let a = `\n  // text\n`;\n";
        assert_eq!(compact(several_lines), several_lines);
    }
}
