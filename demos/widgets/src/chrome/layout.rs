//! How a figure is laid out: the slots that every demo fills, and what the house puts around them.

use crate::chrome::{
    demo::{Demo, Session, View},
    figure::{Asked, Beside, Desk, Role, Size},
    history::{StepsProps, steps},
    offered::{Offered, Question},
    shell::Shell,
};
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The parts of a figure, as its demo draws them.
#[derive(Default)]
pub struct Parts {
    /// The picture.
    pub picture: Html,
    /// What has happened, in a sentence of cause and consequence; and what can be done next.
    pub aside: Html,
    /// Everything else: shown where the figure is open.
    pub rest: Html,
    /// What the table is about; empty if there is none at the moment.
    pub summary: &'static str,
    /// The same in words: a table.
    pub table: Html,
    /// What stands in the bar of runs besides undo and redo.
    pub more_steps: Html,
    /// Keys of the demo's own, besides those of time.
    pub keys: Option<Callback<KeyboardEvent>>,
    /// Why this run fits no link, as a sentence; nothing if it fits.
    pub unlinkable: Option<AttrValue>,
    /// Whether the demo itself waits for an answer: nothing may tell the outcome then.
    pub asking: bool,
    /// The class of the element around picture and aside, for the demo's style sheet.
    pub class: &'static str,
}

/// What the house lays a figure out from, whatever its demo. Apart from [`Desk`], so that a module has the code once and
/// not for each of its demos.
struct Around {
    id: AttrValue,
    /// The figure's title, as the author wrote it.
    title: AttrValue,
    /// A part of another figure.
    inner: bool,
    /// Whether there is a browser; and whether the figure can be used.
    in_browser: bool,
    live: bool,
    /// The question waits for its answer.
    waiting: bool,
    own: &'static str,
    history: bool,
    before: bool,
    after: bool,
    ghost: Option<bool>,
    original: bool,
    /// What can be compared with, and what is.
    others: Vec<AttrValue>,
    beside: Option<AttrValue>,
    /// The picture of what it is compared with.
    other: Option<Html>,
    controls: Html,
    offered: Rc<Offered>,
    /// For each preset, whether its run is shown.
    pressed: Vec<bool>,
    reached: Rc<Vec<bool>>,
    asked: Asked,
    session: Session,
    code: String,
    trouble: Option<AttrValue>,
    height: u32,
    figure: NodeRef,
    keys: Callback<KeyboardEvent>,
    open: bool,
    /// What the reader does with it.
    act: Callback<Deed>,
}

/// What a reader can do with any figure.
enum Deed {
    Undo,
    Redo,
    Back,
    /// Shows the run before behind the picture, or not.
    Ghost,
    /// Opens the figure, or shows it at a glance.
    Size,
    /// Puts that run beside.
    Compare(Option<AttrValue>),
    /// Shows that preset.
    Show(usize),
    /// Answers the question, or skips it.
    Answer(Option<usize>),
}

impl<D: Demo> Desk<D> {
    /// Lays a figure out from its parts, with what the house adds: the frame, the question, presets, the ways between runs,
    /// goals, another run beside.
    pub fn lay(&self, mut parts: Parts) -> Html {
        let inner = &*self.0;
        if let Role::Beside(_, words) = &inner.role {
            return beside(words.clone(), parts.picture);
        }
        let ghost = (self.near().is_some() && D::BESIDE == Beside::Ghost).then(|| *inner.ghost);
        let others = if D::BESIDE == Beside::Picture { self.others() } else { vec![] };
        let presets = inner.offered.presets.iter();
        let around = Around {
            id: self.id().clone(),
            title: inner.props.title.clone(),
            inner: inner.role == Role::Inner,
            in_browser: self.in_browser(),
            live: self.live(),
            waiting: self.is_asking(),
            own: D::OWN,
            history: D::HISTORY,
            before: inner.history.before().is_some(),
            after: inner.history.after().is_some(),
            ghost,
            original: self.is_original(),
            others: others.into_iter().map(|(words, _)| words).collect(),
            beside: (*inner.beside).clone(),
            other: self.other(),
            controls: self.controls(),
            offered: inner.offered.clone(),
            pressed: presets
                .map(|preset| D::read(&View::parse(&preset.view)).is_ok_and(|(run, _)| run == *self.run()))
                .collect(),
            reached: inner.reached.clone(),
            asked: *inner.asked,
            session: self.session().clone(),
            code: self.code(),
            trouble: (*inner.trouble).clone(),
            height: D::HEIGHT,
            figure: self.figure().clone(),
            keys: self.keys(parts.keys.take(), parts.asking || self.is_asking()),
            open: *inner.size == Size::Open,
            act: {
                let desk = self.clone();
                Callback::from(move |deed| desk.act(deed))
            },
        };
        around.lay(parts)
    }

