//! Notices that the server mails by itself (R41). They stand in the same book as what endpoints are told, each seller's in
//! a lane of its own, and are tried again by the same schedule. What becomes of one is reported as a gateway reports it.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use refund_core::{
    Contact, EmailAddress, Event, Fact, GATHERED_WITHIN, LanguageTag, MailContact, MailContacts, Notice, NoticeChannel,
    NoticeReport, NoticeResult, Reason, Refund, Role, SellerId, TimeZoneName, Timestamp,
};
use refund_store::{Attempt, Claimed, Delivery, EventPosition, Feed, Queued, Refused, Request, Settings, Tried, Work};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::Webhooks;
use super::schedule;
use crate::engine::Engine;
use crate::machine::entropy;
use crate::problem::Problem;

/// What the ids of lanes begin with, under which the book has what is mailed: each endpoint's id begins otherwise. Before
/// there were lanes this was the id of one queue for all.
pub(super) const LANES: &str = "mail";

/// From which reply code on a mail server will never take a mail; below, it may another time.
pub(crate) const NEVER: u16 = 500;

/// What mail servers answer to an address that they can't read.
pub(crate) const NO_ADDRESS: u16 = 553;

/// How much of what a mail server says becomes a notice's reason, in characters.
const REASON_MAX: usize = 300;

/// Whoever carries mail.
pub(crate) trait Courier: Send + Sync {
    /// Carries a notice once to each of its recipients. The attempt's status is the mail server's reply: a good one where
    /// it took any of them, and says for whom. Without one it was never asked, and the attempt says why. Where the server
    /// stops meanwhile, it ends soon.
    fn carry<'a>(&'a self, notice: &'a Outgoing) -> Carried<'a>;

    /// Turns whenever the mail server is there to take a mail, before anything is known of that mail.
    fn reached(&self) -> watch::Receiver<()>;
}

/// What came of it.
pub(crate) type Carried<'a> = Pin<Box<dyn Future<Output = Result<Carriage, Problem>> + Send + 'a>>;

/// What came of it, and whether the mail server was there at all: where it was not, that is so for all that is mailed.
pub(crate) struct Carriage {
    pub(crate) attempt: Attempt,
    pub(crate) was_there: bool,
    pub(crate) left: Left,
}

/// What is left to do for those who were not reached: the most that any of them needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Left {
    /// Nothing: all have it, or never will.
    Nothing,
    /// To try again, as often and as late as any message is.
    Another,
    /// To go on after the next start, because the server stopped before there was an answer.
    Rest,
}

/// A notice on its way.
pub(crate) struct Outgoing {
    /// As it is now.
    pub(crate) refund: Arc<Refund>,
    /// What the notice is called: [`Notice::number`].
    pub(crate) number: u64,
    pub(crate) notice: Notice,
    /// Whether nobody has reported on it yet.
    pub(crate) is_awaited: bool,
    /// Who gets it and is to be asked still.
    pub(crate) recipients: Vec<Recipient>,
    /// The engine's time.
    pub(crate) now: Timestamp,
}

/// A notice that goes by mail, in which lane, and from when on it is tried; not at all where somebody has seen to it
/// already.
pub(super) struct ForMail {
    pub(super) position: EventPosition,
    pub(super) lane: String,
    pub(super) at: Option<Timestamp>,
}

/// Those among what was read that go by mail: to whoever has an address for it.
pub(super) async fn among(engine: &Engine, feed: &Feed) -> Result<Vec<ForMail>, Problem> {
    let mut found = Vec::new();
    for told in &feed.events {
        let Fact::NoticeRequested { notice } = &told.event.fact else { continue };
        let Some(around) = engine.store().refund(&told.event.refund_id).await? else { continue };
        if !recipients(engine, &around.refund, notice).await?.is_empty() {
            // What is said within a minute is one notice, and a mail can't be taken back.
            let at = around.refund.notices.asked_by(told.event.sequence).map(|queued| queued.at.plus(GATHERED_WITHIN));
            found.push(ForMail { position: told.position, lane: lane(&around.refund.seller_id), at });
        }
    }
    Ok(found)
}

/// The lane of what goes out about a seller's refunds. The mail server is shared by turns of lanes, so that whoever has
/// much mailed waits behind nobody's but their own. Ids of lanes hold no slash, as no id in the book does.
fn lane(seller_id: &SellerId) -> String {
    format!("{LANES}-{}", utf8_percent_encode(seller_id.as_str(), NON_ALPHANUMERIC))
}

/// Whether what is under that id in the book is mailed.
pub(super) fn is_lane(id: &str) -> bool {
    id.starts_with(LANES)
}

