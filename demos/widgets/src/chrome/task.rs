//! Long computations beside the page: a worker runs [`Demo::task`] in an instance of the module that computes for the
//! demo, and the page stays free. Where workers are refused (frames without an origin, pages from files), the page
//! computes in slices between its other work. [`use_job`] decides which; no demo does.

use crate::chrome::demo::Demo;
use gloo_timers::callback::Timeout;
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::prelude::*;
use yew::prelude::*;

/// A long computation, which goes on in stretches and tells of itself in lines. What the lines say is the demo's own.
pub trait Work {
    /// How many steps a worker takes at a stretch, between two lines.
    const REPORT: u64;
    /// How many steps the page takes at a stretch where there is no worker: few enough for a press of a key to be answered
    /// at once.
    const SLICE: u64;

    /// Takes about that many steps and tells how far it has come, or what came of it; true when it is done.
    fn advance(&mut self, steps: u64, tell: &mut dyn FnMut(&str)) -> bool;
}

/// A [`Work`] whose type nobody needs to know.
pub trait AnyWork {
    /// Takes a stretch in a worker, or between the page's own work; true when the work is done.
    fn stretch(&mut self, in_worker: bool, tell: &mut dyn FnMut(&str)) -> bool;
}

impl<W: Work> AnyWork for W {
    fn stretch(&mut self, in_worker: bool, tell: &mut dyn FnMut(&str)) -> bool {
        self.advance(if in_worker { W::REPORT } else { W::SLICE }, tell)
    }
}

/// What is heard of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A line of the work.
    Said(String),
    /// The work begins again from nothing, in another way: what was said so far will be said again.
    Afresh,
    /// The work is done; nothing follows.
    Ended,
}

/// The long computation of a figure: one at a time.
#[derive(Clone)]
pub struct Job {
    demo: &'static str,
    make: fn(&str) -> Option<Box<dyn AnyWork>>,
    heard: Callback<Heard>,
    under_way: Rc<RefCell<Option<UnderWay>>>,
}

/// What computes. Dropping it ends the work.
enum UnderWay {
    Worker(#[expect(dead_code, reason = "kept for what dropping it does")] Task),
    Slices(#[expect(dead_code, reason = "kept for what dropping it does")] Timeout),
}

/// The job of a figure of the demo `D`, with nothing to do yet. What is heard of it goes to `heard`.
#[hook]
pub fn use_job<D: Demo>(heard: Callback<Heard>) -> Job {
    Job { demo: D::NAME, make: D::task, heard, under_way: use_mut_ref(|| None) }
}

impl Job {
    /// Ends what is under way and begins the work for that input, as [`Demo::task`] reads it. Called from effects and
    /// handlers only.
    pub fn start(&self, input: String) {
        self.stop();
        let heard = {
            let (job, input) = (self.clone(), input.clone());
            Callback::from(move |report| match report {
                TaskReport::Said(line) => job.heard.emit(Heard::Said(line)),
                TaskReport::Ended => job.heard.emit(Heard::Ended),
                TaskReport::Failed(_) => {
                    job.heard.emit(Heard::Afresh);
                    if let Some(work) = (job.make)(&input) {
                        job.slice(work);
                    }
                }
            })
        };
        // If a worker is refused at once, the slices have begun already.
        if let Some(task) = Task::start(self.demo, input, heard) {
            *self.under_way.borrow_mut() = Some(UnderWay::Worker(task));
        }
    }

    /// Ends what is under way.
    pub fn stop(&self) {
        drop(self.under_way.take());
    }

    /// Has the page work for a moment, after whatever it has to do, and so on to the end.
    fn slice(&self, mut work: Box<dyn AnyWork>) {
        let job = self.clone();
        let next = Timeout::new(0, move || {
            let done = work.stretch(false, &mut |line| job.heard.emit(Heard::Said(line.to_owned())));
            if done {
                job.heard.emit(Heard::Ended);
            } else {
                job.slice(work);
            }
        });
        *self.under_way.borrow_mut() = Some(UnderWay::Slices(next));
    }
}

/// What is heard of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
enum TaskReport {
    /// Something that the work reported.
    Said(String),
    /// The work is done; nothing follows.
    Ended,
    /// There is no worker, or the work panicked in it; the reason, for a message. Nothing follows.
    Failed(String),
}

/// A task under way. Dropping it ends the worker at once; nothing more is heard of it then.
struct Task {
    end: js_sys::Function,
    _tell: Closure<dyn FnMut(String, String)>,
}

thread_local!(static STARTER: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) });

