//! A page for each demo, without the book around it, for frames in other sites.

use crate::{
    chapters::{address, to_root},
    figures::Figure,
    html::escape,
    pages::{
        module::{FOLDER, Scripts},
        site::learning,
        template::policy_tag,
    },
};

/// What all embed pages of a book share.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The book's title.
    pub book: String,
    /// The book's language.
    pub language: String,
    /// The direction of its script.
    pub direction: String,
    /// Tags of the book's pages that these need too, relative to this folder.
    pub head: String,
    /// The script with the book's catalogue, in the site's root.
    pub catalogue: String,
    /// The demos' scripts, unless the book is built without them.
    pub scripts: Option<Scripts>,
}

/// The file of a figure's embed page.
pub fn file(id: &str) -> String {
    format!("embed/{id}.html")
}

/// The whole page of a figure that stands on `page` in the lesson called `lesson`; `html` is the figure's.
pub fn page(frame: &Frame, figure: &Figure, html: &str, page: &str, lesson: &str) -> String {
    let root = to_root(&file(&figure.id));
    let scripts = match &frame.scripts {
        Some(scripts) => {
            format!(
                "{}\n<script defer src=\"{root}{FOLDER}/{}\"></script>\n",
                scripts.tag(&root, false, [figure]),
                scripts.embed
            )
        }
        None => String::new(),
    };
    // The figure is found and read as part of its lesson.
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"{lang}\" dir=\"{dir}\" class=\"no-js\">\n\
         <head>\n\
         <meta charset=\"utf-8\">{policy}\n\
         <title>{title} – {book}</title>\n\
         <meta name=\"description\" content=\"{purpose}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         {learning}\
         {head}\n\
         {scripts}\
         </head>\n\
         <body class=\"embed\">\n\
         <main>\n\
         <h1 class=\"visually-hidden\">{title}</h1>\n\
         {html}\n\
         </main>\n\
         <footer class=\"embed-source\">\
         <a href=\"{root}{href}#{id}\" target=\"_blank\" rel=\"noopener\">From {lesson}, {book}</a>\
         </footer>\n\
         </body>\n\
         </html>\n",
        lang = escape(&frame.language),
        dir = escape(&frame.direction),
        policy = policy_tag(),
        title = escape(&figure.title),
        book = escape(&frame.book),
        purpose = escape(figure.purpose),
        learning = learning(&frame.catalogue, &file(&figure.id), &format!("embed/{}", figure.id)),
        head = frame.head,
        href = escape(&address(page)),
        id = escape(&figure.id),
        lesson = escape(lesson),
    )
}
