//! A figure: what the house keeps around a run, once for all demos. Its history, how it is looked at, its time, links,
//! presets, the question and the goals, another run beside it, sizes. A demo says how a run is read, what comes of it,
//! and how that is drawn.

use crate::chrome::{
    demo::{Demo, DemoProps, Session, View},
    facts::{FactList, Yield},
    history::{History, Step},
    judge::use_reached,
    offered::{Offered, Preset},
    player::{self, ControlsProps, Cursor, Move, use_held_cursor},
    shell::{NextFocus, title_of, use_next_focus},
};
use sim::Time;
use std::{cell::RefCell, rc::Rc};
use yew::prelude::*;

pub use crate::chrome::layout::Parts;

/// What may stand beside a figure's picture for comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The same picture of another run: the one before, the page's own, a preset.
    Picture,
    /// The run before the last change, drawn into the same picture, which the demo does: see [`Desk::ghost`].
    Ghost,
    /// Nothing.
    Nothing,
}

/// The time of a run, for demos that play.
#[derive(Clone)]
pub struct Film {
    /// The last moment.
    pub end: Time,
    /// Moments to step between, in order.
    pub stops: Rc<Vec<Time>>,
    /// Moments to mark: something went wrong or was done there.
    pub marks: Rc<Vec<Time>>,
    /// Speeds to choose from, in thousandths of simulated time per real time, each with its label.
    pub speeds: &'static [(u32, &'static str)],
    /// The usual speed.
    pub speed: u32,
    /// Whether a change keeps the moment that is shown and plays on; otherwise the end of the new run is shown.
    pub stays: bool,
}

/// A run with what came of it, computed once.
pub struct Kept<D: Demo> {
    /// The run.
    pub run: D::Run,
    /// What came of it, if the page computes that.
    pub seen: Option<D::Seen>,
    /// Its time, if it has any.
    pub film: Option<Film>,
}

impl<D: Demo> Kept<D> {
    /// The run, with what comes of it.
    pub fn new(run: D::Run, data: &str) -> Self {
        let seen = D::IN_PAGE.then(|| D::see(&run, data));
        let film = D::film(&run, seen.as_ref());
        Self { run, seen, film }
    }

    /// The last moment of the run; the beginning if it has no time.
    pub fn end(&self) -> Time {
        self.film.as_ref().map_or(Time::ZERO, |film| film.end)
    }

    /// The code of the run and how it is looked at, for links.
    pub fn view(&self, look: &D::Look, at: Time) -> String {
        View::with_words(&D::code(&self.run), D::words(self, look, at))
    }
}

impl<D: Demo> PartialEq for Kept<D> {
    fn eq(&self, other: &Self) -> bool {
        self.run == other.run
    }
}

/// The fingerprint of the run that a link's text stands for: the fact `hash`.
///
/// # Errors
/// If the text cannot be read.
pub fn hash_of<D: Demo>(code: &str) -> Result<String, String> {
    let (run, _) = D::read(&View::parse(code))?;
    let seen = D::see(&run, "");
    let facts = FactList::of::<D>();
    let hash = facts.iter().find(|fact| fact.info.name == "hash").map(|fact| fact.of(&seen));
    Ok(match hash {
        Some(Yield::Text(hash)) => hash,
        _ => String::new(),
    })
}

/// What came of an author's block: a run, how it is looked at, and what came of it.
#[cfg(feature = "ssr")]
pub fn examined<D: Demo>(run: D::Run, look: D::Look, seen: D::Seen) -> crate::chrome::demo::Examined<D::Seen> {
    let film = D::film(&run, D::IN_PAGE.then_some(&seen));
    let kept = Kept::<D> { run, seen: Some(seen), film };
    let view = kept.view(&look, D::opens_at(&kept, &look));
    crate::chrome::demo::Examined { view, data: String::new(), seen: kept.seen.expect("it was put there") }
}

/// What a page or a link begins with.
struct Opening<D: Demo> {
    kept: Rc<Kept<D>>,
    look: D::Look,
}

impl<D: Demo> Opening<D> {
    fn read(view: &str, data: &str) -> Result<Self, String> {
        let (run, look) = D::read(&View::parse(view))?;
        Ok(Self { kept: Rc::new(Kept::new(run, data)), look })
    }

    fn at(&self) -> Time {
        D::opens_at(&self.kept, &self.look)
    }
}

/// What a figure is on its page.
#[derive(Clone, PartialEq)]
pub(crate) enum Role<R> {
    /// A figure by itself, with a frame around it.
    Own,
    /// A part of another figure, which has the frame.
    Inner,
    /// A picture of that run beside a figure, under these words; nothing in it can be used.
    Beside(R, AttrValue),
}

