//! What has happened to a refund, told to people.

use refund_core::{Actor, Event, EventType, Fact, FileHash, Reasons, Refund, Role, Terms, Via};
use refund_store::Settings;

use super::files::named;
use super::{FileView, Files, TermsView};
use crate::pages::reader::Reader;
use crate::pages::reasons::in_words;
use crate::pages::visit::Visit;

/// One thing that happened.
pub(crate) struct Moment {
    pub(crate) title: String,
    pub(crate) who: String,
    pub(crate) at: String,
    /// What it was, in the engine's words.
    pub(crate) says: Option<String>,
    /// What somebody wrote with it.
    pub(crate) words: Option<String>,
    /// What lies elsewhere: where, and what it is.
    pub(crate) files: Vec<(String, String)>,
    /// The refund's own files that were added or named with it.
    pub(crate) shown: Vec<FileView>,
    /// Whether it only tells somebody of what is there anyway.
    is_clockwork: bool,
    /// `clock`, `message`, `note`, `good`, `bad` or nothing: what it is drawn as.
    pub(crate) tone: &'static str,
}

/// What happened, one by one, but reminders and notices that came one after the other as one.
pub(crate) enum Told {
    One(Moment),
    Folded(Vec<Moment>),
}

impl Told {
    fn folding(moments: Vec<Moment>) -> Vec<Self> {
        let mut told = Vec::new();
        for moment in moments {
            match told.last_mut() {
                Some(Self::Folded(own)) if moment.is_clockwork => own.push(moment),
                _ if moment.is_clockwork => told.push(Self::Folded(vec![moment])),
                _ => told.push(Self::One(moment)),
            }
        }
        told
    }
}

/// A part of what happened, the latest first, as somebody of that role may know it.
pub(crate) struct History {
    pub(crate) told: Vec<Told>,
    /// Where this part is shown.
    pub(crate) here: String,
    /// Where the one before it is, and where the latest, if this isn't the one.
    pub(crate) earlier: Option<String>,
    pub(crate) latest: Option<String>,
}

/// A part of what happened to a refund, of what whoever looks may be told of.
pub(crate) struct Excerpt {
    pub(crate) events: Vec<Event>,
    /// Whether there is more before it.
    pub(crate) has_earlier: bool,
    /// Whether it ends where all ends.
    pub(crate) is_latest: bool,
    /// The reasons that are listed for whoever acts on the refund.
    pub(crate) reasons: Reasons,
}

impl History {
    /// That excerpt on the page with that path.
    pub(crate) fn new(visit: &Visit, role: Role, path: &str, excerpt: &Excerpt, files: &Files) -> Self {
        let Excerpt { events, has_earlier, is_latest, reasons } = excerpt;
        let reader = &visit.reader;
        let joint = if path.contains('?') { '&' } else { '?' };
        let until = |sequence: u64| format!("{path}{joint}until={sequence}");
        let last = events.last().filter(|_| !*is_latest).map(|event| event.sequence);
        let settings = visit.app.engine.settings();
        let known = Known { reader, settings: &settings, role, reasons, files: &files.all };
        Self {
            told: Told::folding(moments(&known, events.iter().rev())),
            here: last.map_or_else(|| path.to_owned(), until),
            earlier: events.first().filter(|_| *has_earlier).map(|event| until(event.sequence.saturating_sub(1))),
            latest: last.map(|_| path.to_owned()),
        }
    }
}

/// These events, one by one, as somebody of that role is told of them.
pub(crate) fn moments<'e>(known: &Known<'_>, events: impl IntoIterator<Item = &'e Event>) -> Vec<Moment> {
    events.into_iter().map(|event| moment(known, event)).collect()
}

/// What has changed a refund since it had that version, in a few words; nothing where it is not known, as where the
/// version has leapt since, after a restore.
pub(crate) fn changes_since(reader: &Reader, refund: &Refund, events: &[Event], version: u64) -> Option<String> {
    let count = refund.version.checked_sub(version).filter(|count| *count < refund.sequence)?;
    let count = usize::try_from(count).ok()?;
    let changes = events.iter().rev().filter(|event| event.fact.changes_state()).take(count);
    let titles: Vec<_> = changes.map(|event| title(reader, event)).collect();
    let what = titles.into_iter().rev().collect::<Vec<_>>().join(" · ");
    (!what.is_empty()).then(|| reader.say_with("notice-moved-by", "what", &what))
}

/// What these events are, one by one in a few words, and where goods go by them.
pub(crate) fn told_briefly(reader: &Reader, events: &[Event]) -> Vec<String> {
    let told = |event: &Event| {
        let goes_to = terms(&event.fact)
            .and_then(Terms::return_address)
            .map(|to| format!("{}, {}, {}", to.recipient, to.phone, to.address));
        joined([Some(title(reader, event)), says(reader, &event.fact), goes_to]).unwrap_or_default()
    };
    events.iter().map(told).collect()
}