    fn act(&self, deed: Deed) {
        let inner = &*self.0;
        match deed {
            Deed::Undo => self.undo(),
            Deed::Redo => self.redo(),
            Deed::Back => self.back(),
            Deed::Ghost => inner.ghost.set(!*inner.ghost),
            Deed::Size => inner.size.set(if *inner.size == Size::Open { Size::Glance } else { Size::Open }),
            Deed::Compare(with) => inner.beside.set(with),
            Deed::Show(preset) => self.show(&inner.offered.presets[preset]),
            Deed::Answer(chosen) => self.answer(chosen),
        }
    }
}

fn beside(words: AttrValue, picture: Html) -> Html {
    html! {
        <div class="figure-beside">
            <p class="panel-title">{ words }</p>
            { picture }
        </div>
    }
}

impl Around {
    fn lay(mut self, parts: Parts) -> Html {
        let Parts { picture, aside, rest, summary, table, more_steps, unlinkable, asking, class, .. } = parts;
        let more = rest != Html::default() || !summary.is_empty();
        let asking = asking || self.waiting;
        let other = self.other.take();
        let body = html! {
            <>
                <div class={classes!("figure-main", class, other.is_some().then_some("two"))}>
                    <div class="figure-picture">
                        { picture }
                        if !asking {
                            { self.controls.clone() }
                        }
                    </div>
                    { other.unwrap_or_default() }
                    <div class="figure-aside">
                        { self.question() }
                        if !self.waiting {
                            { aside }
                        }
                    </div>
                </div>
                if !asking {
                    { self.presets() }
                    { self.steps(more_steps) }
                    { self.goals() }
                    <div class="figure-rest">{ rest }</div>
                }
            </>
        };
        let table = if asking && self.in_browser {
            html! { <p>{ "First your answer, then the story." }</p> }
        } else {
            table
        };
        let toggle = self.act.reform(|_: MouseEvent| Deed::Size);
        if self.inner {
            return html! {
                <div class="inner-figure" id={self.id} ref={self.figure} onkeydown={self.keys}>
                    { body }
                    <details class="figure-events"><summary>{ summary }</summary>{ table }</details>
                </div>
            };
        }
        html! {
            <Shell id={self.id} title={self.title} changed={!self.original} live={self.in_browser} session={self.session}
                code={self.code} trouble={self.trouble} {unlinkable} height={self.height} figure={self.figure}
                onkeydown={self.keys} open={more.then_some((self.open, toggle))} {summary} {table}>
                { body }
            </Shell>
        }
    }

    /// Buttons for the runs that the author offers.
    fn presets(&self) -> Html {
        let presets = &self.offered.presets;
        if presets.is_empty() {
            return Html::default();
        }
        let button = |place: usize| {
            let onclick = self.act.reform(move |_: MouseEvent| Deed::Show(place));
            let pressed = self.pressed[place].to_string();
            html! {
                <button type="button" disabled={!self.live} aria-pressed={pressed} {onclick}>{ presets[place].label.clone() }</button>
            }
        };
        html! {
            <div class="offers needs-js" role="group" aria-label="Try this">
                <span class="quiet-words">{ "Try:" }</span>
                { for (0..presets.len()).map(button) }
            </div>
        }
    }

