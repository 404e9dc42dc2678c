//! mdBook's pages made into ours: the renderer around mdBook's own, and the rewriting of each page.

use std::{cell::RefCell, ops::Range, rc::Rc};

use anyhow::{Context, Result};
use lol_html::{
    RewriteStrSettings, doc_comments, element, end_tag, html_content::ContentType, html_content::Element, rewrite_str,
};
use mdbook_driver::book::{Book, BookItem, Chapter};
use mdbook_html::HtmlHandlebars;
use mdbook_renderer::{RenderContext, Renderer};

use crate::{
    blocks::guard::{Panic, caught},
    chapters,
    diagnostics::{Diagnostic, Diagnostics},
    files,
    html::{escape, unescape},
    pages::{assets::unhashed, links},
};

/// What pages may load: everything from the site itself and nothing else, no script or style in the
/// page, but the compiled demos.
pub const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self'; object-src 'none'; base-uri 'self'; form-action 'none'";

/// The tag with [`POLICY`].
pub fn policy_tag() -> String {
    format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">")
}

/// What mdBook puts between two chapters of the page for print.
pub const PAGE_BREAK: &str = r#"<div style="break-before: page; page-break-before: always;"></div>"#;

/// What stands, among the tags that embed pages share with the book's, for the style sheets of a page's figures.
pub const SHEETS: &str = "<!--sheets-->";

/// A page with a place for the style sheets of its figures: that of its template (`<link data-figures>`), or the end of
/// the head.
pub fn with_place(page: String) -> String {
    match page.split_once("</head>") {
        Some((head, _)) if !head.contains("data-figures") => page.replacen("</head>", "<link data-figures></head>", 1),
        _ => page,
    }
}

/// The words by which the scripts in the head of a page tell whether they are needed (`data-when`).
pub fn needs(head: &str) -> Vec<String> {
    let values = head.split("data-when=").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
        rest[1..].split_once(quote).map(|(value, _)| value.to_owned())
    });
    values.collect()
}

/// How many folders deep a missing page may be, for the page in its place to find the site's root.
const DEEPEST: usize = 8;

/// The tags by which the page in the place of a missing one looks for the site's root: `script`, asked for at each
/// depth. One of them is there, and makes the rest of the page count from where it was found.
pub fn probes(script: &str) -> String {
    let back = "../".repeat(script.matches('/').count());
    (0..=DEEPEST)
        .map(|depth| format!("<script defer src=\"{}{script}\" data-probe=\"{back}\"></script>\n", "../".repeat(depth)))
        .collect()
}

/// What that page says where there is no script to find the root.
pub const WAY_HOME: &str = "<noscript><p>If the links on this page lead nowhere, \
    <a href=\"/\" data-probe>begin at the site’s first page</a>.</p></noscript>\n";

/// The renderer in the place of mdBook's own: it calls that one and keeps the book as the
/// preprocessors left it, for the list of contents.
#[derive(Default)]
pub struct Pages {
    inner: HtmlHandlebars,
    book: RefCell<Option<Book>>,
}

impl Pages {
    /// The book as rendered.
    pub fn book(&self) -> Option<Book> {
        self.book.borrow_mut().take()
    }
}

impl Pages {
    /// The chapters that make mdBook panic: those that do so without the others, each told at its file.
    fn culprits(&self, ctx: &RenderContext, panic: &Panic) -> Diagnostics {
        let repository = ctx.config.get::<String>("output.html.git-repository-url").ok().flatten();
        let mut found = Diagnostics::default();
        for chapter in chapters::chapters(&ctx.book).filter(|chapter| chapter.path.is_some()) {
            let mut alone = ctx.clone();
            let chapter = Chapter { sub_items: Vec::new(), ..chapter.clone() };
            let file = chapter.source_path.as_ref().map(|path| ctx.config.book.src.join(path)).unwrap_or_default();
            alone.book = Book::new_with_items(vec![BookItem::Chapter(chapter)]);
            if let Err(panic) = caught(|| self.inner.render(&alone)) {
                let file = file.to_string_lossy().replace('\\', "/");
                let told = Diagnostic::in_file(file, "mdBook panicked while it rendered this file");
                found.push(panic.told(told, repository.as_deref()));
            }
        }
        if found.is_empty() {
            let told = Diagnostic::general("mdBook panicked while it rendered the book");
            found.push(panic.told(told, repository.as_deref()));
        }
        found
    }
}

