//! Two schemas and a value: every byte, what the other reader makes of it, and what is lost.

mod bench;
#[cfg(feature = "ssr")]
mod block;
mod bytes;
mod editors;
mod form;
mod light;
mod predict;
mod schemas;
mod state;
mod views;
pub(crate) mod words;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::chrome::{
    demo::{Demo, DemoProps, View},
    engine::{Engine, take_first},
    shell::{Shell, use_arrival, use_next_focus},
};
use bench::{Bench, button, focus_of, heading, tag};
use light::{Focus, Lit, light};
use predict::{About, Asked};
use schemas::{Known, Reads, use_acts, wanted_of};
use sim::TraceHash;
use state::{Act, State, Text};
use std::{ops::Range, rc::Rc};
use web_sys::Element;
use wire::case::{Case, Outcome};
use yew::prelude::*;

/// Schemas that evolve, byte by byte.
pub struct WireLab;

impl Demo for WireLab {
    const NAME: &'static str = "wire-lab";
    type Component = LabView;

    fn hash_of(run: &str) -> Result<String, String> {
        let case = Case::from_code(run).map_err(|error| error.to_string())?;
        Ok(fingerprint(&case, &case.outcome(None)))
    }

    fn engine() -> Option<Box<dyn Engine>> {
        Some(Box::new(Reads::default()))
    }

    fn awaits(view: &str, offers: &str) -> Vec<String> {
        vec![first_schemas(view, offers)]
    }
}

/// The schemas of the page's own case, and of those that it offers.
fn first_schemas(view: &str, offers: &str) -> String {
    let views = std::iter::once(View::parse(view)).chain(offered(offers).map(|(_, view, _)| view));
    let cases: Vec<Case> = views.map(|view| Case::from_code(view.run).unwrap_or_default()).collect();
    wanted_of(&cases)
}

/// The fingerprint of a case and of all that follows from it, however it is put into words.
fn fingerprint(case: &Case, outcome: &Outcome) -> String {
    let mut hash = TraceHash::default();
    let range = |hash: &mut TraceHash, at: &Range<usize>| hash.word((at.start as u64) << 32 | at.end as u64);
    hash.text(&case.code());
    hash.text(&words::hex(&outcome.bytes));
    for view in [&outcome.own, &outcome.view, &outcome.prost] {
        for piece in &view.decoded.pieces {
            range(&mut hash, &piece.at);
            hash.text(words::role(piece).1);
        }
        if let Some(error) = &view.decoded.error {
            range(&mut hash, &error.at);
        }
        for seen in &view.seen {
            hash.word(seen.number.into());
            hash.text(&seen.value);
            hash.word(seen.because as u64);
        }
        for bytes in [view.passed_on.as_ref(), view.through_json.as_ref().map(|(_, bytes)| bytes)] {
            hash.text(&bytes.map_or("nothing".to_owned(), |bytes| words::hex(bytes)));
        }
    }
    for change in outcome.changes.iter() {
        range(&mut hash, &change.old);
        range(&mut hash, &change.new);
        for harm in [change.forward, change.backward, change.json] {
            hash.word(harm as u64);
        }
    }
    hash.word(outcome.changes.complete.into());
    hash.to_string()
}

/// A part of the lab that a figure can do without at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The reader's schema, and what it sees.
    Reader,
    PassedOn,
    Runtimes,
    Evolution,
}

impl Part {
    const ALL: [Self; 4] = [Self::Reader, Self::PassedOn, Self::Runtimes, Self::Evolution];

    const fn word(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::PassedOn => "passed-on",
            Self::Runtimes => "runtimes",
            Self::Evolution => "evolution",
        }
    }

    /// What stands above it where it is folded.
    const fn title(self) -> &'static str {
        match self {
            Self::Reader => "what a reader sees",
            Self::PassedOn => "what it passes on",
            Self::Runtimes => "other runtimes",
            Self::Evolution => "what a change of the schema does",
        }
    }
}

/// What the page looks at, beside the case.
#[derive(Clone, Debug, Default, PartialEq)]
struct Look {
    at: Option<usize>,
    bits: bool,
    form: bool,
    ask: Option<About>,
    /// The parts that are folded.
    folded: Vec<Part>,
    /// The question in the author's words, if there are any.
    question: String,
}

impl Look {
    fn of(view: &View<'_>) -> Self {
        Self {
            at: view.list("at").and_then(|at| at.parse().ok()),
            bits: view.has("bits"),
            form: view.has("form"),
            ask: view.list("ask").and_then(About::parse),
            folded: view.list("show").map_or(vec![], |shown| {
                let mut parts = Part::ALL.to_vec();
                parts.retain(|part| !shown.split('.').any(|word| word == part.word()));
                parts
            }),
            question: String::new(),
        }
    }

    /// The word that names the parts that are not folded, if any are.
    fn show(folded: &[Part]) -> Option<String> {
        (!folded.is_empty()).then(|| {
            let shown = Part::ALL.into_iter().filter(|part| !folded.contains(part));
            format!("show.{}", shown.map(Part::word).collect::<Vec<_>>().join("."))
        })
    }

