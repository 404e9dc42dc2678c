//! The timeline itself: one run, its picture, what can be done to it, and the runs before it.

use super::{
    compare, facts,
    faults::{self, Meddling, Site, Target},
    picture::{PictureProps, stage},
    predict::{self, Asked},
    settings,
};
use crate::chrome::{
    browser,
    demo::View,
    history::{History, Step, StepsProps, steps},
    player::{ControlsProps, Cursor, Move, controls, keys, stop_beside, use_cursor},
    shell::{NextFocus, title_of, use_next_focus},
};
use protocols::rpc::{self, Outcome, Run, Semantics, Sentence, Transport, Weight};
use sim::{MessageName, NodeId, Time};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use yew::prelude::*;

/// Simulated time per real time, in thousandths.
const SPEEDS: &[(u32, &str)] = &[(60, "slow"), (150, "medium"), (400, "fast")];

/// A run and what follows from it, computed once per run.
#[derive(PartialEq)]
pub struct Shown {
    pub run: Run,
    pub outcome: Rc<Outcome>,
    pub story: Vec<Sentence>,
    pub sites: Vec<Site>,
    stops: Rc<Vec<Time>>,
    marks: Rc<Vec<Time>>,
    /// The story in one line.
    summary: AttrValue,
    /// Faults that do not come about.
    unmet: Vec<rpc::UnmetFault>,
    /// What the machines hold, from each moment at which that changes.
    held: Vec<(Time, Vec<facts::Cell>)>,
    /// What messages carry, as bytes.
    bytes: BTreeMap<MessageName, String>,
}

impl Shown {
    /// Simulates the run and tells its story.
    pub fn new(run: Run) -> Self {
        let outcome = Rc::new(rpc::simulate(&run));
        let story = rpc::narrate(&outcome);
        let mut stops: Vec<_> = std::iter::once(Time::ZERO).chain(story.iter().map(|s| s.at)).collect();
        stops.push(outcome.end());
        stops.dedup();
        let marks = story.iter().filter(|s| s.weight == Weight::Fault).map(|s| s.at).collect();
        let (summary, unmet) = (rpc::summary(&outcome).into(), outcome.unmet());
        let (sites, bytes) = (faults::sites(&run), faults::bytes(&run, &outcome.trace));
        let held = facts::held(&run);
        Self { held, bytes, run, outcome, story, sites, stops: Rc::new(stops), marks: Rc::new(marks), summary, unmet }
    }
}

fn to(run: Run) -> Step<Rc<Shown>> {
    Step::To(Rc::new(Shown::new(run)))
}

/// What a board begins with.
#[derive(Clone, PartialEq)]
pub struct Opening {
    /// The run.
    pub run: Run,
    /// The reader is asked first.
    pub asked: bool,
    /// The semantics to compare.
    pub with: Vec<Semantics>,
}

impl Opening {
    /// What a view's code stands for.
    ///
    /// # Errors
    /// If the run's code cannot be read, or a word names no semantics.
    pub fn read(view: &View<'_>) -> Result<Self, String> {
        let run = Run::from_code(view.run).map_err(|error| error.to_string())?;
        let mut with = vec![];
        for name in view.list("with").into_iter().flat_map(|names| names.split('.')) {
            let semantics = Semantics::ALL.into_iter().find(|semantics| semantics.name() == name);
            with.push(semantics.ok_or_else(|| format!("the link says “{name}”: no call semantics of that name"))?);
        }
        Ok(Self { run, asked: view.has("ask"), with })
    }
}

/// The state of a board; see [`use_board`].
#[derive(Clone)]
pub struct Board {
    id: AttrValue,
    title: AttrValue,
    live: bool,
    original: Rc<Opening>,
    history: UseReducerHandle<History<Rc<Shown>>>,
    cursor: UseReducerHandle<Cursor>,
    selected: UseStateHandle<Option<Target>>,
    speed: UseStateHandle<u32>,
    ghost: UseStateHandle<bool>,
    help: UseStateHandle<bool>,
    with: UseStateHandle<Vec<Semantics>>,
    /// What came of the run under each of these.
    lanes: Rc<compare::Lanes>,
    lanes_open: UseStateHandle<bool>,
    asked: UseReducerHandle<Asked>,
    next_focus: NextFocus,
    opener: Rc<RefCell<Option<web_sys::HtmlElement>>>,
}

