//! What buyers, sellers and the operator are told, as they get it by mail: in a demo, where nobody's mailbox can be looked
//! into. It is shown whether mail is sent or not, and holds buyers' links, which is why no other server has the page.

use std::collections::VecDeque;

use askama::Template;
use axum::response::Response;
use refund_core::{Fact, LanguageTag, Notice, NoticeStatus, Role, TimeZoneName};
use refund_store::Told;

use crate::app::App;
use crate::feed::notice_by_now;
use crate::pages::frame::{Frame, shown};
use crate::pages::letter::{Letter, Liking, link};
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::webhooks::{Recipient, contacts, recipients, told_of};

/// How many are shown, the latest first.
const SHOWN_MAX: usize = 20;
/// How many records are read in one go.
const READ_AT_ONCE: usize = 500;

#[derive(Template)]
#[template(path = "pages/operator/mailbox.html")]
struct Page {
    page: Frame,
    mails: Vec<MailView>,
}

struct MailView {
    at: String,
    to: String,
    refund_id: String,
    status: String,
    tone: &'static str,
    letter: Letter,
    link: String,
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    let app = &visit.app;
    if !app.test_clock {
        return Err(Problem::not_found());
    }
    let mut mails = Vec::new();
    for (told, notice) in latest(app).await?.iter().rev() {
        mails.extend(mails_of(&visit, told, notice).await?);
    }
    let page = Page { page: Frame::new(&visit, "nav-mailbox", "mailbox"), mails };
    shown(page.page.status(), &page)
}

/// The latest notices to buyers and sellers, in order.
async fn latest(app: &App) -> Result<VecDeque<(std::sync::Arc<Told>, Notice)>, Problem> {
    let (mut latest, mut after, mut more) = (VecDeque::new(), None, true);
    let settings = app.engine.settings();
    while more {
        let feed = app.engine.store().feed(after, READ_AT_ONCE).await?;
        (after, more) = (feed.looked_at, feed.more);
        for told in feed.events {
            let Fact::NoticeRequested { notice } = &told.event.fact else { continue };
            if notice.to == Role::Buyer || !contacts(&settings, notice.to, &told.whose.seller_id).is_empty() {
                let notice = Notice::clone(notice);
                latest.push_back((told, notice));
            }
        }
        latest.drain(..latest.len().saturating_sub(SHOWN_MAX));
    }
    Ok(latest)
}

/// One of them as each of its readers gets it, with what became of it; nothing where another one says the same, or no
/// seller's contact wants it. A buyer without an address is shown too: the platform's own gateway knows where they are.
async fn mails_of(visit: &Visit, told: &Told, notice: &Notice) -> Result<Vec<MailView>, Problem> {
    let (app, reader) = (&visit.app, &visit.reader);
    let Some(around) = app.engine.store().refund(&told.event.refund_id).await? else { return Ok(Vec::new()) };
    let refund = around.refund;
    let found = notice_by_now(app.engine.store(), &refund, &told.event).await?;
    let Some(found) = found.filter(|notice| !notice.is_replaced()) else { return Ok(Vec::new()) };
    let events = told_of(&app.engine, &refund, notice).await?;
    let by_mail = recipients(&app.engine, &refund, notice).await?;
    let by_address = |Recipient { email, language, time_zone }| (email.as_str().to_owned(), language, time_zone);
    let mut readers: Vec<_> = by_mail.into_iter().map(by_address).collect();
    if readers.is_empty() && notice.to == Role::Buyer {
        let contact = refund.buyer_contact.as_deref().cloned().unwrap_or_default();
        readers.push((refund.buyer_id.to_string(), contact.language, contact.time_zone));
    }
    let mail = |(to, language, time_zone): (String, Option<LanguageTag>, Option<TimeZoneName>)| {
        let liking = Liking { language: language.as_ref(), time_zone: time_zone.as_ref() };
        Ok(MailView {
            at: reader.instant(told.event.at),
            to,
            refund_id: refund.id.to_string(),
            status: reader.term("mailed", found.status().as_str()),
            tone: match found.status() {
                NoticeStatus::Queued => "wait",
                NoticeStatus::Accepted => "good",
                NoticeStatus::Failed => "dispute",
            },
            letter: Letter::new(app, &refund, notice, &events, liking, reader.now)?,
            link: link(app, &refund, notice.to),
        })
    };
    readers.into_iter().map(mail).collect()
}
