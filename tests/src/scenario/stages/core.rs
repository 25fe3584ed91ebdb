//! The core alone: its functions, and plain maps around them.

use std::collections::BTreeMap;

use refund_core::{
    AddressBook, Command, CommandKind, Erasing, Event, EventType, Grounds, Line, LineKey, LineLedger, NegotiationId,
    NoticeReport, Opened, Opening, Policy, PolicyOverrides, Refund, RefundId, Refusal, Rollout, SavedOffer, SellerId,
    Timestamp, actions, add_evidence, check_offer, decide, erase, erase_evidence, erased_by, evolve, foretell, open,
    opened, options, report_notice, settle,
};

use super::{CheckLook, Look, Not, OptionsLook, Stage, foretold, handed_in};
use crate::scenario::files::StoryFile;
use crate::scenario::story::{Setting, Who};

/// Everything that the core needs to be told, kept in maps.
pub(super) struct CoreStage {
    now: Timestamp,
    policy: Policy,
    rollout: Rollout,
    sellers: BTreeMap<SellerId, (AddressBook, PolicyOverrides)>,
    saved_offers: BTreeMap<String, SavedOffer>,
    refunds: BTreeMap<RefundId, Refund>,
    events: BTreeMap<RefundId, Vec<Event>>,
    lines: BTreeMap<LineKey, Vec<RefundId>>,
}

impl Default for CoreStage {
    fn default() -> Self {
        Self {
            now: Timestamp::MIN,
            policy: Policy::default(),
            rollout: Rollout::everyone(),
            sellers: BTreeMap::new(),
            saved_offers: BTreeMap::new(),
            refunds: BTreeMap::new(),
            events: BTreeMap::new(),
            lines: BTreeMap::new(),
        }
    }
}

impl CoreStage {
    fn refund(&self, id: &RefundId) -> Result<&Refund, Not> {
        self.refunds.get(id).ok_or_else(|| Not::Broken(format!("there is no refund {id}")))
    }

    fn ledger(&self, line: &LineKey) -> Option<LineLedger> {
        LineLedger::of(self.lines.get(line)?.iter().filter_map(|id| self.refunds.get(id)))
    }

    /// Asks something of the core about a refund, with the grounds for an answer.
    fn ask<T>(&self, refund: &Refund, question: impl FnOnce(&Grounds<'_>) -> T) -> Result<T, Not> {
        let seller = self.sellers.get(&refund.seller_id);
        let (addresses, overrides) = seller.ok_or_else(|| Not::broken("the refund's seller is gone"))?;
        let line = self.ledger(&refund.line_key()).ok_or_else(|| Not::broken("the line has no account"))?;
        Ok(question(&Grounds {
            policy: &self.policy.with(overrides),
            addresses,
            rollout: self.rollout.check(&refund.seller_id, self.now),
            refundable: line.refundable(),
            is_held: false,
            notice_leap: 0,
        }))
    }

    fn record(&mut self, events: Vec<Event>) -> Result<(), Not> {
        for event in events {
            let after = match self.refunds.get(&event.refund_id) {
                None => {
                    let after = opened(&event).ok_or_else(|| Not::broken("a history begins with an opening"))?;
                    self.lines.entry(after.line_key()).or_default().push(after.id.clone());
                    after
                }
                Some(before) => evolve(before.clone(), &event),
            };
            self.events.entry(event.refund_id.clone()).or_default().push(event.clone());
            self.refunds.insert(event.refund_id, after);
        }
        Ok(())
    }

    /// The refund on which something is due first, if that is by then.
    fn due_first(&self, until: Timestamp) -> Option<(Timestamp, RefundId)> {
        let due = self.refunds.values().filter_map(|refund| Some((refund.next_due()?, refund.id.clone())));
        due.min().filter(|(at, _)| *at <= until)
    }
}

impl Stage for CoreStage {
    fn advance(&mut self, to: Timestamp) -> Result<(), Not> {
        while let Some((at, id)) = self.due_first(to) {
            self.now = at;
            let refund = self.refund(&id)?;
            let events = self.ask(refund, |grounds| settle(refund, grounds, at))?;
            self.record(events)?;
        }
        self.now = to;
        Ok(())
    }

