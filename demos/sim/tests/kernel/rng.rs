use sim::{Duration, NodeId, Rng, Stream, Ziggurat};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const NODE: Stream = Stream::Node(NodeId(0));
const LINK: Stream = Stream::Link(NodeId(0), NodeId(1));

/// A number from 0 up to 1, for statistics.
fn unit(rng: &mut Rng) -> f64 {
    rng.below(1 << 32) as f64 / (1u64 << 32) as f64
}

/// Links and pictures in print depend on these numbers: if they change, every shared run changes.
#[test]
fn a_stream_begins_with_the_same_numbers_on_every_machine() {
    let first = |seed, stream| {
        let mut rng = Rng::new(seed, stream);
        [(); 4].map(|()| rng.below(1_000_000))
    };
    assert_eq!(first(1, NODE), [268_390, 781_526, 321_070, 398_729]);
    assert_eq!(first(1, LINK), [18_809, 750_718, 179_899, 108_064]);
    assert_eq!(first(u64::MAX, Stream::Link(NodeId(7), NodeId(3))), [474_416, 517_546, 75_075, 703_664]);
}

/// The logarithm is where C libraries and WebAssembly differ in the last bit.
#[test]
fn exponential_numbers_are_the_same_to_the_last_bit() {
    let mut rng = Rng::new(1, NODE);
    assert_eq!(
        [(); 4].map(|()| rng.exponential().to_bits()),
        [4_608_602_462_081_615_674, 4_598_049_364_749_310_829, 4_607_795_340_780_005_558, 4_606_457_082_830_327_748]
    );
    let sum = (0..10_000).fold(0u64, |sum, _| sum.wrapping_mul(31).wrapping_add(rng.exponential().to_bits()));
    assert_eq!(sum, 2_687_777_281_390_058_526);
}

#[test]
fn streams_do_not_follow_one_another() {
    let swapped = Stream::Link(NodeId(1), NodeId(0));
    let pairs = [
        ((1, NODE), (1, Stream::Node(NodeId(1)))),
        ((1, NODE), (2, NODE)),
        ((1, LINK), (1, swapped)),
        ((1, NODE), (1, Stream::Link(NodeId(0), NodeId(0)))),
    ];
    for ((seed_a, a), (seed_b, b)) in pairs {
        let (mut left, mut right) = (Rng::new(seed_a, a), Rng::new(seed_b, b));
        let n = 20_000;
        let together: f64 = (0..n).map(|_| (unit(&mut left) - 0.5) * (unit(&mut right) - 0.5)).sum();
        // The variance of one uniform number is 1/12; of the correlation of independent ones, 1/n.
        let correlation = together / f64::from(n) * 12.0;
        assert!(correlation.abs() < 4.0 / f64::from(n).sqrt(), "{a:?} and {b:?}: {correlation}");
    }
}

#[test]
fn no_two_streams_of_a_run_begin_alike() {
    let nodes = (0..40).map(|a| Stream::Node(NodeId(a)));
    let links = (0..40).flat_map(|a| (0..40).map(move |b| Stream::Link(NodeId(a), NodeId(b))));
    let mut first: Vec<u64> = nodes.chain(links).map(|stream| Rng::new(1, stream).below(u64::MAX)).collect();
    let all = first.len();
    first.sort_unstable();
    first.dedup();
    assert_eq!(first.len(), all);
}

#[test]
fn every_number_below_the_bound_is_drawn_and_none_above() {
    let mut rng = Rng::new(3, NODE);
    let mut count = [0u32; 7];
    for _ in 0..7_000 {
        count[rng.below(7) as usize] += 1;
    }
    assert!(count.iter().all(|n| (850..1_150).contains(n)), "{count:?}");
    assert_eq!(rng.below(0), 0);

    let longest = Duration::from_micros(3);
    let drawn: std::collections::BTreeSet<_> = (0..200).map(|_| rng.up_to(longest).as_micros()).collect();
    assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn exponential_numbers_have_mean_one_and_variance_one() {
    let mut rng = Rng::new(4, NODE);
    let n = 100_000;
    let (sum, squares) = (0..n).map(|_| rng.exponential()).fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
    let mean = sum / f64::from(n);
    let variance = squares / f64::from(n) - mean * mean;
    assert!((mean - 1.0).abs() < 0.01, "{mean}");
    assert!((variance - 1.0).abs() < 0.03, "{variance}");

    let mean = Duration::from_millis(80);
    let sum: u64 = (0..n).map(|_| rng.exponential_with_mean(mean).as_micros()).sum();
    assert!((sum as f64 / f64::from(n) / 80_000.0 - 1.0).abs() < 0.01);
}

/// A million numbers take every path through the ziggurat, tail and edges of layers.
#[test]
fn the_ziggurat_draws_the_same_numbers_on_every_machine() {
    let (ziggurat, mut rng) = (Ziggurat::new(), Rng::new(1, NODE));
    let sum =
        (0..1_000_000).fold(0u64, |sum, _| sum.wrapping_mul(31).wrapping_add(ziggurat.exponential(&mut rng).to_bits()));
    assert_eq!(sum, 17_558_529_103_336_047_096);
}

#[test]
fn the_ziggurat_draws_from_the_exponential_distribution() {
    let (ziggurat, mut rng) = (Ziggurat::default(), Rng::new(5, NODE));
    let n = 400_000;
    let mut drawn: Vec<f64> = (0..n).map(|_| ziggurat.exponential(&mut rng)).collect();
    drawn.sort_unstable_by(f64::total_cmp);
    assert!(drawn[0] >= 0.0);
    // Kolmogorov and Smirnov: farther off than 1.63 / sqrt(n) in one case of a hundred, and the seed is fixed.
    let off = drawn.iter().enumerate().map(|(index, x)| {
        let below = 1.0 - libm::exp(-x);
        (below - index as f64 / f64::from(n)).abs()
    });
    let farthest = off.fold(0.0, f64::max);
    assert!(farthest < 1.63 / f64::from(n).sqrt(), "{farthest}");
    // Beyond where the layers end: e^-7.697 of all.
    let tail = drawn.iter().filter(|x| **x > 7.697_117_470_131_05).count();
    assert!((140..=230).contains(&tail), "{tail}");

    let mean = Duration::from_millis(80);
    let sum: u64 = (0..n).map(|_| ziggurat.exponential_with_mean(&mut rng, mean).as_micros()).sum();
    assert!((sum as f64 / f64::from(n) / 80_000.0 - 1.0).abs() < 0.01);
    assert_eq!(ziggurat.exponential_with_mean(&mut rng, Duration::ZERO), Duration::from_micros(1));
}
