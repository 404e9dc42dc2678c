//! The one list of architectures, and what needs it: whoever reads a link or simulates brings the list along, so that
//! [`live`](crate::live) knows no architecture.

use crate::{
    client_server, edge,
    live::{Live, Model, Run, Start},
    microservices, multi_tier, peer_to_peer, super_peers, swarm,
};
use sim::{Time, code::CodeError};

macro_rules! architectures {
    ($($name:ident),* $(,)?) => {
        /// All of them, in the order in which the lesson tells of them.
        pub static ALL: &[&Model] = &[$(&$name::MODEL),*];

        /// What simulates a model. Apart from [`ALL`], so that only who simulates links it.
        ///
        /// # Panics
        /// If the model is none of [`ALL`].
        pub fn start(model: &Model) -> Start {
            match model.name {
                $(name if name == $name::MODEL.name => $name::start,)*
                name => panic!("no system is known for {name}"),
            }
        }
    };
}

architectures! {
    client_server,
    peer_to_peer,
    swarm,
    multi_tier,
    super_peers,
    edge,
    microservices,
}

/// The architecture of that name.
pub fn find(name: &str) -> Option<&'static Model> {
    ALL.iter().copied().find(|model| model.name == name)
}

/// The architecture of that name.
///
/// # Errors
/// If there is none: says which there are.
pub fn named(name: &str) -> Result<&'static Model, String> {
    find(name).ok_or_else(|| {
        let all: Vec<&str> = ALL.iter().map(|model| model.name).collect();
        format!("no architecture of that name; there are {}", all.join(", "))
    })
}

/// The run that a link's code stands for; see [`Run::read`].
///
/// # Errors
/// If the code is damaged, of another version, or names what no architecture has.
pub fn run_of(code: &str) -> Result<Run, CodeError> {
    Run::read(code, named)
}

/// The run at its very beginning.
pub fn begun(run: Run) -> Live {
    Live::new(start(run.model), run)
}

/// The run, played to that time.
pub fn played(run: Run, to: Time) -> Live {
    let mut live = begun(run);
    live.play_to(to);
    live
}

/// The run, played to its end.
pub fn finished(run: Run) -> Live {
    let end = run.end();
    played(run, end)
}
