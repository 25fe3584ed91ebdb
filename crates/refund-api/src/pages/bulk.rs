//! Many refunds at once: what will be done is shown first, then each is done or refused by itself, and says so.

mod look;

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{Actor, Command, CommandKind, Event, Refund, RefundId, Timestamp};
use refund_store::{Around, Precondition, Refused, Request, Work};

use super::act::command;
use super::form::{Form, Mistake};
use super::frame::{Frame, Notice, shown};
use super::leading::go_to;
use super::refund::{told_mistake, told_no};
use super::saved;
use super::seen::{addresses_moved, saved_offer_moved, told_addresses_moved, told_saved_offer_moved};
use super::trouble::name_of;
use super::view::told_briefly;
use super::visit::Visit;
use super::way::Way;
use crate::app::Settled;
use crate::feed::told_up_to;
use crate::problem::Problem;
use crate::wire::BULK_MAX;

/// What came of each.
#[derive(Template)]
#[template(path = "pages/bulk.html")]
struct Done {
    page: Frame,
    done: usize,
    rows: Vec<Row>,
}

/// One refund of many.
struct Row {
    id: String,
    title: String,
    order_id: String,
    asked: String,
    status: String,
    /// What happens to it, or has happened; or why nothing does.
    outcome: Result<Vec<String>, Notice>,
}

impl Row {
    fn new(visit: &Visit, refund: &Refund, outcome: Result<Vec<String>, Notice>) -> Self {
        let (reader, asked) = (&visit.reader, &refund.requested);
        Self {
            id: refund.id.to_string(),
            title: refund.line.title.to_string(),
            order_id: refund.line.order_id.to_string(),
            asked: format!("{} · {}", reader.term("type", asked.kind.as_str()), reader.money(asked.amount)),
            status: reader.term("status", refund.status.kind().as_str()),
            outcome,
        }
    }
}

/// A refund that was ticked, with what is to be done about it.
struct Ticked {
    around: Around,
    now: Timestamp,
    seen: AsListed,
    actor: Actor,
    command: Result<Command, Mistake>,
}

/// How a refund stood when the list showed it.
#[derive(Debug, Clone, Copy)]
struct AsListed {
    /// Nothing is done with another one.
    version: u64,
    /// The number of its last event then: what came behind it is told. Versions leap after a restore, so that these say
    /// nothing of how much that is.
    sequence: u64,
}

impl Ticked {
    /// As a form says it.
    fn as_sent(&self) -> String {
        format!("{} {} {}", self.around.refund.id, self.seen.version, self.seen.sequence)
    }
}

/// What can be done with many.
const ACTIONS: [CommandKind; 3] = [CommandKind::Agree, CommandKind::Refuse, CommandKind::MakeOffer];

/// The fields that name the refunds to be done, and those that name all that were ticked.
const DONE: &[&str] = &["refund"];
const TICKED: &[&str] = &["refund", "beside"];

/// The refunds in these fields, each once, as the list showed them.
fn ticks(form: &Form, fields: &[&str]) -> Vec<(RefundId, AsListed)> {
    let mut known = BTreeSet::new();
    let ticks = fields.iter().flat_map(|field| form.all(field)).filter_map(tick);
    ticks.filter(|(id, _)| known.insert(id.clone())).take(BULK_MAX).collect()
}

fn tick(value: &str) -> Option<(RefundId, AsListed)> {
    let (id, seen) = value.split_once(' ')?;
    let (version, sequence) = seen.split_once(' ')?;
    Some((id.parse().ok()?, AsListed { version: version.parse().ok()?, sequence: sequence.parse().ok()? }))
}