/// The terms that are agreed or offered by it.
fn terms(fact: &Fact) -> Option<&Terms> {
    if let Fact::OfferMade { negotiation } = fact {
        return Some(&negotiation.offer.terms);
    }
    if let Fact::Agreed { agreed, .. } | Fact::Ruled { agreed: Some(agreed), .. } = fact {
        return Some(&agreed.terms);
    }
    None
}

/// By what events are told: whoever reads, who people are, as far as that side may know, the reasons that are listed,
/// and the refund's files, where the page shows any.
pub(crate) struct Known<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) settings: &'a Settings,
    pub(crate) role: Role,
    pub(crate) reasons: &'a Reasons,
    pub(crate) files: &'a [FileView],
}

impl Known<'_> {
    fn of(&self, actor: &Actor) -> String {
        // A buyer is told which side it was, and not which person there.
        if self.role == Role::Buyer && actor.role == Role::Buyer {
            self.reader.say("buyer-you")
        } else if self.role == Role::Buyer {
            self.reader.term("role", actor.role.as_str())
        } else {
            who(self.reader, self.settings, actor, self.role)
        }
    }
}

/// Who did something: for which side, and which person there, where that is a colleague of whoever reads. Operators
/// know everybody.
pub(crate) fn who(reader: &Reader, settings: &Settings, actor: &Actor, to: Role) -> String {
    let role = reader.term("role", actor.role.as_str());
    match &actor.via {
        Via::User(_) if to != Role::Operator && actor.role != to => role,
        Via::User(id) => {
            let name = settings.user(id).map_or(id.as_str(), |user| user.name.as_str());
            format!("{role} · {}", reader.written(name))
        }
        Via::Key(_) => reader.say_with("who-by-system", "role", &role),
        Via::Link | Via::Clock => role,
    }
}

fn moment(known: &Known<'_>, event: &Event) -> Moment {
    let reader = known.reader;
    let chosen = event.fact.chosen_reason().map(|(purpose, code)| in_words(reader, known.reasons, purpose, code));
    let files = event.fact.message().into_iter().flat_map(|message| message.attachments.as_slice());
    Moment {
        title: title(reader, event),
        who: known.of(&event.actor),
        at: reader.instant(event.at),
        says: joined([says(reader, &event.fact), chosen]),
        words: words(event, known.role).map(|words| reader.written(&words)),
        files: files.map(|file| (file.url.as_str().to_owned(), file.media_type.as_str().to_owned())).collect(),
        shown: named(known.files, shown_by(&event.fact), event.actor.role),
        is_clockwork: matches!(
            event.fact.event_type(),
            EventType::DeadlineReminder | EventType::NoticeRequested | EventType::NoticeAccepted
        ),
        tone: tone(event),
    }
}

