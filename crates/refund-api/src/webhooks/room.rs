//! How many messages are under way at once, and to whom there is room for one more.
//!
//! Whoever answered well and soon the last time has room of their own, and all others share half of it: those who fail,
//! are slow, or are not known yet. So however many never answer, nobody waits for them who does.

use std::collections::{BTreeMap, BTreeSet};

use refund_store::{EventPosition, KeyRole};

use super::by_mail::is_lane;

/// How many messages are under way to endpoints in all, to those of one owner, and to one of them.
const AT_ONCE: usize = 256;
const TO_ONE_OWNER: usize = 64;
pub(super) const TO_ONE: usize = 4;
/// How many of them to those of one owner who are not known to answer soon.
const TO_ONE_OWNERS_UNSURE: usize = 8;
/// How many mails are under way in one lane.
const IN_LANE: usize = 2;
/// How many messages to one endpoint, or in one lane, that is not known to answer soon.
const TO_ONE_UNSURE: usize = 1;

/// What is under way, and who answers soon.
#[derive(Default)]
pub(super) struct Room {
    under_way: BTreeMap<String, (KeyRole, BTreeSet<EventPosition>)>,
    /// Whose last answer was a good one and came soon; of a lane, whose last answer came soon.
    soon: BTreeSet<String>,
}

impl Room {
    /// Whether one more may be under way to an endpoint, which fails or does not.
    pub(super) fn has_some(&self, id: &str, owner: &KeyRole, fails: bool) -> bool {
        let is_sure = !fails && self.soon.contains(id);
        let all = self.count(|other, _| !is_lane(other));
        let of_owner = self.count(|other, whose| !is_lane(other) && whose == owner);
        if is_sure {
            return all < AT_ONCE && of_owner < TO_ONE_OWNER && self.to(id) < TO_ONE;
        }
        let unsure = self.count(|other, _| !is_lane(other) && !self.soon.contains(other));
        let of_owner = self.count(|other, whose| !is_lane(other) && !self.soon.contains(other) && whose == owner);
        all < AT_ONCE && unsure < AT_ONCE / 2 && of_owner < TO_ONE_OWNERS_UNSURE && self.to(id) < TO_ONE_UNSURE
    }

    /// Whether one more may be under way in a lane, of so many mails in all.
    pub(super) fn has_some_by_mail(&self, lane: &str, at_once: usize) -> bool {
        let unsure = self.count(|other, _| is_lane(other) && !self.soon.contains(other));
        let has_room = match self.soon.contains(lane) {
            true => self.to(lane) < IN_LANE,
            false => unsure < at_once.div_ceil(2) && self.to(lane) < TO_ONE_UNSURE,
        };
        has_room && self.has_any_by_mail(at_once)
    }

    /// Whether one more mail may be under way in some lane.
    pub(super) fn has_any_by_mail(&self, at_once: usize) -> bool {
        self.count(|other, _| is_lane(other)) < at_once
    }

    /// The lanes in which something is under way.
    pub(super) fn lanes(&self) -> Vec<String> {
        self.under_way.keys().filter(|id| is_lane(id)).cloned().collect()
    }

    /// That one begins; whether it was not under way already.
    pub(super) fn begins(&mut self, id: &str, owner: &KeyRole, event: EventPosition) -> bool {
        let nothing = || (owner.clone(), BTreeSet::new());
        let (_, events) = self.under_way.entry(id.to_owned()).or_insert_with(nothing);
        events.insert(event)
    }

    pub(super) fn ends(&mut self, id: &str, event: EventPosition) {
        if let Some((_, events)) = self.under_way.get_mut(id) {
            events.remove(&event);
            if events.is_empty() {
                self.under_way.remove(id);
            }
        }
    }

    /// Whether the last answer was one that makes sure of the next.
    pub(super) fn was(&mut self, id: &str, soon: bool) {
        if soon {
            self.soon.insert(id.to_owned());
        } else {
            self.soon.remove(id);
        }
    }

    fn to(&self, id: &str) -> usize {
        self.under_way.get(id).map_or(0, |(_, events)| events.len())
    }

    fn count(&self, is_one: impl Fn(&str, &KeyRole) -> bool) -> usize {
        let those = self.under_way.iter().filter(|(id, (owner, _))| is_one(id, owner));
        those.map(|(_, (_, events))| events.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::id;

    fn seller(number: usize) -> KeyRole {
        KeyRole::Seller(id(&format!("s-{number}")))
    }

    fn event(record: usize) -> EventPosition {
        EventPosition { record: record as u64, epoch: 1, entry: 0 }
    }

    #[test]
    fn whoever_answers_soon_has_room_however_many_never_do() {
        let mut room = Room::default();
        let mut silent = 0;
        for owner in 0..100 {
            for endpoint in 0..20 {
                let name = format!("whk_{owner}_{endpoint}");
                for number in 0..4 {
                    if room.has_some(&name, &seller(owner), false) {
                        assert!(room.begins(&name, &seller(owner), event(number)));
                        silent += 1;
                    }
                }
            }
        }
        assert_eq!(silent, AT_ONCE / 2);
        let well = "whk_well";
        room.was(well, true);
        let begun = (0..9)
            .filter(|number| room.has_some(well, &seller(7), false) && room.begins(well, &seller(7), event(*number)));
        assert_eq!(begun.count(), TO_ONE);
        assert!(!room.has_some("whk_new", &seller(200), false), "who is not known yet waits with the others");
        room.ends("whk_0_0", event(0));
        assert!(room.has_some("whk_new", &seller(200), false));
        room.was(well, false);
        assert!(!room.has_some(well, &seller(7), true));
    }

    #[test]
    fn no_lane_has_all_of_the_mail_server() {
        fn begun(room: &mut Room, lane: &str) -> usize {
            let begun = (0..20).filter(|number| {
                room.has_some_by_mail(lane, 16) && room.begins(lane, &KeyRole::Platform, event(*number))
            });
            begun.count()
        }
        let mut room = Room::default();
        let slow: usize = (0..20).map(|lane| begun(&mut room, &format!("mail-slow{lane}"))).sum();
        assert_eq!(slow, 8);
        room.was("mail-quick", true);
        assert_eq!(begun(&mut room, "mail-quick"), IN_LANE);
        // While the mail server is away one mail tries whether it is there.
        let mut away = Room::default();
        assert!(away.has_some_by_mail("mail-a", 1) && away.begins("mail-a", &KeyRole::Platform, event(1)));
        assert!(!away.has_some_by_mail("mail-b", 1));
    }
}
