//! Whom to give to, and what.

use super::{
    BATCH, SLOTS, Strategy,
    world::{NO_PLACE, NONE, Pieces, Role, Swarm, lacking},
};

impl Swarm {
    /// Whose turn it is at a member: the neighbour, its place and the rate.
    pub(super) fn choose(&mut self, member: u32) -> Option<(u32, u16, u32)> {
        let this = &self.members[member as usize];
        let (places, turn) = (this.places, this.turn);
        if places == 0 {
            return None;
        }
        let by_turns = this.done || this.role == Role::Poisoner || !self.setup.tit_for_tat;
        if by_turns {
            let found = self.first_that_fits(member, turn);
            let next = found.map_or(turn.saturating_add(self.setup.looks_at), |(place, _)| place + 1);
            self.members[member as usize].turn = if next < places { next } else { 0 };
            let (place, rate) = found?;
            return Some((self.edges[self.row_of(member) + usize::from(place)].peer, place, rate));
        }
        for step in 0..=SLOTS {
            // Once around the slots; then whoever can use what no partner can use now gets the slot that is
            // given by chance.
            let slot = (usize::from(turn) + step) % SLOTS;
            let slot = if step == SLOTS { SLOTS - 1 } else { slot };
            let partner = self.members[member as usize].slots[slot];
            let found = if partner == NO_PLACE || step == SLOTS {
                let from = self.members[member as usize].rng.below(places.into()) as u16;
                self.first_that_fits(member, from)
            } else {
                self.fits(member, partner).map(|rate| (partner, rate))
            };
            if let Some((place, rate)) = found {
                let this = &mut self.members[member as usize];
                if !this.slots.contains(&place) {
                    this.slots[slot] = place;
                }
                this.turn = slot as u16 + 1;
                return Some((self.edges[self.row_of(member) + usize::from(place)].peer, place, rate));
            }
            if partner == NO_PLACE {
                // Nobody at all can use anything.
                return None;
            }
        }
        None
    }

    /// The first neighbour from that place on that a member can give something to.
    fn first_that_fits(&self, member: u32, from: u16) -> Option<(u16, u32)> {
        let places = self.members[member as usize].places;
        let (before, after) = (0..from.min(places), from.min(places)..places);
        let mut some = after.chain(before).take(self.setup.looks_at.into());
        some.find_map(|place| self.fits(member, place).map(|rate| (place, rate)))
    }

    /// A peer that still wants pieces chooses the three partners that gave it most since about two rounds, and every
    /// third time opens the fourth slot for someone else.
    pub(super) fn rechoke(&mut self, member: u32) {
        let row = self.row_of(member);
        let this = &mut self.members[member as usize];
        let places = usize::from(this.places);
        let chooses = self.setup.tit_for_tat && !this.done && this.role == Role::Giver;
        if chooses {
            let salt = this.rng.below(1 << 32) as u32;
            let mut best = [(0_u32, NO_PLACE); SLOTS - 1];
            for place in 0..places {
                let edge = self.edges[row + place];
                if edge.peer == NONE || edge.got == 0 {
                    continue;
                }
                // Ties by chance.
                let key = u32::from(edge.got) << 16 | salt.wrapping_mul(2 * place as u32 + 1) >> 16;
                let wants = || {
                    let lacks = lacking(&self.bits[member as usize].have, &self.bits[edge.peer as usize].busy);
                    lacks.iter().any(|word| *word != 0)
                };
                if key > best[SLOTS - 2].0 && wants() {
                    best[SLOTS - 2] = (key, place as u16);
                    for at in (1..SLOTS - 1).rev() {
                        if best[at].0 > best[at - 1].0 {
                            best.swap(at, at - 1);
                        }
                    }
                }
            }
            let this = &mut self.members[member as usize];
            for (slot, (_, place)) in this.slots.iter_mut().zip(best) {
                *slot = place;
            }
            let optimistic = this.slots[SLOTS - 1];
            if this.rounds.is_multiple_of(3) || this.slots[..SLOTS - 1].contains(&optimistic) {
                this.slots[SLOTS - 1] = NO_PLACE;
            }
        }
        for edge in &mut self.edges[row..row + places] {
            edge.got /= 2;
        }
    }

    /// The pieces that a batch takes of those that it could.
    pub(super) fn select(&mut self, member: u32, candidates: &Pieces) -> ([u8; BATCH], u8) {
        let most = self.setup.batch as usize;
        let salt = match self.setup.strategy {
            Strategy::InOrder => 0,
            _ => self.members[member as usize].rng.below(1 << 32) as u32,
        };
        // The smallest keys so far, in order; the piece in the lowest byte.
        let mut best = [u64::MAX; BATCH];
        for (word, bits) in candidates.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                let piece = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let rarity = match self.setup.strategy {
                    _ if self.setup.server_only => piece as u32,
                    Strategy::InOrder => piece as u32,
                    Strategy::Rarest => self.copies[piece],
                    Strategy::Random => 0,
                };
                // Equally rare ones by chance: always the lowest one first would make all ask for the same.
                let dice = salt.wrapping_mul(2 * piece as u32 + 1) >> 16;
                let key = u64::from(rarity) << 32 | u64::from(dice) << 8 | piece as u64;
                if key < best[most - 1] {
                    best[most - 1] = key;
                    for at in (1..most).rev() {
                        if best[at] < best[at - 1] {
                            best.swap(at, at - 1);
                        }
                    }
                }
            }
        }
        let count = best.iter().take_while(|key| **key != u64::MAX).count();
        (best.map(|key| key as u8), count as u8)
    }
}
