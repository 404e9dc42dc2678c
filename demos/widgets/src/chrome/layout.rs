//! How a figure is laid out: the slots that every demo fills, and what the house puts around them.

use crate::chrome::{
    demo::{Demo, View},
    figure::{Asked, Beside, Desk, Role, Size},
    history::{StepsProps, steps},
    offered::Question,
    shell::Shell,
};
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

impl<D: Demo> Desk<D> {
    /// Lays a figure out from its parts, with what the house adds: the frame, the question, presets, the ways between runs,
    /// goals, another run beside.
    pub fn lay(&self, parts: Parts) -> Html {
        let Parts { picture, aside, rest, summary, table, more_steps, keys, unlinkable, asking, class } = parts;
        if let Role::Beside(_, words) = &self.0.role {
            return html! {
                <div class="figure-beside">
                    <p class="panel-title">{ words.clone() }</p>
                    { picture }
                </div>
            };
        }
        let more = rest != Html::default() || !summary.is_empty();
        let asking = asking || self.is_asking();
        let other = self.other();
        let main = html! {
            <div class={classes!("figure-main", class, other.is_some().then_some("two"))}>
                <div class="figure-picture">
                    { picture }
                    if !asking {
                        { self.controls() }
                    }
                </div>
                { other.unwrap_or_default() }
                <div class="figure-aside">
                    { self.question() }
                    if !self.is_asking() {
                        { aside }
                    }
                </div>
            </div>
        };
        let body = html! {
            <>
                { main }
                if !asking {
                    { self.presets() }
                    { self.steps(more_steps) }
                    { self.goals() }
                    <div class="figure-rest">{ rest }</div>
                }
            </>
        };
        let table = if asking && self.in_browser() {
            html! { <p>{ "First your answer, then the story." }</p> }
        } else {
            table
        };
        let keys = self.keys(keys, asking);
        let open = *self.0.size == Size::Open;
        let toggle = {
            let size = self.0.size.clone();
            Callback::from(move |_: MouseEvent| size.set(if open { Size::Glance } else { Size::Open }))
        };
        if self.0.role == Role::Inner {
            return html! {
                <div class="inner-figure" id={self.id().clone()} ref={self.figure().clone()} onkeydown={keys}>
                    { body }
                    <details class="figure-events"><summary>{ summary }</summary>{ table }</details>
                </div>
            };
        }
        html! {
            <Shell id={self.id().clone()} title={self.0.props.title.clone()} changed={!self.is_original()} live={self.in_browser()}
                session={self.session().clone()} code={self.code()} trouble={(*self.0.trouble).clone()} {unlinkable}
                height={D::HEIGHT} figure={self.figure().clone()} onkeydown={keys} open={more.then_some((open, toggle))}
                {summary} {table}>
                { body }
            </Shell>
        }
    }

    /// Buttons for the runs that the author offers.
    fn presets(&self) -> Html {
        let presets = &self.0.offered.presets;
        if presets.is_empty() {
            return Html::default();
        }
        let button = |place: usize| {
            let preset = &self.0.offered.presets[place];
            let desk = self.clone();
            let onclick = Callback::from(move |_: MouseEvent| desk.show(&desk.0.offered.presets[place]));
            let pressed = D::read(&View::parse(&preset.view)).is_ok_and(|(run, _)| run == *self.run());
            html! {
                <button type="button" disabled={!self.live()} aria-pressed={pressed.to_string()} {onclick}>{ preset.label.clone() }</button>
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
        if !D::HISTORY {
            return more;
        }
        let act = |act: fn(&Self)| {
            let desk = self.clone();
            Callback::from(move |_: MouseEvent| act(&desk))
        };
        let before = self.0.history.before().is_some();
        let ghost = (self.near().is_some() && D::BESIDE == Beside::Ghost).then(|| {
            let ghost = self.0.ghost.clone();
            (*ghost, Callback::from(move |_: MouseEvent| ghost.set(!*ghost)))
        });
        steps(StepsProps {
            id: self.id(),
            live: self.live(),
            own: D::OWN,
            before,
            after: self.0.history.after().is_some(),
            ghost,
            original: self.is_original(),
            undo: act(Self::undo),
            redo: act(Self::redo),
            back: act(Self::back),
            more: html! { <>{ self.comparing() }{ more }</> },
        })
    }

    /// The choice of another run to stand beside.
    fn comparing(&self) -> Html {
        let others = if D::BESIDE == Beside::Picture { self.others() } else { vec![] };
        if others.is_empty() {
            return Html::default();
        }
        let beside = self.0.beside.clone();
        let onchange = Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let chosen = select.value();
            beside.set((!chosen.is_empty()).then(|| chosen.into()));
        });
        html! {
            <label class="speed"><span>{ "Compare with" }</span>
                <select disabled={!self.live()} {onchange}>
                    <option value="" selected={self.0.beside.is_none()}>{ "nothing" }</option>
                    { for others.iter().map(|(words, _)| html! {
                        <option value={words.clone()} selected={self.0.beside.as_ref() == Some(words)}>{ words.clone() }</option>
                    }) }
                </select>
            </label>
        }
    }

    /// The goals, and which of them are reached.
    fn goals(&self) -> Html {
        let goals = &self.0.offered.goals;
        if goals.is_empty() {
            return Html::default();
        }
        let reached = |place: usize| self.0.reached.get(place).is_some_and(|reached| *reached);
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
        let Some(question) = &self.0.offered.question else { return Html::default() };
        match *self.0.asked {
            Asked::Waiting(marked) => self.waiting(question, marked),
            Asked::Answered(chosen) => answered(self.id(), question, chosen),
            Asked::No => Html::default(),
        }
    }

    fn waiting(&self, question: &Question, marked: Option<usize>) -> Html {
        let live = self.in_browser();
        let choice = |place: usize| {
            let desk = self.clone();
            let onclick = Callback::from(move |_: MouseEvent| desk.answer(Some(place)));
            html! {
                <button type="button" disabled={!live} aria-pressed={(marked == Some(place)).to_string()} {onclick}>
                    { question.choices[place].clone() }
                </button>
            }
        };
        let skip = {
            let desk = self.clone();
            Callback::from(move |_: MouseEvent| desk.answer(None))
        };
        html! {
            <div class="question" role="group" id={format!("{}-question", self.id())} tabindex="-1"
                aria-labelledby={format!("{}-ask", self.id())}>
                <p id={format!("{}-ask", self.id())}><strong>{ question.ask.clone() }</strong></p>
                <div class="options">{ for (0..question.choices.len()).map(choice) }</div>
                <button type="button" class="quiet needs-js" disabled={!live} onclick={skip}>{ "Skip the question" }</button>
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
                { format!("You said: “{said}”. {} ", if right { "✓ right." } else { "✕ not so." }) }
                if !right {
                    { format!("It is: “{}”. ", question.choices[question.right]) }
                }
                { question.because.clone() }
            </p>
        </div>
    }
}
