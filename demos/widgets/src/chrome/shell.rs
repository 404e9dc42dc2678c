//! What every demo has around it: a title, a link to the run, code to embed it, the events in
//! words.

use crate::chrome::{browser, demo::Session, player::icon};
use gloo_timers::callback::Timeout;
use std::{cell::RefCell, rc::Rc};
use web_sys::HtmlInputElement;
use yew::{platform::spawn_local, prelude::*};

/// The part of a figure that is to have the focus once it is drawn; see [`use_next_focus`].
pub type NextFocus = Rc<RefCell<Option<&'static str>>>;

/// Gives the keyboard's focus to the part of a figure that is put here, the end of its id, once it is
/// there. After a render, not after a while: a slow render is done in several turns.
#[hook]
pub fn use_next_focus(id: &AttrValue) -> NextFocus {
    let next: NextFocus = use_mut_ref(|| None);
    let (id, part) = (id.clone(), next.clone());
    use_effect(move || {
        let there = part.borrow().and_then(|part| browser::by_id(&format!("{id}-{part}")));
        if there.is_some() {
            part.take();
            browser::focus(there);
        }
    });
    next
}

/// The properties of [`Shell`]: what the frame around a demo needs.
#[derive(Properties, PartialEq)]
pub struct ShellProps {
    /// The figure's id.
    pub id: AttrValue,
    /// The figure's title, as the author wrote it.
    pub title: AttrValue,
    /// Whether the figure shows something else by now than what title, caption and text are about.
    #[prop_or_default]
    pub changed: bool,
    /// Whether there is a browser; the buttons do nothing before.
    pub live: bool,
    /// The link that brought the reader here, the address of the site's root, and whether this is an embed page.
    pub session: Session,
    /// The code of the run that is shown, for links.
    pub code: AttrValue,
    /// What was wrong with the link that brought the reader here, as a sentence; nothing if all was well.
    #[prop_or_default]
    pub trouble: Option<AttrValue>,
    /// Why this run fits no link, as a sentence; then there is no link to copy. Nothing if it fits.
    #[prop_or_default]
    pub unlinkable: Option<AttrValue>,
    /// The height that the demo needs in a frame, in pixels.
    pub height: u32,
    /// The reference to the figure's element, to be filled by the frame.
    pub figure: NodeRef,
    /// Called for each key that is pressed inside the figure.
    #[prop_or_default]
    pub onkeydown: Callback<KeyboardEvent>,
    /// Whether all of the figure is shown, or what can be taken in at a glance; and what changes that. Nothing if there is
    /// no more to show.
    #[prop_or_default]
    pub open: Option<(bool, Callback<MouseEvent>)>,
    /// What the table below the demo is about; empty if there is none at the moment.
    pub summary: AttrValue,
    /// The events, or whatever says the same in words: a table.
    pub table: Html,
    /// The demo itself.
    pub children: Html,
}

/// The title of a figure, or of a picture in it, that may show something else by now than what the title says.
pub fn title_of(title: &AttrValue, changed: bool) -> AttrValue {
    if changed { format!("{title} (changed)").into() } else { title.clone() }
}