/// What is to be done with which refunds, or what is wrong with that. All are read before the first is done: nothing is
/// half done because of one that is not theirs.
async fn chosen(visit: &Visit, fields: &[&str]) -> Result<Result<(CommandKind, Vec<Ticked>), Notice>, Problem> {
    let (caller, settings) = (&visit.person()?.caller, visit.app.engine.settings());
    let Some(kind) = visit.form.choice("action").ok().filter(|kind| ACTIONS.contains(kind)) else {
        return Ok(Err(told_mistake(visit, &Mistake::new("action", "mistake-choose"))));
    };
    let mut all = Vec::new();
    for (id, seen) in ticks(&visit.form, fields) {
        let Settled { around, now } = visit.app.settled_now(caller, &id).await?;
        let actor = caller.actor_for(&around.refund, kind)?;
        let is_saved = kind == CommandKind::MakeOffer && visit.form.is_ticked("saved");
        let command = if is_saved {
            saved::offered(&visit.form, &settings, &around).map(Command::MakeOffer)
        } else {
            command(kind, &visit.form, &around.refund)
        };
        all.push(Ticked { around, now, seen, actor, command });
    }
    if all.is_empty() {
        return Ok(Err(Notice::bad(visit.reader.say("bulk-nothing-ticked"))));
    }
    Ok(Ok((kind, all)))
}

/// Shows what will be done with all that were ticked in a form that was not taken. Where none was, the queue is shown.
pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.person()?;
    if visit.is_resumed { look(&visit, None).await } else { Ok(go_to(&Way::of(&visit.query).back())) }
}

/// Shows what will be done with all that were ticked, and does it once that has been confirmed.
pub(super) async fn act(visit: Visit) -> Result<Response, Problem> {
    if visit.form.get("step") != "confirmed" {
        return look(&visit, None).await;
    }
    let (kind, all) = match chosen(&visit, DONE).await? {
        Ok(chosen) => chosen,
        Err(notice) => return done(&visit, Some(notice), Vec::new()),
    };
    let settings = visit.app.engine.settings();
    for ticked in all.iter().filter(|_| kind != CommandKind::Refuse) {
        if addresses_moved(&visit.form, &ticked.around.seller)? {
            return look(&visit, Some(told_addresses_moved(&visit))).await;
        }
        if kind == CommandKind::MakeOffer && saved_offer_moved(&visit.form, &settings, &ticked.around)? {
            return look(&visit, Some(told_saved_offer_moved(&visit))).await;
        }
    }
    carry_out(&visit, all).await
}

async fn look(visit: &Visit, again: Option<Notice>) -> Result<Response, Problem> {
    match chosen(visit, TICKED).await? {
        Ok((kind, all)) => look::show(visit, kind, &all, again),
        Err(notice) => done(visit, Some(notice), Vec::new()),
    }
}

async fn carry_out(visit: &Visit, all: Vec<Ticked>) -> Result<Response, Problem> {
    let (caller, engine) = (&visit.person()?.caller, &visit.app.engine);
    let place = visit.app.admission.many_at_once(caller)?;
    let asked = |(number, ticked): (usize, Ticked)| {
        let Ticked { around, seen, actor, command, .. } = ticked;
        let request = command.map(|command| {
            let work = Work::Command { refund_id: around.refund.id.clone(), command };
            let request = visit.asking(Request::new(actor, work));
            let idempotency = request.idempotency.map(|(key, print)| (key.of_item(number), print));
            Request { precondition: Precondition::Version(seen.version), idempotency, ..request }
        });
        ((around.refund, seen), request)
    };
    let (ticked, requests): (Vec<_>, Vec<_>) = all.into_iter().enumerate().map(asked).unzip();
    let mut rows = Vec::with_capacity(ticked.len());
    for ((before, seen), decided) in ticked.into_iter().zip(engine.hand_in_all(place, requests).await?) {
        let refused = match decided {
            Err(mistake) => Some(told_mistake(visit, &mistake)),
            Ok(decided) => decided.err().map(|refused| notice_of(visit, refused)),
        };
        let now = engine.store().refund(&before.id).await?.map_or(before, |around| around.refund);
        let outcome = match refused {
            Some(no) => Err(no),
            None => Ok(happened_since(visit, &now, seen).await?),
        };
        rows.push(Row::new(visit, &now, outcome));
    }
    done(visit, None, rows)
}