    fn words(&self) -> Vec<String> {
        let mut words = vec![];
        words.extend(self.at.map(|at| format!("at.{at}")));
        words.extend(self.bits.then(|| "bits".to_owned()));
        words.extend(self.form.then(|| "form".to_owned()));
        words.extend(self.ask.as_ref().map(About::word));
        words.extend(Self::show(&self.folded));
        words
    }
}

/// What an author offers, a line for each case: what is on its button, its view, and words for its question. The
/// figure's own has no button.
fn offered(offers: &str) -> impl Iterator<Item = (&str, View<'_>, Look)> {
    offers.lines().filter_map(|line| {
        let mut parts = line.splitn(3, '\t');
        let (label, view) = (parts.next()?, View::parse(parts.next()?));
        let question = parts.next().unwrap_or_default().to_owned();
        Some((label, view, Look { question, ..Look::of(&view) }))
    })
}

/// The component.
#[component]
pub fn LabView(props: &DemoProps) -> Html {
    let page = use_memo((props.view.clone(), props.offers.clone()), |(view, offers)| {
        let view = View::parse(view);
        let own = offered(offers).find(|(label, ..)| label.is_empty());
        (Rc::new(Case::from_code(view.run).unwrap_or_default()), own.map_or_else(|| Look::of(&view), |(.., look)| look))
    });
    let known = use_memo((), |()| {
        let known = Known::default();
        known.learn(&take_first(WireLab::engine, || first_schemas(&props.view, &props.offers)));
        known
    });
    let state = {
        let (page, known) = (page.clone(), known.clone());
        use_reducer(move || State::new(page.0.clone(), (*known).clone()))
    };
    let (act, waiting) = use_acts(&state, &known);
    let look = use_state(|| page.1.clone());
    let asked = use_state(|| Asked::new(page.1.ask.clone(), 0));
    let hover = use_state_eq(|| None::<Focus>);
    let figure = use_node_ref();
    let next_focus = use_next_focus(&props.id);
    let (live, trouble) = {
        let (act, look, asked) = (act.clone(), look.clone(), asked.clone());
        use_arrival(&props.session, "here is the page's own case", move |view| {
            let case = Case::from_code(view.run).map_err(|error| error.to_string())?;
            let looked = Look::of(&view);
            act.emit(Act::Open(Rc::new(case), "This is the case of the link.".to_owned()));
            act.emit(Act::Choose(looked.at));
            asked.set(Asked::new(looked.ask.clone(), 0));
            look.set(looked);
            Ok(())
        })
    };
    let act = {
        let trouble = trouble.clone();
        Callback::from(move |what: Act| {
            trouble.set(None);
            act.emit(what);
        })
    };
    let point = {
        let hover = hover.clone();
        Callback::from(move |focus: Option<Focus>| hover.set(focus))
    };

    let focus = (*hover).clone().or_else(|| state.at.map(Focus::Byte));
    let lit = use_memo((Rc::as_ptr(&state.outcome) as usize, focus.clone()), |(_, focus)| {
        focus.as_ref().map_or_else(Lit::default, |focus| light(&state.outcome, focus))
    });
    let id: AttrValue = props.id.clone();
    let presets: Vec<_> = offered(&props.offers).filter(|(label, ..)| !label.is_empty()).collect();
    let bench = Bench {
        id: &id,
        live: live && !waiting.opening,
        state: &state,
        waiting: &waiting,
        act: &act,
        point: &point,
        lit: &lit,
        bits: look.bits,
        asking: asked.open.is_some(),
    };
    let original = *state.case == *page.0;
    let code = {
        let look = Look { at: state.at, ask: asked.open.clone(), ..(*look).clone() };
        View::with_words(&state.case.code(), look.words())
    };
    let unlinkable = (code.len() > wire::case::LONGEST).then(|| {
        AttrValue::from(format!(
            "No link and no frame can hold this case: it would take {} characters, and {} is the most. Shorten the longest text; comments and long strings go first.",
            code.len(),
            wire::case::LONGEST
        ))
    });
    let choose_bits = {
        let look = look.clone();
        Callback::from(move |bits: bool| look.set(Look { bits, ..(*look).clone() }))
    };
    let choose_form = {
        let look = look.clone();
        Callback::from(move |form: bool| look.set(Look { form, ..(*look).clone() }))
    };
    let open = |case: Rc<Case>, look_at: Look, why: String| {
        let (act, asked, look) = (act.clone(), asked.clone(), look.clone());
        Callback::from(move |_: MouseEvent| {
            act.emit(Act::Open(case.clone(), why.clone()));
            asked.set(Asked::new(look_at.ask.clone(), asked.attempt()));
            look.set(Look { ask: None, ..look_at.clone() });
        })
    };
    let offers = presets.iter().filter_map(|(label, view, look)| {
        let case = Rc::new(Case::from_code(view.run).ok()?);
        let this = *case == *state.case;
        let onclick = open(case, look.clone(), format!("{label}."));
        Some(html! {
            <button type="button" disabled={!live} aria-pressed={this.to_string()} {onclick}>{ label.to_string() }</button>
        })
    });
    let back = open(page.0.clone(), page.1.clone(), "This is the page’s own case.".to_owned());
    let swap = act.reform(|_: MouseEvent| Act::Swap);
    let direction = match state.case.old_writes {
        true => "The old version writes, the new one reads.",
        false => "The new version writes, the old one reads.",
    };

    // One listener for everything that can be pointed at.
    let at_of = |target: Option<Element>| {
        let element = target?.closest("[data-at]").ok().flatten()?;
        focus_of(&element.get_attribute("data-at")?)
    };
    let onmouseover = {
        let point = point.clone();
        Callback::from(move |event: MouseEvent| {
            let target: Option<Element> = event.target_dyn_into();
            // A text field says itself what its lines are.
            if target.as_ref().is_none_or(|target| !target.tag_name().eq_ignore_ascii_case("textarea")) {
                point.emit(at_of(target));
            }
        })
    };
    let onmouseleave = point.reform(|_: MouseEvent| None);
    let onfocusin = {
        let (point, act) = (point.clone(), act.clone());
        Callback::from(move |event: FocusEvent| match at_of(event.target_dyn_into()) {
            Some(Focus::Byte(byte)) => {
                point.emit(None);
                act.emit(Act::Choose(Some(byte)));
            }
            Some(focus) => point.emit(Some(focus)),
            None => {}
        })
    };
    let onclick = {
        let act = act.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(Focus::Byte(byte)) = at_of(event.target_dyn_into()) {
                act.emit(Act::Choose(Some(byte)));
            }
        })
    };

    let pending = asked.open.is_some();
    let view = |part: Part| match part {
        Part::Reader => html! {
            <div class="wl-column">
                { editors::schema(&bench, Text::Reader) }
                if !pending {
                    { views::seen(&bench) }
                }
                { predict::question(&bench, &look.question, &asked, &next_focus) }
                { predict::answer(&bench, &asked) }
            </div>
        },
        Part::PassedOn => views::passed_on(&bench),
        Part::Runtimes => views::runtimes(&bench),
        Part::Evolution => views::evolution(&bench),
    };
    let views = || {
        let shown = Part::ALL.into_iter().skip(1).filter(|part| !look.folded.contains(part));
        shown.map(view).collect::<Html>()
    };
    let folded = || {
        if look.folded.is_empty() {
            return Html::default();
        }
        let titles: Vec<&str> = look.folded.iter().map(|part| part.title()).collect();
        html! {
            <details class="more wl-more">
                <summary>{ format!("More: {}", titles.join(", ")) }</summary>
                <div>{ for look.folded.iter().map(|part| view(*part)) }</div>
            </details>
        }
    };
    let now = if !pending && asked.is_answered(&state.case) {
        views::in_a_sentence(&state.outcome)
    } else if state.told.is_empty() || pending {
        "Change a schema, the value or a byte, and see what follows.".to_owned()
    } else {
        state.told.clone()
    };
    let two = look.folded.contains(&Part::Reader);
    html! {
        <Shell id={id.clone()} title={props.title.clone()} changed={!original} {live} session={props.session.clone()}
            {code} trouble={(*trouble).clone()} {unlinkable} height={1700} {figure}
            onkeydown={|event: KeyboardEvent| event.stop_propagation()}
            summary="Every byte in words" table={bytes::table(&state.outcome, pending && live)}>
            <div class="wl" {onmouseover} {onmouseleave} {onfocusin} {onclick}>
                if !presets.is_empty() {
                    <div class="offers needs-js" role="group" aria-label="Try this">
                        <span class="quiet-words">{ "Try:" }</span>
                        { for offers }
                    </div>
                }
                <div class="wl-bar-of-tools">
                    <span class="wl-direction">{ if two { "" } else { direction } }</span>
                    <span class="needs-js run-steps">
                        if !two {
                            { button("", live, "Swap", swap) }
                        }
                        { editors::steps(&bench) }
                        if !original {
                            { button("quiet", live, "Back to the page’s case", back) }
                        }
                    </span>
                </div>
                <div class={classes!("wl-columns", two.then_some("wl-two"))}>
                    <div class="wl-column">
                        { editors::schema(&bench, Text::Writer) }
                        { editors::value(&bench, look.form, &choose_form) }
                    </div>
                    { bytes::column(&bench, &props.title, hover.as_ref(), &choose_bits) }
                    if !two {
                        { view(Part::Reader) }
                    }
                </div>
                <p class="now wl-now" aria-live="polite">
                    { now }
                </p>
                if !pending {
                    { views() }
                    { folded() }
                } else if !live {
                    <details class="more">
                        <summary>{ "What happens" }</summary>
                        { tag("div", "", vec![heading("The answer"), views::seen(&bench), views()]) }
                    </details>
                }
            </div>
        </Shell>
    }
}
