//! The queue: a seller's refunds, the most urgent first; all of them for an operator.

use std::str::FromStr;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{NegotiationStatus, Refund, RefundType, SellerId, StatusKind};
use refund_store::{Page, Query, Sort, Store};

use super::form::Form;
use super::frame::{Frame, shown};
use super::given_up::own_given_up;
use super::reader::Reader;
use super::reasons::ReasonChoices;
use super::saved::{self, SavedChoice};
use super::view::RefundView;
use super::visit::Visit;
use crate::problem::Problem;

/// How many refunds are on one page.
const PAGE: usize = 50;

/// The queue, or a part of it.
#[derive(Template)]
#[template(path = "pages/queue.html")]
pub(crate) struct Queue {
    pub(crate) page: Frame,
    /// That endpoints were given up.
    pub(crate) given_up: Option<String>,
    pub(crate) refunds: Vec<RefundView>,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) negotiations: Vec<Choice>,
    pub(crate) order: String,
    pub(crate) seller: String,
    pub(crate) escalated: bool,
    pub(crate) is_filtered: bool,
    /// Where the first page is, if this isn't it.
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) shows_sellers: bool,
    /// Whether some can be ticked, to decide them at once.
    pub(crate) chooses: bool,
    /// What is typed for many at once: nothing yet.
    pub(crate) form: Form,
    pub(crate) reasons: ReasonChoices,
    /// What has been prepared to be offered on many at once.
    pub(crate) saved: Vec<SavedChoice>,
}

/// One thing out of a closed list, to be chosen.
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) text: String,
    pub(crate) is_chosen: bool,
}

impl Choice {
    /// One of the words of that kind, of which one is chosen.
    pub(super) fn new(reader: &Reader, kind: &str, value: &'static str, chosen: &str) -> Self {
        Self { value, text: reader.term(kind, value), is_chosen: value == chosen }
    }
}

pub(super) fn types(reader: &Reader, chosen: &str) -> Vec<Choice> {
    RefundType::ALL.iter().map(|kind| Choice::new(reader, "type", kind.as_str(), chosen)).collect()
}

/// What was asked for; nothing where no refund can have what is looked for, because it is no id.
fn query(visit: &Visit) -> Option<Query> {
    let seller = named::<SellerId>(visit, "seller").ok()?;
    Some(Query {
        seller_id: visit.seller_id().cloned().or(seller),
        order_id: named(visit, "order").ok()?,
        statuses: named::<StatusKind>(visit, "status").ok()?.into_iter().collect(),
        negotiation: named::<NegotiationStatus>(visit, "negotiation").ok()?,
        escalated: visit.query.is_ticked("escalated").then_some(true),
        sort: Sort::Deadline,
        limit: PAGE,
        ..Query::default()
    })
}

/// What a filter names, if it is used.
fn named<T: FromStr>(visit: &Visit, filter: &str) -> Result<Option<T>, T::Err> {
    let value = visit.query.get(filter).trim();
    if value.is_empty() { Ok(None) } else { value.parse().map(Some) }
}

/// How often the store is asked at the most, for a page of which a filter leaves few refunds.
const ASKED_MAX: usize = 25;

/// A page that is as full as it gets: where only a few of many match, the store gives what it has found in a
/// part of them.
async fn filled(store: &dyn Store, mut wanted: Query) -> Result<Page, Problem> {
    let mut filled = Page::default();
    for _ in 0..ASKED_MAX {
        let page = store.list(&wanted).await?;
        filled.items.extend(page.items);
        filled.next = page.next;
        wanted.limit = PAGE.saturating_sub(filled.items.len());
        if wanted.limit == 0 || filled.next.is_none() {
            break;
        }
        wanted.after = filled.next;
    }
    Ok(filled)
}

/// Shows the queue.
pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let person = visit.person()?.clone();
    let (app, reader, asked) = (&visit.app, &visit.reader, query(&visit));
    let list = format!("{} {asked:?}", person.caller.id());
    let cursor = visit.query.get("cursor");
    let after = if cursor.is_empty() { None } else { Some(app.cursors.read(cursor, &list)?) };
    let first = after.is_some().then(|| visit.same_with("cursor", ""));
    let found = match asked {
        Some(asked) => {
            let wanted = Query { after, ..asked };
            filled(app.engine.store(), wanted).await?
        }
        None => Page::default(),
    };
    let chosen = |filter: &str| visit.query.get(filter).trim();
    let role = person.caller.role();
    let view = |refund: &Refund| RefundView::new(reader, &visit.reasons(&refund.seller_id), refund, role);
    let refunds = found.items.iter().map(|around| view(&around.refund)).collect();
    let next = found.next.map(|place| visit.same_with("cursor", &app.cursors.write(&place, &list)));
    let choice = |filter, word| Choice::new(reader, filter, word, chosen(filter));
    let statuses = StatusKind::ALL.iter().map(|status| choice("status", status.as_str()));
    let negotiations = NegotiationStatus::ALL.iter().map(|status| choice("negotiation", status.as_str()));
    let shows_sellers = visit.seller_id().is_none();
    let escalated = visit.query.is_ticked("escalated");
    let place = if escalated { "escalated" } else { "refunds" };
    let page = Frame::new(&visit, "queue-title", place).with_live("/refunds/live");
    let queue = Queue {
        chooses: !shows_sellers && page.may_work(),
        page,
        given_up: own_given_up(&visit)?.map(|notice| notice.text),
        refunds,
        statuses: statuses.collect(),
        negotiations: negotiations.collect(),
        order: chosen("order").to_owned(),
        seller: if shows_sellers { chosen("seller").to_owned() } else { String::new() },
        escalated,
        is_filtered: ["status", "negotiation", "order"].iter().any(|filter| !chosen(filter).is_empty()),
        first,
        next,
        shows_sellers,
        form: Form::default(),
        reasons: visit.own_reasons(),
        saved: saved::choices(&visit),
    };
    shown(StatusCode::OK, &queue)
}
