//! Pairs of types, one of the writer's and one of the reader's, and what can be reached from them: without recursion, each
//! pair looked at once, within a budget.

use super::Harm;
use crate::schema::{EnumId, Kind, MessageId, Schema};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A message type of the writer's and one of the reader's.
pub(super) type Pair = (MessageId, MessageId);

/// Work that may still be done. It is counted and not timed, so that what comes out is the same on every machine.
#[derive(Debug)]
pub(super) struct Work {
    left: Cell<u32>,
    /// Whether something was left undone.
    short: Cell<bool>,
}

impl Work {
    pub(super) fn new(units: u32) -> Self {
        Self { left: Cell::new(units), short: Cell::new(false) }
    }

    /// Takes that many units; false if there are not so many left, and then what they are for is not to be done.
    pub(super) fn take(&self, units: usize) -> bool {
        let left = u32::try_from(units).ok().and_then(|units| self.left.get().checked_sub(units));
        match left {
            Some(left) => self.left.set(left),
            None => self.fall_short(),
        }
        left.is_some()
    }

    /// Notes that something is left undone.
    pub(super) fn fall_short(&self) {
        self.short.set(true);
    }

    /// Leaves one of so many equal shares of what is left; the rest is for [`Work::give_back`].
    pub(super) fn share(&self, shares: usize) -> u32 {
        let left = self.left.get();
        let share = left / u32::try_from(shares).unwrap_or(u32::MAX).max(1);
        self.left.set(share);
        left - share
    }

    pub(super) fn give_back(&self, units: u32) {
        self.left.set(self.left.get() + units);
    }

    /// Whether something was left undone since this was asked last.
    pub(super) fn was_short(&self) -> bool {
        self.short.replace(false)
    }

    /// Whether something was left undone since [`Work::was_short`].
    pub(super) fn is_short(&self) -> bool {
        self.short.get()
    }
}

/// What one writer's types are to one reader's; worked out when it is asked for, and then kept.
pub(super) struct Memo {
    /// The place of a type among those that can be reached from the root, the writer's and the reader's.
    places: [Vec<u32>; 2],
    /// How many reader's types can be reached.
    width: usize,
    /// The reader's type from which they can be.
    reader: MessageId,
    locals: RefCell<Vec<Option<Rc<Local>>>>,
    /// For each field of the reader's type, the place of the writer's that means the same.
    partners: RefCell<Vec<Option<Rc<Partners>>>>,
    known: [RefCell<Vec<Answer>>; QUESTIONS],
    /// By the enums' ids.
    enums: RefCell<Vec<Option<Harm>>>,
}

/// Places of fields.
pub(super) type Partners = [Option<usize>];

/// What becomes of messages of a pair by their own fields, without what is in the messages inside.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) worst: Harm,
    pub(super) inside: Vec<Inside>,
}

/// A pair inside a pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside {
    pub(super) pair: Pair,
    /// The number of the field that leads there.
    pub(super) field: u32,
    /// From which harm inside on it is a harm of that kind outside, too.
    pub(super) from: Harm,
}

/// What can be asked of a pair: whether one can be reached from it that …
#[derive(Clone, Copy, Debug)]
pub(super) enum Question {
    /// … does at least that harm by its own fields,
    LosesData,
    Garbage,
    Refused,
    /// … mixes what two messages held when they are merged,
    Mixes,
    /// … differs in more than numbers and the names of types,
    Differs,
    /// … can be no UTF-8; of the writer's type alone,
    Ugly,
    /// … can end with a byte of 0x80 or above; of the writer's type alone.
    EndsHigh,
}

const QUESTIONS: usize = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Unknown,
    Asked,
    No,
    Yes,
}

/// What is found where a question is asked: whether it is so there, and where to look further.
pub(super) type Look<'l> = dyn FnMut(Pair, &mut Vec<Pair>) -> bool + 'l;

impl Memo {
    pub(super) fn new(writer: (&Schema, MessageId), reader: (&Schema, MessageId)) -> Self {
        let (rows, columns) = (reachable(writer.0, writer.1), reachable(reader.0, reader.1));
        Self {
            width: columns.1,
            reader: reader.1,
            places: [rows.0, columns.0],
            locals: RefCell::default(),
            partners: RefCell::default(),
            known: Default::default(),
            enums: RefCell::default(),
        }
    }

    /// A reader's type, for questions that are about the writer's alone.
    pub(super) fn a_reader(&self) -> MessageId {
        self.reader
    }

    fn place(&self, (from, to): Pair) -> usize {
        self.places[0][from] as usize * self.width + self.places[1][to] as usize
    }