/// A board that begins with `opening`, and cannot be used before it is said to be live. `figure` is the
/// element that it stands in.
#[hook]
pub fn use_board(id: &AttrValue, title: &AttrValue, opening: Rc<Opening>, figure: NodeRef) -> Board {
    let history = {
        let run = opening.run.clone();
        use_reducer(move || History::new(Rc::new(Shown::new(run))))
    };
    let asked = {
        let open = !opening.asked;
        use_reducer(move || Asked::new(open))
    };
    let (selected, speed) = (use_state(|| None::<Target>), use_state(|| SPEEDS[1].0));
    let (ghost, help) = (use_state(|| true), use_state(|| false));
    let opener = use_mut_ref(|| None);
    let next_focus = use_next_focus(id);
    let with = {
        let with = opening.with.clone();
        use_state(move || with)
    };
    let lanes_open = {
        let open = !opening.with.is_empty();
        use_state(move || open)
    };
    let shown = history.now().clone();
    let lanes = use_memo((shown.run.clone(), (*with).clone()), |(run, with)| compare::outcomes(run, with));
    let end = shown.outcome.end();
    let begin = if asked.open { end } else { predict::question_time(&shown.outcome, &shown.story) };
    let cursor = use_cursor(begin, end, *speed, figure);
    Board {
        id: id.clone(),
        title: title.clone(),
        live: false,
        original: opening,
        history,
        cursor,
        selected,
        speed,
        ghost,
        help,
        with,
        lanes,
        lanes_open,
        asked,
        next_focus,
        opener,
    }
}

impl Board {
    /// The same, used in a browser or not.
    pub fn live(self, live: bool) -> Self {
        Self { live, ..self }
    }

    /// The run that is shown.
    pub fn shown(&self) -> &Rc<Shown> {
        self.history.now()
    }

    /// Shows something else, as if the page had begun with it.
    pub fn open(&self, opening: &Opening, at: Option<Time>) {
        self.with.set(opening.with.clone());
        if !opening.with.is_empty() {
            self.lanes_open.set(true);
        }
        self.asked.dispatch(predict::Say::Begin { open: !opening.asked });
        self.selected.set(None);
        let shown = Rc::new(Shown::new(opening.run.clone()));
        let end = shown.outcome.end();
        let usual = if opening.asked { predict::question_time(&shown.outcome, &shown.story) } else { end };
        self.cursor.dispatch(Move::Run { at: at.filter(|_| !opening.asked).unwrap_or(usual), end, on: false });
        self.history.dispatch(Step::Only(shown));
    }

    fn turn(&self, step: Step<Rc<Shown>>) {
        let end = self.history.at(&step).outcome.end();
        self.cursor.dispatch(Move::Run { at: end, end, on: false });
        self.history.dispatch(step);
    }

    fn turning(&self, step: impl Fn() -> Step<Rc<Shown>> + 'static) -> Callback<MouseEvent> {
        let board = self.clone();
        Callback::from(move |_: MouseEvent| {
            board.selected.set(None);
            board.turn(step());
        })
    }

    /// Gives the focus to a part of this board once it is drawn: the button that was pressed goes away.
    fn focus_next(&self, part: &'static str) {
        *self.next_focus.borrow_mut() = Some(part);
    }

    /// Whether this is still the run that the page began with, beside what it was compared with there. Where the page
    /// compared it with nothing, a comparison is no change.
    pub fn is_original(&self) -> bool {
        let with = &self.original.with;
        let alike = with.len() == self.with.len() && with.iter().all(|one| self.with.contains(one));
        self.shown().run == self.original.run && (alike || with.is_empty())
    }

    /// The code of what is shown, for links.
    pub fn code(&self) -> String {
        let shown = self.shown();
        let mut words = vec![];
        if !self.asked.open {
            words.push("ask".to_owned());
        } else if self.cursor.at < shown.outcome.end() {
            words.push(self.cursor.at.as_micros().div_ceil(1_000).to_string());
        }
        if !self.with.is_empty() {
            let names: Vec<&str> = self.with.iter().map(|semantics| semantics.name()).collect();
            words.push(format!("with.{}", names.join(".")));
        }
        View::with_words(&shown.run.code(), words)
    }