/// How mdBook begins to tell that it cannot copy a file of the sources.
const CANNOT_COPY: &str = "Failed to read \"";

/// Copies to the output what of the sources is neither a chapter nor left behind.
fn copy_files(ctx: &RenderContext) -> Result<()> {
    let src = ctx.root.join(&ctx.config.book.src);
    for file in files::list(&src)?.iter().filter(|file| !file.ends_with(".md") && !files::is_left_behind(file)) {
        let shown = ctx.config.book.src.join(file);
        let bytes = std::fs::read(src.join(file)).with_context(|| {
            format!("{} cannot be read: if it is a link, what it leads to is gone", shown.display())
        })?;
        files::write(&ctx.destination.join(file), bytes)?;
    }
    Ok(())
}

impl Renderer for Pages {
    fn name(&self) -> &str {
        "html"
    }

    fn render(&self, ctx: &RenderContext) -> Result<()> {
        match caught(|| self.inner.render(ctx)) {
            Ok(Ok(())) => {}
            // An editor's lock may be a link to nothing, and mdBook copies whatever is there. It does so last.
            Ok(Err(error)) if error.to_string().starts_with(CANNOT_COPY) => copy_files(ctx)?,
            Ok(Err(error)) => return Err(error),
            Err(panic) => return Err(self.culprits(ctx, &panic).into()),
        }
        *self.book.borrow_mut() = Some(ctx.book.clone());
        Ok(())
    }
}

/// How the comment begins by which a page tells where the text of a chapter begins; its page's address follows.
const CHAPTER: &str = " the text of the page ";

/// The Markdown that a chapter's text begins with, so that [`rewrite`] knows on a page with several chapters, or on one
/// in another folder, which folder an address counts from. `page` is the chapter's page, relative to the site.
pub fn chapter_mark(page: &str) -> String {
    format!("<!--{CHAPTER}{} -->\n\n", chapters::address(page))
}

/// What goes into one page.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The list of contents; `None` for a file that is not one of the book's pages.
    pub contents: Option<String>,
    /// Tags for the beginning of the head, which the template's scripts need.
    pub early: String,
    /// Tags for the end of the head.
    pub head: String,
    /// The tags of the style sheets of the page's figures.
    pub sheets: String,
    /// The page, relative to the site, whose folder mdBook has not taken into account: it has the text of a chapter of
    /// another folder.
    pub moved: Moved,
    /// Words that the page holds beside this text, for the scripts that go by them.
    pub beside: Vec<String>,
    /// Where the site stands, as the beginning of a path, and the page's own file: for the page that a server shows in
    /// the place of any missing one, at whatever depth.
    pub base: Option<(String, String)>,
}

/// What of a page's addresses counts from the folder of the chapter where they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moved {
    /// Nothing: the page is the chapter's own.
    #[default]
    Not,
    /// Everything: the site's first page repeats the first chapter.
    All,
    /// All but the links and pictures, which mdBook has changed already: the page for print.
    Rest,
}

/// A page after rewriting, its slots still empty.
#[derive(Clone, Debug, Default)]
pub struct Rewritten {
    /// The page.
    pub html: String,
    /// Every `id`, in order.
    pub ids: Vec<String>,
    /// What could not be put in.
    pub problems: Vec<String>,
    /// What the embed pages share with this page.
    pub shared: Vec<String>,
}

/// Styles that mdBook writes into its tags, and the classes that take their place.
const STYLES: [(&str, &str); 4] = [
    ("text-align: left", "align-left"),
    ("text-align: center", "align-center"),
    ("text-align: right", "align-right"),
    ("break-before: page; page-break-before: always;", "page-break"),
];

