//! What buyers are told, as they get it by mail: in a demo, where nobody's mailbox can be looked into. It is shown whether
//! mail is sent or not, and holds buyers' links, which is why no other server has the page.

use std::collections::VecDeque;

use askama::Template;
use axum::response::Response;
use refund_core::{Fact, Notice, NoticeStatus, Role};
use refund_store::Told;

use crate::app::App;
use crate::feed::told_up_to;
use crate::pages::frame::{Frame, shown};
use crate::pages::letter::Letter;
use crate::pages::visit::Visit;
use crate::problem::Problem;
use crate::webhooks::told_of;
use crate::wire::notice::NoticeOut;

/// How many are shown, the latest first.
const SHOWN_MAX: usize = 20;
/// How many records are read in one go, and how many events about notices of one refund.
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
        mails.extend(mail(&visit, told, notice).await?);
    }
    let page = Page { page: Frame::new(&visit, "nav-mailbox", "mailbox"), mails };
    shown(page.page.status(), &page)
}

/// The latest notices to buyers, in order.
async fn latest(app: &App) -> Result<VecDeque<(std::sync::Arc<Told>, Notice)>, Problem> {
    let (mut latest, mut after, mut more) = (VecDeque::new(), None, true);
    while more {
        let feed = app.engine.store().feed(after, READ_AT_ONCE).await?;
        (after, more) = (feed.looked_at, feed.more);
        for told in feed.events {
            let Fact::NoticeRequested { notice } = &told.event.fact else { continue };
            if notice.to == Role::Buyer {
                let notice = Notice::clone(notice);
                latest.push_back((told, notice));
            }
        }
        latest.drain(..latest.len().saturating_sub(SHOWN_MAX));
    }
    Ok(latest)
}

/// One of them as its reader gets it, with what became of it; nothing where another one says the same.
async fn mail(visit: &Visit, told: &Told, notice: &Notice) -> Result<Option<MailView>, Problem> {
    let (app, reader) = (&visit.app, &visit.reader);
    let Some(around) = app.engine.store().refund(&told.event.refund_id).await? else { return Ok(None) };
    let refund = around.refund;
    let about_notices =
        told_up_to(app.engine.store(), &refund.id, refund.sequence, READ_AT_ONCE, |event| event.fact.is_about_notice());
    let about_notices: Vec<_> = about_notices.await?.into_iter().map(|(_, event)| event).collect();
    let all = NoticeOut::all(&about_notices);
    let named = all.get(&notice.number(told.event.sequence));
    let Some(found) = named.filter(|notice| !notice.is_replaced()) else { return Ok(None) };
    let events = told_of(&app.engine, &refund, notice).await?;
    let email = refund.buyer_contact.as_deref().and_then(|contact| contact.email.as_ref());
    Ok(Some(MailView {
        at: reader.instant(told.event.at),
        to: email.map_or_else(|| refund.buyer_id.to_string(), |email| email.as_str().to_owned()),
        refund_id: refund.id.to_string(),
        status: reader.term("mailed", found.status().as_str()),
        tone: match found.status() {
            NoticeStatus::Queued => "wait",
            NoticeStatus::Accepted => "good",
            NoticeStatus::Failed => "dispute",
        },
        letter: Letter::to_buyer(app, &refund, notice, &events, reader.now)?,
        link: app.buyer_link(&refund.id).url,
    }))
}
