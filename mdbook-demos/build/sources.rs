//! Fingerprints of the sources that figures are computed from. They are taken while the builder is compiled, so that they
//! say what is linked into it.
//!
//! A demo is where its `impl Demo` is: in that file's folder. Two fingerprints are taken of each:
//!
//! - `runs`: of what the values of its runs depend on, without what draws them. These are the items of the folder that
//!   can be reached by name from its `impl Demo` and `impl Authored`, but for the component that `Demo` names and what it
//!   returns as `Html`;
//! - `whole`: of the whole folder, drawing included.
//!
//! A name is looked for where Rust looks for it: in its own file, in what the file imports, and at the end of a path.
//!
//! To both belong the crates that are named there, with those that they depend on, and all of `widgets` that is in no
//! demo's folder. Where it cannot be told whether something matters, it counts: two items of one name are both reached,
//! an implementation is reached with its type, another demo that is named counts with its whole folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use sha2::{Digest, Sha256};
use syn::{Attribute, ImplItem, Item, TraitItem, UseTree};

/// The crate that has the demos.
const WIDGETS: &str = "widgets";
/// The folders of the builder.
const BUILDER: [&str; 2] = ["mdbook-demos", "book-index"];
/// The list of browsers, which is compiled into the builder.
const BROWSERS: &str = ".browserslistrc";
/// What cargo and the compiler are told beside sources.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

/// The fingerprints of one demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    /// The demo's module within `widgets`, such as `stages::topology`.
    pub module: String,
    /// That of what its runs depend on.
    pub runs: String,
    /// That of everything that its figures depend on.
    pub whole: String,
}

/// What was found in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prints {
    /// Those of the demos, in the order of their modules.
    pub demos: Vec<Print>,
    /// That of the builder's own sources, of which pages are made.
    pub builder: String,
    /// Every file that was read, from the workspace's root.
    pub read: BTreeSet<String>,
}

/// Takes the fingerprints of the sources below `root`. `given` says what else a compiled program depends on: the compiler
/// and its flags.
///
/// # Errors
/// If a file or a folder cannot be read.
pub fn prints(root: &Path, given: &str) -> Result<Prints, String> {
    let mut common = Parts::from([(String::new(), given.to_owned())]);
    for file in MANIFESTS {
        common.insert((file.to_owned(), text(&root.join(file))?));
    }
    let manifest = table(&root.join(MANIFESTS[0]))?;
    let known = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies")?.as_table());
    let folder = |name: &str| known?.get(name).or_else(|| known?.get(&name.replace('_', "-")))?.get("path")?.as_str();
    let mut crates: BTreeMap<String, Crate> = BTreeMap::new();
    let mut wanted = vec![WIDGETS.to_owned()];
    while let Some(name) = wanted.pop() {
        if let Some(folder) = folder(&name).filter(|_| !crates.contains_key(&name)) {
            let found = Crate::read(root, folder)?;
            wanted.extend(found.uses.iter().cloned());
            crates.insert(name, found);
        }
    }
    let mut builder = vec![];
    for folder in BUILDER {
        collect(root, folder, &mut builder)?;
    }
    builder.push(File { text: text(&root.join(BROWSERS))?, path: BROWSERS.to_owned() });
    let read = crates.values().flat_map(|one| &one.files).chain(&builder).map(|file| file.path.clone());
    let read = read.chain(MANIFESTS.map(str::to_owned)).collect();
    let builder: Parts = builder.iter().flat_map(File::parts).collect();
    let builder = hash(common.union(&builder));
    let widgets = crates.remove(WIDGETS).ok_or_else(|| format!("{} names no crate `{WIDGETS}`", MANIFESTS[0]))?;

    let inner = format!("{}/src", widgets.folder);
    let is_source = |file: &&File| within(&file.path, &inner) && file.path.ends_with(".rs");
    let sources: Vec<(&File, Vec<Node>)> =
        widgets.files.iter().filter(is_source).map(|file| (file, file.nodes())).collect();
    let is_demo = |nodes: &[Node]| nodes.iter().any(|node| node.kind == Kind::Demo);
    let homes: BTreeSet<&str> =
        sources.iter().filter(|(_, nodes)| is_demo(nodes)).map(|(file, _)| file.home()).collect();
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    let mut chrome = Folder::default();
    for (file, nodes) in &sources {
        // One folder can lie in another.
        let home = homes.iter().filter(|home| within(&file.path, home)).max_by_key(|home| home.len());
        let folder = match home {
            Some(home) => folders.entry(home).or_default(),
            None => &mut chrome,
        };
        folder.files.push(file);
        folder.nodes.extend(nodes);
    }
    // What lies beside the sources counts where it is taken into them.
    for file in widgets.files.iter().filter(|file| !is_source(file)) {
        if file.path == format!("{}/{}", widgets.folder, MANIFESTS[0]) {
            chrome.beside.push(file);
        }
        for folder in folders.values_mut().chain([&mut chrome]) {
            if folder.files.iter().any(|source| source.includes(file)) {
                folder.beside.push(file);
            }
        }
    }
    common.extend(chrome.parts());

    let print = |own: Parts, named: Names| {
        let mut parts = common.clone();
        parts.extend(own);
        let mut wanted: Vec<String> = named.into_iter().chain(chrome.named()).collect();
        let mut known = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            if let Some(found) = crates.get(&name).filter(|_| known.insert(name.clone())) {
                wanted.extend(found.uses.iter().cloned());
                parts.extend(found.files.iter().flat_map(File::parts));
            }
        }
        hash(&parts)
    };
    // With the whole folders of the demos that are named, and of those that these name.
    let with_others = |home: &str, mut parts: Parts, mut named: Names| {
        let mut known = BTreeSet::from([home]);
        while let Some((other, folder)) =
            folders.iter().find(|(other, _)| named.contains(stem(other)) && !known.contains(*other))
        {
            known.insert(other);
            parts.extend(folder.parts());
            named.extend(folder.named());
        }
        print(parts, named)
    };
    let demos = folders.iter().map(|(home, folder)| {
        let reached = folder.reached();
        let mut runs: Parts = reached.iter().map(|node| (String::new(), node.text.clone())).collect();
        runs.extend(folder.beside.iter().flat_map(|file| file.parts()));
        let named = reached.iter().flat_map(|node| node.names.all().cloned()).collect();
        let module = home.strip_prefix(&inner).unwrap_or(home).trim_start_matches('/');
        Print {
            module: module.trim_end_matches(".rs").replace('/', "::"),
            runs: with_others(home, runs, named),
            whole: with_others(home, folder.parts(), folder.named()),
        }
    });
    Ok(Prints { demos: demos.collect(), builder, read })
}