/// Elements that fetch what they show, and the attributes that say what.
const FETCHES: [(&str, &str); 16] = [
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("img", "srcset"),
    ("source", "src"),
    ("source", "srcset"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("track", "src"),
    ("iframe", "src"),
    ("embed", "src"),
    ("object", "data"),
    ("use", "href"),
    ("image", "href"),
    ("input", "src"),
];

/// Whether an address leads off the site or carries its content in itself.
pub fn is_foreign(address: &str) -> bool {
    let address = address.trim_start();
    let scheme = address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    scheme || address.starts_with("//")
}

/// Something of an element that the policy would refuse, or that would go to another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What it is and what to do instead.
    pub message: String,
    /// How it is written in the page, and most likely in the lesson.
    pub written: String,
}

/// What the policy would refuse of an element, and what would go to another server.
pub fn refused(element: &Element<'_, '_>) -> Vec<Refused> {
    let tag = element.tag_name();
    let mut problems = Vec::new();
    let mut refuse = |message: String, written: String| problems.push(Refused { message, written });
    if tag == "script" && !element.has_attribute("src") {
        refuse("a script in the page: move it to a file of its own".to_owned(), "<script".to_owned());
    }
    if tag == "style" {
        refuse("a style sheet in the page: move it to a file of its own".to_owned(), "<style".to_owned());
    }
    for attribute in element.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        let written = format!("{name}=\"{value}\"");
        if name == "style" {
            refuse(format!("`{written}` on <{tag}>: use a class"), written);
        } else if name.starts_with("on") {
            refuse(format!("`{name}=` on <{tag}>: add the listener in a script file"), written);
        } else if FETCHES.contains(&(&*tag, &*name)) {
            let from_elsewhere = match &*name {
                "srcset" => value.split(',').any(is_foreign),
                // These only tell where something is.
                "href" if tag == "link" => {
                    let rel = element.get_attribute("rel").unwrap_or_default();
                    !matches!(&*rel, "canonical" | "alternate" | "license" | "author") && is_foreign(&value)
                }
                _ => is_foreign(&value),
            };
            if from_elsewhere {
                refuse(
                    format!("`{written}` on <{tag}>: keep a copy in the book; nothing is fetched from elsewhere"),
                    value,
                );
            }
        }
    }
    problems
}

