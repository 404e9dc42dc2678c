//! The little that the demos need of the browser. Called from effects and handlers only, never
//! while rendering: the host renders too.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, window};

/// Whether the reader has asked for less motion.
pub fn reduced_motion() -> bool {
    window()
        .and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten())
        .is_some_and(|query| query.matches())
}

/// The element that has the keyboard's focus; nothing if there is none.
pub fn focused() -> Option<HtmlElement> {
    // Parts of pictures too: all that is asked of it is to take the focus again, and they can.
    window()?.document()?.active_element().map(JsCast::unchecked_into)
}

/// The element of the page with that id; nothing if there is none.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    window()?.document()?.get_element_by_id(id).map(JsCast::unchecked_into)
}

/// Gives the keyboard's focus to an element, if it is there.
pub fn focus(element: Option<HtmlElement>) {
    if let Some(element) = element {
        // An element that has gone in the meantime refuses; then the focus is the page's.
        let _ = element.focus();
    }
}

/// Clicks the control with that id, if it is there, and gives it the keyboard's focus, as its label does.
pub fn click(id: &str) {
    if let Some(control) = by_id(id) {
        let _ = control.focus();
        control.click();
    }
}

/// Whether the reader has selected some text.
pub fn selecting() -> bool {
    let selection = window().and_then(|window| window.get_selection().ok().flatten());
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// Whether any of an element lies within the height of the window.
pub fn on_screen(element: &Element) -> bool {
    let height = window().and_then(|window| window.inner_height().ok()).and_then(|height| height.as_f64());
    let rect = element.get_bounding_client_rect();
    height.is_none_or(|height| rect.bottom() > 0.0 && rect.top() < height)
}

/// The address of this page, without query and fragment.
pub fn page_address() -> String {
    let location = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    location.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// An answer to a question of a figure, as whoever listens on the page hears of it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The question's id within the figure.
    pub question: &'a str,
    /// The answer that the reader gave.
    pub answer: &'a str,
    /// Whether the answer is right.
    pub correct: bool,
    /// Which answer of this reader to this question it is, counted from 1.
    pub attempt: u32,
}

/// What a quiz says of an answer in addition to [`Told`]: the points, and what is right.
#[derive(Clone, Copy, Debug)]
pub struct Marked<'a> {
    /// The points that the answer gets.
    pub points: u32,
    /// The points that the question is worth.
    pub of: u32,
    /// The answer that would have been right.
    pub right: &'a str,
    /// The kind of question: `choice`, `fill-in` or `prediction`.
    pub kind: &'a str,
}

/// Tells whoever listens on the page, a course's own script for one, that a question was answered: the
/// event `demo-answer` on the figure, with the details `{ id, question, answer, correct, attempt }`.
pub fn tell_answer(id: &str, question: &str, answer: &str, correct: bool, attempt: u32) {
    tell(id, &Told { question, answer, correct, attempt }, None);
}

/// Sends the event `demo-answer` as [`tell_answer`] does, and adds the marks of the answer to its details if there are
/// any: `{ points, of, right, kind }`.
pub fn tell(id: &str, told: &Told<'_>, marked: Option<&Marked<'_>>) {
    let detail = js_sys::Object::new();
    let set = |name: &str, value: wasm_bindgen::JsValue| {
        // Setting a property of a new plain object cannot fail.
        let _ = js_sys::Reflect::set(&detail, &name.into(), &value);
    };
    set("id", id.into());
    set("question", told.question.into());
    set("answer", told.answer.into());
    set("correct", told.correct.into());
    set("attempt", told.attempt.into());
    if let Some(marked) = marked {
        set("points", marked.points.into());
        set("of", marked.of.into());
        set("right", marked.right.into());
        set("kind", marked.kind.into());
    }
    let init = web_sys::CustomEventInit::new();
    init.set_detail(&detail);
    init.set_bubbles(true);
    let figure = window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id(id));
    if let (Some(figure), Ok(event)) = (figure, web_sys::CustomEvent::new_with_event_init_dict("demo-answer", &init)) {
        let _ = figure.dispatch_event(&event);
    }
}

/// Puts a text on the clipboard. False where that is not allowed, as in some frames.
pub async fn copy(text: &str) -> bool {
    let Some(window) = window() else { return false };
    // The property is missing where the page is not served securely.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into());
    if clipboard.map_or(true, |clipboard| clipboard.is_undefined()) {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}
