//! What the loader calls.

use crate::demo::{Demo, DemoProps, Session, for_each_demo};
use wasm_bindgen::prelude::*;

/// Hydrates one demo in its prerendered element. `view` is what the page shows, `link` what the
/// address asks for, or empty.
///
/// A panic sends the event `demo-panic` to the element, its message as detail: the loader then puts
/// the still figure back. Each demo has an instance of the module for itself, so nothing else dies.
///
/// # Errors
/// If there is no such demo: the page and the module do not belong together.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)]
pub fn hydrate(
    element: web_sys::Element,
    name: &str,
    title: &str,
    view: &str,
    link: &str,
    root: &str,
    embedded: bool,
) -> Result<(), JsError> {
    tell_of_panics(element.clone());
    let session =
        Session { link: (!link.is_empty()).then(|| link.to_owned().into()), root: root.to_owned().into(), embedded };
    let props =
        DemoProps { id: element.id().into(), title: title.to_owned().into(), view: view.to_owned().into(), session };
    macro_rules! dispatch {
        ($($demo:ty,)*) => {
            match name {
                $(<$demo as Demo>::NAME => {
                    yew::Renderer::<<$demo as Demo>::Component>::with_root_and_props(element, props).hydrate();
                    Ok(())
                })*
                _ => Err(JsError::new(&format!("no demo is called {name}"))),
            }
        };
    }
    for_each_demo!(dispatch)
}

/// The fingerprint of the run that a link's code stands for, as the host computes it too.
///
/// # Errors
/// If there is no such demo or the code cannot be read.
#[wasm_bindgen]
pub fn trace_hash(name: &str, code: &str) -> Result<String, JsError> {
    macro_rules! dispatch {
        ($($demo:ty,)*) => {
            match name {
                $(<$demo as Demo>::NAME => <$demo as Demo>::hash_of(code).map_err(|error| JsError::new(&error)),)*
                _ => Err(JsError::new(&format!("no demo is called {name}"))),
            }
        };
    }
    for_each_demo!(dispatch)
}

fn tell_of_panics(element: web_sys::Element) {
    // The hook has to be Send and Sync; the module has one thread.
    thread_local!(static ELEMENT: std::cell::RefCell<Option<web_sys::Element>> = const { std::cell::RefCell::new(None) });
    ELEMENT.set(Some(element));
    yew::set_custom_panic_hook(Box::new(|info| {
        let init = web_sys::CustomEventInit::new();
        init.set_detail(&info.to_string().into());
        init.set_bubbles(true);
        if let Ok(event) = web_sys::CustomEvent::new_with_event_init_dict("demo-panic", &init) {
            ELEMENT.with_borrow(|element| element.as_ref().map(|element| element.dispatch_event(&event)));
        }
    }));
}
