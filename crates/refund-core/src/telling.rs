//! Who is told of what concerns them (R41).

use crate::notice::QUEUED_MAX;
use crate::{
    Actor, DeadlineKind, Event, Fact, MailContact, Notice, NoticeKind, Policy, QueuedNotice, Refund, Role, Span,
    evolve, replay,
};

/// Whom notices go to. The platform is told by events.
pub const READERS: [Role; 3] = [Role::Buyer, Role::Seller, Role::Operator];

/// Of what happens on a refund within that time one reader gets one notice (R41): the later one says what the earlier
/// one says, and stands for it where that has not gone yet.
pub const GATHERED_WITHIN: Span = Span::MIN;

/// What happened in one step, and behind it the notices that it asks for. `before` is the refund before it; there is
/// none where it was opened in this step. `leap` is that of each notice.
pub(crate) fn with_notices(before: Option<&Refund>, policy: &Policy, leap: u64, mut events: Vec<Event>) -> Vec<Event> {
    if !policy.makes_notices() {
        return events;
    }
    let after = match before {
        Some(before) => Some(events.iter().fold(before.clone(), evolve)),
        None => replay(&events),
    };
    if let (Some(last), Some(after)) = (events.last(), after) {
        let notices = READERS.into_iter().filter_map(|reader| notice(&after, &events, reader, leap));
        let asked = notices.map(|notice| Fact::NoticeRequested { notice: Box::new(notice) });
        let asked = after.next_events(asked, &Actor::system(), last.at, last.recorded_at);
        events.extend(asked);
    }
    events
}

/// What that reader is to be told of what happened, if it concerns them.
fn notice(after: &Refund, events: &[Event], reader: Role, leap: u64) -> Option<Notice> {
    let at = events.last()?.at;
    let concerning = events.iter().filter(|event| concerned(event).any(|concerned| concerned == reader));
    let mut about: Vec<_> = concerning.map(|event| event.sequence).collect();
    if about.is_empty() {
        return None;
    }
    let own = || after.notices.iter().filter(|queued| queued.notice.to == reader);
    // Where nobody takes what is to be told, it is told at once when somebody does.
    let is_too_much = own().count() >= QUEUED_MAX;
    let is_gathered = |queued: &&QueuedNotice| is_too_much || at < queued.at.plus(GATHERED_WITHIN);
    let gathered: Vec<_> = own().filter(is_gathered).collect();
    about.extend(gathered.iter().flat_map(|queued| &queued.notice.about));
    about.sort_unstable();
    let deadlines = after.running().filter(|deadline| reader_of(deadline.kind) == reader).collect();
    let replaces = gathered.iter().map(|queued| queued.number).collect();
    Some(Notice { to: reader, about, deadlines, replaces, leap })
}

/// Whoever is told of a deadline. What the platform is due to do its operator hears of.
fn reader_of(kind: DeadlineKind) -> Role {
    match kind.who() {
        Role::Platform => Role::Operator,
        who @ (Role::Buyer | Role::Seller | Role::Operator | Role::System) => who,
    }
}

/// Whom an event concerns, without whoever did it: they know.
fn concerned(event: &Event) -> impl Iterator<Item = Role> {
    let all = told_of(&event.fact).map_or(&[][..], |(_, readers)| readers);
    // Whoever is paid is told, also where it was by their own yes.
    let is_paid = matches!(event.fact, Fact::Succeeded { .. });
    let knows = move |role: Role| role == event.actor.role && !(is_paid && role == Role::Buyer);
    all.iter().copied().filter(move |role| !knows(*role) && event.fact.is_for(*role))
}

impl Fact {
    /// What a notice of it tells of; nothing where there is none (R41).
    #[must_use]
    pub fn notice_kind(&self) -> Option<NoticeKind> {
        told_of(self).map(|(kind, _)| kind)
    }
}

impl MailContact {
    /// Whether a notice of these events is for them.
    #[must_use]
    pub fn wants(&self, events: &[Event]) -> bool {
        let mut kinds = events.iter().filter_map(|event| event.fact.notice_kind());
        self.kinds.is_empty() || kinds.any(|kind| self.kinds.contains(&kind))
    }
}

/// What is told of a fact, and whom it concerns; nothing where nobody is told.
fn told_of(fact: &Fact) -> Option<(NoticeKind, &'static [Role])> {
    const SELLER: &[Role] = &[Role::Seller];
    const BUYER: &[Role] = &[Role::Buyer];
    const PARTIES: &[Role] = &[Role::Buyer, Role::Seller];
    const OPERATOR: &[Role] = &[Role::Operator];
    Some(match fact {
        Fact::Opened { .. } | Fact::Modified { .. } => (NoticeKind::Request, SELLER),
        Fact::ReturnShipped { .. } | Fact::TrackingCorrected { .. } => (NoticeKind::Shipment, SELLER),
        Fact::OfferMade { .. } => (NoticeKind::Offer, BUYER),
        Fact::OfferAccepted | Fact::OfferRejected | Fact::OfferExpired | Fact::OfferWithdrawn { .. } => {
            (NoticeKind::Offer, PARTIES)
        }
        Fact::Refused { .. } | Fact::ReceiptRefused { .. } => (NoticeKind::Decision, BUYER),
        Fact::Agreed { .. }
        | Fact::ReceiptConfirmed
        | Fact::ReturnWaived
        | Fact::Ruled { .. }
        | Fact::Closed { .. } => (NoticeKind::Decision, PARTIES),
        Fact::Succeeded { .. } => (NoticeKind::Payment, PARTIES),
        Fact::PayoutFailed { .. } | Fact::PayoutReversed { .. } | Fact::PaidTwice { .. } => {
            (NoticeKind::Payment, OPERATOR)
        }
        Fact::MessagePosted { .. } => (NoticeKind::Message, PARTIES),
        Fact::Escalated { .. } => (NoticeKind::Escalation, &READERS),
        Fact::DeadlineExtended { kind, .. } | Fact::Reminded { kind, .. } | Fact::Overdue { kind, .. } => {
            let reader = match reader_of(*kind) {
                Role::Buyer => BUYER,
                Role::Seller => SELLER,
                Role::Operator | Role::Platform | Role::System => OPERATOR,
            };
            (NoticeKind::Reminder, reader)
        }
        Fact::PayoutStarted { .. }
        | Fact::LineShipped
        | Fact::NoticeRequested { .. }
        | Fact::NoticeAccepted { .. }
        | Fact::NoticeFailed { .. }
        // A file is named by what concerns them, and told with that.
        | Fact::EvidenceAdded { .. }
        | Fact::EvidenceErased { .. }
        | Fact::Erased { .. } => return None,
    })
}
