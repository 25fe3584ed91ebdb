//! The buyer's page, which a link opens: what was asked for, what is offered, and what to do until when.

mod lead;

use askama::Template;
use axum::response::Response;
use refund_core::{CommandKind, RefundId, Role};

use self::lead::Lead;
use super::act::{command, post};
use super::frame::{Frame, Notice, go_and_tell, shown};
use super::queue::{Choice, types};
use super::reasons::ReasonChoices;
use super::refund::{Situation, done_before, situation, told_mistake, told_no};
use super::view::{FileView, Files, History, RefundView};
use super::visit::Visit;
use crate::callers::Caller;
use crate::problem::Problem;

/// One refund for its buyer.
#[derive(Template)]
#[template(path = "pages/buyer.html")]
pub(crate) struct Page {
    pub(crate) page: Frame,
    pub(crate) lead: Lead,
    pub(crate) refund: RefundView,
    pub(crate) seller: String,
    pub(crate) possible: Vec<&'static str>,
    /// The action that is to be confirmed.
    pub(crate) asked: Option<&'static str>,
    pub(crate) history: History,
    pub(crate) files: Files,
    /// Those that the offer names.
    pub(crate) offered: Vec<FileView>,
    pub(crate) types: Vec<Choice>,
    pub(crate) amount: String,
    pub(crate) reason: String,
    pub(crate) reasons: ReasonChoices,
    pub(crate) currency: String,
    /// The page's own path, which holds the buyer's token.
    pub(crate) path: String,
    pub(crate) form: super::form::Form,
    /// The action that was tried and did not go through: its form is shown with what was typed.
    pub(crate) tried: String,
}

impl Page {
    pub(crate) fn may(&self, action: &str) -> bool {
        self.possible.contains(&action)
    }

    pub(crate) fn asks(&self, action: &str) -> bool {
        self.asked == Some(action)
    }
}

/// Shows it. Opening it changes nothing.
pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let (caller, id) = visit.buyer().await?;
    page(&visit, &caller, &id, done_before(&visit, "buyer-done", Role::Buyer)).await
}

pub(super) async fn page(
    visit: &Visit,
    caller: &Caller,
    id: &RefundId,
    notice: Option<Notice>,
) -> Result<Response, Problem> {
    let reader = &visit.reader;
    let Situation { around, actions, excerpt, last_told } = situation(visit, caller, id).await?;
    let (refund, seller) = (&around.refund, &around.seller);
    let notice = notice.map(|notice| notice.told_since(visit, refund, &excerpt.events));
    let possible: Vec<_> = actions.iter().filter(|action| action.against.is_none()).map(|action| action.kind).collect();
    let asked = visit.query.get("ask").parse::<CommandKind>().ok();
    let asked = asked.filter(|kind| possible.contains(kind)).map(CommandKind::as_str);
    let tried = visit.tried();
    let typed = |field: &str, now: String| {
        if tried == CommandKind::Modify.as_str() { visit.form.get(field).to_owned() } else { now }
    };
    let path = format!("/b/{}", visit.param("token"));
    let files = Files::new(visit, refund, Role::Buyer, (&path, ""));
    let history = History::new(visit, caller.role(), &path, &excerpt, &files);
    let said = &refund.requested.reason.text;
    let shown_refund = RefundView::new(reader, &excerpt.reasons, refund, Role::Buyer);
    let here = asked.map_or_else(|| history.here.clone(), |kind| format!("{path}?ask={kind}"));
    let page = Page {
        page: Frame::for_buyer(visit, "buyer-title")
            .coming_back_to(here)
            .with_own_live(&format!("{path}/live"), last_told.filter(|_| excerpt.is_latest))
            .saying(notice),
        seller: seller.name.to_string(),
        possible: possible.into_iter().map(CommandKind::as_str).collect(),
        asked,
        history,
        offered: refund.negotiation.as_ref().map(|own| files.named(&own.offer.files, Role::Seller)).unwrap_or_default(),
        files,
        types: types(reader, &typed("type", refund.requested.kind.to_string())),
        amount: typed("amount", refund.requested.amount.decimal()),
        reason: typed(
            "reason",
            Some(said).filter(|said| !said.is_erased()).map(ToString::to_string).unwrap_or_default(),
        ),
        reasons: ReasonChoices { reader: *reader, reasons: excerpt.reasons.clone() },
        currency: refund.line.paid.currency().to_string(),
        lead: Lead::new(reader, refund, &shown_refund),
        refund: shown_refund,
        path,
        form: visit.form.clone(),
        tried,
    };
    shown(page.page.status(), &page)
}

/// Carries out what the buyer confirmed.
pub(super) async fn carry_out(visit: Visit) -> Result<Response, Problem> {
    let (caller, id) = visit.buyer().await?;
    let kind = visit.action()?;
    let refund = visit.app.known(&caller, &id).await?;
    caller.actor_for(&refund, kind)?;
    let command = match command(kind, &visit.form, &refund) {
        Ok(command) => command,
        Err(mistake) => return page(&visit, &caller, &id, Some(told_mistake(&visit, &mistake))).await,
    };
    match visit.act(&caller, &refund, kind, command).await? {
        Ok(_) => Ok(go_and_tell(&format!("/b/{}", visit.param("token")), kind.as_str())),
        Err(refused) => page(&visit, &caller, &id, Some(told_no(&visit, &refused))).await,
    }
}

/// Posts what the buyer wrote.
pub(super) async fn write(visit: Visit) -> Result<Response, Problem> {
    let (caller, id) = visit.buyer().await?;
    let refund = visit.app.known(&caller, &id).await?;
    match post(&visit, &caller, &refund).await? {
        None => Ok(go_and_tell(&format!("/b/{}", visit.param("token")), "message")),
        no => page(&visit, &caller, &id, no).await,
    }
}
