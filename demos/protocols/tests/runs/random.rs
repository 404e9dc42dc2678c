//! Random runs, numbered: the same number gives the same run on every machine.

use protocols::rpc;
use sim::{Duration, Fault, MessageName, NodeId, Phase, Rng, StepName, Stream, Time, When};

fn rng(number: u64) -> Rng {
    Rng::new(number, Stream::Node(NodeId(0)))
}

fn between(rng: &mut Rng, range: std::ops::RangeInclusive<u64>) -> u64 {
    range.start() + rng.below(range.end() - range.start() + 1)
}

fn one<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.below(of.len() as u64) as usize]
}

/// A fault of a remote call, any that can be said; most often of a message or step that many calls have.
pub fn fault(rng: &mut Rng) -> Fault {
    let attempt = 1 + rng.below(3) as u32;
    let copy = one(rng, &[1, 1, 1, 2]);
    let kinds = [rpc::REQUEST, rpc::REQUEST, rpc::REPLY, rpc::REPLY, rpc::FORWARD, rpc::ANSWER, rpc::MAIL];
    let name = MessageName::new(one(rng, &kinds), 1, attempt).copy(copy);
    let step = StepName::new(one(rng, rpc::vocabulary().steps), 1, attempt).copy(copy);
    let phase = one(rng, &[Phase::Before, Phase::After]);
    let back = Duration::from_millis(1 + rng.below(400));
    let restart_after = one(rng, &[None, Some(back)]);
    let at = Time::from_micros(rng.below(2_000_000));
    let node = rpc::SERVER;
    let (a, b) = one(rng, rpc::vocabulary().links);
    match rng.below(14) {
        0..=1 => Fault::Drop(name),
        2..=3 => Fault::Duplicate(name),
        4..=5 => Fault::Delay(name, Duration::from_millis(1 + rng.below(1_500))),
        6..=7 => Fault::Reorder(name),
        8..=9 => Fault::Crash { node, when: When::Step(phase, step), restart_after },
        10 => Fault::Crash { node, when: When::At(at), restart_after },
        11 => Fault::Restart { node, at },
        12 => Fault::CutLink { a, b, at },
        _ => Fault::HealLink { a, b, at },
    }
}

/// A remote call with up to four faults, in the order that a code has them in.
pub fn call(number: u64) -> rpc::Run {
    let rng = &mut rng(number);
    let limit = |rng: &mut Rng| {
        let longest = *rpc::Bounds::LIMIT_MS.end() / one(rng, &[1, 10, 20]);
        let length = Duration::from_millis(between(rng, 1..=longest));
        one(rng, &[None, Some(length)])
    };
    let mistakes = [None, None, None].into_iter().chain(rpc::Mistake::ALL.map(Some)).collect::<Vec<_>>();
    let scenario = rpc::Scenario {
        semantics: one(rng, &rpc::Semantics::ALL),
        transport: one(rng, &rpc::Transport::ALL),
        attempts: between(rng, 1..=5) as u32,
        timeout: Duration::from_millis(between(rng, rpc::Bounds::TIMEOUT_MS)),
        deadline: limit(rng),
        expiry: limit(rng),
        hops: between(rng, 1..=2) as u32,
        propagate: one(rng, &[false, true]),
        mistake: one(rng, &mistakes),
        balance: rpc::Cents(rng.below(20_000) as i64),
        amount: rpc::Cents(rng.below(10_000) as i64),
    };
    let mut faults: Vec<Fault> = (0..rng.below(5)).map(|_| fault(rng)).collect();
    faults.sort_unstable();
    faults.dedup();
    rpc::Run { scenario, seed: rng.below(u64::MAX), faults }
}

/// A list in another order.
pub fn shuffled<T: Clone>(list: &[T], number: u64) -> Vec<T> {
    let mut list = list.to_vec();
    let rng = &mut rng(number);
    for end in (1..list.len()).rev() {
        list.swap(end, rng.below(end as u64 + 1) as usize);
    }
    list
}
