//! Who has room for one more message under way. This is the one place that bounds what receivers and recipients can hold
//! who are slow, or never answer; messages to endpoints and mails have places of their own each, and the same rules:
//!
//! - **A share.** Whoever has some under way gets one more only while more than seven times as many places are free: an
//!   eighth of all where nobody else has any, and the less the more others have. So a few can't take all, and the last
//!   places are kept for who has none. Whose they are: an endpoint's are its owner's, a mail's those of its lane.
//! - **What is known of it.** Whoever answered well and soon the last time may take any place. Of whom nothing is known
//!   yet gets one only while three quarters of all are not held by any but the quick; of whom is slow, or fails, half.
//! - **What lasts is slow already**: a message that is under way for longer than a soon answer takes counts with those of
//!   the slow, whoever gets it, and while it lasts nobody is quick who gets it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use refund_store::{EventPosition, KeyRole};

use super::by_mail::is_lane;

/// How many messages are under way to endpoints at once, and how many mails: a usual mail server grants one client fifty
/// connections.
const TO_ENDPOINTS: usize = 512;
const BY_MAIL: usize = 48;
/// How many times as many places have to be free as somebody holds who gets one more.
const FREE_FOR_EACH: usize = 7;
/// How many messages are under way to one endpoint, and to one that is not known to be quick.
const TO_ONE: usize = 4;
const TO_ONE_UNSURE: usize = 1;
/// How many of what waits for somebody can be under way at the most: a lane's share of the places for mail.
pub(super) const OF_ONE: usize = BY_MAIL.div_ceil(FREE_FOR_EACH);
/// From when on an answer is slow.
pub(super) const SLOW: Duration = Duration::from_secs(2);

/// Whether somebody who holds so many of these places, of which so many are taken in all, may take one more.
pub(super) fn has_a_share(own: usize, taken: usize, places: usize) -> bool {
    own.saturating_mul(FREE_FOR_EACH) < places.saturating_sub(taken)
}

/// For whom room is asked: an endpoint and its owner, or a lane.
#[derive(Clone, Copy)]
pub(super) struct Receiver<'a> {
    pub(super) id: &'a str,
    pub(super) owner: &'a KeyRole,
    /// How many places one message takes: a notice goes to all contacts of a seller at once.
    pub(super) places: usize,
}

/// What is known of a receiver.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Quick,
    Nothing,
    Slow,
}

/// What is under way to one receiver.
struct UnderWay {
    owner: KeyRole,
    /// When each began, and how many places it takes.
    events: BTreeMap<EventPosition, (Duration, usize)>,
}

/// What is under way, and who is quick. What time it is is said from when this server began to send.
#[derive(Default)]
pub(super) struct Room {
    under_way: BTreeMap<String, UnderWay>,
    /// Whose last answer was a good one and came soon, and whose did not.
    quick: BTreeSet<String>,
    slow: BTreeSet<String>,
}

impl Room {
    /// Whether one more may be under way to a receiver, which fails or does not.
    pub(super) fn has_some(&self, to: Receiver<'_>, fails: bool, now: Duration) -> bool {
        let by_mail = is_lane(to.id);
        let known = if fails { Known::Slow } else { self.known(to.id, now) };
        let all = if by_mail { BY_MAIL } else { TO_ENDPOINTS };
        let (places, also_the_quick) = match known {
            Known::Quick => (all, true),
            Known::Nothing => (all.saturating_mul(3).div_ceil(4), false),
            Known::Slow => (all.div_ceil(2), false),
        };
        let is_own = |id: &str, owner: &KeyRole| if by_mail { id == to.id } else { owner == to.owner };
        let counts = |id: &str| is_lane(id) == by_mail && (also_the_quick || self.known(id, now) != Known::Quick);
        let has_place = |taken: usize, places| taken == 0 || taken.saturating_add(to.places) <= places;
        let to_one = match (by_mail, known) {
            (true, Known::Quick | Known::Nothing | Known::Slow) => OF_ONE,
            (false, Known::Quick) => TO_ONE,
            (false, Known::Nothing | Known::Slow) => TO_ONE_UNSURE,
        };
        if self.under_way.get(to.id).is_some_and(|one| one.events.len() >= to_one)
            || !has_place(self.taken(|id, _| is_lane(id) == by_mail), all)
        {
            return false;
        }
        let taken = self.taken(|id, _| counts(id));
        let own = self.taken(|id, owner| is_own(id, owner) && counts(id));
        has_place(taken, places) && has_a_share(own, taken, places)
    }