/// The files that are added or named with it.
fn shown_by(fact: &Fact) -> &[FileHash] {
    if let Fact::EvidenceAdded { file } = fact { std::slice::from_ref(&file.sha256) } else { fact.named_files() }
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// What is called otherwise where the clock brought it about.
const BY_SILENCE: [(EventType, &str); 4] = [
    (EventType::RefundAgreed, "event-refund-agreed-by-silence"),
    (EventType::RefundReceiptConfirmed, "event-receipt-confirmed-by-silence"),
    (EventType::RefundEscalated, "event-escalated-by-silence"),
    (EventType::DeadlineChanged, "event-deadline-changed-unnotified"),
];

/// What it is called.
fn title(reader: &Reader, event: &Event) -> String {
    let (fact, kind) = (&event.fact, event.fact.event_type());
    let silent = BY_SILENCE.iter().find(|(known, _)| *known == kind && event.actor.role == Role::System);
    let own = if matches!(fact, Fact::TrackingCorrected { .. }) {
        Some("event-tracking-corrected")
    } else if matches!(fact, Fact::ReturnWaived) {
        Some("event-return-waived")
    } else if fact.message().is_some_and(|message| message.for_operators) {
        Some("event-operators-note")
    } else if fact.message().is_some_and(|message| message.internal) {
        Some("event-internal-note")
    } else {
        silent.map(|(_, name)| *name)
    };
    own.map_or_else(|| reader.term("event", kind.as_str()), |name| reader.say(name))
}

/// What came of it, in the engine's words.
fn says(reader: &Reader, fact: &Fact) -> Option<String> {
    if let Some(terms) = terms(fact) {
        let view = TermsView::new(reader, terms);
        return Some(format!("{} · {}", view.kind, view.amount));
    }
    Some(match fact {
        Fact::Opened { opening, .. } => asked(reader, &opening.request),
        Fact::Modified { request, .. } => asked(reader, request),
        Fact::Ruled { .. } => reader.say("ruled-close"),
        Fact::ReturnShipped { shipment, .. } => format!("{} · {}", shipment.carrier, shipment.tracking_number),
        Fact::TrackingCorrected { carrier, tracking_number } => format!("{carrier} · {tracking_number}"),
        Fact::PayoutStarted { amount, .. }
        | Fact::Succeeded { amount, .. }
        | Fact::PayoutReversed { amount, .. }
        | Fact::PaidTwice { amount, .. } => reader.money(*amount),
        Fact::Closed { reason, .. } => reader.term("closed", reason.as_str()),
        Fact::OfferWithdrawn { reason } => reader.term("withdrawn", reason.as_str()),
        Fact::DeadlineExtended { kind, timer, .. } => {
            format!("{} → {}", reader.term("deadline", kind.as_str()), reader.instant(timer.by))
        }
        Fact::Reminded { kind, by } | Fact::Overdue { kind, by } => {
            format!("{} · {}", reader.term("deadline", kind.as_str()), reader.instant(*by))
        }
        Fact::NoticeRequested { .. } | Fact::NoticeAccepted { .. } | Fact::NoticeFailed { .. } => {
            reader.say_with("notice-to", "role", &reader.term("role", fact.notice_to()?.as_str()))
        }
        // A file that its sender did not name is still said to be one, of a kind.
        Fact::EvidenceAdded { file } if file.name.as_str().is_empty() => {
            reader.term("file", &file.media_type.as_str().replace('/', "-"))
        }
        Fact::EvidenceAdded { file } => file.name.as_str().to_owned(),
        Fact::Erased { what, .. } => {
            what.iter().map(|what| reader.term("erased", what.as_str())).collect::<Vec<_>>().join(" · ")
        }
        Fact::Agreed { .. }
        | Fact::OfferMade { .. }
        | Fact::Refused { .. }
        | Fact::ReceiptRefused { .. }
        | Fact::ReceiptConfirmed
        | Fact::ReturnWaived
        | Fact::Escalated { .. }
        | Fact::PayoutFailed { .. }
        | Fact::OfferAccepted
        | Fact::OfferRejected
        | Fact::OfferExpired
        | Fact::LineShipped
        | Fact::EvidenceErased { .. }
        | Fact::MessagePosted { .. } => return None,
    })
}

/// What somebody wrote with it.
fn words(event: &Event, role: Role) -> Option<String> {
    match &event.fact {
        Fact::Opened { opening, .. } => Some(opening.request.reason.text.to_string()),
        Fact::Modified { request, .. } => Some(request.reason.text.to_string()),
        Fact::Refused { reason, .. } | Fact::ReceiptRefused { reason, .. } => Some(reason.text.to_string()),
        Fact::Ruled { reason, .. } | Fact::Erased { reason, .. } => Some(reason.to_string()),
        Fact::Escalated { reason, .. } => reason.as_ref().map(|why| why.text.to_string()),
        Fact::Closed { comment, .. } => comment.as_ref().map(ToString::to_string),
        Fact::PayoutFailed { reason, .. } | Fact::PayoutReversed { reason, .. } => {
            event.disclosed_to(role)?.of_provider(reason.as_ref()).map(ToString::to_string)
        }
        Fact::OfferMade { negotiation } => negotiation.offer.message.as_ref().map(ToString::to_string),
        Fact::MessagePosted { message } => Some(message.text.to_string()),
        Fact::NoticeFailed { reason, .. } => {
            event.disclosed_to(role)?.of_gateway(reason.as_ref()).map(ToString::to_string)
        }
        Fact::Agreed { .. }
        | Fact::ReturnShipped { .. }
        | Fact::TrackingCorrected { .. }
        | Fact::ReceiptConfirmed
        | Fact::ReturnWaived
        | Fact::PayoutStarted { .. }
        | Fact::Succeeded { .. }
        | Fact::PaidTwice { .. }
        | Fact::OfferAccepted
        | Fact::OfferRejected
        | Fact::OfferExpired
        | Fact::OfferWithdrawn { .. }
        | Fact::DeadlineExtended { .. }
        | Fact::Overdue { .. }
        | Fact::LineShipped
        | Fact::NoticeRequested { .. }
        | Fact::NoticeAccepted { .. }
        | Fact::EvidenceAdded { .. }
        | Fact::EvidenceErased { .. }
        | Fact::Reminded { .. } => None,
    }
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
        Fact::Refused { .. }
        | Fact::OfferRejected
        | Fact::PayoutFailed { .. }
        | Fact::PayoutReversed { .. }
        | Fact::PaidTwice { .. }
        | Fact::Overdue { .. }
        | Fact::NoticeFailed { .. }
        | Fact::ReceiptRefused { .. } => "bad",
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
        | Fact::LineShipped
        | Fact::NoticeRequested { .. }
        | Fact::NoticeAccepted { .. }
        | Fact::EvidenceAdded { .. }
        | Fact::EvidenceErased { .. }
        | Fact::Erased { .. }
        | Fact::Reminded { .. } => {
            if event.actor.role == Role::System {
                "clock"
            } else {
                ""
            }
        }
    }
}