/// How many of the places for mail a notice in that lane takes: as many as its seller has contacts, or the operator for
/// it, who get it at once.
pub(super) fn places(engine: &Engine, lane: &str) -> usize {
    let encoded = lane.strip_prefix(LANES).and_then(|rest| rest.strip_prefix('-')).unwrap_or_default();
    let decoded = percent_decode_str(encoded).decode_utf8_lossy();
    let Ok(seller_id) = SellerId::new(decoded.as_ref()) else { return 1 };
    let most = [Role::Seller, Role::Operator].map(|side| contacts(&engine.settings(), side, &seller_id).iter().count());
    most.into_iter().max().unwrap_or(0).max(1)
}

/// Who is told by mail on a side of a seller's refunds. A buyer is reached by what the refund says.
pub(crate) fn contacts(settings: &Settings, side: Role, seller_id: &SellerId) -> MailContacts {
    match side {
        Role::Seller => settings.seller(seller_id).map(|seller| seller.contacts.clone()).unwrap_or_default(),
        Role::Operator => settings.operator_contacts(seller_id),
        Role::Buyer | Role::Platform | Role::System => MailContacts::default(),
    }
}

/// Somebody who gets a notice by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) email: EmailAddress,
    pub(crate) language: Option<LanguageTag>,
    pub(crate) time_zone: Option<TimeZoneName>,
}

impl Recipient {
    /// What they are called in the book, so that no address stands there.
    pub(crate) fn name(&self) -> String {
        data_encoding::HEXLOWER.encode(&Sha256::digest(self.email.as_str()))
    }
}

/// Who gets a notice by mail as things are: the buyer, or those of the seller's or the operator's contacts who want to be
/// told of this.
pub(crate) async fn recipients(engine: &Engine, refund: &Refund, notice: &Notice) -> Result<Vec<Recipient>, Problem> {
    if notice.to == Role::Buyer {
        let contact = refund.buyer_contact.as_deref().cloned();
        let buyer = contact.and_then(|Contact { email, language, time_zone, phone: _ }| {
            Some(Recipient { email: email?, language, time_zone })
        });
        return Ok(buyer.into_iter().collect());
    }
    let contacts = contacts(&engine.settings(), notice.to, &refund.seller_id);
    // What is told of is read only where somebody chose.
    let chooses = contacts.iter().any(|contact| !contact.kinds.is_empty());
    let events = if chooses { told_of(engine, refund, notice).await? } else { Vec::new() };
    let wanting = contacts.iter().filter(|contact| contact.wants(&events)).cloned();
    let recipient = |MailContact { email, language, time_zone, kinds: _ }| Recipient { email, language, time_zone };
    Ok(wanting.map(recipient).collect())
}

/// One attempt, from reading the notice to writing down what came of it; and that is reported once it stands in the book,
/// so that nobody gets a mail again because it could not be reported.
pub(super) async fn attempt(
    engine: &Engine,
    webhooks: &Webhooks,
    courier: &dyn Courier,
    lane: &str,
    queued: Queued,
) -> Result<Option<Carriage>, Problem> {
    let Some(claimed) = webhooks.book.claim(lane, queued).await? else { return Ok(None) };
    let Some(outgoing) = outgoing(engine, &claimed.delivery).await? else {
        let nothing = "there was nothing to send any more: it was reported on, or another notice says the same";
        let nothing = Attempt { error: Some(nothing.to_owned()), ..Attempt::begun(engine.store().now()) };
        written_down(webhooks, claimed, nothing, None).await;
        return Ok(None);
    };
    if outgoing.recipients.is_empty() {
        over(engine, webhooks, claimed, &outgoing).await?;
        return Ok(None);
    }
    let mut carriage = courier.carry(&outgoing).await?;
    let random = u64::from_be_bytes(entropy::bytes());
    let next_at = match carriage.left {
        Left::Another => schedule::next_try(&claimed.delivery, &carriage.attempt, random, None),
        Left::Nothing | Left::Rest => Some(schedule::ended_at(&carriage.attempt)),
    };
    if next_at.is_none() {
        carriage.attempt.given_up = outgoing.recipients.iter().map(Recipient::name).collect();
    }
    let is_reached = carriage.attempt.has_succeeded() || claimed.delivery.reached().next().is_some();
    // It is over in a further attempt, which finds nobody left to ask.
    let next_at = next_at.unwrap_or(schedule::ended_at(&carriage.attempt));
    written_down(webhooks, claimed, carriage.attempt.clone(), Some(next_at)).await;
    if is_reached && outgoing.is_awaited {
        report(engine, &outgoing, None).await?;
    }
    Ok(Some(carriage))
}