/// Texts with where they are from.
type Parts = BTreeSet<(String, String)>;

/// Names in a source.
type Names = BTreeSet<String>;

/// One crate.
struct Crate {
    /// From the workspace's root.
    folder: String,
    files: Vec<File>,
    /// The names of what it depends on, as sources have them.
    uses: Names,
}

impl Crate {
    /// Reads what is compiled into the crate in that folder: tests and benches are not.
    fn read(root: &Path, folder: &str) -> Result<Self, String> {
        let mut files = vec![];
        collect(root, folder, &mut files)?;
        let mut uses = Names::new();
        dependencies(&table(&root.join(folder).join(MANIFESTS[0]))?, &mut uses);
        Ok(Self { folder: folder.to_owned(), files, uses })
    }
}

/// What a manifest says.
fn table(manifest: &Path) -> Result<toml::Table, String> {
    text(manifest)?.parse().map_err(|error| format!("{} cannot be read: {error}", manifest.display()))
}

/// The names in every table of dependencies, those of one platform too.
fn dependencies(table: &toml::Table, uses: &mut Names) {
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) if key == "dependencies" => {
                uses.extend(inner.keys().map(|name| name.replace('-', "_")))
            }
            toml::Value::Table(inner) => dependencies(inner, uses),
            _ => {}
        }
    }
}

/// One file.
struct File {
    /// From the workspace's root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn parts(&self) -> Parts {
        [(self.path.clone(), self.text.clone())].into()
    }

    /// The folder of a demo's file, or the file itself if it is in none.
    fn home(&self) -> &str {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder.ends_with("/src") { &self.path } else { folder }
    }

    /// Whether another file is taken into this one as it is: by its name, wherever that lies.
    fn includes(&self, other: &Self) -> bool {
        let name = other.path.rsplit('/').next().unwrap_or_default();
        self.text.contains("include") && self.text.contains(name)
    }

    /// What the file is made of; all in one if it cannot be read as Rust.
    fn nodes(&self) -> Vec<Node> {
        let mut nodes = vec![];
        match syn::parse_file(&self.text) {
            Ok(file) => file.items.into_iter().for_each(|item| Node::read(item, &mut nodes)),
            Err(_) => {
                let words = self.text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect();
                let names = Found { pathed: words, ..Found::default() };
                nodes.push(Node::new(self.text.clone(), Names::new(), names, Kind::Root));
            }
        }
        let imports: Names = nodes.iter().flat_map(|node| node.names.imported.iter().cloned()).collect();
        let all = nodes.iter().any(|node| node.names.imports_all);
        for node in &mut nodes {
            self.path.clone_into(&mut node.file);
            node.imports.clone_from(&imports);
            node.imports_all = all;
        }
        nodes
    }
}