/// What was copied, or could not be.
#[derive(Clone, PartialEq)]
enum Copied {
    Yes(&'static str),
    /// The text, to be copied by hand.
    No(&'static str, String),
}

/// The frame around every demo: title, buttons for link and embed code, notices, the demo, its table.
#[component]
pub fn Shell(props: &ShellProps) -> Html {
    let title = title_of(&props.title, props.changed);
    let copied = use_state(|| None::<Copied>);
    // Dropping the old timer ends it, so each message stays its full time.
    let timer = use_mut_ref(|| None::<Timeout>);
    let copy = |what: &'static str, make: fn(&ShellAddress) -> String| {
        let (copied, timer) = (copied.clone(), timer.clone());
        let address = ShellAddress {
            id: props.id.clone(),
            title: title.clone(),
            code: props.code.clone(),
            session: props.session.clone(),
            height: props.height,
        };
        Callback::from(move |_: MouseEvent| {
            let (copied, timer, text) = (copied.clone(), timer.clone(), make(&address));
            spawn_local(async move {
                if browser::copy(&text).await {
                    copied.set(Some(Copied::Yes(what)));
                    let copied = copied.clone();
                    *timer.borrow_mut() = Some(Timeout::new(4_000, move || copied.set(None)));
                } else {
                    timer.borrow_mut().take();
                    copied.set(Some(Copied::No(what, text)));
                }
            });
        })
    };
    let close = {
        let copied = copied.clone();
        Callback::from(move |_: MouseEvent| copied.set(None))
    };
    let select = Callback::from(|event: FocusEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        input.select();
    });
    html! {
        // The run is told to who looks from outside: the page for instructors makes a snippet of it. What is prerendered
        // has it in its properties already.
        // Translators replace text nodes, and what a figure says of its run would stay as it was: only what never changes
        // is theirs to translate. Pictures and what is said of them run from left to right on any page.
        <figure class="figure" dir="ltr" translate="no" ref={props.figure.clone()} aria-labelledby={format!("{}-title", props.id)}
            data-run={props.live.then(|| props.code.clone())} data-size={props.open.as_ref().is_some_and(|(open, _)| *open).then_some("open")} onkeydown={props.onkeydown.clone()}>
            <figcaption class="figure-head">
                // The key lets another title take the place of the whole element, whatever a translator has made of it.
                <span key={title.to_string()} class="figure-title" id={format!("{}-title", props.id)} dir="auto" translate="yes">{ title.clone() }</span>
                <div class="figure-tools needs-js" translate="yes">
                    if let Some((open, toggle)) = &props.open {
                        <button type="button" class="quiet figure-open" disabled={!props.live} aria-expanded={open.to_string()} onclick={toggle.clone()}>
                            // Keyed, as the title is: another word takes the place of the whole element.
                            <span key={if *open { "less" } else { "open" }}>{ if *open { "Less" } else { "Open" } }</span>
                        </button>
                    }
                    <details class="figure-menu">
                        <summary aria-label="Share this run">{ "⋯" }</summary>
                        <div>
                            <button type="button" class="quiet" disabled={!props.live || props.unlinkable.is_some()} onclick={copy("Link", ShellAddress::link)}>
                                { icon(LINK) }<span>{ "Copy link to this run" }</span>
                            </button>
                            <button type="button" class="quiet" disabled={!props.live || props.unlinkable.is_some()} onclick={copy("Embed code", ShellAddress::snippet)}>
                                { icon(CODE) }<span>{ "Copy embed code" }</span>
                            </button>
                        </div>
                    </details>
                </div>
            </figcaption>
            if let Some(trouble) = &props.trouble {
                <p class="notice" role="alert">{ trouble.clone() }</p>
            }
            if let Some(why) = &props.unlinkable {
                <p class="notice" role="status">{ why.clone() }</p>
            }
            <div class="copied" role="status">
                if let Some(Copied::Yes(what)) = &*copied {
                    <p>{ *what }{ " copied: it holds this very run." }</p>
                }
                if let Some(Copied::No(what, text)) = &*copied {
                    <p>
                        <label>{ *what }{ ", to copy by hand (the browser does not let this page do it): " }
                            <input type="text" readonly=true value={text.clone()} onfocus={select}/>
                        </label>
                        <button type="button" class="quiet" onclick={close}>{ "Close" }</button>
                    </p>
                }
            </div>
            { props.children.clone() }
            if !props.summary.is_empty() {
                <details class="figure-events">
                    <summary>{ props.summary.clone() }</summary>
                    { props.table.clone() }
                </details>
            }
            if props.changed {
                <p class="figure-changed needs-js">
                    { if props.session.embedded {
                        "You have changed this figure: its title is about what it showed at first."
                    } else {
                        "You have changed this figure: its title, the caption below and the numbers in the text are about what it showed at first."
                    } }
                </p>
            }
        </figure>
    }
}

struct ShellAddress {
    id: AttrValue,
    title: AttrValue,
    code: AttrValue,
    session: Session,
    height: u32,
}

impl ShellAddress {
    /// The page that the reader is on, with this run.
    fn link(&self) -> String {
        let page = browser::page_address();
        if self.session.embedded {
            format!("{page}?run={}", self.code)
        } else {
            format!("{page}?run={id}:{code}#{id}", id = self.id, code = self.code)
        }
    }

    /// A frame that shows this demo with this run.
    fn snippet(&self) -> String {
        let escape = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        format!(
            "<iframe src=\"{}embed/{}.html?run={}\" title=\"{}\" width=\"100%\" height=\"{}\" loading=\"lazy\" allow=\"fullscreen; clipboard-write\"></iframe>",
            escape(&self.session.root),
            self.id,
            escape(&self.code),
            escape(&self.title),
            self.height,
        )
    }
}

const LINK: &str = "M6.6 9.4a2.6 2.6 0 0 0 3.7 0l2.9-2.9a2.6 2.6 0 0 0-3.7-3.7l-1 1 1 1 1-1a1.2 1.2 0 0 1 1.7 1.7L9.3 8.4a1.2 1.2 0 0 1-1.7 0zM9.4 6.6a2.6 2.6 0 0 0-3.7 0L2.8 9.5a2.6 2.6 0 0 0 3.7 3.7l1-1-1-1-1 1a1.2 1.2 0 0 1-1.7-1.7l2.9-2.9a1.2 1.2 0 0 1 1.7 0z";
const CODE: &str = "M5.6 3.6 1.2 8l4.4 4.4 1.1-1.1L3.4 8l3.3-3.3zM10.4 3.6 9.3 4.7 12.6 8l-3.3 3.3 1.1 1.1L14.8 8z";
