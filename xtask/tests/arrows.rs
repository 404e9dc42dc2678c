//! Arrows between the crates, and between the folders of one crate, run one way: what a file names in the workspace is
//! held against one table.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Every room with the rooms that its files may name, each with all rooms in it; a file may always name its own room.
///
/// A room is a folder or a file, by its path without `.rs`; a file belongs to the longest that fits. `*` stands for the
/// name of any one folder: each is a room of its own, and none may name another. A room names those above it only, so
/// that no arrows can run in a circle.
#[rustfmt::skip]
const ROOMS: &[(&str, &[&str])] = &[
    ("demos/sim/src", &[]),
    ("demos/protocols/src", &["demos/sim/src"]),
    // No architecture names another, and what they have in common names none.
    ("demos/architectures/src/live", &["demos/sim/src"]),
    ("demos/architectures/src/parts", &["demos/architectures/src/live", "demos/sim/src"]),
    ("demos/architectures/src/distribution", &["demos/sim/src"]),
    ("demos/architectures/src/*", &[
        "demos/architectures/src/parts", "demos/architectures/src/live", "demos/architectures/src/distribution", "demos/sim/src",
    ]),
    ("demos/architectures/src/spread", &[
        "demos/architectures/src/*", "demos/architectures/src/live", "demos/architectures/src/distribution", "demos/sim/src",
    ]),
    ("demos/architectures/src/list", &["demos/architectures/src/*", "demos/architectures/src/live", "demos/sim/src"]),
    ("demos/architectures/src/lib", &["demos/architectures/src/list"]),
    ("demos/search/src", &["demos/protocols/src", "demos/sim/src"]),
    ("demos/wire/src", &["demos/sim/src"]),
    ("demos/widgets/src/chrome", &["demos/sim/src"]),
    ("demos/widgets/src/stages/*", &["demos/widgets/src/chrome", "demos/architectures/src", "demos/sim/src"]),
    ("demos/widgets/src/stages/mod", &["demos/widgets/src/stages/*"]),
    ("demos/widgets/src/labs/*", &[
        "demos/widgets/src/stages/*", "demos/widgets/src/chrome",
        "demos/search/src", "demos/protocols/src", "demos/architectures/src", "demos/wire/src", "demos/sim/src",
    ]),
    ("demos/widgets/src/labs/mod", &["demos/widgets/src/labs/*"]),
    ("demos/widgets/src/bundles", &["demos/widgets/src/labs/*", "demos/widgets/src/stages/*", "demos/widgets/src/chrome"]),
    ("demos/widgets/src", &["demos/widgets/src/bundles"]),
    ("demos/widgets/bundles", &["demos/widgets/src"]),

    // The index of the search knows nothing of the builder, which makes it.
    ("book-index/src/scripts", &[]),
    ("book-index/src/texts", &[]),
    ("book-index/src/words", &["book-index/src/scripts"]),
    ("book-index/src", &["book-index/src/words", "book-index/src/texts"]),

    // The builder. What stands in no folder is for all of them.
    ("mdbook-demos/src/html", &[]),
    ("mdbook-demos/src/files", &[]),
    ("mdbook-demos/src/store", &[]),
    ("mdbook-demos/src/threads", &[]),
    ("mdbook-demos/src/chapters", &[]),
    ("mdbook-demos/src/diagnostics", &["demos/widgets/src"]),
    ("mdbook-demos/src/figures", &["mdbook-demos/src/diagnostics", "mdbook-demos/src/html", "demos/widgets/src"]),
    ("mdbook-demos/src/blocks", &[
        "mdbook-demos/src/figures",
        "mdbook-demos/src/chapters", "mdbook-demos/src/diagnostics", "mdbook-demos/src/files", "mdbook-demos/src/html",
        "mdbook-demos/src/store", "mdbook-demos/src/threads", "demos/widgets/src",
    ]),
    ("mdbook-demos/src/course", &[
        "mdbook-demos/src/blocks", "mdbook-demos/src/figures",
        "mdbook-demos/src/chapters", "mdbook-demos/src/diagnostics", "mdbook-demos/src/files", "mdbook-demos/src/html",
        "book-index/src/scripts", "demos/widgets/src",
    ]),
    ("mdbook-demos/src/pages", &[
        "mdbook-demos/src/course", "mdbook-demos/src/blocks", "mdbook-demos/src/figures",
        "mdbook-demos/src/chapters", "mdbook-demos/src/diagnostics", "mdbook-demos/src/files", "mdbook-demos/src/html",
        "mdbook-demos/src/store", "mdbook-demos/src/threads", "book-index/src", "demos/widgets/src",
    ]),
    // It reads the finished site, and knows how pages are named and what they may hold.
    ("mdbook-demos/src/package", &[
        "mdbook-demos/src/pages",
        "mdbook-demos/src/chapters", "mdbook-demos/src/diagnostics", "mdbook-demos/src/files", "mdbook-demos/src/html",
        "demos/widgets/src",
    ]),
    ("mdbook-demos/src", &[
        "mdbook-demos/src/package", "mdbook-demos/src/pages", "mdbook-demos/src/course", "mdbook-demos/src/blocks",
        "mdbook-demos/src/figures", "mdbook-demos/src/chapters", "mdbook-demos/src/diagnostics", "mdbook-demos/src/files",
        "demos/widgets/src",
    ]),

    // It starts the builder and the tests, and links neither.
    ("xtask/src", &[]),
    ("tests/src", &[
        "demos/widgets/src", "demos/search/src", "demos/protocols/src", "demos/architectures/src", "demos/wire/src",
        "demos/sim/src",
    ]),
];

