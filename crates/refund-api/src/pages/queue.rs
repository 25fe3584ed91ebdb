//! The queue: refunds pile by pile, as a seller's people work through them; all of them for an operator.

mod asked;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{NegotiationStatus, Refund, RefundType, Span, StatusKind};
use refund_store::{Found, Pile, Search, SearchOrder};

pub(super) use self::asked::search;
use self::asked::{FINER, TAB, order};
use super::form::Form;
use super::frame::{Frame, shown};
use super::given_up::own_given_up;
use super::reader::Reader;
use super::reasons::{ReasonChoice, ReasonChoices};
use super::saved::{self, SavedChoice};
use super::view::RefundView;
use super::visit::Visit;
use super::way::{PAGE, Way};
use crate::problem::Problem;

/// As long as that a refund counts as new.
const NEW_FOR: Span = Span::hours(24);

/// The queue, or a part of it.
#[derive(Template)]
#[template(path = "pages/queue.html")]
pub(crate) struct Queue {
    pub(crate) page: Frame,
    /// That endpoints were given up.
    pub(crate) given_up: Option<String>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) rows: Vec<Row>,
    /// What happens where nobody acts, where that is the same for all that is shown.
    pub(crate) silence: Option<String>,
    pub(crate) asked: Form,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) negotiations: Vec<Choice>,
    pub(crate) types: Vec<Choice>,
    pub(crate) asked_for: Vec<ReasonChoice>,
    pub(crate) orders: Vec<Choice>,
    /// Whether more is asked for than a tab, and than words.
    pub(crate) is_filtered: bool,
    pub(crate) is_finer: bool,
    /// Whether the newest are those that are shown first.
    pub(crate) shows_new: bool,
    /// What the address of what is done with many carries, to come back.
    pub(crate) way: String,
    /// Which of how many are shown, in words.
    pub(crate) extent: String,
    pub(crate) previous: Option<String>,
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

/// A pile of the queue, or all of them.
pub(crate) struct Tab {
    pub(crate) href: String,
    pub(crate) name: String,
    /// How many lie there, where that is counted.
    pub(crate) count: Option<u64>,
    pub(crate) is_open: bool,
}

/// A refund in the queue.
pub(crate) struct Row {
    pub(crate) refund: RefundView,
    /// Its page.
    pub(crate) href: String,
    pub(crate) is_new: bool,
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

/// Shows the queue.
pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.person()?;
    let (app, reader, query) = (&visit.app, &visit.reader, &visit.query);
    let asked = search(&visit, query);
    let found = match &asked {
        Some(asked) => app.engine.store().find(asked).await?,
        None => Found::default(),
    };
    let asked = asked.unwrap_or_default();
    let choice = |filter, word| Choice::new(reader, filter, word, query.get(filter).trim());
    let statuses = StatusKind::ALL.iter().map(|status| choice("status", status.as_str()));
    let negotiations = NegotiationStatus::ALL.iter().map(|status| choice("negotiation", status.as_str()));
    let orders = SearchOrder::ALL.map(|own| Choice::new(reader, "sort", own.as_str(), order(query).as_str()));
    let shows_sellers = visit.seller_id().is_none();
    let place = if shows_sellers && asked.pile == Some(Pile::Escalated) { "escalated" } else { "refunds" };
    let page = Frame::new(&visit, "queue-title", place).with_live("/refunds/live");
    let is_finer = FINER.iter().any(|filter| !query.get(filter).is_empty());
    let number = asked.skip / PAGE;
    let queue = Queue {
        chooses: !shows_sellers && page.may_work(),
        page,
        given_up: own_given_up(&visit)?.map(|notice| notice.text),
        tabs: tabs(&visit, &found),
        silence: silence(reader, asked.pile).filter(|_| !shows_sellers),
        extent: extent(reader, &asked, &found),
        previous: (number > 0).then(|| on_page(&visit, number)),
        next: goes_on(&asked, &found).then(|| on_page(&visit, number.saturating_add(2))),
        rows: rows(&visit, &asked, &found),
        statuses: statuses.collect(),
        negotiations: negotiations.collect(),
        types: types(reader, query.get("type").trim()),
        asked_for: visit.own_reasons().of("request"),
        orders: orders.into(),
        is_filtered: is_finer || !query.get("q").trim().is_empty(),
        is_finer,
        shows_new: asked.order == SearchOrder::Newest && number == 0,
        way: Way::from(&query.without(&["page"]), asked.skip).query(),
        asked: query.clone(),
        shows_sellers,
        form: Form::default(),
        reasons: visit.own_reasons(),
        saved: saved::choices(&visit),
    };
    shown(StatusCode::OK, &queue)
}