    /// Whether one more mail may be under way in some lane.
    pub(super) fn has_any_by_mail(&self) -> bool {
        self.taken(|id, _| is_lane(id)) < BY_MAIL
    }

    /// The lanes in which something is under way.
    pub(super) fn lanes(&self) -> Vec<String> {
        self.under_way.keys().filter(|id| is_lane(id)).cloned().collect()
    }

    /// That one begins; whether it was not under way already.
    pub(super) fn begins(&mut self, to: Receiver<'_>, event: EventPosition, now: Duration) -> bool {
        let nothing = || UnderWay { owner: to.owner.clone(), events: BTreeMap::new() };
        let one = self.under_way.entry(to.id.to_owned()).or_insert_with(nothing);
        if one.events.contains_key(&event) {
            return false;
        }
        one.events.insert(event, (now, to.places));
        true
    }

    pub(super) fn ends(&mut self, id: &str, event: EventPosition) {
        if let Some(one) = self.under_way.get_mut(id) {
            one.events.remove(&event);
            if one.events.is_empty() {
                self.under_way.remove(id);
            }
        }
    }

    /// What the last answer says of the next.
    pub(super) fn was(&mut self, id: &str, quick: bool) {
        let (to, from) = if quick { (&mut self.quick, &mut self.slow) } else { (&mut self.slow, &mut self.quick) };
        from.remove(id);
        to.insert(id.to_owned());
    }

    fn known(&self, id: &str, now: Duration) -> Known {
        let lasts = |(began, _): &(Duration, usize)| now.saturating_sub(*began) >= SLOW;
        let lasting = self.under_way.get(id).is_some_and(|one| one.events.values().any(lasts));
        match (lasting || self.slow.contains(id), self.quick.contains(id)) {
            (true, _) => Known::Slow,
            (false, true) => Known::Quick,
            (false, false) => Known::Nothing,
        }
    }