/// A room of a file or of something that is named, and its place in the table.
type Room = (usize, String);

/// The room that a path belongs to. It has no ending.
fn room(table: &[(&str, &[&str])], path: &str) -> Option<Room> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &str| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        let same = parts.len() >= pattern.len() && pattern.iter().zip(&parts).all(|(a, b)| a == b || *a == "*");
        same.then(|| parts[..pattern.len()].join("/"))
    };
    let found = table.iter().enumerate().filter_map(|(row, (pattern, _))| Some((row, fits(pattern)?)));
    // Of two of the same length the one that says more.
    found.max_by_key(|(row, unit)| (unit.split('/').count(), !table[*row].0.contains('*')))
}

/// Whether a path is `room` or in it.
fn within(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path in a file: the line that it stands on, and its words, `crate`, `super` and `self` among them.
type Named = (usize, Vec<String>);

/// Every path in a text of Rust, in `use` declarations and elsewhere, as it is seen from the file's own module.
#[derive(Default)]
struct Paths {
    named: Vec<Named>,
    /// The modules that the file declares.
    modules: BTreeSet<String>,
}

impl Paths {
    /// Reads tokens; `depth` is that of modules within the file.
    fn read(&mut self, tokens: TokenStream, depth: usize) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let word = |at: usize| match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        };
        let sign =
            |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
        let colons = |at: usize| sign(at, ':') && sign(at + 1, ':');
        let mut at = 0;
        while at < tokens.len() {
            match (&tokens[at], word(at).as_deref(), word(at + 1)) {
                (_, Some("mod"), Some(name)) => {
                    if depth == 0 {
                        self.modules.insert(name);
                    }
                    at += 2;
                    if let Some(TokenTree::Group(group)) = tokens.get(at) {
                        self.read(group.stream(), depth + 1);
                        at += 1;
                    }
                }
                (token, Some(first), _) if colons(at + 1) => {
                    let line = token.span().start().line;
                    let mut path = vec![first.to_owned()];
                    at += 1;
                    while colons(at) {
                        at += 2;
                        match (word(at), tokens.get(at)) {
                            (Some(next), _) => {
                                path.push(next);
                                at += 1;
                            }
                            (None, Some(TokenTree::Group(group))) if group.delimiter() == Delimiter::Brace => {
                                self.branches(&path, group.stream(), depth);
                                at += 1;
                                path.clear();
                                break;
                            }
                            // A glob, or arguments of a type.
                            _ => break,
                        }
                    }
                    if !path.is_empty() {
                        self.note(line, path, depth);
                    }
                }
                (TokenTree::Group(group), ..) => {
                    self.read(group.stream(), depth);
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Reads what stands in the braces of a `use`.
    fn branches(&mut self, stem: &[String], tokens: TokenStream, depth: usize) {
        let mut path = stem.to_vec();
        let mut line = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    line = ident.span().start().line;
                    path.push(ident.to_string());
                }
                TokenTree::Group(group) => {
                    self.branches(&path, group.stream(), depth);
                    path = stem.to_vec();
                }
                TokenTree::Punct(punct) if punct.as_char() == ',' && path.len() > stem.len() => {
                    self.note(line, std::mem::replace(&mut path, stem.to_vec()), depth);
                }
                _ => {}
            }
        }
        if path.len() > stem.len() {
            self.note(line, path, depth);
        }
    }

    /// Notes a path. In a module within the file the first `super` leads to the file's own.
    fn note(&mut self, line: usize, mut path: Vec<String>, depth: usize) {
        for _ in 0..depth {
            match path[0].as_str() {
                "super" if path.get(1).is_some_and(|next| next == "super") => drop(path.remove(0)),
                "super" => path[0] = "self".to_owned(),
                _ => break,
            }
        }
        self.named.push((line, path));
    }
}

