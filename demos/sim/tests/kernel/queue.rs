use proptest::prelude::*;
use sim::{Duration, EventQueue, HeapQueue, LadderQueue, NodeId, Rng, Stream, Time};
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
    fn in_order<'a>(&'a self) -> Vec<(Time, &'a usize)>
    where
        usize: 'a,
    {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_unstable();
        all
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
        let mut waiting: Vec<_> = queue.iter().collect();
        waiting.sort_unstable();
        assert_eq!(waiting, model.in_order());
        assert_eq!(queue.in_order(), waiting);
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
        agree(LadderQueue::default(), &operations);
    }

    #[test]
    fn times_far_apart_are_ordered_as_well(
        operations in prop::collection::vec(prop::option::weighted(0.6, any::<u64>()), 0..60),
    ) {
        agree(HeapQueue::default(), &operations);
        agree(LadderQueue::default(), &operations);
    }

    // As many as it takes to come from the bottom to rungs below rungs.
    #[test]
    fn the_ladder_does_what_the_heap_does(seed: u64, bursts in prop::collection::vec(burst(), 1..12)) {
        let (mut ladder, mut heap) = (LadderQueue::default(), HeapQueue::default());
        let mut rng = Rng::new(seed, Stream::Node(NodeId(0)));
        let (mut now, mut pushed) = (Time::ZERO, 0u32);
        let mut copy = LadderQueue::default();
        for burst in &bursts {
            for _ in 0..burst.number {
                if rng.below(100) < burst.pushes {
                    let at = burst.shape.draw(now, &mut rng);
                    ladder.push(at, pushed);
                    heap.push(at, pushed);
                    pushed += 1;
                } else {
                    let next = heap.pop();
                    prop_assert_eq!(ladder.pop(), next);
                    now = next.map_or(now, |(at, _)| at);
                }
                prop_assert_eq!(ladder.next_time(), heap.next_time());
                prop_assert_eq!(ladder.len(), heap.len());
            }
            prop_assert_eq!(ladder.in_order(), heap.in_order());
            let mut all: Vec<_> = ladder.iter().collect();
            all.sort_unstable();
            prop_assert_eq!(all, heap.in_order());
            // Into one that holds what was before, as a search does it.
            copy.clone_from(&ladder);
            prop_assert_eq!(copy.in_order(), heap.in_order());
        }
        let (mut copies, mut second) = (0, ladder.clone());
        loop {
            let next = heap.pop();
            prop_assert_eq!((ladder.pop(), copy.pop(), second.pop()), (next, next, next));
            prop_assert_eq!(copy.len(), heap.len());
            copies += 1;
            if next.is_none() {
                break;
            }
        }
        prop_assert!(copies <= pushed + 1);
    }
}

/// When events are pushed, from the time of the one popped last.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Evenly within so many microseconds.
    Even(u64),
    /// Exponentially with that mean, in microseconds.
    Exponential(u64),
    /// At once, with everything else.
    Now,
    /// Microseconds, seconds, years.
    Scales,
    /// All at the same times, so many microseconds apart.
    Beats(u64),
    /// At the end of time, or before.
    End,
    /// Earlier and earlier, though not before now as long as there is room.
    Backwards,
    /// Anywhere, the past too.
    Anywhere,
}

impl Shape {
    fn draw(self, now: Time, rng: &mut Rng) -> Time {
        let after = |micros| now + Duration::from_micros(micros);
        match self {
            Self::Even(span) => after(rng.below(span)),
            Self::Exponential(mean) => now + rng.exponential_with_mean(Duration::from_micros(mean)),
            Self::Now => now,
            Self::Scales => {
                let bits = rng.below(60);
                after(rng.below(1 << bits))
            }
            Self::Beats(apart) => {
                let beat = now.as_micros() / apart + rng.below(3);
                Time::from_micros(beat.saturating_mul(apart)).max(now)
            }
            Self::End => Time::from_micros(u64::MAX - rng.below(3)),
            Self::Backwards => after((1 << 40) / (1 + rng.below(1 << 20))),
            Self::Anywhere => Time::from_micros(rng.below(u64::MAX)),
        }
    }
}

/// Many operations of a kind.
#[derive(Clone, Copy, Debug)]
struct Burst {
    number: usize,
    /// How many of a hundred push.
    pushes: u64,
    shape: Shape,
}