/// Keeps the loader's way to a worker: called with a demo's name, an input and a function for reports,
/// returns the function that ends the worker, or throws. Without an input the worker is an
/// [engine](crate::chrome::engine), and the function has another one, `want`, by which it is told what is wanted. Each
/// demo has an instance for itself, so there is one.
#[cfg(any(feature = "hydrate", all(test, target_arch = "wasm32")))]
pub(crate) fn set_starter(starter: js_sys::Function) {
    STARTER.set(Some(starter));
}

/// Starts a worker for the demo of that name: what ends it, or why there is none.
pub(crate) fn start_worker(demo: &str, input: &JsValue, tell: &JsValue) -> Result<js_sys::Function, JsValue> {
    match STARTER.with_borrow(Clone::clone) {
        Some(starter) => {
            starter.call3(&JsValue::NULL, &JsValue::from_str(demo), input, tell).map(JsCast::unchecked_into)
        }
        None => Err(JsValue::from_str("this page has no way to a worker")),
    }
}

impl Task {
    /// Starts the task of the demo called `demo` with an input. Called from effects and handlers only.
    ///
    /// `None` if a worker is refused at once; [`TaskReport::Failed`] has been said then, as it is when
    /// the refusal comes later.
    fn start(demo: &'static str, input: String, on_report: Callback<TaskReport>) -> Option<Self> {
        let tell = on_report.clone();
        let tell = Closure::new(move |kind: String, text: String| {
            tell.emit(match kind.as_str() {
                "said" => TaskReport::Said(text),
                "ended" => TaskReport::Ended,
                _ => TaskReport::Failed(text),
            });
        });
        match start_worker(demo, &JsValue::from_str(&input), Closure::as_ref(&tell)) {
            Ok(end) => Some(Self { end, _tell: tell }),
            Err(error) => {
                let reason = match error.dyn_ref::<js_sys::Error>() {
                    Some(error) => String::from(error.message()),
                    None => error.as_string().unwrap_or_default(),
                };
                on_report.emit(TaskReport::Failed(reason));
                None
            }
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        // Ending what has ended is fine; there is nothing else in it that could fail.
        let _ = self.end.call0(&JsValue::NULL);
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

    /// Starts a task with a stand-in for the loader's function, and keeps what is heard.
    fn start(loader: &str) -> (Option<Task>, Rc<RefCell<Vec<TaskReport>>>) {
        set_starter(js_sys::Function::new_with_args("name, input, tell", loader));
        let heard = Rc::new(RefCell::new(vec![]));
        let on_report = Callback::from({
            let heard = heard.clone();
            move |report| heard.borrow_mut().push(report)
        });
        (Task::start("rpc-timeline", "all of it".to_owned(), on_report), heard)
    }

    #[wasm_bindgen_test]
    fn what_the_worker_tells_is_heard() {
        let (task, heard) = start("tell('said', `${name}: ${input}`); tell('ended', ''); return () => {};");
        assert!(task.is_some());
        let said = TaskReport::Said("rpc-timeline: all of it".to_owned());
        assert_eq!(*heard.borrow(), [said, TaskReport::Ended]);
    }

    #[wasm_bindgen_test]
    fn a_late_failure_is_told_with_its_reason() {
        let (task, heard) = start("tell('failed', 'no such script'); return () => {};");
        assert!(task.is_some());
        assert_eq!(*heard.borrow(), [TaskReport::Failed("no such script".to_owned())]);
    }

    #[wasm_bindgen_test]
    fn a_refused_worker_is_a_failure_at_once() {
        let (task, heard) = start("throw new DOMException('workers are refused', 'SecurityError');");
        assert!(task.is_none());
        assert_eq!(*heard.borrow(), [TaskReport::Failed("workers are refused".to_owned())]);
    }

    #[wasm_bindgen_test]
    fn dropping_a_task_ends_its_worker() {
        let (task, heard) = start("globalThis.ended = 0; return () => { globalThis.ended += 1; };");
        let ended = || js_sys::Reflect::get(&js_sys::global(), &"ended".into()).unwrap().as_f64();
        assert_eq!(ended(), Some(0.0));
        drop(task);
        assert_eq!(ended(), Some(1.0));
        assert_eq!(*heard.borrow(), []);
    }
}