/// A file's place in its crate.
struct File<'a> {
    /// The folder of its crate's sources.
    root: &'a str,
    /// Its path without `.rs`.
    path: &'a str,
    /// The crates that it can name, with the folders of their sources.
    crates: &'a BTreeMap<String, String>,
}

impl File<'_> {
    /// Where the file's module has its children.
    fn module(&self) -> &str {
        let own = ["/mod", "/lib", "/main"].iter().find_map(|end| self.path.strip_suffix(end));
        own.unwrap_or(self.path)
    }

    /// What the file names, each with its line, as paths from the workspace's root.
    fn names(&self, text: &str) -> Result<Vec<(usize, String)>, String> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("{}.rs cannot be read: {error}", self.path))?;
        let mut paths = Paths::default();
        paths.read(tokens, 0);
        // A name that the file brings in hides a crate of that name.
        let mut hiding = paths.modules.clone();
        let own = |path: &[String]| ["crate", "self", "super"].contains(&path[0].as_str());
        let leaves = paths.named.iter().filter(|(_, path)| own(path));
        hiding.extend(leaves.filter_map(|(_, path)| match path.last()?.as_str() {
            "self" => path.iter().rev().nth(1).cloned(),
            last => Some(last.to_owned()),
        }));
        let resolve = |path: &[String]| {
            let mut up = self.module();
            let rest = match path[0].as_str() {
                "crate" => {
                    up = self.root;
                    &path[1..]
                }
                "self" => &path[1..],
                "super" => {
                    let supers = path.iter().take_while(|word| *word == "super").count();
                    for _ in 0..supers {
                        up = up.rsplit_once('/').map_or("", |(parent, _)| parent);
                    }
                    &path[supers..]
                }
                first if paths.modules.contains(first) => path,
                first if hiding.contains(first) => return None,
                first => {
                    up = self.crates.get(first)?;
                    &path[1..]
                }
            };
            let rest = rest.iter().filter(|word| *word != "self").map(String::as_str);
            Some([up].into_iter().chain(rest).collect::<Vec<_>>().join("/"))
        };
        Ok(paths.named.iter().filter_map(|(line, path)| Some((*line, resolve(path)?))).collect())
    }
}

/// What is wrong with the arrows of a file.
fn wrong(table: &[(&str, &[&str])], file: &File<'_>, text: &str) -> Vec<String> {
    let Some((row, own)) = room(table, file.path) else {
        return vec![format!("{}.rs is in no room: add its folder to the table in xtask/tests/arrows.rs", file.path)];
    };
    let named = match file.names(text) {
        Ok(named) => named,
        Err(unreadable) => return vec![unreadable],
    };
    let mut out = vec![];
    for (line, name) in named {
        let Some((there, other)) = room(table, &name) else { continue };
        if other == own || table[row].1.iter().any(|may| within(table[there].0, may)) {
            continue;
        }
        let may = if table[row].1.is_empty() { "nothing".to_owned() } else { table[row].1.join(", ") };
        let help = format!("`{own}` may name {may}: move what both need below them, or hand it in as a value");
        out.push(format!("{}.rs:{line} names `{name}` of the room `{other}`; {help}", file.path));
    }
    out
}