/// How much of a figure is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// The picture, a sentence, one thing to do.
    #[default]
    Glance,
    /// Everything.
    Open,
}

/// Where the figure's question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Waiting for an answer.
    Waiting,
    /// Answered with that choice.
    Answered(usize),
    /// Skipped, or there is none.
    No,
}

pub(crate) struct Inner<D: Demo> {
    pub props: DemoProps,
    pub role: Role<Rc<Kept<D>>>,
    pub live: bool,
    original: Rc<Opening<D>>,
    pub history: UseReducerHandle<History<Rc<Kept<D>>>>,
    pub look: UseStateHandle<D::Look>,
    cursor: UseReducerHandle<Cursor>,
    speed: UseStateHandle<Option<u32>>,
    pub ghost: UseStateHandle<bool>,
    pub beside: UseStateHandle<Option<AttrValue>>,
    pub size: UseStateHandle<Size>,
    pub asked: UseStateHandle<Asked>,
    pub attempts: Rc<RefCell<u32>>,
    pub trouble: UseStateHandle<Option<AttrValue>>,
    opened: UseStateHandle<u32>,
    pub figure: NodeRef,
    hold: Rc<RefCell<bool>>,
    next_focus: NextFocus,
    nudges: UseStateHandle<u32>,
    pub offered: Rc<Offered>,
    pub reached: Rc<Vec<bool>>,
}

/// What the house hands to a demo's component: the run and what came of it, and what can be done.
pub struct Desk<D: Demo>(pub(crate) Rc<Inner<D>>);

impl<D: Demo> Clone for Desk<D> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<D: Demo> PartialEq for Desk<D> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<D: Demo> Properties for Desk<D> {
    // Only the house makes one, and not in `html!`.
    type Builder = ();

    fn builder() -> Self::Builder {}
}

impl<D: Demo> Desk<D> {
    /// The figure's id; ids of parts begin with it.
    pub fn id(&self) -> &AttrValue {
        &self.0.props.id
    }

    /// The title of the figure's picture, which says so if another run is shown than the title is about.
    pub fn title(&self) -> AttrValue {
        match &self.0.role {
            Role::Beside(_, words) => words.clone(),
            _ => title_of(&self.0.props.title, !self.is_original()),
        }
    }

    /// What the builder worked out for the figure, in the demo's own form; empty if nothing.
    pub fn data(&self) -> &AttrValue {
        &self.0.props.data
    }

    /// Where the page is; see [`Session`].
    pub fn session(&self) -> &Session {
        &self.0.props.session
    }

    pub(crate) fn offered(&self) -> &Rc<Offered> {
        &self.0.offered
    }

    /// Whether the figure can be used: there is a browser, and no question waits for its answer.
    pub fn live(&self) -> bool {
        self.0.live && !self.is_asking()
    }

    /// Whether there is a browser. The first render has to be the builder's, so it says no.
    pub fn in_browser(&self) -> bool {
        self.0.live
    }

    /// Whether the figure's question waits for its answer: nothing may tell the outcome then.
    pub fn is_asking(&self) -> bool {
        matches!(*self.0.asked, Asked::Waiting)
    }

    /// The run that is shown, with what came of it.
    pub fn kept(&self) -> &Rc<Kept<D>> {
        match &self.0.role {
            Role::Beside(kept, _) => kept,
            _ => self.0.history.now(),
        }
    }

    /// The run that is shown.
    pub fn run(&self) -> &D::Run {
        &self.kept().run
    }

    /// What came of the run that is shown.
    ///
    /// # Panics
    /// If the page does not compute that; see [`Demo::IN_PAGE`].
    pub fn seen(&self) -> &D::Seen {
        self.kept().seen.as_ref().expect("a demo whose runs the page computes")
    }

    /// The page's own run.
    pub fn original(&self) -> &D::Run {
        &self.0.original.kept.run
    }

    /// How the page's own run is looked at.
    pub fn original_look(&self) -> &D::Look {
        &self.0.original.look
    }

    /// Whether the page's own run is shown.
    pub fn is_original(&self) -> bool {
        D::is_same(self)
    }

    /// All runs that there is a way to, the oldest first.
    pub fn runs(&self) -> impl Iterator<Item = &D::Run> {
        self.0.history.all().map(|kept| &kept.run)
    }

    /// The run before the last change, if the reader wants to see it behind the picture.
    pub fn ghost(&self) -> Option<&Rc<Kept<D>>> {
        self.near().filter(|_| *self.0.ghost && !self.is_asking() && !matches!(self.0.role, Role::Beside(..)))
    }

