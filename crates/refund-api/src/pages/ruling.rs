//! The operator's ruling: what it will mean is shown before it is made, because nothing takes it back.

use askama::Template;
use axum::response::Response;
use refund_core::{Command, CommandKind, Currency, Event, NamedFiles, Reason, Refund, Role, Ruling};
use refund_store::Around;

use super::form::{Form, Mistake};
use super::frame::{Frame, Notice, go_and_tell, shown};
use super::refund::{Situation, page as refund_page, situation, told_mistake, told_no};
use super::sides::Side;
use super::view::{FileView, Files, RefundView, told_briefly};
use super::visit::Visit;
use super::way::Way;
use crate::app::Settled;
use crate::callers::Caller;
use crate::problem::Problem;
use crate::stats::{AskedDays, Numbers, counted};

/// What is typed, or what that would mean once it has been looked at.
#[derive(Template)]
#[template(path = "pages/ruling.html")]
struct Page {
    page: Frame,
    refund: RefundView,
    currency: String,
    /// The most that can be paid.
    max: String,
    form: Form,
    files: Files,
    /// What there is to be known before a ruling, until one is looked at.
    case: Option<Case>,
    review: Option<Review>,
}

/// What an operator goes by.
struct Case {
    seller: String,
    /// How often it was ruled on the seller's refunds before, and how; nothing while that is being counted.
    earlier: Option<String>,
    sides: Vec<Side>,
}

/// A ruling that can be made.
struct Review {
    /// What the buyer is paid, if anything.
    paid: Option<String>,
    reason: String,
    /// What shows it.
    files: Vec<FileView>,
    happens: Vec<String>,
    fields: Vec<(String, String)>,
}

/// The refund, settled, and who asks.
async fn settled(visit: &Visit) -> Result<(Caller, Settled), Problem> {
    let caller = visit.person()?.caller.clone();
    let id = visit.refund_id()?;
    visit.app.known(&caller, &id).await?;
    caller.only(CommandKind::Rule.roles())?;
    let settled = visit.app.settled_now(&caller, &id).await?;
    Ok((caller, settled))
}

pub(super) async fn ask(visit: Visit) -> Result<Response, Problem> {
    let (caller, Settled { around, now }) = settled(&visit).await?;
    let mut actions = around.every_action(vec![caller.itself()], now).into_iter().flat_map(|(_, actions)| actions);
    let against = actions.find(|action| action.kind == CommandKind::Rule).and_then(|action| action.against);
    if let Some(refusal) = against {
        return refund_page(&visit, Some(Notice::ruled(&visit.reader, &refusal))).await;
    }
    page(&visit, &around, None, None).await
}

/// Looks at what was typed, or rules so once it has been looked at.
pub(super) async fn rule(visit: Visit) -> Result<Response, Problem> {
    let (caller, Settled { around, now }) = settled(&visit).await?;
    let refund = &around.refund;
    let (ruling, reason, files) = match ruled(&visit.form, refund.line.paid.currency()) {
        Ok(ruled) => ruled,
        Err(mistake) => return page(&visit, &around, Some(told_mistake(&visit, &mistake)), None).await,
    };
    let command = Command::Rule { ruling, reason: reason.clone(), files: files.clone() };
    match visit.form.get("step") {
        "rule" => match visit.act(&caller, refund, CommandKind::Rule, command).await? {
            Ok(()) => Ok(go_and_tell(&Way::of(&visit.query).to(&refund.id), CommandKind::Rule.as_str())),
            Err(refused) => refund_page(&visit, Some(told_no(&visit, &refused))).await,
        },
        "review" => match around.outcome(&caller.itself(), &command, now) {
            Ok(events) => {
                let shown = Files::of_refund(&visit, refund, Role::Operator).named(&files, Role::Operator);
                let review = Review::new(&visit, ruling, &reason, shown, &events);
                page(&visit, &around, None, Some(review)).await
            }
            Err(refusal) => page(&visit, &around, Some(Notice::ruled(&visit.reader, &refusal)), None).await,
        },
        _ => page(&visit, &around, None, None).await,
    }
}

fn ruled(form: &Form, currency: Currency) -> Result<(Ruling, Reason, NamedFiles), Mistake> {
    let reason = form.needed("reason")?;
    let ruling = match form.get("decision") {
        "REFUND" => Ruling::Refund { amount: form.money("amount", currency)? },
        // Whoever wrote an amount wants it paid.
        "CLOSE" if !form.get("amount").trim().is_empty() => {
            return Err(Mistake::new("amount", "mistake-amount-beside-close"));
        }
        "CLOSE" => Ruling::Close,
        _ => return Err(Mistake::new("decision", "mistake-choose")),
    };
    Ok((ruling, reason, form.named_files()?))
}

async fn page(
    visit: &Visit,
    around: &Around,
    notice: Option<Notice>,
    review: Option<Review>,
) -> Result<Response, Problem> {
    let refund = &around.refund;
    let files = Files::of_refund(visit, refund, Role::Operator);
    let case = if review.is_some() { None } else { Some(Case::find(visit, refund, &files).await?) };
    let shown_page = Page {
        page: Frame::new(visit, "action-rule", "refunds")
            .with_live(&format!("/refunds/{}/live", refund.id))
            .saying(notice),
        refund: RefundView::new(&visit.reader, &visit.reasons(&refund.seller_id), refund, Role::Operator),
        currency: refund.line.paid.currency().to_string(),
        max: visit.reader.money(around.refundable),
        form: visit.form.clone(),
        files,
        case,
        review,
    };
    shown(shown_page.page.status(), &shown_page)
}

impl Case {
    async fn find(visit: &Visit, refund: &Refund, files: &Files) -> Result<Self, Problem> {
        let (app, caller) = (&visit.app, visit.person()?.caller.clone());
        let Situation { around, excerpt, .. } = situation(visit, &caller, &refund.id).await?;
        let counted = counted(&app.engine, &app.stats, Some(&refund.seller_id), AskedDays::EVER).await;
        Ok(Self {
            seller: around.seller.name.to_string(),
            earlier: counted.ok().map(|days| told_earlier(visit, days.values())),
            sides: Side::both(visit, &excerpt, files),
        })
    }
}

/// How it was ruled on a seller's refunds, in words.
fn told_earlier<'n>(visit: &Visit, days: impl Iterator<Item = &'n Numbers>) -> String {
    let mut all = Numbers::default();
    days.for_each(|day| all.add(day));
    let told = [("paid", all.ruled_paid.into()), ("closed", all.ruled_closed.into())];
    visit.reader.language.say("ruling-earlier", &told)
}

impl Review {
    fn new(visit: &Visit, ruling: Ruling, reason: &Reason, files: Vec<FileView>, events: &[Event]) -> Self {
        let paid = match ruling {
            Ruling::Refund { amount } => Some(visit.reader.money(amount)),
            Ruling::Close => None,
        };
        let fields = visit.form.fields().filter(|(name, _)| !matches!(*name, "step" | "mark" | "version"));
        Self {
            paid,
            reason: reason.to_string(),
            files,
            happens: told_briefly(&visit.reader, events),
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }
}
