//! Work that falls into pieces, none of which needs another, on as many threads as there are cores.

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Bytes of the stack of a thread: as many as the main thread usually has, and some, because a search goes deep.
const STACK: usize = 32 << 20;

/// What `work` makes of each item, in the order of the items, in whatever order it is made. A panic goes on in the caller.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done = vec![];
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(items.len());
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .filter_map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, some).ok())
            .collect();
        let mut done: Vec<_> = started
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        // Where no thread could be started, this one does it.
        done.extend(some());
        done
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(each(&[] as &[u8], |item| *item), Vec::<u8>::new());
    }
}