    fn open(&mut self, who: Who, opening: &Opening) -> Result<(RefundId, bool), Not> {
        let Some((_, overrides)) = self.sellers.get(&opening.seller_id) else {
            return Err(Refusal::SellerUnknown { seller_id: opening.seller_id.clone() }.into());
        };
        let ledger = self.ledger(&opening.line_key());
        let in_progress = ledger.as_ref().and_then(|ledger| ledger.in_progress.as_ref());
        let in_progress = in_progress.and_then(|id| self.refunds.get(id));
        let line = Line { ledger: ledger.as_ref(), in_progress };
        match open(opening, &handed_in(opening)?, &self.policy.with(overrides), line, &who.actor(), self.now)? {
            Opened::Already(id, shipped) => {
                self.record(shipped)?;
                Ok((id, false))
            }
            Opened::New(events) => {
                self.record(events)?;
                Ok((opening.refund_id.clone(), true))
            }
        }
    }

    fn command(&mut self, id: &RefundId, who: Who, command: &Command) -> Result<(), Not> {
        let refund = self.refund(id)?;
        let events = self.ask(refund, |grounds| decide(refund, grounds, &who.actor(), command, self.now))??;
        self.record(events)
    }

    fn report_notice(&mut self, id: &RefundId, who: Who, report: &NoticeReport) -> Result<(), Not> {
        let events = report_notice(self.refund(id)?, &who.actor(), report, self.now)?;
        self.record(events)
    }

    fn add_file(&mut self, id: &RefundId, who: Who, file: StoryFile) -> Result<(), Not> {
        let file = file.taken_in().map_err(Not::broken)?;
        let events = add_evidence(self.refund(id)?, &who.actor(), &file, self.now)?;
        self.record(events)
    }

    fn erase_file(&mut self, id: &RefundId, who: Who, file: StoryFile) -> Result<(), Not> {
        let events = erase_evidence(self.refund(id)?, &who.actor(), file.sha256(), self.now)?;
        self.record(events)
    }

    fn erase(&mut self, id: &RefundId, who: Who, erasing: &Erasing) -> Result<(), Not> {
        let history = self.events.get(id).cloned().unwrap_or_default();
        let events = erase(self.refund(id)?, &history, &who.actor(), erasing, self.now)?;
        let what = erased_by(&events);
        let without = history.iter().map(|event| event.without(&what)).collect();
        self.events.insert(id.clone(), without);
        self.record(events)
    }

    fn put(&mut self, who: Who, setting: &Setting) -> Result<(), Not> {
        match setting {
            Setting::Policy(overrides) => self.policy = Policy::default().with(overrides),
            Setting::Rollout(rollout) => self.rollout = rollout.clone(),
            Setting::SavedOffer(saved) => {
                let seller = SellerId::new(Who::Seller.id()).map_err(Not::broken)?;
                let (addresses, _) = self.sellers.get(&seller).ok_or_else(|| Not::broken("there is no seller"))?;
                saved.check(addresses)?;
                self.saved_offers.insert(saved.id.clone(), (**saved).clone());
            }
            Setting::Seller(plan) => {
                let before = self.sellers.get(&plan.id).map(|(_, policy)| policy);
                let policy = plan.policy_from(who, before);
                self.sellers.insert(plan.id.clone(), (plan.address_book()?, policy));
            }
        }
        Ok(())
    }

    fn look(&mut self, id: &RefundId) -> Result<Look, Not> {
        Ok(Look::of(self.refund(id)?, self.events.get(id).map_or(&[], Vec::as_slice)))
    }

    fn actions(&mut self, id: &RefundId, who: Who) -> Result<Vec<CommandKind>, Not> {
        let refund = self.refund(id)?;
        self.ask(refund, |grounds| actions(refund, grounds, &who.actor(), self.now))
    }

    fn options(&mut self, id: &RefundId, who: Who) -> Result<OptionsLook, Not> {
        let refund = self.refund(id)?;
        self.ask(refund, |grounds| options(refund, grounds, &who.actor(), self.now).into())
    }

    fn check_saved(&mut self, id: &RefundId, who: Who, saved: &str) -> Result<CheckLook, Not> {
        let refund = self.refund(id)?;
        let saved = self.saved_offers.get(saved).ok_or_else(|| Not::broken("nothing is prepared under that id"))?;
        let negotiation_id = NegotiationId::new("neg_story").map_err(Not::broken)?;
        self.ask(refund, |grounds| {
            let terms = saved.on(refund, grounds.addresses, negotiation_id, None);
            let against = check_offer(refund, grounds, &who.actor(), &terms, self.now).err().unwrap_or_default();
            CheckLook::new(terms, &against)
        })
    }

    fn if_nobody_acts(&mut self, id: &RefundId) -> Result<Vec<(Timestamp, EventType)>, Not> {
        let refund = self.refund(id)?;
        self.ask(refund, |grounds| foretold(&foretell(refund, grounds, self.now)))
    }
}
