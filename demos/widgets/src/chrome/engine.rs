//! A simulation that runs beside the page for as long as its demo is used: in a worker, in an instance of the module
//! that computes for the demo, or, where workers are refused, in slices between the page's own work. The loader
//! decides which, and fetches that module when there is something to compute.
//!
//! The page says what it wants to see, the engine answers with frames, bytes that only the demo can read. Saying is
//! complete every time: what is wanted, not what changed. So a message that comes too late is simply outdated, and
//! an engine that had to be replaced is told once.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};
use wasm_bindgen::prelude::*;
use yew::Callback;

/// What simulates beside the page for as long as a demo is looked at.
pub trait Engine {
    /// Sets what is wanted from now on, in the demo's own form. Text that cannot be read changes nothing.
    fn want(&mut self, wanted: &str);
    /// Works towards what is wanted, for about so many events. True when the engine is there.
    fn step(&mut self, events: u32) -> bool;
    /// What the engine has come to, as bytes that only the demo can read.
    fn frame(&self) -> Vec<u8>;
}

/// Makes a demo's engine; nothing if the demo has none. Every demo that has a [`Link`] has one.
pub type Make = fn() -> Option<Box<dyn Engine>>;

/// What an engine has come to, on its way to the demo.
pub struct Frame {
    /// The frame's content, which only the demo can read.
    pub bytes: Vec<u8>,
    /// Whether the frame is what was wanted; otherwise the engine goes on.
    pub there: bool,
}

/// The engine of one demo. Dropping the last clone ends it.
#[derive(Clone)]
pub struct Link(Rc<Inner>);

struct Inner {
    demo: &'static str,
    on_frame: Callback<Frame>,
    started: RefCell<Option<Started>>,
}

struct Started {
    end: js_sys::Function,
    want: js_sys::Function,
    _tell: Closure<dyn FnMut(String, JsValue)>,
}

impl Drop for Started {
    fn drop(&mut self) {
        // Ending what has ended is fine; there is nothing else in it that could fail.
        let _ = self.end.call0(&JsValue::NULL);
    }
}

impl Link {
    /// An engine for the demo of that name that has nothing to do yet. `on_frame` gets every frame.
    pub fn new(demo: &'static str, on_frame: Callback<Frame>) -> Self {
        Self(Rc::new(Inner { demo, on_frame, started: RefCell::default() }))
    }

    /// Sets what is wanted of the engine from now on, and starts the engine if it is the first wish. Called from
    /// effects and handlers only.
    ///
    /// # Panics
    /// If there is no engine, later also in place of the engine: then the still figure is put back, with the reason.
    pub fn want(&self, wanted: &str) {
        let started = &mut *self.0.started.borrow_mut();
        let started = started.get_or_insert_with(|| {
            start(self.0.demo, self.0.on_frame.clone())
                .expect("the loader keeps what is wanted until an engine is there")
        });
        // It throws nothing: it keeps what is wanted until the engine is there.
        let _ = started.want.call1(&JsValue::NULL, &wanted.into());
    }
}

fn start(demo: &str, on_frame: Callback<Frame>) -> Result<Started, JsValue> {
    let tell = Closure::<dyn FnMut(String, JsValue)>::new(move |kind: String, what: JsValue| match kind.as_str() {
        "frame" | "there" => {
            on_frame.emit(Frame { bytes: js_sys::Uint8Array::new(&what).to_vec(), there: kind == "there" });
        }
        _ => panic!("{}", what.as_string().unwrap_or_default()),
    });
    let end = crate::chrome::task::start_worker(demo, &JsValue::UNDEFINED, Closure::as_ref(&tell))?;
    let want = js_sys::Reflect::get(&end, &"want".into())?;
    Ok(Started { end, want: want.unchecked_into(), _tell: tell })
}

/// The frames that a demo awaits, one after the other, each after its length in four bytes; nothing if it awaits none.
#[cfg(feature = "ssr")]
pub fn first(make: Make, awaited: &[String]) -> Option<Vec<u8>> {
    let mut all = vec![];
    for wanted in awaited {
        let frame = computed(make, wanted);
        all.extend((frame.len() as u32).to_le_bytes());
        all.extend(frame);
    }
    (!all.is_empty()).then_some(all)
}

/// The frame for a wish, however long that takes.
#[cfg(feature = "ssr")]
fn computed(make: Make, wanted: &str) -> Vec<u8> {
    let mut engine = make().expect("the engine of a demo that awaits frames");
    engine.want(wanted);
    while !engine.step(1 << 20) {}
    engine.frame()
}

thread_local!(static FIRST: RefCell<VecDeque<Vec<u8>>> = const { RefCell::new(VecDeque::new()) });

/// Keeps the frames that a demo shows at first, for [`take_first`]: those of the site's file, or, if it could not be
/// had, what an engine computes.
#[cfg(feature = "hydrate")]
pub(crate) async fn await_first(demo: &'static str, awaited: Vec<String>, mut file: &[u8]) {
    for wanted in awaited {
        let frame = match file.split_first_chunk() {
            Some((length, rest)) => {
                let (frame, rest) = rest.split_at((u32::from_le_bytes(*length) as usize).min(rest.len()));
                file = rest;
                frame.to_vec()
            }
            None => computed_beside(demo, wanted).await,
        };
        FIRST.with_borrow_mut(|first| first.push_back(frame));
    }
}

#[cfg(feature = "hydrate")]
async fn computed_beside(demo: &'static str, wanted: String) -> Vec<u8> {
    let frame = Rc::new(RefCell::new(vec![]));
    let mut link = None;
    let there = js_sys::Promise::new(&mut |resolve, _| {
        let frame = frame.clone();
        let on_frame = Callback::from(move |new: Frame| {
            if new.there {
                *frame.borrow_mut() = new.bytes;
                // A function that resolves a promise does nothing else.
                let _ = resolve.call0(&JsValue::NULL);
            }
        });
        let engine = Link::new(demo, on_frame);
        engine.want(&wanted);
        link = Some(engine);
    });
    // It is never rejected.
    let _ = wasm_bindgen_futures::JsFuture::from(there).await;
    drop(link);
    frame.take()
}

/// Calls `draw`, in which [`take_first`] finds the `frames` that [`first()`] gave, on this thread.
///
/// # Panics
/// If `frames` are none of these, or `draw` panics.
#[cfg(feature = "ssr")]
pub fn with_first<T>(mut frames: &[u8], draw: impl FnOnce() -> T) -> T {
    let mut first = VecDeque::new();
    while let Some((length, rest)) = frames.split_first_chunk() {
        let (frame, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        first.push_back(frame.to_vec());
        frames = rest;
    }
    // What a panic has left goes too.
    FIRST.set(first);
    let drawn = draw();
    FIRST.set(VecDeque::new());
    drawn
}

/// Takes the next of the first frames, in the order in which the demo awaits them. On the host a frame that is not
/// there is computed: `wanted` says which.
///
/// # Panics
/// In the browser, if the demo did not await the frame; on the host, if a frame has to be computed and the demo has no
/// engine.
pub fn take_first(make: Make, wanted: impl FnOnce() -> String) -> Vec<u8> {
    #[cfg(feature = "ssr")]
    return FIRST.with_borrow_mut(VecDeque::pop_front).unwrap_or_else(|| computed(make, &wanted()));
    #[cfg(not(feature = "ssr"))]
    {
        let _ = (make, wanted);
        FIRST.with_borrow_mut(VecDeque::pop_front).expect("a frame that was awaited")
    }
}