/// Rewrites one page of mdBook's.
///
/// # Errors
///
/// If the page is not HTML that can be read.
pub fn rewrite(html: &str, parts: &Parts) -> Result<Rewritten> {
    let mut out = Rewritten::default();
    let state = RefCell::new((&mut out, false, 0_u32));
    // Where the text of which chapter is; an end tag's handler may outlive this call, as far as its type tells.
    let chapter: Rc<RefCell<Option<String>>> = Rc::default();
    let policy = match &parts.base {
        Some((base, _)) => format!("{}<base href=\"{}\">", policy_tag(), escape(base)),
        None => policy_tag(),
    };
    let mut handlers = vec![
        // mdBook's own idea of where the 404 page stands; ours is in `parts`.
        element!("base", |base| {
            base.remove();
            Ok(())
        }),
        element!("meta[charset]", |meta| {
            meta.after(&format!("{policy}{}", parts.early), ContentType::Html);
            state.borrow_mut().1 = true;
            Ok(())
        }),
        element!("head", |head| {
            head.append(&parts.head, ContentType::Html);
            Ok(())
        }),
        // A script that only some pages need: those whose text holds what the attribute says.
        element!("head > script[data-when]", |script| {
            let when = script.get_attribute("data-when").unwrap_or_default();
            let text = html.split_once("<main").map_or("", |(_, text)| text);
            if text.contains(&when) || parts.beside.contains(&when) {
                script.remove_attribute("data-when");
            } else {
                script.remove();
            }
            Ok(())
        }),
        // The check box with which mdBook's style sheet enlarges pictures has no name, and ours does
        // not enlarge them.
        element!("label.checkbox-label", |label| {
            label.remove_and_keep_content();
            Ok(())
        }),
        element!("label.checkbox-label > input.checkbox-img", |input| {
            input.remove();
            Ok(())
        }),
        element!("label.checkbox-label > span.img-wrapper", |copy| {
            copy.remove();
            Ok(())
        }),
        // mdBook makes an anchor of each term of a definition list, by all its words; ours are in `glossary`.
        element!("dt[id]", |term| {
            term.remove_attribute("id");
            Ok(())
        }),
        element!("dt > a.header", |link| {
            link.remove_and_keep_content();
            Ok(())
        }),
        // The template has their paths as they are, and `#` would end one.
        element!("a[rel='prev'], a[rel='next']", |link| {
            let path = unescape(&link.get_attribute("href").unwrap_or_default());
            link.set_attribute("href", &escape(&chapters::address(&path)))?;
            Ok(())
        }),
        element!("[style]", |element| {
            let style = element.get_attribute("style").unwrap_or_default();
            if let Some((_, class)) = STYLES.iter().find(|(known, _)| *known == style) {
                element.remove_attribute("style");
                let class = match element.get_attribute("class") {
                    Some(others) => format!("{others} {class}"),
                    None => (*class).to_owned(),
                };
                element.set_attribute("class", &class)?;
            }
            Ok(())
        }),
        element!("head > link[data-figures]", |link| {
            link.replace(&parts.sheets, ContentType::Html);
            Ok(())
        }),
        element!("head > link, head > script[src]", |element| {
            if let Some(tag) = shared(element) {
                state.borrow_mut().0.shared.push(tag);
            }
            Ok(())
        }),
        element!("*", |element| {
            if let Some(id) = element.get_attribute("id") {
                state.borrow_mut().0.ids.push(id);
            }
            if let Some(chapter) = chapter.borrow().as_deref() {
                bring_along(element, chapter, parts.moved)?;
            }
            Ok(())
        }),
        element!("main", |main| {
            let chapter = Rc::clone(&chapter);
            main.on_end_tag(end_tag!(move |_| {
                *chapter.borrow_mut() = None;
                Ok(())
            }))?;
            Ok(())
        }),
    ];
    if let Some(contents) = &parts.contents {
        handlers.push(element!("nav#contents", |nav| {
            nav.set_inner_content(contents, ContentType::Html);
            state.borrow_mut().2 += 1;
            Ok(())
        }));
    }
    if let Some((_, file)) = &parts.base {
        handlers.push(element!("a[href^='#']", move |a| {
            // With a base, a bare fragment would lead to the base.
            let fragment = a.get_attribute("href").unwrap_or_default();
            a.set_attribute("href", &format!("{file}{fragment}"))?;
            Ok(())
        }));
    }
    let marks = doc_comments!(|comment| {
        let text = comment.text();
        if let Some(page) = text.strip_prefix(CHAPTER) {
            *chapter.borrow_mut() = Some(page.trim_end().to_owned());
            comment.remove();
        }
        Ok(())
    });
    let settings = handlers
        .into_iter()
        .fold(RewriteStrSettings::new(), RewriteStrSettings::append_element_content_handler)
        .append_document_content_handler(marks);
    let html = rewrite_str(html, settings).context("the page cannot be read as HTML")?;
    let (_, has_charset, places) = state.into_inner();
    if parts.contents.is_some() {
        if !has_charset {
            out.problems.push("the page has no <meta charset> for the content policy to follow".to_owned());
        }
        if places != 1 {
            out.problems.push(format!(
                "there are {places} places for the list of contents: theme/index.hbs needs one \
                 <nav id=\"contents\">"
            ));
        }
    }
    out.html = html;
    Ok(out)
}

