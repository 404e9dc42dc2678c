//! One remote `add` on its way through the stubs and back, a stage at a time, with its bytes.

#[cfg(feature = "ssr")]
mod block;
mod picture;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::chrome::{
    demo::{Demo, DemoProps, View},
    shell::{Shell, title_of, use_arrival},
};
use picture::{PictureProps, picture};
use protocols::rpc::call_chain::{Call, Journey, Place, Role, Stage, hex};
use sim::{Time, TraceHash};
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

/// Where a stage lies, seen from the one that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Behind; and every stage of a still figure, which shows the whole way.
    Done,
    /// Here.
    Now,
    /// Ahead.
    ToCome,
}

impl When {
    const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now-here",
            Self::ToCome => "to-come",
        }
    }
}

/// Calls to try, each with what there is to see.
const TRIES: [(Call, &str); 5] = [
    (Call { a: 3, b: 4 }, "small numbers"),
    (Call { a: 150, b: 4 }, "a larger number"),
    (Call { a: 0, b: 4 }, "a zero"),
    (Call { a: -1, b: 4 }, "a negative number"),
    (Call { a: i32::MAX, b: 1 }, "a sum that does not fit"),
];

/// How much of the window the bar of the page may cover at its top, in pixels.
const BAR: f64 = 64.0;

/// A remote call, stage by stage.
pub struct CallChain;

impl Demo for CallChain {
    const NAME: &'static str = "call-chain";
    type Component = CallChainView;

    fn hash_of(run: &str) -> Result<String, String> {
        Call::from_code(run).map(|call| fingerprint(&call.journey())).map_err(|error| error.to_string())
    }
}

/// The fingerprint of a call and of the bytes of every stage.
fn fingerprint(journey: &Journey) -> String {
    let mut hash = TraceHash::default();
    hash.text(&journey.call.code());
    for stage in &journey.stages {
        hash.text(&stage.value);
        hash.text(&hex(&stage.bytes));
    }
    hash.to_string()
}

