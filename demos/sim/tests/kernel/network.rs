//! What becomes of messages, timers and state when something goes wrong, on one link.

use proptest::prelude::*;
use sim::{
    Context, Disconnect, Duration, Fate, Fault, Flow, LinkSpec, Loss, MessageName, Network, NodeId, Payload, Phase,
    Process, Simulation, StepName, Time, Trace, What, When,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SENDER: NodeId = NodeId(0);
const RECEIVER: NodeId = NodeId(1);

/// One sends a letter every 10 ms; the other files it and, 25 ms later, has read it.
#[derive(Clone, Debug)]
enum Node {
    Sender { letters: u32 },
    Receiver { filed: Vec<u32>, read: Vec<u32> },
}

#[derive(Clone)]
struct Letter(u32);

impl Payload for Letter {
    fn name(&self) -> MessageName {
        letter(self.0)
    }
    fn describe(&self) -> String {
        format!("letter {}", self.0)
    }
}

fn letter(call: u32) -> MessageName {
    MessageName::new("letter", call, 1)
}

fn file(call: u32) -> StepName {
    StepName::new("file", call, 1)
}

impl Process for Node {
    type Message = Letter;
    type Timer = u32;
    type Observer = Trace;

    fn on_start(&mut self, ctx: &mut Context<'_, Self>) -> Flow {
        if let Self::Sender { letters } = self {
            for n in 1..=*letters {
                ctx.set_timer(Duration::from_millis(10).saturating_mul(u64::from(n)), n);
            }
        }
        Ok(())
    }

    fn on_message(&mut self, ctx: &mut Context<'_, Self>, _from: NodeId, Letter(n): Letter) -> Flow {
        if let Self::Receiver { filed, .. } = self {
            ctx.before(file(n))?;
            filed.push(n);
            ctx.after(file(n))?;
            ctx.set_timer(Duration::from_millis(25), n);
        }
        Ok(())
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, n: u32) -> Flow {
        match self {
            Self::Sender { .. } => ctx.send(RECEIVER, Letter(n)),
            Self::Receiver { read, .. } => read.push(n),
        }
        Ok(())
    }

    fn on_disconnect(&mut self, ctx: &mut Context<'_, Self>, _peer: NodeId, why: Disconnect<Letter>) -> Flow {
        ctx.after(match why {
            Disconnect::Refused(Letter(n)) => StepName::new("refused", n, 1),
            Disconnect::Lost(name) => StepName::new("lost", name.call, 1),
            Disconnect::Crashed => StepName::new("crashed", 0, 1),
        })
    }
}

/// Letters sent at 10, 20, … ms that take `base` to `base + jitter` ms.
fn run(seed: u64, letters: u32, (base, jitter): (u64, u64), faults: &[Fault]) -> Simulation<Node> {
    let nodes = vec![Node::Sender { letters }, Node::Receiver { filed: vec![], read: vec![] }];
    let ms = Duration::from_millis;
    let network = Network::new(LinkSpec { base: ms(base), jitter: ms(jitter) });
    let mut run = Simulation::new(nodes, network, seed, faults.to_vec(), Trace::default());
    assert!(run.run(1_000));
    run
}

/// What was filed and what was read of five letters that take 5 ms each.
fn filed_and_read(faults: &[Fault]) -> (Vec<u32>, Vec<u32>) {
    match run(1, 5, (5, 0), faults).process(RECEIVER) {
        Node::Receiver { filed, read } => (filed.clone(), read.clone()),
        Node::Sender { .. } => unreachable!("the receiver is node 1"),
    }
}

fn crash_at(ms: u64, restart_after: Option<u64>) -> Fault {
    let restart_after = restart_after.map(Duration::from_millis);
    Fault::Crash { node: RECEIVER, when: When::At(Time::from_millis(ms)), restart_after }
}

fn crash(phase: Phase, n: u32) -> Fault {
    Fault::Crash { node: RECEIVER, when: When::Step(phase, file(n)), restart_after: Some(Duration::from_millis(1)) }
}

#[test]
fn each_fault_does_what_it_says() {
    let cut = |ms| Fault::CutLink { a: SENDER, b: RECEIVER, at: Time::from_millis(ms) };
    let heal = |ms| Fault::HealLink { a: RECEIVER, b: SENDER, at: Time::from_millis(ms) };
    // Faults, what is filed, what is read. Letters arrive at 15, 25, 35, 45 and 55 ms and are read
    // at 40, 50, 60, 70 and 80 ms.
    type Row<'a> = (&'a str, &'a [Fault], &'a [u32], &'a [u32]);
    let table: &[Row<'_>] = &[
        ("nothing", &[], &[1, 2, 3, 4, 5], &[1, 2, 3, 4, 5]),
        ("a dropped message is gone", &[Fault::Drop(letter(2))], &[1, 3, 4, 5], &[1, 3, 4, 5]),
        // The copy arrives 40 ms after the original, at 75 ms.
        ("a duplicate comes later", &[Fault::Duplicate(letter(3))], &[1, 2, 3, 4, 5, 3], &[1, 2, 3, 4, 5, 3]),
        (
            "a delayed message is overtaken",
            &[Fault::Delay(letter(1), Duration::from_millis(12))],
            &[2, 1, 3, 4, 5],
            &[2, 1, 3, 4, 5],
        ),
        ("who is down gets nothing and reads nothing", &[crash_at(30, None)], &[1, 2], &[]),
        ("timers do not survive a crash", &[crash_at(30, Some(1))], &[1, 2, 3, 4, 5], &[3, 4, 5]),
        (
            "a restart brings the node back",
            &[crash_at(30, None), Fault::Restart { node: RECEIVER, at: Time::from_millis(40) }],
            &[1, 2, 4, 5],
            &[4, 5],
        ),
        ("at a tie the fault comes first", &[crash_at(35, Some(5))], &[1, 2, 4, 5], &[4, 5]),
        ("crashed before the step, it is not done", &[crash(Phase::Before, 2)], &[1, 3, 4, 5], &[3, 4, 5]),
        (
            "crashed after the step, it is done, and nothing later",
            &[crash(Phase::After, 2)],
            &[1, 2, 3, 4, 5],
            &[3, 4, 5],
        ),
        // Sent at 20 and 30 ms: lost; on its way when the link is cut at 12 ms: arrives.
        ("a cut link loses what is sent, not what is under way", &[cut(12), heal(30)], &[1, 3, 4, 5], &[1, 3, 4, 5]),
        (
            "a fault that names the message wins over the cut link",
            &[cut(0), Fault::Duplicate(letter(2))],
            &[2, 2],
            &[2, 2],
        ),
        (
            "a message held back arrives after the next",
            &[Fault::Reorder(letter(2))],
            &[1, 3, 2, 4, 5],
            &[1, 3, 2, 4, 5],
        ),
        ("if none comes, it arrives late", &[Fault::Reorder(letter(5))], &[1, 2, 3, 4, 5], &[1, 2, 3, 4, 5]),
        (
            "a copy has a name of its own",
            &[
                Fault::Duplicate(letter(1)),
                Fault::Crash {
                    node: RECEIVER,
                    when: When::Step(Phase::Before, file(1).copy(2)),
                    restart_after: Some(Duration::from_millis(1)),
                },
            ],
            // The copy arrives at 55 ms, just before the fifth letter, which finds nobody.
            &[1, 2, 3, 4],
            &[1, 2],
        ),
        (
            "a fault meets one message, the first",
            &[Fault::Drop(letter(2)), Fault::Drop(letter(2))],
            &[1, 3, 4, 5],
            &[1, 3, 4, 5],
        ),
    ];
    for (what, faults, filed, read) in table {
        assert_eq!(filed_and_read(faults), (filed.to_vec(), read.to_vec()), "{what}");
    }
}

#[test]
fn a_lost_message_says_why() {
    let cut = Fault::CutLink { a: SENDER, b: RECEIVER, at: Time::from_millis(25) };
    let faults = [Fault::Drop(letter(1)), crash_at(20, Some(8)), cut];
    let trace = run(1, 3, (5, 0), &faults).into_observer();
    let fates: Vec<Fate> = trace.messages.iter().map(|message| message.copies[0].fate).collect();
    let at = |us| Time::from_micros(us);
    let expected = [
        // Lost half way.
        Fate::Lost(at(12_500), Loss::Dropped),
        Fate::Lost(at(25_000), Loss::ReceiverDown),
        Fate::Lost(at(32_500), Loss::LinkCut),
    ];
    assert_eq!(fates, expected);
}

#[test]
fn a_fault_is_met_only_if_it_changed_something() {
    let never = [
        Fault::Drop(letter(9)),
        Fault::Drop(letter(2)),
        crash(Phase::Before, 9),
        crash_at(31, None),
        Fault::Restart { node: SENDER, at: Time::from_millis(20) },
        Fault::HealLink { a: SENDER, b: RECEIVER, at: Time::from_millis(1) },
    ];
    let mut faults = vec![Fault::Drop(letter(2)), crash_at(30, None)];
    faults.extend(never);
    assert_eq!(run(1, 5, (5, 0), &faults).faults_not_met(), never);
}

/// What a sender hears: what, of which letter, when.
type News = (&'static str, u32, u64);

/// What arrives over a connection, and what the sender hears of it and when, in milliseconds.
fn over_a_connection(faults: &[Fault]) -> (Vec<u32>, Vec<News>, Vec<Fault>) {
    let nodes = vec![Node::Sender { letters: 5 }, Node::Receiver { filed: vec![], read: vec![] }];
    let link = LinkSpec { base: Duration::from_millis(6), jitter: Duration::ZERO };
    let network = Network::new(link).with_stream(RECEIVER, SENDER);
    let mut run = Simulation::new(nodes, network, 1, faults.to_vec(), Trace::default());
    assert!(run.run(1_000));
    let heard = run.observer().events.iter().filter(|event| event.node == SENDER);
    let heard = heard.filter_map(|event| match event.what {
        What::Step(step) => Some((step.step, step.call, event.at.as_micros() / 1_000)),
        _ => None,
    });
    let heard = heard.collect();
    let Node::Receiver { filed, .. } = run.process(RECEIVER) else { unreachable!("the receiver is node 1") };
    (filed.clone(), heard, run.faults_not_met())
}

#[test]
fn a_connection_keeps_order_and_tells_both_ends_when_it_breaks() {
    let delay = Fault::Delay(letter(1), Duration::from_millis(18));
    assert_eq!(over_a_connection(&[delay]), (vec![1, 2, 3, 4, 5], vec![], vec![]), "nothing overtakes");
    let impossible = vec![Fault::Duplicate(letter(2)), Fault::Reorder(letter(3))];
    assert_eq!(over_a_connection(&impossible), (vec![1, 2, 3, 4, 5], vec![], impossible));
    assert_eq!(
        over_a_connection(&[Fault::Drop(letter(2))]),
        (vec![1, 3, 4, 5], vec![("lost", 2, 26)], vec![]),
        "the sender hears that a message is lost when it would have arrived"
    );
    assert_eq!(
        over_a_connection(&[crash_at(23, Some(10))]),
        (vec![1, 3, 4, 5], vec![("crashed", 0, 29), ("refused", 2, 32)], vec![]),
        "who is down refuses what comes, and its end of the connection is closed; letter 3 comes to one who is up again"
    );
    let cut = Fault::CutLink { a: SENDER, b: RECEIVER, at: Time::from_millis(35) };
    assert_eq!(over_a_connection(&[cut]), (vec![1, 2, 3], vec![], vec![]), "a cut link is silent");
}

#[test]
fn a_run_that_never_ends_is_stopped() {
    #[derive(Clone)]
    struct Clock;
    impl Process for Clock {
        type Message = Letter;
        type Timer = ();
        type Observer = Trace;
        fn on_start(&mut self, ctx: &mut Context<'_, Self>) -> Flow {
            ctx.set_timer(Duration::from_millis(1), ());
            Ok(())
        }
        fn on_message(&mut self, _: &mut Context<'_, Self>, _: NodeId, _: Letter) -> Flow {
            Ok(())
        }
        fn on_timer(&mut self, ctx: &mut Context<'_, Self>, (): ()) -> Flow {
            self.on_start(ctx)
        }
    }
    let network = Network::new(LinkSpec { base: Duration::ZERO, jitter: Duration::ZERO });
    let mut run = Simulation::new(vec![Clock], network, 1, vec![], Trace::default());
    assert!(!run.run(100));
    assert_eq!(run.now(), Time::from_millis(99));
}

proptest! {
    #![proptest_config(crate::cases(100))]

    #[test]
    fn a_fault_on_one_message_leaves_the_latency_of_all_others(
        seed: u64,
        n in 1u32..=20,
        which in 0usize..3,
        late in 1u64..500,
    ) {
        let fault = [
            Fault::Drop(letter(n)),
            Fault::Duplicate(letter(n)),
            Fault::Delay(letter(n), Duration::from_millis(late)),
        ][which];
        let fates = |faults: &[Fault]| -> Vec<Fate> {
            let trace = run(seed, 20, (5, 40), faults).into_observer();
            trace.messages.iter().filter(|m| m.name != letter(n)).map(|m| m.copies[0].fate).collect()
        };
        prop_assert_eq!(fates(&[]), fates(&[fault]));
    }

    #[test]
    fn a_message_takes_as_long_as_its_link_allows(seed: u64, base in 0u64..50, jitter in 0u64..50) {
        let trace = run(seed, 20, (base, jitter), &[]).into_observer();
        for message in &trace.messages {
            let Fate::Delivered(at) = message.copies[0].fate else { panic!("{message:?}") };
            let took = at.since(message.sent);
            prop_assert!(took >= Duration::from_millis(base) && took <= Duration::from_millis(base + jitter));
        }
    }
}