/// The same list on that page; the first has no number.
fn on_page(visit: &Visit, number: usize) -> String {
    visit.same_with("page", &if number > 1 { number.to_string() } else { String::new() })
}

fn goes_on(asked: &Search, found: &Found) -> bool {
    asked.limit > 0 && asked.skip.saturating_add(asked.limit) < usize::try_from(found.total).unwrap_or(usize::MAX)
}

/// The piles, and all of them, with how many there are of what is looked for. What lies on none that anybody works on is
/// counted where it is shown: it is all that ever happened.
fn tabs(visit: &Visit, found: &Found) -> Vec<Tab> {
    let open = visit.query.get(TAB);
    let is_own = visit.seller_id().is_some();
    let called = |name: &str| if is_own { visit.reader.term("tab", name) } else { visit.reader.term("tab-of", name) };
    let tab = |name: &str, count| Tab {
        href: super::form::in_address("/refunds", &visit.query.without(&["page"]), TAB, name),
        name: called(if name.is_empty() { "all" } else { name }),
        count,
        is_open: name == open,
    };
    let all = if open.is_empty() { Some(found.total) } else { None };
    let piles = Pile::WORKED_ON.map(|pile| tab(pile.as_str(), Some(found.counts.get(&pile).copied().unwrap_or(0))));
    piles.into_iter().chain([tab("", all)]).collect()
}

/// What silence means for all of a pile.
fn silence(reader: &Reader, pile: Option<Pile>) -> Option<String> {
    match pile {
        Some(Pile::Waiting) => Some(reader.say("queue-silence-waiting")),
        Some(Pile::Offers) => Some(reader.say("queue-silence-offers")),
        Some(Pile::Returns) => Some(reader.say("queue-silence-returns")),
        Some(Pile::Escalated) => Some(reader.say("queue-silence-escalated")),
        Some(Pile::Rest) | None => None,
    }
}

fn extent(reader: &Reader, asked: &Search, found: &Found) -> String {
    let told = [
        ("from", asked.skip.saturating_add(1)),
        ("to", asked.skip.saturating_add(found.items.len())),
        ("total", usize::try_from(found.total).unwrap_or(usize::MAX)),
    ];
    if found.items.is_empty() {
        return String::new();
    }
    reader
        .language
        .say("queue-extent", &told.map(|(name, number)| (name, super::reader::grouped(&number.to_string()).into())))
}

fn rows(visit: &Visit, asked: &Search, found: &Found) -> Vec<Row> {
    let (reader, list) = (&visit.reader, visit.query.without(&["page"]));
    let role = visit.person.as_ref().map_or(refund_core::Role::Buyer, |person| person.caller.role());
    let row = |(at, refund): (usize, &Refund)| Row {
        href: Way::from(&list, at).to(&refund.id),
        is_new: !refund.status.kind().is_final() && reader.now < refund.opened_at.plus(NEW_FOR),
        refund: RefundView::new(reader, &visit.reasons(&refund.seller_id), refund, role),
    };
    (asked.skip..).zip(found.items.iter().map(|around| &*around.refund)).map(row).collect()
}
