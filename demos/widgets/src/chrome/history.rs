//! The runs that a reader has made: a change makes another run and keeps the old, so that there is a way back.

use std::rc::Rc;
use yew::prelude::*;

/// How many runs back one can go.
const KEPT: usize = 50;

/// The run that is shown, those before it, and those that were undone.
#[derive(Clone, Debug, PartialEq)]
pub struct History<R> {
    past: Vec<R>,
    now: R,
    undone: Vec<R>,
    /// The control that has made the run that is shown, while it is dragged or typed into.
    sliding: Option<&'static str>,
}

/// What can be done to a [`History`].
#[derive(Clone, Debug, PartialEq)]
pub enum Step<R> {
    /// Shows another run; what was undone is gone. If the run is the one that is shown, nothing happens.
    To(R),
    /// Shows another run, made by a control of that name that is dragged or typed into: what the same control has made just
    /// before is no step of its own.
    Slide(&'static str, R),
    /// Shows the run before.
    Undo,
    /// Shows the run that was undone last.
    Redo,
    /// Begins anew with this run: there is no way back from it.
    Only(R),
}

impl<R: Clone + PartialEq> History<R> {
    /// A history that begins with that run.
    pub fn new(run: R) -> Self {
        Self { past: vec![], now: run, undone: vec![], sliding: None }
    }

    /// The run that is shown.
    pub fn now(&self) -> &R {
        &self.now
    }

    /// The run to which [`Step::Undo`] leads; nothing if there is none.
    pub fn before(&self) -> Option<&R> {
        self.past.last()
    }

    /// The run to which [`Step::Redo`] leads; nothing if there is none.
    pub fn after(&self) -> Option<&R> {
        self.undone.last()
    }

    /// All runs that are kept, the oldest first; those that were undone come last.
    pub fn all(&self) -> impl Iterator<Item = &R> {
        self.past.iter().chain([&self.now]).chain(self.undone.iter().rev())
    }

    /// The run to which a step leads.
    pub fn at<'a>(&'a self, step: &'a Step<R>) -> &'a R {
        match step {
            Step::To(run) | Step::Slide(_, run) | Step::Only(run) => run,
            Step::Undo => self.before().unwrap_or(&self.now),
            Step::Redo => self.after().unwrap_or(&self.now),
        }
    }
}

impl<R: Clone + PartialEq + 'static> Reducible for History<R> {
    type Action = Step<R>;

    fn reduce(self: Rc<Self>, step: Step<R>) -> Rc<Self> {
        let mut next = (*self).clone();
        next.sliding = None;
        match step {
            Step::To(run) | Step::Slide(_, run) if run == self.now => return self,
            Step::Slide(by, run) if self.sliding == Some(by) => {
                next.now = run;
                next.sliding = Some(by);
            }
            Step::To(_) | Step::Slide(..) => {
                let (run, sliding) = match step {
                    Step::Slide(by, run) => (run, Some(by)),
                    Step::To(run) => (run, None),
                    _ => return self,
                };
                next.sliding = sliding;
                next.past.push(std::mem::replace(&mut next.now, run));
                next.undone.clear();
                if next.past.len() == KEPT {
                    next.past.remove(0);
                }
            }
            Step::Undo => {
                let Some(run) = next.past.pop() else { return self };
                next.undone.push(std::mem::replace(&mut next.now, run));
            }
            Step::Redo => {
                let Some(run) = next.undone.pop() else { return self };
                next.past.push(std::mem::replace(&mut next.now, run));
            }
            Step::Only(run) => next = Self::new(run),
        }
        Rc::new(next)
    }
}

/// What [`steps`] needs.
pub struct StepsProps<'a> {
    /// The figure's id; the undo button's is `<id>-undo`.
    pub id: &'a AttrValue,
    /// Whether the buttons can be used.
    pub live: bool,
    /// What the page has of its own, in a word.
    pub own: &'static str,
    /// Whether there is a run before.
    pub before: bool,
    /// Whether there is a run that was undone.
    pub after: bool,
    /// Whether the run before is drawn behind the picture, and what changes that; nothing where it cannot be drawn.
    pub ghost: Option<(bool, Callback<MouseEvent>)>,
    /// Whether the page's own run is shown.
    pub original: bool,
    /// Takes the last change back.
    pub undo: Callback<MouseEvent>,
    /// Brings back what was undone last.
    pub redo: Callback<MouseEvent>,
    /// Shows the page's own run.
    pub back: Callback<MouseEvent>,
    /// What else stands there.
    pub more: Html,
}

/// The bar with the ways between runs.
pub fn steps(props: StepsProps<'_>) -> Html {
    let StepsProps { id, live, own, before, after, ghost, original, undo, redo, back, more } = props;
    html! {
        <div class="run-steps needs-js" role="group" aria-label="Runs">
            if before || after {
                <button type="button" id={format!("{id}-undo")} class="quiet" disabled={!live} aria-disabled={(!before).to_string()} onclick={undo}>{ "Undo" }</button>
                <button type="button" class="quiet" disabled={!live} aria-disabled={(!after).to_string()} onclick={redo}>{ "Redo" }</button>
            }
            if let Some((shown, toggle)) = ghost {
                <button type="button" class="quiet" aria-pressed={shown.to_string()} onclick={toggle}>{ "Show the run before" }</button>
            }
            if !original {
                <button type="button" class="quiet" onclick={back}>{ format!("Back to the page’s {own}") }</button>
            }
            { more }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(steps: impl IntoIterator<Item = Step<u32>>) -> Rc<History<u32>> {
        steps.into_iter().fold(Rc::new(History::new(0)), Reducible::reduce)
    }

    #[test]
    fn what_was_undone_comes_back_until_there_is_another_run() {
        let history = after([Step::To(1), Step::To(2), Step::Undo]);
        assert_eq!((history.before(), *history.now(), history.after()), (Some(&0), 1, Some(&2)));
        assert_eq!(*history.clone().reduce(Step::Redo).now(), 2);
        let other = history.reduce(Step::To(3));
        assert_eq!((other.before(), *other.now(), other.after()), (Some(&1), 3, None));
    }

    #[test]
    fn a_control_that_is_dragged_makes_one_step() {
        let history = after([Step::To(1), Step::Slide("a", 2), Step::Slide("a", 3), Step::Slide("b", 4)]);
        assert_eq!(history.all().copied().collect::<Vec<_>>(), [0, 1, 3, 4]);
        let again = after([Step::Slide("a", 2), Step::Undo, Step::Slide("a", 3), Step::Slide("a", 3)]);
        assert_eq!(again.all().copied().collect::<Vec<_>>(), [0, 3]);
    }

    #[test]
    fn where_there_is_no_way_nothing_happens() {
        for step in [Step::Undo, Step::Redo, Step::To(0)] {
            assert_eq!(*after([step]), History::new(0));
        }
        assert_eq!(*after([Step::To(1), Step::Only(4), Step::Undo]), History::new(4));
    }

    #[test]
    fn fifty_runs_are_kept() {
        let history = after((1..=80).map(Step::To));
        assert_eq!(history.all().copied().collect::<Vec<_>>(), (31..=80).collect::<Vec<_>>());
    }
}