/// Makes the addresses of an element of the chapter whose page is `chapter` count from the site's root.
fn bring_along(element: &mut Element<'_, '_>, chapter: &str, moved: Moved) -> Result<()> {
    if moved == Moved::Not {
        return Ok(());
    }
    let tag = element.tag_name();
    let done = |name: &str| {
        moved == Moved::Rest && ["a", "img"].contains(&&*tag) && ["href", "src", "xlink:href"].contains(&name)
    };
    let names: Vec<String> = element.attributes().iter().map(|attribute| attribute.name()).collect();
    for name in names.iter().filter(|name| links::is_address(&tag, name) && !done(name)) {
        let value = unescape(&element.get_attribute(name).unwrap_or_default());
        let from_root = |address: &str| links::from_root(chapter, address);
        let brought = match links::is_list(name) {
            false => from_root(&value),
            true if value.split(',').any(is_foreign) => value,
            true => {
                let candidates = value.split(',').map(|candidate| {
                    let (address, size) =
                        candidate.trim().split_once(char::is_whitespace).unwrap_or((candidate.trim(), ""));
                    format!("{} {size}", from_root(address)).trim_end().to_owned()
                });
                candidates.collect::<Vec<_>>().join(", ")
            }
        };
        element.set_attribute(name, &escape(&brought))?;
    }
    Ok(())
}

/// The tag, if the embed pages need it too: style sheets, icons, the script that sets the theme
/// before anything is drawn, the one for links that open windows, and the one that keeps what the reader has done.
fn shared(element: &Element<'_, '_>) -> Option<String> {
    let tag = element.tag_name();
    if element.has_attribute("data-figures") {
        return Some(SHEETS.to_owned());
    }
    let wanted = match &*tag {
        "link" => {
            let rel = element.get_attribute("rel")?;
            rel.split(' ').any(|rel| matches!(rel, "stylesheet" | "icon" | "preload"))
        }
        _ => {
            let source = element.get_attribute("src")?;
            let name = source.rsplit('/').next()?;
            matches!(&*unhashed(name), "theme.js" | "windows.js" | "progress.js")
        }
    };
    if !wanted {
        return None;
    }
    let mut text = format!("<{tag}");
    for attribute in element.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        match &*name {
            // That was for the page.
            "data-when" => {}
            "href" | "src" => text.push_str(&format!(" {name}=\"../{value}\"")),
            _ if value.is_empty() => text.push_str(&format!(" {name}")),
            _ => text.push_str(&format!(" {name}=\"{}\"", escape(&value))),
        }
    }
    text.push('>');
    if tag == "script" {
        text.push_str("</script>");
    }
    Some(text)
}

/// Puts each figure's exact bytes where its slot is. mdBook reads and writes the HTML in a lesson
/// anew, and the smallest change would make the browser's first drawing differ from the one in the
/// page; so the figures never pass through it.
///
/// # Errors
///
/// If the page has a slot that nobody made.
pub fn splice(page: &str, slot: impl Fn(usize) -> Option<String>) -> Result<String> {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    for Place { range, number, .. } in slots(page) {
        out.push_str(&rest[..range.start - (page.len() - rest.len())]);
        out.push_str(&slot(number).with_context(|| nobodys(number))?);
        rest = &page[range.end..];
    }
    out.push_str(rest);
    Ok(out)
}

/// What is wrong with a page that has a slot of that number, of which nobody knows.
pub fn nobodys(number: usize) -> String {
    format!("the page has a slot {number} that no demo made: `data-demo-slot` is ours alone")
}

/// A slot of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its element.
    pub range: Range<usize>,
    /// Its number.
    pub number: usize,
    /// Where the number is written.
    pub digits: Range<usize>,
}

