//! Many refunds at once: each is done or refused by itself, and says so.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{CommandKind, Refund, RefundId};
use refund_store::{Precondition, Refused, Request, Work};

use super::act::command;
use super::form::{Form, Mistake};
use super::frame::{Frame, Notice, shown};
use super::refund::{told_mistake, told_no};
use super::trouble::name_of;
use super::visit::Visit;
use crate::problem::Problem;
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

/// What can be done with many.
const ACTIONS: [CommandKind; 3] = [CommandKind::Agree, CommandKind::Refuse, CommandKind::MakeOffer];

/// Agrees to, refuses or makes an offer on all that were ticked.
pub(super) async fn carry_out(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.person()?.caller.clone();
    let (app, form) = (&visit.app, &visit.form);
    let kind = form.choice("action").ok().filter(|kind| ACTIONS.contains(kind));
    let ticked = ticked(form);
    let notice = ticked.is_empty().then(|| Notice::bad(visit.reader.say("bulk-nothing-ticked")));
    // All are read before the first is done: nothing is half done because of one that is not theirs.
    let mut asked = Vec::with_capacity(ticked.len());
    for (id, version) in ticked {
        let refund = app.known(&caller, &id).await?;
        let work = match kind.ok_or(Mistake::new("action", "mistake-choose")) {
            Ok(kind) => {
                let actor = caller.actor_for(&refund, kind)?;
                let precondition = Precondition::Version(version);
                let request = |command| Request::new(actor, Work::Command { refund_id: id, command });
                command(kind, form, &refund).map(|command| Request { precondition, ..request(command) })
            }
            Err(mistake) => Err(mistake),
        };
        asked.push((refund, work));
    }
    // And all are handed in before the first is waited for, so that they share what a disk takes its time for.
    let hand_in =
        |(refund, request): (Refund, Result<Request, Mistake>)| (refund, request.map(|r| app.engine.hand_in(r)));
    let handed_in: Vec<_> = asked.into_iter().map(hand_in).collect();
    let mut results = Vec::with_capacity(handed_in.len());
    for (refund, reply) in handed_in {
        let no = match reply {
            Err(mistake) => Some(told_mistake(&visit, &mistake)),
            Ok(reply) => reply.await.err().map(|refused| told(&visit, refused)),
        };
        let now = app.engine.store().refund(&refund.id).await?.map_or(refund, |around| around.refund);
        results.push(Outcome {
            id: now.id.to_string(),
            title: now.line.title.to_string(),
            order_id: now.line.order_id.to_string(),
            status: visit.reader.term("status", now.status.kind().as_str()),
            no,
        });
    }
    let page = Bulk {
        page: Frame::new(&visit, "bulk-title", "refunds").coming_back_to("/refunds".to_owned()),
        notice,
        done: results.iter().filter(|result| result.no.is_none()).count(),
        results,
    };
    shown(StatusCode::OK, &page)
}

/// Why one was not done. What is wrong with the server is told like a rule's no, because others may be done.
fn told(visit: &Visit, refused: Refused) -> Notice {
    if matches!(refused, Refused::Rule { .. } | Refused::VersionMoved { .. }) {
        return told_no(visit, &refused).0;
    }
    Notice::bad(visit.reader.say(name_of(Problem::from(refused).code())))
}
