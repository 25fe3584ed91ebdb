//! Many refunds at once: each is done or refused by itself, and says so.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{Command, CommandKind, MakeOffer, Refund, RefundId, RefundType};
use refund_store::{Expected, Refused, Request, Work};

use super::form::{Form, Mistake};
use super::frame::{Frame, Notice, shown};
use super::refund::{told_mistake, told_no};
use super::visit::Visit;
use crate::entropy;
use crate::error::Problem;
use crate::wire::BULK_MAX;

/// What came of each.
#[derive(Template)]
#[template(path = "pages/bulk.html")]
pub(crate) struct Bulk {
    pub(crate) page: Frame,
    pub(crate) notice: Option<Notice>,
    pub(crate) done: usize,
    pub(crate) results: Vec<Outcome>,
}

pub(crate) struct Outcome {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) order_id: String,
    pub(crate) status: String,
    pub(crate) no: Option<Notice>,
}

/// The refunds that were ticked, each with the version that the list showed.
fn ticked(form: &Form) -> Vec<(RefundId, u64)> {
    let ticked = form.all("refund").filter_map(|value| value.split_once(' '));
    let read = ticked.filter_map(|(id, version)| Some((id.parse().ok()?, version.parse().ok()?)));
    read.take(BULK_MAX).collect()
}

fn command(form: &Form, refund: &Refund) -> Result<(CommandKind, Command), Mistake> {
    match form.get("action") {
        "agree" => Ok((CommandKind::Agree, Command::Agree { return_address_id: None })),
        "refuse" => Ok((CommandKind::Refuse, Command::Refuse { reason: form.needed("reason")? })),
        "make_offer" => {
            let offer = MakeOffer {
                negotiation_id: entropy::negotiation_id(&refund.id)
                    .map_err(|_| Mistake::new("action", "mistake-choose"))?,
                kind: RefundType::RefundOnly,
                amount: form.money("amount", refund.line.paid.currency())?,
                return_address_id: None,
                message: form.text("message")?,
                agreed_offline: form.is_ticked("agreed_offline"),
            };
            Ok((CommandKind::MakeOffer, Command::MakeOffer(offer)))
        }
        _ => Err(Mistake::new("action", "mistake-choose")),
    }
}

/// Agrees to, refuses or makes an offer on all that were ticked.
pub(super) async fn carry_out(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.person()?.caller.clone();
    let app = &visit.app;
    let ticked = ticked(&visit.form);
    let notice = ticked.is_empty().then(|| Notice::bad(visit.reader.say("bulk-nothing-ticked")));
    // All are handed in before the first is waited for, so that they share what a disk takes its time for.
    let mut handed_in = Vec::with_capacity(ticked.len());
    for (id, version) in ticked {
        let refund = app.known(&caller, &id)?;
        let reply = command(&visit.form, &refund).map(|(kind, command)| {
            let actor = caller.actor_for(&refund, kind)?;
            let work = Work::Command { refund_id: id, actor, command, expected: Expected::Version(version) };
            Ok::<_, Problem>(app.hand_in(Request::new(work)))
        });
        handed_in.push((refund, reply));
    }
    let mut results = Vec::with_capacity(handed_in.len());
    for (refund, reply) in handed_in {
        let no = match reply {
            Err(mistake) => Some(told_mistake(&visit, &mistake)),
            Ok(reply) => match reply?.await {
                Ok(_) => None,
                Err(refused @ (Refused::Rule { .. } | Refused::VersionMoved { .. })) => {
                    Some(told_no(&visit, &refused).0)
                }
                Err(refused) => return Err(refused.into()),
            },
        };
        let now = app.store().refund(&refund.id)?.unwrap_or(refund);
        results.push(Outcome {
            id: now.id.to_string(),
            title: now.line.title.to_string(),
            order_id: now.line.order_id.to_string(),
            status: visit.reader.term("status", now.status.kind().as_str()),
            no,
        });
    }
    let page = Bulk {
        page: Frame::new(&visit, "bulk-title", "refunds"),
        notice,
        done: results.iter().filter(|result| result.no.is_none()).count(),
        results,
    };
    shown(StatusCode::OK, &page)
}