    fn taken(&self, is_one: impl Fn(&str, &KeyRole) -> bool) -> usize {
        let those = self.under_way.iter().filter(|(id, one)| is_one(id, &one.owner));
        those.flat_map(|(_, one)| one.events.values().map(|(_, places)| places)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::id;

    const START: Duration = Duration::ZERO;

    fn seller(number: usize) -> KeyRole {
        KeyRole::Seller(id(&format!("s-{number}")))
    }

    fn event(record: usize) -> EventPosition {
        EventPosition { record: record as u64, epoch: 1, entry: 0 }
    }

    /// How many of a hundred messages to a receiver begin, that never end.
    fn begun(room: &mut Room, id: &str, owner: &KeyRole, places: usize, now: Duration) -> usize {
        let to = Receiver { id, owner, places };
        let begun = (0..100).filter(|number| room.has_some(to, false, now) && room.begins(to, event(*number), now));
        begun.count()
    }

    /// How many messages to twenty endpoints of each of so many sellers.
    fn begun_by_sellers(room: &mut Room, sellers: usize, now: Duration) -> usize {
        let all = (0..sellers).flat_map(|owner| (0..20).map(move |number| (owner, format!("whk_{owner}_{number}"))));
        all.map(|(owner, name)| begun(room, &name, &seller(owner), 1, now)).sum()
    }

    #[test]
    fn whoever_answers_soon_has_room_however_many_never_do() {
        let mut room = Room::default();
        assert_eq!(begun_by_sellers(&mut room, 100, START), TO_ENDPOINTS * 3 / 4);
        let (well, its_owner) = ("whk_well", seller(7));
        room.was(well, true);
        assert_eq!(begun(&mut room, well, &seller(200), 1, START), TO_ONE);
        assert_eq!(begun(&mut room, "whk_new", &seller(201), 1, START), 0, "nobody knows this one yet");
        room.ends("whk_0_0", event(0));
        assert_eq!(begun(&mut room, "whk_new", &seller(201), 1, START), 1);
        room.ends("whk_0_1", event(0));
        room.was("whk_ill", false);
        assert_eq!(
            begun(&mut room, "whk_ill", &seller(202), 1, START),
            0,
            "who was slow waits for the other slow ones"
        );
        let failing = Receiver { id: well, owner: &its_owner, places: 1 };
        assert!(!room.has_some(failing, true, START));
    }

    #[test]
    fn sellers_whose_endpoints_all_answered_soon_and_then_never_leave_room_for_the_others() {
        for sellers in [1, 4, 16] {
            let mut room = Room::default();
            for (owner, number) in (0..sellers).flat_map(|owner| (0..20).map(move |number| (owner, number))) {
                room.was(&format!("whk_{owner}_{number}"), true);
            }
            let held = begun_by_sellers(&mut room, sellers, START);
            assert!((64..TO_ENDPOINTS * 9 / 10).contains(&held), "{sellers} hold {held}");
            assert_eq!(begun_by_sellers(&mut room, sellers, SLOW), 0, "what lasts is slow already");
            room.was("whk_well", true);
            assert_eq!(begun(&mut room, "whk_well", &seller(99), 1, START), TO_ONE);
        }
    }

    #[test]
    fn slow_recipients_of_eight_sellers_leave_room_for_other_mail() {
        for quick_before in [true, false] {
            let mut room = Room::default();
            let lanes: Vec<_> = (0..8).map(|number| format!("mail-slow{number}")).collect();
            for lane in lanes.iter().filter(|_| quick_before) {
                room.was(lane, true);
            }
            // Each with five contacts, to whom a notice goes at once.
            let held: usize = lanes.iter().map(|lane| begun(&mut room, lane, &KeyRole::Platform, 5, START)).sum();
            assert!(held >= 7 && held * 5 < BY_MAIL, "{held}");
            assert!(begun(&mut room, "mail-new", &KeyRole::Platform, 1, START) >= 1);
            for lane in &lanes {
                room.was(lane, false);
                assert_eq!(begun(&mut room, lane, &KeyRole::Platform, 5, SLOW), 0);
            }
        }
    }

    #[test]
    fn one_buyers_slow_addresses_leave_room_for_the_sellers_other_buyers() {
        let mut room = Room::default();
        let to = Receiver { id: "mail-a", owner: &KeyRole::Platform, places: 1 };
        for number in 0..4 {
            assert!(room.has_some(to, false, START) && room.begins(to, event(number), START), "{number}");
        }
        assert!(room.has_some(to, false, START));
    }

    #[test]
    fn a_receiver_is_slow_while_a_message_to_it_lasts_and_quick_again_after_a_soon_answer() {
        let mut room = Room::default();
        let owner = seller(1);
        let to = Receiver { id: "whk_a", owner: &owner, places: 1 };
        room.was("whk_a", true);
        assert!(room.begins(to, event(1), START) && !room.begins(to, event(1), START));
        assert!(room.has_some(to, false, SLOW - Duration::from_millis(1)));
        assert!(!room.has_some(to, false, SLOW));
        room.ends("whk_a", event(1));
        room.was("whk_a", false);
        assert_eq!(begun(&mut room, "whk_a", &owner, 1, SLOW), TO_ONE_UNSURE);
        room.was("whk_a", true);
        assert_eq!(begun(&mut room, "whk_a", &owner, 1, START), TO_ONE - 1);
    }
}
