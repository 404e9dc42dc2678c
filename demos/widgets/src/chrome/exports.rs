//! What the loader and the worker call: the exports of a bundle.

use crate::chrome::{
    demo::{Demo, DemoProps, Session},
    engine::{self, Engine},
    figure::Figure,
    judge, task,
};
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// Makes a library a bundle of demos: exports `hydrate` over those in the given list.
#[macro_export]
macro_rules! bundle {
    ($demos:expr) => {
        use wasm_bindgen::prelude::*;

        /// Hydrates one demo in its prerendered element. `view` is what the page shows, `link` what the
        /// address asks for, or empty; `first` is the site's file of first frames, empty if there is none or if it
        /// cannot be had; `start_task` is the loader's way to a worker.
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
            data: String,
            offered: String,
            link: String,
            root: String,
            embedded: bool,
            first: Vec<u8>,
            start_task: js_sys::Function,
        ) -> Result<(), JsError> {
            let page = $crate::chrome::exports::Page {
                element,
                title,
                view,
                data,
                offered,
                link,
                root,
                embedded,
                first,
                start_task,
            };
            $crate::chrome::exports::demo($demos, &name)?.hydrate(page).await;
            Ok(())
        }
    };
}

/// Makes a library what computes for demos: exports `run_task`, `Engine` and `trace_hash` over those in the given list.
#[macro_export]
macro_rules! computes {
    ($demos:expr) => {
        /// What simulates for a demo, in an instance of the module for this demo alone. A panic is thrown with its
        /// message.
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub struct Engine(Box<dyn $crate::chrome::engine::Engine>);

        #[wasm_bindgen::prelude::wasm_bindgen]
        impl Engine {
            /// The engine of the demo of that name, with nothing to do.
            ///
            /// # Errors
            /// If there is no such demo, or the demo has no engine.
            #[wasm_bindgen(constructor)]
            pub fn new(name: &str) -> Result<Self, wasm_bindgen::JsError> {
                $crate::chrome::exports::computing($demos, name)?.engine().map(Self)
            }

            /// Sets what is wanted from now on, in the demo's own form.
            pub fn want(&mut self, wanted: &str) {
                self.0.want(wanted);
            }

            /// Works towards what is wanted, for about so many events. True when the engine is there.
            pub fn step(&mut self, events: u32) -> bool {
                self.0.step(events)
            }

            /// What the engine has come to, as bytes that only the demo can read.
            pub fn frame(&self) -> Vec<u8> {
                self.0.frame()
            }
        }

        /// Carries out one task of a demo and calls `report` with what the task says, in a worker, in an instance of
        /// the module for this task alone. A panic is thrown with its message.
        ///
        /// # Errors
        /// If there is no such demo.
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub fn run_task(name: &str, input: &str, report: &js_sys::Function) -> Result<(), wasm_bindgen::JsError> {
            $crate::chrome::exports::computing($demos, name)?.run_task(input, report);
            Ok(())
        }

        /// The fingerprint of the run that a link's code stands for, as the host computes it too.
        ///
        /// # Errors
        /// If there is no such demo or the code cannot be read.
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub fn trace_hash(name: &str, code: &str) -> Result<String, wasm_bindgen::JsError> {
            $crate::chrome::exports::computing($demos, name)?.trace_hash(code)
        }
    };
}

/// A demo, as a bundle shows it. Kept as functions, so that a bundle links no other demos than its own.
pub struct Shown {
    name: &'static str,
    hydrate: fn(Element, DemoProps),
    awaits: fn(&str, &str) -> Vec<String>,
}

/// A demo, as a module computes for it. Apart from [`Shown`], so that what computes can do without pictures, and the
/// pictures without what computes.
pub struct Computed {
    name: &'static str,
    task: fn(&str) -> Option<Box<dyn task::AnyWork>>,
    engine: engine::Make,
    hash_of: fn(&str) -> Result<String, String>,
}