/// The files of one demo, or of all that is no demo's.
#[derive(Default)]
struct Folder<'a> {
    files: Vec<&'a File>,
    beside: Vec<&'a File>,
    nodes: Vec<&'a Node>,
}

impl<'a> Folder<'a> {
    fn parts(&self) -> Parts {
        self.files.iter().chain(&self.beside).flat_map(|file| file.parts()).collect()
    }

    fn named(&self) -> Names {
        self.nodes.iter().flat_map(|node| node.names.all().cloned()).collect()
    }

    /// What can be reached from the roots.
    fn reached(&self) -> Vec<&'a Node> {
        let types: BTreeSet<&str> = self
            .nodes
            .iter()
            .filter(|node| node.kind == Kind::Plain)
            .flat_map(|node| &node.defines)
            .map(String::as_str)
            .collect();
        let mut names = Reach::default();
        let mut reached: Vec<&Node> = vec![];
        let mut rest = self.nodes.clone();
        loop {
            let counts = |node: &&Node| match &node.kind {
                Kind::Root | Kind::Demo => true,
                Kind::Impl(of) => {
                    let mut own = of.iter().filter(|name| types.contains(name.as_str())).peekable();
                    // An implementation for a type of others is found without a name of this folder.
                    own.peek().is_none() || own.any(|name| names.defined.contains(name.as_str()))
                }
                Kind::Plain | Kind::Use => names.reaches(node),
            };
            let (more, less): (Vec<&Node>, Vec<&Node>) = rest.into_iter().partition(counts);
            if more.is_empty() {
                // What the names stand for is said by what their files import.
                let files: BTreeSet<&str> = reached.iter().map(|node| node.file.as_str()).collect();
                reached.extend(less.iter().filter(|node| node.kind == Kind::Use && files.contains(node.file.as_str())));
                return reached;
            }
            more.iter().for_each(|node| names.add(node));
            reached.extend(more);
            rest = less;
        }
    }
}

/// The names in what is reached.
#[derive(Default)]
struct Reach<'a> {
    /// What is defined there.
    defined: BTreeSet<&'a str>,
    /// What stands alone, by the file in which it does.
    alone: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// What can be in any file: it is imported, or at the end of a path.
    anywhere: BTreeSet<&'a str>,
    /// What is called on a value.
    called: BTreeSet<&'a str>,
}

impl<'a> Reach<'a> {
    fn add(&mut self, node: &'a Node) {
        self.defined.extend(node.defines.iter().map(String::as_str));
        self.anywhere.extend(node.names.pathed.iter().map(String::as_str));
        self.called.extend(node.names.called.iter().map(String::as_str));
        for name in &node.names.alone {
            self.alone.entry(&node.file).or_default().insert(name);
            if node.imports_all || node.imports.contains(name) {
                self.anywhere.insert(name);
            }
        }
    }

    fn reaches(&self, node: &Node) -> bool {
        let alone = self.alone.get(node.file.as_str());
        let is_named = |name: &str| self.anywhere.contains(name) || alone.is_some_and(|alone| alone.contains(name));
        node.defines.iter().any(|name| is_named(name))
            || node.methods.iter().any(|name| self.called.contains(name.as_str()))
    }
}

/// What an item is to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// It counts whenever it is named.
    Plain,
    /// An import: likewise, and with anything else of its file.
    Use,
    /// An implementation for the type in which these names stand.
    Impl(Names),
    /// It always counts.
    Root,
    /// The same, and the demo is here.
    Demo,
}

/// One item.
struct Node {
    text: String,
    /// The file that it is in.
    file: String,
    /// What that file imports, and whether it imports all of something.
    imports: Names,
    imports_all: bool,
    /// What it can be called.
    defines: Names,
    /// The methods of a trait: what they are called on may have another type's name.
    methods: Names,
    /// The names in it.
    names: Found,
    kind: Kind,
}

impl Node {
    fn new(text: String, defines: Names, names: Found, kind: Kind) -> Self {
        Self {
            text,
            file: String::new(),
            imports: Names::new(),
            imports_all: false,
            defines,
            methods: Names::new(),
            names,
            kind,
        }
    }