/// The component.
#[component]
pub fn CallChainView(props: &DemoProps) -> Html {
    let original = Call::from_code(View::parse(&props.view).run).unwrap_or_default();
    let journey = use_state(|| original.journey());
    let step = use_state(|| 0_usize);
    // As they stand in the fields; what is no number yet is not called.
    let typed = use_state(|| [original.a, original.b].map(|number| number.to_string()));
    let (figure, cards) = (use_node_ref(), use_node_ref());
    let last = journey.stages.len() - 1;

    let call = {
        let (journey, typed) = (journey.clone(), typed.clone());
        Callback::from(move |call: Call| {
            typed.set([call.a, call.b].map(|number| number.to_string()));
            journey.set(call.journey());
        })
    };
    let (live, trouble) = {
        let (call, step) = (call.clone(), step.clone());
        use_arrival(&props.session, "here is the page's own run", move |view| {
            call.emit(Call::from_code(view.run).map_err(|error| error.to_string())?);
            // In place of a time, as the stages have none: the number of the stage.
            let at = view.at.map_or(1, |at| at.as_millis() as usize);
            step.set(at.clamp(1, last + 1) - 1);
            Ok(())
        })
    };
    // The next stage may be out of sight, on a phone in particular.
    let moved = use_mut_ref(|| false);
    {
        let (cards, moved) = (cards.clone(), moved.clone());
        use_effect_with(*step, move |_| {
            if moved.take() {
                bring_into_view(cards.cast());
            }
        });
    }
    let go = {
        let (step, moved) = (step.clone(), moved.clone());
        Callback::from(move |to: usize| {
            if to <= last && to != *step {
                *moved.borrow_mut() = true;
                step.set(to);
            }
        })
    };
    let typing = |index: usize| {
        let (journey, typed) = (journey.clone(), typed.clone());
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let mut texts = (*typed).clone();
            texts[index] = input.value();
            if let [Ok(a), Ok(b)] = [texts[0].parse(), texts[1].parse()] {
                journey.set(Call { a, b }.journey());
            }
            typed.set(texts);
        })
    };
    let put = |to: Call| {
        let (call, trouble) = (call.clone(), trouble.clone());
        Callback::from(move |_: MouseEvent| {
            trouble.set(None);
            call.emit(to);
        })
    };
    let onkeydown = {
        let (go, at) = (go.clone(), *step);
        Callback::from(move |event: KeyboardEvent| {
            if let Some(to) = target_of(&event, at, last) {
                event.prevent_default();
                go.emit(to);
            }
        })
    };

    let id: AttrValue = props.id.clone();
    let at = *step;
    // A still figure shows the whole way; one that lives begins at its start.
    let when = |index: usize| match index.cmp(&at) {
        _ if !live => When::Done,
        std::cmp::Ordering::Less => When::Done,
        std::cmp::Ordering::Equal => When::Now,
        std::cmp::Ordering::Greater => When::ToCome,
    };
    let stage = &journey.stages[at];
    let changed = journey.call != original;
    let title = title_of(&props.title, changed);
    let map = picture(&PictureProps { id: id.clone(), title, journey: &journey, when: &when });
    let field = |index: usize, name: &'static str| {
        let fits = typed[index].parse::<i32>().is_ok();
        html! {
            <label>
                <span>{ name }{ " =" }</span>
                <input type="number" min={i32::MIN.to_string()} max={i32::MAX.to_string()} step="1"
                    value={typed[index].clone()} disabled={!live} oninput={typing(index)}
                    aria-invalid={(!fits).then_some("true")} aria-describedby={(!fits).then(|| format!("{id}-misfit"))}/>
            </label>
        }
    };
    let misfit = typed.iter().any(|text| text.parse::<i32>().is_err());
    let code = View::code(&journey.call.code(), (at > 0).then(|| Time::from_millis(at as u64 + 1)));
    html! {
        <Shell id={id.clone()} title={props.title.clone()} {changed} live={live} session={props.session.clone()}
            code={code} trouble={(*trouble).clone()} height={1000} figure={figure} {onkeydown}
            summary="Every stage and every byte in words" table={table(&journey)}>
            <div class="way-call needs-js">
                <div class="way-fields" role="group" aria-label="The call">
                    { field(0, "a") }
                    { field(1, "b") }
                </div>
                <div class="way-tries" role="group" aria-label="Calls to try">
                    <span>{ "Try" }</span>
                    { for TRIES.into_iter().map(|(to, what)| html! {
                        <button type="button" disabled={!live} aria-pressed={(journey.call == to).to_string()} onclick={put(to)}>
                            { what }
                        </button>
                    }) }
                    if TRIES.iter().all(|(to, _)| *to != original) {
                        <button type="button" disabled={!live} aria-pressed={(journey.call == original).to_string()}
                            onclick={put(original)}>{ "the page's call" }</button>
                    }
                </div>
                <div class="way-misfit" id={format!("{id}-misfit")} role="status">
                    if misfit {
                        <p class="notice">
                            { format!("An int32 is a whole number from {} to {}. Until then the figure stays at {}.", i32::MIN, i32::MAX, journey.call) }
                        </p>
                    }
                </div>
            </div>
            <div class="way">
                { map }
                <ol class="way-cards" ref={cards}>
                    { for journey.stages.iter().enumerate().map(|(index, stage)| card(index, stage, when(index))) }
                </ol>
                <div class="way-dock needs-js">
                    <p class="now" aria-live="polite">
                        <span class="when">{ format!("Step {} of {}, {}.", at + 1, last + 1, stage.place.name()) }</span>
                        { " " }
                        <span class="told">{ &stage.words }</span>
                    </p>
                    <div class="way-steps" role="group" aria-label="Steps">
                        <button type="button" disabled={!live} aria-disabled={(at == 0).to_string()}
                            onclick={go.reform(|_: MouseEvent| 0)}>{ "First" }</button>
                        <button type="button" disabled={!live} aria-disabled={(at == 0).to_string()}
                            onclick={go.reform(move |_: MouseEvent| at.saturating_sub(1))}>{ "Previous" }</button>
                        <button type="button" class="strong" disabled={!live} aria-disabled={(at == last).to_string()}
                            onclick={go.reform(move |_: MouseEvent| at + 1)}>{ "Next" }</button>
                        <span class="way-keys">{ "Press Next, or the keys ← and →." }</span>
                    </div>
                </div>
            </div>
        </Shell>
    }
}