fn burst() -> impl Strategy<Value = Burst> {
    let shape = prop_oneof![
        (1u64..5_000_000).prop_map(Shape::Even),
        (1u64..5_000_000).prop_map(Shape::Exponential),
        Just(Shape::Now),
        Just(Shape::Scales),
        (1u64..2_000_000).prop_map(Shape::Beats),
        Just(Shape::End),
        Just(Shape::Backwards),
        Just(Shape::Anywhere),
    ];
    let pushes = prop_oneof![Just(100u64), Just(50), Just(60), Just(30), Just(0)];
    (1usize..400, pushes, shape).prop_map(|(number, pushes, shape)| Burst { number, pushes, shape })
}

/// Pops one event and pushes one, over and over, in both queues; more than four million operations in all.
#[test]
fn the_ladder_agrees_with_the_heap_over_millions_of_events() {
    let kinds = [
        (Shape::Exponential(1_000_000), 100_000),
        (Shape::Even(1_000_000), 3_000),
        (Shape::Beats(1_000_000), 30_000),
        (Shape::Scales, 20_000),
        (Shape::Now, 5_000),
        (Shape::Backwards, 10_000),
        (Shape::Exponential(30), 300),
        (Shape::Exponential(1_000_000), 40),
    ];
    let mut operations = 0;
    for (kind, (shape, pending)) in kinds.into_iter().enumerate() {
        let mut rng = Rng::new(7, Stream::Node(NodeId(kind as u32)));
        let (mut ladder, mut heap) = (LadderQueue::default(), HeapQueue::default());
        let (mut now, mut pushed) = (Time::ZERO, 0u32);
        for step in 0..300_000 {
            // Now and then everything is popped that is there.
            let holds = step % 120_000 < 100_000;
            if holds || ladder.is_empty() {
                for _ in 0..if heap.len() < pending { 2 } else { 1 } {
                    // Every hundredth is one of the far future: skewed.
                    let far = Duration::from_secs(if pushed % 100 == 99 { 3_000 } else { 0 });
                    let at = shape.draw(now, &mut rng) + far;
                    ladder.push(at, (pushed, [0u8; 12]));
                    heap.push(at, (pushed, [0u8; 12]));
                    pushed += 1;
                    operations += 1;
                }
            }
            let next = heap.pop();
            assert_eq!(ladder.pop(), next, "{shape:?}, step {step}");
            assert_eq!(ladder.next_time(), heap.next_time());
            operations += 1;
            now = next.map_or(now, |(at, _)| at);
        }
        while let Some(next) = heap.pop() {
            assert_eq!(ladder.pop(), Some(next), "{shape:?}, at the end");
            operations += 1;
        }
        assert_eq!((ladder.pop(), ladder.len()), (None, 0));
    }
    assert!(operations > 4_000_000, "{operations}");
}

/// What would be quadratic without rungs for ties, and without merging rungs.
#[test]
fn a_hundred_thousand_events_at_once_or_backwards_take_no_longer_than_others() {
    let number = 100_000u32;
    let mut queue = LadderQueue::default();
    for event in 0..number {
        queue.push(Time::from_secs(1), event);
    }
    // Each of the first adds one at the same time: it comes last.
    for event in 0..number {
        assert_eq!(queue.pop(), Some((Time::from_secs(1), event)));
        queue.push(Time::from_secs(1), number + event);
    }
    for event in 0..number {
        assert_eq!(queue.pop(), Some((Time::from_secs(1), number + event)));
    }
    assert_eq!(queue.pop(), None);

    // Blocks, each earlier than the one before: every one of them makes a rung.
    let (block, blocks) = (100, u64::from(number / 100));
    for which in (0..blocks).rev() {
        for place in 0..block {
            queue.push(Time::from_micros(which * block + place), 0);
        }
    }
    for at in 0..block * blocks {
        assert_eq!(queue.pop(), Some((Time::from_micros(at), 0)));
    }
    assert!(queue.is_empty());
}

/// Events of 16 bytes, each in less than 64, peak of the filling included.
#[test]
fn a_million_pending_events_fit_in_64_bytes_each() {
    let mut rng = Rng::new(5, Stream::Node(NodeId(0)));
    let mut queue = LadderQueue::<[u64; 2]>::default();
    let number = 1_000_000;
    let second = Duration::from_secs(1);
    for event in 0..number {
        queue.push(Time::ZERO + rng.exponential_with_mean(second), [event, 0]);
    }
    for _ in 0..number {
        let Some((at, event)) = queue.pop() else { panic!("one was pushed for each") };
        queue.push(at + rng.exponential_with_mean(second), event);
    }
    assert_eq!(queue.len() as u64, number);
    let each = queue.bytes() as u64 / number;
    assert!((24..=64).contains(&each), "{each} bytes for each event");
}