    /// The ways between runs, and what to compare with.
    fn steps(&self, more: Html) -> Html {
        if !self.history {
            return more;
        }
        steps(StepsProps {
            id: &self.id,
            live: self.live,
            own: self.own,
            before: self.before,
            after: self.after,
            ghost: self.ghost.map(|ghost| (ghost, self.act.reform(|_: MouseEvent| Deed::Ghost))),
            original: self.original,
            undo: self.act.reform(|_: MouseEvent| Deed::Undo),
            redo: self.act.reform(|_: MouseEvent| Deed::Redo),
            back: self.act.reform(|_: MouseEvent| Deed::Back),
            more: html! { <>{ self.comparing() }{ more }</> },
        })
    }

    /// The choice of another run to stand beside.
    fn comparing(&self) -> Html {
        if self.others.is_empty() {
            return Html::default();
        }
        let onchange = self.act.reform(|event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let chosen = select.value();
            Deed::Compare((!chosen.is_empty()).then(|| chosen.into()))
        });
        html! {
            <label class="speed"><span>{ "Compare with" }</span>
                <select disabled={!self.live} {onchange}>
                    <option value="" selected={self.beside.is_none()}>{ "nothing" }</option>
                    { for self.others.iter().map(|words| html! {
                        <option value={words.clone()} selected={self.beside.as_ref() == Some(words)}>{ words.clone() }</option>
                    }) }
                </select>
            </label>
        }
    }

    /// The goals, and which of them are reached.
    fn goals(&self) -> Html {
        let goals = &self.offered.goals;
        if goals.is_empty() {
            return Html::default();
        }
        let reached = |place: usize| self.reached.get(place).is_some_and(|reached| *reached);
        html! {
            <ul class="goals" aria-live="polite">
                { for goals.iter().enumerate().map(|(place, goal)| html! {
                    <li class={if reached(place) { "good" } else { "open" }}>
                        if reached(place) { <b>{ "✓ " }</b> }{ goal.words.clone() }
                    </li>
                }) }
            </ul>
        }
    }

    /// The question that is asked first, or what became of it.
    fn question(&self) -> Html {
        let Some(question) = &self.offered.question else { return Html::default() };
        match self.asked {
            Asked::Waiting => self.waiting(question),
            Asked::Answered(chosen) => answered(&self.id, question, chosen),
            Asked::No => Html::default(),
        }
    }

    fn waiting(&self, question: &Question) -> Html {
        let live = self.in_browser;
        let choice = |place: usize| {
            let onclick = self.act.reform(move |_: MouseEvent| Deed::Answer(Some(place)));
            html! { <button type="button" disabled={!live} {onclick}>{ question.choices[place].clone() }</button> }
        };
        html! {
            <div class="question" role="group" id={format!("{}-question", self.id)} tabindex="-1"
                aria-labelledby={format!("{}-ask", self.id)}>
                <p id={format!("{}-ask", self.id)}><strong>{ question.ask.clone() }</strong></p>
                <div class="options">{ for (0..question.choices.len()).map(choice) }</div>
                <button type="button" class="quiet needs-js" disabled={!live} onclick={self.act.reform(|_: MouseEvent| Deed::Answer(None))}>{ "Skip the question" }</button>
                if !live {
                    <details class="more"><summary>{ "The answer" }</summary>
                        <p>{ question.choices[question.right].clone() }{ " " }{ question.because.clone() }</p>
                    </details>
                }
            </div>
        }
    }
}

fn answered(id: &AttrValue, question: &Question, chosen: usize) -> Html {
    let right = chosen == question.right;
    let said = question.choices.get(chosen).map_or("", String::as_str);
    html! {
        <div class={if right { "answer good" } else { "answer bad" }} role="group" id={format!("{id}-answer")} tabindex="-1"
            aria-label="Your answer">
            <p>
                { format!("You said: “{said}” {} ", if right { "✓ Right." } else { "✕ Not so." }) }
                if !right {
                    { format!("Right is: “{}” ", question.choices[question.right]) }
                }
                { question.because.clone() }
            </p>
        </div>
    }
}
