//! What the loader and the worker call: the exports of a bundle.

use crate::{
    demo::{Demo, DemoProps, Session, for_each_demo},
    engine::{self, Engine},
    task,
};
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// Makes a library a bundle of demos: exports `hydrate`, `run_task`, `Engine` and `trace_hash` over those in the
/// given list.
#[macro_export]
macro_rules! bundle {
    ($demos:expr) => {
        use wasm_bindgen::prelude::*;

        /// Hydrates one demo in its prerendered element. `view` is what the page shows, `link` what the
        /// address asks for, or empty; `start_task` is the loader's way to a worker.
        ///
        /// A panic sends the event `demo-panic` to the element, its message as detail: the loader then
        /// puts the still figure back. Each demo has an instance of the module for itself, so nothing
        /// else dies.
        ///
        /// # Errors
        /// If there is no such demo: the page and the module do not belong together.
        #[wasm_bindgen]
        #[allow(clippy::too_many_arguments)]
        pub async fn hydrate(
            element: web_sys::Element,
            name: String,
            title: String,
            view: String,
            offers: String,
            link: String,
            root: String,
            embedded: bool,
            start_task: js_sys::Function,
        ) -> Result<(), JsError> {
            let page = $crate::exports::Page { element, title, view, offers, link, root, embedded, start_task };
            $crate::exports::find($demos, &name)?.hydrate(page).await;
            Ok(())
        }

        /// What simulates for a demo, in a worker, in an instance for it alone. A panic is thrown with its message.
        #[wasm_bindgen]
        pub struct Engine(Box<dyn $crate::engine::Engine>);

        #[wasm_bindgen]
        impl Engine {
            /// The engine of that demo, with nothing to do.
            ///
            /// # Errors
            /// If there is no such demo, or it has no engine.
            #[wasm_bindgen(constructor)]
            pub fn new(name: &str) -> Result<Self, JsError> {
                $crate::exports::find($demos, name)?.engine().map(Self)
            }

            /// From now on this is wanted.
            pub fn want(&mut self, wanted: &str) {
                self.0.want(wanted);
            }

            /// Works towards it, for about so many events. True when it is there.
            pub fn step(&mut self, events: u32) -> bool {
                self.0.step(events)
            }

            /// What is there.
            pub fn frame(&self) -> Vec<u8> {
                self.0.frame()
            }
        }

        /// Carries out one task of a demo and calls `report` with what it says, in a worker, in an
        /// instance for it alone. A panic is thrown with its message.
        ///
        /// # Errors
        /// If there is no such demo.
        #[wasm_bindgen]
        pub fn run_task(name: &str, input: &str, report: &js_sys::Function) -> Result<(), JsError> {
            $crate::exports::find($demos, name)?.run_task(input, report);
            Ok(())
        }

        /// The fingerprint of the run that a link's code stands for, as the host computes it too.
        ///
        /// # Errors
        /// If there is no such demo or the code cannot be read.
        #[wasm_bindgen]
        pub fn trace_hash(name: &str, code: &str) -> Result<String, JsError> {
            $crate::exports::find($demos, name)?.trace_hash(code)
        }
    };
}

macro_rules! list {
    ($bundle:literal: $($demo:ty,)*) => { &[$(Exported::of::<$demo>()),*] };
}

/// The demos about calls.
pub const CALLS: &[Exported] = for_each_demo!(list, calls);

/// The demos about architectures.
pub const ARCHITECTURE: &[Exported] = for_each_demo!(list, architecture);

/// The lab of the exercises.
pub const LAB: &[Exported] = for_each_demo!(list, lab);

/// As [`Demo::task`].
type Work = fn(&str, &mut dyn FnMut(&str));

/// One demo, as a bundle has it. Kept as functions, so that a bundle links no other demos than its own.
pub struct Exported {
    name: &'static str,
    hydrate: fn(Element, DemoProps),
    task: Work,
    engine: fn() -> Option<Box<dyn Engine>>,
    awaits: fn(&str) -> Option<String>,
    hash_of: fn(&str) -> Result<String, String>,
}

/// What the page says of a demo, and offers it.
pub struct Page {
    /// The prerendered figure.
    pub element: Element,
    /// The figure's title.
    pub title: String,
    /// The run that the page shows, as a [`View`](crate::demo::View)'s code.
    pub view: String,
    /// What else the author offers, in the demo's own form.
    pub offers: String,
    /// The run that the address asks for; empty if it asks for none.
    pub link: String,
    /// The address of the site's root, absolute, with a slash at its end.
    pub root: String,
    /// Whether this is an embed page.
    pub embedded: bool,
    /// The loader's way to a worker; see [`Task`](crate::task::Task).
    pub start_task: js_sys::Function,
}

/// The demo of that name.
///
/// # Errors
/// If there is none: the page and the module do not belong together.
pub fn find(demos: &'static [Exported], name: &str) -> Result<&'static Exported, JsError> {
    demos.iter().find(|demo| demo.name == name).ok_or_else(|| JsError::new(&format!("no demo is called {name}")))
}

impl Exported {
    const fn of<D: Demo>() -> Self {
        Self {
            name: D::NAME,
            hydrate: hydrate::<D>,
            task: D::task,
            engine: D::engine,
            awaits: D::awaits,
            hash_of: D::hash_of,
        }
    }

    /// Hydrates the demo in its prerendered element, as soon as what it shows at first is computed.
    pub async fn hydrate(&self, page: Page) {
        let Page { element, title, view, offers, link, root, embedded, start_task } = page;
        tell_of_panics(element.clone());
        task::set_starter(start_task);
        if let Some(wanted) = (self.awaits)(&view) {
            engine::await_first(self.name, self.engine, wanted).await;
        }
        let link = (!link.is_empty()).then(|| link.into());
        let session = Session { link, root: root.into(), embedded };
        let (id, title, view, offers) = (element.id().into(), title.into(), view.into(), offers.into());
        (self.hydrate)(element, DemoProps { id, title, view, offers, session });
    }

    /// What simulates for the demo.
    ///
    /// # Errors
    /// If it has none.
    pub fn engine(&self) -> Result<Box<dyn Engine>, JsError> {
        // As in a task: the worker tells what was thrown.
        yew::set_custom_panic_hook(Box::new(|info| wasm_bindgen::throw_str(&info.to_string())));
        (self.engine)().ok_or_else(|| JsError::new(&format!("{} has no engine", self.name)))
    }

    /// Carries out a task of the demo and calls `report` with what it says.
    pub fn run_task(&self, input: &str, report: &js_sys::Function) {
        // In place of the trap that would follow, which says nothing: the worker tells what was thrown.
        yew::set_custom_panic_hook(Box::new(|info| wasm_bindgen::throw_str(&info.to_string())));
        (self.task)(input, &mut |text| {
            // The worker's own function; all it does is send the text to the page.
            let _ = report.call1(&JsValue::NULL, &text.into());
        });
    }

    /// The fingerprint of the run that a link's code stands for.
    ///
    /// # Errors
    /// If the code cannot be read.
    pub fn trace_hash(&self, code: &str) -> Result<String, JsError> {
        (self.hash_of)(code).map_err(|error| JsError::new(&error))
    }
}

fn hydrate<D: Demo>(element: Element, props: DemoProps) {
    yew::Renderer::<D::Component>::with_root_and_props(element, props).hydrate();
}

fn tell_of_panics(element: Element) {
    // The hook has to be Send and Sync; the module has one thread.
    thread_local!(static ELEMENT: std::cell::RefCell<Option<Element>> = const { std::cell::RefCell::new(None) });
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
