//! Common Cartridges: links to the published book in the order of its contents, and its quizzes, in a form that
//! systems take which know no SCORM (IMS Common Cartridge Profile 1.1 and 1.3).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fmt::Write as _,
};

use roxmltree::{Document, Node};

use crate::{
    chapters,
    files::hash,
    html::escape,
    package::{
        Entries,
        catalogue::{Catalogue, Lesson, Scope},
        lint::named,
        manifest, name, qti,
        qti::Quiz,
        slug,
    },
};

/// A version of the profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 1.1, which most importers know.
    #[default]
    V11,
    /// 1.3, the newest that is common. A reader that knows 1.1 only finds nothing in it.
    V13,
}

impl Version {
    /// What stands in `schemaversion`.
    pub fn number(self) -> &'static str {
        match self {
            Self::V11 => "1.1.0",
            Self::V13 => "1.3.0",
        }
    }

    /// As it is in the names of namespaces and types.
    fn short(self) -> &'static str {
        match self {
            Self::V11 => "1p1",
            Self::V13 => "1p3",
        }
    }

    /// The namespace of the manifest.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::V11 => "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1",
            Self::V13 => "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::V11 { "1.1" } else { "1.3" })
    }
}

/// From how many bytes on a page's name is cut in identifiers and files.
const LONGEST_NAME: usize = 100;

/// Where quizzes and links lie in the package.
const LINKS: &str = "links/";
const QUIZZES: &str = "quizzes/";

/// Adds manifest, links and quizzes; returns what could not be taken along.
pub fn add(
    entries: &mut Entries,
    version: Version,
    catalogue: &Catalogue,
    scope: &Scope,
    address: &str,
    quizzes: &[Quiz],
) -> Vec<String> {
    let mut builder =
        Builder { version, entries, items: String::new(), resources: String::new(), depth: 4, taken: BTreeSet::new() };
    let mut left_out = Vec::new();
    let lessons: Vec<&Lesson> = catalogue.lessons.iter().filter(|lesson| scope.has(lesson)).collect();
    // A folder for each row of pages of one module, which may come again later; for those of none too, since importers
    // make an empty module of a page that lies in no folder.
    for row in lessons.chunk_by(|a, b| a.module() == b.module()) {
        let (name, title) = match (row[0].module(), row) {
            (Some(module), [first, ..]) => {
                (module, catalogue.module(module).map_or(&first.title, |module| &module.title))
            }
            (None, [page]) => (page.id.as_str(), &page.title),
            _ => (row[0].id.as_str(), &catalogue.title),
        };
        builder.open(if row[0].module().is_some() { "module" } else { "pages" }, name, title);
        for lesson in row {
            left_out.extend(builder.page(lesson, &catalogue.titles, address, quizzes));
        }
        builder.close();
    }
    let Builder { items, resources, .. } = builder;
    let version_short = version.short();
    let module = scope.module.as_deref().map(|module| format!(".{}", name(module))).unwrap_or_default();
    let manifest = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="cartridge-{id}{module}-{stamp}"
    xmlns="{namespace}"
    xmlns:lomimscc="http://ltsc.ieee.org/xsd/imsccv{version_short}/LOM/manifest">
  <metadata>
    <schema>IMS Common Cartridge</schema>
    <schemaversion>{schema}</schemaversion>
    <lomimscc:lom>
      <lomimscc:general>
        <lomimscc:title><lomimscc:string>{title}</lomimscc:string></lomimscc:title>
        <lomimscc:description><lomimscc:string>Version {number}</lomimscc:string></lomimscc:description>
      </lomimscc:general>
    </lomimscc:lom>
  </metadata>
  <organizations>
    <organization identifier="book" structure="rooted-hierarchy">
      <item identifier="contents">
{items}      </item>
    </organization>
  </organizations>
  <resources>
{resources}  </resources>
</manifest>
"#,
        id = name(&catalogue.id),
        stamp = slug(&catalogue.version),
        number = escape(&catalogue.version),
        namespace = version.namespace(),
        schema = version.number(),
        title = escape(&scope.title),
    );
    entries.insert(manifest::FILE.to_owned(), manifest.into_bytes());
    left_out
}