    /// Reads an item, and those in it; nothing that is compiled for tests only.
    fn read(item: Item, out: &mut Vec<Self>) {
        if attributes(&item).iter().any(is_test) {
            return;
        }
        let tokens = item.to_token_stream();
        let (mut defines, mut methods) = (Names::new(), Names::new());
        let mut kind = Kind::Plain;
        let mut text = None;
        match &item {
            Item::Mod(module) => {
                // What is in another file has been read there.
                for item in module.content.iter().flat_map(|(_, items)| items) {
                    Self::read(item.clone(), out);
                }
                return;
            }
            Item::Const(item) => drop(defines.insert(item.ident.to_string())),
            Item::Static(item) => drop(defines.insert(item.ident.to_string())),
            Item::Struct(item) => drop(defines.insert(item.ident.to_string())),
            Item::Union(item) => drop(defines.insert(item.ident.to_string())),
            Item::Type(item) => drop(defines.insert(item.ident.to_string())),
            Item::TraitAlias(item) => drop(defines.insert(item.ident.to_string())),
            Item::Fn(item) => drop(defines.insert(item.sig.ident.to_string())),
            Item::ExternCrate(item) => drop(defines.insert(item.ident.to_string())),
            Item::Enum(item) => {
                defines.insert(item.ident.to_string());
                defines.extend(item.variants.iter().map(|variant| variant.ident.to_string()));
            }
            Item::Trait(item) => {
                defines.insert(item.ident.to_string());
                methods.extend(item.items.iter().filter_map(|item| match item {
                    TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
                    _ => None,
                }));
            }
            Item::Use(item) => {
                kind = Kind::Use;
                renamed(&item.tree, &mut defines);
            }
            Item::Impl(item) => {
                let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
                let of = of.map(|segment| segment.ident.to_string()).unwrap_or_default();
                kind = match of.as_str() {
                    "Demo" => Kind::Demo,
                    "Authored" => Kind::Root,
                    _ => {
                        let mut names = BTreeSet::new();
                        words(item.self_ty.to_token_stream(), &mut names);
                        Kind::Impl(names)
                    }
                };
                if kind == Kind::Demo {
                    let mut item = item.clone();
                    item.items.retain(|item| !draws(item));
                    text = Some(item.to_token_stream());
                }
            }
            Item::Macro(item) if item.ident.is_some() => defines.extend(item.ident.iter().map(ToString::to_string)),
            // What a macro makes can have any name that it is given.
            _ => words(tokens.clone(), &mut defines),
        }
        // An attribute may give the item another name, as that of a component.
        for attribute in attributes(&item).iter().filter(|attribute| !is_usual(attribute)) {
            words(attribute.meta.to_token_stream(), &mut defines);
        }
        let text = text.unwrap_or(tokens);
        let mut names = Found::default();
        names.read(text.clone());
        out.push(Self { methods, ..Self::new(text.to_string(), defines, names, kind) });
    }
}

/// Whether a part of `impl Demo` only draws: the component, and what returns `Html`.
fn draws(item: &ImplItem) -> bool {
    match item {
        ImplItem::Type(component) => component.ident == "View",
        ImplItem::Fn(function) => {
            let mut returned = Names::new();
            words(function.sig.output.to_token_stream(), &mut returned);
            returned == Names::from(["Html".to_owned()])
        }
        _ => false,
    }
}

/// The names that an import gives to something else.
fn renamed(tree: &UseTree, names: &mut Names) {
    match tree {
        UseTree::Path(path) => renamed(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| renamed(tree, names)),
        UseTree::Rename(rename) => drop(names.insert(rename.rename.to_string())),
        UseTree::Name(_) | UseTree::Glob(_) => {}
    }
}

/// The attributes of an item.
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether an attribute leaves its item to tests.
fn is_test(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.meta.to_token_stream().to_string().replace(' ', "") == "cfg(test)"
}

/// Whether an attribute gives its item no name.
fn is_usual(attribute: &Attribute) -> bool {
    let usual = [
        "allow",
        "cfg",
        "derive",
        "doc",
        "expect",
        "inline",
        "must_use",
        "non_exhaustive",
        "repr",
        "schemars",
        "serde",
    ];
    usual.iter().any(|name| attribute.path().is_ident(name))
}