    /// What its keys do.
    pub fn keys(&self) -> Callback<KeyboardEvent> {
        let help = self.help.clone();
        let move_ = self.asked.open.then(|| keys(&self.cursor, self.shown().stops.clone()));
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "?" {
                help.set(!*help);
            }
            match &move_ {
                Some(keys) => keys.emit(event),
                // Nothing moves before the answer; and nothing of what is pressed here reaches the page.
                None => event.stop_propagation(),
            }
        })
    }

    fn select(&self) -> Callback<Option<Target>> {
        let board = self.clone();
        Callback::from(move |target: Option<Target>| {
            board.cursor.dispatch(Move::Go(board.cursor.at));
            if target.is_some() {
                *board.opener.borrow_mut() = browser::focused();
                board.focus_next("panel");
            } else {
                browser::focus(board.opener.take());
            }
            board.selected.set(target);
        })
    }

    /// The events in words.
    pub fn table(&self) -> Html {
        if self.live && !self.asked.open {
            return html! { <p>{ "First your answer, then the story." }</p> };
        }
        table(&self.shown().story)
    }

    /// Everything between the title and the table.
    pub fn view(&self) -> Html {
        let shown = self.shown();
        let (run, outcome) = (&shown.run, &shown.outcome);
        let (id, at, end) = (&self.id, self.cursor.at, outcome.end());
        let open = self.asked.open;
        // Before the answer the picture can be looked at only.
        let live = self.live && open;
        let over = open && at >= end;
        let now = shown.story.iter().rev().find(|sentence| sentence.at <= at);
        let select = self.select();
        let before = self.history.before().cloned();
        let ghost = before.clone().filter(|_| *self.ghost && open);
        let drawing = stage(&PictureProps {
            id: id.clone(),
            title: title_of(&self.title, !self.is_original()),
            at,
            live,
            outcome: outcome.clone(),
            sites: &shown.sites,
            ghost: ghost.as_ref().map(|ghost| ghost.outcome.clone()),
            story: match (open, over) {
                (true, true) => shown.summary.clone(),
                (true, false) => format!("Up to {at}").into(),
                (false, _) => "What follows is the question".into(),
            },
            selected: *self.selected,
            on_select: select.reform(Some),
        });
        let time = controls(&ControlsProps {
            id: id.clone(),
            cursor: self.cursor.clone(),
            live,
            stops: shown.stops.clone(),
            marks: shown.marks.clone(),
            speeds: SPEEDS,
            speed: *self.speed,
            on_speed: {
                let speed = self.speed.clone();
                Callback::from(move |to| speed.set(to))
            },
        });
        let change = {
            let board = self.clone();
            Callback::from(move |run: Run| {
                board.selected.set(None);
                board.turn(to(run));
            })
        };
        let answered = {
            let board = self.clone();
            Callback::from(move |()| board.focus_next("answer"))
        };
        let runs = self.history.all().map(|shown| shown.run.scenario.semantics);
        html! {
            <>
                { settings::semantics(id, run, runs, live, &change) }
                <div class="timeline">
                    { drawing }
                    <div class="beside">
                        if !open {
                            { predict::question(id, shown, &self.asked, self.live, &self.cursor, &answered) }
                        } else if let Some(target) = *self.selected {
                            { self.inspector(target, &select) }
                        } else {
                            { predict::answer(id, &self.asked) }
                            <p class="hint needs-js">
                                <strong>{ "Break it. " }</strong>
                                { match run.scenario.transport {
                                    Transport::Datagram => "Click a request or a reply to lose, double or delay it. ",
                                    Transport::Stream => "Click a request or a reply to lose it, and the connection with it, or to delay it. ",
                                } }
                                { "Click a diamond on the server's line to crash it there. Inside the figure, ? lists the keys." }
                            </p>
                        }
                        if open {
                            <dl class="facts">
                                <div class="truth">
                                    <dt>{ "What is true" }</dt>
                                    <dd>{ facts::truth(outcome, at) }</dd>
                                </div>
                                <div class="belief">
                                    <dt>{ "What the caller can know" }</dt>
                                    <dd>{ facts::belief(outcome, at) }</dd>
                                </div>
                                <div class={classes!("verdict", over.then(|| facts::verdict_class(outcome.verdict())))}>
                                    <dt>{ "Verdict" }</dt>
                                    <dd>{ if over { facts::verdict(outcome) } else { html! { "Not over yet." } } }</dd>
                                </div>
                            </dl>
                            { facts::machines(&shown.held, stop_beside(&shown.stops, at, false).unwrap_or(Time::ZERO), at) }
                        }
                    </div>
                </div>
                { time }
                if *self.help {
                    <p class="hint" role="status">
                        <strong>{ "Keys. " }</strong>
                        { "Space plays and pauses; ← and → step; Home and End go to the ends; Tab goes to the next message or diamond, Enter opens it, Esc closes it; ? hides this line." }
                    </p>
                }
                // What has become of it all is told once and for each change; on the way, the moment is.
                <p class="visually-hidden" aria-live="polite">
                    if over && live {
                        { format!("Balance {}. {}. In short: {}.", outcome.truth(end).balance, facts::verdict_name(outcome.verdict()), shown.summary) }
                    }
                </p>
                <p class="now" aria-live={if self.cursor.playing || over { "off" } else { "polite" }}>
                    if let Some(sentence) = now {
                        <span class="when">{ sentence.at.to_string() }</span>{ " " }{ &sentence.text }
                    }
                </p>
                <div class="faults">
                    if over {
                        <p class="chain"><strong>{ "In short: " }</strong>{ &shown.summary }{ "." }</p>
                    }
                    if over && let Some(ghost) = &ghost {
                        <p class="chain ghost-words"><strong>{ "Before your change: " }</strong>{ &ghost.summary }{ "." }</p>
                    }
                    { self.chips(live) }
                    { self.steps(live) }
                </div>
                if open {
                    <div class="folded">
                        { settings::more(id, run, live, &change) }
                        { compare::lanes(id, over, at, live, *self.lanes_open, (&self.with, &self.lanes)) }
                    </div>
                }
            </>
        }
    }

    fn inspector(&self, target: Target, select: &Callback<Option<Target>>) -> Html {
        let shown = self.shown();
        let escape = select.reform(|_: ()| None);
        let escape = Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                escape.emit(());
            }
        });
        let option = |(label, pressed, meddling): (&'static str, bool, Meddling)| {
            let board = self.clone();
            let act = Callback::from(move |_: MouseEvent| {
                let run = meddling.applied_to(&board.shown().run);
                board.turn(to(run));
            });
            // Keyed: the button that was pressed keeps the focus, whatever is offered beside it now.
            html! { <button key={label} type="button" aria-pressed={pressed.to_string()} onclick={act}>{ label }</button> }
        };
        html! {
            <div class="inspector" role="group" aria-label="What happens to it" tabindex="-1" id={format!("{}-panel", self.id)} onkeydown={escape}>
                <p class="panel-title">{ target.heading() }</p>
                if let Some(message) = target.message(&shown.outcome) {
                    <p class="detail"><code>{ &message.detail }</code></p>
                    if let Some(bytes) = shown.bytes.get(&message.name) {
                        <p class="detail"><code>{ bytes }</code></p>
                    }
                }
                <div class="options" role="group" aria-label={target.heading()}>
                    { for target.options(&shown.run, &shown.outcome, &shown.sites).into_iter().map(option) }
                </div>
                <button type="button" class="quiet" onclick={select.reform(|_: MouseEvent| None)}>{ "Close" }</button>
            </div>
        }
    }

    fn chips(&self, live: bool) -> Html {
        let shown = self.shown();
        if shown.run.faults.is_empty() {
            return Html::default();
        }
        html! {
            <ul class="chips">
                <li class="chips-of">{ "What goes wrong:" }</li>
                { for shown.run.faults.iter().map(|fault| {
                    let without = Meddling { gone: vec![*fault], new: vec![] }.applied_to(&shown.run);
                    let text = faults::say(fault);
                    let undo = {
                        let (board, undo) = (self.clone(), self.turning(move || to(without.clone())));
                        Callback::from(move |event: MouseEvent| {
                            undo.emit(event);
                            board.focus_next("undo");
                        })
                    };
                    html! {
                        <li>
                            <span>{ &text }</span>
                            if shown.unmet.iter().any(|u| u.fault == *fault) {
                                <em>{ " (does not come about here)" }</em>
                            }
                            if self.asked.open {
                                <button type="button" class="icon needs-js" disabled={!live} onclick={undo}
                                    aria-label={format!("Undo: {text}")}>{ "×" }</button>
                            }
                        </li>
                    }
                }) }
            </ul>
        }
    }

    /// Back and forth between runs.
    fn steps(&self, live: bool) -> Html {
        if !self.asked.open {
            return Html::default();
        }
        let shown = self.shown();
        let back = {
            let original = self.original.run.clone();
            let (board, back) = (self.clone(), self.turning(move || to(original.clone())));
            Callback::from(move |event: MouseEvent| {
                back.emit(event);
                board.focus_next("undo");
            })
        };
        let ghost = {
            let ghost = self.ghost.clone();
            Callback::from(move |_: MouseEvent| ghost.set(!*ghost))
        };
        let ask = {
            let board = self.clone();
            Callback::from(move |_: MouseEvent| {
                board.open(&Opening { run: board.shown().run.clone(), asked: true, with: (*board.with).clone() }, None);
                board.focus_next("question");
            })
        };
        let before = self.history.before().is_some();
        steps(StepsProps {
            id: &self.id,
            live,
            before,
            after: self.history.after().is_some(),
            ghost: before.then_some((*self.ghost, ghost)),
            original: shown.run == self.original.run,
            undo: self.turning(|| Step::Undo),
            redo: self.turning(|| Step::Redo),
            back,
            more: html! { <button type="button" class="quiet" disabled={!live} onclick={ask}>{ "Make it a question" }</button> },
        })
    }
}

