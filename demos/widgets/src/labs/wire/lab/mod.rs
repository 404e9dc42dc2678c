//! Two schemas and a value: every byte, what the other reader makes of it, and what is lost.

mod bench;
#[cfg(feature = "ssr")]
mod block;
mod bytes;
mod editors;
mod facts;
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
    demo::{Demo, View},
    engine::{Engine, take_first},
    facts::FactList,
    figure::{Beside, Desk, Kept, Parts},
    offered::Offered,
};
use bench::{Bench, button, focus_of, heading, tag};
use facts::Made;
use light::{Focus, Lit, light};
use predict::{About, Asked};
use schemas::{Known, Reads, use_acts, wanted_of};
use sim::{Time, TraceHash};
use state::{Act, State, Text};
use std::{ops::Range, rc::Rc};
use web_sys::Element;
use wire::case::{Case, Outcome};
use yew::prelude::*;

/// Schemas that evolve, byte by byte.
pub struct WireLab;

/// The schemas of the page's own case, and of those that it offers.
fn first_schemas(view: &str, offered: &Offered) -> String {
    let views = std::iter::once(view).chain(offered.presets.iter().map(|preset| preset.view.as_str()));
    let cases: Vec<Case> = views.map(|view| Case::from_code(View::parse(view).run).unwrap_or_default()).collect();
    wanted_of(&cases)
}

impl Demo for WireLab {
    const NAME: &'static str = "wire-lab";
    type Run = Rc<Case>;
    type Look = Look;
    type Seen = Made;
    type View = LabView;
    const IN_PAGE: bool = false;
    const BESIDE: Beside = Beside::Nothing;
    const OWN: &'static str = "case";
    const HEIGHT: u32 = 1700;

    fn read(view: &View<'_>) -> Result<(Rc<Case>, Look), String> {
        Ok((Rc::new(Case::from_code(view.run).map_err(|error| error.to_string())?), Look::of(view)))
    }

    fn code(case: &Rc<Case>) -> String {
        case.code()
    }

    fn words(_kept: &Kept<Self>, look: &Look, _at: Time) -> Vec<String> {
        look.words()
    }

    fn see(case: &Rc<Case>, _data: &str) -> Made {
        Made { outcome: case.outcome(None), case: case.clone(), watch: None }
    }

    fn facts(list: &mut FactList<Made>) {
        facts::declare(list);
    }

    fn engine() -> Option<Box<dyn Engine>> {
        Some(Box::new(Reads::default()))
    }

