//! What the buttons on a refund's page do: each form becomes one command, and goes through the one door.

use axum::response::Response;
use refund_core::{
    Attachments, Command, CommandKind, Currency, DeadlineKind, Message, Refund, RefundType, Request, Timestamp, Why,
};
use refund_store::Work;

use super::form::{Form, Mistake};
use super::frame::{Notice, go_and_tell};
use super::offer::offered;
use super::refund::{page, told_mistake, told_no};
use super::seen::{addresses_moved, told_addresses_moved};
use super::visit::Visit;
use super::way::Way;
use crate::callers::Caller;
use crate::problem::Problem;

/// Why somebody does something, as a form says it.
fn why(form: &Form) -> Result<Why, Mistake> {
    let code = if form.is_ticked("reason_code") { Some(form.choice("reason_code")?) } else { None };
    Ok(Why { text: form.needed("reason")?, code, files: form.named_files()? })
}

/// The command that a form asks for.
pub(super) fn command(kind: CommandKind, form: &Form, refund: &Refund) -> Result<Command, Mistake> {
    let currency: Currency = refund.line.paid.currency();
    Ok(match kind {
        CommandKind::AcceptOffer => Command::AcceptOffer { negotiation_id: form.choice("negotiation_id")? },
        CommandKind::RejectOffer => Command::RejectOffer { negotiation_id: form.choice("negotiation_id")? },
        CommandKind::WithdrawOffer => Command::WithdrawOffer,
        CommandKind::Agree => {
            let named = form.get("return_address_id");
            let address = if named.is_empty() { None } else { Some(form.choice("return_address_id")?) };
            Command::Agree { return_address_id: address }
        }
        CommandKind::Refuse => Command::Refuse { reason: why(form)? },
        CommandKind::Modify => {
            let (kind, amount) = (form.choice("type")?, form.money("amount", currency)?);
            Command::Modify { request: Request { kind, amount, reason: why(form)? } }
        }
        CommandKind::Cancel => Command::Cancel { reason: form.text("reason")? },
        CommandKind::Escalate => Command::Escalate { reason: why(form)? },
        CommandKind::Ship => {
            Command::Ship { carrier: form.needed("carrier")?, tracking_number: form.needed("tracking_number")? }
        }
        CommandKind::ConfirmReceipt => Command::ConfirmReceipt,
        CommandKind::RefuseReceipt => Command::RefuseReceipt { reason: why(form)? },
        CommandKind::WaiveReturn => Command::WaiveReturn,
        CommandKind::Extend => {
            let kind: DeadlineKind = form.choice("kind")?;
            let hours: u32 = form.choice("hours")?;
            let running = refund.deadlines().into_iter().find(|deadline| deadline.kind == kind);
            let from = running.map_or(refund.updated_at, |deadline| deadline.at);
            Command::Extend { kind, to: later(from, hours) }
        }
        CommandKind::RetryPayout => Command::RetryPayout,
        CommandKind::MakeOffer => Command::MakeOffer(offered(form, refund)?),
        // A ruling is looked at first, on a page of its own; what a platform's programs tell, no page does.
        CommandKind::Rule | CommandKind::ReportPayout | CommandKind::MarkShipped => {
            return Err(Mistake::new("action", "mistake-choose"));
        }
    })
}

fn later(from: Timestamp, hours: u32) -> Timestamp {
    let millis = from.as_millis().saturating_add(i64::from(hours).saturating_mul(3_600_000));
    Timestamp::from_millis(millis).unwrap_or(from)
}

/// Carries out an action of whoever is signed in.
pub(super) async fn carry_out(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.person()?.caller.clone();
    let id = visit.refund_id()?;
    let kind = visit.action()?;
    let refund = visit.app.known(&caller, &id).await?;
    caller.actor_for(&refund, kind)?;
    let command = match command(kind, &visit.form, &refund) {
        Ok(command) => command,
        Err(mistake) => return page(&visit, Some(told_mistake(&visit, &mistake))).await,
    };
    let goes_back = kind == CommandKind::Agree && refund.requested.kind == RefundType::ReturnAndRefund;
    let settings = visit.app.engine.settings();
    if let Some(seller) = settings.seller(&refund.seller_id).filter(|_| goes_back)
        && addresses_moved(&visit.form, seller)?
    {
        return page(&visit, Some(told_addresses_moved(&visit))).await;
    }
    match visit.act(&caller, &refund, kind, command).await? {
        Ok(_) => Ok(go_and_tell(&Way::of(&visit.query).to(&id), kind.as_str())),
        Err(refused) => page(&visit, Some(told_no(&visit, &refused))).await,
    }
}

/// Posts what somebody wrote on a refund. It changes nothing about it, so it speaks of no version.
pub(super) async fn write(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.person()?.caller.clone();
    let id = visit.refund_id()?;
    let refund = visit.app.known(&caller, &id).await?;
    match post(&visit, &caller, &refund).await? {
        None => Ok(go_and_tell(&Way::of(&visit.query).to(&id), "message")),
        no => page(&visit, no).await,
    }
}

/// Posts a message; what stands against it, if something does.
pub(super) async fn post(visit: &Visit, caller: &Caller, refund: &Refund) -> Result<Option<Notice>, Problem> {
    let text = match visit.form.needed("text") {
        Ok(text) => text,
        Err(mistake) => return Ok(Some(told_mistake(visit, &mistake))),
    };
    let for_operators = visit.form.get("readers") == "operators";
    let internal = for_operators || visit.form.get("readers") == "internal";
    let files = match visit.form.named_files() {
        Ok(files) => files,
        Err(mistake) => return Ok(Some(told_mistake(visit, &mistake))),
    };
    let message = Message { text, attachments: Attachments::default(), internal, for_operators, files };
    let actor = caller.actor_among(refund, message.roles())?;
    let work = Work::PostMessage { refund_id: refund.id.clone(), message: Box::new(message) };
    let done = visit.done(refund_store::Request::new(actor, work)).await?;
    Ok(done.err().map(|refused| told_no(visit, &refused)))
}
