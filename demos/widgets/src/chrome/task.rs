//! Long computations beside the page: a worker runs [`Demo::task`](crate::chrome::demo::Demo::task) in an
//! instance of the demo's module, and the page stays free.

use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use yew::Callback;

/// What is heard of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskReport {
    /// Something that the demo's task reported.
    Said(String),
    /// The task is done; nothing follows.
    Ended,
    /// There is no worker, or the task panicked in it; the reason, for a message. Nothing follows.
    ///
    /// Frames without an origin and pages from files have no workers: a demo then has to compute in
    /// slices, between the page's own work.
    Failed(String),
}

/// A task under way. Dropping it ends the worker at once; nothing more is heard of it then.
pub struct Task {
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
    pub fn start(demo: &'static str, input: String, on_report: Callback<TaskReport>) -> Option<Self> {
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
    use std::rc::Rc;
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
