//! What has happened to a refund, told to people.

use std::collections::BTreeMap;

use refund_core::{Actor, Event, Fact, Role, Terms, Via};
use refund_store::Store;

use super::TermsView;
use crate::pages::reader::Reader;

/// One thing that happened.
pub(crate) struct Moment {
    pub(crate) title: String,
    pub(crate) who: String,
    pub(crate) at: String,
    /// What it was, in the engine's words.
    pub(crate) says: Option<String>,
    /// What somebody wrote with it.
    pub(crate) words: Option<String>,
    pub(crate) files: Vec<(String, String)>,
    /// `clock`, `message`, `note`, `good`, `bad` or nothing: what it is drawn as.
    pub(crate) tone: &'static str,
}

/// What happened, the latest first, as somebody of that role may know it.
pub(crate) fn moments(reader: &Reader, store: &dyn Store, role: Role, events: &[Event]) -> Vec<Moment> {
    let mut names = Names { reader, store, role, known: BTreeMap::new() };
    let theirs = events.iter().rev().filter(|event| event.fact.is_for(role));
    theirs.map(|event| moment(reader, &mut names, event)).collect()
}

/// Who people are, as far as whoever reads may know.
struct Names<'a> {
    reader: &'a Reader,
    store: &'a dyn Store,
    role: Role,
    known: BTreeMap<String, String>,
}

impl Names<'_> {
    fn of(&mut self, actor: &Actor) -> String {
        let role = self.reader.term("role", actor.role.as_str());
        // A buyer is told which side it was, and not which person there.
        if self.role == Role::Buyer {
            return role;
        }
        match &actor.via {
            Via::User(id) => {
                let store = self.store;
                let name = self.known.entry(id.clone()).or_insert_with(|| {
                    let user = store.user(id).ok().flatten();
                    user.map_or_else(|| id.clone(), |user| user.name.to_string())
                });
                format!("{role} · {name}")
            }
            Via::Key(_) => self.reader.say_with("who-by-system", "role", &role),
            Via::Link | Via::Clock => role,
        }
    }
}

fn moment(reader: &Reader, names: &mut Names<'_>, event: &Event) -> Moment {
    let by_clock = event.actor.role == Role::System;
    let name = event.fact.event_type().as_str();
    let told = |terms: &Terms| {
        let view = TermsView::new(reader, terms);
        format!("{} · {}", view.kind, view.amount)
    };
    let mut says = None;
    let mut words = None;
    let mut files = Vec::new();
    let mut title = reader.term("event", name);
    match &event.fact {
        Fact::Opened { opening, .. } => {
            says = Some(asked(reader, &opening.request));
            words = Some(opening.request.reason.to_string());
        }
        Fact::Modified { request, .. } => {
            says = Some(asked(reader, request));
            words = Some(request.reason.to_string());
        }
        Fact::Agreed { agreed, .. } => {
            says = Some(told(&agreed.terms));
            if by_clock {
                title = reader.say("event-refund-agreed-by-silence");
            }
        }
        Fact::Refused { reason, .. } | Fact::ReceiptRefused { reason, .. } => words = Some(reason.to_string()),
        Fact::ReturnShipped { shipment, .. } => {
            says = Some(format!("{} · {}", shipment.carrier, shipment.tracking_number));
        }
        Fact::TrackingCorrected { carrier, tracking_number } => {
            title = reader.say("event-tracking-corrected");
            says = Some(format!("{carrier} · {tracking_number}"));
        }
        Fact::ReceiptConfirmed if by_clock => title = reader.say("event-receipt-confirmed-by-silence"),
        Fact::ReturnWaived => title = reader.say("event-return-waived"),
        Fact::Escalated { reason } => {
            words = reason.as_ref().map(ToString::to_string);
            if by_clock {
                title = reader.say("event-escalated-by-silence");
            }
        }
        Fact::Ruled { agreed, reason } => {
            says = Some(agreed.as_ref().map_or_else(|| reader.say("ruled-close"), |agreed| told(&agreed.terms)));
            words = Some(reason.to_string());
        }
        Fact::PayoutStarted { amount } | Fact::Succeeded { amount } => says = Some(reader.money(*amount)),
        Fact::PayoutFailed { reason } => words = reason.as_ref().map(ToString::to_string),
        Fact::Closed { reason, comment } => {
            says = Some(reader.term("closed", reason.as_str()));
            words = comment.as_ref().map(ToString::to_string);
        }
        Fact::OfferMade { negotiation } => {
            says = Some(told(&negotiation.offer.terms));
            words = negotiation.offer.message.as_ref().map(ToString::to_string);
        }
        Fact::OfferWithdrawn { reason } => says = Some(reader.term("withdrawn", reason.as_str())),
        Fact::DeadlineExtended { kind, timer } => {
            says = Some(format!("{} → {}", reader.term("deadline", kind.as_str()), reader.instant(timer.by)));
        }
        Fact::Reminded { kind, by } => {
            says = Some(format!("{} · {}", reader.term("deadline", kind.as_str()), reader.instant(*by)));
        }
        Fact::MessagePosted { message } => {
            words = Some(message.text.to_string());
            if message.internal {
                title = reader.say("event-internal-note");
            }
            let attached = message.attachments.as_slice().iter();
            files = attached.map(|file| (file.url.as_str().to_owned(), file.media_type.as_str().to_owned())).collect();
        }
        Fact::ReceiptConfirmed | Fact::OfferAccepted | Fact::OfferRejected | Fact::OfferExpired => {}
    }
    Moment { title, who: names.of(&event.actor), at: reader.instant(event.at), says, words, files, tone: tone(event) }
}

fn asked(reader: &Reader, request: &refund_core::Request) -> String {
    let view = TermsView::asked(reader, request.kind, request.amount);
    format!("{} · {}", view.kind, view.amount)
}

fn tone(event: &Event) -> &'static str {
    match &event.fact {
        Fact::MessagePosted { message } if message.internal => "note",
        Fact::MessagePosted { .. } => "message",
        Fact::OfferAccepted | Fact::Succeeded { .. } => "good",
        Fact::Refused { .. } | Fact::OfferRejected | Fact::PayoutFailed { .. } | Fact::ReceiptRefused { .. } => "bad",
        Fact::Opened { .. }
        | Fact::Modified { .. }
        | Fact::Agreed { .. }
        | Fact::ReturnShipped { .. }
        | Fact::TrackingCorrected { .. }
        | Fact::ReceiptConfirmed
        | Fact::ReturnWaived
        | Fact::Escalated { .. }
        | Fact::Ruled { .. }
        | Fact::PayoutStarted { .. }
        | Fact::Closed { .. }
        | Fact::OfferMade { .. }
        | Fact::OfferExpired
        | Fact::OfferWithdrawn { .. }
        | Fact::DeadlineExtended { .. }
        | Fact::Reminded { .. } => {
            if event.actor.role == Role::System {
                "clock"
            } else {
                ""
            }
        }
    }
}
