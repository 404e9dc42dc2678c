//! One remote call as a space–time diagram that can be broken by clicking.

#[cfg(feature = "ssr")]
mod block;
mod board;
mod compare;
mod facts;
mod faults;
mod picture;
mod predict;
mod settings;

#[cfg(feature = "ssr")]
pub use block::Block;
pub use board::{Shown, TimelineView};
pub use faults::say;

use crate::chrome::{
    demo::{Demo, View},
    facts::FactList,
    figure::{Beside, Desk, Film, Kept},
};
use protocols::rpc::{self, Run, Semantics, Weight};
use sim::Time;
use std::rc::Rc;

/// Simulated time per real time, in thousandths.
const SPEEDS: &[(u32, &str)] = &[(60, "slow"), (150, "medium"), (400, "fast")];

/// The clickable timeline of one remote call.
pub struct RpcTimeline;

/// How a call is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// The moment that is shown first; the end if nothing is said.
    pub at: Option<Time>,
    /// The reader is asked first.
    pub asked: bool,
    /// The semantics to compare.
    pub with: Vec<Semantics>,
}

impl Demo for RpcTimeline {
    const NAME: &'static str = "rpc-timeline";
    type Run = Run;
    type Look = Look;
    type Seen = Shown;
    type View = TimelineView;
    const BESIDE: Beside = Beside::Ghost;
    const HEIGHT: u32 = 980;

    fn read(view: &View<'_>) -> Result<(Run, Look), String> {
        let run = Run::from_code(view.run).map_err(|error| error.to_string())?;
        let mut with = vec![];
        for name in view.list("with").into_iter().flat_map(|names| names.split('.')) {
            let semantics = Semantics::ALL.into_iter().find(|semantics| semantics.name() == name);
            with.push(semantics.ok_or_else(|| format!("the link says “{name}”: no call semantics of that name"))?);
        }
        Ok((run, Look { at: view.at, asked: view.has("ask"), with }))
    }

    fn code(run: &Run) -> String {
        run.code()
    }

    fn words(kept: &Kept<Self>, look: &Look, at: Time) -> Vec<String> {
        let mut words = vec![];
        if look.asked {
            words.push("ask".to_owned());
        } else if at < kept.end() {
            words.push(at.as_micros().div_ceil(1_000).to_string());
        }
        if !look.with.is_empty() {
            let names: Vec<&str> = look.with.iter().map(|semantics| semantics.name()).collect();
            words.push(format!("with.{}", names.join(".")));
        }
        words
    }

    fn see(run: &Run, _data: &str) -> Shown {
        Shown::new(run.clone())
    }

    fn facts(list: &mut FactList<Self::Seen>) {
        list.fact("applied", "How often the database carried the operation out.", |Shown { outcome, .. }| {
            outcome.truth(outcome.end()).applied
        });
        list.fact(
            "deducted",
            "How many times the amount is gone; setting the balance twice takes it once.",
            |Shown { outcome, .. }| outcome.truth(outcome.end()).deducted,
        );
        list.fact("balance", "The balance at the end, such as \"50.00\".", |Shown { outcome, .. }| {
            outcome.truth(outcome.end()).balance.to_string()
        });
        list.fact(
            "caller",
            "What the caller can know at the end: \"done\", \"not done\" or \"cannot tell\".",
            |Shown { outcome, .. }| outcome.belief(outcome.end()).name(),
        );
        list.fact(
                "verdict",
                "\"correct\", \"failed cleanly\", \"caller cannot tell\", \"receipt lost\", \"lost\", \"applied twice\", \"applied 3 times\", …",
                |Shown { outcome, .. }| outcome.verdict().to_string(),
            );
        list.fact("attempts", "How often the stub sent the request.", |Shown { outcome, .. }| outcome.attempts());
        list.fact(
            "status",
            "How the call ends, as gRPC names it, such as \"DEADLINE_EXCEEDED\".",
            |Shown { outcome, .. }| outcome.status(outcome.end()).map_or("none", rpc::Status::name),
        );
        list.fact("receipts", "How many receipts arrived.", |Shown { outcome, .. }| {
            outcome.truth(outcome.end()).receipts
        });
        list.fact(
            "late",
            "How often the operation was carried out after the call had returned.",
            |Shown { outcome, .. }| outcome.late(),
        );
        list.fact("promise", "\"kept\" or \"broken\": what the semantics promise.", |Shown { outcome, .. }| {
            if outcome.promise_kept() { "kept" } else { "broken" }
        });
        list.fact("faults", "How many things go wrong in the run.", |Shown { run, .. }| run.faults.len());
        list.fact("took", "How long everything takes to settle, such as \"412 ms\".", |Shown { outcome, .. }| {
            outcome.end().to_string()
        });
        list.fact("hash", "The run's fingerprint, 16 hexadecimal digits.", |Shown { outcome, .. }| {
            outcome.trace.hash().to_string()
        });
    }

    fn film(_run: &Run, seen: Option<&Shown>) -> Option<Film> {
        let shown = seen?;
        let marks = shown.story.iter().filter(|sentence| sentence.weight == Weight::Fault).map(|sentence| sentence.at);
        Some(Film {
            end: shown.outcome.end(),
            stops: Rc::new(shown.stops()),
            marks: Rc::new(marks.collect()),
            speeds: SPEEDS,
            speed: SPEEDS[1].0,
            stays: false,
        })
    }

    fn opens_at(kept: &Kept<Self>, look: &Look) -> Time {
        match &kept.seen {
            Some(shown) if look.asked => predict::question_time(shown),
            _ => look.at.unwrap_or(kept.end()),
        }
    }

    fn asks_at(kept: &Kept<Self>, look: &Look) -> Time {
        kept.seen.as_ref().map_or_else(|| Self::opens_at(kept, look), predict::question_time)
    }

    fn is_same(desk: &Desk<Self>) -> bool {
        // Where the page compares the run with nothing, a comparison is no change.
        let (with, page) = (&desk.look().with, &desk.original_look().with);
        let alike = page.len() == with.len() && page.iter().all(|one| with.contains(one));
        desk.run() == desk.original() && (alike || page.is_empty())
    }
}
