//! A simulation that runs beside the page for as long as its demo is used: in a worker, in an instance of the
//! demo's module, or, where workers are refused, in slices between the page's own work.
//!
//! The page says what it wants to see, the engine answers with frames, bytes that only the demo can read. Saying is
//! complete every time: what is wanted, not what changed. So a message that comes too late is simply outdated, and
//! an engine that had to be replaced is told once.

use gloo_timers::callback::Timeout;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::prelude::*;
use yew::Callback;

/// What simulates.
pub trait Engine {
    /// From now on this is wanted. What cannot be read is left.
    fn want(&mut self, wanted: &str);
    /// Works towards what is wanted, for about so many events. True when it is there.
    fn step(&mut self, events: u32) -> bool;
    /// What is there.
    fn frame(&self) -> Vec<u8>;
}

/// How many events are simulated between two looks at the clock.
const EVENTS: u32 = 4_000;
/// How long the page simulates at a stretch, in milliseconds, where there is no worker.
const SLICE_MS: f64 = 8.0;

/// Makes a demo's engine; every demo that has a [`Link`] has one.
type Make = fn() -> Option<Box<dyn Engine>>;

/// What an engine has come to.
pub struct Frame {
    /// What only the demo can read.
    pub bytes: Vec<u8>,
    /// Whether this is what was wanted; otherwise the engine goes on.
    pub there: bool,
}

/// The engine of one demo. Dropping the last clone ends it.
#[derive(Clone)]
pub struct Link(Rc<Inner>);

struct Inner {
    demo: &'static str,
    make: Make,
    on_frame: Callback<Frame>,
    wanted: RefCell<String>,
    driver: RefCell<Driver>,
}

enum Driver {
    /// Nothing was wanted yet.
    Idle,
    Worker(Worker),
    Slices {
        engine: Box<dyn Engine>,
        /// The next slice, if there is one.
        next: Option<Timeout>,
    },
}

struct Worker {
    end: js_sys::Function,
    want: js_sys::Function,
    _tell: Closure<dyn FnMut(String, JsValue)>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Ending what has ended is fine; there is nothing else in it that could fail.
        let _ = self.end.call0(&JsValue::NULL);
    }
}

impl Link {
    /// An engine for the demo of that name that has nothing to do yet. `on_frame` gets every frame.
    pub fn new(demo: &'static str, make: Make, on_frame: Callback<Frame>) -> Self {
        let (wanted, driver) = (RefCell::default(), RefCell::new(Driver::Idle));
        Self(Rc::new(Inner { demo, make, on_frame, wanted, driver }))
    }

    /// From now on this is wanted. Called from effects and handlers only.
    pub fn want(&self, wanted: String) {
        *self.0.wanted.borrow_mut() = wanted;
        let driver = &mut *self.0.driver.borrow_mut();
        if let Driver::Idle = driver {
            *driver = self.worker().map_or_else(|| self.slices(), Driver::Worker);
        }
        match driver {
            Driver::Worker(worker) => {
                // A worker that has just failed takes nothing; then slices begin, with this.
                let _ = worker.want.call1(&JsValue::NULL, &self.0.wanted.borrow().as_str().into());
            }
            Driver::Slices { engine, next } => {
                engine.want(&self.0.wanted.borrow());
                *next = Some(self.soon());
            }
            Driver::Idle => {}
        }
    }

    /// Whether it works beside the page.
    pub fn has_worker(&self) -> bool {
        matches!(*self.0.driver.borrow(), Driver::Worker(_))
    }

    fn worker(&self) -> Option<Worker> {
        let inner = Rc::downgrade(&self.0);
        let tell = Closure::<dyn FnMut(String, JsValue)>::new(move |kind: String, what: JsValue| {
            let Some(inner) = inner.upgrade() else { return };
            if kind == "frame" || kind == "there" {
                inner.on_frame.emit(Frame { bytes: js_sys::Uint8Array::new(&what).to_vec(), there: kind == "there" });
                return;
            }
            // No worker after all. Not here: this closure is the worker's, and must not be dropped while it runs.
            let link = Link(inner);
            Timeout::new(0, move || {
                let slices = link.slices();
                *link.0.driver.borrow_mut() = slices;
                let wanted = link.0.wanted.borrow().clone();
                link.want(wanted);
            })
            .forget();
        });
        let end = crate::task::start_worker(self.0.demo, &JsValue::UNDEFINED, Closure::as_ref(&tell)).ok()?;
        let want = js_sys::Reflect::get(&end, &"want".into()).ok()?;
        Some(Worker { end, want: want.unchecked_into(), _tell: tell })
    }

    fn slices(&self) -> Driver {
        (self.0.make)().map_or(Driver::Idle, |engine| Driver::Slices { engine, next: None })
    }

    fn soon(&self) -> Timeout {
        let inner = Rc::downgrade(&self.0);
        Timeout::new(0, move || {
            let Some(inner) = inner.upgrade() else { return };
            let frame = {
                let Driver::Slices { engine, next } = &mut *inner.driver.borrow_mut() else { return };
                let began = js_sys::Date::now();
                let mut there = engine.step(EVENTS);
                while !there && js_sys::Date::now() - began < SLICE_MS {
                    there = engine.step(EVENTS);
                }
                *next = (!there).then(|| Link(inner.clone()).soon());
                Frame { bytes: engine.frame(), there }
            };
            inner.on_frame.emit(frame);
        })
    }
}

thread_local!(static FIRST: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) });

/// Has an engine compute what a demo shows at first, and keeps it for [`take_first`].
#[cfg(feature = "hydrate")]
pub(crate) async fn await_first(demo: &'static str, make: Make, wanted: String) {
    let mut link = None;
    let there = js_sys::Promise::new(&mut |resolve, _| {
        let on_frame = Callback::from(move |frame: Frame| {
            if frame.there {
                FIRST.set(Some(frame.bytes));
                // A function that resolves a promise does nothing else.
                let _ = resolve.call0(&JsValue::NULL);
            }
        });
        let engine = Link::new(demo, make, on_frame);
        engine.want(wanted.clone());
        link = Some(engine);
    });
    // It is never rejected.
    let _ = wasm_bindgen_futures::JsFuture::from(there).await;
    drop(link);
}

/// The first frame, if the demo had to await one.
pub fn take_first() -> Option<Vec<u8>> {
    FIRST.take()
}