/// What comes of a notice of which nobody is left to be asked, reported where that is waited for still.
async fn over(engine: &Engine, webhooks: &Webhooks, claimed: Claimed, outgoing: &Outgoing) -> Result<(), Problem> {
    let delivery = &claimed.delivery;
    // No endpoint was asked to send it either: that nobody is told has to be said.
    let nobody = || Attempt {
        status: Some(NO_ADDRESS),
        response: "there is nobody to send it to".to_owned(),
        ..Attempt::begun(engine.store().now())
    };
    let last = delivery.attempts.last().cloned().unwrap_or_else(nobody);
    if outgoing.is_awaited {
        let failed = delivery.reached().next().is_none().then(|| reason(&last));
        report(engine, outgoing, failed).await?;
    }
    let last = Attempt { reached: Vec::new(), given_up: Vec::new(), cut_off: false, ..last };
    written_down(webhooks, claimed, last, None).await;
    Ok(())
}

async fn written_down(webhooks: &Webhooks, claimed: Claimed, attempt: Attempt, next_at: Option<Timestamp>) {
    // Whether the mail server is to be left alone says nothing of one lane: whoever sends remembers it for all.
    webhooks.write_down(claimed, Tried { attempt, next_at, leave_alone_until: None }).await;
}

/// The notice of a delivery, as long as a word on it is waited for or some of its recipients were asked and some not.
async fn outgoing(engine: &Engine, delivery: &Delivery) -> Result<Option<Outgoing>, Problem> {
    let Some(around) = engine.store().refund(&delivery.refund_id).await? else { return Ok(None) };
    let refund = around.refund;
    let asked: BTreeSet<_> = delivery.reached().chain(delivery.given_up()).collect();
    let awaited = refund.notices.asked_by(delivery.sequence).map(|queued| queued.notice.clone());
    let is_awaited = awaited.is_some();
    let notice = match awaited {
        None if !asked.is_empty() => recorded(engine, delivery).await?,
        awaited => awaited,
    };
    let Some(notice) = notice else { return Ok(None) };
    let number = notice.number(delivery.sequence);
    let mut recipients = recipients(engine, &refund, &notice).await?;
    recipients.retain(|recipient| !asked.contains(recipient.name().as_str()));
    let now = engine.store().now();
    Ok(Some(Outgoing { refund, number, notice, is_awaited, recipients, now }))
}

/// The notice of a delivery as it was asked for.
async fn recorded(engine: &Engine, delivery: &Delivery) -> Result<Option<Notice>, Problem> {
    let found = engine.store().history(&delivery.refund_id, delivery.sequence.saturating_sub(1), 1).await?;
    let Some((_, Event { fact: Fact::NoticeRequested { notice }, .. })) = found.into_iter().next() else {
        return Ok(None);
    };
    Ok(Some(*notice))
}

/// Reports what became of a notice, as a gateway does: that it was accepted, or why it failed.
async fn report(engine: &Engine, outgoing: &Outgoing, failed: Option<String>) -> Result<(), Problem> {
    let result = if failed.is_some() { NoticeResult::Failed } else { NoticeResult::Accepted };
    let reason = failed.and_then(|reason| Reason::new(reason).ok());
    let report = NoticeReport { number: outgoing.number, channel: NoticeChannel::Smtp, result, reason };
    let work = Work::ReportNotice { refund_id: outgoing.refund.id.clone(), report };
    match engine.change(Request::by_system(work)).await {
        Ok(_) | Err(Refused::NotFound) => Ok(()),
        Err(refused) => Err(refused.into()),
    }
}

/// Why no mail server took it, in a line.
fn reason(attempt: &Attempt) -> String {
    let said = match (attempt.status, &attempt.error) {
        (Some(status), _) => format!("{status} {}", attempt.response),
        (None, Some(error)) => error.clone(),
        (None, None) => String::new(),
    };
    said.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(REASON_MAX).collect()
}

/// The events that a notice tells of, in order.
pub(crate) async fn told_of(engine: &Engine, refund: &Refund, notice: &Notice) -> Result<Vec<Event>, Problem> {
    let (Some(first), Some(last)) = (notice.about.first(), notice.about.last()) else { return Ok(Vec::new()) };
    let count = usize::try_from(last.saturating_sub(*first).saturating_add(1)).unwrap_or(usize::MAX);
    let found = engine.store().history(&refund.id, first.saturating_sub(1), count.min(LOOKED_THROUGH)).await?;
    Ok(found.into_iter().map(|(_, event)| event).filter(|event| notice.about.contains(&event.sequence)).collect())
}

/// How many events are looked through for those of one notice.
const LOOKED_THROUGH: usize = 1000;
