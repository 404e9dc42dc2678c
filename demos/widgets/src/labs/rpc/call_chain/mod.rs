//! One remote `add` on its way through the stubs and back, a stage at a time, with its bytes.

#[cfg(feature = "ssr")]
mod block;
mod picture;

#[cfg(feature = "ssr")]
pub use block::Block;

use crate::chrome::{
    demo::{Demo, View},
    facts::{FactList, Yield},
    figure::{Desk, Kept, Parts},
    number::Number,
};
use picture::{PictureProps, picture};
use protocols::rpc::call_chain::{Call, Journey, Place, Role, Stage, hex};
use sim::{Time, TraceHash};
use web_sys::Element;
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

/// How much of the window the bar of the page may cover at its top, in pixels.
const BAR: f64 = 64.0;

/// A remote call, stage by stage.
pub struct CallChain;

impl Demo for CallChain {
    const NAME: &'static str = "call-chain";
    type Run = Call;
    /// The stage that is looked at, from 0.
    type Look = usize;
    type Seen = Journey;
    type View = CallChainView;
    const HEIGHT: u32 = 1000;

    fn read(view: &View<'_>) -> Result<(Call, usize), String> {
        let call = Call::from_code(view.run).map_err(|error| error.to_string())?;
        // In place of a time, as the stages have none: the number of the stage.
        let stage = view.at.map_or(1, |at| at.as_millis() as usize);
        Ok((call, stage.clamp(1, call.journey().stages.len()) - 1))
    }

    fn code(call: &Call) -> String {
        call.code()
    }

    fn words(_kept: &Kept<Self>, stage: &usize, _at: Time) -> Vec<String> {
        (*stage > 0).then(|| (stage + 1).to_string()).into_iter().collect()
    }

    fn see(call: &Call, _data: &str) -> Journey {
        call.journey()
    }

    #[rustfmt::skip]
    fn facts(list: &mut FactList<Journey>) {
        list.fact("sum", "What the caller gets: the sum, or \"OUT_OF_RANGE\" if it does not fit 32 bits.", |seen| seen.sum.map_or_else(|| Yield::from(seen.status.name()), Yield::from));
        list.fact("request-bytes", "How many bytes the request's message has, its frame of 5 bytes left out.", |seen| seen.request.len());
        list.fact("reply-bytes", "How many bytes the reply's message has, its frame left out; 0 also if there is no reply.", |seen| seen.reply.len());
        list.fact("request-hex", "The request's message without its frame, such as \"08 03 10 04\".", |seen| hex(&seen.request));
        list.fact("reply-hex", "The reply's message without its frame; empty also if there is no reply.", |seen| hex(&seen.reply));
        list.fact("hash", "The fingerprint of the call and of the bytes of every stage, 16 hexadecimal digits.", fingerprint);
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
pub fn CallChainView(desk: &Desk<CallChain>) -> Html {
    let journey = desk.seen();
    let (at, last) = ((*desk.look()).min(journey.stages.len() - 1), journey.stages.len() - 1);
    let cards = use_node_ref();
    // The next stage may be out of sight, on a phone in particular.
    {
        let (cards, first) = (cards.clone(), use_mut_ref(|| true));
        use_effect_with((at, desk.in_browser()), move |(_, live)| {
            if *live && !first.replace(false) {
                bring_into_view(cards.cast());
            }
        });
    }
    let live = desk.live();
    let go = |to: usize| {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.look_at(to.min(last)))
    };
    let keys = {
        let desk = desk.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(to) = target_of(&event, at, last) {
                event.prevent_default();
                desk.look_at(to);
            }
        })
    };
    // A still figure shows the whole way; one that lives begins at its start.
    let when = |index: usize| match index.cmp(&at) {
        _ if !desk.in_browser() => When::Done,
        std::cmp::Ordering::Less => When::Done,
        std::cmp::Ordering::Equal => When::Now,
        std::cmp::Ordering::Greater => When::ToCome,
    };
    let stage = &journey.stages[at];
    let call = journey.call;
    let put =
        |by, change: fn(Call, i32) -> Call| desk.sliding(by, move |call: &Call, number: i32| change(*call, number));
    desk.lay(Parts {
        class: "way",
        picture: html! {
            <>
                { picture(&PictureProps { id: desk.id().clone(), title: desk.title(), journey, when: &when }) }
                <ol class="way-cards" ref={cards}>
                    { for journey.stages.iter().enumerate().map(|(index, stage)| card(index, stage, when(index), index == at)) }
                </ol>
            </>
        },
        aside: html! {
            <div class="way-dock needs-js">
                <p class="now" aria-live="polite">
                    <span class="when">{ format!("Step {} of {}, {}.", at + 1, last + 1, stage.place.name()) }</span>
                    { " " }
                    <span class="told">{ &stage.words }</span>
                </p>
                <div class="way-steps" role="group" aria-label="Steps">
                    <button type="button" disabled={!live} aria-disabled={(at == 0).to_string()} onclick={go(0)}>{ "First" }</button>
                    <button type="button" disabled={!live} aria-disabled={(at == 0).to_string()} onclick={go(at.saturating_sub(1))}>{ "Previous" }</button>
                    <button type="button" class="strong" disabled={!live} aria-disabled={(at == last).to_string()} onclick={go(at + 1)}>{ "Next" }</button>
                    <span class="way-keys">{ "Press Next, or the keys ← and →." }</span>
                </div>
            </div>
        },
        rest: html! {
            <div class="way-fields needs-js" role="group" aria-label="The call">
                <Number id={format!("{}-a", desk.id())} name="a =" value={call.a} {live} on={put("a", |call, a| Call { a, ..call })}/>
                <Number id={format!("{}-b", desk.id())} name="b =" value={call.b} {live} on={put("b", |call, b| Call { b, ..call })}/>
            </div>
        },
        summary: "Every stage and every byte in words",
        table: table(journey),
        keys: Some(keys),
        ..Parts::default()
    })
}

/// The step that a key asks for; nothing for other keys.
fn target_of(event: &KeyboardEvent, at: usize, last: usize) -> Option<usize> {
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
    let dock = cards.and_then(|cards| find(&cards.closest(".figure").ok().flatten()?, ".way-dock"));
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

/// One stage: where, what, and the bytes with what they mean. At a glance a figure shows one of them.
fn card(index: usize, stage: &Stage, when: When, at_a_glance: bool) -> Html {
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
        <li class={classes!("way-card", place_class(stage.place), if index < 5 { "out" } else { "back" }, when.class(), at_a_glance.then_some("at-a-glance"))}
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