/// The step that a key asks for. Nothing that was pressed in a demo reaches the page.
fn target_of(event: &KeyboardEvent, at: usize, last: usize) -> Option<usize> {
    event.stop_propagation();
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return None;
    }
    let tag = event.target_dyn_into::<Element>().map(|target| target.tag_name()).unwrap_or_default();
    // Fields need all of these keys; buttons, and what folds, need their space bar.
    let is = |tags: &[&str]| tags.iter().any(|other| tag.eq_ignore_ascii_case(other));
    if is(&["input"]) {
        return None;
    }
    match event.key().as_str() {
        "ArrowLeft" => Some(at.saturating_sub(1)),
        "ArrowRight" => Some((at + 1).min(last)),
        " " if !is(&["button", "summary"]) => Some((at + 1).min(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// Scrolls to the stage that is shown, unless all of it is in sight.
fn bring_into_view(cards: Option<Element>) {
    let find = |list: &Element, css: &str| list.query_selector(css).ok().flatten();
    let card = cards.as_ref().and_then(|cards| find(cards, "[aria-current]"));
    let dock = cards.and_then(|cards| cards.next_element_sibling());
    let (Some(card), Some(dock)) = (card, dock) else { return };
    // The bar of the page and the buttons below stay where they are and cover what is behind them.
    let height = web_sys::window().and_then(|window| window.inner_height().ok()).and_then(|height| height.as_f64());
    let bottom = dock.get_bounding_client_rect().top().min(height.unwrap_or(f64::MAX));
    let place = card.get_bounding_client_rect();
    if place.top() < BAR || place.height() > bottom - BAR {
        card.scroll_into_view();
    } else if place.bottom() > bottom {
        card.scroll_into_view_with_bool(false);
    }
}

/// One stage: where, what, and the bytes with what they mean.
fn card(index: usize, stage: &Stage, when: When) -> Html {
    // A literal is broken between its name and its fields, if it has to be.
    let literal = stage.value.ends_with('}');
    let value = if literal {
        stage.value.replace("{ ", "{\u{a0}").replace(": ", ":\u{a0}").replace(" }", "\u{a0}}")
    } else {
        stage.value.clone()
    };
    let value = html! { <code class="way-value">{ value }</code> };
    let bytes = if stage.parts.is_empty() {
        html! {}
    } else {
        html! {
            <ul class="way-bytes">
                { for stage.parts.iter().map(|part| html! {
                    <li class={classes!(role_class(part.role), (part.range.len() > 2).then_some("long"))}>
                        <code>
                            { for stage.bytes[part.range.clone()].iter().map(|byte| html! {
                                <><span class="way-byte">{ hex(&[*byte]) }</span>{ " " }</>
                            }) }
                        </code>
                        <span class="way-means">{ &part.means }</span>
                    </li>
                }) }
            </ul>
        }
    };
    // A message of zeros is there, and empty.
    let empty = stage.bytes.is_empty() && literal;
    let bytes = if empty {
        html! { <p class="way-none">{ "no bytes at all" }</p> }
    } else {
        bytes
    };
    let sign = html! { <span class="way-arrow" aria-hidden="true">{ "↓" }</span> };
    let has_bytes = empty || !stage.parts.is_empty();
    html! {
        <li class={classes!("way-card", place_class(stage.place), if index < 5 { "out" } else { "back" }, when.class())}
            aria-current={(when == When::Now).then_some("step")}>
            <p class="way-place">
                <span class="way-number">{ index + 1 }</span>
                <span class="way-name">{ stage.place.name() }</span>
                if when == When::Now {
                    <span class="way-mark">{ "now" }</span>
                }
            </p>
            <p class="way-deed">{ stage.deed }</p>
            if stage.unpacks {
                { bytes }{ sign }{ value }
            } else if stage.place == Place::Network || !has_bytes {
                { value }{ bytes }
            } else {
                { value }{ sign }{ bytes }
            }
            <p class="way-words">{ &stage.words }</p>
        </li>
    }
}

const fn place_class(place: Place) -> &'static str {
    match place {
        Place::Caller => "at-caller",
        Place::ClientStub => "at-client-stub",
        Place::Network => "at-network",
        Place::ServerStub => "at-server-stub",
        Place::Procedure => "at-procedure",
    }
}

const fn role_class(role: Role) -> &'static str {
    match role {
        Role::Flag | Role::Length => "framing",
        Role::Payload => "payload",
        Role::Key => "key-of",
        Role::Value => "value-of",
    }
}

fn table(journey: &Journey) -> Html {
    html! {
        <div class="scroll-box" tabindex="0" role="group" aria-label="Stages">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ "Step" }</th><th scope="col">{ "Where" }</th>
                        <th scope="col">{ "Bytes" }</th><th scope="col">{ "What it is, or what happens" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for journey.stages.iter().enumerate().flat_map(|(index, stage)| {
                        let whole = html! {
                            <tr class="whole">
                                <th scope="row">{ index + 1 }</th>
                                <td>{ stage.place.name() }</td>
                                <td>{ if stage.parts.is_empty() { "none" } else { "" } }</td>
                                <td>{ &stage.words }</td>
                            </tr>
                        };
                        std::iter::once(whole).chain(stage.parts.iter().map(move |part| html! {
                            <tr>
                                <th scope="row">{ index + 1 }</th>
                                <td>{ stage.place.name() }</td>
                                <td><code>{ hex(&stage.bytes[part.range.clone()]) }</code></td>
                                <td><strong>{ &part.means }</strong>{ ". " }{ &part.why }</td>
                            </tr>
                        }))
                    }) }
                </tbody>
            </table>
        </div>
    }
}
