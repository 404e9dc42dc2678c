//! A small model to try the kernel with: peers that ping one another at random.

use proptest::prelude::*;
use sim::{
    Context, Duration, Fault, Flow, LinkSpec, MessageName, Network, NodeId, Payload, Phase, Process, Simulation,
    StepName, Time, Trace, What, When,
};
use std::collections::BTreeSet;

pub const PEERS: u32 = 4;
const PINGS: u32 = 6;

#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    /// Durable: how many pings were sent, and answered.
    sent: u32,
    answered: u32,
    /// Volatile: which pings have no answer yet.
    open: BTreeSet<u32>,
}

#[derive(Clone, Debug)]
pub enum Ball {
    Ping(u32),
    Pong(u32),
}

impl Payload for Ball {
    fn name(&self) -> MessageName {
        let (kind, call) = match *self {
            Self::Ping(call) => ("ping", call),
            Self::Pong(call) => ("pong", call),
        };
        MessageName::new(kind, call, 1)
    }
    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

fn serve(call: u32) -> StepName {
    StepName::new("serve", call, 1)
}

/// The number of a peer's n-th ping.
fn call(peer: u32, n: u32) -> u32 {
    peer * 100 + n
}

impl Process for Peer {
    type Message = Ball;
    type Timer = ();
    type Observer = Trace;

    fn on_start(&mut self, ctx: &mut Context<'_, Self>) -> Flow {
        let wait = ctx.rng().up_to(Duration::from_millis(50));
        ctx.set_timer(wait, ());
        Ok(())
    }

    fn on_message(&mut self, ctx: &mut Context<'_, Self>, from: NodeId, message: Ball) -> Flow {
        match message {
            Ball::Ping(call) => {
                ctx.before(serve(call))?;
                ctx.send(from, Ball::Pong(call));
                ctx.after(serve(call))
            }
            Ball::Pong(call) => {
                self.answered += u32::from(self.open.remove(&call));
                Ok(())
            }
        }
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, (): ()) -> Flow {
        if self.sent == PINGS {
            return Ok(());
        }
        self.sent += 1;
        let other = (ctx.node().0 + 1 + ctx.rng().below(u64::from(PEERS - 1)) as u32) % PEERS;
        let call = call(ctx.node().0, self.sent);
        self.open.insert(call);
        ctx.send(NodeId(other), Ball::Ping(call));
        self.on_start(ctx)
    }

    fn on_crash(&mut self) {
        self.open.clear();
    }

    fn on_restart(&mut self, ctx: &mut Context<'_, Self>) -> Flow {
        self.on_start(ctx)
    }
}

pub fn start(seed: u64, faults: Vec<Fault>) -> Simulation<Peer> {
    let peer = Peer { sent: 0, answered: 0, open: BTreeSet::new() };
    let ms = Duration::from_millis;
    let network = Network::new(LinkSpec { base: ms(10), jitter: ms(30) }).with_link(
        NodeId(0),
        NodeId(1),
        LinkSpec { base: ms(5), jitter: Duration::ZERO },
    );
    Simulation::new(vec![peer; PEERS as usize], network, seed, faults, Trace::default())
}

pub fn finish(seed: u64, faults: Vec<Fault>) -> Simulation<Peer> {
    let mut simulation = start(seed, faults);
    assert!(simulation.run(10_000), "peers fall silent in the end");
    simulation
}

/// Any fault that could meet something in a run of the peers.
pub fn fault() -> impl Strategy<Value = Fault> {
    let node = || (0..PEERS).prop_map(NodeId);
    let time = || (0u64..400_000).prop_map(Time::from_micros);
    let length = || (1u64..200_000).prop_map(Duration::from_micros);
    let number = || (0..PEERS, 1..=PINGS).prop_map(|(peer, n)| call(peer, n));
    let message = || {
        (prop::sample::select(vec!["ping", "pong"]), number()).prop_map(|(kind, call)| MessageName::new(kind, call, 1))
    };
    let step = (any::<bool>(), number())
        .prop_map(|(before, call)| When::Step(if before { Phase::Before } else { Phase::After }, serve(call)));
    let when = prop_oneof![time().prop_map(When::At), step];
    prop_oneof![
        message().prop_map(Fault::Drop),
        message().prop_map(Fault::Duplicate),
        message().prop_map(Fault::Reorder),
        (message(), length()).prop_map(|(message, by)| Fault::Delay(message, by)),
        (node(), when, prop::option::of(length())).prop_map(|(node, when, restart_after)| Fault::Crash {
            node,
            when,
            restart_after
        }),
        (node(), time()).prop_map(|(node, at)| Fault::Restart { node, at }),
        (node(), node(), time()).prop_map(|(a, b, at)| Fault::CutLink { a, b, at }),
        (node(), node(), time()).prop_map(|(a, b, at)| Fault::HealLink { a, b, at }),
    ]
}

/// From when on a fault can make a difference to that run: its set time, or when the message that it
/// names was sent, or when the message came for which its step is done.
pub fn acts_at(fault: &Fault, trace: &Trace) -> Time {
    let first = |fits: &dyn Fn(What) -> bool| {
        trace.events.iter().find(|event| fits(event.what)).map_or(Time::MAX, |event| event.at)
    };
    match fault {
        Fault::Drop(name) | Fault::Duplicate(name) | Fault::Delay(name, _) | Fault::Reorder(name) => {
            first(&|what| matches!(what, What::Sent(id) if trace.message(id).name == *name))
        }
        Fault::Crash { when: When::Step(_, step), .. } => {
            let ping = MessageName::new("ping", step.call, step.attempt);
            first(&|what| matches!(what, What::Received(id, _) if trace.message(id).name == ping))
        }
        Fault::Crash { when: When::At(at), .. }
        | Fault::Restart { at, .. }
        | Fault::CutLink { at, .. }
        | Fault::HealLink { at, .. } => *at,
    }
}
