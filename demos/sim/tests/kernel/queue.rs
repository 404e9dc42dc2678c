use proptest::prelude::*;
use sim::{EventQueue, HeapQueue, Time};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What every queue has to agree with: a list, searched from end to end.
#[derive(Default)]
struct Model {
    waiting: Vec<(Time, usize)>,
    pushed: usize,
}

impl EventQueue<usize> for Model {
    fn push(&mut self, at: Time, event: usize) {
        assert_eq!(event, self.pushed, "the checks number events in the order of pushing");
        self.waiting.push((at, event));
        self.pushed += 1;
    }
    fn pop(&mut self) -> Option<(Time, usize)> {
        let earliest = *self.waiting.iter().min()?;
        self.waiting.retain(|waiting| *waiting != earliest);
        Some(earliest)
    }
    fn next_time(&self) -> Option<Time> {
        self.waiting.iter().map(|(at, _)| *at).min()
    }
    fn len(&self) -> usize {
        self.waiting.len()
    }
    fn bytes(&self) -> usize {
        self.waiting.capacity() * size_of::<(Time, usize)>()
    }
    fn iter<'a>(&'a self) -> impl Iterator<Item = (Time, &'a usize)>
    where
        usize: 'a,
    {
        self.waiting.iter().map(|(at, event)| (*at, event))
    }
}

/// Does the same to both queues, `Some(time)` a push and `None` a pop, then empties them.
fn agree(mut queue: impl EventQueue<usize>, operations: &[Option<u64>]) {
    let mut model = Model::default();
    for operation in operations.iter().chain(std::iter::repeat_n(&None, operations.len() + 1)) {
        match operation {
            Some(at) => {
                let event = model.pushed;
                model.push(Time::from_micros(*at), event);
                queue.push(Time::from_micros(*at), event);
            }
            None => assert_eq!(queue.pop(), model.pop()),
        }
        assert_eq!(queue.next_time(), model.next_time());
        assert_eq!((queue.len(), queue.is_empty()), (model.len(), model.is_empty()));
        let mut waiting: Vec<_> = queue.iter().map(|(at, event)| (at, *event)).collect();
        waiting.sort_unstable();
        model.waiting.sort_unstable();
        assert_eq!(waiting, model.waiting);
    }
}

proptest! {
    #![proptest_config(crate::cases(200))]

    // Few different times, so that most events share theirs with others.
    #[test]
    fn events_come_in_the_order_of_time_and_then_of_pushing(
        operations in prop::collection::vec(prop::option::weighted(0.6, 0u64..6), 0..60),
    ) {
        agree(HeapQueue::default(), &operations);
    }

    #[test]
    fn times_far_apart_are_ordered_as_well(
        operations in prop::collection::vec(prop::option::weighted(0.6, any::<u64>()), 0..60),
    ) {
        agree(HeapQueue::default(), &operations);
    }
}
