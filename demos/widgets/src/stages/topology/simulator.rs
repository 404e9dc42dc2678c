//! The run behind the picture: what the engine of the demo does.

use crate::chrome::engine::Engine;
use architectures::live::{Frame, Live, Run};
use sim::Time;

/// A run is played ahead to its end, for the curves that follow the cursor, if it has at most so many events,
const AHEAD_EVENTS: u64 = 1_500_000;
/// and the system takes at most so many bytes.
const AHEAD_BYTES: usize = 4 << 20;

/// Plays one run after the other.
#[derive(Default)]
pub struct Simulator {
    code: String,
    live: Option<Live>,
    ahead: Ahead,
}

#[derive(Default)]
enum Ahead {
    #[default]
    Unknown,
    Playing(Box<Live>),
    Known(Box<Live>),
    TooLong,
}

impl Simulator {
    /// What is to be wanted for a run and a moment of it.
    pub fn wanted(run: &Run, at: Time) -> String {
        format!("{} {}", at.as_micros(), run.code())
    }

    fn look(&self) -> Frame {
        let Some(live) = &self.live else { return Frame::default() };
        let mut frame = live.frame();
        frame.run.clone_from(&self.code);
        if let Ahead::Known(ahead) = &self.ahead {
            frame.ahead = ahead.rows().get(frame.rows.len()..).unwrap_or_default().to_vec();
            frame.outcome = ahead.world().facts();
        }
        frame
    }
}

impl Engine for Simulator {
    fn want(&mut self, wanted: &str) {
        let Some((at, code)) = wanted.split_once(' ') else { return };
        let Ok(at) = at.parse() else { return };
        if code != self.code {
            let Ok(run) = architectures::run_of(code) else { return };
            if !self.live.as_mut().is_some_and(|live| live.adopt(&run)) {
                self.live = Some(architectures::begun(run));
            }
            code.clone_into(&mut self.code);
            self.ahead = Ahead::Unknown;
        }
        if let Some(live) = &mut self.live {
            live.seek(Time::from_micros(at));
        }
    }

    fn step(&mut self, events: u32) -> bool {
        let Some(live) = &mut self.live else { return true };
        if !live.advance(events) {
            return false;
        }
        if let Ahead::Unknown = self.ahead {
            let long = live.stopped().is_some() || live.world().bytes() > AHEAD_BYTES;
            self.ahead = if long {
                Ahead::TooLong
            } else {
                let mut ahead = live.fork();
                ahead.seek(live.run().end());
                Ahead::Playing(Box::new(ahead))
            };
        }
        let mut playing = match std::mem::take(&mut self.ahead) {
            Ahead::Playing(playing) => playing,
            other => {
                self.ahead = other;
                return true;
            }
        };
        let there = playing.advance(events);
        self.ahead = if playing.world().events() > AHEAD_EVENTS {
            Ahead::TooLong
        } else if there {
            Ahead::Known(playing)
        } else {
            Ahead::Playing(playing)
        };
        !matches!(self.ahead, Ahead::Playing(_))
    }

    fn frame(&self) -> Vec<u8> {
        self.look().pack()
    }
}