/// Each slot of a page.
pub fn slots(page: &str) -> impl Iterator<Item = Place> {
    const NAME: &str = " data-demo-slot=\"";
    page.match_indices(NAME).filter_map(|(name, _)| {
        let tag = ["div", "span"].into_iter().find(|tag| page[..name].ends_with(&format!("<{tag}")))?;
        let range = name - tag.len() - 1;
        let start = name + NAME.len();
        let length = page[start..].find(|c: char| !c.is_ascii_digit())?;
        let digits = start..start + length;
        let close = format!("\"></{tag}>");
        let number = page[digits.clone()].parse().ok()?;
        let range = range..digits.end + close.len();
        page[digits.end..].starts_with(&close).then_some(Place { range, number, digits })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Parts {
        Parts {
            contents: Some("<ol></ol>".into()),
            early: "<meta name=\"early\">".into(),
            head: "<link rel=\"canonical\" href=\"https://x.example/\">".into(),
            sheets: "<link rel=\"stylesheet\" href=\"b.css\">".into(),
            moved: Moved::Not,
            beside: vec![],
            base: None,
        }
    }

    const PAGE: &str = "<html><head><meta charset=\"utf-8\"><title>t</title>\
        <link rel=\"stylesheet\" href=\"a.css\"><script src=\"js/theme-01234567.js\"></script></head>\
        <body><nav id=\"contents\"></nav><p id=\"p\">x</p></body></html>";

    #[test]
    fn every_part_is_put_in() {
        let out = rewrite(PAGE, &parts()).unwrap();
        assert_eq!(
            out.html,
            format!(
                "<html><head><meta charset=\"utf-8\">{}<meta name=\"early\"><title>t</title>\
                 <link rel=\"stylesheet\" href=\"a.css\"><script src=\"js/theme-01234567.js\"></script>\
                 <link rel=\"canonical\" href=\"https://x.example/\"></head>\
                 <body><nav id=\"contents\"><ol></ol></nav><p id=\"p\">x</p></body></html>",
                policy_tag()
            )
        );
        assert_eq!(out.ids, ["contents", "p"]);
        assert!(out.problems.is_empty(), "{:#?}", out.problems);
        assert_eq!(
            out.shared,
            ["<link rel=\"stylesheet\" href=\"../a.css\">", "<script src=\"../js/theme-01234567.js\"></script>"]
        );
    }

    #[test]
    fn what_the_policy_refuses() {
        let page = "<script>1</script><script src=\"a.js\"></script><style>a{}</style>\
            <p style=\"color: red\" onclick=\"x()\"><img src=\"https://x.example/a.png\" alt=\"\">\
            <img src=\"data:image/png;base64,\" alt=\"\"><img srcset=\"a.png, //x.example/b.png 2x\">\
            <a href=\"https://x.example/\">fine</a><link rel=\"canonical\" href=\"https://x.example/\">\
            <link rel=\"stylesheet\" href=\"https://x.example/\">";
        let mut found = Vec::new();
        let handler = element!("*", |element| {
            found.extend(refused(element).into_iter().map(|refused| refused.written));
            Ok(())
        });
        rewrite_str(page, RewriteStrSettings::new().append_element_content_handler(handler)).unwrap();
        assert_eq!(
            found,
            [
                "<script",
                "<style",
                "style=\"color: red\"",
                "onclick=\"x()\"",
                "https://x.example/a.png",
                "data:image/png;base64,",
                "a.png, //x.example/b.png 2x",
                "https://x.example/"
            ]
        );
    }

    #[test]
    fn scripts_go_where_they_are_needed() {
        let page = |main: &str| {
            format!("<head><script src=\"a.js\" data-when=\"<details class=\"></script></head><main>{main}</main>")
        };
        assert_eq!(needs(&page("").replace("<details class=", "<a")), ["<a"]);
        assert_eq!(needs("<script src=\"a\" data-when='id=\"p\"'></script>"), ["id=\"p\""]);
        let beside = Parts { beside: vec!["<details class=".to_owned()], ..Parts::default() };
        assert!(rewrite(&page(""), &beside).unwrap().html.contains("a.js"));
        let with = rewrite(&page("<details class=\"x\">"), &Parts::default()).unwrap();
        assert!(with.html.starts_with("<head><script src=\"a.js\"></script></head>"), "{}", with.html);
        let without = rewrite(&page("<details>"), &Parts::default()).unwrap();
        assert!(without.html.starts_with("<head></head>"), "{}", without.html);
    }

    #[test]
    fn terms_have_the_glossarys_anchors() {
        let page = "<dl><dt id=\"a-also-b\"><a class=\"header\" href=\"#a-also-b\"><dfn id=\"term-a\">A</dfn> (b)</a></dt></dl>";
        let out = rewrite(page, &Parts::default()).unwrap();
        assert_eq!(out.html, "<dl><dt><dfn id=\"term-a\">A</dfn> (b)</dt></dl>");
        assert_eq!(out.ids, ["term-a"]);
    }

    #[test]
    fn alignment_becomes_a_class() {
        let out = rewrite("<td style=\"text-align: right\" class=\"a\">", &Parts::default()).unwrap();
        assert_eq!(out.html, "<td class=\"a align-right\">");
    }

    #[test]
    fn what_the_template_lacks_is_named() {
        let out = rewrite("<html><head></head><body></body></html>", &parts()).unwrap();
        assert_eq!(out.problems.len(), 2, "{:#?}", out.problems);
        let out = rewrite("<html><head></head><body></body></html>", &Parts::default()).unwrap();
        assert!(out.problems.is_empty());
    }

    #[test]
    fn pictures_lose_their_check_boxes() {
        let page = "<p><label class=\"checkbox-label\"><input class=\"checkbox-img\" type=\"checkbox\">\
            <img src=\"a.png\" alt=\"a\"><span class=\"img-wrapper\"><img src=\"a.png\" alt=\"a\"></span>\
            </label></p>";
        let out = rewrite(page, &Parts::default()).unwrap();
        assert_eq!(out.html, "<p><img src=\"a.png\" alt=\"a\"></p>");
    }

    #[test]
    fn addresses_count_from_the_chapter() {
        let text = "<a href=\"x.html#y\"></a><img src=\"a.png\" srcset=\"a.png, ../b.png 2x\"><video src=\"v.mp4?t=1\" \
            poster=\"../p/q.png\"></video><object data=\"o.svg\"></object><p data=\"free\" cite=\"#c\">\
            <a href=\"https://x.example/\" href></a><q cite=\"../../../out\"></q>";
        let page = |moved| {
            let parts = Parts { moved, ..Parts::default() };
            let whole = format!("<main>{}{text}</main><audio src=\"a.mp3\">", chapter_mark("p/m/l.html"));
            rewrite(&whole, &parts).unwrap().html
        };
        assert_eq!(page(Moved::Not), format!("<main>\n\n{text}</main><audio src=\"a.mp3\">"));
        let all = text
            .replace("\"x.html#y\"", "\"p/m/x.html#y\"")
            .replace(
                "src=\"a.png\" srcset=\"a.png, ../b.png 2x\"",
                "src=\"p/m/a.png\" srcset=\"p/m/a.png, p/b.png 2x\"",
            )
            .replace("\"v.mp4?t=1\"", "\"p/m/v.mp4?t=1\"")
            .replace("\"../p/q.png\"", "\"p/p/q.png\"")
            .replace("\"o.svg\"", "\"p/m/o.svg\"");
        assert_eq!(page(Moved::All), format!("<main>\n\n{all}</main><audio src=\"a.mp3\">"));
        let rest = all.replace("\"p/m/x.html#y\"", "\"x.html#y\"").replace("src=\"p/m/a.png\"", "src=\"a.png\"");
        assert_eq!(page(Moved::Rest), format!("<main>\n\n{rest}</main><audio src=\"a.mp3\">"));
    }

    #[test]
    fn figures_go_in_byte_for_byte() {
        let figure = "<svg viewBox=\"0 0 1 1\"><!-- yew -->\n\n</svg>";
        let page = "a<div data-demo-slot=\"1\"></div>b<div data-demo-slot=\"0\"></div>c";
        let slot = |number: usize| Some(format!("[{number}{figure}]"));
        assert_eq!(splice(page, slot).unwrap(), format!("a[1{figure}]b[0{figure}]c"));
        assert!(splice(page, |_| None).is_err());
        let span = "x <span data-demo-slot=\"2\"></span>";
        assert_eq!(splice(span, slot).unwrap(), format!("x [2{figure}]"));
        let code = "&lt;div data-demo-slot=\"0\"&gt; <div data-demo-slot=\"x\"></div>";
        assert_eq!(splice(code, |_| None).unwrap(), code);
    }
}
