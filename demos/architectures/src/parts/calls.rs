//! Requests under way, and who gives up on them when.

use sim::{Duration, Time};
use std::collections::VecDeque;

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nowhere: the place is free.
    Free,
    /// From the user to the first node that takes it.
    Way,
    /// From one node within the system to another.
    Hop,
    /// It waits for a worker.
    Waiting,
    /// A worker has it.
    Served,
    /// A worker has it, and looks whether a copy of the answer is near.
    Looking,
    /// It waits, with its worker, for a connection to the next place.
    Pool,
    /// It waits at the next place.
    NextWaiting,
    /// It is served at the next place.
    NextServed,
    /// Nothing will come back from the next place, and whoever has asked there does not know.
    Hung,
    /// From the next place back to the one that asked it.
    Return,
    /// The answer is on its way to the user.
    Back,
    /// Lost: the user will give it up.
    Gone,
}

/// A request, from being sent until nothing of it is left. Times are microseconds: a run is shorter than an hour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub user: u32,
    serial: u32,
    pub sent: u32,
    /// When the message that is on its way was sent, and when it arrives.
    pub left: u32,
    pub due: u32,
    /// By how much the ways there and back are longer than the least, by chance.
    pub jitter: [u32; 2],
    /// How long it takes, compared with the mean, at the first place that serves it and at the second.
    pub need: [f32; 2],
    /// Which of the first and of the second kind of place serves it.
    pub at: [u8; 2],
    pub stage: Stage,
    /// The user has an answer, or none any more.
    pub settled: bool,
    /// What comes back says no.
    pub refused: bool,
    /// It changes something.
    pub writes: bool,
    /// Equally likely to be any number below 100.
    pub dice: u8,
    /// How often the first place that serves it had stopped when it got there.
    pub epoch: u16,
}

/// All requests under way.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    all: Vec<Call>,
    free: Vec<u32>,
    /// Those not yet given up, in the order in which they were sent, which is that of their deadlines since all
    /// wait equally long. One pending event for the first of them does for all.
    deadlines: VecDeque<(u32, u32)>,
    timeout: u32,
    serial: u32,
    armed: bool,
}

impl Calls {
    pub fn new(timeout_ms: u32) -> Self {
        Self {
            all: vec![],
            free: vec![],
            deadlines: VecDeque::new(),
            timeout: timeout_ms * 1_000,
            serial: 0,
            armed: false,
        }
    }

    /// A new request, sent now; and when [`Calls::expired`] is to be called, if nobody has been told yet.
    pub fn send(&mut self, now: Time, user: u32, jitter: [u32; 2], need: [f32; 2]) -> (u32, Option<Time>) {
        let sent = now.as_micros() as u32;
        self.serial = self.serial.wrapping_add(1);
        let call = Call {
            user,
            serial: self.serial,
            sent,
            left: sent,
            due: sent,
            jitter,
            need,
            at: [0; 2],
            stage: Stage::Way,
            settled: false,
            refused: false,
            writes: false,
            dice: 0,
            epoch: 0,
        };
        let place = match self.free.pop() {
            Some(place) => {
                self.all[place as usize] = call;
                place
            }
            None => {
                self.all.push(call);
                self.all.len() as u32 - 1
            }
        };
        self.deadlines.push_back((place, self.serial));
        let first = !std::mem::replace(&mut self.armed, true);
        (place, first.then_some(now + Duration::from_micros(self.timeout.into())))
    }

    /// The next request that is given up now; when there is none, when to ask again, if anybody waits.
    pub fn expired(&mut self, now: Time) -> Result<u32, Option<Time>> {
        while let Some(&(place, serial)) = self.deadlines.front() {
            let call = &mut self.all[place as usize];
            if call.serial == serial && !call.settled {
                let deadline = Time::from_micros(u64::from(call.sent) + u64::from(self.timeout));
                if deadline > now {
                    return Err(Some(deadline));
                }
                self.deadlines.pop_front();
                self.settle(place);
                return Ok(place);
            }
            self.deadlines.pop_front();
        }
        self.armed = false;
        Err(None)
    }

    /// The user expects nothing of it any more.
    pub fn settle(&mut self, place: u32) {
        let call = &mut self.all[place as usize];
        call.settled = true;
        if call.stage == Stage::Gone {
            self.end(place);
        }
    }

    /// Nothing of it is under way any more, and its user has not heard.
    pub fn lose(&mut self, place: u32) {
        let call = &mut self.all[place as usize];
        call.stage = Stage::Gone;
        if call.settled {
            self.end(place);
        }
    }

    /// It is over.
    pub fn end(&mut self, place: u32) {
        let call = &mut self.all[place as usize];
        (call.stage, call.settled) = (Stage::Free, true);
        self.free.push(place);
    }

    /// A message sets out, and arrives at that time.
    pub fn travel(&mut self, place: u32, stage: Stage, now: Time, due: Time) {
        let call = &mut self.all[place as usize];
        (call.stage, call.left, call.due) = (stage, now.as_micros() as u32, due.as_micros() as u32);
    }

    /// Users have left: whatever they had asked concerns nobody any more.
    pub fn forget(&mut self, left: impl Fn(u32) -> bool) {
        for place in 0..self.all.len() as u32 {
            let call = &self.all[place as usize];
            if !call.settled && left(call.user) {
                self.settle(place);
            }
        }
    }

    pub fn get(&self, place: u32) -> &Call {
        &self.all[place as usize]
    }

    pub fn get_mut(&mut self, place: u32) -> &mut Call {
        &mut self.all[place as usize]
    }

    /// The places of all that there can be.
    pub fn places(&self) -> std::ops::Range<u32> {
        0..self.all.len() as u32
    }

    /// All that are under way or not given up.
    pub fn under_way(&self) -> impl Iterator<Item = &Call> {
        self.all.iter().filter(|call| call.stage != Stage::Free)
    }

    pub fn bytes(&self) -> usize {
        self.all.capacity() * size_of::<Call>() + self.free.capacity() * 4 + self.deadlines.capacity() * 8
    }
}

impl Call {
    /// How much of its way the message has behind it, in thousandths.
    pub fn way(&self, now: Time) -> u16 {
        let (now, left, due) = (now.as_micros(), u64::from(self.left), u64::from(self.due));
        (now.saturating_sub(left) * 1_000).checked_div(due - left).unwrap_or(1_000).min(1_000) as u16
    }
}
