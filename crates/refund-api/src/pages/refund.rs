//! One refund: everything about it, and what can be done now.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{Action, CommandKind, DeadlineKind, Event, RefundId, Refusal, Role};
use refund_store::{Around, Refused};

use super::beside::{Beside, Earlier};
use super::form::Mistake;
use super::frame::{Frame, Notice, shown};
use super::queue::Choice;
use super::reasons::ReasonChoices;
use super::saved::{self, SavedView};
use super::seen;
use super::too_often::from_when;
use super::view::{Excerpt, Files, History, RefundView, refusal_text};
use super::visit::Visit;
use super::way::Way;
use crate::app::Settled;
use crate::callers::Caller;
use crate::feed::{told, told_up_to};
use crate::problem::Problem;

/// How much of a history is on one page: all, for most refunds.
const HISTORY_PAGE: usize = 200;

/// One refund for whoever works with it.
#[derive(Template)]
#[template(path = "pages/refund.html")]
pub(crate) struct Page {
    pub(crate) page: Frame,
    pub(crate) refund: RefundView,
    pub(crate) seller: String,
    /// What the platform calls it.
    pub(crate) reference: Option<String>,
    /// What the platform keeps with it, each text under its name.
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) possible: Vec<ActionView>,
    /// What the seller has prepared and can offer here, with what it comes to.
    pub(crate) saved: Vec<SavedView>,
    pub(crate) against: Vec<ActionView>,
    pub(crate) history: History,
    pub(crate) files: Files,
    /// What stands beside it in the queue.
    pub(crate) beside: Option<Beside>,
    /// What else its buyer has asked this seller for.
    pub(crate) earlier: Option<Earlier>,
    pub(crate) addresses: Vec<(String, String)>,
    /// What the addresses are, in short.
    pub(crate) addresses_seen: String,
    pub(crate) deadlines: Vec<Choice>,
    pub(crate) reasons: ReasonChoices,
    pub(crate) is_operator: bool,
    /// A link for the buyer that was just made.
    pub(crate) buyer_link: Option<String>,
    pub(crate) form: super::form::Form,
    /// The action that was tried and did not go through: its form is shown with what was typed.
    pub(crate) tried: String,
}

/// What can be done, or why not.
pub(crate) struct ActionView {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) against: String,
    pub(crate) rule: &'static str,
    pub(crate) possible_at: Option<String>,
}

impl ActionView {
    fn new(visit: &Visit, action: &Action) -> Self {
        let reader = &visit.reader;
        let refusal = action.against.as_ref();
        Self {
            kind: action.kind.as_str(),
            name: reader.term("action", action.kind.as_str()),
            against: refusal.map_or_else(String::new, |refusal| refusal_text(reader, refusal)),
            rule: refusal.map_or("", |refusal| refusal.rule().as_str()),
            possible_at: refusal.and_then(Refusal::possible_at).map(|at| reader.instant(at)),
        }
    }
}

/// A refund at one moment, with what its caller may do and see.
pub(super) struct Situation {
    pub(super) around: Around,
    pub(super) actions: Vec<Action>,
    /// What happened, as far as the caller may be told of it.
    pub(super) excerpt: Excerpt,
    /// The id of the last event in it.
    pub(super) last_told: Option<String>,
}

/// Reads a refund with what its caller could do, settled, with the part of its history that is asked for.
pub(super) async fn situation(visit: &Visit, caller: &Caller, id: &RefundId) -> Result<Situation, Problem> {
    let app = &visit.app;
    let asked = visit.query.get("until").parse().unwrap_or(u64::MAX);
    let Settled { around, now } = app.settled_now(caller, id).await?;
    let (store, role) = (app.engine.store(), caller.role());
    let is_theirs = |event: &Event| event.fact.is_for(role);
    let until = asked.min(around.refund.sequence).max(1);
    let mut history = told_up_to(store, id, until, HISTORY_PAGE.saturating_add(1), is_theirs).await?;
    let has_earlier = history.len() > HISTORY_PAGE;
    history.drain(..usize::from(has_earlier));
    // What they may not know of must not be seen by there being more.
    let is_latest = until == around.refund.sequence || told(store, id, until, 1, is_theirs).await?.is_empty();
    let all = around.every_action(caller.actors(&around.refund), now);
    let reasons = app.engine.settings().reasons(Some(&around.refund.seller_id));
    Ok(Situation {
        last_told: history.last().map(|(position, event)| app.event_ids.of(caller, *position, event)),
        around,
        actions: all.into_iter().flat_map(|(_, actions)| actions).collect(),
        excerpt: Excerpt {
            events: history.into_iter().map(|(_, event)| event).collect(),
            has_earlier,
            is_latest,
            reasons,
        },
    })
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let role = visit.person()?.caller.role();
    page(&visit, done_before(&visit, "done", role)).await
}