    /// The run before the last change, if it may be drawn behind the picture of this one.
    pub(crate) fn near(&self) -> Option<&Rc<Kept<D>>> {
        self.0.history.before().filter(|before| D::is_near(self.run(), &before.run))
    }

    /// How the run is looked at.
    pub fn look(&self) -> &D::Look {
        &self.0.look
    }

    /// Looks at the run otherwise.
    pub fn look_at(&self, look: D::Look) {
        self.0.look.set(look);
    }

    /// How often the figure was given another run than by the demo itself: undo, a preset, a link. What a demo has
    /// selected in the picture belongs to the run before.
    pub fn opened(&self) -> u32 {
        *self.0.opened
    }

    /// Shows another run, which the reader has made, and keeps the old one to come back to.
    pub fn go(&self, run: D::Run) {
        if run != *self.run() {
            self.turn(Step::To(Rc::new(Kept::new(run, self.data()))), None);
        }
    }

    /// [`Desk::go`], and shows that moment of it.
    pub fn go_at(&self, run: D::Run, at: Time) {
        if run != *self.run() {
            self.turn(Step::To(Rc::new(Kept::new(run, self.data()))), Some(at));
        }
    }

    /// [`Desk::go`] to the run that `change` makes of the one that is shown and of what has happened.
    pub fn going<E: 'static>(&self, change: impl Fn(&D::Run, E) -> D::Run + 'static) -> Callback<E> {
        let desk = self.clone();
        Callback::from(move |event: E| desk.go(change(desk.run(), event)))
    }

    /// [`Desk::going`] for a control that is dragged or typed into, by its name: however often it says something, what it
    /// does is one step back.
    pub fn sliding<E: 'static>(
        &self,
        by: &'static str,
        change: impl Fn(&D::Run, E) -> D::Run + 'static,
    ) -> Callback<E> {
        let desk = self.clone();
        Callback::from(move |event: E| {
            desk.slide(by, change(desk.run(), event));
        })
    }

    /// [`Desk::sliding`] at once: shows the run that a control of that name has made.
    pub fn slide(&self, by: &'static str, run: D::Run) {
        if run != *self.run() {
            self.turn(Step::Slide(by, Rc::new(Kept::new(run, self.data()))), None);
        }
    }

    fn turn(&self, step: Step<Rc<Kept<D>>>, at: Option<Time>) {
        let kept = self.0.history.at(&step).clone();
        let stays = kept.film.as_ref().is_some_and(|film| film.stays);
        let at = at.unwrap_or(if stays { self.0.cursor.at } else { kept.end() });
        self.0.cursor.dispatch(Move::Run { at, end: kept.end(), on: stays });
        self.0.trouble.set(None);
        self.0.history.dispatch(step);
    }

    fn leap(&self, step: Step<Rc<Kept<D>>>, at: Option<Time>) {
        self.turn(step, at);
        self.0.opened.set(*self.0.opened + 1);
    }

    /// Shows the run before.
    pub(crate) fn undo(&self) {
        if self.0.history.before().is_some() {
            self.leap(Step::Undo, None);
        }
    }

    /// Shows the run that was undone last.
    pub(crate) fn redo(&self) {
        if self.0.history.after().is_some() {
            self.leap(Step::Redo, None);
        }
    }

    /// Shows the page's own run, as the page looks at it.
    pub(crate) fn back(&self) {
        self.focus_next("undo");
        self.0.look.set(self.original_look().clone());
        self.leap(Step::To(self.0.original.kept.clone()), None);
    }

    /// Shows a run that is offered, and plays it if it opens before its end.
    pub(crate) fn show(&self, preset: &Preset) {
        let Ok(opening) = Opening::<D>::read(&preset.view, self.data()) else { return };
        let at = opening.at();
        self.0.look.set(opening.look);
        self.leap(Step::To(opening.kept), Some(at));
        if !self.0.cursor.playing && at < self.kept().end() {
            self.0.cursor.dispatch(Move::Toggle);
        }
    }

    /// Shows something else as if the page had begun with it: there is no way back from it.
    fn open(&self, opening: &Opening<D>) {
        self.0.look.set(opening.look.clone());
        self.leap(Step::Only(opening.kept.clone()), Some(opening.at()));
    }

    /// The time that is shown.
    pub fn at(&self) -> Time {
        match &self.0.role {
            Role::Beside(kept, _) => self.0.cursor.at.min(kept.end()),
            _ => self.0.cursor.at,
        }
    }

    /// Whether the end of the run is shown.
    pub fn is_over(&self) -> bool {
        self.at() >= self.kept().end()
    }

    /// Whether time moves by itself.
    pub fn is_playing(&self) -> bool {
        self.0.cursor.playing
    }

    /// Lets time move on by itself.
    pub fn play(&self) {
        if !self.0.cursor.playing && self.at() < self.kept().end() {
            self.0.cursor.dispatch(Move::Toggle);
        }
    }

    /// Shows another moment, and stays there.
    pub fn go_to(&self, at: Time) {
        self.0.cursor.dispatch(Move::Go(at));
    }

    /// Plays without moving as long as `waits`: what is to be shown is still being computed. Called from effects.
    pub fn hold(&self, waits: bool) {
        *self.0.hold.borrow_mut() = waits;
    }

    /// Gives the focus to a part of the figure once it is drawn, by the end of its id: whatever had the focus goes away.
    pub fn focus_next(&self, part: &'static str) {
        *self.0.next_focus.borrow_mut() = Some(part);
        // Whatever is to get the focus may be drawn by the demo's component alone: the figure looks for it after each of
        // its own renders.
        self.0.nudges.set(*self.0.nudges + 1);
    }

    /// The figure's element.
    pub fn figure(&self) -> &NodeRef {
        &self.0.figure
    }

    /// The code of what is shown, for links.
    pub fn code(&self) -> String {
        self.kept().view(self.look(), self.at())
    }

    fn speed(&self) -> u32 {
        let Some(film) = &self.kept().film else { return 1_000 };
        self.0.speed.filter(|speed| film.speeds.iter().any(|(one, _)| one == speed)).unwrap_or(film.speed)
    }

    /// The controls of time; nothing for runs without time.
    pub(crate) fn controls(&self) -> Html {
        let Some(film) = &self.kept().film else { return Html::default() };
        let chosen = self.0.speed.clone();
        player::controls(&ControlsProps {
            id: self.id().clone(),
            cursor: self.0.cursor.clone(),
            live: self.live(),
            stops: film.stops.clone(),
            marks: film.marks.clone(),
            speeds: film.speeds,
            speed: self.speed(),
            on_speed: Callback::from(move |to| chosen.set(Some(to))),
        })
    }

    /// What keys do: those of time; and nothing that is pressed in a figure reaches the page.
    pub(crate) fn keys(&self, own: Option<Callback<KeyboardEvent>>, asking: bool) -> Callback<KeyboardEvent> {
        let film = self.kept().film.as_ref().filter(|_| self.live() && !asking);
        let time = film.map(|film| player::keys(&self.0.cursor, film.stops.clone()));
        Callback::from(move |event: KeyboardEvent| {
            if let Some(own) = &own {
                own.emit(event.clone());
            }
            match &time {
                Some(time) => time.emit(event),
                None => event.stop_propagation(),
            }
        })
    }

    /// The question's answer: what was marked, or a skip if nothing was. Then the run goes on.
    pub(crate) fn answer(&self, chosen: Option<usize>) {
        let asked = chosen.map_or(Asked::No, Asked::Answered);
        if let (Some(question), Some(chosen)) = (&self.0.offered.question, chosen) {
            *self.0.attempts.borrow_mut() += 1;
            let said = question.choices.get(chosen).map_or("", String::as_str);
            let attempt = *self.0.attempts.borrow();
            crate::chrome::browser::tell_answer(self.id(), &question.id, said, chosen == question.right, attempt);
        }
        self.0.asked.set(asked);
        self.focus_next("answer");
        self.play();
    }

    /// The same figure, showing another run beside its picture.
    fn beside(&self, kept: &Rc<Kept<D>>, words: AttrValue) -> Self {
        let one = &*self.0;
        let id: AttrValue = format!("{}-beside", one.props.id).into();
        Self(Rc::new(Inner {
            props: DemoProps { id, ..one.props.clone() },
            role: Role::Beside(kept.clone(), words),
            live: false,
            original: one.original.clone(),
            history: one.history.clone(),
            look: one.look.clone(),
            cursor: one.cursor.clone(),
            speed: one.speed.clone(),
            ghost: one.ghost.clone(),
            beside: one.beside.clone(),
            size: one.size.clone(),
            asked: one.asked.clone(),
            attempts: one.attempts.clone(),
            trouble: one.trouble.clone(),
            opened: one.opened.clone(),
            figure: NodeRef::default(),
            hold: one.hold.clone(),
            next_focus: one.next_focus.clone(),
            nudges: one.nudges.clone(),
            offered: one.offered.clone(),
            reached: one.reached.clone(),
        }))
    }

    /// What the figure can be compared with, each under the words that name it.
    pub(crate) fn others(&self) -> Vec<(AttrValue, Rc<Kept<D>>)> {
        let mut others: Vec<(AttrValue, Rc<Kept<D>>)> = vec![];
        let mut add = |words: &str, kept: &Rc<Kept<D>>| {
            if kept != self.kept() && others.iter().all(|(_, other)| other != kept) {
                others.push((words.to_owned().into(), kept.clone()));
            }
        };
        if let Some(before) = self.0.history.before() {
            add("the run before", before);
        }
        add(&format!("the page’s {}", D::OWN), &self.0.original.kept);
        others
    }

    /// The picture of the run that the reader has chosen to see beside this one; nothing if none is chosen or it is gone.
    pub(crate) fn other(&self) -> Option<Html> {
        let chosen = (*self.0.beside).as_ref()?;
        let (words, kept) = self.others().into_iter().find(|(words, _)| words == chosen)?;
        Some(component::<D>(self.beside(&kept, words)))
    }
}

