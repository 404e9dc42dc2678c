//! What a demo is, and which there are.

pub use crate::chrome::facts::{Fact, FactInfo, FactList, Yield};
use crate::chrome::figure::{self, Beside, Desk, Film, Kept};
use sim::Time;
use yew::prelude::*;

/// A mistake that an author made, found by looking at the run.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON pointer into the block, such as `/faults/0`; empty for the block as a whole.
    pub pointer: String,
    /// Whether the key is to be underlined, not its value.
    pub key: bool,
    /// Which bytes of the string value at `pointer` are wrong, if not the whole value.
    pub within: Option<std::ops::Range<usize>>,
    /// What is wrong, in one line.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

#[cfg(feature = "ssr")]
impl Problem {
    /// A mistake of the block as a whole.
    pub fn of_all(message: String) -> Self {
        Self { pointer: String::new(), key: false, within: None, message, help: None }
    }
}

/// What a demo gets in the browser, beside what its author wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The run from the address, if there is one; applied after the first render, which has to be
    /// the prerendered one.
    pub link: Option<AttrValue>,
    /// The address of the site's root, absolute, with a slash at its end.
    pub root: AttrValue,
    /// Whether this is an embed page.
    pub embedded: bool,
}

/// A component's properties.
#[derive(Properties, Clone, Default, PartialEq)]
pub struct DemoProps {
    /// The figure's id.
    pub id: AttrValue,
    /// The figure's title.
    pub title: AttrValue,
    /// The run that the page shows, as a [`View`]'s code.
    pub view: AttrValue,
    /// What the builder worked out for the figure, in the demo's own form; empty if nothing.
    #[prop_or_default]
    pub data: AttrValue,
    /// Presets, the question and goals, as [`Offered`](crate::chrome::offered::Offered) writes them; empty if there are none.
    #[prop_or_default]
    pub offered: AttrValue,
    /// Whether the figure is a part of another one, without a frame of its own.
    #[prop_or_default]
    pub inner: bool,
    /// Whether there is a browser, for a part of another figure, which knows.
    #[prop_or_default]
    pub live: bool,
    /// Empty on the host and in the first render.
    #[prop_or_default]
    pub session: Session,
}

/// What is looked at: a run by its code and, where it matters, how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View<'a> {
    /// The run's code.
    pub run: &'a str,
    /// The time; the demo's usual one if there is none.
    pub at: Option<Time>,
    /// All that follows the run's code, in words between `~`, the time among them; each demo has its own.
    pub words: &'a str,
}

impl<'a> View<'a> {
    /// Reads `<run>` or `<run>~~<word>~<word>…`; a word that is a number is a time in milliseconds. Words
    /// that a demo does not know it leaves out.
    pub fn parse(code: &'a str) -> Self {
        let (run, words) = code.split_once("~~").unwrap_or((code, ""));
        let mut times = words.split('~').filter_map(|word| word.parse().ok());
        Self { run, at: times.find(|ms| *ms < 1_000_000_000).map(Time::from_millis), words }
    }

    /// Whether that word follows the run.
    pub fn has(&self, word: &str) -> bool {
        self.words.split('~').any(|other| other == word)
    }

    /// What follows `name.` in one of the words: of `with.maybe.outbox`, for `with`, `maybe.outbox`.
    pub fn list(&self, name: &str) -> Option<&'a str> {
        self.words.split('~').find_map(|word| word.strip_prefix(name)?.strip_prefix('.'))
    }

    /// A run's code and words, as [`View::parse`] reads them.
    pub fn with_words(run: &str, words: Vec<String>) -> String {
        if words.is_empty() { run.to_owned() } else { format!("{run}~~{}", words.join("~")) }
    }
}

