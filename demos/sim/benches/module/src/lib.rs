//! The kernel's models as a WebAssembly module without glue.

#[path = "../../model.rs"]
mod model;

use model::{Hold, Mmc, Model};
use sim::{HeapQueue, LadderQueue};
use std::cell::RefCell;

type Run = Box<dyn FnMut(u32) -> u64>;

thread_local! {
    static MODEL: RefCell<Option<Run>> = const { RefCell::new(None) };
}

fn set<M: Model + 'static>(size: u32) {
    let mut model = M::new(size);
    MODEL.set(Some(Box::new(move |events| model.run(events))));
}

/// Begins the hold model over the ladder.
#[unsafe(no_mangle)]
pub extern "C" fn hold_ladder(size: u32) {
    set::<Hold<LadderQueue<_>>>(size);
}

/// Begins the hold model over the heap.
#[unsafe(no_mangle)]
pub extern "C" fn hold_heap(size: u32) {
    set::<Hold<HeapQueue<_>>>(size);
}

/// Begins M/M/c over the ladder.
#[unsafe(no_mangle)]
pub extern "C" fn mmc_ladder(size: u32) {
    set::<Mmc<LadderQueue<_>>>(size);
}

/// Begins M/M/c over the heap.
#[unsafe(no_mangle)]
pub extern "C" fn mmc_heap(size: u32) {
    set::<Mmc<HeapQueue<_>>>(size);
}

/// Lets so many events of the model that was begun last happen. Returns the fingerprint of all of them.
#[unsafe(no_mangle)]
pub extern "C" fn run(events: u32) -> u64 {
    MODEL.with_borrow_mut(|model| model.as_mut().map_or(0, |run| run(events)))
}