fn component<D: Demo>(desk: Desk<D>) -> Html {
    yew::virtual_dom::VChild::<D::View>::new(desk, None).into()
}

/// The figure of the demo `D`: its component with all that the house keeps around a run.
#[component]
pub fn Figure<D>(props: &DemoProps) -> Html
where
    D: Demo,
{
    let original = use_memo((props.view.clone(), props.data.clone()), |(view, data)| {
        Opening::<D>::read(view, data).unwrap_or_else(|why| panic!("a view that the builder has checked: {why}"))
    });
    let offered = use_memo(props.offered.clone(), |offered| Offered::parse(offered));
    let live = use_state(|| false);
    let history = use_reducer(|| History::new(original.kept.clone()));
    let look = use_state(|| original.look.clone());
    let (speed, size) = (use_state(|| None), use_state(Size::default));
    let (ghost, beside) = (use_state(|| true), use_state(|| None));
    let asked = use_state(|| match offered.question {
        Some(_) => Asked::Waiting,
        None => Asked::No,
    });
    let attempts = use_mut_ref(|| 0);
    let trouble = use_state(|| None);
    let opened = use_state(|| 0);
    let figure = use_node_ref();
    let hold = use_mut_ref(|| false);
    let next_focus = use_next_focus(&props.id);
    let nudges = use_state(|| 0);
    let now = history.now().clone();
    let chosen = now.film.as_ref().map_or(1_000, |film| {
        speed.filter(|speed| film.speeds.iter().any(|(one, _)| one == speed)).unwrap_or(film.speed)
    });
    let begin = match *asked {
        Asked::Waiting => D::asks_at(&original.kept, &original.look),
        _ => original.at(),
    };
    let cursor = use_held_cursor(begin, now.end(), chosen, figure.clone(), hold.clone());
    let role = if props.inner { Role::Inner } else { Role::Own };
    let live_now = *live || props.inner && props.live;
    let made =
        (now.run != original.kept.run && !offered.goals.is_empty()).then(|| now.view(&D::Look::default(), now.end()));
    let reached = use_reached(D::NAME, props, &offered, made);
    let desk = Desk(Rc::new(Inner::<D> {
        props: props.clone(),
        role,
        live: live_now,
        original: original.clone(),
        history,
        look,
        cursor,
        speed,
        ghost,
        beside,
        size,
        asked,
        attempts,
        trouble,
        opened,
        figure,
        hold,
        next_focus,
        nudges,
        offered,
        reached,
    }));
    {
        // The first render is the prerendered one; what only a browser knows comes after it.
        let desk = desk.clone();
        use_effect_with((), move |()| {
            if desk.0.props.inner {
                return;
            }
            live.set(true);
            let Some(link) = desk.session().link.clone() else { return };
            match Opening::read(&link, desk.data()) {
                Ok(opening) => {
                    desk.0.asked.set(Asked::No);
                    desk.open(&opening);
                }
                Err(error) => {
                    let own = D::OWN;
                    let words = format!("This link could not be read, so here is the page's own {own}: {error}.");
                    desk.0.trouble.set(Some(words.into()));
                }
            }
        });
    }
    {
        let (desk, first) = (desk.clone(), use_mut_ref(|| true));
        use_effect_with(original.clone(), move |original| {
            if !first.replace(false) {
                desk.open(original);
            }
        });
    }
    component::<D>(desk)
}

impl<D: Demo> PartialEq for Opening<D> {
    fn eq(&self, other: &Self) -> bool {
        self.kept == other.kept && self.look == other.look
    }
}