struct Builder<'a> {
    version: Version,
    entries: &'a mut Entries,
    items: String,
    resources: String,
    depth: usize,
    /// The identifiers that have been given.
    taken: BTreeSet<String>,
}

impl Builder<'_> {
    /// An identifier that nothing else has, of a kind and of what the thing is called in the book; a file's name too.
    fn identifier(&mut self, kind: &str, called: &str) -> String {
        let mut plain = name(called);
        if plain.len() > LONGEST_NAME {
            plain.truncate(LONGEST_NAME);
            plain = format!("{plain}-{}", hash(called.as_bytes()));
        }
        let first = format!("{kind}-{plain}");
        let other = format!("{first}-{}", hash(called.as_bytes()));
        let more = (2..).map(|number| format!("{other}-{number}"));
        let free = [first, other.clone()].into_iter().chain(more).find(|name| !self.taken.contains(name));
        let free = free.unwrap_or(other);
        self.taken.insert(free.clone());
        free
    }

    /// A page's link, its quizzes, and a folder with links to its figures, which are called as in `titles`; returns what
    /// could not be taken along.
    fn page(
        &mut self,
        lesson: &Lesson,
        titles: &BTreeMap<String, String>,
        address: &str,
        quizzes: &[Quiz],
    ) -> Vec<String> {
        let mut left_out = Vec::new();
        let link = format!("{address}{}", chapters::address(&format!("{}.html", lesson.id)));
        self.link("page", &lesson.id, &lesson.title, &link);
        let own: Vec<&Quiz> = quizzes.iter().filter(|quiz| quiz.lesson == lesson.id).collect();
        for quiz in &own {
            left_out.extend(self.quiz(quiz));
        }
        // A figure that asks, and is no quiz, is reached by a link: its question needs its run.
        let asks = |id: &str| lesson.questions.iter().any(|question| question.id.split('/').next() == Some(id));
        let figures: Vec<&String> =
            lesson.demos.iter().filter(|demo| !own.iter().any(|quiz| quiz.id == **demo)).collect();
        if !figures.is_empty() {
            self.open("figures", &lesson.id, &format!("Figures: {}", lesson.title));
            for demo in figures {
                self.link("figure", demo, titles.get(demo).unwrap_or(demo), &format!("{address}embed/{demo}.html"));
                if asks(demo) {
                    left_out.push(format!(
                        "{demo}: a prediction about its run, which QTI has no words for; the cartridge links to the \
                         figure, which asks it"
                    ));
                }
            }
            self.close();
        }
        let open = lesson.questions.iter().filter(|question| question.kind == "open").count();
        if open > 0 {
            left_out.push(format!("{}: {open} open questions, which readers mark themselves on the page", lesson.id));
        }
        left_out
    }

    /// A folder, up to [`Self::close`].
    fn open(&mut self, kind: &str, called: &str, title: &str) {
        let identifier = self.identifier(kind, called);
        let indent = "  ".repeat(self.depth);
        // Writing into a string cannot fail.
        let _ = writeln!(
            self.items,
            "{indent}<item identifier=\"{identifier}\">\n{indent}  <title>{}</title>",
            escape(title)
        );
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        let _ = writeln!(self.items, "{}</item>", "  ".repeat(self.depth));
    }

    /// An item and its resource, with its one file.
    fn resource(&mut self, name: &str, title: &str, kind: &str, file: String, content: String) {
        let indent = "  ".repeat(self.depth);
        let _ = writeln!(
            self.items,
            "{indent}<item identifier=\"item-{name}\" identifierref=\"{name}\"><title>{}</title></item>",
            escape(title)
        );
        let _ = writeln!(
            self.resources,
            "    <resource identifier=\"{name}\" type=\"{kind}\"><file href=\"{file}\"/></resource>"
        );
        self.entries.insert(file, content.into_bytes());
    }

    fn link(&mut self, kind: &str, called: &str, title: &str, address: &str) {
        let name = self.identifier(kind, called);
        let short = self.version.short();
        let content = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <webLink xmlns=\"http://www.imsglobal.org/xsd/imsccv{short}/imswl_v{short}\">\n  <title>{}</title>\n  \
             <url href=\"{}\" target=\"_blank\"/>\n</webLink>\n",
            escape(title),
            escape(address)
        );
        self.resource(&name, title, &format!("imswl_xmlv{short}"), format!("{LINKS}{name}.xml"), content);
    }

    /// Returns what of the quiz could not be taken along.
    fn quiz(&mut self, quiz: &Quiz) -> Vec<String> {
        let (content, mut left_out) = qti::assessment(quiz);
        if left_out.len() == quiz.questions.len() {
            left_out.push(format!("{}: nothing is left of the quiz", quiz.id));
            return left_out;
        }
        let name = self.identifier("quiz", &quiz.id);
        let kind = format!("imsqti_xmlv1p2/imscc_xmlv{}/assessment", self.version.short());
        self.resource(&name, &quiz.title, &kind, format!("{QUIZZES}{name}.xml"), content);
        left_out
    }
}

