//! Seeded randomness that is the same on every machine.

use crate::{Duration, NodeId};
use rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a stream of random numbers is for. Two streams of one run never share a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// What a node decides.
    Node(NodeId),
    /// How long messages take from the first node to the second.
    Link(NodeId, NodeId),
}

/// One stream of random numbers: xoshiro256++ (Blackman & Vigna 2021), seeded from the run's seed
/// and the stream's name.
///
/// Floating-point steps use `libm`, not the platform: `f64::ln` differs in its last bit between C
/// libraries and WebAssembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(Xoshiro256PlusPlus);

/// Two generators that go on alike have the same fingerprint.
impl std::hash::Hash for Rng {
    fn hash<H: std::hash::Hasher>(&self, hash: &mut H) {
        hash.write_u64(self.0.clone().next_u64());
    }
}

impl Rng {
    /// The stream of random numbers of that name in the run with that seed.
    pub fn new(seed: u64, stream: Stream) -> Self {
        let (kind, a, b) = match stream {
            Stream::Node(node) => (1, node.0, 0),
            Stream::Link(from, to) => (2, from.0, to.0),
        };
        let name = (kind << 62) | (u64::from(a) << 31) | u64::from(b);
        Self(Xoshiro256PlusPlus::seed_from_u64(mix(seed) ^ mix(!name)))
    }

    /// A whole number below `bound`, each equally likely; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product; the bias is below bound / 2^64.
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A length of time from zero up to and including `longest`, each microsecond equally likely.
    pub fn up_to(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.below(longest.as_micros().saturating_add(1)))
    }

    /// A number from the exponential distribution with mean 1.
    pub fn exponential(&mut self) -> f64 {
        // 53 random bits, shifted off zero: the logarithm stays finite.
        let unit = ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        -libm::log(unit)
    }

    /// A length of time from the exponential distribution with that mean, rounded down to a microsecond, at least one.
    pub fn exponential_with_mean(&mut self, mean: Duration) -> Duration {
        Duration::from_micros(((self.exponential() * mean.as_micros() as f64) as u64).max(1))
    }
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): neighbouring inputs, unrelated outputs.
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Exponential numbers for large models: five times as fast as [`Rng::exponential`], other numbers from the same
/// stream, and as much the same on every machine.
///
/// The ziggurat method (Marsaglia & Tsang 2000) with 256 layers: all but one number in a hundred take a
/// multiplication and a comparison. Its tables, 4 KB, are computed with `libm` when it is made: make one for a
/// model, not one for a draw.
#[derive(Clone, Debug)]
pub struct Ziggurat {
    /// Where the layers end: the lowest, which the tail belongs to, first; the topmost ends at zero.
    edge: [f64; LAYERS + 1],
    /// The density at the edges.
    density: [f64; LAYERS + 1],
}

const LAYERS: usize = 256;
/// Where the tail begins for 256 layers of equal area, and that area: e^-r (1 + r).
const TAIL: f64 = 7.697_117_470_131_05;
const AREA: f64 = 0.003_949_659_822_581_557;

impl Default for Ziggurat {
    fn default() -> Self {
        Self::new()
    }
}

impl Ziggurat {
    /// A generator, with its tables computed.
    pub fn new() -> Self {
        let mut edge = [0.0; LAYERS + 1];
        // As wide as a rectangle of the lowest layer's area would be, its tail included.
        edge[0] = AREA / libm::exp(-TAIL);
        edge[1] = TAIL;
        for layer in 2..LAYERS {
            edge[layer] = -libm::log(AREA / edge[layer - 1] + libm::exp(-edge[layer - 1]));
        }
        Self { edge, density: edge.map(|x| libm::exp(-x)) }
    }

    /// A number from the exponential distribution with mean 1, drawn from `rng`.
    #[inline]
    pub fn exponential(&self, rng: &mut Rng) -> f64 {
        let (layer, x) = self.candidate(rng);
        if x < self.edge[layer + 1] { x } else { self.beyond(rng, layer, x) }
    }

    /// A length of time from the exponential distribution with that mean, drawn from `rng`, rounded down to a
    /// microsecond, at least one.
    #[inline]
    pub fn exponential_with_mean(&self, rng: &mut Rng, mean: Duration) -> Duration {
        Duration::from_micros(((self.exponential(rng) * mean.as_micros() as f64) as u64).max(1))
    }

    /// A layer, and a place in it: eight bits choose the one, 53 others the other.
    #[inline]
    fn candidate(&self, rng: &mut Rng) -> (usize, f64) {
        let bits = rng.0.next_u64();
        let layer = (bits % LAYERS as u64) as usize;
        (layer, (bits >> 11) as f64 / (1u64 << 53) as f64 * self.edge[layer])
    }

    /// What to do with a place that is not below the curve for sure.
    #[cold]
    #[inline(never)]
    fn beyond(&self, rng: &mut Rng, mut layer: usize, mut x: f64) -> f64 {
        loop {
            if layer == 0 {
                // The tail is the whole again, from there on.
                return TAIL + rng.exponential();
            }
            let (low, high) = (self.density[layer], self.density[layer + 1]);
            let unit = (rng.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            if low + (high - low) * unit < libm::exp(-x) {
                return x;
            }
            (layer, x) = self.candidate(rng);
            if x < self.edge[layer + 1] {
                return x;
            }
        }
    }
}
