//! More than a million states, of which not two may be taken for one: natively and in WebAssembly, where a `usize` has
//! 32 bits. With fingerprints of so many some hundred would be.

use search::{Class, Explorer, Model};
use sim::{
    Context, Duration, Fault, Flow, LinkSpec, MessageName, Network, NodeId, Opportunity, Payload, Process, Simulation,
    Time, Trace,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// So many beads are sent.
const BEADS: u32 = 20;

/// One sends beads, the other notes which ones came.
#[derive(Clone, Hash)]
struct Node {
    sent: u32,
    came: u32,
}

#[derive(Clone, Hash)]
struct Bead(u32);

impl Payload for Bead {
    fn name(&self) -> MessageName {
        MessageName::new("bead", self.0, 1)
    }

    fn describe(&self) -> String {
        format!("bead {}", self.0)
    }
}

impl Process for Node {
    type Message = Bead;
    type Timer = ();
    type Observer = Option<Trace>;

    fn on_start(&mut self, ctx: &mut Context<'_, Self>) -> Flow {
        if ctx.node() == NodeId(0) {
            ctx.set_timer(Duration::from_millis(1), ());
        }
        Ok(())
    }

    fn on_timer(&mut self, ctx: &mut Context<'_, Self>, (): ()) -> Flow {
        ctx.send(NodeId(1), Bead(self.sent));
        self.sent += 1;
        if self.sent < BEADS {
            ctx.set_timer(Duration::from_millis(1), ());
        }
        Ok(())
    }

    fn on_message(&mut self, _: &mut Context<'_, Self>, _: NodeId, Bead(number): Bead) -> Flow {
        self.came |= 1 << number;
        Ok(())
    }
}

/// Each bead arrives or is lost.
struct Beads;

impl Model for Beads {
    type Process = Node;

    fn start(&self) -> Simulation<Node> {
        let link = LinkSpec { base: Duration::from_micros(100), jitter: Duration::ZERO };
        Simulation::new(vec![Node { sent: 0, came: 0 }; 2], Network::new(link), 1, vec![], None)
    }

    fn faults(&self, at: &Opportunity) -> Vec<Fault> {
        match *at {
            Opportunity::Message { name, .. } => vec![Fault::Drop(name)],
            Opportunity::Step { .. } => vec![],
        }
    }

    fn decides(&self, _: &Opportunity) -> bool {
        true
    }

    fn cut(&self, _: &Opportunity, _: Time) -> Option<Fault> {
        None
    }

    fn recurs(&self, _: &Simulation<Node>, _: u32, _: u32) -> bool {
        false
    }

    fn class(&self, run: &Simulation<Node>) -> Class {
        Class(run.process(NodeId(1)).came.count_ones() as u8)
    }

    fn most_steps(&self) -> u32 {
        100
    }
}

#[test]
fn a_million_states_are_told_apart() {
    let mut explorer = Explorer::new(Beads, BEADS as u8);
    assert!(!explorer.advance(u64::MAX));
    // Before the bead of each number, one state for each set of those before it.
    assert_eq!(explorer.states(), (1 << BEADS) - 1);
    let tally = explorer.tally().expect("the search is over");
    let mut sets = 1;
    for (number, (class, count, smallest)) in tally.classes().enumerate() {
        let number = number as u64;
        assert_eq!((u64::from(class.0), count), (number, sets), "how many sets have {number} of {BEADS}");
        assert_eq!(smallest.faults.len() as u64, u64::from(BEADS) - number);
        sets = sets * (u64::from(BEADS) - number) / (number + 1);
    }
    assert_eq!(tally.schedules(), 1 << BEADS);
}