fn done(visit: &Visit, notice: Option<Notice>, rows: Vec<Row>) -> Result<Response, Problem> {
    let page = Done {
        page: Frame::new(visit, "bulk-title", "refunds").coming_back_to(Way::of(&visit.query).back()).saying(notice),
        done: rows.iter().filter(|row| row.outcome.is_ok()).count(),
        rows,
    };
    shown(StatusCode::OK, &page)
}

/// What has changed a refund since the list showed it.
async fn happened_since(visit: &Visit, refund: &Refund, seen: AsListed) -> Result<Vec<String>, Problem> {
    let count = usize::try_from(refund.sequence.saturating_sub(seen.sequence)).unwrap_or_default();
    let is_wanted = |event: &Event| event.sequence > seen.sequence && event.fact.changes_state();
    let events = told_up_to(visit.app.engine.store(), &refund.id, refund.sequence, count, is_wanted).await?;
    let events: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
    Ok(told_briefly(&visit.reader, &events))
}

/// Why one was not done. What is wrong with the server is told like a rule's no, because others may be done.
fn notice_of(visit: &Visit, refused: Refused) -> Notice {
    if matches!(refused, Refused::VersionMoved { .. }) {
        return moved(visit);
    }
    if matches!(refused, Refused::Rule { .. }) {
        return told_no(visit, &refused);
    }
    Notice::bad(visit.reader.say(name_of(Problem::from(refused).code())))
}

/// It is not what was ticked any more.
fn moved(visit: &Visit) -> Notice {
    Notice::moved(visit.reader.say("bulk-moved"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::{Request, header};
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use refund_store::{KeyRole, SetUp, TeamRole, User, UserChange};

    use crate::pages::mark;
    use crate::pages::signing_in::session_of;
    use crate::server::router;
    use crate::trial::{self, Machine, id};

    #[tokio::test(start_paused = true)]
    async fn what_a_clerk_confirmed_is_not_done_once_they_may_only_look() {
        let app = trial::on_a_lazy_store(&Machine::start(), || Duration::from_secs(1)).await;
        trial::set_up_a_seller(&app).await;
        trial::open(&app).await;
        let ann = User::new("usr_ann".to_owned(), id("ann"), KeyRole::Seller(id("s-1")));
        let (secret, session) = session_of(&ann);
        let form_mark = mark::of(&app, &session.secret, "usr_ann");
        let change = |change| SetUp::ChangeUser { user_id: "usr_ann".to_owned(), change };
        let clerk = User { team_role: TeamRole::Clerk, ..ann };
        for work in
            [SetUp::MakeUser(Box::new(clerk)), SetUp::SignIn { session: Box::new(session), link: None, shown: None }]
        {
            app.engine.submit(super::Request::new(trial::operator(), work)).await.unwrap();
        }
        let form = format!("mark={form_mark}&step=confirmed&action=refuse&reason=no&refund=rfd_1+1");
        let call = Request::post("/refunds/bulk").header(header::COOKIE, format!("__Host-session={secret}"));
        let call = call.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let server = TowerToHyperService::new(router(app.clone()));
        let answer = tokio::spawn(server.call(call.body(Body::from(form)).unwrap()));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let reader = change(UserChange::TeamRole(TeamRole::Reader));
        app.engine.submit(super::Request::new(trial::operator(), reader)).await.unwrap();
        // The answer is a page of its own, to which the browser is led.
        assert_eq!(answer.await.unwrap().unwrap().status(), 303, "it was theirs to ask");
        let refund = app.engine.store().refund(&id("rfd_1")).await.unwrap().unwrap().refund;
        assert_eq!(refund.version, 1, "{refund:?}");
    }
}