/// The folders of the workspace's own sources with the names of their crates, those that are only measured or fuzzed left out.
fn members(root: &Path) -> BTreeMap<String, String> {
    let manifest = |path: &Path| {
        let text = fs::read_to_string(path.join("Cargo.toml")).unwrap();
        text.parse::<toml::Table>().unwrap()
    };
    let workspace = manifest(root);
    let members = workspace["workspace"]["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| member.as_str().unwrap())
        .filter(|member| !member.contains("/benches/"))
        .map(|member| {
            let name = manifest(&root.join(member))["package"]["name"].as_str().unwrap().replace('-', "_");
            (member.to_owned(), name)
        })
        .collect()
}

/// Every file of Rust below a folder, but for those that only test or measure.
fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let aside = ["build", "tests", "benches", "examples", "fuzz", "target", "node_modules"].contains(&&*name)
            || name.starts_with('.');
        if path.is_dir() && !aside {
            sources(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn arrows_between_rooms_run_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let members = members(root);
    let crates = members.iter().map(|(member, name)| (name.clone(), format!("{member}/src"))).collect();
    let (mut told, mut count, mut used) = (vec![], 0, BTreeSet::new());
    for member in members.keys() {
        let mut files = vec![];
        sources(&root.join(member), &mut files);
        files.sort();
        for path in files {
            let relative = path.strip_prefix(root).unwrap().with_extension("");
            let relative = relative.to_string_lossy().replace('\\', "/");
            let file = File { root: &format!("{member}/src"), path: &relative, crates: &crates };
            used.extend(room(ROOMS, &relative).map(|(row, _)| row));
            told.extend(wrong(ROOMS, &file, &fs::read_to_string(&path).unwrap()));
            count += 1;
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(count > 100, "only {count} files were found");
    let unused = ROOMS.iter().enumerate().filter(|(row, _)| !used.contains(row)).map(|(_, (room, _))| *room);
    assert_eq!(unused.collect::<Vec<_>>(), Vec::<&str>::new(), "rooms without a file: take them out of the table");
}

#[test]
fn the_table_names_upward_only() {
    for (row, (room, may)) in ROOMS.iter().enumerate() {
        for other in *may {
            let rows: Vec<usize> = (0..ROOMS.len()).filter(|known| within(ROOMS[*known].0, other)).collect();
            assert!(
                rows.iter().all(|known| *known < row) && !rows.is_empty(),
                "`{room}` may name `{other}`, which is not above it in the table, or has rooms that are not"
            );
        }
    }
}

#[test]
fn names_are_found_wherever_they_stand() {
    let table: &[(&str, &[&str])] =
        &[("x/src/low", &[]), ("kernel/src", &[]), ("x/src/top/*", &["kernel/src"]), ("x/src", &["x/src/low"])];
    let crates = BTreeMap::from([("kernel".to_owned(), "kernel/src".to_owned()), ("x".to_owned(), "x/src".to_owned())]);
    let lines = |path: &str, text: &str| {
        let told = wrong(table, &File { root: "x/src", path, crates: &crates }, text);
        told.iter().map(|told| told.split(" of the room").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    // Below a file, and below a folder.
    assert_eq!(lines("x/src/low/a", "use kernel::Time;"), ["x/src/low/a.rs:1 names `kernel/src/Time`"]);
    assert_eq!(lines("x/src/top/one/a", "use kernel::Time; use super::b::C; use crate::top::one::D;"), none);
    assert_eq!(lines("x/src/top/one/mod", "use super::two::C;"), ["x/src/top/one/mod.rs:1 names `x/src/top/two/C`"]);
    assert_eq!(
        lines("x/src/top/one/a", "\nuse crate::{\nlow as here, top::{one::A, two::{self, B},},\n};"),
        [
            "x/src/top/one/a.rs:3 names `x/src/low/as/here`",
            "x/src/top/one/a.rs:3 names `x/src/top/two`",
            "x/src/top/one/a.rs:3 names `x/src/top/two/B`",
        ]
    );
    // In an expression, in a macro, in a module within the file; not in a text or a comment.
    let all = "fn f() { kernel::a(); }\nmacro_rules! m { () => { $crate::top::one::X } }\n\
               mod tests {\nuse super::*;\nuse super::super::top::one::Y;\n}\n// crate::top::one\nconst X: &str = \"kernel::x\";";
    assert_eq!(
        lines("x/src/low", all),
        [
            "x/src/low.rs:1 names `kernel/src/a`",
            "x/src/low.rs:2 names `x/src/top/one/X`",
            "x/src/low.rs:5 names `x/src/top/one/Y`",
        ]
    );
    // A module of the file, or a name that it brings in, and no crate.
    assert_eq!(lines("x/src/low", "mod kernel; use kernel::X; use self::kernel::Y;"), none);
    assert_eq!(lines("x/src/low/a", "use super::{b::kernel, C}; fn f() { kernel::g(); }"), none);
    // The room of the rest is a room too, and a file in none is told.
    assert_eq!(lines("x/src/low", "use crate::Options;"), ["x/src/low.rs:1 names `x/src/Options`"]);
    assert_eq!(
        lines("y/src/z", ""),
        ["y/src/z.rs is in no room: add its folder to the table in xtask/tests/arrows.rs"]
    );
    assert!(lines("x/src/low", "fn f( {")[0].starts_with("x/src/low.rs cannot be read"));
}