/// Who is who, for tables and lifelines.
pub fn node_name(node: NodeId) -> &'static str {
    match node {
        rpc::CALLER => "Caller",
        rpc::STUB => "Client stub",
        rpc::SERVER => "Server",
        rpc::SHOP => "Shop",
        rpc::MAILER => "Mail service",
        _ => "Database",
    }
}

fn table(story: &[Sentence]) -> Html {
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Events">
            <table>
                <thead><tr><th scope="col">{ "Time" }</th><th scope="col">{ "Where" }</th><th scope="col">{ "What happens" }</th></tr></thead>
                <tbody>
                    { for story.iter().map(|sentence| html! {
                        <tr class={(sentence.weight == Weight::Fault).then_some("fault")}>
                            <td>{ sentence.at.to_string() }</td>
                            <td>{ if sentence.lost { "Network" } else { node_name(sentence.node) } }</td>
                            <td>{ &sentence.text }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

/// What [`Timeline`] needs.
#[derive(Properties, Clone, PartialEq)]
pub struct TimelineProps {
    /// The timeline's id, at which its answers are told; ids inside begin with it.
    pub id: AttrValue,
    /// What the timeline shows.
    pub title: AttrValue,
    /// The run to begin with; another one is shown when it changes.
    pub run: RunProp,
    /// Whether there is a browser.
    pub live: bool,
}

/// A run as a property.
#[derive(Clone, PartialEq)]
pub struct RunProp(pub Rc<Run>);

/// A timeline inside another demo.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let figure = use_node_ref();
    let opening = use_memo(props.run.clone(), |run| Opening { run: (*run.0).clone(), asked: false, with: vec![] });
    let board = use_board(&props.id, &props.title, opening.clone(), figure.clone()).live(props.live);
    {
        let board = board.clone();
        let first = use_mut_ref(|| true);
        use_effect_with(props.run.clone(), move |_| {
            if !first.replace(false) {
                board.open(&opening, None);
            }
        });
    }
    html! {
        <div class="inner-timeline" id={props.id.clone()} ref={figure} onkeydown={board.keys()}>
            { board.view() }
            <details class="figure-events">
                <summary>{ "This run in words, event by event" }</summary>
                { board.table() }
            </details>
        </div>
    }
}