/// What is wrong with a cartridge beyond what every package can have wrong.
pub(super) fn lint(entries: &Entries, root: Node<'_, '_>, problem: &mut impl FnMut(String)) {
    if named(root, "schema").next().and_then(|node| node.text()) != Some("IMS Common Cartridge") {
        problem("schema has to be IMS Common Cartridge".to_owned());
    }
    for resource in named(root, "resource") {
        let kind = resource.attribute("type").unwrap_or_default();
        for file in named(resource, "file").filter_map(|file| file.attribute("href")) {
            let Some(content) = entries.get(file) else { continue };
            let text = String::from_utf8_lossy(content);
            let document = match Document::parse(&text) {
                Ok(document) => document,
                Err(error) => {
                    problem(format!("{file} cannot be read: {error}"));
                    continue;
                }
            };
            let root = document.root_element();
            if kind.starts_with("imswl_") {
                let address = named(root, "url").next().and_then(|url| url.attribute("href")).unwrap_or_default();
                if !(address.starts_with("https://") || address.starts_with("http://")) {
                    problem(format!("{file} links to `{address}`, which is no address"));
                }
            } else if kind.starts_with("imsqti_") {
                for item in named(root, "item") {
                    let labels: BTreeSet<&str> =
                        named(item, "response_label").filter_map(|label| label.attribute("ident")).collect();
                    let wrong = named(item, "varequal").filter_map(|node| node.text());
                    for answer in wrong.filter(|answer| !labels.is_empty() && !labels.contains(answer)) {
                        problem(format!("{file}: the answer {answer} is none of the choices"));
                    }
                    if named(item, "varequal").next().is_none() {
                        problem(format!("{file}: no answer is right"));
                    }
                }
            } else {
                problem(format!("{file} is of the type `{kind}`, which a cartridge does not know"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{Kind, catalogue::tests::sample, lint};

    fn cartridge(version: Version) -> (Entries, Vec<String>) {
        let book = sample();
        let mut entries = Entries::new();
        let quiz = qti::tests::sample();
        let scope = book.scope(None).unwrap();
        let left_out = add(&mut entries, version, &book, &scope, "https://a.example/b/", &[quiz]);
        (entries, left_out)
    }

    #[test]
    fn links_and_quizzes_are_in_it() {
        for version in [Version::V11, Version::V13] {
            let (entries, left_out) = cartridge(version);
            assert_eq!(lint::check(Kind::Cartridge(version), &entries), Vec::<String>::new());
            let link = String::from_utf8_lossy(&entries["links/page-a-one-index.xml"]);
            assert!(link.contains("https://a.example/b/a/one/index.html"), "{link}");
            let link = String::from_utf8_lossy(&entries["links/figure-d1.xml"]);
            assert!(link.contains("https://a.example/b/embed/d1.html"), "{link}");
            assert!(entries.contains_key("quizzes/quiz-quiz-a.xml"));
            assert!(left_out.iter().any(|line| line.starts_with("quiz-a/odd")), "{left_out:#?}");
            assert!(left_out.iter().any(|line| line.starts_with("d1: a prediction")), "{left_out:#?}");
            assert!(left_out.iter().any(|line| line.contains("1 open questions")), "{left_out:#?}");
        }
    }

    /// A book of pages with these ids and modules.
    fn pages(pages: &[(&str, &str)]) -> Catalogue {
        let lesson = |(id, module): &(&str, &str)| Lesson {
            id: (*id).to_owned(),
            title: format!("Title of {id}"),
            module: Some((*module).to_owned()),
            demos: vec![format!("{id}-figure")],
            ..Lesson::default()
        };
        Catalogue {
            id: "b".to_owned(),
            title: "The book".to_owned(),
            version: "1.0+draft".to_owned(),
            lessons: pages.iter().map(lesson).collect(),
            ..Catalogue::default()
        }
    }

    #[test]
    fn identifiers_are_unique_whatever_the_layout_and_the_names_are() {
        let long = format!("p/{}", "a-long-name-".repeat(20));
        let longer = format!("{long}x");
        for layout in [
            // Chapters of one folder that do not stand together.
            &[
                ("p/raft/a", "p/raft"),
                ("p/paxos/a", "p/paxos"),
                ("p/raft/b", "p/raft"),
                ("x", ""),
                ("p/raft/c", "p/raft"),
            ][..],
            &[("a/b", "a"), ("a-b", ""), ("a_b", ""), ("A/b", "A"), ("a/b-2", "a")],
            &[("глава/один", "глава"), ("глава/два", "глава"), ("章/一", "章"), ("🚀", ""), ("é", ""), ("è", "")],
            &[(&long, "p"), (&longer, "p")],
        ] {
            let book = pages(layout);
            let mut entries = Entries::new();
            add(&mut entries, Version::V11, &book, &book.scope(None).unwrap(), "https://a.example/", &[]);
            assert_eq!(lint::check(Kind::Cartridge(Version::V11), &entries), Vec::<String>::new());
            assert_eq!(entries.len(), 1 + 2 * layout.len(), "{:#?}", entries.keys());
        }
    }

    #[test]
    fn no_page_lies_outside_a_folder() {
        for (layout, folders) in [
            (
                &[("index", ""), ("p/a", "p"), ("p/b", "p"), ("x", ""), ("y", "")][..],
                "Title of index|Title of p/a|The book",
            ),
            (&[("one", ""), ("two", "")], "The book"),
        ] {
            let book = pages(layout);
            let mut entries = Entries::new();
            add(&mut entries, Version::V11, &book, &book.scope(None).unwrap(), "https://a.example/", &[]);
            let text = String::from_utf8(entries[manifest::FILE].clone()).unwrap();
            let document = Document::parse(&text).unwrap();
            let contents = named(document.root_element(), "item").next().unwrap();
            let top: Vec<Node<'_, '_>> = contents.children().filter(Node::is_element).collect();
            assert!(top.iter().all(|item| item.attribute("identifierref").is_none()), "{text}");
            let titles: Vec<&str> = top.iter().filter_map(|item| item.first_element_child()?.text()).collect();
            assert_eq!(titles.join("|"), folders);
        }
    }

    #[test]
    fn a_version_is_not_taken_for_another() {
        let (entries, _) = cartridge(Version::V11);
        let told = lint::check(Kind::Cartridge(Version::V13), &entries);
        assert!(told.iter().any(|problem| problem.contains("has to be 1.3.0")), "{told:#?}");
    }
}