/// Every name in a text.
fn words(tokens: TokenStream, names: &mut Names) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(names.insert(ident.to_string())),
            TokenTree::Group(group) => words(group.stream(), names),
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// The names in an item, by how they stand there.
#[derive(Clone, Debug, Default)]
struct Found {
    /// Alone, or at the beginning of a path.
    alone: Names,
    /// After a module and `::`. After a type stands what belongs to it, which counts with the type.
    pathed: Names,
    /// After a dot.
    called: Names,
    /// What a `use` brings in.
    imported: Names,
    /// Whether a `use` brings all of something in.
    imports_all: bool,
}

impl Found {
    /// Every name.
    fn all(&self) -> impl Iterator<Item = &String> {
        self.alone.iter().chain(&self.pathed).chain(&self.called)
    }

    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let sign =
            |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
        // A small name before a dot, a type or a value is none of a function: it is a variable's or a field's.
        let is_variable = |name: &str, at: usize| {
            let twice = |one: char| sign(at + 1, one) && sign(at + 2, one);
            let before = |one: char| sign(at + 1, one) && !twice(one);
            let given = before('=') && !sign(at + 2, '>');
            !name.starts_with(char::is_uppercase) && (before('.') || before(':') || given)
        };
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(ident) if *ident == "use" => {
                    let end = (at..tokens.len()).find(|at| sign(*at, ';')).unwrap_or(tokens.len());
                    self.import(tokens[at + 1..end].iter().cloned().collect());
                    at = end;
                }
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    let after = |back: usize, one: char| at >= back && sign(at - back, one);
                    // A macro is found without an import.
                    if sign(at + 1, '!') && !sign(at + 2, '=') {
                        self.pathed.insert(name);
                    } else if after(1, ':') && after(2, ':') {
                        let before = at.checked_sub(3).and_then(|at| tokens.get(at));
                        if matches!(before, Some(TokenTree::Ident(module)) if !module.to_string().starts_with(char::is_uppercase))
                        {
                            self.pathed.insert(name);
                        }
                    } else if after(1, '.') && !after(2, '.') {
                        self.called.insert(name);
                    } else if !after(1, '\'') && !is_variable(&name, at) {
                        self.alone.insert(name);
                    }
                }
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Literal(literal) => self.quoted(&literal.to_string()),
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// What a `use` names.
    fn import(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    self.imported.insert(ident.to_string());
                    self.pathed.insert(ident.to_string());
                }
                TokenTree::Group(group) => self.import(group.stream()),
                TokenTree::Punct(punct) => self.imports_all |= punct.as_char() == '*',
                TokenTree::Literal(_) => {}
            }
        }
    }

    /// The names within a text: attributes name functions in quotes, and formats name constants in braces. Prose names
    /// nothing.
    fn quoted(&mut self, text: &str) {
        let whole = text.trim_matches('"');
        if !whole.contains(' ') {
            let last = whole.rsplit("::").next().unwrap_or_default();
            let names = if last == whole { &mut self.alone } else { &mut self.pathed };
            names.insert(last.to_owned());
        }
        let inserts = text.split('{').skip(1);
        self.alone.extend(inserts.map(|rest| rest.split([':', '}']).next().unwrap_or_default().to_owned()));
    }
}

/// Every file below a folder that can be compiled into its crate.
fn collect(root: &Path, folder: &str, out: &mut Vec<File>) -> Result<(), String> {
    for name in names(&root.join(folder))? {
        let aside = ["tests", "benches", "fuzz", "target", "node_modules"].contains(&&*name) || name.starts_with('.');
        let path = format!("{folder}/{name}");
        if root.join(&path).is_dir() {
            if !aside {
                collect(root, &path, out)?;
            }
        } else if !name.ends_with(".css") {
            // Style sheets are carried for pages to link: neither what came of a block nor its HTML depends on them.
            out.push(File { text: text(&root.join(&path))?, path });
        }
    }
    Ok(())
}

/// What is in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>, String> {
    let wrong = |error| format!("cannot read {}: {error}", folder.display());
    let mut names = vec![];
    for entry in fs::read_dir(folder).map_err(wrong)? {
        names.push(entry.map_err(wrong)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// A file's text; what is no UTF-8 counts as well.
fn text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a path is `home` or in it.
fn within(path: &str, home: &str) -> bool {
    path.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a demo's module is called by those beside it.
fn stem(home: &str) -> &str {
    home.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// The fingerprint of texts.
fn hash<'a>(parts: impl IntoIterator<Item = &'a (String, String)>) -> String {
    let mut hash = Sha256::new();
    for (path, text) in parts {
        for part in [path, text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