    /// How many pairs there can be.
    fn pairs(&self) -> usize {
        let rows = self.places[0].iter().filter(|&&place| place != u32::MAX).count();
        rows * self.width
    }

    /// What becomes of a pair by its own fields; `find` works it out, if there is work left for it.
    pub(super) fn local(&self, pair: Pair, find: impl FnOnce() -> Option<Local>) -> Option<Rc<Local>> {
        if let Some(known) = self.kept(&self.locals, pair) {
            return Some(known);
        }
        let found = Rc::new(find()?);
        self.keep(&self.locals, pair, found.clone());
        Some(found)
    }

    /// For each field of the reader's type, the place of the writer's that means the same; `find` looks.
    pub(super) fn partners(&self, pair: Pair, find: impl FnOnce() -> Rc<Partners>) -> Rc<Partners> {
        self.kept(&self.partners, pair).unwrap_or_else(|| {
            let found = find();
            self.keep(&self.partners, pair, found.clone());
            found
        })
    }

    fn kept<T: ?Sized>(&self, all: &RefCell<Vec<Option<Rc<T>>>>, pair: Pair) -> Option<Rc<T>> {
        all.borrow().get(self.place(pair)).cloned().flatten()
    }

    fn keep<T: ?Sized>(&self, all: &RefCell<Vec<Option<Rc<T>>>>, pair: Pair, found: Rc<T>) {
        let mut all = all.borrow_mut();
        if all.is_empty() {
            all.resize(self.pairs(), None);
        }
        all[self.place(pair)] = Some(found);
    }

    /// The harm between two enums, by way of the same.
    pub(super) fn enums(
        &self,
        schemas: (&Schema, &Schema),
        pair: (EnumId, EnumId),
        find: impl FnOnce() -> Harm,
    ) -> Harm {
        let place = pair.0 * schemas.1.enums.len() + pair.1;
        if let Some(Some(known)) = self.enums.borrow().get(place) {
            return *known;
        }
        let found = find();
        let mut enums = self.enums.borrow_mut();
        if enums.is_empty() {
            enums.resize(schemas.0.enums.len() * schemas.1.enums.len(), None);
        }
        enums[place] = Some(found);
        found
    }

    /// The answer, from one pair to the next that is not known yet. What was not looked at for want of work counts as a no,
    /// and is not kept.
    pub(super) fn ask(&self, question: Question, start: Pair, work: &Work, look: &mut Look) -> bool {
        let mut known = self.known[question as usize].borrow_mut();
        if known.is_empty() {
            known.resize(self.pairs(), Answer::Unknown);
        }
        match known[self.place(start)] {
            Answer::Yes => return true,
            Answer::No => return false,
            _ => {}
        }
        // Each with the place in this list of the one that led there.
        let mut asked = vec![(start, 0)];
        known[self.place(start)] = Answer::Asked;
        let (mut at, mut next, mut whole) = (0, Vec::new(), true);
        while at < asked.len() {
            if !work.take(1) {
                whole = false;
                break;
            }
            let mut yes = look(asked[at].0, &mut next);
            for pair in next.drain(..) {
                let place = self.place(pair);
                yes |= known[place] == Answer::Yes;
                if known[place] == Answer::Unknown {
                    known[place] = Answer::Asked;
                    asked.push((pair, at));
                }
            }
            if yes {
                // It is so of all on the way there; of the others it is not known.
                for (pair, _) in &asked {
                    known[self.place(*pair)] = Answer::Unknown;
                }
                loop {
                    known[self.place(asked[at].0)] = Answer::Yes;
                    if at == 0 {
                        return true;
                    }
                    at = asked[at].1;
                }
            }
            at += 1;
        }
        let answer = if whole && !work.is_short() { Answer::No } else { Answer::Unknown };
        for (pair, _) in &asked {
            known[self.place(*pair)] = answer;
        }
        false
    }
}

/// The place of each type that can be reached from a root, by its id, and how many there are.
fn reachable(schema: &Schema, root: MessageId) -> (Vec<u32>, usize) {
    let mut places = vec![u32::MAX; schema.messages.len()];
    let mut order = vec![root];
    places[root] = 0;
    let mut at = 0;
    while at < order.len() {
        for field in &schema.messages[order[at]].fields {
            if let Kind::Message(inner) = field.kind
                && places[inner] == u32::MAX
            {
                places[inner] = order.len() as u32;
                order.push(inner);
            }
        }
        at += 1;
    }
    (places, order.len())
}