/// What the page before did, told once.
pub(super) fn done_before(visit: &Visit, texts: &str, role: Role) -> Option<Notice> {
    let done = visit.done.parse::<CommandKind>().ok().filter(|kind| kind.roles().contains(&role));
    let said = done.map(|kind| visit.reader.term(texts, kind.as_str()));
    let beside = ["message", "files", "erased", "forgotten"].into_iter().find(|beside| visit.done == *beside);
    said.or_else(|| beside.map(|beside| visit.reader.term("done", beside))).map(Notice::good)
}

/// The page as it stands now, with what has to be told first.
pub(super) async fn page(visit: &Visit, notice: Option<Notice>) -> Result<Response, Problem> {
    page_of(visit, notice, None).await
}

/// The same with a link for the buyer that was just made.
pub(super) async fn page_with_link(visit: &Visit, link: String) -> Result<Response, Problem> {
    page_of(visit, None, Some(link)).await
}

async fn page_of(visit: &Visit, notice: Option<Notice>, buyer_link: Option<String>) -> Result<Response, Problem> {
    let caller = visit.person()?.caller.clone();
    let reader = &visit.reader;
    let id = visit.refund_id()?;
    let Situation { around, actions, excerpt, .. } = situation(visit, &caller, &id).await?;
    let (refund, seller) = (&around.refund, &around.seller);
    let files = Files::of_refund(visit, refund, caller.role());
    let history = History::new(visit, caller.role(), &Way::of(&visit.query).to(&id), &excerpt, &files);
    let notice = notice.map(|notice| notice.told_since(visit, refund, &excerpt.events));
    let may_offer = actions.iter().any(|own| own.kind == CommandKind::MakeOffer && own.against.is_none());
    let saved = if may_offer { saved::views(visit, &around)? } else { Vec::new() };
    let (possible, against): (Vec<_>, Vec<_>) = actions.iter().partition(|action| action.against.is_none());
    let default = seller.addresses.default_address();
    let addresses = seller.addresses.iter().map(|own| {
        let mark = if own.id == default.id { format!(" ({})", reader.say("address-default")) } else { String::new() };
        (own.id.to_string(), format!("{}{mark}", own.address))
    });
    let running = refund.deadlines();
    let deadlines = running.iter().map(|deadline| Choice::new(reader, "deadline", deadline.kind.as_str(), ""));
    let own = |deadline: &Choice| caller.role() == Role::Operator || deadline.value == DeadlineKind::BuyerShip.as_str();
    let view = |actions: Vec<&Action>| actions.into_iter().map(|action| ActionView::new(visit, action)).collect();
    let references = refund.references.disclosed_to(caller.role());
    let metadata = references.into_iter().flat_map(|references| references.metadata.entries());
    let frame = Frame::new(visit, "refund-title", "refunds");
    let shown_page = Page {
        files: Files { may_add: files.may_add && frame.may_work(), ..files },
        page: frame
            .titled(refund.line.title.to_string())
            .coming_back_to(history.here.clone())
            .with_live(&format!("/refunds/{id}/live"))
            .saying(notice),
        seller: seller.name.to_string(),
        reference: references.and_then(|references| references.external_reference.as_ref()).map(ToString::to_string),
        metadata: metadata.map(|entry| (entry.name().to_string(), entry.text().to_string())).collect(),
        saved: saved.into_iter().filter(|own| own.against.is_empty()).collect(),
        possible: view(possible),
        against: if refund.status.kind().is_final() { Vec::new() } else { view(against) },
        history,
        beside: Beside::find(visit, &id).await?,
        earlier: Earlier::find(visit, refund).await?,
        addresses: addresses.collect(),
        addresses_seen: seen::addresses(seller)?,
        deadlines: deadlines.filter(own).collect(),
        reasons: ReasonChoices { reader: *reader, reasons: excerpt.reasons.clone() },
        is_operator: caller.role() == Role::Operator,
        buyer_link,
        refund: RefundView::new(reader, &excerpt.reasons, refund, caller.role()),
        form: visit.form.clone(),
        tried: visit.tried(),
    };
    shown(shown_page.page.status(), &shown_page)
}

/// Why something was not done.
pub(super) fn told_no(visit: &Visit, refused: &Refused) -> Notice {
    if let Refused::Rule { refusal, .. } = refused {
        return Notice::ruled(&visit.reader, refusal);
    }
    if let Refused::TooOften { wait, .. } = refused {
        let at = visit.reader.instant(from_when(visit.app.engine.store().now(), *wait));
        let notice = Notice::bad(visit.reader.say_with("notice-too-often", "at", &at));
        return notice.under(StatusCode::TOO_MANY_REQUESTS);
    }
    Notice::moved(visit.reader.say("notice-moved"))
}

/// What is wrong with a form.
pub(super) fn told_mistake(visit: &Visit, mistake: &Mistake) -> Notice {
    Notice::mistaken(&visit.reader, &visit.reader.term("field", mistake.field), mistake)
}