    fn awaits(view: &str, offered: &str) -> Vec<String> {
        vec![first_schemas(view, &Offered::parse(offered))]
    }
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
pub struct Look {
    /// The byte that is chosen.
    at: Option<usize>,
    /// Bytes are shown in bits.
    bits: bool,
    /// The value is shown as a form.
    form: bool,
    /// What is asked first.
    ask: Option<About>,
    /// The parts that are folded.
    folded: Vec<Part>,
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

/// The component.
#[component]
pub fn LabView(desk: &Desk<WireLab>) -> Html {
    let (id, look) = (desk.id(), desk.look());
    let known = use_memo((), |()| {
        let known = Known::default();
        let view = || desk.kept().view(desk.look(), Time::ZERO);
        known.learn(&take_first(WireLab::engine, || first_schemas(&view(), desk.offered())));
        known
    });
    let state = {
        let (case, known) = (desk.run().clone(), known.clone());
        use_reducer(move || State::new(case, (*known).clone()))
    };
    let (act, waiting) = use_acts(&state, &known);
    let asked = use_state(Asked::default);
    let hover = use_state_eq(|| None::<Focus>);
    // What the house shows, the lab takes over, as soon as its schemas have been read;
    {
        let (desk, act, asked) = (desk.clone(), act.clone(), asked.clone());
        use_effect_with(desk.opened(), move |opened| {
            if *opened > 0 {
                let preset =
                    desk.offered().presets.iter().find(|preset| View::parse(&preset.view).run == desk.run().code());
                let why = match preset {
                    Some(preset) => format!("{}.", preset.label),
                    None if desk.is_original() => "This is the page’s own case.".to_owned(),
                    None => "This is another case.".to_owned(),
                };
                act.emit(Act::Open(desk.run().clone(), why));
                act.emit(Act::Choose(desk.look().at));
                asked.set(Asked::again(asked.attempt()));
            }
        });
    }
    // and what is made in the lab, the house keeps.
    {
        let (desk, typing) = (desk.clone(), state.typing());
        use_effect_with(state.case.clone(), move |case| match typing {
            Some(text) => desk.slide(text.name(), case.clone()),
            None => desk.go(case.clone()),
        });
    }
    {
        let desk = desk.clone();
        use_effect_with(state.at, move |at| desk.look_at(Look { at: *at, ..desk.look().clone() }));
    }
    let point = {
        let hover = hover.clone();
        Callback::from(move |focus: Option<Focus>| hover.set(focus))
    };
    let focus = (*hover).clone().or_else(|| state.at.map(Focus::Byte));
    let lit = use_memo((Rc::as_ptr(&state.outcome) as usize, focus.clone()), |(_, focus)| {
        focus.as_ref().map_or_else(Lit::default, |focus| light(&state.outcome, focus))
    });
    let pending = look.ask.is_some();
    let live = desk.live();
    let bench = Bench {
        id,
        live: live && !waiting.opening,
        state: &state,
        waiting: &waiting,
        act: &act,
        point: &point,
        lit: &lit,
        bits: look.bits,
        asking: pending,
    };
    let code = desk.code();
    let unlinkable = (code.len() > wire::case::LONGEST).then(|| {
        AttrValue::from(format!(
            "No link and no frame can hold this case: it would take {} characters, and {} is the most. Shorten the longest text; comments and long strings go first.",
            code.len(),
            wire::case::LONGEST
        ))
    });
    let choose_bits = {
        let desk = desk.clone();
        Callback::from(move |bits: bool| desk.look_at(Look { bits, ..desk.look().clone() }))
    };
    let choose_form = {
        let desk = desk.clone();
        Callback::from(move |form: bool| desk.look_at(Look { form, ..desk.look().clone() }))
    };
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

    let view = |part: Part| match part {
        Part::Reader => html! {
            <div class="wl-column">
                { editors::schema(&bench, Text::Reader) }
                if !pending {
                    { views::seen(&bench) }
                }
                { predict::question(desk, &bench, &asked) }
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
    let listening = |inside: Html| {
        let (onmouseover, onmouseleave) = (onmouseover.clone(), onmouseleave.clone());
        let (onfocusin, onclick) = (onfocusin.clone(), onclick.clone());
        html! { <div class="wl" {onmouseover} {onmouseleave} {onfocusin} {onclick}>{ inside }</div> }
    };
    desk.lay(Parts {
        picture: listening(html! {
            <>
                <div class="wl-bar-of-tools" data-part="controls">
                    <span class="wl-direction">{ if two { "" } else { direction } }</span>
                    if !two {
                        <span class="needs-js run-steps">{ button("", bench.live, "Swap", swap) }</span>
                    }
                </div>
                <div class={classes!("wl-columns", two.then_some("wl-two"))}>
                    <div class="wl-column">
                        { editors::schema(&bench, Text::Writer) }
                        { editors::value(&bench, look.form, &choose_form) }
                    </div>
                    { bytes::column(&bench, &desk.title(), hover.as_ref(), &choose_bits) }
                    if !two {
                        { view(Part::Reader) }
                    }
                </div>
            </>
        }),
        aside: html! { <p class="now wl-now" aria-live="polite">{ now }</p> },
        rest: listening(html! {
            if !pending {
                { views() }
                { folded() }
            } else if !live {
                <details class="more">
                    <summary>{ "What happens" }</summary>
                    { tag("div", "", vec![heading("The answer"), views::seen(&bench), views()]) }
                </details>
            }
        }),
        summary: "Every byte in words",
        table: bytes::table(&state.outcome, pending && live),
        unlinkable,
        ..Parts::default()
    })
}