/// What a demo owes the house: the run as a value, what comes of it, and a component that draws it.
pub trait Demo: Sized + 'static {
    /// The word after `demo` in the fence.
    const NAME: &'static str;
    /// The value that everything is computed from.
    type Run: Clone + PartialEq + 'static;
    /// How a run is looked at: a step, columns, a scale. In the link, not in the history.
    type Look: Clone + PartialEq + Default + 'static;
    /// What came of a run: what is drawn and what facts are told from.
    type Seen: 'static;
    /// The component that draws. It gets a [`Desk`] and returns [`Desk::lay`] of its parts.
    type View: BaseComponent<Properties = Desk<Self>>;

    /// Whether the page computes what came of a run, at once and for each run once. Otherwise an
    /// [engine](crate::chrome::engine) or a [job](crate::chrome::task) of the demo does, the page links no simulation, and
    /// [`Desk::seen`] must not be asked.
    const IN_PAGE: bool = true;
    /// What may stand beside the picture for comparison.
    const BESIDE: Beside = Beside::Picture;
    /// Whether there are ways back to the runs before.
    const HISTORY: bool = true;
    /// What the page has of its own, in a word: “Back to the page’s run”.
    const OWN: &'static str = "run";
    /// The height that an open figure needs in a frame, in pixels.
    const HEIGHT: u32;

    /// What a link's text stands for.
    ///
    /// # Errors
    /// If there is no such run; the reason is a sentence's end.
    fn read(view: &View<'_>) -> Result<(Self::Run, Self::Look), String>;
    /// The run as text, which [`Demo::read`] reads.
    fn code(run: &Self::Run) -> String;
    /// How a run is looked at, as words that follow the run in a link. `at` is the time that is shown.
    fn words(_kept: &Kept<Self>, _look: &Self::Look, _at: Time) -> Vec<String> {
        vec![]
    }
    /// What comes of a run. `data` is what the builder worked out for the figure. Pure; called once for each run, never
    /// while drawing.
    fn see(run: &Self::Run, data: &str) -> Self::Seen;
    /// Declares the facts of a run, each computed in the same line, in the order of the reference page.
    fn facts(list: &mut FactList<Self::Seen>);
    /// The time that a run takes and how one moves in it; none for runs without time. `seen` is there if
    /// [`Demo::IN_PAGE`].
    fn film(_run: &Self::Run, _seen: Option<&Self::Seen>) -> Option<Film> {
        None
    }
    /// The moment that is shown first; the end of the film unless the demo says otherwise.
    fn opens_at(kept: &Kept<Self>, _look: &Self::Look) -> Time {
        kept.end()
    }
    /// Whether the run before says anything about this one, so that it may be drawn behind its picture.
    fn is_near(_run: &Self::Run, _before: &Self::Run) -> bool {
        true
    }
    /// The moment at which a figure with a question waits for the answer.
    fn asks_at(kept: &Kept<Self>, look: &Self::Look) -> Time {
        Self::opens_at(kept, look)
    }
    /// Whether what is shown is what the figure's title and the page's text are about.
    fn is_same(desk: &Desk<Self>) -> bool {
        desk.run() == desk.original()
    }

    /// The fingerprint of the run that a link's text stands for: the fact `hash`, unless that takes long to simulate.
    ///
    /// # Errors
    /// If the text cannot be read.
    fn hash_of(code: &str) -> Result<String, String> {
        figure::hash_of::<Self>(code)
    }

    /// A long computation, for a [job](crate::chrome::task::use_job); nothing if the input cannot be read. Input and lines
    /// are in the demo's own codes. It may run in a worker, in an instance of the module that has no page; whoever started
    /// it can end it at any time. Most demos have none.
    fn task(_input: &str) -> Option<Box<dyn crate::chrome::task::AnyWork>> {
        None
    }

    /// What simulates beside the page, for an [engine's link](crate::chrome::engine::Link). Most demos have none.
    fn engine() -> Option<Box<dyn crate::chrome::engine::Engine>> {
        None
    }

    /// What an [engine](crate::chrome::engine) has to have computed before the page can draw the view that it shows at
    /// first, with what its author offers: a wish for each frame. The site has these frames as files, so that a page need not compute what the
    /// builder has computed already. Nothing for what is computed while drawing.
    fn awaits(_view: &str, _offered: &str) -> Vec<String> {
        vec![]
    }
}

/// One kind of demo, as its authors need it.
#[cfg(feature = "ssr")]
pub trait Authored: Demo {
    /// What the demo is for, in one sentence.
    const PURPOSE: &'static str;
    /// A block that works; its `id` is `example-<name>`.
    const EXAMPLE: &'static str;
    /// The style sheet of what only this demo is drawn with, `include_str!("style.css")`; empty if
    /// [the one of all figures](crate::chrome::registry::STYLE) is enough. Only pages with a figure of the demo link it.
    const STYLE: &'static str = "";
    /// What an author writes, without what every block has: `id`, `title` and `expect`. Its documentation is the demo's
    /// reference.
    type Block: serde::de::DeserializeOwned + schemars::JsonSchema;
    /// Runs what the author wrote.
    ///
    /// # Errors
    /// All mistakes that the block's types could not rule out.
    fn examine(block: &Self::Block) -> Result<Examined<Self::Seen>, Vec<Problem>>;

    /// Whether its figures have presets, a question and goals of the house's form.
    const PRESETS: bool = true;
    /// What the reader is asked by the demo itself.
    fn questions(_examined: &Examined<Self::Seen>) -> Vec<crate::chrome::registry::Asking> {
        vec![]
    }
    /// Replaces keys of a block, for a preset: objects are merged key by key, anything else is taken over.
    fn replace(block: &mut serde_json::Value, keys: &serde_json::Map<String, serde_json::Value>) {
        merge(block, keys);
    }
    /// The key of a block that says where chance begins; nothing if its run leaves nothing to chance.
    const SEED: Option<&'static str> = None;
    /// What came of the run alone, as [`Examined::seen`], and of nothing else that the block offers. A run that has more
    /// than `_events` events may be given up.
    ///
    /// # Errors
    /// If there is no such run, or it was given up.
    fn see_within(block: &Self::Block, _events: u64) -> Result<Self::Seen, Vec<Problem>> {
        Self::examine(block).map(|examined| examined.seen)
    }
}

/// What came of an author's block.
#[cfg(feature = "ssr")]
pub struct Examined<S> {
    /// A [`View`]'s code.
    pub view: String,
    /// What the builder worked out for the figure, in the demo's own form; usually nothing.
    pub data: String,
    /// What came of the run.
    pub seen: S,
}

/// Puts keys into a block: objects are merged key by key, anything else is taken over.
#[cfg(feature = "ssr")]
pub(crate) fn merge(block: &mut serde_json::Value, keys: &serde_json::Map<String, serde_json::Value>) {
    for (key, value) in keys {
        match (block.get_mut(key), value) {
            (Some(old @ serde_json::Value::Object(_)), serde_json::Value::Object(new)) => merge(old, new),
            _ => block[key] = value.clone(),
        }
    }
}

/// What could stand where an author wrote something else, for a message: the nearest first.
#[cfg(feature = "ssr")]
pub(crate) fn choices(written: &str, choices: &[String]) -> Option<String> {
    match crate::chrome::registry::nearest(written, choices.iter().map(String::as_str)) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => (!choices.is_empty()).then(|| format!("write one of: {}", choices.join(", "))),
    }
}