/// What the page says of a demo, and hands to it.
pub struct Page {
    /// The prerendered figure.
    pub element: Element,
    /// The figure's title.
    pub title: String,
    /// The run that the page shows, as a [`View`](crate::chrome::demo::View)'s code.
    pub view: String,
    /// What the builder worked out for the figure, in the demo's own form; empty if nothing.
    pub data: String,
    /// Presets, the question and goals; empty if there are none.
    pub offered: String,
    /// The run that the address asks for; empty if it asks for none.
    pub link: String,
    /// The address of the site's root, absolute, with a slash at its end.
    pub root: String,
    /// Whether the page is an embed page.
    pub embedded: bool,
    /// The first frames as the site has them; see [`engine::first`].
    pub first: Vec<u8>,
    /// The loader's way to a worker; see [`Task`](crate::chrome::task::Task).
    pub start_task: js_sys::Function,
}

/// Finds the demo of a name among those of a bundle, to be shown.
///
/// # Errors
/// If there is no such demo: the page and the module do not belong together.
pub fn demo(demos: &'static [Shown], name: &str) -> Result<&'static Shown, JsError> {
    demos.iter().find(|demo| demo.name == name).ok_or_else(|| unknown(name))
}

/// Finds what computes for the demo of a name among what a module has.
///
/// # Errors
/// If there is no such demo: the page and the module do not belong together.
pub fn computing(demos: &'static [Computed], name: &str) -> Result<&'static Computed, JsError> {
    demos.iter().find(|demo| demo.name == name).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> JsError {
    JsError::new(&format!("no demo is called {name}"))
}

impl Shown {
    /// The demo `D`, as a bundle shows it.
    pub const fn of<D: Demo>() -> Self {
        Self { name: D::NAME, hydrate: hydrate::<D>, awaits: D::awaits }
    }

    /// Hydrates the demo in its prerendered element, as soon as what it shows at first is there.
    pub async fn hydrate(&self, page: Page) {
        let Page { element, title, view, data, offered, link, root, embedded, first, start_task } = page;
        tell_of_panics(element.clone());
        task::set_starter(start_task);
        engine::await_first(self.name, (self.awaits)(&view, &offered), &first).await;
        let link = (!link.is_empty()).then(|| link.into());
        let session = Session { link, root: root.into(), embedded };
        let (id, title, view) = (element.id().into(), title.into(), view.into());
        let (data, offered) = (data.into(), offered.into());
        (self.hydrate)(element, DemoProps { id, title, view, data, offered, session, ..DemoProps::default() });
    }
}

impl Computed {
    /// The demo `D`, as a module computes for it.
    pub const fn of<D: Demo>() -> Self {
        Self { name: D::NAME, task: D::task, engine: engine::<D>, hash_of: D::hash_of }
    }

    /// A new engine for the demo.
    ///
    /// # Errors
    /// If the demo has no engine.
    pub fn engine(&self) -> Result<Box<dyn Engine>, JsError> {
        throw_panics();
        (self.engine)().ok_or_else(|| JsError::new(&format!("{} has no engine", self.name)))
    }

    /// Carries out a task of the demo and calls `report` with what the task says. Does nothing if the demo has no such
    /// task.
    pub fn run_task(&self, input: &str, report: &js_sys::Function) {
        throw_panics();
        let Some(mut work) = (self.task)(input) else { return };
        let mut tell = |text: &str| {
            // The worker's own function; all it does is send the text to the page.
            let _ = report.call1(&JsValue::NULL, &text.into());
        };
        while !work.stretch(true, &mut tell) {}
    }

    /// The fingerprint of the run that a link's code stands for.
    ///
    /// # Errors
    /// If the code cannot be read.
    pub fn trace_hash(&self, code: &str) -> Result<String, JsError> {
        (self.hash_of)(code).map_err(|error| JsError::new(&error))
    }
}

/// In place of the trap that would follow, which says nothing: whoever has called tells what was thrown.
fn throw_panics() {
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_str(&info.to_string())));
}

fn engine<D: Demo>() -> Option<Box<dyn Engine>> {
    Some(judge::engine::<D>(D::engine()))
}

fn hydrate<D: Demo>(element: Element, props: DemoProps) {
    yew::Renderer::<Figure<D>>::with_root_and_props(element, props).hydrate();
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
